/* SPDX-License-Identifier: MIT */
/*
 * engagement.c - the library itself as an engine: a context that knows the feed's
 * kinds, loading in every way that there is, and questions to the whole book.
 *
 * Customers have text ids throughout, as in the CSV file; for the jobs that start from
 * records in memory they are made before the clock starts.
 */
#define _POSIX_C_SOURCE 200809L
#include "engagement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "peers.h"

enum { USD = 840, OWN_KIND = 128, PIECE = 1 << 18 };

int engagement_ok(eng_status status, const char *what)
{
  if (status == ENG_OK) return 1;
  fprintf(stderr, "engagement: %s: %s\n", what, eng_status_text(status));
  return 0;
}

/* ---- the context ---- */

static int add_kinds(struct engagement *s, eng_settings *settings)
{
  int32_t own = OWN_KIND;
  for (int i = 0; i < FEED_KINDS; i++) {
    const char *name = feed_kinds[i].canonical;
    if (!feed_kinds[i].own) continue;
    s->kinds[i] = own++;
    if (!engagement_ok(eng_settings_add_kind(settings, s->kinds[i], name, strlen(name),
                                             ENG_DIRECTION_CUSTOMER, ENG_MODE_COMPANY,
                                             1),
                       name))
      return -1;
  }
  return 0;
}

static int find_names(struct engagement *s)
{
  for (int i = 0; i < FEED_KINDS; i++) {
    const char *name = feed_kinds[i].canonical;
    if (!engagement_ok(eng_kind_find(s->context, name, strlen(name), &s->kinds[i]),
                       name))
      return -1;
  }
  for (int i = 0; i < FEED_CHANNELS; i++) {
    const char *name = feed_channels[i];
    if (!engagement_ok(
            eng_channel_find(s->context, name, strlen(name), &s->channels[i]), name))
      return -1;
  }
  return 0;
}

static int make_context(struct engagement *s)
{
  eng_settings *settings = NULL;
  int made =
      engagement_ok(eng_settings_new(NULL, &settings), "settings") &&
      add_kinds(s, settings) == 0 &&
      engagement_ok(eng_settings_set_currency(settings, USD), "currency") &&
      engagement_ok(eng_context_new(settings, &s->context), "context") &&
      find_names(s) == 0 &&
      engagement_ok(eng_event_new(s->context, s->kinds[0], 0, &s->event), "event");
  eng_settings_free(settings);
  return made ? 0 : -1;
}

/* ---- the feed as columns ---- */

static uint64_t scramble(uint64_t x)
{
  x = (x ^ (x >> 31)) * UINT64_C(0x7fb5d329728ea185);
  x = (x ^ (x >> 27)) * UINT64_C(0x81dadef4bc2dd44d);
  return x ^ (x >> 33);
}

static void free_table(struct table *t)
{
  free(t->ids);
  free(t->kind);
  free(t->channel);
  free(t->time);
  free(t->amount);
  free(t->value);
  free(t->present);
  free(t->present_ids);
  free(t->event_id);
  memset(t, 0, sizeof *t);
}

int64_t engagement_value(const struct feed_event *e)
{
  int scaled = e->kind == FEED_RATING || e->kind == FEED_REVIEW;
  return (int64_t)e->value * (scaled ? 1000 : 1);
}

static void fill_row(const struct engagement *s, struct table *t, size_t i)
{
  const struct feed_event *e = &t->feed->events[i];
  char id[32];
  int length = snprintf(id, sizeof id, "C%0*" PRIu64, (int)t->width - 1, e->customer);
  memcpy(t->ids + i * t->width, id, (size_t)length);
  t->kind[i] = (uint8_t)s->kinds[e->kind];
  t->channel[i] = (uint8_t)s->channels[e->channel];
  t->time[i] = e->ts;
  t->amount[i] = e->amount;
  t->value[i] = engagement_value(e);
  t->event_id[i] = scramble(i + 1);
  t->present[i] = ENG_PRESENT_CHANNEL | (e->amount ? ENG_PRESENT_AMOUNT : 0u) |
                  (e->value != 0 ? ENG_PRESENT_VALUE : 0u);
  t->present_ids[i] = t->present[i] | ENG_PRESENT_ID;
}

static int make_table(const struct engagement *s, const struct feed *feed,
                      struct table *t)
{
  size_t n = feed->count + 1;
  char id[32];
  t->feed = feed;
  t->width = (uint64_t)snprintf(id, sizeof id, "C%08" PRIu64, feed->greatest);
  t->ids = malloc(n * t->width + sizeof id);
  t->kind = malloc(n);
  t->channel = malloc(n);
  t->time = malloc(n * sizeof *t->time);
  t->amount = malloc(n * sizeof *t->amount);
  t->value = malloc(n * sizeof *t->value);
  t->present = malloc(n * sizeof *t->present);
  t->present_ids = malloc(n * sizeof *t->present_ids);
  t->event_id = malloc(n * sizeof *t->event_id);
  if (!t->ids || !t->kind || !t->channel || !t->time || !t->amount || !t->value ||
      !t->present || !t->present_ids || !t->event_id) {
    fputs("engagement: out of memory\n", stderr);
    return -1;
  }
  for (size_t i = 0; i < feed->count; i++) fill_row(s, t, i);
  return 0;
}

static void columns_of(const struct table *t, size_t first, size_t count, int with_ids,
                       eng_columns *c)
{
  eng_columns_init(c, sizeof *c);
  c->count = count;
  c->customers = t->ids + first * t->width;
  c->customer_width = t->width;
  c->kind = t->kind + first;
  c->occurred_at = t->time + first;
  c->present = t->present + first;
  c->channel = t->channel + first;
  c->amount = t->amount + first;
  c->value = t->value + first;
  if (!with_ids) return;
  c->id = t->event_id + first;
  c->present = t->present_ids + first;
}

int engagement_fill(struct engagement *s, const struct table *t, size_t i)
{
  eng_event *event = s->event;
  eng_status status = eng_event_reset(event, t->kind[i], t->time[i]);
  if (status == ENG_OK) status = eng_event_set_channel(event, t->channel[i]);
  if (status == ENG_OK && t->present[i] & ENG_PRESENT_AMOUNT)
    status = eng_event_set_amount(event, t->amount[i], USD);
  if (status == ENG_OK && t->present[i] & ENG_PRESENT_VALUE)
    status = eng_event_set_value(event, t->value[i]);
  return status == ENG_OK ? 0 : -1;
}

/* ---- J1: loading ---- */

struct sink {
  eng_loader *loader;
};

static eng_status take_event(void *user, const char *customer, size_t length,
                             const eng_event *event, int32_t numbered, uint64_t line)
{
  struct sink *sink = user;
  (void)line;
  return eng_loader_add(sink->loader, customer, length, event, numbered);
}

static int set_up_reader(const struct engagement *s, eng_csv *csv)
{
  static const struct {
    int32_t field;
    const char *column;
  } columns[] = {{ENG_FIELD_CUSTOMER, "customer"}, {ENG_FIELD_TIME, "ts"},
                 {ENG_FIELD_KIND, "kind"},         {ENG_FIELD_CHANNEL, "channel"},
                 {ENG_FIELD_AMOUNT, "amount"},     {ENG_FIELD_VALUE, "value"}};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    if (!engagement_ok(eng_csv_map(csv, columns[i].field, columns[i].column,
                                   strlen(columns[i].column)),
                       columns[i].column))
      return -1;
  for (int i = 0; i < FEED_KINDS; i++)
    if (!engagement_ok(eng_csv_map_kind(csv, feed_kinds[i].feed,
                                        strlen(feed_kinds[i].feed), s->kinds[i]),
                       feed_kinds[i].feed))
      return -1;
  return 0;
}

/* From the file as it is mapped, in pieces: what a host reads with is no matter here.
 */
static int read_pieces(eng_csv *csv, const char *path)
{
  size_t size;
  const char *text = feed_map(path, &size);
  int good = text != NULL;
  for (size_t at = 0; good && at < size; at += PIECE)
    good = engagement_ok(
        eng_csv_feed(csv, text + at, size - at < PIECE ? size - at : PIECE), path);
  good = good && engagement_ok(eng_csv_finish(csv), path);
  if (!good && eng_csv_error(csv)->line)
    fprintf(stderr, "engagement: line %u: %s\n", (unsigned)eng_csv_error(csv)->line,
            eng_csv_error(csv)->text);
  if (text) feed_unmap((void *)(uintptr_t)text, size);
  return good ? 0 : -1;
}

static int load_csv(struct engagement *s, eng_book *book, const char *path,
                    int32_t identical)
{
  struct sink sink = {NULL};
  eng_csv *csv = NULL;
  int good =
      engagement_ok(eng_loader_new(book, identical, &sink.loader), "loader") &&
      engagement_ok(eng_csv_new(s->context, take_event, NULL, &sink, &csv), "csv") &&
      set_up_reader(s, csv) == 0 && read_pieces(csv, path) == 0 &&
      engagement_ok(eng_loader_finish(sink.loader, NULL), "loader");
  eng_csv_free(csv);
  eng_loader_free(sink.loader);
  return good ? 0 : -1;
}

static int load_many(eng_book *book, const struct table *t, int with_ids, size_t batch)
{
  size_t count = t->feed->count;
  eng_columns columns;
  for (size_t i = 0; i < count; i += batch) {
    columns_of(t, i, count - i < batch ? count - i : batch, with_ids, &columns);
    eng_status status = eng_book_record_many(book, &columns, NULL, NULL);
    if (status != ENG_OK) return engagement_ok(status, "record_many") - 1;
  }
  return 0;
}

static int load_each(struct engagement *s, eng_book *book, const struct table *t,
                     int with_ids)
{
  eng_status status = ENG_OK;
  for (size_t i = 0; status == ENG_OK && i < t->feed->count; i++) {
    if (engagement_fill(s, t, i)) status = ENG_E_INVALID;
    if (status == ENG_OK && with_ids)
      status = eng_event_set_id(s->event, t->event_id[i]);
    if (status == ENG_OK)
      status = eng_book_record(book, t->ids + i * t->width, t->width, s->event, NULL);
  }
  return engagement_ok(status, "record") - 1;
}

eng_book *engagement_load(struct engagement *s, const struct table *t, enum job how,
                          int with_ids, struct job_result *result)
{
  eng_book *book = NULL;
  struct stopwatch watch = stopwatch_start();
  int failed = !engagement_ok(eng_book_new(s->context, NULL, &book), "book");
  if (!failed) switch (how) {
    case JOB_LOAD_CSV:
      failed = load_csv(s, book, t->feed->csv_path, ENG_IDENTICAL_MERGE);
      break;
    case JOB_LOAD_KEEP:
      failed = load_csv(s, book, t->feed->csv_path, ENG_IDENTICAL_KEEP);
      break;
    case JOB_STREAM: failed = load_each(s, book, t, with_ids); break;
    case JOB_STREAM_32: failed = load_many(book, t, with_ids, 32); break;
    default: failed = load_many(book, t, with_ids, t->feed->count + !t->feed->count);
    }
  if (result) job_add(result, stopwatch_read(watch));
  if (failed) {
    eng_book_free(book);
    return NULL;
  }
  return book;
}

int engagement_ready(struct engagement *s)
{
  if (!s->book) s->book = engagement_load(s, &s->table, JOB_LOAD_GROUPED, 0, NULL);
  return s->book ? 0 : -1;
}

/* All amounts of a book, read back event by event. */
static int sum_amounts(const eng_book *book, int64_t *cents)
{
  uint64_t count = eng_book_customer_count(book);
  int good = 1;
  for (uint64_t row = 0; good && row < count; row++) {
    eng_customer *customer = NULL;
    eng_event_cursor *cursor = NULL;
    const eng_event *event = NULL;
    int64_t amount;
    good = eng_book_customer(book, row, &customer) == ENG_OK &&
           eng_event_cursor_new(customer, &cursor) == ENG_OK;
    while (good && eng_event_cursor_next(cursor, &event) == ENG_OK && event) {
      eng_event_amount(event, &amount, NULL);
      *cents += amount;
    }
    eng_event_cursor_free(cursor);
    eng_customer_free(customer);
  }
  return good ? 0 : -1;
}

static int load_job(struct engagement *s, enum job job, struct job_result *result)
{
  int csv = job == JOB_LOAD_CSV || job == JOB_LOAD_KEEP;
  if (csv && !s->feed->csv_path) return 0;
  for (int i = 0; i < s->options->load_repeats; i++) {
    eng_book *book = engagement_load(s, &s->table, job, 0, result);
    int64_t cents = 0;
    if (!book || (i == 0 && sum_amounts(book, &cents))) {
      eng_book_free(book);
      return -1;
    }
    if (i == 0)
      job_answer_load(result, (int64_t)eng_book_event_count(book),
                      (int64_t)eng_book_customer_count(book), cents);
    eng_book_free(book);
  }
  if (job == JOB_LOAD_CSV)
    snprintf(result->note, sizeof result->note, "identical rows are one event");
  if (job == JOB_LOAD_KEEP)
    snprintf(result->note, sizeof result->note, "identical rows are numbered");
  job_finish(result, s->feed->count);
  s->clean[job] = result->cpu_best;
  return 0;
}

/* ---- J3: the census ---- */

eng_assessor *engagement_assessor(struct engagement *s, const char *text,
                                  eng_model **model_out)
{
  eng_assessor *assessor = NULL;
  eng_error error;
  eng_error_init(&error, sizeof error);
  eng_status status =
      eng_model_parse(s->context, text, strlen(text), model_out, &error);
  if (status != ENG_OK)
    fprintf(stderr, "engagement: model, line %u: %s\n", (unsigned)error.line,
            error.text);
  if (status == ENG_OK)
    status =
        eng_assessor_new(s->context, (const eng_model *const *)model_out, 1, &assessor);
  return engagement_ok(status, "assessor") ? assessor : NULL;
}

static const char census_text[] = "language 1 model census\n" JOB_STAGES_TEXT;

static int census_job(struct engagement *s, struct job_result *result)
{
  eng_model *model = NULL;
  eng_assessor *assessor = engagement_assessor(s, census_text, &model);
  int failed = !assessor || engagement_ready(s);
  uint64_t count = failed ? 0 : eng_book_customer_count(s->book);
  int32_t *ranks = malloc((count + 1) * sizeof *ranks);
  int64_t stages[JOB_STAGES];
  failed = failed || !ranks;
  for (int i = 0; !failed && i < s->options->repeats; i++) {
    int64_t found[JOB_STAGES] = {0}, other[JOB_STAGES] = {0};
    struct stopwatch watch = stopwatch_start();
    failed = !engagement_ok(
        eng_book_assess(s->book, assessor, JOB_AS_OF, NULL, count, ranks, NULL, NULL),
        "assess");
    /* Two counts in turn: one that is counted up twice waits for itself. */
    for (uint64_t row = 0; !failed && row + 1 < count; row += 2) {
      found[ranks[row]]++;
      other[ranks[row + 1]]++;
    }
    if (!failed && count % 2) found[ranks[count - 1]]++;
    job_add(result, stopwatch_read(watch));
    for (int rank = 0; rank < JOB_STAGES; rank++)
      stages[job_stage_of_rank(rank)] = found[rank] + other[rank];
  }
  if (!failed) {
    job_answer_census(result, stages);
    job_finish(result, s->feed->count);
  }
  free(ranks);
  eng_assessor_free(assessor);
  eng_model_free(model);
  return failed ? -1 : 0;
}

/* ---- the engine ---- */

uint8_t *engagement_encode(const eng_book *book, size_t *size_out)
{
  size_t size = 0;
  eng_status status = eng_book_encode(book, NULL, 0, &size);
  uint8_t *bytes = status == ENG_E_BUFFER || status == ENG_OK ? malloc(size + 1) : NULL;
  if (bytes) status = eng_book_encode(book, bytes, size, &size);
  if (!bytes || !engagement_ok(status, "encode")) {
    free(bytes);
    return NULL;
  }
  *size_out = size;
  return bytes;
}

static void engagement_close(void *self)
{
  struct engagement *s = self;
  eng_book_free(s->book);
  free_table(&s->table);
  free_table(&s->late);
  eng_event_free(s->event);
  eng_context_free(s->context);
  free(s);
}

static void *engagement_open(const struct feed *feed, const struct job_options *options)
{
  struct engagement *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  s->feed = feed;
  s->options = options;
  if (make_context(s) || make_table(s, feed, &s->table) ||
      (options->late && make_table(s, options->late, &s->late))) {
    engagement_close(s);
    return NULL;
  }
  return s;
}

static void engagement_run(void *self, enum job job, struct job_result *result)
{
  struct engagement *s = self;
  int failed = 0;
  switch (job) {
  case JOB_LOAD_CSV:
  case JOB_LOAD_KEEP:
  case JOB_LOAD_BINARY:
  case JOB_LOAD_GROUPED:
  case JOB_STREAM:
  case JOB_STREAM_32: failed = load_job(s, job, result); break;
  case JOB_FEATURES: failed = engagement_features(s, result); break;
  case JOB_CENSUS: failed = census_job(s, result); break;
  case JOB_COHORTS:
  case JOB_ACTIVES:
  case JOB_FUNNEL: failed = engagement_metrics(s, job, result); break;
  case JOB_TILL: failed = engagement_till(s, result); break;
  case JOB_TILL_FILE: failed = engagement_till_file(s, result); break;
  case JOB_BYTES:
  case JOB_BLOBS:
  case JOB_MEMORY:
  case JOB_MEMORY_STREAM:
  case JOB_BYTES_IDS:
  case JOB_BLOBS_IDS:
  case JOB_MEMORY_IDS:
  case JOB_MEMORY_STREAM_IDS: failed = engagement_sizes(s, job, result); break;
  case JOB_LATE_CSV:
  case JOB_LATE_GROUPED:
  case JOB_LATE_STREAM: failed = engagement_late(s, job, result); break;
  case JOB_HEAVY:
  case JOB_HEAVY_LATE:
  case JOB_HEAVY_IDS:
  case JOB_HEAVY_LATE_IDS:
  case JOB_HEAVY_ASSESS: failed = engagement_heavy(s, job, result); break;
  case JOB_CENSUS_ONE:
  case JOB_CENSUS_ALL:
  case JOB_TILL_ONE:
  case JOB_TILL_ALL:
  case JOB_EXPLAIN:
  case JOB_NEXT_ALL:
  case JOB_PARSE: failed = engagement_models(s, job, result); break;
  default: break; /* not in the library yet */
  }
  if (failed) result->ran = -1;
}

const struct engine engine_engagement = {"engagement", engagement_open, engagement_run,
                                         engagement_close};
