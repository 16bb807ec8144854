/* SPDX-License-Identifier: MIT
 *
 * test_model.c - models, assessors and explanations: what they are called, what is
 * refused, what five_levels says of a story, what an answer shows, and memory.
 * docs/language.md has the rules; tests/property holds them at random.
 */
#include "unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *model_suite(void);

enum { EUR = 978, USD = 840 };

/* Noon of a day, counted from 2024-01-01. */
#define HOUR INT64_C(3600000)
#define NOON(n) (INT64_C(1704067200000) + (n)*DAY + 12 * HOUR)

/* ---- what the tests are about ---- */

static struct host host;
static eng_context *context;
static eng_event *event;

static void open_context(void)
{
  memset(&host, 0, sizeof host);
  context = euro_context(&host);
  ck_ok(eng_event_new(context, ENG_EVENT_VISIT, 0, &event));
}

static void close_context(void)
{
  eng_event_free(event);
  eng_context_free(context);
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

static eng_model *parsed(const char *text) { return model_of(context, text); }

static eng_model *builtin(const char *name)
{
  eng_model *model;

  ck_ok(eng_model_builtin(context, name, strlen(name), &model));
  return model;
}

static eng_assessor *assessor_of(const eng_model *model)
{
  eng_assessor *assessor;

  ck_ok(eng_assessor_new(context, &model, 1, &assessor));
  return assessor;
}

static eng_customer *customer(void)
{
  eng_customer *made;

  ck_ok(eng_customer_new(context, "ada", 3, &made));
  return made;
}

/* Begins the event that the setters below go on with; recorded ends it. */
static void happens(int32_t kind, int64_t time)
{
  ck_ok(eng_event_reset(event, kind, time));
}

static void recorded(eng_customer *to) { ck_ok(eng_customer_record(to, event, NULL)); }

static void does(eng_customer *who, int32_t kind, int64_t time)
{
  happens(kind, time);
  recorded(who);
}

static void buys(eng_customer *who, uint64_t id, int64_t time, int64_t amount)
{
  happens(ENG_EVENT_PURCHASE, time);
  ck_ok(eng_event_set_id(event, id));
  ck_ok(eng_event_set_amount(event, amount, EUR));
  recorded(who);
}

/* A refund (or, with amount < 0, one without an amount), cancellation or void. */
static void undoes(eng_customer *who, int32_t kind, uint64_t target, int64_t time,
                   int64_t amount, int32_t currency)
{
  happens(kind, time);
  ck_ok(eng_event_set_refers_to(event, 1, target));
  if (amount >= 0) ck_ok(eng_event_set_amount(event, amount, currency));
  recorded(who);
}

/* The stage of one model, assessed in a fresh assessor. */
static int32_t stage_under(const eng_model *model, const eng_customer *who, int64_t at)
{
  eng_assessor *assessor = assessor_of(model);
  int32_t stage = -1;

  ck_ok(eng_assessor_assess(assessor, who, at, &stage));
  eng_assessor_free(assessor);
  return stage;
}

/* Whether a condition holds. */
static bool holds(const char *condition, const eng_customer *who, int64_t at)
{
  char text[1024];
  eng_model *model;
  int32_t stage;

  snprintf(text, sizeof text, "language 1 model m stage s when %s", condition);
  model = parsed(text);
  stage = stage_under(model, who, at);
  eng_model_free(model);
  return stage == 1;
}

#define HOLDS(condition, who, at)                                                      \
  ck_assert_msg(holds(condition, who, at), "%s", condition)
#define FAILS(condition, who, at)                                                      \
  ck_assert_msg(!holds(condition, who, at), "%s", condition)

/* ---- what they are called ---- */

START_TEST(a_model_tells_its_head)
{
  eng_model *model =
      parsed("language 1 model a_1 \"Say \\\"hi\\\" \\\\ now\" source \"X (2020)\"\n"
             "shape cycle revision 12\n"
             "stage low \"at first\" when count(visit) >= 1\n"
             "stage high when count(visit) >= 9");

  ck_assert_str_eq(eng_model_name(model), "a_1");
  ck_assert_str_eq(eng_model_title(model), "Say \"hi\" \\ now");
  ck_assert_str_eq(eng_model_source(model), "X (2020)");
  ck_assert_int_eq(eng_model_shape(model), ENG_SHAPE_CYCLE);
  ck_assert_int_eq(eng_model_revision(model), 12);
  eng_model_free(model);
}
END_TEST

START_TEST(what_a_head_leaves_out_is_empty)
{
  eng_model *model = parsed("language 1 model m stage s when count(visit) > 0");

  ck_assert_str_eq(eng_model_title(model), "");
  ck_assert_str_eq(eng_model_source(model), "");
  ck_assert_int_eq(eng_model_shape(model), ENG_SHAPE_LADDER);
  ck_assert_int_eq(eng_model_revision(model), 0);
  eng_model_free(model);
}
END_TEST

START_TEST(stages_have_ranks_from_one)
{
  eng_model *model = parsed("language 1 model m\n"
                            "stage low \"at first\" when count(visit) >= 1\n"
                            "stage high when count(visit) >= 9");

  ck_assert_int_eq(eng_model_stage_count(model), 2);
  ck_assert_str_eq(eng_model_stage_name(model, 0), "none");
  ck_assert_str_eq(eng_model_stage_name(model, 1), "low");
  ck_assert_str_eq(eng_model_stage_name(model, 2), "high");
  ck_assert_ptr_null(eng_model_stage_name(model, 3));
  ck_assert_ptr_null(eng_model_stage_name(model, -1));
  ck_assert_str_eq(eng_model_stage_title(model, 1), "at first");
  ck_assert_str_eq(eng_model_stage_title(model, 2), "");
  ck_assert_ptr_null(eng_model_stage_title(model, 3));
  ck_assert_ptr_null(eng_model_stage_title(model, -1));
  eng_model_free(model);
}
END_TEST

START_TEST(a_stage_is_found_by_its_name_or_alias)
{
  eng_model *model = parsed("language 1 model m\n"
                            "stage low alias basement when count(visit) >= 1\n"
                            "stage high \"on top\" alias top when basement and low\n");
  static const struct {
    const char *name;
    int32_t rank;
  } found[] = {{"none", 0}, {"low", 1}, {"basement", 1}, {"high", 2}, {"top", 2}};
  int32_t rank;

  for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
    rank = -1;
    ck_ok(eng_model_stage_find(model, found[i].name, strlen(found[i].name), &rank));
    ck_assert_int_eq(rank, found[i].rank);
  }
  rank = -1;
  ck_assert_int_eq(eng_model_stage_find(model, "on top", 6, &rank), ENG_E_NOTFOUND);
  ck_assert_int_eq(rank, 0);
  ck_assert_int_eq(eng_model_stage_find(model, "lo", 2, &rank), ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_model_stage_find(model, "", 0, &rank), ENG_E_NOTFOUND);
  rank = -1;
  ck_assert_int_eq(eng_model_stage_find(NULL, "low", 3, &rank), ENG_E_INVALID);
  ck_assert_int_eq(rank, 0);
  ck_assert_int_eq(eng_model_stage_find(model, NULL, 0, &rank), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_stage_find(model, "low", 3, NULL), ENG_E_INVALID);
  ck_assert_str_eq(eng_model_stage_name(model, 1), "low");
  eng_model_free(model);
}
END_TEST

START_TEST(dimensions_tell_their_names)
{
  eng_model *model = parsed("language 1 model m dimension one = 1\n"
                            "dimension two \"the \\\"second\\\"\" = one + 1\n"
                            "stage s when two > 1");

  ck_assert_int_eq(eng_model_dimension_count(model), 2);
  ck_assert_str_eq(eng_model_dimension_name(model, 0), "one");
  ck_assert_str_eq(eng_model_dimension_name(model, 1), "two");
  ck_assert_str_eq(eng_model_dimension_title(model, 0), "");
  ck_assert_str_eq(eng_model_dimension_title(model, 1), "the \"second\"");
  ck_assert_ptr_null(eng_model_dimension_name(model, 2));
  ck_assert_ptr_null(eng_model_dimension_name(model, -1));
  ck_assert_ptr_null(eng_model_dimension_title(model, 2));
  ck_assert_ptr_null(eng_model_dimension_title(model, -1));
  eng_model_free(model);
  model = parsed("language 1 model m stage s when count(visit) > 1");
  ck_assert_int_eq(eng_model_dimension_count(model), 0);
  eng_model_free(model);
}
END_TEST

START_TEST(classes_are_stages_with_names_and_titles)
{
  eng_model *model = parsed("language 1 model m shape classes\n"
                            "classes count(visit) > 1 class no_one \"nobody\" no\n"
                            "class some yes advise \"greet\" lap some");

  ck_assert_int_eq(eng_model_shape(model), ENG_SHAPE_CLASSES);
  ck_assert_int_eq(eng_model_stage_count(model), 2);
  ck_assert_str_eq(eng_model_stage_name(model, 1), "no_one");
  ck_assert_str_eq(eng_model_stage_title(model, 1), "nobody");
  ck_assert_str_eq(eng_model_stage_name(model, 2), "some");
  eng_model_free(model);
}
END_TEST

START_TEST(every_built_in_model_can_be_made_by_its_name)
{
  eng_model *model;

  ck_assert_int_ge(eng_builtin_count(), 1);
  for (int32_t i = 0; i < eng_builtin_count(); i++) {
    const char *name = eng_builtin_name(i);
    size_t length;
    const char *text = eng_builtin_text(i, &length);

    model = builtin(name);
    ck_assert_str_eq(eng_model_name(model), name);
    ck_assert_str_ne(eng_model_title(model), "");
    ck_assert_str_ne(eng_model_source(model), "");
    ck_assert_int_ge(eng_model_revision(model), 1);
    ck_assert_uint_eq(strlen(text), length);
    eng_model_free(model);
  }
}
END_TEST

START_TEST(a_model_that_is_not_built_in_is_not_found)
{
  eng_model *model = (eng_model *)&host;
  size_t length = 7;

  ck_assert_int_eq(eng_model_builtin(context, "nothing", 7, &model), ENG_E_NOTFOUND);
  ck_assert_ptr_null(model);
  ck_assert_int_eq(eng_model_builtin(context, "five_level", 10, &model),
                   ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_model_builtin(context, NULL, 0, &model), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_builtin(NULL, "five_levels", 11, &model), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_builtin(context, "five_levels", 11, NULL), ENG_E_INVALID);
  ck_assert_ptr_null(eng_builtin_name(-1));
  ck_assert_ptr_null(eng_builtin_name(eng_builtin_count()));
  ck_assert_ptr_null(eng_builtin_text(eng_builtin_count(), &length));
  ck_assert_uint_eq(length, 0);
}
END_TEST

/* ---- what is refused ---- */

struct mistake {
  const char
      *text; /* behind `language 1 model m` and a line break, unless it has one */
  eng_status status;
  uint32_t line, column;
  const char *part; /* of what is said */
};

/* Lines count from 2: the first is the head's. */
static const struct mistake mistakes[] = {
    /* the grammar */
    {"", ENG_E_SYNTAX, 2, 1, "at least one stage"},
    {"stage", ENG_E_SYNTAX, 2, 6, "the name of a stage"},
    {"stage S when count(visit) > 0", ENG_E_SYNTAX, 2, 7, "lower-case"},
    {"stage a count(visit) > 0", ENG_E_SYNTAX, 2, 9, "'when'"},
    {"stage a when", ENG_E_SYNTAX, 2, 13, "end of the text"},
    {"stage a when (count(visit) > 0", ENG_E_SYNTAX, 2, 31, "')'"},
    {"stage a when count visit", ENG_E_NAME, 2, 14, "a measure says of what: count("},
    {"stage a when visit", ENG_E_NAME, 2, 14, "'visit' names events"},
    {"stage a when inbound", ENG_E_NAME, 2, 14, "'inbound' names events"},
    {"stage a when advise", ENG_E_SYNTAX, 2, 14, "found 'advise'"},
    {"stage a when b let b = count(visit) > 1", ENG_E_NAME, 2, 14, "further down"},
    {"stage a when b stage c \"b\" when count(visit) > 1", ENG_E_NAME, 2, 14,
     "no measure, param, let or earlier stage"},
    {"stage a when count(visit) > 1 before 3 days", ENG_E_SYNTAX, 2, 31,
     "in the parentheses of a measure"},
    {"soruce \"a\" stage a when count(visit) > 1", ENG_E_NAME, 2, 1, "'source'"},
    {"param n = 1 revision 2", ENG_E_SYNTAX, 2, 13, "in the head"},
    {"score s term t 5 each count(visit) max 9", ENG_E_SYNTAX, 2, 36, "'up to', term"},
    {"stage a when count(visit within 1 year) > 1", ENG_E_SYNTAX, 2, 35,
     "no one length"},
    {"stage a \xe2\x80\x9c"
     "a\xe2\x80\x9d when count(visit) > 1",
     ENG_E_SYNTAX, 2, 9, "between two"},
    {"stage a \xe2\x80\xa0 when count(visit) > 1", ENG_E_SYNTAX, 2, 9,
     "no such character"},
    {"stage a when count(visit) > 1 | count(open) > 1", ENG_E_SYNTAX, 2, 31,
     "write or"},
    {"stage a when count() > 0", ENG_E_SYNTAX, 2, 20, "a kind"},
    {"stage a when count(visit,) > 0", ENG_E_SYNTAX, 2, 26, "a kind"},
    {"stage a when count(visit) > 0 advise", ENG_E_SYNTAX, 2, 37, "quotes"},
    {"stage a when count(visit) > 0 advise \"x", ENG_E_SYNTAX, 2, 38, "same line"},
    {"stage a when count(visit) > 0 )", ENG_E_SYNTAX, 2, 31, "')'"},
    {"stage a when 1 < count(visit) < 3", ENG_E_SYNTAX, 2, 31, "'and'"},
    {"stage a when count(visit) > 1234567890123456", ENG_E_SYNTAX, 2, 29, "15 digits"},
    {"stage a when count(visit) > 1 @", ENG_E_SYNTAX, 2, 31, "no such character"},
    {"stage a when count(visit) > .5", ENG_E_SYNTAX, 2, 29, "'.'"},
    {"stage a when sum(visit) > 1.234 EUR", ENG_E_SYNTAX, 2, 27, "decimals"},
    {"stage a when recency(visit) < 0.5 ms", ENG_E_SYNTAX, 2, 31, "milliseconds"},
    {"param x 4", ENG_E_SYNTAX, 2, 9, "'='"},
    {"param count = 4", ENG_E_SYNTAX, 2, 7, "belongs to the language"},
    {"param value = 4", ENG_E_SYNTAX, 2, 7, "belongs to the language"},
    {"let public = count(visit)", ENG_E_SYNTAX, 2, 5, "belongs to the language"},
    {"param stars = 4", ENG_E_SYNTAX, 2, 7, "belongs to the language"},
    {"param content = 4", ENG_E_SYNTAX, 2, 7, "belongs to the language"},
    {"param inbound = 4", ENG_E_SYNTAX, 2, 7, "belongs to the language"},
    {"stage a when sum(visit) > 10 Eur", ENG_E_SYNTAX, 2, 30, "three capitals"},
    {"stage a when sum(visit) > 10 eur", ENG_E_SYNTAX, 2, 30, "three capitals"},
    {"\n\n  stage none when count(visit) > 0", ENG_E_SYNTAX, 4, 9, "belongs"},
    {"shape round", ENG_E_SYNTAX, 2, 7, "ladder"},
    {"revision 1.5", ENG_E_SYNTAX, 2, 10, "a whole number"},
    {"revision 2147483648", ENG_E_SYNTAX, 2, 10, "at most 2147483647"},
    {"stage a when \"visit\"", ENG_E_SYNTAX, 2, 14, "a number, a measure"},
    /* versions */
    {"language 2 model m stage a when count(visit) > 0", ENG_E_LANGUAGE, 1, 10, "1"},
    {"language one", ENG_E_SYNTAX, 1, 10, "a version"},
    /* a byte order mark, once and at the start, is passed over */
    {"\xEF\xBB\xBFlanguage one", ENG_E_SYNTAX, 1, 10, "a version"},
    {"\xEF\xBB\xBF\xEF\xBB\xBFlanguage 1", ENG_E_SYNTAX, 1, 1, "'language 1'"},
    {"language 1 \xEF\xBB\xBF", ENG_E_SYNTAX, 1, 12, "'model'"},
    {"language 1 module m", ENG_E_SYNTAX, 1, 12, "'model'"},
    {"language 1 model", ENG_E_SYNTAX, 1, 17, "the name of the model"},
    /* names, with the nearest */
    {"stage a when count(visist) > 0", ENG_E_NAME, 2, 20, "'visit'"},
    {"stage a when count(inbuond) > 0", ENG_E_NAME, 2, 20, "'inbound'"},
    {"stage a when count(void) > 0", ENG_E_NAME, 2, 20, "'void'"},
    {"stage a when cuont(visit) > 0", ENG_E_NAME, 2, 14, "'count'"},
    {"param often = 3 stage a when count(visit) > oftn", ENG_E_NAME, 2, 45, "'often'"},
    {"stage first when count(visit) > 0 stage b when frist", ENG_E_NAME, 2, 48,
     "'first'"},
    {"stage a when count(visit where chanel = web) > 0", ENG_E_NAME, 2, 32,
     "'channel'"},
    {"stage a when count(visit where scale = star) > 0", ENG_E_NAME, 2, 40, "'stars'"},
    {"stage a when count(visit where channel = webb) > 0", ENG_E_NAME, 2, 42, "webb"},
    {"stage a when xyzzyxyzzy", ENG_E_NAME, 2, 14, "'xyzzyxyzzy'"},
    {"stgae a when count(visit) > 0", ENG_E_NAME, 2, 1, "'stage'"},
    {"stage b when b", ENG_E_NAME, 2, 14, "'b'"},
    {"let x = x stage b when x > 1", ENG_E_NAME, 2, 9, "'x'"},
    /* given twice */
    {"param x = 1 let x = 2", ENG_E_DUPLICATE, 2, 17, "before"},
    {"param x = 1 stage x when x > 0", ENG_E_DUPLICATE, 2, 19, "before"},
    {"stage x when count(visit) > 0 let x = 2", ENG_E_DUPLICATE, 2, 35, "before"},
    {"source \"a\" source \"b\"", ENG_E_DUPLICATE, 2, 12, "twice"},
    {"shape mix shape mix", ENG_E_DUPLICATE, 2, 11, "twice"},
    {"revision 1 revision 1", ENG_E_DUPLICATE, 2, 12, "twice"},
    {"stage a alias a when count(visit) > 0", ENG_E_DUPLICATE, 2, 15, "before"},
    {"stage a when count(visit) > 0 stage b alias a when a", ENG_E_DUPLICATE, 2, 45,
     "before"},
    {"stage a alias b when count(visit) > 0 let b = 1", ENG_E_DUPLICATE, 2, 43,
     "before"},
    {"dimension d = 1 dimension d = 2", ENG_E_DUPLICATE, 2, 27, "before"},
    {"stage a when count(visit) > 0 lap a lap a", ENG_E_DUPLICATE, 2, 41, "twice"},
    /* aliases and laps */
    {"stage a alias when count(visit) > 0", ENG_E_SYNTAX, 2, 15, "belongs"},
    {"stage a alias \"b\" when count(visit) > 0", ENG_E_SYNTAX, 2, 15, "another name"},
    {"stage a alias other when count(visit) > 0 stage b when othr", ENG_E_NAME, 2, 56,
     "'other'"},
    {"lap a stage a when count(visit) > 0", ENG_E_SYNTAX, 2, 5, "declared"},
    {"stage a when count(visit) > 0 lap none", ENG_E_SYNTAX, 2, 35, "declared"},
    /* dimensions */
    {"dimension", ENG_E_SYNTAX, 2, 10, "the name of a dimension"},
    {"dimension d count(visit)", ENG_E_SYNTAX, 2, 13, "'='"},
    {"dimension d = count(visit) > 3", ENG_E_TYPE, 2, 15, "a condition"},
    {"dimension d = recency(visit)", ENG_E_TYPE, 2, 15, "a time since"},
    {"dimension d = d", ENG_E_NAME, 2, 15, "'d'"},
    {"dimension gap = count(visit)", ENG_E_SYNTAX, 2, 11, "belongs"},
    /* classes */
    {"classes", ENG_E_SYNTAX, 2, 8, "a number, a measure"},
    {"classes count(visit)", ENG_E_TYPE, 2, 9, "a number"},
    {"classes count(visit) > 0, bonded class a yes, yes", ENG_E_NAME, 2, 27,
     "'bonded'"},
    {"classes count(visit) > 0 class a yes", ENG_E_SYNTAX, 2, 37, "every combination"},
    {"classes count(visit) > 0 class a yes class b yes", ENG_E_DUPLICATE, 2, 38,
     "a class already"},
    {"classes count(visit) > 0 class a yes class a no", ENG_E_DUPLICATE, 2, 44,
     "before"},
    {"classes count(visit) > 0 class a yes class b maybe", ENG_E_SYNTAX, 2, 46,
     "yes or no"},
    {"classes count(visit) > 0, count(visit) > 1 class a yes class b no", ENG_E_SYNTAX,
     2, 56, "','"},
    {"classes count(visit) > 0 class a yes, no", ENG_E_SYNTAX, 2, 37,
     "one answer for each axis"},
    {"classes 1=1,1=1,1=1,1=1,1=1 class a yes", ENG_E_LIMIT, 2, 25, "at most 4 axes"},
    {"class a yes", ENG_E_SYNTAX, 2, 1, "classes"},
    {"stage s when count(visit) > 0 classes s class a yes class b no", ENG_E_SYNTAX, 2,
     31, "either stages or"},
    {"classes count(visit) > 0 class a yes class b no stage s when a", ENG_E_SYNTAX, 2,
     49, "either stages or"},
    {"classes count(visit) > 0 class a yes class b no classes a class c yes class d no",
     ENG_E_SYNTAX, 2, 49, "either stages or"},
    /* measures */
    {"stage a when share(visit) > 0", ENG_E_SYNTAX, 2, 25, "'where'"},
    {"stage a when sum(visit of channel) > 0", ENG_E_NAME, 2, 27, "number of an event"},
    {"stage a when mean(visit of valense) > 0", ENG_E_NAME, 2, 28, "'valence'"},
    {"stage a when max(visit of 3) > 0", ENG_E_SYNTAX, 2, 27, "amount, value"},
    {"stage a when count(visit of value) > 0", ENG_E_SYNTAX, 2, 26, "')'"},
    {"stage a when min(visit) > 0", ENG_E_TYPE, 2, 25, "money and a number"},
    {"stage a when gap(visit) > 3", ENG_E_TYPE, 2, 25, "a duration and a number"},
    {"stage a when streak(visit) > 0", ENG_E_SYNTAX, 2, 26, "'last'"},
    {"stage a when streak(visit last 0 days) > 0", ENG_E_SYNTAX, 2, 32, "10000"},
    {"stage a when streak(visit last 10001 days) > 0", ENG_E_SYNTAX, 2, 32, "10000"},
    {"stage a when streak(visit last 1.5 days) > 0", ENG_E_SYNTAX, 2, 32, "10000"},
    {"stage a when streak(visit last n days) > 0 param n = 3", ENG_E_SYNTAX, 2, 32,
     "10000"},
    {"param n = 0 stage a when streak(visit last n days) > 0", ENG_E_SYNTAX, 2, 44,
     "10000"},
    {"param n = 3 days stage a when streak(visit last n days) > 0", ENG_E_SYNTAX, 2, 49,
     "10000"},
    {"let n = count(open) stage a when streak(visit last n days) > 0", ENG_E_SYNTAX, 2,
     52, "10000"},
    {"param n = 3 stage a when streak(visit last n + 1 days) > 0", ENG_E_SYNTAX, 2, 46,
     "weeks"},
    {"stage a when streak(visit last 3 months) > 0", ENG_E_SYNTAX, 2, 34, "weeks"},
    {"stage a when streak(visit within 3 days) > 0", ENG_E_SYNTAX, 2, 27, "'last'"},
    {"stage a when streak(visit last 3 days where public) > 0", ENG_E_SYNTAX, 2, 39,
     "')'"},
    {"stage a when count(visit last 3 days) > 0", ENG_E_SYNTAX, 2, 26, "')'"},
    /* windows */
    {"stage a when count(visit within 3) > 0", ENG_E_TYPE, 2, 33, "constant duration"},
    {"stage a when count(visit within 0 days) > 0", ENG_E_TYPE, 2, 33, "above 0"},
    {"stage a when count(visit within -1 day) > 0", ENG_E_TYPE, 2, 33, "above 0"},
    {"stage a when count(visit within 1 day * count(visit)) > 0", ENG_E_TYPE, 2, 33,
     "constant"},
    {"stage a when count(visit within 1 day before 1 day) > 0", ENG_E_TYPE, 2, 26,
     "nothing lies"},
    {"stage a when count(visit within 1 day within 2 days) > 0", ENG_E_DUPLICATE, 2, 39,
     "once"},
    {"stage a when count(visit where public where public) > 0", ENG_E_DUPLICATE, 2, 39,
     "one `where`"},
    {"stage a when count(visit within 1 ms / 3) > 0", ENG_E_TYPE, 2, 33, "duration"},
    /* filters */
    {"stage a when count(visit where amount) > 0", ENG_E_TYPE, 2, 26, "condition"},
    {"stage a when count(visit where recency(visit) < 1 d) > 0", ENG_E_TYPE, 2, 32,
     "one event"},
    {"let n = count(visit) stage a when count(visit where value > n) > 0", ENG_E_TYPE,
     2, 61, "constants"},
    {"stage s when count(visit) > 0 stage a when count(visit where s) > 0", ENG_E_NAME,
     2, 62, "'s'"},
    {"stage a when count(visit where channel < web) > 0", ENG_E_TYPE, 2, 40, "channel"},
    {"stage a when count(visit where channel = stars) > 0", ENG_E_TYPE, 2, 40, "scale"},
    {"stage a when count(visit where topic = 3) > 0", ENG_E_TYPE, 2, 38, "topic"},
    {"stage a when count(visit where amount > 3) > 0", ENG_E_TYPE, 2, 39, "money"},
    /* other currencies */
    {"stage a when sum(visit) > 1 USD", ENG_E_TYPE, 2, 29, "base currency"},
    {"param x = recency(visit)", ENG_E_TYPE, 2, 11, "constant"},
    {"param x = count(visit) + 1", ENG_E_TYPE, 2, 11, "constant"},
};

static eng_status parse_mistake(const char *text, eng_error *error)
{
  bool whole = strstr(text, "language ") != NULL;
  char all[2048];
  eng_model *model = (eng_model *)&host;
  eng_status status;

  snprintf(all, sizeof all, "%s%s", whole ? "" : "language 1 model m\n", text);
  eng_error_init(error, sizeof *error);
  status = eng_model_parse(context, all, strlen(all), &model, error);
  if (status != ENG_OK) ck_assert_ptr_null(model);
  eng_model_free(model);
  return status;
}

START_TEST(a_mistake_is_named_with_its_place)
{
  const struct mistake *mistake = &mistakes[_i];
  eng_error error;
  eng_status status = parse_mistake(mistake->text, &error);

  ck_assert_msg(status == mistake->status && error.line == mistake->line &&
                    error.column == mistake->column &&
                    strstr(error.text, mistake->part) != NULL,
                "%s\n%d at %u:%u: %s", mistake->text, (int)status, error.line,
                error.column, error.text);
  ck_assert_int_eq(error.code, status);
}
END_TEST

/* Each type: how it is written, outside of filters. ORDER operand types */
enum { NUMBER, RATIO, DURATION, MONEY, CONDITION, AGE, TYPES };
static const char *const operands[TYPES] = {
    "count(visit)",       "0.5",           "2 days", "sum(visit)",
    "(count(visit) > 1)", "recency(visit)"};

static int sum_of(int a, int b)
{
  if (a <= RATIO && b <= RATIO) return a == b ? a : RATIO;
  return a == b && (a == DURATION || a == MONEY) ? a : -1;
}

static int product_of(int a, int b)
{
  if (a <= RATIO && b <= RATIO) return a == NUMBER && b == NUMBER ? NUMBER : RATIO;
  if (a <= RATIO && (b == DURATION || b == MONEY)) return b;
  return b <= RATIO && (a == DURATION || a == MONEY) ? a : -1;
}

static int quotient_of(int a, int b)
{
  if (a <= RATIO && b <= RATIO) return RATIO;
  if (b <= RATIO && (a == DURATION || a == MONEY)) return a;
  return a == b && (a == DURATION || a == MONEY) ? RATIO : -1;
}

static int choice_of(int a, int b)
{
  if (a == b && a != AGE) return a;
  return sum_of(a, b);
}

static bool is_compared(int a, int b, bool order)
{
  if (a <= RATIO && b <= RATIO) return true;
  if ((a == AGE && b == DURATION) || (a == DURATION && b == AGE)) return true;
  return a == b &&
         (a == DURATION || a == MONEY || a == AGE || (a == CONDITION && !order));
}

static const struct {
  const char *sign;
  int (*of)(int a, int b);
} operators[] = {{"+", sum_of},
                 {"-", sum_of},
                 {"*", product_of},
                 {"/", quotient_of},
                 {"else", choice_of}};

static void check_type(const char *text, bool fits)
{
  eng_error error;
  eng_status status = parse_mistake(text, &error);

  ck_assert_msg(status == (fits ? ENG_OK : ENG_E_TYPE), "%s\n%d: %s", text, (int)status,
                error.text);
}

/* The type of a result shows in what it can be compared with. */
START_TEST(operators_take_the_types_of_the_guide)
{
  for (int a = 0; a < TYPES; a++) {
    for (int b = 0; b < TYPES; b++) {
      for (int i = 0; i < 5; i++) {
        int type = operators[i].of(a, b);

        for (int c = 0; c < TYPES; c++) {
          char text[256];

          snprintf(text, sizeof text, "stage a when (%s %s %s) = %s", operands[a],
                   operators[i].sign, operands[b], operands[c]);
          check_type(text, type >= 0 && is_compared(type, c, false));
        }
      }
    }
  }
}
END_TEST

START_TEST(comparisons_take_the_types_of_the_guide)
{
  static const char *const signs[] = {"<", "<=", ">", ">=", "=", "==", "!="};

  for (int a = 0; a < TYPES; a++) {
    for (int b = 0; b < TYPES; b++) {
      for (int i = 0; i < 7; i++) {
        char text[256];

        snprintf(text, sizeof text, "stage a when %s %s %s", operands[a], signs[i],
                 operands[b]);
        check_type(text, is_compared(a, b, i < 4));
      }
    }
  }
}
END_TEST

START_TEST(conditions_are_wanted_where_conditions_stand)
{
  static const char *const forms[] = {"stage a when %s",
                                      "stage a when not %s",
                                      "stage a when %s and count(visit) > 1",
                                      "stage a when count(visit) > 1 and %s",
                                      "stage a when %s or count(visit) > 1",
                                      "stage a when count(visit) > 1 or %s"};
  char text[256];

  for (int a = 0; a < TYPES; a++) {
    for (int i = 0; i < 6; i++) {
      snprintf(text, sizeof text, forms[i], operands[a]);
      check_type(text, a == CONDITION);
    }
    snprintf(text, sizeof text, "stage a when 0 = 0 and defined(%s)", operands[a]);
    check_type(text, true);
    snprintf(text, sizeof text, "stage a when -%s = %s", operands[a], operands[a]);
    check_type(text, a != CONDITION && a != AGE);
  }
}
END_TEST

START_TEST(a_param_is_computed_from_constants)
{
  static const char *const good[] = {"param x = 2 * 3 - 1",
                                     "param x = 1 day / 2",
                                     "param x = -3",
                                     "param y = 3 param x = -y",
                                     "let y = 2 days param x = y",
                                     "param x = 10 EUR * 50 %"};

  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    char text[256];

    snprintf(text, sizeof text, "%s stage a when x = x", good[i]);
    check_type(text, true);
  }
}
END_TEST

START_TEST(sums_need_a_base_currency)
{
  static const char text[] =
      "language 1 model m stage a when sum(purchase) > sum(visit)";
  eng_context *without;
  eng_model *model;
  eng_error error;

  eng_error_init(&error, sizeof error);
  ck_ok(eng_context_new(NULL, &without));
  ck_assert_int_eq(eng_model_parse(without, text, strlen(text), &model, &error),
                   ENG_E_TYPE);
  ck_assert_ptr_nonnull(strstr(error.text, "base currency"));
  eng_context_free(without);
}
END_TEST

/* Channels are vocabulary; stages and dimensions never stand in a filter. */
START_TEST(words_of_filters_name_stages_and_dimensions)
{
  check_type("param web = 3 stage a when count(visit) > web", true);
  check_type("stage community when count(visit) > 3", true);
  check_type("dimension content = count(visit) stage a when content > 3", true);
}
END_TEST

START_TEST(own_kinds_and_channels_can_be_named)
{
  static const char text[] = "language 1 model m stage a when "
                             "count(tasting where channel = kiosk) > 0";
  eng_settings *settings = euro_settings(&host);
  eng_context *own;
  eng_model *model;

  ck_ok(eng_settings_add_kind(settings, 200, "tasting", 7, ENG_DIRECTION_CUSTOMER,
                              ENG_MODE_COMPANY, 1));
  ck_ok(eng_settings_add_channel(settings, 200, "kiosk", 5));
  ck_ok(eng_context_new(settings, &own));
  eng_settings_free(settings);
  ck_ok(eng_model_parse(own, text, strlen(text), &model, NULL));
  eng_model_free(model);
  eng_context_free(own);
  ck_assert_int_eq(eng_model_parse(context, text, strlen(text), &model, NULL),
                   ENG_E_NAME);
}
END_TEST

START_TEST(missing_arguments_are_said)
{
  eng_model *model;

  ck_assert_int_eq(eng_model_parse(NULL, "x", 1, &model, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_parse(context, NULL, 0, &model, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_parse(context, "x", 1, NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_model_parse(context, "", 0, &model, NULL), ENG_E_SYNTAX);
  eng_model_free(NULL);
  eng_assessor_free(NULL);
  eng_explanation_free(NULL);
}
END_TEST

/* ---- bounds ---- */

/* Text repeated, in memory of the C library. */
static char *repeated(const char *before, const char *unit, int times,
                      const char *after)
{
  size_t size = strlen(before) + strlen(unit) * (size_t)times + strlen(after) + 1;
  char *text = malloc(size), *at = text;

  ck_assert_ptr_nonnull(text);
  at += sprintf(at, "%s", before);
  for (int i = 0; i < times; i++) at += sprintf(at, "%s", unit);
  sprintf(at, "%s", after);
  return text;
}

static eng_status parse_repeated(const char *before, const char *unit, int times,
                                 const char *after)
{
  char *text = repeated(before, unit, times, after);
  eng_model *model;
  eng_status status = eng_model_parse(context, text, strlen(text), &model, NULL);

  eng_model_free(model);
  free(text);
  return status;
}

static const char start[] = "language 1 model m stage a when ";

START_TEST(nesting_is_bounded)
{
  char closing[512] = "count(visit) > 0";

  for (int i = 0; i < 60; i++) strcat(closing, ")");
  ck_assert_int_eq(parse_repeated(start, "(", 60, closing), ENG_OK);
  ck_assert_int_eq(parse_repeated(start, "(", 5000, ""), ENG_E_LIMIT);
  ck_assert_int_eq(parse_repeated(start, "not ", 60, "0 = 0"), ENG_OK);
  ck_assert_int_eq(parse_repeated(start, "not ", 5000, "0 = 0"), ENG_E_LIMIT);
  ck_assert_int_eq(parse_repeated(start, "-", 60, "1 = 1"), ENG_OK);
  ck_assert_int_eq(parse_repeated(start, "-", 5000, "1 = 1"), ENG_E_LIMIT);
  ck_assert_int_eq(parse_repeated(start, "defined(", 5000, "1)"), ENG_E_LIMIT);
}
END_TEST

START_TEST(chains_are_bounded)
{
  ck_assert_int_eq(parse_repeated(start, "0 = 0 and ", 200, "0 = 0"), ENG_OK);
  ck_assert_int_eq(parse_repeated(start, "0 = 0 and ", 3000, "0 = 0"), ENG_E_LIMIT);
  ck_assert_int_eq(parse_repeated(start, "count(visit) + ", 3000, "1 > 0"),
                   ENG_E_LIMIT);
}
END_TEST

/* Each let doubles the cost of the one before; the tree stays small. */
static eng_status parse_doubling(int lets)
{
  char text[4096];
  size_t n = (size_t)sprintf(text, "language 1 model m let x0 = count(visit)\n");
  eng_model *model;
  eng_status status;

  for (int i = 1; i <= lets; i++)
    n += (size_t)sprintf(text + n, "let x%d = x%d + x%d\n", i, i - 1, i - 1);
  n += (size_t)sprintf(text + n, "stage a when x%d > 0", lets);
  status = eng_model_parse(context, text, n, &model, NULL);
  eng_model_free(model);
  return status;
}

START_TEST(the_cost_of_evaluation_is_bounded)
{
  ck_assert_int_eq(parse_doubling(15), ENG_OK);
  ck_assert_int_eq(parse_doubling(40), ENG_E_LIMIT);
  ck_assert_int_eq(parse_doubling(80), ENG_E_LIMIT);
}
END_TEST

START_TEST(the_number_of_stages_is_bounded)
{
  char text[8192];
  size_t n = (size_t)sprintf(text, "language 1 model m ");
  eng_model *model;

  for (int i = 0; i < 64; i++)
    n += (size_t)sprintf(text + n, "stage s%d when count(visit) > %d\n", i, i);
  ck_ok(eng_model_parse(context, text, n, &model, NULL));
  ck_assert_int_eq(eng_model_stage_count(model), 64);
  eng_model_free(model);
  n += (size_t)sprintf(text + n, "stage more when count(visit) > 99\n");
  ck_assert_int_eq(eng_model_parse(context, text, n, &model, NULL), ENG_E_LIMIT);
}
END_TEST

START_TEST(the_length_of_a_text_is_bounded)
{
  ck_assert_int_eq(parse_repeated(start, " ", 65536 - (int)sizeof start - 5, "0 = 0"),
                   ENG_OK);
  ck_assert_int_eq(parse_repeated(start, " ", 65536, "0 = 0"), ENG_E_LIMIT);
}
END_TEST

START_TEST(a_name_has_at_most_64_characters)
{
  static const char before[] = "language 1 model m stage a";

  ck_assert_int_eq(parse_repeated(before, "b", 63, " when 0 = 0"), ENG_OK);
  ck_assert_int_eq(parse_repeated(before, "b", 64, " when 0 = 0"), ENG_E_SYNTAX);
}
END_TEST

START_TEST(limits_of_the_settings_hold)
{
  eng_settings *settings = euro_settings(&host);
  eng_context *narrow;
  eng_model *model;

  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_STAGES, 2));
  ck_ok(eng_context_new(settings, &narrow));
  ck_assert_int_eq(eng_model_builtin(narrow, "five_levels", 11, &model), ENG_E_LIMIT);
  eng_context_free(narrow);
  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_STAGES, 255));
  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_MODEL, 100));
  ck_ok(eng_context_new(settings, &narrow));
  ck_assert_int_eq(eng_model_builtin(narrow, "five_levels", 11, &model), ENG_E_LIMIT);
  eng_context_free(narrow);
  eng_settings_free(settings);
}
END_TEST

/* ---- assessors ---- */

START_TEST(contexts_are_not_mixed)
{
  eng_settings *settings = euro_settings(&host);
  eng_model *model = builtin("five_levels"), *foreign;
  const eng_model *both[2];
  eng_assessor *assessor = assessor_of(model), *mixed;
  eng_context *other;
  eng_customer *stranger;
  eng_explanation *why;
  int32_t stage;
  int64_t time;

  ck_ok(eng_context_new(settings, &other));
  eng_settings_free(settings);
  ck_ok(eng_model_builtin(other, "five_levels", 11, &foreign));
  ck_ok(eng_customer_new(other, "bob", 3, &stranger));
  both[0] = model;
  both[1] = foreign;
  ck_assert_int_eq(eng_assessor_new(context, both, 2, &mixed), ENG_E_CONTEXT);
  ck_assert_ptr_null(mixed);
  ck_assert_int_eq(eng_assessor_new(other, both, 1, &mixed), ENG_E_CONTEXT);
  ck_assert_int_eq(eng_assessor_assess(assessor, stranger, 0, &stage), ENG_E_CONTEXT);
  ck_assert_int_eq(
      eng_assessor_next_change(assessor, stranger, 0, &stage, &time, &stage),
      ENG_E_CONTEXT);
  ck_assert_int_eq(eng_assessor_explain(assessor, 0, stranger, 0, &why), ENG_E_CONTEXT);
  ck_assert_ptr_null(why);
  eng_customer_free(stranger);
  eng_model_free(foreign);
  eng_context_free(other);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(an_assessor_says_what_it_runs)
{
  eng_model *model = builtin("five_levels");
  const eng_model *many[65];
  eng_assessor *assessor;

  for (int i = 0; i < 65; i++) many[i] = model;
  ck_assert_int_eq(eng_assessor_new(context, many, 0, &assessor), ENG_E_RANGE);
  ck_assert_int_eq(eng_assessor_new(context, many, 65, &assessor), ENG_E_RANGE);
  ck_assert_int_eq(eng_assessor_new(context, NULL, 1, &assessor), ENG_E_INVALID);
  ck_assert_int_eq(eng_assessor_new(context, many, 1, NULL), ENG_E_INVALID);
  ck_ok(eng_assessor_new(context, many, 64, &assessor));
  ck_assert_int_eq(eng_assessor_model_count(assessor), 64);
  ck_assert_ptr_eq(eng_assessor_model(assessor, 63), model);
  ck_assert_ptr_null(eng_assessor_model(assessor, 64));
  ck_assert_ptr_null(eng_assessor_model(assessor, -1));
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(moments_are_between_1970_and_9999)
{
  eng_model *model = builtin("five_levels");
  eng_assessor *assessor = assessor_of(model);
  eng_customer *ada = customer();
  eng_explanation *why;
  int32_t stage;
  int64_t time;

  ck_assert_int_eq(eng_assessor_assess(assessor, ada, -1, &stage), ENG_E_TIME);
  ck_assert_int_eq(eng_assessor_assess(assessor, ada, ENG_TIME_MAX + 1, &stage),
                   ENG_E_TIME);
  ck_assert_int_eq(eng_assessor_next_change(assessor, ada, -1, &stage, &time, &stage),
                   ENG_E_TIME);
  ck_assert_int_eq(eng_assessor_explain(assessor, 0, ada, -1, &why), ENG_E_TIME);
  ck_assert_int_eq(eng_assessor_explain(assessor, 1, ada, 0, &why), ENG_E_RANGE);
  ck_assert_int_eq(eng_assessor_explain(assessor, -1, ada, 0, &why), ENG_E_RANGE);
  ck_ok(eng_assessor_assess(assessor, ada, 0, &stage));
  ck_assert_int_eq(stage, 0);
  ck_ok(eng_assessor_assess(assessor, ada, ENG_TIME_MAX, &stage));
  ck_assert_int_eq(eng_assessor_assess(NULL, ada, 0, &stage), ENG_E_INVALID);
  ck_assert_int_eq(eng_assessor_assess(assessor, NULL, 0, &stage), ENG_E_INVALID);
  ck_assert_int_eq(eng_assessor_assess(assessor, ada, 0, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_assessor_next_change(assessor, ada, 0, &stage, NULL, &stage),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_assessor_next_change(assessor, ada, 0, &stage, &time, NULL),
                   ENG_E_INVALID);
  ck_ok(eng_assessor_next_change(assessor, ada, 0, NULL, &time, &stage));
  ck_assert_int_eq(time, ENG_TIME_NONE);
  eng_customer_free(ada);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

/* ---- five_levels ---- */

enum { NONE, DISCOVER, SHOP, BUY, OWN, ADVOCATE };

/* What five_levels says: stage, next change and the stage then. */
static void expect_level(const eng_customer *who, int64_t at, int32_t stage,
                         int64_t next, int32_t next_stage)
{
  eng_model *model = builtin("five_levels");
  eng_assessor *assessor = assessor_of(model);
  int32_t got = -1, got_stage = -1;
  int64_t got_next = 0;

  ck_ok(eng_assessor_next_change(assessor, who, at, &got, &got_next, &got_stage));
  ck_assert_int_eq(got, stage);
  ck_assert_int_eq(got_next, next);
  ck_assert_int_eq(got_stage, next_stage);
  ck_ok(eng_assessor_assess(assessor, who, at, &got));
  ck_assert_int_eq(got, stage);
  eng_assessor_free(assessor);
  eng_model_free(model);
}

static void expect_stays(const eng_customer *who, int64_t at, int32_t stage)
{
  expect_level(who, at, stage, ENG_TIME_NONE, stage);
}

START_TEST(five_levels_tells_a_story)
{
  eng_customer *ada = customer();

  expect_stays(ada, NOON(9), NONE);
  does(ada, ENG_EVENT_IMPRESSION, NOON(1));
  does(ada, ENG_EVENT_SEARCH, NOON(3));
  buys(ada, 7, NOON(5), 4000);
  does(ada, ENG_EVENT_FULFIL, NOON(8));
  does(ada, ENG_EVENT_REFER, NOON(30));
  expect_stays(ada, NOON(1) - 1, NONE);
  expect_stays(ada, NOON(1), DISCOVER);
  expect_stays(ada, NOON(3), SHOP);
  expect_stays(ada, NOON(5) - 1, SHOP);
  expect_level(ada, NOON(5), BUY, NOON(19), OWN);
  expect_level(ada, NOON(8) - 1, BUY, NOON(19), OWN);
  expect_stays(ada, NOON(8), OWN);
  expect_stays(ada, NOON(30) - 1, OWN);
  expect_stays(ada, NOON(30), ADVOCATE);
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_buyer_owns_after_fourteen_days_exactly)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(0), 4000);
  expect_level(ada, NOON(0), BUY, NOON(14), OWN);
  expect_level(ada, NOON(14) - 1, BUY, NOON(14), OWN);
  expect_stays(ada, NOON(14), OWN);
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_second_purchase_does_not_put_off_owning)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(0), 4000);
  buys(ada, 8, NOON(10), 4000);
  expect_level(ada, NOON(10), BUY, NOON(14), OWN);
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_refunded_purchase_is_no_purchase_in_either_order)
{
  for (int refund_first = 0; refund_first < 2; refund_first++) {
    eng_customer *ada = customer();

    does(ada, ENG_EVENT_VISIT, NOON(0));
    if (refund_first) undoes(ada, ENG_EVENT_REFUND, 7, NOON(3), 4000, EUR);
    buys(ada, 7, NOON(1), 4000);
    if (!refund_first) undoes(ada, ENG_EVENT_REFUND, 7, NOON(3), 4000, EUR);
    expect_level(ada, NOON(3) - 1, BUY, NOON(15), OWN);
    expect_stays(ada, NOON(3), DISCOVER);
    expect_stays(ada, NOON(99), DISCOVER);
    eng_customer_free(ada);
  }
}
END_TEST

START_TEST(two_refunds_together_may_be_the_whole)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(1), 4000);
  undoes(ada, ENG_EVENT_REFUND, 7, NOON(2), 1500, EUR);
  HOLDS("count(purchase) = 1 and sum(purchase) = 25.00 EUR", ada, NOON(2));
  HOLDS("sum(purchase, refund) = 25.00 EUR", ada, NOON(2));
  HOLDS("count(purchase where amount = 25.00 EUR) = 1", ada, NOON(2));
  undoes(ada, ENG_EVENT_REFUND, 7, NOON(3), 2500, EUR);
  HOLDS("count(purchase) = 0 and sum(purchase) = 0.00 EUR", ada, NOON(3));
  HOLDS("sum(purchase, refund) = 0.00 EUR and count(refund) = 2", ada, NOON(3));
  HOLDS("count(purchase) = 1", ada, NOON(3) - 1);
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_refund_of_more_than_was_paid_leaves_nothing_below)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(1), 4000);
  undoes(ada, ENG_EVENT_REFUND, 7, NOON(2), 9999, EUR);
  HOLDS("count(purchase) = 0 and sum(purchase, refund) = 0.00 EUR", ada, NOON(2));
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_cancellation_takes_all_from_its_own_time_on)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(1), 4000);
  undoes(ada, ENG_EVENT_CANCEL, 7, NOON(2), -1, 0);
  HOLDS("count(purchase) = 1", ada, NOON(2) - 1);
  HOLDS("count(purchase) = 0", ada, NOON(2));
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_void_acts_at_every_moment)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(1), 4000);
  undoes(ada, ENG_EVENT_VOID, 7, NOON(5), -1, 0);
  HOLDS("count(purchase) = 0", ada, NOON(1));
  HOLDS("count(all) = 0", ada, NOON(9));
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_voided_refund_gives_back_and_a_void_stays)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(1), 4000);
  happens(ENG_EVENT_REFUND, NOON(2));
  ck_ok(eng_event_set_id(event, 8));
  ck_ok(eng_event_set_refers_to(event, 1, 7));
  recorded(ada);
  HOLDS("count(purchase) = 0", ada, NOON(2));
  happens(ENG_EVENT_VOID, NOON(3));
  ck_ok(eng_event_set_id(event, 9));
  ck_ok(eng_event_set_refers_to(event, 1, 8));
  recorded(ada);
  HOLDS("count(purchase) = 1 and count(refund) = 0", ada, NOON(2));
  undoes(ada, ENG_EVENT_VOID, 9, NOON(4), -1, 0);
  HOLDS("count(purchase) = 1 and count(refund) = 0", ada, NOON(9));
  eng_customer_free(ada);
}
END_TEST

START_TEST(what_is_earlier_than_its_target_does_not_reach_it)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(5), 4000);
  undoes(ada, ENG_EVENT_REFUND, 7, NOON(5) - 1, 4000, EUR);
  undoes(ada, ENG_EVENT_VOID, 7, NOON(5) - 1, -1, 0);
  undoes(ada, ENG_EVENT_CANCEL, 7, NOON(5) - 1, -1, 0);
  HOLDS("count(purchase) = 1 and sum(purchase, refund) = 40.00 EUR", ada, NOON(9));
  undoes(ada, ENG_EVENT_REFUND, 7, NOON(5), 4000, EUR);
  HOLDS("count(purchase) = 0", ada, NOON(9));
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_free_purchase_counts_until_a_refund_names_it)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(1), 0);
  happens(ENG_EVENT_PURCHASE, NOON(2));
  ck_ok(eng_event_set_id(event, 8));
  recorded(ada);
  HOLDS("count(purchase) = 2 and sum(purchase) = 0.00 EUR", ada, NOON(2));
  undoes(ada, ENG_EVENT_REFUND, 7, NOON(3), 0, EUR);
  undoes(ada, ENG_EVENT_REFUND, 8, NOON(4), -1, 0);
  HOLDS("count(purchase) = 2", ada, NOON(3) - 1);
  HOLDS("count(purchase) = 1", ada, NOON(4) - 1);
  HOLDS("count(purchase) = 0", ada, NOON(4));
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_refund_of_its_own_lowers_what_was_spent)
{
  eng_customer *ada = customer();

  buys(ada, 7, NOON(1), 4000);
  happens(ENG_EVENT_REFUND, NOON(2));
  ck_ok(eng_event_set_amount(event, 500, EUR));
  recorded(ada);
  happens(ENG_EVENT_REFUND, NOON(3));
  ck_ok(eng_event_set_amount(event, -300, EUR));
  recorded(ada);
  happens(ENG_EVENT_PURCHASE, NOON(4));
  ck_ok(eng_event_set_amount(event, -200, EUR));
  recorded(ada);
  HOLDS("sum(purchase) = 40.00 EUR and sum(refund) = -10.00 EUR", ada, NOON(9));
  HOLDS("count(purchase) = 1 and count(refund) = 3", ada, NOON(9));
  eng_customer_free(ada);
}
END_TEST

/* It is what the company does, like every refund. */
START_TEST(a_purchase_below_zero_is_a_refund_for_filters_too)
{
  eng_customer *ada = customer();

  happens(ENG_EVENT_PURCHASE, NOON(4));
  ck_ok(eng_event_set_amount(event, -200, EUR));
  recorded(ada);
  HOLDS("count(refund where direction = outbound) = 1", ada, NOON(4));
  HOLDS("count(all where direction = inbound) = 0 and count(any) = 0", ada, NOON(4));
  undoes(ada, ENG_EVENT_VOID, 99, NOON(4), -1, 0);
  HOLDS("count(refund where direction = outbound) = 1", ada, NOON(4));
  eng_customer_free(ada);
}
END_TEST

START_TEST(praise_that_nobody_was_told_is_not_advocacy)
{
  eng_customer *ada = customer();

  does(ada, ENG_EVENT_VISIT, NOON(0));
  happens(ENG_EVENT_RATING, NOON(1));
  ck_ok(eng_event_set_scale(event, ENG_SCALE_NPS));
  ck_ok(eng_event_set_value(event, 10000));
  recorded(ada);
  happens(ENG_EVENT_REVIEW, NOON(1));
  ck_ok(eng_event_set_scale(event, ENG_SCALE_NPS));
  ck_ok(eng_event_set_value(event, 10000));
  ck_ok(eng_event_set_valence(event, 2));
  recorded(ada);
  expect_stays(ada, NOON(2), DISCOVER);
  ck_ok(eng_event_set_flags(event, 0, 1));
  recorded(ada);
  expect_stays(ada, NOON(2), ADVOCATE);
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_public_review_has_to_be_good)
{
  for (int stars = 1; stars <= 5; stars++) {
    eng_customer *ada = customer();

    happens(ENG_EVENT_REVIEW, NOON(1));
    ck_ok(eng_event_set_scale(event, ENG_SCALE_STARS));
    ck_ok(eng_event_set_value(event, stars * 1000));
    ck_ok(eng_event_set_flags(event, 0, 1));
    recorded(ada);
    expect_stays(ada, NOON(2), stars >= 4 ? ADVOCATE : NONE);
    eng_customer_free(ada);
  }
}
END_TEST

START_TEST(what_the_company_sends_leaves_a_stranger_a_stranger)
{
  eng_customer *ada = customer();

  does(ada, ENG_EVENT_MESSAGE_OUT, NOON(1));
  expect_stays(ada, NOON(2), NONE);
  FAILS("count(any) >= 1 or defined(recency(any))", ada, NOON(2));
  HOLDS("count(all) = 1 and count(outbound) = 1", ada, NOON(2));
  eng_customer_free(ada);
}
END_TEST

/* ---- the language at its edges ---- */

START_TEST(windows_are_open_behind_and_closed_before)
{
  eng_customer *ada = customer();

  does(ada, ENG_EVENT_VISIT, NOON(0));
  HOLDS("count(visit within 1 day) = 1", ada, NOON(0));
  HOLDS("count(visit within 1 day) = 1", ada, NOON(1) - 1);
  HOLDS("count(visit within 1 day) = 0", ada, NOON(1));
  HOLDS("count(visit before 1 day) = 0", ada, NOON(1) - 1);
  HOLDS("count(visit before 1 day) = 1", ada, NOON(1));
  HOLDS("count(visit within 2 days before 1 day) = 1", ada, NOON(2) - 1);
  HOLDS("count(visit within 2 days before 1 day) = 0", ada, NOON(2));
  HOLDS("recency(visit) <= 1 day", ada, NOON(1));
  FAILS("recency(visit) <= 1 day", ada, NOON(1) + 1);
  HOLDS("tenure(visit) >= 1 day", ada, NOON(1));
  FAILS("tenure(visit) >= 1 day", ada, NOON(1) - 1);
  eng_customer_free(ada);
}
END_TEST

START_TEST(the_next_change_of_a_time_since_is_exact)
{
  static const struct {
    const char *condition;
    int64_t next; /* after the visit at noon of day 0, asked an hour later */
  } cases[] = {{"recency(visit) <= 1 day", DAY + 1},
               {"recency(visit) < 1 day", DAY},
               {"recency(visit) > 1 day", DAY + 1},
               {"recency(visit) >= 1 day", DAY},
               {"recency(visit) = 1 day", DAY},
               {"1 day < tenure(visit)", DAY + 1},
               {"recency(visit) < 10 ms / 3 + 1 day", DAY + 4},
               {"recency(visit within 1 day) < 9 days", DAY},
               {"tenure(visit before 1 day) >= 2 days", 2 * DAY}};

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    eng_customer *ada = customer();
    char text[256];
    eng_model *model;
    eng_assessor *assessor;
    int32_t stage, next;
    int64_t time;

    does(ada, ENG_EVENT_VISIT, NOON(0));
    snprintf(text, sizeof text, "language 1 model m stage s when %s",
             cases[i].condition);
    model = parsed(text);
    assessor = assessor_of(model);
    ck_ok(
        eng_assessor_next_change(assessor, ada, NOON(0) + HOUR, &stage, &time, &next));
    ck_assert_msg(time == NOON(0) + cases[i].next && next == !stage, "%s: %lld",
                  cases[i].condition, (long long)(time - NOON(0)));
    eng_assessor_free(assessor);
    eng_model_free(model);
    eng_customer_free(ada);
  }
}
END_TEST

/* Two times since grow alike: who came last stays last, whatever time does. */
START_TEST(two_times_since_say_what_came_last)
{
  eng_model *model = parsed("language 1 model m\n"
                            "stage asked when count(complaint) >= 1\n"
                            "stage answered when recency(resolution) <= "
                            "recency(complaint)\n"
                            "stage once when recency(complaint) = tenure(complaint)");
  eng_assessor *assessor = assessor_of(model);
  eng_customer *who = customer();
  int32_t stage, next;
  int64_t time;

  does(who, ENG_EVENT_RESOLUTION, NOON(1));
  ck_assert_int_eq(stage_under(model, who, NOON(1)), 0);
  does(who, ENG_EVENT_COMPLAINT, NOON(2));
  ck_assert_int_eq(stage_under(model, who, NOON(9)), 3);
  does(who, ENG_EVENT_COMPLAINT, NOON(10));
  ck_ok(eng_assessor_next_change(assessor, who, NOON(10), &stage, &time, &next));
  ck_assert_int_eq(stage, 1);
  ck_assert_int_eq(time, ENG_TIME_NONE);
  does(who, ENG_EVENT_RESOLUTION, NOON(10));
  ck_ok(eng_assessor_next_change(assessor, who, NOON(99), &stage, &time, &next));
  ck_assert_int_eq(stage, 2);
  ck_assert_int_eq(time, ENG_TIME_NONE);
  does(who, ENG_EVENT_COMPLAINT, NOON(10) + 1);
  ck_assert_int_eq(stage_under(model, who, NOON(99)), 1);
  eng_customer_free(who);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(unknown_is_not_enough)
{
  eng_customer *ada = customer();

  FAILS("recency(visit) < 1 day", ada, NOON(0));
  FAILS("not (recency(visit) < 1 day)", ada, NOON(0));
  FAILS("recency(visit) < 1 day or not (recency(visit) < 1 day)", ada, NOON(0));
  HOLDS("recency(visit) < 1 day or 1 = 1", ada, NOON(0));
  HOLDS("1 = 1 or recency(visit) < 1 day", ada, NOON(0));
  HOLDS("not (recency(visit) < 1 day and 1 = 2)", ada, NOON(0));
  HOLDS("not (1 = 2 and recency(visit) < 1 day)", ada, NOON(0));
  HOLDS("not defined(recency(visit))", ada, NOON(0));
  HOLDS("not defined(1 / count(visit))", ada, NOON(0));
  HOLDS("(1 / count(visit) else 7) = 7", ada, NOON(0));
  HOLDS("(recency(visit) < 1 day) else (1 = 1)", ada, NOON(0));
  FAILS("(recency(visit) < 1 day) = (recency(visit) < 1 day)", ada, NOON(0));
  eng_customer_free(ada);
}
END_TEST

START_TEST(arithmetic_is_exact)
{
  eng_customer *ada = customer();

  HOLDS("1 / 3 + 1 / 6 = 50 %", ada, NOON(0));
  HOLDS("0.1 + 0.2 = 0.3", ada, NOON(0));
  HOLDS("10.00 EUR / 3 * 3 = 10.00 EUR", ada, NOON(0));
  HOLDS("10.00 EUR / 4.00 EUR = 2.5", ada, NOON(0));
  HOLDS("1 w / 1 d = 7 and 1 h = 60 minutes and 1500 ms = 1.5 s", ada, NOON(0));
  HOLDS("2 + 3 * 4 - 6 / 3 = 12", ada, NOON(0));
  HOLDS("-2 - -3 = 1", ada, NOON(0));
  HOLDS("999999999999999 / 999999999999998 > 1.00000000000001 / 1.0000000000001", ada,
        NOON(0));
  /* Too large on the way, not in the end. */
  HOLDS("(999999999999999 * 9000 + 1) / 2 + (999999999999999 * 9000 + 1) / 2 = "
        "999999999999999 * 9000 + 1",
        ada, NOON(0));
  HOLDS("1 - (999999999999999 * 9000 + 1) / 2 - (999999999999999 * 9000 + 1) / 2 = "
        "-999999999999999 * 9000",
        ada, NOON(0));
  HOLDS("1 / (3 * 999999999999999 * 3000) + 2 / (3 * 999999999999999 * 3000) = "
        "1 / (999999999999999 * 3000)",
        ada, NOON(0));
  HOLDS("1 / 3 / (999999999999999 * 1000) + 1 / 6 / (999999999999999 * 1000) = "
        "1 / 2 / (999999999999999 * 1000)",
        ada, NOON(0));
  /* Too large for 64 bits: not defined, never wrong. */
  FAILS("defined(999999999999999 * 9000 / 2 + (999999999999999 * 9000 + 1) / 2)", ada,
        NOON(0));
  FAILS("defined(1 / (999999999999999 * 9000) + 1 / (999999999999998 * 9000))", ada,
        NOON(0));
  FAILS("defined(999999999999999 * 999999999999999)", ada, NOON(0));
  HOLDS("(999999999999999 * 999999999999999 else 7) = 7", ada, NOON(0));
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_sum_may_leave_64_bits_on_the_way_only)
{
  eng_customer *ada = customer();

  for (int i = 0; i < 3; i++) {
    happens(ENG_EVENT_PURCHASE, NOON(i));
    ck_ok(eng_event_set_amount(event, INT64_MAX, EUR));
    recorded(ada);
  }
  for (int i = 0; i < 2; i++) {
    happens(ENG_EVENT_REFUND, NOON(3 + i));
    ck_ok(eng_event_set_amount(event, INT64_MAX, EUR));
    recorded(ada);
  }
  FAILS("defined(sum(purchase))", ada, NOON(9));
  HOLDS("defined(sum(purchase, refund))", ada, NOON(9));
  HOLDS("(sum(purchase) else 7.00 EUR) = 7.00 EUR", ada, NOON(9));
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_topic_is_its_text)
{
  eng_customer *ada = customer();

  happens(ENG_EVENT_PURCHASE, NOON(0));
  ck_ok(eng_event_set_topic(event, 1, (uint32_t)eng_hash("say \"hi\"", 8)));
  recorded(ada);
  HOLDS("count(purchase where topic = \"say \\\"hi\\\"\") = 1", ada, NOON(0));
  FAILS("count(purchase where topic = \"coffee\") = 1", ada, NOON(0));
  HOLDS("count(purchase where topic != \"coffee\") = 1", ada, NOON(0));
  eng_customer_free(ada);
}
END_TEST

START_TEST(business_days_begin_when_the_settings_say)
{
  static const char text[] = "language 1 model m stage s when days(visit) = 1";
  eng_settings *settings = euro_settings(&host);
  eng_context *bar;
  eng_customer *ada;
  eng_model *model;
  eng_assessor *assessor;
  eng_event *visit;
  int32_t stage;

  ck_ok(eng_settings_set_day(settings, 180));
  ck_ok(eng_context_new(settings, &bar));
  eng_settings_free(settings);
  ck_ok(eng_customer_new(bar, "ada", 3, &ada));
  ck_ok(eng_event_new(bar, ENG_EVENT_VISIT, NOON(0), &visit));
  ck_ok(eng_customer_record(ada, visit, NULL));
  ck_ok(eng_event_reset(visit, ENG_EVENT_VISIT, NOON(0) + 14 * HOUR)); /* at 2 */
  ck_ok(eng_customer_record(ada, visit, NULL));
  ck_ok(eng_model_parse(bar, text, strlen(text), &model, NULL));
  ck_ok(eng_assessor_new(bar, (const eng_model *const *)&model, 1, &assessor));
  ck_ok(eng_assessor_assess(assessor, ada, NOON(5), &stage));
  ck_assert_int_eq(stage, 1);
  ck_ok(eng_event_reset(visit, ENG_EVENT_VISIT, NOON(0) + 15 * HOUR)); /* at 3 */
  ck_ok(eng_customer_record(ada, visit, NULL));
  ck_ok(eng_assessor_assess(assessor, ada, NOON(5), &stage));
  ck_assert_int_eq(stage, 0);
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_event_free(visit);
  eng_customer_free(ada);
  eng_context_free(bar);
}
END_TEST

/* ---- dimensions ---- */

static const char *const dimension_words[] = {"count(visit)",
                                              "share(purchase where channel = store)",
                                              "gap(purchase)",
                                              "sum(purchase)",
                                              "mean(purchase of amount)",
                                              "mean(review of rating)",
                                              "min(review of valence)",
                                              "max(review of value)",
                                              "gap(visit)",
                                              "share(complaint where public)",
                                              "mean(visit)",
                                              "1 / count(complaint)",
                                              "-40 %",
                                              "channels(all) + actors(all)"};

enum { DIMENSIONS = sizeof dimension_words / sizeof dimension_words[0] };

static eng_model *model_of_dimensions(void)
{
  char text[2048];
  size_t n = (size_t)sprintf(text, "language 1 model m\n");

  for (int i = 0; i < DIMENSIONS; i++)
    n += (size_t)sprintf(text + n, "dimension d%d = %s\n", i, dimension_words[i]);
  sprintf(text + n, "stage s when d0 > 0");
  return parsed(text);
}

static eng_customer *measured_customer(void)
{
  eng_customer *ada = customer();
  static const struct {
    int day, amount, channel;
  } bought[] = {{0, 1000, 1}, {2, 2001, 2}, {9, 500, 1}};

  for (int i = 0; i < 3; i++) {
    happens(ENG_EVENT_PURCHASE, NOON(bought[i].day));
    ck_ok(eng_event_set_amount(event, bought[i].amount, EUR));
    ck_ok(eng_event_set_channel(event, bought[i].channel));
    ck_ok(eng_event_set_actor(event, i > 0, 7));
    recorded(ada);
  }
  does(ada, ENG_EVENT_VISIT, NOON(3));
  for (int i = 0; i < 2; i++) {
    happens(ENG_EVENT_REVIEW, NOON(4 + i));
    ck_ok(eng_event_set_value(event, 3500 + 500 * i));
    ck_ok(eng_event_set_valence(event, i == 0 ? -1 : 2));
    recorded(ada);
  }
  return ada;
}

START_TEST(dimensions_are_exact_values_with_their_units)
{
  static const eng_value wanted[DIMENSIONS] = {{1, 1, ENG_UNIT_NUMBER, 1},
                                               {2, 3, ENG_UNIT_RATIO, 1},
                                               {2 * DAY, 1, ENG_UNIT_MILLISECONDS, 1},
                                               {3501, 1, ENG_UNIT_MONEY, 1},
                                               {1167, 1, ENG_UNIT_MONEY, 1},
                                               {15, 4, ENG_UNIT_RATIO, 1},
                                               {-1, 1, ENG_UNIT_NUMBER, 1},
                                               {4000, 1, ENG_UNIT_NUMBER, 1},
                                               {0, 1, ENG_UNIT_MILLISECONDS, 0},
                                               {0, 1, ENG_UNIT_RATIO, 0},
                                               {0, 1, ENG_UNIT_MONEY, 0},
                                               {0, 1, ENG_UNIT_RATIO, 0},
                                               {-2, 5, ENG_UNIT_RATIO, 1},
                                               {3, 1, ENG_UNIT_NUMBER, 1}};
  eng_model *model = model_of_dimensions();
  eng_assessor *assessor = assessor_of(model);
  eng_customer *ada = measured_customer();
  eng_value got[DIMENSIONS + 1];

  ck_ok(eng_assessor_dimensions(assessor, 0, ada, NOON(9), got, DIMENSIONS + 1));
  for (int i = 0; i < DIMENSIONS; i++) {
    ck_assert_msg(
        got[i].numerator == wanted[i].numerator &&
            got[i].denominator == wanted[i].denominator &&
            got[i].unit == wanted[i].unit && got[i].defined == wanted[i].defined,
        "%s: %lld / %lld, unit %d", dimension_words[i], (long long)got[i].numerator,
        (long long)got[i].denominator, (int)got[i].unit);
  }
  /* With two purchases the mean is no whole number of cents. */
  ck_ok(eng_assessor_dimensions(assessor, 0, ada, NOON(9) - 1, got, DIMENSIONS));
  ck_assert_int_eq(got[4].numerator, 3001);
  ck_assert_int_eq(got[4].denominator, 2);
  eng_customer_free(ada);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

static void expect_refusal(eng_assessor *assessor, int32_t model,
                           const eng_customer *who, int64_t at, int32_t count,
                           eng_status status)
{
  eng_value got[DIMENSIONS];

  memset(got, 1, sizeof got);
  ck_assert_int_eq(eng_assessor_dimensions(assessor, model, who, at, got, count),
                   status);
  for (int32_t i = 0; i < count; i++) {
    ck_assert_int_eq(got[i].numerator, 0);
    ck_assert_int_eq(got[i].defined, 0);
  }
}

START_TEST(dimensions_refuse_what_is_not_theirs)
{
  eng_model *model = model_of_dimensions(), *none = builtin("five_levels");
  eng_assessor *assessor = assessor_of(model), *of_none = assessor_of(none);
  eng_settings *settings = euro_settings(&host);
  eng_customer *ada = measured_customer(), *stranger;
  eng_context *other;
  eng_value got;

  ck_ok(eng_context_new(settings, &other));
  eng_settings_free(settings);
  ck_ok(eng_customer_new(other, "bob", 3, &stranger));
  expect_refusal(NULL, 0, ada, 0, 1, ENG_E_INVALID);
  expect_refusal(assessor, 0, NULL, 0, 1, ENG_E_INVALID);
  expect_refusal(assessor, 1, ada, 0, DIMENSIONS, ENG_E_RANGE);
  expect_refusal(assessor, -1, ada, 0, DIMENSIONS, ENG_E_RANGE);
  expect_refusal(assessor, 0, stranger, 0, DIMENSIONS, ENG_E_CONTEXT);
  expect_refusal(assessor, 0, ada, -1, DIMENSIONS, ENG_E_TIME);
  expect_refusal(assessor, 0, ada, ENG_TIME_MAX + 1, DIMENSIONS, ENG_E_TIME);
  expect_refusal(assessor, 0, ada, 0, DIMENSIONS - 1, ENG_E_BUFFER);
  expect_refusal(assessor, 0, ada, 0, 0, ENG_E_BUFFER);
  expect_refusal(assessor, 0, ada, 0, -1, ENG_E_BUFFER);
  ck_assert_int_eq(eng_assessor_dimensions(assessor, 0, ada, 0, NULL, 1),
                   ENG_E_INVALID);
  ck_ok(eng_assessor_dimensions(of_none, 0, ada, 0, NULL, 0));
  ck_ok(eng_assessor_dimensions(of_none, 0, ada, 0, &got, 1));
  eng_customer_free(stranger);
  eng_context_free(other);
  eng_customer_free(ada);
  eng_assessor_free(of_none);
  eng_assessor_free(assessor);
  eng_model_free(none);
  eng_model_free(model);
}
END_TEST

/* ---- classes ---- */

static const char four_classes[] = "language 1 model m shape classes\n"
                                   "let faithful = recency(purchase) <= 30 days\n"
                                   "classes faithful, mean(review of valence) > 0\n"
                                   "class transactional no, no\n"
                                   "class loyal yes, no\n"
                                   "class delighted no, yes\n"
                                   "class fan yes, yes advise \"thank them\"";

START_TEST(every_customer_is_in_a_class)
{
  eng_model *model = parsed(four_classes);
  eng_customer *ada = customer();

  /* Nothing is known of a stranger, and that counts as no. */
  ck_assert_int_eq(stage_under(model, ada, NOON(0)), 1);
  does(ada, ENG_EVENT_PURCHASE, NOON(1));
  ck_assert_int_eq(stage_under(model, ada, NOON(1)), 2);
  does(ada, ENG_EVENT_REVIEW, NOON(2)); /* without valence */
  ck_assert_int_eq(stage_under(model, ada, NOON(2)), 2);
  happens(ENG_EVENT_REVIEW, NOON(3));
  ck_ok(eng_event_set_valence(event, 1));
  recorded(ada);
  ck_assert_int_eq(stage_under(model, ada, NOON(3)), 4);
  ck_assert_int_eq(stage_under(model, ada, NOON(31)), 4);
  ck_assert_int_eq(stage_under(model, ada, NOON(31) + 1), 3);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

START_TEST(classes_may_stand_in_any_order_and_have_four_axes)
{
  char text[2048];
  size_t n = (size_t)sprintf(text, "language 1 model m classes count(visit) >= 1, "
                                   "count(visit) >= 2, count(visit) >= 3, "
                                   "count(visit) >= 4\n");
  eng_customer *ada = customer();
  eng_model *model;

  for (int i = 15; i >= 0; i--)
    n += (size_t)sprintf(text + n, "class c%d %s, %s, %s, %s\n", i,
                         i & 1 ? "yes" : "no", i & 2 ? "yes" : "no",
                         i & 4 ? "yes" : "no", i & 8 ? "yes" : "no");
  model = parsed(text);
  for (int visits = 0; visits <= 4; visits++) {
    char wanted[8];

    sprintf(wanted, "c%d", (1 << visits) - 1);
    ck_assert_str_eq(eng_model_stage_name(model, stage_under(model, ada, NOON(9))),
                     wanted);
    does(ada, ENG_EVENT_VISIT, NOON(visits));
  }
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

/* ---- streaks ---- */

/* When `condition` turns after one visit, in a context with days and weeks of its own;
 * times count from the midnight of UTC that began Monday, 2024-01-01. */
static int64_t turns_after(int32_t offset, int32_t day_start, int32_t week_start,
                           int64_t visit, const char *condition)
{
  const int64_t midnight = NOON(0) - 12 * HOUR;
  eng_settings *settings = euro_settings(&host);
  eng_context *local;
  eng_customer *ada;
  eng_model *model;
  eng_assessor *assessor;
  eng_event *made;
  char text[256];
  int32_t stage, next, then;
  int64_t time;

  ck_ok(eng_settings_set_zone(settings, offset));
  ck_ok(eng_settings_set_day(settings, day_start));
  ck_ok(eng_settings_set_week(settings, week_start));
  ck_ok(eng_context_new(settings, &local));
  eng_settings_free(settings);
  ck_ok(eng_customer_new(local, "ada", 3, &ada));
  ck_ok(eng_event_new(local, ENG_EVENT_VISIT, midnight + visit, &made));
  ck_ok(eng_customer_record(ada, made, NULL));
  snprintf(text, sizeof text, "language 1 model m stage s when %s", condition);
  ck_ok(eng_model_parse(local, text, strlen(text), &model, NULL));
  ck_ok(eng_assessor_new(local, (const eng_model *const *)&model, 1, &assessor));
  ck_ok(
      eng_assessor_next_change(assessor, ada, midnight + visit, &stage, &time, &next));
  ck_assert_int_eq(stage, 1);
  ck_assert_int_eq(next, 0);
  ck_ok(eng_assessor_assess(assessor, ada, time - 1, &then));
  ck_assert_int_eq(then, 1);
  ck_ok(eng_assessor_assess(assessor, ada, time, &then));
  ck_assert_int_eq(then, 0);
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_event_free(made);
  eng_customer_free(ada);
  eng_context_free(local);
  return time - midnight;
}

START_TEST(a_streak_turns_where_local_days_and_weeks_begin)
{
  static const char day[] = "streak(visit last 1 day) = 1";
  static const char days[] = "streak(visit last 3 days) = 1";
  static const char week[] = "streak(visit last 1 week) = 1";
  static const char weeks[] = "streak(visit last 2 weeks) = 1";
  static const struct {
    int32_t offset, day_start, week_start;
    int64_t visit;
    const char *condition;
    int64_t turns;
  } cases[] = {
      {0, 0, 1, 0, day, DAY},
      {0, 0, 1, DAY - 1, day, DAY},
      {0, 0, 1, 12 * HOUR, days, 3 * DAY},
      /* an hour east of UTC: midnight is at 23:00 */
      {60, 0, 1, 23 * HOUR - 1, day, 23 * HOUR},
      {60, 0, 1, 23 * HOUR, day, DAY + 23 * HOUR},
      /* days from 3:00: the evening goes on until 2:00 of UTC */
      {60, 180, 1, 2 * HOUR - 1, day, 2 * HOUR},
      {60, 180, 1, 2 * HOUR, day, DAY + 2 * HOUR},
      {60, 180, 1, 12 * HOUR, days, 3 * DAY + 2 * HOUR},
      {-300, 180, 1, 8 * HOUR - 1, day, 8 * HOUR},
      {-300, 180, 1, 8 * HOUR, day, DAY + 8 * HOUR},
      {330, 180, 1, 12 * HOUR, days, 2 * DAY + 21 * HOUR + HOUR / 2},
      /* weeks from Monday */
      {0, 0, 1, 0, week, 7 * DAY},
      {0, 0, 1, 7 * DAY - 1, week, 7 * DAY},
      {0, 0, 1, 12 * HOUR, weeks, 14 * DAY},
      {60, 180, 1, 2 * HOUR - 1, week, 2 * HOUR},
      {60, 180, 1, 2 * HOUR, week, 7 * DAY + 2 * HOUR},
      {-300, 180, 1, 12 * HOUR, weeks, 14 * DAY + 8 * HOUR},
      /* from Sunday, from Saturday, from Tuesday */
      {0, 0, 7, 12 * HOUR, week, 6 * DAY},
      {60, 180, 7, 6 * DAY + 2 * HOUR - 1, week, 6 * DAY + 2 * HOUR},
      {60, 180, 7, 6 * DAY + 2 * HOUR, week, 13 * DAY + 2 * HOUR},
      {0, 0, 6, 12 * HOUR, week, 5 * DAY},
      {0, 0, 2, 12 * HOUR, week, DAY},
  };

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t turns =
        turns_after(cases[i].offset, cases[i].day_start, cases[i].week_start,
                    cases[i].visit, cases[i].condition);

    ck_assert_msg(turns == cases[i].turns, "case %d: %lld, not %lld", (int)i,
                  (long long)turns, (long long)cases[i].turns);
  }
}
END_TEST

START_TEST(a_streak_counts_periods_with_an_event)
{
  eng_customer *ada = customer();

  HOLDS("streak(visit last 5 days) = 0", ada, NOON(0));
  does(ada, ENG_EVENT_VISIT, NOON(0));
  does(ada, ENG_EVENT_VISIT, NOON(0) + 1);
  does(ada, ENG_EVENT_VISIT, NOON(2));
  does(ada, ENG_EVENT_PURCHASE, NOON(3));
  does(ada, ENG_EVENT_VISIT, NOON(7));
  HOLDS("streak(visit last 1 day) = 1", ada, NOON(2));
  HOLDS("streak(visit last 1 day) = 0", ada, NOON(2) - 1);
  HOLDS("streak(visit last 3 days) = 2", ada, NOON(2));
  HOLDS("streak(visit last 3 days) = 1", ada, NOON(3));
  HOLDS("streak(visit, purchase last 4 days) = 3", ada, NOON(3));
  HOLDS("streak(any where direction = inbound last 100 days) = 4", ada, NOON(9));
  HOLDS("streak(all where public last 100 days) = 0", ada, NOON(9));
  HOLDS("streak(visit last 1 week) = 1", ada, NOON(3));
  HOLDS("streak(visit last 1 week) = 1", ada, NOON(7));
  HOLDS("streak(visit last 2 weeks) = 2", ada, NOON(7));
  HOLDS("streak(visit last 10000 weeks) = 2", ada, NOON(7));
  eng_customer_free(ada);
}
END_TEST

START_TEST(a_streak_may_name_how_many)
{
  eng_model *model = parsed("language 1 model m param n = 3 let twice = n * 2\n"
                            "stage a when streak(visit last n days) = 2\n"
                            "stage b when streak(visit last twice days) = 3");
  eng_customer *ada = customer();
  eng_model *set;

  for (int day = 0; day < 6; day += 2) does(ada, ENG_EVENT_VISIT, NOON(day));
  ck_assert_int_eq(stage_under(model, ada, NOON(2)), 1);
  ck_assert_int_eq(stage_under(model, ada, NOON(5)), 2);
  ck_assert_int_eq(stage_under(model, ada, NOON(7)), 0);
  ck_assert_int_eq(eng_model_with_params(model, "n = 5", 5, &set, NULL), ENG_OK);
  ck_assert_int_eq(stage_under(set, ada, NOON(6)), 2); /* 3 in the last 10 days */
  ck_assert_int_eq(stage_under(set, ada, NOON(12)), 0);
  eng_model_free(set);
  ck_assert_int_ne(eng_model_with_params(model, "n = 0", 5, &set, NULL), ENG_OK);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

/* Terms move as they become more: the number of days is what it was wherever that
 * happens. */
START_TEST(a_streak_is_read_wherever_the_terms_move)
{
  char text[4096];

  for (int lets = 0; lets < 100; lets++) {
    int size = snprintf(text, sizeof text, "language 1 model m param n = 3 ");
    eng_model *model;
    eng_customer *ada = customer();

    for (int i = 0; i < lets; i++) {
      size += snprintf(text + size, sizeof text - (size_t)size, "let a%d = %d ", i, i);
    }
    snprintf(text + size, sizeof text - (size_t)size,
             "stage a when streak(visit last n days) = 2");
    model = parsed(text);
    for (int day = 0; day < 6; day += 2) does(ada, ENG_EVENT_VISIT, NOON(day));
    ck_assert_int_eq(stage_under(model, ada, NOON(2)), 1);
    ck_assert_int_eq(stage_under(model, ada, NOON(4)), 1);
    ck_assert_int_eq(stage_under(model, ada, NOON(3)), 0);
    eng_customer_free(ada);
    eng_model_free(model);
  }
}
END_TEST

START_TEST(a_gap_is_the_lower_median)
{
  static const int64_t days[] = {0, 1, 8, 10, 10};
  static const int64_t gaps[] = {0, 1, 1, 2, 1};
  eng_customer *ada = customer();
  char text[64];

  for (int i = 0; i < 5; i++) {
    does(ada, ENG_EVENT_VISIT, NOON(days[i]) + (i == 4));
    if (i == 0) {
      FAILS("defined(gap(visit))", ada, NOON(days[i]));
      continue;
    }
    sprintf(text, "gap(visit) = %d days", (int)gaps[i]);
    HOLDS(text, ada, NOON(days[i]) + (i == 4));
  }
  eng_customer_free(ada);
}
END_TEST

START_TEST(measures_of_nothing_are_zero_or_not_defined)
{
  static const char *const zero[] = {
      "count(visit)",    "days(visit)",   "sum(visit of value)",
      "channels(visit)", "actors(visit)", "streak(visit last 3 weeks)"};
  static const char *const undefined[] = {
      "mean(visit)",         "min(visit)",
      "max(visit)",          "mean(visit of rating)",
      "min(visit of value)", "share(visit where public)",
      "gap(visit)",          "recency(visit)",
      "tenure(visit)"};
  eng_customer *ada = customer();
  char text[128];

  /* A purchase without anything: of its fields there is nothing either. */
  does(ada, ENG_EVENT_PURCHASE, NOON(0));
  for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++) {
    snprintf(text, sizeof text, "%s = 0", zero[i]);
    HOLDS(text, ada, NOON(1));
  }
  for (size_t i = 0; i < sizeof undefined / sizeof undefined[0]; i++) {
    snprintf(text, sizeof text, "not defined(%s)", undefined[i]);
    HOLDS(text, ada, NOON(1));
  }
  HOLDS("sum(purchase) = 0.00 EUR and not defined(mean(purchase))", ada, NOON(1));
  HOLDS("channels(purchase) = 0 and actors(purchase) = 0", ada, NOON(1));
  HOLDS("share(purchase where channel = web) = 0 %", ada, NOON(1));
  HOLDS("share(purchase where not (channel = web)) = 0 %", ada, NOON(1));
  eng_customer_free(ada);
}
END_TEST

/* ---- explanations ---- */

static eng_explanation *explained(const eng_model *model, const eng_customer *who,
                                  int64_t at)
{
  eng_assessor *assessor = assessor_of(model);
  eng_explanation *why;

  ck_ok(eng_assessor_explain(assessor, 0, who, at, &why));
  eng_assessor_free(assessor); /* an explanation needs it no more */
  return why;
}

static void expect_line(const eng_explanation *why, int32_t part, int32_t line,
                        const char *text, const char *measured, const char *threshold,
                        int32_t hold, int64_t distance)
{
  ck_assert_str_eq(eng_explanation_text(why, part, line), text);
  ck_assert_str_eq(eng_explanation_measured(why, part, line), measured);
  ck_assert_str_eq(eng_explanation_threshold(why, part, line), threshold);
  ck_assert_int_eq(eng_explanation_holds(why, part, line), hold);
  ck_assert_int_eq(eng_explanation_distance(why, part, line), distance);
}

START_TEST(an_explanation_shows_clauses_and_what_is_missing)
{
  eng_model *model =
      parsed("language 1 model m\n"
             "param often = 3\n"
             "let active = recency(any) <= 30 days\n"
             "stage seen when count(visit) >= 1 and\n"
             "  active   # comments and breaks are folded\n"
             "  and not (count(refund) > 0)\n"
             "  advise \"Say hello\" advise \"Smile\"\n"
             "stage known when seen and days(visit) >= often\n"
             "  and 12.50 EUR <= sum(purchase) and count(purchase) = 1\n"
             "  and tenure(purchase) > 2 h and count(visit) / count(purchase) > 1.5");
  eng_customer *ada = customer();
  eng_explanation *why;
  int32_t stage;

  does(ada, ENG_EVENT_VISIT, NOON(0));
  does(ada, ENG_EVENT_VISIT, NOON(1));
  why = explained(model, ada, NOON(1) + 26 * HOUR);
  ck_assert_int_eq(eng_explanation_stage(why), 1);
  ck_assert_int_eq(eng_explanation_target(why), 2);
  ck_assert_int_eq(eng_explanation_next_change(why, &stage), NOON(31) + 1);
  ck_assert_int_eq(stage, 0);
  ck_assert_int_eq(eng_explanation_next_change(why, NULL), NOON(31) + 1);

  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_CLAUSE), 3);
  expect_line(why, ENG_PART_CLAUSE, 0, "count(visit) >= 1", "2", "1", ENG_HOLDS_YES,
              ENG_DISTANCE_NONE);
  expect_line(why, ENG_PART_CLAUSE, 1, "active: recency(any) <= 30 days", "1 day 2 h",
              "30 days", ENG_HOLDS_YES, ENG_DISTANCE_NONE);
  expect_line(why, ENG_PART_CLAUSE, 2, "not (count(refund) > 0)", "", "", ENG_HOLDS_YES,
              ENG_DISTANCE_NONE);

  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_MISSING), 5);
  expect_line(why, ENG_PART_MISSING, 0, "days(visit) >= often", "2", "3", ENG_HOLDS_NO,
              1);
  expect_line(why, ENG_PART_MISSING, 1, "12.50 EUR <= sum(purchase)", "0.00 EUR",
              "12.50 EUR", ENG_HOLDS_NO, 1250);
  expect_line(why, ENG_PART_MISSING, 2, "count(purchase) = 1", "0", "1", ENG_HOLDS_NO,
              1);
  expect_line(why, ENG_PART_MISSING, 3, "tenure(purchase) > 2 h", "undefined", "2 h",
              ENG_HOLDS_UNKNOWN, ENG_DISTANCE_NONE);
  expect_line(why, ENG_PART_MISSING, 4, "count(visit) / count(purchase) > 1.5",
              "undefined", "1.5", ENG_HOLDS_UNKNOWN, ENG_DISTANCE_NONE);

  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_ADVICE), 2);
  ck_assert_str_eq(eng_explanation_text(why, ENG_PART_ADVICE, 0), "Say hello");
  ck_assert_str_eq(eng_explanation_text(why, ENG_PART_ADVICE, 1), "Smile");
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_NOTE), 0);
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

/* What is denied is taken apart, too: the `and` of it is an `or`. */
START_TEST(what_is_missing_may_be_that_something_ends)
{
  eng_model *model = parsed(
      "language 1 model m\n"
      "let seldom = count(visit) < 5\n"
      "let angry = count(complaint) > 0 and count(resolution) = 0\n"
      "stage low when count(visit) >= 1 and count(visit) < 9\n"
      "stage high when low and not (seldom or angry) and not not (count(share) > 1)\n"
      "  and not defined(mean(review of valence))");
  eng_customer *ada = customer();
  eng_explanation *why;

  does(ada, ENG_EVENT_VISIT, NOON(0));
  does(ada, ENG_EVENT_COMPLAINT, NOON(0));
  why = explained(model, ada, NOON(1));
  ck_assert_int_eq(eng_explanation_target(why), 2);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_MISSING), 4);
  expect_line(why, ENG_PART_MISSING, 0, "not seldom: not count(visit) < 5", "1", "5",
              ENG_HOLDS_NO, 4);
  expect_line(why, ENG_PART_MISSING, 1, "either not count(complaint) > 0", "1", "0",
              ENG_HOLDS_NO, ENG_DISTANCE_NONE);
  expect_line(why, ENG_PART_MISSING, 2, "or not count(resolution) = 0", "0", "0",
              ENG_HOLDS_NO, ENG_DISTANCE_NONE);
  expect_line(why, ENG_PART_MISSING, 3, "(count(share) > 1)", "0", "1", ENG_HOLDS_NO,
              2);
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

START_TEST(an_explanation_of_five_levels_names_its_lets)
{
  eng_model *model = builtin("five_levels");
  eng_customer *ada = customer();
  eng_explanation *why;

  buys(ada, 7, NOON(0), 4000);
  does(ada, ENG_EVENT_FULFIL, NOON(2));
  why = explained(model, ada, NOON(3));
  ck_assert_int_eq(eng_explanation_stage(why), OWN);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_CLAUSE), 2);
  expect_line(why, ENG_PART_CLAUSE, 0, "has_bought: count(purchase) >= 1", "1", "1",
              ENG_HOLDS_YES, ENG_DISTANCE_NONE);
  /* Of the alternatives the one that holds. */
  expect_line(why, ENG_PART_CLAUSE, 1, "in_use: count(fulfil, usage) >= 1", "1", "1",
              ENG_HOLDS_YES, ENG_DISTANCE_NONE);
  /* Of what is missing each of the two that would do. */
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_MISSING), 2);
  expect_line(
      why, ENG_PART_MISSING, 0,
      "either count(share, refer, endorse, community where (valence else 1) > 0) >= 1",
      "0", "1", ENG_HOLDS_NO, 1);
  ck_assert_int_eq(eng_explanation_distance(why, ENG_PART_MISSING, 1), 1);
  ck_assert_ptr_eq(strstr(eng_explanation_text(why, ENG_PART_MISSING, 1), "or "),
                   eng_explanation_text(why, ENG_PART_MISSING, 1));
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

/* 2.0 and 200 % are whole, however they are written. */
START_TEST(a_distance_is_to_the_next_whole_number)
{
  static const struct {
    const char *condition;
    int64_t distance;
  } cases[] = {{"count(visit) >= 2", 1},     {"count(visit) >= 2.0", 1},
               {"count(visit) >= 200 %", 1}, {"count(visit) > 200 %", 2},
               {"count(visit) >= 2.5", 2},   {"count(visit) > 2.5", 2},
               {"count(visit) = 3", 2},      {"300 % = count(visit)", 2},
               {"2 < count(visit)", 2},      {"count(visit) < 1", ENG_DISTANCE_NONE}};
  eng_customer *ada = customer();

  does(ada, ENG_EVENT_VISIT, NOON(0));
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[256];
    eng_model *model;
    eng_explanation *why;

    snprintf(text, sizeof text, "language 1 model m stage s when %s",
             cases[i].condition);
    model = parsed(text);
    why = explained(model, ada, NOON(1));
    ck_assert_msg(eng_explanation_distance(why, ENG_PART_MISSING, 0) ==
                      cases[i].distance,
                  "%s", cases[i].condition);
    eng_explanation_free(why);
    eng_model_free(model);
  }
  eng_customer_free(ada);
}
END_TEST

START_TEST(at_the_last_stage_nothing_is_missing)
{
  eng_model *model = builtin("five_levels");
  eng_customer *ada = customer();
  eng_explanation *why;

  does(ada, ENG_EVENT_SHARE, NOON(0));
  why = explained(model, ada, NOON(3));
  ck_assert_int_eq(eng_explanation_stage(why), ADVOCATE);
  ck_assert_int_eq(eng_explanation_target(why), 0);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_MISSING), 0);
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

START_TEST(an_explanation_of_a_class_says_what_is_not_so)
{
  eng_model *model = parsed(four_classes);
  eng_customer *ada = customer();
  eng_explanation *why;

  does(ada, ENG_EVENT_PURCHASE, NOON(0));
  why = explained(model, ada, NOON(60));
  ck_assert_int_eq(eng_explanation_stage(why), 1);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_CLAUSE), 2);
  expect_line(why, ENG_PART_CLAUSE, 0, "not faithful", "", "", ENG_HOLDS_YES,
              ENG_DISTANCE_NONE);
  expect_line(why, ENG_PART_CLAUSE, 1, "not (mean(review of valence) > 0)", "", "",
              ENG_HOLDS_YES, ENG_DISTANCE_NONE);
  eng_explanation_free(why);
  why = explained(model, ada, NOON(1));
  ck_assert_int_eq(eng_explanation_stage(why), 2);
  expect_line(why, ENG_PART_CLAUSE, 0, "faithful: recency(purchase) <= 30 days",
              "1 day", "30 days", ENG_HOLDS_YES, ENG_DISTANCE_NONE);
  /* The next one declared is `delighted`, which wants less of them: `fan` is ahead. */
  ck_assert_int_eq(eng_explanation_target(why), 4);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_MISSING), 1);
  expect_line(why, ENG_PART_MISSING, 0, "mean(review of valence) > 0", "undefined", "0",
              ENG_HOLDS_UNKNOWN, ENG_DISTANCE_NONE);
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

/* Nobody asks what is missing for fading away. */
START_TEST(stages_that_silence_brings_are_not_ahead)
{
  static const struct {
    const char *condition;
    bool ahead;
  } cases[] = {{"recency(visit) > 9 days", false},
               {"9 days <= recency(visit)", false},
               {"tenure(visit) > 9 days", true},
               {"recency(visit) > 9 * gap(visit)", false},
               {"not (recency(visit) <= 9 days)", false},
               {"count(visit) = 0", false},
               {"count(visit within 9 days) < 1", false},
               {"1 > days(visit)", false},
               {"count(visit) = 3", true},
               {"count(purchase) >= 1", true},
               {"count(purchase) >= 1 and recency(visit) > 9 days", false},
               {"count(purchase) >= 1 or recency(visit) > 9 days", true},
               {"count(share) = 0 and count(purchase) >= 1", true},
               {"recency(visit) > recency(purchase)", true},
               {"not low", false},
               {"sum(visit of value) < 0", true},
               {"defined(gap(purchase))", true}};

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    eng_customer *ada = customer();
    eng_explanation *why;
    eng_model *model;
    char text[256];

    does(ada, ENG_EVENT_VISIT, NOON(0));
    does(ada, ENG_EVENT_VISIT, NOON(1));
    snprintf(text, sizeof text,
             "language 1 model m stage low when count(visit) >= 1 stage next when %s",
             cases[i].condition);
    model = parsed(text);
    why = explained(model, ada, NOON(2));
    ck_assert_int_eq(eng_explanation_stage(why), 1);
    ck_assert_msg(eng_explanation_target(why) == (cases[i].ahead ? 2 : 0), "%s",
                  cases[i].condition);
    eng_explanation_free(why);
    eng_model_free(model);
    eng_customer_free(ada);
  }
}
END_TEST

/* A stage that is named is taken apart, and what two of them want is said once. */
START_TEST(what_is_missing_for_a_named_stage_is_said_itself)
{
  eng_model *model = parsed("language 1 model m\n"
                            "stage known when count(sign_up) >= 1\n"
                            "stage buyer when known and count(purchase) >= 1\n"
                            "stage guest when known and count(visit) >= 1\n"
                            "stage fan when buyer and guest\n"
                            "  and count(share) + count(review, refer) >= 2");
  eng_customer *ada = customer();
  eng_explanation *why;

  does(ada, ENG_EVENT_VISIT, NOON(0));
  why = explained(model, ada, NOON(1));
  ck_assert_int_eq(eng_explanation_stage(why), 0);
  eng_explanation_free(why);
  does(ada, ENG_EVENT_SIGN_UP, NOON(0));
  does(ada, ENG_EVENT_SHARE, NOON(0));
  why = explained(model, ada, NOON(1));
  ck_assert_int_eq(eng_explanation_stage(why), 3);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_MISSING), 2);
  expect_line(why, ENG_PART_MISSING, 0, "count(purchase) >= 1", "0", "1", ENG_HOLDS_NO,
              1);
  expect_line(why, ENG_PART_MISSING, 1, "count(share) + count(review, refer) >= 2", "1",
              "2", ENG_HOLDS_NO, 1);
  eng_explanation_free(why);
  eng_model_free(model);
  model = parsed("language 1 model m\n"
                 "stage seen when count(visit) >= 1\n"
                 "stage away when recency(visit) > 9 days\n"
                 "stage old when seen and tenure(visit) > 9 days\n"
                 "stage fan when old and tenure(visit) > 9 days and count(refer) > 0");
  why = explained(model, ada, NOON(1));
  ck_assert_int_eq(eng_explanation_stage(why), 1);
  ck_assert_int_eq(eng_explanation_target(why), 3);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_MISSING), 1);
  eng_explanation_free(why);
  eng_model_free(model);
  model = parsed("language 1 model m\n"
                 "stage seen when count(visit) >= 1\n"
                 "stage fan when (not seen or count(refer) > 0)\n"
                 "  and count(refer) > 0 and count(refer) > 0");
  why = explained(model, ada, NOON(1));
  ck_assert_int_eq(eng_explanation_target(why), 2);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_MISSING), 3);
  expect_line(why, ENG_PART_MISSING, 2, "count(refer) > 0", "0", "0", ENG_HOLDS_NO, 1);
  eng_explanation_free(why);
  eng_model_free(model);
  eng_customer_free(ada);
}
END_TEST

START_TEST(only_what_adds_up_has_a_distance)
{
  static const struct {
    const char *condition;
    int64_t distance;
  } cases[] = {{"count(visit) >= 3", 2},
               {"days(visit) >= 3", 2},
               {"sum(purchase) >= 20.00 EUR", 1000},
               {"channels(purchase) > 1", 1},
               {"actors(purchase) > 1", 1},
               {"streak(visit last 3 days) >= 2", 1},
               {"count(visit) + count(purchase) >= 5", 2},
               {"count(visit) + days(purchase) >= 5", ENG_DISTANCE_NONE},
               {"count(visit) - count(purchase) >= 5", ENG_DISTANCE_NONE},
               {"mean(purchase) >= 20.00 EUR", ENG_DISTANCE_NONE},
               {"max(purchase) >= 20.00 EUR", ENG_DISTANCE_NONE},
               {"min(purchase) >= 20.00 EUR", ENG_DISTANCE_NONE},
               {"gap(purchase) >= 3 days", ENG_DISTANCE_NONE},
               {"share(purchase where channel = web) >= 3", ENG_DISTANCE_NONE}};

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    eng_customer *ada = customer();
    eng_explanation *why;
    eng_model *model;
    char text[256];

    does(ada, ENG_EVENT_VISIT, NOON(0));
    for (int k = 0; k < 2; k++) {
      happens(ENG_EVENT_PURCHASE, NOON(k));
      ck_ok(eng_event_set_amount(event, 500, EUR));
      ck_ok(eng_event_set_channel(event, 2));
      ck_ok(eng_event_set_actor(event, 1, 3));
      recorded(ada);
    }
    snprintf(text, sizeof text, "language 1 model m stage s when %s",
             cases[i].condition);
    model = parsed(text);
    why = explained(model, ada, NOON(1));
    ck_assert_int_eq(eng_explanation_holds(why, ENG_PART_MISSING, 0), ENG_HOLDS_NO);
    ck_assert_msg(eng_explanation_distance(why, ENG_PART_MISSING, 0) ==
                      cases[i].distance,
                  "%s: %lld", cases[i].condition,
                  (long long)eng_explanation_distance(why, ENG_PART_MISSING, 0));
    eng_explanation_free(why);
    eng_model_free(model);
    eng_customer_free(ada);
  }
}
END_TEST

START_TEST(a_part_of_a_cent_is_shown_rounded)
{
  static const struct {
    int amounts[3];
    const char *shown;
  } cases[] = {{{1000, 1000, 1001}, "10.00 EUR"},
               {{1000, 1001, 1001}, "10.01 EUR"},
               {{-1, -1, 0}, "-0.01 EUR"},
               {{-1, 0, 0}, "0.00 EUR"}};

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    eng_customer *ada = customer();
    eng_model *model =
        parsed("language 1 model m stage s when mean(purchase, refund) > 20.00 EUR");
    eng_explanation *why;

    for (int k = 0; k < 3; k++) {
      happens(ENG_EVENT_PURCHASE, NOON(k));
      ck_ok(eng_event_set_amount(event, cases[i].amounts[k], EUR));
      recorded(ada);
    }
    why = explained(model, ada, NOON(3));
    expect_line(why, ENG_PART_MISSING, 0, "mean(purchase, refund) > 20.00 EUR",
                cases[i].shown, "20.00 EUR", ENG_HOLDS_NO, ENG_DISTANCE_NONE);
    eng_explanation_free(why);
    eng_model_free(model);
    eng_customer_free(ada);
  }
}
END_TEST

START_TEST(lines_that_are_not_there_are_said_to_be_absent)
{
  eng_model *model = builtin("five_levels");
  eng_customer *ada = customer();
  eng_explanation *why = explained(model, ada, NOON(0));

  ck_assert_int_eq(eng_explanation_stage(why), 0);
  ck_assert_int_eq(eng_explanation_target(why), 1);
  for (int32_t part = -1; part <= 6; part++) {
    int32_t count = eng_explanation_line_count(why, part);

    ck_assert_int_eq(count, part == ENG_PART_MISSING ? 1 : 0);
    ck_assert_ptr_null(eng_explanation_text(why, part, count));
    ck_assert_ptr_null(eng_explanation_measured(why, part, count));
    ck_assert_ptr_null(eng_explanation_threshold(why, part, -1));
    ck_assert_int_eq(eng_explanation_holds(why, part, count), ENG_HOLDS_UNKNOWN);
    ck_assert_int_eq(eng_explanation_distance(why, part, count), ENG_DISTANCE_NONE);
    ck_assert_int_eq(eng_explanation_witness_count(why, part, count), 0);
    ck_assert_ptr_null(eng_explanation_witness(why, part, count, 0));
  }
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

static int64_t witness_time(const eng_explanation *why, int32_t line, int32_t witness)
{
  const eng_event *seen = eng_explanation_witness(why, ENG_PART_CLAUSE, line, witness);

  ck_assert_ptr_nonnull(seen);
  return eng_event_occurred_at(seen);
}

START_TEST(witnesses_are_the_newest_first)
{
  eng_model *model = parsed("language 1 model m stage s when count(visit) >= 1");
  eng_customer *ada = customer();
  eng_explanation *why;

  for (int i = 0; i < 130; i++) does(ada, ENG_EVENT_VISIT, NOON(i));
  does(ada, ENG_EVENT_SEARCH, NOON(50));
  why = explained(model, ada, NOON(119));
  ck_assert_int_eq(eng_explanation_witness_count(why, ENG_PART_CLAUSE, 0), 100);
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(witness_time(why, 0, i), NOON(119 - i));
  ck_assert_ptr_null(eng_explanation_witness(why, ENG_PART_CLAUSE, 0, 100));
  ck_assert_ptr_null(eng_explanation_witness(why, ENG_PART_CLAUSE, 0, -1));
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

START_TEST(witnesses_are_what_the_clause_reads)
{
  eng_model *model = parsed("language 1 model m stage s when\n"
                            "count(visit where channel = web within 5 days) >= 1\n"
                            "and count(visit before 5 days) >= 1\n"
                            "and sum(purchase) >= 25.00 EUR\n"
                            "and recency(visit) <= 9 days and tenure(visit) >= 1 day");
  eng_customer *ada = customer();
  eng_explanation *why;
  int64_t amount;

  for (int i = 0; i < 10; i++) {
    happens(ENG_EVENT_VISIT, NOON(i));
    ck_ok(eng_event_set_channel(event, i % 2 == 0 ? ENG_CHANNEL_WEB : ENG_CHANNEL_APP));
    recorded(ada);
  }
  buys(ada, 7, NOON(1), 4000);
  undoes(ada, ENG_EVENT_REFUND, 7, NOON(2), 1500, EUR);
  why = explained(model, ada, NOON(9));
  ck_assert_int_eq(eng_explanation_stage(why), 1);
  ck_assert_int_eq(eng_explanation_witness_count(why, ENG_PART_CLAUSE, 0), 2);
  ck_assert_int_eq(witness_time(why, 0, 0), NOON(8));
  ck_assert_int_eq(witness_time(why, 0, 1), NOON(6));
  ck_assert_int_eq(eng_explanation_witness_count(why, ENG_PART_CLAUSE, 1), 5);
  ck_assert_int_eq(witness_time(why, 1, 0), NOON(4));
  /* A witness is the event that is held, so that its id names it. */
  ck_assert_int_eq(eng_explanation_witness_count(why, ENG_PART_CLAUSE, 2), 1);
  ck_assert_int_eq(eng_event_amount(eng_explanation_witness(why, ENG_PART_CLAUSE, 2, 0),
                                    &amount, NULL),
                   1);
  ck_assert_int_eq(amount, 4000);
  /* The last alone, and the first alone. */
  ck_assert_int_eq(eng_explanation_witness_count(why, ENG_PART_CLAUSE, 3), 1);
  ck_assert_int_eq(witness_time(why, 3, 0), NOON(9));
  ck_assert_int_eq(eng_explanation_witness_count(why, ENG_PART_CLAUSE, 4), 1);
  ck_assert_int_eq(witness_time(why, 4, 0), NOON(0));
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

static bool has_note(const eng_explanation *why, const char *text)
{
  for (int32_t i = 0; i < eng_explanation_line_count(why, ENG_PART_NOTE); i++) {
    if (strcmp(eng_explanation_text(why, ENG_PART_NOTE, i), text) == 0) return true;
  }
  return false;
}

START_TEST(a_refund_in_another_currency_is_ignored_and_said)
{
  eng_model *model = builtin("five_levels");
  eng_customer *ada = customer();
  eng_explanation *why;

  buys(ada, 7, NOON(0), 4000);
  undoes(ada, ENG_EVENT_REFUND, 7, NOON(2), 4000, USD);
  HOLDS("count(purchase) = 1 and sum(purchase, refund) = 40.00 EUR", ada, NOON(3));
  why = explained(model, ada, NOON(3));
  ck_assert_int_eq(eng_explanation_stage(why), BUY);
  ck_assert(
      has_note(why, "1 refunds in another currency than their purchase were ignored"));
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

START_TEST(money_in_other_currencies_is_left_out_and_said)
{
  eng_model *model = parsed("language 1 model m stage s when sum(purchase) > 0 EUR");
  eng_customer *ada = customer();
  eng_explanation *why;

  for (int i = 0; i < 3; i++) {
    happens(ENG_EVENT_PURCHASE, NOON(i));
    ck_ok(eng_event_set_amount(event, 4000, i == 0 ? EUR : USD));
    recorded(ada);
  }
  HOLDS("count(purchase) = 3 and sum(purchase) = 40.00 EUR", ada, NOON(3));
  HOLDS("count(purchase where defined(amount)) = 1", ada, NOON(3));
  why = explained(model, ada, NOON(3));
  ck_assert(has_note(why, "2 amounts in other currencies were left out of money: "
                          "there is no rate"));
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

START_TEST(what_undoes_nothing_is_said)
{
  eng_model *model = builtin("five_levels");
  eng_customer *ada = customer();
  eng_explanation *why;

  buys(ada, 7, NOON(5), 4000);
  undoes(ada, ENG_EVENT_REFUND, 99, NOON(6), 4000, EUR); /* nobody's */
  undoes(ada, ENG_EVENT_VOID, 7, NOON(4), -1, 0);        /* too early */
  why = explained(model, ada, NOON(7));
  ck_assert_int_eq(eng_explanation_stage(why), BUY);
  ck_assert(has_note(why, "2 voids, refunds or cancellations have no effect: what they "
                          "name is not held, or is later than they are"));
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

/* Definitions that double make half a million clauses of a page of text. */
START_TEST(the_length_of_an_explanation_is_bounded)
{
  char text[16384];
  size_t n = (size_t)sprintf(text, "language 1 model m\n");
  eng_customer *ada = customer();
  eng_explanation *why;
  eng_model *model;

  /* Ten times thirty clauses, no two of them alike. */
  for (int i = 0; i < 10; i++) {
    for (int k = 0; k < 30; k++) {
      if (k == 0) n += (size_t)sprintf(text + n, "let x%d = ", i);
      n += (size_t)sprintf(text + n, "%scount(visit) > -%d", k == 0 ? "" : " and ",
                           30 * i + k + 1);
    }
    n += (size_t)sprintf(text + n, "\n");
  }
  n += (size_t)sprintf(
      text + n, "stage a when x0 and x1 and x2 and x3 and x4 and x5 and x6 and x7 and "
                "x8 and x9");
  ck_ok(eng_model_parse(context, text, n, &model, NULL));
  does(ada, ENG_EVENT_VISIT, NOON(0));
  why = explained(model, ada, NOON(1));
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_CLAUSE), 256);
  ck_assert(has_note(why, "44 clauses are not shown"));
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

/* Definitions upon definitions: what they all come down to is said once. */
START_TEST(what_is_wanted_many_times_is_said_once)
{
  char text[4096];
  size_t n = (size_t)sprintf(text, "language 1 model m let x0 = count(visit) > 0\n");
  eng_customer *ada = customer();
  eng_explanation *why;
  eng_model *model;

  for (int i = 1; i <= 17; i++)
    n += (size_t)sprintf(text + n, "let x%d = x%d and x%d\n", i, i - 1, i - 1);
  n += (size_t)sprintf(text + n, "stage a when x17");
  ck_ok(eng_model_parse(context, text, n, &model, NULL));
  does(ada, ENG_EVENT_VISIT, NOON(0));
  why = explained(model, ada, NOON(1));
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_CLAUSE), 1);
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_NOTE), 0);
  eng_explanation_free(why);
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

/* ---- memory ---- */

/* Undoing, windows and filters: everything that needs memory. */
static const char greedy[] =
    "language 1 model greedy \"G\" source \"s\"\n"
    "param w = 30 days let a = count(visit within w) >= 1\n"
    "let b = sum(purchase within 60 days before 3 days) > 1.00 EUR\n"
    "stage s1 \"one\" when a or b advise \"do\"\n"
    "stage s2 when a and b and days(purchase where amount > 1 EUR within 90 days) >= "
    "1\n"
    "stage s3 when s2 and recency(purchase) <= 10 days and tenure(any) > 1 day\n"
    "dimension d1 = count(visit) dimension d2 \"second\" = gap(any within w)\n"
    "stage s4 alias last_one when streak(any last 3 days) > 2 and d2 < 1 day\n"
    "  and channels(all) + actors(all within w) > 4 and max(purchase) > 1 EUR\n";

/* Classes, dimensions in front of them, lists that do not move. */
static const char classifying[] =
    "language 1 model classifying shape classes\n"
    "dimension d1 = gap(purchase) dimension d2 = channels(purchase within 9 days)\n"
    "dimension d3 = share(any where public) dimension d4 = actors(any)\n"
    "dimension d5 = mean(purchase of value)\n"
    "classes d2 > 1, streak(visit last 2 weeks) > 1, min(purchase within 1 w) > 1 EUR\n"
    "class c0 no, no, no advise \"a\" class c1 \"one\" yes, no, no class c2 no, yes, "
    "no\n"
    "class c3 yes, yes, no class c4 no, no, yes class c5 yes, no, yes\n"
    "class c6 no, yes, yes class c7 yes, yes, yes advise \"b\" advise \"c\"\n"
    "lap c7\n";

static const char *const hungry[] = {greedy, classifying};

enum { HUNGRY = sizeof hungry / sizeof hungry[0] };

static eng_customer *busy_customer(void)
{
  eng_customer *ada = customer();

  for (int i = 0; i < 40; i++) {
    does(ada, ENG_EVENT_VISIT, NOON(i));
    buys(ada, (uint64_t)i, NOON(i) + 1, 1000 + i);
    if (i % 4 == 0)
      undoes(ada, ENG_EVENT_REFUND, (uint64_t)i, NOON(i + 1), i % 8 == 0 ? 200 : -1,
             EUR);
  }
  return ada;
}

/* Runs a call with every allocation failing once; the call says NOMEM until it is
 * well, and leaves no byte behind. */
#define FAIL_EACH(call, release)                                                       \
  do {                                                                                 \
    size_t before = host.live, n = 0;                                                  \
    eng_status status;                                                                 \
                                                                                       \
    do {                                                                               \
      host_fails_after(&host, n++);                                                    \
      status = (call);                                                                 \
      host_reset(&host);                                                               \
      if (status != ENG_OK) {                                                          \
        ck_assert_int_eq(status, ENG_E_NOMEM);                                         \
        ck_assert_uint_eq(host.live, before);                                          \
      }                                                                                \
    } while (status != ENG_OK && n < 10000);                                           \
    ck_assert_int_eq(status, ENG_OK);                                                  \
    ck_assert_uint_gt(n, 1);                                                           \
    release;                                                                           \
    ck_assert_uint_eq(host.live, before);                                              \
  } while (0)

START_TEST(a_failed_allocation_leaves_no_model)
{
  eng_model *model;

  FAIL_EACH(eng_model_parse(context, hungry[_i], strlen(hungry[_i]), &model, NULL),
            eng_model_free(model));
  FAIL_EACH(eng_model_builtin(context, "five_levels", 11, &model),
            eng_model_free(model));
}
END_TEST

START_TEST(a_failed_allocation_leaves_no_assessor)
{
  eng_model *model = parsed(hungry[_i]);
  eng_assessor *assessor;

  FAIL_EACH(eng_assessor_new(context, (const eng_model *const *)&model, 1, &assessor),
            eng_assessor_free(assessor));
  eng_model_free(model);
}
END_TEST

/* What an assessor is asked; the answer is written behind the stage. */
enum { ASSESS, NEXT, DIMENSION, QUESTIONS };

static eng_status ask(eng_assessor *assessor, int what, const eng_customer *who,
                      int32_t *stage, eng_value *values)
{
  int32_t next;
  int64_t time;

  switch (what) {
  case ASSESS: return eng_assessor_assess(assessor, who, NOON(40), stage);
  case NEXT:
    return eng_assessor_next_change(assessor, who, NOON(40), stage, &time, &next);
  default: return eng_assessor_dimensions(assessor, 0, who, NOON(40), values, 5);
  }
}

/* What an assessor got for its scratch it keeps; the answer is there in the end. */
START_TEST(an_assessor_survives_failed_allocations)
{
  eng_model *model = parsed(hungry[_i]);
  eng_customer *ada = busy_customer();
  int32_t wanted = stage_under(model, ada, NOON(40));

  for (int what = 0; what < QUESTIONS; what++) {
    eng_assessor *assessor = assessor_of(model);
    eng_status status = ENG_E_NOMEM;
    eng_value values[5];
    int32_t stage = wanted;
    int failures = 0;

    for (size_t n = 0; status != ENG_OK && n < 10000; n++) {
      memset(values, 1, sizeof values);
      host_fails_after(&host, n);
      status = ask(assessor, what, ada, &stage, values);
      host_reset(&host);
      if (status == ENG_OK) break;
      ck_assert_int_eq(status, ENG_E_NOMEM);
      failures++;
      if (what != DIMENSION) ck_assert_int_eq(stage, 0);
      if (what == DIMENSION) ck_assert_int_eq(values[0].denominator, 0);
    }
    ck_ok(status);
    ck_assert_int_gt(failures, 0);
    if (what != DIMENSION) ck_assert_int_eq(stage, wanted);
    if (what == DIMENSION) ck_assert_int_eq(values[1].defined, 1);
    eng_assessor_free(assessor);
  }
  eng_customer_free(ada);
  eng_model_free(model);
}
END_TEST

START_TEST(a_failed_allocation_leaves_no_explanation)
{
  eng_model *model = parsed(hungry[_i]);
  eng_assessor *assessor = assessor_of(model);
  eng_customer *ada = busy_customer();
  eng_explanation *why;

  /* Scratch first, so that what is counted is the explanation's. */
  ck_ok(eng_assessor_explain(assessor, 0, ada, NOON(40), &why));
  eng_explanation_free(why);
  FAIL_EACH(eng_assessor_explain(assessor, 0, ada, NOON(40), &why),
            eng_explanation_free(why));
  eng_customer_free(ada);
  eng_assessor_free(assessor);
  eng_model_free(model);
}
END_TEST

START_TEST(once_warm_assessing_allocates_nothing)
{
  eng_model *model = parsed(hungry[_i]), *second = builtin("five_levels");
  const eng_model *both[2] = {model, second};
  eng_customer *ada = busy_customer();
  eng_assessor *assessor;
  int32_t stages[2], next[2];
  int64_t times[2];
  eng_value values[5];
  size_t calls = 0;

  ck_ok(eng_assessor_new(context, both, 2, &assessor));
  /* Windows hold more at some moments than at others. */
  for (int round = 0; round < 2; round++) {
    calls = host.requests;
    for (int i = 0; i < 60; i++) {
      ck_ok(eng_assessor_assess(assessor, ada, NOON(i), stages));
      ck_ok(eng_assessor_assess(assessor, ada, NOON(i) + 1, stages));
      ck_ok(eng_assessor_dimensions(assessor, 0, ada, NOON(i) + 2, values, 5));
      ck_ok(eng_assessor_next_change(assessor, ada, NOON(i) + 3, stages, times, next));
    }
  }
  ck_assert_uint_eq(host.requests, calls);
  eng_assessor_free(assessor);
  eng_customer_free(ada);
  eng_model_free(second);
  eng_model_free(model);
}
END_TEST

/* ---- the suite ---- */

static TCase *new_case(Suite *suite, const char *name)
{
  TCase *made = tcase_create(name);

  tcase_add_checked_fixture(made, open_context, close_context);
  suite_add_tcase(suite, made);
  return made;
}

static void add_names(Suite *suite)
{
  TCase *names = new_case(suite, "names");

  tcase_add_test(names, a_model_tells_its_head);
  tcase_add_test(names, what_a_head_leaves_out_is_empty);
  tcase_add_test(names, stages_have_ranks_from_one);
  tcase_add_test(names, a_stage_is_found_by_its_name_or_alias);
  tcase_add_test(names, dimensions_tell_their_names);
  tcase_add_test(names, classes_are_stages_with_names_and_titles);
  tcase_add_test(names, every_built_in_model_can_be_made_by_its_name);
  tcase_add_test(names, a_model_that_is_not_built_in_is_not_found);
}

static void add_mistakes(Suite *suite)
{
  TCase *refused = new_case(suite, "refused");

  tcase_add_loop_test(refused, a_mistake_is_named_with_its_place, 0,
                      sizeof mistakes / sizeof mistakes[0]);
  tcase_add_test(refused, operators_take_the_types_of_the_guide);
  tcase_add_test(refused, comparisons_take_the_types_of_the_guide);
  tcase_add_test(refused, conditions_are_wanted_where_conditions_stand);
  tcase_add_test(refused, a_param_is_computed_from_constants);
  tcase_add_test(refused, sums_need_a_base_currency);
  tcase_add_test(refused, words_of_filters_name_stages_and_dimensions);
  tcase_add_test(refused, own_kinds_and_channels_can_be_named);
  tcase_add_test(refused, missing_arguments_are_said);
}

static void add_bounds(Suite *suite)
{
  TCase *bounds = new_case(suite, "bounds");

  tcase_add_test(bounds, nesting_is_bounded);
  tcase_add_test(bounds, chains_are_bounded);
  tcase_add_test(bounds, the_cost_of_evaluation_is_bounded);
  tcase_add_test(bounds, the_number_of_stages_is_bounded);
  tcase_add_test(bounds, the_length_of_a_text_is_bounded);
  tcase_add_test(bounds, a_name_has_at_most_64_characters);
  tcase_add_test(bounds, limits_of_the_settings_hold);
}

static void add_assessors(Suite *suite)
{
  TCase *assessors = new_case(suite, "assessors");

  tcase_add_test(assessors, contexts_are_not_mixed);
  tcase_add_test(assessors, an_assessor_says_what_it_runs);
  tcase_add_test(assessors, moments_are_between_1970_and_9999);
}

static void add_levels(Suite *suite)
{
  TCase *levels = new_case(suite, "five levels");

  tcase_add_test(levels, five_levels_tells_a_story);
  tcase_add_test(levels, a_buyer_owns_after_fourteen_days_exactly);
  tcase_add_test(levels, a_second_purchase_does_not_put_off_owning);
  tcase_add_test(levels, a_refunded_purchase_is_no_purchase_in_either_order);
  tcase_add_test(levels, two_refunds_together_may_be_the_whole);
  tcase_add_test(levels, a_refund_of_more_than_was_paid_leaves_nothing_below);
  tcase_add_test(levels, a_cancellation_takes_all_from_its_own_time_on);
  tcase_add_test(levels, a_void_acts_at_every_moment);
  tcase_add_test(levels, a_voided_refund_gives_back_and_a_void_stays);
  tcase_add_test(levels, what_is_earlier_than_its_target_does_not_reach_it);
  tcase_add_test(levels, a_free_purchase_counts_until_a_refund_names_it);
  tcase_add_test(levels, a_refund_of_its_own_lowers_what_was_spent);
  tcase_add_test(levels, a_purchase_below_zero_is_a_refund_for_filters_too);
  tcase_add_test(levels, praise_that_nobody_was_told_is_not_advocacy);
  tcase_add_test(levels, a_public_review_has_to_be_good);
  tcase_add_test(levels, what_the_company_sends_leaves_a_stranger_a_stranger);
}

static void add_edges(Suite *suite)
{
  TCase *edges = new_case(suite, "edges");

  tcase_add_test(edges, windows_are_open_behind_and_closed_before);
  tcase_add_test(edges, the_next_change_of_a_time_since_is_exact);
  tcase_add_test(edges, two_times_since_say_what_came_last);
  tcase_add_test(edges, unknown_is_not_enough);
  tcase_add_test(edges, arithmetic_is_exact);
  tcase_add_test(edges, a_sum_may_leave_64_bits_on_the_way_only);
  tcase_add_test(edges, a_topic_is_its_text);
  tcase_add_test(edges, business_days_begin_when_the_settings_say);
}

static void add_dimensions(Suite *suite)
{
  TCase *dimensions = new_case(suite, "dimensions");

  tcase_add_test(dimensions, dimensions_are_exact_values_with_their_units);
  tcase_add_test(dimensions, dimensions_refuse_what_is_not_theirs);
}

static void add_classes(Suite *suite)
{
  TCase *classes = new_case(suite, "classes");

  tcase_add_test(classes, every_customer_is_in_a_class);
  tcase_add_test(classes, classes_may_stand_in_any_order_and_have_four_axes);
}

static void add_measures(Suite *suite)
{
  TCase *measures = new_case(suite, "measures");

  tcase_add_test(measures, a_streak_turns_where_local_days_and_weeks_begin);
  tcase_add_test(measures, a_streak_counts_periods_with_an_event);
  tcase_add_test(measures, a_streak_may_name_how_many);
  tcase_add_test(measures, a_streak_is_read_wherever_the_terms_move);
  tcase_add_test(measures, a_gap_is_the_lower_median);
  tcase_add_test(measures, measures_of_nothing_are_zero_or_not_defined);
}

static void add_explanations(Suite *suite)
{
  TCase *explanations = new_case(suite, "explanations");

  tcase_add_test(explanations, an_explanation_shows_clauses_and_what_is_missing);
  tcase_add_test(explanations, what_is_missing_may_be_that_something_ends);
  tcase_add_test(explanations, an_explanation_of_five_levels_names_its_lets);
  tcase_add_test(explanations, a_distance_is_to_the_next_whole_number);
  tcase_add_test(explanations, at_the_last_stage_nothing_is_missing);
  tcase_add_test(explanations, an_explanation_of_a_class_says_what_is_not_so);
  tcase_add_test(explanations, stages_that_silence_brings_are_not_ahead);
  tcase_add_test(explanations, what_is_missing_for_a_named_stage_is_said_itself);
  tcase_add_test(explanations, only_what_adds_up_has_a_distance);
  tcase_add_test(explanations, a_part_of_a_cent_is_shown_rounded);
  tcase_add_test(explanations, lines_that_are_not_there_are_said_to_be_absent);
  tcase_add_test(explanations, witnesses_are_the_newest_first);
  tcase_add_test(explanations, witnesses_are_what_the_clause_reads);
  tcase_add_test(explanations, a_refund_in_another_currency_is_ignored_and_said);
  tcase_add_test(explanations, money_in_other_currencies_is_left_out_and_said);
  tcase_add_test(explanations, what_undoes_nothing_is_said);
  tcase_add_test(explanations, the_length_of_an_explanation_is_bounded);
  tcase_add_test(explanations, what_is_wanted_many_times_is_said_once);
}

static void add_memory(Suite *suite)
{
  TCase *memory = new_case(suite, "memory");

  tcase_add_loop_test(memory, a_failed_allocation_leaves_no_model, 0, HUNGRY);
  tcase_add_loop_test(memory, a_failed_allocation_leaves_no_assessor, 0, HUNGRY);
  tcase_add_loop_test(memory, an_assessor_survives_failed_allocations, 0, HUNGRY);
  tcase_add_loop_test(memory, a_failed_allocation_leaves_no_explanation, 0, HUNGRY);
  tcase_add_loop_test(memory, once_warm_assessing_allocates_nothing, 0, HUNGRY);
}

Suite *model_suite(void)
{
  Suite *suite = suite_create("model");

  add_names(suite);
  add_mistakes(suite);
  add_bounds(suite);
  add_assessors(suite);
  add_levels(suite);
  add_edges(suite);
  add_dimensions(suite);
  add_classes(suite);
  add_measures(suite);
  add_explanations(suite);
  add_memory(suite);
  return suite;
}
