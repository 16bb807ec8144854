/* SPDX-License-Identifier: MIT
 *
 * test_event.c - fields of an event, what is refused, effective ids.
 */
#include <string.h>

#include "core/event.h"
#include "unit/support.h"

Suite *event_suite(void);

static eng_context *context;
static eng_event *event;

static void open_event(void)
{
  context = plain_context();
  event = event_of(context, ENG_EVENT_PURCHASE, 12345);
}

static void close_event(void)
{
  eng_event_free(event);
  eng_context_free(context);
}

START_TEST(only_kind_and_time_are_there_at_first)
{
  uint64_t id = 1;
  int64_t amount = 1, value = 1;
  int32_t currency = 1;
  uint32_t actor = 1, topic = 1;

  ck_assert_int_eq(eng_event_kind(event), ENG_EVENT_PURCHASE);
  ck_assert(eng_event_occurred_at(event) == 12345);
  ck_assert(eng_event_recorded_at(event) == ENG_TIME_NONE);
  ck_assert_int_eq(eng_event_id(event, &id), 0);
  ck_assert(id == 0);
  ck_assert_int_eq(eng_event_amount(event, &amount, &currency), 0);
  ck_assert(amount == 0 && currency == 0);
  ck_assert_int_eq(eng_event_value(event, &value), 0);
  ck_assert(value == 0);
  ck_assert_int_eq(eng_event_refers_to(event, &id), 0);
  ck_assert_int_eq(eng_event_actor(event, &actor), 0);
  ck_assert_int_eq(eng_event_topic(event, &topic), 0);
  ck_assert(actor == 0 && topic == 0);
  ck_assert_uint_eq(eng_event_revision(event), 0);
  ck_assert_uint_eq(eng_event_occurrence(event), 0);
  ck_assert_int_eq(eng_event_channel(event), 0);
  ck_assert_int_eq(eng_event_scale(event), 0);
  ck_assert_int_eq(eng_event_valence(event), ENG_VALENCE_NONE);
  ck_assert_int_eq(eng_event_is_incentivised(event), 0);
  ck_assert_int_eq(eng_event_is_public(event), 0);
}
END_TEST

static void set_all(void)
{
  ck_ok(eng_event_set_id(event, UINT64_MAX));
  ck_ok(eng_event_set_revision(event, UINT32_MAX));
  ck_ok(eng_event_set_recorded_at(event, ENG_TIME_MAX));
  ck_ok(eng_event_set_channel(event, 255));
  ck_ok(eng_event_set_amount(event, -INT64_MAX, 978));
  ck_ok(eng_event_set_value(event, INT64_MIN + 1));
  ck_ok(eng_event_set_scale(event, ENG_SCALE_OTHER));
  ck_ok(eng_event_set_valence(event, -2));
  ck_ok(eng_event_set_flags(event, 1, 1));
  ck_ok(eng_event_set_refers_to(event, 1, 7));
  ck_ok(eng_event_set_actor(event, 1, UINT32_MAX));
  ck_ok(eng_event_set_topic(event, 1, 0));
}

START_TEST(what_was_set_is_there)
{
  uint64_t id;
  int64_t amount, value;
  int32_t currency;
  uint32_t actor, topic = 1;

  set_all();
  ck_assert_int_eq(eng_event_id(event, &id), 1);
  ck_assert(id == UINT64_MAX);
  ck_assert(eng_event_effective_id(event) == UINT64_MAX);
  ck_assert_uint_eq(eng_event_revision(event), UINT32_MAX);
  ck_assert(eng_event_recorded_at(event) == ENG_TIME_MAX);
  ck_assert_int_eq(eng_event_channel(event), 255);
  ck_assert_int_eq(eng_event_amount(event, &amount, &currency), 1);
  ck_assert(amount == -INT64_MAX && currency == 978);
  ck_assert_int_eq(eng_event_value(event, &value), 1);
  ck_assert(value == -INT64_MAX);
  ck_assert_int_eq(eng_event_scale(event), ENG_SCALE_OTHER);
  ck_assert_int_eq(eng_event_valence(event), -2);
  ck_assert_int_eq(eng_event_is_incentivised(event), 1);
  ck_assert_int_eq(eng_event_is_public(event), 1);
  ck_assert_int_eq(eng_event_refers_to(event, &id), 1);
  ck_assert(id == 7);
  ck_assert_int_eq(eng_event_actor(event, &actor), 1);
  ck_assert_uint_eq(actor, UINT32_MAX);
  ck_assert_int_eq(eng_event_topic(event, &topic), 1);
  ck_assert_uint_eq(topic, 0);
  ck_assert_int_eq(eng_event_id(event, NULL), 1);
  ck_assert_int_eq(eng_event_amount(event, NULL, NULL), 1);
  ck_assert_int_eq(eng_event_value(event, NULL), 1);
  ck_assert_int_eq(eng_event_refers_to(event, NULL), 1);
  ck_assert_int_eq(eng_event_actor(event, NULL), 1);
  ck_assert_int_eq(eng_event_topic(event, NULL), 1);
}
END_TEST

START_TEST(what_was_taken_back_leaves_no_trace)
{
  eng_event *fresh = event_of(context, ENG_EVENT_PURCHASE, 12345);

  ck_ok(eng_event_set_recorded_at(event, 5));
  ck_ok(eng_event_set_recorded_at(event, ENG_TIME_NONE));
  ck_ok(eng_event_set_channel(event, 2));
  ck_ok(eng_event_set_channel(event, 0));
  ck_ok(eng_event_set_amount(event, 5, 978));
  ck_ok(eng_event_set_amount(event, 5, 0));
  ck_ok(eng_event_set_value(event, 5));
  ck_ok(eng_event_set_value(event, INT64_MIN));
  ck_ok(eng_event_set_scale(event, 1));
  ck_ok(eng_event_set_scale(event, 0));
  ck_ok(eng_event_set_valence(event, 1));
  ck_ok(eng_event_set_valence(event, ENG_VALENCE_NONE));
  ck_ok(eng_event_set_flags(event, 1, 1));
  ck_ok(eng_event_set_flags(event, 0, 0));
  ck_ok(eng_event_set_refers_to(event, 1, 5));
  ck_ok(eng_event_set_refers_to(event, 0, 5));
  ck_ok(eng_event_set_actor(event, 1, 5));
  ck_ok(eng_event_set_actor(event, 0, 5));
  ck_ok(eng_event_set_topic(event, 1, 5));
  ck_ok(eng_event_set_topic(event, 0, 5));
  ck_ok(eng_event_set_occurrence(event, 5));
  ck_ok(eng_event_set_occurrence(event, 0));
  ck_assert_mem_eq(&event->fields, &fresh->fields, sizeof event->fields);
  eng_event_free(fresh);
}
END_TEST

START_TEST(starting_over_forgets_all_fields)
{
  eng_event *fresh = event_of(context, ENG_EVENT_VISIT, 9);

  set_all();
  ck_ok(eng_event_reset(event, ENG_EVENT_VISIT, 9));
  ck_assert_mem_eq(&event->fields, &fresh->fields, sizeof event->fields);
  ck_assert_int_eq(eng_event_reset(event, 0, 9), ENG_E_KIND);
  ck_assert_int_eq(eng_event_reset(event, ENG_EVENT_VOID, -1), ENG_E_TIME);
  ck_assert_int_eq(eng_event_reset(NULL, ENG_EVENT_VOID, 0), ENG_E_INVALID);
  ck_assert_mem_eq(&event->fields, &fresh->fields, sizeof event->fields);
  eng_event_free(fresh);
}
END_TEST

START_TEST(an_event_is_of_a_known_kind_in_1970_to_9999)
{
  static const int32_t unknown[] = {INT32_MIN, -1, 0, 9, 121, 127, 128, 129, 256, 390};
  eng_event *made = event;

  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    ck_assert_int_eq(eng_event_new(context, unknown[i], 0, &made), ENG_E_KIND);
    ck_assert_ptr_null(made);
  }
  ck_assert_int_eq(eng_event_new(context, 1, -1, &made), ENG_E_TIME);
  ck_assert_int_eq(eng_event_new(context, 1, ENG_TIME_MAX + 1, &made), ENG_E_TIME);
  ck_assert_int_eq(eng_event_new(context, 1, ENG_TIME_NONE, &made), ENG_E_TIME);
  ck_assert_int_eq(eng_event_new(NULL, 1, 0, &made), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_new(context, 1, 0, NULL), ENG_E_INVALID);
  eng_event_free(event_of(context, 130, 0));
  eng_event_free(event_of(context, 1, ENG_TIME_MAX));
  eng_event_free(NULL);
}
END_TEST

START_TEST(what_is_out_of_range_changes_nothing)
{
  struct eng__event before;

  set_all();
  before = event->fields;
  ck_assert_int_eq(eng_event_set_recorded_at(event, -1), ENG_E_TIME);
  ck_assert_int_eq(eng_event_set_recorded_at(event, ENG_TIME_MAX + 1), ENG_E_TIME);
  ck_assert_int_eq(eng_event_set_channel(event, -1), ENG_E_CHANNEL);
  ck_assert_int_eq(eng_event_set_channel(event, 12), ENG_E_CHANNEL);
  ck_assert_int_eq(eng_event_set_channel(event, 129), ENG_E_CHANNEL);
  ck_assert_int_eq(eng_event_set_channel(event, 256 + 2), ENG_E_CHANNEL);
  ck_assert_int_eq(eng_event_set_amount(event, INT64_MIN, 978), ENG_E_AMOUNT);
  ck_assert_int_eq(eng_event_set_amount(event, 1, 999), ENG_E_CURRENCY);
  ck_assert_int_eq(eng_event_set_amount(event, 1, -1), ENG_E_CURRENCY);
  ck_assert_int_eq(eng_event_set_amount(event, 1, 65536 + 978), ENG_E_CURRENCY);
  ck_assert_int_eq(eng_event_set_scale(event, -1), ENG_E_SCALE);
  ck_assert_int_eq(eng_event_set_scale(event, 6), ENG_E_SCALE);
  ck_assert_int_eq(eng_event_set_valence(event, -3), ENG_E_RANGE);
  ck_assert_int_eq(eng_event_set_valence(event, 3), ENG_E_RANGE);
  ck_assert_int_eq(eng_event_set_flags(event, 2, 0), ENG_E_FLAG);
  ck_assert_int_eq(eng_event_set_flags(event, -1, 0), ENG_E_FLAG);
  ck_assert_int_eq(eng_event_set_flags(event, 0, 2), ENG_E_FLAG);
  ck_assert_int_eq(eng_event_set_flags(event, 0, -1), ENG_E_FLAG);
  ck_assert_int_eq(eng_event_set_refers_to(event, 2, 1), ENG_E_FLAG);
  ck_assert_int_eq(eng_event_set_refers_to(event, -1, 1), ENG_E_FLAG);
  ck_assert_int_eq(eng_event_set_actor(event, 2, 1), ENG_E_FLAG);
  ck_assert_int_eq(eng_event_set_actor(event, -1, 1), ENG_E_FLAG);
  ck_assert_int_eq(eng_event_set_topic(event, 2, 1), ENG_E_FLAG);
  ck_assert_int_eq(eng_event_set_topic(event, -1, 1), ENG_E_FLAG);
  ck_assert_mem_eq(&event->fields, &before, sizeof before);
}
END_TEST

START_TEST(no_event_is_an_invalid_event)
{
  ck_assert_int_eq(eng_event_set_id(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_revision(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_occurrence(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_recorded_at(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_channel(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_amount(NULL, 1, 978), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_value(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_scale(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_valence(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_flags(NULL, 1, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_refers_to(NULL, 1, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_actor(NULL, 1, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_event_set_topic(NULL, 1, 1), ENG_E_INVALID);
}
END_TEST

START_TEST(a_revision_needs_an_id_and_an_occurrence_must_have_none)
{
  ck_assert_int_eq(eng_event_set_revision(event, 1), ENG_E_IDENTITY);
  ck_ok(eng_event_set_revision(event, 0));
  ck_ok(eng_event_set_occurrence(event, 3));
  ck_assert_int_eq(eng_event_set_id(event, 1), ENG_E_IDENTITY);
  ck_assert_int_eq(eng_event_id(event, NULL), 0);
  ck_ok(eng_event_set_occurrence(event, 0));
  ck_ok(eng_event_set_id(event, 0));
  ck_assert_int_eq(eng_event_id(event, NULL), 1);
  ck_assert_int_eq(eng_event_set_occurrence(event, 1), ENG_E_IDENTITY);
  ck_ok(eng_event_set_revision(event, 1));
  ck_assert_uint_eq(eng_event_occurrence(event), 0);
}
END_TEST

START_TEST(without_an_id_the_content_is_the_identity)
{
  uint64_t bare = eng_event_effective_id(event), other;

  ck_ok(eng_event_set_recorded_at(event, 99));
  ck_assert(eng_event_effective_id(event) == bare);
  ck_ok(eng_event_set_occurrence(event, 1));
  other = eng_event_effective_id(event);
  ck_assert(other != bare);
  ck_ok(eng_event_set_occurrence(event, 0));
  ck_ok(eng_event_set_topic(event, 1, 0));
  ck_assert(eng_event_effective_id(event) != bare);
  ck_ok(eng_event_set_topic(event, 0, 0));
  ck_assert(eng_event_effective_id(event) == bare);
}
END_TEST

START_TEST(an_own_name_counts_and_its_number_does_not)
{
  eng_settings *settings;
  eng_context *elsewhere;
  eng_event *there, *here = event_of(context, 130, 7);

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_add_kind(settings, 199, "own_kind", 8, 2, 2, 0));
  ck_ok(eng_settings_add_channel(settings, 131, "kiosk", 5));
  ck_ok(eng_context_new(settings, &elsewhere));
  there = event_of(elsewhere, 199, 7);
  ck_ok(eng_event_set_channel(there, 131));
  ck_ok(eng_event_set_channel(here, 128));
  ck_assert(eng_event_effective_id(here) == eng_event_effective_id(there));
  eng_event_free(here);
  eng_event_free(there);
  eng_context_free(elsewhere);
  eng_settings_free(settings);
}
END_TEST

START_TEST(an_extension_of_a_later_version_is_content)
{
  const uint8_t more[] = {1, 2, 3};
  struct eng__event a = event->fields, b = event->fields;

  b.extension = more;
  b.extension_size = 3;
  ck_assert(eng__event_effective_id(context, &a) !=
            eng__event_effective_id(context, &b));
  ck_assert_int_lt(eng__event_compare_content(context, &a, &b), 0);
  a.extension = (const uint8_t *)"\1\2\4";
  a.extension_size = 3;
  ck_assert_int_gt(eng__event_compare_content(context, &a, &b), 0);
  ck_assert(eng__event_supersedes(context, &b, &a));
  ck_assert(!eng__event_supersedes(context, &a, &b));
}
END_TEST

START_TEST(of_two_versions_the_greater_time_revision_content_stands)
{
  struct eng__event a = {0}, b;

  a.kind = ENG_EVENT_VISIT;
  a.has = ENG__HAS_ID;
  a.occurred_at = 100;
  b = a;
  ck_assert(!eng__event_supersedes(context, &a, &b));
  b.value = 1, b.has |= ENG__HAS_VALUE;
  ck_assert(eng__event_supersedes(context, &a, &b));
  a.revision = 1;
  ck_assert(!eng__event_supersedes(context, &a, &b));
  ck_assert(eng__event_supersedes(context, &b, &a));
  b.occurred_at = 101;
  ck_assert(eng__event_supersedes(context, &a, &b));
}
END_TEST

START_TEST(of_equal_ones_the_earlier_recorded_stands_and_present_before_absent)
{
  struct eng__event a = {0}, b;

  a.kind = ENG_EVENT_VISIT;
  b = a;
  b.has = ENG__HAS_RECORDED_AT;
  b.recorded_at = 50;
  ck_assert(eng__event_supersedes(context, &a, &b));
  ck_assert(!eng__event_supersedes(context, &b, &a));
  a = b;
  a.recorded_at = 49;
  ck_assert(eng__event_supersedes(context, &b, &a));
  ck_assert(!eng__event_supersedes(context, &a, &b));
  ck_assert(!eng__event_supersedes(context, &a, &a));
}
END_TEST

Suite *event_suite(void)
{
  Suite *suite = suite_create("event");
  TCase *tests = tcase_create("event");

  tcase_add_checked_fixture(tests, open_event, close_event);
  tcase_add_test(tests, only_kind_and_time_are_there_at_first);
  tcase_add_test(tests, what_was_set_is_there);
  tcase_add_test(tests, what_was_taken_back_leaves_no_trace);
  tcase_add_test(tests, starting_over_forgets_all_fields);
  tcase_add_test(tests, an_event_is_of_a_known_kind_in_1970_to_9999);
  tcase_add_test(tests, what_is_out_of_range_changes_nothing);
  tcase_add_test(tests, no_event_is_an_invalid_event);
  tcase_add_test(tests, a_revision_needs_an_id_and_an_occurrence_must_have_none);
  tcase_add_test(tests, without_an_id_the_content_is_the_identity);
  tcase_add_test(tests, an_own_name_counts_and_its_number_does_not);
  tcase_add_test(tests, an_extension_of_a_later_version_is_content);
  tcase_add_test(tests, of_two_versions_the_greater_time_revision_content_stands);
  tcase_add_test(tests,
                 of_equal_ones_the_earlier_recorded_stands_and_present_before_absent);
  suite_add_tcase(suite, tests);
  return suite;
}
