/* SPDX-License-Identifier: MIT */
/*
 * tells.h - a table of histories with acts of telling, each distinct one once.
 *
 * Who told nobody anything is not in it: the histories alone say how many those are.
 */
#ifndef ENG_FORECAST_TELLS_H
#define ENG_FORECAST_TELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/context.h"

/* A history with 1 or more acts, `after` of them after the last purchase and
 * `positive` of them positive. */
struct eng__tell {
  uint32_t x, t_x, T, acts, after, positive;
  uint64_t count; /* customers; 0: a free slot */
};

struct eng__tells {
  struct eng__tell *slots;
  size_t room, count;
};

void eng__tells_release(struct eng__tells *tells, const eng_allocator *memory);

/* Makes sure that one more finds room. */
eng_status eng__tells_reserve(struct eng__tells *tells, const eng_context *context);

/* Adds customers, for whom there is room. */
void eng__tells_add(struct eng__tells *tells, const eng_context *context,
                    const struct eng__tell *tell);

/* All of them in ascending order; new, of count + 1 entries. */
eng_status eng__tells_sorted(const struct eng__tells *tells, const eng_context *context,
                             struct eng__tell **out);

#endif
