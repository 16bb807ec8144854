/* SPDX-License-Identifier: MIT
 *
 * test_glance.c - the quick ways of metrics give what the slow ones do: levels of a
 * funnel beside those with times, cohorts from summaries beside those from events,
 * rolling windows beside sets of days. On histories with all that a quick way has to
 * leave to a slow one: what undoes events, gaps of years, more shapes than a table has,
 * customers whose events lie in blocks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

Suite *glance_suite(void);

#define START INT64_C(1700006400000) /* 2023-11-15T00:00Z */

enum { SPAN = 120, CUSTOMERS = 60, HEAVY = 3 };

static uint64_t draw(uint64_t *state)
{
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

static eng_context *shop(int32_t offset)
{
  eng_settings *settings;
  eng_context *context;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_zone(settings, offset));
  ck_ok(eng_settings_set_currency(settings, 840));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

static const uint8_t kinds[] = {ENG_EVENT_VISIT, ENG_EVENT_VIEW_ITEM,
                                ENG_EVENT_ADD_TO_CART, ENG_EVENT_BEGIN_CHECKOUT,
                                ENG_EVENT_PURCHASE};

/* An event of one of the kinds; where `channels`, on one of many, for the sake of its
 * shape. Some are years before. */
static eng_event *some_event(const eng_context *context, uint64_t *seed, uint64_t id,
                             bool channels)
{
  int32_t kind = kinds[draw(seed) % sizeof kinds];
  int64_t time = START + (int64_t)(draw(seed) % SPAN) * DAY;
  eng_event *event;

  if (draw(seed) % 3 > 0) time += (int64_t)(draw(seed) % (uint64_t)DAY);
  if (draw(seed) % 60 == 0) time -= 3400 * DAY;
  event = event_of(context, kind, time);
  if (id > 0) ck_ok(eng_event_set_id(event, id));
  if (kind == ENG_EVENT_PURCHASE && draw(seed) % 9 > 0) {
    int64_t cents = (int64_t)(draw(seed) % 100000);

    ck_ok(eng_event_set_amount(event, draw(seed) % 20 == 0 ? -cents - 1 : cents, 840));
  }
  if (channels) {
    ck_ok(eng_event_set_channel(event, 1 + (int32_t)(draw(seed) % 9)));
    ck_ok(eng_event_set_value(event, (int64_t)1 << draw(seed) % 40));
    ck_ok(eng_event_set_valence(event, (int32_t)(draw(seed) % 5) - 2));
  }
  return event;
}

static void happens(eng_book *book, int who, eng_event *event)
{
  char name[24];

  snprintf(name, sizeof name, "customer-%d", who);
  ck_ok(eng_book_record(book, name, strlen(name), event, NULL));
  eng_event_free(event);
}

/* Every fourth customer has something undone. */
static eng_book *history(const eng_context *context, uint64_t seed)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  for (uint64_t i = 1; i <= 2500; i++) {
    int who = i < 700 ? (int)(draw(&seed) % CUSTOMERS) : HEAVY;
    bool undo = who % 4 == 0 && draw(&seed) % 4 == 0;
    eng_event *event;

    if (undo) {
      event = event_of(context, draw(&seed) % 2 ? ENG_EVENT_VOID : ENG_EVENT_REFUND,
                       START + SPAN * DAY);
      ck_ok(eng_event_set_id(event, i));
      ck_ok(eng_event_set_refers_to(event, 1, draw(&seed) % 700));
    } else {
      event = some_event(context, &seed, i, who % 2 == 1);
    }
    happens(book, who, event);
  }
  return book;
}

/* ---- funnels ---- */

static void levels_agree(const eng_book *book, const eng_funnel *funnel)
{
  uint64_t rows = eng_book_customer_count(book), quick[8], slow[8], counted[8] = {0};
  uint8_t *levels = calloc((size_t)rows, 2);
  int64_t *times = malloc((size_t)rows * (size_t)funnel->step_count * sizeof *times);

  ck_ok(eng_book_funnel(book, funnel, quick, levels, NULL, NULL, rows, NULL, NULL));
  ck_ok(eng_book_funnel(book, funnel, slow, levels + rows, times, NULL, rows, NULL,
                        NULL));
  ck_assert_mem_eq(quick, slow, (size_t)funnel->step_count * sizeof *quick);
  ck_assert_mem_eq(levels, levels + rows, (size_t)rows);
  for (uint64_t row = 0; row < rows; row++) {
    for (int s = 0; s < levels[row]; s++) counted[s]++;
  }
  ck_assert_mem_eq(quick, counted, (size_t)funnel->step_count * sizeof *quick);
  free(levels);
  free(times);
}

START_TEST(levels_are_the_same_with_and_without_times)
{
  /* Own steps, two kinds a step, and a kind in two steps. */
  static const eng_step plain[] = {
      {kinds + 1, 1}, {kinds + 2, 1}, {kinds + 3, 1}, {kinds + 4, 1}};
  static const eng_step pairs[] = {{kinds, 2}, {kinds + 2, 2}, {kinds + 4, 1}};
  static const eng_step again[] = {{kinds + 1, 1}, {kinds + 4, 1}, {kinds + 4, 1}};
  static const struct {
    const eng_step *steps;
    int32_t count;
  } asked[] = {{plain, 4}, {pairs, 3}, {again, 3}, {plain, 1}};

  for (uint64_t seed = 1; seed <= 8; seed += stride()) {
    eng_context *context = shop(0);
    eng_book *book = history(context, seed);

    for (int a = 0; a < 4; a++) {
      for (int how = 0; how < 8; how++) {
        eng_funnel funnel;

        eng_funnel_init(&funnel, sizeof funnel);
        funnel.steps = asked[a].steps;
        funnel.step_count = asked[a].count;
        funnel.within = how & 1 ? 7 * DAY : how & 2 ? 0 : ENG_TIME_MAX;
        funnel.once = how == 6;
        funnel.strict = how == 7;
        funnel.from = how & 2 ? START + 40 * DAY : 0;
        funnel.until = how & 4 ? START + 80 * DAY : ENG_TIME_MAX;
        levels_agree(book, &funnel);
      }
    }
    eng_book_free(book);
    eng_context_free(context);
  }
}
END_TEST

/* ---- cohorts ---- */

/* Nobody has an event of this kind; but with it the summary is of no use. */
static const uint8_t with_another[] = {ENG_EVENT_PURCHASE, ENG_EVENT_IDEA};

START_TEST(cohorts_of_summaries_are_those_of_events)
{
  static const uint32_t brackets[] = {0, 1, 3, 10};
  enum { COHORTS = 40, COLUMNS = 3 };

  for (uint64_t seed = 1; seed <= 8; seed += stride()) {
    eng_context *context = shop(seed % 4 == 0 ? 330 : 0);
    eng_book *book = history(context, seed);

    for (int how = 0; how < 8; how++) {
      uint64_t sizes[2][COHORTS], count;
      eng_cell cells[2][COHORTS * COLUMNS];
      eng_retention retention;
      eng_periods periods;

      eng_periods_init(&periods, sizeof periods);
      periods.every = how & 1 ? ENG_EVERY_DAYS : ENG_EVERY_WEEK;
      periods.length = how & 1 ? 3 : 0;
      periods.from = START + (how & 2 ? 10 * DAY : 0);
      periods.until = START + (how & 4 ? 110 * DAY + 12345678 : 100 * DAY - 1);
      ck_ok(eng_periods_count(context, &periods, &count));
      ck_assert_uint_le(count, COHORTS);
      eng_retention_init(&retention, sizeof retention);
      retention.mode = how & 2 ? ENG_RETENTION_UNBOUNDED : ENG_RETENTION_NDAY;
      if (how & 4) retention.brackets = brackets;
      for (int slow = 0; slow < 2; slow++) {
        if (slow) retention.base = retention.back = with_another;
        if (slow) retention.base_count = retention.back_count = 2;
        memset(cells[slow], 0, sizeof cells[slow]);
        ck_ok(eng_book_retention(book, &periods, &retention, sizes[slow], count,
                                 cells[slow], COLUMNS, NULL, NULL));
      }
      ck_assert_mem_eq(sizes[0], sizes[1], (size_t)count * sizeof *sizes[0]);
      ck_assert_mem_eq(cells[0], cells[1], (size_t)count * COLUMNS * sizeof *cells[0]);
    }
    eng_book_free(book);
    eng_context_free(context);
  }
}
END_TEST

/* ---- days ---- */

/* Marks the days on which a customer did something, by a way of its own. */
static void mark_days(const eng_context *context, const eng_book *book, uint64_t row,
                      int64_t first, int64_t until, char days[4000])
{
  eng_customer *customer;
  eng_event_cursor *cursor;
  const eng_event *event;

  memset(days, 0, 4000);
  ck_ok(eng_book_customer(book, row, &customer));
  ck_ok(eng_event_cursor_new(customer, &cursor));
  while (eng_event_cursor_next(cursor, &event) == ENG_OK && event != NULL) {
    int64_t time = eng_event_occurred_at(event);
    int64_t day = eng_business_day(context, time) - first, amount = 0;

    eng_event_amount(event, &amount, NULL);
    if (amount < 0) continue; /* a refund, which makes nobody active */
    if (time <= until && day + 3600 >= 0 && day + 3600 < 4000) days[day + 3600] = 1;
  }
  eng_event_cursor_free(cursor);
  eng_customer_free(customer);
}

START_TEST(rolling_windows_are_sets_of_days)
{
  static const int32_t windows[] = {1, 7, 30, 4000};
  enum { DAYS = 90 };

  for (uint64_t seed = 1; seed <= 4; seed += stride()) {
    eng_context *context = shop(seed % 2 ? 0 : -570);
    eng_book *book;
    int64_t from = START + 20 * DAY, until = from + (DAYS - 1) * DAY + 7;
    int64_t first = eng_business_day(context, from);
    uint64_t got[4 * DAYS], wanted[4 * DAYS] = {0};
    char days[4000];

    ck_ok(eng_book_new(context, NULL, &book));
    for (uint64_t i = 1, state = seed; i <= 2500; i++) {
      happens(book, i < 400 ? (int)(draw(&state) % CUSTOMERS) : HEAVY,
              some_event(context, &state, i, i % 2));
    }
    ck_ok(eng_book_rolling(book, from, until, NULL, 0, windows, 4, got, DAYS, NULL,
                           NULL));
    for (uint64_t row = 0; row < eng_book_customer_count(book); row++) {
      mark_days(context, book, row, first, until, days);
      for (int i = 0; i < 4 * DAYS; i++) {
        int d = i % DAYS + 3600, w = windows[i / DAYS] < d ? windows[i / DAYS] : d;

        wanted[i] += memchr(days + d - w + 1, 1, (size_t)w) != NULL;
      }
    }
    ck_assert_mem_eq(got, wanted, sizeof got);
    eng_book_free(book);
    eng_context_free(context);
  }
}
END_TEST

Suite *glance_suite(void)
{
  Suite *suite = suite_create("glance");
  TCase *tcase = tcase_create("glance");

  tcase_add_test(tcase, levels_are_the_same_with_and_without_times);
  tcase_add_test(tcase, cohorts_of_summaries_are_those_of_events);
  tcase_add_test(tcase, rolling_windows_are_sets_of_days);
  suite_add_tcase(suite, tcase);
  return suite;
}
