/* SPDX-License-Identifier: MIT */
/*
 * merge.h - what other books and customers know, added to a book.
 */
#ifndef ENG_BOOK_MERGE_H
#define ENG_BOOK_MERGE_H

#include "book/book.h"

/* Adds the members of `other` from number *from on, which is then the first that was
 * not added; links are left out. Counts events of other; they count right where other has no floors. */
eng_status eng__book_merge(struct eng_book *book, const struct eng_book *other,
                           uint64_t *from, eng_load_counts *counts);

/* Adds one customer, of the same context; counts as above. */
eng_status eng__book_merge_customer(struct eng_book *book, const eng_customer *customer,
                                    eng_load_counts *counts);

#endif
