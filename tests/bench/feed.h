/* SPDX-License-Identifier: MIT */
/*
 * feed.h - the synthetic feed in memory, as tests/feed/gen_feed.c describes it.
 *
 * A binary file is mapped, a CSV file is parsed; either way the events stand in
 * order of arrival. Customers are numbers here: C00000042 is 42.
 */
#ifndef BENCH_FEED_H
#define BENCH_FEED_H

#include <stddef.h>
#include <stdint.h>

/* ORDER feed kinds */
enum feed_kind {
  FEED_SIGNUP,
  FEED_VISIT,
  FEED_VIEW,
  FEED_SEARCH,
  FEED_CART,
  FEED_CHECKOUT,
  FEED_PURCHASE,
  FEED_REFUND,
  FEED_EMAIL_OPEN,
  FEED_CLICK,
  FEED_APP_OPEN,
  FEED_REVIEW,
  FEED_RATING,
  FEED_NPS,
  FEED_REFERRAL,
  FEED_SHARE,
  FEED_SUPPORT,
  FEED_LOGIN,
  FEED_WISHLIST,
  FEED_UNSUBSCRIBE
};
enum { FEED_KINDS = 20, FEED_CHANNELS = 6 };

struct feed_name {
  const char *feed;      /* as the CSV file has it */
  const char *canonical; /* as the library has it; the same for own kinds */
  int own;               /* 1: a kind of the host's own */
};
extern const struct feed_name feed_kinds[FEED_KINDS];
extern const char *const feed_channels[FEED_CHANNELS];

enum { FEED_LATE = 1, FEED_REPEATED = 2 };

struct feed_event {
  uint64_t customer;
  int64_t ts;     /* milliseconds since 1970, UTC */
  int64_t amount; /* cents, 0 if none */
  float value;    /* 0 if none */
  uint16_t kind;
  uint8_t channel;
  uint8_t flags; /* FEED_LATE, FEED_REPEATED; always 0 from CSV */
};
_Static_assert(sizeof(struct feed_event) == 32, "the binary file's record");

/* Days count from the feed's first, a Monday. */
#define FEED_DAY INT64_C(86400000)
#define FEED_START INT64_C(1704067200000) /* 2024-01-01T00:00:00Z */
#define FEED_DAYS 730
#define FEED_END (FEED_START + FEED_DAYS * FEED_DAY) /* 2025-12-31T00:00:00Z */

struct feed {
  const struct feed_event *events;
  size_t count;
  uint64_t customers;   /* that occur */
  uint64_t greatest;    /* customer number; numbers need not be dense */
  const char *csv_path; /* borrowed from feed_open; NULL if not given */
  const char *bin_path;
  void *mapped, *parsed; /* private part */
  size_t mapped_size;
};

/* Opens a feed. Events come from `bin_path` if given, else from `csv_path`; with
 * both, the two must hold the same events (nobody checks). 0, or -1 with a line on
 * stderr. */
int feed_open(struct feed *feed, const char *csv_path, const char *bin_path);
void feed_close(struct feed *feed);

/* A cursor over the rows of a CSV file in memory; peers without a CSV reader use it.
 * `customer` points into the text. */
struct feed_row {
  const char *customer;
  size_t customer_length;
  struct feed_event event;
};
/* The row at *p, which moves past it: 1, 0 at the end, -1 where it is no row. */
int feed_next_row(const char **p, const char *end, struct feed_row *row);

/* A file mapped to read: NULL if that failed. */
void *feed_map(const char *path, size_t *size_out);
void feed_unmap(void *mapped, size_t size);

#endif
