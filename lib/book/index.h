/* SPDX-License-Identifier: MIT */
/*
 * index.h - from a customer's hash to its row: open addressing, four bytes an entry.
 *
 * The table has 2^bits entries and is at most half full. An entry is row + 1 in its
 * low `bits`, and above them as many low bits of the hash as there is room for; the
 * hash's high bits say where to look first. So hashes of 32 bits are all that is used,
 * and nearly every wrong entry is passed without a look at its customer.
 */
#ifndef ENG_BOOK_INDEX_H
#define ENG_BOOK_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/memory.h"

struct eng__index {
  uint32_t *entries; /* NULL if bits is 0 */
  unsigned bits;     /* 0: no table; else 4..32 */
};

static inline size_t eng__index_first(const struct eng__index *index, uint32_t hash)
{
  return hash >> (32 - index->bits);
}

static inline size_t eng__index_mask(const struct eng__index *index)
{
  return (size_t)(((uint64_t)1 << index->bits) - 1);
}

/* What the entry of a row holds. */
static inline uint32_t eng__index_entry(const struct eng__index *index, uint32_t hash,
                                        uint32_t row)
{
  return (uint32_t)((uint64_t)hash << index->bits) | (row + 1);
}

/* Whether an entry may be that of a customer with this hash; if so, its row. */
static inline bool eng__index_may_be(const struct eng__index *index, uint32_t entry,
                                     uint32_t hash, uint32_t *row)
{
  uint32_t mask = (uint32_t)(((uint64_t)1 << index->bits) - 1);

  *row = (entry & mask) - 1;
  return (entry & ~mask) == (uint32_t)((uint64_t)hash << index->bits);
}

static inline void eng__index_add(struct eng__index *index, uint32_t hash, uint32_t row)
{
  size_t i = eng__index_first(index, hash);

  while (index->entries[i] != 0) i = (i + 1) & eng__index_mask(index);
  index->entries[i] = eng__index_entry(index, hash, row);
}

/* The bits of a table for `rows` rows. */
static inline unsigned eng__index_bits_for(uint64_t rows)
{
  unsigned bits = 4;

  while (bits < 32 && (UINT64_C(1) << bits) < 2 * rows) bits++;
  return bits;
}

static inline size_t eng__index_memory(const struct eng__index *index)
{
  return index->bits == 0 ? 0 : sizeof(uint32_t) << index->bits;
}

#endif
