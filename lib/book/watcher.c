/* SPDX-License-Identifier: MIT */
/*
 * watcher.c - the list of a book's watchers.
 */
#include "book/watcher.h"

void eng__book_watch(struct eng_book *book, struct eng__watcher *watcher)
{
  watcher->next = book->watchers;
  book->watchers = watcher;
}

void eng__book_unwatch(struct eng_book *book, struct eng__watcher *watcher)
{
  struct eng__watcher **at = &book->watchers;

  while (*at != NULL && *at != watcher) at = &(*at)->next;
  if (*at != NULL) *at = watcher->next;
}

void eng__book_tell(struct eng_book *book, uint32_t row)
{
  for (struct eng__watcher *w = book->watchers; w != NULL; w = w->next) {
    w->changed(w, row);
  }
}

eng_status eng__book_reserve_emptied(struct eng_book *book, size_t rows, size_t bytes)
{
  eng_status status = ENG_OK;

  for (struct eng__watcher *w = book->watchers; w != NULL && status == ENG_OK;
       w = w->next) {
    status = w->reserve_emptied(w, rows, bytes);
  }
  return status;
}

void eng__book_tell_emptied(struct eng_book *book, uint32_t row)
{
  for (struct eng__watcher *w = book->watchers; w != NULL; w = w->next) {
    w->emptied(w, row);
  }
}

void eng__book_tell_moved(struct eng_book *book, uint32_t last, uint32_t to)
{
  for (struct eng__watcher *w = book->watchers; w != NULL; w = w->next) {
    w->moved(w, last, to);
  }
}

eng_status eng__book_reserve_renumber(struct eng_book *book)
{
  for (struct eng__watcher *w = book->watchers; w != NULL; w = w->next) {
    eng_status status = w->reserve(w);

    if (status == ENG_OK) continue;
    eng__book_renumber(book, NULL);
    return status;
  }
  return ENG_OK;
}

void eng__book_renumber(struct eng_book *book, const uint32_t *rows)
{
  for (struct eng__watcher *w = book->watchers; w != NULL; w = w->next) {
    w->renumber(w, rows);
  }
}
