/* SPDX-License-Identifier: MIT
 *
 * suites.h - every suite of tests/unit/run, in the order they run. A line X(name)
 * stands for `Suite *name_suite(void)` in test_name.c; the file goes into the
 * Makefile's list too.
 */
#ifndef UNIT_SUITES_H
#define UNIT_SUITES_H

/* clang-format off: a line each */
#define UNIT_SUITES(X) \
  X(version) \
  X(book) \
  X(status) \
  X(hash) \
  X(money) \
  X(calendar) \
  X(vocabulary) \
  X(event) \
  X(customer) \
  X(known) \
  X(memory) \
  X(wiping) \
  X(hostile) \
  X(heavy) \
  X(csv) \
  X(journal) \
  X(json) \
  X(bad_rows) \
  X(histories) \
  X(history) \
  X(language) \
  X(links) \
  X(forecast) \
  X(forecast_grids) \
  X(forecast_fits) \
  X(say) \
  X(score) \
  X(metrics) \
  X(stages) \
  X(decided) \
  X(features) \
  X(glance) \
  X(model) \
  X(models) \
  X(params) \
  X(published) \
  X(rates) \
  X(store) \
  X(store_faults) \
  X(store_pages) \
  X(forgetting) \
  X(keep) \
  X(sync) \
  X(voice) \
  X(callback) \
  X(census) \
  X(authoring) \
  X(worst) \
  X(zone)
/* clang-format on */

#endif
