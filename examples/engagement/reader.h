/* SPDX-License-Identifier: MIT */
/*
 * reader.h - one reader for rows of CSV and lines of JSON.
 *
 * Settings are made of both; which one reads is chosen before each file.
 */
#ifndef ENGAGEMENT_PROGRAM_READER_H
#define ENGAGEMENT_PROGRAM_READER_H

#include <engagement/jsonl.h>

/* What a file can be. */
enum {
  INPUT_AUTO = 0, /* found out */
  INPUT_CSV = 1,
  INPUT_JSONL = 2,
  INPUT_BOOK = 3,
  INPUT_CUSTOMER = 4
};

struct reader {
  eng_csv *csv;
  eng_jsonl *jsonl;
  int form; /* INPUT_CSV or INPUT_JSONL: of the file that is read */
};

/* Of a name: INPUT_AUTO if it says nothing. */
int reader_form_of(const char *path);

eng_status reader_new(struct reader *reader, const eng_context *context,
                      eng_csv_event_fn on_event, eng_csv_reject_fn on_reject,
                      eng_csv_floor_fn on_floor, eng_csv_link_fn on_link, void *user);
void reader_free(struct reader *reader);

eng_status reader_map(struct reader *reader, int32_t field, const char *name,
                      size_t length);
eng_status reader_map_kind(struct reader *reader, const char *name, size_t length,
                           int32_t kind);
eng_status reader_set_kind(struct reader *reader, int32_t kind);
eng_status reader_set_currency(struct reader *reader, int32_t currency);
eng_status reader_set_time_format(struct reader *reader, int32_t format);

/* Makes ready for a file. */
void reader_begin(struct reader *reader, int form);
eng_status reader_feed(struct reader *reader, const char *bytes, size_t length);
eng_status reader_finish(struct reader *reader);
const eng_error *reader_error(const struct reader *reader);

/* Over all files: rows and lines, and what was passed over. */
uint64_t reader_rows(const struct reader *reader);
uint64_t reader_skipped(const struct reader *reader);

/* The kinds that were passed over, by index over both readers; NULL: there is none. */
enum { READER_SKIPPED_NAMES = 64 };
const char *reader_skipped_name(const struct reader *reader, int32_t index,
                                size_t *length, uint64_t *count);

#endif
