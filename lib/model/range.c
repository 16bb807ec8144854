/* SPDX-License-Identifier: MIT */
/*
 * range.c - intervals of all terms, in one pass: operands stand before what is made of
 * them.
 *
 * Every interval holds all values that the term can have; where a bound is not worked
 * out, or would not fit, there is none. So too for sets of outcomes: each operand is
 * taken for itself, as if it had nothing to do with the other, unless both are equal.
 */
#include "model/range.h"

#include <string.h>

#include <engagement/event.h>

#include "core/calendar.h"
#include "core/hash.h"
#include "core/memory.h"
#include "model/quick.h"

/* ---- intervals ---- */

static struct eng__fraction whole(int64_t n)
{
  struct eng__fraction value = {n, 1};

  return value;
}

static struct eng__range anything(void)
{
  struct eng__range range = {{0, 1}, {0, 1}, false, false, false,
                             false,  false,  true,  true};

  return range;
}

static struct eng__range between(int64_t low, int64_t high)
{
  struct eng__range range = {whole(low), whole(high), true,  true, false,
                             false,      true,        false, true};

  return range;
}

static struct eng__range at_least(int64_t low)
{
  struct eng__range range = between(low, low);

  range.has_high = false;
  return range;
}

static struct eng__range never_defined(void)
{
  struct eng__range range = anything();

  range.may_be_defined = false;
  return range;
}

static struct eng__range may_lack(struct eng__range range)
{
  range.may_be_undefined = true;
  return range;
}

void eng__range_tidy(struct eng__range *range)
{
  int64_t n;

  if (!range->whole) return;
  if (range->has_low && (range->low.d != 1 || range->low_open)) {
    n = eng__fraction_floor(range->low);
    if (n == INT64_MAX) return;
    range->low = whole(n + 1); /* above the floor of a fraction, and of an open bound */
    range->low_open = false;
  }
  if (range->has_high && (range->high.d != 1 || range->high_open)) {
    n = eng__fraction_floor(range->high);
    if (range->high.d == 1) {
      if (n == INT64_MIN) return;
      n--;
    }
    range->high = whole(n);
    range->high_open = false;
  }
}

bool eng__range_is_empty(const struct eng__range *range)
{
  int order;

  if (!range->has_low || !range->has_high) return false;
  order = eng__fraction_compare(range->low, range->high);
  return order > 0 || (order == 0 && (range->low_open || range->high_open));
}

void eng__range_cut_low(struct eng__range *range, struct eng__fraction bound, bool open)
{
  int order = range->has_low ? eng__fraction_compare(range->low, bound) : -1;

  if (order > 0 || (order == 0 && (range->low_open || !open))) return;
  range->low = bound;
  range->has_low = true;
  range->low_open = open;
  eng__range_tidy(range);
}

void eng__range_cut_high(struct eng__range *range, struct eng__fraction bound,
                         bool open)
{
  int order = range->has_high ? eng__fraction_compare(range->high, bound) : 1;

  if (order < 0 || (order == 0 && (range->high_open || !open))) return;
  range->high = bound;
  range->has_high = true;
  range->high_open = open;
  eng__range_tidy(range);
}

static bool is_point(const struct eng__range *range)
{
  return range->has_low && range->has_high && range->may_be_defined &&
         !range->may_be_undefined &&
         eng__fraction_compare(range->low, range->high) == 0;
}

/* ---- arithmetic ---- */

static struct eng__range negated(struct eng__range a)
{
  struct eng__range out = a;

  out.low = a.high;
  out.high = a.low;
  out.low.n = -out.low.n;
  out.high.n = -out.high.n;
  out.has_low = a.has_high;
  out.has_high = a.has_low;
  out.low_open = a.high_open;
  out.high_open = a.low_open;
  return out;
}

static struct eng__range added(struct eng__range a, struct eng__range b)
{
  struct eng__range out = anything();

  out.whole = a.whole && b.whole;
  out.has_low = a.has_low && b.has_low && eng__fraction_add(a.low, b.low, &out.low);
  out.has_high =
      a.has_high && b.has_high && eng__fraction_add(a.high, b.high, &out.high);
  out.low_open = a.low_open || b.low_open;
  out.high_open = a.high_open || b.high_open;
  return out;
}

/* By a number; a bound that does not fit is none. */
static struct eng__range scaled(struct eng__range a, struct eng__fraction by)
{
  struct eng__range out = by.n < 0 ? negated(a) : a;
  struct eng__fraction size = {by.n < 0 ? -by.n : by.n, by.d};

  if (by.n == 0) return may_lack(between(0, 0));
  out.has_low = out.has_low && eng__fraction_multiply(out.low, size, &out.low);
  out.has_high = out.has_high && eng__fraction_multiply(out.high, size, &out.high);
  out.whole = a.whole && by.d == 1;
  return may_lack(out);
}

static bool is_never_below_zero(const struct eng__range *range)
{
  return range->has_low && range->low.n >= 0;
}

static struct eng__range multiplied(struct eng__range a, struct eng__range b)
{
  struct eng__range out = anything();

  if (is_point(&a)) return scaled(b, a.low);
  if (is_point(&b)) return scaled(a, b.low);
  if (is_never_below_zero(&a) && is_never_below_zero(&b)) out = at_least(0);
  out.whole = a.whole && b.whole;
  return may_lack(out);
}

static struct eng__range divided(struct eng__range a, struct eng__range b)
{
  struct eng__fraction inverse;
  struct eng__range out = anything();

  if (is_point(&b)) {
    if (b.low.n == 0) return never_defined();
    inverse.n = b.low.n < 0 ? -b.low.d : b.low.d;
    inverse.d = b.low.n < 0 ? -b.low.n : b.low.n;
    out = scaled(a, inverse);
  } else if (is_never_below_zero(&a) && is_never_below_zero(&b)) {
    out = may_lack(at_least(0));
  }
  out.whole = false;
  return out;
}

/* What arithmetic gives may always be too large, and so undefined. */
static struct eng__range computed(int op, struct eng__range a, struct eng__range b)
{
  struct eng__range out;

  if (!a.may_be_defined || !b.may_be_defined) return never_defined();
  switch (op) {
  case ENG__OP_ADD: out = added(a, b); break;
  case ENG__OP_SUBTRACT: out = added(a, negated(b)); break;
  case ENG__OP_MULTIPLY: out = multiplied(a, b); break;
  default: out = divided(a, b); break;
  }
  out.may_be_undefined = true;
  eng__range_tidy(&out);
  return out;
}

/* a else b */
static struct eng__range united(struct eng__range a, struct eng__range b)
{
  struct eng__range out = a;
  int order;

  if (!a.may_be_undefined) return a;
  if (!a.may_be_defined) return b;
  if (!b.may_be_defined) return a;
  order = eng__fraction_compare(a.low, b.low);
  out.has_low = a.has_low && b.has_low;
  if (order > 0) out.low = b.low;
  out.low_open =
      order == 0 ? a.low_open && b.low_open : (order > 0 ? b.low_open : a.low_open);
  order = eng__fraction_compare(a.high, b.high);
  out.has_high = a.has_high && b.has_high;
  if (order < 0) out.high = b.high;
  out.high_open =
      order == 0 ? a.high_open && b.high_open : (order < 0 ? b.high_open : a.high_open);
  out.whole = a.whole && b.whole;
  out.may_be_undefined = b.may_be_undefined;
  return out;
}

/* ---- measures and fields ---- */

static bool only_kind(const struct eng__measure *measure, unsigned kind)
{
  struct eng__kinds one = {{0, 0, 0, 0}};

  eng__kinds_add(&one, kind);
  return memcmp(&one, &measure->kinds, sizeof one) == 0;
}

/* What the kinds of a measure leave of a number of events. */
static struct eng__range field_range(const struct eng__measure *measure, int field)
{
  struct eng__range range = anything();

  switch (field) {
  case ENG__FIELD_AMOUNT:
    if (only_kind(measure, ENG_EVENT_PURCHASE)) range = at_least(0);
    if (only_kind(measure, ENG_EVENT_REFUND)) range = negated(at_least(0));
    range.whole = true;
    break;
  case ENG__FIELD_VALUE: range.whole = true; break;
  case ENG__FIELD_VALENCE: range = between(-2, 2); break;
  case ENG__FIELD_ACTOR:
  case ENG__FIELD_TOPIC: range = between(0, UINT32_MAX); break;
  case ENG__FIELD_CHANNEL:
  case ENG__FIELD_SCALE: range = between(1, 255); break;
  default: break; /* a rating is in thousandths */
  }
  return may_lack(range);
}

/* Modes and directions go by the kind, so those of the kinds are all there are. */
static struct eng__range kind_field_range(const eng_model *model,
                                          const struct eng__measure *measure, int field)
{
  struct eng__range range = between(ENG_MODE_COMMUNITY, 1);

  for (unsigned kind = 1; kind < 256; kind++) {
    int64_t n;

    if (!eng__kinds_has(&measure->kinds, kind)) continue;
    n = field == ENG__FIELD_MODE ? eng_kind_mode(model->context, (int32_t)kind)
                                 : eng_kind_direction(model->context, (int32_t)kind);
    if (n < range.low.n) range.low.n = n;
    if (n > range.high.n) range.high.n = n;
  }
  return range;
}

/* Business days that a stretch of time can touch: one more than it is long. */
static struct eng__range days_range(const struct eng__measure *measure)
{
  int64_t length = measure->within - measure->before;

  if (measure->within < 0) return at_least(0);
  return between(0, (length - 1 + ENG__DAY - 1) / ENG__DAY + 1);
}

static struct eng__range age_range(const struct eng__measure *measure)
{
  int64_t high = measure->within < 0 ? ENG_TIME_MAX : measure->within - 1;

  return may_lack(between(measure->before, high));
}

static struct eng__range sum_range(const struct eng__measure *measure)
{
  struct eng__range each = field_range(measure, measure->of), range = anything();

  if (each.has_low && each.low.n == 0) range = at_least(0);
  if (each.has_high && each.high.n == 0) range = negated(at_least(0));
  range.whole = each.whole;
  return may_lack(range);
}

static struct eng__range measure_range(const struct eng__measure *measure)
{
  struct eng__range range;

  switch (measure->op) {
  case ENG__MEASURE_DAYS: return days_range(measure);
  case ENG__MEASURE_SUM: return sum_range(measure);
  case ENG__MEASURE_MEAN:
    range = field_range(measure, measure->of);
    range.whole = false;
    return range;
  case ENG__MEASURE_MIN:
  case ENG__MEASURE_MAX: return field_range(measure, measure->of);
  case ENG__MEASURE_SHARE:
    range = may_lack(between(0, 1));
    range.whole = false;
    return range;
  case ENG__MEASURE_RECENCY:
  case ENG__MEASURE_TENURE: return age_range(measure);
  case ENG__MEASURE_GAP:
    return measure->within < 0
               ? may_lack(between(0, ENG_TIME_MAX))
               : may_lack(between(0, measure->within - measure->before - 1));
  case ENG__MEASURE_STREAK: return between(0, measure->periods);
  default: return at_least(0);
  }
}

/* ---- conditions ---- */

int eng__orders_of(int op)
{
  switch (op) {
  case ENG__OP_LESS: return ENG__MAY_BE_LESS;
  case ENG__OP_LESS_EQUAL: return ENG__MAY_BE_LESS | ENG__MAY_BE_EQUAL;
  case ENG__OP_GREATER: return ENG__MAY_BE_GREATER;
  case ENG__OP_GREATER_EQUAL: return ENG__MAY_BE_GREATER | ENG__MAY_BE_EQUAL;
  case ENG__OP_EQUAL: return ENG__MAY_BE_EQUAL;
  default: return ENG__MAY_BE_LESS | ENG__MAY_BE_GREATER;
  }
}

int eng__orders_turned(int orders)
{
  return (orders & ENG__MAY_BE_EQUAL) |
         (orders & ENG__MAY_BE_LESS ? ENG__MAY_BE_GREATER : 0) |
         (orders & ENG__MAY_BE_GREATER ? ENG__MAY_BE_LESS : 0);
}

/* Whether a number of a can be below one of b. */
static bool may_be_less(const struct eng__range *a, const struct eng__range *b)
{
  return !a->has_low || !b->has_high || eng__fraction_compare(a->low, b->high) < 0;
}

static bool may_be_equal(const struct eng__range *a, const struct eng__range *b)
{
  struct eng__range both = *a;

  both.whole = a->whole || b->whole;
  if (b->has_low) eng__range_cut_low(&both, b->low, b->low_open);
  if (b->has_high) eng__range_cut_high(&both, b->high, b->high_open);
  eng__range_tidy(&both);
  return !eng__range_is_empty(&both);
}

/* The outcomes of a comparison of numbers. */
static int compared(const struct eng__ranges *x, const struct eng__term *node)
{
  const struct eng__range *a = &x->ranges[node->a], *b = &x->ranges[node->b];
  int orders = 0, holds = eng__orders_of(node->op), set = 0;

  if (a->may_be_undefined || b->may_be_undefined) set |= ENG__MAY_BE_UNKNOWN;
  if (!a->may_be_defined || !b->may_be_defined) return ENG__MAY_BE_UNKNOWN;
  if (x->same[node->a] == x->same[node->b]) {
    orders = ENG__MAY_BE_EQUAL;
  } else {
    if (may_be_less(a, b)) orders |= ENG__MAY_BE_LESS;
    if (may_be_less(b, a)) orders |= ENG__MAY_BE_GREATER;
    if (may_be_equal(a, b)) orders |= ENG__MAY_BE_EQUAL;
  }
  if (orders & holds) set |= ENG__MAY_BE_TRUE;
  if (orders & ~holds) set |= ENG__MAY_BE_FALSE;
  return set;
}

/* a = b and a != b of conditions. */
static int matched(int op, int a, int b)
{
  int set = (a | b) & ENG__MAY_BE_UNKNOWN, equal = 0;

  if ((a & b & ENG__MAY_BE_TRUE) || (a & b & ENG__MAY_BE_FALSE)) {
    equal |= ENG__MAY_BE_TRUE;
  }
  if (((a & ENG__MAY_BE_TRUE) && (b & ENG__MAY_BE_FALSE)) ||
      ((a & ENG__MAY_BE_FALSE) && (b & ENG__MAY_BE_TRUE))) {
    equal |= ENG__MAY_BE_FALSE;
  }
  return set | (op == ENG__OP_EQUAL ? equal : eng__opposite(equal));
}

static int defined_set(const struct eng__ranges *x, int32_t node)
{
  const struct eng__range *range = &x->ranges[node];
  int set = x->sets[node];

  if (x->model->nodes[node].type == ENG__TYPE_BOOLEAN) {
    return (set & ENG__MAY_BE_UNKNOWN ? ENG__MAY_BE_FALSE : 0) |
           (set & ~ENG__MAY_BE_UNKNOWN ? ENG__MAY_BE_TRUE : 0);
  }
  return (range->may_be_undefined ? ENG__MAY_BE_FALSE : 0) |
         (range->may_be_defined ? ENG__MAY_BE_TRUE : 0);
}

static int condition_set(const struct eng__ranges *x, const struct eng__term *node)
{
  int a, b;

  switch (node->op) {
  case ENG__OP_CONSTANT: return node->n ? ENG__MAY_BE_TRUE : ENG__MAY_BE_FALSE;
  case ENG__OP_FIELD: return ENG__MAY_BE_TRUE | ENG__MAY_BE_FALSE;
  case ENG__OP_STAGE: return x->sets[x->model->stages[node->a].when];
  case ENG__OP_LET: return x->sets[node->a];
  case ENG__OP_NOT: return eng__opposite(x->sets[node->a]);
  case ENG__OP_DEFINED: return defined_set(x, node->a);
  default: break;
  }
  a = x->sets[node->a];
  b = x->sets[node->b];
  switch (node->op) {
  case ENG__OP_AND: return eng__both(a, b);
  case ENG__OP_OR: return eng__opposite(eng__both(eng__opposite(a), eng__opposite(b)));
  case ENG__OP_ELSE: return eng__either(a, b);
  default: break;
  }
  if (x->model->nodes[node->a].type == ENG__TYPE_BOOLEAN)
    return matched(node->op, a, b);
  return compared(x, node);
}

/* ---- scores ---- */

/* What a term of a score gives, never undefined; see points_of in evaluate.c. */
static struct eng__range points_range(const struct eng__ranges *x,
                                      const struct eng__term *node)
{
  const struct eng__score_term *term = &x->model->terms[node->n];
  const struct eng__range *worth = &x->ranges[node->a];
  int set = x->sets[node->a];
  struct eng__range out = between(-term->cap, term->cap);

  switch (node->op) {
  case ENG__OP_EACH:
    return term->points < 0 ? between(-term->cap, 0) : between(0, term->cap);
  case ENG__OP_WHEN:
    if (set == ENG__MAY_BE_TRUE) return between(term->points, term->points);
    if (!(set & ENG__MAY_BE_TRUE)) return between(0, 0);
    return term->points < 0 ? between(term->points, 0) : between(0, term->points);
  default:
    if (!worth->may_be_defined) return between(0, 0);
    if (worth->may_be_undefined) return out;
    if (worth->has_low) {
      eng__range_cut_low(&out, whole(eng__fraction_floor(worth->low)), false);
    }
    if (worth->has_high) {
      eng__range_cut_high(&out, whole(eng__fraction_floor(worth->high)), false);
    }
    /* All of it is beyond the cap, which it is held to. */
    if (eng__range_is_empty(&out)) return between(-term->cap, term->cap);
    return out;
  }
}

static struct eng__range terms_range(const struct eng__ranges *x,
                                     const struct eng__term *node)
{
  struct eng__range out = added(x->ranges[node->a], x->ranges[node->b]);

  out.may_be_undefined = false; /* see ENG__POINTS_MAX */
  return out;
}

static int64_t held(int64_t n)
{
  return n < 0 ? 0 : n > ENG__SCORE_MAX ? ENG__SCORE_MAX : n;
}

static struct eng__range score_range(const struct eng__ranges *x,
                                     const struct eng__term *node)
{
  const struct eng__range *sum = &x->ranges[node->a];

  return between(held(sum->low.n), held(sum->high.n));
}

static bool is_constant(const eng_model *model, int32_t node)
{
  return model->nodes[eng__ranges_behind(model, node)].op == ENG__OP_CONSTANT;
}

static struct eng__range number_range(const struct eng__ranges *x,
                                      const struct eng__term *node,
                                      const struct eng__measure *about)
{
  struct eng__range constant = between(0, 0);

  switch (node->op) {
  case ENG__OP_CONSTANT:
    constant.low.n = constant.high.n = node->n;
    constant.low.d = constant.high.d = node->d;
    constant.whole = node->d == 1;
    return constant;
  case ENG__OP_MEASURE: return measure_range(&x->model->measures[node->a]);
  case ENG__OP_FIELD:
    if (about == NULL) return anything();
    return node->a == ENG__FIELD_MODE || node->a == ENG__FIELD_DIRECTION
               ? kind_field_range(x->model, about, node->a)
               : field_range(about, node->a);
  case ENG__OP_LET: return x->ranges[node->a];
  case ENG__OP_NEGATE: return negated(x->ranges[node->a]);
  case ENG__OP_ELSE: return united(x->ranges[node->a], x->ranges[node->b]);
  case ENG__OP_EACH:
  case ENG__OP_WHEN:
  case ENG__OP_WORTH: return points_range(x, node);
  case ENG__OP_TERMS: return terms_range(x, node);
  case ENG__OP_SCORE: return score_range(x, node);
  default:
    /* What two constants give was worked out, unless it is undefined: see fold in
     * expression.c. */
    if (is_constant(x->model, node->a) && is_constant(x->model, node->b)) {
      return never_defined();
    }
    return computed(node->op, x->ranges[node->a], x->ranges[node->b]);
  }
}

/* ---- equal terms ---- */

/* What makes a term what it is, operands by the numbers of equal terms. */
struct identity {
  int64_t n, d;
  int32_t op, a, b;
  int32_t of; /* what op says: */
};

enum { OF_TERM = 0, OF_COMPARISON /* by its orders */, OF_PAIR /* that is compared */ };

struct eng__range_slot {
  struct identity identity;
  int32_t number; /* one more than it; 0: an empty slot */
  int32_t reserved;
};

static int32_t number_of(struct eng__ranges *x, const struct identity *identity)
{
  uint64_t hash =
      eng__table_hash(x->model->context->settings.hash_key, identity, sizeof *identity);
  size_t at = (size_t)hash & (x->room - 1);

  while (x->slots[at].number != 0) {
    if (memcmp(&x->slots[at].identity, identity, sizeof *identity) == 0) {
      return x->slots[at].number - 1;
    }
    at = (at + 1) & (x->room - 1);
  }
  x->slots[at].identity = *identity;
  x->slots[at].number = ++x->same_count;
  return x->same_count - 1;
}

static bool same_filter(const struct eng__ranges *x, int32_t a, int32_t b)
{
  if (a < 0 || b < 0) return a == b;
  return x->same[a] == x->same[b];
}

/* The first measure that is the same; its filter has its number already. */
static int32_t number_measure(const struct eng__ranges *x, int32_t index)
{
  const struct eng__measure *measure = &x->model->measures[index];

  for (int32_t i = 0; i < index; i++) {
    const struct eng__measure *other = &x->model->measures[i];

    if (other->op == measure->op && other->of == measure->of &&
        other->period == measure->period && other->periods == measure->periods &&
        other->within == measure->within && other->before == measure->before &&
        memcmp(&other->kinds, &measure->kinds, sizeof other->kinds) == 0 &&
        same_filter(x, other->where, measure->where)) {
      return i;
    }
  }
  return index;
}

/* Numbers a term. Comparisons also get a number for what they compare, in one order, so
 * that a < b and b >= a are about the same. */
static void number_term(struct eng__ranges *x, int32_t index)
{
  const struct eng__term *node = &x->model->nodes[index];
  struct identity identity;
  int32_t a, b;

  memset(&identity, 0, sizeof identity);
  identity.op = node->op;
  switch (node->op) {
  case ENG__OP_LET: x->same[index] = x->same[node->a]; return;
  case ENG__OP_STAGE: x->same[index] = x->same[x->model->stages[node->a].when]; return;
  case ENG__OP_CONSTANT:
    identity.n = node->n;
    identity.d = node->d;
    identity.a = node->type == ENG__TYPE_RATIO ? ENG__TYPE_NUMBER : node->type;
    break;
  case ENG__OP_MEASURE: identity.a = x->measure_same[node->a]; break;
  case ENG__OP_FIELD: identity.a = node->a; break;
  case ENG__OP_NEGATE:
  case ENG__OP_NOT:
  case ENG__OP_DEFINED: identity.a = x->same[node->a]; break;
  default:
    identity.a = x->same[node->a];
    identity.b = x->same[node->b];
    identity.n = node->n; /* which term of a score, or score */
    break;
  }
  if (eng__op_compares(node->op)) {
    a = identity.a;
    b = identity.b;
    x->turned[index] = a > b;
    identity.a = a < b ? a : b;
    identity.b = a < b ? b : a;
    identity.op = 0;
    identity.of = OF_PAIR;
    x->pairs[index] = number_of(x, &identity);
    identity.op = x->turned[index] ? eng__orders_turned(eng__orders_of(node->op))
                                   : eng__orders_of(node->op);
    identity.of = OF_COMPARISON;
  }
  x->same[index] = number_of(x, &identity);
}

/* ---- all of them ---- */

/* Which measure each term of a filter is about. */
static void mark_filter(const eng_model *model, int32_t node, int32_t measure,
                        int32_t *about)
{
  const struct eng__term *at = &model->nodes[node];

  about[node] = measure;
  switch (at->op) {
  case ENG__OP_CONSTANT:
  case ENG__OP_FIELD:
  case ENG__OP_MEASURE:
  case ENG__OP_STAGE:
  case ENG__OP_LET: return; /* a constant */
  case ENG__OP_NEGATE:
  case ENG__OP_NOT:
  case ENG__OP_DEFINED: mark_filter(model, at->a, measure, about); return;
  default:
    mark_filter(model, at->a, measure, about);
    mark_filter(model, at->b, measure, about);
    return;
  }
}

static void fill_term(struct eng__ranges *x, int32_t index, const int32_t *about)
{
  const struct eng__term *node = &x->model->nodes[index];
  const struct eng__measure *measure =
      about[index] < 0 ? NULL : &x->model->measures[about[index]];

  if (node->op == ENG__OP_MEASURE) {
    x->measure_same[node->a] = number_measure(x, node->a);
  }
  number_term(x, index);
  x->ranges[index] = anything();
  if (node->type == ENG__TYPE_BOOLEAN) {
    x->sets[index] = (uint8_t)condition_set(x, node);
  } else {
    x->ranges[index] = number_range(x, node, measure);
  }
}

eng_status eng__ranges_fill(struct eng__ranges *x, const eng_model *model)
{
  const eng_allocator *memory = eng__memory(model->context);
  size_t count = model->node_count;
  int32_t *about;

  memset(x, 0, sizeof *x);
  x->model = model;
  for (x->room = 16; x->room < 4 * count; x->room *= 2) continue;
  about = eng__new(memory, (count + 1) * sizeof *about);
  x->ranges = eng__new_zeroed(memory, (count + 1) * sizeof *x->ranges);
  x->sets = eng__new_zeroed(memory, count + 1);
  x->same = eng__new_zeroed(memory, (count + 1) * sizeof *x->same);
  x->pairs = eng__new_zeroed(memory, (count + 1) * sizeof *x->pairs);
  x->turned = eng__new_zeroed(memory, (count + 1) * sizeof *x->turned);
  x->measure_same =
      eng__new_zeroed(memory, (model->measure_count + 1) * sizeof *x->measure_same);
  x->slots = eng__new_zeroed(memory, x->room * sizeof *x->slots);
  if (about != NULL && x->ranges != NULL && x->sets != NULL && x->same != NULL &&
      x->pairs != NULL && x->turned != NULL && x->measure_same != NULL &&
      x->slots != NULL) {
    for (size_t i = 0; i < count; i++) about[i] = -1;
    for (size_t i = 0; i < model->measure_count; i++) {
      if (model->measures[i].where < 0) continue;
      mark_filter(model, model->measures[i].where, (int32_t)i, about);
    }
    for (size_t i = 0; i < count; i++) fill_term(x, (int32_t)i, about);
    eng__free(memory, about, (count + 1) * sizeof *about);
    return ENG_OK;
  }
  eng__free(memory, about, (count + 1) * sizeof *about);
  return ENG_E_NOMEM;
}

void eng__ranges_free(struct eng__ranges *x)
{
  const eng_allocator *memory;
  size_t count;

  if (x->model == NULL) return;
  memory = eng__memory(x->model->context);
  count = x->model->node_count + 1;
  eng__free(memory, x->ranges, count * sizeof *x->ranges);
  eng__free(memory, x->sets, count);
  eng__free(memory, x->same, count * sizeof *x->same);
  eng__free(memory, x->pairs, count * sizeof *x->pairs);
  eng__free(memory, x->turned, count * sizeof *x->turned);
  eng__free(memory, x->measure_same,
            (x->model->measure_count + 1) * sizeof *x->measure_same);
  eng__free(memory, x->slots, x->room * sizeof *x->slots);
  x->model = NULL;
}

int32_t eng__ranges_behind(const eng_model *model, int32_t node)
{
  for (;;) {
    const struct eng__term *at = &model->nodes[node];

    if (at->op == ENG__OP_LET) {
      node = at->a;
    } else if (at->op == ENG__OP_STAGE) {
      node = model->stages[at->a].when;
    } else {
      return node;
    }
  }
}
