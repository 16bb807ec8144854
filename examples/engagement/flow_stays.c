/* SPDX-License-Identifier: MIT */
/*
 * flow_stays.c - `engagement flow --stays`: how long customers stay in each stage.
 *
 * Stays that go on count for as long as they have lasted (Kaplan and Meier), so that
 * the long ones, which are the last to end, are not forgotten.
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

enum { QUANTILES = 3, MEDIAN = 1, DAY = 86400000 };

static const int percents[QUANTILES] = {25, 50, 75};

struct stays {
  const struct session *session;
  const eng_model *model;
  int32_t side;
  int64_t from;
  uint64_t count; /* of days */
  eng_survival *days;
  uint64_t *customers;
};

/* What one stage comes to. */
struct summary {
  uint64_t ended, going_on;
  int64_t quantiles[QUANTILES]; /* days; -1: not so many have ended */
};

/* The first day by whose end the share of stays that go on is small enough. */
static void summarise(const struct stays *s, int32_t rank, struct summary *out)
{
  const eng_survival *days = s->days + (uint64_t)rank * s->count;
  uint64_t at_risk = 0;
  double lasting = 1;

  memset(out, 0, sizeof *out);
  for (int q = 0; q < QUANTILES; q++) out->quantiles[q] = -1;
  for (uint64_t d = 0; d < s->count; d++) at_risk += days[d].came + days[d].censored;
  for (uint64_t d = 0; d < s->count && at_risk > 0; d++) {
    out->ended += days[d].came;
    out->going_on += days[d].censored;
    lasting *= 1 - (double)days[d].came / (double)at_risk;
    at_risk -= days[d].came + days[d].censored;
    for (int q = 0; q < QUANTILES; q++)
      /* A product of quotients is off by less than that. */
      if (out->quantiles[q] < 0 && lasting <= 1 - percents[q] / 100.0 + 1e-9)
        out->quantiles[q] = (int64_t)d;
  }
}

/* ---- answers ---- */

static int write_rows(const struct stays *s)
{
  static const char *const columns[] = {"stage",    "rank",        "customers",
                                        "stays",    "ended",       "going_on",
                                        "p25_days", "median_days", "p75_days"};
  struct rows rows;

  rows_begin(&rows, s->session->options->format, columns, 9);
  for (int32_t rank = 0; rank < s->side; rank++) {
    struct summary summary;

    summarise(s, rank, &summary);
    rows_words(&rows, eng_model_stage_name(s->model, rank));
    rows_number(&rows, rank);
    rows_number(&rows, (int64_t)s->customers[rank]);
    rows_number(&rows, (int64_t)(summary.ended + summary.going_on));
    rows_number(&rows, (int64_t)summary.ended);
    rows_number(&rows, (int64_t)summary.going_on);
    for (int q = 0; q < QUANTILES; q++) {
      if (summary.quantiles[q] < 0)
        rows_words(&rows, NULL);
      else
        rows_number(&rows, summary.quantiles[q]);
    }
  }
  return rows_end(&rows);
}

static void draw_number(struct text *out, int64_t number, int width)
{
  struct text text = {0};

  if (number >= 0) text_add_number(&text, (uint64_t)number);
  text_print(out, " %*s", width, text.length > 0 ? text.bytes : "");
  text_free(&text);
}

static int64_t longest(const struct stays *s)
{
  int64_t most = 0;

  for (int32_t rank = 0; rank < s->side; rank++) {
    struct summary summary;

    summarise(s, rank, &summary);
    if (summary.quantiles[MEDIAN] > most) most = summary.quantiles[MEDIAN];
  }
  return most;
}

static void draw_stage(struct text *out, const struct stays *s, int32_t rank, int width,
                       int64_t most)
{
  struct summary summary;

  summarise(s, rank, &summary);
  if (summary.ended + summary.going_on == 0) return;
  text_add_padded(out, eng_model_stage_name(s->model, rank), (size_t)width);
  draw_number(out, (int64_t)s->customers[rank], 11);
  draw_number(out, (int64_t)summary.ended, 11);
  draw_number(out, (int64_t)summary.going_on, 11);
  for (int q = 0; q < QUANTILES; q++) draw_number(out, summary.quantiles[q], 8);
  if (summary.quantiles[MEDIAN] > 0)
    text_add_bar(out, (uint64_t)summary.quantiles[MEDIAN], (uint64_t)most);
  text_put(out, "\n");
}

static int draw(const struct stays *s)
{
  struct text out = {0};
  int width = 12;

  for (int32_t rank = 0; rank < s->side; rank++)
    if ((int)strlen(eng_model_stage_name(s->model, rank)) > width)
      width = (int)strlen(eng_model_stage_name(s->model, rank));
  text_print(&out, "%s: how long stays in each stage last, as of ",
             eng_model_name(s->model));
  text_add_as_of(&out, s->session);
  text_print(&out, "\n\n%-*s %11s %11s %11s %8s %8s %8s\n", width, "stage", "customers",
             "ended", "going on", "25 %", "median", "75 %");
  for (int32_t rank = s->side - 1; rank >= 0; rank--)
    draw_stage(&out, s, rank, width, longest(s));
  text_put(&out, "\nin days; stays that go on count for as long as they have lasted\n");
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

/* ---- asking ---- */

/* Every kind, those that make nobody active too: they may bring somebody into a stage.
 */
static void list_kinds(const struct session *session, struct kinds *out)
{
  out->count = 0;
  for (int32_t kind = 1; kind < 256; kind++)
    if (eng_kind_direction(session->context, kind) != 0)
      out->list[out->count++] = (uint8_t)kind;
}

static int read_from(struct stays *s)
{
  struct kinds all;
  const char *begin = s->session->options->begin;
  int64_t first = ENG_TIME_NONE;
  eng_status status;

  if (begin != NULL &&
      (eng_time_parse(s->session->context, begin, strlen(begin), ENG_TIME_AUTO,
                      ENG_DATE_FIRST, &s->from) != ENG_OK ||
       s->from > s->session->as_of)) {
    complain("--from is a time up to --to such as 2026-11-22, not \"%s\"", begin);
    return ANSWER_USAGE;
  }
  list_kinds(s->session, &all);
  status = eng_book_first_at(s->session->book, s->session->as_of, all.list, all.count,
                             &first);
  if (status != ENG_OK) return complain_status("flow", status);
  s->count = 2;
  if (first != ENG_TIME_NONE) s->count += (uint64_t)((s->session->as_of - first) / DAY);
  return ANSWER_DONE;
}

static int count(struct stays *s)
{
  eng_status status;

  s->days = memory_resize(NULL, (size_t)s->side * (size_t)s->count, sizeof *s->days);
  s->customers = memory_resize(NULL, (size_t)s->side, sizeof *s->customers);
  status = eng_book_stays(s->session->book, s->session->assessor, 0, s->from,
                          s->session->as_of, s->days, s->count, s->customers, s->side,
                          progress_of, "flow");
  return status == ENG_OK ? ANSWER_DONE : complain_status("flow", status);
}

int flow_stays(const struct session *session)
{
  struct stays s = {.session = session, .model = session->models[0]};
  int answer;

  s.side = eng_model_stage_count(s.model) + 1;
  answer = read_from(&s);
  if (answer == ANSWER_DONE) answer = count(&s);
  if (answer == ANSWER_DONE)
    answer = session->options->format == FORMAT_TABLE ? draw(&s) : write_rows(&s);
  free(s.days);
  free(s.customers);
  return answer;
}
