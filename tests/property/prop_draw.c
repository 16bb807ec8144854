/* SPDX-License-Identifier: MIT
 *
 * prop_draw.c - the laws of the generator that all other laws are tested with.
 */
#include <check.h>

#include "property.h"

Suite *prop_draw_suite(void);

START_TEST(a_draw_stays_within_its_bounds)
{
  for (int i = 0; i < prop_cases(1000); i++) {
    prop_draw draw = prop_case(i);
    int64_t a = (int64_t)prop_next(&draw), b = (int64_t)prop_next(&draw);
    int64_t low = a < b ? a : b, high = a < b ? b : a;
    int64_t drawn = prop_between(&draw, low, high);
    double unit = prop_unit(&draw);

    ck_assert_msg(low <= drawn && drawn <= high, "case %d", i);
    ck_assert_msg(0.0 <= unit && unit < 1.0, "case %d", i);
  }
}
END_TEST

START_TEST(a_case_is_the_same_whenever_it_is_drawn)
{
  for (int i = 0; i < prop_cases(1000); i++) {
    prop_draw once = prop_case(i), again = prop_case(i);
    ck_assert_msg(prop_next(&once) == prop_next(&again), "case %d", i);
  }
}
END_TEST

Suite *prop_draw_suite(void)
{
  Suite *suite = suite_create("draw");
  TCase *laws = tcase_create("laws");

  tcase_add_test(laws, a_draw_stays_within_its_bounds);
  tcase_add_test(laws, a_case_is_the_same_whenever_it_is_drawn);
  suite_add_tcase(suite, laws);
  return suite;
}
