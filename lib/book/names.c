/* SPDX-License-Identifier: MIT */
/*
 * names.c - putting ids into cells, and long ones into chunks.
 */
#include "book/names.h"

enum { FIRST_CHUNK = 512, CHUNK = ENG__LONG_IDS_UNIT << ENG__LONG_IDS_BITS, PLACE = 3 };

void eng__long_ids_init(struct eng__long_ids *ids) { memset(ids, 0, sizeof *ids); }

void eng__long_ids_release(struct eng__long_ids *ids, const eng_allocator *memory)
{
  eng__chunks_release(&ids->chunks, memory);
  eng__long_ids_init(ids);
}

static uint32_t units_of(size_t length)
{
  return (uint32_t)((length + 2 + ENG__LONG_IDS_UNIT - 1) / ENG__LONG_IDS_UNIT);
}

eng_status eng__long_ids_reserve(struct eng__long_ids *ids, const eng_allocator *memory,
                                 size_t length)
{
  uint32_t units = units_of(length);
  size_t size = eng__chunks_plan(&ids->chunks, FIRST_CHUNK, CHUNK);
  eng_status status;

  if (length <= ENG__CELL_ID || ids->units - ids->used >= units) return ENG_OK;
  if (ids->chunks.count >> (32 - ENG__LONG_IDS_BITS) != 0) return ENG_E_LIMIT;
  if (size < (size_t)units * ENG__LONG_IDS_UNIT) {
    size = (size_t)units * ENG__LONG_IDS_UNIT;
  }
  status = eng__chunks_add(&ids->chunks, memory, size);
  if (status != ENG_OK) return status;
  ids->used = 0;
  ids->units = (uint32_t)(size / ENG__LONG_IDS_UNIT);
  return ENG_OK;
}

static uint8_t *at(const struct eng__long_ids *ids, uint32_t place)
{
  return ids->chunks.list[place >> ENG__LONG_IDS_BITS].bytes +
         (size_t)(place & ((1u << ENG__LONG_IDS_BITS) - 1)) * ENG__LONG_IDS_UNIT;
}

void eng__cell_set(struct eng__cell *cell, struct eng__long_ids *ids, const char *id,
                   size_t length)
{
  uint32_t place;
  uint16_t held = (uint16_t)length;
  uint8_t *to;

  memset(cell, 0, sizeof *cell);
  if (length <= ENG__CELL_ID) {
    cell->length = (uint8_t)length;
    memcpy(cell->bytes, id, length);
    return;
  }
  place = (uint32_t)(ids->chunks.count - 1) << ENG__LONG_IDS_BITS | ids->used;
  to = at(ids, place);
  memcpy(to, &held, sizeof held);
  memcpy(to + sizeof held, id, length);
  ids->used += units_of(length);
  cell->length = ENG__CELL_LONG;
  memcpy(cell->bytes + PLACE, &place, sizeof place);
}

const char *eng__cell_get_long(const struct eng__cell *cell,
                               const struct eng__long_ids *ids, size_t *length)
{
  const uint8_t *from;
  uint32_t place;
  uint16_t held;

  memcpy(&place, cell->bytes + PLACE, sizeof place);
  from = at(ids, place);
  memcpy(&held, from, sizeof held);
  *length = held;
  return (const char *)from + sizeof held;
}
