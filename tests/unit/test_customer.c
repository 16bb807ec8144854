/* SPDX-License-Identifier: MIT
 *
 * test_customer.c - recording, merging, expiring, walking: what a host sees of it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/resolve.h"
#include "unit/support.h"

Suite *customer_suite(void);

static eng_context *context;
static eng_customer *customer;

static void open_customer(void)
{
  context = plain_context();
  customer = customer_of(context);
}

static void close_customer(void)
{
  eng_customer_free(customer);
  eng_context_free(context);
}

static eng_event *purchase_on(int64_t day)
{
  return event_of(context, ENG_EVENT_PURCHASE, day * DAY);
}

static eng_event *with_id(eng_event *event, uint64_t id, uint32_t revision)
{
  ck_ok(eng_event_set_id(event, id));
  ck_ok(eng_event_set_revision(event, revision));
  return event;
}

static eng_event *with_value(eng_event *event, int64_t value)
{
  ck_ok(eng_event_set_value(event, value));
  return event;
}

static eng_event *recorded_at(eng_event *event, int64_t time)
{
  ck_ok(eng_event_set_recorded_at(event, time));
  return event;
}

static eng_event *occurrence(eng_event *event, uint16_t number)
{
  ck_ok(eng_event_set_occurrence(event, number));
  return event;
}

/* The only event of the customer. */
static const eng_event *only(eng_event_cursor **cursor)
{
  const eng_event *event;

  ck_assert(eng_customer_event_count(customer) == 1);
  ck_ok(eng_event_cursor_new(customer, cursor));
  ck_ok(eng_event_cursor_next(*cursor, &event));
  return event;
}

/* ---- life ---- */

START_TEST(a_customer_has_its_id_and_nothing_else)
{
  size_t length = 0;
  struct bytes bytes = encoded(customer);

  ck_assert_mem_eq(eng_customer_id(customer, &length), "ada", 3);
  ck_assert_uint_eq(length, 3);
  ck_assert_ptr_nonnull(eng_customer_id(customer, NULL));
  ck_assert(eng_customer_event_count(customer) == 0);
  ck_assert(eng_customer_floor(customer) == ENG_TIME_NONE);
  ck_assert_uint_eq(bytes.size, 8);
  free(bytes.at);
  eng_customer_free(NULL);
}
END_TEST

START_TEST(an_id_is_any_bytes_of_one_to_the_limit)
{
  char id[256] = "a\0b";
  eng_customer *made = customer;

  memset(id + 3, 0xff, sizeof id - 3);
  ck_ok(eng_customer_new(context, id, 255, &made));
  ck_assert_mem_eq(eng_customer_id(made, NULL), id, 255);
  eng_customer_free(made);
  ck_assert_int_eq(eng_customer_new(context, id, 256, &made), ENG_E_CUSTOMER);
  ck_assert_ptr_null(made);
  ck_assert_int_eq(eng_customer_new(context, id, 0, &made), ENG_E_CUSTOMER);
  ck_assert_int_eq(eng_customer_new(context, NULL, 3, &made), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_new(NULL, id, 3, &made), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_new(context, id, 3, NULL), ENG_E_INVALID);
}
END_TEST

/* ---- identity ---- */

START_TEST(recording_an_event_twice_changes_nothing)
{
  ck_assert_int_eq(record(customer, purchase_on(3)), ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, purchase_on(9)), ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, purchase_on(3)), ENG_RECORD_UNCHANGED);
  ck_assert_int_eq(record(customer, purchase_on(9)), ENG_RECORD_UNCHANGED);
  ck_assert(eng_customer_event_count(customer) == 2);
}
END_TEST

START_TEST(occurrences_of_one_content_are_events_of_their_own)
{
  ck_assert_int_eq(record(customer, occurrence(purchase_on(3), 1)), ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, purchase_on(3)), ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, occurrence(purchase_on(3), 1)),
                   ENG_RECORD_UNCHANGED);
  ck_assert_int_eq(record(customer, occurrence(purchase_on(3), 65535)),
                   ENG_RECORD_ADDED);
  ck_assert(eng_customer_event_count(customer) == 3);
}
END_TEST

START_TEST(events_of_one_id_are_versions_of_one)
{
  ck_assert_int_eq(record(customer, with_id(purchase_on(3), 5, 0)), ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, with_id(purchase_on(4), 5, 0)),
                   ENG_RECORD_REPLACED);
  ck_assert_int_eq(record(customer, with_id(purchase_on(3), 5, 9)),
                   ENG_RECORD_UNCHANGED);
  ck_assert_int_eq(record(customer, with_id(purchase_on(4), 6, 0)), ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, purchase_on(4)), ENG_RECORD_ADDED);
  ck_assert(eng_customer_event_count(customer) == 3);
}
END_TEST

START_TEST(the_higher_revision_stands_whichever_came_first)
{
  eng_customer *other = customer_of(context);

  ck_assert_int_eq(record(customer, with_value(with_id(purchase_on(3), 5, 1), 10)),
                   ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, with_value(with_id(purchase_on(3), 5, 2), 7)),
                   ENG_RECORD_REPLACED);
  ck_assert_int_eq(record(other, with_value(with_id(purchase_on(3), 5, 2), 7)),
                   ENG_RECORD_ADDED);
  ck_assert_int_eq(record(other, with_value(with_id(purchase_on(3), 5, 1), 10)),
                   ENG_RECORD_UNCHANGED);
  ck_assert(same_timeline(customer, other));
  eng_customer_free(other);
}
END_TEST

START_TEST(of_equal_time_and_revision_the_greater_content_stands)
{
  ck_assert_int_eq(record(customer, with_value(with_id(purchase_on(3), 5, 0), 1)),
                   ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, with_value(with_id(purchase_on(3), 5, 0), 2)),
                   ENG_RECORD_REPLACED);
  ck_assert_int_eq(record(customer, with_value(with_id(purchase_on(3), 5, 0), 1)),
                   ENG_RECORD_UNCHANGED);
}
END_TEST

START_TEST(the_earliest_recorded_at_stands_and_present_before_absent)
{
  eng_event_cursor *cursor;

  ck_assert_int_eq(record(customer, purchase_on(3)), ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, recorded_at(purchase_on(3), 9 * DAY)),
                   ENG_RECORD_REPLACED);
  ck_assert_int_eq(record(customer, recorded_at(purchase_on(3), 8 * DAY)),
                   ENG_RECORD_REPLACED);
  ck_assert_int_eq(record(customer, recorded_at(purchase_on(3), 9 * DAY)),
                   ENG_RECORD_UNCHANGED);
  ck_assert_int_eq(record(customer, purchase_on(3)), ENG_RECORD_UNCHANGED);
  ck_assert(eng_event_recorded_at(only(&cursor)) == 8 * DAY);
  eng_event_cursor_free(cursor);
}
END_TEST

START_TEST(an_id_may_be_the_effective_id_of_an_event_without_one)
{
  eng_event *plain = purchase_on(3);
  uint64_t id = eng_event_effective_id(plain);

  ck_assert_int_eq(record(customer, plain), ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, with_id(purchase_on(3), id, 0)), ENG_RECORD_ADDED);
  ck_assert_int_eq(record(customer, with_id(purchase_on(3), id, 1)),
                   ENG_RECORD_REPLACED);
  ck_assert_int_eq(record(customer, purchase_on(3)), ENG_RECORD_UNCHANGED);
  ck_assert(eng_customer_event_count(customer) == 2);
}
END_TEST

START_TEST(an_outcome_need_not_be_taken)
{
  eng_event *event = purchase_on(3);

  ck_ok(eng_customer_record(customer, event, NULL));
  ck_assert(eng_customer_event_count(customer) == 1);
  eng_event_free(event);
}
END_TEST

/* ---- limits and contexts ---- */

static eng_context *limited(int32_t limit, uint64_t value)
{
  eng_settings *settings;
  eng_context *made;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_limit(settings, limit, value));
  ck_ok(eng_context_new(settings, &made));
  eng_settings_free(settings);
  return made;
}

static eng_status try_record(eng_customer *to, eng_event *event, int32_t *outcome)
{
  eng_status status = eng_customer_record(to, event, outcome);

  eng_event_free(event);
  return status;
}

/* _i: from how many events on it is full; light and heavy. */
START_TEST(at_the_limit_known_events_stay_known_and_newer_versions_replace)
{
  const int64_t full = _i == 0 ? 3 : 2000;
  eng_context *small = limited(ENG_LIMIT_EVENTS, (uint64_t)full);
  eng_customer *to = customer_of(small);
  int32_t outcome;

  for (int64_t i = 1; i < full; i++)
    ck_assert_int_eq(record(to, event_of(small, ENG_EVENT_VISIT, i * DAY)),
                     ENG_RECORD_ADDED);
  ck_assert_int_eq(record(to, with_id(event_of(small, ENG_EVENT_VISIT, DAY), 5, 0)),
                   ENG_RECORD_ADDED);
  /* Known, replaced, ignored. */
  ck_assert_int_eq(record(to, event_of(small, ENG_EVENT_VISIT, DAY)),
                   ENG_RECORD_UNCHANGED);
  ck_assert_int_eq(record(to, event_of(small, ENG_EVENT_VISIT, (full - 1) * DAY)),
                   ENG_RECORD_UNCHANGED);
  ck_assert_int_eq(record(to, with_id(event_of(small, ENG_EVENT_VISIT, DAY), 5, 0)),
                   ENG_RECORD_UNCHANGED);
  ck_assert_int_eq(record(to, with_id(event_of(small, ENG_EVENT_VISIT, DAY), 5, 1)),
                   ENG_RECORD_REPLACED);
  ck_assert_int_eq(
      record(to, with_id(event_of(small, ENG_EVENT_VISIT, 9999 * DAY), 5, 1)),
      ENG_RECORD_REPLACED);
  ck_assert_int_eq(
      record(to, recorded_at(event_of(small, ENG_EVENT_VISIT, DAY), 5 * DAY)),
      ENG_RECORD_REPLACED);
  /* New: after all, amid, before all; with and without an id. */
  outcome = 7;
  ck_assert_int_eq(
      try_record(to, event_of(small, ENG_EVENT_VISIT, 10000 * DAY), &outcome),
      ENG_E_LIMIT);
  ck_assert_int_eq(outcome, 0);
  ck_assert_int_eq(try_record(to, event_of(small, ENG_EVENT_VISIT, DAY + 1), NULL),
                   ENG_E_LIMIT);
  ck_assert_int_eq(try_record(to, event_of(small, ENG_EVENT_VISIT, 0), NULL),
                   ENG_E_LIMIT);
  ck_assert_int_eq(
      try_record(to, with_id(event_of(small, ENG_EVENT_VISIT, 10000 * DAY), 6, 0),
                 NULL),
      ENG_E_LIMIT);
  ck_assert_int_eq(
      try_record(to, with_id(event_of(small, ENG_EVENT_VISIT, DAY), 6, 0), NULL),
      ENG_E_LIMIT);
  ck_assert(eng_customer_event_count(to) == (uint64_t)full);
  ck_ok(eng_customer_expire(to, DAY));
  ck_assert_int_eq(record(to, event_of(small, ENG_EVENT_VISIT, 10000 * DAY)),
                   ENG_RECORD_ADDED);
  ck_assert_int_eq(record(to, event_of(small, ENG_EVENT_VISIT, DAY)),
                   ENG_RECORD_IGNORED);
  eng_customer_free(to);
  eng_context_free(small);
}
END_TEST

/* _i: light and heavy. What is recorded one by one against what merging sorts out. */
START_TEST(events_of_one_instant_find_their_places_in_any_order)
{
  const int64_t count = _i == 0 ? 60 : 2000;
  eng_customer *merged = customer_of(context);
  eng_event *event = event_of(context, ENG_EVENT_VISIT, 0);
  int32_t outcome;

  for (int64_t i = 0; i < count; i++) {
    eng_customer *one = customer_of(context);
    int64_t which = i * 7 % count;
    int32_t kind = which % 5 == 0 ? ENG_EVENT_PURCHASE : ENG_EVENT_VISIT;

    ck_ok(eng_event_reset(event, kind, DAY));
    if (which % 3 != 2) {
      ck_ok(eng_event_set_value(event, which));
      /* Some have the effective id of another as their id. */
      if (which % 3 == 1) ck_ok(eng_event_set_id(event, eng_event_effective_id(event)));
    } else {
      ck_ok(eng_event_set_amount(event, which, 978));
    }
    ck_ok(eng_customer_record(customer, event, &outcome));
    ck_assert_int_eq(outcome, ENG_RECORD_ADDED);
    ck_ok(eng_customer_record(customer, event, &outcome));
    ck_assert_int_eq(outcome, ENG_RECORD_UNCHANGED);
    if (which % 3 == 1) {
      ck_ok(eng_event_reset(event, kind, DAY));
      ck_ok(eng_event_set_value(event, which));
      ck_ok(eng_customer_record(customer, event, &outcome));
      ck_assert_int_eq(outcome, ENG_RECORD_ADDED);
      ck_ok(eng_event_set_recorded_at(event, DAY));
      ck_ok(eng_customer_record(customer, event, &outcome));
      ck_assert_int_eq(outcome, ENG_RECORD_REPLACED);
      ck_ok(eng_customer_record(one, event, NULL));
      ck_ok(eng_event_set_id(event, eng_event_effective_id(event)));
      ck_ok(eng_event_set_revision(event, 1));
      ck_ok(eng_customer_record(customer, event, &outcome));
      ck_assert_int_eq(outcome, ENG_RECORD_REPLACED);
    }
    ck_ok(eng_customer_record(one, event, NULL));
    ck_ok(eng_customer_merge(merged, one));
    eng_customer_free(one);
  }
  ck_assert(same_timeline(customer, merged));
  eng_event_free(event);
  eng_customer_free(merged);
}
END_TEST

START_TEST(a_merge_beyond_the_limit_changes_nothing)
{
  eng_context *small = limited(ENG_LIMIT_EVENTS, 3);
  eng_customer *a = customer_of(small), *b = customer_of(small);
  struct bytes before, after;

  for (int64_t i = 1; i <= 2; i++) {
    record(a, event_of(small, ENG_EVENT_VISIT, i));
    record(b, event_of(small, ENG_EVENT_VISIT, i + 2));
  }
  before = encoded(a);
  ck_assert_int_eq(eng_customer_merge(a, b), ENG_E_LIMIT);
  after = encoded(a);
  ck_assert(same_bytes(before, after));
  ck_ok(eng_customer_expire(b, 3));
  ck_ok(eng_customer_merge(a, b));
  ck_assert(eng_customer_event_count(a) == 1);
  free(before.at);
  free(after.at);
  eng_customer_free(a);
  eng_customer_free(b);
  eng_context_free(small);
}
END_TEST

START_TEST(a_timeline_beyond_the_limit_of_bytes_is_not_encoded)
{
  eng_context *small = limited(ENG_LIMIT_BLOB, 20);
  eng_customer *a = customer_of(small);
  uint8_t digest[ENG_DIGEST_SIZE], buffer[64];
  size_t size;

  ck_assert_int_eq(eng_customer_encode(a, NULL, 0, &size), ENG_E_BUFFER);
  for (int64_t i = 1; i <= 10; i++) record(a, event_of(small, ENG_EVENT_VISIT, i));
  ck_assert_int_eq(eng_customer_encode(a, NULL, 0, &size), ENG_E_LIMIT);
  ck_assert_int_eq(eng_customer_encode(a, buffer, sizeof buffer, &size), ENG_E_LIMIT);
  ck_assert_uint_eq(size, 0);
  ck_assert_int_eq(eng_customer_digest(a, digest), ENG_E_LIMIT);
  eng_customer_free(a);
  eng_context_free(small);
}
END_TEST

START_TEST(objects_of_two_contexts_do_not_mix)
{
  eng_context *elsewhere = plain_context();
  eng_customer *other = customer_of(elsewhere);
  eng_event *event = event_of(elsewhere, ENG_EVENT_VISIT, 1);
  int32_t outcome = 9;

  ck_assert_int_eq(eng_customer_record(customer, event, &outcome), ENG_E_CONTEXT);
  ck_assert_int_eq(outcome, 0);
  ck_assert_int_eq(eng_customer_merge(customer, other), ENG_E_CONTEXT);
  eng_event_free(event);
  eng_customer_free(other);
  eng_context_free(elsewhere);
}
END_TEST

START_TEST(missing_arguments_are_said)
{
  eng_event *event = purchase_on(1);
  eng_event_cursor *cursor;
  const eng_event *next = event;
  int32_t outcome = 9;
  uint8_t digest[ENG_DIGEST_SIZE];
  size_t size = 9;

  ck_assert_int_eq(eng_customer_record(NULL, event, &outcome), ENG_E_INVALID);
  ck_assert_int_eq(outcome, 0);
  ck_assert_int_eq(eng_customer_record(customer, NULL, &outcome), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_merge(NULL, customer), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_merge(customer, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_expire(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_encode(NULL, NULL, 0, &size), ENG_E_INVALID);
  ck_assert_uint_eq(size, 0);
  ck_assert_int_eq(eng_customer_encode(customer, NULL, 0, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_encode(customer, NULL, 1, &size), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_digest(NULL, digest), ENG_E_INVALID);
  ck_assert_int_eq(eng_customer_digest(customer, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_cursor_new(NULL, &cursor), ENG_E_INVALID);
  ck_assert_ptr_null(cursor);
  ck_assert_int_eq(eng_event_cursor_new(customer, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_cursor_next(NULL, &next), ENG_E_INVALID);
  ck_assert_ptr_null(next);
  ck_ok(eng_event_cursor_new(customer, &cursor));
  ck_assert_int_eq(eng_event_cursor_next(cursor, NULL), ENG_E_INVALID);
  eng_event_cursor_free(cursor);
  eng_event_cursor_free(NULL);
  eng_event_free(event);
}
END_TEST

/* ---- floor ---- */

START_TEST(events_at_and_below_the_floor_go_and_are_ignored_from_then_on)
{
  record(customer, purchase_on(3));
  record(customer, purchase_on(4));
  record(customer, purchase_on(5));
  ck_ok(eng_customer_expire(customer, 4 * DAY));
  ck_assert(eng_customer_event_count(customer) == 1);
  ck_assert(eng_customer_floor(customer) == 4 * DAY);
  ck_assert_int_eq(record(customer, purchase_on(3)), ENG_RECORD_IGNORED);
  ck_assert_int_eq(record(customer, purchase_on(4)), ENG_RECORD_IGNORED);
  ck_assert_int_eq(record(customer, event_of(context, ENG_EVENT_VISIT, 4 * DAY + 1)),
                   ENG_RECORD_ADDED);
  ck_ok(eng_customer_expire(customer, 2 * DAY));
  ck_assert(eng_customer_floor(customer) == 4 * DAY);
  ck_assert(eng_customer_event_count(customer) == 2);
}
END_TEST

START_TEST(a_floor_at_the_epoch_is_not_no_floor)
{
  eng_customer *other = customer_of(context);

  ck_assert_int_eq(record(customer, event_of(context, ENG_EVENT_VISIT, 0)),
                   ENG_RECORD_ADDED);
  ck_ok(eng_customer_expire(customer, 0));
  ck_assert(eng_customer_floor(customer) == 0);
  ck_assert(eng_customer_event_count(customer) == 0);
  ck_assert_int_eq(record(customer, event_of(context, ENG_EVENT_VISIT, 0)),
                   ENG_RECORD_IGNORED);
  ck_assert(!same_timeline(customer, other));
  ck_ok(eng_customer_merge(other, customer));
  ck_assert(same_timeline(customer, other));
  eng_customer_free(other);
}
END_TEST

START_TEST(a_floor_lies_in_1970_to_9999)
{
  ck_assert_int_eq(eng_customer_expire(customer, -1), ENG_E_TIME);
  ck_assert_int_eq(eng_customer_expire(customer, ENG_TIME_NONE), ENG_E_TIME);
  ck_assert_int_eq(eng_customer_expire(customer, ENG_TIME_MAX + 1), ENG_E_TIME);
  ck_assert(eng_customer_floor(customer) == ENG_TIME_NONE);
  record(customer, event_of(context, ENG_EVENT_VISIT, ENG_TIME_MAX));
  ck_ok(eng_customer_expire(customer, ENG_TIME_MAX));
  ck_assert(eng_customer_event_count(customer) == 0);
}
END_TEST

START_TEST(an_old_blob_does_not_bring_back_what_has_expired)
{
  eng_customer *old;

  record(customer, purchase_on(3));
  record(customer, purchase_on(7));
  old = copy_of(context, customer);
  ck_ok(eng_customer_expire(customer, 5 * DAY));
  ck_ok(eng_customer_merge(customer, old));
  ck_assert(eng_customer_event_count(customer) == 1);
  ck_ok(eng_customer_merge(old, customer));
  ck_assert(same_timeline(old, customer));
  eng_customer_free(old);
}
END_TEST

/* ---- merging, order ---- */

START_TEST(merging_with_itself_changes_nothing)
{
  struct bytes before, after;

  record(customer, purchase_on(3));
  before = encoded(customer);
  ck_ok(eng_customer_merge(customer, customer));
  after = encoded(customer);
  ck_assert(same_bytes(before, after));
  free(before.at);
  free(after.at);
}
END_TEST

START_TEST(the_ids_of_merged_customers_stay_and_are_not_encoded)
{
  eng_customer *other;

  ck_ok(eng_customer_new(context, "babbage", 7, &other));
  record(other, purchase_on(3));
  ck_ok(eng_customer_merge(customer, other));
  ck_assert_mem_eq(eng_customer_id(customer, NULL), "ada", 3);
  ck_assert(same_timeline(customer, other));
  eng_customer_free(other);
}
END_TEST

START_TEST(equal_times_have_a_total_order_by_kind_effective_id_and_content)
{
  static const struct {
    int32_t kind;
    uint64_t id; /* 0: none */
  } order[] = {{ENG_EVENT_VISIT, 1},
               {ENG_EVENT_VISIT, 2},
               {ENG_EVENT_PURCHASE, 1 + (UINT64_C(1) << 60)},
               {ENG_EVENT_PURCHASE, UINT64_MAX},
               {ENG_EVENT_VOID, 3}};
  eng_event_cursor *cursor;
  const eng_event *event;
  uint64_t id;

  for (int i = 4; i >= 0; i--)
    record(customer, with_id(event_of(context, order[i].kind, 77), order[i].id, 0));
  ck_ok(eng_event_cursor_new(customer, &cursor));
  for (int i = 0; i < 5; i++) {
    ck_ok(eng_event_cursor_next(cursor, &event));
    ck_assert_int_eq(eng_event_kind(event), order[i].kind);
    eng_event_id(event, &id);
    ck_assert(id == order[i].id);
  }
  ck_ok(eng_event_cursor_next(cursor, &event));
  ck_assert_ptr_null(event);
  ck_ok(eng_event_cursor_next(cursor, &event));
  ck_assert_ptr_null(event);
  eng_event_cursor_free(cursor);
}
END_TEST

START_TEST(own_kinds_stand_in_order_and_bytes_by_name_never_by_number)
{
  eng_settings *settings;
  eng_context *elsewhere;
  eng_customer *other;
  struct bytes here, there;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_add_kind(settings, 255, "own_kind", 8, 1, 1, 1));
  ck_ok(eng_settings_add_kind(settings, 128, "another", 7, 1, 1, 1));
  ck_ok(eng_settings_add_channel(settings, 254, "kiosk", 5));
  ck_ok(eng_settings_add_channel(settings, 200, "market_stall", 12));
  ck_ok(eng_context_new(settings, &elsewhere));
  eng_settings_free(settings);
  other = customer_of(elsewhere);
  for (int i = 0; i < 2; i++) {
    eng_event *a = event_of(context, i == 0 ? 130 : 200, 5);
    eng_event *b = event_of(elsewhere, i == 0 ? 255 : 128, 5);

    ck_ok(eng_event_set_channel(a, i == 0 ? 128 : 255));
    ck_ok(eng_event_set_channel(b, i == 0 ? 254 : 200));
    record(customer, a);
    record(other, b);
  }
  here = encoded(customer);
  there = encoded(other);
  ck_assert(same_bytes(here, there));
  eng_customer_free(other);
  other = decoded(elsewhere, here.at, here.size);
  ck_assert(eng_customer_event_count(other) == 2);
  free(here.at);
  free(there.at);
  eng_customer_free(other);
  eng_context_free(elsewhere);
}
END_TEST

START_TEST(the_hash_key_changes_no_byte)
{
  eng_settings *settings;
  eng_context *keyed;
  eng_customer *other;
  struct bytes here, there;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_hash_key(settings, (const uint8_t *)"0123456789abcdef"));
  ck_ok(eng_context_new(settings, &keyed));
  eng_settings_free(settings);
  other = customer_of(keyed);
  for (uint64_t i = 0; i < 1500; i++) {
    record(
        customer,
        with_id(event_of(context, ENG_EVENT_VISIT, (int64_t)(i * 7919 % 1500)), i, 0));
    record(other,
           with_id(event_of(keyed, ENG_EVENT_VISIT, (int64_t)(i * 7919 % 1500)), i, 0));
  }
  here = encoded(customer);
  there = encoded(other);
  ck_assert(same_bytes(here, there));
  free(here.at);
  free(there.at);
  eng_customer_free(other);
  eng_context_free(keyed);
}
END_TEST

START_TEST(a_buffer_that_is_too_small_is_left_alone_and_the_size_is_told)
{
  uint8_t buffer[256], untouched[256];
  struct bytes bytes;
  size_t size;

  memset(buffer, 0xee, sizeof buffer);
  memset(untouched, 0xee, sizeof untouched);
  for (int64_t i = 0; i < 9; i++) record(customer, with_value(purchase_on(i), i));
  bytes = encoded(customer);
  for (size_t n = 0; n < bytes.size; n++) {
    ck_assert_int_eq(eng_customer_encode(customer, buffer, n, &size), ENG_E_BUFFER);
    ck_assert_uint_eq(size, bytes.size);
    ck_assert_mem_eq(buffer, untouched, sizeof buffer);
  }
  ck_ok(eng_customer_encode(customer, buffer, sizeof buffer, &size));
  ck_assert_uint_eq(size, bytes.size);
  ck_assert_mem_eq(buffer, bytes.at, size);
  ck_assert_mem_eq(buffer + size, untouched, sizeof buffer - size);
  free(bytes.at);
}
END_TEST

/* ---- resolving ---- */

enum { MANY = 40 };

static struct eng__event events[MANY];
static struct eng__sorted entries[MANY], spare[MANY];

static size_t resolve(size_t count, bool number, struct eng__resolved *found)
{
  for (size_t i = 0; i < count; i++) entries[i].event = &events[i];
  return eng__resolve(context, entries, spare, count, number, found);
}

/* Shapes have 32 bits for all kinds; each kind sets the one that stands for it. */
START_TEST(every_kind_can_be_recorded_and_read_back)
{
  eng_event_cursor *cursor;
  const eng_event *event;
  int64_t at = 0;

  for (int32_t kind = 1; kind < 256; kind++) {
    if (eng_kind_name(context, kind) != NULL)
      ck_assert_int_eq(record(customer, event_of(context, kind, kind)),
                       ENG_RECORD_ADDED);
  }
  ck_assert(eng_customer_event_count(customer) == 48);
  ck_ok(eng_event_cursor_new(customer, &cursor));
  for (;;) {
    ck_ok(eng_event_cursor_next(cursor, &event));
    if (event == NULL) break;
    ck_assert(eng_event_occurred_at(event) > at);
    at = eng_event_occurred_at(event);
    ck_assert(eng_event_kind(event) == at);
  }
  eng_event_cursor_free(cursor);
}
END_TEST

START_TEST(resolving_nothing_gives_nothing)
{
  struct eng__resolved found;

  ck_assert_uint_eq(resolve(0, true, &found), 0);
  ck_assert_uint_eq(found.numbered, 0);
}
END_TEST

START_TEST(equal_events_fall_together)
{
  struct eng__resolved found;

  for (int i = 0; i < MANY; i++)
    events[i] = (struct eng__event){.occurred_at = 9 - i % 10, .kind = ENG_EVENT_VISIT};
  events[3].has = ENG__HAS_RECORDED_AT;
  events[3].recorded_at = 50;
  ck_assert_uint_eq(resolve(MANY, false, &found), 10);
  ck_assert_uint_eq(found.numbered, 0);
  for (int i = 0; i < 10; i++) ck_assert(entries[i].event->occurred_at == i);
  ck_assert_ptr_eq(entries[6].event, &events[3]);
}
END_TEST

START_TEST(equal_rows_of_one_file_are_numbered_by_recorded_at)
{
  struct eng__resolved found;

  for (int i = 0; i < 5; i++)
    events[i] = (struct eng__event){.occurred_at = 100, .kind = ENG_EVENT_VISIT};
  events[0].has = events[1].has = events[4].has = ENG__HAS_RECORDED_AT;
  events[0].recorded_at = 300;
  events[1].recorded_at = 200;
  events[4].recorded_at = 100; /* as late as absent, and present */
  events[3].value = 1, events[3].has = ENG__HAS_VALUE;
  ck_assert_uint_eq(resolve(5, true, &found), 5);
  ck_assert_uint_eq(found.numbered, 3);
  ck_assert_uint_eq(events[4].occurrence, 0);
  ck_assert_uint_eq(events[2].occurrence, 1);
  ck_assert_uint_eq(events[1].occurrence, 2);
  ck_assert_uint_eq(events[0].occurrence, 3);
  ck_assert_uint_eq(events[3].occurrence, 0);
  for (size_t i = 1; i < 5; i++)
    ck_assert_int_lt(
        eng__event_compare(context, entries[i - 1].event, entries[i].event), 0);
}
END_TEST

START_TEST(events_with_ids_are_never_numbered)
{
  struct eng__resolved found;

  for (int i = 0; i < 6; i++)
    events[i] = (struct eng__event){.occurred_at = 100,
                                    .kind = ENG_EVENT_VISIT,
                                    .has = ENG__HAS_ID,
                                    .id = (uint64_t)(i % 3),
                                    .revision = (uint32_t)i};
  ck_assert_uint_eq(resolve(6, true, &found), 3);
  ck_assert_uint_eq(found.numbered, 0);
  for (int i = 0; i < 3; i++)
    ck_assert_uint_eq(entries[i].event->revision, (uint32_t)i + 3);
}
END_TEST

Suite *customer_suite(void)
{
  Suite *suite = suite_create("customer");
  TCase *tests = tcase_create("customer");

  tcase_add_checked_fixture(tests, open_customer, close_customer);
  tcase_add_test(tests, a_customer_has_its_id_and_nothing_else);
  tcase_add_test(tests, an_id_is_any_bytes_of_one_to_the_limit);
  tcase_add_test(tests, recording_an_event_twice_changes_nothing);
  tcase_add_test(tests, occurrences_of_one_content_are_events_of_their_own);
  tcase_add_test(tests, events_of_one_id_are_versions_of_one);
  tcase_add_test(tests, the_higher_revision_stands_whichever_came_first);
  tcase_add_test(tests, of_equal_time_and_revision_the_greater_content_stands);
  tcase_add_test(tests, the_earliest_recorded_at_stands_and_present_before_absent);
  tcase_add_test(tests, an_id_may_be_the_effective_id_of_an_event_without_one);
  tcase_add_test(tests, an_outcome_need_not_be_taken);
  tcase_add_loop_test(tests, events_of_one_instant_find_their_places_in_any_order, 0,
                      2);
  tcase_add_loop_test(
      tests, at_the_limit_known_events_stay_known_and_newer_versions_replace, 0, 2);
  tcase_add_test(tests, a_merge_beyond_the_limit_changes_nothing);
  tcase_add_test(tests, a_timeline_beyond_the_limit_of_bytes_is_not_encoded);
  tcase_add_test(tests, objects_of_two_contexts_do_not_mix);
  tcase_add_test(tests, missing_arguments_are_said);
  tcase_add_test(tests, events_at_and_below_the_floor_go_and_are_ignored_from_then_on);
  tcase_add_test(tests, a_floor_at_the_epoch_is_not_no_floor);
  tcase_add_test(tests, a_floor_lies_in_1970_to_9999);
  tcase_add_test(tests, an_old_blob_does_not_bring_back_what_has_expired);
  tcase_add_test(tests, merging_with_itself_changes_nothing);
  tcase_add_test(tests, the_ids_of_merged_customers_stay_and_are_not_encoded);
  tcase_add_test(tests,
                 equal_times_have_a_total_order_by_kind_effective_id_and_content);
  tcase_add_test(tests, every_kind_can_be_recorded_and_read_back);
  tcase_add_test(tests, own_kinds_stand_in_order_and_bytes_by_name_never_by_number);
  tcase_add_test(tests, the_hash_key_changes_no_byte);
  tcase_add_test(tests, a_buffer_that_is_too_small_is_left_alone_and_the_size_is_told);
  suite_add_tcase(suite, tests);
  tests = tcase_create("resolve");
  tcase_add_checked_fixture(tests, open_customer, close_customer);
  tcase_add_test(tests, resolving_nothing_gives_nothing);
  tcase_add_test(tests, equal_events_fall_together);
  tcase_add_test(tests, equal_rows_of_one_file_are_numbered_by_recorded_at);
  tcase_add_test(tests, events_with_ids_are_never_numbered);
  suite_add_tcase(suite, tests);
  return suite;
}
