/* SPDX-License-Identifier: MIT */
/*
 * status.h - filling the caller's error, which may be NULL.
 */
#ifndef ENG_CORE_STATUS_H
#define ENG_CORE_STATUS_H

#include <stdbool.h>

#include <engagement/status.h>

/* Sets all of an error and returns the status; text NULL: the status's own. */
eng_status eng__error_set(eng_error *error, eng_status status, uint32_t line,
                          uint32_t column, uint64_t offset, const char *text);

/* Says that nothing went wrong. */
void eng__error_clear(eng_error *error);

/* What cannot happen: a trap where tests run, nothing in a release. The caller goes on
 * to return a status either way. */
#ifdef ENG_TESTING
#define ENG__NEVER(condition) ((condition) ? (__builtin_trap(), true) : false)
#else
#define ENG__NEVER(condition) (condition)
#endif

#endif
