/* SPDX-License-Identifier: MIT */
/*
 * assume.c - one interval, set of orders or set of outcomes for each distinct term,
 * narrowed by every condition that is assumed.
 *
 * What has alternatives waits until all else is said. Then alternatives that are
 * impossible are struck off one after the other, and where one is left it is assumed
 * too. How much is tried is bounded; where the bound is met nothing is claimed.
 */
#include "model/assume.h"

#include <string.h>

#include "core/memory.h"
#include "model/quick.h"

enum {
  TRIES = 20000, /* conditions looked at between two times of assuming nothing */
  NESTED = 3     /* alternatives within alternatives that are tried */
};

/* What is known of the terms of one number. */
struct slot {
  struct eng__range range;
  uint8_t set;    /* of a condition */
  uint8_t orders; /* of a pair */
  bool touched;
};

/* A slot as it was. */
struct trace {
  int32_t number;
  struct slot was;
};

/* A condition with alternatives. */
struct waiting {
  int32_t node;
  uint8_t outcomes;
};

struct eng__assumptions {
  const struct eng__ranges *ranges;
  const eng_allocator *memory;
  struct slot *slots;   /* of each number of equal terms */
  int32_t *measures;    /* a term of each measure, or -1 */
  uint64_t (*holds)[4]; /* of each measure: those whose events include its own */
  struct trace *traces;
  size_t trace_count, trace_room;
  struct waiting *waits;
  size_t wait_count, wait_room;
  int tries;
  bool impossible;
  eng_status status;
};

enum {
  IS_FALSE = ENG__MAY_BE_FALSE,
  IS_TRUE = ENG__MAY_BE_TRUE,
  NOT_TRUE = ENG__MAY_BE_FALSE | ENG__MAY_BE_UNKNOWN,
  NOT_FALSE = ENG__MAY_BE_TRUE | ENG__MAY_BE_UNKNOWN
};

/* ---- measures within measures ---- */

static bool is_subset(const struct eng__kinds *a, const struct eng__kinds *b)
{
  for (int i = 0; i < 4; i++) {
    if (a->bits[i] & ~b->bits[i]) return false;
  }
  return true;
}

static int32_t filter_of(const struct eng__measure *measure)
{
  /* Below the line of a share are all events. */
  return measure->op == ENG__MEASURE_SHARE ? -1 : measure->where;
}

/* Whether the events of a are among those of b, at every moment. */
static bool lies_within(const struct eng__ranges *x, const struct eng__measure *a,
                        const struct eng__measure *b)
{
  int32_t wider = filter_of(b), filter = filter_of(a);

  if (a->period != 0 || b->period != 0) return false;
  if (!is_subset(&a->kinds, &b->kinds)) return false;
  if (b->within >= 0 && (a->within < 0 || a->within > b->within)) return false;
  if (a->before < b->before) return false;
  return wider < 0 || (filter >= 0 && x->same[filter] == x->same[wider]);
}

static void find_measures(struct eng__assumptions *x)
{
  const eng_model *model = x->ranges->model;

  for (size_t i = 0; i < model->measure_count; i++) x->measures[i] = -1;
  for (size_t i = 0; i < model->node_count; i++) {
    if (model->nodes[i].op != ENG__OP_MEASURE) continue;
    x->measures[model->nodes[i].a] = (int32_t)i;
  }
  for (size_t i = 0; i < model->measure_count; i++) {
    for (size_t k = 0; k < model->measure_count; k++) {
      if (lies_within(x->ranges, &model->measures[i], &model->measures[k])) {
        x->holds[i][k / 64] |= UINT64_C(1) << k % 64;
      }
    }
  }
}

/* ---- life ---- */

static size_t measure_room(const struct eng__assumptions *x)
{
  return x->ranges->model->measure_count + 1;
}

static size_t slot_room(const struct eng__assumptions *x)
{
  return (size_t)x->ranges->same_count + 1;
}

eng_status eng__assumptions_new(const struct eng__ranges *ranges,
                                struct eng__assumptions **out)
{
  const eng_allocator *memory = eng__memory(ranges->model->context);
  struct eng__assumptions *x = eng__new_zeroed(memory, sizeof *x);

  *out = NULL;
  if (x == NULL) return ENG_E_NOMEM;
  x->ranges = ranges;
  x->memory = memory;
  x->slots = eng__new_zeroed(memory, slot_room(x) * sizeof *x->slots);
  x->measures = eng__new_zeroed(memory, measure_room(x) * sizeof *x->measures);
  x->holds = eng__new_zeroed(memory, measure_room(x) * sizeof *x->holds);
  if (x->slots == NULL || x->measures == NULL || x->holds == NULL) {
    eng__assumptions_free(x);
    return ENG_E_NOMEM;
  }
  find_measures(x);
  *out = x;
  return ENG_OK;
}

void eng__assumptions_free(struct eng__assumptions *x)
{
  if (x == NULL) return;
  eng__free(x->memory, x->slots, slot_room(x) * sizeof *x->slots);
  eng__free(x->memory, x->measures, measure_room(x) * sizeof *x->measures);
  eng__free(x->memory, x->holds, measure_room(x) * sizeof *x->holds);
  eng__free(x->memory, x->traces, x->trace_room * sizeof *x->traces);
  eng__free(x->memory, x->waits, x->wait_room * sizeof *x->waits);
  eng__free(x->memory, x, sizeof *x);
}

/* ---- slots ---- */

/* Back to where `traces` changes had been made and `waits` conditions waited. */
static void undo(struct eng__assumptions *x, size_t traces, size_t waits)
{
  while (x->trace_count > traces) {
    const struct trace *trace = &x->traces[--x->trace_count];

    x->slots[trace->number] = trace->was;
  }
  x->wait_count = waits;
  x->impossible = false;
}

void eng__assume_nothing(struct eng__assumptions *x)
{
  undo(x, 0, 0);
  x->tries = 0;
  x->status = ENG_OK;
}

/* A slot that is about to change; NULL without memory. */
static struct slot *change(struct eng__assumptions *x, int32_t number)
{
  void *traces = x->traces;

  if (x->status != ENG_OK) return NULL;
  x->status = eng__grow(x->memory, &traces, &x->trace_room, x->trace_count + 1,
                        sizeof *x->traces);
  x->traces = traces;
  if (x->status != ENG_OK) return NULL;
  x->traces[x->trace_count].number = number;
  x->traces[x->trace_count++].was = x->slots[number];
  return &x->slots[number];
}

/* The slot of a term, as its range says where nothing was assumed yet. */
static struct slot *slot_of(struct eng__assumptions *x, int32_t node)
{
  struct slot *slot = change(x, x->ranges->same[node]);

  if (slot == NULL || slot->touched) return slot;
  slot->touched = true;
  slot->range = x->ranges->ranges[node];
  slot->set = x->ranges->sets[node];
  return slot;
}

/* ---- numbers ---- */

/* Whether a measure never falls when events are added to those that it reads. */
static bool only_grows(int op)
{
  return op == ENG__MEASURE_COUNT || op == ENG__MEASURE_DAYS ||
         op == ENG__MEASURE_CHANNELS || op == ENG__MEASURE_ACTORS;
}

/* Whether a is never above b, given that its events are among those of b. */
static bool is_at_most(int a, int b)
{
  return only_grows(a) && (a == b || b == ENG__MEASURE_COUNT);
}

static bool is_among(const struct eng__assumptions *x, size_t a, size_t b)
{
  return x->holds[a][b / 64] >> b % 64 & 1;
}

static void limit_number(struct eng__assumptions *x, int32_t node,
                         struct eng__fraction bound, bool low, bool open)
{
  struct slot *slot = slot_of(x, node);

  if (slot == NULL) return;
  if (low) {
    eng__range_cut_low(&slot->range, bound, open);
  } else {
    eng__range_cut_high(&slot->range, bound, open);
  }
  if (eng__range_is_empty(&slot->range)) x->impossible = true;
}

/* What a bound of a measure says of those that read more or fewer events. */
static void spread(struct eng__assumptions *x, size_t measure,
                   struct eng__fraction bound, bool low, bool open)
{
  const struct eng__measure *measures = x->ranges->model->measures;

  for (size_t i = 0; i < x->ranges->model->measure_count; i++) {
    size_t a = low ? measure : i, b = low ? i : measure;

    if (i == measure || x->measures[i] < 0 || !is_among(x, a, b)) continue;
    if (!is_at_most(measures[a].op, measures[b].op)) continue;
    limit_number(x, x->measures[i], bound, low, open);
  }
}

/* What is measured of something has events: `least` of them. */
static void has_events(struct eng__assumptions *x, size_t measure)
{
  const struct eng__measure *measures = x->ranges->model->measures;
  struct eng__fraction least = {measures[measure].op == ENG__MEASURE_GAP ? 2 : 1, 1};

  for (size_t i = 0; i < x->ranges->model->measure_count; i++) {
    if (x->measures[i] < 0 || measures[i].op != ENG__MEASURE_COUNT) continue;
    if (is_among(x, measure, i)) limit_number(x, x->measures[i], least, true, false);
  }
}

/* Only times since are undefined for want of events alone. */
static void has_none(struct eng__assumptions *x, size_t measure)
{
  const struct eng__measure *measures = x->ranges->model->measures;
  struct eng__fraction none = {0, 1};

  if (measures[measure].op != ENG__MEASURE_RECENCY &&
      measures[measure].op != ENG__MEASURE_TENURE) {
    return;
  }
  for (size_t i = 0; i < x->ranges->model->measure_count; i++) {
    if (x->measures[i] < 0 || measures[i].op != ENG__MEASURE_COUNT) continue;
    if (is_among(x, i, measure)) limit_number(x, x->measures[i], none, false, false);
  }
}

/* Assumes that a term has a value, or has none. */
static void assume_defined(struct eng__assumptions *x, int32_t node, bool defined)
{
  const struct eng__term *at;
  struct slot *slot;
  bool known;

  node = eng__ranges_behind(x->ranges->model, node);
  at = &x->ranges->model->nodes[node];
  slot = slot_of(x, node);
  if (slot == NULL) return;
  known = defined ? !slot->range.may_be_undefined : !slot->range.may_be_defined;
  if (known) return;
  if (defined) {
    slot->range.may_be_undefined = false;
  } else {
    slot->range.may_be_defined = false;
  }
  if (!slot->range.may_be_defined && !slot->range.may_be_undefined)
    x->impossible = true;
  if (at->op != ENG__OP_MEASURE) return;
  if (!defined) {
    has_none(x, (size_t)at->a);
  } else if (x->ranges->ranges[node].may_be_undefined &&
             x->ranges->model->measures[at->a].op != ENG__MEASURE_SUM) {
    has_events(x, (size_t)at->a);
  }
}

static bool is_defined(struct eng__assumptions *x, int32_t node)
{
  struct slot *slot = slot_of(x, eng__ranges_behind(x->ranges->model, node));

  return slot != NULL && !slot->range.may_be_undefined;
}

/* Assumes that a term stands in one of these orders to a constant. */
static void assume_order(struct eng__assumptions *x, int32_t node, int orders,
                         struct eng__fraction bound)
{
  const struct eng__term *at;
  bool has_low = !(orders & ENG__MAY_BE_LESS),
       has_high = !(orders & ENG__MAY_BE_GREATER), open = !(orders & ENG__MAY_BE_EQUAL);
  struct slot *slot;

  node = eng__ranges_behind(x->ranges->model, node);
  at = &x->ranges->model->nodes[node];
  slot = slot_of(x, node);
  if (slot == NULL) return;
  if (!has_low && !has_high) {
    struct eng__range *range = &slot->range;

    if (!open) return;
    /* Not equal: that cuts off an end. */
    if (range->has_low && eng__fraction_compare(range->low, bound) == 0) {
      eng__range_cut_low(range, bound, true);
    }
    if (range->has_high && eng__fraction_compare(range->high, bound) == 0) {
      eng__range_cut_high(range, bound, true);
    }
  }
  if (has_low) eng__range_cut_low(&slot->range, bound, open);
  if (has_high) eng__range_cut_high(&slot->range, bound, open);
  if (eng__range_is_empty(&slot->range)) x->impossible = true;
  if (at->op != ENG__OP_MEASURE) return;
  if (has_low) spread(x, (size_t)at->a, bound, true, open);
  if (has_high) spread(x, (size_t)at->a, bound, false, open);
}

/* ---- conditions ---- */

static void assume(struct eng__assumptions *x, int32_t node, int outcomes);

static void postpone(struct eng__assumptions *x, int32_t node, int outcomes)
{
  void *waits = x->waits;

  if (x->status != ENG_OK) return;
  x->status =
      eng__grow(x->memory, &waits, &x->wait_room, x->wait_count + 1, sizeof *x->waits);
  x->waits = waits;
  if (x->status != ENG_OK) return;
  x->waits[x->wait_count].node = node;
  x->waits[x->wait_count++].outcomes = (uint8_t)outcomes;
}

static bool is_number(const struct eng__assumptions *x, int32_t node)
{
  return x->ranges->model->nodes[node].type != ENG__TYPE_BOOLEAN;
}

static const struct eng__term *constant_at(const struct eng__assumptions *x,
                                           int32_t node)
{
  const eng_model *model = x->ranges->model;
  const struct eng__term *at = &model->nodes[eng__ranges_behind(model, node)];

  return at->op == ENG__OP_CONSTANT ? at : NULL;
}

/* A comparison that is known to be true or false. */
static void assume_compared(struct eng__assumptions *x, int32_t index, bool holds)
{
  const struct eng__term *node = &x->ranges->model->nodes[index];
  const struct eng__term *a = constant_at(x, node->a), *b = constant_at(x, node->b);
  int orders = eng__orders_of(node->op);
  struct eng__fraction bound;
  struct slot *slot;

  if (!holds) orders ^= ENG__MAY_BE_LESS | ENG__MAY_BE_EQUAL | ENG__MAY_BE_GREATER;
  assume_defined(x, node->a, true);
  assume_defined(x, node->b, true);
  if (a != NULL || b != NULL) {
    const struct eng__term *constant = b != NULL ? b : a;

    bound.n = constant->n;
    bound.d = constant->d;
    if (b == NULL) orders = eng__orders_turned(orders);
    assume_order(x, b != NULL ? node->a : node->b, orders, bound);
    return;
  }
  slot = change(x, x->ranges->pairs[index]);
  if (slot == NULL) return;
  if (!slot->touched) slot->orders = 7;
  slot->touched = true;
  if (x->ranges->turned[index]) orders = eng__orders_turned(orders);
  slot->orders &= (uint8_t)orders;
  if (slot->orders == 0) x->impossible = true;
}

static void assume_comparison(struct eng__assumptions *x, int32_t index, int outcomes)
{
  const struct eng__term *node = &x->ranges->model->nodes[index];

  if (!is_number(x, node->a)) return; /* of conditions: its outcome alone is kept */
  if (outcomes == IS_TRUE || outcomes == IS_FALSE) {
    assume_compared(x, index, outcomes == IS_TRUE);
  } else if (outcomes == NOT_TRUE || outcomes == NOT_FALSE) {
    if (is_defined(x, node->a) && is_defined(x, node->b)) {
      assume_compared(x, index, outcomes == NOT_FALSE);
    } else {
      postpone(x, index, outcomes); /* until more is known */
    }
  }
}

/* a else b, where b is a constant: how a class says no. */
static void assume_else(struct eng__assumptions *x, const struct eng__term *node,
                        int outcomes)
{
  int b = x->ranges->sets[node->b];

  if (outcomes != IS_TRUE && outcomes != IS_FALSE) return;
  if (b == IS_FALSE) {
    assume(x, node->a, outcomes == IS_TRUE ? IS_TRUE : NOT_TRUE);
  } else if (b == IS_TRUE) {
    assume(x, node->a, outcomes == IS_FALSE ? IS_FALSE : NOT_FALSE);
  }
}

/* `and` and `or` are each other's mirror image. */
static void assume_logic(struct eng__assumptions *x, int32_t index, int outcomes)
{
  const struct eng__term *node = &x->ranges->model->nodes[index];
  bool both = node->op == ENG__OP_AND ? outcomes == IS_TRUE || outcomes == NOT_FALSE
                                      : outcomes == IS_FALSE || outcomes == NOT_TRUE;
  bool one = outcomes == IS_TRUE || outcomes == IS_FALSE || outcomes == NOT_TRUE ||
             outcomes == NOT_FALSE;

  if (both) {
    assume(x, node->a, outcomes);
    assume(x, node->b, outcomes);
  } else if (one) {
    postpone(x, index, outcomes);
  }
}

static void assume(struct eng__assumptions *x, int32_t node, int outcomes)
{
  const struct eng__term *at;
  struct slot *slot;

  if (x->status != ENG_OK || x->impossible || ++x->tries > TRIES) return;
  node = eng__ranges_behind(x->ranges->model, node);
  at = &x->ranges->model->nodes[node];
  slot = slot_of(x, node);
  if (slot == NULL) return;
  slot->set &= (uint8_t)outcomes;
  outcomes = slot->set;
  if (outcomes == 0) {
    x->impossible = true;
    return;
  }
  switch (at->op) {
  case ENG__OP_NOT: assume(x, at->a, eng__opposite(outcomes)); return;
  case ENG__OP_AND:
  case ENG__OP_OR: assume_logic(x, node, outcomes); return;
  case ENG__OP_ELSE: assume_else(x, at, outcomes); return;
  case ENG__OP_DEFINED:
    if (!is_number(x, at->a)) return;
    if (outcomes == IS_TRUE) assume_defined(x, at->a, true);
    if (outcomes == IS_FALSE) assume_defined(x, at->a, false);
    return;
  default:
    if (eng__op_compares(at->op)) assume_comparison(x, node, outcomes);
    return;
  }
}

void eng__assume(struct eng__assumptions *x, int32_t node, int outcomes)
{
  assume(x, node, outcomes);
}

/* ---- alternatives ---- */

static bool settle(struct eng__assumptions *x, size_t from, int nested);

/* Whether an alternative is possible with all that is assumed. */
static bool may_be(struct eng__assumptions *x, int32_t node, int outcomes, int nested)
{
  size_t traces = x->trace_count, waits = x->wait_count;
  bool possible;

  assume(x, node, outcomes);
  possible = !x->impossible && (nested == NESTED || settle(x, waits, nested + 1));
  undo(x, traces, waits);
  return possible;
}

/* Of a comparison of numbers that is not known to be known: the other outcome. */
static bool may_compare(struct eng__assumptions *x, int32_t index, bool holds)
{
  size_t traces = x->trace_count, waits = x->wait_count;
  bool possible;

  assume_compared(x, index, holds);
  possible = !x->impossible;
  undo(x, traces, waits);
  return possible;
}

static bool may_lack(struct eng__assumptions *x, int32_t node)
{
  size_t traces = x->trace_count, waits = x->wait_count;
  bool possible;

  assume_defined(x, node, false);
  possible = !x->impossible;
  undo(x, traces, waits);
  return possible;
}

/* One that waits: whether anything is left of it. Where one alternative is left it is
 * assumed, and *progress says so. */
static bool try_one(struct eng__assumptions *x, const struct waiting *waiting,
                    int nested, bool *progress)
{
  const struct eng__term *node = &x->ranges->model->nodes[waiting->node];
  bool a, b;

  if (eng__op_compares(node->op)) {
    bool holds = waiting->outcomes == NOT_FALSE;

    a = may_compare(x, waiting->node, holds);
    b = may_lack(x, node->a) || may_lack(x, node->b);
    if (a && !b) {
      assume_compared(x, waiting->node, holds);
      *progress = true;
    }
    return a || b;
  }
  a = may_be(x, node->a, waiting->outcomes, nested);
  b = may_be(x, node->b, waiting->outcomes, nested);
  if (a != b) {
    assume(x, a ? node->a : node->b, waiting->outcomes);
    *progress = true;
  }
  return a || b;
}

/* Whether something is left of each that waits, from one on. */
static bool settle(struct eng__assumptions *x, size_t from, int nested)
{
  bool progress = true;

  while (progress) {
    progress = false;
    for (size_t i = from; i < x->wait_count; i++) {
      struct waiting waiting = x->waits[i];
      bool certain = false;

      if (x->status != ENG_OK || ++x->tries > TRIES) return true;
      if (!try_one(x, &waiting, nested, &certain)) return false;
      if (x->impossible) return false;
      if (!certain) continue;
      /* What is certain has no alternatives left to wait for. */
      x->waits[i--] = x->waits[--x->wait_count];
      progress = true;
    }
  }
  return true;
}

eng_status eng__assume_settle(struct eng__assumptions *x, bool *possible)
{
  *possible = true;
  if (x->status != ENG_OK) return x->status;
  if (x->tries <= TRIES) *possible = !x->impossible && settle(x, 0, 0);
  if (x->tries > TRIES) *possible = true;
  return x->status;
}
