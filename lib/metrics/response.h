/* SPDX-License-Identifier: MIT */
/*
 * response.h - how long a customer's messages wait for an answer.
 */
#ifndef ENG_METRICS_RESPONSE_H
#define ENG_METRICS_RESPONSE_H

#include "metrics/visit.h"

/* A message of one customer, in or out. */
struct eng__message {
  int64_t time;
  uint64_t id;     /* of one that came in; of an answer what it names */
  uint8_t channel; /* 0: unsaid */
  bool out;
  bool names; /* an answer that says what it answers */
};

struct eng__messages {
  struct eng__message *list; /* in their order */
  size_t count, room;
};

eng_status eng__messages_add(struct eng__messages *messages,
                             const eng_allocator *memory,
                             const struct eng__message *message);

typedef eng_status (*eng__answered_fn)(void *user, const struct eng__message *message,
                                       int64_t answered_at);

/* Calls `fn` with each message that came in, and when it was answered, or ENG_TIME_NONE:
 * by the first message out after it that names it, or that names none and is on the same
 * channel. Sorts the list anew. */
eng_status eng__messages_answered(struct eng__messages *messages, eng__answered_fn fn,
                                  void *user);

#endif
