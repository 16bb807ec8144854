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
#include "io/json_forms.h"

#include <string.h>

#include "core/bytes.h"
#include "core/checked.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "io/fields.h"

/* ---- members that tell the other forms ---- */

enum {
  TOP_TYPE = 1,
  TOP_ACTION,
  TOP_EVENT,
  TOP_USER_OF_SEGMENT,
  TOP_ANONYMOUS,
  TOP_TIMESTAMP,
  TOP_ORIGINAL_TIMESTAMP,
  TOP_SENT_AT,
  TOP_RECEIVED_AT,
  TOP_MESSAGE_ID,
  TOP_PROPERTIES,
  TOP_TRAITS,
  TOP_CHANNEL,
  TOP_BATCH,
  TOP_EVENT_NAME,
  TOP_EVENT_TIMESTAMP,
  TOP_EVENT_PARAMS,
  TOP_USER_PSEUDO,
  TOP_USER,
  TOP_ECOMMERCE,
  TOP_PLATFORM,
  TOP_CLIENT,
  TOP_APP_INSTANCE,
  TOP_TIMESTAMP_MICROS,
  TOP_EVENTS,
  TOP_COUNT
};

static const char *const tops[TOP_COUNT] = {
    [TOP_TYPE] = "type",
    [TOP_ACTION] = "action",
    [TOP_EVENT] = "event",
    [TOP_USER_OF_SEGMENT] = "userId",
    [TOP_ANONYMOUS] = "anonymousId",
    [TOP_TIMESTAMP] = "timestamp",
    [TOP_ORIGINAL_TIMESTAMP] = "originalTimestamp",
    [TOP_SENT_AT] = "sentAt",
    [TOP_RECEIVED_AT] = "receivedAt",
    [TOP_MESSAGE_ID] = "messageId",
    [TOP_PROPERTIES] = "properties",
    [TOP_TRAITS] = "traits",
    [TOP_CHANNEL] = "channel",
    [TOP_BATCH] = "batch",
    [TOP_EVENT_NAME] = "event_name",
    [TOP_EVENT_TIMESTAMP] = "event_timestamp",
    [TOP_EVENT_PARAMS] = "event_params",
    [TOP_USER_PSEUDO] = "user_pseudo_id",
    [TOP_USER] = "user_id",
    [TOP_ECOMMERCE] = "ecommerce",
    [TOP_PLATFORM] = "platform",
    [TOP_CLIENT] = "client_id",
    [TOP_APP_INSTANCE] = "app_instance_id",
    [TOP_TIMESTAMP_MICROS] = "timestamp_micros",
    [TOP_EVENTS] = "events",
};

/* What an event's properties or parameters may say. */
enum {
  PROP_REVENUE = 1,
  PROP_TOTAL,
  PROP_VALUE,
  PROP_CURRENCY,
  PROP_ORDER,
  PROP_TRANSACTION,
  PROP_QUANTITY,
  PROP_RATING,
  PROP_CATEGORY,
  PROP_PURCHASE_REVENUE,
  PROP_REFUND_VALUE,
  PROP_COUNT
};

static const char *const props[PROP_COUNT] = {
    [PROP_REVENUE] = "revenue",
    [PROP_TOTAL] = "total",
    [PROP_VALUE] = "value",
    [PROP_CURRENCY] = "currency",
    [PROP_ORDER] = "order_id",
    [PROP_TRANSACTION] = "transaction_id",
    [PROP_QUANTITY] = "quantity",
    [PROP_RATING] = "rating",
    [PROP_CATEGORY] = "category",
    [PROP_PURCHASE_REVENUE] = "purchase_revenue",
    [PROP_REFUND_VALUE] = "refund_value",
};

/* What these tools send of themselves, or of states that are no act of a customer. */
static const char *const passed[] = {
    "adclick",
    "adexposure",
    "adquery",
    "adreward",
    "appclearversion",
    "appexception",
    "appremove",
    "appupdate",
    "applicationbackgrounded",
    "applicationcrashed",
    "applicationinstalled",
    "applicationopened",
    "applicationuninstalled",
    "applicationupdated",
    "accountaddeduser",
    "accountdeleted",
    "accountremoveduser",
    "campaigndetails",
    "cartviewed",
    "closeconvertlead",
    "closeunconvertlead",
    "couponapplied",
    "coupondenied",
    "couponentered",
    "couponremoved",
    "disqualifylead",
    "emailbounced",
    "experimentviewed",
    "firstopen",
    "firstvisit",
    "formstart",
    "notificationdismiss",
    "notificationreceive",
    "orderupdated",
    "osupdate",
    "productremovedfromwishlist",
    "qualifylead",
    "scroll",
    "signedout",
    "userengagement",
    "videoprogress",
    "viewcart",
    "workinglead",
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

/* ---- what is wrong ---- */

static eng_status refuse(struct eng__forms *forms, eng_status status, uint32_t at,
                         const char *expected)
{
  forms->at_error = at;
  forms->expected = expected;
  return status;
}

/* What the grammar lacks. */
static eng_status refuse_text(struct eng__forms *forms, const struct eng__json *json,
                              eng_status status)
{
  return refuse(forms, status, json->at, json->expected);
}

#define TRY(call)                                                                      \
  do {                                                                                 \
    eng_status status_ = (call);                                                       \
    if (status_ != ENG_OK) return status_;                                             \
  } while (0)

/* The same for calls that read on in `json`. */
#define READ(call)                                                                     \
  do {                                                                                 \
    eng_status status_ = (call);                                                       \
    if (status_ != ENG_OK) return refuse_text(forms, json, status_);                   \
  } while (0)

static struct eng__json json_at(const struct eng__forms *forms,
                                const struct eng__json_value *value)
{
  struct eng__json json = {forms->line, forms->length, value->start, NULL};

  return json;
}

/* ---- filling a row ---- */

static void begin_row(struct eng__forms *forms)
{
  struct eng__maker *maker = &forms->maker;

  for (int i = 0; i < ENG_FIELD_COUNT; i++) maker->column[i] = -1;
  maker->rare = false;
  forms->has_nul = forms->copied = false;
  forms->scratch_used = 0;
}

/* Room for more text, behind the line if the row has none yet. */
static eng_status need_scratch(struct eng__forms *forms, size_t more, char **out)
{
  void *block = forms->scratch;
  size_t used = forms->copied ? forms->scratch_used : forms->length;
  eng_status status = eng__grow(eng__memory(forms->maker.context), &block,
                                &forms->scratch_room, used + more + 1, 1);

  forms->scratch = block;
  if (status != ENG_OK) return status;
  if (!forms->copied) {
    memcpy(forms->scratch, forms->line, forms->length);
    forms->copied = true;
  }
  forms->scratch_used = (uint32_t)used;
  *out = forms->scratch + used;
  return ENG_OK;
}

static bool is_rare(int32_t field)
{
  return field >= ENG_FIELD_VALENCE || field == ENG_FIELD_ID ||
         field == ENG_FIELD_SOURCE;
}

static void put_span(struct eng__forms *forms, int32_t field, uint32_t start,
                     uint32_t end, uint32_t where)
{
  struct eng__csv_field *f = &forms->fields[field];

  f->start = start;
  f->end = end;
  f->quoted = true; /* its spaces are its own */
  f->escaped = false;
  forms->where[field] = where;
  forms->maker.column[field] = field;
  if (is_rare(field)) forms->maker.rare = true;
}

static eng_status put_text(struct eng__forms *forms, int32_t field, const char *text,
                           size_t length, uint32_t where)
{
  char *to;

  TRY(need_scratch(forms, length, &to));
  if (length > 0) memcpy(to, text, length);
  put_span(forms, field, forms->scratch_used, forms->scratch_used + (uint32_t)length,
           where);
  forms->scratch_used += (uint32_t)length;
  return ENG_OK;
}

static bool has_exponent(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (text[i] == 'e' || text[i] == 'E') return true;
  }
  return false;
}

/* Text, number, true or false. */
static eng_status put_value(struct eng__forms *forms, int32_t field,
                            const struct eng__json_value *value)
{
  size_t length = value->end - value->start;
  const char *text = forms->line + value->start;
  char plain[ENG__JSON_PLAIN], *to;

  if (value->kind == ENG__JSON_STRING && value->escaped) {
    TRY(need_scratch(forms, length, &to));
    length = eng__json_text(forms->line, value, to, &forms->has_nul);
    put_span(forms, field, forms->scratch_used, forms->scratch_used + (uint32_t)length,
             value->start);
    forms->scratch_used += (uint32_t)length;
    return ENG_OK;
  }
  if (value->kind == ENG__JSON_NUMBER && has_exponent(text, length)) {
    length = eng__json_plain(text, length, plain, sizeof plain);
    if (length == 0) {
      return refuse(forms, ENG_E_RANGE, value->start,
                    "a number of fewer digits was expected");
    }
    return put_text(forms, field, plain, length, value->start);
  }
  put_span(forms, field, value->start, value->end, value->start);
  return ENG_OK;
}

static bool is_simple(const struct eng__json_value *value)
{
  return value->kind == ENG__JSON_STRING || value->kind == ENG__JSON_NUMBER;
}

/* A text that says something, or a number. */
static bool says(const struct eng__json_value *value)
{
  return is_simple(value) && value->end > value->start;
}

/* ---- making the event ---- */

/* Letters and digits in lower case against a name of another tool's. */
static bool is_named(const char *name, const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];

    if (c == ' ' || c == '_' || c == '-') continue;
    if (c != *name) return false;
    name++;
  }
  return *name == '\0';
}

static bool is_passed(const struct eng__forms *forms, const struct eng__csv_row *row)
{
  const struct eng__csv_field *kind = &forms->fields[ENG_FIELD_KIND];

  if (forms->form == ENG_JSONL_OWN || forms->maker.column[ENG_FIELD_KIND] < 0) {
    return false;
  }
  for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
    if (is_named(passed[i], row->bytes + kind->start, kind->end - kind->start)) {
      return true;
    }
  }
  return false;
}

static struct eng__csv_row row_of(const struct eng__forms *forms)
{
  struct eng__csv_row row = {.fields = forms->fields, .has_nul = forms->has_nul};

  row.bytes = forms->copied ? forms->scratch : forms->line;
  row.length = forms->copied ? forms->scratch_used : forms->length;
  row.count = ENG_FIELD_COUNT;
  row.end = row.bytes + row.length;
  return row;
}

static eng_status make(struct eng__forms *forms)
{
  struct eng__maker *maker = &forms->maker;
  struct eng__csv_row row = row_of(forms);
  eng_status status;

  maker->time_format =
      forms->form == ENG_JSONL_OWN ? forms->time_format : ENG_TIME_AUTO;
  status = eng__maker_make(maker, &row);
  if (status == ENG_E_KIND && is_passed(forms, &row)) {
    maker->skipped = true;
    status = ENG_OK;
  }
  if (status != ENG_OK) {
    const struct eng__csv_field *f = maker->field_of_error;

    return refuse(forms, status, f == NULL ? 0 : forms->where[f - forms->fields],
                  maker->expected);
  }
  if (maker->is_floor && !forms->takes_floors) {
    return refuse(forms, ENG_E_UNSUPPORTED, forms->where[ENG_FIELD_FLOOR],
                  "a timeline's floor, which nobody takes here");
  }
  if (forms->trial) return ENG_OK;
  if (maker->skipped) {
    forms->skipped++;
    return ENG_OK;
  }
  forms->ended = forms->deliver(forms->user);
  return forms->ended;
}

/* ---- members ---- */

/* The members of an object that any form asks for. */
struct members {
  struct eng__json_value top[TOP_COUNT];
  struct eng__json_value own[ENG_FIELD_COUNT];
  int32_t sureness[ENG_FIELD_COUNT];
  uint32_t tops, nulls, twice; /* bits of TOP_*: there, null, there twice */
  uint32_t owns, owns_twice;   /* bits of ENG_FIELD_* */
};

static bool has(const struct members *m, int top) { return m->tops >> top & 1; }

static bool has_kind(const struct members *m, int top, uint8_t kind)
{
  return has(m, top) && m->top[top].kind == kind;
}

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
  for (int i = 1; i < TOP_COUNT; i++) {
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
static void claim(struct members *m, const struct eng__key *key,
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

static void take(struct members *m, const struct eng__key *key,
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

enum { NAME_ROOM = 64 }; /* of a name with escapes; a longer one is nobody's */

/* A member's name as it is meant. */
static const char *plain_name(const struct eng__forms *forms,
                              const struct eng__json_value *name,
                              char buffer[NAME_ROOM], size_t *length)
{
  bool nul = false;

  *length = name->end - name->start;
  if (!name->escaped) return forms->line + name->start;
  if (*length > NAME_ROOM) {
    *length = 1;
    return "?";
  }
  *length = eng__json_text(forms->line, name, buffer, &nul);
  return buffer;
}

static eng_status read_members(struct eng__forms *forms, struct eng__json *json,
                               struct members *m)
{
  bool more;

  m->tops = m->nulls = m->twice = m->owns = m->owns_twice = 0;
  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value name, value;
    char buffer[NAME_ROOM];
    struct eng__key own;
    const struct eng__key *key;
    const char *text;
    size_t length;

    READ(eng__json_name(json, &name));
    READ(eng__json_read(json, &value));
    text = plain_name(forms, &name, buffer, &length);
    key = find_key(forms, text, length, &own);
    if (key->field != 0 || key->top != 0) take(m, key, &value);
    READ(eng__json_more(json, '}', &more));
  }
  return ENG_OK;
}

/* ---- which form ---- */

static bool is_text(const struct eng__forms *forms, const struct eng__json_value *value,
                    const char *text)
{
  size_t length = strlen(text);

  return value->kind == ENG__JSON_STRING && value->end - value->start == length &&
         memcmp(forms->line + value->start, text, length) == 0;
}

/* The calls of Segment's, and the kind that they mean; "": none. */
static const struct call {
  const char *name, *kind, *channel;
} calls[] = {
    {"track", NULL, NULL},   {"identify", "identify", NULL},
    {"page", "page", "web"}, {"screen", "screen", "app"},
    {"group", "", NULL},     {"alias", "", NULL},
};

static const struct call *find_call(const struct eng__forms *forms,
                                    const struct members *m)
{
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    if ((has(m, TOP_TYPE) && is_text(forms, &m->top[TOP_TYPE], calls[i].name)) ||
        (has(m, TOP_ACTION) && is_text(forms, &m->top[TOP_ACTION], calls[i].name))) {
      return &calls[i];
    }
  }
  return NULL;
}

static bool is_segment(const struct eng__forms *forms, const struct members *m)
{
  bool known = has(m, TOP_USER_OF_SEGMENT) || has(m, TOP_ANONYMOUS);

  if (find_call(forms, m) != NULL) {
    return known || has(m, TOP_PROPERTIES) || has(m, TOP_TRAITS) ||
           has(m, TOP_MESSAGE_ID);
  }
  return has_kind(m, TOP_EVENT, ENG__JSON_STRING) &&
         has_kind(m, TOP_PROPERTIES, ENG__JSON_OBJECT) && known;
}

static bool is_exported(const struct members *m)
{
  uint32_t there = m->tops | m->nulls;

  return has(m, TOP_EVENT_NAME) && has(m, TOP_EVENT_TIMESTAMP) &&
         (there >> TOP_USER_PSEUDO & 1 || there >> TOP_EVENT_PARAMS & 1);
}

static bool is_protocol(const struct members *m)
{
  return has_kind(m, TOP_EVENTS, ENG__JSON_ARRAY) &&
         (has(m, TOP_CLIENT) || has(m, TOP_APP_INSTANCE) || has(m, TOP_USER));
}

/* ---- our own ---- */

static eng_status read_own(struct eng__forms *forms, const struct members *m)
{
  forms->form = ENG_JSONL_OWN;
  begin_row(forms);
  for (int32_t field = 1; field < ENG_FIELD_COUNT; field++) {
    const struct eng__json_value *value = &m->own[field];

    if (!(m->owns >> field & 1)) continue;
    if (m->owns_twice >> field & 1) {
      return refuse(forms, ENG_E_DUPLICATE, value->start,
                    "a member for this field stands twice");
    }
    if (value->kind >= ENG__JSON_OBJECT) {
      if (m->sureness[field] >= ENG__FIELD_COMMON) continue;
      return refuse(forms, ENG_E_TYPE, value->start, "a text or a number was expected");
    }
    TRY(put_value(forms, field, value));
  }
  return make(forms);
}

/* ---- properties and parameters ---- */

struct properties {
  struct eng__json_value at[PROP_COUNT];
};

static int find_prop(const char *name, size_t length)
{
  for (int i = 1; i < PROP_COUNT; i++) {
    if (strlen(props[i]) == length && memcmp(props[i], name, length) == 0) return i;
  }
  return 0;
}

static eng_status twice(struct eng__forms *forms, const struct eng__json_value *value)
{
  return refuse(forms, ENG_E_DUPLICATE, value->start, "a member stands twice");
}

/* The first one that is told stands, so that ecommerce goes before parameters. */
static eng_status put_prop(struct eng__forms *forms, struct properties *p, int prop,
                           const struct eng__json_value *value, bool first)
{
  if (prop == 0 || !says(value)) return ENG_OK;
  if (p->at[prop].kind == ENG__JSON_NONE) {
    p->at[prop] = *value;
    return ENG_OK;
  }
  return first ? ENG_OK : twice(forms, value);
}

static eng_status read_properties(struct eng__forms *forms,
                                  const struct eng__json_value *object,
                                  struct properties *p)
{
  struct eng__json at = json_at(forms, object), *json = &at;
  bool more;

  if (object->kind != ENG__JSON_OBJECT) return ENG_OK;
  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value name, value;
    char buffer[NAME_ROOM];
    const char *text;
    size_t length;

    READ(eng__json_name(json, &name));
    READ(eng__json_read(json, &value));
    text = plain_name(forms, &name, buffer, &length);
    TRY(put_prop(forms, p, find_prop(text, length), &value, false));
    READ(eng__json_more(json, '}', &more));
  }
  return ENG_OK;
}

static bool is_buying(int32_t kind)
{
  return (kind >= ENG_EVENT_ADD_TO_CART && kind <= ENG_EVENT_CONTRACT_END) ||
         kind >= ENG__OWN;
}

static bool is_points(int32_t kind)
{
  return kind >= ENG_EVENT_POINTS_EARN && kind <= ENG_EVENT_POINTS_ADJUST;
}

/* Money is taken of what is bought: the value of a look at a product is nobody's. */
static eng_status put_money(struct eng__forms *forms, const struct properties *p)
{
  static const int amounts[] = {PROP_PURCHASE_REVENUE, PROP_REFUND_VALUE, PROP_REVENUE,
                                PROP_TOTAL, PROP_VALUE};

  for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
    if (p->at[amounts[i]].kind == ENG__JSON_NONE) continue;
    if (says(&p->at[PROP_CURRENCY])) {
      TRY(put_value(forms, ENG_FIELD_CURRENCY, &p->at[PROP_CURRENCY]));
    }
    return put_value(forms, ENG_FIELD_AMOUNT, &p->at[amounts[i]]);
  }
  return ENG_OK;
}

static bool is_whole(const struct eng__forms *forms,
                     const struct eng__json_value *value)
{
  for (uint32_t i = value->start; i < value->end; i++) {
    if (forms->line[i] < '0' || forms->line[i] > '9') return false;
  }
  return true;
}

/* Stars are 1 to 5; what else a rating may be is not told. */
static eng_status put_rating(struct eng__forms *forms,
                             const struct eng__json_value *rating)
{
  char first = forms->line[rating->start];
  bool stars = is_whole(forms, rating) && rating->end - rating->start == 1 &&
               first >= '1' && first <= '5';

  TRY(put_value(forms, ENG_FIELD_VALUE, rating));
  return put_text(forms, ENG_FIELD_SCALE, stars ? "stars" : "other", 5, rating->start);
}

/* An order is one event wherever it is told, and what undoes it names it: its id is
 * that of the source "order". "(not set)" is what GA4 says of none. */
static eng_status put_order(struct eng__forms *forms, int32_t kind,
                            const struct properties *p)
{
  static const char digits[] = "0123456789abcdef";
  const struct eng__json_value *order = &p->at[PROP_ORDER];
  int32_t field = kind == ENG_EVENT_PURCHASE ? ENG_FIELD_ID : ENG_FIELD_REFERS_TO;
  char hex[17], *to;
  size_t length;
  uint64_t id;

  if (kind != ENG_EVENT_PURCHASE && kind != ENG_EVENT_REFUND &&
      kind != ENG_EVENT_CANCEL) {
    return ENG_OK;
  }
  if (order->kind == ENG__JSON_NONE) order = &p->at[PROP_TRANSACTION];
  if (order->kind == ENG__JSON_NONE || is_text(forms, order, "(not set)"))
    return ENG_OK;
  TRY(need_scratch(forms, order->end - order->start, &to));
  length = order->end - order->start;
  if (order->kind == ENG__JSON_STRING && order->escaped) {
    length = eng__json_text(forms->line, order, to, &forms->has_nul);
  } else {
    memcpy(to, forms->line + order->start, length);
  }
  id = eng_event_id_hash("order", 5, to, length);
  hex[0] = '#';
  for (int i = 0; i < 16; i++) hex[16 - i] = digits[id >> 4 * i & 15];
  return put_text(forms, field, hex, sizeof hex, order->start);
}

static eng_status put_properties(struct eng__forms *forms, int32_t kind,
                                 const struct properties *p)
{
  bool counted = kind == ENG_EVENT_ADD_TO_CART || kind == ENG_EVENT_REMOVE_FROM_CART ||
                 kind == ENG_EVENT_PURCHASE || kind == ENG_EVENT_USAGE;
  bool judged = kind == ENG_EVENT_RATING || kind == ENG_EVENT_REVIEW;

  if (is_buying(kind)) TRY(put_money(forms, p));
  if (is_points(kind) && says(&p->at[PROP_VALUE])) {
    TRY(put_value(forms, ENG_FIELD_VALUE, &p->at[PROP_VALUE]));
  }
  if (counted && says(&p->at[PROP_QUANTITY]) &&
      is_whole(forms, &p->at[PROP_QUANTITY])) {
    TRY(put_value(forms, ENG_FIELD_VALUE, &p->at[PROP_QUANTITY]));
  }
  if (judged && says(&p->at[PROP_RATING])) {
    TRY(put_rating(forms, &p->at[PROP_RATING]));
  }
  if (says(&p->at[PROP_CATEGORY])) {
    TRY(put_value(forms, ENG_FIELD_TOPIC, &p->at[PROP_CATEGORY]));
  }
  return put_order(forms, kind, p);
}

/* ---- what the two tools share ---- */

/* The kind that stands in the row, which decides what the rest means; 0: nobody knows
 * it, or it is passed over. */
static int32_t kind_of(struct eng__forms *forms)
{
  struct eng__csv_row row = row_of(forms);
  const struct eng__csv_field *f = &forms->fields[ENG_FIELD_KIND];
  int32_t kind;

  if (forms->maker.column[ENG_FIELD_KIND] < 0) return forms->maker.kind;
  (void)eng__maker_kind(&forms->maker, row.bytes + f->start, f->end - f->start, row.end,
                        &kind);
  return kind;
}

static eng_status put_words(struct eng__forms *forms, int32_t field, const char *words,
                            uint32_t where)
{
  return words == NULL ? ENG_OK : put_text(forms, field, words, strlen(words), where);
}

static eng_status put_received(struct eng__forms *forms)
{
  char text[ENG_TIME_TEXT];

  if (forms->received_at == ENG_TIME_NONE) return ENG_OK;
  TRY(eng_time_format(forms->received_at, text));
  return put_words(forms, ENG_FIELD_TIME, text, 0);
}

/* The first of two members that says who it is. */
static eng_status put_customer(struct eng__forms *forms, const struct members *m,
                               int first, int second)
{
  if (has(m, first) && says(&m->top[first])) {
    return put_value(forms, ENG_FIELD_CUSTOMER, &m->top[first]);
  }
  if (has(m, second) && says(&m->top[second])) {
    return put_value(forms, ENG_FIELD_CUSTOMER, &m->top[second]);
  }
  return ENG_OK;
}

/* The members of a form of which each says one thing. */
static eng_status check_once(struct eng__forms *forms, const struct members *m)
{
  for (int i = 1; m->twice != 0 && i < TOP_COUNT; i++) {
    if (m->twice >> i & 1) return twice(forms, &m->top[i]);
  }
  return ENG_OK;
}

/* ---- Segment ---- */

static eng_status put_segment_time(struct eng__forms *forms, const struct members *m)
{
  static const int times[] = {TOP_TIMESTAMP, TOP_ORIGINAL_TIMESTAMP, TOP_SENT_AT,
                              TOP_RECEIVED_AT};

  if (has(m, TOP_RECEIVED_AT) && says(&m->top[TOP_RECEIVED_AT])) {
    TRY(put_value(forms, ENG_FIELD_RECORDED_AT, &m->top[TOP_RECEIVED_AT]));
  }
  for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
    if (has(m, times[i]) && says(&m->top[times[i]])) {
      return put_value(forms, ENG_FIELD_TIME, &m->top[times[i]]);
    }
  }
  return put_received(forms);
}

static const char *segment_channel(const struct eng__forms *forms,
                                   const struct members *m, const struct call *call)
{
  if (call != NULL && call->channel != NULL) return call->channel;
  if (!has(m, TOP_CHANNEL)) return NULL;
  if (is_text(forms, &m->top[TOP_CHANNEL], "browser") ||
      is_text(forms, &m->top[TOP_CHANNEL], "web")) {
    return "web";
  }
  return is_text(forms, &m->top[TOP_CHANNEL], "mobile") ? "app" : NULL;
}

static eng_status read_segment(struct eng__forms *forms, const struct members *m)
{
  const struct call *call = find_call(forms, m);
  struct properties p = {0};

  forms->form = ENG_JSONL_SEGMENT;
  begin_row(forms);
  TRY(check_once(forms, m));
  if (call != NULL && call->kind != NULL) {
    if (call->kind[0] == '\0') {
      if (!forms->trial) forms->skipped++;
      return ENG_OK;
    }
    TRY(put_words(forms, ENG_FIELD_KIND, call->kind, 0));
  } else if (has(m, TOP_EVENT) && is_simple(&m->top[TOP_EVENT])) {
    TRY(put_value(forms, ENG_FIELD_KIND, &m->top[TOP_EVENT]));
  }
  TRY(put_customer(forms, m, TOP_USER_OF_SEGMENT, TOP_ANONYMOUS));
  TRY(put_segment_time(forms, m));
  TRY(put_words(forms, ENG_FIELD_CHANNEL, segment_channel(forms, m, call), 0));
  if (has(m, TOP_MESSAGE_ID) && says(&m->top[TOP_MESSAGE_ID])) {
    TRY(put_value(forms, ENG_FIELD_ID, &m->top[TOP_MESSAGE_ID]));
  }
  if (has(m, TOP_PROPERTIES)) {
    TRY(read_properties(forms, &m->top[TOP_PROPERTIES], &p));
  }
  TRY(put_properties(forms, kind_of(forms), &p));
  return make(forms);
}

/* ---- GA4 ---- */

/* Microseconds as a time to the millisecond, rounded half up. */
static eng_status put_micros(struct eng__forms *forms,
                             const struct eng__json_value *value)
{
  char text[ENG_TIME_TEXT];
  int64_t v = 0;

  for (uint32_t i = value->start; i < value->end; i++) {
    if (forms->line[i] < '0' || forms->line[i] > '9' || v > ENG_TIME_MAX * 100) v = -1;
    if (v < 0) break;
    v = v * 10 + (forms->line[i] - '0');
  }
  if (v < 0 || eng_time_format((v + 500) / 1000, text) != ENG_OK) {
    return refuse(forms, ENG_E_TIME, value->start,
                  "microseconds since 1970 were expected");
  }
  return put_words(forms, ENG_FIELD_TIME, text, value->start);
}

/* The value of {"string_value": ..}, or of one of the three kinds of numbers. */
static eng_status read_parameter_value(struct eng__forms *forms,
                                       const struct eng__json_value *object,
                                       struct eng__json_value *out)
{
  struct eng__json at = json_at(forms, object), *json = &at;
  bool more;

  out->kind = ENG__JSON_NONE;
  if (object->kind != ENG__JSON_OBJECT) return ENG_OK;
  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value name, value;

    READ(eng__json_name(json, &name));
    READ(eng__json_read(json, &value));
    if (is_simple(&value)) *out = value;
    READ(eng__json_more(json, '}', &more));
  }
  return ENG_OK;
}

/* {"key": "currency", "value": {..}} */
static eng_status read_parameter(struct eng__forms *forms, struct eng__json *json,
                                 struct properties *p)
{
  struct eng__json_value value = {0}, told;
  char buffer[NAME_ROOM];
  int prop = 0;
  bool more;

  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value name, v;
    size_t length;

    READ(eng__json_name(json, &name));
    READ(eng__json_read(json, &v));
    if (is_text(forms, &name, "value")) value = v;
    if (is_text(forms, &name, "key") && v.kind == ENG__JSON_STRING) {
      const char *text = plain_name(forms, &v, buffer, &length);

      prop = find_prop(text, length);
    }
    READ(eng__json_more(json, '}', &more));
  }
  TRY(read_parameter_value(forms, &value, &told));
  return put_prop(forms, p, prop, &told, true);
}

static eng_status read_parameters(struct eng__forms *forms,
                                  const struct eng__json_value *array,
                                  struct properties *p)
{
  struct eng__json at = json_at(forms, array), *json = &at;
  bool more;

  if (array->kind != ENG__JSON_ARRAY) return ENG_OK;
  READ(eng__json_enter(json, '[', &more));
  while (more) {
    TRY(read_parameter(forms, json, p));
    READ(eng__json_more(json, ']', &more));
  }
  return ENG_OK;
}

static const char *platform_channel(const struct eng__forms *forms,
                                    const struct members *m)
{
  if (!has(m, TOP_PLATFORM)) return NULL;
  if (is_text(forms, &m->top[TOP_PLATFORM], "WEB")) return "web";
  return is_text(forms, &m->top[TOP_PLATFORM], "ANDROID") ||
                 is_text(forms, &m->top[TOP_PLATFORM], "IOS")
             ? "app"
             : NULL;
}

/* Amounts of an order that it does not have are 0 there, and so not told. */
static void drop_other_money(struct eng__forms *forms, int32_t kind,
                             struct properties *p)
{
  if (kind != ENG_EVENT_PURCHASE) p->at[PROP_PURCHASE_REVENUE].kind = ENG__JSON_NONE;
  if (kind != ENG_EVENT_REFUND) p->at[PROP_REFUND_VALUE].kind = ENG__JSON_NONE;
  if (p->at[PROP_TRANSACTION].kind != ENG__JSON_NONE &&
      is_text(forms, &p->at[PROP_TRANSACTION], "(not set)")) {
    p->at[PROP_TRANSACTION].kind = ENG__JSON_NONE;
  }
}

static eng_status read_exported(struct eng__forms *forms, const struct members *m)
{
  struct properties p = {0};
  int32_t kind;

  forms->form = ENG_JSONL_GA4;
  begin_row(forms);
  TRY(check_once(forms, m));
  if (is_simple(&m->top[TOP_EVENT_NAME])) {
    TRY(put_value(forms, ENG_FIELD_KIND, &m->top[TOP_EVENT_NAME]));
  }
  TRY(put_customer(forms, m, TOP_USER, TOP_USER_PSEUDO));
  TRY(put_micros(forms, &m->top[TOP_EVENT_TIMESTAMP]));
  TRY(put_words(forms, ENG_FIELD_CHANNEL, platform_channel(forms, m), 0));
  kind = kind_of(forms);
  if (has(m, TOP_ECOMMERCE)) {
    TRY(read_properties(forms, &m->top[TOP_ECOMMERCE], &p));
    drop_other_money(forms, kind, &p);
  }
  if (has(m, TOP_EVENT_PARAMS)) {
    TRY(read_parameters(forms, &m->top[TOP_EVENT_PARAMS], &p));
  }
  TRY(put_properties(forms, kind, &p));
  return make(forms);
}

/* An event among those of a payload. */
static eng_status read_protocol_event(struct eng__forms *forms, struct eng__json *json,
                                      const struct members *m)
{
  struct eng__json_value name = {0}, params = {0}, micros = {0};
  struct properties p = {0};
  bool more;

  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value key, value, *to;

    READ(eng__json_name(json, &key));
    READ(eng__json_read(json, &value));
    to = is_text(forms, &key, "name")               ? &name
         : is_text(forms, &key, "params")           ? &params
         : is_text(forms, &key, "timestamp_micros") ? &micros
                                                    : NULL;
    if (to != NULL && value.kind != ENG__JSON_NULL) {
      if (to->kind != ENG__JSON_NONE) return twice(forms, &value);
      *to = value;
    }
    READ(eng__json_more(json, '}', &more));
  }
  begin_row(forms);
  if (is_simple(&name)) TRY(put_value(forms, ENG_FIELD_KIND, &name));
  TRY(put_customer(forms, m, TOP_USER,
                   has(m, TOP_CLIENT) ? TOP_CLIENT : TOP_APP_INSTANCE));
  if (micros.kind == ENG__JSON_NONE && has(m, TOP_TIMESTAMP_MICROS)) {
    micros = m->top[TOP_TIMESTAMP_MICROS];
  }
  TRY(micros.kind == ENG__JSON_NONE ? put_received(forms) : put_micros(forms, &micros));
  TRY(put_words(forms, ENG_FIELD_CHANNEL,
                has(m, TOP_CLIENT)         ? "web"
                : has(m, TOP_APP_INSTANCE) ? "app"
                                           : NULL,
                0));
  TRY(read_properties(forms, &params, &p));
  TRY(put_properties(forms, kind_of(forms), &p));
  return make(forms);
}

static eng_status read_protocol(struct eng__forms *forms, const struct members *m)
{
  struct eng__json at = json_at(forms, &m->top[TOP_EVENTS]), *json = &at;
  bool more;

  TRY(check_once(forms, m));
  READ(eng__json_enter(json, '[', &more));
  while (more) {
    forms->form = ENG_JSONL_GA4;
    TRY(read_protocol_event(forms, json, m));
    READ(eng__json_more(json, ']', &more));
  }
  return ENG_OK;
}

/* ---- the line ---- */

/* An object of one event. */
static eng_status read_one(struct eng__forms *forms, const struct members *m)
{
  if (forms->any_mapped) return read_own(forms, m);
  if (is_exported(m)) return read_exported(forms, m);
  return is_segment(forms, m) ? read_segment(forms, m) : read_own(forms, m);
}

static eng_status read_list(struct eng__forms *forms,
                            const struct eng__json_value *array)
{
  struct eng__json at = json_at(forms, array), *json = &at;
  bool more;

  READ(eng__json_enter(json, '[', &more));
  while (more) {
    struct members m;

    TRY(read_members(forms, json, &m));
    TRY(!forms->any_mapped && is_protocol(&m) ? read_protocol(forms, &m)
                                              : read_one(forms, &m));
    READ(eng__json_more(json, ']', &more));
  }
  return ENG_OK;
}

/* All events of a line that holds several: a payload's, or a list's. */
static eng_status read_many(struct eng__forms *forms, const struct members *payload,
                            const struct eng__json_value *list)
{
  return payload != NULL ? read_protocol(forms, payload) : read_list(forms, list);
}

/* All of them are tried before the first is handed out. */
static eng_status read_all(struct eng__forms *forms, const struct members *payload,
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
  struct members m;

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
  if (is_protocol(&m)) return read_all(forms, &m, NULL);
  if (has_kind(&m, TOP_BATCH, ENG__JSON_ARRAY)) {
    return read_all(forms, NULL, &m.top[TOP_BATCH]);
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
  forms->trial = false;
  forms->form = ENG_JSONL_OWN;
  forms->ended = ENG_OK;
  forms->skipped = 0;
  forms->maker.nearest = 0;
  if (!is_ascii(line, length) && !eng__is_utf8(line, length)) {
    return refuse(forms, ENG_E_TEXT, 0, "the line is not UTF-8");
  }
  return read_line(forms, &json);
}
