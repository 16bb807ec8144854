/* SPDX-License-Identifier: MIT
 *
 * tills.c - five books on files that were fed parts of one feed, and what it takes to
 * bring them together.
 *
 *   tills FOLDER FEED.csv [SEED]     the law: they end as the book of the whole feed
 *   tills FOLDER FEED.csv figures    bytes exchanged for so many customers that differ
 *
 * Every row of the feed goes to one till or to two, rows are dealt in an order that is
 * shuffled, and sold twice with ids and without. Then tills meet in any pairs, and
 * break off, until all have met. All five must export the bytes of the book of the
 * whole.
 */
#include <engagement.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TILLS = 5 };

static eng_context *context;
static uint64_t state = 1;

static void must(int holds, const char *what)
{
  if (holds) return;
  printf("tills: FAILED: %s\n", what);
  exit(1);
}

static unsigned draw(unsigned below)
{
  state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
  return (unsigned)(state >> 33) % below;
}

/* ---- the feed ---- */

struct row {
  char *line;
  char id[16];
};

struct feed {
  struct row *rows;
  size_t count;
};

static void read_feed(const char *path, struct feed *feed)
{
  FILE *in = fopen(path, "r");
  char line[200];
  size_t room = 0;

  must(in != NULL && fgets(line, sizeof line, in) != NULL, "the feed cannot be read");
  while (fgets(line, sizeof line, in) != NULL) {
    size_t comma = strcspn(line, ","), length = strlen(line);
    struct row *row;

    must(comma < sizeof row->id && line[comma] == ',', "a row of the feed");
    if (feed->count == room) {
      room = 2 * room + 1024;
      feed->rows = realloc(feed->rows, room * sizeof *feed->rows);
      must(feed->rows != NULL, "memory");
    }
    row = &feed->rows[feed->count++];
    row->line = malloc(length + 1);
    must(row->line != NULL, "memory");
    memcpy(row->line, line, length + 1);
    memcpy(row->id, line, comma);
    row->id[comma] = '\0';
  }
  fclose(in);
}

static void shuffle(struct feed *feed)
{
  for (size_t i = feed->count; i > 1; i--) {
    size_t other = (size_t)(((uint64_t)draw(1u << 30) << 30 | draw(1u << 30)) % i);
    struct row kept = feed->rows[i - 1];

    feed->rows[i - 1] = feed->rows[other];
    feed->rows[other] = kept;
  }
}

static int32_t kind_of(const char *name, size_t length)
{
  static const struct {
    const char *name;
    int32_t kind;
  } kinds[] = {{"signup", ENG_EVENT_SIGN_UP},
               {"visit", ENG_EVENT_VISIT},
               {"view", ENG_EVENT_VIEW_ITEM},
               {"search", ENG_EVENT_SEARCH},
               {"cart", ENG_EVENT_ADD_TO_CART},
               {"checkout", ENG_EVENT_BEGIN_CHECKOUT},
               {"purchase", ENG_EVENT_PURCHASE},
               {"refund", ENG_EVENT_REFUND},
               {"email_open", ENG_EVENT_OPEN},
               {"click", ENG_EVENT_CLICK},
               {"app_open", ENG_EVENT_USAGE},
               {"review", ENG_EVENT_REVIEW},
               {"rating", ENG_EVENT_RATING},
               {"nps", ENG_EVENT_RATING},
               {"referral", ENG_EVENT_REFER},
               {"share", ENG_EVENT_SHARE},
               {"support", ENG_EVENT_MESSAGE_IN},
               {"login", ENG_EVENT_IDENTIFY},
               {"wishlist", ENG_EVENT_ADD_TO_WISHLIST},
               {"unsubscribe", ENG_EVENT_UNSUBSCRIBE}};

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, name, length) == 0)
      return kinds[i].kind;
  }
  must(0, "a kind of the feed");
  return 0;
}

/* customer,ts,kind,channel,amount,value; a row that comes twice is one event by its id,
 * which is the hash of its text, or by what it says. */
static eng_event *event_of(const struct row *row, int with_ids)
{
  const char *at = strchr(row->line, ',') + 1, *end = strchr(at, ',');
  uint64_t hash = UINT64_C(14695981039346656037);
  int64_t when, amount = 0;
  eng_event *event = NULL;
  int32_t kind;

  must(end != NULL && eng_time_parse(context, at, (size_t)(end - at), ENG_TIME_AUTO,
                                     ENG_DATE_FIRST, &when) == ENG_OK,
       "a time of the feed");
  at = end + 1;
  end = strchr(at, ',');
  must(end != NULL && strchr(end + 1, ',') != NULL, "the columns of the feed");
  kind = kind_of(at, (size_t)(end - at));
  must(eng_event_new(context, kind, when, &event) == ENG_OK, "an event");
  for (at = strchr(end + 1, ',') + 1; *at != ',' && *at != '\0'; at++) {
    if (*at >= '0' && *at <= '9') amount = 10 * amount + *at - '0';
  }
  if (amount > 0) must(eng_event_set_amount(event, amount, 978) == ENG_OK, "an amount");
  for (at = row->line; *at != '\0'; at++)
    hash = (hash ^ (uint64_t)(unsigned char)*at) * UINT64_C(1099511628211);
  if (with_ids) must(eng_event_set_id(event, hash) == ENG_OK, "an id");
  return event;
}

/* ---- books on files ---- */

static void path_of(char *path, const char *folder, int till)
{
  must(strlen(folder) < 4000, "the folder's name");
  sprintf(path, "%s/till-%d.book", folder, till);
}

static void remove_book(const char *folder, int till)
{
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  char path[4100];

  for (int i = 0; i < 4; i++) {
    path_of(path, folder, till);
    strcat(path, ends[i]);
    (void)remove(path);
  }
}

static eng_store *open_book(const char *folder, int till)
{
  eng_store_options options;
  eng_store *store = NULL;
  char path[4100];

  remove_book(folder, till);
  path_of(path, folder, till);
  eng_store_options_init(&options, sizeof options);
  options.flags = ENG_STORE_CREATE;
  options.sync = ENG_STORE_NORMAL; /* nobody cuts the power here */
  must(eng_store_open(context, NULL, path, &options, &store, NULL) == ENG_OK,
       "a book cannot be opened");
  return store;
}

static eng_book *new_book(void)
{
  eng_book *book = NULL;

  must(eng_book_new(context, NULL, &book) == ENG_OK, "a book");
  return book;
}

static void put(eng_book *book, const struct row *row, const eng_event *event)
{
  must(eng_book_record(book, row->id, strlen(row->id), event, NULL) == ENG_OK,
       "recording");
}

/* ---- meeting ---- */

/* Up to so many messages; whether both sides are done. Adds up the bytes. */
static int meet(eng_store *one, eng_store *other, unsigned most,
                eng_sync_counts *counts)
{
  eng_sync *ask = NULL, *answer = NULL;
  const uint8_t *message = NULL;
  size_t size = 0;
  int32_t done = 0;

  must(eng_sync_new(one, ENG_SYNC_ASK, &ask) == ENG_OK &&
           eng_sync_new(other, ENG_SYNC_ANSWER, &answer) == ENG_OK,
       "a sync");
  while (!done && most-- > 0) {
    must(eng_sync_next(ask, message, size, &message, &size, &done) == ENG_OK, "asking");
    /* The cable may break either way. */
    done = 0;
    if (most == 0 && draw(2) == 0) break;
    must(eng_sync_next(answer, message, size, &message, &size, &done) == ENG_OK,
         "answering");
  }
  eng_sync_counts_init(counts, sizeof *counts);
  eng_sync_get_counts(ask, counts);
  eng_sync_free(ask);
  eng_sync_free(answer);
  return done;
}

/* ---- what is exported ---- */

struct bytes {
  uint64_t hash, size;
};

static eng_status add_bytes(void *user, const char *bytes, size_t length)
{
  struct bytes *all = user;

  for (size_t i = 0; i < length; i++)
    all->hash =
        (all->hash ^ (uint64_t)(unsigned char)bytes[i]) * UINT64_C(1099511628211);
  all->size += length;
  return ENG_OK;
}

/* The encoded book, and all its JSON Lines, the customers in the order of the file. */
static void export_all(eng_store *store, uint8_t **encoded, size_t *size,
                       struct bytes *lines)
{
  eng_book *book = new_book();
  eng_store_cursor *cursor = NULL;
  const eng_customer *customer = NULL;

  must(eng_store_load(store, book, NULL, NULL, NULL) == ENG_OK, "loading");
  must(eng_book_encode(book, NULL, 0, size) == ENG_E_BUFFER, "a size");
  *encoded = malloc(*size);
  must(*encoded != NULL && eng_book_encode(book, *encoded, *size, size) == ENG_OK,
       "encoding");
  eng_book_free(book);
  *lines = (struct bytes){0, 0};
  must(eng_store_cursor_new(store, &cursor) == ENG_OK, "a cursor");
  while (eng_store_cursor_next(cursor, &customer, NULL) == ENG_OK && customer != NULL)
    must(eng_export_customer(customer, ENG_EXPORT_JSONL, add_bytes, lines) == ENG_OK,
         "exporting");
  eng_store_cursor_free(cursor);
}

/* ---- the law ---- */

static void deal(const struct feed *feed, int with_ids, eng_store *stores[TILLS + 1])
{
  eng_book *parts[TILLS + 1];

  for (int t = 0; t <= TILLS; t++) parts[t] = new_book();
  for (size_t i = 0; i < feed->count; i++) {
    eng_event *event = event_of(&feed->rows[i], with_ids);

    put(parts[TILLS], &feed->rows[i], event);
    put(parts[draw(TILLS)], &feed->rows[i], event);
    if (draw(4) == 0) put(parts[draw(TILLS)], &feed->rows[i], event);
    eng_event_free(event);
  }
  for (int t = 0; t <= TILLS; t++) {
    must(eng_store_merge_book(stores[t], parts[t], NULL, NULL) == ENG_OK, "storing");
    eng_book_free(parts[t]);
  }
}

static void bring_together(eng_store *stores[TILLS + 1], int *met, int *broken)
{
  eng_sync_counts counts;

  for (int n = 0; n < 14; n++) {
    unsigned one = draw(TILLS), other = draw(TILLS);

    if (one == other) continue;
    if (meet(stores[one], stores[other], 1 + draw(30), &counts))
      ++*met;
    else
      ++*broken;
  }
  /* A ring, twice round: who is last to hear hears it then. */
  for (int n = 0; n < 2 * TILLS; n++)
    must(meet(stores[n % TILLS], stores[(n + 1) % TILLS], 1000000, &counts),
         "a sync has no end");
}

static void show_law(const char *folder, struct feed *feed, int with_ids)
{
  eng_store *stores[TILLS + 1];
  uint8_t *whole, *part;
  size_t whole_size, part_size;
  struct bytes whole_lines, part_lines;
  int met = 0, broken = 0;

  shuffle(feed);
  for (int t = 0; t <= TILLS; t++) stores[t] = open_book(folder, t);
  deal(feed, with_ids, stores);
  bring_together(stores, &met, &broken);
  export_all(stores[TILLS], &whole, &whole_size, &whole_lines);
  for (int t = 0; t < TILLS; t++) {
    export_all(stores[t], &part, &part_size, &part_lines);
    must(part_size == whole_size && memcmp(part, whole, whole_size) == 0,
         "a till's book is not that of the whole");
    must(part_lines.hash == whole_lines.hash && part_lines.size == whole_lines.size,
         "a till's lines are not those of the whole");
    free(part);
  }
  printf("tills: %s: 5 books of %lu rows, %d syncs broken off, %d not: all five export "
         "the %lu bytes of the whole, and its %lu of JSON Lines\n",
         with_ids ? "with ids" : "without", (unsigned long)feed->count, broken, met,
         (unsigned long)whole_size, (unsigned long)whole_lines.size);
  free(whole);
  for (int t = 0; t <= TILLS; t++) {
    eng_store_close(stores[t]);
    remove_book(folder, t);
  }
}

/* ---- figures ---- */

/* A purchase of so many customers, spread over all, that only the second book has. */
static void make_differ(eng_store *store, const struct feed *feed, size_t count)
{
  eng_book *book = new_book();
  eng_event *event = NULL;

  must(eng_event_new(context, ENG_EVENT_PURCHASE,
                     INT64_C(1800000000000) + (int64_t)count, &event) == ENG_OK,
       "an event");
  while (eng_book_customer_count(book) < count) {
    size_t i =
        (size_t)(((uint64_t)draw(1u << 30) << 30 | draw(1u << 30)) % feed->count);

    put(book, &feed->rows[i], event);
  }
  must(eng_store_merge_book(store, book, NULL, NULL) == ENG_OK, "storing");
  eng_event_free(event);
  eng_book_free(book);
}

static void show_figures(const char *folder, const struct feed *feed)
{
  static const size_t differ[] = {0, 1, 10, 100, 1000};
  eng_store *stores[2];
  eng_book *book = new_book();
  eng_sync_counts counts;

  for (size_t i = 0; i < feed->count; i++) {
    eng_event *event = event_of(&feed->rows[i], 0);

    put(book, &feed->rows[i], event);
    eng_event_free(event);
  }
  printf("tills: %lu customers, %lu events\n",
         (unsigned long)eng_book_customer_count(book),
         (unsigned long)eng_book_event_count(book));
  for (int t = 0; t < 2; t++) {
    stores[t] = open_book(folder, t);
    must(eng_store_merge_book(stores[t], book, NULL, NULL) == ENG_OK, "storing");
  }
  eng_book_free(book);
  printf("%10s %10s %14s %10s\n", "differ", "messages", "bytes", "each");
  for (size_t i = 0; i < sizeof differ / sizeof *differ; i++) {
    uint64_t bytes;

    if (differ[i] > 0) make_differ(stores[1], feed, differ[i]);
    must(meet(stores[0], stores[1], 1000000, &counts), "a sync has no end");
    bytes = counts.bytes_sent + counts.bytes_received;
    must(counts.customers_received == differ[i], "another number of customers came");
    printf("%10lu %10lu %14lu %10lu\n", (unsigned long)differ[i],
           (unsigned long)counts.messages, (unsigned long)bytes,
           (unsigned long)(differ[i] == 0 ? bytes : bytes / differ[i]));
    /* Digests go down a tree of 16 branches: some kilobytes for each that differs. */
    must(bytes < 1000 + 8000 * (uint64_t)differ[i], "more bytes than the difference");
  }
  for (int t = 0; t < 2; t++) {
    eng_store_close(stores[t]);
    remove_book(folder, t);
  }
}

int main(int words, char **word)
{
  struct feed feed = {NULL, 0};
  int figures = words > 3 && strcmp(word[3], "figures") == 0;

  must(words > 2, "give a folder and a feed");
  must(eng_context_new(NULL, &context) == ENG_OK, "a context");
  read_feed(word[2], &feed);
  if (figures) {
    show_figures(word[1], &feed);
  } else {
    if (words > 3) state = strtoull(word[3], NULL, 10);
    show_law(word[1], &feed, 1);
    show_law(word[1], &feed, 0);
  }
  for (size_t i = 0; i < feed.count; i++) free(feed.rows[i].line);
  free(feed.rows);
  eng_context_free(context);
  return 0;
}
