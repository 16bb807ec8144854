/* SPDX-License-Identifier: MIT */
/*
 * prefetch.h - asking for memory before it is needed.
 *
 * By reading a byte: processors may pass over a prefetch whose page is not at hand,
 * which in a large book is nearly every one. Reads that nothing depends on run side by
 * side all the same.
 */
#ifndef ENG_BOOK_PREFETCH_H
#define ENG_BOOK_PREFETCH_H

#include <stdint.h>

/* Reads the byte at an address that may be read. */
static inline void eng__fetch(const void *address)
{
  (void)*(const volatile uint8_t *)address;
}

#endif
