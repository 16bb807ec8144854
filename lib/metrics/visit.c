/* SPDX-License-Identifier: MIT */
/*
 * visit.c - see visit.h. Runs are fetched a group of rows ahead.
 */
#include "metrics/visit.h"

#include <string.h>

#include "book/prefetch.h"
#include "core/memory.h"
#include "core/shape.h"

enum { AHEAD = 16, PROGRESS = 65536 };

/* ---- kinds ---- */

static uint32_t summary_of(unsigned kind)
{
  struct eng__layout layout;

  eng__layout_fill(kind, &layout);
  return 1u << layout.summary;
}

static void add_kind(struct eng__kinds *kinds, unsigned kind)
{
  kinds->has[kind] = true;
  kinds->summary |= summary_of(kind);
}

eng_status eng__kinds_set(const eng_context *context, const uint8_t *list,
                          uint64_t count, struct eng__kinds *out)
{
  memset(out, 0, sizeof *out);
  if (count > 0 && list == NULL) return ENG_E_INVALID;
  for (uint64_t i = 0; i < count; i++) {
    if (!eng__kind_is_known(context, list[i])) return ENG_E_KIND;
    add_kind(out, list[i]);
  }
  for (unsigned kind = 1; kind < 256 && count == 0; kind++) {
    if (eng_kind_is_active(context, (int32_t)kind)) add_kind(out, kind);
  }
  return ENG_OK;
}

void eng__kinds_join(struct eng__kinds *kinds, const struct eng__kinds *other)
{
  for (int i = 0; i < 256; i++) kinds->has[i] = kinds->has[i] || other->has[i];
  kinds->summary |= other->summary;
}

/* ---- customers ---- */

void eng__visit_begin(struct eng__visit *visit, const eng_book *book, int64_t as_of,
                      const struct eng__kinds *needs, eng_progress_fn progress,
                      void *user)
{
  memset(visit, 0, sizeof *visit);
  visit->book = book;
  visit->end = book->rows;
  visit->as_of = as_of;
  visit->needs = needs == NULL ? 0 : needs->summary;
  visit->progress = progress;
  visit->user = user;
  visit->pen = book->home.pen;
  /* Readers may be many, and the book's memory is not theirs. */
  visit->pen.memory = eng__memory(visit->pen.context);
}

void eng__visit_only(struct eng__visit *visit, uint64_t first, uint64_t rows)
{
  visit->first = visit->next = visit->told = first;
  visit->end = first + rows;
}

static void fetch(const struct eng__visit *visit, const struct eng__slot *slot)
{
  const eng_book *book = visit->book;

  if (visit->needs != 0 && !(slot->summary.kinds & visit->needs)) return;
  if (eng__slot_is_heavy(slot)) {
    eng__prefetch(book->heavies[slot->run]);
  } else if (eng__slot_class(slot) > 0) {
    eng__prefetch(eng__arena_at(&book->arena, slot->run));
  }
}

static bool is_told(struct eng__visit *visit, uint64_t done)
{
  if (visit->progress != NULL && visit->progress(visit->user, done - visit->first,
                                                 visit->end - visit->first) != 0) {
    visit->status = ENG_E_CANCELLED;
  }
  return visit->status == ENG_OK;
}

/* The run of a light timeline, for whoever reads it. */
static void open_run(struct eng__visit *visit)
{
  const struct eng__slot *slot = visit->slot;
  struct eng__run_cursor *cursor = &visit->walk.cursor;

  cursor->at = cursor->end = NULL;
  if (eng__slot_class(slot) > 0) {
    cursor->at = eng__arena_at(&visit->book->arena, slot->run);
    cursor->end = cursor->at + eng__slot_size(slot);
  }
  cursor->time = (int64_t)slot->base * ENG__DAY;
  cursor->shapes = visit->pen.shapes;
  /* No further run follows. */
  visit->timeline.heavy = NULL;
  visit->walk.runs.timeline = &visit->timeline;
  visit->walk.runs.done = true;
}

void eng__visit_rewind(struct eng__visit *visit)
{
  if (visit->light) {
    open_run(visit);
  } else if (visit->plain) {
    eng__walk_begin(&visit->timeline, visit->pen.shapes, &visit->walk);
  } else {
    eng__sight_rewind(&visit->sight);
  }
}

static void open_row(struct eng__visit *visit)
{
  visit->plain = !(visit->slot->summary.flags & ENG__SUMMARY_REFERS);
  visit->light = visit->plain && !eng__slot_is_heavy(visit->slot);
  if (!visit->light)
    eng__book_view(visit->book, (uint32_t)visit->row, &visit->timeline);
  if (visit->plain) {
    eng__visit_rewind(visit);
  } else {
    visit->status = eng__sight_begin(&visit->sight, &visit->timeline, &visit->pen,
                                     visit->as_of, &visit->undos);
  }
}

/* The slots from the next row on that lie together; false at the end. */
static bool go_on(struct eng__visit *visit)
{
  uint64_t row = visit->next;

  if (row >= visit->end) {
    (void)is_told(visit, row);
    return false;
  }
  if (row >= visit->told) {
    visit->told = row + PROGRESS;
    if (!is_told(visit, row)) return false;
  }
  visit->stop = ((row >> ENG__SLOT_BITS) + 1) << ENG__SLOT_BITS;
  if (visit->stop > visit->end) visit->stop = visit->end;
  visit->slots = eng__book_slot(visit->book, (uint32_t)row);
  return true;
}

bool eng__visit_next(struct eng__visit *visit)
{
  while (visit->status == ENG_OK && (visit->next < visit->stop || go_on(visit))) {
    const struct eng__slot *slot = visit->slots++;

    visit->row = visit->next++;
    if (visit->next + AHEAD < visit->stop) fetch(visit, slot + AHEAD);
    if (visit->needs != 0 && !(slot->summary.kinds & visit->needs)) continue;
    visit->slot = slot;
    open_row(visit);
    return visit->status == ENG_OK;
  }
  return false;
}

bool eng__visit_seen(struct eng__visit *visit, struct eng__deed *deed)
{
  if (!eng__sight_next(&visit->sight, &visit->seen)) return false;
  deed->time = visit->seen.event.occurred_at;
  deed->kind = visit->seen.kind;
  deed->channel = visit->seen.event.channel;
  return true;
}

/* For glances: the next event, after what was read up to `at` and `time` if there is
 * more of a light run; none: of kind 0. */
struct eng__deed eng__visit_resume(struct eng__visit *visit, const uint8_t *at,
                                   int64_t time)
{
  struct eng__deed deed, none = {0, 0, 0};

  if (at != NULL) {
    visit->walk.cursor.at = at;
    visit->walk.cursor.time = time;
  }
  return eng__visit_deed(visit, &deed) ? deed : none;
}

const struct eng__seen *eng__visit_see(struct eng__visit *visit,
                                       const struct eng__layout *layout,
                                       const uint8_t *body, int64_t time)
{
  visit->step.layout = layout;
  visit->step.body = body;
  visit->step.time = time;
  eng__see_step(visit->pen.context, &visit->step, &visit->seen);
  return &visit->seen;
}

eng_status eng__visit_end(struct eng__visit *visit)
{
  eng__free(visit->pen.memory, visit->undos.undos,
            visit->undos.room * sizeof *visit->undos.undos);
  return visit->status;
}
