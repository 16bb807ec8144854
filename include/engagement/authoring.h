/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Tools for people who write models: conditions alone, printing back, checking,
 *        comparing.
 */
#ifndef ENGAGEMENT_AUTHORING_H
#define ENGAGEMENT_AUTHORING_H

#include <engagement/model.h>

ENG_BEGIN_DECLS

/** @defgroup authoring Writing models
 *  @{ */

/**
 * @brief Parses a condition alone, such as `count(purchase within 90 days) >= 2`.
 *
 * It becomes a model with one stage, `match`: whom the condition is true for is at rank
 * 1, everybody else at 0. Errors count lines and columns in the condition itself.
 *
 * @param[in]  context  borrowed for the model's life
 * @param[in]  text     what may follow `when` in a model that defines no names; UTF-8,
 *                      not closed by a NUL
 * @param[in]  length   bytes, up to the limit ENG_LIMIT_MODEL
 * @param[out] out      new; NULL on failure
 * @param[out] error    line, column and what was expected; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_SYNTAX     the text does not follow the grammar
 * @retval ENG_E_TYPE       it is no condition, or mixes types
 * @retval ENG_E_NAME       a name is not known; the error names the nearest one
 * @retval ENG_E_DUPLICATE  a measure has a window or filter twice
 * @retval ENG_E_LIMIT      too long, or nested too deeply
 * @retval ENG_E_NOMEM
 * @threads{reentrant; a model may be read by many threads}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_condition(const eng_context *context,
                                                     const char *text, size_t length,
                                                     eng_model **out, eng_error *error);

/**
 * @brief Prints a model as text in one canonical form.
 *
 * The text parses to a model that gives the same answers and prints the same. Names of
 * params and lets, groups of kinds and numbers stand as they were written; comments are
 * lost, and line ends, blanks, units (90 d is 90 days) and the order of what a measure
 * says are those of docs/language.md. The text may be longer than the one that was
 * parsed.
 *
 * @param[in]  model     borrowed
 * @param[out] buffer    UTF-8, not closed by a NUL; may be NULL if capacity is 0
 * @param[in]  capacity  bytes of buffer
 * @param[out] size      the bytes needed, also when the buffer is too small; 0 on other
 *                       failures
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_BUFFER   too small; what is in it then is of no use
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_print(const eng_model *model, char *buffer,
                                                 size_t capacity, size_t *size);

/** @} */

ENG_END_DECLS

#endif
