/* SPDX-License-Identifier: MIT */
/*
 * roll.h - what a census keeps of each row: stages, when it is due, whether it changed.
 *
 * Rows that are due at some time stand in a heap, the first one on top; `places` says
 * where each stands, so that moving one takes O(log n). Rows that changed are bits, and
 * bits of those words that have any, so that finding a few among millions is quick. All
 * lists lie in one block, `room` entries each.
 */
#ifndef ENG_BOOK_ROLL_H
#define ENG_BOOK_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/memory.h"

struct eng__roll {
  size_t models;
  uint32_t rows, room; /* room is a multiple of 64 */
  uint32_t waiting;    /* rows in the heap */
  uint64_t changed;    /* rows whose bit is set */
  int64_t *due;        /* ENG_TIME_NONE: never, and not in the heap */
  uint64_t *bits, *words;
  uint32_t *heap;   /* rows, `waiting` of them */
  uint32_t *places; /* in the heap */
  uint8_t *stages;  /* of row r from r * models on */
};

void eng__roll_init(struct eng__roll *roll, size_t models);
void eng__roll_release(struct eng__roll *roll, const eng_allocator *memory);
size_t eng__roll_memory(const struct eng__roll *roll);

/* Adds rows up to `rows`: in no stage, never due, changed. Unchanged on failure. */
eng_status eng__roll_grow(struct eng__roll *roll, const eng_allocator *memory,
                          uint64_t rows);

/* An empty one with room for as many rows. */
eng_status eng__roll_spare(const struct eng__roll *roll, const eng_allocator *memory,
                           struct eng__roll *spare);
/* Fills it: rows[i] is what row i was in `from`. */
void eng__roll_renumber(struct eng__roll *spare, const struct eng__roll *from,
                        const uint32_t *rows);

/* A row without its customer: in no stage, never due, not changed. */
void eng__roll_empty(struct eng__roll *roll, uint32_t row);
/* Row `last`, with which the rows end from here on, becomes this empty one. One that
 * the roll does not have yet is changed there. */
void eng__roll_move(struct eng__roll *roll, uint32_t last, uint32_t to);

/* Sets when a row is due. */
void eng__roll_set_due(struct eng__roll *roll, uint32_t row, int64_t due);
/* The same for all rows at once: `due` was filled in by hand. */
void eng__roll_heapify(struct eng__roll *roll);

void eng__roll_mark(struct eng__roll *roll, uint32_t row);
void eng__roll_clear(struct eng__roll *roll, uint32_t row);
void eng__roll_mark_all(struct eng__roll *roll);

static inline bool eng__roll_is_changed(const struct eng__roll *roll, uint32_t row)
{
  return roll->bits[row / 64] >> row % 64 & 1;
}

/* The first changed row from `from` on, or roll->rows. */
uint32_t eng__roll_next_changed(const struct eng__roll *roll, uint32_t from);

#endif
