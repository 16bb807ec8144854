/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief A census: the stages of a whole book, kept up to date, and when they change.
 *
 * A census knows the stage of every customer of a book under each model of an assessor,
 * as of an instant, and when each of them is to be looked at again. It is moved on by
 * eng_census_advance, which reports every change of stage: those that events brought
 * and those that came by silence, each at the exact instant of it. Nothing is
 * recalculated overnight: eng_census_next says until when nothing will change, so that
 * a host sets one timer.
 *
 * The book tells a census which customers were changed, by whatever call: nothing has
 * to be handed on by hand, and nothing can be forgotten.
 */
#ifndef ENGAGEMENT_CENSUS_H
#define ENGAGEMENT_CENSUS_H

#include <engagement/book.h>

ENG_BEGIN_DECLS

/** @defgroup census A census: stages kept up to date
 *  @{ */

/** The stages of a book under some models, as of an instant. */
typedef struct eng_census eng_census;

/** Which way a change of stage goes. */
enum {
  ENG_MOVE_IN = 1,  /**< from no stage into one */
  ENG_MOVE_OUT = 2, /**< out of all stages */
  ENG_MOVE_UP = 3,  /**< to a stage that the model declares later */
  ENG_MOVE_DOWN = 4 /**< to one that it declares earlier */
};

/** What a change of stage came by. eng_book_history tells more, event and all. */
enum {
  ENG_BY_EVENT = 1,   /**< an event occurred at that instant */
  ENG_BY_SILENCE = 2, /**< time passed */
  ENG_BY_RECORD = 3   /**< something about the past was learned: an event came late, one
                           was corrected or voided, a floor was raised, customers were
                           merged or unmerged. The instant is the one as of which the
                           census stood then */
};

/** A change of one customer's stage under one model. */
typedef struct eng_change {
  uint32_t size;        /**< sizeof(eng_change) of the library */
  int32_t model;        /**< index of the model in the assessor */
  uint64_t row;         /**< of the customer in the book; UINT64_MAX: in none any more,
                             for they were merged into another (link.h) */
  const char *customer; /**< the id: not closed by a NUL; borrowed until the book is
                             changed, and for the call at the most */
  uint64_t length;      /**< bytes of customer */
  int64_t time;         /**< first instant of the new stage, ms since 1970 */
  int32_t from;         /**< rank before; 0 is none, also of a new customer */
  int32_t to;           /**< rank from then on, another one */
  int32_t move;         /**< ENG_MOVE_* */
  int32_t cause;        /**< ENG_BY_* */
} eng_change;

/**
 * Takes a change. An answer other than 0 fails the call with ENG_E_CALLBACK. It must
 * not unwind. It may read the book, record into it (which the next advance will see),
 * and read the census, which is as it was before the call; it must not change or free
 * the census. Compacting the book or linking customers in it is refused meanwhile.
 */
typedef int32_t (*eng_change_fn)(void *user, const eng_change *change);

/**
 * @brief Takes the census of a book: every customer is assessed once.
 *
 * @param[in]  book      borrowed for the life of the census, and told of it: free the
 *                       census first. The book's memory is its memory
 * @param[in]  assessor  borrowed for the life of the census, which changes it only
 *                       inside; made from the book's context
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX; events after it count once the
 *                       census has advanced to them
 * @param[in]  progress  called about every 65536 customers; may be NULL
 * @param[in]  user      for progress
 * @param[out] out       new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_CONTEXT    made from different contexts
 * @retval ENG_E_TIME       as_of out of range
 * @retval ENG_E_CANCELLED  progress said so
 * @retval ENG_E_CALLBACK   a callback model failed
 * @retval ENG_E_LIMIT      a customer has more than 2^31 events
 * @retval ENG_E_NOMEM
 * @threads{book and census may be used by one thread at a time, or read by many}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_census_new(eng_book *book, eng_assessor *assessor,
                                                int64_t as_of, eng_progress_fn progress,
                                                void *user, eng_census **out);

/** @brief Releases a census; its book goes on without it.
 *  @param[in] census  taken; NULL does nothing
 *  @threads{book and census may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_census_free(eng_census *census);

/**
 * @brief Moves the census on to an instant, and reports every change of stage since.
 *
 * Only customers who were changed and those who are due are assessed. The changes come
 * in the order of their times, then of the customers' ids as bytes, then of the models;
 * one customer may change several times. Each begins where the one before it ended, and
 * the first one where the census stood; those of (as of before, now] are the changes
 * that eng_book_history tells. What was learned of the time before comes first, as
 * ENG_BY_RECORD.
 *
 * All changes are found before the first is reported, in memory of about 40 bytes for
 * each. If the callback fails, the census is as it was before, and the next call
 * reports them all again: a host that acts on changes remembers customer, model and
 * time of what it has done.
 *
 * @param[in]  census   changed; as it was on failure
 * @param[in]  now      ms since 1970, from where the census stands to ENG_TIME_MAX
 * @param[in]  fn       takes the changes; NULL: nobody wants to know
 * @param[in]  user     for fn
 * @param[out] changes  how many there were; may be NULL; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   census is NULL, or this is called from a callback of it
 * @retval ENG_E_TIME      now is before where the census stands, or out of range
 * @retval ENG_E_CALLBACK  fn said so, or a callback model failed
 * @retval ENG_E_LIMIT     a customer has more than 2^31 events
 * @retval ENG_E_NOMEM
 * @threads{book and census may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_census_advance(eng_census *census, int64_t now,
                                                    eng_change_fn fn, void *user,
                                                    uint64_t *changes);

/**
 * @brief Until when there is nothing to do: the instant to advance to next.
 *
 * No stage changes before it. At it one may: mostly one does, but an event that was
 * recorded ahead of its time may turn out to change nothing.
 *
 * @param[in] census  borrowed
 * @return milliseconds since 1970; where the census stands, if customers were changed
 *         since; ENG_TIME_NONE: nothing will change by silence, for ever
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API int64_t eng_census_next(const eng_census *census);

/** @brief Where the census stands.
 *  @param[in] census  borrowed
 *  @return milliseconds since 1970
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_census_as_of(const eng_census *census);

/** @brief Whether customers were changed since the census was last moved on, so that it
 *         is behind its book.
 *  @param[in] census  borrowed
 *  @return 1 or 0
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_census_is_behind(const eng_census *census);

/** @brief How many customers are in a stage, as of where the census stands.
 *  @param[in] census  borrowed
 *  @param[in] model   index of the model, 0 .. models - 1
 *  @param[in] stage   rank; 0 is none, where customers who came since are, too
 *  @return customers; 0 if there is no such model or stage
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_census_count(const eng_census *census, int32_t model,
                                  int32_t stage);

/** @brief The stage of a customer, as of where the census stands.
 *  @param[in] census  borrowed
 *  @param[in] row     of the customer in the book
 *  @param[in] model   index of the model, 0 .. models - 1
 *  @return rank; 0 is none; -1 if there is no such row or model
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_census_stage(const eng_census *census, uint64_t row, int32_t model);

/** @brief When a customer is to be looked at again: the first next change under any of
 *         the models, or the next event that was recorded ahead of its time.
 *         eng_book_next_change tells those of each model.
 *  @param[in] census  borrowed
 *  @param[in] row     of the customer in the book
 *  @return milliseconds since 1970; where the census stands, if the customer was
 * changed since; ENG_TIME_NONE: never, or there is no such row
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_census_due(const eng_census *census, uint64_t row);

/**
 * @brief Has a customer assessed by the next advance, as if an event had come.
 *
 * The book does so by itself. A host needs it where the answer of a callback model
 * hangs on something beside the book, or where it does not say when that changes
 * (ENG_TIME_UNKNOWN): of such customers silence is seen only when they are touched.
 *
 * @param[in] census  changed
 * @param[in] row     of the customer in the book; UINT64_MAX: all customers
 * @retval ENG_OK
 * @retval ENG_E_INVALID   census is NULL
 * @retval ENG_E_NOTFOUND  no such row
 * @threads{book and census may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_census_touch(eng_census *census, uint64_t row);

/** @brief The memory that the census holds, in bytes: about 16 and the number of models
 *         for each customer, and what its last advance needed.
 *  @param[in] census  borrowed
 *  @return bytes asked of the allocator and not yet given back
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_census_memory(const eng_census *census);

/** @} */

ENG_END_DECLS

#endif
