/* SPDX-License-Identifier: MIT */
/*
 * names.c - putting ids into chunks.
 */
#include "book/names.h"

enum { FIRST_CHUNK = 512, CHUNK = ENG__NAMES_UNIT << ENG__NAMES_BITS };

void eng__names_init(struct eng__names *names) { memset(names, 0, sizeof *names); }

void eng__names_release(struct eng__names *names, const eng_allocator *memory)
{
  eng__chunks_release(&names->chunks, memory);
  eng__names_init(names);
}

static uint32_t units_of(size_t length)
{
  size_t bytes = length + (length < ENG__NAME_LONG ? 1 : 2);

  return (uint32_t)((bytes + ENG__NAMES_UNIT - 1) / ENG__NAMES_UNIT);
}

eng_status eng__names_reserve(struct eng__names *names, const eng_allocator *memory,
                              size_t length)
{
  uint32_t units = units_of(length);
  size_t size = eng__chunk_plan(names->chunks.count, FIRST_CHUNK, CHUNK);
  eng_status status;

  if (names->units - names->used >= units) return ENG_OK;
  if (names->chunks.count >> (32 - ENG__NAMES_BITS) != 0) return ENG_E_LIMIT;
  if (size < (size_t)units * ENG__NAMES_UNIT) size = (size_t)units * ENG__NAMES_UNIT;
  status = eng__chunks_add(&names->chunks, memory, size);
  if (status != ENG_OK) return status;
  names->used = 0;
  names->units = (uint32_t)(size / ENG__NAMES_UNIT);
  return ENG_OK;
}

uint32_t eng__names_add(struct eng__names *names, const char *id, size_t length)
{
  uint32_t place = (uint32_t)(names->chunks.count - 1) << ENG__NAMES_BITS | names->used;
  uint8_t *at = names->chunks.list[names->chunks.count - 1].bytes +
                (size_t)names->used * ENG__NAMES_UNIT;

  if (length < ENG__NAME_LONG) {
    *at++ = (uint8_t)length;
  } else {
    *at++ = (uint8_t)(ENG__NAME_LONG | length >> 8);
    *at++ = (uint8_t)length;
  }
  memcpy(at, id, length);
  names->used += units_of(length);
  return place;
}
