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

/* A comparison of one measure with a constant, worked out for an instant. */
struct eng__quick {
  uint8_t measure;    /* enum eng__measure_op */
  uint8_t op;         /* enum eng__op, the measure on the left */
  bool purchases;     /* it measures purchases and nothing else, without `where` */
  uint32_t kinds;     /* summary bits of its kinds */
  int64_t constant;   /* floor of the constant; `exact` if it is whole */
  bool exact;
  int64_t within, before; /* as in eng__measure */
  /* As of the prepared instant, in UTC days: */
  int64_t inside_from; /* a day from here on lies wholly behind the window's start */
  int64_t outside_to;  /* a day up to here lies wholly before it */
  int64_t seen_to;     /* a day up to here lies wholly within the window's end */
  int64_t beyond_from; /* a day from here on lies wholly behind that */
  int64_t as_of, from, to;
};

/* Works a test out for an instant. */
void eng__quick_prepare(struct eng__quick *quick, int64_t as_of);

/* Which outcomes the summary leaves: ENG__MAY_BE_ bits. */
int eng__quick_test(const struct eng__quick *quick, const struct eng__summary *summary);

#endif
