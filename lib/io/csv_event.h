/* SPDX-License-Identifier: MIT */
/*
 * csv_event.h - the fields of a row become an event.
 *
 * What the setters of an event refuse is refused here too. Names of kinds and channels
 * are looked up once and remembered by their bytes; so is the last date.
 */
#ifndef ENG_IO_CSV_EVENT_H
#define ENG_IO_CSV_EVENT_H

#include <engagement/csv.h>

#include "core/event.h"
#include "io/csv_rows.h"
#include "io/passed.h"

/* What became of names seen lately. */
enum { ENG__MEMO_SLOTS = 128, ENG__MEMO_NAME = 64 };

struct eng__memo {
  uint64_t head, tail; /* of the name's bytes; all of them up to 16 */
  uint8_t length;      /* 0: an empty slot */
  uint8_t number;      /* 0: passed over or unknown */
  uint8_t nearest;     /* of an unknown one */
  bool known;
  char name[ENG__MEMO_NAME];
};

/* A name of this log and the kind it stands for. */
struct eng__kind_name {
  char *name;
  size_t length;
  int32_t kind; /* 0: passed over */
};

struct eng__maker {
  const eng_context *context;
  int32_t time_format;               /* ENG_TIME_* */
  bool comma;                        /* before decimals, and no point */
  bool may_comma;                    /* the reader can be told so */
  int32_t kind;                      /* of rows without one; 0: none */
  int32_t currency;                  /* of amounts without one; 0: the context's */
  int32_t column[ENG_FIELD_COUNT];   /* of each field; -1: there is none */
  bool rare;                         /* fields beyond the usual are among them */
  struct eng__kind_name *kind_names; /* in order of length and bytes */
  size_t kind_name_count, kind_name_room;
  char *copies; /* fields with two quotes made one */
  size_t copies_size, copies_room;

  /* remembered from rows before */
  uint64_t date_head;
  uint16_t date_tail;
  int64_t date; /* milliseconds */
  uint8_t code[3];
  int32_t code_currency; /* of `code`; 0: none yet */
  int32_t decimals_of;   /* a currency */
  int32_t decimals;      /* that it has */
  struct eng__memo kinds[ENG__MEMO_SLOTS], channels[ENG__MEMO_SLOTS];
  struct eng__passed passed; /* kinds that were passed over */

  /* hex digits of the row made last as bytes; the limits are of core/context.c */
  char customer_bytes[4096], linked_bytes[4096];
  uint8_t extension_bytes[ENG__EXTENSION_MAX];

  /* of the row made last */
  eng_event event;
  struct eng__event blank; /* all absent; a copy of it is cheaper than clearing */
  const char *customer;
  size_t customer_length;
  bool numbered; /* it gave an occurrence */
  bool skipped;  /* its kind is passed over */
  bool is_floor; /* it is no event but says where the customer's timeline begins */
  int64_t floor; /* ENG_TIME_NONE: nowhere */
  bool is_link;  /* it is no event but says of two customers whether they are one */
  bool merged;
  int64_t changed_at;
  const char *linked;
  size_t linked_length;
  const struct eng__csv_field *field_of_error; /* NULL: one that the row lacks */
  uint32_t column_of_error;
  int32_t nearest;      /* the known kind nearest to an unknown one; 0: none */
  const char *expected; /* what was wrong, static; NULL: the status says it */
};

void eng__maker_init(struct eng__maker *maker, const eng_context *context);
void eng__maker_free(struct eng__maker *maker);

/* Puts a name where it belongs; ENG_E_DUPLICATE if it is there already. */
eng_status eng__maker_name_kind(struct eng__maker *maker, const char *name,
                                size_t length, int32_t kind);

/*
 * Makes the event of a row without a problem. Returns ENG_OK (the event, or skipped),
 * ENG_E_NOMEM, or what is wrong with the row.
 */
eng_status eng__maker_make(struct eng__maker *maker, const struct eng__csv_row *row);

/* Counts the kind that a row was passed over for. */
void eng__maker_pass(struct eng__maker *maker, const struct eng__csv_row *row);

/* The kind of a name, as eng__maker_make reads it; the text may be read up to `end`.
 * 0: passed over, or nobody knows it and the status says so. */
eng_status eng__maker_kind(struct eng__maker *maker, const char *text, size_t length,
                           const char *end, int32_t *out);

/* Whether a text can give the value of an event that has one; and whether it is one of
 * thousandths. */
bool eng__value_fits(const struct eng__event *event, bool *rated);

/* Reads a time as eng_time_parse does with ENG_DATE_FIRST, only sooner. */
eng_status eng__maker_time(struct eng__maker *maker, const char *text, size_t length,
                           int64_t *out);

/* Reads an amount as eng_money_parse does, only sooner. */
eng_status eng__maker_amount(struct eng__maker *maker, const char *text, size_t length,
                             int32_t currency, int64_t *out);

#endif
