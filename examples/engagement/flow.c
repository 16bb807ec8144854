/* SPDX-License-Identifier: MIT */
/*
 * flow.c - `engagement flow`: how many moved from which stage to which between two
 * moments. What it tells of many moments is in files of their own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/metrics.h>

#include "assess.h"
#include "bars.h"
#include "command.h"
#include "flow.h"
#include "message.h"
#include "output.h"

struct flow {
  const struct session *session;
  const eng_model *model;
  int32_t side; /* stages and none */
  int64_t from, to;
  uint64_t *cells;
  uint8_t *before, *after;
  uint64_t customers;
};

static int count(struct flow *f)
{
  eng_status status =
      eng_book_flow(f->session->book, f->session->assessor, 0, f->from, f->to, f->cells,
                    f->side, f->before, f->after, f->customers, progress_of, "flow");

  return status == ENG_OK ? ANSWER_DONE : complain_status("flow", status);
}

static uint64_t cell(const struct flow *f, int32_t a, int32_t b)
{
  return f->cells[a * f->side + b];
}

/* ---- two moments ---- */

static int write_cells(const struct flow *f)
{
  static const char *const columns[] = {"from", "to", "customers"};
  struct rows rows;

  rows_begin(&rows, f->session->options->format, columns, 3);
  for (int32_t a = 0; a < f->side; a++) {
    for (int32_t b = 0; b < f->side; b++) {
      if (cell(f, a, b) == 0) continue;
      rows_words(&rows, eng_model_stage_name(f->model, a));
      rows_words(&rows, eng_model_stage_name(f->model, b));
      rows_number(&rows, (int64_t)cell(f, a, b));
    }
  }
  return rows_end(&rows);
}

/* Those who moved, by name. */
static int write_movers(const struct flow *f)
{
  static const char *const columns[] = {"customer", "from", "to"};
  struct rows rows;
  uint64_t *order, n;
  int answer = assess_order(f->session, "flow", &order, &n);

  if (answer != ANSWER_DONE) return answer;
  rows_begin(&rows, f->session->options->format, columns, 3);
  for (uint64_t i = 0; i < n; i++) {
    size_t length;
    const char *id = eng_book_customer_id(f->session->book, order[i], &length);

    if (f->before[order[i]] == f->after[order[i]]) continue;
    rows_text(&rows, id, length);
    rows_words(&rows, eng_model_stage_name(f->model, f->before[order[i]]));
    rows_words(&rows, eng_model_stage_name(f->model, f->after[order[i]]));
  }
  free(order);
  return rows_end(&rows);
}

static void draw_stage(struct text *out, const struct flow *f, int32_t a, size_t width)
{
  uint64_t before = 0, after = 0, stayed = cell(f, a, a);
  struct text cells[4] = {{0}};

  for (int32_t b = 0; b < f->side; b++) {
    before += cell(f, a, b);
    after += cell(f, b, a);
  }
  if (before == 0 && after == 0) return;
  text_add_number(&cells[0], before);
  text_add_number(&cells[1], before - stayed);
  text_add_number(&cells[2], after - stayed);
  text_add_number(&cells[3], after);
  text_add_padded(out, eng_model_stage_name(f->model, a), width);
  text_print(out, " %11s %10s%s %10s%s %11s", cells[0].bytes,
             before > stayed ? "-" : " ", cells[1].bytes, after > stayed ? "+" : " ",
             cells[2].bytes, cells[3].bytes);
  text_add_bar(out, after, f->customers);
  text_put(out, "\n");
  for (int i = 0; i < 4; i++) text_free(&cells[i]);
}

static int draw(const struct flow *f)
{
  struct text out = {0};
  size_t width = 12;

  for (int32_t a = 0; a < f->side; a++)
    if (strlen(eng_model_stage_name(f->model, a)) > width)
      width = strlen(eng_model_stage_name(f->model, a));
  text_print(&out, "%s, from ", eng_model_name(f->model));
  text_add_time(&out, f->session, f->from);
  text_put(&out, " to ");
  text_add_time(&out, f->session, f->to);
  text_print(&out, "\n\n%-*s %11s %11s %11s %11s\n", (int)width, "stage", "before",
             "left", "entered", "after");
  for (int32_t a = f->side - 1; a >= 0; a--) draw_stage(&out, f, a, width);
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

/* ---- the command ---- */

static int tell_two(struct flow *f)
{
  const struct options *options = f->session->options;
  int answer;

  f->before = memory_resize(NULL, (size_t)f->customers, 1);
  f->after = memory_resize(NULL, (size_t)f->customers, 1);
  answer = count(f);
  if (answer == ANSWER_DONE)
    answer = options->entered != NULL || options->left != NULL
                 ? flow_moves(f->session, f->to, f->before, f->after)
             : options->per_customer           ? write_movers(f)
             : options->format == FORMAT_TABLE ? draw(f)
                                               : write_cells(f);
  free(f->before);
  free(f->after);
  return answer;
}

/* The end of the data, where no --to says otherwise. */
static int64_t end_of(const struct session *session)
{
  int64_t last = eng_book_last_event_at(session->book);
  int64_t day = eng_business_day(session->context, last < 0 ? 0 : last);
  int64_t end = eng_business_day_start(session->context, day + 1) - 1;

  return end > ENG_TIME_MAX ? ENG_TIME_MAX : end;
}

static int tell(const struct session *session)
{
  struct flow f = {.session = session, .model = session->models[0]};
  int answer;

  f.side = eng_model_stage_count(f.model) + 1;
  f.from = session->as_of;
  f.to = session->until != ENG_TIME_NONE ? session->until : end_of(session);
  f.customers = eng_book_customer_count(session->book);
  f.cells = memory_resize(NULL, (size_t)f.side * (size_t)f.side, sizeof *f.cells);
  answer = tell_two(&f);
  free(f.cells);
  return answer;
}

/* Which answer is wanted; two at once are refused. */
static int is_one_question(const struct options *options)
{
  int moves = (options->entered != NULL) + (options->left != NULL);
  int over_time = (options->every != 0) + options->stays;

  if (options->rolling || moves > 1 || over_time > 1 ||
      over_time + (moves > 0 || options->per_customer) > 1)
    return 0;
  return over_time > 0 || options->from != NULL;
}

static int tell_over_time(const struct options *options)
{
  struct options asked = *options;
  struct session session;
  int answer;

  /* The periods, or stays, begin with --from, and --to is the moment of the answer. */
  asked.begin = options->from;
  asked.as_of = options->to;
  asked.from = asked.to = NULL;
  answer = session_open(&session, &asked);
  if (answer == ANSWER_DONE)
    answer = options->stays ? flow_stays(&session) : flow_series(&session);
  session_close(&session);
  return answer;
}

int flow_run(const struct options *options)
{
  struct session session;
  int answer;

  if (options->models.count != 1) {
    complain("say which model: --model five_levels --from 2026-01-01 --to 2026-06-30");
    return ANSWER_USAGE;
  }
  if (!is_one_question(options)) {
    complain(
        "say one of: between which moments, --from 2026-01-01 --to 2026-06-30, and "
        "who --entered or --left a stage; a series, --period month; how long "
        "stages last, --stays");
    return ANSWER_USAGE;
  }
  if (options->every != 0 || options->stays) return tell_over_time(options);
  answer = session_open(&session, options);
  if (answer == ANSWER_DONE) answer = tell(&session);
  session_close(&session);
  return answer;
}
