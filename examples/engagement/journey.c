/* SPDX-License-Identifier: MIT */
/*
 * journey.c - `engagement journey`: every change of stage, when and why; and
 * `engagement changes`: every change that is to come if nothing happens.
 *
 * Rows come out in the order of the customers' bytes, then of the models as asked, then
 * of time.
 */
#include <stdlib.h>
#include <string.h>

#include "cause.h"
#include "command.h"
#include "message.h"
#include "output.h"
#include "session.h"
#include "text.h"

/* ---- rows ---- */

static void write_changes(const struct session *session, struct rows *rows,
                          uint64_t row, int32_t m, const eng_history *history)
{
  const eng_model *model = session->models[m];
  size_t length;
  const char *id = eng_book_customer_id(session->book, row, &length);

  for (uint64_t i = 0; i < eng_history_change_count(history); i++) {
    rows_text(rows, id, length);
    rows_words(rows, eng_model_name(model));
    rows_time(rows, eng_history_time(history, i));
    rows_words(rows, eng_model_stage_name(model, eng_history_from(history, i)));
    rows_words(rows, eng_model_stage_name(model, eng_history_to(history, i)));
    rows_cause(rows, session, history, i);
  }
}

/* The changes of one customer under one model, past or to come. */
static eng_status find_changes(const struct session *session, uint64_t row, int32_t m,
                               eng_history **out)
{
  if (session->until == ENG_TIME_NONE)
    return eng_book_history(session->book, row, session->assessor, m, session->as_of,
                            out);
  return eng_book_outlook(session->book, row, session->assessor, m, session->as_of,
                          session->until, out);
}

static int write_rows(const struct session *session, const uint64_t *order,
                      uint64_t count, const char *doing)
{
  static const char *const columns[] = {"customer", "model", "time",
                                        "from",     "to",    "cause"};
  eng_status status = ENG_OK;
  struct rows rows;
  int answer;

  rows_begin(&rows, session->options->format, columns, 6);
  for (uint64_t i = 0; i < count && status == ENG_OK; i++) {
    for (int32_t m = 0; m < session->model_count && status == ENG_OK; m++) {
      eng_history *history = NULL;

      status = find_changes(session, order[i], m, &history);
      if (status == ENG_OK) write_changes(session, &rows, order[i], m, history);
      eng_history_free(history);
    }
    if (i % 1024 == 0) {
      progress(doing, i, count);
      if (output_failed()) break;
    }
  }
  progress_end();
  answer = rows_end(&rows);
  return status == ENG_OK ? answer : complain_status(doing, status);
}

/* ---- the commands ---- */

static int write_all(const struct session *session, const char *doing)
{
  uint64_t count = eng_book_customer_count(session->book);
  uint64_t *order;
  eng_status status;
  int answer;

  if (count > SIZE_MAX / sizeof *order) return complain_status(doing, ENG_E_NOMEM);
  order = memory_resize(NULL, (size_t)count, sizeof *order);
  status = eng_book_order(session->book, order, count);
  answer = status == ENG_OK ? write_rows(session, order, count, doing)
                            : complain_status(doing, status);
  free(order);
  return answer;
}

static int write_one(const struct session *session, const char *doing)
{
  uint64_t row;
  int answer = session_customer(session, &row);

  return answer == ANSWER_DONE ? write_rows(session, &row, 1, doing) : answer;
}

static int run(const struct options *options, const char *doing)
{
  struct session session;
  int answer = session_open(&session, options);

  if (answer == ANSWER_DONE)
    answer = options->customer != NULL ? write_one(&session, doing)
                                       : write_all(&session, doing);
  session_close(&session);
  return answer;
}

int journey_run(const struct options *options) { return run(options, "journey"); }

int changes_run(const struct options *options)
{
  if (options->to == NULL) {
    complain("say until when: --to TIME");
    return ANSWER_USAGE;
  }
  return run(options, "changes");
}
