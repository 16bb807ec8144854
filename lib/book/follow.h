/* SPDX-License-Identifier: MIT */
/*
 * follow.h - one row of a book from one instant to another: every change of stage.
 */
#ifndef ENG_BOOK_FOLLOW_H
#define ENG_BOOK_FOLLOW_H

#include "book/book.h"

/* A change of stage as it is found. The id is the book's; of row UINT32_MAX the
 * census's. */
struct eng__move {
  int64_t time;
  const char *id;
  size_t length;
  uint32_t row;
  uint8_t model, from, to, cause;
};

/* Finds changes and gathers them. */
struct eng__follow {
  const struct eng_book *book;
  eng_assessor *assessor;
  const eng_allocator *memory; /* of the list */
  struct eng__move *moves;
  size_t count, room;
};

/*
 * Follows a row from `since` to `until`; `stages` are those before, and become those at
 * `until`. Of a row that changed all is looked at anew, the past too; another one is
 * looked at from `due` on. `due` becomes the next instant to look at, after `until`.
 * After a failure `stages` and `due` are of no use.
 */
eng_status eng__follow(struct eng__follow *follow, uint32_t row, bool changed,
                       int64_t since, int64_t until, uint8_t *stages, int64_t *due);

/* Notes that somebody who stands in no row any more left a stage; the id is borrowed as
 * long as the list lives. */
eng_status eng__follow_out(struct eng__follow *follow, const char *id, size_t length,
                           size_t model, uint8_t from, int64_t time);

/* The stages of a row as of an instant, and the next instant to look at. */
eng_status eng__follow_begin(struct eng__follow *follow, uint32_t row, int64_t as_of,
                             uint8_t *stages, int64_t *due);

#endif
