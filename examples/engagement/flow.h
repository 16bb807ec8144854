/* SPDX-License-Identifier: MIT */
/*
 * flow.h - the answers of `flow`: between two moments, at many, and how long stages last.
 */
#ifndef ENGAGEMENT_PROGRAM_FLOW_H
#define ENGAGEMENT_PROGRAM_FLOW_H

#include "session.h"

/* How many are in each stage at the end of each --period. */
int flow_series(const struct session *session);

/* How long the stays in each stage last: --stays. */
int flow_stays(const struct session *session);

/* Who moved into or out of one stage between two moments, when and why: --entered, --left.
 * `before` and `after` have the rank of each row at those moments. */
int flow_moves(const struct session *session, int64_t to, const uint8_t *before,
               const uint8_t *after);

#endif
