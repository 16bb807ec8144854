/* SPDX-License-Identifier: MIT */
/*
 * record.h - one event into the book.
 */
#ifndef ENG_BOOK_RECORD_H
#define ENG_BOOK_RECORD_H

#include "book/book.h"

/* Records an event of the customer of this id and its hash; unchanged on failure. */
eng_status eng__book_record(struct eng_book *book, uint32_t hash, const char *id,
                            size_t length, const struct eng__event *event,
                            int32_t *outcome);

/* Adds an outcome to the counts. */
void eng__count_outcome(eng_load_counts *counts, int32_t outcome);

/* Adds counts to the caller's, which may be NULL. */
void eng__add_counts(eng_load_counts *to, const eng_load_counts *from);

#endif
