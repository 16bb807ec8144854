/* SPDX-License-Identifier: MIT */
/*
 * sort.h - sorting in place, n log n whoever chose the items, without memory.
 *
 * libc's qsort may allocate outside the host's allocator and may be quadratic. This is
 * heap sort: not stable, so `compare` has to tell apart what must not change places.
 */
#ifndef ENG_CORE_SORT_H
#define ENG_CORE_SORT_H

#include <stddef.h>

enum { ENG__SORT_ITEM_MAX = 64 }; /* bytes of an item */

/* <0, 0, >0, as memcmp. */
typedef int (*eng__compare_fn)(const void *a, const void *b);

void eng__sort(void *items, size_t count, size_t size, eng__compare_fn compare);

#endif
