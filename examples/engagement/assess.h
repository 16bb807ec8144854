/* SPDX-License-Identifier: MIT */
/*
 * assess.h - the stages of a whole book, piece by piece, with progress.
 */
#ifndef ENGAGEMENT_PROGRAM_ASSESS_H
#define ENGAGEMENT_PROGRAM_ASSESS_H

#include "session.h"

/* All rows of the session's book in the order of the customers' bytes; free() them.
 * Returns ANSWER_DONE, or another exit status after saying why. */
int assess_order(const struct session *session, const char *doing, uint64_t **order,
                 uint64_t *count);

/* Calls `piece` with the stages of some rows at a time: stages[m * n + i] is that of
 * rows[i] under model m. */
int assess_all(const struct session *session, const char *doing, const uint64_t *order,
               uint64_t count,
               void (*piece)(void *user, const uint64_t *rows, uint64_t n,
                             const int32_t *stages),
               void *user);

#endif
