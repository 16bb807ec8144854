/* SPDX-License-Identifier: MIT */
/*
 * stays.c - how long customers stay in each stage: ended stays, and those that go on.
 */
#include <string.h>

#include "core/calendar.h"
#include "metrics/course.h"

enum { RANKS = 256 };

struct stays {
  int64_t from, until;
  eng_survival *out;
  uint64_t count;
  uint64_t *customers;
  size_t side;

  /* Of one customer: */
  int32_t stage;
  int64_t since; /* of the stay; ENG_TIME_NONE: there is none yet */
  bool counted[RANKS];
};

static void count_stay(struct stays *s, int64_t end, bool ended)
{
  uint64_t day = (uint64_t)((end - s->since) / ENG__DAY);
  eng_survival *out;

  if (s->since < s->from) return;
  if (day >= s->count) day = s->count - 1;
  out = &s->out[(uint64_t)s->stage * s->count + day];
  out->came += ended;
  out->censored += !ended;
  if (s->customers != NULL) s->customers[s->stage] += !s->counted[s->stage];
  s->counted[s->stage] = true;
}

/* A stage that the first event leaves at once is no stay. */
static void note_change(void *user, int64_t time, int32_t from, int32_t to)
{
  struct stays *s = user;

  if (from >= 0 && s->since != ENG_TIME_NONE && time > s->since) {
    count_stay(s, time, true);
  }
  s->stage = to;
  s->since = time;
}

static void close_customer(void *user)
{
  struct stays *s = user;

  if (s->since != ENG_TIME_NONE) count_stay(s, s->until, false);
  s->since = ENG_TIME_NONE;
  memset(s->counted, 0, s->side * sizeof *s->counted);
}

static void clear(const struct stays *s)
{
  memset(s->out, 0, s->side * (size_t)s->count * sizeof *s->out);
  if (s->customers != NULL) memset(s->customers, 0, s->side * sizeof *s->customers);
}

eng_status eng_book_stays(const eng_book *book, eng_assessor *assessor, int32_t model,
                          int64_t from, int64_t until, eng_survival *out,
                          uint64_t count, uint64_t *customers, int32_t side,
                          eng_progress_fn progress, void *user)
{
  struct stays s = {.since = ENG_TIME_NONE};
  eng_status status;

  if (book == NULL || assessor == NULL || out == NULL) return ENG_E_INVALID;
  status = eng__course_check(book, assessor, model, side);
  if (status == ENG_OK && count < 2) status = ENG_E_BUFFER;
  if (status != ENG_OK) return status;
  if (from < 0 || until < from || until > ENG_TIME_MAX) return ENG_E_TIME;
  s.from = from;
  s.until = until;
  s.out = out;
  s.count = count;
  s.customers = customers;
  s.side = (size_t)side;
  clear(&s);
  status = eng__course_all(book, assessor, model, until, note_change, close_customer,
                           &s, progress, user);
  if (status != ENG_OK) clear(&s);
  return status;
}
