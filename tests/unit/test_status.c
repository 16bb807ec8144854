/* SPDX-License-Identifier: MIT
 *
 * test_status.c - texts of statuses and the caller's error.
 */
#include <string.h>

#include "core/status.h"
#include "unit/support.h"

Suite *status_suite(void);

static const eng_status all[] = {ENG_OK,          ENG_E_NOMEM,       ENG_E_LIMIT,
                                 ENG_E_CANCELLED, ENG_E_UNSUPPORTED, ENG_E_CALLBACK,
                                 ENG_E_INVALID,   ENG_E_RANGE,       ENG_E_NOTFOUND,
                                 ENG_E_BUFFER,    ENG_E_CONTEXT,     ENG_E_OVERFLOW,
                                 ENG_E_TRUNCATED, ENG_E_MAGIC,       ENG_E_VERSION,
                                 ENG_E_CHECKSUM,  ENG_E_VARINT,      ENG_E_COUNT,
                                 ENG_E_ORDER,     ENG_E_CANONICAL,   ENG_E_TRAILING,
                                 ENG_E_FIELD,     ENG_E_VOCABULARY,  ENG_E_SYNTAX,
                                 ENG_E_TYPE,      ENG_E_NAME,        ENG_E_DUPLICATE,
                                 ENG_E_LANGUAGE,  ENG_E_ROW,         ENG_E_QUOTE,
                                 ENG_E_CUSTOMER,  ENG_E_TIME,        ENG_E_KIND,
                                 ENG_E_CHANNEL,   ENG_E_AMOUNT,      ENG_E_CURRENCY,
                                 ENG_E_VALUE,     ENG_E_FLAG,        ENG_E_IDENTITY,
                                 ENG_E_TEXT,      ENG_E_HEADER,      ENG_E_SCALE,
                                 ENG_E_THIN,      ENG_E_NOFIT,       ENG_E_INFINITE,
                                 ENG_E_BUSY,      ENG_E_IO,          ENG_E_FULL,
                                 ENG_E_DAMAGED,   ENG_E_READONLY,    ENG_E_KEY};

enum { ALL = sizeof all / sizeof all[0] };

START_TEST(every_status_has_a_text_of_its_own_that_fits_an_error)
{
  for (int i = 0; i < ALL; i++) {
    ck_assert_str_ne(eng_status_text(all[i]), "unknown status");
    ck_assert_uint_lt(strlen(eng_status_text(all[i])), sizeof((eng_error *)0)->text);
    for (int j = 0; j < i; j++)
      ck_assert_str_ne(eng_status_text(all[i]), eng_status_text(all[j]));
  }
}
END_TEST

START_TEST(no_other_number_has_a_text)
{
  int known = 0;

  for (eng_status s = -1000; s <= 1000; s++)
    known += strcmp(eng_status_text(s), "unknown status") != 0;
  ck_assert_int_eq(known, ALL);
  ck_assert_str_eq(eng_status_text(INT32_MIN), "unknown status");
  ck_assert_str_eq(eng_status_text(INT32_MAX), "unknown status");
}
END_TEST

START_TEST(an_error_is_empty_before_its_first_use)
{
  eng_error error;

  memset(&error, 0x77, sizeof error);
  eng_error_init(&error, sizeof error);
  ck_assert_uint_eq(error.size, sizeof error);
  ck_assert_int_eq(error.code, 0);
  ck_assert_uint_eq(error.line, 0);
  ck_assert_uint_eq(error.column, 0);
  ck_assert(error.offset == 0);
  ck_assert_str_eq(error.text, "");
  eng_error_init(NULL, sizeof error);
}
END_TEST

START_TEST(an_error_tells_what_where_and_in_words)
{
  eng_error error;

  eng_error_init(&error, sizeof error);
  ck_assert_int_eq(eng__error_set(&error, ENG_E_SYNTAX, 3, 7, 41, "a name"),
                   ENG_E_SYNTAX);
  ck_assert_int_eq(error.code, ENG_E_SYNTAX);
  ck_assert_uint_eq(error.line, 3);
  ck_assert_uint_eq(error.column, 7);
  ck_assert(error.offset == 41);
  ck_assert_str_eq(error.text, "a name");
  ck_assert_int_eq(eng__error_set(&error, ENG_E_NAME, 0, 0, 0, NULL), ENG_E_NAME);
  ck_assert_str_eq(error.text, eng_status_text(ENG_E_NAME));
  eng__error_clear(&error);
  ck_assert_int_eq(error.code, ENG_OK);
  ck_assert_str_eq(error.text, "");
  ck_assert_uint_eq(error.size, sizeof error);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut_and_closed)
{
  char text[400];
  eng_error error;

  memset(text, 'x', sizeof text);
  text[399] = '\0';
  eng_error_init(&error, sizeof error);
  eng__error_set(&error, ENG_E_NAME, 0, 0, 0, text);
  ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
}
END_TEST

START_TEST(a_larger_error_of_a_later_caller_is_filled_as_far_as_it_is_known)
{
  struct {
    eng_error known;
    uint64_t later;
  } error;

  error.later = 99;
  eng_error_init(&error.known, sizeof error);
  eng__error_set(&error.known, ENG_E_NAME, 1, 2, 3, "what");
  ck_assert_str_eq(error.known.text, "what");
  ck_assert_uint_eq(error.known.size, sizeof error);
  eng__error_clear(&error.known);
  ck_assert_str_eq(error.known.text, "");
  ck_assert(error.later == 99);
}
END_TEST

/* _i: its size. */
START_TEST(a_smaller_error_gets_whole_fields_and_what_fits_of_the_text)
{
  const size_t size = (size_t)_i;
  const char *bytes;
  eng_error error;

  memset(&error, 0x77, sizeof error);
  bytes = (const char *)&error;
  eng_error_init(&error, (uint32_t)size);
  ck_assert_int_eq(eng__error_set(&error, ENG_E_NAME, 1, 2, 3, "what"), ENG_E_NAME);
  ck_assert_uint_eq(error.size, size);
  if (size >= 8) ck_assert_int_eq(error.code, ENG_E_NAME);
  if (size >= 12) ck_assert_uint_eq(error.line, 1);
  if (size >= 16) ck_assert_uint_eq(error.column, 2);
  if (size >= 24) ck_assert(error.offset == 3);
  if (size > 24) ck_assert_int_eq(strncmp(error.text, "what", size - 25), 0);
  if (size > 24 && size < sizeof error)
    ck_assert_uint_eq(strlen(error.text), size - 25 < 4 ? size - 25 : 4);
  for (size_t i = size; i < sizeof error; i++) ck_assert_int_eq(bytes[i], 0x77);
  eng__error_clear(&error);
  for (size_t i = 4; i < size; i++) ck_assert_int_eq(bytes[i], 0);
  for (size_t i = size; i < sizeof error; i++) ck_assert_int_eq(bytes[i], 0x77);
}
END_TEST

START_TEST(no_error_is_no_harm)
{
  eng_error error;

  memset(&error, 0x77, sizeof error);
  eng_error_init(&error, 3);
  ck_assert_uint_eq(error.size, 0x77777777);
  error.size = 0;
  ck_assert_int_eq(eng__error_set(&error, ENG_E_NAME, 1, 2, 3, "what"), ENG_E_NAME);
  eng__error_clear(&error);
  ck_assert_uint_eq(error.size, 0);
  ck_assert_int_eq(error.code, 0x77777777);
  ck_assert_int_eq(eng__error_set(NULL, ENG_E_NAME, 1, 2, 3, "what"), ENG_E_NAME);
  eng__error_clear(NULL);
}
END_TEST

Suite *status_suite(void)
{
  Suite *suite = suite_create("status");
  TCase *tests = tcase_create("status");

  tcase_add_test(tests, every_status_has_a_text_of_its_own_that_fits_an_error);
  tcase_add_test(tests, no_other_number_has_a_text);
  tcase_add_test(tests, an_error_is_empty_before_its_first_use);
  tcase_add_test(tests, an_error_tells_what_where_and_in_words);
  tcase_add_test(tests, a_text_that_is_too_long_is_cut_and_closed);
  tcase_add_test(tests,
                 a_larger_error_of_a_later_caller_is_filled_as_far_as_it_is_known);
  tcase_add_loop_test(tests,
                      a_smaller_error_gets_whole_fields_and_what_fits_of_the_text, 4,
                      (int)sizeof(eng_error));
  tcase_add_test(tests, no_error_is_no_harm);
  suite_add_tcase(suite, tests);
  return suite;
}
