/* SPDX-License-Identifier: MIT */
/*
 * gen_coffee.c - two years of a small coffee shop, as CSV on standard output.
 *
 * The project's demo: 400 customers from 2024-11-01 to 2026-10-31, times in UTC.
 * The shop is open from 7 to 18 except on 25 December and 1 January; a web shop for
 * beans joins on 2025-11-03. Whole numbers and one fixed seed throughout, no libm, so
 * that the bytes are the same on every machine.
 *
 *   gcc -std=c11 -O2 -Wall -Wextra -Wconversion -o gen_coffee gen_coffee.c
 *   ./gen_coffee > coffee.csv
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 730, PEOPLE = 400, NEVER = 100000, NONE = -1000000 };
enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };
#define FIRST_DAY INT64_C(1730419200) /* 2024-11-01T00:00:00Z, a Friday */

/* ---- chance ---- */

static uint64_t dice = UINT64_C(0x636f66666565); /* "coffee" */

static uint32_t roll(void) /* splitmix64, its upper half */
{
  uint64_t z = dice += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (uint32_t)((z ^ (z >> 31)) >> 32);
}

static int between(int low, int high) /* both may come */
{
  return low + (int)((uint64_t)roll() * (uint64_t)(high - low + 1) >> 32);
}

static bool percent(int p) { return between(0, 99) < p; }

static bool permille(int p) { return between(0, 999) < p; }

/* Near the middle more often than near the ends. */
static int about(int low, int high)
{
  return (between(low, high) + between(low, high) + between(low, high)) / 3;
}

/* ---- the calendar ---- */

struct date {
  int year, month, day;
};

static bool is_leap(int year) { return year % 4 == 0; /* of the years here */ }

static struct date date_of(int day)
{
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  struct date d = {2024, 11, 1};
  for (;;) {
    int length = lengths[d.month - 1] + (d.month == 2 && is_leap(d.year));
    if (day < length) break;
    day -= length;
    if (++d.month > 12) {
      d.month = 1;
      d.year++;
    }
  }
  d.day = day + 1;
  return d;
}

static int weekday(int day) /* 0 is Monday */ { return (day + 4) % 7; }

static bool closed(int day)
{
  struct date d = date_of(day);
  return (d.month == 12 && d.day == 25) || (d.month == 1 && d.day == 1);
}

static bool weekend(int day) { return weekday(day) >= 5; }

/* Lectures: October to mid-December, mid-January to mid-February, mid-April to
 * mid-July. */
static bool term(int day)
{
  struct date d = date_of(day);
  int md = d.month * 100 + d.day;
  return md >= 1006 || md <= 213 ? !(md >= 1219 || md <= 110) : md >= 413 && md <= 717;
}

/* ---- events ---- */

struct event {
  int64_t time;
  int person;
  const char *kind, *channel;
  int cents; /* NONE, as below */
  int value;
  const char *scale;
  int public, incentivised, valence;
  const char *id; /* prefix of its id, e.g. "sale"; NULL if it has none */
  int number;     /* after the prefix, given in order of time */
  int answers;    /* event that it refers to, or NONE */
  int about;      /* person that it refers to, or NONE */
  const char *topic;
};

static struct event *events;
static int used, room;

/* A new event; what it returns is good until the next. */
static struct event *add(int person, int64_t time, const char *kind,
                         const char *channel)
{
  static struct event beyond; /* what would happen after the last day */
  struct event blank = {0};
  blank.time = time;
  blank.person = person;
  blank.kind = kind;
  blank.channel = channel;
  blank.cents = blank.value = blank.valence = blank.answers = blank.about = NONE;
  blank.public = blank.incentivised = NONE;
  if (time >= FIRST_DAY + (int64_t)DAYS * DAY) {
    beyond = blank;
    return &beyond;
  }
  if (used == room) {
    room = room ? 2 * room : 65536;
    struct event *more = realloc(events, (size_t)room * sizeof *events);
    if (!more) {
      fputs("gen_coffee: out of memory\n", stderr);
      exit(1);
    }
    events = more;
  }
  events[used] = blank;
  return &events[used++];
}

static int64_t at(int day, int second)
{
  return FIRST_DAY + (int64_t)day * DAY + second;
}

static int day_of(int64_t time) { return (int)((time - FIRST_DAY) / DAY); }

/* The next moment, `time` or later, that somebody is behind the counter. */
static int64_t open_at(int64_t time)
{
  int day = day_of(time), second = (int)((time - FIRST_DAY) % DAY);
  if (second >= 18 * HOUR) {
    day++;
    second = 7 * HOUR + between(5, 90) * MINUTE;
  } else if (second < 7 * HOUR) {
    second = 7 * HOUR + between(5, 90) * MINUTE;
  }
  while (closed(day)) day++;
  return at(day, second);
}

/* ---- people ---- */

enum sort {
  COMMUTER,
  WEEKENDER,
  TOURIST,
  FADING,
  RETURNED,
  STUDENT,
  OCCASIONAL,
  WON_BACK,
  LET_DOWN,
  ADVOCATE,
  MEMBER,
  BEANS_ONLY,
  ONLOOKER, /* has found us, and not come yet */
  SORTS
};

/* What is usual for a sort of people. */
struct habit {
  int count;
  int weekdays, weekends; /* chance to come on such a day, per mille, from .. to */
  int weekdays_to, weekends_to;
  int from, to;           /* minutes of the day */
  int food, joins, reads; /* per cent: eat something, join the card, take the mail */
  int leaves;             /* per cent who move on for good at some time */
};
static const struct habit habits[SORTS] = {
    [COMMUTER] = {36, 560, 10, 900, 60, 7 * 60 + 4, 9 * 60 + 20, 16, 72, 45, 30},
    [WEEKENDER] = {68, 5, 170, 30, 420, 9 * 60, 14 * 60, 62, 45, 50, 28},
    [TOURIST] = {72, 0, 0, 0, 0, 8 * 60, 17 * 60, 55, 0, 4, 0},
    [FADING] = {26, 260, 120, 480, 260, 7 * 60 + 30, 16 * 60, 30, 60, 60, 0},
    [RETURNED] = {20, 200, 120, 420, 260, 8 * 60, 17 * 60, 35, 60, 100, 10},
    [STUDENT] = {44, 170, 20, 380, 100, 10 * 60, 17 * 60 + 30, 30, 40, 35, 35},
    [OCCASIONAL] = {50, 12, 20, 45, 70, 8 * 60, 17 * 60 + 30, 42, 22, 30, 30},
    [WON_BACK] = {5, 240, 120, 400, 240, 8 * 60, 16 * 60, 40, 100, 100, 0},
    [LET_DOWN] = {5, 160, 120, 300, 240, 8 * 60, 16 * 60, 40, 40, 60, 0},
    [ADVOCATE] = {14, 240, 260, 460, 480, 8 * 60, 16 * 60, 45, 100, 90, 0},
    [MEMBER] = {10, 260, 280, 450, 480, 8 * 60, 17 * 60, 40, 100, 100, 0},
    [BEANS_ONLY] = {16, 0, 0, 0, 0, 8 * 60, 17 * 60, 0, 20, 90, 20},
    [ONLOOKER] = {34, 0, 0, 0, 0, 8 * 60, 17 * 60, 0, 0, 30, 0},
};

struct person {
  enum sort sort;
  const struct habit *habit;
  int from, to;           /* first and last day, inclusive */
  int away_from, away_to; /* the long gap of those who return */
  int weekday, weekend;   /* chance to come, per mille */
  int drink;              /* on the menu */
  int minute;             /* when they like to come */
  int holiday[2], holiday_length[2];
  int card;               /* day they join, or NEVER */
  int mail_from, mail_to; /* subscribed from .. to (not with it) */
  int shops;              /* web sessions a year, per mille of days */
  int points, coffees;
  int upset;     /* day of the trouble, or NEVER */
  int friend_of; /* who brought them, or NONE */
  int number;    /* in the order in which they first appear */
};
static struct person people[PEOPLE];

#define WEB_SHOP 367     /* day: 2025-11-03 */
#define FRIENDS_CARD 212 /* day: 2025-06-01; since then friends earn a free drink */
#define NEW_PRICES 427   /* day: 2026-01-02 */

static bool away(const struct person *p, int day)
{
  if (day < p->from || day > p->to) return true;
  if (day >= p->away_from && day <= p->away_to) return true;
  if (p->sort == STUDENT && !term(day)) return !permille(20); /* some stay in town */
  for (int i = 0; i < 2; i++)
    if (day >= p->holiday[i] && day < p->holiday[i] + p->holiday_length[i]) return true;
  return false;
}

/* Chance to come on that day, per mille. */
static int keenness(const struct person *p, int day)
{
  int base = weekend(day) ? p->weekend : p->weekday;
  int month = date_of(day).month;
  if (p->sort == FADING) base = base * (p->to - day) / (p->to - p->from + 1);
  if (p->upset != NEVER && p->sort == WON_BACK && day > p->upset) base = base * 5 / 4;
  if (month == 12) base = base * 11 / 10;
  if (month == 8) base = base * 17 / 20;
  return base;
}

static int start_day(enum sort sort)
{
  int day;

  switch (sort) {
  case TOURIST:
    if (percent(10)) /* some are here just now */
      return between(DAYS - 13, DAYS - 4);
    day = about(0, DAYS - 4);
    if (percent(40)) day += between(-60, 60);
    return day;
  case BEANS_ONLY: return between(WEB_SHOP, WEB_SHOP + 250);
  case ONLOOKER: return between(200, DAYS - 4);
  case FADING: return between(0, 260);
  case RETURNED: return between(0, 140);
  case WON_BACK:
  case LET_DOWN: return between(10, 220);
  case ADVOCATE:
  case MEMBER: return percent(70) ? between(0, 60) : between(60, 330);
  case STUDENT: return percent(40) ? between(0, 45) : between(45, 640);
  default: return percent(42) ? between(0, 50) : between(50, 690);
  }
}

static void raise(struct person *p, enum sort sort)
{
  const struct habit *h = &habits[sort];
  memset(p, 0, sizeof *p);
  p->sort = sort;
  p->habit = h;
  p->from = start_day(sort);
  if (p->from < 0 || p == people) p->from = 0; /* somebody is the first */
  if (p->from > DAYS - 4) p->from = DAYS - 4;
  while (closed(p->from)) p->from++;
  p->to = DAYS - 1;
  p->away_from = NEVER;
  p->away_to = p->card = p->upset = NEVER;
  p->mail_from = p->mail_to = NEVER;
  p->friend_of = NONE;
  p->weekday = between(h->weekdays, h->weekdays_to);
  p->weekend = between(h->weekends, h->weekends_to);
  p->minute = between(h->from, h->to);
  p->drink = between(0, 8);

  if (sort == TOURIST) p->to = p->from + (percent(80) ? 0 : between(1, 3));
  if (sort == FADING) p->to = p->from + between(200, 420);
  if (sort == STUDENT) p->to = p->from + between(240, 700);
  if (sort != FADING && percent(h->leaves)) p->to = p->from + between(40, 560);
  if (p->to > DAYS - 1) p->to = DAYS - 1;
  if (sort == RETURNED) {
    p->away_from = p->from + between(110, 240);
    p->away_to = p->away_from + between(110, 230);
  }
  if (sort == WON_BACK || sort == LET_DOWN) p->upset = p->from + between(70, 200);
  while (p->upset != NEVER && closed(p->upset)) p->upset++;
  if (sort == LET_DOWN) p->to = p->upset;

  for (int i = 0; i < 2; i++) { /* most go away in summer */
    p->holiday[i] = 365 * i + (percent(65) ? between(240, 300) : between(0, 360));
    p->holiday_length[i] = between(5, 21);
  }
  if (percent(h->joins)) p->card = p->from + between(0, 40);
  if (percent(h->reads)) p->mail_from = p->from + between(0, 30);
  if (sort == BEANS_ONLY)
    p->shops = between(35, 90);
  else if (sort == MEMBER || sort == ADVOCATE)
    p->shops = between(10, 40);
  else if (sort != TOURIST && percent(16))
    p->shops = between(5, 25);
}

/* ---- the counter ---- */

struct item {
  const char *topic;
  int cents;
};
static const struct item drinks[] = {
    {"espresso", 240},   {"americano", 280},  {"filter", 300},
    {"flat white", 360}, {"cappuccino", 350}, {"latte", 390},
    {"oat latte", 430},  {"tea", 290},        {"hot chocolate", 380},
};
static const struct item food[] = {
    {"croissant", 260}, {"pastry", 310},  {"cake", 450},
    {"sandwich", 690},  {"brunch", 1190},
};
enum { BEANS = 1450, DEAREST = 1800, POSTAGE = 350, FREE_DRINK = 100 };

/* What one round costs, and its main item. */
static int basket(const struct person *p, int day, const char **topic_out)
{
  int raised = day >= NEW_PRICES ? 10 : 0;
  const struct item *drink = &drinks[percent(75) ? p->drink : between(0, 8)];
  int sum = drink->cents + raised;
  *topic_out = drink->topic;
  bool company = weekend(day) ? percent(45) : percent(8);
  if (company) sum += drinks[between(0, 8)].cents + raised;
  if (percent(p->habit->food)) {
    const struct item *dish = &food[weekend(day) ? between(0, 4) : between(0, 3)];
    if (sum + dish->cents <= DEAREST) {
      sum += dish->cents;
      if (dish->cents > drink->cents) *topic_out = dish->topic;
    }
  }
  if (permille(p->sort == TOURIST ? 40 : 18) && sum <= DEAREST - BEANS) {
    sum += BEANS;
    *topic_out = "beans";
  }
  return sum;
}

static int sell(int who, int64_t time, const char *channel, int cents,
                const char *topic)
{
  struct event *sale = add(who, time, "purchase", channel);
  int number = used - 1;
  bool kept = sale == &events[number];
  sale->cents = cents;
  sale->topic = topic;
  sale->id = "sale";
  return kept ? number : NONE;
}

static void rate(int who, int64_t time, const char *kind, const char *channel,
                 const char *scale, int value)
{
  struct event *e = add(who, time, kind, channel);
  e->scale = scale;
  e->value = value;
}

static void review(int who, int64_t time, int stars, const char *topic)
{
  rate(who, time, "review", "social", "stars", stars);
  if (time >= FIRST_DAY + (int64_t)DAYS * DAY) return;
  struct event *e = &events[used - 1];
  e->public = 1;
  e->valence = stars - 3;
  e->incentivised = 0;
  e->topic = topic;
}

/* The stars are drawn before the time, by every compiler: arguments have no order. */
static void review_later(int who, int64_t time, int from, int to, int stars,
                         const char *topic)
{
  review(who, time + between(from, to), stars, topic);
}

/* Money back for all of a sale or for part of it. */
static void refund(int who, int sale)
{
  int64_t when =
      open_at(events[sale].time + between(6 * MINUTE, percent(70) ? HOUR : 2 * DAY));
  int cents = events[sale].cents;
  struct event *e = add(who, when, "refund", events[sale].channel);
  e->cents = percent(70) || cents < 500 ? cents : 240;
  e->answers = sale;
}

/* One visit, about the usual minute of the day, with what follows from it. */
static void come(int who, int day, int usual)
{
  struct person *p = &people[who];
  int spread = p->sort == COMMUTER ? 12 : 75, minute = usual + about(-spread, spread);
  if (minute < 7 * 60 + 4) minute = 7 * 60 + between(4, 25);
  if (minute > 17 * 60 + 50) minute = 17 * 60 + between(20, 50);
  int64_t time = at(day, minute * MINUTE + between(0, 59));
  const char *topic;
  int cents = basket(p, day, &topic);

  if (p->card != NEVER && day >= p->card && p->points == 0 && !p->coffees) {
    add(who, time - 2 * MINUTE, "sign_up", "store");
    add(who, time - MINUTE, "loyalty_join", "store");
    p->coffees = 1;
  }
  if (p->points >= FREE_DRINK && percent(60) && cents > 400) {
    add(who, time - 10, "points_spend", "store")->value = FREE_DRINK;
    p->points -= FREE_DRINK;
    cents = cents - drinks[p->drink].cents;
    if (cents < 240) cents = 240;
  }
  int sale = sell(who, time, "store", cents, topic);
  if (p->coffees) {
    struct event *earned = add(who, time + 3, "points_earn", "store");
    earned->value = cents / 100;
    p->points += cents / 100;
  }
  if (permille(3)) refund(who, sale);
  int hour = (int)((time - FIRST_DAY) % DAY) / HOUR;
  if (p->coffees && permille(18)) /* the card's app asks how it was */
  {
    int answer = hour == 8     ? between(3, 5)
                 : percent(85) ? between(4, 5)
                               : between(2, 4);
    rate(who, time + between(20, 300) * MINUTE, "rating", "app", "csat", answer);
  }
  if (p->sort == TOURIST && percent(16))
    review_later(who, time, 3 * HOUR, 5 * DAY, percent(70) ? 5 : between(2, 4), topic);
  else if (permille(2))
    review_later(who, time, 3 * HOUR, 3 * DAY, between(3, 5), topic);
  if (p->sort != TOURIST && permille(4)) { /* a question, answered when there is time */
    int64_t asked = time + between(3 * HOUR, 9 * HOUR);
    add(who, asked, "message_in", percent(50) ? "email" : "social");
    add(who, open_at(asked + between(5 * MINUTE, 9 * HOUR)), "message_out", "email");
  }
}

/* ---- the web shop ---- */

static void browse(int who, int64_t time)
{
  static const char *const beans[] = {"house blend", "ethiopia", "colombia", "decaf",
                                      "winter blend"};
  struct person *p = &people[who];
  const char *bag = beans[between(0, 4)];
  add(who, time, "visit", "web")->value = between(25, 700);
  if (percent(15)) add(who, time + between(5, 20), "search", "web")->topic = bag;
  for (int n = between(1, 3); n > 0; n--)
    add(who, time += between(15, 90), "view_item", "web")->topic = bag;
  if (percent(6)) add(who, time + 8, "add_to_wishlist", "web")->topic = bag;
  if (!percent(p->sort == BEANS_ONLY ? 75 : 45)) return;
  add(who, time += between(10, 120), "add_to_cart", "web")->topic = bag;
  if (percent(10)) {
    add(who, time + between(20, 90), "remove_from_cart", "web")->topic = bag;
    return;
  }
  bool reminded = percent(35);
  if (reminded) { /* left behind; a reminder brings one in three back */
    add(who, time + DAY, "message_out", "email")->topic = "cart";
    if (!percent(33)) return;
    time += DAY + between(HOUR, 9 * HOUR);
    add(who, time, "open", "email");
    add(who, time += between(5, 60), "click", "email");
  }
  add(who, time += between(20, 200), "begin_checkout", "web");
  if (!percent(84)) return;
  int cents =
      percent(55) ? BEANS : BEANS + POSTAGE; /* collected in the shop, or sent */
  int sale = sell(who, time + between(40, 240), "web", cents, "beans");
  if (sale == NONE) return;
  int64_t bought = events[sale].time;
  struct event *sent = add(who, open_at(bought + between(DAY, 4 * DAY)), "fulfil",
                           cents == BEANS ? "store" : "web");
  sent->value = percent(85) ? -between(HOUR, 30 * HOUR) : between(HOUR, 50 * HOUR);
  sent->answers = sale;
  if (percent(10)) {
    int answer = sent->value > 0 ? between(2, 4) : between(4, 5);
    rate(who, bought + between(4 * DAY, 9 * DAY), "rating", "email", "csat", answer);
  }
}

/* ---- mail ---- */

static bool reads_mail(const struct person *p, int day)
{
  return day >= p->mail_from && day < p->mail_to;
}

/* One letter to one reader. */
static void send(int who, int day, const char *topic)
{
  struct person *p = &people[who];
  int64_t time = at(day, 9 * HOUR + 30 * MINUTE + who / 8);
  add(who, time, "message_out", "email")->topic = topic;
  bool gone = day > p->to || (day >= p->away_from && day <= p->away_to);
  int opens = gone ? 12 : p->sort == MEMBER || p->sort == ADVOCATE ? 78 : 46;
  if (!percent(opens)) return;
  time += percent(60) ? between(2 * MINUTE, 5 * HOUR) : between(5 * HOUR, 2 * DAY);
  add(who, time, "open", "email")->topic = topic;
  if (percent(gone ? 18 : 2)) {
    add(who, time + between(10, 60), "unsubscribe", "email");
    p->mail_to = day_of(time) + 1;
  } else if (percent(24)) {
    add(who, time + between(4, 90), "click", "email")->topic = topic;
    if (day >= WEB_SHOP && p->shops && !gone)
      browse(who, time + 100);
    else
      add(who, time + 100, "visit", "web")->value = between(15, 240);
  }
}

/* Every half year the mail asks whether one would recommend the shop. */
static void ask_nps(int who, int day)
{
  struct person *p = &people[who];
  int64_t time = at(day, 10 * HOUR + who / 8);
  if (day > p->to) return;
  add(who, time, "message_out", "email")->topic = "survey";
  if (!percent(38)) return;
  int score = p->sort == ADVOCATE || p->sort == MEMBER ? between(9, 10)
              : p->sort == FADING                      ? between(3, 8)
                                                       : about(6, 11);
  rate(who, time + between(HOUR, 3 * DAY), "rating", "email", "nps",
       score > 10 ? 10 : score);
}

static void write_mail(void)
{
  for (int day = 0; day < DAYS; day++) {
    struct date d = date_of(day);
    bool first_tuesday = weekday(day) == 1 && d.day <= 7;
    bool survey = d.day == 20 && (d.month == 4 || d.month == 10);
    for (int who = 0; who < PEOPLE; who++) {
      if (day == people[who].mail_from) {
        struct event *e = add(who, at(day, 12 * HOUR + between(0, 5 * HOUR)),
                              "subscribe", closed(day) ? "web" : "store");
        e->topic = "newsletter";
      }
      if (!reads_mail(&people[who], day)) continue;
      if (first_tuesday) send(who, day, "newsletter");
      if (day == WEB_SHOP) send(who, day, "web shop");
      if (survey) ask_nps(who, day);
    }
  }
}

/* ---- turns of fate ---- */

/* A letter with a voucher ends the long gap. */
static void win_again(int who)
{
  struct person *p = &people[who];
  int day = p->away_to - between(1, 3);
  int64_t time = at(day, 10 * HOUR + who);
  add(who, time, "message_out", "email")->topic = "we miss you";
  time += between(HOUR, 20 * HOUR);
  add(who, time, "open", "email")->topic = "we miss you";
  add(who, time + between(5, 90), "click", "email")->topic = "we miss you";
  p->mail_to = NEVER;
}

static void complain(int who)
{
  static const char *const reasons[] = {"waiting time", "cold coffee", "wrong order",
                                        "unfriendly service", "stale beans"};
  struct person *p = &people[who];
  const char *reason = reasons[who % 5];
  int64_t time = at(p->upset, 9 * HOUR + between(0, 7 * HOUR));
  int sale = sell(who, time, "store", 690, "sandwich");
  time += between(10 * MINUTE, 5 * HOUR);
  struct event *e = add(who, time, "complaint", percent(50) ? "email" : "social");
  int ticket = used - 1;
  e->id = "ticket";
  e->valence = -2;
  e->public = p->sort == LET_DOWN;
  e->topic = reason;
  if (p->sort == LET_DOWN) { /* nobody answered in time */
    review_later(who, time, HOUR, DAY, between(1, 2), reason);
    if (percent(50)) return;
    add(who, open_at(time + between(9 * DAY, 15 * DAY)), "message_out", "email");
    return;
  }
  add(who, open_at(time + between(20 * MINUTE, 5 * HOUR)), "message_out", "email");
  if (percent(60)) refund(who, sale);
  e = add(who, open_at(time + between(DAY, 3 * DAY)), "resolution", "store");
  e->answers = ticket;
  e->valence = 2;
  e->topic = reason;
  int64_t solved = e->time;
  int ease = between(6, 7);
  rate(who, solved + between(HOUR, 2 * DAY), "rating", "email", "ces", ease);
  review(who, solved + between(15 * DAY, 60 * DAY), 5, "service");
  if (percent(60))
    review(who, solved + between(150 * DAY, 300 * DAY), 5, "house blend");
}

/* Those who tell others. */
static void tell(int who)
{
  for (int day = people[who].from + 30; day < DAYS; day++) {
    if (away(&people[who], day)) continue;
    int64_t time = at(day, between(8 * HOUR, 22 * HOUR));
    if (permille(14)) {
      struct event *e = add(who, time, "share", "social");
      e->public = 1;
      e->valence = between(1, 2);
    } else if (permille(20)) {
      add(who, time, "react", "social")->public = 1;
    } else if (permille(4)) {
      review(who, time, 5, drinks[people[who].drink].topic);
    }
  }
}

/* Those who make the shop's next coffee with it. */
static void take_part(int who)
{
  static const char *const blends[] = {"winter blend", "harbour blend",
                                       "decaf espresso", "summer filter"};
  static const int tastings[] = {197, 281, 498, 617}; /* four Saturdays */
  const struct person *p = &people[who];
  add(who, at(p->from + 12, 20 * HOUR), "follow", "social");
  for (int day = p->from + 45; day < DAYS; day++) {
    if (away(p, day)) continue;
    int64_t time = at(day, between(17 * HOUR, 22 * HOUR));
    if (permille(48)) add(who, time, "community", "social")->public = 1;
    if (!permille(7)) continue;
    struct event *e = add(who, time + HOUR, "idea", "social");
    e->topic = blends[between(0, 3)];
    e->valence = percent(30) ? 2 : percent(50) ? 1 : 0; /* 2: it went on sale */
    add(who, open_at(time + between(8 * HOUR, 40 * HOUR)), "message_out", "social");
  }
  for (int i = 0; i < 4; i++)
    if (tastings[i] > p->from + 60 && !away(p, tastings[i]) && percent(75))
      add(who, at(tastings[i], 16 * HOUR + who % 20), "cocreate", "event")->topic =
          blends[i];
  if (who % 4 == 0) {
    struct event *e = add(who, at(580 + who % 50, 11 * HOUR), "endorse", "web");
    e->public = 1;
    e->incentivised = 0;
  }
}

/* ---- friends ---- */

/* Who came after the first weeks may have been sent by an advocate or a member. */
static void make_friends(int first_fan, int fans)
{
  for (int who = 0; who < PEOPLE; who++) {
    struct person *p = &people[who];
    bool fits = p->sort == COMMUTER || p->sort == WEEKENDER || p->sort == OCCASIONAL ||
                p->sort == STUDENT;
    if (!fits || p->from < 60 || !percent(28)) continue;
    int fan = first_fan + between(0, fans - 1);
    if (people[fan].from + 40 < p->from) p->friend_of = fan;
  }
}

static void settle_friends(void)
{
  int64_t *bought = calloc(PEOPLE, sizeof *bought);
  int made = used;
  if (!bought) exit(1);
  for (int i = 0; i < made; i++) {
    int64_t *first = &bought[events[i].person];
    if (strcmp(events[i].kind, "purchase")) continue;
    if (!*first || events[i].time < *first) *first = events[i].time;
  }
  for (int who = 0; who < PEOPLE; who++) {
    int fan = people[who].friend_of;
    if (fan == NONE || !bought[who]) continue;
    bool paid = day_of(bought[who]) >= FRIENDS_CARD + 7;
    const char *by = percent(60) ? "social" : "app";
    struct event *e = add(fan, bought[who] - between(DAY, 6 * DAY), "refer", by);
    e->about = who;
    e->incentivised = paid;
    e->public = 0;
    e = add(fan, bought[who] + MINUTE, "refer_won", "store");
    e->about = who;
    e->incentivised = paid;
    if (paid)
      add(fan, bought[who] + 2 * MINUTE, "points_earn", "app")->value = FREE_DRINK;
  }
  for (int who = 0; who < PEOPLE;
       who++) /* somebody must speak of those who never came */
    if (people[who].sort == ADVOCATE && percent(40)) {
      struct event *e =
          add(who, at(between(people[who].from + 60, DAYS - 1), 13 * HOUR), "refer",
              "social");
      e->incentivised = 0;
    }
  free(bought);
}

/* ---- all of it ---- */

/* A sale rung up twice by mistake, and the second one voided at closing time. */
static void ring_twice(void)
{
  int made = used, left = 3;
  for (int i = made / 5; i < made && left; i += made / 4) {
    while (i < made &&
           (strcmp(events[i].kind, "purchase") || strcmp(events[i].channel, "store")))
      i++;
    if (i >= made) return;
    struct event seen = events[i];
    int twin = sell(seen.person, seen.time + 25, "store", seen.cents, seen.topic);
    int64_t closing = at(day_of(seen.time), 17 * HOUR + 58 * MINUTE);
    add(seen.person, closing, "void", "store")->answers = twin;
    left--;
  }
}

/* A look at the site now and then; once there is a web shop, at the beans too. */
static void look(int who)
{
  struct person *p = &people[who];
  if (percent(40))
    add(who, at(p->from, between(9 * HOUR, 22 * HOUR)), "follow", "social");
  for (int day = p->from; day <= p->to; day += between(20, 160)) {
    int64_t time = at(day, between(9 * HOUR, 22 * HOUR));
    add(who, time, "visit", "web")->value = between(10, 300);
    if (day < WEB_SHOP || percent(45)) continue;
    add(who, time + between(10, 60), "view_item", "web")->topic = "house blend";
    if (percent(30))
      add(who, time + between(80, 200), "add_to_cart", "web")->topic = "house blend";
  }
}

static void live(int who)
{
  struct person *p = &people[who];
  if (p->sort == ONLOOKER) {
    look(who);
    return;
  }
  if (p->sort == RETURNED) win_again(who);
  if (p->from > 3 && percent(30)) { /* looked up when we open */
    int second = between(8 * HOUR, 22 * HOUR);
    int64_t time = at(p->from - between(1, 3), second);
    struct event *visit = add(who, time, "visit", "web");
    visit->value = between(10, 150);
  }
  for (int day = p->from; day <= p->to; day++) {
    if (closed(day)) continue;
    if (p->sort == TOURIST || (day == p->from && p->sort != BEANS_ONLY)) {
      come(who, day, p->minute);
    } else if (!away(p, day) && permille(keenness(p, day))) {
      come(who, day, p->minute);
      if (p->sort == COMMUTER && permille(60)) come(who, day, 12 * 60 + 40);
    } else if (p->sort == RETURNED && day == p->away_to) {
      come(who, day, p->minute);
    }
  }
  for (int day = p->from > WEB_SHOP ? p->from : WEB_SHOP; day <= p->to; day++)
    if (p->shops && !away(p, day) &&
        (permille(p->shops) || (day == p->from && p->sort == BEANS_ONLY)))
      browse(who, at(day, between(7 * HOUR, 23 * HOUR)));
  if (p->upset != NEVER) complain(who);
  if (p->sort == ADVOCATE) tell(who);
  if (p->sort == MEMBER) take_part(who);
  if ((p->sort == WEEKENDER || p->sort == STUDENT || p->sort == TOURIST) && percent(12))
    add(who, at(p->from, 19 * HOUR + who), "follow", "social");
}

static int by_time(const void *left, const void *right)
{
  const struct event *a = &events[*(const int *)left],
                     *b = &events[*(const int *)right];
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  return *(const int *)left - *(const int *)right;
}

/* ---- writing ---- */

static void print_number(int value)
{
  if (value != NONE) printf("%d", value);
  putchar(',');
}

static void print_text(const char *text)
{
  if (text) fputs(text, stdout);
  putchar(',');
}

static void print(const struct event *e)
{
  struct date d = date_of(day_of(e->time));
  int s = (int)((e->time - FIRST_DAY) % DAY);
  printf("customer-%d,%04d-%02d-%02dT%02d:%02d:%02dZ,%s,%s,", people[e->person].number,
         d.year, d.month, d.day, s / HOUR, s / MINUTE % 60, s % 60, e->kind,
         e->channel);
  if (e->cents != NONE) printf("%d.%02d", e->cents / 100, e->cents % 100);
  putchar(',');
  print_text(e->cents != NONE ? "EUR" : NULL);
  print_number(e->value);
  print_text(e->scale);
  print_number(e->public);
  print_number(e->incentivised);
  print_number(e->valence);
  if (e->id) printf("%s-%05d", e->id, e->number);
  putchar(',');
  if (e->answers != NONE)
    printf("%s-%05d", events[e->answers].id, events[e->answers].number);
  if (e->about != NONE) printf("customer-%d", people[e->about].number);
  putchar(',');
  if (e->topic) fputs(e->topic, stdout);
  putchar('\n');
}

int main(void)
{
  int who = 0, fans = 0, first_fan = 0;
  for (int sort = 0; sort < SORTS; sort++) {
    if (sort == ADVOCATE) first_fan = who;
    for (int i = 0; i < habits[sort].count; i++) raise(&people[who++], (enum sort)sort);
  }
  fans = habits[ADVOCATE].count + habits[MEMBER].count;
  make_friends(first_fan, fans);
  for (who = 0; who < PEOPLE; who++) live(who);
  ring_twice();
  write_mail();
  settle_friends();

  int *order = malloc((size_t)used * sizeof *order), customers = 0, sales = 0,
      tickets = 0;
  if (!order) return 1;
  for (int i = 0; i < used; i++) order[i] = i;
  qsort(order, (size_t)used, sizeof *order, by_time);
  for (int i = 0; i < used; i++) { /* numbers follow the calendar */
    struct event *e = &events[order[i]];
    if (!people[e->person].number) people[e->person].number = ++customers;
    if (e->id) e->number = e->id[0] == 's' ? ++sales : ++tickets;
  }
  puts("customer,time,kind,channel,amount,currency,value,scale,public,incentivised,"
       "valence,"
       "id,refers_to,topic");
  for (int i = 0; i < used; i++) print(&events[order[i]]);
  free(order);
  free(events);
  return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
