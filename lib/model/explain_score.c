/* SPDX-License-Identifier: MIT */
/*
 * explain_score.c - a score as lines that add up to it.
 *
 * What a term gives is worked out by evaluate.c alone; here it is handed out to the
 * events that the term's measure has read, the newest first, until nothing is left. So
 * the lines of a term add up to what the term gave, and all of them with `floor` or
 * `ceiling` to the score, whatever the rules of points are.
 */
#include <engagement/score.h>

#include "core/customer.h"
#include "core/memory.h"
#include "model/assessor.h"
#include "model/lex.h"

enum {
  IDLE_EVENTS = 100, /* shown of a term though its cap leaves them nothing */
  WORDING = 1000     /* bytes of a term's wording */
};

struct line {
  size_t term, title, text; /* offsets into texts */
  int64_t expires_at;
  int64_t event; /* index into events, or -1 */
  eng_explanation *why;
  int32_t points, state;
};

struct eng_score_explanation {
  eng_allocator memory;
  const eng_context *context;
  int64_t as_of, hidden;
  int32_t score;
  struct line *lines;
  size_t line_count, line_room;
  eng_event *events;
  size_t event_count, event_room;
  uint8_t *extensions; /* of the events, one after the other */
  size_t extensions_size;
  char *texts;
  size_t texts_size, texts_room;
};

/* What is at hand while an explanation is written. */
struct writer {
  eng_score_explanation *x;
  eng_assessor *assessor;
  int32_t index; /* of the model */
  const struct eng__member *member;
  const eng_model *model;
  const eng_customer *customer;
  /* Of the term whose events are gathered: */
  const struct eng__meter *meter;
  size_t first; /* of its events */
  eng_status status;
};

/* ---- texts ---- */

/* Room for a text of so many bytes and its NUL. */
static char *text_room(struct writer *w, size_t size)
{
  eng_score_explanation *x = w->x;
  void *texts = x->texts;

  if (w->status != ENG_OK) return NULL;
  w->status =
      eng__grow(&x->memory, &texts, &x->texts_room, x->texts_size + size + 1, 1);
  x->texts = texts;
  return w->status == ENG_OK ? x->texts + x->texts_size : NULL;
}

static size_t put_text(struct writer *w, const char *text)
{
  size_t size = strlen(text), at = w->x->texts_size;
  char *room = text_room(w, size);

  if (room == NULL) return 0;
  memcpy(room, text, size + 1);
  w->x->texts_size += size + 1;
  return at;
}

/* A term as the model words it. */
static size_t put_wording(struct writer *w, const struct eng__term *node)
{
  size_t at = w->x->texts_size;
  char *room = text_room(w, node->to - node->from + 4);
  size_t size;

  if (room == NULL) return 0;
  size = eng__lex_fold(w->model->text, node->from, node->to, WORDING, room);
  room[size] = '\0';
  w->x->texts_size += size + 1;
  return at;
}

/* ---- lines ---- */

static struct line *add_line(struct writer *w, const struct line *like)
{
  eng_score_explanation *x = w->x;
  void *lines = x->lines;

  if (w->status != ENG_OK) return NULL;
  w->status =
      eng__grow(&x->memory, &lines, &x->line_room, x->line_count + 1, sizeof *x->lines);
  x->lines = lines;
  if (w->status != ENG_OK) return NULL;
  x->lines[x->line_count] = *like;
  return &x->lines[x->line_count++];
}

/* ---- events ---- */

/* Keeps an event that the measure of the term has read; of a day the last one. */
static eng_status gather(void *user, const struct eng__seen *seen)
{
  struct writer *w = user;
  eng_score_explanation *x = w->x;
  const struct eng__meter *meter = w->meter;
  int64_t time = seen->event.occurred_at;
  struct eng__reading reading;
  void *events = x->events;
  eng_status status;

  if (!eng__kinds_has(&meter->measure.kinds, seen->kind) || time <= meter->from ||
      time > meter->to || !eng__read_seen(meter, seen, &reading)) {
    return ENG_OK;
  }
  if (meter->measure.op == ENG__MEASURE_DAYS && x->event_count > w->first &&
      eng__period_of(w->assessor->context, ENG__PERIOD_DAY, time) ==
          eng__period_of(w->assessor->context, ENG__PERIOD_DAY,
                         x->events[x->event_count - 1].fields.occurred_at)) {
    x->event_count--;
  }
  status = eng__grow(&x->memory, &events, &x->event_room, x->event_count + 1,
                     sizeof *x->events);
  x->events = events;
  if (status != ENG_OK) return status;
  x->events[x->event_count].context = w->assessor->context;
  x->events[x->event_count++].fields = seen->event; /* its extension: see below */
  return ENG_OK;
}

static void reverse(eng_event *events, size_t count)
{
  for (size_t i = 0; i < count / 2; i++) {
    eng_event swap = events[i];

    events[i] = events[count - 1 - i];
    events[count - 1 - i] = swap;
  }
}

/* Makes the events' extensions their own, on which their effective ids depend. */
static void keep_extensions(struct writer *w)
{
  eng_score_explanation *x = w->x;
  size_t size = 0;

  if (w->status != ENG_OK) return;
  for (size_t i = 0; i < x->event_count; i++) {
    size += x->events[i].fields.extension_size;
  }
  if (size == 0) return;
  x->extensions = eng__new(&x->memory, size);
  if (x->extensions == NULL) {
    w->status = ENG_E_NOMEM;
    return;
  }
  x->extensions_size = size;
  size = 0;
  for (size_t i = 0; i < x->event_count; i++) {
    struct eng__event *event = &x->events[i].fields;

    if (event->extension_size == 0) continue;
    memcpy(x->extensions + size, event->extension, event->extension_size);
    event->extension = x->extensions + size;
    size += event->extension_size;
  }
}

/* ---- terms ---- */

/* When an event leaves the window of the term. */
static int64_t leaves_at(const struct writer *w, int64_t time)
{
  int64_t within = w->meter->measure.within;

  return within < 0 || time > ENG_TIME_MAX - within ? ENG_TIME_NONE : time + within;
}

static int32_t at_most(int32_t magnitude, int32_t points)
{
  if (points < 0) return points < -magnitude ? -magnitude : points;
  return points > magnitude ? magnitude : points;
}

/* Hands out what the term gave: to each event its points, the newest first, to the
 * crossing one the remainder, nothing to the rest, of which some are shown. */
static void hand_out(struct writer *w, const struct eng__score_term *term,
                     const struct line *like, int32_t given)
{
  eng_score_explanation *x = w->x;
  size_t idle = 0, end = x->event_count, i = w->first;

  for (; i < end && w->status == ENG_OK; i++) {
    int32_t points = at_most(given < 0 ? -given : given, term->points);
    struct line *line;

    if (given == 0 && idle++ == IDLE_EVENTS) break;
    line = add_line(w, like);
    if (line == NULL) return;
    line->event = (int64_t)i;
    line->points = points;
    line->state = points == term->points ? ENG_POINTS_GIVEN : ENG_POINTS_CAPPED;
    line->expires_at = leaves_at(w, x->events[i].fields.occurred_at);
    given -= points;
  }
  x->hidden += (int64_t)(end - i);
  x->event_count = i;
}

static void explain_each(struct writer *w, const struct eng__score_term *term,
                         struct line *like, int32_t given)
{
  struct eng__pen pen = w->customer->home.pen;
  int32_t measured = w->model->nodes[term->node].a;

  while (w->model->nodes[measured].op == ENG__OP_LET) {
    measured = w->model->nodes[measured].a;
  }
  measured = w->member->meters[w->model->nodes[measured].a];
  w->meter = &w->assessor->meters[measured];
  w->first = w->x->event_count;
  w->status = eng__see(&w->customer->timeline, &pen, w->assessor->as_of,
                       &w->assessor->undos, gather, w);
  if (w->status != ENG_OK) return;
  if (w->x->event_count == w->first) {
    (void)add_line(w, like);
    return;
  }
  reverse(w->x->events + w->first, w->x->event_count - w->first);
  hand_out(w, term, like, given);
}

/* A term that is about no single event. */
static void explain_whole(struct writer *w, const struct eng__score_term *term,
                          struct line *like, int32_t given)
{
  const struct eng__term *node = &w->model->nodes[term->node];
  struct eng__fraction value;
  struct line *line;

  like->points = given;
  if (!eng__evaluate(w->assessor, w->member, node->a, w->assessor->as_of, &value)) {
    like->state = ENG_POINTS_UNDEFINED;
  } else if (node->op == ENG__OP_WHEN) {
    like->state = value.n ? ENG_POINTS_GIVEN : ENG_POINTS_NONE;
  } else {
    like->state =
        eng__fraction_floor(value) == given ? ENG_POINTS_GIVEN : ENG_POINTS_CAPPED;
  }
  line = add_line(w, like);
  if (line == NULL) return;
  w->status =
      eng__explain_node(w->assessor, w->index, w->customer, node->a, &line->why);
}

/* The lines of a term; returns what they give together. */
static int32_t explain_term(struct writer *w, const struct eng__score_term *term)
{
  const struct eng__term *node = &w->model->nodes[term->node];
  struct line like = {0, 0, 0, ENG_TIME_NONE, -1, NULL, 0, ENG_POINTS_NONE};
  struct eng__fraction given = {0, 1};

  (void)eng__evaluate(w->assessor, w->member, term->node, w->assessor->as_of, &given);
  like.term = put_text(w, w->model->names + term->name);
  like.title = put_text(w, w->model->names + term->title);
  like.text = put_wording(w, node);
  if (w->status != ENG_OK) return 0;
  if (node->op == ENG__OP_EACH) {
    explain_each(w, term, &like, (int32_t)given.n);
  } else {
    explain_whole(w, term, &like, (int32_t)given.n);
  }
  return (int32_t)given.n;
}

static void explain_bound(struct writer *w, int32_t points)
{
  struct line line = {0, 0, 0, ENG_TIME_NONE, -1, NULL, points, ENG_POINTS_BOUND};

  if (points == 0) return;
  line.term = put_text(w, points > 0 ? "floor" : "ceiling");
  line.title =
      put_text(w, points > 0 ? "no score is below 0" : "no score is above 1000");
  line.text = put_text(w, "");
  (void)add_line(w, &line);
}

static void explain(struct writer *w, const struct eng__score *score)
{
  struct eng__fraction value = {0, 1};
  int32_t sum = 0;

  for (int32_t i = 0; i < score->term_count && w->status == ENG_OK; i++) {
    sum += explain_term(w, &w->model->terms[score->term_first + i]);
  }
  (void)eng__evaluate(w->assessor, w->member, score->node, w->assessor->as_of, &value);
  w->x->score = (int32_t)value.n;
  if (w->status == ENG_OK) explain_bound(w, w->x->score - sum);
  keep_extensions(w);
}

eng_status eng_assessor_explain_score(eng_assessor *assessor, int32_t model,
                                      int32_t score, const eng_customer *customer,
                                      int64_t as_of, eng_score_explanation **out)
{
  const eng_allocator *memory;
  struct writer w;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (assessor == NULL || customer == NULL) return ENG_E_INVALID;
  if (model < 0 || model >= assessor->count) return ENG_E_RANGE;
  memset(&w, 0, sizeof w);
  w.assessor = assessor;
  w.index = model;
  w.member = &assessor->members[model];
  w.model = w.member->model;
  w.customer = customer;
  if (score < 0 || (size_t)score >= w.model->score_count) return ENG_E_RANGE;
  if (customer->home.pen.context != assessor->context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  memory = eng__memory(assessor->context);
  w.x = eng__new_zeroed(memory, sizeof *w.x);
  if (w.x == NULL) return ENG_E_NOMEM;
  w.x->memory = *memory;
  w.x->context = assessor->context;
  w.x->as_of = as_of;
  eng__assess_prepare(assessor, as_of);
  w.status = eng__measure(assessor, &customer->timeline, &customer->shapes);
  if (w.status == ENG_OK) explain(&w, &w.model->scores[score]);
  if (w.status != ENG_OK) {
    eng_score_explanation_free(w.x);
    return w.status;
  }
  *out = w.x;
  return ENG_OK;
}

void eng_score_explanation_free(eng_score_explanation *explanation)
{
  eng_allocator memory;

  if (explanation == NULL) return;
  memory = explanation->memory;
  for (size_t i = 0; i < explanation->line_count; i++) {
    eng_explanation_free(explanation->lines[i].why);
  }
  eng__free(&memory, explanation->lines,
            explanation->line_room * sizeof *explanation->lines);
  eng__free(&memory, explanation->events,
            explanation->event_room * sizeof *explanation->events);
  eng__free(&memory, explanation->extensions, explanation->extensions_size);
  eng__free(&memory, explanation->texts, explanation->texts_room);
  eng__free(&memory, explanation, sizeof *explanation);
}

/* ---- reading ---- */

int32_t eng_score_explanation_score(const eng_score_explanation *explanation)
{
  return explanation->score;
}

const eng_context *eng__score_explanation_context(const eng_score_explanation *x)
{
  return x->context;
}

int64_t eng_score_explanation_as_of(const eng_score_explanation *explanation)
{
  return explanation->as_of;
}

int32_t eng_score_explanation_line_count(const eng_score_explanation *explanation)
{
  return (int32_t)explanation->line_count;
}

int64_t eng_score_explanation_hidden(const eng_score_explanation *explanation)
{
  return explanation->hidden;
}

static const struct line *line_at(const eng_score_explanation *explanation,
                                  int32_t line)
{
  if (line < 0 || (size_t)line >= explanation->line_count) return NULL;
  return &explanation->lines[line];
}

const char *eng_score_explanation_term(const eng_score_explanation *explanation,
                                       int32_t line)
{
  const struct line *at = line_at(explanation, line);

  return at == NULL ? NULL : explanation->texts + at->term;
}

const char *eng_score_explanation_title(const eng_score_explanation *explanation,
                                        int32_t line)
{
  const struct line *at = line_at(explanation, line);

  return at == NULL ? NULL : explanation->texts + at->title;
}

const char *eng_score_explanation_text(const eng_score_explanation *explanation,
                                       int32_t line)
{
  const struct line *at = line_at(explanation, line);

  return at == NULL ? NULL : explanation->texts + at->text;
}

int32_t eng_score_explanation_points(const eng_score_explanation *explanation,
                                     int32_t line)
{
  const struct line *at = line_at(explanation, line);

  return at == NULL ? 0 : at->points;
}

const eng_event *eng_score_explanation_event(const eng_score_explanation *explanation,
                                             int32_t line)
{
  const struct line *at = line_at(explanation, line);

  return at == NULL || at->event < 0 ? NULL : &explanation->events[at->event];
}

int64_t eng_score_explanation_expires_at(const eng_score_explanation *explanation,
                                         int32_t line)
{
  const struct line *at = line_at(explanation, line);

  return at == NULL ? ENG_TIME_NONE : at->expires_at;
}

int32_t eng_score_explanation_state(const eng_score_explanation *explanation,
                                    int32_t line)
{
  const struct line *at = line_at(explanation, line);

  return at == NULL ? ENG_POINTS_NONE : at->state;
}

const eng_explanation *
eng_score_explanation_why(const eng_score_explanation *explanation, int32_t line)
{
  const struct line *at = line_at(explanation, line);

  return at == NULL ? NULL : at->why;
}
