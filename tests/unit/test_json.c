/* SPDX-License-Identifier: MIT */
/*
 * test_json.c - what a host gets for lines of JSON, and what it can export.
 *
 * Every event that is read is written down as it is exported, so that expectations are
 * lines in our own form; a reject is written down as its code and place.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit/support.h"

Suite *json_suite(void);

/* ---- writing down ---- */

struct notes {
  char text[1 << 16];
  size_t length;
  char errors[1 << 14];
  char row[4001]; /* of the last reject */
  size_t row_length;
  int32_t calls, stop_after; /* 0: never */
};

static eng_status count_call(struct notes *notes)
{
  notes->calls++;
  return notes->calls == notes->stop_after ? ENG_E_CANCELLED : ENG_OK;
}

static void add(struct notes *notes, const char *text, size_t length)
{
  if (notes->length + length >= sizeof notes->text) ck_abort_msg("too much is noted");
  memcpy(notes->text + notes->length, text, length);
  notes->length += length;
  notes->text[notes->length] = '\0';
}

static eng_status note_event(void *user, const char *customer, size_t length,
                             const eng_event *event, int32_t numbered, uint64_t line)
{
  struct notes *notes = user;
  char text[1 << 13];
  size_t size;

  (void)numbered, (void)line;
  if (eng_export_event(ENG_EXPORT_JSONL, customer, length, event, text, sizeof text,
                       &size) != ENG_OK) {
    ck_abort_msg("an event that was read is not written");
  }
  add(notes, text, size);
  return count_call(notes);
}

static eng_status note_floor(void *user, const char *customer, size_t length,
                             int64_t floor, uint64_t line)
{
  struct notes *notes = user;
  char text[1 << 13];
  size_t size;

  (void)line;
  if (eng_export_floor(ENG_EXPORT_JSONL, customer, length, floor, text, sizeof text,
                       &size) != ENG_OK) {
    ck_abort_msg("a floor that was read is not written");
  }
  add(notes, text, size);
  return count_call(notes);
}

static eng_status note_link(void *user, const char *customer, size_t length,
                            const char *linked, size_t linked_length, int32_t merged,
                            int64_t changed_at, uint64_t line)
{
  struct notes *notes = user;
  char text[1 << 14];
  size_t size;

  (void)line;
  if (eng_export_link(ENG_EXPORT_JSONL, customer, length, linked, linked_length, merged,
                      changed_at, text, sizeof text, &size) != ENG_OK) {
    ck_abort_msg("a link that was read is not written");
  }
  add(notes, text, size);
  return count_call(notes);
}

static eng_status note_reject(void *user, const eng_error *error, const char *row,
                              size_t length)
{
  struct notes *notes = user;
  char text[64];
  int n = sprintf(text, "bad %d %u:%u\n", (int)error->code, (unsigned)error->line,
                  (unsigned)error->column);

  notes->row_length = length;
  if (length >= sizeof notes->row) ck_abort_msg("a reject beyond the limit");
  memcpy(notes->row, row, length);
  notes->row[length] = '\0';
  if (error->text[0] == '\0') ck_abort_msg("an error without a text");
  strncat(notes->errors, error->text, sizeof notes->errors - strlen(notes->errors) - 2);
  strcat(notes->errors, "\n");
  add(notes, text, (size_t)n);
  return count_call(notes);
}

/* ---- reading ---- */

static eng_context *context;

static void open_context(void)
{
  eng_settings *settings;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(eng_settings_add_kind(settings, 128, "tasting", 7, ENG_DIRECTION_CUSTOMER,
                              ENG_MODE_COMPANY, 1));
  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_ROW, 4000));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
}

static void close_context(void) { eng_context_free(context); }

static eng_jsonl *reader(struct notes *notes)
{
  eng_jsonl *jsonl;

  memset(notes, 0, sizeof *notes);
  ck_ok(eng_jsonl_new(context, note_event, note_reject, notes, &jsonl));
  ck_ok(eng_jsonl_set_on_floor(jsonl, note_floor));
  ck_ok(eng_jsonl_set_on_link(jsonl, note_link));
  return jsonl;
}

/* Pieces of `step` bytes, each a copy of exactly its size, so that sanitizers see any
 * byte too far; 0: whole. */
static eng_status feed(eng_jsonl *jsonl, const char *bytes, size_t length, size_t step)
{
  eng_status status = ENG_OK;

  for (size_t at = 0; at < length && status == ENG_OK; at += step) {
    char *piece;

    if (step == 0 || step > length - at) step = length - at;
    piece = malloc(step);
    if (piece == NULL) ck_abort();
    memcpy(piece, bytes + at, step);
    status = eng_jsonl_feed(jsonl, piece, step);
    free(piece);
  }
  return status == ENG_OK ? eng_jsonl_finish(jsonl) : status;
}

static struct notes seen; /* by the reading before */

static const char *read_bytes(const char *bytes, size_t length, size_t step)
{
  eng_jsonl *jsonl = reader(&seen);

  if (feed(jsonl, bytes, length, step) != ENG_OK) ck_abort_msg("reading ended");
  eng_jsonl_free(jsonl);
  return seen.text;
}

static const char *read_text(const char *text)
{
  return read_bytes(text, strlen(text), 0);
}

/* A context with a time for events that have none. */
static const char *receive(const char *text)
{
  eng_jsonl *jsonl = reader(&seen);

  ck_ok(eng_jsonl_set_received_at(jsonl, INT64_C(1767603600000)));
  ck_ok(feed(jsonl, text, strlen(text), 0));
  eng_jsonl_free(jsonl);
  return seen.text;
}

#define VISIT "\"time\":\"2026-01-05\",\"kind\":\"visit\"}\n"
#define VISITED(customer)                                                              \
  "{\"customer\":\"" customer                                                          \
  "\",\"time\":\"2026-01-05T00:00:00.000Z\",\"kind\":\"visit\"}\n"

/* ---- our own form ---- */

START_TEST(every_field_is_read_and_written)
{
  static const char line[] =
      "{\"customer\":\"customer-17\",\"time\":\"2026-01-05T09:00:00.123Z\","
      "\"kind\":\"rating\",\"id\":\"#0123456789abcdef\",\"channel\":\"web\","
      "\"amount\":-12.50,\"currency\":\"EUR\",\"value\":4.5,\"scale\":\"stars\","
      "\"valence\":-2,\"incentivised\":true,\"public\":true,"
      "\"refers_to\":\"#00000000000000ff\",\"actor\":7,\"topic\":\"#0000beef\","
      "\"revision\":3,\"recorded_at\":\"2026-01-06T00:00:00.000Z\","
      "\"event_extension\":\"00ff10\"}\n"
      "{\"customer\":\"customer-17\",\"time\":\"1970-01-01T00:00:00.000Z\","
      "\"kind\":\"tasting\",\"value\":-9223372036854775807,\"occurrence\":65535}\n"
      "{\"customer\":\"customer-17\",\"time\":\"9999-12-31T23:59:59.999Z\","
      "\"kind\":\"#90\",\"channel\":\"#77\",\"value\":\"#0000000000004e21\",\"scale\":"
      "\"nps\"}\n"
      "{\"time\":\"2026-01-05T09:00:00.000Z\",\"kind\":\"visit\","
      "\"customer_hex\":\"00ff\"}\n"
      "{\"customer\":\"customer-17\",\"timeline_floor\":\"2020-01-01T00:00:00.000Z\"}\n"
      "{\"timeline_floor\":\"none\",\"customer_hex\":\"ff\"}\n"
      "{\"customer\":\"b\\\"c\",\"time\":\"2026-01-05T09:00:00.000Z\","
      "\"customer_link\":\"unmerged\",\"linked_customer\":\"a\"}\n"
      "{\"time\":\"1970-01-01T00:00:00.000Z\",\"customer_hex\":\"ff00\","
      "\"customer_link\":\"merged\",\"linked_customer_hex\":\"80\"}\n";

  ck_assert_str_eq(read_text(line), line);
}
END_TEST

START_TEST(values_may_be_texts_or_numbers)
{
  ck_assert_str_eq(
      read_text("{\"customer\":17,\"time\":1767571200,\"kind\":\"visit\"}\n"
                "{\"customer\":1.5e1,\"time\":\"1767571200000\","
                "\"kind\":\"purchase\",\"amount\":\"1.25\"}\n"
                "{\"customer\":\"a\",\"time\":1.7675712e9,"
                "\"kind\":\"purchase\",\"amount\":125E-2,"
                "\"public\":\"yes\",\"incentivised\":false,\"value\":1e3}\n"),
      VISITED("17") "{\"customer\":\"15\",\"time\":"
                    "\"2026-01-05T00:00:00.000Z\",\"kind\":\"purchase\","
                    "\"amount\":1.25,\"currency\":\"EUR\"}\n"
                    "{\"customer\":\"a\",\"time\":"
                    "\"2026-01-05T00:00:00.000Z\",\"kind\":\"purchase\","
                    "\"amount\":1.25,\"currency\":\"EUR\",\"value\":1000,"
                    "\"public\":true}\n");
}
END_TEST

START_TEST(names_in_common_use_are_recognised)
{
  ck_assert_str_eq(read_text("{\"user_id\":\"a\",\"ts\":\"2026-01-05\","
                             "\"event_name\":\"page_view\"}\n"
                             "{\"price\":1,\"currencyCode\":\"USD\","
                             "\"customerId\":\"a\",\"user\":\"not this one\","
                             "\"date\":\"2026-01-05\",\"type\":\"purchase\"}\n"),
                   VISITED("a") "{\"customer\":\"a\",\"time\":"
                                "\"2026-01-05T00:00:00.000Z\",\"kind\":\"purchase\","
                                "\"amount\":1.00,\"currency\":\"USD\"}\n");
}
END_TEST

START_TEST(what_is_not_asked_for_is_walked_over)
{
  ck_assert_str_eq(
      read_text("{\"x\":{\"customer\":\"b\",\"y\":[1,-0.5e+3,null,{\"z\":[[]]}]},"
                "\"customer\":\"a\",\"kind\":null,\"source\":null,\"user\":{\"a\":1}, "
                "\"\":\"\", " VISIT),
      VISITED("a"));
}
END_TEST

START_TEST(escapes_mean_what_they_stand_for)
{
  ck_assert_str_eq(
      read_text("{\"c\\u0075stomer\":\"\\u0061\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\ud83d"
                "\\ude00\\ud800\"," VISIT),
      VISITED("a\\\"\\\\/\\u0008\\u000c\\u000a\\u000d\\u0009\xc3\xa9\xf0\x9f\x98\x80"
              "\xef\xbf\xbd"));
  ck_assert_str_eq(read_text("{\"customer\":\"a\\u0000\"," VISIT), "bad 71 1:14\n");
}
END_TEST

START_TEST(line_ends_marks_and_blank_lines_do_not_matter)
{
  ck_assert_str_eq(
      read_text("\xef\xbb\xbf{\"customer\":\"a\",\"time\":\"2026-01-05\","
                "\"kind\":\"visit\"}\r\n\r\n  \t \n{\"customer\":\"b\"," VISIT
                "\n \t{ \"customer\" : \"c\" ,\r\"time\":\"2026-01-05\", "
                "\"kind\":\"visit\" } "),
      VISITED("a") VISITED("b") VISITED("c"));
  ck_assert_str_eq(read_text(""), "");
}
END_TEST

/* ---- bad lines ---- */

/* What is wrong, where: the byte that cannot stand there, or the field's. */
static const struct {
  const char *line, *says;
} bad_lines[] = {
    {"{", "bad 50 1:2\n"},
    {"{\"customer\"}", "bad 50 1:12\n"},
    {"{\"a\":1,}", "bad 50 1:8\n"},
    {"{\"a\":1 \"b\":2}", "bad 50 1:8\n"},
    {"{a:1}", "bad 50 1:2\n"},
    {"{'a':1}", "bad 50 1:2\n"},
    {"{\"a\":}", "bad 50 1:6\n"},
    {"{\"a\":01}", "bad 50 1:6\n"},
    {"{\"a\":-}", "bad 50 1:6\n"},
    {"{\"a\":1.}", "bad 50 1:6\n"},
    {"{\"a\":.5}", "bad 50 1:6\n"},
    {"{\"a\":1e}", "bad 50 1:6\n"},
    {"{\"a\":+1}", "bad 50 1:6\n"},
    {"{\"a\":NaN}", "bad 50 1:6\n"},
    {"{\"a\":Infinity}", "bad 50 1:6\n"},
    {"{\"a\":nul}", "bad 50 1:6\n"},
    {"{\"a\":TRUE}", "bad 50 1:6\n"},
    {"{\"a\":\"", "bad 50 1:7\n"},
    {"{\"a\":\"\\", "bad 50 1:7\n"},
    {"{\"a\":\"\\x\"}", "bad 50 1:7\n"},
    {"{\"a\":\"\\u12\"}", "bad 50 1:7\n"},
    {"{\"a\":\"\\u123g\"}", "bad 50 1:7\n"},
    {"{\"a\":\"\t\"}", "bad 50 1:7\n"},
    {"{\"a\":[1,2}", "bad 50 1:10\n"},
    {"{\"a\":[1 2]}", "bad 50 1:9\n"},
    {"{\"a\":{\"b\":1]}", "bad 50 1:12\n"},
    {"{} {}", "bad 50 1:4\n"},
    {"{} x", "bad 50 1:4\n"},
    {"null", "bad 50 1:1\n"},
    {"\"text\"", "bad 50 1:1\n"},
    {"17", "bad 50 1:1\n"},
    {"[", "bad 50 1:2\n"},
    {"[1]", "bad 50 1:2\n"},
    {"[{}]", "bad 64 1:1\n"},
    {"[{\"a\":1},]", "bad 50 1:10\n"},
    {"]", "bad 50 1:1\n"},
    {"}", "bad 50 1:1\n"},
    {"// {}", "bad 50 1:1\n"},
    {"customer,time,kind", "bad 50 1:1\n"},
    {"<html>", "bad 50 1:1\n"},
    {"{\"customer\":\"a\",\"x\":\"\xff\"}", "bad 71 1:1\n"},
    {"{\"customer\":\"a\",\"x\":\"\xc0\xaf\"}", "bad 71 1:1\n"},
    {"{\"customer\":\"a\",\"x\":\"\xed\xa0\x80\"}", "bad 71 1:1\n"},
    {"{}", "bad 64 1:1\n"},
    {"{\"customer\":\"a\"}", "bad 64 1:1\n"},
    {"{\"kind\":\"visit\"}", "bad 62 1:1\n"},
    {"{\"kind\":\"visit\",\"customer\":\"\"}", "bad 62 1:29\n"},
    {"{\"kind\":\"visit\",\"customer\":\"a\"}", "bad 63 1:1\n"},
    {"{\"kind\":\"visit\",\"customer\":\"a\",\"time\":\"soon\"}", "bad 63 1:40\n"},
    {"{\"kind\":\"visit\",\"customer\":\"a\",\"time\":-1}", "bad 63 1:39\n"},
    {"{\"kind\":\"vist\",\"customer\":\"a\",\"time\":0}", "bad 64 1:10\n"},
    {"{\"kind\":[\"visit\"],\"customer\":\"a\",\"time\":0}", "bad 51 1:9\n"},
    {"{\"kind\":\"visit\",\"customer\":{\"id\":1},\"time\":0}", "bad 51 1:28\n"},
    {"{\"kind\":\"visit\",\"customer\":\"a\",\"customer\":\"b\",\"time\":0}",
     "bad 53 1:29\n"},
    {"{\"kind\":\"visit\",\"user_id\":\"a\",\"userId\":\"b\",\"time\":0}",
     "bad 53 1:28\n"},
    {"{\"kind\":\"purchase\",\"customer\":\"a\",\"time\":0,\"amount\":1.234}",
     "bad 66 1:53\n"},
    {"{\"kind\":\"purchase\",\"customer\":\"a\",\"time\":0,\"amount\":1e400}",
     "bad 21 1:53\n"},
    {"{\"kind\":\"purchase\",\"customer\":\"a\",\"time\":0,\"amount\":1e18}",
     "bad 66 1:53\n"},
    {"{\"kind\":\"purchase\",\"customer\":\"a\",\"time\":0,\"amount\":true}",
     "bad 66 1:53\n"},
    {"{\"kind\":\"rating\",\"customer\":\"a\",\"time\":0,\"value\":11,\"scale\":"
     "\"nps\"}",
     "bad 68 1:50\n"},
    {"{\"kind\":\"visit\",\"customer\":\"a\",\"time\":0,\"public\":2}",
     "bad 69 1:50\n"},
    {"{\"kind\":\"visit\",\"customer\":\"a\",\"time\":0,\"revision\":1}",
     "bad 70 1:52\n"},
    {"{\"kind\":\"visit\",\"customer\":\"a\",\"time\":0,\"event_extension\":\"0\"}",
     "bad 71 1:60\n"},
    {"{\"kind\":\"visit\",\"customer\":\"a\",\"timeline_floor\":\"none\"}",
     "bad 39 1:10\n"},
    {"{\"customer\":\"a\",\"timeline_floor\":\"never\"}", "bad 63 1:35\n"},
    {"{\"customer\":\"a\",\"linked_customer\":\"a\",\"time\":0,\"customer_link\":"
     "\"merged\"}",
     "bad 39 1:65\n"},
    {"{\"customer\":\"a\",\"linked_customer\":\"b\",\"time\":0,\"customer_link\":"
     "\"joined\"}",
     "bad 39 1:65\n"},
    {"{\"customer\":\"a\",\"linked_customer_hex\":\"b\",\"time\":0,"
     "\"customer_link\":\"merged\"}",
     "bad 62 1:40\n"},
    {"{\"customer_hex\":\"0\",\"time\":0,\"kind\":\"visit\"}", "bad 62 1:18\n"},
};

START_TEST(a_bad_line_is_rejected_with_place_and_reason)
{
  char text[512], expected[512];

  sprintf(text, "{\"customer\":\"a\"," VISIT "%s\n{\"customer\":\"b\"," VISIT,
          bad_lines[_i].line);
  sprintf(expected, VISITED("a") "%s" VISITED("b"), bad_lines[_i].says);
  *strstr(expected, "1:") = '2';
  ck_assert_str_eq(read_text(text), expected);
  ck_assert_str_eq(seen.row, bad_lines[_i].line);
}
END_TEST

START_TEST(a_kind_that_nobody_knows_is_told_the_nearest_one)
{
  (void)read_text("{\"customer\":\"a\",\"time\":0,\"kind\":\"vist\"}");
  ck_assert_str_eq(seen.errors,
                   "nobody knows this kind; the nearest known one is visit\n");
}
END_TEST

START_TEST(nesting_is_bounded)
{
  char text[512];

  for (int depth = 62; depth <= 66; depth++) {
    size_t n = (size_t)sprintf(text, "{\"a\":");

    memset(text + n, '[', (size_t)depth);
    memset(text + n + depth, ']', (size_t)depth);
    sprintf(text + n + 2 * depth, ",\"customer\":\"a\"," VISIT);
    ck_assert_int_eq(strncmp(read_text(text), "bad 11 1:70", 11) == 0, depth > 64);
    if (depth <= 64) ck_assert_str_eq(seen.text, VISITED("a"));
  }
}
END_TEST

START_TEST(a_line_beyond_the_limit_is_rejected_and_the_next_is_read)
{
  static char text[20000];
  size_t fits = 4000 - strlen("{\"customer\":\"a\"," VISIT) + 1;

  for (size_t more = 0; more <= 2; more++) {
    size_t n = (size_t)sprintf(text, "{\"customer\":\"a\",");

    memset(text + n, ' ', fits + more);
    sprintf(text + n + fits + more, VISIT "{\"customer\":\"b\"," VISIT);
    for (size_t step = 0; step <= 4001; step += 667) {
      ck_assert_str_eq(read_bytes(text, strlen(text), step),
                       more == 0 ? VISITED("a") VISITED("b")
                                 : "bad 11 1:4001\n" VISITED("b"));
    }
  }
  memset(text, 'x', sizeof text);
  ck_assert_str_eq(read_bytes(text, sizeof text, 100), "bad 11 1:4001\n");
}
END_TEST

START_TEST(where_the_pieces_are_cut_does_not_matter)
{
  static const char text[] =
      "\xef\xbb\xbf{\"customer\":\"\\u00e9\"," VISIT "\r\n{\"customer\":\"b\"\n" VISIT
      "[{\"customer\":\"c\"," VISIT "{\"batch\":[{\"type\":\"page\",\"userId\":\"d\","
      "\"timestamp\":\"2026-01-05\"}]}\n{\"customer\":\"\xc3\xa9\"," VISIT;
  char *whole = malloc(sizeof seen.text);

  if (whole == NULL) ck_abort();
  strcpy(whole, read_text(text));
  for (size_t step = 1; step < 80; step++) {
    ck_assert_str_eq(read_bytes(text, strlen(text), step), whole);
  }
  free(whole);
}
END_TEST

/* ---- several events in a line ---- */

START_TEST(a_line_of_several_events_is_all_or_nothing)
{
  ck_assert_str_eq(read_text("[{\"customer\":\"a\",\"time\":\"2026-01-05\","
                             "\"kind\":\"visit\"},{\"customer\":\"b\",\"time\":"
                             "\"2026-01-05\",\"kind\":\"visit\"}]\n"),
                   VISITED("a") VISITED("b"));
  ck_assert_str_eq(read_text("[{\"customer\":\"a\",\"time\":\"2026-01-05\","
                             "\"kind\":\"visit\"},{\"customer\":\"b\"}]\n"),
                   "bad 64 1:1\n");
  ck_assert_str_eq(read_text("[]\n"), "");
  ck_assert_str_eq(read_text("{\"client_id\":\"a\",\"timestamp_micros\":0,\"events\":["
                             "{\"name\":\"page_view\"},{\"name\":\"no such\"}]}\n"),
                   "bad 64 1:79\n");
}
END_TEST

static eng_status pass(void *user, const char *customer, size_t length,
                       const eng_event *event, int32_t numbered, uint64_t line)
{
  (void)user, (void)customer, (void)length, (void)event, (void)numbered, (void)line;
  return ENG_OK;
}

/* Lines that repeat one part: "" stands for a text as long as the repeated parts. */
static const struct {
  const char *start, *fill, *rest, *part, *end;
} long_lines[] = {
    {"{\"client_id\":\"a\",\"timestamp_micros\":0,\"events\":[", "", "",
     "{\"name\":\"login\"}", "]}\n"},
    {"{\"timestamp_micros\":0,\"client_id\":\"\\u0061", "b", "\",\"events\":[",
     "{\"name\":\"scroll\"}", "]}\n"},
    {"{\"batch\":[", "", "", "{\"type\":\"identify\",\"userId\":\"a\",\"timestamp\":0}",
     "]}\n"},
    {"[", "", "", "{\"customer\":\"\\u0061\",\"time\":0,\"kind\":\"visit\"}", "]\n"},
    {"[", "", "",
     "{\"event_name\":\"login\",\"event_timestamp\":0,\"user_pseudo_id\":\"a\"}",
     "]\n"},
};

static size_t put_long_line(int which, size_t size, char *to)
{
  const char *fill = long_lines[which].fill;
  char *at = to + sprintf(to, "%s", long_lines[which].start);

  if (fill[0] != '\0') {
    memset(at, fill[0], size / 2);
    at += size / 2;
    size -= size / 2;
  }
  at += sprintf(at, "%s%s", long_lines[which].rest, long_lines[which].part);
  for (char *begin = at; (size_t)(at - begin) < size;) {
    at += sprintf(at, ",%s", long_lines[which].part);
  }
  return (size_t)(at - to) + (size_t)sprintf(at, "%s", long_lines[which].end);
}

/* The least time of a few readings of a line of that size. */
static clock_t reading_time(const eng_context *in, int which, size_t size)
{
  char *line = malloc(size + 1000);
  size_t length = line == NULL ? 0 : put_long_line(which, size, line);
  clock_t least = 0;

  ck_assert_uint_gt(length, size);
  for (int i = 0; i < 3; i++) {
    clock_t start, spent;
    eng_jsonl *jsonl;

    ck_ok(eng_jsonl_new(in, pass, NULL, NULL, &jsonl));
    start = clock();
    ck_ok(eng_jsonl_feed(jsonl, line, length));
    spent = clock() - start;
    if (i == 0 || spent < least) least = spent;
    ck_assert_uint_eq(eng_jsonl_count(jsonl, ENG_JSONL_LINES), 1);
    eng_jsonl_free(jsonl);
  }
  free(line);
  return least;
}

/* Ten times the line takes ten times the time, not a hundred times. */
START_TEST(a_line_takes_as_long_as_it_is)
{
  enum { SIZE = 50000 };
  eng_context *in;
  clock_t one, ten;

  ck_ok(eng_context_new(NULL, &in));
  one = reading_time(in, _i, SIZE);
  ten = reading_time(in, _i, 10 * SIZE);
  ck_assert_msg(ten <= 40 * (one + 1), "line %d: %ld, ten times as long %ld", _i,
                (long)one, (long)ten);
  eng_context_free(in);
}
END_TEST

START_TEST(lines_and_events_are_counted)
{
  eng_jsonl *jsonl = reader(&seen);
  static const char text[] =
      "{\"customer\":\"a\"," VISIT
      "\n[{\"customer\":\"a\",\"time\":0,\"kind\":\"visit\"},"
      "{\"customer\":\"b\",\"timeline_floor\":\"none\"}]\nbad\n"
      "{\"type\":\"alias\",\"userId\":\"a\"}\n"
      "{\"client_id\":\"a\",\"timestamp_micros\":0,\"events\":[{\"name\":\"scroll\"},"
      "{\"name\":\"search\"}]}\n";
  static const struct {
    int32_t what;
    uint64_t count;
  } counts[] = {{ENG_JSONL_LINES, 5},   {ENG_JSONL_EVENTS, 3}, {ENG_JSONL_REJECTED, 1},
                {ENG_JSONL_SKIPPED, 2}, {ENG_JSONL_FLOORS, 1}, {ENG_JSONL_OWN, 2},
                {ENG_JSONL_SEGMENT, 1}, {ENG_JSONL_GA4, 1},    {0, 0},
                {ENG_JSONL_GA4 + 1, 0}};

  ck_ok(feed(jsonl, text, strlen(text), 0));
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    ck_assert_uint_eq(eng_jsonl_count(jsonl, counts[i].what), counts[i].count);
  }
  eng_jsonl_free(jsonl);
}
END_TEST

/* ---- Segment ---- */

/*
 * Each event of Segment's documents (segment.com/docs/connections/spec: ecommerce/v2,
 * b2b-saas, email, track, page, screen, identify), with the properties that stand in
 * the documents' examples and other values, and what it becomes. They tell no time:
 * Segment's own libraries and servers add it.
 */
#define AT "\",\"time\":\"2026-01-05T09:00:00.000Z\",\"kind\":\""
static const struct {
  const char *event, *properties, *becomes; /* "": passed over */
} calls[] = {
    {"Products Searched", "\"query\":\"green tea\"", "search\""},
    {"Product List Viewed", "\"list_id\":\"t1\",\"category\":\"Tea\",\"products\":[]",
     "view_item\",\"topic\":\"#07b0cb10\""},
    {"Product List Filtered", "\"list_id\":\"t1\",\"filters\":[{\"type\":\"price\"}]",
     "search\""},
    {"Promotion Viewed", "\"promotion_id\":\"p1\",\"creative\":\"top\"",
     "impression\""},
    {"Promotion Clicked", "\"promotion_id\":\"p1\",\"creative\":\"top\"", "click\""},
    {"Product Clicked", "\"product_id\":\"507f\",\"price\":19,\"position\":3",
     "view_item\""},
    {"Product Viewed",
     "\"product_id\":\"507f\",\"price\":18.99,\"quantity\":1,\"currency\":\"usd\","
     "\"value\":18.99",
     "view_item\""},
    {"Product Added", "\"cart_id\":\"sk\",\"price\":18.99,\"quantity\":2",
     "add_to_cart\",\"value\":2"},
    {"Product Removed", "\"cart_id\":\"sk\",\"price\":18.99,\"quantity\":1",
     "remove_from_cart\",\"value\":1"},
    {"Cart Viewed", "\"cart_id\":\"sk\",\"products\":[{\"price\":19}]", ""},
    {"Checkout Started",
     "\"order_id\":\"50314b8e\",\"value\":30,\"revenue\":25.00,\"shipping\":3,"
     "\"currency\":\"USD\",\"products\":[{\"price\":19,\"quantity\":1}]",
     "begin_checkout\",\"amount\":25.00,\"currency\":\"USD\""},
    {"Checkout Step Viewed", "\"checkout_id\":\"5031\",\"step\":2", "begin_checkout\""},
    {"Checkout Step Completed", "\"checkout_id\":\"5031\",\"step\":2",
     "begin_checkout\""},
    {"Payment Info Entered", "\"checkout_id\":\"3901\",\"order_id\":\"292\"",
     "begin_checkout\""},
    {"Order Updated", "\"order_id\":\"50314b8e\",\"total\":27.50,\"currency\":\"USD\"",
     ""},
    {"Order Completed",
     "\"checkout_id\":\"fksd\",\"order_id\":\"50314b8e\",\"affiliation\":\"Store\","
     "\"subtotal\":22.50,\"total\":27.50,\"revenue\":25.00,\"shipping\":3,\"tax\":2,"
     "\"discount\":2.5,\"coupon\":\"x\",\"currency\":\"USD\",\"products\":"
     "[{\"product_id\":\"507f\",\"price\":19,\"quantity\":1,\"category\":\"Games\"}]",
     "purchase\",\"id\":\"#ORDER\",\"amount\":27.50,\"currency\":\"USD\""},
    {"Order Refunded",
     "\"order_id\":\"50314b8e\",\"total\":30,\"currency\":\"USD\",\"products\":[]",
     "refund\",\"amount\":30.00,\"currency\":\"USD\",\"refers_to\":\"#ORDER\""},
    {"Order Cancelled",
     "\"order_id\":\"50314b8e\",\"total\":\"30.00\",\"revenue\":\"25.00\","
     "\"currency\":\"USD\"",
     "cancel\",\"amount\":30.00,\"currency\":\"USD\",\"refers_to\":\"#ORDER\""},
    {"Coupon Entered", "\"coupon_id\":\"may_deals_2016\"", ""},
    {"Coupon Applied", "\"coupon_id\":\"may\",\"discount\":23.32", ""},
    {"Coupon Denied", "\"coupon_id\":\"may\",\"reason\":\"expired\"", ""},
    {"Coupon Removed", "\"coupon_id\":\"may\",\"discount\":23.32", ""},
    {"Product Added to Wishlist", "\"wishlist_id\":\"s\",\"price\":18.99",
     "add_to_wishlist\""},
    {"Product Removed from Wishlist", "\"wishlist_id\":\"s\"", ""},
    {"Wishlist Product Added to Cart", "\"wishlist_id\":\"s\",\"quantity\":1",
     "add_to_cart\",\"value\":1"},
    {"Product Shared", "\"share_via\":\"email\",\"recipient\":\"x@example.invalid\"",
     "share\""},
    {"Cart Shared", "\"share_via\":\"email\",\"products\":[{\"product_id\":\"1\"}]",
     "share\""},
    {"Product Reviewed",
     "\"product_id\":\"507f\",\"review_id\":\"k\",\"review_body\":\"good\","
     "\"rating\":\"5\"",
     "review\",\"value\":5,\"scale\":\"stars\""},
    {"Account Created", "\"account_name\":\"Initech\"", "sign_up\""},
    {"Account Deleted", "\"account_name\":\"Initech\"", ""},
    {"Signed Up", "\"type\":\"organic\",\"username\":\"p\"", "sign_up\""},
    {"Signed In", "\"username\":\"p\"", "identify\""},
    {"Signed Out", "\"username\":\"p\"", ""},
    {"Invite Sent", "\"invitee_email\":\"x@example.invalid\"", "refer\""},
    {"Account Added User", "\"role\":\"Owner\"", ""},
    {"Account Removed User", "\"role\":\"Owner\"", ""},
    {"Trial Started", "\"trial_plan_name\":\"Standard\"", "contract\""},
    {"Trial Ended", "\"trial_plan_name\":\"Standard\"", "contract_end\""},
    {"Email Delivered", "\"email_id\":\"18vzF7u3z\"", "message_out\""},
    {"Email Opened", "\"email_id\":\"18vzF7u3z\"", "open\""},
    {"Email Link Clicked", "\"link_url\":\"https://example.invalid\"", "click\""},
    {"Email Bounced", "\"email_id\":\"18vzF7u3z\"", ""},
    {"Email Marked as Spam", "\"email_id\":\"18vzF7u3z\"", "unsubscribe\""},
    {"Unsubscribed", "\"list_id\":\"x\"", "unsubscribe\""},
    {"Application Installed", "\"version\":\"1.2.3\",\"build\":\"1234\"", ""},
};

/* The id that an order has wherever it is told. */
static void put_order(char *line)
{
  char *at = strstr(line, "#ORDER");
  char hex[18];

  if (at == NULL) return;
  sprintf(hex, "#%016llx",
          (unsigned long long)eng_event_id_hash("order", 5, "50314b8e", 8));
  memmove(at + 17, at + 6, strlen(at + 6) + 1);
  memcpy(at, hex, 17);
}

START_TEST(events_of_segments_documents_import_as_they_are)
{
  char text[1024], expected[1024] = "";

  sprintf(text,
          "{\"userId\":\"019mr8mf4r\",\"action\":\"track\",\"event\":\"%s\","
          "\"properties\":{%s}}\n",
          calls[_i].event, calls[_i].properties);
  if (calls[_i].becomes[0] != '\0') {
    sprintf(expected, "{\"customer\":\"019mr8mf4r" AT "%s}\n", calls[_i].becomes);
  }
  put_order(expected);
  ck_assert_str_eq(receive(text), expected);
  /* Nobody says when: it is a bad line. */
  if (expected[0] != '\0') ck_assert_str_eq(read_text(text), "bad 63 1:1\n");
}
END_TEST

START_TEST(a_whole_call_of_segments_is_read)
{
  /* Spec: Track and Spec: Common, every field that they show. */
  ck_assert_str_eq(
      read_text(
          "{\"anonymousId\":\"507f191e\",\"channel\":\"browser\",\"context\":{"
          "\"active\":true,\"app\":{\"name\":\"InitechGlobal\"},\"campaign\":{"
          "\"name\":\"TPS\"},\"device\":{\"id\":\"B5\"},\"ip\":\"8.8.8.8\","
          "\"library\":{\"name\":\"analytics.js\"}},\"event\":\"Order Completed\","
          "\"integrations\":{\"All\":true},\"messageId\":\"022bb90c\","
          "\"originalTimestamp\":\"2015-12-10T04:08:31.581Z\",\"projectId\":\"y\","
          "\"properties\":{\"revenue\":14.99,\"currency\":\"USD\"},"
          "\"receivedAt\":\"2015-12-10T04:08:31.909Z\",\"sentAt\":"
          "\"2015-12-10T04:08:31.581Z\",\"timestamp\":\"2015-12-10T04:08:31.905Z\","
          "\"type\":\"track\",\"userId\":\"97980cfea0067\",\"version\":1.1}\n"),
      "{\"customer\":\"97980cfea0067\",\"time\":\"2015-12-10T04:08:31.905Z\","
      "\"kind\":\"purchase\",\"id\":\"#98d1d61f722a8532\",\"channel\":\"web\","
      "\"amount\":14.99,\"currency\":\"USD\",\"recorded_at\":"
      "\"2015-12-10T04:08:31.909Z\"}\n");
}
END_TEST

START_TEST(texts_are_hashed_as_documented)
{
  ck_assert_uint_eq((uint32_t)eng_hash("Tea", 3), UINT32_C(0x07b0cb10));
  ck_assert_uint_eq(eng_event_id_hash(NULL, 0, "022bb90c", 8),
                    UINT64_C(0x98d1d61f722a8532));
}
END_TEST

START_TEST(calls_that_are_no_tracks_are_what_they_are)
{
  ck_assert_str_eq(
      receive("{\"type\":\"identify\",\"traits\":{\"name\":\"P\"},\"userId\":\"u\"}\n"
              "{\"type\":\"page\",\"name\":\"Home\",\"properties\":{\"title\":\"W\"},"
              "\"anonymousId\":\"a\",\"userId\":null}\n"
              "{\"type\":\"screen\",\"name\":\"Feed\",\"anonymousId\":\"a\"}\n"
              "{\"type\":\"group\",\"groupId\":\"0\",\"userId\":\"u\"}\n"
              "{\"type\":\"alias\",\"previousId\":\"a\",\"userId\":\"u\"}\n"
              "{\"event\":\"Signed Up\",\"userId\":\"u\",\"properties\":{}}\n"),
      "{\"customer\":\"u" AT "identify\"}\n"
      "{\"customer\":\"a" AT "visit\",\"channel\":\"web\"}\n"
      "{\"customer\":\"a" AT "visit\",\"channel\":\"app\"}\n"
      "{\"customer\":\"u" AT "sign_up\"}\n");
}
END_TEST

START_TEST(a_batch_is_its_calls)
{
  ck_assert_str_eq(
      receive(
          "{\"batch\":[{\"type\":\"identify\",\"userId\":\"u\"},{\"type\":\"track\","
          "\"userId\":\"u\",\"event\":\"Products Searched\"}],\"context\":{}}\n"),
      "{\"customer\":\"u" AT "identify\"}\n{\"customer\":\"u" AT "search\"}\n");
}
END_TEST

/* ---- GA4 ---- */

/*
 * Each recommended event of Google's Measurement Protocol reference
 * (developers.google.com/analytics/devguides/collection/protocol/ga4/reference/events),
 * with the parameters that stand there and other values.
 */
static const struct {
  const char *name, *params, *becomes; /* "": passed over */
} ga4_events[] = {
    {"ad_impression", "\"ad_platform\":\"x\",\"value\":0.1", "impression\""},
    {"add_payment_info",
     "\"currency\":\"USD\",\"value\":30.03,\"payment_type\":\"card\"",
     "begin_checkout\",\"channel\":\"web\",\"amount\":30.03,\"currency\":\"USD\""},
    {"add_shipping_info", "\"currency\":\"USD\",\"value\":30.03",
     "begin_checkout\",\"channel\":\"web\",\"amount\":30.03,\"currency\":\"USD\""},
    {"add_to_cart", "\"currency\":\"USD\",\"value\":30.03,\"items\":[{\"quantity\":3}]",
     "add_to_cart\",\"channel\":\"web\",\"amount\":30.03,\"currency\":\"USD\""},
    {"add_to_wishlist", "\"currency\":\"USD\",\"value\":30.03", "add_to_wishlist\""},
    {"begin_checkout", "\"currency\":\"USD\",\"value\":30.03,\"coupon\":\"S\"",
     "begin_checkout\",\"channel\":\"web\",\"amount\":30.03,\"currency\":\"USD\""},
    {"campaign_details", "\"campaign_id\":\"google_1234\",\"term\":\"summer\"", ""},
    {"close_convert_lead", "\"currency\":\"USD\",\"value\":30.03", ""},
    {"close_unconvert_lead", "\"unconvert_lead_reason\":\"x\"", ""},
    {"disqualify_lead", "\"disqualified_lead_reason\":\"x\"", ""},
    {"earn_virtual_currency", "\"virtual_currency_name\":\"Gems\",\"value\":5",
     "points_earn\",\"channel\":\"web\",\"value\":5"},
    {"generate_lead", "\"currency\":\"USD\",\"value\":30.03", "message_in\""},
    {"join_group", "\"group_id\":\"G_12345\"", "community\""},
    {"level_up", "\"level\":5,\"character\":\"P\"", "usage\""},
    {"login", "\"method\":\"Google\"", "identify\""},
    {"post_score", "\"score\":10000,\"level\":5", "usage\""},
    {"purchase",
     "\"currency\":\"USD\",\"transaction_id\":\"50314b8e\",\"value\":12.21,"
     "\"affiliation\":\"G\",\"coupon\":\"S\",\"shipping\":3.33,\"tax\":1.11,"
     "\"items\":[{\"item_id\":\"SKU_12345\",\"price\":9.99,\"quantity\":1}]",
     "purchase\",\"id\":\"#ORDER\",\"channel\":\"web\",\"amount\":12.21,"
     "\"currency\":\"USD\""},
    {"qualify_lead", "\"currency\":\"USD\",\"value\":30.03", ""},
    {"refund", "\"currency\":\"USD\",\"transaction_id\":\"50314b8e\",\"value\":12.21",
     "refund\",\"channel\":\"web\",\"amount\":12.21,\"currency\":\"USD\","
     "\"refers_to\":\"#ORDER\""},
    {"remove_from_cart", "\"currency\":\"USD\",\"value\":30.03",
     "remove_from_cart\",\"channel\":\"web\",\"amount\":30.03,\"currency\":\"USD\""},
    {"search", "\"search_term\":\"t-shirts\"", "search\""},
    {"select_content", "\"content_type\":\"product\"", "content_use\""},
    {"select_item", "\"item_list_id\":\"r\",\"items\":[{}]", "view_item\""},
    {"select_promotion", "\"creative_name\":\"S\"", "click\""},
    {"share", "\"method\":\"Twitter\",\"content_type\":\"image\"", "share\""},
    {"sign_up", "\"method\":\"Google\"", "sign_up\""},
    {"spend_virtual_currency", "\"value\":5,\"virtual_currency_name\":\"Gems\"",
     "points_spend\",\"channel\":\"web\",\"value\":5"},
    {"tutorial_begin", "", "learn\""},
    {"tutorial_complete", "", "learn\""},
    {"unlock_achievement", "\"achievement_id\":\"A_12345\"", "usage\""},
    {"view_cart", "\"currency\":\"USD\",\"value\":30.03", ""},
    {"view_item", "\"currency\":\"USD\",\"value\":30.03", "view_item\""},
    {"view_item_list", "\"item_list_id\":\"r\"", "view_item\""},
    {"view_promotion", "\"creative_name\":\"S\"", "impression\""},
    {"view_search_results", "\"search_term\":\"Clothing\"", "search\""},
    {"working_lead", "\"lead_status\":\"x\"", ""},
    {"page_view", "\"engagement_time_msec\":\"100\",\"session_id\":\"123\"", "visit\""},
    {"scroll", "", ""},
    {"user_engagement", "", ""},
    {"first_visit", "", ""},
    {"session_start", "", "visit\""},
};

START_TEST(events_of_the_measurement_protocols_documents_import_as_they_are)
{
  char text[1024], expected[1024] = "", *web;

  sprintf(text,
          "{\"client_id\":\"123456.7654321\",\"events\":[{\"name\":\"%s\","
          "\"params\":{%s}}]}\n",
          ga4_events[_i].name, ga4_events[_i].params);
  if (ga4_events[_i].becomes[0] != '\0') {
    sprintf(expected, "{\"customer\":\"123456.7654321" AT "%s}\n",
            ga4_events[_i].becomes);
    web = strstr(expected, "\"channel\"");
    if (web == NULL) {
      expected[strlen(expected) - 2] = '\0';
      strcat(expected, ",\"channel\":\"web\"}\n");
    }
  }
  put_order(expected);
  ck_assert_str_eq(receive(text), expected);
}
END_TEST

START_TEST(a_payload_tells_who_and_when_for_all_its_events)
{
  ck_assert_str_eq(
      read_text(
          "{\"client_id\":\"c\",\"user_id\":\"u\",\"timestamp_micros\":"
          "\"1767603600000500\",\"user_properties\":{\"t\":{\"value\":\"x\"}},"
          "\"consent\":{\"ad_user_data\":\"GRANTED\"},\"events\":[{\"name\":"
          "\"login\"},{\"name\":\"search\",\"timestamp_micros\":1767603600000499}]"
          "}\n{\"app_instance_id\":\"i\",\"timestamp_micros\":1767603600000000,"
          "\"events\":[{\"name\":\"login\"}]}\n"),
      "{\"customer\":\"u\",\"time\":\"2026-01-05T09:00:00.001Z\",\"kind\":\"identify\","
      "\"channel\":\"web\"}\n{\"customer\":\"u" AT "search\",\"channel\":\"web\"}\n"
      "{\"customer\":\"i" AT "identify\",\"channel\":\"app\"}\n");
}
END_TEST

/* A time that is there and says nothing is no time that is absent. */
START_TEST(microseconds_have_digits)
{
  ck_assert_str_eq(
      receive("{\"event_name\":\"login\",\"event_timestamp\":\"\",\"user_pseudo_id\":"
              "\"u\"}\n"
              "{\"client_id\":\"u\",\"timestamp_micros\":\"\",\"events\":[{\"name\":"
              "\"login\"}]}\n"
              "{\"client_id\":\"u\",\"events\":[{\"name\":\"login\","
              "\"timestamp_micros\":\"\"}]}\n"
              "{\"client_id\":\"u\",\"timestamp_micros\":\"000000000000000000001\","
              "\"events\":[{\"name\":\"login\"}]}\n"
              "{\"client_id\":\"u\",\"timestamp_micros\":\"01767603600000000\","
              "\"events\":[{\"name\":\"login\"}]}\n"),
      "bad 63 1:42\nbad 63 2:38\nbad 63 3:64\nbad 63 4:38\n"
      "{\"customer\":\"u" AT "identify\",\"channel\":\"web\"}\n");
}
END_TEST

START_TEST(rows_of_the_export_to_bigquery_are_read)
{
  /* BigQuery Export schema: 64-bit numbers are texts in its JSON. */
  char expected[1024] =
      "{\"customer\":\"77.1" AT "purchase\",\"id\":\"#ORDER\",\"channel\":\"web\","
      "\"amount\":9.99,\"currency\":\"EUR\"}\n"
      "{\"customer\":\"u" AT "visit\",\"channel\":\"app\"}\n"
      "{\"customer\":\"77.1" AT "refund\",\"amount\":5.50,\"currency\":\"USD\","
      "\"refers_to\":\"#ORDER\"}\n"
      "{\"customer\":\"77.1" AT "purchase\",\"amount\":3.00,\"currency\":\"USD\"}\n";
  static const char text[] =
      "{\"event_date\":\"20260105\",\"event_timestamp\":\"1767603600000123\","
      "\"event_name\":\"purchase\",\"event_params\":[{\"key\":\"ga_session_id\","
      "\"value\":{\"string_value\":null,\"int_value\":\"17\"}},{\"key\":\"currency\","
      "\"value\":{\"string_value\":\"EUR\"}},{\"key\":\"value\",\"value\":{"
      "\"double_value\":12.5}}],\"event_bundle_sequence_id\":\"1\",\"user_id\":null,"
      "\"user_pseudo_id\":\"77.1\",\"device\":{\"category\":\"desktop\"},\"geo\":{},"
      "\"platform\":\"WEB\",\"ecommerce\":{\"total_item_quantity\":\"1\","
      "\"purchase_revenue_in_usd\":11.0,\"purchase_revenue\":9.99,\"refund_value\":0,"
      "\"transaction_id\":\"50314b8e\"},\"items\":[{\"item_id\":\"S\",\"price\":9.99}]}"
      "\n"
      "{\"event_timestamp\":1767603600000000,\"event_name\":\"screen_view\","
      "\"user_id\":\"u\",\"user_pseudo_id\":\"x\",\"platform\":\"ANDROID\"}\n"
      "{\"event_timestamp\":1767603600000000,\"event_name\":\"refund\","
      "\"user_pseudo_id\":\"77.1\",\"ecommerce\":{\"refund_value\":5.5,"
      "\"purchase_revenue\":0,\"transaction_id\":\"50314b8e\"},\"event_params\":[{"
      "\"value\":{\"string_value\":\"USD\"},\"key\":\"currency\"}]}\n"
      "{\"event_timestamp\":1767603600000000,\"event_name\":\"in_app_purchase\","
      "\"user_pseudo_id\":\"77.1\",\"ecommerce\":{\"transaction_id\":\"(not set)\"},"
      "\"event_params\":[{\"key\":\"value\",\"value\":{\"int_value\":\"3\"}},{\"key\":"
      "\"currency\",\"value\":{\"string_value\":\"USD\"}}]}\n";

  put_order(expected);
  put_order(expected);
  ck_assert_str_eq(read_text(text), expected);
}
END_TEST

START_TEST(an_order_is_one_event_wherever_it_is_told)
{
  char expected[1024] =
      "{\"customer\":\"u" AT "purchase\",\"id\":\"#ORDER\"}\n"
      "{\"customer\":\"u" AT "purchase\",\"id\":\"#ORDER\",\"channel\":\"web\"}\n"
      "{\"customer\":\"u" AT "purchase\",\"id\":\"#ORDER\"}\n";

  for (int i = 0; i < 3; i++) put_order(expected);
  ck_assert_str_eq(
      receive("{\"type\":\"track\",\"userId\":\"u\",\"messageId\":\"m\",\"event\":"
              "\"Order Completed\",\"properties\":{\"order_id\":\"5031\\u0034b8e\"}}\n"
              "{\"client_id\":\"u\",\"events\":[{\"name\":\"purchase\",\"params\":{"
              "\"transaction_id\":\"50314b8e\"}}]}\n"
              "{\"customer\":\"u\",\"time\":\"2026-01-05T09:00:00Z\",\"kind\":"
              "\"purchase\",\"source\":\"order\",\"id\":\"50314b8e\"}\n"),
      expected);
}
END_TEST

START_TEST(an_order_has_no_nul)
{
  ck_assert_str_eq(
      receive("{\"type\":\"track\",\"userId\":\"u\",\"event\":\"Order Completed\","
              "\"properties\":{\"order_id\":\"12\\u0000\"}}\n"
              "{\"client_id\":\"u\",\"events\":[{\"name\":\"refund\",\"params\":{"
              "\"transaction_id\":\"\\u0000\"}}]}\n"),
      "bad 71 1:82\nbad 71 2:73\n");
}
END_TEST

START_TEST(members_that_a_form_asks_for_stand_once)
{
  ck_assert_str_eq(receive("{\"type\":\"track\",\"userId\":\"u\",\"userId\":\"v\","
                           "\"event\":\"Signed Up\"}\n"
                           "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"Order "
                           "Completed\",\"properties\":{\"total\":1,\"total\":2}}\n"
                           "{\"client_id\":\"u\",\"events\":[{\"name\":\"login\","
                           "\"name\":\"search\"}]}\n"),
                   "bad 53 1:40\nbad 53 2:88\nbad 53 3:52\n");
}
END_TEST

/* ---- settings ---- */

START_TEST(a_map_goes_before_what_names_say)
{
  static const char text[] = "{\"who\":\"a\",\"at\":\"2026-01-05\",\"what\":\"seen\","
                             "\"customer\":\"not this one\",\"userId\":\"u\","
                             "\"type\":\"track\"}\n"
                             "{\"who\":\"b\",\"at\":\"2026-01-05\",\"what\":\"no\"}\n";
  eng_jsonl *jsonl = reader(&seen);

  ck_ok(eng_jsonl_map(jsonl, ENG_FIELD_CUSTOMER, "whom", 4));
  ck_ok(eng_jsonl_map(jsonl, ENG_FIELD_CUSTOMER, "who", 3));
  ck_ok(eng_jsonl_map(jsonl, ENG_FIELD_TIME, "at", 2));
  ck_ok(eng_jsonl_map(jsonl, ENG_FIELD_KIND, "what", 4));
  ck_assert_int_eq(eng_jsonl_map(jsonl, ENG_FIELD_ID, "what", 4), ENG_E_DUPLICATE);
  ck_assert_int_eq(eng_jsonl_map(jsonl, 0, "x", 1), ENG_E_RANGE);
  ck_ok(eng_jsonl_map_kind(jsonl, "seen", 4, ENG_EVENT_VISIT));
  ck_ok(eng_jsonl_map_kind(jsonl, "no", 2, 0));
  ck_assert_int_eq(eng_jsonl_map_kind(jsonl, "no", 2, 0), ENG_E_DUPLICATE);
  ck_assert_int_eq(eng_jsonl_map_kind(jsonl, "x", 1, 99), ENG_E_KIND);
  ck_ok(feed(jsonl, text, strlen(text), 0));
  ck_assert_str_eq(seen.text, VISITED("a"));
  ck_assert_uint_eq(eng_jsonl_count(jsonl, ENG_JSONL_SKIPPED), 1);
  eng_jsonl_free(jsonl);
}
END_TEST

START_TEST(a_kind_a_currency_and_a_form_of_time_can_be_given)
{
  static const char text[] = "{\"customer\":\"a\",\"time\":17675712000,\"amount\":1,"
                             "\"event\":\"not this one\"}\n";
  eng_jsonl *jsonl = reader(&seen);

  ck_ok(eng_jsonl_set_kind(jsonl, ENG_EVENT_PURCHASE));
  ck_assert_int_eq(eng_jsonl_set_kind(jsonl, 99), ENG_E_KIND);
  ck_ok(eng_jsonl_set_currency(jsonl, 840));
  ck_assert_int_eq(eng_jsonl_set_currency(jsonl, 1), ENG_E_CURRENCY);
  ck_ok(eng_jsonl_set_time_format(jsonl, ENG_TIME_MILLISECONDS));
  ck_assert_int_eq(eng_jsonl_set_time_format(jsonl, 99), ENG_E_RANGE);
  ck_ok(feed(jsonl, text, strlen(text), 0));
  ck_assert_str_eq(seen.text,
                   "{\"customer\":\"a\",\"time\":\"1970-07-24T13:55:12.000Z\","
                   "\"kind\":\"purchase\",\"amount\":1.00,"
                   "\"currency\":\"USD\"}\n");
  eng_jsonl_free(jsonl);
}
END_TEST

START_TEST(what_does_not_fit_the_moment_is_refused)
{
  static const char link[] = "{\"customer\":\"a\",\"linked_customer\":\"b\",\"time\":0,"
                             "\"customer_link\":\"merged\"}";
  eng_jsonl *jsonl;

  ck_assert_int_eq(eng_jsonl_new(NULL, note_event, NULL, NULL, &jsonl), ENG_E_INVALID);
  ck_assert_int_eq(eng_jsonl_new(context, NULL, NULL, NULL, &jsonl), ENG_E_INVALID);
  ck_assert_ptr_null(jsonl);
  jsonl = reader(&seen);
  ck_assert_int_eq(eng_jsonl_set_received_at(jsonl, -1), ENG_E_TIME);
  ck_assert_int_eq(eng_jsonl_feed(jsonl, NULL, 1), ENG_E_INVALID);
  ck_ok(eng_jsonl_feed(jsonl, "{", 1));
  ck_assert_int_eq(eng_jsonl_set_kind(jsonl, 0), ENG_E_INVALID);
  ck_assert_int_eq(eng_jsonl_map(jsonl, 1, "a", 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_jsonl_set_on_floor(jsonl, NULL), ENG_E_INVALID);
  ck_ok(eng_jsonl_set_received_at(jsonl, ENG_TIME_NONE));
  ck_ok(eng_jsonl_finish(jsonl));
  ck_assert_str_eq(seen.text, "bad 50 1:2\n");
  ck_assert_int_eq(eng_jsonl_finish(jsonl), ENG_E_INVALID);
  ck_assert_int_eq(eng_jsonl_feed(jsonl, "{", 1), ENG_E_INVALID);
  eng_jsonl_reset(jsonl);
  ck_ok(eng_jsonl_set_on_floor(jsonl, NULL));
  ck_ok(feed(jsonl, "{\"customer\":\"a\",\"timeline_floor\":\"none\"}", 40, 0));
  ck_assert_int_eq(eng_jsonl_set_on_link(jsonl, NULL), ENG_E_INVALID);
  eng_jsonl_reset(jsonl);
  ck_ok(eng_jsonl_set_on_link(jsonl, NULL));
  ck_ok(feed(jsonl, link, strlen(link), 0));
  ck_assert_str_eq(seen.text, "bad 50 1:2\nbad 13 1:35\nbad 13 1:65\n");
  eng_jsonl_free(jsonl);
  eng_jsonl_free(NULL);
  ck_assert_ptr_null(eng_jsonl_error(NULL));
  ck_assert_uint_eq(eng_jsonl_count(NULL, 1), 0);
}
END_TEST

START_TEST(a_callback_can_end_the_reading)
{
  static const char text[] =
      "{\"customer\":\"a\"," VISIT "x\n{\"customer\":\"b\"," VISIT;

  for (int32_t stop = 1; stop <= 3; stop++) {
    eng_jsonl *jsonl = reader(&seen);

    seen.stop_after = stop;
    ck_assert_int_eq(feed(jsonl, text, strlen(text), 7), ENG_E_CANCELLED);
    ck_assert_int_eq(seen.calls, stop);
    ck_assert_int_eq(eng_jsonl_error(jsonl)->code, ENG_E_CANCELLED);
    ck_assert_uint_eq(eng_jsonl_error(jsonl)->line, (uint32_t)stop);
    ck_assert_int_eq(eng_jsonl_feed(jsonl, "x", 1), ENG_E_CANCELLED);
    eng_jsonl_free(jsonl);
  }
}
END_TEST

START_TEST(without_a_reject_callback_the_first_bad_line_ends_it)
{
  eng_jsonl *jsonl;

  memset(&seen, 0, sizeof seen);
  ck_ok(eng_jsonl_new(context, note_event, NULL, &seen, &jsonl));
  ck_assert_int_eq(feed(jsonl, "\n{\"customer\":}\n", 15, 0), ENG_E_SYNTAX);
  ck_assert_int_eq(eng_jsonl_error(jsonl)->code, ENG_E_SYNTAX);
  ck_assert_uint_eq(eng_jsonl_error(jsonl)->line, 2);
  ck_assert_uint_eq(eng_jsonl_error(jsonl)->column, 13);
  ck_assert_uint_eq(eng_jsonl_error(jsonl)->offset, 13);
  ck_assert_str_eq(eng_jsonl_error(jsonl)->text, "a value was expected");
  eng_jsonl_free(jsonl);
}
END_TEST

/* ---- export ---- */

START_TEST(csv_has_a_column_for_every_field)
{
  char text[512];
  size_t size;
  eng_event *event = event_of(context, ENG_EVENT_VISIT, 0);

  ck_ok(eng_export_header(ENG_EXPORT_CSV, text, sizeof text, &size));
  text[size] = '\0';
  ck_assert_str_eq(text, "customer,time,kind,id,source,channel,amount,currency,value,"
                         "scale,valence,incentivised,public,refers_to,actor,topic,"
                         "revision,occurrence,recorded_at,timeline_floor,"
                         "event_extension,customer_hex,customer_link,"
                         "linked_customer,linked_customer_hex\n");
  ck_ok(eng_export_header(ENG_EXPORT_JSONL, NULL, 0, &size));
  ck_assert_uint_eq(size, 0);
  ck_ok(eng_export_event(ENG_EXPORT_CSV, "a \"b\",\n", 7, event, text, sizeof text,
                         &size));
  text[size] = '\0';
  ck_assert_str_eq(text,
                   "\"a \"\"b\"\",\n\",1970-01-01T00:00:00.000Z,visit,,,,,,,,,,,,,"
                   ",,,,,,,,,\n");
  eng_event_free(event);
}
END_TEST

START_TEST(a_buffer_that_is_too_small_is_told_what_it_takes)
{
  char text[256];
  size_t size, all;
  eng_event *event = event_of(context, ENG_EVENT_VISIT, 0);

  ck_assert_int_eq(eng_export_event(ENG_EXPORT_JSONL, "a", 1, event, NULL, 0, &all),
                   ENG_E_BUFFER);
  for (size_t room = 0; room <= all; room++) {
    memset(text, '~', sizeof text);
    ck_assert_int_eq(
        eng_export_event(ENG_EXPORT_JSONL, "a", 1, event, text, room, &size),
        room < all ? ENG_E_BUFFER : ENG_OK);
    ck_assert_uint_eq(size, all);
    ck_assert_int_eq(text[room], '~');
  }
  ck_assert_int_eq(eng_export_event(3, "a", 1, event, text, 9, &size), ENG_E_RANGE);
  ck_assert_int_eq(eng_export_event(1, "a", 0, event, text, 9, &size), ENG_E_CUSTOMER);
  ck_assert_int_eq(eng_export_event(1, "a", 1, NULL, text, 9, &size), ENG_E_INVALID);
  ck_assert_int_eq(eng_export_event(1, "a", 1, event, NULL, 9, &size), ENG_E_INVALID);
  ck_assert_int_eq(eng_export_floor(1, "a", 1, -1, text, 9, &size), ENG_E_TIME);
  ck_assert_int_eq(eng_export_link(1, "a", 1, "b", 1, 1, -1, text, 9, &size),
                   ENG_E_TIME);
  ck_assert_int_eq(eng_export_link(1, "a", 1, "b", 1, 2, 0, text, 9, &size),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_export_link(1, "a", 1, "b", 0, 1, 0, text, 9, &size),
                   ENG_E_CUSTOMER);
  ck_assert_int_eq(eng_export_link(1, "a", 1, NULL, 1, 1, 0, text, 9, &size),
                   ENG_E_INVALID);
  ck_assert_uint_eq(size, 0);
  eng_event_free(event);
}
END_TEST

/* ---- memory ---- */

static const char memory_text[] =
    "{\"customer\":\"a\\u0062\",\"amount\":1e0,\"currency\":\"EUR\"," VISIT
    "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"Order "
    "Completed\",\"timestamp\":0,"
    "\"properties\":{\"order_id\":\"o\"}}\n[{\"customer\":\"b\"," VISIT;

static eng_status read_in(const eng_context *in)
{
  eng_jsonl *jsonl;
  eng_status status = eng_jsonl_new(in, note_event, note_reject, &seen, &jsonl);

  if (status == ENG_OK) status = eng_jsonl_map_kind(jsonl, "x", 1, ENG_EVENT_VISIT);
  if (status == ENG_OK) status = feed(jsonl, memory_text, strlen(memory_text), 11);
  eng_jsonl_free(jsonl);
  return status;
}

static eng_status drop_text(void *user, const char *bytes, size_t length)
{
  (void)user, (void)bytes, (void)length;
  return ENG_OK;
}

START_TEST(every_allocation_may_fail)
{
  struct host host = {0};
  eng_context *in = context_in(&host);
  eng_customer *customer = customer_of(in);
  eng_status status = ENG_E_NOMEM;
  size_t live;

  (void)record(customer, event_of(in, ENG_EVENT_VISIT, 0));
  live = host.live;
  for (uint64_t n = 1; status != ENG_OK; n++) {
    memset(&seen, 0, sizeof seen);
    host_reset(&host);
    host.fail_at = n;
    status = read_in(in);
    ck_assert_uint_eq(host.live, live);
    ck_assert(status == ENG_OK || (status == ENG_E_NOMEM && host.failures > 0));
  }
  status = ENG_E_NOMEM;
  for (uint64_t n = 1; status != ENG_OK; n++) {
    host_reset(&host);
    host.fail_at = n;
    status = eng_export_customer(customer, ENG_EXPORT_JSONL, drop_text, NULL);
    ck_assert_uint_eq(host.live, live);
    ck_assert(status == ENG_OK || (status == ENG_E_NOMEM && host.failures > 0));
  }
  host_reset(&host);
  eng_customer_free(customer);
  eng_context_free(in);
  ck_assert_uint_eq(host.live, 0);
  ck_assert_uint_eq(host.wrong, 0);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *json_suite(void)
{
  Suite *suite = suite_create("json");
  TCase *own = tcase_create("own");
  TCase *bad = tcase_create("bad");
  TCase *tools = tcase_create("tools");
  TCase *host = tcase_create("host");

  tcase_add_checked_fixture(own, open_context, close_context);
  tcase_add_test(own, every_field_is_read_and_written);
  tcase_add_test(own, values_may_be_texts_or_numbers);
  tcase_add_test(own, names_in_common_use_are_recognised);
  tcase_add_test(own, what_is_not_asked_for_is_walked_over);
  tcase_add_test(own, escapes_mean_what_they_stand_for);
  tcase_add_test(own, line_ends_marks_and_blank_lines_do_not_matter);
  tcase_add_test(own, a_line_of_several_events_is_all_or_nothing);
  tcase_add_loop_test(own, a_line_takes_as_long_as_it_is, 0, COUNT(long_lines));
  tcase_add_test(own, lines_and_events_are_counted);
  suite_add_tcase(suite, own);

  tcase_add_checked_fixture(bad, open_context, close_context);
  tcase_add_loop_test(bad, a_bad_line_is_rejected_with_place_and_reason, 0,
                      COUNT(bad_lines));
  tcase_add_test(bad, a_kind_that_nobody_knows_is_told_the_nearest_one);
  tcase_add_test(bad, nesting_is_bounded);
  tcase_add_test(bad, a_line_beyond_the_limit_is_rejected_and_the_next_is_read);
  tcase_add_test(bad, where_the_pieces_are_cut_does_not_matter);
  suite_add_tcase(suite, bad);

  tcase_add_checked_fixture(tools, open_context, close_context);
  tcase_add_loop_test(tools, events_of_segments_documents_import_as_they_are, 0,
                      COUNT(calls));
  tcase_add_test(tools, a_whole_call_of_segments_is_read);
  tcase_add_test(tools, texts_are_hashed_as_documented);
  tcase_add_test(tools, calls_that_are_no_tracks_are_what_they_are);
  tcase_add_test(tools, a_batch_is_its_calls);
  tcase_add_loop_test(tools,
                      events_of_the_measurement_protocols_documents_import_as_they_are,
                      0, COUNT(ga4_events));
  tcase_add_test(tools, a_payload_tells_who_and_when_for_all_its_events);
  tcase_add_test(tools, microseconds_have_digits);
  tcase_add_test(tools, rows_of_the_export_to_bigquery_are_read);
  tcase_add_test(tools, an_order_is_one_event_wherever_it_is_told);
  tcase_add_test(tools, an_order_has_no_nul);
  tcase_add_test(tools, members_that_a_form_asks_for_stand_once);
  suite_add_tcase(suite, tools);

  tcase_add_checked_fixture(host, open_context, close_context);
  tcase_add_test(host, a_map_goes_before_what_names_say);
  tcase_add_test(host, a_kind_a_currency_and_a_form_of_time_can_be_given);
  tcase_add_test(host, what_does_not_fit_the_moment_is_refused);
  tcase_add_test(host, a_callback_can_end_the_reading);
  tcase_add_test(host, without_a_reject_callback_the_first_bad_line_ends_it);
  tcase_add_test(host, csv_has_a_column_for_every_field);
  tcase_add_test(host, a_buffer_that_is_too_small_is_told_what_it_takes);
  tcase_add_test(host, every_allocation_may_fail);
  suite_add_tcase(suite, host);
  return suite;
}
