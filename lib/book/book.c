/* SPDX-License-Identifier: MIT */
/*
 * book.c - life of a book, its rows, and opening and closing their timelines.
 */
#include "book/book.h"

#include "book/groups.h"
#include "book/journal.h"
#include "core/customer.h"
#include "core/status.h"

enum { FIRST_SLOTS = 8, CHUNK_SLOTS = 1 << ENG__SLOT_BITS };

/* ---- counted memory ---- */

static void *resize_counted(void *user, void *old, size_t old_size, size_t new_size)
{
  struct eng_book *book = user;
  void *block = book->outer.resize(book->outer.user, old, old_size, new_size);

  if (new_size == 0) {
    book->held -= old_size;
  } else if (block != NULL) {
    book->held += (uint64_t)new_size - old_size;
  }
  return block;
}

/* ---- the home of runs ---- */

static uint8_t *take_run(struct eng__home *home, uint32_t size, bool exact,
                         uint32_t *capacity)
{
  struct eng_book *book = (struct eng_book *)(void *)home;

  if (!eng__arena_take(&book->arena, &book->memory, size, exact, &book->taken_place,
                       &book->taken_class)) {
    return NULL;
  }
  *capacity = eng__class_size(book->taken_class);
  book->taken_bytes = eng__arena_at(&book->arena, book->taken_place);
  return book->taken_bytes;
}

static void give_run(struct eng__home *home, uint8_t *bytes, uint32_t capacity)
{
  struct eng_book *book = (struct eng_book *)(void *)home;
  bool open = bytes == book->open_bytes;

  if (ENG__NEVER(!open && bytes != book->taken_bytes)) return;
  eng__arena_give(&book->arena, open ? book->open_place : book->taken_place,
                  eng__class_of(capacity));
}

/* ---- life ---- */

static void learn_vocabulary(struct eng_book *book)
{
  const eng_context *context = book->home.pen.context;

  for (int i = 0; i < 256; i++) {
    book->kinds[i] = eng__kind_is_known(context, i);
    book->channels[i] = i == 0 || eng__channel_is_known(context, i);
  }
}

static void set_home(struct eng_book *book, const eng_context *context)
{
  book->memory = book->outer;
  book->memory.user = book;
  book->memory.resize = resize_counted;
  book->home.pen.context = context;
  book->home.pen.memory = &book->memory;
  book->home.pen.shapes = &book->shapes;
  eng__shapes_init(&book->shapes, context->settings.hash_key);
  book->home.take = take_run;
  book->home.give = give_run;
}

eng_status eng_book_new(const eng_context *context, const eng_allocator *allocator,
                        eng_book **out)
{
  eng_allocator outer;
  eng_book *book;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL) return ENG_E_INVALID;
  status =
      eng__allocator_copy(allocator != NULL ? allocator : eng__memory(context), &outer);
  if (status != ENG_OK) return status;
  book = eng__new_zeroed(&outer, sizeof *book);
  if (book == NULL) return ENG_E_NOMEM;
  book->outer = outer;
  book->held = sizeof *book;
  book->last = ENG_TIME_NONE;
  set_home(book, context);
  learn_vocabulary(book);
  *out = book;
  return ENG_OK;
}

void eng_book_free(eng_book *book)
{
  eng_allocator outer;

  if (book == NULL) return;
  for (size_t i = 0; i < book->heavy_count; i++) {
    eng__heavy_free(book->heavies[i], &book->home.pen);
  }
  eng__groups_release(book);
  eng__free(&book->memory, book->heavies, book->heavy_room * sizeof *book->heavies);
  eng__free(&book->memory, book->index.entries, eng__index_memory(&book->index));
  eng__floors_release(&book->floors, &book->memory);
  eng__chunks_release(&book->slots, &book->memory);
  eng__chunks_release(&book->cells, &book->memory);
  eng__long_ids_release(&book->long_ids, &book->memory);
  eng__arena_release(&book->arena, &book->memory);
  eng__shapes_release(&book->shapes, &book->memory);
  eng__journal_release(book);
  outer = book->outer;
  eng__free(&outer, book, sizeof *book);
}

/* ---- rows ---- */

eng_status eng__book_expect(struct eng_book *book, uint64_t rows)
{
  struct eng__index index = eng__index_plan(rows);
  struct eng__index *old = &book->index;

  if (rows <= eng__index_capacity(old) || old->size >= index.size) return ENG_OK;
  index.entries = eng__new_zeroed(&book->memory, eng__index_memory(&index));
  if (index.entries == NULL) return ENG_E_NOMEM;
  for (uint32_t row = 0; row < book->rows; row++) {
    eng__index_add(&index, eng__book_slot(book, row)->hash, row);
  }
  eng__free(&book->memory, old->entries, eng__index_memory(old));
  *old = index;
  return ENG_OK;
}

/* The index for one more row. It grows by half. */
static eng_status reserve_index(struct eng_book *book)
{
  if (book->rows < eng__index_capacity(&book->index)) return ENG_OK;
  return eng__book_expect(book, book->rows + book->rows / 2 + 1);
}

/* The first chunk grows as long as it is the only one. */
static eng_status grow_rows(struct eng_book *book, struct eng__chunks *chunks,
                            size_t size)
{
  struct eng__chunks larger;
  size_t room = book->row_room == 0 ? FIRST_SLOTS : 2 * (size_t)book->row_room;
  eng_status status;

  if (book->row_room >= CHUNK_SLOTS) {
    return eng__chunks_add(chunks, &book->memory, CHUNK_SLOTS * size);
  }
  eng__chunks_init(&larger);
  status = eng__chunks_add(&larger, &book->memory, room * size);
  if (status != ENG_OK) {
    eng__chunks_release(&larger, &book->memory);
    return status;
  }
  if (book->rows > 0) {
    memcpy(larger.list[0].bytes, chunks->list[0].bytes, (size_t)book->rows * size);
  }
  eng__chunks_release(chunks, &book->memory);
  *chunks = larger;
  return ENG_OK;
}

/* Room for another row. If there is memory for the slots alone, they are found to be
 * there the next time. */
static eng_status add_room(struct eng_book *book)
{
  uint64_t room = book->row_room;
  eng_status status = ENG_OK;

  room = room == 0 ? FIRST_SLOTS : room < CHUNK_SLOTS ? 2 * room : room + CHUNK_SLOTS;
  if (book->slot_room < room) {
    status = grow_rows(book, &book->slots, sizeof(struct eng__slot));
    if (status == ENG_OK) book->slot_room = room;
  }
  if (status == ENG_OK) {
    status = grow_rows(book, &book->cells, sizeof(struct eng__cell));
  }
  if (status == ENG_OK) book->row_room = room;
  return status;
}

eng_status eng__book_reserve_unindexed(struct eng_book *book, size_t length)
{
  eng_status status = ENG_OK;

  if (eng__members_count(book) >=
          eng__limit(book->home.pen.context, ENG_LIMIT_CUSTOMERS) ||
      book->rows >= INT32_MAX) {
    return ENG_E_LIMIT;
  }
  if (book->rows == book->row_room) status = add_room(book);
  if (status == ENG_OK) {
    status = eng__long_ids_reserve(&book->long_ids, &book->memory, length);
  }
  return status;
}

eng_status eng__book_reserve(struct eng_book *book, size_t length)
{
  eng_status status = eng__book_reserve_unindexed(book, length);

  return status == ENG_OK ? reserve_index(book) : status;
}

uint32_t eng__book_append(struct eng_book *book, uint32_t hash, const char *id,
                          size_t length)
{
  uint32_t row = (uint32_t)book->rows++;
  struct eng__slot *slot = eng__book_slot(book, row);

  memset(slot, 0, sizeof *slot);
  slot->hash = hash;
  eng__cell_set(eng__book_cell(book, row), &book->long_ids, id, length);
  return row;
}

uint32_t eng__book_add(struct eng_book *book, uint32_t hash, const char *id,
                       size_t length)
{
  uint32_t row = eng__book_append(book, hash, id, length);

  eng__index_add(&book->index, hash, row);
  return row;
}

/* ---- taking rows away ---- */

/* An entry of heavies that holds nothing, or no longer. */
static void note_free(struct eng_book *book, uint32_t number)
{
  book->heavies[number] = NULL;
  book->heavy_free++;
  if (number > book->heavy_top) book->heavy_top = number;
}

eng_status eng__book_reserve_rows(struct eng_book *book, uint64_t rows, size_t heavies,
                                  size_t floors)
{
  uint64_t total = book->rows + rows;
  eng_status status = ENG_OK;

  /* The limit of the context is one on members, who stay as many as they are. */
  if (rows > 0 && total > INT32_MAX) return ENG_E_LIMIT;
  if (total > eng__index_capacity(&book->index)) status = eng__book_expect(book, total);
  while (status == ENG_OK && book->row_room < total) status = add_room(book);
  while (status == ENG_OK && book->heavy_free < heavies) {
    void *block = book->heavies;

    status = eng__grow(&book->memory, &block, &book->heavy_room, book->heavy_count + 1,
                       sizeof *book->heavies);
    book->heavies = block;
    if (status != ENG_OK) break;
    note_free(book, (uint32_t)book->heavy_count++);
  }
  if (status != ENG_OK) return status;
  return eng__floors_reserve_many(&book->floors, &book->memory, floors);
}

static size_t distance(size_t from, size_t to, size_t size)
{
  return to >= from ? to - from : to + (size - from);
}

/* Entries behind the hole move up, as far as they were pushed off their places. */
static void index_remove(struct eng_book *book, size_t hole)
{
  struct eng__index *index = &book->index;
  uint32_t mask = (uint32_t)((UINT64_C(1) << index->bits) - 1);

  for (size_t i = eng__index_next(index, hole); index->entries[i] != 0;
       i = eng__index_next(index, i)) {
    uint32_t row = (index->entries[i] & mask) - 1;
    size_t own = eng__index_first(index, eng__book_slot(book, row)->hash);

    if (distance(own, i, index->size) < distance(hole, i, index->size)) continue;
    index->entries[hole] = index->entries[i];
    hole = i;
  }
  index->entries[hole] = 0;
}

/* Frees what a row holds; the slot is to be written anew. */
static void release_slot(struct eng_book *book, struct eng__slot *slot)
{
  if (eng__slot_is_heavy(slot)) {
    eng__heavy_free(book->heavies[slot->run], &book->home.pen);
    note_free(book, slot->run);
  } else if (eng__slot_class(slot) > 0) {
    eng__arena_give(&book->arena, slot->run, eng__slot_class(slot));
  }
  slot->run = 0;
  slot->sizes = 0;
}

void eng__book_empty(struct eng_book *book, uint32_t row)
{
  struct eng__slot *slot = eng__book_slot(book, row);
  struct eng__timeline timeline;
  size_t at;

  if (book->watchers != NULL) eng__book_tell_emptied(book, row);
  eng__book_view(book, row, &timeline);
  book->events -= eng__timeline_count(&timeline);
  if (eng__slot_last(slot) == book->last) book->last_is_old = true;
  release_slot(book, slot);
  if (eng__index_find(&book->index, slot->hash, row, &at)) index_remove(book, at);
  (void)eng__floors_drop(&book->floors, row);
}

static void move_row(struct eng_book *book, uint32_t from, uint32_t to)
{
  const struct eng__slot *slot = eng__book_slot(book, from);
  int64_t floor = eng__floors_drop(&book->floors, from);
  size_t at;

  if (eng__index_find(&book->index, slot->hash, from, &at)) {
    book->index.entries[at] = eng__index_entry(&book->index, slot->hash, to);
  }
  *eng__book_slot(book, to) = *slot;
  *eng__book_cell(book, to) = *eng__book_cell(book, from);
  if (floor != ENG_TIME_NONE) eng__floors_set(&book->floors, to, floor);
}

void eng__book_drop_hole(struct eng_book *book, uint32_t row)
{
  uint32_t last = (uint32_t)--book->rows;

  if (row != last) move_row(book, last, row);
  if (book->watchers != NULL) eng__book_tell_moved(book, last, row);
}

/* ---- timelines ---- */

void eng__book_view(const struct eng_book *book, uint32_t row,
                    struct eng__timeline *timeline)
{
  const struct eng__slot *slot = eng__book_slot(book, row);
  unsigned class_number = eng__slot_class(slot);

  if (eng__slot_is_heavy(slot)) {
    eng__timeline_init(timeline);
    timeline->heavy = book->heavies[slot->run];
  } else {
    timeline->run.bytes =
        class_number == 0 ? NULL : eng__arena_at(&book->arena, slot->run);
    timeline->run.last = eng__slot_last(slot);
    timeline->run.size = eng__slot_size(slot);
    timeline->run.count = eng__slot_count(slot);
    timeline->run.base = slot->base;
    timeline->run.summary = slot->summary;
    timeline->capacity = eng__class_size(class_number);
    timeline->heavy = NULL;
  }
  timeline->floor = eng__floors_get(&book->floors, row);
}

void eng__book_open(struct eng_book *book, uint32_t row, struct eng__timeline *timeline)
{
  eng__book_view(book, row, timeline);
  book->open_count = eng__timeline_count(timeline);
  book->open_bytes = timeline->run.bytes;
  book->open_place = eng__book_slot(book, row)->run;
}

void eng__book_open_new(struct eng_book *book, struct eng__timeline *timeline)
{
  eng__timeline_init(timeline);
  book->open_count = 0;
  book->open_bytes = NULL;
}

eng_status eng__book_prepare(struct eng_book *book, bool floor)
{
  if (book->heavy_free == 0) {
    void *heavies = book->heavies;
    eng_status status = eng__grow(&book->memory, &heavies, &book->heavy_room,
                                  book->heavy_count + 1, sizeof *book->heavies);

    book->heavies = heavies;
    if (status != ENG_OK) return status;
    note_free(book, (uint32_t)book->heavy_count++);
  }
  return floor ? eng__floors_reserve(&book->floors, &book->memory) : ENG_OK;
}

/* Field by field: a summary was just written so, and a wider load would wait until
 * those stores are through. */
static void set_summary(struct eng__slot *slot, const struct eng__summary *summary)
{
  slot->summary.kinds = summary->kinds;
  slot->summary.purchases = summary->purchases;
  slot->summary.first_purchase = summary->first_purchase;
  slot->summary.last_purchase = summary->last_purchase;
  slot->summary.flags = summary->flags;
}

/* A heavy timeline keeps its number as long as it is heavy. */
static void close_heavy(struct eng_book *book, struct eng__slot *slot,
                        struct eng__heavy *heavy)
{
  uint32_t number = slot->run;

  if (!eng__slot_is_heavy(slot)) {
    while (book->heavies[book->heavy_top] != NULL) book->heavy_top--;
    number = book->heavy_top;
    book->heavy_free--;
  }
  book->heavies[number] = heavy;
  slot->run = number;
  slot->base = 0;
  set_summary(slot, &heavy->summary);
  eng__slot_set_last(slot, heavy->last);
  eng__slot_set_sizes(slot, ENG__SLOT_HEAVY, 0, 0);
}

static void close_light(struct eng_book *book, struct eng__slot *slot,
                        const struct eng__timeline *timeline)
{
  const struct eng__run *run = &timeline->run;
  uint32_t place = slot->run;

  if (eng__slot_is_heavy(slot)) {
    note_free(book, slot->run);
  }
  if (run->bytes == NULL) {
    place = 0;
  } else if (run->bytes != book->open_bytes) {
    place = book->taken_place;
  }
  slot->run = place;
  slot->base = run->base;
  set_summary(slot, &run->summary);
  eng__slot_set_last(slot, run->last);
  eng__slot_set_sizes(slot, run->size, eng__class_of(timeline->capacity), run->count);
}

void eng__book_close(struct eng_book *book, uint32_t row,
                     const struct eng__timeline *timeline)
{
  struct eng__slot *slot = eng__book_slot(book, row);
  uint64_t count = eng__timeline_count(timeline);
  int64_t last = eng__timeline_last(timeline);

  if (eng__slot_last(slot) == book->last &&
      (count == 0 || last < eng__slot_last(slot))) {
    book->last_is_old = true;
  }
  if (timeline->heavy != NULL) {
    close_heavy(book, slot, timeline->heavy);
  } else {
    close_light(book, slot, timeline);
  }
  book->events += count - book->open_count;
  if (count > 0 && last >= book->last) {
    book->last = last;
    book->last_is_old = false;
  }
  if (timeline->floor != ENG_TIME_NONE) {
    eng__floors_set(&book->floors, row, timeline->floor);
  }
  if (book->watchers != NULL) eng__book_tell(book, row);
}

void eng__book_made(const struct eng_book *book, const struct eng__timeline *timeline,
                    struct eng__made *made)
{
  made->timeline = *timeline;
  made->place = timeline->run.bytes == NULL ? 0 : book->taken_place;
}

void eng__book_replace(struct eng_book *book, uint32_t row,
                       const struct eng__made *made)
{
  struct eng__slot *slot = eng__book_slot(book, row);
  struct eng__timeline before;
  int64_t last = eng__slot_last(slot);

  eng__book_view(book, row, &before);
  book->open_count = eng__timeline_count(&before);
  book->open_bytes = NULL;
  release_slot(book, slot);
  (void)eng__floors_drop(&book->floors, row);
  eng__slot_set_last(slot, last); /* which close compares */
  book->taken_bytes = made->timeline.run.bytes;
  book->taken_place = made->place;
  eng__book_close(book, row, &made->timeline);
}

void eng__book_settle(struct eng_book *book, uint32_t row, uint32_t hash,
                      const struct eng__cell *cell, const struct eng__made *made)
{
  struct eng__slot *slot = eng__book_slot(book, row);

  if (row == book->rows) book->rows++;
  memset(slot, 0, sizeof *slot);
  slot->hash = hash;
  *eng__book_cell(book, row) = *cell;
  eng__index_add(&book->index, hash, row);
  book->open_count = 0;
  book->open_bytes = NULL;
  book->taken_bytes = made->timeline.run.bytes;
  book->taken_place = made->place;
  eng__book_close(book, row, &made->timeline);
}

void eng__book_unmake(struct eng_book *book, const struct eng__made *made)
{
  if (made->timeline.run.bytes != NULL) {
    eng__arena_give(&book->arena, made->place, eng__class_of(made->timeline.capacity));
  }
  eng__heavy_free(made->timeline.heavy, &book->home.pen);
}

/* ---- sweeping ---- */

/* Bytes that all runs need, in blocks of exactly their size. */
static uint64_t needed(const struct eng_book *book)
{
  uint64_t bytes = 0;

  for (uint32_t row = 0; row < book->rows; row++) {
    const struct eng__slot *slot = eng__book_slot(book, row);

    if (!eng__slot_is_heavy(slot)) {
      bytes += eng__class_size(eng__class_of(eng__slot_size(slot)));
    }
  }
  return bytes;
}

/* Counts the blocks in use of each chunk. */
static void count_live(const struct eng_book *book, uint32_t *live)
{
  for (uint32_t row = 0; row < book->rows; row++) {
    const struct eng__slot *slot = eng__book_slot(book, row);

    if (eng__slot_class(slot) > 0) live[slot->run >> ENG__ARENA_BITS]++;
  }
}

static eng_status move_run(struct eng_book *book, uint32_t row, uint32_t *live)
{
  struct eng__slot *slot = eng__book_slot(book, row);
  uint32_t size = eng__slot_size(slot), from = slot->run, place = 0;
  unsigned class_number = 0;

  if (eng__slot_class(slot) == 0) return ENG_OK;
  if (size > 0) {
    if (!eng__arena_take(&book->arena, &book->memory, size, true, &place,
                         &class_number)) {
      return ENG_E_NOMEM;
    }
    memcpy(eng__arena_at(&book->arena, place), eng__arena_at(&book->arena, from), size);
  }
  slot->run = place;
  eng__slot_set_sizes(slot, size, class_number, eng__slot_count(slot));
  if (--live[from >> ENG__ARENA_BITS] == 0) {
    eng__chunks_drop(&book->arena.chunks, &book->memory, from >> ENG__ARENA_BITS);
  }
  return ENG_OK;
}

/* Numbers the chunks anew from 0, once the first `count` of them are gone. */
static void renumber_chunks(struct eng_book *book, size_t count)
{
  struct eng__chunks *chunks = &book->arena.chunks;

  for (size_t i = 0; i < count; i++) {
    if (chunks->list[i].bytes != NULL) eng__chunks_drop(chunks, &book->memory, i);
  }
  chunks->count -= count;
  memmove(chunks->list, chunks->list + count, chunks->count * sizeof *chunks->list);
  for (uint32_t row = 0; row < book->rows; row++) {
    struct eng__slot *slot = eng__book_slot(book, row);

    if (eng__slot_class(slot) > 0) slot->run -= (uint32_t)count << ENG__ARENA_BITS;
  }
  eng__arena_forget(&book->arena);
}

eng_status eng__book_sweep(struct eng_book *book, const uint32_t *rows)
{
  size_t count = book->arena.chunks.count;
  uint32_t *live;
  eng_status status = ENG_OK;

  if (count == 0) return ENG_OK;
  live = eng__new_zeroed(&book->memory, count * sizeof *live);
  if (live == NULL) return ENG_E_NOMEM;
  count_live(book, live);
  eng__arena_seal(&book->arena, needed(book));
  for (uint32_t i = 0; i < book->rows && status == ENG_OK; i++) {
    status = move_run(book, rows[i], live);
  }
  if (status == ENG_OK) renumber_chunks(book, count);
  eng__free(&book->memory, live, count * sizeof *live);
  return status;
}

/* ---- the public face ---- */

uint64_t eng_book_customer_count(const eng_book *book) { return book->rows; }

uint64_t eng_book_event_count(const eng_book *book)
{
  const struct eng__links *links = book->links;

  if (links == NULL) return book->events;
  return book->events - links->group_events + links->own_events;
}

int64_t eng_book_last_event_at(const eng_book *book)
{
  int64_t last = ENG_TIME_NONE;

  if (!book->last_is_old) return book->last;
  for (uint32_t row = 0; row < book->rows; row++) {
    const struct eng__slot *slot = eng__book_slot(book, row);

    if (slot->sizes != 0 && eng__slot_last(slot) > last) last = eng__slot_last(slot);
  }
  return last;
}

uint64_t eng_book_memory(const eng_book *book) { return book->held; }

eng_status eng_book_find(const eng_book *book, const char *id, size_t length,
                         uint64_t *row)
{
  uint32_t found;

  if (row == NULL) return ENG_E_INVALID;
  *row = 0;
  if (book == NULL || id == NULL) return ENG_E_INVALID;
  if (!eng__groups_find(book, eng__book_hash(book, id, length), id, length, &found)) {
    return ENG_E_NOTFOUND;
  }
  *row = found;
  return ENG_OK;
}

const char *eng_book_customer_id(const eng_book *book, uint64_t row, size_t *length)
{
  size_t held = 0;
  const char *id = NULL;

  if (row < book->rows) {
    id = eng__book_id(book, (uint32_t)row, &held);
  }
  if (length != NULL) *length = held;
  return id;
}

eng_status eng_book_customer(const eng_book *book, uint64_t row, eng_customer **out)
{
  struct eng__timeline timeline;
  eng_customer *customer;
  const char *id;
  size_t length;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (book == NULL) return ENG_E_INVALID;
  if (row >= book->rows) return ENG_E_NOTFOUND;
  id = eng_book_customer_id(book, row, &length);
  /* The context's memory: the customer may outlive the book. */
  status =
      eng__customer_new(book->home.pen.context, eng__memory(book->home.pen.context), id,
                        length, &customer);
  if (status != ENG_OK) return status;
  eng__book_view(book, (uint32_t)row, &timeline);
  status = eng__timeline_merge(&customer->timeline, &customer->home, &timeline,
                               &book->shapes);
  if (status != ENG_OK) {
    eng_customer_free(customer);
    return status;
  }
  *out = customer;
  return ENG_OK;
}
