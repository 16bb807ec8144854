/* SPDX-License-Identifier: MIT */
/*
 * event.h - an event in plain fields, and what makes two of them one.
 *
 * Absent fields are 0 and have no bit in `has`, so that equal events are equal fields.
 * recorded_at and revision are no part of content; see docs/format.md, "Identity".
 */
#ifndef ENG_CORE_EVENT_H
#define ENG_CORE_EVENT_H

#include <stdbool.h>

#include <engagement/event.h>

#include "core/context.h"

/* Which optional fields are there. */
enum {
  ENG__HAS_ID = 1 << 0,
  ENG__HAS_RECORDED_AT = 1 << 1,
  ENG__HAS_AMOUNT = 1 << 2, /* currency with it */
  ENG__HAS_VALUE = 1 << 3,
  ENG__HAS_VALENCE = 1 << 4,
  ENG__HAS_REFERS_TO = 1 << 5,
  ENG__HAS_ACTOR = 1 << 6,
  ENG__HAS_TOPIC = 1 << 7,
  ENG__IS_INCENTIVISED = 1 << 8,
  ENG__IS_PUBLIC = 1 << 9
};

struct eng__event {
  int64_t occurred_at;
  int64_t recorded_at;
  int64_t amount;
  int64_t value;
  uint64_t id;
  uint64_t refers_to;
  const uint8_t *extension; /* of later versions; borrowed */
  uint32_t extension_size;
  uint32_t revision;
  uint32_t actor;
  uint32_t topic;
  uint16_t occurrence;
  uint16_t currency; /* ISO 4217 number */
  uint16_t has;      /* ENG__HAS_* */
  uint8_t kind;
  uint8_t channel; /* 0: absent */
  uint8_t scale;   /* 0: absent */
  int8_t valence;
};

struct eng_event {
  const eng_context *context;
  struct eng__event fields;
};

/* Bytes of the longest content, without the extension. */
enum { ENG__CONTENT_MAX = 96, ENG__EXTENSION_MAX = 1024 };

/*
 * The canonical content of an event: every field but recorded_at and revision. Bytes
 * without the extension go to `out` (at least ENG__CONTENT_MAX); returns how many.
 */
size_t eng__event_content(const eng_context *context, const struct eng__event *event,
                          uint8_t *out);

/* The id, or without one the hash of the content. */
uint64_t eng__event_effective_id(const eng_context *context,
                                 const struct eng__event *event);

/* Content compared as bytes: <0, 0, >0. */
int eng__event_compare_content(const eng_context *context, const struct eng__event *a,
                               const struct eng__event *b);

/* Canonical order: occurred_at, kind, effective id, content. 0: the same event. */
int eng__event_compare(const eng_context *context, const struct eng__event *a,
                       const struct eng__event *b);

/* An event that is looked for. Its effective id is worked out once, when others of its
 * time and kind are met. */
struct eng__sought {
  const struct eng__event *event;
  uint64_t effective; /* if has_effective */
  bool has_effective;
};

/* An event that ties with the one sought in time and kind against it, by effective id:
 * <0, 0, >0. */
int eng__sought_compare(const eng_context *context, const struct eng__event *held,
                        struct eng__sought *sought);

/* Of two versions of one event, whether b stands and a goes. */
bool eng__event_supersedes(const eng_context *context, const struct eng__event *a,
                           const struct eng__event *b);

#endif
