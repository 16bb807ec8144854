/* SPDX-License-Identifier: MIT */
/*
 * model.h - a model as a tree, from text to answer.
 *
 * Text goes through lex.c (words), parse.c and its parts (terms, names resolved and
 * types checked as they are read) and becomes an eng_model, which never changes.
 * compile.c joins the measures of several models into one table and measure.c fills it
 * from a timeline in one pass; evaluate.c runs the trees over what was measured; sweep.c
 * moves both on in time.
 *
 * Every number is an exact pair n/d, d > 0. A boolean is 0 or 1. What is not defined
 * stays not defined through everything but `defined` and `else`, and a comparison with
 * it is unknown (Kleene's three values).
 */
#ifndef ENG_MODEL_MODEL_H
#define ENG_MODEL_MODEL_H

#include <engagement/model.h>

#include "core/context.h"

/* ---- nodes ---- */

enum eng__type {
  ENG__TYPE_NUMBER = 1,
  ENG__TYPE_RATIO,
  ENG__TYPE_DURATION,
  ENG__TYPE_MONEY,
  ENG__TYPE_BOOLEAN,
  ENG__TYPE_AGE, /* a duration that grows with time: only compared */
  ENG__TYPE_CHANNEL,
  ENG__TYPE_SCALE,
  ENG__TYPE_MODE,
  ENG__TYPE_DIRECTION,
  ENG__TYPE_TOPIC
};

enum eng__op {
  ENG__OP_CONSTANT = 1, /* n / d */
  ENG__OP_MEASURE,      /* a: index of a measure */
  ENG__OP_FIELD,        /* a: enum eng__field, inside `where` */
  ENG__OP_STAGE,        /* a: stage, 0 the first */
  ENG__OP_LET,          /* a: the node it stands for */
  ENG__OP_ADD,
  ENG__OP_SUBTRACT,
  ENG__OP_MULTIPLY,
  ENG__OP_DIVIDE,
  ENG__OP_NEGATE,
  ENG__OP_LESS, /* ORDER comparisons */
  ENG__OP_LESS_EQUAL,
  ENG__OP_GREATER,
  ENG__OP_GREATER_EQUAL,
  ENG__OP_EQUAL,
  ENG__OP_NOT_EQUAL,
  ENG__OP_AND,
  ENG__OP_OR,
  ENG__OP_NOT,
  ENG__OP_DEFINED,
  ENG__OP_ELSE,
  /* Of scores, each with two operands as all that follow: */
  ENG__OP_EACH,  /* a: a count of events or days; n: which term of a score */
  ENG__OP_WHEN,  /* a: a condition; n: the same */
  ENG__OP_WORTH, /* a: a number or ratio, rounded down; n: the same */
  ENG__OP_TERMS, /* a: a term, or several; b: one more */
  ENG__OP_SCORE  /* a: the terms; n: which score */
};

static inline bool eng__op_compares(int op)
{
  return op >= ENG__OP_LESS && op <= ENG__OP_NOT_EQUAL;
}

/* Fields of an event that `where` may ask for. ORDER fields: the numbers first. */
enum eng__field {
  ENG__FIELD_AMOUNT = 1,
  ENG__FIELD_VALUE,
  ENG__FIELD_RATING, /* value in units of its scale */
  ENG__FIELD_VALENCE,
  ENG__FIELD_CHANNEL,
  ENG__FIELD_SCALE,
  ENG__FIELD_MODE,
  ENG__FIELD_DIRECTION,
  ENG__FIELD_INCENTIVISED,
  ENG__FIELD_PUBLIC,
  ENG__FIELD_TOPIC,
  ENG__FIELD_ACTOR
};

struct eng__term {
  uint8_t op, type;
  uint16_t depth;    /* of the tree below; bounded, so that recursion is */
  uint32_t cost;     /* nodes that one evaluation may visit; bounded too */
  int32_t a, b;      /* operands: nodes, or what the op says */
  int64_t n, d;      /* of a constant */
  uint32_t from, to; /* where it stands in the text */
};

/* ---- measures ---- */

enum eng__measure_op {
  ENG__MEASURE_COUNT = 1,
  ENG__MEASURE_DAYS,
  ENG__MEASURE_SUM,
  ENG__MEASURE_RECENCY,
  ENG__MEASURE_TENURE,
  ENG__MEASURE_MEAN,
  ENG__MEASURE_MIN,
  ENG__MEASURE_MAX,
  ENG__MEASURE_SHARE,    /* of the events, those for which `where` holds */
  ENG__MEASURE_GAP,      /* the median time from one event to the next */
  ENG__MEASURE_CHANNELS, /* distinct ones */
  ENG__MEASURE_ACTORS,
  ENG__MEASURE_STREAK /* of the last `periods`, those with an event */
};

/* Periods of a streak; they begin with the local business day or week. */
enum { ENG__PERIOD_DAY = 1, ENG__PERIOD_WEEK = 2 };

struct eng__kinds {
  uint64_t bits[4]; /* by number */
};

static inline bool eng__kinds_has(const struct eng__kinds *kinds, unsigned kind)
{
  return kinds->bits[kind >> 6] >> (kind & 63) & 1;
}

static inline void eng__kinds_add(struct eng__kinds *kinds, unsigned kind)
{
  kinds->bits[kind >> 6] |= UINT64_C(1) << (kind & 63);
}

struct eng__measure {
  uint8_t op;
  uint8_t of;     /* enum eng__field that sum, mean, min and max are about */
  uint8_t period; /* of a streak, or 0 */
  int32_t periods;
  struct eng__kinds kinds;
  int32_t where;  /* node of the filter, or -1 */
  int64_t within; /* milliseconds; -1: since ever */
  int64_t before; /* milliseconds; 0: until now */
};

/* ---- the model ---- */

struct eng__stage {
  uint32_t name, title; /* offsets into names, closed by NUL */
  uint32_t alias;       /* another name, or 0 */
  uint32_t from;        /* where its name stands in the text */
  int32_t when;         /* node */
  unsigned answers;     /* of a class: bit i is the answer on axis i */
  int32_t advice_first, advice_count;
};

/* What a definition is. */
enum { ENG__IS_PARAM = 1, ENG__IS_LET, ENG__IS_DIMENSION, ENG__IS_SCORE };

/* A name for a term, as it stands in the text. */
struct eng__definition {
  uint32_t from, to; /* its name */
  int32_t node;
  uint8_t what; /* ENG__IS_ */
};

/* A number that a model shows beside its stages. */
struct eng__dimension {
  uint32_t name, title;
  int32_t node;
};

enum { ENG__AXES_MAX = 4 };

/* A term of a score: what it credits, as points. */
struct eng__score_term {
  uint32_t name, title;
  int32_t node;   /* ENG__OP_EACH, _WHEN or _WORTH */
  int32_t points; /* of each event or day, or once; 0 for a worth */
  int32_t cap;    /* bounds the magnitude; ENG__POINTS_MAX if the text says none */
};

/* A number 0..1000 that is a sum of terms. */
struct eng__score {
  uint32_t name, title;
  int32_t node; /* ENG__OP_SCORE */
  int32_t term_first, term_count;
};

enum {
  ENG__SCORE_MAX = 1000,
  ENG__POINTS_MAX = 1000000, /* of one term, so that no sum of terms can overflow */
  ENG__SCORES_MAX = 16,      /* of a model */
  ENG__SCORE_TERMS_MAX = 64  /* of a score */
};
/* A constant of the text that a host may set to another value; see params.c. */
struct eng__param {
  uint32_t name;                 /* offsets into names */
  uint32_t wording, own_wording; /* of the value in effect, and of the text's own */
  uint32_t line;
  uint8_t type; /* enum eng__type */
  bool set;     /* by the host */
  bool widened; /* to a whole number, where the text has a ratio */
  int64_t n, d; /* the value in effect */
};

/* A value that the host handed in; places in `text`, behind the model's own. */
struct eng__setting {
  uint32_t name_from, name_to;
  uint32_t from, to;         /* the value */
  uint32_t line, line_start; /* of its first word, for errors */
};

/* A callback model: what the host does itself. See host.h. */
struct eng__host;

struct eng_model {
  const eng_context *context;
  struct eng__host *host; /* NULL: the model is text */
  char *text; /* copied, for the wording of clauses; then what the host set */
  size_t text_size, text_room;
  char *names; /* unescaped texts, one after the other */
  size_t names_size, names_room;
  uint32_t name, title, source; /* offsets into names; 0 is the empty text */
  int32_t shape, revision;
  bool bare; /* the text is a condition alone: eng_model_condition */
  uint32_t question_from, question_to; /* of a condition behind the text; else 0 */
  bool events; /* the text says which events: eng_filter_parse */
  struct eng__definition *definitions; /* in the order of the text */
  size_t definition_count, definition_room;
  bool built_in; /* parses without a base currency too: money then measures nothing */
  struct eng__term *nodes;
  size_t node_count, node_room;
  struct eng__measure *measures;
  size_t measure_count, measure_room;
  struct eng__stage *stages;
  size_t stage_count, stage_room;
  int32_t axes[ENG__AXES_MAX]; /* nodes, of a model of classes */
  int32_t axis_count;
  int32_t lap; /* rank of the stage whose spells are laps, or 0 */
  struct eng__dimension *dimensions;
  size_t dimension_count, dimension_room;
  struct eng__score *scores;
  size_t score_count, score_room;
  struct eng__score_term *terms; /* of all scores, one score after the other */
  size_t term_count, term_room;
  struct eng__param *params;
  size_t param_count, param_room;
  struct eng__setting *settings;
  size_t setting_count, setting_room;
  uint8_t digest[16];
  uint32_t *advices; /* offsets into names */
  size_t advice_count, advice_room;
};

/* What a type of value is to the host: ENG_UNIT_*. */
int32_t eng__unit_of(int type);

/* Works the digest of a model out that is otherwise complete. */
eng_status eng__model_sign(eng_model *model);

#endif
