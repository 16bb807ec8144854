/* SPDX-License-Identifier: MIT
 *
 * test_authoring.c - conditions alone, and models printed back, checked and compared.
 */
#include <check.h>
#include <stdio.h>
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

static eng_model *parsed(const char *text) { return model_of(context, text); }

/* A model around some lines. */
static eng_model *around(const char *lines)
{
  char text[2000] = "language 1\nmodel m\n";

  ck_assert_uint_lt(strlen(text) + strlen(lines), sizeof text);
  return parsed(strcat(text, lines));
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

/* Some editors put one before a text. */
START_TEST(a_byte_order_mark_is_not_printed)
{
  static const char text[] =
      "\xEF\xBB\xBFlanguage 1 model m param n = 2 stage a when count(visit) >= n";
  eng_model *plain_one = parsed(text + 3), *marked = parsed(text), *set;
  char wanted[1000];

  ck_assert_uint_lt(strlen(printed(plain_one)), sizeof wanted);
  snprintf(wanted, sizeof wanted, "%s", printed(plain_one));
  ck_assert_str_eq(printed(marked), wanted);
  ck_ok(eng_model_with_params(marked, "n = 3", 5, &set, NULL));
  ck_assert_ptr_nonnull(strstr(printed(set), "param n = 3"));
  eng_model_free(set);
  eng_model_free(marked);
  eng_model_free(plain_one);
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

/* In the place of its own value a param has the one that was set. */
START_TEST(a_param_that_was_set_is_printed_so)
{
  static const char values[] = "few = 2+3, part = 1, wait = few * 2d, whole = 50%";
  eng_model *model = around("param few = 1\nparam part = 20 %\n"
                            "param wait = 9 days param left = wait\nparam whole = 1.5\n"
                            "stage s when count(visit within wait) > few");
  eng_model *changed;

  ck_ok(eng_model_with_params(model, values, strlen(values), &changed, NULL));
  ck_assert_str_eq(printed(changed), "language 1\nmodel m\n  shape ladder\n\n"
                                     "param few = 2 + 3\n"
                                     "param part = (1) / 1\n"
                                     "param wait = few * 2 days\n"
                                     "param left = wait\n"
                                     "param whole = 50 %\n\n"
                                     "stage s\n"
                                     "  when count(visit within wait) > few\n");
  eng_model_free(changed);
  eng_model_free(model);
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

/* ---- comparing ---- */

static const char old_text[] = "language 1\nmodel m \"A\"\n"
                               "param regular = 4\n"
                               "param fresh = 90 days\n"
                               "let active = recency(any) <= fresh\n"
                               "stage guest \"new\" when count(visit) >= 1\n"
                               "stage buyer\n"
                               "  when count(purchase) >= 1\n"
                               "  advise \"thank\"\n"
                               "stage regular_guest\n"
                               "  when days(visit) >= regular\n"
                               "    and active\n"
                               "stage gone when count(contract_end) > 0";

static const char new_text[] = "language 1\nmodel m \"B\" revision 2\n"
                               "param regular = 2 # was 4\n"
                               "param fresh = 90 d\n"
                               "let active = recency(any) <= fresh\n"
                               "stage buyer when count(purchase) >= 2\n"
                               "  advise \"thank\" advise \"and smile\"\n"
                               "stage guest \"new here\" when count(visit) >= 1\n"
                               "stage regular_guest when active\n"
                               "  and days(visit) >= regular\n"
                               "  and count(complaint) = 0\n"
                               "stage friend when count(share) > 0";

static const char *const changes[] = {"", "added", "removed", "changed", "moved"};
static const char *const elements[] = {"",      "head",   "param", "let",   "dimension",
                                       "score", "axis",   "stage", "class", "title",
                                       "alias", "clause", "term",  "advice"};

/* All of a diff, a line each. */
static const char *told(const eng_diff *diff)
{
  static char text[4000];
  size_t size = 0;

  text[0] = '\0';
  for (int32_t i = 0; i < eng_diff_count(diff); i++) {
    const char *old = eng_diff_old_text(diff, i), *new = eng_diff_new_text(diff, i);

    size +=
        (size_t)snprintf(text + size, sizeof text - size, "%s %s %s: %u %s -> %u %s\n",
                         changes[eng_diff_change(diff, i)],
                         elements[eng_diff_element(diff, i)], eng_diff_name(diff, i),
                         (unsigned)eng_diff_old_line(diff, i), old == NULL ? "-" : old,
                         (unsigned)eng_diff_new_line(diff, i), new == NULL ? "-" : new);
  }
  return text;
}

START_TEST(two_texts_are_compared_by_what_they_say)
{
  eng_model *before = parsed(old_text), *after = parsed(new_text);
  eng_diff *diff;

  ck_ok(eng_model_diff(before, after, &diff));
  ck_assert_str_eq(
      told(diff),
      "changed head title: 1 A -> 1 B\n"
      "changed head revision: 2 0 -> 2 2\n"
      "changed param regular: 3 4 -> 3 2\n"
      "changed clause buyer: 8 count(purchase) >= 1 -> 6 count(purchase) >= 2\n"
      "added advice buyer: 0 - -> 7 and smile\n"
      "moved stage guest: 6 count(visit) >= 1 -> 8 count(visit) >= 1\n"
      "changed title guest: 6 new -> 8 new here\n"
      "added clause regular_guest: 0 - -> 11 count(complaint) = 0\n"
      "added stage friend: 0 - -> 12 count(share) > 0\n"
      "removed stage gone: 13 count(contract_end) > 0 -> 0 -\n");
  ck_assert_int_eq(eng_diff_change(diff, -1), 0);
  ck_assert_int_eq(eng_diff_element(diff, 10), 0);
  ck_assert_ptr_null(eng_diff_name(diff, 10));
  ck_assert_ptr_null(eng_diff_old_text(diff, 10));
  ck_assert_ptr_null(eng_diff_new_text(diff, 10));
  ck_assert_uint_eq(eng_diff_old_line(diff, 10), 0);
  ck_assert_uint_eq(eng_diff_new_line(diff, 10), 0);
  eng_diff_free(diff);
  ck_ok(eng_model_diff(before, before, &diff));
  ck_assert_int_eq(eng_diff_count(diff), 0);
  eng_diff_free(diff);
  eng_diff_free(NULL);
  eng_model_free(before);
  eng_model_free(after);
}
END_TEST

START_TEST(classes_are_compared_by_axes_and_answers)
{
  eng_model *before = around("classes count(visit) > 1, count(open) > 1\n"
                             "class a no, no class b no, yes class c yes, no\n"
                             "class d yes, yes");
  eng_model *after = around("classes count(visit) > 1, count(open) > 2\n"
                            "class a no, no class b yes, no class c no, yes\n"
                            "class e yes, yes");
  eng_diff *diff;

  ck_ok(eng_model_diff(before, after, &diff));
  ck_assert_str_eq(told(diff),
                   "changed axis 2: 3 count(open) > 1 -> 3 count(open) > 2\n"
                   "changed class b: 4 no, yes -> 4 yes, no\n"
                   "changed class c: 4 yes, no -> 4 no, yes\n"
                   "removed class d: 5 yes, yes -> 0 -\n"
                   "added class e: 0 - -> 5 yes, yes\n");
  eng_diff_free(diff);
  eng_model_free(before);
  eng_model_free(after);
}
END_TEST

/* Somebody's move, and the lines of the new text (or -line of the old) that made it. */
static const char *moved(const char *before, const char *after,
                         const eng_customer *customer)
{
  static char text[200];
  eng_model *models[2] = {parsed(before), parsed(after)};
  eng_assessor *assessor;
  eng_diff *diff;
  int32_t from, to, count, causes[20];
  size_t size;

  ck_ok(eng_model_diff(models[0], models[1], &diff));
  ck_ok(eng_assessor_new(context, (const eng_model *const *)models, 2, &assessor));
  ck_ok(eng_diff_move(diff, assessor, customer, 20 * DAY, &from, &to, causes, 20,
                      &count));
  size = (size_t)snprintf(text, sizeof text,
                          "%s to %s:", eng_model_stage_name(models[0], from),
                          eng_model_stage_name(models[1], to));
  for (int32_t i = 0; i < count; i++) {
    int32_t line = (int32_t)eng_diff_new_line(diff, causes[i]);

    if (line == 0) line = -(int32_t)eng_diff_old_line(diff, causes[i]);
    size += (size_t)snprintf(text + size, sizeof text - size, " %d", (int)line);
  }
  eng_assessor_free(assessor);
  eng_diff_free(diff);
  eng_model_free(models[0]);
  eng_model_free(models[1]);
  return text;
}

static eng_customer *who_did(int visits, int purchases, int shares, int endings)
{
  eng_customer *who = customer_of(context);

  for (int i = 0; i < visits; i++)
    (void)record(who, event_of(context, ENG_EVENT_VISIT, i * DAY));
  for (int i = 0; i < purchases; i++)
    (void)record(who, event_of(context, ENG_EVENT_PURCHASE, i * DAY));
  for (int i = 0; i < shares; i++)
    (void)record(who, event_of(context, ENG_EVENT_SHARE, i * DAY));
  for (int i = 0; i < endings; i++)
    (void)record(who, event_of(context, ENG_EVENT_CONTRACT_END, i * DAY));
  return who;
}

static void moves(int visits, int purchases, int shares, int endings,
                  const char *wanted)
{
  eng_customer *who = who_did(visits, purchases, shares, endings);

  ck_assert_str_eq(moved(old_text, new_text, who), wanted);
  eng_customer_free(who);
}

START_TEST(a_move_names_the_lines_that_made_it)
{
  moves(1, 0, 0, 0, "guest to guest:");
  moves(0, 1, 0, 0, "buyer to none: 6");
  moves(2, 0, 0, 0, "guest to regular_guest: 3"); /* the param alone */
  moves(1, 2, 0, 0, "buyer to guest: 8");         /* guest comes later now */
  moves(1, 1, 0, 0, "buyer to guest: 6");
  moves(1, 0, 1, 0, "guest to friend: 12");
  moves(9, 0, 0, 1, "gone to regular_guest: -13");
}
END_TEST

START_TEST(a_move_goes_down_to_the_name_that_changed)
{
  eng_customer *ada = who_did(3, 0, 0, 0);

  ck_assert_str_eq(
      moved("language 1 model m\nparam a = 2\nlet b = count(visit) > a\n"
            "stage s alias o when b and count(open) = 0\nstage t when o and not s",
            "language 1 model m\nparam a = 3\nlet b = count(visit) > a\n"
            "stage s alias o when b and count(open) = 0\nstage t when o and not s",
            ada),
      "s to none: 2");
  ck_assert_str_eq(moved("language 1 model m\nparam a = 9 days\n"
                         "stage s when count(visit within a * 2) > 0",
                         "language 1 model m\nparam a = 10 days\n"
                         "stage s when count(visit within a * 2) > 0",
                         ada),
                   "none to s: 2");
  ck_assert_str_eq(moved("language 1 model m\nstage s when count(visit) > 5\n"
                         "stage t when not s",
                         "language 1 model m\nstage s when count(visit) > 5\n"
                         "  or count(visit) > 2\nstage t when not s",
                         ada),
                   "t to s: 2");
  eng_customer_free(ada);
}
END_TEST

START_TEST(moves_that_cannot_be_told_are_refused)
{
  eng_model *models[2] = {parsed(old_text), parsed(new_text)}, *foreign;
  const eng_model *const *both = (const eng_model *const *)models;
  eng_context *other = plain_context();
  eng_customer *ada = who_did(0, 1, 0, 0);
  eng_assessor *assessor, *one;
  eng_diff *diff;
  int32_t from, to, count, cause = 7;

  ck_ok(eng_model_diff(models[0], models[1], &diff));
  ck_ok(eng_assessor_new(context, both, 2, &assessor));
  ck_ok(eng_assessor_new(context, both, 1, &one));
  ck_assert_int_eq(eng_diff_move(diff, one, ada, DAY, &from, &to, NULL, 0, &count),
                   ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_diff_move(diff, assessor, ada, -1, &from, &to, NULL, 0, &count),
                   ENG_E_TIME);
  ck_assert_int_eq(eng_diff_move(NULL, assessor, ada, 0, &from, &to, NULL, 0, &count),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_diff_move(diff, assessor, ada, 0, &from, &to, NULL, 1, &count),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_diff_move(diff, assessor, ada, 0, NULL, &to, NULL, 0, &count),
                   ENG_E_INVALID);
  ck_ok(eng_diff_move(diff, assessor, ada, DAY, &from, &to, NULL, 0, &count));
  ck_assert_int_eq(count, 1);
  ck_ok(eng_diff_move(diff, assessor, ada, DAY, &from, &to, &cause, 1, &count));
  ck_assert_int_eq(cause, 3);
  eng_diff_free(diff);
  diff = (eng_diff *)&host;
  ck_ok(eng_model_condition(other, "count(visit) > 1", 16, &foreign, NULL));
  ck_assert_int_eq(eng_model_diff(models[0], foreign, &diff), ENG_E_CONTEXT);
  ck_assert_ptr_null(diff);
  ck_assert_int_eq(eng_model_diff(NULL, foreign, &diff), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_diff(models[0], models[1], NULL), ENG_E_INVALID);
  eng_assessor_free(assessor);
  eng_assessor_free(one);
  eng_customer_free(ada);
  eng_model_free(models[0]);
  eng_model_free(models[1]);
  eng_model_free(foreign);
  eng_context_free(other);
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
  eng_model *model = parsed(wanting), *after = parsed(old_text), *alone;
  const eng_model *both[2] = {model, after};
  eng_customer *ada = who_did(1, 1, 0, 0);
  eng_assessor *assessor;
  eng_findings *findings;
  int32_t from, to, count;
  eng_diff *diff;

  FAIL_EACH(eng_model_condition(context, "count(visit) > 1", 16, &alone, NULL),
            eng_model_free(alone));
  FAIL_EACH(eng_model_check(model, &findings), eng_findings_free(findings));
  FAIL_EACH(eng_model_diff(model, after, &diff), eng_diff_free(diff));
  ck_ok(eng_model_diff(model, after, &diff));
  ck_ok(eng_assessor_new(context, both, 2, &assessor));
  ck_ok(eng_diff_move(diff, assessor, ada, DAY, &from, &to, NULL, 0, &count));
  ck_assert_int_gt(count, 0);
  FAIL_EACH(eng_diff_move(diff, assessor, ada, DAY, &from, &to, NULL, 0, &count), );
  eng_diff_free(diff);
  eng_assessor_free(assessor);
  eng_customer_free(ada);
  eng_model_free(after);
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
  tcase_add_test(tests, a_byte_order_mark_is_not_printed);
  tcase_add_test(tests, classes_are_printed_as_a_table);
  tcase_add_test(tests, words_of_the_language_may_be_names);
  tcase_add_test(tests, a_param_that_was_set_is_printed_so);
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
  tcase_add_test(tests, two_texts_are_compared_by_what_they_say);
  tcase_add_test(tests, classes_are_compared_by_axes_and_answers);
  tcase_add_test(tests, a_move_names_the_lines_that_made_it);
  tcase_add_test(tests, a_move_goes_down_to_the_name_that_changed);
  tcase_add_test(tests, moves_that_cannot_be_told_are_refused);
  tcase_add_test(tests, a_failed_allocation_leaves_nothing);
  tcase_add_test(tests, printing_asks_for_no_memory);
  tcase_add_test(tests, what_is_missing_is_said);
  suite_add_tcase(suite, tests);
  return suite;
}
