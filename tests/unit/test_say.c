/* SPDX-License-Identifier: MIT
 *
 * test_say.c - forecasts of telling others: what was simulated is found again and comes
 * true; laws; how timelines are reduced; and what invitations brought, chains, rings
 * and all.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forecast/family.h"
#include "forecast/say.h"
#include "unit/forecasting.h"

Suite *say_suite(void);

static eng_context *context;

static void open_context(void) { context = plain_context(); }

static void close_context(void) { eng_context_free(context); }

/* ---- simulated customers ---- */

enum { MANY = 6000, SPAN = 300, AHEAD = 150 };

struct teller {
  eng_summary summary;
  uint32_t later, later_positive; /* acts after the end */
};

static struct teller tellers[MANY];

static const double tells[] = {0.8, 60}, moods[] = {3, 1};

/* An act at age `now`. */
static void tell(struct teller *t, double now, double good)
{
  bool positive = draw() < good;

  if (now > SPAN) {
    t->later++;
    t->later_positive += positive;
    return;
  }
  t->summary.acts++;
  t->summary.positive += positive;
}

/* MBG/NBD with whole days; tells others at a rate of its own until it leaves. */
static void make_teller(struct teller *t)
{
  double rate = draw_gamma(0.8) / 30, leave = draw_beta(0.8, 2), now = 0, gone = 1e9;
  double telling = draw_gamma(tells[0]) / tells[1],
         good = draw_beta(moods[0], moods[1]);
  uint32_t acts_before = 0;

  memset(t, 0, sizeof *t);
  t->summary.bought = 1;
  t->summary.T = SPAN;
  if (draw() < leave) gone = 0;
  while (gone > now) {
    now += -log(draw()) / rate;
    if (now > SPAN + AHEAD) break;
    if (now <= SPAN && (uint32_t)ceil(now) > t->summary.t_x) {
      t->summary.x++;
      t->summary.t_x = (uint32_t)ceil(now);
    }
    if (draw() < leave) gone = now;
  }
  for (now = -log(draw()) / telling; now < gone && now <= SPAN + AHEAD;
       now += -log(draw()) / telling) {
    tell(t, now, good);
    if (now <= t->summary.t_x) acts_before = t->summary.acts;
  }
  t->summary.acts_after = t->summary.acts - acts_before;
}

static eng_summaries *simulate(uint64_t seed)
{
  eng_summaries *summaries;

  draw_from(seed);
  ck_ok(eng_summaries_new(context, ENG_UNIT_DAY, &summaries));
  for (int i = 0; i < MANY; i++) {
    make_teller(&tellers[i]);
    ck_ok(eng_summaries_add_summary(summaries, &tellers[i].summary, 1));
  }
  return summaries;
}

static void ck_found(const eng_fit *fit, int32_t part, const double *truth)
{
  ck_assert_int_eq(eng_fit_parameter_count(fit, part), 2);
  ck_assert_int_eq(eng_fit_converged(fit, part), 1);
  ck_assert_str_eq(eng_fit_reason(fit, part), "");
  for (int i = 0; i < 2; i++) {
    double value, error;

    ck_ok(eng_fit_parameter(fit, part, i, &value, &error));
    ck_assert_double_gt(error, 0);
    ck_assert_msg(fabs(value - truth[i]) <= 4 * error, "%s is %g, was %g, error %g",
                  eng_fit_parameter_name(fit, part, i), value, truth[i], error);
  }
}

START_TEST(telling_that_was_simulated_is_found_again)
{
  eng_summaries *summaries = simulate(21 + (uint64_t)_i);
  eng_fit *fit = fit_of(summaries, ENG_FAMILY_MBGNBD);

  ck_found(fit, ENG_FIT_SAY, tells);
  ck_found(fit, ENG_FIT_VALENCE, moods);
  eng_fit_free(fit);
  eng_summaries_free(summaries);
}
END_TEST

START_TEST(acts_that_are_expected_come_true)
{
  eng_summaries *summaries = simulate(31 + (uint64_t)_i);
  eng_fit *fit = fit_of(summaries, ENG_FAMILY_MBGNBD);
  static eng_summary histories[MANY];
  static eng_forecast out[MANY];
  double acts = 0, positive = 0, later = 0, later_positive = 0;

  for (int i = 0; i < MANY; i++) histories[i] = tellers[i].summary;
  ck_ok(eng_fit_forecasts(fit, histories, MANY, AHEAD, out));
  for (int i = 0; i < MANY; i++) {
    ck_assert_int_eq(out[i].has_say, 1);
    acts += out[i].expected_acts;
    positive += out[i].expected_positive;
    later += tellers[i].later;
    later_positive += tellers[i].later_positive;
  }
  ck_assert_double_eq_tol(acts / later, 1, 0.06);
  ck_assert_double_eq_tol(positive / later_positive, 1, 0.07);
  eng_fit_free(fit);
  eng_summaries_free(summaries);
}
END_TEST

/* ---- laws ---- */

static eng_rf history(double x, double t_x, double T, double acts, double after,
                      double positive)
{
  eng_rf rf;

  eng_rf_init(&rf, sizeof rf);
  rf.x = x;
  rf.t_x = t_x;
  rf.T = T;
  rf.acts = acts;
  rf.acts_after = after;
  rf.positive = positive;
  return rf;
}

static double expected(const eng_fit *fit, eng_rf rf, double horizon, double *positive)
{
  double acts, good;

  ck_ok(eng_fit_expected_acts(fit, &rf, horizon, &acts, &good));
  ck_assert(isfinite(acts) && good >= 0 && good <= acts);
  if (positive != NULL) *positive = good;
  return acts;
}

START_TEST(telling_keeps_its_laws)
{
  static const int32_t families[] = {ENG_FAMILY_BGNBD, ENG_FAMILY_MBGNBD,
                                     ENG_FAMILY_PARETONBD, ENG_FAMILY_NBD,
                                     ENG_FAMILY_USUAL};
  eng_summaries *summaries = simulate(41);

  for (int i = 0; i < 5; i++) {
    eng_fit *fit = fit_of(summaries, families[i]);
    eng_rf bad = history(2, 100, 200, 2, 3, 0);
    double before = 0, good, better, v;

    for (double horizon = 0; horizon < 2000; horizon = 2 * horizon + 1) {
      double now = expected(fit, history(2, 100, 200, 3, 1, 2), horizon, NULL);

      ck_assert(horizon == 0 ? now == 0 : now > before);
      before = now;
    }
    /* Who told more tells more; who told well tells well; who told since is there. */
    ck_assert_double_gt(expected(fit, history(2, 100, 200, 4, 1, 4), 50, &better),
                        expected(fit, history(2, 100, 200, 3, 1, 3), 50, NULL));
    (void)expected(fit, history(2, 100, 200, 4, 1, 1), 50, &good);
    ck_assert_double_gt(better, good);
    if (families[i] != ENG_FAMILY_NBD) {
      ck_assert_double_gt(expected(fit, history(2, 100, 200, 3, 1, 3), 50, NULL),
                          expected(fit, history(2, 100, 200, 3, 0, 3), 50, NULL));
      ck_assert_double_gt(expected(fit, history(2, 100, 150, 3, 0, 3), 50, NULL),
                          expected(fit, history(2, 100, 280, 3, 0, 3), 50, NULL));
    }
    ck_assert_int_eq(eng_fit_expected_acts(fit, &bad, 50, &v, &good), ENG_E_RANGE);
    ck_assert(v == 0 && good == 0);
    bad = history(2, 100, 200, 1.5, 0, 0);
    ck_assert_int_eq(eng_fit_expected_acts(fit, &bad, 50, &v, &good), ENG_E_RANGE);
    bad = history(2, 100, 200, 2, 0, 0);
    ck_assert_int_eq(eng_fit_expected_acts(fit, &bad, NAN, &v, &good), ENG_E_RANGE);
    ck_assert_int_eq(eng_fit_expected_acts(fit, &bad, 1, NULL, &good), ENG_E_INVALID);
    eng_fit_free(fit);
  }
  eng_summaries_free(summaries);
}
END_TEST

/* Over a short time one who is there stays; the time that is stayed grows by the chance
 * to be there still, which falls; around r = 1 nothing jumps. */
START_TEST(the_time_that_is_stayed_is_smooth)
{
  const struct eng__family *families[] = {&eng__bgnbd, &eng__mbgnbd, &eng__paretonbd,
                                          &eng__nbd};
  static const double rs[] = {0.3,  0.9,   0.9499, 0.9501, 0.999, 1,
                              1.01, 1.049, 1.051,  2,      40};

  for (int i = 0; i < 4; i++) {
    double last = 0;

    for (size_t k = 0; k < sizeof rs / sizeof rs[0]; k++) {
      double p[] = {rs[k], 20, 0.8, i == 2 ? 30 : 2.5}, before = 0, slope = 1, at_40;
      struct eng__rf none = {0, 0, 0};
      struct eng__living living;

      families[i]->living(p, &none, &living);
      for (double t = 1e-6; t < 1e5; t *= 3) {
        double stay = families[i]->stay(&living, t);
        double now = (stay - before) / (t < 2e-6 ? t : t - t / 3);

        ck_assert_msg(stay <= t * (1 + 1e-12) && now <= slope * (1 + 1e-9) && now > 0,
                      "%s r %g t %g: %.15g, slope %.12g after %.12g", families[i]->name,
                      rs[k], t, stay, now, slope);
        before = stay;
        slope = now;
      }
      at_40 = families[i]->stay(&living, 40);
      if (k > 0 && rs[k] - rs[k - 1] < 0.003) {
        ck_assert_double_eq_tol(at_40, last, 2e-3 * last);
      }
      last = at_40;
    }
  }
}
END_TEST

/* Derivatives against differences of the likelihoods. */
START_TEST(derivatives_of_telling_are_those_of_its_likelihood)
{
  struct eng__said rows[] = {{3, 10, 0.4, 2, 1.5, false},
                             {0, 8, 0.9, 0, 3, false},
                             {2, 9, 0.3, 4, 1, true},
                             {5, 5, 1, 700, 2, false},
                             {1, 10, 1e-9, 0, 2, false}};
  struct eng__mood mood[] = {{3, 3, 2}, {5, 0, 1}, {900, 400, 1.5}};
  double p[] = {0.7, 3.1};

  for (int i = 0; i < 2; i++) {
    double up[2] = {p[0], p[1]}, down[2] = {p[0], p[1]}, d[2], unused[2], slope;
    const double by = 1e-6;

    up[i] += by;
    down[i] -= by;
    (void)eng__say_likelihood(p, rows, 5, d);
    slope = (eng__say_likelihood(up, rows, 5, unused) -
             eng__say_likelihood(down, rows, 5, unused)) /
            (2 * by);
    ck_assert_double_eq_tol(d[i], slope, 1e-5 * fabs(slope));
    (void)eng__mood_likelihood(p, mood, 3, d);
    slope = (eng__mood_likelihood(up, mood, 3, unused) -
             eng__mood_likelihood(down, mood, 3, unused)) /
            (2 * by);
    ck_assert_double_eq_tol(d[i], slope, 1e-5 * fabs(slope));
  }
}
END_TEST

/* ---- little data ---- */

START_TEST(too_little_telling_is_said_to_be_too_little)
{
  for (int told = 0; told < 3; told++) {
    eng_summaries *summaries;
    double acts, positive;
    eng_fit *fit;
    eng_rf rf;

    ck_ok(eng_summaries_new(context, ENG_UNIT_DAY, &summaries));
    draw_from(5);
    for (int i = 0; i < 500; i++) {
      struct life life = live(draw_gamma(0.6) / 20, draw_beta(0.8, 2), 1e9, 200, 200);
      eng_summary s = {.x = life.x, .t_x = life.t_x, .T = 200, .bought = 1};

      /* Of the third kind all are positive and alike. */
      s.acts = s.positive = told == 1 ? i < 9 : told == 2 ? 2 : 0;
      ck_ok(eng_summaries_add_summary(summaries, &s, 1));
    }
    fit = fit_of(summaries, ENG_FAMILY_MBGNBD);
    rf = history(1, 50, 200, 0, 0, 0);
    if (told < 2) {
      ck_assert_int_eq(eng_fit_parameter_count(fit, ENG_FIT_SAY), 0);
      ck_assert_ptr_nonnull(
          strstr(eng_fit_reason(fit, ENG_FIT_SAY), told == 0 ? "nobody" : "few"));
      ck_assert_int_eq(eng_fit_expected_acts(fit, &rf, 9, &acts, &positive),
                       ENG_E_THIN);
    } else {
      ck_assert(eng_fit_reason(fit, ENG_FIT_VALENCE)[0] != '\0');
      ck_ok(eng_fit_expected_acts(fit, &rf, 9, &acts, &positive));
      ck_assert(positive > 0.99 * acts && acts > 0 && acts < 0.5);
    }
    eng_fit_free(fit);
    eng_summaries_free(summaries);
  }
}
END_TEST

START_TEST(acts_that_cannot_be_are_refused)
{
  static const eng_summary bad[] = {
      {.x = 1, .t_x = 5, .T = 9, .acts = 1, .acts_after = 2, .bought = 1},
      {.x = 1, .t_x = 5, .T = 9, .acts = 1, .positive = 2, .bought = 1},
      {.x = 1, .t_x = 9, .T = 9, .acts = 1, .acts_after = 1, .bought = 1},
      {.x = 1, .t_x = 5, .T = 9, .positive = 1, .bought = 1},
      {.x = 1, .t_x = 9, .T = 5, .acts = 1, .bought = 1},
      {.x = 1, .t_x = 5, .T = 9, .acts = ENG_MOST_ACTS + 1, .bought = 1}};
  static const eng_summary nobody = {.acts = 0};
  eng_summaries *summaries;

  ck_ok(eng_summaries_new(context, ENG_UNIT_DAY, &summaries));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    ck_assert_int_eq(eng_summaries_add_summary(summaries, &bad[i], 1), ENG_E_RANGE);
  }
  ck_ok(eng_summaries_add_summary(summaries, &nobody, 1));
  ck_assert_uint_eq(eng_summaries_customers(summaries), 0);
  ck_assert_int_eq(eng_summaries_add_summary(NULL, &nobody, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_summaries_add_summary(summaries, NULL, 1), ENG_E_INVALID);
  eng_summaries_free(summaries);
}
END_TEST

/* ---- bytes ---- */

static struct bytes summary_bytes(const eng_summaries *summaries)
{
  struct bytes bytes;

  ck_assert_int_eq(eng_summaries_encode(summaries, NULL, 0, &bytes.size), ENG_E_BUFFER);
  bytes.at = malloc(bytes.size);
  ck_ok(eng_summaries_encode(summaries, bytes.at, bytes.size, &bytes.size));
  return bytes;
}

/* Parts in another order, by way of their bytes, give the fit of the whole; and a fit
 * survives its own. */
START_TEST(telling_survives_merging_and_bytes)
{
  eng_summaries *whole = simulate(51), *merged;
  struct bytes a, b;
  eng_fit *fit, *again;

  ck_ok(eng_summaries_new(context, ENG_UNIT_DAY, &merged));
  for (int part = 3; part-- > 0;) {
    eng_summaries *own, *shipped;

    ck_ok(eng_summaries_new(context, ENG_UNIT_DAY, &own));
    for (int i = part; i < MANY; i += 3) {
      ck_ok(eng_summaries_add_summary(own, &tellers[i].summary, 1));
    }
    a = summary_bytes(own);
    ck_ok(eng_summaries_decode(context, a.at, a.size, &shipped));
    ck_ok(eng_summaries_merge(merged, shipped));
    free(a.at);
    eng_summaries_free(own);
    eng_summaries_free(shipped);
  }
  a = summary_bytes(whole);
  b = summary_bytes(merged);
  ck_assert(same_bytes(a, b));
  free(a.at);
  free(b.at);
  fit = fit_of(whole, ENG_FAMILY_USUAL);
  a = bytes_of_fit(fit);
  eng_fit_free(fit);
  fit = fit_of(merged, ENG_FAMILY_USUAL);
  b = bytes_of_fit(fit);
  ck_assert(same_bytes(a, b));
  free(b.at);
  ck_ok(eng_fit_decode(context, a.at, a.size, &again));
  b = bytes_of_fit(again);
  ck_assert(same_bytes(a, b));
  for (int32_t part = ENG_FIT_PURCHASES; part <= ENG_FIT_VALENCE; part++) {
    ck_assert_int_eq(eng_fit_parameter_count(again, part),
                     eng_fit_parameter_count(fit, part));
  }
  for (size_t i = 0; i < 8 * a.size; i += 1 + stride()) {
    eng_fit *none;

    a.at[i / 8] ^= (uint8_t)(1 << i % 8);
    ck_assert_int_ne(eng_fit_decode(context, a.at, a.size, &none), ENG_OK);
    ck_assert_ptr_null(none);
    a.at[i / 8] ^= (uint8_t)(1 << i % 8);
  }
  free(a.at);
  free(b.at);
  eng_fit_free(fit);
  eng_fit_free(again);
  eng_summaries_free(whole);
  eng_summaries_free(merged);
}
END_TEST

/* ---- many at once ---- */

START_TEST(many_forecasts_are_those_of_each)
{
  static const int32_t families[] = {ENG_FAMILY_MBGNBD, ENG_FAMILY_USUAL};
  eng_summaries *summaries = simulate(61);
  static eng_summary histories[MANY];
  static eng_forecast out[MANY];

  for (int i = 0; i < MANY; i++) histories[i] = tellers[i].summary;
  memset(&histories[17], 0, sizeof histories[17]);
  histories[18].t_x = histories[18].T + 1;
  for (int f = 0; f < 2; f++) {
    eng_fit *fit = fit_of(summaries, families[f]);

    ck_ok(eng_fit_forecasts(fit, histories, MANY, AHEAD, out));
    for (int i = 0; i < MANY; i++) {
      eng_forecast one;
      eng_rf rf;

      eng_rf_init(&rf, sizeof rf);
      if (eng_fit_rf(fit, &histories[i], &rf) != ENG_OK ||
          eng_fit_forecast(fit, &rf, AHEAD, &one) != ENG_OK) {
        memset(&one, 0, sizeof one);
      }
      ck_assert_int_eq(memcmp(&one, &out[i], sizeof one), 0);
      ck_assert_int_eq(one.has_forecast, i != 17 && i != 18);
    }
    ck_ok(eng_fit_forecasts(fit, NULL, 0, AHEAD, NULL));
    ck_assert_int_eq(eng_fit_forecasts(fit, NULL, 1, AHEAD, out), ENG_E_INVALID);
    ck_assert_int_eq(eng_fit_forecasts(fit, histories, 1, -1, out), ENG_E_RANGE);
    eng_fit_free(fit);
  }
  eng_summaries_free(summaries);
}
END_TEST

/* P(alive) by MBG/NBD, purchases by Pareto/NBD. */
START_TEST(the_usual_fit_asks_each_family_for_what_it_is_best_at)
{
  eng_summaries *summaries = simulate(71);
  eng_fit *usual = fit_of(summaries, ENG_FAMILY_USUAL);
  eng_fit *stay = fit_of(summaries, ENG_FAMILY_MBGNBD);
  eng_fit *buys = fit_of(summaries, ENG_FAMILY_PARETONBD);

  ck_assert_int_eq(eng_fit_family(usual), ENG_FAMILY_PARETONBD);
  ck_assert_int_eq(eng_fit_part_family(usual, ENG_FIT_STAY), ENG_FAMILY_MBGNBD);
  ck_assert_int_eq(eng_fit_part_family(stay, ENG_FIT_STAY), ENG_FAMILY_MBGNBD);
  ck_assert_int_eq(eng_fit_part_family(usual, ENG_FIT_SPEND), 0);
  ck_assert_int_eq(eng_fit_chosen(usual), ENG_CHOSEN_ASKED);
  for (int i = 0; i < 200; i++) {
    eng_forecast a, b, c;
    double alive;
    eng_rf rf;

    eng_rf_init(&rf, sizeof rf);
    ck_ok(eng_fit_rf(usual, &tellers[i].summary, &rf));
    ck_ok(eng_fit_forecast(usual, &rf, 50, &a));
    ck_ok(eng_fit_forecast(stay, &rf, 50, &b));
    ck_ok(eng_fit_forecast(buys, &rf, 50, &c));
    ck_ok(eng_fit_p_alive(usual, &rf, &alive));
    ck_assert(a.p_alive == b.p_alive && alive == b.p_alive);
    ck_assert(a.p_purchase == c.p_purchase);
    ck_assert(a.expected_purchases == c.expected_purchases);
  }
  eng_fit_free(usual);
  eng_fit_free(stay);
  eng_fit_free(buys);
  eng_summaries_free(summaries);
}
END_TEST

/* ---- progress ---- */

struct patience {
  uint64_t heard, last, most;
};

static int32_t hear(void *user, uint64_t done, uint64_t total)
{
  struct patience *patience = user;

  ck_assert_uint_eq(total, 0);
  ck_assert(patience->heard == 0 || done == patience->last + 1);
  patience->last = done;
  return ++patience->heard > patience->most;
}

START_TEST(a_fit_tells_how_far_it_is_and_can_be_ended)
{
  eng_summaries *summaries = simulate(81);
  eng_fit_options options;
  struct patience patience = {0, 0, UINT64_MAX};
  uint64_t all;
  eng_fit *fit;

  eng_fit_options_init(&options, sizeof options);
  options.progress = hear;
  options.user = &patience;
  ck_ok(eng_fit_new(summaries, &options, &fit, NULL));
  eng_fit_free(fit);
  all = patience.heard;
  ck_assert_uint_gt(all, 10);
  for (uint64_t most = 0; most < all; most += 1 + all / (stride() > 1 ? 3 : 12)) {
    patience = (struct patience){0, 0, most};
    ck_assert_int_eq(eng_fit_new(summaries, &options, &fit, NULL), ENG_E_CANCELLED);
    ck_assert_ptr_null(fit);
    ck_assert_uint_eq(patience.heard, most + 1);
  }
  eng_summaries_free(summaries);
}
END_TEST

/* ---- from timelines ---- */

static void happens(eng_customer *to, int32_t kind, int64_t day, uint64_t id,
                    int32_t valence)
{
  eng_event *event;

  ck_ok(eng_event_new(context, kind, day * DAY + (int64_t)id, &event));
  ck_ok(eng_event_set_id(event, id));
  if (valence != 99) ck_ok(eng_event_set_valence(event, valence));
  record(to, event);
}

static void rates(eng_customer *to, int64_t day, uint64_t id, int32_t scale,
                  int64_t value)
{
  eng_event *event;

  ck_ok(eng_event_new(context, ENG_EVENT_REVIEW, day * DAY + (int64_t)id, &event));
  ck_ok(eng_event_set_id(event, id));
  ck_ok(eng_event_set_scale(event, scale));
  ck_ok(eng_event_set_value(event, value));
  record(to, event);
}

static void ck_acts(const eng_customer *customer, int64_t day, uint32_t acts,
                    uint32_t after, uint32_t positive)
{
  eng_summary got;

  ck_ok(eng_customer_summary(customer, ENG_UNIT_DAY, (day + 1) * DAY - 1, &got));
  ck_assert_uint_eq(got.acts, acts);
  ck_assert_uint_eq(got.acts_after, after);
  ck_assert_uint_eq(got.positive, positive);
}

START_TEST(acts_of_telling_are_counted_from_the_first_purchase_on)
{
  eng_customer *customer = customer_of(context);
  eng_event *event;

  happens(customer, ENG_EVENT_SHARE, 5, 1, 99);
  ck_acts(customer, 9, 0, 0, 0);
  happens(customer, ENG_EVENT_PURCHASE, 10, 2, 99);
  happens(customer, ENG_EVENT_SHARE, 10, 3, 99);
  happens(customer, ENG_EVENT_REVIEW, 12, 4, -1);
  happens(customer, ENG_EVENT_VISIT, 13, 5, 99);
  ck_acts(customer, 14, 2, 1, 1);
  happens(customer, ENG_EVENT_PURCHASE, 20, 6, 99);
  ck_acts(customer, 20, 2, 0, 1);
  happens(customer, ENG_EVENT_ENDORSE, 30, 7, 2);
  rates(customer, 31, 8, ENG_SCALE_STARS, 3000);
  rates(customer, 32, 9, ENG_SCALE_STARS, 4000);
  rates(customer, 33, 10, ENG_SCALE_NPS, 8000);
  ck_acts(customer, 40, 6, 4, 3);
  ck_ok(eng_event_new(context, ENG_EVENT_VOID, 41 * DAY, &event));
  ck_ok(eng_event_set_refers_to(event, 1, 7));
  record(customer, event);
  ck_acts(customer, 41, 5, 3, 2);
  eng_customer_free(customer);
}
END_TEST

/* ---- invitations ---- */

static const char *name_of(int i)
{
  static char name[16];

  snprintf(name, sizeof name, "customer-%d", i);
  return name;
}

static uint64_t row_of(const eng_book *book, int i)
{
  const char *name = name_of(i);
  uint64_t row;

  ck_ok(eng_book_find(book, name, strlen(name), &row));
  return row;
}

static void put(eng_book *book, int who, int32_t kind, int64_t day, int whom,
                int rewarded)
{
  static uint64_t id = 100;
  const char *name = name_of(who);
  eng_customer *customer;
  eng_event *event;

  ck_ok(eng_customer_new(context, name, strlen(name), &customer));
  ck_ok(eng_event_new(context, kind, day * DAY, &event));
  ck_ok(eng_event_set_id(event, id++));
  if (whom != 0) {
    name = name_of(whom);
    ck_ok(eng_event_set_refers_to(event, 1, eng_hash(name, strlen(name))));
    ck_ok(eng_event_set_flags(event, rewarded, 0));
  }
  record(customer, event);
  ck_ok(eng_book_merge_customer(book, customer));
  eng_customer_free(customer);
}

/* `by` invites `of`, on that day. */
struct invites {
  int by, of, rewarded;
  int64_t day;
};

/* Customers 1 .. 9 buy on days 101 .. 109, all but 9. Backwards: the rows as well. */
static eng_book *invite(const struct invites *list, int count, bool backwards)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int k = 1; k <= 9; k++) {
    int i = backwards ? 10 - k : k;

    put(book, i, i == 9 ? ENG_EVENT_VISIT : ENG_EVENT_PURCHASE, 100 + i, 0, 0);
  }
  for (int k = 0; k < count; k++) {
    const struct invites *i = &list[backwards ? count - 1 - k : k];

    put(book, i->by, ENG_EVENT_REFER, i->day, i->of, i->rewarded);
  }
  return book;
}

/* Customer i is worth 2^i. */
static void ask(const eng_book *book, int64_t day, eng_referral *out)
{
  double worths[10] = {0};
  eng_referral rows[10];

  for (int i = 1; i <= 9; i++) worths[row_of(book, i)] = (double)(1 << i);
  ck_ok(eng_book_referrals(book, day * DAY, worths, rows, NULL, NULL));
  for (int i = 1; i <= 9; i++) out[i] = rows[row_of(book, i)];
}

static void ck_referral(const eng_referral *got, uint64_t customers, uint64_t rewarded,
                        double worth, double rewarded_worth, uint64_t chain,
                        double chain_worth)
{
  ck_assert_uint_eq(got->customers, customers);
  ck_assert_uint_eq(got->incentivised, rewarded);
  ck_assert_uint_eq(got->chain, chain);
  ck_assert_double_eq(got->worth, worth);
  ck_assert_double_eq(got->incentivised_worth, rewarded_worth);
  ck_assert_double_eq(got->chain_worth, chain_worth);
}

START_TEST(everybody_is_brought_by_one_at_most)
{
  static const struct invites list[] = {
      {1, 2, 0, 10},  /* 1 brings 2 .. */
      {3, 2, 0, 11},  /* .. and 3 comes too late, */
      {2, 4, 1, 20},  /* who brings 4 for a reward .. */
      {2, 5, 0, 21},  /* .. and 5 without */
      {4, 6, 0, 30},  /* who brings 6 */
      {7, 7, 0, 5},   /* nobody brings themselves; */
      {1, 8, 0, 500}, /* 8 was a customer before; */
      {1, 9, 0, 40},  /* 9 never became one; */
      {6, 77, 0, 40}, /* 77 is not in the book */
      {6, 7, 0, 50}};
  const int count = sizeof list / sizeof list[0];

  for (int backwards = 0; backwards < 2; backwards++) {
    eng_book *book = invite(list, count, backwards);
    eng_referral got[10];

    ask(book, 600, got);
    ck_referral(&got[1], 1, 0, 4, 0, 5, 4 + 16 + 32 + 64 + 128);
    ck_referral(&got[2], 1, 1, 32, 16, 4, 16 + 32 + 64 + 128);
    ck_referral(&got[3], 0, 0, 0, 0, 0, 0);
    ck_referral(&got[4], 1, 0, 64, 0, 2, 64 + 128);
    ck_referral(&got[6], 1, 0, 128, 0, 1, 128);
    ck_referral(&got[7], 0, 0, 0, 0, 0, 0);
    /* Early on 2 had not bought yet. */
    ask(book, 50, got);
    for (int i = 1; i <= 9; i++) ck_referral(&got[i], 0, 0, 0, 0, 0, 0);
    eng_book_free(book);
  }
}
END_TEST

START_TEST(rings_are_cut_at_their_latest_invitation)
{
  static const struct invites list[] = {
      {1, 2, 0, 10}, {2, 3, 0, 11}, {3, 1, 0, 12}, {4, 5, 0, 13}, {5, 4, 1, 13}};

  for (int backwards = 0; backwards < 2; backwards++) {
    eng_book *book = invite(list, 5, backwards);
    eng_referral got[10];
    double direct = 0;
    uint64_t brought = 0;

    ask(book, 600, got);
    ck_referral(&got[1], 1, 0, 4, 0, 2, 4 + 8);
    ck_referral(&got[2], 1, 0, 8, 0, 1, 8);
    ck_referral(&got[3], 0, 0, 0, 0, 0, 0);
    /* One of the two who invited each other at once: always the same one. */
    ck_assert_uint_eq(got[4].chain + got[5].chain, 1);
    ck_assert_uint_eq(got[4].chain, got[4].customers);
    for (int i = 1; i <= 9; i++) {
      direct += got[i].worth + got[i].incentivised_worth;
      brought += got[i].customers + got[i].incentivised;
    }
    ck_assert_uint_eq(brought, 3);
    ck_assert(direct == 4 + 8 + (got[4].chain ? 32 : 16));
    eng_book_free(book);
  }
}
END_TEST

START_TEST(a_long_chain_is_no_trouble)
{
  enum { LONG = 3000 };
  eng_referral *got = calloc(LONG, sizeof *got);
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int i = 1; i <= LONG; i++) put(book, i, ENG_EVENT_PURCHASE, LONG + i, 0, 0);
  for (int i = LONG; i-- > 1;) put(book, i, ENG_EVENT_REFER, i, i + 1, 0);
  ck_ok(eng_book_referrals(book, 3 * LONG * DAY, NULL, got, NULL, NULL));
  for (int i = 1; i <= LONG; i++) {
    const eng_referral *one = &got[row_of(book, i)];

    ck_assert_uint_eq(one->chain, (uint64_t)(LONG - i));
    ck_assert_double_eq(one->chain_worth, LONG - i);
  }
  eng_book_free(book);
  free(got);
}
END_TEST

START_TEST(referrals_refuse_what_they_cannot_answer)
{
  static const struct invites list[] = {{1, 2, 0, 10}};
  eng_book *book = invite(list, 1, false);
  double worths[9] = {0};
  eng_referral out[9];

  ck_assert_int_eq(eng_book_referrals(NULL, 0, NULL, out, NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_referrals(book, 0, NULL, NULL, NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_referrals(book, -1, NULL, out, NULL, NULL), ENG_E_TIME);
  worths[3] = NAN;
  ck_assert_int_eq(eng_book_referrals(book, 0, worths, out, NULL, NULL), ENG_E_RANGE);
  eng_book_free(book);
}
END_TEST

/* ---- memory ---- */

/* Each request for memory fails once. */
START_TEST(telling_without_memory_says_so_and_leaks_nothing)
{
  static struct host host;
  static const struct invites list[] = {{1, 2, 0, 10}, {2, 3, 0, 11}};
  eng_context *rich = context;
  eng_book *book;
  bool done = false;

  context = context_in(&host);
  book = invite(list, 2, false);
  draw_from(9);
  for (uint64_t n = 1; !done; n++) {
    eng_summaries *summaries = NULL;
    eng_summary few[3] = {{.T = 9, .bought = 1}};
    eng_forecast out[3];
    eng_referral got[9];
    eng_fit *fit = NULL;
    eng_status status;

    host_reset(&host);
    host.fail_at = n;
    draw_from(9);
    status = eng_summaries_new(context, ENG_UNIT_DAY, &summaries);
    for (int i = 0; i < 200 && status == ENG_OK; i++) {
      make_teller(&tellers[i]);
      status = eng_summaries_add_summary(summaries, &tellers[i].summary, 1);
    }
    if (status == ENG_OK) status = eng_fit_new(summaries, NULL, &fit, NULL);
    if (status == ENG_OK) status = eng_fit_forecasts(fit, few, 3, 10, out);
    if (status == ENG_OK) {
      status = eng_book_referrals(book, 600 * DAY, NULL, got, NULL, NULL);
    }
    done = host.failures == 0;
    host.fail_at = 0;
    ck_assert_int_eq(status, done ? ENG_OK : ENG_E_NOMEM);
    eng_fit_free(fit);
    eng_summaries_free(summaries);
  }
  eng_book_free(book);
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
  context = rich;
}
END_TEST

Suite *say_suite(void)
{
  Suite *suite = suite_create("say");
  TCase *tests = tcase_create("say");

  tcase_add_checked_fixture(tests, open_context, close_context);
  tcase_set_timeout(tests, 600);
  tcase_add_loop_test(tests, telling_that_was_simulated_is_found_again, 0, 3);
  tcase_add_loop_test(tests, acts_that_are_expected_come_true, 0, 3);
  tcase_add_test(tests, telling_keeps_its_laws);
  tcase_add_test(tests, the_time_that_is_stayed_is_smooth);
  tcase_add_test(tests, derivatives_of_telling_are_those_of_its_likelihood);
  tcase_add_test(tests, too_little_telling_is_said_to_be_too_little);
  tcase_add_test(tests, acts_that_cannot_be_are_refused);
  tcase_add_test(tests, telling_survives_merging_and_bytes);
  tcase_add_test(tests, many_forecasts_are_those_of_each);
  tcase_add_test(tests, the_usual_fit_asks_each_family_for_what_it_is_best_at);
  tcase_add_test(tests, a_fit_tells_how_far_it_is_and_can_be_ended);
  tcase_add_test(tests, acts_of_telling_are_counted_from_the_first_purchase_on);
  tcase_add_test(tests, everybody_is_brought_by_one_at_most);
  tcase_add_test(tests, rings_are_cut_at_their_latest_invitation);
  tcase_add_test(tests, a_long_chain_is_no_trouble);
  tcase_add_test(tests, referrals_refuse_what_they_cannot_answer);
  tcase_add_test(tests, telling_without_memory_says_so_and_leaks_nothing);
  suite_add_tcase(suite, tests);
  return suite;
}
