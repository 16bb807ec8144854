/* SPDX-License-Identifier: MIT */
/*
 * response.c - see response.h.
 *
 * Walked from the last message back, the next answer of each channel is known at every
 * message; answers that name what they answer are found by that name.
 */
#include "metrics/response.h"

#include "core/memory.h"
#include "core/sort.h"

eng_status eng__messages_add(struct eng__messages *messages,
                             const eng_allocator *memory,
                             const struct eng__message *message)
{
  void *block = messages->list;
  eng_status status = eng__grow(memory, &block, &messages->room, messages->count + 1,
                                sizeof *messages->list);

  messages->list = block;
  if (status == ENG_OK) messages->list[messages->count++] = *message;
  return status;
}

/* Answers with names first, by name and time; the others stay in their order behind. */
static int by_name(const void *a, const void *b)
{
  const struct eng__message *x = a, *y = b;

  if (x->names != y->names) return x->names ? -1 : 1;
  if (x->names && x->id != y->id) return x->id < y->id ? -1 : 1;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return x->out - y->out; /* as kinds stand in canonical order */
}

/* The first answer that names a message, at or after it. */
static int64_t named(const struct eng__message *list, size_t count,
                     const struct eng__message *message)
{
  size_t low = 0, high = count;

  while (low < high) {
    size_t mid = low + (high - low) / 2;
    const struct eng__message *answer = &list[mid];

    if (answer->id < message->id ||
        (answer->id == message->id && answer->time < message->time)) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low < count && list[low].id == message->id ? list[low].time : ENG_TIME_NONE;
}

eng_status eng__messages_answered(struct eng__messages *messages, eng__answered_fn fn,
                                  void *user)
{
  struct eng__message *list = messages->list;
  int64_t next[256];
  size_t names = 0;

  for (int i = 0; i < 256; i++) next[i] = ENG_TIME_NONE;
  eng__sort(list, messages->count, sizeof *list, by_name);
  while (names < messages->count && list[names].names) names++;
  for (size_t i = messages->count; i > names; i--) {
    const struct eng__message *message = &list[i - 1];
    int64_t at, by_channel = next[message->channel];
    eng_status status;

    if (message->out) {
      next[message->channel] = message->time;
      continue;
    }
    at = named(list, names, message);
    if (at == ENG_TIME_NONE || (by_channel != ENG_TIME_NONE && by_channel < at)) {
      at = by_channel;
    }
    status = fn(user, message, at);
    if (status != ENG_OK) return status;
  }
  return ENG_OK;
}
