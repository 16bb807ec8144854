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

/* Which outcomes the summary leaves: ENG__MAY_BE_ bits. */
int eng__quick_test(const struct eng__quick *quick, const struct eng__summary *summary);

#endif
