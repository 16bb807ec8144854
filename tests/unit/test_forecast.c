/* SPDX-License-Identifier: MIT
 *
 * test_forecast.c - fits on data that is known to lead astray: each ends in the right
 * fit or says what the data lacks. And what a fit answers: finite numbers within their
 * range, or a status; encoded, decoded, from strangers, without memory.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "forecast/summaries.h"
#include "unit/forecasting.h"

Suite *forecast_suite(void);

static eng_context *context;

static void open_context(void)
{
  eng_settings *settings;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
}

static void close_context(void) { eng_context_free(context); }

/* ---- made-up customers ---- */

static eng_summaries *nobody(int32_t unit)
{
  eng_summaries *summaries;

  ck_ok(eng_summaries_new(context, unit, &summaries));
  return summaries;
}

static void add(eng_summaries *to, uint32_t x, uint32_t t_x, uint32_t T, uint64_t count)
{
  ck_ok(eng_summaries_add(to, x, t_x, T, (int64_t)x * 1000, count));
}

enum { SIMULATED = 4000, DAYS = 400 };

/* Customers of MBG/NBD. */
static eng_summaries *people(double r, double alpha, double a, double b)
{
  eng_summaries *summaries = nobody(ENG_UNIT_DAY);

  for (int i = 0; i < SIMULATED; i++) {
    double rate = draw_gamma(r) / alpha, leave = draw_beta(a, b);
    uint32_t T = (uint32_t)(DAYS - DAYS / 4 * draw());
    struct life life = {0, 0, 0};

    if (draw() >= leave) life = live(rate, leave, 1e9, T, T);
    add(summaries, life.x, life.t_x, T, 1);
  }
  return summaries;
}

static double parameter(const eng_fit *fit, int32_t part, int32_t i)
{
  double value;

  ck_ok(eng_fit_parameter(fit, part, i, &value, NULL));
  return value;
}

/* Every answer about a grid of customers is finite and within its range. */
static void ck_sane(const eng_fit *fit)
{
  static const double xs[] = {0, 1, 2, 30, 4000}, ends[] = {1, 50, 3000, 1e8};
  static const double horizons[] = {0, 1, 100, 1e6};

  for (int i = 0; i<5 * 4 * 3 * 4; i += stride()> 1 ? 35 : 7) {
    double x = xs[i % 5], T = ends[i / 5 % 4], horizon = horizons[i / 60], p[30], v;
    double alive, buys, expected, sum = 0;
    eng_forecast all;
    eng_rf h;
    uint32_t low, high;
    eng_status status;

    eng_rf_init(&h, sizeof h);
    h.x = x;
    h.T = T;
    h.t_x = x > 0 ? T * (i / 20 % 3) / 2 : 0;
    h.mean_spend = x;
    ck_ok(eng_fit_p_alive(fit, &h, &alive));
    ck_ok(eng_fit_p_purchase(fit, &h, horizon, &buys));
    ck_ok(eng_fit_expected_purchases(fit, &h, horizon, &expected));
    ck_ok(eng_fit_forecast(fit, &h, horizon, &all));
    ck_assert(all.p_alive == alive && all.p_purchase == buys &&
              all.expected_purchases == expected && isfinite(all.expected_spend));
    ck_assert(alive >= 0 && alive <= 1 && buys >= 0 && buys <= 1);
    if (eng_fit_part_family(fit, ENG_FIT_STAY) == eng_fit_family(fit)) {
      ck_assert_double_le(buys, alive + 1e-12);
    }
    ck_assert(all.has_forecast && all.expected_positive <= all.expected_acts &&
              isfinite(all.expected_acts));
    ck_assert(isfinite(expected) && expected >= buys * (1 - 1e-6));
    status = eng_fit_purchases(fit, &h, horizon, p, 30);
    ck_assert(status == ENG_OK || status == ENG_E_LIMIT);
    for (int k = 0; k < 30; k++) {
      ck_assert(p[k] >= 0 && p[k] <= 1);
      sum += p[k];
    }
    ck_assert_double_le(sum, 1 + 1e-9);
    if (status == ENG_OK) ck_assert_double_eq_tol(p[0], 1 - buys, 1e-9);
    status = eng_fit_interval(fit, &h, horizon, 0.8, &low, &high);
    ck_assert(status == ENG_OK || status == ENG_E_LIMIT);
    ck_assert(low <= high);
    if (i % 6 == 0) {
      ck_ok(eng_fit_discounted_purchases(fit, &h, 1e-3, &v));
      ck_assert(isfinite(v) && v >= 0);
    }
    if (i % 6 == 1) {
      double least, most;

      status = eng_fit_spend_interval(fit, &h, horizon, 0.8, &least, &most);
      ck_assert(status == ENG_OK || status == ENG_E_THIN || status == ENG_E_LIMIT);
      ck_assert(least >= 0 && least <= most && isfinite(most));
    }
    status = eng_fit_expected_spend(fit, &h, &v);
    ck_assert(status == ENG_OK || status == ENG_E_THIN || status == ENG_E_INFINITE);
    ck_assert(isfinite(v));
  }
}

/* A fit that is asked for, as it should be or with a reason, and sane. */
static eng_fit *sane_fit(const eng_summaries *summaries, int32_t family)
{
  eng_fit *fit = fit_of(summaries, family);

  ck_assert(eng_fit_converged(fit, ENG_FIT_PURCHASES) ||
            eng_fit_reason(fit, ENG_FIT_PURCHASES)[0] != '\0');
  ck_sane(fit);
  return fit;
}

static const int32_t continuous[] = {ENG_FAMILY_AUTO,   ENG_FAMILY_BGNBD,
                                     ENG_FAMILY_MBGNBD, ENG_FAMILY_PARETONBD,
                                     ENG_FAMILY_NBD,    ENG_FAMILY_USUAL};

enum { CONTINUOUS = sizeof continuous / sizeof continuous[0] };

/* Every family, or under a checker some of them. */
static int step(void) { return stride() > 1 ? 3 : 1; }

/* ---- ways to go wrong ---- */

START_TEST(what_was_simulated_is_found_again)
{
  static const double truth[] = {0.6, 20, 0.8, 2};
  eng_summaries *summaries;
  eng_fit *fit;

  draw_from(1);
  summaries = people(truth[0], truth[1], truth[2], truth[3]);
  fit = sane_fit(summaries, ENG_FAMILY_MBGNBD);
  ck_assert_int_eq(eng_fit_converged(fit, ENG_FIT_PURCHASES), 1);
  for (int i = 0; i < 4; i++) {
    double value, error;

    ck_ok(eng_fit_parameter(fit, ENG_FIT_PURCHASES, i, &value, &error));
    ck_assert_double_gt(error, 0);
    ck_assert_double_le(fabs(value - truth[i]), 4 * error);
  }
  eng_fit_free(fit);
  eng_summaries_free(summaries);
}
END_TEST

/* Everybody has the same rate: r wants to infinity, where lgamma would cancel. */
START_TEST(customers_without_difference_give_no_spurious_optimum)
{
  draw_from(2);
  for (int i = 0; i < CONTINUOUS; i += step()) {
    eng_summaries *summaries = nobody(ENG_UNIT_DAY);
    eng_fit *fit;
    double r, alpha;
    uint32_t total = 0;

    for (int k = 0; k < 1000; k++) {
      struct life life = live(0.02, 0, 1e9, DAYS, DAYS);

      total += life.x;
      add(summaries, life.x, life.t_x, DAYS, 1);
    }
    fit = sane_fit(summaries, continuous[i]);
    ck_assert_int_eq(eng_fit_family(fit), ENG_FAMILY_NBD);
    r = parameter(fit, ENG_FIT_PURCHASES, 0);
    alpha = parameter(fit, ENG_FIT_PURCHASES, 1);
    ck_assert_double_le(r, 1.001e6);
    /* The rate is what it was, however little it differs. */
    ck_assert_double_eq_tol(r / alpha, (double)total / 1000 / DAYS, 1e-4);
    eng_fit_free(fit);
    eng_summaries_free(summaries);
  }
}
END_TEST

/* More alike than chance makes them: r and alpha want to infinity together, and the
 * search has to end where one of them is held, not to be thrown about beside it. */
START_TEST(customers_more_alike_than_chance_end_at_the_edge)
{
  eng_summaries *summaries = nobody(ENG_UNIT_WEEK);

  for (uint32_t i = 1; i <= 80; i++) {
    uint32_t x = 1 + i % 5, first = 3 + i * 7 % 25;

    add(summaries, x, 30 * x + 5 * x % 25, 200 - first, 1);
  }
  for (int i = 0; i < CONTINUOUS; i += step()) {
    eng_fit *fit = sane_fit(summaries, continuous[i]);
    double mean;
    eng_rf h;

    ck_assert_int_eq(eng_fit_converged(fit, ENG_FIT_PURCHASES), 1);
    ck_assert(eng_fit_reason(fit, ENG_FIT_PURCHASES)[0] != '\0');
    eng_rf_init(&h, sizeof h);
    ck_ok(eng_fit_expected_purchases(fit, &h, 4, &mean));
    ck_assert(mean > 0.3 && mean < 1.3);
    eng_fit_free(fit);
  }
  eng_summaries_free(summaries);
}
END_TEST

/* Nobody leaves: not 3e8 purchases, but those of NBD. */
START_TEST(nobody_who_leaves_means_nbd_and_says_so)
{
  eng_summaries *summaries = nobody(ENG_UNIT_WEEK);
  eng_rf h;

  draw_from(3);
  for (int k = 0; k < SIMULATED; k++) {
    struct life life = live(draw_gamma(0.7) / 40, 0, 1e9, DAYS, DAYS);

    add(summaries, life.x, life.t_x, DAYS, 1);
  }
  eng_rf_init(&h, sizeof h);
  h.x = 5;
  h.t_x = 50;
  h.T = DAYS / 7.0;
  for (int i = 0; i < CONTINUOUS; i += step()) {
    eng_fit *fit = sane_fit(summaries, continuous[i]);
    double v;

    ck_assert_int_eq(eng_fit_family(fit), ENG_FAMILY_NBD);
    ck_assert_int_eq(eng_fit_requested(fit), continuous[i]);
    ck_assert_int_eq(eng_fit_converged(fit, ENG_FIT_PURCHASES), 1);
    if (continuous[i] != ENG_FAMILY_NBD) {
      ck_assert_ptr_nonnull(strstr(eng_fit_reason(fit, ENG_FIT_PURCHASES), "leave"));
    }
    ck_ok(eng_fit_expected_purchases(fit, &h, 52, &v));
    ck_assert(v > 3 && v < 7);
    eng_fit_free(fit);
  }
  eng_summaries_free(summaries);
}
END_TEST

START_TEST(all_were_there_on_the_last_day)
{
  for (int i = 0; i < CONTINUOUS; i += step()) {
    eng_summaries *summaries = nobody(ENG_UNIT_DAY);
    eng_fit *fit;

    for (uint32_t x = 1; x < 40; x++) add(summaries, x, 200 + x, 200 + x, 60 - x);
    fit = sane_fit(summaries, continuous[i]);
    ck_assert_int_eq(eng_fit_family(fit), ENG_FAMILY_NBD);
    eng_fit_free(fit);
    eng_summaries_free(summaries);
  }
}
END_TEST

/* A purchase on the last day is an ordinary history among others. */
START_TEST(a_purchase_on_the_last_day_is_an_ordinary_one)
{
  draw_from(4);
  for (int i = 0; i < CONTINUOUS; i += step()) {
    eng_summaries *summaries = people(0.6, 20, 0.8, 2);
    eng_fit *fit;
    eng_rf h;
    double v;

    add(summaries, 3, 300, 300, 5);
    add(summaries, 1, 1, 1, 5);
    fit = sane_fit(summaries, continuous[i]);
    ck_assert_int_eq(eng_fit_converged(fit, ENG_FIT_PURCHASES), 1);
    eng_rf_init(&h, sizeof h);
    h.x = 3;
    h.t_x = h.T = 300;
    ck_ok(eng_fit_p_alive(fit, &h, &v));
    ck_assert_double_gt(v, 0.5);
    eng_fit_free(fit);
    eng_summaries_free(summaries);
  }
}
END_TEST

struct thin {
  uint32_t customers, repeaters;
  const char *says;
};

static const struct thin thin[] = {{0, 0, "no customers"},
                                   {1000, 0, "second time"},
                                   {1, 1, "few customers"},
                                   {10, 5, "few customers"},
                                   {1000, 3, "second time"}};

START_TEST(thin_data_is_refused_with_what_it_lacks)
{
  const struct thin *t = &thin[_i];
  eng_summaries *summaries = nobody(ENG_UNIT_WEEK);
  eng_error error;
  eng_fit *fit;

  for (uint32_t i = 0; i < t->customers; i++) {
    add(summaries, i < t->repeaters, i < t->repeaters ? 10 + i : 0, 100 + i % 50, 1);
  }
  for (int i = 0; i < CONTINUOUS; i += step()) {
    ck_assert_int_eq(try_fit(summaries, continuous[i], &fit, &error), ENG_E_THIN);
    ck_assert_ptr_null(fit);
    ck_assert_int_eq(error.code, ENG_E_THIN);
    ck_assert_ptr_nonnull(strstr(error.text, t->says));
  }
  eng_summaries_free(summaries);
}
END_TEST

/* The least that is accepted, of every seed, ends in a fit that answers. */
START_TEST(little_data_is_fitted_or_refused_but_never_wild)
{
  int fitted = 0;

  for (uint64_t seed = 0; seed < 8; seed += 1 + stride() / 8) {
    eng_summaries *summaries = nobody(ENG_UNIT_WEEK);

    draw_from(seed);
    for (int k = 0; k < 30; k++) {
      struct life life = live(draw_gamma(0.5) / 15, draw_beta(0.8, 2), 1e9, 300, 300);

      add(summaries, life.x, life.t_x, 300, 1);
    }
    for (int i = 0; i < CONTINUOUS; i += step()) {
      eng_error error;
      eng_fit *fit;
      eng_status status = try_fit(summaries, continuous[i], &fit, &error);

      ck_assert(status == ENG_OK || status == ENG_E_THIN);
      if (status == ENG_OK && seed < 2) ck_sane(fit);
      fitted += status == ENG_OK;
      eng_fit_free(fit);
    }
    eng_summaries_free(summaries);
  }
  ck_assert_int_gt(fitted, stride() == 1 ? 20 : 2);
}
END_TEST

/* One customer, ten customers, where the caller asks for a fit of so few: it ends in a
 * sane one or in a status, of every seed. */
START_TEST(one_customer_or_ten_give_a_sane_fit_or_a_status)
{
  for (uint64_t seed = 0; seed < 12; seed += 1 + stride() / 6) {
    for (int few = 1; few <= 10; few += 9) {
      eng_summaries *summaries = nobody(ENG_UNIT_WEEK);
      uint64_t buyers = 0;

      draw_from(300 + seed);
      for (int k = 0; k < few; k++) {
        struct life life = live(draw_gamma(0.8) / 30, draw_beta(0.8, 2), 1e9, 300, 300);

        add(summaries, life.x, life.t_x, 300, 1);
        buyers += life.x > 0;
      }
      for (int i = 0; i < CONTINUOUS; i += step()) {
        eng_fit_options options;
        eng_fit *fit;
        eng_status status;

        eng_fit_options_init(&options, sizeof options);
        options.family = continuous[i];
        options.customers = options.repeaters = 1;
        status = eng_fit_new(summaries, &options, &fit, NULL);
        if (buyers == 0) {
          ck_assert_int_eq(status, ENG_E_THIN);
          continue;
        }
        ck_assert(status == ENG_OK || status == ENG_E_NOFIT);
        if (status == ENG_OK) {
          ck_assert(eng_fit_converged(fit, ENG_FIT_PURCHASES) ||
                    eng_fit_reason(fit, ENG_FIT_PURCHASES)[0] != '\0');
          if (seed < 3) ck_sane(fit);
        }
        eng_fit_free(fit);
      }
      eng_summaries_free(summaries);
    }
  }
}
END_TEST

/* Along the ridge of Pareto/NBD parameters say little, so the search may end at one or
 * another of them: in days or in weeks the height is the same, and what is forecast. */
START_TEST(a_flat_ridge_of_paretonbd_has_one_height)
{
  for (uint64_t seed = 0; seed<6; seed += stride()> 1 ? 3 : 1) {
    eng_summaries *weeks = nobody(ENG_UNIT_WEEK), *days = nobody(ENG_UNIT_DAY);
    eng_fit *by_week, *by_day;
    double purchases;

    draw_from(500 + seed);
    for (int k = 0; k < 400; k++) {
      double life = -log(draw()) / (draw_gamma(0.6) / 300);
      struct life l = live(draw_gamma(0.6) / 60, 0, life, 280, 280);

      add(weeks, l.x, l.t_x, 280, 1);
      add(days, l.x, l.t_x, 280, 1);
    }
    by_week = fit_of(weeks, ENG_FAMILY_PARETONBD);
    by_day = fit_of(days, ENG_FAMILY_PARETONBD);
    ck_assert_int_eq(eng_fit_family(by_week), eng_fit_family(by_day));
    ck_assert_int_eq(eng_fit_converged(by_week, ENG_FIT_PURCHASES), 1);
    purchases = (double)eng_summaries_purchases(days);
    ck_assert_double_eq_tol(
        eng_fit_log_likelihood(by_week, ENG_FIT_PURCHASES),
        eng_fit_log_likelihood(by_day, ENG_FIT_PURCHASES) + purchases * log(7), 1e-5);
    for (int x = 0; x < 6; x++) {
      double a, b;
      eng_rf h;

      eng_rf_init(&h, sizeof h);
      h.x = x;
      h.t_x = x > 0 ? 140 : 0;
      h.T = 280;
      ck_ok(eng_fit_expected_purchases(by_day, &h, 280, &a));
      h.t_x /= 7;
      h.T /= 7;
      ck_ok(eng_fit_expected_purchases(by_week, &h, 40, &b));
      ck_assert_double_eq_tol(a, b, 1e-4 * b);
    }
    eng_fit_free(by_week);
    eng_fit_free(by_day);
    eng_summaries_free(weeks);
    eng_summaries_free(days);
  }
}
END_TEST

/* Thousands of purchases each: nothing overflows. */
START_TEST(customers_who_buy_thousands_of_times_are_fitted)
{
  draw_from(5);
  for (int i = 0; i < CONTINUOUS; i += step()) {
    eng_summaries *summaries = nobody(ENG_UNIT_DAY);
    eng_fit *fit;
    eng_rf h;
    double v;

    for (int k = 0; k < 80; k++) {
      double life = 4000 * draw_gamma(1.5);
      uint32_t T = 6000, t_x = life < T ? (uint32_t)life : T - (uint32_t)(9 * draw());
      uint32_t x = (uint32_t)(t_x * (0.2 + 0.6 * draw()));

      add(summaries, x, x == 0 ? 0 : t_x, T, 1);
    }
    fit = sane_fit(summaries, continuous[i]);
    ck_assert_int_eq(eng_fit_converged(fit, ENG_FIT_PURCHASES), 1);
    eng_rf_init(&h, sizeof h);
    h.x = 3000;
    h.t_x = 5999;
    h.T = 6000;
    ck_ok(eng_fit_expected_purchases(fit, &h, 100, &v));
    ck_assert(v > 30 && v < 60);
    eng_fit_free(fit);
    eng_summaries_free(summaries);
  }
}
END_TEST

/* ---- parameters where a formula of the literature divides by zero ---- */

static eng_fit *made_fit(int32_t family, double a, double b, double c, double d)
{
  double p[4] = {a, b, c, d};
  struct bytes bytes = fit_bytes(family, p, family == ENG_FAMILY_NBD ? 2 : 4);
  eng_fit *fit;

  ck_ok(eng_fit_decode(context, bytes.at, bytes.size, &fit));
  free(bytes.at);
  return fit;
}

START_TEST(nothing_happens_where_a_formula_divides_by_zero)
{
  static const double c[] = {1, 1 - 1e-12, 1 + 1e-12, 1 - 1e-6, 1 + 1e-6};
  double first[3];

  for (int i = 0; i < 5; i++) {
    for (int k = 0; k < 3; k++) {
      eng_fit *fit = made_fit(ENG_FAMILY_BGNBD + k, 0.5, 6, c[i], 3);
      eng_rf h;
      double v;

      eng_rf_init(&h, sizeof h);
      h.x = 2;
      h.t_x = 20;
      h.T = 30;
      ck_ok(eng_fit_expected_purchases(fit, &h, 39, &v));
      if (i == 0) first[k] = v;
      ck_assert_double_eq_tol(v, first[k], 1e-5 * first[k]);
      ck_sane(fit);
      eng_fit_free(fit);
    }
  }
}
END_TEST

/* Discounted purchases are those of each short time, discounted. */
START_TEST(discounted_purchases_are_the_sum_of_what_is_expected)
{
  static const int32_t families[] = {ENG_FAMILY_BGNBD, ENG_FAMILY_MBGNBD,
                                     ENG_FAMILY_PARETONBD, ENG_FAMILY_NBD};
  const double rate = 0.01;

  for (int i = 0; i < 4 * 4; i += step()) {
    eng_fit *fit = made_fit(families[i % 4], 0.5, 6, 0.8, 3);
    double sum = 0, before = 0, v;
    eng_rf h;

    eng_rf_init(&h, sizeof h);
    h.x = i / 4 * 20;
    h.t_x = h.x > 0 ? 20 : 0;
    h.T = 30;
    for (double t = 1; t <= 4000; t += 1) {
      ck_ok(eng_fit_expected_purchases(fit, &h, t, &v));
      sum += (v - before) * exp(-rate * (t - 0.5));
      before = v;
    }
    ck_ok(eng_fit_discounted_purchases(fit, &h, rate, &v));
    ck_assert_double_eq_tol(v, sum, 1e-3 * sum);
    eng_fit_free(fit);
  }
}
END_TEST

/* a + b < 1 and x = 0: c of 2F1 is below 0. */
START_TEST(tiny_parameters_to_leave_are_no_special_case)
{
  eng_fit *fit = made_fit(ENG_FAMILY_BGNBD, 0.3, 5, 0.02, 0.03);
  eng_rf h;
  double v;

  ck_sane(fit);
  eng_rf_init(&h, sizeof h);
  ck_ok(eng_fit_expected_purchases(fit, &h, 20, &v));
  /* Below what would be bought if nobody left, above a first purchase's chance. */
  ck_assert(v > 0.3 && v < 0.3 / 5 * 20);
  eng_fit_free(fit);
}
END_TEST

START_TEST(fits_from_strangers_answer_or_say_why_not)
{
  static const double values[] = {1e-12, 1e-3, 1, 1e4, 1e24};

  for (int i = 0; i < 4 * 625; i += 131 * (1 + (int)stride() / 8)) {
    int32_t family = (int32_t[]){ENG_FAMILY_BGNBD, ENG_FAMILY_MBGNBD,
                                 ENG_FAMILY_PARETONBD, ENG_FAMILY_NBD}[i % 4];
    eng_fit *fit = made_fit(family, values[i / 4 % 5], values[i / 20 % 5],
                            values[i / 100 % 5], values[i / 500 % 5]);
    eng_rf h;

    eng_rf_init(&h, sizeof h);
    for (int k = 0; k < 8; k++) {
      double v[5], p[40];
      uint32_t low, high;

      h.x = k % 2 == 0 ? 0 : 1e9;
      h.T = k / 2 % 2 == 0 ? 1e9 : 1;
      h.t_x = h.x > 0 ? h.T / 2 : 0;
      (void)!eng_fit_p_alive(fit, &h, &v[0]);
      (void)!eng_fit_p_purchase(fit, &h, 1e9, &v[1]);
      (void)!eng_fit_expected_purchases(fit, &h, k < 4 ? 1e9 : 1e-9, &v[2]);
      (void)!eng_fit_discounted_purchases(fit, &h, k < 4 ? 1e-9 : 10, &v[3]);
      (void)!eng_fit_value(fit, &h, 1, &v[4]);
      (void)!eng_fit_purchases(fit, &h, 1e9, p, 40);
      (void)!eng_fit_interval(fit, &h, 1e9, 0.8, &low, &high);
      for (int j = 0; j < 5; j++) ck_assert(isfinite(v[j]) && v[j] >= 0);
      ck_assert(v[0] <= 1 && v[1] <= 1);
      for (int j = 0; j < 40; j++) ck_assert(p[j] >= 0 && p[j] <= 1);
    }
    eng_fit_free(fit);
  }
}
END_TEST

/* ---- calibration ---- */

/* Sums over simulated customers are what the fit expects; the interval covers. */
START_TEST(forecasts_of_simulated_customers_come_true)
{
  enum { MANY = 20000 };
  double expected = 0, actual = 0, buyers = 0, buys = 0, inside = 0;
  static struct life lives[MANY];
  eng_summaries *summaries = nobody(ENG_UNIT_DAY);
  eng_fit *fit;

  draw_from(6);
  for (int i = 0; i < MANY; i++) {
    double rate = draw_gamma(0.6) / 20, life = -log(draw()) / (draw_gamma(0.7) / 60);

    lives[i] = live(rate, 0, life, 200, 400);
    add(summaries, lives[i].x, lives[i].t_x, 200, 1);
  }
  fit = fit_of(summaries, ENG_FAMILY_AUTO);
  ck_assert_int_eq(eng_fit_family(fit), ENG_FAMILY_PARETONBD);
  for (int i = 0; i < MANY; i++) {
    eng_rf h;
    double v, p[120], below = 0, at;

    eng_rf_init(&h, sizeof h);
    h.x = lives[i].x;
    h.t_x = lives[i].t_x;
    h.T = 200;
    ck_ok(eng_fit_expected_purchases(fit, &h, 200, &v));
    expected += v;
    actual += lives[i].after;
    ck_ok(eng_fit_p_purchase(fit, &h, 200, &v));
    buys += v;
    buyers += lives[i].after > 0;
    ck_ok(eng_fit_purchases(fit, &h, 200, p, 120));
    for (uint32_t k = 0; k < lives[i].after && k < 120; k++) below += p[k];
    at = below + draw() * (lives[i].after < 120 ? p[lives[i].after] : 0);
    inside += at > 0.1 && at < 0.9;
  }
  ck_assert_double_eq_tol(expected / actual, 1, 0.04);
  ck_assert_double_eq_tol(buys / buyers, 1, 0.04);
  ck_assert(inside / MANY > 0.78 && inside / MANY < 0.82);
  eng_fit_free(fit);
  eng_summaries_free(summaries);
}
END_TEST

enum { COVERED = 5000, SEEDS = 3 };

static const int32_t covering[] = {ENG_FAMILY_BGNBD, ENG_FAMILY_MBGNBD,
                                   ENG_FAMILY_PARETONBD, ENG_FAMILY_NBD,
                                   ENG_FAMILY_BGBB};

enum { COVERING = sizeof covering / sizeof covering[0] };

/* A customer of a family, seen for T and then as long again. */
static struct life one_of(int32_t family, double T)
{
  double rate = draw_gamma(0.7) / 250, leave = draw_beta(0.8, 2), life = 1e9;

  if (family == ENG_FAMILY_MBGNBD && draw() < leave) return (struct life){0, 0, 0};
  if (family == ENG_FAMILY_PARETONBD) life = -log(draw()) / (draw_gamma(0.7) / 600);
  if (family == ENG_FAMILY_PARETONBD || family == ENG_FAMILY_NBD) leave = 0;
  return live(rate, leave, life, T, 2 * T);
}

static struct life one_in_periods(uint32_t T)
{
  double buys = draw_beta(1.2, 0.75), leaves = draw_beta(0.66, 2.8);
  struct life life = {0, 0, 0};

  for (uint32_t n = 1; n <= 2 * T; n++) {
    if (draw() < leaves) return life;
    if (draw() >= buys) continue;
    if (n > T) {
      life.after++;
    } else {
      life.x++;
      life.t_x = n;
    }
  }
  return life;
}

/* The nominal 80 % under every family, of its own customers: by the randomised PIT, as
 * nearly all counts are 0. */
START_TEST(an_interval_covers_what_it_claims)
{
  static struct life lives[COVERED];
  int32_t family = covering[_i / SEEDS];
  bool periods = family == ENG_FAMILY_BGBB;
  uint32_t T = periods ? 6 : 2000;
  eng_summaries *summaries = nobody(periods ? ENG_UNIT_PERIOD : ENG_UNIT_DAY);
  double inside = 0, low = 0;
  eng_fit *fit;

  draw_from(100 + (uint64_t)_i);
  for (int i = 0; i < COVERED && _i % (int)stride() == 0; i++) {
    lives[i] = periods ? one_in_periods(T) : one_of(family, T);
    add(summaries, lives[i].x, lives[i].t_x, T, 1);
  }
  if (_i % (int)stride() != 0) {
    eng_summaries_free(summaries);
    return;
  }
  fit = fit_of(summaries, family);
  ck_assert_int_eq(eng_fit_family(fit), family);
  for (int i = 0; i < COVERED; i++) {
    double p[200], at = 0;
    uint32_t after = lives[i].after < 199 ? lives[i].after : 199;
    eng_rf h;

    eng_rf_init(&h, sizeof h);
    h.x = lives[i].x;
    h.t_x = lives[i].t_x;
    h.T = T;
    ck_ok(eng_fit_purchases(fit, &h, T, p, after + 1));
    for (uint32_t k = 0; k < after; k++) at += p[k];
    at += draw() * p[after];
    inside += at > 0.1 && at < 0.9;
    low += at <= 0.1;
  }
  ck_assert_msg(inside / COVERED > 0.78 && inside / COVERED < 0.82, "%s covers %g",
                eng_family_name(family), inside / COVERED);
  ck_assert_double_eq_tol(low / COVERED, 0.1, 0.02);
  eng_fit_free(fit);
  eng_summaries_free(summaries);
}
END_TEST

/* Money: what simulated customers spend lies where it should. */
START_TEST(what_simulated_customers_spend_lies_within_its_interval)
{
  enum { MANY = 6000 };
  static struct life lives[MANY];
  static double before[MANY], after[MANY];
  double covered = 0, held = 0, n = 0;
  eng_summaries *summaries = nobody(ENG_UNIT_DAY);
  eng_fit *fit;

  draw_from(9);
  for (int i = 0; i < MANY; i++) {
    double rate = draw_gamma(0.6) / 20, life = -log(draw()) / (draw_gamma(0.7) / 60);
    double nu = draw_gamma(4) / 15;

    lives[i] = live(rate, 0, life, 200, 400);
    before[i] = lives[i].x > 0 ? draw_gamma(6.0 * lives[i].x) / nu : 0;
    after[i] = lives[i].after > 0 ? draw_gamma(6.0 * lives[i].after) / nu : 0;
    ck_ok(eng_summaries_add(summaries, lives[i].x, lives[i].t_x, 200,
                            llround(100 * before[i]), 1));
  }
  fit = fit_of(summaries, ENG_FAMILY_PARETONBD);
  for (int i = 0; i < MANY; i++) {
    double at, least, most;
    eng_rf h;

    eng_rf_init(&h, sizeof h);
    h.x = lives[i].x;
    h.t_x = lives[i].t_x;
    h.T = 200;
    h.mean_spend = lives[i].x > 0 ? before[i] / lives[i].x : 0;
    ck_ok(eng_fit_p_spend(fit, &h, 200, after[i], &at));
    if (after[i] == 0) at *= draw();
    covered += at > 0.1 && at < 0.9;
    if (i % 10 != 0) continue;
    ck_ok(eng_fit_spend_interval(fit, &h, 200, 0.8, &least, &most));
    held += after[i] >= least && after[i] <= most;
    n++;
    ck_ok(eng_fit_p_spend(fit, &h, 200, most, &at));
    ck_assert(at >= 0.9 - 1e-6);
    if (least > 0) ck_assert_double_eq_tol(at, 0.9, 1e-6);
  }
  ck_assert(covered / MANY > 0.78 && covered / MANY < 0.82);
  ck_assert(held / n > 0.78);
  eng_fit_free(fit);
  eng_summaries_free(summaries);
}
END_TEST

/* With q below 1 the worths have no mean: a status, and no money in a forecast. */
START_TEST(a_mean_that_is_infinite_is_a_status)
{
  eng_summaries *summaries = nobody(ENG_UNIT_DAY);
  eng_forecast all;
  eng_fit *fit;
  double v = 7;
  eng_rf h;

  draw_from(12);
  for (int i = 0; i < 3000; i++) {
    struct life life = live(draw_gamma(0.6) / 20, draw_beta(0.8, 2), 1e9, 200, 200);
    double worth = 15 * draw_gamma(6.0 * (life.x + 1)) / draw_gamma(0.5);

    ck_ok(eng_summaries_add(summaries, life.x, life.t_x, 200,
                            llround(fmin(worth, 1e12)) + 1, 1));
  }
  fit = fit_of(summaries, ENG_FAMILY_MBGNBD);
  ck_assert_double_lt(parameter(fit, ENG_FIT_SPEND, 1), 1);
  eng_rf_init(&h, sizeof h);
  ck_assert_int_eq(eng_fit_expected_spend(fit, &h, &v), ENG_E_INFINITE);
  ck_assert(v == 0);
  ck_assert_int_eq(eng_fit_value(fit, &h, 0.01, &v), ENG_E_INFINITE);
  ck_ok(eng_fit_forecast(fit, &h, 90, &all));
  ck_assert(all.has_forecast && !all.has_spend && all.expected_spend == 0);
  h.x = 3;
  h.t_x = h.T = 50;
  h.mean_spend = 12;
  ck_ok(eng_fit_expected_spend(fit, &h, &v));
  ck_assert(v > 0 && isfinite(v));
  ck_sane(fit);
  eng_fit_free(fit);
  eng_summaries_free(summaries);
}
END_TEST

/* ---- bytes ---- */

START_TEST(a_fit_survives_its_bytes)
{
  eng_summaries *summaries;
  eng_fit *fit, *back;
  struct bytes a, b;

  draw_from(7);
  summaries = people(0.6, 20, 0.8, 2);
  fit = fit_of(summaries, ENG_FAMILY_PARETONBD);
  a = bytes_of_fit(fit);
  ck_ok(eng_fit_decode(context, a.at, a.size, &back));
  b = bytes_of_fit(back);
  ck_assert(same_bytes(a, b));
  ck_assert_int_eq(eng_fit_family(back), ENG_FAMILY_PARETONBD);
  ck_assert_int_eq(eng_fit_unit(back), ENG_UNIT_DAY);
  ck_assert_uint_eq(eng_fit_customers(back), SIMULATED);
  ck_assert_int_eq(eng_fit_currency(back), 978);
  ck_assert_int_eq(eng_fit_parameter_count(back, ENG_FIT_SPEND), 3);
  free(b.at);
  eng_fit_free(back);
  for (size_t i = 0; i < a.size; i++) {
    ck_assert_int_ne(eng_fit_decode(context, a.at, i, &back), ENG_OK);
    ck_assert_ptr_null(back);
    for (int bit = 0; bit < 8; bit++) {
      a.at[i] ^= (uint8_t)(1 << bit);
      ck_assert_int_ne(eng_fit_decode(context, a.at, a.size, &back), ENG_OK);
      a.at[i] ^= (uint8_t)(1 << bit);
    }
  }
  free(a.at);
  eng_fit_free(fit);
  eng_summaries_free(summaries);
}
END_TEST

/* Bits are flipped and the checksum mended: what is accepted is canonical and sane. */
START_TEST(damaged_bytes_with_a_good_checksum_are_refused_or_canonical)
{
  static const double p[4] = {0.5, 6, 0.8, 3};
  struct bytes bytes = fit_bytes(ENG_FAMILY_MBGNBD, p, 4);
  int accepted = 0;

  for (size_t i = 0; i < 8 * (bytes.size - 4); i++) {
    eng_fit *fit;
    uint64_t sum;

    bytes.at[i / 8] ^= (uint8_t)(1 << i % 8);
    sum = eng__hash(bytes.at, bytes.size - 4);
    for (size_t k = 0; k < 4; k++) {
      bytes.at[bytes.size - 4 + k] = (uint8_t)(sum >> 8 * k);
    }
    if (eng_fit_decode(context, bytes.at, bytes.size, &fit) == ENG_OK) {
      struct bytes again = bytes_of_fit(fit);

      ck_assert(same_bytes(again, bytes));
      free(again.at);
      if (i % 15 == 0) ck_sane(fit);
      eng_fit_free(fit);
      accepted++;
    }
    bytes.at[i / 8] ^= (uint8_t)(1 << i % 8);
  }
  ck_assert_int_gt(accepted, 100);
  free(bytes.at);
}
END_TEST

static struct bytes summary_bytes(const eng_summaries *summaries)
{
  struct bytes bytes;

  ck_assert_int_eq(eng_summaries_encode(summaries, NULL, 0, &bytes.size), ENG_E_BUFFER);
  bytes.at = malloc(bytes.size);
  ck_ok(eng_summaries_encode(summaries, bytes.at, bytes.size, &bytes.size));
  return bytes;
}

START_TEST(summaries_survive_their_bytes_and_merge_after_them)
{
  eng_summaries *whole = nobody(ENG_UNIT_DAY), *merged = nobody(ENG_UNIT_DAY);
  struct bytes a, b;

  for (int part = 0; part < 3; part++) {
    eng_summaries *own = nobody(ENG_UNIT_DAY), *shipped;
    struct bytes bytes;

    draw_from(10 + (uint64_t)part);
    for (int i = 0; i < 200; i++) {
      struct life life = live(draw_gamma(0.6) / 20, draw_beta(0.8, 2), 1e9, 100, 100);

      add(own, life.x, life.t_x, 100, 1);
      add(whole, life.x, life.t_x, 100, 1);
    }
    bytes = summary_bytes(own);
    ck_ok(eng_summaries_decode(context, bytes.at, bytes.size, &shipped));
    ck_ok(eng_summaries_merge(merged, shipped));
    free(bytes.at);
    eng_summaries_free(own);
    eng_summaries_free(shipped);
  }
  a = summary_bytes(whole);
  b = summary_bytes(merged);
  ck_assert(same_bytes(a, b));
  for (size_t i = 0; i < 8 * (a.size - 4); i++) {
    eng_summaries *back;
    uint64_t sum;

    a.at[i / 8] ^= (uint8_t)(1 << i % 8);
    ck_assert_int_ne(eng_summaries_decode(context, a.at, a.size, &back), ENG_OK);
    sum = eng__hash(a.at, a.size - 4);
    for (size_t k = 0; k < 4; k++) a.at[a.size - 4 + k] = (uint8_t)(sum >> 8 * k);
    if (eng_summaries_decode(context, a.at, a.size, &back) == ENG_OK) {
      struct bytes again = summary_bytes(back);

      ck_assert(same_bytes(a, again));
      free(again.at);
      eng_summaries_free(back);
    }
    a.at[i / 8] ^= (uint8_t)(1 << i % 8);
    memcpy(a.at + a.size - 4, b.at + b.size - 4, 4);
  }
  free(a.at);
  free(b.at);
  eng_summaries_free(whole);
  eng_summaries_free(merged);
}
END_TEST

/* ---- from timelines ---- */

#define NEW_YEAR INT64_C(1767225600000) /* 2026-01-01 */

static void sell(eng_customer *to, int32_t kind, int64_t day, uint64_t id,
                 uint64_t refers_to)
{
  eng_event *event;

  ck_ok(eng_event_new(context, kind, NEW_YEAR + day * DAY + (int64_t)id, &event));
  ck_ok(eng_event_set_id(event, id));
  ck_ok(eng_event_set_amount(
      event, 1000 + (kind == ENG_EVENT_PURCHASE ? (int64_t)id : 0), 978));
  if (refers_to != 0) {
    ck_ok(eng_event_set_amount(event, 1000 + (int64_t)refers_to, 978));
    ck_ok(eng_event_set_refers_to(event, 1, refers_to));
  }
  record(to, event);
}

static void ck_summary(const eng_customer *customer, int32_t unit, int64_t day,
                       uint32_t x, uint32_t t_x, uint32_t T, int64_t spend)
{
  eng_summary got;

  ck_ok(eng_customer_summary(customer, unit, NEW_YEAR + (day + 1) * DAY - 1, &got));
  ck_assert_int_eq(got.bought, 1);
  ck_assert_uint_eq(got.x, x);
  ck_assert_uint_eq(got.t_x, t_x);
  ck_assert_uint_eq(got.T, T);
  ck_assert_int_eq(got.has_spend, x > 0);
  ck_assert_int_eq(got.spend, spend);
}

START_TEST(a_timeline_is_reduced_to_what_was_kept)
{
  eng_customer *customer = customer_of(context);
  eng_summary got;

  sell(customer, ENG_EVENT_PURCHASE, 0, 1, 0);
  sell(customer, ENG_EVENT_PURCHASE, 0, 2, 0);
  sell(customer, ENG_EVENT_PURCHASE, 10, 3, 0);
  sell(customer, ENG_EVENT_PURCHASE, 10, 4, 0);
  sell(customer, ENG_EVENT_VISIT, 15, 5, 0);
  sell(customer, ENG_EVENT_PURCHASE, 20, 6, 0);
  sell(customer, ENG_EVENT_REFUND, 30, 7, 6);
  sell(customer, ENG_EVENT_PURCHASE, 40, 8, 0);
  sell(customer, ENG_EVENT_PURCHASE, 400, 9, 0);
  ck_summary(customer, ENG_UNIT_DAY, 0, 0, 0, 0, 0);
  ck_summary(customer, ENG_UNIT_DAY, 15, 1, 10, 15, 2007);
  ck_summary(customer, ENG_UNIT_WEEK, 25, 2, 20, 25, 3013);
  ck_summary(customer, ENG_UNIT_DAY, 35, 1, 10, 35, 2007);
  ck_summary(customer, ENG_UNIT_DAY, 45, 2, 40, 45, 3015);
  ck_summary(customer, ENG_UNIT_PERIOD, 45, 0, 0, 0, 0);
  ck_summary(customer, ENG_UNIT_PERIOD, 800, 1, 1, 2, 1009);
  ck_ok(eng_customer_summary(customer, ENG_UNIT_DAY, NEW_YEAR - 1, &got));
  ck_assert_int_eq(got.bought, 0);
  ck_assert_uint_eq(got.T, 0);
  ck_assert_int_eq(eng_customer_summary(customer, 9, NEW_YEAR, &got), ENG_E_RANGE);
  ck_assert_int_eq(eng_customer_summary(customer, ENG_UNIT_DAY, -1, &got), ENG_E_TIME);
  eng_customer_free(customer);
}
END_TEST

START_TEST(a_book_without_memory_says_so_and_can_be_asked_again)
{
  static struct host host;
  eng_context *rich = context, *poor;
  eng_summaries *summaries = NULL;
  eng_book *book;
  bool done = false;

  context = poor = context_in(&host);
  ck_ok(eng_book_new(poor, NULL, &book));
  for (int i = 0; i < 40; i++) {
    eng_customer *customer;
    char id[16];

    snprintf(id, sizeof id, "customer-%d", i);
    ck_ok(eng_customer_new(poor, id, strlen(id), &customer));
    for (int k = 0; k < 6; k++) {
      sell(customer, ENG_EVENT_PURCHASE, i + 9 * k, (uint64_t)k + 1, 0);
    }
    sell(customer, ENG_EVENT_REFUND, 80, 9, 3);
    ck_ok(eng_book_merge_customer(book, customer));
    eng_customer_free(customer);
  }
  for (uint64_t n = 1; !done; n++) {
    eng_status status;

    ck_ok(eng_summaries_new(poor, ENG_UNIT_DAY, &summaries));
    host_reset(&host);
    host.fail_at = n;
    status = eng_book_summarise(book, NEW_YEAR + 100 * DAY, summaries, NULL, NULL);
    host.fail_at = 0;
    done = host.failures == 0;
    ck_assert_int_eq(status, done ? ENG_OK : ENG_E_NOMEM);
    if (done) {
      ck_assert_uint_eq(eng_summaries_customers(summaries), 40);
      ck_assert_uint_eq(eng_summaries_purchases(summaries), 40 * 4);
    }
    eng_summaries_free(summaries);
  }
  eng_book_free(book);
  eng_context_free(poor);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
  context = rich;
}
END_TEST

/* ---- a family chosen ---- */

/* A book of simulated customers who begin within the first `births` days; of MBG/NBD,
 * or of Pareto/NBD whose lives have little to do with what they buy. */
static eng_book *shop_of(const eng_context *of, bool pareto, int count, int births)
{
  eng_book *book;

  ck_ok(eng_book_new(of, NULL, &book));
  for (int i = 0; i < count; i++) {
    double rate = draw_gamma(1.2) / 25, leave = pareto ? 0 : draw_beta(0.8, 1.2);
    double life = pareto ? -log(draw()) / (draw_gamma(0.8) / 120) : 1e9;
    double birth = births * draw(), now = 0;
    eng_customer *customer;
    char id[24];

    snprintf(id, sizeof id, "customer-%d", i);
    ck_ok(eng_customer_new(of, id, strlen(id), &customer));
    for (uint64_t n = 1; now < life && birth + now < 600; n++) {
      eng_event *event;

      ck_ok(eng_event_new(of, ENG_EVENT_PURCHASE,
                          NEW_YEAR + (int64_t)((birth + now) * (double)DAY), &event));
      ck_ok(eng_event_set_id(event, n));
      record(customer, event);
      if (draw() < leave) break;
      now += -log(draw()) / rate;
    }
    ck_ok(eng_book_merge_customer(book, customer));
    eng_customer_free(customer);
  }
  return book;
}

static eng_status choose(const eng_book *book, eng_fit_options *options, eng_fit **out)
{
  return eng_book_fit(book, ENG_UNIT_WEEK, NEW_YEAR + 600 * DAY, ENG_TIME_NONE, options,
                      out, NULL);
}

/* What is chosen says so, survives its bytes, and is the fit of that family; it is the
 * one that the customers were made of. */
START_TEST(auto_takes_the_family_of_the_customers_and_says_so)
{
  static const int32_t families[] = {ENG_FAMILY_MBGNBD, ENG_FAMILY_PARETONBD};

  for (int pareto = 0; pareto < 2; pareto += step()) {
    eng_fit *fit, *again, *plain;
    eng_fit_options options;
    struct bytes bytes;
    eng_book *book;

    draw_from(70 + (uint64_t)pareto);
    book = shop_of(context, pareto, 4000, 100);
    eng_fit_options_init(&options, sizeof options);
    options.family = ENG_FAMILY_AUTO;
    ck_ok(choose(book, &options, &fit));
    ck_assert_int_eq(eng_fit_family(fit), families[pareto]);
    ck_assert_int_eq(eng_fit_requested(fit), ENG_FAMILY_AUTO);
    ck_assert_int_ne(eng_fit_chosen(fit), ENG_CHOSEN_ASKED);
    ck_assert_int_eq(eng_fit_until(fit), NEW_YEAR + 600 * DAY);
    bytes = bytes_of_fit(fit);
    ck_ok(eng_fit_decode(context, bytes.at, bytes.size, &again));
    ck_assert_int_eq(eng_fit_chosen(again), eng_fit_chosen(fit));
    options.family = families[pareto];
    ck_ok(choose(book, &options, &plain));
    ck_assert_double_eq(eng_fit_log_likelihood(plain, ENG_FIT_PURCHASES),
                        eng_fit_log_likelihood(fit, ENG_FIT_PURCHASES));
    free(bytes.at);
    eng_fit_free(fit);
    eng_fit_free(again);
    eng_fit_free(plain);
    eng_book_free(book);
  }
}
END_TEST

static int32_t stop_later(void *user, uint64_t done, uint64_t total)
{
  uint64_t *left = user;

  (void)done;
  (void)total;
  return (*left)-- == 0;
}

START_TEST(a_choice_refuses_abstains_and_can_be_ended)
{
  eng_fit_options options;
  eng_book *book, *empty;
  uint64_t left;
  eng_fit *fit;
  eng_error error;

  draw_from(73);
  book = shop_of(context, false, 300, 100);
  ck_ok(eng_book_new(context, NULL, &empty));
  eng_error_init(&error, sizeof error);
  eng_fit_options_init(&options, sizeof options);
  options.family = ENG_FAMILY_AUTO;
  ck_assert_int_eq(eng_book_fit(empty, ENG_UNIT_WEEK, NEW_YEAR, ENG_TIME_NONE, &options,
                                &fit, &error),
                   ENG_E_THIN);
  ck_assert_ptr_nonnull(strstr(error.text, "no customers"));
  ck_assert_ptr_null(fit);
  ck_assert_int_eq(eng_book_fit(book, ENG_UNIT_WEEK, NEW_YEAR + DAY, ENG_TIME_NONE,
                                &options, &fit, &error),
                   ENG_E_THIN);
  ck_assert_int_eq(eng_book_fit(book, 9, NEW_YEAR, ENG_TIME_NONE, &options, &fit, NULL),
                   ENG_E_RANGE);
  ck_assert_int_eq(
      eng_book_fit(book, ENG_UNIT_WEEK, NEW_YEAR, NEW_YEAR, &options, &fit, NULL),
      ENG_E_TIME);
  ck_assert_int_eq(eng_book_fit(book, ENG_UNIT_WEEK, -1, 0, &options, &fit, NULL),
                   ENG_E_TIME);
  ck_assert_int_eq(eng_book_fit(NULL, ENG_UNIT_WEEK, 1, 0, &options, &fit, NULL),
                   ENG_E_INVALID);
  /* Nobody bought before the split: it tells nothing, and the likelihood decides. */
  ck_ok(eng_book_fit(book, ENG_UNIT_WEEK, NEW_YEAR + 600 * DAY, NEW_YEAR - DAY,
                     &options, &fit, NULL));
  ck_assert_int_eq(eng_fit_chosen(fit), ENG_CHOSEN_LIKELIHOOD);
  eng_fit_free(fit);
  options.progress = stop_later;
  options.user = &left;
  for (uint64_t n = 0; n < 200; n += 19) {
    left = n;
    ck_assert_int_eq(choose(book, &options, &fit), ENG_E_CANCELLED);
    ck_assert_ptr_null(fit);
  }
  eng_book_free(book);
  eng_book_free(empty);
}
END_TEST

START_TEST(a_choice_without_memory_says_so_and_leaks_nothing)
{
  static struct host host;
  eng_context *poor = context_in(&host);
  eng_fit_options options;
  eng_book *book;
  bool done = false;

  draw_from(74);
  book = shop_of(poor, false, 80, 100);
  eng_fit_options_init(&options, sizeof options);
  options.family = ENG_FAMILY_AUTO;
  for (uint64_t n = 1; !done; n += 1 + stride() / 4) {
    eng_status status;
    eng_fit *fit;

    host_reset(&host);
    host.fail_at = n;
    status = choose(book, &options, &fit);
    host.fail_at = 0;
    done = host.failures == 0;
    ck_assert_int_eq(status, done ? ENG_OK : ENG_E_NOMEM);
    eng_fit_free(fit);
  }
  eng_book_free(book);
  eng_context_free(poor);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
}
END_TEST

/* ---- arguments and memory ---- */

START_TEST(histories_that_contradict_themselves_are_refused)
{
  eng_fit *fit = made_fit(ENG_FAMILY_PARETONBD, 0.5, 6, 0.8, 3);
  static const double bad[][3] = {{-1, 0, 5},  {1, 6, 5},     {0, 1, 5},
                                  {1.5, 2, 5}, {NAN, 2, 5},   {1, NAN, 5},
                                  {1, 2, NAN}, {1, -1, 5},    {1, 2, -5},
                                  {2e9, 2, 5}, {1, 2, 1e300}, {1, 2, INFINITY}};
  eng_rf h;
  double v;

  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    eng_rf_init(&h, sizeof h);
    h.x = bad[i][0];
    h.t_x = bad[i][1];
    h.T = bad[i][2];
    v = 7;
    ck_assert_int_eq(eng_fit_p_alive(fit, &h, &v), ENG_E_RANGE);
    ck_assert(v == 0);
  }
  eng_rf_init(&h, sizeof h);
  ck_assert_int_eq(eng_fit_expected_purchases(fit, &h, NAN, &v), ENG_E_RANGE);
  ck_assert_int_eq(eng_fit_expected_purchases(fit, &h, -1, &v), ENG_E_RANGE);
  ck_assert_int_eq(eng_fit_discounted_purchases(fit, &h, 0, &v), ENG_E_RANGE);
  ck_assert_int_eq(eng_fit_expected_spend(fit, &h, &v), ENG_E_THIN);
  ck_assert_int_eq(eng_fit_p_alive(NULL, &h, &v), ENG_E_INVALID);
  ck_assert_int_eq(eng_fit_p_alive(fit, NULL, &v), ENG_E_INVALID);
  ck_assert_int_eq(eng_fit_p_alive(fit, &h, NULL), ENG_E_INVALID);
  eng_fit_free(fit);
}
END_TEST

/* More who spent than bought again, so that three of them add up to nobody. */
START_TEST(nobody_spent_who_did_not_come_back)
{
  static const uint8_t bytes[] = {0x45, 0x59, 0x00, 0x01, 0x00, 0x00, 0x01, 0x01,
                                  0x64, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                  0xff, 0x7f, 0x00, 0x80, 0x42, 0x54, 0xca};
  eng_context *own = plain_context(); /* without a base currency, as those bytes are */
  eng_summaries *summaries;

  ck_assert_int_eq(eng_summaries_decode(own, bytes, sizeof bytes, &summaries),
                   ENG_E_FIELD);
  ck_assert_ptr_null(summaries);
  eng_context_free(own);
  ck_ok(eng_summaries_new(context, ENG_UNIT_DAY, &summaries));
  ck_assert_int_eq(eng__summaries_add_worth(summaries, 1, 100, 1), ENG_E_RANGE);
  ck_ok(eng_summaries_add(summaries, 1, 3, 9, 100, 2));
  ck_ok(eng_summaries_add(summaries, 1, 3, 9, 0, 2));
  ck_assert_int_eq(eng__summaries_add_worth(summaries, 1, 100, 3), ENG_E_RANGE);
  ck_ok(eng__summaries_add_worth(summaries, 1, 100, 2));
  ck_assert_int_eq(eng__summaries_add_worth(summaries, 1, 100, 1), ENG_E_RANGE);
  eng_summaries_free(summaries);
}
END_TEST

START_TEST(summaries_refuse_what_is_no_history)
{
  eng_summaries *days = nobody(ENG_UNIT_DAY), *weeks = nobody(ENG_UNIT_WEEK);
  eng_summaries *periods = nobody(ENG_UNIT_PERIOD);
  eng_fit_options options;
  eng_fit *fit;

  ck_assert_int_eq(eng_summaries_add(days, 1, 6, 5, 0, 1), ENG_E_RANGE);
  ck_assert_int_eq(eng_summaries_add(days, 0, 1, 5, 0, 1), ENG_E_RANGE);
  ck_assert_int_eq(eng_summaries_add(days, 1, 0, 5, 0, 1), ENG_E_RANGE);
  ck_assert_int_eq(eng_summaries_add(days, 1, 1, 5, 0, 0), ENG_E_RANGE);
  ck_assert_int_eq(eng_summaries_add(periods, 3, 2, 5, 0, 1), ENG_E_RANGE);
  ck_assert_uint_eq(eng_summaries_customers(days), 0);
  ck_assert_int_eq(eng_summaries_merge(days, weeks), ENG_E_CONTEXT);
  ck_assert_int_eq(eng_summaries_merge(days, days), ENG_E_INVALID);
  eng_fit_options_init(&options, sizeof options);
  options.family = ENG_FAMILY_BGBB;
  ck_assert_int_eq(eng_fit_new(days, &options, &fit, NULL), ENG_E_INVALID);
  options.family = 77;
  ck_assert_int_eq(eng_fit_new(days, &options, &fit, NULL), ENG_E_RANGE);
  eng_summaries_free(days);
  eng_summaries_free(weeks);
  eng_summaries_free(periods);
}
END_TEST

/* Each request for memory fails once; in the end the bytes are those of plenty. */
START_TEST(a_fit_without_memory_says_so_and_leaks_nothing)
{
  static struct host host;
  eng_context *poor = context_in(&host);
  struct bytes expected = {NULL, 0};
  static uint8_t shipped[1 << 16];
  bool done = false;

  for (uint64_t n = 1; !done; n++) {
    eng_summaries *a = NULL, *b = NULL;
    eng_fit *fit = NULL;
    eng_status status;

    host_reset(&host);
    host.fail_at = n;
    status = eng_summaries_new(poor, ENG_UNIT_DAY, &a);
    if (status == ENG_OK) status = eng_summaries_new(poor, ENG_UNIT_DAY, &b);
    draw_from(8);
    for (int i = 0; i < 300 && status == ENG_OK; i++) {
      struct life life = live(draw_gamma(0.6) / 20, draw_beta(0.8, 2), 1e9, 100, 100);

      status = eng_summaries_add(i % 2 == 0 ? a : b, life.x, life.t_x, 100,
                                 life.x * (int64_t)(100 + i), 1);
    }
    if (status == ENG_OK) status = eng_summaries_merge(a, b);
    if (status == ENG_OK) {
      size_t size = 0;

      eng_summaries_free(b);
      b = NULL;
      status = eng_summaries_encode(a, shipped, sizeof shipped, &size);
      if (status == ENG_OK) status = eng_summaries_decode(poor, shipped, size, &b);
      ck_assert((status == ENG_OK) == (b != NULL));
    }
    if (status == ENG_OK) status = eng_fit_new(b, NULL, &fit, NULL);
    ck_assert(status == ENG_OK || (status == ENG_E_NOMEM && fit == NULL));
    ck_assert((status == ENG_OK) == (host.failures == 0));
    host.fail_at = 0;
    if (status == ENG_OK) {
      expected = bytes_of_fit(fit);
      done = true;
    }
    eng_fit_free(fit);
    eng_summaries_free(a);
    eng_summaries_free(b);
  }
  host_reset(&host);
  {
    eng_fit *fit;

    host.fail_at = 1;
    ck_assert_int_eq(eng_fit_decode(poor, expected.at, expected.size, &fit),
                     ENG_E_NOMEM);
    host.fail_at = 0;
    ck_ok(eng_fit_decode(poor, expected.at, expected.size, &fit));
    host_reset(&host);
    ck_sane(fit);
    ck_assert_uint_eq(host.requests, 0);
    eng_fit_free(fit);
  }
  free(expected.at);
  eng_context_free(poor);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
}
END_TEST

Suite *forecast_suite(void)
{
  Suite *suite = suite_create("forecast");
  TCase *fits = tcase_create("fits"), *answers = tcase_create("answers");

  tcase_add_checked_fixture(fits, open_context, close_context);
  tcase_set_timeout(fits, 600);
  tcase_set_tags(fits, TAG_LONG);
  tcase_add_test(fits, what_was_simulated_is_found_again);
  tcase_add_test(fits, customers_without_difference_give_no_spurious_optimum);
  tcase_add_test(fits, customers_more_alike_than_chance_end_at_the_edge);
  tcase_add_test(fits, nobody_who_leaves_means_nbd_and_says_so);
  tcase_add_test(fits, all_were_there_on_the_last_day);
  tcase_add_test(fits, a_purchase_on_the_last_day_is_an_ordinary_one);
  tcase_add_loop_test(fits, thin_data_is_refused_with_what_it_lacks, 0,
                      (int)(sizeof thin / sizeof thin[0]));
  tcase_add_test(fits, little_data_is_fitted_or_refused_but_never_wild);
  tcase_add_test(fits, one_customer_or_ten_give_a_sane_fit_or_a_status);
  tcase_add_test(fits, a_flat_ridge_of_paretonbd_has_one_height);
  tcase_add_test(fits, customers_who_buy_thousands_of_times_are_fitted);
  tcase_add_test(fits, forecasts_of_simulated_customers_come_true);
  tcase_add_loop_test(fits, an_interval_covers_what_it_claims, 0, COVERING * SEEDS);
  tcase_add_test(fits, what_simulated_customers_spend_lies_within_its_interval);
  tcase_add_test(fits, a_fit_without_memory_says_so_and_leaks_nothing);
  suite_add_tcase(suite, fits);
  tcase_add_checked_fixture(answers, open_context, close_context);
  tcase_set_timeout(answers, 600);
  tcase_add_test(answers, nothing_happens_where_a_formula_divides_by_zero);
  tcase_add_test(answers, discounted_purchases_are_the_sum_of_what_is_expected);
  tcase_add_test(answers, tiny_parameters_to_leave_are_no_special_case);
  tcase_add_test(answers, fits_from_strangers_answer_or_say_why_not);
  tcase_add_test(answers, a_mean_that_is_infinite_is_a_status);
  tcase_add_test(answers, a_fit_survives_its_bytes);
  tcase_add_test(answers, damaged_bytes_with_a_good_checksum_are_refused_or_canonical);
  tcase_add_test(answers, summaries_survive_their_bytes_and_merge_after_them);
  tcase_add_test(answers, a_timeline_is_reduced_to_what_was_kept);
  tcase_add_test(answers, a_book_without_memory_says_so_and_can_be_asked_again);
  tcase_add_test(answers, auto_takes_the_family_of_the_customers_and_says_so);
  tcase_add_test(answers, a_choice_refuses_abstains_and_can_be_ended);
  tcase_add_test(answers, a_choice_without_memory_says_so_and_leaks_nothing);
  tcase_add_test(answers, histories_that_contradict_themselves_are_refused);
  tcase_add_test(answers, nobody_spent_who_did_not_come_back);
  tcase_add_test(answers, summaries_refuse_what_is_no_history);
  suite_add_tcase(suite, answers);
  return suite;
}
