/* SPDX-License-Identifier: MIT */
/*
 * arena.h - where the runs of a book live.
 *
 * Chunks of up to 1 MiB are cut into blocks, each a multiple of 8 bytes. A block's size
 * is one of 224 classes, so that a byte says it; freed blocks wait in a list for their
 * class. A place is a chunk's number and the offset in it, in 8-byte units: 32 bits
 * reach 32 GiB. No block moves but by eng__arena_sweep.
 */
#ifndef ENG_BOOK_ARENA_H
#define ENG_BOOK_ARENA_H

#include <stdbool.h>

#include "book/chunk.h"

enum {
  ENG__ARENA_BITS = 17, /* units of a chunk: 2^17 */
  ENG__ARENA_UNIT = 8,
  ENG__ARENA_CLASSES = 225, /* class 0 is no block */
  ENG__ARENA_FINE = 128     /* up to here a class more is a unit more, then four */
};

struct eng__arena {
  struct eng__chunks chunks;
  uint32_t used, units; /* of the last chunk */
  uint64_t expected;    /* bytes still to come that were announced */
  uint32_t free[ENG__ARENA_CLASSES]; /* place + 1 of the first freed block, 0: none */
  uint64_t filled[4];                /* which of them are not empty */
};

static inline uint32_t eng__class_size(unsigned class_number)
{
  unsigned coarse =
      class_number > ENG__ARENA_FINE ? class_number - ENG__ARENA_FINE : 0;

  return ENG__ARENA_UNIT * (class_number + 3 * coarse);
}

/* The least class that holds `size` bytes, 0..4096. */
static inline unsigned eng__class_of(uint32_t size)
{
  unsigned units = (size + ENG__ARENA_UNIT - 1) / ENG__ARENA_UNIT;

  return units <= ENG__ARENA_FINE ? units
                                  : ENG__ARENA_FINE + (units - ENG__ARENA_FINE + 3) / 4;
}

static inline uint8_t *eng__arena_at(const struct eng__arena *arena, uint32_t place)
{
  return arena->chunks.list[place >> ENG__ARENA_BITS].bytes +
         (size_t)(place & ((1u << ENG__ARENA_BITS) - 1)) * ENG__ARENA_UNIT;
}

void eng__arena_init(struct eng__arena *arena);
void eng__arena_release(struct eng__arena *arena, const eng_allocator *memory);

/*
 * A block of at least `size` bytes, 1..4096, with ENG__SLACK readable bytes behind it:
 * its place, and its class. With `exact` the least class, else one with room to grow.
 * False: no memory, or the arena is full.
 */
bool eng__arena_take(struct eng__arena *arena, const eng_allocator *memory,
                     uint32_t size, bool exact, uint32_t *place, unsigned *class_number);

void eng__arena_give(struct eng__arena *arena, uint32_t place, unsigned class_number);

/* Forgets all freed blocks. */
void eng__arena_forget(struct eng__arena *arena);

/* Forgets all freed blocks, and lets the next block begin a new chunk: what was there
 * before can then be moved over, chunk by chunk. It will be about `bytes`. */
void eng__arena_seal(struct eng__arena *arena, uint64_t bytes);

#endif
