/* SPDX-License-Identifier: MIT */
/*
 * nbd.c - NBD: purchases at a Gamma rate, and nobody ever leaves. The baseline, and
 * what the others become where nothing in the data says that customers leave.
 * Source: Ehrenberg (1959), The Pattern of Consumer Purchases.
 */
#include "forecast/family.h"

#include <math.h>

#include "forecast/special.h"

static void living(const double *p, const struct eng__rf *h, struct eng__living *out)
{
  out->log_alive = 0;
  out->alive = 1;
  out->v[0] = p[0] + h->x;
  out->v[1] = p[1] + h->T;
  out->v[2] = out->v[3] = 0;
}

static double expected(const struct eng__living *l, double t)
{
  return l->v[0] / l->v[1] * t;
}

static double p_purchase(const struct eng__living *l, double t)
{
  return -expm1(-l->v[0] * log1p(t / l->v[1]));
}

static double stay(const struct eng__living *l, double t)
{
  (void)l;
  return t;
}

static void distribution(const struct eng__living *l, double t, double *out,
                         size_t count)
{
  eng__negative_binomial(l->v[0], l->v[1], t, out, count);
}

static double discounted(const struct eng__living *l, double rate)
{
  return l->v[0] / l->v[1] / rate;
}

static double likelihood(const double *p, struct eng__sample *s, double *gradient)
{
  double r = p[0], alpha = p[1], log_alpha = log(alpha);
  struct eng__sum total = {0, 0}, by_r = {0, 0}, by_alpha = {0, 0};

  for (size_t i = 0; i < s->x_count; i++) {
    double *by_x = s->by_x + i * ENG__PER_X;

    by_x[0] = eng__log_rising(r, s->xs[i]) - s->xs[i] * log_alpha;
    by_x[1] = eng__digamma_rise(r, s->xs[i]);
  }
  for (size_t i = 0; i < s->time_count; i++) {
    s->by_time[i * ENG__PER_TIME] = log1p(s->times[i] / alpha);
  }
  for (size_t i = 0; i < s->count; i++) {
    const struct eng__row *row = &s->rows[i];
    const double *by_x = s->by_x + row->x * ENG__PER_X;
    double x = s->xs[row->x], T = s->times[row->T];
    double far = s->by_time[row->T * ENG__PER_TIME];

    eng__sum_add(&total, row->weight * (by_x[0] - (r + x) * far));
    eng__sum_add(&by_r, row->weight * (by_x[1] - far));
    eng__sum_add(&by_alpha,
                 row->weight * ((r + x) * T / (alpha * (alpha + T)) - x / alpha));
  }
  gradient[0] = eng__sum_of(&by_r);
  gradient[1] = eng__sum_of(&by_alpha);
  return eng__sum_of(&total);
}

const struct eng__family eng__nbd = {
    "nbd",      2,    {"r", "alpha", 0, 0}, false,      false,     living, expected,
    p_purchase, stay, distribution,         discounted, likelihood};
