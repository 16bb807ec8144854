/* SPDX-License-Identifier: MIT */
/*
 * arena.c - cutting blocks off chunks, and freed ones used again.
 *
 * A run that grows leaves a trail of smaller blocks; runs that come after it take them
 * up. A search looks at its own class and at a few above it, never below, and does not
 * split: pieces would be of no use to anybody.
 */
#include "book/arena.h"

#include <string.h>

#include "core/shape.h"

enum { FIRST_CHUNK = 1024, CHUNK = ENG__ARENA_UNIT << ENG__ARENA_BITS };

void eng__arena_init(struct eng__arena *arena) { memset(arena, 0, sizeof *arena); }

void eng__arena_release(struct eng__arena *arena, const eng_allocator *memory)
{
  eng__chunks_release(&arena->chunks, memory);
  eng__arena_init(arena);
}

/* ---- freed blocks ---- */

void eng__arena_give(struct eng__arena *arena, uint32_t place, unsigned class_number)
{
  if (class_number == 0) return;
  memset(eng__arena_at(arena, place), 0, eng__class_size(class_number));
  memcpy(eng__arena_at(arena, place), &arena->free[class_number], sizeof(uint32_t));
  arena->free[class_number] = place + 1;
  arena->filled[class_number / 64] |= UINT64_C(1) << class_number % 64;
}

/* The first class of low .. high with a freed block; 0: none. */
static unsigned find_freed(const struct eng__arena *arena, unsigned low, unsigned high)
{
  for (unsigned i = low; i <= high; i++) {
    uint64_t from_here = arena->filled[i / 64] >> i % 64;

    if (from_here & 1) return i;
    if (from_here == 0) i |= 63;
  }
  return 0;
}

static uint32_t take_freed(struct eng__arena *arena, unsigned class_number)
{
  uint32_t place = arena->free[class_number] - 1;

  memcpy(&arena->free[class_number], eng__arena_at(arena, place), sizeof(uint32_t));
  if (arena->free[class_number] == 0) {
    arena->filled[class_number / 64] &= ~(UINT64_C(1) << class_number % 64);
  }
  return place;
}

/* ---- new blocks ---- */

/* What is left of the last chunk, as freed blocks. */
static void retire(struct eng__arena *arena)
{
  uint32_t chunk = (uint32_t)arena->chunks.count - 1;

  while (arena->used < arena->units) {
    uint32_t left = arena->units - arena->used;
    unsigned class_number = ENG__ARENA_CLASSES - 1;

    while (eng__class_size(class_number) / ENG__ARENA_UNIT > left) class_number--;
    eng__arena_give(arena, chunk << ENG__ARENA_BITS | arena->used, class_number);
    arena->used += eng__class_size(class_number) / ENG__ARENA_UNIT;
  }
}

static bool add_chunk(struct eng__arena *arena, const eng_allocator *memory,
                      uint32_t least)
{
  size_t size = eng__chunks_plan(&arena->chunks, FIRST_CHUNK, CHUNK);

  retire(arena);
  if (arena->expected > 0) size = arena->expected < CHUNK ? arena->expected : CHUNK;
  if (size < least) size = least;
  if (arena->chunks.count >> (32 - ENG__ARENA_BITS) != 0) return false;
  if (eng__chunks_add(&arena->chunks, memory, size + ENG__SLACK) != ENG_OK) {
    return false;
  }
  arena->expected -= size < arena->expected ? size : arena->expected;
  arena->used = 0;
  arena->units = (uint32_t)(size / ENG__ARENA_UNIT);
  return true;
}

/* Room for about one event in four more, so that a run of n events is moved O(log n)
 * times and a quarter of its memory is spare at the most. */
static unsigned grown_class(uint32_t size)
{
  uint32_t grown = size + size / 4 + 8;

  return eng__class_of(grown < 4096 ? grown : 4096);
}

bool eng__arena_take(struct eng__arena *arena, const eng_allocator *memory,
                     uint32_t size, bool exact, uint32_t *place, unsigned *class_number)
{
  unsigned least = exact ? eng__class_of(size) : grown_class(size);
  unsigned most = exact ? least : least + least / 8;
  uint32_t units = eng__class_size(least) / ENG__ARENA_UNIT;
  unsigned freed;

  if (most >= ENG__ARENA_CLASSES) most = ENG__ARENA_CLASSES - 1;
  freed = find_freed(arena, least, most);
  if (freed != 0) {
    *place = take_freed(arena, freed);
    *class_number = freed;
    return true;
  }
  if (arena->units - arena->used < units &&
      !add_chunk(arena, memory, eng__class_size(least))) {
    return false;
  }
  *place = (uint32_t)(arena->chunks.count - 1) << ENG__ARENA_BITS | arena->used;
  *class_number = least;
  arena->used += units;
  return true;
}

void eng__arena_forget(struct eng__arena *arena)
{
  memset(arena->free, 0, sizeof arena->free);
  memset(arena->filled, 0, sizeof arena->filled);
  arena->expected = 0;
}

void eng__arena_seal(struct eng__arena *arena, uint64_t bytes)
{
  eng__arena_forget(arena);
  arena->used = arena->units = 0;
  /* The ends of chunks stay empty: runs are not cut. */
  arena->expected = bytes + bytes / CHUNK * 512;
}
