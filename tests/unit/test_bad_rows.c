/* SPDX-License-Identifier: MIT */
/*
 * test_bad_rows.c - hundreds of kinds of bad input, each among good rows.
 *
 * Each file is made from tables: good rows, the damage, good rows. What must come of it
 * is known beforehand: every good row an event with its line, every bad one a reason
 * with its place, and nothing of what was planted in it in any message. Each file is
 * read whole, byte by byte and in random pieces, in counted memory.
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <engagement/calendar.h>
#include <engagement/csv.h>

Suite *bad_rows_suite(void);

/* Stands in the customer of each bad row and in what is wrong with it. */
#define MARK "zqkwj"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum {
  ROW_LIMIT = 1 << 20, /* the default */
  SHORT_LIMIT = 1000,
  LONG_FIELD = 100000,
  SECONDS = 20 /* for one reading, under any checker */
};

/* ---- bytes ---- */

struct bytes {
  char *at;
  size_t length, room;
};

static void put(struct bytes *b, const char *bytes, size_t length)
{
  while (b->length + length + 1 > b->room) {
    b->room = b->room * 2 + 1024;
    b->at = realloc(b->at, b->room);
    if (b->at == NULL) ck_abort();
  }
  if (length > 0) memcpy(b->at + b->length, bytes, length);
  b->length += length;
  b->at[b->length] = '\0';
}

static void put_text(struct bytes *b, const char *text) { put(b, text, strlen(text)); }

static void put_many(struct bytes *b, char c, size_t n)
{
  for (; n > 0; n--) put(b, &c, 1);
}

static bool holds(const char *bytes, size_t length, const char *text)
{
  size_t n = strlen(text);

  for (size_t i = 0; i + n <= length; i++) {
    if (memcmp(bytes + i, text, n) == 0) return true;
  }
  return false;
}

static uint32_t next_random(uint32_t *state)
{
  *state = *state * 1664525U + 1013904223U;
  return *state >> 16;
}

/* ---- files ---- */

struct column {
  const char *name, *good;
  eng_status code; /* of what is no value of it; ENG_OK: it takes any text */
};

static const struct column columns[] = {
    {"customer", MARK "-anna", ENG_OK},
    {"time", "2024-01-31T12:00:00Z", ENG_E_TIME},
    {"kind", "rating", ENG_E_KIND},
    {"id", "", ENG_OK},
    {"source", "till", ENG_OK},
    {"channel", "web", ENG_E_CHANNEL},
    {"amount", "12.50", ENG_E_AMOUNT},
    {"currency", "EUR", ENG_E_CURRENCY},
    {"value", "9", ENG_E_VALUE},
    {"scale", "nps", ENG_E_SCALE},
    {"valence", "1", ENG_E_VALUE},
    {"incentivised", "no", ENG_E_FLAG},
    {"public", "yes", ENG_E_FLAG},
    {"refers_to", "", ENG_OK},
    {"actor", "7", ENG_OK},
    {"topic", "coffee", ENG_OK},
    {"revision", "0", ENG_E_VALUE},
    {"occurrence", "3", ENG_E_VALUE},
    {"recorded_at", "2024-01-31T12:00:01Z", ENG_E_TIME},
    {"note", "fine", ENG_OK}, /* of no field */
};

enum {
  CUSTOMER,
  TIME,
  KIND,
  ID,
  SOURCE,
  CHANNEL,
  AMOUNT,
  CURRENCY,
  VALUE,
  SCALE,
  VALENCE,
  INCENTIVISED,
  PUBLIC,
  REFERS_TO,
  ACTOR,
  TOPIC,
  REVISION,
  OCCURRENCE,
  RECORDED_AT,
  NOTE,
  COLUMNS
};

/* How a value is written: in quotes where it needs them, in quotes, as it is. */
enum { AS_NEEDED, QUOTED, RAW };

struct value {
  const char *at;
  size_t length;
  int how;
};

enum { GOOD_MAX = 64, ANY = -1 };

struct file {
  struct bytes bytes;
  char name[160]; /* what is wrong, for the reader of a failure */
  char delimiter;
  const char *line_end;
  bool quotes; /* good rows hold quoted fields */
  uint64_t row_limit;
  int32_t time_format;
  size_t good[GOOD_MAX]; /* where the good rows begin */
  size_t good_count;
  size_t bad; /* where the bad row begins */

  /* what must come of it */
  int odd;           /* rows of other customers that are events after all */
  int rejected;      /* ANY: one or more */
  eng_status code;   /* of the first bad row; ENG_OK: any */
  uint32_t column;   /* of the first bad row; 0: any */
  eng_status status; /* what ends the reading */
};

typedef void (*use_fn)(struct file *file, void *user);

static void put_value(struct file *file, const struct value *value)
{
  bool quote = value->how == QUOTED;

  for (size_t i = 0; i < value->length && value->how == AS_NEEDED; i++) {
    char c = value->at[i];

    quote = quote || c == '"' || c == '\n' || c == '\r' || c == file->delimiter;
  }
  if (!quote) {
    put(&file->bytes, value->at, value->length);
    return;
  }
  put_text(&file->bytes, "\"");
  for (size_t i = 0; i < value->length; i++) {
    if (value->at[i] == '"') put_text(&file->bytes, "\"");
    put(&file->bytes, value->at + i, 1);
  }
  put_text(&file->bytes, "\"");
}

static struct value value_of(const char *text)
{
  return (struct value){text, strlen(text), AS_NEEDED};
}

/* The fields of a row without its line end; returns the column of `place`, from 1. */
static uint32_t put_row(struct file *file, const struct value values[COLUMNS],
                        int place)
{
  size_t begin = file->bytes.length;
  uint32_t column = 0;

  for (int i = 0; i < COLUMNS; i++) {
    if (i > 0) put(&file->bytes, &file->delimiter, 1);
    if (i == place) column = (uint32_t)(file->bytes.length - begin) + 1;
    put_value(file, &values[i]);
  }
  return column;
}

/* An event with an id has no occurrence. */
static void good_values(struct value values[COLUMNS], int place)
{
  for (int i = 0; i < COLUMNS; i++) values[i] = value_of(columns[i].good);
  if (place == ID) values[OCCURRENCE] = value_of("");
}

static void put_header(struct file *file)
{
  for (int i = 0; i < COLUMNS; i++) {
    if (i > 0) put(&file->bytes, &file->delimiter, 1);
    put_text(&file->bytes, columns[i].name);
  }
  put_text(&file->bytes, file->line_end);
}

static void put_good(struct file *file, int n)
{
  struct value values[COLUMNS];
  char customer[32];

  for (; n > 0; n--) {
    good_values(values, -1);
    snprintf(customer, sizeof customer, "good-%d", (int)file->good_count);
    values[CUSTOMER] = value_of(customer);
    if (file->quotes) {
      values[TOPIC] = value_of("\"a\" b");
      values[NOTE].how = QUOTED;
    }
    file->good[file->good_count++] = file->bytes.length;
    put_row(file, values, -1);
    put_text(&file->bytes, file->line_end);
  }
}

/* An empty file; delimiters, line ends and quotes go by turns. */
static void empty_file(struct file *file, size_t turn)
{
  static const char *const ends[] = {"\n", "\r\n", "\r"};

  memset(file, 0, sizeof *file);
  file->delimiter = ",;\t|"[turn % 4];
  file->line_end = ends[turn % 3];
  file->quotes = turn % 5 < 2;
}

/* A header and three good rows. */
static void begin_file(struct file *file, size_t turn)
{
  empty_file(file, turn);
  put_header(file);
  put_good(file, 3);
  file->bad = file->bytes.length;
}

/* Three good rows more, and whoever asked for the file gets it. */
static void end_file(struct file *file, use_fn use, void *user)
{
  put_good(file, 3);
  use(file, user);
  free(file->bytes.at);
}

/* One bad row of good fields and this one. */
static void bad_field(size_t turn, int place, struct value value, eng_status code,
                      const char *name, use_fn use, void *user)
{
  struct file file;
  struct value values[COLUMNS];

  begin_file(&file, turn);
  good_values(values, place);
  values[place] = value;
  file.column = put_row(&file, values, place);
  file.code = code;
  if (code == ENG_OK) {
    file.odd = 1;
  } else {
    file.rejected = 1;
  }
  put_text(&file.bytes, file.line_end);
  snprintf(file.name, sizeof file.name, "%s %s: %.60s", columns[place].name, name,
           value.at);
  end_file(&file, use, user);
}

/* ---- fields: what is no value of any ---- */

struct junk {
  const char *at;
  size_t length;
};

/* clang-format off */
#define JUNK(text) {text, sizeof(text) - 1}
/* clang-format on */

/* Nothing here is a time, kind, channel, amount, ...; where any text is one it is that,
 * but for a NUL. `@` stands for the good value. */
/* clang-format off */
static const struct junk junks[] = {
    JUNK(MARK), JUNK("\x1b[31m" MARK "\x1b[0m"), JUNK("\x1b]0;" MARK "\x07"),
    JUNK("\x1b[2J\x1b[H" MARK), JUNK("\x1bP" MARK "\x1b\\"), JUNK("\xc2\x9b" MARK),
    JUNK("\x08\x08\x08" MARK), JUNK("\x7f" MARK), JUNK("\x0b" MARK "\x0c"),
    JUNK("\x01\x02\x03\x04\x05\x06\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19"),
    JUNK("\x1a"), JUNK("\xff\xfe" MARK), JUNK("\xc0\xaf" MARK),
    JUNK("\xe0\x80\xaf" MARK), JUNK("\xf0\x80\x80\xaf" MARK), JUNK("\xed\xa0\x80" MARK),
    JUNK("\xed\xbf\xbf"), JUNK("\xe2\x82"), JUNK("\xf0\x9f\x92"), JUNK("\x80" MARK),
    JUNK("\xbf\xbf\xbf"), JUNK("\xf5\x80\x80\x80"), JUNK("\xf8\x88\x80\x80\x80"),
    JUNK("\xfe"), JUNK("\xff"), JUNK("\xef\xbf\xbd"), JUNK("\xef\xbf\xbf"),
    JUNK("\xe2\x80\xae" MARK), JUNK("\xe2\x80\x8b" MARK), JUNK("\xe2\x80\xa8" MARK),
    JUNK("\xc2\x85" MARK), JUNK("\xc2\xa0"), JUNK("\xe3\x80\x80"),
    JUNK("\xf0\x9f\x91\x8d"), JUNK("\xc2\xbd"), JUNK("\xd9\xa1\xd9\xa2"),
    JUNK("\xef\xbc\x91\xef\xbc\x92"), JUNK("\xe2\x88\x92" "1"), JUNK("\xe2\x85\xa7"),
    JUNK("\xef\xbb\xbf@"), JUNK("\xe2\x80\x8b@"), JUNK("@\xc2\xa0"),
    JUNK("@\xef\xbb\xbf"), JUNK("@\x1b[0m"), JUNK("@\x0b"), JUNK("@;" MARK),
    JUNK("@ @"), JUNK("@,@"), JUNK("@\n@"), JUNK("@\r\n"), JUNK("\n@"), JUNK("@\r"),
    JUNK("'@'"), JUNK("'@"), JUNK("\"@\""), JUNK("\"@"), JUNK("@\""), JUNK("\\@"),
    JUNK("=@"), JUNK("=\"@\""), JUNK("[@]"), JUNK("{@}"), JUNK("<@>"), JUNK("@,"),
    JUNK(",@"), JUNK("@;@"), JUNK("@|@"), JUNK("@/@"), JUNK("@?"), JUNK("@*"),
    JUNK("@#"), JUNK("#@"), JUNK("\""), JUNK("\"\""), JUNK("'"), JUNK("''"), JUNK("\\"),
    JUNK("\\N"), JUNK("\\0"), JUNK("\\x00"), JUNK("%00"), JUNK("%0d%0a" MARK),
    JUNK(","), JUNK(";"), JUNK("|"), JUNK("."), JUNK(".."), JUNK("+"), JUNK("-"),
    JUNK("--"), JUNK("+-1"), JUNK("--1"), JUNK("++1"), JUNK("1-"), JUNK("1+1"),
    JUNK("- 1"), JUNK("(1)"), JUNK("1%"), JUNK("1,5"), JUNK("1.000,00"),
    JUNK("1,000.00"), JUNK("1 000"), JUNK("1'000"), JUNK("1_000"), JUNK("1.2.3"),
    JUNK("1e5"), JUNK("1E+400"), JUNK("1e-400"), JUNK("1d5"), JUNK("0x1F"),
    JUNK("0X1p-2"), JUNK("0b101"), JUNK("0o17"), JUNK("1f"), JUNK("1L"), JUNK("1/2"),
    JUNK("1;2"), JUNK("~1"), JUNK("!1"), JUNK("nan"), JUNK("NaN"), JUNK("-nan"),
    JUNK("NAN(" MARK ")"), JUNK("inf"), JUNK("-Inf"), JUNK("INFINITY"), JUNK("1.#QNAN"),
    JUNK("null"), JUNK("NULL"), JUNK("None"), JUNK("nil"), JUNK("undefined"),
    JUNK("N/A"), JUNK("#N/A"), JUNK("#REF!"), JUNK("#DIV/0!"), JUNK("#VALUE!"),
    JUNK("########"), JUNK("-9223372036854775809"), JUNK("-18446744073709551616"),
    JUNK("18446744073709551616"), JUNK("340282366920938463463374607431768211456"),
    JUNK("99999999999999999999999999999999999999999999999999999999999999999999"),
    JUNK("=1+1"), JUNK("+1+1"), JUNK("-1+1"), JUNK("@SUM(1+1)"),
    JUNK("=cmd|' /C " MARK "'!A0"),
    JUNK("=HYPERLINK(\"http://example.invalid/" MARK "\")"), JUNK("' OR 1=1 --" MARK),
    JUNK("'; DROP TABLE customers; --" MARK), JUNK("\" OR \"\"=\"" MARK),
    JUNK("1; SELECT " MARK), JUNK("/* " MARK " */"), JUNK("$(" MARK ")"),
    JUNK("`" MARK "`"), JUNK("; rm -rf " MARK), JUNK("| cat " MARK), JUNK("&& " MARK),
    JUNK("> " MARK), JUNK("$HOME"), JUNK("${" MARK "}"),
    JUNK("${jndi:ldap://" MARK "}"), JUNK("{{7*7}}"), JUNK("%s%s%s%n" MARK),
    JUNK("%d%x%p"), JUNK("../../" MARK), JUNK("C:\\" MARK),
    JUNK("<script>" MARK "</script>"), JUNK("<!--" MARK "-->"),
    JUNK("<![CDATA[" MARK "]]>"), JUNK("&" MARK ";"), JUNK("{\"" MARK "\":1}"),
    JUNK("a\nb"), JUNK("a\r\n\r\nb"), JUNK("\n"), JUNK("\r"), JUNK("\n\n\n" MARK),
    JUNK("customer,time,kind\n" MARK ",0,visit\n"), JUNK("\0"), JUNK("\0\0\0\0"),
    JUNK("\0" MARK), JUNK(MARK "\0"), JUNK("a\0\nb"), JUNK("@\0"), JUNK("\0@"),
    JUNK("@\0@"),
};
/* clang-format on */

/* With the good value in place of `@`; false: the column has none. */
static bool fill_in(const struct junk *junk, const char *good, struct bytes *out)
{
  bool all = junk->length > 1 && junk->at[0] == '@' && junk->at[1] == 'S';

  out->length = 0;
  for (size_t i = 0; i < junk->length; i++) {
    if (junk->at[i] != '@' || all) {
      put(out, junk->at + i, 1);
    } else if (*good == '\0') {
      return false;
    } else {
      put_text(out, good);
    }
  }
  return true;
}

/* Where any text is a value only a NUL is refused, and what is passed over is not
 * looked at. */
static eng_status code_of(int place, const char *bytes, size_t length)
{
  if (columns[place].code != ENG_OK) return columns[place].code;
  if (place == NOTE || memchr(bytes, '\0', length) == NULL) return ENG_OK;
  return ENG_E_TEXT;
}

static void junk_in(int place, use_fn use, void *user)
{
  struct bytes text = {0};

  for (size_t i = 0; i < COUNT(junks); i++) {
    if (!fill_in(&junks[i], columns[place].good, &text)) continue;
    bad_field(i, place, (struct value){text.at, text.length, AS_NEEDED},
              code_of(place, text.at, text.length), "junk", use, user);
  }
  free(text.at);
}

/* ---- fields: empty, blank, long ---- */

static eng_status code_of_empty(int place)
{
  return place == CUSTOMER ? ENG_E_CUSTOMER
         : place == TIME   ? ENG_E_TIME
         : place == KIND   ? ENG_E_KIND
                           : ENG_OK;
}

static void blank_in(int place, use_fn use, void *user)
{
  static const char *const blanks[] = {"", " ", "    ", " \t \t"};

  for (size_t i = 0; i < COUNT(blanks); i++) {
    struct value value = value_of(blanks[i]);
    eng_status code = columns[place].code;

    /* where a tab is no delimiter */
    bad_field(i % 2, place, value, code_of_empty(place), "blank", use, user);
    value.how = QUOTED;
    if (i == 0) code = code_of_empty(place);
    bad_field(i, place, value, code, "quoted blank", use, user);
  }
}

static void long_in(int place, use_fn use, void *user)
{
  static const char fills[] = {'z', '9', '1', '-', '.', '"', '\n', '\xff', '\x1b', 'E'};
  struct bytes text = {0};

  for (size_t i = 0; i < COUNT(fills); i++) {
    eng_status code = place == CUSTOMER ? ENG_E_CUSTOMER : columns[place].code;

    text.length = 0;
    put_text(&text, i % 2 == 0 ? MARK : "");
    put_many(&text, fills[i], LONG_FIELD);
    bad_field(i, place, (struct value){text.at, text.length, AS_NEEDED}, code, "long",
              use, user);
  }
  free(text.at);
}

/* A field beyond the longest row, plain and quoted. */
static void endless_in(int place, use_fn use, void *user)
{
  for (int how = AS_NEEDED; how <= QUOTED; how++) {
    for (int n = 0; n < 3; n++) {
      static const size_t sizes[] = {SHORT_LIMIT + 1, SHORT_LIMIT * 3, LONG_FIELD};
      struct file file;
      struct value values[COLUMNS];
      struct bytes text = {0};

      put_text(&text, MARK);
      put_many(&text, 'x', sizes[n]);
      begin_file(&file, (size_t)(how * 3 + n));
      good_values(values, place);
      values[place] = (struct value){text.at, text.length, how};
      put_row(&file, values, place);
      put_text(&file.bytes, file.line_end);
      file.row_limit = SHORT_LIMIT;
      file.rejected = 1;
      file.code = ENG_E_LIMIT;
      file.column = SHORT_LIMIT + 1;
      snprintf(file.name, sizeof file.name, "%s of %d bytes in a row of %d",
               columns[place].name, (int)text.length, SHORT_LIMIT);
      end_file(&file, use, user);
      free(text.at);
    }
  }
}

/* ---- fields: quotes ---- */

struct quoting {
  const char *text; /* `@`: the good value */
  eng_status code;  /* ENG_OK: the quotes are part of the value */
  int skip;         /* bytes before the quote that opens */
};

/* clang-format off */
static const struct quoting quotings[] = {
    {"\"@", ENG_E_QUOTE, 0}, {" \"@", ENG_E_QUOTE, 1}, {"\"@\"" MARK, ENG_E_QUOTE, 0},
    {"\"@\" " MARK, ENG_E_QUOTE, 0}, {"\"@\"\"", ENG_E_QUOTE, 0},
    {"\"\"" MARK "@", ENG_E_QUOTE, 0}, {"\"\"" MARK "@\"\"", ENG_E_QUOTE, 0},
    {"\"@\"x\"@\"", ENG_E_QUOTE, 0}, {"\"@\\\"" MARK "\"", ENG_E_QUOTE, 0},
    {"\"@ \"" MARK "\" said\"", ENG_E_QUOTE, 0}, {"\"@\"\"\"\"", ENG_E_QUOTE, 0},
    {"\"\"\"@", ENG_E_QUOTE, 0}, {"x\"@", ENG_OK, 0}, {"@\"", ENG_OK, 0},
    {"@\"\"", ENG_OK, 0}, {"x\"@\"", ENG_OK, 0}, {"'@\"", ENG_OK, 0},
};
/* clang-format on */

static void quotes_in(int place, use_fn use, void *user)
{
  for (size_t i = 0; i < COUNT(quotings); i++) {
    const struct quoting *quoting = &quotings[i];
    struct bytes text = {0};
    struct file file;
    struct value values[COLUMNS];
    struct junk junk = {quoting->text, strlen(quoting->text)};
    const char *good = *columns[place].good == '\0' ? MARK : columns[place].good;

    if (!fill_in(&junk, good, &text)) ck_abort();
    begin_file(&file, i);
    good_values(values, place);
    values[place] = (struct value){text.at, text.length, RAW};
    file.column = put_row(&file, values, place) + (uint32_t)quoting->skip;
    put_text(&file.bytes, file.line_end);
    file.code = quoting->code != ENG_OK ? quoting->code : columns[place].code;
    file.rejected = file.code != ENG_OK;
    file.odd = file.code == ENG_OK;
    snprintf(file.name, sizeof file.name, "%s written %s", columns[place].name,
             text.at);
    end_file(&file, use, user);
    free(text.at);
  }
}

/* ---- values of one field ---- */

/* clang-format off */
static const char *const bad_times[] = {
    /* dates that there are not */
    "2023-02-29", "2025-02-29", "2100-02-29", "2200-02-29", "2300-02-29", "2024-02-30",
    "2024-02-31", "2024-04-31", "2024-06-31", "2024-09-31", "2024-11-31", "2024-01-32",
    "2024-01-00", "2024-00-10", "2024-13-01", "2024-99-99", "2024-12-99", "0000-00-00",
    "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-00T00:00:00Z",
    /* years beyond the range */
    "1969-12-31", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00+00:01",
    "1970-01-01T17:59:59+18:00", "1900-01-01", "1582-10-15", "0001-01-01", "0000-01-01",
    "10000-01-01", "10000-01-01T00:00:00Z", "9999-12-31T24:00:00Z",
    "9999-12-31T23:59:59-00:01", "9999-12-31T06:00:00-18:00", "99999-01-01",
    "2147485547-01-01", "-2024-01-01", "+2024-01-01", "+002024-01-01",
    /* times of day that there are not */
    "2024-01-31T24:01", "2024-01-31T24:00:01", "2024-01-31T24:00:00.001",
    "2024-01-31T25:00", "2024-01-31T99:99:99", "2024-01-31T12:60",
    "2024-01-31T12:00:60", "2024-01-31T23:59:60Z", "2024-01-31T23:59:61",
    "2024-01-31T-1:00", "2024-01-31T12:-1", "2024-01-31T12:00:-1",
    /* cut short, or with something more */
    "2024", "2024-", "2024-0", "2024-01", "2024-01-", "2024-01-3", "2024-01-31T",
    "2024-01-31 T", "2024-01-31T1", "2024-01-31T12", "2024-01-31T12:",
    "2024-01-31T12:0", "2024-01-31T12:00:", "2024-01-31T12:00:0",
    "2024-01-31T12:00:00.", "2024-01-31T12:00:00,", "2024-01-31T12:00:00.Z",
    "2024-01-31T12:00:00.1.2Z", "2024-01-31T12:00:00ZZ", "2024-01-31T12:00:00Z2024",
    "2024-01-31T12:00:00Z+01:00", "2024-01-31T12:00:00 " MARK, "2024-01-31 " MARK,
    MARK " 2024-01-31", "2024-01-31T12:00:00." MARK, "2024-01-31T12:00:00Z;" MARK,
    "2024-01-31-01", "2024-01-31T12:00:00:00", "2024-01-31TT12:00", "2024-01-31  12:00",
    "2024-01-31_12:00", "2024-01-31-12:00", "2024-01-31T12-00", "2024-01-31T12.00",
    "2024-01-31T12 00", "2024-01-31 12:00 PM", "2024-01-31 12:00 am", "2024-01-31T1200",
    "2024-01-31T120000Z", "2024-1-31", "2024-01-1", "2024-1-1", "24-01-31", "024-01-31",
    "02024-01-31",
    /* zones */
    "2024-01-31T12:00:00+25", "2024-01-31T12:00:00+25:00", "2024-01-31T12:00:00-99:99",
    "2024-01-31T12:00:00+19:00", "2024-01-31T12:00:00-24:00",
    "2024-01-31T12:00:00+01:60", "2024-01-31T12:00:00+1", "2024-01-31T12:00:00+1:00",
    "2024-01-31T12:00:00+01:0", "2024-01-31T12:00:00+01:000",
    "2024-01-31T12:00:00+01:00:00", "2024-01-31T12:00:00+", "2024-01-31T12:00:00-",
    "2024-01-31T12:00:00++01:00", "2024-01-31T12:00:00+-01:00",
    "2024-01-31T12:00:00 EST", "2024-01-31T12:00:00PST", "2024-01-31T12:00:00GMT",
    "2024-01-31T12:00:00X", "2024-01-31T12:00:00 Europe/Berlin",
    "2024-01-31T12:00:00[" MARK "]", "2024-01-31T12:00:00\xe2\x88\x92" "01:00",
    /* as others write them */
    "2024/01/31", "2024.01.31", "2024 01 31", "2024_01_31", "31.01.2024", "31/01/2024",
    "01/31/2024", "31-01-2024", "1/31/24", "Jan 31 2024", "31 Jan 2024", "31-Jan-2024",
    "2024-Jan-31", "January 31, 2024", "Wed, 31 Jan 2024 12:00:00 GMT",
    "Wed Jan 31 12:00:00 2024", "2024-W05", "2024-W05-3", "2024W053", "2024-031",
    "20240131T120000Z", "20240131T12", "12:00", "12:00:00", "T12:00", "24:00", "today",
    "now", "yesterday", "tomorrow", "never", "P1D", "1 day ago",
    "\\/Date(1706659200)\\/", "2024\xe2\x88\x92" "01\xe2\x88\x92" "31",
    "\xef\xbc\x92" "024-01-31", "2024\xe5\xb9\xb4",
    /* numbers */
    "-1", "-0", "+0", "+1706659200", "1706659200s", "1706659200.", "1706659200.5.5",
    "1706659200,5", "1,706,659,200", "1706659200 " MARK, "1.7e9", "1e9", ".5",
    "0x65b98a80", "253402300800000", "9223372036854775807", "9223372036854775808",
    "18446744073709551615", "18446744073709551616", "-9223372036854775808",
    "99999999999999999999999999", "2534023008000000", "1706659200000000",
    "1706659200000000000", "1706659200 1706659200",
};
/* clang-format on */

/* clang-format off */
static const char *const bad_kinds[] = {
    "purchaze", "purchas", "purchasse", "purchases!", "p\xc3\xbcrchase", "visitt",
    "viist", "unknown", "1", "34", "0", "-34", "256", "34.0", "purchase visit",
    "purchase,visit", "purchase;visit", "purchase/refund", "purchase|refund",
    "[purchase]", "purchase()", "purchase.", ".purchase", "purchase:", "purchase=1",
    "*", "?", "%", "purchase%", "_" MARK, MARK "purchase", "purchase" MARK,
    "ENG_EVENT_PURCHASE", "purchase\tvisit", "PURCHASE\xc2\xa0", "\xd1\x80urchase",
    "kind", "event:purchase", "eventkind",
    "purchasepurchasepurchasepurchasepurchasepurchasepurchasepurchase",
    "purchasepurchasepurchasepurchasepurchasepurchasepurchasepurchasep",
    "purchase_purchase_purchase_purchase_purchase_purchase_purchase_purchase_purchase",
};
/* clang-format on */

/* clang-format off */
static const char *const bad_channels[] = {
    "moon", "webb", "we", "wweb", "web,store", "web;store", "web|store", "web/app", "w",
    "1", "0", "-1", "256", "web.", "web!", MARK "web", "web" MARK, "w\xc3\xab" "b",
    "http", "*", "?", "channel", "carrier pigeon",
};
/* clang-format on */

/* clang-format off */
static const char *const bad_currencies[] = {
    "XYZ", "EU", "EURO", "EUROS", "E", "\xe2\x82\xac", "$", "US$", "USD$", "$US", "978",
    "840", "000", "0", "-1", "E U", "EUR.", "EUR/USD", "EUR,USD", "EUR USD", "BTC",
    "FRF", "DEM", "ITL", "ZZZ", "AAA", "\xc3\x89U", "E\xc3\x9cR", "EU\xff",
    "\xef\xbc\xa5UR", "EU\x1b", "E\x01R", "EU1", "eu", "***", "???", "---", "   .",
    MARK, ("USD" MARK),
};
/* clang-format on */

struct sum {
  const char *currency, *amount;
};

/* clang-format off */
static const struct sum bad_sums[] = {
    {"EUR", "1.234"}, {"EUR", "0.001"}, {"EUR", ".001"}, {"EUR", "-1.999"},
    {"EUR", "1.005"}, {"EUR", "1.0000000001"}, {"EUR", "1.000000000000000000000001"},
    {"USD", "12.345"}, {"JPY", "1.5"}, {"JPY", "0.1"}, {"JPY", "-0.01"},
    {"JPY", "100.00001"}, {"KRW", "9.9"}, {"BHD", "1.2345"}, {"BHD", "0.0001"},
    {"KWD", "5.5555"}, {"CLF", "1.23456"}, {"EUR", "92233720368547758.08"},
    {"EUR", "-92233720368547758.08"}, {"EUR", "92233720368547758.09"},
    {"EUR", "92233720368547759"}, {"EUR", "9223372036854775807"},
    {"EUR", "9223372036854775808"}, {"JPY", "9223372036854775808"},
    {"JPY", "-9223372036854775808"}, {"JPY", "-9223372036854775809"},
    {"JPY", "18446744073709551617"}, {"BHD", "9223372036854775.808"},
    {"BHD", "9223372036854776"}, {"EUR", "184467440737095516.16"},
    {"EUR", "99999999999999999999"}, {"EUR", "\xe2\x82\xac" "5"},
    {"EUR", "5\xe2\x82\xac"}, {"EUR", "5 \xe2\x82\xac"}, {"EUR", "EUR 5"},
    {"EUR", "5 EUR"}, {"EUR", "EUR5"}, {"USD", "$5"}, {"USD", "5$"}, {"USD", "-$5"},
    {"USD", "$-5"}, {"USD", "US$5"}, {"EUR", "5-"}, {"EUR", "(5.00)"}, {"EUR", "5,00"},
    {"EUR", "5;00"}, {"EUR", "5:00"}, {"EUR", "5 .00"}, {"EUR", "5. 00"},
    {"EUR", "5..00"}, {"EUR", "..5"}, {"EUR", "-"}, {"EUR", "-."}, {"EUR", "+."},
    {"EUR", "5.-"}, {"EUR", "5,-"}, {"EUR", "1.234.567,89"}, {"EUR", "1,234,567.89"},
    {"EUR", "1 234 567"}, {"EUR", "1\xc2\xa0" "234"}, {"EUR", "1\xe2\x80\xaf" "234"},
    {"CHF", "1'234.50"}, {"EUR", "12.50 " MARK}, {"EUR", MARK " 12.50"},
    {"EUR", "12.50" MARK}, {"EUR", "free"}, {"EUR", "12k"}, {"EUR", "1M"},
    {"EUR", "12.5e1"}, {"EUR", "1e2"}, {"EUR", "0x10"}, {"EUR", "010h"}, {"EUR", "5%"},
    {"EUR", "5/2"}, {"EUR", "2*5"}, {"EUR", "=5"}, {"EUR", "'5"},
};
/* clang-format on */

struct rating {
  const char *kind, *scale, *value;
};

/* clang-format off */
static const struct rating bad_ratings[] = {
    {"rating", "nps", "-1"}, {"rating", "nps", "-0.001"}, {"rating", "nps", "10.001"},
    {"rating", "nps", "10.5"}, {"rating", "nps", "11"}, {"rating", "nps", "100"},
    {"rating", "nps", "9.0005"}, {"rating", "nps", "9/10"}, {"rating", "nps", "nine"},
    {"rating", "csat", "0"}, {"rating", "csat", "0.999"}, {"rating", "csat", "5.001"},
    {"rating", "csat", "6"}, {"rating", "csat", "-3"}, {"rating", "csat", "80%"},
    {"rating", "ces", "0"}, {"rating", "ces", "0.999"}, {"rating", "ces", "7.001"},
    {"rating", "ces", "8"}, {"rating", "ces", "-7"}, {"rating", "stars", "0"},
    {"rating", "stars", "0.5"}, {"rating", "stars", "5.001"}, {"rating", "stars", "6"},
    {"rating", "stars", "*****"}, {"rating", "stars", "\xe2\x98\x85\xe2\x98\x85"},
    {"rating", "other", "-0.001"}, {"rating", "other", "1000.001"},
    {"rating", "other", "1001"}, {"rating", "other", "1.0001"}, {"rating", "", "-1"},
    {"rating", "", "1000.001"}, {"rating", "", "9223372036854775.808"},
    {"rating", "", "9223372036854776"}, {"rating", "", "9223372036854775807"},
    {"rating", "", "-9223372036854775808"}, {"rating", "", "18446744073709551616"},
    {"review", "stars", "6"}, {"review", "stars", "4.0005"}, {"review", "", "-1"},
    {"review", "nps", "11"}, {"complaint", "csat", "0"}, {"complaint", "csat", "5.5"},
    {"visit", "nps", "11"}, {"visit", "", "1.5"}, {"visit", "", "0.1"},
    {"visit", "", "-0.5"}, {"visit", "", "1.0001"},
    {"visit", "", "9223372036854775808"}, {"visit", "", "-9223372036854775808"},
    {"visit", "", "-9223372036854775809"}, {"visit", "", "18446744073709551617"},
    {"visit", "", "many"}, {"visit", "", "1 2"}, {"visit", "", "30s"},
    {"visit", "", "12:30"}, {"visit", "", "00:12:30"}, {"points_adjust", "", "1.5"},
    {"points_adjust", "", "+"},
};
/* clang-format on */

/* clang-format off */
static const char *const bad_scales[] = {
    "np", "npss", "n ps", "n-ps", "nps10", "nps ", "csat%", "cs at", "ces7", "star",
    "stars5", "5 stars", "5", "0", "1-5", "likert", "others", "oth", "nps,csat",
    "scale", "\xe2\x98\x85", "NPS\xc2\xa0", MARK, ("nps" MARK),
};
/* clang-format on */

/* clang-format off */
static const char *const bad_valences[] = {
    "3", "-3", "+3", "22", "-22", "127", "128", "-128", "255", "256", "2.5", "1.5",
    "-0.5", "1.0001", "2147483648", "4294967297", "18446744073709551617", "two",
    "positive", "good", "++", "-2-", ("2" MARK), "\xf0\x9f\x98\x80",
};
/* clang-format on */

/* clang-format off */
static const char *const bad_flags[] = {
    "2", "-1", "10", "01", "00", "1.0", "0.0", "+1", "yess", "ye", "yes!", "yes no",
    "yes,no", "noo", "nope", "tru", "truee", "fals", "falsee", "ja", "nein", "oui",
    "on", "off", "enabled", "x", "\xe2\x9c\x93", "maybe", "both", "y/n", "1" MARK,
    "yes" MARK,
};
/* clang-format on */

/* clang-format off */
static const char *const bad_revisions[] = {
    "-1", "-0.5", "4294967296", "99999999999", "18446744073709551616", "1.5", "0.1",
    "v1", "1.0.1", "1a", "one", "latest", "1 2", "+-1", ("1" MARK), "#00000001",
};
/* clang-format on */

/* clang-format off */
static const char *const bad_occurrences[] = {
    "-1", "65536", "65537", "4294967296", "4294967299", "18446744073709551619", "1.5",
    "0.5", "1st", "first", "one", "1/2", "1 of 2", "#1", ("3" MARK),
};
/* clang-format on */

static void each_of(int place, const char *const *texts, size_t count, use_fn use,
                    void *user)
{
  for (size_t i = 0; i < count; i++) {
    struct value value = value_of(texts[i]);
    size_t length = strlen(texts[i]);

    /* what stands between quotes keeps its blanks */
    if (length > 0 && texts[i][length - 1] == ' ') value.how = QUOTED;
    bad_field(i, place, value, columns[place].code, "of its own", use, user);
  }
}

/* One bad row in which several fields have their part; the code is that of `place`. */
static void bad_fields(size_t turn, int place, const int places[], size_t count,
                       const char *const texts[], eng_status code, use_fn use,
                       void *user)
{
  struct file file;
  struct value values[COLUMNS];

  begin_file(&file, turn);
  good_values(values, place);
  for (size_t i = 0; i < count; i++) values[places[i]] = value_of(texts[i]);
  file.column = put_row(&file, values, place);
  put_text(&file.bytes, file.line_end);
  file.code = code;
  file.rejected = 1;
  snprintf(file.name, sizeof file.name, "%s of several: %s", columns[place].name,
           values[place].at);
  end_file(&file, use, user);
}

static void bad_times_in(use_fn use, void *user)
{
  each_of(TIME, bad_times, COUNT(bad_times), use, user);
  each_of(RECORDED_AT, bad_times, COUNT(bad_times), use, user);
}

struct timed {
  int32_t format;
  const char *text;
};

/* clang-format off */
static const struct timed timed[] = {
    {ENG_TIME_ISO, "20240131"}, {ENG_TIME_ISO, "1706659200"},
    {ENG_TIME_ISO, "1706659200000"}, {ENG_TIME_ISO, "0"}, {ENG_TIME_ISO, "2024"},
    {ENG_TIME_ISO, "2024-02-30"}, {ENG_TIME_COMPACT, "2024-01-31"},
    {ENG_TIME_COMPACT, "2024013"}, {ENG_TIME_COMPACT, "202401310"},
    {ENG_TIME_COMPACT, "20240230"}, {ENG_TIME_COMPACT, "20241301"},
    {ENG_TIME_COMPACT, "20240100"}, {ENG_TIME_COMPACT, "19691231"},
    {ENG_TIME_COMPACT, "00000000"}, {ENG_TIME_COMPACT, "2024013a"},
    {ENG_TIME_COMPACT, "1706659200"}, {ENG_TIME_SECONDS, "2024-01-31"},
    {ENG_TIME_SECONDS, "-1"}, {ENG_TIME_SECONDS, "253402300800"},
    {ENG_TIME_SECONDS, "1706659200000"}, {ENG_TIME_SECONDS, "1e9"},
    {ENG_TIME_SECONDS, "9223372036854775"}, {ENG_TIME_SECONDS, "9223372036854776"},
    {ENG_TIME_SECONDS, "18446744073709552"}, {ENG_TIME_SECONDS, "1."},
    {ENG_TIME_SECONDS, "1.x"}, {ENG_TIME_MILLISECONDS, "2024-01-31"},
    {ENG_TIME_MILLISECONDS, "253402300800000"}, {ENG_TIME_MILLISECONDS, "-1"},
    {ENG_TIME_MILLISECONDS, "253402300799999.5"},
    {ENG_TIME_MILLISECONDS, "9223372036854775808"},
    {ENG_TIME_MILLISECONDS, "18446744073709551616"}, {ENG_TIME_MILLISECONDS, "1.2.3"},
};
/* clang-format on */

/* Rows whose times are of one form, and one that is of another. */
static void other_forms_of_time(use_fn use, void *user)
{
  static const char *const good[] = {
      [ENG_TIME_ISO] = "2024-01-31",
      [ENG_TIME_COMPACT] = "20240131",
      [ENG_TIME_SECONDS] = "1706659200",
      [ENG_TIME_MILLISECONDS] = "1706659200000",
  };

  for (size_t i = 0; i < COUNT(timed); i++) {
    struct file file;
    char row[200];

    empty_file(&file, 0);
    file.time_format = timed[i].format;
    put_text(&file.bytes, "customer,kind,time\n");
    for (int n = 0; n < 4; n++) {
      if (n == 2) {
        file.bad = file.bytes.length;
        put_text(&file.bytes, MARK ",visit,");
        put_text(&file.bytes, timed[i].text);
        put_text(&file.bytes, "\n");
      }
      file.good[file.good_count++] = file.bytes.length;
      snprintf(row, sizeof row, "good-%d,visit,%s\n", n, good[timed[i].format]);
      put_text(&file.bytes, row);
    }
    file.rejected = 1;
    file.code = ENG_E_TIME;
    file.column = (uint32_t)strlen(MARK ",visit,") + 1;
    snprintf(file.name, sizeof file.name, "time %s as form %d", timed[i].text,
             (int)timed[i].format);
    use(&file, user);
    free(file.bytes.at);
  }
}

static void bad_sums_in(use_fn use, void *user)
{
  static const int places[] = {CURRENCY, AMOUNT};

  for (size_t i = 0; i < COUNT(bad_sums); i++) {
    const char *texts[] = {bad_sums[i].currency, bad_sums[i].amount};

    bad_fields(i, AMOUNT, places, 2, texts, ENG_E_AMOUNT, use, user);
  }
}

static void bad_ratings_in(use_fn use, void *user)
{
  static const int places[] = {KIND, SCALE, VALUE};

  for (size_t i = 0; i < COUNT(bad_ratings); i++) {
    const struct rating *rating = &bad_ratings[i];
    const char *texts[] = {rating->kind, rating->scale, rating->value};

    bad_fields(i, VALUE, places, 3, texts, ENG_E_VALUE, use, user);
  }
}

static void bad_identities_in(use_fn use, void *user)
{
  static const int places[] = {ID, OCCURRENCE, REVISION};
  static const char *const whole[] = {"1", "2", "4294967295", "1.0", "+7", "0001"};
  static const char *const counts[] = {"1", "2", "65535", "1.0", "+7", "0001"};

  for (size_t i = 0; i < COUNT(whole); i++) {
    const char *alone[] = {"", "", whole[i]};
    const char *both[] = {MARK "-id", counts[i], ""};
    const char *three[] = {MARK "-id", counts[i], whole[i]};

    bad_fields(i, REVISION, places, 3, alone, ENG_E_IDENTITY, use, user);
    bad_fields(i, OCCURRENCE, places, 3, both, ENG_E_IDENTITY, use, user);
    bad_fields(i, OCCURRENCE, places, 3, three, ENG_E_IDENTITY, use, user);
  }
}

static void values_of_their_own(use_fn use, void *user)
{
  each_of(KIND, bad_kinds, COUNT(bad_kinds), use, user);
  each_of(CHANNEL, bad_channels, COUNT(bad_channels), use, user);
  each_of(CURRENCY, bad_currencies, COUNT(bad_currencies), use, user);
  each_of(SCALE, bad_scales, COUNT(bad_scales), use, user);
  each_of(VALENCE, bad_valences, COUNT(bad_valences), use, user);
  each_of(INCENTIVISED, bad_flags, COUNT(bad_flags), use, user);
  each_of(PUBLIC, bad_flags, COUNT(bad_flags), use, user);
  each_of(REVISION, bad_revisions, COUNT(bad_revisions), use, user);
  each_of(OCCURRENCE, bad_occurrences, COUNT(bad_occurrences), use, user);
  bad_sums_in(use, user);
  bad_ratings_in(use, user);
  bad_identities_in(use, user);
}

/* Ids of 255 bytes are read, longer ones are not, whatever they are made of. */
static void long_customers(use_fn use, void *user)
{
  static const size_t sizes[] = {255, 256, 257, 1000, 4096, 4097, 65535, 65536};
  static const char *const fills[] = {"x", "\xc3\xa4", "\xff", "\x1b", " ", "\"", "'"};
  struct bytes id = {0};

  for (size_t i = 0; i < COUNT(sizes); i++) {
    for (size_t k = 0; k < COUNT(fills); k++) {
      id.length = 0;
      while (id.length + strlen(fills[k]) + strlen(MARK) <= sizes[i]) {
        put_text(&id, fills[k]);
      }
      while (id.length + strlen(MARK) < sizes[i]) put_text(&id, "y");
      put_text(&id, MARK);
      bad_field(i + k, CUSTOMER, (struct value){id.at, id.length, QUOTED},
                sizes[i] > 255 ? ENG_E_CUSTOMER : ENG_OK, "long", use, user);
    }
  }
  free(id.at);
}

static void fields_of_each(use_fn use, void *user)
{
  for (int i = 0; i < COLUMNS; i++) {
    junk_in(i, use, user);
    blank_in(i, use, user);
    quotes_in(i, use, user);
    endless_in(i, use, user);
  }
}

static void long_fields_of_each(use_fn use, void *user)
{
  for (int i = 0; i < COLUMNS; i++) long_in(i, use, user);
}

/* ---- rows ---- */

/* A row of so many fields. */
static void wrong_numbers_of_fields(use_fn use, void *user)
{
  static const size_t more[] = {100, 255, 256, 1000, 4096, 65536, LONG_FIELD};

  for (size_t n = 1; n < 60 + COUNT(more); n++) {
    size_t fields = n < 60 ? n : more[n - 60];
    struct file file;

    if (fields == COLUMNS) continue;
    begin_file(&file, n);
    for (size_t i = 0; i < fields; i++) {
      if (i > 0) put(&file.bytes, &file.delimiter, 1);
      put_text(&file.bytes, i < COLUMNS ? columns[i].good : i < 60 ? MARK : "");
    }
    put_text(&file.bytes, file.line_end);
    file.rejected = 1;
    file.code = ENG_E_ROW;
    snprintf(file.name, sizeof file.name, "%d fields", (int)fields);
    end_file(&file, use, user);
  }
}

struct middle {
  const char *text; /* `~` the delimiter, `$` a line end */
  size_t length;
  int odd, rejected;
  eng_status code;
};

/* clang-format off */
#define MIDDLE(text, odd, rejected, code) {text, sizeof(text) - 1, odd, rejected, code}
/* clang-format on */
#define FIELDS "~2024-01-31~visit~~~~~~~~~~~~~~~~~"

/* Lines between good rows that are none. */
/* clang-format off */
static const struct middle middles[] = {
    MIDDLE(MARK "$", 0, 1, ENG_E_ROW), MIDDLE("~$", 0, 1, ENG_E_ROW),
    MIDDLE("~~~~~~~~~~~~~~~~~~~$", 0, 1, ENG_E_KIND),
    MIDDLE(MARK "~~~~~~~~~~~~~~~~~~~$", 0, 1, ENG_E_KIND),
    MIDDLE("~~" MARK "~~~~~~~~~~~~~~~~~$", 0, 1, ENG_E_KIND),
    MIDDLE("~~visit~~~~~~~~~~~~~~~~~" MARK "$", 0, 1, ENG_E_CUSTOMER),
    MIDDLE(MARK FIELDS "~$", 0, 1, ENG_E_ROW),
    MIDDLE("~" MARK FIELDS "$", 0, 1, ENG_E_ROW),
    MIDDLE(MARK FIELDS "~" MARK "$", 0, 1, ENG_E_ROW),
    MIDDLE(MARK FIELDS MARK FIELDS "$", 0, 1, ENG_E_ROW),
    MIDDLE("# " MARK "$", 0, 1, ENG_E_ROW), MIDDLE("-- " MARK "$", 0, 1, ENG_E_ROW),
    MIDDLE("// " MARK "$", 0, 1, ENG_E_ROW), MIDDLE("----------$", 0, 1, ENG_E_ROW),
    MIDDLE("==========$", 0, 1, ENG_E_ROW), MIDDLE("sep=;$", 0, 1, ENG_E_ROW),
    MIDDLE("Total: 42 " MARK "$", 0, 1, ENG_E_ROW),
    MIDDLE("(3 rows affected)$", 0, 1, ENG_E_ROW),
    MIDDLE("+----+----+$| a  | " MARK "$+----+----+$", 0, 3, ENG_E_ROW),
    MIDDLE("<<<<<<< HEAD$=======$>>>>>>> " MARK "$", 0, 3, ENG_E_ROW),
    MIDDLE("<row><customer>" MARK "</customer></row>$", 0, 1, ENG_E_ROW),
    MIDDLE("<!DOCTYPE html>$<p>" MARK "</p>$", 0, 2, ENG_E_ROW),
    MIDDLE("{'customer': '" MARK "'}$", 0, 1, ENG_E_ROW),
    MIDDLE("{\"customer\": \"" MARK "\"}$", 0, 1, ENG_E_ROW),
    MIDDLE("[]$", 0, 1, ENG_E_ROW), MIDDLE("{$}$", 0, 2, ENG_E_ROW),
    MIDDLE("502 Bad Gateway$", 0, 1, ENG_E_ROW), MIDDLE("Killed$", 0, 1, ENG_E_ROW),
    MIDDLE("segmentation fault (core dumped) " MARK "$", 0, 1, ENG_E_ROW),
    MIDDLE("Traceback (most recent call last):$  File \"" MARK "\"$", 0, 2, ENG_E_ROW),
    MIDDLE("\0$", 0, 1, ENG_E_ROW),
    MIDDLE("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0$", 0, 1, ENG_E_ROW),
    MIDDLE("\0~\0~\0$", 0, 1, ENG_E_ROW),
    MIDDLE(MARK "\0" FIELDS "$", 0, 1, ENG_E_TEXT), MIDDLE("\x1a$", 0, 1, ENG_E_ROW),
    MIDDLE("\x04$", 0, 1, ENG_E_ROW), MIDDLE("\x0c$", 0, 1, ENG_E_ROW),
    MIDDLE("\xef\xbb\xbf$", 0, 1, ENG_E_ROW), MIDDLE("\xff\xfe$", 0, 1, ENG_E_ROW),
    MIDDLE("\xc2\xa0$", 0, 1, ENG_E_ROW), MIDDLE("\xe2\x80\xa8$", 0, 1, ENG_E_ROW),
    MIDDLE("\x1b[2K" MARK "$", 0, 1, ENG_E_ROW), MIDDLE("\"$", 0, 1, ENG_E_QUOTE),
    MIDDLE("\"\"$", 0, 1, ENG_E_ROW), MIDDLE("\"\"\"$", 0, 1, ENG_E_QUOTE),
    MIDDLE("\"\"\"\"$", 0, 1, ENG_E_ROW), MIDDLE("\"\"\"\"\"$", 0, 1, ENG_E_QUOTE),
    MIDDLE("\" $", 0, 1, ENG_E_QUOTE), MIDDLE(" \"$", 0, 1, ENG_E_QUOTE),
    MIDDLE("\"~\"$", 0, 1, ENG_E_ROW), MIDDLE("\"~\"~\"$", 0, 1, ENG_E_QUOTE),
    MIDDLE("\"" MARK FIELDS "$", 0, 1, ENG_E_QUOTE),
    MIDDLE("\"" MARK FIELDS "\"$", 0, 1, ENG_E_ROW),
    MIDDLE("\"\"" MARK FIELDS "$", 0, 1, ENG_E_QUOTE),
    MIDDLE("\"" MARK "\"\"" FIELDS "$", 0, 1, ENG_E_QUOTE),
    MIDDLE("\"" MARK "\" x" FIELDS "$", 0, 1, ENG_E_QUOTE),
    MIDDLE(MARK FIELDS "\"$", 0, 1, ENG_E_QUOTE),
    MIDDLE(MARK FIELDS "\"\"\"$", 0, 1, ENG_E_QUOTE),
    MIDDLE(MARK FIELDS "\"$\"$", 1, 0, ENG_OK),
    MIDDLE(MARK FIELDS "\"$$\"x$", 0, 2, ENG_E_QUOTE),
    MIDDLE("\"$\"$\"$", 0, 3, ENG_E_ROW),
    MIDDLE("\"" MARK "$\"" MARK "$", 0, 2, ENG_E_QUOTE),
    MIDDLE("\"a$b$c" MARK "$", 0, 3, ENG_E_QUOTE), MIDDLE("\"a$b\"$", 0, 2, ENG_E_ROW),
    MIDDLE("\"a$b\"~x$", 0, 2, ENG_E_ROW),
    MIDDLE("'" MARK "~ the first'" FIELDS "$", 0, 1, ENG_E_ROW),
    MIDDLE("\"" MARK "\\\"~\\\"\"" FIELDS "$", 0, 1, ENG_E_ROW),
    MIDDLE("\xe2\x80\x9c" MARK "~a\xe2\x80\x9d" FIELDS "$", 0, 1, ENG_E_ROW),
    MIDDLE("\xc2\xab" MARK "~a\xc2\xbb" FIELDS "$", 0, 1, ENG_E_ROW),
    MIDDLE("customer~time~kind$", 0, 1, ENG_E_ROW),
    MIDDLE("customer~time~kind~id~source~channel~amount~currency~value~scale~valence~"
        "incentivised~public~refers_to~actor~topic~revision~occurrence~recorded_at~"
        "note$", 0, 1, ENG_E_KIND),
    MIDDLE("\xef\xbb\xbf" "customer~time~kind~~~~~~~~~~~~~~~~~$", 0, 1, ENG_E_KIND),
    /* cut in two by what ends a line */
    MIDDLE(MARK "~2024-01-31~vi$sit~~~~~~~~~~~~~~~~~$", 0, 2, ENG_E_ROW),
    MIDDLE(MARK "$" FIELDS "$", 0, 2, ENG_E_ROW),
    MIDDLE(MARK "~2024-01-31~vi\nsit~~~~~~~~~~~~~~~~~$", 0, 2, ENG_E_ROW),
    MIDDLE(MARK "~2024-01-31~vi\rsit~~~~~~~~~~~~~~~~~$", 0, 2, ENG_E_ROW),
    MIDDLE(MARK "~2024-01-31~vi\r\nsit~~~~~~~~~~~~~~~~~$", 0, 2, ENG_E_ROW),
    MIDDLE(MARK "~2024-01-31~vi\n\rsit~~~~~~~~~~~~~~~~~$", 0, 2, ENG_E_ROW),
    MIDDLE(MARK "\r" MARK "\n" MARK "\r\n", 0, 3, ENG_E_ROW),
    /* other delimiters from here on */
    MIDDLE(MARK "^2024-01-31^visit^^^^^^^^^^^^^^^^^$", 0, 1, ENG_E_ROW),
    MIDDLE(MARK "\x1f" "2024-01-31\x1fvisit$", 0, 1, ENG_E_ROW),
    MIDDLE(MARK "\x01" "2024-01-31\x01visit$", 0, 1, ENG_E_ROW),
    MIDDLE(MARK ":2024-01-31:visit$", 0, 1, ENG_E_ROW),
    MIDDLE(MARK "   2024-01-31   visit$", 0, 1, ENG_E_ROW),
    MIDDLE(MARK "\xef\xbc\x8c" "2024-01-31\xef\xbc\x8cvisit$", 0, 1, ENG_E_ROW),
    /* bytes of other formats */
    MIDDLE("\x1f\x8b\x08\0\0\0\0\0\0\x03$", 0, 1, ENG_E_ROW),
    MIDDLE("PK\x03\x04\x14\0\x06\0\x08\0$", 0, 1, ENG_E_ROW),
    MIDDLE("\x28\xb5\x2f\xfd\x04\x58$", 0, 1, ENG_E_ROW),
    MIDDLE("BZh91AY&SY$", 0, 1, ENG_E_ROW), MIDDLE("\xfd" "7zXZ\0$", 0, 1, ENG_E_ROW),
    MIDDLE("\x89PNG\r\n\x1a\n$", 0, 2, ENG_E_ROW), MIDDLE("%PDF-1.7$", 0, 1, ENG_E_ROW),
    MIDDLE("\x7f" "ELF\x02\x01\x01\0$", 0, 1, ENG_E_ROW),
    MIDDLE("MZ\x90\0\x03$", 0, 1, ENG_E_ROW),
    MIDDLE("SQLite format 3\0$", 0, 1, ENG_E_ROW),
    MIDDLE("PAR1\x15\x04$", 0, 1, ENG_E_ROW),
    MIDDLE("c\0u\0s\0t\0o\0m\0e\0r\0\0$", 0, 1, ENG_E_ROW),
    /* no rows at all, and none is said to be bad */
    MIDDLE("$", 0, 0, ENG_OK), MIDDLE("   $", 0, 0, ENG_OK),
    MIDDLE("$$$$$$$$", 0, 0, ENG_OK), MIDDLE("\r\n\r\n\n\n\r\r", 0, 0, ENG_OK),
};
/* clang-format on */

static void put_middle(struct file *file, const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '~') {
      put(&file->bytes, &file->delimiter, 1);
    } else if (text[i] == '$') {
      put_text(&file->bytes, file->line_end);
    } else {
      put(&file->bytes, text + i, 1);
    }
  }
}

/* Where lines may stand: after the header, between rows, at the end. */
enum { FIRST, BETWEEN, LAST, PLACES };

static void bad_lines_at(int place, use_fn use, void *user)
{
  for (size_t i = 0; i < COUNT(middles); i++) {
    const struct middle *middle = &middles[i];
    struct file file;

    /* A delimiter that stands in the text is none in the file. */
    empty_file(&file, i % 3 == 0 ? 0 : i % 3 + 2);
    file.delimiter = holds(middle->text, middle->length, "|") ? ';' : '|';
    put_header(&file);
    if (place != FIRST) put_good(&file, 3);
    file.bad = file.bytes.length;
    put_middle(&file, middle->text, middle->length);
    file.odd = middle->odd;
    file.rejected = middle->rejected;
    file.code = middle->code;
    snprintf(file.name, sizeof file.name, "line %d at %d: %s", (int)i, place,
             middle->text);
    if (place != LAST) put_good(&file, 3);
    use(&file, user);
    free(file.bytes.at);
  }
}

static void bad_lines(use_fn use, void *user)
{
  for (int place = FIRST; place < PLACES; place++) bad_lines_at(place, use, user);
}

/* Bytes of all sorts between good rows. Quotes in them close before text, at a good
 * row's first quote if not sooner, so that they reach no good row. */
static void noise(use_fn use, void *user)
{
  static const size_t sizes[] = {1, 7, 64, 1000, 5000, 40000};

  for (uint32_t seed = 1; seed <= 60; seed++) {
    struct file file;
    uint32_t state = seed;

    begin_file(&file, seed);
    if (seed % 4 == 0) file.row_limit = SHORT_LIMIT;
    put_text(&file.bytes, MARK "\x80");
    for (size_t n = sizes[seed % COUNT(sizes)]; n > 0; n--) {
      static const char few[] = "\"\",;\t|\n\r \"x\xff";
      char c = seed % 3 == 0   ? few[next_random(&state) % (sizeof few - 1)]
               : seed % 3 == 1 ? (char)next_random(&state)
                               : (char)(next_random(&state) % 32);

      put(&file.bytes, &c, 1);
    }
    put_text(&file.bytes, MARK);
    put_text(&file.bytes, file.line_end);
    file.rejected = ANY;
    snprintf(file.name, sizeof file.name, "noise %d", (int)seed);
    end_file(&file, use, user);
  }
}

/* Many bad rows, each with its own reason. */
static void many_bad_rows(use_fn use, void *user)
{
  static const struct {
    const char *text;
    int rejected;
  } rows[] = {
      {"\"", 2000},
      {MARK "\"", 2000},
      {"\"\"" MARK, 2000},
      {"~", 2000},
      {"~~~~", 2000},
      {MARK "~\"" MARK, 2000},
      {"\"" MARK "~", 2000},
      /* two of them are one row, of which the second field is followed by text */
      {"\"~\"\"", 1000},
  };

  for (size_t i = 0; i < COUNT(rows); i++) {
    struct file file;

    begin_file(&file, i);
    for (int n = 0; n < 2000; n++) {
      put_middle(&file, rows[i].text, strlen(rows[i].text));
      put_text(&file.bytes, "x");
      put_text(&file.bytes, file.line_end);
    }
    if (i % 2 == 1) file.row_limit = SHORT_LIMIT;
    file.rejected = rows[i].rejected;
    snprintf(file.name, sizeof file.name, "2000 of %s", rows[i].text);
    end_file(&file, use, user);
  }
}

/* ---- what takes a neighbour with it ---- */

/*
 * A quote that opens a field is closed by the next one; where that one stands before a
 * delimiter or a line end and the row then has as many fields as the header, RFC 4180
 * says that it is one row, with the lines between in its field. Of files of three
 * columns, `customer,time,kind`: what is read of each.
 */
struct joined {
  const char *text;
  int events, rejected;
  eng_status code;
};

static const struct joined joined[] = {
    /* closed by a quote that ends a field: one event, two lines in its kind: unknown */
    {"a,0,\"visit\nb,0,visit\nc,0,visit\"\nd,0,visit\n", 1, 1, ENG_E_KIND},
    /* the same in the customer: a customer of two lines */
    {"\"a\nb\",0,visit\nc,0,visit\n", 2, 0, ENG_OK},
    {"\"a,0,visit\nb\",0,visit\nc,0,visit\n", 2, 0, ENG_OK},
    {"\"a,0,visit\nb,0,visit\nc\",0,visit\nd,0,visit\n", 2, 0, ENG_OK},
    /* closed so that the fields are too few or too many: all lines are read again */
    {"a,\"0,visit\nb,0,visit\nc,0,visit\"\nd,0,visit\n", 2, 2, ENG_E_ROW},
    {"a,0,\"visit\nb\",0,visit\nc,0,visit\n", 2, 1, ENG_E_ROW},
    {"\"a,0,visit\nb,0,visit\"\nc,0,visit\n", 1, 2, ENG_E_ROW},
    /* an empty quoted field later on stands for a quote in the open one */
    {"\"a,0,visit\n\"\",0,visit\nc,0,visit\n", 1, 2, ENG_E_QUOTE},
    {"\"a,0,visit\nb,0,\"\"\nc,0,visit\n", 1, 2, ENG_E_QUOTE},
    /* followed by text: it was no field */
    {"\"a,0,visit\nb,0,\"visit\"\nc,0,visit\n", 2, 1, ENG_E_QUOTE},
    {"\"a,0,visit\n\"b\",0,visit\nc,0,visit\n", 2, 1, ENG_E_QUOTE},
    {"\"a,0,visit\nb,0,visit\nc,0,visit", 2, 1, ENG_E_QUOTE},
    /* two that answer each other */
    {"\"a,0,visit\nb,0,visit\n\"c,0,visit\nd,0,visit\n", 2, 2, ENG_E_QUOTE},
    {"\"a,0,visit\nb,0,visit\n\",0,visit\nd,0,visit\n", 2, 0, ENG_OK},
    {"a,\"0\n\",visit\nb,0,visit\n", 1, 1, ENG_E_TIME},
    /* the fields before one that is not closed or is followed by text stay whole */
    {"\"a,0,visit\nb,0,visit\nc\",0,\"visit\"x\nd,0,visit\n", 1, 1, ENG_E_QUOTE},
    {"\"a,0,visit\nb,0,visit\nc\",0,\"visit\nd,0,visit\n", 1, 1, ENG_E_QUOTE},
};

/* Rows of customers named a to d are all odd here. */
static void joined_rows(use_fn use, void *user)
{
  for (size_t i = 0; i < COUNT(joined); i++) {
    struct file file;

    empty_file(&file, 0);
    put_text(&file.bytes, "customer,time,kind\n");
    file.bad = file.bytes.length;
    put_text(&file.bytes, joined[i].text);
    file.odd = joined[i].events;
    file.rejected = joined[i].rejected;
    file.code = joined[i].code;
    snprintf(file.name, sizeof file.name, "joined %d: %s", (int)i, joined[i].text);
    use(&file, user);
    free(file.bytes.at);
  }
}

/* ---- headers ---- */

struct header {
  const char *text;
  size_t length;
  eng_status status;
};

/* clang-format off */
#define HEADER(text, status) {text, sizeof(text) - 1, status}
/* clang-format on */

/* clang-format off */
static const struct header headers[] = {
    HEADER("", ENG_E_HEADER), HEADER("\n", ENG_E_HEADER),
    HEADER("\r\n\r\n\r\n", ENG_E_HEADER), HEADER("   \n\t\n", ENG_E_HEADER),
    HEADER("\xef\xbb\xbf", ENG_E_HEADER), HEADER("\xef\xbb", ENG_E_HEADER),
    HEADER("\xef", ENG_E_HEADER), HEADER("\xef\xbb\xbf\n", ENG_E_HEADER),
    HEADER("\xef\xbb\xbf\xef\xbb\xbf" "customer,time,kind\n", ENG_E_HEADER),
    HEADER("\xef\xbb" "customer,time,kind\n", ENG_E_HEADER),
    HEADER("x\xef\xbb\xbf" "customer,time,kind\n", ENG_E_HEADER),
    HEADER(",\n", ENG_E_HEADER), HEADER(",,\n" MARK ",0,visit\n", ENG_E_HEADER),
    HEADER("\"\"\n", ENG_E_HEADER), HEADER("\"\",\"\",\"\"\n", ENG_E_HEADER),
    HEADER(MARK "\n", ENG_E_HEADER),
    HEADER(MARK ",2024-01-31,visit\nanna,2024-01-31,visit\n", ENG_E_HEADER),
    HEADER("0,1,2\n" MARK ",0,visit\n", ENG_E_HEADER),
    HEADER("A,B,C\n" MARK ",0,visit\n", ENG_E_HEADER),
    HEADER("Column1,Column2,Column3\n", ENG_E_HEADER),
    /* one of those that are needed is missing */
    HEADER("time,kind," MARK "\n0,visit,x\n", ENG_E_HEADER),
    HEADER("customer,kind," MARK "\nc,visit,x\n", ENG_E_HEADER),
    HEADER("customer,time," MARK "\nc,0,x\n", ENG_E_HEADER),
    HEADER("customer\n", ENG_E_HEADER), HEADER("customer,\n", ENG_E_HEADER),
    HEADER("customer,time\n", ENG_E_HEADER),
    HEADER("customer,time,kin\n", ENG_E_HEADER),
    HEADER("customer,time,kindd\n", ENG_E_HEADER),
    HEADER("customer,tim,kind\n", ENG_E_HEADER),
    HEADER("custome,time,kind\n", ENG_E_HEADER),
    HEADER("c\xc3\xbcstomer,time,kind\n", ENG_E_HEADER),
    HEADER("customer\x1b[0m,time,kind," MARK "\n", ENG_E_HEADER),
    HEADER("\x1b[31m" MARK "\x1b[0m,time,kind\n", ENG_E_HEADER),
    HEADER("'customer','time','kind'\n", ENG_E_HEADER),
    HEADER("[customer],[time],[kind]\n", ENG_E_HEADER),
    HEADER("`customer`,`time`,`kind`\n", ENG_E_HEADER),
    HEADER("#customer,time,kind\n", ENG_E_HEADER),
    HEADER("customer:time:kind\nc:0:visit\n", ENG_E_HEADER),
    HEADER("customer^time^kind\nc^0^visit\n", ENG_E_HEADER),
    HEADER("customer time kind\nc 0 visit\n", ENG_E_HEADER),
    HEADER("customer\x01time\x01kind\n", ENG_E_HEADER),
    HEADER("customer\x1ftime\x1fkind\n", ENG_E_HEADER),
    HEADER("customer\xef\xbc\x8ctime\xef\xbc\x8ckind\n", ENG_E_HEADER),
    HEADER("customer,time;kind\n", ENG_E_HEADER),
    HEADER("customer|time,kind\n", ENG_E_HEADER),
    HEADER("sep=,\ncustomer,time,kind\n" MARK ",0,visit\n", ENG_E_HEADER),
    HEADER("# exported for " MARK "\ncustomer,time,kind\n", ENG_E_HEADER),
    HEADER("cus\ntomer,time,kind\n", ENG_E_HEADER),
    HEADER("cus\rtomer,time,kind\n", ENG_E_HEADER),
    HEADER("customer,ti\r\nme,kind\n", ENG_E_HEADER),
    HEADER("customer,\"ti\nme\",kind\n" MARK ",0,visit\n", ENG_E_HEADER),
    /* one field twice */
    HEADER("customer,customer,time,kind\n", ENG_E_HEADER),
    HEADER("customer,time,kind,customer\n", ENG_E_HEADER),
    HEADER("customer,time,time,kind\n", ENG_E_HEADER),
    HEADER("customer,time,kind,kind\n", ENG_E_HEADER),
    HEADER("customer,\"customer\",time,kind\n", ENG_E_HEADER),
    HEADER("customer, customer ,time,kind\n", ENG_E_HEADER),
    HEADER("customer_id,CUSTOMER ID,time,kind\n", ENG_E_HEADER),
    HEADER("Customer,CUSTOMER,time,kind\n", ENG_E_HEADER),
    /* quotes */
    HEADER("\"\n", ENG_E_HEADER), HEADER("\"customer,time,kind\n", ENG_E_HEADER),
    HEADER("\"customer,time,kind\n" MARK ",0,visit\n", ENG_E_HEADER),
    HEADER("\"customer,time,kind\"\n" MARK ",0,visit\n", ENG_E_HEADER),
    HEADER("customer,\"time,kind\n", ENG_E_HEADER),
    HEADER("customer,time,\"kind\n", ENG_E_HEADER),
    HEADER("customer,time,kind,\"\n", ENG_E_HEADER),
    HEADER("customer,time,kind,\"" MARK "\n", ENG_E_HEADER),
    HEADER("\"customer\"x,time,kind\n", ENG_E_HEADER),
    HEADER("\"customer\"\"\",time,kind\n", ENG_E_HEADER),
    HEADER("\"\"customer,time,kind\n", ENG_E_HEADER),
    HEADER("\"\"\"customer\"\"\",time,kind\n", ENG_E_HEADER),
    HEADER("customer\",time,kind\n", ENG_E_HEADER),
    HEADER("\\\"customer\\\",time,kind\n", ENG_E_HEADER),
    HEADER("\xe2\x80\x9c" "customer\xe2\x80\x9d,time,kind\n", ENG_E_HEADER),
    /* NUL, UTF-16, UTF-32 */
    HEADER("\0", ENG_E_HEADER), HEADER("\0\0\0\0\0\0\0\0\n", ENG_E_HEADER),
    HEADER("customer\0,time,kind\n", ENG_E_HEADER),
    HEADER("customer,time,kind,\0\n", ENG_E_HEADER),
    HEADER("customer,time,kind,\"\0\"\n", ENG_E_HEADER),
    HEADER("\xff\xfe" "c\0u\0s\0t\0o\0m\0e\0r\0,\0t\0i\0m\0e\0\n\0", ENG_E_HEADER),
    HEADER("\xfe\xff\0c\0u\0s\0t\0o\0m\0e\0r\0,\0t\0i\0m\0e\0\n", ENG_E_HEADER),
    HEADER("c\0u\0s\0t\0o\0m\0e\0r\0,\0t\0i\0m\0e\0\n\0", ENG_E_HEADER),
    HEADER("\0c\0u\0s\0t\0o\0m\0e\0r\0,\0t\0i\0m\0e\0\n", ENG_E_HEADER),
    HEADER("\xff\xfe\0\0c\0\0\0u\0\0\0\n\0\0\0", ENG_E_HEADER),
    HEADER("\xff\xfe", ENG_E_HEADER), HEADER("+/v8-customer,time,kind\n", ENG_E_HEADER),
    HEADER("\xc3\xa4\xa2\xa3\x6b\x83\xa4\xa2\xa3\x25\n", ENG_E_HEADER),
    /* other formats */
    HEADER("\x1f\x8b\x08\0\0\0\0\0\0\x03" MARK, ENG_E_HEADER),
    HEADER("\x1f\x8b\x08\x08\xff\x41\x42\x43\n\x03" MARK, ENG_E_HEADER),
    HEADER("PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml", ENG_E_HEADER),
    HEADER("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\n", ENG_E_HEADER),
    HEADER("\x28\xb5\x2f\xfd\x04\x58" MARK, ENG_E_HEADER),
    HEADER("BZh91AY&SY" MARK, ENG_E_HEADER),
    HEADER("\xfd" "7zXZ\0\0\x04", ENG_E_HEADER),
    HEADER("\x04\x22\x4d\x18" MARK, ENG_E_HEADER),
    HEADER("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ENG_E_HEADER),
    HEADER("\xff\xd8\xff\xe0\0\x10JFIF", ENG_E_HEADER), HEADER("GIF89a", ENG_E_HEADER),
    HEADER("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", ENG_E_HEADER),
    HEADER("\x7f" "ELF\x02\x01\x01\0\0\0\0\0", ENG_E_HEADER),
    HEADER("MZ\x90\0\x03\0\0\0", ENG_E_HEADER),
    HEADER("SQLite format 3\0\x10\0", ENG_E_HEADER),
    HEADER("PAR1\x15\x04\x15", ENG_E_HEADER), HEADER("ARROW1\0\0", ENG_E_HEADER),
    HEADER("{\"customer\":\"" MARK "\",\"time\":0}\n", ENG_E_HEADER),
    HEADER("[{\"customer\":\"" MARK "\"}]\n", ENG_E_HEADER),
    HEADER("<?xml version=\"1.0\"?>\n<a>" MARK "</a>\n", ENG_E_HEADER),
    HEADER("<!DOCTYPE html>\n<html>" MARK "</html>\n", ENG_E_HEADER),
    HEADER("---\n- customer: " MARK "\n", ENG_E_HEADER),
    HEADER("INSERT INTO events VALUES ('" MARK "', 0, 'visit');\n", ENG_E_HEADER),
    HEADER("error: permission denied for " MARK "\n", ENG_E_HEADER),
    HEADER("HTTP/1.1 302 Found\r\nLocation: /" MARK "\r\n\r\n", ENG_E_HEADER),
    HEADER("From " MARK "@example.invalid Wed Jan 31 12:00:00 2024\n", ENG_E_HEADER),
    HEADER("-----BEGIN PGP MESSAGE-----\n", ENG_E_HEADER),
    HEADER("\x1b[2J\x1b]0;" MARK "\x07\n", ENG_E_HEADER),
    HEADER("=cmd|' /C " MARK "'!A0\n", ENG_E_HEADER),
    HEADER("%s%s%s%n," MARK "\n", ENG_E_HEADER),
    HEADER("'; DROP TABLE customers; --" MARK "\n", ENG_E_HEADER),
};
/* clang-format on */

/* Nothing is read under a header that does not do. */
static void bad_headers(use_fn use, void *user)
{
  for (size_t i = 0; i < COUNT(headers); i++) {
    struct file file;

    empty_file(&file, 0);
    put(&file.bytes, headers[i].text, headers[i].length);
    file.status = headers[i].status;
    snprintf(file.name, sizeof file.name, "header %d: %s", (int)i, headers[i].text);
    use(&file, user);
    free(file.bytes.at);
  }
}

/* Each column of ours twice. */
static void double_columns(use_fn use, void *user)
{
  for (int i = 0; i < NOTE; i++) {
    struct file file;

    empty_file(&file, (size_t)i);
    for (int k = 0; k < COLUMNS; k++) {
      put_text(&file.bytes, columns[k].name);
      put(&file.bytes, &file.delimiter, 1);
    }
    put_text(&file.bytes, columns[i].name);
    put_text(&file.bytes, file.line_end);
    put_text(&file.bytes, MARK);
    file.status = ENG_E_HEADER;
    snprintf(file.name, sizeof file.name, "two columns %s", columns[i].name);
    use(&file, user);
    free(file.bytes.at);
  }
}

enum { WIDE_EMPTY, WIDE_NAMES, WIDE_QUOTED, WIDE_GOOD, WIDE_NAME, WIDE_OPEN, WIDES };

/* Headers of very many columns, or of very long names. */
static void wide_headers(use_fn use, void *user)
{
  for (int form = 0; form < WIDES; form++) {
    for (int n = 0; n < 3; n++) {
      static const size_t sizes[] = {2000, LONG_FIELD, ROW_LIMIT + 10};
      struct file file;
      size_t wanted = sizes[n];

      empty_file(&file, 0);
      if (form == WIDE_GOOD) put_text(&file.bytes, "customer,time,kind");
      if (form == WIDE_OPEN) put_text(&file.bytes, "customer,time,kind,\"");
      while (file.bytes.length < wanted) {
        put_text(&file.bytes, form == WIDE_NAME || form == WIDE_OPEN ? MARK
                              : form == WIDE_NAMES                   ? MARK ","
                              : form == WIDE_QUOTED                  ? "\"\","
                                                                     : ",");
      }
      put_text(&file.bytes, "\n" MARK ",0,visit\n");
      file.status = wanted > ROW_LIMIT ? ENG_E_LIMIT : ENG_E_HEADER;
      if (form == WIDE_OPEN) file.status = ENG_E_HEADER;
      if (form == WIDE_OPEN && wanted > ROW_LIMIT) file.status = ENG_E_LIMIT;
      /* It does, but the row has not that many fields. */
      if (form == WIDE_GOOD && wanted <= ROW_LIMIT) {
        file.status = ENG_OK;
        file.rejected = 1;
        file.code = ENG_E_ROW;
      }
      snprintf(file.name, sizeof file.name, "wide header %d of %d", form, (int)wanted);
      use(&file, user);
      free(file.bytes.at);
    }
  }
}

/* ---- files cut short ---- */

/* What a whole row of the file below is, up to so many bytes: an event or nothing, or a
 * bad row of this code. */
static eng_status code_of_cut(const char *row, size_t length)
{
  size_t fields = 1, at = 0;
  bool quoted = false;

  for (; at < length; at++) {
    if (row[at] == '"') quoted = !quoted;
    if (row[at] == ',' && !quoted) fields++;
  }
  if (quoted) return ENG_E_QUOTE;
  return fields == 5 ? ENG_OK : ENG_E_ROW;
}

/* A file that ends after each of its bytes: whole rows are events; the rest of one is
 * one if it has all its fields, for a value may be shorter. */
static void cut_files(use_fn use, void *user)
{
  static const char row[] =
      "\"" MARK " \"\"x\"\"\",2024-01-31T12:00:00Z,visit,\"two\nlines\",120\n";
  static const char header[] = "customer,time,kind,note,value\n";
  size_t one = sizeof row - 1, head = sizeof header - 1;

  for (size_t cut = 0; cut <= head + 3 * one; cut++) {
    struct file file;
    size_t whole = cut > head ? (cut - head) / one : 0;
    size_t rest = cut > head ? (cut - head) % one : 0;

    empty_file(&file, 0);
    put_text(&file.bytes, header);
    for (int i = 0; i < 3; i++) put_text(&file.bytes, row);
    file.bytes.length = cut;
    file.odd = (int)whole;
    if (cut < strlen("customer,time,kind")) file.status = ENG_E_HEADER;
    if (rest > 0) {
      file.code = code_of_cut(row, rest);
      file.odd += file.code == ENG_OK;
      file.rejected = file.code != ENG_OK;
      /* Its second line is then a bad row of its own. */
      file.rejected += file.code != ENG_OK && memchr(row, '\n', rest - 1) != NULL;
    }
    snprintf(file.name, sizeof file.name, "cut after %d bytes", (int)cut);
    use(&file, user);
    free(file.bytes.at);
  }
}

/* ---- all of them ---- */

struct group {
  const char *name;
  void (*make)(use_fn use, void *user);
};

static const struct group groups[] = {
    {"fields", fields_of_each},
    {"long fields", long_fields_of_each},
    {"times", bad_times_in},
    {"forms of time", other_forms_of_time},
    {"values", values_of_their_own},
    {"long customers", long_customers},
    {"numbers of fields", wrong_numbers_of_fields},
    {"lines", bad_lines},
    {"noise", noise},
    {"many rows", many_bad_rows},
    {"joined rows", joined_rows},
    {"headers", bad_headers},
    {"double columns", double_columns},
    {"wide headers", wide_headers},
    {"cut files", cut_files},
};

/* ---- reading ---- */

struct memory {
  size_t held, most; /* bytes */
};

static void *resize(void *user, void *old, size_t old_size, size_t new_size)
{
  struct memory *memory = user;
  void *block;

  if (new_size == 0) {
    memory->held -= old_size;
    free(old);
    return NULL;
  }
  block = realloc(old, new_size);
  if (block == NULL) ck_abort();
  memory->held += new_size - old_size;
  if (memory->held > memory->most) memory->most = memory->held;
  return block;
}

struct reading {
  const struct file *file;
  size_t good;           /* good rows that became events */
  size_t odd, rejected;  /* other rows that did or did not */
  eng_status code;       /* of the first bad row */
  uint32_t line, column; /* and where it was said to be */
  uint64_t print;        /* of all call backs */
  char last[160];        /* the text of the last error */
  size_t at;             /* up to here the lines were counted, */
  uint64_t lines;        /* and these were before it */
};

static void print(struct reading *reading, const void *bytes, size_t length)
{
  const unsigned char *at = bytes;

  for (size_t i = 0; i < length; i++) {
    reading->print = (reading->print ^ at[i]) * UINT64_C(0x100000001b3);
  }
}

static void print_number(struct reading *reading, uint64_t number)
{
  print(reading, &number, sizeof number);
}

#define FAIL(file, ...) report(file, __LINE__, __VA_ARGS__)

static void report(const struct file *file, int line, const char *what, long long got,
                   long long wanted)
{
  char start[200];
  size_t n = 0;

  for (size_t i = file->bad; i < file->bytes.length && n < sizeof start - 1; i++) {
    char c = file->bytes.at[i];

    start[n++] = c >= ' ' && c <= '~' ? c : '?';
  }
  start[n] = '\0';
  ck_abort_msg("%s (%d): %s: %lld, not %lld; from the damage on: %s", file->name, line,
               what, got, wanted, start);
}

/* The line of a byte, counted on from the last one asked for. */
static uint64_t line_of(struct reading *reading, size_t offset)
{
  const char *bytes = reading->file->bytes.at;

  for (; reading->at < offset; reading->at++) {
    char c = bytes[reading->at];

    if (c == '\n' || (c == '\r' && bytes[reading->at + 1] != '\n')) reading->lines++;
  }
  return reading->lines + 1;
}

/* A good row is told in its order and with its line. */
static void check_good(struct reading *reading, int n, uint64_t line)
{
  const struct file *file = reading->file;

  if ((size_t)n != reading->good) FAIL(file, "the good row", n, (int)reading->good);
  if (line != line_of(reading, file->good[n])) {
    FAIL(file, "its line", (int)line, (int)line_of(reading, file->good[n]));
  }
  reading->good++;
}

static eng_status on_event(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  struct reading *reading = user;
  char name[32] = "";
  int n;

  if (length < sizeof name) memcpy(name, customer, length);
  if (sscanf(name, "good-%d", &n) == 1) {
    check_good(reading, n, line);
  } else {
    reading->odd++;
  }
  print(reading, customer, length);
  print_number(reading, (uint64_t)eng_event_occurred_at(event));
  print_number(reading, (uint64_t)(eng_event_kind(event) * 2 + numbered));
  print_number(reading, line);
  return ENG_OK;
}

/* A text for people, of signs that no terminal acts on and nothing of the file. */
static void check_text(const struct file *file, const eng_error *error)
{
  size_t length = 0;

  while (length < sizeof error->text && error->text[length] != '\0') {
    char c = error->text[length++];

    if (c < ' ' || c > '~') FAIL(file, "a sign of the message", c, ' ');
  }
  if (length == 0 || length == sizeof error->text) {
    FAIL(file, "the length of the message", (int)length, 1);
  }
  if (holds(error->text, length, MARK) || holds(error->text, length, "anna")) {
    FAIL(file, "the marker in a message", 1, 0);
  }
  if (strcmp(eng_status_text(error->code), eng_status_text(-1)) == 0) {
    FAIL(file, "the code of the message", error->code, ENG_E_ROW);
  }
}

/* The row stands in the file where it is said to, at the start of a line, and no good
 * row is in it. */
static void check_place(struct reading *reading, const eng_error *error,
                        const char *row, size_t length)
{
  const struct file *file = reading->file;
  const struct bytes *bytes = &file->bytes;
  size_t start = (size_t)(error->offset - (error->column - 1));

  if (error->column < 1 || error->column > length + 1) {
    FAIL(file, "the column", error->column, (int)length);
  }
  if (start > bytes->length || length > bytes->length - start ||
      memcmp(bytes->at + start, row, length) != 0) {
    FAIL(file, "the offset of a bad row", (int)start, 0);
  }
  if (start > 0 && bytes->at[start - 1] != '\n' && bytes->at[start - 1] != '\r') {
    FAIL(file, "the byte before a bad row", bytes->at[start - 1], '\n');
  }
  if (error->line != line_of(reading, start)) {
    FAIL(file, "the line of a bad row", error->line, (int)line_of(reading, start));
  }
  for (size_t i = 0; i < file->good_count; i++) {
    if (file->good[i] >= start && file->good[i] < start + length) {
      FAIL(file, "a good row in a bad one", (int)i, -1);
    }
  }
}

static eng_status on_reject(void *user, const eng_error *error, const char *row,
                            size_t length)
{
  struct reading *reading = user;

  if (error->code == ENG_OK) FAIL(reading->file, "the code", 0, 1);
  check_text(reading->file, error);
  check_place(reading, error, row, length);
  if (reading->rejected++ == 0) {
    reading->code = error->code;
    reading->line = error->line;
    reading->column = error->column;
  }
  memcpy(reading->last, error->text, sizeof reading->last);
  print(reading, row, length);
  print(reading, error->text, strlen(error->text));
  print_number(reading, (uint64_t)error->code << 32 | error->column);
  print_number(reading, (uint64_t)error->line << 32 | error->offset);
  return ENG_OK;
}

enum { WHOLE, BYTES, PIECES, PIECES_AGAIN, CUTS };

/* Byte by byte; far inside a long file faster. */
static size_t single(const struct bytes *bytes, size_t at)
{
  return at < 4000 || at + 4000 > bytes->length ? 1 : 997;
}

static eng_status feed(eng_csv *csv, const struct bytes *bytes, int cut)
{
  uint32_t state = (uint32_t)cut * 7919 + (uint32_t)bytes->length;
  size_t most = 1 + next_random(&state) % (bytes->length > 5000 ? 9000 : 120);
  size_t at = 0;
  eng_status status = ENG_OK;

  while (at < bytes->length && status == ENG_OK) {
    size_t n = cut == WHOLE   ? bytes->length
               : cut == BYTES ? single(bytes, at)
                              : next_random(&state) % (most + 1);
    char *copy;

    if (n > bytes->length - at) n = bytes->length - at;
    /* of exactly its size, so that a checker sees any byte too far */
    copy = malloc(n > 0 ? n : 1);
    if (copy == NULL) ck_abort();
    memcpy(copy, bytes->at + at, n);
    status = eng_csv_feed(csv, copy, n);
    free(copy);
    at += n;
  }
  return status == ENG_OK ? eng_csv_finish(csv) : status;
}

static eng_context *context_for(const struct file *file, const eng_allocator *allocator)
{
  eng_settings *settings;
  eng_context *context;

  if (eng_settings_new(allocator, &settings) != ENG_OK) ck_abort();
  if (eng_settings_set_currency(settings, 978) != ENG_OK) ck_abort();
  if (file->row_limit > 0 &&
      eng_settings_set_limit(settings, ENG_LIMIT_ROW, file->row_limit) != ENG_OK) {
    ck_abort();
  }
  if (eng_context_new(settings, &context) != ENG_OK) ck_abort();
  eng_settings_free(settings);
  return context;
}

static void check_status(const struct file *file, const eng_csv *csv, eng_status status)
{
  const eng_error *error = eng_csv_error(csv);

  if (status != file->status) FAIL(file, "what ended it", status, file->status);
  if (error->code != status) FAIL(file, "the code kept", error->code, status);
  if (status != ENG_OK) check_text(file, error);
}

static void check_counts(const struct file *file, const struct reading *reading,
                         const eng_csv *csv)
{
  uint64_t events = eng_csv_count(csv, ENG_CSV_EVENTS);
  uint64_t rejected = eng_csv_count(csv, ENG_CSV_REJECTED);

  if (reading->good != file->good_count) {
    FAIL(file, "good rows", (int)reading->good, (int)file->good_count);
  }
  if ((int)reading->odd != file->odd) {
    FAIL(file, "events of other rows", (int)reading->odd, file->odd);
  }
  if (file->rejected == ANY ? reading->rejected == 0
                            : (int)reading->rejected != file->rejected) {
    FAIL(file, "bad rows", (int)reading->rejected, file->rejected);
  }
  if (events != reading->good + reading->odd || rejected != reading->rejected ||
      eng_csv_count(csv, ENG_CSV_ROWS) != events + rejected) {
    FAIL(file, "rows counted", (int)eng_csv_count(csv, ENG_CSV_ROWS), (int)events);
  }
}

/* What the first bad row is said to be; the damage is where it was made. */
static void check_first(const struct file *file, struct reading *reading)
{
  struct reading again = {.file = file};
  uint64_t line = line_of(&again, file->bad);

  if (reading->rejected == 0) return;
  if (file->code != ENG_OK && reading->code != file->code) {
    FAIL(file, "the code of the first bad row", reading->code, file->code);
  }
  if (file->column != 0 && reading->column != file->column) {
    FAIL(file, "the column of the first bad row", reading->column, file->column);
  }
  if (file->bad > 0 && file->rejected == 1 && reading->line != line) {
    FAIL(file, "the line of the first bad row", reading->line, (int)line);
  }
}

/* Of each column a reader keeps where its name stands and where its field does: a
 * header of nothing but delimiters takes more memory than it has bytes. */
static size_t memory_allowed(const struct file *file, int32_t column_count)
{
  size_t limit = file->row_limit > 0 ? (size_t)file->row_limit : ROW_LIMIT;

  return limit + 65536 + 4 * file->bytes.length +
         (column_count > COLUMNS ? (size_t)column_count * 24 : 0);
}

static struct reading read_once(const struct file *file, int cut)
{
  struct memory memory = {0, 0};
  eng_allocator allocator = {sizeof allocator, 0, &memory, resize};
  eng_context *context = context_for(file, &allocator);
  struct reading reading = {.file = file, .print = UINT64_C(0xcbf29ce484222325)};
  size_t before = memory.held;
  clock_t begin = clock();
  eng_status status;
  eng_csv *csv;

  memory.most = before;
  if (eng_csv_new(context, on_event, on_reject, &reading, &csv) != ENG_OK) ck_abort();
  if (eng_csv_set_time_format(csv, file->time_format) != ENG_OK) ck_abort();
  status = feed(csv, &file->bytes, cut);
  check_status(file, csv, status);
  check_counts(file, &reading, csv);
  check_first(file, &reading);
  print(&reading, eng_csv_error(csv)->text, strlen(eng_csv_error(csv)->text));
  if (memory.most - before > memory_allowed(file, eng_csv_column_count(csv))) {
    FAIL(file, "bytes of memory", (long long)(memory.most - before),
         (long long)memory_allowed(file, eng_csv_column_count(csv)));
  }
  eng_csv_free(csv);
  if (memory.held != before) FAIL(file, "memory lost", (int)memory.held, (int)before);
  eng_context_free(context);
  if (memory.held != 0) FAIL(file, "memory lost", (int)memory.held, 0);
  if ((clock() - begin) / CLOCKS_PER_SEC > SECONDS) FAIL(file, "seconds", 1, 0);
  return reading;
}

/* ---- the tests ---- */

static void read_in_pieces(struct file *file, void *user)
{
  struct reading whole = read_once(file, WHOLE);

  (void)user;
  for (int cut = BYTES; cut < CUTS; cut++) {
    struct reading other = read_once(file, cut);

    if (other.print != whole.print) FAIL(file, "read in other pieces", cut, WHOLE);
  }
}

START_TEST(a_bad_row_costs_itself_only) { groups[_i].make(read_in_pieces, NULL); }
END_TEST

static eng_status stop_at_reject(void *user, const eng_error *error, const char *row,
                                 size_t length)
{
  (void)user, (void)row, (void)length;
  return error->code;
}

/* Without a call back for bad rows, and with one that stops at the first. */
static void read_strictly(struct file *file, void *user)
{
  eng_context *context = context_for(file, NULL);

  (void)user;
  for (int strict = 0; strict < 2; strict++) {
    struct reading reading = {.file = file};
    eng_status expected = file->rejected > 0 ? file->code : file->status;
    eng_status status;
    eng_csv *csv;

    if (eng_csv_new(context, on_event, strict ? stop_at_reject : NULL, &reading,
                    &csv) != ENG_OK) {
      ck_abort();
    }
    if (eng_csv_set_time_format(csv, file->time_format) != ENG_OK) ck_abort();
    status = feed(csv, &file->bytes, WHOLE);
    if (file->rejected != ANY && expected != ENG_OK && status != expected) {
      FAIL(file, "the status", status, expected);
    }
    if (eng_csv_error(csv)->code != status) FAIL(file, "the code kept", 0, status);
    if (status != ENG_OK) check_text(file, eng_csv_error(csv));
    if (eng_csv_count(csv, ENG_CSV_REJECTED) > 1) FAIL(file, "bad rows", 2, 1);
    eng_csv_free(csv);
  }
  eng_context_free(context);
}

START_TEST(the_first_bad_row_may_end_the_reading)
{
  groups[_i].make(read_strictly, NULL);
}
END_TEST

/* A message of a field does not change with what stands in the field, but for the
 * nearest kind, which is one of ours. */
struct texts {
  char seen[8][160];
  size_t count;
};

static void gather_text(struct file *file, void *user)
{
  struct texts *texts = user;
  struct reading reading = read_once(file, WHOLE);

  if (reading.rejected == 0) return;
  for (size_t i = 0; i < texts->count; i++) {
    if (strcmp(texts->seen[i], reading.last) == 0) return;
  }
  if (texts->count == COUNT(texts->seen)) FAIL(file, "messages of a field", 9, 8);
  memcpy(texts->seen[texts->count++], reading.last, sizeof reading.last);
}

START_TEST(a_message_does_not_change_with_what_is_wrong)
{
  for (int place = 0; place < COLUMNS; place++) {
    struct texts texts = {.count = 0};

    if (place == KIND) continue;
    junk_in(place, gather_text, &texts);
    blank_in(place, gather_text, &texts);
    ck_assert_int_le((int)texts.count, 3);
  }
}
END_TEST

static void check_nearest(struct file *file, void *user)
{
  static const char unknown[] = "nobody knows this kind";
  static const char nearest[] = "; the nearest known one is ";
  struct reading reading = read_once(file, WHOLE);
  const char *rest = reading.last + strlen(unknown);
  int32_t kind;

  if (reading.rejected == 0 || strcmp(reading.last, "a kind is missing") == 0) return;
  if (strncmp(reading.last, unknown, strlen(unknown)) != 0) FAIL(file, "text", 0, 1);
  if (*rest == '\0') return;
  if (strncmp(rest, nearest, strlen(nearest)) != 0) FAIL(file, "text", 0, 2);
  rest += strlen(nearest);
  if (eng_kind_find(user, rest, strlen(rest), &kind) != ENG_OK) {
    FAIL(file, "the nearest kind", 0, 1);
  }
}

START_TEST(an_unknown_kind_is_told_one_of_ours)
{
  eng_context *context;

  ck_assert_int_eq(eng_context_new(NULL, &context), ENG_OK);
  junk_in(KIND, check_nearest, context);
  blank_in(KIND, check_nearest, context);
  long_in(KIND, check_nearest, context);
  each_of(KIND, bad_kinds, COUNT(bad_kinds), check_nearest, context);
  eng_context_free(context);
}
END_TEST

/* ---- how many there are ---- */

struct kinds {
  uint64_t *prints;
  size_t count, room;
};

static void count_kind(struct file *file, void *user)
{
  struct kinds *kinds = user;
  struct reading reading = {.print = UINT64_C(0xcbf29ce484222325)};

  if (file->rejected == 0 && file->status == ENG_OK) return;
  print(&reading, file->bytes.at, file->bytes.length);
  for (size_t i = 0; i < kinds->count; i++) {
    if (kinds->prints[i] == reading.print) return;
  }
  if (kinds->count == kinds->room) {
    kinds->room = kinds->room * 2 + 64;
    kinds->prints = realloc(kinds->prints, kinds->room * sizeof kinds->prints[0]);
    if (kinds->prints == NULL) ck_abort();
  }
  kinds->prints[kinds->count++] = reading.print;
}

START_TEST(there_are_hundreds_of_kinds)
{
  struct kinds kinds = {0};

  for (size_t i = 0; i < COUNT(groups); i++) groups[i].make(count_kind, &kinds);
  if (getenv("BAD_ROWS") != NULL) printf("%d\n", (int)kinds.count);
  ck_assert_int_ge((int)kinds.count, 600);
  free(kinds.prints);
}
END_TEST

Suite *bad_rows_suite(void)
{
  Suite *suite = suite_create("bad_rows");
  TCase *rows = tcase_create("bad_rows");

  tcase_add_loop_test(rows, a_bad_row_costs_itself_only, 0, (int)COUNT(groups));
  tcase_add_loop_test(rows, the_first_bad_row_may_end_the_reading, 0,
                      (int)COUNT(groups));
  tcase_add_test(rows, a_message_does_not_change_with_what_is_wrong);
  tcase_add_test(rows, an_unknown_kind_is_told_one_of_ours);
  tcase_add_test(rows, there_are_hundreds_of_kinds);
  suite_add_tcase(suite, rows);
  return suite;
}
