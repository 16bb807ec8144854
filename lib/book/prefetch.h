/* SPDX-License-Identifier: MIT */
/*
 * prefetch.h - asking for memory before it is needed.
 */
#ifndef ENG_BOOK_PREFETCH_H
#define ENG_BOOK_PREFETCH_H

#include <stdint.h>

/* Reads the byte at an address that may be read. Processors may pass over a hint whose
 * page is not at hand, which in a large book is nearly every one; reads that nothing
 * depends on run side by side, as long as little else stands between them. */
static inline void eng__fetch(const void *address)
{
  (void)*(const volatile uint8_t *)address;
}

/* A hint, for tables that are small enough: nothing ever waits for it. */
static inline void eng__prefetch(const void *address)
{
#if defined(__GNUC__)
  __builtin_prefetch(address);
#else
  (void)address;
#endif
}

#endif
