/* SPDX-License-Identifier: MIT */
/*
 * names.h - the ids of a book's customers.
 *
 * Every row has a cell of 12 bytes. An id of up to 11 bytes stands in it, behind its
 * length and before zeros; of a longer one the cell says where it lies among the long
 * ones, one behind the other: its length in two bytes, then its bytes. So where an id
 * is follows from the row alone, and a look at it need not wait for the slot. Ids are
 * never changed or freed one by one.
 */
#ifndef ENG_BOOK_NAMES_H
#define ENG_BOOK_NAMES_H

#include <stdbool.h>
#include <string.h>

#include "book/chunk.h"
#include "core/bytes.h"

enum {
  ENG__CELL_ID = 11,        /* longest id in a cell */
  ENG__CELL_LONG = 255,     /* in place of the length: the id lies elsewhere */
  ENG__LONG_IDS_BITS = 19,  /* units of a chunk: 2^19 */
  ENG__LONG_IDS_UNIT = 2    /* bytes; so 32 bits reach 8 GiB */
};

struct eng__cell {
  uint8_t length; /* or ENG__CELL_LONG, and then three zeros and the place */
  uint8_t bytes[ENG__CELL_ID];
};

struct eng__long_ids {
  struct eng__chunks chunks;
  uint32_t used, units; /* of the last chunk */
};

void eng__long_ids_init(struct eng__long_ids *ids);
void eng__long_ids_release(struct eng__long_ids *ids, const eng_allocator *memory);

/* Makes sure that the next id of `length` bytes finds room. */
eng_status eng__long_ids_reserve(struct eng__long_ids *ids, const eng_allocator *memory,
                                 size_t length);

/* Fills a cell; for an id that does not fit there is room. */
void eng__cell_set(struct eng__cell *cell, struct eng__long_ids *ids, const char *id,
                   size_t length);

const char *eng__cell_get_long(const struct eng__cell *cell,
                               const struct eng__long_ids *ids, size_t *length);

static inline const char *eng__cell_get(const struct eng__cell *cell,
                                        const struct eng__long_ids *ids, size_t *length)
{
  if (cell->length == ENG__CELL_LONG) return eng__cell_get_long(cell, ids, length);
  *length = cell->length;
  return (const char *)cell->bytes;
}

static inline bool eng__cell_is(const struct eng__cell *cell,
                                const struct eng__long_ids *ids, const char *id,
                                size_t length)
{
  size_t held;
  const char *bytes = eng__cell_get(cell, ids, &held);

  return held == length && eng__same_bytes(bytes, id, length);
}

#endif
