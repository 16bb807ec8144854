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
 * @brief Parses a condition that uses the names of a model, such as
 *        `stage >= regular and recency(any) > 30 days` or `say >= 500`.
 *
 * It may use the model's params, lets, scores and stages; the name of a stage means
 * that its condition is true, as everywhere. `stage =` and the name of a stage, or
 * `none`, asks which one the customer is in, and with `!=`, `<`, `<=`, `>` and `>=`
 * which rank that has.
 *
 * It becomes a model with one more stage, `match`, the last: whom the condition is true
 * for is at rank eng_model_stage_count, everybody else where `model` has them. It
 * cannot be printed, checked, compared, given params or asked again. Errors count lines
 * and columns in the condition itself.
 *
 * @param[in]  model    borrowed for the call; unchanged
 * @param[in]  text     UTF-8, not closed by a NUL
 * @param[in]  length   bytes, up to the limit ENG_LIMIT_MODEL
 * @param[out] out      new; NULL on failure
 * @param[out] error    line, column and what was expected; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_UNSUPPORTED  a callback model, a condition alone, or asked already
 * @retval ENG_E_SYNTAX     the text does not follow the grammar
 * @retval ENG_E_TYPE       it is no condition, or mixes types
 * @retval ENG_E_NAME       a name is not known; the error names the nearest one
 * @retval ENG_E_DUPLICATE  a measure has a window or filter twice
 * @retval ENG_E_LIMIT      too long, nested too deeply, or the model has as many stages
 *                          as it may have
 * @retval ENG_E_NOMEM
 * @threads{reentrant; a model may be read by many threads}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_question(const eng_model *model,
                                                    const char *text, size_t length,
                                                    eng_model **out, eng_error *error);

/**
 * @brief Prints a model as text in one canonical form.
 *
 * The text parses to a model that gives the same answers and prints the same. Names of
 * params and lets, groups of kinds and numbers stand as they were written; comments are
 * lost, and line ends, blanks, units (90 d is 90 days) and the order of what a measure
 * says are those of docs/language.md. A param that was set has the value that it was
 * set to. The text may be longer than the one that was parsed.
 *
 * @param[in]  model     borrowed
 * @param[out] buffer    UTF-8, not closed by a NUL; may be NULL if capacity is 0
 * @param[in]  capacity  bytes of buffer
 * @param[out] size      the bytes needed, also when the buffer is too small; 0 on other
 *                       failures
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_BUFFER   too small; what is in it then is of no use
 * @retval ENG_E_UNSUPPORTED  a callback model, which has no text
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_print(const eng_model *model, char *buffer,
                                                 size_t capacity, size_t *size);

/* ---- checking ---- */

/** What eng_model_check found, in the order of the text. */
typedef struct eng_findings eng_findings;

/** Kinds of findings. */
enum {
  ENG_FINDING_NEVER = 1,         /**< a condition that can never be true */
  ENG_FINDING_ALWAYS = 2,        /**< a condition that is always true */
  ENG_FINDING_CONTRADICTION = 3, /**< never true together with what stands before it */
  ENG_FINDING_DUPLICATE = 4,     /**< stands there twice */
  ENG_FINDING_IMPLIED = 5,       /**< adds nothing to the conditions beside it */
  ENG_FINDING_UNREACHABLE = 6,   /**< a stage or class that nobody can be in */
  ENG_FINDING_UNUSED = 7         /**< a param or let that nothing uses */
};

/** How much a finding weighs. */
enum {
  ENG_SEVERITY_NOTE = 1,   /**< to know; it may well be meant */
  ENG_SEVERITY_WARNING = 2 /**< hardly what was meant */
};

/**
 * @brief Looks for what is well written and yet cannot be meant: contradictions,
 *        conditions that are always or never true, stages that nobody can reach,
 *        repetitions, params and lets that nothing uses.
 *
 * Each measure and field is taken as an interval. What is claimed is certain, for every
 * customer and moment; what is not claimed may still be so. The effort is bounded: of a
 * model that is too intricate less is claimed.
 *
 * @param[in]  model  borrowed for the call
 * @param[out] out    new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_UNSUPPORTED  a callback model
 * @retval ENG_E_NOMEM
 * @threads{reentrant; findings may be read by many threads}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_check(const eng_model *model,
                                                 eng_findings **out);

/** @brief Releases findings, which may outlive the model but not its context.
 *  @param[in] findings  taken; NULL does nothing
 *  @threads{after their last use}
 *  @since 0.1 */
ENG_API void eng_findings_free(eng_findings *findings);

/** @brief How many findings there are.
 *  @param[in] findings  borrowed
 *  @return 0: nothing to say
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_findings_count(const eng_findings *findings);

/** @brief The kind of a finding.
 *  @param[in] findings  borrowed
 *  @param[in] index     0 .. count - 1
 *  @return ENG_FINDING_*; 0 if there is no such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_findings_kind(const eng_findings *findings, int32_t index);

/** @brief How much a finding weighs.
 *  @param[in] findings  borrowed
 *  @param[in] index     0 .. count - 1
 *  @return ENG_SEVERITY_*; 0 if there is no such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_findings_severity(const eng_findings *findings, int32_t index);

/** @brief The line of the model's text that a finding is about.
 *  @param[in] findings  borrowed
 *  @param[in] index     0 .. count - 1
 *  @return from 1; 0 if there is no such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint32_t eng_findings_line(const eng_findings *findings, int32_t index);

/** @brief The column of the model's text that a finding is about, in bytes.
 *  @param[in] findings  borrowed
 *  @param[in] index     0 .. count - 1
 *  @return from 1; 0 if there is no such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint32_t eng_findings_column(const eng_findings *findings, int32_t index);

/** @brief What was found, in a line for people.
 *  @param[in] findings  borrowed
 *  @param[in] index     0 .. count - 1
 *  @return closed by a NUL, borrowed until the findings are freed; NULL if there is no
 *          such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_findings_text(const eng_findings *findings, int32_t index);

/* ---- comparing ---- */

/** How two models differ. */
typedef struct eng_diff eng_diff;

/** How something differs. */
enum {
  ENG_CHANGE_ADDED = 1,   /**< the new model has it */
  ENG_CHANGE_REMOVED = 2, /**< the old model has it */
  ENG_CHANGE_CHANGED = 3, /**< both have it, with other words */
  ENG_CHANGE_MOVED = 4    /**< a stage stands before or behind others than it did */
};

/** What differs. */
enum {
  ENG_ELEMENT_HEAD = 1,      /**< name, title, source, shape, revision or lap */
  ENG_ELEMENT_PARAM = 2,     /**< a param */
  ENG_ELEMENT_LET = 3,       /**< a let */
  ENG_ELEMENT_DIMENSION = 4, /**< a dimension */
  ENG_ELEMENT_SCORE = 5,     /**< a score as a whole */
  ENG_ELEMENT_AXIS = 6,      /**< an axis of the classes */
  ENG_ELEMENT_STAGE = 7,     /**< a stage as a whole */
  ENG_ELEMENT_CLASS = 8,     /**< a class: its answers */
  ENG_ELEMENT_TITLE = 9,     /**< the title of one of these, or of a term */
  ENG_ELEMENT_ALIAS = 10,    /**< the other name of a stage */
  ENG_ELEMENT_CLAUSE = 11,   /**< a part of a stage's condition that `and` joins */
  ENG_ELEMENT_TERM = 12,     /**< a term of a score */
  ENG_ELEMENT_ADVICE = 13    /**< an advice of a stage or class */
};

/**
 * @brief Compares two models by their statements and the clauses of their stages.
 *
 * Stages, params, lets and dimensions are told apart by their names, clauses by their
 * words as eng_model_print has them: blanks, comments and the order of clauses are no
 * differences. Differences come in the order of the new text, removed ones where they
 * stood in the old.
 *
 * @param[in]  before  the old model; borrowed for the life of the diff
 * @param[in]  after   the new model, of the same context; borrowed likewise
 * @param[out] out     new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_UNSUPPORTED  a callback model
 * @retval ENG_E_NOMEM
 * @threads{reentrant; a diff may be read by many threads}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_diff(const eng_model *before,
                                                const eng_model *after, eng_diff **out);

/** @brief Releases a diff, before its models.
 *  @param[in] diff  taken; NULL does nothing
 *  @threads{after its last use}
 *  @since 0.1 */
ENG_API void eng_diff_free(eng_diff *diff);

/** @brief How many differences there are.
 *  @param[in] diff  borrowed
 *  @return 0: the models say the same in the same words
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_diff_count(const eng_diff *diff);

/** @brief How something differs.
 *  @param[in] diff   borrowed
 *  @param[in] index  0 .. count - 1
 *  @return ENG_CHANGE_*; 0 if there is no such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_diff_change(const eng_diff *diff, int32_t index);

/** @brief What differs.
 *  @param[in] diff   borrowed
 *  @param[in] index  0 .. count - 1
 *  @return ENG_ELEMENT_*; 0 if there is no such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_diff_element(const eng_diff *diff, int32_t index);

/** @brief The name of what differs: of a param, let, dimension, score, stage or class;
 * of what a title, alias, clause or advice belongs to; SCORE.TERM of a term; the number
 * of an axis, from 1; the word of a line of the head.
 *  @param[in] diff   borrowed
 *  @param[in] index  0 .. count - 1
 *  @return closed by a NUL, borrowed until the diff is freed; NULL if there is no such
 *          index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_diff_name(const eng_diff *diff, int32_t index);

/** @brief The words in the old model, on one line.
 *  @param[in] diff   borrowed
 *  @param[in] index  0 .. count - 1
 *  @return closed by a NUL, borrowed until the diff is freed; NULL if there is no such
 *          index, or nothing in the old model
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_diff_old_text(const eng_diff *diff, int32_t index);

/** @brief The words in the new model, on one line.
 *  @param[in] diff   borrowed
 *  @param[in] index  0 .. count - 1
 *  @return closed by a NUL, borrowed until the diff is freed; NULL if there is no such
 *          index, or nothing in the new model
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_diff_new_text(const eng_diff *diff, int32_t index);

/** @brief The line of the old model's text.
 *  @param[in] diff   borrowed
 *  @param[in] index  0 .. count - 1
 *  @return from 1; 0 if there is no such index, or nothing in the old model
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint32_t eng_diff_old_line(const eng_diff *diff, int32_t index);

/** @brief The line of the new model's text.
 *  @param[in] diff   borrowed
 *  @param[in] index  0 .. count - 1
 *  @return from 1; 0 if there is no such index, or nothing in the new model
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint32_t eng_diff_new_line(const eng_diff *diff, int32_t index);

/**
 * @brief Whether a customer stands in another stage under the new model, and which
 *        differences made it.
 *
 * Stages are the same if their names are. Of a clause whose words did not change the
 * params, lets and stages that it names are to blame, as far as they changed.
 *
 * @param[in]  diff      borrowed
 * @param[in]  assessor  changed only inside; runs both models
 * @param[in]  customer  borrowed
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX
 * @param[out] from      rank under the old model; 0 on failure
 * @param[out] to        rank under the new model; 0 on failure
 * @param[out] causes    indexes of differences, rising; may be NULL if capacity is 0
 * @param[in]  capacity  entries of causes
 * @param[out] count     how many causes there are, also when there are more than
 *                       capacity; 0: the customer does not move
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  the assessor does not run both models
 * @retval ENG_E_CONTEXT   made from different contexts
 * @retval ENG_E_TIME      as_of out of range
 * @retval ENG_E_NOMEM
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_diff_move(const eng_diff *diff,
                                               eng_assessor *assessor,
                                               const eng_customer *customer,
                                               int64_t as_of, int32_t *from,
                                               int32_t *to, int32_t *causes,
                                               int32_t capacity, int32_t *count);

/** @} */

ENG_END_DECLS

#endif
