/* SPDX-License-Identifier: MIT */
/*
 * loader.c - the events of one source into a book.
 *
 * Events are staged and brought in whenever much is staged, and at the end. Identical
 * events that are to be kept are numbered among all events of the source, so what the
 * book held before must not count: unless it was empty, they gather in a book of their
 * own, which is merged at the end. Rows that bring their own number wait too, aside,
 * since the loader must tell them from those that it numbered. So neither the order of
 * rows nor when they are brought in changes the result.
 */
#include "book/loader.h"

#include "book/bulk.h"
#include "book/journal.h"
#include "book/merge.h"
#include "book/record.h"

/* Events on their way into one book. */
struct lane {
  struct eng_book *into; /* the target, or `own` */
  struct eng_book *own;  /* NULL: none */
  struct eng__stage stage;
  uint64_t merged; /* rows of `own` that are in the target */
};

struct eng_loader {
  struct eng_book *book;
  bool keep;
  size_t budget;        /* bytes of staged events from which on they are brought in */
  struct lane plain;    /* what may be numbered, and under MERGE all */
  struct lane numbered; /* under KEEP: rows with a number of their own */
  eng_load_counts counts;
};

/* ---- lanes ---- */

static void lane_init(struct lane *lane, struct eng_book *into)
{
  memset(lane, 0, sizeof *lane);
  lane->into = into;
  if (into != NULL) eng__stage_init(&lane->stage, into);
}

static void lane_release(struct lane *lane)
{
  if (lane->into != NULL) eng__stage_release(&lane->stage);
  eng_book_free(lane->own);
  lane_init(lane, NULL);
}

/* Gives a lane a book of its own if it has none to go to. */
static eng_status lane_ready(struct lane *lane, const struct eng_book *target)
{
  eng_status status;

  if (lane->into != NULL) return ENG_OK;
  status = eng_book_new(target->home.pen.context, &target->outer, &lane->own);
  if (status != ENG_OK) return status;
  lane->into = lane->own;
  eng__stage_init(&lane->stage, lane->own);
  return ENG_OK;
}

/* Of a source's versions of one event one is new; those that came before it and those
 * after are alike "known". */
static eng_status lane_bring(struct lane *lane, bool number, bool fresh,
                             eng_load_counts *counts)
{
  eng_load_counts brought;
  eng_status status;

  eng_load_counts_init(&brought, sizeof brought);
  status = eng__bulk_bring(&lane->stage, number, &brought);
  if (fresh) {
    brought.unchanged += brought.replaced;
    brought.replaced = 0;
  }
  /* What is in a lane's own book is counted where that is merged. */
  if (lane->own != NULL) brought.added = 0;
  eng__add_counts(counts, &brought);
  return status;
}

static eng_status lane_merge(struct lane *lane, struct eng_book *target,
                             eng_load_counts *counts)
{
  if (lane->own == NULL) return ENG_OK;
  return eng__book_merge(target, lane->own, &lane->merged, counts);
}

/* ---- loaders ---- */

/* Where there is a journal, too, what comes has to be whole before it is brought in. */
static eng_book *first_target(const eng_loader *loader)
{
  bool aside = loader->keep && loader->book->rows > 0;

  return aside || eng__journal_is_on(loader->book) ? NULL : loader->book;
}

void eng__loader_set_budget(eng_loader *loader, size_t bytes)
{
  loader->budget = bytes;
}

eng_status eng_loader_new(eng_book *book, int32_t identical, eng_loader **out)
{
  eng_loader *loader;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (book == NULL) return ENG_E_INVALID;
  if (identical != ENG_IDENTICAL_KEEP && identical != ENG_IDENTICAL_MERGE) {
    return ENG_E_RANGE;
  }
  loader = eng__new_zeroed(&book->outer, sizeof *loader);
  if (loader == NULL) return ENG_E_NOMEM;
  loader->book = book;
  loader->keep = identical == ENG_IDENTICAL_KEEP;
  loader->budget = ENG__STAGE_BUDGET;
  eng_load_counts_init(&loader->counts, sizeof loader->counts);
  lane_init(&loader->plain, first_target(loader));
  lane_init(&loader->numbered, NULL);
  *out = loader;
  return ENG_OK;
}

void eng_loader_free(eng_loader *loader)
{
  eng_allocator outer;

  if (loader == NULL) return;
  lane_release(&loader->plain);
  lane_release(&loader->numbered);
  outer = loader->book->outer;
  eng__free(&outer, loader, sizeof *loader);
}

static eng_status bring(eng_loader *loader, struct lane *lane)
{
  bool number = loader->keep && lane == &loader->plain;

  return lane_bring(lane, number, loader->keep, &loader->counts);
}

/* If there is no memory to stage more, what is staged is brought in first. */
static eng_status add(eng_loader *loader, struct lane *lane, const char *id,
                      size_t length, const struct eng__event *event)
{
  struct eng__stage *stage = &lane->stage;
  uint32_t hash = eng__book_hash(lane->into, id, length);
  eng_status status = ENG_OK;

  if (stage->memory >= loader->budget && stage->spare == NULL) {
    status = bring(loader, lane);
  }
  if (status != ENG_OK) return status;
  status = eng__stage_add(stage, hash, id, length, event);
  if (status != ENG_E_NOMEM || stage->count == 0) return status;
  status = bring(loader, lane);
  return status != ENG_OK ? status : eng__stage_add(stage, hash, id, length, event);
}

eng_status eng_loader_add(eng_loader *loader, const char *id, size_t length,
                          const eng_event *event, int32_t numbered)
{
  const eng_context *context;
  struct eng__event fields;
  struct lane *lane;
  bool number;
  eng_status status;

  if (loader == NULL || id == NULL || event == NULL) return ENG_E_INVALID;
  context = loader->book->home.pen.context;
  if (event->context != context) return ENG_E_CONTEXT;
  if (length < 1 || length > eng__limit(context, ENG_LIMIT_ID)) return ENG_E_CUSTOMER;
  number = loader->keep && !(event->fields.has & ENG__HAS_ID);
  lane = number && numbered != 0 ? &loader->numbered : &loader->plain;
  status = lane_ready(lane, loader->book);
  if (status != ENG_OK) return status;
  if (!number || numbered != 0 || event->fields.occurrence == 0) {
    return add(loader, lane, id, length, &event->fields);
  }
  fields = event->fields;
  fields.occurrence = 0;
  return add(loader, lane, id, length, &fields);
}

/* A loader that is finished begins a new source. */
static void begin_anew(eng_loader *loader)
{
  lane_release(&loader->plain);
  lane_release(&loader->numbered);
  lane_init(&loader->plain, first_target(loader));
  eng_load_counts_init(&loader->counts, sizeof loader->counts);
}

eng_status eng_loader_finish(eng_loader *loader, eng_load_counts *counts)
{
  eng_load_counts *total;
  eng_status status = ENG_OK;

  if (loader == NULL || (counts != NULL && counts->size < sizeof *counts)) {
    return ENG_E_INVALID;
  }
  total = &loader->counts;
  if (loader->plain.into != NULL) {
    status = bring(loader, &loader->plain);
  }
  if (status == ENG_OK) status = lane_merge(&loader->plain, loader->book, total);
  if (status == ENG_OK && loader->numbered.into != NULL) {
    status = bring(loader, &loader->numbered);
  }
  if (status == ENG_OK) status = lane_merge(&loader->numbered, loader->book, total);
  if (status != ENG_OK) return status;
  eng__add_counts(counts, total);
  begin_anew(loader);
  return ENG_OK;
}
