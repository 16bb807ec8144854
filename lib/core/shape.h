/* SPDX-License-Identifier: MIT */
/*
 * shape.h - what an event looks like, as one number.
 *
 * A shape is everything about an event but its time and its numbers: kind, channel,
 * which fields are there and how wide each is written. Feeds use few of them (a shop
 * with 20 kinds and 6 channels needs about 80), so events carry the index of their
 * shape in a table, one byte, and the numbers that it announces. A shape outside the
 * table is written out in full after the byte ENG__ESCAPE.
 *
 * Widths are the shortest of their field's choice, so an event has one shape only.
 * docs/format.md has the same table for those who read encoded bytes.
 */
#ifndef ENG_CORE_SHAPE_H
#define ENG_CORE_SHAPE_H

#include "core/bytes.h"
#include "core/event.h"

/* Bit positions in a shape's code. ORDER shape bits: docs/format.md. */
enum {
  ENG__SHAPE_KIND = 0,           /* 8 bits */
  ENG__SHAPE_CHANNEL = 8,        /* 8 */
  ENG__SHAPE_AMOUNT = 16,        /* 3: absent, 2, 3, 4, 8 bytes */
  ENG__SHAPE_AMOUNT_MINUS = 19,  /* 1 */
  ENG__SHAPE_VALUE = 20,         /* 3: absent, 1, 2, 4, 8 bytes */
  ENG__SHAPE_VALUE_MINUS = 23,   /* 1 */
  ENG__SHAPE_SCALE = 24,         /* 4 */
  ENG__SHAPE_VALENCE = 28,       /* 3: absent, -2 .. 2 */
  ENG__SHAPE_INCENTIVISED = 31,  /* 1 */
  ENG__SHAPE_PUBLIC = 32,        /* 1 */
  ENG__SHAPE_ID = 33,            /* 1 */
  ENG__SHAPE_REFERS_TO = 34,     /* 1 */
  ENG__SHAPE_ACTOR = 35,         /* 2: absent, 1, 2, 4 bytes */
  ENG__SHAPE_TOPIC = 37,         /* 1 */
  ENG__SHAPE_RECORDED = 38,      /* 3: absent, 0, 2, 4, 6 bytes from occurred_at */
  ENG__SHAPE_RECORDED_MINUS = 41, /* 1 */
  ENG__SHAPE_REVISION = 42,      /* 2: none, 1, 2, 4 bytes */
  ENG__SHAPE_OCCURRENCE = 44,    /* 2: none, 1, 2 bytes */
  ENG__SHAPE_WIDE = 46,          /* 1: the gap takes 8 bytes */
  ENG__SHAPE_EXTENSION = 47,     /* 1 */
  ENG__SHAPE_CURRENCY = 48,      /* 10: ISO 4217 number, with an amount */
  ENG__SHAPE_BITS = 58
};

enum {
  ENG__ESCAPE = 255,              /* the code follows in 8 bytes */
  ENG__SHAPES_MAX = 255,          /* entries of a table */
  ENG__EVENT_MAX = 80 + ENG__EXTENSION_MAX, /* bytes of one event at the most */
  ENG__SLACK = 8                  /* readable bytes after every run: loads are wide */
};

#define ENG__GAP_LIMIT (INT64_C(1) << 38) /* gaps from here on are wide */

/* Flags of a layout. */
enum {
  ENG__LAYOUT_SLOW = 1,  /* wide gap or extension: the length is not in the layout */
  ENG__LAYOUT_ID = 2,
  ENG__LAYOUT_REFERS = 4, /* a void, refund or cancel that names its target */
  ENG__LAYOUT_AMOUNT_MINUS = 8
};

/* A shape, worked out for decoding. */
struct eng__layout {
  uint64_t code;
  uint8_t kind;
  uint8_t measured; /* the kind for measures: a purchase below 0 is a refund */
  uint8_t channel;
  uint8_t body; /* bytes after the gap, without an extension */
  uint8_t amount_width;
  uint8_t value_width;
  uint8_t flags; /* ENG__LAYOUT_* */
  uint8_t summary; /* which bit of eng__summary.kinds stands for the kind */
};

/* Shapes in the order in which they were met. */
struct eng__shapes {
  struct eng__layout *layouts; /* room entries */
  uint16_t *slots;             /* hash table of index + 1, 4 * room entries */
  uint32_t count, room;        /* room is a power of two, at most 256 */
  uint64_t seed;               /* of the host; 0 does as well */
  uint64_t multiplier;         /* odd, from the seed */
  unsigned shift;              /* leaves as many bits as there are slots */
};

static inline unsigned eng__shape_bits(uint64_t code, int position, int bits)
{
  return (unsigned)(code >> position) & ((1u << bits) - 1);
}

/* The shape of an event; `gap` is its distance from the event before. */
uint64_t eng__shape_of(const struct eng__event *event, int64_t gap);

/* Whether a code from foreign bytes is one that eng__shape_of can give, as far as can
 * be told without the event's numbers. */
bool eng__shape_is_valid(uint64_t code);

void eng__layout_fill(uint64_t code, struct eng__layout *layout);

/* Writes the numbers of an event as its shape says; returns the bytes. Up to ENG__SLACK
 * bytes behind them are written over. */
size_t eng__body_put(uint64_t code, const struct eng__event *event, uint8_t *out);

/* Reads them; the body holds layout->body bytes and the extension. All fields of the
 * event but occurred_at are set, recorded_at from `time`. */
void eng__body_get(const struct eng__layout *layout, const uint8_t *body, int64_t time,
                   struct eng__event *event);

/* Bytes of the body of a layout at `body`, the extension included. */
static inline size_t eng__body_size(const struct eng__layout *layout, const uint8_t *body)
{
  size_t n = layout->body;

  if (eng__shape_bits(layout->code, ENG__SHAPE_EXTENSION, 1)) {
    n += 2 + (size_t)eng__get(body + n, 2);
  }
  return n;
}

/* ---- tables ---- */

/* `key` is that of the context's hash tables: codes come from hosts' files. */
void eng__shapes_init(struct eng__shapes *shapes, const uint64_t key[2]);
void eng__shapes_release(struct eng__shapes *shapes, const eng_allocator *memory);

/* Where a look for a code begins among the slots. Under a multiplier that nobody could
 * foresee, two codes meet no more often than by twice the chance.
 * Source: Dietzfelbinger et al. (1997), A reliable randomized algorithm for the
 * closest-pair problem. */
static inline uint32_t eng__shapes_first(const struct eng__shapes *shapes, uint64_t code)
{
  return (uint32_t)(code * shapes->multiplier >> shapes->shift);
}

/* Adds a code that the table may not have. */
unsigned eng__shapes_add(struct eng__shapes *shapes, const eng_allocator *memory,
                         uint64_t code);

/* The index of a code, which is added if there is room; ENG__ESCAPE if there is not,
 * or no memory: the event is then written with its code. */
static inline unsigned eng__shapes_index(struct eng__shapes *shapes,
                                         const eng_allocator *memory, uint64_t code)
{
  if (shapes->room != 0) {
    unsigned index = shapes->slots[eng__shapes_first(shapes, code)];

    if (index != 0 && shapes->layouts[index - 1].code == code) return index - 1;
  }
  return eng__shapes_add(shapes, memory, code);
}

#endif
