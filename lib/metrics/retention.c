/* SPDX-License-Identifier: MIT */
/*
 * retention.c - cohort tables: who came back how many periods after the first time.
 *
 * What a customer did in a column is gathered while their events go by in order, and
 * written when the column changes. Unbounded tables count where a customer came last,
 * and are summed from the right at the end.
 *
 * Where only purchases are asked about, by days of UTC, the summary of a timeline has
 * what most customers need: the days of the first and the last one, and how many.
 */
#include <string.h>

#include "core/checked.h"
#include "core/options.h"
#include "metrics/periods.h"
#include "metrics/visit.h"

enum { COLUMNS_MAX = 100000 };

static const uint8_t purchases[] = {ENG_EVENT_PURCHASE};

void eng_retention_init(eng_retention *retention, uint32_t size)
{
  eng_retention fresh = {0};

  fresh.base = fresh.back = purchases;
  fresh.base_count = fresh.back_count = 1;
  eng__options_init(retention, size, &fresh, sizeof fresh);
}

struct table {
  const eng_retention *asked;
  struct eng__periods periods;
  struct eng__kinds base, back;
  int64_t clock; /* own_clock: milliseconds of a period; else 0 */
  bool unbounded;
  bool brief; /* summaries of purchases are of use */
  uint64_t *sizes;
  eng_cell *cells;
  uint64_t cohorts, columns;
};

/* ---- columns ---- */

/* The column of a customer's n-th period; -1: of none. */
static int64_t column_of(const struct table *t, int64_t n)
{
  const uint32_t *edges = t->asked->brackets;
  uint64_t low = 0, high = t->columns + 1;

  if (edges == NULL) return n < (int64_t)t->columns ? n : -1;
  while (low < high) {
    uint64_t mid = low + (high - low) / 2;

    if ((int64_t)edges[mid] <= n) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low == 0 || low == t->columns + 1 ? -1 : (int64_t)low - 1;
}

/* Unbounded: the column of the period, or the last one before it. */
static int64_t last_column(const struct table *t, int64_t n)
{
  const uint32_t *edges = t->asked->brackets;
  int64_t last = (int64_t)t->columns - 1;

  if (edges == NULL) return n < last ? n : last;
  return n >= (int64_t)edges[t->columns] ? last : column_of(t, n);
}

/* The first millisecond after the last period of a column, for a customer who came last
 * in the cohort; or as much as is to be told apart. */
static bool has_ended(const struct table *t, uint64_t cohort, uint64_t column)
{
  const uint32_t *edges = t->asked->brackets;
  uint64_t after = edges == NULL ? column + 1 : edges[column + 1];

  if (t->clock > 0) {
    int64_t length, end;

    return eng__mul_i64((int64_t)after, t->clock, &length) &&
           eng__add_i64(t->periods.starts[cohort + 1], length, &end) &&
           end <= t->periods.until + 2;
  }
  return cohort + after < t->periods.count + 1 &&
         t->periods.starts[cohort + after] <= t->periods.until + 1;
}

/* ---- one customer ---- */

struct life {
  int64_t cohort, first; /* -1: none; instant of the first event */
  int64_t column;        /* what is gathered; -1: nothing */
  int64_t money;
  uint64_t left_out;
  bool came;
};

static eng_status close_column(const struct table *t, struct life *life)
{
  eng_cell *cell;
  bool came = life->came;
  int64_t column = life->column;

  life->came = false;
  if (!came || column < 0) return ENG_OK;
  cell = &t->cells[(uint64_t)life->cohort * t->columns + (uint64_t)column];
  cell->customers++;
  cell->left_out += life->left_out;
  if (!eng__add_i64(cell->money, life->money, &cell->money)) return ENG_E_OVERFLOW;
  life->money = 0;
  life->left_out = 0;
  return ENG_OK;
}

static int64_t period_since(const struct table *t, const struct life *life,
                            int64_t time)
{
  if (t->clock > 0) return (time - life->first) / t->clock;
  return eng__period_at(&t->periods, time) - life->cohort;
}

static eng_status come_back(const struct table *t, struct life *life, int64_t time)
{
  int64_t n = period_since(t, life, time);
  int64_t column = t->unbounded ? last_column(t, n) : column_of(t, n);
  eng_status status = ENG_OK;

  if (column != life->column) {
    /* Unbounded money stays where it was spent, and the customer moves on. */
    if (t->unbounded && life->came && life->column >= 0) {
      t->cells[(uint64_t)life->cohort * t->columns + (uint64_t)life->column]
          .customers--;
    }
    status = close_column(t, life);
    if (status != ENG_OK) return status;
    life->column = column;
  }
  life->came = true;
  return ENG_OK;
}

static eng_status spend(struct life *life, const struct eng__seen *seen)
{
  life->left_out += seen->foreign_amount;
  return eng__add_i64(life->money, seen->amount, &life->money) ? ENG_OK
                                                               : ENG_E_OVERFLOW;
}

/* The first event: false if it begins no cohort. */
static bool begin(const struct table *t, struct life *life, int64_t time)
{
  life->cohort = eng__period_at(&t->periods, time);
  life->first = time;
  if (life->cohort < 0) return false;
  t->sizes[life->cohort]++;
  return true;
}

/* Whether the summary of a customer tells the periods of all purchases: there are two
 * at the most, or they lie in one period. Sets times in the first and in the last. */
static bool is_brief(const struct table *t, const struct eng__visit *visit,
                     int64_t times[2])
{
  const struct eng__summary *summary = &visit->slot->summary;

  if (!t->brief || !visit->plain || summary->last_purchase == UINT16_MAX) return false;
  times[0] = summary->first_purchase * ENG__DAY;
  times[1] = summary->last_purchase * ENG__DAY;
  if (times[1] + ENG__DAY - 1 > t->periods.until) return false;
  return summary->purchases <= 2 ||
         eng__period_at(&t->periods, times[0]) == eng__period_at(&t->periods, times[1]);
}

static eng_status follow_brief(const struct table *t, const int64_t times[2])
{
  struct life life = {-1, 0, -1, 0, 0, false};
  eng_status status;

  if (!begin(t, &life, times[0])) return ENG_OK;
  status = come_back(t, &life, times[0]);
  if (status == ENG_OK) status = come_back(t, &life, times[1]);
  return status == ENG_OK ? close_column(t, &life) : status;
}

static eng_status follow(const struct table *t, struct eng__visit *visit)
{
  struct eng__glance glance = eng__glance_begin(visit);
  struct life life = {-1, 0, -1, 0, 0, false};
  struct eng__deed deed;
  int64_t times[2];
  eng_status status = ENG_OK;

  if (is_brief(t, visit, times)) return follow_brief(t, times);
  while (status == ENG_OK && eng__glance_deed(&glance, &deed)) {
    if (life.cohort < 0) {
      if (!t->base.has[deed.kind]) continue;
      if (!begin(t, &life, deed.time)) return ENG_OK;
    }
    if (!t->back.has[deed.kind]) continue;
    status = come_back(t, &life, deed.time);
    if (status == ENG_OK && t->asked->money && life.column >= 0) {
      status = spend(&life, eng__glance_fields(&glance));
    }
  }
  return status == ENG_OK ? close_column(t, &life) : status;
}

/* ---- all ---- */

static eng_status sum_from_the_right(const struct table *t)
{
  for (uint64_t c = 0; c < t->cohorts; c++) {
    eng_cell *row = t->cells + c * t->columns;

    for (uint64_t j = t->columns - 1; j-- > 0;) {
      row[j].customers += row[j + 1].customers;
      row[j].left_out += row[j + 1].left_out;
      if (!eng__add_i64(row[j].money, row[j + 1].money, &row[j].money)) {
        return ENG_E_OVERFLOW;
      }
    }
  }
  return ENG_OK;
}

static void mark_ended(const struct table *t)
{
  for (uint64_t c = 0; c < t->cohorts; c++) {
    for (uint64_t j = 0; j < t->columns; j++) {
      t->cells[c * t->columns + j].ended = has_ended(t, c, j);
    }
  }
}

static eng_status check(const struct table *t, const eng_periods *periods)
{
  const eng_retention *asked = t->asked;
  bool calendar;

  calendar = periods->every != ENG_EVERY_DAY && periods->every != ENG_EVERY_WEEK &&
             periods->every != ENG_EVERY_DAYS;
  if (asked->mode < ENG_RETENTION_NDAY || asked->mode > ENG_RETENTION_UNBOUNDED ||
      asked->own_clock < 0 || asked->own_clock > 1 || asked->money < 0 ||
      asked->money > 1 || (asked->own_clock == 1 && calendar) || t->columns < 1 ||
      t->columns > COLUMNS_MAX) {
    return ENG_E_RANGE;
  }
  for (uint64_t j = 0; asked->brackets != NULL && j < t->columns; j++) {
    if (asked->brackets[j] >= asked->brackets[j + 1]) return ENG_E_RANGE;
  }
  return ENG_OK;
}

static bool only_purchases(const struct eng__kinds *kinds)
{
  for (int kind = 0; kind < 256; kind++) {
    if (kinds->has[kind] != (kind == ENG_EVENT_PURCHASE)) return false;
  }
  return true;
}

static eng_status prepare(struct table *t, const eng_book *book,
                          const eng_periods *given)
{
  const eng_context *context = book->home.pen.context;
  eng_periods asked, *periods = &asked;
  eng_status status = eng__periods_read(given, periods);

  if (status == ENG_OK) status = check(t, periods);
  if (status != ENG_OK) return status;
  status = eng__kinds_set(context, t->asked->base, t->asked->base_count, &t->base);
  if (status != ENG_OK) return status;
  status = eng__kinds_set(context, t->asked->back, t->asked->back_count, &t->back);
  if (status != ENG_OK) return status;
  status = eng__periods_make(context, periods, false, &t->periods);
  if (status != ENG_OK) return status;
  if (t->asked->own_clock) {
    t->clock = ENG__DAY * (periods->every == ENG_EVERY_WEEK   ? 7
                           : periods->every == ENG_EVERY_DAYS ? periods->length
                                                              : 1);
  }
  t->unbounded = t->asked->mode == ENG_RETENTION_UNBOUNDED;
  t->brief = only_purchases(&t->base) && only_purchases(&t->back) && !t->asked->money &&
             t->clock == 0 && context->days.count == 0 && context->day_shift == 0;
  return t->cohorts == t->periods.count ? ENG_OK : ENG_E_BUFFER;
}

static eng_status fill(const struct table *t, const eng_book *book,
                       eng_progress_fn progress, void *user)
{
  struct eng__visit visit;
  eng_status status = ENG_OK, visited;

  eng__visit_begin(&visit, book, t->periods.until, &t->base, progress, user);
  while (status == ENG_OK && eng__visit_next(&visit)) status = follow(t, &visit);
  visited = eng__visit_end(&visit);
  if (status == ENG_OK) status = visited;
  if (status == ENG_OK && t->unbounded) status = sum_from_the_right(t);
  if (status == ENG_OK) mark_ended(t);
  return status;
}

static void clear(const struct table *t)
{
  memset(t->sizes, 0, (size_t)t->cohorts * sizeof *t->sizes);
  for (uint64_t c = 0; c < t->cohorts; c++) {
    memset(t->cells + c * t->columns, 0, (size_t)t->columns * sizeof *t->cells);
  }
}

eng_status eng_book_retention(const eng_book *book, const eng_periods *periods,
                              const eng_retention *retention, uint64_t *sizes,
                              uint64_t cohorts, eng_cell *cells, uint64_t columns,
                              eng_progress_fn progress, void *user)
{
  eng_retention asked;
  struct table t;
  eng_status status;

  if (book == NULL || sizes == NULL || cells == NULL) return ENG_E_INVALID;
  if (columns < 1 || columns > COLUMNS_MAX) return ENG_E_RANGE;
  eng_retention_init(&asked, sizeof asked);
  memset(&t, 0, sizeof t);
  t.asked = &asked;
  t.sizes = sizes;
  t.cells = cells;
  t.cohorts = cohorts;
  t.columns = columns;
  clear(&t);
  if (retention != NULL) {
    status = eng__options_take(retention, &asked, sizeof asked);
    if (status != ENG_OK) return status;
  }
  status = prepare(&t, book, periods);
  if (status == ENG_OK) status = fill(&t, book, progress, user);
  eng__periods_release(&t.periods);
  if (status != ENG_OK) clear(&t);
  return status;
}
