/* SPDX-License-Identifier: MIT */
/*
 * evidence.c - what a host says of a model of its own, line by line, checked as if it
 * came from a file: a wrong line is refused, and what was said before stays.
 */
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "model/explanation.h"
#include "model/host.h"

struct eng_evidence {
  struct eng__writer *writer;
  int32_t part; /* of the line added last; 0: there is none */
};

eng_status eng_evidence_add(eng_evidence *evidence, int32_t part, const char *text,
                            size_t length)
{
  struct eng__writer *w;
  struct eng__line *line;

  if (evidence == NULL || text == NULL) return ENG_E_INVALID;
  if (part < ENG_PART_CLAUSE || part > ENG_PART_NOTE) return ENG_E_RANGE;
  if (!eng__is_utf8(text, length)) return ENG_E_TEXT;
  w = evidence->writer;
  if (w->explanation->parts[part].count == ENG__CLAUSES) return ENG_E_LIMIT;
  line = eng__add_line(w, part);
  if (line == NULL) return w->status;
  evidence->part = part;
  line->text = eng__text_begins(w);
  eng__write(w, text, length);
  eng__text_ends(w);
  line->measured = line->threshold = 0; /* the empty text */
  return w->status;
}

/* The clause added last, or NULL. */
static struct eng__line *last_clause(const eng_evidence *evidence)
{
  struct eng__part *part = &evidence->writer->explanation->parts[evidence->part];

  if (evidence->part != ENG_PART_CLAUSE && evidence->part != ENG_PART_MISSING) {
    return NULL;
  }
  return &part->lines[part->count - 1];
}

static size_t put_said(struct eng__writer *w, const char *text, size_t length)
{
  size_t at = eng__text_begins(w);

  if (length > 0) eng__write(w, text, length);
  eng__text_ends(w);
  return at;
}

eng_status eng_evidence_measure(eng_evidence *evidence, const char *measured,
                                size_t measured_length, const char *threshold,
                                size_t threshold_length, int32_t holds,
                                int64_t distance)
{
  struct eng__writer *w;
  struct eng__line *line;

  if (evidence == NULL || (measured == NULL && measured_length > 0) ||
      (threshold == NULL && threshold_length > 0)) {
    return ENG_E_INVALID;
  }
  line = last_clause(evidence);
  if (line == NULL) return ENG_E_NOTFOUND;
  if (holds < ENG_HOLDS_NO || holds > ENG_HOLDS_UNKNOWN ||
      (distance <= 0 && distance != ENG_DISTANCE_NONE)) {
    return ENG_E_RANGE;
  }
  if ((measured_length > 0 && !eng__is_utf8(measured, measured_length)) ||
      (threshold_length > 0 && !eng__is_utf8(threshold, threshold_length))) {
    return ENG_E_TEXT;
  }
  w = evidence->writer;
  line->measured = put_said(w, measured, measured_length);
  line->threshold = put_said(w, threshold, threshold_length);
  line->holds = holds;
  line->distance = distance;
  return w->status;
}

/* One more witness in front of the others; the oldest goes where there are too many. */
eng_status eng_evidence_witness(eng_evidence *evidence, const eng_event *event)
{
  const eng_allocator *memory;
  struct eng__writer *w;
  struct eng__line *line;
  eng_event *grown;
  size_t count;

  if (evidence == NULL || event == NULL) return ENG_E_INVALID;
  line = last_clause(evidence);
  if (line == NULL) return ENG_E_NOTFOUND;
  w = evidence->writer;
  if (event->context != w->assessor->context) return ENG_E_CONTEXT;
  if (w->status != ENG_OK) return w->status;
  memory = &w->explanation->memory;
  count = (size_t)line->witness_count;
  if (count == ENG__WITNESSES) {
    struct eng__event *oldest = &line->witnesses[--count].fields;

    eng__free(memory, (void *)(uintptr_t)oldest->extension, oldest->extension_size);
  } else {
    grown = eng__resize(memory, line->witnesses, count * sizeof *grown,
                        (count + 1) * sizeof *grown);
    if (grown == NULL) return w->status = ENG_E_NOMEM;
    line->witnesses = grown;
    line->witness_count++;
  }
  memmove(line->witnesses + 1, line->witnesses, count * sizeof *line->witnesses);
  line->witnesses[0] = *event;
  line->witness_total++;
  eng__keep_extension(w, &line->witnesses[0]);
  return w->status;
}

void eng__ask_host(struct eng__writer *w)
{
  const struct eng__host *host = w->model->host;
  const eng_customer *customer = w->customer;
  struct eng_evidence evidence = {w, 0};
  struct eng_view view;
  eng_status answer;

  if (host->explain == NULL) {
    eng__add_text_line(w, ENG_PART_NOTE, "this model does not say why");
    return;
  }
  w->status =
      eng__view_open(w->assessor, &customer->timeline, &customer->shapes, &view);
  if (w->status != ENG_OK) return;
  answer = host->explain(host->user, &view, w->explanation->stage, &evidence);
  if (w->status == ENG_OK) w->status = eng__host_status(answer);
}
