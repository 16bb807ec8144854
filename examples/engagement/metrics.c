/* SPDX-License-Identifier: MIT */
/*
 * metrics.c - `engagement metrics`: the metrics of a window, each with its numerator,
 * its denominator, and what it is.
 */
#include <stdio.h>
#include <string.h>

#include <engagement/metrics.h>
#include <engagement/money.h>

#include "command.h"
#include "message.h"
#include "output.h"
#include "periods.h"
#include "text.h"

/* How a quotient is told. */
enum { SHARE, MEAN, POINTS, TIME, MONEY, THOUSANDTHS };

static const struct metric {
  const char *name;
  size_t at; /* in eng_overview */
  int told;
  const char *means;
} metrics[] = {
#define METRIC(name, told, means)                                                      \
  {                                                                                    \
#name, offsetof(eng_overview, name), told, means                                   \
  }
    METRIC(retention, SHARE, "active now / active in the window before"),
    METRIC(frequency, MEAN, "events / active customers"),
    METRIC(active_days, MEAN, "active days / active customers"),
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
    METRIC(answered, SHARE, "messages answered / messages"),
    METRIC(answered_in_time, SHARE, "answered in time / answered or waiting longer"),
    METRIC(response_time, TIME, "time until the answer / answered"),
    METRIC(order_value, MONEY, "money kept / kept orders"),
    METRIC(repeat_purchase, SHARE, "who bought twice or more / who bought, ever"),
    METRIC(referral, SHARE, "who referred somebody / active customers"),
    METRIC(referral_unpaid, SHARE, "who did so without incentive / active customers"),
    METRIC(churn_contract, SHARE, "contracts ended / running at the start"),
    METRIC(churn_silent, SHARE, "silent for 3 own gaps / bought on 3 days or more"),
};

enum { METRICS = sizeof metrics / sizeof metrics[0] };

static eng_ratio ratio_of(const eng_overview *overview, const struct metric *metric)
{
  eng_ratio ratio;

  memcpy(&ratio, (const char *)overview + metric->at, sizeof ratio);
  return ratio;
}

/* ---- answers ---- */

static int write_rows(const struct session *session, const eng_overview *overview)
{
  static const char *const columns[] = {"metric", "value", "numerator", "denominator",
                                        "means"};
  struct rows rows;

  rows_begin(&rows, session->options->format, columns, 5);
  for (int i = 0; i < METRICS; i++) {
    eng_ratio ratio = ratio_of(overview, &metrics[i]);

    rows_words(&rows, metrics[i].name);
    if (ratio.denominator == 0)
      rows_words(&rows, NULL);
    else
      rows_real(&rows, (double)ratio.numerator / (double)ratio.denominator, 6);
    rows_number(&rows, ratio.numerator);
    rows_number(&rows, ratio.denominator);
    rows_words(&rows, metrics[i].means);
  }
  return rows_end(&rows);
}

static void add_value(struct text *text, const struct session *session, int told,
                      double value)
{
  double seconds = value / 1000;
  int32_t decimals = eng_currency_decimals(eng_context_currency(session->context));

  switch (told) {
  case SHARE: text_print(text, "%.1f %%", 100 * value); return;
  case POINTS: text_print(text, "%+.1f", 100 * value); return;
  case THOUSANDTHS: text_print(text, "%.2f", value / 1000); return;
  case TIME:
    if (seconds < 120)
      text_print(text, "%.1f s", seconds);
    else if (seconds < 7200)
      text_print(text, "%.1f min", seconds / 60);
    else
      text_print(text, "%.1f h", seconds / 3600);
    return;
  case MONEY:
    for (int32_t i = 0; i < decimals; i++) value /= 10;
    text_print(text, "%.*f", (int)(decimals > 0 ? decimals : 0), value);
    return;
  default: text_print(text, "%.2f", value); return;
  }
}

static int draw(const struct session *session, const eng_overview *overview,
                int64_t from)
{
  struct text out = {0};

  text_put(&out, "From ");
  text_add_time(&out, session, from);
  text_put(&out, " to ");
  text_add_as_of(&out, session);
  text_print(&out, "\n\n%-21s %11s  %s\n", "metric", "value", "what it is");
  for (int i = 0; i < METRICS; i++) {
    eng_ratio ratio = ratio_of(overview, &metrics[i]);
    struct text value = {0};

    if (ratio.denominator == 0)
      text_put(&value, "undefined");
    else
      add_value(&value, session, metrics[i].told,
                (double)ratio.numerator / (double)ratio.denominator);
    text_print(&out, "%-21s %11s  %s: %lld / %lld\n", metrics[i].name, value.bytes,
               metrics[i].means, (long long)ratio.numerator,
               (long long)ratio.denominator);
    text_free(&value);
  }
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
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

static int tell(const struct session *session)
{
  eng_overview_options asked;
  eng_overview overview;
  struct kinds base, goal;
  eng_status status;
  int answer = ANSWER_DONE;

  eng_overview_options_init(&asked, sizeof asked);
  if (session->options->base != NULL) {
    answer = kinds_read(session, "base", session->options->base, &base);
    asked.base = base.list;
    asked.base_count = base.count;
  }
  if (answer == ANSWER_DONE && session->options->goal != NULL) {
    answer = kinds_read(session, "goal", session->options->goal, &goal);
    asked.goal = goal.list;
    asked.goal_count = goal.count;
  }
  if (answer == ANSWER_DONE) answer = window_of(session, &asked.from);
  if (answer != ANSWER_DONE) return answer;
  asked.until = session->as_of;
  if (session->options->within > 0) asked.convert_within = session->options->within;
  status = eng_book_overview(session->book, &asked, &overview, sizeof overview,
                             progress_of, "metrics");
  if (status != ENG_OK) return complain_status("metrics", status);
  return session->options->format == FORMAT_TABLE ? draw(session, &overview, asked.from)
                                                  : write_rows(session, &overview);
}

int metrics_run(const struct options *options)
{
  struct session session;
  int answer = session_open(&session, options);

  if (answer == ANSWER_DONE) answer = tell(&session);
  session_close(&session);
  return answer;
}
