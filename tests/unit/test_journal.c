/* SPDX-License-Identifier: MIT
 *
 * test_journal.c - what comes into a book goes to the journal first, and the journal
 * alone gives the book again, however it was cut off.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

Suite *journal_suite(void);

#define START (INT64_C(20000) * DAY)
enum { FILE_MAX = 1 << 22 };

static struct host host;
static eng_context *context;
static eng_book *book;

/* A host's file. */
struct file {
  uint8_t *bytes;
  size_t size;
  int calls, fail_at;
};
static struct file file;

static int32_t append(void *user, const uint8_t *bytes, size_t size)
{
  struct file *to = user;

  if (++to->calls == to->fail_at) return 1;
  ck_assert_uint_le(to->size + size, FILE_MAX);
  memcpy(to->bytes + to->size, bytes, size);
  to->size += size;
  return 0;
}

static void set_up(void)
{
  memset(&host, 0, sizeof host);
  memset(&file, 0, sizeof file);
  file.bytes = calloc(1, FILE_MAX);
  context = context_in(&host);
  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_book_set_journal(book, append, &file));
}

static void tear_down(void)
{
  eng_book_free(book);
  eng_context_free(context);
  free(file.bytes);
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

/* An event of the n-th of many shapes. */
static eng_event *event_number(int n)
{
  eng_event *event =
      event_of(context, n % 5 == 0 ? ENG_EVENT_VISIT : ENG_EVENT_PURCHASE,
               START + n * INT64_C(3600000));

  ck_ok(eng_event_set_channel(event, n % 12));
  if (n % 5 != 0) ck_ok(eng_event_set_amount(event, n % 7 * 100, 978));
  if (n % 3 == 0) ck_ok(eng_event_set_id(event, (uint64_t)(n % 90)));
  if (n % 6 == 0) ck_ok(eng_event_set_revision(event, (uint32_t)n));
  if (n % 4 == 0) ck_ok(eng_event_set_recorded_at(event, START));
  return event;
}

static eng_status record_number(eng_book *to, int n)
{
  eng_event *event = event_number(n);
  char id[24];
  eng_status status;

  snprintf(id, sizeof id, "customer-%d", n % 11);
  status = eng_book_record(to, id, strlen(id), event, NULL);
  eng_event_free(event);
  return status;
}

static struct bytes bytes_of(const eng_book *of)
{
  struct bytes bytes = {NULL, 0};

  ck_assert_int_eq(eng_book_encode(of, NULL, 0, &bytes.size), ENG_E_BUFFER);
  bytes.at = malloc(bytes.size);
  ck_ok(eng_book_encode(of, bytes.at, bytes.size, &bytes.size));
  return bytes;
}

static bool same_books(const eng_book *a, const eng_book *b)
{
  struct bytes x = bytes_of(a), y = bytes_of(b);
  bool same = same_bytes(x, y);

  free(x.at);
  free(y.at);
  return same;
}

/* A book from the first `size` bytes of the file. */
static eng_book *replayed(size_t size, size_t *used)
{
  eng_book *again;

  ck_ok(eng_book_new(context, NULL, &again));
  ck_ok(eng_book_replay(again, file.bytes, size, 1, used, NULL, NULL));
  return again;
}

static void expect_replay(void)
{
  size_t used;
  eng_book *again = replayed(file.size, &used);

  ck_assert_uint_eq(used, file.size);
  ck_assert(same_books(book, again));
  eng_book_free(again);
}

/* ---- what goes there ---- */

START_TEST(arguments_are_checked)
{
  uint8_t byte = 0;
  size_t used = 7;

  ck_assert_int_eq(eng_book_set_journal(NULL, append, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_replay(NULL, &byte, 1, 1, &used, NULL, NULL),
                   ENG_E_INVALID);
  ck_assert_uint_eq(used, 0);
  ck_assert_int_eq(eng_book_replay(book, NULL, 1, 1, &used, NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_replay(book, &byte, 1, 2, &used, NULL, NULL),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_book_replay(book, &byte, 1, 1, NULL, NULL, NULL), ENG_E_INVALID);
  ck_ok(eng_book_replay(book, NULL, 0, 1, &used, NULL, NULL));
}
END_TEST

START_TEST(each_event_is_there_and_comes_back)
{
  eng_load_counts counts;
  eng_book *again;
  size_t used;

  for (int n = 0; n < 300; n++) ck_ok(record_number(book, n));
  ck_assert_int_eq(file.calls, 300);
  expect_replay();
  eng_load_counts_init(&counts, sizeof counts);
  ck_ok(eng_book_new(context, NULL, &again));
  ck_ok(eng_book_replay(again, file.bytes, file.size, 1, &used, &counts, NULL));
  ck_assert_uint_eq(counts.added, eng_book_event_count(book));
  ck_assert_uint_eq(counts.added + counts.unchanged + counts.replaced, 300);
  /* Twice over: nothing happens, and nothing of it goes to a journal. */
  ck_ok(eng_book_replay(book, file.bytes, file.size, 1, &used, NULL, NULL));
  ck_assert_int_eq(file.calls, 300);
  ck_assert(same_books(book, again));
  eng_book_free(again);
}
END_TEST

START_TEST(an_entry_is_an_id_and_a_timeline_of_one_event)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, START);
  eng_customer *customer;
  uint8_t blob[64];
  size_t size;

  ck_ok(eng_book_record(book, "customer-17", 11, event, NULL));
  ck_ok(eng_customer_new(context, "customer-17", 11, &customer));
  ck_ok(eng_customer_record(customer, event, NULL));
  ck_ok(eng_customer_encode(customer, blob, sizeof blob, &size));
  ck_assert_mem_eq(file.bytes, "EJ\0", 3);
  ck_assert_uint_eq(file.bytes[3], 1 + 11 + size);
  ck_assert_mem_eq(file.bytes + 4, "\0\0\0\013customer-17", 15);
  ck_assert_mem_eq(file.bytes + 19, blob, size);
  ck_assert_uint_eq(file.size, 19 + size + 4);
  eng_customer_free(customer);
  eng_event_free(event);
}
END_TEST

START_TEST(batches_loads_and_merges_are_there)
{
  enum { ROWS = 9000 };
  static uint8_t kinds[ROWS];
  static int64_t times[ROWS];
  static char ids[ROWS * 4];
  eng_columns columns;
  eng_loader *loader;
  eng_customer *customer;
  eng_book *other;

  for (int i = 0; i < ROWS; i++) {
    char id[8];

    kinds[i] = ENG_EVENT_VISIT;
    times[i] = START + i % 4000 * 1000;
    snprintf(id, sizeof id, "%04d", i % 50);
    memcpy(ids + (size_t)i * 4, id, 4);
  }
  eng_columns_init(&columns, sizeof columns);
  columns.count = ROWS;
  columns.customers = ids;
  columns.customer_width = 4;
  columns.kind = kinds;
  columns.occurred_at = times;
  ck_ok(eng_book_record_many(book, &columns, NULL, NULL));
  ck_assert_int_gt(file.calls, 1); /* in pieces, not one by one */
  ck_assert_int_lt(file.calls, 100);
  columns.count = 40; /* few: another way in */
  for (int i = 0; i < 40; i++) times[i] += 7;
  ck_ok(eng_book_record_many(book, &columns, NULL, NULL));
  expect_replay();
  for (int identical = ENG_IDENTICAL_KEEP; identical <= ENG_IDENTICAL_MERGE;
       identical++) {
    ck_ok(eng_loader_new(book, identical, &loader));
    for (int n = 0; n < 400; n++) {
      eng_event *event = event_of(context, ENG_EVENT_PURCHASE, START + n % 100 * DAY);

      ck_ok(eng_loader_add(loader, "customer-1", 10, event, 0));
      eng_event_free(event);
    }
    ck_ok(eng_loader_finish(loader, NULL));
    eng_loader_free(loader);
    expect_replay();
  }
  ck_ok(eng_book_new(context, NULL, &other));
  for (int n = 0; n < 300; n++) ck_ok(record_number(other, n));
  ck_ok(eng_book_merge(book, other));
  expect_replay();
  ck_ok(eng_customer_new(context, "customer-5", 10, &customer));
  ck_ok(eng_customer_expire(customer, START + 2 * DAY));
  ck_ok(eng_book_merge_customer(book, customer));
  expect_replay();
  eng_customer_free(customer);
  eng_book_free(other);
  ck_ok(eng_book_link(book, "customer-5", 10, "customer-6", 10, START));
  ck_ok(eng_book_link(book, "customer-5", 10, "nobody", 6, START));
  ck_ok(eng_book_unlink(book, "customer-5", 10, "customer-6", 10, START + 1));
  ck_ok(record_number(book, 5));
  ck_ok(record_number(book, 500));
  expect_replay();
}
END_TEST

START_TEST(a_loader_numbers_alike_with_a_journal_and_without)
{
  eng_book *plain;
  eng_loader *loaders[2];

  ck_ok(eng_book_new(context, NULL, &plain));
  ck_ok(eng_loader_new(book, ENG_IDENTICAL_KEEP, &loaders[0]));
  ck_ok(eng_loader_new(plain, ENG_IDENTICAL_KEEP, &loaders[1]));
  for (int n = 0; n < 50; n++) {
    eng_event *event = event_of(context, ENG_EVENT_PURCHASE, START + n % 10 * DAY);

    for (int i = 0; i < 2; i++)
      ck_ok(eng_loader_add(loaders[i], "customer-1", 10, event, 0));
    eng_event_free(event);
  }
  for (int i = 0; i < 2; i++) {
    ck_ok(eng_loader_finish(loaders[i], NULL));
    eng_loader_free(loaders[i]);
  }
  ck_assert_uint_eq(eng_book_event_count(plain), 50);
  ck_assert(same_books(book, plain));
  expect_replay();
  eng_book_free(plain);
}
END_TEST

/* ---- what fails ---- */

START_TEST(a_journal_that_fails_leaves_the_book_as_it_was)
{
  struct bytes before, after;
  uint8_t kinds[2] = {ENG_EVENT_VISIT, ENG_EVENT_VISIT};
  int64_t times[2] = {START, START + 1};
  eng_columns columns;
  eng_customer *customer;
  eng_event *event = event_of(context, ENG_EVENT_VISIT, START);
  int32_t outcome = 7;

  for (int n = 0; n < 20; n++) ck_ok(record_number(book, n));
  before = bytes_of(book);
  eng_columns_init(&columns, sizeof columns);
  columns.count = 2;
  columns.customers = "ab";
  columns.customer_width = 1;
  columns.kind = kinds;
  columns.occurred_at = times;
  ck_ok(eng_customer_new(context, "customer-99", 11, &customer));
  ck_ok(eng_customer_record(customer, event, NULL));
  for (int what = 0; what < 3; what++) {
    eng_status status = ENG_OK;

    file.fail_at = file.calls + 1;
    if (what == 0) {
      status = eng_book_record(book, "customer-99", 11, event, &outcome);
      ck_assert_int_eq(outcome, 0);
    }
    if (what == 1) status = eng_book_record_many(book, &columns, NULL, NULL);
    if (what == 2) status = eng_book_merge_customer(book, customer);
    ck_assert_int_eq(status, ENG_E_CALLBACK);
    after = bytes_of(book);
    ck_assert(same_bytes(before, after));
    free(after.at);
  }
  expect_replay();
  ck_ok(eng_book_record(book, "customer-99", 11, event, NULL));
  expect_replay();
  free(before.at);
  eng_event_free(event);
  eng_customer_free(customer);
}
END_TEST

START_TEST(without_memory_nothing_happens)
{
  for (int n = 0; n < 40; n++) ck_ok(record_number(book, n));
  for (int for_ever = 0; for_ever < 2; for_ever++) {
    for (uint64_t k = 1;; k++) {
      struct bytes before = bytes_of(book), after;
      eng_event *event = event_number(1000 + for_ever);
      eng_status status;

      host_reset(&host);
      host.fail_at = k;
      host.for_ever = for_ever == 1;
      status = eng_book_record(book, "customer-77", 11, event, NULL);
      host.fail_at = 0;
      eng_event_free(event);
      after = bytes_of(book);
      if (status != ENG_OK) {
        ck_assert_int_eq(status, ENG_E_NOMEM);
        ck_assert(same_bytes(before, after));
      }
      free(before.at);
      free(after.at);
      if (status == ENG_OK && host.failures == 0) break;
      ck_assert_uint_lt(k, 200);
    }
  }
  expect_replay();
}
END_TEST

START_TEST(a_replay_without_memory_goes_on_later)
{
  for (int n = 0; n < 60; n++) ck_ok(record_number(book, n));
  for (uint64_t k = 1;; k += stride()) {
    eng_book *again;
    size_t used;
    eng_status status;
    uint64_t failures;

    ck_ok(eng_book_new(context, NULL, &again));
    host_reset(&host);
    host.fail_at = k;
    host.for_ever = true;
    status = eng_book_replay(again, file.bytes, file.size, 1, &used, NULL, NULL);
    failures = host.failures;
    host_reset(&host);
    if (status != ENG_OK) {
      size_t more;

      ck_assert_int_eq(status, ENG_E_NOMEM);
      ck_ok(eng_book_replay(again, file.bytes + used, file.size - used, 1, &more, NULL,
                            NULL));
      used += more;
    }
    ck_assert_uint_eq(used, file.size);
    ck_assert(same_books(book, again));
    eng_book_free(again);
    if (failures == 0) break;
  }
}
END_TEST

/* ---- torn and damaged ---- */

/* The entries' ends, in bytes. */
static size_t end_of(size_t at)
{
  return at + 11 + file.bytes[at + 3] + ((size_t)file.bytes[at + 4] << 8);
}

/* A group of many, linked one by one, who then do much: what a replay asks for grows
 * with the journal and not with its square. */
START_TEST(a_replay_of_groups_costs_what_recording_did)
{
  enum { MEMBERS = 400, EVENTS = 3000 };
  char id[24];
  uint64_t asked;
  size_t used;
  eng_book *again;

  for (int n = 0; n < MEMBERS + EVENTS; n++) {
    eng_event *event = event_of(context, ENG_EVENT_VISIT, START + n * INT64_C(60000));

    snprintf(id, sizeof id, "customer-%d", n < MEMBERS ? n : n % 11);
    ck_ok(eng_book_record(book, id, strlen(id), event, NULL));
    eng_event_free(event);
    for (int k = 1; n == MEMBERS - 1 && k < MEMBERS; k++) {
      snprintf(id, sizeof id, "customer-%d", k);
      ck_ok(eng_book_link(book, "customer-0", 10, id, strlen(id), START + k));
    }
  }
  asked = host.asked;
  again = replayed(file.size, &used);
  asked = host.asked - asked;
  ck_assert_uint_eq(used, file.size);
  ck_assert(same_books(book, again));
  ck_assert_msg(asked < 100 * file.size, "%u bytes for %u", (unsigned)asked,
                (unsigned)file.size);
  eng_book_free(again);
}
END_TEST

START_TEST(a_torn_end_is_taken_calmly_at_every_byte)
{
  for (int n = 0; n < 12; n++) ck_ok(record_number(book, n));
  for (size_t cut = 0; cut <= file.size; cut++) {
    size_t used, whole = 0;
    eng_book *again = replayed(cut, &used);

    while (whole < file.size && end_of(whole) <= cut) whole = end_of(whole);
    ck_assert_uint_eq(used, whole);
    eng_book_free(again);
  }
}
END_TEST

START_TEST(bytes_that_were_never_written_are_a_torn_end)
{
  size_t used, at = 0, whole = 0;
  eng_book *again;

  for (int n = 0; n < 12; n++) ck_ok(record_number(book, n));
  while (end_of(at) < file.size) at = end_of(at);
  for (size_t from = at; from < file.size; from++) {
    memset(file.bytes + from, from % 2 ? 0 : 0xff, file.size - from + 4096);
    again = replayed(file.size + 4096, &used);
    ck_assert_uint_eq(used, at);
    eng_book_free(again);
    file.bytes[from] = 0;
    whole++;
    if (whole > 3) break;
  }
}
END_TEST

START_TEST(damage_in_the_middle_is_told)
{
  size_t second, third, used;
  eng_book *again;
  eng_error error;

  for (int n = 0; n < 12; n++) ck_ok(record_number(book, n));
  second = end_of(0);
  third = end_of(second);
  for (size_t at = second; at < third; at++) {
    eng_status status;

    eng_error_init(&error, sizeof error);
    ck_ok(eng_book_new(context, NULL, &again));
    file.bytes[at] ^= 0x40;
    status = eng_book_replay(again, file.bytes, file.size, 1, &used, NULL, &error);
    file.bytes[at] ^= 0x40;
    ck_assert_int_eq(status, ENG_E_CHECKSUM);
    ck_assert_uint_eq(used, second);
    ck_assert_uint_eq(error.offset, second);
    ck_assert_uint_eq(eng_book_event_count(again), 1);
    eng_book_free(again);
  }
}
END_TEST

START_TEST(pieces_of_any_size_come_to_the_same)
{
  for (int n = 0; n < 30; n++) ck_ok(record_number(book, n));
  for (size_t piece = 1; piece < 200; piece += 7) {
    eng_book *again;
    size_t done = 0, end = 0, used;

    ck_ok(eng_book_new(context, NULL, &again));
    while (done < file.size) {
      end = end + piece < file.size ? end + piece : file.size;
      ck_ok(eng_book_replay(again, file.bytes + done, end - done, end == file.size,
                            &used, NULL, NULL));
      done += used;
    }
    ck_assert(same_books(book, again));
    eng_book_free(again);
  }
}
END_TEST

START_TEST(an_own_kind_that_nobody_knows_is_no_damage)
{
  eng_settings *settings;
  eng_context *shop;
  eng_book *shops;
  eng_event *event;
  size_t used;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_add_kind(settings, 140, "juggle", 6, ENG_DIRECTION_CUSTOMER,
                              ENG_MODE_COMPANY, 1));
  ck_ok(eng_context_new(settings, &shop));
  eng_settings_free(settings);
  ck_ok(eng_book_new(shop, NULL, &shops));
  ck_ok(eng_book_set_journal(shops, append, &file));
  ck_ok(eng_event_new(shop, 140, START, &event));
  ck_ok(eng_book_record(shops, "customer-1", 10, event, NULL));
  ck_assert_int_eq(eng_book_replay(book, file.bytes, file.size, 1, &used, NULL, NULL),
                   ENG_E_VOCABULARY);
  ck_assert_uint_eq(used, 0);
  /* Whoever knows it reads it, beside the greatest channel that is built in. */
  ck_ok(eng_event_reset(event, 140, START + 1));
  ck_ok(eng_event_set_channel(event, 11));
  ck_ok(eng_book_record(shops, "customer-1", 10, event, NULL));
  eng_book_free(book);
  ck_ok(eng_book_new(shop, NULL, &book));
  ck_ok(eng_book_replay(book, file.bytes, file.size, 1, &used, NULL, NULL));
  ck_assert_uint_eq(used, file.size);
  ck_assert(same_books(book, shops));
  eng_book_free(book);
  ck_ok(eng_book_new(context, NULL, &book));
  eng_event_free(event);
  eng_book_free(shops);
  eng_context_free(shop);
}
END_TEST

/* Makes the checksum of a lone entry right again. */
static void seal(size_t size)
{
  uint64_t hash = eng_hash((const char *)file.bytes, size - 4);

  for (int i = 0; i < 4; i++)
    file.bytes[size - 4 + (size_t)i] = (uint8_t)(hash >> 8 * i);
}

START_TEST(a_later_format_is_told_as_that)
{
  size_t used;

  ck_ok(record_number(book, 1));
  file.bytes[2] = 1;
  seal(file.size);
  ck_assert_int_eq(eng_book_replay(book, file.bytes, file.size, 1, &used, NULL, NULL),
                   ENG_E_VERSION);
}
END_TEST

/* Any byte another one, under a checksum that is right: an answer, and if it is taken
 * in the book is one. */
START_TEST(an_entry_that_was_made_up_is_an_answer)
{
  static const uint8_t flips[] = {0x01, 0x10, 0x80, 0xff};

  for (int what = 0; what < 2; what++) {
    file.size = 0;
    if (what == 0) ck_ok(record_number(book, 12));
    if (what == 1)
      ck_ok(eng_book_link(book, "customer-5", 10, "customer-6", 10, START));
    for (size_t at = 0; at + 4 < file.size; at++) {
      for (size_t i = 0; i < sizeof flips; i++) {
        eng_book *again;
        eng_status status;
        size_t used;

        ck_ok(eng_book_new(context, NULL, &again));
        file.bytes[at] ^= flips[i];
        seal(file.size);
        status = eng_book_replay(again, file.bytes, file.size, 1, &used, NULL, NULL);
        ck_assert(used == 0 || (status == ENG_OK && used == file.size));
        if (used > 0) free(bytes_of(again).at);
        file.bytes[at] ^= flips[i];
        eng_book_free(again);
      }
    }
    seal(file.size);
    expect_replay();
    eng_book_free(book);
    ck_ok(eng_book_new(context, NULL, &book));
    ck_ok(eng_book_set_journal(book, append, &file));
  }
}
END_TEST

/* Bytes made up so that each place looks like the beginning of a long entry. */
START_TEST(made_up_bytes_cost_little)
{
  size_t used, size = FILE_MAX / 4;
  eng_status status;

  for (size_t i = 0; i + 8 <= size; i += 8) {
    size_t left = size - i > 4096 ? size - i - 4096 : 1;

    memcpy(file.bytes + i, "EJ\0", 3);
    for (int k = 0; k < 4; k++)
      file.bytes[i + 3 + (size_t)k] = (uint8_t)(left >> 8 * k);
  }
  status = eng_book_replay(book, file.bytes, size, 1, &used, NULL, NULL);
  ck_assert(status == ENG_E_CHECKSUM || status == ENG_OK);
  ck_assert_uint_eq(used, 0);
}
END_TEST

Suite *journal_suite(void)
{
  Suite *suite = suite_create("journal");
  TCase *writing = tcase_create("writing");
  TCase *failing = tcase_create("failing");
  TCase *reading = tcase_create("reading");

  tcase_add_checked_fixture(writing, set_up, tear_down);
  tcase_add_test(writing, arguments_are_checked);
  tcase_add_test(writing, each_event_is_there_and_comes_back);
  tcase_add_test(writing, an_entry_is_an_id_and_a_timeline_of_one_event);
  tcase_add_test(writing, batches_loads_and_merges_are_there);
  tcase_add_test(writing, a_loader_numbers_alike_with_a_journal_and_without);
  suite_add_tcase(suite, writing);
  tcase_add_checked_fixture(failing, set_up, tear_down);
  tcase_set_timeout(failing, 60);
  tcase_add_test(failing, a_journal_that_fails_leaves_the_book_as_it_was);
  tcase_add_test(failing, without_memory_nothing_happens);
  tcase_add_test(failing, a_replay_without_memory_goes_on_later);
  suite_add_tcase(suite, failing);
  tcase_add_checked_fixture(reading, set_up, tear_down);
  tcase_set_timeout(reading, 60);
  tcase_add_test(reading, a_replay_of_groups_costs_what_recording_did);
  tcase_add_test(reading, a_torn_end_is_taken_calmly_at_every_byte);
  tcase_add_test(reading, bytes_that_were_never_written_are_a_torn_end);
  tcase_add_test(reading, damage_in_the_middle_is_told);
  tcase_add_test(reading, pieces_of_any_size_come_to_the_same);
  tcase_add_test(reading, an_own_kind_that_nobody_knows_is_no_damage);
  tcase_add_test(reading, a_later_format_is_told_as_that);
  tcase_add_test(reading, an_entry_that_was_made_up_is_an_answer);
  tcase_add_test(reading, made_up_bytes_cost_little);
  suite_add_tcase(suite, reading);
  return suite;
}
