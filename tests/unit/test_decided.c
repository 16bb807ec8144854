/* SPDX-License-Identifier: MIT
 *
 * test_decided.c - the cases that every metric has to decide, each a test of its name,
 * in the order of the list in docs/metrics.md.
 */
#include <stdio.h>
#include <string.h>

#include "unit/support.h"

Suite *decided_suite(void);

/* ---- stories ---- */

/* A zone that is nothing but a rule, as TZif of version 2. */
static eng_context *context_by(const char *rule, int32_t day_start)
{
  uint8_t bytes[200] = {0}, *zone = bytes;
  eng_settings *settings;
  eng_context *context;

  for (int i = 0; i < 2; i++, zone += 54) {
    memcpy(zone, "TZif2", 5);
    zone[39] = 1; /* a type */
    zone[43] = 4; /* bytes of names */
    memcpy(zone + 50, "LMT", 4);
  }
  zone += sprintf((char *)zone, "\n%s\n", rule);
  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_zone_data(settings, bytes, (size_t)(zone - bytes)));
  ck_ok(eng_settings_set_day(settings, day_start));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

static int64_t at(const eng_context *context, const char *text)
{
  int64_t out;

  ck_ok(
      eng_time_parse(context, text, strlen(text), ENG_TIME_ISO, ENG_DATE_FIRST, &out));
  return out;
}

/* A deed of customer-1, unless another is named. */
struct deed {
  const char *time;
  int32_t kind;
  const char *customer;
};

static void add(const eng_context *context, eng_book *book, struct deed deed,
                uint64_t id)
{
  const char *customer = deed.customer != NULL ? deed.customer : "customer-1";
  eng_event *event = event_of(context, deed.kind, at(context, deed.time));

  ck_ok(eng_event_set_id(event, id));
  ck_ok(eng_book_record(book, customer, strlen(customer), event, NULL));
  eng_event_free(event);
}

/* The ids of a story's events are 1, 2, ... */
static eng_book *book_of(const eng_context *context, const struct deed *story,
                         size_t count)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  for (size_t i = 0; i < count; i++) add(context, book, story[i], i + 1);
  return book;
}

#define BOOK(context, story) book_of(context, story, sizeof story / sizeof *story)

static void end(eng_book *book, eng_context *context)
{
  eng_book_free(book);
  eng_context_free(context);
}

enum { PERIODS = 6 };

/* How many are active, new, returning in each of the periods, as "1+1+0 2+0+1". */
static void active_is(const eng_book *book, const eng_context *context, int32_t every,
                      const char *from, const char *until, const char *expected)
{
  eng_periods periods;
  eng_activity got[PERIODS];
  char said[200] = "";
  uint64_t n;

  eng_periods_init(&periods, sizeof periods);
  periods.every = every;
  periods.from = at(context, from);
  periods.until = at(context, until);
  ck_ok(eng_periods_count(context, &periods, &n));
  ck_assert_uint_le(n, PERIODS);
  ck_ok(eng_book_active(book, &periods, NULL, 0, got, n, NULL, NULL));
  for (uint64_t i = 0; i < n; i++) {
    sprintf(said + strlen(said), "%s%d+%d+%d", i > 0 ? " " : "", (int)got[i].active,
            (int)got[i].newcomers, (int)got[i].returning);
  }
  ck_assert_str_eq(said, expected);
}

/* Sizes and cells of cohorts, as "1: 1 0 -, ..."; what may still grow is -. */
static void cohorts_are(const eng_book *book, const eng_context *context, int32_t every,
                        const char *from, const char *until, const char *expected)
{
  eng_periods periods;
  eng_retention retention;
  uint64_t sizes[PERIODS], n;
  eng_cell cells[PERIODS * PERIODS];
  char said[400] = "";

  eng_periods_init(&periods, sizeof periods);
  periods.every = every;
  periods.from = at(context, from);
  periods.until = at(context, until);
  eng_retention_init(&retention, sizeof retention);
  ck_ok(eng_periods_count(context, &periods, &n));
  ck_assert_uint_le(n, PERIODS);
  ck_ok(eng_book_retention(book, &periods, &retention, sizes, n, cells, n, NULL, NULL));
  for (uint64_t c = 0; c < n; c++) {
    sprintf(said + strlen(said), "%s%d:", c > 0 ? ", " : "", (int)sizes[c]);
    for (uint64_t k = 0; c + k < n; k++) {
      if (cells[c * n + k].ended)
        sprintf(said + strlen(said), " %d", (int)cells[c * n + k].customers);
      else
        strcat(said, " -");
    }
  }
  ck_assert_str_eq(said, expected);
}

static const uint8_t visit[] = {ENG_EVENT_VISIT};
static const uint8_t cart[] = {ENG_EVENT_ADD_TO_CART};
static const uint8_t buy[] = {ENG_EVENT_PURCHASE};
static const uint8_t visit_or_cart[] = {ENG_EVENT_VISIT, ENG_EVENT_ADD_TO_CART};
static const eng_step visit_cart_buy[] = {{visit, 1}, {cart, 1}, {buy, 1}};

static int level_of(const eng_book *book, const eng_step *steps, int32_t count,
                    int32_t strict)
{
  eng_funnel funnel;
  uint64_t reached[4];
  uint8_t level;

  eng_funnel_init(&funnel, sizeof funnel);
  funnel.steps = steps;
  funnel.step_count = count;
  funnel.strict = strict;
  ck_ok(eng_book_funnel(book, &funnel, reached, &level, NULL, NULL, 1, NULL, NULL));
  return level;
}

/* ---- days ---- */

static const struct deed midnight[] = {
    {"2026-05-01T23:59:59.999", ENG_EVENT_PURCHASE, "a"},
    {"2026-05-02T00:00", ENG_EVENT_PURCHASE, "b"},
    {"2026-05-02T23:59:59.999", ENG_EVENT_PURCHASE, "b"},
    {"2026-05-03T00:00", ENG_EVENT_PURCHASE, "a"}};

static void midnight_divides(const char *zone)
{
  eng_context *context = context_by(zone, 0);
  eng_book *book = BOOK(context, midnight);

  active_is(book, context, ENG_EVERY_DAY, "2026-05-01", "2026-05-03T23:59:59.999",
            "1+1+0 1+1+0 1+0+0");
  cohorts_are(book, context, ENG_EVERY_DAY, "2026-05-01", "2026-05-03T23:59:59.999",
              "1: 1 0 1, 1: 1 0, 0: 0");
  end(book, context);
}

START_TEST(midnight_east_of_greenwich_begins_a_day)
{
  midnight_divides("<+0530>-5:30");
}
END_TEST

START_TEST(midnight_west_of_greenwich_begins_a_day) { midnight_divides("<-08>8"); }
END_TEST

static const char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";
static const char havana[] = "CST5CDT,M3.2.0/0,M11.1.0/1";

START_TEST(on_the_night_that_lacks_an_hour_each_day_comes_once)
{
  static const struct deed story[] = {{"2026-03-28T23:59:59.999", ENG_EVENT_VISIT, "a"},
                                      {"2026-03-29T00:00", ENG_EVENT_VISIT, "b"},
                                      {"2026-03-29T01:59:59.999", ENG_EVENT_VISIT, "c"},
                                      {"2026-03-29T03:00", ENG_EVENT_VISIT, "d"},
                                      {"2026-03-29T23:59:59.999", ENG_EVENT_VISIT, "a"},
                                      {"2026-03-30T00:00", ENG_EVENT_VISIT, "a"}};
  eng_context *context = context_by(berlin, 0);
  eng_book *book = BOOK(context, story);

  active_is(book, context, ENG_EVERY_DAY, "2026-03-28", "2026-03-30T12:00",
            "1+1+0 4+3+1 1+0+1");
  end(book, context);
}
END_TEST

START_TEST(on_the_night_that_has_an_hour_twice_each_day_comes_once)
{
  static const struct deed story[] = {{"2026-10-24T23:59", ENG_EVENT_VISIT, "a"},
                                      {"2026-10-25T02:30+02:00", ENG_EVENT_VISIT, "b"},
                                      {"2026-10-25T02:30+01:00", ENG_EVENT_VISIT, "b"},
                                      {"2026-10-25T23:59", ENG_EVENT_VISIT, "b"},
                                      {"2026-10-26T00:00", ENG_EVENT_VISIT, "b"}};
  eng_context *context = context_by(berlin, 0);
  eng_book *book = BOOK(context, story);

  active_is(book, context, ENG_EVERY_DAY, "2026-10-24", "2026-10-26T12:00",
            "1+1+0 1+1+0 1+0+1");
  end(book, context);
}
END_TEST

/* The clock goes from 2 to 3, which is the start of the day. */
START_TEST(a_day_that_starts_at_3_starts_where_the_clock_jumps_to_3)
{
  static const struct deed story[] = {{"2026-03-28T03:00", ENG_EVENT_VISIT, "a"},
                                      {"2026-03-29T01:59:59.999", ENG_EVENT_VISIT, "a"},
                                      {"2026-03-29T03:00", ENG_EVENT_VISIT, "a"},
                                      {"2026-03-30T02:59:59.999", ENG_EVENT_VISIT, "b"},
                                      {"2026-03-30T03:00", ENG_EVENT_VISIT, "b"}};
  eng_context *context = context_by(berlin, 180);
  eng_book *book = BOOK(context, story);

  active_is(book, context, ENG_EVERY_DAY, "2026-03-28", "2026-03-30T12:00",
            "1+1+0 2+1+1 1+0+1");
  ck_assert_int_eq(
      eng_business_day_start(
          context, eng_business_day(context, at(context, "2026-03-29T12:00"))) -
          eng_business_day_start(
              context, eng_business_day(context, at(context, "2026-03-28T12:00"))),
      23 * (DAY / 24));
  end(book, context);
}
END_TEST

/* The clock goes from 3 back to 2: it shows 3 once, an hour later. */
START_TEST(a_day_that_starts_at_3_starts_once_where_the_clock_goes_back_from_3)
{
  static const struct deed story[] = {
      {"2026-10-24T03:00", ENG_EVENT_VISIT, "a"},
      {"2026-10-25T02:59:59.999+02:00", ENG_EVENT_VISIT, "b"},
      {"2026-10-25T02:00+01:00", ENG_EVENT_VISIT, "b"},
      {"2026-10-25T02:59:59.999+01:00", ENG_EVENT_VISIT, "b"},
      {"2026-10-25T03:00+01:00", ENG_EVENT_VISIT, "b"}};
  eng_context *context = context_by(berlin, 180);
  eng_book *book = BOOK(context, story);

  active_is(book, context, ENG_EVERY_DAY, "2026-10-24", "2026-10-25T12:00",
            "2+2+0 1+0+1");
  end(book, context);
}
END_TEST

/* In Havana midnight itself is skipped in spring, and comes twice in autumn. */
START_TEST(a_midnight_that_is_skipped_or_comes_twice_begins_one_day)
{
  static const struct deed story[] = {{"2026-03-07T23:59:59.999", ENG_EVENT_VISIT, "a"},
                                      {"2026-03-08T01:00", ENG_EVENT_VISIT, "b"}};
  static const struct deed autumn[] = {
      {"2026-10-31T23:59:59.999-04:00", ENG_EVENT_VISIT, "a"},
      {"2026-11-01T00:00-04:00", ENG_EVENT_VISIT, "b"},
      {"2026-11-01T00:00-05:00", ENG_EVENT_VISIT, "b"}};
  eng_context *context = context_by(havana, 0);
  eng_book *book = BOOK(context, story);

  active_is(book, context, ENG_EVERY_DAY, "2026-03-07", "2026-03-08T12:00",
            "1+1+0 1+1+0");
  eng_book_free(book);
  book = BOOK(context, autumn);
  active_is(book, context, ENG_EVERY_DAY, "2026-10-31", "2026-11-01T12:00",
            "1+1+0 1+1+0");
  end(book, context);
}
END_TEST

/* ---- periods ---- */

START_TEST(who_returns_within_the_same_period_counts_once_in_it)
{
  static const struct deed story[] = {{"2026-01-05", ENG_EVENT_PURCHASE, NULL},
                                      {"2026-01-05", ENG_EVENT_PURCHASE, NULL},
                                      {"2026-01-31T23:59", ENG_EVENT_PURCHASE, NULL},
                                      {"2026-02-01", ENG_EVENT_PURCHASE, NULL},
                                      {"2026-02-02", ENG_EVENT_PURCHASE, NULL}};
  eng_context *context = context_by("UTC0", 0);
  eng_book *book = BOOK(context, story);

  active_is(book, context, ENG_EVERY_MONTH, "2026-01-01", "2026-03-31T23:59:59.999",
            "1+1+0 1+0+1 0+0+0");
  cohorts_are(book, context, ENG_EVERY_MONTH, "2026-01-01", "2026-03-31T23:59:59.999",
              "1: 1 1 0, 0: 0 0, 0: 0");
  end(book, context);
}
END_TEST

START_TEST(week_53_is_one_week_of_two_years)
{
  static const struct deed story[] = {
      {"2026-12-27T23:59:59.999", ENG_EVENT_PURCHASE, "a"},
      {"2026-12-28", ENG_EVENT_PURCHASE, "a"},
      {"2026-12-31", ENG_EVENT_PURCHASE, "b"},
      {"2027-01-01", ENG_EVENT_PURCHASE, "b"},
      {"2027-01-03T23:59:59.999", ENG_EVENT_PURCHASE, "a"},
      {"2027-01-04", ENG_EVENT_PURCHASE, "a"}};
  eng_context *context = context_by("UTC0", 0);
  eng_book *book = BOOK(context, story);

  active_is(book, context, ENG_EVERY_WEEK, "2026-12-27", "2027-01-10T23:59:59.999",
            "1+1+0 2+1+1 1+0+1");
  cohorts_are(book, context, ENG_EVERY_WEEK, "2026-12-27", "2027-01-10T23:59:59.999",
              "1: 1 1 1, 1: 1 0, 0: 0");
  end(book, context);
}
END_TEST

START_TEST(february_29_is_a_day_of_february_and_of_its_own)
{
  static const struct deed story[] = {
      {"2028-02-28T23:59:59.999", ENG_EVENT_PURCHASE, "a"},
      {"2028-02-29", ENG_EVENT_PURCHASE, "b"},
      {"2028-02-29T23:59:59.999", ENG_EVENT_PURCHASE, "a"},
      {"2028-03-01", ENG_EVENT_PURCHASE, "b"}};
  eng_context *context = context_by("UTC0", 0);
  eng_book *book = BOOK(context, story);

  active_is(book, context, ENG_EVERY_DAY, "2028-02-28", "2028-03-01T23:59:59.999",
            "1+1+0 2+1+1 1+0+1");
  cohorts_are(book, context, ENG_EVERY_MONTH, "2028-02-01", "2028-03-31T23:59:59.999",
              "2: 2 1, 0: 0");
  end(book, context);
}
END_TEST

START_TEST(a_cohort_of_one_is_a_cohort)
{
  static const struct deed story[] = {{"2026-01-31", ENG_EVENT_PURCHASE, NULL},
                                      {"2026-03-01", ENG_EVENT_PURCHASE, NULL}};
  eng_context *context = context_by("UTC0", 0);
  eng_book *book = BOOK(context, story);
  eng_survival days[40];

  cohorts_are(book, context, ENG_EVERY_MONTH, "2026-01-01", "2026-03-31T23:59:59.999",
              "1: 1 0 1, 0: 0 0, 0: 0");
  cohorts_are(book, context, ENG_EVERY_MONTH, "2026-01-01", "2026-03-31",
              "1: 1 0 -, 0: 0 -, 0: -");
  ck_ok(eng_book_survival(book, at(context, "2026-03-31"), buy, 1, buy, 1, days, 40,
                          NULL, NULL));
  ck_assert(days[29].came == 1 && days[29].censored == 0);
  end(book, context);
}
END_TEST

static void give_back(const eng_context *context, eng_book *book, const char *when,
                      uint64_t id)
{
  eng_event *refund = event_of(context, ENG_EVENT_REFUND, at(context, when));

  ck_ok(eng_event_set_refers_to(refund, 1, id));
  ck_ok(eng_book_record(book, "customer-1", 10, refund, NULL));
  eng_event_free(refund);
}

START_TEST(a_refund_after_the_cohort_closed_counts_from_its_own_time_on)
{
  static const struct deed story[] = {{"2026-01-05", ENG_EVENT_PURCHASE, NULL},
                                      {"2026-02-05", ENG_EVENT_PURCHASE, NULL},
                                      {"2026-01-07", ENG_EVENT_PURCHASE, "customer-2"}};
  eng_context *context = context_by("UTC0", 0);
  eng_book *book = BOOK(context, story);

  give_back(context, book, "2026-03-10T12:00", 1);
  cohorts_are(book, context, ENG_EVERY_MONTH, "2026-01-01", "2026-03-10T11:59:59.999",
              "2: 2 1 -, 0: 0 -, 0: -");
  cohorts_are(book, context, ENG_EVERY_MONTH, "2026-01-01", "2026-03-10T12:00",
              "1: 1 0 -, 1: 1 -, 0: -");
  give_back(context, book, "2026-03-11", 2); /* nothing of them is left */
  cohorts_are(book, context, ENG_EVERY_MONTH, "2026-01-01", "2026-03-11",
              "1: 1 0 -, 0: 0 -, 0: -");
  end(book, context);
}
END_TEST

/* ---- funnels ---- */

START_TEST(several_events_of_one_instant_stand_in_order_of_kind_in_a_strict_funnel)
{
  /* Recorded backwards. The numbers of the kinds are 34, 30, 2; a message out is 11. */
  static const struct deed story[] = {{"2026-01-01T10:00", ENG_EVENT_PURCHASE, NULL},
                                      {"2026-01-01T10:00", ENG_EVENT_ADD_TO_CART, NULL},
                                      {"2026-01-01T10:00", ENG_EVENT_MESSAGE_OUT, NULL},
                                      {"2026-01-01T10:00", ENG_EVENT_VISIT, NULL}};
  static const eng_step backwards[] = {{buy, 1}, {cart, 1}, {visit, 1}};
  eng_context *context = context_by("UTC0", 0);
  eng_book *book = BOOK(context, story);

  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 1), 3);
  ck_assert_int_eq(level_of(book, backwards, 3, 1), 1);
  ck_assert_int_eq(level_of(book, backwards, 3, 0), 1);
  /* Between visit and cart by its number, though recorded last: it breaks the order. */
  add(context, book, (struct deed){"2026-01-01T10:00", ENG_EVENT_SEARCH, NULL}, 9);
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 1), 1);
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 0), 3);
  end(book, context);
}
END_TEST

START_TEST(two_of_one_kind_and_instant_are_two_steps)
{
  static const struct deed story[] = {{"2026-01-01T10:00", ENG_EVENT_PURCHASE, NULL},
                                      {"2026-01-01T10:00", ENG_EVENT_PURCHASE, NULL}};
  static const eng_step twice[] = {{buy, 1}, {buy, 1}};
  eng_context *context = context_by("UTC0", 0);
  eng_book *book = BOOK(context, story);

  ck_assert_int_eq(level_of(book, twice, 2, 1), 2);
  end(book, context);
}
END_TEST

START_TEST(a_repeated_step_begins_anew)
{
  static const struct deed story[] = {{"2026-01-01T10:00", ENG_EVENT_VISIT, NULL},
                                      {"2026-01-01T10:01", ENG_EVENT_VISIT, NULL},
                                      {"2026-01-01T10:02", ENG_EVENT_ADD_TO_CART, NULL},
                                      {"2026-01-01T10:03", ENG_EVENT_ADD_TO_CART, NULL},
                                      {"2026-01-01T10:04", ENG_EVENT_PURCHASE, NULL}};
  eng_context *context = context_by("UTC0", 0);
  eng_book *book = BOOK(context, story);

  /* The first step again is a new attempt; the second one again stands in the way. */
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 1), 2);
  ck_assert_int_eq(level_of(book, visit_cart_buy, 3, 0), 3);
  end(book, context);
}
END_TEST

START_TEST(an_event_that_could_serve_two_steps_serves_one)
{
  static const eng_step either[] = {{visit_or_cart, 2}, {cart, 1}};
  static const struct deed alone[] = {
      {"2026-01-01T10:00", ENG_EVENT_ADD_TO_CART, NULL}};
  static const struct deed both[] = {{"2026-01-01T10:00", ENG_EVENT_ADD_TO_CART, NULL},
                                     {"2026-01-01T10:01", ENG_EVENT_ADD_TO_CART, NULL}};
  static const struct deed late[] = {{"2026-01-01T10:00", ENG_EVENT_ADD_TO_CART, NULL},
                                     {"2026-01-01T10:01", ENG_EVENT_VISIT, NULL}};
  eng_context *context = context_by("UTC0", 0);
  eng_book *book = BOOK(context, alone);

  ck_assert_int_eq(level_of(book, either, 2, 0), 1);
  eng_book_free(book);
  book = BOOK(context, both);
  ck_assert_int_eq(level_of(book, either, 2, 0), 2);
  ck_assert_int_eq(level_of(book, either, 2, 1), 2);
  eng_book_free(book);
  book = BOOK(context, late);
  ck_assert_int_eq(level_of(book, either, 2, 0), 1);
  end(book, context);
}
END_TEST

Suite *decided_suite(void)
{
  Suite *suite = suite_create("decided");
  TCase *tcase = tcase_create("decided");

  tcase_add_test(tcase, midnight_east_of_greenwich_begins_a_day);
  tcase_add_test(tcase, midnight_west_of_greenwich_begins_a_day);
  tcase_add_test(tcase, on_the_night_that_lacks_an_hour_each_day_comes_once);
  tcase_add_test(tcase, on_the_night_that_has_an_hour_twice_each_day_comes_once);
  tcase_add_test(tcase, a_day_that_starts_at_3_starts_where_the_clock_jumps_to_3);
  tcase_add_test(tcase,
                 a_day_that_starts_at_3_starts_once_where_the_clock_goes_back_from_3);
  tcase_add_test(tcase, a_midnight_that_is_skipped_or_comes_twice_begins_one_day);
  tcase_add_test(tcase, who_returns_within_the_same_period_counts_once_in_it);
  tcase_add_test(tcase, week_53_is_one_week_of_two_years);
  tcase_add_test(tcase, february_29_is_a_day_of_february_and_of_its_own);
  tcase_add_test(tcase, a_cohort_of_one_is_a_cohort);
  tcase_add_test(tcase, a_refund_after_the_cohort_closed_counts_from_its_own_time_on);
  tcase_add_test(
      tcase, several_events_of_one_instant_stand_in_order_of_kind_in_a_strict_funnel);
  tcase_add_test(tcase, two_of_one_kind_and_instant_are_two_steps);
  tcase_add_test(tcase, a_repeated_step_begins_anew);
  tcase_add_test(tcase, an_event_that_could_serve_two_steps_serves_one);
  suite_add_tcase(suite, tcase);
  return suite;
}
