/* SPDX-License-Identifier: MIT */
/*
 * feed.c - reads the synthetic feed, binary or CSV.
 *
 * Fields are taken by position, as gen_feed writes them; a file of the same
 * columns from elsewhere will do as long as it keeps their order.
 */
#define _POSIX_C_SOURCE 200809L
#include "feed.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ORDER feed kinds */
const struct feed_name feed_kinds[FEED_KINDS] = {
    {"signup", "sign_up", 0},
    {"visit", "visit", 0},
    {"view", "view_item", 0},
    {"search", "search", 0},
    {"cart", "add_to_cart", 0},
    {"checkout", "begin_checkout", 0},
    {"purchase", "purchase", 0},
    {"refund", "refund", 0},
    {"email_open", "open", 0},
    {"click", "click", 0},
    {"app_open", "app_open", 1},
    {"review", "review", 0},
    {"rating", "rating", 0},
    {"nps", "nps", 1},
    {"referral", "refer", 0},
    {"share", "share", 0},
    {"support", "message_in", 0},
    {"login", "identify", 0},
    {"wishlist", "add_to_wishlist", 0},
    {"unsubscribe", "unsubscribe", 0},
};
/* ORDER feed channels */
const char *const feed_channels[FEED_CHANNELS] = {"web",   "app",   "store",
                                                  "email", "phone", "social"};

/* ---- files ---- */

void *feed_map(const char *path, size_t *size_out)
{
  struct stat about;
  void *mapped = NULL;
  int fd = open(path, O_RDONLY);
  if (fd < 0) return NULL;
  if (fstat(fd, &about) == 0 && about.st_size > 0) {
    mapped = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped == MAP_FAILED) mapped = NULL;
    *size_out = (size_t)about.st_size;
  }
  close(fd);
  return mapped;
}

void feed_unmap(void *mapped, size_t size)
{
  if (mapped) munmap(mapped, size);
}

/* ---- one row ---- */

/* The field at *p up to `stop`, which *p moves past; its length, or -1. */
static long field(const char **p, const char *end, char stop)
{
  const char *start = *p, *at = memchr(start, stop, (size_t)(end - start));
  if (!at) return -1;
  *p = at + 1;
  return at - start;
}

static int64_t digits(const char *p, int n)
{
  int64_t x = 0;
  while (n--) x = x * 10 + (*p++ - '0');
  return x;
}

/* Howard Hinnant's days_from_civil, for years that are not negative */
static int64_t day_number(int64_t y, int64_t m, int64_t d)
{
  y -= m <= 2;
  int64_t era = y / 400, yoe = y % 400, doy = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t instant(const char *s)
{
  int64_t day = day_number(digits(s, 4), digits(s + 5, 2), digits(s + 8, 2));
  int64_t minute = digits(s + 11, 2) * 60 + digits(s + 14, 2);
  return day * FEED_DAY + minute * 60000 + digits(s + 17, 2) * 1000 + digits(s + 20, 3);
}

static int kind_number(const char *name, size_t length)
{
  for (int i = 0; i < FEED_KINDS; i++)
    if (strlen(feed_kinds[i].feed) == length &&
        !memcmp(feed_kinds[i].feed, name, length))
      return i;
  return -1;
}

static int channel_number(const char *name, size_t length)
{
  for (int i = 0; i < FEED_CHANNELS; i++)
    if (strlen(feed_channels[i]) == length && !memcmp(feed_channels[i], name, length))
      return i;
  return -1;
}

/* "-12.34" in hundredths; nothing is 0 */
static int64_t cents(const char *s, long length)
{
  int64_t x = 0;
  for (long i = 0; i < length; i++)
    if (s[i] >= '0' && s[i] <= '9') x = x * 10 + (s[i] - '0');
  return length > 0 && s[0] == '-' ? -x : x;
}

int feed_next_row(const char **p, const char *end, struct feed_row *row)
{
  if (*p == end) return 0;
  row->customer = *p;
  long length = field(p, end, ',');
  if (length < 2) return -1;
  row->customer_length = (size_t)length;

  const char *ts = *p;
  if (field(p, end, ',') != 24) return -1;
  const char *kind = *p;
  long kind_length = field(p, end, ',');
  const char *channel = *p;
  long channel_length = field(p, end, ',');
  const char *amount = *p;
  long amount_length = field(p, end, ',');
  const char *value = *p;
  long value_length = field(p, end, '\n');
  if (kind_length < 0 || channel_length < 0 || amount_length < 0 || value_length < 0)
    return -1;

  int k = kind_number(kind, (size_t)kind_length);
  int c = channel_number(channel, (size_t)channel_length);
  if (k < 0 || c < 0) return -1;
  row->event.customer = (uint64_t)digits(row->customer + 1, (int)length - 1);
  row->event.ts = instant(ts);
  row->event.amount = cents(amount, amount_length);
  row->event.value = value_length ? strtof(value, NULL) : 0;
  row->event.kind = (uint16_t)k;
  row->event.channel = (uint8_t)c;
  row->event.flags = 0;
  return 1;
}

/* ---- the whole feed ---- */

static int complain(const char *path, const char *what)
{
  fprintf(stderr, "feed: %s: %s\n", path, what);
  return -1;
}

static int parse_csv(struct feed *feed, const char *path)
{
  size_t size, room = 0;
  char *text = feed_map(path, &size);
  if (!text) return complain(path, "cannot be read");
  struct feed_event *events = NULL;
  struct feed_row row;
  const char *p = text, *end = text + size;
  int status = field(&p, end, '\n') < 0 ? -1 : 1; /* the header line */
  while (status > 0 && (status = feed_next_row(&p, end, &row)) > 0) {
    if (feed->count == room) {
      room = room + room / 2 + 65536;
      void *fresh = realloc(events, room * sizeof *events);
      if (!fresh) break;
      events = fresh;
    }
    events[feed->count++] = row.event;
  }
  feed_unmap(text, size);
  feed->parsed = events;
  feed->events = events;
  if (status < 0) return complain(path, "a row is not as gen_feed writes them");
  return status > 0 ? complain(path, "out of memory") : 0;
}

static int map_binary(struct feed *feed, const char *path)
{
  feed->mapped = feed_map(path, &feed->mapped_size);
  if (!feed->mapped) return complain(path, "cannot be read");
  if (feed->mapped_size % sizeof(struct feed_event))
    return complain(path, "is not made of 32-byte records");
  feed->events = feed->mapped;
  feed->count = feed->mapped_size / sizeof(struct feed_event);
  return 0;
}

static int count_customers(struct feed *feed)
{
  for (size_t i = 0; i < feed->count; i++) {
    const struct feed_event *e = &feed->events[i];
    if (e->kind >= FEED_KINDS || e->channel >= FEED_CHANNELS) return -1;
    if (e->customer > feed->greatest) feed->greatest = e->customer;
  }
  unsigned char *seen = calloc(feed->greatest / 8 + 1, 1);
  if (!seen) return -1;
  for (size_t i = 0; i < feed->count; i++) {
    uint64_t c = feed->events[i].customer;
    feed->customers += !(seen[c / 8] >> (c % 8) & 1);
    seen[c / 8] |= (unsigned char)(1 << (c % 8));
  }
  free(seen);
  return 0;
}

int feed_open(struct feed *feed, const char *csv_path, const char *bin_path)
{
  memset(feed, 0, sizeof *feed);
  feed->csv_path = csv_path;
  feed->bin_path = bin_path;
  int status = bin_path ? map_binary(feed, bin_path) : parse_csv(feed, csv_path);
  if (status == 0 && count_customers(feed) < 0)
    status = complain(bin_path ? bin_path : csv_path, "holds a kind that nobody knows");
  if (status < 0) feed_close(feed);
  return status;
}

void feed_close(struct feed *feed)
{
  feed_unmap(feed->mapped, feed->mapped_size);
  free(feed->parsed);
  memset(feed, 0, sizeof *feed);
}
