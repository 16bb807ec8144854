/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Events out, as JSON Lines or CSV that come in again without loss.
 *
 * What is exported and read again (jsonl.h, csv.h) gives a timeline of the same bytes
 * and digest. A floor, a customer without events, and a link are lines of their own.
 * Where a text could not say it, `#` and a number stand for what is kept: ids, topics,
 * kinds and channels of later versions, a value off its scale.
 *
 * Each function writes into the caller's buffer and says how many bytes are needed,
 * also where the buffer is too small for them; eng_export_customer needs no buffer.
 */
#ifndef ENGAGEMENT_EXPORT_H
#define ENGAGEMENT_EXPORT_H

#include <engagement/customer.h>

ENG_BEGIN_DECLS

/** @defgroup export Export
 *  @{ */

/** How events are written. */
enum {
  ENG_EXPORT_JSONL = 1, /**< a JSON object a line, only what is present */
  ENG_EXPORT_CSV = 2    /**< a row a line, the columns of eng_export_header */
};

/**
 * Takes text, whole lines of it.
 *
 * @param user    as given
 * @param bytes   borrowed for the call
 * @param length  of bytes
 * @return ENG_OK, or a status that ends the export and is returned by it
 */
typedef eng_status (*eng_export_fn)(void *user, const char *bytes, size_t length);

/**
 * @brief The line before all others: the names of the columns of CSV. JSON Lines have
 *        none.
 *
 * @param[in]  form      ENG_EXPORT_*
 * @param[out] buffer    may be NULL if capacity is 0
 * @param[in]  capacity  bytes of buffer
 * @param[out] size      bytes of the line, its line end included; 0 of JSON Lines
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such form
 * @retval ENG_E_BUFFER   too small; what is in it then is of no use
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_export_header(int32_t form, char *buffer,
                                                   size_t capacity, size_t *size);

/**
 * @brief The line of an event.
 *
 * @param[in]  form      ENG_EXPORT_*
 * @param[in]  id        customer's id
 * @param[in]  length    bytes of id, 1 or more
 * @param[in]  event     borrowed
 * @param[out] buffer    may be NULL if capacity is 0
 * @param[in]  capacity  bytes of buffer
 * @param[out] size      bytes of the line, its line end included; 0 on other failures
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_RANGE     no such form
 * @retval ENG_E_CUSTOMER  length is 0
 * @retval ENG_E_BUFFER    too small; what is in it then is of no use
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_export_event(int32_t form, const char *id,
                                                  size_t length, const eng_event *event,
                                                  char *buffer, size_t capacity,
                                                  size_t *size);

/**
 * @brief The line of a floor, or of a customer without events.
 *
 * @param[in]  form      ENG_EXPORT_*
 * @param[in]  id        customer's id
 * @param[in]  length    bytes of id, 1 or more
 * @param[in]  floor     ms since 1970, 0..ENG_TIME_MAX; ENG_TIME_NONE: there is none,
 *                       the line says only that there is such a customer
 * @param[out] buffer    may be NULL if capacity is 0
 * @param[in]  capacity  bytes of buffer
 * @param[out] size      bytes of the line, its line end included; 0 on other failures
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_RANGE     no such form
 * @retval ENG_E_CUSTOMER  length is 0
 * @retval ENG_E_TIME      floor out of range
 * @retval ENG_E_BUFFER    too small; what is in it then is of no use
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_export_floor(int32_t form, const char *id,
                                                  size_t length, int64_t floor,
                                                  char *buffer, size_t capacity,
                                                  size_t *size);

/**
 * @brief The line of a link: that two customers are one person, or are not.
 *
 * @param[in]  form           ENG_EXPORT_*
 * @param[in]  id             the one id
 * @param[in]  length         bytes of id, 1 or more
 * @param[in]  linked         the other one
 * @param[in]  linked_length  bytes of linked, 1 or more
 * @param[in]  merged         1: merged, 0: unmerged
 * @param[in]  changed_at     when that was said, ms since 1970, 0..ENG_TIME_MAX
 * @param[out] buffer         may be NULL if capacity is 0
 * @param[in]  capacity       bytes of buffer
 * @param[out] size           bytes of the line, its line end included; 0 on other
 * failures
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_RANGE     no such form, or merged is neither
 * @retval ENG_E_CUSTOMER  a length is 0
 * @retval ENG_E_TIME      changed_at out of range
 * @retval ENG_E_BUFFER    too small; what is in it then is of no use
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_export_link(int32_t form, const char *id,
                                                 size_t length, const char *linked,
                                                 size_t linked_length, int32_t merged,
                                                 int64_t changed_at, char *buffer,
                                                 size_t capacity, size_t *size);

/**
 * @brief All lines of a customer: the floor, if there is one or nothing else, and the
 *        events in canonical order. The header is not among them.
 *
 * @param[in] customer  borrowed; not to be changed by the callback
 * @param[in] form      ENG_EXPORT_*
 * @param[in] write     called with whole lines, on the calling thread
 * @param[in] user      for write
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such form
 * @retval ENG_E_NOMEM
 * @return or whatever write returned
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_export_customer(const eng_customer *customer,
                                                     int32_t form, eng_export_fn write,
                                                     void *user);

/** @} */

ENG_END_DECLS

#endif
