/* SPDX-License-Identifier: MIT
 *
 * test_features.c - feature tables: against columns that are worked out one by one from
 * the events, and with what undoes events, by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

Suite *features_suite(void);

#define NOW INT64_C(1700000000000)

static eng_context *shop(struct host *host, int32_t offset, int32_t day_start)
{
  eng_allocator memory;
  eng_settings *settings;
  eng_context *context;

  if (host != NULL) memory = host_allocator(host);
  ck_ok(eng_settings_new(host == NULL ? NULL : &memory, &settings));
  ck_ok(eng_settings_set_zone(settings, offset));
  ck_ok(eng_settings_set_day(settings, day_start));
  ck_ok(eng_settings_set_currency(settings, 840));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

static void happens(eng_book *book, int who, eng_event *event)
{
  char name[24];

  snprintf(name, sizeof name, "customer-%d", who);
  ck_ok(eng_book_record(book, name, strlen(name), event, NULL));
  eng_event_free(event);
}

/* ---- against the events ---- */

static uint64_t draw(uint64_t *state)
{
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

static const uint8_t kinds[] = {ENG_EVENT_VISIT, ENG_EVENT_PURCHASE, ENG_EVENT_REFUND,
                                ENG_EVENT_REVIEW, ENG_EVENT_MESSAGE_OUT};
enum { KINDS = sizeof kinds, CUSTOMERS = 40, WINDOWS = 4 };
static const int64_t windows[WINDOWS] = {1, 20 * DAY, 400 * DAY, ENG_TIME_MAX};

/* Customers with few events and, one of them, with so many that they lie in blocks;
 * some of them years apart. Nothing undoes anything. */
static eng_book *history(const eng_context *context, uint64_t seed)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int i = 0; i < 3000; i++) {
    int who = i < 400 ? (int)(draw(&seed) % CUSTOMERS) : 7;
    uint8_t kind = kinds[draw(&seed) % KINDS];
    int64_t age = (int64_t)(draw(&seed) % 900) * (DAY / 3) - 5 * DAY;
    eng_event *event;

    if (draw(&seed) % 50 == 0) age = NOW - (int64_t)(draw(&seed) % 1000);
    event = event_of(context, kind, NOW - age);
    ck_ok(eng_event_set_id(event, (uint64_t)i + 1));
    if (draw(&seed) % 3 > 0) {
      int32_t currency = draw(&seed) % 8 == 0 ? 978 : 840; /* no rate for euros */

      ck_ok(eng_event_set_amount(event, (int64_t)(draw(&seed) % 100000), currency));
    }
    happens(book, who, event);
  }
  return book;
}

/* One column of one customer, in the most obvious way. */
static int64_t obvious(const eng_context *context, const eng_customer *customer,
                       const eng_feature *column)
{
  eng_event_cursor *cursor;
  const eng_event *event;
  int64_t count = 0, days = 0, sum = 0, foreign = 0, first = ENG_TIME_NONE,
          last = ENG_TIME_NONE, day = INT64_MIN;

  ck_ok(eng_event_cursor_new(customer, &cursor));
  while (eng_event_cursor_next(cursor, &event) == ENG_OK && event != NULL) {
    int64_t time = eng_event_occurred_at(event), amount = 0;
    int32_t currency = 0, kind = eng_event_kind(event);

    if (memchr(column->kinds, kind, column->kind_count) == NULL || time > NOW) continue;
    if (column->within < ENG_TIME_MAX && NOW - time >= column->within) continue;
    count++;
    if (eng_business_day(context, time) != day) days++;
    day = eng_business_day(context, time);
    eng_event_amount(event, &amount, &currency);
    if (currency == 840) sum += kind == ENG_EVENT_REFUND ? -llabs(amount) : amount;
    foreign += currency == 978;
    if (first == ENG_TIME_NONE) first = time;
    last = time;
  }
  eng_event_cursor_free(cursor);
  switch (column->what) {
  case ENG_FEATURE_COUNT: return count;
  case ENG_FEATURE_DAYS: return days;
  case ENG_FEATURE_SUM: return sum;
  case ENG_FEATURE_FOREIGN: return foreign;
  case ENG_FEATURE_FIRST: return first;
  default: return last;
  }
}

/* Every number of every kind alone, of two of them, and of all, in every window. */
enum { SETS = KINDS + 2, COLUMNS = SETS * WINDOWS * ENG_FEATURE_LAST };

static void ask_everything(eng_feature columns[COLUMNS])
{
  for (int c = 0; c < COLUMNS; c++) {
    int set = c % SETS;

    memset(&columns[c], 0, sizeof columns[c]);
    columns[c].kinds = set < KINDS ? &kinds[set] : kinds;
    columns[c].kind_count = set < KINDS ? 1 : set == KINDS ? 2 : KINDS;
    columns[c].within = windows[c / SETS % WINDOWS];
    columns[c].what = 1 + c / SETS / WINDOWS;
  }
}

static void check_row(const eng_context *context, const eng_book *book, uint64_t row,
                      const eng_feature *columns, const int64_t *table, uint64_t rows)
{
  eng_customer *customer;

  ck_ok(eng_book_customer(book, row, &customer));
  for (uint64_t c = 0; c < COLUMNS; c++) {
    int64_t wanted = obvious(context, customer, &columns[c]);

    ck_assert_msg(table[c * rows] == wanted, "row %d, column %d: %lld, not %lld",
                  (int)row, (int)c, (long long)table[c * rows], (long long)wanted);
  }
  eng_customer_free(customer);
}

START_TEST(columns_are_what_one_event_after_the_other_gives)
{
  eng_feature columns[COLUMNS];

  ask_everything(columns);
  for (uint64_t seed = 1; seed <= 6; seed += stride()) {
    eng_context *context = shop(NULL, seed % 2 ? 0 : -210, seed % 3 ? 0 : 180);
    eng_book *book = history(context, seed);
    uint64_t rows = eng_book_customer_count(book);
    int64_t *table = malloc((size_t)rows * COLUMNS * sizeof *table);

    ck_ok(eng_book_features(book, NOW, columns, COLUMNS, 0, rows, table, NULL, NULL));
    for (uint64_t row = 0; row < rows; row++)
      check_row(context, book, row, columns, table + row, rows);
    free(table);
    eng_book_free(book);
    eng_context_free(context);
  }
}
END_TEST

START_TEST(a_piece_of_the_rows_is_that_piece_of_the_table)
{
  eng_context *context = shop(NULL, 60, 0);
  eng_book *book = history(context, 3);
  uint64_t rows = eng_book_customer_count(book);
  eng_feature columns[COLUMNS];
  int64_t *table = malloc((size_t)rows * COLUMNS * sizeof *table);

  ask_everything(columns);
  for (uint64_t first = 0; first < rows; first += 9) {
    uint64_t n = rows - first < 9 ? rows - first : 9;

    ck_ok(eng_book_features(book, NOW, columns, COLUMNS, first, n, table, NULL, NULL));
    for (uint64_t i = 0; i < n; i++)
      check_row(context, book, first + i, columns, table + i, n);
  }
  ck_ok(eng_book_features(book, NOW, columns, COLUMNS, rows, 0, NULL, NULL, NULL));
  free(table);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- what undoes events ---- */

static eng_event *bought(const eng_context *context, int64_t age, uint64_t id,
                         int64_t cents)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, NOW - age);

  ck_ok(eng_event_set_id(event, id));
  ck_ok(eng_event_set_amount(event, cents, 840));
  return event;
}

static eng_event *undone(const eng_context *context, int32_t kind, int64_t age,
                         uint64_t target, int64_t cents)
{
  eng_event *event = event_of(context, kind, NOW - age);

  ck_ok(eng_event_set_refers_to(event, 1, target));
  if (cents > 0) ck_ok(eng_event_set_amount(event, cents, 840));
  return event;
}

START_TEST(purchases_are_what_is_kept_of_them_at_the_moment)
{
  const uint8_t purchase = ENG_EVENT_PURCHASE;
  const eng_feature columns[] = {{&purchase, 1, ENG_TIME_MAX, ENG_FEATURE_COUNT, 0},
                                 {&purchase, 1, ENG_TIME_MAX, ENG_FEATURE_SUM, 0},
                                 {&purchase, 1, 15 * DAY, ENG_FEATURE_SUM, 0},
                                 {&purchase, 1, ENG_TIME_MAX, ENG_FEATURE_FIRST, 0}};
  eng_context *context = shop(NULL, 0, 0);
  eng_book *book;
  int64_t out[4];

  ck_ok(eng_book_new(context, NULL, &book));
  happens(book, 1, bought(context, 30 * DAY, 11, 1000));
  happens(book, 1, bought(context, 20 * DAY, 12, 2000));
  happens(book, 1, bought(context, 10 * DAY, 13, 4000));
  happens(book, 1, undone(context, ENG_EVENT_REFUND, 5 * DAY, 13, 1500));
  happens(book, 1, undone(context, ENG_EVENT_CANCEL, 4 * DAY, 12, 0));
  happens(book, 1, undone(context, ENG_EVENT_VOID, 2 * DAY, 11, 0));
  ck_ok(eng_book_features(book, NOW, columns, 4, 0, 1, out, NULL, NULL));
  ck_assert(out[0] == 1 && out[1] == 2500 && out[2] == 2500);
  ck_assert(out[3] == NOW - 10 * DAY);
  /* What is taken away by a void never was; refunds act from their own time. */
  ck_ok(eng_book_features(book, NOW - 6 * DAY, columns, 4, 0, 1, out, NULL, NULL));
  ck_assert(out[0] == 2 && out[1] == 6000 && out[2] == 6000);
  ck_assert(out[3] == NOW - 20 * DAY);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(a_window_is_open_at_its_far_end)
{
  const uint8_t purchase = ENG_EVENT_PURCHASE;
  const eng_feature columns[] = {{&purchase, 1, 30 * DAY, ENG_FEATURE_COUNT, 0},
                                 {&purchase, 1, 30 * DAY + 1, ENG_FEATURE_COUNT, 0},
                                 {&purchase, 1, 1, ENG_FEATURE_COUNT, 0}};
  eng_context *context = shop(NULL, 0, 0);
  eng_book *book;
  int64_t out[3];

  ck_ok(eng_book_new(context, NULL, &book));
  happens(book, 1, bought(context, 30 * DAY, 1, 100));
  happens(book, 1, bought(context, 0, 2, 100));
  happens(book, 1, bought(context, -1, 3, 100));
  ck_ok(eng_book_features(book, NOW, columns, 3, 0, 1, out, NULL, NULL));
  ck_assert(out[0] == 1 && out[1] == 2 && out[2] == 1);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- refusals ---- */

static int32_t stop(void *user, uint64_t done, uint64_t total)
{
  (void)user;
  (void)done;
  return total == 1;
}

START_TEST(what_cannot_be_asked_is_refused)
{
  const uint8_t purchase[] = {ENG_EVENT_PURCHASE}, strange[] = {200};
  eng_feature column = {purchase, 1, DAY, ENG_FEATURE_SUM, 0};
  eng_context *context = shop(NULL, 0, 0);
  eng_book *book;
  int64_t out[2];

#define ASK(as_of, count, first, rows)                                                 \
  eng_book_features(book, as_of, &column, count, first, rows, out, NULL, NULL)
  ck_ok(eng_book_new(context, NULL, &book));
  happens(book, 1, bought(context, 1, 1, INT64_MAX));
  ck_ok(ASK(NOW, 1, 0, 1));
  happens(book, 1, bought(context, 2, 2, 1));
  ck_assert_int_eq(ASK(NOW, 1, 0, 1), ENG_E_OVERFLOW);
  ck_assert_int_eq(ASK(-1, 1, 0, 1), ENG_E_TIME);
  ck_assert_int_eq(ASK(ENG_TIME_MAX + 1, 1, 0, 1), ENG_E_TIME);
  ck_assert_int_eq(ASK(NOW, 0, 0, 1), ENG_E_RANGE);
  ck_assert_int_eq(ASK(NOW, ENG_FEATURES_MAX + 1, 0, 1), ENG_E_RANGE);
  ck_assert_int_eq(ASK(NOW, 1, 0, 2), ENG_E_NOTFOUND);
  ck_assert_int_eq(ASK(NOW, 1, 2, 0), ENG_E_NOTFOUND);
  ck_assert_int_eq(ASK(NOW, 1, 1, UINT64_MAX), ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_book_features(book, NOW, &column, 1, 0, 1, NULL, NULL, NULL),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_book_features(book, NOW, &column, 1, 0, 1, out, stop, NULL),
                   ENG_E_CANCELLED);
  column.zero = 1;
  ck_assert_int_eq(ASK(NOW, 1, 0, 1), ENG_E_INVALID);
  column.zero = 0;
  for (column.what = 0; column.what < 8; column.what += 7)
    ck_assert_int_eq(ASK(NOW, 1, 0, 1), ENG_E_RANGE);
  column.what = ENG_FEATURE_COUNT;
  column.within = 0;
  ck_assert_int_eq(ASK(NOW, 1, 0, 1), ENG_E_RANGE);
  column.within = DAY;
  column.kinds = strange;
  ck_assert_int_eq(ASK(NOW, 1, 0, 1), ENG_E_KIND);
  column.kinds = NULL;
  ck_assert_int_eq(ASK(NOW, 1, 0, 1), ENG_E_INVALID);
  column.kind_count = 0; /* all that make a customer active */
  ck_ok(ASK(NOW, 1, 0, 1));
  ck_assert_int_eq(out[0], 2);
#undef ASK
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(without_memory_nothing_leaks)
{
  struct host host = {0};
  eng_context *context = shop(&host, 0, 0);
  eng_book *book;
  eng_feature columns[COLUMNS];
  int64_t out[COLUMNS];
  size_t blocks;
  uint64_t n = 1;

  ck_ok(eng_book_new(context, NULL, &book));
  happens(book, 1, bought(context, 1, 1, 100));
  happens(book, 1, undone(context, ENG_EVENT_REFUND, 0, 1, 50));
  ask_everything(columns);
  blocks = host.blocks;
  for (;; n++) {
    eng_status status;

    host.fail_at = host.requests + n;
    status = eng_book_features(book, NOW, columns, COLUMNS, 0, 1, out, NULL, NULL);
    ck_assert_uint_eq(host.blocks, blocks);
    if (status == ENG_OK) break;
    ck_assert_int_eq(status, ENG_E_NOMEM);
  }
  ck_assert_uint_gt(n, 3);
  host_reset(&host);
  eng_book_free(book);
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
}
END_TEST

Suite *features_suite(void)
{
  Suite *suite = suite_create("features");
  TCase *tcase = tcase_create("features");

  tcase_add_test(tcase, columns_are_what_one_event_after_the_other_gives);
  tcase_add_test(tcase, a_piece_of_the_rows_is_that_piece_of_the_table);
  tcase_add_test(tcase, purchases_are_what_is_kept_of_them_at_the_moment);
  tcase_add_test(tcase, a_window_is_open_at_its_far_end);
  tcase_add_test(tcase, what_cannot_be_asked_is_refused);
  tcase_add_test(tcase, without_memory_nothing_leaks);
  suite_add_tcase(suite, tcase);
  return suite;
}
