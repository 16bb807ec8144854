/* SPDX-License-Identifier: MIT */
/*
 * engagement_metrics.c - the customer base in numbers: cohorts, rolling actives, a
 * funnel. Peers answer the same questions.
 */
#define _POSIX_C_SOURCE 200809L
#include "engagement.h"

#include <stdlib.h>
#include <string.h>

/* ---- J4: weekly cohorts of purchases ---- */

static int count_cohorts(struct engagement *s, struct job_result *result)
{
  static uint64_t sizes[JOB_WEEKS];
  static eng_cell cells[JOB_WEEKS * JOB_WEEKS];
  int64_t filled = 0, checksum = 0;
  eng_periods periods;
  eng_status status = ENG_OK;
  eng_periods_init(&periods, sizeof periods);
  periods.every = ENG_EVERY_DAYS;
  periods.length = 7;
  periods.from = FEED_START;
  periods.until = JOB_AS_OF;
  for (int i = 0; status == ENG_OK && i < s->options->repeats; i++) {
    struct stopwatch watch = stopwatch_start();
    status = eng_book_retention(s->book, &periods, NULL, sizes, JOB_WEEKS, cells,
                                JOB_WEEKS, NULL, NULL);
    job_add(result, stopwatch_read(watch));
  }
  for (int64_t c = 0; c < JOB_WEEKS; c++) {
    for (int64_t w = c; w < JOB_WEEKS; w++) {
      int64_t n = (int64_t)cells[c * JOB_WEEKS + w - c].customers;
      filled += n > 0;
      checksum += n * (128 * c + w - c + 1);
    }
  }
  job_answer_cohorts(result, filled, checksum);
  return engagement_ok(status, "retention") ? 0 : -1;
}

/* ---- J4: rolling actives ---- */

static int count_actives(struct engagement *s, struct job_result *result)
{
  static const int32_t windows[] = {1, 7, 30};
  static uint64_t active[3 * FEED_DAYS];
  static struct job_actives answer;
  uint8_t kinds[FEED_KINDS];
  eng_status status = ENG_OK;
  for (int k = 0; k < FEED_KINDS; k++) kinds[k] = (uint8_t)s->kinds[k];
  for (int i = 0; status == ENG_OK && i < s->options->repeats; i++) {
    struct stopwatch watch = stopwatch_start();
    status = eng_book_rolling(s->book, FEED_START, JOB_AS_OF, kinds, FEED_KINDS,
                              windows, 3, active, FEED_DAYS, NULL, NULL);
    job_add(result, stopwatch_read(watch));
  }
  for (int d = 0; d < FEED_DAYS; d++) {
    answer.daily[d] = (int64_t)active[d];
    answer.weekly[d] = (int64_t)active[FEED_DAYS + d];
    answer.monthly[d] = (int64_t)active[2 * FEED_DAYS + d];
  }
  job_answer_actives(result, &answer);
  return engagement_ok(status, "rolling") ? 0 : -1;
}

/* ---- J5: a funnel ---- */

static int count_funnel(struct engagement *s, struct job_result *result)
{
  static const int kinds[] = {FEED_VIEW, FEED_CART, FEED_CHECKOUT, FEED_PURCHASE};
  uint8_t numbers[4];
  eng_step steps[4];
  uint64_t reached[4] = {0};
  int64_t answer[4];
  eng_funnel funnel;
  eng_status status = ENG_OK;
  eng_funnel_init(&funnel, sizeof funnel);
  for (int i = 0; i < 4; i++) {
    numbers[i] = (uint8_t)s->kinds[kinds[i]];
    steps[i].kinds = &numbers[i];
    steps[i].kind_count = 1;
  }
  funnel.steps = steps;
  funnel.step_count = 4;
  funnel.within = JOB_FUNNEL_WITHIN;
  funnel.until = JOB_AS_OF;
  for (int i = 0; status == ENG_OK && i < s->options->repeats; i++) {
    struct stopwatch watch = stopwatch_start();
    status =
        eng_book_funnel(s->book, &funnel, reached, NULL, NULL, NULL, 0, NULL, NULL);
    job_add(result, stopwatch_read(watch));
  }
  for (int i = 0; i < 4; i++) answer[i] = (int64_t)reached[i];
  job_answer_funnel(result, answer);
  return engagement_ok(status, "funnel") ? 0 : -1;
}

int engagement_metrics(struct engagement *s, enum job job, struct job_result *result)
{
  int failed = engagement_ready(s)  ? -1
               : job == JOB_COHORTS ? count_cohorts(s, result)
               : job == JOB_ACTIVES ? count_actives(s, result)
                                    : count_funnel(s, result);
  if (!failed) job_finish(result, s->feed->count);
  return failed;
}
