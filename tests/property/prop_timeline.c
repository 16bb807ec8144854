/* SPDX-License-Identifier: MIT
 *
 * prop_timeline.c - the laws of timelines, over generated histories, and the library
 * against the model.
 *
 * Most histories are short, so that many are tried; one in some hundreds is heavy. Ids
 * come from a small set, so that versions collide, and some are the effective id of an
 * event without one.
 */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "property/model_timeline.h"
#include "property/property.h"
#include "unit/support.h"

Suite *prop_timeline_suite(void);

static eng_context *context;
static eng_event *scratch;

static void open_context(void)
{
  context = plain_context();
  scratch = event_of(context, ENG_EVENT_VISIT, 0);
}

static void close_context(void)
{
  eng_event_free(scratch);
  eng_context_free(context);
}

#define law(holds)                                                                     \
  do {                                                                                 \
    if (!(holds))                                                                      \
      ck_abort_msg("case %d of SEED=%" PRIu64 ": %s", number, prop_seed(), #holds);    \
  } while (0)

/* ---- drawing histories ---- */

enum { MOST = 700 };

struct history {
  struct model_event events[MOST];
  size_t count;
  int style;
};

enum { NEAR, SAME_INSTANT, SPREAD, EXTREME, STYLES };

static int64_t pick(prop_draw *draw, int64_t low, int64_t high)
{
  return prop_between(draw, low, high);
}

static bool one_in(prop_draw *draw, int n)
{
  return prop_next(draw) % (unsigned)n == 0;
}

static int64_t draw_time(prop_draw *draw, int style)
{
  static const int64_t edges[] = {0,
                                  1,
                                  DAY - 1,
                                  DAY,
                                  INT64_C(274877906943),
                                  INT64_C(274877906944),
                                  INT64_C(274877906945),
                                  INT64_C(5662310399999),
                                  INT64_C(5662396800000),
                                  ENG_TIME_MAX - 1,
                                  ENG_TIME_MAX};

  switch (style) {
  case SAME_INSTANT: return INT64_C(1760000000000);
  case NEAR: return INT64_C(1577836800000) + pick(draw, -3, 9);
  case SPREAD: return INT64_C(1577836800000) + pick(draw, 0, 400) * DAY / 3;
  default:
    return one_in(draw, 2) ? pick(draw, 0, ENG_TIME_MAX)
                           : edges[prop_next(draw) % (sizeof edges / sizeof edges[0])];
  }
}

static int64_t draw_number(prop_draw *draw)
{
  static const int64_t edges[] = {
      0,        1,         255,        256,     65535,     65536,        16777215,
      16777216, INT32_MAX, UINT32_MAX, 1 << 16, INT64_MAX, INT64_MAX - 1};
  int64_t v = one_in(draw, 2)
                  ? (int64_t)(prop_next(draw) >> pick(draw, 1, 63))
                  : edges[prop_next(draw) % (sizeof edges / sizeof edges[0])];

  return one_in(draw, 2) ? v : -v;
}

static void draw_event(prop_draw *draw, struct history *history,
                       struct model_event *out)
{
  static const int32_t kinds[] = {
      ENG_EVENT_PURCHASE, ENG_EVENT_VISIT, ENG_EVENT_REFUND, ENG_EVENT_VOID, 130, 200,
      ENG_EVENT_CLICK,    ENG_EVENT_RATING};
  static const int32_t channels[] = {0, 0, 1, 2, 11, 128, 255};
  static const int32_t currencies[] = {978, 392, 414, 8};
  unsigned dice = (unsigned)prop_next(draw);

  memset(out, 0, sizeof *out);
  out->kind = kinds[prop_next(draw) % 8];
  out->at = draw_time(draw, history->style);
  out->channel = channels[prop_next(draw) % 7];
  if ((dice & 3) == 0) {
    out->has_id = true;
    out->id = prop_next(draw) % 6;
    if (out->id == 5) out->id = UINT64_MAX;
    if (one_in(draw, 8) && history->count > 0)
      out->id = history->events[prop_next(draw) % history->count].effective_id;
    if (one_in(draw, 3))
      out->revision =
          one_in(draw, 3) ? (uint32_t)prop_next(draw) : (uint32_t)pick(draw, 1, 2);
  } else if ((dice & 12) == 0) {
    out->occurrence =
        one_in(draw, 4) ? (uint16_t)prop_next(draw) : (uint16_t)pick(draw, 1, 2);
  }
  if ((dice & 0x30) == 0) {
    out->has_recorded_at = true;
    out->recorded_at = one_in(draw, 2) ? draw_time(draw, history->style) : out->at;
  }
  if ((dice & 0x40) == 0) {
    out->has_amount = true;
    out->amount = draw_number(draw);
    out->currency = currencies[prop_next(draw) % 4];
  }
  if ((dice & 0x180) == 0) {
    out->has_value = true;
    out->value = draw_number(draw);
  }
  if ((dice & 0x600) == 0) out->scale = (int32_t)pick(draw, 0, 5);
  if ((dice & 0x1800) == 0) {
    out->has_valence = true;
    out->valence = (int32_t)pick(draw, -2, 2);
  }
  out->incentivised = (dice & 0xe000) == 0;
  out->is_public = (dice & 0x70000) == 0;
  if ((dice & 0x180000) == 0) {
    out->has_refers_to = true;
    out->refers_to = prop_next(draw) % 4;
  }
  if ((dice & 0x600000) == 0) {
    out->has_actor = true;
    out->actor = (uint32_t)(prop_next(draw) >> pick(draw, 32, 63));
  }
  if ((dice & 0x1800000) == 0) {
    out->has_topic = true;
    out->topic = (uint32_t)prop_next(draw);
  }
  model_settle(out);
}

/* Some events of a history are drawn again with a little changed: another version,
 * another recorded_at, another occurrence. */
static void draw_again(prop_draw *draw, struct history *history,
                       struct model_event *out)
{
  *out = history->events[prop_next(draw) % history->count];
  if (one_in(draw, 2)) {
    out->has_recorded_at = !one_in(draw, 3);
    out->recorded_at = out->has_recorded_at ? draw_time(draw, history->style) : 0;
  }
  if (out->has_id) {
    if (one_in(draw, 3)) out->revision ^= 1;
    if (one_in(draw, 3)) out->at = draw_time(draw, history->style);
    if (one_in(draw, 3)) out->kind = ENG_EVENT_CLICK;
  } else if (one_in(draw, 3)) {
    out->occurrence ^= 1;
  }
  model_settle(out);
}

static struct history *draw_history(prop_draw *draw, int number)
{
  static struct history history;
  size_t count = (size_t)pick(draw, 0, 9);

  if (number % 1024 == 1023)
    count = (size_t)pick(draw, 150, MOST);
  else if (number % 32 == 31)
    count = (size_t)pick(draw, 10, 60);
  history.count = 0;
  history.style = (int)(prop_next(draw) % STYLES);
  while (history.count < count) {
    struct model_event *event = &history.events[history.count];

    if (history.count > 0 && one_in(draw, 4))
      draw_again(draw, &history, event);
    else
      draw_event(draw, &history, event);
    history.count++;
  }
  return &history;
}

static void shuffle(prop_draw *draw, struct history *history)
{
  for (size_t i = history->count; i > 1; i--) {
    size_t j = prop_next(draw) % i;
    struct model_event moved = history->events[i - 1];

    history->events[i - 1] = history->events[j];
    history->events[j] = moved;
  }
}

static int64_t draw_floor(prop_draw *draw, const struct history *history)
{
  return one_in(draw, 8) ? pick(draw, 0, ENG_TIME_MAX)
         : history->count == 0 || one_in(draw, 4)
             ? draw_time(draw, history->style)
             : history->events[prop_next(draw) % history->count].at;
}

/* ---- helpers ---- */

static int32_t put(eng_customer *customer, const struct model_event *event)
{
  int32_t outcome;

  model_fill(event, scratch);
  if (eng_customer_record(customer, scratch, &outcome) != ENG_OK)
    ck_abort_msg("record fails");
  return outcome;
}

static void merge(eng_customer *customer, const eng_customer *other)
{
  if (eng_customer_merge(customer, other) != ENG_OK) ck_abort_msg("merge fails");
}

static void expire(eng_customer *customer, int64_t floor)
{
  if (eng_customer_expire(customer, floor) != ENG_OK) ck_abort_msg("expire fails");
}

/* The part of a history whose index leaves `rest` by `of`; with a floor at times. */
static eng_customer *till(const struct history *history, size_t rest, size_t of,
                          int64_t floor)
{
  eng_customer *customer = customer_of(context);

  for (size_t i = rest; i < history->count; i += of)
    (void)put(customer, &history->events[i]);
  if (floor >= 0) expire(customer, floor);
  return customer;
}

static eng_customer *merged(const eng_customer *a, const eng_customer *b)
{
  eng_customer *out = customer_of(context);

  merge(out, a);
  merge(out, b);
  return out;
}

/* The events of a customer are those of a model, in strictly increasing order. */
static bool holds(const eng_customer *customer, const struct model *model)
{
  eng_event_cursor *cursor;
  const eng_event *event;
  struct model_event now, before;
  size_t n = 0;
  bool good = true;

  if (eng_customer_event_count(customer) != model->count ||
      eng_customer_floor(customer) != (model->has_floor ? model->floor : ENG_TIME_NONE))
    return false;
  if (eng_event_cursor_new(customer, &cursor) != ENG_OK) return false;
  for (;; n++) {
    if (eng_event_cursor_next(cursor, &event) != ENG_OK) good = false;
    if (event == NULL || !good) break;
    model_read(event, &now);
    good = n < model->count && model_event_equal(&now, &model->events[n]) &&
           (n == 0 || model_order(&before, &now) < 0);
    before = now;
  }
  eng_event_cursor_free(cursor);
  return good && n == model->count;
}

static int64_t floor_or_none(prop_draw *draw, const struct history *history)
{
  return one_in(draw, 4) ? draw_floor(draw, history) : -1;
}

/* ---- laws ---- */

START_TEST(the_library_holds_what_the_model_holds)
{
  for (int number = 0; number < prop_cases(350000); number++) {
    prop_draw draw = prop_case(number);
    struct history *history = draw_history(&draw, number);
    eng_customer *customer = customer_of(context), *other = customer_of(context);
    struct model model = {0}, other_model = {0};

    for (size_t i = 0; i < history->count; i++) {
      const struct model_event *event = &history->events[i];
      unsigned dice = (unsigned)(prop_next(&draw) % 64);

      if (dice < 16) {
        law(put(other, event) == model_record(&other_model, event));
      } else {
        law(put(customer, event) == model_record(&model, event));
      }
      if (dice == 63) {
        int64_t floor = draw_floor(&draw, history);

        expire(customer, floor);
        model_expire(&model, floor);
      } else if (dice == 62) {
        merge(customer, other);
        model_merge(&model, &other_model);
      } else if (dice == 61) {
        eng_customer *copy = copy_of(context, customer);

        eng_customer_free(customer);
        customer = copy;
      }
      if (number % 1024 == 1023 && i % 64 == 63) law(holds(customer, &model));
    }
    law(holds(customer, &model));
    law(holds(other, &other_model));
    merge(customer, other);
    model_merge(&model, &other_model);
    law(holds(customer, &model));
    model_free(&model);
    model_free(&other_model);
    eng_customer_free(customer);
    eng_customer_free(other);
  }
}
END_TEST

START_TEST(merging_is_commutative_associative_and_idempotent)
{
  for (int number = 0; number < prop_cases(200000); number++) {
    prop_draw draw = prop_case(number);
    struct history *history = draw_history(&draw, number);
    eng_customer *a = till(history, 0, 3, floor_or_none(&draw, history));
    eng_customer *b = till(history, 1, 3, floor_or_none(&draw, history));
    eng_customer *c = till(history, 2, 3, -1);
    eng_customer *ab = merged(a, b), *ba = merged(b, a), *bc = merged(b, c);
    eng_customer *ab_c = merged(ab, c), *a_bc = merged(a, bc);

    law(same_timeline(ab, ba));
    law(same_timeline(ab_c, a_bc));
    merge(ab_c, a);
    merge(ab_c, ab_c);
    law(same_timeline(ab_c, a_bc));
    merge(a_bc, ab);
    law(same_timeline(ab_c, a_bc));
    eng_customer_free(a);
    eng_customer_free(b);
    eng_customer_free(c);
    eng_customer_free(ab);
    eng_customer_free(ba);
    eng_customer_free(bc);
    eng_customer_free(ab_c);
    eng_customer_free(a_bc);
  }
}
END_TEST

START_TEST(any_order_with_repeats_is_the_merge_of_single_events)
{
  for (int number = 0; number < prop_cases(200000); number++) {
    prop_draw draw = prop_case(number);
    struct history *history = draw_history(&draw, number);
    eng_customer *straight = till(history, 0, 1, -1);
    eng_customer *merges = customer_of(context), *mixed = customer_of(context);
    size_t singles = history->count < 20 ? history->count : 20;

    for (size_t i = 0; i < history->count; i++) {
      if (i < singles) {
        eng_customer *single = customer_of(context);

        (void)put(single, &history->events[i]);
        merge(merges, single);
        eng_customer_free(single);
      } else {
        (void)put(merges, &history->events[i]);
      }
    }
    law(same_timeline(straight, merges));
    shuffle(&draw, history);
    for (size_t i = 0; i < history->count; i++) {
      (void)put(mixed, &history->events[i]);
      if (one_in(&draw, 3))
        law(put(mixed, &history->events[prop_next(&draw) % (i + 1)]) ==
            ENG_RECORD_UNCHANGED);
    }
    law(same_timeline(straight, mixed));
    eng_customer_free(straight);
    eng_customer_free(merges);
    eng_customer_free(mixed);
  }
}
END_TEST

START_TEST(expiring_commutes_with_merging_and_recording)
{
  for (int number = 0; number < prop_cases(150000); number++) {
    prop_draw draw = prop_case(number);
    struct history *history = draw_history(&draw, number);
    eng_customer *a = till(history, 0, 2, floor_or_none(&draw, history));
    eng_customer *b = till(history, 1, 2, -1);
    eng_customer *after = merged(a, b), *recorded = customer_of(context);
    int64_t floor = draw_floor(&draw, history);

    expire(after, floor);
    /* Before recording, or in the midst of it. */
    for (size_t i = 0; i < history->count; i++) {
      if (i == history->count / 3) expire(recorded, floor);
      (void)put(recorded, &history->events[i]);
    }
    expire(recorded, floor);
    expire(a, floor);
    expire(b, floor);
    merge(a, b);
    law(same_timeline(a, after));
    if (eng_customer_floor(a) == floor) law(same_timeline(a, recorded));
    expire(a, floor);
    expire(a, 0);
    law(same_timeline(a, after));
    eng_customer_free(a);
    eng_customer_free(b);
    eng_customer_free(after);
    eng_customer_free(recorded);
  }
}
END_TEST

START_TEST(bytes_decode_to_the_set_and_encode_to_the_bytes)
{
  for (int number = 0; number < prop_cases(100000); number++) {
    prop_draw draw = prop_case(number);
    struct history *history = draw_history(&draw, number);
    eng_customer *customer = till(history, 0, 1, floor_or_none(&draw, history));
    eng_customer *copy = copy_of(context, customer);

    law(same_timeline(customer, copy));
    if (history->count > 0) {
      const struct model_event *event =
          &history->events[prop_next(&draw) % history->count];

      law(put(copy, event) == put(customer, event));
      law(same_timeline(customer, copy));
    }
    eng_customer_free(customer);
    eng_customer_free(copy);
  }
}
END_TEST

START_TEST(bytes_are_equal_exactly_where_the_sets_are)
{
  for (int number = 0; number < prop_cases(100000); number++) {
    prop_draw draw = prop_case(number);
    struct history *history = draw_history(&draw, number);
    eng_customer *a = customer_of(context), *b = customer_of(context);
    struct model x = {0}, y = {0};
    size_t left_out = history->count == 0 ? 0 : prop_next(&draw) % history->count;

    for (size_t i = 0; i < history->count; i++) {
      (void)put(a, &history->events[i]);
      (void)model_record(&x, &history->events[i]);
    }
    for (size_t i = history->count; i-- > 0;) {
      struct model_event event = history->events[i];

      if (i == left_out && one_in(&draw, 2)) continue;
      if (i == left_out) draw_again(&draw, history, &event);
      (void)put(b, &event);
      (void)model_record(&y, &event);
    }
    if (one_in(&draw, 8)) {
      expire(b, 0);
      model_expire(&y, 0);
    }
    law(same_timeline(a, b) == model_equal(&x, &y));
    model_free(&x);
    model_free(&y);
    eng_customer_free(a);
    eng_customer_free(b);
  }
}
END_TEST

START_TEST(what_is_exported_comes_back)
{
  for (int number = 0; number < prop_cases(3000); number++) {
    prop_draw draw = prop_case(number);
    struct history *history = draw_history(&draw, number);
    eng_customer *a =
        till(history, 0, 1, one_in(&draw, 4) ? draw_floor(&draw, history) : -1);
    eng_customer *lines = copy_by_text(context, a, ENG_EXPORT_JSONL);
    eng_customer *rows = copy_by_text(context, a, ENG_EXPORT_CSV);

    law(same_timeline(a, lines));
    law(same_timeline(a, rows));
    eng_customer_free(a);
    eng_customer_free(lines);
    eng_customer_free(rows);
  }
}
END_TEST

Suite *prop_timeline_suite(void)
{
  Suite *suite = suite_create("timeline");
  TCase *laws = tcase_create("laws");

  /* Sanitizers and emulators take their time. */
  tcase_set_timeout(laws, 1800);
  tcase_add_checked_fixture(laws, open_context, close_context);
  tcase_add_test(laws, the_library_holds_what_the_model_holds);
  tcase_add_test(laws, merging_is_commutative_associative_and_idempotent);
  tcase_add_test(laws, any_order_with_repeats_is_the_merge_of_single_events);
  tcase_add_test(laws, expiring_commutes_with_merging_and_recording);
  tcase_add_test(laws, bytes_decode_to_the_set_and_encode_to_the_bytes);
  tcase_add_test(laws, bytes_are_equal_exactly_where_the_sets_are);
  tcase_add_test(laws, what_is_exported_comes_back);
  suite_add_tcase(suite, laws);
  return suite;
}
