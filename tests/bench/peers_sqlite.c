/* SPDX-License-Identifier: MIT */
/*
 * peers_sqlite.c - the jobs on SQLite: a heap table in memory, indices that cover
 * the queries, and for each question the fastest statement that we found. Where two
 * forms lay close the plainer one stands.
 *
 *   gcc -std=c11 -O2 -Wall -Wextra -Wconversion -c peers_sqlite.c     (-lsqlite3)
 */
#define _POSIX_C_SOURCE 200809L
#include "peers.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct sqlite {
  const struct feed *feed;
  const struct job_options *options;
  sqlite3 *db; /* the feed in memory, once a query has asked for it */
  int by_time; /* its two indices are there */
  int by_kind;
};

#define TABLE                                                                          \
  "CREATE TABLE e(customer INTEGER,ts INTEGER,kind INTEGER,channel INTEGER,"           \
  "amount INTEGER,value REAL)"
#define INDEX_BY_TIME "CREATE INDEX by_time ON e(customer,ts,kind,amount)"
#define INDEX_BY_KIND "CREATE INDEX by_kind ON e(customer,kind,ts,amount)"
enum { COLUMNS = 6, BATCH = 32 };

/* ---- calls that say what went wrong ---- */

static int complain(sqlite3 *db, const char *sql)
{
  fprintf(stderr, "sqlite: %s\n  in %.200s\n", sqlite3_errmsg(db), sql);
  return -1;
}

static int run(sqlite3 *db, const char *sql)
{
  return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : complain(db, sql);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
  sqlite3_stmt *stmt = NULL;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
      SQLITE_OK)
    complain(db, sql);
  return stmt;
}

/* Calls `row` for each row of a query. */
static int query(sqlite3 *db, const char *sql, void (*row)(sqlite3_stmt *, void *),
                 void *user)
{
  sqlite3_stmt *stmt = prepare(db, sql);
  if (!stmt) return -1;
  int step;
  while ((step = sqlite3_step(stmt)) == SQLITE_ROW) row(stmt, user);
  sqlite3_finalize(stmt);
  return step == SQLITE_DONE ? 0 : complain(db, sql);
}

static sqlite3 *open_db(const char *path)
{
  sqlite3 *db = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK ||
      run(db, "PRAGMA cache_size=-4000000;PRAGMA temp_store=MEMORY")) {
    sqlite3_close(db);
    return NULL;
  }
  if (strcmp(path, ":memory:") == 0) run(db, "PRAGMA journal_mode=OFF");
  return db;
}

/* ---- J1: loading ---- */

static void bind(sqlite3_stmt *stmt, int at, const struct feed_event *e)
{
  sqlite3_bind_int64(stmt, at + 1, (int64_t)e->customer);
  sqlite3_bind_int64(stmt, at + 2, e->ts);
  sqlite3_bind_int(stmt, at + 3, e->kind);
  sqlite3_bind_int(stmt, at + 4, e->channel);
  if (e->amount)
    sqlite3_bind_int64(stmt, at + 5, e->amount);
  else
    sqlite3_bind_null(stmt, at + 5);
  if (e->value != 0)
    sqlite3_bind_double(stmt, at + 6, (double)e->value);
  else
    sqlite3_bind_null(stmt, at + 6);
}

static sqlite3_stmt *prepare_insert(sqlite3 *db, int rows)
{
  struct sql sql = {0};
  sql_add(&sql, "INSERT INTO e VALUES");
  for (int i = 0; i < rows; i++) sql_add(&sql, "%s(?,?,?,?,?,?)", i ? "," : "");
  sqlite3_stmt *stmt = prepare(db, sql.text);
  free(sql.text);
  return stmt;
}

/* Inserts `batch` events a statement in one transaction. */
static int insert_all(sqlite3 *db, const struct feed_event *events, size_t n, int batch)
{
  sqlite3_stmt *many = prepare_insert(db, batch), *one = prepare_insert(db, 1);
  int failed = !many || !one || run(db, "BEGIN");
  for (size_t i = 0; !failed && i < n;) {
    int rows = n - i >= (size_t)batch ? batch : 1;
    sqlite3_stmt *stmt = rows == batch ? many : one;
    for (int r = 0; r < rows; r++) bind(stmt, COLUMNS * r, &events[i + (size_t)r]);
    failed = sqlite3_step(stmt) != SQLITE_DONE;
    sqlite3_reset(stmt);
    i += (size_t)rows;
  }
  sqlite3_finalize(many);
  sqlite3_finalize(one);
  return failed ? complain(db, "INSERT INTO e") : run(db, "COMMIT");
}

static int insert_csv(sqlite3 *db, const char *path)
{
  size_t size;
  const char *text = feed_map(path, &size);
  if (!text) return -1;
  const char *end = text + size, *p = memchr(text, '\n', size);
  sqlite3_stmt *stmt = prepare_insert(db, 1);
  struct feed_row row;
  int more = stmt && p && !run(db, "BEGIN") ? 1 : -1;
  if (p) p++;
  while (more > 0 && (more = feed_next_row(&p, end, &row)) > 0) {
    bind(stmt, 0, &row.event);
    sqlite3_bind_text(stmt, 1, row.customer, (int)row.customer_length, SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_DONE) more = complain(db, "INSERT INTO e");
    sqlite3_reset(stmt);
  }
  sqlite3_finalize(stmt);
  feed_unmap((void *)(uintptr_t)text, size);
  return more < 0 ? -1 : run(db, "COMMIT");
}

static void load_answer(sqlite3_stmt *row, void *user)
{
  job_answer_load(user, sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
                  sqlite3_column_int64(row, 2));
}

static int load(const struct sqlite *s, sqlite3 *db, enum job job)
{
  switch (job) {
  case JOB_LOAD_CSV: return insert_csv(db, s->feed->csv_path);
  case JOB_STREAM: return insert_all(db, s->feed->events, s->feed->count, 1);
  default: return insert_all(db, s->feed->events, s->feed->count, BATCH);
  }
}

static int load_job(const struct sqlite *s, enum job job, struct job_result *result)
{
  if (job == JOB_LOAD_CSV && !s->feed->csv_path) return 0;
  for (int i = 0; i < s->options->load_repeats; i++) {
    sqlite3 *db = open_db(":memory:");
    int failed =
        !db || run(db, job == JOB_LOAD_CSV
                           ? "CREATE TABLE e(customer TEXT,"
                             "ts INTEGER,kind INTEGER,channel INTEGER,amount INTEGER,"
                             "value REAL)"
                           : TABLE);
    struct stopwatch watch = stopwatch_start();
    failed = failed || load(s, db, job) ||
             (job == JOB_LOAD_GROUPED && run(db, INDEX_BY_TIME));
    job_add(result, stopwatch_read(watch));
    if (!failed && i == 0)
      failed = query(db, "SELECT count(*),count(DISTINCT customer),sum(amount) FROM e",
                     load_answer, result);
    sqlite3_close(db);
    if (failed) return -1;
  }
  if (job == JOB_LOAD_GROUPED)
    snprintf(result->note, sizeof result->note, "heap, then a covering index");
  job_finish(result, s->feed->count);
  return 0;
}

/* The feed in memory with the index that a job asks for. */
static int make_ready(struct sqlite *s, int by_time, int by_kind)
{
  if (!s->db) {
    s->db = open_db(":memory:");
    if (!s->db || run(s->db, TABLE) || load(s, s->db, JOB_LOAD_BINARY)) return -1;
  }
  if (by_time && !s->by_time) {
    if (run(s->db, INDEX_BY_TIME)) return -1;
    s->by_time = 1;
  }
  if (by_kind && !s->by_kind) {
    if (run(s->db, INDEX_BY_KIND)) return -1;
    s->by_kind = 1;
  }
  return 0;
}

/* ---- J2: features ---- */

/* The rows of f0..f70 and of n, the purchases, for the customers of `where`. */
static void features_text(struct sql *sql, const char *where)
{
  sql_add(sql, "SELECT *,");
  sql_unpacked(sql);
  sql_add(sql,
          " FROM (SELECT min(ts)-%" PRId64 " AS f60,max(ts)-%" PRId64
          " AS f61,count(DISTINCT (ts-%" PRId64 ")/%" PRId64 ") AS f62",
          FEED_START, FEED_START, FEED_START, FEED_DAY);
  for (int k = 0; k < FEED_KINDS; k++)
    sql_add(sql, ",coalesce(sum(v) FILTER (WHERE kind=%d),0) AS k%d", k, k);
  for (int w = 0; w < F_WINDOWS; w++)
    sql_add(sql,
            ",coalesce(sum(amount) FILTER (WHERE kind=6 AND ts>=%" PRId64 "),0) AS f%d",
            JOB_WINDOW(job_windows[w]), F_CENTS + w);
  sql_add(
      sql,
      ",coalesce(sum(amount) FILTER (WHERE kind=6),0) AS f66"
      ",coalesce(sum(amount) FILTER (WHERE kind=7),0) AS f67"
      ",max(count(*) FILTER (WHERE kind=6)-1,0) AS f68"
      ",coalesce(max(ts) FILTER (WHERE kind=6)-min(ts) FILTER (WHERE kind=6),0) AS f69"
      ",coalesce(%" PRId64 "-min(ts) FILTER (WHERE kind=6),0) AS f70"
      ",count(*) FILTER (WHERE kind=6) AS n"
      " FROM (SELECT customer,ts,kind,amount,",
      JOB_AS_OF);
  sql_packed(sql, "INTEGER");
  sql_add(sql, " AS v FROM e INDEXED BY by_time%s) GROUP BY customer)", where);
}

static void two_numbers(sqlite3_stmt *row, void *user)
{
  int64_t *out = user;
  out[0] = sqlite3_column_int64(row, 0);
  out[1] = sqlite3_column_int64(row, 1);
}

/* Runs a query as often as asked; 0 or -1. */
static int repeat(struct sqlite *s, struct job_result *result, const char *sql,
                  void (*row)(sqlite3_stmt *, void *), void *user, size_t size)
{
  int failed = 0;
  for (int i = 0; !failed && i < s->options->repeats; i++) {
    memset(user, 0, size);
    struct stopwatch watch = stopwatch_start();
    failed = query(s->db, sql, row, user);
    job_add(result, stopwatch_read(watch));
  }
  job_finish(result, s->feed->count);
  return failed;
}

static int features_job(struct sqlite *s, struct job_result *result)
{
  struct sql sql = {0};
  int64_t got[2] = {0};
  sql_add(&sql, "SELECT count(*),sum(");
  sql_hash(&sql);
  sql_add(&sql, ") FROM (");
  features_text(&sql, "");
  sql_add(&sql, ")");
  int failed =
      make_ready(s, 1, 0) || repeat(s, result, sql.text, two_numbers, got, sizeof got);
  free(sql.text);
  job_answer_features(result, got[0], got[1]);
  return failed ? -1 : 0;
}

/* ---- J3, J4 ---- */

static void count_stage(sqlite3_stmt *row, void *user)
{
  int64_t *stages = user;
  stages[sqlite3_column_int(row, 0)] = sqlite3_column_int64(row, 1);
}

static int census_job(struct sqlite *s, struct job_result *result)
{
  struct sql sql = {0};
  int64_t stages[JOB_STAGES] = {0};
  sql_add(&sql, "SELECT s,count(*) FROM (SELECT ");
  sql_stage(&sql);
  sql_add(&sql,
          " AS s FROM (SELECT min(ts) FILTER (WHERE kind=6) AS first,"
          "max(ts) FILTER (WHERE kind=6) AS last,"
          "count(*) FILTER (WHERE kind=6 AND ts>=%" PRId64 ") AS count,"
          "sum(amount) FILTER (WHERE kind=6 AND ts>=%" PRId64 ") AS cents,"
          "count(*) FILTER (WHERE kind IN (11,14) AND ts>=%" PRId64 ") AS told"
          " FROM e INDEXED BY by_time GROUP BY customer)) GROUP BY s",
          JOB_WINDOW(365), JOB_WINDOW(365), JOB_WINDOW(365));
  int failed = make_ready(s, 1, 0) ||
               repeat(s, result, sql.text, count_stage, stages, sizeof stages);
  free(sql.text);
  job_answer_census(result, stages);
  return failed ? -1 : 0;
}

static int cohorts_job(struct sqlite *s, struct job_result *result)
{
  struct sql sql = {0};
  int64_t got[2] = {0};
  sql_add(
      &sql,
      "WITH p AS MATERIALIZED (SELECT customer,(ts-%" PRId64 ")/%" PRId64 " AS w"
      " FROM e INDEXED BY by_kind WHERE kind=6 GROUP BY 1,2)"
      " SELECT count(*),sum(n*(128*c+w-c+1)) FROM (SELECT c,w,count(*) AS n"
      " FROM (SELECT w,min(w) OVER (PARTITION BY customer) AS c FROM p) GROUP BY c,w)",
      FEED_START, JOB_WEEK);
  int failed =
      make_ready(s, 0, 1) || repeat(s, result, sql.text, two_numbers, got, sizeof got);
  free(sql.text);
  job_answer_cohorts(result, got[0], got[1]);
  return failed ? -1 : 0;
}

static void count_active(sqlite3_stmt *row, void *user)
{
  job_count_active(user, sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
                   sqlite3_column_int64(row, 2));
}

/* The gap from each active day to the next, looked up in the index. */
static int actives_job(struct sqlite *s, struct job_result *result)
{
  struct sql sql = {0};
  struct job_actives actives;
  sql_add(&sql,
          "SELECT d,min(coalesce((next-%" PRId64 ")/%" PRId64 "-d,30),30),count(*)"
          " FROM (SELECT d,(SELECT ts FROM e y INDEXED BY by_time"
          " WHERE y.customer=x.customer AND y.ts>=%" PRId64 "+%" PRId64 "*(d+1)"
          " ORDER BY ts LIMIT 1) AS next"
          " FROM (SELECT customer,(ts-%" PRId64 ")/%" PRId64 " AS d"
          " FROM e INDEXED BY by_time GROUP BY 1,2) x) GROUP BY 1,2",
          FEED_START, FEED_DAY, FEED_START, FEED_DAY, FEED_START, FEED_DAY);
  int failed = make_ready(s, 1, 0) ||
               repeat(s, result, sql.text, count_active, &actives, sizeof actives);
  free(sql.text);
  job_answer_actives(result, &actives);
  return failed ? -1 : 0;
}

/* ---- J5: funnel ---- */

/* Step by step, each event of a step with the latest start of a chain before it, in
 * tables of its own; four times as quick as three windows over one order. */
#define STEP(into, from, step)                                                         \
  "INSERT OR IGNORE INTO " into                                                        \
  " SELECT customer,ts,s FROM (SELECT customer,ts,(SELECT "                            \
  "s FROM " from                                                                       \
  " y WHERE y.customer=x.customer AND y.ts<=x.ts ORDER BY y.ts DESC LIMIT "            \
  "1) AS s FROM e x INDEXED BY by_kind WHERE kind=" step ") WHERE ts-s<=604800000;"
#define STEP_TABLE(name)                                                               \
  "CREATE TEMP TABLE " name "(customer INTEGER,ts INTEGER,s INTEGER,"                  \
  "PRIMARY KEY(customer,ts)) WITHOUT ROWID;"
_Static_assert(JOB_FUNNEL_WITHIN == 604800000, "the window in the text");

static const char funnel_steps[] = STEP_TABLE("c") STEP_TABLE(
    "k") "INSERT OR IGNORE INTO c SELECT customer,ts,s FROM (SELECT "
         "customer,ts,(SELECT ts FROM "
         "e y INDEXED BY by_kind WHERE y.customer=x.customer AND y.kind=2 AND "
         "y.ts<=x.ts ORDER "
         "BY y.ts DESC LIMIT 1) AS s FROM e x INDEXED BY by_kind WHERE kind=4) "
         "WHERE ts-s<=604800000;" STEP("k", "c", "5");
static const char funnel_query[] =
    "SELECT (SELECT count(DISTINCT customer) FROM e INDEXED BY by_kind WHERE kind=2),"
    "(SELECT count(DISTINCT customer) FROM c),(SELECT count(DISTINCT customer) FROM k),"
    "(SELECT count(DISTINCT customer) FROM (SELECT customer,ts,(SELECT s FROM k y "
    "WHERE "
    "y.customer=x.customer AND y.ts<=x.ts ORDER BY y.ts DESC LIMIT 1) AS s FROM e x "
    "INDEXED BY by_kind WHERE kind=6) WHERE ts-s<=604800000)";

static void four_numbers(sqlite3_stmt *row, void *user)
{
  for (int i = 0; i < 4; i++) ((int64_t *)user)[i] = sqlite3_column_int64(row, i);
}

static int funnel_job(struct sqlite *s, struct job_result *result)
{
  int64_t reached[4] = {0};
  int failed = make_ready(s, 0, 1);
  for (int i = 0; !failed && i < s->options->repeats; i++) {
    struct stopwatch watch = stopwatch_start();
    failed =
        run(s->db, funnel_steps) || query(s->db, funnel_query, four_numbers, reached);
    job_add(result, stopwatch_read(watch));
    failed = run(s->db, "DROP TABLE c;DROP TABLE k") || failed;
  }
  job_finish(result, s->feed->count);
  job_answer_funnel(result, reached);
  return failed ? -1 : 0;
}

/* ---- J6: the till ---- */

/* One event at a time into `db`, which is as it was before the till opened. */
static int serve(const struct sqlite *s, sqlite3 *db, struct job_result *result)
{
  struct sql sql = {0};
  features_text(&sql, " WHERE customer=?");
  sqlite3_stmt *insert = prepare_insert(db, 1), *ask = prepare(db, sql.text);
  free(sql.text);
  size_t n = s->options->till_events, done = 0;
  double *each = malloc((n + 1) * sizeof *each);
  int64_t stages[JOB_STAGES] = {0}, checksum = 0, f[F_COUNT];

  /* f60.. come first in a row, then k0..k19, f63.., n, f0..f59: ask for the places. */
  int place[F_COUNT] = {0}, purchases = 0;
  for (int c = 0; ask && c < sqlite3_column_count(ask); c++) {
    const char *name = sqlite3_column_name(ask, c);
    if (name[0] == 'f') place[atoi(name + 1)] = c;
    if (name[0] == 'n') purchases = c;
  }
  struct stopwatch whole = stopwatch_start();
  for (; each && insert && ask && done < n; done++) {
    struct feed_event e = job_till_event(s->feed, done, n);
    struct stopwatch watch = stopwatch_start();
    bind(insert, 0, &e);
    int inserted = sqlite3_step(insert);
    sqlite3_reset(insert);
    sqlite3_bind_int64(ask, 1, (int64_t)e.customer);
    if (inserted != SQLITE_DONE || sqlite3_step(ask) != SQLITE_ROW) break;
    for (int i = 0; i < F_COUNT; i++) f[i] = sqlite3_column_int64(ask, place[i]);
    stages[job_stage_of(f, sqlite3_column_int64(ask, purchases))]++;
    sqlite3_reset(ask);
    each[done] = stopwatch_read(watch).wall;
    checksum += job_hash(f);
  }
  double cpu = stopwatch_read(whole).cpu;
  if (done == n && n) job_finish_each(result, each, n, cpu);
  int failed = done < n ? complain(db, "the till") : 0;
  job_answer_till(result, stages, checksum);
  sqlite3_finalize(insert);
  sqlite3_finalize(ask);
  free(each);
  return failed;
}

static int till_job(struct sqlite *s, struct job_result *result)
{
  if (make_ready(s, 1, 0)) return -1;
  if (s->by_kind && run(s->db, "DROP INDEX by_kind")) return -1; /* no use at a till */
  s->by_kind = 0;
  int failed = serve(s, s->db, result);
  char sql[120]; /* leaves the feed as it was */
  snprintf(sql, sizeof sql, "DELETE FROM e WHERE rowid>%zu", s->feed->count);
  return run(s->db, sql) ? -1 : failed;
}

static char *scratch_file(const struct sqlite *s, const char *name)
{
  struct sql path = {0};
  sql_add(&path, "%s/%s", s->options->scratch, name);
  remove(path.text);
  return path.text;
}

/* A copy of the feed with its index in a file. */
static int write_file(struct sqlite *s, const char *path)
{
  struct sql sql = {0};
  int failed = make_ready(s, 1, 0) || (s->by_kind && run(s->db, "DROP INDEX by_kind"));
  s->by_kind = 0;
  sql_add(&sql, "VACUUM INTO '%s'", path);
  failed = failed || run(s->db, sql.text);
  free(sql.text);
  return failed;
}

static int till_file_job(struct sqlite *s, struct job_result *result)
{
  char *path = scratch_file(s, "till.db"), *wal = scratch_file(s, "till.db-wal");
  sqlite3 *db = NULL;
  int failed = write_file(s, path) || !(db = open_db(path)) ||
               run(db, "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                       "SELECT sum(amount) FROM e INDEXED BY by_time") ||
               serve(s, db, result);
  snprintf(result->note, sizeof result->note, "WAL, synchronous=NORMAL");
  sqlite3_close(db);
  remove(path);
  remove(wal);
  free(path);
  free(wal);
  return failed ? -1 : 0;
}

/* ---- J7 ---- */

static int bytes_job(struct sqlite *s, struct job_result *result)
{
  char *path = scratch_file(s, "bytes.db");
  struct stat about;
  struct stopwatch watch = stopwatch_start();
  int failed = write_file(s, path) || stat(path, &about);
  job_add(result, stopwatch_read(watch));
  job_finish(result, s->feed->count);
  if (!failed) job_answer_bytes(result, (int64_t)about.st_size, s->feed->count);
  snprintf(result->note, sizeof result->note, "whole-number ids, heap and one index");
  remove(path);
  free(path);
  return failed ? -1 : 0;
}

/* ---- the engine ---- */

static void *sqlite_open(const struct feed *feed, const struct job_options *options)
{
  struct sqlite *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  s->feed = feed;
  s->options = options;
  return s;
}

static void sqlite_close(void *self)
{
  struct sqlite *s = self;
  sqlite3_close(s->db);
  free(s);
}

static void sqlite_run(void *self, enum job job, struct job_result *result)
{
  struct sqlite *s = self;
  int failed = 0;
  switch (job) {
  case JOB_LOAD_CSV:
  case JOB_LOAD_BINARY:
  case JOB_LOAD_GROUPED:
  case JOB_STREAM:
  case JOB_STREAM_32: failed = load_job(s, job, result); break;
  case JOB_FEATURES: failed = features_job(s, result); break;
  case JOB_CENSUS: failed = census_job(s, result); break;
  case JOB_COHORTS: failed = cohorts_job(s, result); break;
  case JOB_ACTIVES: failed = actives_job(s, result); break;
  case JOB_FUNNEL: failed = funnel_job(s, result); break;
  case JOB_TILL: failed = till_job(s, result); break;
  case JOB_TILL_FILE: failed = till_file_job(s, result); break;
  case JOB_BYTES: failed = bytes_job(s, result); break;
  default: break;
  }
  if (failed) result->ran = -1;
}

const struct engine engine_sqlite = {"sqlite", sqlite_open, sqlite_run, sqlite_close};
