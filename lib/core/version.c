/* SPDX-License-Identifier: MIT
 *
 * version.c - which library is this? The numbers come from configure.ac through
 * config.h, so there is one place to change them.
 */
#include <engagement/version.h>

#include "config.h"

/* Answers must have the same bits on every machine; -ffast-math gives that up. */
#ifdef __FAST_MATH__
#error "libengagement must not be built with -ffast-math"
#endif

int32_t eng_version(void)
{
  return ENG__VERSION_MAJOR * INT32_C(1000000) + ENG__VERSION_MINOR * INT32_C(1000) +
         ENG__VERSION_PATCH;
}

int32_t eng_abi_version(void) { return 0; }

const char *eng_version_text(void) { return ENG__VERSION_TEXT; }
