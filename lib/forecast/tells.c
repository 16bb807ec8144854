/* SPDX-License-Identifier: MIT */
/*
 * tells.c - counting acts of telling: a hash table at most half full, put in order
 * only when somebody asks.
 */
#include "forecast/tells.h"

#include <string.h>

#include "core/checked.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/sort.h"

enum { FIRST_ROOM = 64, KEYS = 6 };

void eng__tells_release(struct eng__tells *tells, const eng_allocator *memory)
{
  eng__free(memory, tells->slots, tells->room * sizeof *tells->slots);
  memset(tells, 0, sizeof *tells);
}

static void keys_of(const struct eng__tell *tell, uint32_t *out)
{
  const uint32_t keys[KEYS] = {tell->x,    tell->t_x,   tell->T,
                               tell->acts, tell->after, tell->positive};

  memcpy(out, keys, sizeof keys);
}

static int compare(const void *a, const void *b)
{
  uint32_t x[KEYS], y[KEYS];

  keys_of(a, x);
  keys_of(b, y);
  for (int i = 0; i < KEYS; i++) {
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  }
  return 0;
}

/* The slot that has a history, or is free for it. */
static struct eng__tell *find(const struct eng__tells *tells,
                              const eng_context *context, const struct eng__tell *tell)
{
  uint32_t keys[KEYS];
  size_t at;

  keys_of(tell, keys);
  at = (size_t)eng__table_hash(context->settings.hash_key, keys, sizeof keys);
  for (;; at++) {
    struct eng__tell *slot = &tells->slots[at & (tells->room - 1)];

    if (slot->count == 0 || compare(slot, tell) == 0) return slot;
  }
}

eng_status eng__tells_reserve(struct eng__tells *tells, const eng_context *context)
{
  const eng_allocator *memory = eng__memory(context);
  struct eng__tells grown = {NULL, FIRST_ROOM, tells->count};
  size_t size;

  if (tells->room > 0 && tells->count + 1 <= tells->room / 2) return ENG_OK;
  if (tells->room > 0) grown.room = 2 * tells->room;
  if (!eng__mul_size(grown.room, sizeof *grown.slots, &size)) return ENG_E_NOMEM;
  grown.slots = eng__new_zeroed(memory, size);
  if (grown.slots == NULL) return ENG_E_NOMEM;
  for (size_t i = 0; i < tells->room; i++) {
    const struct eng__tell *old = &tells->slots[i];

    if (old->count > 0) *find(&grown, context, old) = *old;
  }
  eng__tells_release(tells, memory);
  *tells = grown;
  return ENG_OK;
}

void eng__tells_add(struct eng__tells *tells, const eng_context *context,
                    const struct eng__tell *tell)
{
  struct eng__tell *slot = find(tells, context, tell);
  uint64_t before = slot->count;

  if (before == 0) tells->count++;
  *slot = *tell;
  slot->count += before;
}

eng_status eng__tells_sorted(const struct eng__tells *tells, const eng_context *context,
                             struct eng__tell **out)
{
  size_t n = 0;

  *out = eng__new(eng__memory(context), (tells->count + 1) * sizeof **out);
  if (*out == NULL) return ENG_E_NOMEM;
  for (size_t i = 0; i < tells->room; i++) {
    if (tells->slots[i].count > 0) (*out)[n++] = tells->slots[i];
  }
  eng__sort(*out, n, sizeof **out, compare);
  return ENG_OK;
}
