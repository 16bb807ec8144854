/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief How long customers wait for an answer, by the clock or by business hours.
 *
 * A message that nobody has answered is not dropped: it has waited until the end at
 * least, and every result here takes it as such. docs/metrics.md has the definitions.
 */
#ifndef ENGAGEMENT_WAITS_H
#define ENGAGEMENT_WAITS_H

#include <engagement/metrics.h>

ENG_BEGIN_DECLS

/** @addtogroup metrics
 *  @{ */

/* ---- business hours ---- */

/** At most this many openings in a week. */
enum { ENG_OPENINGS = 64 };

/** A time of one day of the week in which there is somebody to answer. It is open
 *  whenever a clock on the wall of the context's zone shows such a time: on a night on
 *  which clocks are put back over it, twice. */
typedef struct eng_opening {
  int32_t weekday; /**< 1 Monday .. 7 Sunday, from midnight on */
  int32_t from;    /**< minutes after midnight, 0..1439 */
  int32_t to;      /**< likewise, not itself open; above `from`, at most 24 hours later:
                        beyond 1440 it is of the next day */
} eng_opening;

/**
 * @brief Reads opening hours: mon-fri 9:00-17:30, sat 10-14.
 *
 * Parts stand between commas: days, or those of the part before, and one span of time.
 * Days are mon, tue, wed, thu, fri, sat, sun, or a row of them such as fri-mon, in any
 * case, with blanks between several. A span is H or H:MM, a dash, and another; 24:00 is
 * midnight, and 22-2 ends on the next day.
 *
 * @param[in]  text    not closed by a NUL
 * @param[in]  length  bytes of text
 * @param[out] out     as many as there are; nothing is to be used on failure
 * @param[in]  room    entries of out
 * @param[out] count   openings; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_SYNTAX   not opening hours, or none
 * @retval ENG_E_BUFFER   more than room; ENG_OPENINGS is enough for all that a call
 * takes
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_openings_parse(const char *text, size_t length,
                                                    eng_opening *out, uint64_t room,
                                                    uint64_t *count);

/**
 * @brief The time that is open between two moments.
 *
 * @param[in]  context   borrowed: its zone; the start of its day is of no consequence
 * @param[in]  openings  may overlap; NULL with 0: always open
 * @param[in]  count     0..ENG_OPENINGS
 * @param[in]  from      0..ENG_TIME_MAX
 * @param[in]  to        from..ENG_TIME_MAX
 * @param[out] out       milliseconds; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    an opening or count
 * @retval ENG_E_TIME     from or to
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_openings_between(const eng_context *context,
                                                      const eng_opening *openings,
                                                      uint64_t count, int64_t from,
                                                      int64_t to, int64_t *out);

/* ---- waits ---- */

/** What waits are asked for. */
typedef struct eng_wait_options {
  uint32_t size;     /**< set by eng_wait_options_init */
  uint32_t reserved; /**< 0 */
  int64_t from;      /**< earlier messages are not asked about; default 0 */
  int64_t until;     /**< later events are not seen; default ENG_TIME_MAX */
  const eng_opening
      *openings;          /**< when time counts; NULL with 0, the default: always */
  uint64_t opening_count; /**< 0..ENG_OPENINGS */
} eng_wait_options;

/** @brief By the clock, and no bounds.
 *  @param[out] options  the caller's; NULL does nothing
 *  @param[in]  size     sizeof(eng_wait_options) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_wait_options_init(eng_wait_options *options, uint32_t size);

/** A message that came in, and how long it waited. */
typedef struct eng_wait {
  uint64_t row;        /**< of the customer who sent it */
  int64_t time;        /**< when */
  int64_t answered_at; /**< by the first message out that names it, or that names none
                          and is on the same channel; ENG_TIME_NONE: not by the end */
  int64_t waited;      /**< milliseconds of open time until the answer, or the end */
  int32_t channel;     /**< ENG_CHANNEL_*; 0: unsaid */
  int32_t reserved;    /**< 0 */
} eng_wait;

/**
 * @brief Every message that came in, by row, then by time.
 *
 * Asked with room for none it counts them.
 *
 * @param[in]  book      borrowed
 * @param[in]  options   borrowed; NULL: the defaults
 * @param[out] out       may be NULL where room is 0
 * @param[in]  room      entries of out
 * @param[out] count     messages, also where they are more than room; else 0 on failure
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or the size of options cannot be
 * @retval ENG_E_RANGE      an opening or opening_count; reserved is not 0, or options
 *                          ask for what only a later library knows
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_BUFFER     there are more than room, and room is not 0; what out holds
 *                          is not to be used
 * @retval ENG_E_CANCELLED  by progress
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_waits(const eng_book *book,
                                                const eng_wait_options *options,
                                                eng_wait *out, uint64_t room,
                                                uint64_t *count,
                                                eng_progress_fn progress, void *user);

/** Waits in short. The counts of disjoint customers add; quantiles do not. */
typedef struct eng_response {
  eng_ratio answered; /**< answered / all */
  eng_ratio in_time;  /**< answered in time / answered, or waiting longer than that */
  eng_ratio mean;     /**< milliseconds until the answer / answered */
  int64_t median;     /**< by eng_waits_quantile, as the next: milliseconds */
  int64_t ninety;     /**< nine in ten are answered within it */
} eng_response;

/**
 * @brief Sums waits up, and puts them in the order of how long they were.
 *
 * @param[in,out] waits    sorted by `waited`, answered ones first among equals
 * @param[in]     count    of waits
 * @param[in]     in_time  milliseconds, inclusive; at least 0
 * @param[out]    out      all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_RANGE     in_time
 * @retval ENG_E_OVERFLOW  the sum of waits does not fit
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_waits_sum(eng_wait *waits, uint64_t count,
                                               int64_t in_time, eng_response *out);

/**
 * @brief The time within which a share of the messages is answered.
 *
 * The least wait at which the share still waiting, by Kaplan and Meier with unanswered
 * messages censored, is at most 1 - q. Where all are answered it is number ceil(qn) of
 * n in their order.
 *
 * @param[in]  waits        in the order that eng_waits_sum leaves
 * @param[in]  count        of waits
 * @param[in]  numerator    of q: 0..denominator
 * @param[in]  denominator  of q: 1..1000000
 * @param[out] out          milliseconds; ENG_TIME_NONE where there are no messages, or
 *                          too few have been answered to tell
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    numerator or denominator
 * @retval ENG_E_ORDER    the waits are in another order
 * @threads{reentrant}
 * @source{Kaplan & Meier (1958), Nonparametric Estimation from Incomplete Observations}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_waits_quantile(const eng_wait *waits,
                                                    uint64_t count, int32_t numerator,
                                                    int32_t denominator, int64_t *out);

/** @} */

ENG_END_DECLS

#endif
