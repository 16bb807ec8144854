/* SPDX-License-Identifier: MIT */
/*
 * explanation.c - the lines of an explanation: added one by one, then only read.
 */
#include <string.h>

#include "core/memory.h"
#include "model/explanation.h"

/* ---- while it is written ---- */

eng_status eng__writer_open(struct eng__writer *w, eng_assessor *assessor,
                            int32_t model, const eng_customer *customer)
{
  const eng_allocator *memory = eng__memory(assessor->context);

  memset(w, 0, sizeof *w);
  w->assessor = assessor;
  w->member = &assessor->members[model];
  w->model = w->member->model;
  w->customer = customer;
  w->explanation = eng__new_zeroed(memory, sizeof *w->explanation);
  if (w->explanation == NULL) return w->status = ENG_E_NOMEM;
  w->explanation->memory = *memory;
  w->explanation->next_time = ENG_TIME_NONE;
  eng__text_ends(w); /* offset 0 is the empty text */
  return ENG_OK;
}

eng_status eng__writer_close(struct eng__writer *w, eng_explanation **out)
{
  if (w->status != ENG_OK) {
    eng_explanation_free(w->explanation);
    return w->status;
  }
  *out = w->explanation;
  return ENG_OK;
}

struct eng__line *eng__add_line(struct eng__writer *w, int part_number)
{
  struct eng__part *part = &w->explanation->parts[part_number];
  void *lines = part->lines;
  struct eng__line *line;

  if (w->status != ENG_OK) return NULL;
  w->status = eng__grow(&w->explanation->memory, &lines, &part->room, part->count + 1,
                        sizeof *line);
  part->lines = lines;
  if (w->status != ENG_OK) return NULL;
  line = &part->lines[part->count++];
  memset(line, 0, sizeof *line);
  line->distance = ENG_DISTANCE_NONE;
  line->holds = ENG_HOLDS_UNKNOWN;
  return line;
}

void eng__add_text_line(struct eng__writer *w, int part, const char *text)
{
  struct eng__line *line = eng__add_line(w, part);

  if (line == NULL) return;
  line->text = eng__text_begins(w);
  eng__write_text(w, text);
  eng__text_ends(w);
}

void eng_explanation_free(eng_explanation *explanation)
{
  eng_allocator memory;

  if (explanation == NULL) return;
  memory = explanation->memory;
  for (int i = 0; i < ENG__PARTS; i++) {
    struct eng__part *part = &explanation->parts[i];

    for (size_t j = 0; j < part->count; j++) {
      for (int32_t k = 0; k < part->lines[j].witness_count; k++) {
        struct eng__event *event = &part->lines[j].witnesses[k].fields;

        /* Our own copy: see eng__keep_extension. */
        eng__free(&memory, (void *)(uintptr_t)event->extension, event->extension_size);
      }
      eng__free(&memory, part->lines[j].witnesses,
                (size_t)part->lines[j].witness_count * sizeof(eng_event));
    }
    eng__free(&memory, part->lines, part->room * sizeof *part->lines);
  }
  eng__free(&memory, explanation->texts, explanation->texts_room);
  eng__free(&memory, explanation, sizeof *explanation);
}

/* ---- reading ---- */

int32_t eng_explanation_stage(const eng_explanation *explanation)
{
  return explanation->stage;
}

int32_t eng_explanation_target(const eng_explanation *explanation)
{
  return explanation->target;
}

int64_t eng_explanation_next_change(const eng_explanation *explanation, int32_t *stage)
{
  if (stage != NULL) *stage = explanation->next_stage;
  return explanation->next_time;
}

int32_t eng_explanation_line_count(const eng_explanation *explanation, int32_t part)
{
  return part < 1 || part >= ENG__PARTS ? 0 : (int32_t)explanation->parts[part].count;
}

static const struct eng__line *line_at(const eng_explanation *explanation, int32_t part,
                                       int32_t line)
{
  if (line < 0 || line >= eng_explanation_line_count(explanation, part)) return NULL;
  return &explanation->parts[part].lines[line];
}

const char *eng_explanation_text(const eng_explanation *explanation, int32_t part,
                                 int32_t line)
{
  const struct eng__line *at = line_at(explanation, part, line);

  return at == NULL ? NULL : explanation->texts + at->text;
}

const char *eng_explanation_measured(const eng_explanation *explanation, int32_t part,
                                     int32_t line)
{
  const struct eng__line *at = line_at(explanation, part, line);

  return at == NULL ? NULL : explanation->texts + at->measured;
}

const char *eng_explanation_threshold(const eng_explanation *explanation, int32_t part,
                                      int32_t line)
{
  const struct eng__line *at = line_at(explanation, part, line);

  return at == NULL ? NULL : explanation->texts + at->threshold;
}

int32_t eng_explanation_holds(const eng_explanation *explanation, int32_t part,
                              int32_t line)
{
  const struct eng__line *at = line_at(explanation, part, line);

  return at == NULL ? ENG_HOLDS_UNKNOWN : at->holds;
}

int64_t eng_explanation_distance(const eng_explanation *explanation, int32_t part,
                                 int32_t line)
{
  const struct eng__line *at = line_at(explanation, part, line);

  return at == NULL ? ENG_DISTANCE_NONE : at->distance;
}

int32_t eng_explanation_witness_count(const eng_explanation *explanation, int32_t part,
                                      int32_t line)
{
  const struct eng__line *at = line_at(explanation, part, line);

  return at == NULL ? 0 : at->witness_count;
}

int64_t eng_explanation_witness_total(const eng_explanation *explanation, int32_t part,
                                      int32_t line)
{
  const struct eng__line *at = line_at(explanation, part, line);

  return at == NULL ? 0 : at->witness_total;
}

const eng_event *eng_explanation_witness(const eng_explanation *explanation,
                                         int32_t part, int32_t line, int32_t witness)
{
  const struct eng__line *at = line_at(explanation, part, line);

  if (at == NULL || witness < 0 || witness >= at->witness_count) return NULL;
  return &at->witnesses[witness];
}
