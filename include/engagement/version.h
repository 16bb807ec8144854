/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Which libengagement is this?
 */
#ifndef ENGAGEMENT_VERSION_H
#define ENGAGEMENT_VERSION_H

#include <stdint.h>

#include <engagement/api.h>

ENG_BEGIN_DECLS

/**
 * @defgroup version Version
 * @brief What a host asks before it relies on anything newer.
 * @{
 */

/**
 * @brief Version of the library that runs, as one number.
 *
 * Functions, not macros, so that a binding sees the library it loaded and not
 * the headers that somebody compiled against.
 *
 * @return major * 1000000 + minor * 1000 + patch; always > 0
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API int32_t eng_version(void);

/**
 * @brief Number of the binary interface: the one after `.so.` in the SONAME.
 *
 * @return 0 until something is removed or changed
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API int32_t eng_abi_version(void);

/**
 * @brief Version of the library that runs, as text such as "0.1.0".
 *
 * @return borrowed; static text, never NULL
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API const char *eng_version_text(void);

/** @} */

ENG_END_DECLS

#endif
