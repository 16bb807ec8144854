/* SPDX-License-Identifier: MIT */
/*
 * host.h - what differs between operating systems, and nothing else does.
 */
#ifndef ENGAGEMENT_PROGRAM_HOST_H
#define ENGAGEMENT_PROGRAM_HOST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Bytes go in and out as they are, and a closed pipe is an error, not a signal. */
void host_start(void);

/* Whether a write went to a pipe whose reader has left. */
int host_reader_left(void);

/* Then ends the process as any program ends that writes into a closed pipe: silently,
 * by the signal, so that a shell sees the usual status. Else returns. */
void host_end_if_reader_left(void);

/* Whether a person reads or writes there: 0 standard input, 1 output, 2 error. */
int host_is_terminal(int descriptor);

/* Whether both names lead to one file; 0 if either is not there. */
int host_same_file(const char *one, const char *other);

/* Whether there is a file of that name. */
int host_is_file(const char *path);

/* Fills bytes with what nobody can guess; 0 where the system has none to give. */
int host_random(unsigned char *bytes, size_t size);

/* A new file that nobody else may read; NULL if it is there already or cannot be. */
FILE *host_create_private(const char *path);

/* What was written is there after a power cut, too; 0 where that cannot be said. */
int host_keep(FILE *file);

/* The same for the name of a new file, where the system has a way to ask for it. */
void host_keep_name(const char *path);

/* Milliseconds since 1970. */
int64_t host_now(void);

/* From here on a wish to end (Ctrl-C, SIGTERM) is only noted, and ends host_sleep. */
void host_stop_softly(void);
int host_is_stopped(void);

void host_sleep(int milliseconds);

#endif
