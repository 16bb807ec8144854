/* SPDX-License-Identifier: MIT */
/*
 * json.h - bytes become JSON values: where each begins and ends, and what it is.
 *
 * RFC 8259. Nothing is built and nothing is allocated: a value is a span of the bytes
 * it stands in, and what is not asked for is walked over, in time in proportion to its
 * length and to a depth of ENG__JSON_DEPTH. Numbers stay text. That the bytes are
 * UTF-8 is the caller's to know.
 */
#ifndef ENG_IO_JSON_H
#define ENG_IO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <engagement/status.h>

/* Objects and arrays within each other, the outermost included. */
enum { ENG__JSON_DEPTH = 64 };

enum {
  ENG__JSON_NONE = 0, /* there is no such value */
  ENG__JSON_NULL,
  ENG__JSON_FALSE,
  ENG__JSON_TRUE,
  ENG__JSON_NUMBER,
  ENG__JSON_STRING,
  ENG__JSON_OBJECT,
  ENG__JSON_ARRAY
};

/* Bytes start..end; of a string those between its quotes. */
struct eng__json_value {
  uint32_t start, end;
  uint8_t kind;
  bool escaped; /* a string with a backslash */
};

/* Reads on at `at`. After a failure `at` is the byte that cannot stand there, and
 * `expected` says what could. */
struct eng__json {
  const char *bytes;
  uint32_t length, at;
  const char *expected; /* static */
};

/* The next value, with all that is in it. ENG_E_SYNTAX, or ENG_E_LIMIT: too deep. */
eng_status eng__json_read(struct eng__json *json, struct eng__json_value *out);

/* Goes into the object or array that begins next; false: it is empty. */
eng_status eng__json_enter(struct eng__json *json, char open, bool *some);

/* Reads the name of a member and the colon after it. */
eng_status eng__json_name(struct eng__json *json, struct eng__json_value *out);

/* Behind a member or an item: goes on to the next one, or leaves at `close`. */
eng_status eng__json_more(struct eng__json *json, char close, bool *more);

/* Nothing but spaces follows. */
eng_status eng__json_end(struct eng__json *json);

/* A string as it is meant, escapes undone; at most end - start bytes. A surrogate
 * without its other half becomes U+FFFD. Sets *nul where U+0000 is in it. */
size_t eng__json_text(const char *bytes, const struct eng__json_value *value, char *out,
                      bool *nul);

/* A number without exponent, such as 1.25 of 125e-2; its length, 0: it needs more than
 * `room` bytes, which is no number that fits 64 bits if room is ENG__JSON_PLAIN. */
enum { ENG__JSON_PLAIN = 64 };
size_t eng__json_plain(const char *text, size_t length, char *out, size_t room);

#endif
