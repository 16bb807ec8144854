/* SPDX-License-Identifier: MIT */
/*
 * parse.h - fills a model from its text.
 */
#ifndef ENG_MODEL_PARSE_H
#define ENG_MODEL_PARSE_H

#include "model/model.h"

/* What a text is. */
enum eng__text {
  ENG__TEXT_MODEL,
  ENG__TEXT_BUILT_IN,
  ENG__TEXT_CONDITION, /* eng_model_condition */
  ENG__TEXT_EVENTS     /* eng_filter_parse: one measure, and neither stages nor a name */
};

/* A model from any of these, as eng_model_parse does it. */
eng_status eng__model_read(const eng_context *context, const char *text, size_t length,
                           enum eng__text what, eng_model **out, eng_error *error);

/* Parses model->text into the rest of the model, which is empty; what was filled in is
 * the caller's to release, also on failure. With `base`, of the same text, what stands
 * behind that text are values for params: `set` bytes of the host's, then those that
 * base was given. */
eng_status eng__model_parse(eng_model *model, const eng_model *base, size_t set,
                            eng_error *error);

#endif
