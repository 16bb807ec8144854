/* SPDX-License-Identifier: MIT */
/*
 * status.c - the one list of status texts, and filling the caller's error.
 */
#include "core/status.h"

#include <string.h>

const char *eng_status_text(eng_status status)
{
  switch (status) {
  case ENG_OK: return "done";
  case ENG_E_NOMEM: return "out of memory";
  case ENG_E_LIMIT: return "a limit of the settings would be exceeded";
  case ENG_E_CANCELLED: return "cancelled";
  case ENG_E_UNSUPPORTED:
    return "there is no such answer for this model, or in this build";
  case ENG_E_CALLBACK: return "a callback of the host failed";
  case ENG_E_INVALID: return "an argument is missing or contradicts another";
  case ENG_E_RANGE: return "an argument is out of range";
  case ENG_E_NOTFOUND: return "not found";
  case ENG_E_BUFFER: return "the buffer is too small";
  case ENG_E_CONTEXT: return "made from different contexts";
  case ENG_E_OVERFLOW: return "does not fit 64 bits";
  case ENG_E_TRUNCATED: return "the bytes end too early";
  case ENG_E_MAGIC: return "not encoded by this library";
  case ENG_E_VERSION: return "written by an unknown version of the format";
  case ENG_E_CHECKSUM: return "damaged: the checksum differs";
  case ENG_E_VARINT: return "a number is not in its shortest form";
  case ENG_E_COUNT: return "a count says more than the bytes hold";
  case ENG_E_ORDER: return "not in canonical order";
  case ENG_E_CANONICAL: return "not the canonical encoding";
  case ENG_E_TRAILING: return "bytes follow the end";
  case ENG_E_FIELD: return "a field is out of range";
  case ENG_E_VOCABULARY: return "uses a kind or channel that the context does not name";
  case ENG_E_SYNTAX: return "the text does not follow the grammar";
  case ENG_E_TYPE: return "the types do not fit together";
  case ENG_E_NAME: return "unknown name";
  case ENG_E_DUPLICATE: return "given twice";
  case ENG_E_LANGUAGE: return "unknown version of the model language";
  case ENG_E_ROW: return "the row has too few or too many fields";
  case ENG_E_QUOTE: return "a quote is not closed, or text follows it";
  case ENG_E_CUSTOMER: return "the customer is missing or too long";
  case ENG_E_TIME: return "not a time that is recognised, or outside 1970..9999";
  case ENG_E_KIND: return "unknown kind";
  case ENG_E_CHANNEL: return "unknown channel";
  case ENG_E_AMOUNT: return "not an amount in this currency";
  case ENG_E_CURRENCY: return "not a currency of ISO 4217, or none is given";
  case ENG_E_VALUE: return "not a value for this kind and scale";
  case ENG_E_FLAG: return "not a yes or no";
  case ENG_E_IDENTITY: return "a revision needs an id, an occurrence must have none";
  case ENG_E_TEXT: return "not valid text";
  case ENG_E_HEADER: return "the header lacks a column, or has one twice";
  case ENG_E_SCALE: return "unknown scale";
  case ENG_E_THIN: return "the data is too thin to tell";
  case ENG_E_NOFIT: return "no parameters are likelier than all others";
  case ENG_E_INFINITE: return "infinite";
  case ENG_E_BUSY: return "another holds the lock of the file";
  case ENG_E_IO: return "reading or writing the file failed";
  case ENG_E_FULL: return "the disk is full";
  case ENG_E_DAMAGED: return "the file is damaged";
  case ENG_E_READONLY: return "the file may be read only";
  case ENG_E_KEY: return "a key is needed, or it is another than that of the file";
  default: return "unknown status";
  }
}

void eng_error_init(eng_error *error, uint32_t size)
{
  if (error == NULL || size < sizeof(uint32_t)) return;
  memset(error, 0, size < sizeof *error ? size : sizeof *error);
  error->size = size;
}

/* How much of an error a caller has that was compiled against a smaller or a larger
 * struct: whole fields, and of the text what there is room for. */
static size_t room_of(const eng_error *error)
{
  static const size_t ends[] = {offsetof(eng_error, line), offsetof(eng_error, column),
                                offsetof(eng_error, offset), offsetof(eng_error, text)};
  size_t room = 0;

  if (error->size >= sizeof *error) return sizeof *error;
  if (error->size > offsetof(eng_error, text)) return error->size;
  for (int i = 0; i < 4 && ends[i] <= error->size; i++) room = ends[i];
  return room;
}

eng_status eng__error_set(eng_error *error, eng_status status, uint32_t line,
                          uint32_t column, uint64_t offset, const char *text)
{
  eng_error whole;
  size_t room, n, most;

  if (error == NULL) return status;
  room = room_of(error);
  memset(&whole, 0, sizeof whole);
  whole.size = error->size;
  whole.code = status;
  whole.line = line;
  whole.column = column;
  whole.offset = offset;
  if (room > offsetof(eng_error, text)) {
    if (text == NULL) text = eng_status_text(status);
    n = strlen(text);
    most = room - offsetof(eng_error, text) - 1;
    memcpy(whole.text, text, n < most ? n : most);
  }
  memcpy(error, &whole, room);
  return status;
}

void eng__error_clear(eng_error *error)
{
  if (error != NULL) eng_error_init(error, error->size);
}
