/* SPDX-License-Identifier: MIT */
/*
 * session.h - what every command works with: settings, models, the book, a moment.
 */
#ifndef ENGAGEMENT_PROGRAM_SESSION_H
#define ENGAGEMENT_PROGRAM_SESSION_H

#include <engagement/book.h>

#include "options.h"

/* At most this many models are run together. */
enum { SESSION_MODELS = 64 };

struct text;

struct session {
  const struct options *options;
  eng_context *context;
  eng_model *models[SESSION_MODELS]; /* in the order asked */
  int32_t model_count;
  eng_assessor *assessor;
  eng_book *book;
  int64_t as_of;
  int64_t until; /* of `changes`; ENG_TIME_NONE elsewhere */
  int64_t split; /* of `validate`; ENG_TIME_NONE elsewhere */
  uint64_t strays; /* events of input more than a year after all others, if few; else 0 */
  int64_t before_strays; /* the last of those others */
  int64_t since; /* of `explain`: what to compare with; ENG_TIME_NONE: nothing */
};

/* Makes the context, reads the models that are asked for (all that are built in if none
 * is), then the inputs, and settles as-of. Returns ANSWER_DONE, or another exit status
 * after saying why; session_close is right in either case. */
int session_open(struct session *session, const struct options *options);

/* The two halves of that, for whoever opens models in another way: the context and the
 * times that are asked for; and what is read with the models that are there then. */
int session_begin(struct session *session, const struct options *options);
int session_load(struct session *session);

void session_close(struct session *session);

/* The row of the customer that is asked for. Returns ANSWER_DONE, or another exit
 * status after saying why. */
int session_customer(const struct session *session, uint64_t *row);

/* The id that the customer asked for goes by: of a group the name. Behind the bytes that
 * were put stands a NUL. */
void session_put_name(const struct session *session, struct text *out);

/* The context alone, for what needs no inputs. */
int session_context(struct session *session, const struct options *options);

#endif
