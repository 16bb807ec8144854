/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Exact money: integers in minor units, and currencies of ISO 4217.
 */
#ifndef ENGAGEMENT_MONEY_H
#define ENGAGEMENT_MONEY_H

#include <engagement/status.h>

ENG_BEGIN_DECLS

/** @defgroup money Money
 *  @{ */

/**
 * @brief The number of a currency from its three letters, in either case.
 *
 * @param[in]  code    letters such as "EUR"
 * @param[in]  length  bytes of code
 * @param[out] out     ISO 4217 number, 1..999; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_CURRENCY  not a currency of ISO 4217
 * @threads{reentrant}
 * @source{ISO 4217:2015, list one}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_currency_number(const char *code, size_t length,
                                                     int32_t *out);

/** @brief The three letters of a currency.
 *  @param[in] currency  any number
 *  @return closed by a NUL, static; NULL if ISO 4217 has no such number
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_currency_code(int32_t currency);

/** @brief How many decimals a currency has: 2 for the euro, 0 for the yen.
 *  @param[in] currency  any number
 *  @return 0..4; -1 if ISO 4217 has no such number
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_currency_decimals(int32_t currency);

/**
 * @brief Reads an amount in major units, exactly: "12.50" in EUR is 1250.
 *
 * A point or nothing before the decimals, an optional sign, no grouping. More
 * decimals than the currency has are refused unless they are zeros.
 *
 * @param[in]  text      not closed by a NUL
 * @param[in]  length    bytes of text
 * @param[in]  currency  ISO 4217 number
 * @param[out] out       minor units, above INT64_MIN; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_CURRENCY  not a currency of ISO 4217
 * @retval ENG_E_AMOUNT    not an amount, too many decimals, or beyond 64 bits
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_money_parse(const char *text, size_t length,
                                                 int32_t currency, int64_t *out);

/** Bytes that eng_money_format writes at the most, the closing NUL included. */
enum { ENG_MONEY_TEXT = 24 };

/**
 * @brief Writes an amount in major units: 1250 in EUR is "12.50".
 *
 * @param[in]  amount    minor units
 * @param[in]  currency  ISO 4217 number
 * @param[out] buffer    ENG_MONEY_TEXT bytes, closed by a NUL
 * @retval ENG_OK
 * @retval ENG_E_INVALID   buffer is NULL
 * @retval ENG_E_CURRENCY  not a currency of ISO 4217; buffer is the empty text
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_money_format(int64_t amount, int32_t currency,
                                                  char *buffer);

/** @} */

ENG_END_DECLS

#endif
