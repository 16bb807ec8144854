/* SPDX-License-Identifier: MIT
 *
 * main.c - runs every unit suite in one program, so that Check closes with one
 * line that counts them all. LEAVE_OUT='forecast worst' leaves some out where they
 * would take too long: in an emulator. THIRDS=12 runs two of every three, THIRDS=3 the
 * others: where two processors are to share them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

#define DECLARE(name) Suite *name##_suite(void);
UNIT_SUITES(DECLARE)

static int is_left_out(const char *name)
{
  const char *names = getenv("LEAVE_OUT");
  size_t length = strlen(name);

  while (names != NULL && *names != '\0') {
    size_t word = strcspn(names, " ");

    if (word == length && memcmp(names, name, length) == 0) return 1;
    names += word + strspn(names + word, " ");
  }
  return 0;
}

/* Of the suite of a number, from 0. */
static int is_of_thirds(int number)
{
  const char *thirds = getenv("THIRDS");

  return thirds == NULL || *thirds == '\0' || strchr(thirds, '1' + number % 3) != NULL;
}

int main(void)
{
  int number = 0;
  SRunner *runner = srunner_create(NULL);
#define ADD(name)                                                                      \
  if (is_of_thirds(number++) && !is_left_out(#name))                                   \
    srunner_add_suite(runner, name##_suite());
  UNIT_SUITES(ADD)
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
