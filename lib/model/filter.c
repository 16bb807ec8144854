/* SPDX-License-Identifier: MIT */
/*
 * filter.c - a filter is a model of one measure, whose kinds and `where` are asked for
 * event by event; nothing of it is ever measured.
 */
#include "model/filter.h"

#include "model/assessor.h"
#include "model/parse.h"

struct eng_filter {
  eng_model model;
};

eng_status eng_filter_parse(const eng_context *context, const char *text, size_t length,
                            eng_filter **out, eng_error *error)
{
  eng_model *model;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  status = eng__model_read(context, text, length, ENG__TEXT_EVENTS, &model, error);
  if (status == ENG_OK) *out = (eng_filter *)model;
  return status;
}

void eng_filter_free(eng_filter *filter)
{
  if (filter != NULL) eng_model_free(&filter->model);
}

static const struct eng__measure *measure_of(const eng_filter *filter)
{
  return &filter->model.measures[0];
}

int32_t eng_filter_has_kind(const eng_filter *filter, int32_t kind)
{
  return filter != NULL && kind >= 0 && kind < 256 &&
         eng__kinds_has(&measure_of(filter)->kinds, (unsigned)kind);
}

const eng_context *eng__filter_context(const eng_filter *filter)
{
  return filter->model.context;
}

bool eng__filter_asks(const eng_filter *filter)
{
  return measure_of(filter)->where >= 0;
}

bool eng__filter_holds(const eng_filter *filter, const struct eng__seen *seen)
{
  return eng__where_holds(&filter->model, measure_of(filter)->where, seen);
}
