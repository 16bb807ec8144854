/* SPDX-License-Identifier: MIT */
/*
 * output.h - answers on standard output: rows as table, CSV or JSON, JSON objects,
 * times.
 *
 * CSV is RFC 4180 with a header, line ends of one LF, and ids byte for byte. JSON is
 * always valid: where an id is not UTF-8, each byte that is not stands as \xNN, and the
 * backslashes of that id are doubled.
 */
#ifndef ENGAGEMENT_PROGRAM_OUTPUT_H
#define ENGAGEMENT_PROGRAM_OUTPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "session.h"
#include "text.h"

/* ---- the whole of it ---- */

/* Gives standard output its buffer; called once, before anything is printed. */
void output_begin(void);

/* Writes what is still held back. Returns ANSWER_DONE, or ANSWER_FAILED after saying
 * that not everything could be written. */
int output_end(void);

/* Whether writing has failed, so that going on is of no use. */
int output_failed(void);

/* ---- for people ---- */

/* Whether standard output is a terminal, one that takes colours, and one that takes
 * UTF-8. Only there are bars drawn. */
int output_is_for_eyes(void);
int output_has_colour(void);
int output_has_blocks(void);

/* How words stand out, where there is colour; else they are plain. */
enum { PAINT_BOLD, PAINT_DIM, PAINT_GOOD, PAINT_BAD };
void text_paint(struct text *text, int paint, const char *words);

/* A time in the zone of the session: 1998-06-30 18:05:01, or the date alone at local
 * midnight, as a log of dates has it. The zone is said unless it is UTC. */
void text_add_time(struct text *text, const struct session *session, int64_t time);

/* The moment asked about, with its zone in any case. */
void text_add_as_of(struct text *text, const struct session *session);

/* A text as a JSON string, and as a field of CSV, for who writes lines by hand. */
void output_json(const char *bytes, size_t length);
void output_csv(const char *bytes, size_t length);

/* ---- rows ---- */

/* Rows of a table are held back until their widths are known, this many at the most;
 * CSV and JSON have as many columns as you like. */
enum { ROWS_HELD = 1000, ROWS_COLUMNS = 32 };

struct rows {
  int format;
  const char *const *columns;
  int count;
  int column;   /* of the next cell */
  uint64_t row; /* of the next row */
  size_t width[ROWS_COLUMNS];
  int right[ROWS_COLUMNS]; /* numbers stand to the right */
  struct text line;        /* of a table, being filled */
  struct text *held;       /* cells of the rows held back */
  size_t held_cells;
};

void rows_begin(struct rows *rows, int format, const char *const *columns, int count);

/* The next cell; bytes of NULL are none. After the last column a row is complete. */
void rows_text(struct rows *rows, const char *bytes, size_t length);
void rows_words(struct rows *rows, const char *words);
void rows_number(struct rows *rows, int64_t number);
void rows_real(struct rows *rows, double number, int decimals);
/* ENG_TIME_NONE is none. */
void rows_time(struct rows *rows, int64_t time);

/* Returns what output_end returns. */
int rows_end(struct rows *rows);

/* ---- JSON ---- */

enum { JSON_DEEPEST = 16 };

/* Begins as {0}. With another format than JSON, objects become rows of two columns: the
 * keys that lead to a value, with dots between them, and the value. Lists are for JSON
 * alone. */
struct json {
  int depth;
  int first; /* nothing stands in this object or list yet */
  int after_key;
  int is_rows;
  struct rows rows;
  struct text name;          /* of the value that comes next */
  size_t stem[JSON_DEEPEST]; /* its length without the last key, by depth */
};

void json_begin(struct json *json, int format);
void json_open(struct json *json, char bracket);  /* { or [ */
void json_close(struct json *json, char bracket); /* } or ] */
void json_key(struct json *json, const char *key);
void json_text(struct json *json, const char *bytes, size_t length);
void json_words(struct json *json, const char *words); /* NULL and "" are null */
void json_number(struct json *json, int64_t number);
void json_real(struct json *json, double number);      /* what is not finite is null */
void json_plain(struct json *json, const char *plain); /* null, true, false */
void json_time(struct json *json, int64_t time);       /* ENG_TIME_NONE is null */

#endif
