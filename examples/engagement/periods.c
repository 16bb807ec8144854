/* SPDX-License-Identifier: MIT */
/*
 * periods.c - see periods.h.
 */
#include "periods.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "output.h"

enum { MOST_PERIODS = 200000 };

/* ---- kinds ---- */

static int add_kind(const struct session *session, const char *option, const char *name,
                    size_t length, struct kinds *out)
{
  int32_t kind = 0, near;
  struct text shown = {0};

  if (eng_kind_find(session->context, name, length, &kind) == ENG_OK) {
    if (out->count < sizeof out->list) out->list[out->count++] = (uint8_t)kind;
    return ANSWER_DONE;
  }
  near = eng_kind_nearest(session->context, name, length);
  text_add_shown(&shown, name, length, 0);
  if (near > 0)
    complain("--%s: there is no kind \"%s\"; did you mean %s?", option,
             shown.length > 0 ? shown.bytes : "",
             eng_kind_name(session->context, near));
  else
    complain("--%s: there is no kind \"%s\"; engagement help kinds lists them", option,
             shown.length > 0 ? shown.bytes : "");
  text_free(&shown);
  return ANSWER_USAGE;
}

int kinds_read(const struct session *session, const char *option, const char *names,
               struct kinds *out)
{
  out->count = 0;
  if (names == NULL || text_same(names, "any")) return ANSWER_DONE;
  for (const char *at = names;;) {
    const char *comma = strchr(at, ',');
    size_t length = comma != NULL ? (size_t)(comma - at) : strlen(at);

    if (add_kind(session, option, at, length, out) != ANSWER_DONE) return ANSWER_USAGE;
    if (comma == NULL) return ANSWER_DONE;
    at = comma + 1;
  }
}

/* ---- periods ---- */

static int first_of(const struct session *session, const struct kinds *kinds,
                    int64_t *out)
{
  const char *begin = session->options->begin;
  eng_status status;

  if (begin != NULL) {
    if (eng_time_parse(session->context, begin, strlen(begin), ENG_TIME_AUTO,
                       ENG_DATE_FIRST, out) == ENG_OK)
      return ANSWER_DONE;
    complain("--from is a time such as 2026-11-22, not \"%s\"", begin);
    return ANSWER_USAGE;
  }
  status =
      eng_book_first_at(session->book, session->as_of, kinds->list, kinds->count, out);
  if (status != ENG_OK) return complain_status("the first event", status);
  if (*out != ENG_TIME_NONE || eng_book_customer_count(session->book) == 0)
    return ANSWER_DONE;
  complain("up to as-of there is no event of the kinds that are asked for; engagement "
           "help kinds says how to name them");
  return ANSWER_NO;
}

int spans_open(const struct session *session, int32_t every, const struct kinds *kinds,
               struct spans *out)
{
  const struct options *options = session->options;
  eng_status status;
  int answer;

  *out = (struct spans){.session = session};
  eng_periods_init(&out->periods, sizeof out->periods);
  out->periods.every = options->every != 0 ? options->every : every;
  out->periods.length = options->every == ENG_EVERY_DAYS ? options->period_days : 0;
  answer = first_of(session, kinds, &out->periods.from);
  if (answer != ANSWER_DONE) return answer;
  out->periods.until = session->as_of;
  if (out->periods.from == ENG_TIME_NONE) return ANSWER_DONE;
  if (out->periods.from > out->periods.until) {
    complain("--from is after --as-of");
    return ANSWER_USAGE;
  }
  status = eng_periods_count(session->context, &out->periods, &out->count);
  if (status != ENG_OK) return complain_status("--period", status);
  if (out->count > MOST_PERIODS) {
    complain("from the first event on there are too many periods; give a --from");
    return ANSWER_USAGE;
  }
  out->starts = memory_resize(NULL, (size_t)out->count + 1, sizeof *out->starts);
  status =
      eng_periods_starts(session->context, &out->periods, out->starts, out->count + 1);
  return status == ENG_OK ? ANSWER_DONE : complain_status("--period", status);
}

void spans_close(struct spans *spans)
{
  free(spans->starts);
  *spans = (struct spans){0};
}

int spans_ended(const struct spans *spans, uint64_t at)
{
  return spans->starts[at + 1] <= spans->session->as_of + 1;
}

/* ---- names ---- */

struct date {
  int64_t year;
  int month, day;
};

/* Howard Hinnant's days-to-civil, for days from 1969 on. */
static struct date date_of(int64_t day)
{
  int64_t z = day + 719468, era = z / 146097, rest = z % 146097;
  int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
  int64_t of_year = rest - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * of_year + 2) / 153;
  struct date date = {year + era * 400 + (month >= 10),
                      (int)(month < 10 ? month + 3 : month - 9),
                      (int)(of_year - (153 * month + 2) / 5 + 1)};

  return date;
}

/* The week that a Monday begins; its year is that of its Thursday. */
static void add_iso_week(struct text *text, int64_t monday)
{
  struct date thursday = date_of(monday + 3);
  int64_t week = 0;

  while (date_of(monday + 3 - 7 * (week + 1)).year == thursday.year) week++;
  text_print(text, "%lld-W%02d", (long long)thursday.year, (int)week + 1);
}

void text_add_period(struct text *text, const struct spans *spans, uint64_t at)
{
  const struct session *session = spans->session;
  int64_t day = eng_business_day(session->context, spans->starts[at]);
  struct date date = date_of(day);
  long long year = (long long)date.year;

  switch (spans->periods.every) {
  case ENG_EVERY_YEAR: text_print(text, "%lld", year); return;
  case ENG_EVERY_QUARTER:
    text_print(text, "%lld-Q%d", year, (date.month + 2) / 3);
    return;
  case ENG_EVERY_MONTH: text_print(text, "%lld-%02d", year, date.month); return;
  case ENG_EVERY_WEEK:
    if (session->options->week_start == 1) {
      add_iso_week(text, day);
      return;
    }
    break;
  default: break;
  }
  text_print(text, "%lld-%02d-%02d", year, date.month, date.day);
}
