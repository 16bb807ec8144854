/* SPDX-License-Identifier: MIT */
/*
 * csv_rows.c - two ways through a row that agree.
 *
 * A row without a quote that lies whole in one piece is split eight or sixteen bytes at
 * a time and never copied. Any other goes through a machine of five states, whose state
 * survives the end of a piece; the bytes of such a row are held until it is whole.
 */
#include "io/csv_rows.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/bytes.h"
#include "core/memory.h"

enum { OTHER, DELIMITER, QUOTE, LF, CR, SPACE, NUL };

/* In a field: nothing but spaces so far; plain; quoted; quoted, a quote just seen that
 * closes it or is the first of two; quoted and closed. */
enum { AT_START, IN_PLAIN, IN_QUOTED, AT_QUOTE, CLOSED };

/* What the machine says: the row ends here; its quoted field went wrong in a later
 * line; it is longer than allowed; the bytes do not reach its end. */
enum event { MORE, END, BROKEN, TOO_LONG };

static const char mark[] = "\xef\xbb\xbf";
static const char candidates[] = ",;\t|";

/* ---- life ---- */

void eng__csv_rows_init(struct eng__csv_rows *rows, const eng_allocator *allocator,
                        uint64_t limit)
{
  memset(rows, 0, sizeof *rows);
  rows->allocator = allocator;
  rows->limit = limit < INT32_MAX ? (uint32_t)limit : INT32_MAX;
  eng__csv_rows_begin(rows, 0);
}

void eng__csv_rows_free(struct eng__csv_rows *rows)
{
  eng__free(rows->allocator, rows->held, rows->held_room);
  eng__free(rows->allocator, rows->fields, rows->room * sizeof rows->fields[0]);
}

/* Classes of bytes; delimiter 0: any of the candidates. */
static void set_classes(struct eng__csv_rows *rows, char delimiter)
{
  memset(rows->class_of, OTHER, sizeof rows->class_of);
  rows->class_of[0] = NUL;
  rows->class_of[' '] = SPACE;
  rows->class_of['\t'] = SPACE;
  rows->class_of['"'] = QUOTE;
  rows->class_of['\n'] = LF;
  rows->class_of['\r'] = CR;
  for (const char *c = candidates; delimiter == 0 && *c != '\0'; c++) {
    rows->class_of[(uint8_t)*c] = DELIMITER;
  }
  if (delimiter != 0) rows->class_of[(uint8_t)delimiter] = DELIMITER;
  rows->delimiter = delimiter;
  rows->delimiters = UINT64_C(0x0101010101010101) * (uint8_t)delimiter;
}

static void fresh(struct eng__csv_scan *scan)
{
  static const struct eng__csv_scan start = {
      .open = ENG__CSV_NOWHERE, .multi = ENG__CSV_NOWHERE, .bad = ENG__CSV_NOWHERE};

  *scan = start;
}

void eng__csv_rows_begin(struct eng__csv_rows *rows, char delimiter)
{
  set_classes(rows, delimiter);
  fresh(&rows->scan);
  rows->piece = "";
  rows->left = rows->held_at = rows->held_size = 0;
  rows->columns = 0;
  rows->line = 1;
  rows->offset = 0;
  rows->mark = 0;
  rows->skip_lf = rows->ended = false;
}

/* ---- bytes in and out ---- */

/* Moves bytes from the piece to the end of those held. */
static eng_status hold(struct eng__csv_rows *rows, const char *bytes, size_t length)
{
  size_t kept = rows->held_size - rows->held_at;
  void *block = rows->held;
  eng_status status;

  if (length == 0) return ENG_OK;
  rows->block = NULL;
  if (rows->held_at > 0) {
    memmove(rows->held, rows->held + rows->held_at, kept);
    rows->held_at = 0;
    rows->held_size = kept;
  }
  status = eng__grow(rows->allocator, &block, &rows->held_room, kept + length, 1);
  if (status != ENG_OK) return status;
  rows->held = block;
  memcpy(rows->held + kept, bytes, length);
  rows->held_size = kept + length;
  return ENG_OK;
}

static void drop_from_piece(struct eng__csv_rows *rows, size_t length)
{
  rows->piece += length;
  rows->left -= length;
}

/* Leaves bytes behind, held ones first. Their memory stays until the next call. */
static void advance(struct eng__csv_rows *rows, size_t length)
{
  size_t kept = rows->held_size - rows->held_at;

  rows->offset += length;
  if (length < kept) {
    rows->held_at += length;
    return;
  }
  rows->held_at = rows->held_size = 0;
  if (length > kept) drop_from_piece(rows, length - kept);
}

eng_status eng__csv_rows_feed(struct eng__csv_rows *rows, const char *bytes,
                              size_t length)
{
  rows->piece = bytes;
  rows->left = length;
  rows->block = NULL;
  if (rows->mark >= 3) return ENG_OK;
  while (rows->left > 0 && rows->mark < 3 && *rows->piece == mark[rows->mark]) {
    drop_from_piece(rows, 1);
    rows->mark++;
  }
  if (rows->mark == 3) rows->offset = 3;
  if (rows->mark < 3 && rows->left > 0) {
    uint8_t seen = rows->mark;

    rows->mark = 3;
    return hold(rows, mark, seen);
  }
  return ENG_OK;
}

void eng__csv_rows_end(struct eng__csv_rows *rows) { rows->ended = true; }

/* ---- the way of eight bytes at a time ---- */

/* A bit for each of eight bytes, the first one lowest, that is a delimiter or below
 * '#': line ends, quotes, spaces and NUL. No carry crosses a byte, so that it is
 * exact. */
static inline uint64_t find_in_word(uint64_t v, uint64_t delimiters)
{
  const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
  uint64_t x = v ^ delimiters;
  uint64_t above = ((v & low) + UINT64_C(0x5d5d5d5d5d5d5d5d)) | v;
  uint64_t other = ((x & low) + low) | x;
  uint64_t special = (~(above & other) & ~low) >> 7;

  return special * UINT64_C(0x0102040810204080) >> 56;
}

#ifdef __SSE2__
/* The same of 16 bytes, which x86-64 looks at together. */
static inline uint64_t find_in_16(const uint8_t *at, uint64_t delimiters)
{
  const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)at);
  const __m128i quote = _mm_set1_epi8('"');
  __m128i delimiter = _mm_cmpeq_epi8(v, _mm_set1_epi8((char)delimiters));
  __m128i below = _mm_cmpeq_epi8(_mm_min_epu8(v, quote), v);

  return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(delimiter, below));
}
#else
static inline uint64_t find_in_16(const uint8_t *at, uint64_t delimiters)
{
  return find_in_word(eng__get64(at), delimiters) |
         find_in_word(eng__get64(at + 8), delimiters) << 8;
}
#endif

/* The same of up to 64 bytes. */
static inline uint64_t find_in_block(const char *bytes, size_t n, uint64_t delimiters)
{
  const uint8_t *at = (const uint8_t *)bytes;
  uint8_t last[8] = {'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a'};
  uint64_t found = 0;
  unsigned i = 0;

  if (n >= 64) {
    return find_in_16(at, delimiters) | find_in_16(at + 16, delimiters) << 16 |
           find_in_16(at + 32, delimiters) << 32 |
           find_in_16(at + 48, delimiters) << 48;
  }
  for (; n - i >= 8; i += 8) found |= find_in_word(eng__get64(at + i), delimiters) << i;
  if (n == i) return found;
  memcpy(last, at + i, n - i);
  return found | find_in_word(eng__get64(last), delimiters) << i;
}

static inline unsigned lowest_bit(uint64_t bits)
{
#ifdef __GNUC__
  return (unsigned)__builtin_ctzll(bits);
#else
  unsigned n = 0;

  for (; (bits & 1) == 0; bits >>= 1) n++;
  return n;
#endif
}

static bool is_blank(const struct eng__csv_rows *rows, const char *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (rows->class_of[(uint8_t)bytes[i]] != SPACE) return false;
  }
  return true;
}

static uint32_t wrong_count_column(const struct eng__csv_rows *rows, uint32_t count,
                                   uint32_t length)
{
  return count < rows->columns ? length
                               : eng__csv_field_column(&rows->fields[rows->columns]);
}

/* What is special from `bytes` on, in a block that may have been looked at for the row
 * before. */
static inline uint64_t first_block(struct eng__csv_rows *rows, const char *bytes,
                                   size_t n, const char **block)
{
  if (rows->block != NULL && bytes - rows->block < 64) {
    *block = rows->block;
    return rows->found & ~UINT64_C(0) << (bytes - rows->block);
  }
  *block = bytes;
  return find_in_block(bytes, n, rows->delimiters);
}

/* Remembers a block of the piece; bytes held may move. */
static inline void keep_block(struct eng__csv_rows *rows, const char *block,
                              uint64_t found)
{
  rows->block = rows->held_size == 0 ? block : NULL;
  rows->found = found;
}

static inline void put_plain(struct eng__csv_field *field, uint32_t start, uint32_t end)
{
  field->start = start;
  field->end = end;
  field->quoted = field->escaped = false;
}

/* Settles a row that read_plain found the end of. */
static void set_plain(struct eng__csv_rows *rows, const char *bytes, uint32_t length,
                      uint32_t count, bool odd)
{
  struct eng__csv_row *row = &rows->row;

  row->bytes = bytes;
  row->fields = rows->fields;
  row->length = length;
  row->count = count;
  row->line = rows->line++;
  row->offset = rows->offset;
  row->problem = ENG_OK;
  row->has_nul = row->has_space = odd;
  rows->skip_lf = bytes[length] == '\r';
  if (count != rows->columns) {
    row->problem = ENG_E_ROW;
    row->column = wrong_count_column(rows, count, length);
  }
}

/* A row without quotes and of not too many fields that ends among the bytes is set;
 * else false. */
static bool read_plain(struct eng__csv_rows *rows, const char *bytes, size_t n)
{
  const char *end = bytes + n, *block;
  uint64_t found = first_block(rows, bytes, n, &block);
  struct eng__csv_field *field = rows->fields, *last = field + rows->columns;
  const char delimiter = rows->delimiter;
  uint32_t start = 0;
  bool odd = false;

  for (;;) {
    uint32_t base = (uint32_t)(block - bytes); /* wraps where the block begins before */

    for (; found != 0; found &= found - 1) {
      unsigned i = lowest_bit(found);
      char c = block[i];

      if (c == delimiter) {
        if (field == last) return false;
        put_plain(field++, start, base + i);
        start = base + i + 1;
      } else if (c == '\n' || c == '\r') {
        if (base + i > rows->limit) return false;
        put_plain(field++, start, base + i);
        keep_block(rows, block, found);
        rows->row.end = end;
        set_plain(rows, bytes, base + i, (uint32_t)(field - rows->fields), odd);
        return true;
      } else if (c == '"') {
        return false;
      } else {
        odd = true;
      }
    }
    if (end - block <= 64) return false;
    /* The block looked at for the row before begins ahead of this one. */
    if (block > bytes && (size_t)(block - bytes) > rows->limit) return false;
    block += 64;
    found = find_in_block(block, (size_t)(end - block), rows->delimiters);
  }
}

/* ---- the way of one byte at a time ---- */

static void end_field(struct eng__csv_rows *rows, uint32_t end, bool quoted)
{
  struct eng__csv_scan *s = &rows->scan;

  if (s->count < rows->room && rows->columns > 0) {
    struct eng__csv_field *field = &rows->fields[s->count];

    field->start = s->start;
    field->end = end;
    field->quoted = quoted;
    field->escaped = quoted && s->escaped;
  }
  s->count++;
}

static void end_last_field(struct eng__csv_rows *rows)
{
  struct eng__csv_scan *s = &rows->scan;

  if (s->state == AT_QUOTE) s->close = s->at - 1;
  if (s->state >= AT_QUOTE) {
    end_field(rows, s->close, true);
  } else {
    end_field(rows, s->at, false);
  }
}

/* Text after a closing quote. */
static enum event spoil(struct eng__csv_scan *s)
{
  if (s->multi == s->open) return BROKEN;
  if (s->bad == ENG__CSV_NOWHERE) s->bad = s->open;
  s->start = s->open;
  s->state = IN_PLAIN;
  return MORE;
}

/* The next byte outside of quotes, or the one after a quote in them. */
static enum event step(struct eng__csv_rows *rows, uint8_t class)
{
  struct eng__csv_scan *s = &rows->scan;

  if (s->state == AT_QUOTE) {
    if (class == QUOTE) {
      s->escaped = true;
      s->state = IN_QUOTED;
      return MORE;
    }
    s->close = s->at - 1;
    s->state = CLOSED;
  }
  switch (class) {
  case LF:
  case CR: return END;
  case DELIMITER:
    end_field(rows, s->state == CLOSED ? s->close : s->at, s->state == CLOSED);
    s->start = s->at + 1;
    s->state = AT_START;
    return MORE;
  case SPACE: return MORE;
  case QUOTE:
    if (s->state != AT_START) break;
    s->open = s->at;
    s->start = s->at + 1;
    s->escaped = false;
    s->state = IN_QUOTED;
    return MORE;
  case NUL: s->has_nul = true; break;
  default: break;
  }
  if (s->state == CLOSED) return spoil(s);
  s->state = IN_PLAIN;
  return MORE;
}

/* The next byte in quotes. */
static void step_quoted(struct eng__csv_scan *s, uint8_t class)
{
  if (class == QUOTE) {
    s->state = AT_QUOTE;
  } else if (class == NUL) {
    s->has_nul = true;
  } else if ((class == LF || class == CR) && s->multi != s->open) {
    s->multi = s->open;
    s->multi_end = s->at;
  }
}

/* Reads on; a byte that makes an event is not counted as read. */
static enum event scan(struct eng__csv_rows *rows, const char *bytes, size_t n)
{
  struct eng__csv_scan *s = &rows->scan;
  const uint8_t *class_of = rows->class_of;
  size_t allowed = rows->limit - s->at;
  size_t stop = n < allowed ? n : allowed;
  size_t i = 0;

  while (i < stop) {
    uint8_t class = class_of[(uint8_t)bytes[i]];

    if (class == OTHER && (s->state == IN_QUOTED || s->state == IN_PLAIN)) {
      s->at++;
    } else if (s->state == IN_QUOTED) {
      step_quoted(s, class);
      s->at++;
    } else {
      enum event event = step(rows, class);

      if (event != MORE) return event;
      s->at++;
    }
    i++;
  }
  if (n <= allowed) return MORE;
  if (s->state != IN_QUOTED) {
    uint8_t class = class_of[(uint8_t)bytes[i]];

    if (class == LF || class == CR) return END;
  }
  return TOO_LONG;
}

/* The file ends within a row. */
static enum event scan_end(struct eng__csv_scan *s)
{
  if (s->state == IN_QUOTED) {
    if (s->multi == s->open) return BROKEN;
    if (s->bad == ENG__CSV_NOWHERE) s->bad = s->open;
  }
  return END;
}

/* ---- rows ---- */

static uint64_t count_lines(const char *bytes, size_t length)
{
  uint64_t n = 0;

  for (size_t i = 0; i < length; i++) {
    if (bytes[i] == '\n' ||
        (bytes[i] == '\r' && (i + 1 == length || bytes[i + 1] != '\n'))) {
      n++;
    }
  }
  return n;
}

/* Sets the row and leaves it behind with its line end; length bytes of it are handed
 * out. */
static void set_row(struct eng__csv_rows *rows, const char *bytes, uint32_t length,
                    eng_status problem, uint32_t column)
{
  struct eng__csv_row *row = &rows->row;

  row->bytes = bytes;
  row->fields = rows->fields;
  row->line = rows->line;
  row->offset = rows->offset;
  row->length = length;
  row->count = rows->scan.count;
  row->problem = problem;
  row->column = column;
  row->has_nul = rows->scan.has_nul;
  row->has_space = true;
  row->end = bytes + length;
}

/* Leaves behind the row up to `length` and the line end there, if there is one. */
static void leave(struct eng__csv_rows *rows, const char *bytes, uint32_t length)
{
  size_t held = rows->held_size - rows->held_at;
  const char *line_end = held == 0 || length < held ? bytes + length : rows->piece;
  size_t there = held + rows->left - length > 0;

  rows->skip_lf = there && *line_end == '\r';
  if (rows->scan.multi != ENG__CSV_NOWHERE) rows->line += count_lines(bytes, length);
  rows->line++;
  advance(rows, length + there);
  fresh(&rows->scan);
}

/* The row ends at its last byte read; false: there is nothing to hand out. */
static bool end_row(struct eng__csv_rows *rows, const char *bytes)
{
  struct eng__csv_scan *s = &rows->scan;
  uint32_t length = s->at;
  bool out = !s->skipping && (s->count > 0 || s->state != AT_START);

  end_last_field(rows);
  if (!out) {
    leave(rows, bytes, length);
    return false;
  }
  if (s->bad != ENG__CSV_NOWHERE) {
    set_row(rows, bytes, length, ENG_E_QUOTE, s->bad);
  } else if (rows->columns > 0 && s->count != rows->columns) {
    uint32_t column = wrong_count_column(rows, s->count, length);

    if (s->multi != ENG__CSV_NOWHERE) length = s->multi_end;
    set_row(rows, bytes, length, ENG_E_ROW, column < length ? column : length);
  } else {
    set_row(rows, bytes, length, ENG_OK, 0);
  }
  leave(rows, bytes, length);
  return out;
}

static bool end_broken(struct eng__csv_rows *rows, const char *bytes)
{
  struct eng__csv_scan *s = &rows->scan;
  bool out = !s->skipping;

  set_row(rows, bytes, s->multi_end, ENG_E_QUOTE, s->multi);
  leave(rows, bytes, s->multi_end);
  return out;
}

/* Lets the rest of a row begin with its open quote, so that it may be closed within as
 * many bytes as in any row. */
static void skip_to_quote(struct eng__csv_rows *rows, const char *bytes)
{
  struct eng__csv_scan *s = &rows->scan;

  rows->line += count_lines(bytes, s->open);
  advance(rows, s->open);
  s->at -= s->open;
  s->multi_end -= s->open;
  s->multi = s->open = 0;
}

/* Hands out the longest row's bytes of it and goes on in the same state. */
static bool end_too_long(struct eng__csv_rows *rows, const char *bytes)
{
  struct eng__csv_scan *s = &rows->scan;
  uint8_t state = s->state;
  bool in_quotes = state == IN_QUOTED || state == AT_QUOTE;
  bool out = !s->skipping;

  if (in_quotes && s->multi == s->open) {
    if (!s->skipping || s->open == 0) return end_broken(rows, bytes);
    skip_to_quote(rows, bytes);
    return false;
  }
  set_row(rows, bytes, s->at, ENG_E_LIMIT, rows->limit);
  if (s->multi != ENG__CSV_NOWHERE) rows->line += count_lines(bytes, s->at);
  advance(rows, s->at);
  fresh(s);
  s->skipping = true;
  s->state = state;
  s->open = 0;
  return out;
}

/* Reads on in the bytes held and then in the piece, which joins them if any are held
 * or it ends within the row. The row's bytes are where *bytes says. */
static eng_status read_on(struct eng__csv_rows *rows, const char **bytes,
                          enum event *event)
{
  struct eng__csv_scan *s = &rows->scan;
  size_t held = rows->held_size - rows->held_at;
  eng_status status;

  *event = MORE;
  if (held > s->at) {
    *event = scan(rows, rows->held + rows->held_at + s->at, held - s->at);
  }
  if (*event == MORE && rows->left > 0) {
    size_t seen = s->at - held;

    *event = scan(rows, rows->piece + seen, rows->left - seen);
    *bytes = rows->piece;
    if (held == 0 && *event != MORE) return ENG_OK;
    seen = s->at - held;
    status = hold(rows, rows->piece, seen);
    if (status != ENG_OK) return status;
    drop_from_piece(rows, seen);
  }
  if (rows->held_size > 0) *bytes = rows->held + rows->held_at;
  if (*event == MORE && rows->ended && s->at > 0) *event = scan_end(s);
  return ENG_OK;
}

/* The machine's way to the next row; *got false: more bytes are needed, or nothing was
 * to be handed out and *event says so. */
static eng_status read_any(struct eng__csv_rows *rows, enum event *event, bool *got)
{
  const char *bytes = NULL;
  eng_status status = read_on(rows, &bytes, event);

  *got = false;
  if (status != ENG_OK) return status;
  switch (*event) {
  case END: *got = end_row(rows, bytes); break;
  case BROKEN: *got = end_broken(rows, bytes); break;
  case TOO_LONG: *got = end_too_long(rows, bytes); break;
  default: break;
  }
  return ENG_OK;
}

/* A line feed that belongs to the line end before it. */
static void skip_line_feed(struct eng__csv_rows *rows, const char *bytes, size_t n)
{
  if (n == 0) return;
  rows->skip_lf = false;
  if (*bytes == '\n') advance(rows, 1);
}

eng_status eng__csv_rows_next(struct eng__csv_rows *rows,
                              const struct eng__csv_row **out)
{
  *out = NULL;
  for (;;) {
    struct eng__csv_scan *s = &rows->scan;
    size_t held = rows->held_size - rows->held_at;
    const char *bytes = held > 0 ? rows->held + rows->held_at : rows->piece;
    size_t n = held > 0 ? held : rows->left;
    enum event event;
    eng_status status;
    bool got;

    if (rows->skip_lf) {
      skip_line_feed(rows, bytes, n);
      if (n == 0) return ENG_OK;
      continue;
    }
    if (s->at == 0 && !s->skipping && rows->columns > 0 && read_plain(rows, bytes, n)) {
      struct eng__csv_row *row = &rows->row;

      got = row->count > 1 || !is_blank(rows, row->bytes, row->length);
      advance(rows, (size_t)row->length + 1);
    } else {
      status = read_any(rows, &event, &got);
      if (status != ENG_OK) return status;
      if (event == MORE) return ENG_OK;
    }
    if (got) {
      *out = &rows->row;
      return ENG_OK;
    }
  }
}

/* ---- the header ---- */

/* The candidate that stands most often outside of quotes, the first among equals. */
static char find_delimiter(struct eng__csv_rows *rows, const struct eng__csv_row *row)
{
  uint32_t counts[sizeof candidates] = {0};
  size_t best = 0;

  fresh(&rows->scan);
  for (; rows->scan.at < row->length; rows->scan.at++) {
    struct eng__csv_scan *s = &rows->scan;
    char c = row->bytes[s->at];
    uint8_t class = rows->class_of[(uint8_t)c];

    if (s->state == IN_QUOTED) {
      step_quoted(s, class);
    } else {
      (void)step(rows, class);
      if (class == DELIMITER) counts[strchr(candidates, c) - candidates]++;
    }
  }
  for (size_t i = 1; i + 1 < sizeof candidates; i++) {
    if (counts[i] > counts[best]) best = i;
  }
  return candidates[best];
}

/* Splits the row anew under the classes as they are now. It may turn out that a quote
 * opens no field after all. */
static void split(struct eng__csv_rows *rows, struct eng__csv_row *row)
{
  struct eng__csv_scan *s = &rows->scan;

  fresh(s);
  if (scan(rows, row->bytes, row->length) != MORE || s->state == IN_QUOTED ||
      s->bad != ENG__CSV_NOWHERE) {
    row->problem = ENG_E_QUOTE;
  }
  end_last_field(rows);
  row->count = s->count;
  fresh(s);
}

eng_status eng__csv_rows_header(struct eng__csv_rows *rows)
{
  struct eng__csv_row *row = &rows->row;
  void *block = rows->fields;
  eng_status status;

  if (row->problem != ENG_OK) return ENG_OK;
  if (rows->delimiter == 0) set_classes(rows, find_delimiter(rows, row));
  split(rows, row);
  status = eng__grow(rows->allocator, &block, &rows->room, (size_t)row->count + 1,
                     sizeof rows->fields[0]);
  if (status != ENG_OK) return status;
  rows->fields = block;
  rows->columns = row->count;
  split(rows, row);
  row->fields = rows->fields;
  return ENG_OK;
}

size_t eng__csv_field_copy(const struct eng__csv_row *row,
                           const struct eng__csv_field *field, char *out)
{
  size_t n = 0;

  for (uint32_t i = field->start; i < field->end; i++) {
    out[n++] = row->bytes[i];
    if (field->escaped && row->bytes[i] == '"') i++;
  }
  return n;
}
