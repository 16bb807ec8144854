/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Two customers who turn out to be one person: merging and unmerging.
 *
 * Merging writes a link and nothing else: the events of either stay what they are, so
 * that unmerging gives back exactly what was. Customers who are linked, directly or
 * through others, are a group, and a group is one customer to every question: it stands
 * in one row, under the smallest of its ids (compared as bytes), with the events of all
 * of its members.
 *
 * - Of two statements about one pair of ids the later one stands, and of two of one
 * time the one that unmerges. So links come together like events: in any order, any
 * number of times, with one result.
 * - An event with an id is one event, whichever member holds it. Without an id it
 * belongs to its member: two members who bought the same at the same time made two
 * purchases.
 * - Refunds, voids and referrals of one member reach the events of the others. Floors
 *   stay each member's own.
 */
#ifndef ENGAGEMENT_LINK_H
#define ENGAGEMENT_LINK_H

#include <engagement/book.h>

ENG_BEGIN_DECLS

/** @defgroup link Links: customers who are one person
 *  @{ */

/** What a link says. */
enum {
  ENG_LINK_UNMERGED = 0, /**< they are two */
  ENG_LINK_MERGED = 1    /**< they are one person */
};

/** A link as it stands. */
typedef struct eng_link {
  uint32_t size;      /**< set by eng_link_init */
  int32_t state;      /**< ENG_LINK_* */
  const char *a;      /**< the smaller id; borrowed from where the link came from */
  uint64_t a_length;  /**< its bytes */
  const char *b;      /**< the greater id */
  uint64_t b_length;  /**< its bytes */
  int64_t changed_at; /**< when it was said */
} eng_link;

/** @brief Empties a link.
 *  @param[out] link  the caller's; NULL does nothing
 *  @param[in]  size  sizeof(eng_link) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_link_init(eng_link *link, uint32_t size);

/**
 * @brief Merges two customers, whom the book need not know yet.
 *
 * Rows are numbered anew, unless a later statement about the two stands. A group's
 * events are gone through whenever a member is written to: many events are taken in
 * quickest by one call.
 *
 * @param[in] book        changed; as it was on failure
 * @param[in] a           one id
 * @param[in] a_length    1 .. the limit ENG_LIMIT_ID
 * @param[in] b           the other one
 * @param[in] b_length    1 .. the limit ENG_LIMIT_ID
 * @param[in] changed_at  when this was found out, 0..ENG_TIME_MAX
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or both ids are the same
 * @retval ENG_E_CUSTOMER  a length is out of range
 * @retval ENG_E_TIME      changed_at
 * @retval ENG_E_LIMIT     the book is full
 * @retval ENG_E_NOMEM
 * @threads{one book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_link(eng_book *book, const char *a,
                                               size_t a_length, const char *b,
                                               size_t b_length, int64_t changed_at);

/**
 * @brief Takes two customers apart again; what each of them did is as it was. They stay
 *        one if others link them.
 *
 * @param[in] book        changed; as it was on failure
 * @param[in] a           one id
 * @param[in] a_length    1 .. the limit ENG_LIMIT_ID
 * @param[in] b           the other one
 * @param[in] b_length    1 .. the limit ENG_LIMIT_ID
 * @param[in] changed_at  when this was found out, 0..ENG_TIME_MAX
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or both ids are the same
 * @retval ENG_E_CUSTOMER  a length is out of range
 * @retval ENG_E_TIME      changed_at
 * @retval ENG_E_LIMIT     the book is full
 * @retval ENG_E_NOMEM
 * @threads{one book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_unlink(eng_book *book, const char *a,
                                                 size_t a_length, const char *b,
                                                 size_t b_length, int64_t changed_at);

/**
 * @brief Takes in many links; groups are made once, at the end.
 *
 * @param[in] book   changed; as it was on failure
 * @param[in] links  borrowed; each set up by eng_link_init; which id is the smaller one
 *                   does not matter
 * @param[in] count  entries of links
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or the ids of a link are the same
 * @retval ENG_E_CUSTOMER  a length is out of range
 * @retval ENG_E_TIME      a changed_at
 * @retval ENG_E_RANGE     a state
 * @retval ENG_E_LIMIT     the book is full
 * @retval ENG_E_NOMEM
 * @threads{one book may be changed by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_link_many(eng_book *book,
                                                    const eng_link *links,
                                                    uint64_t count);

/** @brief How many pairs of ids the book has a link for, merged or unmerged.
 *  @param[in] book  borrowed
 *  @return a number of links
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_book_link_count(const eng_book *book);

/**
 * @brief The links of a book, in the order of their smaller ids, then of the greater.
 *
 * @param[in]  book   borrowed
 * @param[out] links  eng_book_link_count entries, each set up by eng_link_init; ids are
 *                    borrowed until the book is freed
 * @param[in]  count  entries of links
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_BUFFER   links is too small; nothing was written
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_links(const eng_book *book, eng_link *links,
                                                uint64_t count);

/** @brief How many ids the customer of a row has: those of its group, also such as have
 *         no events.
 *  @param[in] book  borrowed
 *  @param[in] row   0 .. customers - 1
 *  @return 1: it is in no group; 0: no such row
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_book_group_size(const eng_book *book, uint64_t row);

/** @brief One of the ids that the customer of a row has, in the order of their bytes.
 *  @param[in]  book    borrowed
 *  @param[in]  row     0 .. customers - 1
 *  @param[in]  which   0 .. eng_book_group_size - 1; 0 is the name
 *  @param[out] length  bytes; may be NULL; 0 if there is no such id
 *  @return borrowed until the book is changed; NULL if there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_book_group_id(const eng_book *book, uint64_t row,
                                      uint64_t which, size_t *length);

/** @brief How many ids have something of their own in the book, each member of a group
 *         counted for itself.
 *  @param[in] book  borrowed
 *  @return at least the customers
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_book_member_count(const eng_book *book);

/**
 * @brief Numbers of the members in the order of their ids, compared as bytes: of those
 *        who are in no group too.
 *
 * What is stored, exported and sent elsewhere are members and links: answers about a
 * group follow from these.
 *
 * @param[in]  book     borrowed
 * @param[out] members  eng_book_member_count entries, for eng_book_member; they hold
 *                      until the book is changed
 * @param[in]  count    entries of members
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_BUFFER   members is too small; nothing was written
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_members(const eng_book *book,
                                                  uint64_t *members, uint64_t count);

/**
 * @brief The number of a member.
 *
 * @param[in]  book    borrowed
 * @param[in]  id      the member's own id
 * @param[in]  length  bytes of id
 * @param[out] member  for eng_book_member; holds until the book is changed; 0 on
 * failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  the id has nothing of its own in the book
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_find_member(const eng_book *book,
                                                      const char *id, size_t length,
                                                      uint64_t *member);

/**
 * @brief A copy of what one id has done itself, whatever group it is in.
 *
 * @param[in]  book    borrowed
 * @param[in]  member  of eng_book_members
 * @param[out] out     new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  no such member
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_member(const eng_book *book, uint64_t member,
                                                 eng_customer **out);

/** @} */

ENG_END_DECLS

#endif
