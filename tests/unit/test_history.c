/* SPDX-License-Identifier: MIT
 *
 * test_history.c - histories: laps, since when and how high, what a change is due to,
 * what is to come, long histories in little time, and memory. tests/property holds the
 * laws at random.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit/support.h"

Suite *history_suite(void);

enum { EUR = 978 };

/* Noon of a day, counted from 2024-01-01. */
#define NOON(n) (INT64_C(1704067200000) + (n)*DAY + DAY / 2)

/* ---- what the tests are about ---- */

static struct host host;
static eng_context *context;
static eng_model *model;
static eng_assessor *assessor;
static eng_customer *ada;

static void open_host(void)
{
  eng_settings *settings;
  eng_allocator memory;

  memset(&host, 0, sizeof host);
  memory = host_allocator(&host);
  ck_ok(eng_settings_new(&memory, &settings));
  ck_ok(eng_settings_set_currency(settings, EUR));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  ck_ok(eng_customer_new(context, "ada", 3, &ada));
  model = NULL;
  assessor = NULL;
}

static void close_host(void)
{
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_customer_free(ada);
  eng_context_free(context);
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

static void use(const char *text)
{
  eng_error error;

  eng_error_init(&error, sizeof error);
  ck_assert_msg(eng_model_parse(context, text, strlen(text), &model, &error) == ENG_OK,
                "%u:%u: %s", error.line, error.column, error.text);
  ck_ok(eng_assessor_new(context, (const eng_model *const *)&model, 1, &assessor));
}

static void does(int32_t kind, int64_t time)
{
  record(ada, event_of(context, kind, time));
}

static void buys(uint64_t id, int64_t time, int64_t amount)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, time);

  ck_ok(eng_event_set_id(event, id));
  ck_ok(eng_event_set_amount(event, amount, EUR));
  record(ada, event);
}

/* A refund of an amount, or of everything below 0. */
static void undoes(int32_t kind, uint64_t id, int64_t time, int64_t amount)
{
  eng_event *event = event_of(context, kind, time);

  ck_ok(eng_event_set_refers_to(event, 1, id));
  if (amount >= 0) ck_ok(eng_event_set_amount(event, amount, EUR));
  record(ada, event);
}

static eng_history *history_of(int64_t as_of)
{
  eng_history *history;

  ck_ok(eng_assessor_history(assessor, 0, ada, as_of, &history));
  return history;
}

static eng_standing standing_at(int64_t as_of)
{
  eng_standing standing;

  ck_ok(eng_assessor_standing(assessor, ada, as_of, &standing));
  return standing;
}

static int32_t stage_at(int64_t as_of)
{
  int32_t stage;

  ck_ok(eng_assessor_assess(assessor, ada, as_of, &stage));
  return stage;
}

/* A change as it should be; the cause's event of a kind, 0: none is named. */
static void is_change(const eng_history *history, uint64_t i, int64_t time,
                      int32_t from, int32_t to, int32_t cause, int32_t kind)
{
  const eng_event *event = eng_history_event(history, i);

  ck_assert_int_eq(eng_history_time(history, i), time);
  ck_assert_int_eq(eng_history_from(history, i), from);
  ck_assert_int_eq(eng_history_to(history, i), to);
  ck_assert_int_eq(eng_history_cause(history, i), cause);
  ck_assert_int_eq(event == NULL ? 0 : eng_event_kind(event), kind);
}

/* ---- laps ---- */

static const char *const cycle =
    "language 1 model cycle shape cycle\n"
    "stage interaction when count(visit, purchase) >= 1\n"
    "stage engagement when count(idea, cocreate within 30 days) >= 1\n"
    "                  and count(purchase) >= 1\n"
    "lap engagement\n";

START_TEST(each_spell_with_a_referral_opens_a_lap)
{
  use(cycle);
  does(ENG_EVENT_PURCHASE, NOON(0));
  does(ENG_EVENT_REFER, NOON(1)); /* not engaged yet */
  ck_assert_int_eq(standing_at(NOON(2)).lap, 1);
  does(ENG_EVENT_IDEA, NOON(10));
  ck_assert_int_eq(standing_at(NOON(11)).stage, 2);
  ck_assert_int_eq(standing_at(NOON(11)).lap,
                   1); /* a spell without a referral so far */
  does(ENG_EVENT_REFER, NOON(12));
  does(ENG_EVENT_REFER, NOON(13)); /* the same spell */
  ck_assert_int_eq(standing_at(NOON(12) - 1).lap, 1);
  ck_assert_int_eq(standing_at(NOON(12)).lap, 2);
  ck_assert_int_eq(standing_at(NOON(39)).lap, 2);
  ck_assert_int_eq(standing_at(NOON(40)).stage, 1); /* the spell has ended */
  ck_assert_int_eq(standing_at(NOON(60)).lap, 2);
  does(ENG_EVENT_COCREATE, NOON(70)); /* a second spell, without one */
  ck_assert_int_eq(standing_at(NOON(71)).stage, 2);
  ck_assert_int_eq(standing_at(NOON(71)).lap, 2);
  does(ENG_EVENT_REFER, NOON(120)); /* after it */
  ck_assert_int_eq(standing_at(NOON(121)).lap, 2);
  does(ENG_EVENT_IDEA, NOON(130)); /* a third, and a referral in its first instant */
  does(ENG_EVENT_REFER, NOON(130));
  ck_assert_int_eq(standing_at(NOON(130)).lap, 3);
  ck_assert_int_eq(standing_at(NOON(999)).lap, 3);
}
END_TEST

START_TEST(the_last_instant_of_a_spell_is_before_its_end)
{
  use(cycle);
  does(ENG_EVENT_PURCHASE, NOON(0));
  does(ENG_EVENT_IDEA, NOON(0));
  does(ENG_EVENT_REFER, NOON(30)); /* in the instant in which the idea expires */
  ck_assert_int_eq(standing_at(NOON(31)).lap, 1);
  does(ENG_EVENT_REFER, NOON(30) - 1);
  ck_assert_int_eq(standing_at(NOON(31)).lap, 2);
}
END_TEST

START_TEST(a_voided_referral_and_a_won_one_open_no_lap)
{
  eng_event *event = event_of(context, ENG_EVENT_REFER, NOON(1));

  use(cycle);
  does(ENG_EVENT_PURCHASE, NOON(0));
  does(ENG_EVENT_IDEA, NOON(0));
  does(ENG_EVENT_REFER_WON, NOON(1));
  ck_assert_int_eq(standing_at(NOON(2)).lap, 1);
  ck_ok(eng_event_set_id(event, 77));
  record(ada, event);
  ck_assert_int_eq(standing_at(NOON(2)).lap, 2);
  undoes(ENG_EVENT_VOID, 77, NOON(500), -1);
  ck_assert_int_eq(standing_at(NOON(2)).lap, 1);
}
END_TEST

START_TEST(without_a_lap_the_lap_is_one)
{
  use("language 1 model m stage a when count(refer) >= 1");
  does(ENG_EVENT_REFER, NOON(1));
  ck_assert_int_eq(standing_at(NOON(2)).lap, 1);
}
END_TEST

/* ---- since when, how high ---- */

START_TEST(a_standing_says_since_when_and_how_high)
{
  eng_standing standing;

  use("language 1 model m\n"
      "stage low when count(visit) >= 1\n"
      "stage high when count(visit within 10 days) >= 3\n");
  standing = standing_at(NOON(0));
  ck_assert_int_eq(standing.since, ENG_TIME_NONE);
  ck_assert_int_eq(standing.highest_at, ENG_TIME_NONE);
  ck_assert_int_eq(standing.highest, 0);
  ck_assert_int_eq(standing.changes, 0);
  for (int i = 1; i <= 3; i++) does(ENG_EVENT_VISIT, NOON(i));
  standing = standing_at(NOON(5));
  ck_assert_int_eq(standing.stage, 2);
  ck_assert_int_eq(standing.since, NOON(3));
  standing = standing_at(NOON(100));
  ck_assert_int_eq(standing.stage, 1);
  ck_assert_int_eq(standing.since, NOON(11));
  ck_assert_int_eq(standing.highest, 2);
  ck_assert_int_eq(standing.highest_at, NOON(3));
  ck_assert_int_eq(standing.changes, 3);
}
END_TEST

/* Who stands somewhere from the first event on stands there since then, and what nobody
 * is before the first event was never reached. */
START_TEST(a_history_begins_with_the_first_event)
{
  eng_standing standing;
  eng_history *history;

  use("language 1 model m\n"
      "stage calm when not defined(recency(complaint))\n"
      "stage stranger when not defined(recency(all))\n");
  standing = standing_at(NOON(0));
  ck_assert_int_eq(standing.stage, 2);
  ck_assert_int_eq(standing.highest, 2);
  does(ENG_EVENT_VISIT, NOON(3));
  does(ENG_EVENT_VISIT, NOON(5));
  standing = standing_at(NOON(9));
  ck_assert_int_eq(standing.stage, 1);
  ck_assert_int_eq(standing.since, NOON(3));
  ck_assert_int_eq(standing.highest, 1);
  ck_assert_int_eq(standing.highest_at, NOON(3));
  history = history_of(NOON(9));
  ck_assert_int_eq(eng_history_first_stage(history), 2);
  ck_assert_int_eq(eng_history_stage_at(history, 0), 2);
  ck_assert_int_eq(eng_history_stage_at(history, -1), -1);
  ck_assert_int_eq(eng_history_stage_at(history, NOON(9) + 1), -1);
  eng_history_free(history);
}
END_TEST

/* ---- causes ---- */

START_TEST(a_change_names_what_it_is_due_to)
{
  eng_history *history;

  use("language 1 model m\n"
      "stage aged when count(learn before 5 days) >= 1\n"
      "stage seen when count(visit within 10 days) >= 1\n"
      "stage daily when streak(search last 2 days) >= 1\n"
      "stage paid when sum(purchase) >= 50.00 EUR\n"
      "stage waiting when recency(message_in) <= 3 days\n");
  does(ENG_EVENT_LEARN, NOON(0));
  does(ENG_EVENT_VISIT, NOON(10));
  does(ENG_EVENT_SEARCH, NOON(30));
  buys(1, NOON(50), 6000);
  undoes(ENG_EVENT_REFUND, 1, NOON(51), 500);
  undoes(ENG_EVENT_REFUND, 1, NOON(52), 600);
  does(ENG_EVENT_MESSAGE_IN, NOON(60));
  history = history_of(NOON(100));
  ck_assert_uint_eq(eng_history_change_count(history), 9);
  is_change(history, 0, NOON(5), 0, 1, ENG_CAUSE_AGE, ENG_EVENT_LEARN);
  is_change(history, 1, NOON(10), 1, 2, ENG_CAUSE_EVENT, ENG_EVENT_VISIT);
  is_change(history, 2, NOON(20), 2, 1, ENG_CAUSE_EXPIRY, ENG_EVENT_VISIT);
  is_change(history, 3, NOON(30), 1, 3, ENG_CAUSE_EVENT, ENG_EVENT_SEARCH);
  is_change(history, 4, NOON(32) - DAY / 2, 3, 1, ENG_CAUSE_PERIOD, ENG_EVENT_SEARCH);
  is_change(history, 5, NOON(50), 1, 4, ENG_CAUSE_EVENT, ENG_EVENT_PURCHASE);
  is_change(history, 6, NOON(52), 4, 1, ENG_CAUSE_UNDO, ENG_EVENT_REFUND);
  is_change(history, 7, NOON(60), 1, 5, ENG_CAUSE_EVENT, ENG_EVENT_MESSAGE_IN);
  is_change(history, 8, NOON(63) + 1, 5, 1, ENG_CAUSE_TIME, 0);
  ck_assert_int_eq(eng_event_occurred_at(eng_history_event(history, 6)), NOON(52));
  ck_assert_int_eq(eng_history_time(history, 9), ENG_TIME_NONE);
  ck_assert_int_eq(eng_history_from(history, 9), -1);
  ck_assert_int_eq(eng_history_to(history, 9), -1);
  ck_assert_int_eq(eng_history_cause(history, 9), 0);
  ck_assert_ptr_null(eng_history_event(history, 9));
  eng_history_free(history);
}
END_TEST

/* In one instant an event comes and another leaves: what mattered is named. */
START_TEST(of_several_things_at_once_the_one_that_mattered_is_named)
{
  eng_history *history;

  use("language 1 model m\n"
      "stage big when sum(purchase within 10 days) >= 50.00 EUR\n");
  buys(1, NOON(0), 6000);
  buys(2, NOON(10), 100);  /* as the great one leaves */
  buys(3, NOON(20), 9000); /* as the small one leaves */
  history = history_of(NOON(21));
  ck_assert_uint_eq(eng_history_change_count(history), 3);
  is_change(history, 1, NOON(10), 1, 0, ENG_CAUSE_EXPIRY, ENG_EVENT_PURCHASE);
  ck_assert_int_eq(eng_event_occurred_at(eng_history_event(history, 1)), NOON(0));
  is_change(history, 2, NOON(20), 0, 1, ENG_CAUSE_EVENT, ENG_EVENT_PURCHASE);
  ck_assert_int_eq(eng_event_occurred_at(eng_history_event(history, 2)), NOON(20));
  eng_history_free(history);
}
END_TEST

/* A purchase that a refund makes small enters what asks for small ones, at its time. */
START_TEST(a_refund_changes_a_purchase_in_the_middle_of_a_window)
{
  eng_history *history;

  use("language 1 model m\n"
      "stage small when count(purchase where amount < 10.00 EUR within 30 days) >= 1\n"
      "stage big when max(purchase within 30 days) >= 50.00 EUR\n");
  buys(1, NOON(0), 6000);
  undoes(ENG_EVENT_REFUND, 1, NOON(3), 2000);
  undoes(ENG_EVENT_REFUND, 1, NOON(4), 3500);
  undoes(ENG_EVENT_CANCEL, 1, NOON(7), -1);
  history = history_of(NOON(99));
  ck_assert_uint_eq(eng_history_change_count(history), 4);
  is_change(history, 0, NOON(0), 0, 2, ENG_CAUSE_EVENT, ENG_EVENT_PURCHASE);
  is_change(history, 1, NOON(3), 2, 0, ENG_CAUSE_UNDO, ENG_EVENT_REFUND);
  is_change(history, 2, NOON(4), 0, 1, ENG_CAUSE_UNDO, ENG_EVENT_REFUND);
  is_change(history, 3, NOON(7), 1, 0, ENG_CAUSE_UNDO, ENG_EVENT_CANCEL);
  eng_history_free(history);
}
END_TEST

/* ---- what is to come ---- */

START_TEST(an_outlook_is_all_that_time_will_do)
{
  int64_t next;
  int32_t stage, then;
  eng_history *outlook;
  eng_standing standing;

  use("language 1 model m\n"
      "stage a when count(visit) >= 1\n"
      "stage b when count(visit within 30 days) >= 1\n"
      "stage c when count(visit within 10 days) >= 1\n");
  does(ENG_EVENT_VISIT, NOON(0));
  does(ENG_EVENT_VISIT, NOON(25)); /* not seen as of the 5th */
  ck_ok(eng_assessor_next_change(assessor, ada, NOON(5), &stage, &next, &then));
  ck_ok(eng_assessor_outlook(assessor, 0, ada, NOON(5), NOON(30), &outlook));
  ck_assert_uint_eq(eng_history_change_count(outlook), 2);
  ck_assert_int_eq(eng_history_first_stage(outlook), stage);
  ck_assert_int_eq(eng_history_time(outlook, 0), next);
  is_change(outlook, 0, NOON(10), 3, 2, ENG_CAUSE_EXPIRY, ENG_EVENT_VISIT);
  is_change(outlook, 1, NOON(30), 2, 1, ENG_CAUSE_EXPIRY, ENG_EVENT_VISIT);
  ck_assert_int_eq(eng_history_stage_at(outlook, NOON(5) - 1), -1);
  ck_assert_int_eq(eng_history_stage_at(outlook, NOON(29)), 2);
  ck_ok(eng_history_standing(outlook, &standing));
  ck_assert_int_eq(standing.stage, 1);
  ck_assert_int_eq(standing.highest, 3);
  ck_assert_int_eq(standing.highest_at, NOON(5));
  ck_assert_int_eq(standing.lap, 1);
  eng_history_free(outlook);
  ck_ok(eng_assessor_outlook(assessor, 0, ada, NOON(5), NOON(30) - 1, &outlook));
  ck_assert_uint_eq(eng_history_change_count(outlook), 1);
  eng_history_free(outlook);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(what_is_wrong_is_said_and_leaves_nothing)
{
  eng_context *strange = plain_context();
  eng_customer *stranger = customer_of(strange);
  eng_history *out;
  eng_standing standing;

  use(cycle);
  ck_assert_int_eq(eng_assessor_history(NULL, 0, ada, 0, &out), ENG_E_INVALID);
  ck_assert_int_eq(eng_assessor_history(assessor, 0, NULL, 0, &out), ENG_E_INVALID);
  ck_assert_int_eq(eng_assessor_history(assessor, 0, ada, 0, NULL), ENG_E_INVALID);
  out = (eng_history *)&standing;
  ck_assert_int_eq(eng_assessor_history(assessor, 1, ada, 0, &out), ENG_E_RANGE);
  ck_assert_ptr_null(out);
  ck_assert_int_eq(eng_assessor_history(assessor, -1, ada, 0, &out), ENG_E_RANGE);
  ck_assert_int_eq(eng_assessor_history(assessor, 0, ada, -1, &out), ENG_E_TIME);
  ck_assert_int_eq(eng_assessor_history(assessor, 0, stranger, 0, &out), ENG_E_CONTEXT);
  ck_assert_int_eq(eng_assessor_outlook(assessor, 0, ada, 9, 8, &out), ENG_E_TIME);
  ck_assert_int_eq(eng_assessor_outlook(assessor, 0, ada, 9, ENG_TIME_MAX + 1, &out),
                   ENG_E_TIME);
  memset(&standing, 1, sizeof standing);
  ck_assert_int_eq(eng_assessor_standing(assessor, stranger, 0, &standing),
                   ENG_E_CONTEXT);
  ck_assert_int_eq(standing.lap, 0);
  ck_assert_int_eq(eng_assessor_standing(assessor, ada, 0, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_history_standing(NULL, &standing), ENG_E_INVALID);
  eng_history_free(NULL);
  eng_customer_free(stranger);
  eng_context_free(strange);
}
END_TEST

START_TEST(a_book_says_what_its_customers_do)
{
  eng_event *visit = event_of(context, ENG_EVENT_VISIT, NOON(1));
  eng_standing standing;
  eng_history *history;
  eng_book *book;

  use("language 1 model m stage a when count(visit within 10 days) >= 1");
  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_book_record(book, "ada", 3, visit, NULL));
  eng_event_free(visit);
  ck_ok(eng_book_standing(book, 0, assessor, NOON(20), &standing));
  ck_assert_int_eq(standing.since, NOON(11));
  ck_ok(eng_book_history(book, 0, assessor, 0, NOON(20), &history));
  ck_assert_uint_eq(eng_history_change_count(history), 2);
  is_change(history, 1, NOON(11), 1, 0, ENG_CAUSE_EXPIRY, ENG_EVENT_VISIT);
  eng_history_free(history);
  ck_ok(eng_book_outlook(book, 0, assessor, 0, NOON(5), NOON(20), &history));
  ck_assert_uint_eq(eng_history_change_count(history), 1);
  eng_history_free(history);
  ck_assert_int_eq(eng_book_standing(book, 1, assessor, 0, &standing), ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_book_history(book, 1, assessor, 0, 0, &history), ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_book_history(book, 0, assessor, 7, 0, &history), ENG_E_RANGE);
  ck_assert_int_eq(eng_book_outlook(book, 0, assessor, 0, 5, 4, &history), ENG_E_TIME);
  ck_assert_ptr_null(history);
  eng_book_free(book);
}
END_TEST

/* ---- long histories ---- */

/* Every measure that could be slow, over windows that many events lie in. */
static const char *const heavy =
    "language 1 model heavy\n"
    "stage a when gap(visit, purchase within 100 days) <= 1 h\n"
    "stage b when actors(any within 90 days) >= 3\n"
    "         and channels(any within 80 days) >= 2\n"
    "stage c when max(visit of value within 100 days) > 900\n"
    "         and min(visit of value within 70 days before 1 day) < 2\n"
    "stage d when days(visit within 60 days) > 40 and streak(purchase last 50 days) > "
    "9\n"
    "         and recency(purchase) < 5 * gap(purchase within 90 days)\n"
    "stage e when share(any where value > 500 within 50 days) > 1 / 2\n"
    "         and tenure(visit within 33 days) > 20 days\n";

/* Minutes that look like nothing in particular. */
static uint64_t scatter(uint64_t n) { return n * UINT64_C(0x9E3779B97F4A7C15) >> 40; }

/* `count` events, ten minutes apart, one in `undone` of the purchases refunded. */
static void live_long(uint64_t count, uint64_t undone)
{
  static const int32_t kinds[] = {ENG_EVENT_VISIT, ENG_EVENT_PURCHASE, ENG_EVENT_VISIT};
  eng_event *event = event_of(context, ENG_EVENT_VISIT, 0);

  for (uint64_t i = 0; i < count; i++) {
    int64_t time = NOON(0) + (int64_t)(i * 10 + scatter(i) % 9) * 60000;
    int32_t kind = kinds[i % 3];

    ck_ok(eng_event_reset(event, kind, time));
    ck_ok(eng_event_set_id(event, i));
    ck_ok(eng_event_set_value(event, (int64_t)(scatter(i + 7) % 1000)));
    ck_ok(eng_event_set_channel(event, 1 + (int32_t)(scatter(i + 9) % 4)));
    ck_ok(eng_event_set_actor(event, 1, (uint32_t)(scatter(i + 5) % 900)));
    if (kind == ENG_EVENT_PURCHASE) ck_ok(eng_event_set_amount(event, 900, EUR));
    ck_ok(eng_customer_record(ada, event, NULL));
    if (kind != ENG_EVENT_PURCHASE || undone == 0 || i % undone != 1) continue;
    ck_ok(eng_event_reset(event, ENG_EVENT_REFUND, time + 3 * DAY));
    ck_ok(eng_event_set_refers_to(event, 1, i));
    if (i % 8 < 4) ck_ok(eng_event_set_amount(event, 400, EUR));
    ck_ok(eng_customer_record(ada, event, NULL));
  }
  eng_event_free(event);
}

START_TEST(a_long_history_is_what_assessing_says)
{
  eng_history *history;
  int64_t ends = NOON(0) + INT64_C(6000) * 600000 + 120 * DAY;

  use(heavy);
  live_long(6000, 4);
  history = history_of(ends);
  ck_assert_uint_gt(eng_history_change_count(history), 4);
  for (uint64_t i = 0; i < eng_history_change_count(history); i += 7) {
    int64_t time = eng_history_time(history, i);

    ck_assert_int_eq(stage_at(time), eng_history_to(history, i));
    ck_assert_int_eq(stage_at(time - 1), eng_history_from(history, i));
  }
  for (uint64_t i = 0; i < 200; i++) {
    int64_t at =
        NOON(0) +
        (int64_t)(scatter(i) * 7919 % (uint64_t)((ends - NOON(0)) / 1000)) * 1000;

    ck_assert_int_eq(stage_at(at), eng_history_stage_at(history, at));
  }
  eng_history_free(history);
}
END_TEST

/* Seconds of this process that a history, a standing and a next change take of so many
 * events, the best of a few. */
static double seconds_for(uint64_t count, uint64_t undone, int rounds)
{
  double best = 1e9;

  ck_ok(eng_customer_new(context, "bob", 3, &ada));
  live_long(count, undone);
  for (int i = 0; i < rounds; i++) {
    clock_t start = clock();
    int64_t last = NOON(0) + (int64_t)count * 600000, next;
    int32_t stage, then;
    double spent;

    eng_history_free(history_of(last));
    (void)standing_at(last);
    ck_ok(eng_assessor_next_change(assessor, ada, last, &stage, &next, &then));
    spent = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (spent < best) best = spent;
  }
  eng_customer_free(ada);
  return best;
}

/* Eight times the events take some ten times as long; were anything gone through anew
 * at every move, it would be sixty-four. All but a few hours lie in the windows. */
START_TEST(time_grows_with_the_events_and_not_with_their_square)
{
  double few, many;
  eng_customer *keep = ada;

  use("language 1 model wide\n"
      "stage a when gap(visit, purchase within 3000 days) <= 1 h\n"
      "stage b when actors(any within 3000 days) >= 3\n"
      "         and channels(any within 3000 days) >= 2\n"
      "stage c when max(visit of value within 3000 days) > 5000\n"
      "         or min(visit of value within 3000 days) < -2\n"
      "stage d when days(visit within 3000 days) > 9000\n"
      "         or recency(purchase) > 5 * gap(purchase within 3000 days)\n"
      "stage e when share(any where value > 500 within 3000 days) > 99 / 100\n"
      "         or tenure(visit within 3000 days) > 3000 days\n");
  few = seconds_for(2500, _i == 0 ? 0 : 4, 5);
  many = seconds_for(20000, _i == 0 ? 0 : 4, 2);
  ada = keep;
  ck_assert_msg(many < 30 * few + 0.02, "%f s, and %f s for eight times as much", few,
                many);
}
END_TEST

/* ---- memory ---- */

static void be_busy(void)
{
  for (int i = 0; i < 40; i++) {
    does(ENG_EVENT_VISIT, NOON(i));
    buys((uint64_t)i, NOON(i) + 1, 1000 + i);
    if (i % 4 == 0)
      undoes(ENG_EVENT_REFUND, (uint64_t)i, NOON(i + 1), i % 8 == 0 ? 200 : -1);
    if (i % 5 == 0) does(ENG_EVENT_REFER, NOON(i) + 2);
  }
}

static const char *const hungry =
    "language 1 model hungry\n"
    "stage a when count(visit within 3 days) >= 1 and gap(any within 30 days) < 1 day\n"
    "stage b when max(purchase within 5 days) > 10.10 EUR\n"
    "stage c when days(visit within 7 days) = 7 and channels(any) + actors(any) < 3\n"
    "         and recency(refer) < 2 days and streak(visit last 3 days) >= 1\n"
    "lap c\n";

START_TEST(a_failed_allocation_leaves_no_history)
{
  uint64_t failures = 0;

  use(hungry);
  be_busy();
  for (int what = 0; what < 3; what++) {
    for (uint64_t n = 1;; n++) {
      eng_history *history = NULL;
      eng_standing standing;
      eng_assessor *fresh;
      eng_status status;

      ck_ok(eng_assessor_new(context, (const eng_model *const *)&model, 1, &fresh));
      host_reset(&host);
      host.fail_at = n;
      host.for_ever = _i == 1;
      status = what == 0 ? eng_assessor_history(fresh, 0, ada, NOON(50), &history)
               : what == 1
                   ? eng_assessor_outlook(fresh, 0, ada, NOON(30), NOON(50), &history)
                   : eng_assessor_standing(fresh, ada, NOON(50), &standing);
      failures += host.failures;
      host.fail_at = 0;
      host.for_ever = false;
      if (status != ENG_OK) {
        ck_assert_int_eq(status, ENG_E_NOMEM);
        ck_assert_ptr_null(history);
        /* And it is of use still. */
        ck_ok(eng_assessor_standing(fresh, ada, NOON(50), &standing));
        ck_assert_int_eq(standing.lap, 7);
      }
      eng_history_free(history);
      eng_assessor_free(fresh);
      if (status == ENG_OK) break;
    }
  }
  ck_assert_uint_gt(failures, 30);
}
END_TEST

START_TEST(once_warm_a_standing_allocates_nothing)
{
  use(hungry);
  be_busy();
  (void)standing_at(NOON(50));
  host_reset(&host);
  for (int i = 0; i < 50; i++) (void)standing_at(NOON(i));
  ck_assert_uint_eq(host.requests, 0);
}
END_TEST

/* ---- the suite ---- */

Suite *history_suite(void)
{
  Suite *suite = suite_create("history");
  TCase *tests = tcase_create("history"), *lengthy = tcase_create("long");

  tcase_set_timeout(tests, 600);
  tcase_set_timeout(lengthy, 600);
  tcase_set_tags(lengthy, TAG_LONG);
  tcase_add_checked_fixture(lengthy, open_host, close_host);
  tcase_add_test(lengthy, a_long_history_is_what_assessing_says);
  tcase_add_loop_test(lengthy, time_grows_with_the_events_and_not_with_their_square, 0,
                      2);
  tcase_add_checked_fixture(tests, open_host, close_host);
  tcase_add_test(tests, each_spell_with_a_referral_opens_a_lap);
  tcase_add_test(tests, the_last_instant_of_a_spell_is_before_its_end);
  tcase_add_test(tests, a_voided_referral_and_a_won_one_open_no_lap);
  tcase_add_test(tests, without_a_lap_the_lap_is_one);
  tcase_add_test(tests, a_standing_says_since_when_and_how_high);
  tcase_add_test(tests, a_history_begins_with_the_first_event);
  tcase_add_test(tests, a_change_names_what_it_is_due_to);
  tcase_add_test(tests, of_several_things_at_once_the_one_that_mattered_is_named);
  tcase_add_test(tests, a_refund_changes_a_purchase_in_the_middle_of_a_window);
  tcase_add_test(tests, an_outlook_is_all_that_time_will_do);
  tcase_add_test(tests, what_is_wrong_is_said_and_leaves_nothing);
  tcase_add_test(tests, a_book_says_what_its_customers_do);
  tcase_add_loop_test(tests, a_failed_allocation_leaves_no_history, 0, 2);
  tcase_add_test(tests, once_warm_a_standing_allocates_nothing);
  suite_add_tcase(suite, tests);
  suite_add_tcase(suite, lengthy);
  return suite;
}
