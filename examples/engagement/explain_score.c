/* SPDX-License-Identifier: MIT */
/*
 * explain_score.c - scores in `engagement explain`: what gives how many points, and
 * what changed since another moment.
 *
 * People read term by term, the events of each below it; JSON has every line. What
 * gives nothing is named in one sentence, so that what counts is seen.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "explain.h"
#include "message.h"

/* Events shown of one term; JSON has all lines. */
enum { EVENTS_SHOWN = 5 };

/* A score of a customer, at the moment asked about and since when, if that is asked. */
struct told {
  const struct session *session;
  const eng_model *model;
  int32_t score;
  eng_score_explanation *now, *before;
  eng_score_difference *difference;
};

/* ---- asking ---- */

static void told_free(struct told *told)
{
  eng_score_difference_free(told->difference);
  eng_score_explanation_free(told->before);
  eng_score_explanation_free(told->now);
}

static eng_status ask(struct told *told, int32_t model, const eng_customer *customer)
{
  const struct session *session = told->session;
  eng_status status = eng_assessor_explain_score(session->assessor, model, told->score,
                                                 customer, session->as_of, &told->now);

  if (status != ENG_OK || session->since == ENG_TIME_NONE) return status;
  status = eng_assessor_explain_score(session->assessor, model, told->score, customer,
                                      session->since, &told->before);
  if (status != ENG_OK) return status;
  return eng_score_compare(told->before, told->now, &told->difference);
}

/* ---- for people ---- */

static void put_shown(struct text *out, const char *words)
{
  text_add_shown(out, words, strlen(words), 0);
}

/* The title of a term, or its name where it has none. */
static const char *called(const char *title, const char *term)
{
  return title != NULL && title[0] != '\0' ? title : term;
}

/* The line behind the last one of the same term. */
static int32_t end_of_term(const eng_score_explanation *x, int32_t line)
{
  const char *term = eng_score_explanation_term(x, line);
  int32_t end = line + 1;

  while (end < eng_score_explanation_line_count(x) &&
         strcmp(eng_score_explanation_term(x, end), term) == 0)
    end++;
  return end;
}

static void put_events(struct text *out, const struct told *told, int32_t line,
                       int32_t end)
{
  const eng_score_explanation *x = told->now;
  int32_t shown = 0, capped = 0;

  for (int32_t i = line; i < end; i++) {
    const eng_event *event = eng_score_explanation_event(x, i);
    int32_t points = eng_score_explanation_points(x, i);
    int64_t until = eng_score_explanation_expires_at(x, i);

    if (event == NULL) continue;
    capped += points == 0;
    if (points == 0 || shown++ >= EVENTS_SHOWN) continue;
    text_put(out, "          ");
    explain_event(out, told->session, event);
    text_print(out, ": %+d", (int)points);
    if (eng_score_explanation_state(x, i) == ENG_POINTS_CAPPED)
      text_put(out, ", which fills the term's cap");
    if (until != ENG_TIME_NONE) {
      text_put(out, ", until ");
      text_add_time(out, told->session, until);
    }
    text_put(out, "\n");
  }
  if (shown > EVENTS_SHOWN)
    text_print(out, "          and %d more before these\n",
               (int)(shown - EVENTS_SHOWN));
  if (capped > 0 && shown > 0)
    text_put(out, "          older ones add nothing: the cap is reached\n");
}

/* What a condition measures: the events of an expression are in its points. */
static void put_evidence(struct text *out, const eng_explanation *why)
{
  int32_t count = why == NULL ? 0 : eng_explanation_line_count(why, ENG_PART_CLAUSE);

  for (int32_t i = 0; i < count; i++) {
    const char *measured = eng_explanation_measured(why, ENG_PART_CLAUSE, i);

    if (measured[0] == '\0') continue;
    text_put(out, "          ");
    if (count > 1) {
      put_shown(out, eng_explanation_text(why, ENG_PART_CLAUSE, i));
      text_put(out, ": ");
    }
    text_put(out, "measured ");
    put_shown(out, measured);
    text_put(out, ", compared with ");
    put_shown(out, eng_explanation_threshold(why, ENG_PART_CLAUSE, i));
    text_put(out, "\n");
  }
}

/* A term that gives points; 0 if it gives none. */
static int put_term(struct text *out, const struct told *told, int32_t line,
                    int32_t end)
{
  const eng_score_explanation *x = told->now;
  const char *text = eng_score_explanation_text(x, line);
  int32_t points = 0;

  for (int32_t i = line; i < end; i++) points += eng_score_explanation_points(x, i);
  if (points == 0) return 0;
  text_print(out, "  %+5d  ", (int)points);
  put_shown(out, called(eng_score_explanation_title(x, line),
                        eng_score_explanation_term(x, line)));
  if (text[0] != '\0') {
    text_put(out, ": ");
    put_shown(out, text);
  }
  text_put(out, "\n");
  put_evidence(out, eng_score_explanation_why(x, line));
  put_events(out, told, line, end);
  return 1;
}

/* Those that give nothing, and of them those of which something is not known. */
static void put_idle(struct text *out, const struct told *told, int unknown)
{
  const eng_score_explanation *x = told->now;
  struct text names = {0};

  for (int32_t line = 0; line < eng_score_explanation_line_count(x);) {
    int32_t end = end_of_term(x, line), points = 0;
    int is_unknown = eng_score_explanation_state(x, line) == ENG_POINTS_UNDEFINED;

    for (int32_t i = line; i < end; i++) points += eng_score_explanation_points(x, i);
    if (points == 0 && is_unknown == unknown) {
      if (names.length == 0)
        text_put(&names, unknown ? "Not known, and so nothing: " : "Nothing for: ");
      else
        text_put(&names, "; ");
      put_shown(&names, called(eng_score_explanation_title(x, line),
                               eng_score_explanation_term(x, line)));
    }
    line = end;
  }
  if (names.length > 0) text_add_wrapped(out, 2, 4, names.bytes);
  text_free(&names);
}

static void put_score(struct text *out, const struct told *told)
{
  const eng_score_explanation *x = told->now;
  const char *title = eng_model_score_title(told->model, told->score);

  text_put(out, "\n");
  text_paint(out, PAINT_BOLD, eng_model_score_name(told->model, told->score));
  text_print(out, ": %d of %d", (int)eng_score_explanation_score(x), ENG_SCORE_MAX);
  if (title[0] != '\0') {
    text_put(out, ", \"");
    put_shown(out, title);
    text_put(out, "\"");
  }
  text_put(out, "\n");
  for (int32_t line = 0; line < eng_score_explanation_line_count(x);) {
    int32_t end = end_of_term(x, line);

    (void)put_term(out, told, line, end);
    line = end;
  }
  put_idle(out, told, 0);
  put_idle(out, told, 1);
}

/* How a line came to give other points than before. */
static void put_cause(struct text *out, const struct told *told, int32_t line)
{
  const eng_score_difference *d = told->difference;
  const eng_event *event = eng_score_difference_event(d, line);
  int32_t cause = eng_score_difference_cause(d, line);
  int32_t before = eng_score_difference_before(d, line);
  int32_t after = eng_score_difference_after(d, line);

  text_print(out, "  %+5d  ", (int)(after - before));
  put_shown(out, called(eng_score_difference_title(d, line),
                        eng_score_difference_term(d, line)));
  if (event != NULL) {
    text_put(out, ": ");
    explain_event(out, told->session, event);
  }
  if (cause == ENG_SCORE_CAUSE_APPEARED)
    text_put(out, event != NULL ? " is new" : ": this is so now");
  else if (cause == ENG_SCORE_CAUSE_EXPIRED)
    text_put(out, " no longer counts: it is too long ago");
  else if (cause == ENG_SCORE_CAUSE_GONE)
    text_put(out, event != NULL ? " no longer counts" : ": this is no longer so");
  else
    text_print(out, "%s %+d, before %+d", event != NULL ? " counts" : ": now",
               (int)after, (int)before);
  text_put(out, "\n");
}

static void put_difference(struct text *out, const struct told *told)
{
  const eng_score_difference *d = told->difference;
  int32_t before, after;

  if (d == NULL) return;
  before = eng_score_explanation_score(told->before);
  after = eng_score_explanation_score(told->now);
  text_print(out, "  Since ");
  text_add_time(out, told->session, eng_score_explanation_as_of(told->before));
  if (eng_score_difference_line_count(d) == 0) {
    text_put(out, " nothing changed it.\n");
    return;
  }
  text_print(out, " it %s %d to %d, because\n",
             after > before   ? "rose from"
             : after < before ? "fell from"
                              : "went from",
             (int)before, (int)after);
  for (int32_t i = 0; i < eng_score_difference_line_count(d); i++)
    put_cause(out, told, i);
}

eng_status explain_scores(struct text *out, const struct session *session,
                          int32_t model, const eng_customer *customer)
{
  const eng_model *scored = session->models[model];
  eng_status status = ENG_OK;

  for (int32_t s = 0; s < eng_model_score_count(scored) && status == ENG_OK; s++) {
    struct told told = {session, scored, s, NULL, NULL, NULL};

    status = ask(&told, model, customer);
    if (status == ENG_OK) {
      put_score(out, &told);
      put_difference(out, &told);
    }
    told_free(&told);
  }
  return status;
}

/* ---- JSON ---- */

static void json_event_or_null(struct json *json, const struct told *told,
                               const eng_event *event)
{
  json_key(json, "event");
  if (event == NULL)
    json_plain(json, "null");
  else
    explain_json_event(json, told->session, event);
}

static const char *state_name(int32_t state)
{
  switch (state) {
  case ENG_POINTS_GIVEN: return "given";
  case ENG_POINTS_CAPPED: return "capped";
  case ENG_POINTS_UNDEFINED: return "undefined";
  case ENG_POINTS_BOUND: return "bound";
  default: return "none";
  }
}

static const char *cause_name(int32_t cause)
{
  switch (cause) {
  case ENG_SCORE_CAUSE_APPEARED: return "appeared";
  case ENG_SCORE_CAUSE_EXPIRED: return "expired";
  case ENG_SCORE_CAUSE_GONE: return "gone";
  default: return "changed";
  }
}

static void json_evidence(struct json *json, const eng_explanation *why)
{
  static const int32_t parts[] = {ENG_PART_CLAUSE, ENG_PART_MISSING};

  json_key(json, "clauses");
  json_open(json, '[');
  for (size_t p = 0; why != NULL && p < 2; p++) {
    for (int32_t i = 0; i < eng_explanation_line_count(why, parts[p]); i++) {
      json_open(json, '{');
      json_key(json, "text");
      json_words(json, eng_explanation_text(why, parts[p], i));
      json_key(json, "measured");
      json_words(json, eng_explanation_measured(why, parts[p], i));
      json_key(json, "threshold");
      json_words(json, eng_explanation_threshold(why, parts[p], i));
      json_close(json, '}');
    }
  }
  json_close(json, ']');
}

static void json_lines(struct json *json, const struct told *told)
{
  const eng_score_explanation *x = told->now;

  json_key(json, "lines");
  json_open(json, '[');
  for (int32_t i = 0; i < eng_score_explanation_line_count(x); i++) {
    json_open(json, '{');
    json_key(json, "term");
    json_words(json, eng_score_explanation_term(x, i));
    json_event_or_null(json, told, eng_score_explanation_event(x, i));
    json_key(json, "points");
    json_number(json, eng_score_explanation_points(x, i));
    json_key(json, "state");
    json_words(json, state_name(eng_score_explanation_state(x, i)));
    json_key(json, "expires_at");
    json_time(json, eng_score_explanation_expires_at(x, i));
    json_key(json, "text");
    json_words(json, eng_score_explanation_text(x, i));
    json_evidence(json, eng_score_explanation_why(x, i));
    json_close(json, '}');
  }
  json_close(json, ']');
}

static void json_difference(struct json *json, const struct told *told)
{
  const eng_score_difference *d = told->difference;

  if (d == NULL) return;
  json_key(json, "since");
  json_open(json, '{');
  json_key(json, "as_of");
  json_time(json, eng_score_explanation_as_of(told->before));
  json_key(json, "score");
  json_number(json, eng_score_explanation_score(told->before));
  json_key(json, "difference");
  json_number(json, eng_score_difference_total(d));
  json_key(json, "lines");
  json_open(json, '[');
  for (int32_t i = 0; i < eng_score_difference_line_count(d); i++) {
    int32_t before = eng_score_difference_before(d, i);
    int32_t after = eng_score_difference_after(d, i);

    json_open(json, '{');
    json_key(json, "term");
    json_words(json, eng_score_difference_term(d, i));
    json_event_or_null(json, told, eng_score_difference_event(d, i));
    json_key(json, "points");
    json_number(json, after - before);
    json_key(json, "before");
    json_number(json, before);
    json_key(json, "after");
    json_number(json, after);
    json_key(json, "cause");
    json_words(json, cause_name(eng_score_difference_cause(d, i)));
    json_close(json, '}');
  }
  json_close(json, ']');
  json_close(json, '}');
}

eng_status explain_json_scores(struct json *json, const struct session *session,
                               int32_t model, const eng_customer *customer)
{
  const eng_model *scored = session->models[model];
  eng_status status = ENG_OK;

  json_key(json, "scores");
  json_open(json, '[');
  for (int32_t s = 0; s < eng_model_score_count(scored) && status == ENG_OK; s++) {
    struct told told = {session, scored, s, NULL, NULL, NULL};

    status = ask(&told, model, customer);
    if (status == ENG_OK) {
      json_open(json, '{');
      json_key(json, "name");
      json_words(json, eng_model_score_name(scored, s));
      json_key(json, "score");
      json_number(json, eng_score_explanation_score(told.now));
      json_lines(json, &told);
      json_difference(json, &told);
      json_close(json, '}');
    }
    told_free(&told);
  }
  json_close(json, ']');
  return status;
}

/* ---- rows ---- */

static void put_rows(struct rows *rows, const struct told *told)
{
  struct explain_row row = explain_row_of("score");
  const eng_score_explanation *x = told->now;
  char points[16];

  snprintf(points, sizeof points, "%d", (int)eng_score_explanation_score(x));
  row.name = eng_model_score_name(told->model, told->score);
  row.text = eng_model_score_title(told->model, told->score);
  row.points = points;
  explain_put_row(rows, told->session, told->model, &row);
  for (int32_t i = 0; i < eng_score_explanation_line_count(x); i++) {
    row = explain_row_of("line");
    snprintf(points, sizeof points, "%d", (int)eng_score_explanation_points(x, i));
    row.name = eng_score_explanation_term(x, i);
    row.text = eng_score_explanation_text(x, i);
    row.points = points;
    row.time = eng_score_explanation_expires_at(x, i);
    explain_put_row(rows, told->session, told->model, &row);
  }
}

eng_status explain_row_scores(struct rows *rows, const struct session *session,
                              int32_t model, const eng_customer *customer)
{
  const eng_model *scored = session->models[model];
  eng_status status = ENG_OK;

  for (int32_t s = 0; s < eng_model_score_count(scored) && status == ENG_OK; s++) {
    struct told told = {session, scored, s, NULL, NULL, NULL};

    status = ask(&told, model, customer);
    if (status == ENG_OK) put_rows(rows, &told);
    told_free(&told);
  }
  return status;
}
