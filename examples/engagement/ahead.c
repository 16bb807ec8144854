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
  status = fit_make(summaries, ENG_FAMILY_USUAL, session->as_of, &ahead->fit, &error);
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

/* What the customers are expected to spend, and what those whom they brought are. */
static eng_status look_ahead(struct ahead *ahead, const struct session *session,
                             const uint64_t *order, uint64_t count)
{
  eng_summary *histories = memory_resize(NULL, (size_t)count + 1, sizeof *histories);
  double *worths = memory_resize(NULL, (size_t)count + 1, sizeof *worths);
  eng_status status =
      eng_book_summary(session->book, eng_fit_unit(ahead->fit), session->as_of, order,
                       count, histories, NULL, NULL);

  ahead->forecasts = memory_resize(NULL, (size_t)count + 1, sizeof *ahead->forecasts);
  if (status == ENG_OK) {
    status = eng_fit_forecasts(ahead->fit, histories, count, ahead->horizon,
                               ahead->forecasts);
  }
  if (status == ENG_OK && eng_fit_parameter_count(ahead->fit, ENG_FIT_SPEND) > 0) {
    ahead->referrals = memory_resize(NULL, (size_t)count + 1, sizeof *ahead->referrals);
    for (uint64_t i = 0; i < count; i++)
      worths[order[i]] = ahead->forecasts[i].expected_spend;
    status = eng_book_referrals(session->book, session->as_of, worths, ahead->referrals,
                                NULL, NULL);
  }
  free(histories);
  free(worths);
  return status;
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
  ahead->order = order;
  status = look_ahead(ahead, session, order, count);
  return status == ENG_OK ? ANSWER_DONE : complain_status("forecasts", status);
}

void ahead_close(struct ahead *ahead)
{
  eng_fit_free(ahead->fit);
  free(ahead->forecasts);
  free(ahead->referrals);
  *ahead = (struct ahead){0};
}

static void put_none(struct rows *rows, int count)
{
  for (int i = 0; i < count; i++) rows_words(rows, NULL);
}

/* A number, or nothing where it is not forecast. */
static void put_if(struct rows *rows, int there, double v, int digits)
{
  if (there)
    rows_real(rows, v, digits);
  else
    rows_words(rows, NULL);
}

void ahead_put(const struct ahead *ahead, struct rows *rows, uint64_t i)
{
  const eng_referral *referral;
  const eng_forecast *forecast;

  if (ahead->fit == NULL) {
    put_none(rows, AHEAD_COLUMNS);
    return;
  }
  forecast = &ahead->forecasts[i];
  put_if(rows, forecast->has_forecast, forecast->p_alive, 6);
  put_if(rows, forecast->has_forecast, forecast->p_purchase, 6);
  put_if(rows, forecast->has_forecast, forecast->expected_purchases, 6);
  put_if(rows, forecast->has_spend, forecast->expected_spend, 2);
  put_if(rows, forecast->has_say, forecast->expected_positive, 6);
  if (ahead->referrals == NULL) {
    put_none(rows, 2);
    return;
  }
  referral = &ahead->referrals[ahead->order[i]];
  rows_real(rows, referral->worth, 2);
  rows_real(rows, referral->incentivised_worth, 2);
}
