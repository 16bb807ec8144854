/* SPDX-License-Identifier: MIT */
/*
 * flow.c - stages at two moments, a piece of the book at a time.
 */
#include <string.h>

#include "core/memory.h"
#include "metrics/visit.h"
#include "model/assess.h"

enum { PIECE = 4096 };

struct flow {
  const eng_book *book;
  eng_assessor *assessor;
  int32_t model;
  uint64_t *cells;
  int32_t side;
  uint8_t *before, *after;
  int32_t *stages; /* of a piece under all models, at `from` and at `to` */
  uint64_t rows[PIECE];
};

static void count_piece(const struct flow *f, uint64_t first, size_t n, size_t models)
{
  const int32_t *a = f->stages + (size_t)f->model * n;
  const int32_t *b = a + models * PIECE;

  for (size_t i = 0; i < n; i++) {
    f->cells[(size_t)a[i] * (size_t)f->side + (size_t)b[i]]++;
    if (f->before != NULL) f->before[first + i] = (uint8_t)a[i];
    if (f->after != NULL) f->after[first + i] = (uint8_t)b[i];
  }
}

static eng_status assess_piece(struct flow *f, uint64_t first, size_t n, int64_t from,
                               int64_t to)
{
  size_t models = (size_t)eng_assessor_model_count(f->assessor);
  eng_status status;

  for (size_t i = 0; i < n; i++) f->rows[i] = first + i;
  status =
      eng_book_assess(f->book, f->assessor, from, f->rows, n, f->stages, NULL, NULL);
  if (status != ENG_OK) return status;
  status = eng_book_assess(f->book, f->assessor, to, f->rows, n,
                           f->stages + models * PIECE, NULL, NULL);
  if (status == ENG_OK) count_piece(f, first, n, models);
  return status;
}

static eng_status assess_all(struct flow *f, int64_t from, int64_t to,
                             eng_progress_fn progress, void *user)
{
  uint64_t count = f->book->rows;

  for (uint64_t first = 0; first < count; first += PIECE) {
    size_t n = count - first < PIECE ? (size_t)(count - first) : PIECE;
    eng_status status;

    if (progress != NULL && progress(user, first, count) != 0) return ENG_E_CANCELLED;
    status = assess_piece(f, first, n, from, to);
    if (status != ENG_OK) return status;
  }
  if (progress != NULL && progress(user, count, count) != 0) return ENG_E_CANCELLED;
  return ENG_OK;
}

static eng_status check(const struct flow *f, uint64_t rows)
{
  const eng_model *model = eng_assessor_model(f->assessor, f->model);

  if (model == NULL) return ENG_E_RANGE;
  if (f->side != eng_model_stage_count(model) + 1) return ENG_E_BUFFER;
  if ((f->before != NULL || f->after != NULL) && rows != f->book->rows) {
    return ENG_E_BUFFER;
  }
  return ENG_OK;
}

static eng_status run(struct flow *f, int64_t from, int64_t to,
                      eng_progress_fn progress, void *user)
{
  const eng_allocator *memory = eng__memory(f->book->home.pen.context);
  size_t models = (size_t)eng_assessor_model_count(f->assessor);
  size_t room = 2 * models * PIECE * sizeof *f->stages;
  eng_status status;

  f->stages = eng__new(memory, room);
  if (f->stages == NULL) return ENG_E_NOMEM;
  status = assess_all(f, from, to, progress, user);
  eng__free(memory, f->stages, room);
  return status;
}

eng_status eng_book_flow(const eng_book *book, eng_assessor *assessor, int32_t model,
                         int64_t from, int64_t to, uint64_t *cells, int32_t side,
                         uint8_t *before, uint8_t *after, uint64_t rows,
                         eng_progress_fn progress, void *user)
{
  struct flow f;
  eng_status status;

  if (book == NULL || assessor == NULL || cells == NULL) return ENG_E_INVALID;
  if (from < 0 || from > ENG_TIME_MAX || to < 0 || to > ENG_TIME_MAX) return ENG_E_TIME;
  memset(&f, 0, sizeof f);
  f.book = book;
  f.assessor = assessor;
  f.model = model;
  f.cells = cells;
  f.side = side;
  f.before = before;
  f.after = after;
  status = check(&f, rows);
  if (status != ENG_OK) return status;
  memset(cells, 0, (size_t)side * (size_t)side * sizeof *cells);
  status = run(&f, from, to, progress, user);
  if (status != ENG_OK) memset(cells, 0, (size_t)side * (size_t)side * sizeof *cells);
  return status;
}
