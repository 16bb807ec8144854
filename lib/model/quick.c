/* SPDX-License-Identifier: MIT */
/*
 * quick.c - from days to outcomes. Days here are UTC days, as the summary has them.
 */
#include "model/quick.h"

#include "model/model.h"

void eng__quick_prepare(struct eng__quick *quick, int64_t as_of)
{
  quick->as_of = as_of;
  quick->to = as_of - quick->before;
  quick->seen_to = eng__floor_div(quick->to + 1, ENG__DAY) - 1;
  quick->beyond_from = eng__floor_div(quick->to, ENG__DAY) + 1;
  quick->from = quick->within < 0 ? INT64_MIN : as_of - quick->within;
  quick->inside_from = INT64_MIN;
  quick->outside_to = INT64_MIN;
  if (quick->within >= 0) {
    quick->inside_from = eng__floor_div(quick->from, ENG__DAY) + 1;
    quick->outside_to = eng__floor_div(quick->from + 1, ENG__DAY) - 1;
  }
}

static bool holds(const struct eng__quick *quick, int64_t v)
{
  int64_t c = quick->constant;

  switch (quick->op) {
    case ENG__OP_LESS: return quick->exact ? v < c : v <= c;
    case ENG__OP_LESS_EQUAL: return v <= c;
    case ENG__OP_GREATER: return v > c;
    case ENG__OP_GREATER_EQUAL: return quick->exact ? v >= c : v > c;
    case ENG__OP_EQUAL: return quick->exact && v == c;
    default: return !(quick->exact && v == c);
  }
}

/* The outcomes over all values from low to high. */
static int outcomes(const struct eng__quick *quick, int64_t low, int64_t high)
{
  bool at_low = holds(quick, low), at_high = holds(quick, high);
  bool equality = quick->op == ENG__OP_EQUAL || quick->op == ENG__OP_NOT_EQUAL;

  if (at_low != at_high) return ENG__MAY_BE_FALSE | ENG__MAY_BE_TRUE;
  if (equality && quick->exact && low < quick->constant && quick->constant < high) {
    return ENG__MAY_BE_FALSE | ENG__MAY_BE_TRUE;
  }
  return at_low ? ENG__MAY_BE_TRUE : ENG__MAY_BE_FALSE;
}

static int test_count(const struct eng__quick *quick, const struct eng__summary *summary)
{
  int64_t first = summary->first_purchase, last = summary->last_purchase;
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
static int test_age(const struct eng__quick *quick, int64_t day)
{
  int64_t since = quick->as_of - day * ENG__DAY;

  return outcomes(quick, since - (ENG__DAY - 1), since);
}

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

int eng__quick_test(const struct eng__quick *quick, const struct eng__summary *summary)
{
  bool ages = quick->measure == ENG__MEASURE_RECENCY ||
              quick->measure == ENG__MEASURE_TENURE;

  if ((quick->kinds & summary->kinds) == 0) {
    return none_is_zero(quick->measure) ? outcomes(quick, 0, 0) : ENG__MAY_BE_UNKNOWN;
  }
  if (!quick->purchases || (summary->flags & ENG__SUMMARY_REFERS) ||
      summary->purchases == UINT16_MAX || summary->last_purchase == UINT16_MAX) {
    return ENG__MAY_BE_ANY;
  }
  if (quick->measure == ENG__MEASURE_COUNT) return test_count(quick, summary);
  if (!ages || quick->within >= 0 || quick->before > 0) return ENG__MAY_BE_ANY;
  if (summary->first_purchase >= quick->beyond_from) return ENG__MAY_BE_UNKNOWN;
  if (quick->measure == ENG__MEASURE_TENURE) {
    return summary->first_purchase <= quick->seen_to
               ? test_age(quick, summary->first_purchase)
               : ENG__MAY_BE_ANY;
  }
  return summary->last_purchase <= quick->seen_to
             ? test_age(quick, summary->last_purchase)
             : ENG__MAY_BE_ANY;
}
