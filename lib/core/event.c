/* SPDX-License-Identifier: MIT */
/*
 * event.c - setting and reading the fields of an event, its identity and its order.
 *
 * The setters are where an event is checked: whatever holds after them holds in every
 * timeline.
 */
#include "core/event.h"

#include <string.h>

#include "core/bytes.h"
#include "core/calendar.h"
#include "core/hash.h"
#include "core/memory.h"

#include <engagement/money.h>

/* ---- identity and order ---- */

/* A built-in number is one byte; an own one is 128 and its key. */
static size_t put_named(uint8_t *out, uint8_t number, const uint64_t keys[256])
{
  if (number < ENG__OWN) {
    out[0] = number;
    return 1;
  }
  out[0] = ENG__OWN;
  eng__put64(out + 1, keys[number]);
  return 9;
}

static size_t put_number(uint8_t *out, uint64_t v, int width)
{
  eng__put(out, v, width);
  return (size_t)width;
}

/* The canonical content of an event: every field but recorded_at and revision. Bytes
 * without the extension go to `out` (at least ENG__CONTENT_MAX); returns how many. */
static size_t put_content(const eng_context *context, const struct eng__event *event,
                          uint8_t *out)
{
  uint16_t has = (uint16_t)(event->has & ~ENG__HAS_RECORDED_AT);
  size_t n = 0;

  n += put_number(out + n, (uint64_t)event->occurred_at, 8);
  n += put_named(out + n, event->kind, context->kind_key);
  n += put_named(out + n, event->channel, context->channel_key);
  n += put_number(out + n, has, 2);
  n += put_number(out + n, event->scale, 1);
  n += put_number(out + n, event->occurrence, 2);
  if (has & ENG__HAS_ID) n += put_number(out + n, event->id, 8);
  if (has & ENG__HAS_AMOUNT) {
    n += put_number(out + n, (uint64_t)event->amount, 8);
    n += put_number(out + n, event->currency, 2);
  }
  if (has & ENG__HAS_VALUE) n += put_number(out + n, (uint64_t)event->value, 8);
  if (has & ENG__HAS_VALENCE) n += put_number(out + n, (uint8_t)event->valence, 1);
  if (has & ENG__HAS_REFERS_TO) n += put_number(out + n, event->refers_to, 8);
  if (has & ENG__HAS_ACTOR) n += put_number(out + n, event->actor, 4);
  if (has & ENG__HAS_TOPIC) n += put_number(out + n, event->topic, 4);
  n += put_number(out + n, event->extension_size, 4);
  return n;
}

uint64_t eng__event_effective_id(const eng_context *context,
                                 const struct eng__event *event)
{
  uint8_t bytes[ENG__CONTENT_MAX + ENG__EXTENSION_MAX];
  size_t n;

  if (event->has & ENG__HAS_ID) return event->id;
  n = put_content(context, event, bytes);
  if (event->extension_size > 0) {
    memcpy(bytes + n, event->extension, event->extension_size);
    n += event->extension_size;
  }
  return eng__hash(bytes, n);
}

static int compare_bytes(const uint8_t *a, size_t a_size, const uint8_t *b,
                         size_t b_size)
{
  size_t n = a_size < b_size ? a_size : b_size;
  int order = n == 0 ? 0 : memcmp(a, b, n);

  return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

int eng__event_compare_content(const eng_context *context, const struct eng__event *a,
                               const struct eng__event *b)
{
  uint8_t a_bytes[ENG__CONTENT_MAX], b_bytes[ENG__CONTENT_MAX];
  size_t a_size = put_content(context, a, a_bytes);
  size_t b_size = put_content(context, b, b_bytes);
  int order = compare_bytes(a_bytes, a_size, b_bytes, b_size);

  if (order != 0) return order;
  return compare_bytes(a->extension, a->extension_size, b->extension,
                       b->extension_size);
}

int eng__event_compare(const eng_context *context, const struct eng__event *a,
                       const struct eng__event *b)
{
  uint64_t a_key = context->kind_key[a->kind], b_key = context->kind_key[b->kind];
  uint64_t a_id, b_id;

  if (a->occurred_at != b->occurred_at) return a->occurred_at < b->occurred_at ? -1 : 1;
  if (a_key != b_key) return a_key < b_key ? -1 : 1;
  a_id = eng__event_effective_id(context, a);
  b_id = eng__event_effective_id(context, b);
  if (a_id != b_id) return a_id < b_id ? -1 : 1;
  return eng__event_compare_content(context, a, b);
}

int eng__sought_compare(const eng_context *context, const struct eng__event *held,
                        struct eng__sought *sought)
{
  uint64_t id = eng__event_effective_id(context, held);

  if (!sought->has_effective) {
    sought->effective = eng__event_effective_id(context, sought->event);
    sought->has_effective = true;
  }
  return (id > sought->effective) - (id < sought->effective);
}

bool eng__event_supersedes(const eng_context *context, const struct eng__event *a,
                           const struct eng__event *b)
{
  int order;

  if (a->occurred_at != b->occurred_at) return b->occurred_at > a->occurred_at;
  if (a->revision != b->revision) return b->revision > a->revision;
  order = eng__event_compare_content(context, a, b);
  if (order != 0) return order < 0;
  if (!(b->has & ENG__HAS_RECORDED_AT)) return false;
  return !(a->has & ENG__HAS_RECORDED_AT) || b->recorded_at < a->recorded_at;
}

uint64_t eng_event_id_hash(const char *source, size_t source_length, const char *id,
                           size_t id_length)
{
  uint64_t pair[2];
  uint8_t bytes[16];

  if (source_length == 0 && id_length == 17 && id[0] == '#') {
    uint64_t v = 0;
    size_t i = 1;

    for (; i < 17; i++) {
      char c = id[i];
      int digit = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;

      if (digit < 0) break;
      v = v << 4 | (uint64_t)digit;
    }
    if (i == 17) return v;
  }
  /* A hash of two hashes needs no buffer and no rule where one text ends. */
  pair[0] = eng__hash(source, source_length);
  pair[1] = eng__hash(id, id_length);
  eng__put64(bytes, pair[0]);
  eng__put64(bytes + 8, pair[1]);
  return eng__hash(bytes, sizeof bytes);
}

/* ---- life ---- */

static eng_status check_start(const eng_context *context, int32_t kind,
                              int64_t occurred_at)
{
  if (!eng__kind_is_known(context, kind)) return ENG_E_KIND;
  if (occurred_at < 0 || occurred_at > ENG_TIME_MAX) return ENG_E_TIME;
  return ENG_OK;
}

static void start(eng_event *event, int32_t kind, int64_t occurred_at)
{
  memset(&event->fields, 0, sizeof event->fields);
  event->fields.kind = (uint8_t)kind;
  event->fields.occurred_at = occurred_at;
}

eng_status eng_event_new(const eng_context *context, int32_t kind, int64_t occurred_at,
                         eng_event **out)
{
  eng_event *event;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL) return ENG_E_INVALID;
  status = check_start(context, kind, occurred_at);
  if (status != ENG_OK) return status;
  event = eng__new(eng__memory(context), sizeof *event);
  if (event == NULL) return ENG_E_NOMEM;
  event->context = context;
  start(event, kind, occurred_at);
  *out = event;
  return ENG_OK;
}

void eng_event_free(eng_event *event)
{
  if (event != NULL) eng__free(eng__memory(event->context), event, sizeof *event);
}

eng_status eng_event_reset(eng_event *event, int32_t kind, int64_t occurred_at)
{
  eng_status status;

  if (event == NULL) return ENG_E_INVALID;
  status = check_start(event->context, kind, occurred_at);
  if (status == ENG_OK) start(event, kind, occurred_at);
  return status;
}

/* ---- setters ---- */

/* Sets or clears a bit of `has`. */
static void mark(eng_event *event, int bit, bool present)
{
  uint16_t has = event->fields.has;

  event->fields.has = (uint16_t)(present ? has | bit : has & ~bit);
}

eng_status eng_event_set_id(eng_event *event, uint64_t id)
{
  if (event == NULL) return ENG_E_INVALID;
  if (event->fields.occurrence != 0) return ENG_E_IDENTITY;
  mark(event, ENG__HAS_ID, true);
  event->fields.id = id;
  return ENG_OK;
}

eng_status eng_event_set_revision(eng_event *event, uint32_t revision)
{
  if (event == NULL) return ENG_E_INVALID;
  if (revision != 0 && !(event->fields.has & ENG__HAS_ID)) return ENG_E_IDENTITY;
  event->fields.revision = revision;
  return ENG_OK;
}

eng_status eng_event_set_occurrence(eng_event *event, uint16_t occurrence)
{
  if (event == NULL) return ENG_E_INVALID;
  if (occurrence != 0 && (event->fields.has & ENG__HAS_ID)) return ENG_E_IDENTITY;
  event->fields.occurrence = occurrence;
  return ENG_OK;
}

eng_status eng_event_set_recorded_at(eng_event *event, int64_t recorded_at)
{
  bool present = recorded_at != ENG_TIME_NONE;

  if (event == NULL) return ENG_E_INVALID;
  if (present && (recorded_at < 0 || recorded_at > ENG_TIME_MAX)) return ENG_E_TIME;
  mark(event, ENG__HAS_RECORDED_AT, present);
  event->fields.recorded_at = present ? recorded_at : 0;
  return ENG_OK;
}

eng_status eng_event_set_channel(eng_event *event, int32_t channel)
{
  if (event == NULL) return ENG_E_INVALID;
  if (channel != 0 && !eng__channel_is_known(event->context, channel)) {
    return ENG_E_CHANNEL;
  }
  event->fields.channel = (uint8_t)channel;
  return ENG_OK;
}

eng_status eng_event_set_amount(eng_event *event, int64_t amount, int32_t currency)
{
  if (event == NULL) return ENG_E_INVALID;
  if (amount == INT64_MIN) return ENG_E_AMOUNT;
  if (currency != 0 && currency != eng_context_currency(event->context) &&
      eng_currency_decimals(currency) < 0) {
    return ENG_E_CURRENCY;
  }
  mark(event, ENG__HAS_AMOUNT, currency != 0);
  event->fields.amount = currency != 0 ? amount : 0;
  event->fields.currency = (uint16_t)currency;
  return ENG_OK;
}

eng_status eng_event_set_value(eng_event *event, int64_t value)
{
  bool present = value != INT64_MIN;

  if (event == NULL) return ENG_E_INVALID;
  mark(event, ENG__HAS_VALUE, present);
  event->fields.value = present ? value : 0;
  return ENG_OK;
}

eng_status eng_event_set_scale(eng_event *event, int32_t scale)
{
  if (event == NULL) return ENG_E_INVALID;
  if (scale < 0 || scale > ENG_SCALE_OTHER) return ENG_E_SCALE;
  event->fields.scale = (uint8_t)scale;
  return ENG_OK;
}

eng_status eng_event_set_valence(eng_event *event, int32_t valence)
{
  bool present = valence != ENG_VALENCE_NONE;

  if (event == NULL) return ENG_E_INVALID;
  if (present && (valence < -2 || valence > 2)) return ENG_E_RANGE;
  mark(event, ENG__HAS_VALENCE, present);
  event->fields.valence = present ? (int8_t)valence : 0;
  return ENG_OK;
}

eng_status eng_event_set_flags(eng_event *event, int32_t incentivised,
                               int32_t is_public)
{
  if (event == NULL) return ENG_E_INVALID;
  if (incentivised < 0 || incentivised > 1 || is_public < 0 || is_public > 1) {
    return ENG_E_FLAG;
  }
  mark(event, ENG__IS_INCENTIVISED, incentivised == 1);
  mark(event, ENG__IS_PUBLIC, is_public == 1);
  return ENG_OK;
}

eng_status eng_event_set_refers_to(eng_event *event, int32_t present, uint64_t id)
{
  if (event == NULL) return ENG_E_INVALID;
  if (present < 0 || present > 1) return ENG_E_FLAG;
  mark(event, ENG__HAS_REFERS_TO, present == 1);
  event->fields.refers_to = present == 1 ? id : 0;
  return ENG_OK;
}

eng_status eng_event_set_actor(eng_event *event, int32_t present, uint32_t actor)
{
  if (event == NULL) return ENG_E_INVALID;
  if (present < 0 || present > 1) return ENG_E_FLAG;
  mark(event, ENG__HAS_ACTOR, present == 1);
  event->fields.actor = present == 1 ? actor : 0;
  return ENG_OK;
}

eng_status eng_event_set_topic(eng_event *event, int32_t present, uint32_t topic)
{
  if (event == NULL) return ENG_E_INVALID;
  if (present < 0 || present > 1) return ENG_E_FLAG;
  mark(event, ENG__HAS_TOPIC, present == 1);
  event->fields.topic = present == 1 ? topic : 0;
  return ENG_OK;
}

/* ---- getters ---- */

static bool has(const eng_event *event, int bit)
{
  return (event->fields.has & bit) != 0;
}

int32_t eng_event_kind(const eng_event *event) { return event->fields.kind; }

int64_t eng_event_occurred_at(const eng_event *event)
{
  return event->fields.occurred_at;
}

int64_t eng_event_recorded_at(const eng_event *event)
{
  return has(event, ENG__HAS_RECORDED_AT) ? event->fields.recorded_at : ENG_TIME_NONE;
}

int32_t eng_event_id(const eng_event *event, uint64_t *id)
{
  if (id != NULL) *id = event->fields.id;
  return has(event, ENG__HAS_ID);
}

uint64_t eng_event_effective_id(const eng_event *event)
{
  return eng__event_effective_id(event->context, &event->fields);
}

uint32_t eng_event_revision(const eng_event *event) { return event->fields.revision; }

uint16_t eng_event_occurrence(const eng_event *event)
{
  return event->fields.occurrence;
}

int32_t eng_event_channel(const eng_event *event) { return event->fields.channel; }

int32_t eng_event_amount(const eng_event *event, int64_t *amount, int32_t *currency)
{
  if (amount != NULL) *amount = event->fields.amount;
  if (currency != NULL) *currency = event->fields.currency;
  return has(event, ENG__HAS_AMOUNT);
}

int32_t eng_event_value(const eng_event *event, int64_t *value)
{
  if (value != NULL) *value = event->fields.value;
  return has(event, ENG__HAS_VALUE);
}

int32_t eng_event_scale(const eng_event *event) { return event->fields.scale; }

int32_t eng_event_valence(const eng_event *event)
{
  return has(event, ENG__HAS_VALENCE) ? event->fields.valence : ENG_VALENCE_NONE;
}

int32_t eng_event_is_incentivised(const eng_event *event)
{
  return has(event, ENG__IS_INCENTIVISED);
}

int32_t eng_event_is_public(const eng_event *event)
{
  return has(event, ENG__IS_PUBLIC);
}

int32_t eng_event_refers_to(const eng_event *event, uint64_t *id)
{
  if (id != NULL) *id = event->fields.refers_to;
  return has(event, ENG__HAS_REFERS_TO);
}

int32_t eng_event_actor(const eng_event *event, uint32_t *actor)
{
  if (actor != NULL) *actor = event->fields.actor;
  return has(event, ENG__HAS_ACTOR);
}

int32_t eng_event_topic(const eng_event *event, uint32_t *topic)
{
  if (topic != NULL) *topic = event->fields.topic;
  return has(event, ENG__HAS_TOPIC);
}
