/* SPDX-License-Identifier: MIT */
/*
 * fit.h - fits as the program makes, reads and writes them.
 */
#ifndef ENGAGEMENT_PROGRAM_FIT_H
#define ENGAGEMENT_PROGRAM_FIT_H

#include <engagement/forecast.h>

#include "output.h"
#include "session.h"

/* The unit and family that are asked for, or those that go with the other one. Returns
 * ANSWER_DONE, or ANSWER_USAGE after saying that they do not go together. */
int fit_options_read(const struct options *options, int32_t *unit, int32_t *family);

/* Summaries of all customers until a time; a status. */
eng_status fit_summarise(const struct session *session, int32_t unit, int64_t until,
                         eng_summaries **out);

/* The fit of summaries; a status, and what the data lacks. */
eng_status fit_make(const eng_summaries *summaries, int32_t family, int64_t until,
                    eng_fit **out, eng_error *error);

/* The fit of the family that is likeliest and does well on what is held out. */
eng_status fit_choose(const struct session *session, int32_t unit, int64_t until,
                      eng_fit **out, eng_error *error);

/* A fit from a file. Returns ANSWER_DONE, or another exit status after saying why. */
int fit_read(const struct session *session, const char *path, eng_fit **out);

/* The name of a unit. */
const char *fit_unit_name(int32_t unit);

#endif
