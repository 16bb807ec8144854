/* SPDX-License-Identifier: MIT */
/*
 * input.c - files become a book.
 *
 * One reader serves all files, one loader each: identical rows are told apart within a
 * file, and files are united. A bad row is said with its place and reason, counted, and
 * kept in --rejects; nothing of it stands in a message.
 */
#include "input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/link.h>

#include "bookfile.h"
#include "coded.h"
#include "command.h"
#include "host.h"
#include "message.h"
#include "reader.h"

/* How many bad rows are said one by one. */
enum { REJECTS_SAID = 20 };

/* How many columns that are passed over are named. */
enum { PASSED_SAID = 20 };

/* How many kinds that are passed over are named, the most frequent first. */
enum { SKIPPED_SAID = 4 };

/* How many of the last events may be strays, and the least part of all that others are.
 */
enum { STRAYS = 7, OTHERS_PER_STRAY = 10 };

enum { PIECE = 1 << 16, PEEK = 4096 };

struct load {
  const struct options *options;
  const eng_context *context;
  eng_book *book;
  struct reader reader;
  eng_loader *loader;
  eng_book *aside;  /* floors of customers, and links; NULL: none came */
  const char *name; /* of the file, for messages */
  FILE *rejects;
  uint64_t rejected;      /* bad rows of all files */
  int no_currency;        /* whether some of them for want of a currency */
  int no_kind;            /* or for a kind that nobody knows */
  int no_time, no_amount; /* or as times or amounts are written */
  uint64_t merged; /* equal rows of later files that fell together with known ones */
  int stopped;     /* --strict met a bad row */
  int unkept;      /* a bad row could not be written to --rejects */
  int noted;       /* the columns of this file have been said */
  int coded;       /* this file is a book or a customer of ours */
  int any_book;    /* events came that were in no row */
  uint64_t events; /* of rows */
  int64_t latest[STRAYS + 1];             /* of these, the last one first */
  uint64_t skipped[READER_SKIPPED_NAMES]; /* of each kind, in the files before */
};

/* ---- rows ---- */

/* Keeps the times of the last events, which nearly all others are before. */
static void see_time(struct load *load, int64_t time)
{
  int at = STRAYS;

  load->events++;
  if (load->events > STRAYS && time <= load->latest[STRAYS]) return;
  for (; at > 0 && (load->events <= (uint64_t)at || load->latest[at - 1] < time); at--)
    load->latest[at] = load->latest[at - 1];
  load->latest[at] = time;
}

/* How many events lie more than a year after all others, where they are few. */
static void find_strays(const struct load *load, struct session *session)
{
  const int64_t year = INT64_C(365) * 86400000;

  for (uint64_t n = 1; n <= STRAYS && n * (OTHERS_PER_STRAY + 1) <= load->events; n++) {
    if (load->latest[n - 1] - load->latest[n] <= year) continue;
    session->strays = n;
    session->before_strays = load->latest[n];
  }
}

static eng_status on_event(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  struct load *load = user;

  (void)line;
  see_time(load, eng_event_occurred_at(event));
  return eng_loader_add(load->loader, customer, length, event, numbered);
}

static eng_status on_reject(void *user, const eng_error *error, const char *row,
                            size_t length)
{
  struct load *load = user;

  load->rejected++;
  load->no_currency |= error->code == ENG_E_CURRENCY;
  load->no_kind |= error->code == ENG_E_KIND;
  load->no_time |= error->code == ENG_E_TIME;
  load->no_amount |= error->code == ENG_E_AMOUNT && load->reader.form == INPUT_CSV;
  if (load->rejected <= REJECTS_SAID)
    complain_at(load->name, error->line, error->column, "%s",
                error->text[0] != '\0' ? error->text : eng_status_text(error->code));
  if (load->rejects != NULL) {
    fwrite(row, 1, length, load->rejects);
    putc('\n', load->rejects);
    if (ferror(load->rejects)) {
      load->unkept = 1;
      return ENG_E_CALLBACK;
    }
  }
  if (!load->options->strict) return ENG_OK;
  load->stopped = 1;
  return ENG_E_CANCELLED;
}

/* Floors and links wait until all events are in: a book of them alone is merged at the
 * end. */
static eng_status open_aside(struct load *load)
{
  return load->aside != NULL ? ENG_OK : eng_book_new(load->context, NULL, &load->aside);
}

static eng_status on_link(void *user, const char *customer, size_t length,
                          const char *linked, size_t linked_length, int32_t merged,
                          int64_t changed_at, uint64_t line)
{
  struct load *load = user;
  eng_status status = open_aside(load);

  (void)line;
  if (status != ENG_OK) return status;
  return merged ? eng_book_link(load->aside, customer, length, linked, linked_length,
                                changed_at)
                : eng_book_unlink(load->aside, customer, length, linked, linked_length,
                                  changed_at);
}

static eng_status on_floor(void *user, const char *customer, size_t length,
                           int64_t floor, uint64_t line)
{
  struct load *load = user;
  eng_customer *one = NULL;
  eng_status status = open_aside(load);

  (void)line;
  if (status == ENG_OK)
    status = eng_customer_new(load->context, customer, length, &one);
  if (status == ENG_OK && floor != ENG_TIME_NONE)
    status = eng_customer_expire(one, floor);
  if (status == ENG_OK) status = eng_book_merge_customer(load->aside, one);
  eng_customer_free(one);
  return status;
}

/* ---- what the columns are taken for ---- */

/* What has a name of its own first, then what is called as we call it, then the rest.
 */
struct columns {
  struct text taken;
  struct text named;
  struct text passed;
  int taken_count;
  int named_count;
  int passed_count;
};

static void sort_column(struct columns *columns, const char *name, size_t length,
                        int32_t field)
{
  const char *means = eng_field_name(field);

  if (field == 0 || means == NULL) {
    if (columns->passed_count++ >= PASSED_SAID) return;
    text_put(&columns->passed, columns->passed_count > 1 ? ", " : "");
    text_add_shown(&columns->passed, name, length, 0);
  } else if (strlen(means) == length && memcmp(means, name, length) == 0) {
    text_print(&columns->named, "%s%s", columns->named_count++ > 0 ? ", " : "", means);
  } else {
    text_put(&columns->taken, columns->taken_count > 0 ? "; " : "");
    text_add_shown(&columns->taken, name, length, 0);
    text_print(&columns->taken, " %s %s",
               columns->taken_count++ > 0 ? "as" : "is taken as", means);
  }
}

static void say_columns(const char *file, const struct columns *columns)
{
  struct text line = {0};

  if (columns->taken_count > 0) text_put(&line, columns->taken.bytes);
  if (columns->named_count > 0)
    text_print(&line, "%s%s %s", line.length > 0 ? "; " : "", columns->named.bytes,
               columns->named_count == 1 ? "means what it says" : "mean what they say");
  if (columns->passed_count > 0)
    text_print(&line, "%s%s %s", line.length > 0 ? "; " : "",
               columns->passed_count == 1 ? "column" : "columns",
               columns->passed.bytes);
  if (columns->passed_count > PASSED_SAID)
    text_print(&line, " and %d more", columns->passed_count - PASSED_SAID);
  if (columns->passed_count > 0)
    text_put(&line,
             columns->passed_count == 1 ? " is passed over" : " are passed over");
  note("%s: %s", file, line.bytes);
  text_free(&line);
}

/* Whether a column is called like one that numbers orders or receipts. */
static int is_order_name(const char *name, size_t length)
{
  static const char *const words[] = {"order",   "receipt", "transaction",
                                      "invoice", "bill",    "ticket"};

  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    size_t n = strlen(words[i]), k = 0;
    const char *rest = name + n;

    if (length < n) continue;
    while (k < n && (name[k] | 0x20) == words[i][k]) k++;
    if (k < n) continue;
    if (length > n && (*rest == '_' || *rest == ' ' || *rest == '-')) rest++;
    k = length - (size_t)(rest - name);
    if (k == 0 || (k == 2 && ((rest[0] | 0x20) == 'i' || (rest[0] | 0x20) == 'n')) ||
        (k == 6 && (rest[0] | 0x20) == 'n'))
      return 1; /* id, no, number */
  }
  return 0;
}

/* Where no column is the id, one that numbers orders may be. */
static void note_order_column(const struct load *load, int32_t count)
{
  const char *found = NULL;
  size_t length, found_length = 0;
  struct text shown = {0};

  for (int32_t i = 0; i < count; i++) {
    int32_t field = eng_csv_column_field(load->reader.csv, i);
    const char *name = eng_csv_column_name(load->reader.csv, i, &length);

    if (field == ENG_FIELD_ID) return;
    if (found != NULL || field != 0 || name == NULL || !is_order_name(name, length))
      continue;
    found = name;
    found_length = length;
  }
  if (found == NULL) return;
  text_add_shown(&shown, found, found_length, 0);
  note(
      "%s: if each row is an order of its own, --map id=%s lets one that is told twice "
      "count once",
      load->name, shown.bytes);
  text_free(&shown);
}

/* Whether it may be the name of a column: begins with a letter, and is short and of one
 * word or two. A time, a number, an address or a sentence is none. */
static int is_column_name(const char *name, size_t length)
{
  size_t blanks = 0;

  if (name == NULL || length == 0 || length > 40) return 0;
  for (size_t i = 0; i < length; i++) {
    char c = name[i];
    int is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

    if (is_letter || c == '_' || (unsigned char)c >= 0x80) continue;
    if (i == 0 || strchr(" -./()0123456789", c) == NULL) return 0;
    blanks += c == ' ';
  }
  return blanks < 2;
}

/* Whether the first row reads like a header. One of data has a time, which begins with
 * a digit; a message of what should have written the file is one column, or a sentence.
 * Two columns may be a list of people. */
static int is_of_names(const struct load *load, int32_t count)
{
  for (int32_t i = 0; i < count; i++) {
    size_t length;
    const char *name = eng_csv_column_name(load->reader.csv, i, &length);

    if (!is_column_name(name, length)) return 0;
  }
  return count > 2;
}

/* What was refused as a header may be somebody's data: a file that has none. */
static void note_header(const struct load *load, int32_t count)
{
  struct text names = {0};

  if (!is_of_names(load, count)) {
    note("%s: the first row has %ld column%s; it is not shown, it may be no header",
         load->name, (long)count, count == 1 ? "" : "s");
    return;
  }
  for (int32_t i = 0; i < count && i < PASSED_SAID; i++) {
    size_t length;
    const char *name = eng_csv_column_name(load->reader.csv, i, &length);

    text_put(&names, i > 0 ? ", " : "");
    text_add_shown(&names, name, length, 0);
  }
  if (count > PASSED_SAID)
    text_print(&names, " and %ld more", (long)(count - PASSED_SAID));
  note("%s: the columns are %s", load->name, names.bytes);
  text_free(&names);
}

static void note_columns(struct load *load, eng_status status)
{
  int32_t count = eng_csv_column_count(load->reader.csv);
  struct columns columns = {0};

  if (load->noted || count == 0 || load->reader.form != INPUT_CSV) return;
  load->noted = 1;
  if (status == ENG_E_HEADER) {
    note_header(load, count);
    return;
  }
  for (int32_t i = 0; i < count; i++) {
    size_t length;
    const char *name = eng_csv_column_name(load->reader.csv, i, &length);

    if (name != NULL)
      sort_column(&columns, name, length, eng_csv_column_field(load->reader.csv, i));
  }
  say_columns(load->name, &columns);
  text_free(&columns.taken);
  text_free(&columns.named);
  text_free(&columns.passed);
  note_order_column(load, count);
}

/* ---- settings of the reader ---- */

/* Of a name in an option; 0 after saying which kinds there are near it. */
static int32_t find_kind(const struct load *load, const char *option, const char *name,
                         size_t length)
{
  int32_t kind = 0;
  int32_t near;
  struct text shown = {0};

  if (eng_kind_find(load->context, name, length, &kind) == ENG_OK) return kind;
  near = eng_kind_nearest(load->context, name, length);
  text_add(&shown, name, length);
  if (near != 0)
    complain("%s: nobody knows the kind \"%s\"; did you mean %s? engagement help kinds "
             "lists them; a kind of your own is named by --own-kind",
             option, shown.bytes, eng_kind_name(load->context, near));
  else
    complain(
        "%s: nobody knows the kind \"%s\"; engagement help kinds lists them; a kind "
        "of your own is named by --own-kind",
        option, shown.bytes);
  text_free(&shown);
  return 0;
}

typedef int (*item_fn)(struct load *load, const char *item, size_t length);

/* Calls for each part of a list such as a=b,c=d. */
static int each_item(struct load *load, const struct words *lists, item_fn take)
{
  for (size_t i = 0; i < lists->count; i++) {
    const char *at = lists->items[i];

    while (*at != '\0') {
      size_t length = strcspn(at, ",");
      int answer = length > 0 ? take(load, at, length) : ANSWER_DONE;

      if (answer != ANSWER_DONE) return answer;
      at += length;
      if (*at == ',') at++;
    }
  }
  return ANSWER_DONE;
}

static int map_column(struct load *load, const char *item, size_t length)
{
  const char *equals = memchr(item, '=', length);
  int32_t field = 0;
  eng_status status;

  if (equals != NULL) field = eng_field_find(item, (size_t)(equals - item));
  if (field == 0 || equals + 1 == item + length) {
    struct text names = {0};

    for (int32_t i = 1; i < ENG_FIELD_COUNT; i++)
      text_print(&names, "%s%s", i > 1 ? ", " : "", eng_field_name(i));
    complain("--map is a list of FIELD=COLUMN; fields are %s", names.bytes);
    text_free(&names);
    return ANSWER_USAGE;
  }
  status = reader_map(&load->reader, field, equals + 1,
                      (size_t)(item + length - (equals + 1)));
  return status == ENG_OK ? ANSWER_DONE : complain_status("--map", status);
}

static int map_kind(struct load *load, const char *item, size_t length)
{
  size_t split = length;
  int32_t kind = 0;
  eng_status status;

  /* Names of a log may hold an equals sign, names of kinds may not: the last one. */
  while (split > 0 && item[split - 1] != '=') split--;
  if (split < 2) {
    complain("--kinds is a list of NAME=KIND, or NAME= for rows to pass over");
    return ANSWER_USAGE;
  }
  if (split < length) {
    kind = find_kind(load, "--kinds", item + split, length - split);
    if (kind == 0) return ANSWER_USAGE;
  }
  status = reader_map_kind(&load->reader, item, split - 1, kind);
  if (status == ENG_OK) return ANSWER_DONE;
  if (status == ENG_E_NOMEM) return complain_status("--kinds", status);
  complain("--kinds: %.*s: %s", (int)(split - 1 < 100 ? split - 1 : 100), item,
           status == ENG_E_DUPLICATE ? "the name is mapped twice"
                                     : eng_status_text(status));
  return ANSWER_USAGE;
}

static int set_reader(struct load *load)
{
  const struct options *options = load->options;
  eng_status status = eng_csv_set_delimiter(load->reader.csv, options->delimiter);
  int answer;

  if (status == ENG_OK)
    status = eng_csv_set_decimal_comma(load->reader.csv, options->decimal_comma);
  if (status == ENG_OK)
    status = reader_set_time_format(&load->reader, options->time_format);
  if (status == ENG_OK)
    status = reader_set_currency(&load->reader, eng_context_currency(load->context));
  if (status == ENG_OK && options->kind != NULL) {
    int32_t kind = find_kind(load, "--kind", options->kind, strlen(options->kind));

    if (kind == 0) return ANSWER_USAGE;
    status = reader_set_kind(&load->reader, kind);
  }
  if (status == ENG_OK && options->received_at != NULL) {
    int64_t time;

    if (eng_time_parse(load->context, options->received_at,
                       strlen(options->received_at), ENG_TIME_AUTO, ENG_DATE_FIRST,
                       &time) != ENG_OK) {
      complain("--received-at is a time such as 2026-11-22T18:05, not \"%s\"",
               options->received_at);
      return ANSWER_USAGE;
    }
    status = eng_jsonl_set_received_at(load->reader.jsonl, time);
  }
  if (status != ENG_OK) return complain_status("input options", status);
  answer = each_item(load, &options->maps, map_column);
  if (answer == ANSWER_DONE) answer = each_item(load, &options->kinds, map_kind);
  return answer;
}

/* ---- one file ---- */

static int begins_as_json(const char *bytes, size_t length)
{
  size_t at = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  while (at < length && bytes[at] != '\0' && strchr(" \t\r\n", bytes[at]) != NULL) at++;
  return at < length && (bytes[at] == '{' || bytes[at] == '[');
}

/* What a file is: as --input-format says, else its own bytes if they are ours, else its
 * name, else its first byte. */
static int find_form(struct load *load, const char *bytes, size_t length, int *form)
{
  const uint8_t *head = (const uint8_t *)bytes;
  int named = reader_form_of(load->name);

  *form = load->options->input_format;
  if (length >= 2 &&
      ((head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff))) {
    complain("%s is UTF-16; save it as UTF-8 first", load->name);
    return ANSWER_USAGE;
  }
  if (*form != INPUT_AUTO) return ANSWER_DONE;
  *form = coded_form(load->context, bytes, length);
  if (*form != INPUT_AUTO) return ANSWER_DONE;
  *form = named != INPUT_AUTO             ? named
          : begins_as_json(bytes, length) ? INPUT_JSONL
                                          : INPUT_CSV;
  if (named == INPUT_CSV && begins_as_json(bytes, length)) {
    complain("%s looks like JSON Lines; --input-format jsonl reads it", load->name);
    return ANSWER_USAGE;
  }
  return ANSWER_DONE;
}

/* Why reading ended, as an exit status. */
static int explain_end(struct load *load, eng_status status)
{
  const eng_error *error = reader_error(&load->reader);

  if (load->stopped) {
    complain("%s: --strict stops at the first bad row; nothing was answered",
             load->name);
    return ANSWER_NO;
  }
  if (load->unkept) {
    complain("%s could not be written", load->options->rejects);
    return ANSWER_FAILED;
  }
  if (status == ENG_E_HEADER || (status == ENG_E_LIMIT && error->code == ENG_E_LIMIT &&
                                 eng_csv_column_count(load->reader.csv) == 0)) {
    complain_at(load->name, error->line, error->column, "%s",
                error->text[0] != '\0' ? error->text : eng_status_text(status));
    note("columns of other names are named by --map customer=COLUMN,time=COLUMN; a log "
         "of "
         "one kind by --kind KIND");
    return ANSWER_USAGE;
  }
  return complain_status(load->name, status);
}

/* Enough for a look at what a file is, or all of a shorter one. */
static size_t read_first(FILE *file, char *bytes, size_t room)
{
  size_t length = 0;

  while (length < PEEK) {
    size_t n = fread(bytes + length, 1, room - length, file);

    if (n == 0) break;
    length += n;
  }
  return length;
}

static int read_rows(struct load *load, FILE *file)
{
  static char piece[PIECE];
  uint64_t before = reader_rows(&load->reader);
  size_t length = read_first(file, piece, sizeof piece);
  eng_status status = ENG_OK;
  int form = INPUT_CSV, answer = ANSWER_DONE;

  if (!ferror(file)) answer = find_form(load, piece, length, &form);
  if (answer != ANSWER_DONE) return answer;
  if (!ferror(file) && (form == INPUT_BOOK || form == INPUT_CUSTOMER)) {
    load->coded = load->any_book = 1;
    return coded_read(load->book, load->context, load->name, file, piece, length);
  }
  reader_begin(&load->reader, ferror(file) ? INPUT_CSV : form);
  while (length > 0 && status == ENG_OK) {
    status = reader_feed(&load->reader, piece, length);
    if (load->options->maps.count == 0) note_columns(load, status);
    progress(load->name, reader_rows(&load->reader) - before, 0);
    length = fread(piece, 1, sizeof piece, file);
  }
  if (ferror(file)) {
    complain("%s cannot be read: %s", load->name, strerror(errno));
    return ANSWER_USAGE;
  }
  if (status == ENG_OK) status = reader_finish(&load->reader);
  if (load->options->maps.count == 0) note_columns(load, status);
  progress_end();
  return status == ENG_OK ? ANSWER_DONE : explain_end(load, status);
}

/* The kind that was passed over most often in this file, of those not said yet; -1:
 * there is none. */
static int32_t next_skipped(const uint64_t left[READER_SKIPPED_NAMES])
{
  int32_t best = -1;

  for (int32_t i = 0; i < READER_SKIPPED_NAMES; i++)
    if (left[i] > 0 && (best < 0 || left[i] > left[best])) best = i;
  return best;
}

/* " (scroll 12, heartbeat 3)" */
static void add_skipped(struct text *line, struct load *load, uint64_t skipped)
{
  uint64_t left[READER_SKIPPED_NAMES] = {0};
  int32_t at;

  for (int32_t i = 0; i < READER_SKIPPED_NAMES; i++) {
    uint64_t count;

    if (reader_skipped_name(&load->reader, i, NULL, &count) == NULL) continue;
    left[i] = count - load->skipped[i];
    load->skipped[i] = count;
  }
  for (int said = 0; said < SKIPPED_SAID && (at = next_skipped(left)) >= 0; said++) {
    size_t length;
    const char *name = reader_skipped_name(&load->reader, at, &length, NULL);

    text_put(line, said == 0 ? ": " : ", ");
    text_add_shown(line, name, length, 0);
    text_put(line, " ");
    text_add_number(line, left[at]);
    skipped -= left[at] < skipped ? left[at] : skipped;
    left[at] = 0;
  }
  if (skipped > 0) {
    text_put(line, ", others ");
    text_add_number(line, skipped);
  }
}

static void note_counts(struct load *load, const eng_load_counts *counts, uint64_t rows,
                        uint64_t skipped, size_t file)
{
  struct text line = {0};

  text_add_number(&line, rows);
  text_put(&line, rows == 1 ? " row" : " rows");
  if (skipped > 0) {
    text_put(&line, ", ");
    text_add_number(&line, skipped);
    text_put(&line, " of kinds passed over");
    add_skipped(&line, load, skipped);
  }
  if (counts->numbered > 0) {
    text_put(&line, ", ");
    text_add_number(&line, counts->numbered);
    text_put(&line, counts->numbered == 1
                        ? " is identical with another and counts as one "
                          "more event"
                        : " are identical with others and count as more "
                          "events");
    text_put(&line, " (see --identical)");
  }
  if (counts->replaced > 0) {
    text_put(&line, ", ");
    text_add_number(&line, counts->replaced);
    text_put(&line, " replaced an older version");
  }
  if (counts->unchanged > 0) {
    text_put(&line, ", ");
    text_add_number(&line, counts->unchanged);
    if (file > 0) {
      text_put(&line, " fell together with events known already");
      load->merged += counts->unchanged;
    } else {
      text_put(&line, load->options->identical == ENG_IDENTICAL_MERGE
                          ? " taken for repeats"
                          : " told an event again");
    }
  }
  note("%s: %s", load->name, line.bytes);
  text_free(&line);
}

/* Which tools' lines were recognised in a file, as columns are said of CSV. */
static void note_forms(const struct load *load, uint64_t segment, uint64_t ga4)
{
  struct text line = {0};

  segment = eng_jsonl_count(load->reader.jsonl, ENG_JSONL_SEGMENT) - segment;
  ga4 = eng_jsonl_count(load->reader.jsonl, ENG_JSONL_GA4) - ga4;
  if (segment == 0 && ga4 == 0) return;
  if (segment > 0) {
    text_add_number(&line, segment);
    text_put(&line, segment == 1 ? " line is a call of Segment's"
                                 : " lines are calls of Segment's");
  }
  if (ga4 > 0) {
    text_put(&line, segment > 0 ? ", " : "");
    text_add_number(&line, ga4);
    text_put(&line,
             ga4 == 1 ? " line is an event of GA4's" : " lines are events of GA4's");
  }
  note("%s: %s", load->name, line.bytes);
  text_free(&line);
}

static int read_file(struct load *load, FILE *file, size_t number)
{
  uint64_t segment = eng_jsonl_count(load->reader.jsonl, ENG_JSONL_SEGMENT);
  uint64_t ga4 = eng_jsonl_count(load->reader.jsonl, ENG_JSONL_GA4);
  uint64_t rows = reader_rows(&load->reader);
  uint64_t skipped = reader_skipped(&load->reader);
  eng_load_counts counts;
  eng_status status;
  int answer;

  load->noted = load->coded = 0;
  status = eng_loader_new(load->book, load->options->identical, &load->loader);
  if (status != ENG_OK) return complain_status(load->name, status);
  answer = read_rows(load, file);
  if (answer == ANSWER_DONE) {
    eng_load_counts_init(&counts, sizeof counts);
    status = eng_loader_finish(load->loader, &counts);
    if (status != ENG_OK) answer = complain_status(load->name, status);
  }
  eng_loader_free(load->loader);
  load->loader = NULL;
  if (answer == ANSWER_DONE) note_forms(load, segment, ga4);
  if (answer == ANSWER_DONE && !load->coded)
    note_counts(load, &counts, reader_rows(&load->reader) - rows,
                reader_skipped(&load->reader) - skipped, number);
  return answer;
}

static int read_input(struct load *load, const char *path, size_t number)
{
  FILE *file = stdin;
  int answer;

  load->name = "standard input";
  if (strcmp(path, "-") != 0) {
    load->name = path;
    file = fopen(path, "rb");
    if (file == NULL) {
      complain("%s cannot be read: %s", path, strerror(errno));
      return ANSWER_USAGE;
    }
  }
  if (file != stdin && bookfile_is(file)) {
    load->any_book = 1;
    answer = bookfile_load(load->context, path, load->book);
  } else {
    answer = read_file(load, file, number);
  }
  if (file != stdin) fclose(file);
  return answer;
}

/* ---- all files ---- */

/* The file of bad rows, which is none of those that are read. */
static int open_rejects(struct load *load)
{
  const char *path = load->options->rejects;
  const struct words *inputs = &load->options->words;

  if (path == NULL) return ANSWER_DONE;
  for (size_t i = 0; i < inputs->count; i++) {
    if (!host_same_file(path, inputs->items[i])) continue;
    complain("--rejects %s is an input; name another file", path);
    return ANSWER_USAGE;
  }
  load->rejects = fopen(path, "wb");
  if (load->rejects != NULL) return ANSWER_DONE;
  complain("--rejects %s cannot be written: %s", path, strerror(errno));
  return ANSWER_FAILED;
}

/* The count of bad rows is said in any case, and however quiet. */
static int close_rejects(struct load *load, int answer)
{
  const char *path = load->options->rejects;
  struct text count = {0};

  if (load->rejected > 0 && !load->stopped) {
    text_add_number(&count, load->rejected);
    text_put(&count, load->rejected == 1 ? " bad row was" : " bad rows were");
    if (load->rejected > REJECTS_SAID)
      text_print(&count, " left out (the first %d are listed)", REJECTS_SAID);
    else
      text_put(&count, " left out");
    if (path != NULL)
      complain("%s; kept in %s", count.bytes, path);
    else
      complain("%s; --rejects FILE keeps them", count.bytes);
    if (load->no_currency)
      complain("amounts need a currency: --currency EUR, or a currency column");
    if (load->no_kind)
      complain(
          "--kinds NAME=KIND says what names in the log mean; engagement help kinds "
          "lists the kinds");
    if (load->no_time && load->options->time_format == ENG_TIME_AUTO)
      complain("--time-format day-first reads 22.11.2026, month-first 11/22/2026");
    if (load->no_amount && !load->options->decimal_comma)
      complain("--decimal comma reads amounts such as 12,50");
    text_free(&count);
  }
  if (load->rejects != NULL && fclose(load->rejects) != 0 && answer == ANSWER_DONE) {
    complain("%s could not be written: %s", path, strerror(errno));
    answer = ANSWER_FAILED;
  }
  return answer;
}

static void note_book(const struct load *load)
{
  uint64_t events = eng_book_event_count(load->book);
  uint64_t customers = eng_book_customer_count(load->book);
  struct text line = {0};

  text_add_number(&line, events);
  text_put(&line, events == 1 ? " event of " : " events of ");
  text_add_number(&line, customers);
  text_put(&line, customers == 1 ? " customer" : " customers");
  if (load->merged > 0) {
    text_put(&line, "; ");
    text_add_number(&line, load->merged);
    text_put(&line, load->merged == 1 ? " equal row fell together across inputs"
                                      : " equal rows fell together across inputs");
  }
  note("%s", line.bytes);
  text_free(&line);
}

static int read_inputs(struct load *load)
{
  const struct words *inputs = &load->options->words;
  size_t standard = 0;

  for (size_t i = 0; i < inputs->count; i++)
    standard += strcmp(inputs->items[i], "-") == 0;
  if (standard > 1) {
    complain("standard input (-) can be read once only");
    return ANSWER_USAGE;
  }
  for (size_t i = 0; i < inputs->count; i++) {
    int answer = read_input(load, inputs->items[i], i);

    if (answer != ANSWER_DONE) return answer;
  }
  if (load->aside != NULL) {
    eng_status status = eng_book_merge(load->book, load->aside);

    if (status != ENG_OK) return complain_status("floors and links", status);
  }
  note_book(load);
  return ANSWER_DONE;
}

/* What was recorded later is left out once all inputs are united: of equal events of
 * several files the one that was recorded first stands. */
static int keep_known(struct session *session)
{
  const char *text = session->options->known_at;
  eng_book *known = NULL;
  char shown[ENG_TIME_TEXT];
  struct text line = {0};
  uint64_t left_out;
  int64_t time;
  eng_status status;

  if (text == NULL) return ANSWER_DONE;
  if (eng_time_parse(session->context, text, strlen(text), ENG_TIME_AUTO, ENG_DATE_LAST,
                     &time) != ENG_OK) {
    complain("--known-at is a time such as 2026-11-22 or 2026-11-22T18:05, not \"%s\"",
             text);
    return ANSWER_USAGE;
  }
  status = eng_book_known_at(session->book, time, &known);
  if (status != ENG_OK) return complain_status("--known-at", status);
  left_out = eng_book_event_count(session->book) - eng_book_event_count(known);
  eng_book_free(session->book);
  session->book = known;
  if (eng_time_format(time, shown) != ENG_OK) shown[0] = '\0';
  text_add_number(&line, left_out);
  text_put(&line, left_out == 1 ? " event was" : " events were");
  note("as known at %s: %s recorded later", shown, line.bytes);
  text_free(&line);
  return ANSWER_DONE;
}

int input_load(struct session *session)
{
  struct load load = {.options = session->options, .context = session->context};
  eng_status status = eng_book_new(session->context, NULL, &session->book);
  int answer;

  load.book = session->book;
  if (status == ENG_OK)
    status = reader_new(&load.reader, session->context, on_event, on_reject, on_floor,
                        on_link, &load);
  if (status != ENG_OK) return complain_status("input", status);
  answer = set_reader(&load);
  if (answer == ANSWER_DONE) answer = open_rejects(&load);
  if (answer == ANSWER_DONE) answer = read_inputs(&load);
  answer = close_rejects(&load, answer);
  if (answer == ANSWER_DONE && !load.any_book) find_strays(&load, session);
  if (answer == ANSWER_DONE && load.rejected > 0 &&
      eng_book_customer_count(session->book) == 0) {
    complain("no row could be read; nothing is answered");
    answer = ANSWER_USAGE;
  }
  eng_book_free(load.aside);
  reader_free(&load.reader);
  return answer == ANSWER_DONE ? keep_known(session) : answer;
}
