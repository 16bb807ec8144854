/* SPDX-License-Identifier: MIT */
/*
 * test_csv.c - what a host gets for the bytes of a file.
 *
 * Every call back is written down as a line of text, so that a reading can be compared
 * with what was expected and with another reading of the same bytes.
 */
#include <check.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/csv.h>
#include <engagement/money.h>

#include "core/memory.h"
#include "io/csv_event.h"

Suite *csv_suite(void);

/* ---- writing down ---- */

struct notes {
  char *text;
  size_t length, room;
  char errors[4096];  /* texts of all errors */
  int32_t stop_after; /* call backs; 0: never */
  int32_t calls;
};

static void note(struct notes *notes, const char *format, ...)
{
  char line[8192];
  va_list arguments;
  int n;

  va_start(arguments, format);
  n = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  /* Check writes a file for each assertion that holds: none where there are many. */
  if (n >= (int)sizeof line) ck_abort_msg("a line of %d bytes", n);
  while (notes->length + (size_t)n + 1 > notes->room) {
    notes->room = notes->room * 2 + 4096;
    notes->text = realloc(notes->text, notes->room);
    if (notes->text == NULL) ck_abort();
  }
  memcpy(notes->text + notes->length, line, (size_t)n + 1);
  notes->length += (size_t)n;
}

/* Bytes with line ends and NUL made visible; of long ones, the length. */
static void note_bytes(struct notes *notes, const char *bytes, size_t length)
{
  if (length > 200) {
    note(notes, "%.10s...(%zu)", bytes, length);
    return;
  }
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];

    if (c == '\n')
      note(notes, "\\n");
    else if (c == '\r')
      note(notes, "\\r");
    else if (c == '\0')
      note(notes, "\\0");
    else
      note(notes, "%c", c);
  }
}

static eng_status count_call(struct notes *notes)
{
  notes->calls++;
  return notes->stop_after > 0 && notes->calls >= notes->stop_after ? ENG_E_CANCELLED
                                                                    : ENG_OK;
}

static eng_status note_event(void *user, const char *customer, size_t length,
                             const eng_event *event, int32_t numbered, uint64_t line)
{
  struct notes *notes = user;
  int64_t amount, value;
  int32_t currency;
  uint64_t id;
  uint32_t number;

  note(notes, "%d ", (int)line);
  note_bytes(notes, customer, length);
  note(notes, " %d %lld", (int)eng_event_kind(event),
       (long long)eng_event_occurred_at(event));
  if (eng_event_channel(event) != 0)
    note(notes, " ch%d", (int)eng_event_channel(event));
  if (eng_event_amount(event, &amount, &currency)) {
    note(notes, " %lld/%d", (long long)amount, (int)currency);
  }
  if (eng_event_value(event, &value)) note(notes, " v%lld", (long long)value);
  if (eng_event_scale(event) != 0) note(notes, " s%d", (int)eng_event_scale(event));
  if (eng_event_valence(event) != ENG_VALENCE_NONE) {
    note(notes, " val%d", (int)eng_event_valence(event));
  }
  if (eng_event_is_incentivised(event)) note(notes, " inc");
  if (eng_event_is_public(event)) note(notes, " pub");
  if (eng_event_id(event, &id)) note(notes, " id%016llx", (unsigned long long)id);
  if (eng_event_refers_to(event, &id))
    note(notes, " to%016llx", (unsigned long long)id);
  if (eng_event_actor(event, &number)) note(notes, " act%08lx", (unsigned long)number);
  if (eng_event_topic(event, &number)) note(notes, " top%08lx", (unsigned long)number);
  if (eng_event_revision(event) != 0) {
    note(notes, " rev%lu", (unsigned long)eng_event_revision(event));
  }
  if (eng_event_occurrence(event) != 0) {
    note(notes, " occ%d", (int)eng_event_occurrence(event));
  }
  if (eng_event_recorded_at(event) != ENG_TIME_NONE) {
    note(notes, " rec%lld", (long long)eng_event_recorded_at(event));
  }
  if (numbered) note(notes, " numbered");
  note(notes, "\n");
  return count_call(notes);
}

static eng_status note_reject(void *user, const eng_error *error, const char *row,
                              size_t length)
{
  struct notes *notes = user;

  if (error->text[0] == '\0' || memchr(error->text, '\0', sizeof error->text) == NULL) {
    ck_abort_msg("the text of an error is missing or not closed");
  }
  strncat(notes->errors, error->text, sizeof notes->errors - strlen(notes->errors) - 1);
  note(notes, "reject %d %u:%u @%llu [", (int)error->code, (unsigned)error->line,
       (unsigned)error->column, (unsigned long long)error->offset);
  note_bytes(notes, row, length);
  note(notes, "]\n");
  return count_call(notes);
}

/* ---- reading ---- */

static eng_context *context_with(uint64_t row_limit, const eng_allocator *allocator)
{
  eng_settings *settings;
  eng_context *context;

  ck_assert_int_eq(eng_settings_new(allocator, &settings), ENG_OK);
  ck_assert_int_eq(eng_settings_set_currency(settings, 978), ENG_OK);
  ck_assert_int_eq(eng_settings_add_kind(settings, 128, "tasting", 7,
                                         ENG_DIRECTION_CUSTOMER, ENG_MODE_COMPANY, 1),
                   ENG_OK);
  ck_assert_int_eq(eng_settings_set_limit(settings, ENG_LIMIT_ID, 20), ENG_OK);
  if (row_limit > 0) {
    ck_assert_int_eq(eng_settings_set_limit(settings, ENG_LIMIT_ROW, row_limit),
                     ENG_OK);
  }
  ck_assert_int_eq(eng_context_new(settings, &context), ENG_OK);
  eng_settings_free(settings);
  return context;
}

static eng_csv *reader(const eng_context *context, struct notes *notes)
{
  eng_csv *csv;

  ck_assert_int_eq(eng_csv_new(context, note_event, note_reject, notes, &csv), ENG_OK);
  return csv;
}

enum { WHOLE = 0, BYTES = 1 }; /* else the seed of random pieces */

static uint32_t next_random(uint32_t *state)
{
  *state = *state * 1664525U + 1013904223U;
  return *state >> 16;
}

/* Each piece is a copy of exactly its size, so that sanitizers see any byte too far. */
static eng_status feed_copy(eng_csv *csv, const char *bytes, size_t length)
{
  char *copy = malloc(length > 0 ? length : 1);
  eng_status status;

  if (copy == NULL) ck_abort();
  memcpy(copy, bytes, length);
  status = eng_csv_feed(csv, copy, length);
  free(copy);
  return status;
}

static eng_status feed_all(eng_csv *csv, const char *bytes, size_t length, uint32_t cut)
{
  size_t at = 0;
  eng_status status = ENG_OK;

  while (at < length && status == ENG_OK) {
    size_t n = cut == WHOLE   ? length
               : cut == BYTES ? 1
                              : next_random(&cut) % (1 + next_random(&cut) % 100);

    if (n > length - at) n = length - at;
    status = feed_copy(csv, bytes + at, n);
    at += n;
  }
  return status == ENG_OK ? eng_csv_finish(csv) : status;
}

static void read_bytes(const char *bytes, size_t length, uint64_t row_limit,
                       uint32_t cut, struct notes *notes)
{
  eng_context *context = context_with(row_limit, NULL);
  eng_csv *csv = reader(context, notes);
  eng_status status;
  uint64_t rows;

  notes->length = 0;
  note(notes, "%s", "");
  status = feed_all(csv, bytes, length, cut);
  if (status != ENG_OK) {
    const eng_error *error = eng_csv_error(csv);

    note(notes, "ended %d %u:%u %s\n", (int)status, (unsigned)error->line,
         (unsigned)error->column, error->text);
    ck_assert_int_eq(error->code, status);
  }
  rows = eng_csv_count(csv, ENG_CSV_ROWS);
  ck_assert_uint_eq(rows, eng_csv_count(csv, ENG_CSV_EVENTS) +
                              eng_csv_count(csv, ENG_CSV_REJECTED) +
                              eng_csv_count(csv, ENG_CSV_SKIPPED));
  note(notes, "%d rows\n", (int)rows);
  eng_csv_free(csv);
  eng_context_free(context);
}

/* What is read is this, wherever the pieces are cut. */
static void expect_bytes(const char *bytes, size_t length, uint64_t row_limit,
                         const char *expected)
{
  for (uint32_t cut = WHOLE; cut < 12; cut++) {
    struct notes notes = {0};

    read_bytes(bytes, length, row_limit, cut, &notes);
    ck_assert_msg(strcmp(notes.text, expected) == 0,
                  "cut %u\n-- read\n%s-- expected\n%s-- of\n%.500s", (unsigned)cut,
                  notes.text, expected, bytes);
    free(notes.text);
  }
}

static void expect(const char *text, const char *expected)
{
  expect_bytes(text, strlen(text), 0, expected);
}

/* A file of one row: its fields after customer, time and kind. */
static void expect_fields(const char *columns, const char *fields, const char *expected)
{
  char text[1024], all[1024];

  snprintf(text, sizeof text, "customer,time,kind,%s\nc,2024-01-31,%s\n", columns,
           fields);
  snprintf(all, sizeof all, "2 c %s\n1 rows\n", expected);
  expect(text, all);
}

static void expect_reject(const char *columns, const char *fields, int32_t code,
                          int32_t column)
{
  char text[1024], start[64];
  struct notes notes = {0};

  snprintf(text, sizeof text, "%s\n%s\n", columns, fields);
  read_bytes(text, strlen(text), 0, WHOLE, &notes);
  snprintf(start, sizeof start, "reject %d 2:%d @%d [", (int)code, (int)column,
           (int)column + (int)strlen(columns));
  ck_assert_msg(strncmp(notes.text, start, strlen(start)) == 0,
                "read %s expected %s of\n%s", notes.text, start, text);
  free(notes.text);
}

/* ---- values ---- */

START_TEST(a_row_becomes_an_event)
{
  expect("customer,time,kind,channel,amount,value\n"
         "C00000001,2024-01-31T12:34:56.789Z,purchase,web,12.34,\n"
         "C00000002,2024-01-31T12:34:56.789Z,visit,,,30\n",
         "2 C00000001 34 1706704496789 ch2 1234/978\n"
         "3 C00000002 2 1706704496789 v30\n"
         "2 rows\n");
}
END_TEST

START_TEST(every_kind_is_read_by_its_name)
{
  eng_context *context = context_with(0, NULL);

  for (int32_t kind = 1; kind < 256; kind++) {
    const char *name = eng_kind_name(context, kind);
    char text[128], expected[128];

    if (name == NULL) continue;
    snprintf(text, sizeof text, "customer,time,kind\nc,2024-01-31,%s\n", name);
    snprintf(expected, sizeof expected, "2 c %d 1706659200000\n1 rows\n", (int)kind);
    expect(text, expected);
  }
  eng_context_free(context);
}
END_TEST

START_TEST(kinds_of_other_systems_are_read)
{
  expect("customer,time,kind\nc,2024-01-31,Order Completed\nc,2024-01-31,login\n"
         "c,2024-01-31,Product Added to Wishlist\nc,2024-01-31,Tasting\n",
         "2 c 34 1706659200000\n3 c 3 1706659200000\n4 c 24 1706659200000\n"
         "5 c 128 1706659200000\n4 rows\n");
}
END_TEST

START_TEST(every_field_reaches_the_event)
{
  expect_fields("amount,currency", "purchase,12.5,USD", "34 1706659200000 1250/840");
  expect_fields("amount,currency", "purchase,1200,jpy", "34 1706659200000 1200/392");
  expect_fields("amount,currency", "purchase,-7,", "34 1706659200000 -700/978");
  expect_fields("amount,currency", "purchase,,xyz", "34 1706659200000");
  expect_fields("value", "visit,5.0", "2 1706659200000 v5");
  expect_fields("value", "points_adjust,-12", "50 1706659200000 v-12");
  expect_fields("value,scale", "rating,9,nps", "55 1706659200000 v9000 s1");
  expect_fields("value,scale", "rating,4.125,Stars", "55 1706659200000 v4125 s4");
  expect_fields("value,scale", "rating,7.0000,ces", "55 1706659200000 v7000 s3");
  expect_fields("value,scale", "rating,1000,other", "55 1706659200000 v1000000 s5");
  expect_fields("value,scale", "complaint,1,csat", "57 1706659200000 v1000 s2");
  expect_fields("value", "review,4.5", "56 1706659200000 v4500");
  expect_fields("valence", "idea,-2", "75 1706659200000 val-2");
  expect_fields("valence", "idea,+1", "75 1706659200000 val1");
  expect_fields("incentivised,public", "refer,Yes,FALSE", "67 1706659200000 inc");
  expect_fields("incentivised,public", "refer,n,T", "67 1706659200000 pub");
  expect_fields("incentivised,public", "refer,0,1", "67 1706659200000 pub");
  expect_fields("actor", "meeting,7", "14 1706659200000 act00000007");
  expect_fields("actor", "meeting,#00c0ffEE", "14 1706659200000 act00c0ffee");
  expect_fields("topic", "consent,#00c0ffee", "5 1706659200000 top00c0ffee");
  expect_fields("id", "purchase,#00000000deadBEEF",
                "34 1706659200000 id00000000deadbeef");
  expect_fields("id,revision", "purchase,#00000000deadbeef,3",
                "34 1706659200000 id00000000deadbeef rev3");
  expect_fields("refers_to", "refund,#0123456789abcdef",
                "35 1706659200000 to0123456789abcdef");
  expect_fields("refers_to", "refer,#0123456789abcdef",
                "67 1706659200000 to0123456789abcdef");
  expect_fields("occurrence", "purchase,2", "34 1706659200000 occ2 numbered");
  expect_fields("occurrence", "purchase,0", "34 1706659200000 numbered");
  expect_fields("recorded_at", "purchase,1970-01-01T00:00:00.001Z",
                "34 1706659200000 rec1");
}
END_TEST

START_TEST(currencies_may_change_from_row_to_row)
{
  expect("customer,time,kind,amount,currency\nc,0,quote,1,USD\nc,0,quote,2,USD\n"
         "c,0,quote,3,JPY\nc,0,quote,4,\nc,0,quote,5,USD\n",
         "2 c 33 0 100/840\n3 c 33 0 200/840\n4 c 33 0 3/392\n5 c 33 0 400/978\n"
         "6 c 33 0 500/840\n5 rows\n");
}
END_TEST

START_TEST(texts_are_hashed_as_documented)
{
  char expected[256];
  unsigned long long id = eng_event_id_hash("till", 4, "r1", 2);
  unsigned long long plain = eng_event_id_hash("", 0, "r1", 2);

  snprintf(expected, sizeof expected, "34 1706659200000 id%016llx", id);
  expect_fields("source,id", "purchase,till,r1", expected);
  snprintf(expected, sizeof expected, "34 1706659200000 id%016llx", plain);
  expect_fields("id", "purchase,r1", expected);
  snprintf(expected, sizeof expected, "35 1706659200000 to%016llx", id);
  expect_fields("source,refers_to", "refund,till,r1", expected);
  snprintf(expected, sizeof expected, "67 1706659200000 to%016llx",
           (unsigned long long)eng_hash("bob", 3));
  expect_fields("source,refers_to", "refer,till,bob", expected);
  snprintf(expected, sizeof expected, "68 1706659200000 to%016llx",
           (unsigned long long)eng_hash("bob", 3));
  expect_fields("refers_to", "refer_won,bob", expected);
  snprintf(expected, sizeof expected, "14 1706659200000 act%08lx top%08lx",
           (unsigned long)(uint32_t)eng_hash("ann", 3),
           (unsigned long)(uint32_t)eng_hash("7", 1));
  expect_fields("actor,topic", "meeting,ann,7", expected);
  snprintf(expected, sizeof expected, "14 1706659200000 act%08lx",
           (unsigned long)(uint32_t)eng_hash("4294967296", 10));
  expect_fields("actor", "meeting,4294967296", expected);
}
END_TEST

struct bad_row {
  const char *columns, *fields;
  int32_t code, column;
};

static const struct bad_row bad_rows[] = {
    {"customer,time,kind", ",2024-01-31,visit", ENG_E_CUSTOMER, 1},
    {"customer,time,kind", "  ,2024-01-31,visit", ENG_E_CUSTOMER, 1},
    {"customer,time,kind", "\"\",2024-01-31,visit", ENG_E_CUSTOMER, 1},
    {"customer,time,kind", "123456789012345678901,2024-01-31,visit", ENG_E_CUSTOMER, 1},
    {"customer,time,kind", "c,,visit", ENG_E_TIME, 3},
    {"customer,time,kind", "c,2024-02-30,visit", ENG_E_TIME, 3},
    {"customer,time,kind", "c,2024-01-31T25:00:00Z,visit", ENG_E_TIME, 3},
    {"customer,time,kind", "c,1969-12-31T23:59:59Z,visit", ENG_E_TIME, 3},
    {"customer,time,kind", "c,2024-01-31,", ENG_E_KIND, 14},
    {"customer,time,kind", "c,2024-01-31,zebra crossing", ENG_E_KIND, 14},
    {"customer,time,kind", "c,2024-01-31", ENG_E_ROW, 13},
    {"customer,time,kind", "c,2024-01-31,visit,", ENG_E_ROW, 20},
    {"customer,time,kind", "c,2024-01-31,visit,\"x\"", ENG_E_ROW, 20},
    {"customer,time,kind", "c,2024-01-31,\"visit\"x", ENG_E_QUOTE, 14},
    {"customer,time,kind", "c,2024-01-31,\"visit", ENG_E_QUOTE, 14},
    {"customer,time,kind", "\"c\"d,2024-01-31,\"visit\"x", ENG_E_QUOTE, 1},
    {"customer,time,kind,channel", "c,2024-01-31,visit,moon", ENG_E_CHANNEL, 20},
    {"customer,time,kind,amount", "c,2024-01-31,purchase,1.234", ENG_E_AMOUNT, 23},
    {"customer,time,kind,amount", "c,2024-01-31,purchase,\"1,5\"", ENG_E_AMOUNT, 23},
    {"customer,time,kind,amount", "c,2024-01-31,purchase,99999999999999999999",
     ENG_E_AMOUNT, 23},
    {"customer,time,kind,amount,currency", "c,2024-01-31,purchase,1,XYZ",
     ENG_E_CURRENCY, 25},
    {"customer,time,kind,value", "c,2024-01-31,visit,12.7", ENG_E_VALUE, 20},
    {"customer,time,kind,value", "c,2024-01-31,visit,many", ENG_E_VALUE, 20},
    {"customer,time,kind,value", "c,2024-01-31,visit,9223372036854775808", ENG_E_VALUE,
     20},
    {"customer,time,kind,value", "c,2024-01-31,visit,-9223372036854775808", ENG_E_VALUE,
     20},
    {"customer,time,kind,value", "c,2024-01-31,rating,1000.001", ENG_E_VALUE, 21},
    {"customer,time,kind,value", "c,2024-01-31,rating,9223372036854776", ENG_E_VALUE,
     21},
    {"customer,time,kind,value", "c,2024-01-31,rating,1.0001", ENG_E_VALUE, 21},
    {"customer,time,kind,value", "c,2024-01-31,review,-1", ENG_E_VALUE, 21},
    {"customer,time,kind,value,scale", "c,2024-01-31,rating,10.1,nps", ENG_E_VALUE, 21},
    {"customer,time,kind,value,scale", "c,2024-01-31,rating,0,csat", ENG_E_VALUE, 21},
    {"customer,time,kind,value,scale", "c,2024-01-31,rating,8,ces", ENG_E_VALUE, 21},
    {"customer,time,kind,value,scale", "c,2024-01-31,rating,6,stars", ENG_E_VALUE, 21},
    {"customer,time,kind,value,scale", "c,2024-01-31,rating,6,smiles", ENG_E_SCALE, 23},
    {"customer,time,kind,valence", "c,2024-01-31,idea,3", ENG_E_VALUE, 19},
    {"customer,time,kind,public", "c,2024-01-31,share,maybe", ENG_E_FLAG, 20},
    {"customer,time,kind,incentivised", "c,2024-01-31,share,2", ENG_E_FLAG, 20},
    {"customer,time,kind,revision", "c,2024-01-31,visit,1", ENG_E_IDENTITY, 20},
    {"customer,time,kind,id,revision", "c,2024-01-31,visit,x,-1", ENG_E_VALUE, 22},
    {"customer,time,kind,id,revision", "c,2024-01-31,visit,x,4294967296", ENG_E_VALUE,
     22},
    {"customer,time,kind,id,occurrence", "c,2024-01-31,visit,x,1", ENG_E_IDENTITY, 22},
    {"customer,time,kind,occurrence", "c,2024-01-31,visit,65536", ENG_E_VALUE, 20},
    {"customer,time,kind,recorded_at", "c,2024-01-31,visit,soon", ENG_E_TIME, 20},
};

START_TEST(a_bad_row_is_rejected_with_place_and_reason)
{
  const struct bad_row *row = &bad_rows[_i];

  expect_reject(row->columns, row->fields, row->code, row->column);
}
END_TEST

START_TEST(an_amount_needs_a_currency)
{
  const char *both = "customer,time,kind,amount\nc,0,purchase,1\nc,0,purchase,\n";
  const char *one = "customer,time,kind,amount\nc,0,purchase,1\n";
  struct notes notes = {0};
  eng_context *context;
  eng_csv *csv;

  ck_assert_int_eq(eng_context_new(NULL, &context), ENG_OK);
  csv = reader(context, &notes);
  ck_assert_int_eq(feed_all(csv, both, strlen(both), WHOLE), ENG_OK);
  ck_assert_str_eq(notes.text, "reject 67 2:14 @39 [c,0,purchase,1]\n3 c 34 0\n");
  notes.length = 0;
  eng_csv_reset(csv);
  ck_assert_int_eq(eng_csv_set_currency(csv, 392), ENG_OK);
  ck_assert_int_eq(feed_all(csv, one, strlen(one), WHOLE), ENG_OK);
  ck_assert_str_eq(notes.text, "2 c 34 0 1/392\n");
  free(notes.text);
  eng_csv_free(csv);
  eng_context_free(context);
}
END_TEST

START_TEST(a_table_of_another_country_is_read_once_it_is_announced)
{
  const char *table =
      "customer;time;kind;amount;value;scale\n"
      "c;31.01.2024;purchase;1234,5;;\nc;31/1/2024 9:07;rating;;9,5;nps\n"
      "c;31.1.2024;purchase;1.234,50;;\nc;2024-01-31;purchase;1,00;;\n";
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = reader(context, &notes);

  ck_assert_int_eq(eng_csv_set_decimal_comma(NULL, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_set_decimal_comma(csv, 2), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_set_decimal_comma(csv, 1), ENG_OK);
  ck_assert_int_eq(eng_csv_set_time_format(csv, ENG_TIME_DAY_FIRST), ENG_OK);
  ck_assert_int_eq(feed_all(csv, table, strlen(table), WHOLE), ENG_OK);
  ck_assert_int_eq(eng_csv_set_decimal_comma(csv, 0), ENG_E_INVALID);
  ck_assert_str_eq(notes.text, "2 c 34 1706659200000 123450/978\n"
                               "3 c 55 1706692020000 v9500 s1\n"
                               "reject 66 4:22 @123 [c;31.1.2024;purchase;1.234,50;;]\n"
                               "reject 63 5:3 @136 [c;2024-01-31;purchase;1,00;;]\n");
  free(notes.text);
  eng_csv_free(csv);
  eng_context_free(context);
}
END_TEST

START_TEST(what_has_to_be_announced_is_said)
{
  static const struct {
    const char *row, *says;
  } rows[] = {
      {"c,0,purchase,\"1,5\"\n", "a comma before decimals has to be announced"},
      {"c,31.01.2024,purchase,1\n", "has to be announced"},
      {"c,0,purchase,1.234\n", "no more decimals"},
      {"c,soon,purchase,1\n", "such as 2026-02-19T12:07"},
  };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const char *header = "customer,time,kind,amount\n";
    struct notes notes = {0};
    eng_context *context = context_with(0, NULL);
    eng_csv *csv = reader(context, &notes);

    ck_assert_int_eq(eng_csv_feed(csv, header, strlen(header)), ENG_OK);
    ck_assert_int_eq(feed_all(csv, rows[i].row, strlen(rows[i].row), WHOLE), ENG_OK);
    ck_assert_msg(strstr(notes.errors, rows[i].says) != NULL, "%s", notes.errors);
    free(notes.text);
    eng_csv_free(csv);
    eng_context_free(context);
  }
}
END_TEST

START_TEST(a_nul_in_a_text_is_refused)
{
  static const char in_customer[] = "customer,time,kind\nc\0d,0,visit\ne,0,visit\n";
  static const char in_topic[] = "customer,time,kind,topic\nc,0,visit,\"a\0b\"\n";
  static const char in_note[] = "customer,time,kind,note\nc,0,visit,a\0b\n";

  expect_bytes(in_customer, sizeof in_customer - 1, 0,
               "reject 71 2:1 @19 [c\\0d,0,visit]\n3 e 2 0\n2 rows\n");
  expect_bytes(in_topic, sizeof in_topic - 1, 0,
               "reject 71 2:11 @35 [c,0,visit,\"a\\0b\"]\n1 rows\n");
  expect_bytes(in_note, sizeof in_note - 1, 0, "2 c 2 0\n1 rows\n");
}
END_TEST

/* ---- bytes to fields ---- */

START_TEST(line_ends_of_all_systems_are_read)
{
  expect("customer,time,kind\r\na,0,visit\r\n\r\nb,0,visit\r\n",
         "2 a 2 0\n4 b 2 0\n2 rows\n");
  expect("customer,time,kind\ra,0,visit\r\rb,0,visit\r", "2 a 2 0\n4 b 2 0\n2 rows\n");
  expect("customer,time,kind\na,0,visit\n\n\n  \nb,0,visit", //
         "2 a 2 0\n6 b 2 0\n2 rows\n");
  expect("\n\r\n  \ncustomer,time,kind\na,0,visit\n\r", "5 a 2 0\n1 rows\n");
  expect("customer,time,kind", "0 rows\n");
}
END_TEST

START_TEST(a_byte_order_mark_is_passed_over)
{
  expect("\xef\xbb\xbf"
         "customer,time,kind\na,0,visit\n",
         "2 a 2 0\n1 rows\n");
  expect("\xef\xbb\xbf\"customer\",time,kind\na,x,visit\n",
         "reject 63 2:3 @26 [a,x,visit]\n1 rows\n");
  expect("\xef\xbb"
         "customer,time,kind\na,0,visit\n",
         "ended 72 1:1 no column for customer\n0 rows\n");
}
END_TEST

START_TEST(the_delimiter_is_found_out)
{
  expect("customer;time;kind\na;0;visit\n", "2 a 2 0\n1 rows\n");
  expect("customer\ttime\tkind\na\t0\tvisit\n", "2 a 2 0\n1 rows\n");
  expect("customer|time|kind\na|0|visit\n", "2 a 2 0\n1 rows\n");
  expect("customer;\"a,b,c,d\";time;kind\na;\"x\";0;visit\n", "2 a 2 0\n1 rows\n");
  expect("customer\tthe time, or so\ttime\tkind\n a \tx\t0\tvisit \n",
         "2 a 2 0\n1 rows\n");
}
END_TEST

START_TEST(quotes_follow_the_rfc)
{
  expect("customer,time,kind,note\n"
         "\"a \"\"b\"\" c\",0,visit,\"x,y\"\n"
         " \"d\" ,0,\"visit\",\"two\r\nlines\"\n"
         "e,\"0\",visit,5\" nail\n"
         "f,0,visit,\"\"\n"
         "\" g \",0,visit,\"\"\"\"\n",
         "2 a \"b\" c 2 0\n3 d 2 0\n5 e 2 0\n6 f 2 0\n7  g  2 0\n5 rows\n");
}
END_TEST

START_TEST(a_stray_quote_costs_one_row)
{
  /* open to the end of the file */
  expect("customer,time,kind,note\na,0,visit,\"oops\nb,0,visit,\nc,0,visit,\n",
         "reject 61 2:11 @34 [a,0,visit,\"oops]\n3 b 2 0\n4 c 2 0\n3 rows\n");
  /* closed by a quote that opens another field */
  expect("customer,time,kind,note\na,0,visit,\"oops\nb,0,visit,\nc,0,visit,\"fine\"\n"
         "d,0,visit,\n",
         "reject 61 2:11 @34 [a,0,visit,\"oops]\n3 b 2 0\n4 c 2 0\n5 d 2 0\n4 rows\n");
  /* closed by a quote that happens to end a field */
  expect("customer,time,kind,note\na,0,visit,\"oops\nb,0,visit,\nc,0,visit,5\"\n"
         "\"d\",0,visit,\n",
         "2 a 2 0\n5 d 2 0\n2 rows\n");
  expect("customer,time,kind,note\n\"a,0,visit,oops\nb,0,visit,\nc,0,visit,5\"\n",
         "reject 60 2:16 @39 [\"a,0,visit,oops]\n3 b 2 0\n4 c 2 0\n3 rows\n");
  /* the fields before it stay whole */
  expect("customer,time,kind,note\r\n\"a\r\na\",0,visit,\"oops\r\nb,0,visit,\r\n",
         "reject 61 2:16 @40 [\"a\\r\\na\",0,visit,\"oops]\n4 b 2 0\n2 rows\n");
  /* in a line of its own nothing else is lost */
  expect("customer,time,kind,note\na,0,visit,\"say \"hi\", there\"\nb,0,visit,\n",
         "reject 61 2:11 @34 [a,0,visit,\"say \"hi\", there\"]\n3 b 2 0\n2 rows\n");
}
END_TEST

/* A file of rows around a limit of 40 bytes. */
START_TEST(a_row_beyond_the_limit_is_rejected)
{
  char text[400];
  const char *forty =
      "customer,time,kind,note\na,0,visit,123456789 123456789 123456789 \n"
      "b,0,visit,\n";

  expect_bytes(forty, strlen(forty), 40, "2 a 2 0\n3 b 2 0\n2 rows\n");
  expect_bytes(forty, strlen(forty), 39,
               "reject 11 2:40 @63 [a,0,visit,123456789 123456789 123456789]\n"
               "3 b 2 0\n2 rows\n");
  snprintf(text, sizeof text,
           "customer,time,kind,note\na,0,visit,%0200d\r\nb,0,visit,\n", 7);
  expect_bytes(text, strlen(text), 40,
               "reject 11 2:41 @64 [a,0,visit,000000000000000000000000000000]\n"
               "3 b 2 0\n2 rows\n");
}
END_TEST

START_TEST(the_rest_of_a_long_row_is_passed_over)
{
  char text[600];

  /* a quoted field with a line end in it, after the limit */
  snprintf(text, sizeof text,
           "customer,time,kind,note\na,0,visit,%0100d,\"two\nlines\"\nb,0,visit,\n", 7);
  expect_bytes(text, strlen(text), 40,
               "reject 11 2:41 @64 [a,0,visit,000000000000000000000000000000]\n"
               "4 b 2 0\n2 rows\n");
  /* one that is not closed soon enough: the next line counts again */
  snprintf(text, sizeof text,
           "customer,time,kind,note\na,0,visit,%0100d,\"two\nb,0,visit,\n%s", 7,
           "c,0,visit,\nd,0,visit,\ne,0,visit,\n");
  expect_bytes(text, strlen(text), 40,
               "reject 11 2:41 @64 [a,0,visit,000000000000000000000000000000]\n"
               "3 b 2 0\n4 c 2 0\n5 d 2 0\n6 e 2 0\n5 rows\n");
  /* a quoted field that is longer than the limit and in one line */
  snprintf(text, sizeof text,
           "customer,time,kind,note\na,0,visit,\"%0100d\"\nb,0,visit,\n", 7);
  expect_bytes(text, strlen(text), 40,
               "reject 11 2:41 @64 [a,0,visit,\"00000000000000000000000000000]\n"
               "3 b 2 0\n2 rows\n");
}
END_TEST

START_TEST(an_open_quote_reaches_no_further_than_a_row)
{
  char text[2000] = "customer,time,kind,note\na,0,visit,\"oops\n";
  char expected[2000] = "reject 61 2:11 @34 [a,0,visit,\"oops]\n";

  for (int i = 0; i < 20; i++) {
    snprintf(text + strlen(text), 32, "r%d,0,visit,\n", i);
    snprintf(expected + strlen(expected), 32, "%d r%d 2 0\n", i + 3, i);
  }
  strcat(expected, "21 rows\n");
  expect_bytes(text, strlen(text), 40, expected);
}
END_TEST

START_TEST(a_header_beyond_the_limit_ends_the_reading)
{
  const char *text = "customer,time,kind,note\na,0,visit,\n";

  expect_bytes(text, strlen(text), 23, "2 a 2 0\n1 rows\n");
  expect_bytes(text, strlen(text), 22, "ended 11 1:1 the header is too long\n0 rows\n");
}
END_TEST

/* Bytes that look like rows more often than not. */
static size_t make_bytes(uint32_t *state, char *out, size_t room)
{
  static const char *const parts[] = {
      "a",    "b,0,visit,x", "c,0,visit,\"", "\"", "\"\"", ",",   ",",
      "\n",   "\r\n",        "\r",           " ",  "0",    "\n",  "visit",
      "d,0,", "\",\"",       "\t",           "\"", ";",    "e\n", "e,0,visit,\n"};
  size_t n = 0, parts_wanted = next_random(state) % 120;

  n += (size_t)snprintf(out, room, "%s", "customer,time,kind,note\n");
  for (size_t i = 0; i < parts_wanted; i++) {
    n += (size_t)snprintf(out + n, room - n, "%s",
                          parts[next_random(state) % (sizeof parts / sizeof parts[0])]);
  }
  if (next_random(state) % 4 == 0) out[next_random(state) % n] = '\0';
  return n;
}

START_TEST(where_the_pieces_are_cut_does_not_matter)
{
  uint32_t state = 1;

  for (int i = 0; i < 2000; i++) {
    char bytes[4096];
    size_t length = make_bytes(&state, bytes, sizeof bytes);
    uint64_t limit = next_random(&state) % 3 == 0 ? 24 + next_random(&state) % 40 : 0;
    struct notes whole = {0};

    read_bytes(bytes, length, limit, WHOLE, &whole);
    for (uint32_t cut = BYTES; cut < 5; cut++) {
      struct notes pieces = {0};

      read_bytes(bytes, length, limit, cut == BYTES ? cut : cut * 977 + (uint32_t)i,
                 &pieces);
      ck_assert_msg(strcmp(whole.text, pieces.text) == 0,
                    "case %d, limit %d\n-- whole\n%s-- pieces\n%s", i, (int)limit,
                    whole.text, pieces.text);
      free(pieces.text);
    }
    free(whole.text);
  }
}
END_TEST

/* Good lines in between are all counted, whatever the others are. */
START_TEST(lines_without_quotes_are_never_lost)
{
  uint32_t state = 7;

  for (int i = 0; i < 500; i++) {
    char bytes[4096] = "customer,time,kind,note\n";
    struct notes notes = {0};
    size_t good = 0, found = 0;

    for (int line = 0; line < 30; line++) {
      bool stray = next_random(&state) % 8 == 0;

      strcat(bytes, stray ? "s,0,visit,\"stray\n" : "g,0,visit,x\n");
      good += !stray;
    }
    read_bytes(bytes, strlen(bytes), 100, i % 2 == 0 ? WHOLE : BYTES, &notes);
    for (const char *at = notes.text; (at = strstr(at, " g 2 0\n")) != NULL; at++)
      found++;
    ck_assert_uint_eq(found, good);
    free(notes.text);
  }
}
END_TEST

static eng_status count_event(void *user, const char *customer, size_t length,
                              const eng_event *event, int32_t numbered, uint64_t line)
{
  (void)customer, (void)length, (void)event, (void)numbered, (void)line;
  ++*(long *)user;
  return ENG_OK;
}

static eng_status count_reject(void *user, const eng_error *error, const char *row,
                               size_t length)
{
  (void)error, (void)row, (void)length;
  ++*(long *)user;
  return ENG_OK;
}

/* Each of these would take hours if a byte could be read often. */
START_TEST(no_byte_is_read_often)
{
  static const char *const units[] = {
      "\"",     "\"\n",      "\"a\n",   "\"\"\"x\n", "\"a\nb\",", "\",x\n",
      "a,\"\n", "\"\"",      "\n",      ",",         "\r",        "\"a\"b\n",
      "a\"b",   "\"a\nb\"c", "\"\n\"x", "\"\n,",     "x"};
  enum { SIZE = 1 << 21 };
  char *bytes = malloc(SIZE);

  ck_assert_ptr_nonnull(bytes);
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    size_t n = strlen(units[i]);
    eng_context *context = context_with(1 << 18, NULL);
    long calls = 0;
    eng_csv *csv;

    for (size_t at = 0; at < SIZE; at++) bytes[at] = units[i][at % n];
    ck_assert_int_eq(eng_csv_new(context, count_event, count_reject, &calls, &csv),
                     ENG_OK);
    ck_assert_int_eq(eng_csv_feed(csv, "customer,time,kind\n", 19), ENG_OK);
    for (size_t at = 0; at < SIZE; at += 1024) {
      if (eng_csv_feed(csv, bytes + at, 1024) != ENG_OK) ck_abort();
    }
    ck_assert_int_eq(eng_csv_finish(csv), ENG_OK);
    ck_assert_int_eq(calls, (long)eng_csv_count(csv, ENG_CSV_ROWS));
    eng_csv_free(csv);
    eng_context_free(context);
  }
  free(bytes);
}
END_TEST

/* ---- columns ---- */

static void expect_columns(const char *header, const int32_t *fields)
{
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = reader(context, &notes);

  ck_assert_int_eq(eng_csv_column_count(csv), 0);
  ck_assert_ptr_null(eng_csv_column_name(csv, 0, NULL));
  ck_assert_int_eq(feed_copy(csv, header, strlen(header)), ENG_OK);
  for (int32_t i = 0; fields[i] >= 0; i++) {
    ck_assert_msg(eng_csv_column_field(csv, i) == fields[i], "column %d of %s is %d",
                  (int)i, header, (int)eng_csv_column_field(csv, i));
  }
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}

START_TEST(names_in_common_use_are_recognised)
{
  static const int32_t first[] = {1, 3, 2, 7, -1};
  static const int32_t second[] = {1, 2, 7, 0, -1};
  static const int32_t third[] = {0, 2, 3, 1, 0, 0, -1};
  static const int32_t fourth[] = {2, 0, 1, 3, 0, 16, 0, -1};
  static const int32_t fifth[] = {12, 1, 2, 3, -1};

  expect_columns("customer_id,event,timestamp,price\n", first);
  expect_columns("CustomerID;Invoice Date;Total;Type;kind\n", second);
  expect_columns("user_id,time,kind,customer,date,event\n", third);
  expect_columns("ts,created_at,User-ID,Event Name,order_id,category,email\n", fourth);
  expect_columns("is_incentivized,Customer,Time,Kind\n", fifth);
}
END_TEST

START_TEST(column_names_are_told_as_they_stand)
{
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = reader(context, &notes);
  const char *header = "\"a \"\"b\"\"\", Customer ,time,kind\n";
  size_t length;

  ck_assert_int_eq(feed_copy(csv, header, strlen(header)), ENG_OK);
  ck_assert_int_eq(eng_csv_column_count(csv), 4);
  ck_assert_mem_eq(eng_csv_column_name(csv, 0, &length), "a \"b\"", 5);
  ck_assert_uint_eq(length, 5);
  ck_assert_mem_eq(eng_csv_column_name(csv, 1, &length), "Customer", 8);
  ck_assert_uint_eq(length, 8);
  ck_assert_ptr_null(eng_csv_column_name(csv, 4, &length));
  ck_assert_uint_eq(length, 0);
  ck_assert_ptr_null(eng_csv_column_name(csv, -1, NULL));
  ck_assert_int_eq(eng_csv_column_field(csv, 4), 0);
  eng_csv_reset(csv);
  ck_assert_int_eq(eng_csv_column_count(csv), 0);
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}
END_TEST

START_TEST(a_header_that_does_not_do_is_refused)
{
  static const char wide[] = "\xff\xfe"
                             "c\0u\0s\0t\0\n\0";

  expect("time,kind\n", "ended 72 1:1 no column for customer\n0 rows\n");
  expect("customer,kind\n", "ended 72 1:1 no column for time\n0 rows\n");
  expect("customer,time\n", "ended 72 1:1 no column for kind\n0 rows\n");
  expect("customer,time,kind,time\n", "ended 72 1:20 two columns for time\n0 rows\n");
  expect("customer,date,kind,Date\n", "ended 72 1:20 two columns for time\n0 rows\n");
  expect("", "ended 72 1:0 the file has no header\n0 rows\n");
  expect("\n\n", "ended 72 1:0 the file has no header\n0 rows\n");
  expect(
      "customer,time,\"kind\nc,0,visit\n",
      "ended 72 1:1 a quoted name in the header is not closed or is followed by text\n"
      "0 rows\n");
  expect(
      "customer,time,\"kind\"x\n",
      "ended 72 1:1 a quoted name in the header is not closed or is followed by text\n"
      "0 rows\n");
  expect_bytes(wide, sizeof wide - 1, 0,
               "ended 72 1:1 a NUL in the header: is the file UTF-16? UTF-8 was "
               "expected\n0 rows\n");
}
END_TEST

START_TEST(a_map_goes_before_what_names_say)
{
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = reader(context, &notes);
  const char *text = "customer,who,time,when,kind\nx,ann,1,2,visit\n";

  ck_assert_int_eq(eng_csv_map(csv, ENG_FIELD_CUSTOMER, "nobody", 6), ENG_OK);
  ck_assert_int_eq(eng_csv_map(csv, ENG_FIELD_CUSTOMER, "who", 3), ENG_OK);
  ck_assert_int_eq(eng_csv_map(csv, ENG_FIELD_ACTOR, "who", 3), ENG_E_DUPLICATE);
  ck_assert_int_eq(eng_csv_map(csv, ENG_FIELD_TIME, "when", 4), ENG_OK);
  ck_assert_int_eq(eng_csv_map(csv, 0, "x", 1), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_map(csv, ENG_FIELD_COUNT, "x", 1), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_map(csv, ENG_FIELD_TIME, NULL, 0), ENG_E_INVALID);
  ck_assert_int_eq(feed_all(csv, text, strlen(text), WHOLE), ENG_OK);
  ck_assert_str_eq(notes.text, "2 ann 2 2000\n");
  ck_assert_int_eq(eng_csv_column_field(csv, 0), 0);
  eng_csv_reset(csv);
  ck_assert_int_eq(eng_csv_map(csv, ENG_FIELD_TOPIC,
                               "a\x1b[31m column that is not there, "
                               "with a long name",
                               50),
                   ENG_OK);
  ck_assert_int_eq(feed_all(csv, text, strlen(text), WHOLE), ENG_E_HEADER);
  ck_assert_str_eq(eng_csv_error(csv)->text,
                   "no column 'a?[31m column that is not there, with a ...' for topic");
  ck_assert_int_eq(eng_csv_feed(csv, "x", 1), ENG_E_HEADER);
  ck_assert_int_eq(eng_csv_finish(csv), ENG_E_HEADER);
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}
END_TEST

START_TEST(kinds_can_be_named_passed_over_and_given)
{
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = reader(context, &notes);
  const char *text = "customer,time,kind\na,0,Bezahlt\nb,0,ping\nc,x,ping\nd,0,visit\n"
                     "e,0,bezahlt\ng,0,\n";
  const char *other = "customer,time,type\na,0,wholesale\n";

  ck_assert_int_eq(eng_csv_map_kind(csv, "Bezahlt", 7, ENG_EVENT_PURCHASE), ENG_OK);
  ck_assert_int_eq(eng_csv_map_kind(csv, "Bezahlt", 7, ENG_EVENT_VISIT),
                   ENG_E_DUPLICATE);
  ck_assert_int_eq(eng_csv_map_kind(csv, "ping", 4, 0), ENG_OK);
  ck_assert_int_eq(eng_csv_map_kind(csv, "visit", 5, 128), ENG_OK);
  ck_assert_int_eq(eng_csv_map_kind(csv, "x", 1, 129), ENG_E_KIND);
  ck_assert_int_eq(eng_csv_set_kind(csv, 129), ENG_E_KIND);
  ck_assert_int_eq(feed_all(csv, text, strlen(text), WHOLE), ENG_OK);
  ck_assert_str_eq(notes.text, "2 a 34 0\n5 d 128 0\n"
                               "reject 64 6:5 @63 [e,0,bezahlt]\n"
                               "reject 64 7:5 @75 [g,0,]\n");
  ck_assert_uint_eq(eng_csv_count(csv, ENG_CSV_ROWS), 6);
  ck_assert_uint_eq(eng_csv_count(csv, ENG_CSV_EVENTS), 2);
  ck_assert_uint_eq(eng_csv_count(csv, ENG_CSV_REJECTED), 2);
  ck_assert_uint_eq(eng_csv_count(csv, ENG_CSV_SKIPPED), 2);
  ck_assert_uint_eq(eng_csv_count(csv, 0), 0);
  ck_assert_uint_eq(eng_csv_count(csv, 5), 0);

  notes.length = 0;
  eng_csv_reset(csv);
  ck_assert_int_eq(eng_csv_set_kind(csv, ENG_EVENT_PURCHASE), ENG_OK);
  ck_assert_int_eq(feed_all(csv, other, strlen(other), WHOLE), ENG_OK);
  ck_assert_str_eq(notes.text, "2 a 34 0\n");
  ck_assert_uint_eq(eng_csv_count(csv, ENG_CSV_ROWS), 7);
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}
END_TEST

START_TEST(an_unknown_kind_is_told_the_nearest_one)
{
  struct notes notes = {0};
  const char *text = "customer,time,kind\nc,0,purchse\nc,0,purchse\nc,0,qqqqqqqqqqqq\n";

  read_bytes(text, strlen(text), 0, WHOLE, &notes);
  ck_assert_str_eq(notes.errors,
                   "nobody knows this kind; the nearest known one is purchase"
                   "nobody knows this kind; the nearest known one is purchase"
                   "nobody knows this kind");
  free(notes.text);
}
END_TEST

/* More names than are remembered, short, long and very long, in turn. */
START_TEST(names_are_remembered_by_all_their_bytes)
{
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = reader(context, &notes);
  char name[128], row[256];

  for (int i = 0; i < 400; i++) {
    snprintf(name, sizeof name, "%.*s%d%.*s", i % 40,
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", i, i / 9,
             "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    ck_assert_int_eq(eng_csv_map_kind(csv, name, strlen(name), i % 2 == 0 ? 2 : 34),
                     ENG_OK);
  }
  ck_assert_int_eq(eng_csv_feed(csv, "customer,time,kind\n", 19), ENG_OK);
  for (int i = 0; i < 1200; i++) {
    int k = i % 400;

    snprintf(name, sizeof name, "%.*s%d%.*s", k % 40,
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", k, k / 9,
             "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    snprintf(row, sizeof row, "c,0,%s\n", name);
    notes.length = 0;
    ck_assert_int_eq(feed_copy(csv, row, strlen(row)), ENG_OK);
    snprintf(row, sizeof row, "%d c %d 0\n", i + 2, k % 2 == 0 ? 2 : 34);
    ck_assert_str_eq(notes.text, row);
  }
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}
END_TEST

START_TEST(field_names_are_found)
{
  for (int32_t i = 1; i < ENG_FIELD_COUNT; i++) {
    const char *name = eng_field_name(i);

    ck_assert_ptr_nonnull(name);
    ck_assert_int_eq(eng_field_find(name, strlen(name)), i);
  }
  ck_assert_ptr_null(eng_field_name(0));
  ck_assert_ptr_null(eng_field_name(-1));
  ck_assert_ptr_null(eng_field_name(ENG_FIELD_COUNT));
  ck_assert_int_eq(eng_field_find("Customer", 8), 0);
  ck_assert_int_eq(eng_field_find("", 0), 0);
  ck_assert_int_eq(eng_field_find(NULL, 0), 0);
}
END_TEST

/* ---- the short ways ---- */

static size_t make_time(uint32_t *state, char *out)
{
  static const char *const zones[] = {"",       "",      "Z",    "Z", "z",
                                      "+01:00", "-0530", " UTC", "x"};
  static const char *const fractions[] = {
      "",   "",  ".1",    ".123", ".1234", ".12355", ".999999", ".0004",
      ",5", ".", ".9995", ".000", ".12a",  ".123z",  ".5"};
  unsigned r = next_random(state);
  int n =
      snprintf(out, 64, "%04u-%02u-%02u", 1969 + r % 3 * (next_random(state) % 4016),
               next_random(state) % 13, next_random(state) % 32);

  if (r % 11 != 0) {
    n += snprintf(out + n, 32, "%c%02u:%02u:%02u%s%s",
                  "T t-"[next_random(state) % 4 % 3], next_random(state) % 25,
                  next_random(state) % 61, next_random(state) % 61,
                  fractions[next_random(state) % 15], zones[next_random(state) % 9]);
  }
  if (next_random(state) % 4 == 0) {
    out[next_random(state) % (unsigned)n] =
        "0123456789:-.TZ/;\0\xff"[next_random(state) % 19];
  }
  return next_random(state) % 8 == 0 ? next_random(state) % (unsigned)n : (size_t)n;
}

START_TEST(the_short_way_of_a_time_is_the_long_one)
{
  static const int32_t offsets[] = {0, 90, -720, 1080};
  uint32_t state = 3;
  int read = 0;

  for (int i = 0; i < 4; i++) {
    eng_settings *settings;
    eng_context *context;
    struct eng__maker *maker = malloc(sizeof *maker);

    ck_assert_ptr_nonnull(maker);
    ck_assert_int_eq(eng_settings_new(NULL, &settings), ENG_OK);
    ck_assert_int_eq(eng_settings_set_zone(settings, offsets[i]), ENG_OK);
    ck_assert_int_eq(eng_settings_set_day(settings, i * 60), ENG_OK);
    ck_assert_int_eq(eng_context_new(settings, &context), ENG_OK);
    eng_settings_free(settings);
    eng__maker_init(maker, context);
    for (int k = 0; k < 200000; k++) {
      char text[96];
      size_t length = make_time(&state, text);
      int64_t soon = 0, slow = 0;
      eng_status status;

      maker->time_format = k % 20 == 0 ? ENG_TIME_SECONDS : k % 2;
      status = eng__maker_time(maker, text, length, &soon);
      if (status != eng_time_parse(context, text, length, maker->time_format,
                                   ENG_DATE_FIRST, &slow) ||
          (status == ENG_OK && soon != slow)) {
        ck_abort_msg("'%.*s' is %lld, not %lld", (int)length, text, (long long)soon,
                     (long long)slow);
      }
      read += status == ENG_OK;
    }
    eng__maker_free(maker);
    free(maker);
    eng_context_free(context);
  }
  ck_assert_int_gt(read, 50000);
}
END_TEST

START_TEST(the_short_way_of_an_amount_is_the_long_one)
{
  static const int32_t currencies[] = {978, 392, 414, 990, 0};
  uint32_t state = 5;
  eng_context *context = context_with(0, NULL);
  struct eng__maker *maker = malloc(sizeof *maker);
  int read = 0;

  ck_assert_ptr_nonnull(maker);
  eng__maker_init(maker, context);
  for (int i = 0; i < 300000; i++) {
    char text[32];
    size_t length = next_random(&state) % 22;
    int32_t currency = currencies[next_random(&state) % 5];
    int64_t soon = 0, slow = 0;
    eng_status status;

    for (size_t k = 0; k < length; k++) {
      text[k] = next_random(&state) % 6 == 0 ? "-+. ,e/:"[next_random(&state) % 8]
                                             : (char)('0' + next_random(&state) % 10);
    }
    if (length > 4 && i % 2 == 0) text[length - 3] = '.';
    status = eng__maker_amount(maker, text, length, currency, &soon);
    if (status != eng_money_parse(text, length, currency, &slow) ||
        (status == ENG_OK && soon != slow)) {
      ck_abort_msg("'%.*s' in %d is %lld, not %lld", (int)length, text, (int)currency,
                   (long long)soon, (long long)slow);
    }
    read += status == ENG_OK;
  }
  ck_assert_int_gt(read, 10000);
  eng__maker_free(maker);
  free(maker);
  eng_context_free(context);
}
END_TEST

/* ---- the host ---- */

START_TEST(settings_are_refused_once_reading_began)
{
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = reader(context, &notes);

  ck_assert_int_eq(eng_csv_feed(csv, NULL, 0), ENG_OK);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, ','), ENG_OK);
  ck_assert_int_eq(eng_csv_feed(csv, "c", 1), ENG_OK);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, ','), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_map(csv, ENG_FIELD_TIME, "t", 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_map_kind(csv, "t", 1, 2), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_set_kind(csv, 2), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_set_currency(csv, 978), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_set_time_format(csv, ENG_TIME_ISO), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_feed(csv, NULL, 1), ENG_E_INVALID);
  eng_csv_reset(csv);
  ck_assert_int_eq(eng_csv_set_time_format(csv, 7), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_set_time_format(csv, ENG_TIME_SECONDS), ENG_OK);
  ck_assert_int_eq(eng_csv_set_currency(csv, 1), ENG_E_CURRENCY);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, '"'), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, '\n'), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, 'x'), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, 'Z'), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, '5'), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, 256), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, -1), ENG_E_RANGE);
  ck_assert_int_eq(eng_csv_set_delimiter(csv, '~'), ENG_OK);
  ck_assert_int_eq(feed_all(csv, "customer~time~kind\na~20240131~visit\n", 36, WHOLE),
                   ENG_OK);
  ck_assert_str_eq(notes.text, "2 a 2 20240131000\n");
  ck_assert_int_eq(eng_csv_feed(csv, "x", 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_finish(csv), ENG_E_INVALID);
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}
END_TEST

START_TEST(missing_arguments_are_refused)
{
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = NULL;

  ck_assert_int_eq(eng_csv_new(NULL, note_event, NULL, NULL, &csv), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_new(context, NULL, NULL, NULL, &csv), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_new(context, note_event, NULL, NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_feed(NULL, "", 0), ENG_E_INVALID);
  ck_assert_int_eq(eng_csv_finish(NULL), ENG_E_INVALID);
  ck_assert_ptr_null(eng_csv_error(NULL));
  ck_assert_int_eq(eng_csv_column_count(NULL), 0);
  ck_assert_int_eq((int)eng_csv_count(NULL, ENG_CSV_ROWS), 0);
  eng_csv_reset(NULL);
  eng_csv_free(NULL);
  eng_context_free(context);
}
END_TEST

START_TEST(a_callback_can_end_the_reading)
{
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = reader(context, &notes);
  const char *text = "customer,time,kind\na,0,visit\nb,x,visit\nc,0,visit\n";

  notes.stop_after = 1;
  ck_assert_int_eq(feed_all(csv, text, strlen(text), WHOLE), ENG_E_CANCELLED);
  ck_assert_str_eq(notes.text, "2 a 2 0\n");
  ck_assert_int_eq(eng_csv_error(csv)->code, ENG_E_CANCELLED);
  ck_assert_uint_eq(eng_csv_error(csv)->line, 2);
  ck_assert_int_eq(eng_csv_feed(csv, text, 1), ENG_E_CANCELLED);
  eng_csv_reset(csv);
  ck_assert_int_eq(eng_csv_error(csv)->code, ENG_OK);
  notes.stop_after = 3;
  ck_assert_int_eq(feed_all(csv, text, strlen(text), BYTES), ENG_E_CANCELLED);
  ck_assert_uint_eq(eng_csv_error(csv)->line, 3);
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}
END_TEST

START_TEST(without_a_reject_callback_the_first_bad_row_ends_it)
{
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  const char *text = "customer,time,kind\na,0,visit\nb,x,visit\nc,0,visit\n";
  eng_csv *csv;

  ck_assert_int_eq(eng_csv_new(context, note_event, NULL, &notes, &csv), ENG_OK);
  ck_assert_int_eq(feed_all(csv, text, strlen(text), BYTES), ENG_E_TIME);
  ck_assert_uint_eq(eng_csv_error(csv)->line, 3);
  ck_assert_uint_eq(eng_csv_error(csv)->column, 3);
  ck_assert_uint_eq(eng_csv_error(csv)->offset, 31);
  ck_assert_str_eq(notes.text, "2 a 2 0\n");
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}
END_TEST

static eng_status feed_again(void *user, const char *customer, size_t length,
                             const eng_event *event, int32_t numbered, uint64_t line)
{
  eng_csv **csv = user;

  (void)customer, (void)length, (void)event, (void)numbered, (void)line;
  eng_csv_reset(*csv);
  ck_assert_int_eq(eng_csv_finish(*csv), ENG_E_INVALID);
  return eng_csv_feed(*csv, "x", 1);
}

START_TEST(a_callback_cannot_feed)
{
  eng_context *context = context_with(0, NULL);
  const char *text = "customer,time,kind\na,0,visit\n";
  eng_csv *csv;

  ck_assert_int_eq(eng_csv_new(context, feed_again, NULL, &csv, &csv), ENG_OK);
  ck_assert_int_eq(eng_csv_feed(csv, text, strlen(text)), ENG_E_INVALID);
  eng_csv_free(csv);
  eng_context_free(context);
}
END_TEST

START_TEST(one_reader_reads_file_after_file)
{
  struct notes notes = {0};
  eng_context *context = context_with(0, NULL);
  eng_csv *csv = reader(context, &notes);
  const char *first = "customer,time,kind\na,0,visit";
  const char *second = "\xef\xbb\xbfkind;a;b;c;d;customer;time\nvisit;;;;;b;1\n";

  ck_assert_int_eq(feed_all(csv, first, strlen(first), 9), ENG_OK);
  eng_csv_reset(csv);
  ck_assert_int_eq(feed_all(csv, second, strlen(second), 9), ENG_OK);
  eng_csv_reset(csv);
  ck_assert_int_eq(feed_all(csv, first, strlen(first), WHOLE), ENG_OK);
  ck_assert_str_eq(notes.text, "2 a 2 0\n2 b 2 1000\n2 a 2 0\n");
  ck_assert_uint_eq(eng_csv_count(csv, ENG_CSV_EVENTS), 3);
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}
END_TEST

/* A marker in each bad field must not reach any error. */
START_TEST(no_error_tells_anything_of_a_row)
{
  static const char *const columns[] = {
      "customer", "time",     "kind",       "channel",    "amount",
      "currency", "value",    "scale",      "valence",    "incentivised",
      "public",   "revision", "occurrence", "recorded_at"};
  enum { COLUMNS = sizeof columns / sizeof columns[0] };
  struct notes notes = {0};

  for (int bad = -3; bad < COLUMNS; bad++) {
    char text[2048] = "";

    for (int i = 0; i < COLUMNS; i++) {
      snprintf(text + strlen(text), 64, "%s%s", i > 0 ? "," : "", columns[i]);
    }
    strcat(text, "\n");
    for (int i = 0; i < COLUMNS; i++) {
      const char *good = i == 1 ? "0" : i == 2 ? "rating" : i == 4 ? "1" : "";
      char field[64];

      snprintf(field, sizeof field, "%s",
               i == bad ? i == 0 ? "zqzqzqzqzqzqzqzqzqzqzqzqzq" : "zqzq" : good);
      snprintf(text + strlen(text), 80, "%s%s", i > 0 ? "," : "",
               i == 0 && bad != 0 ? "zqzq" : field);
    }
    strcat(text, bad == -1 ? ",zqzq\n" : bad == -2 ? "\"zqzq\"x\n" : "\n");
    if (bad == -3) strcat(text, "\"zqzq\"zqzq\nzqzq\n");
    read_bytes(text, strlen(text), 0, WHOLE, &notes);
    if (bad != -2) ck_assert_ptr_nonnull(strstr(notes.text, "reject"));
  }
  ck_assert_ptr_null(strstr(notes.errors, "zq"));
  free(notes.text);
}
END_TEST

/* ---- memory ---- */

struct budget {
  long long left; /* allocations until one fails; below 0: never */
  bool for_good;  /* all after it fail too */
  size_t held;    /* bytes */
  size_t most;
  long long asked;
};

static void *resize_in_budget(void *user, void *old, size_t old_size, size_t new_size)
{
  struct budget *budget = user;
  void *block;

  if (new_size == 0) {
    budget->held -= old_size;
    free(old);
    return NULL;
  }
  budget->asked++;
  if (budget->left == 0) {
    if (!budget->for_good) budget->left = -1;
    return NULL;
  }
  if (budget->left > 0) budget->left--;
  block = realloc(old, new_size);
  ck_assert_ptr_nonnull(block);
  budget->held += new_size - old_size;
  if (budget->held > budget->most) budget->most = budget->held;
  return block;
}

static eng_status read_in_budget(const eng_context *context, struct notes *notes)
{
  static const char text[] = "\"customer\",time,kind,\"no\"\"te\"\n"
                             "\"a\"\"a\",0,\"bought it\",\"1\n2\"\n"
                             "b,0,visit,\n"
                             "\"c\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\",0,visit,\n";
  eng_csv *csv;
  eng_status status = eng_csv_new(context, note_event, note_reject, notes, &csv);

  if (status != ENG_OK) return status;
  status = eng_csv_map(csv, ENG_FIELD_KIND, "kind", 4);
  if (status == ENG_OK) {
    status = eng_csv_map_kind(csv, "bought it", 9, ENG_EVENT_PURCHASE);
  }
  if (status == ENG_OK) status = feed_all(csv, text, sizeof text - 1, 5);
  if (status == ENG_E_NOMEM) {
    eng_csv_reset(csv);
    ck_assert_int_eq(eng_csv_error(csv)->code, ENG_OK);
  }
  eng_csv_free(csv);
  return status;
}

START_TEST(every_allocation_may_fail)
{
  for (int for_good = 0; for_good < 2; for_good++) {
    long long n = 0;
    eng_status status = ENG_E_NOMEM;

    for (; status == ENG_E_NOMEM; n++) {
      struct budget budget = {-1, for_good != 0, 0, 0, 0};
      eng_allocator allocator = {sizeof allocator, 0, &budget, resize_in_budget};
      eng_context *context = context_with(0, &allocator);
      size_t before = budget.held;
      struct notes notes = {0};

      budget.left = n;
      status = read_in_budget(context, &notes);
      budget.left = -1;
      ck_assert_uint_eq(budget.held, before);
      if (status == ENG_OK) {
        ck_assert_str_eq(notes.text, "2 a\"a 34 0\n4 b 2 0\n5 c\"\"\"\"\"\"\"\" 2 0\n");
      }
      free(notes.text);
      eng_context_free(context);
      ck_assert_uint_eq(budget.held, 0);
    }
    ck_assert_int_eq(status, ENG_OK);
    ck_assert_int_gt(n, 8);
  }
}
END_TEST

START_TEST(a_warm_reader_allocates_nothing_and_holds_little)
{
  struct budget budget = {-1, false, 0, 0, 0};
  eng_allocator allocator = {sizeof allocator, 0, &budget, resize_in_budget};
  eng_context *context = context_with(4096, &allocator);
  struct notes notes = {0};
  eng_csv *csv = reader(context, &notes);
  const char *row = "\"a\"\"a\",0,visit,\"x,y\"\nb,0,visit,\nc,0,vist,\n";
  size_t before;
  long long asked = 0;

  ck_assert_int_eq(eng_csv_feed(csv, "customer,time,kind,note\n", 24), ENG_OK);
  for (int i = 0; i < 1000; i++) {
    notes.length = notes.errors[0] = 0;
    if (i == 10) asked = budget.asked;
    ck_assert_int_eq(eng_csv_feed(csv, row, (size_t)i % 20), ENG_OK);
    ck_assert_int_eq(eng_csv_feed(csv, row + i % 20, strlen(row) - (size_t)i % 20),
                     ENG_OK);
    notes.calls = 0;
  }
  ck_assert_int_eq(budget.asked, asked);
  before = budget.held;
  for (int i = 0; i < 100000; i++) {
    notes.length = notes.errors[0] = 0;
    if (eng_csv_feed(csv, "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n,,,", 35) != ENG_OK)
      ck_abort();
  }
  ck_assert_uint_lt(budget.most - before, 3 * 4096);
  eng_csv_free(csv);
  eng_context_free(context);
  free(notes.text);
}
END_TEST

Suite *csv_suite(void)
{
  Suite *suite = suite_create("csv");
  TCase *values = tcase_create("values");
  TCase *rows = tcase_create("rows");
  TCase *columns = tcase_create("columns");
  TCase *host = tcase_create("host");

  tcase_add_test(values, a_row_becomes_an_event);
  tcase_add_test(values, every_kind_is_read_by_its_name);
  tcase_add_test(values, kinds_of_other_systems_are_read);
  tcase_add_test(values, every_field_reaches_the_event);
  tcase_add_test(values, currencies_may_change_from_row_to_row);
  tcase_add_test(values, texts_are_hashed_as_documented);
  tcase_add_loop_test(values, a_bad_row_is_rejected_with_place_and_reason, 0,
                      (int)(sizeof bad_rows / sizeof bad_rows[0]));
  tcase_add_test(values, an_amount_needs_a_currency);
  tcase_add_test(values, a_table_of_another_country_is_read_once_it_is_announced);
  tcase_add_test(values, what_has_to_be_announced_is_said);
  tcase_add_test(values, a_nul_in_a_text_is_refused);
  tcase_add_test(values, the_short_way_of_a_time_is_the_long_one);
  tcase_add_test(values, the_short_way_of_an_amount_is_the_long_one);
  suite_add_tcase(suite, values);

  tcase_add_test(rows, line_ends_of_all_systems_are_read);
  tcase_add_test(rows, a_byte_order_mark_is_passed_over);
  tcase_add_test(rows, the_delimiter_is_found_out);
  tcase_add_test(rows, quotes_follow_the_rfc);
  tcase_add_test(rows, a_stray_quote_costs_one_row);
  tcase_add_test(rows, a_row_beyond_the_limit_is_rejected);
  tcase_add_test(rows, the_rest_of_a_long_row_is_passed_over);
  tcase_add_test(rows, an_open_quote_reaches_no_further_than_a_row);
  tcase_add_test(rows, a_header_beyond_the_limit_ends_the_reading);
  tcase_add_test(rows, where_the_pieces_are_cut_does_not_matter);
  tcase_add_test(rows, lines_without_quotes_are_never_lost);
  tcase_add_test(rows, no_byte_is_read_often);
  suite_add_tcase(suite, rows);

  tcase_add_test(columns, names_in_common_use_are_recognised);
  tcase_add_test(columns, column_names_are_told_as_they_stand);
  tcase_add_test(columns, a_header_that_does_not_do_is_refused);
  tcase_add_test(columns, a_map_goes_before_what_names_say);
  tcase_add_test(columns, kinds_can_be_named_passed_over_and_given);
  tcase_add_test(columns, an_unknown_kind_is_told_the_nearest_one);
  tcase_add_test(columns, names_are_remembered_by_all_their_bytes);
  tcase_add_test(columns, field_names_are_found);
  suite_add_tcase(suite, columns);

  tcase_add_test(host, settings_are_refused_once_reading_began);
  tcase_add_test(host, missing_arguments_are_refused);
  tcase_add_test(host, a_callback_can_end_the_reading);
  tcase_add_test(host, without_a_reject_callback_the_first_bad_row_ends_it);
  tcase_add_test(host, a_callback_cannot_feed);
  tcase_add_test(host, one_reader_reads_file_after_file);
  tcase_add_test(host, no_error_tells_anything_of_a_row);
  tcase_add_test(host, every_allocation_may_fail);
  tcase_add_test(host, a_warm_reader_allocates_nothing_and_holds_little);
  suite_add_tcase(suite, host);
  return suite;
}
