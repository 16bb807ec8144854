/* SPDX-License-Identifier: MIT */
/*
 * text.h - growing text, and bytes of strangers made fit to be shown.
 */
#ifndef ENGAGEMENT_PROGRAM_TEXT_H
#define ENGAGEMENT_PROGRAM_TEXT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TEXT_LIKE_PRINTF(at, first) __attribute__((format(printf, at, first)))
#else
#define TEXT_LIKE_PRINTF(at, first)
#endif

/* Starts as {0}; bytes are closed by a NUL once anything was added. */
struct text {
  char *bytes;
  size_t length;
  size_t room;
};

/* A block of memory; without memory the program says so and ends with status 3. */
void *memory_resize(void *old, size_t count, size_t each);

void text_clear(struct text *text);
void text_free(struct text *text);
void text_add(struct text *text, const char *bytes, size_t length);
void text_put(struct text *text, const char *words);
void text_print(struct text *text, const char *format, ...) TEXT_LIKE_PRINTF(2, 3);

/* As a person may see it on any terminal: control characters and what turns the
 * direction of writing become \xNN, and so do bytes that are not UTF-8. Line ends stay
 * where `lines` is 1. */
void text_add_shown(struct text *text, const char *bytes, size_t length, int lines);

/* Words fit to be shown in lines of up to 78 characters, from the beginning of a line
 * on; the first is indented by `first`, the others by `next`. Ends with a line end. */
void text_add_wrapped(struct text *text, size_t first, size_t next, const char *words);

/* 1234567 as 1,234,567. */
void text_add_number(struct text *text, uint64_t number);

/* Bytes of the UTF-8 character at the start, 1..4; 0 if there is none. */
size_t text_character(const char *bytes, size_t length);

/* Characters of a text that was made fit to be shown, each taken to be one wide. */
size_t text_width(const char *bytes, size_t length);

/* Of `count` words the nearest to one that nobody knows; NULL where none is near. */
const char *text_nearest(const char *word, const char *const *words, size_t count);

/* Letters compared without case, by ASCII only. */
int text_same(const char *one, const char *other);

#endif
