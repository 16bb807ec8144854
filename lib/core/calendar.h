/* SPDX-License-Identifier: MIT */
/*
 * calendar.h - days of the Gregorian calendar as numbers, without a loop.
 */
#ifndef ENG_CORE_CALENDAR_H
#define ENG_CORE_CALENDAR_H

#include <stdbool.h>

#include <engagement/calendar.h>

#include "core/context.h"

#define ENG__DAY INT64_C(86400000)

/* Rounds towards minus infinity; b > 0. */
static inline int64_t eng__floor_div(int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

static inline int64_t eng__business_day(const eng_context *context, int64_t time)
{
  int64_t shift = context->days.count == 0 ? context->day_shift
                                           : eng__zone_shift(&context->days, time);

  return eng__floor_div(time + shift, ENG__DAY);
}

static inline int64_t eng__business_day_start(const eng_context *context, int64_t day)
{
  return context->days.count == 0
             ? day * ENG__DAY - context->day_shift
             : eng__zone_time(&context->days, day * ENG__DAY, true);
}

/* The first time at which it is `local` in the context's zone. */
static inline int64_t eng__time_of_local(const eng_context *context, int64_t local)
{
  return context->zone.count == 0 ? local - context->offset
                                  : eng__zone_time(&context->zone, local, false);
}

/* Milliseconds of a unit of duration, "d" or "days"; 0 if there is no such unit. */
int64_t eng__duration_unit(const char *name, size_t length);

/* Days since 1970-01-01 of a date that exists; month 1..12, day 1..31. */
int64_t eng__days_from_date(int64_t year, int month, int day);

/* The date of a day number. */
void eng__date_from_days(int64_t days, int64_t *year, int *month, int *day);

/* Whether such a date exists, in 1970..9999. */
bool eng__date_exists(int64_t year, int month, int day);

#endif
