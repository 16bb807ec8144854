/* SPDX-License-Identifier: MIT */
/*
 * slot.h - what a book keeps of a customer, in half a cache line.
 *
 * A slot says where the run lies, and holds what eng__run says beside its bytes. Of a heavy timeline it has the number in the book's list, and copies of its
 * last time and summary, so that assessing need not look further. Floors are rare and
 * stand in a table of their own.
 */
#ifndef ENG_BOOK_SLOT_H
#define ENG_BOOK_SLOT_H

#include "core/timeline.h"

struct eng__slot {
  uint32_t run; /* place in the arena, or number of the heavy timeline */
  uint32_t hash; /* of the id, as the index has it */
  uint32_t last_low;
  uint16_t last_high; /* time of the last event: 48 bits */
  uint16_t base;
  uint32_t sizes; /* bytes of the run (13 bits), class of its block (8), events (11) */
  struct eng__summary summary;
};

/* Chunks of 4096 slots; the first one grows to that. */
enum { ENG__SLOT_BITS = 12, ENG__SLOT_HEAVY = 0x1fff };

static inline uint32_t eng__slot_size(const struct eng__slot *slot)
{
  return slot->sizes & 0x1fff;
}

static inline bool eng__slot_is_heavy(const struct eng__slot *slot)
{
  return eng__slot_size(slot) == ENG__SLOT_HEAVY;
}

static inline unsigned eng__slot_class(const struct eng__slot *slot)
{
  return slot->sizes >> 13 & 0xff;
}

static inline uint32_t eng__slot_count(const struct eng__slot *slot)
{
  return slot->sizes >> 21;
}

static inline void eng__slot_set_sizes(struct eng__slot *slot, uint32_t size,
                                       unsigned class_number, uint32_t count)
{
  slot->sizes = size | (uint32_t)class_number << 13 | count << 21;
}

static inline int64_t eng__slot_last(const struct eng__slot *slot)
{
  return (int64_t)((uint64_t)slot->last_high << 32 | slot->last_low);
}

static inline void eng__slot_set_last(struct eng__slot *slot, int64_t last)
{
  slot->last_low = (uint32_t)last;
  slot->last_high = (uint16_t)((uint64_t)last >> 32);
}

#endif
