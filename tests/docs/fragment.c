/* SPDX-License-Identifier: MIT */
/*
 * fragment.c - what the statements of a page of docs/ are compiled into. A reader of the
 * page has these objects already; here they are real ones: a shop, a customer who bought
 * three times, a model, a fit of a hundred customers.
 */
#include <engagement.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 86400000, CUSTOMERS = 100 };

static eng_settings *settings;
static eng_context *context;
static eng_customer *customer;
static eng_model *model;
static eng_book *book;
static eng_fit *fit;
static eng_error error;
static eng_status status;
static eng_summary summary;
static eng_forecast forecast;
static eng_rf rf;
static const int64_t now = INT64_C(1774051200000);
static uint8_t bytes[4096];
static size_t size;

OUTSIDE

static void sample(void)
{
  /* declared here, so that a page may declare its own */
  (void)settings, (void)customer, (void)error, (void)summary, (void)forecast, (void)rf;
INSIDE
}

static void need(eng_status done, const char *what)
{
  if (done == ENG_OK) return;
  fprintf(stderr, "%s: %s\n", what, eng_status_text(done));
  exit(1);
}

static void buy(const char *id, int64_t time)
{
  eng_event *sale = NULL;

  need(eng_event_new(context, ENG_EVENT_PURCHASE, time, &sale), "event");
  need(eng_event_set_amount(sale, 1250, 840), "amount");
  need(eng_book_record(book, id, strlen(id), sale, NULL), "record");
  if (strcmp(id, "customer-17") == 0)
    need(eng_customer_record(customer, sale, NULL), "record");
  eng_event_free(sale);
}

/* Some buy often and some once, so that there is something to fit. */
static void open_shop(void)
{
  eng_summaries *summaries = NULL;
  eng_fit_options options;
  char id[24];

  need(eng_settings_new(NULL, &settings), "settings");
  need(eng_settings_set_currency(settings, 840), "currency");
  need(eng_context_new(settings, &context), "context");
  need(eng_customer_new(context, "customer-17", 11, &customer), "customer");
  need(eng_model_builtin(context, "five_e", 6, &model), "model");
  need(eng_book_new(context, NULL, &book), "book");
  for (int c = 0; c < CUSTOMERS; c++) {
    snprintf(id, sizeof id, "customer-%d", c);
    for (int k = 0; k <= (c * c) % 13; k++)
      buy(id, now - (int64_t)(300 - c % 50 - k * (7 + c % 11)) * DAY);
  }
  need(eng_summaries_new(context, ENG_UNIT_WEEK, &summaries), "summaries");
  need(eng_book_summarise(book, now, summaries, NULL, NULL), "summarise");
  eng_fit_options_init(&options, sizeof options);
  options.until = now;
  eng_error_init(&error, sizeof error);
  need(eng_fit_new(summaries, &options, &fit, &error), "fit");
  need(eng_fit_encode(fit, bytes, sizeof bytes, &size), "encode");
  eng_summaries_free(summaries);
  eng_fit_free(fit);
  fit = NULL;
}

int main(void)
{
  open_shop();
  sample();
  need(status, "status");
  eng_fit_free(fit);
  eng_book_free(book);
  eng_model_free(model);
  eng_customer_free(customer);
  eng_context_free(context);
  eng_settings_free(settings);
  return 0;
}
