/* SPDX-License-Identifier: MIT */
/*
 * group.c - see group.h: decode, tell equals apart, resolve, write.
 *
 * What is told apart gets an id instead of another occurrence, and so does an event
 * whose reference changes: its effective id then stays what it was, so that references
 * to it need not change in turn.
 */
#include "core/group.h"

#include "core/checked.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/sort.h"

/* An event without an id that may be equal to one of another member. */
struct likely {
  int64_t time;
  uint64_t kind_key;
  uint64_t effective;
  struct eng__event *event; /* those of earlier members stand before */
};

/* An event that is told apart. */
struct apart {
  size_t member;
  uint64_t was, is; /* effective ids */
};

/* All that is known while a group is derived. */
struct deriving {
  const struct eng__group_member *members;
  size_t count;
  const eng_context *context;
  const eng_allocator *memory;
  struct eng__event *events;   /* member by member */
  struct eng__sorted *entries; /* twice as many: the second half is to sort in */
  size_t total;
  size_t *starts; /* of each member's events, and the end */
  struct likely *likely;
  size_t likely_count;
  struct apart *apart;
  size_t apart_count, apart_room;
};

static void release(struct deriving *d)
{
  eng__free(d->memory, d->events, d->total * sizeof *d->events);
  eng__free(d->memory, d->entries, 2 * d->total * sizeof *d->entries);
  eng__free(d->memory, d->starts, (d->count + 1) * sizeof *d->starts);
  eng__free(d->memory, d->likely, d->total * sizeof *d->likely);
  eng__free(d->memory, d->apart, d->apart_room * sizeof *d->apart);
}

static eng_status read_members(struct deriving *d)
{
  size_t size, at = 0;

  for (size_t i = 0; i < d->count; i++) {
    size_t count = (size_t)eng__timeline_count(d->members[i].timeline);

    if (!eng__add_size(d->total, count, &d->total)) return ENG_E_NOMEM;
  }
  if (d->total == 0) return ENG_OK;
  if (!eng__mul_size(d->total, 2 * sizeof *d->events, &size)) {
    d->total = 0;
    return ENG_E_NOMEM;
  }
  d->events = eng__new(d->memory, d->total * sizeof *d->events);
  d->entries = eng__new(d->memory, 2 * d->total * sizeof *d->entries);
  d->starts = eng__new(d->memory, (d->count + 1) * sizeof *d->starts);
  if (d->events == NULL || d->entries == NULL || d->starts == NULL) return ENG_E_NOMEM;
  for (size_t i = 0; i < d->count; i++) {
    const struct eng__group_member *member = &d->members[i];

    d->starts[i] = at;
    eng__timeline_events(member->timeline, member->shapes, d->events + at,
                         d->entries + at);
    at += (size_t)eng__timeline_count(member->timeline);
  }
  d->starts[d->count] = at;
  return ENG_OK;
}

/* The last member whose events begin at or before this one; empty ones are passed. */
static size_t member_of(const struct deriving *d, const struct eng__event *event)
{
  size_t at = (size_t)(event - d->events), low = 0, high = d->count;

  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;

    if (d->starts[middle] <= at) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/* ---- telling apart ---- */

static int by_moment(const void *a, const void *b)
{
  const struct likely *x = a, *y = b;

  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  if (x->kind_key != y->kind_key) return x->kind_key < y->kind_key ? -1 : 1;
  if (x->effective != y->effective) return x->effective < y->effective ? -1 : 1;
  return x->event < y->event ? -1 : x->event > y->event;
}

static int by_member(const void *a, const void *b)
{
  const struct apart *x = a, *y = b;

  if (x->member != y->member) return x->member < y->member ? -1 : 1;
  return x->was < y->was ? -1 : x->was > y->was;
}

static bool same_moment(const struct likely *a, const struct likely *b)
{
  return a->time == b->time && a->kind_key == b->kind_key;
}

/* Only events that share time and kind with another can be equal to it; the others are
 * spared the hash. */
static eng_status find_likely(struct deriving *d)
{
  size_t kept = 0;

  d->likely = eng__new(d->memory, d->total * sizeof *d->likely);
  if (d->likely == NULL) return ENG_E_NOMEM;
  for (size_t i = 0; i < d->total; i++) {
    struct eng__event *event = &d->events[i];

    if (event->has & ENG__HAS_ID) continue;
    d->likely[d->likely_count++] = (struct likely){
        event->occurred_at, d->context->kind_key[event->kind], 0, event};
  }
  eng__sort(d->likely, d->likely_count, sizeof *d->likely, by_moment);
  for (size_t i = 0; i < d->likely_count; i++) {
    struct likely one = d->likely[i];
    bool before = kept > 0 && same_moment(&d->likely[kept - 1], &one);
    bool behind = i + 1 < d->likely_count && same_moment(&d->likely[i + 1], &one);

    if (!before && !behind) continue;
    one.effective = eng__event_effective_id(d->context, one.event);
    d->likely[kept++] = one;
  }
  d->likely_count = kept;
  eng__sort(d->likely, d->likely_count, sizeof *d->likely, by_moment);
  return ENG_OK;
}

/* What an event is called that another member holds too. */
static uint64_t name_apart(const struct deriving *d, size_t member, uint64_t effective,
                           uint8_t *bytes)
{
  const struct eng__group_member *one = &d->members[member];

  eng__put64(bytes, effective);
  memcpy(bytes + 8, one->id, one->length);
  return eng__hash(bytes, 8 + one->length);
}

static eng_status note_apart(struct deriving *d, const struct likely *one,
                             uint8_t *bytes)
{
  void *block = d->apart;
  eng_status status = eng__grow(d->memory, &block, &d->apart_room, d->apart_count + 1,
                                sizeof *d->apart);
  size_t member = member_of(d, one->event);
  uint64_t is;

  d->apart = block;
  if (status != ENG_OK) return status;
  is = name_apart(d, member, one->effective, bytes);
  d->apart[d->apart_count++] = (struct apart){member, one->effective, is};
  one->event->id = is;
  one->event->has |= ENG__HAS_ID;
  return ENG_OK;
}

static eng_status tell_apart(struct deriving *d, uint8_t *bytes)
{
  eng_status status = find_likely(d);

  for (size_t i = 1; i < d->likely_count && status == ENG_OK; i++) {
    if (!same_moment(&d->likely[i - 1], &d->likely[i]) ||
        d->likely[i - 1].effective != d->likely[i].effective) {
      continue;
    }
    status = note_apart(d, &d->likely[i], bytes);
  }
  if (status == ENG_OK) {
    eng__sort(d->apart, d->apart_count, sizeof *d->apart, by_member);
  }
  return status;
}

static const struct apart *find_apart(const struct deriving *d, size_t member,
                                      uint64_t was)
{
  struct apart sought = {member, was, 0};
  size_t low = 0, high = d->apart_count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = by_member(&d->apart[middle], &sought);

    if (order == 0) return &d->apart[middle];
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return NULL;
}

/* A referral names a customer; all else names an event. */
static void follow_references(struct deriving *d)
{
  for (size_t i = 0; i < d->total && d->apart_count > 0; i++) {
    struct eng__event *event = &d->events[i];
    const struct apart *apart;

    if (!(event->has & ENG__HAS_REFERS_TO) || event->kind == ENG_EVENT_REFER) continue;
    apart = find_apart(d, member_of(d, event), event->refers_to);
    if (apart == NULL) continue;
    if (!(event->has & ENG__HAS_ID)) {
      event->id = eng__event_effective_id(d->context, event);
      event->has |= ENG__HAS_ID;
    }
    event->refers_to = apart->is;
  }
}

static size_t longest_id(const struct deriving *d)
{
  size_t longest = 0;

  for (size_t i = 0; i < d->count; i++) {
    if (d->members[i].length > longest) longest = d->members[i].length;
  }
  return longest;
}

/* ---- the whole ---- */

static eng_status write(struct deriving *d, struct eng__home *home,
                        struct eng__timeline *timeline)
{
  struct eng__resolved resolved;
  struct eng__builder builder;
  size_t kept = eng__resolve(d->context, d->entries, d->entries + d->total, d->total,
                             false, &resolved);
  eng_status status = ENG_OK;

  eng__builder_begin(&builder, home);
  for (size_t i = 0; i < kept && status == ENG_OK; i++) {
    status = eng__builder_add(&builder, d->entries[i].event);
  }
  if (status == ENG_OK) status = eng__builder_end(&builder, timeline);
  if (status != ENG_OK) eng__builder_drop(&builder);
  return status;
}

eng_status eng__group_derive(const struct eng__group_member *members, size_t count,
                             struct eng__home *home, struct eng__timeline *timeline,
                             bool *apart)
{
  struct deriving d = {members,
                       count,
                       home->pen.context,
                       home->pen.memory,
                       NULL,
                       NULL,
                       0,
                       NULL,
                       NULL,
                       0,
                       NULL,
                       0,
                       0};
  eng_status status = read_members(&d);
  size_t room = 8 + longest_id(&d);
  uint8_t *bytes = NULL;

  if (status == ENG_OK && d.total > 0) {
    bytes = eng__new(d.memory, room);
    status = bytes == NULL ? ENG_E_NOMEM : tell_apart(&d, bytes);
    eng__free(d.memory, bytes, room);
  }
  if (status == ENG_OK && d.total > 0) {
    follow_references(&d);
    status = write(&d, home, timeline);
  }
  *apart = d.apart_count > 0;
  release(&d);
  return status;
}
