/* SPDX-License-Identifier: MIT */
/*
 * invitations.c - who was invited by a customer, and who of them came.
 *
 * One pass gathers invitations by the hash of the id that they name, and first
 * purchases by row; rows are then looked up among the invited.
 */
#include <string.h>

#include <engagement/worth.h>

#include "book/groups.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/sort.h"
#include "metrics/visit.h"

struct invitation {
  uint64_t target; /* hash of the id */
  int64_t time;
};

struct spread {
  const eng_book *book;
  const eng_allocator *memory;
  int64_t from, until, within;
  struct eng__kinds active;
  struct eng__aliases aliases; /* who is invited by a name of theirs is known by it */
  struct invitation *list;
  size_t count, room;
  int64_t *first; /* purchase of each row; INT64_MAX: none */
  eng_invitations *out;
};

static uint64_t id_hash(const eng_book *book, uint64_t row)
{
  size_t length;
  const char *id = eng_book_customer_id(book, row, &length);

  return eng__hash(id, length);
}

/* ---- reading ---- */

static eng_status see_invitation(struct spread *s, uint64_t row,
                                 const struct eng__seen *seen)
{
  void *block = s->list;
  uint64_t target;
  eng_status status;

  s->out->sent++;
  if (!(seen->event.has & ENG__HAS_REFERS_TO)) {
    s->out->unnamed++;
    return ENG_OK;
  }
  target = eng__aliases_name(&s->aliases, seen->event.refers_to);
  if (target == id_hash(s->book, row)) return ENG_OK;
  status = eng__grow(s->memory, &block, &s->room, s->count + 1, sizeof *s->list);
  s->list = block;
  if (status == ENG_OK) {
    s->list[s->count++] = (struct invitation){target, seen->event.occurred_at};
  }
  return status;
}

static eng_status visit_all(struct spread *s, eng_progress_fn progress, void *user)
{
  struct eng__visit visit;
  struct eng__deed deed;
  eng_status status = ENG_OK, ended;

  eng__visit_begin(&visit, s->book, s->until, NULL, progress, user);
  while (status == ENG_OK && eng__visit_next(&visit)) {
    bool active = false;

    while (status == ENG_OK && eng__visit_deed(&visit, &deed)) {
      if (deed.kind == ENG_EVENT_PURCHASE && s->first[visit.row] == INT64_MAX) {
        s->first[visit.row] = deed.time;
      }
      if (deed.time < s->from) continue;
      active = active || s->active.has[deed.kind];
      if (deed.kind == ENG_EVENT_REFER) {
        status = see_invitation(s, visit.row, eng__visit_fields(&visit));
      }
    }
    s->out->per_customer.denominator += active;
  }
  ended = eng__visit_end(&visit);
  return status != ENG_OK ? status : ended;
}

/* ---- who came ---- */

static int by_target(const void *a, const void *b)
{
  const struct invitation *x = a, *y = b;

  if (x->target != y->target) return x->target < y->target ? -1 : 1;
  return (x->time > y->time) - (x->time < y->time);
}

/* The first invitation of everybody alone. */
static void keep_first(struct spread *s)
{
  size_t kept = 0;

  if (s->count > 0) eng__sort(s->list, s->count, sizeof *s->list, by_target);
  for (size_t i = 0; i < s->count; i++) {
    if (kept > 0 && s->list[kept - 1].target == s->list[i].target) continue;
    s->list[kept++] = s->list[i];
  }
  s->count = kept;
}

static const struct invitation *find(const struct spread *s, uint64_t target)
{
  size_t low = 0, high = s->count;

  while (low < high) {
    size_t mid = low + (high - low) / 2;

    if (s->list[mid].target < target) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low < s->count && s->list[low].target == target ? &s->list[low] : NULL;
}

/* Everybody invited is thought not to have come, until a row says otherwise. */
static void count_all(struct spread *s)
{
  eng_invitations *out = s->out;

  keep_first(s);
  out->per_customer.numerator = (int64_t)s->count;
  for (size_t i = 0; i < s->count; i++) {
    out->conversion.denominator += s->until - s->list[i].time >= s->within;
  }
  for (uint64_t row = 0; row < s->book->rows && s->count > 0; row++) {
    const struct invitation *one;
    bool over;

    if (s->first[row] == INT64_MAX) continue;
    one = find(s, id_hash(s->book, row));
    if (one == NULL) continue;
    over = s->until - one->time >= s->within;
    if (s->first[row] < one->time) {
      out->per_customer.numerator--;
      out->conversion.denominator -= over;
    } else if (s->first[row] - one->time <= s->within) {
      out->conversion.numerator++;
      out->conversion.denominator += !over;
    }
  }
}

eng_status eng_book_invitations(const eng_book *book, int64_t from, int64_t until,
                                int64_t within, eng_invitations *out, uint32_t size,
                                eng_progress_fn progress, void *user)
{
  eng_invitations sums;
  struct spread s;
  size_t bytes;
  eng_status status;

  if (out == NULL || !eng__result_fits(size)) return ENG_E_INVALID;
  memset(out, 0, size);
  if (book == NULL) return ENG_E_INVALID;
  if (within < 0 || within > ENG_TIME_MAX) return ENG_E_RANGE;
  if (from < 0 || until < from || until > ENG_TIME_MAX) return ENG_E_TIME;
  memset(&sums, 0, sizeof sums);
  memset(&s, 0, sizeof s);
  s = (struct spread){.book = book,
                      .memory = eng__memory(book->home.pen.context),
                      .from = from,
                      .until = until,
                      .within = within,
                      .out = &sums};
  status = eng__kinds_set(book->home.pen.context, NULL, 0, &s.active);
  if (status != ENG_OK) return status;
  bytes = ((size_t)book->rows + 1) * sizeof *s.first;
  s.first = eng__new(s.memory, bytes);
  if (s.first == NULL) return ENG_E_NOMEM;
  for (uint64_t row = 0; row < book->rows; row++) s.first[row] = INT64_MAX;
  status = eng__aliases_make(book, s.memory, &s.aliases);
  if (status == ENG_OK) status = visit_all(&s, progress, user);
  if (status == ENG_OK) {
    count_all(&s);
    eng__result_give(out, size, &sums, sizeof sums);
  }
  eng__aliases_release(&s.aliases, s.memory);
  eng__free(s.memory, s.first, bytes);
  eng__free(s.memory, s.list, s.room * sizeof *s.list);
  return status;
}
