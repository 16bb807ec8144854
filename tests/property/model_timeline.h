/* SPDX-License-Identifier: MIT
 *
 * model_timeline.h - a timeline that is slow and obviously right.
 *
 * It is written from the rules of identity, order and floor, not from the library: an
 * array of plain events, kept in order by moving them, searched from end to end. It
 * has a hash and a canonical content of its own.
 */
#ifndef PROPERTY_MODEL_TIMELINE_H
#define PROPERTY_MODEL_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <engagement.h>

struct model_event {
  int64_t at, recorded_at, amount, value;
  uint64_t id, refers_to;
  uint32_t revision, actor, topic;
  uint16_t occurrence;
  int32_t kind, channel, currency, scale, valence;
  bool has_recorded_at, has_id, has_amount, has_value, has_valence, has_refers_to;
  bool has_actor, has_topic, incentivised, is_public;
  /* Worked out by model_settle. */
  uint64_t kind_key, effective_id;
  uint8_t content[96];
  size_t content_size;
};

struct model {
  bool has_floor;
  int64_t floor;
  struct model_event *events;
  size_t count, room;
};

/* Works out key, content and effective id, once all fields are set. */
void model_settle(struct model_event *event);

/* <0, 0, >0: occurred_at, kind, effective id, content. */
int model_order(const struct model_event *a, const struct model_event *b);

void model_free(struct model *model);
/* Returns ENG_RECORD_*. */
int32_t model_record(struct model *model, const struct model_event *event);
void model_merge(struct model *model, const struct model *other);
void model_expire(struct model *model, int64_t floor);
bool model_equal(const struct model *a, const struct model *b);

/* The same event in both worlds. */
void model_fill(const struct model_event *from, eng_event *to);
void model_read(const eng_event *from, struct model_event *to);
bool model_event_equal(const struct model_event *a, const struct model_event *b);

#endif
