/* SPDX-License-Identifier: MIT */
/*
 * names.h - the ids of a book's customers, one behind the other.
 *
 * An id is its length (one byte below 128, else two) and its bytes. Ids are never
 * changed or freed one by one. A place counts in 2-byte units: 32 bits reach 8 GiB.
 */
#ifndef ENG_BOOK_NAMES_H
#define ENG_BOOK_NAMES_H

#include <stdbool.h>
#include <string.h>

#include "book/chunk.h"

enum {
  ENG__NAMES_BITS = 19, /* units of a chunk: 2^19 */
  ENG__NAMES_UNIT = 2,
  ENG__NAME_LONG = 128 /* a length from here on takes two bytes */
};

struct eng__names {
  struct eng__chunks chunks;
  uint32_t used, units; /* of the last chunk */
};

void eng__names_init(struct eng__names *names);
void eng__names_release(struct eng__names *names, const eng_allocator *memory);

/* Makes sure that the next id of `length` bytes finds room. */
eng_status eng__names_reserve(struct eng__names *names, const eng_allocator *memory,
                              size_t length);

/* Puts an id for which there is room; returns its place. */
uint32_t eng__names_add(struct eng__names *names, const char *id, size_t length);

static inline const uint8_t *eng__names_at(const struct eng__names *names,
                                           uint32_t place)
{
  return names->chunks.list[place >> ENG__NAMES_BITS].bytes +
         (size_t)(place & ((1u << ENG__NAMES_BITS) - 1)) * ENG__NAMES_UNIT;
}

static inline const char *eng__names_get(const struct eng__names *names, uint32_t place,
                                         size_t *length)
{
  const uint8_t *at = eng__names_at(names, place);

  if (at[0] < ENG__NAME_LONG) {
    *length = at[0];
    return (const char *)at + 1;
  }
  *length = (size_t)(at[0] - ENG__NAME_LONG) << 8 | at[1];
  return (const char *)at + 2;
}

static inline bool eng__names_is(const struct eng__names *names, uint32_t place,
                                 const char *id, size_t length)
{
  size_t held;
  const char *bytes = eng__names_get(names, place, &held);

  return held == length && memcmp(bytes, id, length) == 0;
}

#endif
