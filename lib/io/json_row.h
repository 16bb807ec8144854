/* SPDX-License-Identifier: MIT */
/*
 * json_row.h - the row that a line of JSON fills, whichever form it has.
 */
#ifndef ENG_IO_JSON_ROW_H
#define ENG_IO_JSON_ROW_H

#include "io/json_forms.h"

/* ---- what is wrong ---- */

static inline eng_status eng__json_refuse(struct eng__forms *forms, eng_status status,
                                          uint32_t at, const char *expected)
{
  forms->at_error = at;
  forms->expected = expected;
  return status;
}

/* What the grammar lacks. */
static inline eng_status eng__json_refuse_text(struct eng__forms *forms,
                                               const struct eng__json *json,
                                               eng_status status)
{
  return eng__json_refuse(forms, status, json->at, json->expected);
}

#define TRY(call)                                                                      \
  do {                                                                                 \
    eng_status status_ = (call);                                                       \
    if (status_ != ENG_OK) return status_;                                             \
  } while (0)

/* The same for calls that read on in `json`. */
#define READ(call)                                                                     \
  do {                                                                                 \
    eng_status status_ = (call);                                                       \
    if (status_ != ENG_OK) return eng__json_refuse_text(forms, json, status_);         \
  } while (0)

static inline struct eng__json eng__json_at(const struct eng__forms *forms,
                                            const struct eng__json_value *value)
{
  struct eng__json json = {forms->line, forms->length, value->start, NULL};

  return json;
}

/* ---- members of the outermost object ---- */

/* Those that tell the forms of other tools. */
enum {
  ENG__TOP_TYPE = 1,
  ENG__TOP_ACTION,
  ENG__TOP_EVENT,
  ENG__TOP_USER_OF_SEGMENT,
  ENG__TOP_ANONYMOUS,
  ENG__TOP_TIMESTAMP,
  ENG__TOP_ORIGINAL_TIMESTAMP,
  ENG__TOP_SENT_AT,
  ENG__TOP_RECEIVED_AT,
  ENG__TOP_MESSAGE_ID,
  ENG__TOP_PROPERTIES,
  ENG__TOP_TRAITS,
  ENG__TOP_CHANNEL,
  ENG__TOP_BATCH,
  ENG__TOP_EVENT_NAME,
  ENG__TOP_EVENT_TIMESTAMP,
  ENG__TOP_EVENT_PARAMS,
  ENG__TOP_USER_PSEUDO,
  ENG__TOP_USER,
  ENG__TOP_ECOMMERCE,
  ENG__TOP_PLATFORM,
  ENG__TOP_CLIENT,
  ENG__TOP_APP_INSTANCE,
  ENG__TOP_TIMESTAMP_MICROS,
  ENG__TOP_EVENTS,
  ENG__TOP_COUNT
};

/* The members of an object that any form asks for. */
struct eng__members {
  struct eng__json_value top[ENG__TOP_COUNT];
  struct eng__json_value own[ENG_FIELD_COUNT];
  int32_t sureness[ENG_FIELD_COUNT];
  uint32_t tops, nulls, twice; /* bits of ENG__TOP_*: there, null, there twice */
  uint32_t owns, owns_twice;   /* bits of ENG_FIELD_* */
};

static inline bool eng__has(const struct eng__members *m, int top)
{
  return m->tops >> top & 1;
}

static inline bool eng__has_kind(const struct eng__members *m, int top, uint8_t kind)
{
  return eng__has(m, top) && m->top[top].kind == kind;
}

/* ---- values ---- */

/* Whether a text without escapes is this one. */
bool eng__json_is_text(const struct eng__forms *forms,
                       const struct eng__json_value *value, const char *text);

/* A member's name as it is meant; one with escapes in the buffer. */
enum { ENG__NAME_ROOM = 64 }; /* of a name with escapes; a longer one is nobody's */
const char *eng__json_plain_name(const struct eng__forms *forms,
                                 const struct eng__json_value *name,
                                 char buffer[ENG__NAME_ROOM], size_t *length);

static inline bool eng__json_is_simple(const struct eng__json_value *value)
{
  return value->kind == ENG__JSON_STRING || value->kind == ENG__JSON_NUMBER;
}

/* A text that says something, or a number. */
static inline bool eng__json_says(const struct eng__json_value *value)
{
  return eng__json_is_simple(value) && value->end > value->start;
}

/* ---- the row ---- */

/* A row without fields. */
void eng__row_begin(struct eng__forms *forms);

/* A field of a text, number, true or false; of a text made up; of words or none. */
eng_status eng__row_put_value(struct eng__forms *forms, int32_t field,
                              const struct eng__json_value *value);
eng_status eng__row_put_text(struct eng__forms *forms, int32_t field, const char *text,
                             size_t length, uint32_t where);
eng_status eng__row_put_words(struct eng__forms *forms, int32_t field,
                              const char *words, uint32_t where);

/* The time when the line was received, if that is told. */
eng_status eng__row_put_received(struct eng__forms *forms);

/* Room for more text, behind a copy of the line. */
eng_status eng__row_scratch(struct eng__forms *forms, size_t more, char **out);

/* The kind that stands in the row, which decides what the rest means; 0: nobody knows
 * it, or it is passed over. */
int32_t eng__row_kind(struct eng__forms *forms);

/* Makes the event, and hands it out unless it is only tried. */
eng_status eng__row_make(struct eng__forms *forms);

/* ---- the forms of other tools ---- */

bool eng__is_segment(const struct eng__forms *forms, const struct eng__members *m);
bool eng__is_exported(const struct eng__members *m);
bool eng__is_protocol(const struct eng__members *m);

/* A call of Segment's, a row of GA4's export, all events of a payload. */
eng_status eng__read_segment(struct eng__forms *forms, const struct eng__members *m);
eng_status eng__read_exported(struct eng__forms *forms, const struct eng__members *m);
eng_status eng__read_protocol(struct eng__forms *forms, const struct eng__members *m);

#endif
