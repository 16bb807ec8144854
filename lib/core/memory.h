/* SPDX-License-Identifier: MIT */
/*
 * memory.h - all memory goes through here.
 *
 * The host's allocator is told the old size of every block, so every owner keeps it.
 * memory.c is the one file of the library that knows malloc's family.
 */
#ifndef ENG_CORE_MEMORY_H
#define ENG_CORE_MEMORY_H

#include <engagement/allocator.h>
#include <engagement/status.h>

/* The C library's, for a host that gives none. */
extern const eng_allocator eng__default_allocator;

/* Copies an allocator of the host's, NULL meaning the C library's. */
eng_status eng__allocator_copy(const eng_allocator *from, eng_allocator *to);

/* New, larger, smaller or (new_size 0) no memory; NULL when there is none. */
void *eng__resize(const eng_allocator *allocator, void *old, size_t old_size,
                  size_t new_size);

static inline void *eng__new(const eng_allocator *allocator, size_t size)
{
  return eng__resize(allocator, NULL, 0, size);
}

static inline void eng__free(const eng_allocator *allocator, void *old, size_t size)
{
  if (old != NULL) (void)eng__resize(allocator, old, size, 0);
}

/* New memory, all zeros. */
void *eng__new_zeroed(const eng_allocator *allocator, size_t size);

/*
 * Makes room for `need` items of `item` bytes in a block that holds *room of them,
 * growing by half so that n appends cost O(n). The block is as it was on failure.
 */
eng_status eng__grow(const eng_allocator *allocator, void **block, size_t *room,
                     size_t need, size_t item);

#endif
