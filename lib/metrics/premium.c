/* SPDX-License-Identifier: MIT */
/*
 * premium.c - what a group of customers brings over the mean of all.
 *
 * Sums and sums of squares are whole numbers, so that no order of rows changes a digit;
 * squares are of distances from the rounded mean, of 128 bits as two words.
 */
#include <math.h>
#include <string.h>

#include <engagement/worth.h>

#include "core/checked.h"

/* The 97.5 % quantile of the normal distribution. */
static const double quantile = 1.959963984540054;

struct wide {
  uint64_t high, low;
};

static bool add_square(struct wide *sum, int64_t n)
{
  uint64_t a = eng__magnitude(n), low = a & UINT32_MAX, high = a >> 32;
  uint64_t middle = high * low; /* to be taken twice, 2^33 up */
  uint64_t lows = low * low, part = middle << 33, carry;

  sum->low += lows;
  carry = sum->low < lows;
  sum->low += part;
  carry += sum->low < part;
  part = high * high + (middle >> 31) + carry;
  sum->high += part;
  return sum->high >= part;
}

/* ---- one sample ---- */

struct sample {
  uint64_t count;
  int64_t sum;
  int64_t middle; /* the mean, rounded towards 0 */
  int64_t rest;   /* sum of the distances from it */
  struct wide squares;
};

static double mean_of(const struct sample *s)
{
  return (double)s->middle + (double)s->rest / (double)s->count;
}

/* Variance of the mean. */
static double error_of(const struct sample *s)
{
  double n = (double)s->count, off = (double)s->rest / n;
  double squares = (double)s->squares.high * 18446744073709551616.0 +
                   (double)s->squares.low - n * off * off;

  return squares > 0 ? squares / (n - 1) / n : 0;
}

static bool add_revenue(struct sample *s, int64_t revenue)
{
  const int64_t most = INT64_C(1) << 61;

  s->count++;
  return revenue >= -most && revenue <= most && eng__add_i64(s->sum, revenue, &s->sum);
}

static bool add_distance(struct sample *s, int64_t revenue)
{
  int64_t distance = revenue - s->middle;

  return eng__add_i64(s->rest, distance, &s->rest) && add_square(&s->squares, distance);
}

static bool fill(struct sample samples[2], const int64_t *revenues,
                 const uint8_t *members, uint64_t rows)
{
  for (uint64_t i = 0; i < rows; i++) {
    if (!add_revenue(&samples[members[i] != 0], revenues[i])) return false;
  }
  for (int i = 0; i < 2; i++) {
    if (samples[i].count > 0) {
      samples[i].middle = samples[i].sum / (int64_t)samples[i].count;
    }
  }
  for (uint64_t i = 0; i < rows; i++) {
    if (!add_distance(&samples[members[i] != 0], revenues[i])) return false;
  }
  return true;
}

/* ---- the interval ---- */

/* The ratios k with (m - kM)^2 <= z^2 ((1 - kp)^2 v + k^2 (1 - p)^2 w): between the
 * roots of a quadratic, where that opens upwards, which is where M is not 0 by the same
 * test. */
static void find_interval(const struct sample *group, const struct sample *rest,
                          eng_premium *out)
{
  double p = (double)group->count / ((double)group->count + (double)rest->count);
  double m = mean_of(group), all = p * m + (1 - p) * mean_of(rest);
  double v = error_of(group) * quantile * quantile;
  double w = error_of(rest) * quantile * quantile;
  double a = all * all - p * p * v - (1 - p) * (1 - p) * w;
  double b = m * all - p * v, c = m * m - v, under = b * b - a * c;

  if (!(a > 0)) return;
  under = sqrt(under > 0 ? under : 0);
  out->low = (b - under) / a - 1;
  out->high = (b + under) / a - 1;
}

eng_status eng_premium_of(const int64_t *revenues, const uint8_t *members,
                          uint64_t rows, eng_premium *out)
{
  struct sample samples[2];
  eng_premium found;

  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, sizeof *out);
  if (rows > 0 && (revenues == NULL || members == NULL)) return ENG_E_INVALID;
  memset(samples, 0, sizeof samples);
  memset(&found, 0, sizeof found);
  found.premium = found.low = found.high = (double)NAN;
  found.customers = rows;
  if (!fill(samples, revenues, members, rows) ||
      !eng__add_i64(samples[0].sum, samples[1].sum, &found.revenue)) {
    return ENG_E_OVERFLOW;
  }
  found.members = samples[1].count;
  found.member_revenue = samples[1].sum;
  /* Over a mean below 0 the better group would have the lower ratio. */
  if (found.members > 0 && found.revenue > 0) {
    found.premium = (double)found.member_revenue / (double)found.members /
                        ((double)found.revenue / (double)rows) -
                    1;
    if (samples[0].count > 1 && samples[1].count > 1) {
      find_interval(&samples[1], &samples[0], &found);
    }
  }
  *out = found;
  return ENG_OK;
}
