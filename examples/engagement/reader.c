/* SPDX-License-Identifier: MIT */
/*
 * reader.c - CSV and JSON Lines behind one face.
 */
#include "reader.h"

#include <string.h>

#include "text.h"

int reader_form_of(const char *path)
{
  static const struct {
    const char *ending;
    int form;
  } endings[] = {{".csv", INPUT_CSV},
                 {".tsv", INPUT_CSV},
                 {".jsonl", INPUT_JSONL},
                 {".ndjson", INPUT_JSONL},
                 {".json", INPUT_JSONL}};
  const char *dot = strrchr(path, '.');

  for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof endings[0]; i++) {
    if (text_same(dot, endings[i].ending)) return endings[i].form;
  }
  return INPUT_AUTO;
}

eng_status reader_new(struct reader *reader, const eng_context *context,
                      eng_csv_event_fn on_event, eng_csv_reject_fn on_reject,
                      eng_csv_floor_fn on_floor, eng_csv_link_fn on_link, void *user)
{
  eng_status status;

  *reader = (struct reader){NULL, NULL, INPUT_CSV};
  status = eng_csv_new(context, on_event, on_reject, user, &reader->csv);
  if (status == ENG_OK)
    status = eng_jsonl_new(context, on_event, on_reject, user, &reader->jsonl);
  if (status == ENG_OK) status = eng_csv_set_on_floor(reader->csv, on_floor);
  if (status == ENG_OK) status = eng_jsonl_set_on_floor(reader->jsonl, on_floor);
  if (status == ENG_OK) status = eng_csv_set_on_link(reader->csv, on_link);
  if (status == ENG_OK) status = eng_jsonl_set_on_link(reader->jsonl, on_link);
  return status;
}

void reader_free(struct reader *reader)
{
  eng_csv_free(reader->csv);
  eng_jsonl_free(reader->jsonl);
}

/* ---- settings ---- */

eng_status reader_map(struct reader *reader, int32_t field, const char *name,
                      size_t length)
{
  eng_status status = eng_csv_map(reader->csv, field, name, length);

  return status == ENG_OK ? eng_jsonl_map(reader->jsonl, field, name, length) : status;
}

eng_status reader_map_kind(struct reader *reader, const char *name, size_t length,
                           int32_t kind)
{
  eng_status status = eng_csv_map_kind(reader->csv, name, length, kind);

  if (status != ENG_OK) return status;
  return eng_jsonl_map_kind(reader->jsonl, name, length, kind);
}

eng_status reader_set_kind(struct reader *reader, int32_t kind)
{
  eng_status status = eng_csv_set_kind(reader->csv, kind);

  return status == ENG_OK ? eng_jsonl_set_kind(reader->jsonl, kind) : status;
}

eng_status reader_set_currency(struct reader *reader, int32_t currency)
{
  eng_status status = eng_csv_set_currency(reader->csv, currency);

  return status == ENG_OK ? eng_jsonl_set_currency(reader->jsonl, currency) : status;
}

eng_status reader_set_time_format(struct reader *reader, int32_t format)
{
  eng_status status = eng_csv_set_time_format(reader->csv, format);

  return status == ENG_OK ? eng_jsonl_set_time_format(reader->jsonl, format) : status;
}

/* ---- reading ---- */

void reader_begin(struct reader *reader, int form)
{
  reader->form = form;
  eng_csv_reset(reader->csv);
  eng_jsonl_reset(reader->jsonl);
}

eng_status reader_feed(struct reader *reader, const char *bytes, size_t length)
{
  return reader->form == INPUT_JSONL ? eng_jsonl_feed(reader->jsonl, bytes, length)
                                     : eng_csv_feed(reader->csv, bytes, length);
}

eng_status reader_finish(struct reader *reader)
{
  return reader->form == INPUT_JSONL ? eng_jsonl_finish(reader->jsonl)
                                     : eng_csv_finish(reader->csv);
}

const eng_error *reader_error(const struct reader *reader)
{
  return reader->form == INPUT_JSONL ? eng_jsonl_error(reader->jsonl)
                                     : eng_csv_error(reader->csv);
}

uint64_t reader_rows(const struct reader *reader)
{
  return eng_csv_count(reader->csv, ENG_CSV_ROWS) +
         eng_jsonl_count(reader->jsonl, ENG_JSONL_LINES);
}

uint64_t reader_skipped(const struct reader *reader)
{
  return eng_csv_count(reader->csv, ENG_CSV_SKIPPED) +
         eng_jsonl_count(reader->jsonl, ENG_JSONL_SKIPPED);
}

/* Those of CSV have the even numbers, those of JSON Lines the odd ones: as more come,
 * none changes its own. */
const char *reader_skipped_name(const struct reader *reader, int32_t index,
                                size_t *length, uint64_t *count)
{
  return index % 2 == 0
             ? eng_csv_skipped_name(reader->csv, index / 2, length, count)
             : eng_jsonl_skipped_name(reader->jsonl, index / 2, length, count);
}
