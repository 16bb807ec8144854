/* SPDX-License-Identifier: MIT
 *
 * test_callback.c - models of the host's own functions: what they see, what they may
 * say, how they stand beside text models, in an assessor and over a book, and memory.
 */
#include <stdio.h>
#include <string.h>

#include "unit/support.h"

Suite *callback_suite(void);

#define NOON(n) ((n)*DAY + DAY / 2)

enum { EUR = 978, USD = 840, JPY = 392 };

/* ---- a model that does what it is told ---- */

static const char *const stages[] = {"calm", "busy", "wild"};
static const char *const titles[] = {"seldom", "now and then", "all the time"};
static const char *const dimensions[] = {"events", "money"};
static const int32_t units[] = {ENG_UNIT_NUMBER, ENG_UNIT_MONEY};

static struct told {
  eng_status answer, next_answer, explain_answer;
  int32_t offset; /* added to the stage */
  int64_t next_in;
  int32_t next_by;
  int64_t numerator, denominator;
  int asked, released;
  char id[40];
} told;

/* Events and money of the view; twice, to see that it can be read again. */
static void count(eng_view *view, int64_t *events, int64_t *money)
{
  for (int turn = 0; turn < 2; turn++) {
    int64_t last = -1, amount;

    *events = *money = 0;
    for (const eng_event *event; (event = eng_view_next(view)) != NULL; (*events)++) {
      ck_assert_int_le(last, eng_event_occurred_at(event));
      ck_assert_int_le(eng_event_occurred_at(event), eng_view_as_of(view));
      last = eng_event_occurred_at(event);
      ck_assert_int_ne(eng_view_kind(view), 0);
      if (eng_view_amount(view, &amount)) *money += amount;
    }
    ck_assert_int_eq(eng_view_kind(view), 0);
    ck_assert_int_eq(eng_view_amount(view, &amount), 0);
    ck_assert_int_eq(amount, 0);
    ck_assert_ptr_null(eng_view_next(view));
    eng_view_rewind(view);
  }
}

/* calm with an event, busy with three, wild with five. */
static eng_status assess(void *user, eng_view *view, int32_t *stage, eng_value *values)
{
  struct told *t = user;
  int64_t events, money;
  size_t length;
  const char *id = eng_view_customer_id(view, &length);

  ck_assert_int_eq(*stage, 0);
  ck_assert_ptr_nonnull(eng_view_context(view));
  t->asked++;
  t->id[0] = '\0';
  if (id != NULL) {
    memcpy(t->id, id, length);
    t->id[length] = '\0';
  }
  count(view, &events, &money);
  *stage = (int32_t)(events >= 5 ? 3 : events >= 3 ? 2 : events > 0) + t->offset;
  if (values != NULL) {
    ck_assert_int_eq(values[0].defined, 0);
    ck_assert_int_eq(values[1].unit, ENG_UNIT_MONEY);
    values[0].defined = 1;
    values[0].numerator = events * t->numerator;
    values[0].denominator = t->denominator;
    if (money != 0) values[1] = (eng_value){money, 1, ENG_UNIT_RATIO, 7};
  }
  return t->answer;
}

static eng_status next_change(void *user, eng_view *view, int32_t stage, int64_t *time,
                              int32_t *next)
{
  struct told *t = user;

  ck_assert_int_eq(*time, ENG_TIME_NONE);
  ck_assert_int_eq(*next, stage);
  if (t->next_in == ENG_TIME_UNKNOWN) {
    *time = ENG_TIME_UNKNOWN;
    *next = 99;
  } else if (t->next_in != ENG_TIME_NONE) {
    *time = eng_view_as_of(view) + t->next_in;
    *next = stage + t->next_by;
  }
  return t->next_answer;
}

static eng_status say(eng_evidence *evidence, int32_t part, const char *text)
{
  return eng_evidence_add(evidence, part, text, strlen(text));
}

static eng_status explain(void *user, eng_view *view, int32_t stage,
                          eng_evidence *evidence)
{
  struct told *t = user;
  const eng_event *event;
  eng_status status = say(evidence, ENG_PART_CLAUSE, "enough events");

  (void)stage;
  if (status == ENG_OK)
    status = eng_evidence_measure(evidence, "5", 1, "3", 1, ENG_HOLDS_YES,
                                  ENG_DISTANCE_NONE);
  while (status == ENG_OK && (event = eng_view_next(view)) != NULL)
    status = eng_evidence_witness(evidence, event);
  if (status == ENG_OK) status = say(evidence, ENG_PART_MISSING, "more of them");
  if (status == ENG_OK)
    status = eng_evidence_measure(evidence, NULL, 0, NULL, 0, ENG_HOLDS_NO, 2);
  if (status == ENG_OK) status = say(evidence, ENG_PART_ADVICE, "Ask them in");
  return status == ENG_OK ? t->explain_answer : status;
}

static void release(void *user) { ((struct told *)user)->released++; }

static eng_callbacks table;

static void fill_table(void)
{
  eng_callbacks_init(&table, sizeof table);
  table.name = "mood";
  table.title = "The mood of it";
  table.source = "Our own";
  table.revision = 4;
  table.shape = ENG_SHAPE_MIX;
  table.stage_count = 3;
  table.stage_names = stages;
  table.stage_titles = titles;
  table.dimension_count = 2;
  table.dimension_names = dimensions;
  table.dimension_units = units;
  table.user = &told;
  table.assess = assess;
  table.next_change = next_change;
  table.explain = explain;
  table.release = release;
}

/* ---- what it stands beside ---- */

static const char text[] = "language 1\nmodel lately\n"
                           "stage here when recency(any) <= 10 days\n";

static eng_context *context;
static eng_model *models[3]; /* text, callback, text */
static eng_assessor *assessor;
static eng_customer *customer;

static eng_context *new_context(const eng_allocator *memory)
{
  eng_context *made;
  eng_settings *settings;

  ck_ok(eng_settings_new(memory, &settings));
  ck_ok(eng_settings_set_currency(settings, EUR));
  ck_ok(eng_settings_set_rate(settings, USD, -2, 1, 2));
  ck_ok(eng_context_new(settings, &made));
  eng_settings_free(settings);
  return made;
}

static void open_models(void)
{
  ck_ok(eng_model_parse(context, text, sizeof text - 1, &models[0], NULL));
  ck_ok(eng_model_from_callbacks(context, &table, &models[1], NULL));
  ck_ok(eng_model_builtin(context, "five_levels", 11, &models[2]));
  ck_ok(eng_assessor_new(context, (const eng_model *const *)models, 3, &assessor));
}

static void close_models(void)
{
  eng_assessor_free(assessor);
  for (int i = 0; i < 3; i++) eng_model_free(models[i]);
}

static void open_all(void)
{
  memset(&told, 0, sizeof told);
  told.numerator = told.denominator = 1;
  told.next_in = ENG_TIME_NONE;
  fill_table();
  context = new_context(NULL);
  open_models();
  ck_ok(eng_customer_new(context, "customer-17", 11, &customer));
}

static void close_all(void)
{
  eng_customer_free(customer);
  close_models();
  eng_context_free(context);
  ck_assert_int_eq(told.released, 1);
}

static void happens(int32_t kind, int64_t at, int64_t amount, int32_t currency,
                    uint64_t id, uint64_t refers_to)
{
  eng_event *event = event_of(context, kind, at);

  if (currency != 0) ck_ok(eng_event_set_amount(event, amount, currency));
  if (id != 0) ck_ok(eng_event_set_id(event, id));
  if (refers_to != 0) ck_ok(eng_event_set_refers_to(event, 1, refers_to));
  record(customer, event);
}

static void visits(int64_t day) { happens(ENG_EVENT_VISIT, NOON(day), 0, 0, 0, 0); }

/* ---- what it is called ---- */

START_TEST(a_callback_model_is_a_model_like_any_other)
{
  const eng_model *model = models[1];
  uint8_t digest[ENG_DIGEST_SIZE], other[ENG_DIGEST_SIZE];
  eng_model *changed;
  int32_t rank;

  ck_assert_str_eq(eng_model_name(model), "mood");
  ck_assert_str_eq(eng_model_title(model), "The mood of it");
  ck_assert_str_eq(eng_model_source(model), "Our own");
  ck_assert_int_eq(eng_model_shape(model), ENG_SHAPE_MIX);
  ck_assert_int_eq(eng_model_revision(model), 4);
  ck_assert_int_eq(eng_model_stage_count(model), 3);
  ck_assert_str_eq(eng_model_stage_name(model, 0), "none");
  ck_assert_str_eq(eng_model_stage_name(model, 2), "busy");
  ck_assert_str_eq(eng_model_stage_title(model, 3), "all the time");
  ck_ok(eng_model_stage_find(model, "wild", 4, &rank));
  ck_assert_int_eq(rank, 3);
  ck_assert_int_eq(eng_model_dimension_count(model), 2);
  ck_assert_str_eq(eng_model_dimension_name(model, 1), "money");
  ck_assert_str_eq(eng_model_dimension_title(model, 1), "");
  ck_assert_int_eq(eng_model_param_count(model), 0);
  ck_assert_int_eq(eng_model_with_params(model, "", 0, &changed, NULL),
                   ENG_E_UNSUPPORTED);
  ck_assert_ptr_null(changed);
  ck_ok(eng_model_digest(model, digest));
  table.revision = 5;
  table.release = NULL;
  ck_ok(eng_model_from_callbacks(context, &table, &changed, NULL));
  ck_ok(eng_model_digest(changed, other));
  ck_assert_mem_ne(digest, other, sizeof digest);
  eng_model_free(changed);
}
END_TEST

START_TEST(tables_are_checked)
{
  static const char *const twice[] = {"calm", "calm", "wild"};
  static const char *const none[] = {"calm", "none", "wild"};
  static const char *const missing[] = {"calm", NULL, "wild"};
  static const char *const shared[] = {"events", "busy"};
  static const int32_t no_unit[] = {1, 5};
  struct {
    eng_callbacks known;
    uint8_t more[16];
  } large;
  eng_model *made = models[0];
  eng_error error;

#define REFUSED(what, status)                                                          \
  fill_table();                                                                        \
  what;                                                                                \
  eng_error_init(&error, sizeof error);                                                \
  ck_assert_int_eq(eng_model_from_callbacks(context, &table, &made, &error), status);  \
  ck_assert_ptr_null(made);                                                            \
  ck_assert_int_eq(error.code, status);                                                \
  ck_assert_int_ne(error.text[0], '\0')

  REFUSED(table.size = 12, ENG_E_RANGE);
  REFUSED(table.shape = 9, ENG_E_RANGE);
  REFUSED(table.revision = -1, ENG_E_RANGE);
  REFUSED(table.reserved = 1, ENG_E_RANGE);
  REFUSED(table.stage_count = 0, ENG_E_RANGE);
  REFUSED(table.stage_count = 65, ENG_E_RANGE);
  REFUSED(table.dimension_count = -1, ENG_E_RANGE);
  REFUSED(table.dimension_count = 1025, ENG_E_RANGE);
  REFUSED(table.dimension_units = no_unit, ENG_E_RANGE);
  REFUSED(table.name = NULL, ENG_E_INVALID);
  REFUSED(table.assess = NULL, ENG_E_INVALID);
  REFUSED(table.stage_names = NULL, ENG_E_INVALID);
  REFUSED(table.stage_names = missing, ENG_E_INVALID);
  REFUSED(table.dimension_units = NULL, ENG_E_INVALID);
  REFUSED(table.name = "Mood", ENG_E_NAME);
  REFUSED(table.name = "", ENG_E_NAME);
  REFUSED(table.name = "a-b", ENG_E_NAME);
  REFUSED(table.stage_names = none, ENG_E_NAME);
  REFUSED(table.stage_names = twice, ENG_E_DUPLICATE);
  REFUSED(table.dimension_names = shared, ENG_E_DUPLICATE);
  REFUSED(table.title = "\xff", ENG_E_TEXT);
  REFUSED(table.source = "\xc3", ENG_E_TEXT);
#undef REFUSED
  ck_assert_int_eq(eng_model_from_callbacks(NULL, &table, &made, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_from_callbacks(context, NULL, &made, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_from_callbacks(context, &table, NULL, NULL),
                   ENG_E_INVALID);
  /* Of a later version: all that is unknown has to be zeros. */
  fill_table();
  table.release = NULL;
  memset(&large, 0, sizeof large);
  large.known = table;
  large.known.size = sizeof large;
  ck_ok(eng_model_from_callbacks(context, &large.known, &made, NULL));
  eng_model_free(made);
  large.more[7] = 1;
  ck_assert_int_eq(eng_model_from_callbacks(context, &large.known, &made, NULL),
                   ENG_E_RANGE);
  ck_assert_int_eq(told.released, 0);
}
END_TEST

/* ---- what it sees and says ---- */

START_TEST(it_sees_what_measures_see)
{
  eng_value values[2];
  int32_t said[3];

  ck_ok(eng_assessor_assess(assessor, customer, NOON(50), said));
  ck_assert_int_eq(said[1], 0);
  happens(ENG_EVENT_PURCHASE, NOON(1), 1000, EUR, 1, 0);
  happens(ENG_EVENT_PURCHASE, NOON(2), 501, USD, 2, 0); /* 2.51 EUR */
  happens(ENG_EVENT_PURCHASE, NOON(3), 700, JPY, 3, 0); /* no rate */
  happens(ENG_EVENT_PURCHASE, NOON(4), 400, EUR, 4, 0);
  happens(ENG_EVENT_VOID, NOON(5), 0, 0, 5, 4);
  happens(ENG_EVENT_REFUND, NOON(6), 300, EUR, 6, 1);
  happens(ENG_EVENT_PURCHASE, NOON(7), -5, EUR, 7, 0);
  ck_ok(eng_assessor_dimensions(assessor, 1, customer, NOON(50), values, 2));
  ck_assert_int_eq(values[0].numerator, 5); /* without the void and what it took */
  ck_assert_int_eq(values[0].unit, ENG_UNIT_NUMBER);
  ck_assert_int_eq(values[1].numerator, 1000 - 300 + 251 - 5);
  ck_assert_int_eq(values[1].unit, ENG_UNIT_MONEY); /* whatever the host wrote */
  ck_assert_int_eq(values[1].defined, 1);
  ck_ok(eng_assessor_dimensions(assessor, 1, customer, NOON(2), values, 2));
  ck_assert_int_eq(values[0].numerator, 2);
  ck_assert_int_eq(values[1].numerator, 1251);
  ck_ok(eng_assessor_assess(assessor, customer, NOON(50), said));
  ck_assert_int_eq(said[0], 0);
  ck_assert_int_eq(said[1], 3);
  ck_assert_int_eq(said[2], 4); /* own */
  ck_assert_str_eq(told.id, "customer-17");
}
END_TEST

START_TEST(dimensions_come_in_lowest_terms)
{
  eng_value values[2];

  visits(1);
  visits(2);
  told.numerator = -3;
  told.denominator = 4;
  ck_ok(eng_assessor_dimensions(assessor, 1, customer, NOON(50), values, 2));
  ck_assert_int_eq(values[0].numerator, -3);
  ck_assert_int_eq(values[0].denominator, 2);
  ck_assert_int_eq(values[1].defined, 0);
  ck_assert_int_eq(values[1].denominator, 1);
  ck_assert_int_eq(eng_assessor_dimensions(assessor, 1, customer, NOON(9), values, 1),
                   ENG_E_BUFFER);
  for (int64_t bad = -1; bad <= 0; bad++) {
    told.denominator = bad;
    ck_assert_int_eq(eng_assessor_dimensions(assessor, 1, customer, NOON(9), values, 2),
                     ENG_E_CALLBACK);
    ck_assert_int_eq(values[0].numerator, 0);
    ck_assert_int_eq(values[0].unit, 0);
  }
}
END_TEST

START_TEST(next_changes_stand_beside_those_of_texts)
{
  int32_t said[3], then[3];
  int64_t times[3];

  visits(1);
  told.next_in = 5;
  told.next_by = 1;
  ck_ok(eng_assessor_next_change(assessor, customer, NOON(2), said, times, then));
  ck_assert_int_eq(said[0], 1);
  ck_assert_int_eq(times[0], NOON(11) + 1);
  ck_assert_int_eq(then[0], 0);
  ck_assert_int_eq(said[1], 1);
  ck_assert_int_eq(times[1], NOON(2) + 5);
  ck_assert_int_eq(then[1], 2);
  told.next_in = ENG_TIME_NONE;
  ck_ok(eng_assessor_next_change(assessor, customer, NOON(2), NULL, times, then));
  ck_assert_int_eq(times[1], ENG_TIME_NONE);
  ck_assert_int_eq(then[1], 1);
  told.next_in = ENG_TIME_UNKNOWN;
  ck_ok(eng_assessor_next_change(assessor, customer, NOON(2), said, times, then));
  ck_assert_int_eq(times[0], NOON(11) + 1);
  ck_assert_int_eq(times[1], ENG_TIME_UNKNOWN);
  ck_assert_int_eq(then[1], 1);
}
END_TEST

START_TEST(without_a_next_change_it_is_unknown)
{
  int32_t said[3], then[3];
  int64_t times[3];
  eng_explanation *why;

  close_models();
  table.next_change = NULL;
  table.explain = NULL;
  told.released = 0;
  open_models();
  visits(1);
  ck_ok(eng_assessor_next_change(assessor, customer, NOON(2), said, times, then));
  ck_assert_int_eq(times[1], ENG_TIME_UNKNOWN);
  ck_assert_int_eq(then[1], said[1]);
  ck_ok(eng_assessor_explain(assessor, 1, customer, NOON(2), &why));
  ck_assert_int_eq(eng_explanation_next_change(why, NULL), ENG_TIME_UNKNOWN);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_CLAUSE), 0);
  ck_assert_str_eq(eng_explanation_text(why, ENG_PART_NOTE, 0),
                   "this model does not say why");
  eng_explanation_free(why);
}
END_TEST

/* ---- failing ---- */

static void fails(eng_status wanted)
{
  int32_t said[3] = {7, 7, 7}, then[3] = {7, 7, 7};
  int64_t times[3] = {7, 7, 7};

  ck_assert_int_eq(
      eng_assessor_next_change(assessor, customer, NOON(2), said, times, then), wanted);
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(said[i], 0);
    ck_assert_int_eq(times[i], ENG_TIME_NONE);
    ck_assert_int_eq(then[i], 0);
  }
}

START_TEST(a_callback_that_fails_fails_the_call)
{
  int32_t said[3] = {7, 7, 7};
  eng_value values[2];
  eng_explanation *why = NULL;

  visits(1);
  told.answer = 99;
  ck_assert_int_eq(eng_assessor_assess(assessor, customer, NOON(2), said),
                   ENG_E_CALLBACK);
  for (int i = 0; i < 3; i++) ck_assert_int_eq(said[i], 0);
  ck_assert_int_eq(eng_assessor_dimensions(assessor, 1, customer, NOON(2), values, 2),
                   ENG_E_CALLBACK);
  ck_assert_int_eq(eng_assessor_explain(assessor, 1, customer, NOON(2), &why),
                   ENG_E_CALLBACK);
  ck_assert_ptr_null(why);
  fails(ENG_E_CALLBACK);
  /* Text models go their own way where only they are asked about. */
  ck_ok(eng_assessor_explain(assessor, 0, customer, NOON(2), &why));
  ck_assert_int_eq(eng_explanation_stage(why), 1);
  eng_explanation_free(why);
  told.answer = ENG_E_NOMEM;
  fails(ENG_E_NOMEM);
  told.answer = ENG_OK;
  told.next_answer = ENG_E_TIME;
  fails(ENG_E_CALLBACK);
  told.next_answer = ENG_OK;
  told.explain_answer = ENG_E_TIME;
  ck_assert_int_eq(eng_assessor_explain(assessor, 1, customer, NOON(2), &why),
                   ENG_E_CALLBACK);
  told.explain_answer = ENG_OK;
  ck_ok(eng_assessor_assess(assessor, customer, NOON(2), said));
  ck_assert_int_eq(said[1], 1);
}
END_TEST

START_TEST(what_cannot_be_is_a_failure)
{
  visits(1);
  told.offset = 3;
  fails(ENG_E_CALLBACK);
  told.offset = -2;
  fails(ENG_E_CALLBACK);
  told.offset = 0;
  told.next_by = 1;
  told.next_in = 0; /* not ahead */
  fails(ENG_E_CALLBACK);
  told.next_in = -5;
  fails(ENG_E_CALLBACK);
  told.next_in = ENG_TIME_MAX;
  fails(ENG_E_CALLBACK);
  told.next_in = 5;
  told.next_by = 0; /* no change */
  fails(ENG_E_CALLBACK);
  told.next_by = 3;
  fails(ENG_E_CALLBACK);
  told.next_by = -2;
  fails(ENG_E_CALLBACK);
}
END_TEST

START_TEST(the_present_is_asked_for_and_the_past_is_not)
{
  eng_standing standings[3];
  int32_t stages[3], texts = 0;
  eng_assessor *alone;
  eng_history *history;
  size_t size;

  visits(1);
  ck_ok(eng_assessor_assess(assessor, customer, NOON(2), stages));
  ck_ok(eng_assessor_standing(assessor, customer, NOON(2), standings));
  for (int m = 0; m < eng_assessor_model_count(assessor); m++) {
    bool text = eng_model_print(eng_assessor_model(assessor, m), NULL, 0, &size) !=
                ENG_E_UNSUPPORTED;

    ck_assert_int_eq(standings[m].stage, stages[m]);
    ck_assert(standings[m].highest >= stages[m] && standings[m].lap == 1);
    ck_assert_int_eq(standings[m].since == ENG_TIME_UNKNOWN, !text);
    ck_assert_int_eq(standings[m].highest_at == ENG_TIME_UNKNOWN, !text);
    texts += text;
  }
  ck_assert(texts > 0 && texts < eng_assessor_model_count(assessor));
  ck_ok(eng_assessor_new(context, (const eng_model *const *)&models[1], 1, &alone));
  ck_ok(eng_assessor_standing(alone, customer, NOON(2), standings));
  ck_assert_int_eq(standings[0].stage, stages[1]);
  eng_assessor_free(alone);
  ck_assert_int_eq(eng_assessor_history(assessor, 1, customer, NOON(2), &history),
                   ENG_E_UNSUPPORTED);
  ck_assert_ptr_null(history);
  ck_ok(eng_assessor_history(assessor, 0, customer, NOON(2), &history));
  eng_history_free(history);
}
END_TEST

START_TEST(it_has_no_text_to_print_check_or_compare)
{
  eng_findings *findings;
  eng_diff *diff;
  size_t size;

  ck_assert_int_eq(eng_model_print(models[1], NULL, 0, &size), ENG_E_UNSUPPORTED);
  ck_assert_int_eq(eng_model_check(models[1], &findings), ENG_E_UNSUPPORTED);
  ck_assert_ptr_null(findings);
  ck_assert_int_eq(eng_model_diff(models[0], models[1], &diff), ENG_E_UNSUPPORTED);
  ck_assert_ptr_null(diff);
  ck_assert_int_eq(eng_model_diff(models[1], models[0], &diff), ENG_E_UNSUPPORTED);
}
END_TEST

/* ---- evidence ---- */

START_TEST(an_explanation_shows_what_the_host_says)
{
  eng_explanation *why;

  for (int i = 1; i <= 120; i++) visits(i);
  ck_ok(eng_assessor_explain(assessor, 1, customer, NOON(200), &why));
  ck_assert_int_eq(eng_explanation_stage(why), 3);
  ck_assert_int_eq(eng_explanation_target(why), 0);
  ck_assert_str_eq(eng_explanation_text(why, ENG_PART_CLAUSE, 0), "enough events");
  ck_assert_str_eq(eng_explanation_measured(why, ENG_PART_CLAUSE, 0), "5");
  ck_assert_str_eq(eng_explanation_threshold(why, ENG_PART_CLAUSE, 0), "3");
  ck_assert_int_eq(eng_explanation_holds(why, ENG_PART_CLAUSE, 0), ENG_HOLDS_YES);
  ck_assert_int_eq(eng_explanation_distance(why, ENG_PART_CLAUSE, 0),
                   ENG_DISTANCE_NONE);
  ck_assert_int_eq(eng_explanation_witness_count(why, ENG_PART_CLAUSE, 0), 100);
  ck_assert_int_eq(eng_explanation_witness_total(why, ENG_PART_CLAUSE, 0), 120);
  for (int32_t i = 0; i < 100; i++)
    ck_assert_int_eq(
        eng_event_occurred_at(eng_explanation_witness(why, ENG_PART_CLAUSE, 0, i)),
        NOON(120 - i));
  ck_assert_str_eq(eng_explanation_text(why, ENG_PART_MISSING, 0), "more of them");
  ck_assert_str_eq(eng_explanation_measured(why, ENG_PART_MISSING, 0), "");
  ck_assert_int_eq(eng_explanation_distance(why, ENG_PART_MISSING, 0), 2);
  ck_assert_str_eq(eng_explanation_text(why, ENG_PART_ADVICE, 0), "Ask them in");
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_NOTE), 0);
  eng_explanation_free(why);
}
END_TEST

static eng_status explain_badly(void *user, eng_view *view, int32_t stage,
                                eng_evidence *evidence)
{
  eng_context *strange = plain_context();
  eng_event *event = event_of(strange, ENG_EVENT_VISIT, 1);
  const eng_event *own = eng_view_next(view);

  (void)user;
  (void)stage;
  ck_assert_int_eq(eng_evidence_measure(evidence, "1", 1, "2", 1, 1, 1),
                   ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_evidence_witness(evidence, own), ENG_E_NOTFOUND);
  ck_assert_int_eq(say(NULL, ENG_PART_CLAUSE, "x"), ENG_E_INVALID);
  ck_assert_int_eq(eng_evidence_add(evidence, ENG_PART_CLAUSE, NULL, 0), ENG_E_INVALID);
  ck_assert_int_eq(say(evidence, 0, "x"), ENG_E_RANGE);
  ck_assert_int_eq(say(evidence, 5, "x"), ENG_E_RANGE);
  ck_assert_int_eq(say(evidence, ENG_PART_CLAUSE, "\xc3"), ENG_E_TEXT);
  ck_ok(say(evidence, ENG_PART_ADVICE, "x"));
  ck_assert_int_eq(eng_evidence_witness(evidence, own), ENG_E_NOTFOUND);
  for (int i = 0; i < 256; i++) ck_ok(say(evidence, ENG_PART_CLAUSE, "x"));
  ck_assert_int_eq(say(evidence, ENG_PART_CLAUSE, "x"), ENG_E_LIMIT);
  ck_assert_int_eq(eng_evidence_measure(evidence, NULL, 1, "2", 1, 1, 1),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_evidence_measure(evidence, "1", 1, "2", 1, 3, 1), ENG_E_RANGE);
  ck_assert_int_eq(eng_evidence_measure(evidence, "1", 1, "2", 1, 1, 0), ENG_E_RANGE);
  ck_assert_int_eq(eng_evidence_measure(evidence, "\xff", 1, "2", 1, 1, 1), ENG_E_TEXT);
  ck_assert_int_eq(eng_evidence_witness(evidence, event), ENG_E_CONTEXT);
  ck_assert_int_eq(eng_evidence_witness(evidence, NULL), ENG_E_INVALID);
  eng_event_free(event);
  eng_context_free(strange);
  return ENG_OK;
}

START_TEST(evidence_is_checked)
{
  eng_explanation *why;

  close_models();
  table.explain = explain_badly;
  told.released = 0;
  open_models();
  visits(1);
  ck_ok(eng_assessor_explain(assessor, 1, customer, NOON(2), &why));
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_CLAUSE), 256);
  ck_assert_str_eq(eng_explanation_measured(why, ENG_PART_CLAUSE, 255), "");
  ck_assert_int_eq(eng_explanation_holds(why, ENG_PART_CLAUSE, 255), ENG_HOLDS_UNKNOWN);
  eng_explanation_free(why);
}
END_TEST

/* ---- a book ---- */

/* Each customer's stage and name, also of those whose summary would decide a text. */
START_TEST(over_a_book_every_customer_is_asked)
{
  enum { CUSTOMERS = 200 };
  static int32_t columns[3 * CUSTOMERS];
  eng_event *event = event_of(context, ENG_EVENT_IMPRESSION, 0);
  eng_book *book;
  uint64_t row;
  int32_t said[3], then[3];
  int64_t times[3];

  ck_ok(eng_book_new(context, NULL, &book));
  for (int i = 0; i < CUSTOMERS; i++) {
    char id[32];
    int length = snprintf(id, sizeof id, "customer-%d", i);

    for (int k = 0; k <= i % 6; k++) {
      ck_ok(eng_event_reset(event, ENG_EVENT_IMPRESSION, NOON(k)));
      ck_ok(eng_book_record(book, id, (size_t)length, event, NULL));
    }
  }
  told.asked = 0;
  ck_ok(
      eng_book_assess(book, assessor, NOON(50), NULL, CUSTOMERS, columns, NULL, NULL));
  ck_assert_int_eq(told.asked, CUSTOMERS);
  for (int i = 0; i < CUSTOMERS; i++) {
    int events = i % 6 + 1;

    ck_assert_int_eq(columns[CUSTOMERS + i], events >= 5 ? 3 : events >= 3 ? 2 : 1);
    ck_assert_int_eq(columns[i], 0);
  }
  ck_ok(eng_book_find(book, "customer-16", 11, &row));
  ck_ok(eng_book_assess_one(book, row, assessor, NOON(50), said));
  ck_assert_int_eq(said[1], 3);
  ck_assert_str_eq(told.id, "customer-16");
  told.next_in = 7;
  told.next_by = -1;
  ck_ok(eng_book_next_change(book, row, assessor, NOON(50), said, times, then));
  ck_assert_int_eq(times[1], NOON(50) + 7);
  ck_assert_int_eq(then[1], 2);
  told.answer = 1;
  ck_assert_int_eq(eng_book_assess_one(book, row, assessor, NOON(50), said),
                   ENG_E_CALLBACK);
  ck_assert_int_eq(said[1], 0);
  ck_assert_int_eq(
      eng_book_next_change(book, row, assessor, NOON(50), said, times, then),
      ENG_E_CALLBACK);
  ck_assert_int_eq(times[1], ENG_TIME_NONE);
  ck_assert_int_eq(
      eng_book_assess(book, assessor, NOON(50), NULL, CUSTOMERS, columns, NULL, NULL),
      ENG_E_CALLBACK);
  eng_event_free(event);
  eng_book_free(book);
}
END_TEST

/* ---- memory ---- */

/* _i: 0 one-shot, 1 persistent. */
START_TEST(every_request_fails_once)
{
  struct host host;
  eng_allocator memory = host_allocator(&host);
  eng_context *outer = context;
  eng_model *outer_models[3] = {models[0], models[1], models[2]};
  eng_assessor *outer_assessor = assessor;
  eng_customer *outer_customer = customer;
  uint64_t failures = 0;

  memset(&host, 0, sizeof host);
  context = new_context(&memory);
  customer = customer_of(context);
  happens(ENG_EVENT_PURCHASE, NOON(1), 5, EUR, 1, 0);
  happens(ENG_EVENT_REFUND, NOON(2), 1, EUR, 2, 1);
  visits(3);
  table.release = NULL;
  for (uint64_t n = 1;; n++) {
    eng_model *made = NULL;
    eng_assessor *asks = NULL;
    eng_explanation *why = NULL;
    eng_value values[2];
    int32_t said, then;
    int64_t time;
    eng_status status;

    host_reset(&host);
    host.fail_at = n;
    host.for_ever = _i == 1;
    status = eng_model_from_callbacks(context, &table, &made, NULL);
    if (status == ENG_OK)
      status = eng_assessor_new(context, (const eng_model *const *)&made, 1, &asks);
    if (status == ENG_OK)
      status = eng_assessor_next_change(asks, customer, NOON(9), &said, &time, &then);
    if (status == ENG_OK)
      status = eng_assessor_dimensions(asks, 0, customer, NOON(9), values, 2);
    if (status == ENG_OK)
      status = eng_assessor_explain(asks, 0, customer, NOON(9), &why);
    if (status != ENG_OK) {
      ck_assert_int_eq(status, ENG_E_NOMEM);
      ck_assert_ptr_null(why);
    }
    eng_explanation_free(why);
    eng_assessor_free(asks);
    eng_model_free(made);
    failures += host.failures;
    if (host.failures == 0) break;
  }
  ck_assert_uint_gt(failures, 15);
  eng_customer_free(customer);
  eng_context_free(context);
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
  context = outer;
  memcpy(models, outer_models, sizeof models);
  assessor = outer_assessor;
  customer = outer_customer;
}
END_TEST

Suite *callback_suite(void)
{
  Suite *suite = suite_create("callback");
  TCase *tests = tcase_create("callback");

  tcase_add_checked_fixture(tests, open_all, close_all);
  tcase_add_test(tests, a_callback_model_is_a_model_like_any_other);
  tcase_add_test(tests, tables_are_checked);
  tcase_add_test(tests, it_sees_what_measures_see);
  tcase_add_test(tests, dimensions_come_in_lowest_terms);
  tcase_add_test(tests, next_changes_stand_beside_those_of_texts);
  tcase_add_test(tests, without_a_next_change_it_is_unknown);
  tcase_add_test(tests, a_callback_that_fails_fails_the_call);
  tcase_add_test(tests, what_cannot_be_is_a_failure);
  tcase_add_test(tests, the_present_is_asked_for_and_the_past_is_not);
  tcase_add_test(tests, it_has_no_text_to_print_check_or_compare);
  tcase_add_test(tests, an_explanation_shows_what_the_host_says);
  tcase_add_test(tests, evidence_is_checked);
  tcase_add_test(tests, over_a_book_every_customer_is_asked);
  tcase_add_loop_test(tests, every_request_fails_once, 0, 2);
  suite_add_tcase(suite, tests);
  return suite;
}
