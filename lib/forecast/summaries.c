/* SPDX-License-Identifier: MIT */
/*
 * summaries.c - counting histories, and putting them in order.
 *
 * All tables are at most half full, with linear probing. Room for what a call adds is
 * made before anything is changed.
 */
#include "forecast/summaries.h"

#include <string.h>

#include "core/checked.h"
#include "core/hash.h"
#include "core/sort.h"

enum { FIRST_ROOM = 64 };

eng_status eng_summaries_new(const eng_context *context, int32_t unit,
                             eng_summaries **out)
{
  eng_summaries *s;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL) return ENG_E_INVALID;
  if (unit < ENG_UNIT_DAY || unit > ENG_UNIT_PERIOD) return ENG_E_RANGE;
  s = eng__new_zeroed(eng__memory(context), sizeof *s);
  if (s == NULL) return ENG_E_NOMEM;
  s->context = context;
  s->unit = unit;
  *out = s;
  return ENG_OK;
}

void eng_summaries_free(eng_summaries *s)
{
  const eng_allocator *memory;

  if (s == NULL) return;
  memory = eng__memory(s->context);
  eng__free(memory, s->cells, s->cell_room * sizeof *s->cells);
  eng__free(memory, s->worths, s->worth_room * sizeof *s->worths);
  eng__tells_release(&s->tells, memory);
  eng__free(memory, s, sizeof *s);
}

/* ---- tables ---- */

static uint64_t hash_cell(const eng_summaries *s, uint32_t x, uint32_t t_x, uint32_t T)
{
  uint32_t key[3] = {x, t_x, T};

  return eng__table_hash(s->context->settings.hash_key, key, sizeof key);
}

static uint64_t hash_worth(const eng_summaries *s, uint32_t x, int64_t spend)
{
  uint64_t key[2] = {x, (uint64_t)spend};

  return eng__table_hash(s->context->settings.hash_key, key, sizeof key);
}

/* The slot that has a history, or is free for it. */
static struct eng__alike *find_cell(const eng_summaries *s, uint32_t x, uint32_t t_x,
                                    uint32_t T)
{
  size_t at = (size_t)hash_cell(s, x, t_x, T) & (s->cell_room - 1);

  for (;;) {
    struct eng__alike *cell = &s->cells[at];

    if (cell->count == 0) return cell;
    if (cell->x == x && cell->t_x == t_x && cell->T == T) return cell;
    at = (at + 1) & (s->cell_room - 1);
  }
}

static struct eng__worth *find_worth(const eng_summaries *s, uint32_t x, int64_t spend)
{
  size_t at = (size_t)hash_worth(s, x, spend) & (s->worth_room - 1);

  for (;;) {
    struct eng__worth *worth = &s->worths[at];

    if (worth->count == 0) return worth;
    if (worth->x == x && worth->spend == spend) return worth;
    at = (at + 1) & (s->worth_room - 1);
  }
}

/* How large a table is to be for one entry more; 0 where that does not fit. */
static size_t room_for(size_t room, size_t count, size_t item)
{
  size_t size;

  if (room == 0) return FIRST_ROOM;
  if (count + 1 <= room / 2) return room;
  return eng__mul_size(room, 2 * item, &size) ? room * 2 : 0;
}

static eng_status grow_cells(eng_summaries *s)
{
  const eng_allocator *memory = eng__memory(s->context);
  struct eng__alike *old = s->cells;
  size_t old_room = s->cell_room;
  size_t room = room_for(old_room, s->cell_count, sizeof *old);
  struct eng__alike *cells;

  if (room == old_room) return ENG_OK;
  if (room == 0) return ENG_E_NOMEM;
  cells = eng__new_zeroed(memory, room * sizeof *cells);
  if (cells == NULL) return ENG_E_NOMEM;
  s->cells = cells;
  s->cell_room = room;
  for (size_t i = 0; i < old_room; i++) {
    if (old[i].count > 0) *find_cell(s, old[i].x, old[i].t_x, old[i].T) = old[i];
  }
  eng__free(memory, old, old_room * sizeof *old);
  return ENG_OK;
}

static eng_status grow_worths(eng_summaries *s)
{
  const eng_allocator *memory = eng__memory(s->context);
  struct eng__worth *old = s->worths;
  size_t old_room = s->worth_room;
  size_t room = room_for(old_room, s->worth_count, sizeof *old);
  struct eng__worth *worths;

  if (room == old_room) return ENG_OK;
  if (room == 0) return ENG_E_NOMEM;
  worths = eng__new_zeroed(memory, room * sizeof *worths);
  if (worths == NULL) return ENG_E_NOMEM;
  s->worths = worths;
  s->worth_room = room;
  for (size_t i = 0; i < old_room; i++) {
    if (old[i].count > 0) *find_worth(s, old[i].x, old[i].spend) = old[i];
  }
  eng__free(memory, old, old_room * sizeof *old);
  return ENG_OK;
}

/* ---- adding ---- */

/* Room was made, sums were checked. */
static void count_cell(eng_summaries *s, uint32_t x, uint32_t t_x, uint32_t T,
                       uint64_t customers)
{
  struct eng__alike *cell = find_cell(s, x, t_x, T);

  if (cell->count == 0) {
    cell->x = x;
    cell->t_x = t_x;
    cell->T = T;
    s->cell_count++;
  }
  cell->count += customers;
  s->customers += customers;
  s->purchases += customers * x;
  if (x > 0) s->repeaters += customers;
  if (T > s->longest) s->longest = T;
}

static void count_worth(eng_summaries *s, uint32_t x, int64_t spend, uint64_t customers)
{
  struct eng__worth *worth = find_worth(s, x, spend);

  if (worth->count == 0) {
    worth->x = x;
    worth->spend = spend;
    s->worth_count++;
  }
  worth->count += customers;
  s->spenders += customers;
}

/* Whether so many more customers and purchases can be counted. */
static eng_status fits(const eng_summaries *s, uint64_t customers, uint64_t purchases)
{
  const uint64_t most = INT64_MAX;

  if (customers > most - s->customers || purchases > most - s->purchases) {
    return ENG_E_OVERFLOW;
  }
  return ENG_OK;
}

eng_status eng__summaries_add_worth(eng_summaries *s, uint32_t x, int64_t spend,
                                    uint64_t customers)
{
  eng_status status;

  if (x == 0 || x > UINT32_C(1) << 22 || spend <= 0 || customers < 1 ||
      customers > s->repeaters - s->spenders) {
    return ENG_E_RANGE;
  }
  status = grow_worths(s);
  if (status == ENG_OK) count_worth(s, x, spend, customers);
  return status;
}

uint64_t eng__summaries_alike(const eng_summaries *s, uint32_t x, uint32_t t_x,
                              uint64_t T)
{
  if (s->cell_room == 0 || T > INT32_MAX) return 0;
  return find_cell(s, x, t_x, (uint32_t)T)->count;
}

/* An act after the last purchase needs a day after it. */
static bool is_told(const struct eng__tell *tell)
{
  return tell->acts >= 1 && tell->acts <= ENG_MOST_ACTS && tell->after <= tell->acts &&
         tell->positive <= tell->acts && (tell->after == 0 || tell->T > tell->t_x) &&
         tell->count >= 1 && tell->count <= UINT64_C(1) << 40;
}

eng_status eng__summaries_add_tell(eng_summaries *s, const struct eng__tell *tell)
{
  eng_status status;

  if (!is_told(tell)) return ENG_E_RANGE;
  status = eng__tells_reserve(&s->tells, s->context);
  if (status == ENG_OK) eng__tells_add(&s->tells, s->context, tell);
  return status;
}

eng_status eng_summaries_add_summary(eng_summaries *s, const eng_summary *summary,
                                     uint64_t customers)
{
  struct eng__tell tell;
  eng_status status;

  if (s == NULL || summary == NULL) return ENG_E_INVALID;
  if (!summary->bought) return ENG_OK;
  if (summary->acts == 0) {
    if (summary->acts_after != 0 || summary->positive != 0) return ENG_E_RANGE;
    return eng_summaries_add(s, summary->x, summary->t_x, summary->T, summary->spend,
                             customers);
  }
  tell = (struct eng__tell){summary->x,    summary->t_x,        summary->T,
                            summary->acts, summary->acts_after, summary->positive,
                            customers};
  if (!is_told(&tell)) return ENG_E_RANGE;
  status = eng__tells_reserve(&s->tells, s->context);
  if (status == ENG_OK) {
    status = eng_summaries_add(s, summary->x, summary->t_x, summary->T, summary->spend,
                               customers);
  }
  if (status == ENG_OK) eng__tells_add(&s->tells, s->context, &tell);
  return status;
}

eng_status eng_summaries_add(eng_summaries *s, uint32_t x, uint32_t t_x, uint32_t T,
                             int64_t spend, uint64_t customers)
{
  bool worth = x > 0 && spend > 0;
  eng_status status;

  if (s == NULL) return ENG_E_INVALID;
  if ((x == 0) != (t_x == 0) || t_x > T || T > INT32_MAX || customers < 1 ||
      customers > UINT64_C(1) << 40 || x > UINT32_C(1) << 22) {
    return ENG_E_RANGE;
  }
  if (s->unit == ENG_UNIT_PERIOD && x > t_x) return ENG_E_RANGE;
  status = fits(s, customers, customers * x);
  if (status == ENG_OK) status = grow_cells(s);
  if (status == ENG_OK && worth) status = grow_worths(s);
  if (status != ENG_OK) return status;
  count_cell(s, x, t_x, T, customers);
  if (worth) count_worth(s, x, spend, customers);
  return ENG_OK;
}

eng_status eng_summaries_merge(eng_summaries *s, const eng_summaries *other)
{
  eng_status status;

  if (s == NULL || other == NULL || s == other) return ENG_E_INVALID;
  if (s->unit != other->unit ||
      s->context->settings.currency != other->context->settings.currency) {
    return ENG_E_CONTEXT;
  }
  status = fits(s, other->customers, other->purchases);
  for (size_t i = 0; i < other->cell_room && status == ENG_OK; i++) {
    const struct eng__alike *cell = &other->cells[i];

    if (cell->count == 0) continue;
    status = grow_cells(s);
    if (status == ENG_OK) count_cell(s, cell->x, cell->t_x, cell->T, cell->count);
  }
  for (size_t i = 0; i < other->worth_room && status == ENG_OK; i++) {
    const struct eng__worth *worth = &other->worths[i];

    if (worth->count == 0) continue;
    status = grow_worths(s);
    if (status == ENG_OK) count_worth(s, worth->x, worth->spend, worth->count);
  }
  for (size_t i = 0; i < other->tells.room && status == ENG_OK; i++) {
    const struct eng__tell *tell = &other->tells.slots[i];

    if (tell->count == 0) continue;
    status = eng__tells_reserve(&s->tells, s->context);
    if (status == ENG_OK) eng__tells_add(&s->tells, s->context, tell);
  }
  return status;
}

/* ---- what is in them ---- */

int32_t eng_summaries_unit(const eng_summaries *s) { return s == NULL ? 0 : s->unit; }

uint64_t eng_summaries_customers(const eng_summaries *s)
{
  return s == NULL ? 0 : s->customers;
}

uint64_t eng_summaries_purchases(const eng_summaries *s)
{
  return s == NULL ? 0 : s->purchases;
}

uint64_t eng_summaries_distinct(const eng_summaries *s)
{
  return s == NULL ? 0 : s->cell_count;
}

static int by_history(const void *a, const void *b)
{
  const struct eng__alike *p = a, *q = b;

  if (p->x != q->x) return p->x < q->x ? -1 : 1;
  if (p->t_x != q->t_x) return p->t_x < q->t_x ? -1 : 1;
  return (p->T > q->T) - (p->T < q->T);
}

static int by_worth(const void *a, const void *b)
{
  const struct eng__worth *p = a, *q = b;

  if (p->x != q->x) return p->x < q->x ? -1 : 1;
  return (p->spend > q->spend) - (p->spend < q->spend);
}

eng_status eng__summaries_alikes(const eng_summaries *s, struct eng__alike **out)
{
  size_t n = 0;

  *out = eng__new(eng__memory(s->context), (s->cell_count + 1) * sizeof **out);
  if (*out == NULL) return ENG_E_NOMEM;
  for (size_t i = 0; i < s->cell_room; i++) {
    if (s->cells[i].count > 0) (*out)[n++] = s->cells[i];
  }
  eng__sort(*out, n, sizeof **out, by_history);
  return ENG_OK;
}

eng_status eng__summaries_worths(const eng_summaries *s, struct eng__worth **out)
{
  size_t n = 0;

  *out = eng__new(eng__memory(s->context), (s->worth_count + 1) * sizeof **out);
  if (*out == NULL) return ENG_E_NOMEM;
  for (size_t i = 0; i < s->worth_room; i++) {
    if (s->worths[i].count > 0) (*out)[n++] = s->worths[i];
  }
  eng__sort(*out, n, sizeof **out, by_worth);
  return ENG_OK;
}
