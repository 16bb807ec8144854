/* SPDX-License-Identifier: MIT */
/*
 * visit.h - every customer of a book, one after the other, and what each of them did.
 *
 * All metrics go through here, so that they agree on what counts: events up to the
 * as-of, voided ones not, purchases only while something of them is kept, in canonical
 * order. Timelines without an event that undoes another, nearly all, are read where
 * they lie without being decoded further than time, kind and channel.
 *
 * A metric whose work for an event is little takes a glance at the customer, which it
 * keeps in local memory, so that nothing of it goes to memory and back from event to
 * event; eng__visit_deed and eng__glance_deed give the same.
 */
#ifndef ENG_METRICS_VISIT_H
#define ENG_METRICS_VISIT_H

#include <engagement/metrics.h>

#include "book/book.h"
#include "model/see.h"

/* Kinds as measures see them: a purchase below 0 is a refund. */
struct eng__kinds {
  bool has[256];
  uint32_t summary; /* bits of the summaries of timelines that may have one */
};

/* A list of kinds; an empty one stands for those that make a customer active. */
eng_status eng__kinds_set(const eng_context *context, const uint8_t *list, uint64_t count,
                          struct eng__kinds *out);
/* What either has. */
void eng__kinds_join(struct eng__kinds *kinds, const struct eng__kinds *other);

struct eng__deed {
  int64_t time;
  uint8_t kind; /* as measures see it */
  uint8_t channel;
};

struct eng__visit {
  const eng_book *book;
  int64_t as_of;
  uint32_t needs; /* summary bits of which a customer has one, or is passed over */
  eng_progress_fn progress;
  void *user;
  eng_status status;
  uint64_t first, end; /* the rows that are looked at */
  uint64_t next, row;  /* the next of them, and the one that is visited */
  uint64_t told;       /* from this row on progress is told again */
  const struct eng__slot *slots, *slot; /* of the rows about `next`, of the visited one */
  uint64_t stop;                        /* the end of `slots` */

  struct eng__pen pen;
  struct eng__undos undos;
  struct eng__timeline timeline;
  bool plain; /* nothing undoes anything */
  bool light; /* plain, and in one run, at the start of which the walk's cursor stands */
  struct eng__walk walk;
  struct eng__step step;
  struct eng__sight sight;
  struct eng__seen seen;
};

/* What is pointed to is borrowed. `needs` of NULL: everybody is visited. */
void eng__visit_begin(struct eng__visit *visit, const eng_book *book, int64_t as_of,
                      const struct eng__kinds *needs, eng_progress_fn progress,
                      void *user);
/* Only of some rows, which are there; right after the beginning. */
void eng__visit_only(struct eng__visit *visit, uint64_t first, uint64_t rows);
/* The next customer; false at the end or after a failure, which `status` tells. */
bool eng__visit_next(struct eng__visit *visit);
/* Their first event is the next one again. */
void eng__visit_rewind(struct eng__visit *visit);
/* Releases memory; the status of the whole visit. */
eng_status eng__visit_end(struct eng__visit *visit);

/* For the inline parts below. */
bool eng__visit_seen(struct eng__visit *visit, struct eng__deed *deed);
struct eng__deed eng__visit_resume(struct eng__visit *visit, const uint8_t *at,
                                   int64_t time);
const struct eng__seen *eng__visit_see(struct eng__visit *visit,
                                       const struct eng__layout *layout,
                                       const uint8_t *body, int64_t time);

/* The next event of the customer. */
static inline bool eng__visit_deed(struct eng__visit *visit, struct eng__deed *deed)
{
  struct eng__step *step = &visit->step;

  if (!visit->plain) return eng__visit_seen(visit, deed);
  do {
    if (!eng__run_step(&visit->walk.cursor, step) &&
        !eng__walk_step(&visit->walk, step)) {
      return false;
    }
    if (step->time > visit->as_of) return false;
  } while (step->layout->kind == ENG_EVENT_VOID);
  deed->time = step->time;
  deed->kind = step->layout->measured;
  deed->channel = step->layout->channel;
  return true;
}

/* What is left to read of a light run; the visit has the rest. */
struct eng__glance {
  struct eng__visit *visit;
  const struct eng__layout *layouts;
  const uint8_t *at, *end;
  int64_t time, as_of;
  const struct eng__layout *layout; /* of the event that came last; NULL: see the visit */
  const uint8_t *body;
  bool more; /* the visit goes on where this ends */
};

/* Of the customer who is visited, from the first event on; of each only one at a time. */
static inline struct eng__glance eng__glance_begin(struct eng__visit *visit)
{
  struct eng__glance glance = {
      visit, visit->pen.shapes->layouts, NULL, NULL, 0, visit->as_of, NULL, NULL,
      !visit->light};

  if (visit->light) {
    glance.at = visit->walk.cursor.at;
    glance.end = visit->walk.cursor.end;
    glance.time = visit->walk.cursor.time;
  }
  return glance;
}

/* The next event; false: there is none. */
static inline bool eng__glance_deed(struct eng__glance *glance, struct eng__deed *deed)
{
  while (glance->at != glance->end) {
    const uint8_t *p = glance->at;
    const struct eng__layout *layout = &glance->layouts[*p];
    uint64_t gap;
    unsigned width;

    if (*p == ENG__ESCAPE || layout->flags & ENG__LAYOUT_SLOW) {
      glance->more = true;
      glance->end = p;
      break;
    }
    gap = eng__get64(p + 1);
    width = (unsigned)(gap & 3) + 2;
    glance->layout = layout;
    glance->body = p + 1 + width;
    glance->at = glance->body + layout->body;
    glance->time += (int64_t)((gap & ((UINT64_C(1) << 8 * width) - 1)) >> 2);
    if (glance->time > glance->as_of) {
      glance->end = glance->at;
      return false;
    }
    if (layout->kind == ENG_EVENT_VOID) continue;
    deed->time = glance->time;
    deed->kind = layout->measured;
    deed->channel = layout->channel;
    return true;
  }
  if (!glance->more) return false;
  *deed = eng__visit_resume(glance->visit, glance->at, glance->time);
  glance->at = glance->end = NULL;
  glance->layout = NULL;
  return deed->kind != 0;
}

/* All fields of the event that came last. */
static inline const struct eng__seen *eng__visit_fields(struct eng__visit *visit)
{
  if (visit->plain) eng__see_step(visit->pen.context, &visit->step, &visit->seen);
  return &visit->seen;
}

static inline const struct eng__seen *eng__glance_fields(struct eng__glance *glance)
{
  if (glance->layout == NULL) return eng__visit_fields(glance->visit);
  return eng__visit_see(glance->visit, glance->layout, glance->body, glance->time);
}

#endif
