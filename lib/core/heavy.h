/* SPDX-License-Identifier: MIT */
/*
 * heavy.h - the timeline of a customer with very many events.
 *
 * Past ENG__LIGHT_MAX bytes the one run becomes blocks of at most about 1 KiB, in
 * canonical order, under nodes of up to 128 blocks: recording touches one block. Ids
 * are found through a table of their own, and nodes count their blocks' events; both
 * are derived and never encoded.
 */
#ifndef ENG_CORE_HEAVY_H
#define ENG_CORE_HEAVY_H

#include "core/counts.h"

enum {
  ENG__LIGHT_MAX = 4096, /* bytes of a run; more is heavy */
  ENG__BLOCK_MAX = 1024  /* bytes of a block with more than one event */
};

struct eng__block {
  struct eng__run run; /* never empty */
  uint32_t capacity;   /* bytes of run.bytes, slack included */
};

struct eng__node {
  uint32_t count;
  bool stale;                 /* some block changed since the summary was made */
  struct eng__summary summary; /* of all blocks */
  struct eng__counts *counts;  /* of their events; NULL: none are kept */
  struct eng__block blocks[ENG__NODE_MAX];
};

/* Where the event of an id stands: its time and kind. */
struct eng__id_entry {
  uint64_t id;
  uint64_t place; /* time << 8 | kind; 0: empty (kinds are never 0) */
};

struct eng__heavy {
  struct eng__node **nodes; /* none of them empty */
  size_t node_count, node_room;
  uint64_t count;
  struct eng__id_entry *ids;
  size_t id_count, id_room; /* room is 0 or a power of two */
  struct eng__summary summary;
  int64_t last;
  size_t memory; /* bytes held, this struct included */
};

/* A heavy timeline with the events of a run (which may be empty); NULL: no memory. */
struct eng__heavy *eng__heavy_new(const struct eng__pen *pen, const struct eng__run *run);
void eng__heavy_free(struct eng__heavy *heavy, const struct eng__pen *pen);

/* Puts an event in, within ENG_LIMIT_EVENTS; unchanged on failure. The outcome is an
 * ENG_RECORD_ number. */
eng_status eng__heavy_put(struct eng__heavy *heavy, const struct eng__pen *pen,
                          const struct eng__event *event, int32_t *outcome);

/* Whether a version of an event is there. */
bool eng__heavy_has(const struct eng__heavy *heavy, const struct eng__pen *pen,
                    const struct eng__event *event);

/* Takes out an event that was put in as a new one; needs no memory. */
void eng__heavy_take_back(struct eng__heavy *heavy, const struct eng__pen *pen,
                          const struct eng__event *event);

/* Appends an event that is known to be new and last in canonical order. */
eng_status eng__heavy_append(struct eng__heavy *heavy, const struct eng__pen *pen,
                             const struct eng__event *event);

/* Drops all events at or before `floor`; needs no memory. */
void eng__heavy_expire(struct eng__heavy *heavy, const struct eng__pen *pen,
                       int64_t floor);

#endif
