/* SPDX-License-Identifier: MIT */
/*
 * chunk.h - a row of separately allocated chunks, which grows without moving any.
 *
 * Every chunk begins on a cache line, whatever the host's allocator gives.
 */
#ifndef ENG_BOOK_CHUNK_H
#define ENG_BOOK_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "core/memory.h"

struct eng__chunk {
  uint8_t *bytes; /* NULL: freed */
  uint8_t *block; /* as it was allocated */
  size_t size;
};

struct eng__chunks {
  struct eng__chunk *list;
  size_t count, room;
};

void eng__chunks_init(struct eng__chunks *chunks);
void eng__chunks_release(struct eng__chunks *chunks, const eng_allocator *memory);

/* Puts a chunk of `size` bytes behind the others. */
eng_status eng__chunks_add(struct eng__chunks *chunks, const eng_allocator *memory,
                           size_t size);

/* Frees one chunk; the others keep their places. */
void eng__chunks_drop(struct eng__chunks *chunks, const eng_allocator *memory,
                      size_t which);

/* How large chunk number `which` is to be: a small book stays small. */
static inline size_t eng__chunk_plan(size_t which, size_t first, size_t most)
{
  return which < 16 && first << which < most ? first << which : most;
}

#endif
