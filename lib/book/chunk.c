/* SPDX-License-Identifier: MIT */
/*
 * chunk.c - getting and freeing chunks that begin on a cache line.
 */
#include "book/chunk.h"

#include <string.h>

enum { LINE = 64 };

void eng__chunks_init(struct eng__chunks *chunks) { memset(chunks, 0, sizeof *chunks); }

void eng__chunks_release(struct eng__chunks *chunks, const eng_allocator *memory)
{
  for (size_t i = 0; i < chunks->count; i++) eng__chunks_drop(chunks, memory, i);
  eng__free(memory, chunks->list, chunks->room * sizeof *chunks->list);
  eng__chunks_init(chunks);
}

eng_status eng__chunks_add(struct eng__chunks *chunks, const eng_allocator *memory,
                           size_t size)
{
  void *list = chunks->list;
  eng_status status =
      eng__grow(memory, &list, &chunks->room, chunks->count + 1, sizeof *chunks->list);
  struct eng__chunk *chunk;

  chunks->list = list;
  if (status != ENG_OK) return status;
  chunk = &chunks->list[chunks->count];
  chunk->size = size + LINE;
  chunk->block = eng__new(memory, chunk->size);
  if (chunk->block == NULL) return ENG_E_NOMEM;
  chunk->bytes = chunk->block + (LINE - (uintptr_t)chunk->block % LINE) % LINE;
  chunks->count++;
  chunks->bytes += size;
  return ENG_OK;
}

void eng__chunks_drop(struct eng__chunks *chunks, const eng_allocator *memory,
                      size_t which)
{
  struct eng__chunk *chunk = &chunks->list[which];

  eng__free(memory, chunk->block, chunk->size);
  memset(chunk, 0, sizeof *chunk);
}
