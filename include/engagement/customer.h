/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief A customer: an id and a timeline, which is a set of events above a floor.
 *
 * Merging is union: the same events in any order, sent any number of times, give
 * the same encoded bytes and the same answers. A host with its own database keeps
 * the encoded bytes in it and needs nothing else to keep a customer.
 *
 * Calls take up to 16 KiB of stack (decoding; recording takes 10), however many events
 * there are. Fibres and threads with small stacks leave room for that.
 */
#ifndef ENGAGEMENT_CUSTOMER_H
#define ENGAGEMENT_CUSTOMER_H

#include <engagement/event.h>

ENG_BEGIN_DECLS

/** @defgroup customer Customers and timelines
 *  @{ */

/** An id and a timeline. */
typedef struct eng_customer eng_customer;

/** Walks over the events of a customer in canonical order. */
typedef struct eng_event_cursor eng_event_cursor;

/** What recording an event did. */
enum {
  ENG_RECORD_ADDED = 1,     /**< it is new */
  ENG_RECORD_UNCHANGED = 2, /**< it was known, or an older version of a known one */
  ENG_RECORD_REPLACED = 3,  /**< it is a newer version of a known one */
  ENG_RECORD_IGNORED = 4    /**< it lies at or before the floor */
};

/**
 * @brief A customer without events.
 *
 * @param[in]  context  borrowed for the customer's life
 * @param[in]  id       the host's id: any bytes, copied
 * @param[in]  length   1 .. the limit ENG_LIMIT_ID
 * @param[out] out      new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_CUSTOMER  length out of range
 * @retval ENG_E_NOMEM
 * @threads{reentrant; one customer may be changed by one thread at a time, and read by
 *          many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_new(const eng_context *context,
                                                  const char *id, size_t length,
                                                  eng_customer **out);

/** @brief Releases a customer.
 *  @param[in] customer  taken; NULL does nothing
 *  @threads{one customer may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_customer_free(eng_customer *customer);

/** @brief The id.
 *  @param[in]  customer  borrowed
 *  @param[out] length    bytes; may be NULL
 *  @return borrowed until the customer is freed; not closed by a NUL
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_customer_id(const eng_customer *customer, size_t *length);

/**
 * @brief Records an event.
 *
 * With an id, the event of that id; without one, the event of that content. Of two
 * versions of one id the greater by (occurred_at, revision, content) stands,
 * whichever came first; of two equal ones the earlier recorded_at.
 *
 * @param[in]  customer  changed; as it was on failure
 * @param[in]  event     copied
 * @param[out] outcome   ENG_RECORD_*; may be NULL; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  customer or event is NULL
 * @retval ENG_E_CONTEXT  the event was made from another context
 * @retval ENG_E_LIMIT    ENG_LIMIT_EVENTS
 * @retval ENG_E_NOMEM
 * @threads{one customer may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_record(eng_customer *customer,
                                                     const eng_event *event,
                                                     int32_t *outcome);

/**
 * @brief Adds all that another timeline knows: the greater floor, and the union of
 *        the events above it. Commutative, associative, idempotent.
 *
 * The ids of the two customers do not matter and stay as they are.
 *
 * @param[in] customer  changed; as it was on failure
 * @param[in] other     borrowed; may be the same customer
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_LIMIT    ENG_LIMIT_EVENTS
 * @retval ENG_E_NOMEM
 * @threads{customer may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_merge(eng_customer *customer,
                                                    const eng_customer *other);

/**
 * @brief Raises the floor: events at or before it are dropped for good, and are
 *        ignored should they come again.
 *
 * @param[in] customer  changed; as it was on failure
 * @param[in] floor     ms since 1970, 0..ENG_TIME_MAX; one below the present floor
 *                      changes nothing
 * @retval ENG_OK
 * @retval ENG_E_INVALID  customer is NULL
 * @retval ENG_E_TIME     floor out of range
 * @retval ENG_E_NOMEM
 * @threads{one customer may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_expire(eng_customer *customer,
                                                     int64_t floor);

/**
 * @brief The customer as known at some moment: the events that stand and were recorded
 *        by then. One that tells no recorded_at was recorded when it occurred.
 *
 * The other axis than as-of, which is about when things happened: both may be asked for
 * together. An event that a later version has replaced is gone, so from before that
 * version was recorded nothing is seen in its place. A void or refund that was recorded
 * later does not act. The floor is today's.
 *
 * @param[in]  customer  borrowed
 * @param[in]  known_at  ms since 1970, 0..ENG_TIME_MAX; that moment included
 * @param[out] out       new, with the same id; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_TIME     known_at out of range
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_known_at(const eng_customer *customer,
                                                       int64_t known_at,
                                                       eng_customer **out);

/** @brief The floor.
 *  @param[in] customer  borrowed
 *  @return milliseconds since 1970; ENG_TIME_NONE: there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_customer_floor(const eng_customer *customer);

/** @brief How many events the timeline holds.
 *  @param[in] customer  borrowed
 *  @return a number of events, voids and voided ones included
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_customer_event_count(const eng_customer *customer);

/**
 * @brief The canonical bytes of the timeline: equal sets have equal bytes, on every
 *        machine. docs/format.md describes them. The id is not among them.
 *
 * @param[in]  customer  borrowed
 * @param[out] buffer    may be NULL if capacity is 0
 * @param[in]  capacity  bytes of buffer
 * @param[out] size      the bytes needed, also when the buffer is too small
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_BUFFER   too small; what is in it then is of no use
 * @retval ENG_E_LIMIT    ENG_LIMIT_BLOB
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_encode(const eng_customer *customer,
                                                     uint8_t *buffer, size_t capacity,
                                                     size_t *size);

/**
 * @brief A customer from canonical bytes, which may come from anybody.
 *
 * @param[in]  context  borrowed for the customer's life
 * @param[in]  id       as for eng_customer_new
 * @param[in]  length   bytes of id
 * @param[in]  bytes    what eng_customer_encode wrote, copied
 * @param[in]  size     of bytes
 * @param[out] out      new; NULL on failure
 * @param[out] error    where it is wrong; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID     an argument is NULL
 * @retval ENG_E_CUSTOMER    length out of range
 * @retval ENG_E_TRUNCATED   and the further statuses of encoded bytes, ENG_E_MAGIC to
 *                           ENG_E_VOCABULARY, each for its own defect
 * @retval ENG_E_LIMIT       more bytes or events than the limits allow
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_decode(const eng_context *context,
                                                     const char *id, size_t length,
                                                     const uint8_t *bytes, size_t size,
                                                     eng_customer **out,
                                                     eng_error *error);

/** Bytes of a digest. */
enum { ENG_DIGEST_SIZE = 16 };

/**
 * @brief The digest of the timeline: SipHash-2-4-128 of the canonical bytes under a
 *        key of zeros. Equal sets have equal digests.
 *
 * @param[in]  customer  borrowed
 * @param[out] digest    ENG_DIGEST_SIZE bytes
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_LIMIT    ENG_LIMIT_BLOB
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_digest(const eng_customer *customer,
                                                     uint8_t *digest);

/**
 * @brief A cursor before the first event.
 *
 * @param[in]  customer  borrowed; not to be changed while the cursor lives
 * @param[out] out       new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_NOMEM
 * @threads{reentrant; one cursor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_event_cursor_new(const eng_customer *customer,
                                                      eng_event_cursor **out);

/**
 * @brief The next event, in canonical order: occurred_at, kind, effective id, content.
 *
 * @param[in]  cursor  changed
 * @param[out] event   borrowed until the next call or until the cursor is freed; NULL
 *                     after the last event
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @threads{one cursor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_event_cursor_next(eng_event_cursor *cursor,
                                                       const eng_event **event);

/** @brief Releases a cursor.
 *  @param[in] cursor  taken; NULL does nothing
 *  @threads{one cursor may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_event_cursor_free(eng_event_cursor *cursor);

/** @} */

ENG_END_DECLS

#endif
