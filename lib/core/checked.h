/* SPDX-License-Identifier: MIT */
/*
 * checked.h - arithmetic that says when it does not fit.
 *
 * Each function returns true and the result, or false and leaves *out alone. Sizes
 * that come from bytes, files or arguments are added and multiplied only here.
 */
#ifndef ENG_CORE_CHECKED_H
#define ENG_CORE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool eng__add_size(size_t a, size_t b, size_t *out)
{
  if (a > SIZE_MAX - b) return false;
  *out = a + b;
  return true;
}

static inline bool eng__mul_size(size_t a, size_t b, size_t *out)
{
  if (b != 0 && a > SIZE_MAX / b) return false;
  *out = a * b;
  return true;
}

static inline bool eng__add_i64(int64_t a, int64_t b, int64_t *out)
{
  if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b) return false;
  *out = a + b;
  return true;
}

static inline bool eng__sub_i64(int64_t a, int64_t b, int64_t *out)
{
  if (b < 0 ? a > INT64_MAX + b : a < INT64_MIN + b) return false;
  *out = a - b;
  return true;
}

static inline bool eng__mul_i64(int64_t a, int64_t b, int64_t *out)
{
  if (a == 0 || b == 0) {
    *out = 0;
    return true;
  }
  if (a > 0 ? (b > 0 ? a > INT64_MAX / b : b < INT64_MIN / a)
            : (b > 0 ? a < INT64_MIN / b : b < INT64_MAX / a)) {
    return false;
  }
  *out = a * b;
  return true;
}

/* The magnitude of any number but INT64_MIN fits a non-negative int64_t; of that one
 * it fits a uint64_t, which is why this returns one. */
static inline uint64_t eng__magnitude(int64_t a)
{
  return a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
}

#endif
