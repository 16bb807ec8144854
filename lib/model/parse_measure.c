/* SPDX-License-Identifier: MIT */
/*
 * parse_measure.c - measures: what they are called, what each may or must say, and that
 * equal ones are measured once.
 */
#include "model/parser.h"

#include <string.h>

#include "core/memory.h"

/* A constant, a duration: what windows are made of. */
static int64_t window_duration(struct eng__parser *p)
{
  struct eng__token at = p->token;
  int32_t node = eng__parse_sum(p);
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

int eng__find_measure(const struct eng__parser *p, const struct eng__token *token)
{
  for (int i = 0; i < MEASURES; i++) {
    if (eng__token_is(p, token, measures[i].name)) return i;
  }
  return -1;
}

void eng__consider_measures(struct eng__guess *guess, const char *text, size_t size)
{
  for (int i = 0; i < MEASURES; i++) {
    eng__consider(guess, text, size, measures[i].name, strlen(measures[i].name));
  }
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
int32_t eng__read_measure(struct eng__parser *p, int which, uint32_t from)
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

void eng__read_events(struct eng__parser *p)
{
  struct eng__measure measure;

  memset(&measure, 0, sizeof measure);
  measure.op = ENG__MEASURE_COUNT;
  measure.where = -1;
  measure.within = -1;
  do {
    eng__read_kind(p, &measure.kinds);
  } while (eng__take_sign(p, ","));
  if (p->status == ENG_OK) read_conditions(p, &measure, false);
  if (p->status == ENG_OK && p->token.word != ENG__WORD_END) {
    eng__expected(p, measure.where < 0 ? "',' and a kind, 'where' or the end"
                                       : "an operator or the end of the condition");
  }
  if (p->status == ENG_OK) (void)add_measure(p, &measure);
}
