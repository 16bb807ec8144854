/* SPDX-License-Identifier: MIT */
/*
 * codebook.c - collecting, sorting, writing and reading codebooks.
 *
 * Layout (docs/format.md): flags; [currencies]; [own kinds]; [own channels]; shapes.
 * A shape is its kind, then a varint of fields in order of how common they are, so that
 * most shapes take two or three bytes.
 */
#include "core/codebook.h"

#include <engagement/money.h>

#include "core/checked.h"
#include "core/memory.h"
#include "core/sort.h"

/* ORDER blob shape bits */
enum {
  BLOB_CHANNEL = 0,         /* 4; 15: the channel follows in a byte */
  BLOB_AMOUNT = 4,          /* 3 */
  BLOB_VALUE = 7,           /* 3 */
  BLOB_AMOUNT_MINUS = 10,   /* 1 */
  BLOB_ID = 11,             /* 1 */
  BLOB_WIDE = 12,           /* 1 */
  BLOB_INCENTIVISED = 13,   /* 1 */
  BLOB_PUBLIC = 14,         /* 1 */
  BLOB_REFERS_TO = 15,      /* 1 */
  BLOB_TOPIC = 16,          /* 1 */
  BLOB_VALENCE = 17,        /* 3 */
  BLOB_VALUE_MINUS = 20,    /* 1 */
  BLOB_SCALE = 21,          /* 4 */
  BLOB_ACTOR = 25,          /* 2 */
  BLOB_EXTENSION = 27,      /* 1 */
  BLOB_RECORDED = 28,       /* 3 */
  BLOB_RECORDED_MINUS = 31, /* 1 */
  BLOB_REVISION = 32,       /* 2 */
  BLOB_OCCURRENCE = 34,     /* 2 */
  BLOB_CURRENCY = 36,       /* 10: place among the currencies */
  BLOB_BITS = 46
};

static const struct {
  uint8_t from, to, bits;
} moves[] = {
    {ENG__SHAPE_AMOUNT, BLOB_AMOUNT, 3},
    {ENG__SHAPE_VALUE, BLOB_VALUE, 3},
    {ENG__SHAPE_AMOUNT_MINUS, BLOB_AMOUNT_MINUS, 1},
    {ENG__SHAPE_ID, BLOB_ID, 1},
    {ENG__SHAPE_WIDE, BLOB_WIDE, 1},
    {ENG__SHAPE_INCENTIVISED, BLOB_INCENTIVISED, 1},
    {ENG__SHAPE_PUBLIC, BLOB_PUBLIC, 1},
    {ENG__SHAPE_REFERS_TO, BLOB_REFERS_TO, 1},
    {ENG__SHAPE_TOPIC, BLOB_TOPIC, 1},
    {ENG__SHAPE_VALENCE, BLOB_VALENCE, 3},
    {ENG__SHAPE_VALUE_MINUS, BLOB_VALUE_MINUS, 1},
    {ENG__SHAPE_SCALE, BLOB_SCALE, 4},
    {ENG__SHAPE_ACTOR, BLOB_ACTOR, 2},
    {ENG__SHAPE_EXTENSION, BLOB_EXTENSION, 1},
    {ENG__SHAPE_RECORDED, BLOB_RECORDED, 3},
    {ENG__SHAPE_RECORDED_MINUS, BLOB_RECORDED_MINUS, 1},
    {ENG__SHAPE_REVISION, BLOB_REVISION, 2},
    {ENG__SHAPE_OCCURRENCE, BLOB_OCCURRENCE, 2},
};

enum { MOVES = sizeof moves / sizeof moves[0], CHANNEL_ESCAPE = 15 };

/* Flags of a codebook. */
enum {
  HAS_CURRENCY = 1,   /* one currency */
  HAS_CURRENCIES = 2, /* more than one: their number comes first */
  HAS_KINDS = 4,
  HAS_CHANNELS = 8,
  KNOWN_FLAGS = 15
};

void eng__codebook_init(struct eng__codebook *book, const eng_context *context,
                        const eng_allocator *memory)
{
  memset(book, 0, sizeof *book);
  book->context = context;
  book->memory = memory;
}

void eng__codebook_release(struct eng__codebook *book)
{
  eng__free(book->memory, book->shapes, book->shape_room * sizeof *book->shapes);
  eng__free(book->memory, book->found, book->found_room * sizeof *book->found);
  eng__free(book->memory, book->currencies, 1000 * sizeof *book->currencies);
}

/* ---- collecting ---- */

static struct eng__found *cached(struct eng__codebook *book, uint64_t code)
{
  return &book->cache[code * UINT64_C(0x9e3779b97f4a7c15) >> 58];
}

static int by_code(const void *a, const void *b)
{
  uint64_t x = ((const struct eng__found *)a)->code;
  uint64_t y = ((const struct eng__found *)b)->code;

  return (x > y) - (x < y);
}

/* Each code once. */
static void unify(struct eng__codebook *book)
{
  size_t kept = 0;

  eng__sort(book->found, book->found_count, sizeof *book->found, by_code);
  for (size_t i = 0; i < book->found_count; i++) {
    if (kept > 0 && book->found[kept - 1].code == book->found[i].code) continue;
    book->found[kept++] = book->found[i];
  }
  book->found_count = kept;
}

static eng_status add_currency(struct eng__codebook *book, unsigned currency)
{
  if (currency == 0) return ENG_OK;
  if (book->currencies == NULL) {
    book->currencies = eng__new_zeroed(book->memory, 1000 * sizeof *book->currencies);
    if (book->currencies == NULL) return ENG_E_NOMEM;
  }
  book->currencies[currency] = 1;
  return ENG_OK;
}

eng_status eng__codebook_add(struct eng__codebook *book, uint64_t code)
{
  struct eng__found *last = cached(book, code);
  void *found = book->found;
  eng_status status;

  if (last->code == code) return ENG_OK;
  if (book->found_count == book->found_room) {
    unify(book);
    /* Half of the room has to be free again, or sorting would come too often. */
    status = eng__grow(book->memory, &found, &book->found_room,
                       2 * book->found_count + 16, sizeof *book->found);
    book->found = found;
    if (status != ENG_OK) return status;
  }
  status = add_currency(book, eng__shape_bits(code, ENG__SHAPE_CURRENCY, 10));
  if (status != ENG_OK) return status;
  book->used_kinds[eng__shape_bits(code, ENG__SHAPE_KIND, 8)] = true;
  book->used_channels[eng__shape_bits(code, ENG__SHAPE_CHANNEL, 8)] = true;
  book->found[book->found_count++].code = code;
  last->code = code;
  return ENG_OK;
}

uint32_t eng__codebook_index(struct eng__codebook *book, uint64_t code)
{
  struct eng__found *last = cached(book, code);
  size_t low = 0, high = book->found_count;

  if (last->code == code) return last->place;
  while (high - low > 1) {
    size_t mid = low + (high - low) / 2;

    if (book->found[mid].code <= code) {
      low = mid;
    } else {
      high = mid;
    }
  }
  *last = book->found[low];
  return last->place;
}

/* ---- sorting ---- */

/* Keys of the own numbers in use, sorted; at most 128, so by insertion. */
static uint32_t sort_own(const bool used[256], const uint64_t keys[256],
                         uint64_t out[128])
{
  uint32_t n = 0;

  for (int i = ENG__OWN; i < 256; i++) {
    uint32_t at = n;

    if (!used[i]) continue;
    for (; at > 0 && out[at - 1] > keys[i]; at--) out[at] = out[at - 1];
    out[at] = keys[i];
    n++;
  }
  return n;
}

/* The number that stands for a kind or channel in encoded bytes. */
static unsigned coded_number(unsigned number, const uint64_t keys[256],
                             const uint64_t *sorted, uint32_t count)
{
  if (number < ENG__OWN) return number;
  for (uint32_t i = 0; i < count; i++) {
    if (sorted[i] == keys[number]) return ENG__OWN + i;
  }
  return number; /* cannot happen: every own one in use was collected */
}

/* A shape as it is encoded, from its parts there; the currency's place, 0 without one.
 */
static uint64_t key_of(uint64_t code, unsigned kind, unsigned channel,
                       unsigned currency)
{
  uint64_t fields = (uint64_t)currency << BLOB_CURRENCY;

  for (int i = 0; i < MOVES; i++) {
    fields |= (uint64_t)eng__shape_bits(code, moves[i].from, moves[i].bits)
              << moves[i].to;
  }
  if (channel < CHANNEL_ESCAPE) {
    fields |= channel;
    channel = 0;
  } else {
    fields |= CHANNEL_ESCAPE;
  }
  return (uint64_t)kind << 54 | (uint64_t)channel << BLOB_BITS | fields;
}

static uint64_t make_key(const struct eng__codebook *book, uint64_t code)
{
  unsigned kind = coded_number(eng__shape_bits(code, ENG__SHAPE_KIND, 8),
                               book->context->kind_key, book->kinds, book->kind_count);
  unsigned channel =
      coded_number(eng__shape_bits(code, ENG__SHAPE_CHANNEL, 8),
                   book->context->channel_key, book->channels, book->channel_count);
  unsigned currency = eng__shape_bits(code, ENG__SHAPE_CURRENCY, 10);

  if (currency != 0) currency = book->currencies[currency] - 1u;
  return key_of(code, kind, channel, currency);
}

static int by_key(const void *a, const void *b)
{
  uint64_t x = ((const struct eng__coded *)a)->key;
  uint64_t y = ((const struct eng__coded *)b)->key;

  return (x > y) - (x < y);
}

eng_status eng__codebook_finish(struct eng__codebook *book)
{
  void *shapes = book->shapes;
  eng_status status;

  unify(book);
  memset(book->cache, 0, sizeof book->cache);
  if (book->found_count == 0) return ENG_OK;
  status = eng__grow(book->memory, &shapes, &book->shape_room, book->found_count,
                     sizeof *book->shapes);
  book->shapes = shapes;
  if (status != ENG_OK) return status;
  book->kind_count = sort_own(book->used_kinds, book->context->kind_key, book->kinds);
  book->channel_count =
      sort_own(book->used_channels, book->context->channel_key, book->channels);
  for (uint16_t i = 1; book->currencies != NULL && i < 1000; i++) {
    if (book->currencies[i] == 0) continue;
    book->currency_list[book->currency_count++] = i;
    book->currencies[i] = (uint16_t)book->currency_count;
  }
  book->shape_count = book->found_count;
  for (size_t i = 0; i < book->shape_count; i++) {
    book->shapes[i].code = book->found[i].code;
    book->shapes[i].key = make_key(book, book->found[i].code);
  }
  eng__sort(book->shapes, book->shape_count, sizeof *book->shapes, by_key);
  for (size_t i = 0; i < book->shape_count; i++) {
    book->found[i].code = book->shapes[i].code;
    book->found[i].place = (uint32_t)i;
  }
  eng__sort(book->found, book->found_count, sizeof *book->found, by_code);
  return ENG_OK;
}

/* ---- writing ---- */

static void write_keys(struct eng__sink *sink, const uint64_t *keys, uint32_t count)
{
  uint8_t bytes[8];

  eng__sink_varint(sink, count);
  for (uint32_t i = 0; i < count; i++) {
    eng__put64(bytes, keys[i]);
    eng__sink_put(sink, bytes, 8);
  }
}

static void write_shape(struct eng__sink *sink, uint64_t key)
{
  uint8_t kind = (uint8_t)(key >> 54);
  uint8_t channel = (uint8_t)(key >> BLOB_BITS);

  eng__sink_put(sink, &kind, 1);
  eng__sink_varint(sink, key & ((UINT64_C(1) << BLOB_BITS) - 1));
  if (eng__shape_bits(key, BLOB_CHANNEL, 4) == CHANNEL_ESCAPE) {
    eng__sink_put(sink, &channel, 1);
  }
}

void eng__codebook_write_one(const eng_context *context, uint64_t code,
                             struct eng__sink *sink)
{
  unsigned kind = eng__shape_bits(code, ENG__SHAPE_KIND, 8);
  unsigned channel = eng__shape_bits(code, ENG__SHAPE_CHANNEL, 8);
  unsigned currency = eng__shape_bits(code, ENG__SHAPE_CURRENCY, 10);
  uint8_t flags = 0, bytes[2];

  if (currency != 0) flags |= HAS_CURRENCY;
  if (kind >= ENG__OWN) flags |= HAS_KINDS;
  if (channel >= ENG__OWN) flags |= HAS_CHANNELS;
  eng__sink_put(sink, &flags, 1);
  eng__put(bytes, currency, 2);
  if (currency != 0) eng__sink_put(sink, bytes, 2);
  if (kind >= ENG__OWN) write_keys(sink, &context->kind_key[kind], 1);
  if (channel >= ENG__OWN) write_keys(sink, &context->channel_key[channel], 1);
  eng__sink_varint(sink, 1);
  write_shape(sink, key_of(code, kind < ENG__OWN ? kind : ENG__OWN,
                           channel < ENG__OWN ? channel : ENG__OWN, 0));
}

void eng__codebook_write(const struct eng__codebook *book, struct eng__sink *sink)
{
  uint8_t flags = 0, bytes[2];

  if (book->currency_count == 1) flags |= HAS_CURRENCY;
  if (book->currency_count > 1) flags |= HAS_CURRENCIES;
  if (book->kind_count > 0) flags |= HAS_KINDS;
  if (book->channel_count > 0) flags |= HAS_CHANNELS;
  eng__sink_put(sink, &flags, 1);
  if (book->currency_count > 1) eng__sink_varint(sink, book->currency_count);
  for (uint32_t i = 0; i < book->currency_count; i++) {
    eng__put(bytes, book->currency_list[i], 2);
    eng__sink_put(sink, bytes, 2);
  }
  if (book->kind_count > 0) write_keys(sink, book->kinds, book->kind_count);
  if (book->channel_count > 0) write_keys(sink, book->channels, book->channel_count);
  eng__sink_varint(sink, book->shape_count);
  for (size_t i = 0; i < book->shape_count; i++) {
    write_shape(sink, book->shapes[i].key);
  }
}

/* ---- reading ---- */

/* Own keys: ascending, with the top bit, and named in this context. */
static uint32_t read_keys(struct eng__reader *reader, uint64_t out[128],
                          const struct eng__vocabulary *vocabulary)
{
  uint64_t count = eng__read_varint(reader);

  if (reader->status != ENG_OK) return 0;
  if (count == 0) eng__reader_fail(reader, ENG_E_CANONICAL);
  if (count > 128 || count > eng__reader_left(reader) / 8) {
    eng__reader_fail(reader, ENG_E_COUNT);
  }
  if (reader->status != ENG_OK) return 0;
  for (uint64_t i = 0; i < count; i++) {
    out[i] = eng__read_fixed(reader, 8);
    if (i > 0 && out[i] <= out[i - 1]) eng__reader_fail(reader, ENG_E_ORDER);
    if (!(out[i] >> 63)) eng__reader_fail(reader, ENG_E_FIELD);
    if (eng__own_by_key(vocabulary, out[i]) == 0) {
      eng__reader_fail(reader, ENG_E_VOCABULARY);
    }
  }
  return (uint32_t)count;
}

static void read_currencies(struct eng__codebook *book, struct eng__reader *reader,
                            unsigned flags)
{
  uint64_t count = 0;

  if (flags & HAS_CURRENCY) count = 1;
  if (flags & HAS_CURRENCIES) {
    count = eng__read_varint(reader);
    if (count < 2) eng__reader_fail(reader, ENG_E_CANONICAL);
    if (count > 999 || count > eng__reader_left(reader) / 2) {
      eng__reader_fail(reader, ENG_E_COUNT);
    }
  }
  for (uint64_t i = 0; i < count && reader->status == ENG_OK; i++) {
    uint16_t number = (uint16_t)eng__read_fixed(reader, 2);

    if (i > 0 && number <= book->currency_list[i - 1]) {
      eng__reader_fail(reader, ENG_E_ORDER);
    }
    if (eng_currency_decimals(number) < 0) eng__reader_fail(reader, ENG_E_FIELD);
    book->currency_list[i] = number;
    book->currency_count++;
  }
}

/* The number in this context of one that encoded bytes use, or -1. */
static int own_number(unsigned number, const uint64_t *keys, uint32_t count,
                      const struct eng__vocabulary *vocabulary)
{
  if (number < ENG__OWN) return (int)number;
  if (number - ENG__OWN >= count) return -1;
  return eng__own_by_key(vocabulary, keys[number - ENG__OWN]);
}

static bool shape_code(const struct eng__codebook *book, uint64_t key, uint64_t *out)
{
  unsigned coded_channel = eng__shape_bits(key, BLOB_CHANNEL, 4);
  unsigned place = eng__shape_bits(key, BLOB_CURRENCY, 10);
  const eng_settings *settings = &book->context->settings;
  uint64_t code = 0;
  int kind, channel;

  if (coded_channel == CHANNEL_ESCAPE) {
    coded_channel = (unsigned)(key >> BLOB_BITS) & 0xff;
    if (coded_channel < CHANNEL_ESCAPE) return false;
  }
  kind = own_number((unsigned)(key >> 54), book->kinds, book->kind_count,
                    &settings->kinds);
  channel = own_number(coded_channel, book->channels, book->channel_count,
                       &settings->channels);
  if (kind < 0 || channel < 0) return false;
  for (int i = 0; i < MOVES; i++) {
    code |= (uint64_t)eng__shape_bits(key, moves[i].to, moves[i].bits) << moves[i].from;
  }
  if (eng__shape_bits(code, ENG__SHAPE_AMOUNT, 3) != 0) {
    if (place >= book->currency_count) return false;
    code |= (uint64_t)book->currency_list[place] << ENG__SHAPE_CURRENCY;
  } else if (place != 0) {
    return false;
  }
  code |= (uint64_t)(unsigned)kind | (uint64_t)(unsigned)channel << ENG__SHAPE_CHANNEL;
  *out = code;
  return eng__shape_is_valid(code);
}

static void read_shape(struct eng__codebook *book, struct eng__reader *reader)
{
  struct eng__coded *shape = &book->shapes[book->shape_count];
  uint64_t kind = eng__read_fixed(reader, 1);
  uint64_t fields = eng__read_varint(reader);
  uint64_t channel = 0;

  if (eng__shape_bits(fields, BLOB_CHANNEL, 4) == CHANNEL_ESCAPE) {
    channel = eng__read_fixed(reader, 1);
  }
  if (reader->status != ENG_OK) return;
  shape->key = kind << 54 | channel << BLOB_BITS | fields;
  if (fields >> BLOB_BITS != 0 || !shape_code(book, shape->key, &shape->code)) {
    eng__reader_fail(reader, ENG_E_FIELD);
    return;
  }
  if (book->shape_count > 0 && shape->key <= shape[-1].key) {
    eng__reader_fail(reader, ENG_E_ORDER);
    return;
  }
  eng__layout_fill(shape->code, &shape->layout);
  book->used_kinds[shape->layout.kind] = true;
  book->used_channels[shape->layout.channel] = true;
  book->shape_count++;
}

/* Whatever the codebook names must be used by a shape. */
static bool all_used(const struct eng__codebook *book)
{
  bool currencies[1000] = {false};
  uint32_t kinds = 0, channels = 0, used = 0;

  for (int i = ENG__OWN; i < 256; i++) {
    kinds += book->used_kinds[i];
    channels += book->used_channels[i];
  }
  for (size_t i = 0; i < book->shape_count; i++) {
    currencies[eng__shape_bits(book->shapes[i].code, ENG__SHAPE_CURRENCY, 10)] = true;
  }
  for (int i = 1; i < 1000; i++) used += currencies[i];
  return kinds == book->kind_count && channels == book->channel_count &&
         used == book->currency_count;
}

void eng__codebook_read(struct eng__codebook *book, struct eng__reader *reader)
{
  unsigned flags = (unsigned)eng__read_fixed(reader, 1);
  uint64_t count;
  size_t size;

  if (flags & ~(unsigned)KNOWN_FLAGS) eng__reader_fail(reader, ENG_E_FIELD);
  if ((flags & HAS_CURRENCY) && (flags & HAS_CURRENCIES)) {
    eng__reader_fail(reader, ENG_E_CANONICAL);
  }
  read_currencies(book, reader, flags);
  if (flags & HAS_KINDS) {
    book->kind_count = read_keys(reader, book->kinds, &book->context->settings.kinds);
  }
  if (flags & HAS_CHANNELS) {
    book->channel_count =
        read_keys(reader, book->channels, &book->context->settings.channels);
  }
  count = eng__read_varint(reader);
  if (reader->status != ENG_OK) return;
  if (count > eng__reader_left(reader) / 2) {
    eng__reader_fail(reader, ENG_E_COUNT);
    return;
  }
  if (count == 0) {
    if (!all_used(book)) eng__reader_fail(reader, ENG_E_CANONICAL);
    return;
  }
  if (!eng__mul_size((size_t)count, sizeof *book->shapes, &size)) {
    eng__reader_fail(reader, ENG_E_COUNT);
    return;
  }
  book->shapes = eng__new(book->memory, size);
  if (book->shapes == NULL) {
    eng__reader_fail(reader, ENG_E_NOMEM);
    return;
  }
  book->shape_room = (size_t)count;
  for (uint64_t i = 0; i < count && reader->status == ENG_OK; i++) {
    read_shape(book, reader);
  }
  if (reader->status == ENG_OK && !all_used(book)) {
    eng__reader_fail(reader, ENG_E_CANONICAL);
  }
}
