/* SPDX-License-Identifier: MIT */
/*
 * json_tools.c - events as Segment and GA4 tell them.
 *
 * What a property means depends on the kind of the event, so the kind is found first.
 * docs/json.md has the tables that people read.
 *
 * Sources: Segment's Spec (Track, E-commerce v2, B2B SaaS, E-mail); Google's
 * Measurement Protocol reference, recommended events, and BigQuery export schema.
 */
#include <string.h>

#include "io/json_row.h"

/* ---- which form ---- */

/* The calls of Segment's, and the kind that they mean; "": none. */
static const struct call {
  const char *name, *kind, *channel;
} calls[] = {
    {"track", NULL, NULL},   {"identify", "identify", NULL},
    {"page", "page", "web"}, {"screen", "screen", "app"},
    {"group", "", NULL},     {"alias", "", NULL},
};

static const struct call *find_call(const struct eng__forms *forms,
                                    const struct eng__members *m)
{
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    if ((eng__has(m, ENG__TOP_TYPE) &&
         eng__json_is_text(forms, &m->top[ENG__TOP_TYPE], calls[i].name)) ||
        (eng__has(m, ENG__TOP_ACTION) &&
         eng__json_is_text(forms, &m->top[ENG__TOP_ACTION], calls[i].name))) {
      return &calls[i];
    }
  }
  return NULL;
}

bool eng__is_segment(const struct eng__forms *forms, const struct eng__members *m)
{
  bool known = eng__has(m, ENG__TOP_USER_OF_SEGMENT) || eng__has(m, ENG__TOP_ANONYMOUS);

  if (find_call(forms, m) != NULL) {
    return known || eng__has(m, ENG__TOP_PROPERTIES) || eng__has(m, ENG__TOP_TRAITS) ||
           eng__has(m, ENG__TOP_MESSAGE_ID);
  }
  return eng__has_kind(m, ENG__TOP_EVENT, ENG__JSON_STRING) &&
         eng__has_kind(m, ENG__TOP_PROPERTIES, ENG__JSON_OBJECT) && known;
}

bool eng__is_exported(const struct eng__members *m)
{
  uint32_t there = m->tops | m->nulls;

  return eng__has(m, ENG__TOP_EVENT_NAME) && eng__has(m, ENG__TOP_EVENT_TIMESTAMP) &&
         (there >> ENG__TOP_USER_PSEUDO & 1 || there >> ENG__TOP_EVENT_PARAMS & 1);
}

bool eng__is_protocol(const struct eng__members *m)
{
  return eng__has_kind(m, ENG__TOP_EVENTS, ENG__JSON_ARRAY) &&
         (eng__has(m, ENG__TOP_CLIENT) || eng__has(m, ENG__TOP_APP_INSTANCE) ||
          eng__has(m, ENG__TOP_USER));
}

/* ---- properties and parameters ---- */

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
  return eng__json_refuse(forms, ENG_E_DUPLICATE, value->start,
                          "a member stands twice");
}

/* The first one that is told stands, so that ecommerce goes before parameters. */
static eng_status put_prop(struct eng__forms *forms, struct properties *p, int prop,
                           const struct eng__json_value *value, bool first)
{
  if (prop == 0 || !eng__json_says(value)) return ENG_OK;
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
  struct eng__json at = eng__json_at(forms, object), *json = &at;
  bool more;

  if (object->kind != ENG__JSON_OBJECT) return ENG_OK;
  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value name, value;
    char buffer[ENG__NAME_ROOM];
    const char *text;
    size_t length;

    READ(eng__json_name(json, &name));
    READ(eng__json_read(json, &value));
    text = eng__json_plain_name(forms, &name, buffer, &length);
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

/* Money is taken of what is bought: the value of a look at a product is nobody's.
 * Segment tells of an order its revenue and its total, with shipping and tax, and of a
 * refund the total alone: so the total, that what is given back be compared with what
 * was paid. */
static eng_status put_money(struct eng__forms *forms, const struct properties *p)
{
  static const int amounts[] = {PROP_PURCHASE_REVENUE, PROP_REFUND_VALUE, PROP_TOTAL,
                                PROP_REVENUE, PROP_VALUE};

  for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
    if (p->at[amounts[i]].kind == ENG__JSON_NONE) continue;
    if (eng__json_says(&p->at[PROP_CURRENCY])) {
      TRY(eng__row_put_value(forms, ENG_FIELD_CURRENCY, &p->at[PROP_CURRENCY]));
    }
    return eng__row_put_value(forms, ENG_FIELD_AMOUNT, &p->at[amounts[i]]);
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

  TRY(eng__row_put_value(forms, ENG_FIELD_VALUE, rating));
  return eng__row_put_text(forms, ENG_FIELD_SCALE, stars ? "stars" : "other", 5,
                           rating->start);
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
  bool nul = false;
  size_t length;
  uint64_t id;

  if (kind != ENG_EVENT_PURCHASE && kind != ENG_EVENT_REFUND &&
      kind != ENG_EVENT_CANCEL) {
    return ENG_OK;
  }
  if (order->kind == ENG__JSON_NONE) order = &p->at[PROP_TRANSACTION];
  if (order->kind == ENG__JSON_NONE || eng__json_is_text(forms, order, "(not set)"))
    return ENG_OK;
  TRY(eng__row_scratch(forms, order->end - order->start, &to));
  length = order->end - order->start;
  if (order->kind == ENG__JSON_STRING && order->escaped) {
    length = eng__json_text(forms->line, order, to, &nul);
  } else {
    memcpy(to, forms->line + order->start, length);
  }
  if (nul) return eng__json_refuse(forms, ENG_E_TEXT, order->start, "a NUL in a text");
  id = eng_event_id_hash("order", 5, to, length);
  hex[0] = '#';
  for (int i = 0; i < 16; i++) hex[16 - i] = digits[id >> 4 * i & 15];
  return eng__row_put_text(forms, field, hex, sizeof hex, order->start);
}

static eng_status put_properties(struct eng__forms *forms, int32_t kind,
                                 const struct properties *p)
{
  bool counted = kind == ENG_EVENT_ADD_TO_CART || kind == ENG_EVENT_REMOVE_FROM_CART ||
                 kind == ENG_EVENT_PURCHASE || kind == ENG_EVENT_USAGE;
  bool judged = kind == ENG_EVENT_RATING || kind == ENG_EVENT_REVIEW;

  if (is_buying(kind)) TRY(put_money(forms, p));
  if (is_points(kind) && eng__json_says(&p->at[PROP_VALUE])) {
    TRY(eng__row_put_value(forms, ENG_FIELD_VALUE, &p->at[PROP_VALUE]));
  }
  if (counted && eng__json_says(&p->at[PROP_QUANTITY]) &&
      is_whole(forms, &p->at[PROP_QUANTITY])) {
    TRY(eng__row_put_value(forms, ENG_FIELD_VALUE, &p->at[PROP_QUANTITY]));
  }
  if (judged && eng__json_says(&p->at[PROP_RATING])) {
    TRY(put_rating(forms, &p->at[PROP_RATING]));
  }
  if (eng__json_says(&p->at[PROP_CATEGORY])) {
    TRY(eng__row_put_value(forms, ENG_FIELD_TOPIC, &p->at[PROP_CATEGORY]));
  }
  return put_order(forms, kind, p);
}

/* ---- what the two tools share ---- */

/* The first of two members that says who it is. */
static eng_status put_customer(struct eng__forms *forms, const struct eng__members *m,
                               int first, int second)
{
  if (eng__has(m, first) && eng__json_says(&m->top[first])) {
    return eng__row_put_value(forms, ENG_FIELD_CUSTOMER, &m->top[first]);
  }
  if (eng__has(m, second) && eng__json_says(&m->top[second])) {
    return eng__row_put_value(forms, ENG_FIELD_CUSTOMER, &m->top[second]);
  }
  return ENG_OK;
}

/* The members of a form of which each says one thing. */
static eng_status check_once(struct eng__forms *forms, const struct eng__members *m)
{
  for (int i = 1; m->twice != 0 && i < ENG__TOP_COUNT; i++) {
    if (m->twice >> i & 1) return twice(forms, &m->top[i]);
  }
  return ENG_OK;
}

/* ---- Segment ---- */

static eng_status put_segment_time(struct eng__forms *forms,
                                   const struct eng__members *m)
{
  static const int times[] = {ENG__TOP_TIMESTAMP, ENG__TOP_ORIGINAL_TIMESTAMP,
                              ENG__TOP_SENT_AT, ENG__TOP_RECEIVED_AT};

  if (eng__has(m, ENG__TOP_RECEIVED_AT) &&
      eng__json_says(&m->top[ENG__TOP_RECEIVED_AT])) {
    TRY(eng__row_put_value(forms, ENG_FIELD_RECORDED_AT,
                           &m->top[ENG__TOP_RECEIVED_AT]));
  }
  for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
    if (eng__has(m, times[i]) && eng__json_says(&m->top[times[i]])) {
      return eng__row_put_value(forms, ENG_FIELD_TIME, &m->top[times[i]]);
    }
  }
  return eng__row_put_received(forms);
}

static const char *segment_channel(const struct eng__forms *forms,
                                   const struct eng__members *m,
                                   const struct call *call)
{
  if (call != NULL && call->channel != NULL) return call->channel;
  if (!eng__has(m, ENG__TOP_CHANNEL)) return NULL;
  if (eng__json_is_text(forms, &m->top[ENG__TOP_CHANNEL], "browser") ||
      eng__json_is_text(forms, &m->top[ENG__TOP_CHANNEL], "web")) {
    return "web";
  }
  return eng__json_is_text(forms, &m->top[ENG__TOP_CHANNEL], "mobile") ? "app" : NULL;
}

eng_status eng__read_segment(struct eng__forms *forms, const struct eng__members *m)
{
  const struct call *call = find_call(forms, m);
  struct properties p = {0};

  forms->form = ENG_JSONL_SEGMENT;
  eng__row_begin(forms);
  TRY(check_once(forms, m));
  if (call != NULL && call->kind != NULL) {
    if (call->kind[0] == '\0') {
      if (forms->trial) return ENG_OK;
      forms->skipped++;
      eng__passed_add(&forms->maker.passed, call->name, strlen(call->name));
      return ENG_OK;
    }
    TRY(eng__row_put_words(forms, ENG_FIELD_KIND, call->kind, 0));
  } else if (eng__has(m, ENG__TOP_EVENT) &&
             eng__json_is_simple(&m->top[ENG__TOP_EVENT])) {
    TRY(eng__row_put_value(forms, ENG_FIELD_KIND, &m->top[ENG__TOP_EVENT]));
  }
  TRY(put_customer(forms, m, ENG__TOP_USER_OF_SEGMENT, ENG__TOP_ANONYMOUS));
  TRY(put_segment_time(forms, m));
  TRY(eng__row_put_words(forms, ENG_FIELD_CHANNEL, segment_channel(forms, m, call), 0));
  if (eng__has(m, ENG__TOP_MESSAGE_ID) &&
      eng__json_says(&m->top[ENG__TOP_MESSAGE_ID])) {
    TRY(eng__row_put_value(forms, ENG_FIELD_ID, &m->top[ENG__TOP_MESSAGE_ID]));
  }
  if (eng__has(m, ENG__TOP_PROPERTIES)) {
    TRY(read_properties(forms, &m->top[ENG__TOP_PROPERTIES], &p));
  }
  TRY(put_properties(forms, eng__row_kind(forms), &p));
  return eng__row_make(forms);
}

/* ---- GA4 ---- */

/* No time has more digits; a payload's is read again for each of its events. */
enum { MICROS_DIGITS = 20 };

/* Microseconds as a time to the millisecond, rounded half up. */
static eng_status put_micros(struct eng__forms *forms,
                             const struct eng__json_value *value)
{
  uint32_t digits = value->end - value->start;
  char text[ENG_TIME_TEXT];
  int64_t v = digits > 0 && digits <= MICROS_DIGITS ? 0 : -1;

  for (uint32_t i = value->start; i < value->end; i++) {
    if (forms->line[i] < '0' || forms->line[i] > '9' || v > ENG_TIME_MAX * 100) v = -1;
    if (v < 0) break;
    v = v * 10 + (forms->line[i] - '0');
  }
  if (v < 0 || eng_time_format((v + 500) / 1000, text) != ENG_OK) {
    return eng__json_refuse(forms, ENG_E_TIME, value->start,
                            "microseconds since 1970 were expected");
  }
  return eng__row_put_words(forms, ENG_FIELD_TIME, text, value->start);
}

/* The value of {"string_value": ..}, or of one of the three kinds of numbers. */
static eng_status read_parameter_value(struct eng__forms *forms,
                                       const struct eng__json_value *object,
                                       struct eng__json_value *out)
{
  struct eng__json at = eng__json_at(forms, object), *json = &at;
  bool more;

  out->kind = ENG__JSON_NONE;
  if (object->kind != ENG__JSON_OBJECT) return ENG_OK;
  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value name, value;

    READ(eng__json_name(json, &name));
    READ(eng__json_read(json, &value));
    if (eng__json_is_simple(&value)) *out = value;
    READ(eng__json_more(json, '}', &more));
  }
  return ENG_OK;
}

/* {"key": "currency", "value": {..}} */
static eng_status read_parameter(struct eng__forms *forms, struct eng__json *json,
                                 struct properties *p)
{
  struct eng__json_value value = {0}, told;
  char buffer[ENG__NAME_ROOM];
  int prop = 0;
  bool more;

  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value name, v;
    size_t length;

    READ(eng__json_name(json, &name));
    READ(eng__json_read(json, &v));
    if (eng__json_is_text(forms, &name, "value")) value = v;
    if (eng__json_is_text(forms, &name, "key") && v.kind == ENG__JSON_STRING) {
      const char *text = eng__json_plain_name(forms, &v, buffer, &length);

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
  struct eng__json at = eng__json_at(forms, array), *json = &at;
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
                                    const struct eng__members *m)
{
  if (!eng__has(m, ENG__TOP_PLATFORM)) return NULL;
  if (eng__json_is_text(forms, &m->top[ENG__TOP_PLATFORM], "WEB")) return "web";
  return eng__json_is_text(forms, &m->top[ENG__TOP_PLATFORM], "ANDROID") ||
                 eng__json_is_text(forms, &m->top[ENG__TOP_PLATFORM], "IOS")
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
      eng__json_is_text(forms, &p->at[PROP_TRANSACTION], "(not set)")) {
    p->at[PROP_TRANSACTION].kind = ENG__JSON_NONE;
  }
}

eng_status eng__read_exported(struct eng__forms *forms, const struct eng__members *m)
{
  struct properties p = {0};
  int32_t kind;

  forms->form = ENG_JSONL_GA4;
  eng__row_begin(forms);
  TRY(check_once(forms, m));
  if (eng__json_is_simple(&m->top[ENG__TOP_EVENT_NAME])) {
    TRY(eng__row_put_value(forms, ENG_FIELD_KIND, &m->top[ENG__TOP_EVENT_NAME]));
  }
  TRY(put_customer(forms, m, ENG__TOP_USER, ENG__TOP_USER_PSEUDO));
  TRY(put_micros(forms, &m->top[ENG__TOP_EVENT_TIMESTAMP]));
  TRY(eng__row_put_words(forms, ENG_FIELD_CHANNEL, platform_channel(forms, m), 0));
  kind = eng__row_kind(forms);
  if (eng__has(m, ENG__TOP_ECOMMERCE)) {
    TRY(read_properties(forms, &m->top[ENG__TOP_ECOMMERCE], &p));
    drop_other_money(forms, kind, &p);
  }
  if (eng__has(m, ENG__TOP_EVENT_PARAMS)) {
    TRY(read_parameters(forms, &m->top[ENG__TOP_EVENT_PARAMS], &p));
  }
  TRY(put_properties(forms, kind, &p));
  return eng__row_make(forms);
}

/* An event among those of a payload. */
static eng_status read_protocol_event(struct eng__forms *forms, struct eng__json *json,
                                      const struct eng__members *m)
{
  struct eng__json_value name = {0}, params = {0}, micros = {0};
  struct properties p = {0};
  int32_t kind;
  bool more;

  READ(eng__json_enter(json, '{', &more));
  while (more) {
    struct eng__json_value key, value, *to;

    READ(eng__json_name(json, &key));
    READ(eng__json_read(json, &value));
    to = eng__json_is_text(forms, &key, "name")               ? &name
         : eng__json_is_text(forms, &key, "params")           ? &params
         : eng__json_is_text(forms, &key, "timestamp_micros") ? &micros
                                                              : NULL;
    if (to != NULL && value.kind != ENG__JSON_NULL) {
      if (to->kind != ENG__JSON_NONE) return twice(forms, &value);
      *to = value;
    }
    READ(eng__json_more(json, '}', &more));
  }
  eng__row_begin(forms);
  if (eng__json_is_simple(&name)) TRY(eng__row_put_value(forms, ENG_FIELD_KIND, &name));
  kind = eng__row_kind(forms);
  /* However long the payload's customer is, events that are passed over do not ask. */
  if (kind != 0) {
    TRY(put_customer(forms, m, ENG__TOP_USER,
                     eng__has(m, ENG__TOP_CLIENT) ? ENG__TOP_CLIENT
                                                  : ENG__TOP_APP_INSTANCE));
  }
  if (micros.kind == ENG__JSON_NONE && eng__has(m, ENG__TOP_TIMESTAMP_MICROS)) {
    micros = m->top[ENG__TOP_TIMESTAMP_MICROS];
  }
  TRY(micros.kind == ENG__JSON_NONE ? eng__row_put_received(forms)
                                    : put_micros(forms, &micros));
  TRY(eng__row_put_words(forms, ENG_FIELD_CHANNEL,
                         eng__has(m, ENG__TOP_CLIENT)         ? "web"
                         : eng__has(m, ENG__TOP_APP_INSTANCE) ? "app"
                                                              : NULL,
                         0));
  TRY(read_properties(forms, &params, &p));
  TRY(put_properties(forms, kind, &p));
  return eng__row_make(forms);
}

eng_status eng__read_protocol(struct eng__forms *forms, const struct eng__members *m)
{
  struct eng__json at = eng__json_at(forms, &m->top[ENG__TOP_EVENTS]), *json = &at;
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
