/* SPDX-License-Identifier: MIT */
/*
 * see.c - applying voids, refunds and cancellations.
 *
 * The undoing events are collected and sorted by their target; each event then looks
 * itself up by its effective id. Timelines without them, nearly all, skip that.
 */
#include "model/see.h"

#include "core/checked.h"
#include "core/memory.h"
#include "core/sort.h"
#include "model/rates.h"

/* ---- collecting ---- */

static eng_status collect(struct eng__undos *undos, const struct eng__pen *pen,
                          const struct eng__step *step, int64_t as_of)
{
  struct eng__event event;
  struct eng__undo *undo;
  void *block = undos->undos;
  eng_status status;

  if (!(step->layout->flags & ENG__LAYOUT_REFERS)) return ENG_OK;
  if (step->layout->kind != ENG_EVENT_VOID && step->time > as_of) return ENG_OK;
  status = eng__grow(pen->memory, &block, &undos->room, undos->count + 1, sizeof *undo);
  undos->undos = block;
  if (status != ENG_OK) return status;
  eng__step_event(step, &event);
  undo = &undos->undos[undos->count++];
  memset(undo, 0, sizeof *undo);
  undo->target = event.refers_to;
  undo->own = eng__event_effective_id(pen->context, &event);
  undo->time = event.occurred_at;
  undo->kind = event.kind;
  undo->has_amount = event.has & ENG__HAS_AMOUNT;
  undo->amount = eng__magnitude(event.amount);
  undo->currency = event.currency;
  return ENG_OK;
}

/* Order within a target is of no consequence: all of them apply. */
static int by_target(const void *a, const void *b)
{
  uint64_t x = ((const struct eng__undo *)a)->target;
  uint64_t y = ((const struct eng__undo *)b)->target;

  return (x > y) - (x < y);
}

/* The first undo of a target, or where it would stand. */
static size_t find_undo(const struct eng__undos *undos, uint64_t target)
{
  size_t low = 0, high = undos->count;

  while (low < high) {
    size_t mid = low + (high - low) / 2;

    if (undos->undos[mid].target < target) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

/* ---- applying ---- */

static bool is_voided(struct eng__undos *undos, uint64_t id, int64_t time)
{
  bool voided = false;

  for (size_t i = find_undo(undos, id);
       i < undos->count && undos->undos[i].target == id; i++) {
    struct eng__undo *undo = &undos->undos[i];

    if (undo->kind != ENG_EVENT_VOID || undo->time < time) continue;
    undo->hit = true;
    voided = true;
  }
  return voided;
}

/* What the refunds and cancellations of a purchase leave of it; false: nothing. */
static bool keep_some(struct eng__undos *undos, uint64_t id,
                      const struct eng__event *event, int64_t *kept)
{
  uint64_t left = (uint64_t)event->amount, all = left;
  bool gone = false;

  for (size_t i = find_undo(undos, id);
       i < undos->count && undos->undos[i].target == id; i++) {
    struct eng__undo *undo = &undos->undos[i];

    if (undo->kind == ENG_EVENT_VOID || undo->voided) continue;
    if (undo->time < event->occurred_at) continue;
    undo->hit = true;
    if (undo->kind == ENG_EVENT_CANCEL || !undo->has_amount || all == 0) {
      gone = true;
    } else if (undo->currency != event->currency) {
      undo->foreign = true;
    } else {
      left -= undo->amount < left ? undo->amount : left;
    }
  }
  *kept = (int64_t)left;
  return !gone && (all == 0 || left > 0);
}

/* Refunds that were voided do nothing; they have to be known first. */
static void void_undos(struct eng__undos *undos)
{
  for (size_t i = 0; i < undos->count; i++) {
    struct eng__undo *undo = &undos->undos[i];

    if (undo->kind != ENG_EVENT_VOID) {
      undo->voided = is_voided(undos, undo->own, undo->time);
    }
  }
}

/* ---- showing ---- */

/* The amount as measures see it; `kept` is what is left of a purchase. */
static void measure_amount(const eng_context *context, struct eng__seen *seen,
                           int64_t kept, int32_t base)
{
  const struct eng__event *event = &seen->event;
  /* Linked refunds are in what their purchase keeps, or wait for it. */
  bool linked = event->kind == ENG_EVENT_REFUND && (event->has & ENG__HAS_REFERS_TO);

  seen->has_amount = seen->foreign_amount = false;
  seen->amount = 0;
  if (!(event->has & ENG__HAS_AMOUNT) || linked) return;
  if (seen->kind == ENG_EVENT_REFUND && kept > 0) kept = -kept;
  /* What is kept is of the purchase's own currency, and so has the purchase's rate. */
  seen->has_amount =
      event->currency == base ||
      eng__convert(context, event->currency, event->occurred_at, kept, &kept);
  seen->foreign_amount = !seen->has_amount;
  seen->amount = seen->has_amount ? kept : 0;
}

eng_status eng__see(const struct eng__timeline *timeline, const struct eng__pen *pen,
                    int64_t as_of, struct eng__undos *undos, eng__see_fn fn, void *user)
{
  bool undo = eng__timeline_summary(timeline)->flags & ENG__SUMMARY_REFERS;
  int32_t base = eng_context_currency(pen->context);
  struct eng__walk walk;
  struct eng__step step;
  eng_status status = ENG_OK;

  undos->count = 0;
  if (undo) {
    eng__walk_begin(timeline, pen->shapes, &walk);
    while (status == ENG_OK && eng__walk_step(&walk, &step)) {
      status = collect(undos, pen, &step, as_of);
    }
    if (status != ENG_OK) return status;
    eng__sort(undos->undos, undos->count, sizeof *undos->undos, by_target);
    void_undos(undos);
  }
  eng__walk_begin(timeline, pen->shapes, &walk);
  while (status == ENG_OK && eng__walk_step(&walk, &step)) {
    struct eng__seen seen;
    int64_t kept;

    if (step.time > as_of) break;
    if (step.layout->kind == ENG_EVENT_VOID) continue;
    eng__step_event(&step, &seen.event);
    seen.kind = step.layout->measured;
    kept = seen.event.amount;
    if (undos->count > 0) {
      uint64_t id = eng__event_effective_id(pen->context, &seen.event);

      if (is_voided(undos, id, step.time)) continue;
      if (seen.kind == ENG_EVENT_PURCHASE &&
          !keep_some(undos, id, &seen.event, &kept)) {
        continue;
      }
    }
    measure_amount(pen->context, &seen, kept, base);
    status = fn(user, &seen);
  }
  return status;
}
