/* SPDX-License-Identifier: MIT */
/*
 * range.h - what every term of a model can be, whatever the customer did.
 *
 * For each term: an interval for numbers, a set of Kleene's three values for
 * conditions, and a number that equal terms share. What is said here always holds; what
 * is not said may still be so.
 */
#ifndef ENG_MODEL_RANGE_H
#define ENG_MODEL_RANGE_H

#include "model/fraction.h"
#include "model/model.h"

/* Numbers from low to high; bounds of whole numbers are whole and closed. */
struct eng__range {
  struct eng__fraction low, high;
  bool has_low, has_high;   /* else without bound */
  bool low_open, high_open; /* the bound itself is not in it */
  bool whole;               /* whole numbers alone */
  bool may_be_undefined, may_be_defined;
};

/* Orders that two numbers can be in. */
enum { ENG__MAY_BE_LESS = 1, ENG__MAY_BE_EQUAL = 2, ENG__MAY_BE_GREATER = 4 };

struct eng__ranges {
  const eng_model *model;
  struct eng__range *ranges; /* of each node; of conditions without meaning */
  uint8_t *sets;             /* of each node that is a condition: ENG__MAY_BE_ */
  int32_t *same;             /* of each node: equal terms have one number, from 0 */
  int32_t *pairs;            /* of each comparison: what it compares has one number */
  bool *turned;          /* of each comparison: its pair stands the other way round */
  int32_t *measure_same; /* of each measure */
  int32_t same_count;
  size_t room; /* slots of the table that numbers are given with */
  struct eng__range_slot *slots;
};

/* Works all of it out; what was got is released with eng__ranges_free, also after a
 * failure. */
eng_status eng__ranges_fill(struct eng__ranges *ranges, const eng_model *model);
void eng__ranges_free(struct eng__ranges *ranges);

/* The node that a node stands for, behind lets and names of stages. */
int32_t eng__ranges_behind(const eng_model *model, int32_t node);

/* Puts the bounds of whole numbers on whole numbers. */
void eng__range_tidy(struct eng__range *range);
bool eng__range_is_empty(const struct eng__range *range);
/* Keeps only what lies on one side of a bound. */
void eng__range_cut_low(struct eng__range *range, struct eng__fraction bound,
                        bool open);
void eng__range_cut_high(struct eng__range *range, struct eng__fraction bound,
                         bool open);

/* The orders for which a comparison is true, and the same seen from the other side. */
int eng__orders_of(int op);
int eng__orders_turned(int orders);

#endif
