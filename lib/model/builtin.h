/* SPDX-License-Identifier: MIT
 *
 * builtin.h - the published models, as text inside the library.
 *
 * The table is generated at build time from lib/model/builtin/NAME.model, in the
 * order of BUILTIN_MODELS in the Makefile, which is the order they are listed in.
 */
#ifndef ENG__MODEL_BUILTIN_H
#define ENG__MODEL_BUILTIN_H

#include <stddef.h>

typedef struct eng__builtin {
  const char *name; /* the file's name without .model */
  const char *text; /* UTF-8, followed by a zero byte */
  size_t size;      /* bytes of text, without that zero byte */
} eng__builtin;

/* eng__builtin_count entries, then one whose name is NULL. */
extern const eng__builtin eng__builtins[];
extern const size_t eng__builtin_count;

#endif
