/* SPDX-License-Identifier: MIT
 *
 * test_stages.c - stages over time against asking at each moment and against histories;
 * conditions of steps and questions to models against the ranks themselves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

Suite *stages_suite(void);

enum { PEOPLE = 24, EVENTS = 260, MOST_SIDE = 16 };

/* Events lie on multiples of this. */
#define GRID (DAY - 7654321)

/* Where the books of a test are from. */
static eng_context *home;

static eng_context *come_home(struct host *host)
{
  home = euro_context(host);
  return home;
}

/* ---- random books ---- */

static uint64_t draw(uint64_t *state)
{
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

static eng_event *random_event(const eng_context *context, uint64_t *seed, uint64_t id)
{
  static const int32_t kinds[] = {
      ENG_EVENT_VISIT,      ENG_EVENT_PURCHASE,   ENG_EVENT_PURCHASE,
      ENG_EVENT_MESSAGE_IN, ENG_EVENT_RATING,     ENG_EVENT_REFER,
      ENG_EVENT_SHARE,      ENG_EVENT_IDEA,       ENG_EVENT_CONTRACT,
      ENG_EVENT_REFUND,     ENG_EVENT_IMPRESSION, ENG_EVENT_VOID};
  int32_t kind = kinds[draw(seed) % 12];
  int64_t time = (int64_t)(draw(seed) % 700) * GRID + 100 * DAY;
  eng_event *event = event_of(context, kind, time);

  ck_ok(eng_event_set_id(event, id));
  ck_ok(eng_event_set_channel(event, (int32_t)(draw(seed) % 3) + 1));
  if (kind == ENG_EVENT_PURCHASE)
    ck_ok(eng_event_set_amount(event, (int64_t)(draw(seed) % 9000), 978));
  if (kind == ENG_EVENT_REFUND || kind == ENG_EVENT_VOID)
    ck_ok(eng_event_set_refers_to(event, 1, draw(seed) % EVENTS + 1));
  if (kind == ENG_EVENT_RATING) {
    ck_ok(eng_event_set_scale(event, ENG_SCALE_NPS));
    ck_ok(eng_event_set_value(event, (int64_t)(draw(seed) % 11) * 1000));
  }
  return event;
}

/* The same customers in one book and shared out over two. */
static void fill(const eng_context *context, eng_book *books[3], uint64_t seed)
{
  for (int i = 0; i < 3; i++) ck_ok(eng_book_new(context, NULL, &books[i]));
  for (uint64_t i = 0; i < EVENTS; i++) {
    eng_event *event = random_event(context, &seed, i + 1);
    uint64_t who = draw(&seed) % PEOPLE;
    char name[20];

    snprintf(name, sizeof name, "customer-%d", (int)who);
    ck_ok(eng_book_record(books[0], name, strlen(name), event, NULL));
    ck_ok(eng_book_record(books[1 + who % 2], name, strlen(name), event, NULL));
    eng_event_free(event);
  }
}

static void empty(eng_book *books[3])
{
  for (int i = 0; i < 3; i++) eng_book_free(books[i]);
}

static eng_model *built_in(const eng_context *context, int32_t index)
{
  const char *name = eng_builtin_name(index);
  eng_model *model;

  ck_ok(eng_model_builtin(context, name, strlen(name), &model));
  return model;
}

static eng_assessor *assessor_of(const eng_context *context, const eng_model *model)
{
  eng_assessor *assessor;

  ck_ok(eng_assessor_new(context, &model, 1, &assessor));
  return assessor;
}

/* Moments in order, some of them twice, before all events, at some of them, and after.
 */
enum { MOMENTS = 30 };

static void draw_moments(int64_t times[MOMENTS], uint64_t *seed)
{
  times[0] = 0;
  times[1] = 100 * DAY;
  for (int i = 2; i < MOMENTS - 1; i++)
    times[i] = times[i - 1] + (int64_t)(draw(seed) % 50) * GRID;
  times[MOMENTS - 1] = ENG_TIME_MAX;
}

/* ---- stages at many moments ---- */

static void series_is_flow(const eng_book *book, eng_assessor *assessor, int32_t side,
                           const int64_t times[MOMENTS])
{
  uint64_t cells[MOMENTS * MOST_SIDE], flow[MOST_SIDE * MOST_SIDE];

  ck_assert_int_le(side, MOST_SIDE);
  ck_ok(eng_book_stages_at(book, assessor, 0, times, MOMENTS, cells, side, NULL, NULL));
  for (int i = 0; i < MOMENTS; i++) {
    uint64_t all = 0;

    ck_ok(eng_book_flow(book, assessor, 0, times[i], times[i], flow, side, NULL, NULL,
                        0, NULL, NULL));
    for (int r = 0; r < side; r++) {
      ck_assert_uint_eq(cells[i * side + r], flow[r * side + r]);
      all += cells[i * side + r];
    }
    ck_assert_uint_eq(all, eng_book_customer_count(book));
  }
}

START_TEST(a_series_is_what_asking_at_each_moment_gives)
{
  for (uint64_t seed = 1; seed <= 6; seed += stride()) {
    eng_context *context = come_home(NULL);
    uint64_t state = seed;
    eng_book *books[3];
    int64_t times[MOMENTS];

    fill(context, books, seed);
    draw_moments(times, &state);
    for (int32_t m = 0; m < eng_builtin_count(); m++) {
      eng_model *model = built_in(context, m);
      eng_assessor *assessor = assessor_of(context, model);

      series_is_flow(books[0], assessor, eng_model_stage_count(model) + 1, times);
      eng_assessor_free(assessor);
      eng_model_free(model);
    }
    empty(books);
    eng_context_free(context);
  }
}
END_TEST

static eng_status odd_day(void *user, eng_view *view, int32_t *stage,
                          eng_value *dimensions)
{
  (void)user;
  (void)dimensions;
  *stage = (int32_t)(eng_view_as_of(view) / DAY % 2) + 1;
  return ENG_OK;
}

START_TEST(a_callback_model_is_asked_for_each_moment)
{
  static const char *const names[] = {"even", "odd"};
  const int64_t times[] = {0, DAY, DAY, 2 * DAY};
  eng_context *context = come_home(NULL);
  eng_book *books[3];
  eng_callbacks table;
  eng_model *model;
  eng_assessor *assessor;
  uint64_t cells[12];
  eng_survival days[3 * 2];

  fill(context, books, 3);
  eng_callbacks_init(&table, sizeof table);
  table.name = "parity";
  table.stage_count = 2;
  table.stage_names = names;
  table.assess = odd_day;
  ck_ok(eng_model_from_callbacks(context, &table, &model, NULL));
  assessor = assessor_of(context, model);
  ck_ok(eng_book_stages_at(books[0], assessor, 0, times, 4, cells, 3, NULL, NULL));
  ck_assert(cells[1] == PEOPLE && cells[3 + 2] == PEOPLE && cells[6 + 2] == PEOPLE &&
            cells[9 + 1] == PEOPLE);
  ck_assert_int_eq(
      eng_book_stays(books[0], assessor, 0, 0, DAY, days, 2, NULL, 3, NULL, NULL),
      ENG_E_UNSUPPORTED);
  eng_assessor_free(assessor);
  eng_model_free(model);
  empty(books);
  eng_context_free(context);
}
END_TEST

/* ---- stays ---- */

static const char coming_and_going[] =
    "language 1 model m stage here when count(visit within 30 days) >= 1";

START_TEST(a_stay_ends_when_time_ends_it_and_goes_on_where_nothing_does)
{
  eng_context *context = come_home(NULL);
  eng_model *model = model_of(context, coming_and_going);
  eng_assessor *assessor = assessor_of(context, model);
  const int64_t visits[] = {10, 20, 100, 196};
  uint64_t customers[2];
  eng_survival days[2 * 60];
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int i = 0; i < 4; i++) {
    eng_event *event = event_of(context, ENG_EVENT_VISIT, visits[i] * DAY);

    ck_ok(eng_book_record(book, "customer-17", 11, event, NULL));
    eng_event_free(event);
  }
  /* Here from day 10 to 50, from 100 to 130, and since 196; away in between. */
  ck_ok(eng_book_stays(book, assessor, 0, 0, 200 * DAY, days, 60, customers, 2, NULL,
                       NULL));
  ck_assert(days[60 + 40].came == 1 && days[60 + 30].came == 1);
  ck_assert_uint_eq(days[60 + 4].censored, 1);
  ck_assert(days[50].came == 1 && days[59].came == 1); /* 66 days: in the last entry */
  ck_assert(customers[0] == 1 && customers[1] == 1);
  ck_ok(eng_book_stays(book, assessor, 0, 100 * DAY, 200 * DAY, days, 60, customers, 2,
                       NULL, NULL));
  ck_assert(days[60 + 40].came == 0 && days[60 + 30].came == 1 && days[50].came == 0);
  eng_book_free(book);
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_context_free(context);
}
END_TEST

/* When a customer did the first thing that is seen at any time: nobody is in this
 * model's stage before. */
static int64_t first_time(const eng_book *book, uint64_t row, int64_t until)
{
  static const char anything[] =
      "language 1 model m stage known when count(all) >= 1 or tenure(all) > 0 days";
  eng_model *model = model_of(home, anything);
  eng_assessor *assessor = assessor_of(home, model);
  eng_history *history;
  int64_t first;

  ck_ok(eng_book_history(book, row, assessor, 0, until, &history));
  first = eng_history_time(history, 0);
  eng_history_free(history);
  eng_assessor_free(assessor);
  eng_model_free(model);
  return first;
}

enum { LENGTHS = 300 };

static void count_stay(int64_t since, int64_t end, bool ended, eng_survival *out)
{
  int64_t d = (end - since) / DAY;

  if (since == ENG_TIME_NONE || since < 200 * DAY || (ended && end == since)) return;
  if (d >= LENGTHS) d = LENGTHS - 1;
  out[d].came += ended;
  out[d].censored += !ended;
}

/* The same from histories, one stay after the other. */
static void count_history(const eng_book *book, uint64_t row, eng_assessor *assessor,
                          int64_t until, eng_survival *out)
{
  int64_t since = first_time(book, row, until);
  eng_history *history;
  int32_t stage;

  ck_ok(eng_book_history(book, row, assessor, 0, until, &history));
  stage = eng_history_first_stage(history);
  for (uint64_t i = 0; i < eng_history_change_count(history); i++) {
    count_stay(since, eng_history_time(history, i), true, out + stage * LENGTHS);
    stage = eng_history_to(history, i);
    since = eng_history_time(history, i);
  }
  count_stay(since, until, false, out + stage * LENGTHS);
  eng_history_free(history);
}

static void stays_match(const eng_book *book, const eng_model *model)
{
  eng_assessor *assessor = assessor_of(home, model);
  int32_t side = eng_model_stage_count(model) + 1;
  eng_survival *got = calloc((size_t)side * LENGTHS, sizeof *got);
  eng_survival *want = calloc((size_t)side * LENGTHS, sizeof *want);

  ck_ok(eng_book_stays(book, assessor, 0, 200 * DAY, 700 * DAY, got, LENGTHS, NULL,
                       side, NULL, NULL));
  for (uint64_t row = 0; row < eng_book_customer_count(book); row++)
    count_history(book, row, assessor, 700 * DAY, want);
  ck_assert_mem_eq(got, want, (size_t)side * LENGTHS * sizeof *got);
  free(got);
  free(want);
  eng_assessor_free(assessor);
}

START_TEST(stays_are_those_of_the_histories)
{
  for (uint64_t seed = 1; seed <= 4; seed += stride()) {
    eng_context *context = come_home(NULL);
    eng_book *books[3];

    fill(context, books, seed);
    for (int32_t m = 0; m < eng_builtin_count(); m++) {
      eng_model *model = built_in(context, m);

      stays_match(books[0], model);
      eng_model_free(model);
    }
    empty(books);
    eng_context_free(context);
  }
}
END_TEST

/* ---- conditions of steps ---- */

static eng_filter *filter_of(const eng_context *context, const char *text)
{
  eng_filter *filter;
  eng_error error;

  eng_error_init(&error, sizeof error);
  ck_assert_msg(eng_filter_parse(context, text, strlen(text), &filter, &error) ==
                    ENG_OK,
                "%s: %s", text, error.text);
  return filter;
}

static const char *const texts[] = {"visit",
                                    "any where channel = store",
                                    "purchase where amount >= 50 EUR",
                                    "purchase, refund where amount < 20.00 EUR",
                                    "rating where scale = nps and value >= 9",
                                    "rating, review where (value else 3) > 4",
                                    "all where direction = outbound or public",
                                    "buy where not (channel = web)"};

enum { TEXTS = sizeof texts / sizeof *texts };

static uint64_t reached_by(const eng_book *book, const char *text, int64_t until)
{
  eng_filter *filter = filter_of(home, text);
  const eng_filter *filters[1] = {filter};
  eng_funnel funnel;
  uint64_t reached;

  eng_funnel_init(&funnel, sizeof funnel);
  funnel.step_count = 1;
  funnel.filters = filters;
  funnel.until = until;
  ck_ok(eng_book_funnel(book, &funnel, &reached, NULL, NULL, NULL, 0, NULL, NULL));
  eng_filter_free(filter);
  return reached;
}

/* Customers for whom there is such an event, by the language itself. */
static uint64_t selected_by(const eng_book *book, const char *text, int64_t until)
{
  int32_t stages[PEOPLE];
  uint64_t n = eng_book_customer_count(book), found = 0;
  eng_assessor *assessor;
  eng_model *model;
  char condition[200];

  snprintf(condition, sizeof condition, "count(%s) >= 1", text);
  ck_ok(eng_model_condition(home, condition, strlen(condition), &model, NULL));
  assessor = assessor_of(home, model);
  ck_ok(eng_book_assess(book, assessor, until, NULL, n, stages, NULL, NULL));
  for (uint64_t i = 0; i < n; i++) found += stages[i] == 1;
  eng_assessor_free(assessor);
  eng_model_free(model);
  return found;
}

START_TEST(a_step_with_a_condition_is_whom_the_language_selects)
{
  for (uint64_t seed = 1; seed <= 10; seed += stride()) {
    eng_context *context = come_home(NULL);
    eng_book *books[3];

    fill(context, books, seed);
    for (int i = 0; i < TEXTS; i++) {
      for (int64_t until = 150 * DAY; until < 900 * DAY; until += 150 * DAY)
        ck_assert_uint_eq(reached_by(books[0], texts[i], until),
                          selected_by(books[0], texts[i], until));
    }
    empty(books);
    eng_context_free(context);
  }
}
END_TEST

/* Levels of all customers for steps by their texts. */
static void levels_of(const eng_book *book, const char *const *steps, int32_t count,
                      int32_t strict, uint8_t *levels)
{
  eng_filter *made[ENG_FUNNEL_STEPS];
  const eng_filter *filters[ENG_FUNNEL_STEPS];
  eng_funnel funnel;
  uint64_t reached[ENG_FUNNEL_STEPS];

  for (int s = 0; s < count; s++) filters[s] = made[s] = filter_of(home, steps[s]);
  eng_funnel_init(&funnel, sizeof funnel);
  funnel.step_count = count;
  funnel.filters = filters;
  funnel.strict = strict;
  ck_ok(eng_book_funnel(book, &funnel, reached, levels, NULL, NULL,
                        eng_book_customer_count(book), NULL, NULL));
  for (int s = 0; s < count; s++) eng_filter_free(made[s]);
}

START_TEST(a_condition_that_always_holds_changes_nothing)
{
  static const char *const plain[] = {"visit", "purchase", "rating"};
  static const char *const asking[] = {
      "visit where channel = store or channel != store",
      "purchase where direction = inbound", "rating where not public"};

  for (uint64_t seed = 1; seed <= 10; seed += stride()) {
    eng_context *context = come_home(NULL);
    uint8_t a[PEOPLE], b[PEOPLE];
    eng_book *books[3];
    uint64_t n;

    fill(context, books, seed);
    n = eng_book_customer_count(books[0]);
    for (int strict = 0; strict < 2; strict++) {
      levels_of(books[0], plain, 3, strict, a);
      levels_of(books[0], asking, 3, strict, b);
      ck_assert_mem_eq(a, b, n);
    }
    empty(books);
    eng_context_free(context);
  }
}
END_TEST

static void does(eng_book *book, int32_t kind, int64_t time, int32_t channel)
{
  eng_event *event = event_of(home, kind, time);

  ck_ok(eng_event_set_channel(event, channel));
  ck_ok(eng_book_record(book, "customer-17", 11, event, NULL));
  eng_event_free(event);
}

START_TEST(strict_order_passes_over_what_the_company_does_that_is_no_step)
{
  static const char *const steps[] = {"visit", "message_out where channel = email",
                                      "visit"};
  eng_context *context = come_home(NULL);
  uint8_t level[1];
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  does(book, ENG_EVENT_VISIT, 1, ENG_CHANNEL_WEB);
  does(book, ENG_EVENT_MESSAGE_OUT, 2, ENG_CHANNEL_SMS);
  does(book, ENG_EVENT_MESSAGE_OUT, 3, ENG_CHANNEL_EMAIL);
  does(book, ENG_EVENT_VISIT, 4, ENG_CHANNEL_WEB);
  levels_of(book, steps, 3, 1, level);
  ck_assert_uint_eq(level[0], 3);
  eng_book_free(book);
  ck_ok(eng_book_new(context, NULL, &book));
  does(book, ENG_EVENT_VISIT, 1, ENG_CHANNEL_WEB);
  does(book, ENG_EVENT_SEARCH, 2, ENG_CHANNEL_WEB);
  does(book, ENG_EVENT_MESSAGE_OUT, 3, ENG_CHANNEL_EMAIL);
  levels_of(book, steps, 3, 1, level);
  ck_assert_uint_eq(level[0], 1);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(a_filter_that_is_none_says_where)
{
  static const struct {
    const char *text;
    eng_status status;
    uint32_t column;
  } wrong[] = {{"", ENG_E_SYNTAX, 1},
               {"purchas", ENG_E_NAME, 1},
               {"visit where", ENG_E_SYNTAX, 12},
               {"visit where channel", ENG_E_TYPE, 7},
               {"visit where value > 1 where public", ENG_E_DUPLICATE, 23},
               {"visit within 3 days", ENG_E_SYNTAX, 7},
               {"visit) >= 1", ENG_E_SYNTAX, 6},
               {"visit where count(visit) > 1", ENG_E_TYPE, 13},
               {"visit where public, 3", ENG_E_SYNTAX, 19}};
  eng_context *context = come_home(NULL);
  eng_filter *filter;
  eng_error error;

  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    const char *text = wrong[i].text;

    eng_error_init(&error, sizeof error);
    ck_assert_int_eq(eng_filter_parse(context, text, strlen(text), &filter, &error),
                     wrong[i].status);
    ck_assert_ptr_null(filter);
    ck_assert_msg(error.column == wrong[i].column, "%s: %u", text, error.column);
  }
  ck_assert_int_eq(eng_filter_parse(NULL, "visit", 5, &filter, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_filter_parse(context, NULL, 5, &filter, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_filter_parse(context, "visit", 5, NULL, NULL), ENG_E_INVALID);
  filter = filter_of(context, "visit, buy");
  ck_assert_int_eq(eng_filter_has_kind(filter, ENG_EVENT_PURCHASE), 1);
  ck_assert_int_eq(eng_filter_has_kind(filter, ENG_EVENT_SHARE), 0);
  ck_assert_int_eq(eng_filter_has_kind(filter, -1), 0);
  ck_assert_int_eq(eng_filter_has_kind(filter, 256), 0);
  ck_assert_int_eq(eng_filter_has_kind(NULL, 1), 0);
  eng_filter_free(filter);
  eng_filter_free(NULL);
  eng_context_free(context);
}
END_TEST

/* ---- questions to models ---- */

static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">="};

static bool compares(int sign, int32_t a, int32_t b)
{
  const bool answers[] = {a == b, a != b, a<b, a <= b, a> b, a >= b};

  return answers[sign];
}

static void ask_stage(const eng_book *book, const eng_model *model, int sign,
                      int32_t rank, int64_t as_of)
{
  uint64_t n = eng_book_customer_count(book);
  int32_t stages[2 * PEOPLE];
  const eng_model *models[2] = {model, NULL};
  eng_assessor *assessor;
  eng_model *asked;
  char text[200];

  snprintf(text, sizeof text, "stage %s %s", signs[sign],
           eng_model_stage_name(model, rank));
  ck_ok(eng_model_question(model, text, strlen(text), &asked, NULL));
  models[1] = asked;
  ck_ok(eng_assessor_new(home, models, 2, &assessor));
  ck_ok(eng_book_assess(book, assessor, as_of, NULL, n, stages, NULL, NULL));
  for (uint64_t i = 0; i < n; i++) {
    bool matches = stages[n + i] == eng_model_stage_count(asked);

    ck_assert_int_eq(matches, compares(sign, stages[i], rank));
    if (!matches) ck_assert_int_eq(stages[n + i], stages[i]);
  }
  eng_assessor_free(assessor);
  eng_model_free(asked);
}

START_TEST(a_question_compares_the_rank_that_the_model_gives)
{
  eng_context *context = come_home(NULL);
  eng_book *books[3];

  fill(context, books, 11);
  for (int32_t m = 0; m < eng_builtin_count(); m++) {
    eng_model *model = built_in(context, m);

    for (int32_t rank = 0; rank <= eng_model_stage_count(model); rank++)
      for (int sign = 0; sign < 6; sign++)
        ask_stage(books[0], model, sign, rank, 650 * DAY);
    eng_model_free(model);
  }
  empty(books);
  eng_context_free(context);
}
END_TEST

static const char clubs[] =
    "language 1 model clubs param often = 3\n"
    "score warmth term visits 100 each count(visit) up to 500\n"
    "let buys = count(purchase) >= 1\n"
    "stage guest when count(visit) >= 1 stage member alias friend when buys\n"
    "stage regular when member and count(visit) >= often";

static void question_is(const eng_model *model, const char *text, eng_status status,
                        uint32_t column)
{
  eng_model *asked;
  eng_error error;

  eng_error_init(&error, sizeof error);
  ck_assert_msg(eng_model_question(model, text, strlen(text), &asked, &error) == status,
                "%s: %s", text, error.text);
  ck_assert((status == ENG_OK) == (asked != NULL));
  ck_assert_msg(error.column == column, "%s: column %u", text, error.column);
  eng_model_free(asked);
}

START_TEST(a_question_uses_the_names_of_its_model)
{
  eng_context *context = come_home(NULL);
  eng_model *model = model_of(context, clubs), *set, *asked, *again;
  eng_findings *findings;
  uint8_t digests[2][ENG_DIGEST_SIZE];
  size_t size;

  ck_ok(eng_model_with_params(model, "often = 5", 9, &set, NULL));
  for (int i = 0; i < 2; i++) {
    const eng_model *of = i == 0 ? model : set;

    question_is(of, "buys and warmth >= 200 and not regular", ENG_OK, 0);
    question_is(of, "count(visit) > often or stage = friend", ENG_OK, 0);
    question_is(of, "\n  stage >= none", ENG_OK, 0);
    question_is(of, "stage = regulr", ENG_E_NAME, 9);
    question_is(of, "stage", ENG_E_SYNTAX, 6);
    question_is(of, "stage = 3", ENG_E_SYNTAX, 9);
    question_is(of, "warmth", ENG_E_TYPE, 1);
    question_is(of, "buys buys", ENG_E_SYNTAX, 6);
    question_is(of, "\n nobody", ENG_E_NAME, 2);
  }
  ck_ok(eng_model_question(set, "stage = regular", 15, &asked, NULL));
  ck_assert_str_eq(eng_model_param_text(asked, 0), "5");
  ck_ok(eng_model_digest(asked, digests[0]));
  ck_ok(eng_model_digest(set, digests[1]));
  ck_assert(memcmp(digests[0], digests[1], ENG_DIGEST_SIZE) != 0);
  ck_assert_int_eq(eng_model_question(asked, "buys", 4, &again, NULL),
                   ENG_E_UNSUPPORTED);
  ck_assert_int_eq(eng_model_with_params(asked, "often = 1", 9, &again, NULL),
                   ENG_E_UNSUPPORTED);
  ck_assert_int_eq(eng_model_check(asked, &findings), ENG_E_UNSUPPORTED);
  ck_assert_int_eq(eng_model_print(asked, NULL, 0, &size), ENG_E_UNSUPPORTED);
  ck_assert_int_eq(eng_model_question(NULL, "buys", 4, &again, NULL), ENG_E_INVALID);
  eng_model_free(asked);
  eng_model_free(set);
  eng_model_free(model);
  eng_context_free(context);
}
END_TEST

/* ---- where two models part ---- */

START_TEST(two_models_part_on_what_the_lower_one_misses)
{
  eng_context *context = come_home(NULL);
  eng_model *a = model_of(context, clubs);
  eng_model *b =
      model_of(context, "language 1 model b stage low when count(visit) >= 1 "
                        "stage high when count(visit) >= 2");
  const eng_model *models[2] = {a, b};
  eng_customer *ada = customer_of(context);
  eng_explanation *why[2];
  eng_assessor *assessor;
  int32_t lower, line;

  ck_ok(eng_assessor_new(context, models, 2, &assessor));
  for (int i = 0; i < 3; i++) (void)record(ada, event_of(context, ENG_EVENT_VISIT, i));
  for (int32_t m = 0; m < 2; m++)
    ck_ok(eng_assessor_explain(assessor, m, ada, DAY, &why[m]));
  ck_ok(eng_parting_of(a, why[0], b, why[1], &lower, &line));
  ck_assert(lower == 1 && line == 0);
  ck_assert_str_eq(eng_explanation_text(why[0], ENG_PART_MISSING, line),
                   "buys: count(purchase) >= 1");
  ck_ok(eng_parting_of(b, why[1], a, why[0], &lower, &line));
  ck_assert(lower == 2 && line == 0);
  ck_ok(eng_parting_of(a, why[0], a, why[0], &lower, &line));
  ck_assert(lower == 0 && line == -1);
  ck_assert_int_eq(eng_parting_of(a, NULL, b, why[1], &lower, &line), ENG_E_INVALID);
  eng_explanation_free(why[0]);
  eng_explanation_free(why[1]);
  eng_assessor_free(assessor);
  eng_customer_free(ada);
  eng_model_free(a);
  eng_model_free(b);
  eng_context_free(context);
}
END_TEST

/* ---- laws ---- */

enum { SUMS = 4000 };

static size_t all_counts(const eng_book *book, const eng_model *model, uint64_t *out)
{
  static const char *const steps[] = {"visit", "purchase where amount >= 20 EUR",
                                      "rating where value > 5"};
  eng_assessor *assessor = assessor_of(home, model);
  int32_t side = eng_model_stage_count(model) + 1;
  uint64_t state = 5, cells[MOMENTS * MOST_SIDE], customers[MOST_SIDE];
  eng_survival days[MOST_SIDE * 60];
  uint8_t levels[PEOPLE];
  int64_t times[MOMENTS];
  size_t n = 0;

  draw_moments(times, &state);
  ck_ok(eng_book_stages_at(book, assessor, 0, times, MOMENTS, cells, side, NULL, NULL));
  for (int i = 0; i < MOMENTS * side; i++) out[n++] = cells[i];
  ck_ok(eng_book_stays(book, assessor, 0, 150 * DAY, 600 * DAY, days, 60, customers,
                       side, NULL, NULL));
  for (int i = 0; i < 60 * side; i++) {
    out[n++] = days[i].came;
    out[n++] = days[i].censored;
  }
  for (int i = 0; i < side; i++) out[n++] = customers[i];
  levels_of(book, steps, 3, 0, levels);
  for (int level = 1; level <= 3; level++, n++) {
    out[n] = 0;
    for (uint64_t i = 0; i < eng_book_customer_count(book); i++)
      out[n] += levels[i] >= level;
  }
  ck_assert_uint_le(n, SUMS);
  eng_assessor_free(assessor);
  return n;
}

START_TEST(over_disjoint_customers_stages_and_stays_add)
{
  for (uint64_t seed = 1; seed <= 4; seed += stride()) {
    eng_context *context = come_home(NULL);
    static uint64_t sums[3][SUMS];
    eng_book *books[3];

    fill(context, books, seed);
    for (int32_t m = 0; m < eng_builtin_count(); m++) {
      eng_model *model = built_in(context, m);
      size_t n = 0;

      for (int i = 0; i < 3; i++) n = all_counts(books[i], model, sums[i]);
      for (size_t i = 0; i < n; i++)
        ck_assert_uint_eq(sums[0][i], sums[1][i] + sums[2][i]);
      eng_model_free(model);
    }
    empty(books);
    eng_context_free(context);
  }
}
END_TEST

/* ---- what fails ---- */

static int32_t stop(void *user, uint64_t done, uint64_t total)
{
  uint64_t *calls = user;

  (void)total;
  ++*calls;
  return done > 0; /* at the end */
}

START_TEST(what_is_cancelled_or_refused_leaves_zeros)
{
  eng_context *context = come_home(NULL), *other = euro_context(NULL);
  eng_model *model = model_of(context, coming_and_going);
  eng_assessor *assessor = assessor_of(context, model);
  int64_t times[] = {DAY, 2 * DAY};
  uint64_t cells[4] = {1, 1, 1, 1}, customers[2] = {1, 1}, calls = 0, reached;
  eng_survival days[4] = {{1, 1}, {1, 1}, {1, 1}, {1, 1}};
  eng_filter *filter = filter_of(other, "visit");
  const eng_filter *filters[1] = {filter};
  eng_funnel funnel;
  eng_book *books[3];

  fill(context, books, 2);
  ck_assert_int_eq(
      eng_book_stages_at(books[0], assessor, 0, times, 2, cells, 2, stop, &calls),
      ENG_E_CANCELLED);
  ck_assert(cells[0] == 0 && cells[3] == 0 && calls == 2);
  ck_assert_int_eq(eng_book_stays(books[0], assessor, 0, 0, DAY, days, 2, customers, 2,
                                  stop, &calls),
                   ENG_E_CANCELLED);
  ck_assert(days[0].came == 0 && days[3].censored == 0 && customers[1] == 0);
  ck_assert_int_eq(
      eng_book_stages_at(books[0], assessor, 1, times, 2, cells, 2, NULL, NULL),
      ENG_E_RANGE);
  ck_assert_int_eq(
      eng_book_stages_at(books[0], assessor, 0, times, 2, cells, 3, NULL, NULL),
      ENG_E_BUFFER);
  ck_assert_int_eq(
      eng_book_stages_at(books[0], assessor, 0, times, 0, cells, 2, NULL, NULL),
      ENG_E_BUFFER);
  ck_assert_int_eq(
      eng_book_stages_at(books[0], assessor, 0, NULL, 2, cells, 2, NULL, NULL),
      ENG_E_INVALID);
  ck_assert_int_eq(
      eng_book_stays(books[0], assessor, 0, 2, 1, days, 2, NULL, 2, NULL, NULL),
      ENG_E_TIME);
  ck_assert_int_eq(
      eng_book_stays(books[0], assessor, 0, 0, 1, days, 1, NULL, 2, NULL, NULL),
      ENG_E_BUFFER);
  times[1] = 0;
  ck_assert_int_eq(
      eng_book_stages_at(books[0], assessor, 0, times, 2, cells, 2, NULL, NULL),
      ENG_E_TIME);
  eng_funnel_init(&funnel, sizeof funnel);
  funnel.step_count = 1;
  funnel.filters = filters;
  ck_assert_int_eq(
      eng_book_funnel(books[0], &funnel, &reached, NULL, NULL, NULL, 0, NULL, NULL),
      ENG_E_CONTEXT);
  funnel.filters = NULL;
  ck_assert_int_eq(
      eng_book_funnel(books[0], &funnel, &reached, NULL, NULL, NULL, 0, NULL, NULL),
      ENG_E_INVALID);
  empty(books);
  eng_filter_free(filter);
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_context_free(context);
  eng_context_free(other);
}
END_TEST

/* All that is new, each time with another request for memory that fails. */
static eng_status ask_all(const eng_context *context, const eng_book *book,
                          const eng_model *model)
{
  const int64_t times[] = {300 * DAY, 600 * DAY};
  uint64_t cells[2 * MOST_SIDE], reached;
  eng_survival days[MOST_SIDE * 4];
  int32_t side = eng_model_stage_count(model) + 1;
  const eng_filter *filters[1];
  eng_filter *filter = NULL;
  eng_model *asked = NULL;
  eng_assessor *assessor = NULL;
  eng_funnel funnel;
  eng_status status =
      eng_filter_parse(context, texts[2], strlen(texts[2]), &filter, NULL);

  eng_funnel_init(&funnel, sizeof funnel);
  funnel.step_count = 1;
  funnel.filters = filters;
  filters[0] = filter;
  if (status == ENG_OK)
    status = eng_book_funnel(book, &funnel, &reached, NULL, NULL, NULL, 0, NULL, NULL);
  if (status == ENG_OK)
    status = eng_model_question(model, "stage != none", 13, &asked, NULL);
  if (status == ENG_OK) status = eng_assessor_new(context, &model, 1, &assessor);
  if (status == ENG_OK)
    status = eng_book_stages_at(book, assessor, 0, times, 2, cells, side, NULL, NULL);
  if (status == ENG_OK)
    status = eng_book_stays(book, assessor, 0, 0, 600 * DAY, days, 4, NULL, side, NULL,
                            NULL);
  eng_assessor_free(assessor);
  eng_model_free(asked);
  eng_filter_free(filter);
  return status;
}

START_TEST(without_memory_nothing_is_left_behind)
{
  struct host host = {0};
  eng_context *context = come_home(&host);
  eng_model *model = built_in(context, 0);
  uint64_t failures = 0;
  eng_book *books[3];
  size_t blocks;

  fill(context, books, 2);
  blocks = host.blocks;
  for (uint64_t n = 1;; n++, failures++) {
    eng_status status;

    host.fail_at = host.requests + n;
    status = ask_all(context, books[0], model);
    if (status == ENG_OK) break;
    ck_assert_int_eq(status, ENG_E_NOMEM);
    ck_assert_uint_eq(host.blocks, blocks);
  }
  host.fail_at = 0;
  ck_assert_uint_gt(failures, 10);
  empty(books);
  eng_model_free(model);
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
}
END_TEST

/* ---- structs of other versions ---- */

/* Hands a struct in at every size from that of its first members to one with more than
 * is known, and with something unknown in it. `call` answers for the struct at `at`. */
static void every_size(const void *whole, uint32_t known, uint32_t first,
                       eng_status (*call)(const void *at, void *user), void *user)
{
  union {
    uint32_t size;
    int64_t align;
    uint8_t bytes[512];
  } given;

  for (uint32_t size = first; size <= known + 64; size += 8) {
    memset(&given, 0, sizeof given);
    memcpy(&given, whole, size < known ? size : known);
    if (size < known) memset(given.bytes + size, 0xff, sizeof given - size);
    given.size = size;
    ck_assert_int_eq(call(&given, user), ENG_OK);
    if (size <= known) continue;
    given.bytes[size - 1] = 1;
    ck_assert_int_eq(call(&given, user), ENG_E_RANGE);
  }
  given.size = 3;
  ck_assert_int_eq(call(&given, user), ENG_E_INVALID);
  given.size = UINT32_MAX;
  ck_assert_int_eq(call(&given, user), ENG_E_INVALID);
}

struct asking {
  const eng_book *book;
  const eng_periods *periods;
};

static eng_status take_periods(const void *at, void *user)
{
  uint64_t n;

  (void)user;
  return eng_periods_count(home, at, &n);
}

static eng_status take_retention(const void *at, void *user)
{
  const struct asking *a = user;
  uint64_t sizes[1];
  eng_cell cells[1];

  return eng_book_retention(a->book, a->periods, at, sizes, 1, cells, 1, NULL, NULL);
}

static eng_status take_funnel(const void *at, void *user)
{
  const struct asking *a = user;
  uint64_t reached[2];

  return eng_book_funnel(a->book, at, reached, NULL, NULL, NULL, 0, NULL, NULL);
}

static eng_status take_overview(const void *at, void *user)
{
  const struct asking *a = user;
  eng_overview out;

  return eng_book_overview(a->book, at, &out, sizeof out, NULL, NULL);
}

static eng_status take_waits(const void *at, void *user)
{
  const struct asking *a = user;
  uint64_t count;

  return eng_book_waits(a->book, at, NULL, 0, &count, NULL, NULL);
}

static eng_status take_worth(const void *at, void *user)
{
  static const double own[PEOPLE] = {0};
  const struct asking *a = user;
  eng_worth out[PEOPLE];

  return eng_book_worth(a->book, at, own, out, eng_book_customer_count(a->book), NULL,
                        NULL);
}

START_TEST(options_of_earlier_and_later_versions_are_taken)
{
  static const eng_step steps[] = {{NULL, 0}, {NULL, 0}};
  eng_context *context = come_home(NULL);
  eng_periods periods;
  eng_retention retention;
  eng_funnel funnel;
  eng_overview_options overview;
  eng_wait_options waits;
  eng_worth_options worth;
  eng_book *books[3];
  struct asking asking;

  fill(context, books, 1);
  eng_periods_init(&periods, sizeof periods);
  periods.until = 3 * DAY;
  eng_retention_init(&retention, sizeof retention);
  eng_funnel_init(&funnel, sizeof funnel);
  funnel.steps = steps;
  funnel.step_count = 2;
  eng_overview_options_init(&overview, sizeof overview);
  asking = (struct asking){books[0], &periods};
  every_size(&periods, sizeof periods, 8, take_periods, &asking);
  every_size(&retention, sizeof retention, 8, take_retention, &asking);
  every_size(&funnel, sizeof funnel, offsetof(eng_funnel, within), take_funnel,
             &asking);
  every_size(&overview, sizeof overview, 8, take_overview, &asking);
  eng_wait_options_init(&waits, sizeof waits);
  every_size(&waits, sizeof waits, 8, take_waits, &asking);
  eng_worth_options_init(&worth, sizeof worth);
  every_size(&worth, sizeof worth, 8, take_worth, &asking);
  empty(books);
  eng_context_free(context);
}
END_TEST

START_TEST(results_are_given_as_far_as_the_callers_struct_goes)
{
  eng_context *context = come_home(NULL);
  union {
    eng_overview known;
    uint8_t bytes[sizeof(eng_overview) + 64];
  } out;
  eng_overview whole;
  eng_book *books[3];

  fill(context, books, 1);
  ck_ok(eng_book_overview(books[0], NULL, &whole, sizeof whole, NULL, NULL));
  for (uint32_t size = 8; size <= sizeof out; size += 8) {
    memset(&out, 0x55, sizeof out);
    ck_ok(eng_book_overview(books[0], NULL, &out.known, size, NULL, NULL));
    ck_assert_uint_eq(out.known.size, size);
    for (size_t i = sizeof(uint32_t); i < sizeof out; i++)
      ck_assert_uint_eq(out.bytes[i], i >= size          ? 0x55
                                      : i < sizeof whole ? ((uint8_t *)&whole)[i]
                                                         : 0);
  }
  ck_assert_int_eq(eng_book_overview(books[0], NULL, &out.known, 3, NULL, NULL),
                   ENG_E_INVALID);
  empty(books);
  eng_context_free(context);
}
END_TEST

Suite *stages_suite(void)
{
  Suite *suite = suite_create("stages");
  TCase *tcase = tcase_create("stages");

  tcase_add_test(tcase, a_series_is_what_asking_at_each_moment_gives);
  tcase_add_test(tcase, a_callback_model_is_asked_for_each_moment);
  tcase_add_test(tcase, a_stay_ends_when_time_ends_it_and_goes_on_where_nothing_does);
  tcase_add_test(tcase, stays_are_those_of_the_histories);
  tcase_add_test(tcase, a_step_with_a_condition_is_whom_the_language_selects);
  tcase_add_test(tcase, a_condition_that_always_holds_changes_nothing);
  tcase_add_test(tcase, strict_order_passes_over_what_the_company_does_that_is_no_step);
  tcase_add_test(tcase, a_filter_that_is_none_says_where);
  tcase_add_test(tcase, a_question_compares_the_rank_that_the_model_gives);
  tcase_add_test(tcase, a_question_uses_the_names_of_its_model);
  tcase_add_test(tcase, two_models_part_on_what_the_lower_one_misses);
  tcase_add_test(tcase, over_disjoint_customers_stages_and_stays_add);
  tcase_add_test(tcase, what_is_cancelled_or_refused_leaves_zeros);
  tcase_add_test(tcase, without_memory_nothing_is_left_behind);
  tcase_add_test(tcase, options_of_earlier_and_later_versions_are_taken);
  tcase_add_test(tcase, results_are_given_as_far_as_the_callers_struct_goes);
  suite_add_tcase(suite, tcase);
  return suite;
}
