/* SPDX-License-Identifier: MIT */
/*
 * bars.h - counts as people like to see them: shares of a whole, bars, columns.
 */
#ifndef ENGAGEMENT_PROGRAM_BARS_H
#define ENGAGEMENT_PROGRAM_BARS_H

#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* A share of a whole as 12.3 %, rounded half up; blanks where the whole is 0. */
void text_add_share(struct text *text, uint64_t part, uint64_t whole);

/* Blocks of an eighth on a terminal that has them, else signs; never nothing for
 * somebody. */
void text_add_bar(struct text *text, uint64_t part, uint64_t most);

/* Words from pale to deep by a share of a whole, in the colours of a terminal with 256.
 */
void text_add_shaded(struct text *text, uint64_t part, uint64_t whole,
                     const char *words);

/* Words made fit to be shown, in a column of some width. */
void text_add_padded(struct text *text, const char *words, size_t width);

#endif
