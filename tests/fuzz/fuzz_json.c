/* SPDX-License-Identifier: MIT */
/*
 * fuzz_json.c - any bytes as JSON Lines: read whole and in pieces, which must say the
 * same.
 *
 * What is read is also written as JSON Lines and CSV and read again, which must give
 * the same event. The first byte chooses the limit of a line, the second one how pieces
 * are cut; the rest is the file.
 */
#include <engagement/export.h>
#include <engagement/jsonl.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All that was handed out, as one number. */
struct seen {
  uint64_t sum;
  uint64_t calls;
};

static void mix(struct seen *seen, uint64_t v)
{
  seen->sum = (seen->sum ^ v) * UINT64_C(0x100000001b3) + (v >> 32);
}

static void mix_bytes(struct seen *seen, const char *bytes, size_t length)
{
  mix(seen, length);
  for (size_t i = 0; i < length; i++) mix(seen, (uint8_t)bytes[i]);
}

/* ---- and again ---- */

static const eng_context *again_context;

/* The event that was written is the one that came back. */
struct again {
  const char *customer;
  size_t length;
  uint64_t id;
  int calls;
};

static eng_status on_again(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  struct again *again = user;

  (void)numbered, (void)line;
  if (length != again->length || memcmp(customer, again->customer, length) != 0)
    abort();
  if (eng_event_effective_id(event) != again->id) abort();
  again->calls++;
  return ENG_OK;
}

static void write_again(int32_t form, const char *customer, size_t length,
                        const eng_event *event)
{
  static char line[1 << 14];
  struct again again = {customer, length, eng_event_effective_id(event), 0};
  size_t head, size;
  eng_csv *csv;
  eng_jsonl *jsonl;

  if (eng_export_header(form, line, sizeof line, &head) != ENG_OK) abort();
  if (eng_export_event(form, customer, length, event, line + head, sizeof line - head,
                       &size) != ENG_OK) {
    abort();
  }
  if (form == ENG_EXPORT_CSV) {
    if (eng_csv_new(again_context, on_again, NULL, &again, &csv) != ENG_OK) abort();
    if (eng_csv_feed(csv, line, head + size) != ENG_OK) abort();
    if (eng_csv_finish(csv) != ENG_OK) abort();
    eng_csv_free(csv);
  } else {
    if (eng_jsonl_new(again_context, on_again, NULL, &again, &jsonl) != ENG_OK) abort();
    if (eng_jsonl_feed(jsonl, line, size) != ENG_OK) abort();
    if (eng_jsonl_finish(jsonl) != ENG_OK) abort();
    eng_jsonl_free(jsonl);
  }
  if (again.calls != 1) abort();
}

/* ---- what is handed out ---- */

static eng_status on_floor(void *user, const char *customer, size_t length,
                           int64_t floor, uint64_t line)
{
  struct seen *seen = user;

  if (length == 0 || (floor != ENG_TIME_NONE && (floor < 0 || floor > ENG_TIME_MAX))) {
    abort();
  }
  seen->calls++;
  mix(seen, 2);
  mix_bytes(seen, customer, length);
  mix(seen, (uint64_t)floor);
  mix(seen, line);
  return ENG_OK;
}

static eng_status on_link(void *user, const char *customer, size_t length,
                          const char *linked, size_t linked_length, int32_t merged,
                          int64_t changed_at, uint64_t line)
{
  struct seen *seen = user;

  if (length == 0 || linked_length == 0) abort();
  if (changed_at < 0 || changed_at > ENG_TIME_MAX) abort();
  if (length == linked_length && memcmp(customer, linked, length) == 0) abort();
  seen->calls++;
  mix(seen, 4);
  mix_bytes(seen, customer, length);
  mix_bytes(seen, linked, linked_length);
  mix(seen, (uint64_t)merged);
  mix(seen, (uint64_t)changed_at);
  mix(seen, line);
  return ENG_OK;
}

static eng_status on_event(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  struct seen *seen = user;
  int64_t time = eng_event_occurred_at(event);

  if (length == 0 || time < 0 || time > ENG_TIME_MAX) abort();
  if (eng_event_revision(event) > 0 && !eng_event_id(event, NULL)) abort();
  if (eng_event_occurrence(event) > 0 && eng_event_id(event, NULL)) abort();
  write_again(ENG_EXPORT_JSONL, customer, length, event);
  write_again(ENG_EXPORT_CSV, customer, length, event);
  seen->calls++;
  mix(seen, 1);
  mix_bytes(seen, customer, length);
  mix(seen, eng_event_effective_id(event));
  mix(seen, eng_event_revision(event));
  mix(seen, (uint64_t)eng_event_recorded_at(event));
  mix(seen, (uint64_t)time);
  mix(seen, (uint64_t)numbered);
  mix(seen, line);
  return ENG_OK;
}

static eng_status on_reject(void *user, const eng_error *error, const char *row,
                            size_t length)
{
  struct seen *seen = user;

  if (error->code == ENG_OK || error->text[0] == '\0') abort();
  seen->calls++;
  mix(seen, (uint64_t)error->code);
  mix(seen, error->line);
  mix(seen, error->column);
  mix(seen, error->offset);
  mix_bytes(seen, row, length);
  return ENG_OK;
}

/* step 0: whole; else pieces whose sizes follow from it. */
static void read_file(const eng_context *context, const char *bytes, size_t size,
                      uint32_t step, struct seen *seen)
{
  eng_jsonl *jsonl;
  eng_status status = ENG_OK;
  size_t at = 0;

  if (eng_jsonl_new(context, on_event, on_reject, seen, &jsonl) != ENG_OK ||
      eng_jsonl_set_on_floor(jsonl, on_floor) != ENG_OK ||
      eng_jsonl_set_on_link(jsonl, on_link) != ENG_OK ||
      eng_jsonl_set_received_at(jsonl, 86400000) != ENG_OK) {
    abort();
  }
  while (at < size && status == ENG_OK) {
    size_t n = step == 0 ? size : 1 + (step = step * 1664525U + 1013904223U) % 17;
    char *piece;

    if (n > size - at) n = size - at;
    piece = malloc(n);
    if (piece == NULL) abort();
    memcpy(piece, bytes + at, n);
    status = eng_jsonl_feed(jsonl, piece, n);
    free(piece);
    at += n;
  }
  if (status == ENG_OK) status = eng_jsonl_finish(jsonl);
  mix(seen, (uint64_t)status);
  mix(seen, (uint64_t)eng_jsonl_error(jsonl)->code);
  mix(seen, eng_jsonl_error(jsonl)->line);
  if (eng_jsonl_count(jsonl, ENG_JSONL_EVENTS) +
          eng_jsonl_count(jsonl, ENG_JSONL_REJECTED) +
          eng_jsonl_count(jsonl, ENG_JSONL_FLOORS) +
          eng_jsonl_count(jsonl, ENG_JSONL_LINKS) !=
      seen->calls) {
    abort();
  }
  for (int32_t i = 1; i <= ENG_JSONL_LINKS; i++) mix(seen, eng_jsonl_count(jsonl, i));
  eng_jsonl_free(jsonl);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_settings *settings;
  eng_context *context, *again_base;
  struct seen whole = {0, 0}, pieces = {0, 0};

  if (size < 2) return 0;
  if (eng_settings_new(NULL, &settings) != ENG_OK ||
      eng_settings_set_currency(settings, 978) != ENG_OK ||
      eng_settings_set_limit(settings, ENG_LIMIT_ROW, 16 + (uint64_t)data[0]) !=
          ENG_OK ||
      eng_context_new(settings, &context) != ENG_OK) {
    abort();
  }
  eng_settings_free(settings);
  if (eng_context_new(NULL, &again_base) != ENG_OK) abort();
  again_context = again_base;
  read_file(context, (const char *)data + 2, size - 2, 0, &whole);
  read_file(context, (const char *)data + 2, size - 2, 1 + (uint32_t)data[1], &pieces);
  if (whole.sum != pieces.sum) abort();
  eng_context_free(context);
  eng_context_free(again_base);
  return 0;
}
