/* SPDX-License-Identifier: MIT */
/*
 * codebook.h - what encoded events refer to: own kinds and channels, currencies, shapes.
 *
 * An encoding begins with the codebook of the events in it, sorted, so that equal sets
 * of events have equal codebooks. Inside it, an own kind is 128 + its place among the
 * sorted hashes, and a currency its place among the sorted numbers. docs/format.md,
 * "Codebook". The same code writes that of one timeline and that of a whole book.
 */
#ifndef ENG_CORE_CODEBOOK_H
#define ENG_CORE_CODEBOOK_H

#include "core/run.h"

/* A shape as it is encoded. ORDER blob shape bits: docs/format.md. Sorting by `key` is
 * canonical order. */
struct eng__coded {
  uint64_t key;
  uint64_t code; /* the shape it stands for, in this context's numbers */
  struct eng__layout layout;
};

/* A code and its place among the shapes. Looked up by bisection behind a small cache,
 * not in a hash table: whoever chose the shapes, n of them cost n log n. */
struct eng__found {
  uint64_t code; /* 0: an empty place of the cache */
  uint32_t place;
};

struct eng__codebook {
  const eng_context *context;
  const eng_allocator *memory;
  uint64_t kinds[128], channels[128]; /* keys of own ones, sorted */
  uint32_t kind_count, channel_count;
  uint16_t *currencies; /* 1000 entries: place + 1 of each number, 0 if unused */
  uint16_t currency_list[1000];
  uint32_t currency_count;
  struct eng__coded *shapes; /* sorted by key once finished */
  size_t shape_count, shape_room;
  size_t events_size; /* bytes of the events collected, without the index of each */
  struct eng__found *found; /* while collecting: codes, now and then twice; then each
                               code with its place, sorted by code */
  size_t found_count, found_room;
  struct eng__found cache[64]; /* codes met last, by some of their bits */
  bool used_kinds[256], used_channels[256];
};

void eng__codebook_init(struct eng__codebook *book, const eng_context *context,
                        const eng_allocator *memory);
void eng__codebook_release(struct eng__codebook *book);

/* Notes that a shape is used. */
eng_status eng__codebook_add(struct eng__codebook *book, uint64_t code);

/* Sorts, after the last was added. Without shapes it always succeeds. */
eng_status eng__codebook_finish(struct eng__codebook *book);

/* The place of a shape that was added, once finished. */
uint32_t eng__codebook_index(struct eng__codebook *book, uint64_t code);

/* Bytes of an index: 1, 2 or 4, the least that holds all of them. */
static inline int eng__codebook_width(const struct eng__codebook *book)
{
  return book->shape_count <= 256 ? 1 : book->shape_count <= 65536 ? 2 : 4;
}

/* Where encoded bytes go: nowhere (to count them) or to a buffer. */
struct eng__sink {
  uint8_t *bytes; /* NULL: count only */
  size_t size;    /* what was put so far */
  size_t capacity;
};

static inline void eng__sink_put(struct eng__sink *sink, const void *bytes, size_t n)
{
  if (sink->bytes != NULL && sink->size <= sink->capacity &&
      n <= sink->capacity - sink->size) {
    memcpy(sink->bytes + sink->size, bytes, n);
  }
  sink->size += n;
}

static inline void eng__sink_varint(struct eng__sink *sink, uint64_t v)
{
  uint8_t bytes[ENG__VARINT_MAX];

  eng__sink_put(sink, bytes, eng__put_varint(bytes, v));
}

void eng__codebook_write(const struct eng__codebook *book, struct eng__sink *sink);

/* The codebook of a single event, without memory. */
void eng__codebook_write_one(const eng_context *context, uint64_t code,
                             struct eng__sink *sink);

/* Reads a codebook into an initialised one; failures stand in the reader. */
void eng__codebook_read(struct eng__codebook *book, struct eng__reader *reader);

#endif
