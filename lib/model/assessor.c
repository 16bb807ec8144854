/* SPDX-License-Identifier: MIT */
/*
 * assessor.c - compiling models together, measuring timelines, finding stages.
 */
#include "model/assessor.h"

#include "core/customer.h"
#include "core/memory.h"
#include "model/host.h"
#include "model/rates.h"

/* ---- compiling ---- */

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
  member->memos = eng__new_zeroed(memory, model->node_count * sizeof *member->memos);
  member->ages = eng__new(memory, model->node_count * sizeof *member->ages);
  if (member->meters == NULL || member->quick == NULL || member->memos == NULL ||
      member->ages == NULL) {
    return ENG_E_NOMEM;
  }
  for (size_t i = 0; i < model->measure_count && status == ENG_OK; i++) {
    status = add_meter(assessor, model, &model->measures[i], &member->meters[i]);
  }
  for (size_t i = 0; i < model->node_count && status == ENG_OK; i++) {
    status = add_quick(assessor, member, (int32_t)i, &member->quick[i]);
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

static eng_status compile(eng_assessor *assessor, const eng_model *const *models,
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

eng_status eng_assessor_new(const eng_context *context, const eng_model *const *models,
                            int32_t count, eng_assessor **out)
{
  eng_assessor *assessor;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL || models == NULL) return ENG_E_INVALID;
  if (count < 1 || count > 64) return ENG_E_RANGE;
  for (int32_t i = 0; i < count; i++) {
    if (models[i] == NULL) return ENG_E_INVALID;
    if (models[i]->context != context) return ENG_E_CONTEXT;
  }
  assessor = eng__new_zeroed(eng__memory(context), sizeof *assessor);
  if (assessor == NULL) return ENG_E_NOMEM;
  assessor->context = context;
  assessor->as_of = -1;
  assessor->asked = UINT64_MAX;
  status = compile(assessor, models, count);
  if (status != ENG_OK) {
    eng_assessor_free(assessor);
    return status;
  }
  *out = assessor;
  return ENG_OK;
}

void eng_assessor_free(eng_assessor *assessor)
{
  const eng_allocator *memory;

  if (assessor == NULL) return;
  memory = eng__memory(assessor->context);
  for (int32_t i = 0; i < assessor->count; i++) {
    struct eng__member *member = &assessor->members[i];

    if (member->model == NULL) continue;
    eng__free(memory, member->meters,
              (member->model->measure_count + 1) * sizeof *member->meters);
    eng__free(memory, member->quick, member->model->node_count * sizeof *member->quick);
    eng__free(memory, member->memos, member->model->node_count * sizeof *member->memos);
    eng__free(memory, member->ages, member->model->node_count * sizeof *member->ages);
  }
  eng__free(memory, assessor->members,
            (size_t)assessor->count * sizeof *assessor->members);
  for (size_t i = 0; assessor->tracks != NULL && i < assessor->meter_count; i++) {
    eng__free(memory, assessor->tracks[i].readings,
              assessor->tracks[i].room * sizeof *assessor->tracks[i].readings);
  }
  eng__free(memory, assessor->tracks,
            (assessor->meter_count + 1) * sizeof *assessor->tracks);
  eng__sweep_release(assessor);
  eng__free(memory, assessor->latest,
            (assessor->meter_count + 1) * sizeof *assessor->latest);
  eng__free(memory, assessor->referrals,
            assessor->referral_room * sizeof *assessor->referrals);
  eng__free(memory, assessor->tallies,
            (assessor->meter_count + 1) * sizeof *assessor->tallies);
  eng__free(memory, assessor->kind_meters,
            (assessor->kind_meter_count + 1) * sizeof *assessor->kind_meters);
  eng__free(memory, assessor->meters, assessor->meter_room * sizeof *assessor->meters);
  eng__free(memory, assessor->quicks, assessor->quick_room * sizeof *assessor->quicks);
  eng__free(memory, assessor->scratch,
            assessor->scratch_room * sizeof *assessor->scratch);
  eng__free(memory, assessor->undos.undos,
            assessor->undos.room * sizeof *assessor->undos.undos);
  eng__free(memory, assessor, sizeof *assessor);
}

int32_t eng_assessor_model_count(const eng_assessor *assessor)
{
  return assessor->count;
}

const eng_model *eng_assessor_model(const eng_assessor *assessor, int32_t index)
{
  return index < 0 || index >= assessor->count ? NULL : assessor->members[index].model;
}

const eng_context *eng__assessor_context(const eng_assessor *assessor)
{
  return assessor->context;
}

/* ---- measuring ---- */

/* Takes an event into a meter whose kinds and window it is in. */
static eng_status measure_one(eng_assessor *assessor, unsigned which,
                              const struct eng__seen *seen)
{
  const struct eng__meter *meter = &assessor->meters[which];
  struct eng__reading reading;

  if (!eng__read_seen(meter, seen, &reading)) return ENG_OK;
  if (meter->lists) return eng__track_add(assessor, which, &reading);
  eng__tally_add(assessor, &assessor->tallies[which], meter, &reading);
  return ENG_OK;
}

static eng_status measure_seen(void *user, const struct eng__seen *seen)
{
  eng_assessor *assessor = user;
  int64_t time = seen->event.occurred_at;
  unsigned end = assessor->kind_start[seen->kind + 1];
  eng_status status = ENG_OK;

  for (unsigned i = assessor->kind_start[seen->kind]; i < end && status == ENG_OK;
       i++) {
    unsigned which = assessor->kind_meters[i];
    const struct eng__meter *meter = &assessor->meters[which];

    if (time <= meter->from || time > meter->to) continue;
    status = measure_one(assessor, which, seen);
  }
  return status;
}

/* The amount of a step as measures see it, where nothing is undone. */
static bool step_amount(const eng_context *context, const struct eng__step *step,
                        int32_t base, int64_t *out)
{
  const struct eng__layout *layout = step->layout;
  int32_t currency;
  int64_t amount;

  if (layout->amount_width == 0) return false;
  currency = (int32_t)eng__shape_bits(layout->code, ENG__SHAPE_CURRENCY, 10);
  if (currency != base && context->rate_count == 0) return false;
  amount = (int64_t)eng__get(step->body, layout->amount_width);
  if (layout->flags & ENG__LAYOUT_AMOUNT_MINUS ||
      layout->measured == ENG_EVENT_REFUND) {
    amount = -amount;
  }
  *out = amount;
  return currency == base || eng__convert(context, currency, step->time, amount, out);
}

/* The one event of a step for `where`, decoded once however many filters ask. */
static void see_step(const eng_context *context, const struct eng__step *step,
                     int32_t base, struct eng__seen *seen)
{
  eng__step_event(step, &seen->event);
  seen->kind = step->layout->measured;
  seen->amount = 0;
  seen->has_amount = step_amount(context, step, base, &seen->amount);
  seen->foreign_amount = !seen->has_amount && step->layout->amount_width != 0;
}

/* The way of nearly all timelines: nothing is undone, so a step is what is seen. Counts
 * and times take no more than the step's head; others decode the event, once. */
eng_status eng__measure_run(eng_assessor *assessor, const struct eng__run *run,
                            const struct eng__shapes *shapes)
{
  const eng_context *context = assessor->context;
  int32_t base = eng_context_currency(context);
  struct eng__run_cursor cursor;
  struct eng__step step;

  eng__run_begin(run, shapes, &cursor);
  while (eng__run_step(&cursor, &step)) {
    unsigned kind = step.layout->measured;
    unsigned i = assessor->kind_start[kind], end = assessor->kind_start[kind + 1];
    struct eng__seen seen;
    bool decoded = false;

    if (step.time > assessor->as_of) return ENG_OK;
    for (; i < end; i++) {
      unsigned which = assessor->kind_meters[i];
      const struct eng__meter *meter = &assessor->meters[which];
      struct eng__tally *tally = &assessor->tallies[which];
      eng_status status;

      if (step.time <= meter->from || step.time > meter->to) continue;
      if (meter->plain) {
        if (tally->n++ == 0) tally->first = step.time;
        tally->last = step.time;
        continue;
      }
      if (meter->plain_days) {
        struct eng__reading reading = {step.time, 0, false, true};

        eng__tally_add(assessor, tally, meter, &reading);
        continue;
      }
      if (meter->plain_sum) {
        int64_t amount;

        if (step_amount(context, &step, base, &amount)) {
          tally->n++;
          eng__tally_sum(tally, amount);
        }
        continue;
      }
      if (!decoded) see_step(context, &step, base, &seen);
      decoded = true;
      status = measure_one(assessor, which, &seen);
      if (status != ENG_OK) return status;
    }
  }
  return ENG_OK;
}

static eng_status measure_events(eng_assessor *assessor,
                                 const struct eng__timeline *timeline,
                                 const struct eng__shapes *shapes)
{
  struct eng__runs runs;
  const struct eng__run *run;
  eng_status status = ENG_OK;

  if (eng__timeline_summary(timeline)->flags & ENG__SUMMARY_REFERS) {
    struct eng__pen pen = {assessor->context, eng__memory(assessor->context),
                           (struct eng__shapes *)(uintptr_t)shapes};

    return eng__see(timeline, &pen, assessor->as_of, &assessor->undos, measure_seen,
                    assessor);
  }
  if (eng__can_count(assessor, timeline)) {
    return eng__measure_counted(assessor, timeline, shapes);
  }
  eng__runs_begin(timeline, &runs);
  while (status == ENG_OK && (run = eng__runs_next(&runs)) != NULL) {
    status = eng__measure_run(assessor, run, shapes);
  }
  return status;
}

eng_status eng__measure(eng_assessor *assessor, const struct eng__timeline *timeline,
                        const struct eng__shapes *shapes)
{
  eng_status status;

  assessor->stamp++;
  memset(assessor->tallies, 0, assessor->meter_count * sizeof *assessor->tallies);
  for (size_t i = 0; assessor->any_lists && i < assessor->meter_count; i++) {
    assessor->tracks[i].count = 0;
  }
  status = measure_events(assessor, timeline, shapes);
  for (size_t i = 0;
       assessor->any_lists && status == ENG_OK && i < assessor->meter_count; i++) {
    if (!assessor->meters[i].lists) continue;
    status = eng__tally_list(assessor, i);
  }
  return status;
}

/* ---- stages ---- */

static int guess(const eng_assessor *assessor, const struct eng__member *member,
                 int32_t index, const struct eng__summary *summary)
{
  const struct eng__term *node = &member->model->nodes[index];
  int a;

  if (member->quick[index] >= 0) {
    return eng__quick_test(&assessor->quicks[member->quick[index]], summary);
  }
  switch (node->op) {
  case ENG__OP_CONSTANT: return node->n ? ENG__MAY_BE_TRUE : ENG__MAY_BE_FALSE;
  case ENG__OP_LET: return guess(assessor, member, node->a, summary);
  case ENG__OP_STAGE:
    return guess(assessor, member, member->model->stages[node->a].when, summary);
  case ENG__OP_NOT: return eng__opposite(guess(assessor, member, node->a, summary));
  case ENG__OP_ELSE:
    return eng__either(guess(assessor, member, node->a, summary),
                       guess(assessor, member, node->b, summary));
  case ENG__OP_AND:
    a = guess(assessor, member, node->a, summary);
    if (a == ENG__MAY_BE_FALSE) return a;
    return eng__both(a, guess(assessor, member, node->b, summary));
  case ENG__OP_OR:
    a = eng__opposite(guess(assessor, member, node->a, summary));
    if (a == ENG__MAY_BE_FALSE) return ENG__MAY_BE_TRUE;
    return eng__opposite(
        eng__both(a, eng__opposite(guess(assessor, member, node->b, summary))));
  default: return ENG__MAY_BE_ANY;
  }
}

static bool guess_stages(const eng_assessor *assessor,
                         const struct eng__summary *summary, int32_t *stages)
{
  for (int32_t m = 0; m < assessor->count; m++) {
    const struct eng__member *member = &assessor->members[m];
    size_t i = member->model->stage_count;

    if (member->model->host != NULL) return false;
    for (; i > 0; i--) {
      int set = guess(assessor, member, member->model->stages[i - 1].when, summary);

      if (set == ENG__MAY_BE_TRUE) break;
      if (set & ENG__MAY_BE_TRUE) return false;
    }
    stages[m] = (int32_t)i;
  }
  return true;
}

bool eng__assess_summary(eng_assessor *assessor, const struct eng__summary *summary,
                         int32_t *stages)
{
  if ((summary->kinds & assessor->quick_kinds) == 0 && assessor->idle_known) {
    for (int32_t m = 0; m < assessor->count; m++) stages[m] = assessor->idle_stages[m];
    return true;
  }
  return guess_stages(assessor, summary, stages);
}

/* ---- an instant ---- */

void eng__assess_prepare(eng_assessor *assessor, int64_t as_of)
{
  struct eng__summary idle;

  if (assessor->as_of == as_of) return;
  assessor->as_of = as_of;
  for (size_t i = 0; i < assessor->meter_count; i++) {
    struct eng__meter *meter = &assessor->meters[i];

    meter->from = meter->measure.within < 0 ? INT64_MIN : as_of - meter->measure.within;
    meter->to = as_of - meter->measure.before;
    if (meter->measure.period != 0) {
      int64_t now = eng__period_of(assessor->context, meter->measure.period, as_of);

      meter->from = eng__period_start(assessor->context, meter->measure.period,
                                      now - meter->measure.periods + 1) -
                    1;
    }
  }
  for (size_t i = 0; i < assessor->quick_count; i++) {
    eng__quick_prepare(&assessor->quicks[i], as_of);
  }
  memset(&idle, 0, sizeof idle);
  assessor->idle_known = guess_stages(assessor, &idle, assessor->idle_stages);
}

eng_status eng__assess_timeline(eng_assessor *assessor,
                                const struct eng__timeline *timeline,
                                const struct eng__shapes *shapes, int32_t *stages)
{
  eng_status status = eng__measure(assessor, timeline, shapes);

  if (status != ENG_OK) return status;
  for (int32_t m = 0; m < assessor->count; m++) {
    stages[m] = eng__stage_now(assessor, &assessor->members[m], assessor->as_of);
  }
  return assessor->any_host ? eng__host_assess(assessor, timeline, shapes, stages)
                            : ENG_OK;
}

void eng__assess_name(eng_assessor *assessor, const char *id, size_t length)
{
  assessor->customer_id = id;
  assessor->customer_id_length = length;
}

bool eng__assess_asks_host(const eng_assessor *assessor) { return assessor->any_host; }

eng_status eng_assessor_assess(eng_assessor *assessor, const eng_customer *customer,
                               int64_t as_of, int32_t *stages)
{
  eng_status status;

  if (assessor == NULL || customer == NULL || stages == NULL) return ENG_E_INVALID;
  memset(stages, 0, (size_t)assessor->count * sizeof *stages);
  if (customer->home.pen.context != assessor->context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  eng__assess_prepare(assessor, as_of);
  eng__assess_name(assessor, customer->id, customer->id_length);
  status =
      eng__assess_timeline(assessor, &customer->timeline, &customer->shapes, stages);
  eng__assess_name(assessor, NULL, 0);
  if (status != ENG_OK) memset(stages, 0, (size_t)assessor->count * sizeof *stages);
  return status;
}

/* ---- dimensions ---- */

eng_status eng_assessor_dimensions(eng_assessor *assessor, int32_t model,
                                   const eng_customer *customer, int64_t as_of,
                                   eng_value *values, int32_t count)
{
  const struct eng__member *member;
  eng_status status;

  if (values != NULL && count > 0) memset(values, 0, (size_t)count * sizeof *values);
  if (assessor == NULL || customer == NULL || (values == NULL && count > 0)) {
    return ENG_E_INVALID;
  }
  if (model < 0 || model >= assessor->count) return ENG_E_RANGE;
  if (customer->home.pen.context != assessor->context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  member = &assessor->members[model];
  if (count < 0 || (size_t)count < member->model->dimension_count) return ENG_E_BUFFER;
  if (member->model->host != NULL) {
    return eng__host_dimensions(assessor, member->model, customer, as_of, values);
  }
  eng__assess_prepare(assessor, as_of);
  status = eng__measure(assessor, &customer->timeline, &customer->shapes);
  for (size_t i = 0; status == ENG_OK && i < member->model->dimension_count; i++) {
    int32_t node = member->model->dimensions[i].node;
    struct eng__fraction value = {0, 1};

    values[i].defined = eng__evaluate(assessor, member, node, as_of, &value);
    values[i].numerator = values[i].defined ? value.n : 0;
    values[i].denominator = values[i].defined ? value.d : 1;
    values[i].unit = eng__unit_of(member->model->nodes[node].type);
  }
  return status;
}
