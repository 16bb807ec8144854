/* SPDX-License-Identifier: MIT */
/*
 * parse.h - fills a model from its text.
 */
#ifndef ENG_MODEL_PARSE_H
#define ENG_MODEL_PARSE_H

#include "model/model.h"

/* Parses model->text into the rest of the model, which is empty; what was filled in is
 * the caller's to release, also on failure. */
eng_status eng__model_parse(eng_model *model, eng_error *error);

#endif
