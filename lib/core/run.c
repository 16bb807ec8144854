/* SPDX-License-Identifier: MIT */
/*
 * run.c - putting events into runs and taking them out.
 *
 * A change copies the parts of a run that stay and writes anew only the gap of the
 * event behind each seam, so its cost is that of a copy.
 */
#include "core/run.h"

#include "core/checked.h"

/* ---- summaries ---- */

void eng__summary_join(struct eng__summary *summary, const struct eng__summary *other)
{
  uint32_t purchases = (uint32_t)summary->purchases + other->purchases;

  summary->kinds |= other->kinds;
  summary->flags |= other->flags;
  if (other->purchases > 0) {
    if (summary->purchases == 0 || other->first_purchase < summary->first_purchase) {
      summary->first_purchase = other->first_purchase;
    }
    if (summary->purchases == 0 || other->last_purchase > summary->last_purchase) {
      summary->last_purchase = other->last_purchase;
    }
  }
  summary->purchases = purchases < UINT16_MAX ? (uint16_t)purchases : UINT16_MAX;
}

static void summarise(const struct eng__pen *pen, struct eng__run *run)
{
  struct eng__run_cursor cursor;
  struct eng__step step;

  memset(&run->summary, 0, sizeof run->summary);
  run->count = 0;
  eng__run_begin(run, pen->shapes, &cursor);
  while (eng__run_step(&cursor, &step)) {
    eng__summary_add(&run->summary, step.layout, step.time);
    run->count++;
  }
}

/* ---- writing events ---- */

/* Shape, whose index is given, and gap. */
static size_t put_head(unsigned index, uint64_t code, int64_t gap, uint8_t *out)
{
  uint64_t g = (uint64_t)gap << 2;
  size_t n = 1;
  int width;

  out[0] = (uint8_t)index;
  if (index == ENG__ESCAPE) {
    eng__put64(out + 1, code);
    n = 9;
  }
  if (eng__shape_bits(code, ENG__SHAPE_WIDE, 1)) {
    eng__put64(out + n, (uint64_t)gap);
    return n + 8;
  }
  width = 2 + (g > 0xffff) + (g > 0xffffff) + (g > 0xffffffff);
  eng__put64(out + n, g | (uint64_t)(width - 2));
  return n + (size_t)width;
}

size_t eng__run_write(const struct eng__pen *pen, const struct eng__event *event,
                      int64_t previous, uint8_t *out, struct eng__layout *layout)
{
  int64_t gap = event->occurred_at - previous;
  uint64_t code = eng__shape_of(event, gap);
  unsigned index = eng__shapes_index(pen->shapes, pen->memory, code);
  size_t n = put_head(index, code, gap, out);

  if (index == ENG__ESCAPE) {
    eng__layout_fill(code, layout);
  } else {
    *layout = pen->shapes->layouts[index];
  }
  return n + eng__body_put(code, event, out + n);
}

unsigned eng__run_word(const struct eng__pen *pen, const struct eng__event *event,
                       int64_t previous, uint64_t *word, struct eng__layout *layout)
{
  uint16_t rare = event->has & (uint16_t) ~(ENG__HAS_AMOUNT | ENG__HAS_VALUE);
  uint64_t g = (uint64_t)(event->occurred_at - previous) << 2;
  unsigned width = 2u + (g > 0xffff) + (g > 0xffffff) + (g > 0xffffffff);
  unsigned index, n = 1 + width;
  uint64_t w;

  if (rare != 0 || event->occurrence != 0 || event->extension_size != 0 ||
      g >= (uint64_t)ENG__GAP_LIMIT << 2) {
    return 0;
  }
  index = eng__shapes_index(pen->shapes, pen->memory, eng__shape_of(event, 0));
  if (index == ENG__ESCAPE) return 0;
  *layout = pen->shapes->layouts[index];
  if (n + layout->body > 8) return 0;
  w = index | (g | (width - 2)) << 8;
  if (layout->amount_width != 0) w |= eng__magnitude(event->amount) << 8 * n;
  n += layout->amount_width;
  if (layout->value_width != 0) w |= eng__magnitude(event->value) << 8 * n;
  *word = w;
  return n + layout->value_width;
}

/* ---- finding ---- */

static void note_found(const struct eng__run *run, const struct eng__step *step,
                       int64_t before, struct eng__place *place)
{
  place->found = true;
  place->start = (uint32_t)(step->start - run->bytes);
  place->end = (uint32_t)(step->next - run->bytes);
  place->found_before = before;
  eng__step_event(step, &place->same);
}

/* Events of one time and kind, which stand in a row: by effective id, then content. To
 * know an effective id is a hash, so they are halved rather than walked through; to
 * step over one costs nearly nothing. */
static void place_among(const struct eng__pen *pen, const struct eng__run *run,
                        const struct eng__event *event,
                        const struct eng__run_cursor *ties, uint32_t count,
                        struct eng__place *place)
{
  struct eng__sought sought = {event, 0, false};
  struct eng__run_cursor low = *ties;

  while (count > 0) {
    struct eng__run_cursor cursor = low;
    uint32_t half = count / 2;
    struct eng__event held;
    struct eng__step step;
    int64_t before;
    int order;

    for (uint32_t i = 0; i < half; i++) (void)eng__run_step(&cursor, &step);
    before = cursor.time;
    (void)eng__run_step(&cursor, &step);
    eng__step_event(&step, &held);
    order = eng__sought_compare(pen->context, &held, &sought);
    if (order == 0) order = eng__event_compare_content(pen->context, &held, event);
    if (order > 0) {
      place->at = (uint32_t)(step.start - run->bytes);
      place->before = before;
      count = half;
      continue;
    }
    if (order == 0) {
      place->at = (uint32_t)(step.next - run->bytes);
      place->before = step.time;
      note_found(run, &step, before, place);
      return;
    }
    low = cursor;
    count -= half + 1;
  }
}

void eng__run_place(const struct eng__pen *pen, const struct eng__run *run,
                    const struct eng__event *event, struct eng__place *place)
{
  uint64_t key = pen->context->kind_key[event->kind];
  struct eng__run_cursor cursor, ties;
  struct eng__step step;
  int64_t before = eng__run_origin(run);
  uint32_t count = 0; /* of ties, the first of which is kept */

  place->found = false;
  place->at = run->size;
  place->before = run->count == 0 ? before : run->last;
  if (event->occurred_at > run->last) return;
  eng__run_begin(run, pen->shapes, &cursor);
  ties = cursor;
  for (; eng__run_step(&cursor, &step); before = step.time) {
    uint64_t held_key;

    if (step.time < event->occurred_at) continue;
    held_key = pen->context->kind_key[step.layout->kind];
    if (step.time > event->occurred_at || held_key > key) {
      place->at = (uint32_t)(step.start - run->bytes);
      place->before = before;
      break;
    }
    if (held_key < key || count++ > 0) continue;
    ties.at = step.start;
    ties.time = before;
  }
  if (count > 0) place_among(pen, run, event, &ties, count, place);
}

bool eng__run_find_id(const struct eng__pen *pen, const struct eng__run *run,
                      uint64_t id, struct eng__place *place)
{
  struct eng__run_cursor cursor;
  struct eng__step step;
  int64_t before = eng__run_origin(run);

  place->found = false;
  if (!(run->summary.flags & ENG__SUMMARY_IDS)) return false;
  eng__run_begin(run, pen->shapes, &cursor);
  for (; eng__run_step(&cursor, &step); before = step.time) {
    if (!(step.layout->flags & ENG__LAYOUT_ID) || eng__step_id(&step) != id) continue;
    note_found(run, &step, before, place);
    return true;
  }
  return false;
}

void eng__run_find(const struct eng__pen *pen, const struct eng__run *run,
                   const struct eng__event *event, struct eng__place *place)
{
  eng__run_place(pen, run, event, place);
  if (event->has & ENG__HAS_ID) (void)eng__run_find_id(pen, run, event->id, place);
}

/* ---- splicing ---- */

struct writer {
  const struct eng__pen *pen;
  struct eng__run *run;
  int64_t previous;
};

/* The first event decides the base. */
static void begin_at(struct writer *w, int64_t time)
{
  if (w->run->size > 0) return;
  w->run->base = eng__run_base(time);
  w->previous = eng__run_origin(w->run);
}

static void write_event(struct writer *w, const struct eng__event *event)
{
  struct eng__layout layout;

  begin_at(w, event->occurred_at);
  w->run->size += (uint32_t)eng__run_write(w->pen, event, w->previous,
                                           w->run->bytes + w->run->size, &layout);
  w->previous = event->occurred_at;
}

/* Copies [from, to), whose last event stands at `last`. */
static void write_part(struct writer *w, const struct eng__run *run, uint32_t from,
                       uint32_t to, int64_t before, int64_t last)
{
  struct eng__run_cursor cursor;
  struct eng__step step;
  const uint8_t *rest = run->bytes + from;

  if (from == to) return;
  cursor.shapes = w->pen->shapes;
  cursor.at = rest;
  cursor.end = run->bytes + to;
  cursor.time = before;
  eng__run_read(&cursor, &step);
  begin_at(w, step.time);
  if (w->previous != before) {
    int64_t gap = step.time - w->previous;
    uint64_t wide = UINT64_C(1) << ENG__SHAPE_WIDE;
    uint64_t code =
        gap >= ENG__GAP_LIMIT ? step.layout->code | wide : step.layout->code & ~wide;

    unsigned index = eng__shapes_index(w->pen->shapes, w->pen->memory, code);

    w->run->size += (uint32_t)put_head(index, code, gap, w->run->bytes + w->run->size);
    rest = step.body;
  }
  memcpy(w->run->bytes + w->run->size, rest, (size_t)(run->bytes + to - rest));
  w->run->size += (uint32_t)(run->bytes + to - rest);
  w->previous = last;
}

static void write_begin(struct writer *w, const struct eng__pen *pen,
                        struct eng__run *out)
{
  w->pen = pen;
  w->run = out;
  w->previous = 0;
  out->size = 0;
  out->base = 0;
}

static void write_end(struct writer *w)
{
  w->run->last = w->run->size == 0 ? 0 : w->previous;
}

void eng__run_splice(const struct eng__pen *pen, const struct eng__run *run,
                     const struct eng__place *place, const struct eng__event *event,
                     bool remove, struct eng__run *out)
{
  struct writer w;
  uint32_t at = 0;
  int64_t before = eng__run_origin(run);
  bool event_first = event != NULL && (!remove || place->at <= place->start);

  write_begin(&w, pen, out);
  if (event_first) {
    write_part(&w, run, at, place->at, before, place->before);
    write_event(&w, event);
    at = place->at;
    before = place->before;
  }
  if (remove) {
    write_part(&w, run, at, place->start, before, place->found_before);
    at = place->end;
    before = place->same.occurred_at;
  }
  if (event != NULL && !event_first) {
    write_part(&w, run, at, place->at, before, place->before);
    write_event(&w, event);
    at = place->at;
    before = place->before;
  }
  write_part(&w, run, at, run->size, before, run->last);
  write_end(&w);
  summarise(pen, out);
}

void eng__run_part(const struct eng__pen *pen, const struct eng__run *run,
                   uint32_t from, uint32_t to, int64_t before, struct eng__run *out)
{
  struct writer w;

  write_begin(&w, pen, out);
  write_part(&w, run, from, to, before, run->last);
  write_end(&w);
  summarise(pen, out);
  if (to != run->size && out->size > 0) {
    /* The last event of the part is not that of the run. */
    struct eng__run_cursor cursor;
    struct eng__step step;

    eng__run_begin(out, pen->shapes, &cursor);
    while (eng__run_step(&cursor, &step)) out->last = step.time;
  }
}
