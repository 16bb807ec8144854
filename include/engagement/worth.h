/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief What engagement is worth: premium, invitations, customer engagement value.
 *
 * docs/metrics.md has the definitions. Counts are integers that the caller divides;
 * what rests on forecasts is a double.
 */
#ifndef ENGAGEMENT_WORTH_H
#define ENGAGEMENT_WORTH_H

#include <engagement/metrics.h>

ENG_BEGIN_DECLS

/** @addtogroup metrics
 *  @{ */

/* ---- engagement premium ---- */

/** How much more a group brings than the mean of all. */
typedef struct eng_premium {
  uint64_t customers;     /**< N, of all */
  uint64_t members;       /**< n, of the group */
  int64_t revenue;        /**< R, of all, in minor units */
  int64_t member_revenue; /**< r, of the group */
  double premium;         /**< (r / n) / (R / N) - 1; not a number where n is 0, or R is
                               not above 0 */
  double low;  /**< where it lies in 95 of 100 such samples: Fieller's interval;
                    not a number where premium is none, the mean of all cannot
                    be told from 0, or the group or the rest has fewer than two */
  double high; /**< likewise */
} eng_premium;

/**
 * @brief Revenue of some customers over the mean of all, with an interval.
 *
 * The group is part of the whole, which the interval allows for: with shares p = n / N
 * and variances v of the group and w of the rest, each over its own number, it holds
 * the ratios k for which the difference of means m - kM is within 1.96 times its
 * deviation, the root of (1 - kp)^2 v + k^2 (1 - p)^2 w. It takes nothing by chance,
 * and does not depend on the order of rows.
 *
 * @param[in]  revenues  of each customer, in minor units, -2^61..2^61
 * @param[in]  members   of each customer: not 0 for those of the group
 * @param[in]  rows      entries of either
 * @param[out] out       all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_OVERFLOW  a revenue or a sum does not fit
 * @threads{reentrant}
 * @source{Fieller (1954), Some Problems in Interval Estimation}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_premium_of(const int64_t *revenues,
                                                const uint8_t *members, uint64_t rows,
                                                eng_premium *out);

/* ---- invitations ---- */

/** How invitations spread. The K-factor is the product of the two ratios. */
typedef struct eng_invitations {
  uint32_t size;          /**< set by eng_book_invitations */
  uint32_t reserved;      /**< 0 */
  eng_ratio per_customer; /**< who was invited / active customers */
  eng_ratio conversion;   /**< of those, who bought in time / whose time is over, or who
                               did */
  uint64_t sent;          /**< invitations: events of the kind refer */
  uint64_t unnamed;       /**< of these: that name nobody, and so are in no ratio */
} eng_invitations;

/**
 * @brief Who was invited, and who came.
 *
 * Invited is who is named by an event of the kind refer of somebody else, in the
 * window, and had not bought before the first of them; once, by however many. These
 * counts add only over books that no invitation leads out of.
 *
 * @param[in]  book      borrowed
 * @param[in]  from      first millisecond of the window, 0..ENG_TIME_MAX
 * @param[in]  until     its last one; later events are not seen
 * @param[in]  within    from the invitation to the first purchase, inclusive,
 *                       milliseconds, 0..ENG_TIME_MAX
 * @param[out] out       all 0 on failure
 * @param[in]  size      sizeof(eng_invitations) as the caller was compiled
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or size cannot be
 * @retval ENG_E_RANGE      within
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_CANCELLED  by progress
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_invitations(
    const eng_book *book, int64_t from, int64_t until, int64_t within,
    eng_invitations *out, uint32_t size, eng_progress_fn progress, void *user);

/* ---- customer engagement value ---- */

/** What engagement value is asked for. */
typedef struct eng_worth_options {
  uint32_t size;           /**< set by eng_worth_options_init */
  uint32_t reserved;       /**< 0 */
  int64_t from;            /**< ideas before it are not counted; default 0 */
  int64_t until;           /**< later events are not seen; default ENG_TIME_MAX */
  double came_anyway;      /**< share of those brought by a reward who would have come
                                without it, 0..1; default 0 */
  double acquisition_cost; /**< saved on each of them, minor units, at least 0; default
                              0 */
  double idea_price;       /**< what an accepted idea is worth, likewise */
} eng_worth_options;

/** @brief The defaults.
 *  @param[out] options  the caller's; NULL does nothing
 *  @param[in]  size     sizeof(eng_worth_options) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_worth_options_init(eng_worth_options *options, uint32_t size);

/** The four parts of customer engagement value, apart. There is no sum: what somebody
 *  brought by others is worth here is their own value there, so over all customers
 *  referral and influence are in `own` already, and only knowledge comes on top. */
typedef struct eng_worth {
  double own;              /**< CLV: what the caller says, of own purchases */
  double referral;         /**< CRV: of those brought by rewarded invitations */
  double influence;        /**< CIV: of those brought by invitations without reward */
  double knowledge;        /**< CKV: accepted ideas at idea_price */
  uint64_t referred;       /**< who stands behind `referral` */
  uint64_t influenced;     /**< and behind `influence` */
  uint64_t ideas;          /**< in the window */
  uint64_t ideas_accepted; /**< of these: whose valence is above 0 */
} eng_worth;

/**
 * @brief Customer engagement value of each customer.
 *
 * CRV is worth times (1 - came_anyway) plus the cost of acquisition saved on all who
 * were brought; CIV is worth alone. Who brought whom is as eng_book_referrals has it.
 *
 * @param[in]  book      borrowed
 * @param[in]  options   borrowed; NULL: the defaults
 * @param[in]  own       of each row of the book its lifetime value, as from
 *                       eng_fit_forecasts; finite, in any one unit, which all amounts
 * here have
 * @param[out] out       of each row
 * @param[in]  rows      entries of own and out: eng_book_customer_count
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or the size of options cannot be
 * @retval ENG_E_RANGE      came_anyway, a price, or a value that is not finite;
 *                          reserved is not 0, or options ask for what only a later
 *                          library knows
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_BUFFER     rows is another number
 * @retval ENG_E_OVERFLOW   a sum does not fit
 * @retval ENG_E_CANCELLED  by progress; out is all 0, as on every failure but a refused
 *                          argument
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @source{Kumar, Aksoy, Donkers, Venkatesan, Wiesel & Tillmanns (2010), Undervalued or
 *         Overvalued Customers: Capturing Total Customer Engagement Value; Kumar,
 *         Petersen & Leone (2010), Driving Profitability by Encouraging Customer
 *         Referrals, for the two parts of CRV}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_worth(const eng_book *book,
                                                const eng_worth_options *options,
                                                const double *own, eng_worth *out,
                                                uint64_t rows, eng_progress_fn progress,
                                                void *user);

/** @} */

ENG_END_DECLS

#endif
