/* SPDX-License-Identifier: MIT */
/*
 * jobs.h - what is measured, what the answers mean, and how an engine is asked.
 *
 * A ratio between different answers means nothing, so every job ends in a line of
 * text that must be the same for every engine; plain.c computes each in the most
 * obvious way. All questions are as of JOB_AS_OF, one millisecond before the feed's
 * end, and a window of w days holds JOB_AS_OF - w < ts <= JOB_AS_OF. Days are UTC,
 * weeks begin on Monday. Every event counts as activity.
 */
#ifndef BENCH_JOBS_H
#define BENCH_JOBS_H

#include <stdio.h>

#include "clock.h"
#include "feed.h"

#define JOB_AS_OF (FEED_END - 1)
#define JOB_WINDOW(days) (FEED_END - (days)*FEED_DAY) /* ts >= this is within */
#define JOB_WEEK (7 * FEED_DAY)
#define JOB_WEEKS (FEED_DAYS / 7 + 1)
#define JOB_FUNNEL_WITHIN (7 * FEED_DAY)

enum job {
  JOB_LOAD_CSV,     /* CSV file to a table with text ids that can be queried */
  JOB_LOAD_BINARY,  /* records in memory to a table in any order */
  JOB_LOAD_GROUPED, /* the same, and one customer's events can be found by an index */
  JOB_STREAM,       /* one event a call, each visible at once */
  JOB_STREAM_32,    /* 32 events a call */
  JOB_APPEND,       /* one event a call, visible after the last */
  JOB_FEATURES,
  JOB_CENSUS,
  JOB_COHORTS,
  JOB_ACTIVES,
  JOB_FUNNEL,
  JOB_TILL,      /* record one event, then assess its customer; in memory */
  JOB_TILL_FILE, /* the same with a file behind it, unsynced */
  JOB_BYTES,
  /* Of the library alone. _IDS: with an id for each event. */
  JOB_LOAD_KEEP, /* J1_csv, identical rows kept apart */
  JOB_LATE_CSV,  /* a feed with late and repeated events, by its ratio to the clean one
                  */
  JOB_LATE_GROUPED,
  JOB_LATE_STREAM,
  JOB_BLOBS, /* customers encoded alone, without customer ids */
  JOB_MEMORY,
  JOB_MEMORY_STREAM,
  JOB_BYTES_IDS,
  JOB_BLOBS_IDS,
  JOB_MEMORY_IDS,
  JOB_MEMORY_STREAM_IDS,
  JOB_HEAVY, /* one customer with a million events: recorded in order */
  JOB_HEAVY_LATE,
  JOB_HEAVY_IDS,
  JOB_HEAVY_LATE_IDS,
  JOB_HEAVY_ASSESS,
  JOB_CENSUS_ONE,  /* under the built-in model five_levels */
  JOB_CENSUS_ALL,  /* under all built-in models, in one pass */
  JOB_TILL_ONE,    /* record one event, then assess its customer likewise */
  JOB_TILL_ALL,
  JOB_EXPLAIN,     /* explain one customer under one model */
  JOB_NEXT_ALL,    /* next changes of one customer under all built-in models */
  JOB_PARSE,       /* parse the largest built-in model */
  JOB_COUNT
};
const char *job_name(enum job job);
/* The job of that name, or JOB_COUNT. */
enum job job_named(const char *name);
/* Whether equal answers are due of all engines: not for bytes. */
int job_has_one_answer(enum job job);

/* ---- results ---- */

enum { JOB_RUNS = 16 };

struct job_result {
  const char *engine;
  enum job job;
  int ran;     /* 1 ran, 0 not of this engine, -1 failed */
  int untimed; /* 1: only the answer counts */
  int runs;
  double wall[JOB_RUNS], cpu[JOB_RUNS]; /* seconds, in the order of running */
  double median, min, max;              /* wall; of each event for the tills */
  double cpu_best; /* the least of the runs; tills: on average an event */
  double figure;   /* what an absolute goal is about: bytes, microseconds, a ratio */
  int wrong;       /* 1: the answer is not what it must be */
  size_t events;   /* that went through each run */
  char answer[256];
  char note[128]; /* how the engine did it, where that needs saying */
};

/* Adds a run, unless JOB_RUNS are there. */
void job_add(struct job_result *result, struct stopwatch took);
/* Median, least, most of the runs; sets `ran`. */
void job_finish(struct job_result *result, size_t events);
/* The same for `n` single events; sorts `each`. */
void job_finish_each(struct job_result *result, double *each, size_t n, double cpu);
/* "sqlite J4_cohorts t=1  0.049 s (min 0.047 max 0.060) cpu 0.049 s  204 Mev/s | .." */
void job_print(FILE *out, const struct job_result *result);

/* ---- J2: the features of a customer ---- */

/*
 * f[0..59]   events of kind k in window w: f[20 * w + k], windows 30, 90, 365 days
 * f[60..61]  first and last event, ms since FEED_START
 * f[62]      days with an event
 * f[63..65]  cents of purchases in 30, 90, 365 days
 * f[66..67]  cents of all purchases, of all refunds (these are negative)
 * f[68..70]  x: purchases after the first; t_x: last less first; T: as-of less first
 *            (ms; all three 0 without a purchase)
 */
enum {
  F_COUNTS = 0,
  F_WINDOWS = 3,
  F_FIRST = 60,
  F_LAST,
  F_DAYS,
  F_CENTS,
  F_CENTS_ALL = 66,
  F_REFUNDS,
  F_X,
  F_TX,
  F_T,
  F_COUNT
};
extern const int job_windows[F_WINDOWS]; /* days */

/* What a customer adds to the checksum: the sum over i of (i + 1) * f[i], of which
 * the remainder by JOB_MODULUS is taken as C does. */
#define JOB_MODULUS INT64_C(2147483647)
int64_t job_hash(const int64_t features[F_COUNT]);

/* ---- J3: stages ---- */

/*
 * The last that holds, in this order:
 *   0  no purchase
 *   2  a purchase
 *   1  the first purchase within 30 days
 *   3  four purchases within 365 days
 *   4  also 200.00 of purchases, and a review or referral, within 365 days
 *   5  the last purchase more than 90 days ago
 *   6  the last purchase more than 365 days ago
 */
enum { JOB_STAGES = 7 };
struct job_buying {
  int64_t purchases, first, last; /* of all time; ts */
  int64_t count, cents, told;     /* within 365 days */
};
int job_stage(const struct job_buying *buying);
/* The same read off the features; only the count of purchases is not among them. */
int job_stage_of(const int64_t features[F_COUNT], int64_t purchases);

/* ---- J4: distinct customers of the day, of 7 and of 30 days ---- */

struct job_actives {
  int64_t daily[FEED_DAYS], weekly[FEED_DAYS], monthly[FEED_DAYS];
};
/* `n` customers were active on `day` and next on `day + gap`; 30 or more if never. */
void job_count_active(struct job_actives *actives, int64_t day, int64_t gap, int64_t n);

/* ---- J6: the events that come in at the till ---- */

/* Event i of n, in order of time, at the very end of the feed: purchases, views and
 * reviews in turn, of customers drawn as often as they occur in the feed. */
struct feed_event job_till_event(const struct feed *feed, size_t i, size_t n);

/* ---- answers ---- */

/* J1: events, customers, sum of all amounts */
void job_answer_load(struct job_result *r, int64_t events, int64_t customers,
                     int64_t cents);
void job_answer_features(struct job_result *r, int64_t customers, int64_t checksum);
void job_answer_census(struct job_result *r, const int64_t stages[JOB_STAGES]);
/* A cell is (week of the first purchase c, week of a purchase w), from 0, and counts
 * customers n; the checksum sums n * (128 * c + w - c + 1). */
void job_answer_cohorts(struct job_result *r, int64_t cells, int64_t checksum);
/* Sums over all days; the checksum is of (day + 1) * (DAU + 2 WAU + 3 MAU). */
void job_answer_actives(struct job_result *r, const struct job_actives *actives);
/* Customers who got at least that far. Steps in order, equal times allowed, the
 * purchase not later than 7 days after the view that it started from. */
void job_answer_funnel(struct job_result *r, const int64_t reached[4]);
/* Stages right after each event, and the sum of the features' job_hash. */
void job_answer_till(struct job_result *r, const int64_t stages[JOB_STAGES],
                     int64_t checksum);
void job_answer_bytes(struct job_result *r, int64_t bytes, size_t events);

/* ---- engines ---- */

struct job_options {
  int repeats; /* of queries */
  int load_repeats;
  size_t till_events;
  const char *scratch;     /* folder for files; must exist */
  const char *duckdb_path; /* libduckdb.so; NULL: the environment's DUCKDB_LIB */
  const struct feed *late; /* the same events, late and repeated; NULL: none */
};

/*
 * One engine. `open` is cheap and borrows both arguments until `close`; it returns
 * NULL with a line on stderr where the engine is not to be had. `run` fills a zeroed
 * result whose engine and job are set. What a job needs (a loaded table, an index) is
 * made before, off the clock, and kept for later jobs; hence jobs can be asked for in
 * any order and alone.
 */
struct engine {
  const char *name;
  void *(*open)(const struct feed *feed, const struct job_options *options);
  void (*run)(void *self, enum job job, struct job_result *result);
  void (*close)(void *self);
};

/* Runs jobs on an engine, printing each line; results[job] for each that is wanted. */
void job_run_engine(const struct engine *engine, const struct feed *feed,
                    const struct job_options *options, const int wanted[JOB_COUNT],
                    struct job_result results[JOB_COUNT], FILE *out);
/* What is to be reached: a ratio to a peer's time, at least; or without a peer a
 * figure, at the most. `half` is what must hold in any case. */
struct job_goal {
  enum job job;
  const char *peer; /* NULL: none */
  double goal, half;
  enum job other; /* the peer's job where that is another one; else 0 */
};

/* For each job that several engines ran: the ratios of its cost (processor time, or the
 * median for the tills) to the first that
 * did, the goals for them, and whether the answers are equal. The number of jobs where
 * they are not. */
int job_compare(const struct job_result (*results)[JOB_COUNT], int engines,
                const struct job_goal *goals, size_t goal_count, FILE *out);
/* The first engine's figures against the goals without a peer; the number of answers
 * that are wrong. */
int job_judge(const struct job_result results[JOB_COUNT], const struct job_goal *goals,
              size_t goal_count, FILE *out);

#endif
