/* SPDX-License-Identifier: MIT */
/*
 * flow_series.c - `engagement flow --period`: how many are in which stage at the end of
 * each period.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bars.h"
#include "command.h"
#include "flow.h"
#include "message.h"
#include "output.h"
#include "periods.h"

enum { WIDEST = 14 }; /* of a column for people */

struct series {
  const struct session *session;
  const eng_model *model;
  struct spans spans;
  int32_t side;
  uint64_t *cells;
};

static uint64_t cell(const struct series *s, uint64_t i, int32_t rank)
{
  return s->cells[i * (uint64_t)s->side + (uint64_t)rank];
}

static int count(struct series *s)
{
  const struct session *session = s->session;
  size_t n = (size_t)s->spans.count;
  int64_t *times;
  eng_status status = ENG_OK;

  if (n == 0) return ANSWER_DONE;
  times = memory_resize(NULL, n, sizeof *times);
  s->cells = memory_resize(NULL, n * (size_t)s->side, sizeof *s->cells);
  for (size_t i = 0; i < n; i++) {
    times[i] = s->spans.starts[i + 1] - 1;
    if (times[i] > session->as_of) times[i] = session->as_of;
  }
  status = eng_book_stages_at(session->book, session->assessor, 0, times, n, s->cells,
                              s->side, progress_of, "flow");
  free(times);
  return status == ENG_OK ? ANSWER_DONE : complain_status("flow", status);
}

static int write_rows(const struct series *s)
{
  static const char *const columns[] = {"period", "stage", "rank", "customers"};
  struct rows rows;

  rows_begin(&rows, s->session->options->format, columns, 4);
  for (uint64_t i = 0; i < s->spans.count; i++) {
    struct text name = {0};

    text_add_period(&name, &s->spans, i);
    for (int32_t rank = 0; rank < s->side; rank++) {
      rows_text(&rows, name.bytes, name.length);
      rows_words(&rows, eng_model_stage_name(s->model, rank));
      rows_number(&rows, rank);
      rows_number(&rows, (int64_t)cell(s, i, rank));
    }
    text_free(&name);
  }
  return rows_end(&rows);
}

static int width_of(const struct series *s, int32_t rank)
{
  size_t width = strlen(eng_model_stage_name(s->model, rank));

  return width < 8 ? 8 : width > WIDEST ? WIDEST : (int)width;
}

static void draw_period(struct text *out, const struct series *s, uint64_t i)
{
  uint64_t all = eng_book_customer_count(s->session->book);
  struct text name = {0};

  text_add_period(&name, &s->spans, i);
  text_add_padded(out, name.bytes, 11);
  text_free(&name);
  for (int32_t rank = 0; rank < s->side; rank++) {
    struct text number = {0}, words = {0};

    text_add_number(&number, cell(s, i, rank));
    text_print(&words, "  %*s", width_of(s, rank), number.bytes);
    text_add_shaded(out, cell(s, i, rank), all, words.bytes);
    text_free(&number);
    text_free(&words);
  }
  text_put(out, "\n");
}

static int draw(const struct series *s)
{
  struct text out = {0};

  text_print(&out, "%s: customers in each stage at the end of each period\n\n%-11s",
             eng_model_name(s->model), "period");
  for (int32_t rank = 0; rank < s->side; rank++)
    text_print(&out, "  %*.*s", width_of(s, rank), WIDEST,
               eng_model_stage_name(s->model, rank));
  text_put(&out, "\n");
  for (uint64_t i = 0; i < s->spans.count; i++) draw_period(&out, s, i);
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

int flow_series(const struct session *session)
{
  static const struct kinds all = {{0}, 0};
  struct series s = {.session = session, .model = session->models[0]};
  int answer = spans_open(session, ENG_EVERY_MONTH, &all, &s.spans);

  s.side = eng_model_stage_count(s.model) + 1;
  if (answer == ANSWER_DONE) answer = count(&s);
  if (answer == ANSWER_DONE)
    answer = session->options->format == FORMAT_TABLE ? draw(&s) : write_rows(&s);
  free(s.cells);
  spans_close(&s.spans);
  return answer;
}
