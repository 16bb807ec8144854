/* SPDX-License-Identifier: MIT */
/*
 * index.h - from a customer's hash to its row: open addressing, four bytes an entry.
 *
 * A table of any size, at most four fifths full. An entry is row + 1 in its low `bits`,
 * and above them as many low bits of the hash as there is room for; the hash as a
 * fraction of the table says where to look first. So hashes of 32 bits are all that is
 * used, and nearly every wrong entry is passed without a look at its customer: a full
 * table costs little, for sixteen entries share a cache line.
 */
#ifndef ENG_BOOK_INDEX_H
#define ENG_BOOK_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/memory.h"

struct eng__index {
  uint32_t *entries; /* NULL: no table */
  size_t size;       /* entries, up to 2^32 */
  unsigned bits;     /* of a row + 1, 4..32 */
};

static inline size_t eng__index_first(const struct eng__index *index, uint32_t hash)
{
  return (size_t)((uint64_t)hash * index->size >> 32);
}

static inline size_t eng__index_next(const struct eng__index *index, size_t i)
{
  return i + 1 == index->size ? 0 : i + 1;
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

  while (index->entries[i] != 0) i = eng__index_next(index, i);
  index->entries[i] = eng__index_entry(index, hash, row);
}

/* Where the entry of a row is; false: it has none. */
static inline bool eng__index_find(const struct eng__index *index, uint32_t hash,
                                   uint32_t row, size_t *out)
{
  uint32_t found;

  if (index->size == 0) return false;
  for (size_t i = eng__index_first(index, hash); index->entries[i] != 0;
       i = eng__index_next(index, i)) {
    if (!eng__index_may_be(index, index->entries[i], hash, &found) || found != row) {
      continue;
    }
    *out = i;
    return true;
  }
  return false;
}

/* How many rows a table of a size takes. */
static inline uint64_t eng__index_capacity(const struct eng__index *index)
{
  return (uint64_t)index->size / 5 * 4;
}

/* The table for `rows` rows, up to INT32_MAX, and a few more; without entries yet. */
static inline struct eng__index eng__index_plan(uint64_t rows)
{
  struct eng__index index = {NULL, 0, 4};
  uint64_t size = rows + rows / 3 + 16;

  index.size = (size_t)(size < UINT32_MAX ? size : UINT32_MAX);
  while (index.bits < 32 && UINT64_C(1) << index.bits <= index.size) index.bits++;
  return index;
}

static inline size_t eng__index_memory(const struct eng__index *index)
{
  return index->size * sizeof *index->entries;
}

#endif
