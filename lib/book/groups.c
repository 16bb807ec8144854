/* SPDX-License-Identifier: MIT */
/*
 * groups.c - see groups.h: what follows when links change or a member is written to.
 *
 * A change is made in two steps. First all that is needed: statements are taken in,
 * with notes of how to undo them, and what new rows are to hold is made beside the old
 * ones. Nothing fails after that: old rows become holes, and new ones fill them.
 */
#include "book/groups.h"

#include "book/journal.h"

#include <string.h>

#include "core/checked.h"
#include "core/group.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/sort.h"

/* How to undo a statement. */
struct undo {
  uint32_t pair;
  int64_t changed_at;
  bool merged;
};

/* A row to be: of a group, or of somebody who is alone again. */
struct fresh {
  struct eng__made made;
  struct eng__cell cell;
  uint32_t node; /* its name */
};

/* A row that is emptied, and whose it was. */
struct hole {
  uint32_t row, node;
};

/* What a row becomes whose customer joins a group. */
struct joiner {
  eng_customer *own;
  uint32_t node;
};

struct change {
  struct eng_book *book;
  struct eng__links *links;
  const eng_allocator *memory;
  size_t nodes_before, pairs_before;
  struct undo *undos;
  size_t undo_count, undo_room;
  uint32_t *nodes; /* whose group changes */
  uint32_t *parts; /* the same, group by group */
  size_t node_count, node_room;
  size_t room; /* of parts and holes */
  struct hole *holes;
  struct eng__linked_group **groups; /* new ones */
  size_t group_count, group_room;
  struct fresh *fresh;
  size_t fresh_count, fresh_room;
  struct joiner *joiners;
  size_t joiner_count, joiner_room;
  struct eng__group_member *members; /* of one group */
  size_t member_room;
};

static size_t group_size(size_t count)
{
  return sizeof(struct eng__linked_group) + count * sizeof(uint32_t);
}

static void free_group(const eng_allocator *memory, struct eng__linked_group *group)
{
  if (group != NULL) eng__free(memory, group, group_size(group->count));
}

/* Its members are in none. */
static void forget_group(struct eng__links *links, const eng_allocator *memory,
                         struct eng__linked_group *group)
{
  for (uint32_t k = 0; k < group->count; k++)
    links->nodes[group->nodes[k]].group = NULL;
  free_group(memory, group);
}

void eng__groups_release(struct eng_book *book)
{
  struct eng__links *links = book->links;

  if (links == NULL) return;
  for (size_t i = 0; i < links->node_count; i++) {
    struct eng__link_node *node = &links->nodes[i];

    eng_customer_free(node->own);
    if (node->group != NULL) forget_group(links, &book->memory, node->group);
  }
  eng__links_release(links, &book->memory);
  eng__free(&book->memory, links, sizeof *links);
  book->links = NULL;
}

/* ---- reading ---- */

static bool row_of(const struct eng_book *book, uint32_t node, uint32_t *row)
{
  const struct eng__link_node *one = &book->links->nodes[node];

  return eng__book_find(book, one->hash, one->id, one->length, row);
}

bool eng__groups_find(const struct eng_book *book, uint32_t hash, const char *id,
                      size_t length, uint32_t *row)
{
  uint32_t node;

  if (eng__book_find(book, hash, id, length, row)) return true;
  if (!eng__groups_member(book, hash, id, length, &node)) return false;
  return row_of(book, book->links->nodes[node].group->nodes[0], row);
}

const struct eng__linked_group *eng__groups_of_row(const struct eng_book *book,
                                                   uint32_t row)
{
  size_t length;
  const char *id;
  uint32_t node;

  if (book->links == NULL) return NULL;
  id = eng__book_id(book, row, &length);
  if (!eng__groups_member(book, eng__book_slot(book, row)->hash, id, length, &node)) {
    return NULL;
  }
  return book->links->nodes[node].group;
}

/* ---- other names ---- */

static int by_hash(const void *a, const void *b)
{
  const struct eng__alias *x = a, *y = b;

  return x->hash < y->hash ? -1 : x->hash > y->hash;
}

eng_status eng__aliases_make(const struct eng_book *book, const eng_allocator *memory,
                             struct eng__aliases *out)
{
  const struct eng__links *links = book->links;

  memset(out, 0, sizeof *out);
  if (links == NULL || links->own_count == 0) return ENG_OK;
  out->list = eng__new(memory, links->node_count * sizeof *out->list);
  if (out->list == NULL) return ENG_E_NOMEM;
  out->room = links->node_count;
  for (size_t i = 0; i < links->node_count; i++) {
    const struct eng__link_node *node = &links->nodes[i], *name;

    if (node->group == NULL || node->group->nodes[0] == i) continue;
    name = &links->nodes[node->group->nodes[0]];
    out->list[out->count++] = (struct eng__alias){eng__hash(node->id, node->length),
                                                  eng__hash(name->id, name->length)};
  }
  eng__sort(out->list, out->count, sizeof *out->list, by_hash);
  return ENG_OK;
}

void eng__aliases_release(struct eng__aliases *aliases, const eng_allocator *memory)
{
  eng__free(memory, aliases->list, aliases->room * sizeof *aliases->list);
}

uint64_t eng__aliases_name(const struct eng__aliases *aliases, uint64_t hash)
{
  size_t low = 0, high = aliases->count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (aliases->list[middle].hash == hash) return aliases->list[middle].name;
    if (aliases->list[middle].hash < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return hash;
}

/* ---- members ---- */

uint64_t eng__members_count(const struct eng_book *book)
{
  const struct eng__links *links = book->links;

  return links == NULL ? book->rows : book->rows - links->group_rows + links->own_count;
}

bool eng__member_is(const struct eng_book *book, uint64_t member)
{
  if (member < book->rows) return eng__groups_of_row(book, (uint32_t)member) == NULL;
  return book->links != NULL && member - book->rows < book->links->node_count &&
         book->links->nodes[member - book->rows].own != NULL;
}

void eng__member_view(const struct eng_book *book, uint64_t member,
                      struct eng__member *out)
{
  const eng_customer *own;

  if (member < book->rows) {
    out->id = eng__book_id(book, (uint32_t)member, &out->length);
    eng__book_view(book, (uint32_t)member, &out->timeline);
    out->shapes = &book->shapes;
    return;
  }
  own = book->links->nodes[member - book->rows].own;
  out->id = own->id;
  out->length = own->id_length;
  out->timeline = own->timeline;
  out->shapes = &own->shapes;
}

/* ---- copies ---- */

static eng_status copy_own(struct eng_book *book, const char *id, size_t length,
                           const struct eng__timeline *timeline,
                           const struct eng__shapes *shapes, eng_customer **out)
{
  eng_status status =
      eng__customer_new(book->home.pen.context, &book->memory, id, length, out);

  if (status != ENG_OK) return status;
  status = eng__timeline_merge(&(*out)->timeline, &(*out)->home, timeline, shapes);
  if (status == ENG_OK) return status;
  eng_customer_free(*out);
  *out = NULL;
  return status;
}

/* The timeline of a group, where some member's own is another one. */
static eng_status derive(struct eng_book *book, const struct eng__linked_group *group,
                         uint32_t node, const eng_customer *own,
                         struct eng__group_member *members, struct eng__made *made,
                         bool *apart)
{
  struct eng__timeline timeline;
  size_t count = 0;
  eng_status status;

  for (uint32_t i = 0; i < group->count; i++) {
    const eng_customer *one = book->links->nodes[group->nodes[i]].own;

    if (group->nodes[i] == node) one = own;
    if (one == NULL) continue;
    members[count++] = (struct eng__group_member){one->id, one->id_length,
                                                  &one->timeline, &one->shapes};
  }
  eng__timeline_init(&timeline);
  status = eng__group_derive(members, count, &book->home, &timeline, apart);
  if (status == ENG_OK) eng__book_made(book, &timeline, made);
  return status;
}

/* ---- a member is written to ---- */

eng_status eng__groups_reserve(const struct eng_book *book, uint32_t node)
{
  uint64_t most = eng__limit(book->home.pen.context, ENG_LIMIT_CUSTOMERS);

  if (book->links->nodes[node].own != NULL) return ENG_OK;
  return eng__members_count(book) < most ? ENG_OK : ENG_E_LIMIT;
}

eng_status eng__edit_begin(struct eng_book *book, uint32_t node, struct eng__edit *edit)
{
  const struct eng__link_node *one = &book->links->nodes[node];

  edit->book = book;
  edit->node = node;
  edit->customer = NULL;
  if (one->own == NULL) {
    return eng__customer_new(book->home.pen.context, &book->memory, one->id,
                             one->length, &edit->customer);
  }
  return copy_own(book, one->id, one->length, &one->own->timeline, &one->own->shapes,
                  &edit->customer);
}

void eng__edit_drop(struct eng__edit *edit)
{
  eng_customer_free(edit->customer);
  edit->customer = NULL;
}

/* Puts the copy where the member is; nothing fails here. */
static void take_edit(struct eng__edit *edit, uint32_t row, bool known,
                      const struct eng__made *made, const struct eng__cell *cell)
{
  struct eng_book *book = edit->book;
  struct eng__links *links = book->links;
  struct eng__link_node *node = &links->nodes[edit->node];
  const struct eng__link_node *name = &links->nodes[node->group->nodes[0]];
  struct eng__timeline before;

  if (known) {
    eng__book_view(book, row, &before);
    links->group_events -= eng__timeline_count(&before);
    eng__book_replace(book, row, made);
  } else {
    eng__book_settle(book, (uint32_t)book->rows, name->hash, cell, made);
    links->group_rows++;
  }
  links->group_events += eng__timeline_count(&made->timeline);
  links->own_events += eng_customer_event_count(edit->customer);
  if (node->own != NULL) {
    links->own_events -= eng_customer_event_count(node->own);
    eng_customer_free(node->own);
  } else {
    links->own_count++;
  }
  node->own = edit->customer;
  edit->customer = NULL;
}

eng_status eng__edit_end(struct eng__edit *edit)
{
  struct eng_book *book = edit->book;
  struct eng__linked_group *group = book->links->nodes[edit->node].group;
  const struct eng__link_node *name = &book->links->nodes[group->nodes[0]];
  size_t size = group->count * sizeof(struct eng__group_member);
  struct eng__group_member *members = eng__new(&book->memory, size);
  struct eng__cell cell;
  struct eng__made made;
  uint32_t row;
  bool known = row_of(book, group->nodes[0], &row), apart;
  eng_status status = members == NULL ? ENG_E_NOMEM : ENG_OK;

  memset(&cell, 0, sizeof cell);
  if (status == ENG_OK) status = eng__groups_reserve(book, edit->node);
  if (status == ENG_OK) status = eng__book_reserve_rows(book, known ? 0 : 1, 1, 0);
  if (status == ENG_OK && !known) {
    status = eng__long_ids_reserve(&book->long_ids, &book->memory, name->length);
  }
  if (status == ENG_OK) {
    status = derive(book, group, edit->node, edit->customer, members, &made, &apart);
  }
  if (status == ENG_OK) {
    if (!known) eng__cell_set(&cell, &book->long_ids, name->id, name->length);
    take_edit(edit, row, known, &made, &cell);
    group->apart = apart;
  }
  eng__free(&book->memory, members, size);
  eng__edit_drop(edit);
  return status;
}

/* ---- a member did one thing more ---- */

/* Whether all that follows for the group is one event more: nobody holds it, and
 * nothing that it refers to is called otherwise there. */
static bool is_simple(const struct eng_book *book, const struct eng__link_node *node,
                      uint32_t row, const struct eng__event *event)
{
  struct eng__timeline timeline;

  if (node->own == NULL || event->occurred_at <= node->own->timeline.floor)
    return false;
  if ((event->has & ENG__HAS_REFERS_TO) && node->group->apart) return false;
  eng__book_view(book, row, &timeline);
  return !eng__timeline_has(&timeline, &book->home.pen, event);
}

/* Into the group's row and then into the member, so that the former is all there is to
 * undo. */
static eng_status record_simply(struct eng_book *book, struct eng__link_node *node,
                                uint32_t row, const struct eng__event *event,
                                int32_t *outcome)
{
  struct eng__timeline timeline;
  eng_status status = eng__book_prepare(book, false);

  if (status != ENG_OK) return status;
  eng__book_open(book, row, &timeline);
  status = eng__timeline_put(&timeline, &book->home, event, outcome);
  if (status != ENG_OK) return status;
  eng__book_close(book, row, &timeline);
  status = eng__timeline_put(&node->own->timeline, &node->own->home, event, outcome);
  if (status == ENG_OK) {
    book->links->group_events++;
    book->links->own_events++;
    return ENG_OK;
  }
  eng__book_open(book, row, &timeline);
  eng__timeline_take_back(&timeline, &book->home.pen, event);
  eng__book_close(book, row, &timeline);
  return status;
}

eng_status eng__groups_record(struct eng_book *book, uint32_t node,
                              const struct eng__event *event, int32_t *outcome)
{
  struct eng__link_node *one = &book->links->nodes[node];
  struct eng__edit edit;
  uint32_t row;
  eng_status status;

  if (row_of(book, one->group->nodes[0], &row) && is_simple(book, one, row, event)) {
    status = record_simply(book, one, row, event, outcome);
    /* The members together may hold more than one may. */
    if (status != ENG_E_LIMIT) return status;
  }
  status = eng__edit_begin(book, node, &edit);
  if (status != ENG_OK) return status;
  status =
      eng__timeline_put(&edit.customer->timeline, &edit.customer->home, event, outcome);
  if (status == ENG_OK && *outcome != ENG_RECORD_UNCHANGED &&
      *outcome != ENG_RECORD_IGNORED) {
    return eng__edit_end(&edit);
  }
  eng__edit_drop(&edit);
  return status;
}

/* ---- links change: who is concerned ---- */

static eng_status concern(struct change *c, uint32_t node)
{
  void *block = c->nodes;
  eng_status status;

  if (c->links->nodes[node].mark != 0) return ENG_OK;
  status =
      eng__grow(c->memory, &block, &c->node_room, c->node_count + 1, sizeof *c->nodes);
  c->nodes = block;
  if (status != ENG_OK) return status;
  c->links->nodes[node].mark = 1;
  c->nodes[c->node_count++] = node;
  return ENG_OK;
}

/* A node, and all that are in a group with it. */
static eng_status concern_group(struct change *c, uint32_t node)
{
  const struct eng__linked_group *group = c->links->nodes[node].group;
  eng_status status = concern(c, node);

  for (uint32_t k = 0; group != NULL && k < group->count && status == ENG_OK; k++) {
    status = concern(c, group->nodes[k]);
  }
  return status;
}

/* The ends of what changed: who is marked already has brought the group along. */
static eng_status find_concerned(struct change *c)
{
  eng_status status = ENG_OK;

  for (size_t i = 0; i < c->undo_count && status == ENG_OK; i++) {
    const struct eng__link_pair *pair = &c->links->pairs[c->undos[i].pair];

    if (pair->merged == c->undos[i].merged) continue;
    for (unsigned side = 0; side < 2 && status == ENG_OK; side++) {
      if (c->links->nodes[pair->nodes[side]].mark != 0) continue;
      status = concern_group(c, pair->nodes[side]);
    }
  }
  return status;
}

/* All that can be reached from a node by links that stand, into `parts` from `at` on.
 */
static size_t reach(struct change *c, uint32_t from, size_t at)
{
  struct eng__link_node *nodes = c->links->nodes;
  size_t end = at;

  nodes[from].mark = 2;
  c->parts[end++] = from;
  for (; at < end; at++) {
    uint64_t next = nodes[c->parts[at]].pairs;

    while (next != 0) {
      const struct eng__link_pair *pair = &c->links->pairs[(next - 1) / 2];
      unsigned side = (next - 1) % 2;
      uint32_t other = pair->nodes[1 - side];

      next = pair->next[side];
      if (!pair->merged || nodes[other].mark == 2) continue;
      nodes[other].mark = 2;
      c->parts[end++] = other;
    }
  }
  return end;
}

/* ---- links change: what will be ---- */

struct named {
  const char *id;
  size_t length;
  uint32_t node;
};

static int by_id(const void *a, const void *b)
{
  const struct named *x = a, *y = b;

  return eng__id_compare(x->id, x->length, y->id, y->length);
}

/* A group of nodes, in the order of their ids. */
static eng_status new_group(struct change *c, const uint32_t *nodes, size_t count,
                            struct eng__linked_group **out)
{
  struct eng__linked_group *group = eng__new(c->memory, group_size(count));
  struct named *named = eng__new(c->memory, count * sizeof *named);
  void *block = c->groups;
  eng_status status = eng__grow(c->memory, &block, &c->group_room, c->group_count + 1,
                                sizeof *c->groups);

  c->groups = block;
  if (group == NULL || named == NULL || status != ENG_OK) {
    eng__free(c->memory, group, group_size(count));
    eng__free(c->memory, named, count * sizeof *named);
    return ENG_E_NOMEM;
  }
  for (size_t i = 0; i < count; i++) {
    const struct eng__link_node *node = &c->links->nodes[nodes[i]];

    named[i] = (struct named){node->id, node->length, nodes[i]};
  }
  eng__sort(named, count, sizeof *named, by_id);
  group->count = (uint32_t)count;
  group->apart = false;
  for (size_t i = 0; i < count; i++) group->nodes[i] = named[i].node;
  eng__free(c->memory, named, count * sizeof *named);
  c->groups[c->group_count++] = group;
  *out = group;
  return ENG_OK;
}

/* Notes a row to be, what was made for which is taken in any case. */
static eng_status add_fresh(struct change *c, uint32_t node,
                            const struct eng__made *made)
{
  struct eng_book *book = c->book;
  const struct eng__link_node *name = &c->links->nodes[node];
  void *block = c->fresh;
  eng_status status = eng__grow(c->memory, &block, &c->fresh_room, c->fresh_count + 1,
                                sizeof *c->fresh);
  struct fresh *fresh;

  c->fresh = block;
  if (status == ENG_OK) {
    status = eng__long_ids_reserve(&book->long_ids, &book->memory, name->length);
  }
  if (status != ENG_OK) {
    eng__book_unmake(book, made);
    return status;
  }
  fresh = &c->fresh[c->fresh_count++];
  fresh->made = *made;
  fresh->node = node;
  eng__cell_set(&fresh->cell, &book->long_ids, name->id, name->length);
  return ENG_OK;
}

/* Somebody who is alone again has a row of their own. */
static eng_status plan_alone(struct change *c, uint32_t node)
{
  const struct eng__link_node *one = &c->links->nodes[node];
  struct eng__timeline timeline;
  struct eng__made made;
  eng_status status;

  if (one->own == NULL) return ENG_OK;
  eng__timeline_init(&timeline);
  status = eng__timeline_merge(&timeline, &c->book->home, &one->own->timeline,
                               &one->own->shapes);
  if (status != ENG_OK) return status;
  eng__book_made(c->book, &timeline, &made);
  return add_fresh(c, node, &made);
}

/* What a customer in a row did becomes what a member did. */
static eng_status plan_joiner(struct change *c, uint32_t node, uint32_t row,
                              const eng_customer **out)
{
  const struct eng__link_node *one = &c->links->nodes[node];
  void *block = c->joiners;
  eng_status status = eng__grow(c->memory, &block, &c->joiner_room, c->joiner_count + 1,
                                sizeof *c->joiners);
  struct joiner *joiner;
  struct eng__timeline timeline;

  c->joiners = block;
  if (status != ENG_OK) return status;
  joiner = &c->joiners[c->joiner_count];
  joiner->node = node;
  eng__book_view(c->book, row, &timeline);
  status = copy_own(c->book, one->id, one->length, &timeline, &c->book->shapes,
                    &joiner->own);
  if (status != ENG_OK) return status;
  *out = joiner->own;
  c->joiner_count++;
  return ENG_OK;
}

static eng_status plan_group(struct change *c, const uint32_t *nodes, size_t count)
{
  struct eng__linked_group *group;
  struct eng__timeline timeline;
  struct eng__made made;
  void *block = c->members;
  size_t held = 0;
  eng_status status = new_group(c, nodes, count, &group);

  if (status == ENG_OK) {
    status = eng__grow(c->memory, &block, &c->member_room, count, sizeof *c->members);
    c->members = block;
  }
  for (size_t i = 0; i < count && status == ENG_OK; i++) {
    const struct eng__link_node *node = &c->links->nodes[group->nodes[i]];
    const eng_customer *own = node->own;
    uint32_t row;

    if (node->group == NULL && row_of(c->book, group->nodes[i], &row)) {
      status = plan_joiner(c, group->nodes[i], row, &own);
    }
    if (status != ENG_OK || own == NULL) continue;
    c->members[held++] = (struct eng__group_member){own->id, own->id_length,
                                                    &own->timeline, &own->shapes};
  }
  if (status != ENG_OK || held == 0) return status;
  eng__timeline_init(&timeline);
  status =
      eng__group_derive(c->members, held, &c->book->home, &timeline, &group->apart);
  if (status != ENG_OK) return status;
  eng__book_made(c->book, &timeline, &made);
  return add_fresh(c, group->nodes[0], &made);
}

/* Whether a part is what it was before. */
static bool is_same(const struct change *c, const uint32_t *nodes, size_t count)
{
  const struct eng__linked_group *group = c->links->nodes[nodes[0]].group;

  if (count == 1) return group == NULL;
  if (group == NULL || group->count != count) return false;
  for (size_t i = 1; i < count; i++) {
    if (c->links->nodes[nodes[i]].group != group) return false;
  }
  return true;
}

/* Parts those concerned; who is in the same part as before is not concerned after all.
 */
static eng_status plan_parts(struct change *c)
{
  size_t from = 0, kept = 0;
  eng_status status = ENG_OK;

  for (size_t i = 0; i < c->node_count && status == ENG_OK; i++) {
    size_t to;

    if (c->links->nodes[c->nodes[i]].mark != 1) continue;
    to = reach(c, c->nodes[i], from);
    if (is_same(c, c->parts + from, to - from)) {
      for (size_t k = from; k < to; k++) c->links->nodes[c->parts[k]].mark = 3;
    } else if (to - from == 1) {
      status = plan_alone(c, c->parts[from]);
    } else {
      status = plan_group(c, c->parts + from, to - from);
    }
    from = to;
  }
  if (status != ENG_OK) return status;
  for (size_t i = 0; i < c->node_count; i++) {
    if (c->links->nodes[c->nodes[i]].mark == 3) {
      c->links->nodes[c->nodes[i]].mark = 0;
    } else {
      c->nodes[kept++] = c->nodes[i];
    }
  }
  c->node_count = kept;
  return ENG_OK;
}

static eng_status plan_rows(struct change *c)
{
  size_t heavies = 0, floors = 0, bytes = 0;
  eng_status status;

  for (size_t i = 0; i < c->fresh_count; i++) {
    heavies += c->fresh[i].made.timeline.heavy != NULL;
    floors += c->fresh[i].made.timeline.floor != ENG_TIME_NONE;
  }
  for (size_t i = 0; i < c->node_count; i++) {
    bytes += c->links->nodes[c->nodes[i]].length;
  }
  status = eng__book_reserve_emptied(c->book, c->node_count, bytes);
  if (status != ENG_OK) return status;
  return eng__book_reserve_rows(c->book, c->fresh_count, heavies, floors);
}

/* ---- links change: making it so ---- */

static int by_row(const void *a, const void *b)
{
  const struct hole *x = a, *y = b;

  return x->row > y->row ? -1 : x->row < y->row; /* the greatest first */
}

/* Empties the rows of those concerned: of groups, and of those who join one. Who is
 * alone now had no row. */
static size_t empty_rows(struct change *c)
{
  size_t count = 0;

  for (size_t i = 0; i < c->node_count; i++) {
    const struct eng__link_node *node = &c->links->nodes[c->nodes[i]];
    uint32_t row;

    if (node->group != NULL && node->group->nodes[0] != c->nodes[i]) continue;
    if (!row_of(c->book, c->nodes[i], &row)) continue;
    if (node->group != NULL) {
      struct eng__timeline timeline;

      eng__book_view(c->book, row, &timeline);
      c->links->group_events -= eng__timeline_count(&timeline);
      c->links->group_rows--;
    }
    eng__book_empty(c->book, row);
    c->holes[count++] = (struct hole){row, c->nodes[i]};
  }
  eng__sort(c->holes, count, sizeof *c->holes, by_row);
  return count;
}

static void fill_row(struct change *c, const struct fresh *fresh, uint32_t row)
{
  const struct eng__link_node *name = &c->links->nodes[fresh->node];

  eng__book_settle(c->book, row, name->hash, &fresh->cell, &fresh->made);
  if (name->group != NULL) {
    c->links->group_events += eng__timeline_count(&fresh->made.timeline);
    c->links->group_rows++;
  }
}

/* Whoever had a row has it again, if it is there under the same name; the others take
 * what is left, from the smallest number on. Returns how many are left then. */
static size_t fill_own_rows(struct change *c, size_t holes)
{
  struct eng__link_node *nodes = c->links->nodes;
  size_t left = 0, fresh = 0;

  for (size_t i = 0; i < c->node_count; i++) nodes[c->nodes[i]].mark = 0;
  for (size_t i = 0; i < c->fresh_count; i++) {
    nodes[c->fresh[i].node].mark = (uint32_t)i + 1;
  }
  for (size_t i = 0; i < holes; i++) {
    uint32_t *mark = &nodes[c->holes[i].node].mark;

    if (*mark == 0) {
      c->holes[left++] = c->holes[i];
    } else {
      fill_row(c, &c->fresh[*mark - 1], c->holes[i].row);
      *mark = 0;
    }
  }
  for (size_t i = 0; i < c->fresh_count; i++) {
    if (nodes[c->fresh[i].node].mark != 0) c->fresh[fresh++] = c->fresh[i];
  }
  c->fresh_count = fresh;
  return left;
}

static void fill_rows(struct change *c, size_t holes)
{
  size_t used = 0;

  holes = fill_own_rows(c, holes);
  for (size_t i = 0; i < c->fresh_count; i++) {
    uint32_t row = (uint32_t)c->book->rows;

    if (used < holes) row = c->holes[holes - ++used].row;
    fill_row(c, &c->fresh[i], row);
  }
  for (size_t i = 0; i < holes - used; i++)
    eng__book_drop_hole(c->book, c->holes[i].row);
}

static void leave_groups(struct change *c)
{
  for (size_t i = 0; i < c->node_count; i++) {
    struct eng__linked_group *group = c->links->nodes[c->nodes[i]].group;

    if (group != NULL) forget_group(c->links, c->memory, group);
  }
}

static void enter_groups(struct change *c)
{
  for (size_t i = 0; i < c->group_count; i++) {
    struct eng__linked_group *group = c->groups[i];

    for (uint32_t k = 0; k < group->count; k++) {
      c->links->nodes[group->nodes[k]].group = group;
    }
  }
  for (size_t i = 0; i < c->joiner_count; i++) {
    c->links->nodes[c->joiners[i].node].own = c->joiners[i].own;
    c->links->own_count++;
    c->links->own_events += eng_customer_event_count(c->joiners[i].own);
  }
  for (size_t i = 0; i < c->node_count; i++) {
    struct eng__link_node *node = &c->links->nodes[c->nodes[i]];

    if (node->group != NULL || node->own == NULL) continue;
    c->links->own_count--;
    c->links->own_events -= eng_customer_event_count(node->own);
    eng_customer_free(node->own);
    node->own = NULL;
  }
}

static void make_it_so(struct change *c)
{
  size_t holes = empty_rows(c);

  leave_groups(c);
  enter_groups(c);
  fill_rows(c, holes);
}

/* ---- links change: the whole ---- */

static void undo(struct change *c)
{
  for (size_t i = 0; i < c->group_count; i++) free_group(c->memory, c->groups[i]);
  for (size_t i = 0; i < c->fresh_count; i++) {
    eng__book_unmake(c->book, &c->fresh[i].made);
  }
  for (size_t i = 0; i < c->joiner_count; i++) eng_customer_free(c->joiners[i].own);
  while (c->undo_count > 0) {
    const struct undo *last = &c->undos[--c->undo_count];

    c->links->pairs[last->pair].changed_at = last->changed_at;
    c->links->pairs[last->pair].merged = last->merged;
  }
  eng__links_truncate(c->links, c->memory, c->nodes_before, c->pairs_before);
}

static void release(struct change *c)
{
  eng__free(c->memory, c->undos, c->undo_room * sizeof *c->undos);
  eng__free(c->memory, c->nodes, c->node_room * sizeof *c->nodes);
  eng__free(c->memory, c->parts, c->room * sizeof *c->parts);
  eng__free(c->memory, c->holes, c->room * sizeof *c->holes);
  eng__free(c->memory, c->groups, c->group_room * sizeof *c->groups);
  eng__free(c->memory, c->fresh, c->fresh_room * sizeof *c->fresh);
  eng__free(c->memory, c->joiners, c->joiner_room * sizeof *c->joiners);
  eng__free(c->memory, c->members, c->member_room * sizeof *c->members);
}

/* Takes a statement in if it beats what stands. */
static eng_status state(struct change *c, const eng_link *link)
{
  struct eng_book *book = c->book;
  size_t a_length = (size_t)link->a_length, b_length = (size_t)link->b_length;
  bool merged = link->state == ENG_LINK_MERGED;
  struct eng__link_pair *pair;
  uint32_t a, b, number;
  eng_status status =
      eng__links_node(c->links, c->memory, eng__book_hash(book, link->a, a_length),
                      link->a, a_length, &a);

  if (status == ENG_OK) {
    status =
        eng__links_node(c->links, c->memory, eng__book_hash(book, link->b, b_length),
                        link->b, b_length, &b);
  }
  if (status != ENG_OK) return status;
  number = eng__links_pair(c->links, a, b);
  pair = &c->links->pairs[number];
  if (!eng__link_beats(link->changed_at, merged, pair->changed_at, pair->merged)) {
    return ENG_OK;
  }
  c->undos[c->undo_count++] = (struct undo){number, pair->changed_at, pair->merged};
  pair->changed_at = link->changed_at;
  pair->merged = merged;
  return ENG_OK;
}

static eng_status state_all(struct change *c, const eng_link *links, size_t count)
{
  void *block = NULL;
  eng_status status = eng__links_reserve(c->links, c->memory, count);

  if (status == ENG_OK) {
    status = eng__grow(c->memory, &block, &c->undo_room, count, sizeof *c->undos);
    c->undos = block;
  }
  for (size_t i = 0; i < count && status == ENG_OK; i++) status = state(c, &links[i]);
  return status;
}

static eng_status regroup(struct change *c)
{
  eng_status status = find_concerned(c);

  c->room = c->node_count;
  if (status == ENG_OK && c->room > 0) {
    c->parts = eng__new(c->memory, c->room * sizeof *c->parts);
    c->holes = eng__new(c->memory, c->room * sizeof *c->holes);
    if (c->parts == NULL || c->holes == NULL) status = ENG_E_NOMEM;
  }
  if (status == ENG_OK) status = plan_parts(c);
  if (status == ENG_OK) status = plan_rows(c);
  if (status == ENG_OK) make_it_so(c);
  for (size_t i = 0; i < c->node_count; i++) c->links->nodes[c->nodes[i]].mark = 0;
  return status;
}

static eng_status make_links(struct eng_book *book)
{
  if (book->links == NULL) {
    book->links = eng__new_zeroed(&book->memory, sizeof *book->links);
  }
  return book->links == NULL ? ENG_E_NOMEM : ENG_OK;
}

static eng_status tell_journal(struct eng_book *book, const eng_link *links,
                               size_t count)
{
  eng_status status = ENG_OK;

  if (!eng__journal_is_on(book)) return ENG_OK;
  for (size_t i = 0; i < count && status == ENG_OK; i++) {
    status = eng__journal_link(book, &links[i]);
  }
  return status == ENG_OK ? eng__journal_flush(book) : status;
}

static eng_status link_all(struct eng_book *book, const eng_link *links, size_t count)
{
  struct change c;
  eng_status status = count == 0 ? ENG_OK : make_links(book);

  if (status != ENG_OK || count == 0) return status;
  /* A watcher that cannot follow now says so before the journal has it. */
  status = eng__book_reserve_emptied(book, 0, 0);
  if (status == ENG_OK) status = tell_journal(book, links, count);
  if (status != ENG_OK) return status;
  memset(&c, 0, sizeof c);
  c.book = book;
  c.links = book->links;
  c.memory = &book->memory;
  c.nodes_before = c.links->node_count;
  c.pairs_before = c.links->pair_count;
  status = state_all(&c, links, count);
  if (status == ENG_OK) status = regroup(&c);
  if (status != ENG_OK) undo(&c);
  release(&c);
  return status;
}

/* ---- the public face ---- */

void eng_link_init(eng_link *link, uint32_t size)
{
  if (link == NULL || size < sizeof *link) return;
  memset(link, 0, sizeof *link);
  link->size = size;
}

eng_status eng__link_check(const struct eng_book *book, const eng_link *link)
{
  uint64_t most = eng__limit(book->home.pen.context, ENG_LIMIT_ID);

  if (link->size < sizeof *link || link->a == NULL || link->b == NULL) {
    return ENG_E_INVALID;
  }
  if (link->a_length < 1 || link->a_length > most || link->b_length < 1 ||
      link->b_length > most) {
    return ENG_E_CUSTOMER;
  }
  if (link->a_length == link->b_length &&
      memcmp(link->a, link->b, (size_t)link->a_length) == 0) {
    return ENG_E_INVALID;
  }
  if (link->changed_at < 0 || link->changed_at > ENG_TIME_MAX) return ENG_E_TIME;
  if (link->state != ENG_LINK_MERGED && link->state != ENG_LINK_UNMERGED) {
    return ENG_E_RANGE;
  }
  return ENG_OK;
}

eng_status eng_book_link_many(eng_book *book, const eng_link *links, uint64_t count)
{
  size_t size;

  if (book == NULL || (links == NULL && count > 0)) return ENG_E_INVALID;
  if (count > SIZE_MAX || !eng__mul_size((size_t)count, sizeof *links, &size)) {
    return ENG_E_LIMIT;
  }
  for (uint64_t i = 0; i < count; i++) {
    eng_status status = eng__link_check(book, &links[i]);

    if (status != ENG_OK) return status;
  }
  return link_all(book, links, (size_t)count);
}

static eng_status say(eng_book *book, const char *a, size_t a_length, const char *b,
                      size_t b_length, int64_t changed_at, int32_t what)
{
  eng_link link;

  eng_link_init(&link, sizeof link);
  link.state = what;
  link.a = a;
  link.a_length = a_length;
  link.b = b;
  link.b_length = b_length;
  link.changed_at = changed_at;
  return eng_book_link_many(book, &link, 1);
}

eng_status eng_book_link(eng_book *book, const char *a, size_t a_length, const char *b,
                         size_t b_length, int64_t changed_at)
{
  return say(book, a, a_length, b, b_length, changed_at, ENG_LINK_MERGED);
}

eng_status eng_book_unlink(eng_book *book, const char *a, size_t a_length,
                           const char *b, size_t b_length, int64_t changed_at)
{
  return say(book, a, a_length, b, b_length, changed_at, ENG_LINK_UNMERGED);
}

uint64_t eng_book_link_count(const eng_book *book)
{
  return book->links == NULL ? 0 : book->links->pair_count;
}

static void link_of_pair(const struct eng__links *links,
                         const struct eng__link_pair *pair, eng_link *out)
{
  const struct eng__link_node *a = &links->nodes[pair->nodes[0]];
  const struct eng__link_node *b = &links->nodes[pair->nodes[1]];

  out->state = pair->merged ? ENG_LINK_MERGED : ENG_LINK_UNMERGED;
  out->a = a->id;
  out->a_length = a->length;
  out->b = b->id;
  out->b_length = b->length;
  out->changed_at = pair->changed_at;
}

eng_status eng_book_links(const eng_book *book, eng_link *links, uint64_t count)
{
  uint64_t total;

  if (book == NULL || (links == NULL && count > 0)) return ENG_E_INVALID;
  total = eng_book_link_count(book);
  if (count < total) return ENG_E_BUFFER;
  for (uint64_t i = 0; i < total; i++) {
    if (links[i].size < sizeof *links) return ENG_E_INVALID;
    link_of_pair(book->links, &book->links->pairs[i], &links[i]);
  }
  eng__sort(links, (size_t)total, sizeof *links, eng__link_compare);
  return ENG_OK;
}

eng_status eng__groups_list(const struct eng_book *book, const eng_allocator *memory,
                            eng_link **out, uint64_t *count)
{
  size_t size;
  eng_status status;

  *out = NULL;
  *count = eng_book_link_count(book);
  if (*count == 0) return ENG_OK;
  if (!eng__mul_size((size_t)*count, sizeof **out, &size)) return ENG_E_NOMEM;
  *out = eng__new(memory, size);
  if (*out == NULL) return ENG_E_NOMEM;
  for (uint64_t i = 0; i < *count; i++) eng_link_init(&(*out)[i], sizeof **out);
  status = eng_book_links(book, *out, *count);
  if (status == ENG_OK) return ENG_OK;
  eng__free(memory, *out, size);
  *out = NULL;
  return status;
}

eng_status eng__groups_merge(struct eng_book *book, const struct eng_book *other,
                             int64_t until)
{
  eng_link *links;
  uint64_t count;
  size_t kept = 0;
  eng_status status = eng__groups_list(other, &book->outer, &links, &count);

  if (status != ENG_OK || count == 0) return status;
  for (uint64_t i = 0; i < count; i++) {
    if (links[i].changed_at <= until) links[kept++] = links[i];
  }
  status = link_all(book, links, kept);
  eng__free(&book->outer, links, (size_t)count * sizeof *links);
  return status;
}

eng_status eng__groups_link(struct eng_book *book, const struct eng_book *other,
                            const struct eng__linked_group *group)
{
  const struct eng__links *from = other->links;
  eng_link *links = NULL;
  size_t count = 0, room = 0;
  eng_status status = ENG_OK;

  for (uint32_t i = 0; i < group->count; i++) {
    uint64_t next = from->nodes[group->nodes[i]].pairs;

    while (next != 0 && status == ENG_OK) {
      const struct eng__link_pair *pair = &from->pairs[(next - 1) / 2];
      void *block = links;
      bool first = (next - 1) % 2 == 0;

      next = pair->next[(next - 1) % 2];
      if (!first || !pair->merged) continue;
      status = eng__grow(&book->outer, &block, &room, count + 1, sizeof *links);
      links = block;
      if (status != ENG_OK) break;
      eng_link_init(&links[count], sizeof *links);
      link_of_pair(from, pair, &links[count++]);
    }
  }
  if (status == ENG_OK) status = link_all(book, links, count);
  eng__free(&book->outer, links, room * sizeof *links);
  return status;
}

uint64_t eng_book_group_size(const eng_book *book, uint64_t row)
{
  const struct eng__linked_group *group;

  if (row >= book->rows) return 0;
  group = eng__groups_of_row(book, (uint32_t)row);
  return group == NULL ? 1 : group->count;
}

const char *eng_book_group_id(const eng_book *book, uint64_t row, uint64_t which,
                              size_t *length)
{
  const struct eng__linked_group *group = NULL;
  const struct eng__link_node *node;

  if (length != NULL) *length = 0;
  if (row < book->rows) group = eng__groups_of_row(book, (uint32_t)row);
  if (group == NULL) {
    return which == 0 ? eng_book_customer_id(book, row, length) : NULL;
  }
  if (which >= group->count) return NULL;
  node = &book->links->nodes[group->nodes[which]];
  if (length != NULL) *length = node->length;
  return node->id;
}

uint64_t eng_book_member_count(const eng_book *book)
{
  return eng__members_count(book);
}

eng_status eng_book_find_member(const eng_book *book, const char *id, size_t length,
                                uint64_t *member)
{
  uint32_t found, hash;

  if (member != NULL) *member = 0;
  if (book == NULL || id == NULL || member == NULL) return ENG_E_INVALID;
  hash = eng__book_hash(book, id, length);
  if (eng__groups_member(book, hash, id, length, &found)) {
    if (book->links->nodes[found].own == NULL) return ENG_E_NOTFOUND;
    *member = book->rows + found;
    return ENG_OK;
  }
  if (!eng__book_find(book, hash, id, length, &found)) return ENG_E_NOTFOUND;
  *member = found;
  return ENG_OK;
}

eng_status eng_book_member(const eng_book *book, uint64_t member, eng_customer **out)
{
  struct eng__member one;
  const eng_context *context;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (book == NULL) return ENG_E_INVALID;
  if (!eng__member_is(book, member)) return ENG_E_NOTFOUND;
  context = book->home.pen.context;
  eng__member_view(book, member, &one);
  status = eng__customer_new(context, eng__memory(context), one.id, one.length, out);
  if (status != ENG_OK) return status;
  status =
      eng__timeline_merge(&(*out)->timeline, &(*out)->home, &one.timeline, one.shapes);
  if (status == ENG_OK) return status;
  eng_customer_free(*out);
  *out = NULL;
  return status;
}
