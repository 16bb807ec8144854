/* SPDX-License-Identifier: MIT */
/*
 * links.h - which ids are said to be one person, and since when.
 *
 * Per pair of ids the greatest statement stands, by time, and at one time the one that
 * unmerges: a join, whatever comes first. Nodes are ids, also such as the book has no
 * customer of. Nodes and pairs are added and never taken away, but by undoing a change
 * that failed; what is between two ids that were unmerged is a pair too.
 */
#ifndef ENG_BOOK_LINKS_H
#define ENG_BOOK_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <engagement/link.h>

#include "core/bytes.h"
#include "core/codebook.h"
#include "core/memory.h"

/* A group: at least two nodes, in the order of their ids. */
struct eng__linked_group {
  uint32_t count;
  bool apart; /* some event is called otherwise in the group: see core/group.h */
  uint32_t nodes[];
};

struct eng__link_node {
  char *id;
  size_t length;
  uint32_t hash;            /* as the book's index has it */
  uint32_t mark;            /* of whoever goes through them */
  uint64_t pairs;           /* the last one that names it: 2 * pair + side + 1; 0: none */
  struct eng__linked_group *group; /* NULL: none */
  eng_customer *own;        /* what a member has done itself; NULL: nothing, or no group */
};

struct eng__link_pair {
  uint32_t nodes[2]; /* the smaller id first */
  uint64_t next[2];  /* of the pairs of either */
  int64_t changed_at;
  bool merged;
};

struct eng__links {
  struct eng__link_node *nodes;
  size_t node_count, node_room;
  struct eng__link_pair *pairs;
  size_t pair_count, pair_room;
  uint32_t *node_table, *pair_table; /* number + 1; 0: empty */
  size_t table_room;                 /* of either: 0 or a power of two */
  uint64_t own_count, own_events;    /* of members of groups */
  uint64_t group_rows, group_events; /* rows that stand for groups, and theirs */
};

/* Whether a statement is greater than another about the same pair. */
static inline bool eng__link_beats(int64_t at, bool merged, int64_t other_at,
                                   bool other_merged)
{
  return at != other_at ? at > other_at : !merged && other_merged;
}

/* Ids compared as bytes: <0, 0, >0. */
int eng__id_compare(const char *a, size_t a_length, const char *b, size_t b_length);

/* Links by their smaller ids, then by the greater. */
int eng__link_compare(const void *a, const void *b);

/* The bytes of a link, as encoded books and stores have them. */
void eng__link_write(const eng_link *link, struct eng__sink *sink);

/* Reads them; the ids, of up to `most` bytes, stay where the bytes are. */
void eng__link_read(struct eng__reader *reader, uint64_t most, eng_link *link);

void eng__links_release(struct eng__links *links, const eng_allocator *memory);

/* Room for so many pairs more, and their nodes. */
eng_status eng__links_reserve(struct eng__links *links, const eng_allocator *memory,
                              size_t pairs);

/* The node of an id; false: there is none. */
bool eng__links_find(const struct eng__links *links, uint32_t hash, const char *id,
                     size_t length, uint32_t *node);

/* The same; a new one finds room. */
eng_status eng__links_node(struct eng__links *links, const eng_allocator *memory,
                           uint32_t hash, const char *id, size_t length,
                           uint32_t *node);

/* The pair of two nodes, which is added as unmerged before all time. */
uint32_t eng__links_pair(struct eng__links *links, uint32_t a, uint32_t b);

/* Takes back what was added last. */
void eng__links_truncate(struct eng__links *links, const eng_allocator *memory,
                         size_t nodes, size_t pairs);

#endif
