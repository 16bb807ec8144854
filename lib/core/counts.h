/* SPDX-License-Identifier: MIT */
/*
 * counts.h - how many events of each kind stand before each block of a node.
 *
 * Derived from the blocks and kept beside them, so that a window of a heavy timeline
 * costs two differences instead of a walk. A node does without while it has few blocks,
 * or where there was no memory: whoever asks has to read its events then. Kinds are
 * those that measures see: a purchase below 0 is a refund.
 */
#ifndef ENG_CORE_COUNTS_H
#define ENG_CORE_COUNTS_H

#include "core/run.h"

enum {
  ENG__NODE_MAX = 128,  /* blocks of a node */
  ENG__COUNTS_FROM = 16 /* blocks from which on a node is counted */
};

/* A sum of minor units that no order of adding can make overflow. */
struct eng__wide {
  int64_t high;
  uint64_t low;
};

static inline void eng__wide_add(struct eng__wide *sum, int64_t amount)
{
  uint64_t low = sum->low + (uint64_t)amount;

  sum->high += (amount < 0 ? -1 : 0) + (low < sum->low);
  sum->low = low;
}

/* sum += a - b */
static inline void eng__wide_join(struct eng__wide *sum, const struct eng__wide *a,
                                  const struct eng__wide *b)
{
  uint64_t low = sum->low + a->low;
  uint64_t high = (uint64_t)sum->high + (uint64_t)a->high + (low < a->low);

  high -= (uint64_t)b->high + (low < b->low);
  sum->low = low - b->low;
  sum->high = (int64_t)high;
}

/* Here and below [j] is about the blocks before block j. */
struct eng__sums {
  uint32_t amounts[ENG__NODE_MAX + 1]; /* events with one in the base currency: */
  struct eng__wide sums[ENG__NODE_MAX + 1];
};

struct eng__column {
  uint8_t kind;
  bool foreign;           /* some amount may have been in another currency */
  struct eng__sums *money; /* NULL: none has had an amount */
  uint32_t events[ENG__NODE_MAX + 1];
};

struct eng__counts {
  struct eng__column *columns;
  uint32_t count, room;
  uint32_t money;         /* columns with sums */
  uint8_t column_of[256]; /* of a kind: its column + 1, or 0 */
};

/* What an event adds. */
struct eng__counted {
  uint8_t kind;
  bool money;     /* it has an amount in the base currency: */
  int64_t amount; /* refunds count below 0 */
  bool foreign;   /* it has one in another currency */
};

void eng__counted_step(const struct eng__step *step, int32_t base,
                       struct eng__counted *out);
void eng__counted_event(const struct eng__event *event, int32_t base,
                        struct eng__counted *out);

size_t eng__counts_memory(const struct eng__counts *counts);
void eng__counts_free(struct eng__counts *counts, const eng_allocator *memory);

/* Counts of no blocks; NULL: no memory. */
struct eng__counts *eng__counts_new(const eng_allocator *memory);

/* Makes room for a block before block `at` of `count`, which has no events yet. */
void eng__counts_insert(struct eng__counts *counts, uint32_t count, uint32_t at);

/* Takes `number` blocks of `count` away, from block `at` on, with their events. */
void eng__counts_remove(struct eng__counts *counts, uint32_t count, uint32_t at,
                        uint32_t number);

/* An event comes to block `at` of `count`. False: no memory, nothing is changed. */
bool eng__counts_add(struct eng__counts *counts, const eng_allocator *memory,
                     uint32_t count, uint32_t at, const struct eng__counted *event);

/* Block `at` of `count` now has the events of a run. False: no memory, and the counts
 * are wrong. */
bool eng__counts_set(struct eng__counts *counts, const struct eng__pen *pen,
                     uint32_t count, uint32_t at, const struct eng__run *run);

#endif
