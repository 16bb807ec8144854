/* SPDX-License-Identifier: MIT */
/*
 * clock.h - the two clocks of the benchmarks, in seconds.
 *
 * Ratios are made of processor time, which counts every thread of the process
 * and does not mind what else the machine does. Wall time stands beside it. Whoever
 * includes this defines _POSIX_C_SOURCE as 200809L first.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <time.h>

static inline double clock_read(clockid_t id)
{
  struct timespec t;
  clock_gettime(id, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline double clock_cpu(void) { return clock_read(CLOCK_PROCESS_CPUTIME_ID); }

static inline double clock_wall(void) { return clock_read(CLOCK_MONOTONIC); }

struct stopwatch {
  double wall, cpu;
};

static inline struct stopwatch stopwatch_start(void)
{
  struct stopwatch w = {clock_wall(), clock_cpu()};
  return w;
}

static inline struct stopwatch stopwatch_read(struct stopwatch since)
{
  struct stopwatch w = {clock_wall() - since.wall, clock_cpu() - since.cpu};
  return w;
}

#endif
