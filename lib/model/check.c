/* SPDX-License-Identifier: MIT */
/*
 * check.c - what a model says that can hardly be meant.
 *
 * Conditions are looked at as they are written: each comparison for itself, the parts
 * of an `and` or `or` together, the stages against each other. range.c says what each
 * can be, assume.c which of them can hold together. Nothing is claimed that was not
 * shown there.
 */
#include "model/check.h"

#include <string.h>

#include "core/memory.h"
#include "core/sort.h"
#include "model/assume.h"
#include "model/print.h"
#include "model/quick.h"

enum { PARTS = 256, WORDING = 160 };

struct eng_findings {
  const eng_allocator *memory;
  struct eng__finding *findings;
  size_t count, room;
  char *texts;
  size_t texts_size, texts_room;
};

/* What is at hand while a model is looked at. */
struct checker {
  const eng_model *model;
  eng_findings *findings;
  struct eng__ranges ranges;
  struct eng__assumptions *assumptions;
  bool *visited;  /* of each node */
  size_t wording; /* bytes of the wording that is being put */
  eng_status status;
};

/* ---- texts ---- */

static void put(void *user, const char *text, size_t size)
{
  struct checker *c = user;
  eng_findings *f = c->findings;
  void *texts = f->texts;

  if (c->status != ENG_OK) return;
  c->status = eng__grow(f->memory, &texts, &f->texts_room, f->texts_size + size, 1);
  f->texts = texts;
  if (c->status != ENG_OK) return;
  memcpy(f->texts + f->texts_size, text, size);
  f->texts_size += size;
}

static void put_text(struct checker *c, const char *text)
{
  put(c, text, strlen(text));
}

/* A wording is cut where it is too long to read. */
static void put_some(void *user, const char *text, size_t size)
{
  struct checker *c = user;

  if (c->wording + size <= WORDING) {
    put(c, text, size);
  } else if (c->wording <= WORDING) {
    put_text(c, " ...");
    c->wording = WORDING;
  }
  c->wording += size;
}

static void put_wording(struct checker *c, int32_t node)
{
  const struct eng__term *at = &c->model->nodes[node];

  c->wording = 0;
  eng__print_expression(c->model, at->from, at->to, put_some, c);
}

/* ---- findings ---- */

static struct eng__finding *add(struct checker *c, int32_t kind, int32_t severity,
                                uint32_t from)
{
  eng_findings *f = c->findings;
  void *findings = f->findings;
  struct eng__finding *finding;

  if (c->status != ENG_OK) return NULL;
  c->status =
      eng__grow(f->memory, &findings, &f->room, f->count + 1, sizeof *f->findings);
  f->findings = findings;
  if (c->status != ENG_OK) return NULL;
  finding = &f->findings[f->count++];
  memset(finding, 0, sizeof *finding);
  finding->kind = kind;
  finding->severity = severity;
  finding->node = finding->chain = -1;
  finding->from = from;
  finding->text = f->texts_size;
  return finding;
}

/* About a condition: "TEXT: WORDING". */
static void find(struct checker *c, int32_t kind, int32_t severity, int32_t node,
                 int32_t chain, const char *text)
{
  struct eng__finding *finding = add(c, kind, severity, c->model->nodes[node].from);

  if (finding == NULL) return;
  finding->node = node;
  finding->chain = chain;
  put_text(c, text);
  put_text(c, ": ");
  put_wording(c, node);
  put(c, "", 1);
}

/* About something that has a name: "BEFORE NAME BEHIND". */
static struct eng__finding *find_named(struct checker *c, int32_t kind,
                                       int32_t severity, uint32_t from,
                                       const char *before, const char *name,
                                       size_t size, const char *behind)
{
  struct eng__finding *finding = add(c, kind, severity, from);

  if (finding == NULL) return NULL;
  put_text(c, before);
  put(c, name, size);
  put_text(c, behind);
  put(c, "", 1);
  return finding;
}

/* ---- the parts of `and` and `or` ---- */

/* Conditions that `and` or `or` joins, in the order of the text. */
struct parts {
  int32_t nodes[PARTS];
  int count;
};

/* A chain leans to the left, so its depth, which the parser limits, is its length. */
static void take_apart(const eng_model *model, int32_t node, int op,
                       struct parts *parts)
{
  const struct eng__term *at = &model->nodes[node];

  if (at->op == op) {
    take_apart(model, at->a, op, parts);
    take_apart(model, at->b, op, parts);
  } else if (parts->count < PARTS) {
    parts->nodes[parts->count++] = node;
  }
}

/* Whether parts can come out so together: part i as `one`, the others below `end` as
 * `others`; left[k] says that part k does not count. */
static bool can_be(struct checker *c, const struct parts *parts, int end, int i,
                   int one, int others, const bool *left)
{
  bool possible = true;

  if (c->status != ENG_OK) return true;
  eng__assume_nothing(c->assumptions);
  for (int k = 0; k < end; k++) {
    if (left != NULL && left[k]) continue;
    eng__assume(c->assumptions, parts->nodes[k], k == i ? one : others);
  }
  c->status = eng__assume_settle(c->assumptions, &possible);
  return possible;
}

static bool is_same(const struct checker *c, int32_t a, int32_t b)
{
  return c->ranges.same[a] == c->ranges.same[b];
}

/* The first part before one that cannot be with it; -1: it takes several. */
static int opponent(struct checker *c, const struct parts *parts, int i)
{
  struct parts two;

  two.count = 2;
  two.nodes[1] = parts->nodes[i];
  for (int k = 0; k < i; k++) {
    two.nodes[0] = parts->nodes[k];
    if (!can_be(c, &two, 2, -1, 0, ENG__MAY_BE_TRUE, NULL)) return k;
  }
  return -1;
}

static void find_contradiction(struct checker *c, const struct parts *parts, int i,
                               int32_t chain)
{
  int32_t node = parts->nodes[i];
  struct eng__finding *finding;
  int k = opponent(c, parts, i);

  finding = add(c, ENG_FINDING_CONTRADICTION, ENG_SEVERITY_WARNING,
                c->model->nodes[node].from);
  if (finding == NULL) return;
  finding->node = node;
  finding->chain = chain;
  put_wording(c, node);
  put_text(c, " is never true together with ");
  if (k < 0) {
    put_text(c, "what stands before it");
  } else {
    put_wording(c, parts->nodes[k]);
  }
  put(c, "", 1);
}

/* Parts of an `and` that cannot all be true, told at the first that is too much. Parts
 * that can never be true are told by themselves. */
static bool check_contradiction(struct checker *c, const struct parts *parts,
                                int32_t chain)
{
  if (can_be(c, parts, parts->count, -1, 0, ENG__MAY_BE_TRUE, NULL)) return false;
  for (int i = 0; i < parts->count; i++) {
    struct parts one = {{parts->nodes[i]}, 1};

    if (!can_be(c, &one, 1, -1, 0, ENG__MAY_BE_TRUE, NULL)) return true;
  }
  for (int i = 1; i < parts->count; i++) {
    if (can_be(c, parts, i + 1, -1, 0, ENG__MAY_BE_TRUE, NULL)) continue;
    find_contradiction(c, parts, i, chain);
    return true;
  }
  return true;
}

/* Parts that are there twice, or that follow from the others. `idle` is what a part is
 * when it decides nothing: true in an `and`, not true in an `or`. */
static void check_repetition(struct checker *c, const struct parts *parts, bool is_and,
                             int32_t chain)
{
  int idle = is_and ? ENG__MAY_BE_TRUE : ENG__MAY_BE_FALSE | ENG__MAY_BE_UNKNOWN;
  int decides = ENG__MAY_BE_ANY & ~idle;
  bool left[PARTS] = {false};

  for (int i = parts->count - 1; i >= 0; i--) {
    int32_t node = parts->nodes[i];
    int set = c->ranges.sets[node];

    for (int k = 0; k < i && !left[i]; k++) left[i] = is_same(c, node, parts->nodes[k]);
    if (left[i]) {
      find(c, ENG_FINDING_DUPLICATE, ENG_SEVERITY_WARNING, node, chain,
           "stands here twice");
    } else if ((set & decides) != 0 && (set & ~decides) != 0 &&
               !can_be(c, parts, parts->count, i, decides, idle, left)) {
      left[i] = true;
      find(c, ENG_FINDING_IMPLIED, ENG_SEVERITY_NOTE, node, chain,
           is_and ? "follows from the conditions beside it"
                  : "adds nobody to the conditions beside it");
    }
  }
}

static void check_chain(struct checker *c, int32_t node)
{
  int op = c->model->nodes[node].op;
  struct parts parts;

  parts.count = 0;
  take_apart(c->model, node, op, &parts);
  if (parts.count == PARTS) return; /* it may have more */
  if (op == ENG__OP_AND && check_contradiction(c, &parts, node)) return;
  check_repetition(c, &parts, op == ENG__OP_AND, node);
}

/* ---- conditions as they are written ---- */

static void check_constant(struct checker *c, int32_t node)
{
  int set = c->ranges.sets[node];

  if (c->model->nodes[node].op == ENG__OP_CONSTANT) return;
  if (set == ENG__MAY_BE_TRUE) {
    find(c, ENG_FINDING_ALWAYS, ENG_SEVERITY_WARNING, node, -1, "always true");
  } else if (!(set & ENG__MAY_BE_TRUE)) {
    find(c, ENG_FINDING_NEVER, ENG_SEVERITY_WARNING, node, -1,
         set == ENG__MAY_BE_UNKNOWN ? "never known, so never true" : "never true");
  }
}

static void visit(struct checker *c, int32_t node);

/* Terms of which something is made; lets and stages are looked at where they stand. */
static void visit_operands(struct checker *c, const struct eng__term *at)
{
  switch (at->op) {
  case ENG__OP_CONSTANT:
  case ENG__OP_FIELD:
  case ENG__OP_STAGE:
  case ENG__OP_LET: return;
  case ENG__OP_MEASURE:
    if (c->model->measures[at->a].where >= 0) {
      visit(c, c->model->measures[at->a].where);
    }
    return;
  case ENG__OP_NEGATE:
  case ENG__OP_NOT:
  case ENG__OP_DEFINED: visit(c, at->a); return;
  default:
    visit(c, at->a);
    visit(c, at->b);
    return;
  }
}

static void visit_parts(struct checker *c, int32_t node, int op)
{
  const struct eng__term *at = &c->model->nodes[node];

  if (at->op == op) {
    visit_parts(c, at->a, op);
    visit_parts(c, at->b, op);
  } else {
    visit(c, node);
  }
}

static void visit(struct checker *c, int32_t node)
{
  const struct eng__term *at = &c->model->nodes[node];

  if (c->visited[node] || c->status != ENG_OK) return;
  c->visited[node] = true;
  if (at->op == ENG__OP_AND || at->op == ENG__OP_OR) {
    check_chain(c, node);
    visit_parts(c, node, at->op);
    return;
  }
  if (eng__op_compares(at->op) || at->op == ENG__OP_DEFINED) check_constant(c, node);
  visit_operands(c, at);
}

/* ---- stages ---- */

static bool is_reachable(struct checker *c, size_t stage, bool alone)
{
  const eng_model *model = c->model;
  bool possible = true;

  if (c->status != ENG_OK) return true;
  eng__assume_nothing(c->assumptions);
  eng__assume(c->assumptions, model->stages[stage].when, ENG__MAY_BE_TRUE);
  for (size_t i = stage + 1; !alone && i < model->stage_count; i++) {
    eng__assume(c->assumptions, model->stages[i].when,
                ENG__MAY_BE_FALSE | ENG__MAY_BE_UNKNOWN);
  }
  c->status = eng__assume_settle(c->assumptions, &possible);
  return possible;
}

/* A table has a class for every combination, so one that is empty may have to be. */
static void check_stage(struct checker *c, size_t index)
{
  const struct eng__stage *stage = &c->model->stages[index];
  const char *name = c->model->names + stage->name;
  bool is_class = c->model->axis_count > 0;
  struct eng__finding *finding;
  const char *why;

  if (!is_reachable(c, index, true)) {
    why = ": its condition is never true";
  } else if (!is_class && !is_reachable(c, index, false)) {
    why = ": a later stage holds whenever it does";
  } else {
    return;
  }
  finding = find_named(c, ENG_FINDING_UNREACHABLE,
                       is_class ? ENG_SEVERITY_NOTE : ENG_SEVERITY_WARNING, stage->from,
                       "nobody can be in ", name, strlen(name), why);
  if (finding != NULL) finding->stage = (int32_t)index + 1;
}

/* ---- the whole ---- */

static void visit_all(struct checker *c)
{
  const eng_model *model = c->model;

  for (size_t i = 0; i < model->definition_count; i++) {
    visit(c, model->definitions[i].node);
  }
  for (int32_t i = 0; i < model->axis_count; i++) visit(c, model->axes[i]);
  for (size_t i = 0; i < model->stage_count; i++) {
    if (model->axis_count == 0) visit(c, model->stages[i].when);
    check_stage(c, i);
  }
}

/* The visits are over, so their marks serve to say what is used. */
static void check_use(struct checker *c)
{
  const eng_model *model = c->model;

  memset(c->visited, 0, model->node_count * sizeof *c->visited);
  for (size_t i = 0; i < model->node_count; i++) {
    if (model->nodes[i].op == ENG__OP_LET) c->visited[model->nodes[i].a] = true;
  }
  for (size_t i = 0; i < model->definition_count; i++) {
    const struct eng__definition *definition = &model->definitions[i];

    if (definition->what > ENG__IS_LET || c->visited[definition->node]) continue;
    (void)find_named(c, ENG_FINDING_UNUSED, ENG_SEVERITY_NOTE, definition->from,
                     definition->what == ENG__IS_PARAM ? "param " : "let ",
                     model->text + definition->from, definition->to - definition->from,
                     " is not used");
  }
}

static int by_place(const void *a, const void *b)
{
  const struct eng__finding *x = a, *y = b;

  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
  return (x->text > y->text) - (x->text < y->text);
}

static void find_places(const eng_model *model, eng_findings *findings)
{
  uint32_t line = 1, start = 0, at = 0;

  for (size_t i = 0; i < findings->count; i++) {
    struct eng__finding *finding = &findings->findings[i];

    for (; at < finding->from; at++) {
      if (model->text[at] != '\n') continue;
      line++;
      start = at + 1;
    }
    finding->line = line;
    finding->column = finding->from - start + 1;
  }
}

static void check(struct checker *c)
{
  c->status = eng__ranges_fill(&c->ranges, c->model);
  if (c->status == ENG_OK) {
    c->status = eng__assumptions_new(&c->ranges, &c->assumptions);
  }
  if (c->status != ENG_OK) return;
  visit_all(c);
  if (c->status == ENG_OK) check_use(c);
  if (c->status != ENG_OK) return;
  eng__sort(c->findings->findings, c->findings->count, sizeof *c->findings->findings,
            by_place);
  find_places(c->model, c->findings);
}

eng_status eng_model_check(const eng_model *model, eng_findings **out)
{
  const eng_allocator *memory;
  struct checker c;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (model == NULL) return ENG_E_INVALID;
  if (model->host != NULL || model->question_to > 0) return ENG_E_UNSUPPORTED;
  memory = eng__memory(model->context);
  memset(&c, 0, sizeof c);
  c.model = model;
  c.findings = eng__new_zeroed(memory, sizeof *c.findings);
  if (c.findings == NULL) return ENG_E_NOMEM;
  c.findings->memory = memory;
  c.visited = eng__new_zeroed(memory, model->node_count * sizeof *c.visited);
  c.status = ENG_E_NOMEM;
  if (c.visited != NULL) check(&c);
  eng__free(memory, c.visited, model->node_count * sizeof *c.visited);
  eng__assumptions_free(c.assumptions);
  eng__ranges_free(&c.ranges);
  if (c.status != ENG_OK) {
    eng_findings_free(c.findings);
    return c.status;
  }
  *out = c.findings;
  return ENG_OK;
}

void eng_findings_free(eng_findings *findings)
{
  if (findings == NULL) return;
  eng__free(findings->memory, findings->findings,
            findings->room * sizeof *findings->findings);
  eng__free(findings->memory, findings->texts, findings->texts_room);
  eng__free(findings->memory, findings, sizeof *findings);
}

/* ---- reading ---- */

const struct eng__finding *eng__findings_at(const eng_findings *findings, int32_t index)
{
  if (index < 0 || (size_t)index >= findings->count) return NULL;
  return &findings->findings[index];
}

int32_t eng_findings_count(const eng_findings *findings)
{
  return (int32_t)findings->count;
}

int32_t eng_findings_kind(const eng_findings *findings, int32_t index)
{
  const struct eng__finding *at = eng__findings_at(findings, index);

  return at == NULL ? 0 : at->kind;
}

int32_t eng_findings_severity(const eng_findings *findings, int32_t index)
{
  const struct eng__finding *at = eng__findings_at(findings, index);

  return at == NULL ? 0 : at->severity;
}

uint32_t eng_findings_line(const eng_findings *findings, int32_t index)
{
  const struct eng__finding *at = eng__findings_at(findings, index);

  return at == NULL ? 0 : at->line;
}

uint32_t eng_findings_column(const eng_findings *findings, int32_t index)
{
  const struct eng__finding *at = eng__findings_at(findings, index);

  return at == NULL ? 0 : at->column;
}

const char *eng_findings_text(const eng_findings *findings, int32_t index)
{
  const struct eng__finding *at = eng__findings_at(findings, index);

  return at == NULL ? NULL : findings->texts + at->text;
}
