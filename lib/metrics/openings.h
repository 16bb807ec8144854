/* SPDX-License-Identifier: MIT */
/*
 * openings.h - how much of a span of time is within business hours.
 */
#ifndef ENG_METRICS_OPENINGS_H
#define ENG_METRICS_OPENINGS_H

#include <stddef.h>

#include <engagement/waits.h>

/* Milliseconds of a week that starts on Monday, from..to, and what is open before. */
struct eng__open_piece {
  int64_t from, to, before;
};

/* From `since` on, until the next one, clocks differ from UTC by one offset. */
struct eng__open_span {
  int64_t since, shift;
  int64_t open; /* time from the first span's beginning to this one's */
};

struct eng__openings {
  const eng_allocator *memory;
  struct eng__open_piece pieces[2 * ENG_OPENINGS]; /* ascending, apart */
  size_t piece_count;                              /* 0: always open */
  int64_t of_week;
  struct eng__open_span *spans;
  size_t span_count, span_room;
};

/* For times from..until. Release also after a failure. */
eng_status eng__openings_make(const eng_context *context, const eng_opening *list,
                              uint64_t count, int64_t from, int64_t until,
                              struct eng__openings *out);
void eng__openings_release(struct eng__openings *openings);

/* What is open from `from` to a time; differences are what counts. */
int64_t eng__openings_at(const struct eng__openings *openings, int64_t time);

#endif
