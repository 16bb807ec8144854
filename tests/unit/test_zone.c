/* SPDX-License-Identifier: MIT
 *
 * test_zone.c - zones that change their offset: against the C library's own, on the
 * nights of the change, and as bytes of strangers.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/calendar.h"
#include "unit/support.h"

Suite *zone_suite(void);

/* ---- bytes ---- */

enum { ROOM = 400 };

/* A zone of version 2: nothing but a rule. */
static size_t tzif(uint8_t bytes[ROOM], const char *rule)
{
  uint8_t *at = bytes;

  memset(bytes, 0, ROOM);
  for (int i = 0; i < 2; i++) {
    memcpy(at, "TZif2", 5);
    at[39] = 1; /* a type */
    at[43] = 4; /* bytes of names */
    if (i == 1 || rule[0] != '\0') {
      memcpy(at + 44 + 6, "LMT", 4);
    }
    at += 44 + 6 + 4;
  }
  *at++ = '\n';
  memcpy(at, rule, strlen(rule));
  at += strlen(rule);
  *at++ = '\n';
  return (size_t)(at - bytes);
}

static eng_context *context_with(const uint8_t *bytes, size_t length, int32_t day_start)
{
  eng_settings *settings;
  eng_context *context;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_zone_data(settings, bytes, length));
  ck_ok(eng_settings_set_day(settings, day_start));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

static eng_context *rule_context(const char *rule, int32_t day_start)
{
  uint8_t bytes[ROOM];

  return context_with(bytes, tzif(bytes, rule), day_start);
}

static const char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";

/* ---- reading local times ---- */

static void reads(const eng_context *context, const char *text, const char *expected)
{
  char written[ENG_TIME_TEXT];
  int64_t out;

  ck_ok(
      eng_time_parse(context, text, strlen(text), ENG_TIME_AUTO, ENG_DATE_FIRST, &out));
  ck_ok(eng_time_format(out, written));
  ck_assert_msg(strcmp(written, expected) == 0, "%s: %s", text, written);
}

START_TEST(local_times_are_read_on_the_nights_of_the_change)
{
  eng_context *context = rule_context(berlin, 0);

  reads(context, "2026-01-15T12:00", "2026-01-15T11:00:00.000Z");
  reads(context, "2026-07-15T12:00", "2026-07-15T10:00:00.000Z");
  reads(context, "2026-07-15", "2026-07-14T22:00:00.000Z");
  reads(context, "2026-03-29T01:59:59", "2026-03-29T00:59:59.000Z");
  reads(context, "2026-03-29T02:30", "2026-03-29T01:30:00.000Z"); /* never was */
  reads(context, "2026-03-29T03:00", "2026-03-29T01:00:00.000Z");
  reads(context, "2026-10-25T02:30", "2026-10-25T00:30:00.000Z"); /* the first one */
  reads(context, "2026-10-25T03:00", "2026-10-25T02:00:00.000Z");
  reads(context, "2026-07-15T12:00Z", "2026-07-15T12:00:00.000Z");
  /* The rule holds on, past one cycle of the calendar and past several. */
  reads(context, "2426-07-15T12:00", "2426-07-15T10:00:00.000Z");
  reads(context, "9999-07-15T12:00", "9999-07-15T10:00:00.000Z");
  reads(context, "9998-01-15T12:00", "9998-01-15T11:00:00.000Z");
  eng_context_free(context);
}
END_TEST

/* ---- days ---- */

static int64_t time_of(const char *text)
{
  eng_context *context = plain_context();
  int64_t out;

  ck_ok(
      eng_time_parse(context, text, strlen(text), ENG_TIME_ISO, ENG_DATE_FIRST, &out));
  eng_context_free(context);
  return out;
}

START_TEST(days_have_23_and_25_hours)
{
  eng_context *context = rule_context(berlin, 0);
  int64_t spring = eng_business_day(context, time_of("2026-03-29T12:00Z"));
  int64_t autumn = eng_business_day(context, time_of("2026-10-25T12:00Z"));

  ck_assert_int_eq(eng_business_day_start(context, spring + 1) -
                       eng_business_day_start(context, spring),
                   23 * 3600000);
  ck_assert_int_eq(eng_business_day_start(context, autumn + 1) -
                       eng_business_day_start(context, autumn),
                   25 * 3600000);
  eng_context_free(context);
}
END_TEST

START_TEST(a_day_that_has_begun_goes_on_when_clocks_are_put_back_over_its_start)
{
  /* Clocks go from 3 back to 2; days start at 2:30. */
  eng_context *context = rule_context(berlin, 150);
  int64_t begins = time_of("2026-10-25T00:30Z"); /* 2:30 for the first time */
  int64_t day = eng_business_day(context, begins);

  ck_assert_int_eq(eng_business_day(context, begins - 1), day - 1);
  ck_assert_int_eq(eng_business_day(context, time_of("2026-10-25T01:10Z")), day);
  ck_assert_int_eq(eng_business_day(context, time_of("2026-10-25T01:30Z")), day);
  ck_assert_int_eq(eng_business_day_start(context, day), begins);
  eng_context_free(context);
}
END_TEST

START_TEST(a_day_whose_start_is_skipped_begins_when_clocks_are_put_forward)
{
  /* Midnight is skipped: from 0 to 1. Days start at 0:30. */
  eng_context *context = rule_context("CST5CDT,M3.2.0/0,M11.1.0/1", 30);
  int64_t change = time_of("2026-03-08T05:00Z");
  int64_t day = eng_business_day(context, change);

  ck_assert_int_eq(eng_business_day(context, change - 1), day - 1);
  ck_assert_int_eq(eng_business_day_start(context, day), change);
  eng_context_free(context);
}
END_TEST

static void check_days(const eng_context *context)
{
  int64_t last = INT64_MIN;

  for (int64_t day = 0; day < 24000; day += (int64_t)stride()) {
    int64_t start = eng_business_day_start(context, day);

    /* One assertion where there is a fault: Check takes its time over each. */
    if (eng_business_day(context, start) < day ||
        eng_business_day(context, start - 1) >= day || start < last)
      ck_abort_msg("day %lld starts at %lld", (long long)day, (long long)start);
    last = start;
  }
}

START_TEST(a_day_starts_at_the_first_instant_that_lies_in_it)
{
  const char *const rules[] = {berlin,
                               "EST5EDT,M3.2.0,M11.1.0",
                               "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
                               "IST-1GMT0,M10.5.0,M3.5.0/1",
                               "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                               "XXX3EDT4,0/0,J365/23",
                               "UTC0"};

  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    for (int32_t day_start = 0; day_start < 300; day_start += 50) {
      eng_context *context = rule_context(rules[i], day_start);

      check_days(context);
      eng_context_free(context);
    }
  }
}
END_TEST

/* ---- the C library's own ---- */

static const char *const names[] = {
    "Europe/Berlin",       "Europe/Dublin",     "America/New_York", "America/Sao_Paulo",
    "Australia/Lord_Howe", "Asia/Kolkata",      "Asia/Kathmandu",   "Africa/Casablanca",
    "Pacific/Apia",        "Pacific/Kwajalein", "America/Nuuk",     "Asia/Gaza",
    "Africa/Monrovia",     "Antarctica/Troll",  "America/Havana",   "Etc/UTC"};

static size_t read_zone(const char *name, uint8_t *bytes, size_t room)
{
  char path[200];
  FILE *file;
  size_t length = 0;

  snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
  file = fopen(path, "rb");
  if (file != NULL) {
    length = fread(bytes, 1, room, file);
    fclose(file);
  }
  return length;
}

static int64_t libc_local(int64_t seconds)
{
  time_t t = (time_t)seconds;
  struct tm tm;

  if (localtime_r(&t, &tm) == NULL) ck_abort_msg("%lld", (long long)seconds);
  return ((eng__days_from_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 24 +
           tm.tm_hour) *
              60 +
          tm.tm_min) *
             60 +
         tm.tm_sec;
}

static void compare(const eng_context *context, const char *name, int64_t from,
                    int64_t to)
{
  const int64_t step = 9600 * (int64_t)stride();

  for (int64_t t = from; t < to; t += step) {
    if (eng_time_local(context, t * 1000) != libc_local(t) * 1000)
      ck_abort_msg("%s at %lld", name, (long long)t);
  }
}

START_TEST(clocks_show_what_the_c_library_says)
{
  static uint8_t bytes[65536];
  int known = 0;

  for (size_t i = 0; i < sizeof names / sizeof *names && sizeof(time_t) >= 8; i++) {
    size_t length = read_zone(names[i], bytes, sizeof bytes);
    eng_context *context;

    if (length == 0) continue;
    known++;
    context = context_with(bytes, length, 0);
    ck_assert(setenv("TZ", names[i], 1) == 0);
    tzset();
    compare(context, names[i], 0, INT64_C(4102444800));
    compare(context, names[i], INT64_C(20000000000), INT64_C(20100000000));
    check_days(context);
    eng_context_free(context);
  }
  if (known == 0) printf("SKIP: zones of this system (no /usr/share/zoneinfo)\n");
}
END_TEST

/* ---- strangers' bytes ---- */

static eng_status set(const uint8_t *bytes, size_t length)
{
  eng_settings *settings;
  uint8_t *copy = malloc(length > 0 ? length : 1); /* so that a checker sees the end */
  eng_status status;

  ck_assert(copy != NULL);
  memcpy(copy, bytes, length);
  ck_ok(eng_settings_new(NULL, &settings));
  status = eng_settings_set_zone_data(settings, copy, length);
  eng_settings_free(settings);
  free(copy);
  return status;
}

START_TEST(damaged_bytes_are_refused_or_read_but_never_trusted)
{
  uint8_t bytes[ROOM];
  size_t length = tzif(bytes, berlin);

  ck_ok(set(bytes, length));
  for (size_t n = 0; n < length; n++) ck_assert_int_ne(set(bytes, n), ENG_OK);
  for (size_t i = 0; i < length; i++) {
    for (int bit = 0; bit < 8; bit++) {
      bytes[i] ^= (uint8_t)(1u << bit);
      (void)set(bytes, length);
      bytes[i] ^= (uint8_t)(1u << bit);
    }
  }
  ck_assert_int_eq(set((const uint8_t *)"no zone", 7), ENG_E_TRUNCATED);
  bytes[0] = 'X';
  ck_assert_int_eq(set(bytes, length), ENG_E_MAGIC);
}
END_TEST

START_TEST(rules_that_are_none_are_refused)
{
  const char *const rules[] = {"C",
                               "CET",
                               "CET-1CEST",
                               "CET-25",
                               "CET-1CEST,M3.5.0",
                               "CET-1CEST,M13.1.0,M10.5.0",
                               "CET-1CEST,M3.6.0,M10.5.0",
                               "CET-1CEST,M3.5.7,M10.5.0",
                               "CET-1CEST,J0,J1",
                               "CET-1CEST,M3.5.0,M10.5.0/3x",
                               "<CET-1",
                               "CET-1CEST,366,1"};
  uint8_t bytes[ROOM];

  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    ck_assert_msg(set(bytes, tzif(bytes, rules[i])) == ENG_E_FIELD, "%s", rules[i]);
  }
  ck_ok(set(bytes, tzif(bytes, "")));
}
END_TEST

START_TEST(without_memory_nothing_is_changed)
{
  struct host host = {0};
  eng_allocator allocator = host_allocator(&host);
  uint8_t bytes[ROOM];
  size_t length = tzif(bytes, berlin);

  for (uint64_t at = 1;; at++) {
    eng_settings *settings;
    eng_context *context = NULL;
    eng_status status;

    host_reset(&host);
    ck_ok(eng_settings_new(&allocator, &settings));
    host.fail_at = host.requests + at;
    status = eng_settings_set_zone_data(settings, bytes, length);
    if (status == ENG_OK) status = eng_context_new(settings, &context);
    ck_assert(status == ENG_OK || status == ENG_E_NOMEM);
    eng_context_free(context);
    eng_settings_free(settings);
    ck_assert_int_eq(host.blocks, 0);
    if (status == ENG_OK && host.failures == 0) break;
  }
}
END_TEST

Suite *zone_suite(void)
{
  Suite *suite = suite_create("zone");
  TCase *tcase = tcase_create("zone");

  tcase_add_test(tcase, local_times_are_read_on_the_nights_of_the_change);
  tcase_add_test(tcase, days_have_23_and_25_hours);
  tcase_add_test(tcase,
                 a_day_that_has_begun_goes_on_when_clocks_are_put_back_over_its_start);
  tcase_add_test(tcase,
                 a_day_whose_start_is_skipped_begins_when_clocks_are_put_forward);
  tcase_add_test(tcase, a_day_starts_at_the_first_instant_that_lies_in_it);
  tcase_add_test(tcase, clocks_show_what_the_c_library_says);
  tcase_add_test(tcase, damaged_bytes_are_refused_or_read_but_never_trusted);
  tcase_add_test(tcase, rules_that_are_none_are_refused);
  tcase_add_test(tcase, without_memory_nothing_is_changed);
  suite_add_tcase(suite, tcase);
  return suite;
}
