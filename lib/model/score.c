/* SPDX-License-Identifier: MIT */
/*
 * score.c - the scores of a model: what they are called, and their values.
 */
#include <engagement/score.h>

#include "core/customer.h"
#include "model/assessor.h"

/* ---- what they are called ---- */

int32_t eng_model_score_count(const eng_model *model)
{
  return (int32_t)model->score_count;
}

static const struct eng__score *score_at(const eng_model *model, int32_t index)
{
  if (index < 0 || (size_t)index >= model->score_count) return NULL;
  return &model->scores[index];
}

const char *eng_model_score_name(const eng_model *model, int32_t index)
{
  const struct eng__score *score = score_at(model, index);

  return score == NULL ? NULL : model->names + score->name;
}

const char *eng_model_score_title(const eng_model *model, int32_t index)
{
  const struct eng__score *score = score_at(model, index);

  return score == NULL ? NULL : model->names + score->title;
}

eng_status eng_model_score_find(const eng_model *model, const char *name, size_t length,
                                int32_t *index)
{
  if (index == NULL) return ENG_E_INVALID;
  *index = 0;
  if (model == NULL || name == NULL) return ENG_E_INVALID;
  for (size_t i = 0; i < model->score_count; i++) {
    const char *own = model->names + model->scores[i].name;

    if (strlen(own) == length && memcmp(own, name, length) == 0) {
      *index = (int32_t)i;
      return ENG_OK;
    }
  }
  return ENG_E_NOTFOUND;
}

/* ---- what they are ---- */

eng_status eng__score_timeline(eng_assessor *assessor, int32_t model,
                               const struct eng__timeline *timeline,
                               const struct eng__shapes *shapes, int32_t *values)
{
  const struct eng__member *member = &assessor->members[model];
  eng_status status = eng__measure(assessor, timeline, shapes);

  if (status != ENG_OK) return status;
  for (size_t i = 0; i < member->model->score_count; i++) {
    struct eng__fraction value = {0, 1};

    (void)eng__evaluate(assessor, member, member->model->scores[i].node,
                        assessor->as_of, &value); /* always defined */
    values[i] = (int32_t)value.n;
  }
  return ENG_OK;
}

eng_status eng_assessor_scores(eng_assessor *assessor, int32_t model,
                               const eng_customer *customer, int64_t as_of,
                               int32_t *values, int32_t count)
{
  if (values != NULL && count > 0) memset(values, 0, (size_t)count * sizeof *values);
  if (assessor == NULL || customer == NULL || (values == NULL && count > 0)) {
    return ENG_E_INVALID;
  }
  if (model < 0 || model >= assessor->count) return ENG_E_RANGE;
  if (customer->home.pen.context != assessor->context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  if (count < eng_model_score_count(assessor->members[model].model)) {
    return ENG_E_BUFFER;
  }
  eng__assess_prepare(assessor, as_of);
  return eng__score_timeline(assessor, model, &customer->timeline, &customer->shapes,
                             values);
}
