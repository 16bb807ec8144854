/* SPDX-License-Identifier: MIT */
/*
 * fuzz_csv.c - any bytes as a file: read whole and in pieces, which must say the same.
 *
 * The first byte chooses the limit of a row, the second one how pieces are cut; the
 * rest is the file.
 */
#include <engagement/csv.h>

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

static eng_status on_event(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  struct seen *seen = user;
  int64_t time = eng_event_occurred_at(event);

  if (length == 0 || time < 0 || time > ENG_TIME_MAX) abort();
  if (eng_event_revision(event) > 0 && !eng_event_id(event, NULL)) abort();
  if (eng_event_occurrence(event) > 0 && eng_event_id(event, NULL)) abort();
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
  eng_csv *csv;
  eng_status status = ENG_OK;
  size_t at = 0;

  if (eng_csv_new(context, on_event, on_reject, seen, &csv) != ENG_OK) abort();
  while (at < size && status == ENG_OK) {
    size_t n = step == 0 ? size : 1 + (step = step * 1664525U + 1013904223U) % 17;
    char *piece;

    if (n > size - at) n = size - at;
    piece = malloc(n);
    if (piece == NULL) abort();
    memcpy(piece, bytes + at, n);
    status = eng_csv_feed(csv, piece, n);
    free(piece);
    at += n;
  }
  if (status == ENG_OK) status = eng_csv_finish(csv);
  mix(seen, (uint64_t)status);
  mix(seen, (uint64_t)eng_csv_error(csv)->code);
  mix(seen, eng_csv_error(csv)->line);
  for (int32_t i = 0; i < eng_csv_column_count(csv); i++) {
    size_t length;
    const char *name = eng_csv_column_name(csv, i, &length);

    mix_bytes(seen, name, length);
    mix(seen, (uint64_t)eng_csv_column_field(csv, i));
  }
  if (eng_csv_count(csv, ENG_CSV_EVENTS) + eng_csv_count(csv, ENG_CSV_REJECTED) !=
          seen->calls ||
      eng_csv_count(csv, ENG_CSV_ROWS) != seen->calls) {
    abort();
  }
  eng_csv_free(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_settings *settings;
  eng_context *context;
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
  read_file(context, (const char *)data + 2, size - 2, 0, &whole);
  read_file(context, (const char *)data + 2, size - 2, 1 + (uint32_t)data[1], &pieces);
  if (whole.sum != pieces.sum) abort();
  eng_context_free(context);
  return 0;
}
