/* SPDX-License-Identifier: MIT */
/*
 * parse.c - a model text from its first line to its last: head, params, lets, stages.
 *
 * A name can only be used after it was declared, which keeps definitions from going in
 * circles. docs/language.md is the grammar for people.
 */
#include "model/parse.h"

#include <string.h>

#include "core/memory.h"
#include "core/status.h"
#include "model/parser.h"

/* ---- declarations ---- */

static const char *const statements[] = {"param", "let", "stage", NULL};
static const char *const reserved[] = {
    "language", "model", "source", "shape", "revision", "param",   "let",  "stage",
    "when",     "advise", "where", "within", "before",  "and",     "or",   "not",
    "else",     "defined", "any",  "all",    "inbound", "outbound", "none",
    "of", "last", NULL};

static bool is_reserved(const struct eng__parser *p, const struct eng__token *token)
{
  for (int i = 0; reserved[i] != NULL; i++) {
    if (eng__token_is(p, token, reserved[i])) return true;
  }
  return eng__is_measure(p, token);
}

/* A name is free if nothing of the language or of the model has it. */
static void check_free(struct eng__parser *p, const struct eng__token *token)
{
  if (p->status != ENG_OK) return;
  if (is_reserved(p, token)) {
    eng__fail_at(p, token, ENG_E_SYNTAX, "this word belongs to the language");
  } else if (eng__find_definition(p, token) != NULL || eng__find_stage(p, token) >= 0) {
    eng__fail_at(p, token, ENG_E_DUPLICATE, "this name was given before");
  }
}

static void add_definition(struct eng__parser *p, const struct eng__token *name, int32_t node)
{
  void *block = p->definitions;
  eng_status status;

  if (p->status != ENG_OK) return;
  status = eng__grow(p->memory, &block, &p->definition_room, p->definition_count + 1,
                     sizeof *p->definitions);
  p->definitions = block;
  if (status != ENG_OK) {
    eng__fail(p, status);
    return;
  }
  p->definitions[p->definition_count].from = name->from;
  p->definitions[p->definition_count].to = name->to;
  p->definitions[p->definition_count++].node = node;
}

/* param NAME = constant, or let NAME = expression; from behind the word. */
static void parse_definition(struct eng__parser *p, bool param)
{
  struct eng__token name = eng__declare(p, param ? "the name of a param" : "the name of a let");
  struct eng__token at;
  int32_t node;

  check_free(p, &name);
  eng__need_sign(p, "=");
  at = p->token;
  node = eng__parse_expression(p);
  if (p->status != ENG_OK) return;
  if (param && eng__resolved_term(p, node)->op != ENG__OP_CONSTANT) {
    eng__fail_at(p, &at, ENG_E_TYPE, "a param is a constant: a number, duration or amount");
  }
  add_definition(p, &name, node);
}

static void parse_advice(struct eng__parser *p, struct eng__stage *stage)
{
  eng_model *model = p->model;

  while (eng__take_name(p, "advise")) {
    uint32_t text = eng__keep_text(p);
    void *advices = model->advices;
    eng_status status;

    if (p->status != ENG_OK) return;
    status = eng__grow(p->memory, &advices, &model->advice_room, model->advice_count + 1,
                       sizeof *model->advices);
    model->advices = advices;
    if (status != ENG_OK) {
      eng__fail(p, status);
      return;
    }
    model->advices[model->advice_count++] = text;
    stage->advice_count++;
  }
}

static void parse_stage(struct eng__parser *p)
{
  eng_model *model = p->model;
  struct eng__token name = eng__declare(p, "the name of a stage"), at;
  struct eng__stage stage;
  void *stages = model->stages;
  eng_status status;

  memset(&stage, 0, sizeof stage);
  check_free(p, &name);
  if (p->status != ENG_OK) return;
  if (model->stage_count == eng__limit(model->context, ENG_LIMIT_STAGES)) {
    eng__fail_at(p, &name, ENG_E_LIMIT, "too many stages");
    return;
  }
  stage.name = eng__keep(p, model->text + name.from, name.to - name.from);
  if (p->token.word == ENG__WORD_TEXT) stage.title = eng__keep_text(p);
  if (p->status == ENG_OK && !eng__take_name(p, "when")) eng__expected(p, "'when'");
  at = p->token;
  stage.when = eng__parse_expression(p);
  eng__need_condition(p, &at, stage.when);
  stage.advice_first = (int32_t)model->advice_count;
  parse_advice(p, &stage);
  if (p->status != ENG_OK) return;
  status = eng__grow(p->memory, &stages, &model->stage_room, model->stage_count + 1,
                     sizeof *model->stages);
  model->stages = stages;
  if (status != ENG_OK) {
    eng__fail(p, status);
    return;
  }
  model->stages[model->stage_count++] = stage;
}

static void parse_shape(struct eng__parser *p)
{
  static const char *const shapes[] = {"ladder", "pyramid", "cycle", "mix", "classes"};

  for (int i = 0; i < 5; i++) {
    if (eng__take_name(p, shapes[i])) {
      p->model->shape = ENG_SHAPE_LADDER + i;
      return;
    }
  }
  eng__expected(p, "ladder, pyramid, cycle, mix or classes");
}

static int64_t need_number(struct eng__parser *p, const char *what)
{
  int64_t n = p->token.n;

  if (p->status == ENG_OK && (p->token.word != ENG__WORD_NUMBER || p->token.d != 1)) {
    eng__expected(p, what);
    return 0;
  }
  if (p->status == ENG_OK) eng__next_word(p);
  return n;
}

static void parse_head(struct eng__parser *p)
{
  eng_model *model = p->model;
  struct eng__token at, name;
  bool shape = false, revision = false;
  int64_t n;

  if (!eng__take_name(p, "language")) eng__expected(p, "'language 1'");
  at = p->token;
  n = need_number(p, "a version of the language");
  if (p->status == ENG_OK && n != 1) {
    eng__fail_at(p, &at, ENG_E_LANGUAGE, "this library knows language 1");
  }
  if (p->status == ENG_OK && !eng__take_name(p, "model")) eng__expected(p, "'model'");
  name = eng__declare(p, "the name of the model");
  if (p->status != ENG_OK) return;
  model->name = eng__keep(p, model->text + name.from, name.to - name.from);
  if (p->status == ENG_OK && p->token.word == ENG__WORD_TEXT) {
    model->title = eng__keep_text(p);
  }
  for (;;) {
    at = p->token;
    if (eng__take_name(p, "source")) {
      if (model->source != 0) eng__fail_at(p, &at, ENG_E_DUPLICATE, NULL);
      model->source = eng__keep_text(p);
    } else if (eng__take_name(p, "shape")) {
      if (shape) eng__fail_at(p, &at, ENG_E_DUPLICATE, NULL);
      shape = true;
      parse_shape(p);
    } else if (eng__take_name(p, "revision")) {
      if (revision) eng__fail_at(p, &at, ENG_E_DUPLICATE, NULL);
      revision = true;
      at = p->token;
      n = need_number(p, "a whole number");
      if (n > INT32_MAX) {
        eng__fail_at(p, &at, ENG_E_SYNTAX, "a revision is at most 2147483647");
        n = 0;
      }
      model->revision = (int32_t)n;
    } else {
      return;
    }
  }
}

static void unknown_statement(struct eng__parser *p)
{
  struct eng__guess guess = eng__new_guess(&p->token);

  if (p->token.word == ENG__WORD_NAME) {
    eng__consider_list(&guess, p->model->text + p->token.from, p->token.to - p->token.from,
                  statements);
  }
  if (guess.name != NULL) {
    eng__unknown_name(p, &p->token, "statement", &guess);
  } else {
    eng__expected(p, p->model->stage_count == 0 ? "param, let or stage"
                                           : "an operator, param, let or stage");
  }
}

static void parse_model(struct eng__parser *p)
{
  eng__next_word(p);
  (void)eng__keep(p, "", 0); /* offset 0 is the empty text */
  parse_head(p);
  while (p->status == ENG_OK && p->token.word != ENG__WORD_END) {
    if (eng__take_name(p, "param")) {
      parse_definition(p, true);
    } else if (eng__take_name(p, "let")) {
      parse_definition(p, false);
    } else if (eng__take_name(p, "stage")) {
      parse_stage(p);
    } else {
      unknown_statement(p);
    }
  }
  if (p->status == ENG_OK && p->model->stage_count == 0) {
    eng__expected(p, "at least one stage");
  }
}

eng_status eng__model_parse(eng_model *model, eng_error *error)
{
  struct eng__parser p;

  memset(&p, 0, sizeof p);
  p.model = model;
  p.memory = eng__memory(model->context);
  p.error = error;
  eng__lex_begin(&p.lexer, model->text, model->text_size);
  parse_model(&p);
  eng__free(p.memory, p.definitions, p.definition_room * sizeof *p.definitions);
  return p.status;
}
