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
#include "core/vocabulary.h"

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
  eng__free(&memory, settings, sizeof *settings);
}

eng_status eng_settings_set_zone(eng_settings *settings, int32_t offset_minutes)
{
  if (settings == NULL) return ENG_E_INVALID;
  if (offset_minutes < -1080 || offset_minutes > 1080) return ENG_E_RANGE;
  settings->offset_minutes = offset_minutes;
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

eng_status eng_context_new(const eng_settings *settings, eng_context **out)
{
  const eng_allocator *memory =
      settings == NULL ? &eng__default_allocator : &settings->allocator;
  eng_context *context;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  context = eng__new_zeroed(memory, sizeof *context);
  if (context == NULL) return ENG_E_NOMEM;
  if (settings == NULL) {
    settings_init(&context->settings, memory);
  } else {
    context->settings = *settings;
  }
  context->zone = (int64_t)context->settings.offset_minutes * 60000;
  context->day_shift = context->zone - (int64_t)context->settings.day_start * 60000;
  fill_keys(context->kind_key, &context->settings.kinds);
  fill_keys(context->channel_key, &context->settings.channels);
  *out = context;
  return ENG_OK;
}

void eng_context_free(eng_context *context)
{
  if (context == NULL) return;
  eng_allocator memory = context->settings.allocator;
  eng__free(&memory, context, sizeof *context);
}

int32_t eng_context_currency(const eng_context *context)
{
  return context->settings.currency;
}

uint64_t eng_hash(const char *bytes, size_t length) { return eng__hash(bytes, length); }
