/* SPDX-License-Identifier: MIT */
/*
 * sample.h - histories as likelihoods read them: each distinct (x, t_x, T) once.
 *
 * Rows stand in ascending order of (x, t_x, T), so whatever is summed over them is
 * summed in one order. Distinct x and distinct times are listed once: what depends on
 * one of them alone is worked out once for each.
 */
#ifndef ENG_FORECAST_SAMPLE_H
#define ENG_FORECAST_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/memory.h"

struct eng__row {
  uint32_t x, t_x, T; /* indices into `xs` and `times` */
  uint32_t near, far; /* t_x and T in the list of the row's group */
  double weight;      /* customers */
};

/* The rows of one x, and all times that occur in them. */
struct eng__group {
  size_t first, end;           /* rows */
  size_t first_time, end_time; /* of group_times */
};

enum { ENG__PER_X = 5, ENG__PER_TIME = 2, ENG__PER_GROUP_TIME = 6 };

struct eng__sample {
  struct eng__row *rows;
  size_t count;
  double *xs; /* distinct, ascending; one group each */
  struct eng__group *groups;
  size_t x_count;
  double *times; /* distinct, ascending */
  size_t time_count;
  uint32_t *group_times; /* indices into `times`, ascending within a group */
  size_t group_time_count;
  double weight; /* of all rows */

  /* Memory for likelihoods. */
  double *by_x;          /* ENG__PER_X for each x */
  double *by_time;       /* ENG__PER_TIME for each time */
  double *by_group_time; /* ENG__PER_GROUP_TIME for each time of the longest group */
  size_t longest;
};

/* One distinct history of integers and how many have it. */
struct eng__alike {
  uint32_t x, t_x, T;
  uint32_t reserved;
  uint64_t count;
};

/* From sorted cells; a time is its integer times `scale`. */
eng_status eng__sample_make(const eng_allocator *memory, const struct eng__alike *cells,
                            size_t count, double scale, struct eng__sample *out);
void eng__sample_release(const eng_allocator *memory, struct eng__sample *sample);

#endif
