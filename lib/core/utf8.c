/* SPDX-License-Identifier: MIT */
/*
 * utf8.c - the table of well-formed byte sequences (The Unicode Standard, 3.9, D92).
 */
#include "core/utf8.h"

#include <stdint.h>

/* Bytes that follow a first one, and the range of the next; -1: it cannot be first. */
static int follow(uint8_t first, uint8_t *low, uint8_t *high)
{
  *low = 0x80;
  *high = 0xbf;
  if (first < 0x80) return 0;
  if (first < 0xc2 || first > 0xf4) return -1;
  if (first == 0xe0) *low = 0xa0;
  if (first == 0xed) *high = 0x9f;
  if (first == 0xf0) *low = 0x90;
  if (first == 0xf4) *high = 0x8f;
  return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

bool eng__is_utf8(const char *text, size_t size)
{
  for (size_t i = 0; i < size;) {
    uint8_t low, high, first = (uint8_t)text[i++];
    int more = follow(first, &low, &high);

    if (first == 0 || more < 0 || size - i < (size_t)more) return false;
    for (; more > 0; more--, i++) {
      uint8_t c = (uint8_t)text[i];

      if (c < low || c > high) return false;
      low = 0x80;
      high = 0xbf;
    }
  }
  return true;
}
