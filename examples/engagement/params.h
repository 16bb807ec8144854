/* SPDX-License-Identifier: MIT */
/*
 * params.h - other values for the params of models: --param [MODEL.]NAME=VALUE.
 */
#ifndef ENGAGEMENT_PROGRAM_PARAMS_H
#define ENGAGEMENT_PROGRAM_PARAMS_H

#include "session.h"

/* Puts a model with the values that are asked for in the place of one. Returns
 * ANSWER_DONE, or another exit status after saying why. */
int params_set(const struct words *asked, eng_model **model);

/* Whether each of the values was for some model of the session; the same returns. */
int params_check(const struct session *session);

#endif
