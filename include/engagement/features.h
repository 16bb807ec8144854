/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief A feature table: for every customer a row of numbers, as models that learn
 * from data want them.
 *
 * A column says what it holds of a customer's events of some kinds within some time:
 * how many, on how many days, what they were worth, when the first and the last one
 * was. All columns are filled in one pass, as of any moment: what came later is not
 * seen, so that a table made today for last March holds nothing that was not known
 * then.
 *
 * Voided events are not seen, and purchases only while something of them is kept at
 * that moment.
 */
#ifndef ENGAGEMENT_FEATURES_H
#define ENGAGEMENT_FEATURES_H

#include <engagement/book.h>

ENG_BEGIN_DECLS

/** @defgroup features Feature tables
 *  @{ */

/** What a column holds of the events that it is about. */
enum {
  ENG_FEATURE_COUNT = 1,   /**< how many there are */
  ENG_FEATURE_DAYS = 2,    /**< on how many different business days */
  ENG_FEATURE_SUM = 3,     /**< their amounts together, in minor units of the base
                                currency: what is kept of purchases, below 0 for refunds
                                that name no purchase */
  ENG_FEATURE_FOREIGN = 4, /**< how many have an amount that no sum can hold, in a
                               currency without a rate */
  ENG_FEATURE_FIRST = 5,   /**< when the first one occurred, milliseconds since 1970;
                                ENG_TIME_NONE if there is none */
  ENG_FEATURE_LAST = 6     /**< when the last one did, likewise */
};

/** At most this many columns at a time. */
enum { ENG_FEATURES_MAX = 4096 };

/** A column. */
typedef struct eng_feature {
  const uint8_t *kinds; /**< NULL with 0: those that make a customer active */
  uint64_t kind_count;  /**< entries of kinds */
  int64_t within;       /**< milliseconds up to the moment asked about: events that are
                             younger than that count, 1..ENG_TIME_MAX; with ENG_TIME_MAX
                             all do */
  int32_t what;         /**< ENG_FEATURE_* */
  int32_t zero;         /**< 0 */
} eng_feature;

/**
 * @brief Fills columns for some rows of a book.
 *
 * What a caller does with a table that is larger than memory, or with several threads,
 * it does piece by piece: rows are independent of each other.
 *
 * How long since, as of the moment asked about, is that moment less the time of the
 * last one; the usual summary of purchases (x, t_x, T) in milliseconds is their count
 * less one, last less first, and the moment less the first. One in business days or
 * years is what eng_book_summary gives.
 *
 * @param[in]  book     borrowed
 * @param[in]  as_of    ms since 1970, 0..ENG_TIME_MAX; later events are not seen
 * @param[in]  columns  borrowed
 * @param[in]  count    entries of columns, 1..ENG_FEATURES_MAX
 * @param[in]  first    first row, from 0 on
 * @param[in]  rows     how many; first + rows up to eng_book_customer_count
 * @param[out] out      out[c * rows + i]: column c of row first + i; counts and sums of
 *                      nothing are 0
 * @param[in]  progress may be NULL; told rows
 * @param[in]  user     handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or zero is not 0
 * @retval ENG_E_RANGE      count, what or within
 * @retval ENG_E_TIME       as_of
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_NOTFOUND   a row that is not there
 * @retval ENG_E_OVERFLOW   a sum does not fit 64 bits; what out holds is not to be
 * used, as on the failures below
 * @retval ENG_E_CANCELLED  by progress
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_features(
    const eng_book *book, int64_t as_of, const eng_feature *columns, uint64_t count,
    uint64_t first, uint64_t rows, int64_t *out, eng_progress_fn progress, void *user);

/** @} */

ENG_END_DECLS

#endif
