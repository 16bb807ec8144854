/* SPDX-License-Identifier: MIT */
/*
 * next.c - when a stage changes if nothing happens.
 *
 * As time passes without events, a measure with a window changes only where an event
 * enters it or leaves it, and a comparison with a time since only where that reaches
 * its other side. These instants are visited in order until the stage differs: exact,
 * and never a loop over days. `from` of a window is open, so an event at t leaves
 * `within w` at exactly t + w, and enters `before w` at exactly t + w.
 */
#include "model/assessor.h"

#include "core/customer.h"
#include "core/memory.h"

#define NEVER INT64_MAX

/* ---- gathering what moving meters will read ---- */

static eng_status gather(void *user, const struct eng__seen *seen)
{
  eng_assessor *assessor = user;
  unsigned end = assessor->kind_start[seen->kind + 1];

  for (unsigned i = assessor->kind_start[seen->kind]; i < end; i++) {
    unsigned which = assessor->kind_meters[i];
    const struct eng__meter *meter = &assessor->meters[which];
    struct eng__reading reading;
    eng_status status;

    /* What has left its window will not come back. */
    if (!meter->moves || seen->event.occurred_at <= meter->from) continue;
    if (!eng__read_seen(meter, seen, &reading)) continue;
    status = eng__track_add(assessor, which, &reading);
    if (status != ENG_OK) return status;
  }
  return ENG_OK;
}

/* ---- moving ---- */

static int64_t later(int64_t time, int64_t by)
{
  return time > NEVER - by ? NEVER : time + by;
}

static int64_t enters_at(const struct eng__meter *meter,
                         const struct eng__reading *reading)
{
  return later(reading->time, meter->measure.before);
}

static int64_t leaves_at(const eng_assessor *assessor, const struct eng__meter *meter,
                         const struct eng__reading *reading)
{
  const struct eng__measure *measure = &meter->measure;
  int64_t period;

  if (measure->period != 0) {
    period = eng__period_of(assessor->context, measure->period, reading->time);
    return eng__period_start(assessor->context, measure->period,
                             period + measure->periods);
  }
  return measure->within < 0 ? NEVER : later(reading->time, measure->within);
}

/* The instant at which a meter next changes. */
static int64_t next_move(const eng_assessor *assessor, size_t which)
{
  const struct eng__meter *meter = &assessor->meters[which];
  const struct eng__track *track = &assessor->tracks[which];
  int64_t enters = NEVER, leaves = NEVER;

  if (track->in < track->count) {
    enters = enters_at(meter, &track->readings[track->in]);
  }
  if (track->out < track->count) {
    leaves = leaves_at(assessor, meter, &track->readings[track->out]);
  }
  return enters < leaves ? enters : leaves;
}

/* Whether what a meter has read can only be worked out anew. */
static bool recounts(const struct eng__meter *meter)
{
  return meter->lists || meter->measure.op == ENG__MEASURE_MIN ||
         meter->measure.op == ENG__MEASURE_MAX;
}

/* The oldest reading leaves. */
static void leave(const eng_assessor *assessor, const struct eng__meter *meter,
                  struct eng__track *track, struct eng__tally *tally)
{
  const struct eng__reading *gone = &track->readings[track->out++];
  const struct eng__reading *oldest = &track->readings[track->out];
  bool empty = track->out == track->in;
  int period =
      meter->measure.op == ENG__MEASURE_DAYS ? ENG__PERIOD_DAY : meter->measure.period;

  if (period != 0) {
    tally->n -= empty || eng__period_of(assessor->context, period, oldest->time) !=
                             eng__period_of(assessor->context, period, gone->time);
    return;
  }
  switch (meter->measure.op) {
  case ENG__MEASURE_SUM:
  case ENG__MEASURE_MEAN:
    if (!gone->has_number) return;
    tally->n--;
    eng__tally_sum(tally, -gone->number);
    return;
  case ENG__MEASURE_SHARE:
    tally->all--;
    tally->n -= gone->holds;
    return;
  default:
    tally->n--;
    if (!empty) tally->first = oldest->time;
    return;
  }
}

static eng_status move_to(eng_assessor *assessor, size_t which, int64_t now)
{
  const struct eng__meter *meter = &assessor->meters[which];
  struct eng__track *track = &assessor->tracks[which];
  struct eng__tally *tally = &assessor->tallies[which];
  bool anew = recounts(meter), moved = false;

  for (;
       track->in < track->count && enters_at(meter, &track->readings[track->in]) <= now;
       track->in++) {
    moved = true;
    if (!anew) eng__tally_add(assessor, tally, meter, &track->readings[track->in]);
  }
  while (track->out < track->in &&
         leaves_at(assessor, meter, &track->readings[track->out]) <= now) {
    moved = true;
    if (anew) {
      track->out++;
    } else {
      leave(assessor, meter, track, tally);
    }
  }
  return anew && moved ? eng__tally_list(assessor, which) : ENG_OK;
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
  int64_t best = NEVER, at;

  if (!eng__evaluate(assessor, member, age, now, &since) ||
      !eng__evaluate(assessor, member, other, now, &limit)) {
    return NEVER;
  }
  /* It holds the limit at `at` (if whole) and is past it a millisecond later. */
  at = eng__fraction_floor(limit);
  if (at > ENG_TIME_MAX || at < since.n - 1) return NEVER;
  at += now - since.n;
  sooner(&best, at, now);
  sooner(&best, at + 1, now);
  return best;
}

static int64_t next_crossing_of(const eng_assessor *assessor,
                                const struct eng__member *member, int64_t now)
{
  int64_t best = NEVER;

  for (size_t i = 0; i < member->age_count; i++) {
    const struct eng__term *node = &member->model->nodes[member->ages[i]];

    sooner(&best, next_crossing(assessor, member, node, now), now);
  }
  return best;
}

/* ---- the sweep ---- */

/* The next instant after now at which anything may change. */
static int64_t next_instant(const eng_assessor *assessor, int64_t now,
                            const bool *settled)
{
  int64_t best = NEVER;

  for (size_t i = 0; i < assessor->meter_count; i++) {
    if (!assessor->meters[i].moves) continue;
    sooner(&best, next_move(assessor, i), now);
  }
  for (int32_t m = 0; m < assessor->count; m++) {
    if (settled[m]) continue;
    sooner(&best, next_crossing_of(assessor, &assessor->members[m], now), now);
  }
  return best;
}

static eng_status sweep(eng_assessor *assessor, const int32_t *stages,
                        int64_t *next_times, int32_t *next_stages)
{
  bool settled[64] = {false};
  int32_t left = assessor->count;
  int64_t now = assessor->as_of;

  while (left > 0) {
    now = next_instant(assessor, now, settled);
    if (now > ENG_TIME_MAX) return ENG_OK;
    assessor->stamp++;
    for (size_t i = 0; i < assessor->meter_count; i++) {
      if (assessor->meters[i].moves && move_to(assessor, i, now) != ENG_OK) {
        return ENG_E_NOMEM;
      }
    }
    for (int32_t m = 0; m < assessor->count; m++) {
      int32_t stage;

      if (settled[m]) continue;
      stage = eng__stage_now(assessor, &assessor->members[m], now);
      if (stage == stages[m]) continue;
      next_times[m] = now;
      next_stages[m] = stage;
      settled[m] = true;
      left--;
    }
  }
  return ENG_OK;
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
  struct eng__pen pen = {assessor->context, eng__memory(assessor->context),
                         (struct eng__shapes *)(uintptr_t)shapes};
  int32_t own_stages[64];
  eng_status status;

  if (stages == NULL) stages = own_stages;
  status = eng__assess_timeline(assessor, timeline, shapes, stages);
  if (status != ENG_OK) return status;
  for (int32_t m = 0; m < assessor->count; m++) {
    next_times[m] = ENG_TIME_NONE;
    next_stages[m] = stages[m];
  }
  for (size_t i = 0; i < assessor->meter_count; i++) {
    struct eng__track *track = &assessor->tracks[i];

    if (!assessor->meters[i].moves) continue;
    track->count = track->in = track->out = 0;
    memset(&assessor->tallies[i], 0, sizeof assessor->tallies[i]);
  }
  status =
      eng__see(timeline, &pen, assessor->as_of, &assessor->undos, gather, assessor);
  if (status != ENG_OK) return status;
  assessor->stamp++;
  for (size_t i = 0; i < assessor->meter_count; i++) {
    if (assessor->meters[i].moves) {
      status = move_to(assessor, i, assessor->as_of);
      if (status != ENG_OK) return status;
    }
  }
  return sweep(assessor, stages, next_times, next_stages);
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
  status = eng__assess_next(assessor, &customer->timeline, &customer->shapes, stages,
                            next_times, next_stages);
  if (status != ENG_OK) eng__no_answer(assessor, stages, next_times, next_stages);
  return status;
}
