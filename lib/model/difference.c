/* SPDX-License-Identifier: MIT */
/*
 * difference.c - what changed from one explanation of a score to another.
 *
 * The lines of both are sorted by (term, event) and joined, O(n log n). A line that one
 * of them lacks gives 0 there, so the differences add up to that of the scores.
 */
#include <engagement/score.h>

#include "core/event.h"
#include "core/memory.h"
#include "core/sort.h"
#include "model/assessor.h"

/* A line of either explanation, by what it is about. */
struct key {
  int32_t rank; /* of the term: those of `after` in their order, then other ones */
  int32_t line;
  uint64_t event; /* effective id */
  bool has_event;
  bool later; /* of `after` */
};

struct change {
  const char *term, *title;
  const eng_event *event;
  int64_t time; /* of the event; INT64_MAX: none */
  uint64_t id;
  int32_t rank, before, after, cause;
};

struct eng_score_difference {
  eng_allocator memory;
  int32_t total;
  struct change *changes;
  size_t count, room;
};

/* ---- keys ---- */

enum { NAMES = 2 * ENG__SCORE_TERMS_MAX };

/* The terms met so far. */
struct ranks {
  const char *names[NAMES];
  int32_t count;
};

static int32_t rank_of(struct ranks *ranks, const char *name)
{
  for (int32_t i = 0; i < ranks->count; i++) {
    if (strcmp(ranks->names[i], name) == 0) return i;
  }
  ranks->names[ranks->count] = name;
  return ranks->count++;
}

/* floor and ceiling stand behind all terms. */
static void add_keys(const eng_score_explanation *x, const eng_context *context,
                     bool later, struct ranks *ranks, struct key *keys)
{
  int32_t count = eng_score_explanation_line_count(x), rank = 0;
  const char *last = NULL;

  for (int32_t i = 0; i < count; i++) {
    const char *term = eng_score_explanation_term(x, i);
    const eng_event *event = eng_score_explanation_event(x, i);

    /* The lines of one term share its name. */
    if (eng_score_explanation_state(x, i) == ENG_POINTS_BOUND) {
      rank = eng_score_explanation_points(x, i) > 0 ? INT32_MAX - 1 : INT32_MAX;
    } else if (term != last) {
      rank = rank_of(ranks, term);
    }
    last = term;
    keys[i].rank = rank;
    keys[i].line = i;
    keys[i].later = later;
    keys[i].has_event = event != NULL;
    keys[i].event =
        event == NULL ? 0 : eng__event_effective_id(context, &event->fields);
  }
}

static int by_meaning(const void *a, const void *b)
{
  const struct key *x = a, *y = b;

  if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
  if (x->has_event != y->has_event) return x->has_event ? 1 : -1;
  if (x->event != y->event) return x->event < y->event ? -1 : 1;
  return (int)x->later - (int)y->later;
}

static bool same_meaning(const struct key *x, const struct key *y)
{
  return x->rank == y->rank && x->has_event == y->has_event && x->event == y->event;
}

/* ---- changes ---- */

static int32_t cause_of(const eng_score_explanation *before,
                        const eng_score_explanation *after, const struct key *was,
                        const struct key *is, const struct change *change)
{
  if (change->event != NULL && was != NULL && is != NULL)
    return ENG_SCORE_CAUSE_CHANGED;
  if (was == NULL || (change->event == NULL && change->before == 0)) {
    return ENG_SCORE_CAUSE_APPEARED;
  }
  if (is == NULL && change->event != NULL) {
    int64_t expires = eng_score_explanation_expires_at(before, was->line);

    return expires != ENG_TIME_NONE && expires <= eng_score_explanation_as_of(after)
               ? ENG_SCORE_CAUSE_EXPIRED
               : ENG_SCORE_CAUSE_GONE;
  }
  return change->after == 0 ? ENG_SCORE_CAUSE_GONE : ENG_SCORE_CAUSE_CHANGED;
}

/* Notes what a line gave before and gives now, if that differs; either may be NULL. */
static void add_change(eng_score_difference *difference,
                       const eng_score_explanation *before,
                       const eng_score_explanation *after, const struct key *was,
                       const struct key *is)
{
  const eng_score_explanation *x = is != NULL ? after : before;
  const struct key *key = is != NULL ? is : was;
  struct change change;

  memset(&change, 0, sizeof change);
  if (was != NULL) change.before = eng_score_explanation_points(before, was->line);
  if (is != NULL) change.after = eng_score_explanation_points(after, is->line);
  if (change.before == change.after) return;
  change.term = eng_score_explanation_term(x, key->line);
  change.title = eng_score_explanation_title(x, key->line);
  change.event = eng_score_explanation_event(x, key->line);
  change.time = change.event == NULL ? INT64_MAX : change.event->fields.occurred_at;
  change.id = key->event;
  change.rank = key->rank;
  change.cause = cause_of(before, after, was, is, &change);
  difference->changes[difference->count++] = change;
}

/* Terms in their order; of a term the newest event first. */
static int by_place(const void *a, const void *b)
{
  const struct change *x = a, *y = b;

  if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
  if (x->time != y->time) return x->time > y->time ? -1 : 1;
  return (x->id > y->id) - (x->id < y->id);
}

static void join(eng_score_difference *difference, const eng_score_explanation *before,
                 const eng_score_explanation *after, const struct key *keys,
                 size_t count)
{
  for (size_t i = 0; i < count; i++) {
    const struct key *key = &keys[i];

    if (!key->later && i + 1 < count && same_meaning(key, key + 1)) {
      add_change(difference, before, after, key, key + 1);
      i++;
    } else if (key->later) {
      add_change(difference, before, after, NULL, key);
    } else {
      add_change(difference, before, after, key, NULL);
    }
  }
  eng__sort(difference->changes, difference->count, sizeof *difference->changes,
            by_place);
}

static eng_status compare(const eng_score_explanation *before,
                          const eng_score_explanation *after,
                          const eng_context *context, eng_score_difference *difference)
{
  size_t was = (size_t)eng_score_explanation_line_count(before);
  size_t is = (size_t)eng_score_explanation_line_count(after);
  struct ranks ranks = {{NULL}, 0};
  struct key *keys = eng__new(&difference->memory, (was + is) * sizeof *keys);

  difference->changes =
      eng__new(&difference->memory, (was + is) * sizeof *difference->changes);
  if (difference->changes != NULL) difference->room = was + is;
  if (keys == NULL || difference->changes == NULL) {
    eng__free(&difference->memory, keys, (was + is) * sizeof *keys);
    return ENG_E_NOMEM;
  }
  add_keys(after, context, true, &ranks, keys);
  add_keys(before, context, false, &ranks, keys + is);
  eng__sort(keys, was + is, sizeof *keys, by_meaning);
  join(difference, before, after, keys, was + is);
  eng__free(&difference->memory, keys, (was + is) * sizeof *keys);
  difference->total =
      eng_score_explanation_score(after) - eng_score_explanation_score(before);
  return ENG_OK;
}

eng_status eng_score_compare(const eng_score_explanation *before,
                             const eng_score_explanation *after,
                             eng_score_difference **out)
{
  const eng_context *context;
  eng_score_difference *difference;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (before == NULL || after == NULL) return ENG_E_INVALID;
  context = eng__score_explanation_context(before);
  if (context != eng__score_explanation_context(after)) return ENG_E_CONTEXT;
  difference = eng__new_zeroed(eng__memory(context), sizeof *difference);
  if (difference == NULL) return ENG_E_NOMEM;
  difference->memory = *eng__memory(context);
  status = compare(before, after, context, difference);
  if (status != ENG_OK) {
    eng_score_difference_free(difference);
    return status;
  }
  *out = difference;
  return ENG_OK;
}

void eng_score_difference_free(eng_score_difference *difference)
{
  eng_allocator memory;

  if (difference == NULL) return;
  memory = difference->memory;
  eng__free(&memory, difference->changes,
            difference->room * sizeof *difference->changes);
  eng__free(&memory, difference, sizeof *difference);
}

/* ---- reading ---- */

int32_t eng_score_difference_total(const eng_score_difference *difference)
{
  return difference->total;
}

int32_t eng_score_difference_line_count(const eng_score_difference *difference)
{
  return (int32_t)difference->count;
}

static const struct change *change_at(const eng_score_difference *difference,
                                      int32_t line)
{
  if (line < 0 || (size_t)line >= difference->count) return NULL;
  return &difference->changes[line];
}

const char *eng_score_difference_term(const eng_score_difference *difference,
                                      int32_t line)
{
  const struct change *change = change_at(difference, line);

  return change == NULL ? NULL : change->term;
}

const char *eng_score_difference_title(const eng_score_difference *difference,
                                       int32_t line)
{
  const struct change *change = change_at(difference, line);

  return change == NULL ? NULL : change->title;
}

const eng_event *eng_score_difference_event(const eng_score_difference *difference,
                                            int32_t line)
{
  const struct change *change = change_at(difference, line);

  return change == NULL ? NULL : change->event;
}

int32_t eng_score_difference_before(const eng_score_difference *difference,
                                    int32_t line)
{
  const struct change *change = change_at(difference, line);

  return change == NULL ? 0 : change->before;
}

int32_t eng_score_difference_after(const eng_score_difference *difference, int32_t line)
{
  const struct change *change = change_at(difference, line);

  return change == NULL ? 0 : change->after;
}

int32_t eng_score_difference_cause(const eng_score_difference *difference, int32_t line)
{
  const struct change *change = change_at(difference, line);

  return change == NULL ? 0 : change->cause;
}
