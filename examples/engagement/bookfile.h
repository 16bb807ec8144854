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
#include "text.h"

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

/* ---- files of keys ---- */

/* As many as a store takes. */
enum { KEYS = 64 };

struct key {
  uint32_t number;
  uint8_t bytes[ENG_STORE_KEY_SIZE];
};

struct keys {
  int count;
  struct key items[KEYS];
};

/* The file of keys of a book: the one that is asked for, else BOOK.key. */
void keys_name(struct text *name, const char *path, const char *key);

/* Adds those of a file, which may not be there. Return as bookfile_load does. */
int keys_read(struct keys *keys, const char *path);

/* Adds those of `others` that are lacking to a file, which has `keys`. */
int keys_add(struct keys *keys, const char *path, const struct keys *others);

/* Makes a key in a file, which is made if it is not there. */
int keys_make(const char *path, uint32_t number, struct keys *keys);

/* Hands them in to a book. */
int keys_hand_in(const struct keys *keys, eng_store *store, const char *path);

/* Leaves none of them in memory. */
void keys_wipe(struct keys *keys);

/* The number of the key under which a book forgets; 0: none. */
eng_status keys_last(eng_store *store, uint32_t *last);

/* Says what a call answered that failed; returns the exit status for it. */
int bookfile_complain(const char *path, eng_status status, const eng_error *error);

#endif
