/* SPDX-License-Identifier: MIT */
/*
 * evaluate.c - running the trees of a model over what was measured.
 *
 * Recursion is bounded by the depth of trees, which the parser limits, and so is the
 * number of nodes visited. Undefined is the absence of a value: `and`, `or` and `not`
 * treat it by Kleene's tables, everything else passes it on.
 */
#include "model/assessor.h"

/* What a node is evaluated against: tallies, or one event. */
struct scope {
  const eng_assessor *assessor;
  const struct eng__member *member; /* NULL inside `where` */
  const eng_model *model;
  const struct eng__seen *seen; /* NULL outside `where` */
  int64_t now;
};

static bool evaluate(const struct scope *s, int32_t node, struct eng__fraction *out);

static bool give(struct eng__fraction *out, int64_t n)
{
  out->n = n;
  out->d = 1;
  return true;
}

/* ---- leaves ---- */

/* The sum, if it fits. */
static bool total(const struct eng__tally *tally, int64_t *out)
{
  bool minus = tally->low >> 63;

  if (tally->high != (minus ? -1 : 0) || tally->low == UINT64_C(1) << 63) return false;
  *out = minus ? -(int64_t)(0 - tally->low) : (int64_t)tally->low;
  return true;
}

/* A number of the field that a measure is about; ratings are held in thousandths. */
static bool give_field(const struct eng__measure *measure, int64_t n, int64_t d,
                       struct eng__fraction *out)
{
  struct eng__fraction a = {n, 1}, b = {d, 1}, thousand = {1000, 1};

  if (d == 0 || n == INT64_MIN || !eng__fraction_divide(a, b, out)) return false;
  return measure->of != ENG__FIELD_RATING || eng__fraction_divide(*out, thousand, out);
}

static bool measured(const struct scope *s, int32_t index, struct eng__fraction *out)
{
  int32_t meter = s->member->meters[index];
  const struct eng__tally *tally = &s->assessor->tallies[meter];
  const struct eng__measure *measure = &s->assessor->meters[meter].measure;
  struct eng__fraction n = {tally->n, 1}, all = {tally->all, 1};
  int64_t sum;

  switch (measure->op) {
  case ENG__MEASURE_SUM: return total(tally, &sum) && give_field(measure, sum, 1, out);
  case ENG__MEASURE_MEAN:
    return total(tally, &sum) && give_field(measure, sum, tally->n, out);
  case ENG__MEASURE_MIN:
  case ENG__MEASURE_MAX:
    return tally->n > 0 && give_field(measure, tally->value, 1, out);
  case ENG__MEASURE_SHARE: return tally->all > 0 && eng__fraction_divide(n, all, out);
  case ENG__MEASURE_RECENCY: return tally->n > 0 && give(out, s->now - tally->last);
  case ENG__MEASURE_TENURE: return tally->n > 0 && give(out, s->now - tally->first);
  case ENG__MEASURE_GAP: return tally->n > 0 && give(out, tally->value);
  default: return give(out, tally->n);
  }
}

static bool field(const struct scope *s, int32_t which, struct eng__fraction *out)
{
  const struct eng__event *event = &s->seen->event;
  const eng_context *context = s->model->context;

  switch (which) {
  case ENG__FIELD_AMOUNT: return s->seen->has_amount && give(out, s->seen->amount);
  case ENG__FIELD_VALUE:
    return (event->has & ENG__HAS_VALUE) && give(out, event->value);
  case ENG__FIELD_RATING: {
    struct eng__fraction a = {event->value, 1}, b = {1000, 1};

    return (event->has & ENG__HAS_VALUE) && eng__fraction_divide(a, b, out);
  }
  case ENG__FIELD_VALENCE:
    return (event->has & ENG__HAS_VALENCE) && give(out, event->valence);
  case ENG__FIELD_CHANNEL: return event->channel != 0 && give(out, event->channel);
  case ENG__FIELD_SCALE: return event->scale != 0 && give(out, event->scale);
  /* Of the kind that is measured: a purchase below 0 is a refund here too. */
  case ENG__FIELD_MODE: return give(out, eng_kind_mode(context, s->seen->kind));
  case ENG__FIELD_DIRECTION:
    return give(out, eng_kind_direction(context, s->seen->kind));
  case ENG__FIELD_INCENTIVISED:
    return give(out, (event->has & ENG__IS_INCENTIVISED) != 0);
  case ENG__FIELD_PUBLIC: return give(out, (event->has & ENG__IS_PUBLIC) != 0);
  case ENG__FIELD_TOPIC:
    return (event->has & ENG__HAS_TOPIC) && give(out, event->topic);
  default: return (event->has & ENG__HAS_ACTOR) && give(out, event->actor);
  }
}

/* ---- operators ---- */

static bool arithmetic(int op, struct eng__fraction a, struct eng__fraction b,
                       struct eng__fraction *out)
{
  switch (op) {
  case ENG__OP_ADD: return eng__fraction_add(a, b, out);
  case ENG__OP_SUBTRACT: return eng__fraction_subtract(a, b, out);
  case ENG__OP_MULTIPLY: return eng__fraction_multiply(a, b, out);
  default: return eng__fraction_divide(a, b, out);
  }
}

static int64_t compare(int op, struct eng__fraction a, struct eng__fraction b)
{
  int order = a.d == b.d ? (a.n > b.n) - (a.n < b.n) : eng__fraction_compare(a, b);

  switch (op) {
  case ENG__OP_LESS: return order < 0;
  case ENG__OP_LESS_EQUAL: return order <= 0;
  case ENG__OP_GREATER: return order > 0;
  case ENG__OP_GREATER_EQUAL: return order >= 0;
  case ENG__OP_EQUAL: return order == 0;
  default: return order != 0;
  }
}

/* Most conditions compare a count with a constant: they take no more than that. */
static bool count_compares(const struct scope *s, int32_t index, int64_t *out)
{
  const struct eng__quick *quick;

  if (s->member == NULL || s->member->quick[index] < 0) return false;
  quick = &s->assessor->quicks[s->member->quick[index]];
  if (!quick->counts) return false;
  *out = eng__quick_holds(quick, s->assessor->tallies[quick->meter].n);
  return true;
}

/* Kleene: a false decides `and`, a true decides `or`, whatever the other is. */
static bool logic(const struct scope *s, const struct eng__term *node,
                  struct eng__fraction *out)
{
  int64_t decides = node->op == ENG__OP_OR;
  struct eng__fraction b;
  bool a_known = evaluate(s, node->a, out);

  if (a_known && out->n == decides) return true;
  if (!evaluate(s, node->b, &b)) return false;
  if (b.n == decides) return give(out, decides);
  return a_known;
}

/* An operand: mostly a measure or a constant, for which a call would cost more than
 * the answer. */
static inline bool operand(const struct scope *s, int32_t index,
                           struct eng__fraction *out)
{
  const struct eng__term *node = &s->model->nodes[index];

  switch (node->op) {
  case ENG__OP_CONSTANT:
    out->n = node->n;
    out->d = node->d;
    return true;
  case ENG__OP_MEASURE: return measured(s, node->a, out);
  default: return evaluate(s, index, out);
  }
}

/* What several terms may refer to is worked out once for each customer and instant, so
 * that definitions which double cost no more than their text. */
static bool shared(const struct scope *s, int32_t index, struct eng__fraction *out)
{
  struct eng__memo *memo;

  if (s->member == NULL) return evaluate(s, index, out);
  memo = &s->member->memos[index];
  if (memo->stamp != s->assessor->stamp || memo->now != s->now) {
    memo->defined = evaluate(s, index, &memo->value);
    memo->stamp = s->assessor->stamp;
    memo->now = s->now;
  }
  *out = memo->value;
  return memo->defined;
}

/* ---- scores ---- */

/* Points of one event or day as often as there are some, held within the cap. */
static int64_t times(int64_t count, const struct eng__score_term *term)
{
  int64_t points = term->points < 0 ? -term->points : term->points;
  int64_t all = points == 0 || count <= term->cap / points ? points * count : term->cap;

  return term->points < 0 ? -all : all;
}

static int64_t held(int64_t n, int64_t low, int64_t high)
{
  return n < low ? low : n > high ? high : n;
}

/* What is not defined gives nothing. */
static int64_t points_of(const struct scope *s, const struct eng__term *node)
{
  const struct eng__score_term *term = &s->model->terms[node->n];
  struct eng__fraction value;

  if (!operand(s, node->a, &value)) return 0;
  switch (node->op) {
  case ENG__OP_EACH: return times(value.n, term);
  case ENG__OP_WHEN: return value.n == 1 ? term->points : 0;
  default: return held(eng__fraction_floor(value), -term->cap, term->cap);
  }
}

static int64_t sum_of(const struct scope *s, int32_t index)
{
  const struct eng__term *node = &s->model->nodes[index];

  if (node->op != ENG__OP_TERMS) return points_of(s, node);
  return sum_of(s, node->a) + sum_of(s, node->b);
}

static bool evaluate(const struct scope *s, int32_t index, struct eng__fraction *out)
{
  const struct eng__term *node = &s->model->nodes[index];
  struct eng__fraction a, b;

  switch (node->op) {
  case ENG__OP_CONSTANT:
    out->n = node->n;
    out->d = node->d;
    return true;
  case ENG__OP_MEASURE: return measured(s, node->a, out);
  case ENG__OP_FIELD: return field(s, node->a, out);
  case ENG__OP_STAGE: return shared(s, s->model->stages[node->a].when, out);
  case ENG__OP_LET: return shared(s, node->a, out);
  case ENG__OP_NEGATE:
    if (!evaluate(s, node->a, &a)) return false;
    out->n = -a.n;
    out->d = a.d;
    return true;
  case ENG__OP_AND:
  case ENG__OP_OR: return logic(s, node, out);
  case ENG__OP_NOT: return evaluate(s, node->a, &a) && give(out, !a.n);
  case ENG__OP_DEFINED: return give(out, evaluate(s, node->a, &a));
  case ENG__OP_ELSE: return evaluate(s, node->a, out) || evaluate(s, node->b, out);
  case ENG__OP_EACH:
  case ENG__OP_WHEN:
  case ENG__OP_WORTH:
  case ENG__OP_TERMS: return give(out, sum_of(s, index));
  case ENG__OP_SCORE: return give(out, held(sum_of(s, node->a), 0, ENG__SCORE_MAX));
  default:
    if (!eng__op_compares(node->op)) {
      return operand(s, node->a, &a) && operand(s, node->b, &b) &&
             arithmetic(node->op, a, b, out);
    }
    out->d = 1;
    if (count_compares(s, index, &out->n)) return true;
    return operand(s, node->a, &a) && operand(s, node->b, &b) &&
           give(out, compare(node->op, a, b));
  }
}

/* ---- faces ---- */

bool eng__where_holds(const eng_model *model, int32_t node,
                      const struct eng__seen *seen)
{
  struct scope s = {NULL, NULL, model, seen, 0};
  struct eng__fraction value;

  return evaluate(&s, node, &value) && value.n == 1;
}

bool eng__evaluate(const eng_assessor *assessor, const struct eng__member *member,
                   int32_t node, int64_t now, struct eng__fraction *out)
{
  struct scope s = {assessor, member, member->model, NULL, now};

  return evaluate(&s, node, out);
}

int32_t eng__stage_now(const eng_assessor *assessor, const struct eng__member *member,
                       int64_t now)
{
  const eng_model *model = member->model;
  struct scope s = {assessor, member, model, NULL, now};
  struct eng__fraction value;

  for (size_t i = model->stage_count; i > 0; i--) {
    if (evaluate(&s, model->stages[i - 1].when, &value) && value.n == 1) {
      return (int32_t)i;
    }
  }
  return 0;
}
