/* SPDX-License-Identifier: MIT */
/*
 * export.c - an event as a line of text that reads back as the same event.
 *
 * A line is a list of fields that are present, in one order; only how a field is set
 * off differs between the two forms. What the makers of events (csv_event.c) would
 * refuse or read otherwise is written with `#`, which both understand.
 */
#include <engagement/export.h>

#include <string.h>

#include <engagement/csv.h>
#include <engagement/money.h>

#include "core/customer.h"
#include "core/event.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "io/csv_event.h"

/* ---- text into a buffer that may be too small ---- */

struct line {
  char *buffer;
  size_t capacity, size;
  int32_t form;
  int32_t next; /* the column that comes next, or how many members there are */
};

static void put(struct line *line, const char *text, size_t length)
{
  if (line->size <= line->capacity && length <= line->capacity - line->size) {
    memcpy(line->buffer + line->size, text, length);
  }
  line->size += length;
}

static void put_byte(struct line *line, char c) { put(line, &c, 1); }

static void put_words(struct line *line, const char *words)
{
  put(line, words, strlen(words));
}

static void put_hex(struct line *line, uint64_t v, int digits)
{
  while (digits-- > 0) put_byte(line, "0123456789abcdef"[v >> 4 * digits & 15]);
}

static void put_hex_bytes(struct line *line, const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) put_hex(line, bytes[i], 2);
}

static void put_number(struct line *line, int64_t v)
{
  char digits[20];
  uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
  size_t n = sizeof digits;

  do {
    digits[--n] = (char)('0' + magnitude % 10);
    magnitude /= 10;
  } while (magnitude > 0);
  if (v < 0) put_byte(line, '-');
  put(line, digits + n, sizeof digits - n);
}

/* Thousandths as a number with as many decimals as it needs. */
static void put_thousandths(struct line *line, int64_t v)
{
  int64_t rest = v % 1000;

  if (v < 0 && v > -1000) put_byte(line, '-');
  put_number(line, v / 1000);
  if (rest == 0) return;
  if (rest < 0) rest = -rest;
  put_byte(line, '.');
  put_byte(line, (char)('0' + rest / 100));
  if (rest % 100 != 0) put_byte(line, (char)('0' + rest / 10 % 10));
  if (rest % 10 != 0) put_byte(line, (char)('0' + rest % 10));
}

/* ---- fields ---- */

static void begin(struct line *line)
{
  if (line->form == ENG_EXPORT_JSONL) put_byte(line, '{');
}

/* Up to where the field's value is to stand. */
static void go_to(struct line *line, int32_t field)
{
  if (line->form == ENG_EXPORT_CSV) {
    for (; line->next < field - 1; line->next++) put_byte(line, ',');
    return;
  }
  if (line->next++ > 0) put_byte(line, ',');
  put_byte(line, '"');
  put_words(line, eng_field_name(field));
  put_words(line, "\":");
}

static void end(struct line *line)
{
  if (line->form == ENG_EXPORT_CSV) go_to(line, ENG_FIELD_COUNT - 1);
  if (line->form == ENG_EXPORT_JSONL) put_byte(line, '}');
  put_byte(line, '\n');
}

/* Around what is no number in JSON; nothing of it needs an escape. */
static void put_mark(struct line *line)
{
  if (line->form == ENG_EXPORT_JSONL) put_byte(line, '"');
}

static void put_plain(struct line *line, int32_t field, const char *words)
{
  go_to(line, field);
  put_mark(line);
  put_words(line, words);
  put_mark(line);
}

static void put_json_text(struct line *line, const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    uint8_t c = (uint8_t)text[i];

    if (c == '"' || c == '\\') put_byte(line, '\\');
    if (c < ' ') {
      put_words(line, "\\u00");
      put_hex(line, c, 2);
    } else {
      put_byte(line, text[i]);
    }
  }
}

static void put_csv_text(struct line *line, const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"') put_byte(line, '"');
    put_byte(line, text[i]);
  }
}

/* Letters, digits and what never ends a field. */
static bool is_bare(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    char c = text[i];

    if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
          (c != '\0' && strchr("-_.@#:/+", c) != NULL))) {
      return false;
    }
  }
  return true;
}

/* An id in the one field if it is text, else in the other. */
static void put_id(struct line *line, int32_t field, const char *id, size_t length)
{
  if (!eng__is_utf8(id, length)) return; /* put_hex_id has it */
  go_to(line, field);
  if (line->form == ENG_EXPORT_CSV && is_bare(id, length)) {
    put(line, id, length);
    return;
  }
  put_byte(line, '"');
  if (line->form == ENG_EXPORT_JSONL) put_json_text(line, id, length);
  if (line->form == ENG_EXPORT_CSV) put_csv_text(line, id, length);
  put_byte(line, '"');
}

static void put_hex_id(struct line *line, int32_t field, const char *id, size_t length)
{
  if (eng__is_utf8(id, length)) return;
  go_to(line, field);
  put_mark(line);
  put_hex_bytes(line, (const uint8_t *)id, length);
  put_mark(line);
}

static void put_time(struct line *line, int32_t field, int64_t time)
{
  char text[ENG_TIME_TEXT];

  if (eng_time_format(time, text) == ENG_OK) put_plain(line, field, text);
}

/* A name, or `#` and the number where this version knows none. */
static void put_name(struct line *line, int32_t field, const char *name, int32_t number)
{
  if (name != NULL) {
    put_plain(line, field, name);
    return;
  }
  go_to(line, field);
  put_mark(line);
  put_byte(line, '#');
  put_number(line, number);
  put_mark(line);
}

static void put_hash(struct line *line, int32_t field, uint64_t v, int digits)
{
  go_to(line, field);
  put_mark(line);
  put_byte(line, '#');
  put_hex(line, v, digits);
  put_mark(line);
}

static void put_flag(struct line *line, int32_t field)
{
  go_to(line, field);
  put_words(line, "true");
}

/* ---- an event ---- */

static void put_amount(struct line *line, const struct eng__event *event)
{
  char text[ENG_MONEY_TEXT];

  if (!(event->has & ENG__HAS_AMOUNT)) return;
  if (eng_money_format(event->amount, event->currency, text) != ENG_OK) return;
  go_to(line, ENG_FIELD_AMOUNT);
  put_words(line, text);
  put_plain(line, ENG_FIELD_CURRENCY, eng_currency_code(event->currency));
}

static void put_value(struct line *line, const struct eng__event *event)
{
  bool rated;

  if (!(event->has & ENG__HAS_VALUE)) return;
  if (!eng__value_fits(event, &rated)) {
    put_hash(line, ENG_FIELD_VALUE, (uint64_t)event->value, 16);
    return;
  }
  go_to(line, ENG_FIELD_VALUE);
  if (rated) {
    put_thousandths(line, event->value);
  } else {
    put_number(line, event->value);
  }
}

static const char *scale_name(uint8_t scale)
{
  static const char *const names[] = {
      [ENG_SCALE_NPS] = "nps",     [ENG_SCALE_CSAT] = "csat",   [ENG_SCALE_CES] = "ces",
      [ENG_SCALE_STARS] = "stars", [ENG_SCALE_OTHER] = "other",
  };

  return names[scale];
}

/* The fields that few events have. */
static void put_rare(struct line *line, const struct eng__event *event)
{
  if (event->has & ENG__HAS_VALENCE) {
    go_to(line, ENG_FIELD_VALENCE);
    put_number(line, event->valence);
  }
  if (event->has & ENG__IS_INCENTIVISED) put_flag(line, ENG_FIELD_INCENTIVISED);
  if (event->has & ENG__IS_PUBLIC) put_flag(line, ENG_FIELD_PUBLIC);
  if (event->has & ENG__HAS_REFERS_TO) {
    put_hash(line, ENG_FIELD_REFERS_TO, event->refers_to, 16);
  }
  if (event->has & ENG__HAS_ACTOR) {
    go_to(line, ENG_FIELD_ACTOR);
    put_number(line, event->actor);
  }
  if (event->has & ENG__HAS_TOPIC) put_hash(line, ENG_FIELD_TOPIC, event->topic, 8);
  if (event->revision != 0) {
    go_to(line, ENG_FIELD_REVISION);
    put_number(line, event->revision);
  }
  if (event->occurrence != 0) {
    go_to(line, ENG_FIELD_OCCURRENCE);
    put_number(line, event->occurrence);
  }
  if (event->has & ENG__HAS_RECORDED_AT) {
    put_time(line, ENG_FIELD_RECORDED_AT, event->recorded_at);
  }
}

/* In the order of the columns. */
static void put_event(struct line *line, const char *id, size_t length,
                      const eng_context *context, const struct eng__event *event)
{
  begin(line);
  put_id(line, ENG_FIELD_CUSTOMER, id, length);
  put_time(line, ENG_FIELD_TIME, event->occurred_at);
  put_name(line, ENG_FIELD_KIND, eng_kind_name(context, event->kind), event->kind);
  if (event->has & ENG__HAS_ID) put_hash(line, ENG_FIELD_ID, event->id, 16);
  if (event->channel != 0) {
    put_name(line, ENG_FIELD_CHANNEL, eng_channel_name(context, event->channel),
             event->channel);
  }
  put_amount(line, event);
  put_value(line, event);
  if (event->scale != 0) put_plain(line, ENG_FIELD_SCALE, scale_name(event->scale));
  put_rare(line, event);
  if (event->extension_size > 0) {
    go_to(line, ENG_FIELD_EXTENSION);
    put_mark(line);
    put_hex_bytes(line, event->extension, event->extension_size);
    put_mark(line);
  }
  put_hex_id(line, ENG_FIELD_CUSTOMER_HEX, id, length);
  end(line);
}

static void put_floor(struct line *line, const char *id, size_t length, int64_t floor)
{
  begin(line);
  put_id(line, ENG_FIELD_CUSTOMER, id, length);
  if (floor == ENG_TIME_NONE) {
    put_plain(line, ENG_FIELD_FLOOR, "none");
  } else {
    put_time(line, ENG_FIELD_FLOOR, floor);
  }
  put_hex_id(line, ENG_FIELD_CUSTOMER_HEX, id, length);
  end(line);
}

struct link {
  const char *id, *linked;
  size_t length, linked_length;
  int32_t merged;
  int64_t changed_at;
};

static void put_link(struct line *line, const struct link *link)
{
  begin(line);
  put_id(line, ENG_FIELD_CUSTOMER, link->id, link->length);
  put_time(line, ENG_FIELD_TIME, link->changed_at);
  put_hex_id(line, ENG_FIELD_CUSTOMER_HEX, link->id, link->length);
  put_plain(line, ENG_FIELD_LINK, link->merged ? "merged" : "unmerged");
  put_id(line, ENG_FIELD_LINKED, link->linked, link->linked_length);
  put_hex_id(line, ENG_FIELD_LINKED_HEX, link->linked, link->linked_length);
  end(line);
}

/* ---- calls ---- */

static bool is_form(int32_t form)
{
  return form == ENG_EXPORT_JSONL || form == ENG_EXPORT_CSV;
}

static eng_status open_line(struct line *line, int32_t form, char *buffer,
                            size_t capacity, size_t *size)
{
  if (size == NULL) return ENG_E_INVALID;
  *size = 0;
  if (buffer == NULL && capacity > 0) return ENG_E_INVALID;
  if (!is_form(form)) return ENG_E_RANGE;
  memset(line, 0, sizeof *line);
  line->buffer = buffer;
  line->capacity = capacity;
  line->form = form;
  return ENG_OK;
}

static eng_status close_line(const struct line *line, size_t *size)
{
  *size = line->size;
  return line->size <= line->capacity ? ENG_OK : ENG_E_BUFFER;
}

eng_status eng_export_header(int32_t form, char *buffer, size_t capacity, size_t *size)
{
  struct line line;
  eng_status status = open_line(&line, form, buffer, capacity, size);

  if (status != ENG_OK || form == ENG_EXPORT_JSONL) return status;
  for (int32_t field = 1; field < ENG_FIELD_COUNT; field++) {
    go_to(&line, field);
    put_words(&line, eng_field_name(field));
  }
  end(&line);
  return close_line(&line, size);
}

eng_status eng_export_event(int32_t form, const char *id, size_t length,
                            const eng_event *event, char *buffer, size_t capacity,
                            size_t *size)
{
  struct line line;
  eng_status status = open_line(&line, form, buffer, capacity, size);

  if (status != ENG_OK) return status;
  if (id == NULL || event == NULL) return ENG_E_INVALID;
  if (length == 0) return ENG_E_CUSTOMER;
  put_event(&line, id, length, event->context, &event->fields);
  return close_line(&line, size);
}

eng_status eng_export_floor(int32_t form, const char *id, size_t length, int64_t floor,
                            char *buffer, size_t capacity, size_t *size)
{
  struct line line;
  eng_status status = open_line(&line, form, buffer, capacity, size);

  if (status != ENG_OK) return status;
  if (id == NULL) return ENG_E_INVALID;
  if (length == 0) return ENG_E_CUSTOMER;
  if (floor != ENG_TIME_NONE && (floor < 0 || floor > ENG_TIME_MAX)) return ENG_E_TIME;
  put_floor(&line, id, length, floor);
  return close_line(&line, size);
}

eng_status eng_export_link(int32_t form, const char *id, size_t length,
                           const char *linked, size_t linked_length, int32_t merged,
                           int64_t changed_at, char *buffer, size_t capacity,
                           size_t *size)
{
  const struct link link = {id, linked, length, linked_length, merged, changed_at};
  struct line line;
  eng_status status = open_line(&line, form, buffer, capacity, size);

  if (status != ENG_OK) return status;
  if (id == NULL || linked == NULL) return ENG_E_INVALID;
  if (length == 0 || linked_length == 0) return ENG_E_CUSTOMER;
  if (merged != 0 && merged != 1) return ENG_E_RANGE;
  if (changed_at < 0 || changed_at > ENG_TIME_MAX) return ENG_E_TIME;
  put_link(&line, &link);
  return close_line(&line, size);
}

/* ---- a customer ---- */

enum { ROOM = 4096 };

/* Lines on their way to the host, a buffer of them at a time. */
struct writer {
  const eng_customer *customer;
  const char *id;
  size_t length;
  int32_t form;
  eng_export_fn write;
  void *user;
  char *buffer;
  size_t room, used;
};

static eng_status flush(struct writer *out)
{
  size_t used = out->used;

  out->used = 0;
  return used == 0 ? ENG_OK : out->write(out->user, out->buffer, used);
}

/* The line of an event, or of the floor where there is no event, at the end of the
 * buffer. */
static eng_status add_line(struct writer *out, const eng_event *event, size_t *size)
{
  char *at = out->buffer + out->used;
  size_t room = out->room - out->used;

  if (event != NULL) {
    return eng_export_event(out->form, out->id, out->length, event, at, room, size);
  }
  return eng_export_floor(out->form, out->id, out->length,
                          eng_customer_floor(out->customer), at, room, size);
}

static eng_status export_line(struct writer *out, const eng_event *event)
{
  size_t size;
  eng_status status = add_line(out, event, &size);

  if (status == ENG_E_BUFFER) {
    void *block = out->buffer;

    status = flush(out);
    if (status != ENG_OK) return status;
    status = eng__grow(eng__memory(out->customer->home.pen.context), &block, &out->room,
                       size, 1);
    out->buffer = block;
    if (status != ENG_OK) return status;
    status = add_line(out, event, &size);
  }
  if (status == ENG_OK) out->used += size;
  return status;
}

static eng_status export_all(struct writer *out)
{
  const eng_event *event = NULL;
  eng_event_cursor *cursor;
  eng_status status = ENG_OK;

  if (eng_customer_floor(out->customer) != ENG_TIME_NONE ||
      eng_customer_event_count(out->customer) == 0) {
    status = export_line(out, NULL);
  }
  if (status != ENG_OK) return status;
  status = eng_event_cursor_new(out->customer, &cursor);
  if (status != ENG_OK) return status;
  while (status == ENG_OK) {
    status = eng_event_cursor_next(cursor, &event);
    if (status != ENG_OK || event == NULL) break;
    status = export_line(out, event);
  }
  eng_event_cursor_free(cursor);
  return status == ENG_OK ? flush(out) : status;
}

eng_status eng_export_customer(const eng_customer *customer, int32_t form,
                               eng_export_fn write, void *user)
{
  struct writer out = {
      .customer = customer, .form = form, .write = write, .user = user};
  void *block = NULL;
  eng_status status;

  if (customer == NULL || write == NULL) return ENG_E_INVALID;
  if (!is_form(form)) return ENG_E_RANGE;
  out.id = eng_customer_id(customer, &out.length);
  status =
      eng__grow(eng__memory(customer->home.pen.context), &block, &out.room, ROOM, 1);
  out.buffer = block;
  if (status == ENG_OK) status = export_all(&out);
  eng__free(eng__memory(customer->home.pen.context), out.buffer, out.room);
  return status;
}
