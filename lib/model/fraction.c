/* SPDX-License-Identifier: MIT */
/*
 * fraction.c - fractions; what is too wide on the way takes 128 bits made of two
 * halves.
 */
#include "model/fraction.h"

#include "core/checked.h"

static uint64_t gcd(uint64_t a, uint64_t b)
{
  while (b != 0) {
    uint64_t rest = a % b;

    a = b;
    b = rest;
  }
  return a;
}

static bool lowest(int64_t n, int64_t d, struct eng__fraction *out)
{
  int64_t by;

  if (d == 0 || n == INT64_MIN || d == INT64_MIN) return false;
  if (d != 1) {
    by = (int64_t)gcd(eng__magnitude(n), eng__magnitude(d));
    n /= by;
    d /= by;
  }
  out->n = d < 0 ? -n : n;
  out->d = d < 0 ? -d : d;
  return true;
}

/* ---- 128 bits ---- */

struct wide {
  uint64_t high, low;
};

static struct wide product(uint64_t a, uint64_t b)
{
  uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
  uint64_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
  uint64_t middle = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;
  struct wide out = {hh + (lh >> 32) + (hl >> 32) + (middle >> 32),
                     middle << 32 | (uint32_t)ll};

  return out;
}

static struct wide wide_sum(struct wide a, struct wide b)
{
  struct wide out = {a.high + b.high, a.low + b.low};

  out.high += out.low < a.low;
  return out;
}

static struct wide wide_difference(struct wide a, struct wide b)
{
  struct wide out = {a.high - b.high, a.low - b.low};

  out.high -= a.low < b.low;
  return out;
}

static bool wide_less(struct wide a, struct wide b)
{
  return a.high != b.high ? a.high < b.high : a.low < b.low;
}

/* Long division, bit by bit: it is seldom needed. */
static struct wide wide_divide(struct wide a, uint64_t by, uint64_t *rest)
{
  struct wide out = {0, 0};
  uint64_t left = 0; /* below `by`, which is below 2^63 */

  for (int bit = 127; bit >= 0; bit--) {
    uint64_t *half = bit > 63 ? &out.high : &out.low;

    left = left << 1 | ((bit > 63 ? a.high : a.low) >> (bit & 63) & 1);
    if (left < by) continue;
    left -= by;
    *half |= UINT64_C(1) << (bit & 63);
  }
  *rest = left;
  return out;
}

/* ---- arithmetic ---- */

/* a + b where 64 bits were too narrow on the way. Of the sum over the least common
 * denominator only a divisor of `by`, the greatest common one, can be cancelled (Knuth,
 * The Art of Computer Programming, 4.5.1). */
static bool add_wide(struct eng__fraction a, struct eng__fraction b, int64_t by,
                     struct eng__fraction *out)
{
  struct wide left = product(eng__magnitude(a.n), (uint64_t)(b.d / by));
  struct wide right = product(eng__magnitude(b.n), (uint64_t)(a.d / by));
  bool minus = a.n < 0, opposed = (a.n < 0) != (b.n < 0);
  struct wide sum;
  uint64_t rest;
  int64_t cancel;

  if (!opposed) {
    sum = wide_sum(left, right); /* each is below 2^126 */
  } else if (wide_less(left, right)) {
    sum = wide_difference(right, left);
    minus = !minus;
  } else {
    sum = wide_difference(left, right);
  }
  (void)wide_divide(sum, (uint64_t)by, &rest);
  cancel = (int64_t)gcd((uint64_t)by, rest);
  sum = wide_divide(sum, (uint64_t)cancel, &rest);
  if (sum.high != 0 || sum.low > INT64_MAX) return false;
  out->n = minus ? -(int64_t)sum.low : (int64_t)sum.low;
  return eng__mul_i64(a.d / by, b.d / cancel, &out->d);
}

bool eng__fraction_add(struct eng__fraction a, struct eng__fraction b,
                       struct eng__fraction *out)
{
  int64_t by = (int64_t)gcd((uint64_t)a.d, (uint64_t)b.d);
  int64_t left, right, sum, d;

  if (eng__mul_i64(a.n, b.d / by, &left) && eng__mul_i64(b.n, a.d / by, &right) &&
      eng__add_i64(left, right, &sum) && eng__mul_i64(a.d / by, b.d, &d) &&
      sum != INT64_MIN) {
    return lowest(sum, d, out);
  }
  return add_wide(a, b, by, out);
}

bool eng__fraction_subtract(struct eng__fraction a, struct eng__fraction b,
                            struct eng__fraction *out)
{
  b.n = -b.n; /* never INT64_MIN: see lowest */
  return eng__fraction_add(a, b, out);
}

bool eng__fraction_multiply(struct eng__fraction a, struct eng__fraction b,
                            struct eng__fraction *out)
{
  struct eng__fraction x, y;
  int64_t n, d;

  /* Across first, so that what fits in lowest terms is found to fit. */
  return lowest(a.n, b.d, &x) && lowest(b.n, a.d, &y) && eng__mul_i64(x.n, y.n, &n) &&
         eng__mul_i64(x.d, y.d, &d) && lowest(n, d, out);
}

bool eng__fraction_divide(struct eng__fraction a, struct eng__fraction b,
                          struct eng__fraction *out)
{
  struct eng__fraction inverse;

  return b.n != 0 && lowest(b.d, b.n, &inverse) &&
         eng__fraction_multiply(a, inverse, out);
}

bool eng__scale(int64_t amount, int64_t n, int64_t d, int64_t *out)
{
  struct wide whole;
  uint64_t rest;
  int64_t small;

  if (eng__mul_i64(amount, n, &small)) {
    whole.high = 0;
    whole.low = (uint64_t)(small / d);
    rest = (uint64_t)(small % d);
  } else {
    whole = wide_divide(product((uint64_t)amount, (uint64_t)n), (uint64_t)d, &rest);
  }
  if (whole.high != 0 || whole.low > INT64_MAX) return false;
  if (rest >= (uint64_t)d - rest) whole.low++;
  if (whole.low > INT64_MAX) return false;
  *out = (int64_t)whole.low;
  return true;
}

static int sign(int64_t a) { return (a > 0) - (a < 0); }

int eng__fraction_compare(struct eng__fraction a, struct eng__fraction b)
{
  struct wide left, right;
  int order;

  if (a.d == b.d) return (a.n > b.n) - (a.n < b.n);
  if (sign(a.n) != sign(b.n)) return sign(a.n) < sign(b.n) ? -1 : 1;
  left = product(eng__magnitude(a.n), (uint64_t)b.d);
  right = product(eng__magnitude(b.n), (uint64_t)a.d);
  if (left.high != right.high) {
    order = left.high < right.high ? -1 : 1;
  } else {
    order = (left.low > right.low) - (left.low < right.low);
  }
  return a.n < 0 ? -order : order;
}

int64_t eng__fraction_floor(struct eng__fraction a)
{
  return a.n / a.d - (a.n % a.d < 0);
}
