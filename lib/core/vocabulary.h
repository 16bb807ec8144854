/* SPDX-License-Identifier: MIT */
/*
 * vocabulary.h - the built-in kinds and channels. ORDER event kinds: the numbers stand
 * in <engagement/event.h>.
 */
#ifndef ENG_CORE_VOCABULARY_H
#define ENG_CORE_VOCABULARY_H

#include "core/context.h"

/* Whether a well-formed name, read as eng_kind_find does, is that of a built-in kind or
 * channel, of an own one, or a model's word for a group of kinds. */
bool eng__kind_is_taken(const struct eng__vocabulary *own, const char *name,
                        size_t length);
bool eng__channel_is_taken(const struct eng__vocabulary *own, const char *name,
                           size_t length);

/* How far apart two names are, in letters put in, left out or changed; stops counting
 * above `most` and then returns most + 1. Names beyond 64 bytes are that far apart. */
size_t eng__name_distance(const char *a, size_t a_length, const char *b,
                          size_t b_length, size_t most);

/* The nearest name that may have been meant is at most this far away. */
static inline size_t eng__name_reach(size_t length)
{
  return length <= 3 ? 1 : length <= 7 ? 2 : 3;
}

#endif
