/* SPDX-License-Identifier: MIT */
/*
 * zone.h - a time zone as spans of time with one offset each.
 *
 * Made from TZif bytes (RFC 9636), which are a stranger's: everything is checked, and a
 * zone takes memory in proportion to its bytes plus one calendar cycle of 400 years,
 * after which the rule of the last years repeats.
 */
#ifndef ENG_CORE_ZONE_H
#define ENG_CORE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <engagement/allocator.h>
#include <engagement/status.h>

/* From `since` on, until the next one: what is added to a time. Milliseconds. */
struct eng__span {
  int64_t since; /* the first one's: INT64_MIN */
  int64_t shift;
};

struct eng__zone {
  struct eng__span *spans; /* ascending */
  size_t count, room;      /* count of 0: no zone */
  int64_t cycle;           /* times from here on are as 400 years before; INT64_MAX: none */
};

/* Reads a zone; `out` is empty on failure. */
eng_status eng__zone_read(const uint8_t *bytes, size_t length,
                          const eng_allocator *memory, struct eng__zone *out);
void eng__zone_free(struct eng__zone *zone, const eng_allocator *memory);
eng_status eng__zone_copy(const struct eng__zone *zone, const eng_allocator *memory,
                          struct eng__zone *out);

/*
 * The same zone as business days have it: of a time plus its shift, whole days are
 * business days, and these never go back. Where clocks are put back over the start of a
 * day, that day has begun and goes on.
 */
eng_status eng__zone_days(const struct eng__zone *zone, int64_t day_start,
                          const eng_allocator *memory, struct eng__zone *out);

/* The first time after another at which the clock may be changed; INT64_MAX: none. */
int64_t eng__zone_change(const struct eng__zone *zone, int64_t time);

/* What is added to a time. */
int64_t eng__zone_shift(const struct eng__zone *zone, int64_t time);

/* The first time at which it is `local`. Where clocks are put forward over it: that very
 * moment if they `skip` it, or else the time that it would be had they not been. */
int64_t eng__zone_time(const struct eng__zone *zone, int64_t local, bool skip);

#endif
