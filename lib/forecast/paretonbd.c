/* SPDX-License-Identifier: MIT */
/*
 * paretonbd.c - Pareto/NBD: purchases at a Gamma rate until the end of a life whose
 * length is exponential at a Gamma rate, so Pareto.
 *
 * Wherever the literature writes a difference of two 2F1 there is one integral over the
 * time at which the life may have ended. The likelihood takes those integrals of all
 * histories with the same x in one sweep from the latest time to the earliest.
 * Source: Schmittlein, Morrison & Colombo (1987), Counting Your Customers.
 */
#include "forecast/family.h"

#include <math.h>

#include "forecast/quadrature.h"
#include "forecast/special.h"

/* ---- a customer ---- */

static void living(const double *p, const struct eng__rf *h, struct eng__living *out)
{
  double r = p[0], alpha = p[1], s = p[2], beta = p[3], silent = h->T - h->t_x;
  struct eng__powers powers = {alpha + h->t_x, r + h->x, beta + h->t_x, s + 1};
  double odds;

  out->v[0] = r + h->x;
  out->v[1] = alpha + h->T;
  out->v[2] = s;
  out->v[3] = beta + h->T;
  out->log_alive = 0;
  out->alive = 1;
  if (silent > 0) {
    odds = log(s / powers.B) + powers.p * log1p(silent / powers.A) +
           s * log1p(silent / powers.B) + log(eng__power_integral(&powers, silent));
    out->log_alive = -eng__log1p_exp(odds);
    out->alive = exp(out->log_alive);
  }
}

static double stay(const struct eng__living *l, double t)
{
  return l->v[3] * eng__decay(l->v[2] - 1, log1p(t / l->v[3]));
}

static double expected(const struct eng__living *l, double t)
{
  return l->v[0] / l->v[1] * stay(l, t);
}

static double p_purchase(const struct eng__living *l, double t)
{
  struct eng__powers powers = {l->v[1], l->v[0] + 1, l->v[3], l->v[2]};
  double p = l->v[0] / l->v[1] * eng__power_integral(&powers, t);

  return p < 1 ? p : 1;
}

static double discounted(const struct eng__living *l, double rate)
{
  struct eng__powers powers = {l->v[3], 0, l->v[3], l->v[2]};

  return l->v[0] / l->v[1] * eng__power_laplace(&powers, rate);
}

/* Adds weight times the counts that a life of length u brings; what was added. */
static double add_counts(const struct eng__living *l, double u, double weight,
                         double *out, size_t count)
{
  double r = l->v[0], A = l->v[1], z = u / (A + u), fall = r * log1p(u / A);
  double w = weight * exp(-fall), log_w, sum = 0;

  if (fall < 600) {
    for (size_t k = 0; k < count; k++) {
      out[k] += w;
      sum += w;
      w *= (r + (double)k) / ((double)k + 1) * z;
    }
  } else {
    log_w = log(weight) - fall;
    for (size_t k = 0; k < count; k++) {
      w = exp(log_w);
      out[k] += w;
      sum += w;
      log_w += log((r + (double)k) / ((double)k + 1) * z);
    }
  }
  return sum;
}

static void distribution(const struct eng__living *l, double t, double *out,
                         size_t count)
{
  struct eng__powers powers = {l->v[1], l->v[0], l->v[3], l->v[2] + 1};
  double s = l->v[2], B = l->v[3], from = 0;

  for (size_t k = 0; k < count; k++) out[k] = 0;
  (void)add_counts(l, t, exp(-s * log1p(t / B)), out, count);
  while (from < t) {
    double size = eng__panel(&powers, 0, from), half, added = 0;

    if (size > t - from) size = t - from;
    if (!(from + size > from)) break;
    half = size / 2;
    for (int i = 0; i < 8; i++) {
      double d = half * eng__nodes8[i / 2].x, u = from + half + (i % 2 ? d : -d);
      double ends = s / B * exp(-(s + 1) * log1p(u / B));

      added += add_counts(l, u, half * eng__nodes8[i / 2].weight * ends, out, count);
    }
    /* Longer lives bring more than is counted. */
    if (added < 1e-18 && from * l->v[0] > l->v[1] * (double)count) break;
    from += size;
  }
}

/* ---- likelihood ---- */

/*
 * With f(u) = (1 + u/alpha)^-(r + x) (1 + u/beta)^-(s + 1) / beta, the integrals from u
 * to the group's last time of f and of f times log(1 + u/alpha), log(1 + u/beta),
 * u/(alpha (alpha + u)) and u/(beta (beta + u)), all over exp(level), level = log f(u)
 * beta: that keeps them within range.
 */
enum { MASS, BY_R, BY_S, BY_ALPHA, BY_BETA, LEVEL };

struct sweep {
  const double *p;
  double x;
  struct eng__powers powers;
};

static double level_at(const struct sweep *w, double u)
{
  return -w->powers.p * log1p(u / w->powers.A) - w->powers.q * log1p(u / w->powers.B);
}

static void add_node(const struct sweep *w, double u, double level, double weight,
                     double *sums)
{
  double alpha = w->powers.A, beta = w->powers.B;
  double near = log1p(u / alpha), end = log1p(u / beta);
  double f = weight * exp(-w->powers.p * near - w->powers.q * end - level);

  sums[MASS] += f;
  sums[BY_R] += f * near;
  sums[BY_S] += f * end;
  sums[BY_ALPHA] += f * (u / (alpha * (alpha + u)));
  sums[BY_BETA] += f * (u / (beta * (beta + u)));
}

/* The integrals over (from, to) at the level of `from`, added to sums. */
static void add_gap(const struct sweep *w, double from, double to, double level,
                    double *sums)
{
  double u = from;

  while (u < to) {
    double size = eng__panel(&w->powers, 0, u), half, before = sums[MASS];

    if (size > to - u) size = to - u;
    if (!(u + size > u)) return;
    half = size / 2;
    for (int i = 0; i < 8; i++) {
      double d = half * eng__nodes8[i / 2].x;

      add_node(w, u + half + (i % 2 ? d : -d), level,
               half * eng__nodes8[i / 2].weight / w->powers.B, sums);
    }
    /* Where it falls as quickly as that nothing is left. */
    if (sums[MASS] - before < 1e-18 * sums[MASS]) return;
    u += size;
  }
}

static void sweep_group(const struct sweep *w, struct eng__sample *s,
                        const struct eng__group *group)
{
  size_t count = group->end_time - group->first_time;
  const uint32_t *times = s->group_times + group->first_time;

  for (size_t i = count; i-- > 0;) {
    double *here = s->by_group_time + i * ENG__PER_GROUP_TIME;
    double u = s->times[times[i]];

    for (int k = 0; k < LEVEL; k++) here[k] = 0;
    here[LEVEL] = level_at(w, u);
    if (i + 1 < count) {
      const double *after = here + ENG__PER_GROUP_TIME;
      double shift = exp(after[LEVEL] - here[LEVEL]);

      for (int k = 0; k < LEVEL; k++) here[k] = after[k] * shift;
      add_gap(w, u, s->times[times[i + 1]], here[LEVEL], here);
    }
  }
}

struct totals {
  struct eng__sum value, d[4];
};

/* One row: its share of those who are there, and of those gone at each time. */
static void add_row(const struct sweep *w, const struct eng__sample *s,
                    const struct eng__row *row, const double *by_x,
                    struct totals *totals)
{
  const double *near = s->by_group_time + row->near * ENG__PER_GROUP_TIME;
  const double *far = s->by_group_time + row->far * ENG__PER_GROUP_TIME;
  double sigma = w->p[2], alpha = w->p[1], beta = w->p[3], T = s->times[row->T];
  double k = w->powers.p, shift = exp(far[LEVEL] - near[LEVEL]);
  double there = shift * (1 + T / beta), gone[LEVEL], mass, both, weight = row->weight;

  for (int i = 0; i < LEVEL; i++) gone[i] = sigma * (near[i] - far[i] * shift);
  if (gone[MASS] < 0 || row->near == row->far) {
    for (int i = 0; i < LEVEL; i++) gone[i] = 0;
  }
  both = there + gone[MASS];
  mass = gone[MASS] / both;
  there /= both;
  eng__sum_add(&totals->value, weight * (by_x[0] + near[LEVEL] + log(both)));
  eng__sum_add(&totals->d[0],
               weight * (by_x[1] - there * log1p(T / alpha) - gone[BY_R] / both));
  eng__sum_add(&totals->d[1],
               weight * (-w->x / alpha + k * (there * T / (alpha * (alpha + T)) +
                                              gone[BY_ALPHA] / both)));
  eng__sum_add(&totals->d[2],
               weight * (mass / sigma - there * log1p(T / beta) - gone[BY_S] / both));
  eng__sum_add(&totals->d[3],
               weight * (there * sigma * T / (beta * (beta + T)) +
                         (sigma + 1) * gone[BY_BETA] / both - mass / beta));
}

static double likelihood(const double *p, struct eng__sample *s, double *gradient)
{
  double log_alpha = log(p[1]);
  struct totals totals = {{0, 0}, {{0, 0}, {0, 0}, {0, 0}, {0, 0}}};

  for (size_t i = 0; i < s->x_count; i++) {
    double x = s->xs[i];
    struct sweep w = {p, x, {p[1], p[0] + x, p[3], p[2] + 1}};
    double by_x[2] = {eng__log_rising(p[0], x) - x * log_alpha,
                      eng__digamma_rise(p[0], x)};

    sweep_group(&w, s, &s->groups[i]);
    for (size_t j = s->groups[i].first; j < s->groups[i].end; j++) {
      add_row(&w, s, &s->rows[j], by_x, &totals);
    }
  }
  for (int i = 0; i < 4; i++) gradient[i] = eng__sum_of(&totals.d[i]);
  return eng__sum_of(&totals.value);
}

const struct eng__family eng__paretonbd = {
    "paretonbd",  4,          {"r", "alpha", "s", "beta"},
    false,        true,       living,
    expected,     p_purchase, stay,
    distribution, discounted, likelihood};
