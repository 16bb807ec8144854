/* SPDX-License-Identifier: MIT */
/*
 * stage.h - events on their way into a book in bulk, parted by their customers' hash.
 *
 * A staged event is a record of bytes: hash, length, time and length of the id; the id;
 * then shape and numbers as a run will hold them, so that bringing it in is a copy.
 * The parts by the hash's low bits are small enough to be grouped inside the cache.
 * Until there are many events there is one part, and little memory.
 */
#ifndef ENG_BOOK_STAGE_H
#define ENG_BOOK_STAGE_H

#include "book/book.h"

enum {
  ENG__STAGED_HEAD = 14, /* hash (4), length (2), time (6), length of the id (2) */
  ENG__STAGED_DONE = 0x8000, /* in the length: was brought in */
  ENG__STAGE_BITS = 10       /* parts of a large stage: 2^10 */
};

/* A piece of memory for records. */
struct eng__stage_block {
  struct eng__stage_block *next;
  uint32_t size, used; /* bytes behind this head */
};

struct eng__stage_part {
  uint8_t *at, *end; /* of the last block */
  struct eng__stage_block *first, *last;
  uint32_t count;
};

struct eng__stage {
  struct eng_book *book; /* whose shapes the records use */
  struct eng__stage_part *parts;
  struct eng__stage_block *slabs; /* what blocks are cut from */
  struct eng__stage_block *spare; /* blocks that are free */
  unsigned bits;                  /* there are 2^bits parts */
  uint64_t count;                 /* records */
  size_t memory;                  /* bytes in slabs */
  bool has_ids;                   /* some record has had an id */
};

void eng__stage_init(struct eng__stage *stage, struct eng_book *book);
void eng__stage_release(struct eng__stage *stage);

/* Puts a record; unchanged on failure. */
eng_status eng__stage_add(struct eng__stage *stage, uint32_t hash, const char *id,
                          size_t length, const struct eng__event *event);

/* Lets the records of a part be read: block after block, `used` bytes of each. */
void eng__stage_close(struct eng__stage_part *part);

/* Empties a part; its blocks can be used again. */
void eng__stage_clear(struct eng__stage *stage, struct eng__stage_part *part);

/* A record as it is read. */
struct eng__staged {
  const uint8_t *body; /* numbers */
  int64_t time;
  uint64_t code;       /* if the shape is ENG__ESCAPE */
  uint8_t shape;
};

static inline uint32_t eng__staged_hash(const uint8_t *record)
{
  uint32_t hash;

  memcpy(&hash, record, sizeof hash);
  return hash;
}

static inline unsigned eng__staged_size(const uint8_t *record)
{
  uint16_t size;

  memcpy(&size, record + 4, sizeof size);
  return size & ~(unsigned)ENG__STAGED_DONE;
}

static inline bool eng__staged_is_done(const uint8_t *record)
{
  uint16_t size;

  memcpy(&size, record + 4, sizeof size);
  return size & ENG__STAGED_DONE;
}

static inline void eng__staged_done(uint8_t *record)
{
  uint16_t size;

  memcpy(&size, record + 4, sizeof size);
  size |= ENG__STAGED_DONE;
  memcpy(record + 4, &size, sizeof size);
}

static inline uint64_t eng__staged_word(const uint8_t *record)
{
  uint64_t word;

  memcpy(&word, record + 6, sizeof word);
  return word;
}

static inline int64_t eng__staged_time(const uint8_t *record)
{
  return (int64_t)(eng__staged_word(record) & ((UINT64_C(1) << 48) - 1));
}

static inline const char *eng__staged_id(const uint8_t *record, size_t *length)
{
  *length = (size_t)(eng__staged_word(record) >> 48);
  return (const char *)record + ENG__STAGED_HEAD;
}

static inline void eng__staged_read(const uint8_t *record, struct eng__staged *out)
{
  uint64_t word = eng__staged_word(record);
  const uint8_t *at = record + ENG__STAGED_HEAD + (word >> 48);

  out->time = (int64_t)(word & ((UINT64_C(1) << 48) - 1));
  out->shape = *at++;
  out->code = 0;
  if (out->shape == ENG__ESCAPE) {
    out->code = eng__get64(at);
    at += 8;
  }
  out->body = at;
}

#endif
