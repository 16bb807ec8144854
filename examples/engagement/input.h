/* SPDX-License-Identifier: MIT */
/*
 * input.h - files become a book.
 */
#ifndef ENGAGEMENT_PROGRAM_INPUT_H
#define ENGAGEMENT_PROGRAM_INPUT_H

#include "session.h"

/* Reads all inputs of the session's options into a new book of the session. Returns
 * ANSWER_DONE, or another exit status after saying why. */
int input_load(struct session *session);

#endif
