/* SPDX-License-Identifier: MIT */
/*
 * engagement_more.c - what is measured of the library alone: bytes, late and repeated
 * arrival, and a customer with a million events.
 */
#define _POSIX_C_SOURCE 200809L
#include "engagement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- J7: bytes an event ---- */

static void answer_bytes(const struct engagement *s, struct job_result *result,
                         uint64_t bytes)
{
  job_answer_bytes(result, (int64_t)bytes, s->feed->count);
  result->figure = (double)bytes / (double)s->feed->count;
}

static int encode_book(const struct engagement *s, const eng_book *book,
                       struct job_result *result)
{
  size_t size = 0;
  struct stopwatch watch = stopwatch_start();
  uint8_t *bytes = engagement_encode(book, &size);
  job_add(result, stopwatch_read(watch));
  job_finish(result, s->feed->count);
  answer_bytes(s, result, size);
  snprintf(result->note, sizeof result->note, "a snapshot with customer ids");
  free(bytes);
  return bytes ? 0 : -1;
}

static int encode_customers(const struct engagement *s, const eng_book *book,
                            struct job_result *result)
{
  uint64_t count = eng_book_customer_count(book), bytes = 0;
  eng_status status = ENG_OK;
  for (uint64_t row = 0; status == ENG_OK && row < count; row++) {
    eng_customer *customer = NULL;
    size_t size = 0;
    status = eng_book_customer(book, row, &customer);
    if (status == ENG_OK) status = eng_customer_encode(customer, NULL, 0, &size);
    if (status == ENG_E_BUFFER) status = ENG_OK;
    eng_customer_free(customer);
    bytes += size;
  }
  result->ran = result->untimed = 1;
  answer_bytes(s, result, bytes);
  snprintf(result->note, sizeof result->note, "customers encoded alone, without ids");
  return engagement_ok(status, "encode") ? 0 : -1;
}

static int hold(struct engagement *s, enum job how, int with_ids,
                struct job_result *result)
{
  eng_book *book = engagement_load(s, &s->table, how, with_ids, NULL);
  if (!book) return -1;
  answer_bytes(s, result, eng_book_memory(book));
  eng_book_free(book);
  result->ran = result->untimed = 1;
  snprintf(result->note, sizeof result->note, "memory after %s",
           how == JOB_STREAM ? "streaming" : "a bulk load");
  return 0;
}

int engagement_sizes(struct engagement *s, enum job job, struct job_result *result)
{
  int with_ids = job == JOB_BYTES_IDS || job == JOB_BLOBS_IDS ||
                 job == JOB_MEMORY_IDS || job == JOB_MEMORY_STREAM_IDS;
  int whole = job == JOB_BYTES || job == JOB_BYTES_IDS;
  if (job == JOB_MEMORY || job == JOB_MEMORY_IDS)
    return hold(s, JOB_LOAD_GROUPED, with_ids, result);
  if (job == JOB_MEMORY_STREAM || job == JOB_MEMORY_STREAM_IDS)
    return hold(s, JOB_STREAM, with_ids, result);
  if (!with_ids)
    return engagement_ready(s) ? -1
           : whole             ? encode_book(s, s->book, result)
                               : encode_customers(s, s->book, result);
  eng_book *book = engagement_load(s, &s->table, JOB_LOAD_GROUPED, 1, NULL);
  int failed = !book || (whole ? encode_book(s, book, result)
                               : encode_customers(s, book, result));
  eng_book_free(book);
  return failed;
}

/* ---- the same events, late and repeated ---- */

static int same_bytes(const eng_book *left, const eng_book *right)
{
  size_t n = 0, m = 0;
  uint8_t *a = engagement_encode(left, &n), *b = engagement_encode(right, &m);
  int same = a && b && n == m && memcmp(a, b, n) == 0;
  free(a);
  free(b);
  return same;
}

int engagement_late(struct engagement *s, enum job job, struct job_result *result)
{
  enum job how = job == JOB_LATE_CSV      ? JOB_LOAD_CSV
                 : job == JOB_LATE_STREAM ? JOB_STREAM
                                          : JOB_LOAD_GROUPED;
  if (!s->late.feed ||
      (how == JOB_LOAD_CSV && (!s->late.feed->csv_path || !s->feed->csv_path)))
    return 0;
  if (s->clean[how] <= 0) { /* that job was not asked for */
    struct job_result clean = {0};
    for (int i = 0; i < s->options->load_repeats; i++)
      eng_book_free(engagement_load(s, &s->table, how, 0, &clean));
    job_finish(&clean, s->feed->count);
    s->clean[how] = clean.cpu_best;
  }
  int same = 0, failed = engagement_ready(s);
  for (int i = 0; !failed && i < s->options->load_repeats; i++) {
    eng_book *book = engagement_load(s, &s->late, how, 0, result);
    failed = !book;
    if (book && i == 0) same = same_bytes(book, s->book);
    eng_book_free(book);
  }
  if (failed) return -1;
  job_finish(result, s->late.feed->count);
  result->figure = result->cpu_best / s->clean[how];
  snprintf(result->answer, sizeof result->answer, "%.2f of the clean feed, %s",
           result->figure, same ? "the same bytes" : "OTHER BYTES");
  result->wrong = !same;
  return 0;
}

/* ---- one customer with a million events ---- */

enum { HEAVY = 1000000, HEAVY_LATE = 20000, HEAVY_ASKED = 2000, HEAVY_GAP = 60000 };
static const char heavy_id[] = "C00000001";

static const char heavy_text[] =
    "language 1 model heavy\n"
    "stage often when count(visit within 30 days) > 9999999\n"
    "  or count(view_item, search within 90 days) > 9999999\n"
    "  or count(any within 365 days) > 9999999\n"
    "stage rich when sum(purchase within 30 days) > 99999999.00 USD\n"
    "  or sum(purchase within 365 days) > 99999999.00 USD\n"
    "stage old when recency(purchase) > 99999 days or tenure(purchase) > 99999 days\n"
    "  or recency(visit within 90 days) > 99999 days\n";

static eng_status heavy_event(struct engagement *s, int64_t time, uint64_t turn,
                              int with_ids)
{
  int kind = (int)(turn * 7 % FEED_KINDS);
  eng_status status = eng_event_reset(s->event, s->kinds[kind], time);
  if (status == ENG_OK)
    status = eng_event_set_channel(s->event, s->channels[turn % FEED_CHANNELS]);
  if (status == ENG_OK && kind == FEED_PURCHASE)
    status = eng_event_set_amount(s->event, (int64_t)(100 + turn % 9000),
                                  eng_context_currency(s->context));
  if (status == ENG_OK && with_ids)
    status = eng_event_set_id(s->event, (turn + 1) * UINT64_C(0x9e3779b97f4a7c15));
  return status;
}

/* Event `i` of those in order, or one of those that come late: anywhere between. */
static int64_t heavy_time(uint64_t i, int late)
{
  uint64_t at = late ? i * UINT64_C(2654435761) % HEAVY : i;
  return FEED_START + (int64_t)at * HEAVY_GAP + (late ? 1 + (int64_t)(i % 59000) : 0);
}

static eng_status heavy_record(struct engagement *s, eng_book *book, size_t n, int late,
                               int with_ids, struct job_result *result)
{
  double *each = malloc((n + 1) * sizeof *each);
  eng_status status = each ? ENG_OK : ENG_E_NOMEM;
  struct stopwatch whole = stopwatch_start();
  for (size_t i = 0; status == ENG_OK && i < n; i++) {
    double before = clock_wall();
    status = heavy_event(s, heavy_time(i, late), i + (late ? HEAVY : 0), with_ids);
    if (status == ENG_OK)
      status = eng_book_record(book, heavy_id, sizeof heavy_id - 1, s->event, NULL);
    each[i] = clock_wall() - before;
  }
  if (status == ENG_OK && result)
    job_finish_each(result, each, n, stopwatch_read(whole).cpu);
  free(each);
  return status;
}

static eng_status heavy_assess(struct engagement *s, const eng_book *book,
                               struct job_result *result)
{
  eng_model *model = NULL;
  eng_assessor *assessor = engagement_assessor(s, heavy_text, &model);
  eng_status status = assessor ? ENG_OK : ENG_E_INVALID;
  double each[HEAVY_ASKED];
  struct stopwatch whole = stopwatch_start();
  for (int i = 0; status == ENG_OK && i < HEAVY_ASKED; i++) {
    int32_t stage;
    double before = clock_wall();
    status =
        eng_book_assess_one(book, 0, assessor, JOB_AS_OF - i * FEED_DAY / 100, &stage);
    each[i] = clock_wall() - before;
  }
  if (status == ENG_OK)
    job_finish_each(result, each, HEAVY_ASKED, stopwatch_read(whole).cpu);
  eng_assessor_free(assessor);
  eng_model_free(model);
  return status;
}

int engagement_heavy(struct engagement *s, enum job job, struct job_result *result)
{
  int with_ids = job == JOB_HEAVY_IDS || job == JOB_HEAVY_LATE_IDS;
  int ordered = job == JOB_HEAVY || job == JOB_HEAVY_IDS;
  eng_book *book = NULL;
  eng_status status = eng_book_new(s->context, NULL, &book);
  if (status == ENG_OK)
    status = heavy_record(s, book, HEAVY, 0, with_ids, ordered ? result : NULL);
  if (status == ENG_OK && job == JOB_HEAVY_ASSESS)
    status = heavy_assess(s, book, result);
  else if (status == ENG_OK && !ordered)
    status = heavy_record(s, book, HEAVY_LATE, 1, with_ids, result);
  if (status == ENG_OK)
    snprintf(result->answer, sizeof result->answer,
             "%" PRIu64 " events, %.2f bytes each in memory",
             eng_book_event_count(book),
             (double)eng_book_memory(book) / (double)eng_book_event_count(book));
  result->figure = result->cpu_best * 1e6;
  eng_book_free(book);
  return engagement_ok(status, "heavy") ? 0 : -1;
}
