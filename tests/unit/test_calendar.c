/* SPDX-License-Identifier: MIT
 *
 * test_calendar.c - reading and writing times, durations, business days.
 */
#include <inttypes.h>
#include <string.h>

#include "core/calendar.h"
#include "unit/support.h"

Suite *calendar_suite(void);

static eng_context *utc, *east, *west, *bar;

static eng_context *zone(int32_t offset, int32_t day_start)
{
  eng_settings *settings;
  eng_context *context;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_zone(settings, offset));
  ck_ok(eng_settings_set_day(settings, day_start));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

static void open_zones(void)
{
  utc = zone(0, 0);
  east = zone(330, 0);  /* India */
  west = zone(-480, 0); /* the Pacific coast in winter */
  bar = zone(60, 180);  /* closes at 3 in the night */
}

static void close_zones(void)
{
  eng_context_free(utc);
  eng_context_free(east);
  eng_context_free(west);
  eng_context_free(bar);
}

static void reads(const eng_context *context, const char *text, int32_t format,
                  const char *expected)
{
  char written[ENG_TIME_TEXT];
  int64_t out;

  ck_assert_msg(eng_time_parse(context, text, strlen(text), format, ENG_DATE_FIRST,
                               &out) == ENG_OK,
                "%s", text);
  ck_ok(eng_time_format(out, written));
  ck_assert_msg(strcmp(written, expected) == 0, "%s: %s", text, written);
}

static void refuses(const eng_context *context, const char *text, int32_t format)
{
  int64_t out = 5;

  ck_assert_msg(eng_time_parse(context, text, strlen(text), format, ENG_DATE_FIRST,
                               &out) == ENG_E_TIME,
                "%s", text);
  ck_assert(out == 0);
}

START_TEST(iso_8601_is_read_in_any_precision)
{
  const int32_t both[] = {ENG_TIME_ISO, ENG_TIME_AUTO};

  for (int i = 0; i < 2; i++) {
    reads(utc, "2026-11-22", both[i], "2026-11-22T00:00:00.000Z");
    reads(utc, "2026-11-22T18:05Z", both[i], "2026-11-22T18:05:00.000Z");
    reads(utc, "2026-11-22t18:05:01z", both[i], "2026-11-22T18:05:01.000Z");
    reads(utc, "2026-11-22 18:05:01.25+01:00", both[i], "2026-11-22T17:05:01.250Z");
    reads(utc, "2026-11-22 18:05:01,25-0130", both[i], "2026-11-22T19:35:01.250Z");
    reads(utc, "2026-11-22T18:05:01+05", both[i], "2026-11-22T13:05:01.000Z");
    reads(utc, "2026-11-22 18:05:01 UTC", both[i], "2026-11-22T18:05:01.000Z");
    reads(utc, "2026-11-22 18:05:01 +01:00", both[i], "2026-11-22T17:05:01.000Z");
    reads(utc, "2026-11-22T24:00Z", both[i], "2026-11-23T00:00:00.000Z");
    reads(utc, "2026-11-22T23:30-18:00", both[i], "2026-11-23T17:30:00.000Z");
  }
}
END_TEST

START_TEST(tables_have_the_day_or_the_month_first)
{
  static const char *const no_times[] = {"2026-11-22",
                                         "22.11.26",
                                         "22.11/2026",
                                         "22.13.2026",
                                         "32.1.2026",
                                         "29.2.2026",
                                         "22.11.2026T18:05",
                                         "22.11.2026 18",
                                         "22.11.2026 13:05 PM",
                                         "22.11.2026 0:05 AM",
                                         "22.11.2026 6:05 XM",
                                         "22 11 2026",
                                         "022.11.2026",
                                         "22..2026",
                                         "22.11.",
                                         "",
                                         "22.11.2026 "};
  int64_t out;

  reads(utc, "22.11.2026", ENG_TIME_DAY_FIRST, "2026-11-22T00:00:00.000Z");
  reads(utc, "2/1/2026", ENG_TIME_DAY_FIRST, "2026-01-02T00:00:00.000Z");
  reads(utc, "2/1/2026", ENG_TIME_MONTH_FIRST, "2026-02-01T00:00:00.000Z");
  reads(utc, "02-01-2026 18:05:01.25", ENG_TIME_DAY_FIRST, "2026-01-02T18:05:01.250Z");
  reads(utc, "22.11.2026, 9:05", ENG_TIME_DAY_FIRST, "2026-11-22T09:05:00.000Z");
  reads(utc, "11/22/2026 6:05 PM", ENG_TIME_MONTH_FIRST, "2026-11-22T18:05:00.000Z");
  /* A fraction that is rounded up to the next hour stays behind the hour it was in. */
  reads(utc, "22.11.2026 11:59:59.9996 PM", ENG_TIME_DAY_FIRST,
        "2026-11-23T00:00:00.000Z");
  reads(utc, "22.11.2026 11:59:59.9996 AM", ENG_TIME_DAY_FIRST,
        "2026-11-22T12:00:00.000Z");
  reads(utc, "22.11.2026 12:59:59.9996 AM", ENG_TIME_DAY_FIRST,
        "2026-11-22T01:00:00.000Z");
  reads(utc, "11/22/2026 12:05am", ENG_TIME_MONTH_FIRST, "2026-11-22T00:05:00.000Z");
  reads(utc, "11/22/2026 12:05 pm", ENG_TIME_MONTH_FIRST, "2026-11-22T12:05:00.000Z");
  reads(utc, "22.11.2026 18:05+01:00", ENG_TIME_DAY_FIRST, "2026-11-22T17:05:00.000Z");
  for (size_t i = 0; i < sizeof no_times / sizeof no_times[0]; i++) {
    ck_assert_msg(eng_time_parse(utc, no_times[i], strlen(no_times[i]),
                                 ENG_TIME_DAY_FIRST, ENG_DATE_FIRST,
                                 &out) == ENG_E_TIME,
                  "%s is no time", no_times[i]);
  }
  /* Nobody guesses. */
  ck_assert_int_eq(
      eng_time_parse(utc, "22.11.2026", 10, ENG_TIME_AUTO, ENG_DATE_FIRST, &out),
      ENG_E_TIME);
}
END_TEST

START_TEST(finer_parts_than_a_millisecond_are_rounded_half_up)
{
  reads(utc, "2026-11-22T18:05:01.0004Z", ENG_TIME_ISO, "2026-11-22T18:05:01.000Z");
  reads(utc, "2026-11-22T18:05:01.0005Z", ENG_TIME_ISO, "2026-11-22T18:05:01.001Z");
  reads(utc, "2026-11-22T18:05:01.123456789Z", ENG_TIME_ISO,
        "2026-11-22T18:05:01.123Z");
  reads(utc, "2026-12-31T23:59:59.9999Z", ENG_TIME_ISO, "2027-01-01T00:00:00.000Z");
  reads(utc, "1.0005", ENG_TIME_SECONDS, "1970-01-01T00:00:01.001Z");
  reads(utc, "1.5", ENG_TIME_MILLISECONDS, "1970-01-01T00:00:00.002Z");
  reads(utc, "1.49", ENG_TIME_MILLISECONDS, "1970-01-01T00:00:00.001Z");
}
END_TEST

START_TEST(a_time_without_zone_is_local)
{
  reads(east, "2026-03-01T12:00", ENG_TIME_ISO, "2026-03-01T06:30:00.000Z");
  reads(west, "2026-03-01T12:00", ENG_TIME_ISO, "2026-03-01T20:00:00.000Z");
  reads(west, "2026-03-01T12:00Z", ENG_TIME_ISO, "2026-03-01T12:00:00.000Z");
  /* The start of the day moves dates, not times. */
  reads(bar, "2026-03-01T12:00", ENG_TIME_ISO, "2026-03-01T11:00:00.000Z");
}
END_TEST

START_TEST(an_offset_is_the_same_in_summer)
{
  reads(west, "2026-07-01T12:00", ENG_TIME_ISO, "2026-07-01T20:00:00.000Z");
  ck_assert(eng_business_day_start(west, 20636) - eng_business_day_start(west, 20635) ==
            DAY);
}
END_TEST

START_TEST(a_bare_date_is_its_first_instant_or_its_last_millisecond)
{
  const eng_context *zones[] = {utc, east, west, bar};
  static const char *const firsts[] = {
      "2026-03-01T00:00:00.000Z", "2026-02-28T18:30:00.000Z",
      "2026-03-01T08:00:00.000Z", "2026-03-01T02:00:00.000Z"};

  for (int i = 0; i < 4; i++) {
    int64_t first, last;

    ck_ok(eng_time_parse(zones[i], "2026-03-01", 10, ENG_TIME_AUTO, ENG_DATE_FIRST,
                         &first));
    ck_ok(eng_time_parse(zones[i], "20260301", 8, ENG_TIME_AUTO, ENG_DATE_LAST, &last));
    ck_assert(last == first + DAY - 1);
    reads(zones[i], "2026-03-01", ENG_TIME_ISO, firsts[i]);
    reads(zones[i], "20260301", ENG_TIME_COMPACT, firsts[i]);
    ck_assert(eng_business_day(zones[i], first) == eng_business_day(zones[i], last));
    ck_assert(eng_business_day(zones[i], last) + 1 ==
              eng_business_day(zones[i], last + 1));
  }
}
END_TEST

START_TEST(leap_days_are_days_and_others_are_not)
{
  reads(utc, "2024-02-29", ENG_TIME_ISO, "2024-02-29T00:00:00.000Z");
  reads(utc, "2000-02-29", ENG_TIME_ISO, "2000-02-29T00:00:00.000Z");
  reads(utc, "20240229", ENG_TIME_AUTO, "2024-02-29T00:00:00.000Z");
  refuses(utc, "2023-02-29", ENG_TIME_ISO);
  refuses(utc, "2100-02-29", ENG_TIME_ISO);
  refuses(utc, "2026-04-31", ENG_TIME_ISO);
  refuses(utc, "2026-00-10", ENG_TIME_ISO);
  refuses(utc, "2026-13-10", ENG_TIME_ISO);
  refuses(utc, "2026-01-00", ENG_TIME_ISO);
  refuses(utc, "20230229", ENG_TIME_COMPACT);
}
END_TEST

START_TEST(times_lie_in_1970_to_9999)
{
  int64_t out;

  reads(utc, "1970-01-01", ENG_TIME_AUTO, "1970-01-01T00:00:00.000Z");
  reads(utc, "9999-12-31T23:59:59.999Z", ENG_TIME_AUTO, "9999-12-31T23:59:59.999Z");
  reads(utc, "0", ENG_TIME_SECONDS, "1970-01-01T00:00:00.000Z");
  reads(utc, "253402300799999", ENG_TIME_AUTO, "9999-12-31T23:59:59.999Z");
  reads(utc, "253402300799.999", ENG_TIME_SECONDS, "9999-12-31T23:59:59.999Z");
  refuses(utc, "1969-12-31", ENG_TIME_AUTO);
  refuses(utc, "9999-12-31T23:59:59.9995Z", ENG_TIME_ISO);
  refuses(utc, "9999-12-31T24:00Z", ENG_TIME_ISO);
  refuses(utc, "1970-01-01T00:00+00:01", ENG_TIME_ISO);
  refuses(utc, "253402300800000", ENG_TIME_MILLISECONDS);
  refuses(utc, "253402300800", ENG_TIME_SECONDS);
  refuses(utc, "253402300799.9995", ENG_TIME_SECONDS);
  refuses(utc, "9999999999999999999999999999", ENG_TIME_AUTO);
  /* The first business day east of Greenwich began in 1969. */
  refuses(east, "1970-01-01", ENG_TIME_ISO);
  refuses(east, "19700101", ENG_TIME_COMPACT);
  ck_ok(eng_time_parse(east, "1970-01-01", 10, ENG_TIME_ISO, ENG_DATE_LAST, &out));
  ck_assert(out == DAY - 1 - 330 * INT64_C(60000));
  ck_assert_int_eq(
      eng_time_parse(west, "9999-12-31", 10, ENG_TIME_ISO, ENG_DATE_LAST, &out),
      ENG_E_TIME);
}
END_TEST

START_TEST(eight_digits_are_a_date_or_nothing)
{
  refuses(east, "19700101", ENG_TIME_AUTO);
  refuses(utc, "20261322", ENG_TIME_AUTO);
  refuses(utc, "20260229", ENG_TIME_AUTO);
  refuses(utc, "22112026", ENG_TIME_AUTO);
  refuses(utc, "00000000", ENG_TIME_AUTO);
  reads(utc, "20261322", ENG_TIME_SECONDS, "1970-08-23T12:08:42.000Z");
}
END_TEST

START_TEST(forms_are_told_apart_by_their_digits)
{
  reads(utc, "20261122", ENG_TIME_AUTO, "2026-11-22T00:00:00.000Z");
  reads(utc, "20261122.5", ENG_TIME_AUTO, "1970-08-23T12:05:22.500Z");
  reads(utc, "1763835901", ENG_TIME_AUTO, "2025-11-22T18:25:01.000Z");
  reads(utc, "99999999999", ENG_TIME_AUTO, "5138-11-16T09:46:39.000Z");
  reads(utc, "1763835901250", ENG_TIME_AUTO, "2025-11-22T18:25:01.250Z");
  reads(utc, "100000000000", ENG_TIME_AUTO, "1973-03-03T09:46:40.000Z");
  reads(utc, "20261122", ENG_TIME_SECONDS, "1970-08-23T12:05:22.000Z");
  refuses(utc, "2026", ENG_TIME_AUTO);
}
END_TEST

START_TEST(a_time_takes_at_most_64_bytes)
{
  char text[66] = "1763835901.";

  memset(text + 11, '0', 53);
  reads(utc, text, ENG_TIME_SECONDS, "2025-11-22T18:25:01.000Z");
  text[64] = '0';
  refuses(utc, text, ENG_TIME_SECONDS);
  memset(text, '0', 64);
  text[64] = '\0';
  reads(utc, text, ENG_TIME_MILLISECONDS, "1970-01-01T00:00:00.000Z");
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
  static const char *const no[] = {"",
                                   "-",
                                   "-1",
                                   "today",
                                   "2026-11",
                                   "2026-11-2",
                                   "2026/11/22",
                                   "22.11.2026",
                                   "2026-11-22T",
                                   "2026-11-22 ",
                                   "2026-11-22X18:05",
                                   "2026-11-22T18",
                                   "2026-11-22T18:5",
                                   "2026-11-22T1a:05",
                                   "2026-11-22T25:00",
                                   "2026-11-22T24:01",
                                   "2026-11-22T24:00:01",
                                   "2026-11-22T24:00:00.1",
                                   "2026-11-22T18:60",
                                   "2026-11-22T18:05:60",
                                   "2026-11-22T18:05:1",
                                   "2026-11-22T18:05:",
                                   "2026-11-22T18:05:01.",
                                   "2026-11-22T18:05:01.x",
                                   "2026-11-22T18:05 ",
                                   "2026-11-22T18:05Q",
                                   "2026-11-22T18:05ZZ",
                                   "2026-11-22T18:05UT",
                                   "2026-11-22T18:05+1",
                                   "2026-11-22T18:05+01:",
                                   "2026-11-22T18:05+01:6",
                                   "2026-11-22T18:05+01:60",
                                   "2026-11-22T18:05+19:00",
                                   "2026-11-22T18:05+01:00:00",
                                   "1763835901.",
                                   "1763835901.x",
                                   "1763835901x",
                                   "1763835901 "};

  for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
    refuses(utc, no[i], ENG_TIME_AUTO);
  refuses(utc, "2026-11-22", ENG_TIME_COMPACT);
  refuses(utc, "202611220", ENG_TIME_COMPACT);
  refuses(utc, "2026112", ENG_TIME_COMPACT);
  refuses(utc, "2026112x", ENG_TIME_COMPACT);
  refuses(utc, "2026x122", ENG_TIME_COMPACT);
  refuses(utc, "20261122", ENG_TIME_ISO);
  refuses(utc, "2026-11-22", ENG_TIME_SECONDS);
  refuses(utc, "2026-11-22", ENG_TIME_MILLISECONDS);
}
END_TEST

START_TEST(missing_arguments_and_forms_are_said)
{
  char buffer[ENG_TIME_TEXT] = "x";
  int64_t out = 1;

  ck_assert_int_eq(eng_time_parse(utc, "1", 1, 0, 0, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_time_parse(NULL, "1", 1, 0, 0, &out), ENG_E_INVALID);
  ck_assert(out == 0);
  ck_assert_int_eq(eng_time_parse(utc, NULL, 1, 0, 0, &out), ENG_E_INVALID);
  ck_assert_int_eq(eng_time_parse(utc, "1", 1, -1, 0, &out), ENG_E_RANGE);
  ck_assert_int_eq(eng_time_parse(utc, "1", 1, 7, 0, &out), ENG_E_RANGE);
  ck_assert_int_eq(eng_time_parse(utc, "1", 1, 0, 2, &out), ENG_E_RANGE);
  ck_assert_int_eq(eng_time_parse(utc, "1", 1, 0, -1, &out), ENG_E_RANGE);
  ck_assert_int_eq(eng_time_format(0, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_time_format(-1, buffer), ENG_E_RANGE);
  ck_assert_str_eq(buffer, "");
  ck_assert_int_eq(eng_time_format(ENG_TIME_MAX + 1, buffer), ENG_E_RANGE);
  ck_assert_int_eq(eng_duration_parse("1d", 2, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_duration_parse(NULL, 2, &out), ENG_E_INVALID);
}
END_TEST

START_TEST(durations_are_a_number_and_a_unit)
{
  static const struct {
    const char *text;
    int64_t ms;
  } rows[] = {{"30 days", 30 * DAY},
              {"30d", 30 * DAY},
              {"1 day", DAY},
              {"2w", 14 * DAY},
              {"1 week", 7 * DAY},
              {"3 weeks", 21 * DAY},
              {"12h", 12 * INT64_C(3600000)},
              {"1 hour", 3600000},
              {"2  hours", 7200000},
              {"90m", 5400000},
              {"1 minute", 60000},
              {"2 minutes", 120000},
              {"45s", 45000},
              {"1 second", 1000},
              {"0 seconds", 0},
              {"500ms", 500},
              {"253402300799999ms", ENG_TIME_MAX},
              {"253402300799s", INT64_C(253402300799000)}};
  int64_t out;

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    ck_assert_msg(eng_duration_parse(rows[i].text, strlen(rows[i].text), &out) ==
                      ENG_OK,
                  "%s", rows[i].text);
    ck_assert_msg(out == rows[i].ms, "%s: %" PRId64, rows[i].text, out);
  }
}
END_TEST

START_TEST(months_years_and_nonsense_are_no_durations)
{
  static const char *const no[] = {"",
                                   "d",
                                   "1",
                                   "1 month",
                                   "1y",
                                   "-1d",
                                   "1.5d",
                                   "1D",
                                   " 1d",
                                   "1d ",
                                   "1 d d",
                                   "1dd",
                                   "1e3s",
                                   "1000000000000000ms",
                                   "253402300800000ms",
                                   "253402300800s",
                                   "99999999999w"};
  int64_t out = 3;

  for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
    ck_assert_msg(eng_duration_parse(no[i], strlen(no[i]), &out) == ENG_E_TIME, "%s",
                  no[i]);
    ck_assert(out == 0);
  }
}
END_TEST

START_TEST(a_sale_in_the_night_belongs_to_the_day_before)
{
  int64_t late, morning;

  ck_ok(eng_time_parse(bar, "2026-03-01T02:59:59.999", 23, ENG_TIME_ISO, 0, &late));
  ck_ok(eng_time_parse(bar, "2026-03-01T03:00", 16, ENG_TIME_ISO, 0, &morning));
  ck_assert(morning == late + 1);
  ck_assert(eng_business_day(bar, late) == 20512);
  ck_assert(eng_business_day(bar, morning) == 20513);
  ck_assert(eng_business_day_start(bar, 20513) == morning);
}
END_TEST

START_TEST(days_before_the_epoch_are_below_zero)
{
  ck_assert(eng_business_day(utc, 0) == 0);
  ck_assert(eng_business_day(utc, -1) == -1);
  ck_assert(eng_business_day(bar, 0) == -1);
  ck_assert(eng_business_day(west, 0) == -1);
  ck_assert(eng_business_day(east, 0) == 0);
  ck_assert(eng_business_day_start(east, 0) == -330 * INT64_C(60000));
  ck_assert(eng_business_day_start(west, 0) == 480 * INT64_C(60000));
}
END_TEST

START_TEST(days_and_times_beyond_the_calendar_do_not_wrap)
{
  ck_assert(eng_business_day(west, INT64_MIN) < -INT64_C(100000000000));
  ck_assert(eng_business_day(east, INT64_MAX) > INT64_C(100000000000));
  ck_assert(eng_business_day(east, ENG_TIME_MAX) == 2932896 + 1);
  ck_assert(eng_business_day_start(utc, INT64_MIN) == -2 * DAY);
  ck_assert(eng_business_day_start(utc, INT64_MAX) == 2932896 * DAY);
}
END_TEST

START_TEST(every_day_has_a_date_and_follows_the_day_before)
{
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t year = 1970, y;
  int month = 1, day = 1, m, d;

  for (int64_t n = 0; n <= 2932896; n++) {
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    eng__date_from_days(n, &y, &m, &d);
    if (y != year || m != month || d != day || eng__days_from_date(y, m, d) != n ||
        !eng__date_exists(y, m, d))
      ck_abort_msg("day %" PRId64 " is %" PRId64 "-%d-%d", n, y, m, d);
    if (++day > lengths[month - 1] + (month == 2 && leap)) {
      day = 1;
      if (++month > 12) {
        month = 1;
        year++;
      }
    }
  }
  ck_assert(year == 10000);
  ck_assert(!eng__date_exists(10000, 1, 1));
  ck_assert(!eng__date_exists(1969, 12, 31));
}
END_TEST

START_TEST(dates_before_1970_are_days_below_zero)
{
  int64_t y;
  int m, d;

  eng__date_from_days(-1, &y, &m, &d);
  ck_assert(y == 1969 && m == 12 && d == 31);
  ck_assert(eng__days_from_date(1969, 12, 31) == -1);
  ck_assert(eng__days_from_date(-1, 3, 1) == eng__days_from_date(-1, 2, 28) + 1);
}
END_TEST

Suite *calendar_suite(void)
{
  Suite *suite = suite_create("calendar");
  TCase *tests = tcase_create("calendar");

  tcase_add_checked_fixture(tests, open_zones, close_zones);
  tcase_add_test(tests, iso_8601_is_read_in_any_precision);
  tcase_add_test(tests, tables_have_the_day_or_the_month_first);
  tcase_add_test(tests, finer_parts_than_a_millisecond_are_rounded_half_up);
  tcase_add_test(tests, a_time_without_zone_is_local);
  tcase_add_test(tests, an_offset_is_the_same_in_summer);
  tcase_add_test(tests, a_bare_date_is_its_first_instant_or_its_last_millisecond);
  tcase_add_test(tests, leap_days_are_days_and_others_are_not);
  tcase_add_test(tests, times_lie_in_1970_to_9999);
  tcase_add_test(tests, eight_digits_are_a_date_or_nothing);
  tcase_add_test(tests, a_time_takes_at_most_64_bytes);
  tcase_add_test(tests, forms_are_told_apart_by_their_digits);
  tcase_add_test(tests, what_is_no_time_is_refused);
  tcase_add_test(tests, missing_arguments_and_forms_are_said);
  tcase_add_test(tests, durations_are_a_number_and_a_unit);
  tcase_add_test(tests, months_years_and_nonsense_are_no_durations);
  tcase_add_test(tests, a_sale_in_the_night_belongs_to_the_day_before);
  tcase_add_test(tests, days_before_the_epoch_are_below_zero);
  tcase_add_test(tests, days_and_times_beyond_the_calendar_do_not_wrap);
  tcase_add_test(tests, every_day_has_a_date_and_follows_the_day_before);
  tcase_add_test(tests, dates_before_1970_are_days_below_zero);
  suite_add_tcase(suite, tests);
  return suite;
}
