/* SPDX-License-Identifier: MIT */
/*
 * explain.c - an answer with its evidence.
 *
 * The condition of a stage is taken apart at its `and`s; each clause is shown as the
 * model words it, with what was measured, what it is compared with, and the events that
 * the measures in it have read.
 */
#include <string.h>

#include "core/checked.h"
#include "model/explanation.h"

/* ---- clauses ---- */

static int32_t behind_lets(const eng_model *model, int32_t node)
{
  while (model->nodes[node].op == ENG__OP_LET) node = model->nodes[node].a;
  return node;
}

static bool counts(const eng_model *model, int32_t index)
{
  const struct eng__term *term = &model->nodes[behind_lets(model, index)];

  if (term->op == ENG__OP_ADD) return counts(model, term->a) && counts(model, term->b);
  return term->op == ENG__OP_MEASURE &&
         model->measures[term->a].op == ENG__MEASURE_COUNT;
}

/* Whether a term is a measure that events add to, or several counts together. */
static bool adds_up(const eng_model *model, const struct eng__term *term)
{
  if (term->op == ENG__OP_ADD) {
    return counts(model, term->a) && counts(model, term->b);
  }
  if (term->op != ENG__OP_MEASURE) return false;
  switch (model->measures[term->a].op) {
  case ENG__MEASURE_COUNT:
  case ENG__MEASURE_DAYS:
  case ENG__MEASURE_SUM:
  case ENG__MEASURE_CHANNELS:
  case ENG__MEASURE_ACTORS:
  case ENG__MEASURE_STREAK: return true;
  default: return false;
  }
}

/* What more a measure that adds up needs so that `measure op limit` holds. */
static int64_t distance(const struct eng__term *node, struct eng__fraction value,
                        struct eng__fraction limit)
{
  int64_t need, missing;

  if (value.d != 1) return ENG_DISTANCE_NONE;
  need = eng__fraction_floor(limit);
  if (node->op == ENG__OP_GREATER) {
    if (!eng__add_i64(need, 1, &need)) return ENG_DISTANCE_NONE;
  } else if (node->op == ENG__OP_GREATER_EQUAL || node->op == ENG__OP_EQUAL) {
    if (limit.d != 1 && !eng__add_i64(need, 1, &need)) return ENG_DISTANCE_NONE;
  } else {
    return ENG_DISTANCE_NONE;
  }
  if (!eng__sub_i64(need, value.n, &missing) || missing <= 0) return ENG_DISTANCE_NONE;
  return missing;
}

static size_t put_side(struct eng__writer *w, int32_t node,
                       const struct eng__fraction *value, int units)
{
  size_t at = eng__text_begins(w);

  if (value == NULL) {
    eng__write_text(w, "undefined");
  } else {
    eng__write_value(w, w->model->nodes[node].type, *value, units);
  }
  eng__text_ends(w);
  return at;
}

/* Both sides of a comparison, with all their units where two would hide what differs.
 */
static void put_sides(struct eng__writer *w, struct eng__line *line, int32_t left,
                      int32_t right, const struct eng__fraction *a,
                      const struct eng__fraction *b)
{
  line->measured = put_side(w, left, a, 2);
  line->threshold = put_side(w, right, b, 2);
  if (w->status != ENG_OK || a == NULL || b == NULL) return;
  if (eng__fraction_compare(*a, *b) != 0 &&
      strcmp(w->explanation->texts + line->measured,
             w->explanation->texts + line->threshold) == 0) {
    line->measured = put_side(w, left, a, 5);
    line->threshold = put_side(w, right, b, 5);
  }
}

/* What a comparison is when it is not so; a sign that no distance is known of stays. */
static uint8_t denied_op(uint8_t op)
{
  switch (op) {
  case ENG__OP_LESS: return ENG__OP_GREATER_EQUAL;
  case ENG__OP_LESS_EQUAL: return ENG__OP_GREATER;
  case ENG__OP_GREATER: return ENG__OP_LESS_EQUAL;
  case ENG__OP_GREATER_EQUAL: return ENG__OP_LESS;
  case ENG__OP_NOT_EQUAL: return ENG__OP_EQUAL;
  default: return ENG__OP_NOT_EQUAL;
  }
}

static void describe_comparison(struct eng__writer *w, const struct eng__term *node,
                                bool denied, struct eng__line *line)
{
  int64_t now = w->assessor->as_of;
  int32_t left = node->a, right = node->b;
  struct eng__term turned = *node;
  struct eng__fraction a, b;
  bool a_known, b_known;

  if (w->model->nodes[behind_lets(w->model, left)].op == ENG__OP_CONSTANT) {
    left = node->b;
    right = node->a;
    if (node->op == ENG__OP_LESS) turned.op = ENG__OP_GREATER;
    if (node->op == ENG__OP_LESS_EQUAL) turned.op = ENG__OP_GREATER_EQUAL;
    if (node->op == ENG__OP_GREATER) turned.op = ENG__OP_LESS;
    if (node->op == ENG__OP_GREATER_EQUAL) turned.op = ENG__OP_LESS_EQUAL;
  }
  if (denied) turned.op = denied_op(turned.op);
  a_known = eng__evaluate(w->assessor, w->member, left, now, &a);
  b_known = eng__evaluate(w->assessor, w->member, right, now, &b);
  put_sides(w, line, left, right, a_known ? &a : NULL, b_known ? &b : NULL);
  if (a_known && b_known && line->holds != ENG_HOLDS_YES &&
      adds_up(w->model, &w->model->nodes[behind_lets(w->model, left)])) {
    line->distance = distance(&turned, a, b);
  }
}

/* Whether the last line of a part says what one before it did, where two alternatives
 * or two stages that are named want the same. */
static bool said_before(const struct eng__writer *w, const struct eng__part *part)
{
  const char *texts = w->explanation->texts;
  const char *last = texts + part->lines[part->count - 1].text;

  for (size_t i = 0; i + 1 < part->count; i++) {
    if (strcmp(texts + part->lines[i].text, last) == 0) return true;
  }
  return false;
}

/* A condition, or that it is not so. */
struct claim {
  int32_t node;
  bool denied;
};

static void put_claim(struct eng__writer *w, const struct eng__term *node, bool denied)
{
  if (denied) eng__write_text(w, "not ");
  eng__write_wording(w, node);
}

static void add_clause(struct eng__writer *w, int part, struct claim claim,
                       int32_t holds, const char *prefix)
{
  const struct eng__term *node = &w->model->nodes[claim.node];
  const struct eng__term *meaning = &w->model->nodes[behind_lets(w->model, claim.node)];
  struct eng__line *line;

  if (w->explanation->parts[part].count == ENG__CLAUSES) {
    w->hidden++;
    return;
  }
  line = eng__add_line(w, part);
  if (line == NULL) return;
  line->holds = holds;
  line->text = eng__text_begins(w);
  eng__write_text(w, prefix);
  put_claim(w, node, claim.denied);
  if (node->op == ENG__OP_LET && meaning->op != ENG__OP_CONSTANT) {
    eng__write_text(w, ": ");
    put_claim(w, meaning, claim.denied);
  }
  eng__text_ends(w);
  if (w->status == ENG_OK && *prefix == '\0' &&
      said_before(w, &w->explanation->parts[part])) {
    w->explanation->parts[part].count--;
    w->explanation->texts_size = line->text;
    return;
  }
  line->measured = line->threshold = eng__text_begins(w);
  eng__text_ends(w);
  if (eng__op_compares(meaning->op)) {
    describe_comparison(w, meaning, claim.denied, line);
  }
  if (w->status == ENG_OK) eng__add_witnesses(w, claim.node, line);
}

static int32_t holds_now(const struct eng__writer *w, struct claim claim)
{
  struct eng__fraction value;

  if (!eng__evaluate(w->assessor, w->member, claim.node, w->assessor->as_of, &value)) {
    return ENG_HOLDS_UNKNOWN;
  }
  return (value.n != 0) != claim.denied ? ENG_HOLDS_YES : ENG_HOLDS_NO;
}

static void add_clauses(struct eng__writer *w, int part, struct claim claim,
                        const char *prefix);

/* Alternatives: of a stage that was reached those that hold, of a missing one each,
 * since any of them would do. */
static void add_alternatives(struct eng__writer *w, int part, struct claim a,
                             struct claim b, const char *prefix)
{
  if (part == ENG_PART_MISSING) {
    add_clauses(w, part, a, *prefix == '\0' ? "either " : prefix);
    add_clauses(w, part, b, "or ");
    return;
  }
  if (holds_now(w, a) == ENG_HOLDS_YES) add_clauses(w, part, a, prefix);
  if (holds_now(w, b) == ENG_HOLDS_YES) add_clauses(w, part, b, prefix);
}

/* What is missing can be said of what a `not` or the name of a stage stands for, too;
 * of the `not` of a class there is no more to say. False: the claim is what it was. */
static bool look_inside(const struct eng__writer *w, struct claim *claim)
{
  const struct eng__term *nodes = w->model->nodes;
  const struct eng__term *node = &nodes[behind_lets(w->model, claim->node)];

  if (node->op == ENG__OP_STAGE) {
    claim->node = w->model->stages[node->a].when;
    return true;
  }
  if (node->op != ENG__OP_NOT || nodes[node->a].from == node->from) return false;
  claim->node = node->a;
  claim->denied = !claim->denied;
  return true;
}

/* Takes a condition apart at its `and`s and `or`s: all clauses of a stage that was
 * reached, and of a missing one those that do not hold. Of what is denied, an `and`
 * is an `or`. */
static void add_clauses(struct eng__writer *w, int part, struct claim claim,
                        const char *prefix)
{
  const struct eng__term *node;
  struct claim a, b;

  if (w->status != ENG_OK) return;
  if (part == ENG_PART_MISSING) {
    if (holds_now(w, claim) == ENG_HOLDS_YES) return;
    while (look_inside(w, &claim)) {
    }
  }
  node = &w->model->nodes[behind_lets(w->model, claim.node)];
  if (node->op != ENG__OP_AND && node->op != ENG__OP_OR) {
    add_clause(w, part, claim, holds_now(w, claim), prefix);
    return;
  }
  a = (struct claim){node->a, claim.denied};
  b = (struct claim){node->b, claim.denied};
  if ((node->op == ENG__OP_AND) != claim.denied) {
    bool nested = *prefix != '\0' && holds_now(w, a) != ENG_HOLDS_YES;

    add_clauses(w, part, a, prefix);
    add_clauses(w, part, b, nested ? "and " : prefix);
  } else {
    add_alternatives(w, part, a, b, prefix);
  }
}

/* ---- notes ---- */

static eng_status pass_by(void *user, const struct eng__seen *seen)
{
  *(int64_t *)user += seen->foreign_amount;
  return ENG_OK;
}

static void add_note(struct eng__writer *w, int64_t count, const char *text)
{
  struct eng__line *line;

  if (count == 0) return;
  line = eng__add_line(w, ENG_PART_NOTE);
  if (line == NULL) return;
  line->text = eng__text_begins(w);
  eng__write_number(w, count);
  eng__write(w, " ", 1);
  eng__write_text(w, text);
  eng__text_ends(w);
}

static bool measures_money(const eng_model *model)
{
  for (size_t i = 0; i < model->measure_count; i++) {
    if (model->measures[i].of == ENG__FIELD_AMOUNT) return true;
  }
  return false;
}

static void add_notes(struct eng__writer *w)
{
  const struct eng__undos *undos = &w->assessor->undos;
  int64_t left_out = 0, inert = 0, ignored = 0;

  if (w->status != ENG_OK) return;
  w->status = eng__look(w, pass_by, &left_out);
  for (size_t i = 0; w->status == ENG_OK && i < undos->count; i++) {
    inert += !undos->undos[i].hit && !undos->undos[i].voided &&
             undos->undos[i].time <= w->assessor->as_of;
    ignored += undos->undos[i].foreign;
  }
  if (!measures_money(w->model)) left_out = 0;
  add_note(w, left_out,
           "amounts in other currencies were left out of money: there is no rate");
  add_note(
      w, inert,
      "voids, refunds or cancellations have no effect: what they name is not held, or "
      "is later than they are");
  add_note(w, ignored, "refunds in another currency than their purchase were ignored");
  add_note(w, w->hidden, "clauses are not shown");
}

/* ---- the whole ---- */

static void write_all(struct eng__writer *w)
{
  eng_explanation *x = w->explanation;
  const eng_model *model = w->model;

  if (model->host != NULL) {
    eng__ask_host(w);
    add_notes(w);
    return;
  }
  if (x->stage > 0) {
    const struct eng__stage *stage = &model->stages[x->stage - 1];

    add_clauses(w, ENG_PART_CLAUSE, (struct claim){stage->when, false}, "");
    for (int32_t i = 0; i < stage->advice_count; i++) {
      eng__add_text_line(w, ENG_PART_ADVICE,
                         model->names + model->advices[stage->advice_first + i]);
    }
  }
  if (x->target > 0) {
    add_clauses(w, ENG_PART_MISSING,
                (struct claim){model->stages[x->target - 1].when, false}, "");
  }
  add_notes(w);
}

/* Stages and next change of the one model, whatever else the assessor runs. */
static eng_status find_stage(eng_assessor *assessor, int32_t model,
                             const eng_customer *customer, eng_explanation *x)
{
  int32_t stages[64], next_stages[64];
  int64_t next_times[64];
  eng_status status;

  assessor->asked = UINT64_C(1) << model;
  status = eng__assess_next(assessor, &customer->timeline, &customer->shapes, stages,
                            next_times, next_stages);
  assessor->asked = UINT64_MAX;
  if (status != ENG_OK) return status;
  x->stage = stages[model];
  x->next_time = next_times[model];
  x->next_stage = next_stages[model];
  /* The sweep moved the tallies on: measure as of the instant once more. */
  status = eng__measure(assessor, &customer->timeline, &customer->shapes);
  if (status == ENG_OK)
    x->target = eng__stage_ahead(assessor, &assessor->members[model], x->stage);
  return status;
}

eng_status eng_assessor_explain(eng_assessor *assessor, int32_t model,
                                const eng_customer *customer, int64_t as_of,
                                eng_explanation **out)
{
  struct eng__writer w;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (assessor == NULL || customer == NULL) return ENG_E_INVALID;
  if (model < 0 || model >= assessor->count) return ENG_E_RANGE;
  if (customer->home.pen.context != assessor->context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  if (eng__writer_open(&w, assessor, model, customer) != ENG_OK) return ENG_E_NOMEM;
  eng__assess_prepare(assessor, as_of);
  eng__assess_name(assessor, customer->id, customer->id_length);
  if (w.status == ENG_OK)
    w.status = find_stage(assessor, model, customer, w.explanation);
  if (w.status == ENG_OK) write_all(&w);
  eng__assess_name(assessor, NULL, 0);
  return eng__writer_close(&w, out);
}

/* The same of a condition or number alone, where the assessor has measured already:
 * clauses if it is a number or holds, what is missing if not. */
eng_status eng__explain_node(eng_assessor *assessor, int32_t model,
                             const eng_customer *customer, int32_t node,
                             eng_explanation **out)
{
  struct claim claim = {node, false};
  struct eng__writer w;

  *out = NULL;
  if (eng__writer_open(&w, assessor, model, customer) != ENG_OK) return ENG_E_NOMEM;
  if (w.model->nodes[node].type != ENG__TYPE_BOOLEAN) {
    add_clause(&w, ENG_PART_CLAUSE, claim, ENG_HOLDS_YES, "");
  } else {
    bool holds = holds_now(&w, claim) == ENG_HOLDS_YES;

    add_clauses(&w, holds ? ENG_PART_CLAUSE : ENG_PART_MISSING, claim, "");
  }
  return eng__writer_close(&w, out);
}
