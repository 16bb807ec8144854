/* SPDX-License-Identifier: MIT */
/*
 * timeline.c - light and heavy timelines behind one face.
 *
 * The way of nearly every event: later than all before it and without an id, it is
 * appended and nothing is looked at. Everything else finds its place in the run.
 */
#include "core/timeline.h"

#include "core/checked.h"
#include "core/memory.h"

enum { SCRATCH = ENG__LIGHT_MAX + ENG__SPLICE_ROOM + ENG__SLACK };

void eng__timeline_init(struct eng__timeline *timeline)
{
  memset(timeline, 0, sizeof *timeline);
  timeline->floor = ENG_TIME_NONE;
}

void eng__timeline_release(struct eng__timeline *timeline, struct eng__home *home)
{
  if (timeline->run.bytes != NULL) {
    home->give(home, timeline->run.bytes, timeline->capacity);
  }
  eng__heavy_free(timeline->heavy, &home->pen);
  eng__timeline_init(timeline);
}

/* ---- light ---- */

/* Takes a run made in scratch memory as the timeline's. */
static eng_status commit(struct eng__timeline *timeline, struct eng__home *home,
                         const struct eng__run *run, bool exact)
{
  uint8_t *bytes;
  uint32_t capacity;

  if (run->size > timeline->capacity) {
    bytes = home->take(home, run->size, exact, &capacity);
    if (bytes == NULL) return ENG_E_NOMEM;
    if (timeline->run.bytes != NULL) {
      home->give(home, timeline->run.bytes, timeline->capacity);
    }
    timeline->run.bytes = bytes;
    timeline->run.size = 0;
    timeline->capacity = capacity;
  }
  eng__run_replace(&timeline->run, run);
  return ENG_OK;
}

/* From one run to blocks. */
static eng_status become_heavy(struct eng__timeline *timeline, struct eng__home *home,
                               const struct eng__event *event, int32_t *outcome)
{
  struct eng__heavy *heavy = eng__heavy_new(&home->pen, &timeline->run);
  int64_t floor = timeline->floor;
  eng_status status;

  if (heavy == NULL) return ENG_E_NOMEM;
  status = eng__heavy_put(heavy, &home->pen, event, outcome);
  if (status != ENG_OK) {
    eng__heavy_free(heavy, &home->pen);
    return status;
  }
  eng__timeline_release(timeline, home);
  timeline->heavy = heavy;
  timeline->floor = floor;
  return ENG_OK;
}

/* Room for `size` bytes behind a run, which may move. */
static eng_status make_room(struct eng__timeline *timeline, struct eng__home *home,
                            uint32_t size)
{
  struct eng__run *run = &timeline->run;
  uint32_t capacity;
  uint8_t *larger;

  if (run->size + size <= timeline->capacity) return ENG_OK;
  larger = home->take(home, run->size + size, false, &capacity);
  if (larger == NULL) return ENG_E_NOMEM;
  if (run->bytes != NULL) {
    memcpy(larger, run->bytes, run->size);
    home->give(home, run->bytes, timeline->capacity);
  }
  run->bytes = larger;
  timeline->capacity = capacity;
  return ENG_OK;
}

static eng_status append(struct eng__timeline *timeline, struct eng__home *home,
                         const struct eng__event *event)
{
  struct eng__run *run = &timeline->run;
  uint8_t bytes[ENG__EVENT_MAX];
  struct eng__layout layout;
  uint16_t base = run->count == 0 ? eng__run_base(event->occurred_at) : run->base;
  int64_t before = run->count == 0 ? (int64_t)base * ENG__DAY : run->last;
  uint64_t word;
  uint32_t in_word = eng__run_word(&home->pen, event, before, &word, &layout);
  uint32_t size = in_word;
  int32_t outcome;
  eng_status status;

  if (in_word == 0) {
    size = (uint32_t)eng__run_write(&home->pen, event, before, bytes, &layout);
  }
  if (run->size + size > ENG__LIGHT_MAX) {
    return become_heavy(timeline, home, event, &outcome);
  }
  status = make_room(timeline, home, size);
  if (status != ENG_OK) return status;
  if (in_word != 0) {
    eng__put_word(run->bytes + run->size, word, in_word);
  } else {
    memcpy(run->bytes + run->size, bytes, size);
  }
  run->size += size;
  run->base = base;
  run->last = event->occurred_at;
  run->count++;
  eng__summary_add(&run->summary, &layout, event->occurred_at);
  return ENG_OK;
}

/* Only what is new asks: known events may come again, and newer versions replace. */
static bool is_full(const struct eng__timeline *timeline, const struct eng__home *home)
{
  return timeline->run.count >= eng__limit(home->pen.context, ENG_LIMIT_EVENTS);
}

/* Unchanged but for `too_long` if a run cannot take it. */
static eng_status put_within(struct eng__timeline *timeline, struct eng__home *home,
                             const struct eng__event *event, int32_t *outcome,
                             bool *too_long)
{
  uint8_t scratch[SCRATCH];
  struct eng__place place;
  struct eng__run run;

  eng__run_find(&home->pen, &timeline->run, event, &place);
  if (place.found && !eng__event_supersedes(home->pen.context, &place.same, event)) {
    *outcome = ENG_RECORD_UNCHANGED;
    return ENG_OK;
  }
  if (!place.found && is_full(timeline, home)) return ENG_E_LIMIT;
  run.bytes = scratch;
  eng__run_splice(&home->pen, &timeline->run, &place, event, place.found, &run);
  *outcome = place.found ? ENG_RECORD_REPLACED : ENG_RECORD_ADDED;
  *too_long = run.size > ENG__LIGHT_MAX;
  if (*too_long) return ENG_OK;
  return commit(timeline, home, &run, false);
}

eng_status eng__timeline_put(struct eng__timeline *timeline, struct eng__home *home,
                             const struct eng__event *event, int32_t *outcome)
{
  const struct eng__run *run = &timeline->run;
  bool too_long = false;
  eng_status status;

  if (event->occurred_at <= timeline->floor) {
    *outcome = ENG_RECORD_IGNORED;
    return ENG_OK;
  }
  if (timeline->heavy != NULL) {
    return eng__heavy_put(timeline->heavy, &home->pen, event, outcome);
  }
  if (run->count == 0 ||
      (event->occurred_at > run->last &&
       (!(event->has & ENG__HAS_ID) || !(run->summary.flags & ENG__SUMMARY_IDS)))) {
    if (is_full(timeline, home)) return ENG_E_LIMIT;
    *outcome = ENG_RECORD_ADDED;
    return append(timeline, home, event);
  }
  status = put_within(timeline, home, event, outcome, &too_long);
  /* Only here, where the scratch memory of the above is off the stack again. */
  return too_long ? become_heavy(timeline, home, event, outcome) : status;
}

bool eng__timeline_has(const struct eng__timeline *timeline, const struct eng__pen *pen,
                       const struct eng__event *event)
{
  struct eng__place place;

  if (timeline->heavy != NULL) return eng__heavy_has(timeline->heavy, pen, event);
  if (timeline->run.count == 0) return false;
  eng__run_find(pen, &timeline->run, event, &place);
  return place.found;
}

void eng__timeline_take_back(struct eng__timeline *timeline, const struct eng__pen *pen,
                             const struct eng__event *event)
{
  uint8_t scratch[SCRATCH];
  struct eng__place place;
  struct eng__run run;

  if (timeline->heavy != NULL) {
    eng__heavy_take_back(timeline->heavy, pen, event);
    return;
  }
  eng__run_find(pen, &timeline->run, event, &place);
  run.bytes = scratch;
  eng__run_splice(pen, &timeline->run, &place, NULL, true, &run);
  eng__run_replace(&timeline->run, &run);
}

/* ---- building ---- */

void eng__builder_begin(struct eng__builder *builder, struct eng__home *home)
{
  builder->home = home;
  builder->heavy = NULL;
  memset(&builder->run, 0, sizeof builder->run);
  builder->run.bytes = builder->bytes;
}

eng_status eng__builder_add(struct eng__builder *builder,
                            const struct eng__event *event)
{
  const struct eng__pen *pen = &builder->home->pen;
  struct eng__run *run = &builder->run;
  struct eng__layout layout;
  uint32_t size;

  if (builder->heavy != NULL) return eng__heavy_append(builder->heavy, pen, event);
  if (run->count == 0) {
    run->base = eng__run_base(event->occurred_at);
    run->last = eng__run_origin(run);
  }
  size =
      (uint32_t)eng__run_write(pen, event, run->last, run->bytes + run->size, &layout);
  if (run->size + size > ENG__LIGHT_MAX) {
    builder->heavy = eng__heavy_new(pen, run);
    if (builder->heavy == NULL) return ENG_E_NOMEM;
    return eng__heavy_append(builder->heavy, pen, event);
  }
  run->size += size;
  run->last = event->occurred_at;
  run->count++;
  eng__summary_add(&run->summary, &layout, event->occurred_at);
  return ENG_OK;
}

eng_status eng__builder_end(struct eng__builder *builder,
                            struct eng__timeline *timeline)
{
  if (builder->heavy == NULL) {
    return commit(timeline, builder->home, &builder->run, true);
  }
  timeline->heavy = builder->heavy;
  builder->heavy = NULL;
  return ENG_OK;
}

void eng__builder_drop(struct eng__builder *builder)
{
  eng__heavy_free(builder->heavy, &builder->home->pen);
  builder->heavy = NULL;
}

eng_status eng__timeline_fill(struct eng__timeline *timeline, struct eng__home *home,
                              const struct eng__sorted *entries, size_t count)
{
  struct eng__builder builder;
  eng_status status = ENG_OK;

  while (count > 0 && entries->event->occurred_at <= timeline->floor) {
    entries++;
    count--;
  }
  if (count > eng__limit(home->pen.context, ENG_LIMIT_EVENTS)) return ENG_E_LIMIT;
  eng__builder_begin(&builder, home);
  for (size_t i = 0; i < count && status == ENG_OK; i++) {
    status = eng__builder_add(&builder, entries[i].event);
  }
  if (status == ENG_OK) status = eng__builder_end(&builder, timeline);
  if (status != ENG_OK) eng__builder_drop(&builder);
  return status;
}

/* ---- merging ---- */

/* Both timelines' events, resolved; the memory is the caller's to release. */
struct joined {
  struct eng__event *events;
  struct eng__sorted *entries; /* twice as many: the second half is to sort in */
  size_t total, kept;
};

static void release_joined(struct joined *joined, const eng_allocator *memory)
{
  eng__free(memory, joined->events, joined->total * sizeof *joined->events);
  eng__free(memory, joined->entries, 2 * joined->total * sizeof *joined->entries);
}

static eng_status join(const struct eng__timeline *timeline, struct eng__home *home,
                       const struct eng__timeline *other,
                       const struct eng__shapes *other_shapes, struct joined *out)
{
  size_t mine = (size_t)eng__timeline_count(timeline);
  size_t theirs = (size_t)eng__timeline_count(other);
  struct eng__resolved resolved;
  size_t size;

  memset(out, 0, sizeof *out);
  if (!eng__add_size(mine, theirs, &out->total) ||
      !eng__mul_size(out->total, 2 * sizeof *out->events, &size)) {
    return ENG_E_LIMIT;
  }
  if (out->total == 0) return ENG_OK;
  out->events = eng__new(home->pen.memory, out->total * sizeof *out->events);
  out->entries = eng__new(home->pen.memory, 2 * out->total * sizeof *out->entries);
  if (out->events == NULL || out->entries == NULL) {
    release_joined(out, home->pen.memory);
    return ENG_E_NOMEM;
  }
  eng__timeline_events(timeline, home->pen.shapes, out->events, out->entries);
  eng__timeline_events(other, other_shapes, out->events + mine, out->entries + mine);
  out->kept = eng__resolve(home->pen.context, out->entries, out->entries + out->total,
                           out->total, false, &resolved);
  return ENG_OK;
}

eng_status eng__timeline_merge(struct eng__timeline *timeline, struct eng__home *home,
                               const struct eng__timeline *other,
                               const struct eng__shapes *other_shapes)
{
  struct eng__timeline merged;
  struct joined joined;
  eng_status status;

  if (eng__timeline_count(other) == 0) {
    return eng__timeline_expire(timeline, home, other->floor);
  }
  status = join(timeline, home, other, other_shapes, &joined);
  if (status != ENG_OK) return status;
  eng__timeline_init(&merged);
  merged.floor = timeline->floor > other->floor ? timeline->floor : other->floor;
  status = eng__timeline_fill(&merged, home, joined.entries, joined.kept);
  release_joined(&joined, home->pen.memory);
  if (status != ENG_OK) return status;
  eng__timeline_release(timeline, home);
  *timeline = merged;
  return ENG_OK;
}

/* ---- expiring ---- */

static eng_status expire_light(struct eng__timeline *timeline, struct eng__home *home,
                               int64_t floor)
{
  uint8_t scratch[SCRATCH];
  struct eng__run_cursor cursor;
  struct eng__step step;
  struct eng__run run;
  int64_t before = eng__run_origin(&timeline->run);
  uint32_t from = timeline->run.size;

  eng__run_begin(&timeline->run, home->pen.shapes, &cursor);
  while (eng__run_step(&cursor, &step)) {
    if (step.time > floor) {
      from = (uint32_t)(step.start - timeline->run.bytes);
      break;
    }
    before = step.time;
  }
  if (from == 0) return ENG_OK;
  run.bytes = scratch;
  eng__run_part(&home->pen, &timeline->run, from, timeline->run.size, before, &run);
  return commit(timeline, home, &run, false);
}

eng_status eng__timeline_expire(struct eng__timeline *timeline, struct eng__home *home,
                                int64_t floor)
{
  eng_status status;

  if (floor <= timeline->floor) return ENG_OK;
  if (timeline->heavy != NULL) {
    eng__heavy_expire(timeline->heavy, &home->pen, floor);
    if (timeline->heavy->count == 0) {
      eng__heavy_free(timeline->heavy, &home->pen);
      timeline->heavy = NULL;
    }
  } else if (timeline->run.count > 0) {
    status = expire_light(timeline, home, floor);
    if (status != ENG_OK) return status;
  }
  timeline->floor = floor;
  return ENG_OK;
}

/* ---- reading ---- */

const struct eng__run *eng__runs_next(struct eng__runs *runs)
{
  const struct eng__heavy *heavy = runs->timeline->heavy;
  const struct eng__run *run;

  if (heavy == NULL) {
    if (runs->done || runs->timeline->run.count == 0) return NULL;
    runs->done = true;
    return &runs->timeline->run;
  }
  if (runs->node == heavy->node_count) return NULL;
  run = &heavy->nodes[runs->node]->blocks[runs->block].run;
  if (++runs->block == heavy->nodes[runs->node]->count) {
    runs->block = 0;
    runs->node++;
  }
  return run;
}

void eng__walk_begin(const struct eng__timeline *timeline,
                     const struct eng__shapes *shapes, struct eng__walk *walk)
{
  memset(walk, 0, sizeof *walk);
  eng__runs_begin(timeline, &walk->runs);
  walk->cursor.shapes = shapes;
}

bool eng__walk_step(struct eng__walk *walk, struct eng__step *step)
{
  if (eng__run_step(&walk->cursor, step)) return true;
  const struct eng__run *run = eng__runs_next(&walk->runs);
  if (run == NULL) return false;
  eng__run_begin(run, walk->cursor.shapes, &walk->cursor);
  return eng__run_step(&walk->cursor, step);
}

void eng__timeline_events(const struct eng__timeline *timeline,
                          const struct eng__shapes *shapes, struct eng__event *events,
                          struct eng__sorted *entries)
{
  struct eng__walk walk;
  struct eng__step step;

  eng__walk_begin(timeline, shapes, &walk);
  for (size_t i = 0; eng__walk_step(&walk, &step); i++) {
    eng__step_event(&step, &events[i]);
    entries[i].event = &events[i];
  }
}
