/* SPDX-License-Identifier: MIT */
/*
 * message.h - what is said to a person on standard error.
 *
 * An error says what to do next. Nothing of a row and nothing of a customer stands in
 * a message.
 */
#ifndef ENGAGEMENT_PROGRAM_MESSAGE_H
#define ENGAGEMENT_PROGRAM_MESSAGE_H

#include <stdint.h>

#include <engagement/status.h>

#include "text.h"

/* From here on notes are not said; complaints still are. */
void message_be_quiet(void);

/* Something to know. */
void note(const char *format, ...) TEXT_LIKE_PRINTF(1, 2);

/* Something wrong, under the program's name. */
void complain(const char *format, ...) TEXT_LIKE_PRINTF(1, 2);

/* Something wrong at a place of a file; a column of 0 is left out. */
void complain_at(const char *file, uint64_t line, uint64_t column, const char *format,
                 ...) TEXT_LIKE_PRINTF(4, 5);

/* What a call of the library that should not have failed answered; returns the exit
 * status for it. */
int complain_status(const char *doing, eng_status status);

/* Progress of long work, on a terminal only, from the second second on. */
void progress(const char *doing, uint64_t done, uint64_t total);

/* The same as an eng_progress_fn, whose `user` is the name of the work; the line goes away
 * with the end of it. Nobody is asked to stop: who wants to, interrupts the program. */
int32_t progress_of(void *doing, uint64_t done, uint64_t total);

/* Takes the line of progress away. */
void progress_end(void);

#endif
