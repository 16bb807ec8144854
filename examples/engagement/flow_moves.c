/* SPDX-License-Identifier: MIT */
/*
 * flow_moves.c - `engagement flow --entered` and `--left`: who came into a stage or out
 * of it between two moments, when, and why.
 */
#include <stdlib.h>
#include <string.h>

#include "assess.h"
#include "cause.h"
#include "command.h"
#include "flow.h"
#include "message.h"
#include "output.h"

struct moves {
  const struct session *session;
  int64_t to;
  int32_t stage; /* asked about */
  int entered;   /* into it, else out of it */
  const uint8_t *before, *after;
  struct rows rows;
};

static int read_stage(struct moves *m)
{
  const struct options *options = m->session->options;
  const char *name = m->entered ? options->entered : options->left;
  const eng_model *model = m->session->models[0];
  struct text known = {0};

  if (eng_model_stage_find(model, name, strlen(name), &m->stage) == ENG_OK)
    return ANSWER_DONE;
  for (int32_t rank = 0; rank <= eng_model_stage_count(model); rank++) {
    text_put(&known, rank > 0 ? ", " : "");
    text_put(&known, eng_model_stage_name(model, rank));
  }
  complain("%s has no stage \"%s\"; there are: %s", eng_model_name(model), name,
           known.bytes);
  text_free(&known);
  return ANSWER_USAGE;
}

/* The last change into the stage, or out of it: there is one, for the customer was not
 * in it at one moment and is at the other. */
static uint64_t last_change(const struct moves *m, const eng_history *history)
{
  uint64_t i = eng_history_change_count(history);

  while (i-- > 0) {
    int32_t rank =
        m->entered ? eng_history_to(history, i) : eng_history_from(history, i);

    if (rank == m->stage) return i;
  }
  return 0;
}

static eng_status write_move(struct moves *m, uint64_t row)
{
  const eng_model *model = m->session->models[0];
  eng_history *history;
  size_t length;
  const char *id = eng_book_customer_id(m->session->book, row, &length);
  eng_status status =
      eng_book_history(m->session->book, row, m->session->assessor, 0, m->to, &history);

  if (status != ENG_OK) return status;
  rows_text(&m->rows, id, length);
  rows_words(&m->rows, eng_model_stage_name(model, m->before[row]));
  rows_words(&m->rows, eng_model_stage_name(model, m->after[row]));
  rows_time(&m->rows, eng_history_time(history, last_change(m, history)));
  rows_cause(&m->rows, m->session, history, last_change(m, history));
  eng_history_free(history);
  return ENG_OK;
}

static int write_rows(struct moves *m, const uint64_t *order, uint64_t n)
{
  static const char *const columns[] = {"customer", "from", "to", "time", "cause"};
  const uint8_t *is = m->entered ? m->after : m->before;
  const uint8_t *was = m->entered ? m->before : m->after;
  eng_status status = ENG_OK;
  int answer;

  rows_begin(&m->rows, m->session->options->format, columns, 5);
  for (uint64_t i = 0; i < n && status == ENG_OK; i++) {
    if (is[order[i]] == m->stage && was[order[i]] != m->stage)
      status = write_move(m, order[i]);
    if (i % 1024 == 0) progress("flow", i, n);
  }
  progress_end();
  answer = rows_end(&m->rows);
  return status == ENG_OK ? answer : complain_status("flow", status);
}

int flow_moves(const struct session *session, int64_t to, const uint8_t *before,
               const uint8_t *after)
{
  struct moves m = {.session = session, .to = to, .before = before, .after = after};
  uint64_t *order, n;
  int answer;

  m.entered = session->options->entered != NULL;
  answer = read_stage(&m);
  if (answer != ANSWER_DONE) return answer;
  answer = assess_order(session, "flow", &order, &n);
  if (answer == ANSWER_DONE) answer = write_rows(&m, order, n);
  free(order);
  return answer;
}
