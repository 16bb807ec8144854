/* SPDX-License-Identifier: MIT */
/*
 * assess.c - stages of a book's customers, from their summaries or where they lie.
 *
 * Rows go in groups: first every summary of a group is tried, and the runs of those
 * that it does not settle are fetched meanwhile; then those are read.
 */
#include "book/book.h"

#include "book/prefetch.h"
#include "core/status.h"
#include "model/assess.h"

enum { GROUP = 64, MODELS_MAX = 64, PROGRESS = 65536 };

/* A call's arguments once checked, and where it is. */
struct job {
  const struct eng_book *book;
  eng_assessor *assessor;
  const uint64_t *rows;
  uint64_t count;
  int32_t *stages;
  size_t models;
};

static eng_status check(const eng_book *book, const eng_assessor *assessor,
                        int64_t as_of)
{
  if (eng__assessor_context(assessor) != book->home.pen.context) return ENG_E_CONTEXT;
  return as_of < 0 || as_of > ENG_TIME_MAX ? ENG_E_TIME : ENG_OK;
}

static uint32_t row_at(const struct job *job, uint64_t i)
{
  return (uint32_t)(job->rows == NULL ? i : job->rows[i]);
}

static void put_stages(const struct job *job, uint64_t i, const int32_t *stages)
{
  for (size_t m = 0; m < job->models; m++) job->stages[m * job->count + i] = stages[m];
}

static void fetch_run(const struct eng_book *book, const struct eng__slot *slot)
{
  if (eng__slot_is_heavy(slot)) {
    eng__fetch(book->heavies[slot->run]);
  } else if (eng__slot_class(slot) > 0) {
    eng__fetch(eng__arena_at(&book->arena, slot->run));
  }
}

static void fetch_slot(const struct job *job, uint64_t i)
{
  if (i < job->count && job->rows[i] < job->book->rows) {
    eng__fetch(eng__book_slot(job->book, row_at(job, i)));
  }
}

/* Gives everybody of rows from .. to the stages of those who did nothing that any model
 * asks for; notes in `busy` who did. Without a branch: nobody could foresee it. */
static size_t pass_idle(const struct job *job, uint64_t from, uint64_t to,
                        uint8_t busy[GROUP])
{
  uint32_t kinds;
  const int32_t *idle = eng__assess_idle(job->assessor, &kinds);
  size_t count = 0;

  if (job->rows == NULL) {
    const struct eng__slot *slots = eng__book_slot(job->book, (uint32_t)from);

    /* A group lies within a chunk of slots. */
    for (uint64_t i = 0; i < to - from; i++) {
      busy[count] = (uint8_t)i;
      count += (slots[i].summary.kinds & kinds) != 0 || idle == NULL;
    }
  } else {
    for (uint64_t i = from; i < to; i++) {
      const struct eng__slot *slot = eng__book_slot(job->book, row_at(job, i));

      fetch_slot(job, i + GROUP / 4);
      busy[count] = (uint8_t)(i - from);
      count += (slot->summary.kinds & kinds) != 0 || idle == NULL;
    }
  }
  for (size_t m = 0; m < job->models && idle != NULL; m++) {
    int32_t *stages = job->stages + m * job->count;

    for (uint64_t i = from; i < to; i++) stages[i] = idle[m];
  }
  return count;
}

/* Tries the summaries of rows from .. to; notes in `open` which are not settled. */
static size_t try_summaries(const struct job *job, uint64_t from, uint64_t to,
                            uint8_t open[GROUP])
{
  int32_t stages[MODELS_MAX];
  uint8_t busy[GROUP];
  size_t count = 0, tried = pass_idle(job, from, to, busy);

  for (size_t k = 0; k < tried; k++) {
    uint64_t i = from + busy[k];
    const struct eng__slot *slot = eng__book_slot(job->book, row_at(job, i));
    int32_t *out = job->models == 1 ? &job->stages[i] : stages;

    if (!eng__assess_summary(job->assessor, &slot->summary, out)) {
      fetch_run(job->book, slot);
      open[count++] = busy[k];
    } else if (job->models > 1) {
      put_stages(job, i, stages);
    }
  }
  return count;
}

/* For callback models alone: the id lies far from the events. */
static void name_customer(const struct eng_book *book, eng_assessor *assessor,
                          uint64_t row)
{
  size_t length;
  const char *id;

  if (!eng__assess_asks_host(assessor)) return;
  id = eng_book_customer_id(book, row, &length);
  eng__assess_name(assessor, id, length);
}

static eng_status assess_group(const struct job *job, uint64_t from, uint64_t to)
{
  int32_t stages[MODELS_MAX];
  uint8_t open[GROUP];
  size_t count;

  for (uint64_t i = from; job->rows != NULL && i < to; i++) {
    if (job->rows[i] >= job->book->rows) return ENG_E_NOTFOUND;
  }
  count = try_summaries(job, from, to, open);
  for (size_t k = 0; k < count; k++) {
    struct eng__timeline timeline;
    eng_status status;

    eng__book_view(job->book, row_at(job, from + open[k]), &timeline);
    name_customer(job->book, job->assessor, row_at(job, from + open[k]));
    status = eng__assess_timeline(job->assessor, &timeline, &job->book->shapes, stages);
    if (status != ENG_OK) return status;
    put_stages(job, from + open[k], stages);
  }
  return ENG_OK;
}

eng_status eng_book_assess(const eng_book *book, eng_assessor *assessor, int64_t as_of,
                           const uint64_t *rows, uint64_t count, int32_t *stages,
                           eng_progress_fn progress, void *user)
{
  struct job job = {book, assessor, rows, count, stages, 0};
  eng_status status;

  if (book == NULL || assessor == NULL || (stages == NULL && count > 0)) {
    return ENG_E_INVALID;
  }
  status = check(book, assessor, as_of);
  if (status != ENG_OK) return status;
  if (rows == NULL && count > book->rows) return ENG_E_NOTFOUND;
  job.models = (size_t)eng_assessor_model_count(assessor);
  eng__assess_prepare(assessor, as_of);
  for (uint64_t i = 0; i < count; i += GROUP) {
    if (progress != NULL && i % PROGRESS == 0 && progress(user, i, count) != 0) {
      return ENG_E_CANCELLED;
    }
    status = assess_group(&job, i, count - i < GROUP ? count : i + GROUP);
    eng__assess_name(assessor, NULL, 0);
    if (status != ENG_OK) return status;
  }
  if (progress != NULL && progress(user, count, count) != 0) return ENG_E_CANCELLED;
  return ENG_OK;
}

eng_status eng_book_assess_one(const eng_book *book, uint64_t row,
                               eng_assessor *assessor, int64_t as_of, int32_t *stages)
{
  const struct eng__slot *slot;
  struct eng__timeline timeline;
  eng_status status;

  if (book == NULL || assessor == NULL || stages == NULL) return ENG_E_INVALID;
  if (row >= book->rows) return ENG_E_NOTFOUND;
  status = check(book, assessor, as_of);
  if (status != ENG_OK) return status;
  eng__assess_prepare(assessor, as_of);
  slot = eng__book_slot(book, (uint32_t)row);
  if (eng__assess_summary(assessor, &slot->summary, stages)) {
    return ENG_OK;
  }
  eng__book_view(book, (uint32_t)row, &timeline);
  name_customer(book, assessor, row);
  status = eng__assess_timeline(assessor, &timeline, &book->shapes, stages);
  eng__assess_name(assessor, NULL, 0);
  if (status != ENG_OK) {
    memset(stages, 0, (size_t)eng_assessor_model_count(assessor) * sizeof *stages);
  }
  return status;
}

eng_status eng_book_next_change(const eng_book *book, uint64_t row,
                                eng_assessor *assessor, int64_t as_of, int32_t *stages,
                                int64_t *next_times, int32_t *next_stages)
{
  struct eng__timeline timeline;
  eng_status status;

  if (book == NULL || assessor == NULL || next_times == NULL || next_stages == NULL) {
    return ENG_E_INVALID;
  }
  if (row >= book->rows) return ENG_E_NOTFOUND;
  status = check(book, assessor, as_of);
  if (status != ENG_OK) return status;
  eng__assess_prepare(assessor, as_of);
  eng__book_view(book, (uint32_t)row, &timeline);
  name_customer(book, assessor, row);
  status = eng__assess_next(assessor, &timeline, &book->shapes, stages, next_times,
                            next_stages);
  eng__assess_name(assessor, NULL, 0);
  if (status != ENG_OK) eng__no_answer(assessor, stages, next_times, next_stages);
  return status;
}

/* ---- histories ---- */

static eng_status view(const eng_book *book, uint64_t row, const eng_assessor *assessor,
                       int64_t as_of, struct eng__timeline *timeline)
{
  eng_status status;

  if (book == NULL || assessor == NULL) return ENG_E_INVALID;
  if (row >= book->rows) return ENG_E_NOTFOUND;
  status = check(book, assessor, as_of);
  if (status == ENG_OK) eng__book_view(book, (uint32_t)row, timeline);
  return status;
}

eng_status eng_book_standing(const eng_book *book, uint64_t row, eng_assessor *assessor,
                             int64_t as_of, eng_standing *standings)
{
  struct eng__timeline timeline;
  eng_status status;

  if (assessor == NULL || standings == NULL) return ENG_E_INVALID;
  memset(standings, 0, (size_t)eng_assessor_model_count(assessor) * sizeof *standings);
  status = view(book, row, assessor, as_of, &timeline);
  if (status != ENG_OK) return status;
  name_customer(book, assessor, row);
  status = eng__assess_standing(assessor, &timeline, &book->shapes, as_of, standings);
  eng__assess_name(assessor, NULL, 0);
  return status;
}

eng_status eng_book_history(const eng_book *book, uint64_t row, eng_assessor *assessor,
                            int32_t model, int64_t as_of, eng_history **out)
{
  struct eng__timeline timeline;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  status = view(book, row, assessor, as_of, &timeline);
  if (status != ENG_OK) return status;
  if (model < 0 || model >= eng_assessor_model_count(assessor)) return ENG_E_RANGE;
  return eng__assess_history(assessor, model, &timeline, &book->shapes, ENG_TIME_NONE,
                             as_of, out);
}

eng_status eng_book_outlook(const eng_book *book, uint64_t row, eng_assessor *assessor,
                            int32_t model, int64_t as_of, int64_t until,
                            eng_history **out)
{
  struct eng__timeline timeline;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  status = view(book, row, assessor, as_of, &timeline);
  if (status != ENG_OK) return status;
  if (model < 0 || model >= eng_assessor_model_count(assessor)) return ENG_E_RANGE;
  if (until < as_of || until > ENG_TIME_MAX) return ENG_E_TIME;
  return eng__assess_history(assessor, model, &timeline, &book->shapes, as_of, until,
                             out);
}
