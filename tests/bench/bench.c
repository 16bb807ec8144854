/* SPDX-License-Identifier: MIT */
/*
 * bench.c - what `make bench` runs: the library, and the peers if they are wanted. A
 * line for each job, then for each job that several did the ratios of processor time,
 * with the goals, and whether the answers are equal. Exit code 1 where an answer is
 * wrong; what time it took is for people to judge.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "peers.h"

/* Ratios hang together only with the first: goals are for it. */
static const struct engine *const engines[] = {
    &engine_engagement,
#ifdef BENCH_SQLITE
    &engine_sqlite,
#endif
    &engine_duckdb,
    &engine_plain,
};
enum { ENGINES = sizeof engines / sizeof *engines };

/* Half is what must hold now; bytes have no half. */
static const struct job_goal goals[] = {
    {JOB_LOAD_CSV, "duckdb", 5, 2.5, 0},
    {JOB_LOAD_GROUPED, "duckdb", 4, 2, 0},
    {JOB_STREAM, "sqlite", 3.5, 1.75, 0},
    {JOB_STREAM_32, "sqlite", 6, 3, JOB_STREAM},
    {JOB_FEATURES, "duckdb", 35, 17.5, 0},
    {JOB_CENSUS, "duckdb", 30, 15, 0},
    {JOB_COHORTS, "duckdb", 4, 2, 0},
    {JOB_ACTIVES, "duckdb", 18, 9, 0},
    {JOB_FUNNEL, "duckdb", 40, 20, 0},
    {JOB_TILL, "sqlite", 25, 12.5, 0},
    {JOB_TILL_FILE, "sqlite", 15, 7.5, 0},
    {JOB_TILL, NULL, 1.5, 3, 0},
    {JOB_TILL_FILE, NULL, 3, 6, 0},
    {JOB_BYTES, NULL, 6.2, 6.2, 0},
    {JOB_BLOBS, NULL, 8.5, 8.5, 0},
    {JOB_MEMORY, NULL, 11, 11, 0},
    {JOB_MEMORY_STREAM, NULL, 14.5, 14.5, 0},
    {JOB_BYTES_IDS, NULL, 14.2, 14.2, 0},
    {JOB_BLOBS_IDS, NULL, 16.5, 16.5, 0},
    {JOB_MEMORY_IDS, NULL, 19, 19, 0},
    {JOB_MEMORY_STREAM_IDS, NULL, 22.5, 22.5, 0},
    {JOB_LATE_CSV, NULL, 1.3, 1.3, 0},
    {JOB_LATE_GROUPED, NULL, 1.3, 1.3, 0},
    {JOB_LATE_STREAM, NULL, 1.3, 1.3, 0},
    {JOB_HEAVY, NULL, 5, 10, 0},
    {JOB_HEAVY_LATE, NULL, 5, 10, 0},
    {JOB_HEAVY_IDS, NULL, 5, 10, 0},
    {JOB_HEAVY_LATE_IDS, NULL, 5, 10, 0},
    {JOB_HEAVY_ASSESS, NULL, 5, 10, 0},
    {JOB_TILL_ALL, NULL, 6, 12, 0},
    {JOB_EXPLAIN, NULL, 50, 100, 0},
};
enum { GOALS = sizeof goals / sizeof *goals };

static int usage(void)
{
  fputs(
      "usage: bench -f FEED [-f FEED] [-l LATE-FEED]... [-e ENGINES] [-j JOBS]\n"
      "             [-r REPEATS] [-R LOAD-REPEATS] [-n TILL-EVENTS] [-t SCRATCH]\n"
      "A feed is CSV, binary, or both of the same events. Lists have commas, or all.\n"
      "engines:",
      stderr);
  for (int e = 0; e < ENGINES; e++) fprintf(stderr, " %s", engines[e]->name);
  fputs("\njobs:", stderr);
  for (int j = 0; j < JOB_COUNT; j++) fprintf(stderr, " %s", job_name((enum job)j));
  fputc('\n', stderr);
  return 2;
}

/* Whether `name` stands in the comma-separated list; "all" has everything. */
static int listed(const char *list, const char *name)
{
  size_t length = strlen(name);
  if (strcmp(list, "all") == 0) return 1;
  for (const char *p = list; (p = strstr(p, name)); p += length)
    if ((p == list || p[-1] == ',') && (p[length] == ',' || !p[length])) return 1;
  return 0;
}

struct paths {
  const char *csv, *bin;
};

/* The two forms are told apart by how they begin. */
static int add_path(struct paths *paths, const char *path)
{
  char start[9] = "";
  FILE *file = fopen(path, "rb");
  size_t n = file ? fread(start, 1, 8, file) : 0;
  if (file) fclose(file);
  if (n < 8) {
    fprintf(stderr, "bench: %s cannot be read\n", path);
    return -1;
  }
  if (strcmp(start, "customer") == 0)
    paths->csv = path;
  else
    paths->bin = path;
  return 0;
}

int main(int argc, char **argv)
{
  struct job_options options = {
      .repeats = 3, .load_repeats = 3, .till_events = 20000, .scratch = "/tmp"};
  const char *which = engines[0]->name, *jobs = "all";
  static struct job_result results[ENGINES][JOB_COUNT];
  struct paths paths = {0}, late_paths = {0};
  struct feed feed, late;
  int wanted[JOB_COUNT];

  for (int i = 1; i < argc; i += 2) {
    const char *value = argv[i + 1];
    if (argv[i][0] != '-' || !value) return usage();
    switch (argv[i][1]) {
    case 'f':
      if (add_path(&paths, value)) return 3;
      break;
    case 'l':
      if (add_path(&late_paths, value)) return 3;
      break;
    case 'e': which = value; break;
    case 'j': jobs = value; break;
    case 'r': options.repeats = atoi(value); break;
    case 'R': options.load_repeats = atoi(value); break;
    case 'n': options.till_events = (size_t)strtoull(value, NULL, 10); break;
    case 't': options.scratch = value; break;
    default: return usage();
    }
  }
  if ((!paths.csv && !paths.bin) || options.repeats < 1 || options.load_repeats < 1)
    return usage();
  for (int j = 0; j < JOB_COUNT; j++) wanted[j] = listed(jobs, job_name((enum job)j));
  if (feed_open(&feed, paths.csv, paths.bin) < 0) return 3;
  if (late_paths.csv || late_paths.bin) {
    if (feed_open(&late, late_paths.csv, late_paths.bin) < 0) return 3;
    options.late = &late;
  }

  for (int e = 0; e < ENGINES; e++)
    if (listed(which, engines[e]->name))
      job_run_engine(engines[e], &feed, &options, wanted, results[e], stdout);
  int wrong = job_judge(results[0], goals, GOALS, stdout) +
              job_compare((const struct job_result(*)[JOB_COUNT])results, ENGINES,
                          goals, GOALS, stdout);
  if (options.late) feed_close(&late);
  feed_close(&feed);
  return wrong ? 1 : 0;
}
