/* SPDX-License-Identifier: MIT */
/*
 * jobs.c - the parts of a job that are the same for every engine: rules, sums of
 * timings, answers, and the lines that are printed.
 */
#define _POSIX_C_SOURCE 200809L
#include "jobs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[JOB_COUNT] = {
    "J1_csv",
    "J1_binary",
    "J1_grouped",
    "J1_stream",
    "J1_stream32",
    "J1_append",
    "J2_features",
    "J3_census",
    "J4_cohorts",
    "J4_actives",
    "J5_funnel",
    "J6_till",
    "J6_till_file",
    "J7_bytes",
    "J1_csv_keep",
    "J1_late_csv",
    "J1_late_grouped",
    "J1_late_stream",
    "J7_blobs",
    "J7_memory",
    "J7_memory_stream",
    "J7_bytes_ids",
    "J7_blobs_ids",
    "J7_memory_ids",
    "J7_memory_stream_ids",
    "J8_heavy",
    "J8_heavy_late",
    "J8_heavy_ids",
    "J8_heavy_late_ids",
    "J8_heavy_assess",
    "J3_five_levels",
    "J3_all_models",
    "J6_five_levels",
    "J6_all_models",
    "J6_explain",
    "J6_next_all",
    "J9_parse",
};
const int job_windows[F_WINDOWS] = {30, 90, 365};

const char *job_name(enum job job) { return names[job]; }

enum job job_named(const char *name)
{
  int job = 0;
  while (job < JOB_COUNT && strcmp(names[job], name)) job++;
  return (enum job)job;
}

int job_has_one_answer(enum job job) { return job != JOB_BYTES; }

/* Reported for each event, in microseconds. */
static int is_till(enum job job)
{
  return job == JOB_TILL || job == JOB_TILL_FILE ||
         (job >= JOB_HEAVY && job <= JOB_HEAVY_ASSESS) ||
         (job >= JOB_TILL_ONE && job <= JOB_PARSE);
}

/* ---- timings ---- */

static int by_size(const void *left, const void *right)
{
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

void job_add(struct job_result *result, struct stopwatch took)
{
  if (result->runs == JOB_RUNS) return;
  result->wall[result->runs] = took.wall;
  result->cpu[result->runs++] = took.cpu;
}

static void spread(struct job_result *result, double *sorted, size_t n)
{
  qsort(sorted, n, sizeof *sorted, by_size);
  result->median = sorted[n / 2];
  result->min = sorted[0];
  result->max = sorted[n - 1];
}

void job_finish(struct job_result *result, size_t events)
{
  double sorted[JOB_RUNS];
  if (!result->runs) return;
  memcpy(sorted, result->wall, sizeof sorted);
  spread(result, sorted, (size_t)result->runs);
  result->cpu_best = result->cpu[0];
  for (int i = 1; i < result->runs; i++)
    if (result->cpu[i] < result->cpu_best) result->cpu_best = result->cpu[i];
  result->events = events;
  result->ran = 1;
}

void job_finish_each(struct job_result *result, double *each, size_t n, double cpu)
{
  if (!n) return;
  spread(result, each, n);
  result->cpu_best = cpu / (double)n;
  result->events = 1;
  result->ran = 1;
}

void job_print(FILE *out, const struct job_result *r)
{
  int till = is_till(r->job);
  const char *unit = till ? "us" : "s";
  double scale = till ? 1e6 : 1, rate = (double)r->events / r->median / 1e6;
  if (!r->ran) return;
  if (r->ran < 0) {
    fprintf(out, "%s %s failed\n", r->engine, job_name(r->job));
    return;
  }
  fprintf(out, "%s %s t=1  ", r->engine, job_name(r->job));
  if (r->untimed) {
    fputs("untimed", out);
  } else {
    fprintf(out, "%.3f %s (min %.3f max %.3f) cpu %.3f %s  ", r->median * scale, unit,
            r->min * scale, r->max * scale, r->cpu_best * scale, unit);
    fprintf(out, rate >= 10 ? "%.0f Mev/s" : "%.3g Mev/s", rate);
  }
  fprintf(out, " | %s", r->answer);
  if (r->note[0]) fprintf(out, "  [%s]", r->note);
  fputc('\n', out);
  fflush(out);
}

/* ---- rules ---- */

int64_t job_hash(const int64_t features[F_COUNT])
{
  int64_t sum = 0;
  for (int i = 0; i < F_COUNT; i++) sum += (i + 1) * features[i];
  return sum % JOB_MODULUS;
}

int job_stage(const struct job_buying *b)
{
  if (!b->purchases) return 0;
  if (JOB_AS_OF - b->last > 365 * FEED_DAY) return 6;
  if (JOB_AS_OF - b->last > 90 * FEED_DAY) return 5;
  if (b->count >= 4) return b->cents >= 20000 && b->told ? 4 : 3;
  return b->first >= JOB_WINDOW(30) ? 1 : 2;
}

int job_stage_of(const int64_t f[F_COUNT], int64_t purchases)
{
  const int64_t *year = f + F_COUNTS + 2 * FEED_KINDS;
  struct job_buying b = {0};
  b.purchases = purchases;
  b.first = JOB_AS_OF - f[F_T];
  b.last = b.first + f[F_TX];
  b.count = year[FEED_PURCHASE];
  b.cents = f[F_CENTS + 2];
  b.told = year[FEED_REVIEW] + year[FEED_REFERRAL];
  return job_stage(&b);
}

static void add_span(int64_t *series, int64_t day, int64_t length, int64_t n)
{
  for (int64_t d = day; d < day + length && d < FEED_DAYS; d++) series[d] += n;
}

void job_count_active(struct job_actives *actives, int64_t day, int64_t gap, int64_t n)
{
  add_span(actives->daily, day, 1, n);
  add_span(actives->weekly, day, gap < 7 ? gap : 7, n);
  add_span(actives->monthly, day, gap < 30 ? gap : 30, n);
}

static uint64_t scramble(uint64_t x)
{
  x ^= x >> 31;
  x *= UINT64_C(0x7fb5d329728ea185);
  x ^= x >> 27;
  x *= UINT64_C(0x81dadef4bc2dd44d);
  return x ^ x >> 33;
}

struct feed_event job_till_event(const struct feed *feed, size_t i, size_t n)
{
  static const uint16_t turns[] = {FEED_PURCHASE, FEED_VIEW, FEED_REVIEW};
  struct feed_event e = {0};
  uint64_t draw = scramble((uint64_t)i + UINT64_C(0x9e3779b97f4a7c15));
  e.customer = feed->events[draw % feed->count].customer;
  e.ts = JOB_AS_OF - (int64_t)(n - 1 - i);
  e.kind = turns[i % 3];
  e.channel = 2;
  if (e.kind == FEED_PURCHASE) e.amount = (int64_t)(100 + draw % 9000);
  if (e.kind == FEED_REVIEW) e.value = 5;
  return e;
}

/* ---- answers ---- */

#define SAY(r, ...) snprintf((r)->answer, sizeof(r)->answer, __VA_ARGS__)

void job_answer_load(struct job_result *r, int64_t events, int64_t customers,
                     int64_t cents)
{
  SAY(r, "%" PRId64 " events, %" PRId64 " customers, %" PRId64 " cents", events,
      customers, cents);
}

void job_answer_features(struct job_result *r, int64_t customers, int64_t checksum)
{
  SAY(r, "%" PRId64 " customers, checksum %" PRId64, customers, checksum);
}

/* "0:12 1:3 ..." into `text`, stages that nobody is in left out */
static void list_stages(char *text, size_t size, const int64_t stages[JOB_STAGES])
{
  size_t used = 0;
  text[0] = '\0';
  for (int s = 0; s < JOB_STAGES && used < size; s++)
    if (stages[s])
      used += (size_t)snprintf(text + used, size - used, "%s%d:%" PRId64,
                               used ? " " : "", s, stages[s]);
}

void job_answer_census(struct job_result *r, const int64_t stages[JOB_STAGES])
{
  list_stages(r->answer, sizeof r->answer, stages);
}

void job_answer_cohorts(struct job_result *r, int64_t cells, int64_t checksum)
{
  SAY(r, "%" PRId64 " cohort-cells, checksum %" PRId64, cells, checksum);
}

void job_answer_actives(struct job_result *r, const struct job_actives *a)
{
  int64_t dau = 0, wau = 0, mau = 0, sum = 0;
  for (int d = 0; d < FEED_DAYS; d++) {
    dau += a->daily[d];
    wau += a->weekly[d];
    mau += a->monthly[d];
    sum += (d + 1) * (a->daily[d] + 2 * a->weekly[d] + 3 * a->monthly[d]);
  }
  SAY(r, "dau %" PRId64 " wau %" PRId64 " mau %" PRId64 ", checksum %" PRId64, dau, wau,
      mau, sum);
}

void job_answer_funnel(struct job_result *r, const int64_t reached[4])
{
  SAY(r, "view:%" PRId64 " cart:%" PRId64 " checkout:%" PRId64 " purchase:%" PRId64,
      reached[0], reached[1], reached[2], reached[3]);
}

void job_answer_till(struct job_result *r, const int64_t stages[JOB_STAGES],
                     int64_t checksum)
{
  char text[160];
  list_stages(text, sizeof text, stages);
  SAY(r, "%s, checksum %" PRId64, text, checksum);
}

void job_answer_bytes(struct job_result *r, int64_t bytes, size_t events)
{
  SAY(r, "%" PRId64 " bytes, %.2f an event", bytes, (double)bytes / (double)events);
}

/* ---- engines ---- */

void job_run_engine(const struct engine *engine, const struct feed *feed,
                    const struct job_options *options, const int wanted[JOB_COUNT],
                    struct job_result results[JOB_COUNT], FILE *out)
{
  memset(results, 0, JOB_COUNT * sizeof *results);
  for (int job = 0; job < JOB_COUNT; job++) {
    results[job].engine = engine->name;
    results[job].job = (enum job)job;
  }
  void *self = engine->open(feed, options);
  if (!self) return;
  for (int job = 0; job < JOB_COUNT; job++) {
    if (!wanted[job]) continue;
    engine->run(self, (enum job)job, &results[job]);
    job_print(out, &results[job]);
  }
  engine->close(self);
}

static const struct job_goal *goal_for(const struct job_goal *goals, size_t count,
                                       enum job job, const char *peer)
{
  for (size_t i = 0; i < count; i++)
    if (goals[i].job == job &&
        (goals[i].peer ? peer && !strcmp(goals[i].peer, peer) : !peer))
      return &goals[i];
  return NULL;
}

/* What ratios are made of: processor time; of single events the median, since one
 * that happens to wait outweighs thousands. */
static double cost(const struct job_result *r)
{
  return is_till(r->job) ? r->median : r->cpu_best;
}

/* `r` is the peer's, `mine` the one that it is compared with. */
static void print_ratio(FILE *out, const struct job_result (*results)[JOB_COUNT],
                        int engine, const struct job_result *mine,
                        const struct job_goal *goal)
{
  const struct job_result *r = &results[engine][mine->job];
  double ratio = cost(r) / cost(mine);
  fprintf(out, "  %s %.2fx", r->engine, ratio);
  if (goal && goal->other) {
    r = &results[engine][goal->other];
    if (r->ran <= 0) return;
    ratio = cost(r) / cost(mine);
    fprintf(out, ", its %s %.2fx", job_name(r->job), ratio);
  }
  if (goal)
    fprintf(out, " (goal %gx, half %gx: %s)", goal->goal, goal->half,
            ratio >= goal->goal   ? "reached"
            : ratio >= goal->half ? "half"
                                  : "MISSED");
}

/* One job: 1 if the answers differ. */
static int compare_job(const struct job_result (*results)[JOB_COUNT], int engines,
                       enum job job, const struct job_goal *goals, size_t goal_count,
                       FILE *out)
{
  const struct job_result *first = NULL, *timed = NULL;
  int equal = 1, others = 0;
  for (int e = 0; e < engines; e++) {
    const struct job_result *r = &results[e][job];
    if (r->ran <= 0) continue;
    others += first != NULL;
    if (!first) first = r;
    equal = equal && strcmp(r->answer, first->answer) == 0;
  }
  if (!others) return 0;
  fprintf(out, "ratio %s", job_name(job));
  for (int e = 0; e < engines; e++) {
    const struct job_result *r = &results[e][job];
    if (r->ran <= 0 || r->untimed) continue;
    if (!timed) timed = r;
    /* Goals are of the first engine, whoever that is here. */
    const struct job_goal *goal =
        timed == &results[0][job] ? goal_for(goals, goal_count, job, r->engine) : NULL;
    print_ratio(out, results, e, timed, goal);
  }
  int judged = job_has_one_answer(job);
  fprintf(out, " | %s\n", !judged ? "not compared" : equal ? "equal" : "DIFFERENT");
  return judged && !equal;
}

int job_compare(const struct job_result (*results)[JOB_COUNT], int engines,
                const struct job_goal *goals, size_t goal_count, FILE *out)
{
  int different = 0;
  for (int job = 0; job < JOB_COUNT; job++)
    different += compare_job(results, engines, (enum job)job, goals, goal_count, out);
  return different;
}

int job_judge(const struct job_result results[JOB_COUNT], const struct job_goal *goals,
              size_t goal_count, FILE *out)
{
  int wrong = 0;
  for (int job = 0; job < JOB_COUNT; job++) {
    const struct job_result *r = &results[job];
    const struct job_goal *goal = goal_for(goals, goal_count, (enum job)job, NULL);
    wrong += r->ran < 0 || r->wrong;
    if (r->ran <= 0 || !goal) continue;
    fprintf(out, "goal %s %.2f (goal <= %g, half <= %g: %s)\n", job_name(r->job),
            r->figure, goal->goal, goal->half,
            r->figure <= goal->goal   ? "reached"
            : r->figure <= goal->half ? "half"
                                      : "MISSED");
  }
  return wrong;
}
