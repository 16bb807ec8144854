/* SPDX-License-Identifier: MIT */
/*
 * bgbb.c - BG/BB: in each period a customer who is there buys with a Beta probability,
 * and before each period leaves with another. Times are numbers of periods; T is n.
 *
 * The likelihood sums over the period after which the customer may have left; each term
 * follows from the one before by a ratio.
 * Source: Fader, Hardie & Shang (2010), Customer-Base Analysis in a Discrete-Time
 * Noncontractual Setting.
 */
#include "forecast/family.h"

#include <math.h>

#include "forecast/quadrature.h"
#include "forecast/special.h"

/* ---- one history ---- */

/* log of the term of one who left right after the last purchase. */
static double log_first_term(const double *p, const struct eng__rf *h)
{
  double a = p[0], b = p[1], c = p[2], d = p[3];

  return eng__log_rising(a, h->x) + eng__log_rising(b, h->t_x - h->x) -
         eng__log_rising(a + b, h->t_x) + log(c) + eng__log_rising(d, h->t_x) -
         eng__log_rising(c + d, h->t_x + 1);
}

/* log of the term of one who is there still. */
static double log_there(const double *p, const struct eng__rf *h)
{
  double a = p[0], b = p[1], c = p[2], d = p[3];

  return eng__log_rising(a, h->x) + eng__log_rising(b, h->T - h->x) -
         eng__log_rising(a + b, h->T) + eng__log_rising(d, h->T) -
         eng__log_rising(c + d, h->T);
}

/* How much the term falls from i periods after the last purchase to i + 1. */
static double ratio_after(const double *p, const struct eng__rf *h, double i)
{
  double a = p[0], b = p[1], c = p[2], d = p[3], at = h->t_x + i;

  return (b + at - h->x) / (a + b + at) * ((d + at) / (c + d + at + 1));
}

static void living(const double *p, const struct eng__rf *h, struct eng__living *out)
{
  double silent = h->T - h->t_x, term = 1, left = 0, odds;

  for (double i = 0; i < silent; i++) {
    left += term;
    term *= ratio_after(p, h, i);
  }
  out->v[0] = p[0] + h->x;
  out->v[1] = p[1] + h->T - h->x;
  out->v[2] = p[2];
  out->v[3] = p[3] + h->T;
  out->log_alive = 0;
  if (silent > 0) {
    /* The last term is what one who is there has, times c / (c + d + T). */
    odds = term > 1e-280 ? log(left / term * (p[2] / (p[2] + p[3] + h->T)))
                         : log_first_term(p, h) + log(left) - log_there(p, h);
    out->log_alive = -eng__log1p_exp(odds);
  }
  out->alive = exp(out->log_alive);
}

/* ---- what is to come ---- */

static double expected(const struct eng__living *l, double t)
{
  double stays = 1, sum = 0, n = floor(t);

  for (double j = 0; j < n; j++) {
    stays *= (l->v[3] + j) / (l->v[2] + l->v[3] + j);
    sum += stays;
  }
  return l->v[0] / (l->v[0] + l->v[1]) * sum;
}

static double p_purchase(const struct eng__living *l, double t)
{
  double stays = 1, none = 1, sum = 0, n = floor(t), both = l->v[0] + l->v[1];

  for (double j = 0; j < n; j++) {
    stays *= (l->v[3] + j) / (l->v[2] + l->v[3] + j);
    sum += stays * none * (l->v[0] / (both + j));
    none *= (l->v[1] + j) / (both + j);
  }
  return sum < 1 ? sum : 1;
}

static double stay(const struct eng__living *l, double t)
{
  double both = l->v[0] + l->v[1];

  return expected(l, t) / l->v[0] * both;
}

static void distribution(const struct eng__living *l, double t, double *out,
                         size_t count)
{
  double a = l->v[0], b = l->v[1], c = l->v[2], d = l->v[3], n = floor(t);

  for (size_t i = 0; i < count; i++) {
    double k = (double)i, sum = 0, stays, log_k;

    /* P(k of j) where j periods were lived, from j = k on. */
    log_k = eng__log_rising(a, k) - eng__log_rising(a + b, k);
    stays = exp(eng__log_rising(d, k) - eng__log_rising(c + d, k));
    for (double j = k; j <= n; j++) {
      sum += exp(log_k) * stays * (j < n ? c / (c + d + j) : 1);
      stays *= (d + j) / (c + d + j);
      log_k += log((j + 1) / (j + 1 - k) * ((b + j - k) / (a + b + j)));
    }
    out[i] = sum;
  }
}

struct discounting {
  double c, d, interest, log_beta;
};

/* The density of leaving with probability p = logistic(u), times (1 - p)/(interest +
 * p).
 */
static double discounting_density(const void *user, double u)
{
  const struct discounting *w = user;
  double log_p = u > 0 ? -log1p(exp(-u)) : u - log1p(exp(u));
  double log_q = u > 0 ? -u - log1p(exp(-u)) : -log1p(exp(u));

  return w->c * log_p + (w->d + 1) * log_q - w->log_beta -
         log(w->interest + eng__logistic(u));
}

static double discounted(const struct eng__living *l, double rate)
{
  struct discounting w = {l->v[2], l->v[3], expm1(rate), 0};
  double usual, turn;

  w.log_beta = eng__log_beta(w.c, w.d);
  usual = log(w.c) - log(w.d);
  turn = log(w.interest);
  return l->v[0] / (l->v[0] + l->v[1]) *
         exp(eng__log_integral(discounting_density, &w,
                               (turn < usual ? turn : usual) - 25,
                               (turn > usual ? turn : usual) + 5));
}

/* ---- likelihood ---- */

/* Adds the derivatives of a row's log-likelihood, given the weights of its terms. */
struct shares {
  double all, there;
  double by[4]; /* of those who left, summed over the period */
};

static void left_shares(const double *p, const struct eng__rf *h, struct shares *out)
{
  double a = p[0], b = p[1], c = p[2], d = p[3], silent = h->T - h->t_x, term = 1;
  double ab = eng__digamma_rise(a + b, h->t_x);
  double bb = eng__digamma_rise(b, h->t_x - h->x);
  double cd = eng__digamma_rise(c + d, h->t_x + 1), dd = eng__digamma_rise(d, h->t_x);

  for (double i = 0; i < silent; i++) {
    double at = h->t_x + i;

    out->all += term;
    out->by[0] -= term * ab;
    out->by[1] += term * (bb - ab);
    out->by[2] += term * (1 / c - cd);
    out->by[3] += term * (dd - cd);
    ab += 1 / (a + b + at);
    bb += 1 / (b + at - h->x);
    cd += 1 / (c + d + at + 1);
    dd += 1 / (d + at);
    term *= ratio_after(p, h, i);
  }
  out->there = term * ((c + d + h->T) / c);
  out->all += out->there;
  ab = eng__digamma_rise(a + b, h->T);
  cd = eng__digamma_rise(c + d, h->T);
  out->by[0] -= out->there * ab;
  out->by[1] += out->there * (eng__digamma_rise(b, h->T - h->x) - ab);
  out->by[2] -= out->there * cd;
  out->by[3] += out->there * (eng__digamma_rise(d, h->T) - cd);
}

static double likelihood(const double *p, struct eng__sample *s, double *gradient)
{
  struct eng__sum total = {0, 0}, d[4] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};

  for (size_t i = 0; i < s->count; i++) {
    const struct eng__row *row = &s->rows[i];
    struct eng__rf h = {s->xs[row->x], s->times[row->t_x], s->times[row->T]};
    struct shares shares = {0, 0, {0, 0, 0, 0}};
    double by_x = eng__digamma_rise(p[0], h.x);

    left_shares(p, &h, &shares);
    eng__sum_add(&total, row->weight * (log_first_term(p, &h) + log(shares.all)));
    for (int k = 0; k < 4; k++) {
      eng__sum_add(&d[k],
                   row->weight * (shares.by[k] / shares.all + (k == 0 ? by_x : 0)));
    }
  }
  for (int k = 0; k < 4; k++) gradient[k] = eng__sum_of(&d[k]);
  return eng__sum_of(&total);
}

const struct eng__family eng__bgbb = {
    "bgbb",       4,          {"alpha", "beta", "gamma", "delta"},
    true,         true,       living,
    expected,     p_purchase, stay,
    distribution, discounted, likelihood};
