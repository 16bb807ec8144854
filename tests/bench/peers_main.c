/* SPDX-License-Identifier: MIT */
/*
 * peers_main.c - the peers alone: runs jobs, prints a line for each, then the ratios
 * and whether the answers are equal. Exit code 1 where they are not.
 *
 *   gcc -std=c11 -O2 -Wall -Wextra -Wconversion -o peers peers_main.c peers.c \
 *       peers_sqlite.c peers_duckdb.c plain.c jobs.c feed.c -lsqlite3 -ldl -lm
 *   DUCKDB_LIB=$(./fetch-duckdb.sh /tmp/duckdb) ./peers -o 1m.csv -b 1m.bin
 *
 * -e and -j choose engines and jobs by name, comma-separated.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "peers.h"

static const struct engine *const engines[] = {&engine_duckdb, &engine_sqlite,
                                               &engine_plain};
enum { ENGINES = sizeof engines / sizeof *engines };

static int usage(void) {
  fputs("usage: peers [-o CSV] [-b BINARY] [-e ENGINES] [-j JOBS] [-r REPEATS]\n"
        "             [-R LOAD-REPEATS] [-n TILL-EVENTS] [-t SCRATCH] [-d LIBDUCKDB]\n"
        "jobs:",
        stderr);
  for (int j = 0; j < JOB_COUNT; j++)
    fprintf(stderr, " %s", job_name((enum job)j));
  fputc('\n', stderr);
  return 2;
}

/* Whether `name` stands in the comma-separated list; no list has all. */
static int listed(const char *list, const char *name) {
  size_t length = strlen(name);
  if (!list)
    return 1;
  for (const char *p = list; (p = strstr(p, name)); p += length)
    if ((p == list || p[-1] == ',') && (p[length] == ',' || !p[length]))
      return 1;
  return 0;
}

int main(int argc, char **argv) {
  struct job_options options = {3, 2, 20000, "/tmp", NULL};
  const char *csv = NULL, *bin = NULL, *which = NULL, *jobs = NULL;
  static struct job_result results[ENGINES][JOB_COUNT];
  int wanted[JOB_COUNT];
  struct feed feed;

  for (int i = 1; i < argc; i += 2) {
    const char *value = argv[i + 1];
    if (argv[i][0] != '-' || !value)
      return usage();
    switch (argv[i][1]) {
    case 'o':
      csv = value;
      break;
    case 'b':
      bin = value;
      break;
    case 'e':
      which = value;
      break;
    case 'j':
      jobs = value;
      break;
    case 'r':
      options.repeats = atoi(value);
      break;
    case 'R':
      options.load_repeats = atoi(value);
      break;
    case 'n':
      options.till_events = (size_t)strtoull(value, NULL, 10);
      break;
    case 't':
      options.scratch = value;
      break;
    case 'd':
      options.duckdb_path = value;
      break;
    default:
      return usage();
    }
  }
  if (!csv && !bin)
    return usage();
  if (options.repeats < 1 || options.load_repeats < 1)
    return usage();
  for (int j = 0; j < JOB_COUNT; j++)
    wanted[j] = listed(jobs, job_name((enum job)j));
  if (feed_open(&feed, csv, bin) < 0)
    return 3;

  for (int e = 0; e < ENGINES; e++)
    if (listed(which, engines[e]->name))
      job_run_engine(engines[e], &feed, &options, wanted, results[e], stdout);
  int different =
      job_compare((const struct job_result(*)[JOB_COUNT])results, ENGINES, stdout);
  feed_close(&feed);
  return different ? 1 : 0;
}
