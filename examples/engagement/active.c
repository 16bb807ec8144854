/* SPDX-License-Identifier: MIT */
/*
 * active.c - `engagement active`: who is active, period by period, and how they flow.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bars.h"
#include "command.h"
#include "message.h"
#include "output.h"
#include "periods.h"

/* ---- periods ---- */

static void write_activity(struct rows *rows, const struct spans *spans,
                           const eng_activity *activity)
{
  for (uint64_t i = 0; i < spans->count; i++) {
    const eng_activity *a = &activity[i];
    struct text name = {0};

    text_add_period(&name, spans, i);
    rows_text(rows, name.bytes, name.length);
    rows_number(rows, (int64_t)a->active);
    rows_number(rows, (int64_t)a->newcomers);
    rows_number(rows, (int64_t)a->returning);
    rows_number(rows, (int64_t)a->resurrected);
    /* Who has not come yet may still come. */
    if (spans_ended(spans, i))
      rows_number(rows, (int64_t)a->dormant);
    else
      rows_words(rows, NULL);
    text_free(&name);
  }
}

static void add_number(struct text *out, uint64_t number, const char *sign)
{
  struct text digits = {0};

  if (number > 0) text_put(&digits, sign);
  text_add_number(&digits, number);
  text_print(out, " %11s", digits.bytes);
  text_free(&digits);
}

static void draw_activity(const struct spans *spans, const eng_activity *activity)
{
  struct text out = {0};
  uint64_t most = 0;

  for (uint64_t i = 0; i < spans->count; i++)
    if (activity[i].active > most) most = activity[i].active;
  text_put(&out, "Active customers as of ");
  text_add_as_of(&out, spans->session);
  text_print(&out, "\n\n%-11s %11s %11s %11s %11s %11s\n", "period", "active", "new",
             "returning", "resurrected", "dormant");
  for (uint64_t i = 0; i < spans->count; i++) {
    const eng_activity *a = &activity[i];
    struct text name = {0};

    text_add_period(&name, spans, i);
    text_add_padded(&out, name.bytes, 11);
    text_free(&name);
    add_number(&out, a->active, "");
    add_number(&out, a->newcomers, "");
    add_number(&out, a->returning, "");
    add_number(&out, a->resurrected, "");
    if (spans_ended(spans, i))
      add_number(&out, a->dormant, "-");
    else
      text_print(&out, " %11s", "not over");
    text_add_bar(&out, a->active, most);
    text_put(&out, "\n");
  }
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
}

static int tell_periods(const struct session *session, const struct kinds *kinds)
{
  static const char *const columns[] = {"period",    "active",      "new",
                                        "returning", "resurrected", "dormant"};
  eng_activity *activity = NULL;
  struct spans spans;
  eng_status status;
  int answer = spans_open(session, ENG_EVERY_MONTH, kinds, &spans);

  if (answer == ANSWER_DONE && spans.count > 0) {
    activity = memory_resize(NULL, (size_t)spans.count, sizeof *activity);
    status = eng_book_active(session->book, &spans.periods, kinds->list, kinds->count,
                             activity, spans.count, progress_of, "active");
    if (status != ENG_OK) answer = complain_status("active", status);
  }
  if (answer == ANSWER_DONE && session->options->format == FORMAT_TABLE) {
    draw_activity(&spans, activity);
    answer = output_end();
  } else if (answer == ANSWER_DONE) {
    struct rows rows;

    rows_begin(&rows, session->options->format, columns, 6);
    write_activity(&rows, &spans, activity);
    answer = rows_end(&rows);
  }
  free(activity);
  spans_close(&spans);
  return answer;
}

/* ---- rolling ---- */

enum { WINDOWS = 3 };

static void write_rolling(struct rows *rows, const struct spans *spans,
                          const uint64_t *active)
{
  for (uint64_t i = 0; i < spans->count; i++) {
    struct text name = {0};

    text_add_period(&name, spans, i);
    rows_text(rows, name.bytes, name.length);
    for (int w = 0; w < WINDOWS; w++)
      rows_number(rows, (int64_t)active[(uint64_t)w * spans->count + i]);
    text_free(&name);
  }
}

/* Days on which 30 have gone by since the first. */
static void note_stickiness(const struct spans *spans, const uint64_t *active)
{
  const uint64_t *monthly = active + 2 * spans->count;
  uint64_t daily = 0, all = 0;
  struct text share = {0};

  for (uint64_t i = 29; i < spans->count; i++) {
    daily += active[i];
    all += monthly[i];
  }
  if (all == 0) return;
  text_add_share(&share, daily, all);
  note(
      "stickiness (sum of DAU / sum of MAU over days with 30 behind them): %llu / %llu "
      "=%s",
      (unsigned long long)daily, (unsigned long long)all, share.bytes);
  text_free(&share);
}

static int tell_rolling(const struct session *session, const struct kinds *kinds)
{
  static const char *const columns[] = {"day", "dau", "wau", "mau"};
  static const int32_t windows[WINDOWS] = {1, 7, 30};
  uint64_t *active = NULL;
  struct rows rows;
  struct spans spans;
  eng_status status;
  int answer = spans_open(session, ENG_EVERY_DAY, kinds, &spans);

  if (answer == ANSWER_DONE && spans.count > 0) {
    active = memory_resize(NULL, (size_t)spans.count, WINDOWS * sizeof *active);
    status = eng_book_rolling(session->book, spans.periods.from, session->as_of,
                              kinds->list, kinds->count, windows, WINDOWS, active,
                              spans.count, progress_of, "active");
    if (status != ENG_OK) answer = complain_status("active", status);
  }
  if (answer == ANSWER_DONE) {
    rows_begin(&rows, session->options->format, columns, 4);
    write_rolling(&rows, &spans, active);
    answer = rows_end(&rows);
    if (spans.count > 0) note_stickiness(&spans, active);
  }
  free(active);
  spans_close(&spans);
  return answer;
}

/* ---- the command ---- */

int active_run(const struct options *options)
{
  struct session session;
  struct kinds kinds;
  int answer;

  if (options->rolling && options->every != 0) {
    complain("--period rolling is by the day; give one --period");
    return ANSWER_USAGE;
  }
  answer = session_open(&session, options);
  if (answer == ANSWER_DONE)
    answer = kinds_read(&session, "events", options->events, &kinds);
  if (answer == ANSWER_DONE)
    answer = options->rolling ? tell_rolling(&session, &kinds)
                              : tell_periods(&session, &kinds);
  session_close(&session);
  return answer;
}
