/* SPDX-License-Identifier: MIT */
/*
 * floors.h - the floors of those customers of a book that have one.
 *
 * A hash table by row, at most half full; without floors it holds no memory and costs
 * a comparison.
 */
#ifndef ENG_BOOK_FLOORS_H
#define ENG_BOOK_FLOORS_H

#include <stdint.h>

#include "core/memory.h"

struct eng__floor {
  int64_t floor;
  uint32_t row; /* row + 1; 0: empty */
};

struct eng__floors {
  struct eng__floor *entries;
  size_t count, room; /* room is 0 or a power of two */
};

void eng__floors_init(struct eng__floors *floors);
void eng__floors_release(struct eng__floors *floors, const eng_allocator *memory);

/* The floor of a row, or ENG_TIME_NONE. */
int64_t eng__floors_get(const struct eng__floors *floors, uint32_t row);

/* Makes sure that one more floor finds room, or so many. */
eng_status eng__floors_reserve(struct eng__floors *floors, const eng_allocator *memory);
eng_status eng__floors_reserve_many(struct eng__floors *floors,
                                    const eng_allocator *memory, size_t more);

/* Sets a floor for which there is room. */
void eng__floors_set(struct eng__floors *floors, uint32_t row, int64_t floor);

/* Takes the floor of a row away; returns what it was. */
int64_t eng__floors_drop(struct eng__floors *floors, uint32_t row);

#endif
