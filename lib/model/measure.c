/* SPDX-License-Identifier: MIT */
/*
 * measure.c - the events of a timeline into the tallies, in one pass for all models.
 *
 * Nearly all timelines undo nothing: then a step of the run is what measures see, and
 * most meters need no more than its head. Others are seen through see.c first; heavy
 * ones may be measured from their counts.
 */
#include "model/assessor.h"

#include "core/memory.h"
#include "model/rates.h"

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

    if (i == end) continue; /* most events, for most models */
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
