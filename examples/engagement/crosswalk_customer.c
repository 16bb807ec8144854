/* SPDX-License-Identifier: MIT */
/*
 * crosswalk_customer.c - `engagement crosswalk --customer`: where two models have one
 * customer, and the clause on which they part.
 */
#include <stdio.h>
#include <string.h>

#include <engagement/metrics.h>

#include "command.h"
#include "crosswalk.h"
#include "message.h"
#include "output.h"
#include "text.h"

struct parting {
  const struct session *session;
  eng_explanation *why[2];
  int32_t lower; /* 1 or 2; 0: they do not part */
  int32_t line;  /* of what the lower one misses; -1: none */
};

static const eng_model *model_of(const struct parting *p, int m)
{
  return p->session->models[m];
}

/* The clause to show of a model: what the lower one misses, or by what the other one
 * has the customer where it has them; its part, and -1 for none. */
static int32_t clause_of(const struct parting *p, int m, int32_t *line)
{
  *line = -1;
  if (p->lower == 0) return ENG_PART_CLAUSE;
  if (m == p->lower - 1) {
    *line = p->line;
    return ENG_PART_MISSING;
  }
  for (int32_t i = 0; i < eng_explanation_line_count(p->why[m], ENG_PART_CLAUSE); i++) {
    if (eng_explanation_holds(p->why[m], ENG_PART_CLAUSE, i) != ENG_HOLDS_YES) continue;
    *line = i;
    break;
  }
  return ENG_PART_CLAUSE;
}

/* ---- for programs ---- */

static int write_rows(const struct parting *p)
{
  static const char *const columns[] = {"model",    "stage",     "rank",
                                        "stages",   "next",      "clause",
                                        "measured", "threshold", "holds"};
  static const char *const holds[] = {"no", "yes", "unknown"};
  struct rows rows;

  rows_begin(&rows, p->session->options->format, columns, 9);
  for (int m = 0; m < 2; m++) {
    const eng_model *model = model_of(p, m);
    const eng_explanation *why = p->why[m];
    int32_t line, part = clause_of(p, m, &line);

    rows_words(&rows, eng_model_name(model));
    rows_words(&rows, eng_model_stage_name(model, eng_explanation_stage(why)));
    rows_number(&rows, eng_explanation_stage(why));
    rows_number(&rows, eng_model_stage_count(model));
    rows_words(&rows, part == ENG_PART_MISSING && line >= 0
                          ? eng_model_stage_name(model, eng_explanation_target(why))
                          : NULL);
    rows_words(&rows, eng_explanation_text(why, part, line));
    rows_words(&rows, eng_explanation_measured(why, part, line));
    rows_words(&rows, eng_explanation_threshold(why, part, line));
    rows_words(&rows, line < 0 ? NULL : holds[eng_explanation_holds(why, part, line)]);
  }
  return rows_end(&rows);
}

/* ---- for people ---- */

static void draw_clause(struct text *out, const struct parting *p, int m)
{
  const eng_explanation *why = p->why[m];
  int32_t line, part = clause_of(p, m, &line);
  const char *words = eng_explanation_text(why, part, line);
  const char *measured = eng_explanation_measured(why, part, line);
  const char *threshold = eng_explanation_threshold(why, part, line);

  if (words == NULL) {
    text_put(out, "  no clause\n");
    return;
  }
  text_put(out, "  ");
  text_add_shown(out, words, strlen(words), 0);
  text_put(out, "\n");
  if (measured != NULL && measured[0] != '\0')
    text_print(out, "      measured %s, compared with %s\n", measured,
               threshold != NULL && threshold[0] != '\0' ? threshold : "nothing");
}

static void draw_parting(struct text *out, const struct parting *p)
{
  int low = p->lower - 1, high = 1 - low;
  const eng_model *lower = model_of(p, low), *higher = model_of(p, high);

  if (p->line < 0)
    text_print(out,
               "%s has them less far, and nothing that could happen is missing there\n",
               eng_model_name(lower));
  else
    text_print(out, "They part on what %s needs for %s:\n", eng_model_name(lower),
               eng_model_stage_name(lower, eng_explanation_target(p->why[low])));
  if (p->line >= 0) draw_clause(out, p, low);
  text_print(out, "%s has them in %s by:\n", eng_model_name(higher),
             eng_model_stage_name(higher, eng_explanation_stage(p->why[high])));
  draw_clause(out, p, high);
}

static int draw(const struct parting *p)
{
  struct text out = {0};

  text_put(&out, "As of ");
  text_add_as_of(&out, p->session);
  text_put(&out, "\n\n");
  for (int m = 0; m < 2; m++)
    text_print(&out, "%s: %s, %d of %d\n", eng_model_name(model_of(p, m)),
               eng_model_stage_name(model_of(p, m), eng_explanation_stage(p->why[m])),
               (int)eng_explanation_stage(p->why[m]),
               (int)eng_model_stage_count(model_of(p, m)));
  text_put(&out, "\n");
  if (p->lower == 0)
    text_put(&out, "They do not part: both have them as far.\n");
  else
    draw_parting(&out, p);
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

/* ---- asking ---- */

static eng_status find(struct parting *p, const eng_customer *customer)
{
  eng_status status = ENG_OK;

  for (int32_t m = 0; m < 2 && status == ENG_OK; m++)
    status = eng_assessor_explain(p->session->assessor, m, customer, p->session->as_of,
                                  &p->why[m]);
  if (status != ENG_OK) return status;
  return eng_parting_of(model_of(p, 0), p->why[0], model_of(p, 1), p->why[1], &p->lower,
                        &p->line);
}

int crosswalk_customer(const struct session *session)
{
  struct parting p = {.session = session};
  eng_customer *customer = NULL;
  eng_status status;
  uint64_t row;
  int answer = session_customer(session, &row);

  if (answer != ANSWER_DONE) return answer;
  status = eng_book_customer(session->book, row, &customer);
  if (status == ENG_OK) status = find(&p, customer);
  if (status != ENG_OK)
    answer = complain_status("crosswalk", status);
  else
    answer = session->options->format == FORMAT_TABLE ? draw(&p) : write_rows(&p);
  eng_explanation_free(p.why[0]);
  eng_explanation_free(p.why[1]);
  eng_customer_free(customer);
  return answer;
}
