/* SPDX-License-Identifier: MIT */
/*
 * gen_feed.c - a synthetic feed of customer events, for benchmarks and tests.
 *
 * Same options, same bytes (given the same libm). Every customer draws from a
 * stream of random numbers of its own, so nobody's life depends on who else is
 * in the feed. Purchases come and end as in BG/NBD (Fader, Hardie & Lee 2005):
 * a gamma rate, and a beta chance of leaving after each purchase.
 *
 *   gcc -std=c11 -O2 -Wall -Wextra -Wconversion -o gen_feed gen_feed.c -lm
 *   gen_feed [-n EVENTS] [-c CUSTOMERS] [-s SEED] [-l LATE%] [-d DUP%]
 *            [-o CSV] [-b BINARY]
 *
 * 1,000,000 events of 100,000 customers, seed 1, nothing late, nothing twice,
 * CSV on standard output unless told otherwise; "-" is standard output.
 *
 * The feed spans 730 days from 2024-01-01T00:00Z and stands in order of arrival.
 * LATE% of the events arrive after the fact: a fifth of those within days (30 at
 * most), the others within hours. DUP% arrive a second time within six hours and
 * come on top of EVENTS. Each customer signs up exactly once.
 *
 * CSV: customer,ts,kind,channel,amount,value with C and eight or more digits, UTC
 * milliseconds, names, money with two decimals, a whole number; empty is none.
 * Binary: struct record below, little-endian, without a header; 0 is none. The
 * flags are the truth about the delivery, for tests, and no part of the event.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the record and its names ---- */

/* ORDER feed kinds: tests/bench/feed.c reads these numbers back. */
enum kind {
  SIGNUP,
  VISIT,
  VIEW,
  SEARCH,
  CART,
  CHECKOUT,
  PURCHASE,
  REFUND,
  EMAIL_OPEN,
  CLICK,
  APP_OPEN,
  REVIEW,
  RATING,
  NPS,
  REFERRAL,
  SHARE,
  SUPPORT,
  LOGIN,
  WISHLIST,
  UNSUBSCRIBE
};
static const char *const kind_names[] = {
    "signup",   "visit",    "view",   "search",     "cart",
    "checkout", "purchase", "refund", "email_open", "click",
    "app_open", "review",   "rating", "nps",        "referral",
    "share",    "support",  "login",  "wishlist",   "unsubscribe"};

/* ORDER feed channels. HOME stands for the channel that a customer prefers. */
enum channel { WEB, APP, STORE, EMAIL, PHONE, SOCIAL, HOME };
static const char *const channel_names[] = {"web",   "app",   "store",
                                            "email", "phone", "social"};

enum { ARRIVED_LATE = 1, ARRIVED_TWICE = 2 };

struct record {
  uint64_t customer;
  int64_t ts;     /* milliseconds since 1970 */
  int64_t amount; /* cents */
  float value;
  uint16_t kind;
  uint8_t channel;
  uint8_t flags;
};
_Static_assert(sizeof(struct record) == 32, "a record is 32 bytes");

#define FEED_START INT64_C(1704067200000) /* 2024-01-01T00:00:00Z */
#define FEED_DAYS 730
#define SECOND 1e3
#define DAY 86400e3
#define FEED_LENGTH (FEED_DAYS * DAY)
#define MOST_EVENTS (UINT64_C(1) << 30)

static void die(const char *what)
{
  fprintf(stderr, "gen_feed: %s\n", what);
  exit(1);
}

static void *grow(void *old, size_t count, size_t size)
{
  void *fresh = realloc(old, count * size);
  if (!fresh) die("out of memory");
  return fresh;
}

/* ---- chance ---- */

/* xoshiro256** of Blackman & Vigna, filled by splitmix64 */
struct dice {
  uint64_t s[4];
};

static struct dice dice_for(uint64_t seed, uint64_t stream)
{
  struct dice d;
  uint64_t x = seed * UINT64_C(0xda942042e4dd58b5) + stream;
  for (int i = 0; i < 4; i++) {
    uint64_t z = x += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    d.s[i] = z ^ (z >> 31);
  }
  return d;
}

static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

/* Uniform in (0, 1): never 0, so that its logarithm is finite. */
static double uniform(struct dice *d)
{
  uint64_t *s = d->s;
  uint64_t bits = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate(s[3], 45);
  return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

static bool chance(struct dice *d, double p) { return uniform(d) < p; }

static int below(struct dice *d, int n) { return (int)(uniform(d) * n); }

static double exponential(struct dice *d, double mean)
{
  return -log(uniform(d)) * mean;
}

static double normal(struct dice *d)
{
  for (;;) { /* Marsaglia's polar method; its second value is let go */
    double x = 2 * uniform(d) - 1, y = 2 * uniform(d) - 1, r = x * x + y * y;
    if (r > 0 && r < 1) return x * sqrt(-2 * log(r) / r);
  }
}

/* Gamma with scale 1: the whole part of the shape is a sum of exponentials, the
 * rest is drawn by rejection (Ahrens & Dieter 1974, algorithm GS). */
static double gamma_of(struct dice *d, double shape)
{
  double sum = 0;
  for (; shape >= 1; shape--) sum += exponential(d, 1);
  if (shape <= 0) return sum;
  double b = 1 + shape * 0.36787944117144233;
  for (;;) {
    double p = b * uniform(d), e = exponential(d, 1);
    double x = p <= 1 ? pow(p, 1 / shape) : -log((b - p) / shape);
    if (p <= 1 ? x <= e : (1 - shape) * log(x) <= e) return sum + x;
  }
}

/* ---- what people do ---- */

/* One hop of a session. Where `again` is not 0 the hop may repeat. */
struct hop {
  int depth; /* sessions that get this far make the hop */
  enum kind kind;
  double likely, again;
  double seconds; /* mean wait before it */
  bool priced;
};
static const struct hop way[] = {
    {1, SEARCH, 0.20, 0, 20, false},   {1, VIEW, 1, 0.35, 40, false},
    {1, WISHLIST, 0.05, 0, 10, false}, {2, CART, 1, 0, 60, true},
    {3, CHECKOUT, 1, 0, 90, true},     {4, PURCHASE, 1, 0, 60, true},
};
enum { LOOK = 0, BROWSE = 1, FILL = 2, ALMOST = 3, BUY = 4 };
#define CART_SLEPT_OVER 0.10 /* carts that are filled about a day later */

/* What may follow a purchase by some days, and an opened mail by some seconds. */
struct echo {
  enum kind kind;
  enum channel channel;
  double likely, mean;
};
static const struct echo after_purchase[] = {
    {REFUND, HOME, 0.06, 6 * DAY},     {RATING, HOME, 0.12, 5 * DAY},
    {REVIEW, WEB, 0.06, 8 * DAY},      {NPS, EMAIL, 0.05, 9 * DAY},
    {REFERRAL, SOCIAL, 0.03, 9 * DAY}, {SUPPORT, PHONE, 0.03, 4 * DAY},
};
static const struct echo after_mail[] = {
    {CLICK, EMAIL, 0.30, 30 * SECOND},
    {LOGIN, HOME, 0.05, 60 * SECOND},
    {SHARE, SOCIAL, 0.02, 90 * SECOND},
    {UNSUBSCRIBE, EMAIL, 0.01, 50 * SECOND},
};
#define COUNT(array) (sizeof(array) / sizeof *(array))

struct person {
  uint64_t id;
  struct dice dice;
  enum channel home;
  double joined;
  double buys, browses, reads; /* mean time from one to the next, ms */
  double leaves;               /* chance after each purchase */
  double basket;
};

struct journal {
  struct record *events; /* NULL: only count */
  size_t used, room;
};

static void note(struct journal *j, const struct person *p, double at, enum kind kind,
                 enum channel channel, double money, double value)
{
  if (at >= FEED_LENGTH) return;
  if (j->events) {
    if (j->used == j->room)
      j->events = grow(j->events, j->room += j->room / 2, sizeof *j->events);
    struct record *r = &j->events[j->used];
    r->customer = p->id;
    r->ts = FEED_START + (int64_t)at;
    r->amount = (int64_t)floor(money * 100 + 0.5);
    r->value = (float)value;
    r->kind = (uint16_t)kind;
    r->channel = (uint8_t)(channel == HOME ? p->home : channel);
    r->flags = 0;
  }
  j->used++;
}

static double worth(struct dice *d, enum kind kind)
{
  switch (kind) {
  case RATING: return 5 - below(d, 9) / 3;
  case REVIEW: return 1 + below(d, 5);
  case NPS: return 10 - below(d, 11) / 2;
  case SUPPORT: return floor(exponential(d, 300));
  default: return 0;
  }
}

/* A session that gets `depth` far; the time of its last event. */
static double walk(struct journal *j, struct person *p, double at, int depth,
                   double basket)
{
  struct dice *d = &p->dice;
  note(j, p, at, p->home == APP ? APP_OPEN : VISIT, HOME, 0, floor(exponential(d, 90)));
  for (size_t i = 0; i < COUNT(way) && way[i].depth <= depth; i++) {
    const struct hop *hop = &way[i];
    if (hop->likely < 1 && !chance(d, hop->likely)) continue;
    do {
      bool slept = hop->kind == CART && chance(d, CART_SLEPT_OVER);
      /* At least a millisecond, so that no two events are alike in everything. */
      at += fmax(exponential(d, slept ? DAY : hop->seconds * SECOND), 1);
      note(j, p, at, hop->kind, HOME, hop->priced ? basket : 0, 0);
    } while (hop->again > 0 && chance(d, hop->again));
  }
  return at;
}

static void shop(struct journal *j, struct person *p, double *gone)
{
  struct dice *d = &p->dice;
  for (double t = p->joined; (t += exponential(d, p->buys)) < *gone;) {
    double basket = p->basket * exp(0.4 * normal(d)),
           bought = walk(j, p, t, BUY, basket);
    for (size_t i = 0; i < COUNT(after_purchase); i++) {
      const struct echo *e = &after_purchase[i];
      if (!chance(d, e->likely)) continue;
      double later = bought + exponential(d, e->mean);
      note(j, p, later, e->kind, e->channel, e->kind == REFUND ? -basket : 0,
           worth(d, e->kind));
    }
    if (chance(d, p->leaves)) *gone = t + exponential(d, DAY / 10);
  }
}

static void browse(struct journal *j, struct person *p, double until)
{
  struct dice *d = &p->dice;
  for (double t = p->joined; (t += exponential(d, p->browses)) < until;) {
    int depth = LOOK; /* 35 % only look; of the others 30 % go on, of these 40 % */
    if (!chance(d, 0.35))
      depth = chance(d, 0.7) ? BROWSE : chance(d, 0.6) ? FILL : ALMOST;
    walk(j, p, t, depth, p->basket);
  }
}

static void read_mail(struct journal *j, struct person *p, double until)
{
  struct dice *d = &p->dice;
  bool subscribed = true;
  for (double t = p->joined; subscribed && (t += exponential(d, p->reads)) < until;) {
    note(j, p, t, EMAIL_OPEN, EMAIL, 0, 0);
    for (size_t i = 0; i < COUNT(after_mail); i++) {
      const struct echo *e = &after_mail[i];
      if (!chance(d, e->likely)) continue;
      note(j, p, t + exponential(d, e->mean), e->kind, e->channel, 0, 0);
      if (e->kind == UNSUBSCRIBE) subscribed = false;
    }
  }
}

/* One customer's two years. `pace` speeds up all that they do. */
static void live(struct journal *j, uint64_t id, uint64_t seed, double pace)
{
  static const enum channel homes[] = {WEB, WEB, APP, APP, STORE, PHONE};
  struct person p = {.id = id, .dice = dice_for(seed, id)};
  struct dice *d = &p.dice;

  /* Three in ten were there from the first month on; one in a thousand is a firm. */
  p.joined = (chance(d, 0.3) ? 30 * DAY : FEED_LENGTH) * uniform(d);
  double buying = (chance(d, 0.001) ? 20 : 1) * pace * gamma_of(d, 0.45) / 70;
  double browsing = pace * gamma_of(d, 0.5) / 40 + buying / 2;
  double reading = pace * gamma_of(d, 0.3) / 60;
  p.buys = DAY / buying;
  p.browses = DAY / browsing;
  p.reads = DAY / reading;
  double go = gamma_of(d, 0.8), stay = gamma_of(d, 3.5);
  p.leaves = go / (go + stay); /* beta(0.8, 3.5) */
  p.basket = exp(3.4 + 0.7 * normal(d));
  p.home = homes[below(d, (int)COUNT(homes))];

  double gone = FEED_LENGTH;
  note(j, &p, p.joined, SIGNUP, HOME, 0, 0);
  shop(j, &p, &gone);
  browse(j, &p, gone + 20 * DAY);
  read_mail(j, &p, gone + 60 * DAY);
}

/* ---- as many events as asked for ---- */

struct plan {
  uint64_t events, customers, seed;
  double late, twice; /* shares */
};

/* The pace at which people do about `goal` things on average, found over a sample
 * of them. More pace is not as many more events, since buyers leave: hence a loop. */
static double find_pace(const struct plan *plan, double goal)
{
  uint64_t step = plan->customers / 40000 + 1,
           sampled = (plan->customers - 1) / step + 1;
  double pace = 0.02 * goal;
  for (int round = 0; round < 40; round++) {
    struct journal sample = {NULL, 0, 0};
    for (uint64_t id = 1; id <= plan->customers; id += step)
      live(&sample, id, plan->seed, pace);
    double made = (double)(sample.used - sampled) / (double)sampled;
    if (made > 0.99 * goal && made < 1.01 * goal) break;
    pace *= made > 0 ? goal / made : 8;
    if (pace > 1e4) die("that many events are beyond these customers");
  }
  return pace;
}

/* Everybody's life, a few events more than the plan has. */
static struct journal write_journal(const struct plan *plan)
{
  double others = (double)(plan->events - plan->customers) / (double)plan->customers;
  double pace = find_pace(plan, 1.05 * others);
  struct journal j = {NULL, 0, (size_t)plan->events + (size_t)plan->events / 8 + 1024};
  j.events = grow(NULL, j.room, sizeof *j.events);
  for (;; pace *= 1.05) {
    for (uint64_t id = 1; id <= plan->customers; id++) live(&j, id, plan->seed, pace);
    if (j.used >= plan->events) return j;
    if (pace > 1e4) die("that many events are beyond these customers");
    j.used = 0;
  }
}

/* Keep `plan->events`, each with the same chance (Knuth's selection sampling), but
 * every sign-up. */
static void thin(struct journal *j, const struct plan *plan, struct dice *d)
{
  size_t wanted = (size_t)(plan->events - plan->customers), kept = 0;
  size_t left = j->used - (size_t)plan->customers;
  for (size_t i = 0; i < j->used; i++) {
    if (j->events[i].kind != SIGNUP) {
      if (uniform(d) * (double)left-- >= (double)wanted) continue;
      wanted--;
    }
    j->events[kept++] = j->events[i];
  }
  j->used = kept;
}

/* ---- order of arrival ---- */

struct delivery {
  int64_t at; /* ms since FEED_START */
  uint32_t event;
  uint32_t copy;
};

static int by_arrival(const void *left, const void *right)
{
  const struct delivery *a = left, *b = right;
  if (a->at != b->at) return a->at < b->at ? -1 : 1;
  if (a->event != b->event) return a->event < b->event ? -1 : 1;
  return (int)a->copy - (int)b->copy;
}

/* Sorted by dealing to short slices of time first, so that the comparisons that
 * are left run inside the cache. */
static struct delivery *sort_deliveries(struct delivery *loose, size_t n)
{
  int64_t last = 0;
  for (size_t i = 0; i < n; i++)
    if (loose[i].at > last) last = loose[i].at;
  size_t slices = n / 1024 + 1;
  int64_t width = last / (int64_t)slices + 1;
  size_t *start = grow(NULL, slices + 2, sizeof *start);
  memset(start, 0, (slices + 2) * sizeof *start);
  for (size_t i = 0; i < n; i++) start[loose[i].at / width + 2]++;
  for (size_t s = 2; s < slices + 2; s++) start[s] += start[s - 1];

  struct delivery *sorted = grow(NULL, n + 1, sizeof *sorted);
  for (size_t i = 0; i < n; i++) sorted[start[loose[i].at / width + 1]++] = loose[i];
  for (size_t s = 0; s < slices; s++)
    qsort(sorted + start[s], start[s + 1] - start[s], sizeof *sorted, by_arrival);
  free(start);
  free(loose);
  return sorted;
}

static struct delivery *deliver(struct journal *j, const struct plan *plan,
                                struct dice *d, size_t *n_out)
{
  size_t n = 0, room = j->used + 1;
  struct delivery *list = grow(NULL, room, sizeof *list);
  for (size_t i = 0; i < j->used; i++) {
    double at = (double)(j->events[i].ts - FEED_START);
    if (plan->late > 0 && chance(d, plan->late)) {
      at += fmin(exponential(d, chance(d, 0.2) ? 7 * DAY : DAY / 8), 30 * DAY);
      j->events[i].flags |= ARRIVED_LATE;
    }
    if (n + 2 > room) list = grow(list, room += room / 8 + 2, sizeof *list);
    list[n++] = (struct delivery){(int64_t)at, (uint32_t)i, 0};
    if (plan->twice > 0 && chance(d, plan->twice))
      list[n++] =
          (struct delivery){(int64_t)(at + uniform(d) * DAY / 4), (uint32_t)i, 1};
  }
  *n_out = n;
  return sort_deliveries(list, n);
}

/* ---- writing ---- */

struct sheet {
  FILE *file;
  size_t used;
  char text[1 << 16];
  int64_t day; /* the one in `date` */
  char date[16];
};

static char *put_number(char *p, uint64_t n, int width)
{
  char digits[24];
  int count = 0;
  do digits[count++] = (char)('0' + n % 10);
  while ((n /= 10) || count < width);
  while (count) *p++ = digits[--count];
  return p;
}

static char *put_text(char *p, const char *text)
{
  while (*text) *p++ = *text++;
  return p;
}

static void set_date(struct sheet *sheet, int64_t day)
{
  static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t rest = day - FEED_START / 86400000;
  unsigned year = 2024, month = 0;
  for (;; year++) {
    int length = year % 4 == 0 ? 366 : 365; /* 2100 is far */
    if (rest < length) break;
    rest -= length;
  }
  for (;; month++) {
    int length = month_days[month] + (month == 1 && year % 4 == 0);
    if (rest < length) break;
    rest -= length;
  }
  char *p = put_number(sheet->date, year, 4);
  *p++ = '-';
  p = put_number(p, month + 1, 2);
  *p++ = '-';
  p = put_number(p, (uint64_t)rest + 1, 2);
  *p++ = 'T';
  *p = '\0';
  sheet->day = day;
}

static void flush(struct sheet *sheet)
{
  if (fwrite(sheet->text, 1, sheet->used, sheet->file) != sheet->used)
    die("cannot write the CSV file");
  sheet->used = 0;
}

static void write_row(struct sheet *sheet, const struct record *r)
{
  if (sizeof sheet->text - sheet->used < 256) flush(sheet);
  if (r->ts / 86400000 != sheet->day) set_date(sheet, r->ts / 86400000);
  uint64_t ms = (uint64_t)(r->ts % 86400000);
  char *p = sheet->text + sheet->used;
  *p++ = 'C';
  p = put_number(p, r->customer, 8);
  *p++ = ',';
  p = put_text(p, sheet->date);
  p = put_number(p, ms / 3600000, 2);
  *p++ = ':';
  p = put_number(p, ms / 60000 % 60, 2);
  *p++ = ':';
  p = put_number(p, ms / 1000 % 60, 2);
  *p++ = '.';
  p = put_number(p, ms % 1000, 3);
  p = put_text(p, "Z,");
  p = put_text(p, kind_names[r->kind]);
  *p++ = ',';
  p = put_text(p, channel_names[r->channel]);
  *p++ = ',';
  if (r->amount) {
    if (r->amount < 0) *p++ = '-';
    uint64_t cents = (uint64_t)(r->amount < 0 ? -r->amount : r->amount);
    p = put_number(p, cents / 100, 1);
    *p++ = '.';
    p = put_number(p, cents % 100, 2);
  }
  *p++ = ',';
  if (r->value > 0) p = put_number(p, (uint64_t)r->value, 1);
  *p++ = '\n';
  sheet->used = (size_t)(p - sheet->text);
}

static void write_feed(FILE *csv, FILE *bin, const struct journal *j,
                       const struct delivery *list, size_t n)
{
  struct sheet *sheet = grow(NULL, 1, sizeof *sheet);
  sheet->file = csv;
  sheet->used = 0;
  sheet->day = -1;
  if (csv) fputs("customer,ts,kind,channel,amount,value\n", csv);
  for (size_t i = 0; i < n; i++) {
    struct record r = j->events[list[i].event];
    if (list[i].copy) r.flags |= ARRIVED_TWICE;
    if (csv) write_row(sheet, &r);
    if (bin && fwrite(&r, sizeof r, 1, bin) != 1) die("cannot write the binary file");
  }
  if (csv) flush(sheet);
  if ((csv && fclose(csv)) || (bin && fclose(bin))) die("cannot write to the end");
  free(sheet);
}

/* ---- the command line ---- */

static int usage(const char *why)
{
  fprintf(
      stderr,
      "gen_feed: %s\n"
      "usage: gen_feed [-n EVENTS] [-c CUSTOMERS] [-s SEED] [-l LATE%%] [-d DUP%%]\n"
      "                [-o CSV] [-b BINARY]\n",
      why);
  return 2;
}

static FILE *open_out(const char *path)
{
  FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
  if (!file) die(strerror(errno));
  return file;
}

int main(int argc, char **argv)
{
  struct plan plan = {1000000, 100000, 1, 0, 0};
  FILE *csv = NULL, *bin = NULL;
  for (int i = 1; i < argc; i += 2) {
    if (argv[i][0] != '-' || !argv[i][1] || argv[i][2]) return usage("no such option");
    if (i + 1 == argc) return usage("an option lacks its value");
    const char *value = argv[i + 1];
    switch (argv[i][1]) {
    case 'n': plan.events = strtoull(value, NULL, 10); break;
    case 'c': plan.customers = strtoull(value, NULL, 10); break;
    case 's': plan.seed = strtoull(value, NULL, 10); break;
    case 'l': plan.late = strtod(value, NULL) / 100; break;
    case 'd': plan.twice = strtod(value, NULL) / 100; break;
    case 'o': csv = open_out(value); break;
    case 'b': bin = open_out(value); break;
    default: return usage("no such option");
    }
  }
  if (!plan.customers || plan.events < plan.customers || plan.events > MOST_EVENTS)
    return usage("want 1 <= CUSTOMERS <= EVENTS <= 1073741824");
  if (!csv && !bin) csv = stdout;

  struct dice post = dice_for(plan.seed, 0); /* customers count from 1 */
  struct journal journal = write_journal(&plan);
  thin(&journal, &plan, &post);
  size_t n;
  struct delivery *list = deliver(&journal, &plan, &post, &n);
  write_feed(csv, bin, &journal, list, n);
  free(list);
  free(journal.events);
  return 0;
}
