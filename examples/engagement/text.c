/* SPDX-License-Identifier: MIT */
/*
 * text.c - growing text, and bytes of strangers made fit to be shown.
 *
 * Ids and file names come from anywhere. What is printed for people goes through
 * text_add_shown, so that no id can move a cursor or colour a screen.
 */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* What fits a screen that is not wide. */
enum { LINE_WIDTH = 78 };

/* ---- memory ---- */

void *memory_resize(void *old, size_t count, size_t each)
{
  void *block = NULL;

  if (each == 0 || count <= SIZE_MAX / each)
    block = realloc(old, count * each > 0 ? count * each : 1);
  if (block == NULL) {
    fputs("engagement: there is not enough memory\n", stderr);
    exit(ANSWER_FAILED);
  }
  return block;
}

/* ---- growing text ---- */

static void reserve(struct text *text, size_t more)
{
  size_t need;

  if (more >= SIZE_MAX / 4 || text->length >= SIZE_MAX / 4) more = SIZE_MAX / 2;
  need = text->length + more + 1;
  if (need <= text->room) return;
  text->room = need < 64 ? 64 : need + need / 2;
  text->bytes = memory_resize(text->bytes, text->room, 1);
}

void text_clear(struct text *text)
{
  text->length = 0;
  if (text->bytes != NULL) text->bytes[0] = '\0';
}

void text_free(struct text *text)
{
  free(text->bytes);
  *text = (struct text){0};
}

void text_add(struct text *text, const char *bytes, size_t length)
{
  reserve(text, length);
  if (length > 0) memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void text_put(struct text *text, const char *words)
{
  text_add(text, words, strlen(words));
}

void text_print(struct text *text, const char *format, ...)
{
  va_list arguments;
  int length;

  va_start(arguments, format);
  length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  reserve(text, (size_t)length);
  va_start(arguments, format);
  vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
  va_end(arguments);
  text->length += (size_t)length;
}

void text_add_number(struct text *text, uint64_t number)
{
  char digits[32];
  char grouped[48];
  size_t length =
      (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
  size_t out = 0;

  for (size_t i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0) grouped[out++] = ',';
    grouped[out++] = digits[i];
  }
  text_add(text, grouped, out);
}

/* ---- characters ---- */

size_t text_character(const char *bytes, size_t length)
{
  const unsigned char *b = (const unsigned char *)bytes;
  size_t size;

  if (length == 0) return 0;
  if (b[0] < 0x80) return 1;
  if (b[0] < 0xc2 || b[0] > 0xf4) return 0;
  size = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
  if (length < size) return 0;
  for (size_t i = 1; i < size; i++)
    if ((b[i] & 0xc0) != 0x80) return 0;
  /* overlong forms, surrogates, beyond U+10FFFF */
  if (b[0] == 0xe0 && b[1] < 0xa0) return 0;
  if (b[0] == 0xed && b[1] > 0x9f) return 0;
  if (b[0] == 0xf0 && b[1] < 0x90) return 0;
  if (b[0] == 0xf4 && b[1] > 0x8f) return 0;
  return size;
}

/* What acts on a terminal instead of standing on it. */
static int acts(const unsigned char *b, size_t size)
{
  if (size == 1) return b[0] < 0x20 || b[0] == 0x7f;
  if (size == 2) return b[0] == 0xc2 && b[1] < 0xa0;
  if (size == 3 && b[0] == 0xe2) {
    if (b[1] == 0x80) /* U+200B..U+200F, U+2028..U+202E */
      return (b[2] >= 0x8b && b[2] <= 0x8f) || (b[2] >= 0xa8 && b[2] <= 0xae);
    if (b[1] == 0x81) return b[2] >= 0xa6 && b[2] <= 0xa9; /* U+2066..U+2069 */
  }
  return 0;
}

void text_add_shown(struct text *text, const char *bytes, size_t length, int lines)
{
  size_t at = 0;

  reserve(text, length);
  while (at < length) {
    const unsigned char *b = (const unsigned char *)bytes + at;
    size_t size = text_character(bytes + at, length - at);

    if (size > 0 && (!acts(b, size) || (lines && b[0] == '\n'))) {
      text_add(text, bytes + at, size);
    } else {
      if (size == 0) size = 1;
      for (size_t i = 0; i < size; i++) text_print(text, "\\x%02x", (unsigned)b[i]);
    }
    at += size;
  }
  if (length == 0) text_add(text, "", 0);
}

size_t text_width(const char *bytes, size_t length)
{
  size_t width = 0;

  for (size_t i = 0; i < length; i++)
    if (((unsigned char)bytes[i] & 0xc0) != 0x80) width++;
  return width;
}

/* ---- words ---- */

static int lower(int letter)
{
  return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
}

void text_add_wrapped(struct text *text, size_t first, size_t next, const char *words)
{
  size_t column = first;
  int at_start = 1;

  text_print(text, "%*s", (int)first, "");
  while (*words != '\0') {
    size_t length = strcspn(words, " ");
    size_t wide = text_width(words, length);

    if (!at_start && column + 1 + wide > LINE_WIDTH) {
      text_print(text, "\n%*s", (int)next, "");
      column = next;
      at_start = 1;
    }
    if (!at_start) text_put(text, " ");
    text_add(text, words, length);
    column += wide + (at_start ? 0 : 1);
    at_start = 0;
    words += length;
    words += strspn(words, " ");
  }
  text_put(text, "\n");
}

int text_same(const char *one, const char *other)
{
  while (*one != '\0' && lower((unsigned char)*one) == lower((unsigned char)*other)) {
    one++;
    other++;
  }
  return *one == *other;
}

/* Levenshtein's distance of short words; long ones are far from everything. */
static size_t distance(const char *a, const char *b)
{
  enum { LONGEST = 40 };
  size_t row[LONGEST + 1];
  size_t n = strlen(a), m = strlen(b);

  if (n > LONGEST || m > LONGEST) return LONGEST;
  for (size_t j = 0; j <= m; j++) row[j] = j;
  for (size_t i = 1; i <= n; i++) {
    size_t diagonal = row[0];

    row[0] = i;
    for (size_t j = 1; j <= m; j++) {
      int same = lower((unsigned char)a[i - 1]) == lower((unsigned char)b[j - 1]);
      size_t best = diagonal + (same ? 0 : 1);

      diagonal = row[j];
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      row[j] = best;
    }
  }
  return row[m];
}

const char *text_nearest(const char *word, const char *const *words, size_t count)
{
  const char *nearest = NULL;
  size_t best = strlen(word) / 3 + 2; /* a third of it may be wrong, and one more */

  for (size_t i = 0; i < count; i++) {
    size_t far = distance(word, words[i]);

    if (far < best) {
      best = far;
      nearest = words[i];
    }
  }
  return nearest;
}
