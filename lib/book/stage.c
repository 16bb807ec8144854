/* SPDX-License-Identifier: MIT */
/*
 * stage.c - records into blocks, blocks out of slabs.
 *
 * Slabs stay until the stage is released: what is staged next takes them up again.
 */
#include "book/stage.h"

enum {
  MANY = 65536, /* records from which on they are parted */
  SMALL_SLAB = 16 * 1024,
  SLAB = 1024 * 1024,
  BLOCK = 4096 /* with its head; larger only for a record that needs it */
};

void eng__stage_init(struct eng__stage *stage, struct eng_book *book)
{
  memset(stage, 0, sizeof *stage);
  stage->book = book;
}

static const eng_allocator *memory_of(const struct eng__stage *stage)
{
  return &stage->book->outer;
}

static size_t parts_size(unsigned bits)
{
  return sizeof(struct eng__stage_part) << bits;
}

void eng__stage_release(struct eng__stage *stage)
{
  const eng_allocator *memory = memory_of(stage);

  while (stage->slabs != NULL) {
    struct eng__stage_block *next = stage->slabs->next;

    eng__free(memory, stage->slabs, sizeof *next + stage->slabs->size);
    stage->slabs = next;
  }
  eng__free(memory, stage->parts, parts_size(stage->bits));
  eng__stage_init(stage, stage->book);
}

/* ---- blocks ---- */

static eng_status add_slab(struct eng__stage *stage, size_t least)
{
  size_t size = stage->memory < SLAB ? SMALL_SLAB + stage->memory : SLAB;
  struct eng__stage_block *slab;

  if (size < least + sizeof *slab) size = least + sizeof *slab;
  slab = eng__new(memory_of(stage), size);
  if (slab == NULL) return ENG_E_NOMEM;
  slab->next = stage->slabs;
  slab->size = (uint32_t)(size - sizeof *slab);
  slab->used = 0;
  stage->slabs = slab;
  stage->memory += size;
  return ENG_OK;
}

/* A block that holds `least` bytes; NULL: no memory. */
static struct eng__stage_block *take_block(struct eng__stage *stage, size_t least)
{
  size_t size = BLOCK;
  struct eng__stage_block *block = stage->spare;

  if (block != NULL && least <= block->size) {
    stage->spare = block->next;
    return block;
  }
  if (size < least + sizeof *block) size = (least + sizeof *block + 63) / 64 * 64;
  if ((stage->slabs == NULL || stage->slabs->size - stage->slabs->used < size) &&
      add_slab(stage, size) != ENG_OK) {
    return NULL;
  }
  block = (void *)((uint8_t *)(stage->slabs + 1) + stage->slabs->used);
  stage->slabs->used += (uint32_t)size;
  block->size = (uint32_t)(size - sizeof *block);
  return block;
}

/* The bytes of a block begin behind its head. */
static uint8_t *bytes_of(struct eng__stage_block *block)
{
  return (uint8_t *)(block + 1);
}

static eng_status next_block(struct eng__stage *stage, struct eng__stage_part *part,
                             size_t least)
{
  struct eng__stage_block *block = take_block(stage, least);

  if (block == NULL) return ENG_E_NOMEM;
  if (part->last == NULL) {
    part->first = block;
  } else {
    part->last->next = block;
    part->last->used = (uint32_t)(part->at - bytes_of(part->last));
  }
  block->next = NULL;
  block->used = 0;
  part->last = block;
  part->at = bytes_of(block);
  part->end = part->at + block->size;
  return ENG_OK;
}

static void free_blocks(struct eng__stage *stage, struct eng__stage_part *part)
{
  if (part->last == NULL) return;
  part->last->next = stage->spare;
  stage->spare = part->first;
}

void eng__stage_clear(struct eng__stage *stage, struct eng__stage_part *part)
{
  stage->count -= part->count;
  free_blocks(stage, part);
  memset(part, 0, sizeof *part);
}

void eng__stage_close(struct eng__stage_part *part)
{
  if (part->last != NULL)
    part->last->used = (uint32_t)(part->at - bytes_of(part->last));
}

/* ---- parts ---- */

static struct eng__stage_part *part_of(const struct eng__stage *stage, uint32_t hash)
{
  return &stage->parts[hash & ((1u << stage->bits) - 1)];
}

/* From one part to many. */
static eng_status spread(struct eng__stage *stage)
{
  struct eng__stage wide = *stage;
  struct eng__stage_part all = stage->parts[0];
  eng_status status = ENG_OK;

  wide.bits = ENG__STAGE_BITS;
  wide.parts = eng__new_zeroed(memory_of(stage), parts_size(wide.bits));
  if (wide.parts == NULL) return ENG_E_NOMEM;
  eng__stage_close(&all);
  for (struct eng__stage_block *block = all.first; block != NULL && status == ENG_OK;
       block = block->next) {
    const uint8_t *at = bytes_of(block), *end = at + block->used;

    while (at < end && status == ENG_OK) {
      struct eng__stage_part *part = part_of(&wide, eng__staged_hash(at));
      size_t size = eng__staged_size(at);

      if ((size_t)(part->end - part->at) < size + ENG__SLACK) {
        status = next_block(&wide, part, size + ENG__SLACK);
      }
      if (status != ENG_OK) break;
      memcpy(part->at, at, size);
      part->at += size;
      part->count++;
      at += size;
    }
  }
  if (status != ENG_OK) {
    /* What was begun is dropped; the new slabs stay, and their blocks are spare. */
    for (size_t i = 0; i < (size_t)1 << wide.bits; i++)
      free_blocks(&wide, &wide.parts[i]);
    eng__free(memory_of(stage), wide.parts, parts_size(wide.bits));
    wide.parts = stage->parts;
    wide.bits = stage->bits;
  } else {
    free_blocks(&wide, &all);
    eng__free(memory_of(stage), stage->parts, parts_size(stage->bits));
  }
  *stage = wide;
  return status;
}

/* Makes sure there are parts, and as many as the count of records wants. */
static eng_status prepare_parts(struct eng__stage *stage)
{
  if (stage->parts == NULL) {
    stage->parts = eng__new_zeroed(memory_of(stage), parts_size(0));
    return stage->parts == NULL ? ENG_E_NOMEM : ENG_OK;
  }
  return stage->bits == 0 && stage->count >= MANY ? spread(stage) : ENG_OK;
}

/* ---- records ---- */

eng_status eng__stage_add(struct eng__stage *stage, uint32_t hash, const char *id,
                          size_t length, const struct eng__event *event)
{
  /* The body is written in whole words: 8 bytes more than it has. */
  size_t most = ENG__STAGED_HEAD + length + 1 + 8 + 64 + event->extension_size;
  uint64_t code = eng__shape_of(event, 0);
  uint64_t word = (uint64_t)event->occurred_at | (uint64_t)length << 48;
  struct eng__stage_part *part;
  uint8_t *record, *at;
  unsigned shape;
  uint16_t size;

  if (stage->bits == 0 && (stage->parts == NULL || stage->count >= MANY)) {
    eng_status status = prepare_parts(stage);

    if (status != ENG_OK) return status;
  }
  part = part_of(stage, hash);
  if ((size_t)(part->end - part->at) < most &&
      next_block(stage, part, most) != ENG_OK) {
    return ENG_E_NOMEM;
  }
  shape = eng__shapes_index(&stage->book->shapes, &stage->book->memory, code);
  record = part->at;
  memcpy(record, &hash, sizeof hash);
  memcpy(record + 6, &word, sizeof word);
  memcpy(record + ENG__STAGED_HEAD, id, length);
  at = record + ENG__STAGED_HEAD + length;
  *at++ = (uint8_t)shape;
  if (shape == ENG__ESCAPE) {
    eng__put64(at, code);
    at += 8;
  }
  at += eng__body_put(code, event, at);
  size = (uint16_t)(at - record);
  memcpy(record + 4, &size, sizeof size);
  part->at = at;
  part->count++;
  stage->count++;
  stage->has_ids = stage->has_ids || (event->has & ENG__HAS_ID);
  return ENG_OK;
}
