/* SPDX-License-Identifier: MIT */
/*
 * summaries.c - a book's customers reduced for forecasts, where their events lie, in
 * one pass.
 */
#include "book/book.h"

#include "core/memory.h"
#include "score/summary.h"

enum { PROGRESS = 65536 };

/* What is done with each customer's summary. */
typedef eng_status (*use_fn)(void *to, uint64_t i, const eng_summary *summary);

struct pass {
  const eng_book *book;
  int32_t unit;
  int64_t until;
  const uint64_t *rows; /* NULL: all in their order */
  uint64_t count;
  eng_progress_fn progress;
  void *user;
  use_fn use;
  void *to;
};

static eng_status walk(const struct pass *pass, struct eng__undos *undos)
{
  struct eng__pen pen = pass->book->home.pen;

  pen.memory = eng__memory(pen.context); /* readers may be many, the book's is not */
  for (uint64_t i = 0; i < pass->count; i++) {
    uint64_t row = pass->rows == NULL ? i : pass->rows[i];
    struct eng__timeline timeline;
    eng_summary summary;
    eng_status status;

    if (pass->progress != NULL && i % PROGRESS == 0 &&
        pass->progress(pass->user, i, pass->count) != 0) {
      return ENG_E_CANCELLED;
    }
    if (row >= pass->book->rows) return ENG_E_NOTFOUND;
    eng__book_view(pass->book, (uint32_t)row, &timeline);
    status =
        eng__summary_read(&timeline, &pen, pass->unit, pass->until, undos, &summary);
    if (status == ENG_OK) status = pass->use(pass->to, i, &summary);
    if (status != ENG_OK) return status;
  }
  if (pass->progress != NULL &&
      pass->progress(pass->user, pass->count, pass->count) != 0) {
    return ENG_E_CANCELLED;
  }
  return ENG_OK;
}

static eng_status run(const struct pass *pass)
{
  struct eng__undos undos = {NULL, 0, 0};
  eng_status status = eng__summary_check(pass->unit, pass->until);

  if (status != ENG_OK) return status;
  status = walk(pass, &undos);
  eng__free(eng__memory(pass->book->home.pen.context), undos.undos,
            undos.room * sizeof *undos.undos);
  return status;
}

static eng_status keep(void *to, uint64_t i, const eng_summary *summary)
{
  ((eng_summary *)to)[i] = *summary;
  return ENG_OK;
}

eng_status eng_book_summary(const eng_book *book, int32_t unit, int64_t until,
                            const uint64_t *rows, uint64_t count, eng_summary *out,
                            eng_progress_fn progress, void *user)
{
  struct pass pass = {book, unit, until, rows, count, progress, user, keep, out};

  if (book == NULL || (out == NULL && count > 0)) return ENG_E_INVALID;
  return run(&pass);
}

static eng_status add(void *to, uint64_t i, const eng_summary *summary)
{
  (void)i;
  return eng_summaries_add_summary(to, summary, 1);
}

eng_status eng_book_summarise(const eng_book *book, int64_t until,
                              eng_summaries *summaries, eng_progress_fn progress,
                              void *user)
{
  struct pass pass = {
      book,     eng_summaries_unit(summaries), until, NULL, 0, progress, user, add,
      summaries};

  if (book == NULL || summaries == NULL) return ENG_E_INVALID;
  pass.count = book->rows;
  return run(&pass);
}
