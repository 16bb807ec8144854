/* SPDX-License-Identifier: MIT
 *
 * test_sync.c - books that were apart: whatever happened in whatever order, synced in
 * any topology, broken off and repeated, they end as the one book that there would have
 * been.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "unit/support.h"

#if HAVE_SQLITE3
#include <sqlite3.h>
#endif

Suite *sync_suite(void);

#if HAVE_SQLITE3

enum { STORES = 5 };

static char folder[256];
static eng_context *context;
static eng_store *stores[STORES];
static uint64_t state;
static const uint8_t key[16] = "sixteen bytes...";

static unsigned draw(unsigned below)
{
  state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
  return (unsigned)(state >> 33) % below;
}

static void path_of(char *path, int i) { sprintf(path, "%s/%d.book", folder, i); }

static void remove_store(int i)
{
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};

  for (int e = 0; e < 4; e++) {
    char path[300];

    path_of(path, i);
    strcat(path, ends[e]);
    unlink(path);
  }
}

static void open_stores(void)
{
  for (int i = 0; i < STORES; i++) {
    eng_store_options options;
    char path[300];

    path_of(path, i);
    eng_store_options_init(&options, sizeof options);
    options.flags = ENG_STORE_CREATE;
    options.sync = ENG_STORE_NORMAL;
    ck_ok(eng_store_open(context, NULL, path, &options, &stores[i], NULL));
    ck_ok(eng_store_set_key(stores[i], 1, key));
  }
}

static void close_stores(void)
{
  for (int i = 0; i < STORES; i++) {
    eng_store_close(stores[i]);
    stores[i] = NULL;
    remove_store(i);
  }
}

static void open_folder(void)
{
  const char *temporary = getenv("TMPDIR"), *seed = getenv("SEED");

  if (temporary == NULL)
    temporary = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(folder, sizeof folder, "%s/engagement-sync.XXXXXX", temporary);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  context = plain_context();
  state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
  open_stores();
}

static void close_folder(void)
{
  close_stores();
  eng_context_free(context);
  ck_assert_int_eq(rmdir(folder), 0);
}

/* ---- short ways ---- */

/* Two stores exchange messages, up to so many; whether both are done. */
static bool talk(eng_store *one, eng_store *other, int most, eng_sync_counts *counts)
{
  eng_sync *ask, *answer;
  const uint8_t *message = NULL, *reply = NULL;
  size_t size = 0, reply_size;
  int32_t asked = 0, answered = 0;

  ck_ok(eng_sync_new(one, ENG_SYNC_ASK, &ask));
  ck_ok(eng_sync_new(other, ENG_SYNC_ANSWER, &answer));
  while (!answered && most-- > 0) {
    ck_ok(eng_sync_next(ask, message, size, &reply, &reply_size, &asked));
    ck_ok(eng_sync_next(answer, reply, reply_size, &message, &size, &answered));
  }
  if (counts != NULL) eng_sync_get_counts(ask, counts);
  eng_sync_free(ask);
  eng_sync_free(answer);
  return asked && answered;
}

static void sync_all(void)
{
  for (int i = 1; i < STORES; i++) ck_assert(talk(stores[i], stores[0], 100000, NULL));
  for (int i = 1; i < STORES; i++) ck_assert(talk(stores[0], stores[i], 100000, NULL));
}

static struct bytes bytes_of_book(const eng_book *book)
{
  struct bytes bytes;
  size_t size;

  ck_assert_int_eq(eng_book_encode(book, NULL, 0, &size), ENG_E_BUFFER);
  bytes.at = malloc(size);
  ck_ok(eng_book_encode(book, bytes.at, size, &bytes.size));
  return bytes;
}

static void is_book(eng_store *store, const eng_book *right)
{
  struct bytes a, b;
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_load(store, book, NULL, NULL, NULL));
  a = bytes_of_book(book);
  b = bytes_of_book(right);
  ck_assert(same_bytes(a, b));
  free(a.at);
  free(b.at);
  eng_book_free(book);
}

/* ---- tills that were apart ---- */

START_TEST(tills_end_as_one_book_in_any_topology)
{
  const int events = 6000;
  eng_book *parts[STORES], *whole;
  eng_sync_counts counts;
  int broken = 0;

  ck_ok(eng_book_new(context, NULL, &whole));
  for (int i = 0; i < STORES; i++) ck_ok(eng_book_new(context, NULL, &parts[i]));
  for (int n = 0; n < events; n++) {
    eng_event *event = event_of(context, ENG_EVENT_PURCHASE, draw(1000) * DAY);
    char id[24];
    int copies = draw(100) < 2 ? 3 : 1 + (int)draw(2);

    snprintf(id, sizeof id, "customer-%u", draw(4) == 0 ? 7 : draw(900));
    ck_ok(eng_event_set_id(event, (uint64_t)n + 1));
    ck_ok(eng_book_record(whole, id, strlen(id), event, NULL));
    for (int c = 0; c < copies; c++)
      ck_ok(eng_book_record(parts[draw(STORES)], id, strlen(id), event, NULL));
    eng_event_free(event);
  }
  for (int i = 0; i < STORES; i++)
    ck_ok(eng_store_merge_book(stores[i], parts[i], NULL, NULL));
  for (int n = 0; n < 12; n++) {
    int one = (int)draw(STORES), other = (int)draw(STORES);

    if (one != other && !talk(stores[one], stores[other], 1 + (int)draw(6), NULL))
      broken++;
  }
  ck_assert_int_gt(broken, 0);
  sync_all();
  for (int i = 0; i < STORES; i++) is_book(stores[i], whole);

  /* Alike: a few hundred bytes say so. One event more: a little more than that. */
  eng_sync_counts_init(&counts, sizeof counts);
  ck_assert(talk(stores[1], stores[2], 10, &counts));
  ck_assert(counts.customers_sent + counts.customers_received == 0);
  ck_assert(counts.bytes_sent + counts.bytes_received < 1000);
  for (int n = 0; n < 2; n++) {
    eng_event *event = event_of(context, ENG_EVENT_VISIT, 2000 * DAY);

    ck_ok(eng_store_record(stores[1 + n], "customer-33", 11, event, NULL));
    eng_event_free(event);
    ck_assert(talk(stores[1], stores[2], 100, &counts));
    ck_assert(counts.bytes_sent + counts.bytes_received < 4000);
  }
  eng_book_free(whole);
  for (int i = 0; i < STORES; i++) eng_book_free(parts[i]);
}
END_TEST

START_TEST(an_empty_book_gets_all_and_gives_all)
{
  eng_book *book;
  eng_sync_counts counts;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int n = 0; n < 20000; n++) {
    eng_event *event = event_of(context, ENG_EVENT_PURCHASE, n * 1000);
    char id[24];

    snprintf(id, sizeof id, "customer-%d", n % 5000);
    ck_ok(eng_event_set_id(event, (uint64_t)n + 1));
    ck_ok(eng_event_set_amount(event, n, 978));
    ck_ok(eng_book_record(book, id, strlen(id), event, NULL));
    eng_event_free(event);
  }
  ck_ok(eng_store_merge_book(stores[0], book, NULL, NULL));
  eng_sync_counts_init(&counts, sizeof counts);
  ck_assert(talk(stores[0], stores[1], 1000, &counts));
  ck_assert(counts.customers_sent == 5000);
  is_book(stores[1], book);
  ck_assert(talk(stores[2], stores[1], 1000, &counts));
  ck_assert(counts.customers_received == 5000);
  is_book(stores[2], book);
  eng_book_free(book);
}
END_TEST

/* ---- everything that can happen, in any order ---- */

enum { PEOPLE = 6, EVENTS_MAX = 200, LINKS_MAX = 60 };

/* What there would be in one book. */
struct truth {
  struct {
    int person;
    int64_t at;
    uint64_t id; /* 0: none */
    uint32_t revision;
  } events[EVENTS_MAX];
  int count;
  struct {
    int a, b;
    int64_t at;
    bool merged;
  } links[LINKS_MAX];
  int link_count;
  int64_t all, base[PEOPLE], own[PEOPLE]; /* floors: of all, of tombstones, their own */
};

static void name(char *id, int person) { sprintf(id, "customer-%d", person); }

static eng_event *event_of_truth(const struct truth *truth, int n)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, truth->events[n].at);

  if (truth->events[n].id != 0) {
    ck_ok(eng_event_set_id(event, truth->events[n].id));
    ck_ok(eng_event_set_revision(event, truth->events[n].revision));
  }
  return event;
}

static void act_record(struct truth *truth, eng_store *store)
{
  int n = truth->count;
  eng_event *event;
  char id[24];

  if (n == EVENTS_MAX) return;
  if (n > 0 && draw(4) == 0) {
    n = (int)draw((unsigned)n); /* told again */
  } else {
    truth->count++;
    truth->events[n].person = (int)draw(PEOPLE);
    truth->events[n].at = draw(40);
    truth->events[n].id =
        draw(3) == 0 ? 0 : (uint64_t)truth->events[n].person * 100 + 1 + draw(12);
    truth->events[n].revision = truth->events[n].id == 0 ? 0 : draw(3);
  }
  event = event_of_truth(truth, n);
  name(id, truth->events[n].person);
  ck_ok(eng_store_record(store, id, strlen(id), event, NULL));
  eng_event_free(event);
}

static void act_link(struct truth *truth, eng_store *store)
{
  int n = truth->link_count, a = (int)draw(PEOPLE);
  int b = (a + 1 + (int)draw(PEOPLE - 1)) % PEOPLE;
  int64_t at = draw(40);
  bool merged = draw(3) != 0;
  char id[24], other[24];
  int32_t outcome;

  if (n == LINKS_MAX) return;
  truth->links[n].a = a;
  truth->links[n].b = b;
  truth->links[n].at = at;
  truth->links[n].merged = merged;
  truth->link_count++;
  name(id, a);
  name(other, b);
  if (merged) {
    ck_ok(eng_store_link(store, id, strlen(id), other, strlen(other), at, &outcome));
  } else {
    ck_ok(eng_store_unlink(store, id, strlen(id), other, strlen(other), at, &outcome));
  }
}

/* The last time when anybody was linked with somebody, as far as a store knows. */
static int64_t last_link_of(eng_store *store, const char *id)
{
  int64_t last = ENG_TIME_NONE;
  eng_link links[LINKS_MAX];
  eng_book *book;
  uint64_t count;

  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_links(store, book));
  count = eng_book_link_count(book);
  for (int i = 0; i < LINKS_MAX; i++) eng_link_init(&links[i], sizeof links[i]);
  ck_ok(eng_book_links(book, links, LINKS_MAX));
  for (uint64_t i = 0; i < count; i++) {
    bool is_a = strncmp(links[i].a, id, (size_t)links[i].a_length) == 0;
    bool is_b = strncmp(links[i].b, id, (size_t)links[i].b_length) == 0;

    if ((is_a || is_b) && links[i].changed_at > last) last = links[i].changed_at;
  }
  eng_book_free(book);
  return last;
}

static void act_forget(struct truth *truth, eng_store *store)
{
  int person = (int)draw(PEOPLE);
  int64_t floor = draw(20);
  eng_customer *customer;
  char id[24];

  name(id, person);
  if (eng_store_customer(store, id, strlen(id), &customer, NULL) == ENG_OK) {
    eng_event_cursor *cursor;
    const eng_event *event;

    if (eng_customer_floor(customer) > floor) floor = eng_customer_floor(customer);
    ck_ok(eng_event_cursor_new(customer, &cursor));
    for (;;) {
      ck_ok(eng_event_cursor_next(cursor, &event));
      if (event == NULL) break;
      if (eng_event_occurred_at(event) > floor) floor = eng_event_occurred_at(event);
    }
    eng_event_cursor_free(cursor);
    eng_customer_free(customer);
  }
  if (last_link_of(store, id) > floor) floor = last_link_of(store, id);
  ck_ok(eng_store_begin(store)); /* scrubbing is tested elsewhere */
  ck_ok(eng_store_forget(store, id, strlen(id), floor, NULL));
  ck_ok(eng_store_commit(store));
  if (floor > truth->base[person]) truth->base[person] = floor;
}

static void act_expire(struct truth *truth, eng_store *store)
{
  int64_t floor = draw(8);
  int person = (int)draw(PEOPLE);
  char id[24];

  if (draw(3) == 0) {
    ck_ok(eng_store_expire(store, floor, NULL, NULL));
    if (floor > truth->all) truth->all = floor;
    return;
  }
  floor += draw(12);
  name(id, person);
  ck_ok(eng_store_expire_customer(store, id, strlen(id), floor));
  if (floor > truth->own[person]) truth->own[person] = floor;
}

static void check_truth(const struct truth *truth)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int p = 0; p < PEOPLE; p++) {
    int64_t base = truth->base[p] > truth->all ? truth->base[p] : truth->all;
    int64_t floor = truth->own[p] > base ? truth->own[p] : base;
    eng_customer *customer;
    char id[24];

    name(id, p);
    ck_ok(eng_customer_new(context, id, strlen(id), &customer));
    for (int n = 0; n < truth->count; n++)
      if (truth->events[n].person == p) record(customer, event_of_truth(truth, n));
    if (floor != ENG_TIME_NONE) ck_ok(eng_customer_expire(customer, floor));
    if (eng_customer_event_count(customer) > 0 || floor > base)
      ck_ok(eng_book_merge_customer(book, customer));
    eng_customer_free(customer);
  }
  for (int n = 0; n < truth->link_count; n++) {
    int a = truth->links[n].a, b = truth->links[n].b;
    int64_t at = truth->links[n].at;
    char id[24], other[24];

    if (at <= truth->all || at <= truth->base[a] || at <= truth->base[b]) continue;
    name(id, a);
    name(other, b);
    ck_ok(truth->links[n].merged
              ? eng_book_link(book, id, strlen(id), other, strlen(other), at)
              : eng_book_unlink(book, id, strlen(id), other, strlen(other), at));
  }
  for (int i = 0; i < STORES; i++) is_book(stores[i], book);
  eng_book_free(book);
}

START_TEST(any_history_in_any_order_is_one_result)
{
  int histories = 60 / (int)stride();

  for (int h = 0; h < (histories == 0 ? 1 : histories); h++) {
    struct truth *truth = calloc(1, sizeof *truth);

    truth->all = ENG_TIME_NONE;
    for (int p = 0; p < PEOPLE; p++) truth->base[p] = truth->own[p] = ENG_TIME_NONE;
    for (int act = 0; act < 80; act++) {
      eng_store *store = stores[draw(STORES)], *other = stores[draw(STORES)];

      switch (draw(16)) {
      case 0: act_forget(truth, store); break;
      case 1: act_expire(truth, store); break;
      case 4:
      case 5: act_link(truth, store); break;
      case 2:
      case 3:
        if (store != other) (void)talk(store, other, 1 + (int)draw(5), NULL);
        break;
      default: act_record(truth, store); break;
      }
    }
    sync_all();
    check_truth(truth);
    free(truth);
    close_stores();
    open_stores();
  }
}
END_TEST

/* ---- keys, streams and strangers ---- */

START_TEST(books_that_forgot_under_other_keys_refuse)
{
  eng_sync *ask, *answer;
  const uint8_t *message, *reply;
  size_t size;
  int32_t done;
  eng_store *store;
  char path[300];

  ck_ok(eng_store_forget(stores[1], "customer-1", 10, 5 * DAY, NULL));
  path_of(path, 0);
  eng_store_close(stores[0]);
  ck_ok(eng_store_open(context, NULL, path, NULL, &store, NULL));
  stores[0] = store;
  ck_ok(eng_sync_new(store, ENG_SYNC_ASK, &ask));
  ck_ok(eng_sync_new(stores[1], ENG_SYNC_ANSWER, &answer));
  ck_ok(eng_sync_next(ask, NULL, 0, &message, &size, &done));
  ck_ok(eng_sync_next(answer, message, size, &reply, &size, &done));
  ck_assert_int_eq(eng_sync_next(ask, reply, size, &message, &size, &done), ENG_E_KEY);
  ck_assert_ptr_null(message);
  ck_assert_int_eq(eng_sync_next(ask, reply, size, &message, &size, &done),
                   ENG_E_INVALID);
  eng_sync_free(ask);
  eng_sync_free(answer);
}
END_TEST

/* Two ends of a stream in one process: each write is read by the other side's turn. */
struct pipe {
  uint8_t bytes[1 << 16];
  size_t size, at;
};

static int32_t pipe_read(void *user, uint8_t *bytes, size_t size)
{
  struct pipe *pipe = user;

  if (pipe->size - pipe->at < size) return -1;
  memcpy(bytes, pipe->bytes + pipe->at, size);
  pipe->at += size;
  return 0;
}

static int32_t pipe_write(void *user, uint8_t *bytes, size_t size)
{
  struct pipe *pipe = user;

  (void)pipe;
  (void)bytes;
  (void)size;
  return 0;
}

START_TEST(a_stream_carries_messages_behind_their_lengths)
{
  static struct pipe pipe;
  eng_stream stream = {sizeof stream, 0, &pipe, pipe_read, pipe_write};
  eng_sync_counts counts;
  eng_sync *ask;
  const uint8_t *message;
  size_t size;
  int32_t done;

  /* The greeting of one side, and its end, to the other one. */
  ck_ok(eng_sync_new(stores[0], ENG_SYNC_ASK, &ask));
  ck_ok(eng_sync_next(ask, NULL, 0, &message, &size, &done));
  pipe.bytes[0] = (uint8_t)size;
  memcpy(pipe.bytes + 4, message, size);
  pipe.size = 4 + size;
  pipe.bytes[pipe.size] = 1;
  pipe.bytes[pipe.size + 4] = 'E';
  pipe.size += 5;
  eng_sync_free(ask);
  eng_sync_counts_init(&counts, sizeof counts);
  ck_ok(eng_store_sync(stores[1], ENG_SYNC_ANSWER, &stream, &counts));
  ck_assert(counts.messages == 3);
  pipe.size = 3; /* it breaks off */
  pipe.at = 0;
  ck_assert_int_eq(eng_store_sync(stores[1], ENG_SYNC_ANSWER, &stream, &counts),
                   ENG_E_CALLBACK);
  stream.read = NULL;
  ck_assert_int_eq(eng_store_sync(stores[1], ENG_SYNC_ANSWER, &stream, &counts),
                   ENG_E_INVALID);
}
END_TEST

/* Every message of a sync with a byte of it changed, cut or made longer is an answer or
 * a status, and neither store is harmed. */
START_TEST(messages_of_strangers_do_no_harm)
{
  uint64_t refused = 0, tries = 300 / stride();

  for (int n = 0; n < 300; n++) {
    eng_event *event = event_of(context, ENG_EVENT_PURCHASE, n * DAY);
    char id[24];

    snprintf(id, sizeof id, "customer-%d", n % 70);
    ck_ok(eng_store_record(stores[n % 2], id, strlen(id), event, NULL));
    eng_event_free(event);
  }
  ck_ok(eng_store_forget(stores[0], "customer-3", 10, 5 * DAY, NULL));
  for (uint64_t t = 0; t < tries; t++) {
    eng_sync *ask, *answer;
    const uint8_t *message = NULL, *reply = NULL;
    size_t size = 0, reply_size = 0;
    int32_t done = 0;
    unsigned bad = draw(8);
    eng_store_report report;
    eng_status status = ENG_OK;

    ck_ok(eng_sync_new(stores[0], ENG_SYNC_ASK, &ask));
    ck_ok(eng_sync_new(stores[1], ENG_SYNC_ANSWER, &answer));
    for (unsigned turn = 0; turn < 200 && !done && status == ENG_OK; turn++) {
      uint8_t *copy = malloc(size + 1);

      if (size > 0) memcpy(copy, message, size);
      if (turn == bad && turn > 0 && size > 0) {
        if (draw(3) == 0) size = draw((unsigned)size + 1);
        if (size > 0) copy[draw((unsigned)size)] ^= (uint8_t)(1 + draw(255));
      }
      status = eng_sync_next(turn % 2 == 0 ? ask : answer, turn == 0 ? NULL : copy,
                             size, &reply, &reply_size, &done);
      free(copy);
      message = reply;
      size = reply_size;
      if (turn % 2 == 0) done = 0;
    }
    refused += status != ENG_OK;
    eng_sync_free(ask);
    eng_sync_free(answer);
    for (int i = 0; i < 2; i++) {
      eng_store_report_init(&report, sizeof report);
      ck_ok(eng_store_check(stores[i], NULL, NULL, &report));
      ck_assert(report.damaged + report.pages == 0);
    }
    if (t % 16 == 0) {
      close_stores();
      open_stores();
      for (int n = 0; n < 300; n += 3) {
        eng_event *event = event_of(context, ENG_EVENT_PURCHASE, n * DAY);
        char id[24];

        snprintf(id, sizeof id, "customer-%d", n % 70);
        ck_ok(eng_store_record(stores[n % 2], id, strlen(id), event, NULL));
        eng_event_free(event);
      }
    }
  }
  ck_assert(refused > tries / 8);
}
END_TEST

/* As talk(), but what fails ends it. */
static eng_status try_talk(eng_store *one, eng_store *other)
{
  eng_sync *ask = NULL, *answer = NULL;
  const uint8_t *message = NULL;
  size_t size = 0;
  int32_t done = 0;
  eng_status status = eng_sync_new(one, ENG_SYNC_ASK, &ask);

  if (status == ENG_OK) status = eng_sync_new(other, ENG_SYNC_ANSWER, &answer);
  while (status == ENG_OK && !done) {
    status = eng_sync_next(ask, message, size, &message, &size, &done);
    if (status != ENG_OK) break;
    status = eng_sync_next(answer, message, size, &message, &size, &done);
  }
  eng_sync_free(ask);
  eng_sync_free(answer);
  return status;
}

/* A key of which the file knows nothing would let tombstones in that nobody asks for.
 */
START_TEST(a_key_that_was_rolled_back_takes_no_tombstones)
{
  const uint8_t second[16] = "the second one..";

  ck_ok(eng_store_set_key(stores[0], 2, second));
  ck_ok(eng_store_forget(stores[0], "customer-1", 10, 5 * DAY, NULL));
  ck_ok(eng_store_begin(stores[1]));
  ck_ok(eng_store_set_key(stores[1], 2, second));
  eng_store_rollback(stores[1]);
  ck_assert_int_eq(try_talk(stores[0], stores[1]), ENG_E_KEY);
  ck_ok(eng_store_set_key(stores[1], 2, second));
  ck_ok(try_talk(stores[0], stores[1]));
}
END_TEST

/* All customers are gone through for tombstones, so a message may ask for that once. */
START_TEST(tombstones_come_before_what_asks_for_customers)
{
  static const uint8_t hello[3] = {'S', 0, 0};
  uint8_t message[3 * 36], *end = message;
  const uint8_t *reply;
  size_t size;
  int32_t done;

  for (int n = 0; n < 3; n++) {
    const uint8_t head[] = {4, 0, 20, 0, 0, 0, 1}, get[] = {3, 1, 1, 'x'};

    memcpy(end, head, sizeof head);
    end += sizeof head;
    memset(end, n, 16);
    end += 16;
    *end++ = 8;
    memset(end, 0, 8);
    *end = 5;
    end += 8;
    memcpy(end, get, sizeof get);
    end += sizeof get;
  }
  for (int n = 1; n <= 3; n++) {
    eng_sync *answer;

    ck_ok(eng_sync_new(stores[0], ENG_SYNC_ANSWER, &answer));
    ck_ok(eng_sync_next(answer, hello, sizeof hello, &reply, &size, &done));
    ck_assert_int_eq(
        eng_sync_next(answer, message, 36 * (size_t)n, &reply, &size, &done),
        n == 1 ? ENG_OK : ENG_E_ORDER);
    eng_sync_free(answer);
  }
}
END_TEST

/* Four bytes can ask for a look at the whole file: a message gets so many of them. */
START_TEST(a_message_has_the_file_read_through_so_often)
{
  enum { CUSTOMERS = 2000, ASKED = 200, PART = 4 };
  static const uint8_t hello[3] = {'S', 0, 0};
  uint8_t message[ASKED * PART];
  size_t size, one;
  const uint8_t *reply;
  eng_sync *answer;
  eng_book *book;
  int32_t done;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int n = 0; n < CUSTOMERS; n++) {
    eng_event *event = event_of(context, ENG_EVENT_PURCHASE, DAY);
    char id[24];

    snprintf(id, sizeof id, "customer-%d", n);
    ck_ok(eng_book_record(book, id, strlen(id), event, NULL));
    eng_event_free(event);
  }
  ck_ok(eng_store_merge_book(stores[0], book, NULL, NULL));
  eng_book_free(book);
  for (int n = 0; n < ASKED; n++) {
    memcpy(message + (size_t)n * PART, (const uint8_t[PART]){1, 1, 1, 0}, PART);
  }
  ck_ok(eng_sync_new(stores[0], ENG_SYNC_ANSWER, &answer));
  ck_ok(eng_sync_next(answer, hello, sizeof hello, &reply, &size, &done));
  ck_ok(eng_sync_next(answer, message, PART, &reply, &one, &done));
  ck_ok(eng_sync_next(answer, message, 10 * PART, &reply, &size, &done));
  ck_assert(size == 10 * one);
  ck_ok(eng_sync_next(answer, message, sizeof message, &reply, &size, &done));
  ck_assert(size < 150 * one);
  eng_sync_free(answer);
}
END_TEST

/* Which customers a tombstone means is told from ids, not from what they did. */
START_TEST(a_damaged_row_takes_its_tombstone)
{
  uint64_t left;
  sqlite3 *db;
  char path[300];

  for (int c = 0; c < 3; c++) {
    eng_event *event = event_of(context, ENG_EVENT_PURCHASE, DAY);
    const char id[1] = {(char)('a' + c)};

    ck_ok(eng_store_record(stores[1], id, 1, event, NULL));
    eng_event_free(event);
  }
  ck_ok(eng_store_forget(stores[0], "b", 1, 5 * DAY, NULL));
  ck_ok(eng_store_forget(stores[0], "c", 1, 5 * DAY, NULL));
  path_of(path, 1);
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db,
                                "UPDATE customer SET timeline = x'00' "
                                "WHERE id = x'62'",
                                NULL, NULL, NULL),
                   SQLITE_OK);
  sqlite3_close(db);
  ck_ok(try_talk(stores[0], stores[1]));
  for (int i = 0; i < 2; i++) {
    ck_ok(eng_store_customer_count(stores[i], &left));
    ck_assert(left == 1);
  }
}
END_TEST

/* What a floor from elsewhere drops is to be scrubbed as what is expired here. */
START_TEST(a_floor_that_comes_along_leaves_scrubbing_due)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, DAY);
  eng_customer *customer;
  int32_t due;

  for (int i = 0; i < 3; i++) ck_ok(eng_store_record(stores[i], "a", 1, event, NULL));
  eng_event_free(event);
  ck_ok(eng_store_expire_customer(stores[0], "a", 1, 2 * DAY));
  ck_ok(try_talk(stores[0], stores[1]));
  ck_ok(eng_store_scrub_is_due(stores[1], &due));
  ck_assert_int_eq(due, 1);
  ck_ok(eng_store_customer(stores[0], "a", 1, &customer, NULL));
  ck_ok(eng_store_merge_customer(stores[2], customer));
  ck_ok(eng_store_scrub_is_due(stores[2], &due));
  ck_assert_int_eq(due, 1);
  eng_customer_free(customer);
}
END_TEST

/* Who has a floor of their own where a tombstone lies holds nothing beyond it; kept on
 * one side only, the books would differ for ever. */
START_TEST(a_tombstone_takes_a_floor_that_lies_where_it_does)
{
  uint64_t left;
  int32_t due;

  ck_ok(eng_store_expire_customer(stores[1], "a", 1, 5 * DAY));
  ck_ok(eng_store_forget(stores[0], "a", 1, 5 * DAY, NULL));
  ck_ok(try_talk(stores[0], stores[1]));
  ck_ok(eng_store_customer_count(stores[1], &left));
  ck_assert(left == 0);
  ck_ok(eng_store_scrub_is_due(stores[1], &due));
  ck_assert_int_eq(due, 1);
}
END_TEST

/* Forgetting, expiring and a sync, each request for memory failing once; _i: and all
 * that follow. What failed is done again, and the end is that of no failure. */
START_TEST(every_request_for_memory_fails_and_can_be_done_again)
{
  static struct host host;
  eng_context *plain = context;
  bool failed = true;
  uint64_t failures = 0;

  memset(&host, 0, sizeof host);
  close_stores();
  context = context_in(&host);
  for (uint64_t n = 1; failed; n += stride() > 1 ? 17 : 3) {
    eng_status status;
    uint64_t left;

    open_stores();
    for (int e = 0; e < 60; e++) {
      eng_event *event =
          event_of(context, ENG_EVENT_PURCHASE, 1000 * DAY + e * 977 % 61);
      char id[24];

      snprintf(id, sizeof id, "customer-%d", e % 7);
      ck_ok(eng_store_record(stores[e % 2], id, strlen(id), event, NULL));
      eng_event_free(event);
    }
    host_reset(&host);
    host.fail_at = n;
    host.for_ever = _i == 1;
    status = eng_store_begin(stores[0]);
    if (status == ENG_OK)
      status = eng_store_forget(stores[0], "customer-3", 10, 0, NULL);
    if (status == ENG_OK) status = eng_store_expire(stores[0], DAY, NULL, NULL);
    eng_store_rollback(stores[0]);
    if (status == ENG_OK) status = try_talk(stores[0], stores[1]);
    failed = host.failures > 0;
    failures += host.failures;
    host.fail_at = 0;
    if (!failed) ck_ok(status);
    if (status != ENG_OK) ck_assert_int_eq(status, ENG_E_NOMEM);
    ck_ok(try_talk(stores[0], stores[1]));
    for (int i = 0; i < 2; i++) {
      ck_ok(eng_store_customer_count(stores[i], &left));
      ck_assert(left == 7);
    }
    close_stores();
  }
  ck_assert(failures > 10);
  eng_context_free(context);
  context = plain;
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
}
END_TEST

#endif

Suite *sync_suite(void)
{
  Suite *suite = suite_create("sync");
  TCase *tests = tcase_create("sync");

  tcase_set_timeout(tests, 600);
#if HAVE_SQLITE3
  tcase_add_checked_fixture(tests, open_folder, close_folder);
  tcase_add_test(tests, tills_end_as_one_book_in_any_topology);
  tcase_add_test(tests, an_empty_book_gets_all_and_gives_all);
  tcase_add_test(tests, any_history_in_any_order_is_one_result);
  tcase_add_test(tests, books_that_forgot_under_other_keys_refuse);
  tcase_add_test(tests, a_key_that_was_rolled_back_takes_no_tombstones);
  tcase_add_test(tests, tombstones_come_before_what_asks_for_customers);
  tcase_add_test(tests, a_message_has_the_file_read_through_so_often);
  tcase_add_test(tests, a_damaged_row_takes_its_tombstone);
  tcase_add_test(tests, a_floor_that_comes_along_leaves_scrubbing_due);
  tcase_add_test(tests, a_tombstone_takes_a_floor_that_lies_where_it_does);
  tcase_add_test(tests, a_stream_carries_messages_behind_their_lengths);
  tcase_add_test(tests, messages_of_strangers_do_no_harm);
  tcase_add_loop_test(tests, every_request_for_memory_fails_and_can_be_done_again, 0,
                      2);
#endif
  suite_add_tcase(suite, tests);
  return suite;
}
