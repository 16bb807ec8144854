/* SPDX-License-Identifier: MIT */
/*
 * ahead.c - which stage lies ahead of a customer: the next one that something happening
 * could bring.
 *
 * Stages such as "fading" or classes such as "seldom buys" come with silence alone, and
 * nobody wants to hear what is missing for them. They are told by the clauses that do
 * not hold: one that more events only push further away, such as a recency above some
 * days or a count that is too high already. Who cannot be told apart is not passed
 * over.
 */
#include "model/assessor.h"

/* Definitions may double at each use, so looking ends somewhere. */
enum { LOOKS = 10000 };

struct look {
  const eng_assessor *assessor;
  const struct eng__member *member;
  const eng_model *model;
  int left;
};

static const struct eng__term *meant(const struct look *l, int32_t index)
{
  const struct eng__term *node = &l->model->nodes[index];

  while (node->op == ENG__OP_LET) node = &l->model->nodes[node->a];
  return node;
}

static bool value_of(const struct look *l, int32_t index, struct eng__fraction *out)
{
  return eng__evaluate(l->assessor, l->member, index, l->assessor->as_of, out);
}

/* Whether events make the left side smaller (-1) or greater (1); 0: it depends. */
static int with_events(const struct look *l, int32_t index)
{
  const struct eng__term *node = meant(l, index);

  if (node->op != ENG__OP_MEASURE) return 0;
  switch (l->model->measures[node->a].op) {
  case ENG__MEASURE_RECENCY: return -1;
  case ENG__MEASURE_COUNT:
  case ENG__MEASURE_DAYS:
  case ENG__MEASURE_CHANNELS:
  case ENG__MEASURE_ACTORS:
  case ENG__MEASURE_STREAK: return 1;
  default: return 0;
  }
}

/* Whether a comparison wants its left side smaller (-1) or greater (1) than it is. */
static int wants(const struct look *l, const struct eng__term *node, bool negated)
{
  struct eng__fraction a, b;
  int want;

  switch (node->op) {
  case ENG__OP_LESS:
  case ENG__OP_LESS_EQUAL: want = -1; break;
  case ENG__OP_GREATER:
  case ENG__OP_GREATER_EQUAL: want = 1; break;
  case ENG__OP_EQUAL:
    if (negated || !value_of(l, node->a, &a) || !value_of(l, node->b, &b)) return 0;
    return eng__fraction_compare(a, b) > 0 ? -1 : 1;
  default: return 0;
  }
  return negated ? -want : want;
}

static bool comparison_needs_silence(const struct look *l, const struct eng__term *node,
                                     bool negated)
{
  int left = with_events(l, node->a), right = with_events(l, node->b);
  int want = wants(l, node, negated);

  if (want == 0) return false;
  if (meant(l, node->b)->op == ENG__OP_CONSTANT) return left == -want;
  if (meant(l, node->a)->op == ENG__OP_CONSTANT) return right == want;
  return left == -want && l->model->nodes[node->b].type != ENG__TYPE_AGE &&
         l->model->nodes[node->a].type == ENG__TYPE_AGE;
}

/* Whether a condition that does not hold is one that events only keep from holding. */
static bool needs_silence(struct look *l, int32_t index, bool negated)
{
  const struct eng__term *node = meant(l, index);
  struct eng__fraction value;
  bool a, b, all;

  if (l->left-- <= 0) return false;
  if (value_of(l, index, &value) && (value.n == 1) != negated) return false;
  switch (node->op) {
  case ENG__OP_STAGE: return needs_silence(l, l->model->stages[node->a].when, negated);
  case ENG__OP_NOT: return needs_silence(l, node->a, !negated);
  case ENG__OP_ELSE:
    return node->type == ENG__TYPE_BOOLEAN && needs_silence(l, node->a, negated);
  case ENG__OP_AND:
  case ENG__OP_OR:
    a = needs_silence(l, node->a, negated);
    b = needs_silence(l, node->b, negated);
    all = (node->op == ENG__OP_OR) != negated;
    return all ? a && b : a || b;
  default:
    return eng__op_compares(node->op) && comparison_needs_silence(l, node, negated);
  }
}

int32_t eng__stage_ahead(const eng_assessor *assessor, const struct eng__member *member,
                         int32_t stage)
{
  struct look l = {assessor, member, member->model, LOOKS};

  while (++stage <= (int32_t)l.model->stage_count) {
    if (!needs_silence(&l, l.model->stages[stage - 1].when, false)) return stage;
  }
  return 0;
}
