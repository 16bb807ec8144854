/* SPDX-License-Identifier: MIT */
/*
 * roll.c - the heap of rows that are due, and the bits of those that changed.
 */
#include "book/roll.h"

#include <string.h>

#include <engagement/event.h>

#include "core/checked.h"

/* ---- memory ---- */

/* Bytes of each row, bits included: 64 rows take a word, 4096 a word of words. */
static bool block_size(const struct eng__roll *roll, size_t room, size_t *size)
{
  size_t words = room / 64 + room / 4096 + 1;

  return eng__mul_size(room, 2 * sizeof(uint64_t) + roll->models, size) &&
         eng__add_size(*size, words * sizeof(uint64_t), size);
}

size_t eng__roll_memory(const struct eng__roll *roll)
{
  size_t size = 0;

  return roll->room > 0 && block_size(roll, roll->room, &size) ? size : 0;
}

void eng__roll_init(struct eng__roll *roll, size_t models)
{
  memset(roll, 0, sizeof *roll);
  roll->models = models;
}

void eng__roll_release(struct eng__roll *roll, const eng_allocator *memory)
{
  eng__free(memory, roll->due, eng__roll_memory(roll));
  eng__roll_init(roll, roll->models);
}

static eng_status make(struct eng__roll *roll, const eng_allocator *memory, size_t room)
{
  size_t size;

  if (room > UINT32_MAX || !block_size(roll, room, &size)) return ENG_E_NOMEM;
  roll->due = eng__new_zeroed(memory, size);
  if (roll->due == NULL) return ENG_E_NOMEM;
  roll->room = (uint32_t)room;
  roll->bits = (uint64_t *)(void *)(roll->due + room);
  roll->words = roll->bits + room / 64;
  roll->heap = (uint32_t *)(void *)(roll->words + room / 4096 + 1);
  roll->places = roll->heap + room;
  roll->stages = (uint8_t *)(roll->places + room);
  return ENG_OK;
}

static void copy(struct eng__roll *to, const struct eng__roll *from)
{
  size_t rows = from->rows, words = (size_t)from->room / 64;

  to->rows = from->rows;
  to->waiting = from->waiting;
  to->changed = from->changed;
  if (from->room == 0) return;
  memcpy(to->due, from->due, rows * sizeof *to->due);
  memcpy(to->bits, from->bits, words * sizeof *to->bits);
  memcpy(to->words, from->words, (words / 64 + 1) * sizeof *to->words);
  memcpy(to->heap, from->heap, from->waiting * sizeof *to->heap);
  memcpy(to->places, from->places, rows * sizeof *to->places);
  memcpy(to->stages, from->stages, rows * from->models);
}

eng_status eng__roll_grow(struct eng__roll *roll, const eng_allocator *memory,
                          uint64_t rows)
{
  if (rows > roll->room) {
    struct eng__roll larger;
    uint64_t room = (uint64_t)roll->room + roll->room / 2;
    eng_status status;

    eng__roll_init(&larger, roll->models);
    room = ((room < rows ? rows : room) + 63) / 64 * 64;
    status = make(&larger, memory, (size_t)room);
    if (status != ENG_OK) return status;
    copy(&larger, roll);
    eng__roll_release(roll, memory);
    *roll = larger;
  }
  while (roll->rows < rows) {
    uint32_t row = roll->rows++;

    roll->due[row] = ENG_TIME_NONE;
    memset(roll->stages + row * roll->models, 0, roll->models);
    eng__roll_mark(roll, row);
  }
  return ENG_OK;
}

/* ---- the heap ---- */

static void put(struct eng__roll *roll, uint32_t place, uint32_t row)
{
  roll->heap[place] = row;
  roll->places[row] = place;
}

static void sift_up(struct eng__roll *roll, uint32_t place, uint32_t row)
{
  while (place > 0) {
    uint32_t above = (place - 1) / 2;

    if (roll->due[roll->heap[above]] <= roll->due[row]) break;
    put(roll, place, roll->heap[above]);
    place = above;
  }
  put(roll, place, row);
}

static void sift_down(struct eng__roll *roll, uint32_t place, uint32_t row)
{
  for (uint64_t child; (child = 2 * (uint64_t)place + 1) < roll->waiting;) {
    const uint32_t *heap = roll->heap;

    if (child + 1 < roll->waiting &&
        roll->due[heap[child + 1]] < roll->due[heap[child]]) {
      child++;
    }
    if (roll->due[row] <= roll->due[heap[child]]) break;
    put(roll, place, heap[child]);
    place = (uint32_t)child;
  }
  put(roll, place, row);
}

/* A row whose time is changed goes up or down from where it stands. */
static void settle(struct eng__roll *roll, uint32_t place, uint32_t row)
{
  if (place > 0 && roll->due[row] < roll->due[roll->heap[(place - 1) / 2]]) {
    sift_up(roll, place, row);
  } else {
    sift_down(roll, place, row);
  }
}

void eng__roll_set_due(struct eng__roll *roll, uint32_t row, int64_t due)
{
  bool stands = roll->due[row] != ENG_TIME_NONE;
  uint32_t place = roll->places[row];

  roll->due[row] = due;
  if (due != ENG_TIME_NONE) {
    if (!stands) place = roll->waiting++;
    settle(roll, place, row);
  } else if (stands) {
    uint32_t last = roll->heap[--roll->waiting];

    if (last != row) settle(roll, place, last);
  }
}

void eng__roll_heapify(struct eng__roll *roll)
{
  roll->waiting = 0;
  for (uint32_t row = 0; row < roll->rows; row++) {
    if (roll->due[row] != ENG_TIME_NONE) put(roll, roll->waiting++, row);
  }
  for (uint32_t i = roll->waiting / 2; i-- > 0;) sift_down(roll, i, roll->heap[i]);
}

/* ---- what changed ---- */

void eng__roll_mark(struct eng__roll *roll, uint32_t row)
{
  roll->changed += !eng__roll_is_changed(roll, row);
  roll->bits[row / 64] |= UINT64_C(1) << row % 64;
  roll->words[row / 4096] |= UINT64_C(1) << row / 64 % 64;
}

void eng__roll_clear(struct eng__roll *roll, uint32_t row)
{
  roll->changed -= eng__roll_is_changed(roll, row);
  roll->bits[row / 64] &= ~(UINT64_C(1) << row % 64);
  if (roll->bits[row / 64] == 0) {
    roll->words[row / 4096] &= ~(UINT64_C(1) << row / 64 % 64);
  }
}

void eng__roll_mark_all(struct eng__roll *roll)
{
  for (uint32_t row = 0; row < roll->rows; row++) eng__roll_mark(roll, row);
}

/* The lowest bit that is set from `from` on; 64: none. */
static unsigned lowest(uint64_t word, unsigned from)
{
  unsigned i = from;

  if (from >= 64 || (word >>= from) == 0) return 64;
  while ((word & 0xff) == 0) {
    word >>= 8;
    i += 8;
  }
  while (!(word & 1)) {
    word >>= 1;
    i++;
  }
  return i;
}

uint32_t eng__roll_next_changed(const struct eng__roll *roll, uint32_t from)
{
  uint32_t word = from / 64, group;
  unsigned bit;

  if (from >= roll->rows) return roll->rows;
  bit = lowest(roll->bits[word], from % 64);
  if (bit < 64) return word * 64 + bit;
  for (group = ++word / 64; group <= roll->room / 4096; group++) {
    bit = lowest(roll->words[group], group == word / 64 ? word % 64 : 0);
    if (bit == 64) continue;
    word = group * 64 + bit;
    return word * 64 + lowest(roll->bits[word], 0);
  }
  return roll->rows;
}

/* ---- rows numbered anew ---- */

void eng__roll_empty(struct eng__roll *roll, uint32_t row)
{
  memset(roll->stages + row * roll->models, 0, roll->models);
  eng__roll_set_due(roll, row, ENG_TIME_NONE);
  eng__roll_clear(roll, row);
}

void eng__roll_move(struct eng__roll *roll, uint32_t last, uint32_t to)
{
  size_t models = roll->models;
  int64_t due;
  bool changed;

  if (to < roll->rows && last >= roll->rows) eng__roll_mark(roll, to);
  if (last >= roll->rows) return;
  due = roll->due[last];
  changed = eng__roll_is_changed(roll, last);
  if (last != to) {
    memcpy(roll->stages + to * models, roll->stages + last * models, models);
    eng__roll_set_due(roll, to, due);
    if (changed) eng__roll_mark(roll, to);
  }
  eng__roll_empty(roll, last);
  roll->rows = last;
}

eng_status eng__roll_spare(const struct eng__roll *roll, const eng_allocator *memory,
                           struct eng__roll *spare)
{
  eng__roll_init(spare, roll->models);
  return roll->room == 0 ? ENG_OK : make(spare, memory, roll->room);
}

void eng__roll_renumber(struct eng__roll *spare, const struct eng__roll *from,
                        const uint32_t *rows)
{
  size_t models = from->models;

  spare->rows = from->rows;
  for (uint32_t i = 0; i < from->rows; i++) {
    spare->due[i] = from->due[rows[i]];
    memcpy(spare->stages + i * models, from->stages + rows[i] * models, models);
    if (eng__roll_is_changed(from, rows[i])) eng__roll_mark(spare, i);
  }
  eng__roll_heapify(spare);
}
