/* SPDX-License-Identifier: MIT */
/*
 * known.c - a book as it was known at some moment, beside the one of today.
 *
 * A customer of whom nothing was known then is no row there, or whoever came later
 * would be counted among the silent.
 */
#include "core/known.h"

#include "book/groups.h"
#include "core/memory.h"

/* Takes one member over; who is one person with whom comes afterwards. */
static eng_status take_known(struct eng_book *known, const struct eng_book *book,
                             uint64_t member, int64_t known_at,
                             struct eng__builder *builder)
{
  struct eng__timeline seen;
  struct eng__member one;
  eng_status status;

  eng__member_view(book, member, &one);
  status = eng__book_prepare(known, one.timeline.floor != ENG_TIME_NONE);
  if (status == ENG_OK) status = eng__book_reserve(known, one.length);
  if (status != ENG_OK) return status;
  eng__book_open_new(known, &seen);
  status = eng__timeline_known(&seen, &known->home, &one.timeline, one.shapes, known_at,
                               builder);
  if (status != ENG_OK) return status;
  if (eng__timeline_count(&seen) == 0 && eng__timeline_count(&one.timeline) > 0) {
    return ENG_OK;
  }
  eng__book_close(known,
                  eng__book_add(known, eng__book_hash(known, one.id, one.length),
                                one.id, one.length),
                  &seen);
  return ENG_OK;
}

eng_status eng_book_known_at(const eng_book *book, int64_t known_at, eng_book **out)
{
  struct eng__builder *builder;
  eng_book *known;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (book == NULL) return ENG_E_INVALID;
  if (known_at < 0 || known_at > ENG_TIME_MAX) return ENG_E_TIME;
  status = eng_book_new(book->home.pen.context, &book->outer, &known);
  if (status != ENG_OK) return status;
  builder = eng__new(&book->outer, sizeof *builder);
  if (builder == NULL) status = ENG_E_NOMEM;
  for (uint64_t i = 0; i < eng__members_end(book) && status == ENG_OK; i++) {
    if (eng__member_is(book, i)) status = take_known(known, book, i, known_at, builder);
  }
  /* A link is known since it was said; which one it replaced is gone. */
  if (status == ENG_OK) status = eng__groups_merge(known, book, known_at);
  eng__free(&book->outer, builder, sizeof *builder);
  if (status != ENG_OK) {
    eng_book_free(known);
    return status;
  }
  *out = known;
  return ENG_OK;
}
