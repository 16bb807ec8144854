/* SPDX-License-Identifier: MIT */
/*
 * join.c - decode, resolve, write anew.
 *
 * The account follows from where the resolved events come from: one that was held and
 * is not there any more was replaced by exactly one new one.
 */
#include "book/join.h"

#include "core/checked.h"

void eng__join_init(struct eng__join *join, const eng_allocator *memory)
{
  memset(join, 0, sizeof *join);
  join->memory = memory;
}

void eng__join_release(struct eng__join *join)
{
  eng__free(join->memory, join->events, join->room * sizeof *join->events);
  eng__free(join->memory, join->entries, 2 * join->room * sizeof *join->entries);
  eng__join_init(join, join->memory);
}

static eng_status make_room(struct eng__join *join, size_t total)
{
  size_t room = total < 64 ? 64 : total, size;

  if (total <= join->room) return ENG_OK;
  if (!eng__mul_size(room, 2 * sizeof *join->events, &size)) return ENG_E_NOMEM;
  eng__join_release(join);
  join->events = eng__new(join->memory, room * sizeof *join->events);
  join->entries = eng__new(join->memory, 2 * room * sizeof *join->entries);
  join->room = room;
  if (join->events != NULL && join->entries != NULL) return ENG_OK;
  eng__join_release(join);
  return ENG_E_NOMEM;
}

eng_status eng__join_begin(struct eng__join *join, const struct eng__timeline *timeline,
                           const struct eng__shapes *shapes, size_t more)
{
  size_t held = (size_t)eng__timeline_count(timeline), total;
  eng_status status;

  if (!eng__add_size(held, more, &total)) return ENG_E_NOMEM;
  status = make_room(join, total);
  if (status != ENG_OK) return status;
  eng__timeline_events(timeline, shapes, join->events, join->entries);
  join->held = join->count = held;
  return ENG_OK;
}

static size_t count_numbered(const struct eng__join *join)
{
  size_t numbered = 0;

  for (size_t i = 0; i < join->held; i++) {
    numbered += join->events[i].occurrence > 0;
  }
  return numbered;
}

eng_status eng__join_end(struct eng__join *join, struct eng__timeline *timeline,
                         struct eng__home *home, bool number, eng_load_counts *counts)
{
  size_t before = number ? count_numbered(join) : 0;
  size_t kept, kept_held = 0;
  struct eng__resolved resolved;
  struct eng__timeline joined;
  eng_status status;

  for (size_t i = 0; i < join->count; i++) join->entries[i].event = &join->events[i];
  kept = eng__resolve(home->pen.context, join->entries, join->entries + join->count,
                      join->count, number, &resolved);
  for (size_t i = 0; i < kept; i++) {
    kept_held += join->entries[i].event < join->events + join->held;
  }
  eng__timeline_init(&joined);
  joined.floor = timeline->floor;
  status = eng__timeline_fill(&joined, home, join->entries, kept);
  if (status != ENG_OK) return status;
  eng__timeline_release(timeline, home);
  *timeline = joined;
  counts->replaced += join->held - kept_held;
  counts->added += kept - join->held;
  counts->unchanged += join->count - join->held - (kept - kept_held);
  if (number) counts->numbered += resolved.numbered - before;
  return ENG_OK;
}
