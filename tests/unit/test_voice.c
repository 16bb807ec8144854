/* SPDX-License-Identifier: MIT
 *
 * test_voice.c - how long messages wait, by the clock and by business hours; what
 * engagement is worth: premium, invitations, and the four parts of its value.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

Suite *voice_suite(void);

enum { MINUTE = 60000, HOUR = 60 * MINUTE };

/* ---- contexts and books ---- */

/* A zone that is nothing but a rule, as TZif of version 2. */
static eng_context *context_by(const char *rule)
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
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

static const char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";

static int64_t at(const eng_context *context, const char *text)
{
  int64_t out;

  ck_ok(
      eng_time_parse(context, text, strlen(text), ENG_TIME_ISO, ENG_DATE_FIRST, &out));
  return out;
}

static eng_book *book_in(const eng_context *context)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  return book;
}

static void put(eng_book *book, const char *customer, eng_event *event)
{
  ck_ok(eng_book_record(book, customer, strlen(customer), event, NULL));
  eng_event_free(event);
}

static eng_event *thing(const eng_context *context, int32_t kind, const char *when)
{
  return event_of(context, kind, at(context, when));
}

static void writes(const eng_context *context, eng_book *book, const char *customer,
                   int32_t kind, const char *when)
{
  eng_event *event = thing(context, kind, when);

  ck_ok(eng_event_set_channel(event, ENG_CHANNEL_CHAT));
  put(book, customer, event);
}

static uint64_t draw(uint64_t *state)
{
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

/* ---- opening hours ---- */

static uint64_t read_hours(const char *text, eng_opening out[ENG_OPENINGS])
{
  uint64_t count;

  ck_assert_msg(eng_openings_parse(text, strlen(text), out, ENG_OPENINGS, &count) ==
                    ENG_OK,
                "%s", text);
  return count;
}

START_TEST(opening_hours_are_read_as_people_write_them)
{
  eng_opening o[ENG_OPENINGS];
  uint64_t count;

  ck_assert_uint_eq(read_hours("mon-fri 9:00-17:30, sat 10-14", o), 6);
  ck_assert(o[0].weekday == 1 && o[0].from == 540 && o[0].to == 1050);
  ck_assert(o[4].weekday == 5 && o[5].weekday == 6 && o[5].from == 600);
  ck_assert_uint_eq(read_hours("Fri-Mon 0-24", o), 4);
  ck_assert(o[0].weekday == 1 && o[1].weekday == 5 && o[3].weekday == 7);
  ck_assert_uint_eq(read_hours(" tue thu 8-12,14-18 ", o), 4);
  ck_assert(o[2].weekday == 2 && o[2].from == 840 && o[3].weekday == 4);
  ck_assert_uint_eq(read_hours("sun 22:15-2", o), 1);
  ck_assert_int_eq(o[0].to, 1440 + 120);
  for (int i = 0; i < 12; i++) {
    static const char *const wrong[12] = {
        "",         "mon",        "9-17",    "mon 9",     "mon 9-9",
        "mon 9-25", "mon 9:6-10", "mo 9-17", "mon- 9-17", "mon 9-17 18-20",
        "mon 24-2", "mon 9-17,"};

    ck_assert_msg(eng_openings_parse(wrong[i], strlen(wrong[i]), o, ENG_OPENINGS,
                                     &count) == ENG_E_SYNTAX,
                  "%s", wrong[i]);
    ck_assert_uint_eq(count, 0);
  }
  ck_assert_int_eq(eng_openings_parse("mon-sun 1-2", 11, o, 6, &count), ENG_E_BUFFER);
  ck_assert_int_eq(eng_openings_parse(NULL, 0, o, 6, &count), ENG_E_INVALID);
}
END_TEST

static int64_t open_between(const eng_context *context, const char *hours,
                            const char *from, const char *to)
{
  eng_opening list[ENG_OPENINGS];
  uint64_t count = read_hours(hours, list);
  int64_t out;

  ck_ok(eng_openings_between(context, list, count, at(context, from), at(context, to),
                             &out));
  return out;
}

START_TEST(business_hours_are_those_of_the_clock_on_the_wall)
{
  eng_context *context = context_by(berlin);
  const char *shop = "mon-fri 9:00-17:30, sat 10-14";

  /* Friday to Monday over the night on which an hour is missing. */
  ck_assert_int_eq(
      open_between(context, "mon-fri 9-17:30", "2026-03-27T17:00", "2026-03-30T09:10"),
      40 * MINUTE);
  ck_assert_int_eq(open_between(context, shop, "2026-03-27T17:00", "2026-03-30T09:10"),
                   40 * MINUTE + 4 * HOUR);
  ck_assert_int_eq(open_between(context, shop, "2026-10-24T13:59", "2026-10-26T09:01"),
                   2 * MINUTE);
  /* The nights themselves: 23 and 25 hours; and who is there only from 2 to 3. */
  ck_assert_int_eq(open_between(context, "mon-sun 0-24", "2026-03-29", "2026-03-30"),
                   23 * HOUR);
  ck_assert_int_eq(open_between(context, "mon-sun 0-24", "2026-10-25", "2026-10-26"),
                   25 * HOUR);
  ck_assert_int_eq(open_between(context, "sun 2-3", "2026-03-29", "2026-03-30"), 0);
  ck_assert_int_eq(open_between(context, "sun 2-3", "2026-10-25", "2026-10-26"),
                   2 * HOUR);
  /* Over midnight, and over the end of the week; overlapping ones count once. */
  ck_assert_int_eq(
      open_between(context, "sun 22-2", "2026-05-03T21:00", "2026-05-04T12:00"),
      4 * HOUR);
  ck_assert_int_eq(
      open_between(context, "mon 9-12, mon 11-13", "2026-05-04", "2026-05-05"),
      4 * HOUR);
  eng_context_free(context);
}
END_TEST

/* Minute by minute, by what the clock shows. */
static int64_t count_minutes(const eng_context *context, const eng_opening *list,
                             uint64_t count, int64_t from, int64_t to)
{
  int64_t open = 0;

  for (int64_t time = from; time < to; time += MINUTE) {
    /* 1970-01-05 was a Monday. */
    int64_t of_week = (eng_time_local(context, time) / MINUTE + 3 * 1440) % (7 * 1440);
    bool is_open = false;

    for (uint64_t i = 0; i < count; i++) {
      int64_t begin = (list[i].weekday - 1) * 1440 + list[i].from;
      int64_t since = (of_week - begin + 7 * 1440) % (7 * 1440);

      is_open = is_open || since < list[i].to - list[i].from;
    }
    open += is_open ? MINUTE : 0;
  }
  return open;
}

START_TEST(open_time_is_what_counting_minutes_gives)
{
  static const char *const rules[] = {berlin, "AEST-10AEDT,M10.1.0,M4.1.0/3",
                                      "<-04>4<-03>,M9.1.6/24,M4.1.6/24"};
  uint64_t seed = 11;

  for (uint64_t n = 0; n < 300; n += stride()) {
    eng_context *context = context_by(rules[n % 3]);
    eng_opening list[5];
    uint64_t count = draw(&seed) % 5 + 1;
    /* Around the changes of 2025, in local time. */
    int64_t from = at(context, draw(&seed) % 2 == 0 ? "2025-03-28" : "2025-10-01") /
                       MINUTE * MINUTE +
                   (int64_t)(draw(&seed) % 7200) * MINUTE;
    int64_t to = from + (int64_t)(draw(&seed) % 28000) * MINUTE, out;

    for (uint64_t i = 0; i < count; i++) {
      list[i].weekday = (int32_t)(draw(&seed) % 7) + 1;
      list[i].from = (int32_t)(draw(&seed) % 1440);
      list[i].to = list[i].from + (int32_t)(draw(&seed) % 1440) + 1;
    }
    ck_ok(eng_openings_between(context, list, count, from, to, &out));
    ck_assert_int_eq(out, count_minutes(context, list, count, from, to));
    eng_context_free(context);
  }
}
END_TEST

/* Whatever stands there: hours that a call takes, or a status. */
START_TEST(any_text_is_hours_or_is_refused)
{
  static const char *const words[] = {"mon", "fri",  "sun", "9", "17:30", "24", "0",
                                      "-",   ",",    " ",   ":", "22",    "2",  "x",
                                      "sat", "9:00", "-",   "-", ",",     " "};
  eng_context *context = context_by(berlin);
  uint64_t seed = 9;
  int read = 0;

  for (int n = 0; n < 20000; n++) {
    char text[100] = "";
    eng_opening list[ENG_OPENINGS];
    uint64_t count = 1, words_left = draw(&seed) % 12;
    eng_status status;
    int64_t out;

    if (draw(&seed) % 2 == 0) strcpy(text, "mon-fri 9:00-17:30");
    for (; words_left > 0; words_left--) strcat(text, words[draw(&seed) % 20]);
    status = eng_openings_parse(text, strlen(text), list, ENG_OPENINGS, &count);
    if (status == ENG_OK) {
      read++;
      if (n % 50 == 0) {
        ck_ok(eng_openings_between(context, list, count, 0, 30 * DAY, &out));
        ck_assert_int_gt(out, 0);
      }
    } else {
      ck_assert(status == ENG_E_SYNTAX || status == ENG_E_BUFFER);
      ck_assert_uint_eq(count, 0);
    }
  }
  ck_assert_int_gt(read, 500);
  eng_context_free(context);
}
END_TEST

START_TEST(hours_that_are_none_are_refused)
{
  eng_context *context = context_by(berlin);
  const eng_opening wrong[] = {{0, 0, 60},      {8, 0, 60},  {1, -1, 60},
                               {1, 1440, 1441}, {1, 60, 60}, {1, 60, 60 + 1441}};
  eng_opening many[ENG_OPENINGS + 1];
  int64_t out;

  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    ck_assert_int_eq(eng_openings_between(context, &wrong[i], 1, 0, DAY, &out),
                     ENG_E_RANGE);
  }
  for (int i = 0; i <= ENG_OPENINGS; i++) many[i] = (eng_opening){i % 7 + 1, i, i + 1};
  ck_assert_int_eq(eng_openings_between(context, many, ENG_OPENINGS + 1, 0, DAY, &out),
                   ENG_E_RANGE);
  ck_ok(eng_openings_between(context, many, ENG_OPENINGS, 0, ENG_TIME_MAX, &out));
  ck_assert_int_eq(eng_openings_between(context, many, 1, 2, 1, &out), ENG_E_TIME);
  ck_assert_int_eq(eng_openings_between(context, NULL, 1, 0, 1, &out), ENG_E_INVALID);
  ck_ok(eng_openings_between(context, NULL, 0, 5, 9, &out));
  ck_assert_int_eq(out, 4);
  eng_context_free(context);
}
END_TEST

/* ---- waits ---- */

static eng_wait wait_of(int64_t waited, bool answered)
{
  return (eng_wait){
      .time = 0, .answered_at = answered ? waited : ENG_TIME_NONE, .waited = waited};
}

static int64_t quantile(const eng_wait *waits, uint64_t count, int32_t hundredths)
{
  int64_t out;

  ck_ok(eng_waits_quantile(waits, count, hundredths, 100, &out));
  return out;
}

START_TEST(without_open_ones_a_quantile_is_a_wait_by_its_number)
{
  for (int n = 1; n <= 60; n++) {
    eng_wait waits[60];
    eng_response sum;

    for (int i = 0; i < n; i++) waits[i] = wait_of((i * 37 % n + 1) * 100, true);
    if (n % 37 == 0) continue; /* not every number once */
    ck_ok(eng_waits_sum(waits, (uint64_t)n, 500, &sum));
    ck_assert_int_eq(sum.median, (n + 1) / 2 * 100);
    ck_assert_int_eq(sum.ninety, (n * 9 + 9) / 10 * 100);
    for (int q = 1; q <= 100; q++) {
      ck_assert_int_eq(quantile(waits, (uint64_t)n, q), (n * q + 99) / 100 * 100);
    }
  }
}
END_TEST

START_TEST(who_still_waits_pushes_quantiles_up_and_is_never_dropped)
{
  /* 1, 2+, 3, 4+, 5: 4/5 still wait after 1, 4/5 * 2/3 after 3, none after 5. */
  eng_wait waits[] = {wait_of(5, true), wait_of(2, false), wait_of(1, true),
                      wait_of(4, false), wait_of(3, true)};
  eng_wait open[] = {wait_of(7, false), wait_of(7, true), wait_of(9, false)};
  eng_response sum;

  ck_ok(eng_waits_sum(waits, 5, 2, &sum));
  ck_assert_int_eq(sum.median, 5);
  ck_assert_int_eq(sum.ninety, 5);
  ck_assert_int_eq(quantile(waits, 5, 20), 1);
  ck_assert_int_eq(quantile(waits, 5, 46), 3);
  ck_assert_int_eq(quantile(waits, 5, 47), 5); /* 8/15 still wait after 3 */
  ck_assert_int_eq(sum.answered.numerator, 3);
  ck_assert_int_eq(sum.answered.denominator, 5);
  /* Who waits, but not yet longer than 2, is in neither. */
  ck_assert_int_eq(sum.in_time.numerator, 1);
  ck_assert_int_eq(sum.in_time.denominator, 4);
  ck_assert_int_eq(sum.mean.numerator, 9);
  ck_ok(eng_waits_sum(open, 3, 2, &sum));
  ck_assert_int_eq(quantile(open, 3, 33), 7);
  ck_assert_int_eq(sum.median, ENG_TIME_NONE);
  ck_ok(eng_waits_sum(NULL, 0, 2, &sum));
  ck_assert(sum.median == ENG_TIME_NONE && sum.answered.denominator == 0);
  ck_assert_int_eq(eng_waits_sum(open, 3, -1, &sum), ENG_E_RANGE);
  open[0].waited = 100;
  ck_assert_int_eq(eng_waits_quantile(open, 3, 1, 2, &sum.median), ENG_E_ORDER);
  ck_assert_int_eq(eng_waits_quantile(open, 3, 3, 2, &sum.median), ENG_E_RANGE);
}
END_TEST

START_TEST(an_answer_on_monday_to_a_message_on_friday_took_minutes)
{
  eng_context *context = context_by(berlin);
  eng_book *book = book_in(context);
  eng_opening hours[ENG_OPENINGS];
  eng_wait_options asked;
  eng_wait waits[4];
  eng_response sum;
  uint64_t count;

  writes(context, book, "customer-1", ENG_EVENT_MESSAGE_IN, "2026-03-27T17:28");
  writes(context, book, "customer-1", ENG_EVENT_MESSAGE_OUT, "2026-03-30T09:03");
  writes(context, book, "customer-2", ENG_EVENT_MESSAGE_IN, "2026-03-28T12:00");
  writes(context, book, "customer-2", ENG_EVENT_MESSAGE_OUT, "2026-03-28T12:01");
  writes(context, book, "customer-3", ENG_EVENT_MESSAGE_IN, "2026-03-30T17:27");
  eng_wait_options_init(&asked, sizeof asked);
  asked.until = at(context, "2026-03-30T20:00");
  asked.openings = hours;
  asked.opening_count = read_hours("mon-fri 9-17:30", hours);
  ck_ok(eng_book_waits(book, &asked, NULL, 0, &count, NULL, NULL));
  ck_assert_uint_eq(count, 3);
  ck_assert_int_eq(eng_book_waits(book, &asked, waits, 2, &count, NULL, NULL),
                   ENG_E_BUFFER);
  ck_assert_uint_eq(count, 3);
  ck_ok(eng_book_waits(book, &asked, waits, 4, &count, NULL, NULL));
  ck_assert_int_eq(waits[0].waited, 5 * MINUTE);
  ck_assert_int_eq(waits[1].waited, 0); /* out of hours, and still quick */
  ck_assert_int_eq(waits[2].waited, 3 * MINUTE);
  ck_assert_int_eq(waits[2].answered_at, ENG_TIME_NONE);
  ck_assert_int_eq(waits[0].channel, ENG_CHANNEL_CHAT);
  ck_ok(eng_waits_sum(waits, count, 5 * MINUTE, &sum));
  ck_assert(sum.in_time.numerator == 2 && sum.in_time.denominator == 2);
  ck_assert_int_eq(sum.median, 5 * MINUTE); /* 2/3 wait longer than 0, none than 5 */
  asked.reserved = 1;
  ck_assert_int_eq(eng_book_waits(book, &asked, waits, 4, &count, NULL, NULL),
                   ENG_E_RANGE);
  ck_assert_uint_eq(count, 0);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- premium ---- */

static eng_premium premium_of(const int64_t *revenues, const uint8_t *members,
                              uint64_t rows)
{
  eng_premium out;

  ck_ok(eng_premium_of(revenues, members, rows, &out));
  return out;
}

START_TEST(the_premium_is_the_mean_of_the_group_over_that_of_all)
{
  /* Means 300 of 2 and 200 of all 4: half as much again. By hand: p = 1/2, the errors
   * 10000 and 2500 of group and rest, so a = 40000 - z2 (2500 + 625),
   * b = 60000 - z2 5000, c = 90000 - z2 10000, with z2 = 3.841459. */
  const int64_t revenues[] = {400, 50, 200, 150};
  const uint8_t members[] = {1, 0, 1, 0};
  const int64_t losses[] = {-100, 100, 300, -300};
  int64_t less[4];
  eng_premium p = premium_of(revenues, members, 4);

  ck_assert(p.customers == 4 && p.members == 2);
  ck_assert(p.revenue == 800 && p.member_revenue == 600);
  ck_assert_double_eq_tol(p.premium, 0.5, 1e-12);
  ck_assert_double_eq_tol(p.low, -0.072561, 1e-6);
  ck_assert_double_eq_tol(p.high, 0.986800, 1e-6);
  p = premium_of(losses, members, 4);
  ck_assert(isnan(p.premium) && isnan(p.low));
  for (int i = 0; i < 4; i++) less[i] = -revenues[i]; /* below 0 no ratio says "more" */
  p = premium_of(less, members, 4);
  ck_assert(p.revenue == -800 && isnan(p.premium) && isnan(p.low) && isnan(p.high));
  p = premium_of(revenues, members, 1); /* a group that is all */
  ck_assert(p.premium == 0 && isnan(p.low) && isnan(p.high));
  p = premium_of(revenues, members + 1, 1); /* nobody in it */
  ck_assert(p.members == 0 && isnan(p.premium));
  p = premium_of(NULL, NULL, 0);
  ck_assert(p.customers == 0 && isnan(p.premium));
}
END_TEST

START_TEST(a_premium_knows_no_order_of_rows_and_no_unit_of_money)
{
  uint64_t seed = 5;

  for (int n = 0; n < 50; n++) {
    int64_t revenues[90], turned[90], cents[90];
    uint8_t members[90], turned_members[90];
    eng_premium a, b, c;

    for (int i = 0; i < 90; i++) {
      members[i] = draw(&seed) % 3 == 0;
      revenues[i] = (int64_t)(draw(&seed) % 5000) + 2500 * members[i];
      cents[i] = revenues[i] * 100000000000;
      turned[89 - i] = revenues[i];
      turned_members[89 - i] = members[i];
    }
    a = premium_of(revenues, members, 90);
    b = premium_of(turned, turned_members, 90);
    c = premium_of(cents, members, 90);
    ck_assert_int_eq(memcmp(&a, &b, sizeof a), 0);
    ck_assert_double_eq_tol(a.low, c.low, 1e-9);
    ck_assert_double_eq_tol(a.high, c.high, 1e-9);
    ck_assert(a.low < a.premium && a.premium < a.high);
  }
}
END_TEST

/* Of samples whose premium is known, about 95 of 100 intervals hold it. */
START_TEST(the_interval_holds_the_truth_as_often_as_it_says)
{
  uint64_t seed = 3;
  int held = 0, tried = 0;

  for (uint64_t n = 0; n < 2000; n += stride(), tried++) {
    int64_t revenues[200];
    uint8_t members[200];
    eng_premium p;

    for (int i = 0; i < 200; i++) {
      double u = ((double)draw(&seed) + 0.5) / 2147483648.0;

      members[i] = i < 50;
      revenues[i] = (int64_t)(-log(u) * (members[i] ? 3000 : 1000));
    }
    p = premium_of(revenues, members, 200);
    /* 3000 over (3000 + 3 * 1000) / 4, less 1; amounts are rounded down. */
    held += p.low <= 1 && 1 <= p.high;
  }
  ck_assert_msg(held * 100 >= tried * 92 && held * 100 <= tried * 98, "%d of %d", held,
                tried);
}
END_TEST

START_TEST(revenues_that_do_not_fit_are_refused)
{
  const int64_t most = INT64_C(1) << 61;
  const int64_t revenues[] = {most, most, most, most, most};
  const uint8_t members[] = {0, 1, 0, 1, 0};
  const int64_t too_much[] = {most + 1};
  eng_premium out;

  ck_ok(eng_premium_of(revenues, members, 3, &out));
  ck_assert_double_eq_tol(out.premium, 0, 1e-15);
  ck_assert_int_eq(eng_premium_of(revenues, members, 5, &out), ENG_E_OVERFLOW);
  ck_assert_int_eq(eng_premium_of(too_much, members, 1, &out), ENG_E_OVERFLOW);
  ck_assert_uint_eq(out.customers, 0);
  ck_assert_int_eq(eng_premium_of(NULL, members, 1, &out), ENG_E_INVALID);
}
END_TEST

/* ---- invitations ---- */

static void invites(const eng_context *context, eng_book *book, const char *by,
                    const char *when, const char *whom, int32_t incentivised)
{
  eng_event *event = thing(context, ENG_EVENT_REFER, when);

  if (whom != NULL)
    ck_ok(eng_event_set_refers_to(event, 1, eng_hash(whom, strlen(whom))));
  ck_ok(eng_event_set_flags(event, incentivised, 0));
  put(book, by, event);
}

static void buys(const eng_context *context, eng_book *book, const char *customer,
                 const char *when)
{
  eng_event *event = thing(context, ENG_EVENT_PURCHASE, when);

  ck_ok(eng_event_set_amount(event, 1000, 978));
  put(book, customer, event);
}

/* One invites 2, 3, 4 and 9; 2 invites 3 too, and itself; 5 names nobody. Who had
 * bought before is not invited: 4. 2 comes in time, 3 too late, 9 is nobody yet. */
static void invite_all(const eng_context *context, eng_book *book)
{
  buys(context, book, "customer-4", "2026-01-05");
  invites(context, book, "customer-1", "2026-02-28", "customer-7", 0); /* before */
  invites(context, book, "customer-1", "2026-03-02", "customer-2", 1);
  invites(context, book, "customer-1", "2026-03-02", "customer-3", 0);
  invites(context, book, "customer-1", "2026-03-03", "customer-4", 0);
  invites(context, book, "customer-1", "2026-04-20", "customer-9", 0);
  invites(context, book, "customer-2", "2026-03-05", "customer-3", 0);
  invites(context, book, "customer-2", "2026-03-05", "customer-2", 0);
  invites(context, book, "customer-5", "2026-03-06", NULL, 0);
  buys(context, book, "customer-2", "2026-04-01"); /* 30 days, inclusive */
  buys(context, book, "customer-3", "2026-04-02");
}

START_TEST(everybody_invited_counts_once_and_comes_once)
{
  eng_context *context = plain_context();
  eng_book *book = book_in(context);
  eng_invitations i;

  invite_all(context, book);
  ck_ok(eng_book_invitations(book, at(context, "2026-03-01"), at(context, "2026-04-30"),
                             30 * DAY, &i, sizeof i, NULL, NULL));
  ck_assert_uint_eq(i.sent, 7);
  ck_assert_uint_eq(i.unnamed, 1);
  ck_assert_int_eq(i.per_customer.numerator, 3);   /* 2, 3 and 9 */
  ck_assert_int_eq(i.per_customer.denominator, 4); /* 1, 2, 3 and 5 */
  ck_assert_int_eq(i.conversion.numerator, 1);
  ck_assert_int_eq(i.conversion.denominator, 2); /* the 30 days of 9 are not over */
  ck_assert_int_eq(eng_book_invitations(book, 2, 1, 0, &i, sizeof i, NULL, NULL),
                   ENG_E_TIME);
  ck_assert_int_eq(eng_book_invitations(book, 0, 1, -1, &i, sizeof i, NULL, NULL),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_book_invitations(book, 0, 1, 0, &i, 3, NULL, NULL),
                   ENG_E_INVALID);
  ck_assert_uint_eq(i.sent, 0);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- value ---- */

START_TEST(the_four_parts_of_value_stay_apart)
{
  eng_context *context = plain_context();
  eng_book *book = book_in(context);
  eng_event *idea = thing(context, ENG_EVENT_IDEA, "2026-03-10");
  eng_worth_options asked;
  double own[6];
  eng_worth out[6];
  uint64_t row, rows;

  ck_ok(eng_event_set_valence(idea, 1));
  put(book, "customer-1", idea);
  put(book, "customer-1", thing(context, ENG_EVENT_IDEA, "2026-03-11"));
  invite_all(context, book);
  rows = eng_book_customer_count(book);
  ck_assert_uint_eq(rows, 5);
  for (uint64_t i = 0; i < rows; i++) own[i] = 1000 * (double)(i + 1);
  eng_worth_options_init(&asked, sizeof asked);
  asked.until = at(context, "2026-04-30");
  asked.came_anyway = 0.25;
  asked.acquisition_cost = 50;
  asked.idea_price = 700;
  ck_ok(eng_book_worth(book, &asked, own, out, rows, NULL, NULL));
  ck_ok(eng_book_find(book, "customer-1", 10, &row));
  /* Brought for a reward: 2; without: 3. */
  {
    uint64_t two, three;

    ck_ok(eng_book_find(book, "customer-2", 10, &two));
    ck_ok(eng_book_find(book, "customer-3", 10, &three));
    ck_assert(out[row].own == own[row]);
    ck_assert_double_eq_tol(out[row].referral, 0.75 * own[two] + 50, 1e-9);
    ck_assert_double_eq_tol(out[row].influence, own[three], 1e-9);
    ck_assert_double_eq_tol(out[row].knowledge, 700, 1e-9);
    ck_assert(out[row].referred == 1 && out[row].influenced == 1);
    ck_assert(out[row].ideas == 2 && out[row].ideas_accepted == 1);
    ck_assert(out[two].referral == 0 && out[two].influence == 0);
  }
  asked.reserved = 1;
  ck_assert_int_eq(eng_book_worth(book, &asked, own, out, rows, NULL, NULL),
                   ENG_E_RANGE);
  asked.reserved = 0;
  asked.came_anyway = 1.5;
  ck_assert_int_eq(eng_book_worth(book, &asked, own, out, rows, NULL, NULL),
                   ENG_E_RANGE);
  own[0] = (double)INFINITY;
  ck_assert_int_eq(eng_book_worth(book, NULL, own, out, rows, NULL, NULL), ENG_E_RANGE);
  ck_assert_int_eq(eng_book_worth(book, NULL, own, out, rows - 1, NULL, NULL),
                   ENG_E_BUFFER);
  eng_book_free(book);
  eng_context_free(context);
}
END_TEST

/* ---- names that are passed over ---- */

static eng_status drop(void *user, const char *customer, size_t length,
                       const eng_event *event, int32_t numbered, uint64_t line)
{
  (void)user;
  (void)customer;
  (void)length;
  (void)event;
  (void)numbered;
  (void)line;
  return ENG_OK;
}

/* Name n comes n times; more names than are told apart come together in the count. */
START_TEST(kinds_passed_over_are_counted_by_name)
{
  eng_context *context = plain_context();
  uint64_t count, sum = 0;
  char row[200], name[100];
  eng_csv *csv;
  size_t length;

  ck_ok(eng_csv_new(context, drop, NULL, NULL, &csv));
  for (int n = 1; n <= 40; n++) {
    sprintf(name, "kind-%d%s", n,
            n == 3 ? "-of-a-name-that-is-longer-than-is-kept-of-any-name-in-a-log"
                   : "");
    ck_ok(eng_csv_map_kind(csv, name, strlen(name), 0));
  }
  ck_ok(eng_csv_feed(csv, "customer,time,kind\n", 19));
  for (int n = 1; n <= 40; n++) {
    sprintf(row, "a,2026-01-05,kind-%d%s\n", n,
            n == 3 ? "-of-a-name-that-is-longer-than-is-kept-of-any-name-in-a-log"
                   : "");
    for (int i = 0; i < n; i++) ck_ok(eng_csv_feed(csv, row, strlen(row)));
  }
  ck_ok(eng_csv_finish(csv));
  ck_assert_uint_eq(eng_csv_count(csv, ENG_CSV_SKIPPED), 820);
  ck_assert_int_eq(eng_csv_skipped_count(csv), 32);
  for (int32_t i = 0; i < 32; i++) {
    const char *told = eng_csv_skipped_name(csv, i, &length, &count);

    ck_assert_uint_eq(count, (uint64_t)i + 1);
    ck_assert_uint_eq(length, i == 2 ? 64 : i < 9 ? 6 : 7);
    ck_assert(memcmp(told, "kind-", 5) == 0);
    sum += count;
  }
  ck_assert_uint_eq(sum, 528);
  ck_assert_ptr_null(eng_csv_skipped_name(csv, 32, &length, &count));
  ck_assert(length == 0 && count == 0);
  ck_assert_ptr_null(eng_csv_skipped_name(NULL, 0, NULL, NULL));
  ck_assert_int_eq(eng_jsonl_skipped_count(NULL), 0);
  eng_csv_free(csv);
  eng_context_free(context);
}
END_TEST

/* ---- without memory ---- */

static eng_status ask_all(const eng_book *book)
{
  const eng_opening hours[] = {{1, 60, 600}};
  const double own[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  eng_wait_options asked;
  eng_invitations invitations;
  eng_worth worths[8];
  eng_wait waits[8];
  uint64_t count;
  eng_status status;

  eng_wait_options_init(&asked, sizeof asked);
  asked.openings = hours;
  asked.opening_count = 1;
  status = eng_book_waits(book, &asked, waits, 8, &count, NULL, NULL);
  if (status == ENG_OK)
    status = eng_book_invitations(book, 0, ENG_TIME_MAX, DAY, &invitations,
                                  sizeof invitations, NULL, NULL);
  if (status == ENG_OK)
    status = eng_book_worth(book, NULL, own, worths, eng_book_customer_count(book),
                            NULL, NULL);
  return status;
}

START_TEST(memory_that_ends_is_a_status_and_leaks_nothing)
{
  struct host host = {0};
  eng_context *context = context_in(&host);
  eng_book *book = book_in(context);
  size_t blocks;
  uint64_t failures = 0;

  invite_all(context, book);
  writes(context, book, "customer-1", ENG_EVENT_MESSAGE_IN, "2026-03-27T17:28");
  blocks = host.blocks;
  for (uint64_t n = 1;; n++, failures++) {
    eng_status status;

    host.fail_at = host.requests + n;
    status = ask_all(book);
    if (status == ENG_OK) break;
    ck_assert_int_eq(status, ENG_E_NOMEM);
    ck_assert_uint_eq(host.blocks, blocks);
  }
  ck_assert_uint_gt(failures, 5);
  eng_book_free(book);
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
}
END_TEST

Suite *voice_suite(void)
{
  Suite *suite = suite_create("voice");
  TCase *tcase = tcase_create("voice");

  tcase_add_test(tcase, opening_hours_are_read_as_people_write_them);
  tcase_add_test(tcase, business_hours_are_those_of_the_clock_on_the_wall);
  tcase_add_test(tcase, open_time_is_what_counting_minutes_gives);
  tcase_add_test(tcase, any_text_is_hours_or_is_refused);
  tcase_add_test(tcase, hours_that_are_none_are_refused);
  tcase_add_test(tcase, without_open_ones_a_quantile_is_a_wait_by_its_number);
  tcase_add_test(tcase, who_still_waits_pushes_quantiles_up_and_is_never_dropped);
  tcase_add_test(tcase, an_answer_on_monday_to_a_message_on_friday_took_minutes);
  tcase_add_test(tcase, the_premium_is_the_mean_of_the_group_over_that_of_all);
  tcase_add_test(tcase, a_premium_knows_no_order_of_rows_and_no_unit_of_money);
  tcase_add_test(tcase, the_interval_holds_the_truth_as_often_as_it_says);
  tcase_add_test(tcase, revenues_that_do_not_fit_are_refused);
  tcase_add_test(tcase, everybody_invited_counts_once_and_comes_once);
  tcase_add_test(tcase, the_four_parts_of_value_stay_apart);
  tcase_add_test(tcase, kinds_passed_over_are_counted_by_name);
  tcase_add_test(tcase, memory_that_ends_is_a_status_and_leaks_nothing);
  suite_add_tcase(suite, tcase);
  return suite;
}
