/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Which events: kinds and a condition about each, in the model language.
 *
 * What stands in the parentheses of a measure says which events it is about:
 * `purchase where amount >= 50 EUR`. Here it stands alone, for metrics that ask for
 * certain events and not for all of a kind.
 */
#ifndef ENGAGEMENT_FILTER_H
#define ENGAGEMENT_FILTER_H

#include <engagement/context.h>
#include <engagement/status.h>

ENG_BEGIN_DECLS

/** @defgroup filter Which events
 *  @{ */

/** Kinds, and a condition about each event: immutable. */
typedef struct eng_filter eng_filter;

/**
 * @brief Parses kinds, and a condition about each event, such as
 *        `rating where scale = nps and value >= 9`.
 *
 * docs/language.md describes both, under "Kinds and groups" and under "Filters". Kinds
 * are those that measures see: a purchase with an amount below 0 is a refund. An event
 * for which the condition is unknown is not meant.
 *
 * @param[in]  context  borrowed for the filter's life: kinds, channels, currency
 * @param[in]  text     what may stand in the parentheses of a measure, without windows;
 *                      UTF-8, not closed by a NUL
 * @param[in]  length   bytes, up to the limit ENG_LIMIT_MODEL
 * @param[out] out      new; NULL on failure
 * @param[out] error    line, column and what was expected; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_SYNTAX     the text does not follow the grammar
 * @retval ENG_E_TYPE       it is no condition, or mixes types
 * @retval ENG_E_NAME       a name is not known; the error names the nearest one
 * @retval ENG_E_DUPLICATE  it has `where` twice
 * @retval ENG_E_LIMIT      too long, or nested too deeply
 * @retval ENG_E_NOMEM
 * @threads{reentrant; a filter may be read by many threads}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_filter_parse(const eng_context *context,
                                                  const char *text, size_t length,
                                                  eng_filter **out, eng_error *error);

/** @brief Releases a filter.
 *  @param[in] filter  taken; NULL does nothing
 *  @threads{after its last use}
 *  @since 0.1 */
ENG_API void eng_filter_free(eng_filter *filter);

/** @brief Whether events of a kind may be meant.
 *  @param[in] filter  borrowed
 *  @param[in] kind    a number
 *  @return 1 or 0; 0 if there is no such kind
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_filter_has_kind(const eng_filter *filter, int32_t kind);

/** @} */

ENG_END_DECLS

#endif
