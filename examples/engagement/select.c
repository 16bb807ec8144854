/* SPDX-License-Identifier: MIT */
/*
 * select.c - `engagement select`: the customers for whom a condition is true.
 *
 * The condition is in the language of models, and is one: a model whose last stage it
 * is.
 */
#include <stdlib.h>

#include "assess.h"
#include "command.h"
#include "message.h"
#include "output.h"
#include "segments.h"
#include "session.h"

struct selection {
  const struct session *session;
  struct rows *rows;
  int32_t match; /* the last stage: the condition is true */
  uint64_t found;
};

static void write_piece(void *user, const uint64_t *rows, uint64_t n,
                        const int32_t *stages)
{
  struct selection *s = user;

  for (uint64_t i = 0; i < n; i++) {
    size_t length;
    const char *id;

    if (stages[i] != s->match) continue;
    id = eng_book_customer_id(s->session->book, rows[i], &length);
    rows_text(s->rows, id, length);
    s->found++;
  }
}

static int write_matches(const struct session *session)
{
  static const char *const columns[] = {"customer"};
  struct rows rows;
  struct selection selection = {session, &rows,
                                eng_model_stage_count(session->models[0]), 0};
  struct text text = {0};
  uint64_t *order, count;
  int answer = assess_order(session, "select", &order, &count), written;

  if (answer != ANSWER_DONE) return answer;
  rows_begin(&rows, session->options->format, columns, 1);
  answer = assess_all(session, "select", order, count, write_piece, &selection);
  written = rows_end(&rows);
  free(order);
  text_add_number(&text, selection.found);
  text_put(&text, " of ");
  text_add_number(&text, count);
  note("%s customers", text.bytes);
  text_free(&text);
  return answer != ANSWER_DONE ? answer : written;
}

int select_run(const struct options *options)
{
  struct session session;
  int answer;

  if (options->segments != NULL && options->where == NULL) return segments_run(options);
  if (options->where == NULL || options->segments != NULL || options->segment != NULL) {
    complain("say who is looked for: --where 'count(purchase within 90 days) >= 2', or "
             "a file of --segments");
    return ANSWER_USAGE;
  }
  answer = session_open(&session, options);
  if (answer == ANSWER_DONE) answer = write_matches(&session);
  session_close(&session);
  return answer;
}
