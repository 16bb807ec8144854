/* SPDX-License-Identifier: MIT */
/*
 * special.c - log gamma, digamma and beta by series, Stirling's from 10 on.
 *
 * Small arguments are brought to 10 by a product, never by a sum of logarithms. The
 * coefficients are (zeta(k) - 1) / k and Bernoulli numbers (Abramowitz & Stegun 6.1.33,
 * 6.1.40, 6.3.18).
 */
#include "forecast/special.h"

#include <math.h>

/* ---- log gamma ---- */

static const double zeta_terms[] = {
    0.32246703342411321824,    -0.067352301053198095133,   0.020580808427784547879,
    -0.0073855510286739852663, 0.0028905103307415232858,   -0.0011927539117032609771,
    0.00050966952474304242234, -0.00022315475845357937976, 0.000099457512781808533715,
    -0.0000449262367381331417, 0.000020507212775670691553, -9.439488275268395904e-6,
    4.3748667899074878042e-6,  -2.0392157538013662368e-6,  9.5514121304074198329e-7,
    -4.4924691987645660433e-7, 2.1207184805554665869e-7,   -1.0043224823968099609e-7,
    4.7698101693639805658e-8,  -2.271109460894316491e-8,   1.0838659214896954091e-8,
    -5.1834750419700466551e-9, 2.4836745438024783172e-9,   -1.1921401405860912074e-9,
    5.7313672416788620133e-10, -2.7595228851242331452e-10};

enum { ZETA_TERMS = sizeof zeta_terms / sizeof zeta_terms[0] };

/* log Gamma(2 + z), |z| <= 1/2; exact to the last digits near its zero. */
static double log_gamma_near_2(double z)
{
  double sum = 0;

  for (int k = ZETA_TERMS; k-- > 0;) sum = sum * z + zeta_terms[k];
  return z * (0.42278433509846713939 + z * sum);
}

/* What Stirling's formula lacks at x >= 10. */
static double stirling_rest(double x)
{
  double y = 1 / (x * x);

  return (1.0 / 12 -
          y * (1.0 / 360 -
               y * (1.0 / 1260 -
                    y * (1.0 / 1680 -
                         y * (1.0 / 1188 - y * (691.0 / 360360 - y * (1.0 / 156))))))) /
         x;
}

/* x (x + 1) ... (x + count - 1). */
static double product(double x, int count)
{
  double p = 1;

  for (int i = 0; i < count; i++) p *= x + i;
  return p;
}

double eng__log_gamma(double x)
{
  if (x < 0.5) return log_gamma_near_2(x) - log(x) - log1p(x);
  if (x < 1.5) return log_gamma_near_2(x - 1) - log1p(x - 1);
  if (x < 10) {
    int down = (int)(x - 1.5);

    return log_gamma_near_2(x - down - 2) + log(product(x - down, down));
  }
  return (x - 0.5) * log(x) - x + 0.91893853320467274178 + stirling_rest(x);
}

/* From 10 on: what is large in both is taken away before, not after. */
static double log_rising_large(double a, double n)
{
  double b = a + n;

  return n * log(b) + ((a - 0.5) * log1p(n / a) - n) + stirling_rest(b) -
         stirling_rest(a);
}

double eng__log_rising(double a, double n)
{
  int up;

  if (n <= 0) return 0;
  if (n <= 16 && n == floor(n) && a < 1e15) return log(product(a, (int)n));
  if (a >= 10) return log_rising_large(a, n);
  up = (int)(10 - a) + 1;
  if (n == floor(n)) {
    return log(product(a, up)) + log_rising_large(a + up, n - up);
  }
  return log_rising_large(a + up, n) + log(product(a, up)) - log(product(a + n, up));
}

/* ---- digamma ---- */

static double digamma_rest(double x)
{
  double y = 1 / (x * x);

  return y * (1.0 / 12 -
              y * (1.0 / 120 -
                   y * (1.0 / 252 -
                        y * (1.0 / 240 -
                             y * (1.0 / 132 - y * (691.0 / 32760 - y * (1.0 / 12)))))));
}

double eng__digamma(double x)
{
  double sum = 0;

  while (x < 10) {
    sum += 1 / x;
    x += 1;
  }
  return log(x) - 0.5 / x - digamma_rest(x) - sum;
}

double eng__digamma_rise(double a, double n)
{
  double sum = 0, b;

  if (n <= 0) return 0;
  if (n <= 16 && n == floor(n)) {
    for (int i = 0; i < (int)n; i++) sum += 1 / (a + i);
    return sum;
  }
  /* n / (k (k + n)) is 1 / k - 1 / (k + n) without a difference. */
  while (a < 10) {
    sum += n / (a * (a + n));
    a += 1;
  }
  b = a + n;
  return sum + log1p(n / a) + 0.5 * n / (a * b) - digamma_rest(b) + digamma_rest(a);
}

/* ---- beta ---- */

/* The continued fraction of the incomplete beta function (Lentz's method), which is
 * quick where x is below (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b)
{
  const double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1), h;

  d = 1 / (fabs(d) < tiny ? tiny : d);
  h = d;
  for (double m = 1; m < 20000; m++) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), by;

    d = 1 + even * d;
    c = 1 + even / c;
    d = 1 / (fabs(d) < tiny ? tiny : d);
    if (fabs(c) < tiny) c = tiny;
    h *= d * c;
    d = 1 + odd * d;
    c = 1 + odd / c;
    d = 1 / (fabs(d) < tiny ? tiny : d);
    if (fabs(c) < tiny) c = tiny;
    by = d * c;
    h *= by;
    if (fabs(by - 1) < 1e-14) break;
  }
  return h;
}

double eng__beta_cdf(double x, double a, double b)
{
  double front;

  if (!(x > 0)) return 0;
  if (!(x < 1)) return 1;
  front = exp(a * log(x) + b * log1p(-x) - eng__log_beta(a, b));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(x, a, b) / a;
  return 1 - front * beta_fraction(1 - x, b, a) / b;
}

/* ---- the rest ---- */

double eng__log_beta(double a, double b)
{
  double small = a < b ? a : b, large = a < b ? b : a;

  return eng__log_gamma(small) - eng__log_rising(large, small);
}

double eng__log1p_exp(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

double eng__logistic(double x)
{
  double e;

  if (x >= 0) return 1 / (1 + exp(-x));
  e = exp(x);
  return e / (1 + e);
}

double eng__decay(double k, double y)
{
  double ky = k * y;

  if (fabs(ky) < 1e-9) return y * (1 - 0.5 * ky);
  return -expm1(-ky) / k;
}
