/* SPDX-License-Identifier: MIT */
/*
 * authoring.h - the commands for people who write models: `models check`, `models diff`
 * and `models print`.
 */
#ifndef ENGAGEMENT_PROGRAM_AUTHORING_H
#define ENGAGEMENT_PROGRAM_AUTHORING_H

#include "options.h"

/* Each takes the options with its words behind `check`, `diff` or `print` alone. */
int models_check(const struct options *options);
int models_diff(const struct options *options);
int models_print(const struct options *options);

#endif
