/* SPDX-License-Identifier: MIT */
/*
 * counts.c - keeping running counts right while blocks come, change and go.
 */
#include "core/counts.h"

#include <engagement/context.h>

#include "core/checked.h"
#include "core/memory.h"

size_t eng__counts_memory(const struct eng__counts *counts)
{
  if (counts == NULL) return 0;
  return sizeof *counts + counts->room * sizeof counts->columns[0] +
         counts->money * sizeof *counts->columns->money;
}

void eng__counts_free(struct eng__counts *counts, const eng_allocator *memory)
{
  if (counts == NULL) return;
  for (uint32_t c = 0; c < counts->count; c++) {
    eng__free(memory, counts->columns[c].money, sizeof *counts->columns->money);
  }
  eng__free(memory, counts->columns, counts->room * sizeof counts->columns[0]);
  eng__free(memory, counts, sizeof *counts);
}

struct eng__counts *eng__counts_new(const eng_allocator *memory)
{
  return eng__new_zeroed(memory, sizeof(struct eng__counts));
}

/* ---- blocks ---- */

/* Moves what stands from `from` to the end, [count], so that it begins at `to`. */
static void move(struct eng__column *column, uint32_t count, uint32_t from, uint32_t to)
{
  size_t n = count - from + 1;
  struct eng__sums *money = column->money;

  memmove(&column->events[to], &column->events[from], n * sizeof column->events[0]);
  if (money == NULL) return;
  memmove(&money->amounts[to], &money->amounts[from], n * sizeof money->amounts[0]);
  memmove(&money->sums[to], &money->sums[from], n * sizeof money->sums[0]);
}

void eng__counts_insert(struct eng__counts *counts, uint32_t count, uint32_t at)
{
  for (uint32_t c = 0; c < counts->count; c++) {
    move(&counts->columns[c], count, at, at + 1);
  }
}

/* The money of blocks from `at` up to `to` goes. */
static void clear_money(struct eng__sums *money, uint32_t count, uint32_t at,
                        uint32_t to)
{
  uint32_t amounts = money->amounts[to] - money->amounts[at];
  struct eng__wide start = money->sums[at], end = money->sums[to];

  for (uint32_t j = at + 1; j <= to; j++) {
    money->amounts[j] = money->amounts[at];
    money->sums[j] = start;
  }
  for (uint32_t j = to + 1; j <= count && amounts > 0; j++) {
    money->amounts[j] -= amounts;
    eng__wide_join(&money->sums[j], &start, &end);
  }
}

/* The events of blocks from `at` up to `to` go; the blocks stay. */
static void clear_range(struct eng__column *column, uint32_t count, uint32_t at,
                        uint32_t to)
{
  uint32_t events = column->events[to] - column->events[at];

  if (column->money != NULL) clear_money(column->money, count, at, to);
  for (uint32_t j = at + 1; j <= to; j++) column->events[j] = column->events[at];
  for (uint32_t j = to + 1; j <= count; j++) column->events[j] -= events;
}

void eng__counts_remove(struct eng__counts *counts, uint32_t count, uint32_t at,
                        uint32_t number)
{
  for (uint32_t c = 0; c < counts->count; c++) {
    clear_range(&counts->columns[c], count, at, at + number);
    move(&counts->columns[c], count, at + number, at);
  }
}

/* ---- events ---- */

static void set_amount(const struct eng__layout *layout, uint64_t magnitude,
                       int32_t base, struct eng__counted *out)
{
  int64_t amount = (int64_t)magnitude;
  bool minus = (layout->flags & ENG__LAYOUT_AMOUNT_MINUS) ||
               layout->measured == ENG_EVENT_REFUND;

  out->kind = layout->measured;
  out->money = layout->amount_width != 0 &&
               (int32_t)eng__shape_bits(layout->code, ENG__SHAPE_CURRENCY, 10) == base;
  out->foreign = layout->amount_width != 0 && !out->money;
  out->amount = minus ? -amount : amount;
}

void eng__counted_step(const struct eng__step *step, int32_t base,
                       struct eng__counted *out)
{
  set_amount(step->layout, eng__get(step->body, step->layout->amount_width), base, out);
}

void eng__counted_event(const struct eng__event *event, int32_t base,
                        struct eng__counted *out)
{
  struct eng__layout layout;

  eng__layout_fill(eng__shape_of(event, 0), &layout);
  set_amount(&layout, layout.amount_width == 0 ? 0 : eng__magnitude(event->amount),
             base, out);
}

static struct eng__column *column_for(struct eng__counts *counts,
                                      const eng_allocator *memory, uint8_t kind)
{
  void *columns = counts->columns;
  size_t room = counts->room;
  struct eng__column *column;
  eng_status status;

  if (counts->column_of[kind] != 0) {
    return &counts->columns[counts->column_of[kind] - 1];
  }
  if (counts->count == UINT8_MAX) return NULL;
  status = eng__grow(memory, &columns, &room, counts->count + 1, sizeof *column);
  counts->columns = columns;
  counts->room = (uint32_t)room;
  if (status != ENG_OK) return NULL;
  column = &counts->columns[counts->count++];
  memset(column, 0, sizeof *column);
  column->kind = kind;
  counts->column_of[kind] = (uint8_t)counts->count;
  return column;
}

static bool add_money(struct eng__counts *counts, const eng_allocator *memory,
                      struct eng__column *column, uint32_t count, uint32_t at,
                      int64_t amount)
{
  if (column->money == NULL) {
    column->money = eng__new_zeroed(memory, sizeof *column->money);
    if (column->money == NULL) return false;
    counts->money++;
  }
  for (uint32_t j = at + 1; j <= count; j++) {
    column->money->amounts[j]++;
    eng__wide_add(&column->money->sums[j], amount);
  }
  return true;
}

bool eng__counts_add(struct eng__counts *counts, const eng_allocator *memory,
                     uint32_t count, uint32_t at, const struct eng__counted *event)
{
  struct eng__column *column = column_for(counts, memory, event->kind);

  if (column == NULL) return false;
  if (event->money && !add_money(counts, memory, column, count, at, event->amount)) {
    return false;
  }
  column->foreign = column->foreign || event->foreign;
  for (uint32_t j = at + 1; j <= count; j++) column->events[j]++;
  return true;
}

/* What block `at` got since it was cleared, to those behind it. */
static void spread(struct eng__column *column, uint32_t count, uint32_t at)
{
  uint32_t events = column->events[at + 1] - column->events[at];
  struct eng__sums *money = column->money;

  for (uint32_t j = at + 2; j <= count && events > 0; j++) {
    column->events[j] += events;
    if (money == NULL) continue;
    money->amounts[j] += money->amounts[at + 1] - money->amounts[at];
    eng__wide_join(&money->sums[j], &money->sums[at + 1], &money->sums[at]);
  }
}

bool eng__counts_set(struct eng__counts *counts, const struct eng__pen *pen,
                     uint32_t count, uint32_t at, const struct eng__run *run)
{
  int32_t base = eng_context_currency(pen->context);
  struct eng__run_cursor cursor;
  struct eng__step step;

  for (uint32_t c = 0; c < counts->count; c++) {
    clear_range(&counts->columns[c], count, at, at + 1);
  }
  eng__run_begin(run, pen->shapes, &cursor);
  while (eng__run_step(&cursor, &step)) {
    struct eng__counted event;

    eng__counted_step(&step, base, &event);
    if (!eng__counts_add(counts, pen->memory, at + 1, at, &event)) return false;
  }
  for (uint32_t c = 0; c < counts->count; c++) spread(&counts->columns[c], count, at);
  return true;
}
