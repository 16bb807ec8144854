/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief A journal: what comes into a book, as bytes for the host to keep, before it is
 *        there.
 *
 * A till that keeps its book in memory appends each entry to a file, and after a crash
 * replays the file. An entry is a customer's id and the canonical bytes of one event,
 * or of several; docs/format.md describes it. Replaying is recording: entries may come
 * twice, in any order, from several tills, and the book is the same.
 */
#ifndef ENGAGEMENT_JOURNAL_H
#define ENGAGEMENT_JOURNAL_H

#include <engagement/book.h>

ENG_BEGIN_DECLS

/** @defgroup journal Journals
 *  @{ */

/**
 * Takes whole entries, to be appended in this order to those before. Any answer but 0
 * fails the call that records, with ENG_E_CALLBACK and nothing changed. It must not
 * unwind, and not use the book. `bytes` are borrowed for the call.
 */
typedef int32_t (*eng_journal_fn)(void *user, const uint8_t *bytes, size_t size);

/**
 * @brief Gives a book a journal: from here on all that is recorded in it goes there
 *        first.
 *
 * That is each link (link.h); each event of eng_book_record and eng_book_record_many, a
 * batch's whole before the first of its events is recorded, in pieces of about 64 KiB;
 * and each customer that eng_book_merge, eng_book_merge_customer or an eng_loader
 * brings, with all events that come. Events that the book knows already go there, too.
 * An event can be in the journal and not in the book: if memory or a limit ended its
 * call afterwards, or the callback itself failed once some bytes were written; record
 * it again, or let the replay do so. What goes wrong in the host's writing is the
 * host's to tell: until it has called fsync or the like a power cut can take the last
 * entries.
 *
 * @param[in] book  changed
 * @param[in] fn    takes the entries; NULL: no journal any more
 * @param[in] user  for fn; borrowed
 * @retval ENG_OK
 * @retval ENG_E_INVALID  book is NULL
 * @threads{one book may be changed by one thread at a time; no loader of it is open}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_set_journal(eng_book *book, eng_journal_fn fn,
                                                      void *user);

/**
 * @brief Records what stands in a journal, in pieces or as a whole.
 *
 * What is replayed does not go into the journal of the book again. Whole entries are
 * taken in one by one until the bytes end or one of them is not right; `used` says how
 * far it came, also after a failure.
 *
 * A crash or a power cut may leave the end of a file torn: an entry cut short, bytes
 * that were never written. With `last` such an end is taken calmly: the call succeeds,
 * and `used` says where to cut the file off and go on. It is an end only if no whole
 * entry follows anywhere behind; else the file is damaged in the middle, which is
 * ENG_E_CHECKSUM, and should be looked at before anything is appended.
 *
 * @param[in]  book   changed; holds the entries up to `used`
 * @param[in]  bytes  of a journal, from an entry's first byte on, from anybody
 * @param[in]  size   of bytes
 * @param[in]  last   1: these are the last bytes; 0: more will come, and what is not
 *                    used of these is given again, with them
 * @param[out] used   bytes taken in, a number of whole entries
 * @param[in,out] counts  of events, added to; may be NULL
 * @param[out] error  offset is that of the entry that is wrong; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID     an argument is NULL, or last is neither 0 nor 1
 * @retval ENG_E_CHECKSUM    an entry is damaged
 * @retval ENG_E_VERSION     an entry is of a later format
 * @retval ENG_E_VOCABULARY  and the further statuses of encoded bytes: an entry is not
 *                           one of this context
 * @retval ENG_E_CUSTOMER    an id is longer than the context allows
 * @retval ENG_E_LIMIT       as for eng_book_record
 * @retval ENG_E_NOMEM
 * @threads{one book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_replay(eng_book *book, const uint8_t *bytes,
                                                 size_t size, int32_t last,
                                                 size_t *used, eng_load_counts *counts,
                                                 eng_error *error);

/** @} */

ENG_END_DECLS

#endif
