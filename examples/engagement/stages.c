/* SPDX-License-Identifier: MIT */
/*
 * stages.c - `engagement stages`: where every customer stands, and how many where.
 *
 * Rows come out in the order of the customers' bytes, one customer at a time. The
 * table for people is a census, counted in pieces of the book, and names customers
 * only where they are few.
 */
#include <stdlib.h>
#include <string.h>

#include "assess.h"
#include "bars.h"
#include "command.h"
#include "message.h"
#include "models.h"
#include "output.h"
#include "session.h"
#include "text.h"

enum { FEW = 50, RANKS = 256 };

/* ---- rows ---- */

/* What is known of one customer, an entry a model. */
struct row {
  int32_t stages[SESSION_MODELS];
  int64_t next_times[SESSION_MODELS];
  int32_t next_stages[SESSION_MODELS];
  eng_standing standings[SESSION_MODELS]; /* under --history */
};

static eng_status read_row(const struct session *session, uint64_t at, struct row *row)
{
  eng_status status =
      eng_book_next_change(session->book, at, session->assessor, session->as_of,
                           row->stages, row->next_times, row->next_stages);

  if (status != ENG_OK || !session->options->history) return status;
  return eng_book_standing(session->book, at, session->assessor, session->as_of,
                           row->standings);
}

static void write_row(const struct session *session, struct rows *rows, uint64_t at,
                      const struct row *row)
{
  size_t length;
  const char *id = eng_book_customer_id(session->book, at, &length);

  for (int32_t m = 0; m < session->model_count; m++) {
    const eng_model *model = session->models[m];
    const eng_standing *standing = &row->standings[m];

    rows_text(rows, id, length);
    rows_words(rows, eng_model_name(model));
    rows_words(rows, eng_model_stage_name(model, row->stages[m]));
    rows_number(rows, row->stages[m]);
    rows_time(rows, row->next_times[m]);
    rows_words(rows, row->next_times[m] == ENG_TIME_NONE ||
                             row->next_times[m] == ENG_TIME_UNKNOWN
                         ? NULL
                         : eng_model_stage_name(model, row->next_stages[m]));
    if (!session->options->history) continue;
    rows_time(rows, standing->since);
    rows_words(rows, eng_model_stage_name(model, standing->highest));
    rows_number(rows, standing->lap);
  }
}

static int write_rows(const struct session *session, const uint64_t *order,
                      uint64_t count)
{
  static const char *const columns[] = {"customer", "model",       "stage",
                                        "rank",     "next_change", "next_stage",
                                        "since",    "highest",     "lap"};
  eng_status status = ENG_OK;
  struct rows rows;
  struct row row;
  int answer;

  rows_begin(&rows, session->options->format, columns,
             session->options->history ? 9 : 6);
  for (uint64_t i = 0; i < count && status == ENG_OK; i++) {
    status = read_row(session, order[i], &row);
    if (status == ENG_OK) write_row(session, &rows, order[i], &row);
    if (i % 1024 == 0) {
      progress("stages", i, count);
      if (output_failed()) break;
    }
  }
  progress_end();
  answer = rows_end(&rows);
  return status == ENG_OK ? answer : complain_status("stages", status);
}

/* ---- the census ---- */

/* Counts customers by model and rank: totals[m * RANKS + rank]. */
struct count {
  size_t models;
  uint64_t *totals;
};

static void count_piece(void *user, const uint64_t *rows, uint64_t n,
                        const int32_t *stages)
{
  const struct count *count = user;

  (void)rows;
  for (size_t m = 0; m < count->models; m++)
    for (uint64_t i = 0; i < n; i++)
      count->totals[m * RANKS + (size_t)stages[m * n + i]]++;
}

static size_t widest(const eng_model *model,
                     const char *(*of)(const eng_model *, int32_t), size_t least)
{
  size_t width = least;

  for (int32_t rank = 0; rank <= eng_model_stage_count(model); rank++) {
    const char *words = of(model, rank);
    size_t wide = words != NULL ? text_width(words, strlen(words)) : 0;

    if (wide > width) width = wide;
  }
  return width;
}

static const char *title_of(const eng_model *model, int32_t rank)
{
  const char *title = rank > 0 ? eng_model_stage_title(model, rank) : NULL;

  return title != NULL ? title : "";
}

/* Stages in the order of the model; who is in none comes last, where there is anybody.
 */
static void write_census(const struct session *session, const eng_model *model,
                         const uint64_t *totals, uint64_t count)
{
  int32_t ranks = eng_model_stage_count(model);
  size_t names = widest(model, eng_model_stage_name, 5);
  size_t titles = widest(model, title_of, 0);
  uint64_t most = 0;
  struct text out = {0};
  struct text head = {0};

  for (int32_t rank = 0; rank <= ranks; rank++)
    if (totals[rank] > most) most = totals[rank];
  text_add_shown(&head, models_title(model), strlen(models_title(model)), 0);
  text_paint(&out, PAINT_BOLD, head.bytes);
  text_print(&out, "  (%s", eng_model_name(model));
  if (eng_model_revision(model) > 0)
    text_print(&out, ", revision %d", (int)eng_model_revision(model));
  text_put(&out, ")\n");
  text_add_number(&out, count);
  text_put(&out, count == 1 ? " customer as of " : " customers as of ");
  text_add_as_of(&out, session);
  text_put(&out, "\n\n");
  for (int32_t i = 1; i <= ranks + 1; i++) {
    int32_t rank = i <= ranks ? i : 0;
    struct text number = {0};

    if (rank == 0 && totals[0] == 0) continue;
    text_add_number(&number, totals[rank]);
    text_put(&out, "  ");
    text_add_padded(&out, eng_model_stage_name(model, rank), names);
    if (titles > 0) {
      text_put(&out, "  ");
      text_add_padded(&out, title_of(model, rank), titles);
    }
    text_print(&out, "  %12s ", number.bytes);
    text_add_share(&out, totals[rank], count);
    text_add_bar(&out, totals[rank], most);
    text_put(&out, "\n");
    text_free(&number);
  }
  text_put(&out, "\n");
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&head);
  text_free(&out);
}

static int write_table(const struct session *session, const uint64_t *order,
                       uint64_t count)
{
  size_t models = (size_t)session->model_count;
  uint64_t *totals = memory_resize(NULL, models * RANKS, sizeof *totals);
  struct count counting = {models, totals};
  int answer;

  memset(totals, 0, models * RANKS * sizeof *totals);
  answer = assess_all(session, "stages", order, count, count_piece, &counting);
  for (size_t m = 0; m < models && answer == ANSWER_DONE; m++)
    write_census(session, session->models[m], totals + m * RANKS, count);
  free(totals);
  if (answer != ANSWER_DONE) return answer;
  if (session->options->rows || (count > 0 && count <= FEW))
    return write_rows(session, order, count);
  answer = output_end();
  if (count > FEW)
    note("customer by customer: --rows, or --format csv or json for programs");
  return answer;
}

/* ---- the command ---- */

static int write_stages(const struct session *session)
{
  uint64_t count = eng_book_customer_count(session->book);
  uint64_t *order;
  eng_status status;
  int answer;

  if (count > SIZE_MAX / sizeof *order) return complain_status("stages", ENG_E_NOMEM);
  order = memory_resize(NULL, (size_t)count, sizeof *order);
  status = eng_book_order(session->book, order, count);
  if (status != ENG_OK)
    answer = complain_status("stages", status);
  else if (session->options->format == FORMAT_TABLE)
    answer = write_table(session, order, count);
  else
    answer = write_rows(session, order, count);
  free(order);
  return answer;
}

int stages_run(const struct options *options)
{
  struct session session;
  int answer = session_open(&session, options);

  if (answer == ANSWER_DONE) answer = write_stages(&session);
  session_close(&session);
  return answer;
}
