/* SPDX-License-Identifier: MIT */
/*
 * options.h - everything that can be asked for on the command line, in one table.
 *
 * Options are long: --name VALUE or --name=VALUE, in any place; after -- all words are
 * inputs; of an option given twice the later counts, unless it adds to a list. A value
 * that needs no context is checked here, before any file is opened.
 */
#ifndef ENGAGEMENT_PROGRAM_OPTIONS_H
#define ENGAGEMENT_PROGRAM_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

struct command;

/* Groups of options; a command names those that it takes. */
enum {
  OPTIONS_COMMON = 1 << 0,
  OPTIONS_INPUT = 1 << 1, /* and inputs themselves */
  OPTIONS_AS_OF = 1 << 2,
  OPTIONS_MODEL = 1 << 3,
  OPTIONS_CUSTOMER = 1 << 4,
  OPTIONS_FORMAT = 1 << 5,
  OPTIONS_ROWS = 1 << 6,
  OPTIONS_WORDS = 1 << 7, /* words that are no inputs, as in `models show NAME` */
  OPTIONS_HISTORY = 1 << 8,
  OPTIONS_FROM_TO = 1 << 9,
  OPTIONS_SINCE = 1 << 12,
  OPTIONS_EXPORT = 1 << 27,
  OPTIONS_WHERE = 1 << 20,
  OPTIONS_FORECAST = 1 << 21, /* what is fitted, and until when */
  OPTIONS_SAVE = 1 << 22,
  OPTIONS_SPLIT = 1 << 23,
  OPTIONS_HORIZON = 1 << 24,
  OPTIONS_ACTIVE = 1 << 16,
  OPTIONS_RETENTION = 1 << 17,
  OPTIONS_FUNNEL = 1 << 18,
  OPTIONS_FLOW = 1 << 19,
  OPTIONS_METRICS = 1 << 10,
  OPTIONS_REVIEW = 1 << 11,
  OPTIONS_RENEW = 1 << 25,
  OPTIONS_WATCH = 1 << 14,
  OPTIONS_BOOK = 1 << 28, /* the book on a file that is written to */
  OPTIONS_KEY = 1 << 29,
  OPTIONS_EXPIRE = 1 << 30,
  OPTIONS_WITH = 1 << 13, /* the other customer, and since when */
  OPTIONS_VALUE = 1 << 26,
  OPTIONS_TELL = 1 << 15 /* --format where JSON is the default */
};

/* How an answer is written. */
enum { FORMAT_TABLE = 0, FORMAT_CSV = 1, FORMAT_JSON = 2 };

/* What `export` writes. */
enum { EXPORT_JSONL = 0, EXPORT_CSV = 1, EXPORT_BLOB = 2 };

/* Words of the command line, borrowed from it. */
struct words {
  const char **items;
  size_t count;
};

struct options {
  int help;
  int quiet;

  struct words words; /* inputs, or the words of a command without */

  struct words maps;
  struct words kinds;
  struct words own_kinds;
  const char *kind;
  const char *currency;
  struct words rate;
  const char *rates;
  const char *rejects;
  int strict;
  int32_t time_format; /* ENG_TIME_* */
  int32_t decimal_comma; /* 1: 12,50 */
  int32_t identical;   /* ENG_IDENTICAL_* */
  int32_t zone;        /* minutes east of UTC, or: */
  const char *zone_name; /* Europe/Berlin; NULL: not named */
  int32_t day_start;   /* minutes after midnight */
  int32_t week_start;  /* 1 Monday .. 7 Sunday */
  int32_t delimiter;   /* 0: found out */
  int input_format;    /* INPUT_* of reader.h */
  const char *received_at;
  const char *known_at;

  int export_form; /* EXPORT_* */
  const char *out;

  const char *as_of;
  const char *since;
  const char *where;
  const char *segments; /* a file */
  const char *segment;  /* one of them */
  const char *from, *to;
  const char *until;
  const char *split;
  const char *save;
  const char *plot;
  const char *fit;
  int64_t horizon; /* milliseconds; 0: not given */
  int32_t unit;    /* ENG_UNIT_*; 0: not given */
  int32_t family;  /* ENG_FAMILY_* */
  struct words models;
  struct words params;
  const char *customer;
  const char *with;
  const char *at;
  const char *book;
  const char *key;
  int renew;
  int64_t for_ms; /* 0: without end */
  int format; /* FORMAT_* */
  int rows;
  int history;

  /* metrics */
  const char *begin;      /* the first period's time */
  int32_t every;          /* ENG_EVERY_*; 0: not given */
  int64_t period_days;    /* of ENG_EVERY_DAYS */
  int rolling;            /* --period rolling */
  const char *events;     /* kinds that count, with commas */
  const char *base, *back;
  int32_t retention;      /* RETENTION_* */
  const char *brackets;
  int own_clock;
  int share, money, survival;
  const char *steps, *goal;
  int32_t behind; /* of `review`: the question whose customers are told; 0: none */
  int64_t within; /* milliseconds; 0: not given */
  const char *hours; /* business hours */
  int64_t in_time;   /* milliseconds; 0: not given */
  int premium;                                /* of `value`: by stages instead */
  double came_anyway;                         /* 0..1 */
  const char *acquisition_cost, *idea_price;  /* amounts; NULL: not given */
  int strict_order, once, per_customer, by_channel, times;
  const char *entered, *left; /* a stage */
  int stays;
};

/* What a cohort table counts. */
enum { RETENTION_NDAY = 0, RETENTION_UNBOUNDED = 1, RETENTION_BRACKET = 2 };

/* Reads the words after the command's name. Returns ANSWER_DONE, or ANSWER_USAGE after
 * saying what is wrong. */
int options_read(struct options *options, const struct command *command, int count,
                 char **words);

void options_free(struct options *options);

/* Prints one line for each option of the groups. */
void options_describe(unsigned groups);

#endif
