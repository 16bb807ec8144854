/* SPDX-License-Identifier: MIT */
/*
 * rates.c - converting amounts, one event at a time, and counting what cannot be.
 *
 * The context holds the rates sorted by currency and first instant, between minor units
 * and in lowest terms. Each amount is rounded by itself, so that a sum is the sum of
 * what a person sees line by line.
 */
#include "model/rates.h"

#include "core/checked.h"
#include "core/customer.h"
#include "model/assessor.h"

/* The last rate of a currency from a time or before; NULL: there is none. */
static const struct eng__rate *find_rate(const eng_context *context, int32_t currency,
                                         int64_t time)
{
  size_t low = 0, high = context->rate_count;
  const struct eng__rate *rate;

  while (low < high) {
    size_t mid = low + (high - low) / 2;

    rate = &context->rates[mid];
    if (rate->currency < currency ||
        (rate->currency == currency && rate->from <= time)) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  if (low == 0) return NULL;
  rate = &context->rates[low - 1];
  return rate->currency == currency ? rate : NULL;
}

bool eng__convert(const eng_context *context, int32_t currency, int64_t time,
                  int64_t amount, int64_t *out)
{
  const struct eng__rate *rate = find_rate(context, currency, time);
  int64_t magnitude;

  if (rate == NULL || amount == INT64_MIN) return false;
  if (!eng__scale(amount < 0 ? -amount : amount, rate->n, rate->d, &magnitude)) {
    return false;
  }
  *out = amount < 0 ? -magnitude : magnitude;
  return true;
}

/* ---- what is left out ---- */

static eng_status count_foreign(void *user, const struct eng__seen *seen)
{
  *(int64_t *)user += seen->foreign_amount;
  return ENG_OK;
}

eng_status eng_assessor_left_out(eng_assessor *assessor, const eng_customer *customer,
                                 int64_t as_of, int64_t *count)
{
  struct eng__pen pen;
  int64_t left_out = 0;
  eng_status status;

  if (count == NULL) return ENG_E_INVALID;
  *count = 0;
  if (assessor == NULL || customer == NULL) return ENG_E_INVALID;
  if (customer->home.pen.context != assessor->context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  pen = customer->home.pen;
  status = eng__see(&customer->timeline, &pen, as_of, &assessor->undos, count_foreign,
                    &left_out);
  if (status == ENG_OK) *count = left_out;
  return status;
}
