/* SPDX-License-Identifier: MIT */
/*
 * group.h - the one timeline that customers who are one person have together.
 *
 * It is derived from those of the members and never encoded, so that taking them apart
 * again gives back exactly what was.
 */
#ifndef ENG_CORE_GROUP_H
#define ENG_CORE_GROUP_H

#include "core/timeline.h"

/* A member, borrowed. */
struct eng__group_member {
  const char *id;
  size_t length;
  const struct eng__timeline *timeline;
  const struct eng__shapes *shapes;
};

/*
 * The union of what the members hold, into a timeline without events; members stand in
 * the order of their ids. It has no floor: those of the members have done their part.
 *
 * Of one id the winner stands, as in any union. Events without an id are one only if one
 * member holds them: the first member's keep their effective id, and those of the others
 * that are equal get one made of it and of the member's id. A member's reference to such
 * an event of its own follows it. `apart` says whether there is any such event. On failure
 * the timeline has no events.
 */
eng_status eng__group_derive(const struct eng__group_member *members, size_t count,
                             struct eng__home *home, struct eng__timeline *timeline,
                             bool *apart);

#endif
