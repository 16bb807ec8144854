/* SPDX-License-Identifier: MIT */
/*
 * batch.c - events of the host's arrays into the book: by rounds, or staged where they
 * are many.
 *
 * What an event costs is waits for memory: for the index; then for the slot and the id
 * at once; then for the end of the run. A round asks for those of 32 events together.
 */
#include "book/bulk.h"
#include "book/columns.h"
#include "book/journal.h"
#include "book/prefetch.h"
#include "book/record.h"
#include "core/status.h"

enum { ROUND = 32 };

/* ---- rounds ---- */

/* What 32 events are about, and what was found out ahead. */
struct round {
  uint32_t hashes[ROUND];
  const struct eng__slot *slots[ROUND];
  size_t found;
};

/* Hashes first and looks afterwards: looks that stand close together run side by side.
 */
static void hash_round(const struct eng_book *book, const eng_columns *columns,
                       uint64_t from, size_t count, struct round *round)
{
  const struct eng__index *index = &book->index;

  for (size_t i = 0; i < count; i++) {
    size_t length;
    const char *id = eng__columns_id(columns, from + i, &length);

    round->hashes[i] = eng__book_hash(book, id, length);
  }
  if (index->size == 0) return;
  for (size_t i = 0; i < count; i++) {
    eng__fetch(&index->entries[eng__index_first(index, round->hashes[i])]);
  }
}

/* The row that is most likely a customer's, from the index alone. */
static bool guess_row(const struct eng_book *book, uint32_t hash, uint32_t *row)
{
  const struct eng__index *index = &book->index;
  size_t i = eng__index_first(index, hash);

  for (; index->entries[i] != 0; i = eng__index_next(index, i)) {
    if (eng__index_may_be(index, index->entries[i], hash, row)) return true;
  }
  return false;
}

static void fetch_rows(const struct eng_book *book, size_t count, struct round *round)
{
  const struct eng__cell *cells[ROUND];
  size_t found = 0;
  uint32_t row;

  round->found = 0;
  if (book->index.size == 0) return;
  for (size_t i = 0; i < count; i++) {
    if (!guess_row(book, round->hashes[i], &row)) continue;
    round->slots[found] = eng__book_slot(book, row);
    cells[found++] = eng__book_cell(book, row);
  }
  for (size_t i = 0; i < found; i++) {
    eng__fetch(round->slots[i]);
    eng__fetch(cells[i]);
  }
  round->found = found;
}

static void fetch_runs(const struct eng_book *book, const struct round *round)
{
  const void *ends[ROUND];
  size_t found = 0;

  for (size_t i = 0; i < round->found; i++) {
    const struct eng__slot *slot = round->slots[i];

    if (eng__slot_is_heavy(slot)) {
      ends[found++] = book->heavies[slot->run];
    } else if (eng__slot_class(slot) > 0) {
      ends[found++] = eng__arena_at(&book->arena, slot->run) + eng__slot_size(slot);
    }
  }
  for (size_t i = 0; i < found; i++) eng__fetch(ends[i]);
}

static eng_status record_rounds(struct eng_book *book, const eng_columns *columns,
                                eng_load_counts *counts)
{
  uint32_t all = eng__columns_present(columns);
  struct round round;

  for (uint64_t from = 0; from < columns->count; from += ROUND) {
    size_t count = columns->count - from < ROUND ? columns->count - from : ROUND;

    hash_round(book, columns, from, count, &round);
    fetch_rows(book, count, &round);
    fetch_runs(book, &round);
    for (size_t i = 0; i < count; i++) {
      struct eng__event event;
      size_t length;
      const char *id = eng__columns_id(columns, from + i, &length);
      int32_t outcome;
      eng_status status;

      eng__columns_event(columns, book, all, from + i, &event);
      status = eng__book_record(book, round.hashes[i], id, length, &event, &outcome);
      if (status != ENG_OK) return status;
      eng__count_outcome(counts, outcome);
    }
  }
  return ENG_OK;
}

/* ---- in bulk ---- */

/* If there is no memory to stage more, what is staged is brought in first. */
static eng_status stage_row(struct eng__stage *stage, const eng_columns *columns,
                            uint32_t all, uint64_t row, eng_load_counts *counts)
{
  struct eng__event event;
  size_t length;
  const char *id = eng__columns_id(columns, row, &length);
  uint32_t hash = eng__book_hash(stage->book, id, length);
  eng_status status = ENG_OK;

  if (stage->memory >= ENG__STAGE_BUDGET && stage->spare == NULL) {
    status = eng__bulk_bring(stage, false, counts);
  }
  if (status != ENG_OK) return status;
  eng__columns_event(columns, stage->book, all, row, &event);
  status = eng__stage_add(stage, hash, id, length, &event);
  if (status != ENG_E_NOMEM || stage->count == 0) return status;
  status = eng__bulk_bring(stage, false, counts);
  return status != ENG_OK ? status : eng__stage_add(stage, hash, id, length, &event);
}

static eng_status record_bulk(struct eng_book *book, const eng_columns *columns,
                              eng_load_counts *counts)
{
  uint32_t all = eng__columns_present(columns);
  struct eng__stage stage;
  eng_status status = ENG_OK;

  eng__stage_init(&stage, book);
  for (uint64_t i = 0; i < columns->count && status == ENG_OK; i++) {
    status = stage_row(&stage, columns, all, i, counts);
  }
  if (status == ENG_OK) status = eng__bulk_bring(&stage, false, counts);
  eng__stage_release(&stage);
  return status;
}

/* ---- the journal ---- */

/* All of a batch is in the journal before any of it is in the book. */
static eng_status journal_rows(struct eng_book *book, const eng_columns *columns)
{
  uint32_t all = eng__columns_present(columns);
  eng_status status = ENG_OK;

  for (uint64_t i = 0; i < columns->count && status == ENG_OK; i++) {
    struct eng__event event;
    size_t length;
    const char *id = eng__columns_id(columns, i, &length);

    eng__columns_event(columns, book, all, i, &event);
    status = eng__journal_event(book, id, length, &event);
  }
  return status == ENG_OK ? eng__journal_flush(book) : status;
}

/* ---- columns ---- */

void eng_columns_init(eng_columns *columns, uint32_t size)
{
  if (columns == NULL || size < sizeof *columns) return;
  memset(columns, 0, sizeof *columns);
  columns->size = size;
}

static bool columns_are_whole(const eng_columns *columns)
{
  if (columns->size < sizeof *columns) return false;
  return columns->count == 0 || (columns->customers != NULL && columns->kind != NULL &&
                                 columns->occurred_at != NULL);
}

static eng_status report(eng_error *error, eng_status status, uint64_t row)
{
  uint32_t line = row < UINT32_MAX ? (uint32_t)row + 1 : UINT32_MAX;

  return eng__error_set(error, status, line, 0, row, NULL);
}

eng_status eng_book_record_many(eng_book *book, const eng_columns *columns,
                                eng_load_counts *counts, eng_error *error)
{
  eng_load_counts done;
  uint64_t bad;
  eng_status status;

  eng__error_clear(error);
  eng_load_counts_init(&done, sizeof done);
  if (book == NULL || columns == NULL || !columns_are_whole(columns) ||
      (counts != NULL && counts->size < sizeof *counts)) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  status = eng__columns_check(columns, book, &bad);
  if (status != ENG_OK) return report(error, status, bad);
  if (eng__journal_is_on(book)) status = journal_rows(book, columns);
  if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  book->journal.quiet = true;
  if (eng__bulk_pays(columns->count, book->rows)) {
    status = record_bulk(book, columns, &done);
  } else {
    status = record_rounds(book, columns, &done);
  }
  book->journal.quiet = false;
  eng__add_counts(counts, &done);
  return status == ENG_OK ? status : eng__error_set(error, status, 0, 0, 0, NULL);
}
