/* SPDX-License-Identifier: MIT */
/*
 * features.c - a table for models that learn from data, as CSV: what each customer had
 * done by a day, and whether they bought within the 30 days after it, which is what
 * such a model is to foretell.
 *
 *   features orders.csv USD 2026-03-21 >table.csv
 */
#include <engagement.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY INT64_C(86400000)

static const uint8_t purchase[] = {ENG_EVENT_PURCHASE};

static const eng_feature known[] = {{purchase, 1, 30 * DAY, ENG_FEATURE_COUNT, 0},
                                    {purchase, 1, 365 * DAY, ENG_FEATURE_COUNT, 0},
                                    {purchase, 1, 365 * DAY, ENG_FEATURE_SUM, 0},
                                    {purchase, 1, ENG_TIME_MAX, ENG_FEATURE_DAYS, 0},
                                    {purchase, 1, ENG_TIME_MAX, ENG_FEATURE_FIRST, 0},
                                    {purchase, 1, ENG_TIME_MAX, ENG_FEATURE_LAST, 0}};
static const eng_feature foretold[] = {{purchase, 1, 30 * DAY, ENG_FEATURE_COUNT, 0}};
enum { KNOWN = sizeof known / sizeof known[0], PIECE = 1024 };

static eng_status keep(void *loader, const char *customer, size_t length,
                       const eng_event *event, int32_t numbered, uint64_t line)
{
  (void)line;
  return eng_loader_add(loader, customer, length, event, numbered);
}

static int load(eng_context *context, eng_book *book, const char *path)
{
  FILE *file = fopen(path, "rb");
  eng_loader *loader = NULL;
  eng_csv *csv = NULL;
  char piece[65536];
  int failed = file == NULL || eng_loader_new(book, ENG_IDENTICAL_MERGE, &loader) ||
               eng_csv_new(context, keep, NULL, loader, &csv) ||
               eng_csv_set_kind(csv, ENG_EVENT_PURCHASE);

  for (size_t n; !failed && (n = fread(piece, 1, sizeof piece, file)) > 0;)
    failed = eng_csv_feed(csv, piece, n);
  failed = failed || eng_csv_finish(csv) || eng_loader_finish(loader, NULL);
  eng_csv_free(csv);
  eng_loader_free(loader);
  if (file != NULL) fclose(file);
  return failed;
}

/* Those who had bought by the day; ids as they are, so without commas. */
static void print_rows(const eng_book *book, int64_t day, uint64_t first, uint64_t rows,
                       const int64_t *x, const int64_t *y)
{
  for (uint64_t i = 0; i < rows; i++) {
    size_t length;
    const char *id = eng_book_customer_id(book, first + i, &length);

    if (x[4 * rows + i] == ENG_TIME_NONE) continue;
    printf("%.*s", (int)length, id);
    for (int c = 0; c < 4; c++) printf(",%" PRId64, x[(uint64_t)c * rows + i]);
    for (int c = 4; c < KNOWN; c++)
      printf(",%" PRId64, (day - x[(uint64_t)c * rows + i]) / DAY);
    printf(",%d\n", y[i] > 0);
  }
}

int main(int count, char **words)
{
  static int64_t x[KNOWN * PIECE], y[PIECE];
  eng_settings *settings = NULL;
  eng_context *context = NULL;
  eng_book *book = NULL;
  int32_t currency = 0;
  int64_t day = 0;
  uint64_t customers;
  int failed;

  if (count != 4) {
    fprintf(stderr, "usage: features FILE CURRENCY DAY\n");
    return 2;
  }
  failed = eng_settings_new(NULL, &settings) ||
           eng_currency_number(words[2], strlen(words[2]), &currency) ||
           eng_settings_set_currency(settings, currency) ||
           eng_context_new(settings, &context) || eng_book_new(context, NULL, &book) ||
           eng_time_parse(context, words[3], strlen(words[3]), ENG_TIME_AUTO,
                          ENG_DATE_FIRST, &day) ||
           load(context, book, words[1]);
  customers = failed ? 0 : eng_book_customer_count(book);
  if (!failed)
    puts("customer,orders_30d,orders_365d,spent_365d,days,days_since_first,"
         "days_since_last,buys");
  for (uint64_t at = 0; at < customers && !failed; at += PIECE) {
    uint64_t rows = customers - at < PIECE ? customers - at : PIECE;

    failed = eng_book_features(book, day - 1, known, KNOWN, at, rows, x, NULL, NULL) ||
             eng_book_features(book, day - 1 + 30 * DAY, foretold, 1, at, rows, y, NULL,
                               NULL);
    if (!failed) print_rows(book, day, at, rows, x, y);
  }
  if (failed)
    fprintf(stderr, "features: %s could not be made into a table\n", words[1]);
  eng_book_free(book);
  eng_context_free(context);
  eng_settings_free(settings);
  return failed;
}
