/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the one file that allocates.
 *
 * What is given back is full of zeros: nobody finds the ids and events of somebody who
 * was forgotten in memory that is free. A block that grows is therefore copied by us,
 * for whoever moves it would leave the old one as it is.
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

/* The zeros stay written: for all that the compiler knows the allocator reads them. */
static void release(const eng_allocator *allocator, void *old, size_t size)
{
  memset(old, 0, size);
  (void)allocator->resize(allocator->user, old, size, 0);
}

void *eng__resize(const eng_allocator *allocator, void *old, size_t old_size,
                  size_t new_size)
{
  void *block;

  if (old == NULL) return allocator->resize(allocator->user, NULL, 0, new_size);
  if (new_size == 0) {
    release(allocator, old, old_size);
    return NULL;
  }
  block = allocator->resize(allocator->user, NULL, 0, new_size);
  if (block == NULL) return NULL;
  memcpy(block, old, old_size < new_size ? old_size : new_size);
  release(allocator, old, old_size);
  return block;
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
