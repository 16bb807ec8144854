/* SPDX-License-Identifier: MIT */
/*
 * passed.h - which kinds were passed over, by the names that the log has for them.
 *
 * As many names as fit are told apart; what comes under others is in no count here.
 */
#ifndef ENG_IO_PASSED_H
#define ENG_IO_PASSED_H

#include <stddef.h>
#include <stdint.h>

enum { ENG__PASSED_NAMES = 32, ENG__PASSED_NAME = 64 };

struct eng__passed_name {
  uint64_t count;
  uint8_t length;
  char name[ENG__PASSED_NAME]; /* of a longer one the beginning */
};

struct eng__passed {
  struct eng__passed_name names[ENG__PASSED_NAMES]; /* as they came */
  int32_t count;
  int32_t last; /* the one that came last, which often comes again */
};

/* Counts a name; an empty one is of no kind at all, and is not counted. */
void eng__passed_add(struct eng__passed *passed, const char *name, size_t length);

/* One of them; NULL where there is none. */
const char *eng__passed_at(const struct eng__passed *passed, int32_t index,
                           size_t *length, uint64_t *count);

#endif
