/* SPDX-License-Identifier: MIT
 *
 * test_census.c - a census step by step: who is told what and when, what a callback may
 * do, what fails and what is left then. Its laws are in tests/property/prop_census.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

Suite *census_suite(void);

#define START (INT64_C(20000) * DAY)

static const char levels[] = "language 1\n"
                             "model levels\n"
                             "stage known when count(any) >= 1\n"
                             "stage buyer when count(purchase) >= 1\n"
                             "stage regular\n"
                             "  when count(purchase within 30 days) >= 2\n";

static struct host host;
static eng_context *context;
static eng_model *model;
static eng_assessor *assessor;
static eng_book *book;

static void set_up(void)
{
  const eng_model *models[1];

  memset(&host, 0, sizeof host);
  context = context_in(&host);
  model = model_of(context, levels);
  models[0] = model;
  ck_ok(eng_assessor_new(context, models, 1, &assessor));
  ck_ok(eng_book_new(context, NULL, &book));
}

static void tear_down(void)
{
  eng_book_free(book);
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_context_free(context);
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

static void happen(const char *id, int32_t kind, int64_t at)
{
  eng_event *event = event_of(context, kind, at);

  ck_ok(eng_book_record(book, id, strlen(id), event, NULL));
  eng_event_free(event);
}

static eng_census *census_at(int64_t as_of)
{
  eng_census *census;

  ck_ok(eng_census_new(book, assessor, as_of, NULL, NULL, &census));
  return census;
}

/* ---- what was reported, as text ---- */

struct paper {
  char text[8192];
  size_t size;
  int calls, fail_at;
};

/* "customer-1 1>2 event 5;" with days since START, and milliseconds if there are any.
 */
static int32_t write_down(void *user, const eng_change *change)
{
  static const char *const causes[] = {"", "event", "silence", "record"};
  struct paper *paper = user;
  long days = (long)((change->time - START) / DAY);
  long rest = (long)((change->time - START) % DAY);

  if (++paper->calls == paper->fail_at) return 1;
  paper->size += (size_t)snprintf(
      paper->text + paper->size, sizeof paper->text - paper->size,
      "%.*s %d>%d %s %ld%s;", (int)change->length, change->customer, (int)change->from,
      (int)change->to, causes[change->cause], days, rest == 0 ? "" : "+");
  return 0;
}

static void expect_changes(eng_census *census, int64_t now, const char *text)
{
  struct paper paper = {0};
  uint64_t changes;

  ck_ok(eng_census_advance(census, now, write_down, &paper, &changes));
  ck_assert_str_eq(paper.text, text);
  ck_assert_int_eq((int)changes, paper.calls);
  ck_assert_int_eq(eng_census_as_of(census), now);
}

/* ---- tests ---- */

START_TEST(arguments_are_checked)
{
  eng_census *census = (eng_census *)book;
  uint64_t changes = 7;

  ck_assert_int_eq(eng_census_new(NULL, assessor, 0, NULL, NULL, &census),
                   ENG_E_INVALID);
  ck_assert_ptr_null(census);
  ck_assert_int_eq(eng_census_new(book, NULL, 0, NULL, NULL, &census), ENG_E_INVALID);
  ck_assert_int_eq(eng_census_new(book, assessor, 0, NULL, NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_census_new(book, assessor, -1, NULL, NULL, &census), ENG_E_TIME);
  ck_assert_int_eq(
      eng_census_new(book, assessor, ENG_TIME_MAX + 1, NULL, NULL, &census),
      ENG_E_TIME);
  census = census_at(START);
  ck_assert_int_eq(eng_census_advance(NULL, START, NULL, NULL, &changes),
                   ENG_E_INVALID);
  ck_assert_uint_eq(changes, 0);
  ck_assert_int_eq(eng_census_advance(census, START - 1, NULL, NULL, NULL), ENG_E_TIME);
  ck_assert_int_eq(eng_census_advance(census, ENG_TIME_MAX + 1, NULL, NULL, NULL),
                   ENG_E_TIME);
  ck_assert_int_eq(eng_census_touch(NULL, 0), ENG_E_INVALID);
  ck_assert_int_eq(eng_census_touch(census, 0), ENG_E_NOTFOUND);
  ck_ok(eng_census_touch(census, UINT64_MAX));
  ck_assert_int_eq(eng_census_stage(census, 0, 0), -1);
  ck_assert_uint_eq(eng_census_count(census, 1, 0), 0);
  ck_assert_uint_eq(eng_census_count(census, 0, -1), 0);
  ck_assert(eng_census_due(census, 0) == ENG_TIME_NONE);
  ck_assert(eng_census_next(census) == ENG_TIME_NONE);
  eng_census_free(census);
  eng_census_free(NULL);
}
END_TEST

START_TEST(another_context_is_refused)
{
  eng_context *other = plain_context();
  eng_book *foreign;
  eng_census *census;

  ck_ok(eng_book_new(other, NULL, &foreign));
  ck_assert_int_eq(eng_census_new(foreign, assessor, START, NULL, NULL, &census),
                   ENG_E_CONTEXT);
  eng_book_free(foreign);
  eng_context_free(other);
}
END_TEST

START_TEST(events_and_silence_are_told_at_their_instants)
{
  eng_census *census = census_at(START);

  happen("customer-1", ENG_EVENT_VISIT, START + DAY);
  ck_assert_int_eq(eng_census_is_behind(census), 1);
  ck_assert_int_eq(eng_census_next(census), START);
  ck_assert_uint_eq(eng_census_count(census, 0, 0), 1);
  expect_changes(census, START + 2 * DAY, "customer-1 0>1 event 1;");
  ck_assert(eng_census_next(census) == ENG_TIME_NONE);
  happen("customer-1", ENG_EVENT_PURCHASE, START + 3 * DAY);
  happen("customer-1", ENG_EVENT_PURCHASE, START + 5 * DAY);
  happen("customer-0", ENG_EVENT_PURCHASE, START + 3 * DAY);
  expect_changes(census, START + 5 * DAY,
                 "customer-0 0>2 event 3;customer-1 1>2 event 3;"
                 "customer-1 2>3 event 5;");
  ck_assert_int_eq(eng_census_is_behind(census), 0);
  ck_assert_int_eq(eng_census_next(census), START + 33 * DAY);
  expect_changes(census, START + 33 * DAY - 1, "");
  expect_changes(census, START + 40 * DAY, "customer-1 3>2 silence 33;");
  ck_assert_uint_eq(eng_census_count(census, 0, 2), 2);
  ck_assert_uint_eq(eng_census_count(census, 0, 3), 0);
  ck_assert(eng_census_next(census) == ENG_TIME_NONE);
  eng_census_free(census);
}
END_TEST

START_TEST(several_changes_in_one_advance_are_all_told)
{
  eng_census *census = census_at(START);

  for (int i = 0; i < 3; i++) {
    happen("customer-1", ENG_EVENT_PURCHASE, START + (1 + 40 * i) * DAY);
    happen("customer-1", ENG_EVENT_PURCHASE, START + (2 + 40 * i) * DAY);
  }
  expect_changes(census, START + 200 * DAY,
                 "customer-1 0>2 event 1;customer-1 2>3 event 2;"
                 "customer-1 3>2 silence 31;customer-1 2>3 event 42;"
                 "customer-1 3>2 silence 71;customer-1 2>3 event 82;"
                 "customer-1 3>2 silence 111;");
  eng_census_free(census);
}
END_TEST

START_TEST(what_was_learned_late_is_told_as_that)
{
  eng_census *census = census_at(START);
  eng_event *late = event_of(context, ENG_EVENT_VOID, START + 4 * DAY), *bought;

  bought = event_of(context, ENG_EVENT_PURCHASE, START + DAY);
  ck_ok(eng_event_set_id(bought, 7));
  ck_ok(eng_book_record(book, "customer-1", 10, bought, NULL));
  expect_changes(census, START + 5 * DAY, "customer-1 0>2 event 1;");
  happen("customer-1", ENG_EVENT_PURCHASE, START + 2 * DAY);
  expect_changes(census, START + 6 * DAY, "customer-1 2>3 record 5;");
  ck_ok(eng_event_set_refers_to(late, 1, 7));
  ck_ok(eng_book_record(book, "customer-1", 10, late, NULL));
  expect_changes(census, START + 7 * DAY, "customer-1 3>2 record 6;");
  /* At the very instant: it is no news of the past. */
  happen("customer-1", ENG_EVENT_PURCHASE, START + 7 * DAY);
  expect_changes(census, START + 7 * DAY, "customer-1 2>3 event 7;");
  eng_event_free(late);
  eng_event_free(bought);
  eng_census_free(census);
}
END_TEST

START_TEST(an_event_of_the_future_counts_when_it_comes)
{
  eng_census *census;

  happen("customer-1", ENG_EVENT_PURCHASE, START + 9 * DAY);
  census = census_at(START);
  ck_assert_int_eq(eng_census_stage(census, 0, 0), 0);
  ck_assert_int_eq(eng_census_next(census), START + 9 * DAY);
  ck_assert_int_eq(eng_census_due(census, 0), START + 9 * DAY);
  expect_changes(census, START + 9 * DAY - 1, "");
  expect_changes(census, START + 9 * DAY, "customer-1 0>2 event 9;");
  eng_census_free(census);
}
END_TEST

/* More changes in one go than are looked for one by one. */
START_TEST(a_long_history_is_followed_as_day_by_day)
{
  static struct paper at_once, daily;
  eng_census *whole = census_at(START), *steps = census_at(START);

  memset(&at_once, 0, sizeof at_once);
  memset(&daily, 0, sizeof daily);
  for (int i = 0; i < 60; i++) {
    happen("customer-1", ENG_EVENT_PURCHASE, START + (1 + 17 * i + i % 3 * 5) * DAY);
    happen("customer-2", ENG_EVENT_VISIT, START + (1 + i) * DAY);
  }
  for (int day = 1; day < 1200; day++) {
    ck_ok(eng_census_advance(steps, START + day * DAY, write_down, &daily, NULL));
  }
  ck_ok(eng_census_advance(whole, START + 1199 * DAY, write_down, &at_once, NULL));
  ck_assert_int_gt(at_once.calls, 20);
  ck_assert_str_eq(at_once.text, daily.text);
  eng_census_free(whole);
  eng_census_free(steps);
}
END_TEST

START_TEST(a_census_follows_its_customers_to_new_rows)
{
  eng_census *census;
  uint64_t row;

  for (int i = 90; i-- > 10;) {
    char id[16];

    snprintf(id, sizeof id, "customer-%d", i);
    happen(id, i % 2 ? ENG_EVENT_VISIT : ENG_EVENT_PURCHASE, START + i * DAY);
  }
  census = census_at(START + 50 * DAY);
  happen("customer-99", ENG_EVENT_PURCHASE, START + 51 * DAY);
  happen("customer-11", ENG_EVENT_PURCHASE, START + 51 * DAY);
  ck_ok(eng_book_compact(book));
  ck_ok(eng_book_find(book, "customer-20", 11, &row));
  ck_assert_int_eq(eng_census_stage(census, row, 0), 2);
  ck_assert_int_eq(eng_census_is_behind(census), 1);
  expect_changes(census, START + 52 * DAY,
                 "customer-11 1>2 event 51;customer-51 0>1 event 51;"
                 "customer-99 0>2 event 51;customer-52 0>2 event 52;");
  eng_census_free(census);
}
END_TEST

START_TEST(who_is_merged_is_one_and_apart_again_as_before)
{
  eng_census *census;
  uint64_t row;

  happen("customer-0", ENG_EVENT_VISIT, START - DAY);
  happen("customer-1", ENG_EVENT_PURCHASE, START - DAY);
  happen("customer-2", ENG_EVENT_PURCHASE, START - 2 * DAY);
  happen("customer-3", ENG_EVENT_VISIT, START - DAY);
  census = census_at(START);
  ck_ok(eng_book_link(book, "customer-1", 10, "customer-2", 10, START));
  ck_assert_int_eq(eng_census_is_behind(census), 1);
  expect_changes(census, START + DAY,
                 "customer-1 2>3 record 0;customer-2 2>0 record 0;");
  ck_assert_uint_eq(eng_census_count(census, 0, 1), 2);
  ck_assert_uint_eq(eng_census_count(census, 0, 2), 0);
  ck_assert_uint_eq(eng_census_count(census, 0, 3), 1);
  ck_ok(eng_book_find(book, "customer-2", 10, &row));
  ck_assert_int_eq(eng_census_stage(census, row, 0), 3);
  ck_assert_int_eq(eng_census_next(census), START + 28 * DAY);
  happen("customer-2", ENG_EVENT_PURCHASE, START + 2 * DAY);
  expect_changes(census, START + 2 * DAY + 1, "");
  ck_ok(eng_book_unlink(book, "customer-1", 10, "customer-2", 10, START + DAY));
  expect_changes(census, START + 3 * DAY,
                 "customer-1 3>2 record 2+;customer-2 0>3 record 2+;");
  /* There and back before anybody looks. */
  ck_ok(eng_book_link(book, "customer-0", 10, "customer-2", 10, START + 3 * DAY));
  ck_ok(eng_book_unlink(book, "customer-0", 10, "customer-2", 10, START + 4 * DAY));
  expect_changes(census, START + 4 * DAY, "");
  ck_assert_uint_eq(eng_census_count(census, 0, 0), 0);
  ck_assert_uint_eq(eng_census_count(census, 0, 1), 2);
  eng_census_free(census);
}
END_TEST

static int32_t count_calls(void *user, const uint8_t *bytes, size_t size)
{
  (void)bytes;
  (void)size;
  ++*(int *)user;
  return 0;
}

/* A host that writes to whoever drops: the message is an event of its own. */
static int32_t answer(void *user, const eng_change *change)
{
  eng_census **census = user;
  char id[16] = {0};
  int told = 0;

  memcpy(id, change->customer, change->length);
  ck_assert_int_eq(eng_census_advance(*census, ENG_TIME_MAX, NULL, NULL, NULL),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_book_compact(book), ENG_E_INVALID);
  /* What is refused is not in the journal either. */
  ck_ok(eng_book_set_journal(book, count_calls, &told));
  ck_assert_int_eq(eng_book_link(book, "a", 1, "b", 1, START), ENG_E_INVALID);
  ck_assert_int_eq(told, 0);
  ck_ok(eng_book_set_journal(book, NULL, NULL));
  ck_assert_int_eq(eng_census_as_of(*census), START);
  ck_assert_int_eq(eng_census_stage(*census, change->row, 0), change->from);
  for (int i = 0; i < 200; i++) {
    char other[32];

    snprintf(other, sizeof other, "%s-friend-%d", id, i);
    happen(other, ENG_EVENT_VISIT, change->time);
  }
  happen(id, ENG_EVENT_PURCHASE, change->time + DAY);
  return 0;
}

START_TEST(a_callback_may_record)
{
  eng_census *census = census_at(START);
  uint64_t changes;

  happen("customer-1", ENG_EVENT_VISIT, START + DAY);
  happen("customer-2", ENG_EVENT_VISIT, START + DAY);
  ck_ok(eng_census_advance(census, START + DAY, answer, &census, &changes));
  ck_assert_uint_eq(changes, 2);
  ck_assert_int_eq(eng_census_is_behind(census), 1);
  ck_ok(eng_census_advance(census, START + 2 * DAY, NULL, NULL, &changes));
  ck_assert_uint_eq(changes, 402);
  eng_census_free(census);
}
END_TEST

START_TEST(a_callback_that_fails_leaves_all_as_it_was)
{
  eng_census *census;
  struct paper paper = {0};
  uint64_t changes = 7;

  happen("customer-1", ENG_EVENT_PURCHASE, START - DAY);
  census = census_at(START);
  happen("customer-1", ENG_EVENT_PURCHASE, START + DAY);
  happen("customer-2", ENG_EVENT_VISIT, START + DAY);
  paper.fail_at = 2;
  ck_assert_int_eq(
      eng_census_advance(census, START + 50 * DAY, write_down, &paper, &changes),
      ENG_E_CALLBACK);
  ck_assert_uint_eq(changes, 0);
  ck_assert_str_eq(paper.text, "customer-1 2>3 event 1;");
  ck_assert_int_eq(eng_census_as_of(census), START);
  ck_assert_int_eq(eng_census_stage(census, 0, 0), 2);
  ck_assert_int_eq(eng_census_is_behind(census), 1);
  expect_changes(census, START + 50 * DAY,
                 "customer-1 2>3 event 1;customer-2 0>1 event 1;"
                 "customer-1 3>2 silence 29;");
  eng_census_free(census);
}
END_TEST

/* ---- a model that does not say when it changes ---- */

static int32_t favourite;

static eng_status by_favour(void *user, eng_view *view, int32_t *stage,
                            eng_value *dimensions)
{
  (void)user;
  (void)view;
  (void)dimensions;
  *stage = favourite;
  return ENG_OK;
}

START_TEST(what_nobody_can_foresee_is_seen_when_touched)
{
  static const char *const names[] = {"guest", "friend"};
  const eng_model *models[1];
  eng_callbacks callbacks;
  eng_model *own;
  eng_assessor *asks;
  eng_census *census;

  eng_callbacks_init(&callbacks, sizeof callbacks);
  callbacks.name = "favour";
  callbacks.stage_count = 2;
  callbacks.stage_names = names;
  callbacks.assess = by_favour;
  ck_ok(eng_model_from_callbacks(context, &callbacks, &own, NULL));
  models[0] = own;
  ck_ok(eng_assessor_new(context, models, 1, &asks));
  happen("customer-1", ENG_EVENT_VISIT, START);
  favourite = 1;
  ck_ok(eng_census_new(book, asks, START, NULL, NULL, &census));
  ck_assert(eng_census_next(census) == ENG_TIME_NONE);
  favourite = 2;
  expect_changes(census, START + DAY, "");
  ck_ok(eng_census_touch(census, 0));
  ck_assert_int_eq(eng_census_next(census), START + DAY);
  expect_changes(census, START + DAY, "customer-1 1>2 record 1;");
  favourite = 77; /* there is no such stage */
  ck_ok(eng_census_touch(census, 0));
  ck_assert_int_eq(eng_census_advance(census, START + 2 * DAY, NULL, NULL, NULL),
                   ENG_E_CALLBACK);
  ck_assert_int_eq(eng_census_as_of(census), START + DAY);
  ck_assert_int_eq(eng_census_is_behind(census), 1);
  eng_census_free(census);
  eng_assessor_free(asks);
  eng_model_free(own);
}
END_TEST

/* ---- memory ---- */

static int32_t stop(void *user, uint64_t done, uint64_t total)
{
  (void)done;
  (void)total;
  return ++*(int *)user == 2;
}

START_TEST(progress_can_end_it)
{
  eng_census *census;
  int calls = 0;

  happen("customer-1", ENG_EVENT_VISIT, START);
  ck_assert_int_eq(eng_census_new(book, assessor, START, stop, &calls, &census),
                   ENG_E_CANCELLED);
  ck_assert_ptr_null(census);
}
END_TEST

START_TEST(little_is_kept_of_each_customer)
{
  eng_census *census;
  uint64_t before;

  for (int i = 0; i < 6400; i++) {
    char id[16];

    snprintf(id, sizeof id, "customer-%d", i);
    happen(id, ENG_EVENT_PURCHASE, START + i * 1000);
    happen(id, ENG_EVENT_PURCHASE, START + i * 1000 + 500);
  }
  eng_census_free(census_at(START)); /* the assessor's memory stays */
  before = host.live;
  census = census_at(START + DAY);
  ck_assert_uint_eq(host.live - before, eng_census_memory(census));
  ck_assert_uint_lt(eng_census_memory(census), 6400 * 18 + 4096);
  ck_ok(eng_census_advance(census, START + 40 * DAY, NULL, NULL, &before));
  ck_assert_uint_eq(before, 6400);
  ck_assert_uint_lt(eng_census_memory(census), 6400 * 18 + 4096);
  eng_census_free(census);
}
END_TEST

/* A story whose n-th request for memory fails: what fails leaves all as it was, and
 * done again with memory it comes to the same. */
static uint64_t run_short(uint64_t n, bool for_ever, struct paper *paper)
{
  eng_census *census = NULL;
  uint64_t failures = 0;

  for (int i = 0; i < 70; i++) {
    char id[16];

    snprintf(id, sizeof id, "customer-%d", i % 10);
    happen(id, ENG_EVENT_PURCHASE, START + i * DAY);
  }
  host_reset(&host);
  host.fail_at = n;
  host.for_ever = for_ever;
  while (eng_census_new(book, assessor, START + 20 * DAY, NULL, NULL, &census) !=
         ENG_OK) {
    ck_assert_ptr_null(census);
    failures = host.failures;
    host.fail_at = 0;
  }
  while (eng_census_advance(census, START + 60 * DAY, write_down, paper, NULL) !=
         ENG_OK) {
    ck_assert_int_eq(paper->calls, 0);
    ck_assert_int_eq(eng_census_as_of(census), START + 20 * DAY);
    failures = host.failures;
    host.fail_at = 0;
  }
  while (eng_book_compact(book) != ENG_OK) {
    failures = host.failures;
    host.fail_at = 0;
  }
  ck_ok(eng_census_touch(census, UINT64_MAX));
  while (eng_census_advance(census, START + 200 * DAY, write_down, paper, NULL) !=
         ENG_OK) {
    failures = host.failures;
    host.fail_at = 0;
  }
  host.fail_at = 0;
  eng_census_free(census);
  return failures;
}

START_TEST(every_request_for_memory_may_fail)
{
  static struct paper whole, paper;

  memset(&whole, 0, sizeof whole);
  ck_assert_uint_eq(run_short(0, false, &whole), 0);
  for (int for_ever = 0; for_ever < 2; for_ever++) {
    for (uint64_t n = 1;; n++) {
      uint64_t failures;

      eng_book_free(book);
      eng_assessor_free(assessor);
      ck_ok(eng_assessor_new(context, (const eng_model *const[]){model}, 1, &assessor));
      ck_ok(eng_book_new(context, NULL, &book));
      memset(&paper, 0, sizeof paper);
      failures = run_short(n, for_ever == 1, &paper);
      ck_assert_str_eq(paper.text, whole.text);
      if (failures == 0) break;
      ck_assert_uint_lt(n, 1000);
    }
  }
}
END_TEST

Suite *census_suite(void)
{
  Suite *suite = suite_create("census");
  TCase *steps = tcase_create("steps");
  TCase *memory = tcase_create("memory");

  tcase_add_checked_fixture(steps, set_up, tear_down);
  tcase_add_test(steps, arguments_are_checked);
  tcase_add_test(steps, another_context_is_refused);
  tcase_add_test(steps, events_and_silence_are_told_at_their_instants);
  tcase_add_test(steps, several_changes_in_one_advance_are_all_told);
  tcase_add_test(steps, what_was_learned_late_is_told_as_that);
  tcase_add_test(steps, an_event_of_the_future_counts_when_it_comes);
  tcase_add_test(steps, a_long_history_is_followed_as_day_by_day);
  tcase_add_test(steps, a_census_follows_its_customers_to_new_rows);
  tcase_add_test(steps, who_is_merged_is_one_and_apart_again_as_before);
  tcase_add_test(steps, a_callback_may_record);
  tcase_add_test(steps, a_callback_that_fails_leaves_all_as_it_was);
  tcase_add_test(steps, what_nobody_can_foresee_is_seen_when_touched);
  suite_add_tcase(suite, steps);
  tcase_add_checked_fixture(memory, set_up, tear_down);
  tcase_set_timeout(memory, 60);
  tcase_add_test(memory, progress_can_end_it);
  tcase_add_test(memory, little_is_kept_of_each_customer);
  tcase_add_test(memory, every_request_for_memory_may_fail);
  suite_add_tcase(suite, memory);
  return suite;
}
