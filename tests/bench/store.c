/* SPDX-License-Identifier: MIT
 *
 * store.c - what a book on a file costs, beside a plain table of SQLite that is told
 * the same events in the same run and keeps them as surely.
 *
 *   store FEED.bin FOLDER
 *
 * The plain table holds an event a row, with an index on customer and time; both files
 * use the write-ahead log and are synced at every commit (synchronous=FULL). Most of
 * the feed is imported in one transaction; what is left comes in batches, and singly.
 * What both sides hold is compared in the end. FOLDER should be on the disk that is
 * meant.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <engagement.h>

#include "clock.h"
#include "feed.h"

enum {
  NAME = 9,
  SINGLE = 2000,
  BATCHES = 500,
  FEW = 32,
  MANY = 1000,
  MANY_BATCHES = 200
};

static const struct feed_event *events;
static size_t event_count;
static uint64_t customers;
static char *names; /* NAME bytes an event */
static uint8_t *kinds, *channels;
static int64_t *times, *amounts, *values;
static uint32_t *present;
static const char *folder;
static eng_context *context;

static void fail(const char *what)
{
  fprintf(stderr, "store: %s failed\n", what);
  exit(1);
}

static void need(int good, const char *what)
{
  if (!good) fail(what);
}

static void need_ok(eng_status status, const char *what)
{
  if (status == ENG_OK) return;
  fprintf(stderr, "store: %s: %s\n", what, eng_status_text(status));
  exit(1);
}

static void path_of(char *path, size_t size, const char *name)
{
  snprintf(path, size, "%s/%s", folder, name);
}

/* ---- the feed as columns ---- */

static void make_context(uint8_t *kind_of, uint8_t *channel_of)
{
  eng_settings *settings;
  int32_t own = 128, number = 0;

  need_ok(eng_settings_new(NULL, &settings), "settings");
  need_ok(eng_settings_set_currency(settings, 978), "currency");
  for (int i = 0; i < FEED_KINDS; i++) {
    if (!feed_kinds[i].own) continue;
    kind_of[i] = (uint8_t)own;
    need_ok(eng_settings_add_kind(settings, own++, feed_kinds[i].canonical,
                                  strlen(feed_kinds[i].canonical),
                                  ENG_DIRECTION_CUSTOMER, ENG_MODE_COMPANY, 1),
            "kinds");
  }
  need_ok(eng_context_new(settings, &context), "context");
  eng_settings_free(settings);
  for (int i = 0; i < FEED_KINDS; i++) {
    if (feed_kinds[i].own) continue;
    need_ok(eng_kind_find(context, feed_kinds[i].canonical,
                          strlen(feed_kinds[i].canonical), &number),
            feed_kinds[i].canonical);
    kind_of[i] = (uint8_t)number;
  }
  for (int i = 0; i < FEED_CHANNELS; i++) {
    need_ok(
        eng_channel_find(context, feed_channels[i], strlen(feed_channels[i]), &number),
        feed_channels[i]);
    channel_of[i] = (uint8_t)number;
  }
}

static void make_columns(void)
{
  uint8_t kind_of[FEED_KINDS], channel_of[FEED_CHANNELS];

  make_context(kind_of, channel_of);
  names = malloc(event_count * NAME + 1);
  kinds = malloc(event_count);
  channels = malloc(event_count);
  times = malloc(event_count * sizeof *times);
  amounts = malloc(event_count * sizeof *amounts);
  values = malloc(event_count * sizeof *values);
  present = malloc(event_count * sizeof *present);
  for (size_t i = 0; i < event_count; i++) {
    const struct feed_event *e = &events[i];

    snprintf(names + i * NAME, NAME + 1, "C%08lu",
             (unsigned long)(e->customer % 100000000));
    kinds[i] = kind_of[e->kind];
    channels[i] = channel_of[e->channel];
    times[i] = e->ts;
    amounts[i] = e->amount;
    values[i] = (int64_t)((double)e->value * 1000);
    present[i] = ENG_PRESENT_CHANNEL | (e->amount != 0 ? ENG_PRESENT_AMOUNT : 0) |
                 (e->value != 0 ? ENG_PRESENT_VALUE : 0);
  }
}

static void columns_of(size_t from, size_t count, eng_columns *columns)
{
  eng_columns_init(columns, sizeof *columns);
  columns->count = count;
  columns->customers = names + from * NAME;
  columns->customer_width = NAME;
  columns->kind = kinds + from;
  columns->channel = channels + from;
  columns->occurred_at = times + from;
  columns->amount = amounts + from;
  columns->value = values + from;
  columns->present = present + from;
}

/* ---- the two files ---- */

static void remove_file(const char *path)
{
  static const char *const ends[] = {"", "-wal", "-shm"};

  for (int i = 0; i < 3; i++) {
    char name[600];

    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
}

static eng_store *open_store(uint32_t flags)
{
  eng_store_options options;
  eng_store *store;
  char path[500];

  path_of(path, sizeof path, "bench.book");
  eng_store_options_init(&options, sizeof options);
  options.flags = flags;
  need_ok(eng_store_open(context, NULL, path, &options, &store, NULL), path);
  return store;
}

static sqlite3 *plain;
static sqlite3_stmt *insert;

static void run(const char *sql)
{
  if (sqlite3_exec(plain, sql, NULL, NULL, NULL) != SQLITE_OK) fail(sql);
}

static void open_plain(void)
{
  char path[500];

  path_of(path, sizeof path, "bench.db");
  need(sqlite3_open_v2(path, &plain,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                       NULL) == SQLITE_OK,
       path);
  run("PRAGMA cache_size = -16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = "
      "FULL");
  run("CREATE TABLE IF NOT EXISTS event(customer TEXT NOT NULL, time INTEGER NOT NULL, "
      "kind INTEGER NOT NULL, channel INTEGER, amount INTEGER, value INTEGER)");
  run("CREATE INDEX IF NOT EXISTS by_customer ON event(customer, time)");
  need(sqlite3_prepare_v2(plain, "INSERT INTO event VALUES(?, ?, ?, ?, ?, ?)", -1,
                          &insert, NULL) == SQLITE_OK,
       "prepare");
}

static void close_plain(void)
{
  sqlite3_finalize(insert);
  need(sqlite3_close(plain) == SQLITE_OK, "close");
}

static void bind_number(int at, int is_there, int64_t number)
{
  if (is_there)
    sqlite3_bind_int64(insert, at, number);
  else
    sqlite3_bind_null(insert, at);
}

static void insert_plain(size_t from, size_t count)
{
  run("BEGIN IMMEDIATE");
  for (size_t i = from; i < from + count; i++) {
    sqlite3_bind_text(insert, 1, names + i * NAME, NAME, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, times[i]);
    sqlite3_bind_int(insert, 3, kinds[i]);
    sqlite3_bind_int(insert, 4, channels[i]);
    bind_number(5, (present[i] & ENG_PRESENT_AMOUNT) != 0, amounts[i]);
    bind_number(6, (present[i] & ENG_PRESENT_VALUE) != 0, values[i]);
    need(sqlite3_step(insert) == SQLITE_DONE, "insert");
    sqlite3_reset(insert);
  }
  run("COMMIT");
}

static long size_of(const char *name)
{
  struct stat about;
  char path[500];

  path_of(path, sizeof path, name);
  return stat(path, &about) == 0 ? (long)about.st_size : 0;
}

/* ---- jobs ---- */

static void say(const char *job, double count, double ours, double theirs)
{
  printf("%-22s %12.0f %12.4f s %12.4f s %10.2f\n", job, count, ours, theirs,
         theirs / ours);
  fflush(stdout);
}

static double import_ours(size_t count)
{
  struct stopwatch start = stopwatch_start();
  eng_store *store = open_store(ENG_STORE_CREATE);
  eng_columns columns;
  eng_book *book;

  need_ok(eng_book_new(context, NULL, &book), "book");
  columns_of(0, count, &columns);
  need_ok(eng_book_record_many(book, &columns, NULL, NULL), "load");
  need_ok(eng_store_merge_book(store, book, NULL, NULL), "import");
  eng_book_free(book);
  eng_store_close(store);
  return stopwatch_read(start).wall;
}

static double import_theirs(size_t count)
{
  struct stopwatch start = stopwatch_start();

  open_plain();
  insert_plain(0, count);
  close_plain();
  return stopwatch_read(start).wall;
}

/* Batches on end, one of ours and one of theirs in turn: the disk is the same. */
static void in_batches(const char *job, size_t from, size_t batches, size_t batch)
{
  eng_store *store = open_store(0);
  double ours = 0, theirs = 0;

  open_plain();
  for (size_t i = 0; i < batches; i++) {
    struct stopwatch start = stopwatch_start();
    eng_columns columns;

    columns_of(from + i * batch, batch, &columns);
    need_ok(eng_store_record_many(store, &columns, NULL, NULL), job);
    ours += stopwatch_read(start).wall;
    start = stopwatch_start();
    insert_plain(from + i * batch, batch);
    theirs += stopwatch_read(start).wall;
  }
  eng_store_close(store);
  close_plain();
  say(job, (double)(batches * batch), ours, theirs);
  printf("%-22s %12s %12.0f /s %11.0f /s\n", "", "", (double)(batches * batch) / ours,
         (double)(batches * batch) / theirs);
}

static const eng_model *const *model_list;
static int journal_file;

static int32_t to_file(void *user, const uint8_t *bytes, size_t size)
{
  (void)user;
  return write(journal_file, bytes, size) == (ssize_t)size ? 0 : 1;
}

/* J6 with the journal: record an event, see where its customer stands, and sync every
 * so many; theirs is the insert alone. */
static void with_journal(size_t from, size_t batches, size_t batch)
{
  eng_book *book;
  eng_assessor *assessor;
  eng_event *event;
  double ours = 0, theirs = 0;
  char path[500];

  path_of(path, sizeof path, "bench.journal");
  journal_file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  need(journal_file >= 0, path);
  need_ok(eng_book_new(context, NULL, &book), "book");
  need_ok(eng_book_set_journal(book, to_file, NULL), "journal");
  need_ok(eng_assessor_new(context, model_list, 1, &assessor), "assessor");
  need_ok(eng_event_new(context, ENG_EVENT_VISIT, 0, &event), "event");
  open_plain();
  for (size_t i = 0; i < batches; i++) {
    struct stopwatch start = stopwatch_start();

    for (size_t k = from + i * batch; k < from + (i + 1) * batch; k++) {
      const char *name = names + k * NAME;
      int32_t stage;
      uint64_t row;

      need_ok(eng_event_reset(event, kinds[k], times[k]), "event");
      need_ok(eng_event_set_channel(event, channels[k]), "channel");
      if (present[k] & ENG_PRESENT_AMOUNT)
        need_ok(eng_event_set_amount(event, amounts[k], 978), "amount");
      if (present[k] & ENG_PRESENT_VALUE)
        need_ok(eng_event_set_value(event, values[k]), "value");
      need_ok(eng_book_record(book, name, NAME, event, NULL), "record");
      need_ok(eng_book_find(book, name, NAME, &row), "find");
      need_ok(eng_book_assess_one(book, row, assessor, times[k], &stage), "assess");
    }
    need(fdatasync(journal_file) == 0, "fdatasync");
    ours += stopwatch_read(start).wall;
    start = stopwatch_start();
    insert_plain(from + i * batch, batch);
    theirs += stopwatch_read(start).wall;
  }
  close_plain();
  close(journal_file);
  unlink(path);
  eng_event_free(event);
  eng_assessor_free(assessor);
  eng_book_free(book);
  say("journal and a stage", (double)(batches * batch), ours, theirs);
}

/* From nothing to the answer about one customer, and all closed again. */
static void open_and_ask(void)
{
  enum { TIMES = 20 };
  double ours = 0, theirs = 0;

  for (int i = 0; i < TIMES; i++) {
    size_t at = event_count / TIMES * (size_t)i;
    const char *name = names + at * NAME;
    struct stopwatch start = stopwatch_start();
    eng_store *store = open_store(0);
    eng_customer *customer;
    sqlite3_stmt *ask;
    uint64_t count;

    need_ok(eng_store_customer(store, name, NAME, &customer, NULL), "customer");
    count = eng_customer_event_count(customer);
    eng_customer_free(customer);
    eng_store_close(store);
    ours += stopwatch_read(start).wall;
    start = stopwatch_start();
    open_plain();
    need(sqlite3_prepare_v2(plain,
                            "SELECT * FROM event WHERE customer = ? ORDER BY time", -1,
                            &ask, NULL) == SQLITE_OK,
         "ask");
    sqlite3_bind_text(ask, 1, name, NAME, SQLITE_STATIC);
    while (sqlite3_step(ask) == SQLITE_ROW) count--;
    need((int64_t)count <= 0, "the same events"); /* equal rows are one event of ours */
    sqlite3_finalize(ask);
    close_plain();
    theirs += stopwatch_read(start).wall;
  }
  say("open, one customer", TIMES, ours / TIMES, theirs / TIMES);
}

/* All of it into memory, as every command of the program does. */
static void load_all(void)
{
  struct stopwatch start = stopwatch_start();
  eng_store *store = open_store(ENG_STORE_READ_ONLY);
  double ours, theirs;
  sqlite3_stmt *ask;
  eng_book *book;
  uint64_t count, rows = 0;

  need_ok(eng_book_new(context, NULL, &book), "book");
  need_ok(eng_store_load(store, book, NULL, NULL, NULL), "load");
  count = eng_book_event_count(book);
  eng_store_close(store);
  ours = stopwatch_read(start).wall;
  eng_book_free(book);
  start = stopwatch_start();
  open_plain();
  need(sqlite3_prepare_v2(plain, "SELECT * FROM event", -1, &ask, NULL) == SQLITE_OK,
       "ask");
  while (sqlite3_step(ask) == SQLITE_ROW) rows++;
  sqlite3_finalize(ask);
  close_plain();
  theirs = stopwatch_read(start).wall;
  need(count <= rows && count > rows - rows / 50, "the same events");
  say("read all", (double)rows, ours, theirs);
}

static void bytes_an_event(void)
{
  double ours = (double)size_of("bench.book"), theirs = (double)size_of("bench.db");

  printf("%-22s %12.0f %12.2f   %12.2f   %10.2f\n", "bytes an event",
         (double)event_count, ours / (double)event_count, theirs / (double)event_count,
         theirs / ours);
}

int main(int count, char **words)
{
  const size_t last = (size_t)MANY * MANY_BATCHES, few = (size_t)FEW * BATCHES;
  char book[500], db[500];
  struct feed feed;
  size_t first;
  eng_model *model;
  double ours;

  if (count != 3 || feed_open(&feed, NULL, words[1]) != 0) {
    fprintf(stderr, "usage: store FEED.bin FOLDER\n");
    return 2;
  }
  folder = words[2];
  events = feed.events;
  event_count = feed.count;
  customers = feed.customers;
  need(event_count > 2 * (SINGLE + few + last), "a feed that is long enough");
  make_columns();
  need_ok(eng_model_builtin(context, "five_levels", 11, &model), "model");
  model_list = (const eng_model *const *)&model;
  path_of(book, sizeof book, "bench.book");
  path_of(db, sizeof db, "bench.db");
  remove_file(book);
  remove_file(db);
  first = event_count - SINGLE - few - last;
  printf("%lu events of %lu customers, in %s\n", (unsigned long)event_count,
         (unsigned long)customers, folder);
  printf("%-22s %12s %12s   %12s   %10s\n", "job", "events", "here", "plain SQLite",
         "times");
  ours = import_ours(first);
  say("import", (double)first, ours, import_theirs(first));
  in_batches("singly", first, SINGLE, 1);
  in_batches("batches of 32", first + SINGLE, BATCHES, FEW);
  in_batches("batches of 1000", first + SINGLE + few, MANY_BATCHES, MANY);
  bytes_an_event();
  open_and_ask();
  load_all();
  with_journal(0, MANY_BATCHES, MANY);
  remove_file(book);
  remove_file(db);
  eng_model_free(model);
  eng_context_free(context);
  feed_close(&feed);
  free(names);
  free(kinds);
  free(channels);
  free(times);
  free(amounts);
  free(values);
  free(present);
  return 0;
}
