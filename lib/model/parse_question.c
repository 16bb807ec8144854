/* SPDX-License-Identifier: MIT */
/*
 * parse_question.c - a condition that uses the names of a model, read behind its text.
 *
 * It becomes one more stage above all others. Conditions there may also ask which stage
 * a customer is in: `stage = regular`, `stage >= regular`, by rank. What that is made
 * of are the stages' own conditions: at or above a rank is who any of those from it on
 * is true for, and what is not known of a stage does not put anybody in it.
 */
#include "model/parser.h"

#include <string.h>

#include "core/context.h"

/* The comparison before a stage's name: enum eng__op, or 0. */
static int take_comparison(struct eng__parser *p)
{
  static const struct {
    const char *sign;
    int op;
  } signs[] = {{"=", ENG__OP_EQUAL},          {"!=", ENG__OP_NOT_EQUAL},
               {">=", ENG__OP_GREATER_EQUAL}, {"<=", ENG__OP_LESS_EQUAL},
               {"<", ENG__OP_LESS},           {">", ENG__OP_GREATER}};

  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
    if (eng__take_sign(p, signs[i].sign)) return signs[i].op;
  }
  eng__expected(p, "a comparison such as = or >=, and a stage");
  return 0;
}

/* The rank of the stage that is named next. */
static int32_t take_rank(struct eng__parser *p)
{
  struct eng__token token = p->token;
  struct eng__guess guess;
  int32_t stage;

  if (p->status != ENG_OK || eng__take_name(p, "none")) return 0;
  if (token.word != ENG__WORD_NAME) {
    eng__expected(p, "the name of a stage");
    return 0;
  }
  stage = eng__find_stage(p, &token);
  if (stage >= 0) {
    eng__next_word(p);
    return stage + 1;
  }
  guess = eng__new_guess(&token);
  for (size_t i = 0; i < p->model->stage_count; i++) {
    const char *name = p->model->names + p->model->stages[i].name;

    eng__consider(&guess, p->model->text + token.from, token.to - token.from, name,
                  strlen(name));
  }
  eng__unknown_name(p, &token, "stage", &guess);
  return 0;
}

/* Whose stage has this rank or a higher one. */
static int32_t at_least(struct eng__parser *p, int32_t rank, uint32_t from, uint32_t to)
{
  int32_t no = eng__add_constant(p, ENG__TYPE_BOOLEAN, rank <= 0, 1, from, to);
  int32_t any = no;

  if (rank <= 0) return no;
  for (size_t i = (size_t)rank - 1; i < p->model->stage_count && p->status == ENG_OK;
       i++) {
    int32_t is =
        eng__add_term(p, ENG__OP_STAGE, ENG__TYPE_BOOLEAN, (int32_t)i, 0, from, to);
    int32_t known = eng__add_term(p, ENG__OP_ELSE, ENG__TYPE_BOOLEAN, is, no, from, to);

    any = eng__add_term(p, ENG__OP_OR, ENG__TYPE_BOOLEAN, any, known, from, to);
  }
  return any;
}

static int32_t opposite(struct eng__parser *p, int32_t node, uint32_t from, uint32_t to)
{
  return eng__add_term(p, ENG__OP_NOT, ENG__TYPE_BOOLEAN, node, 0, from, to);
}

int32_t eng__parse_stage_asked(struct eng__parser *p, uint32_t from)
{
  int op = take_comparison(p);
  int32_t rank = take_rank(p), high, low;
  uint32_t to = p->behind;

  if (p->status != ENG_OK) return 0;
  switch (op) {
  case ENG__OP_GREATER_EQUAL: return at_least(p, rank, from, to);
  case ENG__OP_GREATER: return at_least(p, rank + 1, from, to);
  case ENG__OP_LESS: return opposite(p, at_least(p, rank, from, to), from, to);
  case ENG__OP_LESS_EQUAL:
    return opposite(p, at_least(p, rank + 1, from, to), from, to);
  default: break;
  }
  low = at_least(p, rank, from, to);
  high = opposite(p, at_least(p, rank + 1, from, to), from, to);
  low = eng__add_term(p, ENG__OP_AND, ENG__TYPE_BOOLEAN, low, high, from, to);
  return op == ENG__OP_EQUAL ? low : opposite(p, low, from, to);
}

void eng__parse_question(struct eng__parser *p)
{
  eng_model *model = p->model;
  struct eng__stage stage = {0};
  struct eng__token at;

  if (p->status != ENG_OK) return;
  p->in_setting = p->in_question = true;
  eng__lex_begin(&p->lexer, model->text, model->question_to);
  p->lexer.at = p->lexer.line_start = model->question_from;
  eng__next_word(p);
  if (model->stage_count == eng__limit(model->context, ENG_LIMIT_STAGES)) {
    eng__fail_at(p, &p->token, ENG_E_LIMIT,
                 "the model has as many stages as there may be: none is left for this");
  }
  at = p->token;
  stage.name = eng__keep(p, "match", 5);
  stage.from = at.from;
  stage.when = eng__parse_expression(p);
  eng__need_condition(p, &at, stage.when);
  if (p->status == ENG_OK && p->token.word != ENG__WORD_END) {
    eng__refuse_misplaced(p);
    eng__expected(p, "an operator or the end of the condition");
  }
  model->stages = eng__make_room(p, model->stages, model->stage_count,
                                 &model->stage_room, sizeof *model->stages);
  if (p->status == ENG_OK) model->stages[model->stage_count++] = stage;
  p->in_setting = p->in_question = false;
}
