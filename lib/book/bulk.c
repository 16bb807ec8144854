/* SPDX-License-Identifier: MIT */
/*
 * bulk.c - group the records of a part by customer, then write each customer once.
 *
 * A part's records are few enough to stay in the cache. Those of a customer come in
 * order of arrival, which mostly is that of time: then they are copied behind what is
 * held, with gaps in place of times. All else is decoded and resolved. Work and memory
 * are linear in the records and in the timelines that they touch.
 */
#include "book/bulk.h"

#include "book/groups.h"
#include "book/join.h"
#include "book/prefetch.h"
#include "book/record.h"
#include "core/checked.h"

/* The records of one customer. */
struct group {
  uint32_t hash;
  uint32_t start; /* of its records in `sorted`, once they are placed */
  uint32_t count;
  int64_t last;         /* time of the latest so far */
  bool in_order;        /* each is later than those before it */
  const uint8_t *first; /* one of them, for the id */
};

/* Scratch memory, from one part to the next. */
struct bulk {
  struct eng__stage *stage;
  struct eng_book *book;
  bool number;
  eng_load_counts *counts;
  uint8_t **records;  /* in order of arrival */
  uint8_t **sorted;   /* by group, in each in order of arrival */
  uint32_t *group_of; /* of each record */
  size_t room;        /* entries of these three */
  size_t count;       /* records */
  struct group *groups;
  size_t group_room, group_count;
  uint32_t *table; /* group + 1, by hash */
  unsigned table_bits;
  struct eng__join join;
  struct eng__builder builder;
};

/* ---- memory ---- */

static const eng_allocator *memory_of(const struct bulk *bulk)
{
  return &bulk->book->outer;
}

static void free_lists(struct bulk *bulk)
{
  const eng_allocator *memory = memory_of(bulk);

  eng__free(memory, bulk->records, bulk->room * sizeof *bulk->records);
  eng__free(memory, bulk->sorted, bulk->room * sizeof *bulk->sorted);
  eng__free(memory, bulk->group_of, bulk->room * sizeof *bulk->group_of);
  bulk->records = bulk->sorted = NULL;
  bulk->group_of = NULL;
  bulk->room = 0;
}

static size_t table_size(unsigned bits)
{
  return bits == 0 ? 0 : sizeof(uint32_t) << bits;
}

static void release(struct bulk *bulk)
{
  const eng_allocator *memory = memory_of(bulk);

  free_lists(bulk);
  eng__free(memory, bulk->groups, bulk->group_room * sizeof *bulk->groups);
  eng__free(memory, bulk->table, table_size(bulk->table_bits));
  eng__join_release(&bulk->join);
}

static eng_status make_room(struct bulk *bulk, size_t count)
{
  const eng_allocator *memory = memory_of(bulk);
  size_t room, size;

  if (count <= bulk->room) return ENG_OK;
  room = count + count / 4;
  if (!eng__mul_size(room, sizeof *bulk->records, &size)) return ENG_E_NOMEM;
  free_lists(bulk);
  bulk->room = room;
  bulk->records = eng__new(memory, size);
  bulk->sorted = eng__new(memory, size);
  bulk->group_of = eng__new(memory, room * sizeof *bulk->group_of);
  if (bulk->records != NULL && bulk->sorted != NULL && bulk->group_of != NULL) {
    return ENG_OK;
  }
  free_lists(bulk);
  return ENG_E_NOMEM;
}

/* ---- grouping ---- */

static size_t table_slot(const struct bulk *bulk, uint32_t hash)
{
  return hash >> (32 - bulk->table_bits);
}

static eng_status grow_table(struct bulk *bulk)
{
  unsigned bits = bulk->table_bits == 0 ? 10 : bulk->table_bits + 1;
  size_t mask = ((size_t)1 << bits) - 1;
  uint32_t *table = eng__new_zeroed(memory_of(bulk), table_size(bits));

  if (table == NULL) return ENG_E_NOMEM;
  eng__free(memory_of(bulk), bulk->table, table_size(bulk->table_bits));
  bulk->table = table;
  bulk->table_bits = bits;
  for (uint32_t g = 0; g < bulk->group_count; g++) {
    size_t i = table_slot(bulk, bulk->groups[g].hash);

    while (table[i] != 0) i = (i + 1) & mask;
    table[i] = g + 1;
  }
  return ENG_OK;
}

static eng_status add_group(struct bulk *bulk, uint32_t hash, const uint8_t *record)
{
  void *groups = bulk->groups;
  eng_status status = eng__grow(memory_of(bulk), &groups, &bulk->group_room,
                                bulk->group_count + 1, sizeof *bulk->groups);
  struct group *group;

  bulk->groups = groups;
  if (status != ENG_OK) return status;
  group = &bulk->groups[bulk->group_count++];
  group->hash = hash;
  group->count = 0;
  group->last = -1;
  group->in_order = true;
  group->first = record;
  return ENG_OK;
}

static bool same_customer(const uint8_t *a, const uint8_t *b)
{
  size_t a_length, b_length;
  const char *a_id = eng__staged_id(a, &a_length), *b_id = eng__staged_id(b, &b_length);

  return a_length == b_length && eng__same_bytes(a_id, b_id, a_length);
}

/* The group of a record, which is made if it is the first. */
static eng_status find_group(struct bulk *bulk, const uint8_t *record, uint32_t *out)
{
  uint32_t hash = eng__staged_hash(record), entry;
  size_t mask, i;
  eng_status status;

  if (2 * (bulk->group_count + 1) > (size_t)1 << bulk->table_bits) {
    status = grow_table(bulk);
    if (status != ENG_OK) return status;
  }
  mask = ((size_t)1 << bulk->table_bits) - 1;
  for (i = table_slot(bulk, hash); (entry = bulk->table[i]) != 0; i = (i + 1) & mask) {
    const struct group *group = &bulk->groups[entry - 1];

    if (group->hash == hash && same_customer(group->first, record)) {
      *out = entry - 1;
      return ENG_OK;
    }
  }
  status = add_group(bulk, hash, record);
  if (status != ENG_OK) return status;
  bulk->table[i] = (uint32_t)bulk->group_count;
  *out = (uint32_t)bulk->group_count - 1;
  return ENG_OK;
}

static void place_records(struct bulk *bulk)
{
  uint32_t at = 0;

  for (size_t g = 0; g < bulk->group_count; g++) {
    bulk->groups[g].start = at;
    at += bulk->groups[g].count;
    bulk->groups[g].count = 0;
  }
  for (size_t i = 0; i < bulk->count; i++) {
    struct group *group = &bulk->groups[bulk->group_of[i]];

    bulk->sorted[group->start + group->count++] = bulk->records[i];
  }
}

static void count_record(struct group *group, int64_t time)
{
  group->count++;
  group->in_order = group->in_order & (time > group->last);
  group->last = time;
}

static eng_status group_part(struct bulk *bulk, struct eng__stage_part *part)
{
  eng_status status = make_room(bulk, part->count);

  if (status != ENG_OK) return status;
  bulk->count = bulk->group_count = 0;
  if (bulk->table_bits > 0) memset(bulk->table, 0, table_size(bulk->table_bits));
  eng__stage_close(part);
  for (struct eng__stage_block *block = part->first; block != NULL;
       block = block->next) {
    uint8_t *at = (uint8_t *)(block + 1), *end = at + block->used;

    for (; at < end; at += eng__staged_size(at)) {
      uint32_t *group = &bulk->group_of[bulk->count];

      if (eng__staged_is_done(at)) continue;
      status = find_group(bulk, at, group);
      if (status != ENG_OK) return status;
      count_record(&bulk->groups[*group], eng__staged_time(at));
      bulk->records[bulk->count++] = at;
    }
  }
  place_records(bulk);
  return ENG_OK;
}

/* ---- one customer ---- */

static void layout_of(const struct bulk *bulk, const struct eng__staged *staged,
                      struct eng__layout *own, const struct eng__layout **layout)
{
  *layout = own;
  if (staged->shape == ENG__ESCAPE) {
    eng__layout_fill(staged->code, own);
  } else {
    *layout = &bulk->book->shapes.layouts[staged->shape];
  }
}

static void decode(const struct bulk *bulk, const struct eng__staged *staged,
                   struct eng__event *event)
{
  const struct eng__layout *layout;
  struct eng__layout own;

  layout_of(bulk, staged, &own, &layout);
  eng__body_get(layout, staged->body, staged->time, event);
}

static eng_status pack_slowly(struct bulk *bulk, const struct eng__staged *staged)
{
  struct eng__event event;

  decode(bulk, staged, &event);
  return eng__builder_add(&bulk->builder, &event);
}

/* Writes a record behind the builder's last event: shape, gap, and the body as it is.
 */
static eng_status pack(struct bulk *bulk, const uint8_t *record)
{
  struct eng__run *run = &bulk->builder.run;
  const struct eng__layout *layout;
  struct eng__staged staged;
  uint64_t gap;
  uint32_t width;
  uint8_t *at;

  eng__staged_read(record, &staged);
  if (bulk->builder.heavy != NULL || staged.shape == ENG__ESCAPE) {
    return pack_slowly(bulk, &staged);
  }
  if (run->count == 0) {
    run->base = eng__run_base(staged.time);
    run->last = eng__run_origin(run);
  }
  gap = (uint64_t)(staged.time - run->last);
  layout = &bulk->book->shapes.layouts[staged.shape];
  if ((layout->flags & ENG__LAYOUT_SLOW) || gap >= ENG__GAP_LIMIT ||
      run->size + 6 + layout->body > ENG__LIGHT_MAX) {
    return pack_slowly(bulk, &staged);
  }
  gap <<= 2;
  width = 2u + (gap > 0xffff) + (gap > 0xffffff) + (gap > 0xffffffff);
  at = run->bytes + run->size;
  at[0] = staged.shape;
  eng__put64(at + 1, gap | (width - 2));
  at += 1 + width;
  eng__put64(at, eng__get64(staged.body));
  if (layout->body > 8) memcpy(at + 8, staged.body + 8, layout->body - 8u);
  run->size += 1 + width + layout->body;
  run->last = staged.time;
  run->count++;
  eng__summary_add(&run->summary, layout, staged.time);
  return ENG_OK;
}

/* Ids of up to this many records are compared pair by pair. */
enum { PAIRS_MAX = 48 };

static bool has_id(const struct bulk *bulk, const uint8_t *record, uint64_t *id)
{
  const struct eng__layout *layout;
  struct eng__layout own;
  struct eng__staged staged;

  eng__staged_read(record, &staged);
  layout_of(bulk, &staged, &own, &layout);
  if (!(layout->flags & ENG__LAYOUT_ID)) return false;
  *id = eng__get64(staged.body + layout->amount_width + layout->value_width);
  return true;
}

/* Whether no two of the records can be versions of one event. */
static bool are_distinct(const struct bulk *bulk, uint8_t *const *records, size_t count)
{
  uint64_t ids[PAIRS_MAX], id;
  size_t n = 0;

  for (size_t i = 0; i < count; i++) {
    if (!has_id(bulk, records[i], &id)) continue;
    if (n == PAIRS_MAX) return false;
    for (size_t k = 0; k < n; k++) {
      if (ids[k] == id) return false;
    }
    ids[n++] = id;
  }
  return true;
}

/* Whether the records, as they stand, all belong behind what is held. */
static bool belong_behind(const struct bulk *bulk, const struct eng__timeline *timeline,
                          bool in_order, uint8_t *const *records, size_t count)
{
  int64_t last = eng__timeline_count(timeline) > 0 ? eng__timeline_last(timeline) : -1;
  uint64_t id;

  if (!in_order || eng__staged_time(records[0]) <= last) return false;
  if (!bulk->stage->has_ids) return true;
  if (!(eng__timeline_summary(timeline)->flags & ENG__SUMMARY_IDS)) {
    return are_distinct(bulk, records, count);
  }
  for (size_t i = 0; i < count; i++) {
    if (has_id(bulk, records[i], &id)) return false;
  }
  return true;
}

static eng_status append_heavy(struct bulk *bulk, struct eng__timeline *timeline,
                               uint8_t *const *records, size_t count, size_t *done)
{
  for (; *done < count; ++*done) {
    struct eng__staged staged;
    struct eng__event event;
    eng_status status;

    eng__staged_read(records[*done], &staged);
    decode(bulk, &staged, &event);
    status = eng__heavy_append(timeline->heavy, &bulk->book->home.pen, &event);
    if (status != ENG_OK) return status;
    bulk->counts->added++;
  }
  return ENG_OK;
}

/* Writes the records behind what is held. */
static eng_status append(struct bulk *bulk, struct eng__timeline *timeline,
                         uint8_t *const *records, size_t count, size_t *done)
{
  struct eng__builder *builder = &bulk->builder;
  struct eng__home *home = &bulk->book->home;
  uint8_t *held = timeline->run.bytes;
  eng_status status = ENG_OK;

  if (eng__timeline_count(timeline) + count >
      eng__limit(home->pen.context, ENG_LIMIT_EVENTS)) {
    return ENG_E_LIMIT;
  }
  if (timeline->heavy != NULL) {
    return append_heavy(bulk, timeline, records, count, done);
  }
  eng__builder_begin(builder, home);
  if (timeline->run.count > 0) {
    builder->run = timeline->run;
    builder->run.bytes = builder->bytes;
    memcpy(builder->bytes, held, timeline->run.size);
  }
  for (size_t i = 0; i < count && status == ENG_OK; i++) {
    status = pack(bulk, records[i]);
  }
  if (status == ENG_OK) status = eng__builder_end(builder, timeline);
  if (status != ENG_OK) {
    eng__builder_drop(builder);
    return status;
  }
  if (timeline->heavy != NULL && held != NULL) {
    home->give(home, held, timeline->capacity);
  }
  if (timeline->heavy != NULL) {
    memset(&timeline->run, 0, sizeof timeline->run);
    timeline->capacity = 0;
  }
  bulk->counts->added += count;
  *done = count;
  return ENG_OK;
}

/* A few records among many events: one by one. */
static eng_status put_each(struct bulk *bulk, struct eng__timeline *timeline,
                           uint8_t *const *records, size_t count, size_t *done)
{
  for (; *done < count; ++*done) {
    struct eng__staged staged;
    struct eng__event event;
    int32_t outcome;
    eng_status status;

    eng__staged_read(records[*done], &staged);
    decode(bulk, &staged, &event);
    status = eng__timeline_put(timeline, &bulk->book->home, &event, &outcome);
    if (status != ENG_OK) return status;
    eng__count_outcome(bulk->counts, outcome);
  }
  return ENG_OK;
}

static eng_status join(struct bulk *bulk, struct eng__home *home,
                       struct eng__timeline *timeline, uint8_t *const *records,
                       size_t count, size_t *done)
{
  struct eng__join *join = &bulk->join;
  eng_status status = eng__join_begin(join, timeline, home->pen.shapes, count);

  if (status != ENG_OK) return status;
  for (size_t i = 0; i < count; i++) {
    struct eng__staged staged;

    eng__staged_read(records[i], &staged);
    decode(bulk, &staged, &join->events[join->count++]);
  }
  status = eng__join_end(join, timeline, home, bulk->number, bulk->counts);
  if (status == ENG_OK) *done = count;
  return status;
}

/* Takes records at or before the floor off the list; returns how many remain. */
static size_t drop_ignored(struct bulk *bulk, int64_t floor, uint8_t **records,
                           size_t count)
{
  size_t kept = 0;

  for (size_t i = 0; i < count; i++) {
    if (eng__staged_time(records[i]) > floor) {
      records[kept++] = records[i];
    } else {
      eng__staged_done(records[i]);
      bulk->counts->ignored++;
    }
  }
  return kept;
}

/* Sorts by time unless that is much work: records are nearly in order. */
static void sort_records(uint8_t **records, size_t count)
{
  size_t moves = 0;

  for (size_t i = 1; i < count && moves <= 8 * count; i++) {
    uint8_t *record = records[i];
    int64_t time = eng__staged_time(record);
    size_t k = i;

    for (; k > 0 && eng__staged_time(records[k - 1]) > time; k--) {
      records[k] = records[k - 1];
    }
    records[k] = record;
    moves += i - k;
  }
}

/* Takes exact copies off the list where they stand side by side; returns how many
 * remain. */
static size_t drop_copies(struct bulk *bulk, uint8_t **records, size_t count)
{
  size_t kept = 1;

  for (size_t i = 1; i < count; i++) {
    const uint8_t *before = records[kept - 1];
    unsigned size = eng__staged_size(before);

    if (eng__staged_size(records[i]) == size &&
        memcmp(records[i] + 6, before + 6, size - 6) == 0) {
      eng__staged_done(records[i]);
      bulk->counts->unchanged++;
    } else {
      records[kept++] = records[i];
    }
  }
  return kept;
}

static bool ascend(uint8_t *const *records, size_t count)
{
  for (size_t i = 1; i < count; i++) {
    if (eng__staged_time(records[i]) <= eng__staged_time(records[i - 1])) return false;
  }
  return true;
}

static eng_status bring_records(struct bulk *bulk, struct eng__timeline *timeline,
                                bool in_order, uint8_t **records, size_t count,
                                size_t *done)
{
  uint64_t held = eng__timeline_count(timeline);

  /* The order of arrival says nothing: records that are late or came twice can mostly
   * be packed like the others. Copies that are to be numbered stay, and are resolved.
   */
  if (!in_order) {
    sort_records(records, count);
    if (!bulk->number) count = drop_copies(bulk, records, count);
    in_order = ascend(records, count);
  }
  if (belong_behind(bulk, timeline, in_order, records, count)) {
    return append(bulk, timeline, records, count, done);
  }
  if (!bulk->number && (timeline->heavy != NULL || held >= 4 * count)) {
    return put_each(bulk, timeline, records, count, done);
  }
  return join(bulk, &bulk->book->home, timeline, records, count, done);
}

/* Of somebody who is in a group of the book: all of them, or none. */
static eng_status bring_member(struct bulk *bulk, const struct group *group,
                               uint32_t node)
{
  uint8_t **records = bulk->sorted + group->start;
  eng_load_counts before;
  size_t count, done = 0;
  struct eng__edit edit;
  eng_status status = eng__edit_begin(bulk->book, node, &edit);

  if (status != ENG_OK) return status;
  count = drop_ignored(bulk, edit.customer->timeline.floor, records, group->count);
  before = *bulk->counts;
  if (count > 0) {
    status = join(bulk, &edit.customer->home, &edit.customer->timeline, records, count,
                  &done);
  }
  if (status == ENG_OK && count > 0) {
    status = eng__edit_end(&edit);
  } else {
    eng__edit_drop(&edit);
  }
  if (status != ENG_OK) *bulk->counts = before;
  return status;
}

static eng_status bring_group(struct bulk *bulk, const struct group *group)
{
  struct eng_book *book = bulk->book;
  uint8_t **records = bulk->sorted + group->start;
  size_t count = group->count, done = 0, length;
  const char *id = eng__staged_id(group->first, &length);
  struct eng__timeline timeline;
  uint32_t row = 0;
  bool known;
  eng_status status;

  if (eng__groups_member(book, group->hash, id, length, &row)) {
    return bring_member(bulk, group, row);
  }
  known = eng__book_find(book, group->hash, id, length, &row);
  status = eng__book_prepare(book, false);
  if (status == ENG_OK && !known) status = eng__book_reserve(book, length);
  if (status != ENG_OK) return status;
  if (known) {
    eng__book_open(book, row, &timeline);
    if (timeline.floor != ENG_TIME_NONE) {
      count = drop_ignored(bulk, timeline.floor, records, count);
    }
  } else {
    eng__book_open_new(book, &timeline);
  }
  if (count > 0) {
    status = bring_records(bulk, &timeline, group->in_order, records, count, &done);
  }
  if (!known && done > 0) row = eng__book_add(book, group->hash, id, length);
  if (done > 0) eng__book_close(book, row, &timeline);
  if (status != ENG_OK) {
    for (size_t i = 0; i < done; i++) eng__staged_done(records[i]);
  }
  return status;
}

/* ---- all of them ---- */

/* Asks for the index entry of a group that is to come. */
static void fetch_entry(const struct bulk *bulk, size_t g)
{
  const struct eng__index *index = &bulk->book->index;

  if (g >= bulk->group_count || index->size == 0) return;
  eng__prefetch(&index->entries[eng__index_first(index, bulk->groups[g].hash)]);
}

static eng_status bring_part(struct bulk *bulk, struct eng__stage_part *part)
{
  eng_status status = group_part(bulk, part);

  for (size_t g = 0; g < bulk->group_count && status == ENG_OK; g++) {
    fetch_entry(bulk, g + 16);
    status = bring_group(bulk, &bulk->groups[g]);
    if (status == ENG_OK) continue;
    /* Those before are in; they are not to be brought in twice. */
    for (uint32_t i = 0; i < bulk->groups[g].start; i++) {
      eng__staged_done(bulk->sorted[i]);
    }
  }
  if (status == ENG_OK) eng__stage_clear(bulk->stage, part);
  return status;
}

/* Hashes are spread evenly: the parts so far tell how many customers will be added. A
 * guess that cannot be had is no loss. */
static void expect_rows(struct bulk *bulk, uint64_t rows_before, size_t parts_done)
{
  uint64_t parts = UINT64_C(1) << bulk->stage->bits;
  uint64_t added = bulk->book->rows - rows_before;
  uint64_t most = bulk->book->rows + bulk->stage->count, guess;
  uint64_t next = bulk->book->rows + bulk->stage->parts[parts_done].count;

  if (parts_done == 0 || next <= eng__index_capacity(&bulk->book->index)) return;
  guess = rows_before + added * parts / parts_done;
  (void)eng__book_expect(bulk->book, guess < most ? guess : most);
}

eng_status eng__bulk_bring(struct eng__stage *stage, bool number,
                           eng_load_counts *counts)
{
  size_t parts = (size_t)1 << stage->bits;
  uint64_t rows = stage->book->rows;
  struct bulk *bulk;
  eng_status status = ENG_OK;

  if (stage->count == 0) return ENG_OK;
  bulk = eng__new_zeroed(&stage->book->outer, sizeof *bulk);
  if (bulk == NULL) return ENG_E_NOMEM;
  bulk->stage = stage;
  bulk->book = stage->book;
  bulk->number = number;
  bulk->counts = counts;
  eng__join_init(&bulk->join, memory_of(bulk));
  for (size_t i = 0; i < parts && status == ENG_OK; i++) {
    expect_rows(bulk, rows, i);
    status = bring_part(bulk, &stage->parts[i]);
  }
  release(bulk);
  eng__free(&stage->book->outer, bulk, sizeof *bulk);
  return status;
}
