/* SPDX-License-Identifier: MIT */
/*
 * explain.h - what the parts of `engagement explain` share.
 */
#ifndef ENGAGEMENT_PROGRAM_EXPLAIN_H
#define ENGAGEMENT_PROGRAM_EXPLAIN_H

#include "output.h"
#include "session.h"
#include "text.h"

/* An event as people name it, and as JSON. */
void explain_event(struct text *out, const struct session *session,
                   const eng_event *event);
void explain_json_event(struct json *json, const struct session *session,
                        const eng_event *event);

/* The dimensions of a model; nothing where it has none. */
eng_status explain_dimensions(struct text *out, const struct session *session,
                              int32_t model, const eng_customer *customer);

/* The same as the value of a key `dimensions`. */
eng_status explain_json_dimensions(struct json *json, const struct session *session,
                                   int32_t model, const eng_customer *customer);

/* The scores of a model line by line and, after --since, what changed them; nothing
 * where the model has none. */
eng_status explain_scores(struct text *out, const struct session *session,
                          int32_t model, const eng_customer *customer);

/* The same as the value of a key `scores`, and of `since`. */
eng_status explain_json_scores(struct json *json, const struct session *session,
                               int32_t model, const eng_customer *customer);

#endif
