/* SPDX-License-Identifier: MIT */
/*
 * parse_score.c - score blocks: a name, and what each term credits.
 *
 * A score becomes a term like any other (model.h, ENG__OP_SCORE), typed and weighed
 * with what it is made of, so that stages, definitions and the search for the next
 * change need to know nothing of scores.
 */
#include "model/parser.h"

#include <string.h>

/* ---- constants ---- */

/* Whole points, a constant within 1000 either way; `what` says so. */
static int32_t constant_points(struct eng__parser *p, const struct eng__token *at,
                               int32_t node, int64_t least, const char *what)
{
  const struct eng__term *constant;
  bool scalar;

  if (p->status != ENG_OK) return 0;
  constant = eng__resolved_term(p, node);
  /* A ratio that is a whole number will do: half of an even param. */
  scalar = constant->type == ENG__TYPE_NUMBER || constant->type == ENG__TYPE_RATIO;
  if (constant->op != ENG__OP_CONSTANT || !scalar || constant->d != 1 ||
      constant->n < least || constant->n > ENG__SCORE_MAX) {
    eng__fail_at(p, at, ENG_E_TYPE, what);
    return 0;
  }
  return (int32_t)constant->n;
}

/* [up to CAP] */
static void parse_cap(struct eng__parser *p, struct eng__score_term *term)
{
  struct eng__token at;

  if (!eng__take_name(p, "up")) return;
  if (p->status == ENG_OK && !eng__take_name(p, "to")) eng__expected(p, "'to'");
  at = p->token;
  term->cap = constant_points(p, &at, eng__parse_expression(p), 0,
                              "a cap is a constant: a whole number from 0 to 1000");
}

/* ---- terms ---- */

/* What `each` credits: the node of a count of events or days. */
static int32_t parse_credited(struct eng__parser *p)
{
  struct eng__token at = p->token;
  int32_t node = eng__parse_expression(p);
  const struct eng__term *measure;
  int op;

  if (p->status != ENG_OK) return 0;
  measure = eng__resolved_term(p, node);
  op = measure->op == ENG__OP_MEASURE ? p->model->measures[measure->a].op : 0;
  if (op != ENG__MEASURE_COUNT && op != ENG__MEASURE_DAYS) {
    eng__fail_at(p, &at, ENG_E_TYPE,
                 "`each` credits events or days: it takes count(...) or days(...)");
  }
  return node;
}

static int32_t parse_condition(struct eng__parser *p)
{
  struct eng__token at = p->token;
  int32_t node = eng__parse_expression(p);

  eng__need_condition(p, &at, node);
  if (eng__at_name(p, "up")) {
    eng__fail_at(p, &p->token, ENG_E_SYNTAX,
                 "`when` gives its points once: it takes no `up to`");
  }
  return node;
}

/* Whether a value can be rounded down to points, and stays what it is between events.
 */
static void check_worth(struct eng__parser *p, const struct eng__token *at,
                        int32_t node)
{
  int type;

  if (p->status != ENG_OK) return;
  type = eng__type_of(p, node);
  if (type != ENG__TYPE_NUMBER && type != ENG__TYPE_RATIO) {
    eng__mismatch(p, at, "count as points", type, 0);
  } else if (eng__resolved_term(p, node)->op == ENG__OP_CONSTANT &&
             p->token.word == ENG__WORD_NAME && !eng__at_name(p, "up") &&
             !eng__at_statement(p)) {
    eng__expected(p, "'each' or 'when' behind the points");
  }
}

static const char points_are[] =
    "points are a constant: a whole number from -1000 to 1000";

/* P each COUNT [up to CAP], P when CONDITION, or EXPRESSION [up to CAP]; its node. */
static int32_t parse_points(struct eng__parser *p, struct eng__score_term *term)
{
  struct eng__token at = p->token;
  int32_t first = eng__parse_expression(p), measured = first;
  uint32_t from;
  int op;

  if (eng__take_name(p, "each")) {
    op = ENG__OP_EACH;
    term->points = constant_points(p, &at, first, -ENG__SCORE_MAX, points_are);
    measured = parse_credited(p);
  } else if (eng__take_name(p, "when")) {
    op = ENG__OP_WHEN;
    term->points = constant_points(p, &at, first, -ENG__SCORE_MAX, points_are);
    measured = parse_condition(p);
  } else {
    op = ENG__OP_WORTH;
    check_worth(p, &at, first);
  }
  from = at.from;
  if (op != ENG__OP_WHEN) parse_cap(p, term);
  if (p->status != ENG_OK) return 0;
  /* The second operand says nothing, and is there for whoever walks over terms. */
  first = eng__add_constant(p, ENG__TYPE_NUMBER, term->points, 1, from, from);
  term->node = eng__add_term(p, op, ENG__TYPE_NUMBER, measured, first, from, p->behind);
  if (p->status != ENG_OK) return 0;
  eng__term_at(p, term->node)->n = (int64_t)p->model->term_count;
  return term->node;
}

/* A name that the terms of this score do not have yet. */
static void check_term_name(struct eng__parser *p, const struct eng__score *score,
                            const struct eng__token *name)
{
  const eng_model *model = p->model;

  if (p->status != ENG_OK) return;
  if (eng__is_reserved(p, name)) {
    eng__fail_reserved(p, name);
  } else if (eng__token_is(p, name, "floor") || eng__token_is(p, name, "ceiling")) {
    eng__fail_at(p, name, ENG_E_DUPLICATE,
                 "floor and ceiling are lines that a score writes itself");
  }
  for (int32_t i = 0; i < score->term_count; i++) {
    const struct eng__score_term *other = &model->terms[score->term_first + i];

    if (eng__token_is(p, name, model->names + other->name)) {
      eng__fail_at(p, name, ENG_E_DUPLICATE, "this score has a term of that name");
    }
  }
}

/* term NAME ["title"] points, from behind the word; its node. */
static int32_t parse_term(struct eng__parser *p, struct eng__score *score)
{
  eng_model *model = p->model;
  struct eng__token name = eng__declare(p, "the name of a term");
  struct eng__score_term term = {0, 0, 0, 0, ENG__POINTS_MAX};

  check_term_name(p, score, &name);
  if (p->status != ENG_OK) return 0;
  if (score->term_count == ENG__SCORE_TERMS_MAX) {
    eng__fail_at(p, &name, ENG_E_LIMIT, "too many terms in this score");
    return 0;
  }
  term.name = eng__keep(p, model->text + name.from, name.to - name.from);
  if (p->token.word == ENG__WORD_TEXT) term.title = eng__keep_text(p);
  (void)parse_points(p, &term);
  model->terms = eng__make_room(p, model->terms, model->term_count, &model->term_room,
                                sizeof *model->terms);
  if (p->status != ENG_OK) return 0;
  model->terms[model->term_count++] = term;
  score->term_count++;
  return term.node;
}

/* ---- scores ---- */

/* The sum of the terms, from the word `term` on; its node. */
static int32_t parse_terms(struct eng__parser *p, struct eng__score *score)
{
  int32_t sum = -1;

  score->term_first = (int32_t)p->model->term_count;
  while (eng__take_name(p, "term")) {
    int32_t term = parse_term(p, score);

    if (p->status != ENG_OK) return 0;
    sum = sum < 0
              ? term
              : eng__add_term(p, ENG__OP_TERMS, ENG__TYPE_NUMBER, sum, term,
                              eng__term_at(p, sum)->from, eng__term_at(p, term)->to);
  }
  if (sum < 0) eng__expected(p, "'term': a score is a sum of terms");
  return sum;
}

void eng__parse_score(struct eng__parser *p)
{
  eng_model *model = p->model;
  struct eng__token name = eng__declare(p, "the name of a score");
  struct eng__score score;
  int32_t sum;

  memset(&score, 0, sizeof score);
  eng__check_free(p, &name);
  if (p->status != ENG_OK) return;
  if (model->score_count == ENG__SCORES_MAX) {
    eng__fail_at(p, &name, ENG_E_LIMIT, "too many scores");
    return;
  }
  score.name = eng__keep(p, model->text + name.from, name.to - name.from);
  if (p->token.word == ENG__WORD_TEXT) score.title = eng__keep_text(p);
  sum = parse_terms(p, &score);
  if (p->status != ENG_OK) return;
  score.node = eng__add_term(p, ENG__OP_SCORE, ENG__TYPE_NUMBER, sum,
                             eng__term_at(p, sum)->b, name.from, name.to);
  model->scores = eng__make_room(p, model->scores, model->score_count,
                                 &model->score_room, sizeof *model->scores);
  if (p->status != ENG_OK) return;
  eng__term_at(p, score.node)->n = (int64_t)model->score_count;
  model->scores[model->score_count++] = score;
  eng__add_definition(p, &name, score.node, ENG__IS_SCORE);
}
