/* SPDX-License-Identifier: MIT */
/*
 * passed.c - see passed.h.
 */
#include "io/passed.h"

#include <stdbool.h>
#include <string.h>

static bool is(const struct eng__passed_name *one, const char *name, size_t length)
{
  return one->length == length && memcmp(one->name, name, length) == 0;
}

void eng__passed_add(struct eng__passed *passed, const char *name, size_t length)
{
  struct eng__passed_name *one;

  if (length == 0) return;
  if (length > ENG__PASSED_NAME) length = ENG__PASSED_NAME;
  if (passed->count > 0 && is(&passed->names[passed->last], name, length)) {
    passed->names[passed->last].count++;
    return;
  }
  for (int32_t i = 0; i < passed->count; i++) {
    if (!is(&passed->names[i], name, length)) continue;
    passed->names[i].count++;
    passed->last = i;
    return;
  }
  if (passed->count == ENG__PASSED_NAMES) return;
  passed->last = passed->count++;
  one = &passed->names[passed->last];
  memcpy(one->name, name, length);
  one->length = (uint8_t)length;
  one->count = 1;
}

const char *eng__passed_at(const struct eng__passed *passed, int32_t index,
                           size_t *length, uint64_t *count)
{
  bool there = passed != NULL && index >= 0 && index < passed->count;

  if (length != NULL) *length = there ? passed->names[index].length : 0;
  if (count != NULL) *count = there ? passed->names[index].count : 0;
  return there ? passed->names[index].name : NULL;
}
