/* SPDX-License-Identifier: MIT */
/*
 * join.h - the union of a timeline and more events, with an account of what changed.
 */
#ifndef ENG_BOOK_JOIN_H
#define ENG_BOOK_JOIN_H

#include "book/book.h"

/* Scratch memory, kept from one timeline to the next. */
struct eng__join {
  const eng_allocator *memory;
  struct eng__event *events;   /* room entries: those held, then the new ones */
  struct eng__sorted *entries; /* twice as many: the second half is to sort in */
  size_t room;
  size_t held, count; /* events that were held, and all of them */
};

void eng__join_init(struct eng__join *join, const eng_allocator *memory);
void eng__join_release(struct eng__join *join);

/* Reads what an opened timeline holds and makes room for `more` events, which the
 * caller puts behind: events[count++]. */
eng_status eng__join_begin(struct eng__join *join, const struct eng__timeline *timeline,
                           const struct eng__shapes *shapes, size_t more);

/* Replaces the timeline by the union. With `number` equal events are numbered (see
 * eng__resolve), those held with them. Unchanged on failure. */
eng_status eng__join_end(struct eng__join *join, struct eng__timeline *timeline,
                         struct eng__home *home, bool number, eng_load_counts *counts);

#endif
