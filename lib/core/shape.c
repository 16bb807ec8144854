/* SPDX-License-Identifier: MIT */
/*
 * shape.c - from an event to its shape and its numbers, and back.
 */
#include "core/shape.h"

#include "core/checked.h"
#include "core/memory.h"

/* Bytes of each width code; ORDER shape bits. */
static const uint8_t amount_widths[8] = {0, 2, 3, 4, 8, 0, 0, 0};
static const uint8_t value_widths[8] = {0, 1, 2, 4, 8, 0, 0, 0};
static const uint8_t actor_widths[4] = {0, 1, 2, 4};
static const uint8_t recorded_widths[8] = {0, 0, 2, 4, 6, 0, 0, 0};
static const uint8_t occurrence_widths[4] = {0, 1, 2, 0};

/* ---- making ---- */

/* Which width a number takes: the code of the shortest. Sums of comparisons, since
 * every event passes here and its widths are hard to foresee. */
static uint64_t amount_code(uint64_t v)
{
  return 1u + (v > 0xffff) + (v > 0xffffff) + (v > 0xffffffff);
}

static uint64_t value_code(uint64_t v)
{
  return 1u + (v > 0xff) + (v > 0xffff) + (v > 0xffffffff);
}

static uint64_t actor_code(uint32_t v) { return 1u + (v > 0xff) + (v > 0xffff); }

static uint64_t recorded_code(uint64_t v)
{
  return 1u + (v > 0) + (v > 0xffff) + (v > 0xffffffff);
}

/* A number's width and, three bits above, its sign. */
static uint64_t number_bits(uint64_t width, int position, int64_t v)
{
  return width << position | (uint64_t)(v < 0) << (position + 3);
}

/* The fields that few events have. */
static uint64_t rare_bits(const struct eng__event *event)
{
  uint16_t has = event->has;
  int64_t delay = event->recorded_at - event->occurred_at;
  uint64_t code = 0;

  if (has & ENG__HAS_VALENCE) {
    code |= (uint64_t)(event->valence + 3) << ENG__SHAPE_VALENCE;
  }
  if (has & ENG__IS_INCENTIVISED) code |= UINT64_C(1) << ENG__SHAPE_INCENTIVISED;
  if (has & ENG__IS_PUBLIC) code |= UINT64_C(1) << ENG__SHAPE_PUBLIC;
  if (has & ENG__HAS_ID) code |= UINT64_C(1) << ENG__SHAPE_ID;
  if (has & ENG__HAS_REFERS_TO) code |= UINT64_C(1) << ENG__SHAPE_REFERS_TO;
  if (has & ENG__HAS_TOPIC) code |= UINT64_C(1) << ENG__SHAPE_TOPIC;
  if (has & ENG__HAS_ACTOR) code |= actor_code(event->actor) << ENG__SHAPE_ACTOR;
  if (has & ENG__HAS_RECORDED_AT) {
    code |=
        number_bits(recorded_code(eng__magnitude(delay)), ENG__SHAPE_RECORDED, delay);
  }
  if (event->revision != 0) {
    code |= actor_code(event->revision) << ENG__SHAPE_REVISION;
  }
  return code;
}

uint64_t eng__shape_of(const struct eng__event *event, int64_t gap)
{
  uint16_t has = event->has;
  uint64_t code = (uint64_t)event->kind << ENG__SHAPE_KIND |
                  (uint64_t)event->channel << ENG__SHAPE_CHANNEL |
                  (uint64_t)event->scale << ENG__SHAPE_SCALE;

  if (has == 0 && event->occurrence == 0 && event->extension_size == 0) {
    return code | (uint64_t)(gap >= ENG__GAP_LIMIT) << ENG__SHAPE_WIDE;
  }
  /* Worked out whether it is there or not: which events have one is hard to foresee. */
  code |= number_bits(amount_code(eng__magnitude(event->amount)), ENG__SHAPE_AMOUNT,
                      event->amount) *
          ((has & ENG__HAS_AMOUNT) != 0);
  code |= number_bits(value_code(eng__magnitude(event->value)), ENG__SHAPE_VALUE,
                      event->value) *
          ((has & ENG__HAS_VALUE) != 0);
  code |= (uint64_t)event->currency << ENG__SHAPE_CURRENCY;
  if (has & ~(ENG__HAS_AMOUNT | ENG__HAS_VALUE)) code |= rare_bits(event);
  if (event->occurrence != 0) {
    code |= (uint64_t)(1 + (event->occurrence > 0xff)) << ENG__SHAPE_OCCURRENCE;
  }
  if (gap >= ENG__GAP_LIMIT) code |= UINT64_C(1) << ENG__SHAPE_WIDE;
  if (event->extension_size != 0) code |= UINT64_C(1) << ENG__SHAPE_EXTENSION;
  return code;
}

bool eng__shape_is_valid(uint64_t code)
{
  unsigned amount = eng__shape_bits(code, ENG__SHAPE_AMOUNT, 3);
  unsigned value = eng__shape_bits(code, ENG__SHAPE_VALUE, 3);
  unsigned recorded = eng__shape_bits(code, ENG__SHAPE_RECORDED, 3);
  bool id = eng__shape_bits(code, ENG__SHAPE_ID, 1);

  if (code >> ENG__SHAPE_BITS != 0 || eng__shape_bits(code, ENG__SHAPE_KIND, 8) == 0) {
    return false;
  }
  if (amount > 4 || value > 4 || recorded > 4) return false;
  if (amount == 0 && (eng__shape_bits(code, ENG__SHAPE_AMOUNT_MINUS, 1) ||
                      eng__shape_bits(code, ENG__SHAPE_CURRENCY, 10))) {
    return false;
  }
  if (amount != 0 && eng__shape_bits(code, ENG__SHAPE_CURRENCY, 10) == 0) return false;
  if (value == 0 && eng__shape_bits(code, ENG__SHAPE_VALUE_MINUS, 1)) return false;
  if (recorded <= 1 && eng__shape_bits(code, ENG__SHAPE_RECORDED_MINUS, 1))
    return false;
  if (eng__shape_bits(code, ENG__SHAPE_SCALE, 4) > ENG_SCALE_OTHER) return false;
  if (eng__shape_bits(code, ENG__SHAPE_VALENCE, 3) > 5) return false;
  if (eng__shape_bits(code, ENG__SHAPE_OCCURRENCE, 2) > 2) return false;
  if (!id && eng__shape_bits(code, ENG__SHAPE_REVISION, 2)) return false;
  return !(id && eng__shape_bits(code, ENG__SHAPE_OCCURRENCE, 2));
}

/* ---- layouts ---- */

/* Kinds share 32 bits: each of the common ones has its own, the rest go by number. A
 * bit that is not set says that none of its kinds occurs. */
static unsigned summary_bit(unsigned kind)
{
  switch (kind) {
  case ENG_EVENT_PURCHASE: return 0;
  case ENG_EVENT_REFUND: return 1;
  case ENG_EVENT_VISIT: return 2;
  case ENG_EVENT_VIEW_ITEM: return 3;
  case ENG_EVENT_SEARCH: return 4;
  case ENG_EVENT_ADD_TO_CART: return 5;
  case ENG_EVENT_BEGIN_CHECKOUT: return 6;
  case ENG_EVENT_OPEN: return 7;
  case ENG_EVENT_CLICK: return 8;
  case ENG_EVENT_SIGN_UP: return 9;
  case ENG_EVENT_IDENTIFY: return 10;
  case ENG_EVENT_REVIEW: return 11;
  case ENG_EVENT_RATING: return 12;
  case ENG_EVENT_REFER: return 13;
  case ENG_EVENT_SHARE: return 14;
  case ENG_EVENT_MESSAGE_IN: return 15;
  case ENG_EVENT_MESSAGE_OUT: return 16;
  case ENG_EVENT_LOYALTY_JOIN: return 17;
  case ENG_EVENT_ADD_TO_WISHLIST: return 18;
  case ENG_EVENT_UNSUBSCRIBE: return 19;
  case ENG_EVENT_USAGE: return 20;
  case ENG_EVENT_FULFIL: return 21;
  case ENG_EVENT_COMPLAINT: return 22;
  case ENG_EVENT_CONTRACT: return 23;
  default: return 24 + kind % 8;
  }
}

void eng__layout_fill(uint64_t code, struct eng__layout *layout)
{
  unsigned kind = eng__shape_bits(code, ENG__SHAPE_KIND, 8);
  bool minus = eng__shape_bits(code, ENG__SHAPE_AMOUNT_MINUS, 1);
  bool undoes =
      kind == ENG_EVENT_VOID || kind == ENG_EVENT_REFUND || kind == ENG_EVENT_CANCEL;
  unsigned body, flags = 0;

  layout->code = code;
  layout->kind = (uint8_t)kind;
  layout->measured =
      kind == ENG_EVENT_PURCHASE && minus ? ENG_EVENT_REFUND : (uint8_t)kind;
  layout->channel = (uint8_t)eng__shape_bits(code, ENG__SHAPE_CHANNEL, 8);
  layout->amount_width = amount_widths[eng__shape_bits(code, ENG__SHAPE_AMOUNT, 3)];
  layout->value_width = value_widths[eng__shape_bits(code, ENG__SHAPE_VALUE, 3)];
  body = (unsigned)layout->amount_width + layout->value_width;
  body += 8 * eng__shape_bits(code, ENG__SHAPE_ID, 1);
  body += 8 * eng__shape_bits(code, ENG__SHAPE_REFERS_TO, 1);
  body += actor_widths[eng__shape_bits(code, ENG__SHAPE_ACTOR, 2)];
  body += 4 * eng__shape_bits(code, ENG__SHAPE_TOPIC, 1);
  body += recorded_widths[eng__shape_bits(code, ENG__SHAPE_RECORDED, 3)];
  body += actor_widths[eng__shape_bits(code, ENG__SHAPE_REVISION, 2)];
  body += occurrence_widths[eng__shape_bits(code, ENG__SHAPE_OCCURRENCE, 2)];
  layout->body = (uint8_t)body;
  if (eng__shape_bits(code, ENG__SHAPE_WIDE, 1) ||
      eng__shape_bits(code, ENG__SHAPE_EXTENSION, 1)) {
    flags |= ENG__LAYOUT_SLOW;
  }
  if (eng__shape_bits(code, ENG__SHAPE_ID, 1)) flags |= ENG__LAYOUT_ID;
  if (undoes && eng__shape_bits(code, ENG__SHAPE_REFERS_TO, 1)) {
    flags |= ENG__LAYOUT_REFERS;
  }
  if (minus) flags |= ENG__LAYOUT_AMOUNT_MINUS;
  layout->flags = (uint8_t)flags;
  layout->summary = (uint8_t)summary_bit(layout->measured);
}

/* ---- numbers ---- */

/* Writes eight bytes, of which `width` count. */
static uint8_t *put(uint8_t *at, uint64_t v, int width)
{
  eng__put64(at, v);
  return at + width;
}

static uint8_t *put_rare(uint64_t code, const struct eng__event *event, uint8_t *at)
{
  if (event->has & ENG__HAS_ID) at = put(at, event->id, 8);
  if (event->has & ENG__HAS_REFERS_TO) at = put(at, event->refers_to, 8);
  at = put(at, event->actor, actor_widths[eng__shape_bits(code, ENG__SHAPE_ACTOR, 2)]);
  if (event->has & ENG__HAS_TOPIC) at = put(at, event->topic, 4);
  at = put(at, eng__magnitude(event->recorded_at - event->occurred_at),
           recorded_widths[eng__shape_bits(code, ENG__SHAPE_RECORDED, 3)]);
  at = put(at, event->revision,
           actor_widths[eng__shape_bits(code, ENG__SHAPE_REVISION, 2)]);
  at = put(at, event->occurrence,
           occurrence_widths[eng__shape_bits(code, ENG__SHAPE_OCCURRENCE, 2)]);
  if (event->extension_size != 0) {
    at = put(at, event->extension_size, 2);
    memcpy(at, event->extension, event->extension_size);
    at += event->extension_size;
  }
  return at;
}

size_t eng__body_put(uint64_t code, const struct eng__event *event, uint8_t *out)
{
  uint8_t *at = out;

  at = put(at, eng__magnitude(event->amount),
           amount_widths[eng__shape_bits(code, ENG__SHAPE_AMOUNT, 3)]);
  at = put(at, eng__magnitude(event->value),
           value_widths[eng__shape_bits(code, ENG__SHAPE_VALUE, 3)]);
  if ((event->has & ~(ENG__HAS_AMOUNT | ENG__HAS_VALUE)) != 0 ||
      event->occurrence != 0 || event->extension_size != 0) {
    at = put_rare(code, event, at);
  }
  return (size_t)(at - out);
}

static uint64_t get(const uint8_t **at, int width)
{
  uint64_t v = eng__get(*at, width);

  *at += width;
  return v;
}

/* A magnitude and its sign; decoding refuses magnitudes beyond INT64_MAX. */
static int64_t with_sign(uint64_t magnitude, bool minus)
{
  return minus ? -(int64_t)magnitude : (int64_t)magnitude;
}

void eng__body_get(const struct eng__layout *layout, const uint8_t *body, int64_t time,
                   struct eng__event *event)
{
  uint64_t code = layout->code;
  const uint8_t *at = body;
  unsigned valence = eng__shape_bits(code, ENG__SHAPE_VALENCE, 3);
  unsigned has = 0;

  memset(event, 0, sizeof *event);
  event->occurred_at = time;
  event->kind = layout->kind;
  event->channel = layout->channel;
  event->scale = (uint8_t)eng__shape_bits(code, ENG__SHAPE_SCALE, 4);
  if (layout->amount_width != 0) {
    has |= ENG__HAS_AMOUNT;
    event->amount = with_sign(get(&at, layout->amount_width),
                              eng__shape_bits(code, ENG__SHAPE_AMOUNT_MINUS, 1));
    event->currency = (uint16_t)eng__shape_bits(code, ENG__SHAPE_CURRENCY, 10);
  }
  if (layout->value_width != 0) {
    has |= ENG__HAS_VALUE;
    event->value = with_sign(get(&at, layout->value_width),
                             eng__shape_bits(code, ENG__SHAPE_VALUE_MINUS, 1));
  }
  if (valence != 0) {
    has |= ENG__HAS_VALENCE;
    event->valence = (int8_t)((int)valence - 3);
  }
  if (eng__shape_bits(code, ENG__SHAPE_INCENTIVISED, 1)) has |= ENG__IS_INCENTIVISED;
  if (eng__shape_bits(code, ENG__SHAPE_PUBLIC, 1)) has |= ENG__IS_PUBLIC;
  if (eng__shape_bits(code, ENG__SHAPE_ID, 1)) {
    has |= ENG__HAS_ID;
    event->id = get(&at, 8);
  }
  if (eng__shape_bits(code, ENG__SHAPE_REFERS_TO, 1)) {
    has |= ENG__HAS_REFERS_TO;
    event->refers_to = get(&at, 8);
  }
  if (eng__shape_bits(code, ENG__SHAPE_ACTOR, 2) != 0) {
    has |= ENG__HAS_ACTOR;
    event->actor =
        (uint32_t)get(&at, actor_widths[eng__shape_bits(code, ENG__SHAPE_ACTOR, 2)]);
  }
  if (eng__shape_bits(code, ENG__SHAPE_TOPIC, 1)) {
    has |= ENG__HAS_TOPIC;
    event->topic = (uint32_t)get(&at, 4);
  }
  if (eng__shape_bits(code, ENG__SHAPE_RECORDED, 3) != 0) {
    has |= ENG__HAS_RECORDED_AT;
    event->recorded_at =
        time +
        with_sign(
            get(&at, recorded_widths[eng__shape_bits(code, ENG__SHAPE_RECORDED, 3)]),
            eng__shape_bits(code, ENG__SHAPE_RECORDED_MINUS, 1));
  }
  event->revision =
      (uint32_t)get(&at, actor_widths[eng__shape_bits(code, ENG__SHAPE_REVISION, 2)]);
  event->occurrence = (uint16_t)get(
      &at, occurrence_widths[eng__shape_bits(code, ENG__SHAPE_OCCURRENCE, 2)]);
  if (eng__shape_bits(code, ENG__SHAPE_EXTENSION, 1)) {
    event->extension_size = (uint32_t)get(&at, 2);
    event->extension = at;
  }
  event->has = (uint16_t)has;
}

/* ---- tables ---- */

void eng__shapes_init(struct eng__shapes *shapes, const uint64_t key[2])
{
  memset(shapes, 0, sizeof *shapes);
  shapes->seed = key[0];
}

/* One block: the layouts, then the slots. */
static size_t table_size(uint32_t room)
{
  return room * (sizeof(struct eng__layout) + 4 * sizeof(uint16_t));
}

void eng__shapes_release(struct eng__shapes *shapes, const eng_allocator *memory)
{
  eng__free(memory, shapes->layouts, table_size(shapes->room));
  memset(shapes, 0, sizeof *shapes);
}

/* The slot of a code, or the empty one where it belongs. */
static uint16_t *find_slot(const struct eng__shapes *shapes, uint64_t code)
{
  uint32_t i = eng__shapes_first(shapes, code);

  while (shapes->slots[i] != 0 && shapes->layouts[shapes->slots[i] - 1].code != code) {
    i = (i + 1) & (4 * shapes->room - 1);
  }
  return &shapes->slots[i];
}

static bool grow_table(struct eng__shapes *shapes, const eng_allocator *memory)
{
  struct eng__shapes larger = *shapes;

  larger.room = shapes->room == 0 ? 8 : 2 * shapes->room;
  larger.shift = shapes->room == 0 ? 64 - 5 : shapes->shift - 1;
  larger.multiplier = (UINT64_C(0x9e3779b97f4a7c15) ^ shapes->seed) | 1;
  larger.layouts = eng__new_zeroed(memory, table_size(larger.room));
  if (larger.layouts == NULL) return false;
  larger.slots = (uint16_t *)(void *)(larger.layouts + larger.room);
  for (uint32_t i = 0; i < shapes->count; i++) {
    larger.layouts[i] = shapes->layouts[i];
    *find_slot(&larger, larger.layouts[i].code) = (uint16_t)(i + 1);
  }
  eng__free(memory, shapes->layouts, table_size(shapes->room));
  *shapes = larger;
  return true;
}

unsigned eng__shapes_add(struct eng__shapes *shapes, const eng_allocator *memory,
                         uint64_t code)
{
  uint16_t *slot;

  if (shapes->room != 0) {
    slot = find_slot(shapes, code);
    if (*slot != 0) return (unsigned)*slot - 1;
  }
  if (shapes->count == ENG__SHAPES_MAX) return ENG__ESCAPE;
  if (shapes->count == shapes->room && !grow_table(shapes, memory)) return ENG__ESCAPE;
  slot = find_slot(shapes, code);
  eng__layout_fill(code, &shapes->layouts[shapes->count]);
  *slot = (uint16_t)++shapes->count;
  return shapes->count - 1;
}
