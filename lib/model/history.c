/* SPDX-License-Identifier: MIT */
/*
 * history.c - the course of a customer's stages: since when, how high, which lap, every
 * change and its cause.
 *
 * A sweep (sweep.h) visits every instant at which a measure may change; beside these
 * the first event and each referral are visited, which standings are about. A stage is
 * worked out after each phase of an instant, so that the phase which changed it last is
 * the cause; what counts is the stage after all of them.
 */
#include "model/assessor.h"
#include "model/host.h"

#include "core/customer.h"
#include "core/memory.h"
#include "core/sort.h"

/* ---- what is kept ---- */

struct change {
  int64_t time;
  uint32_t event; /* its place in the timeline, then its index; NO_EVENT: none */
  uint8_t from, to, cause;
};

#define NO_EVENT UINT32_MAX

struct eng_history {
  eng_allocator memory;
  int64_t begins, ends; /* covers begins <= t <= ends */
  int32_t first_stage;
  eng_standing standing;
  struct change *changes;
  size_t change_count, change_room;
  eng_event *events;
  size_t event_count, event_room;
};

void eng_history_free(eng_history *history)
{
  eng_allocator memory;

  if (history == NULL) return;
  memory = history->memory;
  for (size_t i = 0; i < history->event_count; i++) {
    struct eng__event *event = &history->events[i].fields;

    eng__free(&memory, (void *)(uintptr_t)event->extension, event->extension_size);
  }
  eng__free(&memory, history->events, history->event_room * sizeof *history->events);
  eng__free(&memory, history->changes, history->change_room * sizeof *history->changes);
  eng__free(&memory, history, sizeof *history);
}

/* ---- the course ---- */

/* The stages of the models that are swept, on their way. */
struct course {
  eng_assessor *assessor;
  uint64_t members;
  int64_t first;      /* of the events; ENG_TIME_NONE: there is none */
  bool any_lap;       /* referrals are asked for */
  size_t referred;    /* referrals that were passed */
  uint64_t touched;   /* models looked at in this instant */
  uint64_t lapped;    /* models whose present spell has been counted */
  int32_t stages[64]; /* after the last phase; standings say before this instant */
  struct eng__cause causes[64];
  eng_standing *standings;
  eng_history *history; /* of the one model, where changes are kept; or NULL */
  eng__change_fn tell;  /* of the one model, who is told of changes; or NULL */
  void *listener;
  eng_status status;
};

static bool swept(const struct course *c, int32_t m) { return c->members >> m & 1; }

static eng_status note_referral(eng_assessor *assessor, int64_t time)
{
  void *referrals = assessor->referrals;
  eng_status status =
      eng__grow(eng__memory(assessor->context), &referrals, &assessor->referral_room,
                assessor->referral_count + 1, sizeof *assessor->referrals);

  assessor->referrals = referrals;
  if (status == ENG_OK) assessor->referrals[assessor->referral_count++] = time;
  return status;
}

static eng_status gather(void *user, const struct eng__version *version)
{
  struct course *c = user;
  eng_assessor *assessor = c->assessor;
  const struct eng__seen *seen = version->seen;
  unsigned end = assessor->kind_start[seen->kind + 1];
  eng_status status = ENG_OK;

  if (c->first == ENG_TIME_NONE) c->first = seen->event.occurred_at;
  if (c->any_lap && seen->kind == ENG_EVENT_REFER) {
    status = note_referral(assessor, seen->event.occurred_at);
  }
  for (unsigned i = assessor->kind_start[seen->kind]; i < end && status == ENG_OK;
       i++) {
    unsigned which = assessor->kind_meters[i];

    if (!assessor->sweep.lanes[which].used) continue;
    status = eng__sweep_take(assessor, which, version);
  }
  return status;
}

static void look(void *user, uint64_t members, int64_t now)
{
  struct course *c = user;
  const eng_assessor *assessor = c->assessor;

  for (int32_t m = 0; m < assessor->count; m++) {
    int32_t stage;

    if (!(members >> m & 1)) continue;
    stage = eng__stage_now(assessor, &assessor->members[m], now);
    if (stage != c->stages[m]) c->causes[m] = assessor->sweep.causes[m];
    c->stages[m] = stage;
  }
  c->touched |= members;
}

static void keep_change(struct course *c, int32_t m, int64_t now)
{
  eng_history *history = c->history;
  const struct eng__cause *cause = &c->causes[m];
  void *changes = history->changes;
  struct change *change;

  if (c->status == ENG_OK) {
    c->status = eng__grow(&history->memory, &changes, &history->change_room,
                          history->change_count + 1, sizeof *change);
    history->changes = changes;
  }
  if (c->status != ENG_OK) return;
  change = &history->changes[history->change_count++];
  change->time = now;
  change->event = cause->what == ENG_CAUSE_TIME ? NO_EVENT : cause->place;
  change->from = (uint8_t)c->standings[m].stage;
  change->to = (uint8_t)c->stages[m];
  change->cause = (uint8_t)cause->what;
}

/* What came of an instant for the models that were looked at. */
static void note_changes(struct course *c, int64_t now)
{
  for (int32_t m = 0; m < c->assessor->count; m++) {
    eng_standing *standing = &c->standings[m];

    if (!(c->touched >> m & 1) || c->stages[m] == standing->stage) continue;
    if (c->history != NULL) keep_change(c, m, now);
    if (c->tell != NULL) c->tell(c->listener, now, standing->stage, c->stages[m]);
    standing->stage = c->stages[m];
    standing->since = now;
    standing->changes += standing->changes < INT32_MAX;
    c->lapped &= ~(UINT64_C(1) << m);
    if (standing->stage > standing->highest) {
      standing->highest = standing->stage;
      standing->highest_at = now;
    }
  }
  c->touched = 0;
}

/* From the first event on there is something to stand for. */
static void note_first(struct course *c, int64_t now)
{
  for (int32_t m = 0; m < c->assessor->count; m++) {
    eng_standing *standing = &c->standings[m];

    if (!swept(c, m)) continue;
    standing->since = standing->highest_at = now;
    standing->highest = standing->stage;
  }
}

/* A spell at the lap's stage counts once, however many referrals it has. */
static void note_laps(struct course *c)
{
  for (int32_t m = 0; m < c->assessor->count; m++) {
    uint64_t member = UINT64_C(1) << m;
    int32_t lap = c->assessor->members[m].model->lap;

    if (lap == 0 || !swept(c, m) || c->standings[m].stage != lap) continue;
    if (!(c->lapped & member)) c->standings[m].lap++;
    c->lapped |= member;
  }
}

static void begin(struct course *c, int64_t now)
{
  for (int32_t m = 0; m < c->assessor->count; m++) {
    eng_standing *standing = &c->standings[m];

    if (!swept(c, m)) continue;
    c->stages[m] = eng__stage_now(c->assessor, &c->assessor->members[m], now);
    memset(standing, 0, sizeof *standing);
    standing->stage = standing->highest = c->stages[m];
    standing->since = standing->highest_at = ENG_TIME_NONE;
    standing->lap = 1;
    if (c->history != NULL) c->history->first_stage = c->stages[m];
    if (c->tell != NULL) c->tell(c->listener, c->first, -1, c->stages[m]);
  }
}

static int64_t next_referral(const struct course *c)
{
  return c->referred < c->assessor->referral_count ? c->assessor->referrals[c->referred]
                                                   : ENG__TIME_NEVER;
}

static void run(struct course *c, int64_t until)
{
  int64_t first = c->first == ENG_TIME_NONE ? ENG__TIME_NEVER : c->first;

  while (c->status == ENG_OK) {
    int64_t now = eng__sweep_next(c->assessor), referral = next_referral(c);

    if (referral < now) now = referral;
    if (first < now) now = first;
    if (now > until) return;
    eng__sweep_visit(c->assessor, now, look, c);
    note_changes(c, now);
    if (now == first) {
      note_first(c, now);
      first = ENG__TIME_NEVER;
    }
    while (next_referral(c) == now) {
      note_laps(c);
      c->referred++;
    }
  }
}

/* From before the first event up to an instant. */
static eng_status run_all(struct course *c, const struct eng__timeline *timeline,
                          const struct eng__shapes *shapes, int64_t until)
{
  eng_assessor *assessor = c->assessor;
  struct eng__pen pen = {assessor->context, eng__memory(assessor->context),
                         (struct eng__shapes *)(uintptr_t)shapes};
  bool listed = eng__timeline_summary(timeline)->flags & ENG__SUMMARY_REFERS;
  eng_status status;

  if (eng__timeline_count(timeline) > ENG__PLACES_MAX) return ENG_E_LIMIT;
  for (int32_t m = 0; m < assessor->count; m++) {
    c->any_lap |= swept(c, m) && assessor->members[m].model->lap > 0;
  }
  assessor->referral_count = 0;
  /* Even a lane that reads nothing leaves a tally, of nothing. */
  (void)eng__sweep_clear(assessor, c->members, true, listed);
  status = eng__see_versions(timeline, &pen, until, &assessor->undos, gather, c);
  if (status == ENG_OK) status = eng__sweep_begin(assessor, -1);
  if (status != ENG_OK) return status;
  begin(c, -1);
  run(c, until);
  return c->status;
}

/* From an instant on if nothing happens. */
static eng_status run_ahead(struct course *c, const struct eng__timeline *timeline,
                            const struct eng__shapes *shapes, int64_t since,
                            int64_t until)
{
  eng_assessor *assessor = c->assessor;
  eng_status status;

  eng__assess_prepare(assessor, since);
  assessor->referral_count = 0;
  status = eng__measure(assessor, timeline, shapes);
  if (status == ENG_OK) {
    status = eng__sweep_ahead(assessor, c->members, timeline, shapes);
  }
  if (status != ENG_OK) return status;
  begin(c, since);
  note_first(c, since);
  run(c, until);
  return c->status;
}

/* Callback models say where somebody stands, and nothing of the past. */
static eng_status ask_hosts(eng_assessor *assessor,
                            const struct eng__timeline *timeline,
                            const struct eng__shapes *shapes, int64_t as_of,
                            eng_standing *standings)
{
  int32_t stages[64];
  eng_status status;

  if (!assessor->any_host) return ENG_OK;
  eng__assess_prepare(assessor, as_of);
  status = eng__host_assess(assessor, timeline, shapes, stages);
  for (int32_t m = 0; m < assessor->count && status == ENG_OK; m++) {
    if (assessor->members[m].model->host == NULL) continue;
    standings[m].stage = standings[m].highest = stages[m];
    standings[m].since = standings[m].highest_at = ENG_TIME_UNKNOWN;
    standings[m].lap = 1;
  }
  return status;
}

eng_status eng__assess_standing(eng_assessor *assessor,
                                const struct eng__timeline *timeline,
                                const struct eng__shapes *shapes, int64_t as_of,
                                eng_standing *standings)
{
  struct course c;
  eng_status status;

  memset(standings, 0, (size_t)assessor->count * sizeof *standings);
  status = ask_hosts(assessor, timeline, shapes, as_of, standings);
  if (status == ENG_OK) {
    memset(&c, 0, sizeof c);
    c.assessor = assessor;
    c.members = eng__text_members(assessor);
    c.first = ENG_TIME_NONE;
    c.standings = standings;
    status = run_all(&c, timeline, shapes, as_of);
  }
  if (status != ENG_OK) {
    memset(standings, 0, (size_t)assessor->count * sizeof *standings);
  }
  return status;
}

/* ---- the events of changes ---- */

static int by_place(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return (x > y) - (x < y);
}

/* The places of all events that changes name, sorted, each once; NULL: no memory, or
 * none are named. */
static uint32_t *find_places(const eng_history *history, size_t *count)
{
  uint32_t *places = eng__new(&history->memory, history->change_count * sizeof *places);
  size_t n = 0, kept = 0;

  *count = 0;
  if (places == NULL) return NULL;
  for (size_t i = 0; i < history->change_count; i++) {
    if (history->changes[i].event != NO_EVENT) places[n++] = history->changes[i].event;
  }
  eng__sort(places, n, sizeof *places, by_place);
  for (size_t i = 0; i < n; i++) {
    if (kept == 0 || places[kept - 1] != places[i]) places[kept++] = places[i];
  }
  *count = kept;
  return places;
}

/* An event with its extension, on which its effective id depends, as its own. */
static eng_status keep_event(eng_history *history, const eng_context *context,
                             const struct eng__step *step)
{
  eng_event *event = &history->events[history->event_count];
  uint8_t *copy = NULL;

  event->context = context;
  eng__step_event(step, &event->fields);
  if (event->fields.extension_size > 0) {
    copy = eng__new(&history->memory, event->fields.extension_size);
    if (copy == NULL) return ENG_E_NOMEM;
    memcpy(copy, event->fields.extension, event->fields.extension_size);
  }
  event->fields.extension = copy;
  history->event_count++;
  return ENG_OK;
}

static eng_status keep_events(eng_history *history, const eng_context *context,
                              const struct eng__timeline *timeline,
                              const struct eng__shapes *shapes, const uint32_t *places,
                              size_t count)
{
  struct eng__walk walk;
  struct eng__step step;
  eng_status status = ENG_OK;

  history->events = eng__new(&history->memory, count * sizeof *history->events);
  if (history->events == NULL) return ENG_E_NOMEM;
  history->event_room = count;
  eng__walk_begin(timeline, shapes, &walk);
  for (uint32_t i = 0;
       status == ENG_OK && history->event_count < count && eng__walk_step(&walk, &step);
       i++) {
    if (i == places[history->event_count]) status = keep_event(history, context, &step);
  }
  return status;
}

static uint32_t index_of(const uint32_t *places, size_t count, uint32_t place)
{
  size_t low = 0, high = count;

  while (high - low > 1) {
    size_t mid = low + (high - low) / 2;

    if (places[mid] <= place) {
      low = mid;
    } else {
      high = mid;
    }
  }
  return (uint32_t)low;
}

/* Reads the events that changes name, which say places so far. */
static eng_status name_events(eng_history *history, const eng_context *context,
                              const struct eng__timeline *timeline,
                              const struct eng__shapes *shapes)
{
  size_t count, size = history->change_count * sizeof(uint32_t);
  uint32_t *places;
  eng_status status = ENG_OK;

  if (history->change_count == 0) return ENG_OK;
  places = find_places(history, &count);
  if (places == NULL) return ENG_E_NOMEM;
  if (count > 0) {
    status = keep_events(history, context, timeline, shapes, places, count);
  }
  for (size_t i = 0; status == ENG_OK && i < history->change_count; i++) {
    struct change *change = &history->changes[i];

    if (change->event != NO_EVENT) {
      change->event = index_of(places, count, change->event);
    }
  }
  eng__free(&history->memory, places, size);
  return status;
}

eng_status eng__assess_history(eng_assessor *assessor, int32_t model,
                               const struct eng__timeline *timeline,
                               const struct eng__shapes *shapes, int64_t since,
                               int64_t until, eng_history **out)
{
  const eng_allocator *memory = eng__memory(assessor->context);
  eng_history *history;
  eng_standing standings[64];
  struct course c;
  eng_status status;

  if (assessor->members[model].model->host != NULL) return ENG_E_UNSUPPORTED;
  history = eng__new_zeroed(memory, sizeof *history);
  if (history == NULL) return ENG_E_NOMEM;
  history->memory = *memory;
  history->begins = since == ENG_TIME_NONE ? 0 : since;
  history->ends = until;
  memset(&c, 0, sizeof c);
  c.assessor = assessor;
  c.members = UINT64_C(1) << model;
  c.first = ENG_TIME_NONE;
  c.standings = standings;
  c.history = history;
  status = since == ENG_TIME_NONE ? run_all(&c, timeline, shapes, until)
                                  : run_ahead(&c, timeline, shapes, since, until);
  if (status == ENG_OK) {
    history->standing = standings[model];
    status = name_events(history, assessor->context, timeline, shapes);
  }
  if (status != ENG_OK) {
    eng_history_free(history);
    return status;
  }
  *out = history;
  return ENG_OK;
}

eng_status eng__assess_changes(eng_assessor *assessor, int32_t model,
                               const struct eng__timeline *timeline,
                               const struct eng__shapes *shapes, int64_t until,
                               eng__change_fn tell, void *user)
{
  eng_standing standings[64];
  struct course c;

  if (assessor->members[model].model->host != NULL) return ENG_E_UNSUPPORTED;
  memset(&c, 0, sizeof c);
  c.assessor = assessor;
  c.members = UINT64_C(1) << model;
  c.first = ENG_TIME_NONE;
  c.standings = standings;
  c.tell = tell;
  c.listener = user;
  return run_all(&c, timeline, shapes, until);
}

/* ---- faces ---- */

static eng_status check(const eng_assessor *assessor, int32_t model,
                        const eng_customer *customer, int64_t from, int64_t to)
{
  if (assessor == NULL || customer == NULL) return ENG_E_INVALID;
  if (model < 0 || model >= assessor->count) return ENG_E_RANGE;
  if (customer->home.pen.context != assessor->context) return ENG_E_CONTEXT;
  return from < 0 || to < from || to > ENG_TIME_MAX ? ENG_E_TIME : ENG_OK;
}

eng_status eng_assessor_standing(eng_assessor *assessor, const eng_customer *customer,
                                 int64_t as_of, eng_standing *standings)
{
  eng_status status;

  if (assessor == NULL || standings == NULL) return ENG_E_INVALID;
  memset(standings, 0, (size_t)assessor->count * sizeof *standings);
  status = check(assessor, 0, customer, as_of, as_of);
  if (status != ENG_OK) return status;
  eng__assess_name(assessor, customer->id, customer->id_length);
  status = eng__assess_standing(assessor, &customer->timeline, &customer->shapes, as_of,
                                standings);
  eng__assess_name(assessor, NULL, 0);
  return status;
}

eng_status eng_assessor_history(eng_assessor *assessor, int32_t model,
                                const eng_customer *customer, int64_t as_of,
                                eng_history **out)
{
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  status = check(assessor, model, customer, as_of, as_of);
  if (status != ENG_OK) return status;
  return eng__assess_history(assessor, model, &customer->timeline, &customer->shapes,
                             ENG_TIME_NONE, as_of, out);
}

eng_status eng_assessor_outlook(eng_assessor *assessor, int32_t model,
                                const eng_customer *customer, int64_t as_of,
                                int64_t until, eng_history **out)
{
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  status = check(assessor, model, customer, as_of, until);
  if (status != ENG_OK) return status;
  return eng__assess_history(assessor, model, &customer->timeline, &customer->shapes,
                             as_of, until, out);
}

static const struct change *change_of(const eng_history *history, uint64_t change)
{
  return change < history->change_count ? &history->changes[change] : NULL;
}

int32_t eng_history_first_stage(const eng_history *history)
{
  return history->first_stage;
}

uint64_t eng_history_change_count(const eng_history *history)
{
  return history->change_count;
}

int64_t eng_history_time(const eng_history *history, uint64_t change)
{
  const struct change *at = change_of(history, change);

  return at == NULL ? ENG_TIME_NONE : at->time;
}

int32_t eng_history_from(const eng_history *history, uint64_t change)
{
  const struct change *at = change_of(history, change);

  return at == NULL ? -1 : at->from;
}

int32_t eng_history_to(const eng_history *history, uint64_t change)
{
  const struct change *at = change_of(history, change);

  return at == NULL ? -1 : at->to;
}

int32_t eng_history_cause(const eng_history *history, uint64_t change)
{
  const struct change *at = change_of(history, change);

  return at == NULL ? 0 : at->cause;
}

const eng_event *eng_history_event(const eng_history *history, uint64_t change)
{
  const struct change *at = change_of(history, change);

  return at == NULL || at->event == NO_EVENT ? NULL : &history->events[at->event];
}

int32_t eng_history_stage_at(const eng_history *history, int64_t time)
{
  size_t low = 0, high = history->change_count;

  if (time < history->begins || time > history->ends) return -1;
  while (low < high) { /* changes up to the instant */
    size_t mid = low + (high - low) / 2;

    if (history->changes[mid].time <= time) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low == 0 ? history->first_stage : history->changes[low - 1].to;
}

eng_status eng_history_standing(const eng_history *history, eng_standing *out)
{
  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, sizeof *out);
  if (history == NULL) return ENG_E_INVALID;
  *out = history->standing;
  return ENG_OK;
}
