/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief How public declarations are decorated; nothing here does anything.
 *
 * On Windows, define ENG_STATIC when linking the static library.
 */
#ifndef ENGAGEMENT_API_H
#define ENGAGEMENT_API_H

/** @cond decorations */
#if defined(_WIN32) && !defined(ENG_STATIC)
#ifdef ENG_BUILD
#define ENG_API __declspec(dllexport)
#else
#define ENG_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define ENG_API __attribute__((visibility("default")))
#else
#define ENG_API
#endif

#ifdef __GNUC__
#define ENG_NODISCARD __attribute__((warn_unused_result))
#else
#define ENG_NODISCARD
#endif

#ifdef __cplusplus
#define ENG_BEGIN_DECLS extern "C" {
#define ENG_END_DECLS }
#else
#define ENG_BEGIN_DECLS
#define ENG_END_DECLS
#endif
/** @endcond */

#endif
