/* SPDX-License-Identifier: MIT */
/*
 * features.c - columns of numbers about customers, all in one pass over their events.
 *
 * For each kind there is a list of the columns that its events enter, the longest
 * window first: of an event only those are touched that it enters, and the walk ends at
 * the first one that it is too old for. Columns start as what they are of nothing, so
 * that customers cost what their events do. They are begun and filled in pieces of some
 * rows, which stay in the cache meanwhile.
 */
#include <engagement/features.h>

#include <string.h>

#include "core/checked.h"
#include "core/memory.h"
#include "core/sort.h"
#include "metrics/visit.h"

enum { PIECE = 1024 };

/* A column that events of some kind enter. */
struct entry {
  int64_t since; /* those from then on; INT64_MAX ends the list */
  int64_t *column;
  uint32_t number; /* of the column */
  int32_t what;
};

struct plan {
  const eng_context *context;
  const eng_feature *columns;
  uint64_t count, rows;
  int64_t as_of;
  struct entry *order; /* the columns, the longest window first */
  uint64_t *days;      /* of each column the day that was counted last */
  struct entry *entries;
  size_t entry_count;
  struct entry *lists[256]; /* by kind, among the entries */
  struct eng__kinds needs;  /* kinds that have any */
};

/* ---- what is asked ---- */

static eng_status check(const eng_feature *feature)
{
  if (feature->zero != 0) return ENG_E_INVALID;
  if (feature->what < ENG_FEATURE_COUNT || feature->what > ENG_FEATURE_LAST ||
      feature->within < 1 || feature->within > ENG_TIME_MAX) {
    return ENG_E_RANGE;
  }
  return ENG_OK;
}

/* The kinds of a column, each once; how many. */
static int list_kinds(const eng_feature *feature, struct eng__kinds *kinds,
                      uint8_t list[256])
{
  bool all = feature->kind_count == 0;
  uint64_t count = all ? 256 : feature->kind_count;
  int n = 0;

  for (uint64_t i = 0; i < count; i++) {
    uint8_t kind = all ? (uint8_t)i : feature->kinds[i];

    if (!kinds->has[kind]) continue;
    kinds->has[kind] = false;
    list[n++] = kind;
  }
  return n;
}

static int by_since(const void *left, const void *right)
{
  const struct entry *a = left, *b = right;

  if (a->since != b->since) return a->since < b->since ? -1 : 1;
  return (a->number > b->number) - (a->number < b->number);
}

/* Checks the columns, puts them in order, and counts the entries of each kind. */
static eng_status read_columns(struct plan *plan, int64_t *out, uint32_t counts[256])
{
  uint8_t list[256];

  for (uint32_t c = 0; c < plan->count; c++) {
    const eng_feature *feature = &plan->columns[c];
    struct entry *entry = &plan->order[c];
    struct eng__kinds kinds;
    eng_status status = check(feature);

    if (status == ENG_OK) {
      status =
          eng__kinds_set(plan->context, feature->kinds, feature->kind_count, &kinds);
    }
    if (status != ENG_OK) return status;
    plan->needs.summary |= kinds.summary;
    for (int n = list_kinds(feature, &kinds, list); n-- > 0;) counts[list[n]]++;
    entry->since =
        feature->within == ENG_TIME_MAX ? INT64_MIN : plan->as_of - feature->within + 1;
    entry->column = plan->rows > 0 ? out + c * plan->rows : NULL;
    entry->number = c;
    entry->what = feature->what;
  }
  eng__sort(plan->order, (size_t)plan->count, sizeof *plan->order, by_since);
  return ENG_OK;
}

static eng_status make_lists(struct plan *plan, int64_t *out)
{
  const struct entry end = {INT64_MAX, NULL, 0, 0};
  uint32_t counts[256] = {0};
  uint8_t list[256];
  eng_status status = read_columns(plan, out, counts);
  struct entry *next;

  if (status != ENG_OK) return status;
  plan->entry_count = 256;
  for (int kind = 0; kind < 256; kind++) plan->entry_count += counts[kind];
  plan->entries =
      eng__new(eng__memory(plan->context), plan->entry_count * sizeof *plan->entries);
  if (plan->entries == NULL) return ENG_E_NOMEM;
  next = plan->entries;
  for (int kind = 0; kind < 256; kind++) {
    plan->lists[kind] = next;
    next += counts[kind];
    *next++ = end;
    counts[kind] = 0;
  }
  for (uint64_t i = 0; i < plan->count; i++) {
    const eng_feature *feature = &plan->columns[plan->order[i].number];
    struct eng__kinds kinds;

    /* The second time nothing can be wrong. */
    (void)eng__kinds_set(plan->context, feature->kinds, feature->kind_count, &kinds);
    for (int n = list_kinds(feature, &kinds, list); n-- > 0;) {
      plan->lists[list[n]][counts[list[n]]++] = plan->order[i];
    }
  }
  return ENG_OK;
}

/* ---- a customer ---- */

struct row {
  uint64_t at;  /* in the columns */
  uint64_t day; /* a number of its own for each day of each customer */
  int64_t day_ends;
};

static uint64_t day_of(const struct plan *plan, struct row *row, int64_t time)
{
  if (time >= row->day_ends) {
    int64_t day = eng__business_day(plan->context, time);

    row->day_ends = eng__business_day_start(plan->context, day + 1);
    row->day++;
  }
  return row->day;
}

/* What is of use only where amounts are. */
static eng_status enter_amount(const struct entry *entry, const struct row *row,
                               const struct eng__seen *seen)
{
  int64_t *cell = &entry->column[row->at];

  if (entry->what == ENG_FEATURE_FOREIGN) {
    *cell += seen->foreign_amount;
    return ENG_OK;
  }
  return eng__add_i64(*cell, seen->amount, cell) ? ENG_OK : ENG_E_OVERFLOW;
}

static eng_status walk(const struct plan *plan, struct eng__visit *visit,
                       struct row *row)
{
  struct eng__glance glance = eng__glance_begin(visit);
  struct eng__deed deed;
  uint64_t at = row->at;

  row->day_ends = INT64_MIN;
  while (eng__glance_deed(&glance, &deed)) {
    const struct eng__seen *seen = NULL;
    const struct entry *entry = plan->lists[deed.kind];

    for (; entry->since <= deed.time; entry++) {
      int64_t *cell = &entry->column[at];

      switch (entry->what) {
      case ENG_FEATURE_COUNT: ++*cell; break;
      case ENG_FEATURE_FIRST: *cell = *cell == ENG_TIME_NONE ? deed.time : *cell; break;
      case ENG_FEATURE_LAST: *cell = deed.time; break;
      case ENG_FEATURE_DAYS: {
        uint64_t day = day_of(plan, row, deed.time);

        *cell += plan->days[entry->number] != day;
        plan->days[entry->number] = day;
        break;
      }
      default:
        if (seen == NULL) seen = eng__glance_fields(&glance);
        if (enter_amount(entry, row, seen) != ENG_OK) return ENG_E_OVERFLOW;
      }
    }
  }
  row->day++;
  return ENG_OK;
}

/* ---- all ---- */

/* The columns of some rows as they are of nobody. */
static void begin(const struct plan *plan, int64_t *out, uint64_t from, uint64_t rows)
{
  for (uint64_t c = 0; c < plan->count; c++) {
    int64_t *column = out + c * plan->rows + from;
    int32_t what = plan->columns[c].what;

    if (what == ENG_FEATURE_FIRST || what == ENG_FEATURE_LAST) {
      for (uint64_t i = 0; i < rows; i++) column[i] = ENG_TIME_NONE;
    } else {
      memset(column, 0, (size_t)rows * sizeof *column);
    }
  }
}

static eng_status fill(const struct plan *plan, const eng_book *book, uint64_t first,
                       int64_t *out, eng_progress_fn progress, void *user)
{
  struct eng__visit visit;
  struct row row = {0, 1, 0};
  uint64_t begun = 0;
  eng_status status = ENG_OK, visited;

  eng__visit_begin(&visit, book, plan->as_of, &plan->needs, progress, user);
  eng__visit_only(&visit, first, plan->rows);
  while (status == ENG_OK && eng__visit_next(&visit)) {
    row.at = visit.row - first;
    for (; begun <= row.at; begun += PIECE) {
      begin(plan, out, begun, plan->rows - begun < PIECE ? plan->rows - begun : PIECE);
    }
    status = walk(plan, &visit, &row);
  }
  if (begun < plan->rows) begin(plan, out, begun, plan->rows - begun);
  visited = eng__visit_end(&visit);
  return status == ENG_OK ? visited : status;
}

static eng_status run(struct plan *plan, const eng_book *book, uint64_t first,
                      int64_t *out, eng_progress_fn progress, void *user)
{
  const eng_allocator *memory = eng__memory(plan->context);
  size_t orders = (size_t)plan->count * sizeof *plan->order,
         days = (size_t)plan->count * sizeof *plan->days;
  eng_status status = ENG_E_NOMEM;

  plan->order = eng__new(memory, orders);
  plan->days = eng__new_zeroed(memory, days);
  if (plan->order != NULL && plan->days != NULL) {
    status = make_lists(plan, out);
    if (status == ENG_OK) status = fill(plan, book, first, out, progress, user);
  }
  eng__free(memory, plan->entries, plan->entry_count * sizeof *plan->entries);
  eng__free(memory, plan->days, days);
  eng__free(memory, plan->order, orders);
  return status;
}

eng_status eng_book_features(const eng_book *book, int64_t as_of,
                             const eng_feature *columns, uint64_t count, uint64_t first,
                             uint64_t rows, int64_t *out, eng_progress_fn progress,
                             void *user)
{
  struct plan plan = {0};

  if (book == NULL || columns == NULL || (out == NULL && rows > 0)) {
    return ENG_E_INVALID;
  }
  if (count < 1 || count > ENG_FEATURES_MAX) return ENG_E_RANGE;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  if (first > book->rows || rows > book->rows - first) return ENG_E_NOTFOUND;
  plan.context = book->home.pen.context;
  plan.columns = columns;
  plan.count = count;
  plan.rows = rows;
  plan.as_of = as_of;
  return run(&plan, book, first, out, progress, user);
}
