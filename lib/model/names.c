/* SPDX-License-Identifier: MIT */
/*
 * names.c - what the words of a model may stand for: kinds and groups of kinds, fields
 * of events, params, lets and stages; and which of them was meant where none fits.
 */
#include "model/parser.h"

#include <string.h>

#include <engagement/event.h>

#include "core/status.h"
#include "core/vocabulary.h"

/* ---- looking names up ---- */

static bool same_name(const struct eng__parser *p, uint32_t from, uint32_t to,
                      const struct eng__token *token)
{
  uint32_t size = to - from;

  return size == token->to - token->from &&
         memcmp(p->model->text + from, p->model->text + token->from, size) == 0;
}

const struct eng__definition *eng__find_definition(const struct eng__parser *p,
                                                   const struct eng__token *token)
{
  for (size_t i = 0; i < p->model->definition_count; i++) {
    const struct eng__definition *definition = &p->model->definitions[i];

    if (same_name(p, definition->from, definition->to, token)) return definition;
  }
  return NULL;
}

int32_t eng__find_stage(const struct eng__parser *p, const struct eng__token *token)
{
  const eng_model *model = p->model;

  for (size_t i = 0; i < model->stage_count; i++) {
    const struct eng__stage *stage = &model->stages[i];

    if (eng__token_is(p, token, model->names + stage->name)) return (int32_t)i;
    if (stage->alias != 0 && eng__token_is(p, token, model->names + stage->alias)) {
      return (int32_t)i;
    }
  }
  return -1;
}

void eng__consider(struct eng__guess *guess, const char *text, size_t size,
                   const char *name, size_t name_size)
{
  size_t d = eng__name_distance(text, size, name, name_size, guess->distance);

  if (d > guess->distance || (d == guess->distance && guess->name != NULL)) return;
  guess->name = name;
  guess->size = name_size;
  guess->distance = d;
}

void eng__consider_list(struct eng__guess *guess, const char *text, size_t size,
                        const char *const *names)
{
  for (; *names != NULL; names++)
    eng__consider(guess, text, size, *names, strlen(*names));
}

void eng__unknown_name(struct eng__parser *p, const struct eng__token *token,
                       const char *what, const struct eng__guess *guess)
{
  struct eng__phrase phrase = {"", 0};
  uint32_t size = token->to - token->from;

  eng__say_text(&phrase, "no ");
  eng__say_text(&phrase, what);
  eng__say_text(&phrase, " is called '");
  eng__say(&phrase, p->model->text + token->from, size > 40 ? 40 : size);
  eng__say_text(&phrase, "'");
  if (guess->name != NULL) {
    eng__say_text(&phrase, "; did you mean '");
    eng__say(&phrase, guess->name, guess->size);
    eng__say_text(&phrase, "'?");
  }
  eng__fail_at(p, token, ENG_E_NAME, phrase.text);
}

struct eng__guess eng__new_guess(const struct eng__token *token)
{
  struct eng__guess guess = {NULL, 0, 0};

  guess.distance = eng__name_reach(token->to - token->from);
  return guess;
}

/* ---- kinds and groups ---- */

/* ORDER groups of kinds: vocabulary.c refuses them as names of own kinds. A kind of the
 * same name comes first (`learn`). */
static const struct {
  const char *name;
  uint8_t from, to; /* kinds of a family */
} families[] = {
    {"reach", 1, 9},   {"talk", 10, 19}, {"buy", 30, 44},   {"bind", 45, 54},
    {"judge", 55, 64}, {"tell", 65, 74}, {"make", 75, 119},
};

static const char *const group_names[] = {"any",   "all",  "inbound", "outbound",
                                          "reach", "talk", "buy",     "bind",
                                          "judge", "tell", "make",    NULL};

/* The kinds of a group; false if there is no such group. */
static bool add_group(const struct eng__parser *p, const struct eng__token *token,
                      struct eng__kinds *kinds)
{
  const eng_context *context = p->model->context;
  bool any = eng__token_is(p, token, "any"), all = eng__token_is(p, token, "all");
  bool inbound = eng__token_is(p, token, "inbound"),
       outbound = eng__token_is(p, token, "outbound");

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
    if (!eng__token_is(p, token, families[i].name)) continue;
    for (int kind = families[i].from; kind <= families[i].to; kind++) {
      if (eng_kind_direction(context, kind) != 0) eng__kinds_add(kinds, (unsigned)kind);
    }
    return true;
  }
  return false;
}

/* The kind that a word names, or 0. Exact names only: a model file reads the same for
 * everybody. */
static int find_kind(const struct eng__parser *p, const struct eng__token *token)
{
  for (int kind = 1; kind < 256; kind++) {
    const char *name = eng_kind_name(p->model->context, kind);

    if (name != NULL && kind != ENG_EVENT_VOID && eng__token_is(p, token, name)) {
      return kind;
    }
  }
  return 0;
}

bool eng__names_events(const struct eng__parser *p, const struct eng__token *token)
{
  struct eng__kinds kinds = {0};

  return find_kind(p, token) != 0 || add_group(p, token, &kinds);
}

void eng__read_kind(struct eng__parser *p, struct eng__kinds *kinds)
{
  const eng_context *context = p->model->context;
  struct eng__token token = p->token;
  const char *text = p->model->text + token.from;
  size_t size = token.to - token.from;
  struct eng__guess guess;
  int found;

  if (p->status != ENG_OK) return;
  if (token.word != ENG__WORD_NAME) {
    eng__expected(p, "a kind of event");
    return;
  }
  eng__next_word(p);
  found = find_kind(p, &token);
  if (found != 0) {
    eng__kinds_add(kinds, (unsigned)found);
    return;
  }
  if (add_group(p, &token, kinds)) return;
  guess = eng__new_guess(&token);
  for (int kind = 1; kind < 256; kind++) {
    const char *name = eng_kind_name(context, kind);

    if (name != NULL) eng__consider(&guess, text, size, name, strlen(name));
  }
  eng__consider_list(&guess, text, size, group_names);
  eng__unknown_name(p, &token, "kind or group of kinds", &guess);
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

bool eng__is_filter_word(const struct eng__parser *p, const struct eng__token *token)
{
  for (int i = 0; i < FIELDS; i++) {
    if (eng__token_is(p, token, fields[i].name)) return true;
  }
  for (int i = 0; i < CONSTANTS; i++) {
    if (eng__token_is(p, token, constants[i].name)) return true;
  }
  return false;
}

/* A name inside `where`; -1 if it is not one of these. */
int32_t eng__read_field(struct eng__parser *p, const struct eng__token *token)
{
  for (int i = 0; i < FIELDS; i++) {
    if (eng__token_is(p, token, fields[i].name)) {
      return eng__add_term(p, ENG__OP_FIELD, fields[i].type, fields[i].field, 0,
                           token->from, token->to);
    }
  }
  for (int i = 0; i < CONSTANTS; i++) {
    if (eng__token_is(p, token, constants[i].name)) {
      return eng__add_constant(p, constants[i].type, constants[i].n, 1, token->from,
                               token->to);
    }
  }
  for (int channel = 1; channel < 256; channel++) {
    const char *name = eng_channel_name(p->model->context, channel);

    if (name != NULL && eng__token_is(p, token, name)) {
      return eng__add_constant(p, ENG__TYPE_CHANNEL, channel, 1, token->from,
                               token->to);
    }
  }
  return -1;
}

int eng__find_number_field(struct eng__parser *p, const struct eng__token *token,
                           int *type)
{
  struct eng__guess guess = eng__new_guess(token);

  for (int i = 0; i < FIELDS; i++) {
    bool number = fields[i].field <= ENG__FIELD_VALENCE;

    if (number && eng__token_is(p, token, fields[i].name)) {
      *type = fields[i].type;
      return fields[i].field;
    }
    if (number) {
      eng__consider(&guess, p->model->text + token->from, token->to - token->from,
                    fields[i].name, strlen(fields[i].name));
    }
  }
  eng__unknown_name(p, token, "number of an event", &guess);
  return 0;
}

/* What may be said in `where`. */
void eng__consider_fields(struct eng__guess *guess, const char *text, size_t size)
{
  for (int i = 0; i < FIELDS; i++) {
    eng__consider(guess, text, size, fields[i].name, strlen(fields[i].name));
  }
  for (int i = 0; i < CONSTANTS; i++) {
    eng__consider(guess, text, size, constants[i].name, strlen(constants[i].name));
  }
}
