/* SPDX-License-Identifier: MIT */
/*
 * jsonl.c - the reader that hosts see: settings, lines, and events handed out.
 *
 * A line that lies whole in a piece is read where it is; only one that is cut is held.
 * Every line that is counted is good or a reject; nothing of a line ever stands in an
 * error.
 */
#include <engagement/jsonl.h>

#include <string.h>

#include <engagement/money.h>

#include "core/memory.h"
#include "core/status.h"
#include "io/json_forms.h"

struct eng_jsonl {
  const eng_context *context;
  eng_csv_event_fn on_event;
  eng_csv_reject_fn on_reject;
  eng_csv_floor_fn on_floor;
  eng_csv_link_fn on_link;
  void *user;
  bool busy; /* a callback is running */
  bool begun, finished;
  eng_status status; /* what ended the reading */
  eng_error error;
  uint64_t counts[ENG_JSONL_LINKS + 1];
  uint32_t limit;      /* bytes of the longest line */
  uint64_t number;     /* of the line that is being read, from 1 */
  uint64_t offset;     /* of its first byte in the file */
  uint64_t line_bytes; /* of it, in earlier pieces */
  bool skipping;       /* the rest of a line that was too long */
  char *held;          /* of a line that began in earlier pieces */
  size_t held_size, held_room;
  struct eng__forms forms;
};

/* ---- life ---- */

static eng_status deliver(void *user);

static void begin_file(eng_jsonl *jsonl)
{
  jsonl->begun = jsonl->finished = jsonl->skipping = false;
  jsonl->status = ENG_OK;
  jsonl->number = 1;
  jsonl->offset = jsonl->line_bytes = 0;
  jsonl->held_size = 0;
  eng__error_clear(&jsonl->error);
}

eng_status eng_jsonl_new(const eng_context *context, eng_csv_event_fn on_event,
                         eng_csv_reject_fn on_reject, void *user, eng_jsonl **out)
{
  eng_jsonl *jsonl;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL || on_event == NULL) return ENG_E_INVALID;
  jsonl = eng__new_zeroed(eng__memory(context), sizeof *jsonl);
  if (jsonl == NULL) return ENG_E_NOMEM;
  jsonl->context = context;
  jsonl->on_event = on_event;
  jsonl->on_reject = on_reject;
  jsonl->user = user;
  jsonl->limit = (uint32_t)eng__limit(context, ENG_LIMIT_ROW);
  eng_error_init(&jsonl->error, sizeof jsonl->error);
  eng__forms_init(&jsonl->forms, context);
  jsonl->forms.deliver = deliver;
  jsonl->forms.user = jsonl;
  begin_file(jsonl);
  *out = jsonl;
  return ENG_OK;
}

void eng_jsonl_free(eng_jsonl *jsonl)
{
  const eng_allocator *memory;

  if (jsonl == NULL) return;
  memory = eng__memory(jsonl->context);
  eng__free(memory, jsonl->held, jsonl->held_room);
  eng__forms_free(&jsonl->forms);
  eng__free(memory, jsonl, sizeof *jsonl);
}

void eng_jsonl_reset(eng_jsonl *jsonl)
{
  if (jsonl != NULL && !jsonl->busy) begin_file(jsonl);
}

/* ---- settings ---- */

/* What is remembered of names was remembered under other settings. */
static void forget_names(eng_jsonl *jsonl)
{
  memset(jsonl->forms.keys, 0, sizeof jsonl->forms.keys);
}

eng_status eng_jsonl_map(eng_jsonl *jsonl, int32_t field, const char *name,
                         size_t length)
{
  if (jsonl == NULL || jsonl->begun || name == NULL) return ENG_E_INVALID;
  if (field < 1 || field >= ENG_FIELD_COUNT) return ENG_E_RANGE;
  forget_names(jsonl);
  return eng__forms_map(&jsonl->forms, field, name, length);
}

eng_status eng_jsonl_map_kind(eng_jsonl *jsonl, const char *name, size_t length,
                              int32_t kind)
{
  if (jsonl == NULL || jsonl->begun || name == NULL) return ENG_E_INVALID;
  if (kind != 0 && !eng__kind_is_known(jsonl->context, kind)) return ENG_E_KIND;
  return eng__maker_name_kind(&jsonl->forms.maker, name, length, kind);
}

eng_status eng_jsonl_set_kind(eng_jsonl *jsonl, int32_t kind)
{
  if (jsonl == NULL || jsonl->begun) return ENG_E_INVALID;
  if (kind != 0 && !eng__kind_is_known(jsonl->context, kind)) return ENG_E_KIND;
  forget_names(jsonl);
  jsonl->forms.maker.kind = kind;
  return ENG_OK;
}

eng_status eng_jsonl_set_currency(eng_jsonl *jsonl, int32_t currency)
{
  if (jsonl == NULL || jsonl->begun) return ENG_E_INVALID;
  if (currency != 0 && eng_currency_decimals(currency) < 0) return ENG_E_CURRENCY;
  jsonl->forms.maker.currency = currency;
  return ENG_OK;
}

eng_status eng_jsonl_set_time_format(eng_jsonl *jsonl, int32_t format)
{
  if (jsonl == NULL || jsonl->begun) return ENG_E_INVALID;
  if (format < ENG_TIME_AUTO || format > ENG_TIME_MONTH_FIRST) return ENG_E_RANGE;
  jsonl->forms.time_format = format;
  return ENG_OK;
}

eng_status eng_jsonl_set_received_at(eng_jsonl *jsonl, int64_t time)
{
  if (jsonl == NULL) return ENG_E_INVALID;
  if (time != ENG_TIME_NONE && (time < 0 || time > ENG_TIME_MAX)) return ENG_E_TIME;
  jsonl->forms.received_at = time;
  return ENG_OK;
}

eng_status eng_jsonl_set_on_floor(eng_jsonl *jsonl, eng_csv_floor_fn on_floor)
{
  if (jsonl == NULL || jsonl->begun) return ENG_E_INVALID;
  jsonl->on_floor = on_floor;
  return ENG_OK;
}

eng_status eng_jsonl_set_on_link(eng_jsonl *jsonl, eng_csv_link_fn on_link)
{
  if (jsonl == NULL || jsonl->begun) return ENG_E_INVALID;
  jsonl->on_link = on_link;
  return ENG_OK;
}

/* ---- errors ---- */

static uint32_t small(uint64_t v) { return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX; }

static void set_error(const eng_jsonl *jsonl, eng_error *error, eng_status status,
                      uint32_t at, const char *text)
{
  (void)eng__error_set(error, status, small(jsonl->number), at + 1, jsonl->offset + at,
                       text);
}

static eng_status end_with(eng_jsonl *jsonl, eng_status status)
{
  if (jsonl->error.code == ENG_OK) {
    (void)eng__error_set(&jsonl->error, status, small(jsonl->number), 0, jsonl->offset,
                         NULL);
  }
  jsonl->status = status;
  return status;
}

static eng_status reject(eng_jsonl *jsonl, const char *line, uint32_t length,
                         eng_status problem, uint32_t at, const char *text)
{
  eng_error error;
  eng_status status;

  jsonl->counts[ENG_JSONL_REJECTED]++;
  if (jsonl->on_reject == NULL) {
    set_error(jsonl, &jsonl->error, problem, at, text);
    return problem;
  }
  eng_error_init(&error, sizeof error);
  set_error(jsonl, &error, problem, at, text);
  jsonl->busy = true;
  status = jsonl->on_reject(jsonl->user, &error, line, length);
  jsonl->busy = false;
  return status;
}

/* A kind that nobody knows is answered with the one that may have been meant. */
static const char *kind_text(const eng_jsonl *jsonl, char text[160])
{
  static const char start[] = "nobody knows this kind; the nearest known one is ";
  const char *nearest = eng_kind_name(jsonl->context, jsonl->forms.maker.nearest);
  size_t length = nearest == NULL ? 0 : strlen(nearest);

  if (length == 0 || length > 160 - sizeof start) return "nobody knows this kind";
  memcpy(text, start, sizeof start - 1);
  memcpy(text + sizeof start - 1, nearest, length + 1);
  return text;
}

/* ---- lines ---- */

/* Hands out what the maker made. */
static eng_status deliver(void *user)
{
  eng_jsonl *jsonl = user;
  const struct eng__maker *maker = &jsonl->forms.maker;
  eng_status status;

  jsonl->busy = true;
  if (maker->is_floor) {
    jsonl->counts[ENG_JSONL_FLOORS]++;
    status = jsonl->on_floor(jsonl->user, maker->customer, maker->customer_length,
                             maker->floor, jsonl->number);
  } else if (maker->is_link) {
    jsonl->counts[ENG_JSONL_LINKS]++;
    status = jsonl->on_link(jsonl->user, maker->customer, maker->customer_length,
                            maker->linked, maker->linked_length, maker->merged,
                            maker->changed_at, jsonl->number);
  } else {
    jsonl->counts[ENG_JSONL_EVENTS]++;
    status = jsonl->on_event(jsonl->user, maker->customer, maker->customer_length,
                             &maker->event, maker->numbered, jsonl->number);
  }
  jsonl->busy = false;
  return status;
}

static bool is_blank(const char *line, uint32_t length)
{
  for (uint32_t i = 0; i < length; i++) {
    if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') return false;
  }
  return true;
}

static eng_status read_line(eng_jsonl *jsonl, const char *line, uint32_t length)
{
  struct eng__forms *forms = &jsonl->forms;
  char text[160];
  eng_status status;

  if (is_blank(line, length)) return ENG_OK;
  jsonl->counts[ENG_JSONL_LINES]++;
  forms->takes_floors = jsonl->on_floor != NULL;
  forms->takes_links = jsonl->on_link != NULL;
  status = eng__forms_read(forms, line, length);
  if (status == ENG_OK) {
    jsonl->counts[forms->form]++;
    jsonl->counts[ENG_JSONL_SKIPPED] += forms->skipped;
    return ENG_OK;
  }
  if (forms->ended != ENG_OK) return forms->ended;
  if (status == ENG_E_NOMEM) return status;
  return reject(jsonl, line, length, status, forms->at_error,
                forms->expected == NULL && status == ENG_E_KIND ? kind_text(jsonl, text)
                                                                : forms->expected);
}

/* The line without a byte order mark, if it is the first, and without the CR of its
 * end. */
static eng_status trim_and_read(eng_jsonl *jsonl, const char *line, size_t length)
{
  size_t mark = 0;
  eng_status status;

  if (jsonl->number == 1 && length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
    mark = 3;
  }
  if (length > mark && line[length - 1] == '\r') length--;
  jsonl->offset += mark;
  status = read_line(jsonl, line + mark, (uint32_t)(length - mark));
  jsonl->offset -= mark;
  return status;
}

static eng_status reject_long(eng_jsonl *jsonl, const char *line)
{
  jsonl->counts[ENG_JSONL_LINES]++;
  return reject(jsonl, line, jsonl->limit, ENG_E_LIMIT, jsonl->limit,
                "the line is too long");
}

static void next_line(eng_jsonl *jsonl, uint64_t length)
{
  jsonl->offset += length;
  jsonl->number++;
  jsonl->held_size = 0;
  jsonl->skipping = false;
}

static eng_status hold(eng_jsonl *jsonl, const char *bytes, size_t length)
{
  void *block = jsonl->held;
  eng_status status = eng__grow(eng__memory(jsonl->context), &block, &jsonl->held_room,
                                jsonl->held_size + length, 1);

  jsonl->held = block;
  if (status != ENG_OK) return status;
  memcpy(jsonl->held + jsonl->held_size, bytes, length);
  jsonl->held_size += length;
  return ENG_OK;
}

/* The next bytes of a line, with its line end or without; those beyond the limit are
 * never held. */
static eng_status read_part(eng_jsonl *jsonl, const char *bytes, size_t length,
                            bool whole)
{
  size_t all = jsonl->held_size + length, room = jsonl->limit - jsonl->held_size;
  const char *line = bytes;
  eng_status status = ENG_OK;

  if (jsonl->skipping) return ENG_OK;
  if (jsonl->held_size > 0 || (!whole && length <= room)) {
    status = hold(jsonl, bytes, length < room ? length : room);
    if (status != ENG_OK) return status;
    line = jsonl->held;
  }
  if (all > jsonl->limit) {
    jsonl->skipping = true;
    return reject_long(jsonl, line);
  }
  return whole ? trim_and_read(jsonl, line, all) : ENG_OK;
}

static eng_status read_piece(eng_jsonl *jsonl, const char *bytes, size_t length)
{
  while (length > 0) {
    const char *end = memchr(bytes, '\n', length);
    size_t n = end == NULL ? length : (size_t)(end - bytes);
    eng_status status = read_part(jsonl, bytes, n, end != NULL);

    if (status != ENG_OK) return end_with(jsonl, status);
    jsonl->line_bytes += n;
    if (end == NULL) return ENG_OK;
    next_line(jsonl, jsonl->line_bytes + 1);
    jsonl->line_bytes = 0;
    bytes += n + 1;
    length -= n + 1;
  }
  return ENG_OK;
}

eng_status eng_jsonl_feed(eng_jsonl *jsonl, const char *bytes, size_t length)
{
  if (jsonl == NULL || (bytes == NULL && length > 0)) return ENG_E_INVALID;
  if (jsonl->busy || jsonl->finished) return ENG_E_INVALID;
  if (jsonl->status != ENG_OK || length == 0) return jsonl->status;
  jsonl->begun = true;
  return read_piece(jsonl, bytes, length);
}

eng_status eng_jsonl_finish(eng_jsonl *jsonl)
{
  eng_status status;

  if (jsonl == NULL || jsonl->busy || jsonl->finished) return ENG_E_INVALID;
  if (jsonl->status != ENG_OK) return jsonl->status;
  jsonl->begun = jsonl->finished = true;
  if (jsonl->skipping || jsonl->held_size == 0) return ENG_OK;
  status = trim_and_read(jsonl, jsonl->held, jsonl->held_size);
  return status == ENG_OK ? ENG_OK : end_with(jsonl, status);
}

/* ---- what is known of it ---- */

const eng_error *eng_jsonl_error(const eng_jsonl *jsonl)
{
  return jsonl == NULL ? NULL : &jsonl->error;
}

int32_t eng_jsonl_skipped_count(const eng_jsonl *jsonl)
{
  return jsonl == NULL ? 0 : jsonl->forms.maker.passed.count;
}

const char *eng_jsonl_skipped_name(const eng_jsonl *jsonl, int32_t index,
                                   size_t *length, uint64_t *count)
{
  return eng__passed_at(jsonl == NULL ? NULL : &jsonl->forms.maker.passed, index,
                        length, count);
}

uint64_t eng_jsonl_count(const eng_jsonl *jsonl, int32_t what)
{
  if (jsonl == NULL || what < ENG_JSONL_LINES || what > ENG_JSONL_LINKS) return 0;
  return jsonl->counts[what];
}
