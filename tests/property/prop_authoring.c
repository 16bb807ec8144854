/* SPDX-License-Identifier: MIT
 *
 * prop_authoring.c - tools for people who write models, on models drawn at random:
 * what is printed back answers and prints as the model it was printed from; nothing
 * that checking claims is ever otherwise; of two models that differ in few words, who
 * moves does so by differences that are there.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

#include "core/customer.h"
#include "core/memory.h"
#include "model/assessor.h"
#include "model/check.h"
#include "model/range.h"
#include "property.h"
#include "reference_model.h"

Suite *prop_authoring_suite(void);

enum { HISTORIES = 3, MOMENTS = 4, DIMENSIONS = 8, PRINTED = 1 << 16 };

#define OK(call) ck_assert_int_eq((call), ENG_OK)

/* ---- models and histories ---- */

static eng_model *parsed(const eng_context *context, const char *text, size_t size)
{
  eng_model *model;
  eng_error error;

  eng_error_init(&error, sizeof error);
  if (eng_model_parse(context, text, size, &model, &error) != ENG_OK)
    ck_abort_msg("%u:%u: %s\n%.*s", error.line, error.column, error.text, (int)size,
                 text);
  return model;
}

static size_t printed(const eng_model *model, char *text)
{
  size_t size, again;

  OK(eng_model_print(model, text, PRINTED, &size));
  ck_assert_int_eq(eng_model_print(model, NULL, 0, &again), ENG_E_BUFFER);
  ck_assert_uint_eq(size, again);
  return size;
}

static eng_customer *draw_customer(ref_history *history, prop_draw *draw,
                                   const ref_calendar *calendar,
                                   const eng_context *context)
{
  eng_customer *customer;

  OK(eng_customer_new(context, "c", 1, &customer));
  ref_history_draw(history, draw, calendar, context, customer);
  return customer;
}

static int64_t draw_moment(const ref_history *history, prop_draw *draw)
{
  int64_t time = REF_START + prop_between(draw, -2, 200) * REF_DAY;

  if (history->count > 0 && prop_between(draw, 0, 2) > 0)
    time = history->events[prop_between(draw, 0, history->count - 1)].time +
           prop_between(draw, 0, 30) * REF_DAY;
  return time + prop_between(draw, -1, 1);
}

/* ---- printing back ---- */

/* Both models of an assessor say the same of a customer. */
static void answer_alike(eng_assessor *both, const eng_customer *customer,
                         int64_t as_of, const char *text)
{
  int32_t stages[2], next[2];
  int64_t times[2];
  eng_value one[DIMENSIONS], other[DIMENSIONS];

  OK(eng_assessor_next_change(both, customer, as_of, stages, times, next));
  if (stages[0] != stages[1] || times[0] != times[1] || next[0] != next[1])
    ck_abort_msg("printed, it answers otherwise:\n%s", text);
  OK(eng_assessor_dimensions(both, 0, customer, as_of, one, DIMENSIONS));
  OK(eng_assessor_dimensions(both, 1, customer, as_of, other, DIMENSIONS));
  if (memcmp(one, other, sizeof one) != 0)
    ck_abort_msg("printed, it measures otherwise:\n%s", text);
}

START_TEST(a_printed_model_answers_and_prints_the_same)
{
  static char once[PRINTED], twice[PRINTED];

  for (int i = 0; i < prop_cases(4000); i++) {
    prop_draw draw = prop_case(i);
    ref_calendar calendar = ref_calendar_draw(&draw);
    eng_context *context = ref_context(&calendar);
    ref_model *drawn = ref_model_draw(&draw, &calendar);
    const char *text = ref_model_text(drawn);
    eng_model *models[2];
    eng_assessor *both;
    size_t size;

    models[0] = parsed(context, text, strlen(text));
    size = printed(models[0], once);
    models[1] = parsed(context, once, size);
    ck_assert_uint_eq(printed(models[1], twice), size);
    if (memcmp(once, twice, size) != 0)
      ck_abort_msg("printed twice:\n%.*s\n%.*s", (int)size, once, (int)size, twice);
    OK(eng_assessor_new(context, (const eng_model *const *)models, 2, &both));
    for (int k = 0; k < HISTORIES; k++) {
      ref_history history;
      eng_customer *customer = draw_customer(&history, &draw, &calendar, context);

      for (int m = 0; m < MOMENTS; m++)
        answer_alike(both, customer, draw_moment(&history, &draw), text);
      eng_customer_free(customer);
    }
    eng_assessor_free(both);
    eng_model_free(models[0]);
    eng_model_free(models[1]);
    ref_model_free(drawn);
    eng_context_free(context);
  }
}
END_TEST

/* ---- checking ---- */

/* A model that is checked, against one moment of one customer. */
struct claims {
  const ref_model *drawn;
  eng_context *context;
  eng_model *model;
  eng_findings *findings;
  struct eng__ranges ranges;
  int32_t *about; /* of each node: the measure whose filter it is in, or -1 */
  eng_assessor *assessor;
  const eng_customer *customer;
  int64_t as_of;
  const struct eng__seen *seen; /* the event that filters look at */
};

static void deny(const struct claims *c, const char *what, int32_t node)
{
  const struct eng__term *at = &c->model->nodes[node];

  ck_abort_msg("%s: %.*s\n%s", what, (int)(at->to - at->from),
               c->model->text + at->from, ref_model_text(c->drawn));
}

static void mark_filter(struct claims *c, int32_t node, int32_t measure)
{
  const struct eng__term *at = &c->model->nodes[node];

  c->about[node] = measure;
  if (at->op == ENG__OP_CONSTANT || at->op == ENG__OP_FIELD || at->op == ENG__OP_LET)
    return;
  mark_filter(c, at->a, measure);
  if (at->op != ENG__OP_NEGATE && at->op != ENG__OP_NOT && at->op != ENG__OP_DEFINED)
    mark_filter(c, at->b, measure);
}

/* Whether a condition is true now: of the customer, or of the event of a filter. */
static bool holds(const struct claims *c, int32_t node)
{
  struct eng__fraction value;

  if (c->about[node] >= 0) return eng__where_holds(c->model, node, c->seen);
  return eng__evaluate(c->assessor, &c->assessor->members[0], node, c->as_of, &value) &&
         value.n == 1;
}

/* Whether what is known of every term is so. */
static void check_term(const struct claims *c, int32_t node)
{
  const struct eng__range *range = &c->ranges.ranges[node];
  struct eng__fraction value;
  int set = c->ranges.sets[node];
  bool defined;

  if (c->about[node] >= 0) return;
  defined =
      eng__evaluate(c->assessor, &c->assessor->members[0], node, c->as_of, &value);
  if (c->model->nodes[node].type == ENG__TYPE_BOOLEAN) {
    int is = !defined ? 2 : value.n ? 4 : 1;

    if (!(set & is)) deny(c, "not in its set", node);
  } else if (!defined) {
    if (!range->may_be_undefined) deny(c, "undefined", node);
  } else {
    struct eng__range point = *range;

    if (!range->may_be_defined) deny(c, "defined", node);
    if (range->whole && value.d != 1) deny(c, "no whole number", node);
    eng__range_cut_low(&point, value, false);
    eng__range_cut_high(&point, value, false);
    if (eng__range_is_empty(&point)) deny(c, "out of its range", node);
  }
}

/* How many parts of a chain are true, one left out. */
static void count_parts(const struct claims *c, int32_t node, int op, int32_t but,
                        int *parts, int *hold)
{
  const struct eng__term *at = &c->model->nodes[node];

  if (at->op == op) {
    count_parts(c, at->a, op, but, parts, hold);
    count_parts(c, at->b, op, but, parts, hold);
  } else if (node != but) {
    ++*parts;
    *hold += holds(c, node);
  }
}

static void check_part(const struct claims *c, const struct eng__finding *finding)
{
  int op = c->model->nodes[finding->chain].op, parts = 0, hold = 0;

  count_parts(c, finding->chain, op, finding->node, &parts, &hold);
  if (op == ENG__OP_AND && hold == parts && !holds(c, finding->node))
    deny(c, "does not follow", finding->node);
  if (op == ENG__OP_OR && hold == 0 && holds(c, finding->node))
    deny(c, "adds somebody", finding->node);
}

static void check_claim(const struct claims *c, const struct eng__finding *finding)
{
  switch (finding->kind) {
  case ENG_FINDING_NEVER:
    if (holds(c, finding->node)) deny(c, "true", finding->node);
    return;
  case ENG_FINDING_ALWAYS:
    if (!holds(c, finding->node)) deny(c, "not true", finding->node);
    return;
  case ENG_FINDING_CONTRADICTION:
    if (holds(c, finding->chain)) deny(c, "true together", finding->chain);
    return;
  case ENG_FINDING_DUPLICATE:
  case ENG_FINDING_IMPLIED: check_part(c, finding); return;
  default: return;
  }
}

/* Claims about filters, for one event. */
static eng_status check_event(void *user, const struct eng__seen *seen)
{
  struct claims *c = user;

  c->seen = seen;
  for (int32_t i = 0; i < eng_findings_count(c->findings); i++) {
    const struct eng__finding *finding = eng__findings_at(c->findings, i);
    int32_t measure = finding->node < 0 ? -1 : c->about[finding->node];

    if (measure >= 0 && eng__kinds_has(&c->model->measures[measure].kinds, seen->kind))
      check_claim(c, finding);
  }
  return ENG_OK;
}

static void check_moment(struct claims *c)
{
  struct eng__pen pen = c->customer->home.pen;
  struct eng__undos undos = {NULL, 0, 0};
  int32_t stage;

  OK(eng_assessor_assess(c->assessor, c->customer, c->as_of, &stage));
  for (size_t i = 0; i < c->model->node_count; i++) check_term(c, (int32_t)i);
  for (int32_t i = 0; i < eng_findings_count(c->findings); i++) {
    const struct eng__finding *finding = eng__findings_at(c->findings, i);

    if (finding->node < 0 || c->about[finding->node] < 0) check_claim(c, finding);
    if (finding->stage != 0 && finding->stage == stage)
      deny(c, "reached", c->model->stages[stage - 1].when);
  }
  OK(eng__see(&c->customer->timeline, &pen, c->as_of, &undos, check_event, c));
  eng__free(eng__memory(c->context), undos.undos, undos.room * sizeof *undos.undos);
}

static void open_claims(struct claims *c, prop_draw *draw, const ref_calendar *calendar)
{
  /* Of few measures: there is more to be said of them together. */
  bool plain = prop_between(draw, 0, 1) == 1;
  ref_model *drawn =
      plain ? ref_model_draw_plain(draw, calendar) : ref_model_draw(draw, calendar);
  const char *text = ref_model_text(drawn);

  c->drawn = drawn;
  c->context = ref_context(calendar);
  c->model = parsed(c->context, text, strlen(text));
  OK(eng_model_check(c->model, &c->findings));
  OK(eng__ranges_fill(&c->ranges, c->model));
  OK(eng_assessor_new(c->context, (const eng_model *const *)&c->model, 1,
                      &c->assessor));
  c->about = malloc(c->model->node_count * sizeof *c->about);
  for (size_t i = 0; i < c->model->node_count; i++) c->about[i] = -1;
  for (size_t i = 0; i < c->model->measure_count; i++)
    if (c->model->measures[i].where >= 0)
      mark_filter(c, c->model->measures[i].where, (int32_t)i);
}

static void close_claims(struct claims *c)
{
  free(c->about);
  eng__ranges_free(&c->ranges);
  eng_findings_free(c->findings);
  eng_assessor_free(c->assessor);
  eng_model_free(c->model);
  eng_context_free(c->context);
}

START_TEST(nothing_that_is_claimed_is_ever_otherwise)
{
  long claimed = 0;

  for (int i = 0; i < prop_cases(6000); i++) {
    prop_draw draw = prop_case(i);
    ref_calendar calendar = ref_calendar_draw(&draw);
    struct claims c;

    memset(&c, 0, sizeof c);
    open_claims(&c, &draw, &calendar);
    claimed += eng_findings_count(c.findings);
    for (int k = 0; k < HISTORIES; k++) {
      ref_history history;
      eng_customer *customer = draw_customer(&history, &draw, &calendar, c.context);

      c.customer = customer;
      for (int m = 0; m < MOMENTS; m++) {
        c.as_of = draw_moment(&history, &draw);
        check_moment(&c);
      }
      eng_customer_free(customer);
    }
    ref_model_free((ref_model *)(uintptr_t)c.drawn);
    close_claims(&c);
  }
  ck_assert_int_gt(claimed, 0);
}
END_TEST

/* ---- comparing ---- */

enum { TEXT = 1 << 15, EDITS = 3 };

/* Puts one word of a text in the place of another, at random. */
static void edit(char *text, prop_draw *draw)
{
  static const char *const words[][2] = {{" and ", " or "},
                                         {" or ", " and "},
                                         {"not ", ""},
                                         {">=", "<"},
                                         {"<=", ">"},
                                         {" = ", " != "},
                                         {"when ", "when not "},
                                         {"stage s0", "stage t"},
                                         {"count", "days"},
                                         {"within", "before"},
                                         {"1", "2"},
                                         {"2", "4"},
                                         {"3", "1"},
                                         {"5", "7"},
                                         {"d0", "d1"},
                                         {"s1", "s0"},
                                         {"title", "other"},
                                         {"yes", "no"},
                                         {"let ", "param "},
                                         {"other0", "other1"}};
  enum { WORDS = sizeof words / sizeof words[0] };
  const char *const *word = words[prop_between(draw, 0, WORDS - 1)];
  size_t old = strlen(word[0]), new = strlen(word[1]), places = 0, chosen;
  char *at = text;

  while ((at = strstr(at, word[0])) != NULL) {
    places++;
    at += old;
  }
  if (places == 0 || strlen(text) + new >= TEXT) return;
  chosen = (size_t)prop_between(draw, 1, (int64_t)places);
  for (at = strstr(text, word[0]); --chosen > 0;) at = strstr(at + old, word[0]);
  memmove(at + new, at + old, strlen(at + old) + 1);
  memcpy(at, word[1], new);
}

/* Two lines change places, at random. */
static void swap_lines(char *text, prop_draw *draw)
{
  char *lines[64], *copy;
  size_t size, next;
  int count = 0, a;

  for (char *at = text; count < 64 && *at != '\0'; at += strcspn(at, "\n") + 1)
    lines[count++] = at;
  if (count < 4) return;
  a = (int)prop_between(draw, 1, count - 2);
  size = (size_t)(lines[a + 1] - lines[a]);
  next = strcspn(lines[a + 1], "\n") + 1;
  copy = malloc(size);
  memcpy(copy, lines[a], size);
  memmove(lines[a], lines[a + 1], next);
  memcpy(lines[a] + next, copy, size);
  free(copy);
}

/* A model that differs in a few words or lines; NULL: that is none. */
static eng_model *edited(const eng_context *context, const char *text, prop_draw *draw)
{
  static char other[TEXT];
  eng_model *model;

  strcpy(other, text);
  for (int64_t i = prop_between(draw, 0, EDITS); i > 0; i--) {
    if (prop_between(draw, 0, 3) == 0)
      swap_lines(other, draw);
    else
      edit(other, draw);
  }
  if (eng_model_parse(context, other, strlen(other), &model, NULL) != ENG_OK)
    return NULL;
  return model;
}

/* Every difference is whole: it has the sides that its change says. */
static void check_entries(const eng_diff *diff)
{
  for (int32_t i = 0; i < eng_diff_count(diff); i++) {
    int32_t change = eng_diff_change(diff, i);

    ck_assert_int_gt(eng_diff_element(diff, i), 0);
    ck_assert_ptr_nonnull(eng_diff_name(diff, i));
    ck_assert((eng_diff_old_text(diff, i) == NULL) == (change == ENG_CHANGE_ADDED));
    ck_assert((eng_diff_new_text(diff, i) == NULL) == (change == ENG_CHANGE_REMOVED));
    ck_assert((eng_diff_old_line(diff, i) == 0) == (change == ENG_CHANGE_ADDED));
    ck_assert((eng_diff_new_line(diff, i) == 0) == (change == ENG_CHANGE_REMOVED));
    if (change == ENG_CHANGE_CHANGED)
      ck_assert_str_ne(eng_diff_old_text(diff, i), eng_diff_new_text(diff, i));
  }
}

static void check_move(const eng_diff *diff, eng_assessor *both,
                       const eng_model *const *models, const eng_customer *customer,
                       int64_t as_of, const char *text, long *moves)
{
  int32_t stages[2], from, to, count, causes[64];
  bool moved;

  OK(eng_assessor_assess(both, customer, as_of, stages));
  OK(eng_diff_move(diff, both, customer, as_of, &from, &to, causes, 64, &count));
  ck_assert_int_eq(from, stages[0]);
  ck_assert_int_eq(to, stages[1]);
  moved = strcmp(eng_model_stage_name(models[0], from),
                 eng_model_stage_name(models[1], to)) != 0;
  if (moved != (count > 0))
    ck_abort_msg("%d to %d for %d causes:\n%s", (int)from, (int)to, (int)count, text);
  for (int32_t i = 0; i < count && i < 64; i++) {
    ck_assert(causes[i] >= 0 && causes[i] < eng_diff_count(diff));
    if (i > 0) ck_assert_int_gt(causes[i], causes[i - 1]);
  }
  *moves += moved;
}

/* What is added one way is removed the other way, and so on. */
static void check_turned(const eng_diff *diff, const eng_model *const *models)
{
  static const int turned[] = {0, ENG_CHANGE_REMOVED, ENG_CHANGE_ADDED,
                               ENG_CHANGE_CHANGED, ENG_CHANGE_MOVED};
  int32_t counts[5] = {0};
  eng_diff *back;

  OK(eng_model_diff(models[1], models[0], &back));
  for (int32_t i = 0; i < eng_diff_count(diff); i++) counts[eng_diff_change(diff, i)]++;
  for (int32_t i = 0; i < eng_diff_count(back); i++)
    counts[turned[eng_diff_change(back, i)]]--;
  for (int i = 1; i < 5; i++) ck_assert_int_eq(counts[i], 0);
  eng_diff_free(back);
}

START_TEST(who_moves_does_so_by_what_differs)
{
  long moves = 0;

  for (int i = 0; i < prop_cases(8000); i++) {
    prop_draw draw = prop_case(i);
    ref_calendar calendar = ref_calendar_draw(&draw);
    eng_context *context = ref_context(&calendar);
    ref_model *drawn = ref_model_draw(&draw, &calendar);
    const char *text = ref_model_text(drawn);
    eng_model *models[2] = {parsed(context, text, strlen(text)), NULL};
    const eng_model *const *both_models = (const eng_model *const *)models;

    models[1] = edited(context, text, &draw);
    if (models[1] != NULL) {
      eng_assessor *both;
      eng_diff *diff;

      OK(eng_model_diff(models[0], models[1], &diff));
      OK(eng_assessor_new(context, both_models, 2, &both));
      check_entries(diff);
      check_turned(diff, both_models);
      for (int k = 0; k < HISTORIES; k++) {
        ref_history history;
        eng_customer *customer = draw_customer(&history, &draw, &calendar, context);

        for (int m = 0; m < MOMENTS; m++)
          check_move(diff, both, both_models, customer, draw_moment(&history, &draw),
                     text, &moves);
        eng_customer_free(customer);
      }
      eng_assessor_free(both);
      eng_diff_free(diff);
    }
    eng_model_free(models[0]);
    eng_model_free(models[1]);
    ref_model_free(drawn);
    eng_context_free(context);
  }
  ck_assert_int_gt(moves, 0);
}
END_TEST

START_TEST(a_model_does_not_differ_from_what_is_printed_of_it)
{
  static char once[PRINTED];

  for (int i = 0; i < prop_cases(2000); i++) {
    prop_draw draw = prop_case(i);
    ref_calendar calendar = ref_calendar_draw(&draw);
    eng_context *context = ref_context(&calendar);
    ref_model *drawn = ref_model_draw(&draw, &calendar);
    const char *text = ref_model_text(drawn);
    eng_model *model = parsed(context, text, strlen(text)), *again;
    eng_diff *diff;

    again = parsed(context, once, printed(model, once));
    OK(eng_model_diff(model, again, &diff));
    if (eng_diff_count(diff) != 0) ck_abort_msg("it differs:\n%s", text);
    eng_diff_free(diff);
    eng_model_free(model);
    eng_model_free(again);
    ref_model_free(drawn);
    eng_context_free(context);
  }
}
END_TEST

Suite *prop_authoring_suite(void)
{
  Suite *suite = suite_create("authoring");
  TCase *laws = tcase_create("laws");

  tcase_set_timeout(laws, 600);
  tcase_add_test(laws, a_printed_model_answers_and_prints_the_same);
  tcase_add_test(laws, nothing_that_is_claimed_is_ever_otherwise);
  tcase_add_test(laws, who_moves_does_so_by_what_differs);
  tcase_add_test(laws, a_model_does_not_differ_from_what_is_printed_of_it);
  suite_add_tcase(suite, laws);
  return suite;
}
