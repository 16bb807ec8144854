/* SPDX-License-Identifier: MIT */
/*
 * book.h - a book from within: slots, runs, names, index, and the way to a timeline.
 *
 * A row's timeline is opened, changed by core/timeline.h, and closed again; one at a
 * time. What may fail comes first: rows are reserved before they are added, so that no
 * customer is ever there for an event that is not.
 */
#ifndef ENG_BOOK_BOOK_H
#define ENG_BOOK_BOOK_H

#include <engagement/journal.h>

#include "book/arena.h"
#include "book/floors.h"
#include "book/index.h"
#include "book/links.h"
#include "book/names.h"
#include "book/slot.h"
#include "core/hash.h"

struct eng__journal {
  eng_journal_fn fn; /* NULL: there is none */
  void *user;
  bool quiet;     /* what is recorded now is in the journal */
  uint8_t *bytes; /* entries that wait */
  size_t size, room;
};

struct eng_book {
  struct eng__home home;  /* first, so that the home's callbacks find the book */
  eng_allocator outer;    /* the host's; also for scratch memory of calls */
  eng_allocator memory;   /* what counts: all that the book holds comes from it */
  uint64_t held;          /* bytes, this struct included */
  struct eng__shapes shapes;
  struct eng__arena arena;
  struct eng__index index;
  struct eng__chunks slots, cells; /* alike: a slot and an id for every row */
  struct eng__long_ids long_ids;
  uint64_t row_room, slot_room; /* rows, and slots, that there is room for */
  struct eng__floors floors;
  struct eng__heavy **heavies; /* NULL: free */
  size_t heavy_count, heavy_room; /* entries ever used, and room */
  uint32_t heavy_free;         /* of them free: */
  uint32_t heavy_top;          /* none behind this one */
  uint64_t rows, events;
  struct eng__links *links; /* NULL: nobody was ever linked; see groups.h */
  int64_t last;     /* time of the last event, at most: */
  bool last_is_old; /* it may have been dropped since */

  /* the timeline that is open */
  uint64_t open_count;
  uint8_t *open_bytes;  /* its run's bytes and where they are; NULL: none */
  uint32_t open_place;
  uint8_t *taken_bytes; /* the block that was taken last */
  uint32_t taken_place;
  unsigned taken_class;

  bool kinds[256], channels[256]; /* which ones the context knows */

  struct eng__watcher *watchers; /* watcher.h */
  struct eng__journal journal;
};

/* ---- rows ---- */

static inline struct eng__slot *eng__book_slot(const struct eng_book *book, uint32_t row)
{
  void *slots = book->slots.list[row >> ENG__SLOT_BITS].bytes;

  return (struct eng__slot *)slots + (row & ((1u << ENG__SLOT_BITS) - 1));
}

static inline struct eng__cell *eng__book_cell(const struct eng_book *book, uint32_t row)
{
  void *cells = book->cells.list[row >> ENG__SLOT_BITS].bytes;

  return (struct eng__cell *)cells + (row & ((1u << ENG__SLOT_BITS) - 1));
}

static inline const char *eng__book_id(const struct eng_book *book, uint32_t row,
                                       size_t *length)
{
  return eng__cell_get(eng__book_cell(book, row), &book->long_ids, length);
}

/* The hash of an id. The index begins to look where its high bits say; stages part by
 * the low ones, or the rows of the first part would crowd in one corner of the index. */
static inline uint32_t eng__book_hash(const struct eng_book *book, const char *id,
                                      size_t length)
{
  const uint64_t *key = book->home.pen.context->settings.hash_key;

  return (uint32_t)(eng__table_hash(key, id, length) >> 32);
}

static inline bool eng__book_find(const struct eng_book *book, uint32_t hash,
                                  const char *id, size_t length, uint32_t *row)
{
  const struct eng__index *index = &book->index;
  uint32_t entry;

  if (index->size == 0) return false;
  for (size_t i = eng__index_first(index, hash); (entry = index->entries[i]) != 0;
       i = eng__index_next(index, i)) {
    if (eng__index_may_be(index, entry, hash, row) &&
        eng__cell_is(eng__book_cell(book, *row), &book->long_ids, id, length)) {
      return true;
    }
  }
  return false;
}

/* Makes sure that eng__book_add finds room for a customer whose id has this length. */
eng_status eng__book_reserve(struct eng_book *book, size_t length);

/* Makes the index large enough for `rows` rows, which may be a guess, and not much
 * larger. */
eng_status eng__book_expect(struct eng_book *book, uint64_t rows);

/* Adds a customer without events; returns its row. */
uint32_t eng__book_add(struct eng_book *book, uint32_t hash, const char *id,
                       size_t length);

/* All but the index, where that is made afterwards. */
uint32_t eng__book_append(struct eng_book *book, uint32_t hash, const char *id,
                          size_t length);
eng_status eng__book_reserve_unindexed(struct eng_book *book, size_t length);

/* Makes room for so many rows more, of which so many hold heavy timelines, and floors. */
eng_status eng__book_reserve_rows(struct eng_book *book, uint64_t rows, size_t heavies,
                                  size_t floors);

/* Empties a row, takes it out of the index, and leaves a hole: no row may remain one. */
void eng__book_empty(struct eng_book *book, uint32_t row);

/* Takes a hole away, the one with the greatest number first: the last row moves to its
 * place. */
void eng__book_drop_hole(struct eng_book *book, uint32_t row);

/* ---- timelines ---- */

/* A row's timeline where it lies, for reading. */
void eng__book_view(const struct eng_book *book, uint32_t row,
                    struct eng__timeline *timeline);

/* The same for changing, to be closed afterwards. */
void eng__book_open(struct eng_book *book, uint32_t row, struct eng__timeline *timeline);

/* An empty timeline, to be closed over a row that is added meanwhile. */
void eng__book_open_new(struct eng_book *book, struct eng__timeline *timeline);

/* What a change may need for closing; before any change. With `floor` the floor may
 * be set or raised. */
eng_status eng__book_prepare(struct eng_book *book, bool floor);

/* Puts the timeline into its row. */
void eng__book_close(struct eng_book *book, uint32_t row,
                     const struct eng__timeline *timeline);

/* A timeline that was made for a row while none was open, and the place of its run. */
struct eng__made {
  struct eng__timeline timeline;
  uint32_t place;
};

/* What was just made by the book's home. */
void eng__book_made(const struct eng_book *book, const struct eng__timeline *timeline,
                    struct eng__made *made);

/* Puts it into a row in place of what that held; into a hole, or a row behind the last
 * one, for which there is room; or drops it. */
void eng__book_replace(struct eng_book *book, uint32_t row, const struct eng__made *made);
void eng__book_settle(struct eng_book *book, uint32_t row, uint32_t hash,
                      const struct eng__cell *cell, const struct eng__made *made);
void eng__book_unmake(struct eng_book *book, const struct eng__made *made);
/* Tells all watchers of a row that was changed; and of rows that were numbered anew, in
 * two steps, of which the first may fail: see watcher.h. */
void eng__book_tell(struct eng_book *book, uint32_t row);
eng_status eng__book_reserve_renumber(struct eng_book *book);
void eng__book_renumber(struct eng_book *book, const uint32_t *rows);
eng_status eng__book_reserve_emptied(struct eng_book *book, size_t rows, size_t bytes);
void eng__book_tell_emptied(struct eng_book *book, uint32_t row);
void eng__book_tell_moved(struct eng_book *book, uint32_t last, uint32_t to);

/* Moves every run to a new block of exactly its size, in the order of `rows`, and frees
 * the old chunks as they empty. On failure the book holds what it held. */
eng_status eng__book_sweep(struct eng_book *book, const uint32_t *rows);

#endif
