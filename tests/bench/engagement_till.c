/* SPDX-License-Identifier: MIT */
/*
 * engagement_till.c - J6: an event comes in, and its customer is assessed.
 *
 * The model compares every feature with a bound that no customer reaches and then falls
 * back on the stages of the census: nothing can be left unmeasured. Right answers are
 * a matter of a second till, off the clock, where the library explains each feature.
 */
#define _POSIX_C_SOURCE 200809L
#include "engagement.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peers.h"

/* Features that an explanation gives exactly: all but points in time. In the order of
 * their numbers, without F_FIRST, F_LAST, F_TX and F_T; F_X asks for all purchases. */
static int feature_text(int feature, char *text, size_t size)
{
  if (feature < F_FIRST) {
    int window = job_windows[feature / FEED_KINDS];
    const char *kind = feed_kinds[feature % FEED_KINDS].canonical;
    return snprintf(text, size, "count(%s within %d days)", kind, window);
  }
  switch (feature) {
  case F_DAYS: return snprintf(text, size, "days(all)");
  case F_CENTS:
  case F_CENTS + 1:
  case F_CENTS + 2:
    return snprintf(text, size, "sum(purchase within %d days)",
                    job_windows[feature - F_CENTS]);
  case F_CENTS_ALL: return snprintf(text, size, "sum(purchase)");
  case F_REFUNDS: return snprintf(text, size, "sum(refund)");
  case F_X: return snprintf(text, size, "count(purchase)");
  default: return 0;
  }
}

static int is_money(int feature) { return feature >= F_CENTS && feature <= F_REFUNDS; }

/* ---- the models ---- */

static void add_bound(struct sql *model, int feature)
{
  char text[96];
  feature_text(feature, text, sizeof text);
  sql_add(model, "%s > %s", text, is_money(feature) ? "9999999.00 USD" : "9999999");
}

/* A stage for each kind, one for the sums and one for the times. */
static char *till_text(void)
{
  struct sql model = {0};
  sql_add(&model, "language 1 model till\n" JOB_STAGES_TEXT);
  for (int k = 0; k < FEED_KINDS; k++) {
    sql_add(&model, "stage many_%s when ", feed_kinds[k].canonical);
    for (int w = 0; w < F_WINDOWS; w++) {
      sql_add(&model, w ? " or " : "");
      add_bound(&model, F_COUNTS + FEED_KINDS * w + k);
    }
    sql_add(&model, "\n");
  }
  sql_add(&model, "stage rich when ");
  for (int f = F_CENTS; f <= F_REFUNDS; f++) {
    sql_add(&model, f > F_CENTS ? " or " : "");
    add_bound(&model, f);
  }
  sql_add(&model, "\nstage old when ");
  add_bound(&model, F_DAYS);
  sql_add(&model, " or ");
  add_bound(&model, F_X);
  sql_add(&model, " or recency(all) > 99999 days or tenure(all) > 99999 days"
                  " or recency(purchase) > 99999 days or tenure(purchase) > 99999 days"
                  "\n");
  return model.text;
}

/* One stage that everybody is in, with a clause for each feature. */
static char *features_text(void)
{
  struct sql model = {0};
  char text[96];
  int clauses = 0;
  sql_add(&model, "language 1 model features\nstage everybody when ");
  for (int f = 0; f < F_COUNT; f++)
    if (feature_text(f, text, sizeof text))
      sql_add(&model, "%s%s >= -%s", clauses++ ? " and " : "", text,
              is_money(f) ? "9999999.00 USD" : "1");
  sql_add(&model, "\n");
  return model.text;
}

/* ---- the till ---- */

static int32_t append(void *user, const uint8_t *bytes, size_t size)
{
  const int *file = user;
  return write(*file, bytes, size) == (ssize_t)size ? 0 : 1;
}

struct coming engagement_coming(const struct engagement *s, size_t i)
{
  struct feed_event e = job_till_event(s->feed, i, s->options->till_events);
  struct coming c;
  memset(&c, 0, sizeof c);
  c.length = (size_t)snprintf(c.id, sizeof c.id, "C%0*" PRIu64, (int)s->table.width - 1,
                              e.customer);
  c.kind = s->kinds[e.kind];
  c.channel = s->channels[e.channel];
  c.time = e.ts;
  c.amount = e.amount;
  c.value = engagement_value(&e);
  return c;
}

eng_status engagement_record(struct engagement *s, eng_book *book,
                             const struct coming *c, uint64_t *row)
{
  eng_status status = eng_event_reset(s->event, c->kind, c->time);
  if (status == ENG_OK) status = eng_event_set_channel(s->event, c->channel);
  if (status == ENG_OK && c->amount)
    status =
        eng_event_set_amount(s->event, c->amount, eng_context_currency(s->context));
  if (status == ENG_OK && c->value) status = eng_event_set_value(s->event, c->value);
  if (status == ENG_OK)
    status = eng_book_record(book, c->id, c->length, s->event, NULL);
  return status == ENG_OK ? eng_book_find(book, c->id, c->length, row) : status;
}

static int serve(struct engagement *s, eng_book *book, eng_assessor *assessor,
                 int64_t stages[JOB_STAGES], struct job_result *result)
{
  size_t n = s->options->till_events, done = 0;
  double *each = malloc((n + 1) * sizeof *each);
  struct coming *queue = malloc((n + 1) * sizeof *queue);
  for (size_t i = 0; queue && i < n; i++) /* drawing them is no part of the till */
    queue[i] = engagement_coming(s, i);
  struct stopwatch whole = stopwatch_start();
  for (; each && queue && done < n; done++) {
    int32_t rank = 0;
    uint64_t row = 0;
    double before = clock_wall();
    eng_status status = engagement_record(s, book, &queue[done], &row);
    if (status == ENG_OK)
      status = eng_book_assess_one(book, row, assessor, JOB_AS_OF, &rank);
    each[done] = clock_wall() - before;
    if (!engagement_ok(status, "till") || rank < 0 || rank >= JOB_STAGES) break;
    stages[job_stage_of_rank(rank)]++;
  }
  double cpu = stopwatch_read(whole).cpu;
  if (each && done == n) job_finish_each(result, each, n, cpu);
  free(queue);
  free(each);
  return done == n ? 0 : -1;
}

/* ---- its answers ---- */

/* "12", "-3.40 USD": the digits as a number. */
static int64_t measured(const char *text)
{
  int64_t x = 0;
  for (const char *p = text; *p && *p != ' '; p++)
    if (*p >= '0' && *p <= '9') x = x * 10 + (*p - '0');
  return text[0] == '-' ? -x : x;
}

static eng_status read_times(const eng_customer *customer, int32_t purchase,
                             int64_t f[F_COUNT])
{
  eng_event_cursor *cursor = NULL;
  const eng_event *event = NULL;
  int64_t first = 0, last = 0, purchases = 0;
  eng_status status = eng_event_cursor_new(customer, &cursor);
  for (size_t i = 0; status == ENG_OK; i++) {
    status = eng_event_cursor_next(cursor, &event);
    if (status != ENG_OK || !event) break;
    int64_t time = eng_event_occurred_at(event);
    if (i == 0) f[F_FIRST] = time - FEED_START;
    f[F_LAST] = time - FEED_START;
    if (eng_event_kind(event) != purchase) continue;
    if (!purchases++) first = time;
    last = time;
  }
  eng_event_cursor_free(cursor);
  f[F_X] = purchases ? f[F_X] - 1 : 0;
  f[F_TX] = last - first;
  f[F_T] = purchases ? JOB_AS_OF - first : 0;
  return status;
}

static eng_status read_features(const struct engagement *s, const eng_book *book,
                                uint64_t row, eng_assessor *assessor,
                                int64_t f[F_COUNT])
{
  eng_customer *customer = NULL;
  eng_explanation *why = NULL;
  char text[96];
  eng_status status = eng_book_customer(book, row, &customer);
  if (status == ENG_OK)
    status = eng_assessor_explain(assessor, 0, customer, JOB_AS_OF, &why);
  memset(f, 0, F_COUNT * sizeof *f);
  int32_t line = 0;
  for (int i = 0; status == ENG_OK && i < F_COUNT; i++) {
    if (!feature_text(i, text, sizeof text)) continue;
    const char *found = eng_explanation_measured(why, ENG_PART_CLAUSE, line++);
    if (!found)
      status = ENG_E_NOTFOUND;
    else
      f[i] = measured(found);
  }
  if (status == ENG_OK) status = read_times(customer, s->kinds[FEED_PURCHASE], f);
  eng_explanation_free(why);
  eng_customer_free(customer);
  return status;
}

static int check(struct engagement *s, eng_book *book, int64_t *checksum)
{
  char *text = features_text();
  eng_model *model = NULL;
  eng_assessor *assessor = engagement_assessor(s, text, &model);
  eng_status status = assessor ? ENG_OK : ENG_E_INVALID;
  for (size_t i = 0; status == ENG_OK && i < s->options->till_events; i++) {
    struct coming c = engagement_coming(s, i);
    int64_t f[F_COUNT];
    uint64_t row = 0;
    status = engagement_record(s, book, &c, &row);
    if (status == ENG_OK) status = read_features(s, book, row, assessor, f);
    if (status == ENG_OK) *checksum += job_hash(f);
  }
  eng_assessor_free(assessor);
  eng_model_free(model);
  free(text);
  return engagement_ok(status, "features") ? 0 : -1;
}

/* Serves, with a journal if there is a file, and answers as every engine must. */
static int run(struct engagement *s, int file, struct job_result *result)
{
  int64_t stages[JOB_STAGES] = {0}, checksum = 0;
  char *text = till_text();
  eng_model *model = NULL;
  eng_assessor *assessor = engagement_assessor(s, text, &model);
  int failed = !assessor || engagement_ready(s);
  if (!failed && file >= 0)
    failed = !engagement_ok(eng_book_set_journal(s->book, append, &file), "journal");
  failed = failed || serve(s, s->book, assessor, stages, result);
  eng_book_free(s->book); /* no longer the feed */
  s->book = NULL;
  failed = failed || engagement_ready(s) || check(s, s->book, &checksum);
  eng_book_free(s->book);
  s->book = NULL;
  if (!failed) job_answer_till(result, stages, checksum);
  result->figure = result->median * 1e6;
  eng_assessor_free(assessor);
  eng_model_free(model);
  free(text);
  return failed ? -1 : 0;
}

int engagement_till(struct engagement *s, struct job_result *result)
{
  return run(s, -1, result);
}

int engagement_till_file(struct engagement *s, struct job_result *result)
{
  struct sql path = {0};
  int file, failed;
  sql_add(&path, "%s/till.journal", s->options->scratch);
  file = open(path.text, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
  failed = file < 0 || run(s, file, result);
  if (file >= 0) close(file);
  remove(path.text);
  free(path.text);
  snprintf(result->note, sizeof result->note,
           "a journal, appended with write, unsynced");
  return failed ? -1 : 0;
}
