/* SPDX-License-Identifier: MIT */
/*
 * options.c - see options.h. A size is the caller's word for how much may be read: what
 * no version could ever have is taken for a struct that was not set up.
 */
#include "core/options.h"

#include <string.h>

enum { SIZE_LEAST = sizeof(uint32_t), SIZE_MOST = 4096 };

int eng__result_fits(uint32_t size) { return size >= SIZE_LEAST && size <= SIZE_MOST; }

void eng__result_give(void *out, uint32_t size, const void *result, size_t known)
{
  memset(out, 0, size);
  memcpy(out, result, size < known ? size : known);
  memcpy(out, &size, sizeof size);
}

void eng__options_init(void *options, uint32_t size, const void *defaults, size_t known)
{
  if (options != NULL && size >= SIZE_LEAST) {
    eng__result_give(options, size, defaults, known);
  }
}

eng_status eng__options_take(const void *options, void *out, size_t known)
{
  const uint8_t *bytes = options;
  uint32_t size;

  if (options == NULL) return ENG_E_INVALID;
  memcpy(&size, options, sizeof size);
  if (!eng__result_fits(size)) return ENG_E_INVALID;
  for (size_t i = known; i < size; i++) {
    if (bytes[i] != 0) return ENG_E_RANGE;
  }
  memcpy((uint8_t *)out + sizeof size, bytes + sizeof size,
         (size < known ? size : known) - sizeof size);
  return ENG_OK;
}
