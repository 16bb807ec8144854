/* SPDX-License-Identifier: MIT
 *
 * test_memory.c - every request for memory fails once, alone and with all that follow.
 *
 * A story is run again and again, with the n-th request failing, until none fails any
 * more. Each step that fails must say ENG_E_NOMEM and leave the bytes as they were; it
 * is then done again with memory. In the end nothing is left and every old size told
 * to the allocator was right.
 */
#include <stdlib.h>
#include <string.h>

#include "core/customer.h"
#include "core/memory.h"
#include "unit/support.h"

Suite *memory_suite(void);

static struct host host;
static eng_context *context;
/* The same events in other memory, which never fails. */
static eng_context *shadow_context;

static void open_host(void)
{
  memset(&host, 0, sizeof host);
  context = context_in(&host);
  shadow_context = plain_context();
}

static void close_host(void)
{
  eng_context_free(context);
  eng_context_free(shadow_context);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

/* The n-th request from now on fails; 0: none. */
static void arm(uint64_t n, bool for_ever)
{
  host_reset(&host);
  host.fail_at = n;
  host.for_ever = for_ever;
}

static void disarm(void) { host.fail_at = 0; }

static bool failed(void) { return host.failures > 0; }

/* Bytes by way of the host's allocator without letting it fail meanwhile. */
static struct bytes peek(const eng_customer *customer)
{
  struct host saved = host;
  struct bytes bytes;

  disarm();
  bytes = encoded(customer);
  host.fail_at = saved.fail_at;
  host.requests = saved.requests;
  return bytes;
}

static eng_event *filled; /* reused, so that a step asks for memory of its own only */
static eng_customer *other;

/* An event of the n-th of many shapes. */
static void fill(int64_t n, int64_t at, bool id)
{
  ck_ok(eng_event_reset(filled, n % 3 == 0 ? 130 : ENG_EVENT_PURCHASE, at));
  ck_ok(eng_event_set_channel(filled, (int32_t)(n % 12)));
  ck_ok(eng_event_set_scale(filled, (int32_t)(n / 12 % 6)));
  ck_ok(eng_event_set_amount(filled, n, n % 2 == 0 ? 978 : 392));
  ck_ok(eng_event_set_flags(filled, (int32_t)(n / 72 % 2), (int32_t)(n / 144 % 2)));
  if (id) ck_ok(eng_event_set_id(filled, (uint64_t)n));
}

static eng_status append(eng_customer *customer, int64_t n)
{
  fill(n, n * 60000, false);
  return eng_customer_record(customer, filled, NULL);
}

static eng_status append_with_id(eng_customer *customer, int64_t n)
{
  fill(n, n * 60000, true);
  return eng_customer_record(customer, filled, NULL);
}

static eng_status record_late(eng_customer *customer, int64_t n)
{
  fill(n, n * 7919 % 1000 * 50, true);
  return eng_customer_record(customer, filled, NULL);
}

static eng_status replace(eng_customer *customer, int64_t n)
{
  fill(n, n * 7919 % 3000 * 60000, true);
  ck_ok(eng_event_set_revision(filled, 70000));
  return eng_customer_record(customer, filled, NULL);
}

static eng_status merge_other(eng_customer *customer, int64_t n)
{
  (void)n;
  return eng_customer_merge(customer, other);
}

static eng_status merge_self(eng_customer *customer, int64_t n)
{
  (void)n;
  return eng_customer_merge(customer, customer);
}

static eng_status expire(eng_customer *customer, int64_t floor)
{
  return eng_customer_expire(customer, floor);
}

/* Runs one step with its n-th request failing, for every n. */
static void try_step(eng_customer *customer, eng_status (*run)(eng_customer *, int64_t),
                     int64_t argument, bool for_ever)
{
  for (uint64_t n = 1;; n++) {
    struct bytes before = peek(customer), after;
    uint64_t count = eng_customer_event_count(customer);
    int64_t floor = eng_customer_floor(customer);
    eng_status status;

    arm(n, for_ever);
    status = run(customer, argument);
    if (status != ENG_OK) {
      ck_assert_int_eq(status, ENG_E_NOMEM);
      ck_assert(failed());
      disarm();
      after = encoded(customer);
      ck_assert(same_bytes(before, after));
      ck_assert(eng_customer_event_count(customer) == count);
      ck_assert(eng_customer_floor(customer) == floor);
      free(after.at);
    }
    free(before.at);
    /* Also where a request failed: a shape that the table has no room for is written
     * in full. */
    if (status == ENG_OK) {
      disarm();
      return;
    }
  }
}

/* _i: 0 one-shot, 1 persistent. */

START_TEST(settings_and_contexts_fail_whole)
{
  eng_allocator memory = host_allocator(&host);

  for (uint64_t n = 1;; n++) {
    eng_settings *settings = NULL;
    eng_context *made = NULL;
    eng_status status;

    arm(n, _i == 1);
    status = eng_settings_new(&memory, &settings);
    if (status == ENG_OK) status = eng_context_new(settings, &made);
    if (status != ENG_OK) {
      ck_assert_int_eq(status, ENG_E_NOMEM);
      ck_assert_ptr_null(made);
    }
    eng_settings_free(settings);
    eng_context_free(made);
    if (!failed()) break;
  }
  disarm();
}
END_TEST

START_TEST(events_customers_and_cursors_fail_whole)
{
  eng_customer *customer = NULL;

  for (uint64_t n = 1;; n++) {
    eng_event *event = NULL;
    eng_event_cursor *cursor = NULL;
    const eng_event *next;
    eng_status status;

    arm(n, _i == 1);
    status = eng_event_new(context, ENG_EVENT_VISIT, 1, &event);
    if (status == ENG_OK) status = eng_customer_new(context, "ada", 3, &customer);
    if (status == ENG_OK) status = eng_event_cursor_new(customer, &cursor);
    if (status == ENG_OK) {
      ck_ok(eng_event_cursor_next(cursor, &next));
      ck_assert_ptr_null(next);
    } else {
      ck_assert_int_eq(status, ENG_E_NOMEM);
      ck_assert_ptr_null(cursor);
    }
    eng_event_cursor_free(cursor);
    eng_customer_free(customer);
    eng_event_free(event);
    customer = NULL;
    if (!failed()) break;
  }
  disarm();
}
END_TEST

/* Light, growing, light to heavy, blocks and nodes that split, ids, versions. */
START_TEST(recording_fails_whole_and_then_succeeds)
{
  bool for_ever = _i == 1;
  eng_customer *customer = customer_of(context), *shadow = customer_of(shadow_context);
  eng_event *mine = event_of(context, ENG_EVENT_VISIT, 0);
  eng_event *theirs = event_of(shadow_context, ENG_EVENT_VISIT, 0);
  static const struct {
    eng_status (*run)(eng_customer *, int64_t);
    int64_t from, to;
  } acts[] = {{append, 1, 30},
              {append_with_id, 30, 400},
              {record_late, 400, 700},
              {append, 700, 800},
              {replace, 350, 500},
              {record_late, 400, 480},
              {append_with_id, 800, 900},
              {expire, 3000000, 3000003},
              {replace, 600, 700},
              {merge_self, 0, 1}};

  for (size_t a = 0; a < sizeof acts / sizeof acts[0]; a++) {
    for (int64_t n = acts[a].from; n < acts[a].to; n++) {
      filled = mine;
      try_step(customer, acts[a].run, n, for_ever);
      filled = theirs;
      ck_ok(acts[a].run(shadow, n));
    }
  }
  ck_assert(eng_customer_event_count(customer) > 400);
  ck_assert(same_timeline(customer, shadow));
  eng_event_free(mine);
  eng_event_free(theirs);
  eng_customer_free(customer);
  eng_customer_free(shadow);
}
END_TEST

/* Records an event of an id in spite of all failures; how many there were. */
static uint64_t insist(eng_customer *customer, int64_t n, bool for_ever)
{
  uint64_t count = eng_customer_event_count(customer), failures = 0;

  for (uint64_t k = 1;; k++) {
    eng_status status;

    arm(k, for_ever);
    status = append_with_id(customer, n);
    failures += host.failures;
    disarm();
    if (status == ENG_OK) return failures;
    if (status != ENG_E_NOMEM || eng_customer_event_count(customer) != count)
      ck_abort_msg("status %d", (int)status);
  }
}

/* Enough blocks that a node is full and splits: at the end, and amid. */
START_TEST(nodes_split_whole_or_not_at_all)
{
  eng_customer *customer = customer_of(context), *shadow = customer_of(shadow_context);
  eng_event *mine = event_of(context, ENG_EVENT_VISIT, 0);
  eng_event *theirs = event_of(shadow_context, ENG_EVENT_VISIT, 0);
  const struct eng__heavy *heavy;
  uint64_t failures = 0;

  for (int64_t i = 0; i < 24000 + 4000; i++) {
    int64_t n = i < 24000 ? 2 * i : 2 * (i * 37 % 4000) + 1;

    filled = mine;
    failures += insist(customer, n, _i == 1);
    filled = theirs;
    ck_ok(append_with_id(shadow, n));
    if (i % 2000 == 0) ck_assert(same_timeline(customer, shadow));
  }
  heavy = customer->timeline.heavy;
  ck_assert_uint_ge(heavy->node_count, 3);
  ck_assert_uint_gt(failures, 200);
  ck_assert(same_timeline(customer, shadow));
  eng_event_free(mine);
  eng_event_free(theirs);
  eng_customer_free(customer);
  eng_customer_free(shadow);
}
END_TEST

/* Light with light, heavy with light, light with heavy, nothing with heavy. */
START_TEST(merging_and_expiring_fail_whole_and_then_succeed)
{
  static const int64_t sizes[][2] = {{5, 7},   {900, 9},   {9, 900},
                                     {0, 900}, {250, 250}, {7, 0}};

  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
    eng_customer *customer = customer_of(context);

    other = customer_of(context);
    filled = event_of(context, ENG_EVENT_VISIT, 0);
    for (int64_t n = 0; n < sizes[s][0]; n++) ck_ok(append_with_id(customer, n));
    for (int64_t n = 0; n < sizes[s][1]; n++)
      ck_ok(append_with_id(other, n + sizes[s][0] / 2));
    ck_ok(eng_customer_expire(other, 60000));
    try_step(customer, merge_other, 0, _i == 1);
    ck_assert(eng_customer_floor(customer) == 60000);
    for (int64_t floor = 2; floor < 900; floor += 97)
      try_step(customer, expire, floor * 60000, _i == 1);
    eng_event_free(filled);
    eng_customer_free(customer);
    eng_customer_free(other);
  }
}
END_TEST

/* A floor may lift the gap of the first event that stays out of its shape; where the
 * run has no room for that, expiring asks for memory. */
START_TEST(expiring_that_needs_memory_fails_whole)
{
  eng_customer *customer = customer_of(context);

  filled = event_of(context, ENG_EVENT_VISIT, 0);
  ck_ok(eng_customer_record(customer, filled, NULL));
  ck_ok(eng_event_reset(filled, ENG_EVENT_VISIT, INT64_C(400000000000) * 10));
  ck_ok(eng_customer_record(customer, filled, NULL));
  for (int64_t n = 0; n < 260; n++) {
    fill(n, INT64_C(400000000000) * 10 + 1 + n, false);
    ck_ok(eng_customer_record(customer, filled, NULL));
  }
  eng_event_free(filled);
  other = copy_of(context, customer); /* its memory fits exactly */
  try_step(other, expire, 5, _i == 1);
  ck_ok(eng_customer_expire(customer, 5));
  ck_assert(same_timeline(customer, other));
  eng_customer_free(customer);
  eng_customer_free(other);
}
END_TEST

/* _i % 2: as above; _i / 2: light, many shapes, heavy. */
START_TEST(encoding_decoding_digest_fail_whole_and_then_succeed)
{
  static const int64_t sizes[] = {5, 300, 1500};
  eng_customer *customer = customer_of(context);
  uint8_t *buffer, digest[ENG_DIGEST_SIZE], right[ENG_DIGEST_SIZE];
  struct bytes bytes;
  uint64_t failures = 0;

  filled = event_of(context, ENG_EVENT_VISIT, 0);
  for (int64_t n = 0; n < sizes[_i / 2]; n++)
    ck_ok(n % 2 == 0 ? append_with_id(customer, n) : append(customer, n));
  eng_event_free(filled);
  bytes = encoded(customer);
  ck_ok(eng_customer_digest(customer, right));
  buffer = malloc(bytes.size);
  for (uint64_t n = 1;; n++) {
    eng_customer *copy = NULL;
    eng_error error;
    eng_status status;
    size_t size = 0;

    eng_error_init(&error, sizeof error);
    arm(n, _i % 2 == 1);
    status = eng_customer_encode(customer, buffer, bytes.size, &size);
    if (status == ENG_OK) {
      ck_assert_mem_eq(buffer, bytes.at, bytes.size);
      status = eng_customer_digest(customer, digest);
    }
    if (status == ENG_OK) {
      ck_assert_mem_eq(digest, right, sizeof right);
      status =
          eng_customer_decode(context, "ada", 3, bytes.at, bytes.size, &copy, &error);
    }
    failures += host.failures;
    if (status != ENG_OK)
      ck_assert_int_eq(status, ENG_E_NOMEM);
    else
      ck_assert_ptr_nonnull(copy);
    if (status != ENG_OK) ck_assert_ptr_null(copy);
    if (copy != NULL) {
      disarm();
      ck_assert(same_timeline(customer, copy));
    }
    eng_customer_free(copy);
    if (!failed()) break;
  }
  disarm();
  ck_assert_uint_gt(failures, 5);
  free(buffer);
  free(bytes.at);
  eng_customer_free(customer);
}
END_TEST

START_TEST(growing_beyond_all_sizes_is_no_memory)
{
  eng_allocator memory = host_allocator(&host);
  void *block = NULL;
  size_t room = 0;

  ck_assert_int_eq(eng__grow(&memory, &block, &room, SIZE_MAX / 4, 8), ENG_E_NOMEM);
  ck_assert_ptr_null(block);
  ck_assert_uint_eq(room, 0);
  ck_ok(eng__grow(&memory, &block, &room, 3, 8));
  ck_assert_uint_eq(room, 8);
  ck_ok(eng__grow(&memory, &block, &room, 8, 8));
  ck_ok(eng__grow(&memory, &block, &room, 9, 8));
  ck_assert_uint_eq(room, 12);
  ck_ok(eng__grow(&memory, &block, &room, 100, 8));
  ck_assert_uint_eq(room, 100);
  ck_assert_int_eq(eng__grow(&memory, &block, &room, SIZE_MAX, 8), ENG_E_NOMEM);
  ck_assert_uint_eq(room, 100);
  eng__free(&memory, block, room * 8);
}
END_TEST

Suite *memory_suite(void)
{
  Suite *suite = suite_create("memory");
  TCase *tests = tcase_create("memory");

  tcase_set_timeout(tests, 600);
  tcase_add_checked_fixture(tests, open_host, close_host);
  tcase_add_loop_test(tests, settings_and_contexts_fail_whole, 0, 2);
  tcase_add_loop_test(tests, events_customers_and_cursors_fail_whole, 0, 2);
  tcase_add_loop_test(tests, recording_fails_whole_and_then_succeeds, 0, 2);
  tcase_add_loop_test(tests, nodes_split_whole_or_not_at_all, 0, 2);
  tcase_add_loop_test(tests, merging_and_expiring_fail_whole_and_then_succeed, 0, 2);
  tcase_add_loop_test(tests, expiring_that_needs_memory_fails_whole, 0, 2);
  tcase_add_loop_test(tests, encoding_decoding_digest_fail_whole_and_then_succeed, 0,
                      6);
  tcase_add_test(tests, growing_beyond_all_sizes_is_no_memory);
  suite_add_tcase(suite, tests);
  return suite;
}
