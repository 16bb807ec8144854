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

static int what_is_asked(const struct eng__quick *quick)
{
  bool window = quick->within >= 0 || quick->before > 0;

  if (!quick->purchases) return ENG__QUICK_EVENTS;
  switch (quick->measure) {
  case ENG__MEASURE_COUNT: return ENG__QUICK_COUNT;
  case ENG__MEASURE_TENURE: return window ? ENG__QUICK_EVENTS : ENG__QUICK_FIRST;
  case ENG__MEASURE_RECENCY: return window ? ENG__QUICK_EVENTS : ENG__QUICK_LAST;
  default: return ENG__QUICK_EVENTS;
  }
}

void eng__quick_prepare(struct eng__quick *quick, int64_t as_of)
{
  int64_t to = as_of - quick->before, from, oldest;

  quick->asks = (uint8_t)what_is_asked(quick);
  quick->of_none = (uint8_t)(quick->none_is_zero ? eng__quick_outcomes(quick, 0, 0)
                                                 : ENG__MAY_BE_UNKNOWN);
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
