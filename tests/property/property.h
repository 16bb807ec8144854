/* SPDX-License-Identifier: MIT
 *
 * property.h - generated cases for tests that state a law. Everything drawn is a
 * function of (SEED, case number) alone, so a failure is repeated by running with
 * the SEED that was printed, whatever CASES is and whichever tests run before.
 */
#ifndef PROPERTY_H
#define PROPERTY_H

#include <stdint.h>

typedef struct prop_draw {
  uint64_t state;
} prop_draw;

/* The run's seed: the variable SEED, 1 if unset, of the clock if "random". */
uint64_t prop_seed(void);

/* How many cases to generate: `at_100` scaled by the variable CASES, which is a
 * percentage (100 if unset); at least 1. */
int prop_cases(int at_100);

/* A generator for one case. */
prop_draw prop_case(int case_number);

uint64_t prop_next(prop_draw *draw);
/* Both ends included; low <= high. */
int64_t prop_between(prop_draw *draw, int64_t low, int64_t high);
/* In [0, 1). */
double prop_unit(prop_draw *draw);

#endif
