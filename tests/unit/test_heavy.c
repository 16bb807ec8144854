/* SPDX-License-Identifier: MIT
 *
 * test_heavy.c - customers with very many events: recording stays cheap, counted in
 * requests for memory and bytes, and the blocks hold what one run would.
 */
#include <stdlib.h>
#include <string.h>

#include "core/customer.h"
#include "model/assessor.h"
#include "unit/support.h"

Suite *heavy_suite(void);

static struct host host;
static eng_context *context;
static eng_customer *customer;
static eng_event *event;

static void open_customer(void)
{
  memset(&host, 0, sizeof host);
  context = context_in(&host);
  customer = customer_of(context);
  event = event_of(context, ENG_EVENT_VISIT, 0);
}

/* The same with money. */
static void open_customer_of_a_shop(void)
{
  eng_allocator allocator;
  eng_settings *settings;

  memset(&host, 0, sizeof host);
  allocator = host_allocator(&host);
  ck_ok(eng_settings_new(&allocator, &settings));
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  customer = customer_of(context);
  event = event_of(context, ENG_EVENT_VISIT, 0);
}

static void close_customer(void)
{
  eng_event_free(event);
  eng_customer_free(customer);
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

/* A million, or fewer where CASES is below 100: emulators. */
static int64_t million(void)
{
  const char *cases = getenv("CASES");
  long percent = cases == NULL ? 100 : strtol(cases, NULL, 10);

  return 10000 * (int64_t)(percent < 1 ? 1 : percent > 100 ? 100 : percent);
}

static int32_t put(int64_t at, int64_t id)
{
  int32_t outcome;

  ck_ok(eng_event_reset(event, ENG_EVENT_PURCHASE + (at % 7 == 0), at));
  ck_ok(eng_event_set_amount(event, at % 100000, 978));
  if (id >= 0) ck_ok(eng_event_set_id(event, (uint64_t)id));
  if (eng_customer_record(customer, event, &outcome) != ENG_OK)
    ck_abort_msg("record fails");
  return outcome;
}

/* Bytes of all blocks and nodes, told by the timeline itself. */
static size_t held(void)
{
  ck_assert_ptr_nonnull(customer->timeline.heavy);
  return customer->timeline.heavy->memory;
}

START_TEST(a_million_events_in_order_and_then_late_ones_stay_cheap)
{
  const int64_t n = million();
  uint64_t in_order_bytes;

  host_reset(&host);
  for (int64_t i = 0; i < n; i++) ck_assert_int_eq(put(i * 1000, -1), ENG_RECORD_ADDED);
  in_order_bytes = host.asked;
  /* A block of 1 KiB takes some 125 of these events. */
  ck_assert_uint_lt(host.requests, (uint64_t)n / 100 + 50);
  ck_assert_uint_lt(in_order_bytes, (uint64_t)n * 16 + 65536);
  ck_assert_uint_lt(held(), (size_t)n * 12 + 65536);
  ck_assert_uint_le(held(), host.live);

  host_reset(&host);
  for (int64_t i = 0; i < n / 4; i++)
    ck_assert_int_eq(put(i * 7919 % n * 1000 + 1, -1), ENG_RECORD_ADDED);
  ck_assert_uint_lt(host.requests, (uint64_t)n / 8);
  ck_assert_uint_lt(host.asked, (uint64_t)n * 16 + 65536);
  ck_assert(eng_customer_event_count(customer) == (uint64_t)(n + n / 4));

  host_reset(&host);
  for (int64_t i = 0; i < n / 4; i++)
    ck_assert_int_eq(put(i * 7919 % n * 1000, -1), ENG_RECORD_UNCHANGED);
  ck_assert_uint_eq(host.requests, 0);
}
END_TEST

START_TEST(a_million_events_with_ids_and_their_versions_stay_cheap)
{
  const int64_t n = million();

  host_reset(&host);
  for (int64_t i = 0; i < n; i++) ck_assert_int_eq(put(i * 1000, i), ENG_RECORD_ADDED);
  ck_assert_uint_lt(host.requests, (uint64_t)n / 50 + 50);
  /* The table of ids doubles: 16 bytes an entry, at most 3/8 full after growing. */
  ck_assert_uint_lt(host.asked, (uint64_t)n * 120 + 65536);
  host_reset(&host);
  for (int64_t i = 0; i < n / 10; i++) {
    int64_t id = i * 7919 % n;

    ck_assert_int_eq(put(id * 1000, id), ENG_RECORD_UNCHANGED);
    ck_assert_int_eq(put(id * 1000 - 1 + (id == 0), id), ENG_RECORD_UNCHANGED);
  }
  ck_assert_uint_eq(host.requests, 0);
  /* Each moves to a later time, often another block. */
  for (int64_t i = 0; i < n / 10; i++) {
    int64_t id = i * 7919 % n;

    ck_assert_int_eq(put(id * 1000 + 777777, id), ENG_RECORD_REPLACED);
    if (i >= 2000) break;
  }
  ck_assert(eng_customer_event_count(customer) == (uint64_t)n);
}
END_TEST

START_TEST(a_million_events_are_encoded_decoded_merged_and_expired)
{
  const int64_t n = million();
  struct bytes bytes;
  eng_customer *copy, *late;

  for (int64_t i = 0; i < n; i++) (void)put(i * 1000, i % 10 == 0 ? i : -1);
  bytes = encoded(customer);
  ck_assert_uint_lt(bytes.size, (size_t)n * 9);
  host_reset(&host);
  copy = decoded(context, bytes.at, bytes.size);
  ck_assert_uint_lt(host.asked, 64 * bytes.size + 16384);
  ck_assert(same_timeline(customer, copy));
  late = customer_of(context);
  ck_ok(eng_event_reset(event, ENG_EVENT_CLICK, n * 500));
  ck_assert_int_eq(record(late, event_of(context, ENG_EVENT_CLICK, n * 500)),
                   ENG_RECORD_ADDED);
  ck_ok(eng_customer_merge(copy, late));
  ck_ok(eng_customer_record(customer, event, NULL));
  ck_assert(same_timeline(customer, copy));
  ck_ok(eng_customer_expire(customer, n * 500));
  ck_ok(eng_customer_expire(copy, n * 500));
  ck_assert(same_timeline(customer, copy));
  ck_assert(eng_customer_event_count(copy) == (uint64_t)(n / 2 - 1));
  ck_ok(eng_customer_expire(copy, n * 1000));
  ck_assert(eng_customer_event_count(copy) == 0);
  ck_assert_ptr_null(copy->timeline.heavy);
  free(bytes.at);
  eng_customer_free(copy);
  eng_customer_free(late);
}
END_TEST

/* Whatever was taken out is no longer found, whatever is left is. */
START_TEST(the_table_of_ids_follows_what_expires)
{
  for (int64_t i = 0; i < 5000; i++) (void)put(i * 10, i * 65536);
  for (int64_t floor = 0; floor < 50000; floor += 3330) {
    ck_ok(eng_customer_expire(customer, floor));
    for (int64_t i = floor / 10 + 1; i < 5000; i += 7)
      ck_assert_int_eq(put(i * 10, i * 65536), ENG_RECORD_UNCHANGED);
    ck_assert_uint_eq(customer->timeline.heavy->id_count,
                      eng_customer_event_count(customer));
    /* An id that expired is a new event above the floor. */
    ck_assert_int_eq(put(60000 + floor, 0),
                     floor == 0 ? ENG_RECORD_ADDED : ENG_RECORD_REPLACED);
    ck_assert_int_eq(put(60000, 0), ENG_RECORD_UNCHANGED);
  }
}
END_TEST

/* The summary of the whole against that of a timeline that never held anything else. */
START_TEST(what_is_replaced_leaves_no_trace_in_the_summary)
{
  const int64_t count = 60000;

  for (int64_t i = 0; i < count; i++) (void)put(i * 1000, i);
  for (int64_t i = 0; i < 400; i++) {
    const int32_t kinds[] = {ENG_EVENT_VISIT, ENG_EVENT_REFUND, ENG_EVENT_PURCHASE};
    /* From both ends, so that the first and last purchase go. */
    int64_t id = i % 2 == 0 ? i / 2 : count - 1 - i / 2;
    eng_customer *copy;

    ck_ok(eng_event_reset(event, kinds[i % 3], id * 1000 + i * 33333));
    ck_ok(eng_event_set_id(event, (uint64_t)id));
    ck_ok(eng_event_set_revision(event, 1));
    ck_assert_int_eq(record(customer, event), ENG_RECORD_REPLACED);
    event = event_of(context, ENG_EVENT_CLICK, i * 777777 + 1);
    if (i % 3 == 0) ck_ok(eng_customer_record(customer, event, NULL));
    if (i % 40 != 0) continue;
    copy = copy_of(context, customer);
    ck_assert_mem_eq(&customer->timeline.heavy->summary, &copy->timeline.heavy->summary,
                     sizeof copy->timeline.heavy->summary);
    ck_assert(customer->timeline.heavy->last == copy->timeline.heavy->last);
    ck_assert(same_timeline(customer, copy));
    eng_customer_free(copy);
  }
  ck_assert_uint_gt(customer->timeline.heavy->node_count, 2);
}
END_TEST

/* Replacing the only event of a block takes the block out. */
START_TEST(blocks_that_become_empty_go)
{
  const int64_t count = 3000;

  for (int64_t i = 0; i < count; i++) (void)put(i * 10, i);
  for (int64_t i = 0; i < count; i++)
    ck_assert_int_eq(put(100000 + i, i), ENG_RECORD_REPLACED);
  ck_assert(eng_customer_event_count(customer) == (uint64_t)count);
  for (size_t i = 0; i < customer->timeline.heavy->node_count; i++)
    ck_assert_uint_gt(customer->timeline.heavy->nodes[i]->count, 0);
  for (int64_t i = 0; i < count; i++)
    ck_assert_int_eq(put(100000 + i, i), ENG_RECORD_UNCHANGED);
}
END_TEST

/* Many events of one time and kind whose effective ids are equal: found all the same.
 */
START_TEST(ids_that_are_effective_ids_of_others_are_found_across_blocks)
{
  eng_event *plain = event_of(context, ENG_EVENT_VISIT, 5000);
  uint64_t id = eng_event_effective_id(plain);

  for (int64_t i = 0; i < 3000; i++) (void)put(i * 10, i);
  ck_ok(eng_customer_record(customer, plain, NULL));
  ck_ok(eng_event_set_id(plain, id));
  ck_ok(eng_customer_record(customer, plain, NULL));
  for (uint32_t revision = 1; revision < 400; revision++) {
    int32_t outcome;

    ck_ok(eng_event_set_revision(plain, revision));
    ck_ok(eng_customer_record(customer, plain, &outcome));
    ck_assert_int_eq(outcome, ENG_RECORD_REPLACED);
  }
  ck_assert(eng_customer_event_count(customer) == 3002);
  eng_event_free(plain);
}
END_TEST

/* An event without id begins a block, or a node, and its effective id is the id of the
 * event before it: the look-up steps back. Bytes are put into blocks one after the
 * other, so long extensions decide which event begins one. */
START_TEST(an_id_is_found_before_a_block_that_begins_with_its_double)
{
  uint8_t more[1024];
  const int count = 115 + _i;
  eng_event *long_one = event_of(context, ENG_EVENT_VISIT, 0);
  eng_customer *copy;
  int32_t outcome;
  uint64_t id;

  memset(more, 7, sizeof more);
  for (int i = 0; i < count + 5; i++) {
    ck_ok(eng_event_reset(long_one, ENG_EVENT_VISIT, i < count ? i : 5000 + i));
    long_one->fields.extension = more;
    long_one->fields.extension_size = sizeof more;
    ck_ok(eng_customer_record(customer, long_one, NULL));
  }
  /* The value makes its content greater than that of the event with the id. */
  ck_ok(eng_event_reset(long_one, ENG_EVENT_VISIT, 5000));
  ck_ok(eng_event_set_value(long_one, 1));
  long_one->fields.extension = more;
  long_one->fields.extension_size = sizeof more;
  id = eng_event_effective_id(long_one);
  ck_ok(eng_customer_record(customer, long_one, NULL));
  ck_ok(eng_event_set_value(long_one, INT64_MIN));
  ck_ok(eng_event_set_id(long_one, id));
  ck_ok(eng_customer_record(customer, long_one, NULL));
  copy = copy_of(context, customer);
  for (uint32_t revision = 1; revision < 5; revision++) {
    ck_ok(eng_event_set_revision(long_one, revision));
    ck_ok(eng_customer_record(copy, long_one, &outcome));
    ck_assert_int_eq(outcome, ENG_RECORD_REPLACED);
    ck_ok(eng_customer_record(copy, long_one, &outcome));
    ck_assert_int_eq(outcome, ENG_RECORD_UNCHANGED);
    ck_ok(eng_customer_record(customer, long_one, NULL));
    ck_assert(same_timeline(customer, copy));
  }
  eng_customer_free(copy);
  eng_event_free(long_one);
}
END_TEST

/* A block of one event that moves on leaves no block behind. */
START_TEST(a_block_of_one_event_goes_with_it)
{
  uint8_t more[1024];
  eng_event *big = event_of(context, ENG_EVENT_VISIT, 0);
  int32_t outcome;

  memset(more, 7, sizeof more);
  for (int round = 0; round < 3; round++) {
    for (int64_t i = 0; i < 300; i++) {
      ck_ok(eng_event_reset(big, ENG_EVENT_VISIT, (round * 1000 + i) * 100));
      ck_ok(eng_event_set_id(big, (uint64_t)i));
      big->fields.extension = more;
      big->fields.extension_size = sizeof more;
      ck_ok(eng_customer_record(customer, big, &outcome));
      ck_assert_int_eq(outcome, round == 0 ? ENG_RECORD_ADDED : ENG_RECORD_REPLACED);
    }
    ck_assert(eng_customer_event_count(customer) == 300);
  }
  eng_event_free(big);
}
END_TEST

/* ---- counts ---- */

static const char counted_text[] =
    "language 1\nmodel counted\n"
    "dimension n1 = count(purchase)\n"
    "dimension n2 = count(any within 90 days)\n"
    "dimension n3 = count(visit, click within 700 days before 30 days)\n"
    "dimension n4 = count(review before 400 days)\n"
    "dimension n5 = sum(purchase, refund)\n"
    "dimension n6 = sum(purchase within 365 days)\n"
    "dimension n7 = sum(any within 2 days)\n"
    "stage fresh when recency(click within 300 days) <= 90 m\n"
    "stage quiet when recency(review) > 6 h and recency(purchase before 10 days) < 11 "
    "days\n"
    "stage early when tenure(click within 100 days) < 99 days or tenure(review) > 900 "
    "days\n";

enum { COUNTED = 7 };

/* An assessor of the model, and one that has to walk, because of a measure more. */
static eng_assessor *assessor_of(bool walks, eng_model **model)
{
  char text[sizeof counted_text + 40];
  const eng_model *models[1];
  eng_assessor *assessor;

  strcpy(text, counted_text);
  if (walks) strcat(text, "dimension n8 = days(any)\n");
  ck_ok(eng_model_parse(context, text, strlen(text), model, NULL));
  models[0] = *model;
  ck_ok(eng_assessor_new(context, models, 1, &assessor));
  ck_assert(assessor->all_counted == !walks);
  return assessor;
}

static void same_answers(eng_assessor *quick, eng_assessor *slow, int64_t as_of)
{
  eng_value a[COUNTED], b[COUNTED + 1];
  int32_t stage, other;

  ck_ok(eng_assessor_dimensions(quick, 0, customer, as_of, a, COUNTED));
  ck_ok(eng_assessor_dimensions(slow, 0, customer, as_of, b, COUNTED + 1));
  for (int i = 0; i < COUNTED; i++) {
    ck_assert_int_eq(a[i].defined, b[i].defined);
    ck_assert_int_eq(a[i].numerator, b[i].numerator);
  }
  ck_ok(eng_assessor_assess(quick, customer, as_of, &stage));
  ck_ok(eng_assessor_assess(slow, customer, as_of, &other));
  ck_assert_int_eq(stage, other);
}

static uint64_t drawn = 1;

static uint64_t draw(uint64_t below)
{
  drawn = drawn * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (drawn >> 33) % below;
}

/* Any kind, often at the time of another event, some with money of either currency. */
static void put_any(int64_t span)
{
  static const int32_t kinds[] = {ENG_EVENT_VISIT,  ENG_EVENT_CLICK,
                                  ENG_EVENT_REVIEW, ENG_EVENT_PURCHASE,
                                  ENG_EVENT_REFUND, ENG_EVENT_MESSAGE_OUT};
  int64_t at =
      (int64_t)draw((uint64_t)(span / 3600000)) * 3600000 + (int64_t)draw(3) * 60000;
  int32_t kind = kinds[draw(100) == 0 ? 2 : draw(6)];

  ck_ok(eng_event_reset(event, kind, at));
  if (kind == ENG_EVENT_PURCHASE || kind == ENG_EVENT_REFUND || draw(50) == 0) {
    ck_ok(eng_event_set_amount(event, (int64_t)draw(100000) - 20000,
                               draw(5) == 0 ? 840 : 978));
  }
  if (draw(4) == 0) ck_ok(eng_event_set_id(event, draw(20000)));
  ck_ok(eng_customer_record(customer, event, NULL));
}

START_TEST(counts_say_what_a_walk_says)
{
  const int64_t span = INT64_C(1000) * 86400000;
  const int64_t n =
      million() / 25 < 6000 ? 6000 : million() / 25; /* heavy in any case */
  eng_model *models[2];
  eng_assessor *quick = assessor_of(false, &models[0]);
  eng_assessor *slow = assessor_of(true, &models[1]);
  uint64_t counted = 0;

  for (int64_t i = 0; i < n; i++) {
    put_any(span);
    if (i == n / 2) ck_ok(eng_customer_expire(customer, span / 10));
    if (i % 100 != 0) continue;
    counted += eng__can_count(quick, &customer->timeline);
    same_answers(quick, slow, (int64_t)draw((uint64_t)(span / 60000)) * 60000);
    same_answers(quick, slow, (int64_t)draw((uint64_t)span));
  }
  ck_assert_uint_gt(counted, 0);
  /* And once everything stands still, at and beside every kind of edge. */
  for (int i = 0; i < 300; i++) {
    int64_t at = (int64_t)draw((uint64_t)(span / 3600000)) * 3600000;

    for (int64_t beside = -1; beside <= 1; beside++) {
      same_answers(quick, slow, at + beside + (at == 0));
    }
  }
  eng_assessor_free(quick);
  eng_assessor_free(slow);
  eng_model_free(models[0]);
  eng_model_free(models[1]);
}
END_TEST

START_TEST(counts_are_done_without_where_there_is_no_memory)
{
  const int64_t span = INT64_C(1000) * 86400000;
  eng_model *models[2];
  eng_assessor *quick = assessor_of(false, &models[0]);
  eng_assessor *slow = assessor_of(true, &models[1]);
  uint64_t failed = 0;

  for (int64_t i = 0; i < 12000; i++) {
    uint64_t before;
    eng_status status;

    host_reset(&host);
    if (draw(3) == 0) host.fail_at = 1 + draw(3);
    ck_ok(eng_event_reset(event, ENG_EVENT_PURCHASE,
                          (int64_t)draw((uint64_t)(span / 1000)) * 1000));
    ck_ok(eng_event_set_amount(event, (int64_t)draw(9999), 978));
    before = eng_customer_event_count(customer);
    status = eng_customer_record(customer, event, NULL);
    failed += status != ENG_OK;
    ck_assert(status == ENG_OK || eng_customer_event_count(customer) == before);
    host.fail_at = 0;
    if (i % 200 == 0) same_answers(quick, slow, (int64_t)draw((uint64_t)span));
  }
  ck_assert_uint_gt(failed, 0);
  eng_assessor_free(quick);
  eng_assessor_free(slow);
  eng_model_free(models[0]);
  eng_model_free(models[1]);
}
END_TEST

Suite *heavy_suite(void)
{
  Suite *suite = suite_create("heavy");
  TCase *tests = tcase_create("heavy"), *counts = tcase_create("counts");

  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, open_customer, close_customer);
  tcase_add_test(tests, a_million_events_in_order_and_then_late_ones_stay_cheap);
  tcase_add_test(tests, a_million_events_with_ids_and_their_versions_stay_cheap);
  tcase_add_test(tests, a_million_events_are_encoded_decoded_merged_and_expired);
  tcase_add_test(tests, the_table_of_ids_follows_what_expires);
  tcase_add_test(tests, what_is_replaced_leaves_no_trace_in_the_summary);
  tcase_add_test(tests, blocks_that_become_empty_go);
  tcase_add_test(tests, ids_that_are_effective_ids_of_others_are_found_across_blocks);
  tcase_add_loop_test(tests, an_id_is_found_before_a_block_that_begins_with_its_double,
                      0, 20);
  tcase_add_test(tests, a_block_of_one_event_goes_with_it);
  suite_add_tcase(suite, tests);
  tcase_set_timeout(counts, 60);
  tcase_add_checked_fixture(counts, open_customer_of_a_shop, close_customer);
  tcase_add_test(counts, counts_say_what_a_walk_says);
  tcase_add_test(counts, counts_are_done_without_where_there_is_no_memory);
  suite_add_tcase(suite, counts);
  return suite;
}
