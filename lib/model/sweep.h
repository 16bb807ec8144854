/* SPDX-License-Identifier: MIT */
/*
 * sweep.h - measures as time goes on, from instant to instant at which any may change.
 *
 * What a meter reads lies in its lane: items in the order of their times, each of which
 * enters the meter's window once and leaves it once. The instants at which that happens
 * are visited in order, and every measure is moved on by what enters and leaves: n
 * items take O(n log n), whatever the measure. Where refunds take effect on the way, an
 * item stands for a purchase as it is kept for a time, and the next for what is kept
 * then.
 *
 * Between two such instants only times since change, and a comparison with one only
 * where that reaches its other side: these instants are worked out anew for each model
 * that has moved.
 *
 * At one instant what time does comes first, then what refunds do, then what happens:
 * so the cause of a change of stage can be told. The tallies are right after the last.
 */
#ifndef ENG_MODEL_SWEEP_H
#define ENG_MODEL_SWEEP_H

#include <engagement/history.h>

#include "model/see.h"

#define ENG__TIME_NEVER INT64_MAX

/* Events that a timeline may have for a sweep, so that places and items are 32 bits. */
#define ENG__PLACES_MAX (UINT32_MAX / 2)

enum { ENG__PHASE_TIME, ENG__PHASE_UNDO, ENG__PHASE_EVENT, ENG__PHASES };

/* Something that a meter reads, for as long as it is so. */
struct eng__item {
  int64_t time;   /* of the event */
  int64_t number; /* see eng__reading */
  uint32_t rank;  /* among the lane's periods or numbers */
  uint32_t place; /* of the event in its timeline */
  bool holds;
};

/* An item enters or leaves. */
struct eng__move {
  int64_t at;
  uint32_t item;
  uint32_t place; /* of the event that it is due to */
  uint8_t phase;
};

/* A meter in the sweep. Moves are listed only where refunds take effect on the way;
 * elsewhere items enter and leave in their order. */
struct eng__lane {
  bool used;
  size_t in, out;         /* moves that were made */
  size_t in_end, out_end; /* and those that are due at the present instant */
  int64_t next;           /* instant of the next one */
  struct eng__item *items;
  size_t count, room;
  struct eng__move *enters, *leaves;
  size_t enters_room, leaves_room;
  int64_t *values; /* numbers or gaps, sorted, each once */
  size_t value_count, values_room;
  uint32_t *present; /* items by rank: a count of each, or a tree */
  size_t present_room;
  size_t present_count; /* of gap alone: items that are present */
  uint32_t *gaps;       /* a tree over the gaps between items that are present */
  size_t gaps_room;
};

/* Why a model may have changed. */
struct eng__cause {
  int32_t what; /* ENG_CAUSE_* */
  uint32_t place;
};

struct eng__sweep {
  struct eng__lane *lanes; /* one a meter */
  uint32_t *heap;          /* lanes by their next move */
  uint32_t *due;           /* lanes that move at the present instant */
  size_t heap_count;
  uint64_t members;      /* the models that are swept, as bits */
  bool listed;           /* moves are listed */
  int64_t crossings[64]; /* when a time since next reaches a limit of each model */
  struct eng__cause causes[64];
};

/* Called for the models that may have changed; their causes are in the sweep. */
typedef void (*eng__look_fn)(void *user, uint64_t members, int64_t now);

eng_status eng__sweep_init(eng_assessor *assessor);
void eng__sweep_release(eng_assessor *assessor);

/* Empties the lanes of those meters that the stages of `members` depend on: all, or
 * those that move without events. Returns whether there are any. With `listed`, items
 * may have times of their own. */
bool eng__sweep_clear(eng_assessor *assessor, uint64_t members, bool all, bool listed);

/* Takes in what a meter reads of an event. */
eng_status eng__sweep_take(eng_assessor *assessor, size_t meter,
                           const struct eng__version *version);

/* Makes the tallies of the lanes those of `start`. */
eng_status eng__sweep_begin(eng_assessor *assessor, int64_t start);

/* The next instant at which something may change; ENG__TIME_NEVER: there is none. */
int64_t eng__sweep_next(const eng_assessor *assessor);

/* Readies a sweep over what comes after the prepared instant if nothing happens. The
 * tallies have to be those of that instant. */
eng_status eng__sweep_ahead(eng_assessor *assessor, uint64_t members,
                            const struct eng__timeline *timeline,
                            const struct eng__shapes *shapes);

/* Goes to an instant up to the next one. */
void eng__sweep_visit(eng_assessor *assessor, int64_t now, eng__look_fn look,
                      void *user);

#endif
