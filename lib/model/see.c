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
                          const struct eng__step *step, uint32_t place, int64_t as_of)
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
  undo->place = place;
  undo->kind = event.kind;
  undo->has_amount = event.has & ENG__HAS_AMOUNT;
  undo->amount = eng__magnitude(event.amount);
  undo->currency = event.currency;
  return ENG_OK;
}

/* Those of one target stand in the order in which they take effect. */
static int by_target(const void *a, const void *b)
{
  const struct eng__undo *x = a, *y = b;

  if (x->target != y->target) return x->target < y->target ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
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

/* What is left of a purchase. */
struct kept {
  uint64_t all, left;
  bool gone;
};

static bool is_kept(const struct kept *kept)
{
  return !kept->gone && (kept->all == 0 || kept->left > 0);
}

/* Whether an undo is for a purchase to heed. */
static bool undoes(const struct eng__undo *undo, const struct eng__event *event)
{
  return undo->kind != ENG_EVENT_VOID && !undo->voided &&
         undo->time >= event->occurred_at;
}

static void take_back(struct kept *kept, struct eng__undo *undo,
                      const struct eng__event *event)
{
  undo->hit = true;
  if (undo->kind == ENG_EVENT_CANCEL || !undo->has_amount || kept->all == 0) {
    kept->gone = true;
  } else if (undo->currency != event->currency) {
    undo->foreign = true;
  } else {
    kept->left -= undo->amount < kept->left ? undo->amount : kept->left;
  }
}

static struct kept all_of(const struct eng__event *event)
{
  struct kept kept = {(uint64_t)event->amount, (uint64_t)event->amount, false};

  return kept;
}

/* What the refunds and cancellations of a purchase leave of it; false: nothing. */
static bool keep_some(struct eng__undos *undos, uint64_t id,
                      const struct eng__event *event, int64_t *out)
{
  struct kept kept = all_of(event);

  for (size_t i = find_undo(undos, id);
       i < undos->count && undos->undos[i].target == id; i++) {
    if (undoes(&undos->undos[i], event)) take_back(&kept, &undos->undos[i], event);
  }
  *out = (int64_t)kept.left;
  return is_kept(&kept);
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

static eng_status collect_all(const struct eng__timeline *timeline,
                              const struct eng__pen *pen, int64_t as_of,
                              struct eng__undos *undos)
{
  struct eng__walk walk;
  struct eng__step step;
  eng_status status = ENG_OK;

  undos->count = 0;
  if (!(eng__timeline_summary(timeline)->flags & ENG__SUMMARY_REFERS)) return ENG_OK;
  eng__walk_begin(timeline, pen->shapes, &walk);
  for (uint32_t i = 0; status == ENG_OK && eng__walk_step(&walk, &step); i++) {
    status = collect(undos, pen, &step, i, as_of);
  }
  if (status != ENG_OK) return status;
  eng__sort(undos->undos, undos->count, sizeof *undos->undos, by_target);
  void_undos(undos);
  return ENG_OK;
}

void eng__sight_rewind(struct eng__sight *sight)
{
  eng__walk_begin(sight->timeline, sight->pen->shapes, &sight->walk);
}

eng_status eng__sight_begin(struct eng__sight *sight,
                            const struct eng__timeline *timeline,
                            const struct eng__pen *pen, int64_t as_of,
                            struct eng__undos *undos)
{
  sight->timeline = timeline;
  sight->pen = pen;
  sight->as_of = as_of;
  sight->undos = undos;
  eng__sight_rewind(sight);
  return collect_all(timeline, pen, as_of, undos);
}

void eng__see_step(const eng_context *context, const struct eng__step *step,
                   struct eng__seen *seen)
{
  eng__step_event(step, &seen->event);
  seen->kind = step->layout->measured;
  measure_amount(context, seen, seen->event.amount, eng_context_currency(context));
}

bool eng__sight_next(struct eng__sight *sight, struct eng__seen *seen)
{
  const eng_context *context = sight->pen->context;
  struct eng__undos *undos = sight->undos;
  struct eng__step step;

  while (eng__walk_step(&sight->walk, &step) && step.time <= sight->as_of) {
    int64_t kept;

    if (step.layout->kind == ENG_EVENT_VOID) continue;
    eng__step_event(&step, &seen->event);
    seen->kind = step.layout->measured;
    kept = seen->event.amount;
    if (undos->count > 0) {
      uint64_t id = eng__event_effective_id(context, &seen->event);

      if (is_voided(undos, id, step.time)) continue;
      if (seen->kind == ENG_EVENT_PURCHASE &&
          !keep_some(undos, id, &seen->event, &kept)) {
        continue;
      }
    }
    measure_amount(context, seen, kept, eng_context_currency(context));
    return true;
  }
  return false;
}

eng_status eng__see(const struct eng__timeline *timeline, const struct eng__pen *pen,
                    int64_t as_of, struct eng__undos *undos, eng__see_fn fn, void *user)
{
  struct eng__sight sight;
  struct eng__seen seen;
  eng_status status = eng__sight_begin(&sight, timeline, pen, as_of, undos);

  while (status == ENG_OK && eng__sight_next(&sight, &seen)) status = fn(user, &seen);
  return status;
}

/* ---- as time goes on ---- */

struct showing {
  const eng_context *context;
  struct eng__undos *undos;
  int32_t base;
  eng__versions_fn fn;
  void *user;
};

/* A purchase as each of its refunds leaves it. */
static eng_status show_purchase(const struct showing *s, uint64_t id,
                                struct eng__seen *seen, struct eng__version *version)
{
  struct eng__undos *undos = s->undos;
  struct kept kept = all_of(&seen->event);

  for (size_t i = find_undo(undos, id);
       i < undos->count && undos->undos[i].target == id; i++) {
    struct eng__undo *undo = &undos->undos[i];
    struct kept before = kept;

    if (!undoes(undo, &seen->event)) continue;
    take_back(&kept, undo, &seen->event);
    if (kept.left == before.left && kept.gone == before.gone) continue;
    if (is_kept(&before) && undo->time > version->since) {
      eng_status status;

      version->until = undo->time;
      version->until_due = undo->place;
      measure_amount(s->context, seen, (int64_t)before.left, s->base);
      status = s->fn(s->user, version);
      if (status != ENG_OK) return status;
    }
    version->since = undo->time;
    version->since_due = undo->place;
    version->until = INT64_MAX;
  }
  if (!is_kept(&kept)) return ENG_OK;
  measure_amount(s->context, seen, (int64_t)kept.left, s->base);
  return s->fn(s->user, version);
}

static eng_status show(const struct showing *s, const struct eng__pen *pen,
                       const struct eng__step *step, uint32_t place)
{
  struct eng__seen seen;
  struct eng__version version = {&seen, step->time, INT64_MAX, place, place, place};
  uint64_t id;

  eng__step_event(step, &seen.event);
  seen.kind = step->layout->measured;
  if (s->undos->count > 0) {
    id = eng__event_effective_id(pen->context, &seen.event);
    if (is_voided(s->undos, id, step->time)) return ENG_OK;
    if (seen.kind == ENG_EVENT_PURCHASE) return show_purchase(s, id, &seen, &version);
  }
  measure_amount(s->context, &seen, seen.event.amount, s->base);
  return s->fn(s->user, &version);
}

eng_status eng__see_versions(const struct eng__timeline *timeline,
                             const struct eng__pen *pen, int64_t as_of,
                             struct eng__undos *undos, eng__versions_fn fn, void *user)
{
  struct showing s = {pen->context, undos, eng_context_currency(pen->context), fn,
                      user};
  struct eng__walk walk;
  struct eng__step step;
  eng_status status = collect_all(timeline, pen, as_of, undos);

  eng__walk_begin(timeline, pen->shapes, &walk);
  for (uint32_t i = 0; status == ENG_OK && eng__walk_step(&walk, &step); i++) {
    if (step.time > as_of) break;
    if (step.layout->kind != ENG_EVENT_VOID) status = show(&s, pen, &step, i);
  }
  return status;
}
