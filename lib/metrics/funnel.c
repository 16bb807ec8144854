/* SPDX-License-Identifier: MIT */
/*
 * funnel.c - how far customers get through steps in their order.
 *
 * For every step there is the attempt that got there and started last: whatever an
 * earlier one can still reach in time, that one can too. An event is tried on the last
 * step first, so that it serves one step of an attempt.
 *
 * Nobody gets further than the kinds in the timeline's summary allow, so a walk ends
 * there. Where only the level is wanted of steps that are kinds, no kind serves two of
 * them, and nothing breaks an attempt, walk_kinds finds it without a branch for an
 * event.
 */
#include <string.h>

#include "core/options.h"
#include "metrics/steps.h"
#include "metrics/visit.h"

enum { FEW_STEPS = 8 }; /* walk_kinds is for */

void eng_funnel_init(eng_funnel *funnel, uint32_t size)
{
  eng_funnel fresh = {0};

  fresh.within = fresh.until = ENG_TIME_MAX;
  eng__options_init(funnel, size, &fresh, sizeof fresh);
}

/* What is asked, worked out. */
struct plan {
  const eng_funnel *asked;
  uint32_t serves[256]; /* bit s: an event of that kind may be step s */
  bool breaks[256];     /* under strict order */
  bool detailed;        /* times or channels are wanted */
  struct eng__kinds first;
  struct eng__steps steps;
  uint32_t summaries[ENG_FUNNEL_STEPS]; /* bits of those who may have taken a step */
  bool simple;                          /* walk_kinds will do */
  uint8_t step_of[256]; /* then: the step of a kind, or step_count + 1 */
};

struct attempt {
  int64_t start; /* of step 0; ENG_TIME_NONE: nobody is there */
  int64_t times[ENG_FUNNEL_STEPS];
  uint8_t channel;
};

struct walker {
  struct attempt at[ENG_FUNNEL_STEPS]; /* [s]: has taken step s */
  struct attempt best;
  int level; /* steps that the best took */
  bool entered;
};

static void step_to(const struct plan *plan, struct walker *w, int s,
                    const struct eng__deed *deed)
{
  struct attempt *to = &w->at[s];

  /* A repeated later step is nothing to an attempt that took it: under strict order
   * such an attempt is no longer there. */
  if (s > 0 && to->start == w->at[s - 1].start) return;
  if (s == 0) {
    to->start = deed->time;
    to->channel = deed->channel;
  } else if (plan->detailed) {
    *to = w->at[s - 1];
  } else {
    to->start = w->at[s - 1].start;
  }
  to->times[s] = deed->time;
  if (s < w->level) return;
  w->level = s + 1;
  if (plan->detailed) w->best = *to;
}

static bool may_step(const struct plan *plan, const struct walker *w, int s,
                     const struct eng__deed *deed)
{
  if (s == 0) {
    return deed->time >= plan->asked->from && !(plan->asked->once && w->entered);
  }
  return w->at[s - 1].start != ENG_TIME_NONE &&
         deed->time - w->at[s - 1].start <= plan->asked->within;
}

/* `serves`: the steps that the event may be. */
static inline void take(const struct plan *plan, struct walker *w,
                        const struct eng__deed *deed, uint32_t serves)
{
  if (serves == 0 && !(plan->asked->strict && plan->breaks[deed->kind])) return;
  for (int s = plan->asked->step_count - 1; s >= 0; s--) {
    if ((serves >> s & 1) && may_step(plan, w, s, deed)) {
      step_to(plan, w, s, deed);
      w->entered = true;
    } else if (plan->asked->strict) {
      w->at[s].start = ENG_TIME_NONE;
    }
  }
}

/* How many steps a customer may have taken by the kinds of their events. */
static int reach_of(const struct plan *plan, const struct eng__visit *visit)
{
  int reach = 0;

  while (reach < plan->asked->step_count &&
         visit->slot->summary.kinds & plan->summaries[reach]) {
    reach++;
  }
  return reach;
}

/* Where steps have conditions. */
static void walk_asking(const struct plan *plan, struct eng__visit *visit,
                        struct walker *w, int reach)
{
  struct eng__deed deed;

  while (w->level < reach && eng__visit_deed(visit, &deed)) {
    uint32_t serves = plan->serves[deed.kind];

    if (serves & plan->steps.asks) serves = eng__steps_met(&plan->steps, serves, visit);
    take(plan, w, &deed, serves);
  }
}

static void walk(const struct plan *plan, struct eng__visit *visit, struct walker *w)
{
  struct eng__glance glance = eng__glance_begin(visit);
  struct eng__deed deed;
  int reach = reach_of(plan, visit);

  for (int s = 0; s < plan->asked->step_count; s++) w->at[s].start = ENG_TIME_NONE;
  w->level = 0;
  w->entered = false;
  if (plan->steps.asks != 0) {
    walk_asking(plan, visit, w, reach);
    return;
  }
  while (w->level < reach && eng__glance_deed(&glance, &deed)) {
    take(plan, w, &deed, plan->serves[deed.kind]);
  }
}

/* ---- the level alone ---- */

/* A start that is too long ago for any step. */
#define LONG_AGO (INT64_MIN / 2)

/* Sets the level. starts[s] is the start of the attempt that may take step s; step 0 is
 * taken by every event that may begin one, and the entry behind the last step is for
 * events that serve none. */
static void walk_kinds(const struct plan *plan, struct eng__visit *visit,
                       struct walker *w)
{
  struct eng__glance glance = eng__glance_begin(visit);
  int64_t starts[FEW_STEPS + 3];
  struct eng__deed deed;
  int reach = reach_of(plan, visit);

  for (int s = 0; s < FEW_STEPS + 3; s++) starts[s] = LONG_AGO;
  while (starts[reach] == LONG_AGO && eng__glance_deed(&glance, &deed)) {
    int s = plan->step_of[deed.kind];
    int64_t start, same;

    starts[0] = deed.time >= plan->asked->from ? deed.time : LONG_AGO;
    start = starts[s];
    same = -(int64_t)(deed.time - start > plan->asked->within);
    starts[s + 1] = (starts[s + 1] & same) | (start & ~same);
  }
  w->level = 0;
  while (w->level < reach && starts[w->level + 1] != LONG_AGO) w->level++;
}

/* ---- checking ---- */

static eng_status check(const eng_funnel *asked)
{
  if (asked->step_count < 1 || asked->step_count > ENG_FUNNEL_STEPS ||
      asked->within < 0 || asked->within > ENG_TIME_MAX || asked->strict < 0 ||
      asked->strict > 1 || asked->once < 0 || asked->once > 1) {
    return ENG_E_RANGE;
  }
  if (asked->from < 0 || asked->until < asked->from || asked->until > ENG_TIME_MAX) {
    return ENG_E_TIME;
  }
  return ENG_OK;
}

static eng_status prepare(struct plan *plan, const eng_context *context)
{
  for (int s = 0; s < plan->asked->step_count; s++) {
    struct eng__kinds kinds;
    eng_status status = eng__steps_add(&plan->steps, context, plan->asked, s, &kinds);

    if (status != ENG_OK) return status;
    if (s == 0) plan->first = kinds;
    plan->summaries[s] = kinds.summary;
    for (int kind = 0; kind < 256; kind++) {
      if (kinds.has[kind]) plan->serves[kind] |= 1u << s;
    }
  }
  for (int32_t kind = 1; kind < 256; kind++) {
    plan->breaks[kind] = eng_kind_direction(context, kind) == ENG_DIRECTION_CUSTOMER;
  }
  return ENG_OK;
}

/* Whether walk_kinds does for what is asked; readies it. */
static void simplify(struct plan *plan)
{
  const eng_funnel *asked = plan->asked;

  plan->simple = asked->step_count <= FEW_STEPS && !asked->strict && !asked->once &&
                 !plan->detailed && plan->steps.asks == 0;
  for (int kind = 0; kind < 256; kind++) {
    int s = 0;

    while (s < asked->step_count && !(plan->serves[kind] >> s & 1)) s++;
    plan->step_of[kind] = (uint8_t)(s < asked->step_count ? s : s + 1);
    if (plan->serves[kind] & (plan->serves[kind] - 1)) plan->simple = false;
  }
}

/* ---- the book ---- */

struct answers {
  uint64_t *reached;
  uint8_t *levels;
  int64_t *times;
  uint8_t *channels;
};

static void write_nobody(const struct answers *a, const eng_funnel *asked,
                         uint64_t rows)
{
  if (a->levels != NULL) memset(a->levels, 0, (size_t)rows);
  if (a->channels != NULL) memset(a->channels, 0, (size_t)rows);
  for (uint64_t i = 0; a->times != NULL && i < rows * (uint64_t)asked->step_count;
       i++) {
    a->times[i] = ENG_TIME_NONE;
  }
}

static void write_customer(const struct answers *a, const eng_funnel *asked,
                           const struct walker *w, uint64_t row)
{
  for (int s = 0; s < w->level; s++) a->reached[s]++;
  if (a->levels != NULL) a->levels[row] = (uint8_t)w->level;
  if (a->channels != NULL && w->level > 0) a->channels[row] = w->best.channel;
  for (int s = 0; a->times != NULL && s < w->level; s++) {
    a->times[row * (uint64_t)asked->step_count + (uint64_t)s] = w->best.times[s];
  }
}

eng_status eng_book_funnel(const eng_book *book, const eng_funnel *funnel,
                           uint64_t *reached, uint8_t *levels, int64_t *times,
                           uint8_t *channels, uint64_t rows, eng_progress_fn progress,
                           void *user)
{
  const struct answers answers = {reached, levels, times, channels};
  struct plan plan = {.detailed = times != NULL || channels != NULL};
  eng_funnel asked;
  struct eng__visit visit;
  struct walker walker = {0};
  eng_status status;

  if (book == NULL || funnel == NULL || reached == NULL) return ENG_E_INVALID;
  eng_funnel_init(&asked, sizeof asked);
  status = eng__options_take(funnel, &asked, sizeof asked);
  if (status == ENG_OK) status = check(&asked);
  if (status != ENG_OK) return status;
  plan.asked = &asked;
  memset(reached, 0, (size_t)asked.step_count * sizeof *reached);
  if ((levels != NULL || plan.detailed) && rows != book->rows) return ENG_E_BUFFER;
  status = prepare(&plan, book->home.pen.context);
  if (status != ENG_OK) return status;
  simplify(&plan);
  write_nobody(&answers, &asked, rows);
  eng__visit_begin(&visit, book, asked.until, &plan.first, progress, user);
  while (eng__visit_next(&visit)) {
    if (plan.simple) {
      walk_kinds(&plan, &visit, &walker);
    } else {
      walk(&plan, &visit, &walker);
    }
    write_customer(&answers, &asked, &walker, visit.row);
  }
  status = eng__visit_end(&visit);
  if (status != ENG_OK) {
    memset(reached, 0, (size_t)asked.step_count * sizeof *reached);
  }
  return status;
}
