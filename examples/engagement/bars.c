/* SPDX-License-Identifier: MIT */
/*
 * bars.c - see bars.h.
 */
#include "bars.h"

#include <stdio.h>
#include <string.h>

#include "output.h"

enum { BAR = 30 }; /* signs */

void text_add_share(struct text *text, uint64_t part, uint64_t whole)
{
  uint64_t tenths;
  char share[32];

  if (whole == 0) { /* undefined, which is not 0 */
    text_print(text, "%8s", "");
    return;
  }
  tenths = (part * 2000 + whole) / (2 * whole);
  snprintf(share, sizeof share, "%llu.%llu %%", (unsigned long long)(tenths / 10),
           (unsigned long long)(tenths % 10));
  text_print(text, "%8s", share);
}

void text_add_bar(struct text *text, uint64_t part, uint64_t most)
{
  static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  int blocks = output_has_blocks();
  unsigned steps = blocks ? 8 : 1;
  unsigned length;

  if (part == 0 || most == 0 || !output_is_for_eyes()) return;
  length = (unsigned)((part * BAR * steps + most / 2) / most);
  if (length == 0) length = 1;
  text_put(text, "  ");
  for (unsigned i = 0; i < length / steps; i++) text_put(text, blocks ? "█" : "#");
  text_put(text, eighths[blocks ? length % 8 : 0]);
}

void text_add_shaded(struct text *text, uint64_t part, uint64_t whole,
                     const char *words)
{
  static const int shades[] = {231, 194, 157, 120, 83, 41, 35, 29};
  uint64_t step = whole == 0 ? 0 : part * 8 / whole;

  if (step > 7) step = 7;
  if (output_has_colour())
    text_print(text, "\033[48;5;%d;38;5;%dm%s\033[0m", shades[step],
               step > 4 ? 231 : 16, words);
  else
    text_put(text, words);
}

void text_add_padded(struct text *text, const char *words, size_t width)
{
  size_t before = text->length;
  size_t wide;

  text_add_shown(text, words, strlen(words), 0);
  wide = text_width(text->bytes + before, text->length - before);
  text_print(text, "%*s", (int)(wide < width ? width - wide : 0), "");
}
