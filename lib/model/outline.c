/* SPDX-License-Identifier: MIT */
/*
 * outline.c - the elements of a model, from what was parsed and where it stands.
 *
 * Parts follow the statement that they belong to. Words are those of print.c, so that
 * equal ones mean the same.
 */
#include "model/outline.h"

#include <string.h>

#include "core/memory.h"
#include "core/sort.h"
#include "model/lex.h"
#include "model/print.h"

/* An outline that is being filled. */
struct drawing {
  struct eng__outline *outline;
  const eng_model *model;
  eng_status status;
};

/* ---- texts ---- */

static void put(void *user, const char *text, size_t size)
{
  struct drawing *d = user;
  struct eng__outline *o = d->outline;
  void *texts = o->texts;

  if (d->status != ENG_OK) return;
  d->status = eng__grow(eng__memory(d->model->context), &texts, &o->texts_room,
                        o->texts_size + size, 1);
  o->texts = texts;
  if (d->status != ENG_OK) return;
  memcpy(o->texts + o->texts_size, text, size);
  o->texts_size += size;
}

static size_t keep(struct drawing *d, const char *text, size_t size)
{
  size_t at = d->outline->texts_size;

  put(d, text, size);
  put(d, "", 1);
  return at;
}

static size_t keep_text(struct drawing *d, const char *text)
{
  return keep(d, text, strlen(text));
}

/* ---- elements ---- */

static struct eng__element *add(struct drawing *d, int32_t what, uint32_t at)
{
  struct eng__outline *o = d->outline;
  void *elements = o->elements;
  struct eng__element *element;

  if (d->status != ENG_OK) return NULL;
  d->status = eng__grow(eng__memory(d->model->context), &elements, &o->room,
                        o->count + 1, sizeof *o->elements);
  o->elements = elements;
  if (d->status != ENG_OK) return NULL;
  element = &o->elements[o->count++];
  memset(element, 0, sizeof *element);
  element->what = what;
  element->at = at;
  element->node = element->parent = -1;
  return element;
}

static void add_text(struct drawing *d, int32_t what, uint32_t at, const char *name,
                     const char *text)
{
  struct eng__element *element = add(d, what, at);

  if (element == NULL) return;
  element->name = keep_text(d, name);
  element->text = keep_text(d, text);
}

/* What has an expression that is a term. */
static struct eng__element *add_term(struct drawing *d, int32_t what, uint32_t at,
                                     const char *name, size_t name_size, int32_t node)
{
  const struct eng__term *term = &d->model->nodes[node];
  struct eng__element *element = add(d, what, at);

  if (element == NULL) return NULL;
  element->node = node;
  element->from = term->from;
  element->to = term->to;
  element->name = keep(d, name, name_size);
  element->text = d->outline->texts_size;
  eng__print_expression(d->model, term->from, term->to, put, d);
  put(d, "", 1);
  return element;
}

/* ---- the head ---- */

enum { HEAD_SOURCE, HEAD_SHAPE, HEAD_REVISION, HEAD_LINES };

/* Where the lines of the head stand: at the model's name, if they are not said. */
static void find_head(const eng_model *model, uint32_t at[HEAD_LINES])
{
  static const char *const words[] = {"source", "shape", "revision"};
  struct eng__lexer lexer;
  struct eng__token token;

  eng__lex_begin(&lexer, model->text, model->text_size);
  for (int i = 0; i < 4; i++) eng__lex_next(&lexer, &token);
  for (int i = 0; i < HEAD_LINES; i++) at[i] = token.from;
  eng__lex_next(&lexer, &token);
  if (token.word == ENG__WORD_TEXT) eng__lex_next(&lexer, &token);
  for (int i = 0; i < HEAD_LINES; i++) {
    int k = 0;

    while (k < HEAD_LINES &&
           (token.to - token.from != strlen(words[k]) ||
            memcmp(model->text + token.from, words[k], strlen(words[k])) != 0)) {
      k++;
    }
    if (k == HEAD_LINES) return;
    at[k] = token.from;
    eng__lex_next(&lexer, &token);
    eng__lex_next(&lexer, &token);
  }
}

static void add_head(struct drawing *d)
{
  const eng_model *model = d->model;
  uint32_t at[HEAD_LINES] = {0, 0, 0};
  int32_t revision = model->revision;
  char digits[12];
  size_t first = sizeof digits;

  if (!model->bare) find_head(model, at);
  digits[--first] = '\0';
  do {
    digits[--first] = (char)('0' + revision % 10);
    revision /= 10;
  } while (revision > 0);
  add_text(d, ENG_ELEMENT_HEAD, 0, "name", eng_model_name(model));
  add_text(d, ENG_ELEMENT_HEAD, 0, "title", eng_model_title(model));
  add_text(d, ENG_ELEMENT_HEAD, at[HEAD_SOURCE], "source", eng_model_source(model));
  add_text(d, ENG_ELEMENT_HEAD, at[HEAD_SHAPE], "shape",
           eng__shape_name(eng_model_shape(model)));
  add_text(d, ENG_ELEMENT_HEAD, at[HEAD_REVISION], "revision", digits + first);
  if (model->lap > 0) {
    add_text(d, ENG_ELEMENT_HEAD, model->stages[model->lap - 1].from, "lap",
             eng_model_stage_name(model, model->lap));
  }
}

/* ---- definitions ---- */

static void add_definitions(struct drawing *d)
{
  static const int32_t elements[] = {0, ENG_ELEMENT_PARAM, ENG_ELEMENT_LET,
                                     ENG_ELEMENT_DIMENSION};
  const eng_model *model = d->model;
  size_t dimension = 0;

  for (size_t i = 0; i < model->definition_count; i++) {
    const struct eng__definition *definition = &model->definitions[i];
    const char *title;

    if (definition->what == ENG__IS_SCORE) continue;

    (void)add_term(d, elements[definition->what], definition->from,
                   model->text + definition->from, definition->to - definition->from,
                   definition->node);
    if (definition->what != ENG__IS_DIMENSION) continue;
    title = eng_model_dimension_title(model, (int32_t)dimension);
    if (*title != '\0') {
      add_text(d, ENG_ELEMENT_TITLE, definition->from,
               eng_model_dimension_name(model, (int32_t)dimension), title);
    }
    dimension++;
  }
}

/* ---- scores ---- */

/* A term, under SCORE.TERM. */
static void add_score_term(struct drawing *d, const struct eng__score *score,
                           const struct eng__score_term *term)
{
  const char *names = d->model->names;
  uint32_t at = d->model->nodes[term->node].from;
  char name[160] = "";

  strcat(name, names + score->name); /* names have 64 bytes at the most */
  strcat(name, ".");
  strcat(name, names + term->name);
  (void)add_term(d, ENG_ELEMENT_TERM, at, name, strlen(name), term->node);
  if (term->title != 0) add_text(d, ENG_ELEMENT_TITLE, at, name, names + term->title);
}

static void add_scores(struct drawing *d)
{
  const eng_model *model = d->model;

  for (size_t i = 0; i < model->score_count; i++) {
    const struct eng__score *score = &model->scores[i];
    uint32_t at = model->nodes[score->node].from; /* its name */

    add_text(d, ENG_ELEMENT_SCORE, at, model->names + score->name, "");
    if (score->title != 0) {
      add_text(d, ENG_ELEMENT_TITLE, at, model->names + score->name,
               model->names + score->title);
    }
    for (int32_t k = 0; k < score->term_count; k++) {
      add_score_term(d, score, &model->terms[score->term_first + k]);
    }
  }
}

/* ---- stages ---- */

static void add_clauses(struct drawing *d, const char *name, int32_t node)
{
  const struct eng__term *at = &d->model->nodes[node];

  if (at->op == ENG__OP_AND) {
    add_clauses(d, name, at->a);
    add_clauses(d, name, at->b);
  } else {
    (void)add_term(d, ENG_ELEMENT_CLAUSE, at->from, name, strlen(name), node);
  }
}

/* Behind the condition, or the answers, stand the advices one after the other. */
static void add_advices(struct drawing *d, const struct eng__stage *stage)
{
  const eng_model *model = d->model;
  struct eng__lexer lexer;
  struct eng__token token;

  eng__lex_begin(&lexer, model->text, model->text_size);
  lexer.at = model->axis_count > 0 ? stage->from : model->nodes[stage->when].to;
  eng__lex_next(&lexer, &token);
  for (int32_t i = 0; i < stage->advice_count && token.word != ENG__WORD_END;) {
    if (token.to - token.from == 6 &&
        memcmp(model->text + token.from, "advise", 6) == 0) {
      add_text(d, ENG_ELEMENT_ADVICE, token.from, model->names + stage->name,
               model->names + model->advices[stage->advice_first + i]);
      i++;
    }
    eng__lex_next(&lexer, &token);
  }
}

static void add_class(struct drawing *d, const struct eng__stage *stage)
{
  char answers[32] = "";

  for (int32_t i = 0; i < d->model->axis_count; i++) {
    if (i > 0) strcat(answers, ", ");
    strcat(answers, stage->answers >> i & 1 ? "yes" : "no");
  }
  add_text(d, ENG_ELEMENT_CLASS, stage->from, d->model->names + stage->name, answers);
}

static void add_stage(struct drawing *d, size_t index)
{
  const struct eng__stage *stage = &d->model->stages[index];
  const char *name = d->model->names + stage->name;

  if (d->model->axis_count > 0) {
    add_class(d, stage);
  } else {
    (void)add_term(d, ENG_ELEMENT_STAGE, stage->from, name, strlen(name), stage->when);
  }
  if (d->status != ENG_OK) return;
  d->outline->elements[d->outline->count - 1].rank = (int32_t)index + 1;
  if (stage->title != 0) {
    add_text(d, ENG_ELEMENT_TITLE, stage->from, name, d->model->names + stage->title);
  }
  if (stage->alias != 0) {
    add_text(d, ENG_ELEMENT_ALIAS, stage->from, name, d->model->names + stage->alias);
  }
  if (d->model->axis_count == 0) add_clauses(d, name, stage->when);
  add_advices(d, stage);
}

static void add_axes(struct drawing *d)
{
  for (int32_t i = 0; i < d->model->axis_count; i++) {
    int32_t node = d->model->axes[i];
    char number = (char)('1' + i);

    (void)add_term(d, ENG_ELEMENT_AXIS, d->model->nodes[node].from, &number, 1, node);
  }
}

/* ---- the whole ---- */

/* What begins at one place: the statement, then its parts. */
static int by_place(const void *a, const void *b)
{
  const struct eng__element *x = a, *y = b;

  if (x->at != y->at) return x->at < y->at ? -1 : 1;
  if (x->what != y->what) return x->what < y->what ? -1 : 1;
  return (x->name > y->name) - (x->name < y->name);
}

static bool is_part(int32_t what) { return what >= ENG_ELEMENT_TITLE; }

static void find_places(struct eng__outline *o)
{
  uint32_t line = 1, at = 0;
  int32_t whole = -1;

  for (size_t i = 0; i < o->count; i++) {
    struct eng__element *element = &o->elements[i];

    for (; at < element->at; at++) line += o->model->text[at] == '\n';
    element->line = line;
    if (is_part(element->what)) {
      element->parent = whole;
    } else {
      whole = (int32_t)i;
    }
  }
}

eng_status eng__outline_fill(struct eng__outline *outline, const eng_model *model)
{
  struct drawing d = {outline, model, ENG_OK};

  memset(outline, 0, sizeof *outline);
  outline->model = model;
  add_head(&d);
  add_definitions(&d);
  add_scores(&d);
  add_axes(&d);
  for (size_t i = 0; i < model->stage_count; i++) add_stage(&d, i);
  if (d.status != ENG_OK) return d.status;
  eng__sort(outline->elements, outline->count, sizeof *outline->elements, by_place);
  find_places(outline);
  return ENG_OK;
}

void eng__outline_free(struct eng__outline *outline)
{
  const eng_allocator *memory;

  if (outline->model == NULL) return;
  memory = eng__memory(outline->model->context);
  eng__free(memory, outline->elements, outline->room * sizeof *outline->elements);
  eng__free(memory, outline->texts, outline->texts_room);
  outline->model = NULL;
}
