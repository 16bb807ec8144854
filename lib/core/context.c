/* SPDX-License-Identifier: MIT */
/*
 * context.c - settings are checked as they are set, so a context is a copy of them
 * with a few values worked out.
 */
#include "core/context.h"

#include <string.h>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/sort.h"
#include "core/vocabulary.h"

#include <engagement/calendar.h>
#include <engagement/money.h>

static const struct {
  uint64_t standard, most;
} limit_table[ENG__LIMIT_COUNT] = {
    [ENG_LIMIT_ID] = {255, 4096},
    [ENG_LIMIT_BLOB] = {UINT64_C(1) << 30, UINT64_C(1) << 40},
    [ENG_LIMIT_EVENTS] = {UINT64_C(1) << 28, UINT64_C(1) << 31},
    [ENG_LIMIT_CUSTOMERS] = {INT32_MAX, INT32_MAX},
    [ENG_LIMIT_ROW] = {UINT64_C(1) << 20, UINT64_C(1) << 30},
    [ENG_LIMIT_MODEL] = {UINT64_C(1) << 16, UINT64_C(1) << 20},
    [ENG_LIMIT_STAGES] = {64, 255},
    [ENG_LIMIT_DEPTH] = {64, 64},
    [ENG_LIMIT_EXTENSION] = {1024, 1024},
};

static void settings_init(eng_settings *settings, const eng_allocator *allocator)
{
  memset(settings, 0, sizeof *settings);
  settings->allocator = *allocator;
  settings->week_start = 1;
  for (int i = 0; i < ENG__LIMIT_COUNT; i++)
    settings->limits[i] = limit_table[i].standard;
}

eng_status eng_settings_new(const eng_allocator *allocator, eng_settings **out)
{
  eng_allocator memory;
  eng_settings *settings;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (eng__allocator_copy(allocator, &memory) != ENG_OK) return ENG_E_INVALID;
  settings = eng__new(&memory, sizeof *settings);
  if (settings == NULL) return ENG_E_NOMEM;
  settings_init(settings, &memory);
  *out = settings;
  return ENG_OK;
}

void eng_settings_free(eng_settings *settings)
{
  if (settings == NULL) return;
  eng_allocator memory = settings->allocator;
  eng__free(&memory, settings->rates, settings->rate_room * sizeof *settings->rates);
  eng__zone_free(&settings->zone, &memory);
  eng__free(&memory, settings, sizeof *settings);
}

eng_status eng_settings_set_zone(eng_settings *settings, int32_t offset_minutes)
{
  if (settings == NULL) return ENG_E_INVALID;
  if (offset_minutes < -1080 || offset_minutes > 1080) return ENG_E_RANGE;
  settings->offset_minutes = offset_minutes;
  eng__zone_free(&settings->zone, &settings->allocator);
  return ENG_OK;
}

eng_status eng_settings_set_zone_data(eng_settings *settings, const uint8_t *bytes,
                                      size_t length)
{
  struct eng__zone zone;
  eng_status status;

  if (settings == NULL || bytes == NULL) return ENG_E_INVALID;
  status = eng__zone_read(bytes, length, &settings->allocator, &zone);
  if (status != ENG_OK) return status;
  eng__zone_free(&settings->zone, &settings->allocator);
  settings->zone = zone;
  settings->offset_minutes = 0;
  return ENG_OK;
}

eng_status eng_settings_set_day(eng_settings *settings, int32_t day_start)
{
  if (settings == NULL) return ENG_E_INVALID;
  if (day_start < 0 || day_start > 1439) return ENG_E_RANGE;
  settings->day_start = day_start;
  return ENG_OK;
}

eng_status eng_settings_set_week(eng_settings *settings, int32_t week_start)
{
  if (settings == NULL) return ENG_E_INVALID;
  if (week_start < 1 || week_start > 7) return ENG_E_RANGE;
  settings->week_start = week_start;
  return ENG_OK;
}

eng_status eng_settings_set_currency(eng_settings *settings, int32_t currency)
{
  if (settings == NULL) return ENG_E_INVALID;
  if (currency != 0 && eng_currency_decimals(currency) < 0) return ENG_E_CURRENCY;
  settings->currency = currency;
  return ENG_OK;
}

eng_status eng_settings_set_limit(eng_settings *settings, int32_t limit, uint64_t value)
{
  if (settings == NULL) return ENG_E_INVALID;
  if (limit < 1 || limit >= ENG__LIMIT_COUNT) return ENG_E_NOTFOUND;
  if (value == 0 || value > limit_table[limit].most) return ENG_E_RANGE;
  settings->limits[limit] = value;
  return ENG_OK;
}

eng_status eng_settings_set_hash_key(eng_settings *settings, const uint8_t *key)
{
  if (settings == NULL || key == NULL) return ENG_E_INVALID;
  settings->hash_key[0] = eng__get64(key);
  settings->hash_key[1] = eng__get64(key + 8);
  return ENG_OK;
}

/* ---- rates ---- */

/* So that with four decimals more on either side a rate stays below 2^63, and its
 * product with an amount below 2^126. */
static const int64_t rate_max = INT64_C(100000000000000);

enum { RATES_MAX = 1 << 20, FIRST_DAY = -2, LAST_DAY = 2932896 };

eng_status eng_settings_set_rate(eng_settings *settings, int32_t currency,
                                 int64_t from_day, int64_t numerator,
                                 int64_t denominator)
{
  struct eng__rate *rate;
  eng_status status;
  void *rates;

  if (settings == NULL) return ENG_E_INVALID;
  if (eng_currency_decimals(currency) < 0) return ENG_E_CURRENCY;
  if (from_day < FIRST_DAY || from_day > LAST_DAY || numerator < 1 ||
      numerator > rate_max || denominator < 1 || denominator > rate_max) {
    return ENG_E_RANGE;
  }
  if (settings->rate_count == RATES_MAX) return ENG_E_LIMIT;
  rates = settings->rates;
  status = eng__grow(&settings->allocator, &rates, &settings->rate_room,
                     settings->rate_count + 1, sizeof *rate);
  settings->rates = rates;
  if (status != ENG_OK) return status;
  rate = &settings->rates[settings->rate_count];
  rate->from = from_day;
  rate->n = numerator;
  rate->d = denominator;
  rate->order = (uint32_t)settings->rate_count++;
  rate->currency = currency;
  return ENG_OK;
}

static int by_currency(const void *a, const void *b)
{
  const struct eng__rate *x = a, *y = b;

  if (x->currency != y->currency) return x->currency < y->currency ? -1 : 1;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return (x->order > y->order) - (x->order < y->order);
}

/* From major to minor units, in lowest terms. */
static void refine_rate(const eng_context *context, struct eng__rate *rate)
{
  int32_t more = eng_currency_decimals(context->settings.currency) -
                 eng_currency_decimals(rate->currency);
  int64_t a, b;

  for (; more > 0; more--) rate->n *= 10;
  for (; more < 0; more++) rate->d *= 10;
  for (a = rate->n, b = rate->d; b != 0;) {
    int64_t rest = a % b;

    a = b;
    b = rest;
  }
  rate->n /= a;
  rate->d /= a;
  rate->from =
      rate->from == FIRST_DAY ? INT64_MIN : eng_business_day_start(context, rate->from);
}

/* The rates that can be asked for: of other currencies, and of each day the last set.
 */
static eng_status fill_rates(eng_context *context, const eng_settings *settings)
{
  size_t count = settings->rate_count, kept = 0;
  struct eng__rate *rates;

  if (count == 0 || settings->currency == 0) return ENG_OK;
  rates = eng__new(&settings->allocator, count * sizeof *rates);
  if (rates == NULL) return ENG_E_NOMEM;
  memcpy(rates, settings->rates, count * sizeof *rates);
  eng__sort(rates, count, sizeof *rates, by_currency);
  for (size_t i = 0; i < count; i++) {
    bool again = i + 1 < count && rates[i + 1].currency == rates[i].currency &&
                 rates[i + 1].from == rates[i].from;

    if (again || rates[i].currency == settings->currency) continue;
    rates[kept] = rates[i];
    refine_rate(context, &rates[kept++]);
  }
  context->rates = rates;
  context->rate_count = kept;
  context->rate_room = count;
  return ENG_OK;
}

/* ---- names of the host's own ---- */

static bool name_is_wellformed(const char *name, size_t length)
{
  if (length < 1 || length > ENG__NAME_MAX) return false;
  if (name[0] < 'a' || name[0] > 'z') return false;
  for (size_t i = 0; i < length; i++) {
    char c = name[i];

    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

/* The top bit keeps own keys apart from the numbers of built-in ones. */
static uint64_t own_key(const char *name, size_t length)
{
  return eng__hash(name, length) | UINT64_C(1) << 63;
}

static eng_status add_own(struct eng__vocabulary *vocabulary, int32_t number,
                          const char *name, size_t length, struct eng__own **out)
{
  uint64_t key = own_key(name, length);
  struct eng__own *own;

  if (number < ENG__OWN || number > 255) return ENG_E_RANGE;
  if (eng__own_by_key(vocabulary, key) != 0) return ENG_E_DUPLICATE;
  own = &vocabulary->own[number - ENG__OWN];
  if (own->key != 0) return ENG_E_DUPLICATE;
  own->key = key;
  memcpy(own->name, name, length);
  own->name[length] = '\0';
  *out = own;
  return ENG_OK;
}

eng_status eng_settings_add_kind(eng_settings *settings, int32_t kind, const char *name,
                                 size_t length, int32_t direction, int32_t mode,
                                 int32_t active)
{
  struct eng__own *own;
  eng_status status;

  if (settings == NULL || name == NULL) return ENG_E_INVALID;
  if (!name_is_wellformed(name, length)) return ENG_E_RANGE;
  if (direction < ENG_DIRECTION_CUSTOMER || direction > ENG_DIRECTION_COMPANY ||
      mode < ENG_MODE_COMPANY || mode > ENG_MODE_COMMUNITY || active < 0 ||
      active > 1) {
    return ENG_E_RANGE;
  }
  if (eng__kind_is_taken(&settings->kinds, name, length)) return ENG_E_DUPLICATE;
  status = add_own(&settings->kinds, kind, name, length, &own);
  if (status != ENG_OK) return status;
  own->direction = (uint8_t)direction;
  own->mode = (uint8_t)mode;
  own->active = (uint8_t)active;
  return ENG_OK;
}

eng_status eng_settings_add_channel(eng_settings *settings, int32_t channel,
                                    const char *name, size_t length)
{
  struct eng__own *own;

  if (settings == NULL || name == NULL) return ENG_E_INVALID;
  if (!name_is_wellformed(name, length)) return ENG_E_RANGE;
  if (eng__channel_is_taken(&settings->channels, name, length)) return ENG_E_DUPLICATE;
  return add_own(&settings->channels, channel, name, length, &own);
}

int32_t eng__own_by_key(const struct eng__vocabulary *vocabulary, uint64_t key)
{
  for (int32_t i = 0; i < 128; i++) {
    if (vocabulary->own[i].key == key) return ENG__OWN + i;
  }
  return 0;
}

/* ---- the context ---- */

static void fill_keys(uint64_t keys[256], const struct eng__vocabulary *vocabulary)
{
  for (unsigned i = 0; i < ENG__OWN; i++) keys[i] = i;
  for (unsigned i = 0; i < 128; i++) keys[ENG__OWN + i] = vocabulary->own[i].key;
}

/* ---- which settings these are ---- */

/* Own names sorted by their keys, since their numbers are each host's own affair. */
static uint8_t *put_vocabulary(uint8_t *at, const struct eng__vocabulary *vocabulary)
{
  uint64_t last = 0;

  for (;;) {
    const struct eng__own *next = NULL;

    for (int i = 0; i < 128; i++) {
      const struct eng__own *own = &vocabulary->own[i];

      if (own->key > last && (next == NULL || own->key < next->key)) next = own;
    }
    eng__put64(at, next == NULL ? 0 : next->key);
    at += 8;
    if (next == NULL) return at;
    last = next->key;
    *at++ = next->direction;
    *at++ = next->mode;
    *at++ = next->active;
  }
}

/* All that answers depend on: not memory, limits and the key of tables. */
static eng_status sign_settings(eng_context *context)
{
  const eng_settings *settings = &context->settings;
  size_t room =
      4 * 8 + 2 * 129 * 11 + context->rate_count * 32 + (context->zone.count + 1) * 16;
  uint8_t *bytes = eng__new(&settings->allocator, room), *at = bytes;

  if (bytes == NULL) return ENG_E_NOMEM;
  eng__put64(at, (uint64_t)settings->offset_minutes);
  eng__put64(at + 8, (uint64_t)settings->day_start);
  eng__put64(at + 16, (uint64_t)settings->week_start);
  eng__put64(at + 24, (uint64_t)settings->currency);
  at = put_vocabulary(at + 32, &settings->kinds);
  at = put_vocabulary(at, &settings->channels);
  for (size_t i = 0; i < context->rate_count; i++, at += 32) {
    const struct eng__rate *rate = &context->rates[i];

    eng__put64(at, (uint64_t)rate->currency);
    eng__put64(at + 8, (uint64_t)rate->from);
    eng__put64(at + 16, (uint64_t)rate->n);
    eng__put64(at + 24, (uint64_t)rate->d);
  }
  for (size_t i = 0; i < context->zone.count; i++, at += 16) {
    eng__put64(at, (uint64_t)context->zone.spans[i].since);
    eng__put64(at + 8, (uint64_t)context->zone.spans[i].shift);
  }
  eng__hash128(bytes, (size_t)(at - bytes), context->digest);
  eng__free(&settings->allocator, bytes, room);
  return ENG_OK;
}

eng_status eng_context_digest(const eng_context *context, uint8_t *digest)
{
  if (digest == NULL) return ENG_E_INVALID;
  memset(digest, 0, sizeof context->digest);
  if (context == NULL) return ENG_E_INVALID;
  memcpy(digest, context->digest, sizeof context->digest);
  return ENG_OK;
}

/* ---- making one ---- */

static eng_status fill_context(eng_context *context, const eng_settings *settings)
{
  eng_status status = ENG_OK;

  int64_t day_start = (int64_t)context->settings.day_start * 60000;

  context->offset = (int64_t)context->settings.offset_minutes * 60000;
  context->day_shift = context->offset - day_start;
  fill_keys(context->kind_key, &context->settings.kinds);
  fill_keys(context->channel_key, &context->settings.channels);
  if (settings != NULL) {
    status = eng__zone_copy(&settings->zone, &settings->allocator, &context->zone);
  }
  if (status == ENG_OK) {
    status =
        eng__zone_days(&context->zone, day_start, eng__memory(context), &context->days);
  }
  if (status == ENG_OK && settings != NULL) status = fill_rates(context, settings);
  return status == ENG_OK ? sign_settings(context) : status;
}

eng_status eng_context_new(const eng_settings *settings, eng_context **out)
{
  const eng_allocator *memory =
      settings == NULL ? &eng__default_allocator : &settings->allocator;
  eng_context *context;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  context = eng__new_zeroed(memory, sizeof *context);
  if (context == NULL) return ENG_E_NOMEM;
  if (settings == NULL) {
    settings_init(&context->settings, memory);
  } else {
    context->settings = *settings;
    context->settings.rates = NULL;
    memset(&context->settings.zone, 0, sizeof context->settings.zone);
    context->settings.rate_count = context->settings.rate_room = 0;
  }
  status = fill_context(context, settings);
  if (status != ENG_OK) {
    eng_context_free(context);
    return status;
  }
  *out = context;
  return ENG_OK;
}

void eng_context_free(eng_context *context)
{
  if (context == NULL) return;
  eng_allocator memory = context->settings.allocator;
  eng__free(&memory, context->rates, context->rate_room * sizeof *context->rates);
  eng__zone_free(&context->zone, &memory);
  eng__zone_free(&context->days, &memory);
  eng__free(&memory, context, sizeof *context);
}

int32_t eng_context_currency(const eng_context *context)
{
  return context->settings.currency;
}

uint64_t eng_hash(const char *bytes, size_t length) { return eng__hash(bytes, length); }
