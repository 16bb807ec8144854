/* SPDX-License-Identifier: MIT */
/*
 * quick.h - deciding conditions from the summary of a timeline alone.
 *
 * Nine in ten customers of a base bought nothing, or nothing lately; for them the
 * number of purchases and the days of the first and last say which stage they are in.
 * A quick test gives the set of outcomes that the summary leaves possible. Where one
 * outcome is left for every stage that matters, the events need not be read.
 */
#ifndef ENG_MODEL_QUICK_H
#define ENG_MODEL_QUICK_H

#include "core/run.h"

/* Sets of Kleene's three values. */
enum {
  ENG__MAY_BE_FALSE = 1,
  ENG__MAY_BE_UNKNOWN = 2,
  ENG__MAY_BE_TRUE = 4,
  ENG__MAY_BE_ANY = 7
};

/* `and`, `not` and `else` on these sets; `or` follows from the first two. */
static inline int eng__both(int a, int b)
{
  int out = ((a | b) & ENG__MAY_BE_FALSE) | (a & b & ENG__MAY_BE_TRUE);
  int not_false = ENG__MAY_BE_UNKNOWN | ENG__MAY_BE_TRUE;

  if (((a & ENG__MAY_BE_UNKNOWN) && (b & not_false)) ||
      ((b & ENG__MAY_BE_UNKNOWN) && (a & not_false))) {
    out |= ENG__MAY_BE_UNKNOWN;
  }
  return out;
}

static inline int eng__opposite(int a)
{
  return (a & ENG__MAY_BE_UNKNOWN) | (a & ENG__MAY_BE_FALSE ? ENG__MAY_BE_TRUE : 0) |
         (a & ENG__MAY_BE_TRUE ? ENG__MAY_BE_FALSE : 0);
}

/* a else b, of conditions. */
static inline int eng__either(int a, int b)
{
  return a & ENG__MAY_BE_UNKNOWN ? (a & ~ENG__MAY_BE_UNKNOWN) | b : a;
}

/* What a summary knows of a measure: nothing, or one of its purchases. */
enum { ENG__QUICK_EVENTS, ENG__QUICK_COUNT, ENG__QUICK_FIRST, ENG__QUICK_LAST };

/* A comparison of one measure with a constant, worked out for an instant: what its
 * answer may be before the events are read, and what it is once they are counted. Every order
 * is "at least `least`", or not; equality is rare and answered by the events. */
struct eng__quick {
  uint8_t measure;    /* enum eng__measure_op */
  bool equality;      /* = or != : */
  bool negated;       /* of what `least` says, or of equality */
  bool whole;         /* of equality: the constant is a whole number, in `least` */
  bool purchases;     /* it measures purchases and nothing else, without `where` */
  bool none_is_zero;  /* it is 0 of nothing, not undefined */
  bool counts;        /* what is measured is the number in a tally, always defined: */
  int32_t meter;
  uint32_t kinds;     /* summary bits of its kinds */
  int64_t least;
  int64_t within, before; /* as in eng__measure */
  uint8_t asks;    /* ENG__QUICK_ */
  uint8_t of_none; /* the answer where there are no events of its kinds */
  /* As of the prepared instant, in UTC days, which the summary has in 16 bits: */
  int32_t inside_from; /* a day from here on lies wholly behind the window's start */
  int32_t outside_to;  /* a day up to here lies wholly before it */
  int32_t seen_to;     /* a day up to here lies wholly within the window's end */
  int32_t beyond_from; /* a day from here on lies wholly behind that */
  int32_t old_to;      /* an event of a day up to here is at least `least` ago */
  int32_t young_from;  /* one of a day from here on is not */
};

/* Sets what a comparison asks: enum eng__op with a constant that has this floor. */
void eng__quick_ask(struct eng__quick *quick, int op, int64_t floor, bool whole);

/* Works a test out for an instant. */
void eng__quick_prepare(struct eng__quick *quick, int64_t as_of);

/* The answer for a measure that counts. */
static inline bool eng__quick_holds(const struct eng__quick *quick, int64_t n)
{
  bool yes = quick->equality ? quick->whole && n == quick->least : n >= quick->least;

  return yes != quick->negated;
}

/* ---- testing ---- */

static inline int eng__quick_answer(const struct eng__quick *quick, bool yes)
{
  return yes != quick->negated ? ENG__MAY_BE_TRUE : ENG__MAY_BE_FALSE;
}

/* The outcomes over all values from low to high. */
static inline int eng__quick_outcomes(const struct eng__quick *quick, int64_t low, int64_t high)
{
  if (quick->equality) {
    if (!quick->whole || quick->least < low || quick->least > high) {
      return eng__quick_answer(quick, false);
    }
    if (low == high) return eng__quick_answer(quick, true);
  } else {
    if (low >= quick->least) return eng__quick_answer(quick, true);
    if (high < quick->least) return eng__quick_answer(quick, false);
  }
  return ENG__MAY_BE_FALSE | ENG__MAY_BE_TRUE;
}

static inline int eng__quick_count(const struct eng__quick *quick,
                      const struct eng__summary *summary)
{
  int32_t first = summary->first_purchase, last = summary->last_purchase;
  int64_t n = summary->purchases;
  bool first_in = first >= quick->inside_from && first <= quick->seen_to;
  bool last_in = last >= quick->inside_from && last <= quick->seen_to;

  if (first_in && last_in) return eng__quick_outcomes(quick, n, n);
  if (last <= quick->outside_to || first >= quick->beyond_from) {
    return eng__quick_outcomes(quick, 0, 0);
  }
  return eng__quick_outcomes(quick, first_in || last_in, n);
}

/* Time since an event of a day. */
static inline int eng__quick_age(const struct eng__quick *quick, int32_t day)
{
  if (day > quick->seen_to) return ENG__MAY_BE_ANY;
  if (quick->equality) return ENG__MAY_BE_FALSE | ENG__MAY_BE_TRUE;
  if (day <= quick->old_to) return eng__quick_answer(quick, true);
  if (day >= quick->young_from) return eng__quick_answer(quick, false);
  return ENG__MAY_BE_FALSE | ENG__MAY_BE_TRUE;
}

/* Which outcomes the summary leaves: ENG__MAY_BE_ bits. */
static inline int eng__quick_test(const struct eng__quick *quick,
                                  const struct eng__summary *summary)
{
  if ((quick->kinds & summary->kinds) == 0) return quick->of_none;
  if (quick->asks == ENG__QUICK_EVENTS || (summary->flags & ENG__SUMMARY_REFERS) ||
      summary->purchases == UINT16_MAX || summary->last_purchase == UINT16_MAX) {
    return ENG__MAY_BE_ANY;
  }
  if (quick->asks == ENG__QUICK_COUNT) return eng__quick_count(quick, summary);
  if (summary->first_purchase >= quick->beyond_from) return ENG__MAY_BE_UNKNOWN;
  return eng__quick_age(quick, quick->asks == ENG__QUICK_FIRST
                                   ? summary->first_purchase
                                   : summary->last_purchase);
}

#endif
