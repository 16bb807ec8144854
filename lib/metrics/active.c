/* SPDX-License-Identifier: MIT */
/*
 * active.c - who is active, day by day and period by period.
 *
 * A customer adds a number to each period or day in which they change: rolling windows
 * are sums of such differences, so that an event costs the same however long they are.
 */
#include <string.h>

#include "core/checked.h"
#include "core/memory.h"
#include "metrics/periods.h"
#include "metrics/visit.h"

enum { WINDOWS_MAX = 8, WINDOW_MAX = 36525 };

/* ---- periods ---- */

struct flow {
  struct eng__periods periods;
  struct eng__kinds kinds;
  eng_activity *out;
};

/* The customer is active in a period and was so before in `last`; -1: never. */
static void enter(const struct flow *f, int64_t period, int64_t last, bool known)
{
  int64_t at = period - (int64_t)f->periods.before;

  if (last >= 0 && last + 1 < period)
    f->out[last + 1 - (int64_t)f->periods.before].dormant++;
  if (at < 0) return;
  f->out[at].active++;
  if (!known) {
    f->out[at].newcomers++;
  } else if (last == period - 1) {
    f->out[at].returning++;
  } else {
    f->out[at].resurrected++;
  }
}

static void flow_customer(const struct flow *f, struct eng__visit *visit)
{
  struct eng__glance glance = eng__glance_begin(visit);
  struct eng__deed deed;
  int64_t last = -1, end = INT64_MIN;
  bool known = false;

  while (eng__glance_deed(&glance, &deed)) {
    int64_t period;

    if (!f->kinds.has[deed.kind] || deed.time < end) continue;
    period = eng__period_at(&f->periods, deed.time);
    if (period >= 0) {
      end = f->periods.starts[period + 1];
      enter(f, period, last, known);
      last = period;
    }
    known = true;
  }
  if (last >= 0 && (uint64_t)last + 1 < f->periods.count) {
    f->out[last + 1 - (int64_t)f->periods.before].dormant++;
  }
}

eng_status eng_book_active(const eng_book *book, const eng_periods *periods,
                           const uint8_t *kinds, uint64_t kind_count, eng_activity *out,
                           uint64_t count, eng_progress_fn progress, void *user)
{
  struct flow f = {0};
  struct eng__visit visit;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, (size_t)count * sizeof *out);
  if (book == NULL) return ENG_E_INVALID;
  f.out = out;
  status = eng__kinds_set(book->home.pen.context, kinds, kind_count, &f.kinds);
  if (status == ENG_OK) {
    status = eng__periods_make(book->home.pen.context, periods, true, &f.periods);
  }
  if (status == ENG_OK && count != f.periods.count - f.periods.before) {
    status = ENG_E_BUFFER;
  }
  if (status == ENG_OK) {
    eng__visit_begin(&visit, book, f.periods.until, &f.kinds, progress, user);
    while (eng__visit_next(&visit)) flow_customer(&f, &visit);
    status = eng__visit_end(&visit);
  }
  eng__periods_release(&f.periods);
  if (status != ENG_OK) memset(out, 0, (size_t)count * sizeof *out);
  return status;
}

/* ---- the first of all ---- */

eng_status eng_book_first_at(const eng_book *book, int64_t until, const uint8_t *kinds,
                             uint64_t kind_count, int64_t *out)
{
  struct eng__kinds wanted;
  struct eng__visit visit;
  struct eng__deed deed;
  int64_t first = ENG_TIME_NONE;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  if (book == NULL) return ENG_E_INVALID;
  if (until < 0 || until > ENG_TIME_MAX) return ENG_E_TIME;
  status = eng__kinds_set(book->home.pen.context, kinds, kind_count, &wanted);
  if (status != ENG_OK) return status;
  eng__visit_begin(&visit, book, until, &wanted, NULL, NULL);
  while (eng__visit_next(&visit)) {
    while (eng__visit_deed(&visit, &deed)) {
      if (!wanted.has[deed.kind]) continue;
      if (first == ENG_TIME_NONE || deed.time < first) first = deed.time;
      break;
    }
  }
  status = eng__visit_end(&visit);
  if (status == ENG_OK) *out = first;
  return status;
}

/* ---- days ---- */

/* The business days that are asked about, by number. */
static eng_status days_of(const eng_book *book, int64_t from, int64_t until,
                          int64_t *first, uint64_t *days)
{
  const eng_context *context;

  if (book == NULL) return ENG_E_INVALID;
  if (from < 0 || until < from || until > ENG_TIME_MAX) return ENG_E_TIME;
  context = book->home.pen.context;
  *first = eng_business_day(context, from);
  *days = (uint64_t)(eng_business_day(context, until) - *first) + 1;
  return ENG_OK;
}

/* The days of a customer's events, each once. */
struct day_walk {
  struct eng__glance glance;
  int64_t end; /* of the day that came last */
};

static struct day_walk begin_days(struct eng__visit *visit)
{
  struct day_walk walk = {eng__glance_begin(visit), INT64_MIN};

  return walk;
}

static inline bool next_day(struct day_walk *walk, const eng_context *context,
                            const struct eng__kinds *kinds, int64_t *day)
{
  struct eng__deed deed;

  while (eng__glance_deed(&walk->glance, &deed)) {
    if (deed.time < walk->end || !kinds->has[deed.kind]) continue;
    *day = eng__business_day(context, deed.time);
    walk->end = eng__business_day_start(context, *day + 1);
    return true;
  }
  return false;
}

struct rolling {
  const eng_context *context;
  struct eng__kinds kinds;
  const int32_t *windows;
  int32_t window_count;
  int64_t first, days;
  uint64_t *begins; /* of each day, and of one after the last: who is active */
  uint64_t *ends;   /* for each window likewise: whose window ends before it */
};

static int64_t within(int64_t low, int64_t x, int64_t high)
{
  return x < low ? low : x > high ? high : x;
}

/* Active on `day`, and on `next` again: is so for the days in whose windows that is.
 * Without a branch, since gaps are as they please. */
static inline void roll(const struct rolling *r, int64_t day, int64_t next)
{
  uint64_t *ends = r->ends;

  r->begins[within(0, day, r->days)]++;
  for (int32_t w = 0; w < r->window_count; w++, ends += r->days + 1) {
    int64_t end = day + r->windows[w];

    ends[within(0, next < end ? next : end, r->days)]++;
  }
}

static void roll_customer(const struct rolling *r, struct eng__visit *visit)
{
  struct day_walk walk = begin_days(visit);
  int64_t before, day;

  if (!next_day(&walk, r->context, &r->kinds, &before)) return;
  while (next_day(&walk, r->context, &r->kinds, &day)) {
    roll(r, before - r->first, day - r->first);
    before = day;
  }
  roll(r, before - r->first, r->days);
}

static void sum_up(const struct rolling *r, uint64_t *out)
{
  const uint64_t *ends = r->ends;

  for (int32_t w = 0; w < r->window_count; w++, ends += r->days + 1) {
    uint64_t active = 0;

    for (int64_t d = 0; d < r->days; d++) *out++ = active += r->begins[d] - ends[d];
  }
}

static eng_status roll_book(struct rolling *r, const eng_book *book, int64_t until,
                            uint64_t *out, eng_progress_fn progress, void *user)
{
  const eng_allocator *memory = eng__memory(r->context);
  struct eng__visit visit;
  eng_status status;
  size_t size;

  if (!eng__mul_size((size_t)r->days + 1,
                     ((size_t)r->window_count + 1) * sizeof *r->begins, &size)) {
    return ENG_E_NOMEM;
  }
  r->begins = eng__new_zeroed(memory, size);
  if (r->begins == NULL) return ENG_E_NOMEM;
  r->ends = r->begins + r->days + 1;
  eng__visit_begin(&visit, book, until, &r->kinds, progress, user);
  while (eng__visit_next(&visit)) roll_customer(r, &visit);
  status = eng__visit_end(&visit);
  if (status == ENG_OK) sum_up(r, out);
  eng__free(memory, r->begins, size);
  return status;
}

static eng_status check_windows(const int32_t *windows, int32_t count)
{
  if (windows == NULL) return ENG_E_INVALID;
  for (int32_t w = 0; w < count; w++) {
    if (windows[w] < 1 || windows[w] > WINDOW_MAX) return ENG_E_RANGE;
  }
  return ENG_OK;
}

eng_status eng_book_rolling(const eng_book *book, int64_t from, int64_t until,
                            const uint8_t *kinds, uint64_t kind_count,
                            const int32_t *windows, int32_t window_count, uint64_t *out,
                            uint64_t days, eng_progress_fn progress, void *user)
{
  struct rolling r = {0};
  uint64_t all;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  if (window_count < 1 || window_count > WINDOWS_MAX) return ENG_E_RANGE;
  status = days_of(book, from, until, &r.first, &all);
  if (status != ENG_OK) return status;
  if (all != days) return ENG_E_BUFFER;
  memset(out, 0, (size_t)days * (size_t)window_count * sizeof *out);
  status = check_windows(windows, window_count);
  if (status != ENG_OK) return status;
  r.context = book->home.pen.context;
  r.windows = windows;
  r.window_count = window_count;
  r.days = (int64_t)days;
  status = eng__kinds_set(r.context, kinds, kind_count, &r.kinds);
  return status == ENG_OK ? roll_book(&r, book, until, out, progress, user) : status;
}

eng_status eng_book_active_days(const eng_book *book, int64_t from, int64_t until,
                                const uint8_t *kinds, uint64_t kind_count,
                                uint64_t *out, uint64_t count, eng_progress_fn progress,
                                void *user)
{
  struct eng__kinds wanted;
  struct eng__visit visit;
  int64_t first;
  uint64_t days;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  if (count < 2) return ENG_E_BUFFER;
  memset(out, 0, (size_t)count * sizeof *out);
  status = days_of(book, from, until, &first, &days);
  if (status != ENG_OK) return status;
  status = eng__kinds_set(book->home.pen.context, kinds, kind_count, &wanted);
  if (status != ENG_OK) return status;
  eng__visit_begin(&visit, book, until, &wanted, progress, user);
  while (eng__visit_next(&visit)) {
    struct day_walk walk = begin_days(&visit);
    uint64_t n = 0;
    int64_t day;
    bool known = false;

    while (next_day(&walk, visit.pen.context, &wanted, &day)) {
      known = true;
      n += day >= first;
    }
    if (known) out[n < count ? n : count - 1]++;
  }
  status = eng__visit_end(&visit);
  if (status != ENG_OK) memset(out, 0, (size_t)count * sizeof *out);
  return status;
}
