/* SPDX-License-Identifier: MIT
 *
 * suites.h - every suite of tests/property/run. A line X(name) stands for
 * `Suite *name_suite(void)` in prop_name.c; the file goes into the Makefile too.
 */
#ifndef PROPERTY_SUITES_H
#define PROPERTY_SUITES_H

/* clang-format off: a line each */
#define PROPERTY_SUITES(X) \
  X(prop_draw) \
  X(prop_timeline) \
  X(prop_model) \
  X(prop_authoring) \
  X(prop_book) \
  X(prop_census) \
  X(prop_histories)
/* clang-format on */

#endif
