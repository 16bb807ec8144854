/* SPDX-License-Identifier: MIT */
/*
 * json_forms.h - a line of JSON becomes events, in whichever of three forms it is.
 *
 * Our own (the names of CSV columns), a call of Segment's, an event of GA4's as its
 * BigQuery export or its Measurement Protocol has it. Each becomes a row of fields, and
 * one maker makes events of rows, so that JSON and CSV cannot differ in what a field
 * means. A line is all or nothing: its first event is handed out when its last one was
 * found good.
 */
#ifndef ENG_IO_JSON_FORMS_H
#define ENG_IO_JSON_FORMS_H

#include <engagement/jsonl.h>

#include "io/csv_event.h"
#include "io/json.h"

/* What became of names seen lately. */
enum { ENG__KEY_SLOTS = 256, ENG__KEY_NAME = 32 };

struct eng__key {
  uint64_t head, tail; /* of the name's bytes; all of them up to 16 */
  int32_t sureness;
  uint8_t length; /* 0: an empty slot */
  uint8_t field;  /* ENG_FIELD_*; 0: none */
  uint8_t top;    /* what the name is to the other forms; 0: nothing */
  char name[ENG__KEY_NAME];
};

/* Hands out the event, or the floor, that the maker just made. */
typedef eng_status (*eng__forms_fn)(void *user);

struct eng__forms {
  struct eng__maker maker;
  struct {
    char *bytes; /* NULL: none */
    size_t length;
  } mapped[ENG_FIELD_COUNT];
  bool any_mapped;
  bool takes_floors, takes_links;
  int32_t time_format;
  int64_t received_at; /* ENG_TIME_NONE: none */
  eng__forms_fn deliver;
  void *user;

  /* of the line */
  const char *line;
  uint32_t length;
  bool trial;        /* only tried: nothing is handed out */
  int32_t form;      /* ENG_JSONL_OWN, ... */
  eng_status ended;  /* what deliver answered, if not ENG_OK */
  uint64_t skipped;  /* events of it that are passed over */
  uint32_t at_error; /* a byte of it */
  const char *expected;

  /* of the row that is being filled: spans of the line, or of the scratch, which begins
   * with a copy of it once there is anything beside in one of its rows */
  struct eng__csv_field fields[ENG_FIELD_COUNT];
  uint32_t where[ENG_FIELD_COUNT]; /* in the line */
  bool has_nul;
  bool copied;
  char *scratch;
  size_t scratch_room;
  uint32_t scratch_used;

  struct eng__key keys[ENG__KEY_SLOTS];
};

void eng__forms_init(struct eng__forms *forms, const eng_context *context);
void eng__forms_free(struct eng__forms *forms);

/* As eng_jsonl_map. */
eng_status eng__forms_map(struct eng__forms *forms, int32_t field, const char *name,
                          size_t length);

/*
 * Reads a line without its line end. Returns ENG_OK, ENG_E_NOMEM, what is wrong with it
 * (at_error and expected say where and what; of an unknown kind the maker's nearest),
 * or, where `ended` is not ENG_OK, that.
 */
eng_status eng__forms_read(struct eng__forms *forms, const char *line, uint32_t length);

#endif
