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
  uint64_t bytes; /* of all chunks */
};

void eng__chunks_init(struct eng__chunks *chunks);
void eng__chunks_release(struct eng__chunks *chunks, const eng_allocator *memory);

/* Puts a chunk of `size` bytes behind the others. */
eng_status eng__chunks_add(struct eng__chunks *chunks, const eng_allocator *memory,
                           size_t size);

/* Frees one chunk; the others keep their places. */
void eng__chunks_drop(struct eng__chunks *chunks, const eng_allocator *memory,
                      size_t which);

/* How large the next chunk is to be: about an eighth of what there is, so that no more
 * than that is spare and a small book stays small. */
static inline size_t eng__chunks_plan(const struct eng__chunks *chunks, size_t first,
                                      size_t most)
{
  size_t size = (size_t)(chunks->bytes / 8) / 64 * 64;

  return size < first ? first : size < most ? size : most;
}

#endif
