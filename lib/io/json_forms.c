/* SPDX-License-Identifier: MIT */
/*
 * json_forms.c - which form a line has, and what its members are to an event.
 *
 * Members are looked up by name once and remembered. What no form asks for is walked
 * over. A member that is null is absent. docs/json.md has the tables that people read.
 *
 * Sources: Segment's Spec (Track, E-commerce v2, B2B SaaS, E-mail); Google's
 * Measurement Protocol reference, recommended events, and BigQuery export schema.
 */
#include "io/json_row.h"

#include <string.h>

#include "core/bytes.h"
#include "core/checked.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "io/fields.h"

/* ---- members that tell the other forms ---- */

static const char *const tops[ENG__TOP_COUNT] = {
    [ENG__TOP_TYPE] = "type",
    [ENG__TOP_ACTION] = "action",
    [ENG__TOP_EVENT] = "event",
    [ENG__TOP_USER_OF_SEGMENT] = "userId",
    [ENG__TOP_ANONYMOUS] = "anonymousId",
    [ENG__TOP_TIMESTAMP] = "timestamp",
    [ENG__TOP_ORIGINAL_TIMESTAMP] = "originalTimestamp",
    [ENG__TOP_SENT_AT] = "sentAt",
    [ENG__TOP_RECEIVED_AT] = "receivedAt",
    [ENG__TOP_MESSAGE_ID] = "messageId",
    [ENG__TOP_PROPERTIES] = "properties",
    [ENG__TOP_TRAITS] = "traits",
    [ENG__TOP_CHANNEL] = "channel",
    [ENG__TOP_BATCH] = "batch",
    [ENG__TOP_EVENT_NAME] = "event_name",
    [ENG__TOP_EVENT_TIMESTAMP] = "event_timestamp",
    [ENG__TOP_EVENT_PARAMS] = "event_params",
    [ENG__TOP_USER_PSEUDO] = "user_pseudo_id",
    [ENG__TOP_USER] = "user_id",
    [ENG__TOP_ECOMMERCE] = "ecommerce",
    [ENG__TOP_PLATFORM] = "platform",
    [ENG__TOP_CLIENT] = "client_id",
    [ENG__TOP_APP_INSTANCE] = "app_instance_id",
    [ENG__TOP_TIMESTAMP_MICROS] = "timestamp_micros",
    [ENG__TOP_EVENTS] = "events",
};

/* ---- life ---- */

void eng__forms_init(struct eng__forms *forms, const eng_context *context)
{
  memset(forms, 0, sizeof *forms);
  eng__maker_init(&forms->maker, context);
  forms->received_at = ENG_TIME_NONE;
}

void eng__forms_free(struct eng__forms *forms)
{
  const eng_allocator *memory = eng__memory(forms->maker.context);

  for (int i = 0; i < ENG_FIELD_COUNT; i++) {
    eng__free(memory, forms->mapped[i].bytes, forms->mapped[i].length + 1);
  }
  eng__free(memory, forms->scratch, forms->scratch_room);
  eng__maker_free(&forms->maker);
}

static bool is_mapped(const struct eng__forms *forms, int32_t field, const char *name,
                      size_t length)
{
  return forms->mapped[field].bytes != NULL && forms->mapped[field].length == length &&
         memcmp(forms->mapped[field].bytes, name, length) == 0;
}

eng_status eng__forms_map(struct eng__forms *forms, int32_t field, const char *name,
                          size_t length)
{
  const eng_allocator *memory = eng__memory(forms->maker.context);
  size_t size;
  char *copy;

  for (int32_t i = 1; i < ENG_FIELD_COUNT; i++) {
    if (i != field && is_mapped(forms, i, name, length)) return ENG_E_DUPLICATE;
  }
  copy = eng__add_size(length, 1, &size) ? eng__new(memory, size) : NULL;
  if (copy == NULL) return ENG_E_NOMEM;
  memcpy(copy, name, length);
  eng__free(memory, forms->mapped[field].bytes, forms->mapped[field].length + 1);
  forms->mapped[field].bytes = copy;
  forms->mapped[field].length = length;
  forms->any_mapped = true;
  return ENG_OK;
}

/* ---- members ---- */

static void recognise(const struct eng__forms *forms, const char *name, size_t length,
                      struct eng__key *out)
{
  int32_t field = 0;

  out->top = 0;
  out->sureness = ENG__FIELD_MAPPED;
  for (int32_t i = 1; field == 0 && forms->any_mapped && i < ENG_FIELD_COUNT; i++) {
    if (is_mapped(forms, i, name, length)) field = i;
  }
  if (field == 0) {
    field = eng__field_recognise(name, length, &out->sureness);
    if (forms->mapped[field].bytes != NULL) field = 0;
    if (field == ENG_FIELD_KIND && forms->maker.kind != 0 &&
        out->sureness >= ENG__FIELD_COMMON) {
      field = 0;
    }
  }
  out->field = (uint8_t)field;
  for (int i = 1; i < ENG__TOP_COUNT; i++) {
    if (strlen(tops[i]) == length && memcmp(tops[i], name, length) == 0) {
      out->top = (uint8_t)i;
    }
  }
}

/* What a name is, from what is remembered if it can be; a name that falls on another's
 * slot takes it. */
static const struct eng__key *find_key(struct eng__forms *forms, const char *name,
                                       size_t length, struct eng__key *own)
{
  size_t n = length < 8 ? length : 8;
  uint64_t head, tail, h;
  struct eng__key *key;

  if (length == 0 || length > ENG__KEY_NAME) {
    recognise(forms, name, length, own);
    return own;
  }
  head = eng__get((const uint8_t *)name, (int)n);
  tail = eng__get((const uint8_t *)name + length - n, (int)n);
  h = (head ^ (tail << 7 | tail >> 57) ^ length) * UINT64_C(0x9e3779b97f4a7c15);
  key = &forms->keys[h >> 56];
  if (key->length == length && key->head == head && key->tail == tail &&
      (length <= 16 || memcmp(key->name, name, length) == 0)) {
    return key;
  }
  key->length = (uint8_t)length;
  key->head = head;
  key->tail = tail;
  memcpy(key->name, name, length);
  recognise(forms, name, length, key);
  return key;
}

/* Of several names for one field the surest stands. */
static void claim(struct eng__members *m, const struct eng__key *key,
                  const struct eng__json_value *value)
{
  uint32_t bit = UINT32_C(1) << key->field;

  if (!(m->owns & bit) || key->sureness < m->sureness[key->field]) {
    m->owns |= bit;
    m->owns_twice &= ~bit;
    m->own[key->field] = *value;
    m->sureness[key->field] = key->sureness;
  } else if (key->sureness == m->sureness[key->field]) {
    m->owns_twice |= bit;
  }
}

static void take(struct eng__members *m, const struct eng__key *key,
                 const struct eng__json_value *value)
{
  uint32_t bit = UINT32_C(1) << key->top;

  if (value->kind == ENG__JSON_NULL) {
    if (key->top != 0) m->nulls |= bit;
    return;
  }
  if (key->top != 0) {
    if (m->tops & bit) m->twice |= bit;
    m->tops |= bit;
    m->top[key->top] = *value;
  }
  if (key->field != 0) claim(m, key, value);
}

static eng_status read_members(struct eng__forms *forms, struct eng__json *json,
                               struct eng__members *m)
{
  bool more;

  m->tops = m->nulls = m->twice = m->owns = m->owns_twice = 0;
  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value name, value;
    char buffer[ENG__NAME_ROOM];
    struct eng__key own;
    const struct eng__key *key;
    const char *text;
    size_t length;

    READ(eng__json_name(json, &name));
    READ(eng__json_read(json, &value));
    text = eng__json_plain_name(forms, &name, buffer, &length);
    key = find_key(forms, text, length, &own);
    if (key->field != 0 || key->top != 0) take(m, key, &value);
    READ(eng__json_more(json, '}', &more));
  }
  return ENG_OK;
}

/* ---- our own ---- */

static eng_status read_own(struct eng__forms *forms, const struct eng__members *m)
{
  forms->form = ENG_JSONL_OWN;
  eng__row_begin(forms);
  for (int32_t field = 1; field < ENG_FIELD_COUNT; field++) {
    const struct eng__json_value *value = &m->own[field];

    if (!(m->owns >> field & 1)) continue;
    if (m->owns_twice >> field & 1) {
      return eng__json_refuse(forms, ENG_E_DUPLICATE, value->start,
                              "a member for this field stands twice");
    }
    if (value->kind >= ENG__JSON_OBJECT) {
      if (m->sureness[field] >= ENG__FIELD_COMMON) continue;
      return eng__json_refuse(forms, ENG_E_TYPE, value->start,
                              "a text or a number was expected");
    }
    TRY(eng__row_put_value(forms, field, value));
  }
  return eng__row_make(forms);
}

/* ---- the line ---- */

/* An object of one event. */
static eng_status read_one(struct eng__forms *forms, const struct eng__members *m)
{
  if (forms->any_mapped) return read_own(forms, m);
  if (eng__is_exported(m)) return eng__read_exported(forms, m);
  return eng__is_segment(forms, m) ? eng__read_segment(forms, m) : read_own(forms, m);
}

static eng_status read_list(struct eng__forms *forms,
                            const struct eng__json_value *array)
{
  struct eng__json at = eng__json_at(forms, array), *json = &at;
  bool more;

  READ(eng__json_enter(json, '[', &more));
  while (more) {
    struct eng__members m;

    TRY(read_members(forms, json, &m));
    TRY(!forms->any_mapped && eng__is_protocol(&m) ? eng__read_protocol(forms, &m)
                                                   : read_one(forms, &m));
    READ(eng__json_more(json, ']', &more));
  }
  return ENG_OK;
}

/* All events of a line that holds several: a payload's, or a list's. */
static eng_status read_many(struct eng__forms *forms,
                            const struct eng__members *payload,
                            const struct eng__json_value *list)
{
  return payload != NULL ? eng__read_protocol(forms, payload) : read_list(forms, list);
}

/* All of them are tried before the first is handed out. */
static eng_status read_all(struct eng__forms *forms, const struct eng__members *payload,
                           const struct eng__json_value *list)
{
  forms->trial = true;
  TRY(read_many(forms, payload, list));
  forms->trial = false;
  return read_many(forms, payload, list);
}

static eng_status read_line(struct eng__forms *forms, struct eng__json *json)
{
  struct eng__json_value value;
  struct eng__members m;

  while (json->at < json->length &&
         (json->bytes[json->at] == ' ' || json->bytes[json->at] == '\t')) {
    json->at++;
  }
  if (json->at < json->length && json->bytes[json->at] == '[') {
    READ(eng__json_read(json, &value));
    READ(eng__json_end(json));
    return read_all(forms, NULL, &value);
  }
  TRY(read_members(forms, json, &m));
  READ(eng__json_end(json));
  if (forms->any_mapped) return read_own(forms, &m);
  if (eng__is_protocol(&m)) return read_all(forms, &m, NULL);
  if (eng__has_kind(&m, ENG__TOP_BATCH, ENG__JSON_ARRAY)) {
    return read_all(forms, NULL, &m.top[ENG__TOP_BATCH]);
  }
  return read_one(forms, &m);
}

/* Whether all bytes are ASCII; eight at a time. */
static bool is_ascii(const char *bytes, size_t length)
{
  const uint64_t high = UINT64_C(0x8080808080808080);
  uint64_t seen = 0;
  size_t i = 0;

  for (; length - i >= 8; i += 8) seen |= eng__get64((const uint8_t *)bytes + i);
  for (; i < length; i++) seen |= (uint8_t)bytes[i];
  return (seen & high) == 0;
}

eng_status eng__forms_read(struct eng__forms *forms, const char *line, uint32_t length)
{
  struct eng__json json = {line, length, 0, NULL};

  forms->line = line;
  forms->length = length;
  forms->trial = forms->copied = false;
  forms->form = ENG_JSONL_OWN;
  forms->ended = ENG_OK;
  forms->skipped = 0;
  forms->maker.nearest = 0;
  if (!is_ascii(line, length) && !eng__is_utf8(line, length)) {
    return eng__json_refuse(forms, ENG_E_TEXT, 0, "the line is not UTF-8");
  }
  return read_line(forms, &json);
}
