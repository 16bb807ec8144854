/* SPDX-License-Identifier: MIT */
/*
 * params.c - the constants of a model that a host may set to other values.
 *
 * What the host hands in is text in the language's own notation, `name = value` again
 * and again. It is kept behind the model's text, so that words and places are told the
 * same way everywhere, and is read where the param is declared: what follows from a
 * param, windows and other params, is worked out from the value that was set.
 */
#include <string.h>

#include <engagement/money.h>

#include "core/bytes.h"
#include "core/checked.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/status.h"
#include "model/parser.h"

int32_t eng__unit_of(int type)
{
  switch (type) {
  case ENG__TYPE_DURATION: return ENG_UNIT_MILLISECONDS;
  case ENG__TYPE_MONEY: return ENG_UNIT_MONEY;
  case ENG__TYPE_RATIO: return ENG_UNIT_RATIO;
  default: return ENG_UNIT_NUMBER;
  }
}

/* ---- a value as the language writes it ---- */

enum { WORDING = 80 };

struct wording {
  char text[WORDING];
  size_t size;
};

static void put(struct wording *w, const char *text)
{
  size_t size = strlen(text);

  if (size > WORDING - 1 - w->size) size = WORDING - 1 - w->size; /* cannot happen */
  memcpy(w->text + w->size, text, size);
  w->size += size;
  w->text[w->size] = '\0';
}

static void put_number(struct wording *w, int64_t n)
{
  uint64_t v = eng__magnitude(n);
  char digits[22];
  size_t at = sizeof digits - 1;

  digits[at] = '\0';
  do {
    digits[--at] = (char)('0' + v % 10);
    v /= 10;
  } while (v > 0);
  if (n < 0) digits[--at] = '-';
  put(w, digits + at);
}

/* The greatest unit that leaves a whole number. */
static void put_duration(struct wording *w, int64_t ms)
{
  static const struct {
    int64_t ms;
    const char *one, *many;
  } units[] = {{86400000, " day", " days"},
               {3600000, " hour", " hours"},
               {60000, " minute", " minutes"},
               {1000, " second", " seconds"},
               {1, " ms", " ms"}};
  size_t i = 0;

  while (ms % units[i].ms != 0) i++;
  put_number(w, ms / units[i].ms);
  put(w, ms / units[i].ms == 1 ? units[i].one : units[i].many);
}

static void put_money(struct wording *w, int64_t minor, int32_t currency)
{
  char money[ENG_MONEY_TEXT];

  if (eng_money_format(minor, currency, money) != ENG_OK) return;
  put(w, money);
  put(w, " ");
  put(w, eng_currency_code(currency));
}

/* Percents where they are whole, as people say them; n / d is always right. */
static void put_ratio(struct wording *w, int64_t n, int64_t d)
{
  int64_t hundred;

  if (d > 1 && 100 % d == 0 && eng__mul_i64(n, 100 / d, &hundred)) {
    put_number(w, hundred);
    put(w, " %");
    return;
  }
  put_number(w, n);
  if (d == 1) return;
  put(w, " / ");
  put_number(w, d);
}

static void put_value(struct wording *w, const eng_context *context, int type,
                      int64_t n, int64_t d)
{
  w->size = 0;
  w->text[0] = '\0';
  if (type == ENG__TYPE_DURATION) {
    put_duration(w, n);
  } else if (type == ENG__TYPE_MONEY) {
    put_money(w, n, eng_context_currency(context));
  } else {
    put_ratio(w, n, d);
    return;
  }
  if (d == 1) return;
  put(w, " / ");
  put_number(w, d);
}

static uint32_t keep_value(struct eng__parser *p, const struct eng__term *term)
{
  struct wording w;

  if (term->op != ENG__OP_CONSTANT) return eng__keep(p, "undefined", 9);
  put_value(&w, p->model->context, term->type, term->n, term->d);
  return eng__keep(p, w.text, w.size);
}

/* ---- what the host hands in ---- */

static bool same_words(const char *text, size_t size, const char *name)
{
  return strlen(name) == size && memcmp(text, name, size) == 0;
}

static bool is_param(const eng_model *model, const char *text, size_t size)
{
  for (size_t i = 0; i < model->param_count; i++) {
    if (same_words(text, size, model->names + model->params[i].name)) return true;
  }
  return false;
}

static void unknown_param(struct eng__parser *p, const struct eng__token *name,
                          const eng_model *base)
{
  struct eng__guess guess = eng__new_guess(name);

  for (size_t i = 0; i < base->param_count; i++) {
    const char *param = base->names + base->params[i].name;

    eng__consider(&guess, p->model->text + name->from, name->to - name->from, param,
                  strlen(param));
  }
  eng__unknown_name(p, name, "param", &guess);
}

static const struct eng__setting *find_setting(const struct eng__parser *p,
                                               const struct eng__token *name)
{
  const eng_model *model = p->model;
  size_t size = name->to - name->from;

  for (size_t i = 0; i < model->setting_count; i++) {
    const struct eng__setting *setting = &model->settings[i];

    if (setting->name_to - setting->name_from == size &&
        memcmp(model->text + setting->name_from, model->text + name->from, size) == 0) {
      return setting;
    }
  }
  return NULL;
}

/* Whether a value ends before the next word: at a comma, `param`, or NAME =. */
static bool at_value_end(const struct eng__parser *p)
{
  struct eng__lexer ahead = p->lexer;
  struct eng__token next;

  if (p->token.word == ENG__WORD_END || eng__at_sign(p, ",")) return true;
  if (p->token.word != ENG__WORD_NAME) return false;
  eng__lex_next(&ahead, &next);
  return eng__at_name(p, "param") ||
         (next.word == ENG__WORD_SIGN && strcmp(next.sign, "=") == 0);
}

/* [param] NAME = value [,]; the value is only looked at for its end. */
static void read_setting(struct eng__parser *p, const eng_model *base)
{
  eng_model *model = p->model;
  struct eng__token name;
  struct eng__setting setting;
  bool known;

  memset(&setting, 0, sizeof setting);
  (void)eng__take_name(p, "param");
  name = eng__declare(p, "the name of a param");
  if (p->status == ENG_OK && base != NULL &&
      !is_param(base, model->text + name.from, name.to - name.from)) {
    unknown_param(p, &name, base);
  }
  eng__need_sign(p, "=");
  if (p->status == ENG_OK && at_value_end(p)) eng__expected(p, "a value");
  if (p->status != ENG_OK) return;
  setting.name_from = name.from;
  setting.name_to = name.to;
  setting.from = p->token.from;
  setting.line = p->lexer.line;
  setting.line_start = p->lexer.line_start;
  for (; !at_value_end(p); eng__next_word(p)) setting.to = p->token.to;
  (void)eng__take_sign(p, ",");
  known = find_setting(p, &name) != NULL;
  if (known && base != NULL) {
    eng__fail_at(p, &name, ENG_E_DUPLICATE, "this param was set before");
  }
  if (known) return;
  model->settings = eng__make_room(p, model->settings, model->setting_count,
                                   &model->setting_room, sizeof *model->settings);
  if (p->status == ENG_OK) model->settings[model->setting_count++] = setting;
}

void eng__read_settings(struct eng__parser *p, uint32_t from, uint32_t to,
                        const eng_model *base)
{
  if (p->status != ENG_OK) return;
  eng__lex_begin(&p->lexer, p->model->text, to);
  p->lexer.at = p->lexer.line_start = from;
  p->in_setting = true;
  eng__next_word(p);
  while (p->status == ENG_OK && p->token.word != ENG__WORD_END) read_setting(p, base);
  p->in_setting = false;
}

/* ---- params as they are declared ---- */

/* "'fresh' is a duration, such as 180 days, not a number" */
static void fail_type(struct eng__parser *p, const struct eng__token *name,
                      const struct eng__token *at, const struct eng__term *own, int got)
{
  struct eng__phrase phrase = {"", 0};
  struct wording w;
  size_t size = name->to - name->from;

  put_value(&w, p->model->context, own->type, own->n, own->d);
  eng__say_text(&phrase, "'");
  eng__say(&phrase, p->model->text + name->from, size > 40 ? 40 : size);
  eng__say_text(&phrase, "' is ");
  eng__say_text(&phrase, eng__type_name(own->type));
  if (own->op == ENG__OP_CONSTANT) {
    eng__say_text(&phrase, " such as ");
    eng__say_text(&phrase, w.text);
  }
  eng__say_text(&phrase, ", not ");
  eng__say_text(&phrase, eng__type_name(got));
  eng__fail_at(p, at, ENG_E_TYPE, phrase.text);
}

/* The value that was set, in place of the text's own. */
static int32_t parse_setting(struct eng__parser *p, const struct eng__token *name,
                             const struct eng__setting *setting, int32_t own,
                             bool *widened)
{
  struct eng__lexer lexer = p->lexer;
  struct eng__token token = p->token, at;
  int32_t node;
  int type, own_type;

  p->in_setting = true;
  p->lexer.at = setting->from;
  p->lexer.size = setting->to;
  p->lexer.line = setting->line;
  p->lexer.line_start = setting->line_start;
  eng__next_word(p);
  at = p->token;
  node = eng__parse_expression(p);
  if (p->status == ENG_OK && p->token.word != ENG__WORD_END) {
    eng__expected(p, "an operator or the end of the value");
  }
  if (p->status == ENG_OK) {
    type = eng__type_of(p, node);
    own_type = eng__type_of(p, own);
    /* 1 is 100 %. */
    *widened = own_type == ENG__TYPE_RATIO && type == ENG__TYPE_NUMBER;
    if (*widened) {
      type = own_type;
      eng__term_at(p, node)->type = (uint8_t)type;
    }
    if (eng__resolved_term(p, node)->op != ENG__OP_CONSTANT) {
      eng__fail_at(p, &at, ENG_E_TYPE,
                   "a param is a constant: a number, duration or amount");
    } else if (type != own_type) {
      fail_type(p, name, &at, eng__resolved_term(p, own), type);
    }
  }
  p->in_setting = false;
  p->lexer = lexer;
  p->token = token;
  return node;
}

int32_t eng__add_param(struct eng__parser *p, const struct eng__token *name,
                       const struct eng__token *at, int32_t node)
{
  eng_model *model = p->model;
  const struct eng__setting *setting = find_setting(p, name);
  const struct eng__term *value;
  struct eng__param param;

  if (p->status != ENG_OK) return 0;
  memset(&param, 0, sizeof param);
  param.set = setting != NULL;
  param.line = name->line;
  param.own_wording = keep_value(p, eng__resolved_term(p, node));
  if (setting != NULL) {
    node = parse_setting(p, name, setting, node, &param.widened);
  } else if (eng__resolved_term(p, node)->op != ENG__OP_CONSTANT) {
    eng__fail_at(p, at, ENG_E_TYPE,
                 "a param is a constant: a number, duration or amount");
  }
  if (p->status != ENG_OK) return 0;
  value = eng__resolved_term(p, node);
  param.name = eng__keep(p, model->text + name->from, name->to - name->from);
  param.wording = setting == NULL ? param.own_wording : keep_value(p, value);
  param.type = (uint8_t)eng__type_of(p, node);
  param.n = value->n;
  param.d = value->d;
  model->params = eng__make_room(p, model->params, model->param_count,
                                 &model->param_room, sizeof *model->params);
  if (p->status != ENG_OK) return 0;
  model->params[model->param_count++] = param;
  return node;
}

/* ---- which model this is ---- */

static size_t put_bytes(uint8_t *out, const void *bytes, size_t size)
{
  size_t n = eng__put_varint(out, size);

  if (size > 0) memcpy(out + n, bytes, size);
  return n + size;
}

/* The text, and the values of its params in the order in which they are declared. */
eng_status eng__model_sign(eng_model *model)
{
  const eng_allocator *memory = eng__memory(model->context);
  /* A model that is asked differs from itself, whatever it is asked. */
  size_t asked =
      model->question_to > 0 ? model->question_to - model->question_from + 1 : 0;
  size_t room = model->text_size + asked + model->names_size + 2 * ENG__VARINT_MAX +
                model->param_count * (ENG__VARINT_MAX + 17);
  uint8_t *bytes = eng__new(memory, room);
  size_t size;

  if (bytes == NULL) return ENG_E_NOMEM;
  size = put_bytes(bytes, model->text, model->text_size);
  if (asked > 0) {
    size += put_bytes(bytes + size, model->text + model->question_from, asked - 1);
  }
  for (size_t i = 0; i < model->param_count; i++) {
    const struct eng__param *param = &model->params[i];
    const char *name = model->names + param->name;

    size += put_bytes(bytes + size, name, strlen(name));
    bytes[size++] = (uint8_t)eng__unit_of(param->type);
    eng__put64(bytes + size, (uint64_t)param->n);
    eng__put64(bytes + size + 8, (uint64_t)param->d);
    size += 16;
  }
  eng__hash128(bytes, size, model->digest);
  eng__free(memory, bytes, room);
  return ENG_OK;
}

eng_status eng_model_digest(const eng_model *model, uint8_t *digest)
{
  if (digest == NULL) return ENG_E_INVALID;
  memset(digest, 0, ENG_DIGEST_SIZE);
  if (model == NULL) return ENG_E_INVALID;
  memcpy(digest, model->digest, ENG_DIGEST_SIZE);
  return ENG_OK;
}

/* ---- reading ---- */

int32_t eng_model_param_count(const eng_model *model)
{
  return (int32_t)model->param_count;
}

static const struct eng__param *param_at(const eng_model *model, int32_t index)
{
  if (index < 0 || (size_t)index >= model->param_count) return NULL;
  return &model->params[index];
}

const char *eng_model_param_name(const eng_model *model, int32_t index)
{
  const struct eng__param *param = param_at(model, index);

  return param == NULL ? NULL : model->names + param->name;
}

const char *eng_model_param_text(const eng_model *model, int32_t index)
{
  const struct eng__param *param = param_at(model, index);

  return param == NULL ? NULL : model->names + param->wording;
}

const char *eng_model_param_default(const eng_model *model, int32_t index)
{
  const struct eng__param *param = param_at(model, index);

  return param == NULL ? NULL : model->names + param->own_wording;
}

int32_t eng_model_param_is_set(const eng_model *model, int32_t index)
{
  const struct eng__param *param = param_at(model, index);

  return param != NULL && param->set;
}

int32_t eng_model_param_line(const eng_model *model, int32_t index)
{
  const struct eng__param *param = param_at(model, index);

  return param == NULL ? 0 : (int32_t)param->line;
}

eng_status eng_model_param_value(const eng_model *model, int32_t index, eng_value *out)
{
  const struct eng__param *param;

  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, sizeof *out);
  if (model == NULL) return ENG_E_INVALID;
  param = param_at(model, index);
  if (param == NULL) return ENG_E_NOTFOUND;
  out->numerator = param->n;
  out->denominator = param->d;
  out->unit = eng__unit_of(param->type);
  out->defined = 1;
  return ENG_OK;
}
