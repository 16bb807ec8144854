/* SPDX-License-Identifier: MIT */
/*
 * gammagamma.c - the likelihood of mean spends, and the mean expected of a customer.
 */
#include "forecast/gammagamma.h"

#include <math.h>

#include "forecast/special.h"

static double row_likelihood(const double *p, const struct eng__spending *row,
                             double *d)
{
  double shape = p[0] * row->x, q = p[1], v = p[2], worth = row->x * row->mean;
  double log_v = log(v), log_all = log(worth + v), log_worth = log(worth);
  double rise;

  /* shape (log worth - log all) and q (log v - log all) are the two large parts. */
  rise = eng__digamma_rise(shape, q);
  d[0] = row->x * (rise + log_worth - log_all);
  d[1] = eng__digamma_rise(q, shape) + log_v - log_all;
  d[2] = q / v - (shape + q) / (worth + v);
  return -eng__log_beta(shape, q) + q * (log_v - log_all) +
         shape * (log_worth - log_all) - log(row->mean);
}

double eng__spend_likelihood(const double *p, const struct eng__spending *rows,
                             size_t count, double *gradient)
{
  struct eng__sum total = {0, 0}, d[3] = {{0, 0}, {0, 0}, {0, 0}};

  for (size_t i = 0; i < count; i++) {
    double by[3];

    eng__sum_add(&total, rows[i].weight * row_likelihood(p, &rows[i], by));
    for (int k = 0; k < 3; k++) eng__sum_add(&d[k], rows[i].weight * by[k]);
  }
  for (int k = 0; k < 3; k++) gradient[k] = eng__sum_of(&d[k]);
  return eng__sum_of(&total);
}

bool eng__spend_expected(const double *p, double x, double mean, double *out)
{
  double below = p[0] * x + p[1] - 1;

  *out = 0;
  if (!(below > 0)) return false;
  *out = p[0] * (p[2] + mean * x) / below;
  return isfinite(*out);
}
