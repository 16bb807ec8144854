/* SPDX-License-Identifier: MIT */
/*
 * referrals.c - who was brought by whose invitation, and what that was worth.
 *
 * Everybody has at most one who brought them, so the whole is a forest once rings are
 * cut; worths are summed up from its leaves. Who brought whom does not depend on the
 * order of rows: those who invited at the same time are told apart by their ids' hash.
 */
#include "book/groups.h"

#include <math.h>
#include <string.h>

#include "core/checked.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/sort.h"
#include "model/see.h"

enum { PROGRESS = 65536 };

/* An invitation of the customer whose id has the hash `target`. */
struct invitation {
  uint64_t target, by_hash;
  int64_t time;
  uint32_t by, of; /* rows */
  bool incentivised, known;
};

struct web {
  const eng_book *book;
  const eng_allocator *memory;
  const double *worths;
  struct invitation *list;
  size_t count, room;
  int64_t *first;    /* purchase of each row; INT64_MAX: none */
  uint32_t *parents; /* of each row, the invitation + 1; 0: none */
  uint32_t *roots;   /* for finding rings: a row of the same tree */
  uint32_t *waiting; /* how many of those a row brought are not summed up yet */
  uint32_t row;      /* the one that is read */
};

/* ---- reading ---- */

static eng_status read_event(void *user, const struct eng__seen *seen)
{
  struct web *web = user;
  const struct eng__event *event = &seen->event;
  void *block = web->list;
  eng_status status;

  if (seen->kind == ENG_EVENT_PURCHASE && event->occurred_at < web->first[web->row]) {
    web->first[web->row] = event->occurred_at;
  }
  if (seen->kind != ENG_EVENT_REFER || !(event->has & ENG__HAS_REFERS_TO)) {
    return ENG_OK;
  }
  status =
      eng__grow(web->memory, &block, &web->room, web->count + 1, sizeof *web->list);
  web->list = block;
  if (status != ENG_OK) return status;
  web->list[web->count++] =
      (struct invitation){.target = event->refers_to,
                          .time = event->occurred_at,
                          .by = web->row,
                          .incentivised = (event->has & ENG__IS_INCENTIVISED) != 0};
  return ENG_OK;
}

static uint64_t id_hash(const eng_book *book, uint32_t row)
{
  size_t length;
  const char *id = eng__book_id(book, row, &length);

  return eng__hash(id, length);
}

static eng_status read_all(struct web *web, int64_t until, eng_progress_fn progress,
                           void *user)
{
  struct eng__undos undos = {NULL, 0, 0};
  struct eng__pen pen = web->book->home.pen;
  eng_status status = ENG_OK;

  pen.memory = web->memory; /* readers may be many, the book's is not */
  for (web->row = 0; web->row < web->book->rows && status == ENG_OK; web->row++) {
    struct eng__timeline timeline;

    if (progress != NULL && web->row % PROGRESS == 0 &&
        progress(user, web->row, web->book->rows) != 0) {
      status = ENG_E_CANCELLED;
      break;
    }
    web->first[web->row] = INT64_MAX;
    eng__book_view(web->book, web->row, &timeline);
    status = eng__see(&timeline, &pen, until, &undos, read_event, web);
  }
  eng__free(web->memory, undos.undos, undos.room * sizeof *undos.undos);
  return status;
}

/* ---- who was brought by whom ---- */

static int by_target(const void *a, const void *b)
{
  const struct invitation *x = a, *y = b;

  if (x->target != y->target) return x->target < y->target ? -1 : 1;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  if (x->by_hash != y->by_hash) return x->by_hash < y->by_hash ? -1 : 1;
  return (int)x->incentivised - (int)y->incentivised;
}

static int by_time(const void *a, const void *b)
{
  const struct invitation *x = a, *y = b;

  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return by_target(a, b);
}

static size_t find_target(const struct web *web, uint64_t hash)
{
  size_t low = 0, high = web->count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (web->list[middle].target < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* Of the invitations of each customer the first by somebody else, if it came before
 * the first purchase, and a purchase came. The others are dropped. */
static void keep_first(struct web *web)
{
  size_t kept = 0;

  for (size_t i = 0; i < web->count; i++) {
    web->list[i].by_hash = id_hash(web->book, web->list[i].by);
  }
  eng__sort(web->list, web->count, sizeof *web->list, by_target);
  for (uint32_t row = 0; row < web->book->rows && web->count > 0; row++) {
    uint64_t hash = id_hash(web->book, row);
    size_t i = find_target(web, hash);

    while (i < web->count && web->list[i].target == hash && web->list[i].by == row) i++;
    if (i == web->count || web->list[i].target != hash) continue;
    if (web->first[row] == INT64_MAX || web->list[i].time > web->first[row]) continue;
    web->list[i].of = row;
    web->list[i].known = true;
  }
  for (size_t i = 0; i < web->count; i++) {
    if (web->list[i].known) web->list[kept++] = web->list[i];
  }
  web->count = kept;
  eng__sort(web->list, web->count, sizeof *web->list, by_time);
}

static uint32_t root_of(struct web *web, uint32_t row)
{
  while (web->roots[row] != row) {
    web->roots[row] = web->roots[web->roots[row]];
    row = web->roots[row];
  }
  return row;
}

/* From the earliest on: what would close a ring is left out. */
static void link_all(struct web *web)
{
  for (uint32_t row = 0; row < web->book->rows; row++) {
    web->roots[row] = row;
    web->parents[row] = web->waiting[row] = 0;
  }
  for (size_t i = 0; i < web->count; i++) {
    uint32_t by = root_of(web, web->list[i].by), of = root_of(web, web->list[i].of);

    if (by == of) continue;
    web->roots[of] = by;
    web->parents[web->list[i].of] = (uint32_t)i + 1;
    web->waiting[web->list[i].by]++;
  }
}

/* ---- what it was worth ---- */

static void add_up(const struct web *web, uint32_t row, eng_referral *out)
{
  const struct invitation *invitation = &web->list[web->parents[row] - 1];
  double worth = web->worths == NULL ? 1 : web->worths[row];
  eng_referral *to = &out[invitation->by];

  if (invitation->incentivised) {
    to->incentivised++;
    to->incentivised_worth += worth;
  } else {
    to->customers++;
    to->worth += worth;
  }
  to->chain += 1 + out[row].chain;
  to->chain_worth += worth + out[row].chain_worth;
}

/* From each leaf upwards as far as everything below is summed up. */
static void sum_up(struct web *web, eng_referral *out)
{
  for (uint32_t row = 0; row < web->book->rows; row++) {
    uint32_t at = row;

    if (web->waiting[row] != 0) continue;
    while (web->parents[at] != 0) {
      uint32_t by = web->list[web->parents[at] - 1].by;

      add_up(web, at, out);
      web->parents[at] = 0;
      if (--web->waiting[by] != 0) break;
      at = by;
    }
  }
}

/* ---- the whole ---- */

static eng_status run(struct web *web, int64_t until, eng_referral *out,
                      eng_progress_fn progress, void *user)
{
  struct eng__aliases aliases;
  eng_status status = read_all(web, until, progress, user);

  if (status == ENG_OK) status = eng__aliases_make(web->book, web->memory, &aliases);
  if (status != ENG_OK) return status;
  for (size_t i = 0; i < web->count && aliases.count > 0; i++) {
    web->list[i].target = eng__aliases_name(&aliases, web->list[i].target);
  }
  eng__aliases_release(&aliases, web->memory);
  if (status == ENG_OK && web->count >= UINT32_MAX) status = ENG_E_LIMIT;
  if (status != ENG_OK) return status;
  keep_first(web);
  link_all(web);
  sum_up(web, out);
  return ENG_OK;
}

eng_status eng_book_referrals(const eng_book *book, int64_t until, const double *worths,
                              eng_referral *out, eng_progress_fn progress, void *user)
{
  struct web web;
  size_t rows, wide, narrow;
  eng_status status = ENG_E_NOMEM;

  if (book == NULL || (out == NULL && book->rows > 0)) return ENG_E_INVALID;
  if (until < 0 || until > ENG_TIME_MAX) return ENG_E_TIME;
  rows = (size_t)book->rows;
  for (size_t i = 0; i < rows && worths != NULL; i++) {
    if (!isfinite(worths[i])) return ENG_E_RANGE;
  }
  memset(&web, 0, sizeof web);
  web.book = book;
  web.memory = eng__memory(book->home.pen.context);
  web.worths = worths;
  if (rows > 0) memset(out, 0, rows * sizeof *out);
  if (!eng__mul_size(rows + 1, sizeof *web.first, &wide) ||
      !eng__mul_size(rows + 1, 3 * sizeof *web.parents, &narrow)) {
    return ENG_E_NOMEM;
  }
  web.first = eng__new(web.memory, wide);
  web.parents = eng__new(web.memory, narrow);
  if (web.first != NULL && web.parents != NULL) {
    web.roots = web.parents + rows;
    web.waiting = web.roots + rows;
    status = run(&web, until, out, progress, user);
  }
  eng__free(web.memory, web.list, web.room * sizeof *web.list);
  eng__free(web.memory, web.first, wide);
  eng__free(web.memory, web.parents, narrow);
  return status;
}
