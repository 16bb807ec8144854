/* SPDX-License-Identifier: MIT */
/*
 * open.c - opening a file: what it is, making it, bringing it to this version.
 *
 * Whether a file is of a later version is read from its first bytes, before SQLite
 * opens it, since opening alone may write beside it. The schema must be word for word
 * what this library writes: no view, trigger or index of a stranger is ever run.
 */
#include <string.h>

#include "core/status.h"
#include "store/store.h"

/* What brings version i to version i + 1: a table each. */
static const char *const steps[ENG__STORE_VERSION] = {
    "CREATE TABLE customer(id BLOB PRIMARY KEY NOT NULL, timeline BLOB NOT NULL) "
    "WITHOUT ROWID",
    "CREATE TABLE setting(name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) "
    "WITHOUT ROWID",
    "CREATE TABLE key(number INTEGER PRIMARY KEY NOT NULL, proof BLOB NOT NULL)",
    "CREATE TABLE tombstone(key INTEGER NOT NULL, pseudonym BLOB NOT NULL, "
    "floor INTEGER NOT NULL, PRIMARY KEY(key, pseudonym)) WITHOUT ROWID",
    "CREATE TABLE link(pair BLOB PRIMARY KEY NOT NULL, said BLOB NOT NULL) "
    "WITHOUT ROWID",
};

/* Of a file: bytes of the header, and where the two numbers are. */
enum { HEADER = 100, VERSION_AT = 60, MARK_AT = 68 };

static eng_status check_options(const eng_store_options *options)
{
  const uint32_t both = ENG_STORE_CREATE | ENG_STORE_READ_ONLY;

  if ((options->flags & both) == both) return ENG_E_INVALID;
  if ((options->flags & ~both) != 0 || options->reserved != 0) return ENG_E_RANGE;
  if (options->sync != ENG_STORE_FULL && options->sync != ENG_STORE_NORMAL) {
    return ENG_E_RANGE;
  }
  if (options->wait_ms < 0 || options->wait_ms > 3600000) return ENG_E_RANGE;
  if (options->cache_kb < 64 || options->cache_kb > 1 << 30) return ENG_E_RANGE;
  return ENG_OK;
}

/* ---- what a file is ---- */

static uint32_t big32(const uint8_t *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* What the first bytes say. What is no file of SQLite is left to SQLite: a journal
 * beside it may say that it is one whose making was cut short. */
static eng_status judge(const uint8_t *header, sqlite3_int64 size)
{
  uint32_t mark = big32(header + MARK_AT);

  if (size < HEADER || memcmp(header, "SQLite format 3", 16) != 0) return ENG_OK;
  if (mark != 0 && mark != ENG__STORE_MARK) return ENG_E_MAGIC;
  if (mark != 0 && big32(header + VERSION_AT) > ENG__STORE_VERSION) {
    return ENG_E_VERSION;
  }
  return ENG_OK;
}

static eng_status peek(sqlite3_vfs *vfs, const char *name, sqlite3_file *file)
{
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  uint8_t header[HEADER] = {0};
  sqlite3_int64 size = 0;
  eng_status status = ENG_OK;
  int code = vfs->xOpen(vfs, name, file, flags, NULL);

  if (code == SQLITE_OK) {
    code = file->pMethods->xFileSize(file, &size);
    if (code == SQLITE_OK && size > 0) {
      code = file->pMethods->xRead(file, header, HEADER, 0);
      if (code == SQLITE_IOERR_SHORT_READ) code = SQLITE_OK;
    }
    status = code != SQLITE_OK ? ENG_E_IO : judge(header, size);
  }
  /* A file that is not there has no version; opening it says what is the matter. */
  if (file->pMethods != NULL) (void)file->pMethods->xClose(file);
  return status;
}

/* Zeros before the name: a VFS that asks for its parameters steps back to find where it
 * begins. Those behind it say that there are none. */
enum { HEAD = 4 };

/* Whether the log of a file is there; the name has room for its end. */
static bool find_log(sqlite3_vfs *vfs, char *name)
{
  int there = 0;

  strcat(name, "-wal");
  return vfs->xAccess(vfs, name, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there;
}

/* Looks into the file by the VFS, whose locks it must not disturb. */
static eng_status look(const eng_allocator *memory, const char *vfs_name,
                       const char *path, bool *has_log)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find(vfs_name);
  size_t name_size, file_size;
  sqlite3_file *file;
  char *block;
  eng_status status = ENG_E_NOMEM;

  if (vfs == NULL) return ENG_E_NOTFOUND;
  name_size = HEAD + (size_t)vfs->mxPathname + 8;
  file_size = (size_t)vfs->szOsFile;
  block = eng__new_zeroed(memory, name_size);
  file = eng__new_zeroed(memory, file_size);
  if (block != NULL && file != NULL) {
    char *name = block + HEAD;
    int code = vfs->xFullPathname(vfs, path, vfs->mxPathname + 1, name);

    status = (code & 0xff) == SQLITE_OK ? peek(vfs, name, file) : ENG_E_NOTFOUND;
    if (status == ENG_OK) *has_log = find_log(vfs, name);
  }
  eng__free(memory, block, name_size);
  eng__free(memory, file, file_size);
  return status;
}

/* ---- the schema ---- */

/* Whether the file holds the tables of its version, as they are written here, and
 * nothing besides. */
static eng_status check_schema(struct eng_store *store)
{
  sqlite3_stmt *row = NULL;
  eng_status status =
      eng__store_prepare(store, "SELECT sql FROM sqlite_master ORDER BY rowid", &row);
  int code, count = 0;

  if (status != ENG_OK) return status;
  while ((code = sqlite3_step(row)) == SQLITE_ROW) {
    const char *sql = (const char *)sqlite3_column_text(row, 0);

    if (count >= store->version || sql == NULL || strcmp(sql, steps[count]) != 0) {
      status = ENG_E_DAMAGED;
      break;
    }
    count++;
  }
  if (status == ENG_OK) status = eng__store_status(store, code);
  if (status == ENG_OK && count != store->version) status = ENG_E_DAMAGED;
  (void)sqlite3_finalize(row);
  return status;
}

static eng_status read_version(struct eng_store *store)
{
  int64_t mark, version, tables = 0;
  eng_status status = eng__store_number(store, "PRAGMA application_id", &mark);

  if (status == ENG_OK) {
    status = eng__store_number(store, "PRAGMA user_version", &version);
  }
  if (status != ENG_OK) return status;
  if (mark == 0) {
    status = eng__store_number(store, "SELECT count(*) FROM sqlite_master", &tables);
    if (status != ENG_OK) return status;
    if (tables > 0 || version != 0) return ENG_E_MAGIC;
  } else if (mark != ENG__STORE_MARK) {
    return ENG_E_MAGIC;
  } else if (version < 1) {
    return ENG_E_DAMAGED;
  }
  if (version > ENG__STORE_VERSION) return ENG_E_VERSION;
  store->version = (int)version;
  return ENG_OK;
}

/* Version and schema as of one moment: another process may be making the file just now.
 */
static eng_status examine(struct eng_store *store)
{
  eng_status status = eng__store_execute(store, "BEGIN"), end;

  if (status != ENG_OK) return status;
  status = read_version(store);
  if (status == ENG_OK && store->version > 0) status = check_schema(store);
  end = eng__store_run(store, ENG__SQL_ROLLBACK);
  return status == ENG_OK ? end : status;
}

/* A pragma takes no values, so that the number is written into the text, which ends in
 * ten zeros. */
static eng_status set_number(struct eng_store *store, char *text, uint32_t number)
{
  for (size_t at = strlen(text) - 1; number > 0; at--, number /= 10) {
    text[at] = (char)('0' + number % 10);
  }
  return eng__store_execute(store, text);
}

static eng_status set_version(struct eng_store *store)
{
  char mark[] = "PRAGMA application_id = 0000000000";
  char version[] = "PRAGMA user_version = 0000000000";
  eng_status status = set_number(store, mark, ENG__STORE_MARK);

  return status == ENG_OK ? set_number(store, version, ENG__STORE_VERSION) : status;
}

/* A transaction of its own; another process may have come first. */
static eng_status migrate(struct eng_store *store)
{
  eng_status status = eng__store_run(store, ENG__SQL_BEGIN);

  if (status != ENG_OK) return status;
  status = read_version(store);
  if (status == ENG_OK && store->version > 0) status = check_schema(store);
  while (status == ENG_OK && store->version < ENG__STORE_VERSION) {
    status = eng__store_execute(store, steps[store->version]);
    store->version++;
  }
  if (status == ENG_OK) status = set_version(store);
  return eng__store_leave(store, status);
}

/* ---- opening ---- */

static eng_status configure(struct eng_store *store, const eng_store_options *options)
{
  sqlite3 *db = store->db;
  const uint64_t most = eng__limit(store->context, ENG_LIMIT_BLOB);
  char cache[] = "PRAGMA cache_size = -0000000000";
  eng_status status;

  (void)sqlite3_extended_result_codes(db, 1);
  (void)sqlite3_busy_timeout(db, options->wait_ms);
  (void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH,
                      most < 1000000000 ? (int)most + 8192 : 1000000000);
  (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
#ifdef SQLITE_DBCONFIG_ENABLE_VIEW
  (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
#endif
#ifdef SQLITE_DBCONFIG_TRUSTED_SCHEMA
  (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
#endif
  status = eng__store_execute(store, "PRAGMA cell_size_check = ON;"
                                     "PRAGMA mmap_size = 0;"
                                     "PRAGMA secure_delete = ON;"
                                     "PRAGMA fullfsync = ON;"
                                     "PRAGMA checkpoint_fullfsync = ON;"
                                     "PRAGMA journal_size_limit = 16777216");
  if (status == ENG_OK) {
    status = eng__store_execute(store, options->sync == ENG_STORE_NORMAL
                                           ? "PRAGMA synchronous = NORMAL"
                                           : "PRAGMA synchronous = FULL");
  }
  if (status == ENG_OK) status = set_number(store, cache, options->cache_kb);
  return status;
}

/* The write-ahead log is what readers beside a writer, and one sync a commit, need. */
static eng_status try_log(struct eng_store *store)
{
  sqlite3_stmt *row = NULL;
  eng_status status = eng__store_prepare(store, "PRAGMA journal_mode = WAL", &row);

  if (status == ENG_OK) {
    int code = sqlite3_step(row);

    status = eng__store_status(store, code);
    if (code == SQLITE_ROW) {
      const char *mode = (const char *)sqlite3_column_text(row, 0);

      if (mode == NULL) status = ENG_E_NOMEM;
      if (mode != NULL && strcmp(mode, "wal") != 0) status = ENG_E_UNSUPPORTED;
    }
  }
  (void)sqlite3_finalize(row);
  return status;
}

/* SQLite does not wait for this lock by itself. */
static eng_status use_log(struct eng_store *store, int32_t wait_ms)
{
  eng_status status = try_log(store);

  for (int32_t waited = 0; status == ENG_E_BUSY && waited < wait_ms; waited += 5) {
    (void)sqlite3_sleep(5);
    status = try_log(store);
  }
  return status;
}

/* A connection that cannot write could not take the log's files away again that reading
 * makes beside the book. So this one could, but refuses to; and a log that somebody
 * left there is left to whoever writes next. */
static eng_status keep_still(struct eng_store *store, bool has_log)
{
  if (has_log)
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  return eng__store_execute(store, "PRAGMA query_only = ON");
}

static eng_status connect(struct eng_store *store, const char *path,
                          const eng_store_options *options, bool has_log)
{
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE;
  eng_status status;

  if (store->flags & ENG_STORE_CREATE) flags |= SQLITE_OPEN_CREATE;
  status =
      eng__store_status(store, sqlite3_open_v2(path, &store->db, flags, options->vfs));
  if (status == ENG_OK) status = configure(store, options);
  if (status == ENG_OK && store->flags & ENG_STORE_READ_ONLY) {
    status = keep_still(store, has_log);
  }
  if (status == ENG_OK) status = examine(store);
  if (status != ENG_OK) return status;
  if (store->flags & ENG_STORE_READ_ONLY) {
    return store->version == 0 ? ENG_E_MAGIC : ENG_OK;
  }
  if (sqlite3_db_readonly(store->db, "main") == 1) return ENG_E_READONLY;
  if (store->version == 0 && !(store->flags & ENG_STORE_CREATE)) return ENG_E_MAGIC;
  if (store->version < ENG__STORE_VERSION) status = migrate(store);
  return status == ENG_OK ? use_log(store, options->wait_ms) : status;
}

static const char *words_of(eng_status status)
{
  switch (status) {
  case ENG_E_MAGIC: return "the file is not a book";
  case ENG_E_VERSION: return "the file was written by a later version of the library";
  case ENG_E_NOTFOUND: return "there is no such file, or it cannot be opened";
  default: return NULL;
  }
}

eng_status eng_store_open(const eng_context *context, const eng_allocator *allocator,
                          const char *path, const eng_store_options *options,
                          eng_store **out, eng_error *error)
{
  eng_store_options defaults;
  eng_allocator memory;
  eng_store *store;
  eng_status status;
  bool has_log = false;

  eng__error_clear(error);
  if (out == NULL) return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  *out = NULL;
  if (context == NULL || path == NULL || path[0] == '\0' || path[0] == ':') {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  eng_store_options_init(&defaults, sizeof defaults);
  if (options == NULL) options = &defaults;
  if (options->size < sizeof *options) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  status = check_options(options);
  if (status == ENG_OK) {
    status = eng__allocator_copy(allocator == NULL ? eng__memory(context) : allocator,
                                 &memory);
  }
  if (status == ENG_OK) status = look(&memory, options->vfs, path, &has_log);
  if (status != ENG_OK) {
    return eng__error_set(error, status, 0, 0, 0, words_of(status));
  }
  store = eng__new_zeroed(&memory, sizeof *store);
  if (store == NULL) return eng__error_set(error, ENG_E_NOMEM, 0, 0, 0, NULL);
  store->context = context;
  store->memory = memory;
  store->flags = options->flags;
  status = connect(store, path, options, has_log);
  if (status != ENG_OK) {
    eng_store_close(store);
    return eng__error_set(error, status, 0, 0, 0, words_of(status));
  }
  *out = store;
  return ENG_OK;
}

void eng_store_close(eng_store *store)
{
  eng_allocator memory;

  if (store == NULL) return;
  eng_store_rollback(store);
  for (int i = 0; i < ENG__SQL_STATEMENTS; i++) {
    (void)sqlite3_finalize(store->statements[i]);
  }
  (void)sqlite3_close(store->db);
  memory = store->memory;
  memset(store->keys, 0, sizeof store->keys);
  eng__free(&memory, store->bytes, store->room);
  eng__free(&memory, store, sizeof *store);
}

int32_t eng_store_sqlite_code(const eng_store *store)
{
  return store == NULL ? 0 : store->code;
}
