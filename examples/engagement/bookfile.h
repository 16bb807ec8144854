/* SPDX-License-Identifier: MIT */
/*
 * bookfile.h - books on files: as an input of any command, and opened for commands of
 * their own.
 */
#ifndef ENGAGEMENT_PROGRAM_BOOKFILE_H
#define ENGAGEMENT_PROGRAM_BOOKFILE_H

#include <stdio.h>

#include <engagement/store.h>

#include "session.h"

/* Whether a file that was just opened is one of SQLite's; it is as just opened after.
 */
int bookfile_is(FILE *file);

/* Adds what a book on a file holds to a book. Returns ANSWER_DONE, or another exit
 * status after saying why. */
int bookfile_load(const eng_context *context, const char *path, eng_book *book);

/* Opens one by ENG_STORE_ flags. Returns as bookfile_load does. */
int bookfile_open(const eng_context *context, const char *path, uint32_t flags,
                  eng_store **out);

/* Hands in the keys of a book: those of the file that is asked for, else of the one
 * beside the book, BOOK.key. If there is none it is made where `needed`, else there is
 * nothing to hand in. Returns as bookfile_load does. */
int bookfile_keys(eng_store *store, const char *path, const char *key, int needed);

/* Says what a call answered that failed; returns the exit status for it. */
int bookfile_complain(const char *path, eng_status status, const eng_error *error);

#endif
