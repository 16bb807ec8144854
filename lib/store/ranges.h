/* SPDX-License-Identifier: MIT */
/*
 * ranges.h - what a store holds as ordered items, and digests of ranges of them.
 *
 * Items are tombstones, by key number and pseudonym, customers, by id, and links, by the
 * hash of their pair. The digest
 * of a range is the sum of those of its items, so equal sets have equal digests.
 * Source: Meyer (2023), Range-Based Set Reconciliation.
 */
#ifndef ENG_STORE_RANGES_H
#define ENG_STORE_RANGES_H

#include <string.h>

#include "store/store.h"

enum {
  ENG__SPACE_STONES = 0,
  ENG__SPACE_CUSTOMERS = 1,
  ENG__SPACE_LINKS = 2,
  ENG__SPACES = 3,
  ENG__KEY_MAX = 4097, /* bytes of an id, and one more for what comes right behind it */
  ENG__PARTS = 16      /* that a range is split into */
};

/* A place in the order of keys; the end is behind all of them. */
struct eng__bound {
  uint8_t key[ENG__KEY_MAX];
  size_t length;
  bool end;
};

struct eng__range {
  struct eng__bound low, high; /* from low on, before high */
};

struct eng__digest {
  uint64_t low, high;
};

/* One item while its row lasts. */
struct eng__item {
  const uint8_t *key;
  size_t key_length;
  const uint8_t *value;
  size_t value_length;
  struct eng__digest digest;
  uint8_t scratch[ENG__STONE_SIZE + 8];
};

struct eng__items {
  struct eng_store *store;
  sqlite3_stmt *rows;
  int space;
};

/* Compares two places: <0, 0, >0. */
int eng__bound_compare(const struct eng__bound *a, const struct eng__bound *b);

/* Walks over the items of a range. end() is due after a begin() that succeeded. */
eng_status eng__items_begin(struct eng__items *items, struct eng_store *store,
                            int space, const struct eng__range *range);
eng_status eng__items_next(struct eng__items *items, struct eng__item *item,
                           bool *there);
void eng__items_end(struct eng__items *items);

/* How many there are, and the sum of their digests. */
eng_status eng__range_sum(struct eng_store *store, int space,
                          const struct eng__range *range, uint64_t *count,
                          struct eng__digest *sum);

/* The range of one key: right behind it comes the key and a byte of 0. */
static inline void eng__range_of(struct eng__range *range, const uint8_t *key,
                                 size_t length)
{
  range->low.end = range->high.end = false;
  range->low.length = length;
  range->high.length = length + 1;
  memcpy(range->low.key, key, length);
  memcpy(range->high.key, key, length);
  range->high.key[length] = 0;
}

static inline void eng__digest_add(struct eng__digest *to,
                                   const struct eng__digest *one)
{
  to->low += one->low;
  to->high += one->high + (to->low < one->low);
}

static inline bool eng__digest_same(const struct eng__digest *a,
                                    const struct eng__digest *b)
{
  return a->low == b->low && a->high == b->high;
}

#endif
