/* SPDX-License-Identifier: MIT */
/*
 * zone.c - reading TZif (RFC 9636) and its rule for the future (POSIX TZ), and asking.
 *
 * Of version 1 the 32-bit block is used, of later ones the 64-bit block and the rule.
 * Leap seconds are refused: times here have none.
 */
#include "core/zone.h"

#include <string.h>

#include "core/calendar.h"
#include "core/memory.h"

enum {
  HEADER = 44,
  BYTES_MAX = 65536,
  OFFSET_MAX = 26 * 3600, /* seconds */
  LAST_YEAR = 9999,
  CYCLE_YEARS = 400
};

static const int64_t cycle_length = INT64_C(146097) * ENG__DAY;

/* ---- spans ---- */

static eng_status add_span(struct eng__zone *zone, const eng_allocator *memory,
                           int64_t since, int64_t shift)
{
  struct eng__span *last = zone->count > 0 ? &zone->spans[zone->count - 1] : NULL;
  void *block = zone->spans;
  eng_status status;

  /* Of two at one instant the later holds; one that changes nothing is none. */
  if (last != NULL && last->since == since) {
    last->shift = shift;
    if (zone->count > 1 && last[-1].shift == shift) zone->count--;
    return ENG_OK;
  }
  if (last != NULL && last->shift == shift) return ENG_OK;
  status = eng__grow(memory, &block, &zone->room, zone->count + 1, sizeof *last);
  zone->spans = block;
  if (status != ENG_OK) return status;
  zone->spans[zone->count].since = since;
  zone->spans[zone->count++].shift = shift;
  return ENG_OK;
}

void eng__zone_free(struct eng__zone *zone, const eng_allocator *memory)
{
  eng__free(memory, zone->spans, zone->room * sizeof *zone->spans);
  memset(zone, 0, sizeof *zone);
}

eng_status eng__zone_copy(const struct eng__zone *zone, const eng_allocator *memory,
                          struct eng__zone *out)
{
  memset(out, 0, sizeof *out);
  if (zone->count == 0) return ENG_OK;
  out->spans = eng__new(memory, zone->count * sizeof *out->spans);
  if (out->spans == NULL) return ENG_E_NOMEM;
  memcpy(out->spans, zone->spans, zone->count * sizeof *out->spans);
  out->count = out->room = zone->count;
  out->cycle = zone->cycle;
  return ENG_OK;
}

/* ---- the rule: POSIX TZ ---- */

struct text {
  const uint8_t *at, *end;
};

static bool take(struct text *t, char c)
{
  if (t->at == t->end || *t->at != (uint8_t)c) return false;
  t->at++;
  return true;
}

static bool take_number(struct text *t, int most, int *out)
{
  int v = 0, n = 0;

  for (; t->at < t->end && *t->at >= '0' && *t->at <= '9' && n < 4; t->at++, n++) {
    v = v * 10 + (*t->at - '0');
  }
  *out = v;
  return n > 0 && v <= most;
}

static bool is_letter(uint8_t c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Three letters or more, or anything of letters, digits and signs between < and >. */
static bool take_name(struct text *t)
{
  const uint8_t *begin = t->at;

  if (take(t, '<')) {
    while (t->at < t->end && *t->at != '>') t->at++;
    return take(t, '>');
  }
  while (t->at < t->end && is_letter(*t->at)) t->at++;
  return t->at - begin >= 3;
}

/* [+-]h[:mm[:ss]] in seconds. */
static bool take_time(struct text *t, int hours, int *out)
{
  int sign = 1, hour, minute = 0, second = 0;

  if (take(t, '-')) {
    sign = -1;
  } else {
    (void)take(t, '+');
  }
  if (!take_number(t, hours, &hour)) return false;
  if (take(t, ':')) {
    if (!take_number(t, 59, &minute)) return false;
    if (take(t, ':') && !take_number(t, 59, &second)) return false;
  }
  *out = sign * (hour * 3600 + minute * 60 + second);
  return true;
}

/* When clocks change within a year. */
struct change {
  char form; /* M: week, J: day without February 29, 0: day from 0 */
  int month, week, day;
  int time; /* seconds after local midnight */
};

static bool take_change(struct text *t, struct change *out)
{
  memset(out, 0, sizeof *out);
  out->time = 2 * 3600;
  if (take(t, 'M')) {
    out->form = 'M';
    if (!take_number(t, 12, &out->month) || out->month < 1 || !take(t, '.') ||
        !take_number(t, 5, &out->week) || out->week < 1 || !take(t, '.') ||
        !take_number(t, 6, &out->day)) {
      return false;
    }
  } else if (take(t, 'J')) {
    out->form = 'J';
    if (!take_number(t, 365, &out->day) || out->day < 1) return false;
  } else {
    out->form = '0';
    if (!take_number(t, 365, &out->day)) return false;
  }
  return !take(t, '/') || take_time(t, 167, &out->time);
}

struct rule {
  int standard, summer; /* local minus UTC, seconds */
  bool changes;
  struct change begin, end;
};

static bool read_rule(struct text t, struct rule *out)
{
  memset(out, 0, sizeof *out);
  if (!take_name(&t) || !take_time(&t, 24, &out->standard)) return false;
  out->standard = -out->standard; /* POSIX counts to the west */
  if (t.at == t.end) return true;
  out->changes = true;
  out->summer = out->standard + 3600;
  if (!take_name(&t)) return false;
  if (t.at < t.end && *t.at != ',') {
    if (!take_time(&t, 24, &out->summer)) return false;
    out->summer = -out->summer;
  }
  return take(&t, ',') && take_change(&t, &out->begin) && take(&t, ',') &&
         take_change(&t, &out->end) && t.at == t.end;
}

static bool is_leap(int64_t year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The local time of a change, seconds since 1970. */
static int64_t change_at(const struct change *change, int64_t year)
{
  int64_t day;

  if (change->form == 'M') {
    int64_t first = eng__days_from_date(year, change->month, 1), next;
    int weekday = (int)((first % 7 + 11) % 7); /* 0 is Sunday */

    day = first + (change->day - weekday + 7) % 7 + 7 * (change->week - 1);
    next = change->month == 12 ? eng__days_from_date(year + 1, 1, 1)
                               : eng__days_from_date(year, change->month + 1, 1);
    if (day >= next) day -= 7;
  } else {
    day = eng__days_from_date(year, 1, 1) + change->day;
    if (change->form == 'J') day -= !(is_leap(year) && change->day >= 60);
  }
  return day * 86400 + change->time;
}

static eng_status apply_year(struct eng__zone *zone, const eng_allocator *memory,
                             const struct rule *rule, int64_t year, int64_t after)
{
  int64_t begin = change_at(&rule->begin, year) - rule->standard;
  int64_t end = change_at(&rule->end, year) - rule->summer;
  bool summer_first = begin <= end;
  int64_t times[2] = {summer_first ? begin : end, summer_first ? end : begin};
  int shifts[2] = {summer_first ? rule->summer : rule->standard,
                   summer_first ? rule->standard : rule->summer};

  for (int i = 0; i < 2; i++) {
    int64_t at = times[i] * 1000;
    eng_status status;

    /* Rules whose years overlap are taken in the order of their instants. */
    if (at <= after || at < zone->spans[zone->count - 1].since) continue;
    status = add_span(zone, memory, at, (int64_t)shifts[i] * 1000);
    if (status != ENG_OK) return status;
  }
  return ENG_OK;
}

/* The rule, from the last change that the bytes name on. */
static eng_status apply_rule(struct eng__zone *zone, const eng_allocator *memory,
                             const struct rule *rule, int64_t after)
{
  int64_t first = 1970, last;
  int month, day;

  if (!rule->changes) return ENG_OK;
  if (after > 0) eng__date_from_days(after / ENG__DAY, &first, &month, &day);
  last = first + 1 + CYCLE_YEARS;
  if (last > LAST_YEAR + 1) last = LAST_YEAR + 1;
  for (int64_t year = first > 1970 ? first - 1 : first; year <= last; year++) {
    eng_status status = apply_year(zone, memory, rule, year, after);

    if (status != ENG_OK) return status;
  }
  if (last <= LAST_YEAR) zone->cycle = eng__days_from_date(last, 1, 1) * ENG__DAY;
  return ENG_OK;
}

/* ---- the bytes ---- */

struct block {
  const uint8_t *times, *types, *infos;
  uint32_t time_count, type_count;
  unsigned width; /* bytes of a time */
};

static uint32_t get32(const uint8_t *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t get_signed(const uint8_t *p, unsigned width)
{
  if (width == 4) return (int32_t)get32(p);
  return (int64_t)((uint64_t)get32(p) << 32 | get32(p + 4));
}

/* A header and the data behind it, of which *at is moved past. */
static eng_status read_block(const uint8_t **at, const uint8_t *end, unsigned width,
                             struct block *out)
{
  const uint8_t *p = *at;
  uint64_t counts[6], size;

  if (end - p < HEADER) return ENG_E_TRUNCATED;
  if (memcmp(p, "TZif", 4) != 0) return ENG_E_MAGIC;
  for (int i = 0; i < 6; i++) counts[i] = get32(p + 20 + 4 * i);
  /* isut, isstd, leap, time, type, char: each at most 2^32, so nothing wraps */
  size = counts[0] + counts[1] + counts[2] * (width + 4) + counts[3] * (width + 1) +
         counts[4] * 6 + counts[5];
  p += HEADER;
  if ((uint64_t)(end - p) < size) return ENG_E_COUNT;
  if (counts[2] != 0) return ENG_E_UNSUPPORTED;
  if (counts[4] == 0 || counts[4] > 256) return ENG_E_COUNT;
  out->width = width;
  out->time_count = (uint32_t)counts[3];
  out->type_count = (uint32_t)counts[4];
  out->times = p;
  out->types = p + counts[3] * width;
  out->infos = out->types + counts[3];
  *at = p + size;
  return ENG_OK;
}

static eng_status shift_of(const struct block *block, uint32_t type, int64_t *out)
{
  int64_t seconds;

  if (type >= block->type_count) return ENG_E_FIELD;
  seconds = get_signed(block->infos + 6 * (size_t)type, 4);
  if (seconds < -OFFSET_MAX || seconds > OFFSET_MAX) return ENG_E_FIELD;
  *out = seconds * 1000;
  return ENG_OK;
}

/* The changes that the bytes name; those long before 1970 fall together. */
static eng_status read_changes(const struct block *block, const eng_allocator *memory,
                               struct eng__zone *zone, int64_t *last)
{
  const int64_t oldest = -3 * ENG__DAY;
  int64_t shift, before = INT64_MIN;
  eng_status status = shift_of(block, 0, &shift);

  *last = INT64_MIN;
  if (status == ENG_OK) status = add_span(zone, memory, INT64_MIN, shift);
  for (uint32_t i = 0; status == ENG_OK && i < block->time_count; i++) {
    int64_t at = get_signed(block->times + (size_t)i * block->width, block->width);

    if (i > 0 && at <= before) return ENG_E_ORDER;
    before = at;
    status = shift_of(block, block->types[i], &shift);
    if (status != ENG_OK) return status;
    if (at > ENG_TIME_MAX / 1000) continue;
    if (at < oldest / 1000) {
      zone->spans[0].shift = shift;
    } else {
      status = add_span(zone, memory, at * 1000, shift);
    }
    *last = at < oldest / 1000 ? oldest : at * 1000;
  }
  return status;
}

static eng_status read_footer(const uint8_t *at, const uint8_t *end, struct rule *rule,
                              bool *has)
{
  struct text t = {at, end};

  *has = false;
  if (!take(&t, '\n')) return ENG_E_TRUNCATED;
  at = t.at;
  while (t.at < end && *t.at != '\n') t.at++;
  if (t.at == end) return ENG_E_TRUNCATED;
  if (t.at + 1 != end) return ENG_E_TRAILING;
  if (at == t.at) return ENG_OK;
  *has = true;
  return read_rule((struct text){at, t.at}, rule) ? ENG_OK : ENG_E_FIELD;
}

static eng_status read_all(const uint8_t *bytes, size_t length,
                           const eng_allocator *memory, struct eng__zone *zone)
{
  const uint8_t *at = bytes, *end = bytes + length;
  struct block block;
  struct rule rule;
  int64_t last;
  bool has_rule = false;
  eng_status status = read_block(&at, end, 4, &block);

  if (status != ENG_OK) return status;
  if (bytes[4] >= '2') {
    status = read_block(&at, end, 8, &block);
    if (status == ENG_OK) status = read_footer(at, end, &rule, &has_rule);
    if (status != ENG_OK) return status;
  } else if (at != end) {
    return ENG_E_TRAILING;
  }
  status = read_changes(&block, memory, zone, &last);
  if (status == ENG_OK && has_rule) status = apply_rule(zone, memory, &rule, last);
  return status;
}

eng_status eng__zone_read(const uint8_t *bytes, size_t length,
                          const eng_allocator *memory, struct eng__zone *out)
{
  eng_status status;

  memset(out, 0, sizeof *out);
  out->cycle = INT64_MAX;
  if (length > BYTES_MAX) return ENG_E_LIMIT;
  status = read_all(bytes, length, memory, out);
  if (status != ENG_OK) eng__zone_free(out, memory);
  return status;
}

/* ---- business days ---- */

eng_status eng__zone_days(const struct eng__zone *zone, int64_t day_start,
                          const eng_allocator *memory, struct eng__zone *out)
{
  int64_t free_from = INT64_MIN;

  memset(out, 0, sizeof *out);
  out->cycle = zone->cycle;
  for (size_t i = 0; i < zone->count; i++) {
    int64_t since = zone->spans[i].since, shift = zone->spans[i].shift - day_start;
    eng_status status;

    if (i > 0 && since < free_from) since = free_from;
    if (out->count > 0) {
      int64_t before = out->spans[out->count - 1].shift;
      int64_t day = eng__floor_div(since - 1 + before, ENG__DAY);

      /* The day that has begun lasts until the clock, put back, reaches it again. */
      if (eng__floor_div(since + shift, ENG__DAY) < day) since = day * ENG__DAY - shift;
    }
    if (i + 1 < zone->count && since >= zone->spans[i + 1].since) {
      free_from = since;
      continue;
    }
    free_from = INT64_MIN;
    status = add_span(out, memory, since, shift);
    if (status != ENG_OK) {
      eng__zone_free(out, memory);
      return status;
    }
  }
  return ENG_OK;
}

/* ---- asking ---- */

/* The same time of the calendar within the years that are worked out. */
static int64_t fold(const struct eng__zone *zone, int64_t time)
{
  if (time < zone->cycle) return 0;
  return ((time - zone->cycle) / cycle_length + 1) * cycle_length;
}

/* The last span that begins at or before a time. */
static size_t find_span(const struct eng__zone *zone, int64_t time)
{
  size_t low = 0, high = zone->count;

  while (high - low > 1) {
    size_t mid = low + (high - low) / 2;

    if (zone->spans[mid].since <= time) {
      low = mid;
    } else {
      high = mid;
    }
  }
  return low;
}

int64_t eng__zone_change(const struct eng__zone *zone, int64_t time)
{
  int64_t folded = fold(zone, time), next = zone->cycle;
  size_t i = find_span(zone, time - folded) + 1;

  if (i < zone->count && zone->spans[i].since < next) next = zone->spans[i].since;
  return next == INT64_MAX ? next : next + folded;
}

int64_t eng__zone_shift(const struct eng__zone *zone, int64_t time)
{
  return zone->spans[find_span(zone, time - fold(zone, time))].shift;
}

int64_t eng__zone_time(const struct eng__zone *zone, int64_t local, bool skip)
{
  /* Two days are more than any offset. */
  int64_t folded = fold(zone, local + 2 * ENG__DAY);
  size_t i;

  local -= folded;
  i = find_span(zone, local - 2 * ENG__DAY);
  for (;; i++) {
    int64_t time = local - zone->spans[i].shift;

    if (i + 1 < zone->count && time >= zone->spans[i + 1].since) continue;
    if (time < zone->spans[i].since && i > 0) {
      time = skip ? zone->spans[i].since : local - zone->spans[i - 1].shift;
    }
    return time + folded;
  }
}
