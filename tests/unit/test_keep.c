/* SPDX-License-Identifier: MIT
 *
 * test_keep.c - a book on a file over its years: damaged rows that the other till
 * mends, messages that stay within their bounds, keys that follow on keys, and reading
 * that leaves nothing behind.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "unit/support.h"

#if HAVE_SQLITE3
#include <sqlite3.h>
#endif

Suite *keep_suite(void);

#if HAVE_SQLITE3

enum { STORES = 2 };

static const uint8_t keys[][16] = {"no key of any...", "the first key...",
                                   "the second one..", "the third key..."};

static char folder[256];
static eng_context *context;
static eng_store *stores[STORES];

static void path_of(char *path, int i, const char *end)
{
  sprintf(path, "%s/%d.book%s", folder, i, end);
}

static void open_store(int i)
{
  eng_store_options options;
  char path[300];

  path_of(path, i, "");
  eng_store_options_init(&options, sizeof options);
  options.flags = ENG_STORE_CREATE;
  options.sync = ENG_STORE_NORMAL;
  ck_ok(eng_store_open(context, NULL, path, &options, &stores[i], NULL));
}

/* As at the start of another process: no key is known. */
static void reopen(int i)
{
  eng_store_close(stores[i]);
  open_store(i);
}

static void open_folder(void)
{
  const char *temporary = getenv("TMPDIR");

  if (temporary == NULL)
    temporary = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(folder, sizeof folder, "%s/engagement-keep.XXXXXX", temporary);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  context = plain_context();
  for (int i = 0; i < STORES; i++) open_store(i);
}

static void close_folder(void)
{
  for (int i = 0; i < STORES; i++) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};

    eng_store_close(stores[i]);
    for (int e = 0; e < 4; e++) {
      char path[300];

      path_of(path, i, ends[e]);
      unlink(path);
    }
  }
  eng_context_free(context);
  ck_assert_int_eq(rmdir(folder), 0);
}

static void note(eng_store *store, const char *id, int64_t day)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, day * DAY);

  ck_ok(eng_store_record(store, id, strlen(id), event, NULL));
  eng_event_free(event);
}

/* What a stranger does to the file of a store. */
static void tamper(int i, const char *sql)
{
  char path[300];
  sqlite3 *db;

  path_of(path, i, "");
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

static size_t longest; /* message */

static eng_status talk(eng_store *one, eng_store *other, eng_sync_counts *counts)
{
  eng_sync *sides[2] = {NULL, NULL};
  const uint8_t *message = NULL;
  size_t size = 0;
  int32_t done = 0;
  eng_status status = eng_sync_new(one, ENG_SYNC_ASK, &sides[0]);

  if (status == ENG_OK) status = eng_sync_new(other, ENG_SYNC_ANSWER, &sides[1]);
  for (int turn = 0; status == ENG_OK && !(done && turn % 2 == 0); turn++) {
    status = eng_sync_next(sides[turn % 2], message, size, &message, &size, &done);
    if (size > longest) longest = size;
    if (turn % 2 == 0) done = 0;
  }
  for (int i = 0; i < 2 && counts != NULL; i++) {
    eng_sync_counts_init(&counts[i], sizeof counts[i]);
    eng_sync_get_counts(sides[i], &counts[i]);
  }
  eng_sync_free(sides[0]);
  eng_sync_free(sides[1]);
  return status;
}

static void check_count(eng_store *store, const char *id, uint64_t events)
{
  eng_customer *customer;
  eng_status status = eng_store_customer(store, id, strlen(id), &customer, NULL);

  ck_assert_int_eq(status, events == 0 ? ENG_E_NOTFOUND : ENG_OK);
  if (status == ENG_OK) ck_assert_uint_eq(eng_customer_event_count(customer), events);
  eng_customer_free(customer);
}

/* What is in a file; no address: there is none. */
static struct bytes file_bytes(const char *path)
{
  struct bytes bytes = {NULL, 0};
  FILE *file = fopen(path, "rb");

  if (file == NULL) return bytes;
  bytes.at = malloc(1 << 20);
  bytes.size = fread(bytes.at, 1, 1 << 20, file);
  fclose(file);
  return bytes;
}

/* ---- damage ---- */

static const char *const damages[] = {
    "UPDATE customer SET timeline = x'00' WHERE id = CAST('ada' AS BLOB)",
    "UPDATE customer SET timeline = x'' WHERE id = CAST('ada' AS BLOB)",
    "UPDATE customer SET timeline = 'ET' WHERE id = CAST('ada' AS BLOB)",
    "UPDATE customer SET timeline = CAST(substr(timeline, 1, length(timeline) - 1) || "
    "x'77' AS BLOB) WHERE id = CAST('ada' AS BLOB)",
    "UPDATE customer SET timeline = CAST(substr(timeline, 1, 12) AS BLOB) "
    "WHERE id = CAST('ada' AS BLOB)"};

enum { DAMAGES = sizeof damages / sizeof *damages };

/* _i / 2: the damage; _i % 2: who asks. */
START_TEST(a_damaged_row_is_mended_by_the_other_side)
{
  eng_sync_counts counts[2];
  int ask = _i % 2;

  for (int i = 0; i < STORES; i++) {
    note(stores[i], "ada", 1);
    note(stores[i], "ada", 2);
    note(stores[i], "bea", 3 + i);
  }
  tamper(0, damages[_i / 2]);
  ck_ok(talk(stores[ask], stores[1 - ask], counts));
  ck_assert_uint_eq(counts[0].customers_mended + counts[1].customers_mended, 1);
  ck_assert_uint_eq(counts[ask].customers_mended, 1); /* on the side of the first */
  ck_assert_uint_eq(counts[0].customers_damaged + counts[1].customers_damaged, 0);
  for (int i = 0; i < STORES; i++) {
    check_count(stores[i], "ada", 2);
    check_count(stores[i], "bea", 2);
  }
  ck_ok(talk(stores[0], stores[1], counts));
  ck_assert_uint_eq(counts[0].customers_received + counts[1].customers_received, 0);
}
END_TEST

START_TEST(damage_on_both_sides_keeps_nobody_else_apart)
{
  eng_sync_counts counts[2];
  eng_store_report report;

  for (int i = 0; i < STORES; i++) {
    note(stores[i], "ada", 1);
    note(stores[i], "bea", 3 + i);
  }
  tamper(0, damages[0]);
  tamper(1, damages[3]);
  ck_ok(talk(stores[_i], stores[1 - _i], counts));
  ck_assert_uint_eq(counts[0].customers_damaged, 1);
  for (int i = 0; i < STORES; i++) {
    check_count(stores[i], "bea", 2);
    eng_store_report_init(&report, sizeof report);
    ck_ok(eng_store_check(stores[i], NULL, NULL, &report));
    ck_assert_uint_eq(report.damaged, 1);
  }
}
END_TEST

/* Nobody there has the customer: nothing can be mended, and all others go over. */
START_TEST(a_damaged_row_alone_stays_where_it_is)
{
  eng_sync_counts counts[2];
  uint64_t there;

  for (int n = 0; n < 100; n++) {
    char id[24];

    snprintf(id, sizeof id, "customer-%d", n);
    note(stores[0], id, n + 1);
  }
  note(stores[0], "ada", 1);
  tamper(0, damages[0]);
  ck_ok(talk(stores[_i], stores[1 - _i], counts));
  ck_assert_uint_eq(counts[0].customers_damaged + counts[1].customers_damaged, 1);
  ck_ok(eng_store_customer_count(stores[1], &there));
  ck_assert_uint_eq(there, 100);
  ck_ok(eng_store_customer_count(stores[0], &there));
  ck_assert_uint_eq(there, 101);
}
END_TEST

/* ---- scrubbing beside somebody else ---- */

static eng_customer *with_floor(int64_t day)
{
  eng_customer *customer;

  ck_ok(eng_customer_new(context, "customer-17", 11, &customer));
  ck_ok(eng_customer_expire(customer, day * DAY));
  return customer;
}

/* Just before what follows on VACUUM and the checkpoint another store drops events. */
static eng_store *meanwhile;
static bool vacuumed;

static int on_statement(unsigned what, void *user, void *statement, void *text)
{
  const char *sql = text;
  eng_customer *other;

  (void)what;
  (void)user;
  (void)statement;
  if (strcmp(sql, "VACUUM") == 0) vacuumed = true;
  if (meanwhile == NULL || !vacuumed || strncmp(sql, "BEGIN", 5) != 0) return 0;
  other = with_floor(5);
  vacuumed = false;
  ck_ok(eng_store_merge_customer(meanwhile, other));
  meanwhile = NULL;
  eng_customer_free(other);
  return 0;
}

static int trace(sqlite3 *db, char **error, const void *api)
{
  (void)error;
  (void)api;
  return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, NULL);
}

START_TEST(scrubbing_does_not_answer_for_what_was_dropped_meanwhile)
{
  eng_store_options options;
  eng_customer *other;
  char path[300];
  int32_t due;

  other = with_floor(2);
  note(stores[0], "customer-17", 1);
  note(stores[0], "customer-17", 3);
  ck_ok(eng_store_merge_customer(stores[0], other));
  eng_customer_free(other);
  ck_assert_int_eq(sqlite3_auto_extension((void (*)(void))trace), SQLITE_OK);
  reopen(0);
  eng_store_close(stores[1]);
  path_of(path, 0, "");
  eng_store_options_init(&options, sizeof options);
  ck_ok(eng_store_open(context, NULL, path, &options, &stores[1], NULL));
  meanwhile = stores[1];
  ck_ok(eng_store_scrub(stores[0]));
  sqlite3_reset_auto_extension();
  ck_assert_ptr_null(meanwhile);
  ck_ok(eng_store_scrub_is_due(stores[0], &due));
  ck_assert_int_eq(due, 1);
  ck_ok(eng_store_scrub(stores[1]));
  ck_ok(eng_store_scrub_is_due(stores[0], &due));
  ck_assert_int_eq(due, 0);
}
END_TEST

/* ---- messages ---- */

/* Both know everybody, and one knows far more: it all goes back, in pieces. */
START_TEST(no_message_is_longer_than_was_promised)
{
  enum { CUSTOMERS = 200, EVENTS = 1000, ITEM = 64 << 10 };
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, DAY);
  eng_book *much, *little;
  uint64_t there;
  eng_sync_counts counts[2];

  ck_ok(eng_book_new(context, NULL, &much));
  ck_ok(eng_book_new(context, NULL, &little));
  for (int n = 0; n < CUSTOMERS; n++) {
    char id[24];

    snprintf(id, sizeof id, "customer-%d", n);
    for (int e = 0; e < EVENTS / (int)stride(); e++) {
      ck_ok(eng_event_reset(event, ENG_EVENT_PURCHASE, n * 1000 + e * 3600000));
      ck_ok(eng_event_set_id(event, (uint64_t)e * 977 + 1));
      ck_ok(eng_book_record(much, id, strlen(id), event, NULL));
      if (e == 0) ck_ok(eng_book_record(little, id, strlen(id), event, NULL));
    }
  }
  eng_event_free(event);
  ck_ok(eng_store_merge_book(stores[_i], much, NULL, NULL));
  ck_ok(eng_store_merge_book(stores[1 - _i], little, NULL, NULL));
  longest = 0;
  ck_ok(talk(stores[0], stores[1], counts));
  ck_assert_uint_lt(longest, (1u << 20) + (1u << 16) + ITEM);
  if (stride() == 1) ck_assert_uint_gt(longest, 1u << 20);
  for (int i = 0; i < STORES; i++) {
    eng_book *book;

    ck_ok(eng_book_new(context, NULL, &book));
    ck_ok(eng_store_load(stores[i], book, NULL, NULL, NULL));
    there = eng_book_event_count(book);
    ck_assert_uint_eq(there, eng_book_event_count(much));
    eng_book_free(book);
  }
  eng_book_free(much);
  eng_book_free(little);
}
END_TEST

START_TEST(a_message_that_is_too_long_is_refused)
{
  enum { BLOB = 1 << 16, MOST = BLOB + (4 << 20) };
  eng_settings *settings;
  eng_store *store;
  uint8_t *bytes = calloc(1, MOST + 1);
  char path[300];

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_BLOB, BLOB));
  eng_context_free(context);
  for (int i = 0; i < STORES; i++) eng_store_close(stores[i]);
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  path_of(path, 0, "");
  ck_ok(eng_store_open(context, NULL, path, NULL, &store, NULL));
  memcpy(bytes, "S", 2);
  for (int over = 0; over < 2; over++) {
    const uint8_t *out;
    size_t size;
    int32_t done;
    eng_sync *sync;

    ck_ok(eng_sync_new(store, ENG_SYNC_ANSWER, &sync));
    ck_assert_int_eq(
        eng_sync_next(sync, bytes, MOST + (size_t)over, &out, &size, &done),
        over ? ENG_E_LIMIT : ENG_E_KEY);
    ck_assert_int_eq(eng_sync_next(sync, bytes, 3, &out, &size, &done), ENG_E_INVALID);
    eng_sync_free(sync);
  }
  eng_store_close(store);
  free(bytes);
  for (int i = 0; i < STORES; i++) open_store(i);
}
END_TEST

/* ---- keys ---- */

static void check_keys(eng_store *store, const char *expected)
{
  char text[200] = "";
  uint32_t number = 0;
  uint64_t forgotten;

  for (;;) {
    ck_ok(eng_store_next_key(store, number, &number, &forgotten));
    if (number == 0) break;
    sprintf(text + strlen(text), "%u:%u ", (unsigned)number, (unsigned)forgotten);
  }
  ck_assert_str_eq(text, expected);
}

static void forget(eng_store *store, const char *id, int64_t day)
{
  ck_ok(eng_store_forget(store, id, strlen(id), day * DAY, NULL));
}

static eng_status set_key(eng_store *store, uint32_t number)
{
  return eng_store_set_key(store, number, keys[number]);
}

static int32_t outcome_of(eng_store *store, const char *id, int64_t day)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, day * DAY);
  int32_t outcome;

  ck_ok(eng_store_record(store, id, strlen(id), event, &outcome));
  eng_event_free(event);
  return outcome;
}

/* The whole life of a key: it is followed by another, holds off whom it names as long
 * as that may matter, and then nobody asks for it. */
START_TEST(an_old_key_is_needed_until_the_floor_has_passed)
{
  eng_store *store = stores[0];

  check_keys(store, "");
  ck_ok(set_key(store, 1));
  note(store, "ada", 3);
  forget(store, "ada", 5);
  check_keys(store, "1:1 ");
  ck_ok(set_key(store, 2));
  check_keys(store, "1:1 2:0 ");
  note(store, "bea", 7);
  forget(store, "bea", 8);
  check_keys(store, "1:1 2:1 ");
  ck_assert_int_eq(outcome_of(store, "ada", 5), ENG_RECORD_IGNORED);
  ck_assert_int_eq(outcome_of(store, "bea", 8), ENG_RECORD_IGNORED);

  reopen(0);
  store = stores[0];
  ck_ok(set_key(store, 2));
  {
    eng_event *event = event_of(context, ENG_EVENT_PURCHASE, 20 * DAY);

    ck_assert_int_eq(eng_store_record(store, "cho", 3, event, NULL), ENG_E_KEY);
    eng_event_free(event);
  }
  ck_assert_int_eq(eng_store_set_key(store, 1, keys[3]), ENG_E_KEY);
  ck_ok(eng_store_expire(store, 5 * DAY, NULL, NULL));
  check_keys(store, "1:0 2:1 ");
  ck_assert_int_eq(outcome_of(store, "cho", 20), ENG_RECORD_ADDED);
  ck_assert_int_eq(outcome_of(store, "ada", 5), ENG_RECORD_IGNORED); /* by the floor */
  ck_assert_int_eq(outcome_of(store, "bea", 8), ENG_RECORD_IGNORED);
  ck_ok(eng_store_expire(store, 8 * DAY, NULL, NULL));
  check_keys(store, "1:0 2:0 ");

  reopen(0); /* and without any key */
  store = stores[0];
  ck_assert_int_eq(outcome_of(store, "dee", 20), ENG_RECORD_ADDED);
  ck_assert_int_eq(outcome_of(store, "bea", 8), ENG_RECORD_IGNORED);
  ck_assert_int_eq(eng_store_forget(store, "cho", 3, 30 * DAY, NULL), ENG_E_KEY);
}
END_TEST

/* Both began with one key and went on each with its own: 2 here, 3 there. _i: who asks.
 */
START_TEST(books_of_other_current_keys_come_together)
{
  eng_sync_counts counts[2];

  for (int i = 0; i < STORES; i++) {
    ck_ok(set_key(stores[i], 1));
    note(stores[i], "ada", 1);
    note(stores[i], "bea", 2);
    note(stores[i], "cho", 3);
    note(stores[i], "dee", 4);
  }
  forget(stores[0], "ada", 10);
  ck_ok(set_key(stores[0], 2));
  ck_ok(set_key(stores[1], 3));
  forget(stores[0], "bea", 10);
  forget(stores[1], "cho", 10);
  ck_assert_int_eq(talk(stores[_i], stores[1 - _i], NULL), ENG_E_KEY);
  ck_ok(set_key(stores[0], 3));
  ck_assert_int_eq(talk(stores[_i], stores[1 - _i], NULL), ENG_E_KEY);
  ck_ok(set_key(stores[1], 2));
  ck_ok(talk(stores[_i], stores[1 - _i], counts));
  for (int i = 0; i < STORES; i++) {
    check_keys(stores[i], "1:1 2:1 3:1 ");
    check_count(stores[i], "ada", 0);
    check_count(stores[i], "bea", 0);
    check_count(stores[i], "cho", 0);
    check_count(stores[i], "dee", 1);
    ck_assert_int_eq(outcome_of(stores[i], "ada", 10), ENG_RECORD_IGNORED);
    ck_assert_int_eq(outcome_of(stores[i], "cho", 10), ENG_RECORD_IGNORED);
    ck_assert_int_eq(outcome_of(stores[i], "bea", 11), ENG_RECORD_ADDED);
  }
  ck_ok(talk(stores[1], stores[0], counts));
  ck_assert_uint_eq(counts[0].forgotten_received + counts[0].customers_received, 0);
}
END_TEST

START_TEST(keys_are_asked_for_with_arguments)
{
  uint32_t number = 9;
  uint64_t forgotten = 9;

  ck_assert_int_eq(eng_store_next_key(NULL, 0, &number, &forgotten), ENG_E_INVALID);
  ck_assert_uint_eq(number, 0);
  ck_assert_uint_eq(forgotten, 0);
  ck_assert_int_eq(eng_store_next_key(stores[0], 0, NULL, &forgotten), ENG_E_INVALID);
  ck_ok(eng_store_next_key(stores[0], UINT32_MAX, &number, NULL));
  ck_assert_uint_eq(number, 0);
}
END_TEST

/* ---- reading ---- */

/* The files beside a book are as before, and so are all bytes; _i: with a log that a
 * process left there when it ended. */
START_TEST(reading_leaves_nothing_behind)
{
  static const char *const ends[] = {"", "-wal", "-shm"};
  eng_store_options options;
  eng_store_report report;
  eng_store *reader;
  char path[300], from[300];
  struct bytes before[3] = {{NULL, 0}}, after;

  note(stores[0], "ada", 1);
  if (_i == 1) { /* copied as it stands, the log not brought home */
    for (int e = 0; e < 2; e++) {
      char command[700];

      path_of(from, 0, ends[e]);
      path_of(path, 1, ends[e]);
      eng_store_close(stores[1]);
      stores[1] = NULL;
      snprintf(command, sizeof command, "cp '%s' '%s'", from, path);
      ck_assert_int_eq(system(command), 0);
    }
  }
  eng_store_close(stores[0]);
  stores[0] = NULL;
  path_of(path, _i, "");
  for (int e = 0; e < 3; e++) {
    path_of(from, _i, ends[e]);
    before[e] = file_bytes(from);
  }
  ck_assert(_i == 1 ? before[1].size > 0 : before[1].at == NULL);
  eng_store_options_init(&options, sizeof options);
  options.flags = ENG_STORE_READ_ONLY;
  ck_ok(eng_store_open(context, NULL, path, &options, &reader, NULL));
  eng_store_report_init(&report, sizeof report);
  ck_ok(eng_store_check(reader, NULL, NULL, &report));
  ck_assert_uint_eq(report.customers, 1);
  ck_assert_int_eq(eng_store_expire(reader, 5, NULL, NULL), ENG_E_READONLY);
  eng_store_close(reader);
  for (int e = 0; e < 2; e++) {
    path_of(from, _i, ends[e]);
    after = file_bytes(from);
    ck_assert(same_bytes(before[e], after));
    free(after.at);
    free(before[e].at);
  }
  path_of(from, 0, "-shm");
  ck_assert(_i == 1 || access(from, F_OK) != 0);
  open_store(0);
  if (_i == 1) open_store(1);
}
END_TEST

#endif

Suite *keep_suite(void)
{
  Suite *suite = suite_create("keep");
  TCase *tests = tcase_create("keep");

#if HAVE_SQLITE3
  tcase_set_timeout(tests, 120);
  tcase_add_checked_fixture(tests, open_folder, close_folder);
  tcase_add_loop_test(tests, a_damaged_row_is_mended_by_the_other_side, 0, 2 * DAMAGES);
  tcase_add_loop_test(tests, damage_on_both_sides_keeps_nobody_else_apart, 0, 2);
  tcase_add_loop_test(tests, a_damaged_row_alone_stays_where_it_is, 0, 2);
  tcase_add_test(tests, scrubbing_does_not_answer_for_what_was_dropped_meanwhile);
  tcase_add_loop_test(tests, no_message_is_longer_than_was_promised, 0, 2);
  tcase_add_test(tests, a_message_that_is_too_long_is_refused);
  tcase_add_test(tests, an_old_key_is_needed_until_the_floor_has_passed);
  tcase_add_loop_test(tests, books_of_other_current_keys_come_together, 0, 2);
  tcase_add_test(tests, keys_are_asked_for_with_arguments);
  tcase_add_loop_test(tests, reading_leaves_nothing_behind, 0, 2);
#endif
  suite_add_tcase(suite, tests);
  return suite;
}
