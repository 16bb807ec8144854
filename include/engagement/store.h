/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief A store: a customer base on a file, in SQLite.
 *
 * A row of the file is a customer: the id and the canonical bytes of the timeline.
 * Writing reads the customers concerned, merges, and writes them back in one
 * transaction, so a store may be larger than memory; an eng_book holds all it has in
 * memory, and its rows are numbers that another process could not keep. That is why the
 * two are two: questions are put to books, which a store fills whole or piece by piece.
 *
 * What a call acknowledged is on the disk, unless ENG_STORE_NORMAL was asked for.
 * Any number of processes may read beside one that writes. Every byte that is read is
 * checked: a file may come from anybody.
 *
 * A customer without events is kept only for a floor of its own. Built without SQLite,
 * all functions answer ENG_E_UNSUPPORTED. SQLite's own memory is not the host's.
 */
#ifndef ENGAGEMENT_STORE_H
#define ENGAGEMENT_STORE_H

#include <engagement/book.h>
#include <engagement/link.h>

ENG_BEGIN_DECLS

/** @defgroup store Stores: a book on a file
 *  @{ */

/** A customer base on a file. */
typedef struct eng_store eng_store;

/** Walks over the customers of a store in the order of their ids. */
typedef struct eng_store_cursor eng_store_cursor;

/** How a file is opened. */
enum {
  ENG_STORE_CREATE = 1 << 0,   /**< one that is not there is made */
  ENG_STORE_READ_ONLY = 1 << 1 /**< nothing is changed */
};

/** When what was acknowledged is on the disk. */
enum {
  ENG_STORE_FULL = 0,  /**< at once: a power cut loses nothing */
  ENG_STORE_NORMAL = 1 /**< soon: a power cut may lose the last batches, whole ones and
                            the last first; a crash of the process loses nothing */
};

/** How a store is opened. */
typedef struct eng_store_options {
  uint32_t size;     /**< set by eng_store_options_init */
  uint32_t flags;    /**< ENG_STORE_CREATE, ENG_STORE_READ_ONLY; default 0 */
  int32_t sync;      /**< ENG_STORE_FULL (the default) or ENG_STORE_NORMAL */
  int32_t wait_ms;   /**< how long a lock of somebody else is waited for, 0..3600000
                          milliseconds; default 5000 */
  uint32_t cache_kb; /**< memory for pages, 64..2^30 KiB; default 16384 */
  uint32_t reserved; /**< 0 */
  const char *vfs;   /**< name of a VFS registered with SQLite; NULL: its default */
} eng_store_options;

/** @brief Sets the defaults.
 *  @param[out] options  the caller's; NULL does nothing
 *  @param[in]  size     sizeof(eng_store_options) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_store_options_init(eng_store_options *options, uint32_t size);

/**
 * @brief Opens a file. One of an earlier version is brought to this one, unless it is
 *        opened to be read only; one of a later version is left alone, byte for byte.
 *
 * @param[in]  context    borrowed for the store's life
 * @param[in]  allocator  copied; NULL: the context's
 * @param[in]  path       UTF-8, closed by a NUL
 * @param[in]  options    NULL: the defaults
 * @param[out] out        new; NULL on failure
 * @param[out] error      more in words; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or flags contradict each other
 * @retval ENG_E_RANGE     an option is out of range
 * @retval ENG_E_NOTFOUND  there is no such file, or it cannot be opened
 * @retval ENG_E_MAGIC     the file is something else
 * @retval ENG_E_VERSION   the file is of a later version
 * @retval ENG_E_DAMAGED   the file is damaged
 * @retval ENG_E_BUSY      another holds its lock for longer than wait_ms
 * @retval ENG_E_READONLY  the file cannot be written to
 * @retval ENG_E_IO        reading or writing failed
 * @retval ENG_E_FULL      the disk is full
 * @retval ENG_E_NOMEM
 * @retval ENG_E_UNSUPPORTED  built without SQLite, or its version is not good enough
 * @threads{reentrant; one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_open(const eng_context *context,
                                                const eng_allocator *allocator,
                                                const char *path,
                                                const eng_store_options *options,
                                                eng_store **out, eng_error *error);

/** @brief Closes a store, after all of its cursors. A transaction that is open is
 * rolled back.
 *  @param[in] store  taken; NULL does nothing
 *  @threads{one store may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_store_close(eng_store *store);

/** @brief What SQLite said of the last call that failed.
 *  @param[in] store  borrowed; may be NULL
 *  @return SQLite's extended result code; 0: the failure was none of its
 *  @threads{one store may be used by one thread at a time}
 *  @since 0.1 */
ENG_API int32_t eng_store_sqlite_code(const eng_store *store);

/* ---- writing ---- */

/**
 * @brief Begins a transaction: what is written until eng_store_commit becomes durable
 *        at once, or not at all. Without one, each call that writes is its own.
 *
 * The lock for writing is taken here, so a transaction that has begun does not fail for
 * somebody else's. After a failure of SQLite (ENG_E_IO, ENG_E_FULL, ENG_E_NOMEM) the
 * transaction may be gone; eng_store_commit then says ENG_E_INVALID.
 *
 * @param[in] store  changed
 * @retval ENG_OK
 * @retval ENG_E_INVALID   store is NULL, in a transaction already, or has a cursor
 * @retval ENG_E_READONLY  opened to be read only
 * @retval ENG_E_BUSY      another writes
 * @retval ENG_E_IO        and the further statuses of files, as for eng_store_open
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_begin(eng_store *store);

/**
 * @brief Ends the transaction: all of it is on the disk when this returns ENG_OK. On
 *        failure none of it is.
 *
 * @param[in] store  changed
 * @retval ENG_OK
 * @retval ENG_E_INVALID  store is NULL or in no transaction
 * @retval ENG_E_IO       and the further statuses of files, as for eng_store_open
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_commit(eng_store *store);

/** @brief Ends the transaction as if it had not begun.
 *  @param[in] store  changed; NULL, or one in no transaction, does nothing
 *  @threads{one store may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_store_rollback(eng_store *store);

/**
 * @brief Records one event of one customer, who is added if unknown.
 *
 * @param[in]  store    changed; as it was on failure
 * @param[in]  id       customer's id
 * @param[in]  length   1 .. the limit ENG_LIMIT_ID
 * @param[in]  event    copied
 * @param[out] outcome  ENG_RECORD_*; may be NULL; 0 on failure
 * @retval ENG_OK          it is on the disk, or will be with the transaction
 * @retval ENG_E_INVALID   an argument is NULL, or the store has a cursor
 * @retval ENG_E_CUSTOMER  length out of range
 * @retval ENG_E_CONTEXT   the event was made from another context
 * @retval ENG_E_LIMIT     ENG_LIMIT_EVENTS or ENG_LIMIT_BLOB
 * @retval ENG_E_KEY       an unknown customer, who may be one of those forgotten, and a
 *                         key is missing; so of all calls that write
 * @retval ENG_E_BUSY      and the further statuses of files, as for eng_store_begin
 * @retval ENG_E_TRUNCATED and the further statuses of encoded bytes: the row is damaged
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_record(eng_store *store, const char *id,
                                                  size_t length, const eng_event *event,
                                                  int32_t *outcome);

/**
 * @brief Records many events, all of them or none.
 *
 * Equal rows without an id are one event, as for eng_book_record_many. The customers
 * concerned are in memory for the time of the call.
 *
 * @param[in]  store    changed; as it was on failure
 * @param[in]  columns  borrowed for the call
 * @param[in,out] counts  added to; may be NULL
 * @param[out] error    line is the first bad row, from 1; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, a needed array is, or there is a cursor
 * @retval ENG_E_CUSTOMER  and the statuses of the setters of an event, for a bad row
 * @retval ENG_E_LIMIT     as for eng_store_record
 * @retval ENG_E_BUSY      and the further statuses of files, as for eng_store_begin
 * @retval ENG_E_TRUNCATED and the further statuses of encoded bytes: a row is damaged
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_record_many(eng_store *store,
                                                       const eng_columns *columns,
                                                       eng_load_counts *counts,
                                                       eng_error *error);

/**
 * @brief Adds all that a customer's timeline knows. A floor that comes with it may drop
 *        events; the file is not scrubbed then: see eng_store_scrub_is_due.
 *
 * @param[in] store     changed; as it was on failure
 * @param[in] customer  borrowed
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL, or the store has a cursor
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_LIMIT    as for eng_store_record
 * @retval ENG_E_BUSY     and the further statuses of files, as for eng_store_begin
 * @retval ENG_E_TRUNCATED and the further statuses of encoded bytes: the row is damaged
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_merge_customer(eng_store *store,
                                                          const eng_customer *customer);

/**
 * @brief Adds all that a book knows, customer by customer, in one transaction. Floors
 *        drop events as in eng_store_merge_customer.
 *
 * @param[in] store     changed; as it was on failure
 * @param[in] book      borrowed
 * @param[in] progress  called about every 1024 customers; may be NULL
 * @param[in] user      for progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or the store has a cursor
 * @retval ENG_E_CONTEXT    made from different contexts
 * @retval ENG_E_CANCELLED  progress said so
 * @retval ENG_E_LIMIT      as for eng_store_record
 * @retval ENG_E_BUSY       and the further statuses of files, as for eng_store_begin
 * @retval ENG_E_TRUNCATED  and the further statuses of encoded bytes: a row is damaged
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_merge_book(eng_store *store,
                                                      const eng_book *book,
                                                      eng_progress_fn progress,
                                                      void *user);

/* ---- forgetting ---- */

/** Bytes of a key. */
enum { ENG_STORE_KEY_SIZE = 16 };

/**
 * @brief Hands in a key: who was forgotten is remembered by a pseudonym only, which
 *        nobody can make or compare without it.
 *
 * The file keeps the number of a key and a proof by which another one is told apart,
 * never the key. A number that the file does not have yet is taken in. The key of the
 * greatest number is the one under which is forgotten; those of smaller numbers are
 * needed until what was forgotten under them lies at or before the floor of the store
 * (see eng_store_next_key). So a new key has the next number, and a key of another
 * book, with which this one is to be synced, a number of its own.
 *
 * @param[in] store   changed; keeps a copy of the key until it is closed
 * @param[in] number  1..2147483647
 * @param[in] key     ENG_STORE_KEY_SIZE random bytes, kept apart from the file
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL, or the store has a cursor
 * @retval ENG_E_RANGE    number
 * @retval ENG_E_KEY      the file knows another key by that number
 * @retval ENG_E_LIMIT    more than 64 keys
 * @retval ENG_E_BUSY     and the further statuses of files, as for eng_store_begin
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_set_key(eng_store *store, uint32_t number,
                                                   const uint8_t *key);

/**
 * @brief The keys that the file knows, one after the other in the order of numbers. The
 *        last one is that under which is forgotten.
 *
 * @param[in]  store      borrowed
 * @param[in]  after      the number before; 0: the first key is asked for
 * @param[out] number     of the key; 0: there is none behind `after`, and on failure
 * @param[out] forgotten  tombstones that stand under it; 0: it is needed no longer,
 *                        unless it is the last one; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID  store or number is NULL
 * @retval ENG_E_IO       and the further statuses of files, as for eng_store_open
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_next_key(eng_store *store, uint32_t after,
                                                    uint32_t *number,
                                                    uint64_t *forgotten);

/**
 * @brief Raises the floor of all customers, those that are to come too: events at or
 *        before it are dropped for good, and are ignored should they come again.
 *
 * Then the file is scrubbed, as eng_store_scrub does; within a transaction, once that
 * is committed.
 *
 * @param[in] store     changed; as it was on failure, but for a damaged row
 * @param[in] floor     ms since 1970, 0..ENG_TIME_MAX; one below the present floor
 *                      changes nothing
 * @param[in] progress  called about every 1024 customers; may be NULL
 * @param[in] user      for progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    store is NULL or has a cursor
 * @retval ENG_E_TIME       floor out of range
 * @retval ENG_E_CANCELLED  progress said so
 * @retval ENG_E_BUSY       and the further statuses of files, as for eng_store_begin;
 * of scrubbing too: then eng_store_scrub_is_due says 1
 * @retval ENG_E_TRUNCATED  and the further statuses of encoded bytes: a row is damaged
 * and stays as it is. The floor holds, and all others were expired
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_expire(eng_store *store, int64_t floor,
                                                  eng_progress_fn progress, void *user);

/**
 * @brief Raises the floor of one customer, known or not.
 *
 * @param[in] store   changed; as it was on failure
 * @param[in] id      customer's id
 * @param[in] length  1 .. the limit ENG_LIMIT_ID
 * @param[in] floor   ms since 1970, 0..ENG_TIME_MAX
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or the store has a cursor
 * @retval ENG_E_CUSTOMER  length out of range
 * @retval ENG_E_TIME      floor out of range
 * @retval ENG_E_KEY       an unknown customer, and a key is missing
 * @retval ENG_E_BUSY      and further statuses, as for eng_store_expire
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_expire_customer(eng_store *store,
                                                           const char *id,
                                                           size_t length,
                                                           int64_t floor);

/** @brief The floor of all customers.
 *  @param[in]  store  borrowed
 *  @param[out] out    ms since 1970; ENG_TIME_NONE: there is none, and on failure
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  an argument is NULL
 *  @retval ENG_E_IO       and the further statuses of files, as for eng_store_open
 *  @threads{one store may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_store_floor(eng_store *store, int64_t *out);

/**
 * @brief Forgets a person: the id and every event, wherever they come from later. Only
 *        what occurs after `now` (and after all that was held) is taken in again, as
 *        somebody new.
 *
 * What stays is a pseudonym under the key and the floor. A damaged row is dropped by
 * its id. Afterwards the file is scrubbed, as eng_store_scrub does, so that the id and
 * the events stand in no byte of the file or of those beside it; within a transaction,
 * once that is committed. The process's memory, copies and backups are the host's to
 * think of.
 *
 * @param[in]  store   changed; as it was on failure
 * @param[in]  id      customer's id, known or not
 * @param[in]  length  1 .. the limit ENG_LIMIT_ID
 * @param[in]  now     ms since 1970, 0..ENG_TIME_MAX
 * @param[out] known   1 if there was such a customer, else 0; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or the store has a cursor
 * @retval ENG_E_CUSTOMER  length out of range
 * @retval ENG_E_TIME      now out of range
 * @retval ENG_E_KEY       there is no key, see eng_store_set_key
 * @retval ENG_E_BUSY      and further statuses, as for eng_store_expire
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_forget(eng_store *store, const char *id,
                                                  size_t length, int64_t now,
                                                  int32_t *known);

/**
 * @brief Writes the file anew and empties the log beside it, so that nothing is left of
 *        what was dropped. Takes the time and the room of a copy.
 *
 * @param[in] store  changed; in no transaction and without a cursor
 * @retval ENG_OK
 * @retval ENG_E_INVALID  store is NULL, in a transaction, or has a cursor
 * @retval ENG_E_BUSY     somebody reads or writes; call it again later
 * @retval ENG_E_IO       and the further statuses of files, as for eng_store_begin
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_scrub(eng_store *store);

/** @brief Whether something was dropped and the file was not scrubbed since.
 *  @param[in]  store  borrowed
 *  @param[out] due    1 or 0; 1 on failure
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  an argument is NULL
 *  @retval ENG_E_IO       and the further statuses of files, as for eng_store_open
 *  @threads{one store may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_store_scrub_is_due(eng_store *store, int32_t *due);

/* ---- customers who are one person ---- */

/**
 * @brief Merges two customers: see link.h for what follows. The store need not know
 * them.
 *
 * @param[in]  store       changed; as it was on failure
 * @param[in]  a           one id
 * @param[in]  a_length    1 .. the limit ENG_LIMIT_ID
 * @param[in]  b           the other one
 * @param[in]  b_length    1 .. the limit ENG_LIMIT_ID
 * @param[in]  changed_at  when this was found out, 0..ENG_TIME_MAX
 * @param[out] outcome     ENG_RECORD_*: UNCHANGED where a later statement stands,
 * IGNORED at or before the floor of all, or of a tombstone of either; may be NULL; 0 on
 * failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, both ids are the same, or the store has
 * a cursor
 * @retval ENG_E_CUSTOMER  a length is out of range
 * @retval ENG_E_TIME      changed_at
 * @retval ENG_E_KEY       somebody was forgotten under a key that was not handed in
 * @retval ENG_E_BUSY      and the further statuses of files, as for eng_store_begin
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_link(eng_store *store, const char *a,
                                                size_t a_length, const char *b,
                                                size_t b_length, int64_t changed_at,
                                                int32_t *outcome);

/**
 * @brief Takes two customers apart again.
 *
 * @param[in]  store       changed; as it was on failure
 * @param[in]  a           one id
 * @param[in]  a_length    1 .. the limit ENG_LIMIT_ID
 * @param[in]  b           the other one
 * @param[in]  b_length    1 .. the limit ENG_LIMIT_ID
 * @param[in]  changed_at  when this was found out, 0..ENG_TIME_MAX
 * @param[out] outcome     ENG_RECORD_*, as for eng_store_link; may be NULL; 0 on
 * failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   and the further statuses of eng_store_link
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_unlink(eng_store *store, const char *a,
                                                  size_t a_length, const char *b,
                                                  size_t b_length, int64_t changed_at,
                                                  int32_t *outcome);

/**
 * @brief Puts the links of a store into a book, and nothing else.
 *
 * @param[in] store  borrowed
 * @param[in] book   changed; what it holds stays. On failure it has some of them
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_CONTEXT    made from different contexts
 * @retval ENG_E_DAMAGED    and the further statuses of encoded bytes
 * @retval ENG_E_IO         and the further statuses of files, as for eng_store_open
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_links(eng_store *store, eng_book *book);

/* ---- reading ---- */

/**
 * @brief How many customers the store holds; the file's rows are counted.
 *
 * @param[in]  store  borrowed
 * @param[out] out    customers; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_IO       and the further statuses of files, as for eng_store_open
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_customer_count(eng_store *store,
                                                          uint64_t *out);

/**
 * @brief Whether another connection has written to the file since this was asked last:
 *        cheap enough to be asked many times a second.
 *
 * @param[in]  store    borrowed; in no transaction
 * @param[out] changed  1 or 0; 1 the first time; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL, or the store is in a transaction
 * @retval ENG_E_IO       and the further statuses of files, as for eng_store_open
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_is_changed(eng_store *store,
                                                      int32_t *changed);

/**
 * @brief A customer of the store: of a member of a group what it did itself.
 *
 * @param[in]  store   borrowed
 * @param[in]  id      customer's id
 * @param[in]  length  bytes of id
 * @param[out] out     new; NULL on failure
 * @param[out] error   where its bytes are wrong; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  the store has no such customer
 * @retval ENG_E_TRUNCATED and the further statuses of encoded bytes
 * @retval ENG_E_IO        and the further statuses of files, as for eng_store_open
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_customer(eng_store *store, const char *id,
                                                    size_t length, eng_customer **out,
                                                    eng_error *error);

/**
 * @brief Fills a book with all customers and links, as of one moment of the file.
 *
 * @param[in] store     borrowed
 * @param[in] book      changed; what it holds stays. On failure it has some of them
 * @param[in] progress  called about every 1024 customers; may be NULL
 * @param[in] user      for progress
 * @param[out] error    where bytes are wrong; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_CONTEXT    made from different contexts
 * @retval ENG_E_CANCELLED  progress said so
 * @retval ENG_E_LIMIT      as for eng_book_record
 * @retval ENG_E_TRUNCATED  and the further statuses of encoded bytes
 * @retval ENG_E_IO         and the further statuses of files, as for eng_store_open
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_load(eng_store *store, eng_book *book,
                                                eng_progress_fn progress, void *user,
                                                eng_error *error);

/**
 * @brief A cursor before the first customer. All that it gives is as of one moment of
 *        the file, its first step. While it lives, its store is not written to.
 *
 * @param[in]  store  borrowed for the cursor's life
 * @param[out] out    new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_NOMEM
 * @retval ENG_E_IO       and the further statuses of files, as for eng_store_open
 * @threads{one store may be used by one thread at a time, its cursors too}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_cursor_new(eng_store *store,
                                                      eng_store_cursor **out);

/**
 * @brief The next customer, in the order of ids as bytes; members of groups each for
 *        themselves.
 *
 * @param[in]  cursor    changed
 * @param[out] customer  borrowed until the next call or until the cursor is freed;
 *                       NULL after the last one, and on failure
 * @param[out] error     where bytes are wrong; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_TRUNCATED  and the further statuses of encoded bytes; the next call
 *                          goes on behind this customer
 * @retval ENG_E_IO         and the further statuses of files, as for eng_store_open
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time, its cursors too}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_cursor_next(eng_store_cursor *cursor,
                                                       const eng_customer **customer,
                                                       eng_error *error);

/**
 * @brief Fills a book with the next customers: for a store that is larger than memory,
 *        in pieces, each into a book of its own.
 *
 * A group comes whole where its first member stands, and counts once. For that the
 * links of the store are held in memory.
 *
 * @param[in]  cursor  changed
 * @param[in]  most    how many customers at the most
 * @param[in]  book    changed; what it holds stays. On failure it has some of them
 * @param[out] count   customers that were read; 0: there are no more
 * @param[out] error   where bytes are wrong; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_CONTEXT    made from different contexts
 * @retval ENG_E_LIMIT      as for eng_book_record
 * @retval ENG_E_TRUNCATED  and the further statuses of encoded bytes
 * @retval ENG_E_IO         and the further statuses of files, as for eng_store_open
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time, its cursors too}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_cursor_read(eng_store_cursor *cursor,
                                                       uint64_t most, eng_book *book,
                                                       uint64_t *count,
                                                       eng_error *error);

/** @brief Releases a cursor.
 *  @param[in] cursor  taken; NULL does nothing
 *  @threads{one store may be used by one thread at a time, its cursors too}
 *  @since 0.1 */
ENG_API void eng_store_cursor_free(eng_store_cursor *cursor);

/** What eng_store_check found. */
typedef struct eng_store_report {
  uint32_t size;      /**< set by eng_store_report_init */
  uint32_t reserved;  /**< 0 */
  uint64_t customers; /**< rows that are right */
  uint64_t events;    /**< their events */
  uint64_t bytes;     /**< of their encoded timelines */
  uint64_t damaged;   /**< rows that are not */
  uint64_t pages;     /**< defects of the file itself that SQLite found; it stops
                           looking at 100 */
  uint64_t links;     /**< pairs of ids whose link is right */
} eng_store_report;

/** @brief Sets all to 0.
 *  @param[out] report  the caller's; NULL does nothing
 *  @param[in]  size    sizeof(eng_store_report) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_store_report_init(eng_store_report *report, uint32_t size);

/**
 * @brief Looks at every page and every row of the file.
 *
 * @param[in]  store     borrowed; has no cursor
 * @param[in]  progress  called about every 1024 customers; may be NULL
 * @param[in]  user      for progress
 * @param[out] report    filled in; set up by eng_store_report_init
 * @retval ENG_OK           everything was looked at; the report says what was found
 * @retval ENG_E_INVALID    an argument is NULL, or the store has a cursor
 * @retval ENG_E_CANCELLED  progress said so
 * @retval ENG_E_DAMAGED    the file is damaged so that not all of it could be looked at
 * @retval ENG_E_IO         and the further statuses of files, as for eng_store_open
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_check(eng_store *store,
                                                 eng_progress_fn progress, void *user,
                                                 eng_store_report *report);

/* ---- books that were apart ---- */

/** One side of bringing two stores together: it takes the other side's messages and
 *  gives those to send. */
typedef struct eng_sync eng_sync;

/** Who begins. */
enum {
  ENG_SYNC_ASK = 1,   /**< begins, and decides what is exchanged */
  ENG_SYNC_ANSWER = 2 /**< answers */
};

/** What was exchanged so far, as one side sees it. */
typedef struct eng_sync_counts {
  uint32_t size;               /**< set by eng_sync_counts_init */
  uint32_t reserved;           /**< 0 */
  uint64_t messages;           /**< given and taken */
  uint64_t bytes_sent;         /**< of messages given */
  uint64_t bytes_received;     /**< of messages taken */
  uint64_t customers_sent;     /**< whose events, all or some, were given */
  uint64_t customers_received; /**< whose events were taken in */
  uint64_t forgotten_sent;     /**< tombstones given */
  uint64_t forgotten_received; /**< tombstones taken in */
  uint64_t links_sent;         /**< links given */
  uint64_t links_received;     /**< links taken in */
  uint64_t customers_mended;   /**< whose row here was damaged and is theirs now */
  uint64_t customers_damaged;  /**< whose row is damaged where it would be needed: they
                                    differ still */
} eng_sync_counts;

/** @brief Sets all counts to 0.
 *  @param[out] counts  the caller's; NULL does nothing
 *  @param[in]  size    sizeof(eng_sync_counts) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_sync_counts_init(eng_sync_counts *counts, uint32_t size);

/**
 * @brief One side of a sync. Afterwards both stores hold what either held: the same
 *        customers, floors and tombstones, as if there had been one book.
 *
 * Only what the other side lacks is exchanged: ranges of customers are compared by
 * digests, down to single customers, and then events go over. What was taken in is on
 * the disk before it is acknowledged; a sync that breaks off has done a part, and the
 * next one goes on from there. The file is not scrubbed: see eng_store_scrub_is_due.
 * Both sides need the keys under which the other one forgot. The context must name the
 * own kinds and channels of both. A row that is damaged on one side becomes what the
 * other side has of the customer.
 *
 * @source{Meyer (2023), Range-Based Set Reconciliation}
 *
 * @param[in]  store  borrowed for the life of the sync; in no transaction
 * @param[in]  role   ENG_SYNC_*; one side has the one, the other the other
 * @param[out] out    new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or the store is in a transaction or has
 * a cursor
 * @retval ENG_E_RANGE     role
 * @retval ENG_E_READONLY  the store was opened to be read only
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time, its syncs too}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_sync_new(eng_store *store, int32_t role,
                                              eng_sync **out);

/**
 * @brief Takes a message of the other side and gives the next one. The side that asks
 *        is called first with no message.
 *
 * A message is full from a mebibyte on, which its last item may pass: none is longer
 * than the limit ENG_LIMIT_BLOB and 4 MiB, and a longer one is refused.
 * Between two calls the store may be used for anything. After
 * a failure only eng_sync_free is of use; the store holds what came before.
 *
 * @param[in]  sync      changed
 * @param[in]  message   what the other side gave, from anybody; NULL: none yet
 * @param[in]  size      bytes of message
 * @param[out] out       to be sent to the other side; borrowed until the next call or
 *                       until the sync is freed; NULL where there is none
 * @param[out] out_size  bytes of out
 * @param[out] done      1: after sending out, if there is any, this side is done
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or this side is done
 * @retval ENG_E_KEY        the other side forgot under a key that was not handed in
 *                          here, or is another one
 * @retval ENG_E_TRUNCATED  and the further statuses of encoded bytes: the message is
 *                          not right
 * @retval ENG_E_LIMIT      more than the limits allow
 * @retval ENG_E_BUSY       and the further statuses of files, as for eng_store_begin
 * @retval ENG_E_NOMEM
 * @threads{one store may be used by one thread at a time, its syncs too}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_sync_next(eng_sync *sync, const uint8_t *message,
                                               size_t size, const uint8_t **out,
                                               size_t *out_size, int32_t *done);

/** @brief What was exchanged so far.
 *  @param[in]  sync    borrowed
 *  @param[out] counts  set up by eng_sync_counts_init; NULL does nothing
 *  @threads{one store may be used by one thread at a time, its syncs too}
 *  @since 0.1 */
ENG_API void eng_sync_get_counts(const eng_sync *sync, eng_sync_counts *counts);

/** @brief Releases a sync, done or not.
 *  @param[in] sync  taken; NULL does nothing
 *  @threads{one store may be used by one thread at a time, its syncs too}
 *  @since 0.1 */
ENG_API void eng_sync_free(eng_sync *sync);

/** Moves all of `size` bytes: into `bytes` for reading, from there for writing. 0 is
 *  done; anything else ends the sync with ENG_E_CALLBACK. */
typedef int32_t (*eng_stream_fn)(void *user, uint8_t *bytes, size_t size);

/** A stream of bytes to the other side and back: a socket, a pipe, a cable. */
typedef struct eng_stream {
  uint32_t size;       /**< sizeof(eng_stream) as the caller was compiled */
  uint32_t reserved;   /**< 0 */
  void *user;          /**< handed to both */
  eng_stream_fn read;  /**< never NULL */
  eng_stream_fn write; /**< never NULL; what it is given it leaves as it is */
} eng_stream;

/**
 * @brief A whole sync over a stream: each message behind its length in four bytes,
 *        little-endian.
 *
 * @param[in]  store   changed; in no transaction and without a cursor
 * @param[in]  role    ENG_SYNC_*
 * @param[in]  stream  borrowed for the call
 * @param[out] counts  set up by eng_sync_counts_init; also after a failure; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or the store is in a transaction or has
 * a cursor
 * @retval ENG_E_CALLBACK  the stream failed
 * @retval ENG_E_RANGE     and the further statuses of eng_sync_new and eng_sync_next
 * @threads{one store may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_store_sync(eng_store *store, int32_t role,
                                                const eng_stream *stream,
                                                eng_sync_counts *counts);

/** @} */

ENG_END_DECLS

#endif
