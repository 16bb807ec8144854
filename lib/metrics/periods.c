/* SPDX-License-Identifier: MIT */
/*
 * periods.c - dividing time into periods of business days.
 */
#include "metrics/periods.h"

#include <string.h>

#include "core/calendar.h"
#include "core/checked.h"
#include "core/memory.h"
#include "core/options.h"

enum { LENGTH_MAX = 36525 };

void eng_periods_init(eng_periods *periods, uint32_t size)
{
  const eng_periods fresh = {sizeof fresh, ENG_EVERY_MONTH, 0, 0, 0};

  eng__options_init(periods, size, &fresh, sizeof fresh);
}

eng_status eng__periods_read(const eng_periods *periods, eng_periods *out)
{
  eng_periods_init(out, sizeof *out);
  return eng__options_take(periods, out, sizeof *out);
}

/* Takes what the caller asks for as this library knows it. */
static eng_status check(const eng_context *context, const eng_periods *periods,
                        eng_periods *asked)
{
  eng_status status = eng__periods_read(periods, asked);
  bool days;

  if (context == NULL) return ENG_E_INVALID;
  if (status != ENG_OK) return status;
  days = asked->every == ENG_EVERY_DAYS;
  if (asked->every < ENG_EVERY_DAY || asked->every > ENG_EVERY_DAYS) return ENG_E_RANGE;
  if (days ? asked->length < 1 || asked->length > LENGTH_MAX : asked->length != 0) {
    return ENG_E_RANGE;
  }
  if (asked->from < 0 || asked->until < asked->from || asked->until > ENG_TIME_MAX) {
    return ENG_E_TIME;
  }
  return ENG_OK;
}

/* ---- numbers of periods ---- */

/* Periods of one kind are numbered over all time; `origin` is where n days begin. */
struct scale {
  int32_t every;
  int64_t length, origin;
};

static struct scale scale_of(const eng_context *context, const eng_periods *asked)
{
  struct scale scale = {asked->every, 1, 0};

  if (asked->every == ENG_EVERY_WEEK) {
    scale.length = 7;
    /* 1970-01-01 was a Thursday. */
    scale.origin = context->settings.week_start - 4;
  } else if (asked->every == ENG_EVERY_DAYS) {
    scale.length = asked->length;
    scale.origin = eng_business_day(context, asked->from);
  }
  return scale;
}

static int months_of(int32_t every)
{
  return every == ENG_EVERY_YEAR ? 12 : every == ENG_EVERY_QUARTER ? 3 : 1;
}

static bool is_calendar(int32_t every)
{
  return every == ENG_EVERY_MONTH || every == ENG_EVERY_QUARTER ||
         every == ENG_EVERY_YEAR;
}

static int64_t number_of(const struct scale *scale, int64_t day)
{
  int64_t year;
  int month, of_month;

  if (!is_calendar(scale->every)) {
    return eng__floor_div(day - scale->origin, scale->length);
  }
  eng__date_from_days(day, &year, &month, &of_month);
  return eng__floor_div(year * 12 + month - 1, months_of(scale->every));
}

static int64_t first_day_of(const struct scale *scale, int64_t number)
{
  int64_t months;

  if (!is_calendar(scale->every)) return scale->origin + number * scale->length;
  months = number * months_of(scale->every);
  return eng__days_from_date(eng__floor_div(months, 12),
                             (int)(months - 12 * eng__floor_div(months, 12)) + 1, 1);
}

/* ---- asking ---- */

static uint64_t count_of(const eng_context *context, const struct scale *scale,
                         const eng_periods *asked)
{
  return (uint64_t)(number_of(scale, eng_business_day(context, asked->until)) -
                    number_of(scale, eng_business_day(context, asked->from)) + 1);
}

eng_status eng_periods_count(const eng_context *context, const eng_periods *periods,
                             uint64_t *out)
{
  struct scale scale;
  eng_periods asked;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  status = check(context, periods, &asked);
  if (status != ENG_OK) return status;
  scale = scale_of(context, &asked);
  *out = count_of(context, &scale, &asked);
  return ENG_OK;
}

eng_status eng_periods_starts(const eng_context *context, const eng_periods *periods,
                              int64_t *starts, uint64_t count)
{
  eng_periods asked;
  eng_status status = check(context, periods, &asked);
  struct scale scale;
  uint64_t all;
  int64_t first;

  if (starts == NULL) return ENG_E_INVALID;
  if (status != ENG_OK) return status;
  scale = scale_of(context, &asked);
  all = count_of(context, &scale, &asked);
  if (count < all + 1) return ENG_E_BUFFER;
  first = number_of(&scale, eng_business_day(context, asked.from));
  for (uint64_t i = 0; i <= all; i++) {
    starts[i] =
        eng__business_day_start(context, first_day_of(&scale, first + (int64_t)i));
  }
  return ENG_OK;
}

/* ---- the table ---- */

static eng_status fill(struct eng__periods *out, const struct scale *scale,
                       int64_t first)
{
  const eng_allocator *memory = eng__memory(out->context);
  int64_t end = first_day_of(scale, first + (int64_t)out->count);
  size_t size;

  out->first_day = first_day_of(scale, first);
  out->days = (uint64_t)(end - out->first_day);
  if (out->days > SIZE_MAX / sizeof *out->table ||
      !eng__mul_size((size_t)out->count + 2, sizeof *out->starts, &size)) {
    return ENG_E_NOMEM;
  }
  out->starts = eng__new(memory, size);
  out->table = eng__new(memory, (size_t)out->days * sizeof *out->table);
  if (out->starts == NULL || out->table == NULL) return ENG_E_NOMEM;
  for (uint64_t i = 0, day = 0; i < out->count + 2; i++) {
    int64_t start = first_day_of(scale, first + (int64_t)i);

    out->starts[i] = eng__business_day_start(out->context, start);
    while (i > 0 && day < out->days && out->first_day + (int64_t)day < start) {
      out->table[day++] = (uint32_t)(i - 1);
    }
  }
  return ENG_OK;
}

eng_status eng__periods_make(const eng_context *context, const eng_periods *periods,
                             bool one_before, struct eng__periods *out)
{
  struct scale scale;
  eng_periods asked;
  eng_status status;

  memset(out, 0, sizeof *out);
  status = check(context, periods, &asked);
  if (status != ENG_OK) return status;
  scale = scale_of(context, &asked);
  out->count = count_of(context, &scale, &asked);
  out->context = context;
  out->until = asked.until;
  out->before = one_before;
  out->count += out->before;
  return fill(out, &scale,
              number_of(&scale, eng_business_day(context, asked.from)) -
                  (int64_t)out->before);
}

void eng__periods_release(struct eng__periods *periods)
{
  const eng_allocator *memory;

  if (periods->context == NULL) return;
  memory = eng__memory(periods->context);
  eng__free(memory, periods->starts,
            (size_t)(periods->count + 2) * sizeof *periods->starts);
  eng__free(memory, periods->table, (size_t)periods->days * sizeof *periods->table);
}
