/* SPDX-License-Identifier: MIT */
/*
 * explain_rows.c - an explanation as rows, for spreadsheets: what it says of the stage,
 * each clause, what is missing, and the next change.
 *
 * Every row names its customer, model and part, so that rows of many answers can be put
 * below each other.
 */
#include <string.h>

#include "explain.h"

struct explain_row explain_row_of(const char *part)
{
  return (struct explain_row){
      .part = part, .distance = ENG_DISTANCE_NONE, .time = ENG_TIME_NONE};
}

static void put_words(struct rows *rows, const char *words)
{
  rows_words(rows, words != NULL && words[0] != '\0' ? words : NULL);
}

void explain_put_row(struct rows *rows, const struct session *session,
                     const eng_model *model, const struct explain_row *row)
{
  struct text name = {0};

  session_put_name(session, &name);
  rows_text(rows, name.bytes, name.length);
  text_free(&name);
  rows_words(rows, eng_model_name(model));
  rows_words(rows, row->part);
  put_words(rows, row->name);
  put_words(rows, row->text);
  put_words(rows, row->measured);
  put_words(rows, row->threshold);
  put_words(rows, row->holds);
  if (row->distance == ENG_DISTANCE_NONE)
    rows_words(rows, NULL);
  else
    rows_number(rows, row->distance);
  put_words(rows, row->points);
  rows_time(rows, row->time);
}

static const char *holds_name(int32_t holds)
{
  return holds == ENG_HOLDS_YES ? "true" : holds == ENG_HOLDS_NO ? "false" : NULL;
}

/* The lines of a part, as many as it has. */
static void put_lines(struct rows *rows, const struct session *session,
                      const eng_model *model, const eng_explanation *x, int32_t part,
                      struct explain_row row)
{
  for (int32_t i = 0; i < eng_explanation_line_count(x, part); i++) {
    row.text = eng_explanation_text(x, part, i);
    if (part == ENG_PART_CLAUSE || part == ENG_PART_MISSING) {
      row.measured = eng_explanation_measured(x, part, i);
      row.threshold = eng_explanation_threshold(x, part, i);
      row.holds = holds_name(eng_explanation_holds(x, part, i));
    }
    if (part == ENG_PART_MISSING) row.distance = eng_explanation_distance(x, part, i);
    explain_put_row(rows, session, model, &row);
  }
}

eng_status explain_rows(struct rows *rows, const struct session *session, int32_t index,
                        const eng_explanation *x, const eng_customer *customer)
{
  const eng_model *model = session->models[index];
  int32_t stage = eng_explanation_stage(x), target = eng_explanation_target(x), then;
  struct explain_row row = explain_row_of("stage");
  eng_status status;

  row.name = eng_model_stage_name(model, stage);
  row.text = stage > 0 ? eng_model_stage_title(model, stage) : NULL;
  explain_put_row(rows, session, model, &row);
  put_lines(rows, session, model, x, ENG_PART_CLAUSE, explain_row_of("clause"));
  row = explain_row_of("missing");
  row.name = target > 0 ? eng_model_stage_name(model, target) : NULL;
  put_lines(rows, session, model, x, ENG_PART_MISSING, row);
  row = explain_row_of("next");
  row.time = eng_explanation_next_change(x, &then);
  if (row.time != ENG_TIME_NONE && row.time != ENG_TIME_UNKNOWN)
    row.name = eng_model_stage_name(model, then);
  explain_put_row(rows, session, model, &row);
  status = explain_row_dimensions(rows, session, index, customer);
  if (status == ENG_OK) status = explain_row_scores(rows, session, index, customer);
  put_lines(rows, session, model, x, ENG_PART_ADVICE, explain_row_of("advise"));
  put_lines(rows, session, model, x, ENG_PART_NOTE, explain_row_of("note"));
  return status;
}
