/* SPDX-License-Identifier: MIT */
/*
 * resolve.h - many events in any order to the set that they mean.
 *
 * Union is this and nothing else: of the versions of an id the winner, of equal events
 * one, in canonical order. Merge, bulk load and import all come through here.
 */
#ifndef ENG_CORE_RESOLVE_H
#define ENG_CORE_RESOLVE_H

#include "core/event.h"

/* An event with its sort key worked out as far as was needed. */
struct eng__sorted {
  int64_t time;
  uint64_t kind_key;
  uint64_t effective; /* if has_effective */
  struct eng__event *event;
  bool has_effective;
};

/* What resolving found. */
struct eng__resolved {
  size_t numbered; /* equal events that were kept apart */
};

/*
 * Resolves `count` entries whose `event` is set, in place; returns how many remain, in
 * canonical order. `spare` has room for as many.
 *
 * With `number`, events without id that are alike in all but occurrence and recorded_at
 * are kept apart, numbered 0, 1, 2 by recorded_at whatever their occurrences were; events
 * are changed for that. Where no two events share time and kind nothing is alike, and
 * all occurrences stay as they are.
 */
size_t eng__resolve(const eng_context *context, struct eng__sorted *entries,
                    struct eng__sorted *spare, size_t count, bool number,
                    struct eng__resolved *resolved);

#endif
