/* SPDX-License-Identifier: MIT
 *
 * fuzz_zone.c - any bytes as a time zone, under days that start at any minute. In a
 * zone that is taken no clock is further than 26 hours off, days never go back, and
 * each starts at the first instant that lies in it.
 */
#include <engagement.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOUR INT64_C(3600000)

static void must(int holds)
{
  if (!holds) abort();
}

static void check_day(const eng_context *context, int64_t time)
{
  int64_t shown = eng_time_local(context, time), day, start;

  must(shown >= time - 26 * HOUR && shown <= time + 26 * HOUR);
  day = eng_business_day(context, time);
  start = eng_business_day_start(context, day);
  must(start <= time);
  /* A day may be left out altogether, but never one that a time lies in. */
  must(eng_business_day(context, start) == day);
  must(eng_business_day(context, start - 1) < day);
  must(eng_business_day(context, time + 1) >= day);
}

static void check_text(const eng_context *context, int64_t time)
{
  char text[ENG_TIME_TEXT];
  int64_t read;

  must(eng_time_format(time, text) == ENG_OK);
  must(eng_time_parse(context, text, strlen(text), ENG_TIME_AUTO, ENG_DATE_FIRST,
                      &read) == ENG_OK);
  must(read == time);
  /* Local times: without the Z. It may lie outside of what is a time. */
  must(eng_time_parse(context, text, strlen(text) - 1, ENG_TIME_AUTO, ENG_DATE_FIRST,
                      &read) != ENG_E_INVALID);
  must(eng_time_parse(context, text, 10, ENG_TIME_AUTO, ENG_DATE_LAST, &read) !=
       ENG_E_INVALID);
}

static void check(const eng_context *context, const uint8_t *data, size_t size)
{
  int64_t before = INT64_MIN;

  for (int64_t time = 30 * HOUR; time < ENG_TIME_MAX - 30 * HOUR;
       time += ENG_TIME_MAX / 61) {
    int64_t day = eng_business_day(context, time);

    must(day >= before);
    before = day;
    check_day(context, time);
    check_text(context, time);
  }
  /* Around the very times that the bytes name. */
  for (size_t at = 0; at + 8 <= size && at < 2048; at += 4) {
    int64_t seconds = 0;

    for (int i = 0; i < (at % 8 == 0 ? 8 : 4); i++)
      seconds = (int64_t)((uint64_t)seconds << 8 | data[at + (size_t)i]);
    if (seconds < 30 * 3600 || seconds > ENG_TIME_MAX / 1000 - 30 * 3600) continue;
    for (int64_t off = -1; off <= 1; off++) check_day(context, seconds * 1000 + off);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_settings *settings;
  eng_context *context;
  int32_t day_start;
  eng_status status;

  if (size < 2) return 0;
  day_start = (data[0] << 8 | data[1]) % 1440;
  must(eng_settings_new(NULL, &settings) == ENG_OK);
  must(eng_settings_set_day(settings, day_start) == ENG_OK);
  status = eng_settings_set_zone_data(settings, data + 2, size - 2);
  must(status != ENG_E_INVALID && status != ENG_E_NOMEM);
  must(eng_context_new(settings, &context) == ENG_OK);
  if (status == ENG_OK) check(context, data + 2, size - 2);
  eng_context_free(context);
  eng_settings_free(settings);
  return 0;
}
