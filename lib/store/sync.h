/* SPDX-License-Identifier: MIT */
/*
 * sync.h - messages between two stores.
 *
 * The side that asks keeps a stack of tasks and turns as many as fit into requests; the
 * other side keeps nothing between two messages, and answers as many requests as fit,
 * in their order. What is not answered is asked again. docs/store.md describes the
 * bytes.
 */
#ifndef ENG_STORE_SYNC_H
#define ENG_STORE_SYNC_H

#include "core/bytes.h"
#include "store/ranges.h"

enum {
  ENG__SYNC_HELLO = 'S', /* first message of either side */
  ENG__SYNC_BYE = 'E',   /* last message of the side that asks */
  ENG__SYNC_VERSION = 0,
  ENG__SYNC_SPLIT = 1, /* digests of the parts of a range */
  ENG__SYNC_LIST = 2,  /* the items of a range, by key and digest */
  ENG__SYNC_GET = 3,   /* an item */
  ENG__SYNC_PUT = 4,   /* an item to be taken in */
  ENG__SYNC_FEW = 32,  /* items that are listed rather than split */
  ENG__SYNC_LIST_MAX = 512,
  ENG__SYNC_FULL = 1 << 20, /* bytes of a message from which on no more is put in */
  ENG__SYNC_BEYOND = 4 << 20, /* bytes of one that a whole timeline may stand beside */
  ENG__SYNC_ASKED = 1 << 16, /* the same for requests */
  ENG__SYNC_ROWS = 1 << 18   /* rows after which an answer is full too */
};

/* A message that grows. The first failure sticks. */
struct eng__buffer {
  const eng_allocator *memory;
  uint8_t *bytes;
  size_t size, room;
  eng_status status;
};

void eng__buffer_put(struct eng__buffer *buffer, const void *bytes, size_t size);
void eng__buffer_varint(struct eng__buffer *buffer, uint64_t value);
void eng__buffer_bytes(struct eng__buffer *buffer, const uint8_t *bytes, size_t size);
void eng__buffer_bound(struct eng__buffer *buffer, const struct eng__bound *bound);
void eng__buffer_digest(struct eng__buffer *buffer, const struct eng__digest *digest);

void eng__read_bound(struct eng__reader *reader, struct eng__bound *bound);
void eng__read_digest(struct eng__reader *reader, struct eng__digest *digest);
/* A key of 1..ENG__KEY_MAX - 1 bytes, and any bytes behind their length. */
const uint8_t *eng__read_key(struct eng__reader *reader, size_t *length);
const uint8_t *eng__read_counted(struct eng__reader *reader, size_t *length);

/* What is to be done by the side that asks, the last one first. */
struct eng__task {
  uint8_t what, space;
  uint8_t *bytes; /* a range, as in a message, or a key */
  size_t size;
};

/* Also a task: to put all of one's own items of a range. */
enum { ENG__SYNC_SEND = 5 };

struct eng_sync {
  struct eng_store *store;
  int32_t role;
  bool greeted, done;
  bool customers; /* the message asked for some, or for links */
  uint64_t rows;  /* that were gone through for the message */
  struct eng__buffer out;
  struct eng__task *tasks;
  size_t task_count, task_room;
  struct eng__task *asked; /* what the last message asked for, in its order */
  size_t asked_count, asked_room;
  struct eng__buffer puts; /* requests that are ready to go with the next message */
  size_t put_count;
  struct eng__stone *stones; /* of one message */
  size_t stone_count, stone_room;
  eng_sync_counts counts;
};

/* Takes in an item of elsewhere; tombstones wait for eng__sync_settle. */
eng_status eng__sync_take(struct eng_sync *sync, int space, const uint8_t *key,
                          size_t key_length, const uint8_t *value, size_t value_length);
eng_status eng__sync_settle(struct eng_sync *sync);

/* Adds what a customer of elsewhere knows; in place of a row here that is damaged. */
eng_status eng__sync_merge(struct eng_sync *sync, const eng_customer *customer);

/* One message of each role. */
eng_status eng__sync_answer(struct eng_sync *sync, struct eng__reader *reader);
eng_status eng__sync_ask(struct eng_sync *sync, struct eng__reader *reader);

/* Puts the first tasks. */
eng_status eng__sync_start(struct eng_sync *sync);

#endif
