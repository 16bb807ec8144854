/* SPDX-License-Identifier: MIT */
/*
 * course.h - every customer's changes of stage, one customer after the other.
 */
#ifndef ENG_METRICS_COURSE_H
#define ENG_METRICS_COURSE_H

#include <engagement/metrics.h>

#include "book/book.h"
#include "model/assess.h"

/* Whether a model of an assessor can be asked about a book's customers, with arrays of
 * `side` ranks. */
static inline eng_status eng__course_check(const eng_book *book,
                                           const eng_assessor *assessor, int32_t model,
                                           int32_t side)
{
  const eng_model *asked = eng_assessor_model(assessor, model);

  if (asked == NULL) return ENG_E_RANGE;
  if (eng__assessor_context(assessor) != book->home.pen.context) return ENG_E_CONTEXT;
  return side == eng_model_stage_count(asked) + 1 ? ENG_OK : ENG_E_BUFFER;
}

/* Tells the changes of every customer up to `until`, and `close` that each customer's are
 * told; close may be NULL. */
eng_status eng__course_all(const eng_book *book, eng_assessor *assessor, int32_t model,
                           int64_t until, eng__change_fn tell,
                           void (*close)(void *user), void *user,
                           eng_progress_fn progress, void *progress_user);

#endif
