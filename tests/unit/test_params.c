/* SPDX-License-Identifier: MIT
 *
 * test_params.c - params that a host sets: what is known of them, what follows from
 * them, what is refused and how, digests, and memory.
 */
#include <stdio.h>
#include <string.h>

#include "unit/support.h"

Suite *params_suite(void);

static eng_context *context;

/* Noon of a day. */
#define NOON(n) ((n)*DAY + DAY / 2)

static void open_context(void) { context = euro_context(NULL); }

static void close_context(void) { eng_context_free(context); }

static const char shop[] =
    "language 1\n"
    "model shop\n"
    "param regular = 4\n"
    "param fresh = 180 days\n"
    "param half = fresh / 2\n"
    "param part = 40 %  param third = 1 / 3\n"
    "param fee = 2.50 EUR\n"
    "param least = -3\n"
    "stage new when count(purchase) >= 1\n"
    "stage back when count(purchase within fresh before half) >= 1\n"
    "stage loyal when days(purchase within fresh) >= regular\n";

static eng_model *parsed(const char *text) { return model_of(context, text); }

static eng_model *with(const eng_model *model, const char *values)
{
  eng_model *changed;
  eng_error error;

  eng_error_init(&error, sizeof error);
  ck_assert_msg(
      eng_model_with_params(model, values, strlen(values), &changed, &error) == ENG_OK,
      "%u:%u: %s\n%s", error.line, error.column, error.text, values);
  return changed;
}

static int32_t index_of(const eng_model *model, const char *name)
{
  for (int32_t i = 0; i < eng_model_param_count(model); i++)
    if (strcmp(eng_model_param_name(model, i), name) == 0) return i;
  ck_abort_msg("no param %s", name);
  return -1;
}

static void expect(const eng_model *model, const char *name, const char *text)
{
  ck_assert_str_eq(eng_model_param_text(model, index_of(model, name)), text);
}

START_TEST(a_model_knows_its_params)
{
  static const struct {
    const char *name, *text;
    int32_t line, unit;
    int64_t n, d;
  } wanted[] = {
      {"regular", "4", 3, ENG_UNIT_NUMBER, 4, 1},
      {"fresh", "180 days", 4, ENG_UNIT_MILLISECONDS, 180 * DAY, 1},
      {"half", "90 days", 5, ENG_UNIT_MILLISECONDS, 90 * DAY, 1},
      {"part", "40 %", 6, ENG_UNIT_RATIO, 2, 5},
      {"third", "1 / 3", 6, ENG_UNIT_RATIO, 1, 3},
      {"fee", "2.50 EUR", 7, ENG_UNIT_MONEY, 250, 1},
      {"least", "-3", 8, ENG_UNIT_NUMBER, -3, 1},
  };
  eng_model *model = parsed(shop);
  eng_value value;

  ck_assert_int_eq(eng_model_param_count(model), 7);
  for (int32_t i = 0; i < 7; i++) {
    ck_assert_str_eq(eng_model_param_name(model, i), wanted[i].name);
    ck_assert_str_eq(eng_model_param_text(model, i), wanted[i].text);
    ck_assert_str_eq(eng_model_param_default(model, i), wanted[i].text);
    ck_assert_int_eq(eng_model_param_line(model, i), wanted[i].line);
    ck_assert_int_eq(eng_model_param_is_set(model, i), 0);
    ck_ok(eng_model_param_value(model, i, &value));
    ck_assert_int_eq(value.numerator, wanted[i].n);
    ck_assert_int_eq(value.denominator, wanted[i].d);
    ck_assert_int_eq(value.unit, wanted[i].unit);
    ck_assert_int_eq(value.defined, 1);
  }
  for (int32_t i = -1; i <= 7; i += 8) {
    ck_assert_ptr_null(eng_model_param_name(model, i));
    ck_assert_ptr_null(eng_model_param_text(model, i));
    ck_assert_ptr_null(eng_model_param_default(model, i));
    ck_assert_int_eq(eng_model_param_line(model, i), 0);
    ck_assert_int_eq(eng_model_param_is_set(model, i), 0);
    ck_assert_int_eq(eng_model_param_value(model, i, &value), ENG_E_NOTFOUND);
    ck_assert_int_eq(value.defined, 0);
  }
  ck_assert_int_eq(eng_model_param_value(NULL, 0, &value), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_param_value(model, 0, NULL), ENG_E_INVALID);
  eng_model_free(model);
}
END_TEST

START_TEST(what_follows_from_a_param_follows_from_the_value_set)
{
  eng_model *model = parsed(shop), *changed, *again;

  changed = with(model, "# ours\nparam fresh = 60 days, regular=6\nthird = 1");
  expect(changed, "fresh", "60 days");
  expect(changed, "half", "30 days");
  expect(changed, "regular", "6");
  expect(changed, "third", "1");
  expect(changed, "part", "40 %");
  ck_assert_int_eq(eng_model_param_is_set(changed, index_of(changed, "fresh")), 1);
  ck_assert_int_eq(eng_model_param_is_set(changed, index_of(changed, "half")), 0);
  ck_assert_str_eq(eng_model_param_default(changed, index_of(changed, "fresh")),
                   "180 days");
  ck_assert_str_eq(eng_model_param_default(changed, index_of(changed, "half")),
                   "30 days");
  /* A value that names params, and what was set before stays. */
  again = with(changed, "half = fresh / 4 least = - regular");
  expect(again, "fresh", "60 days");
  expect(again, "half", "15 days");
  expect(again, "least", "-6");
  eng_model_free(changed);
  /* And is worked out anew where that is set otherwise. */
  changed = with(again, "fresh = 12 h");
  expect(changed, "half", "3 hours");
  ck_assert_str_eq(eng_model_param_default(changed, index_of(changed, "half")),
                   "6 hours");
  eng_model_free(again);
  expect(model, "fresh", "180 days");
  eng_model_free(changed);
  eng_model_free(model);
}
END_TEST

START_TEST(a_param_set_again_does_not_grow)
{
  eng_model *model = parsed(shop);

  for (int i = 1; i <= 200; i++) {
    char values[64];
    eng_model *next;

    snprintf(values, sizeof values, "fresh = %d days regular = %d", i + 1, i);
    next = with(model, values);
    eng_model_free(model);
    model = next;
    snprintf(values, sizeof values, "%d days", i + 1);
    expect(model, "fresh", values);
  }
  eng_model_free(model);
}
END_TEST

START_TEST(setting_all_params_to_what_they_are_changes_nothing)
{
  eng_model *model = parsed(shop), *changed;
  uint8_t a[ENG_DIGEST_SIZE], b[ENG_DIGEST_SIZE];
  char values[400] = "";

  for (int32_t i = 0; i < eng_model_param_count(model); i++) {
    size_t size = strlen(values);

    snprintf(values + size, sizeof values - size, "%s = %s\n",
             eng_model_param_name(model, i), eng_model_param_text(model, i));
  }
  changed = with(model, values);
  for (int32_t i = 0; i < eng_model_param_count(model); i++)
    ck_assert_str_eq(eng_model_param_text(model, i), eng_model_param_text(changed, i));
  ck_ok(eng_model_digest(model, a));
  ck_ok(eng_model_digest(changed, b));
  ck_assert_mem_eq(a, b, sizeof a);
  eng_model_free(changed);
  changed = with(model, "fresh = 181 days");
  ck_ok(eng_model_digest(changed, b));
  ck_assert_mem_ne(a, b, sizeof a);
  eng_model_free(changed);
  changed = with(model, " ");
  ck_ok(eng_model_digest(changed, b));
  ck_assert_mem_eq(a, b, sizeof a);
  eng_model_free(changed);
  ck_assert_int_eq(eng_model_digest(NULL, b), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_digest(model, NULL), ENG_E_INVALID);
  eng_model_free(model);
}
END_TEST

/* Two purchases of one day apart; the stage and the next change move with the values.
 */
START_TEST(answers_follow_the_values)
{
  eng_model *models[2] = {parsed(shop), NULL};
  eng_customer *customer = customer_of(context);
  eng_assessor *assessor;
  int32_t stages[2], next_stages[2];
  int64_t times[2];
  eng_explanation *why;

  models[1] = with(models[0], "regular = 2 fresh = 10 days");
  ck_ok(eng_assessor_new(context, (const eng_model *const *)models, 2, &assessor));
  record(customer, event_of(context, ENG_EVENT_PURCHASE, NOON(100)));
  record(customer, event_of(context, ENG_EVENT_PURCHASE, NOON(101)));
  ck_ok(eng_assessor_next_change(assessor, customer, NOON(102), stages, times,
                                 next_stages));
  ck_assert_int_eq(stages[0], 1);
  ck_assert_int_eq(stages[1], 3);
  ck_assert_int_eq(times[0], NOON(190));
  ck_assert_int_eq(times[1], NOON(110));
  ck_assert_int_eq(next_stages[1], 2);
  ck_ok(eng_assessor_explain(assessor, 1, customer, NOON(102), &why));
  ck_assert_str_eq(eng_explanation_text(why, ENG_PART_CLAUSE, 0),
                   "days(purchase within fresh) >= regular");
  ck_assert_str_eq(eng_explanation_threshold(why, ENG_PART_CLAUSE, 0), "2");
  eng_explanation_free(why);
  eng_assessor_free(assessor);
  eng_customer_free(customer);
  eng_model_free(models[1]);
  eng_model_free(models[0]);
}
END_TEST

static const struct {
  const char *values;
  eng_status status;
  uint32_t line, column;
  const char *text;
} refused[] = {
    {"regulr = 5", ENG_E_NAME, 1, 1,
     "no param is called 'regulr'; did you mean 'regular'?"},
    {"regular = 5\n  loyal = 3", ENG_E_NAME, 2, 3, "no param is called 'loyal'"},
    {"regular = 5 regular = 6", ENG_E_DUPLICATE, 1, 13, "this param was set before"},
    {"regular = 5 days", ENG_E_TYPE, 1, 11,
     "'regular' is a number such as 4, not a duration"},
    {"regular = 4.5", ENG_E_TYPE, 1, 11,
     "'regular' is a number such as 4, not a ratio"},
    {"\nfresh = 180", ENG_E_TYPE, 2, 9,
     "'fresh' is a duration such as 180 days, not a number"},
    {"fee = 3 USD", ENG_E_TYPE, 1, 9,
     "not the base currency of the settings; 'base' is money of whichever that is"},
    {"fresh = 2 months", ENG_E_SYNTAX, 1, 11,
     "months and years have no one length: write days or weeks, such as 90 days"},
    {"fee = 3.001 EUR", ENG_E_SYNTAX, 1, 7, "more decimals than the currency has"},
    {"fresh = regular", ENG_E_TYPE, 1, 9,
     "'fresh' is a duration such as 180 days, not a number"},
    {"fresh = half", ENG_E_NAME, 1, 9,
     "no measure, param, let or earlier stage is called 'half'"},
    {"regular = count(visit)", ENG_E_TYPE, 1, 11,
     "a param is a constant: a number, duration or amount"},
    {"regular = 1 / 0", ENG_E_TYPE, 1, 11,
     "a param is a constant: a number, duration or amount"},
    {"regular", ENG_E_SYNTAX, 1, 8, "expected '=', found the end of the text"},
    {"regular =", ENG_E_SYNTAX, 1, 10, "expected a value, found the end of the text"},
    {"regular = , fresh = 3 d", ENG_E_SYNTAX, 1, 11, "expected a value, found ','"},
    {"regular = 2 3", ENG_E_SYNTAX, 1, 13,
     "expected an operator or the end of the value, found '3'"},
    {"3 = 4", ENG_E_SYNTAX, 1, 1, "expected the name of a param, found '3'"},
    {"regular = \"4", ENG_E_SYNTAX, 1, 11,
     "expected a number, a measure, a name or '(': a text is closed by a quote on the "
     "same line"},
    /* Right by themselves, wrong for the model. */
    {"half = 180 days", ENG_E_TYPE, 0, 0,
     "line 10, column 32 of the model: nothing lies within this window and before that "
     "one"},
    {"fresh = 0 days", ENG_E_TYPE, 0, 0,
     "line 10, column 39 of the model: a window is a constant duration above 0, such "
     "as "
     "30 days or a param"},
    {"half = -1 day", ENG_E_TYPE, 0, 0,
     "line 10, column 52 of the model: a window is a constant duration above 0, such "
     "as "
     "30 days or a param"},
};

START_TEST(what_is_refused_is_said)
{
  eng_model *model = parsed(shop), *changed = model;
  const char *values = refused[_i].values;
  eng_error error;

  eng_error_init(&error, sizeof error);
  ck_assert_int_eq(
      eng_model_with_params(model, values, strlen(values), &changed, &error),
      refused[_i].status);
  ck_assert_ptr_null(changed);
  ck_assert_str_eq(error.text, refused[_i].text);
  ck_assert_uint_eq(error.line, refused[_i].line);
  ck_assert_uint_eq(error.column, refused[_i].column);
  if (error.line == 1) ck_assert_uint_eq(error.offset, error.column - 1);
  eng_model_free(model);
}
END_TEST

START_TEST(arguments_are_checked)
{
  eng_model *model = parsed(shop), *changed = model;

  ck_assert_int_eq(eng_model_with_params(NULL, "", 0, &changed, NULL), ENG_E_INVALID);
  ck_assert_ptr_null(changed);
  ck_assert_int_eq(eng_model_with_params(model, NULL, 1, &changed, NULL),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_model_with_params(model, "", 0, NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_with_params(model, shop, 65537, &changed, NULL),
                   ENG_E_LIMIT);
  ck_ok(eng_model_with_params(model, NULL, 0, &changed, NULL));
  eng_model_free(changed);
  eng_model_free(model);
}
END_TEST

START_TEST(texts_of_a_model_are_utf8)
{
  static const char *const bad[] = {
      "language 1\nmodel m \"caf\xe9\"\nstage a when count(visit) >= 1\n",
      "language 1\nmodel m\nstage a \"\xed\xa0\x80\" when count(visit) >= 1\n",
      "language 1\nmodel m\nstage a when count(visit) >= 1\n  advise \"\xc0\xaf\"\n",
      "language 1\nmodel m\nstage a when count(visit where topic = \"\xff\") >= 1\n",
      "language 1\nmodel m\nstage a \"\xf4\x90\x80\x80\" when count(visit) >= 1\n",
      "language 1\nmodel m\nstage a \"\xe2\x82\" when count(visit) >= 1\n",
  };
  static const char good[] =
      "language 1\nmodel m \"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"\n"
      "stage a when count(visit) >= 1 # \xff in a comment\n";
  eng_model *model;
  eng_error error;

  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    eng_error_init(&error, sizeof error);
    ck_assert_int_eq(eng_model_parse(context, bad[i], strlen(bad[i]), &model, &error),
                     ENG_E_SYNTAX);
    ck_assert_msg(strstr(error.text, "not valid UTF-8") != NULL, "%s", error.text);
  }
  model = parsed(good);
  eng_model_free(model);
}
END_TEST

/* _i: 0 one-shot, 1 persistent. */
START_TEST(a_failed_allocation_leaves_no_model)
{
  static const char values[] = "fresh = 60 days regular = 6 part = 1";
  struct host host;
  eng_context *mine, *outer = context;
  eng_allocator memory = host_allocator(&host);
  eng_settings *settings;
  eng_model *model, *set, *changed;
  eng_status status;

  memset(&host, 0, sizeof host);
  ck_ok(eng_settings_new(&memory, &settings));
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(eng_context_new(settings, &mine));
  eng_settings_free(settings);
  context = mine;
  model = parsed(shop);
  set = with(model, "half = 7 days least = 9");
  for (uint64_t n = 1;; n++) {
    host_reset(&host);
    host.fail_at = n;
    host.for_ever = _i == 1;
    status = eng_model_with_params(set, values, sizeof values - 1, &changed, NULL);
    if (status == ENG_OK) break;
    ck_assert_int_eq(status, ENG_E_NOMEM);
    ck_assert_ptr_null(changed);
  }
  ck_assert_uint_gt(host.requests, 10);
  host.fail_at = 0;
  expect(changed, "half", "7 days");
  expect(changed, "fresh", "60 days");
  eng_model_free(changed);
  eng_model_free(set);
  eng_model_free(model);
  eng_context_free(mine);
  context = outer;
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
}
END_TEST

Suite *params_suite(void)
{
  Suite *suite = suite_create("params");
  TCase *tests = tcase_create("params");

  tcase_add_checked_fixture(tests, open_context, close_context);
  tcase_add_test(tests, a_model_knows_its_params);
  tcase_add_test(tests, what_follows_from_a_param_follows_from_the_value_set);
  tcase_add_test(tests, a_param_set_again_does_not_grow);
  tcase_add_test(tests, setting_all_params_to_what_they_are_changes_nothing);
  tcase_add_test(tests, answers_follow_the_values);
  tcase_add_loop_test(tests, what_is_refused_is_said, 0,
                      (int)(sizeof refused / sizeof refused[0]));
  tcase_add_test(tests, arguments_are_checked);
  tcase_add_test(tests, texts_of_a_model_are_utf8);
  tcase_add_loop_test(tests, a_failed_allocation_leaves_no_model, 0, 2);
  suite_add_tcase(suite, tests);
  return suite;
}
