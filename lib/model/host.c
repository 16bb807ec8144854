/* SPDX-License-Identifier: MIT */
/*
 * host.c - making callback models and asking them.
 *
 * Nothing that a callback says is believed before it was looked at: a stage has to be
 * one of the model's, a time has to lie ahead. What is wrong is ENG_E_CALLBACK.
 */
#include "model/host.h"

#include "core/bytes.h"
#include "core/customer.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/status.h"
#include "core/utf8.h"
#include "model/assessor.h"

enum { NAME_LENGTH = 64, DIMENSIONS_MAX = 1024 };

/* ---- making ---- */

void eng_callbacks_init(eng_callbacks *callbacks, uint32_t size)
{
  eng_callbacks defaults;

  if (callbacks == NULL || size < sizeof(uint32_t)) return;
  memset(&defaults, 0, sizeof defaults);
  defaults.shape = ENG_SHAPE_LADDER;
  memset(callbacks, 0, size);
  memcpy(callbacks, &defaults, size < sizeof defaults ? size : sizeof defaults);
  memcpy(callbacks, &size, sizeof size);
}

void eng__host_free(eng_model *model)
{
  const eng_allocator *memory = eng__memory(model->context);
  struct eng__host *host = model->host;

  if (host == NULL) return;
  if (host->release != NULL) host->release(host->user);
  eng__free(memory, host->units, host->unit_count * sizeof *host->units);
  eng__free(memory, host, sizeof *host);
  model->host = NULL;
}

/* A table as it is known here: members that an older caller lacks have their defaults,
 * and there is nothing but zeros behind those of a newer one. */
static bool read_table(const eng_callbacks *from, eng_callbacks *to)
{
  const uint8_t *bytes = (const uint8_t *)from;
  size_t size = from->size;

  if (size < offsetof(eng_callbacks, release) + sizeof to->release) return false;
  for (size_t i = sizeof *to; i < size; i++) {
    if (bytes[i] != 0) return false;
  }
  eng_callbacks_init(to, sizeof *to);
  memcpy(to, from, size < sizeof *to ? size : sizeof *to);
  return true;
}

static eng_status check_counts(const eng_context *context, const eng_callbacks *c)
{
  if (c->shape < ENG_SHAPE_LADDER || c->shape > ENG_SHAPE_CLASSES || c->revision < 0 ||
      c->reserved != 0 || c->stage_count < 1 ||
      (uint64_t)c->stage_count > eng__limit(context, ENG_LIMIT_STAGES) ||
      c->dimension_count < 0 || c->dimension_count > DIMENSIONS_MAX) {
    return ENG_E_RANGE;
  }
  if (c->name == NULL || c->stage_names == NULL || c->assess == NULL) {
    return ENG_E_INVALID;
  }
  if (c->dimension_count > 0 &&
      (c->dimension_names == NULL || c->dimension_units == NULL)) {
    return ENG_E_INVALID;
  }
  for (int32_t i = 0; i < c->dimension_count; i++) {
    if (c->dimension_units[i] < ENG_UNIT_NUMBER ||
        c->dimension_units[i] > ENG_UNIT_MONEY) {
      return ENG_E_RANGE;
    }
  }
  return ENG_OK;
}

static bool is_name(const char *name)
{
  size_t i = 0;

  if (name[0] < 'a' || name[0] > 'z' || strcmp(name, "none") == 0) return false;
  for (; name[i] != '\0' && i <= NAME_LENGTH; i++) {
    char c = name[i];

    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
          c == '_')) {
      return false;
    }
  }
  return i <= NAME_LENGTH;
}

static eng_status keep(eng_model *model, const char *text, uint32_t *out)
{
  size_t size = text == NULL ? 0 : strlen(text);
  void *names = model->names;
  eng_status status;

  if (size > 0 && !eng__is_utf8(text, size)) return ENG_E_TEXT;
  if (size > UINT16_MAX) return ENG_E_RANGE;
  status = eng__grow(eng__memory(model->context), &names, &model->names_room,
                     model->names_size + size + 1, 1);
  model->names = names;
  if (status != ENG_OK) return status;
  *out = (uint32_t)model->names_size;
  if (size > 0) memcpy(model->names + model->names_size, text, size);
  model->names[model->names_size + size] = '\0';
  model->names_size += size + 1;
  return ENG_OK;
}

static eng_status keep_name(eng_model *model, const char *name, uint32_t *out)
{
  if (name == NULL) return ENG_E_INVALID;
  return is_name(name) ? keep(model, name, out) : ENG_E_NAME;
}

/* Names of stages and dimensions are one set, as in a text. */
static bool is_taken(const eng_model *model, const char *name)
{
  if (name == NULL) return false;
  for (size_t i = 0; i < model->stage_count; i++) {
    if (strcmp(model->names + model->stages[i].name, name) == 0) return true;
  }
  for (size_t i = 0; i < model->dimension_count; i++) {
    if (strcmp(model->names + model->dimensions[i].name, name) == 0) return true;
  }
  return false;
}

static const char *title_of(const char *const *titles, int32_t i)
{
  return titles == NULL ? NULL : titles[i];
}

static eng_status keep_stages(eng_model *model, const eng_callbacks *c)
{
  const eng_allocator *memory = eng__memory(model->context);
  eng_status status = ENG_OK;

  model->stage_room = (size_t)c->stage_count;
  model->stages = eng__new_zeroed(memory, model->stage_room * sizeof *model->stages);
  if (model->stages == NULL) return ENG_E_NOMEM;
  for (int32_t i = 0; i < c->stage_count && status == ENG_OK; i++) {
    struct eng__stage *stage = &model->stages[i];

    if (is_taken(model, c->stage_names[i])) return ENG_E_DUPLICATE;
    status = keep_name(model, c->stage_names[i], &stage->name);
    if (status == ENG_OK) {
      status = keep(model, title_of(c->stage_titles, i), &stage->title);
    }
    model->stage_count += status == ENG_OK;
  }
  return status;
}

static eng_status keep_dimensions(eng_model *model, const eng_callbacks *c)
{
  const eng_allocator *memory = eng__memory(model->context);
  size_t count = (size_t)c->dimension_count;
  eng_status status = ENG_OK;

  if (count == 0) return ENG_OK;
  model->dimension_room = count;
  model->dimensions = eng__new_zeroed(memory, count * sizeof *model->dimensions);
  model->host->unit_count = count;
  model->host->units = eng__new(memory, count * sizeof *model->host->units);
  if (model->dimensions == NULL || model->host->units == NULL) return ENG_E_NOMEM;
  memcpy(model->host->units, c->dimension_units, count * sizeof *model->host->units);
  for (int32_t i = 0; i < c->dimension_count && status == ENG_OK; i++) {
    struct eng__dimension *dimension = &model->dimensions[i];

    if (is_taken(model, c->dimension_names[i])) return ENG_E_DUPLICATE;
    status = keep_name(model, c->dimension_names[i], &dimension->name);
    if (status == ENG_OK) {
      status = keep(model, title_of(c->dimension_titles, i), &dimension->title);
    }
    model->dimension_count += status == ENG_OK;
  }
  return status;
}

/* What stands for every condition and dimension: a constant no. */
static eng_status add_no(eng_model *model)
{
  model->nodes = eng__new_zeroed(eng__memory(model->context), sizeof *model->nodes);
  if (model->nodes == NULL) return ENG_E_NOMEM;
  model->node_count = model->node_room = 1;
  model->nodes[0].op = ENG__OP_CONSTANT;
  model->nodes[0].type = ENG__TYPE_BOOLEAN;
  model->nodes[0].depth = 1;
  model->nodes[0].cost = 1;
  model->nodes[0].d = 1;
  return ENG_OK;
}

/* All names and titles with what they are counted by. */
static eng_status sign(eng_model *model)
{
  const eng_allocator *memory = eng__memory(model->context);
  const struct eng__host *host = model->host;
  size_t size = model->names_size + 16 + host->unit_count;
  uint8_t *bytes = eng__new(memory, size);

  if (bytes == NULL) return ENG_E_NOMEM;
  eng__put32(bytes, (uint32_t)model->revision);
  eng__put32(bytes + 4, (uint32_t)model->shape);
  eng__put32(bytes + 8, (uint32_t)model->stage_count);
  eng__put32(bytes + 12, (uint32_t)host->unit_count);
  for (size_t i = 0; i < host->unit_count; i++) bytes[16 + i] = (uint8_t)host->units[i];
  memcpy(bytes + 16 + host->unit_count, model->names, model->names_size);
  eng__hash128(bytes, size, model->digest);
  eng__free(memory, bytes, size);
  return ENG_OK;
}

static eng_status fill(eng_model *model, const eng_callbacks *c)
{
  const eng_allocator *memory = eng__memory(model->context);
  uint32_t empty;
  eng_status status;

  model->shape = c->shape;
  model->revision = c->revision;
  model->host = eng__new_zeroed(memory, sizeof *model->host);
  model->text_room = 1;
  model->text = eng__new_zeroed(memory, model->text_room);
  if (model->host == NULL || model->text == NULL) return ENG_E_NOMEM;
  status = keep(model, "", &empty); /* offset 0 */
  if (status == ENG_OK) status = keep_name(model, c->name, &model->name);
  if (status == ENG_OK) status = keep(model, c->title, &model->title);
  if (status == ENG_OK) status = keep(model, c->source, &model->source);
  if (status == ENG_OK) status = keep_stages(model, c);
  if (status == ENG_OK) status = keep_dimensions(model, c);
  if (status == ENG_OK) status = add_no(model);
  if (status == ENG_OK) status = sign(model);
  if (status != ENG_OK) return status;
  model->host->assess = c->assess;
  model->host->next_change = c->next_change;
  model->host->explain = c->explain;
  model->host->release = c->release;
  model->host->user = c->user;
  return ENG_OK;
}

/* Which of the names of a table is none; they are looked at in the order of fill. */
static const char *bad_name(const eng_callbacks *c)
{
  if (!is_name(c->name)) {
    return "name: a lower-case letter, then letters, digits and _, 64 at the most; not "
           "none";
  }
  for (int32_t i = 0; i < c->stage_count; i++) {
    if (!is_name(c->stage_names[i])) {
      return "stage_names: a name is a lower-case letter, then letters, digits and _, "
             "64 at the most; not none";
    }
  }
  return "dimension_names: a name is a lower-case letter, then letters, digits and _, "
         "64 at the most; not none";
}

/* What is wrong with a table. */
static eng_status complain(eng_error *error, const eng_callbacks *c, eng_status status)
{
  const char *text = eng_status_text(status);

  switch (status) {
  case ENG_E_NAME: text = bad_name(c); break;
  case ENG_E_DUPLICATE: text = "two stages or dimensions have one name"; break;
  case ENG_E_INVALID:
    text = "a table needs a name, the names of its stages and dimensions, and assess";
    break;
  case ENG_E_RANGE:
    text = "size, shape, revision, a count or a unit is out of range";
    break;
  default: break;
  }
  return eng__error_set(error, status, 0, 0, 0, text);
}

eng_status eng_model_from_callbacks(const eng_context *context,
                                    const eng_callbacks *callbacks, eng_model **out,
                                    eng_error *error)
{
  eng_callbacks table;
  eng_model *model;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  eng__error_clear(error);
  if (context == NULL || callbacks == NULL) return ENG_E_INVALID;
  if (!read_table(callbacks, &table)) return complain(error, NULL, ENG_E_RANGE);
  status = check_counts(context, &table);
  if (status != ENG_OK) return complain(error, &table, status);
  model = eng__new_zeroed(eng__memory(context), sizeof *model);
  if (model == NULL) return ENG_E_NOMEM;
  model->context = context;
  status = fill(model, &table);
  if (status != ENG_OK) {
    eng_model_free(model);
    return complain(error, &table, status);
  }
  *out = model;
  return ENG_OK;
}

/* ---- views ---- */

eng_status eng__view_open(eng_assessor *assessor, const struct eng__timeline *timeline,
                          const struct eng__shapes *shapes, struct eng_view *view)
{
  memset(view, 0, sizeof *view);
  view->assessor = assessor;
  view->pen.context = assessor->context;
  view->pen.memory = eng__memory(assessor->context);
  view->pen.shapes = (struct eng__shapes *)(uintptr_t)shapes;
  view->event.context = assessor->context;
  return eng__sight_begin(&view->sight, timeline, &view->pen, assessor->as_of,
                          &assessor->undos);
}

int64_t eng_view_as_of(const eng_view *view) { return view->sight.as_of; }

const eng_context *eng_view_context(const eng_view *view)
{
  return view->assessor->context;
}

const char *eng_view_customer_id(const eng_view *view, size_t *length)
{
  const eng_assessor *assessor = view->assessor;

  if (length != NULL) *length = assessor->customer_id_length;
  return assessor->customer_id;
}

const eng_event *eng_view_next(eng_view *view)
{
  if (!eng__sight_next(&view->sight, &view->seen)) {
    memset(&view->seen, 0, sizeof view->seen);
    return NULL;
  }
  view->event.fields = view->seen.event;
  return &view->event;
}

void eng_view_rewind(eng_view *view)
{
  memset(&view->seen, 0, sizeof view->seen);
  eng__sight_rewind(&view->sight);
}

int32_t eng_view_kind(const eng_view *view) { return view->seen.kind; }

int32_t eng_view_amount(const eng_view *view, int64_t *amount)
{
  if (amount != NULL) *amount = view->seen.amount;
  return view->seen.has_amount;
}

/* ---- asking ---- */

eng_status eng__host_status(eng_status answer)
{
  return answer == ENG_OK || answer == ENG_E_NOMEM ? answer : ENG_E_CALLBACK;
}

static eng_status ask_stage(const eng_model *model, eng_view *view, int32_t *stage,
                            eng_value *dimensions)
{
  const struct eng__host *host = model->host;
  int32_t said = 0;
  eng_status status;

  *stage = 0;
  eng_view_rewind(view);
  status = eng__host_status(host->assess(host->user, view, &said, dimensions));
  if (status != ENG_OK) return status;
  if (said < 0 || (size_t)said > model->stage_count) return ENG_E_CALLBACK;
  *stage = said;
  return ENG_OK;
}

static bool is_asked(const eng_assessor *assessor, int32_t m)
{
  return assessor->members[m].model->host != NULL && (assessor->asked >> m & 1);
}

eng_status eng__host_assess(eng_assessor *assessor,
                            const struct eng__timeline *timeline,
                            const struct eng__shapes *shapes, int32_t *stages)
{
  struct eng_view view;
  eng_status status = eng__view_open(assessor, timeline, shapes, &view);

  for (int32_t m = 0; m < assessor->count && status == ENG_OK; m++) {
    const eng_model *model = assessor->members[m].model;

    if (!is_asked(assessor, m)) continue;
    status = ask_stage(model, &view, &stages[m], NULL);
  }
  return status;
}

static eng_status ask_next(const eng_model *model, eng_view *view, int32_t stage,
                           int64_t *next_time, int32_t *next_stage)
{
  const struct eng__host *host = model->host;
  int64_t time = ENG_TIME_NONE;
  int32_t next = stage;
  eng_status status;

  *next_time = ENG_TIME_UNKNOWN;
  *next_stage = stage;
  if (host->next_change == NULL) return ENG_OK;
  eng_view_rewind(view);
  status = eng__host_status(host->next_change(host->user, view, stage, &time, &next));
  if (status != ENG_OK) return status;
  *next_time = time;
  if (time == ENG_TIME_NONE || time == ENG_TIME_UNKNOWN) return ENG_OK;
  if (time <= eng_view_as_of(view) || time > ENG_TIME_MAX || next == stage ||
      next < 0 || (size_t)next > model->stage_count) {
    return ENG_E_CALLBACK;
  }
  *next_stage = next;
  return ENG_OK;
}

eng_status eng__host_next(eng_assessor *assessor, const struct eng__timeline *timeline,
                          const struct eng__shapes *shapes, const int32_t *stages,
                          int64_t *next_times, int32_t *next_stages)
{
  struct eng_view view;
  eng_status status = eng__view_open(assessor, timeline, shapes, &view);

  for (int32_t m = 0; m < assessor->count && status == ENG_OK; m++) {
    const eng_model *model = assessor->members[m].model;

    if (!is_asked(assessor, m)) continue;
    status = ask_next(model, &view, stages[m], &next_times[m], &next_stages[m]);
  }
  return status;
}

uint64_t eng__text_members(const eng_assessor *assessor)
{
  uint64_t members = 0;

  for (int32_t m = 0; m < assessor->count; m++) {
    if (assessor->members[m].model->host == NULL) members |= UINT64_C(1) << m;
  }
  return members;
}

/* ---- dimensions ---- */

/* In lowest terms; false: no such number. */
static bool settle(eng_value *value)
{
  struct eng__fraction n = {value->numerator, 1}, d = {value->denominator, 1}, v;

  if (value->defined == 0) {
    value->numerator = 0;
    value->denominator = 1;
    return true;
  }
  if (value->denominator < 1 || !eng__fraction_divide(n, d, &v)) return false;
  value->numerator = v.n;
  value->denominator = v.d;
  value->defined = 1;
  return true;
}

static eng_status ask_dimensions(eng_assessor *assessor, const eng_model *model,
                                 const eng_customer *customer, eng_value *values)
{
  struct eng_view view;
  int32_t stage;
  eng_status status =
      eng__view_open(assessor, &customer->timeline, &customer->shapes, &view);

  for (size_t i = 0; i < model->dimension_count; i++) {
    values[i].denominator = 1;
    values[i].unit = model->host->units[i];
  }
  if (status == ENG_OK) status = ask_stage(model, &view, &stage, values);
  for (size_t i = 0; i < model->dimension_count && status == ENG_OK; i++) {
    values[i].unit = model->host->units[i];
    if (!settle(&values[i])) status = ENG_E_CALLBACK;
  }
  return status;
}

eng_status eng__host_dimensions(eng_assessor *assessor, const eng_model *model,
                                const eng_customer *customer, int64_t as_of,
                                eng_value *values)
{
  eng_status status;

  if (model->dimension_count == 0) return ENG_OK;
  eng__assess_prepare(assessor, as_of);
  eng__assess_name(assessor, customer->id, customer->id_length);
  status = ask_dimensions(assessor, model, customer, values);
  eng__assess_name(assessor, NULL, 0);
  if (status != ENG_OK) memset(values, 0, model->dimension_count * sizeof *values);
  return status;
}
