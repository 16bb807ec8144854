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

static struct eng__floor *find(const struct eng__floors *floors, uint32_t row)
{
  uint32_t hash = row * UINT32_C(0x9e3779b9);
  size_t i = (size_t)((uint64_t)hash * floors->room >> 32);

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
  struct eng__floors larger = *floors;

  if (2 * (floors->count + 1) <= floors->room) return ENG_OK;
  larger.room = floors->room == 0 ? 16 : 2 * floors->room;
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
