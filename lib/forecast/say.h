/* SPDX-License-Identifier: MIT */
/*
 * say.h - acts of telling: how many to expect, and how many of them positive.
 *
 * Those who are still customers tell others at a rate that is Gamma(r, alpha); each act
 * is positive with a probability that is Beta(a, b) and the customer's own. Who left,
 * left with the last purchase and has told nobody since: so an act after it shows that
 * the customer is still there, and silence makes that a little less likely.
 */
#ifndef ENG_FORECAST_SAY_H
#define ENG_FORECAST_SAY_H

#include <stdbool.h>
#include <stddef.h>

enum { ENG__SAY_PARAMETERS = 2 };

/* Customers with one history: `acts` acts, P(alive) by purchases alone. */
struct eng__said {
  double t_x, T, alive, acts, weight;
  bool after; /* some of the acts came after the last purchase */
};

/* Customers of whose acts some are positive. */
struct eng__mood {
  double acts, positive, weight;
};

/* Log-likelihood with its derivatives by r and alpha. */
double eng__say_likelihood(const double *parameters, const struct eng__said *rows,
                           size_t count, double *gradient);

/* The same by a and b. */
double eng__mood_likelihood(const double *parameters, const struct eng__mood *rows,
                            size_t count, double *gradient);

/* P(alive) by purchases and acts together. */
double eng__say_alive(const double *parameters, const struct eng__said *row);

#endif
