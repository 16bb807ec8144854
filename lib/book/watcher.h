/* SPDX-License-Identifier: MIT */
/*
 * watcher.h - what wants to know which rows of a book were changed.
 *
 * Every change of a timeline ends in eng__book_close, and only a compaction numbers all
 * rows anew: those two tell all watchers, and so does a link that takes rows away. To be
 * told cannot fail; what renumbering takes is reserved before.
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
  /* A row is somebody else's from here on. */
  void (*emptied)(struct eng__watcher *watcher, uint32_t row);
  /* A row is nobody's: the last one stands in its place. */
  void (*dropped)(struct eng__watcher *watcher, uint32_t row, uint32_t last);
};

void eng__book_watch(struct eng_book *book, struct eng__watcher *watcher);
void eng__book_unwatch(struct eng_book *book, struct eng__watcher *watcher);

#endif
