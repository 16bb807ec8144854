/* SPDX-License-Identifier: MIT
 *
 * test_money.c - currencies and exact amounts. Decimals are those of ISO 4217 list one.
 */
#include <inttypes.h>
#include <string.h>

#include "unit/support.h"

Suite *money_suite(void);

enum { EUR = 978, JPY = 392, KWD = 414, CLF = 990 };

static eng_status parse(const char *text, int32_t currency, int64_t *out)
{
  *out = 77;
  return eng_money_parse(text, strlen(text), currency, out);
}

static void reads(const char *text, int32_t currency, int64_t amount)
{
  int64_t out;

  ck_assert_msg(parse(text, currency, &out) == ENG_OK, "%s", text);
  ck_assert_msg(out == amount, "%s: %" PRId64, text, out);
}

static void refuses(const char *text, int32_t currency)
{
  int64_t out;

  ck_assert_msg(parse(text, currency, &out) == ENG_E_AMOUNT, "%s", text);
  ck_assert_msg(out == 0, "%s: %" PRId64, text, out);
}

static void writes(int64_t amount, int32_t currency, const char *text)
{
  char buffer[ENG_MONEY_TEXT];

  ck_ok(eng_money_format(amount, currency, buffer));
  ck_assert_str_eq(buffer, text);
}

START_TEST(currencies_have_the_decimals_of_iso_4217)
{
  static const struct {
    const char *code;
    int32_t number, decimals;
  } rows[] = {{"EUR", 978, 2}, {"USD", 840, 2}, {"JPY", 392, 0}, {"KRW", 410, 0},
              {"ISK", 352, 0}, {"KWD", 414, 3}, {"BHD", 48, 3},  {"TND", 788, 3},
              {"CLF", 990, 4}, {"UYW", 927, 4}, {"ALL", 8, 2},   {"VND", 704, 0},
              {"MRU", 929, 2}, {"XOF", 952, 0}, {"HUF", 348, 2}};
  int32_t number;

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    ck_ok(eng_currency_number(rows[i].code, 3, &number));
    ck_assert_int_eq(number, rows[i].number);
    ck_assert_int_eq(eng_currency_decimals(number), rows[i].decimals);
    ck_assert_str_eq(eng_currency_code(number), rows[i].code);
  }
}
END_TEST

START_TEST(codes_and_numbers_go_both_ways_and_none_is_there_twice)
{
  int count = 0;

  for (int32_t n = -1; n <= 1100; n++) {
    const char *code = eng_currency_code(n);
    int32_t back;

    ck_assert_int_eq(code == NULL, eng_currency_decimals(n) == -1);
    if (code == NULL) continue;
    count++;
    ck_assert_uint_eq(strlen(code), 3);
    ck_ok(eng_currency_number(code, 3, &back));
    ck_assert_int_eq(back, n);
  }
  ck_assert_int_gt(count, 150);
  ck_assert_ptr_null(eng_currency_code(INT32_MIN));
  ck_assert_ptr_null(eng_currency_code(INT32_MAX));
}
END_TEST

START_TEST(a_code_is_read_in_either_case)
{
  int32_t number;

  ck_ok(eng_currency_number("eur", 3, &number));
  ck_assert_int_eq(number, EUR);
  ck_ok(eng_currency_number("eUr!", 3, &number));
  ck_assert_int_eq(number, EUR);
}
END_TEST

START_TEST(metals_tests_and_nonsense_are_no_currencies)
{
  static const char *const no[] = {"XAU",  "XXX", "XTS", "EU",
                                   "EURO", "",    "E R", "\x85UR"};
  int32_t number = 5;

  for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
    ck_assert_int_eq(eng_currency_number(no[i], strlen(no[i]), &number),
                     ENG_E_CURRENCY);
    ck_assert_int_eq(number, 0);
  }
  ck_assert_int_eq(eng_currency_number(NULL, 3, &number), ENG_E_INVALID);
  ck_assert_int_eq(eng_currency_number("EUR", 3, NULL), ENG_E_INVALID);
}
END_TEST

START_TEST(amounts_are_read_exactly_in_minor_units)
{
  reads("12.50", EUR, 1250);
  reads("12.5", EUR, 1250);
  reads("12", EUR, 1200);
  reads("12.", EUR, 1200);
  reads(".5", EUR, 50);
  reads("+0.01", EUR, 1);
  reads("-0.01", EUR, -1);
  reads("-0", EUR, 0);
  reads("000012.50", EUR, 1250);
  reads("1234", JPY, 1234);
  reads("1.234", KWD, 1234);
  reads("1.2345", CLF, 12345);
  reads("0.1", CLF, 1000);
}
END_TEST

START_TEST(more_decimals_than_the_currency_has_must_be_zeros)
{
  reads("12.500", EUR, 1250);
  reads("12.50000000000000000000000000000000000000", EUR, 1250);
  reads("12.0", JPY, 12);
  refuses("12.501", EUR);
  refuses("12.0001", EUR);
  refuses("12.5", JPY);
  refuses("1.2345", KWD);
  refuses("1.23456", CLF);
}
END_TEST

START_TEST(amounts_end_where_64_bits_do)
{
  reads("92233720368547758.07", EUR, INT64_MAX);
  reads("-92233720368547758.07", EUR, -INT64_MAX);
  refuses("92233720368547758.08", EUR);
  refuses("-92233720368547758.08", EUR);
  refuses("92233720368547759", EUR);
  refuses("922337203685477580.7", EUR);
  refuses("9223372036854775807", EUR);
  refuses("92233720368547758070", EUR);
  refuses("99999999999999999999999999", JPY);
  reads("9223372036854775807", JPY, INT64_MAX);
  reads("-9223372036854775807", JPY, -INT64_MAX);
  refuses("9223372036854775808", JPY);
  refuses("-9223372036854775808", JPY);
  refuses("-9223372036854775809", JPY);
  reads("922337203685477.5807", CLF, INT64_MAX);
  refuses("922337203685477.5808", CLF);
}
END_TEST

START_TEST(what_is_no_amount_is_refused)
{
  static const char *const no[] = {"",      "-",     "+",   ".",     "-.",     "--1",
                                   "+-1",   "1 ",    " 1",  "1,50",  "1e3",    "0x10",
                                   "1.2.3", "1 000", "1'0", "12.5 ", "EUR1",   "1€",
                                   "NaN",   "inf",   "1.-", "1.5-",  "1.0000a"};

  for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) refuses(no[i], EUR);
}
END_TEST

START_TEST(only_as_many_bytes_are_read_as_there_are)
{
  int64_t out;

  ck_ok(eng_money_parse("12.509", 5, EUR, &out));
  ck_assert(out == 1250);
}
END_TEST

START_TEST(amounts_are_written_with_the_currencys_decimals)
{
  writes(1250, EUR, "12.50");
  writes(5, EUR, "0.05");
  writes(-5, EUR, "-0.05");
  writes(0, EUR, "0.00");
  writes(0, JPY, "0");
  writes(-120, JPY, "-120");
  writes(1234, KWD, "1.234");
  writes(12, CLF, "0.0012");
  writes(INT64_MAX, EUR, "92233720368547758.07");
  writes(INT64_MIN, EUR, "-92233720368547758.08");
  writes(INT64_MIN, JPY, "-9223372036854775808");
  writes(INT64_MIN, CLF, "-922337203685477.5808");
}
END_TEST

START_TEST(what_was_written_is_read_back)
{
  static const int64_t amounts[] = {0,   1,    -1,   9,    10,        99,
                                    100, 1000, 9999, -100, INT64_MAX, -INT64_MAX};
  static const int32_t currencies[] = {EUR, JPY, KWD, CLF};
  char buffer[ENG_MONEY_TEXT];

  for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
    for (size_t j = 0; j < 4; j++) {
      ck_ok(eng_money_format(amounts[i], currencies[j], buffer));
      reads(buffer, currencies[j], amounts[i]);
    }
  }
}
END_TEST

START_TEST(missing_arguments_and_currencies_are_said)
{
  char buffer[ENG_MONEY_TEXT] = "x";
  int64_t out = 7;

  ck_assert_int_eq(eng_money_parse("1", 1, EUR, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_money_parse(NULL, 1, EUR, &out), ENG_E_INVALID);
  ck_assert(out == 0);
  ck_assert_int_eq(parse("1", 0, &out), ENG_E_CURRENCY);
  ck_assert(out == 0);
  ck_assert_int_eq(parse("1", 999, &out), ENG_E_CURRENCY);
  ck_assert_int_eq(eng_money_format(1, EUR, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_money_format(1, 0, buffer), ENG_E_CURRENCY);
  ck_assert_str_eq(buffer, "");
}
END_TEST

Suite *money_suite(void)
{
  Suite *suite = suite_create("money");
  TCase *tests = tcase_create("money");

  tcase_add_test(tests, currencies_have_the_decimals_of_iso_4217);
  tcase_add_test(tests, codes_and_numbers_go_both_ways_and_none_is_there_twice);
  tcase_add_test(tests, a_code_is_read_in_either_case);
  tcase_add_test(tests, metals_tests_and_nonsense_are_no_currencies);
  tcase_add_test(tests, amounts_are_read_exactly_in_minor_units);
  tcase_add_test(tests, more_decimals_than_the_currency_has_must_be_zeros);
  tcase_add_test(tests, amounts_end_where_64_bits_do);
  tcase_add_test(tests, what_is_no_amount_is_refused);
  tcase_add_test(tests, only_as_many_bytes_are_read_as_there_are);
  tcase_add_test(tests, amounts_are_written_with_the_currencys_decimals);
  tcase_add_test(tests, what_was_written_is_read_back);
  tcase_add_test(tests, missing_arguments_and_currencies_are_said);
  suite_add_tcase(suite, tests);
  return suite;
}
