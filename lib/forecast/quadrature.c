/* SPDX-License-Identifier: MIT */
/*
 * quadrature.c - the trapezoidal rule under a sinh map, and Gauss-Legendre in panels
 * that grow with the distance from the singularity.
 *
 * The trapezoidal rule doubles its digits when its step is halved, as long as the
 * function is analytic in a strip (Trefethen & Weideman 2014); sinh reaches tails that
 * fall slowly.
 */
#include "forecast/quadrature.h"

#include <math.h>
#include <stdbool.h>

const struct eng__node eng__nodes8[4] = {
    {0.18343464249564980494, 0.36268378337836198297},
    {0.52553240991632898582, 0.31370664587788728734},
    {0.79666647741362673959, 0.22238103445337447054},
    {0.96028985649753623168, 0.10122853629037625915}};

const struct eng__node eng__nodes16[8] = {
    {0.095012509837637440185, 0.18945061045506849629},
    {0.28160355077925891323, 0.18260341504492358887},
    {0.45801677765722738634, 0.16915651939500253819},
    {0.61787624440264374845, 0.14959598881657673208},
    {0.7554044083550030339, 0.12462897125553387205},
    {0.86563120238783174388, 0.09515851168249278481},
    {0.94457502307323257608, 0.062253523938647892863},
    {0.9894009349916499326, 0.027152459411754094852}};

/* ---- the whole line ---- */

enum { HALVINGS = 7 };

/* Where fn is greatest within [low, high], to about a hundredth. */
static double peak_of(eng__log_fn fn, const void *user, double low, double high)
{
  const double golden = 0.61803398874989484820;
  double c = high - golden * (high - low), d = low + golden * (high - low);
  double at_c = fn(user, c), at_d = fn(user, d);

  for (int i = 0; i < 60 && high - low > 0.01; i++) {
    if (at_c >= at_d) {
      high = d;
      d = c;
      at_d = at_c;
      c = high - golden * (high - low);
      at_c = fn(user, c);
    } else {
      low = c;
      c = d;
      at_c = at_d;
      d = low + golden * (high - low);
      at_d = fn(user, d);
    }
  }
  return (low + high) / 2;
}

/* How far from the peak the function has fallen by about a half: the sharper side. */
static double width_of(eng__log_fn fn, const void *user, double peak)
{
  double top = fn(user, peak), width = 4;

  while (width > 1e-5 &&
         (fn(user, peak - width) < top - 1 || fn(user, peak + width) < top - 1)) {
    width /= 2;
  }
  return width;
}

struct line {
  eng__log_fn fn;
  const void *user;
  double peak, width, top;
};

/* One side of the rule: v = start, start + step, ... in the direction of sign. */
static double side(const struct line *line, double sign, double start, double step)
{
  double sum = 0, most = 0;

  for (double v = start; v < 20; v += step) {
    double u = line->peak + sign * line->width * sinh(v);
    double term = exp(line->fn(line->user, u) - line->top) * cosh(v);

    sum += term;
    if (term > most) most = term;
    if (term < 1e-18 * most && v > 1) break;
  }
  return sum;
}

double eng__log_integral(eng__log_fn fn, const void *user, double low, double high)
{
  struct line line = {fn, user, 0, 0, 0};
  double step = 0.5, sum, last;

  line.peak = peak_of(fn, user, low, high);
  line.width = width_of(fn, user, line.peak);
  line.top = fn(user, line.peak);
  sum = 1 + side(&line, 1, step, step) + side(&line, -1, step, step);
  for (int i = 0; i < HALVINGS; i++) {
    last = sum * step;
    sum += side(&line, 1, step / 2, step) + side(&line, -1, step / 2, step);
    step /= 2;
    /* The error of this sum is about the square of what changed. */
    if (i > 0 && fabs(sum * step - last) < 1e-8 * last) break;
  }
  return line.top + log(line.width) + log(sum * step);
}

/* ---- powers ---- */

static double power_value(const struct eng__powers *powers, double rate, double u)
{
  return exp(-powers->p * log1p(u / powers->A) - powers->q * log1p(u / powers->B) -
             rate * u);
}

double eng__panel(const struct eng__powers *powers, double rate, double u)
{
  double near = powers->A < powers->B ? powers->A : powers->B;
  double steep = powers->p / (powers->A + u) + powers->q / (powers->B + u) + rate;
  double wide = 0.5 * (near + u);

  return steep * wide > 3 ? 3 / steep : wide;
}

/*
 * With u = near (exp(v) - 1), near the smaller of A and B, one power is an exponential
 * of v and the singularity of the other lies pi beside the line of v: so panels need
 * not be short beside 0, however near it is.
 */
struct stretched {
  double near, own, other, power; /* near^own: (near / (near + u))^own */
};

static double stretched_value(const struct stretched *s, double v, double u)
{
  return exp((1 - s->own) * v - s->power * log1p(u / s->other));
}

/* A panel in which 8 nodes give full precision: short beside the slope at its end. */
static double stretched_panel(const struct stretched *s, double v)
{
  const double longest = 1.75, steepest = 3;
  double end = s->near * expm1(v + longest);
  double slope = s->own + s->power * ((s->near + end) / (s->other + end));

  return slope * longest > steepest ? steepest / slope : longest;
}

double eng__power_integral(const struct eng__powers *powers, double length)
{
  bool a = powers->A < powers->B;
  struct stretched s = {a ? powers->A : powers->B, a ? powers->p : powers->q,
                        a ? powers->B : powers->A, a ? powers->q : powers->p};
  double sum = 0, from = 0, end = log1p(length / s.near);

  while (from < end) {
    double size = stretched_panel(&s, from), half, middle, part = 0;

    if (size > end - from) size = end - from;
    half = size / 2;
    middle = from + half;
    if (!(from + size > from)) break; /* too small to step on */
    for (int i = 0; i < 4; i++) {
      double d = half * eng__nodes8[i].x;

      part += eng__nodes8[i].weight *
              (stretched_value(&s, middle - d, s.near * expm1(middle - d)) +
               stretched_value(&s, middle + d, s.near * expm1(middle + d)));
    }
    sum += part * half;
    /* What is left is less than a panel of this height for each unit of slope. */
    if (part * half < 1e-17 * sum) break;
    from += size;
  }
  return sum * s.near;
}

/* Panels from 0 on, until the end or until nothing is left. */
static double panels(const struct eng__powers *powers, double rate, double length)
{
  double sum = 0, from = 0;

  while (from < length) {
    double size = eng__panel(powers, rate, from), half, middle, part = 0;

    if (size > length - from) size = length - from;
    half = size / 2;
    middle = from + half;
    if (!(from + size > from)) break; /* too small to step on */
    for (int i = 0; i < 4; i++) {
      double d = half * eng__nodes8[i].x;

      part += eng__nodes8[i].weight * (power_value(powers, rate, middle - d) +
                                       power_value(powers, rate, middle + d));
    }
    sum += part * half;
    /* What is left is less than a panel of this height for each unit of slope. */
    if (part * half < 1e-17 * sum) break;
    from += size;
  }
  return sum;
}

double eng__power_laplace(const struct eng__powers *powers, double rate)
{
  return panels(powers, rate, 745 / rate);
}
