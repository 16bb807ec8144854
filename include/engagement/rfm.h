/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief RFM: how recently, how frequently and for how much money somebody bought.
 *
 * Three numbers of a customer, and for each a digit 1..5, the better the higher: by cut
 * points of the host, or by the quintiles of a customer base.
 */
#ifndef ENGAGEMENT_RFM_H
#define ENGAGEMENT_RFM_H

#include <engagement/customer.h>

ENG_BEGIN_DECLS

/** @defgroup rfm Recency, frequency, monetary value
 *  @{ */

/** What RFM knows of a customer at a moment. Purchases are seen as they are kept: what
 *  was voided or fully refunded is none. */
typedef struct eng_rfm {
  int64_t last_purchase; /**< when; ENG_TIME_NONE: nothing was bought */
  int64_t
      recency_days;  /**< whole days of 24 hours since then; 0 if nothing was bought */
  int64_t frequency; /**< kept purchases, the first one included */
  int64_t monetary;  /**< minor units of the base currency: purchases less refunds;
                          may be below 0; 0 if not known */
  int64_t left_out;  /**< amounts in other currencies, which are in no sum */
  int32_t has_monetary; /**< 1; or 0: it is not known, for it needs more than 64 bits,
                             or there are amounts but no base currency */
  int32_t reserved;     /**< 0 */
} eng_rfm;

/** Cut points of the digits: each list ascends, and a value belongs below a cut that it
 *  equals. */
typedef struct eng_rfm_cuts {
  int64_t recency_days[4]; /**< up to the first: 5; above the last: 1 */
  int64_t frequency[4];    /**< up to the first: 1; above the last: 5 */
  int64_t monetary[4];     /**< minor units; up to the first: 1; above the last: 5 */
} eng_rfm_cuts;

/**
 * @brief Recency, frequency and monetary value of a customer.
 *
 * @param[in]  customer  borrowed
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX; events after it are not seen
 * @param[out] out       all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_NOMEM
 * @threads{reentrant; a customer may be read by many threads}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_rfm(const eng_customer *customer,
                                                  int64_t as_of, eng_rfm *out);

/**
 * @brief The three digits of a customer by cut points.
 *
 * @param[in]  rfm     borrowed
 * @param[in]  cuts    borrowed
 * @param[out] digits  111..555: recency, frequency, monetary value; 0 if nothing was
 *                     bought, if the monetary value is not known, and on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    a list of cut points that does not ascend
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_rfm_digits(const eng_rfm *rfm,
                                                const eng_rfm_cuts *cuts,
                                                int32_t *digits);

/**
 * @brief The quintiles of a customer base as cut points.
 *
 * Among those who bought anything, the digit of a customer is 1 and one more for every
 * full fifth of them that is strictly worse. So equal values have equal digits, the
 * lowest that any of them could claim, and the order of the customers means nothing. Of
 * a base in which half bought once, these have the digit 1 for frequency, and nobody
 * has 2.
 *
 * @param[in]  context    its allocator serves to sort; borrowed
 * @param[in]  customers  borrowed; may be NULL if count is 0
 * @param[in]  count      how many; those who bought nothing are passed over
 * @param[out] cuts       all 0 if nobody bought anything, and on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_rfm_quintiles(const eng_context *context,
                                                   const eng_rfm *customers,
                                                   uint64_t count, eng_rfm_cuts *cuts);

/** @} */

ENG_END_DECLS

#endif
