/* SPDX-License-Identifier: MIT */
/*
 * parser.c - what all of parsing stands on: words, errors that teach, terms that are
 * typed and weighed as they are added.
 */
#include "model/parser.h"

#include <string.h>

#include "core/memory.h"
#include "core/status.h"

enum {
  NAME_LIMIT = 64,
  TREE_DEPTH = 256,   /* of terms: chains of operators count too */
  TREE_COST = 1000000 /* terms visited by one evaluation of a condition */
};

/* ---- errors ---- */

void eng__say(struct eng__phrase *phrase, const char *text, size_t size)
{
  size_t room = sizeof phrase->text - 1 - phrase->size;

  if (size > room) size = room;
  for (size_t i = 0; i < size; i++) {
    char c = text[i];

    /* What was found may hold anything; a terminal must not obey it. */
    phrase->text[phrase->size++] = c >= 0x20 && c < 0x7f ? c : '?';
  }
  phrase->text[phrase->size] = '\0';
}

void eng__say_text(struct eng__phrase *phrase, const char *text)
{
  eng__say(phrase, text, strlen(text));
}

static void say_number(struct eng__phrase *phrase, uint32_t n)
{
  char digits[10];
  size_t at = sizeof digits;

  do {
    digits[--at] = (char)('0' + n % 10);
    n /= 10;
  } while (n > 0);
  eng__say(phrase, digits + at, sizeof digits - at);
}

/* The host's values are where an error stands; one in the model itself, which was right
 * before, is what they lead to, and is told with its place. */
static void fail_with_settings(struct eng__parser *p, const struct eng__token *at,
                               eng_status status, const char *text)
{
  struct eng__phrase phrase = {"", 0};

  if (p->in_setting) {
    (void)eng__error_set(p->error, status, at->line, at->column,
                         at->from - p->model->text_size - 1, text);
    return;
  }
  eng__say_text(&phrase, "line ");
  say_number(&phrase, at->line);
  eng__say_text(&phrase, ", column ");
  say_number(&phrase, at->column);
  eng__say_text(&phrase, " of the model: ");
  eng__say_text(&phrase, text == NULL ? eng_status_text(status) : text);
  (void)eng__error_set(p->error, status, 0, 0, 0, phrase.text);
}

void eng__fail_at(struct eng__parser *p, const struct eng__token *at, eng_status status,
                  const char *text)
{
  if (p->status != ENG_OK) return;
  p->status = status;
  if (p->in_setting || p->model->setting_count > 0) {
    fail_with_settings(p, at, status, text);
  } else {
    (void)eng__error_set(p->error, status, at->line, at->column, at->from, text);
  }
}

void eng__fail(struct eng__parser *p, eng_status status)
{
  eng__fail_at(p, &p->token, status, eng_status_text(status));
}

/* "expected X, found Y", at the word that is next. */
void eng__expected(struct eng__parser *p, const char *what)
{
  struct eng__phrase phrase = {"", 0};

  eng__say_text(&phrase, "expected ");
  eng__say_text(&phrase, what);
  if (p->token.word == ENG__WORD_BAD) {
    eng__say_text(&phrase, ": ");
    eng__say_text(&phrase, p->token.problem);
  } else if (p->token.word == ENG__WORD_END) {
    eng__say_text(&phrase, ", found the end of the text");
  } else {
    uint32_t size = p->token.to - p->token.from;

    eng__say_text(&phrase, ", found '");
    eng__say(&phrase, p->model->text + p->token.from, size > 40 ? 40 : size);
    eng__say_text(&phrase, "'");
  }
  eng__fail_at(p, &p->token, ENG_E_SYNTAX, phrase.text);
}

/* ---- words ---- */

void eng__next_word(struct eng__parser *p)
{
  p->behind = p->token.to;
  eng__lex_next(&p->lexer, &p->token);
}

bool eng__token_is(const struct eng__parser *p, const struct eng__token *token,
                   const char *name)
{
  size_t size = token->to - token->from;

  return token->word == ENG__WORD_NAME && strlen(name) == size &&
         memcmp(p->model->text + token->from, name, size) == 0;
}

bool eng__at_name(const struct eng__parser *p, const char *name)
{
  return p->status == ENG_OK && eng__token_is(p, &p->token, name);
}

bool eng__at_sign(const struct eng__parser *p, const char *sign)
{
  return p->status == ENG_OK && p->token.word == ENG__WORD_SIGN &&
         strcmp(p->token.sign, sign) == 0;
}

bool eng__take_name(struct eng__parser *p, const char *name)
{
  if (!eng__at_name(p, name)) return false;
  eng__next_word(p);
  return true;
}

bool eng__take_sign(struct eng__parser *p, const char *sign)
{
  if (!eng__at_sign(p, sign)) return false;
  eng__next_word(p);
  return true;
}

void eng__need_sign(struct eng__parser *p, const char *sign)
{
  char what[6] = {'\'', 0, 0, 0, 0, 0};

  if (p->status != ENG_OK || eng__take_sign(p, sign)) return;
  memcpy(what + 1, sign, strlen(sign));
  what[1 + strlen(sign)] = '\'';
  eng__expected(p, what);
}

/* ---- names that are kept ---- */

void *eng__make_room(struct eng__parser *p, void *list, size_t count, size_t *room,
                     size_t item)
{
  eng_status status = ENG_OK;

  if (p->status == ENG_OK) {
    status = eng__grow(p->memory, &list, room, count + 1, item);
  }
  if (status != ENG_OK) eng__fail(p, status);
  return list;
}

/* Copies text into the model's names, \" and \\ resolved; its offset, or 0. */
uint32_t eng__keep(struct eng__parser *p, const char *text, size_t size)
{
  eng_model *model = p->model;
  void *names = model->names;
  uint32_t at = (uint32_t)model->names_size;
  eng_status status =
      eng__grow(p->memory, &names, &model->names_room, model->names_size + size + 1, 1);

  model->names = names;
  if (status != ENG_OK) {
    eng__fail(p, status);
    return 0;
  }
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\\' && i + 1 < size) i++;
    model->names[model->names_size++] = text[i];
  }
  model->names[model->names_size++] = '\0';
  return at;
}

uint32_t eng__keep_text(struct eng__parser *p)
{
  uint32_t at;

  if (p->status == ENG_OK && p->token.word != ENG__WORD_TEXT) {
    eng__expected(p, "a text in quotes");
  }
  if (p->status != ENG_OK) return 0;
  at =
      eng__keep(p, p->model->text + p->token.from + 1, p->token.to - p->token.from - 2);
  eng__next_word(p);
  return at;
}

static bool name_is_good(const struct eng__parser *p, const struct eng__token *token)
{
  char first = p->model->text[token->from];

  return token->to - token->from <= NAME_LIMIT && first >= 'a' && first <= 'z';
}

/* A name that is being declared. */
struct eng__token eng__declare(struct eng__parser *p, const char *what)
{
  struct eng__token token = p->token;

  if (p->status != ENG_OK) return token;
  if (token.word != ENG__WORD_NAME) {
    eng__expected(p, what);
  } else if (!name_is_good(p, &token)) {
    eng__fail_at(
        p, &token, ENG_E_SYNTAX,
        "a name begins with a lower-case letter and has at most 64 characters");
  } else {
    eng__next_word(p);
  }
  return token;
}

/* ---- nodes ---- */

/* Adds what a child contributes to a node's depth and cost. */
static void add_child(struct eng__parser *p, struct eng__term *node, int32_t child)
{
  const struct eng__term *below = &p->model->nodes[child];

  if (below->depth >= node->depth) node->depth = (uint16_t)(below->depth + 1);
  node->cost += below->cost;
  if (node->depth > TREE_DEPTH || node->cost > TREE_COST) {
    eng__fail_at(p, &p->token, ENG_E_LIMIT, "this expression is too large to evaluate");
  }
}

static void weigh(struct eng__parser *p, struct eng__term *node)
{
  node->depth = 1;
  node->cost = 1;
  switch (node->op) {
  case ENG__OP_CONSTANT:
  case ENG__OP_MEASURE:
  case ENG__OP_FIELD: return;
  case ENG__OP_STAGE: add_child(p, node, p->model->stages[node->a].when); return;
  case ENG__OP_LET:
  case ENG__OP_NEGATE:
  case ENG__OP_NOT:
  case ENG__OP_DEFINED: add_child(p, node, node->a); return;
  default:
    add_child(p, node, node->a);
    add_child(p, node, node->b);
    return;
  }
}

int32_t eng__add_term(struct eng__parser *p, int op, int type, int32_t a, int32_t b,
                      uint32_t from, uint32_t to)
{
  eng_model *model = p->model;
  void *nodes = model->nodes;
  struct eng__term *node;
  eng_status status;

  if (p->status != ENG_OK) return 0;
  status = eng__grow(p->memory, &nodes, &model->node_room, model->node_count + 1,
                     sizeof *model->nodes);
  model->nodes = nodes;
  if (status != ENG_OK) {
    eng__fail(p, status);
    return 0;
  }
  node = &model->nodes[model->node_count];
  memset(node, 0, sizeof *node);
  node->op = (uint8_t)op;
  node->type = (uint8_t)type;
  node->a = a;
  node->b = b;
  node->d = 1;
  node->from = from;
  node->to = to;
  weigh(p, node);
  return (int32_t)model->node_count++;
}

int32_t eng__add_constant(struct eng__parser *p, int type, int64_t n, int64_t d,
                          uint32_t from, uint32_t to)
{
  int32_t at = eng__add_term(p, ENG__OP_CONSTANT, type, 0, 0, from, to);

  if (p->status != ENG_OK) return 0;
  p->model->nodes[at].n = n;
  p->model->nodes[at].d = d;
  return at;
}

struct eng__term *eng__term_at(const struct eng__parser *p, int32_t node)
{
  return &p->model->nodes[node];
}

/* What a node is behind the lets that name it. */
struct eng__term *eng__resolved_term(const struct eng__parser *p, int32_t node)
{
  while (eng__term_at(p, node)->op == ENG__OP_LET) node = eng__term_at(p, node)->a;
  return eng__term_at(p, node);
}

int eng__type_of(const struct eng__parser *p, int32_t node)
{
  return eng__term_at(p, node)->type;
}

const char *eng__type_name(int type)
{
  switch (type) {
  case ENG__TYPE_NUMBER: return "a number";
  case ENG__TYPE_RATIO: return "a ratio";
  case ENG__TYPE_DURATION: return "a duration";
  case ENG__TYPE_MONEY: return "money";
  case ENG__TYPE_BOOLEAN: return "a condition";
  case ENG__TYPE_AGE: return "a time since (recency or tenure)";
  case ENG__TYPE_CHANNEL: return "a channel";
  case ENG__TYPE_SCALE: return "a scale";
  case ENG__TYPE_MODE: return "a mode";
  case ENG__TYPE_DIRECTION: return "a direction";
  default: return "a topic";
  }
}

void eng__mismatch_but(struct eng__parser *p, const struct eng__token *at,
                       const char *doing, int a, int b, const char *advice)
{
  struct eng__phrase phrase = {"", 0};

  eng__say_text(&phrase, "cannot ");
  eng__say_text(&phrase, doing);
  eng__say_text(&phrase, " ");
  eng__say_text(&phrase, eng__type_name(a));
  if (b != 0) {
    eng__say_text(&phrase, " and ");
    eng__say_text(&phrase, eng__type_name(b));
  }
  eng__say_text(&phrase, advice);
  eng__fail_at(p, at, ENG_E_TYPE, phrase.text);
}

void eng__mismatch(struct eng__parser *p, const struct eng__token *at,
                   const char *doing, int a, int b)
{
  bool age = a == ENG__TYPE_AGE || b == ENG__TYPE_AGE;

  eng__mismatch_but(p, at, doing, a, b,
                    age ? ": a time since can only be compared" : "");
}
