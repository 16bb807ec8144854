/* SPDX-License-Identifier: MIT */
/*
 * validate.c - `engagement validate`: forecasts made with what was known at one time,
 * against what came after it.
 *
 * Every family and every naive rule forecasts the same customers: those who had bought
 * by then. Whether an 80 % interval covers is judged by the randomised PIT (Czado,
 * Gneiting & Held 2009), since most counts are 0 and whole numbers cannot cover 80 %
 * exactly.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/money.h>

#include "command.h"
#include "fit.h"
#include "message.h"
#include "output.h"
#include "plot.h"
#include "session.h"

/* A customer's history at the split, and what came after it. */
struct case_ {
  uint64_t row;
  eng_summary then;
  uint32_t bought; /* purchases held out */
  double spent;    /* what they were worth in major units */
  int has_spent;
};

struct trial {
  const struct session *session;
  int32_t unit, family;
  double horizon; /* in the unit */
  double days;
  double minor; /* major units in a minor one */
  int has_money;
  struct case_ *cases;
  uint64_t count;
  eng_summaries *summaries;
};

/* How well something forecast. */
struct marks {
  uint64_t count, spend_count;
  double brier, absolute, square, expected, actual, inside;
  double spend_absolute, spend_square, spend_expected, spend_actual, spend_inside;
  int has_probability, has_interval, has_spend;
};

/* ---- what came ---- */

static int by_split(struct trial *trial, const uint64_t *rows, uint64_t n)
{
  const struct session *session = trial->session;
  eng_summary *then = memory_resize(NULL, (size_t)n + 1, sizeof *then);
  eng_summary *now = memory_resize(NULL, (size_t)n + 1, sizeof *now);
  eng_status status = eng_book_summary(session->book, trial->unit, session->split, rows,
                                       n, then, NULL, NULL);

  if (status == ENG_OK) {
    status = eng_book_summary(session->book, trial->unit, session->as_of, rows, n, now,
                              NULL, NULL);
  }
  for (uint64_t i = 0; i < n && status == ENG_OK; i++) {
    struct case_ *c = &trial->cases[trial->count];
    int64_t spent;

    if (!then[i].bought || !now[i].bought) continue;
    c->row = rows[i];
    c->then = then[i];
    c->bought = now[i].x > then[i].x ? now[i].x - then[i].x : 0;
    spent = now[i].spend - then[i].spend;
    c->has_spent =
        now[i].x == 0 || (now[i].has_spend && (then[i].x == 0 || then[i].has_spend));
    c->spent = c->has_spent ? (double)spent * trial->minor : 0;
    trial->count++;
  }
  free(then);
  free(now);
  return status == ENG_OK ? ANSWER_DONE : complain_status("histories", status);
}

static int collect(struct trial *trial)
{
  uint64_t n = eng_book_customer_count(trial->session->book);
  uint64_t *rows = memory_resize(NULL, (size_t)n + 1, sizeof *rows);
  int answer = ANSWER_DONE;

  trial->cases = memory_resize(NULL, (size_t)n + 1, sizeof *trial->cases);
  if (eng_book_order(trial->session->book, rows, n) != ENG_OK) {
    answer = complain_status("order", ENG_E_NOMEM);
  }
  if (answer == ANSWER_DONE) answer = by_split(trial, rows, n);
  free(rows);
  return answer;
}

/* ---- marks ---- */

static void mark(struct marks *marks, double expected, uint32_t actual)
{
  double off = expected - actual;

  marks->count++;
  marks->absolute += fabs(off);
  marks->square += off * off;
  marks->expected += expected;
  marks->actual += actual;
}

static void mark_probability(struct marks *marks, double p, uint32_t actual)
{
  double off = p - (actual > 0);

  marks->has_probability = 1;
  marks->brier += off * off;
}

static void mark_spend(struct marks *marks, double expected, double actual)
{
  double off = expected - actual;

  marks->has_spend = 1;
  marks->spend_count++;
  marks->spend_absolute += fabs(off);
  marks->spend_square += off * off;
  marks->spend_expected += expected;
  marks->spend_actual += actual;
}

/* ---- families ---- */

/* A number in 0..1 that belongs to the customer, the same on every machine. */
static double place_of(const struct trial *trial, const struct case_ *c)
{
  size_t length;
  const char *id = eng_book_customer_id(trial->session->book, c->row, &length);

  return (double)(eng_hash(id, length) >> 11) / 9007199254740992.0;
}

/* Whether what came lies within the middle 80 % of what was forecast. */
static eng_status mark_interval(struct marks *marks, const struct trial *trial,
                                const struct case_ *c, const eng_fit *fit,
                                const eng_rf *history)
{
  double *p = memory_resize(NULL, (size_t)c->bought + 1, sizeof *p), at = 0;
  eng_status status =
      eng_fit_purchases(fit, history, trial->horizon, p, (size_t)c->bought + 1);

  for (uint32_t k = 0; k < c->bought; k++) at += p[k];
  at += place_of(trial, c) * p[c->bought];
  free(p);
  marks->has_interval = 1;
  if (status == ENG_OK && at >= 0.1 && at <= 0.9) marks->inside++;
  return status;
}

/* The same for money, which has a lump at nothing and is smooth above it. */
static eng_status mark_spend_interval(struct marks *marks, const struct trial *trial,
                                      const struct case_ *c, const eng_fit *fit,
                                      const eng_rf *history)
{
  double at;
  eng_status status =
      eng_fit_p_spend(fit, history, trial->horizon, c->spent > 0 ? c->spent : 0, &at);

  if (!(c->spent > 0)) at *= place_of(trial, c);
  if (status == ENG_OK && at >= 0.1 && at <= 0.9) marks->spend_inside++;
  return status;
}

static eng_status mark_fit(struct marks *marks, const struct trial *trial,
                           const eng_fit *fit)
{
  for (uint64_t i = 0; i < trial->count; i++) {
    const struct case_ *c = &trial->cases[i];
    eng_forecast forecast;
    eng_rf history;
    eng_status status;

    eng_rf_init(&history, sizeof history);
    status = eng_fit_rf(fit, &c->then, &history);
    if (status == ENG_OK) {
      status = eng_fit_forecast(fit, &history, trial->horizon, &forecast);
    }
    if (status == ENG_OK) status = mark_interval(marks, trial, c, fit, &history);
    if (status != ENG_OK) return status;
    mark(marks, forecast.expected_purchases, c->bought);
    mark_probability(marks, forecast.p_purchase, c->bought);
    if (c->has_spent && forecast.has_spend) {
      mark_spend(marks, forecast.expected_spend, c->spent);
      status = mark_spend_interval(marks, trial, c, fit, &history);
      if (status != ENG_OK) return status;
    }
    if (i % 1024 == 0) progress("forecasts", i, trial->count);
  }
  progress_end();
  return ENG_OK;
}

/* ---- rules of thumb ---- */

enum { RATE_CONTINUES, RECENT_BUYERS, EVERYBODY_ALIKE, NOBODY, RULES };

static const char *const rule_names[RULES] = {"rate_continues", "recent_buyers",
                                              "everybody_alike", "nobody"};

/* Purchases that a rule expects of a customer. */
static double rule_expects(const struct trial *trial, int rule, const struct case_ *c)
{
  double ticks = trial->unit == ENG_UNIT_WEEK ? 7 : 1, T = c->then.T / ticks;
  double rate = T > 0 ? c->then.x / T : 0;

  switch (rule) {
  case RATE_CONTINUES: return rate * trial->horizon;
  case RECENT_BUYERS:
    /* Who was silent for twice their usual gap, or never came again, is gone. */
    if (c->then.x == 0 || (c->then.T - c->then.t_x) * c->then.x > 2 * c->then.t_x) {
      return 0;
    }
    return rate * trial->horizon;
  case EVERYBODY_ALIKE: {
    double purchases = (double)eng_summaries_purchases(trial->summaries), time = 0;

    for (uint64_t i = 0; i < trial->count; i++) time += trial->cases[i].then.T / ticks;
    return time > 0 ? purchases / time * trial->horizon : 0;
  }
  default: return 0;
  }
}

static void mark_rule(struct marks *marks, const struct trial *trial, int rule)
{
  double alike = rule == EVERYBODY_ALIKE && trial->count > 0
                     ? rule_expects(trial, rule, &trial->cases[0])
                     : 0;

  for (uint64_t i = 0; i < trial->count; i++) {
    const struct case_ *c = &trial->cases[i];
    double expected = rule == EVERYBODY_ALIKE ? alike : rule_expects(trial, rule, c);

    mark(marks, expected, c->bought);
    mark_probability(marks, -expm1(-expected), c->bought);
    if (!trial->has_money || !c->has_spent) continue;
    if (c->then.has_spend && c->then.x > 0) {
      mark_spend(marks, expected * (double)c->then.spend * trial->minor / c->then.x,
                 c->spent);
    } else if (c->then.x == 0 && rule != EVERYBODY_ALIKE) {
      mark_spend(marks, 0, c->spent);
    }
  }
}

/* ---- JSON ---- */

static void json_part(struct json *json, const char *name, double absolute,
                      double square, double expected, double actual, uint64_t count)
{
  double n = count > 0 ? (double)count : 1;

  json_key(json, name);
  json_open(json, '{');
  json_key(json, "mae");
  json_real(json, absolute / n);
  json_key(json, "rmse");
  json_real(json, sqrt(square / n));
  json_key(json, "total_expected");
  json_real(json, expected);
  json_key(json, "total_actual");
  json_real(json, actual);
}

static void json_marks(struct json *json, const struct marks *marks)
{
  double n = marks->count > 0 ? (double)marks->count : 1;

  json_key(json, "stay");
  json_open(json, '{');
  json_key(json, "brier");
  json_real(json, marks->brier / n);
  json_close(json, '}');
  json_part(json, "purchases", marks->absolute, marks->square, marks->expected,
            marks->actual, marks->count);
  if (marks->has_interval) {
    json_key(json, "coverage");
    json_real(json, marks->inside / n);
  }
  json_close(json, '}');
  if (marks->has_spend) {
    json_part(json, "spend", marks->spend_absolute, marks->spend_square,
              marks->spend_expected, marks->spend_actual, marks->spend_count);
    if (marks->has_interval) {
      json_key(json, "coverage");
      json_real(json, marks->spend_inside / (double)marks->spend_count);
    }
    json_key(json, "customers");
    json_number(json, (int64_t)marks->spend_count);
    json_close(json, '}');
  }
}

static const int32_t continuous[] = {ENG_FAMILY_BGNBD, ENG_FAMILY_MBGNBD,
                                     ENG_FAMILY_PARETONBD, ENG_FAMILY_NBD};
static const int32_t discrete[] = {ENG_FAMILY_BGBB};

static eng_status mark_family(struct trial *trial, int32_t family, struct marks *marks,
                              eng_fit **fit, eng_error *error)
{
  eng_status status;

  memset(marks, 0, sizeof *marks);
  status =
      family == ENG_FAMILY_AUTO
          ? fit_choose(trial->session, trial->unit, trial->session->split, fit, error)
          : fit_make(trial->summaries, family, trial->session->split, fit, error);
  return status == ENG_OK ? mark_fit(marks, trial, *fit) : status;
}

static void json_reason(struct json *json, const eng_fit *fit)
{
  json_key(json, "log_likelihood");
  json_real(json, eng_fit_log_likelihood(fit, ENG_FIT_PURCHASES));
  json_key(json, "reason");
  json_words(json, eng_fit_reason(fit, ENG_FIT_PURCHASES));
}

static eng_status write_families(struct trial *trial, struct json *json)
{
  int periods = trial->unit == ENG_UNIT_PERIOD;
  const int32_t *families = periods ? discrete : continuous;
  size_t count = periods ? 1 : sizeof continuous / sizeof continuous[0];

  json_key(json, "families");
  json_open(json, '{');
  for (size_t i = 0; i < count; i++) {
    struct marks marks;
    eng_fit *fit = NULL;
    eng_status status = mark_family(trial, families[i], &marks, &fit, NULL);

    if (status != ENG_OK) return status;
    json_key(json, eng_family_name(families[i]));
    json_open(json, '{');
    json_marks(json, &marks);
    json_reason(json, fit);
    json_close(json, '}');
    eng_fit_free(fit);
  }
  json_close(json, '}');
  json_key(json, "naive");
  json_open(json, '{');
  for (int rule = 0; rule < RULES; rule++) {
    struct marks marks = {0};

    mark_rule(&marks, trial, rule);
    json_key(json, rule_names[rule]);
    json_open(json, '{');
    json_marks(json, &marks);
    json_close(json, '}');
  }
  json_close(json, '}');
  return ENG_OK;
}

/* ---- the plot ---- */

static eng_status plot_groups(const struct trial *trial, const eng_fit *fit,
                              struct plot *plot)
{
  for (uint64_t i = 0; i < trial->count; i++) {
    const struct case_ *c = &trial->cases[i];
    int group = c->then.x < PLOT_GROUPS ? (int)c->then.x : PLOT_GROUPS - 1;
    eng_rf history;
    double expected;
    eng_status status;

    eng_rf_init(&history, sizeof history);
    status = eng_fit_rf(fit, &c->then, &history);
    if (status == ENG_OK) {
      status = eng_fit_expected_purchases(fit, &history, trial->horizon, &expected);
    }
    if (status != ENG_OK) return status;
    plot->groups[group].customers++;
    plot->groups[group].expected += expected;
    plot->groups[group].actual += c->bought;
  }
  return ENG_OK;
}

/* What a new customer buys by each age, in the unit: steps + 1 entries. */
static eng_status expect_by_age(const eng_fit *fit, size_t steps, double *out)
{
  eng_rf newcomer;
  eng_status status = ENG_OK;

  eng_rf_init(&newcomer, sizeof newcomer);
  for (size_t i = 0; i <= steps && status == ENG_OK; i++) {
    status = eng_fit_expected_purchases(fit, &newcomer, (double)i, &out[i]);
  }
  return status;
}

/* The day on which a year begins. */
static int64_t new_year(int64_t year)
{
  int64_t before = year - 1;

  return 365 * (year - 1970) + (before / 4 - before / 100 + before / 400) -
         (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int64_t year_of(int64_t day)
{
  int64_t year = 1970 + day / 366;

  while (new_year(year + 1) <= day) year++;
  return year;
}

/* The day on which a step ends; in years those of the calendar. */
static int64_t step_end(const struct trial *trial, int64_t first, size_t step)
{
  int64_t days = trial->unit == ENG_UNIT_WEEK ? 7 : 1;

  if (trial->unit == ENG_UNIT_PERIOD) {
    return eng_business_day_start(trial->session->context,
                                  new_year(first + (int64_t)step + 1)) -
           1;
  }

  return eng_business_day_start(trial->session->context,
                                first + (int64_t)(step + 1) * days) -
         1;
}

/* All repeat purchases by the end of each step: one look at the book for each. */
static eng_status plot_time(const struct trial *trial, const double *by_age,
                            int64_t first, struct plot *plot)
{
  size_t n = (size_t)trial->count;
  double ticks = trial->unit == ENG_UNIT_WEEK ? 7 : 1;
  uint64_t *rows = memory_resize(NULL, n + 1, sizeof *rows);
  eng_summary *seen = memory_resize(NULL, n + 1, sizeof *seen);
  eng_status status = ENG_OK;

  for (size_t i = 0; i < n; i++) rows[i] = trial->cases[i].row;
  for (size_t step = 0; step < plot->steps && status == ENG_OK; step++) {
    status = eng_book_summary(trial->session->book, trial->unit,
                              step_end(trial, first, step), rows, n, seen, NULL, NULL);
    for (size_t i = 0; i < n && status == ENG_OK; i++) {
      double age = seen[i].T / ticks;
      size_t whole = (size_t)age;

      if (!seen[i].bought) continue;
      plot->actual[step] += seen[i].x;
      plot->expected[step] +=
          by_age[whole] + (age - (double)whole) * (by_age[whole + 1] - by_age[whole]);
    }
    progress("plot", step, plot->steps);
  }
  progress_end();
  free(rows);
  free(seen);
  return status;
}

/* The business day of the first purchase of all, or its year. */
static int64_t first_day(const struct trial *trial)
{
  int64_t split = eng_business_day(trial->session->context, trial->session->split);
  uint32_t oldest = 0;

  for (uint64_t i = 0; i < trial->count; i++) {
    if (trial->cases[i].then.T > oldest) oldest = trial->cases[i].then.T;
  }
  return (trial->unit == ENG_UNIT_PERIOD ? year_of(split) : split) - oldest;
}

/* How many steps there are from the first purchase to the split, or to the end. */
static size_t steps_until(const struct trial *trial, int64_t first, int64_t time)
{
  int64_t day = eng_business_day(trial->session->context, time);

  if (trial->unit == ENG_UNIT_PERIOD) return (size_t)(year_of(day) - first + 1);
  return (size_t)((day - first + 1) / (trial->unit == ENG_UNIT_WEEK ? 7 : 1));
}

/* Over time only where there are not too many steps. */
static int draw(const struct trial *trial, const eng_fit *fit)
{
  enum { MOST_STEPS = 600 };
  int64_t first = first_day(trial);
  struct plot plot = {.family = eng_family_name(eng_fit_family(fit)),
                      .unit = fit_unit_name(trial->unit)};
  eng_status status = plot_groups(trial, fit, &plot);
  double *by_age = NULL;
  int answer;

  plot.steps = steps_until(trial, first, trial->session->as_of);
  if (plot.steps > MOST_STEPS) plot.steps = 0;
  if (plot.steps > 0) {
    plot.split = steps_until(trial, first, trial->session->split);
    plot.expected = memory_resize(NULL, plot.steps + 1, sizeof *plot.expected);
    plot.actual = memory_resize(NULL, plot.steps + 1, sizeof *plot.actual);
    by_age = memory_resize(NULL, plot.steps + 3, sizeof *by_age);
    for (size_t i = 0; i <= plot.steps; i++) plot.expected[i] = plot.actual[i] = 0;
    if (status == ENG_OK) status = expect_by_age(fit, plot.steps + 2, by_age);
    if (status == ENG_OK) status = plot_time(trial, by_age, first, &plot);
  }
  answer = status == ENG_OK ? plot_write(&plot, trial->session->options->plot)
                            : complain_status("plot", status);
  free(plot.expected);
  free(plot.actual);
  free(by_age);
  return answer;
}

/* ---- the whole ---- */

static int write_trial(struct trial *trial)
{
  struct json json;
  struct marks marks;
  eng_fit *fit = NULL;
  eng_error error;
  eng_status status;
  int answer = ANSWER_DONE, ended;

  eng_error_init(&error, sizeof error);
  status = mark_family(trial, trial->family, &marks, &fit, &error);
  json_begin(&json, trial->session->options->format);
  json_open(&json, '{');
  json_key(&json, "customers");
  json_number(&json, (int64_t)trial->count);
  json_key(&json, "split");
  json_time(&json, trial->session->split);
  json_key(&json, "until");
  json_time(&json, trial->session->as_of);
  json_key(&json, "horizon_days");
  json_real(&json, trial->days);
  json_key(&json, "family");
  if (status == ENG_OK) {
    json_words(&json, eng_family_name(eng_fit_family(fit)));
    json_key(&json, "reason");
    json_words(&json, eng_fit_reason(fit, ENG_FIT_PURCHASES));
    json_key(&json, "forecasts");
    json_open(&json, '{');
    json_marks(&json, &marks);
    json_close(&json, '}');
    status = write_families(trial, &json);
  } else {
    json_plain(&json, "null");
    json_key(&json, "reason");
    json_words(&json, error.text[0] != '\0' ? error.text : eng_status_text(status));
  }
  json_close(&json, '}');
  if (status == ENG_OK && trial->session->options->plot != NULL) {
    answer = draw(trial, fit);
  }
  eng_fit_free(fit);
  ended = output_end();
  if (status == ENG_OK) return answer == ANSWER_DONE ? ended : answer;
  if (status == ENG_E_THIN || status == ENG_E_NOFIT) return ANSWER_NO;
  return complain_status("forecasts", status);
}

/* ---- the command ---- */

/* From the split to the end, in the unit: whole days, or whole years. */
static int set_horizon(struct trial *trial)
{
  const struct session *session = trial->session;
  int64_t from = eng_business_day(session->context, session->split);
  int64_t to = eng_business_day(session->context, session->as_of);

  trial->days = (double)(to - from);
  trial->horizon = trial->days;
  if (trial->unit == ENG_UNIT_WEEK) trial->horizon = trial->days / 7;
  if (trial->unit == ENG_UNIT_PERIOD) trial->horizon = floor(trial->days / 365.2 + 0.5);
  if (trial->horizon > 0) return ANSWER_DONE;
  complain("nothing is held out: --split is not before the end of the data or --until");
  return ANSWER_USAGE;
}

static int validate_session(struct trial *trial)
{
  eng_status status;
  int answer;

  if (eng_book_customer_count(trial->session->book) == 0) {
    complain("there is nothing to hold out: no events");
    return ANSWER_NO;
  }
  answer = set_horizon(trial);
  if (answer == ANSWER_DONE) answer = collect(trial);
  if (answer != ANSWER_DONE) return answer;
  status = fit_summarise(trial->session, trial->unit, trial->session->split,
                         &trial->summaries);
  if (status != ENG_OK) return complain_status("histories", status);
  return write_trial(trial);
}

int validate_run(const struct options *options)
{
  struct session session;
  struct trial trial = {0};
  int answer = fit_options_read(options, &trial.unit, &trial.family);

  if (answer != ANSWER_DONE) return answer;
  if (options->split == NULL) {
    complain("say what to hold out: --split 2026-06-30 forecasts what came after it");
    return ANSWER_USAGE;
  }
  answer = session_open(&session, options);
  if (answer == ANSWER_DONE) {
    int32_t currency = eng_context_currency(session.context);
    int32_t decimals = currency != 0 ? eng_currency_decimals(currency) : 0;

    trial.session = &session;
    trial.has_money = currency != 0;
    trial.minor = 1;
    for (int32_t i = 0; i < decimals; i++) trial.minor /= 10;
    answer = validate_session(&trial);
  }
  eng_summaries_free(trial.summaries);
  free(trial.cases);
  session_close(&session);
  return answer;
}
