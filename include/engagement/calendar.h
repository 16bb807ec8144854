/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Times, durations and business days.
 *
 * A time is milliseconds since 1970-01-01T00:00:00Z, in 1970..9999. A duration is
 * milliseconds; a day is 24 hours. The library never looks at a clock.
 */
#ifndef ENGAGEMENT_CALENDAR_H
#define ENGAGEMENT_CALENDAR_H

#include <engagement/context.h>

ENG_BEGIN_DECLS

/** @defgroup calendar Time
 *  @{ */

/** The last millisecond of 9999, the greatest time. Beyond 2^31, within 2^53. */
#define ENG_TIME_MAX INT64_C(253402300799999)

/** "There is no such time", where a time is optional. */
#define ENG_TIME_NONE INT64_MIN

/** "There may be such a time, but nobody knows it", where a next change depends on a
 *  callback model that does not say. */
#define ENG_TIME_UNKNOWN (INT64_MIN + 1)

/** How a time is written. */
enum {
  ENG_TIME_AUTO = 0,         /**< one of the next four, told apart by its form */
  ENG_TIME_ISO = 1,          /**< ISO 8601, with or without time and zone */
  ENG_TIME_COMPACT = 2,      /**< YYYYMMDD */
  ENG_TIME_SECONDS = 3,      /**< seconds since 1970, decimals allowed */
  ENG_TIME_MILLISECONDS = 4, /**< milliseconds since 1970, decimals allowed */
  ENG_TIME_DAY_FIRST = 5,    /**< 22.11.2026 or 22/11/2026 18:05 */
  ENG_TIME_MONTH_FIRST = 6   /**< 11/22/2026 6:05 PM */
};

/** What a date without a time of day stands for. */
enum {
  ENG_DATE_FIRST = 0, /**< the first instant of that business day */
  ENG_DATE_LAST = 1   /**< its last millisecond */
};

/**
 * @brief Reads a time.
 *
 * ISO 8601 in any precision from the date on (2026-11-22, 2026-11-22T18:05Z,
 * 2026-11-22 18:05:01.25+01:00); without a zone it is local time of the context.
 * Finer parts than a millisecond are rounded half up. ENG_TIME_AUTO takes eight
 * digits as YYYYMMDD, whether there is such a date or not, other numbers of up to
 * eleven digits as seconds, longer ones as milliseconds. Which of day and month comes
 * first cannot be told from a date, so that has to be said: then they have one or two
 * digits each, four the year; dots, slashes or hyphens stand between them, all alike; a
 * time behind them may have an hour of one digit, and AM or PM.
 *
 * @param[in]  context  borrowed: its zone and start of the day
 * @param[in]  text     not closed by a NUL
 * @param[in]  length   bytes of text; more than 64 are no time
 * @param[in]  format   ENG_TIME_*
 * @param[in]  date     ENG_DATE_*: what a bare date means
 * @param[out] out      milliseconds since 1970; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such format or date
 * @retval ENG_E_TIME     not a time, or outside 1970..9999
 * @threads{reentrant}
 * @source{ISO 8601-1:2019}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_time_parse(const eng_context *context,
                                                const char *text, size_t length,
                                                int32_t format, int32_t date,
                                                int64_t *out);

/** Bytes that eng_time_format writes, the closing NUL included. */
enum { ENG_TIME_TEXT = 25 };

/**
 * @brief Writes a time as 2026-11-22T18:05:01.250Z.
 *
 * @param[in]  time    0..ENG_TIME_MAX
 * @param[out] buffer  ENG_TIME_TEXT bytes, closed by a NUL
 * @retval ENG_OK
 * @retval ENG_E_INVALID  buffer is NULL
 * @retval ENG_E_RANGE    not a time; buffer is the empty text
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_time_format(int64_t time, char *buffer);

/**
 * @brief Reads a duration: 30 days, 30d, 2w, 12h, 90m, 45s, 500ms.
 *
 * Months and years are not durations: they have no one length.
 *
 * @param[in]  text    not closed by a NUL
 * @param[in]  length  bytes of text
 * @param[out] out     milliseconds, 0..ENG_TIME_MAX; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_TIME     not a duration
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_duration_parse(const char *text, size_t length,
                                                    int64_t *out);

/** @brief The business day that a time lies in.
 *  @param[in] context  borrowed
 *  @param[in] time     any
 *  @return days since 1970-01-01; a day that began in 1969 is -1
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_business_day(const eng_context *context, int64_t time);

/** @brief The first millisecond of a business day.
 *  @param[in] context  borrowed
 *  @param[in] day      days since 1970-01-01, -2..2932896
 *  @return milliseconds since 1970; below 0 if it began in 1969
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_business_day_start(const eng_context *context, int64_t day);

/** @brief What clocks show in the context's zone.
 *  @param[in] context  borrowed
 *  @param[in] time     milliseconds since 1970, 0..ENG_TIME_MAX
 *  @return milliseconds from 1970-01-01T00:00 on that clock
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_time_local(const eng_context *context, int64_t time);

/** @} */

ENG_END_DECLS

#endif
