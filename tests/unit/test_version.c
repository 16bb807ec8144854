/* SPDX-License-Identifier: MIT
 *
 * test_version.c - the version that the library tells is the one configured.
 */
#include <check.h>
#include <stdio.h>

#include <engagement.h>

#include "config.h"
#include "model/builtin.h"

Suite *version_suite(void);

START_TEST(the_number_and_the_text_agree)
{
  int32_t v = eng_version();
  char text[64];

  snprintf(text, sizeof text, "%d.%d.%d", (int)(v / 1000000), (int)(v / 1000 % 1000),
           (int)(v % 1000));
  ck_assert_str_eq(text, eng_version_text());
  ck_assert_str_eq(text, ENG__VERSION_TEXT);
}
END_TEST

START_TEST(the_abi_number_is_that_of_the_soname)
{
  ck_assert_int_eq(eng_abi_version(), 0);
}
END_TEST

START_TEST(the_table_of_built_in_models_is_closed)
{
  for (size_t i = 0; i < eng__builtin_count; i++) {
    ck_assert_ptr_nonnull(eng__builtins[i].name);
    ck_assert_int_eq(eng__builtins[i].text[eng__builtins[i].size], 0);
  }
  ck_assert_ptr_null(eng__builtins[eng__builtin_count].name);
}
END_TEST

Suite *version_suite(void)
{
  Suite *suite = suite_create("version");
  TCase *tests = tcase_create("version");

  tcase_add_test(tests, the_number_and_the_text_agree);
  tcase_add_test(tests, the_abi_number_is_that_of_the_soname);
  tcase_add_test(tests, the_table_of_built_in_models_is_closed);
  suite_add_tcase(suite, tests);
  return suite;
}
