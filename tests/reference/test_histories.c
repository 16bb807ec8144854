/* SPDX-License-Identifier: MIT
 *
 * test_histories.c - real histories, read through the whole way in: CSV to loader to
 * book to stages. Counts are those that the histories' descriptions give (CDNOW: Fader
 * & Hardie; the web shop: retentioneering's simple-onlineshop); the laws are ours.
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

#include "unit/support.h"

Suite *histories_suite(void);

/* ---- files as rows ---- */

struct file {
  char *bytes;
  size_t size;
  char **rows; /* without the header; borrowed from bytes */
  size_t count;
  char *header;
};

/* A file of the histories; false, and SKIP said, where it is absent. */
static bool read_file(const char *name, struct file *file)
{
  const char *folder = getenv("DATA");
  char path[4096];
  FILE *in;

  memset(file, 0, sizeof *file);
  snprintf(path, sizeof path, "%s/%s", folder == NULL ? "." : folder, name);
  in = fopen(path, "rb");
  if (in == NULL) {
    printf("SKIP %s is not there (DATA)\n", name);
    return false;
  }
  fseek(in, 0, SEEK_END);
  file->size = (size_t)ftell(in);
  rewind(in);
  file->bytes = malloc(file->size + 1);
  ck_assert_uint_eq(fread(file->bytes, 1, file->size, in), file->size);
  fclose(in);
  file->bytes[file->size] = '\0';
  file->rows = malloc((file->size / 2 + 1) * sizeof *file->rows);
  for (char *at = file->bytes; *at != '\0';) {
    char *end = strchr(at, '\n');

    if (file->header == NULL) {
      file->header = at;
    } else {
      file->rows[file->count++] = at;
    }
    if (end == NULL) break;
    *end = '\0';
    at = end + 1;
  }
  return true;
}

static void free_file(struct file *file)
{
  free(file->rows);
  free(file->bytes);
}

static uint64_t state;

static uint64_t draw(void)
{
  uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static void shuffle(struct file *file, uint64_t seed)
{
  state = seed;
  for (size_t i = file->count; i > 1; i--) {
    size_t j = (size_t)(draw() % i);
    char *row = file->rows[i - 1];

    file->rows[i - 1] = file->rows[j];
    file->rows[j] = row;
  }
}

/* ---- the way in ---- */

struct shop {
  eng_context *context;
  eng_book *book;
};

struct intake {
  eng_loader *loader;
  eng_csv *csv;
  eng_load_counts counts;
};

static void open_shop(struct shop *shop)
{
  eng_settings *settings;

  ck_assert_int_eq(eng_settings_new(NULL, &settings), ENG_OK);
  ck_assert_int_eq(eng_settings_set_currency(settings, 840), ENG_OK);
  ck_assert_int_eq(eng_context_new(settings, &shop->context), ENG_OK);
  ck_assert_int_eq(eng_book_new(shop->context, NULL, &shop->book), ENG_OK);
  eng_settings_free(settings);
}

static void close_shop(struct shop *shop)
{
  eng_book_free(shop->book);
  eng_context_free(shop->context);
}

static eng_status take(void *user, const char *customer, size_t length,
                       const eng_event *event, int32_t numbered, uint64_t line)
{
  struct intake *intake = user;

  (void)line;
  return eng_loader_add(intake->loader, customer, length, event, numbered);
}

static void begin_file(struct shop *shop, struct intake *intake, int32_t identical)
{
  ck_assert_int_eq(eng_loader_new(shop->book, identical, &intake->loader), ENG_OK);
  ck_assert_int_eq(eng_csv_new(shop->context, take, NULL, intake, &intake->csv),
                   ENG_OK);
}

static void feed_row(struct intake *intake, const char *row)
{
  ck_assert_int_eq(eng_csv_feed(intake->csv, row, strlen(row)), ENG_OK);
  ck_assert_int_eq(eng_csv_feed(intake->csv, "\n", 1), ENG_OK);
}

static uint64_t end_file(struct intake *intake)
{
  uint64_t events;

  ck_assert_int_eq(eng_csv_finish(intake->csv), ENG_OK);
  events = eng_csv_count(intake->csv, ENG_CSV_EVENTS);
  eng_load_counts_init(&intake->counts, sizeof intake->counts);
  ck_assert_int_eq(eng_loader_finish(intake->loader, &intake->counts), ENG_OK);
  eng_csv_free(intake->csv);
  eng_loader_free(intake->loader);
  return events;
}

/* Purchases of CDNOW. */
static uint64_t load_sales(struct shop *shop, const struct file *file, size_t from,
                           size_t to, int32_t identical)
{
  struct intake intake;

  begin_file(shop, &intake, identical);
  ck_assert_int_eq(eng_csv_set_kind(intake.csv, ENG_EVENT_PURCHASE), ENG_OK);
  feed_row(&intake, file->header);
  for (size_t i = from; i < to; i++) feed_row(&intake, file->rows[i]);
  return end_file(&intake);
}

static uint8_t *encoded_shop(const struct shop *shop, size_t *size)
{
  uint8_t *bytes;

  ck_assert_int_eq(eng_book_encode(shop->book, NULL, 0, size), ENG_E_BUFFER);
  bytes = malloc(*size);
  ck_assert_int_eq(eng_book_encode(shop->book, bytes, *size, size), ENG_OK);
  return bytes;
}

static void ck_same_bytes(const struct shop *a, const struct shop *b)
{
  size_t a_size, b_size;
  uint8_t *a_bytes = encoded_shop(a, &a_size), *b_bytes = encoded_shop(b, &b_size);

  ck_assert_uint_eq(a_size, b_size);
  ck_assert_int_eq(memcmp(a_bytes, b_bytes, a_size), 0);
  free(a_bytes);
  free(b_bytes);
}

/* How many customers stand at each rank of five_levels. */
static void census(const struct shop *shop, int64_t as_of, uint64_t ranks[6])
{
  uint64_t count = eng_book_customer_count(shop->book);
  int32_t *stages = malloc((size_t)count * sizeof *stages);
  const eng_model *models[1];
  eng_assessor *assessor;
  eng_model *model;

  memset(ranks, 0, 6 * sizeof *ranks);
  ck_assert_int_eq(eng_model_builtin(shop->context, "five_levels", 11, &model), ENG_OK);
  models[0] = model;
  ck_assert_int_eq(eng_assessor_new(shop->context, models, 1, &assessor), ENG_OK);
  ck_assert_int_eq(
      eng_book_assess(shop->book, assessor, as_of, NULL, count, stages, NULL, NULL),
      ENG_OK);
  for (uint64_t i = 0; i < count; i++) ranks[stages[i]]++;
  eng_assessor_free(assessor);
  eng_model_free(model);
  free(stages);
}

/* ---- tests ---- */

START_TEST(the_cdnow_sample_has_its_published_counts)
{
  struct file file;
  struct shop keep, merge;

  if (!read_file("cdnow/cdnow_sample_log.csv", &file)) return;
  open_shop(&keep);
  ck_assert_uint_eq(load_sales(&keep, &file, 0, file.count, ENG_IDENTICAL_KEEP), 6919);
  ck_assert_uint_eq(eng_book_event_count(keep.book), 6919);
  ck_assert_uint_eq(eng_book_customer_count(keep.book), 2357);
  open_shop(&merge);
  ck_assert_uint_eq(load_sales(&merge, &file, 0, file.count, ENG_IDENTICAL_MERGE),
                    6919);
  /* 17 rows stand twice and 2 three times. */
  ck_assert_uint_eq(eng_book_event_count(merge.book), 6919 - 17 - 2 * 2);
  close_shop(&keep);
  close_shop(&merge);
  free_file(&file);
}
END_TEST

START_TEST(the_cdnow_master_log_has_its_customers)
{
  struct file file;
  struct shop shop;

  if (!read_file("cdnow/cdnow_master_log.csv", &file)) return;
  open_shop(&shop);
  ck_assert_uint_eq(load_sales(&shop, &file, 0, file.count, ENG_IDENTICAL_KEEP), 69659);
  ck_assert_uint_eq(eng_book_event_count(shop.book), 69659);
  ck_assert_uint_eq(eng_book_customer_count(shop.book), 23570);
  close_shop(&shop);
  free_file(&file);
}
END_TEST

START_TEST(rows_in_any_order_give_the_same_bytes_and_answers)
{
  struct file file;
  struct shop plain;
  uint64_t expected[6], got[6];

  if (!read_file("cdnow/cdnow_sample_log.csv", &file)) return;
  open_shop(&plain);
  load_sales(&plain, &file, 0, file.count, ENG_IDENTICAL_KEEP);
  census(&plain, INT64_C(899251199999), expected); /* the end of 1998-06-30 */
  for (uint64_t seed = 1; seed <= 5; seed++) {
    struct shop shuffled;

    shuffle(&file, seed);
    open_shop(&shuffled);
    load_sales(&shuffled, &file, 0, file.count, ENG_IDENTICAL_KEEP);
    ck_same_bytes(&plain, &shuffled);
    census(&shuffled, INT64_C(899251199999), got);
    ck_assert_int_eq(memcmp(expected, got, sizeof expected), 0);
    close_shop(&shuffled);
  }
  close_shop(&plain);
  free_file(&file);
}
END_TEST

START_TEST(merged_rows_may_be_split_over_files_and_come_again)
{
  struct file file;
  struct shop plain, split;
  size_t third;

  if (!read_file("cdnow/cdnow_sample_log.csv", &file)) return;
  open_shop(&plain);
  load_sales(&plain, &file, 0, file.count, ENG_IDENTICAL_MERGE);
  shuffle(&file, 7);
  third = file.count / 3;
  open_shop(&split);
  load_sales(&split, &file, third, 2 * third, ENG_IDENTICAL_MERGE);
  load_sales(&split, &file, 0, third + third / 2, ENG_IDENTICAL_MERGE);
  load_sales(&split, &file, third, file.count, ENG_IDENTICAL_MERGE);
  ck_same_bytes(&plain, &split);
  close_shop(&plain);
  close_shop(&split);
  free_file(&file);
}
END_TEST

START_TEST(rows_with_ids_may_be_split_over_files_and_come_again)
{
  struct file file;
  struct shop plain, split;

  if (!read_file("cdnow/cdnow_sample_log.csv", &file)) return;
  open_shop(&plain);
  open_shop(&split);
  for (int pass = 0; pass < 2; pass++) {
    struct shop *shop = pass == 0 ? &plain : &split;

    for (int part = 0; part < (pass == 0 ? 1 : 4); part++) {
      struct intake intake;
      char row[256];

      begin_file(shop, &intake, ENG_IDENTICAL_KEEP);
      ck_assert_int_eq(eng_csv_set_kind(intake.csv, ENG_EVENT_PURCHASE), ENG_OK);
      snprintf(row, sizeof row, "id,source,%s", file.header);
      feed_row(&intake, row);
      for (size_t i = 0; i < file.count; i++) {
        /* Every row is in its part, and every fifth in the next one too. */
        if (pass == 1 && (int)(i % 4) != part &&
            (i % 5 != 0 || (int)(i % 4) + 1 != part)) {
          continue;
        }
        snprintf(row, sizeof row, "r%zu,till,%s", i, file.rows[i]);
        feed_row(&intake, row);
      }
      end_file(&intake);
    }
  }
  ck_assert_uint_eq(eng_book_event_count(plain.book), 6919);
  ck_same_bytes(&plain, &split);
  close_shop(&plain);
  close_shop(&split);
  free_file(&file);
}
END_TEST

START_TEST(the_same_file_twice_changes_nothing)
{
  struct file file;
  struct shop once, twice;

  if (!read_file("cdnow/cdnow_sample_log.csv", &file)) return;
  open_shop(&once);
  load_sales(&once, &file, 0, file.count, ENG_IDENTICAL_KEEP);
  open_shop(&twice);
  load_sales(&twice, &file, 0, file.count, ENG_IDENTICAL_KEEP);
  shuffle(&file, 3);
  load_sales(&twice, &file, 0, file.count, ENG_IDENTICAL_KEEP);
  ck_assert_uint_eq(eng_book_event_count(twice.book), 6919);
  ck_same_bytes(&once, &twice);
  close_shop(&once);
  close_shop(&twice);
  free_file(&file);
}
END_TEST

/* Clicks of the web shop. */
static uint64_t load_clicks(struct shop *shop, const struct file *file)
{
  static const struct {
    const char *name;
    int32_t kind;
  } kinds[] = {{"main", ENG_EVENT_VISIT},
               {"catalog", ENG_EVENT_VIEW_ITEM},
               {"product1", ENG_EVENT_VIEW_ITEM},
               {"product2", ENG_EVENT_VIEW_ITEM},
               {"cart", ENG_EVENT_ADD_TO_CART},
               {"delivery_choice", ENG_EVENT_BEGIN_CHECKOUT},
               {"delivery_courier", ENG_EVENT_BEGIN_CHECKOUT},
               {"delivery_pickup", ENG_EVENT_BEGIN_CHECKOUT},
               {"payment_choice", ENG_EVENT_BEGIN_CHECKOUT},
               {"payment_card", ENG_EVENT_BEGIN_CHECKOUT},
               {"payment_cash", ENG_EVENT_BEGIN_CHECKOUT},
               {"payment_done", ENG_EVENT_PURCHASE}};
  struct intake intake;

  begin_file(shop, &intake, ENG_IDENTICAL_KEEP);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    ck_assert_int_eq(eng_csv_map_kind(intake.csv, kinds[i].name, strlen(kinds[i].name),
                                      kinds[i].kind),
                     ENG_OK);
  }
  feed_row(&intake, file->header);
  for (size_t i = 0; i < file->count; i++) feed_row(&intake, file->rows[i]);
  return end_file(&intake);
}

START_TEST(all_who_paid_in_the_web_shop_are_at_buy_or_beyond)
{
  uint64_t ranks[6];
  struct file file;
  struct shop shop;

  if (!read_file("onlineshop/events.csv", &file)) return;
  open_shop(&shop);
  ck_assert_uint_eq(load_clicks(&shop, &file), 32283);
  ck_assert_uint_eq(eng_book_customer_count(shop.book), 3751);
  census(&shop, eng_book_last_event_at(shop.book), ranks);
  ck_assert_uint_eq(ranks[3] + ranks[4] + ranks[5], 653);
  close_shop(&shop);
  free_file(&file);
}
END_TEST

enum { CLICKS = 2, HISTORIES = 3 };

/* Every real history; sales from 1996-12 on, clicks from 2018 on. */
static bool open_history(int which, struct file *file, struct shop *shop)
{
  static const char *const names[HISTORIES] = {"cdnow/cdnow_sample_log.csv",
                                               "cdnow/cdnow_master_log.csv",
                                               "onlineshop/events.csv"};

  if (!read_file(names[which], file)) return false;
  open_shop(shop);
  if (which < CLICKS) {
    load_sales(shop, file, 0, file->count, ENG_IDENTICAL_KEEP);
  } else {
    load_clicks(shop, file);
  }
  return true;
}

/* What say_stay_spend says of a customer is the sum of its lines, and so is what
 * changed in half a year. */
static void ck_lines(eng_assessor *assessor, const eng_customer *customer, int64_t now,
                     const int32_t *values, uint64_t count, uint64_t row)
{
  const int64_t before = now - 183 * INT64_C(86400000);

  for (uint64_t s = 0; s < 3; s++) {
    eng_score_explanation *x, *y;
    eng_score_difference *d;
    int32_t sum = 0, by = 0;

    ck_assert_int_eq(
        eng_assessor_explain_score(assessor, 0, (int32_t)s, customer, now, &x), ENG_OK);
    ck_assert_int_eq(
        eng_assessor_explain_score(assessor, 0, (int32_t)s, customer, before, &y),
        ENG_OK);
    ck_assert_int_eq(eng_score_compare(y, x, &d), ENG_OK);
    for (int32_t i = 0; i < eng_score_explanation_line_count(x); i++)
      sum += eng_score_explanation_points(x, i);
    for (int32_t i = 0; i < eng_score_difference_line_count(d); i++)
      by += eng_score_difference_after(d, i) - eng_score_difference_before(d, i);
    ck_assert_int_eq(sum, values[s * count + row]);
    ck_assert_int_eq(by, sum - eng_score_explanation_score(y));
    eng_score_difference_free(d);
    eng_score_explanation_free(y);
    eng_score_explanation_free(x);
  }
}

START_TEST(the_lines_of_every_score_add_up)
{
  struct file file;
  struct shop shop;
  eng_model *model;
  eng_assessor *assessor;
  int32_t *values;
  uint64_t count;
  int64_t now;

  if (!open_history(_i, &file, &shop)) return;
  ck_assert_int_eq(eng_model_builtin(shop.context, "say_stay_spend", 14, &model),
                   ENG_OK);
  ck_assert_int_eq(
      eng_assessor_new(shop.context, (const eng_model *const *)&model, 1, &assessor),
      ENG_OK);
  now = eng_book_last_event_at(shop.book);
  count = eng_book_customer_count(shop.book);
  values = malloc(3 * (size_t)count * sizeof *values);
  ck_assert_int_eq(
      eng_book_scores(shop.book, assessor, 0, now, NULL, count, values, NULL, NULL),
      ENG_OK);
  for (uint64_t row = 0; row < count; row += stride()) {
    eng_customer *customer;

    ck_assert_int_eq(eng_book_customer(shop.book, row, &customer), ENG_OK);
    ck_lines(assessor, customer, now, values, count, row);
    eng_customer_free(customer);
  }
  free(values);
  eng_assessor_free(assessor);
  eng_model_free(model);
  close_shop(&shop);
  free_file(&file);
}
END_TEST

/* ---- the laws of change, for every customer under every built-in model ---- */

enum { MODELS = 64, MOMENTS = 100 };

struct judges {
  const struct shop *shop;
  eng_model *models[MODELS];
  int32_t count;
  eng_assessor *assessor;
};

static void open_judges(struct judges *judges, const struct shop *shop)
{
  judges->shop = shop;
  judges->count = eng_builtin_count();
  for (int32_t m = 0; m < judges->count; m++) {
    const char *name = eng_builtin_name(m);

    ck_assert_int_eq(
        eng_model_builtin(shop->context, name, strlen(name), &judges->models[m]),
        ENG_OK);
  }
  ck_assert_int_eq(eng_assessor_new(shop->context,
                                    (const eng_model *const *)judges->models,
                                    judges->count, &judges->assessor),
                   ENG_OK);
}

static void close_judges(struct judges *judges)
{
  eng_assessor_free(judges->assessor);
  for (int32_t m = 0; m < judges->count; m++) eng_model_free(judges->models[m]);
}

/* Asserting has its price, and here it is done millions of times. */
static void same(int32_t a, int32_t b)
{
  if (a != b) ck_abort_msg("%d is not %d", (int)a, (int)b);
}

static int32_t stage_at(const struct judges *judges, uint64_t row, int32_t m,
                        int64_t at)
{
  int32_t stages[MODELS];

  same(eng_book_assess_one(judges->shop->book, row, judges->assessor, at, stages),
       ENG_OK);
  return stages[m];
}

/* The events end at `last`, so that from then on nothing happens. */
static void check_next(const struct judges *judges, uint64_t row, int64_t last)
{
  int32_t stages[MODELS], next[MODELS];
  int64_t times[MODELS];

  ck_assert_int_eq(eng_book_next_change(judges->shop->book, row, judges->assessor, last,
                                        stages, times, next),
                   ENG_OK);
  for (int32_t m = 0; m < judges->count; m++) {
    same(stage_at(judges, row, m, last), stages[m]);
    if (times[m] == ENG_TIME_NONE) {
      same(stage_at(judges, row, m, ENG_TIME_MAX), stages[m]);
      continue;
    }
    same(stage_at(judges, row, m, times[m]), next[m]);
    same(stage_at(judges, row, m, times[m] - 1), stages[m]);
    ck_assert_int_ne(stages[m], next[m]);
  }
}

static void check_changes(const struct judges *judges, uint64_t row, int32_t m,
                          const eng_history *history)
{
  for (uint64_t i = 0; i < eng_history_change_count(history); i++) {
    int64_t at = eng_history_time(history, i);

    same(stage_at(judges, row, m, at), eng_history_to(history, i));
    same(stage_at(judges, row, m, at - 1), eng_history_from(history, i));
  }
}

/* The course of a customer under every model, at each change and at random moments. */
static void check_courses(const struct judges *judges, uint64_t row, int64_t first,
                          int64_t last)
{
  eng_history *histories[MODELS];
  int32_t stages[MODELS];

  for (int32_t m = 0; m < judges->count; m++) {
    ck_assert_int_eq(eng_book_history(judges->shop->book, row, judges->assessor, m,
                                      last, &histories[m]),
                     ENG_OK);
    check_changes(judges, row, m, histories[m]);
  }
  for (int k = 0; k < MOMENTS; k++) {
    int64_t at = first + (int64_t)(draw() % (uint64_t)(last - first + 1));

    same(eng_book_assess_one(judges->shop->book, row, judges->assessor, at, stages),
         ENG_OK);
    for (int32_t m = 0; m < judges->count; m++) {
      same(stages[m], eng_history_stage_at(histories[m], at));
    }
  }
  for (int32_t m = 0; m < judges->count; m++) eng_history_free(histories[m]);
}

static void check_laws(const struct shop *shop, int64_t first)
{
  int64_t last = eng_book_last_event_at(shop->book);
  struct judges judges;

  state = 11;
  open_judges(&judges, shop);
  for (uint64_t row = 0; row < eng_book_customer_count(shop->book); row += stride()) {
    check_next(&judges, row, last);
    check_courses(&judges, row, first, last);
  }
  close_judges(&judges);
}

START_TEST(every_history_says_what_assessing_says)
{
  struct file file;
  struct shop shop;

  if (!open_history(_i, &file, &shop)) return;
  check_laws(&shop, _i < CLICKS ? INT64_C(849398400000) : INT64_C(1514764800000));
  close_shop(&shop);
  free_file(&file);
}
END_TEST

Suite *histories_suite(void)
{
  Suite *suite = suite_create("histories");
  TCase *tests = tcase_create("histories");

  tcase_set_timeout(tests, 600);
  tcase_set_tags(tests, TAG_LONG);
  tcase_add_test(tests, the_cdnow_sample_has_its_published_counts);
  tcase_add_test(tests, the_cdnow_master_log_has_its_customers);
  tcase_add_test(tests, rows_in_any_order_give_the_same_bytes_and_answers);
  tcase_add_test(tests, merged_rows_may_be_split_over_files_and_come_again);
  tcase_add_test(tests, rows_with_ids_may_be_split_over_files_and_come_again);
  tcase_add_test(tests, the_same_file_twice_changes_nothing);
  tcase_add_loop_test(tests, the_lines_of_every_score_add_up, 0, HISTORIES);
  tcase_add_test(tests, all_who_paid_in_the_web_shop_are_at_buy_or_beyond);
  tcase_add_loop_test(tests, every_history_says_what_assessing_says, 0, HISTORIES);
  suite_add_tcase(suite, tests);
  return suite;
}
