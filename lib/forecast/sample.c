/* SPDX-License-Identifier: MIT */
/*
 * sample.c - from cells to rows with lists of what is distinct.
 */
#include "forecast/sample.h"

#include <string.h>

#include "core/checked.h"
#include "core/sort.h"

static int by_number(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return (x > y) - (x < y);
}

/* Sorts and drops repetitions; how many are left. */
static size_t distinct(uint32_t *numbers, size_t count)
{
  size_t kept = 0;

  eng__sort(numbers, count, sizeof *numbers, by_number);
  for (size_t i = 0; i < count; i++) {
    if (kept == 0 || numbers[kept - 1] != numbers[i]) numbers[kept++] = numbers[i];
  }
  return kept;
}

/* Where a number stands in an ascending list that has it. */
static uint32_t place(const uint32_t *numbers, size_t count, uint32_t number)
{
  size_t low = 0, high = count;

  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;

    if (numbers[middle] <= number) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return (uint32_t)low;
}

static void *array(const eng_allocator *memory, size_t count, size_t item)
{
  size_t size;

  if (!eng__mul_size(count + 1, item, &size)) return NULL;
  return eng__new_zeroed(memory, size);
}

static void drop(const eng_allocator *memory, void *block, size_t count, size_t item)
{
  eng__free(memory, block, (count + 1) * item);
}

void eng__sample_release(const eng_allocator *memory, struct eng__sample *s)
{
  drop(memory, s->rows, s->count, sizeof *s->rows);
  drop(memory, s->xs, s->x_count, sizeof *s->xs);
  drop(memory, s->groups, s->x_count, sizeof *s->groups);
  drop(memory, s->times, s->time_count, sizeof *s->times);
  drop(memory, s->group_times, 2 * s->count, sizeof *s->group_times);
  drop(memory, s->by_x, s->x_count * ENG__PER_X, sizeof *s->by_x);
  drop(memory, s->by_time, s->time_count * ENG__PER_TIME, sizeof *s->by_time);
  drop(memory, s->by_group_time, s->longest * ENG__PER_GROUP_TIME,
       sizeof *s->by_group_time);
  memset(s, 0, sizeof *s);
}

static size_t count_xs(const struct eng__alike *cells, size_t count)
{
  size_t n = 0;

  for (size_t i = 0; i < count; i++) n += i == 0 || cells[i - 1].x != cells[i].x;
  return n;
}

/* The times of one group, and where those of its rows stand in them. */
static void list_times(struct eng__sample *s, struct eng__group *group)
{
  uint32_t *times = s->group_times + s->group_time_count;
  size_t n = 0;

  for (size_t i = group->first; i < group->end; i++) {
    times[n++] = s->rows[i].t_x;
    times[n++] = s->rows[i].T;
  }
  n = distinct(times, n);
  for (size_t i = group->first; i < group->end; i++) {
    s->rows[i].near = place(times, n, s->rows[i].t_x);
    s->rows[i].far = place(times, n, s->rows[i].T);
  }
  group->first_time = s->group_time_count;
  s->group_time_count += n;
  group->end_time = s->group_time_count;
  if (n > s->longest) s->longest = n;
}

static void fill(struct eng__sample *s, const struct eng__alike *cells,
                 const uint32_t *ticks, double scale)
{
  size_t x = 0;

  for (size_t i = 0; i < s->time_count; i++) s->times[i] = ticks[i] * scale;
  for (size_t i = 0; i < s->count; i++) {
    struct eng__row *row = &s->rows[i];

    if (i == 0 || cells[i - 1].x != cells[i].x) {
      s->xs[x] = cells[i].x;
      s->groups[x].first = i;
      x++;
    }
    s->groups[x - 1].end = i + 1;
    row->x = (uint32_t)(x - 1);
    row->t_x = place(ticks, s->time_count, cells[i].t_x);
    row->T = place(ticks, s->time_count, cells[i].T);
    row->weight = (double)cells[i].count;
    s->weight += row->weight;
  }
  for (size_t i = 0; i < s->x_count; i++) list_times(s, &s->groups[i]);
}

eng_status eng__sample_make(const eng_allocator *memory, const struct eng__alike *cells,
                            size_t count, double scale, struct eng__sample *out)
{
  struct eng__sample s;
  uint32_t *ticks;

  memset(&s, 0, sizeof s);
  memset(out, 0, sizeof *out);
  if (count > UINT32_MAX / 4) return ENG_E_LIMIT;
  ticks = array(memory, 2 * count, sizeof *ticks);
  if (ticks == NULL) return ENG_E_NOMEM;
  for (size_t i = 0; i < count; i++) {
    ticks[2 * i] = cells[i].t_x;
    ticks[2 * i + 1] = cells[i].T;
  }
  s.count = count;
  s.x_count = count_xs(cells, count);
  s.time_count = distinct(ticks, 2 * count);
  s.rows = array(memory, s.count, sizeof *s.rows);
  s.xs = array(memory, s.x_count, sizeof *s.xs);
  s.groups = array(memory, s.x_count, sizeof *s.groups);
  s.times = array(memory, s.time_count, sizeof *s.times);
  s.group_times = array(memory, 2 * s.count, sizeof *s.group_times);
  s.by_x = array(memory, s.x_count * ENG__PER_X, sizeof *s.by_x);
  s.by_time = array(memory, s.time_count * ENG__PER_TIME, sizeof *s.by_time);
  if (s.rows != NULL && s.xs != NULL && s.groups != NULL && s.times != NULL &&
      s.group_times != NULL && s.by_x != NULL && s.by_time != NULL) {
    fill(&s, cells, ticks, scale);
    s.by_group_time =
        array(memory, s.longest * ENG__PER_GROUP_TIME, sizeof *s.by_group_time);
  }
  drop(memory, ticks, 2 * count, sizeof *ticks);
  if (s.by_group_time == NULL) {
    eng__sample_release(memory, &s);
    return ENG_E_NOMEM;
  }
  *out = s;
  return ENG_OK;
}
