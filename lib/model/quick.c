/* SPDX-License-Identifier: MIT */
/*
 * quick.c - from days to outcomes. Days here are UTC days, as the summary has them.
 */
#include "model/quick.h"

#include "model/model.h"

/* ---- asking ---- */

/* Counts and sums of nothing are 0; everything else of nothing is not defined. */
static bool none_is_zero(int measure)
{
  switch (measure) {
  case ENG__MEASURE_COUNT:
  case ENG__MEASURE_DAYS:
  case ENG__MEASURE_SUM:
  case ENG__MEASURE_CHANNELS:
  case ENG__MEASURE_ACTORS:
  case ENG__MEASURE_STREAK: return true;
  default: return false;
  }
}

void eng__quick_ask(struct eng__quick *quick, int op, int64_t floor, bool whole)
{
  bool next = false; /* the least number that answers yes is behind the floor */

  quick->none_is_zero = none_is_zero(quick->measure);
  quick->counts = quick->none_is_zero && quick->measure != ENG__MEASURE_SUM;
  quick->equality = op == ENG__OP_EQUAL || op == ENG__OP_NOT_EQUAL;
  quick->whole = whole;
  switch (op) {
  case ENG__OP_GREATER_EQUAL: next = !whole; break;
  case ENG__OP_GREATER: next = true; break;
  case ENG__OP_LESS: /* not at least */
    next = !whole;
    quick->negated = true;
    break;
  case ENG__OP_LESS_EQUAL: /* not more than */
    next = true;
    quick->negated = true;
    break;
  default: quick->negated = op == ENG__OP_NOT_EQUAL; break;
  }
  quick->least = next && floor < INT64_MAX ? floor + 1 : floor;
}

/* Days beyond what 32 bits hold are beyond what the summary holds, too. */
static int32_t narrow(int64_t day)
{
  return day > INT32_MAX ? INT32_MAX : day < INT32_MIN ? INT32_MIN : (int32_t)day;
}

void eng__quick_prepare(struct eng__quick *quick, int64_t as_of)
{
  int64_t to = as_of - quick->before, from, oldest;

  quick->seen_to = narrow(eng__floor_div(to + 1, ENG__DAY) - 1);
  quick->beyond_from = narrow(eng__floor_div(to, ENG__DAY) + 1);
  quick->inside_from = quick->outside_to = INT32_MIN;
  if (quick->within >= 0) {
    from = as_of - quick->within;
    quick->inside_from = narrow(eng__floor_div(from, ENG__DAY) + 1);
    quick->outside_to = narrow(eng__floor_div(from + 1, ENG__DAY) - 1);
  }
  /* A constant beyond all times: everything is younger, or everything older. */
  oldest = quick->least > ENG_TIME_MAX    ? -ENG__DAY
           : quick->least < -ENG_TIME_MAX ? 2 * ENG_TIME_MAX
                                          : as_of - quick->least;
  quick->old_to = narrow(eng__floor_div(oldest - (ENG__DAY - 1), ENG__DAY));
  quick->young_from = narrow(eng__floor_div(oldest, ENG__DAY) + 1);
}

/* ---- testing ---- */

static int answer(const struct eng__quick *quick, bool yes)
{
  return yes != quick->negated ? ENG__MAY_BE_TRUE : ENG__MAY_BE_FALSE;
}

/* The outcomes over all values from low to high. */
static int outcomes(const struct eng__quick *quick, int64_t low, int64_t high)
{
  if (quick->equality) {
    if (!quick->whole || quick->least < low || quick->least > high) {
      return answer(quick, false);
    }
    if (low == high) return answer(quick, true);
  } else {
    if (low >= quick->least) return answer(quick, true);
    if (high < quick->least) return answer(quick, false);
  }
  return ENG__MAY_BE_FALSE | ENG__MAY_BE_TRUE;
}

static int test_count(const struct eng__quick *quick,
                      const struct eng__summary *summary)
{
  int32_t first = summary->first_purchase, last = summary->last_purchase;
  int64_t n = summary->purchases;
  bool first_in = first >= quick->inside_from && first <= quick->seen_to;
  bool last_in = last >= quick->inside_from && last <= quick->seen_to;

  if (first_in && last_in) return outcomes(quick, n, n);
  if (last <= quick->outside_to || first >= quick->beyond_from) {
    return outcomes(quick, 0, 0);
  }
  return outcomes(quick, first_in || last_in, n);
}

/* Time since an event of a day. */
static int test_age(const struct eng__quick *quick, int32_t day)
{
  if (day > quick->seen_to) return ENG__MAY_BE_ANY;
  if (quick->equality) return ENG__MAY_BE_FALSE | ENG__MAY_BE_TRUE;
  if (day <= quick->old_to) return answer(quick, true);
  if (day >= quick->young_from) return answer(quick, false);
  return ENG__MAY_BE_FALSE | ENG__MAY_BE_TRUE;
}

int eng__quick_test(const struct eng__quick *quick, const struct eng__summary *summary)
{
  if ((quick->kinds & summary->kinds) == 0) {
    return quick->none_is_zero ? outcomes(quick, 0, 0) : ENG__MAY_BE_UNKNOWN;
  }
  if (!quick->purchases || (summary->flags & ENG__SUMMARY_REFERS) ||
      summary->purchases == UINT16_MAX || summary->last_purchase == UINT16_MAX) {
    return ENG__MAY_BE_ANY;
  }
  if (quick->measure == ENG__MEASURE_COUNT) return test_count(quick, summary);
  if (quick->measure != ENG__MEASURE_RECENCY && quick->measure != ENG__MEASURE_TENURE) {
    return ENG__MAY_BE_ANY;
  }
  if (quick->within >= 0 || quick->before > 0) return ENG__MAY_BE_ANY;
  if (summary->first_purchase >= quick->beyond_from) return ENG__MAY_BE_UNKNOWN;
  return test_age(quick, quick->measure == ENG__MEASURE_TENURE
                             ? summary->first_purchase
                             : summary->last_purchase);
}
