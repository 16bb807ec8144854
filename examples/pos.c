/* SPDX-License-Identifier: MIT */
/*
 * pos.c - the loop of a till (POS): record each sale, keep the customer, say a line at
 * the counter; and bring two tills together that were apart.
 *
 *   pos FILE LANGUAGE         sales from standard input: TIME CUSTOMER AMOUNT RECEIPT
 *   pos FILE LANGUAGE OTHER   takes in what another till has in its file
 *
 * FILE is the host's own: records of an id and the customer's bytes, in the order of
 * the ids, replaced in one step after every sale. So a till that loses power has either
 * the file before a sale or the one after it, and two tills that merged have equal
 * files. A till with a database keeps the bytes in a column instead; nothing else
 * changes.
 */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L /* for fsync */
#endif
#include <engagement.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <unistd.h>
#endif

enum { EUR = 978, LONGEST_ID = 64, LONGEST_BLOB = 1 << 20 };

/* ---- what the shop says ---- */

/* What a stage is: a page of text that the shop can change without a compiler. */
static const char rules[] = "language 1\n"
                            "model corner_cafe\n"
                            "stage new when count(purchase) >= 1\n"
                            "stage known when days(purchase within 90 days) >= 2\n"
                            "stage regular when days(purchase within 90 days) >= 4\n";
enum { STAGES = 4 };

/* The library answers in numbers and names; the words at the counter are the host's. */
struct language {
  const char *code;
  const char *stages[STAGES]; /* by rank; 0 is none */
  const char *one_more, *more;
  const char *until;
};

static const struct language languages[] = {
    {"en",
     {"Hello!", "Welcome, nice to meet you.", "Good to see you again.",
      "Hello, the usual?"},
     " One more day with a visit for the next step.",
     " %d more days with a visit for the next step.",
     " (until %.10s)"},
    {"de",
     {"Hallo!", "Willkommen, schön, dass Sie da sind.", "Schön, Sie wiederzusehen.",
      "Hallo, wie immer?"},
     " Noch ein Tag mit Besuch bis zur nächsten Stufe.",
     " Noch %d Tage mit Besuch bis zur nächsten Stufe.",
     " (bis %.10s)"},
    {"es",
     {"¡Hola!", "Bienvenido, mucho gusto.", "Qué bueno verte de nuevo.",
      "Hola, ¿lo de siempre?"},
     " Un día más de visita para el siguiente nivel.",
     " %d días más de visita para el siguiente nivel.",
     " (hasta %.10s)"},
};

static const struct language *find_language(const char *code)
{
  for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
    if (strcmp(languages[i].code, code) == 0) return &languages[i];
  return NULL;
}

/* ---- the customers of a till ---- */

struct till {
  eng_context *context;
  eng_model *model;
  eng_assessor *assessor;
  const struct language *language;
  eng_customer **customers; /* in the order of their ids */
  size_t count, room;
};

static int compare_ids(const eng_customer *customer, const char *id, size_t length)
{
  size_t size;
  const char *own = eng_customer_id(customer, &size);
  int order = memcmp(own, id, size < length ? size : length);

  return order != 0 ? order : (size > length) - (size < length);
}

/* The customer of an id, who is made if there is none; NULL without memory. */
static eng_customer *customer_of(struct till *till, const char *id, size_t length)
{
  eng_customer *customer = NULL;
  size_t at = 0, end = till->count;

  while (at < end) {
    size_t middle = at + (end - at) / 2;
    int order = compare_ids(till->customers[middle], id, length);

    if (order == 0) return till->customers[middle];
    if (order < 0)
      at = middle + 1;
    else
      end = middle;
  }
  if (till->count == till->room) {
    size_t room = till->room * 2 + 16;
    eng_customer **larger = realloc(till->customers, room * sizeof *larger);

    if (larger == NULL) return NULL;
    till->customers = larger;
    till->room = room;
  }
  if (eng_customer_new(till->context, id, length, &customer)) return NULL;
  memmove(till->customers + at + 1, till->customers + at,
          (till->count - at) * sizeof *till->customers);
  till->customers[at] = customer;
  till->count++;
  return customer;
}

/* ---- the file ---- */

static void put_number(FILE *file, size_t number)
{
  for (int shift = 0; shift < 32; shift += 8) putc((int)(number >> shift & 0xff), file);
}

/* 0 at the end of the file, and where a number stands that is too great. */
static size_t get_number(FILE *file, size_t most)
{
  size_t number = 0;

  for (int shift = 0; shift < 32; shift += 8) {
    int byte = getc(file);

    if (byte == EOF) return 0;
    number |= (size_t)byte << shift;
  }
  return number <= most ? number : 0;
}

static int put_customer(FILE *file, const eng_customer *customer)
{
  size_t length, size;
  const char *id = eng_customer_id(customer, &length);
  uint8_t *bytes;
  int failed;

  (void)!eng_customer_encode(customer, NULL, 0, &size); /* asks for the size */
  bytes = malloc(size);
  failed = bytes == NULL || eng_customer_encode(customer, bytes, size, &size);
  if (!failed) {
    put_number(file, length);
    fwrite(id, 1, length, file);
    put_number(file, size);
    fwrite(bytes, 1, size, file);
  }
  free(bytes);
  return failed;
}

/* A new file beside the old one, then its name: nobody ever sees half of it. */
static int save(const struct till *till, const char *path)
{
  char beside[1024];
  int length = snprintf(beside, sizeof beside, "%s.new", path);
  FILE *file;
  int failed = 0;

  if (length < 0 || (size_t)length >= sizeof beside) return 1;
  file = fopen(beside, "wb");
  if (file == NULL) return 1;
  for (size_t i = 0; i < till->count && !failed; i++)
    failed = put_customer(file, till->customers[i]);
  failed = fflush(file) != 0 || ferror(file) || failed;
#ifndef _WIN32
  failed = fsync(fileno(file)) != 0 || failed; /* on the disk before it gets the name */
#endif
  failed = fclose(file) != 0 || failed;
#ifdef _WIN32
  if (!failed) remove(path); /* a real till calls MoveFileEx, which replaces at once */
#endif
  return failed || rename(beside, path) != 0;
}

/* One record is joined to what the till knows. Returns 1 at the end, -1 on failure. */
static int take_record(struct till *till, FILE *file)
{
  char id[LONGEST_ID];
  size_t length = get_number(file, sizeof id), size;
  eng_customer *stored = NULL, *own;
  uint8_t *bytes;
  int failed;

  if (length == 0) return feof(file) ? 1 : -1;
  if (fread(id, 1, length, file) != length) return -1;
  size = get_number(file, LONGEST_BLOB);
  bytes = malloc(size + 1);
  failed = bytes == NULL || size == 0 || fread(bytes, 1, size, file) != size ||
           eng_customer_decode(till->context, id, length, bytes, size, &stored, NULL);
  if (!failed) {
    own = customer_of(till, id, length);
    failed = own == NULL || eng_customer_merge(own, stored);
  }
  eng_customer_free(stored);
  free(bytes);
  return failed ? -1 : 0;
}

/* A file that is not there holds nobody. */
static int take_file(struct till *till, const char *path)
{
  FILE *file = fopen(path, "rb");
  int ended = file == NULL;

  while (ended == 0) ended = take_record(till, file);
  if (file != NULL) fclose(file);
  return ended < 0;
}

/* ---- a sale ---- */

static int record(struct till *till, eng_customer *customer, int64_t now,
                  int64_t amount, const char *receipt)
{
  eng_event *sale = NULL;
  uint64_t id = eng_event_id_hash("till", 4, receipt, strlen(receipt));
  int failed = eng_event_new(till->context, ENG_EVENT_PURCHASE, now, &sale) ||
               eng_event_set_amount(sale, amount, EUR) || eng_event_set_id(sale, id) ||
               eng_customer_record(customer, sale, NULL);

  eng_event_free(sale);
  return failed;
}

/* What is missing for the next stage, and until when this one lasts. */
static int greet(struct till *till, const eng_customer *customer, int64_t now)
{
  const struct language *say = till->language;
  eng_explanation *why = NULL;
  int64_t more, until;
  char time[ENG_TIME_TEXT];
  size_t length;
  const char *id = eng_customer_id(customer, &length); /* has no NUL at its end */

  if (eng_assessor_explain(till->assessor, 0, customer, now, &why)) return 1;
  printf("%.*s: %s", (int)length, id, say->stages[eng_explanation_stage(why)]);
  until = eng_explanation_next_change(why, NULL);
  if (until != ENG_TIME_NONE && eng_time_format(until, time) == ENG_OK)
    printf(say->until, time);
  if (eng_explanation_target(why) > 0) {
    more = eng_explanation_distance(why, ENG_PART_MISSING, 0);
    if (more == 1)
      printf("%s", say->one_more);
    else if (more != ENG_DISTANCE_NONE)
      printf(say->more, (int)more);
  }
  printf("\n");
  eng_explanation_free(why);
  return 0;
}

/* A line of the till's input. Returns 1 if it could not be understood, -1 on failure.
 */
static int sell(struct till *till, const char *line, const char *path)
{
  char when[40], id[LONGEST_ID], price[24], receipt[40];
  int64_t now, amount;
  eng_customer *customer;

  if (sscanf(line, "%39s %63s %23s %39s", when, id, price, receipt) != 4 ||
      eng_time_parse(till->context, when, strlen(when), ENG_TIME_ISO, ENG_DATE_FIRST,
                     &now) ||
      eng_money_parse(price, strlen(price), EUR, &amount)) {
    return 1;
  }
  customer = customer_of(till, id, strlen(id));
  if (customer == NULL || record(till, customer, now, amount, receipt)) return -1;
  /* the customer is greeted only once the sale is safe */
  return save(till, path) || greet(till, customer, now) ? -1 : 0;
}

/* How many lines were no sale; -1: the till cannot go on. */
static int loop(struct till *till, const char *path)
{
  char line[256];
  int failed = 0, lost = 0;

  for (int number = 1; !failed && fgets(line, sizeof line, stdin); number++) {
    int bad = sell(till, line, path);

    if (bad > 0)
      fprintf(stderr,
              "line %d: no sale: TIME CUSTOMER AMOUNT RECEIPT was expected, "
              "such as 2026-01-05T09:00:00Z customer-17 12.50 4711\n",
              number);
    lost += bad > 0;
    failed = bad < 0;
  }
  return failed ? -1 : lost;
}

int main(int count, char **words)
{
  struct till till = {0};
  int failed, lost = 0;

  till.language = count == 3 || count == 4 ? find_language(words[2]) : NULL;
  if (till.language == NULL) {
    fprintf(stderr, "pos FILE LANGUAGE [OTHER]: LANGUAGE is en, de or es\n");
    return 2;
  }
  failed = eng_context_new(NULL, &till.context) ||
           eng_model_parse(till.context, rules, sizeof rules - 1, &till.model, NULL) ||
           eng_assessor_new(till.context, (const eng_model *const *)&till.model, 1,
                            &till.assessor) ||
           take_file(&till, words[1]) || (count == 4 && take_file(&till, words[3]));
  if (!failed && count == 4) failed = save(&till, words[1]);
  if (!failed && count == 3) lost = loop(&till, words[1]);
  if (failed || lost < 0)
    fprintf(stderr, "the till could not go on; its file is as it was\n");
  for (size_t i = 0; i < till.count; i++) eng_customer_free(till.customers[i]);
  free(till.customers);
  eng_assessor_free(till.assessor);
  eng_model_free(till.model);
  eng_context_free(till.context);
  return failed || lost != 0;
}
