/* SPDX-License-Identifier: MIT */
/*
 * output.c - answers on standard output, and whether they got there.
 *
 * A write that fails is noticed in two places: rows ask now and then, so that a long
 * answer into a closed pipe ends early, and output_end asks at the end.
 */
#include "output.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/calendar.h>

#include "command.h"
#include "host.h"
#include "message.h"

/* ---- the whole of it ---- */

static char buffer[1 << 16];

void output_begin(void)
{
  if (!host_is_terminal(1)) setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
}

int output_failed(void) { return ferror(stdout) != 0; }

int output_end(void)
{
  static int said;

  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout)) return ANSWER_DONE;
  if (!said && !host_reader_left())
    complain("the answer could not be written in full%s%s", errno != 0 ? ": " : "",
             errno != 0 ? strerror(errno) : "");
  said = 1;
  return ANSWER_FAILED;
}

/* ---- for people ---- */

static const char *environment(const char *name)
{
  const char *value = getenv(name);

  return value != NULL ? value : "";
}

int output_is_for_eyes(void) { return host_is_terminal(1); }

int output_has_colour(void)
{
  return host_is_terminal(1) && environment("NO_COLOR")[0] == '\0' &&
         strcmp(environment("TERM"), "dumb") != 0;
}

/* What the terminal was set up for is told by the first of these that says anything. */
int output_has_blocks(void)
{
  static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

  if (!host_is_terminal(1)) return 0;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const char *value = environment(names[i]);
    const char *dot = strchr(value, '.');

    if (value[0] == '\0') continue;
    return dot != NULL && (text_same(dot, ".utf-8") || text_same(dot, ".utf8"));
  }
  return 0;
}

void text_paint(struct text *text, int paint, const char *words)
{
  static const char *const codes[] = {"1", "2", "32", "31"};

  if (output_has_colour())
    text_print(text, "\033[%sm%s\033[0m", codes[paint], words);
  else
    text_put(text, words);
}

void text_add_time(struct text *text, const struct session *session, int64_t time)
{
  int64_t minutes = (eng_time_local(session->context, time) - time) / 60000;
  int64_t size = minutes < 0 ? -minutes : minutes;
  char local[ENG_TIME_TEXT];

  if (eng_time_format(eng_time_local(session->context, time), local) != ENG_OK) {
    /* at an edge of the calendar, where local time lies outside it */
    minutes = 0;
    if (eng_time_format(time, local) != ENG_OK) return;
  }
  text_add(text, local, 10);
  if (memcmp(local + 11, "00:00:00.000", 12) == 0) return;
  text_put(text, " ");
  text_add(text, local + 11, 8);
  if (minutes != 0)
    text_print(text, " %c%02d:%02d", minutes < 0 ? '-' : '+', (int)(size / 60),
               (int)(size % 60));
}

void text_add_as_of(struct text *text, const struct session *session)
{
  text_add_time(text, session, session->as_of);
  if (eng_time_local(session->context, session->as_of) == session->as_of)
    text_put(text, " UTC");
}

/* ---- rows ---- */

void output_csv(const char *bytes, size_t length)
{
  int quoted = 0;

  for (size_t i = 0; i < length && !quoted; i++)
    quoted = bytes[i] == ',' || bytes[i] == '"' || bytes[i] == '\n' || bytes[i] == '\r';
  /* blanks at an end are lost in some readers unless quoted */
  if (length > 0 && (bytes[0] == ' ' || bytes[length - 1] == ' ')) quoted = 1;
  if (!quoted) {
    fwrite(bytes, 1, length, stdout);
    return;
  }
  putchar('"');
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] == '"') putchar('"');
    putchar((unsigned char)bytes[i]);
  }
  putchar('"');
}

void output_json(const char *bytes, size_t length)
{
  int whole = 1;

  for (size_t at = 0, size; at < length && whole; at += size)
    if ((size = text_character(bytes + at, length - at)) == 0) whole = 0;
  putchar('"');
  for (size_t at = 0; at < length;) {
    size_t size = text_character(bytes + at, length - at);
    unsigned byte = (unsigned char)bytes[at];

    if (size == 0) {
      printf("\\\\x%02x", byte);
      size = 1;
    } else if (byte == '"') {
      fputs("\\\"", stdout);
    } else if (byte == '\\') {
      fputs(whole ? "\\\\" : "\\\\\\\\", stdout);
    } else if (byte == '\n') {
      fputs("\\n", stdout);
    } else if (byte == '\t') {
      fputs("\\t", stdout);
    } else if (byte < 0x20 || byte == 0x7f) {
      printf("\\u%04x", byte);
    } else {
      fwrite(bytes + at, 1, size, stdout);
    }
    at += size;
  }
  putchar('"');
}

/* A cell of a table that is fit to be shown; a line has no blanks at its end. */
static void write_cell(struct rows *rows, int column, const struct text *cell)
{
  struct text *line = &rows->line;
  size_t width = text_width(cell->bytes, cell->length);
  size_t fill = width < rows->width[column] ? rows->width[column] - width : 0;

  text_put(line, column > 0 ? "  " : "");
  if (rows->right[column]) text_print(line, "%*s", (int)fill, "");
  text_add(line, cell->bytes, cell->length);
  if (!rows->right[column]) text_print(line, "%*s", (int)fill, "");
  if (column + 1 < rows->count) return;
  while (line->length > 0 && line->bytes[line->length - 1] == ' ') line->length--;
  fwrite(line->bytes, 1, line->length, stdout);
  putchar('\n');
  text_clear(line);
}

static void write_head(struct rows *rows)
{
  for (int i = 0; i < rows->count; i++) {
    struct text cell = {0};

    text_put(&cell, rows->columns[i]);
    write_cell(rows, i, &cell);
    text_free(&cell);
  }
}

/* From now on the widths stand, and rows go out as they come. */
static void release(struct rows *rows)
{
  if (rows->held == NULL) return;
  write_head(rows);
  for (size_t i = 0; i < rows->held_cells; i++) {
    write_cell(rows, (int)(i % (size_t)rows->count), &rows->held[i]);
    text_free(&rows->held[i]);
  }
  free(rows->held);
  rows->held = NULL;
}

static void table_cell(struct rows *rows, const char *bytes, size_t length)
{
  struct text cell = {0};
  size_t width;

  text_add_shown(&cell, bytes, length, 0);
  if (rows->held == NULL) {
    write_cell(rows, rows->column, &cell);
    text_free(&cell);
    return;
  }
  width = text_width(cell.bytes, cell.length);
  if (width > rows->width[rows->column]) rows->width[rows->column] = width;
  rows->held[rows->held_cells++] = cell;
}

void rows_begin(struct rows *rows, int format, const char *const *columns, int count)
{
  *rows = (struct rows){.format = format, .columns = columns, .count = count};
  if (format == FORMAT_TABLE) {
    for (int i = 0; i < count; i++) rows->width[i] = strlen(columns[i]);
    rows->held =
        memory_resize(NULL, (size_t)ROWS_HELD * (size_t)count, sizeof *rows->held);
  } else if (format == FORMAT_CSV) {
    for (int i = 0; i < count; i++) printf("%s%s", i > 0 ? "," : "", columns[i]);
    putchar('\n');
  } else {
    putchar('[');
  }
}

static void begin_cell(struct rows *rows)
{
  if (rows->format == FORMAT_CSV) {
    if (rows->column > 0) putchar(',');
  } else if (rows->format == FORMAT_JSON) {
    fputs(rows->column > 0 ? "," : rows->row > 0 ? ",\n {" : "\n {", stdout);
    printf("\"%s\":", rows->columns[rows->column]);
  }
}

static void end_cell(struct rows *rows)
{
  if (++rows->column < rows->count) return;
  rows->column = 0;
  rows->row++;
  if (rows->format == FORMAT_CSV) putchar('\n');
  if (rows->format == FORMAT_JSON) putchar('}');
  if (rows->format == FORMAT_TABLE && rows->row == ROWS_HELD) release(rows);
}

void rows_text(struct rows *rows, const char *bytes, size_t length)
{
  begin_cell(rows);
  if (rows->format == FORMAT_TABLE)
    table_cell(rows, bytes != NULL ? bytes : "", bytes != NULL ? length : 0);
  else if (rows->format == FORMAT_CSV && bytes != NULL)
    output_csv(bytes, length);
  else if (rows->format == FORMAT_JSON && bytes != NULL)
    output_json(bytes, length);
  else if (rows->format == FORMAT_JSON)
    fputs("null", stdout);
  end_cell(rows);
}

void rows_words(struct rows *rows, const char *words)
{
  rows_text(rows, words, words != NULL ? strlen(words) : 0);
}

static void put_digits(struct rows *rows, const char *digits)
{
  if (rows->column < ROWS_COLUMNS) rows->right[rows->column] = 1;
  begin_cell(rows);
  if (rows->format == FORMAT_TABLE)
    table_cell(rows, digits, strlen(digits));
  else
    fputs(digits, stdout);
  end_cell(rows);
}

void rows_number(struct rows *rows, int64_t number)
{
  char digits[24];

  snprintf(digits, sizeof digits, "%lld", (long long)number);
  put_digits(rows, digits);
}

void rows_real(struct rows *rows, double number, int decimals)
{
  char digits[400];

  if (!isfinite(number)) {
    rows_words(rows, NULL);
    return;
  }
  snprintf(digits, sizeof digits, "%.*f", decimals, number);
  put_digits(rows, digits);
}

void rows_time(struct rows *rows, int64_t time)
{
  char text[ENG_TIME_TEXT];

  if (time == ENG_TIME_UNKNOWN)
    rows_words(rows, "unknown");
  else if (time == ENG_TIME_NONE || eng_time_format(time, text) != ENG_OK)
    rows_words(rows, NULL);
  else
    rows_words(rows, text);
}

int rows_end(struct rows *rows)
{
  release(rows);
  text_free(&rows->line);
  if (rows->format == FORMAT_JSON) fputs(rows->row > 0 ? "\n]\n" : "]\n", stdout);
  return output_end();
}

/* ---- JSON ---- */

/* What stands before a value or a key: a comma, a new line, or nothing after a key. */
static void json_next(struct json *json)
{
  if (json->after_key) {
    json->after_key = 0;
    return;
  }
  if (json->depth == 0) return;
  fputs(json->first ? "\n" : ",\n", stdout);
  printf("%*s", 2 * json->depth, "");
  json->first = 0;
}

void json_begin(struct json *json, int format)
{
  static const char *const columns[] = {"name", "value"};

  *json = (struct json){.is_rows = format != FORMAT_JSON};
  if (json->is_rows) rows_begin(&json->rows, format, columns, 2);
}

static void row(struct json *json, const char *bytes, size_t length)
{
  rows_text(&json->rows, json->name.bytes, json->name.length);
  rows_text(&json->rows, bytes, length);
}

/* What stands in a row as it does in JSON; null is an empty cell. */
static void plain(struct json *json, const char *words)
{
  if (json->is_rows) {
    row(json, strcmp(words, "null") == 0 ? NULL : words, strlen(words));
  } else {
    json_next(json);
    fputs(words, stdout);
  }
}

void json_open(struct json *json, char bracket)
{
  if (json->is_rows) {
    if (json->depth + 1 < JSON_DEEPEST) json->stem[json->depth + 1] = json->name.length;
  } else {
    json_next(json);
    putchar(bracket);
  }
  json->depth++;
  json->first = 1;
}

void json_close(struct json *json, char bracket)
{
  json->depth--;
  if (json->is_rows) {
    if (json->depth > 0) return;
    (void)!rows_end(&json->rows);
    text_free(&json->name);
    return;
  }
  if (!json->first) printf("\n%*s", 2 * json->depth, "");
  putchar(bracket);
  json->first = 0;
  if (json->depth == 0) putchar('\n');
}

void json_key(struct json *json, const char *key)
{
  if (json->is_rows) {
    if (json->depth < JSON_DEEPEST) json->name.length = json->stem[json->depth];
    text_print(&json->name, "%s%s", json->name.length > 0 ? "." : "", key);
    return;
  }
  json_next(json);
  printf("\"%s\": ", key);
  json->after_key = 1;
}

void json_text(struct json *json, const char *bytes, size_t length)
{
  if (json->is_rows) {
    row(json, bytes, length);
    return;
  }
  json_next(json);
  output_json(bytes, length);
}

void json_words(struct json *json, const char *words)
{
  if (words == NULL || words[0] == '\0')
    plain(json, "null");
  else
    json_text(json, words, strlen(words));
}

void json_number(struct json *json, int64_t number)
{
  char digits[24];

  snprintf(digits, sizeof digits, "%lld", (long long)number);
  plain(json, digits);
}

void json_real(struct json *json, double number)
{
  char digits[40];

  snprintf(digits, sizeof digits, "%.12g", number);
  plain(json, isfinite(number) ? digits : "null");
}

void json_plain(struct json *json, const char *words) { plain(json, words); }

void json_time(struct json *json, int64_t time)
{
  char text[ENG_TIME_TEXT];

  if (time == ENG_TIME_UNKNOWN)
    json_words(json, "unknown");
  else if (time == ENG_TIME_NONE || eng_time_format(time, text) != ENG_OK)
    json_plain(json, "null");
  else
    json_words(json, text);
}
