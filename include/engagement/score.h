/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Scores: numbers 0..1000 that a model adds up from terms, and their lines.
 *
 * A score is exact and the same on every machine. Explained, it is a list of lines,
 * each with the event that it credits, whose points add up to the score; two
 * explanations make a difference: a list of causes that add up to the change.
 * docs/language.md describes score blocks.
 */
#ifndef ENGAGEMENT_SCORE_H
#define ENGAGEMENT_SCORE_H

#include <engagement/model.h>

ENG_BEGIN_DECLS

/** @defgroup score Scores
 *  @{ */

/** The greatest score; the least is 0. */
#define ENG_SCORE_MAX 1000

/** The lines of one score. */
typedef struct eng_score_explanation eng_score_explanation;

/** What changed between two explanations of a score. */
typedef struct eng_score_difference eng_score_difference;

/** @brief How many scores a model has.
 *  @param[in] model  borrowed
 *  @return 0..16
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_model_score_count(const eng_model *model);

/** @brief The name of a score.
 *  @param[in] model  borrowed
 *  @param[in] index  from 0
 *  @return closed by a NUL, borrowed until the model is freed; NULL if there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_score_name(const eng_model *model, int32_t index);

/** @brief The title of a score, for people.
 *  @param[in] model  borrowed
 *  @param[in] index  from 0
 *  @return closed by a NUL, borrowed until the model is freed; "" if the text gives
 *          none; NULL if there is no such score
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_score_title(const eng_model *model, int32_t index);

/**
 * @brief The index of a score from its name.
 *
 * @param[in]  model   borrowed
 * @param[in]  name    text
 * @param[in]  length  bytes of name
 * @param[out] index   from 0; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  the model has no such score
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_score_find(const eng_model *model,
                                                      const char *name, size_t length,
                                                      int32_t *index);

/**
 * @brief The scores of one model for a customer.
 *
 * @param[in]  assessor  changed only inside
 * @param[in]  model     index of the model, 0 .. models - 1
 * @param[in]  customer  borrowed
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX; events after it are not seen
 * @param[out] values    one entry a score, 0..ENG_SCORE_MAX; all 0 on failure and
 *                       beyond them
 * @param[in]  count     entries of values
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such model
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_BUFFER   the model has more scores
 * @retval ENG_E_NOMEM    only before the assessor has seen a customer as large
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_scores(eng_assessor *assessor,
                                                     int32_t model,
                                                     const eng_customer *customer,
                                                     int64_t as_of, int32_t *values,
                                                     int32_t count);

/* ---- why a score is what it is ---- */

/** What became of a line. */
enum {
  ENG_POINTS_GIVEN = 1,  /**< all that the term credits */
  ENG_POINTS_CAPPED = 2, /**< less than that, or nothing, because of the term's cap */
  ENG_POINTS_NONE = 3,   /**< nothing to credit, or the condition does not hold */
  ENG_POINTS_UNDEFINED = 4, /**< 0, for what is asked is not known: of nothing, a
                                 division by zero, an overflow */
  ENG_POINTS_BOUND = 5      /**< the line `floor` or `ceiling`, which keeps the score
                                 within 0..ENG_SCORE_MAX */
};

/**
 * @brief The lines of a score.
 *
 * Each term has one line at least. A term of `each` has a line for every event that it
 * credits, newest first, and for up to 100 older ones that its cap leaves nothing; a
 * day is credited by its last event. The points of all lines add up to the score.
 *
 * @param[in]  assessor  changed only inside
 * @param[in]  model     index of the model, 0 .. models - 1
 * @param[in]  score     index of the score in the model, from 0
 * @param[in]  customer  borrowed for the call
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX
 * @param[out] out       new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such model or score
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_NOMEM
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_explain_score(
    eng_assessor *assessor, int32_t model, int32_t score, const eng_customer *customer,
    int64_t as_of, eng_score_explanation **out);

/** @brief Releases an explanation, which may outlive all that it was made from but the
 *         context.
 *  @param[in] explanation  taken; NULL does nothing
 *  @threads{after its last use, and that of differences made from it}
 *  @since 0.1 */
ENG_API void eng_score_explanation_free(eng_score_explanation *explanation);

/** @brief The score.
 *  @param[in] explanation  borrowed
 *  @return 0..ENG_SCORE_MAX
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_score_explanation_score(const eng_score_explanation *explanation);

/** @brief The moment that it is about.
 *  @param[in] explanation  borrowed
 *  @return milliseconds since 1970
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_score_explanation_as_of(const eng_score_explanation *explanation);

/** @brief How many lines it has.
 *  @param[in] explanation  borrowed
 *  @return 1 or more
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t
eng_score_explanation_line_count(const eng_score_explanation *explanation);

/** @brief How many events beyond a cap have no line of their own.
 *  @param[in] explanation  borrowed
 *  @return 0 or more
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_score_explanation_hidden(const eng_score_explanation *explanation);

/** @brief The name of the term of a line.
 *  @param[in] explanation  borrowed
 *  @param[in] line         from 0
 *  @return closed by a NUL, borrowed until the explanation is freed; "floor" or
 *          "ceiling" for a bound; NULL if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_score_explanation_term(const eng_score_explanation *explanation,
                                               int32_t line);

/** @brief The title of the term of a line, for people.
 *  @param[in] explanation  borrowed
 *  @param[in] line         from 0
 *  @return closed by a NUL, borrowed; "" if the text gives none; NULL if there is no
 *          such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *
eng_score_explanation_title(const eng_score_explanation *explanation, int32_t line);

/** @brief The term as the model words it.
 *  @param[in] explanation  borrowed
 *  @param[in] line         from 0
 *  @return closed by a NUL, borrowed; "" for a bound; NULL if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_score_explanation_text(const eng_score_explanation *explanation,
                                               int32_t line);

/** @brief The points of a line.
 *  @param[in] explanation  borrowed
 *  @param[in] line         from 0
 *  @return below 0 for what counts against; 0 if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_score_explanation_points(const eng_score_explanation *explanation,
                                             int32_t line);

/** @brief The event that a line credits.
 *  @param[in] explanation  borrowed
 *  @param[in] line         from 0
 *  @return borrowed until the explanation is freed; NULL for a line about no single
 *          event, or if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const eng_event *
eng_score_explanation_event(const eng_score_explanation *explanation, int32_t line);

/** @brief When the event of a line leaves the window of its term.
 *  @param[in] explanation  borrowed
 *  @param[in] line         from 0
 *  @return milliseconds since 1970; ENG_TIME_NONE: never, no event, or no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_score_explanation_expires_at(
    const eng_score_explanation *explanation, int32_t line);

/** @brief What became of a line.
 *  @param[in] explanation  borrowed
 *  @param[in] line         from 0
 *  @return ENG_POINTS_*; ENG_POINTS_NONE if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_score_explanation_state(const eng_score_explanation *explanation,
                                            int32_t line);

/** @brief The evidence of a line about no single event: what its condition or
 * expression measures.
 *
 *  Its part ENG_PART_CLAUSE has the clauses of a condition that holds, or the
 * expression as a single clause with the events that it reads; ENG_PART_MISSING what a
 * condition lacks that does not hold. It says nothing of stages.
 *
 *  @param[in] explanation  borrowed
 *  @param[in] line         from 0
 *  @return borrowed until the explanation is freed; NULL for a line of an event, of
 *          nothing to credit or of a bound, or if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const eng_explanation *
eng_score_explanation_why(const eng_score_explanation *explanation, int32_t line);

/* ---- from one moment to another ---- */

/** Why a line gives other points than before. */
enum {
  ENG_SCORE_CAUSE_APPEARED = 1, /**< an event counts that did not; a condition became
                                     true */
  ENG_SCORE_CAUSE_EXPIRED = 2,  /**< an event left the window of its term */
  ENG_SCORE_CAUSE_GONE = 3,     /**< an event was undone or is no longer asked for; a
                                     condition is no longer true */
  ENG_SCORE_CAUSE_CHANGED = 4   /**< it counts and counted, for other points: others
                                     took or left their share of a cap, a number is
                                     another */
};

/**
 * @brief What changed from one explanation of a score to another: line by line, keyed
 *        by term and event.
 *
 * Lines that give the same points are left out. The differences of all others add up to
 * the difference of the scores. The two may be of different moments, of different
 * states of the customer, or of two revisions of a model, whose terms are matched by
 * name.
 *
 * @param[in]  before  borrowed, for the life of the difference
 * @param[in]  after   borrowed, for the life of the difference
 * @param[out] out     new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_score_compare(const eng_score_explanation *before,
                                                   const eng_score_explanation *after,
                                                   eng_score_difference **out);

/** @brief Releases a difference.
 *  @param[in] difference  taken; NULL does nothing
 *  @threads{after its last use}
 *  @since 0.1 */
ENG_API void eng_score_difference_free(eng_score_difference *difference);

/** @brief The score after, less the score before.
 *  @param[in] difference  borrowed
 *  @return -ENG_SCORE_MAX .. ENG_SCORE_MAX
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_score_difference_total(const eng_score_difference *difference);

/** @brief How many lines give other points than before.
 *  @param[in] difference  borrowed
 *  @return 0 or more
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_score_difference_line_count(const eng_score_difference *difference);

/** @brief The name of the term of a line.
 *  @param[in] difference  borrowed
 *  @param[in] line        from 0
 *  @return closed by a NUL, borrowed until the difference is freed; NULL if there is no
 *          such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_score_difference_term(const eng_score_difference *difference,
                                              int32_t line);

/** @brief The title of the term of a line, for people.
 *  @param[in] difference  borrowed
 *  @param[in] line        from 0
 *  @return closed by a NUL, borrowed; "" if the text gives none; NULL if there is no
 *          such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_score_difference_title(const eng_score_difference *difference,
                                               int32_t line);

/** @brief The event that a line is about.
 *  @param[in] difference  borrowed
 *  @param[in] line        from 0
 *  @return borrowed until the difference is freed; NULL for a line about no single
 *          event, or if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const eng_event *
eng_score_difference_event(const eng_score_difference *difference, int32_t line);

/** @brief The points of a line before.
 *  @param[in] difference  borrowed
 *  @param[in] line        from 0
 *  @return 0 if it gave none, or if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_score_difference_before(const eng_score_difference *difference,
                                            int32_t line);

/** @brief The points of a line after.
 *  @param[in] difference  borrowed
 *  @param[in] line        from 0
 *  @return 0 if it gives none, or if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_score_difference_after(const eng_score_difference *difference,
                                           int32_t line);

/** @brief Why a line gives other points than before.
 *  @param[in] difference  borrowed
 *  @param[in] line        from 0
 *  @return ENG_SCORE_CAUSE_*; 0 if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_score_difference_cause(const eng_score_difference *difference,
                                           int32_t line);

/** @} */

ENG_END_DECLS

#endif
