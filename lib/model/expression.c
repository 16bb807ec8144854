/* SPDX-License-Identifier: MIT */
/*
 * expression.c - expressions, from `or` down to a number, checked as they are read.
 *
 * Nesting is bounded by ENG_LIMIT_DEPTH; what an operator gives is decided by the types
 * of its operands, and where they do not fit the error says both.
 */
#include "model/parser.h"

#include <string.h>

#include <engagement/calendar.h>
#include <engagement/money.h>

#include "core/calendar.h"
#include "core/memory.h"
#include "core/status.h"
#include "model/fraction.h"

/* ---- expressions ---- */

static int32_t parse_sum(struct eng__parser *p);

static bool is_scalar(int type)
{
  return type == ENG__TYPE_NUMBER || type == ENG__TYPE_RATIO;
}

/* A constant, a duration: what windows are made of. */
static int64_t window_duration(struct eng__parser *p)
{
  struct eng__token at = p->token;
  int32_t node = parse_sum(p);
  const struct eng__term *constant;

  if (p->status != ENG_OK) return 0;
  constant = eng__resolved_term(p, node);
  if (constant->op != ENG__OP_CONSTANT || constant->type != ENG__TYPE_DURATION ||
      constant->d != 1 || constant->n <= 0 || constant->n > ENG_TIME_MAX) {
    eng__fail_at(p, &at, ENG_E_TYPE,
                 "a window is a constant duration above 0, such as 30 days or a param");
    return 0;
  }
  return constant->n;
}

enum { MEASURES_MAX = 256 }; /* of a model: an event may enter all of them */

static bool same_measure(const struct eng__measure *a, const struct eng__measure *b)
{
  return a->op == b->op && memcmp(&a->kinds, &b->kinds, sizeof a->kinds) == 0 &&
         a->where < 0 && b->where < 0 && a->within == b->within &&
         a->before == b->before && a->of == b->of && a->period == b->period &&
         a->periods == b->periods;
}

static int32_t add_measure(struct eng__parser *p, const struct eng__measure *measure)
{
  eng_model *model = p->model;
  void *measures = model->measures;
  eng_status status;

  for (size_t i = 0; i < model->measure_count; i++) {
    if (same_measure(&model->measures[i], measure)) return (int32_t)i;
  }
  if (model->measure_count == MEASURES_MAX) {
    eng__fail_at(p, &p->token, ENG_E_LIMIT, "too many measures");
    return 0;
  }
  status = eng__grow(p->memory, &measures, &model->measure_room,
                     model->measure_count + 1, sizeof *model->measures);
  model->measures = measures;
  if (status != ENG_OK) {
    eng__fail(p, status);
    return 0;
  }
  model->measures[model->measure_count] = *measure;
  return (int32_t)model->measure_count++;
}

/* What a measure may or must say besides its kinds. */
enum { TAKES_OF = 1, TAKES_WINDOWS = 2, NEEDS_WHERE = 4, NEEDS_LAST = 8 };

static const struct {
  const char *name;
  uint8_t op, type, says; /* type 0: that of the field it is about */
} measures[] = {
    {"count", ENG__MEASURE_COUNT, ENG__TYPE_NUMBER, TAKES_WINDOWS},
    {"days", ENG__MEASURE_DAYS, ENG__TYPE_NUMBER, TAKES_WINDOWS},
    {"sum", ENG__MEASURE_SUM, 0, TAKES_WINDOWS | TAKES_OF},
    {"mean", ENG__MEASURE_MEAN, 0, TAKES_WINDOWS | TAKES_OF},
    {"min", ENG__MEASURE_MIN, 0, TAKES_WINDOWS | TAKES_OF},
    {"max", ENG__MEASURE_MAX, 0, TAKES_WINDOWS | TAKES_OF},
    {"share", ENG__MEASURE_SHARE, ENG__TYPE_RATIO, TAKES_WINDOWS | NEEDS_WHERE},
    {"recency", ENG__MEASURE_RECENCY, ENG__TYPE_AGE, TAKES_WINDOWS},
    {"tenure", ENG__MEASURE_TENURE, ENG__TYPE_AGE, TAKES_WINDOWS},
    {"gap", ENG__MEASURE_GAP, ENG__TYPE_DURATION, TAKES_WINDOWS},
    {"channels", ENG__MEASURE_CHANNELS, ENG__TYPE_NUMBER, TAKES_WINDOWS},
    {"actors", ENG__MEASURE_ACTORS, ENG__TYPE_NUMBER, TAKES_WINDOWS},
    {"streak", ENG__MEASURE_STREAK, ENG__TYPE_NUMBER, NEEDS_LAST},
};

enum { MEASURES = sizeof measures / sizeof measures[0], PERIODS_MAX = 10000 };

/* Whether a word is the name of a measure. */
bool eng__is_measure(const struct eng__parser *p, const struct eng__token *token)
{
  for (int i = 0; i < MEASURES; i++) {
    if (eng__token_is(p, token, measures[i].name)) return true;
  }
  return false;
}

static void read_where(struct eng__parser *p, struct eng__measure *measure)
{
  struct eng__token at = p->token;

  if (!eng__take_name(p, "where")) return;
  p->in_where = true;
  measure->where = eng__parse_expression(p);
  p->in_where = false;
  if (p->status == ENG_OK && eng__type_of(p, measure->where) != ENG__TYPE_BOOLEAN) {
    eng__fail_at(p, &at, ENG_E_TYPE,
                 "`where` takes a condition, such as channel = web");
  }
}

static void read_window(struct eng__parser *p, const char *name, int64_t none,
                        int64_t *window)
{
  struct eng__token at = p->token;

  if (!eng__take_name(p, name)) return;
  if (*window != none) {
    eng__fail_at(p, &at, ENG_E_DUPLICATE, "a measure has each of its windows once");
  }
  *window = window_duration(p);
}

/* `where`, `within` and `before`, each at most once, in any order. */
static void read_conditions(struct eng__parser *p, struct eng__measure *measure,
                            bool windows)
{
  struct eng__token at = p->token;

  while (p->status == ENG_OK) {
    if (eng__at_name(p, "where")) {
      if (measure->where >= 0) {
        eng__fail_at(p, &p->token, ENG_E_DUPLICATE,
                     "a measure has one `where`: use and");
      }
      read_where(p, measure);
    } else if (windows && eng__at_name(p, "within")) {
      read_window(p, "within", -1, &measure->within);
    } else if (windows && eng__at_name(p, "before")) {
      read_window(p, "before", 0, &measure->before);
    } else {
      break;
    }
  }
  if (p->status == ENG_OK && measure->within >= 0 &&
      measure->within <= measure->before) {
    eng__fail_at(p, &at, ENG_E_TYPE,
                 "nothing lies within this window and before that one");
  }
}

/* `of FIELD`: what sum, mean, min and max are about; amounts if it is not said. */
static int read_of(struct eng__parser *p, struct eng__measure *measure)
{
  struct eng__token token;
  int type = ENG__TYPE_MONEY;

  measure->of = ENG__FIELD_AMOUNT;
  if (eng__take_name(p, "of")) {
    token = p->token;
    if (token.word != ENG__WORD_NAME)
      eng__expected(p, "amount, value, rating or valence");
    if (p->status == ENG_OK) eng__next_word(p);
    measure->of = (uint8_t)eng__find_number_field(p, &token, &type);
  }
  if (p->status == ENG_OK && type == ENG__TYPE_MONEY &&
      eng_context_currency(p->model->context) == 0 && !p->model->built_in) {
    eng__fail_at(p, &p->token, ENG_E_TYPE,
                 "measures of money need a base currency in the settings");
  }
  if (measure->op == ENG__MEASURE_MEAN && type == ENG__TYPE_NUMBER)
    return ENG__TYPE_RATIO;
  return type;
}

/* How many periods: a number as it is, or a name that is one; 0 if it is none. An
 * expression would take the unit behind it for its own. */
static int64_t number_of_periods(struct eng__parser *p)
{
  const struct eng__definition *definition = NULL;
  const struct eng__term *constant;
  int64_t periods;

  if (p->token.word == ENG__WORD_NUMBER) return p->token.d == 1 ? p->token.n : 0;
  if (p->token.word == ENG__WORD_NAME) definition = eng__find_definition(p, &p->token);
  if (definition == NULL) return 0;
  constant = eng__resolved_term(p, definition->node);
  if (constant->op != ENG__OP_CONSTANT || constant->type != ENG__TYPE_NUMBER) return 0;
  periods = constant->n;
  /* For whoever asks which names are used. The terms may move: constant ends here. */
  (void)eng__add_term(p, ENG__OP_LET, ENG__TYPE_NUMBER, definition->node, 0,
                      p->token.from, p->token.to);
  return periods;
}

/* `last N days` or `last N weeks`. */
static void read_last(struct eng__parser *p, struct eng__measure *measure)
{
  int64_t periods;

  if (!eng__take_name(p, "last")) {
    eng__expected(p, "'last' and a number of days or weeks");
    return;
  }
  periods = number_of_periods(p);
  if (periods < 1 || periods > PERIODS_MAX) {
    eng__expected(p, "a whole number or param from 1 to 10000, and days or weeks");
    return;
  }
  measure->periods = (int32_t)periods;
  eng__next_word(p);
  if (eng__take_name(p, "days") || eng__take_name(p, "day")) {
    measure->period = ENG__PERIOD_DAY;
  } else if (eng__take_name(p, "weeks") || eng__take_name(p, "week")) {
    measure->period = ENG__PERIOD_WEEK;
  } else {
    eng__expected(p, "days or weeks");
  }
}

/* NAME ( kinds [of f] [where c] [within d] [before d] [last n] ), from behind NAME. */
static int32_t read_measure(struct eng__parser *p, int which, uint32_t from)
{
  int says = measures[which].says, type = measures[which].type;
  struct eng__measure measure;
  uint32_t to;
  int32_t index;

  memset(&measure, 0, sizeof measure);
  measure.op = measures[which].op;
  measure.where = -1;
  measure.within = -1;
  eng__need_sign(p, "(");
  do {
    eng__read_kind(p, &measure.kinds);
  } while (eng__take_sign(p, ","));
  if (says & TAKES_OF) type = read_of(p, &measure);
  read_conditions(p, &measure, says & TAKES_WINDOWS);
  if ((says & NEEDS_WHERE) && measure.where < 0 && p->status == ENG_OK) {
    eng__expected(p, "'where': the condition that a share is about");
  }
  if (says & NEEDS_LAST) read_last(p, &measure);
  to = p->token.to;
  if (p->status == ENG_OK && !eng__at_sign(p, ")")) {
    eng__expected(p, says & NEEDS_LAST
                         ? "')'"
                         : "',' and a kind, 'where', 'within', 'before' or ')'");
  }
  eng__need_sign(p, ")");
  if (p->status != ENG_OK) return 0;
  index = add_measure(p, &measure);
  return eng__add_term(p, ENG__OP_MEASURE, type, index, 0, from, to);
}

/* ---- names in expressions ---- */

static const char *const word_names[] = {"not", "and", "or", "else", "defined", NULL};

/* Whether a name is given behind here. */
static bool is_declared_below(const struct eng__parser *p,
                              const struct eng__token *token)
{
  static const char *const declaring[] = {"param", "let",   "dimension", "score",
                                          "stage", "alias", "class",     NULL};
  size_t size = token->to - token->from;
  struct eng__lexer lexer = p->lexer;
  struct eng__token word = p->token;
  bool declares = false;

  if (p->in_setting) return false;
  for (; word.word != ENG__WORD_END; eng__lex_next(&lexer, &word)) {
    if (declares && word.to - word.from == size &&
        memcmp(lexer.text + word.from, lexer.text + token->from, size) == 0) {
      return true;
    }
    declares = false;
    for (int i = 0; declaring[i] != NULL; i++) {
      declares = declares || eng__token_is(p, &word, declaring[i]);
    }
  }
  return false;
}

/* A word that is known, but stands for nothing here: what it is. */
static bool fail_known(struct eng__parser *p, const struct eng__token *token)
{
  const char *text = p->model->text + token->from;
  size_t size = token->to - token->from > 40 ? 40 : token->to - token->from;
  struct eng__phrase phrase = {"", 0};
  eng_status status = ENG_E_NAME;

  if (eng__is_measure(p, token)) {
    eng__say_text(&phrase, "a measure says of what: ");
    eng__say(&phrase, text, size);
    eng__say_text(&phrase, "(visit), for example");
  } else if (eng__names_events(p, token)) {
    eng__say_text(&phrase, "'");
    eng__say(&phrase, text, size);
    eng__say_text(&phrase, "' names events: say how they are measured, such as count(");
    eng__say(&phrase, text, size);
    eng__say_text(&phrase, ") >= 1");
  } else if (eng__is_reserved(p, token)) {
    status = ENG_E_SYNTAX;
    eng__say_text(&phrase, "expected a number, a measure, a name or '(', found '");
    eng__say(&phrase, text, size);
    eng__say_text(&phrase, "'");
  } else if (is_declared_below(p, token)) {
    eng__say_text(&phrase, "'");
    eng__say(&phrase, text, size);
    eng__say_text(&phrase, "' is declared further down: a name is used behind that");
  } else {
    return false;
  }
  eng__fail_at(p, token, status, phrase.text);
  return true;
}

static void unknown_in_expression(struct eng__parser *p, const struct eng__token *token)
{
  const eng_model *model = p->model;
  const char *text = model->text + token->from;
  size_t size = token->to - token->from;
  struct eng__guess guess = eng__new_guess(token);

  if (eng__token_is(p, token, "true") || eng__token_is(p, token, "false")) {
    eng__fail_at(p, token, ENG_E_NAME,
                 "the language has no true and false: a condition compares something, "
                 "such as count(visit) >= 1");
    return;
  }
  if (!p->in_where && fail_known(p, token)) return;
  eng__consider_list(&guess, text, size, word_names);
  for (int i = 0; i < MEASURES; i++) {
    eng__consider(&guess, text, size, measures[i].name, strlen(measures[i].name));
  }
  if (p->in_where) eng__consider_fields(&guess, text, size);
  for (size_t i = 0; i < model->definition_count; i++) {
    const struct eng__definition *d = &model->definitions[i];

    eng__consider(&guess, text, size, model->text + d->from, d->to - d->from);
  }
  for (size_t i = 0; i < model->stage_count; i++) {
    const char *name = model->names + model->stages[i].name;
    const char *alias = model->names + model->stages[i].alias;

    eng__consider(&guess, text, size, name, strlen(name));
    if (*alias != '\0') eng__consider(&guess, text, size, alias, strlen(alias));
  }
  eng__unknown_name(p, token,
                    p->in_where ? "field, value or definition"
                                : "measure, param, let or earlier stage",
                    &guess);
}

static int32_t parse_name(struct eng__parser *p)
{
  struct eng__token token = p->token;
  const struct eng__definition *definition;
  int32_t found;

  eng__next_word(p);
  if (p->in_where) {
    found = eng__read_field(p, &token);
    if (found >= 0) return found;
  }
  for (int i = 0; i < MEASURES; i++) {
    if (eng__token_is(p, &token, measures[i].name) && eng__at_sign(p, "(")) {
      if (p->in_where) {
        eng__fail_at(p, &token, ENG_E_TYPE,
                     "`where` looks at one event: no measures in it");
        return 0;
      }
      return read_measure(p, i, token.from);
    }
  }
  definition = eng__find_definition(p, &token);
  if (definition != NULL) {
    if (p->in_where &&
        eng__resolved_term(p, definition->node)->op != ENG__OP_CONSTANT) {
      eng__fail_at(p, &token, ENG_E_TYPE,
                   "`where` looks at one event: only constants here");
      return 0;
    }
    return eng__add_term(p, ENG__OP_LET, eng__type_of(p, definition->node),
                         definition->node, 0, token.from, token.to);
  }
  found = eng__find_stage(p, &token);
  if (found >= 0 && !p->in_where) {
    return eng__add_term(p, ENG__OP_STAGE, ENG__TYPE_BOOLEAN, found, 0, token.from,
                         token.to);
  }
  unknown_in_expression(p, &token);
  return 0;
}

/* ---- literals ---- */

/* In lowest terms, as all fractions are: 100 % is a whole number. */
static int32_t add_ratio(struct eng__parser *p, int64_t n, int64_t d, uint32_t from,
                         uint32_t to)
{
  struct eng__fraction a = {n, 1}, b = {d, 1}, value = {0, 1};

  (void)eng__fraction_divide(a, b, &value); /* at most 17 digits each */
  return eng__add_constant(p, ENG__TYPE_RATIO, value.n, value.d, from, to);
}

static bool is_capitals(const char *text, size_t size)
{
  for (size_t i = 0; i < size; i++) {
    if (text[i] < 'A' || text[i] > 'Z') return false;
  }
  return true;
}

/* N base: money of the base currency, whichever it is. A built-in model that has none
 * to go by measures no money, so that any unit does. */
static int32_t parse_base(struct eng__parser *p, const struct eng__token *number)
{
  int32_t currency = eng_context_currency(p->model->context);
  uint32_t to = p->token.to;
  int64_t minor = number->n;

  if (currency == 0 && !p->model->built_in) {
    eng__fail_at(p, &p->token, ENG_E_TYPE, "the settings have no base currency");
  } else if (currency != 0 &&
             eng_money_parse(p->model->text + number->from, number->to - number->from,
                             currency, &minor) != ENG_OK) {
    eng__fail_at(p, number, ENG_E_SYNTAX, "more decimals than the currency has");
  }
  if (p->status != ENG_OK) return 0;
  eng__next_word(p);
  return eng__add_constant(p, ENG__TYPE_MONEY, minor, 1, number->from, to);
}

/* Money of another currency than sums are in: what to write instead. */
static void fail_currency(struct eng__parser *p)
{
  bool has_base = eng_context_currency(p->model->context) != 0;

  eng__fail_at(p, &p->token, ENG_E_TYPE,
               has_base ? "not the base currency of the settings; 'base' is money of "
                          "whichever that is"
                        : "the settings have no base currency");
}

/* What people write for a duration and the language does not have. */
static bool is_calendar_unit(const char *text, size_t size)
{
  static const char *const units[] = {"month", "months", "year", "years"};

  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (size == strlen(units[i]) && memcmp(text, units[i], size) == 0) return true;
  }
  return false;
}

static int32_t parse_number(struct eng__parser *p)
{
  struct eng__token number = p->token;
  struct eng__fraction value;
  const char *text;
  size_t size;
  int64_t unit;
  int32_t currency;

  eng__next_word(p);
  text = p->model->text + p->token.from;
  size = p->token.to - p->token.from;
  if (eng__take_sign(p, "%")) {
    return add_ratio(p, number.n, number.d * 100, number.from, p->token.from);
  }
  if (p->token.word == ENG__WORD_NAME) {
    unit = eng__duration_unit(text, size);
    if (unit != 0) {
      struct eng__fraction a = {number.n, number.d}, b = {unit, 1};
      uint32_t to = p->token.to;

      if (!eng__fraction_multiply(a, b, &value) || value.d != 1 ||
          value.n > ENG_TIME_MAX) {
        eng__fail_at(p, &number, ENG_E_SYNTAX,
                     number.n / number.d >= ENG_TIME_MAX / unit
                         ? "a duration ends with the year 9999 at the latest"
                         : "a duration is a whole number of milliseconds");
        return 0;
      }
      eng__next_word(p);
      return eng__add_constant(p, ENG__TYPE_DURATION, value.n, 1, number.from, to);
    }
    if (is_calendar_unit(text, size)) {
      eng__fail_at(p, &p->token, ENG_E_SYNTAX,
                   "months and years have no one length: write days or weeks, such as "
                   "90 days");
      return 0;
    }
    if (size == 4 && memcmp(text, "base", 4) == 0) return parse_base(p, &number);
    if (size == 3 && eng_currency_number(text, 3, &currency) == ENG_OK) {
      uint32_t to = p->token.to;
      int64_t minor;

      if (!is_capitals(text, 3)) {
        eng__fail_at(p, &p->token, ENG_E_SYNTAX,
                     "a currency is three capitals, such as EUR");
        return 0;
      }
      if (currency != eng_context_currency(p->model->context)) {
        fail_currency(p);
        return 0;
      }
      if (eng_money_parse(p->model->text + number.from, number.to - number.from,
                          currency, &minor) != ENG_OK) {
        eng__fail_at(p, &number, ENG_E_SYNTAX, "more decimals than the currency has");
        return 0;
      }
      eng__next_word(p);
      return eng__add_constant(p, ENG__TYPE_MONEY, minor, 1, number.from, to);
    }
  }
  if (number.d == 1) {
    return eng__add_constant(p, ENG__TYPE_NUMBER, number.n, 1, number.from, number.to);
  }
  return add_ratio(p, number.n, number.d, number.from, number.to);
}

static int32_t parse_text(struct eng__parser *p)
{
  struct eng__token token = p->token;
  size_t names_size = p->model->names_size;
  uint64_t hash;
  uint32_t at;

  if (!p->in_where) {
    eng__expected(p, "a number, a measure, a name or '('");
    return 0;
  }
  /* Kept for as long as it takes to hash it without its backslashes. */
  at = eng__keep_text(p);
  if (p->status != ENG_OK) return 0;
  hash = eng_hash(p->model->names + at, p->model->names_size - 1 - at);
  p->model->names_size = names_size;
  return eng__add_constant(p, ENG__TYPE_TOPIC, (int64_t)(uint32_t)hash, 1, token.from,
                           token.to);
}

/* ---- operators, from the tightest to the loosest ---- */

static int32_t parse_defined(struct eng__parser *p, uint32_t from)
{
  int32_t inner;
  uint32_t to;

  eng__need_sign(p, "(");
  inner = eng__parse_expression(p);
  to = p->token.to;
  eng__need_sign(p, ")");
  return eng__add_term(p, ENG__OP_DEFINED, ENG__TYPE_BOOLEAN, inner, 0, from, to);
}

static int32_t parse_primary(struct eng__parser *p)
{
  struct eng__token token = p->token;
  int32_t node;

  if (p->status != ENG_OK) return 0;
  if (token.word == ENG__WORD_NUMBER) return parse_number(p);
  if (token.word == ENG__WORD_TEXT) return parse_text(p);
  if (eng__take_sign(p, "(")) {
    node = eng__parse_expression(p);
    if (p->status == ENG_OK && !eng__at_sign(p, ")"))
      eng__expected(p, "an operator or ')'");
    if (p->status != ENG_OK) return 0;
    /* For the wording of what it is a part of. */
    eng__term_at(p, node)->from = token.from;
    eng__term_at(p, node)->to = p->token.to;
    eng__next_word(p);
    return node;
  }
  if (eng__take_name(p, "defined")) return parse_defined(p, token.from);
  if (token.word == ENG__WORD_NAME) return parse_name(p);
  eng__expected(p, "a number, a measure, a name or '('");
  return 0;
}

/* Two constants become one, so that windows and params can be computed. */
static int32_t fold(struct eng__parser *p, int32_t node)
{
  struct eng__term *at = eng__term_at(p, node);
  const struct eng__term *a = eng__resolved_term(p, at->a),
                         *b = eng__resolved_term(p, at->b);
  struct eng__fraction x = {a->n, a->d}, y = {b->n, b->d}, value;
  bool fits;

  if (a->op != ENG__OP_CONSTANT || b->op != ENG__OP_CONSTANT) return node;
  switch (at->op) {
  case ENG__OP_ADD: fits = eng__fraction_add(x, y, &value); break;
  case ENG__OP_SUBTRACT: fits = eng__fraction_subtract(x, y, &value); break;
  case ENG__OP_MULTIPLY: fits = eng__fraction_multiply(x, y, &value); break;
  case ENG__OP_DIVIDE: fits = eng__fraction_divide(x, y, &value); break;
  default: return node;
  }
  if (!fits) return node; /* undefined when it is evaluated */
  at->op = ENG__OP_CONSTANT;
  at->n = value.n;
  at->d = value.d;
  return node;
}

/* The type of a product or quotient; 0 if there is none. */
static int product_type(int op, int a, int b)
{
  if (op == ENG__OP_MULTIPLY) {
    if (a == ENG__TYPE_NUMBER && b == ENG__TYPE_NUMBER) return ENG__TYPE_NUMBER;
    if (is_scalar(a) && is_scalar(b)) return ENG__TYPE_RATIO;
    if (is_scalar(a) && (b == ENG__TYPE_DURATION || b == ENG__TYPE_MONEY)) return b;
    if (is_scalar(b) && (a == ENG__TYPE_DURATION || a == ENG__TYPE_MONEY)) return a;
    return 0;
  }
  if (is_scalar(a) && is_scalar(b)) return ENG__TYPE_RATIO;
  if (is_scalar(b) && (a == ENG__TYPE_DURATION || a == ENG__TYPE_MONEY)) return a;
  if (a == b && (a == ENG__TYPE_DURATION || a == ENG__TYPE_MONEY))
    return ENG__TYPE_RATIO;
  return 0;
}

static int sum_type(int op, int a, int b)
{
  (void)op;
  if (is_scalar(a) && is_scalar(b)) return a == b ? a : ENG__TYPE_RATIO;
  return a == b && (a == ENG__TYPE_DURATION || a == ENG__TYPE_MONEY) ? a : 0;
}

static int32_t parse_unary(struct eng__parser *p)
{
  struct eng__token token = p->token;
  int32_t node;
  int type;

  if (!eng__take_sign(p, "-")) return parse_primary(p);
  if (++p->depth > eng__limit(p->model->context, ENG_LIMIT_DEPTH)) {
    eng__fail(p, ENG_E_LIMIT);
    return 0;
  }
  node = parse_unary(p);
  p->depth--;
  if (p->status != ENG_OK) return 0;
  type = eng__type_of(p, node);
  if (!is_scalar(type) && type != ENG__TYPE_DURATION && type != ENG__TYPE_MONEY) {
    eng__mismatch(p, &token, "negate", type, 0);
    return 0;
  }
  if (eng__resolved_term(p, node)->op == ENG__OP_CONSTANT) {
    const struct eng__term *constant = eng__resolved_term(p, node);

    return eng__add_constant(p, type, -constant->n, constant->d, token.from,
                             eng__term_at(p, node)->to);
  }
  return eng__add_term(p, ENG__OP_NEGATE, type, node, 0, token.from,
                       eng__term_at(p, node)->to);
}

/* Two operators that bind alike, from left to right. */
struct arithmetic {
  const char *signs[2], *doing[2];
  int ops[2];
  int (*type)(int op, int a, int b);
  int32_t (*operand)(struct eng__parser *p);
};

static int32_t parse_arithmetic(struct eng__parser *p, const struct arithmetic *level)
{
  int32_t left = level->operand(p);

  while (eng__at_sign(p, level->signs[0]) || eng__at_sign(p, level->signs[1])) {
    struct eng__token token = p->token;
    int which = eng__at_sign(p, level->signs[1]), op = level->ops[which], type;
    int32_t right;

    eng__next_word(p);
    right = level->operand(p);
    if (p->status != ENG_OK) return 0;
    type = level->type(op, eng__type_of(p, left), eng__type_of(p, right));
    if (type == 0) {
      eng__mismatch(p, &token, level->doing[which], eng__type_of(p, left),
                    eng__type_of(p, right));
      return 0;
    }
    left = eng__add_term(p, op, type, left, right, eng__term_at(p, left)->from,
                         eng__term_at(p, right)->to);
    if (p->status == ENG_OK) left = fold(p, left);
  }
  return left;
}

static int32_t parse_product(struct eng__parser *p)
{
  static const struct arithmetic product = {{"*", "/"},
                                            {"multiply", "divide"},
                                            {ENG__OP_MULTIPLY, ENG__OP_DIVIDE},
                                            product_type,
                                            parse_unary};

  return parse_arithmetic(p, &product);
}

static int32_t parse_sum(struct eng__parser *p)
{
  static const struct arithmetic sum = {{"+", "-"},
                                        {"add", "subtract"},
                                        {ENG__OP_ADD, ENG__OP_SUBTRACT},
                                        sum_type,
                                        parse_product};

  return parse_arithmetic(p, &sum);
}

/* x else y: y where x is not defined. */
static int32_t parse_else(struct eng__parser *p)
{
  int32_t left = parse_sum(p);

  while (eng__at_name(p, "else")) {
    struct eng__token token = p->token;
    int32_t right;
    int type;

    eng__next_word(p);
    right = parse_sum(p);
    if (p->status != ENG_OK) return 0;
    type = eng__type_of(p, left) == eng__type_of(p, right)
               ? eng__type_of(p, left)
               : sum_type(ENG__OP_ADD, eng__type_of(p, left), eng__type_of(p, right));
    if (type == 0 || type == ENG__TYPE_AGE) {
      eng__mismatch(p, &token, "choose between", eng__type_of(p, left),
                    eng__type_of(p, right));
      return 0;
    }
    left = eng__add_term(p, ENG__OP_ELSE, type, left, right,
                         eng__term_at(p, left)->from, eng__term_at(p, right)->to);
  }
  return left;
}

static int comparison(const struct eng__parser *p)
{
  static const struct {
    const char *sign;
    int op;
  } signs[] = {{"<", ENG__OP_LESS},      {"<=", ENG__OP_LESS_EQUAL},
               {">", ENG__OP_GREATER},   {">=", ENG__OP_GREATER_EQUAL},
               {"=", ENG__OP_EQUAL},     {"==", ENG__OP_EQUAL},
               {"!=", ENG__OP_NOT_EQUAL}};

  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
    if (eng__at_sign(p, signs[i].sign)) return signs[i].op;
  }
  return 0;
}

/* A time since changes at every instant, so it is compared with what does not, or with
 * another one, which grows as fast. */
static bool can_compare(int op, int a, int b)
{
  bool order = op != ENG__OP_EQUAL && op != ENG__OP_NOT_EQUAL;

  if (a == ENG__TYPE_AGE || b == ENG__TYPE_AGE) {
    return a == b || a == ENG__TYPE_DURATION || b == ENG__TYPE_DURATION;
  }
  if (is_scalar(a) && is_scalar(b)) return true;
  if (a != b) return false;
  return !order || a == ENG__TYPE_DURATION || a == ENG__TYPE_MONEY;
}

/* What is left out where two sides are of different types. */
static const char *comparison_lacks(int a, int b)
{
  int other = is_scalar(a) ? b : a;

  if (!is_scalar(a) && !is_scalar(b)) return "";
  if (other == ENG__TYPE_DURATION || other == ENG__TYPE_AGE) {
    return ": a duration has a unit, such as 30 days";
  }
  return other == ENG__TYPE_MONEY ? ": an amount has a currency, such as 5.00 EUR" : "";
}

static int32_t parse_comparison(struct eng__parser *p)
{
  int32_t left = parse_else(p), right;
  struct eng__token token = p->token;
  int op = comparison(p);

  if (op == 0) return left;
  eng__next_word(p);
  right = parse_else(p);
  if (p->status != ENG_OK) return 0;
  if (!can_compare(op, eng__type_of(p, left), eng__type_of(p, right))) {
    eng__mismatch_but(p, &token, "compare", eng__type_of(p, left),
                      eng__type_of(p, right),
                      comparison_lacks(eng__type_of(p, left), eng__type_of(p, right)));
    return 0;
  }
  if (comparison(p) != 0) {
    /* a < b else c = d would be a < (b else c) = d. */
    bool by_else = eng__term_at(p, right)->op == ENG__OP_ELSE &&
                   p->model->text[eng__term_at(p, right)->from] != '(';

    eng__expected(p, by_else ? "parentheses around the conditions beside 'else'"
                             : "'and' between two comparisons");
    return 0;
  }
  return eng__add_term(p, op, ENG__TYPE_BOOLEAN, left, right,
                       eng__term_at(p, left)->from, eng__term_at(p, right)->to);
}

void eng__need_condition(struct eng__parser *p, const struct eng__token *at,
                         int32_t node)
{
  int type;

  if (p->status != ENG_OK || eng__type_of(p, node) == ENG__TYPE_BOOLEAN) return;
  type = eng__type_of(p, node);
  eng__mismatch_but(p, at, "take as a condition", type, 0,
                    is_scalar(type) ? ": compare it, as in count(visit) >= 1"
                    : type == ENG__TYPE_AGE
                        ? ": compare it, as in recency(visit) <= 30 days"
                        : ": compare it");
}

static int32_t parse_not(struct eng__parser *p)
{
  struct eng__token token = p->token;
  int32_t inner;

  if (!eng__take_name(p, "not")) return parse_comparison(p);
  if (++p->depth > eng__limit(p->model->context, ENG_LIMIT_DEPTH)) {
    eng__fail(p, ENG_E_LIMIT);
    return 0;
  }
  inner = parse_not(p);
  p->depth--;
  eng__need_condition(p, &token, inner);
  if (p->status != ENG_OK) return 0;
  return eng__add_term(p, ENG__OP_NOT, ENG__TYPE_BOOLEAN, inner, 0, token.from,
                       eng__term_at(p, inner)->to);
}

static int32_t parse_and(struct eng__parser *p)
{
  struct eng__token token = p->token;
  int32_t left = parse_not(p);

  while (eng__at_name(p, "and")) {
    struct eng__token second;
    int32_t right;

    eng__need_condition(p, &token, left);
    eng__next_word(p);
    second = p->token;
    right = parse_not(p);
    eng__need_condition(p, &second, right);
    if (p->status != ENG_OK) return 0;
    left = eng__add_term(p, ENG__OP_AND, ENG__TYPE_BOOLEAN, left, right,
                         eng__term_at(p, left)->from, eng__term_at(p, right)->to);
  }
  return left;
}

int32_t eng__parse_expression(struct eng__parser *p)
{
  struct eng__token token = p->token;
  int32_t left;

  if (++p->depth > eng__limit(p->model->context, ENG_LIMIT_DEPTH)) {
    eng__fail_at(p, &token, ENG_E_LIMIT, "nested too deeply");
    return 0;
  }
  left = parse_and(p);
  while (eng__at_name(p, "or")) {
    struct eng__token second;
    int32_t right;

    eng__need_condition(p, &token, left);
    eng__next_word(p);
    second = p->token;
    right = parse_and(p);
    eng__need_condition(p, &second, right);
    if (p->status != ENG_OK) return 0;
    left = eng__add_term(p, ENG__OP_OR, ENG__TYPE_BOOLEAN, left, right,
                         eng__term_at(p, left)->from, eng__term_at(p, right)->to);
  }
  p->depth--;
  return left;
}
