/* SPDX-License-Identifier: MIT
 *
 * fuzz_store.c - a file of a stranger as a store: any bytes, or a real file with rows
 * of any bytes in any of its tables. Opening, reading, checking, and everything that
 * writes give an answer. Where a check finds nothing wrong, all of it can be read, and
 * nothing that is written makes it find something.
 *
 * An input that does not begin as a file of SQLite is rows: a table's letter, and two
 * fields, each behind its length of two bytes.
 */
#include <engagement.h>

#include "config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#if HAVE_SQLITE3

#include "store/memory_disk.h"

#include <sqlite3.h>

static const char path[] = "shop.book";
static const uint8_t key[16] = "sixteen bytes...";

static eng_context *context;
static uint8_t *pristine; /* an empty store */
static size_t pristine_size;

static void must(int holds)
{
  if (!holds) abort();
}

static eng_status open_store(uint32_t flags, eng_store **out)
{
  eng_store_options options;

  eng_store_options_init(&options, sizeof options);
  options.flags = flags;
  options.vfs = memory_disk();
  options.cache_kb = 64;
  options.wait_ms = 0;
  return eng_store_open(context, NULL, path, &options, out, NULL);
}

static void tear_down(void)
{
  free(pristine);
  eng_context_free(context);
}

static void set_up(void)
{
  const uint8_t *bytes;
  eng_store *store;

  if (context != NULL) return;
  must(eng_context_new(NULL, &context) == ENG_OK);
  (void)memory_disk();
  memory_disk_limit((size_t)4 << 20);
  must(open_store(ENG_STORE_CREATE, &store) == ENG_OK);
  must(eng_store_set_key(store, 1, key) == ENG_OK);
  eng_store_close(store);
  bytes = memory_disk_get(path, &pristine_size);
  pristine = malloc(pristine_size);
  must(pristine != NULL);
  memcpy(pristine, bytes, pristine_size);
  memory_disk_clear();
  must(atexit(tear_down) == 0);
}

/* ---- rows of a stranger ---- */

struct reader {
  const uint8_t *at, *end;
};

static const uint8_t *take(struct reader *reader, size_t *size)
{
  const uint8_t *bytes;

  *size = 0;
  if (reader->end - reader->at < 2) {
    reader->at = reader->end;
    return reader->at;
  }
  *size = (size_t)(reader->at[0] | reader->at[1] << 8);
  reader->at += 2;
  if (*size > (size_t)(reader->end - reader->at))
    *size = (size_t)(reader->end - reader->at);
  bytes = reader->at;
  reader->at += *size;
  return bytes;
}

static int64_t number(const uint8_t *bytes, size_t size)
{
  uint64_t out = 0;

  for (size_t i = 0; i < size && i < 8; i++) out |= (uint64_t)bytes[i] << (8 * i);
  return (int64_t)out;
}

/* The table's letter in small puts blobs where they belong, in capitals other things.
 */
static void put_row(sqlite3 *db, int table, const uint8_t *one, size_t one_size,
                    const uint8_t *two, size_t two_size)
{
  const char *sql = table == 'c'   ? "INSERT OR REPLACE INTO customer VALUES(?1, ?2)"
                    : table == 's' ? "INSERT OR REPLACE INTO setting VALUES(?1, ?2)"
                    : table == 'k' ? "INSERT OR REPLACE INTO key VALUES(?1, ?2)"
                    : table == 't' ? "INSERT OR REPLACE INTO tombstone "
                                     "VALUES(1, ?1, ?2)"
                    : table == 'l' ? "INSERT OR REPLACE INTO link VALUES(?1, ?2)"
                                   : "INSERT OR REPLACE INTO customer VALUES(?2, ?1)";
  sqlite3_stmt *row;

  must(sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK);
  if (table == 's')
    must(sqlite3_bind_text(row, 1, (const char *)one, (int)one_size, SQLITE_STATIC) ==
         SQLITE_OK);
  else if (table == 'k' || table == 'x')
    must(sqlite3_bind_int64(row, 1, number(one, one_size)) == SQLITE_OK);
  else
    must(sqlite3_bind_blob(row, 1, one, (int)one_size, SQLITE_STATIC) == SQLITE_OK);
  if (table == 's' || table == 't')
    must(sqlite3_bind_int64(row, 2, number(two, two_size)) == SQLITE_OK);
  else
    must(sqlite3_bind_blob(row, 2, two, (int)two_size, SQLITE_STATIC) == SQLITE_OK);
  (void)sqlite3_step(row);
  (void)sqlite3_finalize(row);
}

static void put_rows(const uint8_t *data, size_t size)
{
  struct reader reader = {data, data + size};
  sqlite3 *db;

  memory_disk_put(path, pristine, pristine_size);
  must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, memory_disk()) == SQLITE_OK);
  must(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK);
  while (reader.at < reader.end) {
    size_t one_size, two_size;
    int table = *reader.at++;
    const uint8_t *one = take(&reader, &one_size), *two = take(&reader, &two_size);

    put_row(db, table, one, one_size, two, two_size);
  }
  (void)sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
  (void)sqlite3_close(db);
}

/* ---- what is done with it ---- */

static void right(eng_status status)
{
  must(status != ENG_E_INVALID && status != ENG_E_CONTEXT && status != ENG_E_CALLBACK);
}

/* Whether a check finds nothing wrong. */
static int is_sound(eng_store *store)
{
  eng_store_report report;
  eng_status status;

  eng_store_report_init(&report, sizeof report);
  status = eng_store_check(store, NULL, NULL, &report);
  right(status);
  return status == ENG_OK && report.damaged + report.pages == 0;
}

static void read_all(eng_store *store, int sound)
{
  eng_store_cursor *cursor;
  const eng_customer *customer;
  eng_book *book;
  uint64_t count, seen = 0;
  eng_status status;

  must(eng_book_new(context, NULL, &book) == ENG_OK);
  status = eng_store_load(store, book, NULL, NULL, NULL);
  right(status);
  must(!sound || status == ENG_OK);
  right(eng_store_customer_count(store, &count));
  must(!sound || count == eng_book_member_count(book));
  eng_book_free(book);
  status = eng_store_cursor_new(store, &cursor);
  right(status);
  if (status != ENG_OK) return;
  /* A damaged row is passed over; a damaged page may lead in a circle. */
  for (int n = 0; n < 2000; n++) {
    size_t length;
    const char *id;

    status = eng_store_cursor_next(cursor, &customer, NULL);
    right(status);
    if (status == ENG_OK && customer == NULL) break;
    if (status != ENG_OK) continue;
    id = eng_customer_id(customer, &length);
    must(length >= 1 && id != NULL);
    seen++;
  }
  must(!sound || seen == count);
  eng_store_cursor_free(cursor);
}

static eng_status record(eng_store *store, const char *id)
{
  eng_event *event;
  eng_status status;

  must(eng_event_new(context, ENG_EVENT_PURCHASE, INT64_C(1700000000000), &event) ==
       ENG_OK);
  status = eng_store_record(store, id, strlen(id), event, NULL);
  eng_event_free(event);
  return status;
}

static void write_to(eng_store *store, int sound)
{
  int64_t floor;
  int32_t due;

  right(eng_store_set_key(store, 1, key));
  right(record(store, "a"));
  right(record(store, "customer-1"));
  if (eng_store_begin(store) == ENG_OK) {
    right(record(store, "b"));
    right(eng_store_forget(store, "customer-2", 10, 5, NULL));
    right(eng_store_expire_customer(store, "b", 1, 500));
    eng_store_rollback(store);
  }
  must(!sound || is_sound(store));
  if (eng_store_begin(store) == ENG_OK) {
    right(eng_store_expire_customer(store, "a", 1, 900));
    right(eng_store_forget(store, "customer-1", 10, 1000, NULL));
    right(eng_store_expire(store, 1000, NULL, NULL));
    (void)!eng_store_commit(store);
  }
  right(eng_store_floor(store, &floor));
  right(eng_store_scrub_is_due(store, &due));
  must(!sound || is_sound(store));
}

static void sync_with(eng_store *store, int32_t role)
{
  static const uint8_t hello[] = {'S', 0, 0},
                       ask[] = {1, 0, 0, 0, 2, 0, 1, 0, 1, 1, 1, 0, 2, 1, 1, 0};
  const uint8_t *out;
  size_t size;
  int32_t done;
  eng_sync *sync;

  if (eng_sync_new(store, role, &sync) != ENG_OK) return;
  if (role == ENG_SYNC_ANSWER) {
    if (eng_sync_next(sync, hello, sizeof hello, &out, &size, &done) == ENG_OK)
      right(eng_sync_next(sync, ask, sizeof ask, &out, &size, &done));
  } else {
    if (eng_sync_next(sync, NULL, 0, &out, &size, &done) == ENG_OK)
      right(eng_sync_next(sync, hello, sizeof hello, &out, &size, &done));
  }
  eng_sync_free(sync);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_store *store;
  int sound;

  set_up();
  if (size >= 16 && memcmp(data, "SQLite format 3", 16) == 0) {
    memory_disk_put(path, data, size);
    if (open_store(ENG_STORE_READ_ONLY, &store) == ENG_OK) {
      read_all(store, 0);
      eng_store_close(store);
    }
  } else {
    put_rows(data, size);
  }
  if (open_store(0, &store) == ENG_OK) {
    sound = is_sound(store);
    read_all(store, sound);
    sync_with(store, ENG_SYNC_ANSWER);
    sync_with(store, ENG_SYNC_ASK);
    write_to(store, sound);
    read_all(store, sound);
    eng_store_close(store);
  }
  memory_disk_clear();
  return 0;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  (void)data, (void)size;
  return 0;
}

#endif
