/* SPDX-License-Identifier: MIT */
/*
 * openings.c - business hours: reading them, and the open time between two moments.
 *
 * Open is when a clock on the wall shows an opening time. So between two changes of the
 * clock the open time is that of local time, which is weeks and a rest; spans between
 * changes are summed up once, and a moment is then found by halving.
 */
#include "metrics/openings.h"

#include <string.h>

#include "core/calendar.h"
#include "core/memory.h"
#include "core/sort.h"

enum { DAY_MINUTES = 1440, WEEK_DAYS = 7 };

static const int64_t minute = 60000;
static const int64_t week = WEEK_DAYS * ENG__DAY;

/* ---- reading ---- */

struct reader {
  const char *at, *end;
  eng_opening *out;
  uint64_t room, count;
  bool days[WEEK_DAYS];
};

static void skip_blanks(struct reader *r)
{
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) r->at++;
}

static bool take(struct reader *r, char sign)
{
  skip_blanks(r);
  if (r->at == r->end || *r->at != sign) return false;
  r->at++;
  return true;
}

/* 0 Monday .. 6 Sunday; -1: no day stands here. */
static int read_day(struct reader *r)
{
  static const char names[] = "montuewedthufrisatsun";

  skip_blanks(r);
  if (r->end - r->at < 3) return -1;
  for (int day = 0; day < WEEK_DAYS; day++) {
    const char *name = &names[3 * day];
    int n = 0;

    while (n < 3 && (r->at[n] | 0x20) == name[n]) n++;
    if (n < 3) continue;
    r->at += 3;
    return day;
  }
  return -1;
}

/* Days, if there are any: else those of the part before stay. False: not days. */
static bool read_days(struct reader *r)
{
  int first = read_day(r);

  if (first >= 0) memset(r->days, 0, sizeof r->days);
  while (first >= 0) {
    int last = first;

    if (take(r, '-')) last = read_day(r);
    if (last < 0) return false;
    for (int day = first;; day = (day + 1) % WEEK_DAYS) {
      r->days[day] = true;
      if (day == last) break;
    }
    first = read_day(r);
  }
  return true;
}

static bool read_number(struct reader *r, int most_digits, int32_t *out)
{
  int n = 0;

  for (*out = 0; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
    if (++n > most_digits) return false;
    *out = *out * 10 + (*r->at - '0');
  }
  return n > 0;
}

/* H or H:MM in minutes. */
static bool read_clock(struct reader *r, int32_t *out)
{
  int32_t hours, minutes = 0;

  skip_blanks(r);
  if (!read_number(r, 2, &hours)) return false;
  if (r->at < r->end && *r->at == ':') {
    const char *digits = ++r->at;

    if (!read_number(r, 2, &minutes) || r->at - digits != 2) return false;
  }
  *out = hours * 60 + minutes;
  return minutes < 60 && *out <= DAY_MINUTES;
}

static eng_status read_part(struct reader *r)
{
  int32_t from, to;
  bool any = false;

  if (!read_days(r) || !read_clock(r, &from) || !take(r, '-') || !read_clock(r, &to) ||
      from == DAY_MINUTES || from == to) {
    return ENG_E_SYNTAX;
  }
  if (to < from) to += DAY_MINUTES;
  for (int day = 0; day < WEEK_DAYS; day++) {
    if (!r->days[day]) continue;
    any = true;
    if (r->count == r->room) return ENG_E_BUFFER;
    r->out[r->count++] = (eng_opening){day + 1, from, to};
  }
  return any ? ENG_OK : ENG_E_SYNTAX;
}

eng_status eng_openings_parse(const char *text, size_t length, eng_opening *out,
                              uint64_t room, uint64_t *count)
{
  struct reader r = {text, NULL, out, room, 0, {false}};
  eng_status status;

  if (count == NULL) return ENG_E_INVALID;
  *count = 0;
  if (text == NULL || (out == NULL && room > 0)) return ENG_E_INVALID;
  r.end = text + length;
  do {
    status = read_part(&r);
    if (status != ENG_OK) return status;
  } while (take(&r, ','));
  skip_blanks(&r);
  if (r.at != r.end) return ENG_E_SYNTAX;
  *count = r.count;
  return ENG_OK;
}

/* ---- a week ---- */

static int by_start(const void *a, const void *b)
{
  const struct eng__open_piece *x = a, *y = b;

  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return (x->to > y->to) - (x->to < y->to);
}

static void add_piece(struct eng__openings *o, int64_t from, int64_t to)
{
  if (from < to) {
    o->pieces[o->piece_count++] = (struct eng__open_piece){from, to, 0};
  }
}

/* What overlaps becomes one. */
static void join_pieces(struct eng__openings *o)
{
  struct eng__open_piece *pieces = o->pieces;
  size_t kept = 0;

  eng__sort(pieces, o->piece_count, sizeof *pieces, by_start);
  for (size_t i = 0; i < o->piece_count; i++) {
    if (kept > 0 && pieces[i].from <= pieces[kept - 1].to) {
      if (pieces[i].to > pieces[kept - 1].to) pieces[kept - 1].to = pieces[i].to;
    } else {
      pieces[kept++] = pieces[i];
    }
  }
  o->piece_count = kept;
  for (size_t i = 0; i < kept; i++) {
    pieces[i].before = o->of_week;
    o->of_week += pieces[i].to - pieces[i].from;
  }
}

static eng_status fill_week(struct eng__openings *o, const eng_opening *list,
                            uint64_t count)
{
  if (count > ENG_OPENINGS) return ENG_E_RANGE;
  for (uint64_t i = 0; i < count; i++) {
    const eng_opening *one = &list[i];
    int64_t from, to;

    if (one->weekday < 1 || one->weekday > WEEK_DAYS || one->from < 0 ||
        one->from >= DAY_MINUTES || one->to <= one->from ||
        one->to - one->from > DAY_MINUTES) {
      return ENG_E_RANGE;
    }
    from = (one->weekday - 1) * ENG__DAY + one->from * minute;
    to = (one->weekday - 1) * ENG__DAY + one->to * minute;
    add_piece(o, from, to < week ? to : week);
    add_piece(o, 0, to - week);
  }
  join_pieces(o);
  return ENG_OK;
}

/* What is open from the first Monday of time to a local time. */
static int64_t open_until(const struct eng__openings *o, int64_t local)
{
  /* 1970-01-01 was a Thursday. */
  int64_t monday = local + 3 * ENG__DAY, weeks = eng__floor_div(monday, week);
  int64_t rest = monday - weeks * week, open = weeks * o->of_week;

  for (size_t i = o->piece_count; i > 0; i--) {
    const struct eng__open_piece *piece = &o->pieces[i - 1];

    if (rest < piece->from) continue;
    return open + piece->before + (rest < piece->to ? rest : piece->to) - piece->from;
  }
  return open;
}

/* ---- spans between changes of the clock ---- */

static int64_t open_in(const struct eng__openings *o, const struct eng__open_span *span,
                       int64_t time)
{
  return open_until(o, time + span->shift) - open_until(o, span->since + span->shift);
}

static eng_status add_span(struct eng__openings *o, int64_t since, int64_t shift)
{
  struct eng__open_span span = {since, shift, 0};
  void *block = o->spans;
  eng_status status =
      eng__grow(o->memory, &block, &o->span_room, o->span_count + 1, sizeof span);

  o->spans = block;
  if (status != ENG_OK) return status;
  if (o->span_count > 0) {
    const struct eng__open_span *last = &o->spans[o->span_count - 1];

    span.open = last->open + open_in(o, last, since);
  }
  o->spans[o->span_count++] = span;
  return ENG_OK;
}

static eng_status fill_spans(struct eng__openings *o, const eng_context *context,
                             int64_t from, int64_t until)
{
  const struct eng__zone *zone = &context->zone;
  eng_status status = ENG_OK;

  if (zone->count == 0) return add_span(o, from, context->offset);
  for (int64_t at = from; at <= until && status == ENG_OK;) {
    status = add_span(o, at, eng__zone_shift(zone, at));
    at = eng__zone_change(zone, at);
  }
  return status;
}

eng_status eng__openings_make(const eng_context *context, const eng_opening *list,
                              uint64_t count, int64_t from, int64_t until,
                              struct eng__openings *out)
{
  eng_status status;

  memset(out, 0, sizeof *out);
  out->memory = eng__memory(context);
  if (count == 0) return ENG_OK;
  if (list == NULL) return ENG_E_INVALID;
  status = fill_week(out, list, count);
  return status == ENG_OK ? fill_spans(out, context, from, until) : status;
}

void eng__openings_release(struct eng__openings *openings)
{
  eng__free(openings->memory, openings->spans,
            openings->span_room * sizeof *openings->spans);
}

int64_t eng__openings_at(const struct eng__openings *o, int64_t time)
{
  size_t low = 0, high = o->span_count;

  if (o->piece_count == 0) return time;
  while (high - low > 1) {
    size_t mid = low + (high - low) / 2;

    if (o->spans[mid].since <= time) {
      low = mid;
    } else {
      high = mid;
    }
  }
  return o->spans[low].open + open_in(o, &o->spans[low], time);
}

eng_status eng_openings_between(const eng_context *context, const eng_opening *openings,
                                uint64_t count, int64_t from, int64_t to, int64_t *out)
{
  struct eng__openings made;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  if (context == NULL) return ENG_E_INVALID;
  if (from < 0 || to < from || to > ENG_TIME_MAX) return ENG_E_TIME;
  status = eng__openings_make(context, openings, count, from, to, &made);
  if (status == ENG_OK) {
    *out = eng__openings_at(&made, to) - eng__openings_at(&made, from);
  }
  eng__openings_release(&made);
  return status;
}
