/* SPDX-License-Identifier: MIT */
/*
 * record.c - one event into the book, and the counts of what became of events.
 */
#include "book/record.h"

#include "book/groups.h"
#include "book/journal.h"

/* ---- counts ---- */

void eng_load_counts_init(eng_load_counts *counts, uint32_t size)
{
  if (counts == NULL || size < sizeof *counts) return;
  memset(counts, 0, sizeof *counts);
  counts->size = size;
}

void eng__count_outcome(eng_load_counts *counts, int32_t outcome)
{
  counts->added += outcome == ENG_RECORD_ADDED;
  counts->unchanged += outcome == ENG_RECORD_UNCHANGED;
  counts->replaced += outcome == ENG_RECORD_REPLACED;
  counts->ignored += outcome == ENG_RECORD_IGNORED;
}

void eng__add_counts(eng_load_counts *to, const eng_load_counts *from)
{
  if (to == NULL) return;
  to->added += from->added;
  to->unchanged += from->unchanged;
  to->replaced += from->replaced;
  to->ignored += from->ignored;
  to->numbered += from->numbered;
}

/* ---- one ---- */

static eng_status tell_journal(struct eng_book *book, const char *id, size_t length,
                               const struct eng__event *event)
{
  eng_status status;

  if (!eng__journal_is_on(book)) return ENG_OK;
  status = eng__journal_event(book, id, length, event);
  return status == ENG_OK ? eng__journal_flush(book) : status;
}

eng_status eng__book_record(struct eng_book *book, uint32_t hash, const char *id,
                            size_t length, const struct eng__event *event,
                            int32_t *outcome)
{
  struct eng__timeline timeline;
  uint32_t row;
  bool known;
  eng_status status;

  if (eng__groups_member(book, hash, id, length, &row)) {
    status = eng__groups_reserve(book, row);
    if (status == ENG_OK) status = tell_journal(book, id, length, event);
    return status == ENG_OK ? eng__groups_record(book, row, event, outcome) : status;
  }
  known = eng__book_find(book, hash, id, length, &row);
  status = eng__book_prepare(book, false);
  if (status == ENG_OK && !known) status = eng__book_reserve(book, length);
  if (status == ENG_OK) status = tell_journal(book, id, length, event);
  if (status != ENG_OK) return status;
  if (known) {
    eng__book_open(book, row, &timeline);
  } else {
    eng__book_open_new(book, &timeline);
  }
  status = eng__timeline_put(&timeline, &book->home, event, outcome);
  if (status != ENG_OK) return status;
  if (!known) row = eng__book_add(book, hash, id, length);
  eng__book_close(book, row, &timeline);
  return ENG_OK;
}

eng_status eng_book_record(eng_book *book, const char *id, size_t length,
                           const eng_event *event, int32_t *outcome)
{
  int32_t what = 0;
  eng_status status;

  if (outcome != NULL) *outcome = 0;
  if (book == NULL || id == NULL || event == NULL) return ENG_E_INVALID;
  if (event->context != book->home.pen.context) return ENG_E_CONTEXT;
  if (length < 1 || length > eng__limit(event->context, ENG_LIMIT_ID)) {
    return ENG_E_CUSTOMER;
  }
  status = eng__book_record(book, eng__book_hash(book, id, length), id, length,
                            &event->fields, &what);
  if (status == ENG_OK && outcome != NULL) *outcome = what;
  return status;
}
