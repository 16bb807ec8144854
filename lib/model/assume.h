/* SPDX-License-Identifier: MIT */
/*
 * assume.h - whether conditions can hold together, by intervals alone.
 *
 * "No" is a proof; "yes" means that intervals do not show the contrary.
 */
#ifndef ENG_MODEL_ASSUME_H
#define ENG_MODEL_ASSUME_H

#include "model/range.h"

struct eng__assumptions;

/* ranges are borrowed for its life. */
eng_status eng__assumptions_new(const struct eng__ranges *ranges,
                                struct eng__assumptions **out);
void eng__assumptions_free(struct eng__assumptions *assumptions);

/* Forgets everything that was assumed. */
void eng__assume_nothing(struct eng__assumptions *assumptions);

/* Assumes that a condition comes out as one of these: ENG__MAY_BE_. */
void eng__assume(struct eng__assumptions *assumptions, int32_t node, int outcomes);

/* Whether all that was assumed may be so. Running out of memory is a status. */
eng_status eng__assume_settle(struct eng__assumptions *assumptions, bool *possible);

#endif
