/* SPDX-License-Identifier: MIT */
/*
 * cause.c - see cause.h.
 */
#include "cause.h"

#include <engagement/calendar.h>

/* In the order of enum ENG_CAUSE_*, from 1. */
static const char *const causes[] = {"event", "undo",   "expiry",
                                     "age",   "period", "time"};

void rows_cause(struct rows *rows, const struct session *session,
                const eng_history *history, uint64_t i)
{
  const eng_event *event = eng_history_event(history, i);
  struct text cause = {0};
  char time[ENG_TIME_TEXT];

  text_put(&cause, causes[eng_history_cause(history, i) - 1]);
  if (event != NULL) {
    text_put(&cause, " ");
    text_put(&cause, eng_kind_name(session->context, eng_event_kind(event)));
    if (eng_event_occurred_at(event) < eng_history_time(history, i) &&
        eng_time_format(eng_event_occurred_at(event), time) == ENG_OK)
      text_print(&cause, " %s", time);
  }
  rows_text(rows, cause.bytes, cause.length);
  text_free(&cause);
}
