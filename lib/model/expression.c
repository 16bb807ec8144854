/* SPDX-License-Identifier: MIT */
/*
 * expression.c - expressions, from `or` down to what an operator takes, checked as they
 * are read.
 *
 * Nesting is bounded by ENG_LIMIT_DEPTH; what an operator gives is decided by the types
 * of its operands, and where they do not fit the error says both.
 */
#include "model/parser.h"

#include "model/fraction.h"

/* ---- operators, from the tightest to the loosest ---- */

static bool is_scalar(int type)
{
  return type == ENG__TYPE_NUMBER || type == ENG__TYPE_RATIO;
}

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
  if (token.word == ENG__WORD_NUMBER) return eng__parse_number(p);
  if (token.word == ENG__WORD_TEXT) return eng__parse_text(p);
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
  if (token.word == ENG__WORD_NAME) return eng__parse_name(p);
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

int32_t eng__parse_sum(struct eng__parser *p)
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
  int32_t left = eng__parse_sum(p);

  while (eng__at_name(p, "else")) {
    struct eng__token token = p->token;
    int32_t right;
    int type;

    eng__next_word(p);
    right = eng__parse_sum(p);
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
