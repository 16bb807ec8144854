/* SPDX-License-Identifier: MIT */
/*
 * model.c - models as objects: their life and what they are called.
 */
#include "model/model.h"

#include <string.h>

#include <engagement/authoring.h>

#include "core/memory.h"
#include "core/status.h"
#include "model/builtin.h"
#include "model/host.h"
#include "model/parse.h"

/* ---- life ---- */

void eng_model_free(eng_model *model)
{
  const eng_allocator *memory;

  if (model == NULL) return;
  memory = eng__memory(model->context);
  eng__host_free(model);
  eng__free(memory, model->text, model->text_room);
  eng__free(memory, model->names, model->names_room);
  eng__free(memory, model->definitions,
            model->definition_room * sizeof *model->definitions);
  eng__free(memory, model->nodes, model->node_room * sizeof *model->nodes);
  eng__free(memory, model->measures, model->measure_room * sizeof *model->measures);
  eng__free(memory, model->stages, model->stage_room * sizeof *model->stages);
  eng__free(memory, model->dimensions,
            model->dimension_room * sizeof *model->dimensions);
  eng__free(memory, model->scores, model->score_room * sizeof *model->scores);
  eng__free(memory, model->terms, model->term_room * sizeof *model->terms);
  eng__free(memory, model->params, model->param_room * sizeof *model->params);
  eng__free(memory, model->settings, model->setting_room * sizeof *model->settings);
  eng__free(memory, model->advices, model->advice_room * sizeof *model->advices);
  eng__free(memory, model, sizeof *model);
}

/* A model with nothing but its text, `length` bytes, and room for `more` behind it. */
static eng_model *new_model(const eng_context *context, const char *text, size_t length,
                            size_t more, enum eng__text what)
{
  const eng_allocator *memory = eng__memory(context);
  eng_model *model = eng__new_zeroed(memory, sizeof *model);

  if (model == NULL) return NULL;
  model->context = context;
  model->shape = ENG_SHAPE_LADDER;
  model->bare = what == ENG__TEXT_CONDITION;
  model->events = what == ENG__TEXT_EVENTS;
  model->built_in = what == ENG__TEXT_BUILT_IN;
  model->text_size = length;
  model->text_room = length + 1 + more;
  model->text = eng__new(memory, model->text_room);
  if (model->text == NULL) {
    eng__free(memory, model, sizeof *model);
    return NULL;
  }
  if (length > 0) memcpy(model->text, text, length);
  model->text[length] = '\0';
  return model;
}

static eng_status parse(eng_model *model, const eng_model *base, size_t set,
                        eng_model **out, eng_error *error)
{
  eng_status status;

  if (model == NULL) return ENG_E_NOMEM;
  status = eng__model_parse(model, base, set, error);
  if (status != ENG_OK) {
    eng_model_free(model);
    return status;
  }
  *out = model;
  return ENG_OK;
}

eng_status eng__model_read(const eng_context *context, const char *text, size_t length,
                           enum eng__text what, eng_model **out, eng_error *error)
{
  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  eng__error_clear(error);
  if (context == NULL || text == NULL) return ENG_E_INVALID;
  if (length > eng__limit(context, ENG_LIMIT_MODEL)) {
    return eng__error_set(error, ENG_E_LIMIT, 0, 0, 0, "the text is too long");
  }
  return parse(new_model(context, text, length, 0, what), NULL, 0, out, error);
}

eng_status eng_model_parse(const eng_context *context, const char *text, size_t length,
                           eng_model **out, eng_error *error)
{
  return eng__model_read(context, text, length, ENG__TEXT_MODEL, out, error);
}

eng_status eng_model_condition(const eng_context *context, const char *text,
                               size_t length, eng_model **out, eng_error *error)
{
  return eng__model_read(context, text, length, ENG__TEXT_CONDITION, out, error);
}

/* Writes what was set in a model as a text that sets it again; returns its bytes. */
static size_t write_settings(const eng_model *model, char *out)
{
  size_t size = 0;

  for (size_t i = 0; i < model->setting_count; i++) {
    const struct eng__setting *setting = &model->settings[i];
    size_t name = setting->name_to - setting->name_from;
    size_t value = setting->to - setting->from;

    if (out != NULL) {
      memcpy(out + size, model->text + setting->name_from, name);
      out[size + name] = '=';
      memcpy(out + size + name + 1, model->text + setting->from, value);
      out[size + name + 1 + value] = '\n';
    }
    size += name + value + 2;
  }
  return size;
}

/* The model is made anew from its text, so windows that a param is in, params that
 * follow from it, and every check of the language come by themselves. */
eng_status eng_model_with_params(const eng_model *model, const char *values,
                                 size_t length, eng_model **out, eng_error *error)
{
  eng_model *copy;
  size_t more;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  eng__error_clear(error);
  if (model == NULL || (values == NULL && length > 0)) return ENG_E_INVALID;
  if (model->host != NULL || model->question_to > 0) return ENG_E_UNSUPPORTED;
  if (length > eng__limit(model->context, ENG_LIMIT_MODEL)) {
    return eng__error_set(error, ENG_E_LIMIT, 0, 0, 0, "the text is too long");
  }
  /* A line of its own for what was set before, and one byte that closes all. */
  more = length + 1 + write_settings(model, NULL) + 1;
  copy = new_model(model->context, model->text, model->text_size, more,
                   model->bare       ? ENG__TEXT_CONDITION
                   : model->built_in ? ENG__TEXT_BUILT_IN
                                     : ENG__TEXT_MODEL);
  if (copy == NULL) return ENG_E_NOMEM;
  if (length > 0) memcpy(copy->text + model->text_size + 1, values, length);
  copy->text[model->text_size + 1 + length] = '\n';
  (void)write_settings(model, copy->text + model->text_size + 1 + length + 1);
  copy->text[copy->text_room - 1] = '\0';
  return parse(copy, model, length, out, error);
}

eng_status eng_model_question(const eng_model *model, const char *text, size_t length,
                              eng_model **out, eng_error *error)
{
  eng_model *copy;
  size_t set;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  eng__error_clear(error);
  if (model == NULL || text == NULL) return ENG_E_INVALID;
  if (model->host != NULL || model->bare || model->question_to > 0) {
    return ENG_E_UNSUPPORTED;
  }
  if (length > eng__limit(model->context, ENG_LIMIT_MODEL)) {
    return eng__error_set(error, ENG_E_LIMIT, 0, 0, 0, "the text is too long");
  }
  set = write_settings(model, NULL);
  copy = new_model(model->context, model->text, model->text_size, length + 1 + set + 1,
                   model->built_in ? ENG__TEXT_BUILT_IN : ENG__TEXT_MODEL);
  if (copy == NULL) return ENG_E_NOMEM;
  copy->question_from = (uint32_t)model->text_size + 1;
  copy->question_to = copy->question_from + (uint32_t)length;
  memcpy(copy->text + copy->question_from, text, length);
  copy->text[copy->question_to] = '\n';
  (void)write_settings(model, copy->text + copy->question_to + 1);
  copy->text[copy->text_room - 1] = '\0';
  return parse(copy, model, 0, out, error);
}

/* ---- built-in models ---- */

int32_t eng_builtin_count(void) { return (int32_t)eng__builtin_count; }

const char *eng_builtin_name(int32_t index)
{
  return index < 0 || index >= eng_builtin_count() ? NULL : eng__builtins[index].name;
}

const char *eng_builtin_text(int32_t index, size_t *length)
{
  bool known = index >= 0 && index < eng_builtin_count();

  if (length != NULL) *length = known ? eng__builtins[index].size : 0;
  return known ? eng__builtins[index].text : NULL;
}

eng_status eng_model_builtin(const eng_context *context, const char *name,
                             size_t length, eng_model **out)
{
  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL || name == NULL) return ENG_E_INVALID;
  for (size_t i = 0; i < eng__builtin_count; i++) {
    const eng__builtin *builtin = &eng__builtins[i];

    if (strlen(builtin->name) == length && memcmp(builtin->name, name, length) == 0) {
      return eng__model_read(context, builtin->text, builtin->size, ENG__TEXT_BUILT_IN,
                             out, NULL);
    }
  }
  return ENG_E_NOTFOUND;
}

/* ---- what they are called ---- */

const char *eng_model_name(const eng_model *model)
{
  return model->names + model->name;
}

const char *eng_model_title(const eng_model *model)
{
  return model->names + model->title;
}

const char *eng_model_source(const eng_model *model)
{
  return model->names + model->source;
}

int32_t eng_model_shape(const eng_model *model) { return model->shape; }

int32_t eng_model_revision(const eng_model *model) { return model->revision; }

int32_t eng_model_stage_count(const eng_model *model)
{
  return (int32_t)model->stage_count;
}

const char *eng_model_stage_name(const eng_model *model, int32_t rank)
{
  if (rank == 0) return "none";
  if (rank < 0 || (size_t)rank > model->stage_count) return NULL;
  return model->names + model->stages[rank - 1].name;
}

const char *eng_model_stage_title(const eng_model *model, int32_t rank)
{
  if (rank < 1 || (size_t)rank > model->stage_count) return rank == 0 ? "" : NULL;
  return model->names + model->stages[rank - 1].title;
}

static bool is_text(const char *text, const char *name, size_t length)
{
  return strlen(text) == length && memcmp(text, name, length) == 0;
}

eng_status eng_model_stage_find(const eng_model *model, const char *name, size_t length,
                                int32_t *rank)
{
  if (rank == NULL) return ENG_E_INVALID;
  *rank = 0;
  if (model == NULL || name == NULL) return ENG_E_INVALID;
  for (size_t i = 0; i < model->stage_count; i++) {
    const struct eng__stage *stage = &model->stages[i];

    if (is_text(model->names + stage->name, name, length) ||
        (stage->alias != 0 && is_text(model->names + stage->alias, name, length))) {
      *rank = (int32_t)i + 1;
      return ENG_OK;
    }
  }
  return is_text("none", name, length) ? ENG_OK : ENG_E_NOTFOUND;
}

int32_t eng_model_dimension_count(const eng_model *model)
{
  return (int32_t)model->dimension_count;
}

static const struct eng__dimension *dimension_at(const eng_model *model, int32_t index)
{
  if (index < 0 || (size_t)index >= model->dimension_count) return NULL;
  return &model->dimensions[index];
}

const char *eng_model_dimension_name(const eng_model *model, int32_t index)
{
  const struct eng__dimension *dimension = dimension_at(model, index);

  return dimension == NULL ? NULL : model->names + dimension->name;
}

const char *eng_model_dimension_title(const eng_model *model, int32_t index)
{
  const struct eng__dimension *dimension = dimension_at(model, index);

  return dimension == NULL ? NULL : model->names + dimension->title;
}
