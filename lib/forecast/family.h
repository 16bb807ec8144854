/* SPDX-License-Identifier: MIT */
/*
 * family.h - what every family of forecasts has to answer.
 *
 * A customer who is still there is described by the same few numbers under every
 * history: only how likely that is, and the numbers, differ. So a history is turned
 * into an eng__living once, and each forecast is a function of that and a horizon. A
 * new customer is one with the history (0, 0, 0).
 */
#ifndef ENG_FORECAST_FAMILY_H
#define ENG_FORECAST_FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include "forecast/sample.h"

enum { ENG__PARAMETERS = 4 };

/* What is known of a customer, and of the purchases to come if it is still there. The
 * four numbers are those of the family's two distributions, given the history. */
struct eng__living {
  double log_alive; /* log P(alive) */
  double alive;     /* P(alive) */
  double v[ENG__PARAMETERS];
};

/* x repeats, the last at age t_x, seen until age T. */
struct eng__rf {
  double x, t_x, T;
};

/* Times are in the unit that the parameters are in. Every function below but
 * `likelihood` speaks of a customer who is alive. */
struct eng__family {
  const char *name;
  int count; /* of parameters */
  const char *parameters[ENG__PARAMETERS];
  bool discrete; /* time is a number of periods */
  bool leaves;   /* knows that customers leave */

  void (*living)(const double *parameters, const struct eng__rf *history,
                 struct eng__living *out);
  /* Purchases in (0, t]. */
  double (*expected)(const struct eng__living *living, double t);
  double (*p_purchase)(const struct eng__living *living, double t);
  /* How much of (0, t] the customer will still be one. */
  double (*stay)(const struct eng__living *living, double t);
  /* P(exactly k) for k = 0 .. count - 1. */
  void (*distribution)(const struct eng__living *living, double t, double *out,
                       size_t count);
  /* Purchases from now on, each worth exp(-rate * its time), rate > 0. */
  double (*discounted)(const struct eng__living *living, double rate);
  /* Log-likelihood of a sample, and its derivatives by the parameters. */
  double (*likelihood)(const double *parameters, struct eng__sample *sample,
                       double *gradient);
};

extern const struct eng__family eng__bgnbd, eng__mbgnbd, eng__paretonbd, eng__bgbb,
    eng__nbd;

/* By ENG_FAMILY_*; NULL if there is none. */
const struct eng__family *eng__family_of(int32_t number);

/*
 * Negative binomial counts: P(N = k) where purchases come at a rate that is
 * Gamma(r, A) for a time t. `fall` is r log(1 + t / A), -log P(N = 0).
 */
void eng__negative_binomial(double r, double A, double t, double *out, size_t count);

#endif
