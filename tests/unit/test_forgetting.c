/* SPDX-License-Identifier: MIT
 *
 * test_forgetting.c - the law of what is gone: in whichever order people are forgotten
 * and floors raised, stores synced, and old blobs and books merged again, nothing at or
 * before a floor that a store knows stands in a byte of its files once it is scrubbed,
 * and no id of a person who has nothing above it.
 *
 * Ids of events are eight random bytes, which timelines hold as they are. Once nobody
 * is left, no eight bytes in a row of any timeline that there was may be found.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "store/memory_disk.h"
#include "unit/support.h"

Suite *forgetting_suite(void);

#if HAVE_SQLITE3

enum { STORES = 3, PEOPLE = 8, FACTS = 120, BLOBS = 60, ACTS = 60, WINDOW = 8 };

/* Ids that a table, a text or a message might trip over; the last ones are long. */
static struct {
  char bytes[256];
  size_t length;
} people[PEOPLE];

static struct {
  int person;
  int64_t at;
  uint64_t id;
} facts[FACTS];
static int fact_count;

/* Encoded timelines as they were at some moment. */
static struct {
  int person;
  struct bytes bytes;
} blobs[BLOBS];
static int blob_count;

static eng_context *context;
static eng_store *stores[STORES];
static eng_book *book; /* an old one */
/* What a store knows for sure to be gone of a person. */
static int64_t gone[STORES][PEOPLE];
static uint64_t state;
static const uint8_t key[16] = "sixteen bytes...";

static uint64_t draw_bits(void)
{
  uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);

  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static unsigned draw(unsigned below) { return (unsigned)(draw_bits() % below); }

static void path_of(char path[16], int i) { sprintf(path, "%d.book", i); }

static void name_people(void)
{
  static const char *const names[] = {
      "customer-4711-needle", "O'Customer-17; DROP TABLE customer",
      "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80-17", "nul\0in-customer-17"};

  for (int p = 0; p < PEOPLE; p++) {
    if (p < 4) {
      people[p].length = p == 3 ? 18 : strlen(names[p]);
      memcpy(people[p].bytes, names[p], people[p].length);
      continue;
    }
    people[p].length = p < 6 ? 24 : 120 * (size_t)(p - 5);
    for (size_t i = 0; i < people[p].length; i++)
      people[p].bytes[i] = (char)(1 + draw(255));
  }
}

static void open_stores(void)
{
  for (int i = 0; i < STORES; i++) {
    eng_store_options options;
    char path[16];

    path_of(path, i);
    eng_store_options_init(&options, sizeof options);
    options.flags = ENG_STORE_CREATE;
    options.vfs = memory_disk();
    ck_ok(eng_store_open(context, NULL, path, &options, &stores[i], NULL));
    ck_ok(eng_store_set_key(stores[i], 1, key));
    for (int p = 0; p < PEOPLE; p++) gone[i][p] = ENG_TIME_NONE;
  }
}

static void close_stores(void)
{
  for (int i = 0; i < STORES; i++) eng_store_close(stores[i]);
  for (int b = 0; b < blob_count; b++) free(blobs[b].bytes.at);
  eng_book_free(book);
  book = NULL;
  fact_count = blob_count = 0;
  memory_disk_clear();
}

/* ---- acts ---- */

static void act_record(int i)
{
  int p = (int)draw(PEOPLE);
  eng_event *event;

  if (fact_count == FACTS) return;
  facts[fact_count].person = p;
  facts[fact_count].at = 1000 * (int64_t)draw(1000);
  facts[fact_count].id = draw_bits();
  event = event_of(context, ENG_EVENT_PURCHASE, facts[fact_count].at);
  ck_ok(eng_event_set_id(event, facts[fact_count].id));
  ck_ok(eng_event_set_amount(event, (int64_t)(draw_bits() >> 20), 978));
  ck_ok(eng_store_record(stores[i], people[p].bytes, people[p].length, event, NULL));
  eng_event_free(event);
  fact_count++;
}

static void keep_blob(int i, int p)
{
  eng_customer *customer;

  if (blob_count == BLOBS ||
      eng_store_customer(stores[i], people[p].bytes, people[p].length, &customer,
                         NULL) != ENG_OK)
    return;
  blobs[blob_count].person = p;
  blobs[blob_count++].bytes = encoded(customer);
  eng_customer_free(customer);
}

static void bring_back(int i)
{
  eng_customer *customer;
  int b;

  if (book != NULL && draw(3) == 0)
    ck_ok(eng_store_merge_book(stores[i], book, NULL, NULL));
  if (blob_count == 0) return;
  b = (int)draw((unsigned)blob_count);
  ck_ok(eng_customer_decode(context, people[blobs[b].person].bytes,
                            people[blobs[b].person].length, blobs[b].bytes.at,
                            blobs[b].bytes.size, &customer, NULL));
  ck_ok(eng_store_merge_customer(stores[i], customer));
  eng_customer_free(customer);
}

static void keep_book(int i)
{
  eng_book_free(book);
  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_store_load(stores[i], book, NULL, NULL, NULL));
}

static void raise_known(int i, int p, int64_t floor)
{
  if (floor > gone[i][p]) gone[i][p] = floor;
}

static void act_forget(int i)
{
  int p = (int)draw(PEOPLE);
  int64_t now = 1000 * (int64_t)draw(1000);

  keep_blob(i, p);
  ck_ok(eng_store_forget(stores[i], people[p].bytes, people[p].length, now, NULL));
  raise_known(i, p, now);
}

static void act_expire(int i)
{
  int64_t floor = 1000 * (int64_t)draw(400);
  int p = (int)draw(PEOPLE);

  if (draw(2) == 0) {
    ck_ok(
        eng_store_expire_customer(stores[i], people[p].bytes, people[p].length, floor));
    raise_known(i, p, floor);
    return;
  }
  ck_ok(eng_store_expire(stores[i], floor / 4, NULL, NULL));
  for (p = 0; p < PEOPLE; p++) raise_known(i, p, floor / 4);
}

/* Up to so many messages. */
static void act_sync(int one, int other, int most)
{
  eng_sync *ask, *answer;
  const uint8_t *message = NULL;
  size_t size = 0;
  int32_t done = 0;

  if (one == other) return;
  ck_ok(eng_sync_new(stores[one], ENG_SYNC_ASK, &ask));
  ck_ok(eng_sync_new(stores[other], ENG_SYNC_ANSWER, &answer));
  while (!done && most-- > 0) {
    ck_ok(eng_sync_next(ask, message, size, &message, &size, &done));
    ck_ok(eng_sync_next(answer, message, size, &message, &size, &done));
  }
  eng_sync_free(ask);
  eng_sync_free(answer);
  if (!done) return;
  for (int p = 0; p < PEOPLE; p++) {
    raise_known(one, p, gone[other][p]);
    raise_known(other, p, gone[one][p]);
  }
}

/* ---- the law ---- */

static bool may_be_known(int i, int p)
{
  for (int f = 0; f < fact_count; f++) {
    if (facts[f].person == p && facts[f].at > gone[i][p]) return true;
  }
  /* A floor of one's own is kept with the id. */
  return false;
}

/* Where nobody is left, no eight bytes of any timeline are. */
static void look_for_windows(int i, const char *path)
{
  for (int b = 0; b < blob_count; b++) {
    for (size_t at = 0; at + WINDOW <= blobs[b].bytes.size; at++) {
      ck_assert_msg(!memory_disk_holds(path, blobs[b].bytes.at + at, WINDOW),
                    "store %d: byte %zu of person %d", i, at, blobs[b].person);
    }
  }
}

static void nothing_is_left(int i)
{
  char path[16];
  uint64_t count;
  int32_t due;

  path_of(path, i);
  ck_ok(eng_store_scrub_is_due(stores[i], &due));
  if (due) ck_ok(eng_store_scrub(stores[i]));
  for (int f = 0; f < fact_count; f++) {
    if (facts[f].at > gone[i][facts[f].person]) continue;
    ck_assert_msg(!memory_disk_holds(path, &facts[f].id, 8), "store %d: fact %d", i, f);
  }
  ck_ok(eng_store_customer_count(stores[i], &count));
  if (count == 0) look_for_windows(i, path);
  for (int p = 0; p < PEOPLE; p++) {
    eng_customer *customer;
    eng_status status;

    if (gone[i][p] == ENG_TIME_NONE || may_be_known(i, p)) continue;
    status = eng_store_customer(stores[i], people[p].bytes, people[p].length, &customer,
                                NULL);
    if (status == ENG_OK) { /* a floor of their own */
      ck_assert(eng_customer_event_count(customer) == 0);
      eng_customer_free(customer);
      continue;
    }
    ck_assert_int_eq(status, ENG_E_NOTFOUND);
    ck_assert_msg(!memory_disk_holds(path, people[p].bytes, people[p].length),
                  "store %d: id of person %d", i, p);
  }
}

static void act(void)
{
  int i = (int)draw(STORES);

  switch (draw(16)) {
  case 0: act_forget(i); break;
  case 1: act_expire(i); break;
  case 2: keep_book(i); break;
  case 3: keep_blob(i, (int)draw(PEOPLE)); break;
  case 4:
  case 5: bring_back(i); break;
  case 6:
  case 7: act_sync(i, (int)draw(STORES), 1000); break;
  case 8: act_sync(i, (int)draw(STORES), 1 + (int)draw(3)); break;
  case 9: nothing_is_left(i); break;
  default: act_record(i); break;
  }
}

/* Everybody is forgotten somewhere; then all come back as they were, and once more
 * later. */
static void end_case(void)
{
  for (int p = 0; p < PEOPLE; p++) {
    int i = (int)draw(STORES);

    keep_blob(i, p);
    ck_ok(eng_store_begin(stores[i]));
    ck_ok(eng_store_forget(stores[i], people[p].bytes, people[p].length, 2000 * 1000,
                           NULL));
    ck_ok(eng_store_commit(stores[i]));
    raise_known(i, p, 2000 * 1000);
  }
  for (int i = 1; i < STORES; i++) act_sync(i, 0, 1000);
  for (int i = 1; i < STORES; i++) act_sync(0, i, 1000);
  for (int i = 0; i < STORES; i++) {
    uint64_t count;

    ck_ok(eng_store_customer_count(stores[i], &count));
    ck_assert(count == 0);
    nothing_is_left(i);
    for (int n = 0; n < 6; n++) bring_back(i);
    nothing_is_left(i);
  }
  for (int p = 0; p < PEOPLE; p++) {
    int i = (int)draw(STORES);
    eng_event *event = event_of(context, ENG_EVENT_VISIT, 2000 * 1000 + 1);
    eng_customer *customer;

    ck_ok(eng_store_record(stores[i], people[p].bytes, people[p].length, event, NULL));
    ck_ok(eng_store_customer(stores[i], people[p].bytes, people[p].length, &customer,
                             NULL));
    ck_assert(eng_customer_event_count(customer) == 1);
    eng_customer_free(customer);
    eng_event_free(event);
  }
}

/* Without forgetting everything is found: or this test proves nothing. */
static void all_is_there(int i)
{
  char path[16];

  path_of(path, i);
  for (int f = 0; f < fact_count; f++)
    ck_assert(memory_disk_holds(path, &facts[f].id, 8));
}

START_TEST(nothing_at_or_before_a_floor_stands_in_any_file)
{
  const char *seed = getenv("SEED");
  int cases = 12 / (int)stride();

  context = plain_context();
  state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
  name_people();
  open_stores();
  for (int n = 0; n < 30; n++) act_record(0);
  all_is_there(0);
  close_stores();
  for (int n = 0; n < (cases < 2 ? 2 : cases); n++) {
    open_stores();
    for (int a = 0; a < ACTS; a++) act();
    end_case();
    close_stores();
  }
  eng_context_free(context);
}
END_TEST

#endif

Suite *forgetting_suite(void)
{
  Suite *suite = suite_create("forgetting");
  TCase *tests = tcase_create("forgetting");

  tcase_set_timeout(tests, 600);
#if HAVE_SQLITE3
  tcase_add_test(tests, nothing_at_or_before_a_floor_stands_in_any_file);
#endif
  suite_add_tcase(suite, tests);
  return suite;
}
