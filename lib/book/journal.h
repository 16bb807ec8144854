/* SPDX-License-Identifier: MIT */
/*
 * journal.h - what comes into a book goes to the host first.
 */
#ifndef ENG_BOOK_JOURNAL_H
#define ENG_BOOK_JOURNAL_H

#include <engagement/link.h>

#include "book/book.h"

static inline bool eng__journal_is_on(const struct eng_book *book)
{
  return book->journal.fn != NULL && !book->journal.quiet;
}

/* Puts an event, or a timeline with its shapes, behind what waits; hands out what waits
 * once that is much. */
eng_status eng__journal_event(struct eng_book *book, const char *id, size_t length,
                              const struct eng__event *event);
eng_status eng__journal_timeline(struct eng_book *book, const char *id, size_t length,
                                 const struct eng__timeline *timeline,
                                 const struct eng__shapes *shapes);

eng_status eng__journal_link(struct eng_book *book, const eng_link *link);

/* Hands out what waits. After a failure of any of these nothing waits. */
eng_status eng__journal_flush(struct eng_book *book);

void eng__journal_release(struct eng_book *book);

#endif
