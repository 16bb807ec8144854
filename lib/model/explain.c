/* SPDX-License-Identifier: MIT */
/*
 * explain.c - an answer with its evidence.
 *
 * The condition of a stage is taken apart at its `and`s; each clause is shown as the
 * model words it, with what was measured, what it is compared with, and the events that
 * the measures in it have read. Texts are kept as offsets into one buffer until all of
 * them are there.
 */
#include <string.h>

#include <engagement/calendar.h>
#include <engagement/money.h>

#include "core/checked.h"
#include "core/customer.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "model/assessor.h"
#include "model/host.h"
#include "model/lex.h"

enum { WITNESSES = 100, CLAUSES = 256, WORDING = 1000, PARTS = 5 };

struct line {
  size_t text, measured, threshold; /* offsets */
  int64_t distance;
  int32_t holds;
  eng_event *witnesses; /* newest first */
  int32_t witness_count;
  int64_t witness_total; /* those that were not kept too */
};

struct part {
  struct line *lines;
  size_t count, room;
};

struct eng_explanation {
  eng_allocator memory;
  int32_t stage, target, next_stage;
  int64_t next_time;
  struct part parts[PARTS];
  char *texts;
  size_t texts_size, texts_room;
};

/* What is at hand while an explanation is written. */
struct writer {
  eng_explanation *explanation;
  eng_assessor *assessor;
  const struct eng__member *member;
  const eng_model *model;
  const eng_customer *customer;
  int64_t hidden; /* clauses beyond CLAUSES of a part */
  eng_status status;
};

/* ---- texts ---- */

static void put(struct writer *w, const char *text, size_t size)
{
  eng_explanation *x = w->explanation;
  void *texts = x->texts;

  if (w->status != ENG_OK) return;
  w->status =
      eng__grow(&x->memory, &texts, &x->texts_room, x->texts_size + size + 1, 1);
  x->texts = texts;
  if (w->status != ENG_OK) return;
  memcpy(x->texts + x->texts_size, text, size);
  x->texts_size += size;
}

static void put_text(struct writer *w, const char *text) { put(w, text, strlen(text)); }

static size_t begin(const struct writer *w) { return w->explanation->texts_size; }

static void end(struct writer *w) { put(w, "", 1); }

static void put_number(struct writer *w, int64_t n)
{
  uint64_t v = eng__magnitude(n);
  char digits[20];
  int count = 0;

  do {
    digits[19 - count++] = (char)('0' + v % 10);
    v /= 10;
  } while (v > 0);
  if (n < 0) put(w, "-", 1);
  put(w, digits + 20 - count, (size_t)count);
}

/* The greatest units that are not 0, at most `most` of them. */
static void put_duration(struct writer *w, int64_t ms, int most)
{
  static const struct {
    const char *one, *many;
    int64_t ms;
  } units[] = {{" day", " days", 86400000},
               {" h", " h", 3600000},
               {" min", " min", 60000},
               {" s", " s", 1000},
               {" ms", " ms", 1}};
  int put_units = 0;

  if (ms < 0) {
    put(w, "-", 1);
    ms = -ms;
  }
  for (int i = 0; i < 5 && put_units < most; i++) {
    int64_t n = ms / units[i].ms;

    ms %= units[i].ms;
    if (n == 0) continue;
    if (put_units++ > 0) put(w, " ", 1);
    put_number(w, n);
    put_text(w, n == 1 ? units[i].one : units[i].many);
  }
  if (put_units == 0) put_text(w, "0 s");
}

/* Three decimals at the most, rounded half away from zero. */
static void put_ratio(struct writer *w, struct eng__fraction v)
{
  struct eng__fraction thousand = {1000, 1}, half = {1, 2}, scaled;
  bool minus = v.n < 0;
  int64_t n, rest;
  char decimals[4];
  int count = 3;

  if (minus) v.n = -v.n;
  if (!eng__fraction_multiply(v, thousand, &scaled) ||
      !eng__fraction_add(scaled, half, &scaled)) {
    n = v.n / v.d;
    rest = 0;
  } else {
    n = eng__fraction_floor(scaled) / 1000;
    rest = eng__fraction_floor(scaled) % 1000;
  }
  if (minus && (n != 0 || rest != 0)) put(w, "-", 1);
  put_number(w, n);
  for (int i = 2; i >= 0; i--, rest /= 10) decimals[i] = (char)('0' + rest % 10);
  while (count > 0 && decimals[count - 1] == '0') count--;
  if (count > 0) put(w, ".", 1);
  put(w, decimals, (size_t)count);
}

/* Whole minor units, rounded half away from zero. */
static int64_t rounded(struct eng__fraction v)
{
  int64_t magnitude = v.n < 0 ? -v.n : v.n;
  int64_t whole = magnitude / v.d, rest = magnitude % v.d;

  if (rest >= v.d - rest) whole++;
  return v.n < 0 ? -whole : whole;
}

static void put_value(struct writer *w, int type, struct eng__fraction v, int units)
{
  int32_t currency = eng_context_currency(w->model->context);
  char money[ENG_MONEY_TEXT];

  switch (type) {
  case ENG__TYPE_DURATION:
  case ENG__TYPE_AGE: put_duration(w, eng__fraction_floor(v), units); return;
  case ENG__TYPE_MONEY:
    if (eng_money_format(rounded(v), currency, money) != ENG_OK) {
      put_ratio(w, v);
      return;
    }
    put_text(w, money);
    put(w, " ", 1);
    put_text(w, eng_currency_code(currency));
    return;
  case ENG__TYPE_BOOLEAN: put_text(w, v.n ? "yes" : "no"); return;
  default: put_ratio(w, v); return;
  }
}

/* The wording of a node on one line; cut where it is too long to read. */
static void put_text_of(struct writer *w, const struct eng__term *node)
{
  eng_explanation *x = w->explanation;
  void *texts = x->texts;

  if (w->status != ENG_OK) return;
  w->status = eng__grow(&x->memory, &texts, &x->texts_room,
                        x->texts_size + (node->to - node->from) + 5, 1);
  x->texts = texts;
  if (w->status != ENG_OK) return;
  x->texts_size += eng__lex_fold(w->model->text, node->from, node->to, WORDING,
                                 x->texts + x->texts_size);
}

/* The same, with the `not` that a class says by `no` and that the text does not have:
 * see axis_is in parse.c. */
static void put_wording(struct writer *w, const struct eng__term *node)
{
  const struct eng__term *known, *axis;
  bool name;

  if (node->op == ENG__OP_NOT && w->model->nodes[node->a].from == node->from) {
    known = &w->model->nodes[node->a];
    axis = &w->model->nodes[known->a];
    name = axis->op == ENG__OP_LET || axis->op == ENG__OP_STAGE;
    put_text(w, name ? "not " : "not (");
    put_text_of(w, axis);
    if (!name) put_text(w, ")");
  } else {
    put_text_of(w, node);
  }
}

/* ---- lines ---- */

static struct line *add_line(struct writer *w, int part_number)
{
  struct part *part = &w->explanation->parts[part_number];
  void *lines = part->lines;
  struct line *line;

  if (w->status != ENG_OK) return NULL;
  w->status = eng__grow(&w->explanation->memory, &lines, &part->room, part->count + 1,
                        sizeof *line);
  part->lines = lines;
  if (w->status != ENG_OK) return NULL;
  line = &part->lines[part->count++];
  memset(line, 0, sizeof *line);
  line->distance = ENG_DISTANCE_NONE;
  line->holds = ENG_HOLDS_UNKNOWN;
  return line;
}

static void add_text_line(struct writer *w, int part, const char *text)
{
  struct line *line = add_line(w, part);

  if (line == NULL) return;
  line->text = begin(w);
  put_text(w, text);
  end(w);
}

/* ---- witnesses ---- */

struct gathering {
  struct writer *writer;
  int64_t *meters; /* how many events each has read; -1: the clause does not ask it */
  eng_event *ring; /* the last WITNESSES of them */
  int64_t count;
};

static void mark_meters(const struct writer *w, int32_t index, int64_t *meters)
{
  const struct eng__term *node = &w->model->nodes[index];

  switch (node->op) {
  case ENG__OP_CONSTANT:
  case ENG__OP_FIELD: return;
  case ENG__OP_MEASURE: meters[w->member->meters[node->a]] = 0; return;
  case ENG__OP_STAGE: mark_meters(w, w->model->stages[node->a].when, meters); return;
  case ENG__OP_LET:
  case ENG__OP_NEGATE:
  case ENG__OP_NOT:
  case ENG__OP_DEFINED: mark_meters(w, node->a, meters); return;
  default:
    mark_meters(w, node->a, meters);
    mark_meters(w, node->b, meters);
    return;
  }
}

/* Whether the n-th event that a meter reads is evidence: the last one of a recency, the
 * first of a tenure, every one of the others. */
static bool is_evidence(const eng_assessor *assessor, unsigned which, int64_t n)
{
  switch (assessor->meters[which].measure.op) {
  case ENG__MEASURE_RECENCY: return n == assessor->tallies[which].n;
  case ENG__MEASURE_TENURE: return n == 1;
  default: return true;
  }
}

static eng_status note_witness(void *user, const struct eng__seen *seen)
{
  struct gathering *g = user;
  const eng_assessor *assessor = g->writer->assessor;
  unsigned end_of_kind = assessor->kind_start[seen->kind + 1];
  int64_t time = seen->event.occurred_at;
  bool evidence = false;
  eng_event *slot;

  for (unsigned i = assessor->kind_start[seen->kind]; i < end_of_kind; i++) {
    unsigned which = assessor->kind_meters[i];
    const struct eng__meter *meter = &assessor->meters[which];

    if (g->meters[which] < 0 || time <= meter->from || time > meter->to) continue;
    if (meter->measure.where >= 0 &&
        !eng__where_holds(meter->model, meter->measure.where, seen)) {
      continue;
    }
    evidence |= is_evidence(assessor, which, ++g->meters[which]);
  }
  if (!evidence) return ENG_OK;
  slot = &g->ring[g->count++ % WITNESSES];
  slot->context = assessor->context;
  slot->fields = seen->event; /* the extension is borrowed until it is kept */
  return ENG_OK;
}

static eng_status see(struct writer *w, eng__see_fn fn, void *user)
{
  struct eng__pen pen = w->customer->home.pen;

  return eng__see(&w->customer->timeline, &pen, w->assessor->as_of, &w->assessor->undos,
                  fn, user);
}

/* Makes a witness's extension its own, on which its effective id depends. */
static void keep_extension(struct writer *w, eng_event *witness)
{
  struct eng__event *event = &witness->fields;
  uint8_t *copy = NULL;

  if (event->extension_size > 0) {
    if (w->status == ENG_OK) {
      copy = eng__new(&w->explanation->memory, event->extension_size);
    }
    if (copy == NULL) {
      w->status = ENG_E_NOMEM;
      event->extension_size = 0;
    } else {
      memcpy(copy, event->extension, event->extension_size);
    }
  }
  event->extension = copy;
}

static void keep_extensions(struct writer *w, struct line *line)
{
  for (int32_t i = 0; i < line->witness_count; i++) {
    keep_extension(w, &line->witnesses[i]);
  }
}

/* The ring keeps the newest, which is what people look at. */
static void add_witnesses(struct writer *w, int32_t node, struct line *line)
{
  const eng_allocator *memory = &w->explanation->memory;
  size_t size = (w->assessor->meter_count + 1) * sizeof(int64_t);
  struct gathering g = {w, NULL, NULL, 0};

  g.meters = eng__new(memory, size);
  g.ring = eng__new(memory, WITNESSES * sizeof *g.ring);
  if (g.meters == NULL || g.ring == NULL) {
    w->status = ENG_E_NOMEM;
  } else {
    for (size_t i = 0; i <= w->assessor->meter_count; i++) g.meters[i] = -1;
    mark_meters(w, node, g.meters);
    w->status = see(w, note_witness, &g);
  }
  if (w->status == ENG_OK && g.count > 0) {
    int64_t kept = g.count < WITNESSES ? g.count : WITNESSES;

    line->witnesses = eng__new(memory, (size_t)kept * sizeof *line->witnesses);
    if (line->witnesses == NULL) {
      w->status = ENG_E_NOMEM;
    } else {
      line->witness_count = (int32_t)kept;
      line->witness_total = g.count;
      for (int64_t i = 0; i < kept; i++) {
        line->witnesses[i] = g.ring[(g.count - 1 - i) % WITNESSES];
      }
      keep_extensions(w, line);
    }
  }
  eng__free(memory, g.meters, size);
  eng__free(memory, g.ring, WITNESSES * sizeof *g.ring);
}

/* ---- clauses ---- */

static int32_t behind_lets(const eng_model *model, int32_t node)
{
  while (model->nodes[node].op == ENG__OP_LET) node = model->nodes[node].a;
  return node;
}

static bool counts(const eng_model *model, int32_t index)
{
  const struct eng__term *term = &model->nodes[behind_lets(model, index)];

  if (term->op == ENG__OP_ADD) return counts(model, term->a) && counts(model, term->b);
  return term->op == ENG__OP_MEASURE &&
         model->measures[term->a].op == ENG__MEASURE_COUNT;
}

/* Whether a term is a measure that events add to, or several counts together. */
static bool adds_up(const eng_model *model, const struct eng__term *term)
{
  if (term->op == ENG__OP_ADD) {
    return counts(model, term->a) && counts(model, term->b);
  }
  if (term->op != ENG__OP_MEASURE) return false;
  switch (model->measures[term->a].op) {
  case ENG__MEASURE_COUNT:
  case ENG__MEASURE_DAYS:
  case ENG__MEASURE_SUM:
  case ENG__MEASURE_CHANNELS:
  case ENG__MEASURE_ACTORS:
  case ENG__MEASURE_STREAK: return true;
  default: return false;
  }
}

/* What more a measure that adds up needs so that `measure op limit` holds. */
static int64_t distance(const struct eng__term *node, struct eng__fraction value,
                        struct eng__fraction limit)
{
  int64_t need, missing;

  if (value.d != 1) return ENG_DISTANCE_NONE;
  need = eng__fraction_floor(limit);
  if (node->op == ENG__OP_GREATER) {
    if (!eng__add_i64(need, 1, &need)) return ENG_DISTANCE_NONE;
  } else if (node->op == ENG__OP_GREATER_EQUAL || node->op == ENG__OP_EQUAL) {
    if (limit.d != 1 && !eng__add_i64(need, 1, &need)) return ENG_DISTANCE_NONE;
  } else {
    return ENG_DISTANCE_NONE;
  }
  if (!eng__sub_i64(need, value.n, &missing) || missing <= 0) return ENG_DISTANCE_NONE;
  return missing;
}

static size_t put_side(struct writer *w, int32_t node,
                       const struct eng__fraction *value, int units)
{
  size_t at = begin(w);

  if (value == NULL) {
    put_text(w, "undefined");
  } else {
    put_value(w, w->model->nodes[node].type, *value, units);
  }
  end(w);
  return at;
}

/* Both sides of a comparison, with all their units where two would hide what differs.
 */
static void put_sides(struct writer *w, struct line *line, int32_t left, int32_t right,
                      const struct eng__fraction *a, const struct eng__fraction *b)
{
  line->measured = put_side(w, left, a, 2);
  line->threshold = put_side(w, right, b, 2);
  if (w->status != ENG_OK || a == NULL || b == NULL) return;
  if (eng__fraction_compare(*a, *b) != 0 &&
      strcmp(w->explanation->texts + line->measured,
             w->explanation->texts + line->threshold) == 0) {
    line->measured = put_side(w, left, a, 5);
    line->threshold = put_side(w, right, b, 5);
  }
}

/* What a comparison is when it is not so; a sign that no distance is known of stays. */
static uint8_t denied_op(uint8_t op)
{
  switch (op) {
  case ENG__OP_LESS: return ENG__OP_GREATER_EQUAL;
  case ENG__OP_LESS_EQUAL: return ENG__OP_GREATER;
  case ENG__OP_GREATER: return ENG__OP_LESS_EQUAL;
  case ENG__OP_GREATER_EQUAL: return ENG__OP_LESS;
  case ENG__OP_NOT_EQUAL: return ENG__OP_EQUAL;
  default: return ENG__OP_NOT_EQUAL;
  }
}

static void describe_comparison(struct writer *w, const struct eng__term *node,
                                bool denied, struct line *line)
{
  int64_t now = w->assessor->as_of;
  int32_t left = node->a, right = node->b;
  struct eng__term turned = *node;
  struct eng__fraction a, b;
  bool a_known, b_known;

  if (w->model->nodes[behind_lets(w->model, left)].op == ENG__OP_CONSTANT) {
    left = node->b;
    right = node->a;
    if (node->op == ENG__OP_LESS) turned.op = ENG__OP_GREATER;
    if (node->op == ENG__OP_LESS_EQUAL) turned.op = ENG__OP_GREATER_EQUAL;
    if (node->op == ENG__OP_GREATER) turned.op = ENG__OP_LESS;
    if (node->op == ENG__OP_GREATER_EQUAL) turned.op = ENG__OP_LESS_EQUAL;
  }
  if (denied) turned.op = denied_op(turned.op);
  a_known = eng__evaluate(w->assessor, w->member, left, now, &a);
  b_known = eng__evaluate(w->assessor, w->member, right, now, &b);
  put_sides(w, line, left, right, a_known ? &a : NULL, b_known ? &b : NULL);
  if (a_known && b_known && line->holds != ENG_HOLDS_YES &&
      adds_up(w->model, &w->model->nodes[behind_lets(w->model, left)])) {
    line->distance = distance(&turned, a, b);
  }
}

/* Whether the last line of a part says what one before it did, where two alternatives
 * or two stages that are named want the same. */
static bool said_before(const struct writer *w, const struct part *part)
{
  const char *texts = w->explanation->texts;
  const char *last = texts + part->lines[part->count - 1].text;

  for (size_t i = 0; i + 1 < part->count; i++) {
    if (strcmp(texts + part->lines[i].text, last) == 0) return true;
  }
  return false;
}

/* A condition, or that it is not so. */
struct claim {
  int32_t node;
  bool denied;
};

static void put_claim(struct writer *w, const struct eng__term *node, bool denied)
{
  if (denied) put_text(w, "not ");
  put_wording(w, node);
}

static void add_clause(struct writer *w, int part, struct claim claim, int32_t holds,
                       const char *prefix)
{
  const struct eng__term *node = &w->model->nodes[claim.node];
  const struct eng__term *meaning = &w->model->nodes[behind_lets(w->model, claim.node)];
  struct line *line;

  if (w->explanation->parts[part].count == CLAUSES) {
    w->hidden++;
    return;
  }
  line = add_line(w, part);
  if (line == NULL) return;
  line->holds = holds;
  line->text = begin(w);
  put_text(w, prefix);
  put_claim(w, node, claim.denied);
  if (node->op == ENG__OP_LET && meaning->op != ENG__OP_CONSTANT) {
    put_text(w, ": ");
    put_claim(w, meaning, claim.denied);
  }
  end(w);
  if (w->status == ENG_OK && *prefix == '\0' &&
      said_before(w, &w->explanation->parts[part])) {
    w->explanation->parts[part].count--;
    w->explanation->texts_size = line->text;
    return;
  }
  line->measured = line->threshold = begin(w);
  end(w);
  if (eng__op_compares(meaning->op)) {
    describe_comparison(w, meaning, claim.denied, line);
  }
  if (w->status == ENG_OK) add_witnesses(w, claim.node, line);
}

static int32_t holds_now(const struct writer *w, struct claim claim)
{
  struct eng__fraction value;

  if (!eng__evaluate(w->assessor, w->member, claim.node, w->assessor->as_of, &value)) {
    return ENG_HOLDS_UNKNOWN;
  }
  return (value.n != 0) != claim.denied ? ENG_HOLDS_YES : ENG_HOLDS_NO;
}

static void add_clauses(struct writer *w, int part, struct claim claim,
                        const char *prefix);

/* Alternatives: of a stage that was reached those that hold, of a missing one each,
 * since any of them would do. */
static void add_alternatives(struct writer *w, int part, struct claim a, struct claim b,
                             const char *prefix)
{
  if (part == ENG_PART_MISSING) {
    add_clauses(w, part, a, *prefix == '\0' ? "either " : prefix);
    add_clauses(w, part, b, "or ");
    return;
  }
  if (holds_now(w, a) == ENG_HOLDS_YES) add_clauses(w, part, a, prefix);
  if (holds_now(w, b) == ENG_HOLDS_YES) add_clauses(w, part, b, prefix);
}

/* What is missing can be said of what a `not` or the name of a stage stands for, too;
 * of the `not` of a class there is no more to say. False: the claim is what it was. */
static bool look_inside(const struct writer *w, struct claim *claim)
{
  const struct eng__term *nodes = w->model->nodes;
  const struct eng__term *node = &nodes[behind_lets(w->model, claim->node)];

  if (node->op == ENG__OP_STAGE) {
    claim->node = w->model->stages[node->a].when;
    return true;
  }
  if (node->op != ENG__OP_NOT || nodes[node->a].from == node->from) return false;
  claim->node = node->a;
  claim->denied = !claim->denied;
  return true;
}

/* Takes a condition apart at its `and`s and `or`s: all clauses of a stage that was
 * reached, and of a missing one those that do not hold. Of what is denied, an `and`
 * is an `or`. */
static void add_clauses(struct writer *w, int part, struct claim claim,
                        const char *prefix)
{
  const struct eng__term *node;
  struct claim a, b;

  if (w->status != ENG_OK) return;
  if (part == ENG_PART_MISSING) {
    if (holds_now(w, claim) == ENG_HOLDS_YES) return;
    while (look_inside(w, &claim)) {
    }
  }
  node = &w->model->nodes[behind_lets(w->model, claim.node)];
  if (node->op != ENG__OP_AND && node->op != ENG__OP_OR) {
    add_clause(w, part, claim, holds_now(w, claim), prefix);
    return;
  }
  a = (struct claim){node->a, claim.denied};
  b = (struct claim){node->b, claim.denied};
  if ((node->op == ENG__OP_AND) != claim.denied) {
    bool nested = *prefix != '\0' && holds_now(w, a) != ENG_HOLDS_YES;

    add_clauses(w, part, a, prefix);
    add_clauses(w, part, b, nested ? "and " : prefix);
  } else {
    add_alternatives(w, part, a, b, prefix);
  }
}

/* ---- notes ---- */

static eng_status pass_by(void *user, const struct eng__seen *seen)
{
  *(int64_t *)user += seen->foreign_amount;
  return ENG_OK;
}

static void add_note(struct writer *w, int64_t count, const char *text)
{
  struct line *line;

  if (count == 0) return;
  line = add_line(w, ENG_PART_NOTE);
  if (line == NULL) return;
  line->text = begin(w);
  put_number(w, count);
  put(w, " ", 1);
  put_text(w, text);
  end(w);
}

static bool measures_money(const eng_model *model)
{
  for (size_t i = 0; i < model->measure_count; i++) {
    if (model->measures[i].of == ENG__FIELD_AMOUNT) return true;
  }
  return false;
}

static void add_notes(struct writer *w)
{
  const struct eng__undos *undos = &w->assessor->undos;
  int64_t left_out = 0, inert = 0, ignored = 0;

  if (w->status != ENG_OK) return;
  w->status = see(w, pass_by, &left_out);
  for (size_t i = 0; w->status == ENG_OK && i < undos->count; i++) {
    inert += !undos->undos[i].hit && !undos->undos[i].voided &&
             undos->undos[i].time <= w->assessor->as_of;
    ignored += undos->undos[i].foreign;
  }
  if (!measures_money(w->model)) left_out = 0;
  add_note(w, left_out,
           "amounts in other currencies were left out of money: there is no rate");
  add_note(
      w, inert,
      "voids, refunds or cancellations have no effect: what they name is not held, or "
      "is later than they are");
  add_note(w, ignored, "refunds in another currency than their purchase were ignored");
  add_note(w, w->hidden, "clauses are not shown");
}

/* ---- what a host says itself ---- */

struct eng_evidence {
  struct writer *writer;
  int32_t part; /* of the line added last; 0: there is none */
};

eng_status eng_evidence_add(eng_evidence *evidence, int32_t part, const char *text,
                            size_t length)
{
  struct writer *w;
  struct line *line;

  if (evidence == NULL || text == NULL) return ENG_E_INVALID;
  if (part < ENG_PART_CLAUSE || part > ENG_PART_NOTE) return ENG_E_RANGE;
  if (!eng__is_utf8(text, length)) return ENG_E_TEXT;
  w = evidence->writer;
  if (w->explanation->parts[part].count == CLAUSES) return ENG_E_LIMIT;
  line = add_line(w, part);
  if (line == NULL) return w->status;
  evidence->part = part;
  line->text = begin(w);
  put(w, text, length);
  end(w);
  line->measured = line->threshold = 0; /* the empty text */
  return w->status;
}

/* The clause added last, or NULL. */
static struct line *last_clause(const eng_evidence *evidence)
{
  struct part *part = &evidence->writer->explanation->parts[evidence->part];

  if (evidence->part != ENG_PART_CLAUSE && evidence->part != ENG_PART_MISSING) {
    return NULL;
  }
  return &part->lines[part->count - 1];
}

static size_t put_said(struct writer *w, const char *text, size_t length)
{
  size_t at = begin(w);

  if (length > 0) put(w, text, length);
  end(w);
  return at;
}

eng_status eng_evidence_measure(eng_evidence *evidence, const char *measured,
                                size_t measured_length, const char *threshold,
                                size_t threshold_length, int32_t holds,
                                int64_t distance)
{
  struct writer *w;
  struct line *line;

  if (evidence == NULL || (measured == NULL && measured_length > 0) ||
      (threshold == NULL && threshold_length > 0)) {
    return ENG_E_INVALID;
  }
  line = last_clause(evidence);
  if (line == NULL) return ENG_E_NOTFOUND;
  if (holds < ENG_HOLDS_NO || holds > ENG_HOLDS_UNKNOWN ||
      (distance <= 0 && distance != ENG_DISTANCE_NONE)) {
    return ENG_E_RANGE;
  }
  if ((measured_length > 0 && !eng__is_utf8(measured, measured_length)) ||
      (threshold_length > 0 && !eng__is_utf8(threshold, threshold_length))) {
    return ENG_E_TEXT;
  }
  w = evidence->writer;
  line->measured = put_said(w, measured, measured_length);
  line->threshold = put_said(w, threshold, threshold_length);
  line->holds = holds;
  line->distance = distance;
  return w->status;
}

/* One more witness in front of the others; the oldest goes where there are too many. */
eng_status eng_evidence_witness(eng_evidence *evidence, const eng_event *event)
{
  const eng_allocator *memory;
  struct writer *w;
  struct line *line;
  eng_event *grown;
  size_t count;

  if (evidence == NULL || event == NULL) return ENG_E_INVALID;
  line = last_clause(evidence);
  if (line == NULL) return ENG_E_NOTFOUND;
  w = evidence->writer;
  if (event->context != w->assessor->context) return ENG_E_CONTEXT;
  if (w->status != ENG_OK) return w->status;
  memory = &w->explanation->memory;
  count = (size_t)line->witness_count;
  if (count == WITNESSES) {
    struct eng__event *oldest = &line->witnesses[--count].fields;

    eng__free(memory, (void *)(uintptr_t)oldest->extension, oldest->extension_size);
  } else {
    grown = eng__resize(memory, line->witnesses, count * sizeof *grown,
                        (count + 1) * sizeof *grown);
    if (grown == NULL) return w->status = ENG_E_NOMEM;
    line->witnesses = grown;
    line->witness_count++;
  }
  memmove(line->witnesses + 1, line->witnesses, count * sizeof *line->witnesses);
  line->witnesses[0] = *event;
  line->witness_total++;
  keep_extension(w, &line->witnesses[0]);
  return w->status;
}

static void ask_host(struct writer *w)
{
  const struct eng__host *host = w->model->host;
  const eng_customer *customer = w->customer;
  struct eng_evidence evidence = {w, 0};
  struct eng_view view;
  eng_status answer;

  if (host->explain == NULL) {
    add_text_line(w, ENG_PART_NOTE, "this model does not say why");
    return;
  }
  w->status =
      eng__view_open(w->assessor, &customer->timeline, &customer->shapes, &view);
  if (w->status != ENG_OK) return;
  answer = host->explain(host->user, &view, w->explanation->stage, &evidence);
  if (w->status == ENG_OK) w->status = eng__host_status(answer);
}

/* ---- the whole ---- */

static void write_all(struct writer *w)
{
  eng_explanation *x = w->explanation;
  const eng_model *model = w->model;

  if (model->host != NULL) {
    ask_host(w);
    add_notes(w);
    return;
  }
  if (x->stage > 0) {
    const struct eng__stage *stage = &model->stages[x->stage - 1];

    add_clauses(w, ENG_PART_CLAUSE, (struct claim){stage->when, false}, "");
    for (int32_t i = 0; i < stage->advice_count; i++) {
      add_text_line(w, ENG_PART_ADVICE,
                    model->names + model->advices[stage->advice_first + i]);
    }
  }
  if (x->target > 0) {
    add_clauses(w, ENG_PART_MISSING,
                (struct claim){model->stages[x->target - 1].when, false}, "");
  }
  add_notes(w);
}

/* Stages and next change of the one model, whatever else the assessor runs. */
static eng_status find_stage(eng_assessor *assessor, int32_t model,
                             const eng_customer *customer, eng_explanation *x)
{
  int32_t stages[64], next_stages[64];
  int64_t next_times[64];
  eng_status status;

  assessor->asked = UINT64_C(1) << model;
  status = eng__assess_next(assessor, &customer->timeline, &customer->shapes, stages,
                            next_times, next_stages);
  assessor->asked = UINT64_MAX;
  if (status != ENG_OK) return status;
  x->stage = stages[model];
  x->next_time = next_times[model];
  x->next_stage = next_stages[model];
  /* The sweep moved the tallies on: measure as of the instant once more. */
  status = eng__measure(assessor, &customer->timeline, &customer->shapes);
  if (status == ENG_OK)
    x->target = eng__stage_ahead(assessor, &assessor->members[model], x->stage);
  return status;
}

eng_status eng_assessor_explain(eng_assessor *assessor, int32_t model,
                                const eng_customer *customer, int64_t as_of,
                                eng_explanation **out)
{
  const eng_allocator *memory;
  struct writer w;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (assessor == NULL || customer == NULL) return ENG_E_INVALID;
  if (model < 0 || model >= assessor->count) return ENG_E_RANGE;
  if (customer->home.pen.context != assessor->context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  memory = eng__memory(assessor->context);
  memset(&w, 0, sizeof w);
  w.assessor = assessor;
  w.member = &assessor->members[model];
  w.model = w.member->model;
  w.customer = customer;
  w.explanation = eng__new_zeroed(memory, sizeof *w.explanation);
  if (w.explanation == NULL) return ENG_E_NOMEM;
  w.explanation->memory = *memory;
  end(&w); /* offset 0 is the empty text */
  eng__assess_prepare(assessor, as_of);
  eng__assess_name(assessor, customer->id, customer->id_length);
  if (w.status == ENG_OK)
    w.status = find_stage(assessor, model, customer, w.explanation);
  if (w.status == ENG_OK) write_all(&w);
  eng__assess_name(assessor, NULL, 0);
  if (w.status != ENG_OK) {
    eng_explanation_free(w.explanation);
    return w.status;
  }
  *out = w.explanation;
  return ENG_OK;
}

/* The same of a condition or number alone, where the assessor has measured already:
 * clauses if it is a number or holds, what is missing if not. */
eng_status eng__explain_node(eng_assessor *assessor, int32_t model,
                             const eng_customer *customer, int32_t node,
                             eng_explanation **out)
{
  const eng_allocator *memory = eng__memory(assessor->context);
  struct claim claim = {node, false};
  struct writer w;

  *out = NULL;
  memset(&w, 0, sizeof w);
  w.assessor = assessor;
  w.member = &assessor->members[model];
  w.model = w.member->model;
  w.customer = customer;
  w.explanation = eng__new_zeroed(memory, sizeof *w.explanation);
  if (w.explanation == NULL) return ENG_E_NOMEM;
  w.explanation->memory = *memory;
  w.explanation->next_time = ENG_TIME_NONE;
  end(&w); /* offset 0 is the empty text */
  if (w.model->nodes[node].type != ENG__TYPE_BOOLEAN) {
    add_clause(&w, ENG_PART_CLAUSE, claim, ENG_HOLDS_YES, "");
  } else {
    bool holds = holds_now(&w, claim) == ENG_HOLDS_YES;

    add_clauses(&w, holds ? ENG_PART_CLAUSE : ENG_PART_MISSING, claim, "");
  }
  if (w.status != ENG_OK) {
    eng_explanation_free(w.explanation);
    return w.status;
  }
  *out = w.explanation;
  return ENG_OK;
}

void eng_explanation_free(eng_explanation *explanation)
{
  eng_allocator memory;

  if (explanation == NULL) return;
  memory = explanation->memory;
  for (int i = 0; i < PARTS; i++) {
    struct part *part = &explanation->parts[i];

    for (size_t j = 0; j < part->count; j++) {
      for (int32_t k = 0; k < part->lines[j].witness_count; k++) {
        struct eng__event *event = &part->lines[j].witnesses[k].fields;

        /* Our own copy: see keep_extensions. */
        eng__free(&memory, (void *)(uintptr_t)event->extension, event->extension_size);
      }
      eng__free(&memory, part->lines[j].witnesses,
                (size_t)part->lines[j].witness_count * sizeof(eng_event));
    }
    eng__free(&memory, part->lines, part->room * sizeof *part->lines);
  }
  eng__free(&memory, explanation->texts, explanation->texts_room);
  eng__free(&memory, explanation, sizeof *explanation);
}

/* ---- reading ---- */

int32_t eng_explanation_stage(const eng_explanation *explanation)
{
  return explanation->stage;
}

int32_t eng_explanation_target(const eng_explanation *explanation)
{
  return explanation->target;
}

int64_t eng_explanation_next_change(const eng_explanation *explanation, int32_t *stage)
{
  if (stage != NULL) *stage = explanation->next_stage;
  return explanation->next_time;
}

int32_t eng_explanation_line_count(const eng_explanation *explanation, int32_t part)
{
  return part < 1 || part >= PARTS ? 0 : (int32_t)explanation->parts[part].count;
}

static const struct line *line_at(const eng_explanation *explanation, int32_t part,
                                  int32_t line)
{
  if (line < 0 || line >= eng_explanation_line_count(explanation, part)) return NULL;
  return &explanation->parts[part].lines[line];
}

const char *eng_explanation_text(const eng_explanation *explanation, int32_t part,
                                 int32_t line)
{
  const struct line *at = line_at(explanation, part, line);

  return at == NULL ? NULL : explanation->texts + at->text;
}

const char *eng_explanation_measured(const eng_explanation *explanation, int32_t part,
                                     int32_t line)
{
  const struct line *at = line_at(explanation, part, line);

  return at == NULL ? NULL : explanation->texts + at->measured;
}

const char *eng_explanation_threshold(const eng_explanation *explanation, int32_t part,
                                      int32_t line)
{
  const struct line *at = line_at(explanation, part, line);

  return at == NULL ? NULL : explanation->texts + at->threshold;
}

int32_t eng_explanation_holds(const eng_explanation *explanation, int32_t part,
                              int32_t line)
{
  const struct line *at = line_at(explanation, part, line);

  return at == NULL ? ENG_HOLDS_UNKNOWN : at->holds;
}

int64_t eng_explanation_distance(const eng_explanation *explanation, int32_t part,
                                 int32_t line)
{
  const struct line *at = line_at(explanation, part, line);

  return at == NULL ? ENG_DISTANCE_NONE : at->distance;
}

int32_t eng_explanation_witness_count(const eng_explanation *explanation, int32_t part,
                                      int32_t line)
{
  const struct line *at = line_at(explanation, part, line);

  return at == NULL ? 0 : at->witness_count;
}

int64_t eng_explanation_witness_total(const eng_explanation *explanation, int32_t part,
                                      int32_t line)
{
  const struct line *at = line_at(explanation, part, line);

  return at == NULL ? 0 : at->witness_total;
}

const eng_event *eng_explanation_witness(const eng_explanation *explanation,
                                         int32_t part, int32_t line, int32_t witness)
{
  const struct line *at = line_at(explanation, part, line);

  if (at == NULL || witness < 0 || witness >= at->witness_count) return NULL;
  return &at->witnesses[witness];
}
