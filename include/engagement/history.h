/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Histories: every change of stage, when and why; and what is to come.
 *
 * The third depth of answer. What a history says of an instant is what assessing as of
 * that instant says, for every instant that it covers.
 */
#ifndef ENGAGEMENT_HISTORY_H
#define ENGAGEMENT_HISTORY_H

#include <engagement/model.h>

ENG_BEGIN_DECLS

/** @defgroup history Histories of stages
 *  @{ */

/** The changes of one customer's stage under one model. */
typedef struct eng_history eng_history;

/** Why a stage changed. Where several things happen at one instant, time comes first,
 *  then refunds, then events, and the last of these that changed the stage is named. */
enum {
  ENG_CAUSE_EVENT = 1,  /**< an event happened; of several at once the last is named */
  ENG_CAUSE_UNDO = 2,   /**< a refund or cancellation took effect; it is named */
  ENG_CAUSE_EXPIRY = 3, /**< an event left a window; it is named */
  ENG_CAUSE_AGE = 4,    /**< an event became old enough for `before`; it is named */
  ENG_CAUSE_PERIOD = 5, /**< a day or week of a streak began; an event that is out of
                             it now is named */
  ENG_CAUSE_TIME = 6    /**< a time since an event reached a limit; no event is named */
};

/** Where a customer stands under one model, and how they came there. */
typedef struct eng_standing {
  int64_t since; /**< since when the stage is this one: the last change, or the first
                      event if it never changed since; ENG_TIME_NONE: no event is
                      seen; ENG_TIME_UNKNOWN: a callback model, whose past is not
                      kept: then `highest` is the present stage, too */
  int64_t highest_at; /**< when the highest stage was first reached, from the first
                         event on; ENG_TIME_NONE: no event is seen;
                         ENG_TIME_UNKNOWN: a callback model */
  int32_t stage;      /**< rank of the stage as of the instant; 0 is none */
  int32_t highest;    /**< the highest rank from the first event on; the present one
                           where no event is seen */
  int32_t lap; /**< 1, and 1 more for each separate spell at the model's `lap` stage in
                    which a referral (an event of the kind refer) happened; 1 if the
                    model has none */
  int32_t changes; /**< how many changes of stage there were; INT32_MAX: or more */
} eng_standing;

/**
 * @brief Where a customer stands under each model, since when, the highest stage ever
 *        reached, and the lap.
 *
 * Takes time in proportion to the events and to those that leave windows, times the
 * logarithm of that.
 *
 * @param[in]  assessor   changed only inside
 * @param[in]  customer   borrowed
 * @param[in]  as_of      ms since 1970, 0..ENG_TIME_MAX; events after it are not seen
 * @param[out] standings  one entry a model; all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_LIMIT    more than 2^31 events
 * @retval ENG_E_CALLBACK  a callback model failed
 * @retval ENG_E_NOMEM    only before the assessor has seen a customer as large
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_standing(eng_assessor *assessor,
                                                       const eng_customer *customer,
                                                       int64_t as_of,
                                                       eng_standing *standings);

/**
 * @brief Every change of a customer's stage under one model up to an instant.
 *
 * @param[in]  assessor  changed only inside
 * @param[in]  model     index of the model, 0 .. models - 1
 * @param[in]  customer  borrowed for the call
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX; events after it are not seen
 * @param[out] out       new; NULL on failure; it covers 0 .. as_of
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such model
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_LIMIT    more than 2^31 events
 * @retval ENG_E_UNSUPPORTED  a callback model: its past is not kept
 * @retval ENG_E_NOMEM
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_history(eng_assessor *assessor,
                                                      int32_t model,
                                                      const eng_customer *customer,
                                                      int64_t as_of, eng_history **out);

/**
 * @brief Every change of a customer's stage that is to come if nothing happens.
 *
 * The first of them is what eng_assessor_next_change says.
 *
 * @param[in]  assessor  changed only inside
 * @param[in]  model     index of the model, 0 .. models - 1
 * @param[in]  customer  borrowed for the call
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX; events after it are not seen
 * @param[in]  until     ms since 1970, as_of .. ENG_TIME_MAX: the last one asked about
 * @param[out] out       new; NULL on failure; it covers as_of .. until, and its changes
 *                       lie after as_of
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such model
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range, or until before it or out of range
 * @retval ENG_E_LIMIT    more than 2^31 events
 * @retval ENG_E_UNSUPPORTED  a callback model: its past is not kept
 * @retval ENG_E_NOMEM
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_outlook(eng_assessor *assessor,
                                                      int32_t model,
                                                      const eng_customer *customer,
                                                      int64_t as_of, int64_t until,
                                                      eng_history **out);

/** @brief Releases a history, which may outlive all that it was made from but the
 *         context.
 *  @param[in] history  taken; NULL does nothing
 *  @threads{after its last use}
 *  @since 0.1 */
ENG_API void eng_history_free(eng_history *history);

/** @brief The stage before the first change.
 *  @param[in] history  borrowed
 *  @return rank; 0 is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_history_first_stage(const eng_history *history);

/** @brief How many changes there are.
 *  @param[in] history  borrowed
 *  @return 0 or more
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_history_change_count(const eng_history *history);

/** @brief When a change came: the first instant of the new stage.
 *  @param[in] history  borrowed
 *  @param[in] change   from 0, in the order of their times
 *  @return milliseconds since 1970; ENG_TIME_NONE if there is no such change
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_history_time(const eng_history *history, uint64_t change);

/** @brief The stage before a change.
 *  @param[in] history  borrowed
 *  @param[in] change   from 0
 *  @return rank; 0 is none; -1 if there is no such change
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_history_from(const eng_history *history, uint64_t change);

/** @brief The stage from a change on.
 *  @param[in] history  borrowed
 *  @param[in] change   from 0
 *  @return rank, never that of eng_history_from; -1 if there is no such change
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_history_to(const eng_history *history, uint64_t change);

/** @brief Why a change came.
 *  @param[in] history  borrowed
 *  @param[in] change   from 0
 *  @return ENG_CAUSE_*; 0 if there is no such change
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_history_cause(const eng_history *history, uint64_t change);

/** @brief The event that a change is due to.
 *  @param[in] history  borrowed
 *  @param[in] change   from 0
 *  @return borrowed until the history is freed; NULL where the cause names none, or if
 *          there is no such change
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const eng_event *eng_history_event(const eng_history *history, uint64_t change);

/** @brief The stage at an instant.
 *  @param[in] history  borrowed
 *  @param[in] time     milliseconds since 1970
 *  @return rank; 0 is none; -1 if the history does not cover the instant
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_history_stage_at(const eng_history *history, int64_t time);

/**
 * @brief Where the customer stands at the end of the history.
 *
 * Of an outlook, `since`, `highest`, `highest_at` and `changes` are about the time from
 * its as_of on, and the lap is 1.
 *
 * @param[in]  history  borrowed
 * @param[out] out      all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_history_standing(const eng_history *history,
                                                      eng_standing *out);

/** @} */

ENG_END_DECLS

#endif
