/* SPDX-License-Identifier: MIT */
/*
 * periods.h - periods and kinds as they are asked for and written.
 */
#ifndef ENGAGEMENT_PROGRAM_PERIODS_H
#define ENGAGEMENT_PROGRAM_PERIODS_H

#include <engagement/metrics.h>

#include "session.h"
#include "text.h"

/* A set of kinds for a call of the library. */
struct kinds {
  uint8_t list[256];
  uint64_t count; /* 0: those that make a customer active */
};

/* Reads names with commas; NULL and "any" are those that make a customer active. Returns
 * ANSWER_DONE, or ANSWER_USAGE after saying what is wrong. */
int kinds_read(const struct session *session, const char *option, const char *names,
               struct kinds *out);

/* The periods asked for, up to as-of, with their starts and that of the one after. */
struct spans {
  const struct session *session;
  eng_periods periods;
  uint64_t count;
  int64_t *starts; /* count + 1 */
};

/* From --from, else from the first event of the kinds; `every` where no --period is given.
 * Returns ANSWER_DONE, or another exit status after saying why; ANSWER_NO is said where
 * there is no such event, but of a file without rows there are no periods. */
int spans_open(const struct session *session, int32_t every, const struct kinds *kinds,
               struct spans *out);
void spans_close(struct spans *spans);

/* Whether a period has ended by as-of. */
int spans_ended(const struct spans *spans, uint64_t at);

/* 2026-11-22, 2026-W47, 2026-11, 2026-Q4, 2026; a week that starts on another day than
 * Monday, and n days, by their first day. */
void text_add_period(struct text *text, const struct spans *spans, uint64_t at);

#endif
