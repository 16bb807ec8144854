/* SPDX-License-Identifier: MIT */
/*
 * counted.c - measuring a heavy timeline from its nodes' counts.
 *
 * The ends of windows cut the timeline. A block with a cut in it is read event by
 * event; the stretches between cuts are wholly in a window or wholly out of it, and
 * enter by the differences of their counts. So the work is that of a few blocks,
 * however many events there are. Only measures that are no more than counts, sums and
 * first or last times go this way, and only where nothing is undone.
 */
#include "model/assessor.h"

#include "core/heavy.h"

/* Meters are told of stretches in order of time. Their last events are looked up once,
 * at the end: assessor->latest has the stretch with those of each meter; its node is
 * NULL where there is none, or an event that was read came behind it. */
struct counting {
  eng_assessor *assessor;
  const struct eng__shapes *shapes;
};

static bool holds(const struct eng__meter *meter, int64_t time)
{
  return time > meter->from && time <= meter->to;
}

/* The first or the last event of a kind in a stretch that has one. */
static int64_t find_time(const struct counting *counting,
                         const struct eng__stretch *stretch, unsigned kind, bool last)
{
  const struct eng__counts *counts = stretch->node->counts;
  const uint32_t *events = counts->columns[counts->column_of[kind] - 1].events;
  struct eng__run_cursor cursor;
  struct eng__step step;
  uint32_t low = stretch->from, high = stretch->to;
  uint32_t sought = last ? events[high] : events[low] + 1;
  int64_t time = 0;

  /* The block that brings the count to what is sought. */
  while (high - low > 1) {
    uint32_t mid = low + (high - low) / 2;

    if (events[mid] >= sought) {
      high = mid;
    } else {
      low = mid;
    }
  }
  eng__run_begin(&stretch->node->blocks[low].run, counting->shapes, &cursor);
  while (eng__run_step(&cursor, &step)) {
    if (step.layout->measured != kind) continue;
    time = step.time;
    if (!last) break;
  }
  return time;
}

/* The time of a meter's first or last event in a stretch that has some. */
static int64_t meter_time(const struct counting *counting,
                          const struct eng__meter *meter,
                          const struct eng__stretch *stretch, bool last)
{
  const struct eng__counts *counts = stretch->node->counts;
  int64_t found = last ? INT64_MIN : INT64_MAX;

  for (uint32_t c = 0; c < counts->count; c++) {
    const struct eng__column *column = &counts->columns[c];
    int64_t time;

    if (!eng__kinds_has(&meter->measure.kinds, column->kind) ||
        column->events[stretch->to] == column->events[stretch->from]) {
      continue;
    }
    time = find_time(counting, stretch, column->kind, last);
    if (last ? time > found : time < found) found = time;
  }
  return found;
}

static void add_column(struct counting *counting, size_t which,
                       const struct eng__stretch *stretch,
                       const struct eng__column *column)
{
  const struct eng__meter *meter = &counting->assessor->meters[which];
  struct eng__tally *tally = &counting->assessor->tallies[which];
  const struct eng__sums *money = column->money;

  if (meter->plain) {
    tally->n += column->events[stretch->to] - column->events[stretch->from];
    return;
  }
  if (money == NULL) return;
  tally->n += money->amounts[stretch->to] - money->amounts[stretch->from];
  eng__tally_join(tally, &money->sums[stretch->to], &money->sums[stretch->from]);
}

/* A kind's events in a stretch, to the meters that they enter. */
static void add_kind(struct counting *counting, const struct eng__stretch *stretch,
                     const struct eng__column *column)
{
  eng_assessor *assessor = counting->assessor;
  unsigned end = assessor->kind_start[column->kind + 1];

  for (unsigned i = assessor->kind_start[column->kind]; i < end; i++) {
    size_t which = assessor->kind_meters[i];
    const struct eng__meter *meter = &assessor->meters[which];
    struct eng__tally *tally = &assessor->tallies[which];
    int64_t before = tally->n;

    if (!holds(meter, stretch->time)) continue;
    /* The first events of a meter, of whichever kind; those of the stretch's other
     * kinds find that it has some. */
    if (before == 0 && meter->measure.op == ENG__MEASURE_TENURE) {
      tally->first = meter_time(counting, meter, stretch, false);
    }
    add_column(counting, which, stretch, column);
    if (tally->n != before) assessor->latest[which] = *stretch;
  }
}

static void add_stretch(struct counting *counting, const struct eng__stretch *stretch)
{
  const struct eng__counts *counts = stretch->node->counts;

  for (uint32_t c = 0; c < counts->count; c++) {
    const struct eng__column *column = &counts->columns[c];

    if (column->events[stretch->to] != column->events[stretch->from]) {
      add_kind(counting, stretch, column);
    }
  }
}

static eng_status read_block(struct counting *counting, const struct eng__block *block)
{
  eng_assessor *assessor = counting->assessor;
  eng_status status;

  /* Only recency asks for the last time; a meter that reads on here has it. */
  for (size_t i = 0; i < assessor->meter_count; i++) {
    assessor->tallies[i].all = assessor->tallies[i].n;
  }
  status = eng__measure_run(assessor, &block->run, counting->shapes);
  for (size_t i = 0; i < assessor->meter_count; i++) {
    struct eng__tally *tally = &assessor->tallies[i];

    if (tally->n != tally->all) counting->assessor->latest[i].node = NULL;
    tally->all = 0;
  }
  return status;
}

/* The first block from `from` on whose last event lies behind a time. */
static uint32_t find_cut(const struct eng__node *node, uint32_t from, int64_t time)
{
  uint32_t low = from, high = node->count;

  while (low < high) {
    uint32_t mid = low + (high - low) / 2;

    if (node->blocks[mid].run.last > time) {
      high = mid;
    } else {
      low = mid + 1;
    }
  }
  return low;
}

/* One node: `cuts` are those from *next on; those before lie before it. */
static eng_status add_node(struct counting *counting, const struct eng__node *node,
                           const int64_t *cuts, size_t count, size_t *next)
{
  int64_t last = node->blocks[node->count - 1].run.last;
  struct eng__stretch stretch = {node, 0, 0, 0};
  eng_status status = ENG_OK;

  while (status == ENG_OK && stretch.from < node->count) {
    stretch.to = *next < count && cuts[*next] < last
                     ? find_cut(node, stretch.from, cuts[*next])
                     : node->count;
    if (stretch.to > stretch.from) {
      stretch.time = node->blocks[stretch.to - 1].run.last;
      add_stretch(counting, &stretch);
    }
    if (stretch.to == node->count) break;
    status = read_block(counting, &node->blocks[stretch.to]);
    stretch.from = stretch.to + 1;
    while (*next < count && cuts[*next] < node->blocks[stretch.to].run.last) ++*next;
  }
  return status;
}

/* The distinct ends of windows, in order, into the assessor's scratch memory. */
static eng_status find_cuts(eng_assessor *assessor, size_t *count)
{
  eng_status status = eng__reserve_scratch(assessor, 2 * assessor->meter_count);
  int64_t *cuts = assessor->scratch;
  size_t n = 0;

  if (status != ENG_OK) return status;
  for (size_t i = 0; i < 2 * assessor->meter_count; i++) {
    const struct eng__meter *meter = &assessor->meters[i / 2];
    int64_t cut = i % 2 == 0 ? meter->from : meter->to;
    size_t at = n;

    if (cut == INT64_MIN) continue; /* since ever */
    while (at > 0 && cuts[at - 1] > cut) at--;
    if (at > 0 && cuts[at - 1] == cut) continue;
    memmove(cuts + at + 1, cuts + at, (n - at) * sizeof *cuts);
    cuts[at] = cut;
    n++;
  }
  *count = n;
  return ENG_OK;
}

bool eng__can_count(const eng_assessor *assessor, const struct eng__timeline *timeline)
{
  const struct eng__heavy *heavy = timeline->heavy;

  if (heavy == NULL || !assessor->all_counted) return false;
  for (size_t i = 0; i < heavy->node_count; i++) {
    if (heavy->nodes[i]->counts != NULL) return true;
  }
  return false;
}

eng_status eng__measure_counted(eng_assessor *assessor,
                                const struct eng__timeline *timeline,
                                const struct eng__shapes *shapes)
{
  const struct eng__heavy *heavy = timeline->heavy;
  struct counting counting = {assessor, shapes};
  size_t cuts, next = 0;
  eng_status status = find_cuts(assessor, &cuts);

  if (status != ENG_OK) return status;
  memset(assessor->latest, 0, assessor->meter_count * sizeof *assessor->latest);
  for (size_t i = 0; i < heavy->node_count && status == ENG_OK; i++) {
    const struct eng__node *node = heavy->nodes[i];
    int64_t last = node->blocks[node->count - 1].run.last;

    if (next == cuts) break; /* all the rest is behind every window */
    if (node->counts != NULL) {
      status = add_node(&counting, node, assessor->scratch, cuts, &next);
    } else {
      for (uint32_t j = 0; j < node->count && status == ENG_OK; j++) {
        status = read_block(&counting, &node->blocks[j]);
      }
    }
    while (next < cuts && assessor->scratch[next] < last) next++;
  }
  for (size_t i = 0; i < assessor->meter_count; i++) {
    const struct eng__meter *meter = &assessor->meters[i];

    if (meter->measure.op != ENG__MEASURE_RECENCY || assessor->latest[i].node == NULL) {
      continue;
    }
    assessor->tallies[i].last =
        meter_time(&counting, meter, &assessor->latest[i], true);
  }
  return status;
}
