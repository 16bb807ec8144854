/* SPDX-License-Identifier: MIT
 *
 * kills.c - writers of one book are killed at random moments, again and again.
 *
 *   kills FOLDER SECONDS [ROUNDS [SEED]]
 *
 * One to four processes write batches, each an event of two customers of the writer's
 * own and one of a customer of all. After a commit was answered the writer counts it in
 * memory shared with the parent, which kills all of them after some milliseconds and
 * opens the book: what was counted must be there, the next batch at the most may be
 * there too, and no batch in part. Ends after so many seconds or rounds.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, usleep */

#include <engagement.h>

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 4 };

static char path[4096];
static eng_context *context;
static volatile uint32_t *acknowledged; /* of each writer; shared */
static uint64_t state;

static unsigned draw(unsigned below)
{
  state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
  return (unsigned)(state >> 33) % below;
}

static eng_status record(eng_store *store, const char *id, int writer, uint32_t batch)
{
  eng_event *event = NULL;
  eng_status status = eng_event_new(context, ENG_EVENT_PURCHASE,
                                    (int64_t)batch * 1000 + writer, &event);

  if (status == ENG_OK) status = eng_store_record(store, id, strlen(id), event, NULL);
  eng_event_free(event);
  return status;
}

static eng_status write_batch(eng_store *store, int writer, uint32_t batch)
{
  char one[32], two[32];
  eng_status status = eng_store_begin(store);

  snprintf(one, sizeof one, "customer-%d-one", writer);
  snprintf(two, sizeof two, "customer-%d-two", writer);
  if (status == ENG_OK) status = record(store, one, writer, batch);
  if (status == ENG_OK) status = record(store, "customer-of-all", writer, batch);
  if (status == ENG_OK) status = record(store, two, writer, batch);
  if (status == ENG_OK) return eng_store_commit(store);
  eng_store_rollback(store);
  return status;
}

static eng_status open_book(eng_store **store)
{
  eng_store_options options;

  eng_store_options_init(&options, sizeof options);
  options.flags = ENG_STORE_CREATE;
  options.wait_ms = 60000;
  return eng_store_open(context, NULL, path, &options, store, NULL);
}

static void be_writer(int writer)
{
  eng_store *store = NULL;

  eng_status status = open_book(&store);

  if (status != ENG_OK) _exit(100 + status);
  while (status == ENG_OK) {
    status = write_batch(store, writer, acknowledged[writer] + 1);
    if (status == ENG_OK) acknowledged[writer]++;
  }
  _exit(status);
}

/* How many events a customer has, and whether the n-th is of batch n. */
static uint32_t count(eng_store *store, const char *id, int *right)
{
  eng_customer *customer;
  eng_event_cursor *cursor;
  const eng_event *event;
  uint32_t n = 0;
  eng_status status = eng_store_customer(store, id, strlen(id), &customer, NULL);

  if (status == ENG_E_NOTFOUND) return 0;
  if (status != ENG_OK || eng_event_cursor_new(customer, &cursor) != ENG_OK) {
    *right = 0;
    return 0;
  }
  while (eng_event_cursor_next(cursor, &event) == ENG_OK && event != NULL) {
    n++;
    if (eng_event_occurred_at(event) / 1000 != n) *right = 0;
  }
  eng_event_cursor_free(cursor);
  eng_customer_free(customer);
  return n;
}

/* Compares the book with what was acknowledged, and takes over what is there. */
static int judge(uint64_t *batches)
{
  eng_store *store = NULL;
  eng_customer *all = NULL;
  uint64_t sum = 0;
  int good = open_book(&store) == ENG_OK;

  for (int w = 0; w < WRITERS && good; w++) {
    char one[32], two[32];
    uint32_t n;

    snprintf(one, sizeof one, "customer-%d-one", w);
    snprintf(two, sizeof two, "customer-%d-two", w);
    n = count(store, one, &good);
    if (count(store, two, &good) != n) good = 0;
    if (n < acknowledged[w] || n > acknowledged[w] + 1) good = 0;
    if (!good)
      printf("kills: writer %d: %lu there, %lu acknowledged\n", w, (unsigned long)n,
             (unsigned long)acknowledged[w]);
    acknowledged[w] = n;
    sum += n;
  }
  if (good && sum > 0) {
    good = eng_store_customer(store, "customer-of-all", 15, &all, NULL) == ENG_OK &&
           eng_customer_event_count(all) == sum;
  }
  eng_customer_free(all);
  eng_store_close(store);
  *batches = sum;
  return good;
}

static int play(void)
{
  int writers = 1 + (int)draw(WRITERS), good = 1;
  pid_t pids[WRITERS];

  for (int w = 0; w < writers; w++) {
    pids[w] = fork();
    if (pids[w] == 0) be_writer(w);
    if (pids[w] < 0) exit(3);
  }
  usleep(500 + draw(20000));
  for (int w = 0; w < writers; w++) kill(pids[w], SIGKILL);
  for (int w = 0; w < writers; w++) {
    int status;

    waitpid(pids[w], &status, 0);
    if (WIFEXITED(status)) {
      printf("kills: a writer ended by itself, status %d\n", WEXITSTATUS(status));
      good = 0;
    }
  }
  return good;
}

static void remove_book(void)
{
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  char name[4200];

  for (int i = 0; i < 4; i++) {
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
  for (int w = 0; w < WRITERS; w++) acknowledged[w] = 0;
}

int main(int words, char **word)
{
  long seconds = words > 2 ? strtol(word[2], NULL, 10) : 10;
  long rounds = words > 3 ? strtol(word[3], NULL, 10) : 1000000000;
  time_t start = time(NULL);
  uint64_t batches = 0, all = 0;
  long round = 0;
  int good = 1;

  state = words > 4 ? strtoull(word[4], NULL, 10) : 1;
  snprintf(path, sizeof path, "%s/kills.book", words > 1 ? word[1] : ".");
  if (eng_context_new(NULL, &context) != ENG_OK) return 3;
  acknowledged = mmap(NULL, sizeof *acknowledged * WRITERS, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (acknowledged == MAP_FAILED) return 3;
  remove_book();
  while (good && round < rounds && time(NULL) - start < seconds) {
    good = play() && judge(&batches);
    round++;
    /* A book of its own every so often: making one is killed too. */
    if (batches > 400) {
      all += batches;
      batches = 0;
      remove_book();
    }
  }
  remove_book();
  eng_context_free(context);
  printf("kills: %ld rounds, %lu batches acknowledged, %s\n", round,
         (unsigned long)(all + batches), good ? "none lost, none in part" : "FAILED");
  return good ? 0 : 1;
}
