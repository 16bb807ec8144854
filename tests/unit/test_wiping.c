/* SPDX-License-Identifier: MIT
 *
 * test_wiping.c - what was dropped is in no byte of memory: not of what was given back,
 * which host_allocator holds against zeros in every test, and not of what is still
 * held.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/customer.h"
#include "core/event.h"
#include "unit/support.h"

Suite *wiping_suite(void);

/* A host that knows all blocks that are held. */
enum { BLOCKS = 4096 };

static struct {
  uint8_t *at;
  size_t size;
} held[BLOCKS];

static uint64_t unwiped;

static void *resize(void *user, void *old, size_t old_size, size_t new_size)
{
  void *block = new_size == 0 ? NULL : malloc(new_size);
  size_t i = 0;

  (void)user;
  /* Blocks come and go; none is resized where it lies. */
  if (old != NULL && new_size > 0) abort();
  while (held[i].at != old) i++;
  if (old != NULL) {
    for (size_t k = 0; k < old_size; k++) unwiped += held[i].at[k] != 0;
    free(old);
  }
  if (block != NULL) memset(block, 0x5a, new_size);
  held[i].at = block;
  held[i].size = new_size;
  return block;
}

/* How often some bytes stand in what is held. */
static int count_held(const void *bytes, size_t size)
{
  int count = 0;

  for (size_t i = 0; i < BLOCKS; i++) {
    for (size_t k = 0; k + size <= held[i].size; k++)
      count += memcmp(held[i].at + k, bytes, size) == 0;
  }
  return count;
}

static eng_context *context;

static void set_up(void)
{
  const eng_allocator allocator = {sizeof(eng_allocator), 0, NULL, resize};
  eng_settings *settings;

  ck_ok(eng_settings_new(&allocator, &settings));
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
}

static void tear_down(void)
{
  eng_context_free(context);
  for (size_t i = 0; i < BLOCKS; i++) ck_assert_ptr_null(held[i].at);
  ck_assert_uint_eq(unwiped, 0);
}

static const uint8_t amount[8] = {0x1d, 0xc0, 0xfe, 0xe1, 0x5e, 0xed, 0xb0, 0x0d};
static const uint8_t event_id[8] = {0x77, 0x1c, 0x0d, 0xec, 0xaf, 0x15, 0xba, 0xd5};

static uint64_t number_of(const uint8_t *bytes)
{
  uint64_t number = 0;

  for (int i = 7; i >= 0; i--) number = number << 8 | bytes[i];
  return number;
}

/* One event of the secret on day 1, and `others` on later ones. */
static eng_customer *planted(const char *id, int others)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, DAY);
  eng_customer *customer;

  ck_ok(eng_customer_new(context, id, strlen(id), &customer));
  for (int n = 0; n <= others; n++) {
    ck_ok(eng_event_reset(event, ENG_EVENT_PURCHASE, DAY + n * DAY / 4));
    ck_ok(eng_event_set_amount(event, n > 0 ? n : (int64_t)number_of(amount), 978));
    ck_ok(eng_event_set_id(event, n > 0 ? (uint64_t)n : number_of(event_id)));
    ck_ok(eng_customer_record(customer, event, NULL));
  }
  /* The event is memory of its own, and holds the last one. */
  eng_event_free(event);
  return customer;
}

static const int sizes[] = {0, 1, 5, 100, 400, 3000};

START_TEST(what_expired_is_in_no_byte_of_a_customer)
{
  eng_customer *customer = planted("customer-1", sizes[_i]);

  ck_assert_int_gt(count_held(amount, 8), 0);
  ck_assert_int_gt(count_held(event_id, 8), 0);
  ck_ok(eng_customer_expire(customer, DAY));
  ck_assert_int_eq(count_held(amount, 8), 0);
  ck_assert_int_eq(count_held(event_id, 8), 0);
  eng_customer_free(customer);
}
END_TEST

/* A book that is told of a floor, among customers that come and grow. */
START_TEST(what_expired_is_in_no_byte_of_a_book)
{
  eng_customer *customer = planted("customer-1", sizes[_i]);
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int n = 0; n < 20; n++) {
    char id[24];
    eng_customer *other;

    sprintf(id, "someone-%d", n);
    other = planted(id, n);
    ck_ok(eng_customer_expire(other, DAY));
    ck_ok(eng_book_merge_customer(book, other));
    if (n == 9) ck_ok(eng_book_merge_customer(book, customer));
    eng_customer_free(other);
  }
  ck_assert_int_gt(count_held(amount, 8), 0);
  ck_ok(eng_customer_expire(customer, DAY));
  ck_ok(eng_book_merge_customer(book, customer));
  ck_assert_int_eq(count_held(amount, 8), 0);
  ck_assert_int_eq(count_held(event_id, 8), 0);
  eng_customer_free(customer);
  eng_book_free(book);
}
END_TEST

/* Replaced is gone too, wherever it stood while the book grew and was compacted. */
START_TEST(what_was_replaced_is_in_no_byte_of_a_book)
{
  eng_customer *customer = planted("customer-1", sizes[_i]);
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, 2 * DAY);
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_book_merge_customer(book, customer));
  eng_customer_free(customer);
  ck_ok(eng_event_set_id(event, number_of(event_id)));
  ck_ok(eng_book_record(book, "customer-1", 10, event, NULL));
  ck_assert_int_eq(count_held(amount, 8), 0);
  for (int n = 0; n < 300; n++) {
    ck_ok(eng_event_reset(event, ENG_EVENT_VISIT, 900 * DAY + n));
    ck_ok(eng_book_record(book, "customer-1", 10, event, NULL));
  }
  ck_ok(eng_book_compact(book));
  ck_assert_int_eq(count_held(amount, 8), 0);
  eng_event_free(event);
  eng_book_free(book);
}
END_TEST

static eng_status take_event(void *user, const char *id, size_t length,
                             const eng_event *event, int32_t numbered, uint64_t line)
{
  (void)line;
  return eng_loader_add(user, id, length, event, numbered);
}

static eng_status take_reject(void *user, const eng_error *error, const char *row,
                              size_t length)
{
  (void)user;
  (void)error;
  (void)row;
  (void)length;
  return ENG_OK;
}

/* Readers and loaders leave nothing once they are freed; wiped is looked at above. */
START_TEST(a_reader_leaves_nothing_behind)
{
  static const char csv[] = "customer,time,kind,amount\n"
                            "planted-customer-of-a-long-name,2026-01-02,purchase,1\n"
                            "planted-customer-of-a-long-name,2026-01-03,nonsense,1\n";
  eng_loader *loader;
  eng_book *book;
  eng_csv *reader;

  ck_ok(eng_book_new(context, NULL, &book));
  ck_ok(eng_loader_new(book, ENG_IDENTICAL_KEEP, &loader));
  ck_ok(eng_csv_new(context, take_event, take_reject, loader, &reader));
  for (size_t i = 0; i < sizeof csv - 1; i++) ck_ok(eng_csv_feed(reader, csv + i, 1));
  ck_ok(eng_csv_finish(reader));
  ck_ok(eng_loader_finish(loader, NULL));
  eng_csv_free(reader);
  eng_loader_free(loader);
  ck_assert_int_gt(count_held("planted-customer", 16), 0);
  eng_book_free(book);
  ck_assert_int_eq(count_held("planted-customer", 16), 0);
}
END_TEST

START_TEST(what_is_taken_back_is_in_no_byte)
{
  eng_customer *customer;
  eng_event *event;
  struct eng__event fields;

  ck_ok(eng_customer_new(context, "customer-17", 11, &customer));
  ck_ok(eng_event_new(context, ENG_EVENT_VISIT, DAY, &event));
  ck_ok(eng_customer_record(customer, event, NULL));
  ck_ok(eng_event_reset(event, ENG_EVENT_PURCHASE, 2 * DAY));
  ck_ok(eng_event_set_id(event, number_of(event_id)));
  ck_ok(eng_customer_record(customer, event, NULL));
  fields = event->fields;
  eng_event_free(event);
  ck_assert_int_gt(count_held(event_id, sizeof event_id), 0);
  eng__timeline_take_back(&customer->timeline, &customer->home.pen, &fields);
  ck_assert_int_eq(count_held(event_id, sizeof event_id), 0);
  ck_assert_uint_eq(eng_customer_event_count(customer), 1);
  eng_customer_free(customer);
}
END_TEST

Suite *wiping_suite(void)
{
  Suite *suite = suite_create("wiping");
  TCase *tests = tcase_create("wiping");
  const int count = sizeof sizes / sizeof *sizes;

  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, what_is_taken_back_is_in_no_byte);
  tcase_add_loop_test(tests, what_expired_is_in_no_byte_of_a_customer, 0, count);
  tcase_add_loop_test(tests, what_expired_is_in_no_byte_of_a_book, 0, count);
  tcase_add_loop_test(tests, what_was_replaced_is_in_no_byte_of_a_book, 0, count);
  tcase_add_test(tests, a_reader_leaves_nothing_behind);
  suite_add_tcase(suite, tests);
  return suite;
}
