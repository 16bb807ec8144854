/* SPDX-License-Identifier: MIT */
/*
 * groups.h - customers of a book who are one person.
 *
 * A group stands in one row, under its name, and that row holds the timeline that its
 * members have together. So whoever reads rows reads every group once, and without links
 * nothing is asked but whether there are any. What the members did themselves is kept
 * beside the rows; whoever writes, stores or sends goes there.
 */
#ifndef ENG_BOOK_GROUPS_H
#define ENG_BOOK_GROUPS_H

#include "book/book.h"
#include "core/customer.h"

void eng__groups_release(struct eng_book *book);

/* ---- reading ---- */

/* Whether an id is a member of a group; its node. */
static inline bool eng__groups_member(const struct eng_book *book, uint32_t hash,
                                      const char *id, size_t length, uint32_t *node)
{
  return book->links != NULL && eng__links_find(book->links, hash, id, length, node) &&
         book->links->nodes[*node].group != NULL;
}

/* The row of a customer or of its group. */
bool eng__groups_find(const struct eng_book *book, uint32_t hash, const char *id,
                      size_t length, uint32_t *row);

/* The group that a row stands for; NULL: it is a customer. */
const struct eng__linked_group *eng__groups_of_row(const struct eng_book *book, uint32_t row);

/* The names of groups by the hashes of their members' ids, for who refers to those. */
struct eng__alias {
  uint64_t hash, name;
};

struct eng__aliases {
  struct eng__alias *list;
  size_t count, room;
};

eng_status eng__aliases_make(const struct eng_book *book, const eng_allocator *memory,
                             struct eng__aliases *out);
void eng__aliases_release(struct eng__aliases *aliases, const eng_allocator *memory);
/* The hash of the name, or the hash itself. */
uint64_t eng__aliases_name(const struct eng__aliases *aliases, uint64_t hash);

/* ---- members, in groups or not ---- */

/* Numbers of members are rows that stand for no group, and behind all rows nodes that
 * have done something themselves. */
uint64_t eng__members_count(const struct eng_book *book);
static inline uint64_t eng__members_end(const struct eng_book *book)
{
  return book->rows + (book->links == NULL ? 0 : book->links->node_count);
}
bool eng__member_is(const struct eng_book *book, uint64_t member);

/* What one has done itself, and the shapes it is written in. */
struct eng__member {
  const char *id;
  size_t length;
  struct eng__timeline timeline;
  const struct eng__shapes *shapes;
};

void eng__member_view(const struct eng_book *book, uint64_t member,
                      struct eng__member *out);

/* ---- writing ---- */

/* Whether a member may do something, or would be one customer too many. */
eng_status eng__groups_reserve(const struct eng_book *book, uint32_t node);

/* Records an event of a member. */
eng_status eng__groups_record(struct eng_book *book, uint32_t node,
                              const struct eng__event *event, int32_t *outcome);

/* A member on its way to be changed: a copy, which takes the member's place at the end
 * together with what follows for the group. */
struct eng__edit {
  struct eng_book *book;
  uint32_t node;
  eng_customer *customer;
};

eng_status eng__edit_begin(struct eng_book *book, uint32_t node, struct eng__edit *edit);

/* On failure the book is as it was. The copy is gone either way. */
eng_status eng__edit_end(struct eng__edit *edit);
void eng__edit_drop(struct eng__edit *edit);

/* Whether a link may be told to a book. */
eng_status eng__link_check(const struct eng_book *book, const eng_link *link);

/* The links in order, new memory of `memory`; NULL where there are none, too. */
eng_status eng__groups_list(const struct eng_book *book, const eng_allocator *memory,
                            eng_link **out, uint64_t *count);

/* Takes in the links of another book that were made by then; or of one of its groups
 * those that stand. */
eng_status eng__groups_merge(struct eng_book *book, const struct eng_book *other,
                             int64_t until);
eng_status eng__groups_link(struct eng_book *book, const struct eng_book *other,
                            const struct eng__linked_group *group);

#endif
