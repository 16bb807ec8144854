/* SPDX-License-Identifier: MIT */
/*
 * coded.h - encoded bytes as an input: a book, or one customer.
 */
#ifndef ENGAGEMENT_PROGRAM_CODED_H
#define ENGAGEMENT_PROGRAM_CODED_H

#include <stdio.h>

#include <engagement/book.h>

/* INPUT_BOOK, INPUT_CUSTOMER, or INPUT_AUTO: the first bytes are of neither. */
int coded_form(const eng_context *context, const char *bytes, size_t length);

/* Merges such a file, whose first bytes were read, into a book. Returns ANSWER_DONE, or
 * another exit status after saying why. */
int coded_read(eng_book *book, const eng_context *context, const char *name, FILE *file,
               const char *first, size_t length);

#endif
