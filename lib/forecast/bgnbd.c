/* SPDX-License-Identifier: MIT */
/*
 * bgnbd.c - BG/NBD and MBG/NBD: purchases at a Gamma rate, and after each purchase the
 * customer leaves with a Beta probability; under MBG/NBD also after the first.
 *
 * Everything that the literature writes with 2F1 is one positive sum here: the j-th
 * purchase to come is made if its time comes and the customer has not left after one of
 * those before it. Where that sum is long, an integral over the probability to leave
 * takes its place. So a = 1 and a + b < 1 are no special cases.
 * Source: Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way;
 * Batislam, Denizel & Filiztekin (2007), for the modification.
 */
#include "forecast/bgnbd.h"

#include <math.h>

#include "forecast/quadrature.h"
#include "forecast/special.h"

enum { LONG_SUM = 1500 };

/* ---- expected purchases of one who is there ---- */

struct leaving {
  double r, tau, a, b, log_beta, log_rate;
};

/* p^(a - 1) (1 - p)^(b - 1) / B(a, b) (1 - (1 + p tau)^-r) / p dp, p = logistic(u). */
static double leaving_density(const void *user, double u)
{
  const struct leaving *l = user;
  double e = exp(-fabs(u)), both = log1p(e), p = u > 0 ? 1 / (1 + e) : e / (1 + e);
  double log_p = u > 0 ? -both : u - both, log_q = u > 0 ? -u - both : -both;
  double fall = l->r * log1p(p * l->tau);

  fall = fall > 1e-300 ? log(-expm1(-fall)) - log_p : l->log_rate;
  return l->a * log_p + l->b * log_q - l->log_beta + fall;
}

static double by_integral(double r, double tau, double a, double b)
{
  struct leaving l = {r, tau, a, b, eng__log_beta(a, b), log(r * tau)};
  double usual = log(a) - log(b), turn = -l.log_rate;

  return exp(eng__log_integral(leaving_density, &l, (turn < usual ? turn : usual) - 25,
                               (turn > usual ? turn : usual) + 5));
}

/* Sum over j of P(N > j) E[(1 - p)^j], N negative binomial. */
static double by_sum(double r, double tau, double a, double b, double fall)
{
  double z = tau / (1 + tau), w = exp(-fall), beyond = -expm1(-fall);
  double stays = 1, sum = beyond;

  for (double j = 0; j < 2 * LONG_SUM; j++) {
    double ratio = (r + j) / (j + 1) * z, left;

    w *= ratio;
    beyond -= w;
    stays *= (b + j) / (a + b + j);
    if (beyond <= 0) break;
    sum += beyond * stays;
    if (ratio < 1) {
      left = ratio > z ? ratio : z;
      left = 1 - left;
      if (w * stays < 1e-15 * sum * left * left) break;
    }
  }
  return sum;
}

/* Whether that takes too many terms: the mean, ten deviations and the geometric tail.
 */
static bool is_long(double r, double tau, double fall)
{
  double terms = r * tau + 10 * sqrt(r * tau * (1 + tau)) + 40 * (1 + tau);

  return terms >= LONG_SUM || fall >= 600;
}

double eng__until_gone(double r, double A, double a, double b, double t)
{
  double tau = t / A, fall = r * log1p(tau);

  if (!(fall > 0)) return 0;
  if (!is_long(r, tau, fall)) return by_sum(r, tau, a, b, fall);
  return by_integral(r, tau, a, b);
}

static double expected(const struct eng__living *l, double t)
{
  return eng__until_gone(l->v[0], l->v[1], l->v[2], l->v[3], t);
}

static double p_purchase(const struct eng__living *l, double t)
{
  return -expm1(-l->v[0] * log1p(t / l->v[1]));
}

/* ---- how long they stay ---- */

/* p^(a - 1) (1 - p)^(b - 1) / B(a, b) times the integral over (0, t) of the chance
 * (1 + p u / A)^-r to be there at u, p = logistic(v). */
struct staying {
  double r, A, a, b, t, log_beta;
};

static double staying_density(const void *user, double v)
{
  const struct staying *s = user;
  double e = exp(-fabs(v)), both = log1p(e), p = v > 0 ? 1 / (1 + e) : e / (1 + e);
  double log_p = v > 0 ? -both : v - both, log_q = v > 0 ? -v - both : -both;
  double y = log1p(p * s->t / s->A), there = s->t;

  if (y > 1e-290) there = s->A / p * eng__decay(s->r - 1, y);
  return s->a * log_p + s->b * log_q - s->log_beta + log(there);
}

static double stay_by_integral(double r, double A, double a, double b, double t)
{
  struct staying s = {r, A, a, b, t, eng__log_beta(a, b)};
  double usual = log(a) - log(b), turn = log(A / t);

  return exp(eng__log_integral(staying_density, &s, (turn < usual ? turn : usual) - 25,
                               (turn > usual ? turn : usual) + 5));
}

/* The chance to be there at t: E[(1 - p)^N]. */
static double there_by_sum(double r, double tau, double a, double b, double fall)
{
  double z = tau / (1 + tau), w = exp(-fall), stays = 1, sum = w;

  for (double k = 0; k < 2 * LONG_SUM; k++) {
    double ratio = (r + k) / (k + 1) * z, left;

    w *= ratio;
    stays *= (b + k) / (a + b + k);
    sum += w * stays;
    left = 1 - (ratio > z ? ratio : z);
    if (ratio < 1 && w * stays < 1e-15 * sum * left) break;
  }
  return sum;
}

/*
 * By parts, the time that is stayed under r follows from the purchases under r - 1, or
 * from those under r and the chance to be there at the end; neither near r = 1.
 */
static double stay(const struct eng__living *l, double t)
{
  double r = l->v[0], A = l->v[1], a = l->v[2], b = l->v[3], tau = t / A;
  double fall = r * log1p(tau);

  if (!(fall > 0)) return t;
  if (r >= 1.05) return A / (r - 1) * eng__until_gone(r - 1, A, a, b, t);
  if (r > 0.95 || is_long(r, tau, fall)) return stay_by_integral(r, A, a, b, t);
  return (t * there_by_sum(r, tau, a, b, fall) - A * by_sum(r, tau, a, b, fall)) /
         (1 - r);
}

/* ---- how many ---- */

void eng__negative_binomial(double r, double A, double t, double *out, size_t count)
{
  double log_z = log(t / (A + t)), log_w = -r * log1p(t / A);

  for (size_t k = 0; k < count; k++) {
    out[k] = t > 0 ? exp(log_w) : k == 0;
    if (t > 0) log_w += log((r + (double)k) / ((double)k + 1)) + log_z;
  }
}

static void distribution(const struct eng__living *l, double t, double *out,
                         size_t count)
{
  double a = l->v[2], b = l->v[3], stays = 1, reached = 1;

  eng__negative_binomial(l->v[0], l->v[1], t, out, count);
  for (size_t i = 0; i < count; i++) {
    double w = out[i], k = (double)i, leaves;

    if (i > 0) {
      /* k were made: the customer left after that one, or no more came in time. */
      leaves = stays * a / (a + b + k - 1);
      stays *= (b + k - 1) / (a + b + k - 1);
      out[i] = stays * w + leaves * (reached > 0 ? reached : 0);
    }
    reached -= w;
  }
}

/* ---- discounted ---- */

/* The integral of rate exp(-rate t) expected(t), by parts that of its derivative, in
 * panels that grow with the distance from the singularity at -A. */
static double discounted(const struct eng__living *l, double rate)
{
  double sum = 0, from = 0;

  while (rate * from < 40) {
    double wide = 1.5 * (l->v[1] + from),
           half = (wide < 6 / rate ? wide : 6 / rate) / 2;

    for (int i = 0; i < 8; i++) {
      double d = half * eng__nodes8[i / 2].x, t = from + half + (i % 2 ? d : -d);

      sum += half * eng__nodes8[i / 2].weight * rate * exp(-rate * t) * expected(l, t);
    }
    from += 2 * half;
  }
  return sum;
}

/* ---- a customer ---- */

/* first: 1 if a customer may leave after the first purchase too. */
static void living(const double *p, const struct eng__rf *h, double first,
                   struct eng__living *out)
{
  double r = p[0], alpha = p[1], a = p[2], b = p[3], odds;

  out->v[0] = r + h->x;
  out->v[1] = alpha + h->T;
  out->v[2] = a;
  out->v[3] = b + h->x + first;
  out->log_alive = 0;
  out->alive = 1;
  if (h->x + first > 0) {
    odds = log(a / (b + h->x + first - 1)) +
           (r + h->x) * log1p((h->T - h->t_x) / (alpha + h->t_x));
    out->log_alive = -eng__log1p_exp(odds);
    out->alive = exp(out->log_alive);
  }
}

static void living_bg(const double *p, const struct eng__rf *h, struct eng__living *out)
{
  living(p, h, 0, out);
}

static void living_mbg(const double *p, const struct eng__rf *h,
                       struct eng__living *out)
{
  living(p, h, 1, out);
}

/* ---- likelihood ---- */

/* By x: everything but the two times; and its derivatives by r, a and b. */
static void fill_by_x(const double *p, double first, struct eng__sample *s)
{
  double r = p[0], a = p[2], b = p[3], log_alpha = log(p[1]);

  for (size_t i = 0; i < s->x_count; i++) {
    double x = s->xs[i], n = x + first, *out = s->by_x + i * ENG__PER_X;
    double all = eng__digamma_rise(a + b, n);

    out[0] = eng__log_rising(r, x) - x * log_alpha + eng__log_rising(b, n) -
             eng__log_rising(a + b, n);
    out[1] = eng__digamma_rise(r, x);
    out[2] = -all;
    out[3] = eng__digamma_rise(b, n) - all;
    out[4] = n > 0 ? log(a / (b + n - 1)) : 0;
  }
}

static void fill_by_time(double alpha, struct eng__sample *s)
{
  for (size_t i = 0; i < s->time_count; i++) {
    s->by_time[i * ENG__PER_TIME] = log1p(s->times[i] / alpha);
    s->by_time[i * ENG__PER_TIME + 1] = s->times[i] / (alpha * (alpha + s->times[i]));
  }
}

static double likelihood(const double *p, double first, struct eng__sample *s,
                         double *gradient)
{
  double r = p[0], alpha = p[1], a = p[2], b = p[3];
  struct eng__sum total = {0, 0}, d[4] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};

  fill_by_x(p, first, s);
  fill_by_time(alpha, s);
  for (size_t i = 0; i < s->count; i++) {
    const struct eng__row *row = &s->rows[i];
    const double *by_x = s->by_x + row->x * ENG__PER_X;
    const double *far = s->by_time + row->T * ENG__PER_TIME;
    const double *near = s->by_time + row->t_x * ENG__PER_TIME;
    double x = s->xs[row->x], k = r + x, weight = row->weight;
    double value = by_x[0] - k * far[0], by_r = by_x[1] - far[0];
    double by_alpha = -x / alpha + k * far[1], by_a = by_x[2], by_b = by_x[3];

    if (x + first > 0) {
      double odds = by_x[4] + k * (far[0] - near[0]), e, gone;

      /* One exponential for both the logarithm and the share of those gone. */
      e = exp(-fabs(odds));
      value += log1p(e) + (odds > 0 ? odds : 0);
      gone = odds > 0 ? 1 / (1 + e) : e / (1 + e);
      by_r += gone * (far[0] - near[0]);
      by_alpha += gone * k * (near[1] - far[1]);
      by_a += gone / a;
      by_b -= gone / (b + x + first - 1);
    }
    eng__sum_add(&total, weight * value);
    eng__sum_add(&d[0], weight * by_r);
    eng__sum_add(&d[1], weight * by_alpha);
    eng__sum_add(&d[2], weight * by_a);
    eng__sum_add(&d[3], weight * by_b);
  }
  for (int i = 0; i < 4; i++) gradient[i] = eng__sum_of(&d[i]);
  return eng__sum_of(&total);
}

static double likelihood_bg(const double *p, struct eng__sample *s, double *gradient)
{
  return likelihood(p, 0, s, gradient);
}

static double likelihood_mbg(const double *p, struct eng__sample *s, double *gradient)
{
  return likelihood(p, 1, s, gradient);
}

const struct eng__family eng__bgnbd = {
    "bgnbd",      4,          {"r", "alpha", "a", "b"},
    false,        true,       living_bg,
    expected,     p_purchase, stay,
    distribution, discounted, likelihood_bg};

const struct eng__family eng__mbgnbd = {
    "mbgnbd",     4,          {"r", "alpha", "a", "b"},
    false,        true,       living_mbg,
    expected,     p_purchase, stay,
    distribution, discounted, likelihood_mbg};
