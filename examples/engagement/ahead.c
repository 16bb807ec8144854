/* SPDX-License-Identifier: MIT */
/*
 * ahead.c - forecasts of every customer, by a fit that was saved or one made on the
 * spot from the same inputs.
 */
#include "ahead.h"

#include <stdlib.h>
#include <string.h>

#include <engagement/money.h>

#include "command.h"
#include "fit.h"
#include "message.h"

enum { DAY = 86400000, DEFAULT_DAYS = 90 };

/* A fit of the inputs, where they tell enough. */
static int make_fit(struct ahead *ahead, const struct session *session)
{
  eng_summaries *summaries;
  eng_error error;
  eng_status status;

  status = fit_summarise(session, ENG_UNIT_WEEK, session->as_of, &summaries);
  if (status != ENG_OK) return complain_status("forecasts", status);
  eng_error_init(&error, sizeof error);
  status = fit_make(summaries, ENG_FAMILY_AUTO, session->as_of, &ahead->fit, &error);
  eng_summaries_free(summaries);
  if (status == ENG_OK) return ANSWER_DONE;
  if (status != ENG_E_THIN && status != ENG_E_NOFIT)
    return complain_status("forecasts", status);
  note("no forecasts: %s", error.text);
  return ANSWER_DONE;
}

static void note_fit(const struct ahead *ahead, double days)
{
  const char *reason = eng_fit_reason(ahead->fit, ENG_FIT_PURCHASES);
  const char *spend = eng_fit_reason(ahead->fit, ENG_FIT_SPEND);

  note("forecasts of the next %g days by %s of %llu customers%s%s", days,
       eng_family_name(eng_fit_family(ahead->fit)),
       (unsigned long long)eng_fit_customers(ahead->fit), reason[0] != '\0' ? ": " : "",
       reason);
  if (eng_fit_parameter_count(ahead->fit, ENG_FIT_SPEND) == 0)
    note("no forecasts of money: %s", spend);
}

int ahead_open(struct ahead *ahead, const struct session *session,
               const uint64_t *order, uint64_t count)
{
  const struct options *options = session->options;
  double days = options->horizon > 0 ? (double)options->horizon / DAY : DEFAULT_DAYS;
  eng_status status;
  int answer;

  *ahead = (struct ahead){0};
  answer = options->fit != NULL ? fit_read(session, options->fit, &ahead->fit)
                                : make_fit(ahead, session);
  if (answer != ANSWER_DONE || ahead->fit == NULL) return answer;
  if (eng_fit_currency(ahead->fit) != 0 &&
      eng_fit_currency(ahead->fit) != eng_context_currency(session->context)) {
    complain("the fit speaks of %s: say --currency %s",
             eng_currency_code(eng_fit_currency(ahead->fit)),
             eng_currency_code(eng_fit_currency(ahead->fit)));
    return ANSWER_USAGE;
  }
  switch (eng_fit_unit(ahead->fit)) {
  case ENG_UNIT_DAY: ahead->horizon = days; break;
  case ENG_UNIT_WEEK: ahead->horizon = days / 7; break;
  default:
    complain("%s counts years; scores take fits of days or weeks", options->fit);
    return ANSWER_USAGE;
  }
  note_fit(ahead, days);
  ahead->summaries = memory_resize(NULL, (size_t)count, sizeof *ahead->summaries);
  status = eng_book_summary(session->book, eng_fit_unit(ahead->fit), session->as_of,
                            order, count, ahead->summaries, NULL, NULL);
  return status == ENG_OK ? ANSWER_DONE : complain_status("forecasts", status);
}

void ahead_close(struct ahead *ahead)
{
  eng_fit_free(ahead->fit);
  free(ahead->summaries);
  *ahead = (struct ahead){0};
}

static void put_none(struct rows *rows, int count)
{
  for (int i = 0; i < count; i++) rows_words(rows, NULL);
}

void ahead_put(const struct ahead *ahead, struct rows *rows, uint64_t i)
{
  eng_forecast forecast;
  eng_rf history;

  eng_rf_init(&history, sizeof history);
  if (ahead->fit == NULL ||
      eng_fit_rf(ahead->fit, &ahead->summaries[i], &history) != ENG_OK ||
      eng_fit_forecast(ahead->fit, &history, ahead->horizon, &forecast) != ENG_OK) {
    put_none(rows, AHEAD_COLUMNS);
    return;
  }
  rows_real(rows, forecast.p_alive, 6);
  rows_real(rows, forecast.p_purchase, 6);
  rows_real(rows, forecast.expected_purchases, 6);
  if (forecast.has_spend)
    rows_real(rows, forecast.expected_spend, 2);
  else
    put_none(rows, 1);
}
