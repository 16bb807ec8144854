/* SPDX-License-Identifier: MIT */
/*
 * engagement_models.c - what the built-in models cost: a census of the whole feed, the
 * till, an explanation, next changes, and parsing.
 *
 * Nobody else has these models, so there are no peers; that their answers are right is
 * a matter of the tests. What is printed of them is a checksum, to compare runs by.
 */
#define _POSIX_C_SOURCE 200809L
#include "engagement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MODELS = 16, ASKED = 20000 };

struct models {
  eng_model *models[MODELS];
  int32_t count;
  eng_assessor *assessor;
};

static void free_models(struct models *m)
{
  eng_assessor_free(m->assessor);
  for (int32_t i = 0; i < m->count; i++) eng_model_free(m->models[i]);
}

/* All built-in models, or five_levels alone. */
static int make_models(struct engagement *s, int all, struct models *m)
{
  eng_status status = ENG_OK;
  memset(m, 0, sizeof *m);
  for (int32_t i = 0; status == ENG_OK && i < eng_builtin_count(); i++) {
    const char *name = eng_builtin_name(i);
    if (!all && strcmp(name, "five_levels")) continue;
    status = eng_model_builtin(s->context, name, strlen(name), &m->models[m->count]);
    if (status == ENG_OK) m->count++;
  }
  if (status == ENG_OK)
    status = eng_assessor_new(s->context, (const eng_model *const *)m->models, m->count,
                              &m->assessor);
  return engagement_ok(status, "models") ? 0 : -1;
}

static int census(struct engagement *s, struct models *m, struct job_result *result)
{
  uint64_t count = eng_book_customer_count(s->book), sum = 0;
  int32_t *ranks = malloc((count * (uint64_t)m->count + 1) * sizeof *ranks);
  int failed = !ranks;
  for (int i = 0; !failed && i < s->options->repeats; i++) {
    struct stopwatch watch = stopwatch_start();
    failed = !engagement_ok(eng_book_assess(s->book, m->assessor, JOB_AS_OF, NULL,
                                            count, ranks, NULL, NULL),
                            "assess");
    job_add(result, stopwatch_read(watch));
  }
  for (uint64_t i = 0; !failed && i < count * (uint64_t)m->count; i++)
    sum += (uint64_t)ranks[i] * (i / count + 1);
  free(ranks);
  if (failed) return -1;
  job_finish(result, s->feed->count);
  snprintf(result->answer, sizeof result->answer,
           "%" PRIu64 " customers, %d models, checksum %" PRIu64, count, (int)m->count,
           sum);
  return 0;
}

/* One question about a customer; the checksum of its answer. */
static eng_status ask(struct engagement *s, struct models *m, enum job job,
                      uint64_t row, const eng_customer *customer, uint64_t *sum)
{
  int32_t ranks[MODELS], next[MODELS];
  int64_t times[MODELS];
  eng_explanation *why = NULL;
  eng_status status;
  switch (job) {
  case JOB_EXPLAIN:
    status = eng_assessor_explain(m->assessor, 0, customer, JOB_AS_OF, &why);
    if (status == ENG_OK)
      *sum += (uint64_t)eng_explanation_line_count(why, ENG_PART_CLAUSE);
    eng_explanation_free(why);
    return status;
  case JOB_NEXT_ALL:
    status =
        eng_book_next_change(s->book, row, m->assessor, JOB_AS_OF, ranks, times, next);
    break;
  default:
    status = eng_book_assess_one(s->book, row, m->assessor, JOB_AS_OF, ranks);
    break;
  }
  for (int32_t i = 0; status == ENG_OK && i < m->count; i++) *sum += (uint64_t)ranks[i];
  return status;
}

/* The customers of the till's events; with `record`, after each event is put in. */
static int serve(struct engagement *s, struct models *m, enum job job,
                 struct job_result *result)
{
  int record = job == JOB_TILL_ONE || job == JOB_TILL_ALL;
  size_t n = record ? s->options->till_events : ASKED, done = 0;
  double *each = malloc((n + 1) * sizeof *each);
  struct coming *queue = malloc((n + 1) * sizeof *queue);
  uint64_t sum = 0;
  for (size_t i = 0; queue && i < n; i++) queue[i] = engagement_coming(s, i);
  struct stopwatch whole = stopwatch_start();
  for (; each && queue && done < n; done++) {
    eng_customer *customer = NULL;
    uint64_t row = 0;
    eng_status status = ENG_OK;
    if (!record)
      status = eng_book_find(s->book, queue[done].id, queue[done].length, &row);
    if (status == ENG_E_NOTFOUND) { /* new at the till */
      each[done] = 0;
      continue;
    }
    if (status == ENG_OK && job == JOB_EXPLAIN)
      status = eng_book_customer(s->book, row, &customer);
    double before = clock_wall();
    if (status == ENG_OK && record)
      status = engagement_record(s, s->book, &queue[done], &row);
    if (status == ENG_OK) status = ask(s, m, job, row, customer, &sum);
    each[done] = clock_wall() - before;
    eng_customer_free(customer);
    if (!engagement_ok(status, "till")) break;
  }
  double cpu = stopwatch_read(whole).cpu;
  if (each && done == n) job_finish_each(result, each, n, cpu);
  free(queue);
  free(each);
  if (record) { /* no longer the feed */
    eng_book_free(s->book);
    s->book = NULL;
  }
  if (done < n) return -1;
  result->figure = result->median * 1e6;
  snprintf(result->answer, sizeof result->answer, "%d models, checksum %" PRIu64,
           (int)m->count, sum);
  return 0;
}

static int parse(struct engagement *s, struct job_result *result)
{
  enum { TIMES = 2000 };
  double each[TIMES];
  int32_t largest = 0;
  size_t size = 0, length;
  eng_status status = ENG_OK;
  for (int32_t i = 0; i < eng_builtin_count(); i++)
    if (eng_builtin_text(i, &length) && length > size) {
      size = length;
      largest = i;
    }
  const char *name = eng_builtin_name(largest);
  struct stopwatch whole = stopwatch_start();
  for (int i = 0; status == ENG_OK && i < TIMES; i++) {
    eng_model *model = NULL;
    double before = clock_wall();
    status = eng_model_builtin(s->context, name, strlen(name), &model);
    each[i] = clock_wall() - before;
    eng_model_free(model);
  }
  if (!engagement_ok(status, "parse")) return -1;
  job_finish_each(result, each, TIMES, stopwatch_read(whole).cpu);
  snprintf(result->answer, sizeof result->answer, "%s, %zu bytes", name, size);
  return 0;
}

int engagement_models(struct engagement *s, enum job job, struct job_result *result)
{
  int all = job == JOB_CENSUS_ALL || job == JOB_TILL_ALL || job == JOB_NEXT_ALL;
  struct models m;
  if (job == JOB_PARSE) return parse(s, result);
  int failed = make_models(s, all, &m) || engagement_ready(s);
  if (!failed)
    failed = job == JOB_CENSUS_ONE || job == JOB_CENSUS_ALL ? census(s, &m, result)
                                                            : serve(s, &m, job, result);
  free_models(&m);
  return failed;
}
