/* SPDX-License-Identifier: MIT */
/*
 * parse.h - fills a model from its text.
 */
#ifndef ENG_MODEL_PARSE_H
#define ENG_MODEL_PARSE_H

#include "model/model.h"

/* Parses model->text into the rest of the model, which is empty; what was filled in is
 * the caller's to release, also on failure. With `base`, of the same text, what stands
 * behind that text are values for params: `set` bytes of the host's, then those that
 * base was given. */
eng_status eng__model_parse(eng_model *model, const eng_model *base, size_t set,
                            eng_error *error);

#endif
