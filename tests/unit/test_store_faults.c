/* SPDX-License-Identifier: MIT
 *
 * test_store_faults.c - disks that fail and power that is cut.
 *
 * A VFS of our own stands before SQLite's. It counts operations and fails one of them,
 * or notes every write, truncation and sync. From those notes the files are made again
 * as they may lie on a disk whose power was cut at any moment: what was synced is
 * there; of what was not, each sector of 512 bytes is there or is not, in any order.
 * What was acknowledged must be there, and no batch may be there in part. A control
 * that does not sync must lose something, or this test proves nothing.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "unit/support.h"

Suite *store_faults_suite(void);

#if HAVE_SQLITE3

#include <sqlite3.h>

#include "store/memory_disk.h"

enum { BATCHES = 24, EACH = 3, FILES = 4, SECTOR = 512 };

static char folder[256], path[300];
static eng_context *context;

/* ---- notes ---- */

enum what { WRITE, TRUNCATE, SYNC, DELETE, ACKNOWLEDGED };

struct note {
  enum what what;
  int file;
  size_t at, size;
  uint8_t *bytes;
};

static struct {
  struct note *notes;
  size_t count, room;
  bool on;
  uint64_t operations, fail_at; /* from 1; 0: none */
  bool for_ever;
  uint64_t failures;
} disk;

static const char *const ends[FILES] = {"", "-wal", "-journal", "-shm"};

static int file_of(const char *name)
{
  size_t length = strlen(path);

  if (name == NULL || strncmp(name, path, length) != 0) return -1;
  for (int i = 0; i < FILES; i++) {
    if (strcmp(name + length, ends[i]) == 0) return i;
  }
  return -1;
}

static void note(enum what what, int file, size_t at, size_t size, const void *bytes)
{
  struct note *n;

  if (!disk.on || file < 0) return; /* files without a name hold nothing that stays */
  if (disk.count == disk.room) {
    disk.room = disk.room == 0 ? 256 : 2 * disk.room;
    disk.notes = realloc(disk.notes, disk.room * sizeof *disk.notes);
  }
  n = &disk.notes[disk.count++];
  *n = (struct note){what, file, at, size, NULL};
  if (bytes == NULL) return;
  n->bytes = malloc(size);
  memcpy(n->bytes, bytes, size);
}

static void forget_notes(void)
{
  for (size_t i = 0; i < disk.count; i++) free(disk.notes[i].bytes);
  free(disk.notes);
  memset(&disk, 0, sizeof disk);
}

/* Whether the operation that is next fails. */
static bool fails(void)
{
  disk.operations++;
  if (disk.fail_at == 0 || disk.operations < disk.fail_at) return false;
  if (disk.operations > disk.fail_at && !disk.for_ever) return false;
  disk.failures++;
  return true;
}

/* ---- the VFS ---- */

struct shim {
  sqlite3_file base;
  int file;
  sqlite3_file *real;
};

static sqlite3_vfs shim_vfs;

static sqlite3_vfs *real_vfs(void) { return shim_vfs.pAppData; }
static sqlite3_file *real_of(sqlite3_file *f) { return ((struct shim *)f)->real; }

static int shim_close(sqlite3_file *f)
{
  return real_of(f)->pMethods->xClose(real_of(f));
}

static int shim_read(sqlite3_file *f, void *to, int size, sqlite3_int64 at)
{
  if (fails()) return SQLITE_IOERR_READ;
  return real_of(f)->pMethods->xRead(real_of(f), to, size, at);
}

static int shim_write(sqlite3_file *f, const void *from, int size, sqlite3_int64 at)
{
  if (fails()) {
    /* Half of it is there, and then the disk is full, or broken. */
    (void)real_of(f)->pMethods->xWrite(real_of(f), from, size / 2, at);
    return disk.fail_at % 2 == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  note(WRITE, ((struct shim *)f)->file, (size_t)at, (size_t)size, from);
  return real_of(f)->pMethods->xWrite(real_of(f), from, size, at);
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
  if (fails()) return SQLITE_IOERR_TRUNCATE;
  note(TRUNCATE, ((struct shim *)f)->file, 0, (size_t)size, NULL);
  return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int shim_sync(sqlite3_file *f, int flags)
{
  (void)flags;
  if (fails()) return SQLITE_IOERR_FSYNC;
  note(SYNC, ((struct shim *)f)->file, 0, 0, NULL);
  return SQLITE_OK; /* the notes are the disk, so that this test is quick */
}

static int shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
  if (fails()) return SQLITE_IOERR_FSTAT;
  return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int shim_lock(sqlite3_file *f, int lock)
{
  return real_of(f)->pMethods->xLock(real_of(f), lock);
}
static int shim_unlock(sqlite3_file *f, int lock)
{
  return real_of(f)->pMethods->xUnlock(real_of(f), lock);
}
static int shim_reserved(sqlite3_file *f, int *out)
{
  return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}
static int shim_control(sqlite3_file *f, int op, void *arg)
{
  return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}
static int shim_sector(sqlite3_file *f)
{
  (void)f;
  return SECTOR;
}
static int shim_kind(sqlite3_file *f)
{
  (void)f;
  return 0; /* a disk that promises nothing */
}
static int shim_shm_map(sqlite3_file *f, int page, int size, int extend,
                        void volatile **out)
{
  if (fails()) return SQLITE_IOERR_SHMMAP;
  return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}
static int shim_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
  return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}
static void shim_shm_barrier(sqlite3_file *f)
{
  real_of(f)->pMethods->xShmBarrier(real_of(f));
}
static int shim_shm_unmap(sqlite3_file *f, int remove)
{
  return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static const sqlite3_io_methods shim_methods = {2,
                                                shim_close,
                                                shim_read,
                                                shim_write,
                                                shim_truncate,
                                                shim_sync,
                                                shim_size,
                                                shim_lock,
                                                shim_unlock,
                                                shim_reserved,
                                                shim_control,
                                                shim_sector,
                                                shim_kind,
                                                shim_shm_map,
                                                shim_shm_lock,
                                                shim_shm_barrier,
                                                shim_shm_unmap,
                                                NULL,
                                                NULL};

static int unheaded; /* names without the four zeros that SQLite promises a VFS */

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
                     int *out)
{
  struct shim *shim = (struct shim *)f;
  int code;

  (void)vfs;
  shim->base.pMethods = NULL;
  if (flags & SQLITE_OPEN_MAIN_DB) {
    if (memcmp(name - 4, (const char[4]){0}, 4) != 0) unheaded++;
    (void)sqlite3_uri_boolean(name, "psow", 1);
  }
  if (fails()) return SQLITE_CANTOPEN;
  shim->real = (sqlite3_file *)(shim + 1);
  shim->file = file_of(name);
  code = real_vfs()->xOpen(real_vfs(), name, shim->real, flags, out);
  if (code == SQLITE_OK) shim->base.pMethods = &shim_methods;
  return code;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
  (void)vfs;
  if (fails()) return SQLITE_IOERR_DELETE;
  note(DELETE, file_of(name), 0, 0, NULL);
  (void)sync;
  return real_vfs()->xDelete(real_vfs(), name, 0);
}

static int shim_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
  (void)vfs;
  if (fails()) return SQLITE_IOERR_ACCESS;
  return real_vfs()->xAccess(real_vfs(), name, flags, out);
}

static int shim_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
  (void)vfs;
  return real_vfs()->xFullPathname(real_vfs(), name, size, out);
}

static void open_folder(void)
{
  const char *temporary = getenv("TMPDIR");
  sqlite3_vfs *real = sqlite3_vfs_find(NULL);

  /* Nothing here waits for a disk, so that memory will do where there is such a folder.
   */
  if (temporary == NULL)
    temporary = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(folder, sizeof folder, "%s/engagement-faults.XXXXXX", temporary);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/shop.book", folder);
  context = plain_context();
  shim_vfs = *real;
  shim_vfs.iVersion = 1;
  shim_vfs.szOsFile = (int)sizeof(struct shim) + real->szOsFile;
  shim_vfs.zName = "faults";
  shim_vfs.pAppData = real;
  shim_vfs.pNext = NULL;
  shim_vfs.xOpen = shim_open;
  shim_vfs.xDelete = shim_delete;
  shim_vfs.xAccess = shim_access;
  shim_vfs.xFullPathname = shim_path;
  ck_assert_int_eq(sqlite3_vfs_register(&shim_vfs, 0), SQLITE_OK);
}

static void remove_files(void)
{
  char name[320];

  for (int i = 0; i < FILES; i++) {
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
}

static void close_folder(void)
{
  forget_notes();
  sqlite3_vfs_unregister(&shim_vfs);
  eng_context_free(context);
  remove_files();
  ck_assert_int_eq(rmdir(folder), 0);
}

/* ---- the story ---- */

static void id_of(char *id, int batch, int n)
{
  /* Some customers are of many batches. */
  snprintf(id, 24, "customer-%02d", n == 0 ? 0 : 1 + (batch * 7 + n) % 13);
}

/* Each batch links the common customer with somebody of its own. */
static eng_status link_batch(eng_store *store, int batch)
{
  char id[24];

  snprintf(id, sizeof id, "person-%d", batch);
  return eng_store_link(store, "customer-00", 11, id, strlen(id), batch, NULL);
}

/* Whether a store has the link of a batch. */
static bool has_link(eng_store *store, int batch)
{
  eng_link links[BATCHES];
  eng_book *book;
  uint64_t count;
  bool found = false;

  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_links(store, book));
  count = eng_book_link_count(book);
  ck_assert_uint_le(count, BATCHES);
  for (int i = 0; i < BATCHES; i++) eng_link_init(&links[i], sizeof links[i]);
  ck_ok(eng_book_links(book, links, BATCHES));
  for (uint64_t i = 0; i < count; i++) found = found || links[i].changed_at == batch;
  eng_book_free(book);
  return found;
}

/* A batch: EACH events, of several customers, each with the batch's number. */
static eng_status write_batch(eng_store *store, int batch)
{
  eng_status status = eng_store_begin(store);

  for (int n = 0; n < EACH && status == ENG_OK; n++) {
    eng_event *event = event_of(context, ENG_EVENT_PURCHASE, batch * DAY);
    char id[24];

    id_of(id, batch, n);
    ck_ok(eng_event_set_id(event, (uint64_t)(batch * EACH + n + 1)));
    status = eng_store_record(store, id, strlen(id), event, NULL);
    eng_event_free(event);
  }
  if (status == ENG_OK) status = link_batch(store, batch);
  if (status == ENG_OK) return eng_store_commit(store);
  eng_store_rollback(store);
  return status;
}

static eng_status try_open(const char *vfs, uint32_t flags, eng_store **out)
{
  eng_store_options options;

  eng_store_options_init(&options, sizeof options);
  options.flags = flags;
  options.wait_ms = 0;
  options.vfs = vfs;
  return eng_store_open(context, NULL, path, &options, out, NULL);
}

/* How many events of each batch a store holds; false: it is damaged. */
static bool census_of(eng_store *store, int counts[BATCHES])
{
  eng_store_cursor *cursor;
  eng_store_report report;
  const eng_customer *customer;
  const eng_event *event;

  memset(counts, 0, BATCHES * sizeof *counts);
  eng_store_report_init(&report, sizeof report);
  if (eng_store_check(store, NULL, NULL, &report) != ENG_OK) return false;
  if (report.damaged + report.pages > 0) return false;
  ck_ok(eng_store_cursor_new(store, &cursor));
  for (;;) {
    eng_event_cursor *events;
    uint64_t id;

    ck_ok(eng_store_cursor_next(cursor, &customer, NULL));
    if (customer == NULL) break;
    ck_ok(eng_event_cursor_new(customer, &events));
    for (;;) {
      ck_ok(eng_event_cursor_next(events, &event));
      if (event == NULL) break;
      ck_assert_int_eq(eng_event_id(event, &id), 1);
      counts[(id - 1) / EACH]++;
    }
    eng_event_cursor_free(events);
  }
  eng_store_cursor_free(cursor);
  return true;
}

/* ---- I/O that fails ---- */

/* _i: 0 the n-th operation fails, 1 it and all that follow. */
START_TEST(every_operation_fails_and_nothing_acknowledged_is_lost)
{
  uint64_t points = 0;

  for (uint64_t n = 1;; n += stride()) {
    bool acknowledged[BATCHES] = {false};
    int counts[BATCHES];
    eng_store *store = NULL;

    remove_files();
    forget_notes();
    disk.fail_at = n;
    disk.for_ever = _i == 1;
    for (int batch = 0; batch < 12; batch++) {
      /* Whoever failed opens anew, as a host would. */
      if (store == NULL && try_open("faults", ENG_STORE_CREATE, &store) != ENG_OK)
        continue;
      acknowledged[batch] = write_batch(store, batch) == ENG_OK;
      if (acknowledged[batch]) continue;
      eng_store_close(store);
      store = NULL;
    }
    eng_store_close(store);
    if (disk.failures == 0) break;
    points++;
    disk.fail_at = 0;
    ck_ok(try_open(NULL, ENG_STORE_CREATE, &store));
    ck_assert(census_of(store, counts));
    for (int batch = 0; batch < 12; batch++) {
      ck_assert(counts[batch] == 0 || counts[batch] == EACH);
      ck_assert_int_eq(has_link(store, batch), counts[batch] == EACH);
      if (acknowledged[batch]) ck_assert_int_eq(counts[batch], EACH);
    }
    eng_store_close(store);
  }
  ck_assert_uint_gt(points, 50 / stride());
}
END_TEST

/* Memory in front of which nothing is zero. */
static void *headed(void *user, void *old, size_t old_size, size_t new_size)
{
  const size_t head = 16;
  uint8_t *block;

  (void)user;
  (void)old_size;
  if (new_size == 0) {
    if (old != NULL) free((uint8_t *)old - head);
    return NULL;
  }
  block = realloc(old == NULL ? NULL : (uint8_t *)old - head, head + new_size);
  if (block == NULL) return NULL;
  memset(block, 0xff, head);
  return block + head;
}

START_TEST(a_vfs_may_ask_for_parameters_of_the_name)
{
  const eng_allocator memory = {sizeof memory, 0, NULL, headed};
  eng_store_options options;
  eng_store *store;

  eng_store_options_init(&options, sizeof options);
  options.flags = ENG_STORE_CREATE;
  options.vfs = "faults";
  unheaded = 0;
  ck_ok(eng_store_open(context, &memory, path, &options, &store, NULL));
  eng_store_close(store);
  ck_assert_int_eq(unheaded, 0);
}
END_TEST

START_TEST(a_key_is_not_there_when_its_commit_failed)
{
  const uint8_t key[16] = {1}, other[16] = {2};
  eng_event *event;
  eng_store *store;
  int32_t outcome;

  ck_ok(try_open("faults", ENG_STORE_CREATE, &store));
  ck_ok(eng_store_begin(store));
  ck_ok(eng_store_set_key(store, 1, key));
  disk.fail_at = disk.operations + 1;
  disk.for_ever = true;
  ck_assert_int_ne(eng_store_commit(store), ENG_OK);
  disk.fail_at = 0;
  ck_assert_int_eq(eng_store_forget(store, "a", 1, DAY, NULL), ENG_E_KEY);
  /* Another one may take its number, and is what is forgotten under. */
  ck_ok(eng_store_set_key(store, 1, other));
  ck_ok(eng_store_forget(store, "a", 1, 5 * DAY, NULL));
  eng_store_close(store);
  ck_ok(try_open(NULL, 0, &store));
  ck_ok(eng_store_set_key(store, 1, other));
  event = event_of(context, ENG_EVENT_PURCHASE, DAY);
  ck_ok(eng_store_record(store, "a", 1, event, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_IGNORED);
  eng_event_free(event);
  eng_store_close(store);
}
END_TEST

/* ---- power ---- */

static uint64_t random_state;

static unsigned random_bits(void)
{
  random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
  return (unsigned)(random_state >> 33);
}

struct made {
  uint8_t *bytes;
  size_t size, room;
  bool there;
};

static void make_room(struct made *made, size_t size)
{
  if (size <= made->room) return;
  made->bytes = realloc(made->bytes, 2 * size);
  memset(made->bytes + made->room, 0, 2 * size - made->room);
  made->room = 2 * size;
}

static void put_bytes(struct made *made, size_t at, const uint8_t *bytes, size_t size)
{
  make_room(made, at + size);
  memcpy(made->bytes + at, bytes, size);
  if (at + size > made->size) made->size = at + size;
  made->there = true;
}

static void cut_size(struct made *made, size_t size)
{
  make_room(made, size);
  if (size < made->size) memset(made->bytes + size, 0, made->size - size);
  made->size = size;
}

/* Of what was not synced: all of it, none, or each sector by itself. */
static void perhaps(struct made *made, const struct note *n, int mode)
{
  if (mode == 0 || (mode == 2 && n->what != WRITE && random_bits() % 2 == 0)) return;
  if (n->what == TRUNCATE) {
    cut_size(made, n->size);
  } else if (n->what == DELETE) {
    cut_size(made, 0); /* one made anew by that name holds nothing of the old one */
    made->there = false;
  } else if (mode == 1) {
    put_bytes(made, n->at, n->bytes, n->size);
  } else {
    for (size_t at = 0; at < n->size; at += SECTOR) {
      size_t size = n->size - at < SECTOR ? n->size - at : SECTOR;

      if (random_bits() % 2 == 0) put_bytes(made, n->at + at, n->bytes + at, size);
    }
  }
}

/* The files as they may be after the first `cut` notes. */
static void make_files(size_t cut, int mode, bool synced)
{
  struct made made[FILES];
  size_t sure[FILES] = {0};

  memset(made, 0, sizeof made);
  for (size_t i = 0; i < cut && synced; i++) {
    const struct note *n = &disk.notes[i];

    /* Deleting is waited for where it matters, and the folder synced. */
    if (n->what == SYNC || n->what == DELETE) sure[n->file] = i + 1;
  }
  for (size_t i = 0; i < cut; i++) {
    const struct note *n = &disk.notes[i];

    if (n->what == SYNC || n->what == ACKNOWLEDGED) continue;
    perhaps(&made[n->file], n, i < sure[n->file] ? 1 : mode);
  }
  remove_files();
  for (int f = 0; f < FILES; f++) {
    char name[320];
    FILE *file;

    snprintf(name, sizeof name, "%s%s", path, ends[f]);
    if (made[f].there) {
      file = fopen(name, "wb");
      ck_assert_uint_eq(fwrite(made[f].bytes, 1, made[f].size, file), made[f].size);
      fclose(file);
    }
    free(made[f].bytes);
  }
}

struct loss {
  uint64_t cuts, lost, partial, damaged;
};

static void judge_cut(size_t cut, struct loss *loss)
{
  int counts[BATCHES], acknowledged = 0;
  eng_store *store;
  bool lost = false, partial = false;

  for (size_t i = 0; i < cut; i++) acknowledged += disk.notes[i].what == ACKNOWLEDGED;
  loss->cuts++;
  if (try_open(NULL, ENG_STORE_CREATE, &store) != ENG_OK) {
    loss->damaged++;
    return;
  }
  if (census_of(store, counts)) {
    for (int batch = 0; batch < BATCHES; batch++) {
      lost |= batch < acknowledged && counts[batch] == 0;
      partial |= counts[batch] != 0 && counts[batch] != EACH;
    }
  } else {
    loss->damaged++;
  }
  eng_store_close(store);
  loss->lost += lost;
  loss->partial += partial;
}

/* Writes the batches and notes what reaches the disk, checkpoints among it. */
static void live(void)
{
  eng_store *store;

  remove_files();
  forget_notes();
  disk.on = true;
  for (int batch = 0; batch < BATCHES; batch++) {
    if (batch % 6 == 0) {
      if (batch > 0) eng_store_close(store);
      ck_ok(try_open("faults", ENG_STORE_CREATE, &store));
    }
    ck_ok(write_batch(store, batch));
    note(ACKNOWLEDGED, 0, 0, 0, NULL);
  }
  eng_store_close(store);
  disk.on = false;
}

/* ---- everything that writes ---- */

/* What a file holds after each act that was acknowledged; scrubbing is no part of it.
 */
enum { STATES = 40 };

static struct {
  char *after[STATES];
  int count;   /* acts of a life without failures */
  int done;    /* acts of this one */
  bool noting; /* the states, in the first life */
} acts;

static const char *const state_queries[] = {
    "SELECT 'c' || hex(id) || '=' || hex(timeline) FROM customer ORDER BY id",
    "SELECT 's' || name || '=' || value FROM setting WHERE name NOT LIKE 'scrub%' "
    "ORDER BY name",
    "SELECT 'k' || number || '=' || hex(proof) FROM key ORDER BY number",
    "SELECT 't' || key || hex(pseudonym) || '=' || floor FROM tombstone "
    "ORDER BY key, pseudonym",
    "SELECT 'l' || hex(pair) || '=' || hex(said) FROM link ORDER BY pair"};

/* As text; a table that an earlier version does not have holds nothing. */
static char *state_of_file(void)
{
  char *text = calloc(1, 1);
  size_t size = 0;
  sqlite3 *db;

  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  for (size_t q = 0; q < sizeof state_queries / sizeof *state_queries; q++) {
    sqlite3_stmt *row;

    if (sqlite3_prepare_v2(db, state_queries[q], -1, &row, NULL) != SQLITE_OK) continue;
    while (sqlite3_step(row) == SQLITE_ROW) {
      size_t length = (size_t)sqlite3_column_bytes(row, 0);

      text = realloc(text, size + length + 2);
      memcpy(text + size, sqlite3_column_text(row, 0), length);
      size += length;
      text[size++] = ' ';
      text[size] = '\0';
    }
    sqlite3_finalize(row);
  }
  sqlite3_close(db);
  return text;
}

/* An act was acknowledged, or this life is over. */
static bool did(eng_status status)
{
  bool on = disk.on;

  if (status != ENG_OK) return false;
  if (acts.noting) {
    ck_assert_int_lt(acts.done, STATES);
    disk.on = false;
    acts.after[acts.done] = state_of_file();
    disk.on = on;
  }
  acts.done++;
  note(ACKNOWLEDGED, 0, 0, 0, NULL);
  return true;
}

/* A file of the first version, as its library left it. */
static eng_status make_first(void)
{
  sqlite3 *db;
  int code =
      sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "faults");

  if (code == SQLITE_OK)
    code = sqlite3_exec(
        db,
        "BEGIN; CREATE TABLE customer(id BLOB PRIMARY KEY NOT NULL, timeline BLOB "
        "NOT NULL) WITHOUT ROWID; PRAGMA application_id = 1162757954; "
        "PRAGMA user_version = 1; COMMIT",
        NULL, NULL, NULL);
  sqlite3_close(db);
  return code == SQLITE_OK ? ENG_OK : ENG_E_IO;
}

/* Another till, of which nothing fails: who was forgotten there, expired, linked. */
static eng_store *open_peer(void)
{
  eng_store_options options;
  eng_store *peer;
  const uint8_t key[16] = {7};

  memory_disk_clear();
  eng_store_options_init(&options, sizeof options);
  options.flags = ENG_STORE_CREATE;
  options.vfs = memory_disk();
  ck_ok(eng_store_open(context, NULL, "peer.book", &options, &peer, NULL));
  ck_ok(eng_store_set_key(peer, 1, key));
  for (int batch = 3; batch < 6; batch++) ck_ok(write_batch(peer, batch));
  ck_ok(eng_store_forget(peer, "customer-08", 11, 50 * DAY, NULL));
  ck_ok(eng_store_expire(peer, DAY / 2, NULL, NULL));
  ck_ok(eng_store_expire_customer(peer, "customer-00", 11, DAY));
  ck_ok(eng_store_link(peer, "customer-00", 11, "customer-05", 11, 60 * DAY, NULL));
  return peer;
}

/* Each message that is taken is an act. */
static bool live_sync(eng_store *store, int32_t role)
{
  eng_store *peer = open_peer(), *sides[2];
  eng_sync *syncs[2] = {NULL, NULL};
  const uint8_t *message = NULL;
  size_t size = 0;
  int32_t done = 0;
  bool fine = true;

  sides[0] = role == ENG_SYNC_ASK ? store : peer;
  sides[1] = role == ENG_SYNC_ASK ? peer : store;
  ck_ok(eng_sync_new(sides[0], ENG_SYNC_ASK, &syncs[0]));
  ck_ok(eng_sync_new(sides[1], ENG_SYNC_ANSWER, &syncs[1]));
  for (int turn = 0; fine; turn++) {
    eng_status status =
        eng_sync_next(syncs[turn % 2], message, size, &message, &size, &done);

    if (sides[turn % 2] == store)
      fine = did(status);
    else
      ck_ok(status);
    if (turn % 2 == 1 && done) break;
  }
  eng_sync_free(syncs[0]);
  eng_sync_free(syncs[1]);
  eng_store_close(peer);
  return fine;
}

/* A life of a book until something fails: from a file of the first version on, all that
 * writes. */
static void live_all(void)
{
  const uint8_t key[16] = {7};
  eng_store *store = NULL;

  acts.done = 0;
  if (did(make_first()) && did(try_open("faults", 0, &store)) &&
      did(eng_store_set_key(store, 1, key)) && did(write_batch(store, 1)) &&
      did(write_batch(store, 2)) && did(write_batch(store, 3)) &&
      did(eng_store_link(store, "customer-01", 11, "customer-08", 11, 9 * DAY, NULL)) &&
      did(eng_store_forget(store, "customer-09", 11, 40 * DAY, NULL)) &&
      did(eng_store_expire_customer(store, "customer-00", 11, DAY)) &&
      did(write_batch(store, 4)) && live_sync(store, ENG_SYNC_ASK) &&
      did(write_batch(store, 5)) && did(eng_store_expire(store, 2 * DAY, NULL, NULL)) &&
      live_sync(store, ENG_SYNC_ANSWER) && did(write_batch(store, 6))) {
    (void)!did(eng_store_scrub(store));
  }
  eng_store_close(store);
}

/* The life without failures, whose states all others are held against. */
static void live_first(void)
{
  remove_files();
  forget_notes();
  disk.on = true;
  acts.noting = true;
  live_all();
  acts.noting = false;
  disk.on = false;
  acts.count = acts.done;
}

static void forget_states(void)
{
  for (int i = 0; i < acts.count; i++) free(acts.after[i]);
  memset(&acts, 0, sizeof acts);
}

/* After so many acts that were acknowledged: all of them are there, and the next one at
 * the most. */
static bool is_after(int acknowledged, bool *damaged)
{
  int counts[BATCHES];
  eng_store *store;
  bool right = false;
  char *state;

  *damaged = try_open(NULL, ENG_STORE_CREATE, &store) != ENG_OK;
  if (*damaged) return false;
  *damaged = !census_of(store, counts);
  eng_store_close(store);
  if (*damaged) return false;
  state = state_of_file();
  for (int i = acknowledged - 1; i <= acknowledged && i < acts.count; i++) {
    right |= i < 0 ? state[0] == '\0' : strcmp(state, acts.after[i]) == 0;
  }
  free(state);
  return right;
}

/* _i: 0 the n-th operation fails, 1 it and all that follow. */
START_TEST(whatever_is_written_and_fails_is_whole_or_not_at_all)
{
  uint64_t points = 0, step = stride() < 3 ? 3 : stride();
  bool damaged;

  live_first();
  ck_assert_int_gt(acts.count, 20);
  for (uint64_t n = 1;; n += step) {
    remove_files();
    forget_notes();
    disk.fail_at = n;
    disk.for_ever = _i == 1;
    live_all();
    if (disk.failures == 0) break;
    points++;
    disk.fail_at = 0;
    ck_assert_msg(is_after(acts.done, &damaged), "operation %d, after %d acts%s",
                  (int)n, acts.done, damaged ? ": damaged" : "");
  }
  ck_assert_uint_gt(points, 20 / stride());
  forget_states();
}
END_TEST

static struct loss cut_life(bool synced, size_t step)
{
  struct loss loss = {0};
  bool damaged;

  random_state = 1;
  live_first();
  for (size_t cut = 1; cut <= disk.count; cut += step) {
    int acknowledged = 0;

    for (size_t i = 0; i < cut; i++) acknowledged += disk.notes[i].what == ACKNOWLEDGED;
    for (int mode = 0; mode < 4; mode++) {
      make_files(cut, mode < 2 ? mode : 2, synced);
      loss.cuts++;
      if (is_after(acknowledged, &damaged)) continue;
      loss.damaged += damaged;
      loss.lost += !damaged;
    }
  }
  forget_states();
  return loss;
}

START_TEST(a_cut_of_power_leaves_every_act_whole)
{
  struct loss loss = cut_life(true, (size_t)stride());

  ck_assert_uint_gt(loss.cuts, 100 / stride());
  ck_assert_uint_eq(loss.lost, 0);
  ck_assert_uint_eq(loss.damaged, 0);
}
END_TEST

START_TEST(acts_that_are_not_synced_are_lost)
{
  size_t step = stride() < 20 ? (size_t)stride() : 20;
  struct loss loss = cut_life(false, 11 * step);

  ck_assert_uint_gt(loss.lost + loss.damaged, 0);
}
END_TEST

static struct loss cut_power(bool synced, size_t step)
{
  const char *seed = getenv("SEED");
  struct loss loss = {0};

  random_state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
  live();
  for (size_t cut = 1; cut <= disk.count; cut += step) {
    for (int mode = 0; mode < 5; mode++) {
      make_files(cut, mode < 2 ? mode : 2, synced);
      judge_cut(cut, &loss);
    }
  }
  return loss;
}

START_TEST(a_cut_of_power_loses_nothing_that_was_acknowledged)
{
  struct loss loss = cut_power(true, (size_t)stride());

  ck_assert_uint_gt(loss.cuts, 500 / stride());
  ck_assert_uint_eq(loss.lost, 0);
  ck_assert_uint_eq(loss.partial, 0);
  ck_assert_uint_eq(loss.damaged, 0);
}
END_TEST

START_TEST(the_control_that_does_not_sync_loses)
{
  /* However few cases there are, enough that some are lost. */
  size_t step = stride() < 20 ? (size_t)stride() : 20;
  struct loss loss = cut_power(false, 3 * step);

  ck_assert_uint_gt(loss.lost + loss.damaged, 0);
}
END_TEST

#endif

Suite *store_faults_suite(void)
{
  Suite *suite = suite_create("store_faults");
  TCase *tests = tcase_create("store_faults");

  tcase_set_timeout(tests, 600);
#if HAVE_SQLITE3
  tcase_add_checked_fixture(tests, open_folder, close_folder);
  tcase_add_loop_test(tests, every_operation_fails_and_nothing_acknowledged_is_lost, 0,
                      2);
  tcase_add_test(tests, a_vfs_may_ask_for_parameters_of_the_name);
  tcase_add_test(tests, a_key_is_not_there_when_its_commit_failed);
  tcase_add_test(tests, a_cut_of_power_loses_nothing_that_was_acknowledged);
  tcase_add_test(tests, the_control_that_does_not_sync_loses);
  tcase_add_loop_test(tests, whatever_is_written_and_fails_is_whole_or_not_at_all, 0,
                      2);
  tcase_add_test(tests, a_cut_of_power_leaves_every_act_whole);
  tcase_add_test(tests, acts_that_are_not_synced_are_lost);
#endif
  suite_add_tcase(suite, tests);
  return suite;
}
