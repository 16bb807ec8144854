/* SPDX-License-Identifier: MIT */
/*
 * parse.c - recursive descent from words to a checked tree.
 *
 * Names are resolved and types checked as they are read, so a tree that exists is
 * right. A name can only be used after it was declared, which keeps definitions from
 * going in circles. Nesting is bounded by ENG_LIMIT_DEPTH, everything else by the size
 * of the text. docs/language.md is the grammar for people.
 */
#include "model/parse.h"

#include <string.h>

#include <engagement/calendar.h>
#include <engagement/money.h>

#include "core/calendar.h"
#include "core/memory.h"
#include "core/status.h"
#include "core/vocabulary.h"
#include "model/fraction.h"
#include "model/lex.h"

enum {
  NAME_LIMIT = 64,
  TREE_DEPTH = 256,     /* of nodes: chains of operators count too */
  TREE_COST = 1000000   /* nodes visited by one evaluation of a condition */
};

/* A param or let. */
struct definition {
  uint32_t from, to; /* its name in the text */
  int32_t node;
};

struct parser {
  eng_model *model;
  const eng_allocator *memory;
  struct eng__lexer lexer;
  struct eng__token token; /* the next word */
  eng_error *error;
  eng_status status; /* the first failure */
  struct definition *definitions;
  size_t definition_count, definition_room;
  uint64_t depth;
  bool in_where;
};

/* ---- errors ---- */

/* Builds the text of an error from pieces, cut where it is full. */
struct phrase {
  char text[160];
  size_t size;
};

static void say(struct phrase *phrase, const char *text, size_t size)
{
  size_t room = sizeof phrase->text - 1 - phrase->size;

  if (size > room) size = room;
  memcpy(phrase->text + phrase->size, text, size);
  phrase->size += size;
  phrase->text[phrase->size] = '\0';
}

static void say_text(struct phrase *phrase, const char *text)
{
  say(phrase, text, strlen(text));
}

static void fail_at(struct parser *p, const struct eng__token *at, eng_status status,
                    const char *text)
{
  if (p->status != ENG_OK) return;
  p->status = status;
  (void)eng__error_set(p->error, status, at->line, at->column, at->from, text);
}

static void fail(struct parser *p, eng_status status)
{
  fail_at(p, &p->token, status, eng_status_text(status));
}

/* "expected X, found Y", at the word that is next. */
static void expected(struct parser *p, const char *what)
{
  struct phrase phrase = {"", 0};

  say_text(&phrase, "expected ");
  say_text(&phrase, what);
  if (p->token.word == ENG__WORD_BAD) {
    say_text(&phrase, ": ");
    say_text(&phrase, p->token.problem);
  } else if (p->token.word == ENG__WORD_END) {
    say_text(&phrase, ", found the end of the text");
  } else {
    uint32_t size = p->token.to - p->token.from;

    say_text(&phrase, ", found '");
    say(&phrase, p->model->text + p->token.from, size > 40 ? 40 : size);
    say_text(&phrase, "'");
  }
  fail_at(p, &p->token, ENG_E_SYNTAX, phrase.text);
}

/* ---- words ---- */

static void next(struct parser *p)
{
  eng__lex_next(&p->lexer, &p->token);
}

static bool token_is(const struct parser *p, const struct eng__token *token,
                     const char *name)
{
  size_t size = token->to - token->from;

  return token->word == ENG__WORD_NAME && strlen(name) == size &&
         memcmp(p->model->text + token->from, name, size) == 0;
}

static bool at_name(const struct parser *p, const char *name)
{
  return p->status == ENG_OK && token_is(p, &p->token, name);
}

static bool at_sign(const struct parser *p, const char *sign)
{
  return p->status == ENG_OK && p->token.word == ENG__WORD_SIGN &&
         strcmp(p->token.sign, sign) == 0;
}

static bool take_name(struct parser *p, const char *name)
{
  if (!at_name(p, name)) return false;
  next(p);
  return true;
}

static bool take_sign(struct parser *p, const char *sign)
{
  if (!at_sign(p, sign)) return false;
  next(p);
  return true;
}

static void need_sign(struct parser *p, const char *sign)
{
  char what[6] = {'\'', 0, 0, 0, 0, 0};

  if (p->status != ENG_OK || take_sign(p, sign)) return;
  memcpy(what + 1, sign, strlen(sign));
  what[1 + strlen(sign)] = '\'';
  expected(p, what);
}

/* ---- names that are kept ---- */

/* Copies text into the model's names, \" and \\ resolved; its offset, or 0. */
static uint32_t keep(struct parser *p, const char *text, size_t size)
{
  eng_model *model = p->model;
  void *names = model->names;
  uint32_t at = (uint32_t)model->names_size;
  eng_status status = eng__grow(p->memory, &names, &model->names_room,
                                model->names_size + size + 1, 1);

  model->names = names;
  if (status != ENG_OK) {
    fail(p, status);
    return 0;
  }
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\\' && i + 1 < size) i++;
    model->names[model->names_size++] = text[i];
  }
  model->names[model->names_size++] = '\0';
  return at;
}

static uint32_t keep_text(struct parser *p)
{
  uint32_t at;

  if (p->status == ENG_OK && p->token.word != ENG__WORD_TEXT) {
    expected(p, "a text in quotes");
  }
  if (p->status != ENG_OK) return 0;
  at = keep(p, p->model->text + p->token.from + 1, p->token.to - p->token.from - 2);
  next(p);
  return at;
}

static bool name_is_good(const struct parser *p, const struct eng__token *token)
{
  char first = p->model->text[token->from];

  return token->to - token->from <= NAME_LIMIT && first >= 'a' && first <= 'z';
}

/* A name that is being declared. */
static struct eng__token declare(struct parser *p, const char *what)
{
  struct eng__token token = p->token;

  if (p->status != ENG_OK) return token;
  if (token.word != ENG__WORD_NAME) {
    expected(p, what);
  } else if (!name_is_good(p, &token)) {
    fail_at(p, &token, ENG_E_SYNTAX,
            "a name begins with a lower-case letter and has at most 64 characters");
  } else {
    next(p);
  }
  return token;
}

/* ---- nodes ---- */

/* Adds what a child contributes to a node's depth and cost. */
static void add_child(struct parser *p, struct eng__term *node, int32_t child)
{
  const struct eng__term *below = &p->model->nodes[child];

  if (below->depth >= node->depth) node->depth = (uint16_t)(below->depth + 1);
  node->cost += below->cost;
  if (node->depth > TREE_DEPTH || node->cost > TREE_COST) {
    fail_at(p, &p->token, ENG_E_LIMIT, "this expression is too large to evaluate");
  }
}

static void weigh(struct parser *p, struct eng__term *node)
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

static int32_t add_node(struct parser *p, int op, int type, int32_t a, int32_t b,
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
    fail(p, status);
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

static int32_t add_constant(struct parser *p, int type, int64_t n, int64_t d,
                            uint32_t from, uint32_t to)
{
  int32_t at = add_node(p, ENG__OP_CONSTANT, type, 0, 0, from, to);

  if (p->status != ENG_OK) return 0;
  p->model->nodes[at].n = n;
  p->model->nodes[at].d = d;
  return at;
}

static struct eng__term *node_at(const struct parser *p, int32_t node)
{
  return &p->model->nodes[node];
}

/* What a node is behind the lets that name it. */
static struct eng__term *resolved(const struct parser *p, int32_t node)
{
  while (node_at(p, node)->op == ENG__OP_LET) node = node_at(p, node)->a;
  return node_at(p, node);
}

static int type_of(const struct parser *p, int32_t node)
{
  return node_at(p, node)->type;
}

static const char *type_name(int type)
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

static void mismatch(struct parser *p, const struct eng__token *at, const char *doing,
                     int a, int b)
{
  struct phrase phrase = {"", 0};

  say_text(&phrase, "cannot ");
  say_text(&phrase, doing);
  say_text(&phrase, " ");
  say_text(&phrase, type_name(a));
  if (b != 0) {
    say_text(&phrase, " and ");
    say_text(&phrase, type_name(b));
  }
  fail_at(p, at, ENG_E_TYPE, phrase.text);
}

/* ---- looking names up ---- */

static bool same_name(const struct parser *p, uint32_t from, uint32_t to,
                      const struct eng__token *token)
{
  uint32_t size = to - from;

  return size == token->to - token->from &&
         memcmp(p->model->text + from, p->model->text + token->from, size) == 0;
}

static const struct definition *find_definition(const struct parser *p,
                                                const struct eng__token *token)
{
  for (size_t i = 0; i < p->definition_count; i++) {
    if (same_name(p, p->definitions[i].from, p->definitions[i].to, token)) {
      return &p->definitions[i];
    }
  }
  return NULL;
}

static int32_t find_stage(const struct parser *p, const struct eng__token *token)
{
  const eng_model *model = p->model;

  for (size_t i = 0; i < model->stage_count; i++) {
    if (token_is(p, token, model->names + model->stages[i].name)) return (int32_t)i;
  }
  return -1;
}

/* Which of several names may have been meant; keeps the nearest. */
struct guess {
  const char *name;
  size_t size, distance;
};

static void consider(struct guess *guess, const char *text, size_t size,
                     const char *name, size_t name_size)
{
  size_t d = eng__name_distance(text, size, name, name_size, guess->distance);

  if (d > guess->distance || (d == guess->distance && guess->name != NULL)) return;
  guess->name = name;
  guess->size = name_size;
  guess->distance = d;
}

static void consider_list(struct guess *guess, const char *text, size_t size,
                          const char *const *names)
{
  for (; *names != NULL; names++) consider(guess, text, size, *names, strlen(*names));
}

static void unknown_name(struct parser *p, const struct eng__token *token,
                         const char *what, const struct guess *guess)
{
  struct phrase phrase = {"", 0};
  uint32_t size = token->to - token->from;

  say_text(&phrase, "no ");
  say_text(&phrase, what);
  say_text(&phrase, " is called '");
  say(&phrase, p->model->text + token->from, size > 40 ? 40 : size);
  say_text(&phrase, "'");
  if (guess->name != NULL) {
    say_text(&phrase, "; did you mean '");
    say(&phrase, guess->name, guess->size);
    say_text(&phrase, "'?");
  }
  fail_at(p, token, ENG_E_NAME, phrase.text);
}

static struct guess new_guess(const struct eng__token *token)
{
  struct guess guess = {NULL, 0, 0};

  guess.distance = eng__name_reach(token->to - token->from);
  return guess;
}

/* ---- kinds and groups ---- */

/* Groups of kinds. A kind of the same name comes first (`learn`). */
static const struct {
  const char *name;
  uint8_t from, to; /* kinds of a family */
} families[] = {
    {"reach", 1, 9},   {"talk", 10, 19}, {"buy", 30, 44},   {"bind", 45, 54},
    {"judge", 55, 64}, {"tell", 65, 74}, {"make", 75, 119},
};

static const char *const group_names[] = {"any",  "all",   "inbound", "outbound", "reach",
                                          "talk", "buy",   "bind",    "judge",    "tell",
                                          "make", NULL};

/* The kinds of a group; false if there is no such group. */
static bool add_group(const struct parser *p, const struct eng__token *token,
                      struct eng__kinds *kinds)
{
  const eng_context *context = p->model->context;
  bool any = token_is(p, token, "any"), all = token_is(p, token, "all");
  bool inbound = token_is(p, token, "inbound"), outbound = token_is(p, token, "outbound");

  if (any || all || inbound || outbound) {
    for (int kind = 1; kind < 256; kind++) {
      int32_t direction = eng_kind_direction(context, kind);

      if (direction == 0 || kind == ENG_EVENT_VOID) continue;
      if (all || (any && eng_kind_is_active(context, kind)) ||
          (inbound && direction == ENG_DIRECTION_CUSTOMER) ||
          (outbound && direction == ENG_DIRECTION_COMPANY)) {
        eng__kinds_add(kinds, (unsigned)kind);
      }
    }
    return true;
  }
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
    if (!token_is(p, token, families[i].name)) continue;
    for (int kind = families[i].from; kind <= families[i].to; kind++) {
      if (eng_kind_direction(context, kind) != 0) eng__kinds_add(kinds, (unsigned)kind);
    }
    return true;
  }
  return false;
}

static void read_kind(struct parser *p, struct eng__kinds *kinds)
{
  const eng_context *context = p->model->context;
  struct eng__token token = p->token;
  const char *text = p->model->text + token.from;
  size_t size = token.to - token.from;
  struct guess guess;

  if (p->status != ENG_OK) return;
  if (token.word != ENG__WORD_NAME) {
    expected(p, "a kind of event");
    return;
  }
  next(p);
  for (int kind = 1; kind < 256; kind++) {
    const char *name = eng_kind_name(context, kind);

    /* Exact names only: a model file reads the same for everybody. */
    if (name != NULL && kind != ENG_EVENT_VOID && token_is(p, &token, name)) {
      eng__kinds_add(kinds, (unsigned)kind);
      return;
    }
  }
  if (add_group(p, &token, kinds)) return;
  guess = new_guess(&token);
  for (int kind = 1; kind < 256; kind++) {
    const char *name = eng_kind_name(context, kind);

    if (name != NULL) consider(&guess, text, size, name, strlen(name));
  }
  consider_list(&guess, text, size, group_names);
  unknown_name(p, &token, "kind or group of kinds", &guess);
}

/* ---- expressions ---- */

static int32_t parse_expression(struct parser *p);
static int32_t parse_sum(struct parser *p);

static bool is_scalar(int type)
{
  return type == ENG__TYPE_NUMBER || type == ENG__TYPE_RATIO;
}

/* A constant, a duration: what windows are made of. */
static int64_t window_duration(struct parser *p)
{
  struct eng__token at = p->token;
  int32_t node = parse_sum(p);
  const struct eng__term *constant;

  if (p->status != ENG_OK) return 0;
  constant = resolved(p, node);
  if (constant->op != ENG__OP_CONSTANT || constant->type != ENG__TYPE_DURATION ||
      constant->d != 1 || constant->n <= 0 || constant->n > ENG_TIME_MAX) {
    fail_at(p, &at, ENG_E_TYPE,
            "a window is a constant duration above 0, such as 30 days or a param");
    return 0;
  }
  return constant->n;
}

static bool same_measure(const struct eng__measure *a, const struct eng__measure *b)
{
  return a->op == b->op && memcmp(&a->kinds, &b->kinds, sizeof a->kinds) == 0 &&
         a->where < 0 && b->where < 0 && a->within == b->within && a->before == b->before;
}

static int32_t add_measure(struct parser *p, const struct eng__measure *measure)
{
  eng_model *model = p->model;
  void *measures = model->measures;
  eng_status status;

  for (size_t i = 0; i < model->measure_count; i++) {
    if (same_measure(&model->measures[i], measure)) return (int32_t)i;
  }
  status = eng__grow(p->memory, &measures, &model->measure_room,
                     model->measure_count + 1, sizeof *model->measures);
  model->measures = measures;
  if (status != ENG_OK) {
    fail(p, status);
    return 0;
  }
  model->measures[model->measure_count] = *measure;
  return (int32_t)model->measure_count++;
}

static const struct {
  const char *name;
  uint8_t op, type;
} measures[] = {
    {"count", ENG__MEASURE_COUNT, ENG__TYPE_NUMBER},
    {"days", ENG__MEASURE_DAYS, ENG__TYPE_NUMBER},
    {"sum", ENG__MEASURE_SUM, ENG__TYPE_MONEY},
    {"recency", ENG__MEASURE_RECENCY, ENG__TYPE_AGE},
    {"tenure", ENG__MEASURE_TENURE, ENG__TYPE_AGE},
};

enum { MEASURES = sizeof measures / sizeof measures[0] };

static void read_where(struct parser *p, struct eng__measure *measure)
{
  struct eng__token at = p->token;

  if (!take_name(p, "where")) return;
  p->in_where = true;
  measure->where = parse_expression(p);
  p->in_where = false;
  if (p->status == ENG_OK && type_of(p, measure->where) != ENG__TYPE_BOOLEAN) {
    fail_at(p, &at, ENG_E_TYPE, "`where` takes a condition, such as channel = web");
  }
}

static void read_windows(struct parser *p, struct eng__measure *measure)
{
  struct eng__token at = p->token;

  if (take_name(p, "within")) measure->within = window_duration(p);
  if (take_name(p, "before")) measure->before = window_duration(p);
  if (p->status == ENG_OK && measure->within >= 0 &&
      measure->within <= measure->before) {
    fail_at(p, &at, ENG_E_TYPE, "nothing lies within this window and before that one");
  }
}

/* NAME ( kinds [where c] [within d] [before d] ), from behind NAME. */
static int32_t read_measure(struct parser *p, int which, uint32_t from)
{
  struct eng__measure measure;
  uint32_t to;
  int32_t index;

  memset(&measure, 0, sizeof measure);
  measure.op = measures[which].op;
  measure.where = -1;
  measure.within = -1;
  need_sign(p, "(");
  if (p->in_where && p->status == ENG_OK) {
    fail(p, ENG_E_TYPE);
    return 0;
  }
  do {
    read_kind(p, &measure.kinds);
  } while (take_sign(p, ","));
  read_where(p, &measure);
  read_windows(p, &measure);
  to = p->token.to;
  if (p->status == ENG_OK && !at_sign(p, ")")) {
    expected(p, "',' and a kind, 'where', 'within', 'before' or ')'");
  }
  need_sign(p, ")");
  if (p->status != ENG_OK) return 0;
  if (measure.op == ENG__MEASURE_SUM && eng_context_currency(p->model->context) == 0) {
    struct eng__token at = p->token;

    at.from = from;
    fail_at(p, &at, ENG_E_TYPE, "sums of money need a base currency in the settings");
    return 0;
  }
  index = add_measure(p, &measure);
  return add_node(p, ENG__OP_MEASURE, measures[which].type, index, 0, from, to);
}

/* ---- fields of events, inside `where` ---- */

static const struct {
  const char *name;
  uint8_t field, type;
} fields[] = {
    {"amount", ENG__FIELD_AMOUNT, ENG__TYPE_MONEY},
    {"value", ENG__FIELD_VALUE, ENG__TYPE_NUMBER},
    {"rating", ENG__FIELD_RATING, ENG__TYPE_RATIO},
    {"valence", ENG__FIELD_VALENCE, ENG__TYPE_NUMBER},
    {"channel", ENG__FIELD_CHANNEL, ENG__TYPE_CHANNEL},
    {"scale", ENG__FIELD_SCALE, ENG__TYPE_SCALE},
    {"mode", ENG__FIELD_MODE, ENG__TYPE_MODE},
    {"direction", ENG__FIELD_DIRECTION, ENG__TYPE_DIRECTION},
    {"incentivised", ENG__FIELD_INCENTIVISED, ENG__TYPE_BOOLEAN},
    {"public", ENG__FIELD_PUBLIC, ENG__TYPE_BOOLEAN},
    {"topic", ENG__FIELD_TOPIC, ENG__TYPE_TOPIC},
    {"actor", ENG__FIELD_ACTOR, ENG__TYPE_NUMBER},
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

static const struct {
  const char *name;
  uint8_t type, n;
} constants[] = {
    {"nps", ENG__TYPE_SCALE, ENG_SCALE_NPS},
    {"csat", ENG__TYPE_SCALE, ENG_SCALE_CSAT},
    {"ces", ENG__TYPE_SCALE, ENG_SCALE_CES},
    {"stars", ENG__TYPE_SCALE, ENG_SCALE_STARS},
    {"other", ENG__TYPE_SCALE, ENG_SCALE_OTHER},
    {"company", ENG__TYPE_MODE, ENG_MODE_COMPANY},
    {"content", ENG__TYPE_MODE, ENG_MODE_CONTENT},
    {"community", ENG__TYPE_MODE, ENG_MODE_COMMUNITY},
    {"inbound", ENG__TYPE_DIRECTION, ENG_DIRECTION_CUSTOMER},
    {"outbound", ENG__TYPE_DIRECTION, ENG_DIRECTION_COMPANY},
};

enum { CONSTANTS = sizeof constants / sizeof constants[0] };

/* A name inside `where`; -1 if it is not one of these. */
static int32_t read_field(struct parser *p, const struct eng__token *token)
{
  for (int i = 0; i < FIELDS; i++) {
    if (token_is(p, token, fields[i].name)) {
      return add_node(p, ENG__OP_FIELD, fields[i].type, fields[i].field, 0, token->from,
                      token->to);
    }
  }
  for (int i = 0; i < CONSTANTS; i++) {
    if (token_is(p, token, constants[i].name)) {
      return add_constant(p, constants[i].type, constants[i].n, 1, token->from,
                          token->to);
    }
  }
  for (int channel = 1; channel < 256; channel++) {
    const char *name = eng_channel_name(p->model->context, channel);

    if (name != NULL && token_is(p, token, name)) {
      return add_constant(p, ENG__TYPE_CHANNEL, channel, 1, token->from, token->to);
    }
  }
  return -1;
}

/* ---- names in expressions ---- */

static const char *const word_names[] = {"not", "and", "or", "else", "defined", NULL};

static void unknown_in_expression(struct parser *p, const struct eng__token *token)
{
  const eng_model *model = p->model;
  const char *text = model->text + token->from;
  size_t size = token->to - token->from;
  struct guess guess = new_guess(token);

  consider_list(&guess, text, size, word_names);
  for (int i = 0; i < MEASURES; i++) {
    consider(&guess, text, size, measures[i].name, strlen(measures[i].name));
  }
  for (int i = 0; p->in_where && i < FIELDS; i++) {
    consider(&guess, text, size, fields[i].name, strlen(fields[i].name));
  }
  for (int i = 0; p->in_where && i < CONSTANTS; i++) {
    consider(&guess, text, size, constants[i].name, strlen(constants[i].name));
  }
  for (size_t i = 0; i < p->definition_count; i++) {
    const struct definition *d = &p->definitions[i];

    consider(&guess, text, size, model->text + d->from, d->to - d->from);
  }
  for (size_t i = 0; i < model->stage_count; i++) {
    const char *name = model->names + model->stages[i].name;

    consider(&guess, text, size, name, strlen(name));
  }
  unknown_name(p, token, p->in_where ? "field, value or definition"
                                     : "measure, param, let or earlier stage",
               &guess);
}

static int32_t parse_name(struct parser *p)
{
  struct eng__token token = p->token;
  const struct definition *definition;
  int32_t found;

  next(p);
  if (p->in_where) {
    found = read_field(p, &token);
    if (found >= 0) return found;
  }
  for (int i = 0; i < MEASURES; i++) {
    if (token_is(p, &token, measures[i].name) && at_sign(p, "(")) {
      if (p->in_where) {
        fail_at(p, &token, ENG_E_TYPE, "`where` looks at one event: no measures in it");
        return 0;
      }
      return read_measure(p, i, token.from);
    }
  }
  definition = find_definition(p, &token);
  if (definition != NULL) {
    if (p->in_where && resolved(p, definition->node)->op != ENG__OP_CONSTANT) {
      fail_at(p, &token, ENG_E_TYPE, "`where` looks at one event: only constants here");
      return 0;
    }
    return add_node(p, ENG__OP_LET, type_of(p, definition->node), definition->node, 0,
                    token.from, token.to);
  }
  found = find_stage(p, &token);
  if (found >= 0 && !p->in_where) {
    return add_node(p, ENG__OP_STAGE, ENG__TYPE_BOOLEAN, found, 0, token.from, token.to);
  }
  unknown_in_expression(p, &token);
  return 0;
}

/* ---- literals ---- */

static int32_t parse_number(struct parser *p)
{
  struct eng__token number = p->token;
  struct eng__fraction value;
  const char *text;
  size_t size;
  int64_t unit;
  int32_t currency;

  next(p);
  text = p->model->text + p->token.from;
  size = p->token.to - p->token.from;
  if (take_sign(p, "%")) {
    return add_constant(p, ENG__TYPE_RATIO, number.n, number.d * 100, number.from,
                        p->token.from);
  }
  if (p->token.word == ENG__WORD_NAME) {
    unit = eng__duration_unit(text, size);
    if (unit != 0) {
      struct eng__fraction a = {number.n, number.d}, b = {unit, 1};
      uint32_t to = p->token.to;

      if (!eng__fraction_multiply(a, b, &value) || value.d != 1 ||
          value.n > ENG_TIME_MAX) {
        fail_at(p, &number, ENG_E_SYNTAX, "a duration is a whole number of milliseconds");
        return 0;
      }
      next(p);
      return add_constant(p, ENG__TYPE_DURATION, value.n, 1, number.from, to);
    }
    if (size == 3 && text[0] >= 'A' && text[0] <= 'Z' &&
        eng_currency_number(text, 3, &currency) == ENG_OK) {
      uint32_t to = p->token.to;
      int64_t minor;

      if (currency != eng_context_currency(p->model->context)) {
        fail(p, ENG_E_TYPE);
        (void)eng__error_set(p->error, ENG_E_TYPE, p->token.line, p->token.column,
                             p->token.from, "not the base currency of the settings");
        return 0;
      }
      if (eng_money_parse(p->model->text + number.from, number.to - number.from,
                          currency, &minor) != ENG_OK) {
        fail_at(p, &number, ENG_E_SYNTAX, "more decimals than the currency has");
        return 0;
      }
      next(p);
      return add_constant(p, ENG__TYPE_MONEY, minor, 1, number.from, to);
    }
  }
  if (number.d == 1) {
    return add_constant(p, ENG__TYPE_NUMBER, number.n, 1, number.from, number.to);
  }
  return add_constant(p, ENG__TYPE_RATIO, number.n, number.d, number.from, number.to);
}

static int32_t parse_text(struct parser *p)
{
  struct eng__token token = p->token;
  uint64_t hash;

  if (!p->in_where) {
    expected(p, "a number, a measure, a name or '('");
    return 0;
  }
  next(p);
  hash = eng_hash(p->model->text + token.from + 1, token.to - token.from - 2);
  return add_constant(p, ENG__TYPE_TOPIC, (int64_t)(uint32_t)hash, 1, token.from,
                      token.to);
}

/* ---- operators, from the tightest to the loosest ---- */

static int32_t parse_defined(struct parser *p, uint32_t from)
{
  int32_t inner;
  uint32_t to;

  need_sign(p, "(");
  inner = parse_expression(p);
  to = p->token.to;
  need_sign(p, ")");
  return add_node(p, ENG__OP_DEFINED, ENG__TYPE_BOOLEAN, inner, 0, from, to);
}

static int32_t parse_primary(struct parser *p)
{
  struct eng__token token = p->token;
  int32_t node;

  if (p->status != ENG_OK) return 0;
  if (token.word == ENG__WORD_NUMBER) return parse_number(p);
  if (token.word == ENG__WORD_TEXT) return parse_text(p);
  if (take_sign(p, "(")) {
    node = parse_expression(p);
    if (p->status == ENG_OK && !at_sign(p, ")")) expected(p, "an operator or ')'");
    need_sign(p, ")");
    return node;
  }
  if (take_name(p, "defined")) return parse_defined(p, token.from);
  if (token.word == ENG__WORD_NAME) return parse_name(p);
  expected(p, "a number, a measure, a name or '('");
  return 0;
}

/* Two constants become one, so that windows and params can be computed. */
static int32_t fold(struct parser *p, int32_t node)
{
  struct eng__term *at = node_at(p, node);
  const struct eng__term *a = resolved(p, at->a), *b = resolved(p, at->b);
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
  if (a == b && (a == ENG__TYPE_DURATION || a == ENG__TYPE_MONEY)) return ENG__TYPE_RATIO;
  return 0;
}

static int sum_type(int a, int b)
{
  if (is_scalar(a) && is_scalar(b)) return a == b ? a : ENG__TYPE_RATIO;
  return a == b && (a == ENG__TYPE_DURATION || a == ENG__TYPE_MONEY) ? a : 0;
}

static int32_t parse_unary(struct parser *p)
{
  struct eng__token token = p->token;
  int32_t node;
  int type;

  if (!take_sign(p, "-")) return parse_primary(p);
  if (++p->depth > eng__limit(p->model->context, ENG_LIMIT_DEPTH)) {
    fail(p, ENG_E_LIMIT);
    return 0;
  }
  node = parse_unary(p);
  p->depth--;
  if (p->status != ENG_OK) return 0;
  type = type_of(p, node);
  if (!is_scalar(type) && type != ENG__TYPE_DURATION && type != ENG__TYPE_MONEY) {
    mismatch(p, &token, "negate", type, 0);
    return 0;
  }
  if (node_at(p, node)->op == ENG__OP_CONSTANT) {
    node_at(p, node)->n = -node_at(p, node)->n;
    node_at(p, node)->from = token.from;
    return node;
  }
  return add_node(p, ENG__OP_NEGATE, type, node, 0, token.from, node_at(p, node)->to);
}

static int32_t parse_product(struct parser *p)
{
  int32_t left = parse_unary(p);

  while (at_sign(p, "*") || at_sign(p, "/")) {
    struct eng__token token = p->token;
    int op = at_sign(p, "*") ? ENG__OP_MULTIPLY : ENG__OP_DIVIDE;
    int32_t right;
    int type;

    next(p);
    right = parse_unary(p);
    if (p->status != ENG_OK) return 0;
    type = product_type(op, type_of(p, left), type_of(p, right));
    if (type == 0) {
      mismatch(p, &token, op == ENG__OP_MULTIPLY ? "multiply" : "divide",
               type_of(p, left), type_of(p, right));
      return 0;
    }
    left = add_node(p, op, type, left, right, node_at(p, left)->from,
                    node_at(p, right)->to);
    if (p->status == ENG_OK) left = fold(p, left);
  }
  return left;
}

static int32_t parse_sum(struct parser *p)
{
  int32_t left = parse_product(p);

  while (at_sign(p, "+") || at_sign(p, "-")) {
    struct eng__token token = p->token;
    int op = at_sign(p, "+") ? ENG__OP_ADD : ENG__OP_SUBTRACT;
    int32_t right;
    int type;

    next(p);
    right = parse_product(p);
    if (p->status != ENG_OK) return 0;
    type = sum_type(type_of(p, left), type_of(p, right));
    if (type == 0) {
      mismatch(p, &token, op == ENG__OP_ADD ? "add" : "subtract", type_of(p, left),
               type_of(p, right));
      return 0;
    }
    left = add_node(p, op, type, left, right, node_at(p, left)->from,
                    node_at(p, right)->to);
    if (p->status == ENG_OK) left = fold(p, left);
  }
  return left;
}

/* x else y: y where x is not defined. */
static int32_t parse_else(struct parser *p)
{
  int32_t left = parse_sum(p);

  while (at_name(p, "else")) {
    struct eng__token token = p->token;
    int32_t right;
    int type;

    next(p);
    right = parse_sum(p);
    if (p->status != ENG_OK) return 0;
    type = type_of(p, left) == type_of(p, right)
               ? type_of(p, left)
               : sum_type(type_of(p, left), type_of(p, right));
    if (type == 0 || type == ENG__TYPE_AGE) {
      mismatch(p, &token, "choose between", type_of(p, left), type_of(p, right));
      return 0;
    }
    left = add_node(p, ENG__OP_ELSE, type, left, right, node_at(p, left)->from,
                    node_at(p, right)->to);
  }
  return left;
}

static int comparison(const struct parser *p)
{
  static const struct {
    const char *sign;
    int op;
  } signs[] = {{"<", ENG__OP_LESS},     {"<=", ENG__OP_LESS_EQUAL},
               {">", ENG__OP_GREATER},  {">=", ENG__OP_GREATER_EQUAL},
               {"=", ENG__OP_EQUAL},    {"==", ENG__OP_EQUAL},
               {"!=", ENG__OP_NOT_EQUAL}};

  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
    if (at_sign(p, signs[i].sign)) return signs[i].op;
  }
  return 0;
}

/* Whether a tree measures time since: such a value changes at every instant. */
static bool can_compare(int op, int a, int b)
{
  bool order = op != ENG__OP_EQUAL && op != ENG__OP_NOT_EQUAL;

  if (a == ENG__TYPE_AGE || b == ENG__TYPE_AGE) {
    return a == ENG__TYPE_DURATION || b == ENG__TYPE_DURATION;
  }
  if (is_scalar(a) && is_scalar(b)) return true;
  if (a != b) return false;
  return !order || a == ENG__TYPE_DURATION || a == ENG__TYPE_MONEY;
}

static int32_t parse_comparison(struct parser *p)
{
  int32_t left = parse_else(p), right;
  struct eng__token token = p->token;
  int op = comparison(p);

  if (op == 0) return left;
  next(p);
  right = parse_else(p);
  if (p->status != ENG_OK) return 0;
  if (!can_compare(op, type_of(p, left), type_of(p, right))) {
    mismatch(p, &token, "compare", type_of(p, left), type_of(p, right));
    return 0;
  }
  if (comparison(p) != 0) {
    expected(p, "'and' between two comparisons");
    return 0;
  }
  return add_node(p, op, ENG__TYPE_BOOLEAN, left, right, node_at(p, left)->from,
                  node_at(p, right)->to);
}

static void need_condition(struct parser *p, const struct eng__token *at, int32_t node)
{
  if (p->status != ENG_OK || type_of(p, node) == ENG__TYPE_BOOLEAN) return;
  mismatch(p, at, "take as a condition", type_of(p, node), 0);
}

static int32_t parse_not(struct parser *p)
{
  struct eng__token token = p->token;
  int32_t inner;

  if (!take_name(p, "not")) return parse_comparison(p);
  if (++p->depth > eng__limit(p->model->context, ENG_LIMIT_DEPTH)) {
    fail(p, ENG_E_LIMIT);
    return 0;
  }
  inner = parse_not(p);
  p->depth--;
  need_condition(p, &token, inner);
  if (p->status != ENG_OK) return 0;
  return add_node(p, ENG__OP_NOT, ENG__TYPE_BOOLEAN, inner, 0, token.from,
                  node_at(p, inner)->to);
}

static int32_t parse_and(struct parser *p)
{
  struct eng__token token = p->token;
  int32_t left = parse_not(p);

  while (at_name(p, "and")) {
    struct eng__token second;
    int32_t right;

    need_condition(p, &token, left);
    next(p);
    second = p->token;
    right = parse_not(p);
    need_condition(p, &second, right);
    if (p->status != ENG_OK) return 0;
    left = add_node(p, ENG__OP_AND, ENG__TYPE_BOOLEAN, left, right,
                    node_at(p, left)->from, node_at(p, right)->to);
  }
  return left;
}

static int32_t parse_expression(struct parser *p)
{
  struct eng__token token = p->token;
  int32_t left;

  if (++p->depth > eng__limit(p->model->context, ENG_LIMIT_DEPTH)) {
    fail_at(p, &token, ENG_E_LIMIT, "nested too deeply");
    return 0;
  }
  left = parse_and(p);
  while (at_name(p, "or")) {
    struct eng__token second;
    int32_t right;

    need_condition(p, &token, left);
    next(p);
    second = p->token;
    right = parse_and(p);
    need_condition(p, &second, right);
    if (p->status != ENG_OK) return 0;
    left = add_node(p, ENG__OP_OR, ENG__TYPE_BOOLEAN, left, right,
                    node_at(p, left)->from, node_at(p, right)->to);
  }
  p->depth--;
  return left;
}

/* ---- declarations ---- */

static const char *const statements[] = {"param", "let", "stage", NULL};
static const char *const reserved[] = {
    "language", "model", "source", "shape", "revision", "param",   "let",  "stage",
    "when",     "advise", "where", "within", "before",  "and",     "or",   "not",
    "else",     "defined", "any",  "all",    "inbound", "outbound", "none", NULL};

static bool is_reserved(const struct parser *p, const struct eng__token *token)
{
  for (int i = 0; reserved[i] != NULL; i++) {
    if (token_is(p, token, reserved[i])) return true;
  }
  for (int i = 0; i < MEASURES; i++) {
    if (token_is(p, token, measures[i].name)) return true;
  }
  return false;
}

/* A name is free if nothing of the language or of the model has it. */
static void check_free(struct parser *p, const struct eng__token *token)
{
  if (p->status != ENG_OK) return;
  if (is_reserved(p, token)) {
    fail_at(p, token, ENG_E_SYNTAX, "this word belongs to the language");
  } else if (find_definition(p, token) != NULL || find_stage(p, token) >= 0) {
    fail_at(p, token, ENG_E_DUPLICATE, "this name was given before");
  }
}

static void add_definition(struct parser *p, const struct eng__token *name, int32_t node)
{
  void *block = p->definitions;
  eng_status status;

  if (p->status != ENG_OK) return;
  status = eng__grow(p->memory, &block, &p->definition_room, p->definition_count + 1,
                     sizeof *p->definitions);
  p->definitions = block;
  if (status != ENG_OK) {
    fail(p, status);
    return;
  }
  p->definitions[p->definition_count].from = name->from;
  p->definitions[p->definition_count].to = name->to;
  p->definitions[p->definition_count++].node = node;
}

/* param NAME = constant, or let NAME = expression; from behind the word. */
static void parse_definition(struct parser *p, bool param)
{
  struct eng__token name = declare(p, param ? "the name of a param" : "the name of a let");
  struct eng__token at;
  int32_t node;

  check_free(p, &name);
  need_sign(p, "=");
  at = p->token;
  node = parse_expression(p);
  if (p->status != ENG_OK) return;
  if (param && resolved(p, node)->op != ENG__OP_CONSTANT) {
    fail_at(p, &at, ENG_E_TYPE, "a param is a constant: a number, duration or amount");
  }
  add_definition(p, &name, node);
}

static void parse_advice(struct parser *p, struct eng__stage *stage)
{
  eng_model *model = p->model;

  while (take_name(p, "advise")) {
    uint32_t text = keep_text(p);
    void *advices = model->advices;
    eng_status status;

    if (p->status != ENG_OK) return;
    status = eng__grow(p->memory, &advices, &model->advice_room, model->advice_count + 1,
                       sizeof *model->advices);
    model->advices = advices;
    if (status != ENG_OK) {
      fail(p, status);
      return;
    }
    model->advices[model->advice_count++] = text;
    stage->advice_count++;
  }
}

static void parse_stage(struct parser *p)
{
  eng_model *model = p->model;
  struct eng__token name = declare(p, "the name of a stage"), at;
  struct eng__stage stage;
  void *stages = model->stages;
  eng_status status;

  memset(&stage, 0, sizeof stage);
  check_free(p, &name);
  if (p->status != ENG_OK) return;
  if (model->stage_count == eng__limit(model->context, ENG_LIMIT_STAGES)) {
    fail_at(p, &name, ENG_E_LIMIT, "too many stages");
    return;
  }
  stage.name = keep(p, model->text + name.from, name.to - name.from);
  if (p->token.word == ENG__WORD_TEXT) stage.title = keep_text(p);
  if (p->status == ENG_OK && !take_name(p, "when")) expected(p, "'when'");
  at = p->token;
  stage.when = parse_expression(p);
  need_condition(p, &at, stage.when);
  stage.advice_first = (int32_t)model->advice_count;
  parse_advice(p, &stage);
  if (p->status != ENG_OK) return;
  status = eng__grow(p->memory, &stages, &model->stage_room, model->stage_count + 1,
                     sizeof *model->stages);
  model->stages = stages;
  if (status != ENG_OK) {
    fail(p, status);
    return;
  }
  model->stages[model->stage_count++] = stage;
}

static void parse_shape(struct parser *p)
{
  static const char *const shapes[] = {"ladder", "pyramid", "cycle", "mix", "classes"};

  for (int i = 0; i < 5; i++) {
    if (take_name(p, shapes[i])) {
      p->model->shape = ENG_SHAPE_LADDER + i;
      return;
    }
  }
  expected(p, "ladder, pyramid, cycle, mix or classes");
}

static int64_t need_number(struct parser *p, const char *what)
{
  int64_t n = p->token.n;

  if (p->status == ENG_OK && (p->token.word != ENG__WORD_NUMBER || p->token.d != 1)) {
    expected(p, what);
    return 0;
  }
  if (p->status == ENG_OK) next(p);
  return n;
}

static void parse_head(struct parser *p)
{
  eng_model *model = p->model;
  struct eng__token at, name;
  int64_t n;

  if (!take_name(p, "language")) expected(p, "'language 1'");
  at = p->token;
  n = need_number(p, "a version of the language");
  if (p->status == ENG_OK && n != 1) {
    fail_at(p, &at, ENG_E_LANGUAGE, "this library knows language 1");
  }
  if (p->status == ENG_OK && !take_name(p, "model")) expected(p, "'model'");
  name = declare(p, "the name of the model");
  if (p->status != ENG_OK) return;
  model->name = keep(p, model->text + name.from, name.to - name.from);
  if (p->status == ENG_OK && p->token.word == ENG__WORD_TEXT) {
    model->title = keep_text(p);
  }
  for (;;) {
    at = p->token;
    if (take_name(p, "source")) {
      if (model->source != 0) fail_at(p, &at, ENG_E_DUPLICATE, NULL);
      model->source = keep_text(p);
    } else if (take_name(p, "shape")) {
      parse_shape(p);
    } else if (take_name(p, "revision")) {
      n = need_number(p, "a whole number");
      if (p->status == ENG_OK && n > INT32_MAX) fail_at(p, &at, ENG_E_RANGE, NULL);
      model->revision = (int32_t)n;
    } else {
      return;
    }
  }
}

static void unknown_statement(struct parser *p)
{
  struct guess guess = new_guess(&p->token);

  if (p->token.word == ENG__WORD_NAME) {
    consider_list(&guess, p->model->text + p->token.from, p->token.to - p->token.from,
                  statements);
  }
  if (guess.name != NULL) {
    unknown_name(p, &p->token, "statement", &guess);
  } else {
    expected(p, p->model->stage_count == 0 ? "param, let or stage"
                                           : "an operator, param, let or stage");
  }
}

static void parse_model(struct parser *p)
{
  next(p);
  (void)keep(p, "", 0); /* offset 0 is the empty text */
  parse_head(p);
  while (p->status == ENG_OK && p->token.word != ENG__WORD_END) {
    if (take_name(p, "param")) {
      parse_definition(p, true);
    } else if (take_name(p, "let")) {
      parse_definition(p, false);
    } else if (take_name(p, "stage")) {
      parse_stage(p);
    } else {
      unknown_statement(p);
    }
  }
  if (p->status == ENG_OK && p->model->stage_count == 0) {
    expected(p, "at least one stage");
  }
}

eng_status eng__model_parse(eng_model *model, eng_error *error)
{
  struct parser p;

  memset(&p, 0, sizeof p);
  p.model = model;
  p.memory = eng__memory(model->context);
  p.error = error;
  eng__lex_begin(&p.lexer, model->text, model->text_size);
  parse_model(&p);
  eng__free(p.memory, p.definitions, p.definition_room * sizeof *p.definitions);
  return p.status;
}
