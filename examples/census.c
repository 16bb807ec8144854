/* SPDX-License-Identifier: MIT */
/*
 * census.c FILE CURRENCY - a whole customer base from a CSV file of purchases, and how
 * many customers stand where under each built-in model.
 *
 * The chain is: bytes of the file, eng_csv, eng_loader, eng_book, eng_assessor. Bad
 * rows are said and left out.
 */
#include <engagement.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODELS = 64 };

/* A row became an event: the loader takes it in. */
static eng_status on_event(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  eng_loader *loader = user;

  (void)line;
  return eng_loader_add(loader, customer, length, event, numbered);
}

/* A row did not: its place and the reason are said, and reading goes on. */
static eng_status on_reject(void *user, const eng_error *error, const char *row,
                            size_t length)
{
  (void)user, (void)row, (void)length;
  fprintf(stderr, "%u:%u: %s\n", (unsigned)error->line, (unsigned)error->column,
          error->text);
  return ENG_OK;
}

/* The rows of a file, all of them purchases, into a book. */
static eng_status load(const eng_context *context, FILE *file, eng_book *book)
{
  char piece[16384];
  size_t length;
  eng_loader *loader = NULL;
  eng_csv *csv = NULL;
  eng_status status = eng_loader_new(book, ENG_IDENTICAL_KEEP, &loader);

  if (status == ENG_OK) {
    status = eng_csv_new(context, on_event, on_reject, loader, &csv);
  }
  if (status == ENG_OK) status = eng_csv_set_kind(csv, ENG_EVENT_PURCHASE);
  while (status == ENG_OK && (length = fread(piece, 1, sizeof piece, file)) > 0) {
    status = eng_csv_feed(csv, piece, length);
  }
  if (status == ENG_OK) status = eng_csv_finish(csv);
  if (status == ENG_OK) status = eng_loader_finish(loader, NULL);
  if (csv != NULL && eng_csv_error(csv)->code != ENG_OK) {
    fprintf(stderr, "%s\n", eng_csv_error(csv)->text);
  }
  eng_csv_free(csv);
  eng_loader_free(loader);
  return status;
}

/* How many of `count` ranks are which stage of a model; rank 0 is none. */
static void print_census(const eng_model *model, const int32_t *ranks, uint64_t count)
{
  printf("%s:", eng_model_name(model));
  for (int32_t rank = 0; rank <= eng_model_stage_count(model); rank++) {
    unsigned long customers = 0;

    for (uint64_t i = 0; i < count; i++) customers += ranks[i] == rank;
    if (customers > 0) printf(" %s %lu", eng_model_stage_name(model, rank), customers);
  }
  printf("\n");
}

/* As of the end of the business day of the last event. */
static eng_status census(const eng_context *context, const eng_book *book,
                         const eng_model *const *models, int32_t model_count)
{
  uint64_t count = eng_book_customer_count(book);
  int64_t last_day = eng_business_day(context, eng_book_last_event_at(book));
  int64_t as_of = eng_business_day_start(context, last_day + 1) - 1;
  int32_t *stages = malloc((size_t)count * (size_t)model_count * sizeof *stages);
  eng_assessor *assessor = NULL;
  eng_status status = stages == NULL ? ENG_E_NOMEM : ENG_OK;

  if (status == ENG_OK) {
    status = eng_assessor_new(context, models, model_count, &assessor);
  }
  if (status == ENG_OK) {
    status = eng_book_assess(book, assessor, as_of, NULL, count, stages, NULL, NULL);
  }
  for (int32_t m = 0; m < model_count && status == ENG_OK; m++) {
    print_census(models[m], stages + (uint64_t)m * count, count);
  }
  eng_assessor_free(assessor);
  free(stages);
  return status;
}

/* A context whose sums, and amounts that name no currency, are in this one. */
static eng_status new_context(const char *code, eng_context **context)
{
  eng_settings *settings = NULL;
  int32_t currency = 0;
  eng_status status = eng_currency_number(code, strlen(code), &currency);

  if (status == ENG_OK) status = eng_settings_new(NULL, &settings);
  if (status == ENG_OK) status = eng_settings_set_currency(settings, currency);
  if (status == ENG_OK) status = eng_context_new(settings, context);
  eng_settings_free(settings);
  return status;
}

int main(int count, char **words)
{
  FILE *file = count == 3 ? fopen(words[1], "rb") : NULL;
  eng_context *context = NULL;
  eng_book *book = NULL;
  eng_model *models[MODELS] = {NULL};
  int32_t model_count = eng_builtin_count();
  eng_status status;

  if (file == NULL || model_count > MODELS) {
    fprintf(stderr, "census FILE CURRENCY: a CSV file of purchases, and such as EUR\n");
    return 2;
  }
  status = new_context(words[2], &context);
  if (status == ENG_OK) status = eng_book_new(context, NULL, &book);
  if (status == ENG_OK) status = load(context, file, book);
  for (int32_t i = 0; i < model_count && status == ENG_OK; i++) {
    const char *name = eng_builtin_name(i);

    status = eng_model_builtin(context, name, strlen(name), &models[i]);
  }
  if (status == ENG_OK && eng_book_customer_count(book) > 0) {
    status = census(context, book, (const eng_model *const *)models, model_count);
  }
  if (status != ENG_OK) fprintf(stderr, "%s\n", eng_status_text(status));
  for (int32_t i = 0; i < MODELS; i++) eng_model_free(models[i]);
  eng_book_free(book);
  eng_context_free(context);
  fclose(file);
  return status == ENG_OK ? 0 : 1;
}
