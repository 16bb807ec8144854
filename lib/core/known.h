/* SPDX-License-Identifier: MIT */
/*
 * known.h - a timeline as it was known at some moment.
 *
 * Of the events that stand those are taken that had been recorded by then. What a later
 * version replaced is gone, so before it was recorded nothing is seen in its place.
 */
#ifndef ENG_CORE_KNOWN_H
#define ENG_CORE_KNOWN_H

#include "core/timeline.h"

/* When an event was recorded; where nobody said, when it occurred. */
static inline int64_t eng__recorded_at(const struct eng__event *event)
{
  return event->has & ENG__HAS_RECORDED_AT ? event->recorded_at : event->occurred_at;
}

/* Fills an empty timeline with what another, of the same context, knew by then, and its
 * floor. The builder is scratch memory. Empty on failure. */
eng_status eng__timeline_known(struct eng__timeline *timeline, struct eng__home *home,
                               const struct eng__timeline *other,
                               const struct eng__shapes *other_shapes, int64_t known_at,
                               struct eng__builder *builder);

#endif
