/* SPDX-License-Identifier: MIT */
/*
 * scores.c - scores and RFM of a book's customers, where their events lie.
 */
#include "book/book.h"

#include "core/memory.h"
#include "model/assess.h"
#include "model/model.h"
#include "score/rfm.h"

enum { PROGRESS = 65536 };

static uint64_t row_at(const uint64_t *rows, uint64_t i)
{
  return rows == NULL ? i : rows[i];
}

/* Whether it is time to say how far it went, and the answer is to stop. */
static bool stops(eng_progress_fn progress, void *user, uint64_t i, uint64_t count)
{
  return progress != NULL && i % PROGRESS == 0 && progress(user, i, count) != 0;
}

/* ---- scores ---- */

static eng_status score_row(const eng_book *book, eng_assessor *assessor, int32_t model,
                            uint64_t row, int32_t *values)
{
  struct eng__timeline timeline;

  if (row >= book->rows) return ENG_E_NOTFOUND;
  eng__book_view(book, (uint32_t)row, &timeline);
  return eng__score_timeline(assessor, model, &timeline, &book->shapes, values);
}

eng_status eng_book_scores(const eng_book *book, eng_assessor *assessor, int32_t model,
                           int64_t as_of, const uint64_t *rows, uint64_t count,
                           int32_t *values, eng_progress_fn progress, void *user)
{
  const eng_model *scored;
  uint64_t scores;

  if (book == NULL || assessor == NULL || (values == NULL && count > 0)) {
    return ENG_E_INVALID;
  }
  scored = eng_assessor_model(assessor, model);
  if (scored == NULL) return ENG_E_RANGE;
  if (eng__assessor_context(assessor) != book->home.pen.context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  scores = (uint64_t)eng_model_score_count(scored);
  eng__assess_prepare(assessor, as_of);
  for (uint64_t i = 0; i < count; i++) {
    int32_t row[ENG__SCORES_MAX];
    eng_status status;

    if (stops(progress, user, i, count)) return ENG_E_CANCELLED;
    status = score_row(book, assessor, model, row_at(rows, i), row);
    if (status != ENG_OK) return status;
    for (uint64_t s = 0; s < scores; s++) values[s * count + i] = row[s];
  }
  if (progress != NULL && progress(user, count, count) != 0) return ENG_E_CANCELLED;
  return ENG_OK;
}

/* ---- rfm ---- */

static eng_status measure_rows(const eng_book *book, int64_t as_of,
                               const uint64_t *rows, uint64_t count, eng_rfm *out,
                               struct eng__undos *undos, eng_progress_fn progress,
                               void *user)
{
  struct eng__pen pen = book->home.pen;

  pen.memory = eng__memory(pen.context); /* readers may be many, the book's is not */
  for (uint64_t i = 0; i < count; i++) {
    uint64_t row = row_at(rows, i);
    struct eng__timeline timeline;
    eng_status status;

    if (stops(progress, user, i, count)) return ENG_E_CANCELLED;
    if (row >= book->rows) return ENG_E_NOTFOUND;
    eng__book_view(book, (uint32_t)row, &timeline);
    status = eng__rfm_measure(&timeline, &pen, as_of, undos, &out[i]);
    if (status != ENG_OK) return status;
  }
  if (progress != NULL && progress(user, count, count) != 0) return ENG_E_CANCELLED;
  return ENG_OK;
}

eng_status eng_book_rfm(const eng_book *book, int64_t as_of, const uint64_t *rows,
                        uint64_t count, eng_rfm *out, eng_progress_fn progress,
                        void *user)
{
  struct eng__undos undos = {NULL, 0, 0};
  eng_status status;

  if (book == NULL || (out == NULL && count > 0)) return ENG_E_INVALID;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  status = measure_rows(book, as_of, rows, count, out, &undos, progress, user);
  eng__free(eng__memory(book->home.pen.context), undos.undos,
            undos.room * sizeof *undos.undos);
  return status;
}
