/* SPDX-License-Identifier: MIT */
/*
 * assessor.c - life of an assessor, and finding stages and dimensions as of an instant.
 *
 * An as-of is prepared once for many timelines. A summary is asked first: where it
 * alone decides every model's stage, no event is read.
 */
#include "model/assessor.h"

#include "core/customer.h"
#include "core/memory.h"
#include "model/host.h"

/* ---- life ---- */

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
  status = eng__compile(assessor, models, count);
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
    eng__free(memory, member->stage_quick,
              (member->model->stage_count + 1) * sizeof *member->stage_quick);
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

bool eng__assess_summary(const eng_assessor *assessor,
                         const struct eng__summary *summary, int32_t *stages)
{
  if (assessor->any_host) return false;
  for (int32_t m = 0; m < assessor->count; m++) {
    const struct eng__member *member = &assessor->members[m];
    size_t i = member->model->stage_count;

    for (; i > 0; i--) {
      int32_t quick = member->stage_quick[i - 1];
      int set = quick >= 0 ? eng__quick_test(&assessor->quicks[quick], summary)
                           : guess(assessor, member, member->model->stages[i - 1].when,
                                   summary);

      if (set == ENG__MAY_BE_TRUE) break;
      if (set & ENG__MAY_BE_TRUE) return false;
    }
    stages[m] = (int32_t)i;
  }
  return true;
}

const int32_t *eng__assess_idle(const eng_assessor *assessor, uint32_t *kinds)
{
  *kinds = assessor->quick_kinds;
  return assessor->idle_known ? assessor->idle_stages : NULL;
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
  assessor->idle_known = eng__assess_summary(assessor, &idle, assessor->idle_stages);
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
