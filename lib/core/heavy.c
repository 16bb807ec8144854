/* SPDX-License-Identifier: MIT */
/*
 * heavy.c - blocks under nodes, and the table of ids.
 *
 * A change first gets all the memory that it may need, then changes; so it happens
 * whole or not at all. Taking an event out never needs memory: every block keeps
 * SPARE bytes by which the gap behind a seam may grow.
 */
#include "core/heavy.h"

#include <engagement/customer.h>

#include "core/hash.h"
#include "core/memory.h"

enum {
  SPARE = 48,
  /* No block is longer. One that is cut has at most an event more; its halves have half
   * of that and half an event more: again no more than this. */
  LONGEST = (int)ENG__BLOCK_MAX > 2 * (int)ENG__EVENT_MAX ? (int)ENG__BLOCK_MAX
                                                          : 2 * (int)ENG__EVENT_MAX,
  /* A block with an event more. */
  SCRATCH = LONGEST + SPARE + ENG__SPLICE_ROOM + ENG__SLACK
};

/* ---- counted memory ---- */

static void *take(struct eng__heavy *heavy, const struct eng__pen *pen, size_t size)
{
  void *block = eng__new(pen->memory, size);

  if (block != NULL) heavy->memory += size;
  return block;
}

static void give(struct eng__heavy *heavy, const struct eng__pen *pen, void *block,
                 size_t size)
{
  if (block == NULL) return;
  heavy->memory -= size;
  eng__free(pen->memory, block, size);
}

/* ---- the table of ids ---- */

static uint64_t place_of(const struct eng__event *event)
{
  return (uint64_t)event->occurred_at << 8 | event->kind;
}

static size_t id_slot(const struct eng__heavy *heavy, const struct eng__pen *pen,
                      uint64_t id)
{
  uint8_t bytes[8];

  eng__put64(bytes, id);
  return (size_t)eng__table_hash(pen->context->settings.hash_key, bytes, 8) &
         (heavy->id_room - 1);
}

/* The entry of an id, or the empty one where it belongs; NULL without a table. */
static struct eng__id_entry *find_id(const struct eng__heavy *heavy,
                                     const struct eng__pen *pen, uint64_t id)
{
  size_t i;

  if (heavy->id_room == 0) return NULL;
  for (i = id_slot(heavy, pen, id);
       heavy->ids[i].place != 0 && heavy->ids[i].id != id;) {
    i = (i + 1) & (heavy->id_room - 1);
  }
  return &heavy->ids[i];
}

/* Room for one more id. */
static eng_status reserve_id(struct eng__heavy *heavy, const struct eng__pen *pen)
{
  struct eng__id_entry *old = heavy->ids;
  size_t old_room = heavy->id_room;
  size_t room = old_room == 0 ? 256 : 2 * old_room;
  struct eng__id_entry *ids;

  if (4 * (heavy->id_count + 1) <= 3 * old_room) return ENG_OK;
  ids = take(heavy, pen, room * sizeof *ids);
  if (ids == NULL) return ENG_E_NOMEM;
  memset(ids, 0, room * sizeof *ids);
  heavy->ids = ids;
  heavy->id_room = room;
  for (size_t i = 0; i < old_room; i++) {
    if (old[i].place != 0) *find_id(heavy, pen, old[i].id) = old[i];
  }
  give(heavy, pen, old, old_room * sizeof *old);
  return ENG_OK;
}

static void set_id(struct eng__heavy *heavy, const struct eng__pen *pen,
                   const struct eng__event *event)
{
  struct eng__id_entry *entry;

  if (!(event->has & ENG__HAS_ID)) return;
  entry = find_id(heavy, pen, event->id);
  if (entry->place == 0) heavy->id_count++;
  entry->id = event->id;
  entry->place = place_of(event);
}

/* Linear probing without tombstones: what follows moves up into the gap. */
static void drop_id(struct eng__heavy *heavy, const struct eng__pen *pen, uint64_t id)
{
  size_t mask = heavy->id_room - 1;
  struct eng__id_entry *entry = find_id(heavy, pen, id);
  size_t hole;

  if (entry == NULL || entry->place == 0) return;
  hole = (size_t)(entry - heavy->ids);
  heavy->id_count--;
  for (size_t i = (hole + 1) & mask; heavy->ids[i].place != 0; i = (i + 1) & mask) {
    size_t home = id_slot(heavy, pen, heavy->ids[i].id);

    if (((i - home) & mask) >= ((i - hole) & mask)) {
      heavy->ids[hole] = heavy->ids[i];
      hole = i;
    }
  }
  heavy->ids[hole].place = 0;
}

/* ---- blocks and nodes ---- */

struct spot {
  size_t node;
  uint32_t block;
};

static struct eng__block *block_at(const struct eng__heavy *heavy, struct spot spot)
{
  return &heavy->nodes[spot.node]->blocks[spot.block];
}

static bool step_back(const struct eng__heavy *heavy, struct spot *spot)
{
  if (spot->block > 0) {
    spot->block--;
    return true;
  }
  if (spot->node == 0) return false;
  spot->node--;
  spot->block = heavy->nodes[spot->node]->count - 1;
  return true;
}

/* The first event of a block against a key: time, kind, effective id; with `content`
 * against the whole event. <0: the block begins before it. */
static int compare_first(const struct eng__pen *pen, const struct eng__block *block,
                         struct eng__sought *sought, bool content)
{
  const struct eng__event *event = sought->event;
  struct eng__run_cursor cursor;
  struct eng__step step;
  struct eng__event first;
  uint64_t a, b;
  int order;

  eng__run_begin(&block->run, pen->shapes, &cursor);
  eng__run_read(&cursor, &step);
  if (step.time != event->occurred_at) return step.time < event->occurred_at ? -1 : 1;
  a = pen->context->kind_key[step.layout->kind];
  b = pen->context->kind_key[event->kind];
  if (a != b) return a < b ? -1 : 1;
  eng__step_event(&step, &first);
  order = eng__sought_compare(pen->context, &first, sought);
  if (order != 0 || !content) return order;
  return eng__event_compare_content(pen->context, &first, event);
}

/* The last block that begins at or before an event; the first one if none does. */
static struct spot find_block(const struct eng__heavy *heavy,
                              const struct eng__pen *pen,
                              const struct eng__event *event, bool content)
{
  struct eng__sought sought = {event, 0, false};
  struct spot spot = {0, 0};
  size_t low = 0, high = heavy->node_count;
  uint32_t from = 0, to;

  while (high - low > 1) {
    size_t mid = low + (high - low) / 2;

    if (compare_first(pen, &heavy->nodes[mid]->blocks[0], &sought, content) <= 0) {
      low = mid;
    } else {
      high = mid;
    }
  }
  spot.node = low;
  to = heavy->nodes[low]->count;
  while (to - from > 1) {
    uint32_t mid = from + (to - from) / 2;

    if (compare_first(pen, &heavy->nodes[low]->blocks[mid], &sought, content) <= 0) {
      from = mid;
    } else {
      to = mid;
    }
  }
  spot.block = from;
  return spot;
}

/* A block of its own memory from a run in scratch memory. */
static eng_status make_block(struct eng__heavy *heavy, const struct eng__pen *pen,
                             const struct eng__run *run, struct eng__block *out)
{
  uint32_t least = run->size > ENG__BLOCK_MAX ? run->size : ENG__BLOCK_MAX;

  out->capacity = least + SPARE + ENG__SLACK;
  out->run = *run;
  out->run.bytes = take(heavy, pen, out->capacity);
  if (out->run.bytes == NULL) return ENG_E_NOMEM;
  memcpy(out->run.bytes, run->bytes, run->size);
  memset(out->run.bytes + run->size, 0, out->capacity - run->size);
  return ENG_OK;
}

static void free_block(struct eng__heavy *heavy, const struct eng__pen *pen,
                       struct eng__block *block)
{
  give(heavy, pen, block->run.bytes, block->capacity);
}

/* ---- counts ---- */

/* Counts that cannot be kept right are dropped: they are a help, and no more. */
static void drop_counts(struct eng__heavy *heavy, const struct eng__pen *pen,
                        struct eng__node *node)
{
  heavy->memory -= eng__counts_memory(node->counts);
  eng__counts_free(node->counts, pen->memory);
  node->counts = NULL;
}

/* The block has other events than before. */
static void recount_block(struct eng__heavy *heavy, const struct eng__pen *pen,
                          struct eng__node *node, uint32_t at)
{
  size_t before = eng__counts_memory(node->counts);
  bool right;

  if (node->counts == NULL) return;
  right = eng__counts_set(node->counts, pen, node->count, at, &node->blocks[at].run);
  heavy->memory += eng__counts_memory(node->counts) - before;
  if (!right) drop_counts(heavy, pen, node);
}

static void count_event(struct eng__heavy *heavy, const struct eng__pen *pen,
                        struct eng__node *node, uint32_t at,
                        const struct eng__event *event)
{
  size_t before = eng__counts_memory(node->counts);
  struct eng__counted counted;
  bool right;

  if (node->counts == NULL) return;
  eng__counted_event(event, eng_context_currency(pen->context), &counted);
  right = eng__counts_add(node->counts, pen->memory, node->count, at, &counted);
  heavy->memory += eng__counts_memory(node->counts) - before;
  if (!right) drop_counts(heavy, pen, node);
}

/* Counts a node from when on it pays: a walk through few blocks is short, and of a
 * short timeline the counts would be a large part. */
static void count_node(struct eng__heavy *heavy, const struct eng__pen *pen,
                       struct eng__node *node)
{
  bool right = true;

  if (node->counts != NULL) return;
  if (node->count < ENG__COUNTS_FROM && heavy->node_count == 1) return;
  node->counts = eng__counts_new(pen->memory);
  if (node->counts == NULL) return;
  for (uint32_t j = 0; j < node->count && right; j++) {
    eng__counts_insert(node->counts, j, j);
    right = eng__counts_set(node->counts, pen, j + 1, j, &node->blocks[j].run);
  }
  heavy->memory += eng__counts_memory(node->counts);
  if (!right) drop_counts(heavy, pen, node);
}

/* ---- nodes ---- */

static struct eng__node *new_node(struct eng__heavy *heavy, const struct eng__pen *pen)
{
  struct eng__node *node = take(heavy, pen, sizeof *node);

  if (node == NULL) return NULL;
  node->count = 0;
  node->stale = true;
  node->counts = NULL;
  return node;
}

static eng_status reserve_node(struct eng__heavy *heavy, const struct eng__pen *pen)
{
  size_t old = heavy->node_room;
  void *nodes = heavy->nodes;
  eng_status status = eng__grow(pen->memory, &nodes, &heavy->node_room,
                                heavy->node_count + 1, sizeof *heavy->nodes);

  heavy->nodes = nodes;
  heavy->memory += (heavy->node_room - old) * sizeof *heavy->nodes;
  return status;
}

static void insert_node(struct eng__heavy *heavy, size_t at, struct eng__node *node)
{
  memmove(heavy->nodes + at + 1, heavy->nodes + at,
          (heavy->node_count - at) * sizeof *heavy->nodes);
  heavy->nodes[at] = node;
  heavy->node_count++;
}

/* Makes sure that a block can be put in behind `spot`, which may move with its node's
 * halves. At the very end a node is left full and a new one begun: events mostly come
 * in order, and nodes then fill up. */
static eng_status reserve_block(struct eng__heavy *heavy, const struct eng__pen *pen,
                                struct spot *spot)
{
  struct eng__node *node = heavy->nodes[spot->node];
  struct eng__node *other;
  bool last = spot->node + 1 == heavy->node_count && spot->block + 1 == node->count;
  uint32_t keep = last ? ENG__NODE_MAX - 1 : ENG__NODE_MAX / 2;

  if (node->count < ENG__NODE_MAX) return ENG_OK;
  if (reserve_node(heavy, pen) != ENG_OK) return ENG_E_NOMEM;
  other = new_node(heavy, pen);
  if (other == NULL) return ENG_E_NOMEM;
  other->count = node->count - keep;
  memcpy(other->blocks, node->blocks + keep, other->count * sizeof other->blocks[0]);
  if (node->counts != NULL) {
    eng__counts_remove(node->counts, node->count, keep, other->count);
  }
  node->count = keep;
  node->stale = true;
  insert_node(heavy, spot->node + 1, other);
  count_node(heavy, pen, other);
  if (spot->block >= keep) {
    spot->node++;
    spot->block -= keep;
  }
  return ENG_OK;
}

static void insert_block(struct eng__heavy *heavy, const struct eng__pen *pen,
                         struct spot spot, const struct eng__block *block)
{
  struct eng__node *node = heavy->nodes[spot.node];

  memmove(node->blocks + spot.block + 1, node->blocks + spot.block,
          (node->count - spot.block) * sizeof node->blocks[0]);
  node->blocks[spot.block] = *block;
  if (node->counts != NULL) eng__counts_insert(node->counts, node->count, spot.block);
  node->count++;
  node->stale = true;
  if (node->counts != NULL) {
    recount_block(heavy, pen, node, spot.block);
  } else {
    count_node(heavy, pen, node);
  }
}

static void remove_block(struct eng__heavy *heavy, const struct eng__pen *pen,
                         struct spot spot)
{
  struct eng__node *node = heavy->nodes[spot.node];

  free_block(heavy, pen, &node->blocks[spot.block]);
  if (node->counts != NULL) {
    eng__counts_remove(node->counts, node->count, spot.block, 1);
  }
  node->stale = true;
  node->count--;
  memmove(node->blocks + spot.block, node->blocks + spot.block + 1,
          (node->count - spot.block) * sizeof node->blocks[0]);
  if (node->count > 0) return;
  drop_counts(heavy, pen, node);
  give(heavy, pen, node, sizeof *node);
  heavy->node_count--;
  memmove(heavy->nodes + spot.node, heavy->nodes + spot.node + 1,
          (heavy->node_count - spot.node) * sizeof *heavy->nodes);
}

static int64_t last_time(const struct eng__heavy *heavy)
{
  const struct eng__node *node;

  if (heavy->node_count == 0) return 0;
  node = heavy->nodes[heavy->node_count - 1];
  return node->blocks[node->count - 1].run.last;
}

/* After events were taken out: from the nodes' summaries, and those of the nodes that
 * changed from their blocks'. */
static void summarise(struct eng__heavy *heavy)
{
  memset(&heavy->summary, 0, sizeof heavy->summary);
  for (size_t i = 0; i < heavy->node_count; i++) {
    struct eng__node *node = heavy->nodes[i];

    if (node->stale) {
      memset(&node->summary, 0, sizeof node->summary);
      for (uint32_t j = 0; j < node->count; j++) {
        eng__summary_join(&node->summary, &node->blocks[j].run.summary);
      }
      node->stale = false;
    }
    eng__summary_join(&heavy->summary, &node->summary);
  }
  heavy->last = last_time(heavy);
}

/* ---- life ---- */

void eng__heavy_free(struct eng__heavy *heavy, const struct eng__pen *pen)
{
  if (heavy == NULL) return;
  for (size_t i = 0; i < heavy->node_count; i++) {
    struct eng__node *node = heavy->nodes[i];

    for (uint32_t j = 0; j < node->count; j++) free_block(heavy, pen, &node->blocks[j]);
    drop_counts(heavy, pen, node);
    give(heavy, pen, node, sizeof *node);
  }
  give(heavy, pen, heavy->nodes, heavy->node_room * sizeof *heavy->nodes);
  give(heavy, pen, heavy->ids, heavy->id_room * sizeof *heavy->ids);
  eng__free(pen->memory, heavy, sizeof *heavy);
}

struct eng__heavy *eng__heavy_new(const struct eng__pen *pen,
                                  const struct eng__run *run)
{
  struct eng__heavy *heavy = eng__new_zeroed(pen->memory, sizeof *heavy);
  struct eng__run_cursor cursor;
  struct eng__step step;

  if (heavy == NULL) return NULL;
  heavy->memory = sizeof *heavy;
  eng__run_begin(run, pen->shapes, &cursor);
  while (eng__run_step(&cursor, &step)) {
    struct eng__event event;

    eng__step_event(&step, &event);
    if (eng__heavy_append(heavy, pen, &event) != ENG_OK) {
      eng__heavy_free(heavy, pen);
      return NULL;
    }
  }
  return heavy;
}

/* ---- appending ---- */

static void count_appended(struct eng__heavy *heavy, const struct eng__pen *pen,
                           const struct eng__event *event,
                           const struct eng__layout *layout)
{
  eng__summary_add(&heavy->summary, layout, event->occurred_at);
  heavy->count++;
  heavy->last = event->occurred_at;
  set_id(heavy, pen, event);
}

/* A block of one event at the very end. */
static eng_status append_block(struct eng__heavy *heavy, const struct eng__pen *pen,
                               const struct eng__event *event)
{
  uint8_t bytes[ENG__SPLICE_ROOM];
  struct eng__run empty, run;
  struct eng__place place;
  struct eng__block block;
  struct spot spot;
  eng_status status;

  memset(&empty, 0, sizeof empty);
  memset(&place, 0, sizeof place);
  empty.bytes = run.bytes = bytes;
  eng__run_splice(pen, &empty, &place, event, false, &run);
  if (heavy->node_count == 0) {
    struct eng__node *node;

    if (reserve_node(heavy, pen) != ENG_OK) return ENG_E_NOMEM;
    node = new_node(heavy, pen);
    if (node == NULL) return ENG_E_NOMEM;
    if (make_block(heavy, pen, &run, &block) != ENG_OK) {
      give(heavy, pen, node, sizeof *node);
      return ENG_E_NOMEM;
    }
    node->blocks[0] = block;
    node->count = 1;
    insert_node(heavy, 0, node);
    return ENG_OK;
  }
  spot.node = heavy->node_count - 1;
  spot.block = heavy->nodes[spot.node]->count - 1;
  status = make_block(heavy, pen, &run, &block);
  if (status != ENG_OK) return status;
  status = reserve_block(heavy, pen, &spot);
  if (status != ENG_OK) {
    free_block(heavy, pen, &block);
    return status;
  }
  spot.block++;
  insert_block(heavy, pen, spot, &block);
  return ENG_OK;
}

eng_status eng__heavy_append(struct eng__heavy *heavy, const struct eng__pen *pen,
                             const struct eng__event *event)
{
  uint8_t bytes[ENG__EVENT_MAX];
  struct eng__layout layout;
  uint32_t size;
  eng_status status;

  if ((event->has & ENG__HAS_ID) && reserve_id(heavy, pen) != ENG_OK) {
    return ENG_E_NOMEM;
  }
  if (heavy->node_count > 0) {
    struct eng__node *node = heavy->nodes[heavy->node_count - 1];
    struct eng__block *block = &node->blocks[node->count - 1];

    size = (uint32_t)eng__run_write(pen, event, block->run.last, bytes, &layout);
    if (block->run.size + size <= ENG__BLOCK_MAX) {
      memcpy(block->run.bytes + block->run.size, bytes, size);
      block->run.size += size;
      block->run.count++;
      block->run.last = event->occurred_at;
      eng__summary_add(&block->run.summary, &layout, event->occurred_at);
      node->stale = true;
      count_event(heavy, pen, node, node->count - 1, event);
      count_appended(heavy, pen, event, &layout);
      return ENG_OK;
    }
  }
  status = append_block(heavy, pen, event);
  if (status != ENG_OK) return status;
  eng__layout_fill(eng__shape_of(event, 0), &layout);
  count_appended(heavy, pen, event, &layout);
  return ENG_OK;
}

/* ---- putting in ---- */

/* Where to cut a run of several events: the seam nearest the middle, and the time of
 * the event before it. So neither half has more than half of the bytes and half of the
 * longest event. */
static uint32_t middle(const struct eng__pen *pen, const struct eng__run *run,
                       int64_t *before)
{
  struct eng__run_cursor cursor;
  struct eng__step step;
  uint32_t from = 0, to = 0;

  eng__run_begin(run, pen->shapes, &cursor);
  while (to < run->size / 2) {
    *before = cursor.time;
    from = to;
    (void)eng__run_step(&cursor, &step);
    to = (uint32_t)(cursor.at - run->bytes);
  }
  /* The event from `from` up to `to` crosses the middle. */
  if (to == run->size || (from > 0 && run->size - from < to)) return from;
  *before = cursor.time;
  return to;
}

/* Puts a run that was made in scratch memory in place of a block, in two halves if it
 * is too long. `added` is the event that it has more, or NULL if others changed. */
static eng_status commit(struct eng__heavy *heavy, const struct eng__pen *pen,
                         struct spot spot, const struct eng__run *run,
                         const struct eng__event *added)
{
  struct eng__block *block = block_at(heavy, spot);
  uint8_t scratch[SCRATCH + ENG__SPLICE_ROOM];
  struct eng__block left, right;
  struct eng__run part;
  int64_t before = 0;
  uint32_t cut;

  if (run->size <= ENG__BLOCK_MAX || run->count == 1) {
    if (run->size + SPARE + ENG__SLACK <= block->capacity) {
      eng__run_replace(&block->run, run);
    } else {
      if (make_block(heavy, pen, run, &left) != ENG_OK) return ENG_E_NOMEM;
      free_block(heavy, pen, block);
      *block = left;
    }
    heavy->nodes[spot.node]->stale = true;
    if (added != NULL) {
      count_event(heavy, pen, heavy->nodes[spot.node], spot.block, added);
    } else {
      recount_block(heavy, pen, heavy->nodes[spot.node], spot.block);
    }
    return ENG_OK;
  }
  cut = middle(pen, run, &before);
  part.bytes = scratch;
  eng__run_part(pen, run, 0, cut, eng__run_origin(run), &part);
  if (make_block(heavy, pen, &part, &left) != ENG_OK) return ENG_E_NOMEM;
  eng__run_part(pen, run, cut, run->size, before, &part);
  if (make_block(heavy, pen, &part, &right) != ENG_OK) {
    free_block(heavy, pen, &left);
    return ENG_E_NOMEM;
  }
  if (reserve_block(heavy, pen, &spot) != ENG_OK) {
    free_block(heavy, pen, &left);
    free_block(heavy, pen, &right);
    return ENG_E_NOMEM;
  }
  block = block_at(heavy, spot);
  free_block(heavy, pen, block);
  *block = left;
  recount_block(heavy, pen, heavy->nodes[spot.node], spot.block);
  spot.block++;
  insert_block(heavy, pen, spot, &right);
  return ENG_OK;
}

/* Takes an event out that was found; needs no memory but SCRATCH bytes. */
static void take_out(struct eng__heavy *heavy, const struct eng__pen *pen,
                     struct spot spot, const struct eng__place *place, uint8_t *scratch)
{
  struct eng__block *block = block_at(heavy, spot);
  struct eng__run run;

  run.bytes = scratch;
  eng__run_splice(pen, &block->run, place, NULL, true, &run);
  if (run.count == 0) {
    remove_block(heavy, pen, spot);
    return;
  }
  eng__run_replace(&block->run, &run);
  heavy->nodes[spot.node]->stale = true;
  recount_block(heavy, pen, heavy->nodes[spot.node], spot.block);
}

/* Finds the version that is held of an event with an id. */
static bool find_version(const struct eng__heavy *heavy, const struct eng__pen *pen,
                         const struct eng__event *event, struct spot *spot,
                         struct eng__place *place)
{
  const struct eng__id_entry *entry = find_id(heavy, pen, event->id);
  struct eng__event probe;

  if (entry == NULL || entry->place == 0) return false;
  memset(&probe, 0, sizeof probe);
  probe.occurred_at = (int64_t)(entry->place >> 8);
  probe.kind = (uint8_t)entry->place;
  probe.has = ENG__HAS_ID;
  probe.id = event->id;
  *spot = find_block(heavy, pen, &probe, false);
  /* Only an event without id whose content hashes to this id could stand between. */
  while (!eng__run_find_id(pen, &block_at(heavy, *spot)->run, event->id, place)) {
    if (!step_back(heavy, spot)) return false;
  }
  return true;
}

/* Puts an event at its place in a block; with `remove` the version found there goes. */
static eng_status put_at(struct eng__heavy *heavy, const struct eng__pen *pen,
                         const struct eng__event *event, struct spot spot,
                         const struct eng__place *place, bool remove, uint8_t *scratch)
{
  struct eng__run run;

  run.bytes = scratch;
  eng__run_splice(pen, &block_at(heavy, spot)->run, place, event, remove, &run);
  return commit(heavy, pen, spot, &run, remove ? NULL : event);
}

static eng_status put_new(struct eng__heavy *heavy, const struct eng__pen *pen,
                          const struct eng__event *event, struct spot spot,
                          const struct eng__place *place)
{
  uint8_t scratch[SCRATCH];
  struct eng__layout layout;
  eng_status status;

  if ((event->has & ENG__HAS_ID) && reserve_id(heavy, pen) != ENG_OK) {
    return ENG_E_NOMEM;
  }
  status = put_at(heavy, pen, event, spot, place, false, scratch);
  if (status != ENG_OK) return status;
  heavy->count++;
  set_id(heavy, pen, event);
  eng__layout_fill(eng__shape_of(event, 0), &layout);
  eng__summary_add(&heavy->summary, &layout, event->occurred_at);
  heavy->last = last_time(heavy);
  return ENG_OK;
}

/* Puts a newer version in and takes the old one out, which stands at `old_spot`. */
static eng_status replace(struct eng__heavy *heavy, const struct eng__pen *pen,
                          const struct eng__event *event, struct spot old_spot,
                          const struct eng__event *old)
{
  struct spot spot = find_block(heavy, pen, event, true);
  bool together = spot.node == old_spot.node && spot.block == old_spot.block;
  uint8_t scratch[SCRATCH];
  struct eng__place place;
  eng_status status;

  eng__run_find(pen, &block_at(heavy, spot)->run, event, &place);
  status = put_at(heavy, pen, event, spot, &place, together, scratch);
  if (status != ENG_OK) return status;
  if (!together) {
    /* It has an id. Blocks may have moved, so the old version is looked up once more;
     * its block is not the one that the new version went into. */
    old_spot = find_block(heavy, pen, old, true);
    (void)eng__run_find_id(pen, &block_at(heavy, old_spot)->run, old->id, &place);
    take_out(heavy, pen, old_spot, &place, scratch);
  }
  set_id(heavy, pen, event);
  summarise(heavy);
  return ENG_OK;
}

bool eng__heavy_has(const struct eng__heavy *heavy, const struct eng__pen *pen,
                    const struct eng__event *event)
{
  struct eng__place place;
  struct spot spot;

  if (heavy->node_count == 0) return false;
  if (event->has & ENG__HAS_ID) return find_version(heavy, pen, event, &spot, &place);
  if (event->occurred_at > heavy->last) return false;
  spot = find_block(heavy, pen, event, true);
  eng__run_place(pen, &block_at(heavy, spot)->run, event, &place);
  return place.found;
}

void eng__heavy_take_back(struct eng__heavy *heavy, const struct eng__pen *pen,
                          const struct eng__event *event)
{
  struct spot spot = find_block(heavy, pen, event, true);
  uint8_t scratch[SCRATCH];
  struct eng__place place;

  eng__run_find(pen, &block_at(heavy, spot)->run, event, &place);
  if (!place.found) return;
  take_out(heavy, pen, spot, &place, scratch);
  if (event->has & ENG__HAS_ID) drop_id(heavy, pen, event->id);
  heavy->count--;
  summarise(heavy);
}

eng_status eng__heavy_put(struct eng__heavy *heavy, const struct eng__pen *pen,
                          const struct eng__event *event, int32_t *outcome)
{
  bool full = heavy->count >= eng__limit(pen->context, ENG_LIMIT_EVENTS);
  bool id = (event->has & ENG__HAS_ID) != 0;
  bool later = heavy->node_count == 0 || event->occurred_at > heavy->last;
  bool known = false;
  struct eng__place place;
  struct spot spot;

  if (id) {
    known = find_version(heavy, pen, event, &spot, &place);
  } else if (!later) {
    spot = find_block(heavy, pen, event, true);
    eng__run_place(pen, &block_at(heavy, spot)->run, event, &place);
    known = place.found;
  }
  if (known && !eng__event_supersedes(pen->context, &place.same, event)) {
    *outcome = ENG_RECORD_UNCHANGED;
    return ENG_OK;
  }
  if (known) {
    *outcome = ENG_RECORD_REPLACED;
    return replace(heavy, pen, event, spot, &place.same);
  }
  if (full) return ENG_E_LIMIT;
  *outcome = ENG_RECORD_ADDED;
  if (later) return eng__heavy_append(heavy, pen, event);
  if (id) {
    spot = find_block(heavy, pen, event, true);
    eng__run_place(pen, &block_at(heavy, spot)->run, event, &place);
  }
  return put_new(heavy, pen, event, spot, &place);
}

/* ---- expiring ---- */

/* How many leading events of a run lie at or before a floor: their end and the time of
 * the last of them. */
static uint32_t below(const struct eng__pen *pen, const struct eng__run *run,
                      int64_t floor, int64_t *before)
{
  struct eng__run_cursor cursor;
  struct eng__step step;

  *before = eng__run_origin(run);
  eng__run_begin(run, pen->shapes, &cursor);
  while (eng__run_step(&cursor, &step)) {
    if (step.time > floor) return (uint32_t)(step.start - run->bytes);
    *before = step.time;
  }
  return run->size;
}

static void drop_ids(struct eng__heavy *heavy, const struct eng__pen *pen,
                     const struct eng__run *run, uint32_t to)
{
  struct eng__run_cursor cursor;
  struct eng__step step;

  if (!(run->summary.flags & ENG__SUMMARY_IDS)) return;
  eng__run_begin(run, pen->shapes, &cursor);
  cursor.end = run->bytes + to;
  while (eng__run_step(&cursor, &step)) {
    if (step.layout->flags & ENG__LAYOUT_ID) drop_id(heavy, pen, eng__step_id(&step));
  }
}

void eng__heavy_expire(struct eng__heavy *heavy, const struct eng__pen *pen,
                       int64_t floor)
{
  size_t whole_nodes = 0;
  uint32_t whole_blocks = 0;

  /* Blocks that go whole are freed node by node, so that all of it is linear. */
  while (whole_nodes < heavy->node_count) {
    struct eng__node *node = heavy->nodes[whole_nodes];

    if (node->blocks[node->count - 1].run.last > floor) break;
    for (uint32_t j = 0; j < node->count; j++) {
      drop_ids(heavy, pen, &node->blocks[j].run, node->blocks[j].run.size);
      heavy->count -= node->blocks[j].run.count;
      free_block(heavy, pen, &node->blocks[j]);
    }
    drop_counts(heavy, pen, node);
    give(heavy, pen, node, sizeof *node);
    whole_nodes++;
  }
  heavy->node_count -= whole_nodes;
  memmove(heavy->nodes, heavy->nodes + whole_nodes,
          heavy->node_count * sizeof *heavy->nodes);
  if (heavy->node_count > 0) {
    struct eng__node *node = heavy->nodes[0];
    struct eng__block *block;
    uint8_t scratch[SCRATCH];
    struct eng__run part;
    int64_t before;
    uint32_t cut;

    for (; node->blocks[whole_blocks].run.last <= floor; whole_blocks++) {
      block = &node->blocks[whole_blocks];
      drop_ids(heavy, pen, &block->run, block->run.size);
      heavy->count -= block->run.count;
      free_block(heavy, pen, block);
    }
    if (node->counts != NULL && whole_blocks > 0) {
      eng__counts_remove(node->counts, node->count, 0, whole_blocks);
    }
    node->count -= whole_blocks;
    node->stale = true;
    memmove(node->blocks, node->blocks + whole_blocks,
            node->count * sizeof node->blocks[0]);
    block = &node->blocks[0];
    cut = below(pen, &block->run, floor, &before);
    if (cut > 0) {
      drop_ids(heavy, pen, &block->run, cut);
      part.bytes = scratch;
      eng__run_part(pen, &block->run, cut, block->run.size, before, &part);
      heavy->count -= block->run.count - part.count;
      eng__run_replace(&block->run, &part);
      recount_block(heavy, pen, node, 0);
    }
  }
  summarise(heavy);
}
