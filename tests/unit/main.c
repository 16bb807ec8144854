/* SPDX-License-Identifier: MIT
 *
 * main.c - runs every unit suite in one program, so that Check closes with one
 * line that counts them all.
 */
#include <check.h>
#include <stdlib.h>

#include "suites.h"

#define DECLARE(name) Suite *name##_suite(void);
UNIT_SUITES(DECLARE)

int main(void)
{
  SRunner *runner = srunner_create(NULL);
#define ADD(name) srunner_add_suite(runner, name##_suite());
  UNIT_SUITES(ADD)
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
