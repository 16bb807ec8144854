/* SPDX-License-Identifier: MIT */
/*
 * assess.h - what the book needs of an assessor: assessing timelines where they lie.
 *
 * An as-of is prepared once for many timelines: windows become instants. Then each
 * timeline takes one pass for all models together; where its summary alone decides all
 * stages, none.
 */
#ifndef ENG_MODEL_ASSESS_H
#define ENG_MODEL_ASSESS_H

#include <engagement/history.h>

#include "core/timeline.h"

const eng_context *eng__assessor_context(const eng_assessor *assessor);

/* Whether there are callback models, which may ask for the customer's id; it is borrowed
 * until another one is named. */
bool eng__assess_asks_host(const eng_assessor *assessor);
void eng__assess_name(eng_assessor *assessor, const char *id, size_t length);

/* Makes ready for timelines as of an instant; as_of is in range. Cheap if it is the
 * one that is prepared already. */
void eng__assess_prepare(eng_assessor *assessor, int64_t as_of);

/* Tries to decide every model's stage from a summary. False: the events have to be
 * read. */
bool eng__assess_summary(const eng_assessor *assessor, const struct eng__summary *summary,
                         int32_t *stages);

/* Nearly all customers of most bases have none of the kinds that any model asks for:
 * their stages, and those kinds as bits of a summary. NULL: that is not known. */
const int32_t *eng__assess_idle(const eng_assessor *assessor, uint32_t *kinds);

/* The stage under every model, from the events. stages has one entry a model. */
eng_status eng__assess_timeline(eng_assessor *assessor,
                                const struct eng__timeline *timeline,
                                const struct eng__shapes *shapes, int32_t *stages);

/* The scores of one model, from the events; values has one entry a score. */
eng_status eng__score_timeline(eng_assessor *assessor, int32_t model,
                               const struct eng__timeline *timeline,
                               const struct eng__shapes *shapes, int32_t *values);

/* What a failed call leaves in its out-parameters; stages may be NULL. */
void eng__no_answer(const eng_assessor *assessor, int32_t *stages, int64_t *next_times,
                    int32_t *next_stages);

/* The same, and the next change of each; see eng_assessor_next_change. */
eng_status eng__assess_next(eng_assessor *assessor,
                            const struct eng__timeline *timeline,
                            const struct eng__shapes *shapes, int32_t *stages,
                            int64_t *next_times, int32_t *next_stages);

/* Where a customer stands under each model; see eng_assessor_standing. */
eng_status eng__assess_standing(eng_assessor *assessor,
                                const struct eng__timeline *timeline,
                                const struct eng__shapes *shapes, int64_t as_of,
                                eng_standing *standings);

/* The changes under one model up to `until`: all of them if `since` is ENG_TIME_NONE,
 * else those after `since` if nothing happens from then on. */
eng_status eng__assess_history(eng_assessor *assessor, int32_t model,
                               const struct eng__timeline *timeline,
                               const struct eng__shapes *shapes, int64_t since,
                               int64_t until, eng_history **out);

/* Told first of the stage before anything happened, with `from` -1 and the time of the
 * first event, ENG_TIME_NONE if there is none; then of every change, in order. */
typedef void (*eng__change_fn)(void *user, int64_t time, int32_t from, int32_t to);

/* The same changes without a history of them, and without their events. */
eng_status eng__assess_changes(eng_assessor *assessor, int32_t model,
                               const struct eng__timeline *timeline,
                               const struct eng__shapes *shapes, int64_t until,
                               eng__change_fn tell, void *user);

#endif
