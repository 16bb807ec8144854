/* SPDX-License-Identifier: MIT */
/*
 * order.h - the rows of a book by the ids of their customers.
 */
#ifndef ENG_BOOK_ORDER_H
#define ENG_BOOK_ORDER_H

#include "book/book.h"

/* Rows in the order of ids, compared as bytes; count entries, new memory of
 * `memory`. NULL where the book has no rows, too. */
eng_status eng__book_order(const struct eng_book *book, const eng_allocator *memory,
                           uint32_t **out);

/* The same of the members (see groups.h), of whom there are *count. */
eng_status eng__book_order_members(const struct eng_book *book,
                                   const eng_allocator *memory, uint32_t **out,
                                   size_t *count);

#endif
