/* SPDX-License-Identifier: MIT */
/*
 * peers_duckdb.c - the jobs on DuckDB, one thread, in memory, in order of arrival
 * (sorting the table by customer first made no question faster than it cost).
 *
 * libduckdb.so is opened at run time: its package ships no header, so the functions
 * used are declared here, after the C interface's documentation.
 *
 *   gcc -std=c11 -O2 -Wall -Wextra -Wconversion -c peers_duckdb.c     (-ldl)
 */
#define _POSIX_C_SOURCE 200809L
#include "peers.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the interface ---- */

typedef struct {
  uint64_t old_columns, old_rows, old_changed;
  void *old_data;
  char *old_error;
  void *internal;
} duckdb_result;
_Static_assert(sizeof(void *) != 8 || sizeof(duckdb_result) == 48,
               "as the library has it");

typedef void *handle; /* databases, connections, appenders, chunks, vectors, types */
enum { TYPE_BIGINT = 5, TYPE_UTINYINT = 6, TYPE_UINTEGER = 8, TYPE_FLOAT = 10 };

/* name, result, arguments */
#define FUNCTIONS(f)                                                                   \
  f(duckdb_open, int, (const char *path, handle *database)) f(                         \
      duckdb_close, void,                                                              \
      (handle * database)) f(duckdb_connect, int,                                      \
                             (handle database,                                         \
                              handle * connection)) f(duckdb_disconnect, void,         \
                                                      (handle * connection))           \
      f(duckdb_query, int, (handle connection, const char *, duckdb_result *)) f(      \
          duckdb_destroy_result, void,                                                 \
          (duckdb_result *)) f(duckdb_result_error, const char *, (duckdb_result *))   \
          f(duckdb_row_count, uint64_t, (duckdb_result *)) f(                          \
              duckdb_value_int64, int64_t,                                             \
              (duckdb_result *, uint64_t column,                                       \
               uint64_t row)) f(duckdb_appender_create, int,                           \
                                (handle connection, const char *schema,                \
                                 const char *table, handle *appender))                 \
              f(duckdb_appender_destroy, int, (handle * appender)) f(                  \
                  duckdb_append_data_chunk,                                            \
                  int,                                                                 \
                  (handle appender,                                                    \
                   handle chunk)) f(duckdb_appender_end_row, int, (handle appender))   \
                  f(duckdb_append_int64, int, (handle appender, int64_t)) f(           \
                      duckdb_append_uint32,                                            \
                      int, (handle appender, uint32_t))                                \
                      f(duckdb_append_uint8, int, (handle appender, uint8_t)) f(       \
                          duckdb_append_float,                                         \
                          int,                                                         \
                          (handle appender,                                            \
                           float)) f(duckdb_append_null, int, (handle appender))       \
                          f(duckdb_create_logical_type, handle, (int type)) f(         \
                              duckdb_destroy_logical_type, void,                       \
                              (                                                        \
                                  handle *                                             \
                                  type)) f(duckdb_create_data_chunk, handle,           \
                                           (handle * types, uint64_t columns))         \
                              f(duckdb_destroy_data_chunk, void, (handle * chunk)) f(  \
                                  duckdb_data_chunk_reset,                             \
                                  void,                                                \
                                  (handle                                              \
                                       chunk)) f(duckdb_data_chunk_get_vector, handle, \
                                                 (handle chunk, uint64_t column))      \
                                  f(duckdb_data_chunk_set_size, void,                  \
                                    (handle chunk,                                     \
                                     uint64_t size)) f(duckdb_vector_get_data, void *, \
                                                       (handle vector))                \
                                      f(duckdb_vector_ensure_validity_writable, void,  \
                                        (handle vector))                               \
                                          f(duckdb_vector_get_validity, uint64_t *,    \
                                            (handle vector))                           \
                                              f(duckdb_vector_size, uint64_t, (void))

struct library {
  void *shared;
#define MEMBER(name, result, arguments) result(*name) arguments;
  FUNCTIONS(MEMBER)
#undef MEMBER
};

/* dlsym yields an object pointer; POSIX has it hold a function's address. */
static int find(void *shared, const char *name, void *function_out, size_t size)
{
  void *found = dlsym(shared, name);
  if (!found) fprintf(stderr, "duckdb: the library has no %s\n", name);
  memcpy(function_out, &found, size);
  return !found;
}

static int open_library(struct library *lib, const char *path)
{
  lib->shared = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!lib->shared) {
    fprintf(stderr, "duckdb: %s\n", dlerror());
    return -1;
  }
  int missing = 0;
#define FIND(name, result, arguments)                                                  \
  missing += find(lib->shared, #name, &lib->name, sizeof lib->name);
  FUNCTIONS(FIND)
#undef FIND
  return missing ? -1 : 0;
}

struct duckdb {
  const struct feed *feed;
  const struct job_options *options;
  struct library lib;
  handle database, connection; /* the feed in memory */
  int loaded;
};

/* ---- calls that say what went wrong ---- */

/* Runs `text`; the first `columns` of each row go to `row`, which may be NULL. */
static int query(const struct duckdb *d, handle connection, const char *text,
                 void (*row)(const int64_t *, void *), void *user, int columns)
{
  duckdb_result result;
  int64_t cells[8];
  int failed = d->lib.duckdb_query(connection, text, &result);
  if (failed) {
    const char *why = d->lib.duckdb_result_error(&result);
    fprintf(stderr, "duckdb: %s\n  in %.300s\n", why ? why : "?", text);
  } else if (row) {
    uint64_t rows = d->lib.duckdb_row_count(&result);
    for (uint64_t i = 0; i < rows; i++) {
      for (int c = 0; c < columns; c++)
        cells[c] = d->lib.duckdb_value_int64(&result, (uint64_t)c, i);
      row(cells, user);
    }
  }
  d->lib.duckdb_destroy_result(&result);
  return failed ? -1 : 0;
}

static int run(const struct duckdb *d, handle connection, const char *text)
{
  return query(d, connection, text, NULL, NULL, 0);
}

static int open_db(const struct duckdb *d, const char *path, handle *database,
                   handle *connection)
{
  *database = *connection = NULL;
  if (d->lib.duckdb_open(path, database) ||
      d->lib.duckdb_connect(*database, connection)) {
    fprintf(stderr, "duckdb: cannot open %s\n", path ? path : "a database in memory");
    return -1;
  }
  return run(d, *connection, "SET threads=1");
}

static void close_db(const struct duckdb *d, handle *database, handle *connection)
{
  if (*connection) d->lib.duckdb_disconnect(connection);
  if (*database) d->lib.duckdb_close(database);
}

/* ---- J1: loading ---- */

#define TABLE                                                                          \
  "CREATE TABLE e(customer UINTEGER,ts BIGINT,kind UTINYINT,channel UTINYINT,"         \
  "amount BIGINT,value FLOAT)"
enum { COLUMNS = 6 };
static const int types[COLUMNS] = {TYPE_UINTEGER, TYPE_BIGINT, TYPE_UTINYINT,
                                   TYPE_UTINYINT, TYPE_BIGINT, TYPE_FLOAT};

struct columns {
  uint32_t *customer;
  int64_t *ts;
  uint8_t *kind, *channel;
  int64_t *amount;
  float *value;
  uint64_t *has_amount, *has_value; /* bits */
};

static void find_columns(const struct library *lib, handle chunk, struct columns *c)
{
  void *data[COLUMNS];
  handle amount = lib->duckdb_data_chunk_get_vector(chunk, 4);
  handle value = lib->duckdb_data_chunk_get_vector(chunk, 5);
  for (int i = 0; i < COLUMNS; i++)
    data[i] = lib->duckdb_vector_get_data(
        lib->duckdb_data_chunk_get_vector(chunk, (uint64_t)i));
  lib->duckdb_vector_ensure_validity_writable(amount);
  lib->duckdb_vector_ensure_validity_writable(value);
  *c = (struct columns){data[0],
                        data[1],
                        data[2],
                        data[3],
                        data[4],
                        data[5],
                        lib->duckdb_vector_get_validity(amount),
                        lib->duckdb_vector_get_validity(value)};
}

static void fill_columns(const struct columns *c, const struct feed_event *e, size_t n)
{
  memset(c->has_amount, 0, (n + 63) / 64 * 8);
  memset(c->has_value, 0, (n + 63) / 64 * 8);
  for (size_t i = 0; i < n; i++) {
    c->customer[i] = (uint32_t)e[i].customer;
    c->ts[i] = e[i].ts;
    c->kind[i] = (uint8_t)e[i].kind;
    c->channel[i] = e[i].channel;
    c->amount[i] = e[i].amount;
    c->value[i] = e[i].value;
    c->has_amount[i / 64] |= (uint64_t)(e[i].amount != 0) << i % 64;
    c->has_value[i / 64] |= (uint64_t)(e[i].value != 0) << i % 64;
  }
}

/* Whole columns at a time, as wide as the library's vectors. */
static int append_chunks(const struct duckdb *d, handle connection)
{
  const struct library *lib = &d->lib;
  handle appender, logical[COLUMNS];
  if (lib->duckdb_appender_create(connection, NULL, "e", &appender)) return -1;
  for (int i = 0; i < COLUMNS; i++)
    logical[i] = lib->duckdb_create_logical_type(types[i]);
  handle chunk = lib->duckdb_create_data_chunk(logical, COLUMNS);
  size_t width = (size_t)lib->duckdb_vector_size(), n;
  int failed = 0;
  for (size_t i = 0; !failed && i < d->feed->count; i += n) {
    struct columns columns;
    n = d->feed->count - i < width ? d->feed->count - i : width;
    lib->duckdb_data_chunk_reset(chunk);
    find_columns(lib, chunk, &columns);
    fill_columns(&columns, d->feed->events + i, n);
    lib->duckdb_data_chunk_set_size(chunk, n);
    failed = lib->duckdb_append_data_chunk(appender, chunk);
  }
  failed = lib->duckdb_appender_destroy(&appender) || failed; /* flushes */
  lib->duckdb_destroy_data_chunk(&chunk);
  for (int i = 0; i < COLUMNS; i++) lib->duckdb_destroy_logical_type(&logical[i]);
  return failed ? -1 : 0;
}

static int append_rows(const struct duckdb *d, handle connection)
{
  const struct library *lib = &d->lib;
  handle a;
  int failed = lib->duckdb_appender_create(connection, NULL, "e", &a);
  if (failed) return -1;
  for (size_t i = 0; !failed && i < d->feed->count; i++) {
    const struct feed_event *e = &d->feed->events[i];
    lib->duckdb_append_uint32(a, (uint32_t)e->customer);
    lib->duckdb_append_int64(a, e->ts);
    lib->duckdb_append_uint8(a, (uint8_t)e->kind);
    lib->duckdb_append_uint8(a, e->channel);
    if (e->amount)
      lib->duckdb_append_int64(a, e->amount);
    else
      lib->duckdb_append_null(a);
    if (e->value != 0)
      lib->duckdb_append_float(a, e->value);
    else
      lib->duckdb_append_null(a);
    failed = lib->duckdb_appender_end_row(a);
  }
  return lib->duckdb_appender_destroy(&a) || failed ? -1 : 0;
}

static int read_csv(const struct duckdb *d, handle connection)
{
  struct sql sql = {0};
  sql_add(&sql,
          "CREATE TABLE e AS SELECT * FROM read_csv('%s',header=true,auto_detect=false,"
          "columns={customer:'VARCHAR',ts:'TIMESTAMP',kind:'VARCHAR',"
          "channel:'VARCHAR',amount:'DECIMAL(18,2)',value:'FLOAT'})",
          d->feed->csv_path);
  int failed = run(d, connection, sql.text);
  free(sql.text);
  return failed;
}

static int load(const struct duckdb *d, handle connection, enum job job)
{
  if (job == JOB_LOAD_CSV) return read_csv(d, connection);
  if (run(d, connection, TABLE)) return -1;
  if (job == JOB_APPEND) return append_rows(d, connection);
  if (append_chunks(d, connection)) return -1;
  if (job != JOB_LOAD_GROUPED) return 0;
  return run(d, connection,
             "CREATE TABLE grouped AS SELECT * FROM e ORDER BY customer,ts;"
             "DROP TABLE e;ALTER TABLE grouped RENAME TO e");
}

static void load_answer(const int64_t *row, void *user)
{
  job_answer_load(user, row[0], row[1], row[2]);
}

static int load_job(const struct duckdb *d, enum job job, struct job_result *result)
{
  static const char sums[] = "SELECT count(*),count(DISTINCT customer),"
                             "(sum(amount)*%d)::BIGINT FROM e";
  char text[sizeof sums + 8];
  handle database, connection;
  if (job == JOB_LOAD_CSV && !d->feed->csv_path) return 0;
  snprintf(text, sizeof text, sums, job == JOB_LOAD_CSV ? 100 : 1);
  for (int i = 0; i < d->options->load_repeats; i++) {
    int failed = open_db(d, NULL, &database, &connection);
    struct stopwatch watch = stopwatch_start();
    failed = failed || load(d, connection, job);
    job_add(result, stopwatch_read(watch));
    if (!failed && i == 0) failed = query(d, connection, text, load_answer, result, 3);
    close_db(d, &database, &connection);
    if (failed) return -1;
  }
  if (job == JOB_LOAD_GROUPED)
    snprintf(result->note, sizeof result->note, "appended, then sorted into a table");
  if (job == JOB_APPEND)
    snprintf(result->note, sizeof result->note, "rows are visible once it is flushed");
  job_finish(result, d->feed->count);
  return 0;
}

static int make_ready(struct duckdb *d)
{
  if (d->loaded) return 0;
  if (open_db(d, NULL, &d->database, &d->connection) ||
      load(d, d->connection, JOB_LOAD_BINARY))
    return -1;
  d->loaded = 1;
  return 0;
}

/* ---- J2 .. J5: queries ---- */

static int repeat(struct duckdb *d, struct job_result *result, const struct sql *sql,
                  void (*row)(const int64_t *, void *), int columns, void *user,
                  size_t size)
{
  int failed = make_ready(d);
  for (int i = 0; !failed && i < d->options->repeats; i++) {
    memset(user, 0, size);
    struct stopwatch watch = stopwatch_start();
    failed = query(d, d->connection, sql->text, row, user, columns);
    job_add(result, stopwatch_read(watch));
  }
  free(sql->text);
  job_finish(result, d->feed->count);
  return failed;
}

static void two_numbers(const int64_t *row, void *user)
{
  memcpy(user, row, 2 * sizeof *row);
}

static void four_numbers(const int64_t *row, void *user)
{
  memcpy(user, row, 4 * sizeof *row);
}

/* Three groupings joined: one of all columns keeps a kilobyte for each customer, out
 * of the cache, and takes three times as long. */
static int features_job(struct duckdb *d, struct job_result *result)
{
  struct sql sql = {0};
  int64_t got[2] = {0};
  sql_add(&sql, "SELECT count(*),sum(");
  sql_hash(&sql);
  sql_add(&sql, ")::BIGINT FROM (SELECT counts.*,f62");
  for (int i = F_CENTS; i < F_COUNT; i++)
    sql_add(&sql, ",coalesce(f%d,0) AS f%d", i, i);
  sql_add(&sql, " FROM (SELECT customer,f60,f61,");
  sql_unpacked(&sql);
  sql_add(&sql,
          " FROM (SELECT customer,min(ts)-%" PRId64 " AS f60,max(ts)-%" PRId64
          " AS f61",
          FEED_START, FEED_START);
  for (int k = 0; k < FEED_KINDS; k++)
    sql_add(&sql, ",coalesce(sum(v) FILTER (WHERE kind=%d),0)::BIGINT AS k%d", k, k);
  sql_add(&sql, " FROM (SELECT customer,kind,ts,");
  sql_packed(&sql, "BIGINT");
  sql_add(&sql,
          " AS v FROM e) GROUP BY customer)) AS counts"
          " JOIN (SELECT customer,count(*) AS f62 FROM (SELECT DISTINCT customer,"
          "((ts-%" PRId64 ")//%" PRId64 ")::SMALLINT AS d FROM e) GROUP BY customer)"
          " USING (customer) LEFT JOIN (SELECT customer",
          FEED_START, FEED_DAY);
  for (int w = 0; w < F_WINDOWS; w++)
    sql_add(&sql,
            ",(sum(amount) FILTER (WHERE kind=6 AND ts>=%" PRId64 "))::BIGINT AS f%d",
            JOB_WINDOW(job_windows[w]), F_CENTS + w);
  sql_add(&sql,
          ",(sum(amount) FILTER (WHERE kind=6))::BIGINT AS f66"
          ",(sum(amount) FILTER (WHERE kind=7))::BIGINT AS f67"
          ",greatest(count(*) FILTER (WHERE kind=6)-1,0) AS f68"
          ",max(ts) FILTER (WHERE kind=6)-min(ts) FILTER (WHERE kind=6) AS f69"
          ",%" PRId64 "-min(ts) FILTER (WHERE kind=6) AS f70"
          " FROM e WHERE kind IN (6,7) GROUP BY customer) USING (customer))",
          JOB_AS_OF);
  int failed = repeat(d, result, &sql, two_numbers, 2, got, sizeof got);
  job_answer_features(result, got[0], got[1]);
  return failed;
}

static void count_stage(const int64_t *row, void *user)
{
  ((int64_t *)user)[row[0]] += row[1];
}

/* Those who neither buy nor tell are counted apart, so that the grouping stays small.
 */
static int census_job(struct duckdb *d, struct job_result *result)
{
  struct sql sql = {0};
  int64_t stages[JOB_STAGES] = {0};
  sql_add(&sql, "WITH s AS MATERIALIZED (SELECT s,count(*) AS n FROM (SELECT ");
  sql_stage(&sql);
  sql_add(&sql,
          " AS s FROM (SELECT min(ts) FILTER (WHERE kind=6) AS first,"
          "max(ts) FILTER (WHERE kind=6) AS last,"
          "count(*) FILTER (WHERE kind=6 AND ts>=%" PRId64 ") AS count,"
          "sum(amount) FILTER (WHERE kind=6 AND ts>=%" PRId64 ") AS cents,"
          "count(*) FILTER (WHERE kind<>6 AND ts>=%" PRId64 ") AS told"
          " FROM e WHERE kind IN (6,11,14) GROUP BY customer)) GROUP BY s)"
          " SELECT s,n FROM s UNION ALL SELECT 0,"
          "((SELECT count(DISTINCT customer) FROM e)-(SELECT sum(n) FROM s))::BIGINT",
          JOB_WINDOW(365), JOB_WINDOW(365), JOB_WINDOW(365));
  int failed = repeat(d, result, &sql, count_stage, 2, stages, sizeof stages);
  job_answer_census(result, stages);
  return failed;
}

static int cohorts_job(struct duckdb *d, struct job_result *result)
{
  struct sql sql = {0};
  int64_t got[2] = {0};
  sql_add(&sql,
          "WITH p AS MATERIALIZED (SELECT DISTINCT customer,"
          "((ts-%" PRId64 ")//%" PRId64 ")::UTINYINT AS w FROM e WHERE kind=6)"
          " SELECT count(*),sum(n*(128*c+w-c+1))::BIGINT FROM (SELECT c::INT AS c,"
          "w::INT AS w,count(*) AS n FROM p JOIN (SELECT customer,min(w) AS c FROM p"
          " GROUP BY customer) USING (customer) GROUP BY c,w)",
          FEED_START, JOB_WEEK);
  int failed = repeat(d, result, &sql, two_numbers, 2, got, sizeof got);
  job_answer_cohorts(result, got[0], got[1]);
  return failed;
}

static void count_active(const int64_t *row, void *user)
{
  job_count_active(user, row[0], row[1], row[2]);
}

static int actives_job(struct duckdb *d, struct job_result *result)
{
  struct sql sql = {0};
  struct job_actives actives;
  memset(&actives, 0, sizeof actives);
  sql_add(
      &sql,
      "SELECT d,least(coalesce(next-d,30),30) AS gap,count(*) FROM (SELECT d,"
      "lead(d) OVER (PARTITION BY customer ORDER BY d) AS next FROM (SELECT DISTINCT "
      "customer,((ts-%" PRId64 ")//%" PRId64 ")::SMALLINT AS d FROM e)) GROUP BY 1,2",
      FEED_START, FEED_DAY);
  int failed = repeat(d, result, &sql, count_active, 3, &actives, sizeof actives);
  job_answer_actives(result, &actives);
  return failed;
}

/* One as-of join a step, to the latest start of a chain; three windows over one order
 * take three times as long. */
static int funnel_job(struct duckdb *d, struct job_result *result)
{
  static const struct {
    const char *name, *before;
    int kind;
  } steps[] = {
      {"c", "v", FEED_CART}, {"k", "c", FEED_CHECKOUT}, {"p", "k", FEED_PURCHASE}};
  struct sql sql = {0};
  int64_t reached[4] = {0};
  sql_add(&sql, "WITH v AS (SELECT customer,ts,ts AS s FROM e WHERE kind=%d)",
          FEED_VIEW);
  for (int i = 0; i < 3; i++)
    sql_add(&sql,
            ",%s AS MATERIALIZED (SELECT x.customer,x.ts,y.s FROM (SELECT customer,ts"
            " FROM e WHERE kind=%d) x ASOF JOIN %s y ON x.customer=y.customer"
            " AND x.ts>=y.ts WHERE x.ts-y.s<=%" PRId64 ")",
            steps[i].name, steps[i].kind, steps[i].before, JOB_FUNNEL_WITHIN);
  sql_add(&sql, " SELECT (SELECT count(DISTINCT customer) FROM v)");
  for (int i = 0; i < 3; i++)
    sql_add(&sql, ",(SELECT count(DISTINCT customer) FROM %s)", steps[i].name);
  int failed = repeat(d, result, &sql, four_numbers, 4, reached, sizeof reached);
  job_answer_funnel(result, reached);
  return failed;
}

/* ---- J7 ---- */

static int64_t size_and_remove(const char *path)
{
  struct stat about;
  int64_t size = stat(path, &about) ? -1 : (int64_t)about.st_size;
  remove(path);
  return size;
}

/* The table of the CSV file, text ids and all, as a database and as Parquet. */
static int bytes_job(const struct duckdb *d, struct job_result *result)
{
  struct sql db = {0}, parquet = {0}, copy = {0};
  handle database, connection;
  if (!d->feed->csv_path) return 0;
  sql_add(&db, "%s/bytes.duckdb", d->options->scratch);
  sql_add(&parquet, "%s/bytes.parquet", d->options->scratch);
  sql_add(&copy,
          "COPY (SELECT * FROM e ORDER BY customer,ts) TO '%s' (FORMAT parquet,"
          "COMPRESSION zstd)",
          parquet.text);
  remove(db.text);
  struct stopwatch watch = stopwatch_start();
  int failed = open_db(d, db.text, &database, &connection) || read_csv(d, connection) ||
               run(d, connection, "CHECKPOINT");
  job_add(result, stopwatch_read(watch));
  job_finish(result, d->feed->count);
  int no_parquet = failed || run(d, connection, copy.text);
  close_db(d, &database, &connection);
  int64_t size = size_and_remove(db.text), packed = size_and_remove(parquet.text);
  if (!failed) job_answer_bytes(result, size, d->feed->count);
  if (!no_parquet)
    snprintf(result->note, sizeof result->note,
             "text ids; Parquet, zstd, sorted by customer: %.2f an event",
             (double)packed / (double)d->feed->count);
  free(db.text);
  free(parquet.text);
  free(copy.text);
  return failed || size < 0 ? -1 : 0;
}

/* ---- the engine ---- */

static void *duckdb_engine_open(const struct feed *feed,
                                const struct job_options *options)
{
  const char *path = options->duckdb_path ? options->duckdb_path : getenv("DUCKDB_LIB");
  if (!path) {
    fputs("duckdb: skipped, DUCKDB_LIB does not name libduckdb.so\n", stderr);
    return NULL;
  }
  struct duckdb *d = calloc(1, sizeof *d);
  if (!d) return NULL;
  d->feed = feed;
  d->options = options;
  if (open_library(&d->lib, path) == 0 && feed->greatest <= UINT32_MAX) return d;
  free(d);
  return NULL;
}

/* The library stays open: threads of its own may still be about to end. */
static void duckdb_engine_close(void *self)
{
  struct duckdb *d = self;
  close_db(d, &d->database, &d->connection);
  free(d);
}

static void duckdb_engine_run(void *self, enum job job, struct job_result *result)
{
  struct duckdb *d = self;
  int failed = 0;
  switch (job) {
  case JOB_LOAD_CSV:
  case JOB_LOAD_BINARY:
  case JOB_LOAD_GROUPED:
  case JOB_APPEND: failed = load_job(d, job, result); break;
  case JOB_FEATURES: failed = features_job(d, result); break;
  case JOB_CENSUS: failed = census_job(d, result); break;
  case JOB_COHORTS: failed = cohorts_job(d, result); break;
  case JOB_ACTIVES: failed = actives_job(d, result); break;
  case JOB_FUNNEL: failed = funnel_job(d, result); break;
  case JOB_BYTES: failed = bytes_job(d, result); break;
  default: break; /* no engine for one event at a time */
  }
  if (failed) result->ran = -1;
}

const struct engine engine_duckdb = {"duckdb", duckdb_engine_open, duckdb_engine_run,
                                     duckdb_engine_close};
