/* SPDX-License-Identifier: MIT */
/*
 * plot.h - forecasts beside what came, drawn as the papers draw them.
 */
#ifndef ENGAGEMENT_PROGRAM_PLOT_H
#define ENGAGEMENT_PROGRAM_PLOT_H

#include <stddef.h>

enum { PLOT_GROUPS = 8 }; /* by purchases before the split: 0, 1, .. 6, 7 or more */

/* Everything that is drawn. */
struct plot {
  const char *family, *unit;
  struct {
    double customers, expected, actual;
  } groups[PLOT_GROUPS];
  double *expected; /* repeat purchases of all customers by the end of each unit */
  double *actual;
  size_t steps;
  size_t split; /* the step at which the data ends that was fitted */
};

/* Writes it as SVG. Returns an exit status after saying what failed. */
int plot_write(const struct plot *plot, const char *path);

#endif
