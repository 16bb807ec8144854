/* SPDX-License-Identifier: MIT */
/*
 * csv.c - the reader that hosts see: settings, the header, and rows handed out.
 *
 * Every row that is counted is an event, a reject or passed over; nothing of a row
 * ever stands in an error.
 */
#include <engagement/csv.h>

#include <string.h>

#include <engagement/money.h>

#include "core/checked.h"
#include "core/memory.h"
#include "core/status.h"
#include "io/csv_event.h"
#include "io/csv_rows.h"
#include "io/fields.h"

struct name {
  char *bytes; /* NULL: none */
  size_t length;
};

struct column {
  uint32_t start, length; /* of its name, in names */
  int32_t field;          /* 0: passed over */
};

struct eng_csv {
  const eng_context *context;
  eng_csv_event_fn on_event;
  eng_csv_reject_fn on_reject;
  eng_csv_floor_fn on_floor;
  eng_csv_link_fn on_link;
  void *user;
  char delimiter; /* 0: found out */
  bool busy;      /* a callback is running */
  bool begun, finished;
  eng_status status; /* what ended the reading */
  eng_error error;
  uint64_t counts[ENG_CSV_LINKS + 1];
  struct name mapped[ENG_FIELD_COUNT];
  struct column *columns;
  char *names;
  size_t column_room, name_room;
  int32_t column_count;
  struct eng__csv_rows rows;
  struct eng__maker maker;
};

/* ---- life ---- */

eng_status eng_csv_new(const eng_context *context, eng_csv_event_fn on_event,
                       eng_csv_reject_fn on_reject, void *user, eng_csv **out)
{
  eng_csv *csv;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL || on_event == NULL) return ENG_E_INVALID;
  csv = eng__new_zeroed(eng__memory(context), sizeof *csv);
  if (csv == NULL) return ENG_E_NOMEM;
  csv->context = context;
  csv->on_event = on_event;
  csv->on_reject = on_reject;
  csv->user = user;
  eng_error_init(&csv->error, sizeof csv->error);
  eng__csv_rows_init(&csv->rows, eng__memory(context),
                     eng__limit(context, ENG_LIMIT_ROW));
  eng__maker_init(&csv->maker, context);
  csv->maker.may_comma = true;
  *out = csv;
  return ENG_OK;
}

static void free_name(const eng_allocator *memory, struct name *name)
{
  eng__free(memory, name->bytes, name->length + 1);
}

void eng_csv_free(eng_csv *csv)
{
  const eng_allocator *memory;

  if (csv == NULL) return;
  memory = eng__memory(csv->context);
  for (int i = 0; i < ENG_FIELD_COUNT; i++) free_name(memory, &csv->mapped[i]);
  eng__free(memory, csv->columns, csv->column_room * sizeof csv->columns[0]);
  eng__free(memory, csv->names, csv->name_room);
  eng__csv_rows_free(&csv->rows);
  eng__maker_free(&csv->maker);
  eng__free(memory, csv, sizeof *csv);
}

void eng_csv_reset(eng_csv *csv)
{
  if (csv == NULL || csv->busy) return;
  csv->begun = csv->finished = false;
  csv->status = ENG_OK;
  csv->column_count = 0;
  eng__error_clear(&csv->error);
  eng__csv_rows_begin(&csv->rows, csv->delimiter);
}

/* ---- settings ---- */

eng_status eng_csv_set_delimiter(eng_csv *csv, int32_t delimiter)
{
  int32_t lower = delimiter | 32;

  if (csv == NULL || csv->begun) return ENG_E_INVALID;
  if (delimiter < 0 || delimiter > 255 || delimiter == '"' || delimiter == '\n' ||
      delimiter == '\r' || (delimiter >= '0' && delimiter <= '9') ||
      (lower >= 'a' && lower <= 'z')) {
    return ENG_E_RANGE;
  }
  csv->delimiter = (char)delimiter;
  eng__csv_rows_begin(&csv->rows, csv->delimiter);
  return ENG_OK;
}

eng_status eng_csv_map(eng_csv *csv, int32_t field, const char *column, size_t length)
{
  const eng_allocator *memory;
  size_t size;
  char *copy;

  if (csv == NULL || csv->begun || column == NULL) return ENG_E_INVALID;
  if (field < 1 || field >= ENG_FIELD_COUNT) return ENG_E_RANGE;
  for (int i = 1; i < ENG_FIELD_COUNT; i++) {
    const struct name *other = &csv->mapped[i];

    if (i != field && other->bytes != NULL && other->length == length &&
        memcmp(other->bytes, column, length) == 0) {
      return ENG_E_DUPLICATE;
    }
  }
  memory = eng__memory(csv->context);
  copy = eng__add_size(length, 1, &size) ? eng__new(memory, size) : NULL;
  if (copy == NULL) return ENG_E_NOMEM;
  memcpy(copy, column, length);
  free_name(memory, &csv->mapped[field]);
  csv->mapped[field].bytes = copy;
  csv->mapped[field].length = length;
  return ENG_OK;
}

eng_status eng_csv_map_kind(eng_csv *csv, const char *name, size_t length, int32_t kind)
{
  if (csv == NULL || csv->begun || name == NULL) return ENG_E_INVALID;
  if (kind != 0 && !eng__kind_is_known(csv->context, kind)) return ENG_E_KIND;
  return eng__maker_name_kind(&csv->maker, name, length, kind);
}

eng_status eng_csv_set_kind(eng_csv *csv, int32_t kind)
{
  if (csv == NULL || csv->begun) return ENG_E_INVALID;
  if (kind != 0 && !eng__kind_is_known(csv->context, kind)) return ENG_E_KIND;
  csv->maker.kind = kind;
  return ENG_OK;
}

eng_status eng_csv_set_currency(eng_csv *csv, int32_t currency)
{
  if (csv == NULL || csv->begun) return ENG_E_INVALID;
  if (currency != 0 && eng_currency_decimals(currency) < 0) return ENG_E_CURRENCY;
  csv->maker.currency = currency;
  return ENG_OK;
}

eng_status eng_csv_set_time_format(eng_csv *csv, int32_t format)
{
  if (csv == NULL || csv->begun) return ENG_E_INVALID;
  if (format < ENG_TIME_AUTO || format > ENG_TIME_MONTH_FIRST) return ENG_E_RANGE;
  csv->maker.time_format = format;
  return ENG_OK;
}

eng_status eng_csv_set_decimal_comma(eng_csv *csv, int32_t on)
{
  if (csv == NULL || csv->begun) return ENG_E_INVALID;
  if (on != 0 && on != 1) return ENG_E_RANGE;
  csv->maker.comma = on == 1;
  return ENG_OK;
}

eng_status eng_csv_set_on_floor(eng_csv *csv, eng_csv_floor_fn on_floor)
{
  if (csv == NULL || csv->begun) return ENG_E_INVALID;
  csv->on_floor = on_floor;
  return ENG_OK;
}

eng_status eng_csv_set_on_link(eng_csv *csv, eng_csv_link_fn on_link)
{
  if (csv == NULL || csv->begun) return ENG_E_INVALID;
  csv->on_link = on_link;
  return ENG_OK;
}

/* ---- errors ---- */

struct message {
  char text[160];
  size_t length;
};

static void add(struct message *m, const char *text)
{
  size_t n = strlen(text);

  if (n >= sizeof m->text - m->length) n = sizeof m->text - m->length - 1;
  memcpy(m->text + m->length, text, n);
  m->length += n;
  m->text[m->length] = '\0';
}

/* A name from the host or a header, cut short and without what a terminal would act
 * on. */
static void add_name(struct message *m, const char *name, size_t length)
{
  char safe[41];
  size_t n = length < sizeof safe ? length : sizeof safe - 1;

  for (size_t i = 0; i < n; i++) {
    safe[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
  }
  safe[n] = '\0';
  add(m, "'");
  add(m, safe);
  add(m, n < length ? "...'" : "'");
}

static uint32_t small(uint64_t v) { return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX; }

static void set_error(eng_error *error, eng_status status,
                      const struct eng__csv_row *row, uint32_t column, const char *text)
{
  (void)eng__error_set(error, status, small(row->line), column + 1,
                       row->offset + column, text);
}

/* ---- the header ---- */

static eng_status refuse_header(eng_csv *csv, const struct eng__csv_row *row,
                                uint32_t column, const struct message *m)
{
  set_error(&csv->error, ENG_E_HEADER, row, column, m->text);
  return ENG_E_HEADER;
}

static bool is_space(char c) { return c == ' ' || c == '\t'; }

static void trim(const struct eng__csv_row *row, struct eng__csv_field *field)
{
  if (field->quoted) return;
  while (field->start < field->end && is_space(row->bytes[field->start]))
    field->start++;
  while (field->start < field->end && is_space(row->bytes[field->end - 1]))
    field->end--;
}

static eng_status copy_names(eng_csv *csv, const struct eng__csv_row *row)
{
  const eng_allocator *memory = eng__memory(csv->context);
  void *columns = csv->columns, *names = csv->names;
  uint32_t used = 0;
  eng_status status = eng__grow(memory, &columns, &csv->column_room, row->count,
                                sizeof csv->columns[0]);

  csv->columns = columns;
  if (status != ENG_OK) return status;
  status = eng__grow(memory, &names, &csv->name_room, (size_t)row->length + 1, 1);
  csv->names = names;
  if (status != ENG_OK) return status;
  for (uint32_t i = 0; i < row->count; i++) {
    struct eng__csv_field field = row->fields[i];
    struct column *column = &csv->columns[i];

    trim(row, &field);
    column->start = used;
    column->length = (uint32_t)eng__csv_field_copy(row, &field, csv->names + used);
    column->field = 0;
    used += column->length;
  }
  csv->column_count = (int32_t)row->count;
  return ENG_OK;
}

/* The best column for each field so far. */
struct claim {
  int32_t column; /* -1: none */
  int32_t sureness;
  int32_t rival; /* a column of the same name; -1: none */
};

static int32_t mapped_field(const eng_csv *csv, const char *name, size_t length)
{
  for (int32_t i = 1; i < ENG_FIELD_COUNT; i++) {
    const struct name *mapped = &csv->mapped[i];

    if (mapped->bytes != NULL && mapped->length == length &&
        memcmp(mapped->bytes, name, length) == 0) {
      return i;
    }
  }
  return 0;
}

/* What a column's name says. A host that gives the kind of all rows does not want it
 * guessed. */
static int32_t recognise(const eng_csv *csv, const struct column *column,
                         int32_t *sureness)
{
  const char *name = csv->names + column->start;
  int32_t field = mapped_field(csv, name, column->length);

  *sureness = ENG__FIELD_MAPPED;
  if (field != 0) return field;
  field = eng__field_recognise(name, column->length, sureness);
  if (csv->mapped[field].bytes != NULL) return 0;
  if (field == ENG_FIELD_KIND && csv->maker.kind != 0 &&
      *sureness >= ENG__FIELD_COMMON) {
    return 0;
  }
  return field;
}

static void make_claims(const eng_csv *csv, struct claim claims[ENG_FIELD_COUNT])
{
  for (int i = 0; i < ENG_FIELD_COUNT; i++) {
    claims[i].column = claims[i].rival = -1;
    claims[i].sureness = INT32_MAX;
  }
  for (int32_t i = 0; i < csv->column_count; i++) {
    int32_t sureness;
    struct claim *claim = &claims[recognise(csv, &csv->columns[i], &sureness)];

    if (sureness < claim->sureness) {
      claim->column = i;
      claim->sureness = sureness;
      claim->rival = -1;
    } else if (sureness == claim->sureness && claim->rival < 0) {
      claim->rival = i;
    }
  }
}

/* Whether a file can do without a column for the field. */
static bool is_needed(const eng_csv *csv, int32_t field)
{
  if (csv->mapped[field].bytes != NULL) return true;
  if (field == ENG_FIELD_KIND) return csv->maker.kind == 0;
  return field == ENG_FIELD_CUSTOMER || field == ENG_FIELD_TIME;
}

static eng_status settle_claim(eng_csv *csv, const struct eng__csv_row *row,
                               int32_t field, const struct claim *claim)
{
  struct message m = {"", 0};

  if (claim->rival >= 0) {
    add(&m, "two columns for ");
    add(&m, eng_field_name(field));
    return refuse_header(csv, row, eng__csv_field_column(&row->fields[claim->rival]),
                         &m);
  }
  if (claim->column < 0 && is_needed(csv, field)) {
    const struct name *mapped = &csv->mapped[field];

    add(&m, "no column ");
    if (mapped->bytes != NULL) {
      add_name(&m, mapped->bytes, mapped->length);
      add(&m, " ");
    }
    add(&m, "for ");
    add(&m, eng_field_name(field));
    return refuse_header(csv, row, 0, &m);
  }
  csv->maker.column[field] = claim->column;
  if (claim->column >= 0) csv->columns[claim->column].field = field;
  return ENG_OK;
}

static bool is_rare(int32_t field)
{
  switch (field) {
  case ENG_FIELD_CUSTOMER:
  case ENG_FIELD_TIME:
  case ENG_FIELD_KIND:
  case ENG_FIELD_CHANNEL:
  case ENG_FIELD_AMOUNT:
  case ENG_FIELD_CURRENCY:
  case ENG_FIELD_VALUE:
  case ENG_FIELD_SCALE: return false;
  default: return true;
  }
}

static eng_status find_columns(eng_csv *csv, const struct eng__csv_row *row)
{
  struct claim claims[ENG_FIELD_COUNT];

  make_claims(csv, claims);
  csv->maker.rare = false;
  for (int32_t i = 1; i < ENG_FIELD_COUNT; i++) {
    eng_status status = settle_claim(csv, row, i, &claims[i]);

    if (status != ENG_OK) return status;
    if (claims[i].column >= 0 && is_rare(i)) csv->maker.rare = true;
  }
  return ENG_OK;
}

static eng_status read_header(eng_csv *csv, const struct eng__csv_row *row)
{
  struct message m = {"", 0};
  eng_status status;

  if (row->problem == ENG_E_LIMIT) {
    set_error(&csv->error, ENG_E_LIMIT, row, 0, "the header is too long");
    return ENG_E_LIMIT;
  }
  if (row->has_nul) {
    add(&m, "a NUL in the header: is the file UTF-16? UTF-8 was expected");
    return refuse_header(csv, row, 0, &m);
  }
  status = eng__csv_rows_header(&csv->rows);
  if (status != ENG_OK) return status;
  if (row->problem != ENG_OK) {
    add(&m, "a quoted name in the header is not closed or is followed by text");
    return refuse_header(csv, row, 0, &m);
  }
  status = copy_names(csv, row);
  return status != ENG_OK ? status : find_columns(csv, row);
}

/* ---- rows ---- */

static eng_status end_with(eng_csv *csv, eng_status status,
                           const struct eng__csv_row *row)
{
  if (csv->error.code == ENG_OK) {
    (void)eng__error_set(&csv->error, status, row == NULL ? 0 : small(row->line), 0,
                         row == NULL ? 0 : row->offset, NULL);
  }
  csv->status = status;
  return status;
}

static eng_status reject(eng_csv *csv, const struct eng__csv_row *row,
                         eng_status problem, uint32_t column, const char *text)
{
  eng_error error;
  eng_status status;

  csv->counts[ENG_CSV_REJECTED]++;
  if (csv->on_reject == NULL) {
    set_error(&csv->error, problem, row, column, text);
    return problem;
  }
  eng_error_init(&error, sizeof error);
  set_error(&error, problem, row, column, text);
  csv->busy = true;
  status = csv->on_reject(csv->user, &error, row->bytes, row->length);
  csv->busy = false;
  return status;
}

/* A row that could not be split. */
static eng_status reject_row(eng_csv *csv, const struct eng__csv_row *row)
{
  const char *text = "a quoted field is not closed or is followed by text";

  if (row->problem == ENG_E_LIMIT) {
    text = "the row is too long";
  } else if (row->problem == ENG_E_ROW) {
    text = row->count < (uint32_t)csv->column_count
               ? "the row has fewer fields than the header"
               : "the row has more fields than the header";
  }
  return reject(csv, row, row->problem, row->column, text);
}

/* A row of which the maker says what is wrong. */
static eng_status reject_field(eng_csv *csv, const struct eng__csv_row *row,
                               eng_status problem)
{
  const struct eng__maker *maker = &csv->maker;
  const char *nearest = eng_kind_name(csv->context, maker->nearest);
  struct message m = {"", 0};

  if (maker->expected != NULL || problem != ENG_E_KIND) {
    return reject(csv, row, problem, maker->column_of_error, maker->expected);
  }
  add(&m, "nobody knows this kind");
  if (nearest != NULL) {
    add(&m, "; the nearest known one is ");
    add(&m, nearest);
  }
  return reject(csv, row, problem, maker->column_of_error, m.text);
}

/* A row that carries a floor. */
static eng_status hand_floor(eng_csv *csv, const struct eng__csv_row *row)
{
  const struct eng__maker *maker = &csv->maker;
  eng_status status;

  if (csv->on_floor == NULL) {
    return reject(csv, row, ENG_E_UNSUPPORTED,
                  eng__csv_field_column(&row->fields[maker->column[ENG_FIELD_FLOOR]]),
                  "a timeline's floor, which nobody takes here");
  }
  csv->counts[ENG_CSV_FLOORS]++;
  csv->busy = true;
  status = csv->on_floor(csv->user, maker->customer, maker->customer_length,
                         maker->floor, row->line);
  csv->busy = false;
  return status;
}

/* A row that links two customers. */
static eng_status hand_link(eng_csv *csv, const struct eng__csv_row *row)
{
  const struct eng__maker *maker = &csv->maker;
  eng_status status;

  if (csv->on_link == NULL) {
    return reject(csv, row, ENG_E_UNSUPPORTED,
                  eng__csv_field_column(&row->fields[maker->column[ENG_FIELD_LINK]]),
                  "a link of two customers, which nobody takes here");
  }
  csv->counts[ENG_CSV_LINKS]++;
  csv->busy = true;
  status =
      csv->on_link(csv->user, maker->customer, maker->customer_length, maker->linked,
                   maker->linked_length, maker->merged, maker->changed_at, row->line);
  csv->busy = false;
  return status;
}

static eng_status read_row(eng_csv *csv, const struct eng__csv_row *row)
{
  struct eng__maker *maker = &csv->maker;
  eng_status status;

  csv->counts[ENG_CSV_ROWS]++;
  if (row->problem != ENG_OK) return reject_row(csv, row);
  status = eng__maker_make(maker, row);
  if (status == ENG_E_NOMEM) return status;
  if (status != ENG_OK) return reject_field(csv, row, status);
  if (maker->skipped) {
    csv->counts[ENG_CSV_SKIPPED]++;
    eng__maker_pass(maker, row);
    return ENG_OK;
  }
  if (maker->is_floor) return hand_floor(csv, row);
  if (maker->is_link) return hand_link(csv, row);
  csv->counts[ENG_CSV_EVENTS]++;
  csv->busy = true;
  status = csv->on_event(csv->user, maker->customer, maker->customer_length,
                         &maker->event, maker->numbered, row->line);
  csv->busy = false;
  return status;
}

static eng_status read_rows(eng_csv *csv)
{
  for (;;) {
    const struct eng__csv_row *row;
    eng_status status = eng__csv_rows_next(&csv->rows, &row);

    if (status != ENG_OK) return end_with(csv, status, NULL);
    if (row == NULL) return ENG_OK;
    status = csv->column_count == 0 ? read_header(csv, row) : read_row(csv, row);
    if (status != ENG_OK) return end_with(csv, status, row);
  }
}

eng_status eng_csv_feed(eng_csv *csv, const char *bytes, size_t length)
{
  eng_status status;

  if (csv == NULL || (bytes == NULL && length > 0)) return ENG_E_INVALID;
  if (csv->busy || csv->finished) return ENG_E_INVALID;
  if (csv->status != ENG_OK || length == 0) return csv->status;
  csv->begun = true;
  status = eng__csv_rows_feed(&csv->rows, bytes, length);
  return status != ENG_OK ? end_with(csv, status, NULL) : read_rows(csv);
}

eng_status eng_csv_finish(eng_csv *csv)
{
  eng_status status;

  if (csv == NULL || csv->busy || csv->finished) return ENG_E_INVALID;
  if (csv->status != ENG_OK) return csv->status;
  csv->begun = csv->finished = true;
  eng__csv_rows_end(&csv->rows);
  status = read_rows(csv);
  if (status != ENG_OK || csv->column_count > 0) return status;
  (void)eng__error_set(&csv->error, ENG_E_HEADER, 1, 0, 0, "the file has no header");
  return end_with(csv, ENG_E_HEADER, NULL);
}

/* ---- what is known of it ---- */

const eng_error *eng_csv_error(const eng_csv *csv)
{
  return csv == NULL ? NULL : &csv->error;
}

uint64_t eng_csv_count(const eng_csv *csv, int32_t what)
{
  if (csv == NULL || what < ENG_CSV_ROWS || what > ENG_CSV_LINKS) return 0;
  return csv->counts[what];
}

int32_t eng_csv_skipped_count(const eng_csv *csv)
{
  return csv == NULL ? 0 : csv->maker.passed.count;
}

const char *eng_csv_skipped_name(const eng_csv *csv, int32_t index, size_t *length,
                                 uint64_t *count)
{
  return eng__passed_at(csv == NULL ? NULL : &csv->maker.passed, index, length, count);
}

int32_t eng_csv_column_count(const eng_csv *csv)
{
  return csv == NULL ? 0 : csv->column_count;
}

static const struct column *column_at(const eng_csv *csv, int32_t column)
{
  if (csv == NULL || column < 0 || column >= csv->column_count) return NULL;
  return &csv->columns[column];
}

const char *eng_csv_column_name(const eng_csv *csv, int32_t column, size_t *length)
{
  const struct column *c = column_at(csv, column);

  if (length != NULL) *length = c == NULL ? 0 : c->length;
  return c == NULL ? NULL : csv->names + c->start;
}

int32_t eng_csv_column_field(const eng_csv *csv, int32_t column)
{
  const struct column *c = column_at(csv, column);

  return c == NULL ? 0 : c->field;
}
