/* SPDX-License-Identifier: MIT
 *
 * test_authoring.c - conditions alone, and models printed back, checked and compared.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

#include "unit/support.h"

Suite *authoring_suite(void);

enum { PRINTED = 1 << 16 };

enum { EUR = 978 };

static struct host host;
static eng_context *context;

static void open_context(void)
{
  eng_allocator memory;
  eng_settings *settings;

  memset(&host, 0, sizeof host);
  memory = host_allocator(&host);
  ck_ok(eng_settings_new(&memory, &settings));
  ck_ok(eng_settings_set_currency(settings, EUR));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
}

static void close_context(void)
{
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

static eng_model *parsed(const char *text)
{
  eng_model *model;
  eng_error error;

  eng_error_init(&error, sizeof error);
  if (eng_model_parse(context, text, strlen(text), &model, &error) != ENG_OK)
    ck_abort_msg("%u:%u: %s\n%s", error.line, error.column, error.text, text);
  return model;
}

/* ---- printing back ---- */

static char *printed(const eng_model *model)
{
  static char text[PRINTED];
  size_t size;

  ck_ok(eng_model_print(model, text, sizeof text - 1, &size));
  text[size] = '\0';
  return text;
}

static const char plain[] =
    "language 1 model m \"A \\\"title\\\"\" shape cycle revision 12 source \"x \\\\\"\n"
    "param a=4 param fresh =  90 d let b= ( a+1 )*-2 # gone\n"
    "let on = recency( any )<=fresh dimension mood \"how\" = mean(review of valence)\n"
    "stage s \"\" alias other when on and not(count(purchase before 7 d\n"
    "  within fresh*2 where channel==web or -valence<1 )>=a) advise \"do\" advise "
    "\"it\"\n"
    "stage t when s and days(visit)>=3 and sum(purchase,refund)>=12.50 EUR and\n"
    "  share(purchase where topic=\"a\\\"b\")>=50% and streak(visit last 1 weeks)=1\n"
    "stage u when defined(gap(purchase)) or ((mean(purchase) else 0 EUR)>1 EUR)\n"
    "lap t";

static const char tidy[] =
    "language 1\n"
    "model m \"A \\\"title\\\"\"\n"
    "  source \"x \\\\\"\n"
    "  shape cycle\n"
    "  revision 12\n"
    "\n"
    "param a = 4\n"
    "param fresh = 90 days\n"
    "\n"
    "let b = (a + 1) * -2\n"
    "let on = recency(any) <= fresh\n"
    "\n"
    "dimension mood \"how\" = mean(review of valence)\n"
    "\n"
    "stage s alias other\n"
    "  when on\n"
    "    and not (count(purchase where channel = web or -valence < 1 within fresh * 2 "
    "before 7 days) >= a)\n"
    "  advise \"do\"\n"
    "  advise \"it\"\n"
    "\n"
    "stage t\n"
    "  when s\n"
    "    and days(visit) >= 3\n"
    "    and sum(purchase, refund) >= 12.50 EUR\n"
    "    and share(purchase where topic = \"a\\\"b\") >= 50 %\n"
    "    and streak(visit last 1 week) = 1\n"
    "\n"
    "stage u\n"
    "  when defined(gap(purchase)) or ((mean(purchase) else 0 EUR) > 1 EUR)\n"
    "\n"
    "lap t\n";

START_TEST(a_model_is_printed_in_one_form)
{
  eng_model *model = parsed(plain), *again;

  ck_assert_str_eq(printed(model), tidy);
  again = parsed(tidy);
  ck_assert_str_eq(printed(again), tidy);
  eng_model_free(model);
  eng_model_free(again);
}
END_TEST

START_TEST(classes_are_printed_as_a_table)
{
  eng_model *model = parsed("language 1 model m shape classes classes count(visit)>1 "
                            ",not (count(open)>1) class a \"A\" no,no class b no,yes\n"
                            "class c yes,no advise \"x\" class d yes,yes");

  ck_assert_str_eq(printed(model), "language 1\nmodel m\n  shape classes\n\n"
                                   "classes count(visit) > 1, not (count(open) > 1)\n"
                                   "  class a \"A\" no, no\n"
                                   "  class b no, yes\n"
                                   "  class c yes, no\n"
                                   "    advise \"x\"\n"
                                   "  class d yes, yes\n");
  eng_model_free(model);
}
END_TEST

/* A model's name, own kinds and own channels may be words of the language. */
START_TEST(words_of_the_language_may_be_names)
{
  static const char text[] =
      "language 1 model source source \"s\" stage a when "
      "count(stage,where within 2 d where channel=within or channel=not and public)>1";
  eng_settings *settings;
  eng_context *own;
  eng_model *model;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_add_kind(settings, 200, "stage", 5, 1, 1, 1));
  ck_ok(eng_settings_add_kind(settings, 201, "where", 5, 1, 1, 1));
  ck_ok(eng_settings_add_channel(settings, 200, "within", 6));
  ck_ok(eng_settings_add_channel(settings, 201, "not", 3));
  ck_ok(eng_context_new(settings, &own));
  eng_settings_free(settings);
  ck_ok(eng_model_parse(own, text, strlen(text), &model, NULL));
  ck_assert_str_eq(printed(model),
                   "language 1\nmodel source\n  source \"s\"\n  shape ladder\n\n"
                   "stage a\n"
                   "  when count(stage, where where channel = within or channel = not "
                   "and public within 2 days) > 1\n");
  eng_model_free(model);
  eng_context_free(own);
}
END_TEST

START_TEST(printing_says_how_much_room_it_needs)
{
  eng_model *model = parsed(tidy);
  char text[PRINTED];
  size_t size;

  ck_assert_int_eq(eng_model_print(model, NULL, 0, &size), ENG_E_BUFFER);
  ck_assert_uint_eq(size, strlen(tidy));
  memset(text, 'x', sizeof text);
  ck_assert_int_eq(eng_model_print(model, text, size - 1, &size), ENG_E_BUFFER);
  ck_assert_int_eq(text[size - 1], 'x');
  ck_ok(eng_model_print(model, text, size, &size));
  ck_assert_int_eq(text[size], 'x');
  ck_assert_int_eq(eng_model_print(NULL, text, 9, &size), ENG_E_INVALID);
  ck_assert_uint_eq(size, 0);
  ck_assert_int_eq(eng_model_print(model, NULL, 9, &size), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_print(model, text, 9, NULL), ENG_E_INVALID);
  eng_model_free(model);
}
END_TEST

/* ---- conditions alone ---- */

START_TEST(a_condition_alone_is_a_model_with_one_stage)
{
  static const char text[] = "count(purchase)>=2 and recency(any) <= 90 d";
  eng_model *model;

  ck_ok(eng_model_condition(context, text, strlen(text), &model, NULL));
  ck_assert_int_eq(eng_model_stage_count(model), 1);
  ck_assert_str_eq(eng_model_stage_name(model, 1), "match");
  ck_assert_str_eq(printed(model),
                   "language 1\nmodel condition\n  shape ladder\n\nstage match\n"
                   "  when count(purchase) >= 2 and recency(any) <= 90 days\n");
  eng_model_free(model);
}
END_TEST

static void is_refused(const char *text, eng_status status, uint32_t column)
{
  eng_model *model;
  eng_error error;

  eng_error_init(&error, sizeof error);
  ck_assert_int_eq(eng_model_condition(context, text, strlen(text), &model, &error),
                   status);
  ck_assert_ptr_null(model);
  ck_assert_uint_eq(error.column, column);
}

START_TEST(mistakes_of_a_condition_count_from_its_own_start)
{
  is_refused("", ENG_E_SYNTAX, 1);
  is_refused("count(purchas) >= 1", ENG_E_NAME, 7);
  is_refused("count(purchase)", ENG_E_TYPE, 1);
  is_refused("count(purchase) > 1 stage", ENG_E_SYNTAX, 21);
  is_refused("count(purchase) > 1)", ENG_E_SYNTAX, 20);
  is_refused("match", ENG_E_NAME, 1);
}
END_TEST

Suite *authoring_suite(void)
{
  Suite *suite = suite_create("authoring");
  TCase *tests = tcase_create("authoring");

  tcase_add_checked_fixture(tests, open_context, close_context);
  tcase_add_test(tests, a_model_is_printed_in_one_form);
  tcase_add_test(tests, classes_are_printed_as_a_table);
  tcase_add_test(tests, words_of_the_language_may_be_names);
  tcase_add_test(tests, printing_says_how_much_room_it_needs);
  tcase_add_test(tests, a_condition_alone_is_a_model_with_one_stage);
  tcase_add_test(tests, mistakes_of_a_condition_count_from_its_own_start);
  suite_add_tcase(suite, tests);
  return suite;
}
