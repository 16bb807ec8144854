/* SPDX-License-Identifier: MIT */
/*
 * assess.c - see assess.h.
 */
#include "assess.h"

#include <stdlib.h>

#include "command.h"
#include "message.h"
#include "output.h"

enum { PIECE = 1 << 16 };

int assess_order(const struct session *session, const char *doing, uint64_t **order,
                 uint64_t *count)
{
  eng_status status;

  *order = NULL;
  *count = eng_book_customer_count(session->book);
  if (*count > SIZE_MAX / sizeof **order) return complain_status(doing, ENG_E_NOMEM);
  *order = memory_resize(NULL, (size_t)*count, sizeof **order);
  status = eng_book_order(session->book, *order, *count);
  if (status == ENG_OK) return ANSWER_DONE;
  free(*order);
  *order = NULL;
  return complain_status(doing, status);
}

int assess_all(const struct session *session, const char *doing, const uint64_t *order,
               uint64_t count,
               void (*piece)(void *user, const uint64_t *rows, uint64_t n,
                             const int32_t *stages),
               void *user)
{
  size_t models = (size_t)session->model_count;
  int32_t *stages = memory_resize(NULL, models * PIECE, sizeof *stages);
  eng_status status = ENG_OK;

  for (uint64_t done = 0; done < count && status == ENG_OK && !output_failed();) {
    uint64_t n = count - done < PIECE ? count - done : PIECE;

    status = eng_book_assess(session->book, session->assessor, session->as_of,
                             order + done, n, stages, NULL, NULL);
    if (status == ENG_OK) piece(user, order + done, n, stages);
    done += n;
    progress(doing, done, count);
  }
  progress_end();
  free(stages);
  return status == ENG_OK ? ANSWER_DONE : complain_status(doing, status);
}
