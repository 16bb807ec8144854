/* SPDX-License-Identifier: MIT
 *
 * test_metrics.c - the choices of docs/metrics.md, on histories short enough to check
 * by hand, and the laws of sums: over disjoint customers, and without memory.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

Suite *metrics_suite(void);

/* ---- books ---- */

static eng_context *context_for(int32_t offset, int32_t day_start)
{
  eng_settings *settings;
  eng_context *context;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_zone(settings, offset));
  ck_ok(eng_settings_set_day(settings, day_start));
  ck_ok(eng_settings_set_currency(settings, 840));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

static eng_book *book_in(const eng_context *context)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  return book;
}

static int64_t at(const char *text)
{
  eng_context *utc = plain_context();
  int64_t out;

  ck_ok(eng_time_parse(utc, text, strlen(text), ENG_TIME_ISO, ENG_DATE_FIRST, &out));
  eng_context_free(utc);
  return out;
}

static eng_event *thing(const eng_context *context, int32_t kind, const char *when)
{
  return event_of(context, kind, at(when));
}

static void put(eng_book *book, const char *customer, eng_event *event)
{
  ck_ok(eng_book_record(book, customer, strlen(customer), event, NULL));
  eng_event_free(event);
}

static void happens(const eng_context *context, eng_book *book, const char *customer,
                    int32_t kind, const char *when)
{
  put(book, customer, thing(context, kind, when));
}

static void buys(const eng_context *context, eng_book *book, const char *customer,
                 const char *when, int64_t cents, uint64_t id)
{
  eng_event *event = thing(context, ENG_EVENT_PURCHASE, when);

  ck_ok(eng_event_set_amount(event, cents, 840));
  ck_ok(eng_event_set_id(event, id));
  put(book, customer, event);
}

static void returns(const eng_context *context, eng_book *book, const char *customer,
                    const char *when, uint64_t id)
{
  eng_event *event = thing(context, ENG_EVENT_REFUND, when);

  ck_ok(eng_event_set_refers_to(event, 1, id));
  put(book, customer, event);
}

static eng_periods periods_of(int32_t every, const char *from, const char *until)
{
  eng_periods periods;

  eng_periods_init(&periods, sizeof periods);
  periods.every = every;
  periods.from = at(from);
  periods.until = at(until);
  return periods;
}

static const uint8_t visit[] = {ENG_EVENT_VISIT};
static const uint8_t cart[] = {ENG_EVENT_ADD_TO_CART};
static const uint8_t purchase[] = {ENG_EVENT_PURCHASE};

static uint64_t draw(uint64_t *state)
{
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

/* ---- active ---- */

static void active_is(const eng_book *book, const eng_context *context,
                      const eng_periods *periods, const eng_activity *wanted,
                      uint64_t count)
{
  eng_activity got[16];
  uint64_t n;

  ck_ok(eng_periods_count(context, periods, &n));
  ck_assert_uint_eq(n, count);
  ck_ok(eng_book_active(book, periods, NULL, 0, got, count, NULL, NULL));
  for (uint64_t i = 0; i < count; i++) {
    ck_assert_msg(
        memcmp(&got[i], &wanted[i], sizeof got[i]) == 0,
        "period %d: %d active, %d new, %d returning, %d resurrected, %d dormant",
        (int)i, (int)got[i].active, (int)got[i].newcomers, (int)got[i].returning,
        (int)got[i].resurrected, (int)got[i].dormant);
  }
}

START_TEST(midnight_belongs_to_the_day_that_it_begins_wherever_that_is)
{
  /* Midnight in India, and a millisecond before; the same in California. */
  const struct {
    int32_t offset;
    const char *midnight, *before;
  } places[] = {{330, "2026-05-01T18:30Z", "2026-05-01T18:29:59.999Z"},
                {-420, "2026-05-02T07:00Z", "2026-05-02T06:59:59.999Z"}};

  for (int i = 0; i < 2; i++) {
    eng_context *context = context_for(places[i].offset, 0);
    eng_book *book = book_in(context);
    eng_periods periods =
        periods_of(ENG_EVERY_DAY, places[i].before, places[i].midnight);
    const eng_activity wanted[] = {{1, 1, 0, 0, 0}, {1, 1, 0, 0, 1}};

    happens(context, book, "customer-1", ENG_EVENT_VISIT, places[i].before);
    happens(context, book, "customer-2", ENG_EVENT_VISIT, places[i].midnight);
    active_is(book, context, &periods, wanted, 2);
    eng_book_free(book);
    eng_context_free(context);
  }
}
END_TEST

START_TEST(what_the_company_sends_makes_nobody_active)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_periods periods = periods_of(ENG_EVERY_DAY, "2026-05-01", "2026-05-01T23:00Z");
  const eng_activity nobody[] = {{0, 0, 0, 0, 0}};
  const uint8_t asked[] = {ENG_EVENT_MESSAGE_OUT};
  eng_activity got;

  happens(context, book, "customer-1", ENG_EVENT_MESSAGE_OUT, "2026-05-01T10:00Z");
  active_is(book, context, &periods, nobody, 1);
  ck_ok(eng_book_active(book, &periods, asked, 1, &got, 1, NULL, NULL));
  ck_assert_uint_eq(got.active, 1);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(week_53_and_february_29_are_where_the_calendar_has_them)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_periods weeks = periods_of(ENG_EVERY_WEEK, "2026-12-31", "2027-01-05");
  eng_periods months = periods_of(ENG_EVERY_MONTH, "2028-02-01", "2028-03-01");
  const eng_activity by_week[] = {{1, 1, 0, 0, 0}, {1, 0, 1, 0, 0}};
  const eng_activity by_month[] = {{1, 0, 0, 1, 0}, {0, 0, 0, 0, 1}};
  int64_t starts[3];

  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-12-31T10:00Z");
  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2027-01-03T23:59Z");
  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2027-01-04T00:00Z");
  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2028-02-29T23:59:59.999Z");
  active_is(book, context, &weeks, by_week, 2);
  active_is(book, context, &months, by_month, 2);
  ck_ok(eng_periods_starts(context, &weeks, starts, 3));
  ck_assert(starts[0] == at("2026-12-28") && starts[1] == at("2027-01-04"));
  ck_ok(eng_periods_starts(context, &months, starts, 3));
  ck_assert_int_eq(starts[1] - starts[0], 29 * DAY);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* A date that many write for "no end". */
START_TEST(the_last_day_of_all_is_a_day_like_others)
{
  static const int32_t every[] = {ENG_EVERY_DAY, ENG_EVERY_WEEK, ENG_EVERY_MONTH,
                                  ENG_EVERY_QUARTER, ENG_EVERY_YEAR};
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);

  happens(context, book, "a", ENG_EVENT_VISIT, "9999-12-31T01:00:00Z");
  happens(context, book, "a", ENG_EVENT_VISIT, "9999-12-31T12:00:00Z");
  happens(context, book, "a", ENG_EVENT_VISIT, "9999-12-31T23:59:59Z");
  for (size_t i = 0; i < sizeof every / sizeof every[0]; i++) {
    static const eng_activity wanted = {.active = 1, .newcomers = 1};
    eng_periods periods =
        periods_of(every[i], "9999-12-31T00:00:00Z", "9999-12-31T23:59:59Z");
    int64_t starts[2];

    active_is(book, context, &periods, &wanted, 1);
    ck_ok(eng_periods_starts(context, &periods, starts, 2));
    ck_assert_int_gt(starts[1], ENG_TIME_MAX);
  }
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(rolling_windows_hold_their_last_day_and_those_before)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  const int32_t windows[] = {1, 7};
  uint64_t got[2 * 9];
  const uint64_t wanted[2 * 9] = {2, 0, 1, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 1, 1};

  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-05-01T10:00Z");
  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-05-03T10:00Z");
  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-05-03T11:00Z");
  happens(context, book, "customer-2", ENG_EVENT_VISIT, "2026-05-01T10:00Z");
  ck_ok(eng_book_rolling(book, at("2026-05-01"), at("2026-05-09"), NULL, 0, windows, 2,
                         got, 9, NULL, NULL));
  for (int i = 0; i < 18; i++) ck_assert_uint_eq(got[i], wanted[i]);
  ck_ok(eng_book_active_days(book, at("2026-05-02"), at("2026-05-09"), NULL, 0, got, 4,
                             NULL, NULL));
  ck_assert(got[0] == 1 && got[1] == 1 && got[2] == 0 && got[3] == 0);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- retention ---- */

enum { COHORTS = 3 };

static void months_are(const eng_book *book, const char *until,
                       const eng_retention *retention, const uint64_t sizes[COHORTS],
                       const uint64_t cells[COHORTS][COHORTS])
{
  eng_periods periods = periods_of(ENG_EVERY_MONTH, "2026-01-01", until);
  uint64_t got_sizes[COHORTS];
  eng_cell got[COHORTS * COHORTS];

  ck_ok(eng_book_retention(book, &periods, retention, got_sizes, COHORTS, got, COHORTS,
                           NULL, NULL));
  for (int c = 0; c < COHORTS; c++) {
    ck_assert_uint_eq(got_sizes[c], sizes[c]);
    for (int k = 0; k < COHORTS; k++) {
      ck_assert_msg(got[c * COHORTS + k].customers == cells[c][k], "cohort %d, p%d: %d",
                    c, k, (int)got[c * COHORTS + k].customers);
      ck_assert_int_eq(got[c * COHORTS + k].ended,
                       c + k < 2 + (at(until) >= at("2026-03-31T23:59:59.999Z")));
    }
  }
}

START_TEST(who_comes_back_within_the_same_period_counts_once_in_it)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  const uint64_t sizes[COHORTS] = {1, 1, 0};
  const uint64_t cells[COHORTS][COHORTS] = {{1, 0, 1}, {1, 1, 0}, {0, 0, 0}};

  buys(context, book, "customer-1", "2026-01-05", 500, 1);
  buys(context, book, "customer-1", "2026-01-20", 500, 2);
  buys(context, book, "customer-1", "2026-03-01", 500, 3);
  buys(context, book, "customer-1", "2026-03-02", 500, 4);
  buys(context, book, "customer-2", "2026-02-28", 500, 5);
  buys(context, book, "customer-2", "2026-03-01", 500, 6);
  months_are(book, "2026-03-31T23:59:59.999Z", NULL, sizes, cells);
  months_are(book, "2026-03-31T23:59:59.998Z", NULL, sizes, cells);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(a_refund_after_the_cohort_closed_changes_it_from_then_on)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  const uint64_t before[COHORTS] = {1, 0, 0}, after[COHORTS] = {0, 1, 0};
  const uint64_t kept[COHORTS][COHORTS] = {{1, 1, 0}, {0, 0, 0}, {0, 0, 0}};
  const uint64_t moved[COHORTS][COHORTS] = {{0, 0, 0}, {1, 0, 0}, {0, 0, 0}};

  buys(context, book, "customer-1", "2026-01-05", 500, 1);
  buys(context, book, "customer-1", "2026-02-05", 500, 2);
  returns(context, book, "customer-1", "2026-03-10T12:00Z", 1);
  months_are(book, "2026-03-10T11:59:59.999Z", NULL, before, kept);
  months_are(book, "2026-03-10T12:00Z", NULL, after, moved);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(money_is_what_is_kept)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_periods periods = periods_of(ENG_EVERY_MONTH, "2026-01-01", "2026-02-20");
  eng_retention retention;
  eng_event *refund = thing(context, ENG_EVENT_REFUND, "2026-02-10");
  uint64_t sizes[2];
  eng_cell cells[4];

  eng_retention_init(&retention, sizeof retention);
  retention.money = 1;
  buys(context, book, "customer-1", "2026-01-05", 500, 1);
  buys(context, book, "customer-1", "2026-02-05", 900, 2);
  ck_ok(eng_event_set_refers_to(refund, 1, 1));
  ck_ok(eng_event_set_amount(refund, 200, 840));
  put(book, "customer-1", refund);
  ck_ok(eng_book_retention(book, &periods, &retention, sizes, 2, cells, 2, NULL, NULL));
  ck_assert(cells[0].money == 300 && cells[1].money == 900);
  retention.mode = ENG_RETENTION_UNBOUNDED;
  ck_ok(eng_book_retention(book, &periods, &retention, sizes, 2, cells, 2, NULL, NULL));
  ck_assert(cells[0].money == 1200 && cells[1].money == 900);
  ck_assert(cells[0].customers == 1 && cells[1].customers == 1);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(own_days_have_24_hours_from_the_first_event)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_periods periods = periods_of(ENG_EVERY_DAY, "2026-01-01", "2026-01-03T12:00Z");
  eng_retention retention;
  uint64_t sizes[3];
  eng_cell cells[9];

  eng_retention_init(&retention, sizeof retention);
  buys(context, book, "customer-1", "2026-01-01T23:00Z", 500, 1);
  buys(context, book, "customer-1", "2026-01-02T22:59:59.999Z", 500, 2);
  ck_ok(eng_book_retention(book, &periods, &retention, sizes, 3, cells, 3, NULL, NULL));
  ck_assert(cells[0].customers == 1 && cells[1].customers == 1);
  retention.own_clock = 1;
  ck_ok(eng_book_retention(book, &periods, &retention, sizes, 3, cells, 3, NULL, NULL));
  ck_assert(cells[0].customers == 1 && cells[1].customers == 0);
  /* Of the first day's cohort the last can have begun a millisecond before midnight. */
  ck_assert(cells[0].ended == 1 && cells[1].ended == 0);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(who_has_not_come_back_is_censored_where_the_end_finds_them)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_survival days[5];

  buys(context, book, "customer-1", "2026-01-01T10:00Z", 500, 1);
  buys(context, book, "customer-1", "2026-01-02T09:59:59.999Z", 500, 2); /* day 0 */
  buys(context, book, "customer-1", "2026-01-04", 500,
       3); /* the third: of no account */
  buys(context, book, "customer-2", "2026-01-01T10:00Z", 500, 4);
  buys(context, book, "customer-2", "2026-01-03T10:00Z", 500, 5); /* day 2 */
  buys(context, book, "customer-3", "2026-01-03T12:00Z", 500, 6); /* day 1, censored */
  happens(context, book, "customer-4", ENG_EVENT_VISIT, "2026-01-01T10:00Z");
  ck_ok(eng_book_survival(book, at("2026-01-04T12:00Z"), purchase, 1, purchase, 1, days,
                          5, NULL, NULL));
  ck_assert(days[0].came == 1 && days[1].came == 0 && days[2].came == 1);
  ck_assert(days[0].censored == 0 && days[1].censored == 1 && days[2].censored == 0);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- funnels ---- */

START_TEST(the_first_of_a_repeated_later_step_tells_its_time)
{
  const eng_step steps[] = {{visit, 1}, {cart, 1}, {purchase, 1}};
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_funnel funnel;
  uint64_t reached[3];
  int64_t times[3];

  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-01-01T00:00:00Z");
  happens(context, book, "customer-1", ENG_EVENT_ADD_TO_CART, "2026-01-01T00:00:10Z");
  happens(context, book, "customer-1", ENG_EVENT_ADD_TO_CART, "2026-01-09T00:00:00Z");
  buys(context, book, "customer-1", "2026-01-09T00:00:10Z", 500, 1);
  eng_funnel_init(&funnel, sizeof funnel);
  funnel.steps = steps;
  funnel.step_count = 3;
  ck_ok(eng_book_funnel(book, &funnel, reached, NULL, times, NULL, 1, NULL, NULL));
  ck_assert_int_eq(times[1] - times[0], 10000);
  ck_assert_int_eq(times[2] - times[1], 8 * DAY);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

struct deed {
  int64_t time;
  int32_t kind;
};

static int by_canon(const void *a, const void *b)
{
  const struct deed *x = a, *y = b;

  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return (x->kind > y->kind) - (x->kind < y->kind);
}

/* Every attempt by itself: its steps, each by the first event that can be it. The one
 * that gets furthest first, of several the one with the latest start. */
static int try_attempts(const struct deed *deeds, int count, const int32_t *steps,
                        int64_t within, bool once, int64_t best[3])
{
  int level = 0, reached_at = 0;

  for (int start = 0; start < count; start++) {
    int64_t times[3];
    int s = 0, at = start, last = start;

    if (deeds[start].kind != steps[0]) continue;
    for (; at < count && s < 3; at++) {
      if (deeds[at].kind != steps[s]) continue;
      if (deeds[at].time - deeds[start].time > within) break;
      times[s++] = deeds[last = at].time;
    }
    if (s > level || (s == level && (last < reached_at ||
                                     (last == reached_at && times[0] > best[0])))) {
      level = s;
      reached_at = last;
      memcpy(best, times, sizeof times);
    }
    if (once) break;
  }
  return level;
}

START_TEST(times_of_steps_are_what_trying_every_attempt_gives)
{
  static const int32_t plans[][3] = {
      {ENG_EVENT_VISIT, ENG_EVENT_ADD_TO_CART, ENG_EVENT_PURCHASE},
      {ENG_EVENT_VISIT, ENG_EVENT_VISIT, ENG_EVENT_PURCHASE},
      {ENG_EVENT_ADD_TO_CART, ENG_EVENT_VISIT, ENG_EVENT_VISIT}};
  uint64_t seed = 11;

  for (uint64_t n = 0; n < 1200; n += stride()) {
    eng_context *context = context_for(0, 0);
    eng_book *book = book_in(context);
    const int32_t *plan = plans[n % 3];
    struct deed deeds[12];
    uint8_t kinds[3] = {(uint8_t)plan[0], (uint8_t)plan[1], (uint8_t)plan[2]};
    const eng_step steps[] = {{&kinds[0], 1}, {&kinds[1], 1}, {&kinds[2], 1}};
    int64_t wanted[3] = {0}, times[3];
    eng_funnel funnel;
    uint64_t reached[3];
    uint8_t level;

    for (int i = 0; i < 12; i++) {
      deeds[i].kind = plans[0][draw(&seed) % 3];
      deeds[i].time = 1000 + (int64_t)(draw(&seed) % 40);
    }
    for (uint64_t i = 0; i < 12; i++) {
      eng_event *event = event_of(context, deeds[i].kind, deeds[i].time);

      ck_ok(eng_event_set_id(event, i + 1));
      put(book, "customer-1", event);
    }
    qsort(deeds, 12, sizeof *deeds, by_canon);
    eng_funnel_init(&funnel, sizeof funnel);
    funnel.steps = steps;
    funnel.step_count = 3;
    funnel.within = (int64_t)(draw(&seed) % 30);
    funnel.once = draw(&seed) % 2;
    ck_ok(eng_book_funnel(book, &funnel, reached, &level, times, NULL, 1, NULL, NULL));
    ck_assert_int_eq(level,
                     try_attempts(deeds, 12, plan, funnel.within, funnel.once, wanted));
    for (int s = 0; s < level; s++) ck_assert_int_eq(times[s], wanted[s]);
    eng_book_free(book);
    eng_context_free(context);
  }
}
END_TEST

static const eng_step visit_cart_buy[] = {{visit, 1}, {cart, 1}, {purchase, 1}};
static const eng_step twice[] = {{visit, 1}, {visit, 1}};

static int level_of(const eng_book *book, const eng_step *steps, int32_t count,
                    int64_t within, int32_t strict, int32_t once)
{
  eng_funnel funnel;
  uint64_t reached[3];
  uint8_t level;
  int64_t times[3];

  eng_funnel_init(&funnel, sizeof funnel);
  funnel.steps = steps;
  funnel.step_count = count;
  funnel.within = within;
  funnel.strict = strict;
  funnel.once = once;
  ck_ok(eng_book_funnel(book, &funnel, reached, &level, times, NULL, 1, NULL, NULL));
  for (int s = 0; s < count; s++) {
    ck_assert_uint_eq(reached[s], level > s);
    ck_assert((times[s] != ENG_TIME_NONE) == (level > s));
  }
  return level;
}

START_TEST(a_repeated_step_starts_anew_and_only_helps)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);

  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-01-01T10:00Z");
  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-01-01T12:00Z");
  happens(context, book, "customer-1", ENG_EVENT_ADD_TO_CART, "2026-01-01T12:30Z");
  buys(context, book, "customer-1", "2026-01-01T13:00Z", 500, 1);
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 3600000, 0, 0), 3);
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 3599999, 0, 0), 2);
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 3600000, 0, 1), 1);
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 3600000, 1, 0), 3);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(an_event_serves_one_step)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);

  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-01-01T10:00Z");
  ck_assert_int_eq(level_of(book, twice, 2, DAY, 0, 0), 1);
  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-01-02T10:00Z");
  ck_assert_int_eq(level_of(book, twice, 2, DAY, 0, 0), 2);
  ck_assert_int_eq(level_of(book, twice, 2, DAY - 1, 0, 0), 1);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(events_of_one_instant_stand_in_canonical_order)
{
  const eng_step backwards[] = {{purchase, 1}, {visit, 1}};
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);

  /* Recorded the other way round. */
  buys(context, book, "customer-1", "2026-01-01T10:00Z", 500, 1);
  happens(context, book, "customer-1", ENG_EVENT_ADD_TO_CART, "2026-01-01T10:00Z");
  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-01-01T10:00Z");
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 0, 1, 0), 3);
  ck_assert_int_eq(level_of(book, backwards, 2, DAY, 0, 0), 1);
  /* A search stands between the visit and the cart. */
  happens(context, book, "customer-1", ENG_EVENT_SEARCH, "2026-01-01T10:00Z");
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 0, 1, 0), 1);
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 0, 0, 0), 3);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(what_the_company_does_breaks_no_strict_order)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);

  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-01-01T10:00Z");
  happens(context, book, "customer-1", ENG_EVENT_MESSAGE_OUT, "2026-01-01T10:10Z");
  happens(context, book, "customer-1", ENG_EVENT_ADD_TO_CART, "2026-01-01T10:20Z");
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, DAY, 1, 0), 2);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- the overview ---- */

static void valued(const eng_context *context, eng_book *book, const char *customer,
                   int32_t kind, const char *when, int32_t channel, int64_t value)
{
  eng_event *event = thing(context, kind, when);

  ck_ok(eng_event_set_channel(event, channel));
  if (value > 0) ck_ok(eng_event_set_value(event, value));
  put(book, customer, event);
}

static void rates(const eng_context *context, eng_book *book, const char *customer,
                  const char *when, int32_t scale, int64_t answer)
{
  eng_event *event = thing(context, ENG_EVENT_RATING, when);

  ck_ok(eng_event_set_scale(event, scale));
  ck_ok(eng_event_set_value(event, answer * 1000));
  put(book, customer, event);
}

/* The history of docs/metrics.md. */
static void tell_history(const eng_context *context, eng_book *book)
{
  const char *one = "customer-1", *two = "customer-2";

  valued(context, book, one, ENG_EVENT_VISIT, "2026-02-10T10:00Z", ENG_CHANNEL_WEB, 0);
  valued(context, book, one, ENG_EVENT_VISIT, "2026-03-02T10:00Z", ENG_CHANNEL_WEB, 60);
  valued(context, book, one, ENG_EVENT_IMPRESSION, "2026-03-02T10:10Z", ENG_CHANNEL_WEB,
         0);
  valued(context, book, one, ENG_EVENT_CLICK, "2026-03-02T10:11Z", ENG_CHANNEL_WEB, 0);
  valued(context, book, one, ENG_EVENT_PURCHASE, "2026-03-02T10:20Z", ENG_CHANNEL_WEB,
         0);
  valued(context, book, one, ENG_EVENT_MESSAGE_IN, "2026-03-02T11:00Z",
         ENG_CHANNEL_CHAT, 0);
  valued(context, book, one, ENG_EVENT_MESSAGE_OUT, "2026-03-02T11:04Z",
         ENG_CHANNEL_CHAT, 0);
  valued(context, book, two, ENG_EVENT_VISIT, "2026-02-20T09:00Z", ENG_CHANNEL_APP, 0);
  valued(context, book, two, ENG_EVENT_IMPRESSION, "2026-03-05T09:00Z",
         ENG_CHANNEL_SOCIAL, 0);
  valued(context, book, two, ENG_EVENT_REACT, "2026-03-05T09:01Z", ENG_CHANNEL_SOCIAL,
         0);
  valued(context, book, two, ENG_EVENT_FOLLOW, "2026-03-05T09:02Z", ENG_CHANNEL_SOCIAL,
         0);
  valued(context, book, "customer-3", ENG_EVENT_VISIT, "2026-02-01T12:00Z",
         ENG_CHANNEL_WEB, 0);
}

static eng_overview march(const eng_book *book)
{
  eng_overview_options options;
  eng_overview out;

  eng_overview_options_init(&options, sizeof options);
  options.from = at("2026-03-01");
  options.until = at("2026-03-31T23:59:59.999Z");
  ck_ok(eng_book_overview(book, &options, &out, sizeof out, NULL, NULL));
  return out;
}

static void ratio_is(eng_ratio ratio, int64_t numerator, int64_t denominator)
{
  ck_assert_int_eq(ratio.numerator, numerator);
  ck_assert_int_eq(ratio.denominator, denominator);
}

START_TEST(the_classic_metrics_of_the_documented_history)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_overview o;

  tell_history(context, book);
  o = march(book);
  ratio_is(o.frequency, 6, 2);
  ratio_is(o.retention, 2, 3);
  ratio_is(o.sessions, 1, 1);
  ratio_is(o.time_on_site, 1200000, 1);
  ratio_is(o.active_days, 2, 2);
  ratio_is(o.click_through, 1, 2);
  ratio_is(o.click_through_unique, 1, 2);
  ratio_is(o.conversion, 1, 1);
  ratio_is(o.social_followers, 1, 1);
  ratio_is(o.social_reach, 1, 1);
  ratio_is(o.answered, 1, 1);
  ratio_is(o.answered_in_time, 1, 1);
  ratio_is(o.response_time, 240000, 1);
  ratio_is(o.repeat_purchase, 0, 1);
  ratio_is(o.nps, 0, 0);
  ratio_is(o.churn_contract, 0, 0);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(a_session_ends_after_a_pause_and_not_at_midnight)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_overview o;

  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-03-02T23:50Z");
  happens(context, book, "customer-1", ENG_EVENT_SEARCH, "2026-03-03T00:20Z");
  happens(context, book, "customer-1", ENG_EVENT_VIEW_ITEM, "2026-03-03T00:50:00.001Z");
  o = march(book);
  ratio_is(o.sessions, 2, 1);
  ratio_is(o.time_on_site, 30 * 60000, 2);
  /* The visit lasts until 00:25, so that the pause is shorter. */
  valued(context, book, "customer-2", ENG_EVENT_VISIT, "2026-03-02T23:50Z",
         ENG_CHANNEL_WEB, 35 * 60);
  valued(context, book, "customer-2", ENG_EVENT_VIEW_ITEM, "2026-03-03T00:50Z",
         ENG_CHANNEL_WEB, 0);
  o = march(book);
  ratio_is(o.sessions, 3, 2);
  ratio_is(o.time_on_site, 90 * 60000, 3);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(of_several_answers_the_latest_in_the_window_counts)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_overview o;

  rates(context, book, "customer-1", "2026-02-20", ENG_SCALE_NPS, 10); /* before */
  rates(context, book, "customer-2", "2026-03-02", ENG_SCALE_NPS, 3);
  rates(context, book, "customer-2", "2026-03-12", ENG_SCALE_NPS, 9);
  rates(context, book, "customer-3", "2026-03-12", ENG_SCALE_NPS, 6);
  rates(context, book, "customer-4", "2026-03-12", ENG_SCALE_NPS, 7);
  rates(context, book, "customer-5", "2026-03-12", ENG_SCALE_NPS, 0);
  rates(context, book, "customer-2", "2026-03-12", ENG_SCALE_CSAT, 4);
  rates(context, book, "customer-3", "2026-03-12", ENG_SCALE_CSAT, 3);
  rates(context, book, "customer-2", "2026-03-12", ENG_SCALE_CES, 5);
  rates(context, book, "customer-3", "2026-03-12", ENG_SCALE_CES, 2);
  o = march(book);
  ratio_is(o.nps, -1, 4);
  ratio_is(o.csat, 1, 2);
  ratio_is(o.ces, 7000, 2);
  ratio_is(o.ces_easy, 1, 2);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

static eng_event *message(const eng_context *context, int32_t kind, const char *when,
                          int32_t channel)
{
  eng_event *event = thing(context, kind, when);

  ck_ok(eng_event_set_channel(event, channel));
  return event;
}

START_TEST(who_still_waits_is_dropped_from_nothing_but_what_is_open)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_event *asked =
      message(context, ENG_EVENT_MESSAGE_IN, "2026-03-10T10:00Z", ENG_CHANNEL_EMAIL);
  eng_event *answer =
      message(context, ENG_EVENT_MESSAGE_OUT, "2026-03-10T10:05Z", ENG_CHANNEL_PHONE);
  eng_overview o;

  /* Named, so that the other channel does not matter; exactly five minutes. */
  ck_ok(eng_event_set_refers_to(answer, 1, eng_event_effective_id(asked)));
  put(book, "customer-1", asked);
  put(book, "customer-1", answer);
  /* On another channel, and unnamed: no answer. */
  put(book, "customer-2",
      message(context, ENG_EVENT_MESSAGE_IN, "2026-03-10T10:00Z", ENG_CHANNEL_EMAIL));
  put(book, "customer-2",
      message(context, ENG_EVENT_MESSAGE_OUT, "2026-03-10T10:05Z", ENG_CHANNEL_PHONE));
  /* Two questions, one answer to both; the first waited longer than five minutes. */
  put(book, "customer-3",
      message(context, ENG_EVENT_MESSAGE_IN, "2026-03-10T10:00Z", ENG_CHANNEL_CHAT));
  put(book, "customer-3",
      message(context, ENG_EVENT_MESSAGE_IN, "2026-03-10T10:04Z", ENG_CHANNEL_CHAT));
  put(book, "customer-3",
      message(context, ENG_EVENT_MESSAGE_OUT, "2026-03-10T10:06Z", ENG_CHANNEL_CHAT));
  /* Asked two minutes before the end. */
  put(book, "customer-4",
      message(context, ENG_EVENT_MESSAGE_IN, "2026-03-31T23:58Z", ENG_CHANNEL_CHAT));
  o = march(book);
  ratio_is(o.answered, 3, 5);
  ratio_is(o.answered_in_time, 2, 4);
  ratio_is(o.response_time, (5 + 6 + 2) * 60000, 3);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(churn_is_told_of_contracts_and_of_silence_apart)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_overview o;

  happens(context, book, "customer-1", ENG_EVENT_CONTRACT, "2026-01-01");
  happens(context, book, "customer-1", ENG_EVENT_CONTRACT_END, "2026-03-15");
  happens(context, book, "customer-2", ENG_EVENT_CONTRACT, "2026-01-01");
  happens(context, book, "customer-2", ENG_EVENT_CONTRACT_END, "2026-03-15");
  happens(context, book, "customer-2", ENG_EVENT_CONTRACT, "2026-03-20");
  happens(context, book, "customer-3", ENG_EVENT_CONTRACT, "2026-03-02"); /* too late */
  for (int i = 0; i < 3; i++) {
    static const char *const often[] = {"2026-03-01", "2026-03-03", "2026-03-05"};
    static const char *const rarely[] = {"2026-01-01", "2026-02-01", "2026-03-01"};

    buys(context, book, "customer-4", often[i], 500, (uint64_t)i + 10);
    buys(context, book, "customer-5", rarely[i], 500, (uint64_t)i + 20);
  }
  o = march(book);
  ratio_is(o.churn_contract, 1, 2);
  ratio_is(o.churn_silent, 1,
           2); /* 26 days are more than 3 x 2, and less than 3 x 28 */
  ratio_is(o.repeat_purchase, 2, 2);
  ratio_is(o.order_value, 4 * 500, 4);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

START_TEST(a_contract_that_is_renewed_at_its_end_is_no_churn)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_overview o;

  /* Renewed in the window, at the very end of the one before. */
  happens(context, book, "customer-1", ENG_EVENT_CONTRACT, "2026-01-01");
  happens(context, book, "customer-1", ENG_EVENT_CONTRACT_END, "2026-03-15");
  happens(context, book, "customer-1", ENG_EVENT_CONTRACT, "2026-03-15");
  /* Renewed before the window, and ended in it. */
  happens(context, book, "customer-2", ENG_EVENT_CONTRACT, "2026-01-01");
  happens(context, book, "customer-2", ENG_EVENT_CONTRACT_END, "2026-02-01");
  happens(context, book, "customer-2", ENG_EVENT_CONTRACT, "2026-02-01");
  happens(context, book, "customer-2", ENG_EVENT_CONTRACT_END, "2026-03-20");
  /* Never ran: it ended as it began. */
  happens(context, book, "customer-3", ENG_EVENT_CONTRACT, "2026-02-01");
  happens(context, book, "customer-3", ENG_EVENT_CONTRACT_END, "2026-02-01");
  o = march(book);
  ratio_is(o.churn_contract, 1, 2);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- relations ---- */

START_TEST(relations_are_what_passed_between_the_two)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_event *idea = thing(context, ENG_EVENT_IDEA, "2026-03-03");
  eng_event *answer = thing(context, ENG_EVENT_RESOLUTION, "2026-03-04");
  const char *one = "customer-1";
  eng_relation r;

  valued(context, book, one, ENG_EVENT_MESSAGE_OUT, "2026-02-01", ENG_CHANNEL_EMAIL,
         90);
  valued(context, book, one, ENG_EVENT_MESSAGE_OUT, "2026-03-01", ENG_CHANNEL_EMAIL, 0);
  valued(context, book, one, ENG_EVENT_MESSAGE_OUT, "2026-03-02", ENG_CHANNEL_EMAIL,
         60);
  valued(context, book, one, ENG_EVENT_MESSAGE_IN, "2026-03-09", ENG_CHANNEL_EMAIL, 0);
  valued(context, book, one, ENG_EVENT_MEETING, "2026-03-12", 0, 600);
  valued(context, book, one, ENG_EVENT_MEETING, "2026-03-13", 0, 599);
  ck_ok(eng_event_set_valence(idea, 1));
  ck_ok(eng_event_set_refers_to(answer, 1, eng_event_effective_id(idea)));
  put(book, one, idea);
  put(book, one, answer);
  happens(context, book, one, ENG_EVENT_IDEA, "2026-03-05");
  buys(context, book, one, "2026-01-10", 500, 1);
  buys(context, book, one, "2026-03-10", 700, 2);
  buys(context, book, one, "2026-03-11", 800, 3);
  returns(context, book, one, "2026-03-20", 3);
  ck_ok(
      eng_book_relations(book, at("2026-03-01"), at("2026-03-31"), &r, 1, NULL, NULL));
  ck_assert_int_eq(r.revenue, 700);
  ck_assert_int_eq(r.contacts, 4);
  ck_assert_int_eq(r.contact_seconds, 60 + 600 + 599);
  ck_assert_int_eq(r.two_way, 2); /* March 1 is more than 7 days before the reply */
  ck_assert(r.ideas == 2 && r.ideas_answered == 1 && r.ideas_accepted == 1);
  ck_assert(r.first_order_at == at("2026-01-10"));
  ck_assert(r.second_order_at == at("2026-03-10"));
  ck_assert(r.last_contact_at == at("2026-03-13"));
  ck_assert_int_eq(
      eng_book_relations(book, at("2026-03-01"), at("2026-03-31"), &r, 2, NULL, NULL),
      ENG_E_BUFFER);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- agreement ---- */

START_TEST(kappa_is_what_cohen_says)
{
  /* Cohen (1960), Table 1: psychologists' diagnoses, in counts of 200. */
  const uint64_t cells[] = {88, 14, 18, 10, 40, 10, 2, 6, 12};
  const uint64_t alike[] = {5, 0, 0, 0};
  eng_agreement a;

  ck_ok(eng_agreement_of(cells, 3, &a));
  ck_assert(a.customers == 200 && a.agree == 140);
  ck_assert(fabs(a.by_chance - 82) < 1e-9 && fabs(a.kappa - 58.0 / 118) < 1e-12);
  ck_ok(eng_agreement_of(alike, 2, &a));
  ck_assert(a.agree == 5 && isnan(a.kappa));
  ck_ok(eng_agreement_of((const uint64_t[4]){0}, 2, &a));
  ck_assert(a.customers == 0 && a.by_chance == 0 && isnan(a.kappa));
}
END_TEST

/* ---- laws ---- */

/* The same customers in one book and shared out over two, at random. */
static void fill_books(const eng_context *context, eng_book *whole, eng_book *halves[2],
                       uint64_t seed)
{
  static const int32_t kinds[] = {
      ENG_EVENT_VISIT,      ENG_EVENT_ADD_TO_CART,  ENG_EVENT_PURCHASE,
      ENG_EVENT_MESSAGE_IN, ENG_EVENT_MESSAGE_OUT,  ENG_EVENT_RATING,
      ENG_EVENT_IMPRESSION, ENG_EVENT_CLICK,        ENG_EVENT_REFER,
      ENG_EVENT_CONTRACT,   ENG_EVENT_CONTRACT_END, ENG_EVENT_REFUND,
      ENG_EVENT_FOLLOW,     ENG_EVENT_REACT,        ENG_EVENT_UNSUBSCRIBE,
      ENG_EVENT_SEARCH};
  static const int32_t channels[] = {0, ENG_CHANNEL_WEB, ENG_CHANNEL_SOCIAL,
                                     ENG_CHANNEL_CHAT};
  int64_t start = at("2026-01-01");
  uint64_t split = draw(&seed);

  for (uint64_t i = 0; i < 400; i++) {
    int32_t kind = kinds[draw(&seed) % 16];
    int64_t time = start + (int64_t)(draw(&seed) % 120) * (DAY - 1234567);
    eng_event *event = event_of(context, kind, time);
    char name[20];
    uint64_t who = draw(&seed) % 30;

    snprintf(name, sizeof name, "customer-%d", (int)who);
    ck_ok(eng_event_set_id(event, i + 1));
    if (kind == ENG_EVENT_PURCHASE)
      ck_ok(eng_event_set_amount(event, (int64_t)(draw(&seed) % 5000), 840));
    if (kind == ENG_EVENT_REFUND)
      ck_ok(eng_event_set_refers_to(event, 1, draw(&seed) % 400 + 1));
    if (kind == ENG_EVENT_RATING) {
      int32_t scale = ENG_SCALE_NPS + (int32_t)(draw(&seed) % 3);

      ck_ok(eng_event_set_scale(event, scale));
      ck_ok(eng_event_set_value(event, (int64_t)(draw(&seed) % 5 + 1) * 1000));
    }
    ck_ok(eng_event_set_channel(event, channels[draw(&seed) % 4]));
    ck_ok(eng_book_record(whole, name, strlen(name), event, NULL));
    ck_ok(eng_book_record(halves[split >> who & 1], name, strlen(name), event, NULL));
    eng_event_free(event);
  }
}

enum { MONTHS = 4, SUMS = 600 };

static size_t flow_counts(const eng_context *context, const eng_book *book,
                          int64_t *out)
{
  uint64_t cells[36];
  eng_model *model;
  eng_assessor *assessor;

  ck_ok(eng_model_builtin(context, "five_levels", 11, &model));
  ck_ok(eng_assessor_new(context, (const eng_model *const *)&model, 1, &assessor));
  ck_ok(eng_book_flow(book, assessor, 0, at("2026-02-01"), at("2026-04-01"), cells, 6,
                      NULL, NULL, 0, NULL, NULL));
  for (int i = 0; i < 36; i++) out[i] = (int64_t)cells[i];
  eng_assessor_free(assessor);
  eng_model_free(model);
  return 36;
}

static size_t response_counts(const eng_book *book, int64_t *out)
{
  const eng_opening hours[] = {{1, 540, 1020}, {3, 1200, 1500}, {6, 0, 1440}};
  eng_wait_options asked;
  eng_response sum;
  eng_wait waits[400];
  uint64_t count;

  eng_wait_options_init(&asked, sizeof asked);
  asked.from = at("2026-02-01");
  asked.until = at("2026-04-01");
  asked.openings = hours;
  asked.opening_count = 3;
  ck_ok(eng_book_waits(book, &asked, waits, 400, &count, NULL, NULL));
  ck_ok(eng_waits_sum(waits, count, 3 * DAY, &sum));
  memcpy(out, &sum, 6 * sizeof *out); /* three ratios; quantiles do not add */
  return 6;
}

/* Every count that the metrics of a book consist of, one after the other. */
static size_t all_counts(const eng_context *context, const eng_book *book, int64_t *out)
{
  eng_periods periods = periods_of(ENG_EVERY_MONTH, "2026-01-02", "2026-04-20");
  const int32_t windows[] = {1, 7, 30};
  const uint8_t *bytes;
  uint64_t sizes[MONTHS], rolling[3 * 60], days[8], reached[3];
  eng_activity activity[MONTHS];
  eng_cell cells[MONTHS * MONTHS];
  eng_retention retention;
  eng_funnel funnel;
  eng_survival survival[20];
  eng_overview overview = march(book);
  size_t n = 0;

  ck_ok(eng_book_active(book, &periods, NULL, 0, activity, MONTHS, NULL, NULL));
  for (int i = 0; i < MONTHS; i++) {
    out[n++] = (int64_t)activity[i].active;
    out[n++] = (int64_t)activity[i].newcomers;
    out[n++] = (int64_t)activity[i].returning;
    out[n++] = (int64_t)activity[i].resurrected;
    out[n++] = (int64_t)activity[i].dormant;
    ck_assert_uint_eq(activity[i].active, activity[i].newcomers +
                                              activity[i].returning +
                                              activity[i].resurrected);
  }
  ck_ok(eng_book_rolling(book, at("2026-02-01"), at("2026-04-01"), NULL, 0, windows, 3,
                         rolling, 60, NULL, NULL));
  for (int i = 0; i < 180; i++) out[n++] = (int64_t)rolling[i];
  ck_ok(eng_book_active_days(book, at("2026-02-01"), at("2026-04-01"), NULL, 0, days, 8,
                             NULL, NULL));
  for (int i = 0; i < 8; i++) out[n++] = (int64_t)days[i];
  eng_retention_init(&retention, sizeof retention);
  retention.money = 1;
  for (int mode = 0; mode < 2; mode++) {
    retention.mode = mode;
    ck_ok(eng_book_retention(book, &periods, &retention, sizes, MONTHS, cells, MONTHS,
                             NULL, NULL));
    for (int i = 0; i < MONTHS; i++) out[n++] = (int64_t)sizes[i];
    for (int i = 0; i < MONTHS * MONTHS; i++) {
      out[n++] = (int64_t)cells[i].customers;
      out[n++] = cells[i].money;
    }
  }
  ck_ok(eng_book_survival(book, at("2026-04-20"), visit, 1, purchase, 1, survival, 20,
                          NULL, NULL));
  for (int i = 0; i < 20; i++) {
    out[n++] = (int64_t)survival[i].came;
    out[n++] = (int64_t)survival[i].censored;
  }
  eng_funnel_init(&funnel, sizeof funnel);
  funnel.steps = visit_cart_buy;
  funnel.step_count = 3;
  funnel.within = 20 * DAY;
  ck_ok(eng_book_funnel(book, &funnel, reached, NULL, NULL, NULL, 0, NULL, NULL));
  for (int i = 0; i < 3; i++) out[n++] = (int64_t)reached[i];
  n += flow_counts(context, book, out + n);
  n += response_counts(book, out + n);
  bytes = (const uint8_t *)&overview.retention;
  for (; bytes < (const uint8_t *)(&overview + 1); bytes += sizeof(int64_t)) {
    memcpy(&out[n++], bytes, sizeof(int64_t));
  }
  ck_assert_uint_le(n, SUMS);
  return n;
}

/* By the clock, waits say what the overview says. */
static void check_waits(const eng_book *book)
{
  eng_overview overview = march(book);
  eng_wait_options asked;
  eng_response sum;
  eng_wait waits[400];
  uint64_t count;

  eng_wait_options_init(&asked, sizeof asked);
  asked.from = at("2026-03-01");
  asked.until = at("2026-03-31T23:59:59.999Z");
  ck_ok(eng_book_waits(book, &asked, waits, 400, &count, NULL, NULL));
  ck_ok(eng_waits_sum(waits, count, 300000, &sum));
  ck_assert(memcmp(&sum.answered, &overview.answered, 3 * sizeof sum.answered) == 0);
}

START_TEST(over_disjoint_customers_every_count_adds)
{
  for (uint64_t seed = 1; seed <= 20; seed += stride()) {
    eng_context *context = context_for(-120, 90);
    eng_book *whole = book_in(context);
    eng_book *halves[2] = {book_in(context), book_in(context)};
    int64_t sums[3][SUMS];
    size_t n;

    fill_books(context, whole, halves, seed);
    n = all_counts(context, whole, sums[0]);
    (void)all_counts(context, halves[0], sums[1]);
    (void)all_counts(context, halves[1], sums[2]);
    check_waits(whole);
    for (size_t i = 0; i < n; i++) {
      if (sums[0][i] != sums[1][i] + sums[2][i])
        ck_abort_msg("seed %d, count %d: %lld, not %lld + %lld", (int)seed, (int)i,
                     (long long)sums[0][i], (long long)sums[1][i],
                     (long long)sums[2][i]);
    }
    eng_book_free(whole);
    eng_book_free(halves[0]);
    eng_book_free(halves[1]);
    eng_context_free(context);
  }
}
END_TEST

/* ---- without memory ---- */

static eng_status ask_all(const eng_book *book, eng_assessor *assessor)
{
  eng_periods periods = periods_of(ENG_EVERY_MONTH, "2026-01-02", "2026-04-20");
  eng_activity activity[MONTHS];
  eng_cell cells[MONTHS * MONTHS];
  uint64_t sizes[MONTHS], flow[36];
  eng_overview overview;
  eng_relation relations[30];
  int64_t first;
  eng_status status =
      eng_book_active(book, &periods, NULL, 0, activity, MONTHS, NULL, NULL);

  if (status != ENG_OK) return status;
  status = eng_book_retention(book, &periods, NULL, sizes, MONTHS, cells, MONTHS, NULL,
                              NULL);
  if (status != ENG_OK) return status;
  status = eng_book_overview(book, NULL, &overview, sizeof overview, NULL, NULL);
  if (status != ENG_OK) return status;
  status = eng_book_flow(book, assessor, 0, 0, at("2026-04-20"), flow, 6, NULL, NULL, 0,
                         NULL, NULL);
  if (status != ENG_OK) return status;
  status = eng_book_first_at(book, at("2026-04-20"), NULL, 0, &first);
  if (status != ENG_OK) return status;
  return eng_book_relations(book, 0, at("2026-04-20"), relations, 30, NULL, NULL);
}

START_TEST(memory_that_ends_is_a_status_and_leaks_nothing)
{
  struct host host = {0};
  eng_context *context = context_in(&host);
  eng_book *book = book_in(context), *halves[2] = {book_in(context), book_in(context)};
  eng_model *model;
  eng_assessor *assessor;
  size_t blocks;
  uint64_t failures = 0;

  ck_ok(eng_model_builtin(context, "five_levels", 11, &model));
  ck_ok(eng_assessor_new(context, (const eng_model *const *)&model, 1, &assessor));
  fill_books(context, book, halves, 7);
  ck_ok(ask_all(book, assessor)); /* the assessor has its scratch now */
  blocks = host.blocks;
  for (uint64_t n = 1;; n++, failures++) {
    eng_status status;

    host.fail_at = host.requests + n;
    status = ask_all(book, assessor);
    if (status == ENG_OK) break;
    ck_assert_int_eq(status, ENG_E_NOMEM);
    ck_assert_uint_eq(host.blocks, blocks);
  }
  ck_assert_uint_gt(failures, 5);
  eng_book_free(book);
  eng_book_free(halves[0]);
  eng_book_free(halves[1]);
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
}
END_TEST

static int32_t stop(void *user, uint64_t done, uint64_t total)
{
  (void)user;
  (void)done;
  (void)total;
  return 1;
}

START_TEST(what_is_out_of_range_is_refused_and_leaves_zeros)
{
  eng_context *context = context_for(0, 0);
  eng_book *book = book_in(context);
  eng_periods periods = periods_of(ENG_EVERY_MONTH, "2026-01-01", "2026-02-20");
  const uint8_t nonsense[] = {127};
  eng_activity activity[2] = {{1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}};
  eng_overview overview;
  uint64_t n;

  happens(context, book, "customer-1", ENG_EVENT_VISIT, "2026-01-05");
  ck_assert_int_eq(eng_book_active(book, &periods, NULL, 0, activity, 1, NULL, NULL),
                   ENG_E_BUFFER);
  ck_assert_uint_eq(activity[0].active, 0);
  ck_assert_int_eq(
      eng_book_active(book, &periods, nonsense, 1, activity, 2, NULL, NULL),
      ENG_E_KIND);
  ck_assert_int_eq(eng_book_active(book, &periods, NULL, 0, activity, 2, stop, NULL),
                   ENG_E_CANCELLED);
  ck_assert_uint_eq(activity[0].active, 0);
  ck_assert_int_eq(eng_book_active(NULL, &periods, NULL, 0, activity, 2, NULL, NULL),
                   ENG_E_INVALID);
  periods.length = 3;
  ck_assert_int_eq(eng_periods_count(context, &periods, &n), ENG_E_RANGE);
  periods.length = 0;
  periods.until = periods.from - 1;
  ck_assert_int_eq(eng_periods_count(context, &periods, &n), ENG_E_TIME);
  ck_assert_int_eq(eng_book_overview(book, NULL, &overview, 3, NULL, NULL),
                   ENG_E_INVALID);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

Suite *metrics_suite(void)
{
  Suite *suite = suite_create("metrics");
  TCase *tcase = tcase_create("metrics");

  tcase_add_test(tcase, midnight_belongs_to_the_day_that_it_begins_wherever_that_is);
  tcase_add_test(tcase, what_the_company_sends_makes_nobody_active);
  tcase_add_test(tcase, week_53_and_february_29_are_where_the_calendar_has_them);
  tcase_add_test(tcase, the_last_day_of_all_is_a_day_like_others);
  tcase_add_test(tcase, rolling_windows_hold_their_last_day_and_those_before);
  tcase_add_test(tcase, who_comes_back_within_the_same_period_counts_once_in_it);
  tcase_add_test(tcase, a_refund_after_the_cohort_closed_changes_it_from_then_on);
  tcase_add_test(tcase, money_is_what_is_kept);
  tcase_add_test(tcase, own_days_have_24_hours_from_the_first_event);
  tcase_add_test(tcase, who_has_not_come_back_is_censored_where_the_end_finds_them);
  tcase_add_test(tcase, the_first_of_a_repeated_later_step_tells_its_time);
  tcase_add_test(tcase, times_of_steps_are_what_trying_every_attempt_gives);
  tcase_add_test(tcase, a_repeated_step_starts_anew_and_only_helps);
  tcase_add_test(tcase, an_event_serves_one_step);
  tcase_add_test(tcase, events_of_one_instant_stand_in_canonical_order);
  tcase_add_test(tcase, what_the_company_does_breaks_no_strict_order);
  tcase_add_test(tcase, the_classic_metrics_of_the_documented_history);
  tcase_add_test(tcase, a_session_ends_after_a_pause_and_not_at_midnight);
  tcase_add_test(tcase, of_several_answers_the_latest_in_the_window_counts);
  tcase_add_test(tcase, who_still_waits_is_dropped_from_nothing_but_what_is_open);
  tcase_add_test(tcase, churn_is_told_of_contracts_and_of_silence_apart);
  tcase_add_test(tcase, a_contract_that_is_renewed_at_its_end_is_no_churn);
  tcase_add_test(tcase, relations_are_what_passed_between_the_two);
  tcase_add_test(tcase, kappa_is_what_cohen_says);
  tcase_add_test(tcase, over_disjoint_customers_every_count_adds);
  tcase_add_test(tcase, memory_that_ends_is_a_status_and_leaks_nothing);
  tcase_add_test(tcase, what_is_out_of_range_is_refused_and_leaves_zeros);
  suite_add_tcase(suite, tcase);
  return suite;
}
