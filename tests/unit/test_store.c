/* SPDX-License-Identifier: MIT
 *
 * test_store.c - a book on a file: what was acknowledged is there, half of something
 * never is, and a file from anybody is an answer, not a crash.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "unit/support.h"

#if HAVE_SQLITE3
#include <sqlite3.h>
#endif

Suite *store_suite(void);

#if HAVE_SQLITE3

static char folder[256], path[300];
static eng_context *context;

static void open_folder(void)
{
  const char *temporary = getenv("TMPDIR");

  snprintf(folder, sizeof folder, "%s/engagement-store.XXXXXX",
           temporary == NULL ? "/tmp" : temporary);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/shop.book", folder);
  context = plain_context();
}

static void remove_files(void)
{
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  char name[320];

  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
}

static void close_folder(void)
{
  eng_context_free(context);
  remove_files();
  ck_assert_int_eq(rmdir(folder), 0);
}

/* ---- short ways ---- */

static eng_status try_open(uint32_t flags, eng_store **out)
{
  eng_store_options options;

  eng_store_options_init(&options, sizeof options);
  options.flags = flags;
  options.wait_ms = 0;
  return eng_store_open(context, NULL, path, &options, out, NULL);
}

static eng_store *opened(uint32_t flags)
{
  eng_store *store;

  ck_ok(try_open(flags, &store));
  return store;
}

static eng_status put(eng_store *store, const char *id, int64_t at, int32_t *outcome)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, at);
  eng_status status;

  ck_ok(eng_event_set_amount(event, at % 1000, 978));
  status = eng_store_record(store, id, strlen(id), event, outcome);
  eng_event_free(event);
  return status;
}

/* All of a store as canonical bytes. */
static struct bytes bytes_of(eng_store *store)
{
  struct bytes bytes;
  eng_book *book;
  size_t size;

  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_load(store, book, NULL, NULL, NULL));
  ck_assert_int_eq(eng_book_encode(book, NULL, 0, &size), ENG_E_BUFFER);
  bytes.at = malloc(size);
  ck_ok(eng_book_encode(book, bytes.at, size, &bytes.size));
  eng_book_free(book);
  return bytes;
}

static struct bytes bytes_of_book(const eng_book *book)
{
  struct bytes bytes;
  size_t size;

  ck_assert_int_eq(eng_book_encode(book, NULL, 0, &size), ENG_E_BUFFER);
  bytes.at = malloc(size);
  ck_ok(eng_book_encode(book, bytes.at, size, &bytes.size));
  return bytes;
}

static void same(struct bytes a, struct bytes b)
{
  ck_assert(same_bytes(a, b));
  free(a.at);
  free(b.at);
}

static uint64_t customers_of(eng_store *store)
{
  uint64_t count;

  ck_ok(eng_store_customer_count(store, &count));
  return count;
}

static struct bytes read_file(const char *name)
{
  struct bytes bytes = {malloc(1 << 22), 0};
  FILE *file = fopen(name, "rb");

  if (file == NULL) return bytes;
  bytes.size = fread(bytes.at, 1, 1 << 22, file);
  fclose(file);
  return bytes;
}

static void write_file(struct bytes bytes)
{
  FILE *file = fopen(path, "wb");

  ck_assert_uint_eq(fwrite(bytes.at, 1, bytes.size, file), bytes.size);
  ck_assert_int_eq(fclose(file), 0);
}

/* SQL of somebody else's on the file. */
static void meddle(const char *sql)
{
  sqlite3 *db;

  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

/* ---- what is kept ---- */

START_TEST(what_was_recorded_is_there_when_it_is_opened_again)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_customer *customer;
  int32_t outcome;

  ck_ok(put(store, "ada", DAY, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_ADDED);
  ck_ok(put(store, "ada", 2 * DAY, &outcome));
  ck_ok(put(store, "bob", DAY, NULL));
  ck_ok(put(store, "ada", DAY, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_UNCHANGED);
  eng_store_close(store);
  store = opened(0);
  ck_assert(customers_of(store) == 2);
  ck_ok(eng_store_customer(store, "ada", 3, &customer, NULL));
  ck_assert(eng_customer_event_count(customer) == 2);
  eng_store_close(store);
  ck_assert(eng_customer_event_count(customer) == 2);
  eng_customer_free(customer);
  store = opened(ENG_STORE_READ_ONLY);
  ck_assert_int_eq(eng_store_customer(store, "eve", 3, &customer, NULL),
                   ENG_E_NOTFOUND);
  ck_assert_ptr_null(customer);
  ck_assert_int_eq(put(store, "ada", 3 * DAY, NULL), ENG_E_READONLY);
  eng_store_close(store);
}
END_TEST

enum { ROWS = 3000 };

struct rows {
  char ids[ROWS][12];
  uint8_t kind[ROWS];
  int64_t at[ROWS], amount[ROWS];
  int32_t currency[ROWS];
  eng_columns columns;
};

static void fill(struct rows *rows, uint64_t seed)
{
  for (int i = 0; i < ROWS; i++) {
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    snprintf(rows->ids[i], sizeof rows->ids[i], "customer-%02d",
             (int)(seed >> 40) % 50);
    rows->kind[i] = seed >> 60 == 0 ? ENG_EVENT_REFUND : ENG_EVENT_PURCHASE;
    rows->at[i] = (int64_t)(seed >> 33) % 500 * DAY;
    rows->amount[i] = (int64_t)(seed >> 50) % 7;
    rows->currency[i] = 978;
  }
  eng_columns_init(&rows->columns, sizeof rows->columns);
  rows->columns.count = ROWS;
  rows->columns.customers = rows->ids[0];
  rows->columns.customer_width = sizeof rows->ids[0];
  rows->columns.kind = rows->kind;
  rows->columns.occurred_at = rows->at;
  rows->columns.amount = rows->amount;
  rows->columns.currency = rows->currency;
}

/* The columns from a row on. */
static eng_columns part(const struct rows *rows, uint64_t from, uint64_t count)
{
  eng_columns columns = rows->columns;

  columns.count = count;
  columns.customers = rows->ids[from];
  columns.kind += from;
  columns.occurred_at += from;
  columns.amount += from;
  columns.currency += from;
  return columns;
}

/* The law of the room: whatever way events come into a file, it is the book of them. */
START_TEST(a_store_is_the_book_of_what_came_in_whatever_the_way)
{
  struct rows *rows = malloc(sizeof *rows);
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_load_counts counts, right;
  eng_book *book, *half;
  eng_columns columns;

  fill(rows, 17);
  eng_load_counts_init(&counts, sizeof counts);
  eng_load_counts_init(&right, sizeof right);
  ck_ok(eng_book_new(context, NULL, &book));
  for (uint64_t from = 0; from < ROWS; from += 250) {
    columns = part(rows, from, 250);
    ck_ok(eng_store_record_many(store, &columns, &counts, NULL));
    ck_ok(eng_book_record_many(book, &columns, &right, NULL));
  }
  ck_assert_mem_eq(&counts, &right, sizeof counts);
  ck_assert(counts.unchanged > 0);
  same(bytes_of(store), bytes_of_book(book));
  /* A book of other events, merged in, and once more. */
  fill(rows, 23);
  ck_ok(eng_book_new(context, NULL, &half));
  ck_ok(eng_book_record_many(half, &rows->columns, NULL, NULL));
  ck_ok(eng_store_merge_book(store, half, NULL, NULL));
  ck_ok(eng_book_merge(book, half));
  same(bytes_of(store), bytes_of_book(book));
  ck_ok(eng_store_merge_book(store, half, NULL, NULL));
  same(bytes_of(store), bytes_of_book(book));
  eng_book_free(half);
  eng_book_free(book);
  eng_store_close(store);
  free(rows);
}
END_TEST

START_TEST(a_bad_row_changes_nothing_and_is_named)
{
  struct rows *rows = malloc(sizeof *rows);
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_error error;

  fill(rows, 5);
  rows->at[1234] = -1;
  eng_error_init(&error, sizeof error);
  ck_assert_int_eq(eng_store_record_many(store, &rows->columns, NULL, &error),
                   ENG_E_TIME);
  ck_assert_uint_eq(error.line, 1235);
  ck_assert(customers_of(store) == 0);
  eng_store_close(store);
  free(rows);
}
END_TEST

static int32_t stop_at(void *user, uint64_t done, uint64_t total)
{
  (void)total;
  return done >= *(uint64_t *)user;
}

START_TEST(a_transaction_is_all_or_nothing)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  struct bytes before;
  eng_book *book;
  uint64_t stop = 0;

  ck_ok(put(store, "ada", DAY, NULL));
  before = bytes_of(store);
  ck_ok(eng_store_begin(store));
  ck_assert_int_eq(eng_store_begin(store), ENG_E_INVALID);
  ck_ok(put(store, "ada", 2 * DAY, NULL));
  ck_ok(put(store, "bob", 2 * DAY, NULL));
  ck_assert(customers_of(store) == 2);
  eng_store_rollback(store);
  same(bytes_of(store), before);
  ck_assert_int_eq(eng_store_commit(store), ENG_E_INVALID);
  /* A call that fails takes back its own and leaves the rest. */
  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_load(store, book, NULL, NULL, NULL));
  ck_ok(eng_store_begin(store));
  ck_ok(put(store, "bob", 3 * DAY, NULL));
  ck_assert_int_eq(eng_store_merge_book(store, book, stop_at, &stop), ENG_E_CANCELLED);
  ck_assert_int_eq(eng_store_record(store, "x", 0, NULL, NULL), ENG_E_INVALID);
  ck_ok(eng_store_commit(store));
  eng_store_close(store);
  store = opened(0);
  ck_assert(customers_of(store) == 2);
  /* Closing rolls back. */
  ck_ok(eng_store_begin(store));
  ck_ok(put(store, "eve", 3 * DAY, NULL));
  eng_store_close(store);
  store = opened(0);
  ck_assert(customers_of(store) == 2);
  eng_store_close(store);
  eng_book_free(book);
}
END_TEST

START_TEST(one_writes_and_others_read_meanwhile)
{
  eng_store *one = opened(ENG_STORE_CREATE), *other;

  ck_ok(put(one, "ada", DAY, NULL));
  other = opened(0);
  ck_ok(eng_store_begin(one));
  ck_ok(put(one, "bob", DAY, NULL));
  ck_assert_int_eq(put(other, "eve", DAY, NULL), ENG_E_BUSY);
  ck_assert_int_eq(eng_store_sqlite_code(other) & 0xff, SQLITE_BUSY);
  ck_assert_int_eq(eng_store_begin(other), ENG_E_BUSY);
  ck_assert(customers_of(other) == 1);
  ck_ok(eng_store_commit(one));
  ck_assert(customers_of(other) == 2);
  ck_ok(put(other, "eve", DAY, NULL));
  ck_assert(customers_of(one) == 3);
  eng_store_close(one);
  eng_store_close(other);
}
END_TEST

START_TEST(a_cursor_sees_one_moment_in_the_order_of_ids)
{
  eng_store *one = opened(ENG_STORE_CREATE), *other = opened(0);
  static const char *const ids[] = {"b", "a", "c", "aa", "B"};
  static const char order[] = "B a aa b c ";
  char seen[64] = "";
  eng_store_cursor *cursor;
  const eng_customer *customer;
  eng_book *book;
  uint64_t count;

  for (int i = 0; i < 5; i++) ck_ok(put(one, ids[i], DAY, NULL));
  ck_ok(eng_store_cursor_new(one, &cursor));
  ck_ok(eng_store_cursor_next(cursor, &customer, NULL));
  ck_ok(put(other, "bb", DAY, NULL));
  ck_assert_int_eq(put(one, "bc", DAY, NULL), ENG_E_INVALID);
  while (customer != NULL) {
    size_t length;
    const char *id = eng_customer_id(customer, &length);

    strncat(seen, id, length);
    strcat(seen, " ");
    ck_ok(eng_store_cursor_next(cursor, &customer, NULL));
  }
  ck_assert_str_eq(seen, order);
  ck_ok(eng_store_cursor_next(cursor, &customer, NULL));
  ck_assert_ptr_null(customer);
  eng_store_cursor_free(cursor);
  /* In pieces. */
  ck_ok(eng_store_cursor_new(one, &cursor));
  for (int i = 0; i < 4; i++) {
    ck_ok(eng_book_new(context, NULL, &book));
    ck_ok(eng_store_cursor_read(cursor, 2, book, &count, NULL));
    ck_assert(count == (i < 3 ? 2 : 0));
    ck_assert(eng_book_customer_count(book) == count);
    eng_book_free(book);
  }
  eng_store_cursor_free(cursor);
  eng_store_close(one);
  eng_store_close(other);
}
END_TEST

START_TEST(a_customer_of_nothing_is_not_kept)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_customer *customer = customer_of(context);

  ck_ok(eng_store_merge_customer(store, customer));
  ck_assert(customers_of(store) == 0);
  ck_ok(eng_customer_expire(customer, DAY));
  ck_ok(eng_store_merge_customer(store, customer));
  ck_assert(customers_of(store) == 1);
  eng_customer_free(customer);
  eng_store_close(store);
}
END_TEST

/* ---- files of other kinds ---- */

START_TEST(a_later_version_is_left_alone_byte_for_byte)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  struct bytes before;

  ck_ok(put(store, "ada", DAY, NULL));
  eng_store_close(store);
  meddle("PRAGMA user_version = 77");
  before = read_file(path);
  ck_assert_int_eq(try_open(0, &store), ENG_E_VERSION);
  ck_assert_ptr_null(store);
  ck_assert_int_eq(try_open(ENG_STORE_CREATE, &store), ENG_E_VERSION);
  ck_assert_int_eq(try_open(ENG_STORE_READ_ONLY, &store), ENG_E_VERSION);
  same(read_file(path), before);
  ck_assert_int_ne(access(strcat(path, "-wal"), F_OK), 0);
  path[strlen(path) - 4] = '\0';
}
END_TEST

START_TEST(what_is_no_book_is_said_to_be_none)
{
  static const char text[] = "customer,time,kind\nada,2026-01-01,purchase\n"
                             "a file that is longer than a header of a hundred bytes..";
  struct bytes bytes = {(uint8_t *)text, sizeof text};
  eng_store *store;

  ck_assert_int_eq(try_open(0, &store), ENG_E_NOTFOUND);
  write_file(bytes);
  ck_assert_int_eq(try_open(ENG_STORE_CREATE, &store), ENG_E_MAGIC);
  bytes.size = 0;
  write_file(bytes);
  ck_assert_int_eq(try_open(0, &store), ENG_E_MAGIC);
  ck_assert_int_eq(try_open(ENG_STORE_READ_ONLY, &store), ENG_E_MAGIC);
  ck_ok(try_open(ENG_STORE_CREATE, &store));
  eng_store_close(store);
  unlink(path);
  meddle("CREATE TABLE orders(customer, amount)");
  ck_assert_int_eq(try_open(ENG_STORE_CREATE, &store), ENG_E_MAGIC);
  meddle("PRAGMA application_id = 7");
  ck_assert_int_eq(try_open(ENG_STORE_CREATE, &store), ENG_E_MAGIC);
}
END_TEST

START_TEST(a_schema_of_somebody_else_is_not_run)
{
  static const char *const foreign[] = {
      "CREATE TRIGGER t AFTER INSERT ON customer BEGIN SELECT 1; END",
      "CREATE VIEW v AS SELECT 1", "CREATE INDEX i ON customer(timeline)",
      "CREATE TABLE more(a)"};
  static const char *const undo[] = {"DROP TRIGGER t", "DROP VIEW v", "DROP INDEX i",
                                     "DROP TABLE more"};
  eng_store *store = opened(ENG_STORE_CREATE);

  ck_ok(put(store, "ada", DAY, NULL));
  eng_store_close(store);
  for (int i = 0; i < 4; i++) {
    meddle(foreign[i]);
    ck_assert_int_eq(try_open(0, &store), ENG_E_DAMAGED);
    ck_assert_int_eq(try_open(ENG_STORE_READ_ONLY, &store), ENG_E_DAMAGED);
    meddle(undo[i]);
    ck_ok(try_open(0, &store));
    eng_store_close(store);
  }
  meddle("PRAGMA user_version = 0");
  ck_assert_int_eq(try_open(0, &store), ENG_E_DAMAGED);
}
END_TEST

START_TEST(a_damaged_row_is_named_and_the_others_are_read)
{
  static const char *const damage[] = {
      "UPDATE customer SET timeline = x'00' WHERE id = x'62'",
      "UPDATE customer SET timeline = 'words' WHERE id = x'62'",
      "UPDATE customer SET timeline = x'' WHERE id = x'62'",
      "UPDATE customer SET timeline = zeroblob(100000) WHERE id = x'62'",
      "UPDATE customer SET id = 'b' WHERE id = x'62'",
      "UPDATE customer SET id = 7 WHERE id = x'62'",
      "UPDATE customer SET id = zeroblob(5000) WHERE id = x'62'"};

  for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
    eng_store *store = opened(ENG_STORE_CREATE);
    eng_store_report report;
    eng_store_cursor *cursor;
    const eng_customer *customer;
    eng_error error;
    int bad = 0, good = 0;
    bool more = true;

    ck_ok(put(store, "a", DAY, NULL));
    ck_ok(put(store, "b", DAY, NULL));
    ck_ok(put(store, "c", DAY, NULL));
    eng_store_close(store);
    meddle(damage[i]);
    store = opened(0);
    ck_ok(eng_store_cursor_new(store, &cursor));
    for (int n = 0; n < 10 && more; n++) {
      eng_error_init(&error, sizeof error);
      if (eng_store_cursor_next(cursor, &customer, &error) != ENG_OK) {
        ck_assert_int_ne(error.code, ENG_OK);
        ck_assert_ptr_null(customer);
        bad++;
      } else if (customer != NULL) {
        good++;
      } else {
        more = false;
      }
    }
    ck_assert_int_eq(bad, 1);
    ck_assert_int_eq(good, 2);
    eng_store_cursor_free(cursor);
    eng_store_report_init(&report, sizeof report);
    ck_ok(eng_store_check(store, NULL, NULL, &report));
    ck_assert(report.customers == 2 && report.damaged == 1 && report.pages == 0);
    ck_assert(report.events == 2);
    eng_store_close(store);
    unlink(path);
  }
}
END_TEST

START_TEST(a_damaged_row_keeps_nobody_from_being_forgotten)
{
  static const char *const damage[] = {
      "UPDATE customer SET timeline = x'00' WHERE id = x'62'",
      "UPDATE customer SET timeline = 'words' WHERE id = x'62'"};
  const uint8_t key[16] = {1};

  for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
    eng_store *store = opened(ENG_STORE_CREATE);
    eng_customer *customer;
    eng_store_report report;
    int64_t floor;
    int32_t known, outcome;

    ck_ok(eng_store_set_key(store, 1, key));
    for (int c = 0; c < 4; c++) {
      const char id[2] = {(char)('a' + c), 0};

      ck_ok(put(store, id, DAY, NULL));
      ck_ok(put(store, id, 9 * DAY, NULL));
    }
    eng_store_close(store);
    meddle(damage[i]);
    if (i == 0) meddle("UPDATE customer SET id = zeroblob(5000) WHERE id = x'64'");
    store = opened(0);
    ck_ok(eng_store_set_key(store, 1, key));

    /* Who can be read is expired; that somebody could not is said. */
    ck_assert_int_ne(eng_store_expire(store, 5 * DAY, NULL, NULL), ENG_OK);
    ck_ok(eng_store_floor(store, &floor));
    ck_assert(floor == 5 * DAY);
    ck_ok(eng_store_customer(store, "c", 1, &customer, NULL));
    ck_assert(eng_customer_event_count(customer) == 1);
    eng_customer_free(customer);
    ck_assert_int_ne(eng_store_customer(store, "b", 1, &customer, NULL),
                     ENG_E_NOTFOUND);

    ck_ok(eng_store_forget(store, "b", 1, 7 * DAY, &known));
    ck_assert_int_eq(known, 1);
    ck_assert_int_eq(eng_store_customer(store, "b", 1, &customer, NULL),
                     ENG_E_NOTFOUND);
    ck_ok(put(store, "b", 6 * DAY, &outcome));
    ck_assert_int_eq(outcome, ENG_RECORD_IGNORED);
    eng_store_report_init(&report, sizeof report);
    ck_ok(eng_store_check(store, NULL, NULL, &report));
    ck_assert(report.damaged == (i == 0 ? 1 : 0));
    eng_store_close(store);
    unlink(path);
  }
}
END_TEST

/* Every so many bytes of a file another one: an answer, never a crash, and never a
 * customer whose bytes are not canonical. */
START_TEST(a_file_with_any_byte_changed_is_an_answer)
{
  struct rows *rows = malloc(sizeof *rows);
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_store_report report;
  struct bytes whole;
  uint64_t refused = 0, found = 0;

  fill(rows, 99);
  ck_ok(eng_store_record_many(store, &rows->columns, NULL, NULL));
  eng_store_close(store);
  free(rows);
  whole = read_file(path);
  ck_assert(whole.size > 20000);
  for (size_t at = 0; at < whole.size; at += at < 200 ? 1 : 61 * (size_t)stride()) {
    eng_book *book;

    whole.at[at] ^= 0xff;
    write_file(whole);
    whole.at[at] ^= 0xff;
    if (try_open(at % 8 == 0 ? 0 : ENG_STORE_READ_ONLY, &store) != ENG_OK) {
      refused++;
      continue;
    }
    ck_ok(eng_book_new(context, NULL, &book));
    if (eng_store_load(store, book, NULL, NULL, NULL) != ENG_OK) found++;
    eng_store_report_init(&report, sizeof report);
    if (eng_store_check(store, NULL, NULL, &report) == ENG_OK &&
        report.pages + report.damaged == 0 && at % 8 == 0) {
      ck_ok(put(store, "customer-07", 600 * DAY, NULL));
    }
    eng_book_free(book);
    eng_store_close(store);
  }
  ck_assert(refused > 20);
  ck_assert(found > 50 / stride());
  free(whole.at);
}
END_TEST

/* ---- floors and people who are to be forgotten ---- */

static const uint8_t first_key[16] = "a key of 16 byte";
static const uint8_t other_key[16] = "another 16 bytes";

/* Whether bytes stand anywhere in the files. */
static bool is_anywhere(const void *bytes, size_t length)
{
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  bool found = false;

  for (size_t f = 0; f < 4; f++) {
    char name[320];
    struct bytes file;

    snprintf(name, sizeof name, "%s%s", path, ends[f]);
    file = read_file(name);
    for (size_t i = 0; i + length <= file.size; i++)
      found |= memcmp(file.at + i, bytes, length) == 0;
    free(file.at);
  }
  return found;
}

static const char needle[] = "needle-customer-4711";
static const uint64_t needle_event = UINT64_C(0xfeedfacecafebeef);

static eng_status put_needle(eng_store *store, int64_t at)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, at);
  eng_status status;

  ck_ok(eng_event_set_id(event, needle_event));
  status = eng_store_record(store, needle, strlen(needle), event, NULL);
  eng_event_free(event);
  return status;
}

/* A store through which the needle went again and again, among many others, so that
 * pages were split, filled anew and freed with it in them. */
static eng_store *haystack(void)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  uint64_t seed = 5;

  ck_ok(eng_store_begin(store));
  for (int i = 0; i < 3000; i++) {
    char id[40];

    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    snprintf(id, sizeof id, "needle-customer-%d", (int)(seed >> 33) % 9000);
    ck_ok(put(store, id, i % 300 * DAY, NULL));
    if (i % 10 == 0) ck_ok(put_needle(store, i * 1000));
    if (i % 50 == 0) ck_ok(put(store, needle, i * DAY, NULL));
    if (i % 200 == 0) {
      ck_ok(eng_store_commit(store));
      ck_ok(eng_store_begin(store));
    }
  }
  ck_ok(eng_store_commit(store));
  return store;
}

START_TEST(who_is_forgotten_stands_in_no_byte_of_any_file)
{
  eng_store *store = haystack();
  uint64_t before = customers_of(store);
  eng_customer *held;
  eng_book *old;
  int32_t known, due;

  ck_ok(eng_store_customer(store, needle, strlen(needle), &held, NULL));
  ck_ok(eng_book_new(context, NULL, &old));
  ck_ok(eng_book_merge_customer(old, held));
  ck_assert(is_anywhere(needle, strlen(needle)));
  ck_assert(is_anywhere(&needle_event, 8));
  ck_assert_int_eq(eng_store_forget(store, needle, strlen(needle), DAY, &known),
                   ENG_E_KEY);
  ck_assert(customers_of(store) == before);
  ck_ok(eng_store_set_key(store, 1, first_key));
  ck_ok(eng_store_forget(store, needle, strlen(needle), DAY, &known));
  ck_assert_int_eq(known, 1);
  ck_assert(customers_of(store) == before - 1);
  ck_assert(!is_anywhere(needle, strlen(needle)));
  ck_assert(!is_anywhere(&needle_event, 8));
  ck_ok(eng_store_scrub_is_due(store, &due));
  ck_assert_int_eq(due, 0);
  /* The old blob, the old book and a late event bring nobody back. */
  ck_ok(eng_store_merge_customer(store, held));
  ck_ok(eng_store_merge_book(store, old, NULL, NULL));
  ck_ok(put(store, needle, 30 * DAY, NULL));
  ck_assert(customers_of(store) == before - 1);
  eng_store_close(store);
  ck_assert(!is_anywhere(needle, strlen(needle)));
  ck_assert(!is_anywhere(&needle_event, 8));
  /* Without the key, nobody who is unknown is taken in; with another, neither. */
  store = opened(0);
  ck_assert_int_eq(eng_store_merge_customer(store, held), ENG_E_KEY);
  ck_assert_int_eq(eng_store_set_key(store, 1, other_key), ENG_E_KEY);
  ck_ok(eng_store_set_key(store, 1, first_key));
  ck_ok(eng_store_merge_customer(store, held));
  ck_assert(customers_of(store) == before - 1);
  /* Who comes back later starts anew. */
  ck_ok(put(store, needle, 5000 * DAY, NULL));
  eng_customer_free(held);
  ck_ok(eng_store_customer(store, needle, strlen(needle), &held, NULL));
  ck_assert(eng_customer_event_count(held) == 1);
  ck_assert(eng_customer_floor(held) >= 2950 * DAY);
  eng_customer_free(held);
  eng_book_free(old);
  eng_store_close(store);
}
END_TEST

START_TEST(a_reader_in_the_way_leaves_the_scrubbing_due)
{
  eng_store *store = opened(ENG_STORE_CREATE), *reader = opened(0);
  eng_store_cursor *cursor;
  const eng_customer *customer;
  int32_t known, due;

  ck_ok(eng_store_set_key(store, 1, first_key));
  ck_ok(put(store, needle, DAY, NULL));
  ck_ok(put(store, "somebody", DAY, NULL));
  ck_ok(eng_store_cursor_new(reader, &cursor));
  ck_ok(eng_store_cursor_next(cursor, &customer, NULL));
  ck_assert_int_eq(eng_store_forget(store, needle, strlen(needle), DAY, &known),
                   ENG_E_BUSY);
  ck_ok(eng_store_scrub_is_due(store, &due));
  ck_assert_int_eq(due, 1);
  ck_assert(customers_of(store) == 1);
  eng_store_cursor_free(cursor);
  ck_ok(eng_store_scrub(store));
  ck_ok(eng_store_scrub_is_due(store, &due));
  ck_assert_int_eq(due, 0);
  ck_assert(!is_anywhere(needle, strlen(needle)));
  eng_store_close(store);
  eng_store_close(reader);
}
END_TEST

START_TEST(expiring_all_holds_for_those_who_come_later_too)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_book *book;
  struct bytes half;
  int32_t outcome;
  int64_t floor;

  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(put(store, "a", 1 * DAY, NULL));
  ck_ok(put(store, "a", 9 * DAY, NULL));
  ck_ok(put(store, "b", 2 * DAY, NULL));
  ck_ok(eng_store_load(store, book, NULL, NULL, NULL));
  ck_ok(eng_store_expire(store, 5 * DAY, NULL, NULL));
  ck_ok(eng_store_floor(store, &floor));
  ck_assert(floor == 5 * DAY);
  ck_assert(customers_of(store) == 1);
  half = bytes_of(store);
  ck_ok(eng_store_merge_book(store, book, NULL, NULL));
  same(bytes_of(store), half);
  ck_ok(put(store, "c", 4 * DAY, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_IGNORED);
  ck_ok(eng_store_expire(store, 3 * DAY, NULL, NULL));
  ck_ok(eng_store_floor(store, &floor));
  ck_assert(floor == 5 * DAY);
  /* A floor of one's own above that of all is kept, and does not outlive it. */
  ck_ok(eng_store_expire_customer(store, "d", 1, 7 * DAY));
  ck_assert(customers_of(store) == 2);
  ck_ok(eng_store_expire(store, 8 * DAY, NULL, NULL));
  ck_assert(customers_of(store) == 1);
  ck_assert_int_eq(eng_store_expire(store, -1, NULL, NULL), ENG_E_TIME);
  eng_book_free(book);
  eng_store_close(store);
}
END_TEST

START_TEST(keys_follow_one_another_until_their_tombstones_have_passed)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  int32_t known;

  ck_ok(eng_store_set_key(store, 5, first_key));
  ck_ok(eng_store_forget(store, "a", 1, 3 * DAY, &known));
  ck_assert_int_eq(known, 0);
  ck_ok(eng_store_set_key(store, 6, other_key));
  ck_ok(eng_store_forget(store, "b", 1, 4 * DAY, &known));
  ck_ok(put(store, "a", 2 * DAY, &known));
  ck_assert_int_eq(known, ENG_RECORD_IGNORED);
  ck_ok(put(store, "b", 4 * DAY, &known));
  ck_assert_int_eq(known, ENG_RECORD_IGNORED);
  eng_store_close(store);
  store = opened(0);
  ck_ok(eng_store_set_key(store, 6, other_key));
  ck_assert_int_eq(put(store, "c", 4 * DAY, NULL), ENG_E_KEY);
  ck_ok(eng_store_expire(store, 3 * DAY, NULL, NULL));
  ck_ok(put(store, "c", 5 * DAY, NULL));
  ck_ok(put(store, "b", 4 * DAY, &known));
  ck_assert_int_eq(known, ENG_RECORD_IGNORED);
  eng_store_close(store);
}
END_TEST

START_TEST(a_key_of_a_transaction_goes_with_it)
{
  const uint8_t key[16] = {1}, other[16] = {2};
  eng_store *store = opened(ENG_STORE_CREATE);

  ck_ok(eng_store_begin(store));
  ck_ok(eng_store_set_key(store, 1, key));
  eng_store_rollback(store);
  ck_assert_int_eq(eng_store_forget(store, "a", 1, DAY, NULL), ENG_E_KEY);
  ck_ok(eng_store_set_key(store, 1, other));
  ck_ok(eng_store_begin(store));
  ck_ok(eng_store_set_key(store, 2, key));
  ck_ok(eng_store_commit(store));
  ck_ok(eng_store_forget(store, "a", 1, DAY, NULL));
  eng_store_close(store);

  /* What stands under a number that the file does not list asks for its key too. */
  meddle("INSERT INTO tombstone VALUES(9, zeroblob(16), 5)");
  store = opened(0);
  ck_ok(eng_store_set_key(store, 1, other));
  ck_ok(eng_store_set_key(store, 2, key));
  ck_assert_int_eq(put(store, "b", 9 * DAY, NULL), ENG_E_KEY);
  ck_ok(eng_store_set_key(store, 9, key));
  ck_ok(put(store, "b", 9 * DAY, NULL));
  eng_store_close(store);
}
END_TEST

START_TEST(a_file_of_the_first_version_is_brought_to_this_one)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  struct bytes before;

  ck_ok(put(store, "ada", DAY, NULL));
  before = bytes_of(store);
  eng_store_close(store);
  meddle("DROP TABLE setting; DROP TABLE key; DROP TABLE tombstone; "
         "DROP TABLE link; PRAGMA user_version = 1");
  store = opened(ENG_STORE_READ_ONLY);
  ck_assert(customers_of(store) == 1);
  eng_store_close(store);
  store = opened(0);
  same(bytes_of(store), before);
  ck_ok(eng_store_expire(store, 2 * DAY, NULL, NULL));
  ck_assert(customers_of(store) == 0);
  eng_store_close(store);
}
END_TEST

START_TEST(a_file_without_a_table_of_links_has_none_until_it_is_written_to)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_book *book;

  ck_ok(put(store, "ada", DAY, NULL));
  eng_store_close(store);
  meddle("DROP TABLE link; PRAGMA user_version = 4");
  store = opened(ENG_STORE_READ_ONLY);
  ck_assert(customers_of(store) == 1);
  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_links(store, book));
  ck_ok(eng_store_load(store, book, NULL, NULL, NULL));
  ck_assert(eng_book_link_count(book) == 0);
  eng_book_free(book);
  ck_assert_int_eq(eng_store_link(store, "ada", 3, "bob", 3, 1, NULL), ENG_E_READONLY);
  eng_store_close(store);
  store = opened(0);
  ck_ok(eng_store_link(store, "ada", 3, "bob", 3, 1, NULL));
  eng_store_close(store);
}
END_TEST

/* ---- links ---- */

/* _i: 0 the n-th request fails, 1 it and all that follow. */
START_TEST(every_request_for_memory_of_a_link_fails_whole)
{
  static struct host host;
  eng_allocator memory;
  eng_context *plain = context;
  bool failed = true;

  memset(&host, 0, sizeof host);
  memory = host_allocator(&host);
  context = context_in(&host);
  for (uint64_t n = 1; failed; n++) {
    eng_store *store = opened(ENG_STORE_CREATE);
    eng_book *book;
    eng_status status;

    ck_ok(put(store, "ada", DAY, NULL));
    ck_ok(put(store, "bob", DAY, NULL));
    eng_store_close(store);
    host_reset(&host);
    host.fail_at = n;
    host.for_ever = _i == 1;
    status = eng_store_open(context, &memory, path, NULL, &store, NULL);
    if (status == ENG_OK) {
      status = eng_store_link(store, "bob", 3, "ada", 3, 7, NULL);
    }
    failed = host.failures > 0;
    host.fail_at = 0;
    eng_store_close(store);
    ck_assert(status == ENG_E_NOMEM || status == ENG_OK);
    store = opened(0);
    ck_ok(eng_book_new(context, NULL, &book));
    ck_ok(eng_store_load(store, book, NULL, NULL, NULL));
    ck_assert_uint_eq(eng_book_customer_count(book), status == ENG_OK ? 1 : 2);
    eng_book_free(book);
    eng_store_close(store);
    remove_files();
  }
  eng_context_free(context);
  context = plain;
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
}
END_TEST

static uint64_t link_count(eng_store *store)
{
  eng_store_report report;

  eng_store_report_init(&report, sizeof report);
  ck_ok(eng_store_check(store, NULL, NULL, &report));
  ck_assert_uint_eq(report.damaged + report.pages, 0);
  return report.links;
}

START_TEST(links_are_kept_and_loaded_as_groups)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_book *book;
  uint64_t row, other;
  int32_t outcome;

  ck_ok(put(store, "bob", DAY, NULL));
  ck_ok(put(store, "cyd", DAY, NULL));
  ck_ok(put(store, "dan", DAY, NULL));
  ck_ok(eng_store_link(store, "dan", 3, "ada", 3, 10, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_ADDED);
  ck_ok(eng_store_link(store, "ada", 3, "bob", 3, 10, &outcome));
  ck_ok(eng_store_link(store, "bob", 3, "ada", 3, 9, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_UNCHANGED);
  ck_assert(customers_of(store) == 3);
  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_load(store, book, NULL, NULL, NULL));
  ck_assert_uint_eq(eng_book_customer_count(book), 2);
  ck_ok(eng_book_find(book, "bob", 3, &row));
  ck_ok(eng_book_find(book, "ada", 3, &other));
  ck_assert_uint_eq(row, other);
  ck_assert_uint_eq(eng_book_group_size(book, row), 3);
  eng_book_free(book);
  ck_ok(eng_store_unlink(store, "bob", 3, "ada", 3, 10, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_REPLACED);
  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_load(store, book, NULL, NULL, NULL));
  ck_assert_uint_eq(eng_book_customer_count(book), 3);
  ck_assert_uint_eq(link_count(store), 2);
  /* What a book holds of members and links goes into another file as it is. */
  ck_ok(eng_store_expire(store, 20, NULL, NULL));
  ck_assert_uint_eq(link_count(store), 0);
  ck_ok(eng_store_link(store, "ada", 3, "bob", 3, 20, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_IGNORED);
  ck_ok(eng_store_merge_book(store, book, NULL, NULL));
  ck_assert_uint_eq(link_count(store), 0);
  eng_book_free(book);
  ck_assert_int_eq(eng_store_link(store, "ada", 3, "ada", 3, 20, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_store_link(store, "ada", 0, "bob", 3, 20, NULL), ENG_E_CUSTOMER);
  ck_assert_int_eq(eng_store_unlink(store, "ada", 3, "bob", 3, -1, NULL), ENG_E_TIME);
  eng_store_close(store);
}
END_TEST

START_TEST(pieces_of_a_store_hold_groups_whole)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_store_cursor *cursor;
  eng_book *whole;
  uint64_t count, customers = 0;

  ck_ok(eng_store_begin(store));
  for (int i = 0; i < 60; i++) {
    char id[24], other[24];

    sprintf(id, "customer-%02d", i);
    sprintf(other, "customer-%02d", (i * 7 + 3) % 60);
    ck_ok(put(store, id, (1 + i) * DAY, NULL));
    if (i % 3 == 0) ck_ok(eng_store_link(store, id, 11, other, 11, i, NULL));
    if (i % 9 == 0) ck_ok(eng_store_unlink(store, id, 11, other, 11, i, NULL));
  }
  ck_ok(eng_store_commit(store));
  ck_ok(eng_book_new(context, NULL, &whole));
  ck_ok(eng_store_load(store, whole, NULL, NULL, NULL));
  ck_ok(eng_store_cursor_new(store, &cursor));
  for (;;) {
    eng_book *piece;

    ck_ok(eng_book_new(context, NULL, &piece));
    ck_ok(eng_store_cursor_read(cursor, 7, piece, &count, NULL));
    ck_assert_uint_eq(eng_book_customer_count(piece), count);
    customers += count;
    for (uint64_t row = 0; row < count; row++) {
      eng_customer *a, *b;
      size_t length;
      const char *id = eng_book_customer_id(piece, row, &length);
      uint64_t at;

      ck_ok(eng_book_find(whole, id, length, &at));
      ck_ok(eng_book_customer(piece, row, &a));
      ck_ok(eng_book_customer(whole, at, &b));
      ck_assert(same_timeline(a, b));
      ck_assert(memcmp(eng_book_customer_id(whole, at, NULL), id, length) == 0);
      eng_customer_free(a);
      eng_customer_free(b);
    }
    eng_book_free(piece);
    if (count == 0) break;
  }
  ck_assert_uint_eq(customers, eng_book_customer_count(whole));
  ck_assert_uint_lt(customers, 60);
  eng_store_cursor_free(cursor);
  eng_book_free(whole);
  eng_store_close(store);
}
END_TEST

START_TEST(a_damaged_member_leaves_the_others_linked)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_store_cursor *cursor;
  eng_book *book;
  uint64_t count, row;

  ck_ok(put(store, "ada", DAY, NULL));
  ck_ok(put(store, "bob", 2 * DAY, NULL));
  ck_ok(put(store, "cyd", 3 * DAY, NULL));
  ck_ok(eng_store_link(store, "ada", 3, "bob", 3, 5, NULL));
  ck_ok(eng_store_link(store, "bob", 3, "cyd", 3, 5, NULL));
  eng_store_close(store);
  meddle("UPDATE customer SET timeline = x'00' WHERE id = x'626f62'");
  store = opened(0);
  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_cursor_new(store, &cursor));
  ck_ok(eng_store_cursor_read(cursor, 1, book, &count, NULL));
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(eng_book_customer_count(book), 1);
  ck_ok(eng_book_find(book, "cyd", 3, &row));
  ck_assert_uint_eq(eng_book_event_count(book), 2);
  /* The damaged row is told where it stands. */
  ck_assert_int_ne(eng_store_cursor_read(cursor, 1, book, &count, NULL), ENG_OK);
  ck_ok(eng_store_cursor_read(cursor, 1, book, &count, NULL));
  ck_assert_uint_eq(count, 0);
  eng_store_cursor_free(cursor);
  eng_book_free(book);
  eng_store_close(store);
}
END_TEST

START_TEST(who_is_forgotten_is_named_by_no_link)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_book *old;
  int32_t outcome, known;

  ck_ok(eng_store_set_key(store, 1, first_key));
  ck_ok(put(store, needle, DAY, NULL));
  ck_ok(eng_store_link(store, needle, strlen(needle), "ada", 3, 5 * DAY, NULL));
  ck_ok(eng_store_link(store, "bob", 3, "ada", 3, 5 * DAY, NULL));
  ck_ok(eng_book_new(context, NULL, &old));
  ck_ok(eng_store_load(store, old, NULL, NULL, NULL));
  ck_ok(eng_store_forget(store, needle, strlen(needle), DAY, &known));
  ck_assert_int_eq(known, 1);
  ck_assert_uint_eq(link_count(store), 1);
  ck_assert(!is_anywhere(needle, strlen(needle)));
  ck_ok(eng_store_merge_book(store, old, NULL, NULL));
  ck_ok(eng_store_link(store, "ada", 3, needle, strlen(needle), 5 * DAY, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_IGNORED);
  ck_assert_uint_eq(link_count(store), 1);
  ck_assert(!is_anywhere(needle, strlen(needle)));
  /* Who comes back later is somebody new, whom one may merge. */
  ck_ok(eng_store_link(store, "ada", 3, needle, strlen(needle), 5 * DAY + 1, &outcome));
  ck_assert_int_eq(outcome, ENG_RECORD_ADDED);
  /* A name that only a link has is forgotten too. */
  ck_ok(eng_store_forget(store, needle, strlen(needle), DAY, &known));
  ck_assert_int_eq(known, 1);
  ck_assert(!is_anywhere(needle, strlen(needle)));
  eng_book_free(old);
  eng_store_close(store);
}
END_TEST

START_TEST(damaged_links_are_found_and_are_in_nobodys_way)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_store_report report;
  eng_book *book;

  ck_ok(put(store, "ada", DAY, NULL));
  ck_ok(eng_store_link(store, "ada", 3, "bob", 3, 5, NULL));
  eng_store_close(store);
  meddle("INSERT INTO link VALUES(x'00', x'0000'), "
         "(x'00112233445566778899aabbccddeeff', x'0161016201')");
  store = opened(0);
  eng_store_report_init(&report, sizeof report);
  ck_ok(eng_store_check(store, NULL, NULL, &report));
  ck_assert_uint_eq(report.links, 1);
  ck_assert_uint_eq(report.damaged, 2);
  ck_ok(eng_book_new(context, NULL, &book));
  ck_assert_int_ne(eng_store_load(store, book, NULL, NULL, NULL), ENG_OK);
  eng_book_free(book);
  ck_ok(eng_store_set_key(store, 1, first_key));
  ck_ok(eng_store_forget(store, "cyd", 3, DAY, NULL));
  ck_assert_uint_eq(link_count(store), 1);
  eng_store_close(store);
}
END_TEST

/* Keys that the library never writes are seen, too, and what lacks only limits of the
 * context names people like any other. */
START_TEST(whoever_a_strange_row_of_a_link_names_is_forgotten)
{
  eng_store *store = opened(ENG_STORE_CREATE);
  eng_store_report report;
  eng_context *plain = context;
  eng_settings *settings;
  char sql[600];

  ck_ok(eng_store_link(store, needle, strlen(needle), "ada", 3, 5 * DAY, NULL));
  ck_ok(eng_store_link(store, "ada", 3, "bob", 3, 5 * DAY, NULL));
  eng_store_close(store);
  snprintf(sql, sizeof sql,
           "INSERT INTO link VALUES('%s', x'00'), (7, CAST('%s' AS BLOB)), "
           "(x'', CAST('%s' AS BLOB)), (x'0102030405060708090a0b0c0d0e0f1011', x'00'); "
           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
           "WHERE i < 1500) INSERT INTO link SELECT 'key ' || i, '%s' FROM n",
           needle, needle, needle, needle);
  meddle(sql);
  settings = euro_settings(NULL);
  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_ID, 4));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  store = opened(0);
  eng_store_report_init(&report, sizeof report);
  ck_ok(eng_store_check(store, NULL, NULL, &report));
  ck_assert_uint_eq(report.links, 2);
  ck_assert_uint_eq(report.damaged, 1504);
  ck_ok(eng_store_set_key(store, 1, first_key));
  ck_ok(eng_store_forget(store, "cyd", 3, DAY, NULL));
  ck_assert_uint_eq(link_count(store), 2);
  ck_ok(eng_store_expire(store, DAY, NULL, NULL));
  eng_store_close(store);
  eng_context_free(context);
  context = plain;
  store = opened(0);
  ck_ok(eng_store_set_key(store, 1, first_key));
  ck_ok(eng_store_forget(store, needle, strlen(needle), DAY, NULL));
  ck_assert_uint_eq(link_count(store), 1);
  ck_assert(!is_anywhere(needle, strlen(needle)));
  eng_store_close(store);
}
END_TEST

/* ---- arguments and memory ---- */

static int32_t is_changed(eng_store *store)
{
  int32_t changed;

  ck_ok(eng_store_is_changed(store, &changed));
  return changed;
}

START_TEST(whether_others_wrote_is_told_once)
{
  eng_store *one = opened(ENG_STORE_CREATE), *other = opened(ENG_STORE_READ_ONLY);
  eng_event *visit = event_of(context, ENG_EVENT_VISIT, DAY);
  int32_t changed = 7;

  ck_assert_int_eq(is_changed(other), 1);
  ck_assert_int_eq(is_changed(other), 0);
  ck_ok(eng_store_record(one, "customer-1", 10, visit, NULL));
  ck_assert_int_eq(is_changed(other), 1);
  ck_assert_int_eq(is_changed(other), 0);
  ck_assert_int_eq(is_changed(one), 1);
  ck_ok(eng_store_record(one, "customer-2", 10, visit, NULL));
  ck_assert_int_eq(is_changed(one), 0); /* that was itself */
  ck_ok(eng_store_begin(one));
  ck_assert_int_eq(eng_store_is_changed(one, &changed), ENG_E_INVALID);
  ck_assert_int_eq(changed, 0);
  ck_assert_int_eq(eng_store_is_changed(NULL, &changed), ENG_E_INVALID);
  ck_assert_int_eq(eng_store_is_changed(one, NULL), ENG_E_INVALID);
  eng_event_free(visit);
  eng_store_close(one);
  eng_store_close(other);
}
END_TEST

START_TEST(arguments_out_of_range_are_refused)
{
  eng_store_options options;
  eng_store *store;

  eng_store_options_init(&options, sizeof options);
  ck_assert_int_eq(options.wait_ms, 5000);
  options.flags = ENG_STORE_CREATE | ENG_STORE_READ_ONLY;
  ck_assert_int_eq(eng_store_open(context, NULL, path, &options, &store, NULL),
                   ENG_E_INVALID);
  options.flags = 64;
  ck_assert_int_eq(eng_store_open(context, NULL, path, &options, &store, NULL),
                   ENG_E_RANGE);
  options.flags = 0;
  options.sync = 9;
  ck_assert_int_eq(eng_store_open(context, NULL, path, &options, &store, NULL),
                   ENG_E_RANGE);
  options.sync = ENG_STORE_NORMAL;
  options.vfs = "no such thing";
  ck_assert_int_eq(eng_store_open(context, NULL, path, &options, &store, NULL),
                   ENG_E_NOTFOUND);
  options.cache_kb = 1;
  ck_assert_int_eq(eng_store_open(context, NULL, path, &options, &store, NULL),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_store_open(context, NULL, ":memory:", NULL, &store, NULL),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_store_open(context, NULL, "", NULL, &store, NULL),
                   ENG_E_INVALID);
  ck_assert_ptr_null(store);
  eng_store_close(NULL);
  eng_store_cursor_free(NULL);
  eng_store_rollback(NULL);
}
END_TEST

/* _i: 0 the n-th request fails, 1 it and all that follow. */
START_TEST(every_request_for_memory_fails_whole)
{
  static struct host host;
  struct rows *rows = malloc(sizeof *rows);
  eng_allocator memory;
  eng_context *plain = context;
  struct bytes before, after;
  eng_columns columns;
  eng_store *store;
  bool failed = true;

  fill(rows, 3);
  memset(&host, 0, sizeof host);
  memory = host_allocator(&host);
  context = context_in(&host);
  store = opened(ENG_STORE_CREATE);
  columns = part(rows, 0, 40);
  ck_ok(eng_store_record_many(store, &columns, NULL, NULL));
  before = bytes_of(store);
  eng_store_close(store);
  columns = part(rows, 40, 40);
  for (uint64_t n = 1; failed; n += 1 + n / 40) {
    eng_status status;

    host_reset(&host);
    host.fail_at = n;
    host.for_ever = _i == 1;
    status = eng_store_open(context, &memory, path, NULL, &store, NULL);
    if (status == ENG_OK) {
      status = eng_store_record_many(store, &columns, NULL, NULL);
    }
    failed = host.failures > 0;
    host.fail_at = 0;
    if (!failed) ck_ok(status);
    if (status != ENG_OK) {
      ck_assert_int_eq(status, ENG_E_NOMEM);
      eng_store_close(store);
      store = opened(0);
      after = bytes_of(store);
      ck_assert(same_bytes(before, after));
      free(after.at);
    }
    if (status == ENG_OK && failed) {
      /* Where a table of shapes did not find room; the events are there. */
      free(before.at);
      before = bytes_of(store);
    }
    eng_store_close(store);
  }
  free(before.at);
  eng_context_free(context);
  context = plain;
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
  free(rows);
}
END_TEST

#else

START_TEST(without_sqlite_nothing_opens)
{
  eng_context *context = plain_context();
  eng_store *store = (eng_store *)context;

  ck_assert_int_eq(eng_store_open(context, NULL, "a.book", NULL, &store, NULL),
                   ENG_E_UNSUPPORTED);
  ck_assert_ptr_null(store);
  eng_store_close(store);
  eng_context_free(context);
}
END_TEST

#endif

Suite *store_suite(void)
{
  Suite *suite = suite_create("store");
  TCase *tests = tcase_create("store");

  tcase_set_timeout(tests, 600);
#if HAVE_SQLITE3
  tcase_add_checked_fixture(tests, open_folder, close_folder);
  tcase_add_test(tests, what_was_recorded_is_there_when_it_is_opened_again);
  tcase_add_test(tests, a_store_is_the_book_of_what_came_in_whatever_the_way);
  tcase_add_test(tests, a_bad_row_changes_nothing_and_is_named);
  tcase_add_test(tests, a_transaction_is_all_or_nothing);
  tcase_add_test(tests, one_writes_and_others_read_meanwhile);
  tcase_add_test(tests, a_cursor_sees_one_moment_in_the_order_of_ids);
  tcase_add_test(tests, a_customer_of_nothing_is_not_kept);
  tcase_add_test(tests, a_later_version_is_left_alone_byte_for_byte);
  tcase_add_test(tests, what_is_no_book_is_said_to_be_none);
  tcase_add_test(tests, a_schema_of_somebody_else_is_not_run);
  tcase_add_test(tests, a_damaged_row_is_named_and_the_others_are_read);
  tcase_add_test(tests, a_damaged_row_keeps_nobody_from_being_forgotten);
  tcase_add_test(tests, a_file_with_any_byte_changed_is_an_answer);
  tcase_add_test(tests, who_is_forgotten_stands_in_no_byte_of_any_file);
  tcase_add_test(tests, a_reader_in_the_way_leaves_the_scrubbing_due);
  tcase_add_test(tests, expiring_all_holds_for_those_who_come_later_too);
  tcase_add_test(tests, keys_follow_one_another_until_their_tombstones_have_passed);
  tcase_add_test(tests, a_key_of_a_transaction_goes_with_it);
  tcase_add_test(tests, a_file_of_the_first_version_is_brought_to_this_one);
  tcase_add_test(tests,
                 a_file_without_a_table_of_links_has_none_until_it_is_written_to);
  tcase_add_test(tests, links_are_kept_and_loaded_as_groups);
  tcase_add_loop_test(tests, every_request_for_memory_of_a_link_fails_whole, 0, 2);
  tcase_add_test(tests, pieces_of_a_store_hold_groups_whole);
  tcase_add_test(tests, a_damaged_member_leaves_the_others_linked);
  tcase_add_test(tests, who_is_forgotten_is_named_by_no_link);
  tcase_add_test(tests, whoever_a_strange_row_of_a_link_names_is_forgotten);
  tcase_add_test(tests, damaged_links_are_found_and_are_in_nobodys_way);
  tcase_add_test(tests, whether_others_wrote_is_told_once);
  tcase_add_test(tests, arguments_out_of_range_are_refused);
  tcase_add_loop_test(tests, every_request_for_memory_fails_whole, 0, 2);
#else
  tcase_add_test(tests, without_sqlite_nothing_opens);
#endif
  suite_add_tcase(suite, tests);
  return suite;
}
