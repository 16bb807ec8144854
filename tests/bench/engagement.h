/* SPDX-License-Identifier: MIT */
/*
 * engagement.h - what the parts of the library's own engine share.
 *
 * A book, an assessor or a buffer that cannot be made ends a job as failed, with a
 * line on stderr; nothing is repaired here.
 */
#ifndef BENCH_ENGAGEMENT_H
#define BENCH_ENGAGEMENT_H

#include <engagement.h>

#include "jobs.h"

/* The events of a feed as the library takes them in bulk. */
struct table {
  const struct feed *feed;
  uint64_t width; /* of a customer's id: C00000042 */
  char *ids;
  uint8_t *kind, *channel;
  int64_t *time, *amount, *value;
  uint32_t *present;
  uint32_t *present_ids; /* where events get ids: one of its own for each */
  uint64_t *event_id;
};

struct engagement {
  const struct feed *feed;
  const struct job_options *options;
  eng_context *context;
  eng_event *event; /* filled again and again */
  int32_t kinds[FEED_KINDS], channels[FEED_CHANNELS];
  struct table table, late; /* late: empty unless such a feed was given */
  eng_book *book;           /* of the feed, loaded in bulk; made by engagement_ready */
  double
      clean[JOB_COUNT]; /* best processor time of a load, for the late feed's ratio */
};

/* The stages of jobs.h, in the order in which a later one goes before. */
#define JOB_STAGES_TEXT                                                                \
  "stage buyer when count(purchase) >= 1\n"                                            \
  "stage fresh when tenure(purchase) < 30 days\n"                                      \
  "stage regular when count(purchase within 365 days) >= 4\n"                          \
  "stage fan when regular and sum(purchase within 365 days) >= 200.00 USD\n"           \
  "  and count(review, refer within 365 days) >= 1\n"                                  \
  "stage silent when recency(purchase) > 90 days\n"                                    \
  "stage gone when recency(purchase) > 365 days\n"
/* Ranks 0..6 are stages 0, 2, 1, 3, 4, 5, 6. */
static inline int job_stage_of_rank(int rank)
{
  return rank == 1 ? 2 : rank == 2 ? 1 : rank;
}

/* Whether `status` is ENG_OK; if not, says what failed. */
int engagement_ok(eng_status status, const char *what);

/* Loads in one of the ways of JOB_LOAD_*, JOB_STREAM and JOB_STREAM_32 into a new
 * book, timed as a run of `result` unless that is NULL; NULL if it failed. */
eng_book *engagement_load(struct engagement *s, const struct table *table, enum job how,
                          int with_ids, struct job_result *result);
/* s->book, loaded if it is not there: 0 or -1. */
int engagement_ready(struct engagement *s);
/* A feed's value as the library wants it: of an answer on a scale, thousandths. */
int64_t engagement_value(const struct feed_event *e);
/* s->event as row `i` of the table. */
int engagement_fill(struct engagement *s, const struct table *table, size_t i);
/* An assessor of one model; free both. */
eng_assessor *engagement_assessor(struct engagement *s, const char *text,
                                  eng_model **model_out);
/* The canonical bytes of a book, `size_out` of them; free them. */
uint8_t *engagement_encode(const eng_book *book, size_t *size_out);

/* An event that comes in at the till, and putting it into a book: its row. */
struct coming {
  char id[32];
  size_t length;
  int32_t kind, channel;
  int64_t time, amount, value;
};
struct coming engagement_coming(const struct engagement *s, size_t i);
eng_status engagement_record(struct engagement *s, eng_book *book,
                             const struct coming *coming, uint64_t *row);

/* ---- jobs, in files of their own: 0 or -1 ---- */

int engagement_till(struct engagement *s, struct job_result *result);
int engagement_till_file(struct engagement *s, struct job_result *result);
int engagement_sizes(struct engagement *s, enum job job, struct job_result *result);
int engagement_late(struct engagement *s, enum job job, struct job_result *result);
int engagement_heavy(struct engagement *s, enum job job, struct job_result *result);
int engagement_features(struct engagement *s, struct job_result *result);
int engagement_metrics(struct engagement *s, enum job job, struct job_result *result);
int engagement_models(struct engagement *s, enum job job, struct job_result *result);

#endif
