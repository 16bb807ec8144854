/* SPDX-License-Identifier: MIT */
/*
 * explain.h - what the parts of `engagement explain` share.
 */
#ifndef ENGAGEMENT_PROGRAM_EXPLAIN_H
#define ENGAGEMENT_PROGRAM_EXPLAIN_H

#include "output.h"
#include "session.h"
#include "text.h"

/* What a row of --format csv holds; NULL, ENG_TIME_NONE and ENG_DISTANCE_NONE are
 * empty cells. */
struct explain_row {
  const char *part; /* stage, clause, missing, next, dimension, score, line, ... */
  const char *name;
  const char *text;
  const char *measured;
  const char *threshold;
  const char *holds;
  int64_t distance;
  const char *points;
  int64_t time;
};

/* A row of that part with nothing else in it. */
struct explain_row explain_row_of(const char *part);
void explain_put_row(struct rows *rows, const struct session *session,
                     const eng_model *model, const struct explain_row *row);

/* The dimensions of a model as rows, and its scores with their lines. */
eng_status explain_row_dimensions(struct rows *rows, const struct session *session,
                                  int32_t model, const eng_customer *customer);
eng_status explain_row_scores(struct rows *rows, const struct session *session,
                              int32_t model, const eng_customer *customer);

/* A customer under a model as rows. */
eng_status explain_rows(struct rows *rows, const struct session *session, int32_t model,
                        const eng_explanation *explanation,
                        const eng_customer *customer);

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
