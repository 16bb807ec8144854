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

static const char *const statements[] = {"param", "let", "dimension", "score", "term",
                                         "stage", "lap", "classes",   "class", NULL};
static const char *const reserved[] = {
    "language", "model", "source", "shape",   "revision",  "param",   "let",
    "stage",    "when",  "advise", "where",   "within",    "before",  "and",
    "or",       "not",   "else",   "defined", "any",       "all",     "inbound",
    "outbound", "none",  "of",     "last",    "dimension", "classes", "class",
    "lap",      "alias", "yes",    "no",      "score",     "term",    "each",
    "up",       "to",    NULL};

static bool is_one_of(const struct eng__parser *p, const struct eng__token *token,
                      const char *const *names)
{
  for (; *names != NULL; names++) {
    if (eng__token_is(p, token, *names)) return true;
  }
  return false;
}

bool eng__at_statement(const struct eng__parser *p)
{
  return is_one_of(p, &p->token, statements);
}

bool eng__is_reserved(const struct eng__parser *p, const struct eng__token *token)
{
  return is_one_of(p, token, reserved) || eng__find_measure(p, token) >= 0;
}

void eng__fail_reserved(struct eng__parser *p, const struct eng__token *token)
{
  eng__fail_at(p, token, ENG_E_SYNTAX, "this word belongs to the language");
}

static void fail_taken(struct eng__parser *p, const struct eng__token *token)
{
  eng__fail_at(p, token, ENG_E_DUPLICATE, "this name was given before");
}

/* A name is free if nothing of the language or of the model has it. */
void eng__check_free(struct eng__parser *p, const struct eng__token *token)
{
  if (p->status != ENG_OK) return;
  if (eng__is_reserved(p, token)) {
    eng__fail_reserved(p, token);
  } else if (eng__find_definition(p, token) != NULL || eng__find_stage(p, token) >= 0) {
    fail_taken(p, token);
  }
}

void eng__add_definition(struct eng__parser *p, const struct eng__token *name,
                         int32_t node, int what)
{
  eng_model *model = p->model;
  struct eng__definition definition = {name->from, name->to, node, (uint8_t)what};

  model->definitions = eng__make_room(p, model->definitions, model->definition_count,
                                      &model->definition_room, sizeof definition);
  if (p->status != ENG_OK) return;
  model->definitions[model->definition_count++] = definition;
}

/* param NAME = constant, or let NAME = expression; from behind the word. */
static void parse_definition(struct eng__parser *p, bool param)
{
  struct eng__token name =
      eng__declare(p, param ? "the name of a param" : "the name of a let");
  struct eng__token at;
  int32_t node;

  eng__check_free(p, &name);
  if (eng__is_filter_word(p, &name)) eng__fail_reserved(p, &name);
  eng__need_sign(p, "=");
  at = p->token;
  node = eng__parse_expression(p);
  if (param) node = eng__add_param(p, &name, &at, node);
  eng__add_definition(p, &name, node, param ? ENG__IS_PARAM : ENG__IS_LET);
}

/* dimension NAME ["title"] = number, from behind the word. */
static void parse_dimension(struct eng__parser *p)
{
  eng_model *model = p->model;
  struct eng__token name = eng__declare(p, "the name of a dimension"), at;
  struct eng__dimension dimension = {0, 0, 0};
  int type;

  eng__check_free(p, &name);
  if (p->status != ENG_OK) return;
  dimension.name = eng__keep(p, model->text + name.from, name.to - name.from);
  if (p->token.word == ENG__WORD_TEXT) dimension.title = eng__keep_text(p);
  eng__need_sign(p, "=");
  at = p->token;
  dimension.node = eng__parse_expression(p);
  if (p->status != ENG_OK) return;
  type = eng__type_of(p, dimension.node);
  if (type != ENG__TYPE_NUMBER && type != ENG__TYPE_RATIO &&
      type != ENG__TYPE_DURATION && type != ENG__TYPE_MONEY) {
    eng__mismatch(p, &at, "show as a dimension", type, 0);
  }
  model->dimensions = eng__make_room(p, model->dimensions, model->dimension_count,
                                     &model->dimension_room, sizeof *model->dimensions);
  if (p->status != ENG_OK) return;
  model->dimensions[model->dimension_count++] = dimension;
  eng__add_definition(p, &name, dimension.node, ENG__IS_DIMENSION);
}

static void parse_advice(struct eng__parser *p, struct eng__stage *stage)
{
  eng_model *model = p->model;

  stage->advice_first = (int32_t)model->advice_count;
  while (eng__take_name(p, "advise")) {
    uint32_t text = eng__keep_text(p);

    model->advices = eng__make_room(p, model->advices, model->advice_count,
                                    &model->advice_room, sizeof *model->advices);
    if (p->status != ENG_OK) return;
    model->advices[model->advice_count++] = text;
    stage->advice_count++;
  }
}

/* The name and title of a stage or class. */
static void begin_stage(struct eng__parser *p, const char *what,
                        struct eng__stage *stage)
{
  eng_model *model = p->model;
  struct eng__token name = eng__declare(p, what);

  memset(stage, 0, sizeof *stage);
  eng__check_free(p, &name);
  if (p->status != ENG_OK) return;
  if (model->stage_count == eng__limit(model->context, ENG_LIMIT_STAGES)) {
    eng__fail_at(p, &name, ENG_E_LIMIT, "too many stages");
    return;
  }
  stage->from = name.from;
  stage->name = eng__keep(p, model->text + name.from, name.to - name.from);
  if (p->token.word == ENG__WORD_TEXT) stage->title = eng__keep_text(p);
}

static void end_stage(struct eng__parser *p, struct eng__stage *stage)
{
  eng_model *model = p->model;

  parse_advice(p, stage);
  model->stages = eng__make_room(p, model->stages, model->stage_count,
                                 &model->stage_room, sizeof *model->stages);
  if (p->status == ENG_OK) model->stages[model->stage_count++] = *stage;
}

static void fail_mixture(struct eng__parser *p, const struct eng__token *at)
{
  eng__fail_at(p, at, ENG_E_SYNTAX,
               "a model has either stages or one table of classes");
}

/* alias NAME, from behind the word: a name that nothing has, the stage itself included,
 * which is not declared yet. */
static void parse_alias(struct eng__parser *p, struct eng__stage *stage)
{
  struct eng__token alias = eng__declare(p, "another name of the stage");

  eng__check_free(p, &alias);
  if (p->status == ENG_OK && eng__token_is(p, &alias, p->model->names + stage->name)) {
    fail_taken(p, &alias);
  }
  if (p->status == ENG_OK) {
    stage->alias = eng__keep(p, p->model->text + alias.from, alias.to - alias.from);
  }
}

/* stage NAME ["title"] [alias NAME] when condition {advise "text"}; `word` is `stage`
 */
static void parse_stage(struct eng__parser *p, const struct eng__token *word)
{
  struct eng__token at;
  struct eng__stage stage;

  if (p->has_classes) fail_mixture(p, word);
  begin_stage(p, "the name of a stage", &stage);
  if (eng__take_name(p, "alias")) parse_alias(p, &stage);
  if (p->status == ENG_OK && !eng__take_name(p, "when")) eng__expected(p, "'when'");
  at = p->token;
  stage.when = eng__parse_expression(p);
  eng__need_condition(p, &at, stage.when);
  end_stage(p, &stage);
}

/* ---- classes ---- */

/* Whether an axis is true, or is not: not being known counts as not. */
static int32_t axis_is(struct eng__parser *p, int32_t axis, bool yes)
{
  uint32_t from = eng__term_at(p, axis)->from, to = eng__term_at(p, axis)->to;
  int32_t no, known;

  if (yes) return axis;
  no = eng__add_constant(p, ENG__TYPE_BOOLEAN, 0, 1, from, to);
  known = eng__add_term(p, ENG__OP_ELSE, ENG__TYPE_BOOLEAN, axis, no, from, to);
  return eng__add_term(p, ENG__OP_NOT, ENG__TYPE_BOOLEAN, known, 0, from, to);
}

/* class NAME ["title"] yes|no {, yes|no} {advise "text"}; its corner of the table. */
static unsigned parse_class(struct eng__parser *p)
{
  const int32_t *axes = p->model->axes;
  int count = p->model->axis_count;
  struct eng__stage stage;
  unsigned corner = 0;

  begin_stage(p, "the name of a class", &stage);
  for (int i = 0; i < count && p->status == ENG_OK; i++) {
    bool yes;
    int32_t is;

    if (i > 0) eng__need_sign(p, ",");
    yes = eng__take_name(p, "yes");
    if (!yes && !eng__take_name(p, "no")) eng__expected(p, "yes or no for each axis");
    if (p->status != ENG_OK) break;
    corner |= (unsigned)yes << i;
    is = axis_is(p, axes[i], yes);
    if (p->status != ENG_OK) break;
    stage.when = i == 0 ? is
                        : eng__add_term(p, ENG__OP_AND, ENG__TYPE_BOOLEAN, stage.when,
                                        is, eng__term_at(p, stage.when)->from,
                                        eng__term_at(p, is)->to);
  }
  if (eng__at_sign(p, ",")) eng__expected(p, "one answer for each axis");
  stage.answers = corner;
  end_stage(p, &stage);
  return corner;
}

/* classes axis {, axis} and then a class for every corner of the table; `word` is
 * `classes`. */
static void parse_classes(struct eng__parser *p, const struct eng__token *word)
{
  int32_t *axes = p->model->axes;
  unsigned corners = 0;
  int count = 0;

  if (p->model->stage_count > 0) fail_mixture(p, word);
  p->has_classes = true;
  do {
    struct eng__token axis = p->token;

    if (count == ENG__AXES_MAX) eng__fail_at(p, &axis, ENG_E_LIMIT, "at most 4 axes");
    if (p->status != ENG_OK) return;
    axes[count] = eng__parse_expression(p);
    eng__need_condition(p, &axis, axes[count++]);
    p->model->axis_count = count;
  } while (eng__take_sign(p, ","));
  while (eng__at_name(p, "class")) {
    struct eng__token class_at = p->token;
    unsigned corner;

    eng__next_word(p);
    corner = parse_class(p);
    if (p->status == ENG_OK && (corners & 1u << corner)) {
      eng__fail_at(p, &class_at, ENG_E_DUPLICATE, "these answers have a class already");
    }
    corners |= 1u << corner;
  }
  if (p->status == ENG_OK && corners != (1u << (1u << count)) - 1u) {
    eng__expected(p, "a class for every combination of answers");
  }
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

/* lap STAGE, which was declared; from behind the word. */
static void parse_lap(struct eng__parser *p)
{
  struct eng__token at = p->token;
  int32_t stage = eng__find_stage(p, &at);

  if (p->model->lap != 0) eng__fail_at(p, &at, ENG_E_DUPLICATE, NULL);
  if (stage < 0) {
    eng__expected(p, "a stage that was declared");
    return;
  }
  p->model->lap = stage + 1;
  eng__next_word(p);
}

void eng__refuse_misplaced(struct eng__parser *p)
{
  static const char *const inside[] = {"where", "within", "before", "last", NULL};
  static const char *const head[] = {"source", "shape", "revision", NULL};
  struct eng__phrase phrase = {"'", 1};

  if (p->status != ENG_OK) return;
  eng__say(&phrase, p->model->text + p->token.from, p->token.to - p->token.from);
  if (is_one_of(p, &p->token, inside)) {
    eng__say_text(&phrase,
                  "' stands in the parentheses of a measure, behind its kinds");
  } else if (is_one_of(p, &p->token, head)) {
    eng__say_text(&phrase, "' stands in the head, before all other statements");
  } else {
    return;
  }
  eng__fail_at(p, &p->token, ENG_E_SYNTAX, phrase.text);
}

/* What can follow the last statement, which began with `last`. */
static const char *what_follows(const struct eng__parser *p,
                                const struct eng__token *last)
{
  if (eng__token_is(p, last, "language")) {
    return "source, shape, revision, param, let, dimension, score, stage or classes";
  }
  if (eng__token_is(p, last, "score")) {
    return "an operator, 'up to', term, param, let, dimension, score, stage or classes";
  }
  if (eng__token_is(p, last, "stage")) {
    return "an operator, advise, param, let, dimension, score or stage";
  }
  return p->model->stage_count == 0
             ? "an operator, param, let, dimension, score, stage or classes"
             : "an operator, param, let, dimension, score or stage";
}

static void unknown_statement(struct eng__parser *p, const struct eng__token *last)
{
  static const char *const head[] = {"source", "shape", "revision", NULL};
  struct eng__guess guess = eng__new_guess(&p->token);

  if (eng__at_name(p, "class")) {
    eng__fail_at(p, &p->token, ENG_E_SYNTAX,
                 "a class stands directly behind `classes`");
    return;
  }
  if (eng__at_name(p, "term")) {
    eng__fail_at(p, &p->token, ENG_E_SYNTAX, "a term stands directly in a score");
    return;
  }
  eng__refuse_misplaced(p);
  if (p->token.word == ENG__WORD_NAME) {
    eng__consider_list(&guess, p->model->text + p->token.from,
                       p->token.to - p->token.from, statements);
    if (eng__token_is(p, last, "language")) {
      eng__consider_list(&guess, p->model->text + p->token.from,
                         p->token.to - p->token.from, head);
    }
  }
  if (guess.name != NULL) {
    eng__unknown_name(p, &p->token, "statement", &guess);
  } else {
    eng__expected(p, what_follows(p, last));
  }
}

static void parse_model(struct eng__parser *p)
{
  struct eng__token last;

  eng__next_word(p);
  last = p->token;
  (void)eng__keep(p, "", 0); /* offset 0 is the empty text */
  parse_head(p);
  while (p->status == ENG_OK && p->token.word != ENG__WORD_END) {
    struct eng__token word = p->token;

    if (eng__take_name(p, "param")) {
      parse_definition(p, true);
    } else if (eng__take_name(p, "let")) {
      parse_definition(p, false);
    } else if (eng__take_name(p, "dimension")) {
      parse_dimension(p);
    } else if (eng__take_name(p, "score")) {
      eng__parse_score(p);
    } else if (eng__take_name(p, "stage")) {
      parse_stage(p, &word);
    } else if (eng__take_name(p, "classes")) {
      parse_classes(p, &word);
    } else if (eng__take_name(p, "lap")) {
      parse_lap(p);
    } else {
      unknown_statement(p, &last);
    }
    last = word;
  }
  if (p->status == ENG_OK && p->model->stage_count == 0) {
    eng__expected(p, "at least one stage");
  }
}

static void parse_bare(struct eng__parser *p)
{
  struct eng__stage stage = {0};
  struct eng__token at;

  eng__next_word(p);
  (void)eng__keep(p, "", 0); /* offset 0 is the empty text */
  p->model->name = eng__keep(p, "condition", 9);
  stage.name = eng__keep(p, "match", 5);
  at = p->token;
  stage.when = eng__parse_expression(p);
  eng__need_condition(p, &at, stage.when);
  if (p->status == ENG_OK && p->token.word != ENG__WORD_END) {
    eng__refuse_misplaced(p);
    eng__expected(p, "an operator or the end of the condition");
  }
  end_stage(p, &stage);
}

static void parse_events(struct eng__parser *p)
{
  eng__next_word(p);
  (void)eng__keep(p, "", 0); /* offset 0 is the empty text */
  eng__read_events(p);
}

eng_status eng__model_parse(eng_model *model, const eng_model *base, size_t set,
                            eng_error *error)
{
  uint32_t own = (uint32_t)model->text_size + 1, end = (uint32_t)model->text_room - 1;
  struct eng__parser p;

  memset(&p, 0, sizeof p);
  p.model = model;
  p.memory = eng__memory(model->context);
  p.error = error;
  if (model->question_to > 0) {
    eng__read_settings(&p, model->question_to + 1, end, NULL);
  } else if (base != NULL) {
    eng__read_settings(&p, own, own + (uint32_t)set, base);
    eng__read_settings(&p, own + (uint32_t)set, end, NULL);
  }
  eng__lex_begin(&p.lexer, model->text, model->text_size);
  if (model->bare) {
    parse_bare(&p);
  } else if (model->events) {
    parse_events(&p);
  } else {
    parse_model(&p);
    if (model->question_to > 0) eng__parse_question(&p);
  }
  if (p.status == ENG_OK) p.status = eng__model_sign(model);
  return p.status;
}
