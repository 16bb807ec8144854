/* SPDX-License-Identifier: MIT */
/*
 * watcher.h - what wants to know which rows of a book were changed.
 *
 * Every change of a timeline ends in eng__book_close; a compaction numbers rows anew; and
 * links empty rows and move others into them. Those tell all watchers. To be told cannot
 * fail; what it takes is reserved before.
 */
#ifndef ENG_BOOK_WATCHER_H
#define ENG_BOOK_WATCHER_H

#include "book/book.h"

struct eng__watcher {
  struct eng__watcher *next;
  void (*changed)(struct eng__watcher *watcher, uint32_t row);
  eng_status (*reserve)(struct eng__watcher *watcher);
  /* rows[i] is what row i was before; NULL: it came to nothing. */
  void (*renumber)(struct eng__watcher *watcher, const uint32_t *rows);
  /* So many rows at the most will be emptied, whose ids take so many bytes. */
  eng_status (*reserve_emptied)(struct eng__watcher *watcher, size_t rows, size_t bytes);
  /* The customer of a row leaves it; the id still stands there. The row becomes
   * somebody else's, or another is moved there. */
  void (*emptied)(struct eng__watcher *watcher, uint32_t row);
  /* The last row is now this empty one; the last row itself, if it was empty. */
  void (*moved)(struct eng__watcher *watcher, uint32_t last, uint32_t to);
};

void eng__book_watch(struct eng_book *book, struct eng__watcher *watcher);
void eng__book_unwatch(struct eng_book *book, struct eng__watcher *watcher);

#endif
