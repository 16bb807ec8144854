/* SPDX-License-Identifier: MIT */
/*
 * crm_batch.c - a nightly job of a CRM: an export of purchases comes in, and for every
 * customer the stage, why, what is missing, what changes next, and three scores go out,
 * as CSV that the CRM imports.
 *
 *   crm_batch ORDERS.csv CURRENCY MODEL >stages.csv
 *
 * Questions to all customers are asked in bulk, an array of answers each; what has text
 * in it is asked customer by customer. Rows come in the order of the ids. Bad rows are
 * said and left out. The exit status is 1 if anything failed: then nothing was written
 * that may be imported.
 */
#include <engagement.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCORES = 3 }; /* say, stay, spend */

/* Everything that is known before the first row is written. */
struct job {
  eng_context *context;
  eng_book *book;
  eng_model *models[2]; /* of stages, of scores */
  eng_assessor *assessor;
  int64_t as_of;
  uint64_t count;
  uint64_t *order;
  int32_t *stages; /* of the first model, then of the second */
  int32_t *scores; /* of every customer, score by score */
};

/* ---- in ---- */

static eng_status on_event(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  (void)line;
  return eng_loader_add(user, customer, length, event, numbered);
}

static eng_status on_reject(void *user, const eng_error *error, const char *row,
                            size_t length)
{
  (void)user, (void)row, (void)length; /* nothing of a row belongs into a log */
  fprintf(stderr, "line %u, column %u: %s\n", (unsigned)error->line,
          (unsigned)error->column, error->text);
  return ENG_OK;
}

static eng_status load(struct job *job, FILE *file)
{
  char piece[16384];
  size_t length;
  eng_loader *loader = NULL;
  eng_csv *csv = NULL;
  eng_status status = eng_loader_new(job->book, ENG_IDENTICAL_KEEP, &loader);

  if (status == ENG_OK)
    status = eng_csv_new(job->context, on_event, on_reject, loader, &csv);
  if (status == ENG_OK) status = eng_csv_set_kind(csv, ENG_EVENT_PURCHASE);
  while (status == ENG_OK && (length = fread(piece, 1, sizeof piece, file)) > 0)
    status = eng_csv_feed(csv, piece, length);
  if (status == ENG_OK) status = eng_csv_finish(csv);
  if (status == ENG_OK) status = eng_loader_finish(loader, NULL);
  if (csv != NULL && eng_csv_error(csv)->code != ENG_OK)
    fprintf(stderr, "%s\n", eng_csv_error(csv)->text);
  eng_csv_free(csv);
  eng_loader_free(loader);
  return status;
}

/* ---- asked in bulk ---- */

static eng_status ask(struct job *job)
{
  size_t n = (size_t)job->count;
  int64_t last = eng_business_day(job->context, eng_book_last_event_at(job->book));
  eng_status status;

  job->as_of = eng_business_day_start(job->context, last + 1) - 1;
  job->order = malloc((n + 1) * sizeof *job->order);
  job->stages = malloc((2 * n + 1) * sizeof *job->stages);
  job->scores = malloc((SCORES * n + 1) * sizeof *job->scores);
  if (job->order == NULL || job->stages == NULL || job->scores == NULL)
    return ENG_E_NOMEM;
  status = eng_book_order(job->book, job->order, job->count);
  if (status == ENG_OK)
    status = eng_book_assess(job->book, job->assessor, job->as_of, job->order,
                             job->count, job->stages, NULL, NULL);
  if (status == ENG_OK)
    status = eng_book_scores(job->book, job->assessor, 1, job->as_of, job->order,
                             job->count, job->scores, NULL, NULL);
  return status;
}

/* ---- out ---- */

/* A text with quotes where it needs them. */
static void put_text(const char *text, size_t length)
{
  int quoted = 0;

  for (size_t i = 0; i < length && !quoted; i++)
    quoted = memchr(",\"\r\n", text[i], 4) != NULL;
  if (quoted) putchar('"');
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"') putchar('"');
    putchar((unsigned char)text[i]);
  }
  if (quoted) putchar('"');
}

/* Adds to a text of a fixed size; what does not fit is left out. */
static void add(char *out, size_t size, const char *words)
{
  size_t used = strlen(out);

  snprintf(out + used, size - used, "%s", words);
}

/* The clauses of a part, each with what was measured: "days(purchase) >= again: 10". */
static void put_clauses(const eng_explanation *why, int32_t part)
{
  char text[1024] = "";

  for (int32_t i = 0; i < eng_explanation_line_count(why, part); i++) {
    const char *measured = eng_explanation_measured(why, part, i);

    if (i > 0) add(text, sizeof text, "; ");
    add(text, sizeof text, eng_explanation_text(why, part, i));
    if (measured != NULL && measured[0] != '\0') {
      add(text, sizeof text, ": ");
      add(text, sizeof text, measured);
    }
  }
  put_text(text, strlen(text));
}

static void put_next(const struct job *job, const eng_explanation *why)
{
  int32_t then;
  int64_t next = eng_explanation_next_change(why, &then);
  char time[ENG_TIME_TEXT];

  if (next == ENG_TIME_NONE || eng_time_format(next, time) != ENG_OK)
    printf(",,");
  else
    printf(",%s,%s", time, eng_model_stage_name(job->models[0], then));
}

static eng_status put_customer(const struct job *job, uint64_t i)
{
  eng_customer *customer = NULL;
  eng_explanation *why = NULL;
  eng_status status = eng_book_customer(job->book, job->order[i], &customer);
  size_t length;
  const char *id = eng_book_customer_id(job->book, job->order[i], &length);

  if (status == ENG_OK)
    status = eng_assessor_explain(job->assessor, 0, customer, job->as_of, &why);
  if (status == ENG_OK) {
    put_text(id, length);
    printf(",%s", eng_model_stage_name(job->models[0], job->stages[i]));
    put_next(job, why);
    for (int s = 0; s < SCORES; s++)
      printf(",%d", (int)job->scores[(uint64_t)s * job->count + i]);
    putchar(',');
    put_clauses(why, ENG_PART_CLAUSE);
    putchar(',');
    put_clauses(why, ENG_PART_MISSING);
    putchar('\n');
  }
  eng_explanation_free(why);
  eng_customer_free(customer);
  return status;
}

static eng_status put_all(const struct job *job)
{
  eng_status status = ENG_OK;

  printf("customer,stage,next_change,next_stage,say,stay,spend,reason,missing\n");
  for (uint64_t i = 0; i < job->count && status == ENG_OK; i++)
    status = put_customer(job, i);
  return status;
}

/* ---- the job ---- */

static eng_status open_job(struct job *job, const char *code, const char *model)
{
  eng_settings *settings = NULL;
  int32_t currency = 0;
  eng_status status = eng_currency_number(code, strlen(code), &currency);

  if (status == ENG_OK) status = eng_settings_new(NULL, &settings);
  if (status == ENG_OK) status = eng_settings_set_currency(settings, currency);
  if (status == ENG_OK) status = eng_context_new(settings, &job->context);
  eng_settings_free(settings);
  if (status == ENG_OK)
    status = eng_model_builtin(job->context, model, strlen(model), &job->models[0]);
  if (status == ENG_OK)
    status = eng_model_builtin(job->context, "say_stay_spend", 14, &job->models[1]);
  if (status == ENG_OK)
    status = eng_assessor_new(job->context, (const eng_model *const *)job->models, 2,
                              &job->assessor);
  return status == ENG_OK ? eng_book_new(job->context, NULL, &job->book) : status;
}

static void close_job(struct job *job)
{
  free(job->order);
  free(job->stages);
  free(job->scores);
  eng_book_free(job->book);
  eng_assessor_free(job->assessor);
  for (int m = 0; m < 2; m++) eng_model_free(job->models[m]);
  eng_context_free(job->context);
}

int main(int count, char **words)
{
  struct job job = {0};
  FILE *file = count == 4 ? fopen(words[1], "rb") : NULL;
  eng_status status;

  if (file == NULL) {
    fprintf(stderr, "crm_batch ORDERS.csv CURRENCY MODEL: such as EUR and five_e\n");
    return 2;
  }
  status = open_job(&job, words[2], words[3]);
  if (status == ENG_OK) status = load(&job, file);
  job.count = job.book != NULL ? eng_book_customer_count(job.book) : 0;
  if (status == ENG_OK) status = ask(&job);
  if (status == ENG_OK) status = put_all(&job);
  if (status != ENG_OK) fprintf(stderr, "%s\n", eng_status_text(status));
  close_job(&job);
  fclose(file);
  return status != ENG_OK || fflush(stdout) != 0;
}
