/* SPDX-License-Identifier: MIT */
/*
 * links.c - see links.h. Two tables, at most half full, find nodes by id and pairs by
 * their nodes.
 */
#include "book/links.h"

#include <string.h>

#include <engagement/calendar.h>

#include "core/checked.h"

int eng__id_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
  int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

  return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

int eng__link_compare(const void *a, const void *b)
{
  const eng_link *x = a, *y = b;
  int order = eng__id_compare(x->a, (size_t)x->a_length, y->a, (size_t)y->a_length);

  if (order != 0) return order;
  return eng__id_compare(x->b, (size_t)x->b_length, y->b, (size_t)y->b_length);
}

/* ---- bytes ---- */

void eng__link_write(const eng_link *link, struct eng__sink *sink)
{
  eng__sink_varint(sink, link->a_length);
  eng__sink_put(sink, link->a, (size_t)link->a_length);
  eng__sink_varint(sink, link->b_length);
  eng__sink_put(sink, link->b, (size_t)link->b_length);
  eng__sink_varint(sink, (uint64_t)link->changed_at << 1 | (uint64_t)link->state);
}

static void read_id(struct eng__reader *reader, uint64_t most, const char **id,
                    uint64_t *length)
{
  *length = eng__read_varint(reader);
  if (reader->status == ENG_OK && *length == 0) eng__reader_fail(reader, ENG_E_FIELD);
  if (*length > most) eng__reader_fail(reader, ENG_E_LIMIT);
  *id = (const char *)eng__read_bytes(reader, (size_t)*length);
}

void eng__link_read(struct eng__reader *reader, uint64_t most, eng_link *link)
{
  uint64_t said;

  eng_link_init(link, sizeof *link);
  read_id(reader, most, &link->a, &link->a_length);
  read_id(reader, most, &link->b, &link->b_length);
  said = eng__read_varint(reader);
  if (said >> 1 > (uint64_t)ENG_TIME_MAX) eng__reader_fail(reader, ENG_E_FIELD);
  if (reader->status != ENG_OK) return;
  link->changed_at = (int64_t)(said >> 1);
  link->state = (int32_t)(said & 1);
  if (eng__id_compare(link->a, (size_t)link->a_length, link->b,
                      (size_t)link->b_length) >= 0) {
    eng__reader_fail(reader, ENG_E_ORDER);
  }
}

/* ---- life ---- */

void eng__links_release(struct eng__links *links, const eng_allocator *memory)
{
  eng__links_truncate(links, memory, 0, 0);
  eng__free(memory, links->nodes, links->node_room * sizeof *links->nodes);
  eng__free(memory, links->pairs, links->pair_room * sizeof *links->pairs);
  eng__free(memory, links->node_table, links->table_room * sizeof(uint32_t));
  eng__free(memory, links->pair_table, links->table_room * sizeof(uint32_t));
  memset(links, 0, sizeof *links);
}

/* ---- tables ---- */

/* Numbers of nodes are whoever's who gives the links, so it is the keyed hashes of
 * their ids that say where a pair is looked for, mixed by what loses no bit of them
 * (the end of MurmurHash3 by Appleby). */
static size_t pair_place(const struct eng__links *links, uint32_t a, uint32_t b)
{
  uint64_t hash = (uint64_t)links->nodes[a].hash << 32 | links->nodes[b].hash;

  hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
  hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
  return (size_t)(hash >> 32) & (links->table_room - 1);
}

static size_t node_place(const struct eng__links *links, uint32_t hash)
{
  return hash & (links->table_room - 1);
}

static void enter(const struct eng__links *links, uint32_t *table, size_t place,
                  size_t number)
{
  while (table[place] != 0) place = (place + 1) & (links->table_room - 1);
  table[place] = (uint32_t)number + 1;
}

/* Both tables at once: pairs are at most as many as nodes have room for. */
static eng_status grow_tables(struct eng__links *links, const eng_allocator *memory,
                              size_t need)
{
  struct eng__links larger = *links;

  while (larger.table_room < 2 * need) {
    larger.table_room = larger.table_room == 0 ? 16 : 2 * larger.table_room;
  }
  if (larger.table_room == links->table_room) return ENG_OK;
  larger.node_table = eng__new_zeroed(memory, larger.table_room * sizeof(uint32_t));
  larger.pair_table = eng__new_zeroed(memory, larger.table_room * sizeof(uint32_t));
  if (larger.node_table == NULL || larger.pair_table == NULL) {
    eng__free(memory, larger.node_table, larger.table_room * sizeof(uint32_t));
    eng__free(memory, larger.pair_table, larger.table_room * sizeof(uint32_t));
    return ENG_E_NOMEM;
  }
  for (size_t i = 0; i < links->node_count; i++) {
    enter(&larger, larger.node_table, node_place(&larger, links->nodes[i].hash), i);
  }
  for (size_t i = 0; i < links->pair_count; i++) {
    const uint32_t *nodes = links->pairs[i].nodes;

    enter(&larger, larger.pair_table, pair_place(&larger, nodes[0], nodes[1]), i);
  }
  eng__free(memory, links->node_table, links->table_room * sizeof(uint32_t));
  eng__free(memory, links->pair_table, links->table_room * sizeof(uint32_t));
  *links = larger;
  return ENG_OK;
}

eng_status eng__links_reserve(struct eng__links *links, const eng_allocator *memory,
                              size_t pairs)
{
  size_t nodes, most;
  void *block = links->nodes;
  eng_status status;

  if (pairs > UINT32_MAX / 8 || links->node_count + 2 * pairs > UINT32_MAX / 4 ||
      links->pair_count + pairs > UINT32_MAX / 4) {
    return ENG_E_LIMIT;
  }
  nodes = links->node_count + 2 * pairs;
  most = links->pair_count + pairs > nodes ? links->pair_count + pairs : nodes;
  status = eng__grow(memory, &block, &links->node_room, nodes, sizeof *links->nodes);
  links->nodes = block;
  if (status != ENG_OK) return status;
  block = links->pairs;
  status = eng__grow(memory, &block, &links->pair_room, links->pair_count + pairs,
                     sizeof *links->pairs);
  links->pairs = block;
  return status == ENG_OK ? grow_tables(links, memory, most) : status;
}

/* ---- nodes and pairs ---- */

bool eng__links_find(const struct eng__links *links, uint32_t hash, const char *id,
                     size_t length, uint32_t *node)
{
  size_t at = node_place(links, hash);
  uint32_t number;

  if (links->table_room == 0) return false;
  for (; (number = links->node_table[at]) != 0;
       at = (at + 1) & (links->table_room - 1)) {
    const struct eng__link_node *one = &links->nodes[number - 1];

    if (one->hash != hash || one->length != length) continue;
    if (memcmp(one->id, id, length) != 0) continue;
    *node = number - 1;
    return true;
  }
  return false;
}

eng_status eng__links_node(struct eng__links *links, const eng_allocator *memory,
                           uint32_t hash, const char *id, size_t length, uint32_t *node)
{
  struct eng__link_node *one;
  char *copy;

  if (eng__links_find(links, hash, id, length, node)) return ENG_OK;
  copy = eng__new(memory, length);
  if (copy == NULL) return ENG_E_NOMEM;
  memcpy(copy, id, length);
  one = &links->nodes[links->node_count];
  memset(one, 0, sizeof *one);
  one->id = copy;
  one->length = length;
  one->hash = hash;
  *node = (uint32_t)links->node_count++;
  enter(links, links->node_table, node_place(links, hash), *node);
  return ENG_OK;
}

uint32_t eng__links_pair(struct eng__links *links, uint32_t a, uint32_t b)
{
  const struct eng__link_node *x = &links->nodes[a], *y = &links->nodes[b];
  bool turned = eng__id_compare(x->id, x->length, y->id, y->length) > 0;
  uint32_t low = turned ? b : a, high = turned ? a : b, number;
  size_t at = pair_place(links, low, high);
  struct eng__link_pair *pair;

  for (; (number = links->pair_table[at]) != 0;
       at = (at + 1) & (links->table_room - 1)) {
    pair = &links->pairs[number - 1];
    if (pair->nodes[0] == low && pair->nodes[1] == high) return number - 1;
  }
  number = (uint32_t)links->pair_count++;
  links->pair_table[at] = number + 1;
  pair = &links->pairs[number];
  pair->nodes[0] = low;
  pair->nodes[1] = high;
  pair->changed_at = ENG_TIME_NONE;
  pair->merged = false;
  for (unsigned side = 0; side < 2; side++) {
    struct eng__link_node *node = &links->nodes[pair->nodes[side]];

    pair->next[side] = node->pairs;
    node->pairs = 2 * (uint64_t)number + side + 1;
  }
  return number;
}

/* The last one entered: nothing that was entered after it may have passed over it. */
static void leave(const struct eng__links *links, uint32_t *table, size_t place,
                  size_t number)
{
  while (table[place] != (uint32_t)number + 1) {
    place = (place + 1) & (links->table_room - 1);
  }
  table[place] = 0;
}

void eng__links_truncate(struct eng__links *links, const eng_allocator *memory,
                         size_t nodes, size_t pairs)
{
  while (links->pair_count > pairs) {
    const struct eng__link_pair *pair = &links->pairs[--links->pair_count];

    leave(links, links->pair_table, pair_place(links, pair->nodes[0], pair->nodes[1]),
          links->pair_count);
    for (unsigned side = 0; side < 2; side++) {
      links->nodes[pair->nodes[side]].pairs = pair->next[side];
    }
  }
  while (links->node_count > nodes) {
    struct eng__link_node *node = &links->nodes[--links->node_count];

    leave(links, links->node_table, node_place(links, node->hash), links->node_count);
    eng__free(memory, node->id, node->length);
  }
}
