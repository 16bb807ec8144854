/* SPDX-License-Identifier: MIT */
/*
 * special.h - the functions that likelihoods are made of, over their whole range.
 *
 * All take finite numbers within the range that is given and return finite ones. They
 * work by differences where the plain form would cancel: log (a)_n instead of two log
 * gammas, log B(a, b) from the smaller argument.
 */
#ifndef ENG_FORECAST_SPECIAL_H
#define ENG_FORECAST_SPECIAL_H

/* log Gamma(x), x > 0. libm's would write to signgam. */
double eng__log_gamma(double x);

/* The derivative of that, x > 0. */
double eng__digamma(double x);

/* log (Gamma(a + n) / Gamma(a)), a > 0, n >= 0. */
double eng__log_rising(double a, double n);

/* digamma(a + n) - digamma(a), a > 0, n >= 0. */
double eng__digamma_rise(double a, double n);

/* log B(a, b), both > 0. */
double eng__log_beta(double a, double b);

/* P(X <= x) where X is Beta(a, b), both > 0, 0 <= x <= 1. */
double eng__beta_cdf(double x, double a, double b);

/* log(1 + exp(x)). */
double eng__log1p_exp(double x);

/* 1 / (1 + exp(-x)). */
double eng__logistic(double x);

/* (1 - exp(-k y)) / k, y >= 0; its limit y where k is 0. */
double eng__decay(double k, double y);

/* A sum that keeps what plain addition drops (Neumaier 1974). */
struct eng__sum {
  double high, low;
};

static inline void eng__sum_add(struct eng__sum *sum, double v)
{
  double t = sum->high + v;
  double big = sum->high < 0 ? -sum->high : sum->high, size = v < 0 ? -v : v;

  sum->low += big >= size ? sum->high - t + v : v - t + sum->high;
  sum->high = t;
}

static inline double eng__sum_of(const struct eng__sum *sum)
{
  return sum->high + sum->low;
}

#endif
