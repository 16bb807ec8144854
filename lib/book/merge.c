/* SPDX-License-Identifier: MIT */
/*
 * merge.c - the union of two books, customer by customer.
 *
 * A customer whom the book does not know yet is copied, event by event with the other
 * table's shapes turned into this one's; only what both know is resolved.
 */
#include "book/merge.h"

#include "book/groups.h"
#include "book/join.h"
#include "book/journal.h"
#include "core/customer.h"

/* One customer of elsewhere. */
struct source {
  const char *id;
  size_t length;
  const struct eng__timeline *timeline;
  const struct eng__shapes *shapes;
};

/* Scratch memory of a merge. */
struct merger {
  struct eng_book *book;
  eng_load_counts *counts;
  struct eng__join join;
  struct eng__builder builder;
};

/* Into a timeline that holds nothing. */
static eng_status copy(struct merger *merger, struct eng__home *home,
                       struct eng__timeline *timeline, const struct source *source)
{
  struct eng__builder *builder = &merger->builder;
  struct eng__walk walk;
  struct eng__step step;
  eng_status status = ENG_OK;

  eng__builder_begin(builder, home);
  eng__walk_begin(source->timeline, source->shapes, &walk);
  while (status == ENG_OK && eng__walk_step(&walk, &step)) {
    struct eng__event event;

    eng__step_event(&step, &event);
    status = eng__builder_add(builder, &event);
  }
  if (status == ENG_OK) status = eng__builder_end(builder, timeline);
  if (status != ENG_OK) {
    eng__builder_drop(builder);
    return status;
  }
  timeline->floor = source->timeline->floor;
  merger->counts->added += eng__timeline_count(timeline);
  return ENG_OK;
}

static eng_status join(struct merger *merger, struct eng__home *home,
                       struct eng__timeline *timeline, const struct source *source)
{
  size_t count = (size_t)eng__timeline_count(source->timeline);
  struct eng__join *join = &merger->join;
  struct eng__walk walk;
  struct eng__step step;
  eng_status status = eng__join_begin(join, timeline, home->pen.shapes, count);

  if (status != ENG_OK) return status;
  eng__walk_begin(source->timeline, source->shapes, &walk);
  while (eng__walk_step(&walk, &step)) {
    if (step.time <= timeline->floor) {
      merger->counts->ignored++;
    } else {
      eng__step_event(&step, &join->events[join->count++]);
    }
  }
  return eng__join_end(join, timeline, home, false, merger->counts);
}

static eng_status merge_timeline(struct merger *merger, struct eng__home *home,
                                 struct eng__timeline *timeline,
                                 const struct source *source)
{
  bool lower = source->timeline->floor <= timeline->floor;

  if (eng__timeline_count(timeline) == 0 && timeline->floor == ENG_TIME_NONE) {
    return copy(merger, home, timeline, source);
  }
  if (lower && eng__timeline_count(source->timeline) == 0) return ENG_OK;
  if (lower) return join(merger, home, timeline, source);
  return eng__timeline_merge(timeline, home, source->timeline, source->shapes);
}

static eng_status tell_journal(struct eng_book *book, const struct source *source)
{
  eng_status status;

  if (!eng__journal_is_on(book)) return ENG_OK;
  status = eng__journal_timeline(book, source->id, source->length, source->timeline,
                                 source->shapes);
  return status == ENG_OK ? eng__journal_flush(book) : status;
}

/* Into somebody who is in a group. */
static eng_status merge_member(struct merger *merger, uint32_t node,
                               const struct source *source)
{
  eng_load_counts before = *merger->counts;
  struct eng__edit edit;
  eng_status status = eng__groups_reserve(merger->book, node);

  if (status == ENG_OK) status = tell_journal(merger->book, source);
  if (status == ENG_OK) status = eng__edit_begin(merger->book, node, &edit);
  if (status != ENG_OK) return status;
  status =
      merge_timeline(merger, &edit.customer->home, &edit.customer->timeline, source);
  if (status == ENG_OK) {
    status = eng__edit_end(&edit);
  } else {
    eng__edit_drop(&edit);
  }
  if (status != ENG_OK) *merger->counts = before;
  return status;
}

static eng_status merge_one(struct merger *merger, const struct source *source)
{
  struct eng_book *book = merger->book;
  uint32_t hash = eng__book_hash(book, source->id, source->length), row;
  struct eng__timeline timeline;
  bool known;
  eng_status status;

  if (eng__groups_member(book, hash, source->id, source->length, &row)) {
    return merge_member(merger, row, source);
  }
  known = eng__book_find(book, hash, source->id, source->length, &row);
  status = eng__book_prepare(book, source->timeline->floor != ENG_TIME_NONE);
  if (status == ENG_OK && !known) status = eng__book_reserve(book, source->length);
  if (status == ENG_OK) status = tell_journal(book, source);
  if (status != ENG_OK) return status;
  if (known) {
    eng__book_open(book, row, &timeline);
  } else {
    eng__book_open_new(book, &timeline);
  }
  status = merge_timeline(merger, &book->home, &timeline, source);
  if (status != ENG_OK) return status;
  if (!known) row = eng__book_add(book, hash, source->id, source->length);
  eng__book_close(book, row, &timeline);
  return ENG_OK;
}

static eng_status merger_new(struct eng_book *book, eng_load_counts *counts,
                             struct merger **out)
{
  *out = eng__new(&book->outer, sizeof **out);
  if (*out == NULL) return ENG_E_NOMEM;
  (*out)->book = book;
  (*out)->counts = counts;
  eng__join_init(&(*out)->join, &book->outer);
  return ENG_OK;
}

static void merger_free(struct merger *merger)
{
  eng__join_release(&merger->join);
  eng__free(&merger->book->outer, merger, sizeof *merger);
}

eng_status eng__book_merge(struct eng_book *book, const struct eng_book *other,
                           uint64_t *from, eng_load_counts *counts)
{
  struct merger *merger;
  uint64_t end = eng__members_end(other);
  eng_status status = merger_new(book, counts, &merger);

  for (; status == ENG_OK && *from < end; ++*from) {
    struct eng__member member;
    struct source source;

    if (!eng__member_is(other, *from)) continue;
    eng__member_view(other, *from, &member);
    source.id = member.id;
    source.length = member.length;
    source.timeline = &member.timeline;
    source.shapes = member.shapes;
    status = merge_one(merger, &source);
    if (status != ENG_OK) break;
  }
  if (merger != NULL) merger_free(merger);
  return status;
}

eng_status eng_book_merge(eng_book *book, const eng_book *other)
{
  eng_load_counts counts;
  uint64_t from = 0;
  eng_status status;

  if (book == NULL || other == NULL || book == other) return ENG_E_INVALID;
  if (book->home.pen.context != other->home.pen.context) return ENG_E_CONTEXT;
  eng_load_counts_init(&counts, sizeof counts);
  status = eng__book_merge(book, other, &from, &counts);
  return status == ENG_OK ? eng__groups_merge(book, other, ENG_TIME_MAX) : status;
}

eng_status eng__book_merge_customer(struct eng_book *book, const eng_customer *customer,
                                    eng_load_counts *counts)
{
  struct merger *merger;
  struct source source;
  eng_status status = merger_new(book, counts, &merger);

  if (status != ENG_OK) return status;
  source.id = customer->id;
  source.length = customer->id_length;
  source.timeline = &customer->timeline;
  source.shapes = &customer->shapes;
  status = merge_one(merger, &source);
  merger_free(merger);
  return status;
}

eng_status eng_book_merge_customer(eng_book *book, const eng_customer *customer)
{
  eng_load_counts counts;

  if (book == NULL || customer == NULL) return ENG_E_INVALID;
  if (book->home.pen.context != customer->home.pen.context) return ENG_E_CONTEXT;
  eng_load_counts_init(&counts, sizeof counts);
  return eng__book_merge_customer(book, customer, &counts);
}
