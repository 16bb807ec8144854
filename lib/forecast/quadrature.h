/* SPDX-License-Identifier: MIT */
/*
 * quadrature.h - integrals of positive functions that no series holds for everywhere.
 *
 * What is integrated is given and returned as a logarithm, so nothing overflows on the
 * way. The number of evaluations is bounded.
 */
#ifndef ENG_FORECAST_QUADRATURE_H
#define ENG_FORECAST_QUADRATURE_H

/* Gauss-Legendre on (-1, 1), the positive half of 8 and of 16 points. */
struct eng__node {
  double x, weight;
};
extern const struct eng__node eng__nodes8[4];
extern const struct eng__node eng__nodes16[8];

/* The logarithm of a positive function that rises to one peak and falls. */
typedef double (*eng__log_fn)(const void *user, double u);

/* log of the integral of exp(fn(u)) over the real line; the peak lies in [low, high].
 */
double eng__log_integral(eng__log_fn fn, const void *user, double low, double high);

/*
 * The integral over (0, length) of (A / (A + u))^p (B / (B + u))^q, A and B > 0, p and
 * q >= 0.
 */
struct eng__powers {
  double A, p, B, q;
};
double eng__power_integral(const struct eng__powers *powers, double length);

/* The same over (0, infinity) under exp(-rate u), rate > 0. */
double eng__power_laplace(const struct eng__powers *powers, double rate);

/* The step of a panel that starts at u in which 8 nodes give full precision. */
double eng__panel(const struct eng__powers *powers, double rate, double u);

#endif
