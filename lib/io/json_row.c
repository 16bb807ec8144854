/* SPDX-License-Identifier: MIT */
/*
 * json_row.c - values of a line become the fields of a row, and the row an event.
 *
 * A field is a span of the line where it can be; what is decoded or made up stands in
 * the scratch, behind a copy of the line, so that a row has one base in either case.
 */
#include "io/json_row.h"

#include <string.h>

#include "core/memory.h"

/* What these tools send of themselves, or of states that are no act of a customer. */
static const char *const passed[] = {
    "adclick",
    "adexposure",
    "adquery",
    "adreward",
    "appclearversion",
    "appexception",
    "appremove",
    "appupdate",
    "applicationbackgrounded",
    "applicationcrashed",
    "applicationinstalled",
    "applicationopened",
    "applicationuninstalled",
    "applicationupdated",
    "accountaddeduser",
    "accountdeleted",
    "accountremoveduser",
    "campaigndetails",
    "cartviewed",
    "closeconvertlead",
    "closeunconvertlead",
    "couponapplied",
    "coupondenied",
    "couponentered",
    "couponremoved",
    "disqualifylead",
    "emailbounced",
    "experimentviewed",
    "firstopen",
    "firstvisit",
    "formstart",
    "notificationdismiss",
    "notificationreceive",
    "orderupdated",
    "osupdate",
    "productremovedfromwishlist",
    "qualifylead",
    "scroll",
    "signedout",
    "userengagement",
    "videoprogress",
    "viewcart",
    "workinglead",
};

/* ---- filling a row ---- */

void eng__row_begin(struct eng__forms *forms)
{
  struct eng__maker *maker = &forms->maker;

  for (int i = 0; i < ENG_FIELD_COUNT; i++) maker->column[i] = -1;
  maker->rare = false;
  forms->has_nul = false;
  forms->scratch_used = forms->length;
}

/* Room for more text, behind the line; many rows share one copy of it. */
eng_status eng__row_scratch(struct eng__forms *forms, size_t more, char **out)
{
  void *block = forms->scratch;
  size_t used = forms->scratch_used;
  eng_status status = eng__grow(eng__memory(forms->maker.context), &block,
                                &forms->scratch_room, used + more + 1, 1);

  forms->scratch = block;
  if (status != ENG_OK) return status;
  if (!forms->copied) {
    memcpy(forms->scratch, forms->line, forms->length);
    forms->copied = true;
  }
  *out = forms->scratch + used;
  return ENG_OK;
}

static bool is_rare(int32_t field)
{
  return field >= ENG_FIELD_VALENCE || field == ENG_FIELD_ID ||
         field == ENG_FIELD_SOURCE;
}

static void put_span(struct eng__forms *forms, int32_t field, uint32_t start,
                     uint32_t end, uint32_t where)
{
  struct eng__csv_field *f = &forms->fields[field];

  f->start = start;
  f->end = end;
  f->quoted = true; /* its spaces are its own */
  f->escaped = false;
  forms->where[field] = where;
  forms->maker.column[field] = field;
  if (is_rare(field)) forms->maker.rare = true;
}

eng_status eng__row_put_text(struct eng__forms *forms, int32_t field, const char *text,
                             size_t length, uint32_t where)
{
  char *to;

  TRY(eng__row_scratch(forms, length, &to));
  if (length > 0) memcpy(to, text, length);
  put_span(forms, field, forms->scratch_used, forms->scratch_used + (uint32_t)length,
           where);
  forms->scratch_used += (uint32_t)length;
  return ENG_OK;
}

static bool has_exponent(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (text[i] == 'e' || text[i] == 'E') return true;
  }
  return false;
}

/* Text, number, true or false. */
eng_status eng__row_put_value(struct eng__forms *forms, int32_t field,
                              const struct eng__json_value *value)
{
  size_t length = value->end - value->start;
  const char *text = forms->line + value->start;
  char plain[ENG__JSON_PLAIN], *to;

  if (value->kind == ENG__JSON_STRING && value->escaped) {
    TRY(eng__row_scratch(forms, length, &to));
    length = eng__json_text(forms->line, value, to, &forms->has_nul);
    put_span(forms, field, forms->scratch_used, forms->scratch_used + (uint32_t)length,
             value->start);
    forms->scratch_used += (uint32_t)length;
    return ENG_OK;
  }
  if (value->kind == ENG__JSON_NUMBER && has_exponent(text, length)) {
    length = eng__json_plain(text, length, plain, sizeof plain);
    if (length == 0) {
      return eng__json_refuse(forms, ENG_E_RANGE, value->start,
                              "a number of fewer digits was expected");
    }
    return eng__row_put_text(forms, field, plain, length, value->start);
  }
  put_span(forms, field, value->start, value->end, value->start);
  return ENG_OK;
}

/* ---- making the event ---- */

/* Letters and digits in lower case against a name of another tool's. */
static bool is_named(const char *name, const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];

    if (c == ' ' || c == '_' || c == '-') continue;
    if (c != *name) return false;
    name++;
  }
  return *name == '\0';
}

static bool is_passed(const struct eng__forms *forms, const struct eng__csv_row *row)
{
  const struct eng__csv_field *kind = &forms->fields[ENG_FIELD_KIND];

  if (forms->form == ENG_JSONL_OWN || forms->maker.column[ENG_FIELD_KIND] < 0) {
    return false;
  }
  for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
    if (is_named(passed[i], row->bytes + kind->start, kind->end - kind->start)) {
      return true;
    }
  }
  return false;
}

static struct eng__csv_row row_of(const struct eng__forms *forms)
{
  struct eng__csv_row row = {.fields = forms->fields, .has_nul = forms->has_nul};

  row.bytes = forms->copied ? forms->scratch : forms->line;
  row.length = forms->scratch_used;
  row.count = ENG_FIELD_COUNT;
  row.end = row.bytes + row.length;
  return row;
}

eng_status eng__row_make(struct eng__forms *forms)
{
  struct eng__maker *maker = &forms->maker;
  struct eng__csv_row row = row_of(forms);
  eng_status status;

  maker->time_format =
      forms->form == ENG_JSONL_OWN ? forms->time_format : ENG_TIME_AUTO;
  status = eng__maker_make(maker, &row);
  if (status == ENG_E_KIND && is_passed(forms, &row)) {
    maker->skipped = true;
    status = ENG_OK;
  }
  if (status != ENG_OK) {
    const struct eng__csv_field *f = maker->field_of_error;

    return eng__json_refuse(forms, status,
                            f == NULL ? 0 : forms->where[f - forms->fields],
                            maker->expected);
  }
  if (maker->is_floor && !forms->takes_floors) {
    return eng__json_refuse(forms, ENG_E_UNSUPPORTED, forms->where[ENG_FIELD_FLOOR],
                            "a timeline's floor, which nobody takes here");
  }
  if (maker->is_link && !forms->takes_links) {
    return eng__json_refuse(forms, ENG_E_UNSUPPORTED, forms->where[ENG_FIELD_LINK],
                            "a link of two customers, which nobody takes here");
  }
  if (forms->trial) return ENG_OK;
  if (maker->skipped) {
    forms->skipped++;
    eng__maker_pass(maker, &row);
    return ENG_OK;
  }
  forms->ended = forms->deliver(forms->user);
  return forms->ended;
}

/* ---- texts ---- */

bool eng__json_is_text(const struct eng__forms *forms,
                       const struct eng__json_value *value, const char *text)
{
  size_t length = strlen(text);

  return value->kind == ENG__JSON_STRING && value->end - value->start == length &&
         memcmp(forms->line + value->start, text, length) == 0;
}

/* A member's name as it is meant. */
const char *eng__json_plain_name(const struct eng__forms *forms,
                                 const struct eng__json_value *name,
                                 char buffer[ENG__NAME_ROOM], size_t *length)
{
  bool nul = false;

  *length = name->end - name->start;
  if (!name->escaped) return forms->line + name->start;
  if (*length > ENG__NAME_ROOM) {
    *length = 1;
    return "?";
  }
  *length = eng__json_text(forms->line, name, buffer, &nul);
  return buffer;
}

/* The kind that stands in the row, which decides what the rest means; 0: nobody knows
 * it, or it is passed over. */
int32_t eng__row_kind(struct eng__forms *forms)
{
  struct eng__csv_row row = row_of(forms);
  const struct eng__csv_field *f = &forms->fields[ENG_FIELD_KIND];
  int32_t kind;

  if (forms->maker.column[ENG_FIELD_KIND] < 0) return forms->maker.kind;
  (void)eng__maker_kind(&forms->maker, row.bytes + f->start, f->end - f->start, row.end,
                        &kind);
  return kind;
}

eng_status eng__row_put_words(struct eng__forms *forms, int32_t field,
                              const char *words, uint32_t where)
{
  return words == NULL ? ENG_OK
                       : eng__row_put_text(forms, field, words, strlen(words), where);
}

eng_status eng__row_put_received(struct eng__forms *forms)
{
  char text[ENG_TIME_TEXT];

  if (forms->received_at == ENG_TIME_NONE) return ENG_OK;
  TRY(eng_time_format(forms->received_at, text));
  return eng__row_put_words(forms, ENG_FIELD_TIME, text, 0);
}
