/* SPDX-License-Identifier: MIT
 *
 * test_rates.c - amounts in other currencies: exact figures of conversions, which rate
 * holds when, what is left of refunded purchases, what is left out, and memory.
 */
#include <string.h>

#include "model/fraction.h"
#include "unit/support.h"

Suite *rates_suite(void);

enum { USD = 840, EUR = 978, JPY = 392, KWD = 414, CLF = 990, GBP = 826 };

#define NOON(n) ((n)*DAY + DAY / 2)
#define EVER (-2)

static eng_settings *settings;
static eng_context *context;
static eng_customer *customer;
static eng_model *model;
static eng_assessor *assessor;

static const char text[] =
    "language 1\nmodel m\n"
    "dimension kept = sum(purchase, refund)\n"
    "dimension top = max(purchase)\n"
    "dimension large = count(purchase where amount >= 5.40 USD)\n"
    "dimension all_of = count(purchase, refund)\n"
    "dimension usual = mean(purchase)\n"
    "stage some when sum(purchase) > 0.00 USD\n";

static void open_settings(void)
{
  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_currency(settings, USD));
}

static void rate(int32_t currency, int64_t from, int64_t n, int64_t d)
{
  ck_ok(eng_settings_set_rate(settings, currency, from, n, d));
}

/* From the settings as they are, a context and a customer. */
static void begin(void)
{
  ck_ok(eng_context_new(settings, &context));
  customer = customer_of(context);
  ck_ok(eng_model_parse(context, text, sizeof text - 1, &model, NULL));
  ck_ok(eng_assessor_new(context, (const eng_model *const *)&model, 1, &assessor));
}

static void finish(void)
{
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_customer_free(customer);
  eng_context_free(context);
  eng_settings_free(settings);
}

static void buys(int64_t at, int64_t amount, int32_t currency, uint64_t id)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, at);

  ck_ok(eng_event_set_amount(event, amount, currency));
  if (id != 0) ck_ok(eng_event_set_id(event, id));
  record(customer, event);
}

static void refunds(int64_t at, int64_t amount, int32_t currency, uint64_t id)
{
  eng_event *event = event_of(context, ENG_EVENT_REFUND, at);

  ck_ok(eng_event_set_amount(event, amount, currency));
  if (id != 0) ck_ok(eng_event_set_refers_to(event, 1, id));
  record(customer, event);
}

/* ORDER dimensions of the model above. */
enum { KEPT, TOP, LARGE, ALL_OF, USUAL, DIMENSIONS };

static void expect(int which, int64_t as_of, int64_t n, int64_t d)
{
  eng_value values[DIMENSIONS];

  ck_ok(eng_assessor_dimensions(assessor, 0, customer, as_of, values, DIMENSIONS));
  ck_assert_int_eq(values[which].defined, 1);
  ck_assert_int_eq(values[which].numerator, n);
  ck_assert_int_eq(values[which].denominator, d);
}

static void left_out(int64_t as_of, int64_t wanted)
{
  int64_t count;

  ck_ok(eng_assessor_left_out(assessor, customer, as_of, &count));
  ck_assert_int_eq(count, wanted);
}

START_TEST(each_amount_is_rounded_half_away_from_zero)
{
  static const struct {
    int32_t currency;
    int64_t n, d, amount, wanted;
  } cases[] = {
      {EUR, 108, 100, 500, 540},
      {EUR, 1, 1, 123, 123},
      {EUR, 1, 2, 1, 1},
      {EUR, 1, 2, 3, 2},
      {EUR, 49, 100, 1, 0},
      {EUR, 1, 3, 100, 33},
      {EUR, 2, 3, 100, 67},
      {EUR, 1005, 1000, 1, 1},
      {JPY, 67, 10000, 100, 67},
      {JPY, 67, 10000, 1, 1},
      {JPY, 1, 200, 1, 1},
      {JPY, 49, 10000, 1, 0},
      {KWD, 325, 100, 1005, 327},
      {KWD, 1, 1, 5, 1},
      {KWD, 1, 1, 4, 0},
      {CLF, 40, 1, 10001, 4000},
      {CLF, 40, 1, 10002, 4001},
      /* Beyond 64 bits on the way. */
      {EUR, 100000000000000, 100000000000000, INT64_MAX, INT64_MAX},
      {EUR, 99999999999999, 100000000000000, INT64_MAX, 9223372036854683573},
      {EUR, 1, 3, INT64_MAX, 3074457345618258602},
      {JPY, 1, 100, INT64_MAX, INT64_MAX},
  };

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    open_settings();
    rate(cases[i].currency, EVER, cases[i].n, cases[i].d);
    begin();
    buys(NOON(10), cases[i].amount, cases[i].currency, 0);
    expect(KEPT, NOON(11), cases[i].wanted, 1);
    expect(TOP, NOON(11), cases[i].wanted, 1);
    left_out(NOON(11), 0);
    /* Back again, each rounded by itself. */
    refunds(NOON(12), cases[i].amount, cases[i].currency, 0);
    expect(KEPT, NOON(12), 0, 1);
    finish();
  }
}
END_TEST

START_TEST(a_result_beyond_64_bits_is_left_out)
{
  open_settings();
  rate(EUR, EVER, 2, 1);
  rate(JPY, EVER, 100000000000000, 1);
  begin();
  buys(NOON(1), INT64_MAX, EUR, 0);
  buys(NOON(2), INT64_MAX, JPY, 0);
  buys(NOON(3), INT64_MAX / 2, EUR, 0);
  left_out(NOON(3), 2);
  expect(KEPT, NOON(3), INT64_MAX - 1, 1);
  expect(ALL_OF, NOON(3), 3, 1);
  finish();
}
END_TEST

START_TEST(the_rate_in_force_on_the_business_day_counts)
{
  open_settings();
  ck_ok(eng_settings_set_zone(settings, 60));
  ck_ok(eng_settings_set_day(settings, 180)); /* 2:00 UTC */
  rate(EUR, 20, 3, 1);                        /* in any order */
  rate(EUR, 10, 7, 1);
  rate(GBP, 5, 9, 1);
  rate(EUR, 15, 5, 1);
  rate(EUR, 10, 2, 1); /* the later counts */
  begin();
  buys(10 * DAY + 2 * 3600000 - 1, 100, EUR, 0);
  expect(KEPT, NOON(30), 0, 1);
  left_out(NOON(30), 1);
  buys(10 * DAY + 2 * 3600000, 100, EUR, 0);
  expect(KEPT, NOON(30), 200, 1);
  buys(15 * DAY + 2 * 3600000 - 1, 100, EUR, 0);
  expect(KEPT, NOON(30), 400, 1);
  buys(15 * DAY + 2 * 3600000, 100, EUR, 0);
  expect(KEPT, NOON(30), 900, 1);
  buys(NOON(29), 100, EUR, 0);
  expect(KEPT, NOON(30), 1200, 1);
  buys(NOON(29), 1, USD, 0);
  expect(KEPT, NOON(30), 1201, 1);
  buys(NOON(29), 1, GBP, 0);
  expect(KEPT, NOON(30), 1210, 1);
  left_out(NOON(30), 1);
  left_out(10 * DAY, 0); /* not yet seen */
  finish();
}
END_TEST

/* What is kept is of the purchase's currency and has the purchase's rate. */
START_TEST(a_refund_takes_off_before_the_rate)
{
  open_settings();
  rate(EUR, EVER, 1, 2);
  rate(EUR, 20, 10, 1);
  begin();
  buys(NOON(10), 101, EUR, 7);
  expect(KEPT, NOON(11), 51, 1);
  refunds(NOON(25), 98, EUR, 7);
  expect(KEPT, NOON(24), 51, 1);
  expect(KEPT, NOON(25), 2, 1); /* 3 cents at one half */
  expect(TOP, NOON(25), 2, 1);
  refunds(NOON(26), 5, EUR, 0); /* of no purchase: at its own day's rate */
  expect(KEPT, NOON(26), 2 - 50, 1);
  refunds(NOON(27), 3, EUR, 7);
  expect(KEPT, NOON(27), -50, 1);
  expect(ALL_OF, NOON(27), 3, 1);
  buys(NOON(28), -7, EUR, 0); /* a purchase below 0 */
  expect(KEPT, NOON(28), -120, 1);
  finish();
}
END_TEST

/* The quick way of plain sums and the one that decodes give the same. */
START_TEST(filters_and_means_take_converted_amounts)
{
  open_settings();
  rate(EUR, EVER, 108, 100);
  begin();
  buys(NOON(1), 500, EUR, 0);
  buys(NOON(2), 499, EUR, 0);
  buys(NOON(3), 540, USD, 0);
  buys(NOON(4), 100000, JPY, 0);
  expect(LARGE, NOON(9), 2, 1);
  expect(KEPT, NOON(9), 540 + 539 + 540, 1);
  expect(USUAL, NOON(9), 1619, 3);
  left_out(NOON(9), 1);
  finish();
}
END_TEST

START_TEST(an_explanation_says_what_was_left_out)
{
  eng_explanation *why;

  open_settings();
  rate(EUR, 2, 1, 1);
  begin();
  buys(NOON(1), 500, EUR, 0);
  buys(NOON(2), 500, EUR, 0);
  buys(NOON(3), 500, JPY, 0);
  ck_ok(eng_assessor_explain(assessor, 0, customer, NOON(4), &why));
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_NOTE), 1);
  ck_assert_str_eq(
      eng_explanation_text(why, ENG_PART_NOTE, 0),
      "2 amounts in other currencies were left out of money: there is no rate");
  ck_assert_str_eq(eng_explanation_measured(why, ENG_PART_CLAUSE, 0), "5.00 USD");
  eng_explanation_free(why);
  finish();
}
END_TEST

START_TEST(settings_are_checked)
{
  open_settings();
  ck_assert_int_eq(eng_settings_set_rate(NULL, EUR, 0, 1, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_settings_set_rate(settings, 1, 0, 1, 1), ENG_E_CURRENCY);
  ck_assert_int_eq(eng_settings_set_rate(settings, 0, 0, 1, 1), ENG_E_CURRENCY);
  ck_assert_int_eq(eng_settings_set_rate(settings, EUR, -3, 1, 1), ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_set_rate(settings, EUR, 2932897, 1, 1), ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_set_rate(settings, EUR, 0, 0, 1), ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_set_rate(settings, EUR, 0, 1, 0), ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_set_rate(settings, EUR, 0, 100000000000001, 1),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_set_rate(settings, EUR, 0, 1, 100000000000001),
                   ENG_E_RANGE);
  rate(USD, 0, 3, 1); /* of no consequence */
  begin();
  buys(NOON(1), 500, USD, 0);
  buys(NOON(1), 500, EUR, 0);
  expect(KEPT, NOON(1), 500, 1);
  left_out(NOON(1), 1);
  ck_assert_int_eq(eng_assessor_left_out(assessor, customer, -1, &(int64_t){0}),
                   ENG_E_TIME);
  ck_assert_int_eq(eng_assessor_left_out(assessor, NULL, 0, &(int64_t){0}),
                   ENG_E_INVALID);
  ck_assert_int_eq(eng_assessor_left_out(assessor, customer, 0, NULL), ENG_E_INVALID);
  finish();
}
END_TEST

static void digest_of(uint8_t *out)
{
  eng_context *made;

  ck_ok(eng_context_new(settings, &made));
  ck_ok(eng_context_digest(made, out));
  eng_context_free(made);
}

/* What answers depend on, and nothing else. */
START_TEST(settings_have_a_digest)
{
  uint8_t seen[8][ENG_DIGEST_SIZE], same[ENG_DIGEST_SIZE];
  uint8_t key[16] = {1, 2, 3};

  open_settings();
  digest_of(seen[0]);
  ck_ok(eng_settings_set_hash_key(settings, key));
  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_ID, 99));
  rate(USD, 0, 1, 2);
  digest_of(same);
  ck_assert_mem_eq(same, seen[0], sizeof same);
  rate(EUR, 0, 108, 100);
  digest_of(seen[1]);
  rate(EUR, 0, 27, 25); /* the same again */
  digest_of(same);
  ck_assert_mem_eq(same, seen[1], sizeof same);
  ck_ok(eng_settings_set_zone(settings, 60));
  digest_of(seen[2]);
  ck_ok(eng_settings_set_day(settings, 60));
  digest_of(seen[3]);
  ck_ok(eng_settings_set_week(settings, 7));
  digest_of(seen[4]);
  ck_ok(eng_settings_add_kind(settings, 130, "tasting", 7, ENG_DIRECTION_CUSTOMER,
                              ENG_MODE_COMPANY, 1));
  digest_of(seen[5]);
  ck_ok(eng_settings_add_channel(settings, 130, "kiosk", 5));
  digest_of(seen[6]);
  ck_ok(eng_settings_set_currency(settings, EUR));
  digest_of(seen[7]);
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < i; j++) ck_assert_mem_ne(seen[i], seen[j], sizeof seen[i]);
  eng_settings_free(settings);
  ck_assert_int_eq(eng_context_digest(NULL, same), ENG_E_INVALID);
}
END_TEST

START_TEST(own_numbers_are_no_part_of_the_digest)
{
  uint8_t a[ENG_DIGEST_SIZE], b[ENG_DIGEST_SIZE];

  for (int turn = 0; turn < 2; turn++) {
    open_settings();
    ck_ok(eng_settings_add_kind(settings, turn == 0 ? 128 : 200, "tasting", 7,
                                ENG_DIRECTION_CUSTOMER, ENG_MODE_COMPANY, 1));
    ck_ok(eng_settings_add_kind(settings, turn == 0 ? 200 : 128, "walk", 4,
                                ENG_DIRECTION_CUSTOMER, ENG_MODE_COMMUNITY, 0));
    digest_of(turn == 0 ? a : b);
    eng_settings_free(settings);
  }
  ck_assert_mem_eq(a, b, sizeof a);
}
END_TEST

START_TEST(a_failed_allocation_leaves_no_context)
{
  struct host host;
  eng_allocator memory = host_allocator(&host);

  memset(&host, 0, sizeof host);
  for (uint64_t n = 1;; n++) {
    eng_context *made = NULL;
    eng_status status;

    settings = NULL;
    host_reset(&host);
    host.fail_at = n;
    host.for_ever = _i == 1;
    status = eng_settings_new(&memory, &settings);
    if (status == ENG_OK) status = eng_settings_set_currency(settings, USD);
    for (int i = 0; i < 40 && status == ENG_OK; i++)
      status = eng_settings_set_rate(settings, EUR, i, 1, 1 + i);
    if (status == ENG_OK) status = eng_context_new(settings, &made);
    eng_settings_free(settings);
    eng_context_free(made);
    if (host.failures == 0) break;
    ck_assert_int_eq(status, ENG_E_NOMEM);
    ck_assert_ptr_null(made);
  }
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
}
END_TEST

START_TEST(scaling_is_exact)
{
  int64_t out;

  ck_assert(eng__scale(0, 5, 7, &out) && out == 0);
  ck_assert(eng__scale(7, 1, 2, &out) && out == 4);
  ck_assert(eng__scale(INT64_MAX, INT64_MAX, INT64_MAX, &out) && out == INT64_MAX);
  ck_assert(eng__scale(INT64_MAX, 1, INT64_MAX, &out) && out == 1);
  ck_assert(!eng__scale(INT64_MAX, 2, 1, &out));
  ck_assert(!eng__scale(INT64_MAX, INT64_MAX, 1, &out));
  /* 2^63 - 1/2 rounds to what does not fit. */
  ck_assert(eng__scale(INT64_MAX, 4, 4, &out) && out == INT64_MAX);
  ck_assert(!eng__scale(3074457345618258603, 6, 2, &out));
  /* (2^63 - 1) * 2 + 1 over 2 is 2^63 - 1/2. */
  ck_assert(!eng__scale(6148914691236517205, 3, 2, &out));
}
END_TEST

Suite *rates_suite(void)
{
  Suite *suite = suite_create("rates");
  TCase *tests = tcase_create("rates");

  tcase_add_test(tests, each_amount_is_rounded_half_away_from_zero);
  tcase_add_test(tests, a_result_beyond_64_bits_is_left_out);
  tcase_add_test(tests, the_rate_in_force_on_the_business_day_counts);
  tcase_add_test(tests, a_refund_takes_off_before_the_rate);
  tcase_add_test(tests, filters_and_means_take_converted_amounts);
  tcase_add_test(tests, an_explanation_says_what_was_left_out);
  tcase_add_test(tests, settings_are_checked);
  tcase_add_test(tests, settings_have_a_digest);
  tcase_add_test(tests, own_numbers_are_no_part_of_the_digest);
  tcase_add_loop_test(tests, a_failed_allocation_leaves_no_context, 0, 2);
  tcase_add_test(tests, scaling_is_exact);
  suite_add_tcase(suite, tests);
  return suite;
}
