/* SPDX-License-Identifier: MIT
 *
 * test_score.c - scores: what they are called, their exact lines, what changed from one
 * moment to another, what say_stay_spend says of a story; RFM and its digits; memory.
 * docs/language.md has the rules; tests/property holds them at random.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

Suite *score_suite(void);

/* Noon of a day, counted from 2024-01-01. */
#define NOON(n) (INT64_C(1704067200000) + (n)*DAY + DAY / 2)

static struct host host;
static eng_context *context;
static eng_customer *ada;

static eng_context *context_with(int32_t currency)
{
  eng_allocator memory = host_allocator(&host);
  eng_settings *settings;
  eng_context *made;

  ck_ok(eng_settings_new(&memory, &settings));
  ck_ok(eng_settings_set_currency(settings, currency));
  ck_ok(eng_context_new(settings, &made));
  eng_settings_free(settings);
  return made;
}

static void open_host(void)
{
  memset(&host, 0, sizeof host);
  context = context_with(978);
  ada = customer_of(context);
}

static void close_host(void)
{
  eng_customer_free(ada);
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

/* ---- models and stories ---- */

static eng_model *parsed(const char *body)
{
  char text[20000];
  eng_model *model;
  eng_error error;

  snprintf(text, sizeof text, "language 1 model m\n%s\nstage a when count(any) >= 1",
           body);
  eng_error_init(&error, sizeof error);
  if (eng_model_parse(context, text, strlen(text), &model, &error) != ENG_OK)
    ck_abort_msg("%u:%u: %s\n%s", error.line, error.column, error.text, text);
  return model;
}

static eng_assessor *assessor_of(const eng_model *model)
{
  eng_assessor *assessor;

  ck_ok(eng_assessor_new(context, &model, 1, &assessor));
  return assessor;
}

static void happens(int32_t kind, int64_t at)
{
  (void)record(ada, event_of(context, kind, at));
}

static void buys(int64_t at, int64_t amount, int32_t currency)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, at);

  ck_ok(eng_event_set_amount(event, amount, currency));
  (void)record(ada, event);
}

static void refers(int64_t at, bool paid)
{
  eng_event *event = event_of(context, ENG_EVENT_REFER, at);

  ck_ok(eng_event_set_flags(event, paid, 0));
  (void)record(ada, event);
}

/* ---- lines as text ---- */

struct page {
  char text[4000];
  size_t size;
};

static void put(struct page *page, const char *words)
{
  size_t size = strlen(words);

  ck_assert_uint_lt(page->size + size, sizeof page->text);
  memcpy(page->text + page->size, words, size + 1);
  page->size += size;
}

static void put_line(struct page *page, const char *term, int32_t points,
                     const eng_event *event, const char *mark)
{
  char line[200], at[40] = "";

  if (event != NULL)
    snprintf(at, sizeof at, " @%d",
             (int)((eng_event_occurred_at(event) - NOON(0)) / DAY));
  snprintf(line, sizeof line, "%s %+d%s%s\n", term, (int)points, at, mark);
  put(page, line);
}

static const char *state_mark(int32_t state)
{
  static const char *const marks[] = {"?",     "",           " capped",
                                      " none", " undefined", " bound"};

  return marks[state >= 1 && state <= 5 ? state : 0];
}

static const char *cause_mark(int32_t cause)
{
  static const char *const marks[] = {"?", " appeared", " expired", " gone",
                                      " changed"};

  return marks[cause >= 1 && cause <= 4 ? cause : 0];
}

/* "term +points @day state" for each line of a score. */
static eng_score_explanation *explained(eng_assessor *assessor, int32_t score,
                                        int64_t at, const char *wanted)
{
  struct page page = {"", 0};
  eng_score_explanation *x;
  int32_t sum = 0;

  ck_ok(eng_assessor_explain_score(assessor, 0, score, ada, at, &x));
  for (int32_t i = 0; i < eng_score_explanation_line_count(x); i++) {
    put_line(&page, eng_score_explanation_term(x, i),
             eng_score_explanation_points(x, i), eng_score_explanation_event(x, i),
             state_mark(eng_score_explanation_state(x, i)));
    sum += eng_score_explanation_points(x, i);
  }
  if (wanted != NULL) ck_assert_str_eq(page.text, wanted);
  ck_assert_int_eq(sum, eng_score_explanation_score(x));
  return x;
}

static void expect_lines(const char *body, int64_t at, const char *wanted)
{
  eng_model *model = parsed(body);
  eng_assessor *assessor = assessor_of(model);

  eng_score_explanation_free(explained(assessor, 0, at, wanted));
  eng_assessor_free(assessor);
  eng_model_free(model);
}

/* "term +points @day cause" for each line of a difference. */
static void expect_change(const eng_score_explanation *before,
                          const eng_score_explanation *after, const char *wanted)
{
  struct page page = {"", 0};
  eng_score_difference *d;
  int32_t sum = 0;

  ck_ok(eng_score_compare(before, after, &d));
  for (int32_t i = 0; i < eng_score_difference_line_count(d); i++) {
    int32_t by = eng_score_difference_after(d, i) - eng_score_difference_before(d, i);

    put_line(&page, eng_score_difference_term(d, i), by,
             eng_score_difference_event(d, i),
             cause_mark(eng_score_difference_cause(d, i)));
    sum += by;
  }
  ck_assert_str_eq(page.text, wanted);
  ck_assert_int_eq(sum, eng_score_difference_total(d));
  eng_score_difference_free(d);
}

/* ---- names ---- */

START_TEST(scores_are_found_by_name)
{
  eng_model *model = parsed("score say \"what they \\\"tell\\\"\"\n"
                            "term t 1 each count(refer)\n"
                            "score stay term t 1 when say > 0");
  int32_t index = 7;

  ck_assert_int_eq(eng_model_score_count(model), 2);
  ck_assert_str_eq(eng_model_score_name(model, 0), "say");
  ck_assert_str_eq(eng_model_score_title(model, 0), "what they \"tell\"");
  ck_assert_str_eq(eng_model_score_name(model, 1), "stay");
  ck_assert_str_eq(eng_model_score_title(model, 1), "");
  ck_assert_ptr_null(eng_model_score_name(model, 2));
  ck_assert_ptr_null(eng_model_score_name(model, -1));
  ck_assert_ptr_null(eng_model_score_title(model, 2));
  ck_ok(eng_model_score_find(model, "stay", 4, &index));
  ck_assert_int_eq(index, 1);
  ck_assert_int_eq(eng_model_score_find(model, "stays", 5, &index), ENG_E_NOTFOUND);
  ck_assert_int_eq(index, 0);
  ck_assert_int_eq(eng_model_score_find(model, NULL, 0, &index), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_score_find(model, "say", 3, NULL), ENG_E_INVALID);
  eng_model_free(model);
}
END_TEST

START_TEST(scores_refuse_what_is_not_theirs)
{
  eng_model *model = parsed("score say term t 1 each count(refer)\n"
                            "score stay term t 70 when count(visit) >= 0");
  eng_assessor *assessor = assessor_of(model);
  eng_context *second = context_with(978);
  eng_customer *stranger = customer_of(second);
  eng_score_explanation *x = NULL, *y = NULL;
  eng_score_difference *d;
  int32_t values[3] = {9, 9, 9};

#define REFUSED(status, call) ck_assert_int_eq((call), (status))
  REFUSED(ENG_E_INVALID, eng_assessor_scores(NULL, 0, ada, 0, values, 3));
  REFUSED(ENG_E_INVALID, eng_assessor_scores(assessor, 0, NULL, 0, values, 3));
  REFUSED(ENG_E_INVALID, eng_assessor_scores(assessor, 0, ada, 0, NULL, 3));
  REFUSED(ENG_E_RANGE, eng_assessor_scores(assessor, 1, ada, 0, values, 3));
  REFUSED(ENG_E_RANGE, eng_assessor_scores(assessor, -1, ada, 0, values, 3));
  REFUSED(ENG_E_CONTEXT, eng_assessor_scores(assessor, 0, stranger, 0, values, 3));
  REFUSED(ENG_E_TIME, eng_assessor_scores(assessor, 0, ada, -1, values, 3));
  REFUSED(ENG_E_BUFFER, eng_assessor_scores(assessor, 0, ada, 0, values, 1));
  ck_assert_int_eq(values[0], 0);
  ck_ok(eng_assessor_scores(assessor, 0, ada, 0, values, 3));
  ck_assert_int_eq(values[0], 0);
  ck_assert_int_eq(values[1], 70);
  ck_assert_int_eq(values[2], 0);

  REFUSED(ENG_E_INVALID, eng_assessor_explain_score(assessor, 0, 0, ada, 0, NULL));
  REFUSED(ENG_E_INVALID, eng_assessor_explain_score(NULL, 0, 0, ada, 0, &x));
  REFUSED(ENG_E_INVALID, eng_assessor_explain_score(assessor, 0, 0, NULL, 0, &x));
  REFUSED(ENG_E_RANGE, eng_assessor_explain_score(assessor, 0, 2, ada, 0, &x));
  REFUSED(ENG_E_RANGE, eng_assessor_explain_score(assessor, 0, -1, ada, 0, &x));
  REFUSED(ENG_E_RANGE, eng_assessor_explain_score(assessor, 1, 0, ada, 0, &x));
  REFUSED(ENG_E_CONTEXT, eng_assessor_explain_score(assessor, 0, 0, stranger, 0, &x));
  REFUSED(ENG_E_TIME,
          eng_assessor_explain_score(assessor, 0, 0, ada, ENG_TIME_MAX + 1, &x));
  ck_assert_ptr_null(x);

  ck_ok(eng_assessor_explain_score(assessor, 0, 1, ada, 0, &x));
  ck_assert_ptr_null(eng_score_explanation_term(x, 1));
  ck_assert_ptr_null(eng_score_explanation_title(x, -1));
  ck_assert_ptr_null(eng_score_explanation_text(x, 1));
  ck_assert_ptr_null(eng_score_explanation_event(x, 0));
  ck_assert_ptr_null(eng_score_explanation_event(x, 1));
  ck_assert_int_eq(eng_score_explanation_points(x, 1), 0);
  ck_assert_int_eq(eng_score_explanation_state(x, 1), ENG_POINTS_NONE);
  ck_assert(eng_score_explanation_expires_at(x, 1) == ENG_TIME_NONE);
  ck_assert(eng_score_explanation_as_of(x) == 0);

  REFUSED(ENG_E_INVALID, eng_score_compare(x, x, NULL));
  REFUSED(ENG_E_INVALID, eng_score_compare(NULL, x, &d));
  REFUSED(ENG_E_INVALID, eng_score_compare(x, NULL, &d));
  ck_ok(eng_score_compare(x, x, &d));
  ck_assert_int_eq(eng_score_difference_line_count(d), 0);
  ck_assert_int_eq(eng_score_difference_total(d), 0);
  ck_assert_ptr_null(eng_score_difference_term(d, 0));
  ck_assert_ptr_null(eng_score_difference_title(d, 0));
  ck_assert_ptr_null(eng_score_difference_event(d, 0));
  ck_assert_int_eq(eng_score_difference_before(d, 0), 0);
  ck_assert_int_eq(eng_score_difference_after(d, -1), 0);
  ck_assert_int_eq(eng_score_difference_cause(d, 0), 0);
  eng_score_difference_free(d);
  eng_score_difference_free(NULL);
  eng_score_explanation_free(x);
  eng_score_explanation_free(y);
  eng_customer_free(stranger);
  eng_context_free(second);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

/* ---- lines ---- */

START_TEST(a_cap_credits_the_newest_first)
{
  const char *body = "score say term told \"tells\" 50 each count(share) up to 120";

  for (int i = 0; i < 5; i++) happens(ENG_EVENT_SHARE, NOON(i));
  expect_lines(body, NOON(0), "told +50 @0\n");
  expect_lines(body, NOON(1), "told +50 @1\ntold +50 @0\n");
  expect_lines(body, NOON(4),
               "told +50 @4\ntold +50 @3\ntold +20 @2 capped\ntold +0 @1 capped\n"
               "told +0 @0 capped\n");
}
END_TEST

START_TEST(what_counts_against_is_capped_too)
{
  for (int i = 0; i < 3; i++) happens(ENG_EVENT_COMPLAINT, NOON(i));
  happens(ENG_EVENT_SHARE, NOON(3));
  expect_lines("score say\n term told 500 each count(share)\n"
               " term angry -80 each count(complaint) up to 100",
               NOON(4),
               "told +500 @3\nangry -80 @2\nangry -20 @1 capped\nangry +0 @0 capped\n");
}
END_TEST

START_TEST(a_day_is_credited_by_its_last_event)
{
  happens(ENG_EVENT_VISIT, NOON(0));
  happens(ENG_EVENT_VISIT, NOON(0) + 1);
  happens(ENG_EVENT_VISIT, NOON(2));
  eng_model *model = parsed("score stay term came 10 each days(visit within 10 days)");
  eng_assessor *assessor = assessor_of(model);
  eng_score_explanation *x =
      explained(assessor, 0, NOON(3), "came +10 @2\ncame +10 @0\n");

  ck_assert(eng_event_occurred_at(eng_score_explanation_event(x, 1)) == NOON(0) + 1);
  ck_assert(eng_score_explanation_expires_at(x, 1) == NOON(10) + 1);
  ck_assert_str_eq(eng_score_explanation_text(x, 0),
                   "10 each days(visit within 10 days)");
  eng_score_explanation_free(x);
  /* The day counts for as long as one of its events does. */
  eng_score_explanation_free(
      explained(assessor, 0, NOON(10), "came +10 @2\ncame +10 @0\n"));
  eng_score_explanation_free(explained(assessor, 0, NOON(10) + 1, "came +10 @2\n"));
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(floor_and_ceiling_are_lines)
{
  happens(ENG_EVENT_SHARE, NOON(0));
  expect_lines("score s term a 700 each count(share) term b 700 when count(share) = 1",
               NOON(0), "a +700 @0\nb +700\nceiling -400 bound\n");
  expect_lines("score s term a -70 each count(share) term b 20 when count(share) = 1",
               NOON(0), "a -70 @0\nb +20\nfloor +50 bound\n");
  expect_lines("score s term a 1000 each count(share)", NOON(0), "a +1000 @0\n");
}
END_TEST

START_TEST(a_ratio_is_rounded_down)
{
  happens(ENG_EVENT_SHARE, NOON(0));
  expect_lines("score s term a count(share) * 79 / 10 term b 500\n"
               "term c -count(share) / 2 term d count(share) * 9 up to 4",
               NOON(0), "a +7\nb +500\nc -1\nd +4 capped\n");
}
END_TEST

START_TEST(what_is_not_known_gives_nothing_and_is_said)
{
  buys(NOON(0), INT64_MAX - 1, 978);
  buys(NOON(1), INT64_MAX - 1, 978);
  expect_lines("score s\n"
               " term no_event  50 each count(share)\n"
               " term by_zero   5 / count(share)\n"
               " term too_much  sum(purchase) / 0.01 EUR\n"
               " term of_none   50 when recency(share) < 3 days\n"
               " term not_so    50 when count(share) > 0\n"
               " term great     max(purchase) / 0.01 EUR",
               NOON(1),
               "no_event +0 none\nby_zero +0 undefined\ntoo_much +0 undefined\n"
               "of_none +0 undefined\nnot_so +0 none\ngreat +1000000 capped\n"
               "ceiling -999000 bound\n");
}
END_TEST

START_TEST(points_and_counts_may_have_names)
{
  happens(ENG_EVENT_SHARE, NOON(0));
  expect_lines(
      "param p = 20 param most = p * 2 let told = count(share) let again = told\n"
      "score s term a -p / 2 * 2 each again up to most term b p when told > 0\n"
      "score t term a s",
      NOON(0), "a -20 @0\nb +20\n");
}
END_TEST

START_TEST(conditions_and_expressions_show_what_they_measure)
{
  eng_model *model =
      parsed("score s term a 5 when count(share) >= 2 and count(visit) < 9\n"
             "term b 5 when count(share) >= 4 term c sum(purchase) / 1.00 EUR\n"
             "term d 5 each count(share)");
  eng_assessor *assessor = assessor_of(model);
  eng_score_explanation *x;
  const eng_explanation *why;

  happens(ENG_EVENT_SHARE, NOON(0));
  happens(ENG_EVENT_SHARE, NOON(1));
  buys(NOON(2), 700, 978);
  x = explained(assessor, 0, NOON(3), "a +5\nb +0 none\nc +7\nd +5 @1\nd +5 @0\n");
  why = eng_score_explanation_why(x, 0);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_CLAUSE), 2);
  ck_assert_str_eq(eng_explanation_text(why, ENG_PART_CLAUSE, 0), "count(share) >= 2");
  ck_assert_str_eq(eng_explanation_measured(why, ENG_PART_CLAUSE, 0), "2");
  ck_assert_int_eq(eng_explanation_witness_count(why, ENG_PART_CLAUSE, 0), 2);
  ck_assert_int_eq(eng_explanation_stage(why), 0);
  ck_assert(eng_explanation_next_change(why, NULL) == ENG_TIME_NONE);
  why = eng_score_explanation_why(x, 1);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_CLAUSE), 0);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_MISSING), 1);
  ck_assert_int_eq(eng_explanation_distance(why, ENG_PART_MISSING, 0), 2);
  why = eng_score_explanation_why(x, 2);
  ck_assert_str_eq(eng_explanation_text(why, ENG_PART_CLAUSE, 0),
                   "sum(purchase) / 1.00 EUR");
  ck_assert_int_eq(eng_explanation_witness_count(why, ENG_PART_CLAUSE, 0), 1);
  ck_assert_ptr_null(eng_score_explanation_why(x, 3));
  ck_assert_ptr_null(eng_score_explanation_why(x, 9));
  eng_score_explanation_free(x);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(what_is_refunded_is_not_credited)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, NOON(0));

  ck_ok(eng_event_set_id(event, 5));
  (void)record(ada, event);
  happens(ENG_EVENT_PURCHASE, NOON(1));
  event = event_of(context, ENG_EVENT_REFUND, NOON(2));
  ck_ok(eng_event_set_refers_to(event, 1, 5));
  (void)record(ada, event);
  eng_model *model = parsed("score s term bought 50 each count(purchase)");
  eng_assessor *assessor = assessor_of(model);
  eng_score_explanation *before =
      explained(assessor, 0, NOON(1), "bought +50 @1\nbought +50 @0\n");
  eng_score_explanation *after = explained(assessor, 0, NOON(2), "bought +50 @1\n");

  expect_change(before, after, "bought -50 @0 gone\n");
  expect_change(after, before, "bought +50 @0 appeared\n");
  eng_score_explanation_free(before);
  eng_score_explanation_free(after);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(old_events_beyond_a_cap_are_counted_only)
{
  eng_score_explanation *x;
  eng_model *model = parsed("score s term came 3 each count(visit) up to 7");
  eng_assessor *assessor = assessor_of(model);

  for (int i = 0; i < 150; i++) happens(ENG_EVENT_VISIT, NOON(i));
  x = explained(assessor, 0, NOON(200), NULL);
  ck_assert_int_eq(eng_score_explanation_score(x), 7);
  ck_assert_int_eq(eng_score_explanation_line_count(x), 103);
  ck_assert_int_eq(eng_score_explanation_hidden(x), 47);
  eng_score_explanation_free(x);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(wording_is_on_one_line_and_cut)
{
  char body[3000] = "score s term a # why\n 5   when\tcount(visit\n) > 0";
  eng_score_explanation *x;
  eng_model *model = parsed(body);
  eng_assessor *assessor = assessor_of(model);

  x = explained(assessor, 0, NOON(0), NULL);
  ck_assert_str_eq(eng_score_explanation_text(x, 0), "5 when count(visit ) > 0");
  eng_score_explanation_free(x);
  eng_assessor_free(assessor);
  eng_model_free(model);
  strcpy(body, "score s term a 5 when count(visit) > 0");
  for (int i = 0; i < 90; i++) strcat(body, " or count(visit) > 12");
  model = parsed(body);
  assessor = assessor_of(model);
  x = explained(assessor, 0, NOON(0), NULL);
  ck_assert_uint_eq(strlen(eng_score_explanation_text(x, 0)), 1005);
  ck_assert_str_eq(eng_score_explanation_text(x, 0) + 1001, " ...");
  eng_score_explanation_free(x);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

/* ---- differences ---- */

START_TEST(a_difference_is_a_list_of_causes)
{
  eng_model *model = parsed("score say\n"
                            " term told 60 each count(share within 30 days) up to 150\n"
                            " term near 100 when recency(visit) <= 10 days\n"
                            " term both count(visit, share)");
  eng_assessor *assessor = assessor_of(model);
  eng_score_explanation *before, *after;

  happens(ENG_EVENT_VISIT, NOON(0));
  for (int i = 0; i < 3; i++) happens(ENG_EVENT_SHARE, NOON(i));
  happens(ENG_EVENT_SHARE, NOON(20));
  before = explained(assessor, 0, NOON(2),
                     "told +60 @2\ntold +60 @1\ntold +30 @0 capped\nnear +100\n"
                     "both +4\n");
  after = explained(assessor, 0, NOON(31),
                    "told +60 @20\ntold +60 @2\nnear +0 none\nboth +5\n");
  expect_change(before, after,
                "told +60 @20 appeared\ntold -60 @1 expired\ntold -30 @0 expired\n"
                "near -100 gone\nboth +1 changed\n");
  expect_change(after, before,
                "told -60 @20 gone\ntold +60 @1 appeared\ntold +30 @0 appeared\n"
                "near +100 appeared\nboth -1 changed\n");
  eng_score_explanation_free(before);
  /* A newer event takes its share of the cap from an older one. */
  before = explained(assessor, 0, NOON(20),
                     "told +60 @20\ntold +60 @2\ntold +30 @1 capped\n"
                     "told +0 @0 capped\nnear +0 none\nboth +5\n");
  expect_change(before, after, "told -30 @1 expired\n");
  eng_score_explanation_free(after);
  after = explained(assessor, 0, NOON(1), NULL);
  expect_change(after, before,
                "told +60 @20 appeared\ntold +60 @2 appeared\ntold -30 @1 changed\n"
                "told -60 @0 changed\nnear -100 gone\nboth +2 changed\n");
  eng_score_explanation_free(before);
  eng_score_explanation_free(after);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(a_bound_may_come_and_go)
{
  eng_model *model = parsed("score s term a 600 each count(share within 5 days)");
  eng_assessor *assessor = assessor_of(model);
  eng_score_explanation *before, *after;

  happens(ENG_EVENT_SHARE, NOON(0));
  happens(ENG_EVENT_SHARE, NOON(3));
  before =
      explained(assessor, 0, NOON(3), "a +600 @3\na +600 @0\nceiling -200 bound\n");
  after = explained(assessor, 0, NOON(5), "a +600 @3\n");
  expect_change(before, after, "a -600 @0 expired\nceiling +200 gone\n");
  expect_change(after, before, "a +600 @0 appeared\nceiling -200 appeared\n");
  eng_score_explanation_free(before);
  eng_score_explanation_free(after);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(two_revisions_are_compared_by_the_names_of_terms)
{
  eng_model *first = parsed("score s term a 10 each count(share) term b 5"),
            *second = parsed("score s term c 7 term a 20 each count(share)");
  eng_assessor *one = assessor_of(first), *two = assessor_of(second);
  eng_score_explanation *before, *after;

  happens(ENG_EVENT_SHARE, NOON(0));
  before = explained(one, 0, NOON(3), "a +10 @0\nb +5\n");
  after = explained(two, 0, NOON(3), "c +7\na +20 @0\n");
  expect_change(before, after, "c +7 appeared\na +10 @0 changed\nb -5 gone\n");
  eng_score_explanation_free(before);
  eng_score_explanation_free(after);
  eng_assessor_free(one);
  eng_assessor_free(two);
  eng_model_free(first);
  eng_model_free(second);
}
END_TEST

/* ---- scores in stages ---- */

START_TEST(a_stage_on_a_score_knows_when_it_ends)
{
  static const char text[] = "language 1 model m\n"
                             "score say term told 60 each count(share within 30 days)\n"
                             "  term near 100 when recency(visit) <= 10 days\n"
                             "stage quiet when say >= 0\n"
                             "stage loud when say >= 160";
  eng_model *model;
  eng_assessor *assessor;
  int32_t stage, next_stage;
  int64_t next;

  ck_ok(eng_model_parse(context, text, strlen(text), &model, NULL));
  assessor = assessor_of(model);
  happens(ENG_EVENT_SHARE, NOON(0));
  happens(ENG_EVENT_VISIT, NOON(1));
  ck_ok(eng_assessor_next_change(assessor, ada, NOON(2), &stage, &next, &next_stage));
  ck_assert_int_eq(stage, 2);
  ck_assert_int_eq(next_stage, 1);
  ck_assert(next == NOON(11) + 1);
  happens(ENG_EVENT_VISIT, NOON(25));
  ck_ok(eng_assessor_next_change(assessor, ada, NOON(26), &stage, &next, &next_stage));
  ck_assert_int_eq(stage, 2);
  ck_assert(next == NOON(30));
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

/* ---- say, stay, spend ---- */

static void expect_scores(const eng_model *model, int64_t at, int32_t say, int32_t stay,
                          int32_t spend, const char *stage)
{
  eng_assessor *assessor = assessor_of(model);
  int32_t values[3], rank;

  ck_ok(eng_assessor_scores(assessor, 0, ada, at, values, 3));
  ck_ok(eng_assessor_assess(assessor, ada, at, &rank));
  ck_assert_int_eq(values[0], say);
  ck_assert_int_eq(values[1], stay);
  ck_assert_int_eq(values[2], spend);
  ck_assert_str_eq(eng_model_stage_name(model, rank), stage);
  eng_assessor_free(assessor);
}

static eng_model *published(void)
{
  eng_model *model;

  ck_ok(eng_model_builtin(context, "say_stay_spend", 14, &model));
  return model;
}

START_TEST(say_stay_spend_follows_a_story)
{
  eng_model *model = published();
  eng_event *event;

  expect_scores(model, NOON(0), 0, 0, 0, "none");
  buys(NOON(0), 12000, 978);
  /* Seen lately, one day: 150 + 25; 120 of money and one day: 120 + 30. */
  expect_scores(model, NOON(0), 0, 175, 150, "low");
  buys(NOON(30), 15000, 978);
  /* In rhythm, too. */
  expect_scores(model, NOON(31), 0, 450, 330, "low");
  buys(NOON(60), 18000, 978);
  expect_scores(model, NOON(61), 0, 475, 540, "medium");
  happens(ENG_EVENT_LOYALTY_JOIN, NOON(61));
  expect_scores(model, NOON(62), 0, 575, 540, "high");
  /* Whoever was paid to tell told half as much. */
  refers(NOON(62), false);
  expect_scores(model, NOON(62), 120, 575, 540, "high");
  refers(NOON(63), true);
  expect_scores(model, NOON(63), 180, 575, 540, "high");
  /* A ten in a survey tells nobody; that it is a sign of life is known already. */
  event = event_of(context, ENG_EVENT_RATING, NOON(64));
  ck_ok(eng_event_set_scale(event, ENG_SCALE_NPS));
  ck_ok(eng_event_set_value(event, 10000));
  ck_ok(eng_event_set_valence(event, 2));
  (void)record(ada, event);
  expect_scores(model, NOON(64), 180, 575, 540, "high");
  /* Nothing for two years: all of it is gone. */
  expect_scores(model, NOON(800), 0, 0, 0, "low");
  eng_model_free(model);
}
END_TEST

/* Renewed once and then ended: two contracts and one end, and none that runs. */
START_TEST(a_renewed_contract_that_ended_does_not_run)
{
  eng_model *model = published();

  happens(ENG_EVENT_CONTRACT, NOON(0));
  happens(ENG_EVENT_CONTRACT, NOON(300));
  /* Seen lately, bound, renewed. */
  expect_scores(model, NOON(301), 0, 150 + 150 + 100, 0, "low");
  happens(ENG_EVENT_CONTRACT_END, NOON(310));
  /* Seen lately and renewed, and gave notice. */
  expect_scores(model, NOON(311), 0, 150 + 100 - 150, 0, "low");
  /* The next contract may begin at that instant. */
  happens(ENG_EVENT_CONTRACT, NOON(310));
  expect_scores(model, NOON(311), 0, 150 + 150 + 100 - 150, 0, "low");
  eng_model_free(model);
}
END_TEST

START_TEST(say_stay_spend_works_without_a_currency)
{
  eng_context *plain = context_with(0);
  eng_customer *bo = customer_of(plain);
  eng_event *event = event_of(plain, ENG_EVENT_PURCHASE, NOON(0));
  eng_model *model, *own;
  eng_assessor *assessor;
  eng_error error;
  int32_t values[3];
  static const char text[] = "language 1 model m stage a when sum(purchase) > 5 base";

  ck_ok(eng_event_set_amount(event, 5000, 978));
  (void)record(bo, event);
  ck_ok(eng_model_builtin(plain, "say_stay_spend", 14, &model));
  ck_ok(eng_assessor_new(plain, (const eng_model *const *)&model, 1, &assessor));
  ck_ok(eng_assessor_scores(assessor, 0, bo, NOON(0), values, 3));
  ck_assert_int_eq(values[2], 30); /* a day with a purchase, and no money */
  /* A text of the host's own is told. */
  eng_error_init(&error, sizeof error);
  ck_assert_int_eq(eng_model_parse(plain, text, strlen(text), &own, &error),
                   ENG_E_TYPE);
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_customer_free(bo);
  eng_context_free(plain);
}
END_TEST

START_TEST(base_is_money_of_any_currency)
{
  static const struct {
    int32_t currency;
    const char *text;
    eng_status status;
  } cases[] = {{978, "stage a when sum(purchase) > 5.25 base", ENG_OK},
               {392, "stage a when sum(purchase) > 5 base", ENG_OK},
               {392, "stage a when sum(purchase) > 5.25 base", ENG_E_SYNTAX},
               {978, "stage a when count(purchase) > 5 base", ENG_E_TYPE}};

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    eng_context *own = context_with(cases[i].currency);
    char text[200];
    eng_model *model;

    snprintf(text, sizeof text, "language 1 model m %s", cases[i].text);
    ck_assert_int_eq(eng_model_parse(own, text, strlen(text), &model, NULL),
                     cases[i].status);
    eng_model_free(model);
    eng_context_free(own);
  }
  buys(NOON(0), 525, 978);
  expect_lines("score s term a sum(purchase) / 0.25 base", NOON(0), "a +21\n");
}
END_TEST

/* ---- rfm ---- */

START_TEST(rfm_sees_purchases_as_they_are_kept)
{
  eng_event *event;
  eng_rfm rfm;

  ck_ok(eng_customer_rfm(ada, NOON(0), &rfm));
  ck_assert(rfm.last_purchase == ENG_TIME_NONE);
  ck_assert_int_eq(rfm.recency_days, 0);
  ck_assert_int_eq(rfm.frequency, 0);
  ck_assert_int_eq(rfm.monetary, 0);
  ck_assert_int_eq(rfm.has_monetary, 1);
  buys(NOON(0), 1000, 978);
  buys(NOON(2), 700, 840);
  event = event_of(context, ENG_EVENT_PURCHASE, NOON(4));
  ck_ok(eng_event_set_amount(event, 500, 978));
  ck_ok(eng_event_set_id(event, 4));
  (void)record(ada, event);
  happens(ENG_EVENT_VISIT, NOON(9));
  ck_ok(eng_customer_rfm(ada, NOON(6) - 1, &rfm));
  ck_assert(rfm.last_purchase == NOON(4));
  ck_assert_int_eq(rfm.recency_days, 1);
  ck_assert_int_eq(rfm.frequency, 3);
  ck_assert_int_eq(rfm.monetary, 1500);
  ck_assert_int_eq(rfm.left_out, 1);
  /* A refund takes the last one away, and one that names none takes of the sum. */
  event = event_of(context, ENG_EVENT_REFUND, NOON(7));
  ck_ok(eng_event_set_refers_to(event, 1, 4));
  (void)record(ada, event);
  event = event_of(context, ENG_EVENT_REFUND, NOON(8));
  ck_ok(eng_event_set_amount(event, 300, 978));
  (void)record(ada, event);
  ck_ok(eng_customer_rfm(ada, NOON(8), &rfm));
  ck_assert_int_eq(rfm.recency_days, 6);
  ck_assert_int_eq(rfm.frequency, 2);
  ck_assert_int_eq(rfm.monetary, 700);
  ck_assert_int_eq(eng_customer_rfm(NULL, 0, &rfm), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_rfm(ada, 0, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_rfm(ada, -1, &rfm), ENG_E_TIME);
  ck_assert_int_eq(rfm.frequency, 0);
}
END_TEST

START_TEST(a_sum_that_does_not_fit_is_not_known)
{
  eng_rfm rfm;

  buys(NOON(0), INT64_MAX - 1, 978);
  buys(NOON(1), INT64_MAX - 1, 978);
  ck_ok(eng_customer_rfm(ada, NOON(1), &rfm));
  ck_assert_int_eq(rfm.frequency, 2);
  ck_assert_int_eq(rfm.has_monetary, 0);
  ck_assert_int_eq(rfm.monetary, 0);
}
END_TEST

static int32_t digits_of(int64_t recency, int64_t frequency, int64_t monetary,
                         const eng_rfm_cuts *cuts)
{
  eng_rfm rfm = {0, recency, frequency, monetary, 0, 1, 0};
  int32_t digits;

  ck_ok(eng_rfm_digits(&rfm, cuts, &digits));
  return digits;
}

START_TEST(digits_follow_the_cut_points_of_the_host)
{
  eng_rfm_cuts cuts = {{30, 90, 180, 365}, {1, 2, 4, 8}, {0, 1000, 5000, 20000}};
  eng_rfm rfm = {0, 3, 1, 5, 0, 1, 0};
  int32_t digits = 9;

  ck_assert_int_eq(digits_of(0, 9, 20001, &cuts), 555);
  ck_assert_int_eq(digits_of(30, 8, 20000, &cuts), 544);
  ck_assert_int_eq(digits_of(31, 1, -7, &cuts), 411);
  ck_assert_int_eq(digits_of(90, 2, 0, &cuts), 421);
  ck_assert_int_eq(digits_of(365, 3, 1, &cuts), 232);
  ck_assert_int_eq(digits_of(366, 1, 5000, &cuts), 113);
  ck_assert_int_eq(digits_of(5, 0, 5000, &cuts), 0);
  rfm.has_monetary = 0;
  ck_ok(eng_rfm_digits(&rfm, &cuts, &digits));
  ck_assert_int_eq(digits, 0);
  cuts.frequency[2] = 1;
  ck_assert_int_eq(eng_rfm_digits(&rfm, &cuts, &digits), ENG_E_RANGE);
  ck_assert_int_eq(eng_rfm_digits(NULL, &cuts, &digits), ENG_E_INVALID);
  ck_assert_int_eq(eng_rfm_digits(&rfm, NULL, &digits), ENG_E_INVALID);
  ck_assert_int_eq(eng_rfm_digits(&rfm, &cuts, NULL), ENG_E_INVALID);
}
END_TEST

/* The definition, said slowly: one, and one more for each full fifth of the buyers that
 * is strictly worse. */
static int fifth(uint64_t worse, uint64_t n)
{
  int digit = 1;

  for (uint64_t k = 1; k <= 4; k++) digit += worse * 5 >= k * n;
  return digit;
}

static void expect_fifths(const eng_rfm *all, uint64_t count)
{
  eng_rfm_cuts cuts;
  uint64_t n = 0;

  ck_ok(eng_rfm_quintiles(context, all, count, &cuts));
  for (uint64_t i = 0; i < count; i++) n += all[i].frequency > 0;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t r = 0, f = 0, m = 0;
    int32_t digits;

    ck_ok(eng_rfm_digits(&all[i], &cuts, &digits));
    if (all[i].frequency == 0) {
      ck_assert_int_eq(digits, 0);
      continue;
    }
    for (uint64_t k = 0; k < count; k++) {
      if (all[k].frequency == 0) continue;
      r += all[k].recency_days > all[i].recency_days;
      f += all[k].frequency < all[i].frequency;
      m += all[k].monetary < all[i].monetary;
    }
    ck_assert_int_eq(digits, 100 * fifth(r, n) + 10 * fifth(f, n) + fifth(m, n));
  }
}

START_TEST(quintiles_are_fifths_strictly_worse)
{
  eng_rfm all[61];
  uint64_t seed = 7;

  memset(all, 0, sizeof all);
  for (uint64_t count = 0; count <= 60; count++) {
    for (uint64_t i = 0; i < count; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      memset(&all[i], 0, sizeof all[i]);
      all[i].has_monetary = 1;
      all[i].recency_days = (int64_t)(seed >> 33) % (count % 3 == 0 ? 4 : 90);
      all[i].frequency = (int64_t)(seed >> 40) % (count % 2 == 0 ? 3 : 40);
      all[i].monetary = (int64_t)(seed >> 20) % 500 - 20;
    }
    expect_fifths(all, count);
    for (uint64_t i = 0; i < count / 2; i++) { /* in any order */
      eng_rfm swap = all[i];

      all[i] = all[count - 1 - i];
      all[count - 1 - i] = swap;
    }
    expect_fifths(all, count);
  }
}
END_TEST

START_TEST(most_who_bought_once_have_the_lowest_digit)
{
  eng_rfm all[10];
  eng_rfm_cuts cuts;

  memset(all, 0, sizeof all);
  for (int i = 0; i < 10; i++) {
    all[i].frequency = i < 6 ? 1 : i;
    all[i].has_monetary = 1;
  }
  ck_ok(eng_rfm_quintiles(context, all, 10, &cuts));
  ck_assert_int_eq(digits_of(0, 1, 0, &cuts) / 10 % 10, 1);
  ck_assert_int_eq(digits_of(0, 6, 0, &cuts) / 10 % 10, 4);
  ck_assert_int_eq(digits_of(0, 9, 0, &cuts) / 10 % 10, 5);
  ck_assert_int_eq(eng_rfm_quintiles(NULL, all, 10, &cuts), ENG_E_INVALID);
  ck_assert_int_eq(eng_rfm_quintiles(context, NULL, 10, &cuts), ENG_E_INVALID);
  ck_assert_int_eq(eng_rfm_quintiles(context, all, 10, NULL), ENG_E_INVALID);
  ck_ok(eng_rfm_quintiles(context, NULL, 0, &cuts));
}
END_TEST

/* ---- books ---- */

enum { PEOPLE = 40 };

static eng_book *book_of(void)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int i = 0; i < PEOPLE; i++) {
    char id[20];

    snprintf(id, sizeof id, "customer-%d", i);
    eng_customer_free(ada);
    ck_ok(eng_customer_new(context, id, strlen(id), &ada));
    for (int k = 0; k < i % 7; k++) buys(NOON(i + 9 * k), 1000 * i + k, 978);
    if (i % 3 == 0) refers(NOON(i), i % 2 == 0);
    if (i % 5 == 0) happens(ENG_EVENT_VISIT, NOON(i));
    ck_ok(eng_book_merge_customer(book, ada));
  }
  return book;
}

static int32_t stop_at_once(void *user, uint64_t done, uint64_t total)
{
  (void)user, (void)done, (void)total;
  return 1;
}

START_TEST(columns_of_a_book_are_what_each_customer_has)
{
  eng_book *book = book_of();
  eng_model *model = published();
  eng_assessor *assessor = assessor_of(model);
  uint64_t rows[PEOPLE], count = eng_book_customer_count(book), absent = PEOPLE;
  int32_t columns[3 * PEOPLE], own[3];
  eng_rfm rfms[PEOPLE], rfm;

  ck_assert_uint_le(count, PEOPLE);
  for (uint64_t i = 0; i < count; i++) rows[i] = count - 1 - i;
  ck_ok(eng_book_scores(book, assessor, 0, NOON(60), rows, count, columns, NULL, NULL));
  ck_ok(eng_book_rfm(book, NOON(60), rows, count, rfms, NULL, NULL));
  for (uint64_t i = 0; i < count; i++) {
    eng_customer *one;

    ck_ok(eng_book_customer(book, rows[i], &one));
    ck_ok(eng_assessor_scores(assessor, 0, one, NOON(60), own, 3));
    ck_ok(eng_customer_rfm(one, NOON(60), &rfm));
    for (int s = 0; s < 3; s++)
      ck_assert_int_eq(columns[(uint64_t)s * count + i], own[s]);
    ck_assert_mem_eq(&rfm, &rfms[i], sizeof rfm);
    eng_customer_free(one);
  }
  ck_ok(eng_book_rfm(book, NOON(60), NULL, count, rfms, NULL, NULL));
  ck_assert_int_eq(eng_book_rfm(book, NOON(60), &absent, 1, rfms, NULL, NULL),
                   ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_book_rfm(book, -1, NULL, 0, NULL, NULL, NULL), ENG_E_TIME);
  ck_assert_int_eq(eng_book_rfm(NULL, 0, NULL, 0, NULL, NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_rfm(book, 0, NULL, count, rfms, stop_at_once, NULL),
                   ENG_E_CANCELLED);
  ck_assert_int_eq(
      eng_book_scores(book, assessor, 0, NOON(60), &absent, 1, columns, NULL, NULL),
      ENG_E_NOTFOUND);
  ck_assert_int_eq(
      eng_book_scores(book, assessor, 1, NOON(60), NULL, 1, columns, NULL, NULL),
      ENG_E_RANGE);
  ck_assert_int_eq(eng_book_scores(book, assessor, 0, -1, NULL, 1, columns, NULL, NULL),
                   ENG_E_TIME);
  ck_assert_int_eq(eng_book_scores(book, NULL, 0, 0, NULL, 1, columns, NULL, NULL),
                   ENG_E_INVALID);
  ck_assert_int_eq(
      eng_book_scores(book, assessor, 0, 0, NULL, 1, columns, stop_at_once, NULL),
      ENG_E_CANCELLED);
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_book_free(book);
}
END_TEST

/* ---- memory ---- */

/* _i % 2: 0 one request fails, 1 all from there on; _i / 2: which score. */
START_TEST(memory_that_fails_leaves_nothing)
{
  eng_model *model = published();
  eng_assessor *assessor = assessor_of(model);
  eng_score_explanation *before, *after = NULL;
  eng_score_difference *d;
  eng_rfm rfms[3];
  eng_rfm_cuts cuts;
  eng_event *event;
  uint64_t failures = 0;

  for (int i = 0; i < 40; i++) refers(NOON(i), i % 2 == 0);
  buys(NOON(3), 5000, 978);
  event = event_of(context, ENG_EVENT_VOID, NOON(20));
  ck_ok(eng_event_set_refers_to(event, 1, 99));
  (void)record(ada, event);
  memset(rfms, 0, sizeof rfms);
  rfms[1].frequency = rfms[1].has_monetary = 1;
  ck_ok(eng_assessor_explain_score(assessor, 0, _i / 2, ada, NOON(10), &before));
  for (uint64_t n = 1;; n++) {
    eng_status status;

    host_reset(&host);
    host.fail_at = n;
    host.for_ever = _i % 2 == 1;
    after = NULL;
    d = NULL;
    status = eng_assessor_explain_score(assessor, 0, _i / 2, ada, NOON(40), &after);
    if (status == ENG_OK) status = eng_score_compare(before, after, &d);
    if (status == ENG_OK) status = eng_customer_rfm(ada, NOON(40), &rfms[0]);
    if (status == ENG_OK) status = eng_rfm_quintiles(context, rfms, 3, &cuts);
    if (status != ENG_OK) ck_assert_int_eq(status, ENG_E_NOMEM);
    failures += host.failures;
    eng_score_difference_free(d);
    eng_score_explanation_free(after);
    if (host.failures == 0) {
      ck_ok(status);
      break;
    }
  }
  ck_assert_uint_gt(failures, 10);
  host_reset(&host);
  eng_score_explanation_free(before);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(parsing_scores_without_memory_leaves_no_model)
{
  uint64_t failures = 0;

  for (uint64_t n = 1;; n++) {
    eng_model *model = NULL;
    eng_status status;

    host_reset(&host);
    host.fail_at = n;
    host.for_ever = _i == 1;
    status = eng_model_builtin(context, "say_stay_spend", 14, &model);
    if (status != ENG_OK) {
      ck_assert_int_eq(status, ENG_E_NOMEM);
      ck_assert_ptr_null(model);
    }
    failures += host.failures;
    eng_model_free(model);
    if (host.failures == 0) break;
  }
  ck_assert_uint_gt(failures, 10);
  host_reset(&host);
}
END_TEST

START_TEST(once_warm_scoring_allocates_nothing)
{
  eng_model *model = published();
  eng_assessor *assessor = assessor_of(model);
  int32_t values[3];

  for (int i = 0; i < 30; i++) refers(NOON(i), i % 2 == 0);
  for (int i = 0; i < 30; i++) buys(NOON(i), 5000, 978);
  for (int round = 0; round < 2; round++) {
    host_reset(&host);
    for (int i = 0; i < 60; i++)
      ck_ok(eng_assessor_scores(assessor, 0, ada, NOON(i), values, 3));
  }
  ck_assert_uint_eq(host.requests, 0);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(scores_and_terms_are_bounded)
{
  char text[20000] = "";
  eng_model *model;
  eng_error error;

  strcpy(text, "language 1 model m score s");
  for (int i = 0; i < 64; i++)
    snprintf(text + strlen(text), 60, " term t%d %d each count(visit)", i, i);
  strcat(text, " stage a when s > 0");
  ck_ok(eng_model_parse(context, text, strlen(text), &model, NULL));
  eng_model_free(model);
  text[strlen(text) - strlen("stage a when s > 0")] = '\0';
  strcat(text, "term one_more 1 stage a when s > 0");
  eng_error_init(&error, sizeof error);
  ck_assert_int_eq(eng_model_parse(context, text, strlen(text), &model, &error),
                   ENG_E_LIMIT);
  ck_assert_str_eq(error.text, "too many terms in this score");
  strcpy(text, "language 1 model m");
  for (int i = 0; i < 17; i++)
    snprintf(text + strlen(text), 40, " score s%d term t 1", i);
  strcat(text, " stage a when s0 > 0");
  ck_assert_int_eq(eng_model_parse(context, text, strlen(text), &model, &error),
                   ENG_E_LIMIT);
  ck_assert_str_eq(error.text, "too many scores");
}
END_TEST

Suite *score_suite(void)
{
  Suite *suite = suite_create("score");
  TCase *tests = tcase_create("score");

  tcase_add_checked_fixture(tests, open_host, close_host);
  tcase_add_test(tests, scores_are_found_by_name);
  tcase_add_test(tests, scores_refuse_what_is_not_theirs);
  tcase_add_test(tests, a_cap_credits_the_newest_first);
  tcase_add_test(tests, what_counts_against_is_capped_too);
  tcase_add_test(tests, a_day_is_credited_by_its_last_event);
  tcase_add_test(tests, floor_and_ceiling_are_lines);
  tcase_add_test(tests, a_ratio_is_rounded_down);
  tcase_add_test(tests, what_is_not_known_gives_nothing_and_is_said);
  tcase_add_test(tests, points_and_counts_may_have_names);
  tcase_add_test(tests, conditions_and_expressions_show_what_they_measure);
  tcase_add_test(tests, what_is_refunded_is_not_credited);
  tcase_add_test(tests, old_events_beyond_a_cap_are_counted_only);
  tcase_add_test(tests, wording_is_on_one_line_and_cut);
  tcase_add_test(tests, a_difference_is_a_list_of_causes);
  tcase_add_test(tests, a_bound_may_come_and_go);
  tcase_add_test(tests, two_revisions_are_compared_by_the_names_of_terms);
  tcase_add_test(tests, a_stage_on_a_score_knows_when_it_ends);
  tcase_add_test(tests, say_stay_spend_follows_a_story);
  tcase_add_test(tests, a_renewed_contract_that_ended_does_not_run);
  tcase_add_test(tests, say_stay_spend_works_without_a_currency);
  tcase_add_test(tests, base_is_money_of_any_currency);
  tcase_add_test(tests, rfm_sees_purchases_as_they_are_kept);
  tcase_add_test(tests, a_sum_that_does_not_fit_is_not_known);
  tcase_add_test(tests, digits_follow_the_cut_points_of_the_host);
  tcase_add_test(tests, quintiles_are_fifths_strictly_worse);
  tcase_add_test(tests, most_who_bought_once_have_the_lowest_digit);
  tcase_add_test(tests, columns_of_a_book_are_what_each_customer_has);
  tcase_add_loop_test(tests, memory_that_fails_leaves_nothing, 0, 6);
  tcase_add_loop_test(tests, parsing_scores_without_memory_leaves_no_model, 0, 2);
  tcase_add_test(tests, once_warm_scoring_allocates_nothing);
  tcase_add_test(tests, scores_and_terms_are_bounded);
  suite_add_tcase(suite, tests);
  return suite;
}
