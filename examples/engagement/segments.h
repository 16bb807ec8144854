/* SPDX-License-Identifier: MIT */
/*
 * segments.h - named conditions of a file, for `select`.
 */
#ifndef ENGAGEMENT_PROGRAM_SEGMENTS_H
#define ENGAGEMENT_PROGRAM_SEGMENTS_H

#include "options.h"

/* The command under --segments. */
int segments_run(const struct options *options);

#endif
