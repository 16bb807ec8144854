/* SPDX-License-Identifier: MIT
 *
 * test_known.c - as known then: what a late void, refund or correction hides and does
 * not hide, who is in such a book, and every allocation failing.
 */
#include <string.h>

#include "unit/support.h"

Suite *known_suite(void);

static struct host host;
static eng_context *context;
static eng_customer *customer;

static void set_up(void)
{
  memset(&host, 0, sizeof host);
  context = context_in(&host);
  customer = customer_of(context);
}

static void tear_down(void)
{
  eng_customer_free(customer);
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

static void tell(int32_t kind, int64_t day, int64_t recorded, uint64_t id,
                 uint64_t refers_to)
{
  eng_event *event = event_of(context, kind, day * DAY);

  if (recorded >= 0) ck_ok(eng_event_set_recorded_at(event, recorded * DAY));
  if (id != 0) ck_ok(eng_event_set_id(event, id));
  if (refers_to != 0) ck_ok(eng_event_set_refers_to(event, 1, refers_to));
  (void)record(customer, event);
}

/* How many events were known at the end of a day, and how many purchases stood. */
static uint64_t known_on(int64_t day, int64_t *purchases)
{
  eng_model *model = model_of(context, "language 1\nmodel m \"m\"\n"
                                       "  shape ladder\n"
                                       "stage one\n"
                                       "  when count(purchase) >= 1\n"
                                       "stage two\n"
                                       "  when count(purchase) >= 2\n");
  const eng_model *models[] = {model};
  eng_assessor *assessor;
  eng_customer *known;
  int32_t stage = 0;
  uint64_t count;

  ck_ok(eng_customer_known_at(customer, day * DAY + DAY - 1, &known));
  ck_ok(eng_assessor_new(context, models, 1, &assessor));
  ck_ok(eng_assessor_assess(assessor, known, 900 * DAY, &stage));
  *purchases = stage;
  count = eng_customer_event_count(known);
  ck_assert(eng_customer_floor(known) == eng_customer_floor(customer));
  eng_customer_free(known);
  eng_assessor_free(assessor);
  eng_model_free(model);
  return count;
}

START_TEST(a_void_acts_once_it_was_recorded)
{
  int64_t purchases;

  tell(ENG_EVENT_PURCHASE, 3, -1, 7, 0);
  tell(ENG_EVENT_PURCHASE, 4, 6, 8, 0);
  tell(ENG_EVENT_VOID, 4, 9, 9, 7);
  ck_assert_uint_eq(known_on(2, &purchases), 0);
  ck_assert_uint_eq(known_on(3, &purchases), 1);
  ck_assert_int_eq(purchases, 1);
  ck_assert_uint_eq(known_on(5, &purchases), 1);
  ck_assert_uint_eq(known_on(6, &purchases), 2);
  ck_assert_int_eq(purchases, 2);
  ck_assert_uint_eq(known_on(9, &purchases), 3);
  ck_assert_int_eq(purchases, 1);
}
END_TEST

START_TEST(what_was_replaced_is_gone_at_every_moment)
{
  int64_t purchases;

  tell(ENG_EVENT_PURCHASE, 3, 3, 7, 0);
  ck_assert_uint_eq(known_on(3, &purchases), 1);
  tell(ENG_EVENT_PURCHASE, 4, 20, 7, 0);
  ck_assert_uint_eq(known_on(3, &purchases), 0);
  ck_assert_uint_eq(known_on(19, &purchases), 0);
  ck_assert_uint_eq(known_on(20, &purchases), 1);
}
END_TEST

START_TEST(of_equal_events_the_first_telling_counts)
{
  int64_t purchases;

  tell(ENG_EVENT_PURCHASE, 3, 20, 0, 0);
  tell(ENG_EVENT_PURCHASE, 3, 5, 0, 0);
  ck_assert_uint_eq(known_on(4, &purchases), 0);
  ck_assert_uint_eq(known_on(5, &purchases), 1);
}
END_TEST

START_TEST(arguments_are_checked)
{
  eng_customer *known = customer;
  eng_book *book, *other;

  ck_ok(eng_book_new(context, NULL, &book));
  ck_assert_int_eq(eng_customer_known_at(NULL, 0, &known), ENG_E_INVALID);
  ck_assert_ptr_null(known);
  ck_assert_int_eq(eng_customer_known_at(customer, 0, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_known_at(customer, -1, &known), ENG_E_TIME);
  ck_assert_int_eq(eng_customer_known_at(customer, ENG_TIME_MAX + 1, &known),
                   ENG_E_TIME);
  other = book;
  ck_assert_int_eq(eng_book_known_at(NULL, 0, &other), ENG_E_INVALID);
  ck_assert_ptr_null(other);
  ck_assert_int_eq(eng_book_known_at(book, 0, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_known_at(book, ENG_TIME_NONE, &other), ENG_E_TIME);
  ck_ok(eng_book_known_at(book, 0, &other));
  ck_assert_uint_eq(eng_book_customer_count(other), 0);
  eng_book_free(other);
  eng_book_free(book);
}
END_TEST

/* A book of a customer with few events, one with many, one with a floor alone and one
 * of whom nothing was known yet. */
static eng_book *four_customers(void)
{
  eng_book *book;
  eng_event *event = event_of(context, ENG_EVENT_VISIT, 0);
  eng_customer *bare;

  ck_ok(eng_book_new(context, NULL, &book));
  for (int64_t i = 0; i < 2000; i++) {
    ck_ok(eng_event_reset(event, i % 3 ? ENG_EVENT_VISIT : ENG_EVENT_PURCHASE,
                          i * 3600000));
    ck_ok(eng_event_set_id(event, (uint64_t)i + 1));
    ck_ok(eng_book_record(book, "many", 4, event, NULL));
    if (i < 9) ck_ok(eng_book_record(book, "few", 3, event, NULL));
  }
  ck_ok(eng_event_reset(event, ENG_EVENT_VISIT, 800 * DAY));
  ck_ok(eng_book_record(book, "later", 5, event, NULL));
  eng_event_free(event);
  ck_ok(eng_customer_new(context, "bare", 4, &bare));
  ck_ok(eng_customer_expire(bare, DAY));
  ck_ok(eng_book_merge_customer(book, bare));
  eng_customer_free(bare);
  return book;
}

START_TEST(who_was_not_known_yet_is_not_in_the_book)
{
  eng_book *book = four_customers(), *known;
  uint64_t row;

  ck_ok(eng_book_known_at(book, 80 * DAY, &known));
  ck_assert_uint_eq(eng_book_customer_count(known), 3);
  ck_assert_int_eq(eng_book_find(known, "later", 5, &row), ENG_E_NOTFOUND);
  ck_ok(eng_book_find(known, "bare", 4, &row));
  ck_assert_uint_eq(eng_book_event_count(known), 9 + 80 * 24 + 1);
  eng_book_free(known);
  ck_ok(eng_book_known_at(book, ENG_TIME_MAX, &known));
  ck_assert_uint_eq(eng_book_customer_count(known), 4);
  eng_book_free(known);
  eng_book_free(book);
}
END_TEST

/* Members keep what they did themselves, and a link is known since it was said. */
START_TEST(links_are_known_since_they_were_said)
{
  eng_book *book = four_customers(), *known, *again;
  uint64_t row, other;

  ck_ok(eng_book_link(book, "few", 3, "many", 4, 500 * DAY));
  ck_ok(eng_book_link(book, "bare", 4, "later", 5, 10 * DAY));
  ck_ok(eng_book_known_at(book, 400 * DAY, &known));
  ck_assert_uint_eq(eng_book_link_count(known), 1);
  ck_ok(eng_book_find(known, "few", 3, &row));
  ck_ok(eng_book_find(known, "many", 4, &other));
  ck_assert(row != other);
  eng_book_free(known);
  ck_ok(eng_book_known_at(book, ENG_TIME_MAX, &known));
  ck_assert_uint_eq(eng_book_link_count(known), 2);
  ck_ok(eng_book_find(known, "few", 3, &row));
  ck_ok(eng_book_find(known, "many", 4, &other));
  ck_assert(row == other);
  ck_ok(eng_book_known_at(known, ENG_TIME_MAX, &again));
  ck_assert(eng_book_event_count(book) == eng_book_event_count(again));
  ck_assert(eng_book_customer_count(book) == eng_book_customer_count(again));
  eng_book_free(again);
  eng_book_free(known);
  eng_book_free(book);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
  eng_book *book = four_customers();
  uint64_t failures = 0;

  ck_ok(eng_book_link(book, "few", 3, "later", 5, DAY));

  for (int which = 0; which < 2; which++) {
    for (uint64_t n = 1;; n++) {
      eng_book *known = NULL;
      eng_customer *one = NULL, *then = NULL;
      uint64_t row;
      eng_status status;

      host_reset(&host);
      ck_ok(eng_book_find(book, "many", 4, &row));
      ck_ok(eng_book_customer(book, row, &one));
      host_reset(&host);
      host.fail_at = n;
      host.for_ever = _i == 1;
      status = which == 0 ? eng_book_known_at(book, 70 * DAY, &known)
                          : eng_customer_known_at(one, 70 * DAY, &then);
      failures += host.failures;
      host.fail_at = 0;
      if (status != ENG_OK) ck_assert_int_eq(status, ENG_E_NOMEM);
      ck_assert((status == ENG_OK) == (known != NULL || then != NULL));
      eng_book_free(known);
      eng_customer_free(then);
      eng_customer_free(one);
      if (status == ENG_OK) break;
    }
  }
  ck_assert_uint_gt(failures, 10);
  eng_book_free(book);
}
END_TEST

Suite *known_suite(void)
{
  Suite *suite = suite_create("known");
  TCase *tests = tcase_create("known");

  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, a_void_acts_once_it_was_recorded);
  tcase_add_test(tests, what_was_replaced_is_gone_at_every_moment);
  tcase_add_test(tests, of_equal_events_the_first_telling_counts);
  tcase_add_test(tests, arguments_are_checked);
  tcase_add_test(tests, who_was_not_known_yet_is_not_in_the_book);
  tcase_add_test(tests, links_are_known_since_they_were_said);
  tcase_add_loop_test(tests, every_allocation_may_fail, 0, 2);
  suite_add_tcase(suite, tests);
  return suite;
}
