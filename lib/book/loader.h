/* SPDX-License-Identifier: MIT */
/*
 * loader.h - what tests need of a loader: bringing events in sooner than it would.
 */
#ifndef ENG_BOOK_LOADER_H
#define ENG_BOOK_LOADER_H

#include <stddef.h>

#include <engagement/book.h>

/* Staged events are brought in from so many bytes on. */
void eng__loader_set_budget(eng_loader *loader, size_t bytes);

#endif
