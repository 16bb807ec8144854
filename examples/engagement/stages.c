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

#include "command.h"
#include "message.h"
#include "output.h"
#include "session.h"
#include "text.h"

enum { FEW = 50, PIECE = 1 << 16, BAR = 30, RANKS = 256 };

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
static eng_status count_stages(const struct session *session, const uint64_t *order,
                               uint64_t count, uint64_t *totals)
{
  size_t models = (size_t)session->model_count;
  int32_t *stages = memory_resize(NULL, models * PIECE, sizeof *stages);
  eng_status status = ENG_OK;

  memset(totals, 0, models * RANKS * sizeof *totals);
  for (uint64_t done = 0; done < count && status == ENG_OK;) {
    uint64_t n = count - done < PIECE ? count - done : PIECE;

    status = eng_book_assess(session->book, session->assessor, session->as_of,
                             order + done, n, stages, NULL, NULL);
    for (size_t m = 0; m < models && status == ENG_OK; m++)
      for (uint64_t i = 0; i < n; i++) totals[m * RANKS + (size_t)stages[m * n + i]]++;
    done += n;
    progress("stages", done, count);
  }
  progress_end();
  free(stages);
  return status;
}

/* A share of a whole as 12.3 %, rounded half up. */
static void add_share(struct text *text, uint64_t part, uint64_t whole)
{
  uint64_t tenths;
  char share[32];

  if (whole == 0) whole = 1;
  tenths = (part * 2000 + whole) / (2 * whole);
  snprintf(share, sizeof share, "%llu.%llu %%", (unsigned long long)(tenths / 10),
           (unsigned long long)(tenths % 10));
  text_print(text, "%8s", share);
}

/* Blocks of an eighth on a terminal that has them, else signs; never nothing for
 * somebody. */
static void add_bar(struct text *text, uint64_t part, uint64_t most)
{
  static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  int blocks = output_has_blocks();
  unsigned steps = blocks ? 8 : 1;
  unsigned length;

  if (part == 0 || most == 0) return;
  length = (unsigned)((part * BAR * steps + most / 2) / most);
  if (length == 0) length = 1;
  text_put(text, "  ");
  for (unsigned i = 0; i < length / steps; i++) text_put(text, blocks ? "█" : "#");
  text_put(text, eighths[blocks ? length % 8 : 0]);
}

static void add_padded(struct text *text, const char *words, size_t width)
{
  size_t before = text->length;
  size_t wide;

  text_add_shown(text, words, strlen(words), 0);
  wide = text_width(text->bytes + before, text->length - before);
  text_print(text, "%*s", (int)(wide < width ? width - wide : 0), "");
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
  text_add_shown(&head, eng_model_title(model), strlen(eng_model_title(model)), 0);
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
    add_padded(&out, eng_model_stage_name(model, rank), names);
    if (titles > 0) {
      text_put(&out, "  ");
      add_padded(&out, title_of(model, rank), titles);
    }
    text_print(&out, "  %12s ", number.bytes);
    add_share(&out, totals[rank], count);
    add_bar(&out, totals[rank], most);
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
  eng_status status = count_stages(session, order, count, totals);
  int answer = ANSWER_DONE;

  if (status != ENG_OK) answer = complain_status("stages", status);
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
