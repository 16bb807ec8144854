/* SPDX-License-Identifier: MIT */
/*
 * journal_till.c - a till that keeps its book in memory and its journal in a plain
 * file.
 *
 *   journal_till FILE    sales from standard input: TIME CUSTOMER AMOUNT
 *
 * Every sale is appended to FILE and synced before it is in the book, so that a till
 * that crashes loses nothing that it acknowledged. When it starts it replays the file:
 * an end that a crash has torn is cut off, and a file that is damaged in the middle is
 * left alone. A line `= STAGE` answers each sale: from then on it is on the disk.
 */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L /* for fsync and ftruncate */
#endif
#include <engagement.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <io.h>
#define fsync _commit
#define ftruncate _chsize
#define fileno _fileno
#else
#include <unistd.h>
#endif

enum { EUR = 978, PIECE = 1 << 16 };

/* ---- the file ---- */

/* Called by the library with whole entries, before they are in the book. */
static int32_t keep(void *user, const uint8_t *bytes, size_t size)
{
  FILE *file = user;

  return fwrite(bytes, 1, size, file) != size || fflush(file) != 0 ||
         fsync(fileno(file)) != 0;
}

/* Reads the file piece by piece: what is not used of one is given again with the next.
 * Sets how many bytes of it are good. */
static eng_status replay(FILE *file, eng_book *book, long *good)
{
  static uint8_t bytes[1 << 22]; /* longer than any entry of this till */
  size_t held = 0, used = 0;
  eng_status status = ENG_OK;
  int last = 0;

  *good = 0;
  while (status == ENG_OK && !last) {
    size_t room = sizeof bytes - held < PIECE ? sizeof bytes - held : PIECE;
    size_t more = fread(bytes + held, 1, room, file);

    last = more < room;
    status = eng_book_replay(book, bytes, held + more, last, &used, NULL, NULL);
    *good += (long)used;
    held = held + more - used;
    memmove(bytes, bytes + used, held);
  }
  return status;
}

/* Opens the journal and replays it; NULL after saying why not. */
static FILE *open_journal(const char *name, eng_book *book)
{
  FILE *file = fopen(name, "r+b");
  long good = 0, size;
  eng_status status;

  if (file == NULL) file = fopen(name, "w+b");
  if (file == NULL) {
    fprintf(stderr, "journal_till: %s cannot be opened\n", name);
    return NULL;
  }
  status = replay(file, book, &good);
  if (status != ENG_OK) {
    fprintf(stderr, "journal_till: %s: at byte %ld: %s\n", name, good,
            eng_status_text(status));
    fclose(file);
    return NULL;
  }
  (void)fseek(file, 0, SEEK_END);
  size = ftell(file);
  if (size > good) {
    (void)!ftruncate(fileno(file), good);
    fprintf(stderr, "journal_till: %ld bytes of a torn end were cut off\n",
            size - good);
  }
  (void)fseek(file, good, SEEK_SET);
  return file;
}

/* ---- the till ---- */

struct till {
  eng_context *context;
  eng_model *model;
  eng_assessor *assessor;
  eng_book *book;
  FILE *journal;
};

static eng_status sell(struct till *till, const char *id, int64_t time, int64_t amount)
{
  eng_event *sale = NULL;
  eng_status status = eng_event_new(till->context, ENG_EVENT_PURCHASE, time, &sale);

  if (status == ENG_OK) status = eng_event_set_amount(sale, amount, EUR);
  if (status == ENG_OK) {
    status = eng_book_record(till->book, id, strlen(id), sale, NULL);
  }
  eng_event_free(sale);
  return status;
}

static eng_status answer(struct till *till, const char *id, int64_t now)
{
  uint64_t row;
  int32_t stage = 0;
  eng_status status = eng_book_find(till->book, id, strlen(id), &row);

  if (status == ENG_OK) {
    status = eng_book_assess_one(till->book, row, till->assessor, now, &stage);
  }
  if (status != ENG_OK) return status;
  printf("= %s %s\n", id, eng_model_stage_name(till->model, stage));
  return fflush(stdout) == 0 ? ENG_OK : ENG_E_IO;
}

/* A line is a sale; an empty one, or one that is none, is passed over. */
static eng_status serve(struct till *till, const char *line)
{
  char when[32], id[65], price[24];
  int64_t time, amount;
  eng_status status;

  if (sscanf(line, "%31s %64s %23s", when, id, price) != 3) return ENG_OK;
  if (eng_time_parse(till->context, when, strlen(when), ENG_TIME_ISO, ENG_DATE_FIRST,
                     &time) != ENG_OK ||
      eng_money_parse(price, strlen(price), EUR, &amount) != ENG_OK) {
    fprintf(stderr, "journal_till: not a sale: %s", line);
    return ENG_OK;
  }
  status = sell(till, id, time, amount);
  return status == ENG_OK ? answer(till, id, time) : status;
}

static eng_status open_till(struct till *till, const char *file)
{
  eng_status status = eng_context_new(NULL, &till->context);

  if (status == ENG_OK) {
    status = eng_model_builtin(till->context, "four_stages", 11, &till->model);
  }
  if (status == ENG_OK) {
    status = eng_assessor_new(till->context, (const eng_model *const *)&till->model, 1,
                              &till->assessor);
  }
  if (status == ENG_OK) status = eng_book_new(till->context, NULL, &till->book);
  if (status != ENG_OK) return status;
  till->journal = open_journal(file, till->book);
  if (till->journal == NULL) return ENG_E_IO;
  printf("%llu sales of %llu customers\n",
         (unsigned long long)eng_book_event_count(till->book),
         (unsigned long long)eng_book_customer_count(till->book));
  (void)fflush(stdout);
  /* Only now: what was replayed is in the file already. */
  return eng_book_set_journal(till->book, keep, till->journal);
}

int main(int count, char **words)
{
  struct till till = {0};
  char line[160];
  eng_status status;

  if (count != 2) {
    fprintf(stderr, "journal_till FILE <SALES\n");
    return 2;
  }
  status = open_till(&till, words[1]);
  while (status == ENG_OK && fgets(line, sizeof line, stdin) != NULL) {
    status = serve(&till, line);
  }
  if (status != ENG_OK) {
    fprintf(stderr, "journal_till: %s\n", eng_status_text(status));
  }
  if (till.journal != NULL) fclose(till.journal);
  eng_book_free(till.book);
  eng_assessor_free(till.assessor);
  eng_model_free(till.model);
  eng_context_free(till.context);
  return status == ENG_OK ? 0 : 1;
}
