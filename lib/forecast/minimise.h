/* SPDX-License-Identifier: MIT */
/*
 * minimise.h - the least value of a smooth function of a few numbers within bounds.
 */
#ifndef ENG_FORECAST_MINIMISE_H
#define ENG_FORECAST_MINIMISE_H

#include <stdbool.h>

enum { ENG__UNKNOWNS = 4 };

/* The value at a point, with its gradient. */
typedef double (*eng__objective_fn)(void *user, const double *at, double *gradient);

struct eng__problem {
  int count; /* unknowns, 1..ENG__UNKNOWNS */
  eng__objective_fn fn;
  void *user;
  double low[ENG__UNKNOWNS], high[ENG__UNKNOWNS];
};

struct eng__optimum {
  double at[ENG__UNKNOWNS];
  double value;
  bool converged;           /* no direction goes down any more */
  bool edge[ENG__UNKNOWNS]; /* at a bound, where it would go on */
};

/* From a start within the bounds. */
void eng__minimise(const struct eng__problem *problem, const double *start,
                   struct eng__optimum *out);

/*
 * Variances of the unknowns at an optimum: the diagonal of the inverse of the matrix of
 * second derivatives. False where that is not positive definite.
 */
bool eng__variances(const struct eng__problem *problem, const double *at,
                    double *variances);

#endif
