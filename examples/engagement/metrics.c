/* SPDX-License-Identifier: MIT */
/*
 * metrics.c - `engagement metrics`: the metrics of a window, each with its numerator,
 * its denominator, and what it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/money.h>
#include <engagement/waits.h>
#include <engagement/worth.h>

#include "command.h"
#include "message.h"
#include "output.h"
#include "periods.h"
#include "text.h"

/* How a quotient is told. */
enum { COUNT, SHARE, MEAN, POINTS, TIME, MONEY, THOUSANDTHS };

/* What is told beside the overview. Of a count and a quantile the denominator is 1. */
struct figures {
  eng_overview overview;
  eng_ratio active;
  eng_ratio stickiness, stickiness_days;
  eng_response response;
  eng_ratio median, ninety;
  eng_invitations invitations;
  eng_ratio k_factor;
};

static const struct metric {
  const char *name;
  size_t at; /* in struct figures */
  int told;
  const char *means;
} metrics[] = {
#define OTHER(name, at, told, means)                                                   \
  {                                                                                    \
#name, offsetof(struct figures, at), told, means                                   \
  }
#define METRIC(name, told, means) OTHER(name, overview.name, told, means)
    OTHER(active_customers, active, COUNT, "customers who did something"),
    METRIC(retention, SHARE, "active now / active in the window before"),
    METRIC(frequency, MEAN, "events / active customers"),
    METRIC(active_days, MEAN, "active days / active customers"),
    OTHER(stickiness, stickiness, SHARE, "sum of DAU / sum of MAU"),
    OTHER(stickiness_days, stickiness_days, SHARE,
          "active on 2 days or more / active customers"),
    METRIC(sessions, MEAN, "sessions / customers who had one"),
    METRIC(time_on_site, TIME, "time of sessions / sessions"),
    METRIC(click_through, SHARE, "clicks / impressions"),
    METRIC(click_through_unique, SHARE, "who clicked / who saw"),
    METRIC(conversion, SHARE, "who bought in time / who visited"),
    METRIC(social_followers, MEAN, "acts on social networks / followers"),
    METRIC(social_reach, MEAN, "acts on social networks / who was reached"),
    METRIC(nps, POINTS, "promoters less detractors / answers"),
    METRIC(csat, SHARE, "4 and 5 of 5 / answers"),
    METRIC(ces, THOUSANDTHS, "sum of answers 1 to 7 / answers"),
    METRIC(ces_easy, SHARE, "5 to 7 of 7 / answers"),
    OTHER(answered, response.answered, SHARE, "messages answered / messages"),
    OTHER(answered_in_time, response.in_time, SHARE,
          "answered in time / answered or waiting longer"),
    OTHER(response_time, response.mean, TIME, "time until the answer / answered"),
    OTHER(response_median, median, TIME, "half of the messages are answered within"),
    OTHER(response_p90, ninety, TIME, "nine in ten are answered within"),
    METRIC(order_value, MONEY, "money kept / kept orders"),
    METRIC(repeat_purchase, SHARE, "who bought twice or more / who bought, ever"),
    METRIC(referral, SHARE, "who referred somebody / active customers"),
    METRIC(referral_unpaid, SHARE, "who did so without incentive / active customers"),
    OTHER(invitations, invitations.per_customer, MEAN,
          "who was invited / active customers"),
    OTHER(invitation_conversion, invitations.conversion, SHARE,
          "who bought in time / who was invited"),
    OTHER(k_factor, k_factor, MEAN, "invitations times their conversion"),
    METRIC(churn_contract, SHARE, "contracts ended / running at the start"),
    METRIC(churn_silent, SHARE,
           "silent for --gaps own gaps / bought on 3 days or more"),
};

enum { METRICS = sizeof metrics / sizeof metrics[0] };

static eng_ratio ratio_of(const struct figures *figures, const struct metric *metric)
{
  eng_ratio ratio;

  memcpy(&ratio, (const char *)figures + metric->at, sizeof ratio);
  return ratio;
}

static int32_t money_decimals(const struct session *session)
{
  int32_t decimals = eng_currency_decimals(eng_context_currency(session->context));

  return decimals > 0 ? decimals : 0;
}

/* A quotient, or a sum, in the unit that unit_of names. */
static double in_unit(const struct session *session, int told, double value)
{
  switch (told) {
  case POINTS: return 100 * value;
  case TIME:
  case THOUSANDTHS: return value / 1000;
  case MONEY:
    for (int32_t i = 0; i < money_decimals(session); i++) value /= 10;
    return value;
  default: return value;
  }
}

static const char *unit_of(const struct session *session, int told)
{
  int32_t currency = eng_context_currency(session->context);

  switch (told) {
  case COUNT: return "customers";
  case SHARE: return "share";
  case MEAN: return "mean";
  case POINTS: return "points";
  case TIME: return "seconds";
  case MONEY: return currency != 0 ? eng_currency_code(currency) : "minor units";
  default: return "of 7";
  }
}

/* ---- answers ---- */

static int write_rows(const struct session *session, const struct figures *figures)
{
  static const char *const columns[] = {"metric",    "value",       "unit",
                                        "numerator", "denominator", "means"};
  struct rows rows;

  rows_begin(&rows, session->options->format, columns, 6);
  for (int i = 0; i < METRICS; i++) {
    eng_ratio ratio = ratio_of(figures, &metrics[i]);
    int told = metrics[i].told;

    rows_words(&rows, metrics[i].name);
    if (ratio.denominator == 0)
      rows_words(&rows, NULL);
    else
      rows_real(
          &rows,
          in_unit(session, told, (double)ratio.numerator / (double)ratio.denominator),
          6);
    rows_words(&rows, unit_of(session, told));
    rows_number(&rows, ratio.numerator);
    rows_number(&rows, ratio.denominator);
    rows_words(&rows, metrics[i].means);
  }
  return rows_end(&rows);
}

static void add_time_span(struct text *text, double seconds)
{
  if (seconds < 120)
    text_print(text, "%.1f s", seconds);
  else if (seconds < 7200)
    text_print(text, "%.1f min", seconds / 60);
  else
    text_print(text, "%.1f h", seconds / 3600);
}

static void add_money(struct text *text, const struct session *session, double value)
{
  int32_t currency = eng_context_currency(session->context);

  text_print(text, "%.*f%s%s", (int)money_decimals(session), value,
             currency != 0 ? " " : "",
             currency != 0 ? eng_currency_code(currency) : "");
}

static void add_value(struct text *text, const struct session *session, int told,
                      double value)
{
  value = in_unit(session, told, value);
  switch (told) {
  case COUNT: text_print(text, "%.0f", value); return;
  case SHARE: text_print(text, "%.1f %%", 100 * value); return;
  case POINTS: text_print(text, "%+.1f", value); return;
  case TIME: add_time_span(text, value); return;
  case MONEY: add_money(text, session, value); return;
  default: text_print(text, "%.2f", value); return;
  }
}

/* What was divided by what, a sum of money or time in the unit of the quotient. */
static void add_parts(struct text *text, const struct session *session, int told,
                      eng_ratio ratio)
{
  double sum = (double)ratio.numerator;

  if (told == TIME)
    add_time_span(text, in_unit(session, told, sum));
  else if (told == MONEY)
    add_money(text, session, in_unit(session, told, sum));
  else if (told == THOUSANDTHS)
    text_print(text, "%.0f", in_unit(session, told, sum));
  else
    text_print(text, "%lld", (long long)ratio.numerator);
  text_print(text, " / %lld", (long long)ratio.denominator);
}

static void draw_metric(struct text *out, const struct session *session,
                        const struct metric *metric, eng_ratio ratio)
{
  struct text value = {0};

  if (ratio.denominator == 0)
    text_put(&value, "undefined");
  else
    add_value(&value, session, metric->told,
              (double)ratio.numerator / (double)ratio.denominator);
  text_print(out, "%-21s %11s  %s", metric->name, value.bytes, metric->means);
  if (strstr(metric->means, " / ") != NULL) {
    text_put(out, ": ");
    add_parts(out, session, metric->told, ratio);
  }
  text_put(out, "\n");
  text_free(&value);
}

static int draw(const struct session *session, const struct figures *figures,
                int64_t from)
{
  struct text out = {0};

  text_put(&out, "From ");
  text_add_time(&out, session, from);
  text_put(&out, " to ");
  text_add_as_of(&out, session);
  if (session->options->hours != NULL)
    text_print(&out, "; response by the hours %s", session->options->hours);
  text_print(&out, "\n\n%-21s %11s  %s\n", "metric", "value", "what it is");
  for (int i = 0; i < METRICS; i++)
    draw_metric(&out, session, &metrics[i], ratio_of(figures, &metrics[i]));
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

/* ---- response ---- */

static eng_ratio quantile_of(int64_t waited)
{
  return waited == ENG_TIME_NONE ? (eng_ratio){0, 0} : (eng_ratio){waited, 1};
}

static eng_status sum_waits(const struct session *session,
                            const eng_wait_options *asked, int64_t in_time,
                            struct figures *out)
{
  eng_wait *waits = NULL;
  uint64_t count;
  eng_status status = eng_book_waits(session->book, asked, NULL, 0, &count, NULL, NULL);

  if (status == ENG_OK && count > 0) {
    waits = memory_resize(NULL, (size_t)count, sizeof *waits);
    status = eng_book_waits(session->book, asked, waits, count, &count, NULL, NULL);
  }
  if (status == ENG_OK) status = eng_waits_sum(waits, count, in_time, &out->response);
  out->median = quantile_of(out->response.median);
  out->ninety = quantile_of(out->response.ninety);
  free(waits);
  return status;
}

static int tell_response(const struct session *session,
                         const eng_overview_options *window, struct figures *out)
{
  const char *hours = session->options->hours;
  eng_opening openings[ENG_OPENINGS];
  eng_wait_options asked;
  eng_status status;

  eng_wait_options_init(&asked, sizeof asked);
  asked.from = window->from;
  asked.until = window->until;
  if (hours != NULL) {
    status = eng_openings_parse(hours, strlen(hours), openings, ENG_OPENINGS,
                                &asked.opening_count);
    if (status != ENG_OK) {
      complain("--hours is when there is somebody to answer, such as "
               "'mon-fri 9:00-17:30, sat 10-14', not \"%s\"",
               hours);
      return ANSWER_USAGE;
    }
    asked.openings = openings;
  }
  status = sum_waits(session, &asked, window->in_time, out);
  return status == ENG_OK ? ANSWER_DONE : complain_status("metrics", status);
}

/* ---- invitations ---- */

/* Customers are fewer than 2^32, so that only the greatest products do not fit. */
static int64_t product(int64_t a, int64_t b)
{
  return b > 0 && a > INT64_MAX / b ? INT64_MAX : a * b;
}

static eng_status tell_invitations(const struct session *session,
                                   const eng_overview_options *window,
                                   struct figures *out)
{
  const int64_t day = 86400000;
  int64_t within = session->options->within > 0 ? session->options->within : 30 * day;
  eng_invitations *found = &out->invitations;
  eng_status status = eng_book_invitations(session->book, window->from, window->until,
                                           within, found, sizeof *found, NULL, NULL);

  out->k_factor.numerator =
      product(found->per_customer.numerator, found->conversion.numerator);
  out->k_factor.denominator =
      product(found->per_customer.denominator, found->conversion.denominator);
  if (found->unnamed > 0)
    note("invitations that name nobody (refers_to) are in no K-factor: %llu of %llu",
         (unsigned long long)found->unnamed, (unsigned long long)found->sent);
  return status;
}

/* ---- stickiness ---- */

/* Over the days of the window that have 30 behind them since the first event. */
static void sum_days(const struct session *session, int64_t from, int64_t first,
                     const uint64_t *active, uint64_t days, eng_ratio *out)
{
  int64_t day = eng_business_day(session->context, from);
  int64_t since = eng_business_day(session->context, first);

  for (uint64_t i = 0; i < days; i++) {
    if (day + (int64_t)i - since < 29) continue;
    out->numerator += (int64_t)active[i];
    out->denominator += (int64_t)active[days + i];
  }
}

static eng_status tell_stickiness(const struct session *session,
                                  const eng_overview_options *window,
                                  struct figures *out)
{
  static const int32_t windows[] = {1, 30};
  uint64_t days, on[3], *active;
  int64_t first;
  eng_periods periods;
  eng_status status = eng_book_first_at(session->book, window->until, NULL, 0, &first);

  if (status != ENG_OK || first == ENG_TIME_NONE) return status;
  status = eng_book_active_days(session->book, window->from, window->until, NULL, 0, on,
                                3, NULL, NULL);
  if (status != ENG_OK) return status;
  out->stickiness_days = (eng_ratio){(int64_t)on[2], (int64_t)on[1] + (int64_t)on[2]};
  eng_periods_init(&periods, sizeof periods);
  periods.every = ENG_EVERY_DAY;
  periods.from = window->from;
  periods.until = window->until;
  status = eng_periods_count(session->context, &periods, &days);
  if (status != ENG_OK) return status;
  active = memory_resize(NULL, (size_t)days, 2 * sizeof *active);
  status = eng_book_rolling(session->book, window->from, window->until, NULL, 0,
                            windows, 2, active, days, NULL, NULL);
  if (status == ENG_OK)
    sum_days(session, window->from, first, active, days, &out->stickiness);
  free(active);
  return status;
}

/* ---- the command ---- */

/* 30 business days up to as-of, unless --from says otherwise. */
static int window_of(const struct session *session, int64_t *from)
{
  const char *begin = session->options->begin;
  int64_t day = eng_business_day(session->context, session->as_of);

  *from = eng_business_day_start(session->context, day - 29);
  if (*from < 0) *from = 0;
  if (begin == NULL) return ANSWER_DONE;
  if (eng_time_parse(session->context, begin, strlen(begin), ENG_TIME_AUTO,
                     ENG_DATE_FIRST, from) == ENG_OK &&
      *from <= session->as_of)
    return ANSWER_DONE;
  complain("--from is a time up to as-of such as 2026-11-22, not \"%s\"", begin);
  return ANSWER_USAGE;
}

/* The settings of the overview as asked; the kinds are the caller's to keep. */
static int read_asked(const struct session *session, struct kinds *base,
                      struct kinds *goal, eng_overview_options *asked)
{
  const struct options *options = session->options;
  int answer = ANSWER_DONE;

  eng_overview_options_init(asked, sizeof *asked);
  if (options->base != NULL) {
    answer = kinds_read(session, "base", options->base, base);
    asked->base = base->list;
    asked->base_count = base->count;
  }
  if (answer == ANSWER_DONE && options->goal != NULL) {
    answer = kinds_read(session, "goal", options->goal, goal);
    asked->goal = goal->list;
    asked->goal_count = goal->count;
  }
  if (answer == ANSWER_DONE) answer = window_of(session, &asked->from);
  asked->until = session->as_of;
  if (options->within > 0) asked->convert_within = options->within;
  if (options->in_time > 0) asked->in_time = options->in_time;
  if (options->gaps > 0) asked->churn_gaps = options->gaps;
  if (options->pause > 0) asked->session_pause = options->pause;
  return answer;
}

static int tell(const struct session *session)
{
  eng_overview_options asked;
  struct figures figures = {0};
  struct kinds base, goal;
  eng_status status;
  int answer = read_asked(session, &base, &goal, &asked);

  if (answer == ANSWER_DONE) answer = tell_response(session, &asked, &figures);
  if (answer != ANSWER_DONE) return answer;
  status = eng_book_overview(session->book, &asked, &figures.overview,
                             sizeof figures.overview, progress_of, "metrics");
  figures.active = (eng_ratio){figures.overview.frequency.denominator, 1};
  if (status == ENG_OK) status = tell_stickiness(session, &asked, &figures);
  if (status == ENG_OK) status = tell_invitations(session, &asked, &figures);
  if (status != ENG_OK) return complain_status("metrics", status);
  return session->options->format == FORMAT_TABLE ? draw(session, &figures, asked.from)
                                                  : write_rows(session, &figures);
}

int metrics_run(const struct options *options)
{
  struct session session;
  int answer = session_open(&session, options);

  if (answer == ANSWER_DONE) answer = tell(&session);
  session_close(&session);
  return answer;
}
