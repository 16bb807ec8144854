/* SPDX-License-Identifier: MIT */
/*
 * run.h - the events of a customer as one string of bytes.
 *
 * Events stand in canonical order. Each is its shape's index (or ENG__ESCAPE and the
 * shape's code), the gap in milliseconds since the event before, and the numbers that
 * the shape announces:
 *
 *     shape (1)  gap (2..5; its low two bits say how many)  numbers (layout->body)
 *
 * The first gap counts from the start of day `base`. Reading runs past the end by up
 * to ENG__SLACK bytes, which every owner of a run provides. Runs are our own bytes:
 * foreign ones pass blob.c first, so nothing is checked here.
 */
#ifndef ENG_CORE_RUN_H
#define ENG_CORE_RUN_H

#include "core/calendar.h"
#include "core/shape.h"

/* What a run says at a glance; a function of its events. */
struct eng__summary {
  uint32_t kinds;          /* bits of eng__layout.summary that occur */
  uint16_t purchases;      /* purchases not below 0; saturates at 65535 */
  uint16_t first_purchase; /* UTC day since 1970; 65535: that day or later */
  uint16_t last_purchase;
  uint8_t flags; /* ENG__SUMMARY_* */
};

enum {
  ENG__SUMMARY_IDS = 1,   /* some event has an id */
  ENG__SUMMARY_REFERS = 2 /* some void, refund or cancel names its target */
};

struct eng__run {
  uint8_t *bytes;
  int64_t last; /* time of the last event; 0 if there is none */
  uint32_t size, count;
  uint16_t base; /* day of the first event, 65535 at the most */
  struct eng__summary summary;
};

/* ---- reading ---- */

/* One event of a run, not yet decoded. */
struct eng__step {
  const uint8_t *start, *body, *next;
  int64_t time;
  const struct eng__layout *layout;
  struct eng__layout own; /* where the shape is written in full */
};

struct eng__run_cursor {
  const struct eng__shapes *shapes;
  const uint8_t *at, *end;
  int64_t time; /* of the event before */
};

static inline int64_t eng__run_origin(const struct eng__run *run)
{
  return (int64_t)run->base * ENG__DAY;
}

static inline void eng__run_begin(const struct eng__run *run,
                                  const struct eng__shapes *shapes,
                                  struct eng__run_cursor *cursor)
{
  cursor->shapes = shapes;
  cursor->at = run->bytes;
  cursor->end = run->bytes + run->size;
  cursor->time = eng__run_origin(run);
}

/* Reads the head of an event whose predecessor stands at cursor->time. */
static inline void eng__run_read(struct eng__run_cursor *cursor, struct eng__step *step)
{
  const uint8_t *p = cursor->at;
  uint64_t gap;
  unsigned width;

  step->start = p;
  if (*p == ENG__ESCAPE) {
    eng__layout_fill(eng__get64(p + 1), &step->own);
    step->layout = &step->own;
    p += 9;
  } else {
    step->layout = &cursor->shapes->layouts[*p];
    p++;
  }
  gap = eng__get64(p);
  if (step->layout->flags & ENG__LAYOUT_SLOW) {
    if (eng__shape_bits(step->layout->code, ENG__SHAPE_WIDE, 1)) {
      step->body = p + 8;
    } else {
      width = (unsigned)(gap & 3) + 2;
      gap = (gap & ((UINT64_C(1) << 8 * width) - 1)) >> 2;
      step->body = p + width;
    }
    step->next = step->body + eng__body_size(step->layout, step->body);
  } else {
    width = (unsigned)(gap & 3) + 2;
    gap = (gap & ((UINT64_C(1) << 8 * width) - 1)) >> 2;
    step->body = p + width;
    step->next = step->body + step->layout->body;
  }
  step->time = cursor->time + (int64_t)gap;
}

static inline bool eng__run_step(struct eng__run_cursor *cursor, struct eng__step *step)
{
  if (cursor->at == cursor->end) return false;
  eng__run_read(cursor, step);
  cursor->at = step->next;
  cursor->time = step->time;
  return true;
}

static inline void eng__step_event(const struct eng__step *step, struct eng__event *event)
{
  eng__body_get(step->layout, step->body, step->time, event);
}

/* The id of a step whose layout has one. */
static inline uint64_t eng__step_id(const struct eng__step *step)
{
  return eng__get64(step->body + step->layout->amount_width + step->layout->value_width);
}

/* ---- writing ---- */

/* What writes into runs: the table of shapes it may extend, and its memory. */
struct eng__pen {
  const eng_context *context;
  const eng_allocator *memory;
  struct eng__shapes *shapes;
};

/* Writes an event whose predecessor stands at `previous` into ENG__EVENT_MAX bytes, of
 * which some behind it are written over. Returns how many it takes, and what it looks
 * like but for its gap. */
size_t eng__run_write(const struct eng__pen *pen, const struct eng__event *event,
                      int64_t previous, uint8_t *out, struct eng__layout *layout);

/*
 * The same for an event of at most 8 bytes, which most are: as a word, whose first byte
 * is the lowest. Returns how many bytes, or 0 if it takes more. Where an event goes to
 * memory that nobody may write behind, this spares it a detour over the stack, whose
 * narrow stores a wide load would have to wait for.
 */
unsigned eng__run_word(const struct eng__pen *pen, const struct eng__event *event,
                       int64_t previous, uint64_t *word, struct eng__layout *layout);

/* Writes the low `n` bytes of a word, 3..8, and no more. */
static inline void eng__put_word(uint8_t *p, uint64_t word, unsigned n)
{
  if (n >= 4) {
    eng__put32(p, (uint32_t)word);
    eng__put32(p + n - 4, (uint32_t)(word >> 8 * (n - 4)));
  } else {
    p[0] = (uint8_t)word;
    p[1] = (uint8_t)(word >> 8);
    p[2] = (uint8_t)(word >> 16);
  }
}

/* Puts a run that was made elsewhere in place of one whose memory has room for it.
 * Nothing of what stood there is left behind its end. */
static inline void eng__run_replace(struct eng__run *run, const struct eng__run *by)
{
  uint8_t *bytes = run->bytes;

  if (by->size > 0) memcpy(bytes, by->bytes, by->size);
  if (by->size < run->size) memset(bytes + by->size, 0, run->size - by->size);
  *run = *by;
  run->bytes = bytes;
}

/* The origin of a run that begins with an event at `time`. */
static inline uint16_t eng__run_base(int64_t time)
{
  int64_t day = time / ENG__DAY;

  return day < UINT16_MAX ? (uint16_t)day : UINT16_MAX;
}

/* Takes an event that was just appended into the summary. */
static inline void eng__summary_add(struct eng__summary *summary,
                                    const struct eng__layout *layout, int64_t time)
{
  summary->kinds |= 1u << layout->summary;
  if (layout->flags & ENG__LAYOUT_ID) summary->flags |= ENG__SUMMARY_IDS;
  if (layout->flags & ENG__LAYOUT_REFERS) summary->flags |= ENG__SUMMARY_REFERS;
  if (layout->measured == ENG_EVENT_PURCHASE) {
    uint16_t day = eng__run_base(time);

    if (summary->purchases == 0 || day < summary->first_purchase) {
      summary->first_purchase = day;
    }
    if (summary->purchases == 0 || day > summary->last_purchase) {
      summary->last_purchase = day;
    }
    if (summary->purchases < UINT16_MAX) summary->purchases++;
  }
}

void eng__summary_join(struct eng__summary *summary, const struct eng__summary *other);

/* Where an event belongs in a run, and whether a version of it is there. */
struct eng__place {
  uint32_t at;          /* offset of the first event after it in canonical order */
  int64_t before;       /* time of the event before that, or the origin */
  bool found;           /* a version of it is there: */
  uint32_t start, end;  /* its bytes */
  int64_t found_before; /* time of the event before it, or the origin */
  struct eng__event same;
};

void eng__run_find(const struct eng__pen *pen, const struct eng__run *run,
                   const struct eng__event *event, struct eng__place *place);

/* Its halves: where an event belongs, and whether this very event is there; and whether
 * a version of an id is there, which leaves the place itself alone. */
void eng__run_place(const struct eng__pen *pen, const struct eng__run *run,
                    const struct eng__event *event, struct eng__place *place);
bool eng__run_find_id(const struct eng__pen *pen, const struct eng__run *run, uint64_t id,
                      struct eng__place *place);

/* Room that a splice may need beyond the bytes of the run. */
enum { ENG__SPLICE_ROOM = ENG__EVENT_MAX + 48 };

/*
 * Writes the run anew into out->bytes (run->size + ENG__SPLICE_ROOM, elsewhere), with
 * `event` put in at its place unless it is NULL, and the found version left out if
 * `remove`.
 */
void eng__run_splice(const struct eng__pen *pen, const struct eng__run *run,
                     const struct eng__place *place, const struct eng__event *event,
                     bool remove, struct eng__run *out);

/*
 * The part [from, to) of a run as a run of its own, into out->bytes (to - from +
 * ENG__SPLICE_ROOM, elsewhere); `before` is the time of the event before `from`.
 */
void eng__run_part(const struct eng__pen *pen, const struct eng__run *run, uint32_t from,
                   uint32_t to, int64_t before, struct eng__run *out);

#endif
