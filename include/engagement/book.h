/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief A book: a whole customer base, in memory.
 *
 * The customers of a book stand in rows, numbered from 0 in no particular order. A
 * row's number holds until the book is decoded, merged into or compacted, or a link
 * changes. Customers who are linked (see link.h) are one, in one row.
 */
#ifndef ENGAGEMENT_BOOK_H
#define ENGAGEMENT_BOOK_H

#include <engagement/customer.h>
#include <engagement/forecast.h>
#include <engagement/history.h>
#include <engagement/model.h>
#include <engagement/rfm.h>
#include <engagement/score.h>

ENG_BEGIN_DECLS

/** @defgroup book Books: many customers
 *  @{ */

/** A customer base. */
typedef struct eng_book eng_book;

/** Takes in many events, and numbers identical ones if asked to. */
typedef struct eng_loader eng_loader;

/** What a load did, in events. Which of several versions of one event that come
 * together is the new one is not told: one counts as added or replaced, the others as
 * unchanged. added, unchanged, replaced and ignored sum up to the events taken in. */
typedef struct eng_load_counts {
  uint32_t size;      /**< set by eng_load_counts_init */
  uint32_t reserved;  /**< 0 */
  uint64_t added;     /**< new events */
  uint64_t unchanged; /**< known ones, or older versions */
  uint64_t replaced;  /**< newer versions of known ones */
  uint64_t ignored;   /**< at or before a floor */
  uint64_t numbered;  /**< identical ones kept apart by an occurrence above 0 */
} eng_load_counts;

/** @brief Sets all counts to 0.
 *  @param[out] counts  the caller's; NULL does nothing
 *  @param[in]  size    sizeof(eng_load_counts) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_load_counts_init(eng_load_counts *counts, uint32_t size);

/** Which fields of a row of eng_columns are present, where `present` is given. */
enum {
  ENG_PRESENT_CHANNEL = 1 << 0,
  ENG_PRESENT_AMOUNT = 1 << 1,
  ENG_PRESENT_VALUE = 1 << 2,
  ENG_PRESENT_ID = 1 << 3,
  ENG_PRESENT_REFERS_TO = 1 << 4,
  ENG_PRESENT_RECORDED_AT = 1 << 5,
  ENG_PRESENT_SCALE = 1 << 6,
  ENG_PRESENT_VALENCE = 1 << 7,
  ENG_PRESENT_ACTOR = 1 << 8,
  ENG_PRESENT_TOPIC = 1 << 9,
  ENG_PRESENT_INCENTIVISED = 1 << 10, /**< the flag itself */
  ENG_PRESENT_PUBLIC = 1 << 11        /**< the flag itself */
};

/**
 * Events as plain arrays of `count` entries, for bulk calls. An optional array may be
 * NULL: the field is absent in all rows.
 */
typedef struct eng_columns {
  uint32_t size;                 /**< set by eng_columns_init */
  uint32_t reserved;             /**< 0 */
  uint64_t count;                /**< rows */
  const char *customers;         /**< the ids' bytes, one after the other */
  const uint64_t *customer_ends; /**< end of each id in customers; NULL: fixed width */
  uint64_t customer_width;       /**< bytes of each id where customer_ends is NULL */
  const uint8_t *kind;           /**< kinds */
  const int64_t *occurred_at;    /**< times */
  const uint32_t *present;       /**< ENG_PRESENT_* of each row; NULL: every field
                                      whose array is given */
  const uint8_t *channel;        /**< optional */
  const int64_t *amount;         /**< optional */
  const int32_t *currency;       /**< optional; NULL: the context's base currency; an
                                      amount without one is ENG_E_CURRENCY */
  const int64_t *value;          /**< optional */
  const uint64_t *id;            /**< optional */
  const uint32_t *revision;      /**< optional; 0 where there is none */
  const uint16_t *occurrence;    /**< optional; 0 where there is none */
  const uint64_t *refers_to;     /**< optional */
  const int64_t *recorded_at;    /**< optional */
  const uint8_t *scale;          /**< optional */
  const int8_t *valence;         /**< optional */
  const uint32_t *actor;         /**< optional */
  const uint32_t *topic;         /**< optional */
} eng_columns;

/** @brief Empties columns: no rows, all arrays NULL.
 *  @param[out] columns  the caller's; NULL does nothing
 *  @param[in]  size     sizeof(eng_columns) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_columns_init(eng_columns *columns, uint32_t size);

/**
 * @brief A book without customers.
 *
 * @param[in]  context    borrowed for the book's life
 * @param[in]  allocator  copied; NULL: the context's
 * @param[out] out        new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_NOMEM
 * @threads{reentrant; one book may be changed by one thread at a time, and read by many
 *          while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_new(const eng_context *context,
                                              const eng_allocator *allocator,
                                              eng_book **out);

/** @brief Releases a book.
 *  @param[in] book  taken; NULL does nothing
 *  @threads{one book may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_book_free(eng_book *book);

/**
 * @brief Records one event of one customer, who is added if unknown.
 *
 * @param[in]  book     changed; as it was on failure
 * @param[in]  id       customer's id
 * @param[in]  length   1 .. the limit ENG_LIMIT_ID
 * @param[in]  event    copied
 * @param[out] outcome  ENG_RECORD_*; may be NULL; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_CUSTOMER  length out of range
 * @retval ENG_E_CONTEXT   the event was made from another context
 * @retval ENG_E_LIMIT     ENG_LIMIT_EVENTS, ENG_LIMIT_CUSTOMERS, or the book is full
 * @retval ENG_E_NOMEM
 * @threads{one book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_record(eng_book *book, const char *id,
                                                 size_t length, const eng_event *event,
                                                 int32_t *outcome);

/**
 * @brief Records many events; a batch is quicker than single calls from about 8 rows
 *        on, and a large one is sorted and packed tightly.
 *
 * Equal rows without an id are one event told twice (counted as unchanged); use an
 * eng_loader to keep them apart, or give occurrences.
 *
 * All rows are checked before the first is recorded. If memory ends midway, those
 * recorded stay (each is whole) and counts says how many; recording the batch again
 * completes it.
 *
 * @param[in]  book     changed
 * @param[in]  columns  borrowed for the call
 * @param[in,out] counts  added to; may be NULL
 * @param[out] error    line is the first bad row, from 1; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or a needed array is
 * @retval ENG_E_CUSTOMER  and the statuses of the setters of an event, for a bad row;
 *                         nothing was recorded
 * @retval ENG_E_LIMIT     as for eng_book_record
 * @retval ENG_E_NOMEM
 * @threads{one book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_record_many(eng_book *book,
                                                      const eng_columns *columns,
                                                      eng_load_counts *counts,
                                                      eng_error *error);

/** What a loader takes two identical events without ids for. */
enum {
  ENG_IDENTICAL_KEEP = 0, /**< two events: they are numbered, within this loader */
  ENG_IDENTICAL_MERGE = 1 /**< one event, told twice */
};

/**
 * @brief A loader: the events of one source, such as one file.
 *
 * Under ENG_IDENTICAL_KEEP identical events without an id are numbered 0, 1, 2 by
 * recorded_at, so that two equal sales of one day both count and the same source
 * loaded twice changes nothing, whatever the order of its rows. Loaded events are in
 * the book after eng_loader_finish; some of them may be there before. What waits takes
 * up to 512 MiB (64 MiB on 32-bit machines).
 *
 * @param[in]  book       borrowed for the loader's life; not to be used otherwise
 *                        before the loader is freed
 * @param[in]  identical  ENG_IDENTICAL_*
 * @param[out] out        new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    identical
 * @retval ENG_E_NOMEM
 * @threads{one book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_loader_new(eng_book *book, int32_t identical,
                                                eng_loader **out);

/**
 * @brief Takes in one event.
 *
 * @param[in] loader    changed
 * @param[in] id        customer's id
 * @param[in] length    1 .. the limit ENG_LIMIT_ID
 * @param[in] event     copied
 * @param[in] numbered  1: its occurrence is its own and is taken as it is; 0: under
 *                      ENG_IDENTICAL_KEEP the loader gives it one, unless it has an id
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_CUSTOMER  length out of range
 * @retval ENG_E_CONTEXT   the event was made from another context
 * @retval ENG_E_LIMIT     as for eng_book_record
 * @retval ENG_E_NOMEM     the loader can go on once there is memory
 * @threads{one loader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_loader_add(eng_loader *loader, const char *id,
                                                size_t length, const eng_event *event,
                                                int32_t numbered);

/**
 * @brief Brings everything taken in into the book.
 *
 * @param[in] loader  changed; empty afterwards: what it takes in then is a new source
 * @param[in,out] counts  added to; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID  loader is NULL
 * @retval ENG_E_LIMIT    as for eng_book_record
 * @retval ENG_E_NOMEM    nothing is lost: call again once there is memory
 * @threads{one loader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_loader_finish(eng_loader *loader,
                                                   eng_load_counts *counts);

/** @brief Releases a loader, and what it has not brought into the book.
 *  @param[in] loader  taken; NULL does nothing
 *  @threads{one loader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_loader_free(eng_loader *loader);

/**
 * @brief Adds all that another book knows, customer by customer.
 *
 * @param[in] book   changed
 * @param[in] other  borrowed; not the same book
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL, or both are the same
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_LIMIT    as for eng_book_record
 * @retval ENG_E_NOMEM    customers merged so far stay; merging again completes it
 * @threads{book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_merge(eng_book *book, const eng_book *other);

/**
 * @brief Rewrites the events in as little memory as they need, in customer order.
 *
 * @param[in] book  changed; rows are numbered anew. As it was on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  book is NULL, or a census of it is reporting changes
 * @retval ENG_E_NOMEM
 * @threads{one book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_compact(eng_book *book);

/** @brief How many customers the book holds.
 *  @param[in] book  borrowed
 *  @return also the number of rows
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_book_customer_count(const eng_book *book);

/** @brief How many events the book holds.
 *  @param[in] book  borrowed
 *  @return a number of events, voids and voided ones included
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_book_event_count(const eng_book *book);

/** @brief When the last event of the book occurred.
 *  @param[in] book  borrowed
 *  @return milliseconds since 1970; ENG_TIME_NONE: there is no event
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_book_last_event_at(const eng_book *book);

/** @brief The memory that the book holds, in bytes, its own structures included.
 *  @param[in] book  borrowed
 *  @return bytes asked of the allocator and not yet given back
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_book_memory(const eng_book *book);

/**
 * @brief The row of a customer; of a member of a group that of the group.
 *
 * @param[in]  book    borrowed
 * @param[in]  id      customer's id
 * @param[in]  length  bytes of id
 * @param[out] row     0 .. customers - 1; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  the book has no such customer
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_find(const eng_book *book, const char *id,
                                               size_t length, uint64_t *row);

/** @brief The id of the customer in a row.
 *  @param[in]  book    borrowed
 *  @param[in]  row     0 .. customers - 1
 *  @param[out] length  bytes; may be NULL; 0 if there is no such row
 *  @return borrowed until the book is changed; not closed by a NUL; NULL if there is no
 *          such row
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_book_customer_id(const eng_book *book, uint64_t row,
                                         size_t *length);

/**
 * @brief The rows in the order of the customers' ids, compared as bytes.
 *
 * @param[in]  book   borrowed
 * @param[out] rows   eng_book_customer_count entries
 * @param[in]  count  entries of rows
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_BUFFER   rows is too small; nothing was written
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_order(const eng_book *book, uint64_t *rows,
                                                uint64_t count);

/**
 * @brief A copy of the customer in a row: of a group, under its name, with the events
 * of all members. That is for asking; what is to be kept or sent are the members (see
 *        eng_book_member).
 *
 * @param[in]  book  borrowed
 * @param[in]  row   0 .. customers - 1
 * @param[out] out   new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  no such row
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_customer(const eng_book *book, uint64_t row,
                                                   eng_customer **out);

/**
 * @brief The book as known at some moment: each customer as eng_customer_known_at has
 *        them. Who holds events, none of which was known then, is not in it.
 *
 * @param[in]  book      borrowed
 * @param[in]  known_at  ms since 1970, 0..ENG_TIME_MAX; that moment included
 * @param[out] out       new, in the memory of the book's allocator; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_TIME     known_at out of range
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_known_at(const eng_book *book,
                                                   int64_t known_at, eng_book **out);

/**
 * @brief Merges a customer into the book, where it is added if unknown.
 *
 * @param[in] book      changed; as it was on failure
 * @param[in] customer  borrowed
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_LIMIT    as for eng_book_record
 * @retval ENG_E_NOMEM
 * @threads{one book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_merge_customer(eng_book *book,
                                                         const eng_customer *customer);

/**
 * @brief Assesses one customer of the book under every model of an assessor.
 *
 * @param[in]  book      borrowed
 * @param[in]  row       0 .. customers - 1
 * @param[in]  assessor  changed only inside; made from the book's context
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX; events after it are not seen
 * @param[out] stages    one entry a model: rank of the stage, 0 is none
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  no such row
 * @retval ENG_E_CONTEXT   made from different contexts
 * @retval ENG_E_TIME      as_of out of range
 * @retval ENG_E_CALLBACK  a callback model failed
 * @retval ENG_E_NOMEM     only before the assessor has seen a customer as large
 * @threads{the book may be read by many; one assessor for each thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_assess_one(const eng_book *book, uint64_t row,
                                                     eng_assessor *assessor,
                                                     int64_t as_of, int32_t *stages);

/**
 * @brief Assesses many customers into columns: one array for each model.
 *
 * @param[in]  book      borrowed
 * @param[in]  assessor  changed only inside; made from the book's context
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX
 * @param[in]  rows      which rows; NULL: 0 .. count - 1
 * @param[in]  count     how many
 * @param[out] stages    models x count: stages[m * count + i] is the rank of row i
 *                       under model m
 * @param[in]  progress  called about every 65536 customers; may be NULL
 * @param[in]  user      for progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_NOTFOUND   a row that is not there
 * @retval ENG_E_CONTEXT    made from different contexts
 * @retval ENG_E_TIME       as_of out of range
 * @retval ENG_E_CANCELLED  stages holds what was done so far
 * @retval ENG_E_CALLBACK   a callback model failed; stages holds what was done so far
 * @retval ENG_E_NOMEM
 * @threads{the book may be read by many; one assessor for each thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_assess(const eng_book *book,
                                                 eng_assessor *assessor, int64_t as_of,
                                                 const uint64_t *rows, uint64_t count,
                                                 int32_t *stages,
                                                 eng_progress_fn progress, void *user);

/**
 * @brief The stage of one customer under every model, and its next change, as
 *        eng_assessor_next_change says.
 *
 * @param[in]  book         borrowed
 * @param[in]  row          0 .. customers - 1
 * @param[in]  assessor     changed only inside; made from the book's context
 * @param[in]  as_of        ms since 1970, 0..ENG_TIME_MAX
 * @param[out] stages       one entry a model; may be NULL
 * @param[out] next_times   one entry a model; ENG_TIME_NONE: it stays for ever;
 *                          ENG_TIME_UNKNOWN: a callback model does not say
 * @param[out] next_stages  one entry a model
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  no such row
 * @retval ENG_E_CONTEXT   made from different contexts
 * @retval ENG_E_TIME      as_of out of range
 * @retval ENG_E_CALLBACK  a callback model failed
 * @retval ENG_E_LIMIT     more than 2^31 events
 * @retval ENG_E_NOMEM     only before the assessor has seen a customer as large
 * @threads{the book may be read by many; one assessor for each thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_next_change(
    const eng_book *book, uint64_t row, eng_assessor *assessor, int64_t as_of,
    int32_t *stages, int64_t *next_times, int32_t *next_stages);

/**
 * @brief Where one customer stands under every model, since when, the highest stage
 * ever reached, and the lap, as eng_assessor_standing says.
 *
 * @param[in]  book       borrowed
 * @param[in]  row        0 .. customers - 1
 * @param[in]  assessor   changed only inside; made from the book's context
 * @param[in]  as_of      ms since 1970, 0..ENG_TIME_MAX
 * @param[out] standings  one entry a model; all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  no such row
 * @retval ENG_E_CONTEXT   made from different contexts
 * @retval ENG_E_TIME      as_of out of range
 * @retval ENG_E_CALLBACK  a callback model failed
 * @retval ENG_E_LIMIT     more than 2^31 events
 * @retval ENG_E_NOMEM     only before the assessor has seen a customer as large
 * @threads{the book may be read by many; one assessor for each thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_standing(const eng_book *book, uint64_t row,
                                                   eng_assessor *assessor,
                                                   int64_t as_of,
                                                   eng_standing *standings);

/**
 * @brief Every change of one customer's stage under one model, as eng_assessor_history
 *        says.
 *
 * @param[in]  book      borrowed for the call
 * @param[in]  row       0 .. customers - 1
 * @param[in]  assessor  changed only inside; made from the book's context
 * @param[in]  model     index of the model, 0 .. models - 1
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX
 * @param[out] out       new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  no such row
 * @retval ENG_E_RANGE     no such model
 * @retval ENG_E_CONTEXT   made from different contexts
 * @retval ENG_E_TIME      as_of out of range
 * @retval ENG_E_UNSUPPORTED  a callback model
 * @retval ENG_E_LIMIT     more than 2^31 events
 * @retval ENG_E_NOMEM
 * @threads{the book may be read by many; one assessor for each thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_history(const eng_book *book, uint64_t row,
                                                  eng_assessor *assessor, int32_t model,
                                                  int64_t as_of, eng_history **out);

/**
 * @brief Every change of one customer's stage that is to come if nothing happens, as
 *        eng_assessor_outlook says.
 *
 * @param[in]  book      borrowed for the call
 * @param[in]  row       0 .. customers - 1
 * @param[in]  assessor  changed only inside; made from the book's context
 * @param[in]  model     index of the model, 0 .. models - 1
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX; events after it are not seen
 * @param[in]  until     ms since 1970, as_of .. ENG_TIME_MAX
 * @param[out] out       new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  no such row
 * @retval ENG_E_RANGE     no such model
 * @retval ENG_E_CONTEXT   made from different contexts
 * @retval ENG_E_TIME      as_of or until out of range
 * @retval ENG_E_UNSUPPORTED  a callback model
 * @retval ENG_E_LIMIT     more than 2^31 events
 * @retval ENG_E_NOMEM
 * @threads{the book may be read by many; one assessor for each thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_outlook(const eng_book *book, uint64_t row,
                                                  eng_assessor *assessor, int32_t model,
                                                  int64_t as_of, int64_t until,
                                                  eng_history **out);

/**
 * @brief The scores of one model for many customers, into columns: one array for each
 *        score.
 *
 * @param[in]  book      borrowed
 * @param[in]  assessor  changed only inside; made from the book's context
 * @param[in]  model     index of the model in the assessor, 0 .. models - 1
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX
 * @param[in]  rows      which rows; NULL: 0 .. count - 1
 * @param[in]  count     how many
 * @param[out] values    scores x count: values[s * count + i] is score s of row i,
 *                       0..ENG_SCORE_MAX; what is in it after a failure is of no use
 * @param[in]  progress  called about every 65536 customers; may be NULL
 * @param[in]  user      for progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_RANGE      no such model
 * @retval ENG_E_NOTFOUND   a row that is not there
 * @retval ENG_E_CONTEXT    made from different contexts
 * @retval ENG_E_TIME       as_of out of range
 * @retval ENG_E_CANCELLED  values holds what was done so far
 * @retval ENG_E_NOMEM
 * @threads{the book may be read by many; one assessor for each thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_scores(const eng_book *book,
                                                 eng_assessor *assessor, int32_t model,
                                                 int64_t as_of, const uint64_t *rows,
                                                 uint64_t count, int32_t *values,
                                                 eng_progress_fn progress, void *user);

/**
 * @brief Recency, frequency and monetary value of many customers. eng_rfm_quintiles
 *        makes cut points of them.
 *
 * @param[in]  book      borrowed
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX
 * @param[in]  rows      which rows; NULL: 0 .. count - 1
 * @param[in]  count     how many
 * @param[out] out       one entry a row; what is in it after a failure is of no use
 * @param[in]  progress  called about every 65536 customers; may be NULL
 * @param[in]  user      for progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_NOTFOUND   a row that is not there
 * @retval ENG_E_TIME       as_of out of range
 * @retval ENG_E_CANCELLED  out holds what was done so far
 * @retval ENG_E_NOMEM
 * @threads{the book may be read by many}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_rfm(const eng_book *book, int64_t as_of,
                                              const uint64_t *rows, uint64_t count,
                                              eng_rfm *out, eng_progress_fn progress,
                                              void *user);

/**
 * @brief Histories of many customers, reduced for forecasts as eng_customer_summary
 *        does.
 *
 * @param[in]  book      borrowed
 * @param[in]  unit      ENG_UNIT_*
 * @param[in]  until     the end, 0..ENG_TIME_MAX; events after it are not seen
 * @param[in]  rows      which rows; NULL: 0 .. count - 1
 * @param[in]  count     how many
 * @param[out] out       count entries
 * @param[in]  progress  called about every 65536 customers; may be NULL
 * @param[in]  user      for progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_NOTFOUND   a row that is not there
 * @retval ENG_E_RANGE      no such unit
 * @retval ENG_E_TIME       until is out of range
 * @retval ENG_E_CANCELLED  out holds what was done so far
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_summary(const eng_book *book, int32_t unit,
                                                  int64_t until, const uint64_t *rows,
                                                  uint64_t count, eng_summary *out,
                                                  eng_progress_fn progress, void *user);

/**
 * @brief Fits the histories of a book's customers.
 *
 * As eng_fit_new does with their summaries; but ENG_FAMILY_AUTO takes, of days or
 * weeks, the likeliest family that did not clearly worse than another when it was
 * fitted to what was known at the split and forecast each customer's purchases from
 * there to the end. eng_fit_chosen says which of the two decided.
 *
 * @param[in]  book     borrowed
 * @param[in]  unit     ENG_UNIT_*
 * @param[in]  until    the end, 0..ENG_TIME_MAX; events after it are not seen
 * @param[in]  split    before until; ENG_TIME_NONE: half-way from the first purchase of
 *                      all
 * @param[in]  options  NULL: defaults; their `until` is the one above
 * @param[out] out      new; NULL on failure
 * @param[out] error    what the data lacks; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or the family does not fit the unit
 * @retval ENG_E_RANGE      no such family or unit
 * @retval ENG_E_TIME       until or split is out of range
 * @retval ENG_E_THIN       too few customers or repeat purchases to say anything
 * @retval ENG_E_NOFIT      no parameters are likelier than all others
 * @retval ENG_E_LIMIT      more than 2^30 distinct histories, or 10000 periods
 * @retval ENG_E_CANCELLED  progress wanted to end it
 * @retval ENG_E_NOMEM
 * @threads{the book may be read by many}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_fit(const eng_book *book, int32_t unit,
                                              int64_t until, int64_t split,
                                              const eng_fit_options *options,
                                              eng_fit **out, eng_error *error);

/** What somebody's invitations brought. Whoever was a customer before an invitation was
 *  not brought by it, and of several invitations before the first purchase the earliest
 *  one counts: so everybody is brought by one customer at most. */
typedef struct eng_referral {
  uint64_t customers;        /**< brought by invitations that were not rewarded */
  uint64_t incentivised;     /**< brought by those that were */
  uint64_t chain;            /**< both, those whom they brought, and so on */
  double worth;              /**< of `customers` */
  double incentivised_worth; /**< of `incentivised` */
  double chain_worth;        /**< of `chain`, each of them once */
} eng_referral;

/**
 * @brief What each customer's invitations brought.
 *
 * Invitations are events of the kind refer that name the customer, as they are kept at
 * `until`. Chains that would close to a ring are cut at its latest invitation.
 *
 * @param[in]  book      borrowed
 * @param[in]  until     the end, 0..ENG_TIME_MAX; events after it are not seen
 * @param[in]  worths    of each row of the book, whatever the caller counts as worth:
 *                       what they spent, or will spend; finite. NULL: 1 each
 * @param[out] out       of each row
 * @param[in]  progress  called about every 65536 customers; may be NULL
 * @param[in]  user      for progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    book is NULL, or out is while there are customers
 * @retval ENG_E_RANGE      a worth is not finite
 * @retval ENG_E_TIME       until is out of range
 * @retval ENG_E_CANCELLED  out is not filled
 * @retval ENG_E_NOMEM
 * @threads{the book may be read by many}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_referrals(const eng_book *book, int64_t until,
                                                    const double *worths,
                                                    eng_referral *out,
                                                    eng_progress_fn progress,
                                                    void *user);

/**
 * @brief Adds the histories of all customers who bought anything to summaries.
 *
 * @param[in] book       borrowed
 * @param[in] until      the end, 0..ENG_TIME_MAX; events after it are not seen
 * @param[in] summaries  changed; theirs is the unit
 * @param[in] progress   called about every 65536 customers; may be NULL
 * @param[in] user       for progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_TIME       until is out of range
 * @retval ENG_E_CANCELLED  and the statuses of eng_summaries_add: summaries hold some
 * of the customers
 * @retval ENG_E_NOMEM      as well
 * @threads{the book may be read by many; one object of summaries by one thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_summarise(const eng_book *book, int64_t until,
                                                    eng_summaries *summaries,
                                                    eng_progress_fn progress,
                                                    void *user);

/**
 * @brief The canonical bytes of the book: customers in order with their timelines.
 *
 * @param[in]  book      borrowed
 * @param[out] buffer    may be NULL if capacity is 0
 * @param[in]  capacity  bytes of buffer
 * @param[out] size      the bytes needed, also when the buffer is too small
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_BUFFER   too small; what is in it then is of no use
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_encode(const eng_book *book, uint8_t *buffer,
                                                 size_t capacity, size_t *size);

/**
 * @brief A book from canonical bytes, which may come from anybody.
 *
 * @param[in]  context    borrowed for the book's life
 * @param[in]  allocator  copied; NULL: the context's
 * @param[in]  bytes      what eng_book_encode wrote
 * @param[in]  size       of bytes
 * @param[out] out        new; NULL on failure
 * @param[out] error      where it is wrong; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_TRUNCATED  and the further statuses of encoded bytes, ENG_E_MAGIC to
 *                          ENG_E_VOCABULARY
 * @retval ENG_E_LIMIT      more than the limits allow
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_decode(const eng_context *context,
                                                 const eng_allocator *allocator,
                                                 const uint8_t *bytes, size_t size,
                                                 eng_book **out, eng_error *error);

/** @} */

ENG_END_DECLS

#endif
