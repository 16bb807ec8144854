/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the one file that allocates.
 */
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

#include "core/checked.h"

static void *resize_by_c_library(void *user, void *old, size_t old_size,
                                 size_t new_size)
{
  (void)user;
  (void)old_size;
  if (new_size == 0) {
    free(old);
    return NULL;
  }
  return realloc(old, new_size);
}

const eng_allocator eng__default_allocator = {sizeof(eng_allocator), 0, NULL,
                                              resize_by_c_library};

eng_status eng__allocator_copy(const eng_allocator *from, eng_allocator *to)
{
  if (from == NULL) {
    *to = eng__default_allocator;
    return ENG_OK;
  }
  if (from->resize == NULL || from->size < sizeof *from) return ENG_E_INVALID;
  *to = *from;
  to->size = sizeof *to;
  return ENG_OK;
}

void *eng__resize(const eng_allocator *allocator, void *old, size_t old_size,
                  size_t new_size)
{
  return allocator->resize(allocator->user, old, old_size, new_size);
}

void *eng__new_zeroed(const eng_allocator *allocator, size_t size)
{
  void *block = eng__new(allocator, size);

  if (block != NULL) memset(block, 0, size);
  return block;
}

eng_status eng__grow(const eng_allocator *allocator, void **block, size_t *room,
                     size_t need, size_t item)
{
  size_t want;
  size_t size;
  void *grown;

  if (need <= *room) return ENG_OK;
  if (!eng__add_size(*room, *room / 2, &want) || want < need) want = need;
  if (want < 8) want = 8;
  if (!eng__mul_size(want, item, &size)) return ENG_E_NOMEM;
  grown = eng__resize(allocator, *block, *room * item, size);
  if (grown == NULL) return ENG_E_NOMEM;
  *block = grown;
  *room = want;
  return ENG_OK;
}
