/* SPDX-License-Identifier: MIT */
/*
 * timeline.h - a timeline: a floor and a set of events above it.
 *
 * Most are one run of bytes; past ENG__LIGHT_MAX bytes they are heavy. Where a run's
 * bytes live is its home's business: a customer's own memory, or the arena of a book.
 * Answers and encoded bytes (blob.h) are functions of (floor, set). The layout is not:
 * whether it is heavy, where blocks end and how shapes are numbered tells what came when.
 */
#ifndef ENG_CORE_TIMELINE_H
#define ENG_CORE_TIMELINE_H

#include <engagement/customer.h>

#include "core/heavy.h"
#include "core/resolve.h"
#include "core/run.h"

struct eng__timeline {
  struct eng__run run;      /* empty if heavy */
  uint32_t capacity;        /* bytes that run.bytes may take, slack not counted */
  struct eng__heavy *heavy; /* NULL: light */
  int64_t floor;            /* ENG_TIME_NONE: none */
};

/* Where runs live. `take` gives at least `size` bytes and the slack behind them, a
 * little more for growth unless `exact`, or NULL. */
struct eng__home {
  struct eng__pen pen;
  uint8_t *(*take)(struct eng__home *home, uint32_t size, bool exact,
                   uint32_t *capacity);
  void (*give)(struct eng__home *home, uint8_t *bytes, uint32_t capacity);
};

void eng__timeline_init(struct eng__timeline *timeline);
void eng__timeline_release(struct eng__timeline *timeline, struct eng__home *home);

/* Puts an event in; the outcome is an ENG_RECORD_ number. Unchanged on failure. */
eng_status eng__timeline_put(struct eng__timeline *timeline, struct eng__home *home,
                             const struct eng__event *event, int32_t *outcome);

/* Whether a version of an event is there. */
bool eng__timeline_has(const struct eng__timeline *timeline, const struct eng__pen *pen,
                       const struct eng__event *event);

/* Takes out an event that was put in as a new one; needs no memory. */
void eng__timeline_take_back(struct eng__timeline *timeline, const struct eng__pen *pen,
                             const struct eng__event *event);

/* Fills a timeline without events with resolved ones; those at or before the floor are
 * left out. Without events on failure. */
eng_status eng__timeline_fill(struct eng__timeline *timeline, struct eng__home *home,
                              const struct eng__sorted *entries, size_t count);

/* The greater floor, and the union of the events above it. `other` may use another
 * table of shapes, of the same context. Unchanged on failure. */
eng_status eng__timeline_merge(struct eng__timeline *timeline, struct eng__home *home,
                               const struct eng__timeline *other,
                               const struct eng__shapes *other_shapes);

/* Builds the events of a timeline one by one, in canonical order. */
struct eng__builder {
  struct eng__home *home;
  struct eng__heavy *heavy; /* once they are too many for a run */
  struct eng__run run;
  uint8_t bytes[ENG__LIGHT_MAX + ENG__SPLICE_ROOM + ENG__SLACK];
};

void eng__builder_begin(struct eng__builder *builder, struct eng__home *home);
/* After a failure only eng__builder_drop is of use. */
eng_status eng__builder_add(struct eng__builder *builder, const struct eng__event *event);
/* Moves the events into a timeline that has none; it keeps its floor. On failure
 * nothing was moved, and eng__builder_drop is due. */
eng_status eng__builder_end(struct eng__builder *builder, struct eng__timeline *timeline);
void eng__builder_drop(struct eng__builder *builder);

/* Raises the floor. Unchanged on failure. */
eng_status eng__timeline_expire(struct eng__timeline *timeline, struct eng__home *home,
                                int64_t floor);

static inline uint64_t eng__timeline_count(const struct eng__timeline *timeline)
{
  return timeline->heavy != NULL ? timeline->heavy->count : timeline->run.count;
}

static inline int64_t eng__timeline_last(const struct eng__timeline *timeline)
{
  return timeline->heavy != NULL ? timeline->heavy->last : timeline->run.last;
}

static inline const struct eng__summary *eng__timeline_summary(
    const struct eng__timeline *timeline)
{
  return timeline->heavy != NULL ? &timeline->heavy->summary : &timeline->run.summary;
}

/* ---- reading ---- */

/* Walks over the runs of a timeline, one or many. */
struct eng__runs {
  const struct eng__timeline *timeline;
  size_t node;
  uint32_t block;
  bool done; /* for a light one */
};

static inline void eng__runs_begin(const struct eng__timeline *timeline,
                                   struct eng__runs *runs)
{
  runs->timeline = timeline;
  runs->node = 0;
  runs->block = 0;
  runs->done = false;
}

/* The next run, never empty; NULL after the last. */
const struct eng__run *eng__runs_next(struct eng__runs *runs);

/* Walks over the events. */
struct eng__walk {
  struct eng__runs runs;
  struct eng__run_cursor cursor;
};

void eng__walk_begin(const struct eng__timeline *timeline,
                     const struct eng__shapes *shapes, struct eng__walk *walk);
bool eng__walk_step(struct eng__walk *walk, struct eng__step *step);

/* Decodes all events in order into memory of `count` entries each. */
void eng__timeline_events(const struct eng__timeline *timeline,
                          const struct eng__shapes *shapes, struct eng__event *events,
                          struct eng__sorted *entries);

#endif
