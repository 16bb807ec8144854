/* SPDX-License-Identifier: MIT */
/*
 * census.c - the stages of a book, moved on from instant to instant.
 *
 * An advance finds first and changes afterwards: what became of each row and every
 * change of stage are gathered, then reported, then taken over, and only finding and
 * reporting may fail. A row is changed anew while changes are reported if the host
 * records meanwhile; so the bits of the rows that were looked at are cleared before,
 * and set again should reporting fail.
 */
#include <engagement/census.h>

#include "book/follow.h"
#include "book/roll.h"
#include "book/watcher.h"
#include "core/sort.h"
#include "core/status.h"
#include "model/assess.h"

enum { PROGRESS = 65536, KEPT = 65536 /* bytes of scratch kept between advances */ };

/* A customer who left a row: mostly for a group, or for one. */
struct leaver {
  size_t id; /* where it begins in the ids */
  size_t length;
};

/* A row to be looked at, and what came of it. */
struct visit {
  int64_t due;
  uint32_t row;
  bool changed;
};

struct eng_census {
  struct eng__watcher watcher; /* first, so that the book's calls find the census */
  struct eng_book *book;
  eng_assessor *assessor;
  eng_allocator memory; /* what counts: all that the census holds comes from it */
  uint64_t held;
  size_t models;
  int64_t as_of;
  bool busy; /* changes are being reported */
  struct eng__roll roll, spare;
  uint64_t *counts;       /* 256 a model */
  struct leaver *leavers; /* since the last advance */
  size_t leaver_count, leaver_room;
  char *leaver_ids;
  size_t leaver_bytes, leaver_bytes_room;
  uint8_t *leaver_stages; /* of each, as many as there are models */
  size_t leaver_stages_room;
  struct eng__follow follow;
  struct visit *visits;
  size_t visit_count, visit_room;
  uint8_t *stages; /* of each visit, as many as there are models */
  size_t stages_room;
};

static const eng_allocator *outer(const eng_census *census)
{
  return &census->book->outer;
}

static void *resize_counted(void *user, void *old, size_t old_size, size_t new_size)
{
  eng_census *census = user;
  void *block = eng__resize(outer(census), old, old_size, new_size);

  if (new_size == 0) {
    census->held -= old_size;
  } else if (block != NULL) {
    census->held += (uint64_t)new_size - old_size;
  }
  return block;
}

/* ---- what the book tells ---- */

/* A row that is not there yet is looked at because it is new. */
static void row_changed(struct eng__watcher *watcher, uint32_t row)
{
  eng_census *census = (eng_census *)(void *)watcher;

  if (row < census->roll.rows) eng__roll_mark(&census->roll, row);
}

/* Takes in rows that came since: in no stage, and to be looked at. */
static eng_status take_rows(eng_census *census)
{
  uint64_t rows = census->book->rows, before = census->roll.rows;
  eng_status status = eng__roll_grow(&census->roll, &census->memory, rows);

  if (status != ENG_OK) return status;
  for (size_t m = 0; m < census->models; m++) census->counts[m * 256] += rows - before;
  return ENG_OK;
}

static eng_status reserve_renumber(struct eng__watcher *watcher)
{
  eng_census *census = (eng_census *)(void *)watcher;
  eng_status status = census->busy ? ENG_E_INVALID : take_rows(census);

  if (status != ENG_OK) return status;
  return eng__roll_spare(&census->roll, &census->memory, &census->spare);
}

static void renumber(struct eng__watcher *watcher, const uint32_t *rows)
{
  eng_census *census = (eng_census *)(void *)watcher;

  if (rows != NULL) {
    struct eng__roll old = census->roll;

    eng__roll_renumber(&census->spare, &census->roll, rows);
    census->roll = census->spare;
    census->spare = old;
  }
  eng__roll_release(&census->spare, &census->memory);
}

/* ---- who leaves ---- */

static eng_status reserve_emptied(struct eng__watcher *watcher, size_t rows,
                                  size_t bytes)
{
  eng_census *census = (eng_census *)(void *)watcher;
  const eng_allocator *memory = &census->memory;
  size_t count = census->leaver_count + rows;
  void *leavers = census->leavers, *ids = census->leaver_ids;
  void *stages = census->leaver_stages;
  eng_status status = census->busy ? ENG_E_INVALID : ENG_OK;

  if (status != ENG_OK) return status;
  status =
      eng__grow(memory, &leavers, &census->leaver_room, count, sizeof *census->leavers);
  census->leavers = leavers;
  if (status != ENG_OK) return status;
  status = eng__grow(memory, &ids, &census->leaver_bytes_room,
                     census->leaver_bytes + bytes, 1);
  census->leaver_ids = ids;
  if (status != ENG_OK) return status;
  status = eng__grow(memory, &stages, &census->leaver_stages_room,
                     count * census->models, 1);
  census->leaver_stages = stages;
  return status;
}

static void row_emptied(struct eng__watcher *watcher, uint32_t row)
{
  eng_census *census = (eng_census *)(void *)watcher;
  const size_t models = census->models;
  struct leaver *leaver;
  const uint8_t *stages;
  const char *id;

  if (row >= census->roll.rows) return; /* nobody knew of them */
  leaver = &census->leavers[census->leaver_count];
  stages = census->roll.stages + row * models;
  id = eng__book_id(census->book, row, &leaver->length);
  leaver->id = census->leaver_bytes;
  memcpy(census->leaver_ids + leaver->id, id, leaver->length);
  census->leaver_bytes += leaver->length;
  memcpy(census->leaver_stages + census->leaver_count++ * models, stages, models);
  for (size_t m = 0; m < models; m++) {
    census->counts[m * 256 + stages[m]]--;
    census->counts[m * 256]++;
  }
  eng__roll_empty(&census->roll, row);
}

static void row_moved(struct eng__watcher *watcher, uint32_t last, uint32_t to)
{
  eng_census *census = (eng_census *)(void *)watcher;
  uint32_t rows = census->roll.rows;

  eng__roll_move(&census->roll, last, to);
  for (size_t m = 0; m < census->models; m++) {
    census->counts[m * 256] -= rows - census->roll.rows; /* the empty one */
  }
}

/* Who left a row and stands in another one comes from where they were; who does not is
 * part of a group, and out of all stages. */
static eng_status take_leavers(eng_census *census)
{
  const size_t models = census->models;

  for (size_t i = 0; i < census->leaver_count; i++) {
    const struct leaver *leaver = &census->leavers[i];
    const char *id = census->leaver_ids + leaver->id;
    uint8_t *was = census->leaver_stages + i * models;
    uint32_t hash = eng__book_hash(census->book, id, leaver->length), row;
    bool stands = eng__book_find(census->book, hash, id, leaver->length, &row);
    eng_status status = ENG_OK;

    for (size_t m = 0; m < models && status == ENG_OK; m++) {
      uint8_t *now = stands ? &census->roll.stages[row * models + m] : NULL;

      if (was[m] == 0) continue;
      if (now == NULL) {
        status = eng__follow_out(&census->follow, id, leaver->length, m, was[m],
                                 census->as_of);
      } else if (*now == 0) {
        census->counts[m * 256]--;
        census->counts[m * 256 + was[m]]++;
        *now = was[m];
        was[m] = 0; /* it is known there */
      }
    }
    if (status != ENG_OK) return status;
  }
  return ENG_OK;
}

/* ---- life ---- */

static void drop_scratch(eng_census *census)
{
  struct eng__follow *follow = &census->follow;

  eng__free(&census->memory, follow->moves, follow->room * sizeof *follow->moves);
  eng__free(&census->memory, census->visits,
            census->visit_room * sizeof *census->visits);
  eng__free(&census->memory, census->stages, census->stages_room);
  follow->moves = NULL;
  census->visits = NULL;
  census->stages = NULL;
  follow->count = follow->room = 0;
  census->visit_count = census->visit_room = census->stages_room = 0;
}

void eng_census_free(eng_census *census)
{
  if (census == NULL) return;
  eng__book_unwatch(census->book, &census->watcher);
  drop_scratch(census);
  eng__roll_release(&census->roll, &census->memory);
  eng__free(&census->memory, census->leavers,
            census->leaver_room * sizeof *census->leavers);
  eng__free(&census->memory, census->leaver_ids, census->leaver_bytes_room);
  eng__free(&census->memory, census->leaver_stages, census->leaver_stages_room);
  eng__free(&census->memory, census->counts,
            census->models * 256 * sizeof *census->counts);
  eng__free(outer(census), census, sizeof *census);
}

static eng_status make(eng_book *book, eng_assessor *assessor, int64_t as_of,
                       eng_census **out)
{
  eng_census *census = eng__new_zeroed(&book->outer, sizeof *census);

  if (census == NULL) return ENG_E_NOMEM;
  census->book = book;
  census->assessor = assessor;
  census->memory = book->outer;
  census->memory.user = census;
  census->memory.resize = resize_counted;
  census->held = sizeof *census;
  census->as_of = as_of;
  census->models = (size_t)eng_assessor_model_count(assessor);
  census->follow.book = book;
  census->follow.assessor = assessor;
  census->follow.memory = &census->memory;
  eng__roll_init(&census->roll, census->models);
  census->counts =
      eng__new_zeroed(&census->memory, census->models * 256 * sizeof *census->counts);
  if (census->counts == NULL) {
    eng__free(&book->outer, census, sizeof *census);
    return ENG_E_NOMEM;
  }
  census->watcher.changed = row_changed;
  census->watcher.reserve = reserve_renumber;
  census->watcher.renumber = renumber;
  census->watcher.reserve_emptied = reserve_emptied;
  census->watcher.emptied = row_emptied;
  census->watcher.moved = row_moved;
  eng__book_watch(book, &census->watcher);
  *out = census;
  return ENG_OK;
}

/* Looks at every row for the first time. */
static eng_status begin(eng_census *census, eng_progress_fn progress, void *user)
{
  struct eng__roll *roll = &census->roll;
  eng_status status = take_rows(census);

  for (uint32_t row = 0; status == ENG_OK && row < roll->rows; row++) {
    uint8_t *stages = roll->stages + row * census->models;

    if (progress != NULL && row % PROGRESS == 0 &&
        progress(user, row, roll->rows) != 0) {
      return ENG_E_CANCELLED;
    }
    status =
        eng__follow_begin(&census->follow, row, census->as_of, stages, &roll->due[row]);
    if (status != ENG_OK) return status;
    eng__roll_clear(roll, row);
    for (size_t m = 0; m < census->models; m++) {
      census->counts[m * 256]--;
      census->counts[m * 256 + stages[m]]++;
    }
  }
  if (status != ENG_OK) return status;
  eng__roll_heapify(roll);
  if (progress == NULL || progress(user, roll->rows, roll->rows) == 0) return ENG_OK;
  return ENG_E_CANCELLED;
}

eng_status eng_census_new(eng_book *book, eng_assessor *assessor, int64_t as_of,
                          eng_progress_fn progress, void *user, eng_census **out)
{
  eng_census *census;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (book == NULL || assessor == NULL) return ENG_E_INVALID;
  if (eng__assessor_context(assessor) != book->home.pen.context) return ENG_E_CONTEXT;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  status = make(book, assessor, as_of, &census);
  if (status != ENG_OK) return status;
  status = begin(census, progress, user);
  if (status == ENG_OK) {
    *out = census;
  } else {
    eng_census_free(census);
  }
  return status;
}

/* ---- finding ---- */

static eng_status add_visit(eng_census *census, uint32_t row, bool changed)
{
  void *visits = census->visits;
  eng_status status = eng__grow(&census->memory, &visits, &census->visit_room,
                                census->visit_count + 1, sizeof *census->visits);
  struct visit *visit;

  census->visits = visits;
  if (status != ENG_OK) return status;
  visit = &census->visits[census->visit_count++];
  visit->due = census->roll.due[row];
  visit->row = row;
  visit->changed = changed;
  return ENG_OK;
}

/* All that are due lie at the top of the heap; those below one that is not are not. The
 * visits themselves are the list of whose children are still to be asked. */
static eng_status find_due(eng_census *census, int64_t now)
{
  const struct eng__roll *roll = &census->roll;
  size_t first = census->visit_count;
  eng_status status = ENG_OK;

  if (roll->waiting > 0 && roll->due[roll->heap[0]] <= now) {
    status = add_visit(census, roll->heap[0], false);
  }
  for (size_t i = first; status == ENG_OK && i < census->visit_count; i++) {
    uint64_t child = 2 * (uint64_t)roll->places[census->visits[i].row] + 1;

    for (uint64_t c = child; c <= child + 1 && status == ENG_OK; c++) {
      if (c >= roll->waiting || roll->due[roll->heap[c]] > now) continue;
      status = add_visit(census, roll->heap[c], false);
    }
  }
  return status;
}

/* Of a row that is due and changed, too, the change is what counts. */
static void drop_changed(eng_census *census)
{
  size_t kept = 0;

  for (size_t i = 0; i < census->visit_count; i++) {
    if (eng__roll_is_changed(&census->roll, census->visits[i].row)) continue;
    census->visits[kept++] = census->visits[i];
  }
  census->visit_count = kept;
}

static eng_status find_visits(eng_census *census, int64_t now)
{
  const struct eng__roll *roll = &census->roll;
  eng_status status;

  census->visit_count = census->follow.count = 0;
  status = find_due(census, now);
  if (roll->changed == 0) return status;
  drop_changed(census);
  for (uint32_t row = eng__roll_next_changed(roll, 0);
       status == ENG_OK && row < roll->rows;
       row = eng__roll_next_changed(roll, row + 1)) {
    status = add_visit(census, row, true);
  }
  return status;
}

static eng_status find_changes(eng_census *census, int64_t now)
{
  const size_t models = census->models;
  void *stages = census->stages;
  eng_status status = eng__grow(&census->memory, &stages, &census->stages_room,
                                census->visit_count * models, 1);

  census->stages = stages;
  for (size_t i = 0; status == ENG_OK && i < census->visit_count; i++) {
    struct visit *visit = &census->visits[i];
    uint8_t *after = census->stages + i * models;

    memcpy(after, census->roll.stages + visit->row * models, models);
    status = eng__follow(&census->follow, visit->row, visit->changed, census->as_of,
                         now, after, &visit->due);
  }
  return status;
}

/* ---- reporting ---- */

static int compare_moves(const void *a, const void *b)
{
  const struct eng__move *x = a, *y = b;
  size_t shorter = x->length < y->length ? x->length : y->length;
  int order;

  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  order = memcmp(x->id, y->id, shorter);
  if (order != 0) return order;
  if (x->length != y->length) return x->length < y->length ? -1 : 1;
  return (x->model > y->model) - (x->model < y->model);
}

static int32_t move_of(const struct eng__move *move)
{
  if (move->from == 0) return ENG_MOVE_IN;
  if (move->to == 0) return ENG_MOVE_OUT;
  return move->to > move->from ? ENG_MOVE_UP : ENG_MOVE_DOWN;
}

static eng_status report(eng_census *census, eng_change_fn fn, void *user)
{
  struct eng__follow *follow = &census->follow;

  if (fn == NULL) return ENG_OK;
  eng__sort(follow->moves, follow->count, sizeof *follow->moves, compare_moves);
  for (size_t i = 0; i < follow->count; i++) {
    const struct eng__move *move = &follow->moves[i];
    eng_change change = {0};
    size_t length;

    /* The host may have recorded since, so that the id lies elsewhere. */
    if (move->row == UINT32_MAX) {
      change.customer = move->id;
      length = move->length;
      change.row = UINT64_MAX;
    } else {
      change.customer = eng__book_id(census->book, move->row, &length);
      change.row = move->row;
    }
    change.length = length;
    change.size = sizeof change;
    change.model = move->model;
    change.time = move->time;
    change.from = move->from;
    change.to = move->to;
    change.move = move_of(move);
    change.cause = move->cause;
    if (fn(user, &change) != 0) return ENG_E_CALLBACK;
  }
  return ENG_OK;
}

/* Forgets that the visited rows were changed; or remembers it. */
static void set_changed(eng_census *census, bool changed)
{
  for (size_t i = 0; i < census->visit_count; i++) {
    const struct visit *visit = &census->visits[i];

    if (!visit->changed) continue;
    if (changed) {
      eng__roll_mark(&census->roll, visit->row);
    } else {
      eng__roll_clear(&census->roll, visit->row);
    }
  }
}

static void take_over(eng_census *census, int64_t now)
{
  struct eng__roll *roll = &census->roll;
  const size_t models = census->models;

  for (size_t i = 0; i < census->visit_count; i++) {
    const struct visit *visit = &census->visits[i];
    uint8_t *before = roll->stages + visit->row * models;
    const uint8_t *after = census->stages + i * models;

    for (size_t m = 0; m < models; m++) {
      census->counts[m * 256 + before[m]]--;
      census->counts[m * 256 + after[m]]++;
      before[m] = after[m];
    }
    eng__roll_set_due(roll, visit->row, visit->due);
  }
  census->leaver_count = census->leaver_bytes = 0;
  census->as_of = now;
}

eng_status eng_census_advance(eng_census *census, int64_t now, eng_change_fn fn,
                              void *user, uint64_t *changes)
{
  uint64_t found = 0;
  eng_status status;

  if (changes != NULL) *changes = 0;
  if (census == NULL || census->busy) return ENG_E_INVALID;
  if (now < census->as_of || now > ENG_TIME_MAX) return ENG_E_TIME;
  status = take_rows(census);
  if (status == ENG_OK) status = find_visits(census, now);
  if (status == ENG_OK) status = take_leavers(census);
  if (status == ENG_OK) status = find_changes(census, now);
  if (status == ENG_OK) {
    found = census->follow.count;
    set_changed(census, false);
    census->busy = true;
    status = report(census, fn, user);
    census->busy = false;
    if (status == ENG_OK) {
      take_over(census, now);
    } else {
      set_changed(census, true);
    }
  }
  if (status == ENG_OK && changes != NULL) *changes = found;
  if (census->visit_room * sizeof *census->visits +
          census->follow.room * sizeof *census->follow.moves >
      KEPT) {
    drop_scratch(census);
  }
  return status;
}

eng_status eng_census_touch(eng_census *census, uint64_t row)
{
  if (census == NULL) return ENG_E_INVALID;
  if (row == UINT64_MAX) {
    eng__roll_mark_all(&census->roll);
    return ENG_OK;
  }
  if (row >= census->book->rows) return ENG_E_NOTFOUND;
  row_changed(&census->watcher, (uint32_t)row);
  return ENG_OK;
}

/* ---- what it knows ---- */

int64_t eng_census_as_of(const eng_census *census) { return census->as_of; }

int32_t eng_census_is_behind(const eng_census *census)
{
  return census->roll.changed > 0 || census->leaver_count > 0 ||
         census->roll.rows < census->book->rows;
}

int64_t eng_census_next(const eng_census *census)
{
  const struct eng__roll *roll = &census->roll;

  if (eng_census_is_behind(census)) return census->as_of;
  return roll->waiting == 0 ? ENG_TIME_NONE : roll->due[roll->heap[0]];
}

uint64_t eng_census_count(const eng_census *census, int32_t model, int32_t stage)
{
  uint64_t count;

  if (model < 0 || (size_t)model >= census->models || stage < 0 || stage > 255) {
    return 0;
  }
  count = census->counts[(size_t)model * 256 + (size_t)stage];
  return stage > 0 ? count : count + (census->book->rows - census->roll.rows);
}

int32_t eng_census_stage(const eng_census *census, uint64_t row, int32_t model)
{
  const struct eng__roll *roll = &census->roll;

  if (row >= census->book->rows || model < 0 || (size_t)model >= census->models) {
    return -1;
  }
  if (row >= roll->rows) return 0;
  return roll->stages[row * census->models + (size_t)model];
}

int64_t eng_census_due(const eng_census *census, uint64_t row)
{
  const struct eng__roll *roll = &census->roll;

  if (row >= census->book->rows) return ENG_TIME_NONE;
  if (row >= roll->rows || eng__roll_is_changed(roll, (uint32_t)row)) {
    return census->as_of;
  }
  return roll->due[row];
}

uint64_t eng_census_memory(const eng_census *census) { return census->held; }
