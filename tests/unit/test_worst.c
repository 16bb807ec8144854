/* SPDX-License-Identifier: MIT
 *
 * test_worst.c - texts of 64 KiB that were made to be slow. Each is refused, or all
 * that can be asked of it is answered within the bound of the language. The bound here
 * is a hundred times what the slowest takes: it is against work that explodes, not a
 * race.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit/support.h"

Suite *worst_suite(void);

enum { ROOM = 65536, EVENTS = 1000, SECONDS = 60 };

static eng_context *context;
static eng_customer *customer;
static char text[ROOM + 1];
static size_t size, most; /* bytes, and how many there may be */

static void set_up(void)
{
  eng_settings *settings;
  eng_event *event;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  customer = customer_of(context);
  event = event_of(context, ENG_EVENT_VISIT, 0);
  for (int i = 0; i < EVENTS; i++) {
    static const int32_t kinds[] = {ENG_EVENT_VISIT, ENG_EVENT_PURCHASE,
                                    ENG_EVENT_REVIEW, ENG_EVENT_CLICK,
                                    ENG_EVENT_MESSAGE_IN};

    ck_ok(eng_event_reset(event, kinds[i % 5], i * DAY / 3));
    ck_ok(eng_event_set_amount(event, i * 37 % 9001, 978));
    ck_ok(eng_event_set_channel(event, 1 + i % 7));
    ck_ok(eng_event_set_actor(event, 1, (uint32_t)(i * 7 % 31)));
    ck_ok(eng_customer_record(customer, event, NULL));
  }
  eng_event_free(event);
}

static void tear_down(void)
{
  eng_customer_free(customer);
  eng_context_free(context);
}

/* Puts words behind the text while they fit, with room for `less` more. */
static bool put(size_t less, const char *words)
{
  size_t length = strlen(words);

  if (size + length + less > most) return false;
  memcpy(text + size, words, length + 1);
  size += length;
  return true;
}

static bool put_number(size_t less, const char *format, int number)
{
  char words[400];

  snprintf(words, sizeof words, format, number, number);
  return put(less, words);
}

/* ---- the texts ---- */

static void nested(void)
{
  size_t depth = (most - size - 60) / strlen("(not )");

  put(0, "stage a when ");
  for (size_t i = 0; i < depth; i++) put(0, "(not ");
  put(0, "count(any) > 3");
  for (size_t i = 0; i < depth; i++) put(0, ")");
}

static void doubling(void)
{
  put(0, "let x0 = count(any)\n");
  for (int i = 1; put_number(200, "let x%d = ", i); i++) {
    put_number(0, "x%d", i - 1);
    put_number(0, " + x%d\n", i - 1);
  }
  put(0, "stage a when x9 > 3\n");
}

/* As many windows as there may be, each of another width, of what costs most. */
static void windows(const char *measure)
{
  put(0, "stage a when ");
  for (int i = 1; i <= 250; i++) {
    if (i > 1) put(0, " and ");
    put_number(0, measure, i);
  }
  put(0, "\n");
}

static void gaps(void)
{
  windows("(gap(any where amount > 1.00 EUR within %d h) else 0 s) >= 0 s");
}

static void extremes(void)
{
  windows("(max(any within %d d before 1 h) else 0.00 EUR) >= 0.00 EUR");
}

static void actors(void) { windows("actors(all where actor != 5 within %d d) >= 0"); }

static void streaks(void) { windows("streak(any last %d weeks) >= 0"); }

static void ages(void)
{
  windows("(recency(any within %d d) > 5 h or recency(purchase) > 1 h * %d)");
}

/* One condition as long as the text. */
static void alternatives(void)
{
  put(0, "stage a when count(refer) > 9");
  for (int i = 0; put_number(20, " or count(visit) = %d", i % 900 + 2000); i++) {
  }
}

/* Stages that each name all the stages before. */
static void stages(void)
{
  for (int i = 0; i < 64; i++) {
    if (!put_number(900, "stage s%d when count(any) >= ", i)) break;
    put_number(0, "%d", i % 3);
    for (int k = 0; k < i && put_number(0, " and (s%d", k); k++) {
      put_number(0, " or count(visit within %d d) > 1)", k + 1);
    }
    put(0, "\n");
  }
}

/* Scores with as many terms as there may be. */
static void scores(void)
{
  for (int i = 0; i < 16; i++) {
    if (!put_number(1400, "score s%d", i)) break;
    for (int k = 0; k < 64 && size + 700 < most; k++) {
      put_number(0, " term t%d 3 each count(any where actor > 2) up to 900\n", k);
    }
  }
  put(0, "stage a when s0 > 1\n");
}

/* A filter as long as the text, asked of every event. */
static void filter(void)
{
  put(0, "stage a when count(any where amount = 1.00 EUR");
  for (int i = 0; put_number(40, " or actor = %d", 1000 + i % 9000); i++) {
  }
  put(0, ") >= 1\n");
}

static void comment(void)
{
  put(0, "stage a when count(any) > 1 #");
  while (put(0, "x")) {
  }
}

static void words(void)
{
  while (put(0, "stage ")) {
  }
}

static void (*const texts[])(void) = {nested,  doubling, gaps,         extremes, actors,
                                      streaks, ages,     alternatives, stages,   scores,
                                      filter,  comment,  words};

/* ---- all that can be asked ---- */

static void ask(eng_assessor *assessor, int64_t at)
{
  int32_t stage, again, next, values[16];
  int64_t time;
  eng_explanation *why;
  eng_history *history;

  ck_ok(eng_assessor_assess(assessor, customer, at, &stage));
  ck_ok(eng_assessor_next_change(assessor, customer, at, &again, &time, &next));
  ck_assert_int_eq(stage, again);
  ck_ok(eng_assessor_explain(assessor, 0, customer, at, &why));
  ck_assert_int_eq(eng_explanation_stage(why), stage);
  eng_explanation_free(why);
  ck_ok(eng_assessor_history(assessor, 0, customer, at, &history));
  ck_assert_int_eq(eng_history_stage_at(history, at), stage);
  eng_history_free(history);
  ck_ok(eng_assessor_scores(assessor, 0, customer, at, values, 16));
}

static void print_and_check(const eng_model *model)
{
  eng_findings *findings;
  eng_diff *diff;
  size_t length;

  ck_assert_int_eq(eng_model_print(model, NULL, 0, &length), ENG_E_BUFFER);
  ck_ok(eng_model_check(model, &findings));
  eng_findings_free(findings);
  ck_ok(eng_model_diff(model, model, &diff));
  ck_assert_int_eq(eng_diff_count(diff), 0);
  eng_diff_free(diff);
}

static eng_status parse(int which, size_t room, eng_model **model)
{
  eng_error error;
  eng_status status;

  size = 0;
  most = room;
  put(0, "language 1\nmodel worst\n");
  texts[which]();
  eng_error_init(&error, sizeof error);
  status = eng_model_parse(context, text, size, model, &error);
  ck_assert((status == ENG_OK) == (*model != NULL));
  ck_assert_int_eq(error.code, status);
  ck_assert((status == ENG_OK) == (strlen(error.text) == 0));
  return status;
}

START_TEST(the_worst_text_is_refused_or_answered)
{
  clock_t start = clock();
  eng_assessor *assessor;
  eng_model *model;
  eng_status status = parse(_i, ROOM, &model);

  /* What is too much is tried again with less, up to the worst that is not. */
  for (size_t room = ROOM; status == ENG_E_LIMIT && room > 128; room -= room / 8) {
    status = parse(_i, room, &model);
  }
  if (status == ENG_OK) {
    ck_ok(eng_assessor_new(context, (const eng_model *const *)&model, 1, &assessor));
    ask(assessor, EVENTS * DAY / 3);
    ask(assessor, EVENTS * DAY / 6 + 1);
    print_and_check(model);
    eng_assessor_free(assessor);
    eng_model_free(model);
  }
  ck_assert_msg(clock() - start < SECONDS * CLOCKS_PER_SEC, "text %d takes %.1f s", _i,
                (double)(clock() - start) / CLOCKS_PER_SEC);
  if (getenv("VERBOSE") != NULL) {
    fprintf(stderr, "text %d: status %d, %zu bytes, %.3f s\n", _i, (int)status, size,
            (double)(clock() - start) / CLOCKS_PER_SEC);
  }
}
END_TEST

Suite *worst_suite(void)
{
  Suite *suite = suite_create("worst");
  TCase *tests = tcase_create("worst");

  tcase_set_timeout(tests, 600);
  tcase_set_tags(tests, TAG_LONG);
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_loop_test(tests, the_worst_text_is_refused_or_answered, 0,
                      (int)(sizeof texts / sizeof *texts));
  suite_add_tcase(suite, tests);
  return suite;
}
