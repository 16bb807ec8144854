/* SPDX-License-Identifier: MIT */
/*
 * compile.c - several models made ready to be run together.
 *
 * Their measures become one table of meters, equal ones once, and for every kind of
 * event the list of meters that it enters. Comparisons of a measure with a constant
 * become quick tests; for each model it is noted which meters its stages depend on, and
 * which comparisons with a time since.
 */
#include "model/assessor.h"

#include "core/memory.h"

static bool same_meter(const struct eng__meter *meter,
                       const struct eng__measure *measure)
{
  const struct eng__measure *other = &meter->measure;

  /* Filters are nodes of one model, so measures with filters stay apart. */
  return other->op == measure->op && other->where < 0 && measure->where < 0 &&
         other->within == measure->within && other->before == measure->before &&
         other->of == measure->of && other->period == measure->period &&
         other->periods == measure->periods &&
         memcmp(&other->kinds, &measure->kinds, sizeof other->kinds) == 0;
}

static eng_status add_meter(eng_assessor *assessor, const eng_model *model,
                            const struct eng__measure *measure, int32_t *out)
{
  void *meters = assessor->meters;
  struct eng__meter *meter;
  eng_status status;

  for (size_t i = 0; i < assessor->meter_count; i++) {
    if (same_meter(&assessor->meters[i], measure)) {
      *out = (int32_t)i;
      return ENG_OK;
    }
  }
  status = eng__grow(eng__memory(assessor->context), &meters, &assessor->meter_room,
                     assessor->meter_count + 1, sizeof *assessor->meters);
  assessor->meters = meters;
  if (status != ENG_OK) return status;
  if (assessor->meter_count == UINT16_MAX) return ENG_E_LIMIT;
  meter = &assessor->meters[assessor->meter_count];
  memset(meter, 0, sizeof *meter);
  meter->model = model;
  meter->measure = *measure;
  meter->moves = measure->within >= 0 || measure->before > 0 || measure->period != 0;
  meter->lists = measure->op == ENG__MEASURE_GAP ||
                 measure->op == ENG__MEASURE_CHANNELS ||
                 measure->op == ENG__MEASURE_ACTORS;
  meter->plain = measure->where < 0 && (measure->op == ENG__MEASURE_COUNT ||
                                        measure->op == ENG__MEASURE_RECENCY ||
                                        measure->op == ENG__MEASURE_TENURE);
  meter->plain_days = measure->where < 0 && (measure->op == ENG__MEASURE_DAYS ||
                                             measure->op == ENG__MEASURE_STREAK);
  meter->plain_sum = measure->where < 0 && measure->op == ENG__MEASURE_SUM &&
                     measure->of == ENG__FIELD_AMOUNT;
  assessor->any_lists = assessor->any_lists || meter->lists;
  *out = (int32_t)assessor->meter_count++;
  return ENG_OK;
}

static int turned(int op)
{
  switch (op) {
  case ENG__OP_LESS: return ENG__OP_GREATER;
  case ENG__OP_LESS_EQUAL: return ENG__OP_GREATER_EQUAL;
  case ENG__OP_GREATER: return ENG__OP_LESS;
  case ENG__OP_GREATER_EQUAL: return ENG__OP_LESS_EQUAL;
  default: return op;
  }
}

static int32_t behind_lets(const eng_model *model, int32_t node)
{
  while (model->nodes[node].op == ENG__OP_LET) node = model->nodes[node].a;
  return node;
}

static void describe_kinds(struct eng__quick *quick, const struct eng__measure *measure)
{
  int kinds = 0;

  for (unsigned kind = 1; kind < 256; kind++) {
    struct eng__layout layout;

    if (!eng__kinds_has(&measure->kinds, kind)) continue;
    eng__layout_fill(kind, &layout);
    quick->kinds |= 1u << layout.summary;
    kinds++;
  }
  quick->purchases = kinds == 1 && measure->where < 0 &&
                     eng__kinds_has(&measure->kinds, ENG_EVENT_PURCHASE);
}

/* A quick test for a comparison of a measure with a constant; -1: there is none. */
static eng_status add_quick(eng_assessor *assessor, const struct eng__member *member,
                            int32_t node, int32_t *out)
{
  const eng_model *model = member->model;
  const struct eng__term *at = &model->nodes[node];
  const struct eng__term *left, *right;
  const struct eng__measure *measure;
  struct eng__fraction constant;
  struct eng__quick *quick;
  void *quicks = assessor->quicks;
  eng_status status;
  int op = at->op;

  *out = -1;
  if (!eng__op_compares(op)) return ENG_OK;
  left = &model->nodes[behind_lets(model, at->a)];
  right = &model->nodes[behind_lets(model, at->b)];
  if (left->op == ENG__OP_CONSTANT) {
    const struct eng__term *swap = left;

    left = right;
    right = swap;
    op = turned(op);
  }
  if (left->op != ENG__OP_MEASURE || right->op != ENG__OP_CONSTANT) return ENG_OK;
  status = eng__grow(eng__memory(assessor->context), &quicks, &assessor->quick_room,
                     assessor->quick_count + 1, sizeof *assessor->quicks);
  assessor->quicks = quicks;
  if (status != ENG_OK) return status;
  quick = &assessor->quicks[assessor->quick_count];
  memset(quick, 0, sizeof *quick);
  measure = &model->measures[left->a];
  constant.n = right->n;
  constant.d = right->d;
  quick->measure = measure->op;
  eng__quick_ask(quick, op, eng__fraction_floor(constant), constant.d == 1);
  quick->meter = member->meters[left->a];
  quick->within = measure->within;
  quick->before = measure->before;
  describe_kinds(quick, measure);
  assessor->quick_kinds |= quick->kinds;
  *out = (int32_t)assessor->quick_count++;
  return ENG_OK;
}

/* Marks what a term depends on. Terms stand behind their operands, so one pass from the
 * last to the first reaches everything. */
static void mark_operands(const eng_model *model, size_t index, struct eng__memo *marks)
{
  const struct eng__term *node = &model->nodes[index];

  switch (node->op) {
  case ENG__OP_CONSTANT:
  case ENG__OP_MEASURE:
  case ENG__OP_FIELD: return;
  case ENG__OP_STAGE: marks[model->stages[node->a].when].defined = true; return;
  case ENG__OP_LET:
  case ENG__OP_NEGATE:
  case ENG__OP_NOT:
  case ENG__OP_DEFINED: marks[node->a].defined = true; return;
  default:
    marks[node->a].defined = true;
    marks[node->b].defined = true;
    return;
  }
}

/* The measures, and the comparisons of a time since with something else, that some
 * stage depends on. Two times since grow alike: they keep their order until an event
 * moves one. The memos, not in use yet, serve as marks. */
static void find_needed(eng_assessor *assessor, struct eng__member *member)
{
  const eng_model *model = member->model;
  uint64_t bit = UINT64_C(1) << (member - assessor->members);
  struct eng__memo *marks = member->memos;

  for (size_t i = 0; i < model->stage_count; i++) {
    marks[model->stages[i].when].defined = true;
  }
  for (size_t i = model->node_count; i-- > 0;) {
    const struct eng__term *node = &model->nodes[i];

    if (!marks[i].defined) continue;
    mark_operands(model, i, marks);
    if (node->op == ENG__OP_MEASURE) {
      assessor->meters[member->meters[node->a]].members |= bit;
    }
    if (eng__op_compares(node->op) &&
        (model->nodes[node->a].type == ENG__TYPE_AGE) !=
            (model->nodes[node->b].type == ENG__TYPE_AGE)) {
      member->ages[member->age_count++] = (int32_t)i;
    }
  }
}

static eng_status compile_member(eng_assessor *assessor, struct eng__member *member,
                                 const eng_model *model)
{
  const eng_allocator *memory = eng__memory(assessor->context);
  eng_status status = ENG_OK;

  member->model = model;
  assessor->any_host = assessor->any_host || model->host != NULL;
  member->meters =
      eng__new(memory, (model->measure_count + 1) * sizeof *member->meters);
  member->quick = eng__new(memory, model->node_count * sizeof *member->quick);
  member->stage_quick =
      eng__new(memory, (model->stage_count + 1) * sizeof *member->stage_quick);
  member->memos = eng__new_zeroed(memory, model->node_count * sizeof *member->memos);
  member->ages = eng__new(memory, model->node_count * sizeof *member->ages);
  if (member->meters == NULL || member->quick == NULL || member->stage_quick == NULL ||
      member->memos == NULL || member->ages == NULL) {
    return ENG_E_NOMEM;
  }
  for (size_t i = 0; i < model->measure_count && status == ENG_OK; i++) {
    status = add_meter(assessor, model, &model->measures[i], &member->meters[i]);
  }
  for (size_t i = 0; i < model->node_count && status == ENG_OK; i++) {
    status = add_quick(assessor, member, (int32_t)i, &member->quick[i]);
  }
  for (size_t i = 0; i < model->stage_count && status == ENG_OK; i++) {
    member->stage_quick[i] = member->quick[behind_lets(model, model->stages[i].when)];
  }
  if (status == ENG_OK) find_needed(assessor, member);
  return status;
}

/* For each kind the measures that it enters. */
static eng_status index_kinds(eng_assessor *assessor)
{
  size_t n = 0;

  for (unsigned kind = 0; kind < 256; kind++) {
    for (size_t i = 0; i < assessor->meter_count; i++) {
      n += eng__kinds_has(&assessor->meters[i].measure.kinds, kind);
    }
  }
  if (n > UINT16_MAX) return ENG_E_LIMIT;
  assessor->kind_meters =
      eng__new(eng__memory(assessor->context), (n + 1) * sizeof *assessor->kind_meters);
  if (assessor->kind_meters == NULL) return ENG_E_NOMEM;
  assessor->kind_meter_count = n;
  n = 0;
  for (unsigned kind = 0; kind < 256; kind++) {
    assessor->kind_start[kind] = (uint16_t)n;
    for (size_t i = 0; i < assessor->meter_count; i++) {
      if (eng__kinds_has(&assessor->meters[i].measure.kinds, kind)) {
        assessor->kind_meters[n++] = (uint16_t)i;
      }
    }
  }
  assessor->kind_start[256] = (uint16_t)n;
  return ENG_OK;
}

eng_status eng__compile(eng_assessor *assessor, const eng_model *const *models,
                        int32_t count)
{
  const eng_allocator *memory = eng__memory(assessor->context);
  eng_status status = ENG_OK;

  assessor->members =
      eng__new_zeroed(memory, (size_t)count * sizeof *assessor->members);
  if (assessor->members == NULL) return ENG_E_NOMEM;
  assessor->count = count;
  for (int32_t i = 0; i < count && status == ENG_OK; i++) {
    status = compile_member(assessor, &assessor->members[i], models[i]);
  }
  if (status == ENG_OK) status = index_kinds(assessor);
  if (status != ENG_OK) return status;
  assessor->tallies =
      eng__new_zeroed(memory, (assessor->meter_count + 1) * sizeof *assessor->tallies);
  assessor->tracks =
      eng__new_zeroed(memory, (assessor->meter_count + 1) * sizeof *assessor->tracks);
  assessor->latest =
      eng__new_zeroed(memory, (assessor->meter_count + 1) * sizeof *assessor->latest);
  if (assessor->tallies == NULL || assessor->tracks == NULL ||
      assessor->latest == NULL) {
    return ENG_E_NOMEM;
  }
  /* Amounts in other currencies are converted one by one, as of their own time. */
  assessor->all_counted = !assessor->any_host && assessor->context->rate_count == 0;
  for (size_t i = 0; i < assessor->meter_count; i++) {
    const struct eng__meter *meter = &assessor->meters[i];

    assessor->all_counted = assessor->all_counted && (meter->plain || meter->plain_sum);
  }
  return eng__sweep_init(assessor);
}
