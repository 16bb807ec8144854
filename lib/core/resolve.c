/* SPDX-License-Identifier: MIT */
/*
 * resolve.c - sort, let versions of one id fall to the winner, drop or number equals.
 *
 * A merge sort of our own: libc's qsort may allocate outside the host's allocator. It
 * first looks whether the entries are sorted already, which they mostly are.
 */
#include "core/resolve.h"

#include <string.h>

typedef int (*compare_fn)(const eng_context *, struct eng__sorted *,
                          struct eng__sorted *);

static uint64_t effective(const eng_context *context, struct eng__sorted *entry)
{
  if (!entry->has_effective) {
    entry->effective = eng__event_effective_id(context, entry->event);
    entry->has_effective = true;
  }
  return entry->effective;
}

static int by_key(const eng_context *context, struct eng__sorted *a,
                  struct eng__sorted *b)
{
  uint64_t a_id, b_id;

  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  if (a->kind_key != b->kind_key) return a->kind_key < b->kind_key ? -1 : 1;
  a_id = effective(context, a);
  b_id = effective(context, b);
  if (a_id != b_id) return a_id < b_id ? -1 : 1;
  return eng__event_compare_content(context, a->event, b->event);
}

/* Events with ids first, by id; of one id the winner first. */
static int by_id(const eng_context *context, struct eng__sorted *a,
                 struct eng__sorted *b)
{
  bool a_has = a->event->has & ENG__HAS_ID, b_has = b->event->has & ENG__HAS_ID;

  if (a_has != b_has) return a_has ? -1 : 1;
  if (!a_has) return 0;
  if (a->event->id != b->event->id) return a->event->id < b->event->id ? -1 : 1;
  if (eng__event_supersedes(context, a->event, b->event)) return 1;
  return eng__event_supersedes(context, b->event, a->event) ? -1 : 0;
}

/* Equal but for occurrence and recorded_at, then by recorded_at, absent as occurred_at
 * and after an equal one that is present. Only for events of one time and kind. */
static int compare_alike(const eng_context *context, const struct eng__event *a,
                         const struct eng__event *b)
{
  struct eng__event x = *a, y = *b;

  x.occurrence = y.occurrence = 0;
  return eng__event_compare_content(context, &x, &y);
}

static int64_t learned_at(const struct eng__event *event)
{
  return event->has & ENG__HAS_RECORDED_AT ? event->recorded_at : event->occurred_at;
}

static int by_recorded(const struct eng__event *a, const struct eng__event *b)
{
  if (learned_at(a) != learned_at(b)) return learned_at(a) < learned_at(b) ? -1 : 1;
  return (int)(b->has & ENG__HAS_RECORDED_AT) - (int)(a->has & ENG__HAS_RECORDED_AT);
}

static int by_likeness(const eng_context *context, struct eng__sorted *a,
                       struct eng__sorted *b)
{
  int order;

  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  if (a->kind_key != b->kind_key) return a->kind_key < b->kind_key ? -1 : 1;
  order = compare_alike(context, a->event, b->event);
  return order != 0 ? order : by_recorded(a->event, b->event);
}

/* Bottom-up merge sort, stable; the result is in `entries`. */
static void sort(const eng_context *context, struct eng__sorted *entries,
                 struct eng__sorted *spare, size_t count, compare_fn compare)
{
  struct eng__sorted *from = entries, *to = spare;
  size_t i = 1;

  while (i < count && compare(context, &entries[i - 1], &entries[i]) <= 0) i++;
  if (i >= count) return;
  for (size_t width = 1; width < count; width *= 2) {
    struct eng__sorted *swap;

    for (size_t low = 0; low < count; low += 2 * width) {
      size_t mid = low + width < count ? low + width : count;
      size_t high = low + 2 * width < count ? low + 2 * width : count;
      size_t a = low, b = mid, at = low;

      while (a < mid && b < high) {
        to[at++] = compare(context, &from[a], &from[b]) <= 0 ? from[a++] : from[b++];
      }
      while (a < mid) to[at++] = from[a++];
      while (b < high) to[at++] = from[b++];
    }
    swap = from;
    from = to;
    to = swap;
  }
  if (from != entries) memcpy(entries, from, count * sizeof *entries);
}

/* Keeps the winner of each id. */
static size_t win(const eng_context *context, struct eng__sorted *entries,
                  struct eng__sorted *spare, size_t count)
{
  size_t kept = 0;

  sort(context, entries, spare, count, by_id);
  for (size_t i = 0; i < count; i++) {
    const struct eng__event *event = entries[i].event;

    if (i > 0 && (event->has & ENG__HAS_ID) &&
        (entries[i - 1].event->has & ENG__HAS_ID) &&
        entries[i - 1].event->id == event->id) {
      continue;
    }
    spare[kept++] = entries[i];
  }
  memcpy(entries, spare, kept * sizeof *entries);
  return kept;
}

/* Gives events that are alike their occurrences. Those beyond 65535 of one kind stay
 * equal and fall together. */
static void number_alike(const eng_context *context, struct eng__sorted *entries,
                         struct eng__sorted *spare, size_t count,
                         struct eng__resolved *resolved)
{
  uint16_t next = 0;

  sort(context, entries, spare, count, by_likeness);
  for (size_t i = 0; i < count; i++) {
    struct eng__event *event = entries[i].event;
    bool alike = i > 0 && entries[i - 1].time == entries[i].time &&
                 entries[i - 1].kind_key == entries[i].kind_key &&
                 compare_alike(context, entries[i - 1].event, event) == 0;

    if (event->has & ENG__HAS_ID) continue;
    next = !alike ? 0 : next < UINT16_MAX ? (uint16_t)(next + 1) : UINT16_MAX;
    resolved->numbered += next > 0;
    if (event->occurrence != next) {
      event->occurrence = next;
      entries[i].has_effective = false;
    }
  }
}

size_t eng__resolve(const eng_context *context, struct eng__sorted *entries,
                    struct eng__sorted *spare, size_t count, bool number,
                    struct eng__resolved *resolved)
{
  bool ids = false, ties = false;
  size_t kept = 0;

  for (size_t i = 0; i < count; i++) {
    const struct eng__event *event = entries[i].event;

    entries[i].time = event->occurred_at;
    entries[i].kind_key = context->kind_key[event->kind];
    entries[i].has_effective = false;
    ids = ids || (event->has & ENG__HAS_ID);
  }
  resolved->numbered = 0;
  if (ids) count = win(context, entries, spare, count);
  sort(context, entries, spare, count, by_key);
  for (size_t i = 1; number && !ties && i < count; i++) {
    ties = entries[i - 1].time == entries[i].time &&
           entries[i - 1].kind_key == entries[i].kind_key;
  }
  if (ties) {
    number_alike(context, entries, spare, count, resolved);
    sort(context, entries, spare, count, by_key);
  }
  for (size_t i = 0; i < count; i++) {
    if (kept > 0 && by_key(context, &entries[kept - 1], &entries[i]) == 0) {
      if (eng__event_supersedes(context, entries[kept - 1].event, entries[i].event)) {
        entries[kept - 1] = entries[i];
      }
      continue;
    }
    entries[kept++] = entries[i];
  }
  return kept;
}
