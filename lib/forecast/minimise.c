/* SPDX-License-Identifier: MIT */
/*
 * minimise.c - BFGS on the inverse of the Hessian, with bounds: an unknown at a bound
 * that wants beyond it is held there until it does not.
 *
 * Steps are limited, so that a poor start cannot throw an unknown to its bound, and the
 * number of evaluations is bounded. Source: Nocedal & Wright (2006), chapters 3 and 6;
 * the line search is Lewis & Overton's (2013) bisection.
 */
#include "forecast/minimise.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 300, MOST_TRIALS = 30, MOST_POLISHES = 3 };

static const double enough = 1e-9;   /* of a gradient, where the search ends */
static const double passable = 1e-6; /* where it ends since nothing is lower */
static const double exact = 1e-13;   /* no last digits to gain */
static const double farthest = 1.5;  /* of one step in any unknown */

struct point {
  double at[ENG__UNKNOWNS], gradient[ENG__UNKNOWNS], value;
};

struct search {
  const struct eng__problem *problem;
  struct point here;
  bool held[ENG__UNKNOWNS];
  double inverse[ENG__UNKNOWNS][ENG__UNKNOWNS];
};

static void evaluate(const struct eng__problem *problem, struct point *point)
{
  point->value = problem->fn(problem->user, point->at, point->gradient);
}

static double dot(const double *a, const double *b, int count)
{
  double sum = 0;

  for (int i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static void forget(struct search *s)
{
  memset(s->inverse, 0, sizeof s->inverse);
  for (int i = 0; i < ENG__UNKNOWNS; i++) s->inverse[i][i] = 1;
}

/*
 * Holds what wants beyond its bound; the steepness of the rest. What was learned about
 * the inverse holds for those that moved together: along a ridge it would throw one of
 * them about while another is held, so it is forgotten where others are held than were.
 */
static double hold(struct search *s)
{
  double steepest = 0;
  bool changed = false;

  for (int i = 0; i < s->problem->count; i++) {
    double g = s->here.gradient[i], at = s->here.at[i];

    bool held =
        (at <= s->problem->low[i] && g > 0) || (at >= s->problem->high[i] && g < 0);

    changed = changed || held != s->held[i];
    s->held[i] = held;
    if (!s->held[i] && fabs(g) > steepest) steepest = fabs(g);
  }
  if (changed) forget(s);
  return steepest;
}

/* A direction that goes down, no longer than `farthest`; its slope. */
static double direction(struct search *s, double *d)
{
  int n = s->problem->count;
  double slope, longest = 0;

  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < n; i++) {
      d[i] = 0;
      for (int k = 0; k < n && !s->held[i]; k++) {
        if (!s->held[k]) d[i] -= s->inverse[i][k] * s->here.gradient[k];
      }
    }
    slope = dot(d, s->here.gradient, n);
    if (slope < 0) break;
    forget(s);
  }
  for (int i = 0; i < n; i++) {
    if (fabs(d[i]) > longest) longest = fabs(d[i]);
  }
  for (int i = 0; i < n && longest > farthest; i++) d[i] *= farthest / longest;
  return longest > farthest ? slope * (farthest / longest) : slope;
}

static void move(const struct search *s, const double *d, double by, struct point *out)
{
  for (int i = 0; i < s->problem->count; i++) {
    double at = s->here.at[i] + by * d[i];

    if (at < s->problem->low[i]) at = s->problem->low[i];
    if (at > s->problem->high[i]) at = s->problem->high[i];
    out->at[i] = at;
  }
}

/* A point that is low enough, and where it is less steep; false if there is none. */
static bool walk(const struct search *s, const double *d, double slope,
                 struct point *out)
{
  double low = 0, high = 0, by = 1;
  struct point best;
  bool found = false;

  for (int i = 0; i < MOST_TRIALS; i++) {
    move(s, d, by, out);
    evaluate(s->problem, out);
    if (!(out->value <= s->here.value + 1e-4 * by * slope) || !isfinite(out->value)) {
      high = by;
    } else {
      if (!found || out->value < best.value) best = *out;
      found = true;
      if (dot(out->gradient, d, s->problem->count) >= 0.9 * slope) break;
      low = by;
      if (by >= 8) break;
    }
    by = high > 0 ? (low + high) / 2 : 2 * by;
  }
  if (found) *out = best;
  return found;
}

/* Learns from a step how the gradient changes. */
static void learn(struct search *s, const struct point *next)
{
  int n = s->problem->count;
  double step[ENG__UNKNOWNS], y[ENG__UNKNOWNS], hy[ENG__UNKNOWNS], sy, yhy, yy;

  for (int i = 0; i < n; i++) {
    step[i] = next->at[i] - s->here.at[i];
    y[i] = next->gradient[i] - s->here.gradient[i];
  }
  sy = dot(step, y, n);
  yy = dot(y, y, n);
  if (!(sy > 1e-12 * sqrt(dot(step, step, n) * yy))) return;
  for (int i = 0; i < n; i++) hy[i] = dot(s->inverse[i], y, n);
  yhy = dot(y, hy, n);
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < n; k++) {
      s->inverse[i][k] += (1 + yhy / sy) * step[i] * step[k] / sy -
                          (hy[i] * step[k] + step[i] * hy[k]) / sy;
    }
  }
}

/* ---- second derivatives ---- */

/* Cholesky's factor in place; false where there is none. */
static bool factor(double m[][ENG__UNKNOWNS], int n)
{
  for (int i = 0; i < n; i++) {
    for (int k = 0; k <= i; k++) {
      double sum = m[i][k];

      for (int j = 0; j < k; j++) sum -= m[i][j] * m[k][j];
      if (i > k) {
        m[i][k] = sum / m[k][k];
      } else {
        if (!(sum > 0)) return false;
        m[i][i] = sqrt(sum);
      }
    }
  }
  return true;
}

/* By differences of gradients. */
static void second_derivatives(const struct eng__problem *problem, const double *at,
                               double second[][ENG__UNKNOWNS])
{
  int n = problem->count;

  for (int i = 0; i < n; i++) {
    const double by = 1e-4;
    struct point up, down;

    memcpy(up.at, at, (size_t)n * sizeof *at);
    memcpy(down.at, at, (size_t)n * sizeof *at);
    up.at[i] += by;
    down.at[i] -= by;
    evaluate(problem, &up);
    evaluate(problem, &down);
    for (int k = 0; k < n; k++) {
      second[i][k] = (up.gradient[k] - down.gradient[k]) / (2 * by);
    }
  }
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < i; k++) {
      second[i][k] = second[k][i] = (second[i][k] + second[k][i]) / 2;
    }
  }
}

/* ---- the last digits ---- */

/* Where the second derivatives say that the gradient is nothing; false if they cannot.
 */
static bool newton(const struct search *s, struct point *out)
{
  double second[ENG__UNKNOWNS][ENG__UNKNOWNS], d[ENG__UNKNOWNS];
  int n = s->problem->count;

  second_derivatives(s->problem, s->here.at, second);
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < n; k++) {
      if (s->held[i] || s->held[k]) second[i][k] = i == k;
    }
  }
  if (!factor(second, n)) return false;
  for (int i = 0; i < n; i++) {
    d[i] = s->held[i] ? 0 : -s->here.gradient[i];
    for (int k = 0; k < i; k++) d[i] -= second[i][k] * d[k];
    d[i] /= second[i][i];
  }
  for (int i = n; i-- > 0;) {
    for (int k = i + 1; k < n; k++) d[i] -= second[k][i] * d[k];
    d[i] /= second[i][i];
  }
  move(s, d, 1, out);
  evaluate(s->problem, out);
  return isfinite(out->value);
}

/*
 * Near the bottom values no longer differ, and where the search ends is chance: another
 * machine's logarithms end it elsewhere, by a hundred-thousandth. The gradient still
 * tells, and brings all machines to one point.
 */
static void polish(struct search *s)
{
  for (int i = 0; i < MOST_POLISHES; i++) {
    double steepest = hold(s), before = s->here.value;
    struct search tried = *s;
    struct point next;

    memset(&next, 0, sizeof next);
    if (steepest < exact * (1 + fabs(before)) || !newton(s, &next)) return;
    tried.here = next;
    if (!(hold(&tried) < steepest)) return;
    if (!(next.value <= before + passable * (1 + fabs(before)))) return;
    s->here = next;
  }
}

void eng__minimise(const struct eng__problem *problem, const double *start,
                   struct eng__optimum *out)
{
  struct search s;
  double steepest = 0, before = 0;
  bool fresh = true;

  memset(&s, 0, sizeof s);
  memset(out, 0, sizeof *out);
  s.problem = problem;
  for (int i = 0; i < problem->count; i++) s.here.at[i] = start[i];
  evaluate(problem, &s.here);
  forget(&s);
  for (int i = 0; i < MOST_STEPS; i++) {
    double d[ENG__UNKNOWNS], slope;
    struct point next;

    memset(&next, 0, sizeof next);
    steepest = hold(&s);
    out->converged = steepest < enough * (1 + fabs(s.here.value));
    if (out->converged || !isfinite(s.here.value)) break;
    slope = direction(&s, d);
    if (!(slope < 0) || !walk(&s, d, slope, &next)) {
      /* What was learned may be wrong; if it is not, this is as low as it gets. */
      if (fresh) break;
      forget(&s);
      fresh = true;
      continue;
    }
    fresh = false;
    before = s.here.value;
    learn(&s, &next);
    s.here = next;
    if (before - s.here.value < 1e-15 * fabs(before) &&
        hold(&s) < passable * (1 + fabs(before))) {
      break;
    }
  }
  polish(&s);
  steepest = hold(&s);
  out->converged =
      isfinite(s.here.value) && steepest < passable * (1 + fabs(s.here.value));
  out->value = s.here.value;
  for (int i = 0; i < problem->count; i++) {
    out->at[i] = s.here.at[i];
    out->edge[i] = s.held[i];
  }
}

/* ---- variances ---- */

bool eng__variances(const struct eng__problem *problem, const double *at,
                    double *variances)
{
  double second[ENG__UNKNOWNS][ENG__UNKNOWNS];
  int n = problem->count;

  second_derivatives(problem, at, second);
  if (!factor(second, n)) return false;
  /* The i-th variance is the square of the i-th column of the factor's inverse. */
  for (int i = 0; i < n; i++) {
    double column[ENG__UNKNOWNS];

    variances[i] = 0;
    for (int k = 0; k < n; k++) {
      double sum = k == i;

      for (int j = 0; j < k; j++) sum -= second[k][j] * column[j];
      column[k] = sum / second[k][k];
      variances[i] += column[k] * column[k];
    }
    if (!isfinite(variances[i])) return false;
  }
  return true;
}
