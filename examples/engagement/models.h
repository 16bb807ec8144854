/* SPDX-License-Identifier: MIT */
/*
 * models.h - the models that are asked for by name or file.
 */
#ifndef ENGAGEMENT_PROGRAM_MODELS_H
#define ENGAGEMENT_PROGRAM_MODELS_H

#include "session.h"

/* Fills the session's models. Returns ANSWER_DONE, or another exit status after saying
 * why. */
int models_open(struct session *session);

/* One model by name or file; freed by the caller. Returns as models_open does. */
int models_open_one(const eng_context *context, const char *name, eng_model **out);

/* A condition as a model of which it is the last stage; `name` is what complaints call it.
 * It may use the names of the model `of`, unless that is NULL, which --param is for. */
int models_open_condition(const struct session *session, const char *name,
                          const char *of, const char *text, size_t length,
                          eng_model **out);

/* Says what is wrong with a text in the model language, and the option that mends it. */
void models_complain(const eng_context *context, const char *name, eng_status status,
                     const eng_error *error);

/* The title of a model, or its name if it has none. */
const char *models_title(const eng_model *model);

/* Of a built-in model; -1 if there is none of that name. */
int32_t models_builtin_index(const char *name);

#endif
