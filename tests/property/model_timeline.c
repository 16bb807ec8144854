/* SPDX-License-Identifier: MIT
 *
 * model_timeline.c - see model_timeline.h.
 */
#include "property/model_timeline.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* ---- SipHash-2-4 under a key of zeros, over whole words kept in an array ---- */

static uint64_t turn(uint64_t x, unsigned by) { return x << by | x >> (64 - by); }

static void scramble(uint64_t v[4], int rounds)
{
  while (rounds-- > 0) {
    v[0] += v[1], v[2] += v[3];
    v[1] = turn(v[1], 13) ^ v[0], v[3] = turn(v[3], 16) ^ v[2];
    v[0] = turn(v[0], 32);
    v[2] += v[1], v[0] += v[3];
    v[1] = turn(v[1], 17) ^ v[2], v[3] = turn(v[3], 21) ^ v[0];
    v[2] = turn(v[2], 32);
  }
}

static uint64_t hash(const void *bytes, size_t size)
{
  uint64_t v[4];
  const uint8_t *in = bytes;

  v[0] = UINT64_C(0x736f6d6570736575), v[1] = UINT64_C(0x646f72616e646f6d);
  v[2] = UINT64_C(0x6c7967656e657261), v[3] = UINT64_C(0x7465646279746573);
  for (size_t word = 0; word <= size / 8; word++) {
    uint64_t m = 0;

    for (size_t i = 0; i < 8; i++) {
      size_t at = 8 * word + i;

      if (at < size)
        m |= (uint64_t)in[at] << (8 * i);
      else if (i == 7)
        m |= (uint64_t)(size & 0xff) << 56;
    }
    v[3] ^= m;
    scramble(v, 2);
    v[0] ^= m;
  }
  v[2] ^= 0xff;
  scramble(v, 4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- names ---- */

/* Those of context_in in unit/support.c. */
static uint64_t named(const char *name)
{
  return hash(name, strlen(name)) | UINT64_C(1) << 63;
}

static uint64_t kind_key(int32_t kind)
{
  return kind < 128 ? (uint64_t)kind : named(kind == 130 ? "own_kind" : "another");
}

static uint64_t channel_key(int32_t channel)
{
  return channel < 128 ? (uint64_t)channel
                       : named(channel == 128 ? "kiosk" : "market_stall");
}

/* ---- content ---- */

static void number(struct model_event *event, uint64_t v, int bytes)
{
  for (int i = 0; i < bytes; i++) {
    event->content[event->content_size++] = (uint8_t)v;
    v >>= 8;
  }
}

static void name_or_number(struct model_event *event, uint64_t key)
{
  if (key >> 63) {
    number(event, 128, 1);
    number(event, key, 8);
  } else {
    number(event, key, 1);
  }
}

/* Every field but recorded_at and revision, little-endian, absent ones left out as the
 * flags say; the size of an extension comes last. */
void model_settle(struct model_event *event)
{
  unsigned flags = (event->has_id ? 1u : 0) | (event->has_amount ? 4u : 0) |
                   (event->has_value ? 8u : 0) | (event->has_valence ? 16u : 0) |
                   (event->has_refers_to ? 32u : 0) | (event->has_actor ? 64u : 0) |
                   (event->has_topic ? 128u : 0) | (event->incentivised ? 256u : 0) |
                   (event->is_public ? 512u : 0);

  event->kind_key = kind_key(event->kind);
  event->content_size = 0;
  number(event, (uint64_t)event->at, 8);
  name_or_number(event, event->kind_key);
  name_or_number(event, channel_key(event->channel));
  number(event, flags, 2);
  number(event, (uint64_t)event->scale, 1);
  number(event, event->occurrence, 2);
  if (event->has_id) number(event, event->id, 8);
  if (event->has_amount) {
    number(event, (uint64_t)event->amount, 8);
    number(event, (uint64_t)event->currency, 2);
  }
  if (event->has_value) number(event, (uint64_t)event->value, 8);
  if (event->has_valence) number(event, (uint64_t)(int64_t)event->valence, 1);
  if (event->has_refers_to) number(event, event->refers_to, 8);
  if (event->has_actor) number(event, event->actor, 4);
  if (event->has_topic) number(event, event->topic, 4);
  number(event, 0, 4);
  event->effective_id =
      event->has_id ? event->id : hash(event->content, event->content_size);
}

static int content_order(const struct model_event *a, const struct model_event *b)
{
  for (size_t i = 0;; i++) {
    if (i == a->content_size || i == b->content_size)
      return (a->content_size > b->content_size) - (a->content_size < b->content_size);
    if (a->content[i] != b->content[i]) return a->content[i] < b->content[i] ? -1 : 1;
  }
}

int model_order(const struct model_event *a, const struct model_event *b)
{
  if (a->at != b->at) return a->at < b->at ? -1 : 1;
  if (a->kind_key != b->kind_key) return a->kind_key < b->kind_key ? -1 : 1;
  if (a->effective_id != b->effective_id)
    return a->effective_id < b->effective_id ? -1 : 1;
  return content_order(a, b);
}

/* ---- identity ---- */

static bool versions_of_one(const struct model_event *a, const struct model_event *b)
{
  if (a->has_id && b->has_id) return a->id == b->id;
  return !a->has_id && !b->has_id && content_order(a, b) == 0;
}

/* Greatest (occurred_at, revision, content), then the earliest recorded_at, present
 * before absent. */
static bool wins(const struct model_event *a, const struct model_event *over)
{
  int order = content_order(a, over);

  if (a->at != over->at) return a->at > over->at;
  if (a->revision != over->revision) return a->revision > over->revision;
  if (order != 0) return order > 0;
  if (a->has_recorded_at && over->has_recorded_at)
    return a->recorded_at < over->recorded_at;
  return a->has_recorded_at && !over->has_recorded_at;
}

/* ---- the set ---- */

void model_free(struct model *model)
{
  free(model->events);
  memset(model, 0, sizeof *model);
}

static void put_in_order(struct model *model, const struct model_event *event)
{
  size_t at = 0;

  if (model->count == model->room) {
    model->room = 2 * model->room + 16;
    model->events = realloc(model->events, model->room * sizeof *model->events);
    if (model->events == NULL) abort();
  }
  while (at < model->count && model_order(&model->events[at], event) < 0) at++;
  memmove(model->events + at + 1, model->events + at,
          (model->count - at) * sizeof *model->events);
  model->events[at] = *event;
  model->count++;
}

static void take_out(struct model *model, size_t at)
{
  model->count--;
  memmove(model->events + at, model->events + at + 1,
          (model->count - at) * sizeof *model->events);
}

int32_t model_record(struct model *model, const struct model_event *event)
{
  if (model->has_floor && event->at <= model->floor) return ENG_RECORD_IGNORED;
  for (size_t i = 0; i < model->count; i++) {
    if (!versions_of_one(&model->events[i], event)) continue;
    if (!wins(event, &model->events[i])) return ENG_RECORD_UNCHANGED;
    take_out(model, i);
    put_in_order(model, event);
    return ENG_RECORD_REPLACED;
  }
  put_in_order(model, event);
  return ENG_RECORD_ADDED;
}

void model_expire(struct model *model, int64_t floor)
{
  if (model->has_floor && floor <= model->floor) return;
  model->has_floor = true;
  model->floor = floor;
  while (model->count > 0 && model->events[0].at <= floor) take_out(model, 0);
}

void model_merge(struct model *model, const struct model *other)
{
  if (other->has_floor) model_expire(model, other->floor);
  for (size_t i = 0; i < other->count; i++)
    (void)model_record(model, &other->events[i]);
}

bool model_event_equal(const struct model_event *a, const struct model_event *b)
{
  return a->content_size == b->content_size &&
         memcmp(a->content, b->content, a->content_size) == 0 &&
         a->effective_id == b->effective_id && a->revision == b->revision &&
         a->has_recorded_at == b->has_recorded_at &&
         (!a->has_recorded_at || a->recorded_at == b->recorded_at);
}

bool model_equal(const struct model *a, const struct model *b)
{
  if (a->has_floor != b->has_floor || (a->has_floor && a->floor != b->floor) ||
      a->count != b->count)
    return false;
  for (size_t i = 0; i < a->count; i++) {
    if (!model_event_equal(&a->events[i], &b->events[i])) return false;
  }
  return true;
}

/* ---- both worlds ---- */

static void must(eng_status status)
{
  if (status != ENG_OK) ck_abort_msg("a setter says %d", (int)status);
}

void model_fill(const struct model_event *from, eng_event *to)
{
  must(eng_event_reset(to, from->kind, from->at));
  if (from->has_id) must(eng_event_set_id(to, from->id));
  must(eng_event_set_revision(to, from->revision));
  must(eng_event_set_occurrence(to, from->occurrence));
  must(eng_event_set_channel(to, from->channel));
  must(eng_event_set_scale(to, from->scale));
  must(eng_event_set_flags(to, from->incentivised, from->is_public));
  if (from->has_recorded_at) must(eng_event_set_recorded_at(to, from->recorded_at));
  if (from->has_amount) must(eng_event_set_amount(to, from->amount, from->currency));
  if (from->has_value) must(eng_event_set_value(to, from->value));
  if (from->has_valence) must(eng_event_set_valence(to, from->valence));
  if (from->has_refers_to) must(eng_event_set_refers_to(to, 1, from->refers_to));
  if (from->has_actor) must(eng_event_set_actor(to, 1, from->actor));
  if (from->has_topic) must(eng_event_set_topic(to, 1, from->topic));
}

void model_read(const eng_event *from, struct model_event *to)
{
  memset(to, 0, sizeof *to);
  to->kind = eng_event_kind(from);
  to->at = eng_event_occurred_at(from);
  to->recorded_at = eng_event_recorded_at(from);
  to->has_recorded_at = to->recorded_at != ENG_TIME_NONE;
  to->has_id = eng_event_id(from, &to->id) == 1;
  to->revision = eng_event_revision(from);
  to->occurrence = eng_event_occurrence(from);
  to->channel = eng_event_channel(from);
  to->has_amount = eng_event_amount(from, &to->amount, &to->currency) == 1;
  to->has_value = eng_event_value(from, &to->value) == 1;
  to->scale = eng_event_scale(from);
  to->valence = eng_event_valence(from);
  to->has_valence = to->valence != ENG_VALENCE_NONE;
  to->incentivised = eng_event_is_incentivised(from) == 1;
  to->is_public = eng_event_is_public(from) == 1;
  to->has_refers_to = eng_event_refers_to(from, &to->refers_to) == 1;
  to->has_actor = eng_event_actor(from, &to->actor) == 1;
  to->has_topic = eng_event_topic(from, &to->topic) == 1;
  model_settle(to);
  if (to->effective_id != eng_event_effective_id(from))
    ck_abort_msg("the effective id is not the hash of the content");
}
