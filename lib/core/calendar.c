/* SPDX-License-Identifier: MIT */
/*
 * calendar.c - reading and writing times.
 *
 * Dates are counted in a year that begins in March, so that the leap day comes last
 * and every month's first day is a linear formula (Hatcher 1985; Hinnant, "chrono-
 * compatible low-level date algorithms").
 */
#include "core/calendar.h"

#include <string.h>

/* ---- dates ---- */

int64_t eng__days_from_date(int64_t year, int month, int day)
{
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = eng__floor_div(y, 400);
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return era * 146097 + day_of_era - 719468;
}

void eng__date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
  int64_t z = days + 719468;
  int64_t era = eng__floor_div(z, 146097);
  int64_t doe = z - era * 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153;

  *day = (int)(doy - (153 * mp + 2) / 5 + 1);
  *month = (int)(mp < 10 ? mp + 3 : mp - 9);
  *year = yoe + era * 400 + (*month <= 2);
}

bool eng__date_exists(int64_t year, int month, int day)
{
  static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

  if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
  return day <= lengths[month - 1] + (month == 2 && leap);
}

int64_t eng_business_day(const eng_context *context, int64_t time)
{
  /* Times far outside 1970..9999 saturate rather than wrap. */
  if (time > INT64_MAX - 2 * ENG__DAY) time = INT64_MAX - 2 * ENG__DAY;
  if (time < INT64_MIN + 2 * ENG__DAY) time = INT64_MIN + 2 * ENG__DAY;
  return eng__business_day(context, time);
}

int64_t eng_business_day_start(const eng_context *context, int64_t day)
{
  if (day < -2) day = -2;
  if (day > 2932896) day = 2932896;
  return eng__business_day_start(context, day);
}

int64_t eng_time_local(const eng_context *context, int64_t time)
{
  return time + (context->zone.count == 0 ? context->offset
                                          : eng__zone_shift(&context->zone, time));
}

/* ---- reading ---- */

struct text {
  const char *at, *end;
};

static bool take(struct text *t, char c)
{
  if (t->at == t->end || *t->at != c) return false;
  t->at++;
  return true;
}

/* Exactly n digits. */
static bool take_digits(struct text *t, int n, int *out)
{
  int v = 0;

  if (t->end - t->at < n) return false;
  for (int i = 0; i < n; i++) {
    char c = t->at[i];

    if (c < '0' || c > '9') return false;
    v = v * 10 + (c - '0');
  }
  t->at += n;
  *out = v;
  return true;
}

/* Decimals of a second, rounded half up to milliseconds: 0..1000. */
static bool take_fraction(struct text *t, int64_t *milliseconds)
{
  int64_t v = 0;
  int n = 0;
  bool up = false;

  for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++, n++) {
    if (n < 3) v = v * 10 + (*t->at - '0');
    if (n == 3) up = *t->at >= '5';
  }
  if (n == 0) return false;
  for (; n < 3; n++) v *= 10;
  *milliseconds = v + up;
  return true;
}

/* [:ss[.fff]] behind an hour and :mm; 24:00 is the end of the day. */
static bool take_rest_of_clock(struct text *t, int hour, int64_t *out)
{
  int minute, second = 0;
  int64_t fraction = 0;

  if (!take(t, ':') || !take_digits(t, 2, &minute)) return false;
  if (take(t, ':')) {
    if (!take_digits(t, 2, &second)) return false;
    if (take(t, '.') || take(t, ',')) {
      if (!take_fraction(t, &fraction)) return false;
    }
  }
  if (minute > 59 || second > 59 || hour > 24) return false;
  if (hour == 24 && (minute > 0 || second > 0 || fraction > 0)) return false;
  *out = ((int64_t)hour * 3600 + minute * 60 + second) * 1000 + fraction;
  return true;
}

static bool take_clock(struct text *t, int64_t *out)
{
  int hour;

  return take_digits(t, 2, &hour) && take_rest_of_clock(t, hour, out);
}

/* Z, +hh, +hhmm or +hh:mm, as local minus UTC in milliseconds; nothing is local time.
 */
static bool take_zone(struct text *t, bool *is_local, int64_t *out)
{
  int hour, minute = 0;
  int64_t sign = 1;

  *is_local = false;
  *out = 0;
  if (take(t, ' ') && t->at == t->end) return false;
  if (t->at == t->end) {
    *is_local = true;
    return true;
  }
  if (take(t, 'Z') || take(t, 'z')) return true;
  if (t->end - t->at == 3 && memcmp(t->at, "UTC", 3) == 0) {
    t->at += 3;
    return true;
  }
  if (take(t, '-')) {
    sign = -1;
  } else if (!take(t, '+')) {
    return false;
  }
  if (!take_digits(t, 2, &hour)) return false;
  if (t->at < t->end) {
    (void)take(t, ':');
    if (!take_digits(t, 2, &minute)) return false;
  }
  if (hour > 18 || minute > 59) return false;
  *out = sign * (hour * 60 + minute) * 60000;
  return true;
}

static eng_status in_range(int64_t time, int64_t *out)
{
  if (time < 0 || time > ENG_TIME_MAX) return ENG_E_TIME;
  *out = time;
  return ENG_OK;
}

static eng_status bare_date(const eng_context *context, int64_t days, int32_t date,
                            int64_t *out)
{
  return in_range(date == ENG_DATE_FIRST
                      ? eng__business_day_start(context, days)
                      : eng__business_day_start(context, days + 1) - 1,
                  out);
}

static size_t leading_digits(struct text t)
{
  size_t n = 0;

  while (t.at + n < t.end && t.at[n] >= '0' && t.at[n] <= '9') n++;
  return n;
}

/* The instant of a day and a clock time, in the zone that the text behind them names.
 */
static eng_status in_zone(const eng_context *context, int64_t days, int64_t clock,
                          struct text t, int64_t *out)
{
  int64_t zone;
  bool is_local;

  if (!take_zone(&t, &is_local, &zone) || t.at != t.end) return ENG_E_TIME;
  clock += days * ENG__DAY;
  return in_range(is_local ? eng__time_of_local(context, clock) : clock - zone, out);
}

static eng_status parse_iso(const eng_context *context, struct text t, int32_t date,
                            int64_t *out)
{
  int year, month, day;
  int64_t days, clock;

  if (!take_digits(&t, 4, &year) || !take(&t, '-') || !take_digits(&t, 2, &month) ||
      !take(&t, '-') || !take_digits(&t, 2, &day) ||
      !eng__date_exists(year, month, day)) {
    return ENG_E_TIME;
  }
  days = eng__days_from_date(year, month, day);
  if (t.at == t.end) return bare_date(context, days, date, out);
  if (!take(&t, 'T') && !take(&t, 't') && !take(&t, ' ')) return ENG_E_TIME;
  return take_clock(&t, &clock) ? in_zone(context, days, clock, t, out) : ENG_E_TIME;
}

/* One or two digits. */
static bool take_short(struct text *t, int *out)
{
  size_t digits = leading_digits(*t);

  return digits >= 1 && digits <= 2 && take_digits(t, (int)digits, out);
}

/* The sign between the parts of a date; '\0' if none is in use. */
static char separator(struct text t)
{
  return t.at < t.end && (*t.at == '.' || *t.at == '/' || *t.at == '-') ? *t.at : '\0';
}

/* A clock time as people's tables have it: 9:07, 09:07:30, 9:07 PM. */
static bool take_table_clock(struct text *t, int64_t *out)
{
  struct text rest;
  int hour, shown;

  if (!take_short(t, &hour) || !take_rest_of_clock(t, hour, out)) return false;
  rest = *t;
  (void)take(&rest, ' ');
  if (rest.end - rest.at != 2 || (rest.at[1] | 32) != 'm') return true;
  if ((rest.at[0] | 32) != 'a' && (rest.at[0] | 32) != 'p') return true;
  if (hour < 1 || hour > 12) return false;
  shown = hour;
  hour = hour % 12 + ((rest.at[0] | 32) == 'p' ? 12 : 0);
  /* Only the hour: a fraction may have been rounded up into the next one. */
  *out += (int64_t)(hour - shown) * (ENG__DAY / 24);
  t->at = t->end;
  return true;
}

/* Dates as people's tables have them; which of day and month comes first is known. */
static eng_status parse_table(const eng_context *context, struct text t, bool day_first,
                              int32_t date, int64_t *out)
{
  int year, first, second, day, month;
  int64_t days, clock;
  char sign;

  if (!take_short(&t, &first) || (sign = separator(t)) == '\0') return ENG_E_TIME;
  t.at++;
  if (!take_short(&t, &second) || !take(&t, sign) || !take_digits(&t, 4, &year)) {
    return ENG_E_TIME;
  }
  day = day_first ? first : second;
  month = day_first ? second : first;
  if (!eng__date_exists(year, month, day)) return ENG_E_TIME;
  days = eng__days_from_date(year, month, day);
  if (t.at == t.end) return bare_date(context, days, date, out);
  (void)take(&t, ',');
  if (!take(&t, ' ')) return ENG_E_TIME;
  return take_table_clock(&t, &clock) ? in_zone(context, days, clock, t, out)
                                      : ENG_E_TIME;
}

static eng_status parse_compact(const eng_context *context, struct text t, int32_t date,
                                int64_t *out)
{
  int year, month, day;

  if (!take_digits(&t, 4, &year) || !take_digits(&t, 2, &month) ||
      !take_digits(&t, 2, &day) || t.at != t.end ||
      !eng__date_exists(year, month, day)) {
    return ENG_E_TIME;
  }
  return bare_date(context, eng__days_from_date(year, month, day), date, out);
}

/* Digits with optional decimals, times `unit` milliseconds (1000 or 1). */
static eng_status parse_epoch(struct text t, int64_t unit, int64_t *out)
{
  int64_t v = 0, fraction = 0;
  int n = 0;

  for (; t.at < t.end && *t.at >= '0' && *t.at <= '9'; t.at++, n++) {
    if (v > ENG_TIME_MAX) return ENG_E_TIME;
    v = v * 10 + (*t.at - '0');
  }
  if (n == 0 || v > ENG_TIME_MAX / unit) return ENG_E_TIME;
  if (take(&t, '.')) {
    if (!take_fraction(&t, &fraction)) return ENG_E_TIME;
    if (unit == 1) fraction = fraction >= 500;
  }
  if (t.at != t.end) return ENG_E_TIME;
  return in_range(v * unit + fraction, out);
}

static eng_status parse_auto(const eng_context *context, struct text t, int32_t date,
                             int64_t *out)
{
  size_t digits = leading_digits(t);

  if (digits == 4) return parse_iso(context, t, date, out);
  /* Also where no date has these digits: a slip of the pen, and no second of 1970. */
  if (digits == 8 && t.end - t.at == 8) return parse_compact(context, t, date, out);
  return parse_epoch(t, digits <= 11 ? 1000 : 1, out);
}

/* Longer than any time is in fact written; digits are counted in an int. */
enum { TEXT_MAX = 64 };

eng_status eng_time_parse(const eng_context *context, const char *text, size_t length,
                          int32_t format, int32_t date, int64_t *out)
{
  struct text t;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  if (context == NULL || text == NULL) return ENG_E_INVALID;
  if (date != ENG_DATE_FIRST && date != ENG_DATE_LAST) return ENG_E_RANGE;
  if (format < ENG_TIME_AUTO || format > ENG_TIME_MONTH_FIRST) return ENG_E_RANGE;
  if (length > TEXT_MAX) return ENG_E_TIME;
  t.at = text;
  t.end = text + length;
  switch (format) {
  case ENG_TIME_ISO: return parse_iso(context, t, date, out);
  case ENG_TIME_COMPACT: return parse_compact(context, t, date, out);
  case ENG_TIME_SECONDS: return parse_epoch(t, 1000, out);
  case ENG_TIME_MILLISECONDS: return parse_epoch(t, 1, out);
  case ENG_TIME_DAY_FIRST: return parse_table(context, t, true, date, out);
  case ENG_TIME_MONTH_FIRST: return parse_table(context, t, false, date, out);
  default: return parse_auto(context, t, date, out);
  }
}

/* ---- durations ---- */

struct unit {
  const char *name;
  int64_t milliseconds;
};

static const struct unit units[] = {
    {"ms", 1},
    {"s", 1000},
    {"m", 60000},
    {"h", 3600000},
    {"d", ENG__DAY},
    {"w", 7 * ENG__DAY},
    {"second", 1000},
    {"seconds", 1000},
    {"minute", 60000},
    {"minutes", 60000},
    {"hour", 3600000},
    {"hours", 3600000},
    {"day", ENG__DAY},
    {"days", ENG__DAY},
    {"week", 7 * ENG__DAY},
    {"weeks", 7 * ENG__DAY},
};

int64_t eng__duration_unit(const char *name, size_t length)
{
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (strlen(units[i].name) == length && memcmp(units[i].name, name, length) == 0) {
      return units[i].milliseconds;
    }
  }
  return 0;
}

eng_status eng_duration_parse(const char *text, size_t length, int64_t *out)
{
  int64_t v = 0, unit;
  struct text t;
  size_t digits;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  if (text == NULL) return ENG_E_INVALID;
  t.at = text;
  t.end = text + length;
  digits = leading_digits(t);
  if (digits == 0 || digits > 15) return ENG_E_TIME;
  for (; digits > 0; digits--, t.at++) v = v * 10 + (*t.at - '0');
  while (take(&t, ' ')) continue;
  unit = eng__duration_unit(t.at, (size_t)(t.end - t.at));
  if (unit == 0 || v > ENG_TIME_MAX / unit) return ENG_E_TIME;
  *out = v * unit;
  return ENG_OK;
}

/* ---- writing ---- */

static char *put_number(char *at, int64_t v, int digits)
{
  for (int i = digits - 1; i >= 0; i--) {
    at[i] = (char)('0' + v % 10);
    v /= 10;
  }
  return at + digits;
}

eng_status eng_time_format(int64_t time, char *buffer)
{
  int64_t year, rest;
  int month, day;
  char *at = buffer;

  if (buffer == NULL) return ENG_E_INVALID;
  buffer[0] = '\0';
  if (time < 0 || time > ENG_TIME_MAX) return ENG_E_RANGE;
  eng__date_from_days(time / ENG__DAY, &year, &month, &day);
  rest = time % ENG__DAY;
  at = put_number(at, year, 4);
  *at++ = '-';
  at = put_number(at, month, 2);
  *at++ = '-';
  at = put_number(at, day, 2);
  *at++ = 'T';
  at = put_number(at, rest / 3600000, 2);
  *at++ = ':';
  at = put_number(at, rest / 60000 % 60, 2);
  *at++ = ':';
  at = put_number(at, rest / 1000 % 60, 2);
  *at++ = '.';
  at = put_number(at, rest % 1000, 3);
  *at++ = 'Z';
  *at = '\0';
  return ENG_OK;
}
