/* SPDX-License-Identifier: MIT
 *
 * reference_model.c - see reference_model.h. Numbers are fractions of 128 bits; one
 * that needs more than 64 bits in lowest terms is not defined, as the guide says.
 */
#include "reference_model.h"

#include <stdlib.h>
#include <string.h>

/* Where there is none, 32-bit machines, no history reaches beyond 64 bits; see
 * draw_fields. */
#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 wide;
#else
typedef int64_t wide;
#endif

/* ---- the vocabulary, as the guide lists it ---- */

struct ref_kind {
  int number;
  const char *name;
  const char *group;
  bool inbound, active;
  int mode; /* 1 company, 2 content, 3 community */
};

/* clang-format off */
static const struct ref_kind kinds[] = {
  {1, "impression", "reach", 0, 0, 2}, {2, "visit", "reach", 1, 1, 1},
  {3, "identify", "reach", 1, 1, 1}, {4, "sign_up", "reach", 1, 1, 1},
  {5, "consent", "reach", 1, 0, 1}, {6, "subscribe", "reach", 1, 1, 2},
  {7, "unsubscribe", "reach", 1, 0, 2}, {8, "follow", "reach", 1, 1, 2},
  {10, "message_in", "talk", 1, 1, 1}, {11, "message_out", "talk", 0, 0, 1},
  {12, "open", "talk", 1, 1, 2}, {13, "click", "talk", 1, 1, 2},
  {14, "meeting", "talk", 1, 1, 1},
  {20, "search", "-", 1, 1, 2}, {21, "view_item", "-", 1, 1, 2},
  {22, "content_use", "-", 1, 1, 2}, {23, "learn", "-", 1, 1, 2},
  {24, "add_to_wishlist", "-", 1, 1, 2},
  {30, "add_to_cart", "buy", 1, 1, 1}, {31, "remove_from_cart", "buy", 1, 1, 1},
  {32, "begin_checkout", "buy", 1, 1, 1}, {33, "quote", "buy", 1, 1, 1},
  {34, "purchase", "buy", 1, 1, 1}, {35, "refund", "buy", 0, 0, 1},
  {36, "cancel", "buy", 1, 0, 1}, {37, "fulfil", "buy", 0, 0, 1},
  {38, "usage", "buy", 1, 1, 1},
  {45, "contract", "bind", 1, 1, 1}, {46, "contract_end", "bind", 1, 0, 1},
  {47, "loyalty_join", "bind", 1, 1, 1}, {48, "points_earn", "bind", 0, 0, 1},
  {49, "points_spend", "bind", 1, 1, 1}, {50, "points_adjust", "bind", 0, 0, 1},
  {55, "rating", "judge", 1, 1, 1}, {56, "review", "judge", 1, 1, 3},
  {57, "complaint", "judge", 1, 1, 1}, {58, "resolution", "judge", 0, 0, 1},
  {65, "react", "tell", 1, 1, 2}, {66, "share", "tell", 1, 1, 2},
  {67, "refer", "tell", 1, 1, 3}, {68, "refer_won", "tell", 0, 0, 3},
  {69, "endorse", "tell", 1, 1, 3},
  {75, "idea", "make", 1, 1, 3}, {76, "community", "make", 1, 1, 3},
  {77, "cocreate", "make", 1, 1, 3},
  {REF_TASTING, "tasting", "-", 1, 1, 2}, {REF_LEAFLET, "leaflet", "-", 0, 0, 2},
};

static const char *const groups[] = {"any", "all", "inbound", "outbound", "reach", "talk",
                                     "buy", "bind", "judge", "tell", "make"};

static const struct { const char *name; int number; } channels[] = {
  {"store", 1}, {"web", 2}, {"app", 3}, {"partner", 11}, {"kiosk", REF_KIOSK}};
static const char *const scales[] = {"nps", "csat", "ces", "stars", "other"};
static const char *const modes[] = {"company", "content", "community"};
static const char *const directions[] = {"inbound", "outbound"};
static const char *const topics[] = {"coffee", "tea", "say \\\"hi\\\""};
static const char *const topic_texts[] = {"coffee", "tea", "say \"hi\""};
/* clang-format on */

enum {
  KINDS = sizeof kinds / sizeof kinds[0],
  GROUPS = sizeof groups / sizeof groups[0],
  CHANNELS = sizeof channels / sizeof channels[0],
  TOPICS = sizeof topics / sizeof topics[0]
};

static const struct ref_kind *kind_of(int number)
{
  for (int i = 0; i < KINDS; i++)
    if (kinds[i].number == number) return &kinds[i];
  return NULL;
}

static bool in_group(const struct ref_kind *kind, const char *group)
{
  if (strcmp(group, "all") == 0) return true;
  if (strcmp(group, "any") == 0) return kind->active;
  if (strcmp(group, "inbound") == 0) return kind->inbound;
  if (strcmp(group, "outbound") == 0) return !kind->inbound;
  return strcmp(kind->group, group) == 0;
}

static uint32_t topic_number(int topic)
{
  return (uint32_t)eng_hash(topic_texts[topic], strlen(topic_texts[topic]));
}

static bool one_in(prop_draw *draw, int n) { return prop_between(draw, 1, n) == 1; }

static int pick(prop_draw *draw, int n) { return (int)prop_between(draw, 0, n - 1); }

/* ---- calendars ---- */

#define MINUTE INT64_C(60000)

enum { EUR = 978, USD = 840, JPY = 392 }; /* the yen has no minor units */

/* Half of the settings have none. */
static void draw_rates(prop_draw *draw, ref_calendar *calendar)
{
  static const int64_t worths[][2] = {
      {108, 100}, {1, 3}, {67, 10000}, {3, 1000}, {99999999999999, 100000000000000},
      {2, 1}};

  if (one_in(draw, 2)) return;
  calendar->rate_count = 1 + pick(draw, REF_RATES);
  for (int i = 0; i < calendar->rate_count; i++) {
    ref_rate *rate = &calendar->rates[i];
    const int64_t *worth = worths[pick(draw, 6)];

    rate->currency = one_in(draw, 6) ? EUR : one_in(draw, 2) ? USD : JPY;
    rate->from =
        one_in(draw, 3) ? -2 : REF_START / REF_DAY + prop_between(draw, -2, 30) * 4;
    rate->n = worth[0];
    rate->d = worth[1];
  }
}

ref_calendar ref_calendar_draw(prop_draw *draw)
{
  static const int offsets[] = {60, 60, 0, -300, 330, 840};
  static const int starts[] = {180, 180, 0, 0, 1439};
  ref_calendar calendar = {offsets[pick(draw, 6)],
                           starts[pick(draw, 5)],
                           1 + pick(draw, 7),
                           {{0, 0, 0, 0}},
                           0};

  draw_rates(draw, &calendar);
  return calendar;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Business days, counted from that which began on 1970-01-01. */
static int64_t day_of(const ref_calendar *calendar, int64_t time)
{
  return floor_div(time + (calendar->offset - calendar->day_start) * MINUTE, REF_DAY);
}

int64_t ref_day_start(const ref_calendar *calendar, int64_t time)
{
  return day_of(calendar, time) * REF_DAY -
         (calendar->offset - calendar->day_start) * MINUTE;
}

/* The first business day of the week that a business day lies in. The day 0 was a
 * Thursday. */
static int64_t week_of(const ref_calendar *calendar, int64_t day)
{
  int64_t weekday = (day + 3) - floor_div(day + 3, 7) * 7 + 1;

  return day - (weekday - calendar->week_start + 7) % 7;
}

/* ---- histories ---- */

eng_context *ref_context(const ref_calendar *calendar)
{
  eng_settings *settings = NULL;
  eng_context *context = NULL;

  if (eng_settings_new(NULL, &settings) != ENG_OK) abort();
  for (int i = 0; i < calendar->rate_count; i++) {
    const ref_rate *rate = &calendar->rates[i];

    if (eng_settings_set_rate(settings, rate->currency, rate->from, rate->n, rate->d) !=
        ENG_OK)
      abort();
  }
  if (eng_settings_set_zone(settings, calendar->offset) != ENG_OK ||
      eng_settings_set_day(settings, calendar->day_start) != ENG_OK ||
      eng_settings_set_week(settings, calendar->week_start) != ENG_OK ||
      eng_settings_set_currency(settings, 978) != ENG_OK ||
      eng_settings_add_kind(settings, REF_TASTING, "tasting", 7, ENG_DIRECTION_CUSTOMER,
                            ENG_MODE_CONTENT, 1) != ENG_OK ||
      eng_settings_add_kind(settings, REF_LEAFLET, "leaflet", 7, ENG_DIRECTION_COMPANY,
                            ENG_MODE_CONTENT, 0) != ENG_OK ||
      eng_settings_add_channel(settings, REF_KIOSK, "kiosk", 5) != ENG_OK ||
      eng_context_new(settings, &context) != ENG_OK)
    abort();
  eng_settings_free(settings);
  return context;
}

static int64_t draw_time(const ref_history *history, prop_draw *draw,
                         const ref_calendar *calendar)
{
  int64_t time = REF_START + prop_between(draw, 0, 120) * REF_DAY;

  /* Often at the very instant of another event, or whole days away from it. */
  if (history->count > 0 && one_in(draw, 4)) {
    const ref_event *other = &history->events[pick(draw, history->count)];
    return other->time + (one_in(draw, 2) ? 0 : prop_between(draw, -9, 9) * REF_DAY);
  }
  /* Else at an edge of a day of UTC, or of a business day. */
  if (one_in(draw, 3)) {
    time += prop_between(draw, 0, REF_DAY - 1);
  } else if (one_in(draw, 3)) {
    time = ref_day_start(calendar, time);
  }
  return time + prop_between(draw, -1, 1);
}

static void draw_fields(ref_event *event, const ref_history *history, prop_draw *draw)
{
  event->channel = one_in(draw, 2) ? channels[pick(draw, CHANNELS)].number : 0;
  event->scale = one_in(draw, 3) ? 1 + pick(draw, 5) : 0;
  event->has_value = one_in(draw, 2);
  if (event->has_value)
    event->value = prop_between(draw, -3, 10) * (one_in(draw, 4) ? 777 : 500);
  if (event->has_value && one_in(draw, 60) && sizeof(wide) > sizeof(int64_t))
    event->value = INT64_MAX - prop_between(draw, 0, 3);
  event->has_valence = one_in(draw, 3);
  if (event->has_valence) event->valence = (int)prop_between(draw, -2, 2);
  event->incentivised = one_in(draw, 4);
  event->is_public = one_in(draw, 2);
  event->has_actor = one_in(draw, 4);
  if (event->has_actor) event->actor = (uint32_t)prop_between(draw, 0, 2);
  event->has_topic = one_in(draw, 4);
  if (event->has_topic) event->topic = topic_number(pick(draw, TOPICS));
  event->has_amount = !one_in(draw, 3);
  if (event->has_amount) {
    event->amount = prop_between(draw, 0, 8) * 500;
    if (one_in(draw, 8)) event->amount = -event->amount;
    if (one_in(draw, 40) && sizeof(wide) > sizeof(int64_t))
      event->amount = INT64_MAX - prop_between(draw, 0, 3);
    event->currency = !one_in(draw, 4) ? EUR : one_in(draw, 2) ? USD : JPY;
  }
  bool undoes = event->kind >= ENG_EVENT_REFUND;
  event->has_refers_to = history->count > 0 && one_in(draw, undoes ? 1 : 9);
  if (event->has_refers_to && one_in(draw, 6)) event->has_refers_to = false;
  if (event->has_refers_to)
    event->refers_to = history->events[pick(draw, history->count)].effective;
}

/* Purchases and what undoes them make half of a history. */
static int draw_kind(prop_draw *draw, bool undoes)
{
  static const int undoing[] = {ENG_EVENT_REFUND, ENG_EVENT_REFUND, ENG_EVENT_REFUND,
                                ENG_EVENT_CANCEL, ENG_EVENT_VOID};

  if (undoes && one_in(draw, 3)) return undoing[pick(draw, 5)];
  if (one_in(draw, 2)) return ENG_EVENT_PURCHASE;
  if (one_in(draw, 2)) return ENG_EVENT_VISIT;
  return one_in(draw, 4) ? ENG_EVENT_REFER : kinds[pick(draw, KINDS)].number;
}

static void must(eng_status status)
{
  if (status != ENG_OK) abort();
}

static void record(eng_customer *customer, const ref_event *e, eng_event *event,
                   bool has_id, int occurrence, ref_event *out)
{
  must(eng_event_reset(event, e->kind, e->time));
  if (has_id)
    must(eng_event_set_id(event, (uint64_t)occurrence * 7919));
  else
    must(eng_event_set_occurrence(event, (uint16_t)occurrence));
  must(eng_event_set_channel(event, e->channel));
  must(eng_event_set_scale(event, e->scale));
  if (e->has_value) must(eng_event_set_value(event, e->value));
  if (e->has_valence) must(eng_event_set_valence(event, e->valence));
  must(eng_event_set_flags(event, e->incentivised, e->is_public));
  must(eng_event_set_actor(event, e->has_actor, e->actor));
  must(eng_event_set_topic(event, e->has_topic, e->topic));
  must(eng_event_set_refers_to(event, e->has_refers_to, e->refers_to));
  if (e->has_amount) must(eng_event_set_amount(event, e->amount, e->currency));
  must(eng_customer_record(customer, event, NULL));
  out->effective = eng_event_effective_id(event);
}

void ref_history_draw(ref_history *history, prop_draw *draw,
                      const ref_calendar *calendar, const eng_context *context,
                      eng_customer *customer)
{
  int count = one_in(draw, 12) ? 0 : 1 + pick(draw, one_in(draw, 3) ? 3 : REF_EVENTS);
  bool undoes = one_in(draw, 2); /* the other half takes the library's fast way */
  eng_event *event = NULL;

  must(eng_event_new(context, ENG_EVENT_VISIT, 0, &event));
  memset(history, 0, sizeof *history);
  history->calendar = *calendar;
  for (int i = 0; i < count; i++) {
    ref_event *e = &history->events[i];

    e->kind = draw_kind(draw, undoes);
    e->time = draw_time(history, draw, calendar);
    draw_fields(e, history, draw);
    if (!undoes) e->has_refers_to = false;
    record(customer, e, event, one_in(draw, 2), i + 1, e);
    history->count++;
  }
  eng_event_free(event);
}

void ref_purchases_draw(ref_history *history, prop_draw *draw,
                        const eng_context *context, eng_customer *customer)
{
  eng_event *event = NULL;

  must(eng_event_new(context, ENG_EVENT_VISIT, 0, &event));
  memset(history, 0, sizeof *history);
  for (int i = 1 + pick(draw, 3); i > 0; i--) {
    ref_event *e = &history->events[history->count++];

    e->kind = ENG_EVENT_PURCHASE;
    e->time =
        REF_START + prop_between(draw, 0, 9) * REF_DAY + prop_between(draw, -1, 1);
    if (one_in(draw, 3)) e->time += prop_between(draw, 0, REF_DAY);
    record(customer, e, event, one_in(draw, 2), history->count, e);
  }
  eng_event_free(event);
}

void ref_history_print(const ref_history *history, FILE *to)
{
  for (int i = 0; i < history->count; i++) {
    const ref_event *e = &history->events[i];

    fprintf(to, "  kind %d at %lld id %llx", e->kind, (long long)e->time,
            (unsigned long long)e->effective);
    if (e->has_amount)
      fprintf(to, " amount %lld of %d", (long long)e->amount, e->currency);
    if (e->has_value) fprintf(to, " value %lld", (long long)e->value);
    if (e->has_valence) fprintf(to, " valence %d", e->valence);
    if (e->has_refers_to) fprintf(to, " to %llx", (unsigned long long)e->refers_to);
    fprintf(to, " channel %d scale %d flags %d%d\n", e->channel, e->scale,
            e->incentivised, e->is_public);
  }
}

/* ---- what is seen ---- */

static bool is_voided(const ref_history *history, const ref_event *event)
{
  for (int i = 0; i < history->count; i++) {
    const ref_event *by = &history->events[i];

    if (by->kind == ENG_EVENT_VOID && by->has_refers_to &&
        by->refers_to == event->effective && by->time >= event->time)
      return true;
  }
  return false;
}

/* What is left of a purchase; false: nothing. */
static bool keeps(const ref_history *history, const ref_event *purchase, int64_t as_of,
                  int64_t *left)
{
  int64_t paid = purchase->has_amount ? purchase->amount : 0;
  wide back = 0;

  for (int i = 0; i < history->count; i++) {
    const ref_event *by = &history->events[i];

    if (by->kind != ENG_EVENT_REFUND && by->kind != ENG_EVENT_CANCEL) continue;
    if (!by->has_refers_to || by->refers_to != purchase->effective) continue;
    if (by->time < purchase->time || by->time > as_of || is_voided(history, by))
      continue;
    if (by->kind == ENG_EVENT_CANCEL || !by->has_amount || paid == 0) return false;
    if (by->currency == purchase->currency)
      back += by->amount < 0 ? -(wide)by->amount : by->amount;
  }
  *left = back >= paid ? 0 : paid - (int64_t)back;
  return paid == 0 || *left > 0;
}

/* a times n over d, rounded half up, bit by bit: no step is wider than 64 bits, on any
 * machine. False: it does not fit. */
static bool times_over(uint64_t a, uint64_t n, uint64_t d, int64_t *out)
{
  uint64_t q = 0, r = 0;

  for (int bit = 63; bit >= 0; bit--) {
    bool more = r >= d - r;

    q = 2 * q + more;
    r = more ? r - (d - r) : 2 * r;
    if (a >> bit & 1) {
      uint64_t rest = n % d;

      more = r >= d - rest;
      q += n / d + more;
      r = more ? r - (d - rest) : r + rest;
    }
    if (q > INT64_MAX / 2 && bit > 0) return false;
  }
  q += r >= d - r;
  *out = (int64_t)q;
  return q <= INT64_MAX;
}

/* An amount in euros, by the rate of the event's day; false: there is none that fits.
 */
static bool in_euros(const ref_history *history, const ref_event *e, int64_t *amount)
{
  const ref_calendar *calendar = &history->calendar;
  const ref_rate *rate = NULL;
  int64_t cents;

  if (e->currency == EUR) return true;
  for (int i = 0; i < calendar->rate_count; i++) {
    const ref_rate *other = &calendar->rates[i];

    if (other->currency != e->currency || other->from > day_of(calendar, e->time)) {
      continue;
    }
    if (rate == NULL || other->from >= rate->from) rate = other;
  }
  if (rate == NULL) return false;
  if (!times_over((uint64_t)(*amount < 0 ? -*amount : *amount),
                  (uint64_t)rate->n * (e->currency == JPY ? 100 : 1), (uint64_t)rate->d,
                  &cents)) {
    return false;
  }
  *amount = *amount < 0 ? -cents : cents;
  return true;
}

void ref_look(const ref_history *history, int64_t as_of, ref_sight *sight)
{
  sight->count = 0;
  for (int i = 0; i < history->count; i++) {
    const ref_event *e = &history->events[i];
    ref_seen seen = {e, e->kind, false, 0, false};
    int64_t amount = e->amount;

    if (e->kind == ENG_EVENT_VOID || e->time > as_of || is_voided(history, e)) continue;
    if (e->kind == ENG_EVENT_PURCHASE && e->has_amount && e->amount < 0)
      seen.kind = ENG_EVENT_REFUND;
    if (seen.kind == ENG_EVENT_PURCHASE && !keeps(history, e, as_of, &amount)) continue;
    if (seen.kind == ENG_EVENT_REFUND && amount > 0) amount = -amount;
    if (e->has_amount && !(e->kind == ENG_EVENT_REFUND && e->has_refers_to)) {
      seen.has_amount = in_euros(history, e, &amount);
      seen.left_out = !seen.has_amount;
    }
    seen.amount = amount;
    sight->seen[sight->count++] = seen;
  }
}

/* ---- trees ---- */

/* ORDER measure_names */
enum measure {
  COUNT,
  DAYS,
  SUM,
  MEAN,
  MIN,
  MAX,
  SHARE,
  RECENCY,
  TENURE,
  GAP,
  HOW_MANY_CHANNELS,
  HOW_MANY_ACTORS,
  STREAK
};

static const char *const measure_names[] = {
    "count",   "days",   "sum", "mean",     "min",    "max",   "share",
    "recency", "tenure", "gap", "channels", "actors", "streak"};

enum type { NUMBER, RATIO, DURATION, MONEY, CONDITION, AGE };

enum op {
  CONSTANT, /* n / d as it is meant, and its text */
  MEASURE,
  FIELD, /* which: a name */
  IS,    /* a field against one of its values */
  DEFINITION,
  STAGE,
  NEGATE,
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  LESS,
  LESS_EQUAL,
  GREATER,
  GREATER_EQUAL,
  EQUAL,
  NOT_EQUAL,
  AND,
  OR,
  NOT,
  DEFINED,
  ELSE,
  SCORED /* which: a score */
};

enum field {
  AMOUNT,
  VALUE,
  SCORE,
  VALENCE,
  ACTOR,
  INCENTIVISED,
  PUBLIC,
  CHANNEL,
  SCALE,
  MODE,
  DIRECTION,
  TOPIC
};

static const char *const field_names[] = {
    "amount", "value",   "rating", "valence", "actor",     "incentivised",
    "public", "channel", "scale",  "mode",    "direction", "topic"};

typedef struct node node;
struct node {
  enum op op;
  enum type type;
  node *a, *b;
  int64_t n, d;
  int which;            /* definition, stage, field, measure's name */
  bool alias;           /* of a stage: by its other name */
  int value;            /* of IS: which of the field's values */
  bool equal;           /* of IS: = or != */
  const char *names[4]; /* kinds and groups of a measure */
  int name_count;
  int64_t within, before;  /* of a measure; 0: none */
  const char *within_name; /* the param that says it */
  int order;               /* in which these and the filter are written */
  int of;                  /* the field that a measure is about; -1: not said */
  int last;                /* how many days or weeks, of a streak */
  bool weeks;
  char text[32];
};

/* A term of a score. */
enum form { EACH, WHEN, WORTH };

struct term {
  enum form form;
  node *measured;
  int points, cap; /* cap -1: not said */
  bool title;
};

enum { TERMS = 5, POINTS_LIMIT = 1000000 };

struct score {
  struct term terms[TERMS];
  int count;
};

enum {
  NODES = 4000,
  STAGES = 4,
  AXES = 4,
  CLASSES = 16,
  DEFINITIONS = 6,
  DURATIONS = 64,
  TEXT = 120000
};

struct ref_model {
  ref_calendar calendar;
  node nodes[NODES];
  int node_count;
  node *stages[STAGES];
  bool has_alias[STAGES];
  node *definitions[DEFINITIONS]; /* d0, d1 .. */
  bool is_param[DEFINITIONS], is_dimension[DEFINITIONS];
  struct score scores[DEFINITIONS];
  int score_count;
  int stage_count, definition_count;
  int lap;          /* rank of its stage, or 0 */
  node *axes[AXES]; /* of a table of classes, if there are any */
  int axis_count;
  int classes[CLASSES]; /* answers of each, the first axis the lowest bit */
  bool plain;           /* clauses about purchases alone: what a summary may decide */
  int64_t durations[DURATIONS];
  int duration_count;
  char text[TEXT];
  size_t size;
};

static const char *const definition_names[DEFINITIONS] = {"d0", "d1", "d2",
                                                          "d3", "d4", "d5"};

static node *new_node(ref_model *model, enum op op, enum type type, node *a, node *b)
{
  if (model->node_count == NODES) abort();
  node *at = &model->nodes[model->node_count++];

  at->op = op;
  at->type = type;
  at->a = a;
  at->b = b;
  at->d = 1;
  return at;
}

static void note_duration(ref_model *model, int64_t duration)
{
  if (duration > 0 && model->duration_count < DURATIONS)
    model->durations[model->duration_count++] = duration;
}

/* ---- drawing ---- */

static node *draw_condition(ref_model *model, prop_draw *draw, int depth, bool where);
static node *draw_value(ref_model *model, prop_draw *draw, enum type type, int depth,
                        bool where);

static node *draw_constant(ref_model *model, prop_draw *draw, enum type type)
{
  static const char *const units[] = {"ms", "s", "h", "hours", "d", "days", "week"};
  static const int64_t lengths[] = {1,       1000,    3600000,    3600000,
                                    REF_DAY, REF_DAY, 7 * REF_DAY};
  node *at = new_node(model, CONSTANT, type, NULL, NULL);
  int64_t n = prop_between(draw, 0, 5);
  int unit = one_in(draw, 3) ? pick(draw, 7) : 5;

  switch (type) {
  case NUMBER:
    at->n = n *= one_in(draw, 8) ? 500 : 1;
    snprintf(at->text, sizeof at->text, "%d", (int)n);
    break;
  case RATIO:
    if (one_in(draw, 2)) {
      at->n = n * 15;
      at->d = 100;
      snprintf(at->text, sizeof at->text, "%d %%", (int)n * 15);
    } else {
      at->n = n * 10 + 5;
      at->d = 10;
      snprintf(at->text, sizeof at->text, "%d.5", (int)n);
    }
    break;
  case DURATION:
    n = prop_between(draw, 0, 40);
    at->n = n * lengths[unit];
    snprintf(at->text, sizeof at->text, "%d %s", (int)n, units[unit]);
    note_duration(model, at->n);
    break;
  default:
    at->n = n * 500 + 50;
    snprintf(at->text, sizeof at->text, "%d.50 EUR", (int)n * 5);
    break;
  }
  return at;
}

static node *find_definition(ref_model *model, prop_draw *draw, enum type type,
                             bool constant)
{
  if (model->definition_count == 0) return NULL;
  int i = pick(draw, model->definition_count);

  if (model->definitions[i]->type != type || (constant && !model->is_param[i]))
    return NULL;
  node *at = new_node(model, DEFINITION, type, model->definitions[i], NULL);
  at->which = i;
  return at;
}

static void draw_windows(ref_model *model, node *at, prop_draw *draw)
{
  if (one_in(draw, 2)) {
    node *param = find_definition(model, draw, DURATION, true);

    at->within = prop_between(draw, 1, 60) * REF_DAY;
    if (param != NULL && param->a->n > 0) {
      at->within = param->a->n;
      at->within_name = definition_names[param->which];
    }
    note_duration(model, at->within);
  }
  at->order = pick(draw, 6);
  if (one_in(draw, 4)) {
    at->before = prop_between(draw, 1, 30) * REF_DAY;
    if (at->within > 0 && at->before >= at->within) at->before = 0;
    note_duration(model, at->before);
  }
}

static int draw_of(prop_draw *draw, enum type type, int which)
{
  if (type == MONEY) return one_in(draw, 3) ? AMOUNT : -1;
  if (type == RATIO && (which != MEAN || one_in(draw, 3))) return SCORE;
  return one_in(draw, 2) ? VALUE : VALENCE;
}

static int draw_which(const ref_model *model, prop_draw *draw, enum type type)
{
  static const int numbers[] = {
      DAYS, HOW_MANY_CHANNELS, HOW_MANY_ACTORS, STREAK, SUM, MIN, MAX, STREAK};
  static const int ratios[] = {SHARE, SHARE, MEAN, MEAN, SUM, MIN, MAX};

  switch (type) {
  case NUMBER:
    return one_in(draw, model->plain ? 6 : 2) ? numbers[pick(draw, 8)] : pick(draw, 2);
  case RATIO: return ratios[pick(draw, 7)];
  case MONEY: return SUM + (one_in(draw, 2) ? 0 : pick(draw, 4));
  case DURATION: return GAP;
  default: return RECENCY + pick(draw, 2);
  }
}

static void draw_kinds(ref_model *model, node *at, prop_draw *draw)
{
  static const char *const frequent[] = {"purchase", "visit",  "refund", "any",
                                         "purchase", "review", "all"};

  at->name_count = 1 + pick(draw, one_in(draw, 3) ? 4 : 1);
  for (int i = 0; i < at->name_count; i++)
    at->names[i] = one_in(draw, 4)   ? groups[pick(draw, GROUPS)]
                   : one_in(draw, 4) ? kinds[pick(draw, KINDS)].name
                                     : frequent[pick(draw, 7)];
  if (!model->plain) return;
  at->name_count = 1;
  at->names[0] = one_in(draw, 8) ? "review" : "purchase";
}

static node *draw_measure(ref_model *model, prop_draw *draw, enum type type)
{
  node *at = new_node(model, MEASURE, type, NULL, NULL);

  at->which = draw_which(model, draw, type);
  at->of = at->which >= SUM && at->which <= MAX ? draw_of(draw, type, at->which) : -1;
  draw_kinds(model, at, draw);
  if (at->which == SHARE || (!model->plain && one_in(draw, 4)))
    at->a = draw_condition(model, draw, 2, true);
  if (at->which == STREAK) {
    at->weeks = one_in(draw, 2);
    at->last = (int)prop_between(draw, 1, at->weeks ? 9 : 30);
  } else {
    draw_windows(model, at, draw);
  }
  return at;
}

static node *draw_field(ref_model *model, prop_draw *draw, enum type type)
{
  node *at = new_node(model, FIELD, type, NULL, NULL);
  static const int numbers[] = {VALUE, VALENCE, ACTOR};

  at->which = type == MONEY ? AMOUNT : type == RATIO ? SCORE : numbers[pick(draw, 3)];
  return at;
}

static node *draw_leaf(ref_model *model, prop_draw *draw, enum type type, bool where)
{
  node *at = one_in(draw, 4) ? find_definition(model, draw, type, where) : NULL;

  if (at != NULL) return at;
  if (one_in(draw, 2) || (type == DURATION && one_in(draw, 2)))
    return draw_constant(model, draw, type);
  if (!where) return draw_measure(model, draw, type);
  return type == DURATION ? draw_constant(model, draw, type)
                          : draw_field(model, draw, type);
}

static enum type scalar(prop_draw *draw) { return one_in(draw, 3) ? RATIO : NUMBER; }

/* A tree whose value has the type; RATIO may be made of anything that divides. */
static node *draw_value(ref_model *model, prop_draw *draw, enum type type, int depth,
                        bool where)
{
  node *a, *b;

  if (depth <= 0 || one_in(draw, 2)) return draw_leaf(model, draw, type, where);
  switch (pick(draw, 5)) {
  case 0:
    return new_node(model, NEGATE, type,
                    draw_value(model, draw, type, depth - 1, where), NULL);
  case 1:
  case 2:
    a = draw_value(model, draw, type, depth - 1, where);
    b = draw_value(model, draw, type, depth - 1, where);
    return new_node(model, one_in(draw, 2) ? ADD : SUBTRACT, type, a, b);
  case 3:
    a = draw_value(model, draw, type, depth - 1, where);
    b = draw_value(model, draw, type, depth - 1, where);
    return new_node(model, ELSE, type, a, b);
  default: break;
  }
  if (type == RATIO) {
    enum type of = one_in(draw, 3) ? MONEY : one_in(draw, 2) ? DURATION : NUMBER;

    a = draw_value(model, draw, of, depth - 1, where);
    b = draw_value(model, draw, of, depth - 1, where);
    return new_node(model, DIVIDE, RATIO, a, b);
  }
  a = draw_value(model, draw, type, depth - 1, where);
  if (type == NUMBER) {
    b = draw_value(model, draw, NUMBER, depth - 1, where);
    return new_node(model, MULTIPLY, NUMBER, a, b);
  }
  b = draw_value(model, draw, scalar(draw), depth - 1, where);
  if (one_in(draw, 2)) return new_node(model, MULTIPLY, type, b, a);
  return new_node(model, one_in(draw, 2) ? MULTIPLY : DIVIDE, type, a, b);
}

static node *draw_is(ref_model *model, prop_draw *draw)
{
  node *at = new_node(model, IS, CONDITION, NULL, NULL);
  static const int counts[] = {CHANNELS, 5, 3, 2, TOPICS};
  int field = pick(draw, 5);

  at->which = CHANNEL + field;
  at->value = pick(draw, counts[field]);
  at->equal = !one_in(draw, 3);
  return at;
}

static node *draw_comparison(ref_model *model, prop_draw *draw, int depth, bool where)
{
  enum op op = (enum op)(LESS + pick(draw, 6));
  node *a, *b;

  if (!where && one_in(draw, 3)) {
    a = one_in(draw, 4) ? find_definition(model, draw, AGE, false) : NULL;
    if (a == NULL) a = draw_measure(model, draw, AGE);
    b = one_in(draw, 4) ? draw_measure(model, draw, AGE)
                        : draw_value(model, draw, DURATION, depth - 2, where);
  } else if (one_in(draw, 3)) {
    enum type type = one_in(draw, 4) ? DURATION : MONEY;

    a = draw_value(model, draw, type, depth - 1, where);
    b = draw_value(model, draw, type, depth - 1, where);
  } else {
    a = draw_value(model, draw, scalar(draw), depth - 1, where);
    b = draw_value(model, draw, scalar(draw), depth - 1, where);
  }
  return one_in(draw, 4) ? new_node(model, op, CONDITION, b, a)
                         : new_node(model, op, CONDITION, a, b);
}

/* A score against a constant near what terms give; NULL where there is no score. */
static node *draw_band(ref_model *model, prop_draw *draw)
{
  for (int i = 0; i < model->definition_count; i++) {
    node *a, *b;

    if (model->definitions[i]->op != SCORED || one_in(draw, 3)) continue;
    a = new_node(model, DEFINITION, NUMBER, model->definitions[i], NULL);
    a->which = i;
    b = new_node(model, CONSTANT, NUMBER, NULL, NULL);
    b->n = prop_between(draw, 0, 200) * (one_in(draw, 4) ? 5 : 1);
    snprintf(b->text, sizeof b->text, "%d", (int)b->n);
    return new_node(model, (enum op)(LESS + pick(draw, 6)), CONDITION, a, b);
  }
  return NULL;
}

/* The everyday clause: a measure against a constant. */
static node *draw_clause(ref_model *model, prop_draw *draw)
{
  static const enum type types[] = {NUMBER, NUMBER, MONEY, AGE, RATIO, DURATION};
  enum type type = types[pick(draw, model->plain ? 4 : 6)];
  enum op op = (enum op)(LESS + pick(draw, 6));
  node *a = one_in(draw, 2) ? draw_band(model, draw) : NULL;
  if (a != NULL) return a;
  a = draw_measure(model, draw, type);
  node *b = draw_constant(model, draw, type == AGE ? DURATION : type);

  return one_in(draw, 5) ? new_node(model, op, CONDITION, b, a)
                         : new_node(model, op, CONDITION, a, b);
}

static node *draw_defined(ref_model *model, prop_draw *draw, int depth, bool where)
{
  static const enum type types[] = {NUMBER, RATIO, MONEY, DURATION};
  node *inner;

  if (one_in(draw, 3))
    inner = draw_condition(model, draw, depth - 1, where);
  else if (!where && one_in(draw, 2))
    inner = draw_measure(model, draw, AGE);
  else
    inner = draw_value(model, draw, types[pick(draw, 4)], depth - 1, where);
  return new_node(model, DEFINED, CONDITION, inner, NULL);
}

static node *draw_condition(ref_model *model, prop_draw *draw, int depth, bool where)
{
  node *a, *b;

  if (depth <= 0 || one_in(draw, 3)) {
    if (where && one_in(draw, 2)) {
      if (one_in(draw, 2)) return draw_is(model, draw);
      a = new_node(model, FIELD, CONDITION, NULL, NULL);
      a->which = one_in(draw, 3) ? INCENTIVISED : PUBLIC;
      return a;
    }
    if (!where && one_in(draw, 2)) return draw_clause(model, draw);
    return draw_comparison(model, draw, depth, where);
  }
  switch (pick(draw, 8)) {
  case 0:
  case 1:
  case 2:
    a = draw_condition(model, draw, depth - 1, where);
    b = draw_condition(model, draw, depth - 1, where);
    return new_node(model, one_in(draw, 2) ? AND : OR, CONDITION, a, b);
  case 3:
    return new_node(model, NOT, CONDITION,
                    draw_condition(model, draw, depth - 1, where), NULL);
  case 4: return draw_defined(model, draw, depth, where);
  case 5:
    a = draw_condition(model, draw, depth - 1, where);
    b = draw_condition(model, draw, depth - 1, where);
    return new_node(model,
                    one_in(draw, 2)   ? ELSE
                    : one_in(draw, 2) ? EQUAL
                                      : NOT_EQUAL,
                    CONDITION, a, b);
  case 6:
    if (!where && model->stage_count > 0) {
      a = new_node(model, STAGE, CONDITION, NULL, NULL);
      a->which = pick(draw, model->stage_count);
      a->alias = model->has_alias[a->which] && one_in(draw, 2);
      return a;
    }
    return draw_comparison(model, draw, depth, where);
  default:
    a = find_definition(model, draw, CONDITION, false);
    return a != NULL && !where ? a : draw_comparison(model, draw, depth, where);
  }
}

/* ---- printing ---- */

static void print(ref_model *model, const char *text)
{
  size_t size = strlen(text);

  if (model->size + size >= TEXT) abort();
  memcpy(model->text + model->size, text, size + 1);
  model->size += size;
}

/* How tightly an operator binds; see "Operators" in the guide. */
static int level(const node *at)
{
  switch (at->op) {
  case OR: return 1;
  case AND: return 2;
  case NOT: return 3;
  case ELSE: return 5;
  case ADD:
  case SUBTRACT: return 6;
  case MULTIPLY:
  case DIVIDE: return 7;
  case NEGATE: return 8;
  default: return at->op == IS || (at->op >= LESS && at->op <= NOT_EQUAL) ? 4 : 9;
  }
}

static const char *sign(enum op op)
{
  static const char *const signs[] = {" + ", " - ",  " * ", " / ",  " < ",   " <= ",
                                      " > ", " >= ", " = ", " != ", " and ", " or "};

  return signs[op - ADD];
}

static void print_node(ref_model *model, const node *at, int least);

static void print_duration(ref_model *model, const char *word, int64_t duration,
                           const char *name)
{
  char text[64];

  if (duration == 0) return;
  if (name != NULL)
    snprintf(text, sizeof text, " %s %s", word, name);
  else
    snprintf(text, sizeof text, " %s %d d", word, (int)(duration / REF_DAY));
  print(model, text);
}

static void print_condition(ref_model *model, const node *at, int which)
{
  switch (which) {
  case 0:
    if (at->a == NULL) return;
    print(model, " where ");
    print_node(model, at->a, 1);
    return;
  case 1: print_duration(model, "within", at->within, at->within_name); return;
  default: print_duration(model, "before", at->before, NULL); return;
  }
}

static void print_last(ref_model *model, const node *at)
{
  static const char *const units[2][2] = {{" days", " day"}, {" weeks", " week"}};
  char text[32];

  snprintf(text, sizeof text, " last %d", at->last);
  print(model, text);
  print(model, units[at->weeks][at->last == 1]);
}

static void print_measure(ref_model *model, const node *at)
{
  static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                   {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

  print(model, measure_names[at->which]);
  for (int i = 0; i < at->name_count; i++) {
    print(model, i == 0 ? "(" : ", ");
    print(model, at->names[i]);
  }
  if (at->of >= 0) {
    print(model, " of ");
    print(model, field_names[at->of]);
  }
  for (int i = 0; i < 3; i++) print_condition(model, at, orders[at->order][i]);
  if (at->which == STREAK) print_last(model, at);
  print(model, ")");
}

static void print_is(ref_model *model, const node *at)
{
  print(model, field_names[at->which]);
  print(model, at->equal ? " = " : " != ");
  switch (at->which) {
  case CHANNEL: print(model, channels[at->value].name); return;
  case SCALE: print(model, scales[at->value]); return;
  case MODE: print(model, modes[at->value]); return;
  case DIRECTION: print(model, directions[at->value]); return;
  default:
    print(model, "\"");
    print(model, topics[at->value]);
    print(model, "\"");
    return;
  }
}

static void print_plain(ref_model *model, const node *at)
{
  char text[16];

  switch (at->op) {
  case CONSTANT: print(model, at->text); return;
  case MEASURE: print_measure(model, at); return;
  case FIELD: print(model, field_names[at->which]); return;
  case IS: print_is(model, at); return;
  case DEFINITION: print(model, definition_names[at->which]); return;
  case STAGE:
    snprintf(text, sizeof text, at->alias ? "other%d" : "s%d", at->which);
    print(model, text);
    return;
  case NEGATE:
    print(model, "-");
    print_node(model, at->a, 8);
    return;
  case NOT:
    print(model, "not ");
    print_node(model, at->a, 3);
    return;
  case DEFINED:
    print(model, "defined(");
    print_node(model, at->a, 1);
    print(model, ")");
    return;
  case ELSE:
    print_node(model, at->a, 5);
    print(model, " else # or\n    ");
    print_node(model, at->b, 6);
    return;
  default:
    /* Chains lean to the left; comparisons do not chain. */
    print_node(model, at->a, at->op >= LESS && at->op <= NOT_EQUAL ? 5 : level(at));
    print(model, sign(at->op));
    print_node(model, at->b, level(at) + 1);
    return;
  }
}

static void print_node(ref_model *model, const node *at, int least)
{
  if (level(at) >= least) {
    print_plain(model, at);
    return;
  }
  print(model, "(");
  print_plain(model, at);
  print(model, ")");
}

static void print_term(ref_model *model, const struct term *term, int i)
{
  char text[64];

  snprintf(text, sizeof text, "  term t%d %s", i, term->title ? "\"a term\" " : "");
  print(model, text);
  snprintf(text, sizeof text, "%d %s ", term->points,
           term->form == EACH ? "each" : "when");
  if (term->form != WORTH) print(model, text);
  print_node(model, term->measured, 1);
  snprintf(text, sizeof text, " up to %d", term->cap);
  if (term->cap >= 0) print(model, text);
  print(model, "\n");
}

static void print_score(ref_model *model, int i, bool title)
{
  const struct score *score = &model->scores[model->definitions[i]->which];

  print(model, "score ");
  print(model, definition_names[i]);
  print(model, title ? " \"a score\"\n" : "\n");
  for (int k = 0; k < score->count; k++) print_term(model, &score->terms[k], k);
}

static void print_definition(ref_model *model, int i, bool title)
{
  if (model->definitions[i]->op == SCORED) {
    print_score(model, i, title);
    return;
  }
  print(model, model->is_param[i]       ? "param "
               : model->is_dimension[i] ? "dimension "
                                        : "let ");
  print(model, definition_names[i]);
  if (title) print(model, " \"a \\\"title\\\"\"");
  print(model, " = ");
  print_node(model, model->definitions[i], 1);
  print(model, "\n");
}

static struct term draw_term(ref_model *model, prop_draw *draw)
{
  struct term term = {(enum form)pick(draw, 3), NULL, 0, -1, one_in(draw, 3)};

  term.points = (int)prop_between(draw, -40, 120) * (one_in(draw, 4) ? 8 : 1);
  if (one_in(draw, 3)) term.cap = (int)prop_between(draw, 0, 10) * 37;
  switch (term.form) {
  case EACH:
    term.measured = draw_measure(model, draw, NUMBER);
    while (term.measured->which > DAYS)
      term.measured = draw_measure(model, draw, NUMBER);
    break;
  case WHEN:
    term.measured = one_in(draw, 2)
                        ? draw_condition(model, draw, 2, false)
                        : new_node(model, (enum op)(LESS + pick(draw, 6)), CONDITION,
                                   draw_measure(model, draw, AGE),
                                   draw_constant(model, draw, DURATION));
    term.cap = -1;
    break;
  default: term.measured = draw_value(model, draw, scalar(draw), 2, false); break;
  }
  return term;
}

static node *draw_score(ref_model *model, prop_draw *draw)
{
  struct score *score = &model->scores[model->score_count];
  node *at;

  for (int i = 1 + pick(draw, TERMS); i > 0; i--)
    score->terms[score->count++] = draw_term(model, draw);
  at = new_node(model, SCORED, NUMBER, NULL, NULL);
  at->which = model->score_count++;
  return at;
}

static void draw_definition(ref_model *model, prop_draw *draw)
{
  static const enum type types[] = {NUMBER, RATIO, DURATION, MONEY};
  enum type type = types[pick(draw, 4)];
  int i = model->definition_count;

  if (i == DEFINITIONS) return;
  model->is_param[i] = one_in(draw, 3);
  model->is_dimension[i] = !model->is_param[i] && one_in(draw, 3);
  if (model->is_param[i])
    model->definitions[i] = draw_constant(model, draw, type);
  else if (!model->is_dimension[i] && one_in(draw, 2))
    model->definitions[i] = draw_score(model, draw);
  else if (!model->is_dimension[i] && one_in(draw, 4))
    model->definitions[i] = draw_measure(model, draw, AGE);
  else if (!model->is_dimension[i] && one_in(draw, 2))
    model->definitions[i] = draw_condition(model, draw, 2, false);
  else
    model->definitions[i] = draw_value(model, draw, type, 2, false);
  print_definition(model, i,
                   (model->is_dimension[i] || model->definitions[i]->op == SCORED) &&
                       one_in(draw, 2));
  model->definition_count++;
}

static node *draw_plain(ref_model *model, prop_draw *draw)
{
  node *a = draw_clause(model, draw), *b;

  if (one_in(draw, 2)) return a;
  if (one_in(draw, 3)) return new_node(model, NOT, CONDITION, a, NULL);
  b = draw_clause(model, draw);
  return new_node(model, one_in(draw, 2) ? AND : OR, CONDITION, a, b);
}

static node *draw_when(ref_model *model, prop_draw *draw)
{
  return model->plain ? draw_plain(model, draw) : draw_condition(model, draw, 3, false);
}

static void draw_stage(ref_model *model, prop_draw *draw)
{
  int i = model->stage_count;
  node *when = draw_when(model, draw);
  bool alias = one_in(draw, 3);
  char text[48];

  snprintf(text, sizeof text, "stage s%d ", i);
  print(model, text);
  if (one_in(draw, 3)) print(model, "\"a title\" ");
  snprintf(text, sizeof text, "alias other%d ", i);
  if (alias) print(model, text);
  print(model, "when ");
  print_node(model, when, 1);
  print(model, one_in(draw, 5) ? " advise \"more\"\n" : "\n");
  model->stages[i] = when;
  model->has_alias[i] = alias;
  model->stage_count++;
}

static void draw_stages(ref_model *model, prop_draw *draw)
{
  char text[32];
  int lap;

  for (int i = 1 + pick(draw, STAGES); i > 0; i--) {
    draw_stage(model, draw);
    if (!model->plain && one_in(draw, 4)) draw_definition(model, draw);
  }
  lap = pick(draw, model->stage_count);
  if (one_in(draw, 2)) return;
  snprintf(text, sizeof text, "lap s%d\n", lap);
  print(model, text);
  model->lap = lap + 1;
}

static void print_class(ref_model *model, int i)
{
  char text[32];

  snprintf(text, sizeof text, "class s%d", i);
  print(model, text);
  for (int k = 0; k < model->axis_count; k++) {
    print(model, k == 0 ? " " : ", ");
    print(model, model->classes[i] >> k & 1 ? "yes" : "no");
  }
  print(model, "\n");
}

static void draw_classes(ref_model *model, prop_draw *draw)
{
  int count = 1 + pick(draw, one_in(draw, 4) ? AXES : 2);

  print(model, "classes ");
  for (int i = 0; i < count; i++) {
    if (i > 0) print(model, ", ");
    model->axes[i] = draw_when(model, draw);
    print_node(model, model->axes[i], 1);
  }
  print(model, "\n");
  model->axis_count = count;
  for (int i = 0; i < 1 << count; i++) {
    int at = pick(draw, i + 1);

    model->classes[i] = model->classes[at];
    model->classes[at] = i;
  }
  for (int i = 0; i < 1 << count; i++) print_class(model, i);
}

static ref_model *draw_model(prop_draw *draw, const ref_calendar *calendar, bool plain)
{
  ref_model *model = calloc(1, sizeof *model);

  if (model == NULL) abort();
  model->calendar = *calendar;
  print(model, "language 1 model drawn\n");
  model->plain = plain;
  for (int i = model->plain ? 0 : pick(draw, DEFINITIONS); i > 0; i--) {
    draw_definition(model, draw);
  }
  if (one_in(draw, 4))
    draw_classes(model, draw);
  else
    draw_stages(model, draw);
  return model;
}

ref_model *ref_model_draw(prop_draw *draw, const ref_calendar *calendar)
{
  return draw_model(draw, calendar, one_in(draw, 4));
}

ref_model *ref_model_draw_plain(prop_draw *draw, const ref_calendar *calendar)
{
  return draw_model(draw, calendar, true);
}

static void print_value(const node *at, char *out, size_t room)
{
  long long n = (long long)at->n;

  switch (at->type) {
  case NUMBER: snprintf(out, room, "%lld", n); break;
  case RATIO: snprintf(out, room, "%lld / %lld", n, (long long)at->d); break;
  case DURATION: snprintf(out, room, "%lld ms", n); break;
  default: snprintf(out, room, "%lld.%02lld EUR", n / 100, n % 100); break;
  }
}

void ref_model_set(ref_model *model, prop_draw *draw, char *out, size_t room)
{
  size_t size = 0;

  *out = '\0';
  for (int i = 0; i < model->definition_count; i++) {
    node *param = model->definitions[i];
    char value[40];

    if (!model->is_param[i] || one_in(draw, 3)) continue;
    param->n *= prop_between(draw, 1, 3);
    for (int k = 0; k < model->node_count; k++) {
      node *at = &model->nodes[k];

      if (at->within_name != definition_names[i]) continue;
      at->within = param->n;
      note_duration(model, at->within);
    }
    print_value(param, value, sizeof value);
    size += (size_t)snprintf(out + size, room - size, "%s = %s\n", definition_names[i],
                             value);
  }
}

void ref_model_free(ref_model *model) { free(model); }

const char *ref_model_text(const ref_model *model) { return model->text; }

int ref_model_durations(const ref_model *model, const int64_t **out)
{
  *out = model->durations;
  return model->duration_count;
}

/* ---- evaluating ---- */

struct value {
  bool defined;
  wide n, d;
};

/* What a tree is about: what is in sight at a moment, or one event. */
struct about {
  const ref_model *model;
  const ref_sight *sight;
  int64_t now;
  const ref_seen *one;
};

static const struct value undefined = {false, 0, 1};

static struct value whole(wide n) { return (struct value){true, n, 1}; }

static bool fits(wide n) { return n >= -INT64_MAX && n <= INT64_MAX; }

/* In lowest terms, if it fits. */
static struct value fraction(wide n, wide d)
{
  wide a = n < 0 ? -n : n, b = d < 0 ? -d : d;

  if (d == 0) return undefined;
  while (b != 0) {
    wide rest = a % b;
    a = b;
    b = rest;
  }
  if (a == 0) return whole(0);
  n /= a;
  d /= a;
  if (d < 0) {
    n = -n;
    d = -d;
  }
  return fits(n) && fits(d) ? (struct value){true, n, d} : undefined;
}

static struct value evaluate(const struct about *about, const node *at);

static bool names_kind(const node *measure, int number)
{
  const struct ref_kind *kind = kind_of(number);

  for (int i = 0; i < measure->name_count; i++) {
    const char *name = measure->names[i];

    /* A kind stands before a group of the same name. */
    if (strcmp(name, kind->name) == 0) return true;
    bool is_kind = false;
    for (int k = 0; k < KINDS; k++)
      is_kind = is_kind || strcmp(kinds[k].name, name) == 0;
    if (!is_kind && in_group(kind, name)) return true;
  }
  return false;
}

static struct value field(const ref_seen *seen, int which)
{
  const ref_event *e = seen->event;
  const struct ref_kind *kind = kind_of(seen->kind);

  switch (which) {
  case AMOUNT: return seen->has_amount ? whole(seen->amount) : undefined;
  case VALUE: return e->has_value ? whole(e->value) : undefined;
  case SCORE: return e->has_value ? fraction(e->value, 1000) : undefined;
  case VALENCE: return e->has_valence ? whole(e->valence) : undefined;
  case ACTOR: return e->has_actor ? whole(e->actor) : undefined;
  case INCENTIVISED: return whole(e->incentivised);
  case PUBLIC: return whole(e->is_public);
  case CHANNEL: return e->channel != 0 ? whole(e->channel) : undefined;
  case SCALE: return e->scale != 0 ? whole(e->scale) : undefined;
  case MODE: return whole(kind->mode);
  case DIRECTION: return whole(kind->inbound ? 1 : 2);
  default: return e->has_topic ? whole(e->topic) : undefined;
  }
}

/* Whether an event is of the kinds of a measure and in its windows. */
static bool lies_in(const struct about *about, const node *measure,
                    const ref_seen *seen)
{
  int64_t time = seen->event->time;

  return names_kind(measure, seen->kind) && time <= about->now &&
         (measure->within == 0 || time > about->now - measure->within) &&
         (measure->before == 0 || time <= about->now - measure->before);
}

static bool lets_through(const struct about *about, const node *measure,
                         const ref_seen *seen)
{
  struct about one = {about->model, NULL, 0, seen};
  struct value holds;

  if (measure->a == NULL) return true;
  holds = evaluate(&one, measure->a);
  return holds.defined && holds.n == 1;
}

/* What a measure is made of. */
struct reading {
  const ref_seen *seen[REF_EVENTS];
  int count, all; /* those let through; all in the windows */
};

static void read_events(const struct about *about, const node *at, struct reading *out)
{
  out->count = out->all = 0;
  for (int i = 0; i < about->sight->count; i++) {
    const ref_seen *seen = &about->sight->seen[i];

    if (!lies_in(about, at, seen)) continue;
    out->all++;
    if (lets_through(about, at, seen)) out->seen[out->count++] = seen;
  }
}

static int different(const int64_t *numbers, int count)
{
  int n = 0;

  for (int i = 0; i < count; i++) {
    bool known = false;

    for (int k = 0; k < i; k++) known = known || numbers[k] == numbers[i];
    n += !known;
  }
  return n;
}

static void sort(int64_t *numbers, int count)
{
  for (int i = 1; i < count; i++) {
    for (int k = i; k > 0 && numbers[k] < numbers[k - 1]; k--) {
      int64_t swap = numbers[k];

      numbers[k] = numbers[k - 1];
      numbers[k - 1] = swap;
    }
  }
}

/* sum, mean, min and max of what a field says, in the units of the events: minor units,
 * thousandths of a rating. */
static struct value summed_up(const node *at, const struct reading *read)
{
  int of = at->of < 0 ? AMOUNT : at->of == SCORE ? VALUE : at->of;
  wide unit = at->of == SCORE ? 1000 : 1, sum = 0, least = 0, most = 0;
  int count = 0;

  for (int i = 0; i < read->count; i++) {
    struct value has = field(read->seen[i], of);

    if (!has.defined) continue;
    sum += has.n;
    if (count == 0 || has.n < least) least = has.n;
    if (count == 0 || has.n > most) most = has.n;
    count++;
  }
  switch (at->which) {
  case SUM: return fits(sum) ? fraction(sum, unit) : undefined;
  case MEAN: return fits(sum) ? fraction(sum, count * unit) : undefined;
  case MIN: return count > 0 ? fraction(least, unit) : undefined;
  default: return count > 0 ? fraction(most, unit) : undefined;
  }
}

/* The median of the times from each to the next, the lower of two. */
static struct value gap(const struct reading *read)
{
  int64_t times[REF_EVENTS];

  for (int i = 0; i < read->count; i++) times[i] = read->seen[i]->event->time;
  sort(times, read->count);
  if (read->count < 2) return undefined;
  for (int i = 0; i + 1 < read->count; i++) times[i] = times[i + 1] - times[i];
  sort(times, read->count - 1);
  return whole(times[(read->count - 2) / 2]);
}

static struct value streak(const struct about *about, const node *at,
                           const struct reading *read)
{
  const ref_calendar *calendar = &about->model->calendar;
  int64_t today = day_of(calendar, about->now), periods[REF_EVENTS], oldest;
  int count = 0;

  if (at->weeks) today = week_of(calendar, today);
  oldest = today - (at->last - 1) * (at->weeks ? 7 : 1);
  for (int i = 0; i < read->count; i++) {
    int64_t period = day_of(calendar, read->seen[i]->event->time);

    if (at->weeks) period = week_of(calendar, period);
    if (period >= oldest) periods[count++] = period;
  }
  return whole(different(periods, count));
}

/* How many different days, channels or actors. */
static struct value how_many(const struct about *about, const node *at,
                             const struct reading *read)
{
  int64_t numbers[REF_EVENTS];
  int count = 0;

  for (int i = 0; i < read->count; i++) {
    const ref_seen *seen = read->seen[i];
    struct value has = at->which == DAYS
                           ? whole(day_of(&about->model->calendar, seen->event->time))
                       : at->which == HOW_MANY_CHANNELS ? field(seen, CHANNEL)
                                                        : field(seen, ACTOR);

    if (has.defined) numbers[count++] = (int64_t)has.n;
  }
  return whole(different(numbers, count));
}

static struct value time_since(const struct about *about, const node *at,
                               const struct reading *read)
{
  int64_t first = INT64_MAX, last = INT64_MIN;

  if (read->count == 0) return undefined;
  for (int i = 0; i < read->count; i++) {
    int64_t time = read->seen[i]->event->time;

    if (time < first) first = time;
    if (time > last) last = time;
  }
  return whole(about->now - (at->which == RECENCY ? last : first));
}

static struct value measure(const struct about *about, const node *at)
{
  struct reading read;

  read_events(about, at, &read);
  switch (at->which) {
  case COUNT: return whole(read.count);
  case SUM:
  case MEAN:
  case MIN:
  case MAX: return summed_up(at, &read);
  case SHARE: return fraction(read.count, read.all);
  case RECENCY:
  case TENURE: return time_since(about, at, &read);
  case GAP: return gap(&read);
  case STREAK: return streak(about, at, &read);
  default: return how_many(about, at, &read);
  }
}

static struct value is(const ref_seen *seen, const node *at)
{
  struct value has = field(seen, at->which);
  wide meant = at->which == CHANNEL ? channels[at->value].number
               : at->which == TOPIC ? (wide)topic_number(at->value)
                                    : at->value + 1;

  return has.defined ? whole((has.n == meant) == at->equal) : undefined;
}

static struct value arithmetic(enum op op, struct value a, struct value b)
{
  switch (op) {
  case ADD: return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
  case SUBTRACT: return fraction(a.n * b.d - b.n * a.d, a.d * b.d);
  case MULTIPLY: return fraction(a.n * b.n, a.d * b.d);
  default: return fraction(a.n * b.d, a.d * b.n);
  }
}

static struct value compare(enum op op, struct value a, struct value b)
{
  wide left = a.n * b.d, right = b.n * a.d;

  switch (op) {
  case LESS: return whole(left < right);
  case LESS_EQUAL: return whole(left <= right);
  case GREATER: return whole(left > right);
  case GREATER_EQUAL: return whole(left >= right);
  case EQUAL: return whole(left == right);
  default: return whole(left != right);
  }
}

/* The tables of Kleene's three values. */
static struct value both(struct value a, struct value b)
{
  if ((a.defined && a.n == 0) || (b.defined && b.n == 0)) return whole(0);
  return a.defined && b.defined ? whole(1) : undefined;
}

static struct value opposite(struct value a)
{
  return a.defined ? whole(a.n == 0) : undefined;
}

/* Towards 0 to a magnitude. */
static int held(wide n, int magnitude)
{
  return (int)(n < -magnitude ? -magnitude : n > magnitude ? magnitude : n);
}

static int points_of(const struct about *about, const struct term *term)
{
  struct value value = evaluate(about, term->measured);
  int cap = term->cap < 0 ? POINTS_LIMIT : term->cap;

  if (!value.defined) return 0;
  if (term->form == EACH) return held(value.n * term->points, cap);
  if (term->form == WHEN) return value.n == 1 ? term->points : 0;
  return held(value.n / value.d - (value.n % value.d < 0), cap);
}

static int score_of(const struct about *about, const struct score *score)
{
  int sum = 0;

  for (int i = 0; i < score->count; i++) sum += points_of(about, &score->terms[i]);
  return sum < 0 ? 0 : sum > 1000 ? 1000 : sum;
}

static struct value evaluate(const struct about *about, const node *at)
{
  struct value a, b;

  switch (at->op) {
  case CONSTANT: return fraction(at->n, at->d);
  case MEASURE: return measure(about, at);
  case FIELD: return field(about->one, at->which);
  case IS: return is(about->one, at);
  case DEFINITION: return evaluate(about, at->a);
  case SCORED: return whole(score_of(about, &about->model->scores[at->which]));
  case STAGE: return evaluate(about, about->model->stages[at->which]);
  case NEGATE:
    a = evaluate(about, at->a);
    return a.defined ? fraction(-a.n, a.d) : undefined;
  case NOT: return opposite(evaluate(about, at->a));
  case DEFINED: return whole(evaluate(about, at->a).defined);
  default: break;
  }
  a = evaluate(about, at->a);
  b = evaluate(about, at->b);
  if (at->op == ELSE) return a.defined ? a : b;
  if (at->op == AND) return both(a, b);
  if (at->op == OR) return opposite(both(opposite(a), opposite(b)));
  if (!a.defined || !b.defined) return undefined;
  return at->op < LESS ? arithmetic(at->op, a, b) : compare(at->op, a, b);
}

static bool is_true(const struct about *about, const node *at)
{
  struct value holds = evaluate(about, at);

  return holds.defined && holds.n == 1;
}

/* The one class whose answers are those of the axes; not known is no. */
static int32_t class_of(const struct about *about)
{
  const ref_model *model = about->model;
  int answers = 0, i = 0;

  for (int k = 0; k < model->axis_count; k++)
    answers |= is_true(about, model->axes[k]) << k;
  while (model->classes[i] != answers) i++;
  return i + 1;
}

int32_t ref_model_stage(const ref_model *model, const ref_sight *sight, int64_t now)
{
  struct about about = {model, sight, now, NULL};

  if (model->axis_count > 0) return class_of(&about);
  for (int i = model->stage_count - 1; i >= 0; i--)
    if (is_true(&about, model->stages[i])) return i + 1;
  return 0;
}

int ref_model_lap(const ref_model *model) { return model->lap; }

int ref_model_dimension_count(const ref_model *model)
{
  int count = 0;

  for (int i = 0; i < model->definition_count; i++) count += model->is_dimension[i];
  return count;
}

void ref_model_dimension(const ref_model *model, int index, const ref_sight *sight,
                         int64_t now, eng_value *out)
{
  static const int32_t units[] = {ENG_UNIT_NUMBER, ENG_UNIT_RATIO,
                                  ENG_UNIT_MILLISECONDS, ENG_UNIT_MONEY};
  struct about about = {model, sight, now, NULL};
  struct value value;
  int i = 0;

  for (; !model->is_dimension[i] || index > 0; i++) index -= model->is_dimension[i];
  value = evaluate(&about, model->definitions[i]);
  out->defined = value.defined;
  out->numerator = (int64_t)value.n;
  out->denominator = (int64_t)value.d;
  out->unit = units[model->definitions[i]->type];
}

int ref_model_score_count(const ref_model *model) { return model->score_count; }

int ref_model_score(const ref_model *model, int index, const ref_sight *sight,
                    int64_t now)
{
  struct about about = {model, sight, now, NULL};

  return score_of(&about, &model->scores[index]);
}

int ref_model_term_count(const ref_model *model, int index)
{
  return model->scores[index].count;
}

int ref_model_term(const ref_model *model, int index, int term, const ref_sight *sight,
                   int64_t now)
{
  struct about about = {model, sight, now, NULL};

  return points_of(&about, &model->scores[index].terms[term]);
}

int ref_model_term_each(const ref_model *model, int index, int term)
{
  const struct term *at = &model->scores[index].terms[term];

  return at->form == EACH ? at->points : INT32_MAX;
}
