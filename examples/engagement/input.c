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

#include <engagement/csv.h>

#include "bookfile.h"
#include "command.h"
#include "host.h"
#include "message.h"

/* How many bad rows are said one by one. */
enum { REJECTS_SAID = 20 };

/* How many columns that are passed over are named. */
enum { PASSED_SAID = 20 };

enum { PIECE = 1 << 16, PEEK = 4096 };

struct load {
  const struct options *options;
  const eng_context *context;
  eng_book *book;
  eng_csv *csv;
  eng_loader *loader;
  const char *name; /* of the file, for messages */
  FILE *rejects;
  uint64_t rejected; /* bad rows of all files */
  int no_currency;   /* whether some of them for want of a currency */
  int no_kind;       /* or for a kind that nobody knows */
  uint64_t merged;   /* equal rows of later files that fell together with known ones */
  int stopped;       /* --strict met a bad row */
  int unkept;        /* a bad row could not be written to --rejects */
  int noted;         /* the columns of this file have been said */
};

/* ---- rows ---- */

static eng_status on_event(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  struct load *load = user;

  (void)line;
  return eng_loader_add(load->loader, customer, length, event, numbered);
}

static eng_status on_reject(void *user, const eng_error *error, const char *row,
                            size_t length)
{
  struct load *load = user;

  load->rejected++;
  load->no_currency |= error->code == ENG_E_CURRENCY;
  load->no_kind |= error->code == ENG_E_KIND;
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

/* What was refused as a header may be somebody's data: a file that has none. */
static void note_columns(struct load *load, eng_status status)
{
  int32_t count = eng_csv_column_count(load->csv);
  struct columns columns = {0};

  if (load->noted || count == 0) return;
  load->noted = 1;
  if (status == ENG_E_HEADER) {
    note("%s: the first row has %ld column%s; it is not shown, it may be no header",
         load->name, (long)count, count == 1 ? "" : "s");
    return;
  }
  for (int32_t i = 0; i < count; i++) {
    size_t length;
    const char *name = eng_csv_column_name(load->csv, i, &length);

    if (name != NULL)
      sort_column(&columns, name, length, eng_csv_column_field(load->csv, i));
  }
  say_columns(load->name, &columns);
  text_free(&columns.taken);
  text_free(&columns.named);
  text_free(&columns.passed);
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
  status =
      eng_csv_map(load->csv, field, equals + 1, (size_t)(item + length - (equals + 1)));
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
  status = eng_csv_map_kind(load->csv, item, split - 1, kind);
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
  eng_status status = eng_csv_set_delimiter(load->csv, options->delimiter);
  int answer;

  if (status == ENG_OK)
    status = eng_csv_set_time_format(load->csv, options->time_format);
  if (status == ENG_OK)
    status = eng_csv_set_currency(load->csv, eng_context_currency(load->context));
  if (status == ENG_OK && options->kind != NULL) {
    int32_t kind = find_kind(load, "--kind", options->kind, strlen(options->kind));

    if (kind == 0) return ANSWER_USAGE;
    status = eng_csv_set_kind(load->csv, kind);
  }
  if (status != ENG_OK) return complain_status("input options", status);
  answer = each_item(load, &options->maps, map_column);
  if (answer == ANSWER_DONE) answer = each_item(load, &options->kinds, map_kind);
  return answer;
}

/* ---- one file ---- */

/* What the first bytes say that a file is. Whether they are ours is asked of the
 * decoders: whatever is not answers ENG_E_MAGIC. Zeros follow them, so that a short
 * file is not taken for one that was cut. */
static int check_form(const struct load *load, const char *bytes, size_t length)
{
  uint8_t head[PEEK] = {0};
  eng_book *book = NULL;
  eng_customer *customer = NULL;
  eng_status status;
  size_t at = 0;

  memcpy(head, bytes, length < 256 ? length : 256);
  if (length >= 2 &&
      ((head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff))) {
    complain("%s is UTF-16; save it as UTF-8 first", load->name);
    return ANSWER_USAGE;
  }
  status = eng_book_decode(load->context, NULL, head, sizeof head, &book, NULL);
  eng_book_free(book);
  if (status == ENG_E_MAGIC) {
    status =
        eng_customer_decode(load->context, "?", 1, head, sizeof head, &customer, NULL);
    eng_customer_free(customer);
  }
  if (status != ENG_E_MAGIC && status != ENG_E_NOMEM) {
    complain(
        "%s is a book or an encoded customer; reading those is for a later version, "
        "give the events as CSV",
        load->name);
    return ANSWER_USAGE;
  }
  if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) at = 3;
  while (at < length && strchr(" \t\r\n", bytes[at]) != NULL && bytes[at] != '\0') at++;
  if (at < length && bytes[at] == '{') {
    complain("%s looks like JSON Lines; reading those is for a later version, give the "
             "events as CSV",
             load->name);
    return ANSWER_USAGE;
  }
  return ANSWER_DONE;
}

/* Why reading ended, as an exit status. */
static int explain_end(struct load *load, eng_status status)
{
  const eng_error *error = eng_csv_error(load->csv);

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
                                 eng_csv_column_count(load->csv) == 0)) {
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
  uint64_t before = eng_csv_count(load->csv, ENG_CSV_ROWS);
  size_t length = read_first(file, piece, sizeof piece);
  eng_status status = ENG_OK;
  int answer = ferror(file) ? ANSWER_DONE : check_form(load, piece, length);

  if (answer != ANSWER_DONE) return answer;
  while (length > 0 && status == ENG_OK) {
    status = eng_csv_feed(load->csv, piece, length);
    if (load->options->maps.count == 0) note_columns(load, status);
    progress(load->name, eng_csv_count(load->csv, ENG_CSV_ROWS) - before, 0);
    length = fread(piece, 1, sizeof piece, file);
  }
  if (ferror(file)) {
    complain("%s cannot be read: %s", load->name, strerror(errno));
    return ANSWER_USAGE;
  }
  if (status == ENG_OK) status = eng_csv_finish(load->csv);
  if (load->options->maps.count == 0) note_columns(load, status);
  progress_end();
  return status == ENG_OK ? ANSWER_DONE : explain_end(load, status);
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

static int read_file(struct load *load, FILE *file, size_t number)
{
  uint64_t rows = eng_csv_count(load->csv, ENG_CSV_ROWS);
  uint64_t skipped = eng_csv_count(load->csv, ENG_CSV_SKIPPED);
  eng_load_counts counts;
  eng_status status;
  int answer;

  load->noted = 0;
  if (number > 0) eng_csv_reset(load->csv);
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
  if (answer == ANSWER_DONE)
    note_counts(load, &counts, eng_csv_count(load->csv, ENG_CSV_ROWS) - rows,
                eng_csv_count(load->csv, ENG_CSV_SKIPPED) - skipped, number);
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
  if (file != stdin && bookfile_is(file))
    answer = bookfile_load(load->context, path, load->book);
  else
    answer = read_file(load, file, number);
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
  note_book(load);
  return ANSWER_DONE;
}

int input_load(struct session *session)
{
  struct load load = {.options = session->options, .context = session->context};
  eng_status status = eng_book_new(session->context, NULL, &session->book);
  int answer;

  load.book = session->book;
  if (status == ENG_OK)
    status = eng_csv_new(session->context, on_event, on_reject, &load, &load.csv);
  if (status != ENG_OK) return complain_status("input", status);
  answer = set_reader(&load);
  if (answer == ANSWER_DONE) answer = open_rejects(&load);
  if (answer == ANSWER_DONE) answer = read_inputs(&load);
  answer = close_rejects(&load, answer);
  if (answer == ANSWER_DONE && load.rejected > 0 &&
      eng_book_event_count(session->book) == 0) {
    complain("no row could be read; nothing is answered");
    answer = ANSWER_USAGE;
  }
  eng_csv_free(load.csv);
  return answer;
}
