/* SPDX-License-Identifier: MIT
 *
 * test_book.c - books: rows, recording in all ways, loaders, merging, compacting,
 * encoded books and their defects, and every allocation failing once.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

#include "book/book.h"
#include "book/loader.h"
#include "core/hash.h"

Suite *book_suite(void);

#define DAY INT64_C(86400000)
#define NOON (INT64_C(1767225600000) + DAY / 2) /* 2026-01-01T12:00:00Z */
#define ck_ok(call) ck_assert_int_eq((call), ENG_OK)

/* ---- a host's memory that counts and fails on demand ---- */

struct memory {
  uint64_t asked, fail_at, live, peak;
  bool for_ever; /* all from fail_at on fail */
};

static void *resize(void *user, void *old, size_t old_size, size_t new_size)
{
  struct memory *memory = user;
  void *block;

  if (new_size == 0) {
    memory->live -= old_size;
    free(old);
    return NULL;
  }
  memory->asked++;
  if (memory->asked == memory->fail_at ||
      (memory->for_ever && memory->fail_at != 0 && memory->asked > memory->fail_at)) {
    return NULL;
  }
  /* Always moved, so that a pointer kept too long is seen. */
  block = malloc(new_size);
  if (old != NULL) {
    memcpy(block, old, old_size < new_size ? old_size : new_size);
    free(old);
  }
  /* While it moves, both are held. */
  if (memory->live + new_size > memory->peak) memory->peak = memory->live + new_size;
  memory->live += new_size - old_size;
  return block;
}

static eng_allocator allocator_of(struct memory *memory)
{
  return (eng_allocator){sizeof(eng_allocator), 0, memory, resize};
}

/* ---- short ways ---- */

static eng_context *context;

static void set_up(void)
{
  eng_settings *settings;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(eng_settings_add_kind(settings, 130, "tasting", 7, ENG_DIRECTION_CUSTOMER,
                              ENG_MODE_COMPANY, 1));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
}

static void tear_down(void) { eng_context_free(context); }

static eng_book *empty_book(void)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  return book;
}

static eng_event *event_at(int32_t kind, int64_t at)
{
  eng_event *event;

  ck_ok(eng_event_new(context, kind, at, &event));
  return event;
}

static int32_t put(eng_book *book, const char *id, int32_t kind, int64_t at)
{
  eng_event *event = event_at(kind, at);
  int32_t outcome;

  ck_ok(eng_book_record(book, id, strlen(id), event, &outcome));
  eng_event_free(event);
  return outcome;
}

struct bytes {
  uint8_t *at;
  size_t size;
};

static struct bytes encoded(const eng_book *book)
{
  struct bytes bytes = {NULL, 0};

  ck_assert_int_eq(eng_book_encode(book, NULL, 0, &bytes.size), ENG_E_BUFFER);
  bytes.at = malloc(bytes.size);
  ck_ok(eng_book_encode(book, bytes.at, bytes.size, &bytes.size));
  return bytes;
}

static bool same_bytes(struct bytes a, struct bytes b)
{
  return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

static bool same(const eng_book *a, const eng_book *b)
{
  struct bytes x = encoded(a), y = encoded(b);
  bool equal = same_bytes(x, y);

  free(x.at);
  free(y.at);
  return equal;
}

/* Customer number `who`: ids of many lengths, some that begin with one another. */
static size_t id_of(int who, char *out)
{
  int length = sprintf(out, "c%d", who);

  for (int i = 0; i < who % 7 * (who % 5 == 0 ? 40 : 2); i++) out[length++] = 'x';
  return (size_t)length;
}

/* Many events of some customers, number 0 of them heavy. */
static void fill(eng_book *book, int customers, int events)
{
  for (int i = 0; i < events; i++) {
    int who = i % 3 == 0 ? 0 : i * 7919 % customers;
    eng_event *event =
        event_at(i % 2 ? ENG_EVENT_PURCHASE : ENG_EVENT_VISIT, NOON + i * 977 % 50000);
    char id[400];
    size_t length = id_of(who, id);

    ck_ok(eng_event_set_amount(event, i * 31, 978));
    if (i % 5 == 0) ck_ok(eng_event_set_id(event, (uint64_t)i / 2));
    ck_ok(eng_book_record(book, id, length, event, NULL));
    eng_event_free(event);
  }
}

/* ---- rows ---- */

START_TEST(a_new_book_is_empty)
{
  eng_book *book = empty_book();
  uint64_t row = 7;
  size_t length = 7;

  ck_assert_uint_eq(eng_book_customer_count(book), 0);
  ck_assert_uint_eq(eng_book_event_count(book), 0);
  ck_assert(eng_book_last_event_at(book) == ENG_TIME_NONE);
  ck_assert_uint_gt(eng_book_memory(book), 0);
  ck_assert_int_eq(eng_book_find(book, "ada", 3, &row), ENG_E_NOTFOUND);
  ck_assert_uint_eq(row, 0);
  ck_assert_ptr_null(eng_book_customer_id(book, 0, &length));
  ck_assert_uint_eq(length, 0);
  ck_ok(eng_book_order(book, NULL, 0));
  ck_ok(eng_book_compact(book));
  eng_book_free(book);
  eng_book_free(NULL);
}
END_TEST

START_TEST(a_customer_is_added_with_the_first_event)
{
  eng_book *book = empty_book();
  uint64_t row;
  size_t length;

  ck_assert_int_eq(put(book, "ada", ENG_EVENT_VISIT, NOON), ENG_RECORD_ADDED);
  ck_assert_int_eq(put(book, "ada", ENG_EVENT_VISIT, NOON), ENG_RECORD_UNCHANGED);
  ck_assert_int_eq(put(book, "ada", ENG_EVENT_VISIT, NOON - 5), ENG_RECORD_ADDED);
  ck_assert_int_eq(put(book, "bob", 130, NOON + 9), ENG_RECORD_ADDED);
  ck_assert_uint_eq(eng_book_customer_count(book), 2);
  ck_assert_uint_eq(eng_book_event_count(book), 3);
  ck_assert_int_eq(eng_book_last_event_at(book), NOON + 9);
  ck_ok(eng_book_find(book, "bob", 3, &row));
  ck_assert_mem_eq(eng_book_customer_id(book, row, &length), "bob", 3);
  ck_assert_uint_eq(length, 3);
  ck_assert_int_eq(eng_book_find(book, "bo", 2, &row), ENG_E_NOTFOUND);
  eng_book_free(book);
}
END_TEST

START_TEST(arguments_are_checked)
{
  eng_book *book = empty_book(), *none = (eng_book *)book;
  eng_event *event = event_at(ENG_EVENT_VISIT, NOON);
  eng_context *other;
  eng_customer *customer;
  eng_loader *loader;
  eng_event *foreign;
  size_t size;
  int32_t outcome = 7;
  char id[300];

  memset(id, 'x', sizeof id);
  ck_ok(eng_context_new(NULL, &other));
  ck_ok(eng_event_new(other, ENG_EVENT_VISIT, NOON, &foreign));
  ck_assert_int_eq(eng_book_new(NULL, NULL, &none), ENG_E_INVALID);
  ck_assert_ptr_null(none);
  ck_assert_int_eq(eng_book_record(NULL, "a", 1, event, &outcome), ENG_E_INVALID);
  ck_assert_int_eq(outcome, 0);
  ck_assert_int_eq(eng_book_record(book, NULL, 1, event, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_record(book, "a", 1, NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_record(book, "a", 0, event, NULL), ENG_E_CUSTOMER);
  ck_assert_int_eq(eng_book_record(book, id, 256, event, NULL), ENG_E_CUSTOMER);
  ck_assert_int_eq(eng_book_record(book, "a", 1, foreign, NULL), ENG_E_CONTEXT);
  ck_assert_int_eq(eng_book_merge(book, book), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_merge(book, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_customer(book, 0, &customer), ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_book_compact(NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_encode(book, NULL, 3, &size), ENG_E_INVALID);
  ck_assert_int_eq(eng_loader_new(book, 2, &loader), ENG_E_RANGE);
  ck_assert_int_eq(eng_loader_new(NULL, 0, &loader), ENG_E_INVALID);
  ck_ok(eng_loader_new(book, ENG_IDENTICAL_KEEP, &loader));
  ck_assert_int_eq(eng_loader_add(loader, "a", 0, event, 0), ENG_E_CUSTOMER);
  ck_assert_int_eq(eng_loader_add(loader, "a", 1, foreign, 0), ENG_E_CONTEXT);
  ck_assert_int_eq(eng_loader_finish(NULL, NULL), ENG_E_INVALID);
  eng_loader_free(loader);
  eng_loader_free(NULL);
  ck_assert_uint_eq(eng_book_customer_count(book), 0);
  eng_event_free(event);
  eng_event_free(foreign);
  eng_context_free(other);
  eng_book_free(book);
}
END_TEST

START_TEST(rows_come_in_the_order_of_ids)
{
  eng_book *book = empty_book();
  uint64_t rows[500];

  for (int i = 0; i < 500; i++) {
    char id[400];

    id[id_of(i * 37 % 500, id)] = '\0';
    put(book, id, ENG_EVENT_VISIT, NOON);
  }
  ck_assert_int_eq(eng_book_order(book, rows, 499), ENG_E_BUFFER);
  ck_ok(eng_book_order(book, rows, 500));
  for (int i = 1; i < 500; i++) {
    size_t a, b;
    const char *before = eng_book_customer_id(book, rows[i - 1], &a);
    const char *after = eng_book_customer_id(book, rows[i], &b);
    int order = memcmp(before, after, a < b ? a : b);

    ck_assert(order < 0 || (order == 0 && a < b));
  }
  eng_book_free(book);
}
END_TEST

START_TEST(a_copy_outlives_the_book)
{
  eng_book *book = empty_book(), *other = empty_book();
  eng_customer *customer;
  uint64_t row;

  fill(book, 20, 3000);
  ck_ok(eng_book_find(book, "c0", 2, &row));
  ck_ok(eng_book_customer(book, row, &customer));
  for (uint64_t i = 0; i < eng_book_customer_count(book); i++) {
    eng_customer *each;

    ck_ok(eng_book_customer(book, i, &each));
    ck_ok(eng_book_merge_customer(other, each));
    ck_ok(eng_book_merge_customer(other, each));
    eng_customer_free(each);
  }
  ck_assert(same(book, other));
  eng_book_free(book);
  ck_assert_uint_gt(eng_customer_event_count(customer), 900);
  eng_customer_free(customer);
  eng_book_free(other);
}
END_TEST

/* ---- columns ---- */

/* One row of each thing that a setter refuses, and the status. */
START_TEST(a_bad_row_stops_all_before_anything_is_recorded)
{
  static const uint64_t ends[] = {1, 2, 3};
  uint64_t bad_ends[] = {1, 1, 3}, far_ends[] = {1, 300, 301};
  uint8_t kind[] = {2, 2, 2}, channel[] = {1, 1, 1}, scale[] = {1, 1, 1};
  int64_t at[] = {NOON, NOON, NOON + 1}, recorded[] = {NOON, NOON, NOON};
  int64_t amount[] = {1, 1, 1};
  int32_t currency[] = {978, 978, 978};
  int8_t valence[] = {1, 1, 1};
  uint32_t revision[] = {0, 0, 0}, present[] = {0, 0, 0};
  uint16_t occurrence[] = {0, 0, 0};
  uint64_t ids[] = {1, 2, 3};
  char customers[301];
  eng_book *book = empty_book();
  eng_columns columns;
  eng_load_counts counts;
  eng_error error;

  memset(customers, 'x', sizeof customers);
  eng_error_init(&error, sizeof error);
  eng_load_counts_init(&counts, sizeof counts);
  eng_columns_init(&columns, sizeof columns);
  columns.count = 3;
  columns.customers = customers;
  columns.customer_ends = ends;
  columns.kind = kind;
  columns.occurred_at = at;

#define REFUSED(status)                                                                \
  do {                                                                                 \
    ck_assert_int_eq(eng_book_record_many(book, &columns, &counts, &error), status);   \
    ck_assert_uint_eq(error.line, 2);                                                  \
    ck_assert_uint_eq(eng_book_customer_count(book), 0);                               \
  } while (0)

  columns.customer_ends = bad_ends;
  REFUSED(ENG_E_CUSTOMER);
  columns.customer_ends = far_ends;
  REFUSED(ENG_E_CUSTOMER);
  columns.customer_ends = ends;
  kind[1] = 9;
  REFUSED(ENG_E_KIND);
  kind[1] = 2;
  at[1] = -1;
  REFUSED(ENG_E_TIME);
  at[1] = ENG_TIME_MAX + 1;
  REFUSED(ENG_E_TIME);
  at[1] = NOON;
  columns.channel = channel;
  channel[1] = 99;
  REFUSED(ENG_E_CHANNEL);
  channel[1] = 1;
  columns.amount = amount;
  amount[1] = INT64_MIN;
  REFUSED(ENG_E_AMOUNT);
  amount[1] = 1;
  columns.currency = currency;
  currency[1] = 5;
  REFUSED(ENG_E_CURRENCY);
  currency[1] = 0;
  REFUSED(ENG_E_CURRENCY); /* an amount needs one */
  currency[1] = 978;
  columns.recorded_at = recorded;
  recorded[1] = -2;
  REFUSED(ENG_E_TIME);
  recorded[1] = ENG_TIME_NONE;
  columns.scale = scale;
  scale[1] = 9;
  REFUSED(ENG_E_SCALE);
  scale[1] = 1;
  columns.valence = valence;
  valence[1] = 3;
  REFUSED(ENG_E_RANGE);
  valence[1] = ENG_VALENCE_NONE;
  columns.revision = revision;
  revision[1] = 1;
  REFUSED(ENG_E_IDENTITY);
  revision[1] = 0;
  columns.id = ids;
  columns.occurrence = occurrence;
  occurrence[1] = 1;
  REFUSED(ENG_E_IDENTITY);
  occurrence[1] = 0;
  columns.present = present;
  present[1] = ENG_PRESENT_TOPIC;
  REFUSED(ENG_E_INVALID);
  present[1] = 2 * ENG_PRESENT_PUBLIC;
  REFUSED(ENG_E_RANGE);
  present[1] = ENG_PRESENT_ID | ENG_PRESENT_PUBLIC;
  ck_ok(eng_book_record_many(book, &columns, &counts, &error));
  ck_assert_uint_eq(counts.added, 3);
  ck_assert_int_eq(error.code, ENG_OK);
  columns.kind = NULL;
  ck_assert_int_eq(eng_book_record_many(book, &columns, NULL, NULL), ENG_E_INVALID);
  eng_book_free(book);
}
END_TEST

/* ---- loaders ---- */

static void load(eng_book *book, int32_t identical, int copies, eng_load_counts *counts)
{
  eng_event *event = event_at(ENG_EVENT_PURCHASE, NOON);
  eng_loader *loader;

  ck_ok(eng_loader_new(book, identical, &loader));
  for (int i = 0; i < copies; i++) {
    ck_ok(eng_loader_add(loader, "ada", 3, event, 0));
    ck_ok(eng_loader_add(loader, "bob", 3, event, 0));
  }
  eng_load_counts_init(counts, sizeof *counts);
  ck_ok(eng_loader_finish(loader, counts));
  eng_loader_free(loader);
  eng_event_free(event);
}

START_TEST(identical_rows_are_kept_and_loaded_once)
{
  eng_book *book = empty_book();
  eng_load_counts counts;

  load(book, ENG_IDENTICAL_KEEP, 3, &counts);
  ck_assert_uint_eq(counts.added, 6);
  ck_assert_uint_eq(counts.numbered, 4);
  ck_assert_uint_eq(eng_book_event_count(book), 6);
  load(book, ENG_IDENTICAL_KEEP, 3, &counts);
  ck_assert_uint_eq(counts.added, 0);
  ck_assert_uint_eq(counts.unchanged, 6);
  ck_assert_uint_eq(eng_book_event_count(book), 6);
  load(book, ENG_IDENTICAL_KEEP, 4, &counts);
  ck_assert_uint_eq(counts.added, 2);
  ck_assert_uint_eq(eng_book_event_count(book), 8);
  load(book, ENG_IDENTICAL_MERGE, 9, &counts);
  ck_assert_uint_eq(counts.added, 0);
  ck_assert_uint_eq(counts.unchanged, 18);
  ck_assert_uint_eq(eng_book_event_count(book), 8);
  eng_book_free(book);
}
END_TEST

START_TEST(a_finished_loader_begins_a_new_source)
{
  eng_event *event = event_at(ENG_EVENT_VISIT, NOON);
  eng_book *book = empty_book();
  eng_loader *loader;

  ck_ok(eng_loader_new(book, ENG_IDENTICAL_KEEP, &loader));
  for (int i = 0; i < 2; i++) {
    ck_ok(eng_loader_add(loader, "ada", 3, event, 0));
    ck_ok(eng_loader_finish(loader, NULL));
    ck_ok(eng_loader_finish(loader, NULL));
    ck_assert_uint_eq(eng_book_event_count(book), 1);
  }
  eng_loader_free(loader);
  eng_event_free(event);
  eng_book_free(book);
}
END_TEST

START_TEST(a_loader_that_is_freed_takes_what_it_holds_along)
{
  eng_event *event = event_at(ENG_EVENT_VISIT, NOON);
  eng_book *book = empty_book();
  eng_loader *loader;

  put(book, "bob", ENG_EVENT_VISIT, NOON);
  ck_ok(eng_loader_new(book, ENG_IDENTICAL_KEEP, &loader));
  ck_ok(eng_loader_add(loader, "ada", 3, event, 0));
  ck_ok(eng_loader_add(loader, "ada", 3, event, 1));
  eng_loader_free(loader);
  ck_assert_uint_eq(eng_book_customer_count(book), 1);
  eng_event_free(event);
  eng_book_free(book);
}
END_TEST

/* ---- memory ---- */

START_TEST(the_memory_told_is_the_memory_held)
{
  struct memory memory = {0};
  eng_allocator allocator = allocator_of(&memory);
  eng_book *book, *other = empty_book();
  uint64_t before;

  fill(other, 30, 4000);
  ck_ok(eng_book_new(context, &allocator, &book));
  ck_assert_uint_eq(eng_book_memory(book), memory.live);
  fill(book, 50, 6000);
  ck_assert_uint_eq(eng_book_memory(book), memory.live);
  ck_ok(eng_book_merge(book, other));
  ck_assert_uint_eq(eng_book_memory(book), memory.live);
  before = eng_book_memory(book);
  ck_ok(eng_book_compact(book));
  ck_assert_uint_eq(eng_book_memory(book), memory.live);
  ck_assert_uint_lt(eng_book_memory(book), before);
  eng_book_free(book);
  ck_assert_uint_eq(memory.live, 0);
  eng_book_free(other);
}
END_TEST

START_TEST(compacting_changes_nothing_that_is_said)
{
  eng_book *book = empty_book(), *other = empty_book();
  uint64_t rows[600];

  fill(book, 600, 9000);
  fill(other, 600, 9000);
  ck_ok(eng_book_compact(book));
  ck_assert(same(book, other));
  ck_ok(eng_book_order(book, rows, 600));
  for (uint64_t i = 0; i < eng_book_customer_count(book); i++) {
    ck_assert_uint_eq(rows[i], i);
  }
  /* And it can be written to as before. */
  fill(book, 700, 12000);
  fill(other, 700, 12000);
  ck_assert(same(book, other));
  ck_ok(eng_book_compact(book));
  ck_ok(eng_book_compact(book));
  ck_assert(same(book, other));
  eng_book_free(book);
  eng_book_free(other);
}
END_TEST

/* ---- encoded books ---- */

START_TEST(an_encoded_book_comes_back)
{
  eng_book *book = empty_book(), *back;
  eng_customer *expired;
  struct bytes bytes;
  eng_error error;

  eng_error_init(&error, sizeof error);
  fill(book, 300, 9000);
  ck_ok(eng_customer_new(context, "gone", 4, &expired));
  ck_ok(eng_customer_expire(expired, NOON + 100));
  ck_ok(eng_book_merge_customer(book, expired));
  eng_customer_free(expired);
  ck_assert_int_eq(put(book, "gone", ENG_EVENT_VISIT, NOON), ENG_RECORD_IGNORED);
  ck_assert_int_eq(put(book, "gone", ENG_EVENT_VISIT, NOON + DAY), ENG_RECORD_ADDED);
  bytes = encoded(book);
  ck_ok(eng_book_decode(context, NULL, bytes.at, bytes.size, &back, &error));
  ck_assert(same(book, back));
  ck_assert_uint_eq(eng_book_event_count(back), eng_book_event_count(book));
  ck_assert_int_eq(eng_book_last_event_at(back), eng_book_last_event_at(book));
  ck_assert_int_eq(put(back, "gone", ENG_EVENT_VISIT, NOON), ENG_RECORD_IGNORED);
  free(bytes.at);
  eng_book_free(book);
  eng_book_free(back);
}
END_TEST

/* Decodes bytes with their checksum put right. */
static eng_status status_of(const uint8_t *bytes, size_t size)
{
  uint8_t copy[256];
  uint64_t sum;
  eng_book *book;
  eng_error error;
  eng_status status;

  ck_assert_uint_le(size + 4, sizeof copy);
  memcpy(copy, bytes, size);
  sum = eng__hash(copy, size);
  for (int i = 0; i < 4; i++) copy[size + (size_t)i] = (uint8_t)(sum >> 8 * i);
  eng_error_init(&error, sizeof error);
  status = eng_book_decode(context, NULL, copy, size + 4, &book, &error);
  ck_assert_int_eq(error.code, status);
  if (status == ENG_OK) {
    struct bytes again = encoded(book);

    ck_assert_uint_eq(again.size, size + 4);
    ck_assert_mem_eq(again.at, copy, again.size);
    free(again.at);
  }
  eng_book_free(book);
  return status;
}

#define STATUS_OF(...)                                                                 \
  status_of((const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__})

START_TEST(every_defect_of_an_encoded_book_has_its_status)
{
  /* magic, codebook (no flags, one shape: visit), count, customers */
#define HEAD 'E', 'B', 1, 0, 1, 2, 0

  ck_ok(STATUS_OF('E', 'B', 1, 0, 0, 0));
  ck_ok(STATUS_OF('E', 'B', 1, 0, 0, 1, 0x01, 'a', 0));
  ck_ok(STATUS_OF(HEAD, 1, 0x01, 'a', 2, 0, 0, 0, 4));
  ck_ok(STATUS_OF(HEAD, 2, 0x01, 'a', 2, 0, 0, 0, 4, 0x11, 'b', 2, 0, 0, 0, 4));
  ck_assert_int_eq(STATUS_OF('E', 'T', 1, 0, 0, 0), ENG_E_MAGIC);
  ck_assert_int_eq(STATUS_OF('E', 'B', 0, 0, 0, 0), ENG_E_VERSION);
  ck_assert_int_eq(STATUS_OF('E', 'B', 9, 0, 0, 0), ENG_E_VERSION);
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0), ENG_E_TRUNCATED);
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0, 0, 0), ENG_E_TRAILING);
  /* more customers than there are bytes for */
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0, 9, 0x01, 'a', 0), ENG_E_COUNT);
  /* a shape that nobody uses */
  ck_assert_int_eq(STATUS_OF(HEAD, 1, 0x01, 'a', 0), ENG_E_CANONICAL);
  /* ids: equal, descending, not shared, shared beyond the one before, empty */
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0, 2, 1, 'a', 0, 1, 'a', 0),
                   ENG_E_CANONICAL);
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0, 2, 1, 'b', 0, 1, 'a', 0), ENG_E_ORDER);
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0, 2, 1, 'a', 0, 2, 'a', 'b', 0),
                   ENG_E_CANONICAL);
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0, 2, 1, 'a', 0, 0x21, 'b', 0),
                   ENG_E_FIELD);
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0, 2, 1, 'a', 0, 0x10, 0, 0), ENG_E_FIELD);
  /* an id too long, a length not in its shortest form */
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0, 1, 0x0f, 0xff, 0x7f, 0), ENG_E_LIMIT);
  ck_assert_int_eq(STATUS_OF('E', 'B', 1, 0, 0, 1, 0x0f, 0x80, 0x00, 0), ENG_E_VARINT);
  /* events: before the floor, of no shape, and a floor with nothing above it */
  ck_assert_int_eq(
      STATUS_OF(HEAD, 1, 1, 'a', 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 4),
      ENG_E_FIELD);
  ck_assert_int_eq(STATUS_OF(HEAD, 1, 0x01, 'a', 2, 0, 7, 0, 4), ENG_E_FIELD);
  ck_ok(STATUS_OF('E', 'B', 1, 0, 0, 1, 0x01, 'a', 1, 5));
#undef HEAD
}
END_TEST

START_TEST(damage_anywhere_is_noticed)
{
  eng_book *book = empty_book(), *back;
  struct bytes bytes;

  fill(book, 6, 60);
  bytes = encoded(book);
  for (size_t i = 0; i < bytes.size; i++) {
    bytes.at[i] ^= 0x41;
    ck_assert_int_ne(eng_book_decode(context, NULL, bytes.at, bytes.size, &back, NULL),
                     ENG_OK);
    ck_assert_ptr_null(back);
    bytes.at[i] ^= 0x41;
    ck_assert_int_ne(eng_book_decode(context, NULL, bytes.at, i, &back, NULL), ENG_OK);
  }
  free(bytes.at);
  eng_book_free(book);
}
END_TEST

START_TEST(a_few_bytes_do_not_ask_for_much_memory)
{
  /* Ids that share as much as they may, each one byte longer than its prefix. */
  static uint8_t bytes[100000];
  struct memory memory = {0};
  eng_allocator allocator = allocator_of(&memory);
  size_t size = 0;
  uint64_t sum;
  eng_book *book;

  memcpy(bytes, "EB\1\0\0", 5);
  size = 5;
  bytes[size++] = 0x80 | (16000 & 0x7f);
  bytes[size++] = 16000 >> 7;
  bytes[size++] = 0x0f;
  bytes[size++] = 129 - 15;
  memset(bytes + size, 'a', 127);
  size += 127;
  memset(bytes + size, 0, 3);
  size += 3;
  for (int i = 1; i < 16000; i++) {
    bytes[size++] = 0xf2; /* 127 shared, two of its own */
    bytes[size++] = 127 - 15;
    bytes[size++] = (uint8_t)(i / 256);
    bytes[size++] = (uint8_t)i;
    bytes[size++] = 0;
  }
  sum = eng__hash(bytes, size);
  for (int i = 0; i < 4; i++) bytes[size++] = (uint8_t)(sum >> 8 * i);
  ck_ok(eng_book_decode(context, &allocator, bytes, size, &book, NULL));
  ck_assert_uint_le(memory.peak, 64 * size + 4096);
  eng_book_free(book);
}
END_TEST

START_TEST(memory_follows_the_bytes)
{
  for (int customers = 1; customers < 3000; customers = customers * 2 + 1) {
    struct memory memory = {0};
    eng_allocator allocator = allocator_of(&memory);
    eng_book *book = empty_book(), *back;
    struct bytes bytes;

    for (int i = 0; i < customers; i++) {
      char id[400];
      size_t length = sprintf(id, "%d", i);

      id[length] = '\0';
      put(book, id, i % 2 ? ENG_EVENT_VISIT : ENG_EVENT_OPEN, NOON + i);
    }
    bytes = encoded(book);
    ck_ok(eng_book_decode(context, &allocator, bytes.at, bytes.size, &back, NULL));
    ck_assert_msg(memory.peak <= 64 * bytes.size + 4096, "%d customers: %d for %d",
                  customers, (int)memory.peak, (int)bytes.size);
    eng_book_free(back);
    ck_assert_uint_eq(memory.live, 0);
    /* And where it ends in the middle. */
    memory = (struct memory){0};
    ck_assert_int_ne(
        eng_book_decode(context, &allocator, bytes.at, bytes.size / 2, &back, NULL),
        ENG_OK);
    ck_assert_uint_eq(memory.live, 0);
    ck_assert_uint_le(memory.peak, 64 * bytes.size / 2 + 4096);
    free(bytes.at);
    eng_book_free(book);
  }
}
END_TEST

/* ---- every allocation fails once ---- */

/* Runs `step`, again if it fails; checks that the book is the same after a failure if
 * `strong`. */
typedef eng_status (*step_fn)(eng_book *book, void *data);

static struct bytes encoded_apart(const eng_book *book, struct memory *memory)
{
  struct memory saved = *memory;
  struct bytes bytes;

  memory->fail_at = 0;
  bytes = encoded(book);
  memory->asked = saved.asked;
  memory->fail_at = saved.fail_at;
  return bytes;
}

static void insist(eng_book *book, struct memory *memory, step_fn step, void *data,
                   bool strong)
{
  struct bytes before = encoded_apart(book, memory), after;
  eng_status status = step(book, data);

  if (status != ENG_OK) {
    ck_assert_int_eq(status, ENG_E_NOMEM);
    after = encoded_apart(book, memory);
    if (strong) ck_assert(same_bytes(before, after));
    free(after.at);
    ck_assert_uint_eq(eng_book_memory(book), memory->live);
    ck_ok(step(book, data));
  }
  free(before.at);
}

static eng_status step_record(eng_book *book, void *data)
{
  int i = *(int *)data;
  eng_event *event = event_at(ENG_EVENT_VISIT, NOON + i * 13 % 700);
  char id[400];
  size_t length = id_of(i % 4 == 0 ? 0 : i, id);
  eng_status status;

  ck_ok(eng_event_set_topic(event, 1, (uint32_t)i));
  if (i % 3 == 0) ck_ok(eng_event_set_id(event, (uint64_t)i));
  status = eng_book_record(book, id, length, event, NULL);
  eng_event_free(event);
  return status;
}

static eng_status step_many(eng_book *book, void *data)
{
  enum { MOST = 5000 };
  static uint8_t kind[MOST];
  static int64_t at[MOST];
  static char ids[MOST * 3];
  eng_columns columns;
  int rows = *(int *)data;

  for (int i = 0; i < rows; i++) {
    kind[i] = i % 2 ? ENG_EVENT_OPEN : ENG_EVENT_CLICK;
    at[i] = NOON + i * 131 % 4099;
    ids[3 * i] = 'm';
    ids[3 * i + 1] = (char)('a' + i % 9);
    ids[3 * i + 2] = (char)('a' + i % 4);
  }
  eng_columns_init(&columns, sizeof columns);
  columns.count = (uint64_t)rows;
  columns.customers = ids;
  columns.customer_width = 3;
  columns.kind = kind;
  columns.occurred_at = at;
  return eng_book_record_many(book, &columns, NULL, NULL);
}

static eng_status step_merge(eng_book *book, void *data)
{
  return eng_book_merge(book, data);
}

static eng_status step_merge_customer(eng_book *book, void *data)
{
  return eng_book_merge_customer(book, data);
}

static eng_status step_compact(eng_book *book, void *data)
{
  (void)data;
  return eng_book_compact(book);
}

static eng_status step_order(eng_book *book, void *data)
{
  return eng_book_order(book, data, 1000);
}

static eng_status step_encode(eng_book *book, void *data)
{
  size_t size;
  eng_status status = eng_book_encode(book, NULL, 0, &size);

  (void)data;
  return status == ENG_E_BUFFER ? ENG_OK : status;
}

static eng_status step_decode(eng_book *book, void *data)
{
  struct bytes *bytes = data;
  eng_book *back;
  eng_status status = eng_book_decode(book->home.pen.context, &book->outer, bytes->at,
                                      bytes->size, &back, NULL);

  eng_book_free(back);
  return status;
}

/* All steps, the n-th allocation failing; false: there are not so many. */
static bool all_steps(struct memory *memory, uint64_t n, const eng_book *source,
                      const eng_customer *customer, struct bytes expected)
{
  eng_allocator allocator = allocator_of(memory);
  eng_book *book;
  struct bytes bytes;
  uint64_t rows[1000];
  int few = 60, many = 5000;
  bool reached;

  *memory = (struct memory){0};
  memory->fail_at = n;
  while (eng_book_new(context, &allocator, &book) != ENG_OK) continue;
  for (int i = 0; i < 40; i++) insist(book, memory, step_record, &i, true);
  insist(book, memory, step_many, &few, false);
  insist(book, memory, step_many, &many, false);
  insist(book, memory, step_merge, (void *)(uintptr_t)source, false);
  insist(book, memory, step_merge_customer, (void *)(uintptr_t)customer, true);
  insist(book, memory, step_compact, NULL, true);
  insist(book, memory, step_order, rows, true);
  insist(book, memory, step_encode, NULL, true);
  insist(book, memory, step_decode, &expected, true);
  reached = memory->asked >= n;
  memory->fail_at = 0;
  bytes = encoded(book);
  ck_assert(same_bytes(bytes, expected));
  free(bytes.at);
  eng_book_free(book);
  ck_assert_uint_eq(memory->live, 0);
  return reached;
}

START_TEST(every_allocation_may_fail)
{
  struct memory memory = {0};
  eng_book *source = empty_book(), *whole = empty_book();
  eng_customer *customer;
  struct bytes expected;
  int few = 60, many = 5000;
  uint64_t n = 1;

  fill(source, 12, 1500);
  ck_ok(eng_customer_new(context, "c3xx", 4, &customer));
  ck_ok(eng_customer_expire(customer, NOON - DAY));
  for (int i = 0; i < 40; i++) ck_ok(step_record(whole, &i));
  ck_ok(step_many(whole, &few));
  ck_ok(step_many(whole, &many));
  ck_ok(eng_book_merge(whole, source));
  ck_ok(eng_book_merge_customer(whole, customer));
  expected = encoded(whole);
  while (all_steps(&memory, n, source, customer, expected)) {
    n++;
  }
  ck_assert_uint_gt(n, 60);
  free(expected.at);
  eng_customer_free(customer);
  eng_book_free(source);
  eng_book_free(whole);
}
END_TEST

/* A loader over failing memory: what it answers NOMEM to is told again. */
static bool load_insisting(struct memory *memory, uint64_t n, bool empty,
                           struct bytes expected)
{
  eng_allocator allocator = allocator_of(memory);
  eng_event *event = event_at(ENG_EVENT_PURCHASE, NOON);
  eng_load_counts counts;
  eng_loader *loader;
  eng_book *book;
  struct bytes bytes;
  bool reached;

  *memory = (struct memory){0};
  ck_ok(eng_book_new(context, &allocator, &book));
  if (!empty) put(book, "q", ENG_EVENT_VISIT, NOON);
  memory->asked = 0;
  memory->fail_at = n;
  while (eng_loader_new(book, ENG_IDENTICAL_KEEP, &loader) != ENG_OK) continue;
  eng__loader_set_budget(loader, 0);
  for (int i = 0; i < 400; i++) {
    char id[2] = {'a', (char)('a' + i % 11)};

    ck_ok(eng_event_reset(event, ENG_EVENT_PURCHASE, NOON + i % 5));
    ck_ok(eng_event_set_occurrence(event, (uint16_t)(i % 10 == 0 ? i / 10 : 0)));
    while (eng_loader_add(loader, id, 2, event, i % 10 == 0) != ENG_OK) continue;
  }
  eng_load_counts_init(&counts, sizeof counts);
  while (eng_loader_finish(loader, &counts) != ENG_OK) continue;
  ck_assert_uint_eq(counts.added, eng_book_event_count(book) - (empty ? 0 : 1));
  ck_assert_uint_eq(counts.added + counts.unchanged, 400);
  eng_loader_free(loader);
  reached = memory->asked >= n;
  memory->fail_at = 0;
  bytes = encoded(book);
  ck_assert(same_bytes(bytes, expected));
  free(bytes.at);
  eng_event_free(event);
  eng_book_free(book);
  ck_assert_uint_eq(memory->live, 0);
  return reached;
}

START_TEST(a_loader_goes_on_after_every_failure)
{
  bool empty = _i == 0;
  eng_event *event = event_at(ENG_EVENT_PURCHASE, NOON);
  eng_book *book = empty_book();
  struct memory memory = {0};
  eng_loader *loader;
  struct bytes expected;
  uint64_t n = 1;

  if (!empty) put(book, "q", ENG_EVENT_VISIT, NOON);
  ck_ok(eng_loader_new(book, ENG_IDENTICAL_KEEP, &loader));
  for (int i = 399; i >= 0; i--) {
    char id[2] = {'a', (char)('a' + i % 11)};

    ck_ok(eng_event_reset(event, ENG_EVENT_PURCHASE, NOON + i % 5));
    ck_ok(eng_event_set_occurrence(event, (uint16_t)(i % 10 == 0 ? i / 10 : 0)));
    ck_ok(eng_loader_add(loader, id, 2, event, i % 10 == 0));
  }
  ck_ok(eng_loader_finish(loader, NULL));
  eng_loader_free(loader);
  expected = encoded(book);
  /* Each early one, then a sample. */
  while (load_insisting(&memory, n, empty, expected)) n += 1 + n / 8;
  ck_assert_uint_gt(n, 20);
  free(expected.at);
  eng_event_free(event);
  eng_book_free(book);
}
END_TEST

/* ---- limits ---- */

START_TEST(limits_are_kept)
{
  eng_settings *settings;
  eng_context *small;
  eng_event *event;
  eng_book *book;
  int32_t outcome;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_CUSTOMERS, 2));
  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_EVENTS, 2));
  ck_ok(eng_context_new(settings, &small));
  eng_settings_free(settings);
  ck_ok(eng_book_new(small, NULL, &book));
  ck_ok(eng_event_new(small, ENG_EVENT_VISIT, NOON, &event));
  ck_ok(eng_book_record(book, "a", 1, event, &outcome));
  ck_ok(eng_book_record(book, "b", 1, event, &outcome));
  ck_assert_int_eq(eng_book_record(book, "c", 1, event, &outcome), ENG_E_LIMIT);
  ck_assert_int_eq(outcome, 0);
  ck_ok(eng_event_reset(event, ENG_EVENT_VISIT, NOON + 1));
  ck_ok(eng_book_record(book, "a", 1, event, &outcome));
  ck_ok(eng_event_reset(event, ENG_EVENT_VISIT, NOON + 2));
  ck_assert_int_eq(eng_book_record(book, "a", 1, event, &outcome), ENG_E_LIMIT);
  ck_assert_uint_eq(eng_book_customer_count(book), 2);
  ck_assert_uint_eq(eng_book_event_count(book), 3);
  eng_event_free(event);
  eng_book_free(book);
  eng_context_free(small);
}
END_TEST

Suite *book_suite(void)
{
  Suite *suite = suite_create("book");
  TCase *tests = tcase_create("book");

  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, a_new_book_is_empty);
  tcase_add_test(tests, a_customer_is_added_with_the_first_event);
  tcase_add_test(tests, arguments_are_checked);
  tcase_add_test(tests, rows_come_in_the_order_of_ids);
  tcase_add_test(tests, a_copy_outlives_the_book);
  tcase_add_test(tests, a_bad_row_stops_all_before_anything_is_recorded);
  tcase_add_test(tests, identical_rows_are_kept_and_loaded_once);
  tcase_add_test(tests, a_finished_loader_begins_a_new_source);
  tcase_add_test(tests, a_loader_that_is_freed_takes_what_it_holds_along);
  tcase_add_test(tests, the_memory_told_is_the_memory_held);
  tcase_add_test(tests, compacting_changes_nothing_that_is_said);
  tcase_add_test(tests, an_encoded_book_comes_back);
  tcase_add_test(tests, every_defect_of_an_encoded_book_has_its_status);
  tcase_add_test(tests, damage_anywhere_is_noticed);
  tcase_add_test(tests, a_few_bytes_do_not_ask_for_much_memory);
  tcase_add_test(tests, memory_follows_the_bytes);
  tcase_add_test(tests, every_allocation_may_fail);
  tcase_add_loop_test(tests, a_loader_goes_on_after_every_failure, 0, 2);
  tcase_add_test(tests, limits_are_kept);
  suite_add_tcase(suite, tests);
  return suite;
}
