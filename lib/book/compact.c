/* SPDX-License-Identifier: MIT */
/*
 * compact.c - a book in as little memory as it needs, its customers in order of ids.
 *
 * Slots, ids and index are made anew beside the old ones; runs, which are most of the
 * book, then move over one by one while the old chunks are freed as they empty. Until
 * the end the old slots are kept right, so that giving up at any point changes nothing
 * that can be seen.
 */
#include "book/order.h"

/* The new slots, ids and index. */
struct anew {
  struct eng__chunks slots, cells;
  uint64_t room;
  struct eng__long_ids long_ids;
  struct eng__index index;
  struct eng__floors floors;
};

static void release_anew(struct anew *anew, const eng_allocator *memory)
{
  eng__chunks_release(&anew->slots, memory);
  eng__chunks_release(&anew->cells, memory);
  eng__long_ids_release(&anew->long_ids, memory);
  eng__floors_release(&anew->floors, memory);
  eng__free(memory, anew->index.entries, eng__index_memory(&anew->index));
}

static eng_status make_rows(struct eng_book *book, struct anew *anew)
{
  uint64_t left = book->rows, chunk = UINT64_C(1) << ENG__SLOT_BITS;
  eng_status status = ENG_OK;

  while (left > 0 && status == ENG_OK) {
    /* A lone first chunk is a power of two, as it is where it grows. */
    uint64_t room = chunk;

    while (anew->room == 0 && room > 8 && room / 2 >= left) room /= 2;
    status = eng__chunks_add(&anew->slots, &book->memory,
                             (size_t)room * sizeof(struct eng__slot));
    if (status == ENG_OK) {
      status = eng__chunks_add(&anew->cells, &book->memory,
                               (size_t)room * sizeof(struct eng__cell));
    }
    anew->room += room;
    left -= left < room ? left : room;
  }
  return status;
}

static struct eng__slot *new_slot(const struct anew *anew, uint32_t row)
{
  void *slots = anew->slots.list[row >> ENG__SLOT_BITS].bytes;

  return (struct eng__slot *)slots + (row & ((1u << ENG__SLOT_BITS) - 1));
}

static struct eng__cell *new_cell(const struct anew *anew, uint32_t row)
{
  void *cells = anew->cells.list[row >> ENG__SLOT_BITS].bytes;

  return (struct eng__cell *)cells + (row & ((1u << ENG__SLOT_BITS) - 1));
}

/* Ids, index and floors in the new order. */
static eng_status make_ids(struct eng_book *book, const uint32_t *rows,
                           struct anew *anew)
{
  const eng_allocator *memory = &book->memory;
  eng_status status = ENG_OK;

  anew->index = eng__index_plan(book->rows);
  anew->index.entries = eng__new_zeroed(memory, eng__index_memory(&anew->index));
  if (anew->index.entries == NULL) {
    anew->index.size = 0;
    return ENG_E_NOMEM;
  }
  for (uint32_t i = 0; i < book->rows && status == ENG_OK; i++) {
    int64_t floor = eng__floors_get(&book->floors, rows[i]);
    size_t length;
    const char *id = eng__book_id(book, rows[i], &length);

    status = eng__long_ids_reserve(&anew->long_ids, memory, length);
    if (status == ENG_OK && floor != ENG_TIME_NONE) {
      status = eng__floors_reserve(&anew->floors, memory);
    }
    if (status != ENG_OK) return status;
    eng__cell_set(new_cell(anew, i), &anew->long_ids, id, length);
    eng__index_add(&anew->index, eng__book_slot(book, rows[i])->hash, i);
    if (floor != ENG_TIME_NONE) eng__floors_set(&anew->floors, i, floor);
  }
  return status;
}

/* Takes the new parts; nothing can fail any more. */
static void take_anew(struct eng_book *book, const uint32_t *rows, struct anew *anew)
{
  struct anew old = {book->slots,    book->cells, book->row_room,
                     book->long_ids, book->index, book->floors};

  for (uint32_t i = 0; i < book->rows; i++) {
    *new_slot(anew, i) = *eng__book_slot(book, rows[i]);
  }
  book->slots = anew->slots;
  book->cells = anew->cells;
  book->row_room = book->slot_room = anew->room;
  book->long_ids = anew->long_ids;
  book->index = anew->index;
  book->floors = anew->floors;
  release_anew(&old, &book->memory);
}

eng_status eng_book_compact(eng_book *book)
{
  struct anew anew;
  uint32_t *rows;
  eng_status status;

  if (book == NULL) return ENG_E_INVALID;
  if (book->rows == 0) return ENG_OK;
  memset(&anew, 0, sizeof anew);
  status = eng__book_order(book, &book->outer, &rows);
  if (status != ENG_OK) return status;
  status = eng__book_reserve_renumber(book);
  if (status == ENG_OK) status = make_rows(book, &anew);
  if (status == ENG_OK) status = make_ids(book, rows, &anew);
  if (status == ENG_OK) status = eng__book_sweep(book, rows);
  if (status == ENG_OK) {
    take_anew(book, rows, &anew);
    eng__book_renumber(book, rows);
  } else {
    release_anew(&anew, &book->memory);
    eng__book_renumber(book, NULL);
  }
  eng__free(&book->outer, rows, (size_t)book->rows * sizeof *rows);
  return status;
}
