/* SPDX-License-Identifier: MIT */
/*
 * cause.h - what a change of stage is due to, in words.
 */
#ifndef ENGAGEMENT_PROGRAM_CAUSE_H
#define ENGAGEMENT_PROGRAM_CAUSE_H

#include <engagement/history.h>

#include "output.h"
#include "session.h"

/* A cell: how it came, the kind of the event that it names, and where that is of the past,
 * its time. */
void rows_cause(struct rows *rows, const struct session *session,
                const eng_history *history, uint64_t change);

#endif
