/* SPDX-License-Identifier: MIT */
/*
 * fraction.h - exact arithmetic on n/d, d > 0, always in lowest terms.
 *
 * A result that does not fit is said, never wrapped or rounded.
 */
#ifndef ENG_MODEL_FRACTION_H
#define ENG_MODEL_FRACTION_H

#include <stdbool.h>
#include <stdint.h>

struct eng__fraction {
  int64_t n, d;
};

bool eng__fraction_add(struct eng__fraction a, struct eng__fraction b,
                       struct eng__fraction *out);
bool eng__fraction_subtract(struct eng__fraction a, struct eng__fraction b,
                            struct eng__fraction *out);
bool eng__fraction_multiply(struct eng__fraction a, struct eng__fraction b,
                            struct eng__fraction *out);
/* False too when b is 0. */
bool eng__fraction_divide(struct eng__fraction a, struct eng__fraction b,
                          struct eng__fraction *out);

/* amount * n / d, rounded half up; all at least 0, d > 0. False: it does not fit. */
bool eng__scale(int64_t amount, int64_t n, int64_t d, int64_t *out);

/* <0, 0, >0; always exact. */
int eng__fraction_compare(struct eng__fraction a, struct eng__fraction b);

/* Rounded towards minus infinity. */
int64_t eng__fraction_floor(struct eng__fraction a);

#endif
