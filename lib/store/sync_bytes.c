/* SPDX-License-Identifier: MIT */
/*
 * sync_bytes.c - the parts that messages between two stores are made of.
 */
#include "core/memory.h"
#include "store/sync.h"

/* ---- writing ---- */

void eng__buffer_put(struct eng__buffer *buffer, const void *bytes, size_t size)
{
  void *block = buffer->bytes;

  if (buffer->status != ENG_OK || size == 0) return;
  if (size > SIZE_MAX / 2 - buffer->size) {
    buffer->status = ENG_E_NOMEM;
    return;
  }
  buffer->status =
      eng__grow(buffer->memory, &block, &buffer->room, buffer->size + size, 1);
  buffer->bytes = block;
  if (buffer->status != ENG_OK) return;
  memcpy(buffer->bytes + buffer->size, bytes, size);
  buffer->size += size;
}

void eng__buffer_varint(struct eng__buffer *buffer, uint64_t value)
{
  uint8_t bytes[ENG__VARINT_MAX];

  eng__buffer_put(buffer, bytes, eng__put_varint(bytes, value));
}

void eng__buffer_bytes(struct eng__buffer *buffer, const uint8_t *bytes, size_t size)
{
  eng__buffer_varint(buffer, size);
  eng__buffer_put(buffer, bytes, size);
}

/* The end is 0; a key stands behind one more than its length. */
void eng__buffer_bound(struct eng__buffer *buffer, const struct eng__bound *bound)
{
  eng__buffer_varint(buffer, bound->end ? 0 : (uint64_t)bound->length + 1);
  if (!bound->end) eng__buffer_put(buffer, bound->key, bound->length);
}

void eng__buffer_digest(struct eng__buffer *buffer, const struct eng__digest *digest)
{
  uint8_t bytes[16];

  eng__put64(bytes, digest->low);
  eng__put64(bytes + 8, digest->high);
  eng__buffer_put(buffer, bytes, sizeof bytes);
}

/* ---- reading ---- */

void eng__read_bound(struct eng__reader *reader, struct eng__bound *bound)
{
  uint64_t length = eng__read_varint(reader);
  const uint8_t *key;

  bound->end = length == 0;
  bound->length = 0;
  if (length == 0) return;
  if (length - 1 > ENG__KEY_MAX) eng__reader_fail(reader, ENG_E_LIMIT);
  key = eng__read_bytes(reader, (size_t)(length - 1));
  if (key == NULL) return;
  bound->length = (size_t)(length - 1);
  memcpy(bound->key, key, bound->length);
}

void eng__read_digest(struct eng__reader *reader, struct eng__digest *digest)
{
  digest->low = eng__read_fixed(reader, 8);
  digest->high = eng__read_fixed(reader, 8);
}

const uint8_t *eng__read_counted(struct eng__reader *reader, size_t *length)
{
  uint64_t size = eng__read_varint(reader);

  *length = 0;
  if (size > eng__reader_left(reader)) eng__reader_fail(reader, ENG_E_TRUNCATED);
  if (reader->status != ENG_OK) return NULL;
  *length = (size_t)size;
  return eng__read_bytes(reader, *length);
}

const uint8_t *eng__read_key(struct eng__reader *reader, size_t *length)
{
  const uint8_t *key = eng__read_counted(reader, length);

  if (key == NULL) return NULL;
  if (*length >= 1 && *length < ENG__KEY_MAX) return key;
  eng__reader_fail(reader, ENG_E_LIMIT);
  return NULL;
}
