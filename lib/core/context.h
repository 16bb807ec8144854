/* SPDX-License-Identifier: MIT */
/*
 * context.h - what every room may read of the context.
 *
 * A context is never written after eng_context_new, so all of it is read without a
 * lock. Kinds and channels have three faces: the number the host uses, the name, and
 * the key that order, hashes and encoded bytes use (the number of a built-in one, the
 * hash of an own one's name), which is the same for every host.
 */
#ifndef ENG_CORE_CONTEXT_H
#define ENG_CORE_CONTEXT_H

#include <stdbool.h>

#include <engagement/context.h>

#include "core/zone.h"

enum {
  ENG__OWN = 128,       /* the first number of the host's own */
  ENG__NAME_MAX = 64,   /* bytes of an own name */
  ENG__LIMIT_COUNT = 10 /* one more than the last ENG_LIMIT_ */
};

/* A kind or channel of the host's own. */
struct eng__own {
  uint64_t key; /* hash of the name with the top bit set; 0: not named */
  char name[ENG__NAME_MAX + 1];
  uint8_t direction, mode, active;
};

struct eng__vocabulary {
  struct eng__own own[128]; /* number - ENG__OWN */
};

/* What one unit of a currency is in the base currency from a time on. In the settings:
 * between major units, and from a business day; in a context: between minor units in
 * lowest terms, and from an instant. */
struct eng__rate {
  int64_t from;
  int64_t n, d;
  uint32_t order; /* of being set: of two from one day the later counts */
  int32_t currency;
};

struct eng_settings {
  eng_allocator allocator;
  uint64_t limits[ENG__LIMIT_COUNT];
  int32_t offset_minutes, day_start, week_start;
  struct eng__zone zone; /* empty: the offset; in a context: empty */
  int32_t currency;
  uint64_t hash_key[2];
  struct eng__vocabulary kinds, channels;
  struct eng__rate *rates; /* as they came; in a context: NULL */
  size_t rate_count, rate_room;
};

struct eng_context {
  struct eng_settings settings; /* as they were when the context was made */
  struct eng__zone zone, days;  /* the latter less the start of the day; or both empty: */
  int64_t offset;               /* local minus UTC, milliseconds */
  int64_t day_shift;            /* that less the start of the day, milliseconds */
  uint64_t kind_key[256];       /* 0: an own number that is not named */
  uint64_t channel_key[256];
  struct eng__rate *rates; /* sorted by currency and time, none of the base currency */
  size_t rate_count, rate_room;
  uint8_t digest[16];
};

static inline const eng_allocator *eng__memory(const eng_context *context)
{
  return &context->settings.allocator;
}

static inline uint64_t eng__limit(const eng_context *context, int limit)
{
  return context->settings.limits[limit];
}

/* Whether events may be made of a kind: built-in and known, or own and named. */
bool eng__kind_is_known(const eng_context *context, int32_t kind);
bool eng__channel_is_known(const eng_context *context, int32_t channel);

/* The own number of a key, 128..255; 0 if the context has none. */
int32_t eng__own_by_key(const struct eng__vocabulary *vocabulary, uint64_t key);

#endif
