/* SPDX-License-Identifier: MIT */
/*
 * say.c - the likelihood of acts of telling, and of how many of them are positive.
 *
 * Of one who is there the acts came in T, of one who left in t_x; how likely either is,
 * purchases say. Both terms stay logarithms until they are compared.
 */
#include "forecast/say.h"

#include <math.h>

#include "forecast/special.h"

/* log P(there)'s and P(gone)'s shares: their difference; 0 share where it is certain.
 */
static double share_gone(const double *p, const struct eng__said *row)
{
  double k = p[0] + row->acts;

  if (row->after || row->alive >= 1) return 0;
  if (row->alive <= 0) return 1;
  return eng__logistic(log1p(-row->alive) - log(row->alive) +
                       k * (log1p(row->T / p[1]) - log1p(row->t_x / p[1])));
}

double eng__say_alive(const double *p, const struct eng__said *row)
{
  return row->after ? 1 : 1 - share_gone(p, row);
}

static double say_row(const double *p, const struct eng__said *row, double *d)
{
  double r = p[0], alpha = p[1], n = row->acts, k = r + n;
  double far = log1p(row->T / alpha), near = log1p(row->t_x / alpha);
  double gone = share_gone(p, row), there = 1 - gone, value;

  /* From the likelier side. */
  if (gone > 0.5) {
    value = log1p(-row->alive) - k * near - log(gone);
  } else {
    value = (row->alive > 0 ? log(row->alive) : 0) - k * far - log(there);
  }
  d[0] = eng__digamma_rise(r, n) - there * far - gone * near;
  d[1] = -n / alpha + k * (there * row->T / (alpha * (alpha + row->T)) +
                           gone * row->t_x / (alpha * (alpha + row->t_x)));
  return value + eng__log_rising(r, n) - n * log(alpha);
}

double eng__say_likelihood(const double *p, const struct eng__said *rows, size_t count,
                           double *gradient)
{
  struct eng__sum total = {0, 0}, d[2] = {{0, 0}, {0, 0}};

  for (size_t i = 0; i < count; i++) {
    double by[2];

    eng__sum_add(&total, rows[i].weight * say_row(p, &rows[i], by));
    for (int k = 0; k < 2; k++) eng__sum_add(&d[k], rows[i].weight * by[k]);
  }
  for (int k = 0; k < 2; k++) gradient[k] = eng__sum_of(&d[k]);
  return eng__sum_of(&total);
}

double eng__mood_likelihood(const double *p, const struct eng__mood *rows, size_t count,
                            double *gradient)
{
  struct eng__sum total = {0, 0}, d[2] = {{0, 0}, {0, 0}};

  for (size_t i = 0; i < count; i++) {
    double n = rows[i].acts, good = rows[i].positive, bad = n - good,
           w = rows[i].weight;
    double both = eng__digamma_rise(p[0] + p[1], n);

    eng__sum_add(&total, w * (eng__log_rising(p[0], good) + eng__log_rising(p[1], bad) -
                              eng__log_rising(p[0] + p[1], n)));
    eng__sum_add(&d[0], w * (eng__digamma_rise(p[0], good) - both));
    eng__sum_add(&d[1], w * (eng__digamma_rise(p[1], bad) - both));
  }
  for (int k = 0; k < 2; k++) gradient[k] = eng__sum_of(&d[k]);
  return eng__sum_of(&total);
}
