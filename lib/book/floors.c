/* SPDX-License-Identifier: MIT */
/*
 * floors.c - a small hash table. Rows are the book's own numbers, which nobody can
 * choose, so a multiplication is hash enough.
 */
#include "book/floors.h"

#include <string.h>

#include <engagement/calendar.h>

void eng__floors_init(struct eng__floors *floors) { memset(floors, 0, sizeof *floors); }

void eng__floors_release(struct eng__floors *floors, const eng_allocator *memory)
{
  eng__free(memory, floors->entries, floors->room * sizeof *floors->entries);
  eng__floors_init(floors);
}

static size_t first(const struct eng__floors *floors, uint32_t row)
{
  uint32_t hash = row * UINT32_C(0x9e3779b9);

  return (size_t)((uint64_t)hash * floors->room >> 32);
}

static struct eng__floor *find(const struct eng__floors *floors, uint32_t row)
{
  size_t i = first(floors, row);

  while (floors->entries[i].row != 0 && floors->entries[i].row != row + 1) {
    i = (i + 1) & (floors->room - 1);
  }
  return &floors->entries[i];
}

int64_t eng__floors_get(const struct eng__floors *floors, uint32_t row)
{
  const struct eng__floor *entry;

  if (floors->count == 0) return ENG_TIME_NONE;
  entry = find(floors, row);
  return entry->row == 0 ? ENG_TIME_NONE : entry->floor;
}

eng_status eng__floors_reserve(struct eng__floors *floors, const eng_allocator *memory)
{
  return eng__floors_reserve_many(floors, memory, 1);
}

eng_status eng__floors_reserve_many(struct eng__floors *floors,
                                    const eng_allocator *memory, size_t more)
{
  struct eng__floors larger = *floors;

  if (2 * (floors->count + more) <= floors->room) return ENG_OK;
  while (2 * (floors->count + more) > larger.room) {
    larger.room = larger.room == 0 ? 16 : 2 * larger.room;
  }
  larger.entries = eng__new_zeroed(memory, larger.room * sizeof *larger.entries);
  if (larger.entries == NULL) return ENG_E_NOMEM;
  for (size_t i = 0; i < floors->room; i++) {
    const struct eng__floor *entry = &floors->entries[i];

    if (entry->row != 0) *find(&larger, entry->row - 1) = *entry;
  }
  eng__free(memory, floors->entries, floors->room * sizeof *floors->entries);
  *floors = larger;
  return ENG_OK;
}

void eng__floors_set(struct eng__floors *floors, uint32_t row, int64_t floor)
{
  struct eng__floor *entry = find(floors, row);

  if (entry->row == 0) floors->count++;
  entry->row = row + 1;
  entry->floor = floor;
}

/* Those behind it move up, as far as they were pushed off their places. */
int64_t eng__floors_drop(struct eng__floors *floors, uint32_t row)
{
  struct eng__floor *entries = floors->entries;
  size_t mask = floors->room - 1, hole;
  int64_t floor;

  if (floors->count == 0) return ENG_TIME_NONE;
  hole = (size_t)(find(floors, row) - entries);
  if (entries[hole].row == 0) return ENG_TIME_NONE;
  floor = entries[hole].floor;
  for (size_t i = (hole + 1) & mask; entries[i].row != 0; i = (i + 1) & mask) {
    size_t own = first(floors, entries[i].row - 1);

    if (((i - own) & mask) < ((i - hole) & mask)) continue;
    entries[hole] = entries[i];
    hole = i;
  }
  entries[hole].row = 0;
  floors->count--;
  return floor;
}
