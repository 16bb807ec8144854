/* SPDX-License-Identifier: MIT */
/*
 * tally.c - what each measure takes from an event, and what it makes of many.
 *
 * Most measures take one event after the other and need to remember nothing. Those that
 * list (gap, channels, actors) keep their readings and look at all of them at the end.
 */
#include "model/assessor.h"

#include "core/memory.h"
#include "core/sort.h"

/* ---- periods ---- */

/* Days from the Monday before 1970-01-01, a Thursday, to the week's first day. */
static int64_t week_shift(const eng_context *context)
{
  return 3 - (context->settings.week_start - 1);
}

int64_t eng__period_of(const eng_context *context, int period, int64_t time)
{
  int64_t day = eng__business_day(context, time);

  if (period == ENG__PERIOD_DAY) return day;
  return eng__floor_div(day + week_shift(context), 7);
}

int64_t eng__period_start(const eng_context *context, int period, int64_t index)
{
  int64_t day = period == ENG__PERIOD_DAY ? index : 7 * index - week_shift(context);

  return eng__business_day_start(context, day);
}

/* ---- reading ---- */

static bool field_number(const struct eng__seen *seen, int field, int64_t *out)
{
  const struct eng__event *event = &seen->event;

  switch (field) {
  case ENG__FIELD_AMOUNT: *out = seen->amount; return seen->has_amount;
  case ENG__FIELD_VALENCE: *out = event->valence; return event->has & ENG__HAS_VALENCE;
  default: *out = event->value; return event->has & ENG__HAS_VALUE;
  }
}

bool eng__read_seen(const struct eng__meter *meter, const struct eng__seen *seen,
                    struct eng__reading *out)
{
  const struct eng__measure *measure = &meter->measure;

  out->holds =
      measure->where < 0 || eng__where_holds(meter->model, measure->where, seen);
  if (!out->holds && measure->op != ENG__MEASURE_SHARE) return false;
  out->time = seen->event.occurred_at;
  out->has_number = false;
  out->number = 0;
  if (measure->of != 0) {
    out->has_number = field_number(seen, measure->of, &out->number);
  } else if (measure->op == ENG__MEASURE_CHANNELS) {
    out->number = seen->event.channel;
    out->has_number = seen->event.channel != 0;
  } else if (measure->op == ENG__MEASURE_ACTORS) {
    out->number = seen->event.actor;
    out->has_number = seen->event.has & ENG__HAS_ACTOR;
  }
  return true;
}

eng_status eng__track_add(eng_assessor *assessor, size_t meter,
                          const struct eng__reading *reading)
{
  struct eng__track *track = &assessor->tracks[meter];
  void *readings = track->readings;
  eng_status status = eng__grow(eng__memory(assessor->context), &readings, &track->room,
                                track->count + 1, sizeof *reading);

  track->readings = readings;
  if (status == ENG_OK) track->readings[track->count++] = *reading;
  return status;
}

/* ---- one after the other ---- */

static void add_period(const eng_assessor *assessor, struct eng__tally *tally,
                       int period, int64_t time)
{
  int64_t index = eng__period_of(assessor->context, period, time);

  if (tally->n > 0 && index == tally->day) return;
  tally->day = index;
  tally->n++;
}

static void add_extreme(struct eng__tally *tally, const struct eng__reading *reading,
                        bool least)
{
  if (!reading->has_number) return;
  if (tally->n++ == 0 ||
      (least ? reading->number < tally->value : reading->number > tally->value)) {
    tally->value = reading->number;
  }
}

void eng__tally_add(const eng_assessor *assessor, struct eng__tally *tally,
                    const struct eng__meter *meter, const struct eng__reading *reading)
{
  switch (meter->measure.op) {
  case ENG__MEASURE_DAYS:
    add_period(assessor, tally, ENG__PERIOD_DAY, reading->time);
    return;
  case ENG__MEASURE_STREAK:
    add_period(assessor, tally, meter->measure.period, reading->time);
    return;
  case ENG__MEASURE_SUM:
  case ENG__MEASURE_MEAN:
    if (!reading->has_number) return;
    tally->n++;
    eng__tally_sum(tally, reading->number);
    return;
  case ENG__MEASURE_MIN: add_extreme(tally, reading, true); return;
  case ENG__MEASURE_MAX: add_extreme(tally, reading, false); return;
  case ENG__MEASURE_SHARE:
    tally->all++;
    tally->n += reading->holds;
    return;
  default:
    if (tally->n++ == 0) tally->first = reading->time;
    tally->last = reading->time;
    return;
  }
}

/* ---- all at once ---- */

static int by_number(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

  return (x > y) - (x < y);
}

eng_status eng__reserve_scratch(eng_assessor *assessor, size_t count)
{
  void *scratch = assessor->scratch;
  eng_status status = eng__grow(eng__memory(assessor->context), &scratch,
                                &assessor->scratch_room, count, sizeof(int64_t));

  assessor->scratch = scratch;
  return status;
}

/* The median of the times between neighbours; of two middle ones the lower. */
static void list_gap(eng_assessor *assessor, const struct eng__track *track,
                     struct eng__tally *tally)
{
  size_t count = 0;

  for (size_t i = 1; i < track->count; i++) {
    assessor->scratch[count++] = track->readings[i].time - track->readings[i - 1].time;
  }
  tally->n = (int64_t)count;
  if (count == 0) return;
  eng__sort(assessor->scratch, count, sizeof(int64_t), by_number);
  tally->value = assessor->scratch[(count - 1) / 2];
}

static void list_distinct(eng_assessor *assessor, const struct eng__track *track,
                          struct eng__tally *tally)
{
  size_t count = 0;

  for (size_t i = 0; i < track->count; i++) {
    if (!track->readings[i].has_number) continue;
    assessor->scratch[count++] = track->readings[i].number;
  }
  eng__sort(assessor->scratch, count, sizeof(int64_t), by_number);
  tally->n = 0;
  for (size_t i = 0; i < count; i++) {
    tally->n += i == 0 || assessor->scratch[i] != assessor->scratch[i - 1];
  }
}

eng_status eng__tally_list(eng_assessor *assessor, size_t meter)
{
  const struct eng__track *track = &assessor->tracks[meter];
  struct eng__tally *tally = &assessor->tallies[meter];
  int op = assessor->meters[meter].measure.op;

  if (eng__reserve_scratch(assessor, track->count + 1) != ENG_OK) return ENG_E_NOMEM;
  if (op == ENG__MEASURE_GAP) {
    list_gap(assessor, track, tally);
  } else {
    list_distinct(assessor, track, tally);
  }
  return ENG_OK;
}
