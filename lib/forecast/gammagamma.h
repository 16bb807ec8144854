/* SPDX-License-Identifier: MIT */
/*
 * gammagamma.h - Gamma-Gamma: what a purchase is worth.
 *
 * The worth of a purchase is Gamma(p, nu), nu differs between customers as
 * Gamma(q, v), and it has nothing to do with how often they buy.
 * Source: Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value.
 */
#ifndef ENG_FORECAST_GAMMAGAMMA_H
#define ENG_FORECAST_GAMMAGAMMA_H

#include <stdbool.h>
#include <stddef.h>

enum { ENG__SPEND_PARAMETERS = 3 };

/* x purchases that were worth `mean` each, and how many such customers. */
struct eng__spending {
  double x, mean, weight;
};

/* Log-likelihood with its derivatives by p, q and v. */
double eng__spend_likelihood(const double *parameters, const struct eng__spending *rows,
                             size_t count, double *gradient);

/* Expected worth of a purchase; x 0: of a new customer. False where it is infinite. */
bool eng__spend_expected(const double *parameters, double x, double mean, double *out);

#endif
