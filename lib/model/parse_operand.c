/* SPDX-License-Identifier: MIT */
/*
 * parse_operand.c - what operators take: numbers with their units, texts, and names,
 * with what may have been meant where a name stands for nothing.
 */
#include "model/parser.h"

#include <string.h>

#include <engagement/calendar.h>
#include <engagement/money.h>

#include "core/calendar.h"
#include "core/status.h"
#include "model/fraction.h"

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

  if (eng__find_measure(p, token) >= 0) {
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
  eng__consider_measures(&guess, text, size);
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

int32_t eng__parse_name(struct eng__parser *p)
{
  struct eng__token token = p->token;
  const struct eng__definition *definition;
  int32_t found;

  eng__next_word(p);
  if (p->in_question && !p->in_where && eng__token_is(p, &token, "stage")) {
    return eng__parse_stage_asked(p, token.from);
  }
  if (p->in_where) {
    found = eng__read_field(p, &token);
    if (found >= 0) return found;
  }
  found = eng__find_measure(p, &token);
  if (found >= 0 && eng__at_sign(p, "(")) {
    if (!p->in_where) return eng__read_measure(p, found, token.from);
    eng__fail_at(p, &token, ENG_E_TYPE,
                 "`where` looks at one event: no measures in it");
    return 0;
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

int32_t eng__parse_number(struct eng__parser *p)
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

int32_t eng__parse_text(struct eng__parser *p)
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
