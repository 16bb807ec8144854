/* SPDX-License-Identifier: MIT */
/*
 * print.c - a model back as text, in one form whatever its own was.
 *
 * What was parsed keeps numbers, not the names of params in windows nor the groups of
 * kinds, so printing goes over the words of the text once more and lays them out anew.
 * The text has been parsed, so it is not checked again. Only blanks, comments, needless
 * backslashes, `==`, units and the order of a measure's conditions differ afterwards:
 * the words that give terms stay, and so what is printed parses to the same terms.
 * Needs no memory; nesting is counted, not followed.
 */
#include "model/print.h"

#include <string.h>

#include <engagement/authoring.h>

#include "core/calendar.h"
#include "model/lex.h"

enum { LINE = 88 }; /* columns that an expression may reach before it is broken */

/* What can stand next in an expression. */
enum {
  A_CONDITION, /* an operand, and `not` is an operator */
  AN_OPERAND,
  AN_OPERATOR
};

struct printer {
  const eng_model *model;
  struct eng__lexer lexer;
  struct eng__token token; /* the next word */
  uint32_t to;             /* words from here on do not count */
  int expects;
  bool glued; /* no blank before what comes */
  bool mute;  /* words are passed over */
  size_t column;
  const char *break_at; /* the word that lines are broken before; NULL: none */
  eng__write_fn write;
  void *user;
  void (*name)(void *user, uint32_t from, uint32_t to); /* see eng__each_name */
};

/* ---- putting ---- */

static void put(struct printer *p, const char *text, size_t size)
{
  if (p->mute) return;
  if (p->write != NULL) p->write(p->user, text, size);
  p->column += size;
}

static void put_text(struct printer *p, const char *text)
{
  put(p, text, strlen(text));
}

static void new_line(struct printer *p, int indent)
{
  put(p, "\n", 1);
  p->column = 0;
  for (int i = 0; i < indent; i++) put(p, " ", 1);
  p->glued = true;
}

/* A word, with a blank before it unless it is glued to the last. */
static void put_word(struct printer *p, const char *text, size_t size)
{
  if (!p->glued) put(p, " ", 1);
  p->glued = false;
  put(p, text, size);
}

/* In quotes, with the backslashes that it needs. */
static void put_quoted(struct printer *p, const char *text, size_t size, bool escaped)
{
  put_word(p, "\"", 1);
  for (size_t i = 0; i < size; i++) {
    if (escaped && text[i] == '\\' && i + 1 < size) i++;
    if (text[i] == '"' || text[i] == '\\') put(p, "\\", 1);
    put(p, &text[i], 1);
  }
  put(p, "\"", 1);
}

/* ---- words of the text ---- */

static bool at_end(const struct printer *p)
{
  return p->token.word == ENG__WORD_END || p->token.from >= p->to;
}

static void next(struct printer *p) { eng__lex_next(&p->lexer, &p->token); }

static bool at_word(const struct printer *p, const char *name)
{
  size_t size = p->token.to - p->token.from;

  return !at_end(p) && strlen(name) == size &&
         memcmp(p->model->text + p->token.from, name, size) == 0;
}

static void put_token(struct printer *p)
{
  const char *text = p->model->text + p->token.from;
  size_t size = p->token.to - p->token.from;

  if (p->token.word == ENG__WORD_TEXT) {
    put_quoted(p, text + 1, size - 2, true);
  } else {
    put_word(p, text, size);
  }
  next(p);
}

static void put_glued(struct printer *p)
{
  p->glued = true;
  put_token(p);
}

/* Begins to read at a byte of the text. */
static void start(struct printer *p, const eng_model *model, uint32_t from, uint32_t to)
{
  memset(p, 0, sizeof *p);
  p->model = model;
  p->to = to;
  p->glued = true;
  /* What a host has set stands behind the model's own text. */
  eng__lex_begin(&p->lexer, model->text, to > model->text_size ? to : model->text_size);
  if (from > p->lexer.at) p->lexer.at = from; /* a byte order mark is passed over */
  next(p);
}

/* ---- expressions ---- */

static const char *unit_name(int64_t milliseconds, bool one)
{
  static const struct {
    int64_t milliseconds;
    const char *one, *many;
  } units[] = {{1, "ms", "ms"},
               {1000, "second", "seconds"},
               {60000, "minute", "minutes"},
               {3600000, "hour", "hours"},
               {86400000, "day", "days"},
               {604800000, "week", "weeks"}};

  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (units[i].milliseconds == milliseconds) {
      return one ? units[i].one : units[i].many;
    }
  }
  return "ms";
}

/* A number with what belongs to it: %, a unit or a currency. */
static void print_number(struct printer *p)
{
  struct eng__token number = p->token;
  int64_t unit;

  put_token(p);
  p->expects = AN_OPERATOR;
  if (at_end(p)) return;
  unit =
      eng__duration_unit(p->model->text + p->token.from, p->token.to - p->token.from);
  if (p->token.word == ENG__WORD_NAME && unit != 0) {
    const char *name = unit_name(unit, number.n == number.d);

    put_word(p, name, strlen(name));
    next(p);
  } else if (at_word(p, "%") || at_word(p, "base")) {
    put_token(p);
  } else if (p->token.word == ENG__WORD_NAME && p->model->text[p->token.from] >= 'A' &&
             p->model->text[p->token.from] <= 'Z') {
    put_token(p); /* no word of the language has capitals */
  }
}

/* Behind `last`: a number or a name, and days or weeks. */
static void print_periods(struct printer *p)
{
  struct eng__token name = p->token;

  if (name.word == ENG__WORD_NUMBER) {
    print_number(p);
    return;
  }
  put_token(p);
  if (!p->mute && p->name != NULL) p->name(p->user, name.from, name.to);
  put_text(p, at_word(p, "day") || at_word(p, "days") ? " days" : " weeks");
  next(p);
}

static void print_expression(struct printer *p);

static void print_kinds(struct printer *p)
{
  for (;;) {
    put_token(p);
    if (!at_word(p, ",")) return;
    put_glued(p);
  }
}

/* The conditions of a measure: those that begin with one word, others passed over. */
static void print_conditions_of(struct printer *p, const char *wanted, bool mute)
{
  while (!at_word(p, ")") && !at_end(p)) {
    bool where = at_word(p, "where"), last = at_word(p, "last");

    p->mute = mute || !at_word(p, wanted);
    put_token(p);
    p->expects = where ? A_CONDITION : AN_OPERAND;
    if (last) {
      print_periods(p);
    } else {
      print_expression(p);
    }
  }
  p->mute = mute;
}

/* Behind the name of a measure: its parentheses. */
static void print_measure(struct printer *p)
{
  static const char *const order[] = {"where", "within", "before", "last"};
  const char *break_at = p->break_at;
  bool mute = p->mute;

  p->break_at = NULL;
  put_glued(p);
  p->glued = true;
  print_kinds(p);
  if (at_word(p, "of")) {
    put_token(p);
    put_token(p);
  }
  for (int i = 0; i < 4; i++) {
    struct printer again = *p;

    print_conditions_of(&again, order[i], mute);
    if (i < 3) {
      p->column = again.column;
    } else {
      *p = again;
    }
  }
  put_glued(p);
  p->expects = AN_OPERATOR;
  p->break_at = break_at;
}

/* A name, or the parentheses of a measure or of `defined` that it begins. */
static void print_name(struct printer *p, int *depth)
{
  struct eng__token name = p->token;
  bool is_not = p->expects == A_CONDITION && at_word(p, "not");
  bool is_defined = at_word(p, "defined");

  put_token(p);
  if (is_not) return;
  if (!at_word(p, "(")) {
    if (!p->mute && p->name != NULL) p->name(p->user, name.from, name.to);
    p->expects = AN_OPERATOR;
  } else if (is_defined) {
    put_glued(p);
    p->glued = true;
    p->expects = A_CONDITION;
    (*depth)++;
  } else {
    print_measure(p);
  }
}

static void print_operand(struct printer *p, int *depth)
{
  switch (p->token.word) {
  case ENG__WORD_NUMBER: print_number(p); return;
  case ENG__WORD_NAME: print_name(p, depth); return;
  case ENG__WORD_TEXT:
    put_token(p);
    p->expects = AN_OPERATOR;
    return;
  default:
    if (at_word(p, "(")) {
      p->expects = A_CONDITION;
      (*depth)++;
    }
    put_token(p); /* ( or - */
    p->glued = true;
  }
}

/* False where the expression is at its end. */
static bool print_operator(struct printer *p, int *depth)
{
  bool logic = at_word(p, "and") || at_word(p, "or");

  if (at_word(p, ")")) {
    if ((*depth)-- == 0) return false;
    put_glued(p);
    return true;
  }
  if (p->token.word == ENG__WORD_NAME) {
    if (!logic && !at_word(p, "else")) return false;
    if (p->break_at != NULL && *depth == 0 && at_word(p, p->break_at)) new_line(p, 4);
    put_token(p);
  } else if (at_word(p, ",") || p->token.word != ENG__WORD_SIGN) {
    return false;
  } else if (at_word(p, "==")) {
    put_word(p, "=", 1);
    next(p);
  } else {
    put_token(p);
  }
  p->expects = logic ? A_CONDITION : AN_OPERAND;
  return true;
}

/* Up to what ends it: a parenthesis that it did not open, a comma, a word that is no
 * operator, or the end of what counts. */
static void print_expression(struct printer *p)
{
  int depth = 0;

  while (!at_end(p)) {
    if (p->expects != AN_OPERATOR) {
      print_operand(p, &depth);
    } else if (!print_operator(p, &depth)) {
      return;
    }
  }
}

/* One that credits points: [each or when expression] [up to expression] behind it. */
static void print_points(struct printer *p, void (*print)(struct printer *))
{
  p->expects = A_CONDITION;
  print(p);
  if (at_word(p, "each") || at_word(p, "when")) {
    put_token(p);
    p->expects = A_CONDITION;
    print(p);
  }
  if (at_word(p, "up")) {
    put_token(p);
    put_token(p);
    p->expects = AN_OPERAND;
    print(p);
  }
}

void eng__print_expression(const eng_model *model, uint32_t from, uint32_t to,
                           eng__write_fn write, void *user)
{
  struct printer p;

  start(&p, model, from, to);
  p.write = write;
  p.user = user;
  print_points(&p, print_expression);
}

void eng__each_name(const eng_model *model, uint32_t from, uint32_t to,
                    void (*name)(void *user, uint32_t from, uint32_t to), void *user)
{
  struct printer p;

  start(&p, model, from, to);
  p.name = name;
  p.user = user;
  print_points(&p, print_expression);
}

/* Whether the expression that is next has an `or` outside of all parentheses. Finds its
 * end in p. */
static bool has_or(struct printer *p)
{
  int depth = 0;
  bool found = false;

  p->mute = true;
  while (!at_end(p)) {
    if (p->expects != AN_OPERATOR) {
      print_operand(p, &depth);
    } else {
      found = found || (depth == 0 && at_word(p, "or"));
      if (!print_operator(p, &depth)) break;
    }
  }
  return found;
}

/* An expression that is broken before each `or`, or else `and`, where it is too long
 * for the line. */
static void print_broken(struct printer *p)
{
  struct printer probe = *p;

  p->expects = probe.expects = A_CONDITION;
  probe.write = NULL;
  print_expression(&probe);
  if (probe.column > LINE) {
    probe = *p;
    p->break_at = has_or(&probe) ? "or" : "and";
  }
  print_expression(p);
  p->break_at = NULL;
}

/* ---- statements ---- */

/* A title; one that is empty says nothing. */
static void print_title(struct printer *p)
{
  if (p->token.word != ENG__WORD_TEXT) return;
  if (p->token.to - p->token.from > 2) {
    put_token(p);
  } else {
    next(p);
  }
}

static void print_advice(struct printer *p)
{
  while (at_word(p, "advise")) {
    new_line(p, 2);
    put_token(p);
    put_token(p);
  }
}

/* NAME ["title"] [alias NAME] [when condition] {advise "text"} */
static void print_stage(struct printer *p)
{
  put_token(p);
  print_title(p);
  if (at_word(p, "alias")) {
    put_token(p);
    put_token(p);
  }
  new_line(p, 2);
  put_token(p);
  print_broken(p);
  print_advice(p);
}

/* axis {, axis} and each class. */
static void print_classes(struct printer *p)
{
  p->expects = A_CONDITION;
  print_expression(p);
  while (at_word(p, ",")) {
    put_glued(p);
    p->expects = A_CONDITION;
    print_expression(p);
  }
  while (at_word(p, "class")) {
    new_line(p, 2);
    put_token(p);
    put_token(p);
    print_title(p);
    put_token(p);
    while (at_word(p, ",")) {
      put_glued(p);
      put_token(p);
    }
    while (at_word(p, "advise")) {
      new_line(p, 4);
      put_token(p);
      put_token(p);
    }
  }
}

/* NAME ["title"] and each term. */
static void print_score(struct printer *p)
{
  put_token(p);
  print_title(p);
  while (at_word(p, "term")) {
    new_line(p, 2);
    put_token(p);
    put_token(p);
    print_title(p);
    print_points(p, print_broken);
  }
}

static bool same_name(const struct printer *p, const struct eng__token *token,
                      const char *name, size_t size)
{
  return token->to - token->from == size &&
         memcmp(p->model->text + token->from, name, size) == 0;
}

/* What a host has set in the place of a param's own value; NULL: nothing. */
static const struct eng__setting *find_setting(const struct printer *p,
                                               const struct eng__token *name)
{
  const eng_model *model = p->model;

  for (size_t i = 0; i < model->setting_count; i++) {
    const struct eng__setting *setting = &model->settings[i];

    if (same_name(p, name, model->text + setting->name_from,
                  setting->name_to - setting->name_from)) {
      return setting;
    }
  }
  return NULL;
}

static bool is_widened(const struct printer *p, const struct eng__token *name)
{
  const eng_model *model = p->model;

  for (size_t i = 0; i < model->param_count; i++) {
    const char *param = model->names + model->params[i].name;

    if (same_name(p, name, param, strlen(param))) return model->params[i].widened;
  }
  return false;
}

/* The value that was set, and not the text's own. A number in the place of a ratio is
 * printed as one. */
static void print_setting(struct printer *p, const struct eng__token *name,
                          const struct eng__setting *setting)
{
  bool widened = is_widened(p, name);
  struct printer value;

  put_text(p, widened ? " (" : " ");
  start(&value, p->model, setting->from, setting->to);
  value.write = p->write;
  value.user = p->user;
  print_expression(&value);
  if (widened) put_text(p, ") / 1");
  p->mute = true;
  p->expects = A_CONDITION;
  print_expression(p);
  p->mute = false;
}

/* NAME ["title"] = expression */
static void print_definition(struct printer *p, bool param)
{
  struct eng__token name = p->token;
  const struct eng__setting *setting = param ? find_setting(p, &name) : NULL;

  put_token(p);
  print_title(p);
  put_token(p);
  if (setting != NULL) {
    print_setting(p, &name, setting);
  } else {
    print_broken(p);
  }
}

/* Of one line each and alike: they stand together. */
static bool is_short(const struct printer *p)
{
  return at_word(p, "param") || at_word(p, "let") || at_word(p, "dimension");
}

static void print_statement(struct printer *p)
{
  bool definition = is_short(p), param = at_word(p, "param"),
       stage = at_word(p, "stage"), score = at_word(p, "score"),
       classes = at_word(p, "classes");

  put_token(p);
  if (definition) {
    print_definition(p, param);
  } else if (stage) {
    print_stage(p);
  } else if (score) {
    print_score(p);
  } else if (classes) {
    print_classes(p);
  } else {
    put_token(p); /* lap NAME */
  }
  new_line(p, 0);
}

static void print_statements(struct printer *p)
{
  char before = '\0'; /* letter of the definition before */

  while (!at_end(p)) {
    char letter = is_short(p) ? p->model->text[p->token.from] : '\0';

    if (letter != before || letter == '\0') new_line(p, 0);
    before = letter;
    print_statement(p);
  }
}

/* ---- the whole ---- */

static void print_line(struct printer *p, const char *word, const char *text)
{
  if (*text == '\0') return;
  new_line(p, 2);
  put_word(p, word, strlen(word));
  put_quoted(p, text, strlen(text), false);
}

const char *eng__shape_name(int32_t shape)
{
  static const char *const shapes[] = {"ladder", "pyramid", "cycle", "mix", "classes"};

  return shapes[shape - ENG_SHAPE_LADDER];
}

static void print_head(struct printer *p)
{
  const eng_model *model = p->model;
  char digits[12];
  size_t at = sizeof digits;

  put_text(p, "language 1\nmodel ");
  put_text(p, eng_model_name(model));
  p->glued = false;
  if (*eng_model_title(model) != '\0') {
    put_quoted(p, eng_model_title(model), strlen(eng_model_title(model)), false);
  }
  print_line(p, "source", eng_model_source(model));
  new_line(p, 2);
  put_text(p, "shape ");
  put_text(p, eng__shape_name(model->shape));
  if (model->revision > 0) {
    for (int32_t n = model->revision; n > 0; n /= 10)
      digits[--at] = (char)('0' + n % 10);
    new_line(p, 2);
    put_text(p, "revision ");
    put(p, digits + at, sizeof digits - at);
  }
  new_line(p, 0);
}

/* Passes over the head: its words are where statements have theirs. */
static void skip_head(struct printer *p)
{
  for (int i = 0; i < 4; i++) next(p); /* language 1 model NAME */
  if (p->token.word == ENG__WORD_TEXT) next(p);
  while (at_word(p, "source") || at_word(p, "shape") || at_word(p, "revision")) {
    next(p);
    next(p);
  }
}

static void print_condition(struct printer *p)
{
  new_line(p, 0);
  put_text(p, "stage match");
  new_line(p, 2);
  put_word(p, "when", 4);
  print_broken(p);
  new_line(p, 0);
}

struct buffer {
  char *bytes;
  size_t capacity, size;
};

static void fill(void *user, const char *text, size_t size)
{
  struct buffer *buffer = user;

  if (buffer->size < buffer->capacity) {
    size_t room = buffer->capacity - buffer->size;

    memcpy(buffer->bytes + buffer->size, text, size < room ? size : room);
  }
  buffer->size += size;
}

eng_status eng_model_print(const eng_model *model, char *buffer, size_t capacity,
                           size_t *size)
{
  struct buffer to = {buffer, capacity, 0};
  struct printer p;

  if (size == NULL) return ENG_E_INVALID;
  *size = 0;
  if (model == NULL || (buffer == NULL && capacity > 0)) return ENG_E_INVALID;
  if (model->host != NULL || model->question_to > 0) return ENG_E_UNSUPPORTED;
  start(&p, model, 0, (uint32_t)model->text_size);
  p.write = fill;
  p.user = &to;
  print_head(&p);
  if (model->bare) {
    print_condition(&p);
  } else {
    skip_head(&p);
    print_statements(&p);
  }
  *size = to.size;
  return to.size > capacity ? ENG_E_BUFFER : ENG_OK;
}
