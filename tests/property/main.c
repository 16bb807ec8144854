/* SPDX-License-Identifier: MIT
 *
 * main.c - runs every property suite in one program and says the seed first.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "property.h"
#include "suites.h"

#define DECLARE(name) Suite *name##_suite(void);
PROPERTY_SUITES(DECLARE)

int main(void)
{
  /* Settled before Check forks, so that SEED=random is one seed for all. */
  printf("property: SEED=%" PRIu64 " CASES=%d%%\n", prop_seed(), prop_cases(100));
  fflush(stdout);

  SRunner *runner = srunner_create(NULL);
#define ADD(name) srunner_add_suite(runner, name##_suite());
  PROPERTY_SUITES(ADD)
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
