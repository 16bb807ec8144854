/* SPDX-License-Identifier: MIT */
/*
 * see.h - the events of a timeline as measures see them, as of an instant.
 *
 * Voids take their targets away at every as-of. Refunds and cancellations act from
 * their own time: a purchase is seen with what is left of it, and not at all once
 * nothing is. Each of the three reaches only a target that is not later than itself,
 * whichever came first. Events after the as-of are not seen.
 *
 * As time goes on, a purchase that is refunded in parts is seen in versions, each with
 * the times from when until when it is so.
 */
#ifndef ENG_MODEL_SEE_H
#define ENG_MODEL_SEE_H

#include "core/timeline.h"

/* One event as measures see it. */
struct eng__seen {
  struct eng__event event;
  uint8_t kind;        /* a purchase below 0 is a refund */
  bool has_amount;     /* in the base currency, converted where it was another: */
  bool foreign_amount; /* an amount that is left out: there is no rate */
  int64_t amount;      /* what is kept of a purchase; below 0 for a refund */
};

/* A void, refund or cancellation that names its target. */
struct eng__undo {
  uint64_t target;
  uint64_t own; /* its own effective id */
  int64_t time;
  uint32_t place;  /* in the timeline, from 0 */
  uint64_t amount; /* magnitude */
  uint16_t currency;
  uint8_t kind;
  bool has_amount;
  bool voided;  /* it is itself taken away */
  bool hit;     /* its target is there */
  bool foreign; /* in another currency than its target: ignored */
};

/* Memory for that, kept between timelines. */
struct eng__undos {
  struct eng__undo *undos; /* sorted by target, then as they come */
  size_t count, room;
};

/* An event as it is seen for a time: since <= t < until. */
struct eng__version {
  const struct eng__seen *seen;
  int64_t since;                 /* of the event itself, or of an undo */
  int64_t until;                 /* of an undo; INT64_MAX: it stays so */
  uint32_t place;                /* of the event in the timeline, from 0 */
  uint32_t since_due, until_due; /* of what `since` and `until` are due to */
};

typedef eng_status (*eng__see_fn)(void *user, const struct eng__seen *seen);

/* The events that are seen, one after the other. */
struct eng__sight {
  const struct eng__timeline *timeline;
  const struct eng__pen *pen;
  int64_t as_of;
  struct eng__undos *undos; /* not to be used otherwise meanwhile */
  struct eng__walk walk;
};

/* Before the first event; what is pointed to is borrowed. */
eng_status eng__sight_begin(struct eng__sight *sight,
                            const struct eng__timeline *timeline,
                            const struct eng__pen *pen, int64_t as_of,
                            struct eng__undos *undos);
/* The next one; false: there is none. */
bool eng__sight_next(struct eng__sight *sight, struct eng__seen *seen);
/* An event of a timeline without undos, which is seen as it stands. */
void eng__see_step(const eng_context *context, const struct eng__step *step,
                   struct eng__seen *seen);
/* Before the first one again. */
void eng__sight_rewind(struct eng__sight *sight);

/* Shows each event that is seen, in order. */
eng_status eng__see(const struct eng__timeline *timeline, const struct eng__pen *pen,
                    int64_t as_of, struct eng__undos *undos, eng__see_fn fn,
                    void *user);

typedef eng_status (*eng__versions_fn)(void *user, const struct eng__version *version);

/* Shows each event in all versions that are seen as of any instant up to the as-of: in
 * order, those of one event one after the other. At most UINT32_MAX / 2 events. */
eng_status eng__see_versions(const struct eng__timeline *timeline,
                             const struct eng__pen *pen, int64_t as_of,
                             struct eng__undos *undos, eng__versions_fn fn, void *user);

#endif
