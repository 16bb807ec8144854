/* SPDX-License-Identifier: MIT */
/*
 * follow.c - from one look at a customer to the next.
 *
 * Between two instants a stage changes where an event that is held occurs or where the
 * next change is, and nowhere else; so looking there finds every change. Where many
 * such instants lie ahead, a history finds them all in one go, for its work grows with
 * n log n and that of looking again and again with n times n. Histories know no
 * callback models: those are looked at again and again.
 */
#include "book/follow.h"

#include <engagement/census.h>

#include "model/assess.h"

enum { LOOKS_MAX = 16, MODELS_MAX = 64 };

/* What is seen of a row as of an instant. */
struct sight {
  struct eng__timeline timeline;
  int32_t stages[MODELS_MAX], next_stages[MODELS_MAX];
  int64_t next_times[MODELS_MAX];
  int64_t next; /* the first of them; ENG_TIME_NONE: none */
  bool unknown; /* some model does not say */
};

static size_t models_of(const struct eng__follow *follow)
{
  return (size_t)eng_assessor_model_count(follow->assessor);
}

/* ---- looking ---- */

static void find_next(const struct eng__follow *follow, int64_t as_of,
                      struct sight *sight)
{
  sight->next = ENG_TIME_NONE;
  sight->unknown = false;
  for (size_t m = 0; m < models_of(follow); m++) {
    int64_t time = sight->next_times[m];

    if (time == ENG_TIME_UNKNOWN) sight->unknown = true;
    if (time == ENG_TIME_NONE || time == ENG_TIME_UNKNOWN || time <= as_of) continue;
    if (sight->next == ENG_TIME_NONE || time < sight->next) sight->next = time;
  }
}

/* Whoever did nothing that any model asks for stays where they are. */
static bool is_idle(const struct eng__follow *follow, struct sight *sight)
{
  uint32_t kinds;
  const int32_t *idle = eng__assess_idle(follow->assessor, &kinds);

  if (idle == NULL || (eng__timeline_summary(&sight->timeline)->kinds & kinds) != 0) {
    return false;
  }
  for (size_t m = 0; m < models_of(follow); m++) {
    sight->stages[m] = idle[m];
    sight->next_times[m] = ENG_TIME_NONE;
  }
  return true;
}

static eng_status look(struct eng__follow *follow, uint32_t row, int64_t as_of,
                       struct sight *sight)
{
  eng_assessor *assessor = follow->assessor;
  eng_status status = ENG_OK;

  eng__assess_prepare(assessor, as_of);
  if (!is_idle(follow, sight)) {
    if (eng__assess_asks_host(assessor)) {
      size_t length;
      const char *id = eng__book_id(follow->book, row, &length);

      eng__assess_name(assessor, id, length);
    }
    status = eng__assess_next(assessor, &sight->timeline, &follow->book->shapes,
                              sight->stages, sight->next_times, sight->next_stages);
    eng__assess_name(assessor, NULL, 0);
  }
  if (status == ENG_OK) find_next(follow, as_of, sight);
  return status;
}

/* When the first event after an instant occurs. Mostly there is none. */
static int64_t event_after(const struct eng__follow *follow, const struct sight *sight,
                           int64_t time)
{
  const struct eng__timeline *timeline = &sight->timeline;
  struct eng__walk walk;
  struct eng__step step;

  if (eng__timeline_count(timeline) == 0 || eng__timeline_last(timeline) <= time) {
    return ENG_TIME_NONE;
  }
  eng__walk_begin(timeline, &follow->book->shapes, &walk);
  while (eng__walk_step(&walk, &step)) {
    if (step.time > time) return step.time;
  }
  return ENG_TIME_NONE;
}

/* The earlier one; ENG_TIME_NONE is later than all. */
static int64_t earlier(int64_t a, int64_t b)
{
  if (a == ENG_TIME_NONE) return b;
  return b == ENG_TIME_NONE || a < b ? a : b;
}

/* ---- changes ---- */

static eng_status add_move(struct eng__follow *follow, const struct eng__move *move)
{
  void *moves = follow->moves;
  eng_status status = eng__grow(follow->memory, &moves, &follow->room,
                                follow->count + 1, sizeof *follow->moves);

  follow->moves = moves;
  if (status == ENG_OK) follow->moves[follow->count++] = *move;
  return status;
}

eng_status eng__follow_out(struct eng__follow *follow, const char *id, size_t length,
                           size_t model, uint8_t from, int64_t time)
{
  struct eng__move move = {time,           id,   length, UINT32_MAX,
                           (uint8_t)model, from, 0,      ENG_BY_RECORD};

  return add_move(follow, &move);
}

static eng_status note(struct eng__follow *follow, uint32_t row, size_t model,
                       int64_t time, int32_t to, int cause, uint8_t *stages)
{
  struct eng__move move = {time,           NULL,          0,           row,
                           (uint8_t)model, stages[model], (uint8_t)to, (uint8_t)cause};

  if (stages[model] == to) return ENG_OK;
  move.id = eng__book_id(follow->book, row, &move.length);
  stages[model] = (uint8_t)to;
  return add_move(follow, &move);
}

/* Notes what differs between the stages before and those seen. */
static eng_status compare(struct eng__follow *follow, uint32_t row, int64_t time,
                          const struct sight *sight, int cause, uint8_t *stages)
{
  eng_status status = ENG_OK;

  for (size_t m = 0; m < models_of(follow) && status == ENG_OK; m++) {
    status = note(follow, row, m, time, sight->stages[m], cause, stages);
  }
  return status;
}

/* ---- many at once ---- */

/* Whether an event occurs at an instant; instants are asked for in order. */
static bool occurs_at(struct eng__walk *walk, struct eng__step *step, bool *more,
                      int64_t time)
{
  while (*more && step->time < time) *more = eng__walk_step(walk, step);
  return *more && step->time == time;
}

static eng_status follow_history(struct eng__follow *follow, uint32_t row,
                                 const struct sight *sight, size_t model, int64_t since,
                                 int64_t until, uint8_t *stages)
{
  eng_history *history;
  struct eng__walk walk;
  struct eng__step step;
  bool more;
  eng_status status =
      eng__assess_history(follow->assessor, (int32_t)model, &sight->timeline,
                          &follow->book->shapes, ENG_TIME_NONE, until, &history);
  uint64_t count;

  if (status != ENG_OK) return status;
  count = eng_history_change_count(history);
  eng__walk_begin(&sight->timeline, &follow->book->shapes, &walk);
  more = eng__walk_step(&walk, &step);
  for (uint64_t i = 0; i < count && status == ENG_OK; i++) {
    int64_t time = eng_history_time(history, i);
    bool event = occurs_at(&walk, &step, &more, time);

    if (time <= since) continue;
    status = note(follow, row, model, time, eng_history_to(history, i),
                  event ? ENG_BY_EVENT : ENG_BY_SILENCE, stages);
  }
  eng_history_free(history);
  return status;
}

static eng_status follow_histories(struct eng__follow *follow, uint32_t row,
                                   struct sight *sight, int64_t since, int64_t until,
                                   uint8_t *stages)
{
  eng_status status = ENG_OK;

  for (size_t m = 0; m < models_of(follow) && status == ENG_OK; m++) {
    status = follow_history(follow, row, sight, m, since, until, stages);
  }
  return status == ENG_OK ? look(follow, row, until, sight) : status;
}

/* ---- step by step ---- */

/* From `time`, as of which was looked, to `until`. */
static eng_status follow_steps(struct eng__follow *follow, uint32_t row,
                               struct sight *sight, int64_t time, int64_t until,
                               uint8_t *stages)
{
  bool host = eng__assess_asks_host(follow->assessor);
  eng_status status = ENG_OK;

  for (int looks = 0; status == ENG_OK; looks++) {
    int64_t event = event_after(follow, sight, time);
    int64_t next = earlier(sight->next, event);

    if (next == ENG_TIME_NONE || next > until) break;
    if (looks == LOOKS_MAX && !host) {
      return follow_histories(follow, row, sight, time, until, stages);
    }
    time = next;
    status = look(follow, row, time, sight);
    if (status != ENG_OK) return status;
    status = compare(follow, row, time, sight,
                     event == time ? ENG_BY_EVENT : ENG_BY_SILENCE, stages);
  }
  if (status != ENG_OK || !sight->unknown || time == until) return status;
  status = look(follow, row, until, sight);
  if (status != ENG_OK) return status;
  return compare(follow, row, until, sight, ENG_BY_SILENCE, stages);
}

eng_status eng__follow(struct eng__follow *follow, uint32_t row, bool changed,
                       int64_t since, int64_t until, uint8_t *stages, int64_t *due)
{
  struct sight sight;
  int64_t time = since;
  eng_status status = ENG_OK;

  eng__book_view(follow->book, row, &sight.timeline);
  if (changed) {
    bool now;

    status = look(follow, row, since, &sight);
    if (status != ENG_OK) return status;
    /* What occurred just when the census was taken, and was recorded afterwards. */
    now = since > 0 && event_after(follow, &sight, since - 1) == since;
    status =
        compare(follow, row, since, &sight, now ? ENG_BY_EVENT : ENG_BY_RECORD, stages);
  } else {
    /* Nothing happened, so that the next instant is known. */
    time = *due - 1;
    sight.next = *due;
    sight.unknown = false;
  }
  if (status == ENG_OK) {
    status = follow_steps(follow, row, &sight, time, until, stages);
  }
  if (status == ENG_OK) {
    *due = earlier(sight.next, event_after(follow, &sight, until));
  }
  return status;
}

eng_status eng__follow_begin(struct eng__follow *follow, uint32_t row, int64_t as_of,
                             uint8_t *stages, int64_t *due)
{
  struct sight sight;
  eng_status status;

  eng__book_view(follow->book, row, &sight.timeline);
  status = look(follow, row, as_of, &sight);
  if (status != ENG_OK) return status;
  for (size_t m = 0; m < models_of(follow); m++) stages[m] = (uint8_t)sight.stages[m];
  *due = earlier(sight.next, event_after(follow, &sight, as_of));
  return ENG_OK;
}
