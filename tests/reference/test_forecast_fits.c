/* SPDX-License-Identifier: MIT
 *
 * test_forecast_fits.c - parameters as published: Fader, Hardie & Lee (2005) for
 * CDNOW; Fader & Hardie (2013) for its spend; Fader, Hardie & Shang (2010) for the
 * donations; for MBG/NBD what BTYDplus and an optimiser of our own agree on.
 */
#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/forecasting.h"

Suite *forecast_fits_suite(void);

enum { MOST = 12000 };

struct row {
  uint32_t x, t_x, T;
  int64_t spend;
  uint64_t customers;
};

static struct row rows[MOST];

static FILE *open_data(const char *name)
{
  const char *folder = getenv("DATA");
  char path[4096];
  FILE *in;

  snprintf(path, sizeof path, "%s/%s", folder == NULL ? "." : folder, name);
  in = fopen(path, "rb");
  if (in == NULL) printf("SKIP %s is not there (DATA)\n", name);
  return in;
}

/* customer_id,x,tx,T,m,...: times in weeks, m in dollars; 0 rows where it is absent. */
static size_t read_cdnow(void)
{
  FILE *in = open_data("cdnow/cdnow_sample_summary.csv");
  char line[512];
  size_t n = 0;

  if (in == NULL) return 0;
  ck_assert_ptr_nonnull(fgets(line, sizeof line, in));
  while (fgets(line, sizeof line, in) != NULL) {
    double x, t_x, T, m;

    ck_assert_int_eq(sscanf(line, "%*d,%lf,%lf,%lf,%lf", &x, &t_x, &T, &m), 4);
    rows[n++] = (struct row){(uint32_t)x, (uint32_t)lround(t_x * 7),
                             (uint32_t)lround(T * 7), llround(m * x * 100), 1};
  }
  fclose(in);
  return n;
}

static size_t read_donations(void)
{
  FILE *in = open_data("donations/donations_rf.csv");
  char line[512];
  size_t n = 0;

  if (in == NULL) return 0;
  ck_assert_ptr_nonnull(fgets(line, sizeof line, in));
  while (fgets(line, sizeof line, in) != NULL) {
    unsigned x, t_x, T;
    unsigned long customers;

    ck_assert_int_eq(sscanf(line, "%u,%u,%u,%lu", &x, &t_x, &T, &customers), 4);
    rows[n++] = (struct row){x, t_x, T, 0, customers};
  }
  fclose(in);
  return n;
}

static eng_context *dollars(void)
{
  eng_settings *settings;
  eng_context *context;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_currency(settings, 840));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

static void add_row(eng_summaries *to, const struct row *row)
{
  ck_ok(eng_summaries_add(to, row->x, row->t_x, row->T, row->spend, row->customers));
}

static eng_summaries *summaries_of(const eng_context *context, int32_t unit, size_t n)
{
  eng_summaries *summaries;

  ck_ok(eng_summaries_new(context, unit, &summaries));
  for (size_t i = 0; i < n; i++) add_row(summaries, &rows[i]);
  return summaries;
}

/* A number as it was printed: half of its last digit off, and no more. */
static void ck_printed(const eng_fit *fit, int32_t part, int32_t i, double printed,
                       double within)
{
  double value, error;

  ck_ok(eng_fit_parameter(fit, part, i, &value, &error));
  ck_assert_msg(fabs(value - printed) <= within, "%s is %.9g, published %.9g",
                eng_fit_parameter_name(fit, part, i), value, printed);
  ck_assert(error > 0);
}

struct published {
  int32_t family;
  int count;
  double value[4], within[4];
  double log_likelihood;
};

static const struct published cdnow[] = {
    {ENG_FAMILY_BGNBD,
     4,
     {.2426, 4.4136, .7929, 2.4259},
     {5e-5, 5e-5, 5e-5, 5e-5},
     -9582.429},
    {ENG_FAMILY_MBGNBD,
     4,
     {.52484, 6.18309, .89136, 1.61400},
     {5e-6, 1.5e-5, 5e-6, 5e-6},
     -9582.1357},
    {ENG_FAMILY_PARETONBD,
     4,
     {.5533, 10.578, .6062, 11.67},
     {5e-5, 5e-4, 5e-5, 5e-3},
     -9594.976},
    {ENG_FAMILY_NBD, 2, {.38477, 12.0720}, {5e-6, 5e-5}, -9763.658}};

START_TEST(cdnow_has_its_published_parameters)
{
  const struct published *p = &cdnow[_i];
  eng_context *context;
  eng_summaries *summaries;
  eng_fit *fit;
  size_t n = read_cdnow();

  if (n == 0) return;
  context = dollars();
  summaries = summaries_of(context, ENG_UNIT_WEEK, n);
  ck_assert_uint_eq(eng_summaries_customers(summaries), 2357);
  ck_assert_uint_eq(eng_summaries_purchases(summaries), 2457);
  ck_assert_uint_eq(eng_summaries_distinct(summaries), 1016);
  fit = fit_of(summaries, p->family);
  ck_assert_int_eq(eng_fit_family(fit), p->family);
  ck_assert_int_eq(eng_fit_converged(fit, ENG_FIT_PURCHASES), 1);
  ck_assert_str_eq(eng_fit_reason(fit, ENG_FIT_PURCHASES), "");
  for (int i = 0; i < p->count; i++) {
    ck_printed(fit, ENG_FIT_PURCHASES, i, p->value[i], p->within[i]);
  }
  ck_assert_double_eq_tol(eng_fit_log_likelihood(fit, ENG_FIT_PURCHASES),
                          p->log_likelihood, 1e-3);
  ck_printed(fit, ENG_FIT_SPEND, 0, 6.2496, 5e-5);
  ck_printed(fit, ENG_FIT_SPEND, 1, 3.7442, 5e-5);
  ck_printed(fit, ENG_FIT_SPEND, 2, 15.444, 5.5e-4);
  ck_assert_double_eq_tol(eng_fit_log_likelihood(fit, ENG_FIT_SPEND), -4055.92, 5e-3);
  eng_fit_free(fit);
  eng_summaries_free(summaries);
  eng_context_free(context);
}
END_TEST

START_TEST(bgnbd_on_cdnow_is_as_sure_as_published)
{
  static const double errors[] = {.0126, .378, .186, .705};
  static const double within[] = {5e-5, 5e-4, 5e-4, 5e-4};
  eng_context *context;
  eng_summaries *summaries;
  eng_fit *fit;
  size_t n = read_cdnow();

  if (n == 0) return;
  context = dollars();
  summaries = summaries_of(context, ENG_UNIT_WEEK, n);
  fit = fit_of(summaries, ENG_FAMILY_BGNBD);
  for (int i = 0; i < 4; i++) {
    double value, error;

    ck_ok(eng_fit_parameter(fit, ENG_FIT_PURCHASES, i, &value, &error));
    ck_assert_double_eq_tol(error, errors[i], within[i]);
  }
  eng_fit_free(fit);
  eng_summaries_free(summaries);
  eng_context_free(context);
}
END_TEST

START_TEST(donations_have_their_published_parameters)
{
  static const double values[] = {1.2035, .7497, .6567, 2.7834};
  eng_context *context;
  eng_summaries *summaries;
  eng_fit *fit;
  size_t n = read_donations();

  if (n == 0) return;
  context = dollars();
  summaries = summaries_of(context, ENG_UNIT_PERIOD, n);
  ck_assert_uint_eq(eng_summaries_customers(summaries), 11104);
  fit = fit_of(summaries, ENG_FAMILY_AUTO);
  ck_assert_int_eq(eng_fit_family(fit), ENG_FAMILY_BGBB);
  for (int i = 0; i < 4; i++) ck_printed(fit, ENG_FIT_PURCHASES, i, values[i], 6e-5);
  ck_assert_double_eq_tol(eng_fit_log_likelihood(fit, ENG_FIT_PURCHASES), -33225.58,
                          5e-3);
  eng_fit_free(fit);
  eng_summaries_free(summaries);
  eng_context_free(context);
}
END_TEST

/* Days instead of weeks: times are seven times as long, nothing else changes. */
START_TEST(a_fit_in_days_is_the_fit_in_weeks)
{
  eng_context *context;
  eng_summaries *weeks, *days;
  eng_fit *by_week, *by_day;
  size_t n = read_cdnow();

  if (n == 0) return;
  context = dollars();
  weeks = summaries_of(context, ENG_UNIT_WEEK, n);
  days = summaries_of(context, ENG_UNIT_DAY, n);
  by_week = fit_of(weeks, ENG_FAMILY_BGNBD);
  by_day = fit_of(days, ENG_FAMILY_BGNBD);
  for (int i = 0; i < 4; i++) {
    double week, day;

    ck_ok(eng_fit_parameter(by_week, ENG_FIT_PURCHASES, i, &week, NULL));
    ck_ok(eng_fit_parameter(by_day, ENG_FIT_PURCHASES, i, &day, NULL));
    ck_assert_double_eq_tol(i == 1 ? day / 7 : day, week, 1e-9 * week);
  }
  eng_fit_free(by_week);
  eng_fit_free(by_day);
  eng_summaries_free(weeks);
  eng_summaries_free(days);
  eng_context_free(context);
}
END_TEST

/* Seven parts in an order of their own, each row backwards. */
START_TEST(merged_parts_give_the_same_bytes_as_the_whole)
{
  eng_context *context;
  eng_summaries *whole, *merged, *part[7];
  size_t n = read_cdnow();

  if (n == 0) return;
  context = dollars();
  whole = summaries_of(context, ENG_UNIT_WEEK, n);
  ck_ok(eng_summaries_new(context, ENG_UNIT_WEEK, &merged));
  for (int i = 0; i < 7; i++) {
    ck_ok(eng_summaries_new(context, ENG_UNIT_WEEK, &part[i]));
  }
  for (size_t i = n; i-- > 0;) add_row(part[i * 2654435761u % 7], &rows[i]);
  for (int i = 7; i-- > 0;) {
    ck_ok(eng_summaries_merge(merged, part[(i * 3 + 1) % 7]));
  }
  ck_assert_uint_eq(eng_summaries_customers(merged), n);
  for (int32_t family = ENG_FAMILY_AUTO; family <= ENG_FAMILY_NBD; family++) {
    struct bytes a, b;
    eng_fit *one, *other;

    if (family == ENG_FAMILY_BGBB) continue;
    one = fit_of(whole, family);
    other = fit_of(merged, family);
    a = bytes_of_fit(one);
    b = bytes_of_fit(other);
    ck_assert(same_bytes(a, b));
    free(a.at);
    free(b.at);
    eng_fit_free(one);
    eng_fit_free(other);
  }
  for (int i = 0; i < 7; i++) eng_summaries_free(part[i]);
  eng_summaries_free(whole);
  eng_summaries_free(merged);
  eng_context_free(context);
}
END_TEST

/* ---- from the logs ---- */

static eng_status take(void *user, const char *customer, size_t length,
                       const eng_event *event, int32_t numbered, uint64_t line)
{
  (void)line;
  return eng_loader_add(user, customer, length, event, numbered);
}

/* Purchases of a log, without the customers of whom `part` is not the seventh; part -1:
 * all of them. NULL where it is absent. */
static eng_book *read_log(const eng_context *of, const char *name, int part)
{
  FILE *in = open_data(name);
  eng_loader *loader;
  char line[512];
  eng_book *book;
  eng_csv *csv;

  if (in == NULL) return NULL;
  ck_ok(eng_book_new(of, NULL, &book));
  ck_ok(eng_loader_new(book, ENG_IDENTICAL_KEEP, &loader));
  ck_ok(eng_csv_new(of, take, NULL, loader, &csv));
  ck_ok(eng_csv_set_kind(csv, ENG_EVENT_PURCHASE));
  for (long n = 0; fgets(line, sizeof line, in) != NULL; n++) {
    if (n > 0 && part >= 0 && atol(line) * 2654435761u % 7 != (unsigned)part) continue;
    ck_ok(eng_csv_feed(csv, line, strlen(line)));
  }
  ck_ok(eng_csv_finish(csv));
  ck_ok(eng_loader_finish(loader, NULL));
  eng_csv_free(csv);
  eng_loader_free(loader);
  fclose(in);
  return book;
}

#define END_OF_1997_09_30 INT64_C(875663999999)
#define END_OF_1998_06_30 INT64_C(899251199999)

START_TEST(the_cdnow_log_is_reduced_as_published)
{
  eng_context *context = dollars();
  eng_book *book = read_log(context, "cdnow/cdnow_sample_log.csv", -1);
  size_t n = book == NULL ? 0 : read_cdnow();
  uint64_t repeats = 0, later = 0, repeaters = 0;
  eng_summaries *summaries, *listed;

  for (size_t i = 0; i < n; i++) {
    eng_summary then, now;
    char id[24];
    uint64_t row;

    snprintf(id, sizeof id, "%zu", i + 1);
    ck_ok(eng_book_find(book, id, strlen(id), &row));
    ck_ok(eng_book_summary(book, ENG_UNIT_WEEK, END_OF_1997_09_30, &row, 1, &then, NULL,
                           NULL));
    ck_ok(eng_book_summary(book, ENG_UNIT_WEEK, END_OF_1998_06_30, &row, 1, &now, NULL,
                           NULL));
    ck_assert_uint_eq(then.x, rows[i].x);
    ck_assert_uint_eq(then.t_x, rows[i].t_x);
    ck_assert_uint_eq(then.T, rows[i].T);
    ck_assert_int_eq(then.spend, rows[i].spend);
    repeats += then.x;
    repeaters += then.x > 0;
    later += now.x - then.x;
  }
  if (n > 0) {
    ck_assert_uint_eq(repeats, 2457);
    ck_assert_uint_eq(later, 1882);
    ck_assert_uint_eq(repeaters, 946);
    ck_ok(eng_summaries_new(context, ENG_UNIT_WEEK, &summaries));
    ck_ok(eng_book_summarise(book, END_OF_1997_09_30, summaries, NULL, NULL));
    listed = summaries_of(context, ENG_UNIT_WEEK, n);
    ck_assert_uint_eq(eng_summaries_distinct(summaries), 1016);
    ck_assert_uint_eq(eng_summaries_distinct(listed), 1016);
    eng_summaries_free(summaries);
    eng_summaries_free(listed);
  }
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(seven_shops_of_the_master_log_give_the_bytes_of_the_whole)
{
  static const double values[] = {.63713984, 7.31029013, .807474178, 1.22839391};
  eng_context *context = dollars();
  eng_book *book = read_log(context, "cdnow/cdnow_master_log.csv", -1);
  eng_summaries *whole, *merged;
  struct bytes a, b;
  eng_fit *fit;

  if (book == NULL) {
    eng_context_free(context);
    return;
  }
  ck_ok(eng_summaries_new(context, ENG_UNIT_WEEK, &whole));
  ck_ok(eng_summaries_new(context, ENG_UNIT_WEEK, &merged));
  ck_ok(eng_book_summarise(book, END_OF_1997_09_30, whole, NULL, NULL));
  eng_book_free(book);
  ck_assert_uint_eq(eng_summaries_customers(whole), 23570);
  ck_assert_uint_eq(eng_summaries_purchases(whole), 24337);
  for (int i = 0; i < 7; i++) {
    eng_summaries *part;

    book = read_log(context, "cdnow/cdnow_master_log.csv", (i * 3 + 2) % 7);
    ck_ok(eng_summaries_new(context, ENG_UNIT_WEEK, &part));
    ck_ok(eng_book_summarise(book, END_OF_1997_09_30, part, NULL, NULL));
    ck_ok(eng_summaries_merge(merged, part));
    eng_summaries_free(part);
    eng_book_free(book);
  }
  fit = fit_of(whole, ENG_FAMILY_MBGNBD);
  /* fits_reference.csv, an optimiser of another kind */
  for (int i = 0; i < 4; i++) {
    ck_printed(fit, ENG_FIT_PURCHASES, i, values[i], 1e-4 * values[i]);
  }
  ck_assert_double_eq_tol(eng_fit_log_likelihood(fit, ENG_FIT_PURCHASES), -95336.958320,
                          1e-3);
  ck_assert_double_eq_tol(eng_fit_log_likelihood(fit, ENG_FIT_SPEND), -40763.476261,
                          1e-3);
  a = bytes_of_fit(fit);
  eng_fit_free(fit);
  fit = fit_of(merged, ENG_FAMILY_MBGNBD);
  b = bytes_of_fit(fit);
  ck_assert(same_bytes(a, b));
  free(a.at);
  free(b.at);
  eng_fit_free(fit);
  eng_summaries_free(whole);
  eng_summaries_free(merged);
  eng_context_free(context);
}
END_TEST

Suite *forecast_fits_suite(void)
{
  Suite *suite = suite_create("forecast_fits");
  TCase *tests = tcase_create("forecast_fits");

  tcase_set_timeout(tests, 600);
  tcase_set_tags(tests, TAG_LONG);
  tcase_add_loop_test(tests, cdnow_has_its_published_parameters, 0,
                      (int)(sizeof cdnow / sizeof cdnow[0]));
  tcase_add_test(tests, bgnbd_on_cdnow_is_as_sure_as_published);
  tcase_add_test(tests, donations_have_their_published_parameters);
  tcase_add_test(tests, a_fit_in_days_is_the_fit_in_weeks);
  tcase_add_test(tests, merged_parts_give_the_same_bytes_as_the_whole);
  tcase_add_test(tests, the_cdnow_log_is_reduced_as_published);
  tcase_add_test(tests, seven_shops_of_the_master_log_give_the_bytes_of_the_whole);
  suite_add_tcase(suite, tests);
  return suite;
}
