/* SPDX-License-Identifier: MIT */
/*
 * next.c - when a stage changes if nothing happens.
 *
 * As time passes without events, a measure with a window changes only where an event
 * enters it or leaves it, and a comparison with a time since only where that reaches
 * its other side. These instants are visited in order (sweep.h) until the stage
 * differs: exact, and never a loop over days. `from` of a window is open, so an event
 * at t leaves `within w` at exactly t + w, and enters `before w` at exactly t + w.
 */
#include "model/assessor.h"

#include "core/customer.h"
#include "model/host.h"

/* What is asked of a sweep, and what it has found. */
struct search {
  eng_assessor *assessor;
  const int32_t *stages;
  int64_t *next_times;
  int32_t *next_stages;
};

static eng_status gather(void *user, const struct eng__version *version)
{
  eng_assessor *assessor = user;
  const struct eng__seen *seen = version->seen;
  unsigned end = assessor->kind_start[seen->kind + 1];

  /* Of a purchase only what is left of it now. */
  if (version->until != ENG__TIME_NEVER) return ENG_OK;
  for (unsigned i = assessor->kind_start[seen->kind]; i < end; i++) {
    unsigned which = assessor->kind_meters[i];
    eng_status status;

    /* What has left its window will not come back. */
    if (!assessor->sweep.lanes[which].used ||
        seen->event.occurred_at <= assessor->meters[which].from) {
      continue;
    }
    status = eng__sweep_take(assessor, which, version);
    if (status != ENG_OK) return status;
  }
  return ENG_OK;
}

eng_status eng__sweep_ahead(eng_assessor *assessor, uint64_t members,
                            const struct eng__timeline *timeline,
                            const struct eng__shapes *shapes)
{
  struct eng__pen pen = {assessor->context, eng__memory(assessor->context),
                         (struct eng__shapes *)(uintptr_t)shapes};
  eng_status status = ENG_OK;

  if (eng__timeline_count(timeline) > ENG__PLACES_MAX) return ENG_E_LIMIT;
  if (eng__sweep_clear(assessor, members, false, false)) {
    status = eng__see_versions(timeline, &pen, assessor->as_of, &assessor->undos,
                               gather, assessor);
  }
  return status == ENG_OK ? eng__sweep_begin(assessor, assessor->as_of) : status;
}

/* As nothing happens, only time does anything: there is one phase. */
static void look(void *user, uint64_t members, int64_t now)
{
  struct search *s = user;
  eng_assessor *assessor = s->assessor;

  for (int32_t m = 0; m < assessor->count; m++) {
    int32_t stage;

    if (!(members >> m & 1)) continue;
    stage = eng__stage_now(assessor, &assessor->members[m], now);
    if (stage == s->stages[m]) continue;
    s->next_times[m] = now;
    s->next_stages[m] = stage;
    assessor->sweep.members &= ~(UINT64_C(1) << m);
  }
}

void eng__no_answer(const eng_assessor *assessor, int32_t *stages, int64_t *next_times,
                    int32_t *next_stages)
{
  for (int32_t m = 0; m < assessor->count; m++) {
    if (stages != NULL) stages[m] = 0;
    next_times[m] = ENG_TIME_NONE;
    next_stages[m] = 0;
  }
}

eng_status eng__assess_next(eng_assessor *assessor,
                            const struct eng__timeline *timeline,
                            const struct eng__shapes *shapes, int32_t *stages,
                            int64_t *next_times, int32_t *next_stages)
{
  int32_t own_stages[64];
  struct search s = {assessor, own_stages, next_times, next_stages};
  eng_status status;

  if (stages == NULL) stages = own_stages;
  s.stages = stages;
  status = eng__assess_timeline(assessor, timeline, shapes, stages);
  if (status != ENG_OK) return status;
  for (int32_t m = 0; m < assessor->count; m++) {
    next_times[m] = ENG_TIME_NONE;
    next_stages[m] = stages[m];
  }
  status = eng__sweep_ahead(assessor, eng__text_members(assessor), timeline, shapes);
  while (status == ENG_OK && assessor->sweep.members != 0) {
    int64_t now = eng__sweep_next(assessor);

    if (now > ENG_TIME_MAX) break;
    eng__sweep_visit(assessor, now, look, &s);
  }
  if (status == ENG_OK && assessor->any_host) {
    status =
        eng__host_next(assessor, timeline, shapes, stages, next_times, next_stages);
  }
  return status;
}

eng_status eng_assessor_next_change(eng_assessor *assessor,
                                    const eng_customer *customer, int64_t as_of,
                                    int32_t *stages, int64_t *next_times,
                                    int32_t *next_stages)
{
  eng_status status;

  if (assessor == NULL || customer == NULL || next_times == NULL ||
      next_stages == NULL) {
    return ENG_E_INVALID;
  }
  eng__no_answer(assessor, stages, next_times, next_stages);
  if (customer->home.pen.context != assessor->context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  eng__assess_prepare(assessor, as_of);
  eng__assess_name(assessor, customer->id, customer->id_length);
  status = eng__assess_next(assessor, &customer->timeline, &customer->shapes, stages,
                            next_times, next_stages);
  eng__assess_name(assessor, NULL, 0);
  if (status != ENG_OK) eng__no_answer(assessor, stages, next_times, next_stages);
  return status;
}
