/* SPDX-License-Identifier: MIT
 *
 * prop_census.c - the laws of a census, on drawn models and histories: after any order
 * of records and advances it is the one that would be taken anew; what it reported are
 * the changes that histories tell; before the instant that it names nothing changes; a
 * host that fails leaves it as it was.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

#include "property.h"
#include "reference_model.h"

Suite *prop_census_suite(void);

enum { CUSTOMERS = 4, MODELS = 2, CHANGES = 4096, STEPS = 24 };

#define OK(call) ck_assert_int_eq((call), ENG_OK)

/* What one case is about. */
struct scene {
  int number;
  ref_calendar calendar;
  eng_context *context;
  ref_model *models[MODELS];
  eng_model *parsed[MODELS];
  eng_assessor *assessor;
  ref_history histories[CUSTOMERS];
  eng_customer *customers[CUSTOMERS];
  int32_t stages[CUSTOMERS][MODELS]; /* where the last advance left everybody */
  bool links;                        /* customers are linked, too */
  int64_t said;                      /* when, the last time */
  eng_book *book;
  eng_census *census;
};

/* A change that was reported; the id tells customers apart, whose rows may change. */
struct seen {
  int customer, model;
  int64_t time;
  int32_t from, to, cause;
};

struct report {
  struct seen seen[CHANGES];
  size_t count, fail_at; /* fails once so many were seen; 0: never */
};

static void id_of(int customer, char id[16])
{
  snprintf(id, 16, "customer-%d", customer);
}

static uint64_t row_of(const eng_book *book, int customer)
{
  char id[16];
  uint64_t row;

  id_of(customer, id);
  if (eng_book_find(book, id, strlen(id), &row) != ENG_OK) return UINT64_MAX;
  /* Who is in a group stands nowhere, unless it is called after them. */
  return eng_book_customer_id(book, row, NULL)[strlen(id) - 1] == id[strlen(id) - 1]
             ? row
             : UINT64_MAX;
}

static void check_change(const eng_change *change)
{
  int32_t move = change->to > change->from ? ENG_MOVE_UP : ENG_MOVE_DOWN;

  if (change->from == 0) move = ENG_MOVE_IN;
  if (change->to == 0) move = ENG_MOVE_OUT;
  ck_assert_int_eq(change->move, move);
  ck_assert_int_ne(change->from, change->to);
  ck_assert_uint_eq(change->size, sizeof *change);
}

static int32_t take(void *user, const eng_change *change)
{
  struct report *report = user;
  struct seen *seen = &report->seen[report->count];

  check_change(change);
  ck_assert_uint_lt(report->count, CHANGES);
  seen->customer = change->customer[change->length - 1] - '0';
  seen->model = change->model;
  seen->time = change->time;
  seen->from = change->from;
  seen->to = change->to;
  seen->cause = change->cause;
  return ++report->count == report->fail_at;
}

/* ---- a case ---- */

static void open_scene(struct scene *s, prop_draw *draw, int number)
{
  const eng_model *models[MODELS];

  memset(s, 0, sizeof *s);
  s->number = number;
  s->calendar = ref_calendar_draw(draw);
  s->context = ref_context(&s->calendar);
  for (int i = 0; i < MODELS; i++) {
    const char *text;
    eng_error error;

    eng_error_init(&error, sizeof error);
    s->models[i] = ref_model_draw(draw, &s->calendar);
    text = ref_model_text(s->models[i]);
    OK(eng_model_parse(s->context, text, strlen(text), &s->parsed[i], &error));
    models[i] = s->parsed[i];
  }
  OK(eng_assessor_new(s->context, models, MODELS, &s->assessor));
  for (int i = 0; i < CUSTOMERS; i++) {
    char id[16];

    id_of(i, id);
    OK(eng_customer_new(s->context, id, strlen(id), &s->customers[i]));
    ref_history_draw(&s->histories[i], draw, &s->calendar, s->context, s->customers[i]);
  }
  OK(eng_book_new(s->context, NULL, &s->book));
  s->links = prop_between(draw, 0, 2) == 0;
}

static void close_scene(struct scene *s)
{
  eng_census_free(s->census);
  eng_book_free(s->book);
  for (int i = 0; i < CUSTOMERS; i++) eng_customer_free(s->customers[i]);
  eng_assessor_free(s->assessor);
  for (int i = 0; i < MODELS; i++) {
    eng_model_free(s->parsed[i]);
    ref_model_free(s->models[i]);
  }
  eng_context_free(s->context);
}

/* Records the n-th event of a customer, or several from it on. */
static void tell(struct scene *s, int customer, uint64_t first, uint64_t last)
{
  eng_event_cursor *cursor;
  const eng_event *event;
  char id[16];

  id_of(customer, id);
  OK(eng_event_cursor_new(s->customers[customer], &cursor));
  for (uint64_t n = 0; n <= last; n++) {
    OK(eng_event_cursor_next(cursor, &event));
    if (event == NULL) break;
    if (n < first) continue;
    OK(eng_book_record(s->book, id, strlen(id), event, NULL));
  }
  eng_event_cursor_free(cursor);
}

static void tell_some(struct scene *s, prop_draw *draw)
{
  int customer = (int)prop_between(draw, 0, CUSTOMERS - 1);
  uint64_t count = eng_customer_event_count(s->customers[customer]);
  uint64_t first;

  if (count == 0) return;
  first = (uint64_t)prop_between(draw, 0, (int64_t)count - 1);
  tell(s, customer, first, first + (uint64_t)prop_between(draw, 0, 2) * 2);
}

/* ---- the laws ---- */

static void expect(const struct scene *s, bool holds, const char *what)
{
  if (holds) return;
  fprintf(stderr, "case %d: %s; as of %" PRId64 "\n%s%s", s->number, what,
          eng_census_as_of(s->census), ref_model_text(s->models[0]),
          ref_model_text(s->models[1]));
  for (int i = 0; i < CUSTOMERS; i++) ref_history_print(&s->histories[i], stderr);
  ck_abort_msg("case %d: %s", s->number, what);
}

/* The census is the one that is taken anew. */
static void is_as_anew(const struct scene *s)
{
  eng_census *anew;
  int64_t now = eng_census_as_of(s->census);

  OK(eng_census_new(s->book, s->assessor, now, NULL, NULL, &anew));
  expect(s, eng_census_next(anew) == eng_census_next(s->census), "next, taken anew");
  for (uint64_t row = 0; row < eng_book_customer_count(s->book); row++) {
    expect(s, eng_census_due(anew, row) == eng_census_due(s->census, row),
           "when a row is due");
    for (int m = 0; m < MODELS; m++)
      expect(s, eng_census_stage(anew, row, m) == eng_census_stage(s->census, row, m),
             "a stage, taken anew");
  }
  for (int m = 0; m < MODELS; m++)
    for (int stage = 0; stage < 8; stage++)
      expect(s,
             eng_census_count(anew, m, stage) == eng_census_count(s->census, m, stage),
             "how many are in a stage");
  eng_census_free(anew);
}

/* In order of time, then customer, then model. */
static void is_in_order(const struct scene *s, const struct report *report)
{
  for (size_t i = 1; i < report->count; i++) {
    const struct seen *a = &report->seen[i - 1], *b = &report->seen[i];

    expect(s,
           a->time < b->time || (a->time == b->time &&
                                 (a->customer < b->customer ||
                                  (a->customer == b->customer && a->model < b->model))),
           "the order of changes");
  }
}

/* Who is a part of somebody else now is out of all stages, and that was told. */
static void is_out(const struct scene *s, const struct report *report, int customer,
                   int model, int32_t before, int64_t since)
{
  int told = 0;

  for (size_t k = 0; k < report->count; k++) {
    const struct seen *seen = &report->seen[k];

    if (seen->customer != customer || seen->model != model) continue;
    expect(s, seen->from == before && seen->to == 0 && seen->time == since,
           "somebody who is out");
    expect(s, seen->cause == ENG_BY_RECORD, "why somebody is out");
    told++;
  }
  expect(s, told == (before != 0), "whether somebody is told to be out");
}

/* The changes of one customer under one model: at most one at `since`, from the stage
 * before to what the past is now known to have been, then those of the history. */
static void are_those_of_history(const struct scene *s, const struct report *report,
                                 int customer, int model, int32_t before, int64_t since)
{
  int64_t now = eng_census_as_of(s->census);
  uint64_t row = row_of(s->book, customer), i = 0;
  eng_history *history;
  int32_t stage = before;

  if (row == UINT64_MAX) {
    is_out(s, report, customer, model, before, since);
    return;
  }
  OK(eng_book_history(s->book, row, s->assessor, model, now, &history));
  while (i < eng_history_change_count(history) && eng_history_time(history, i) <= since)
    i++;
  for (size_t k = 0; k < report->count; k++) {
    const struct seen *seen = &report->seen[k];

    if (seen->customer != customer || seen->model != model) continue;
    expect(s, seen->from == stage, "where a change begins");
    if (seen->time == since) {
      expect(s, seen->to == eng_history_stage_at(history, since), "what was learned");
      expect(s, seen->cause != ENG_BY_SILENCE, "what it was learned by");
    } else {
      int32_t cause = eng_history_cause(history, i);

      expect(s, seen->time == eng_history_time(history, i), "when a change comes");
      expect(s, seen->to == eng_history_to(history, i), "where a change ends");
      expect(s,
             seen->cause == ENG_BY_EVENT ||
                 (cause != ENG_CAUSE_EVENT && cause != ENG_CAUSE_UNDO),
             "what it came by");
      i++;
    }
    stage = seen->to;
  }
  expect(s, i == eng_history_change_count(history), "changes that were not reported");
  expect(s, stage == eng_census_stage(s->census, row, model), "where all of it ends");
  eng_history_free(history);
}

/* Until the instant that the census names, nobody's stage is another. */
static void stays_until_next(const struct scene *s, prop_draw *draw)
{
  int64_t now = eng_census_as_of(s->census), next = eng_census_next(s->census);
  int64_t last = next == ENG_TIME_NONE ? now + 400 * REF_DAY : next - 1;

  expect(s, next == ENG_TIME_NONE || next > now, "next lies ahead");
  for (int i = 0; i < 6 && last > now; i++) {
    int64_t at = i == 0 ? last : prop_between(draw, now + 1, last);

    for (uint64_t row = 0; row < eng_book_customer_count(s->book); row++) {
      int32_t stages[MODELS];

      OK(eng_book_assess_one(s->book, row, s->assessor, at, stages));
      for (int m = 0; m < MODELS; m++)
        expect(s, stages[m] == eng_census_stage(s->census, row, m),
               "a change before the next");
    }
  }
}

static int64_t draw_now(const struct scene *s, prop_draw *draw)
{
  int64_t now = eng_census_as_of(s->census), next = eng_census_next(s->census);

  switch (prop_between(draw, 0, 3)) {
  case 0: return now;
  case 1: return next != ENG_TIME_NONE ? next : now + 1;
  case 2: return now + prop_between(draw, 0, 3 * REF_DAY);
  default: return now + prop_between(draw, 0, 60 * REF_DAY);
  }
}

/* A host that fails at some change: nothing is moved, and all are reported again. */
static void fail_once(struct scene *s, prop_draw *draw, int64_t now,
                      const struct report *wanted)
{
  static struct report report;
  int64_t before = eng_census_as_of(s->census), next = eng_census_next(s->census);

  memset(&report, 0, sizeof report);
  report.fail_at = (size_t)prop_between(draw, 1, (int64_t)wanted->count);
  ck_assert_int_eq(eng_census_advance(s->census, now, take, &report, NULL),
                   ENG_E_CALLBACK);
  expect(s, eng_census_as_of(s->census) == before, "where a failed advance stands");
  expect(s, eng_census_next(s->census) == next, "next after a failed advance");
  expect(s, memcmp(report.seen, wanted->seen, report.count * sizeof *report.seen) == 0,
         "what is reported twice");
}

static void note_stages(struct scene *s)
{
  for (int c = 0; c < CUSTOMERS; c++)
    for (int m = 0; m < MODELS; m++) {
      int32_t stage = eng_census_stage(s->census, row_of(s->book, c), m);

      s->stages[c][m] = stage < 0 ? 0 : stage;
    }
}

static void advance(struct scene *s, prop_draw *draw)
{
  static struct report report;
  int64_t now = draw_now(s, draw), since = eng_census_as_of(s->census);
  uint64_t changes;

  if (prop_between(draw, 0, 2) == 0) {
    eng_census *other;

    /* What is to come, from another census in the same state. */
    memset(&report, 0, sizeof report);
    report.fail_at = 0;
    OK(eng_census_new(s->book, s->assessor, since, NULL, NULL, &other));
    if (!eng_census_is_behind(s->census)) {
      OK(eng_census_advance(other, now, take, &report, NULL));
      if (report.count > 0) fail_once(s, draw, now, &report);
    }
    eng_census_free(other);
  }
  memset(&report, 0, sizeof report);
  OK(eng_census_advance(s->census, now, take, &report, &changes));
  ck_assert_uint_eq(changes, report.count);
  expect(s, eng_census_as_of(s->census) == now, "where the census stands");
  expect(s, !eng_census_is_behind(s->census), "whether it is behind");
  is_in_order(s, &report);
  for (int c = 0; c < CUSTOMERS; c++)
    for (int m = 0; m < MODELS; m++)
      are_those_of_history(s, &report, c, m, s->stages[c][m], since);
  note_stages(s);
  is_as_anew(s);
  stays_until_next(s, draw);
}

/* Two customers become one, or are taken apart. */
static void link_some(struct scene *s, prop_draw *draw)
{
  char a[16], b[16];
  int first = (int)prop_between(draw, 0, CUSTOMERS - 2);
  int second = (int)prop_between(draw, first + 1, CUSTOMERS - 1);

  if (!s->links) return;
  id_of(first, a);
  id_of(second, b);
  if (prop_between(draw, 0, 1) == 0) {
    OK(eng_book_link(s->book, a, strlen(a), b, strlen(b), ++s->said));
  } else {
    OK(eng_book_unlink(s->book, a, strlen(a), b, strlen(b), ++s->said));
  }
}

static void step(struct scene *s, prop_draw *draw)
{
  switch (prop_between(draw, 0, 9)) {
  case 0: OK(eng_book_compact(s->book)); break;
  case 1: OK(eng_census_touch(s->census, UINT64_MAX)); break;
  case 2: {
    int customer = (int)prop_between(draw, 0, CUSTOMERS - 1);

    OK(eng_book_merge_customer(s->book, s->customers[customer]));
    break;
  }
  case 3: link_some(s, draw); break;
  case 4:
  case 5: tell_some(s, draw); break;
  default: advance(s, draw); break;
  }
}

/* What the slow reference says, once all is told. */
static void is_as_reference(struct scene *s, prop_draw *draw)
{
  for (int c = 0; c < CUSTOMERS; c++) {
    OK(eng_book_merge_customer(s->book, s->customers[c]));
    for (int other = c + 1; other < CUSTOMERS && s->links; other++) {
      char a[16], b[16];

      id_of(c, a);
      id_of(other, b);
      OK(eng_book_unlink(s->book, a, strlen(a), b, strlen(b), s->said + 1));
    }
  }
  advance(s, draw);
  for (int c = 0; c < CUSTOMERS; c++) {
    int64_t now = eng_census_as_of(s->census);
    ref_sight sight;

    ref_look(&s->histories[c], now, &sight);
    for (int m = 0; m < MODELS; m++)
      expect(s,
             eng_census_stage(s->census, row_of(s->book, c), m) ==
                 ref_model_stage(s->models[m], &sight, now),
             "what the reference says");
  }
}

START_TEST(a_census_kept_up_to_date_is_one_taken_anew)
{
  int cases = prop_cases(300);

  for (int i = 0; i < cases; i++) {
    prop_draw draw = prop_case(i);
    struct scene s;

    open_scene(&s, &draw, i);
    for (int k = 0; k < 6; k++) tell_some(&s, &draw);
    OK(eng_census_new(s.book, s.assessor,
                      REF_START + prop_between(&draw, -10, 60) * REF_DAY, NULL, NULL,
                      &s.census));
    is_as_anew(&s);
    note_stages(&s);
    for (int k = 0; k < STEPS; k++) step(&s, &draw);
    is_as_reference(&s, &draw);
    close_scene(&s);
  }
}
END_TEST

Suite *prop_census_suite(void)
{
  Suite *suite = suite_create("prop_census");
  TCase *laws = tcase_create("laws");

  tcase_set_timeout(laws, 0);
  tcase_add_test(laws, a_census_kept_up_to_date_is_one_taken_anew);
  suite_add_tcase(suite, laws);
  return suite;
}
