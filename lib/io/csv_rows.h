/* SPDX-License-Identifier: MIT */
/*
 * csv_rows.h - bytes in pieces of any size become rows of fields.
 *
 * RFC 4180 with LF, CRLF or CR as line end. A quote opens a quoted field at the start
 * of a field only; elsewhere it is a byte like any other. What rows come out does not
 * depend on where the pieces were cut.
 *
 * A stray quote must not swallow good rows. Where a quoted field is not closed within
 * the longest row or before the end of the file, is followed by text, or leaves its
 * row with a wrong number of fields, the row is handed out up to the first line end
 * in that field, with its problem, and the line after it is read as a row. Between a
 * quote that opens and the next one that does not stand for itself no other quote can
 * open, so no byte is read more than a few times.
 */
#ifndef ENG_IO_CSV_ROWS_H
#define ENG_IO_CSV_ROWS_H

#include <stdbool.h>

#include <engagement/allocator.h>
#include <engagement/status.h>

/* A field: bytes start..end of its row, without the quotes around them. */
struct eng__csv_field {
  uint32_t start, end;
  bool quoted;
  bool escaped; /* two quotes in it stand for one */
};

/* A row, borrowed until the next call. */
struct eng__csv_row {
  const char *bytes; /* without the line end */
  const struct eng__csv_field *fields;
  uint64_t line;   /* of the first byte, from 1 */
  uint64_t offset; /* of the first byte in the file */
  uint32_t length;
  uint32_t count;     /* of fields; the number of columns unless there is a problem */
  eng_status problem; /* ENG_OK, ENG_E_ROW, ENG_E_QUOTE or ENG_E_LIMIT */
  uint32_t column;    /* of the problem, from 0 */
  bool has_nul;       /* a NUL may be among the bytes */
  bool has_space;     /* a space or tab may be */
  const char *end; /* of the memory that the bytes stand in; may be read up to there */
};

#define ENG__CSV_NOWHERE UINT32_MAX

/* How far the row at the front was read. */
struct eng__csv_scan {
  uint32_t at;        /* bytes of it */
  uint32_t start;     /* of the field that is being read, after its quote */
  uint32_t close;     /* the quote that closed it */
  uint32_t count;     /* fields that ended */
  uint32_t open;      /* the quote that opened the last quoted field */
  uint32_t multi;     /* the same of the last one that holds a line end, */
  uint32_t multi_end; /* and the first line end in it */
  uint32_t bad;       /* the first field with text after its closing quote */
  uint8_t state;
  bool escaped, has_nul;
  bool skipping; /* the rest of a row that was handed out as too long */
};

struct eng__csv_rows {
  const eng_allocator *allocator;
  const char *piece; /* what is left of it, borrowed from the feeder */
  size_t left;
  const char *block; /* 64 bytes of the piece that were looked at; NULL: none */
  uint64_t found;    /* which of them are special, the first one lowest */
  char *held;        /* bytes of rows that began in earlier pieces: at..size */
  size_t held_at, held_size, held_room;
  struct eng__csv_field *fields;
  size_t room;      /* for fields */
  uint32_t columns; /* 0: the header is still to come */
  uint32_t limit;   /* bytes of the longest row */
  uint64_t line, offset;
  struct eng__csv_scan scan;
  struct eng__csv_row row;
  uint64_t delimiters; /* the delimiter in each of eight bytes */
  uint8_t class_of[256];
  uint8_t mark; /* bytes of a byte order mark seen so far; 3 and more: decided */
  bool skip_lf; /* the last line ended in CR */
  bool ended;   /* no more pieces */
  char delimiter;
};

void eng__csv_rows_init(struct eng__csv_rows *rows, const eng_allocator *allocator,
                        uint64_t limit);
void eng__csv_rows_free(struct eng__csv_rows *rows);

/* Makes ready for a file; delimiter 0: found out from its header. */
void eng__csv_rows_begin(struct eng__csv_rows *rows, char delimiter);

/* Gives the next piece, after the last one was read to its end. */
eng_status eng__csv_rows_feed(struct eng__csv_rows *rows, const char *bytes,
                              size_t length);

/* Says that no more comes: the last row needs no line end. */
void eng__csv_rows_end(struct eng__csv_rows *rows);

/* The next row that is not blank; *out is NULL where more bytes are needed. */
eng_status eng__csv_rows_next(struct eng__csv_rows *rows,
                              const struct eng__csv_row **out);

/*
 * Takes the row just read as the header: settles the delimiter, makes room for as many
 * fields and sets those of the row, or its problem.
 */
eng_status eng__csv_rows_header(struct eng__csv_rows *rows);

/* Where a field begins in its row, its quote included. */
static inline uint32_t eng__csv_field_column(const struct eng__csv_field *field)
{
  return field->start - field->quoted;
}

/* Copies a field with two quotes made one; returns its length, at most end - start. */
size_t eng__csv_field_copy(const struct eng__csv_row *row,
                           const struct eng__csv_field *field, char *out);

#endif
