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

/* ---- checking ---- */

/* A model around some lines. */
static eng_model *around(const char *lines)
{
  char text[2000] = "language 1\nmodel m\n";

  ck_assert_uint_lt(strlen(text) + strlen(lines), sizeof text);
  return parsed(strcat(text, lines));
}

static eng_findings *checked(const char *lines)
{
  eng_model *model = around(lines);
  eng_findings *findings;

  ck_ok(eng_model_check(model, &findings));
  eng_model_free(model);
  return findings;
}

/* That a stage of this condition is found to be so, and nothing else is. */
static void finds(const char *when, int32_t kind, const char *text)
{
  char lines[500] = "stage s when ";
  eng_findings *findings = checked(strcat(lines, when));
  int32_t found = 0;

  for (int32_t i = 0; i < eng_findings_count(findings); i++) {
    if (eng_findings_kind(findings, i) == ENG_FINDING_UNREACHABLE) continue;
    found++;
    ck_assert_int_eq(eng_findings_kind(findings, i), kind);
    ck_assert_str_eq(eng_findings_text(findings, i), text);
    ck_assert_uint_eq(eng_findings_line(findings, i), 3);
  }
  if (found != 1) ck_abort_msg("%d findings: %s", (int)found, when);
  eng_findings_free(findings);
}

static void finds_nothing(const char *lines)
{
  eng_findings *findings = checked(lines);

  if (eng_findings_count(findings) != 0)
    ck_abort_msg("%s\n%s", eng_findings_text(findings, 0), lines);
  eng_findings_free(findings);
}

static void finds_nothing_in(const char *when)
{
  char lines[500] = "stage s when ";

  finds_nothing(strcat(lines, when));
}

START_TEST(constants_that_contradict_each_other_are_found)
{
  finds("count(visit) >= 3 and count(visit) < 2", ENG_FINDING_CONTRADICTION,
        "count(visit) < 2 is never true together with count(visit) >= 3");
  finds("count(visit) > 2 and days(open) > 1 and 3 > count(visit)",
        ENG_FINDING_CONTRADICTION,
        "3 > count(visit) is never true together with count(visit) > 2");
  finds("count(visit where channel = web and channel = app) >= 1",
        ENG_FINDING_CONTRADICTION,
        "channel = app is never true together with channel = web");
  finds("count(open) > 0 and not (count(open) >= 1)", ENG_FINDING_CONTRADICTION,
        "not (count(open) >= 1) is never true together with count(open) > 0");
  finds("recency(visit) > 2 * gap(visit) and 2 * gap(visit) >= recency(visit)",
        ENG_FINDING_CONTRADICTION,
        "2 * gap(visit) >= recency(visit) is never true together with recency(visit) > "
        "2 * gap(visit)");
  finds_nothing_in("count(visit) >= 3 and count(visit) < 4");
  finds_nothing_in("sum(visit of value) > 2 and sum(visit of value) < 4");
  finds_nothing_in(
      "recency(visit) > 2 * gap(visit) and 2 * gap(visit) > tenure(visit)");
}
END_TEST

/* What lies in one window lies in every wider one. */
START_TEST(windows_within_windows_are_known)
{
  finds(
      "count(visit within 30 d) >= 1 and count(visit) = 0", ENG_FINDING_CONTRADICTION,
      "count(visit) = 0 is never true together with count(visit within 30 days) >= 1");
  finds("count(visit within 30 d) >= 5 and count(any within 90 d) >= 3",
        ENG_FINDING_IMPLIED,
        "follows from the conditions beside it: count(any within 90 days) >= 3");
  finds("recency(visit within 9 d) < 3 d and count(visit within 20 d) < 1",
        ENG_FINDING_CONTRADICTION,
        "count(visit within 20 days) < 1 is never true together with recency(visit "
        "within 9 days) < 3 days");
  finds("defined(gap(visit)) and count(visit) < 2", ENG_FINDING_CONTRADICTION,
        "count(visit) < 2 is never true together with defined(gap(visit))");
  finds_nothing_in("defined(gap(visit)) and count(visit) < 3");
  finds_nothing_in("count(visit within 30 d) >= 1 and count(visit before 1 d) = 0");
  finds_nothing_in(
      "count(visit where public) >= 1 and count(visit where not public) = 0");
  finds_nothing_in("not defined(mean(visit of value)) and count(visit) > 0");
}
END_TEST

START_TEST(what_is_always_or_never_so_is_found)
{
  finds("count(visit) >= 0", ENG_FINDING_ALWAYS, "always true: count(visit) >= 0");
  finds("count(open) > 1 or share(visit where public) > 100 %", ENG_FINDING_NEVER,
        "never true: share(visit where public) > 100 %");
  finds("min(review of valence) < -2", ENG_FINDING_NEVER,
        "never true: min(review of valence) < -2");
  finds("count(purchase where mode = community) > 0", ENG_FINDING_NEVER,
        "never true: mode = community");
  finds("days(visit within 7 d) > 8", ENG_FINDING_NEVER,
        "never true: days(visit within 7 days) > 8");
  finds("streak(visit last 7 d"
        "ays) > 7",
        ENG_FINDING_NEVER, "never true: streak(visit last 7 days) > 7");
  finds("recency(any within 30 d) >= 30 d", ENG_FINDING_NEVER,
        "never true: recency(any within 30 days) >= 30 days");
  finds("count(visit) > 1 / 0", ENG_FINDING_NEVER,
        "never known, so never true: count(visit) > 1 / 0");
  finds("sum(purchase) < 0 EUR", ENG_FINDING_NEVER,
        "never true: sum(purchase) < 0 EUR");
  finds("defined(days(open))", ENG_FINDING_ALWAYS, "always true: defined(days(open))");
  finds_nothing_in("sum(purchase, refund) < 0 EUR");
  finds_nothing_in("days(visit within 7 d) >= 8");
  finds_nothing_in("recency(any within 30 d) >= 29 d");
  finds_nothing_in("share(visit where public) <= 1"); /* unknown of nothing */
  finds_nothing_in("count(review, open where mode = community) > 0");
  finds_nothing_in("(1 else 2) + count(visit) > 3");
}
END_TEST

/* So many business days a week can touch. */
START_TEST(eight_days_lie_in_a_week)
{
  eng_model *model = around("stage s when days(visit within 7 d) >= 8");
  eng_customer *ada = customer_of(context);
  eng_assessor *assessor;
  int32_t stage;

  for (int i = 0; i < 8; i++)
    (void)record(ada, event_of(context, ENG_EVENT_VISIT, i == 0 ? DAY - 1 : i * DAY));
  ck_ok(eng_assessor_new(context, (const eng_model *const *)&model, 1, &assessor));
  ck_ok(eng_assessor_assess(assessor, ada, 7 * DAY, &stage));
  ck_assert_int_eq(stage, 1);
  eng_assessor_free(assessor);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

START_TEST(repetitions_are_found)
{
  finds("count(visit) > 1 and days(open) > 1 and count( visit ) > 1",
        ENG_FINDING_DUPLICATE, "stands here twice: count(visit) > 1");
  finds("count(visit) > 1 or 1 < count(visit)", ENG_FINDING_DUPLICATE,
        "stands here twice: 1 < count(visit)");
  finds("count(visit) >= 3 and count(visit) >= 2", ENG_FINDING_IMPLIED,
        "follows from the conditions beside it: count(visit) >= 2");
  finds("count(visit) >= 2 or count(visit) >= 3", ENG_FINDING_IMPLIED,
        "adds nobody to the conditions beside it: count(visit) >= 3");
  finds_nothing_in("count(visit) >= 2 or recency(open) > 3 d or recency(open) <= 3 d");
}
END_TEST

static void unreachable(const char *lines, const char *text, int32_t severity)
{
  eng_findings *findings = checked(lines);
  int32_t found = 0;

  for (int32_t i = 0; i < eng_findings_count(findings); i++) {
    if (eng_findings_kind(findings, i) != ENG_FINDING_UNREACHABLE) continue;
    found++;
    ck_assert_str_eq(eng_findings_text(findings, i), text);
    ck_assert_int_eq(eng_findings_severity(findings, i), severity);
  }
  ck_assert_int_eq(found, 1);
  eng_findings_free(findings);
}

START_TEST(stages_that_nobody_can_reach_are_found)
{
  unreachable("stage low when count(visit) >= 5 stage high when count(visit) >= 2",
              "nobody can be in low: a later stage holds whenever it does",
              ENG_SEVERITY_WARNING);
  unreachable("stage low when count(visit) >= 5 and count(open) > 1\n"
              "stage a when count(visit) > 3 and count(open) > 3\n"
              "stage b when count(open) < 4",
              "nobody can be in low: a later stage holds whenever it does",
              ENG_SEVERITY_WARNING);
  unreachable("let many = count(visit) > 3 stage a when many\n"
              "stage b when a and count(visit) = 2",
              "nobody can be in b: its condition is never true", ENG_SEVERITY_WARNING);
  unreachable("classes count(visit) > 3, count(visit) > 1 class a no, no class b no, "
              "yes class c yes, no class d yes, yes",
              "nobody can be in c: its condition is never true", ENG_SEVERITY_NOTE);
  finds_nothing("stage low when recency(visit) < 9 d\n"
                "stage high when recency(open) < 9 d or recency(open) >= 9 d");
}
END_TEST

START_TEST(what_nothing_uses_is_found)
{
  eng_findings *findings = checked("param a = 3 param b = 30 days\n  let c = a * 2\n"
                                   "dimension d = count(visit within b) * 1\n"
                                   "stage s when count(visit) > 1");

  ck_assert_int_eq(eng_findings_count(findings), 1);
  ck_assert_int_eq(eng_findings_kind(findings, 0), ENG_FINDING_UNUSED);
  ck_assert_int_eq(eng_findings_severity(findings, 0), ENG_SEVERITY_NOTE);
  ck_assert_uint_eq(eng_findings_line(findings, 0), 4);
  ck_assert_uint_eq(eng_findings_column(findings, 0), 7);
  ck_assert_str_eq(eng_findings_text(findings, 0), "let c is not used");
  ck_assert_int_eq(eng_findings_kind(findings, 1), 0);
  ck_assert_int_eq(eng_findings_severity(findings, -1), 0);
  ck_assert_uint_eq(eng_findings_line(findings, 1), 0);
  ck_assert_uint_eq(eng_findings_column(findings, 1), 0);
  ck_assert_ptr_null(eng_findings_text(findings, 1));
  eng_findings_free(findings);
  eng_findings_free(NULL);
}
END_TEST

START_TEST(built_in_models_are_clean)
{
  for (int32_t i = 0; i < eng_builtin_count(); i++) {
    const char *name = eng_builtin_name(i);
    eng_findings *findings;
    eng_model *model;

    ck_ok(eng_model_builtin(context, name, strlen(name), &model));
    ck_ok(eng_model_check(model, &findings));
    for (int32_t k = 0; k < eng_findings_count(findings); k++)
      if (eng_findings_severity(findings, k) != ENG_SEVERITY_NOTE)
        ck_abort_msg("%s: %s", name, eng_findings_text(findings, k));
    eng_findings_free(findings);
    eng_model_free(model);
  }
}
END_TEST

/* ---- memory ---- */

static const char wanting[] =
    "language 1 model m param a = 3 param unused = 2 days let old = recency(any) > 9 "
    "d\n"
    "stage s \"title\" when count(visit) >= a and count(visit) < 2 and (old or a > 2)\n"
    "stage t when old or count(visit where channel = web or public) > 4 or old\n"
    "stage u when not t and (s or count(visit) > 1) and (old or count(open) > 1)\n"
    "stage v when count(open) >= 1";

/* Calls again and again, each time with another request for memory that fails. */
#define FAIL_EACH(call, release)                                                       \
  do {                                                                                 \
    uint64_t n = 0;                                                                    \
    eng_status status;                                                                 \
                                                                                       \
    do {                                                                               \
      size_t blocks = host.blocks;                                                     \
                                                                                       \
      host_reset(&host);                                                               \
      host.fail_at = ++n;                                                              \
      status = (call);                                                                 \
      host.fail_at = 0;                                                                \
      if (status != ENG_OK) {                                                          \
        ck_assert_int_eq(status, ENG_E_NOMEM);                                         \
        ck_assert_uint_eq(host.blocks, blocks);                                        \
      }                                                                                \
    } while (status != ENG_OK && n < 10000);                                           \
    ck_ok(status);                                                                     \
    ck_assert_uint_gt(n, 1);                                                           \
    release;                                                                           \
  } while (0)

START_TEST(a_failed_allocation_leaves_nothing)
{
  eng_model *model = parsed(wanting), *alone;
  eng_findings *findings;

  FAIL_EACH(eng_model_condition(context, "count(visit) > 1", 16, &alone, NULL),
            eng_model_free(alone));
  FAIL_EACH(eng_model_check(model, &findings), eng_findings_free(findings));
  eng_model_free(model);
}
END_TEST

START_TEST(printing_asks_for_no_memory)
{
  eng_model *model = parsed(wanting);

  host_reset(&host);
  (void)printed(model);
  ck_assert_uint_eq(host.requests, 0);
  eng_model_free(model);
}
END_TEST

START_TEST(what_is_missing_is_said)
{
  eng_findings *findings = (eng_findings *)&host;
  eng_model *model = parsed(wanting), *none;

  ck_assert_int_eq(eng_model_check(NULL, &findings), ENG_E_INVALID);
  ck_assert_ptr_null(findings);
  ck_assert_int_eq(eng_model_check(model, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_condition(NULL, "", 0, &none, NULL), ENG_E_INVALID);
  ck_assert_ptr_null(none);
  ck_assert_int_eq(eng_model_condition(context, NULL, 0, &none, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_condition(context, "", 0, NULL, NULL), ENG_E_INVALID);
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
  tcase_add_test(tests, constants_that_contradict_each_other_are_found);
  tcase_add_test(tests, windows_within_windows_are_known);
  tcase_add_test(tests, what_is_always_or_never_so_is_found);
  tcase_add_test(tests, eight_days_lie_in_a_week);
  tcase_add_test(tests, repetitions_are_found);
  tcase_add_test(tests, stages_that_nobody_can_reach_are_found);
  tcase_add_test(tests, what_nothing_uses_is_found);
  tcase_add_test(tests, built_in_models_are_clean);
  tcase_add_test(tests, a_failed_allocation_leaves_nothing);
  tcase_add_test(tests, printing_asks_for_no_memory);
  tcase_add_test(tests, what_is_missing_is_said);
  suite_add_tcase(suite, tests);
  return suite;
}
