/* SPDX-License-Identifier: MIT */
/*
 * plain.c - every question answered in the most obvious way, as the judge of the
 * others. Events are grouped by customer and sorted by time; a customer's answer is
 * then read off its own events. Its times are no goal of anything.
 */
#define _POSIX_C_SOURCE 200809L
#include "peers.h"

#include <stdlib.h>
#include <string.h>

struct plain {
  const struct feed *feed;
  const struct job_options *options;
  struct feed_event *sorted; /* by customer, time, kind */
};

static int by_customer(const void *left, const void *right)
{
  const struct feed_event *a = left, *b = right;
  if (a->customer != b->customer) return a->customer < b->customer ? -1 : 1;
  if (a->ts != b->ts) return a->ts < b->ts ? -1 : 1;
  return (int)a->kind - (int)b->kind;
}

static void *plain_open(const struct feed *feed, const struct job_options *options)
{
  struct plain *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  p->feed = feed;
  p->options = options;
  p->sorted = malloc(feed->count * sizeof *p->sorted + 1);
  if (!p->sorted) {
    free(p);
    return NULL;
  }
  memcpy(p->sorted, feed->events, feed->count * sizeof *p->sorted);
  qsort(p->sorted, feed->count, sizeof *p->sorted, by_customer);
  return p;
}

static void plain_close(void *self)
{
  struct plain *p = self;
  free(p->sorted);
  free(p);
}

/* ---- one customer, n >= 1 events in order ---- */

struct sums {
  struct job_result *result;
  int64_t customers, checksum, stages[JOB_STAGES], reached[4],
      cells[JOB_WEEKS][JOB_WEEKS];
  struct job_actives actives;
};

static int64_t day_of(int64_t ts) { return (ts - FEED_START) / FEED_DAY; }

/* The features; returns how many purchases there are. */
static int64_t features_of(const struct feed_event *e, size_t n, int64_t f[F_COUNT])
{
  int64_t purchases = 0, first = 0, last = 0;
  memset(f, 0, F_COUNT * sizeof *f);
  for (size_t i = 0; i < n; i++) {
    for (int w = 0; w < F_WINDOWS; w++) {
      if (e[i].ts < JOB_WINDOW(job_windows[w])) continue;
      f[F_COUNTS + FEED_KINDS * w + e[i].kind]++;
      if (e[i].kind == FEED_PURCHASE) f[F_CENTS + w] += e[i].amount;
    }
    if (i == 0 || day_of(e[i].ts) != day_of(e[i - 1].ts)) f[F_DAYS]++;
    if (e[i].kind == FEED_REFUND) f[F_REFUNDS] += e[i].amount;
    if (e[i].kind != FEED_PURCHASE) continue;
    f[F_CENTS_ALL] += e[i].amount;
    if (!purchases++) first = e[i].ts;
    last = e[i].ts;
  }
  f[F_FIRST] = e[0].ts - FEED_START;
  f[F_LAST] = e[n - 1].ts - FEED_START;
  if (purchases) {
    f[F_X] = purchases - 1;
    f[F_TX] = last - first;
    f[F_T] = JOB_AS_OF - first;
  }
  return purchases;
}

static void add_features(struct sums *s, const struct feed_event *e, size_t n)
{
  int64_t f[F_COUNT];
  features_of(e, n, f);
  s->checksum += job_hash(f);
}

static void add_stage(struct sums *s, const struct feed_event *e, size_t n)
{
  struct job_buying b = {0};
  for (size_t i = 0; i < n; i++) {
    int year = e[i].ts >= JOB_WINDOW(365);
    if (year && (e[i].kind == FEED_REVIEW || e[i].kind == FEED_REFERRAL)) b.told++;
    if (e[i].kind != FEED_PURCHASE) continue;
    if (!b.purchases++) b.first = e[i].ts;
    b.last = e[i].ts;
    if (!year) continue;
    b.count++;
    b.cents += e[i].amount;
  }
  s->stages[job_stage(&b)]++;
}

static void add_cohort(struct sums *s, const struct feed_event *e, size_t n)
{
  int64_t cohort = -1, before = -1;
  for (size_t i = 0; i < n; i++) {
    int64_t week = (e[i].ts - FEED_START) / JOB_WEEK;
    if (e[i].kind != FEED_PURCHASE || week == before) continue;
    if (cohort < 0) cohort = week;
    s->cells[cohort][week]++;
    before = week;
  }
}

static void add_active(struct sums *s, const struct feed_event *e, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    int64_t day = day_of(e[i].ts), next = i + 1 < n ? day_of(e[i + 1].ts) : day + 30;
    if (next != day) job_count_active(&s->actives, day, next - day, 1);
  }
}

/* For each step the latest start of a chain that got there: a later start can only
 * do better, so one is enough. */
static void add_funnel(struct sums *s, const struct feed_event *e, size_t n)
{
  static const int steps[] = {FEED_VIEW, FEED_CART, FEED_CHECKOUT, FEED_PURCHASE};
  int64_t start[4] = {-1, -1, -1, -1};
  for (size_t i = 0; i < n; i++) {
    if (e[i].kind == steps[0]) start[0] = e[i].ts;
    for (int step = 1; step < 4; step++)
      if (e[i].kind == steps[step] && start[step - 1] >= 0 &&
          e[i].ts - start[step - 1] <= JOB_FUNNEL_WITHIN)
        start[step] = start[step - 1];
  }
  for (int step = 0; step < 4; step++) s->reached[step] += start[step] >= 0;
}

/* ---- jobs ---- */

static void load_answer(const struct plain *p, struct job_result *result)
{
  int64_t cents = 0;
  for (size_t i = 0; i < p->feed->count; i++) cents += p->feed->events[i].amount;
  job_answer_load(result, (int64_t)p->feed->count, (int64_t)p->feed->customers, cents);
}

static void answer(const struct sums *s, enum job job, struct job_result *result)
{
  int64_t cells = 0, checksum = 0;
  switch (job) {
  case JOB_FEATURES: job_answer_features(result, s->customers, s->checksum); break;
  case JOB_CENSUS: job_answer_census(result, s->stages); break;
  case JOB_ACTIVES: job_answer_actives(result, &s->actives); break;
  case JOB_FUNNEL: job_answer_funnel(result, s->reached); break;
  default:
    for (int c = 0; c < JOB_WEEKS; c++) {
      for (int w = c; w < JOB_WEEKS; w++) {
        cells += s->cells[c][w] > 0;
        checksum += s->cells[c][w] * (128 * c + w - c + 1);
      }
    }
    job_answer_cohorts(result, cells, checksum);
  }
}

static void over_customers(const struct plain *p, enum job job,
                           struct job_result *result)
{
  void (*add)(struct sums *, const struct feed_event *, size_t) =
      job == JOB_FEATURES  ? add_features
      : job == JOB_CENSUS  ? add_stage
      : job == JOB_ACTIVES ? add_active
      : job == JOB_FUNNEL  ? add_funnel
                           : add_cohort;
  struct sums *s = malloc(sizeof *s);
  for (int run = 0; s && run < p->options->repeats; run++) {
    struct stopwatch watch = stopwatch_start();
    memset(s, 0, sizeof *s);
    for (size_t i = 0, n; i < p->feed->count; i += n) {
      const struct feed_event *e = p->sorted + i;
      for (n = 1; i + n < p->feed->count && e[n].customer == e->customer;) n++;
      add(s, e, n);
      s->customers++;
    }
    job_add(result, stopwatch_read(watch));
  }
  if (s) answer(s, job, result);
  free(s);
  job_finish(result, p->feed->count);
}

static const struct feed_event *events_of(const struct plain *p, uint64_t customer,
                                          size_t *n_out)
{
  size_t low = 0, high = p->feed->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (p->sorted[middle].customer < customer)
      low = middle + 1;
    else
      high = middle;
  }
  size_t n = 0;
  while (low + n < p->feed->count && p->sorted[low + n].customer == customer) n++;
  *n_out = n;
  return p->sorted + low;
}

/* The till's events stay few, so a customer's are looked for among all before. */
static void till(const struct plain *p, struct job_result *result)
{
  size_t n = p->options->till_events, most = 0, count;
  int64_t stages[JOB_STAGES] = {0}, checksum = 0, f[F_COUNT];
  struct feed_event *came = malloc((n + 1) * sizeof *came), *all = NULL;
  double *each = malloc((n + 1) * sizeof *each);
  struct stopwatch whole = stopwatch_start();
  for (size_t i = 0; came && each && i < n; i++) {
    came[i] = job_till_event(p->feed, i, n);
    struct stopwatch watch = stopwatch_start();
    const struct feed_event *e = events_of(p, came[i].customer, &count);
    if (count + n > most) {
      free(all);
      all = malloc((most = 2 * count + n) * sizeof *all);
      if (!all) break;
    }
    memcpy(all, e, count * sizeof *all);
    for (size_t j = 0; j <= i; j++)
      if (came[j].customer == came[i].customer) all[count++] = came[j];
    qsort(all, count, sizeof *all, by_customer);
    int64_t purchases = features_of(all, count, f);
    stages[job_stage_of(f, purchases)]++;
    checksum += job_hash(f);
    each[i] = stopwatch_read(watch).wall;
  }
  if (each) job_finish_each(result, each, n, stopwatch_read(whole).cpu);
  job_answer_till(result, stages, checksum);
  free(all);
  free(each);
  free(came);
}

static void plain_run(void *self, enum job job, struct job_result *result)
{
  struct plain *p = self;
  if (job <= JOB_APPEND) { /* nothing is loaded: what should be there afterwards */
    load_answer(p, result);
    result->ran = result->untimed = 1;
  } else if (job >= JOB_FEATURES && job <= JOB_FUNNEL) {
    over_customers(p, job, result);
  } else if (job == JOB_TILL || job == JOB_TILL_FILE) {
    till(p, result);
    result->untimed = job == JOB_TILL_FILE;
  }
}

const struct engine engine_plain = {"plain", plain_open, plain_run, plain_close};
