/* SPDX-License-Identifier: MIT */
/*
 * witness.c - the events that a clause rests on: the newest of those that its measures
 * have read, each with an extension of its own.
 */
#include <string.h>

#include "core/memory.h"
#include "model/explanation.h"

struct gathering {
  struct eng__writer *writer;
  int64_t *meters; /* how many events each has read; -1: the clause does not ask it */
  eng_event *ring; /* the last ENG__WITNESSES of them */
  int64_t count;
};

static void mark_meters(const struct eng__writer *w, int32_t index, int64_t *meters)
{
  const struct eng__term *node = &w->model->nodes[index];

  switch (node->op) {
  case ENG__OP_CONSTANT:
  case ENG__OP_FIELD: return;
  case ENG__OP_MEASURE: meters[w->member->meters[node->a]] = 0; return;
  case ENG__OP_STAGE: mark_meters(w, w->model->stages[node->a].when, meters); return;
  case ENG__OP_LET:
  case ENG__OP_NEGATE:
  case ENG__OP_NOT:
  case ENG__OP_DEFINED: mark_meters(w, node->a, meters); return;
  default:
    mark_meters(w, node->a, meters);
    mark_meters(w, node->b, meters);
    return;
  }
}

/* Whether the n-th event that a meter reads is evidence: the last one of a recency, the
 * first of a tenure, every one of the others. */
static bool is_evidence(const eng_assessor *assessor, unsigned which, int64_t n)
{
  switch (assessor->meters[which].measure.op) {
  case ENG__MEASURE_RECENCY: return n == assessor->tallies[which].n;
  case ENG__MEASURE_TENURE: return n == 1;
  default: return true;
  }
}

static eng_status note_witness(void *user, const struct eng__seen *seen)
{
  struct gathering *g = user;
  const eng_assessor *assessor = g->writer->assessor;
  unsigned end_of_kind = assessor->kind_start[seen->kind + 1];
  int64_t time = seen->event.occurred_at;
  bool evidence = false;
  eng_event *slot;

  for (unsigned i = assessor->kind_start[seen->kind]; i < end_of_kind; i++) {
    unsigned which = assessor->kind_meters[i];
    const struct eng__meter *meter = &assessor->meters[which];

    if (g->meters[which] < 0 || time <= meter->from || time > meter->to) continue;
    if (meter->measure.where >= 0 &&
        !eng__where_holds(meter->model, meter->measure.where, seen)) {
      continue;
    }
    evidence |= is_evidence(assessor, which, ++g->meters[which]);
  }
  if (!evidence) return ENG_OK;
  slot = &g->ring[g->count++ % ENG__WITNESSES];
  slot->context = assessor->context;
  slot->fields = seen->event; /* the extension is borrowed until it is kept */
  return ENG_OK;
}

eng_status eng__look(struct eng__writer *w, eng__see_fn fn, void *user)
{
  struct eng__pen pen = w->customer->home.pen;

  return eng__see(&w->customer->timeline, &pen, w->assessor->as_of, &w->assessor->undos,
                  fn, user);
}

/* Makes a witness's extension its own, on which its effective id depends. */
void eng__keep_extension(struct eng__writer *w, eng_event *witness)
{
  struct eng__event *event = &witness->fields;
  uint8_t *copy = NULL;

  if (event->extension_size > 0) {
    if (w->status == ENG_OK) {
      copy = eng__new(&w->explanation->memory, event->extension_size);
    }
    if (copy == NULL) {
      w->status = ENG_E_NOMEM;
      event->extension_size = 0;
    } else {
      memcpy(copy, event->extension, event->extension_size);
    }
  }
  event->extension = copy;
}

static void keep_extensions(struct eng__writer *w, struct eng__line *line)
{
  for (int32_t i = 0; i < line->witness_count; i++) {
    eng__keep_extension(w, &line->witnesses[i]);
  }
}

/* The ring keeps the newest, which is what people look at. */
void eng__add_witnesses(struct eng__writer *w, int32_t node, struct eng__line *line)
{
  const eng_allocator *memory = &w->explanation->memory;
  size_t size = (w->assessor->meter_count + 1) * sizeof(int64_t);
  struct gathering g = {w, NULL, NULL, 0};

  g.meters = eng__new(memory, size);
  g.ring = eng__new(memory, ENG__WITNESSES * sizeof *g.ring);
  if (g.meters == NULL || g.ring == NULL) {
    w->status = ENG_E_NOMEM;
  } else {
    for (size_t i = 0; i <= w->assessor->meter_count; i++) g.meters[i] = -1;
    mark_meters(w, node, g.meters);
    w->status = eng__look(w, note_witness, &g);
  }
  if (w->status == ENG_OK && g.count > 0) {
    int64_t kept = g.count < ENG__WITNESSES ? g.count : ENG__WITNESSES;

    line->witnesses = eng__new(memory, (size_t)kept * sizeof *line->witnesses);
    if (line->witnesses == NULL) {
      w->status = ENG_E_NOMEM;
    } else {
      line->witness_count = (int32_t)kept;
      line->witness_total = g.count;
      for (int64_t i = 0; i < kept; i++) {
        line->witnesses[i] = g.ring[(g.count - 1 - i) % ENG__WITNESSES];
      }
      keep_extensions(w, line);
    }
  }
  eng__free(memory, g.meters, size);
  eng__free(memory, g.ring, ENG__WITNESSES * sizeof *g.ring);
}
