/* SPDX-License-Identifier: MIT */
/*
 * utf8.h - whether bytes are text.
 */
#ifndef ENG_CORE_UTF8_H
#define ENG_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* UTF-8 as RFC 3629 has it: shortest forms, no surrogates, up to U+10FFFF; and no NUL. */
bool eng__is_utf8(const char *text, size_t size);

#endif
