/* SPDX-License-Identifier: MIT
 *
 * prop_model.c - models drawn at random against random histories: the library says
 * what the reference evaluator says, alone and together, its next change is the first
 * one, and its histories say at every instant what an assessment of that instant says.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <engagement.h>

#include "core/customer.h"
#include "model/assess.h"
#include "property.h"
#include "reference_model.h"

Suite *prop_model_suite(void);

enum {
  TOGETHER = 3,
  HISTORIES = 4,
  MOMENTS = 6,
  INSTANTS = 1000,
  DIMENSIONS = 8,
  SCORES = 8
};

#define OK(call) ck_assert_int_eq((call), ENG_OK)

/* What one case is about, for the report of a failure. */
struct scene {
  int number;
  ref_calendar calendar;
  eng_context *context;
  ref_model *models[TOGETHER];
  eng_model *parsed[TOGETHER];
  eng_assessor *alone[TOGETHER], *together;
  ref_history history;
  eng_customer *customer;
  ref_sight sight;
  int64_t as_of;
  int model;
};

static void report(const struct scene *s, const char *what, int64_t at, int32_t wanted,
                   int32_t got)
{
  fprintf(stderr, "case %d: %s at %" PRId64 ": %d, not %d; as of %" PRId64 "\n%s",
          s->number, what, at, (int)wanted, (int)got, s->as_of,
          ref_model_text(s->models[s->model]));
  fprintf(stderr, "  %d minutes east, days from %d, weeks from %d\n",
          s->calendar.offset, s->calendar.day_start, s->calendar.week_start);
  for (int i = 0; i < s->calendar.rate_count; i++) {
    const ref_rate *rate = &s->calendar.rates[i];

    fprintf(stderr, "  %d from day %lld on: %lld / %lld\n", rate->currency,
            (long long)rate->from, (long long)rate->n, (long long)rate->d);
  }
  ref_history_print(&s->history, stderr);
  ck_abort_msg("case %d: %s", s->number, what);
}

static void expect(const struct scene *s, const char *what, int64_t at, int32_t wanted,
                   int32_t got)
{
  if (wanted != got) report(s, what, at, wanted, got);
}

static int32_t stage_at(const struct scene *s, int64_t at)
{
  return ref_model_stage(s->models[s->model], &s->sight, at);
}

static void stays(const struct scene *s, int32_t stage, int64_t at, int64_t end)
{
  if (at > s->as_of && at < end)
    expect(s, "a change before the next", at, stage_at(s, at), stage);
}

/* Every instant at which a window, a time since or a streak could turn, and its
 * neighbours. */
static void stays_at_edges(const struct scene *s, int32_t stage, int64_t end)
{
  const int64_t *durations;
  int count = ref_model_durations(s->models[s->model], &durations);

  for (int i = 0; i < s->sight.count; i++) {
    for (int k = 0; k < count; k++) {
      for (int64_t by = -1; by <= 1; by++)
        stays(s, stage, s->sight.seen[i].event->time + durations[k] + by, end);
    }
  }
  for (int day = 0; day < 70; day++) {
    for (int64_t by = -1; by <= 1; by++)
      stays(s, stage, ref_day_start(&s->calendar, s->as_of) + day * REF_DAY + by, end);
  }
}

static void stays_at_random(const struct scene *s, prop_draw *draw, int32_t stage,
                            int64_t end, int instants)
{
  int64_t far = s->as_of + 400 * REF_DAY, last = end < far ? end - 1 : far;

  for (int i = 0; i < instants && last > s->as_of; i++)
    stays(s, stage, prop_between(draw, s->as_of + 1, last), end);
}

static void check_next(const struct scene *s, prop_draw *draw, int32_t stage,
                       int64_t time, int32_t next)
{
  int64_t end = time == ENG_TIME_NONE ? INT64_MAX : time;
  bool thorough = prop_between(draw, 1, 8) == 1;

  if (time == ENG_TIME_NONE) {
    expect(s, "the stage of no change", s->as_of, stage, next);
    stays_at_random(s, draw, stage, end, thorough ? INSTANTS / 4 : 4);
  } else {
    ck_assert_int_gt(time, s->as_of);
    expect(s, "the next stage", time, stage_at(s, time), next);
    expect(s, "the stage before the next", time - 1, stage_at(s, time - 1), stage);
    if (next == stage) report(s, "a change to the same", time, next, stage);
    stays_at_random(s, draw, stage, end, 4);
  }
  if (thorough) stays_at_edges(s, stage, end);
}

static int64_t draw_moment(const struct scene *s, prop_draw *draw)
{
  int64_t time = REF_START + prop_between(draw, -2, 200) * REF_DAY;

  if (s->history.count > 0 && prop_between(draw, 0, 2) > 0) {
    const int64_t *durations;
    int model = (int)prop_between(draw, 0, TOGETHER - 1);
    int count = ref_model_durations(s->models[model], &durations);

    time = s->history.events[prop_between(draw, 0, s->history.count - 1)].time;
    if (count > 0 && prop_between(draw, 0, 1) == 1)
      time += durations[prop_between(draw, 0, count - 1)];
  }
  if (prop_between(draw, 0, 4) == 0)
    time = ref_day_start(&s->calendar, time) + prop_between(draw, 0, 30) * REF_DAY;
  return time + prop_between(draw, -1, 1);
}

static void check_dimensions(const struct scene *s)
{
  int count = ref_model_dimension_count(s->models[s->model]);
  eng_value got[DIMENSIONS], wanted;

  ck_assert_int_eq(eng_model_dimension_count(s->parsed[s->model]), count);
  OK(eng_assessor_dimensions(s->together, s->model, s->customer, s->as_of, got,
                             DIMENSIONS));
  for (int i = 0; i < count; i++) {
    ref_model_dimension(s->models[s->model], i, &s->sight, s->as_of, &wanted);
    expect(s, "whether a dimension is known", i, wanted.defined, got[i].defined);
    expect(s, "the unit of a dimension", i, wanted.unit, got[i].unit);
    if (wanted.numerator != got[i].numerator ||
        wanted.denominator != got[i].denominator)
      report(s, "a dimension", i, (int32_t)wanted.numerator, (int32_t)got[i].numerator);
  }
}

static void check_left_out(const struct scene *s)
{
  int32_t wanted = 0;
  int64_t got;

  for (int i = 0; i < s->sight.count; i++) wanted += s->sight.seen[i].left_out;
  OK(eng_assessor_left_out(s->together, s->customer, s->as_of, &got));
  expect(s, "how many amounts are left out", s->as_of, wanted, (int32_t)got);
}

/* An explanation says the same, and all that it shows of the stage reached is so. */
static void check_why(const struct scene *s, int32_t stage, int64_t time, int32_t next)
{
  eng_explanation *why;
  int32_t then;

  OK(eng_assessor_explain(s->together, s->model, s->customer, s->as_of, &why));
  expect(s, "the stage explained", s->as_of, stage, eng_explanation_stage(why));
  ck_assert(eng_explanation_next_change(why, &then) == time);
  expect(s, "the next explained", s->as_of, next, then);
  for (int i = 0; i < eng_explanation_line_count(why, ENG_PART_CLAUSE); i++)
    expect(s, "a clause", i, ENG_HOLDS_YES,
           eng_explanation_holds(why, ENG_PART_CLAUSE, i));
  for (int i = 0; i < eng_explanation_line_count(why, ENG_PART_MISSING); i++)
    if (eng_explanation_holds(why, ENG_PART_MISSING, i) == ENG_HOLDS_YES)
      report(s, "what is missing", i, ENG_HOLDS_NO, ENG_HOLDS_YES);
  eng_explanation_free(why);
}

/* ---- scores ---- */

static int32_t points_at(const eng_score_explanation *x, int line)
{
  return eng_score_explanation_points(x, line);
}

/* A term hands out what it gives to its newest events: their points, a remainder,
 * nothing. Returns the line behind it. */
static int check_term(const struct scene *s, int score, int term,
                      const eng_score_explanation *x, int line)
{
  int each = ref_model_term_each(s->models[s->model], score, term);
  int64_t last = INT64_MAX;
  int32_t sum = 0;
  char name[16];
  bool full = true; /* no line got less than its points yet */

  snprintf(name, sizeof name, "t%d", term);
  for (; line < eng_score_explanation_line_count(x) &&
         strcmp(eng_score_explanation_term(x, line), name) == 0;
       line++) {
    const eng_event *event = eng_score_explanation_event(x, line);
    int32_t points = points_at(x, line);

    sum += points;
    if (event == NULL) continue;
    ck_assert_int_ne(each, INT32_MAX);
    if (eng_event_occurred_at(event) > last)
      report(s, "the order of lines", line, 0, points);
    last = eng_event_occurred_at(event);
    if (!full) expect(s, "what is left behind the crossing event", line, 0, points);
    full = full && points == each;
  }
  expect(s, "the points of a term", term,
         ref_model_term(s->models[s->model], score, term, &s->sight, s->as_of), sum);
  return line;
}

static int32_t sum_of(const eng_score_explanation *x)
{
  int32_t sum = 0;

  for (int i = 0; i < eng_score_explanation_line_count(x); i++) sum += points_at(x, i);
  return sum;
}

/* Line by line, no line twice, and together the difference of the scores. */
static void check_difference(const struct scene *s, const eng_score_explanation *before,
                             const eng_score_explanation *after)
{
  eng_score_difference *d;
  int32_t sum = 0;

  OK(eng_score_compare(before, after, &d));
  for (int i = 0; i < eng_score_difference_line_count(d); i++) {
    const eng_event *event = eng_score_difference_event(d, i);
    int32_t by = eng_score_difference_after(d, i) - eng_score_difference_before(d, i);

    ck_assert_int_ne(by, 0);
    sum += by;
    for (int k = 0; k < i; k++) {
      const eng_event *other = eng_score_difference_event(d, k);

      if (strcmp(eng_score_difference_term(d, k), eng_score_difference_term(d, i)) != 0)
        continue;
      ck_assert(event != NULL || other != NULL);
      ck_assert(event == NULL || other == NULL ||
                eng_event_effective_id(event) != eng_event_effective_id(other));
    }
  }
  expect(s, "the difference", s->as_of,
         eng_score_explanation_score(after) - eng_score_explanation_score(before), sum);
  expect(s, "the total", s->as_of, sum, eng_score_difference_total(d));
  eng_score_difference_free(d);
}

static void check_lines(const struct scene *s, prop_draw *draw, int score,
                        int64_t other)
{
  eng_score_explanation *x, *y;
  int line = 0;

  OK(eng_assessor_explain_score(s->together, s->model, score, s->customer, s->as_of,
                                &x));
  expect(s, "the sum of the lines", score, eng_score_explanation_score(x), sum_of(x));
  for (int t = 0; t < ref_model_term_count(s->models[s->model], score); t++)
    line = check_term(s, score, t, x, line);
  ck_assert_int_le(eng_score_explanation_line_count(x) - line, 1); /* floor, ceiling */
  if (prop_between(draw, 1, 2) == 1) {
    OK(eng_assessor_explain_score(s->together, s->model, score, s->customer, other,
                                  &y));
    check_difference(s, x, y);
    check_difference(s, y, x);
    check_difference(s, y, y);
    eng_score_explanation_free(y);
  }
  eng_score_explanation_free(x);
}

static void check_scores(const struct scene *s, prop_draw *draw)
{
  int count = ref_model_score_count(s->models[s->model]);
  int32_t got[SCORES];

  ck_assert_int_eq(eng_model_score_count(s->parsed[s->model]), count);
  OK(eng_assessor_scores(s->together, s->model, s->customer, s->as_of, got, SCORES));
  for (int i = 0; i < count; i++) {
    expect(s, "a score", i,
           ref_model_score(s->models[s->model], i, &s->sight, s->as_of), got[i]);
    if (prop_between(draw, 1, 4) == 1) check_lines(s, draw, i, draw_moment(s, draw));
  }
}

/* ---- histories ---- */

/* What the reference says of an instant, with what is seen then. */
static int32_t stage_then(const struct scene *s, int64_t at)
{
  ref_sight sight;

  ref_look(&s->history, at, &sight);
  return ref_model_stage(s->models[s->model], &sight, at);
}

/* The first event that is ever seen; ENG_TIME_NONE: none is. */
static int64_t first_seen(const struct scene *s)
{
  int64_t first = ENG_TIME_NONE;

  for (int i = 0; i < s->history.count; i++) {
    const ref_event *event = &s->history.events[i];
    ref_sight sight;

    if (event->time > s->as_of || (first != ENG_TIME_NONE && event->time >= first)) {
      continue;
    }
    ref_look(&s->history, event->time, &sight);
    for (int k = 0; k < sight.count; k++)
      if (sight.seen[k].event == event) first = event->time;
  }
  return first;
}

static bool referred(const struct scene *s, int64_t from, int64_t to)
{
  for (int i = 0; i < s->sight.count; i++) {
    const ref_seen *seen = &s->sight.seen[i];

    if (seen->kind == ENG_EVENT_REFER && seen->event->time >= from &&
        seen->event->time < to)
      return true;
  }
  return false;
}

static void check_cause(const struct scene *s, const eng_history *history, uint64_t i)
{
  int64_t time = eng_history_time(history, i);
  int32_t cause = eng_history_cause(history, i);
  const eng_event *event = eng_history_event(history, i);
  int64_t at;
  int32_t kind;

  if (cause < ENG_CAUSE_EVENT || cause > ENG_CAUSE_TIME)
    report(s, "the cause", time, 1, cause);
  expect(s, "whether the cause names an event", time, cause != ENG_CAUSE_TIME,
         event != NULL);
  if (event == NULL) return;
  at = eng_event_occurred_at(event);
  kind = eng_event_kind(event);
  if (cause == ENG_CAUSE_EVENT || cause == ENG_CAUSE_UNDO) {
    expect(s, "an event's own instant", time, 1, at == time);
  } else {
    expect(s, "an event of the past", time, 1, at < time);
  }
  if (cause == ENG_CAUSE_UNDO && kind != ENG_EVENT_REFUND && kind != ENG_EVENT_CANCEL)
    report(s, "what undoes", time, ENG_EVENT_REFUND, kind);
}

/* Since when, how high and which lap, from the changes. */
static void check_standing(const struct scene *s, const eng_history *history,
                           const eng_standing *standing)
{
  uint64_t count = eng_history_change_count(history);
  int64_t first = first_seen(s), since = first, highest_at = first, begins = 0;
  int32_t stage = eng_history_first_stage(history), highest = stage, lap = 1;
  int32_t goal = ref_model_lap(s->models[s->model]);

  for (uint64_t i = 0; i <= count; i++) {
    bool last = i == count;
    int64_t ends = last ? s->as_of + 1 : eng_history_time(history, i);

    lap += goal > 0 && stage == goal && referred(s, begins, ends);
    if (last) break;
    stage = eng_history_to(history, i);
    since = begins = ends;
    if (stage > highest || ends == first) {
      highest = stage;
      highest_at = ends;
    }
  }
  expect(s, "the last stage", s->as_of, stage, standing->stage);
  expect(s, "the lap", s->as_of, lap, standing->lap);
  expect(s, "the highest stage", s->as_of, highest, standing->highest);
  expect(s, "how many changes", s->as_of, (int32_t)count, standing->changes);
  if (since != standing->since) report(s, "since when", since, 0, 1);
  if (highest_at != standing->highest_at) report(s, "highest when", highest_at, 0, 1);
}

/* Every change is one, and between them there is none at some instants. */
static void check_changes(const struct scene *s, prop_draw *draw,
                          const eng_history *history, int instants,
                          int32_t (*stage)(const struct scene *, int64_t),
                          int64_t begins, int64_t ends)
{
  uint64_t count = eng_history_change_count(history);

  for (uint64_t i = 0; i < count; i++) {
    int64_t time = eng_history_time(history, i);
    int32_t to = eng_history_to(history, i), from = eng_history_from(history, i);

    expect(s, "the stage of a change", time, stage(s, time), to);
    expect(s, "the stage before a change", time, stage(s, time - 1), from);
    expect(s, "a change in its history", time, to, eng_history_stage_at(history, time));
    if (time - 1 >= begins)
      expect(s, "the instant before", time, from,
             eng_history_stage_at(history, time - 1));
    if (from == to) report(s, "a change to the same", time, to, from);
    if (time <= begins || time > ends)
      report(s, "a change beyond the history", time, 0, 1);
    check_cause(s, history, i);
  }
  for (int i = 0; i < instants; i++) {
    int64_t at = prop_between(draw, begins, ends);

    expect(s, "an instant of a history", at, stage(s, at),
           eng_history_stage_at(history, at));
  }
  expect(s, "after the history", ends + 1, -1, eng_history_stage_at(history, ends + 1));
}

static int32_t stage_if_nothing_happens(const struct scene *s, int64_t at)
{
  return stage_at(s, at);
}

/* The instants of which a history may be wrong if any: of events, and at the edges of
 * windows and days. */
static void check_edges(const struct scene *s, const eng_history *history)
{
  const int64_t *durations;
  int count = ref_model_durations(s->models[s->model], &durations);

  for (int i = 0; i < s->history.count; i++) {
    for (int k = -1; k < count; k++) {
      int64_t edge = s->history.events[i].time + (k < 0 ? 0 : durations[k]);

      for (int64_t at = edge - 1; at <= edge + 1; at++) {
        if (at < 0 || at > s->as_of) continue;
        expect(s, "an edge of a history", at, stage_then(s, at),
               eng_history_stage_at(history, at));
      }
    }
  }
  for (int day = 0; day < 130; day++) {
    int64_t at = ref_day_start(&s->calendar, REF_START) + day * REF_DAY;

    if (at > s->as_of) return;
    expect(s, "the first instant of a day", at, stage_then(s, at),
           eng_history_stage_at(history, at));
  }
}

static void check_course(const struct scene *s, prop_draw *draw, int64_t next_time)
{
  int64_t until = s->as_of + prop_between(draw, 0, 300) * REF_DAY;
  int64_t begins = s->as_of;
  eng_standing alone, together[TOGETHER], own;
  eng_history *history, *outlook;

  for (int i = 0; i < s->history.count; i++)
    if (s->history.events[i].time <= begins) begins = s->history.events[i].time - 1;
  OK(eng_assessor_history(s->together, s->model, s->customer, s->as_of, &history));
  check_changes(s, draw, history, 4, stage_then, begins, s->as_of);
  OK(eng_history_standing(history, &own));
  check_standing(s, history, &own);
  OK(eng_assessor_standing(s->together, s->customer, s->as_of, together));
  ck_assert_mem_eq(&own, &together[s->model], sizeof own);
  OK(eng_assessor_standing(s->alone[s->model], s->customer, s->as_of, &alone));
  ck_assert_mem_eq(&own, &alone, sizeof own);
  if (prop_between(draw, 1, 16) == 1) check_edges(s, history);
  eng_history_free(history);

  OK(eng_assessor_outlook(s->together, s->model, s->customer, s->as_of, until,
                          &outlook));
  check_changes(s, draw, outlook, 4, stage_if_nothing_happens, s->as_of, until);
  if (next_time != ENG_TIME_NONE && next_time <= until)
    ck_assert(eng_history_time(outlook, 0) == next_time);
  else
    ck_assert_uint_eq(eng_history_change_count(outlook), 0);
  eng_history_free(outlook);
}

/* ---- moments ---- */

/* One moment of one history under every model. */
static void check_moment(struct scene *s, prop_draw *draw, long *decided)
{
  int32_t stages[TOGETHER], summary[TOGETHER], again[TOGETHER], next[TOGETHER];
  int64_t times[TOGETHER];
  const struct eng__summary *known = eng__timeline_summary(&s->customer->timeline);

  ref_look(&s->history, s->as_of, &s->sight);
  check_left_out(s);
  OK(eng_assessor_assess(s->together, s->customer, s->as_of, stages));
  OK(eng_assessor_next_change(s->together, s->customer, s->as_of, again, times, next));
  for (s->model = 0; s->model < TOGETHER; s->model++) {
    int m = s->model;
    int32_t alone, alone_next, alone_again;
    int64_t alone_time;

    expect(s, "the stage", s->as_of, stage_at(s, s->as_of), stages[m]);
    expect(s, "the stage with the next", s->as_of, stages[m], again[m]);
    OK(eng_assessor_assess(s->alone[m], s->customer, s->as_of, &alone));
    expect(s, "the stage alone", s->as_of, stages[m], alone);
    OK(eng_assessor_next_change(s->alone[m], s->customer, s->as_of, &alone_again,
                                &alone_time, &alone_next));
    if (alone_time != times[m] || alone_next != next[m])
      report(s, "the next alone", alone_time, next[m], alone_next);
    check_next(s, draw, stages[m], times[m], next[m]);
    check_course(s, draw, times[m]);
    check_dimensions(s);
    check_scores(s, draw);
    if (prop_between(draw, 1, 8) == 1) check_why(s, stages[m], times[m], next[m]);
    eng__assess_prepare(s->alone[m], s->as_of);
    if (eng__assess_summary(s->alone[m], known, &summary[m])) {
      expect(s, "the stage by summary", s->as_of, stages[m], summary[m]);
      (*decided)++;
    }
  }
}

static void check_history(struct scene *s, prop_draw *draw, long *decided)
{
  OK(eng_customer_new(s->context, "c", 1, &s->customer));
  ref_history_draw(&s->history, draw, &s->calendar, s->context, s->customer);
  for (int i = 0; i < MOMENTS; i++) {
    s->as_of = draw_moment(s, draw);
    check_moment(s, draw, decided);
  }
  eng_customer_free(s->customer);
}

static void parse(struct scene *s, int m)
{
  const char *text = ref_model_text(s->models[m]);
  eng_error error;
  eng_status status;

  eng_error_init(&error, sizeof error);
  status = eng_model_parse(s->context, text, strlen(text), &s->parsed[m], &error);
  ck_assert_msg(status == ENG_OK, "case %d: %u:%u: %s\n%s", s->number, error.line,
                error.column, error.text, text);
}

static void assess_alone(struct scene *s, int m)
{
  OK(eng_assessor_new(s->context, (const eng_model *const *)&s->parsed[m], 1,
                      &s->alone[m]));
}

/* Half of the models have other values for their params than their text says. */
static void set_params(struct scene *s, prop_draw *draw, int m)
{
  char values[400];
  eng_model *changed;
  eng_error error;

  if (prop_between(draw, 0, 1) == 0) return;
  ref_model_set(s->models[m], draw, values, sizeof values);
  eng_error_init(&error, sizeof error);
  ck_assert_msg(eng_model_with_params(s->parsed[m], values, strlen(values), &changed,
                                      &error) == ENG_OK,
                "case %d: %u:%u: %s\n%s%s", s->number, error.line, error.column,
                error.text, ref_model_text(s->models[m]), values);
  eng_model_free(s->parsed[m]);
  s->parsed[m] = changed;
}

static void open_scene(struct scene *s, prop_draw *draw)
{
  s->calendar = ref_calendar_draw(draw);
  s->context = ref_context(&s->calendar);
  for (int m = 0; m < TOGETHER; m++) {
    s->models[m] = ref_model_draw(draw, &s->calendar);
    parse(s, m);
    set_params(s, draw, m);
    assess_alone(s, m);
  }
  OK(eng_assessor_new(s->context, (const eng_model *const *)s->parsed, TOGETHER,
                      &s->together));
}

static void close_scene(struct scene *s)
{
  eng_assessor_free(s->together);
  for (int m = 0; m < TOGETHER; m++) {
    eng_assessor_free(s->alone[m]);
    eng_model_free(s->parsed[m]);
    ref_model_free(s->models[m]);
  }
  eng_context_free(s->context);
}

/* Models x histories x moments. */
enum { TRIPLES = TOGETHER * HISTORIES * MOMENTS };

static void check_case(int number, long *decided)
{
  prop_draw draw = prop_case(number);
  struct scene s;

  memset(&s, 0, sizeof s);
  s.number = number;
  open_scene(&s, &draw);
  for (int k = 0; k < HISTORIES; k++) check_history(&s, &draw, decided);
  close_scene(&s);
}

START_TEST(every_answer_is_that_of_the_reference)
{
  long decided = 0;

  for (int i = 0; i < prop_cases(2800); i++) check_case(i, &decided);
  /* The short way that is compared has to be taken now and then. */
  ck_assert_int_gt(decided, 0);
}
END_TEST

/* `make triples`: the same for as long as TRIPLES says, in seconds. */
static int triple_seconds(void)
{
  const char *text = getenv("TRIPLES");

  return text == NULL ? 0 : atoi(text);
}

START_TEST(triples_agree_for_as_long_as_asked)
{
  time_t start = time(NULL), spent = 0;
  long decided = 0, cases = 0;

  for (; spent < triple_seconds(); spent = time(NULL) - start)
    for (int i = 0; i < 100; i++) check_case((int)cases++, &decided);
  printf("triples of model, history and moment: %ld agree, in %ld s\n", cases * TRIPLES,
         (long)spent);
}
END_TEST

static int64_t draw_edge(const struct scene *s, prop_draw *draw)
{
  const int64_t *durations;
  int count = ref_model_durations(s->models[0], &durations);
  int64_t time = s->history.events[prop_between(draw, 0, s->history.count - 1)].time;

  if (prop_between(draw, 0, 3) == 0) time -= time % REF_DAY;
  if (count > 0) time += durations[prop_between(draw, 0, count - 1)];
  return time + prop_between(draw, -1, 1);
}

START_TEST(what_a_summary_decides_is_what_the_events_say)
{
  long decided = 0, asked = 0;

  for (int i = 0; i < prop_cases(20000); i++) {
    prop_draw draw = prop_case(i);
    struct scene s;
    int32_t stage;

    memset(&s, 0, sizeof s);
    s.number = i;
    s.calendar = ref_calendar_draw(&draw);
    s.context = ref_context(&s.calendar);
    s.models[0] = ref_model_draw_plain(&draw, &s.calendar);
    parse(&s, 0);
    assess_alone(&s, 0);
    OK(eng_customer_new(s.context, "c", 1, &s.customer));
    ref_purchases_draw(&s.history, &draw, s.context, s.customer);
    for (int k = 0; k < 10; k++, asked++) {
      s.as_of = draw_edge(&s, &draw);
      ref_look(&s.history, s.as_of, &s.sight);
      eng__assess_prepare(s.alone[0], s.as_of);
      if (!eng__assess_summary(s.alone[0], eng__timeline_summary(&s.customer->timeline),
                               &stage)) {
        continue;
      }
      expect(&s, "the stage by summary", s.as_of, stage_at(&s, s.as_of), stage);
      decided++;
    }
    eng_customer_free(s.customer);
    eng_assessor_free(s.alone[0]);
    eng_model_free(s.parsed[0]);
    ref_model_free(s.models[0]);
    eng_context_free(s.context);
  }
  ck_assert_int_gt(decided, asked / 10);
}
END_TEST

Suite *prop_model_suite(void)
{
  Suite *suite = suite_create("model");
  TCase *laws = tcase_create("laws");

  tcase_set_timeout(laws, 600);
  tcase_add_test(laws, every_answer_is_that_of_the_reference);
  tcase_add_test(laws, what_a_summary_decides_is_what_the_events_say);
  suite_add_tcase(suite, laws);
  if (triple_seconds() > 0) {
    TCase *triples = tcase_create("triples");

    tcase_set_timeout(triples, 2 * triple_seconds() + 60);
    tcase_add_test(triples, triples_agree_for_as_long_as_asked);
    suite_add_tcase(suite, triples);
  }
  return suite;
}
