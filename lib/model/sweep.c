/* SPDX-License-Identifier: MIT */
/*
 * sweep.c - lanes, what enters and leaves them, and what that does to each measure.
 *
 * Numbers, periods and gaps are ranked before the sweep begins, so that what is present
 * is a count for each rank (distinct ones), or a tree of Fenwick's over ranks (the
 * least, the greatest, the one in the middle). Which gaps there will be is found out by
 * going through the lane once without a tally.
 */
#include "model/assessor.h"

#include "core/memory.h"
#include "core/sort.h"
#include "model/ranks.h"

/* All that is due, whatever the phase. */
enum { ANY_PHASE = -1 };

/* ---- memory ---- */

eng_status eng__sweep_init(eng_assessor *assessor)
{
  const eng_allocator *memory = eng__memory(assessor->context);
  struct eng__sweep *sweep = &assessor->sweep;
  size_t count = assessor->meter_count + 1;

  sweep->lanes = eng__new_zeroed(memory, count * sizeof *sweep->lanes);
  sweep->heap = eng__new(memory, count * sizeof *sweep->heap);
  sweep->due = eng__new(memory, count * sizeof *sweep->due);
  return sweep->lanes == NULL || sweep->heap == NULL || sweep->due == NULL ? ENG_E_NOMEM
                                                                           : ENG_OK;
}

void eng__sweep_release(eng_assessor *assessor)
{
  const eng_allocator *memory = eng__memory(assessor->context);
  struct eng__sweep *sweep = &assessor->sweep;
  size_t count = assessor->meter_count + 1;

  for (size_t i = 0; sweep->lanes != NULL && i < assessor->meter_count; i++) {
    struct eng__lane *lane = &sweep->lanes[i];

    eng__free(memory, lane->items, lane->room * sizeof *lane->items);
    eng__free(memory, lane->enters, lane->enters_room * sizeof *lane->enters);
    eng__free(memory, lane->leaves, lane->leaves_room * sizeof *lane->leaves);
    eng__free(memory, lane->values, lane->values_room * sizeof *lane->values);
    eng__free(memory, lane->present, lane->present_room * sizeof *lane->present);
    eng__free(memory, lane->gaps, lane->gaps_room * sizeof *lane->gaps);
  }
  eng__free(memory, sweep->lanes, count * sizeof *sweep->lanes);
  eng__free(memory, sweep->heap, count * sizeof *sweep->heap);
  eng__free(memory, sweep->due, count * sizeof *sweep->due);
}

static eng_status reserve_values(eng_assessor *assessor, struct eng__lane *lane,
                                 size_t count)
{
  void *block = lane->values;
  eng_status status = eng__grow(eng__memory(assessor->context), &block,
                                &lane->values_room, count, sizeof *lane->values);

  lane->values = block;
  return status;
}

/* Room for a count of each rank, all 0. */
static eng_status reserve_ranks(eng_assessor *assessor, uint32_t **ranks, size_t *room,
                                size_t count)
{
  void *block = *ranks;
  eng_status status =
      eng__grow(eng__memory(assessor->context), &block, room, count, sizeof **ranks);

  *ranks = block;
  if (status == ENG_OK && count > 0) memset(*ranks, 0, count * sizeof **ranks);
  return status;
}

/* ---- moves ---- */

static int64_t later(int64_t time, int64_t by)
{
  return time > ENG__TIME_NEVER - by ? ENG__TIME_NEVER : time + by;
}

/* When an event enters and leaves a meter's window. */
static int64_t enters_window(const struct eng__meter *meter, int64_t time)
{
  return later(time, meter->measure.before);
}

static int64_t leaves_window(const eng_assessor *assessor,
                             const struct eng__meter *meter, int64_t time)
{
  const struct eng__measure *measure = &meter->measure;
  int64_t period;

  if (measure->period != 0) {
    period = eng__period_of(assessor->context, measure->period, time);
    return eng__period_start(assessor->context, measure->period,
                             period + measure->periods);
  }
  return measure->within < 0 ? ENG__TIME_NEVER : later(time, measure->within);
}

/* The n-th move into a lane, or out of it. */
static struct eng__move entering(const eng_assessor *assessor, size_t which, size_t n)
{
  const struct eng__lane *lane = &assessor->sweep.lanes[which];
  const struct eng__item *item = &lane->items[n];
  struct eng__move move;

  if (assessor->sweep.listed) return lane->enters[n];
  move.at = enters_window(&assessor->meters[which], item->time);
  move.item = (uint32_t)n;
  move.place = item->place;
  move.phase = move.at == item->time ? ENG__PHASE_EVENT : ENG__PHASE_TIME;
  return move;
}

static struct eng__move leaving(const eng_assessor *assessor, size_t which, size_t n)
{
  const struct eng__lane *lane = &assessor->sweep.lanes[which];
  const struct eng__item *item = &lane->items[n];
  struct eng__move move;

  if (assessor->sweep.listed) return lane->leaves[n];
  move.at = leaves_window(assessor, &assessor->meters[which], item->time);
  move.item = (uint32_t)n;
  move.place = item->place;
  move.phase = ENG__PHASE_TIME;
  return move;
}

/* Moves up to an instant, and the instant of the next one behind. */
static void find_due(const eng_assessor *assessor, size_t which, int64_t now)
{
  struct eng__lane *lane = &assessor->sweep.lanes[which];

  lane->in_end = lane->in;
  lane->out_end = lane->out;
  while (lane->in_end < lane->count &&
         entering(assessor, which, lane->in_end).at <= now) {
    lane->in_end++;
  }
  while (lane->out_end < lane->in_end &&
         leaving(assessor, which, lane->out_end).at <= now) {
    lane->out_end++;
  }
}

static int64_t next_move(const eng_assessor *assessor, size_t which)
{
  const struct eng__lane *lane = &assessor->sweep.lanes[which];
  int64_t enters = ENG__TIME_NEVER, leaves = ENG__TIME_NEVER;

  if (lane->in < lane->count) enters = entering(assessor, which, lane->in).at;
  if (lane->out < lane->count) leaves = leaving(assessor, which, lane->out).at;
  return enters < leaves ? enters : leaves;
}

/* ---- gathering ---- */

bool eng__sweep_clear(eng_assessor *assessor, uint64_t members, bool all, bool listed)
{
  struct eng__sweep *sweep = &assessor->sweep;
  bool any = false;

  sweep->members = members;
  sweep->listed = listed;
  for (size_t i = 0; i < assessor->meter_count; i++) {
    const struct eng__meter *meter = &assessor->meters[i];
    struct eng__lane *lane = &sweep->lanes[i];

    lane->used = (meter->members & members) != 0 && (all || meter->moves);
    lane->count = lane->in = lane->out = lane->in_end = lane->out_end = 0;
    any |= lane->used;
  }
  return any;
}

static eng_status list_move(eng_assessor *assessor, struct eng__move **moves,
                            size_t *room, size_t count, const struct eng__move *move)
{
  void *block = *moves;
  eng_status status = eng__grow(eng__memory(assessor->context), &block, room, count + 1,
                                sizeof **moves);

  *moves = block;
  if (status == ENG_OK) (*moves)[count] = *move;
  return status;
}

/* Lists both moves of the item to come, unless it would leave before it enters: then it
 * is never present. */
static eng_status list_moves(eng_assessor *assessor, size_t which,
                             const struct eng__version *version, bool *present)
{
  const struct eng__meter *meter = &assessor->meters[which];
  struct eng__lane *lane = &assessor->sweep.lanes[which];
  int64_t time = version->seen->event.occurred_at;
  struct eng__move enter = {enters_window(meter, time), (uint32_t)lane->count,
                            version->place, ENG__PHASE_TIME};
  struct eng__move leave = {leaves_window(assessor, meter, time), enter.item,
                            version->place, ENG__PHASE_TIME};
  eng_status status;

  if (enter.at == time) enter.phase = ENG__PHASE_EVENT;
  if (version->since > time && version->since >= enter.at) {
    enter.at = version->since;
    enter.place = version->since_due;
    enter.phase = ENG__PHASE_UNDO;
  }
  if (version->until < leave.at) {
    leave.at = version->until;
    leave.place = version->until_due;
    leave.phase = ENG__PHASE_UNDO;
  }
  *present = enter.at < leave.at;
  if (!*present) return ENG_OK;
  status = list_move(assessor, &lane->enters, &lane->enters_room, lane->count, &enter);
  if (status != ENG_OK) return status;
  return list_move(assessor, &lane->leaves, &lane->leaves_room, lane->count, &leave);
}

/* Whether a measure is about a number that an event may lack. */
static bool needs_number(int op)
{
  switch (op) {
  case ENG__MEASURE_SUM:
  case ENG__MEASURE_MEAN:
  case ENG__MEASURE_MIN:
  case ENG__MEASURE_MAX:
  case ENG__MEASURE_CHANNELS:
  case ENG__MEASURE_ACTORS: return true;
  default: return false;
  }
}

eng_status eng__sweep_take(eng_assessor *assessor, size_t which,
                           const struct eng__version *version)
{
  const struct eng__meter *meter = &assessor->meters[which];
  struct eng__lane *lane = &assessor->sweep.lanes[which];
  struct eng__reading reading;
  struct eng__item *item;
  void *items = lane->items;
  bool present = true;
  eng_status status = ENG_OK;

  if (!eng__read_seen(meter, version->seen, &reading)) return ENG_OK;
  if (needs_number(meter->measure.op) && !reading.has_number) return ENG_OK;
  if (assessor->sweep.listed) status = list_moves(assessor, which, version, &present);
  if (status != ENG_OK || !present) return status;
  status = eng__grow(eng__memory(assessor->context), &items, &lane->room,
                     lane->count + 1, sizeof *item);
  lane->items = items;
  if (status != ENG_OK) return status;
  item = &lane->items[lane->count++];
  item->time = reading.time;
  item->number = reading.number;
  item->rank = 0;
  item->place = version->place;
  item->holds = reading.holds;
  return ENG_OK;
}

/* ---- ranks ---- */

static int by_number(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

  return (x > y) - (x < y);
}

static int by_instant(const void *a, const void *b)
{
  const struct eng__move *x = a, *y = b;

  if (x->at != y->at) return x->at < y->at ? -1 : 1;
  return (x->item > y->item) - (x->item < y->item);
}

/* Sorts the values and keeps one of each. */
static void settle_values(struct eng__lane *lane)
{
  size_t count = 0;

  eng__sort(lane->values, lane->value_count, sizeof *lane->values, by_number);
  for (size_t i = 0; i < lane->value_count; i++) {
    if (count > 0 && lane->values[count - 1] == lane->values[i]) continue;
    lane->values[count++] = lane->values[i];
  }
  lane->value_count = count;
}

static size_t rank_of(const struct eng__lane *lane, int64_t value)
{
  size_t low = 0, high = lane->value_count;

  while (low < high) {
    size_t mid = low + (high - low) / 2;

    if (lane->values[mid] < value) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

static eng_status rank_numbers(eng_assessor *assessor, struct eng__lane *lane)
{
  eng_status status = reserve_values(assessor, lane, lane->count);

  if (status != ENG_OK) return status;
  for (size_t i = 0; i < lane->count; i++) lane->values[i] = lane->items[i].number;
  lane->value_count = lane->count;
  settle_values(lane);
  for (size_t i = 0; i < lane->count; i++) {
    lane->items[i].rank = (uint32_t)rank_of(lane, lane->items[i].number);
  }
  return reserve_ranks(assessor, &lane->present, &lane->present_room,
                       lane->value_count);
}

/* Items come in the order of their times, and periods with them. */
static eng_status rank_periods(eng_assessor *assessor, size_t which, int period)
{
  struct eng__lane *lane = &assessor->sweep.lanes[which];
  int64_t last = 0;
  uint32_t rank = 0;

  for (size_t i = 0; i < lane->count; i++) {
    int64_t index = eng__period_of(assessor->context, period, lane->items[i].time);

    rank += i > 0 && index != last;
    lane->items[i].rank = rank;
    last = index;
  }
  return reserve_ranks(assessor, &lane->present, &lane->present_room, (size_t)rank + 1);
}

/* ---- gaps ---- */

/* What becomes of a gap: in the first round it is noted, then it is counted. */
struct gaps {
  struct eng__lane *lane;
  struct eng__tally *tally; /* NULL in the first round */
};

static void put_gap(const struct gaps *g, size_t from, size_t to)
{
  struct eng__lane *lane = g->lane;
  int64_t gap = lane->items[to].time - lane->items[from].time;

  if (g->tally == NULL) {
    lane->values[lane->value_count++] = gap;
  } else {
    eng__ranks_put(lane->gaps, lane->value_count, rank_of(lane, gap));
    g->tally->n++;
  }
}

static void take_gap(const struct gaps *g, size_t from, size_t to)
{
  struct eng__lane *lane = g->lane;
  int64_t gap = lane->items[to].time - lane->items[from].time;

  if (g->tally == NULL) return;
  eng__ranks_take(lane->gaps, lane->value_count, rank_of(lane, gap));
  g->tally->n--;
}

/* Neighbours of an item among those present; SIZE_MAX: there is none on that side. */
static void find_neighbours(const struct eng__lane *lane, size_t item, size_t present,
                            size_t *before, size_t *after)
{
  size_t below = eng__ranks_below(lane->present, item);

  *before =
      below == 0 ? SIZE_MAX : eng__ranks_at(lane->present, lane->count, below - 1);
  *after =
      below == present ? SIZE_MAX : eng__ranks_at(lane->present, lane->count, below);
}

/* `present` items are there without this one. */
static void gap_enter(const struct gaps *g, size_t item, size_t present)
{
  size_t before, after;

  find_neighbours(g->lane, item, present, &before, &after);
  if (before != SIZE_MAX && after != SIZE_MAX) take_gap(g, before, after);
  if (before != SIZE_MAX) put_gap(g, before, item);
  if (after != SIZE_MAX) put_gap(g, item, after);
  eng__ranks_put(g->lane->present, g->lane->count, item);
}

static void gap_leave(const struct gaps *g, size_t item, size_t present)
{
  size_t before, after;

  eng__ranks_take(g->lane->present, g->lane->count, item);
  find_neighbours(g->lane, item, present, &before, &after);
  if (before != SIZE_MAX) take_gap(g, before, item);
  if (after != SIZE_MAX) take_gap(g, item, after);
  if (before != SIZE_MAX && after != SIZE_MAX) put_gap(g, before, after);
}

/* ---- entering and leaving ---- */

static void enter(const eng_assessor *assessor, size_t which, size_t index,
                  struct eng__tally *tally)
{
  struct eng__lane *lane = &assessor->sweep.lanes[which];
  const struct eng__item *item = &lane->items[index];
  struct gaps gaps = {lane, tally};

  switch (assessor->meters[which].measure.op) {
  case ENG__MEASURE_DAYS:
  case ENG__MEASURE_STREAK:
  case ENG__MEASURE_CHANNELS:
  case ENG__MEASURE_ACTORS: tally->n += lane->present[item->rank]++ == 0; return;
  case ENG__MEASURE_SUM:
  case ENG__MEASURE_MEAN:
    tally->n++;
    eng__tally_sum(tally, item->number);
    return;
  case ENG__MEASURE_MIN:
  case ENG__MEASURE_MAX:
    tally->n++;
    eng__ranks_put(lane->present, lane->value_count, item->rank);
    return;
  case ENG__MEASURE_SHARE:
    tally->all++;
    tally->n += item->holds;
    return;
  case ENG__MEASURE_RECENCY:
  case ENG__MEASURE_TENURE:
    tally->n++;
    eng__ranks_put(lane->present, lane->count, index);
    return;
  case ENG__MEASURE_GAP: gap_enter(&gaps, index, lane->present_count++); return;
  default: tally->n++; return;
  }
}

static void leave(const eng_assessor *assessor, size_t which, size_t index,
                  struct eng__tally *tally)
{
  struct eng__lane *lane = &assessor->sweep.lanes[which];
  const struct eng__item *item = &lane->items[index];
  struct gaps gaps = {lane, tally};

  switch (assessor->meters[which].measure.op) {
  case ENG__MEASURE_DAYS:
  case ENG__MEASURE_STREAK:
  case ENG__MEASURE_CHANNELS:
  case ENG__MEASURE_ACTORS: tally->n -= --lane->present[item->rank] == 0; return;
  case ENG__MEASURE_SUM:
  case ENG__MEASURE_MEAN:
    tally->n--;
    eng__tally_subtract(tally, item->number);
    return;
  case ENG__MEASURE_MIN:
  case ENG__MEASURE_MAX:
    tally->n--;
    eng__ranks_take(lane->present, lane->value_count, item->rank);
    return;
  case ENG__MEASURE_SHARE:
    tally->all--;
    tally->n -= item->holds;
    return;
  case ENG__MEASURE_RECENCY:
  case ENG__MEASURE_TENURE:
    tally->n--;
    eng__ranks_take(lane->present, lane->count, index);
    return;
  case ENG__MEASURE_GAP: gap_leave(&gaps, index, --lane->present_count); return;
  default: tally->n--; return;
  }
}

/* What is read off all that is present. */
static void settle(const eng_assessor *assessor, size_t which, struct eng__tally *tally)
{
  const struct eng__lane *lane = &assessor->sweep.lanes[which];
  size_t last = (size_t)tally->n - 1;

  if (tally->n == 0) return;
  switch (assessor->meters[which].measure.op) {
  case ENG__MEASURE_MIN:
    tally->value = lane->values[eng__ranks_at(lane->present, lane->value_count, 0)];
    return;
  case ENG__MEASURE_MAX:
    tally->value = lane->values[eng__ranks_at(lane->present, lane->value_count, last)];
    return;
  case ENG__MEASURE_RECENCY:
    tally->last = lane->items[eng__ranks_at(lane->present, lane->count, last)].time;
    return;
  case ENG__MEASURE_TENURE:
    tally->first = lane->items[eng__ranks_at(lane->present, lane->count, 0)].time;
    return;
  case ENG__MEASURE_GAP: /* the median, of two the lower */
    tally->value = lane->values[eng__ranks_at(lane->gaps, lane->value_count, last / 2)];
    return;
  default: return;
  }
}

/* ---- phases ---- */

/* Of several causes the one with the lower number is told, and of several events the
 * last. */
static void prefer(struct eng__cause *best, int32_t what, uint32_t place)
{
  if (best->what != 0 &&
      (what > best->what || (what == best->what && place <= best->place))) {
    return;
  }
  best->what = what;
  best->place = place;
}

static int32_t cause_of(const struct eng__meter *meter, const struct eng__move *move,
                        bool enters)
{
  if (move->phase == ENG__PHASE_EVENT) return ENG_CAUSE_EVENT;
  if (move->phase == ENG__PHASE_UNDO) return ENG_CAUSE_UNDO;
  if (enters) return ENG_CAUSE_AGE;
  return meter->measure.period != 0 ? ENG_CAUSE_PERIOD : ENG_CAUSE_EXPIRY;
}

/* Makes the moves of a lane that are due in a phase. */
static struct eng__cause move_lane(const eng_assessor *assessor, size_t which,
                                   int phase, struct eng__tally *tally)
{
  const struct eng__meter *meter = &assessor->meters[which];
  const struct eng__lane *lane = &assessor->sweep.lanes[which];
  struct eng__cause cause = {0, 0};

  for (size_t i = lane->in; i < lane->in_end; i++) {
    struct eng__move move = entering(assessor, which, i);

    if (phase != ANY_PHASE && move.phase != phase) continue;
    enter(assessor, which, move.item, tally);
    prefer(&cause, cause_of(meter, &move, true), move.place);
  }
  for (size_t i = lane->out; i < lane->out_end; i++) {
    struct eng__move move = leaving(assessor, which, i);

    if (phase != ANY_PHASE && move.phase != phase) continue;
    leave(assessor, which, move.item, tally);
    prefer(&cause, cause_of(meter, &move, false), move.place);
  }
  return cause;
}

static void made_due(const eng_assessor *assessor, size_t which)
{
  struct eng__lane *lane = &assessor->sweep.lanes[which];

  lane->in = lane->in_end;
  lane->out = lane->out_end;
  lane->next = next_move(assessor, which);
}

/* Goes through a lane of gaps without a tally, to know which there will be. The same
 * moves in the same order as later, so that even gaps of no duration are known. */
static eng_status find_gaps(eng_assessor *assessor, size_t which, int64_t start)
{
  struct eng__lane *lane = &assessor->sweep.lanes[which];
  /* Who enters makes two gaps at the most, who leaves one. */
  eng_status status = reserve_values(assessor, lane, 3 * lane->count);

  if (status == ENG_OK) {
    status = reserve_ranks(assessor, &lane->present, &lane->present_room, lane->count);
  }
  if (status != ENG_OK) return status;
  find_due(assessor, which, start);
  (void)move_lane(assessor, which, ANY_PHASE, NULL);
  made_due(assessor, which);
  while (lane->next < ENG__TIME_NEVER) {
    find_due(assessor, which, lane->next);
    for (int phase = 0; phase < ENG__PHASES; phase++) {
      (void)move_lane(assessor, which, phase, NULL);
    }
    made_due(assessor, which);
  }
  settle_values(lane);
  lane->in = lane->out = 0;
  lane->present_count = 0;
  memset(lane->present, 0, lane->count * sizeof *lane->present);
  return reserve_ranks(assessor, &lane->gaps, &lane->gaps_room, lane->value_count);
}

static eng_status rank_lane(eng_assessor *assessor, size_t which, int64_t start)
{
  const struct eng__measure *measure = &assessor->meters[which].measure;
  struct eng__lane *lane = &assessor->sweep.lanes[which];

  if (assessor->sweep.listed) {
    eng__sort(lane->enters, lane->count, sizeof *lane->enters, by_instant);
    eng__sort(lane->leaves, lane->count, sizeof *lane->leaves, by_instant);
  }
  lane->value_count = lane->present_count = 0;
  if (lane->count == 0) return ENG_OK;
  switch (measure->op) {
  case ENG__MEASURE_DAYS: return rank_periods(assessor, which, ENG__PERIOD_DAY);
  case ENG__MEASURE_STREAK: return rank_periods(assessor, which, measure->period);
  case ENG__MEASURE_MIN:
  case ENG__MEASURE_MAX:
  case ENG__MEASURE_CHANNELS:
  case ENG__MEASURE_ACTORS: return rank_numbers(assessor, lane);
  case ENG__MEASURE_RECENCY:
  case ENG__MEASURE_TENURE:
    return reserve_ranks(assessor, &lane->present, &lane->present_room, lane->count);
  case ENG__MEASURE_GAP: return find_gaps(assessor, which, start);
  default: return ENG_OK;
  }
}

/* ---- the heap of lanes, the one that moves next on top ---- */

static int64_t key(const struct eng__sweep *sweep, size_t at)
{
  return sweep->lanes[sweep->heap[at]].next;
}

static void swap(struct eng__sweep *sweep, size_t a, size_t b)
{
  uint32_t lane = sweep->heap[a];

  sweep->heap[a] = sweep->heap[b];
  sweep->heap[b] = lane;
}

static void push(struct eng__sweep *sweep, size_t which)
{
  size_t at = sweep->heap_count++;

  sweep->heap[at] = (uint32_t)which;
  for (; at > 0 && key(sweep, at) < key(sweep, (at - 1) / 2); at = (at - 1) / 2) {
    swap(sweep, at, (at - 1) / 2);
  }
}

static size_t pop(struct eng__sweep *sweep)
{
  size_t top = sweep->heap[0], at = 0;

  sweep->heap[0] = sweep->heap[--sweep->heap_count];
  for (;;) {
    size_t child = 2 * at + 1;

    if (child >= sweep->heap_count) return top;
    child += child + 1 < sweep->heap_count && key(sweep, child + 1) < key(sweep, child);
    if (key(sweep, at) <= key(sweep, child)) return top;
    swap(sweep, at, child);
    at = child;
  }
}

/* ---- times since ---- */

/* Earlier of two instants, if it is after now. */
static void sooner(int64_t *best, int64_t candidate, int64_t now)
{
  if (candidate > now && candidate < *best) *best = candidate;
}

/* Where a comparison of a time since with a duration next changes. */
static int64_t next_crossing(const eng_assessor *assessor,
                             const struct eng__member *member,
                             const struct eng__term *node, int64_t now)
{
  const struct eng__term *left = &member->model->nodes[node->a];
  int32_t age = left->type == ENG__TYPE_AGE ? node->a : node->b;
  int32_t other = age == node->a ? node->b : node->a;
  struct eng__fraction since, limit;
  int64_t best = ENG__TIME_NEVER, at;

  if (!eng__evaluate(assessor, member, age, now, &since) ||
      !eng__evaluate(assessor, member, other, now, &limit)) {
    return ENG__TIME_NEVER;
  }
  /* It holds the limit at `at` (if whole) and is past it a millisecond later. */
  at = eng__fraction_floor(limit);
  if (at > ENG_TIME_MAX || at < since.n - 1) return ENG__TIME_NEVER;
  at += now - since.n;
  sooner(&best, at, now);
  sooner(&best, at + 1, now);
  return best;
}

/* Works out the crossings of models whose measures have changed, or that crossed. */
static void find_crossings(eng_assessor *assessor, uint64_t members, int64_t now)
{
  struct eng__sweep *sweep = &assessor->sweep;

  for (int32_t m = 0; m < assessor->count; m++) {
    const struct eng__member *member = &assessor->members[m];

    if (!(members >> m & 1)) continue;
    sweep->crossings[m] = ENG__TIME_NEVER;
    for (size_t i = 0; i < member->age_count; i++) {
      const struct eng__term *node = &member->model->nodes[member->ages[i]];

      sooner(&sweep->crossings[m], next_crossing(assessor, member, node, now), now);
    }
  }
}

/* ---- the sweep ---- */

eng_status eng__sweep_begin(eng_assessor *assessor, int64_t start)
{
  struct eng__sweep *sweep = &assessor->sweep;

  sweep->heap_count = 0;
  for (size_t i = 0; i < assessor->meter_count; i++) {
    struct eng__lane *lane = &sweep->lanes[i];
    struct eng__tally *tally = &assessor->tallies[i];
    eng_status status;

    if (!lane->used) continue;
    status = rank_lane(assessor, i, start);
    if (status != ENG_OK) return status;
    memset(tally, 0, sizeof *tally);
    find_due(assessor, i, start);
    (void)move_lane(assessor, i, ANY_PHASE, tally);
    settle(assessor, i, tally);
    made_due(assessor, i);
    if (lane->next < ENG__TIME_NEVER) push(sweep, i);
  }
  assessor->stamp++;
  find_crossings(assessor, sweep->members, start);
  return ENG_OK;
}

int64_t eng__sweep_next(const eng_assessor *assessor)
{
  const struct eng__sweep *sweep = &assessor->sweep;
  int64_t best = sweep->heap_count > 0 ? key(sweep, 0) : ENG__TIME_NEVER;

  for (int32_t m = 0; m < assessor->count; m++) {
    if (!(sweep->members >> m & 1)) continue;
    if (sweep->crossings[m] < best) best = sweep->crossings[m];
  }
  return best;
}

static void blame(struct eng__sweep *sweep, uint64_t members, uint64_t blamed,
                  const struct eng__cause *cause)
{
  for (int m = 0; members >> m != 0; m++) {
    if (!(members >> m & 1)) continue;
    if (!(blamed >> m & 1)) sweep->causes[m].what = 0;
    prefer(&sweep->causes[m], cause->what, cause->place);
    if (m == 63) return;
  }
}

/* Makes the moves of a phase; returns the models that they may have changed. */
static uint64_t make_moves(eng_assessor *assessor, size_t due, int phase, int64_t now)
{
  static const struct eng__cause limit = {ENG_CAUSE_TIME, 0};
  struct eng__sweep *sweep = &assessor->sweep;
  uint64_t changed = 0;

  for (size_t i = 0; i < due; i++) {
    size_t which = sweep->due[i];
    uint64_t members = assessor->meters[which].members & sweep->members;
    struct eng__tally *tally = &assessor->tallies[which];
    struct eng__cause cause = move_lane(assessor, which, phase, tally);

    if (cause.what == 0) continue;
    settle(assessor, which, tally);
    blame(sweep, members, changed, &cause);
    changed |= members;
  }
  for (int32_t m = 0; phase == ENG__PHASE_TIME && m < assessor->count; m++) {
    uint64_t member = UINT64_C(1) << m;

    if (!(sweep->members & member) || sweep->crossings[m] > now) continue;
    blame(sweep, member, changed, &limit);
    changed |= member;
  }
  return changed;
}

void eng__sweep_visit(eng_assessor *assessor, int64_t now, eng__look_fn look,
                      void *user)
{
  struct eng__sweep *sweep = &assessor->sweep;
  uint64_t touched = 0;
  size_t due = 0;

  while (sweep->heap_count > 0 && key(sweep, 0) <= now) {
    size_t which = pop(sweep);

    /* Nobody that is still swept may ask for it. */
    if ((assessor->meters[which].members & sweep->members) == 0) continue;
    find_due(assessor, which, now);
    sweep->due[due++] = (uint32_t)which;
  }
  for (int phase = 0; phase < ENG__PHASES; phase++) {
    uint64_t changed = make_moves(assessor, due, phase, now);

    if (changed == 0) continue;
    assessor->stamp++;
    touched |= changed;
    look(user, changed, now);
  }
  for (size_t i = 0; i < due; i++) {
    made_due(assessor, sweep->due[i]);
    if (sweep->lanes[sweep->due[i]].next < ENG__TIME_NEVER) push(sweep, sweep->due[i]);
  }
  find_crossings(assessor, touched & sweep->members, now);
}
