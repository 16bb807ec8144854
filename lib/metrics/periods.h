/* SPDX-License-Identifier: MIT */
/*
 * periods.h - which period a time lies in: a table over business days.
 */
#ifndef ENG_METRICS_PERIODS_H
#define ENG_METRICS_PERIODS_H

#include <engagement/metrics.h>

#include "core/calendar.h"

struct eng__periods {
  const eng_context *context;
  int64_t until;
  int64_t first_day; /* business day of table[0] */
  uint64_t days;     /* entries of the table, which hold periods */
  uint32_t *table;
  int64_t *starts; /* count + 2: of the periods, of the one after, of the one after that */
  uint64_t count;
  uint64_t before; /* periods ahead of the first asked for: 0 or 1 */
};

/* What a caller of whatever version asks for. */
eng_status eng__periods_read(const eng_periods *periods, eng_periods *out);

/* Works the periods out, and with `one_before` the one ahead of them as period 0.
 * Release also after a failure. */
eng_status eng__periods_make(const eng_context *context, const eng_periods *periods,
                             bool one_before, struct eng__periods *out);
void eng__periods_release(struct eng__periods *periods);

/* The period of a time up to `until`; -1: before the first. */
static inline int64_t eng__period_at(const struct eng__periods *periods, int64_t time)
{
  int64_t day = eng__business_day(periods->context, time) - periods->first_day;

  return day < 0 ? -1 : (int64_t)periods->table[day];
}

#endif
