/* SPDX-License-Identifier: MIT */
/*
 * emit.c - timelines as the library sees them, for another decoder to compare with.
 *
 *     emit make SEED CUSTOMERS [EVENTS]   random customers; EVENTS more in one more
 *     emit read                           hex lines on standard input
 *
 * `make` prints for each customer the records it was made from, in the order in which
 * they were recorded, and what became of them; `read` prints for each line the latter,
 * or the status. An event is one JSON line, as decode.py prints it. Public interface
 * only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TOP (UINT64_C(1) << 63)

/* compare.py has the same names. */
static const char *const kind_names[] = {"tasting", "wine_club", "b", "cellar_tour",
                                         "zz_top",  "harvest",   "c", "d2"};
static const char *const channel_names[] = {"kiosk", "van", "tent", "a"};
static const int currencies[] = {978, 840, 392, 8, 997, 826, 36, 48};
static const int built_in[] = {1,  2,  3,  4,  10, 11, 12, 13, 20, 21, 30, 32, 34, 34,
                               34, 35, 36, 37, 45, 48, 55, 56, 57, 65, 67, 75, 77, 120};

static void must(eng_status status, const char *what)
{
  if (status == ENG_OK) return;
  fprintf(stderr, "emit: %s: %s\n", what, eng_status_text(status));
  exit(1);
}

/* ---- numbers at random ---- */

static uint64_t state;

/* SplitMix64. */
static uint64_t draw(void)
{
  uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static uint64_t below(uint64_t n) { return draw() % n; }

static int chance(unsigned percent) { return below(100) < percent; }

/* A number of any width, the edges of widths among them. */
static uint64_t any_width(int bits)
{
  uint64_t v = draw() >> (64 - 1 - below((uint64_t)bits));

  if (chance(10)) v = UINT64_C(1) << 8 * below((uint64_t)bits / 8);
  if (chance(5)) v--;
  if (chance(3)) v = UINT64_MAX;
  return bits == 64 ? v : v & ((UINT64_C(1) << bits) - 1);
}

static int64_t any_signed(void)
{
  int64_t v = (int64_t)(any_width(64) >> 1);

  return chance(25) ? -v : v;
}

/* ---- the vocabulary ---- */

static eng_context *make_context(void)
{
  eng_settings *settings;
  eng_context *context;

  must(eng_settings_new(NULL, &settings), "settings");
  /* Numbers in another order than the names' hashes. */
  for (size_t i = 0; i < COUNT(kind_names); i++) {
    must(eng_settings_add_kind(settings, 255 - 3 * (int32_t)i, kind_names[i],
                               strlen(kind_names[i]), ENG_DIRECTION_CUSTOMER,
                               ENG_MODE_COMPANY, 1),
         "kind");
  }
  for (size_t i = 0; i < COUNT(channel_names); i++) {
    must(eng_settings_add_channel(settings, 128 + 5 * (int32_t)i, channel_names[i],
                                  strlen(channel_names[i])),
         "channel");
  }
  must(eng_context_new(settings, &context), "context");
  eng_settings_free(settings);
  return context;
}

/* ---- printing ---- */

static void print_hex(const uint8_t *bytes, size_t size)
{
  for (size_t i = 0; i < size; i++) printf("%02x", bytes[i]);
}

static void print_named(const char *field, int32_t number, const char *name)
{
  if (number == 0) {
    printf(",\"%s\":null", field);
  } else if (number < 128) {
    printf(",\"%s\":%" PRId32, field, number);
  } else {
    printf(",\"%s\":\"%016" PRIx64 "\"", field, eng_hash(name, strlen(name)) | TOP);
  }
}

static void print_id(const char *field, int32_t present, uint64_t id)
{
  if (present) {
    printf(",\"%s\":\"%016" PRIx64 "\"", field, id);
  } else {
    printf(",\"%s\":null", field);
  }
}

static void print_number(const char *field, int32_t present, int64_t v)
{
  if (present) {
    printf(",\"%s\":%" PRId64, field, v);
  } else {
    printf(",\"%s\":null", field);
  }
}

static void print_event(const eng_context *context, const eng_event *event)
{
  int64_t recorded_at = eng_event_recorded_at(event), amount, value;
  int32_t currency, present, valence = eng_event_valence(event);
  uint64_t number;
  uint32_t small;

  printf("{\"occurred_at\":%" PRId64, eng_event_occurred_at(event));
  print_named("kind", eng_event_kind(event),
              eng_kind_name(context, eng_event_kind(event)));
  print_named("channel", eng_event_channel(event),
              eng_channel_name(context, eng_event_channel(event)));
  present = eng_event_id(event, &number);
  print_id("id", present, number);
  print_number("revision", 1, eng_event_revision(event));
  print_number("occurrence", 1, eng_event_occurrence(event));
  print_number("recorded_at", recorded_at != ENG_TIME_NONE, recorded_at);
  present = eng_event_amount(event, &amount, &currency);
  print_number("amount", present, amount);
  print_number("currency", present, currency);
  present = eng_event_value(event, &value);
  print_number("value", present, value);
  print_number("scale", eng_event_scale(event) != 0, eng_event_scale(event));
  print_number("valence", valence != ENG_VALENCE_NONE, valence);
  printf(",\"incentivised\":%s", eng_event_is_incentivised(event) ? "true" : "false");
  printf(",\"public\":%s", eng_event_is_public(event) ? "true" : "false");
  present = eng_event_refers_to(event, &number);
  print_id("refers_to", present, number);
  present = eng_event_actor(event, &small);
  print_number("actor", present, small);
  present = eng_event_topic(event, &small);
  print_number("topic", present, small);
  print_id("effective_id", 1, eng_event_effective_id(event));
  printf("}\n");
}

/* Floor, digest and events of a customer; returns its encoding. */
static uint8_t *print_customer(const eng_context *context, const eng_customer *customer,
                               size_t *size)
{
  int64_t floor = eng_customer_floor(customer);
  uint8_t digest[ENG_DIGEST_SIZE], *bytes;
  eng_event_cursor *cursor;
  const eng_event *event;

  if (eng_customer_encode(customer, NULL, 0, size) != ENG_E_BUFFER) must(1, "size");
  bytes = malloc(*size);
  if (bytes == NULL) must(ENG_E_NOMEM, "encode");
  must(eng_customer_encode(customer, bytes, *size, size), "encode");
  must(eng_customer_digest(customer, digest), "digest");
  printf("floor ");
  if (floor == ENG_TIME_NONE) {
    printf("none\n");
  } else {
    printf("%" PRId64 "\n", floor);
  }
  printf("digest ");
  print_hex(digest, sizeof digest);
  printf("\n");
  must(eng_event_cursor_new(customer, &cursor), "cursor");
  for (must(eng_event_cursor_next(cursor, &event), "next"); event != NULL;
       must(eng_event_cursor_next(cursor, &event), "next")) {
    print_event(context, event);
  }
  eng_event_cursor_free(cursor);
  return bytes;
}

/* ---- making ---- */

/* How the events of one customer are drawn. */
struct style {
  int64_t from, span;
  unsigned field;   /* percentage of each optional field */
  unsigned id;      /* percentage of events with an id */
  uint64_t id_pool; /* few: many versions of one */
  unsigned repeat;  /* percentage of records that are sent again, changed or not */
};

static struct style draw_style(uint64_t events)
{
  static const int64_t spans[] = {1000, 86400000, INT64_C(31536000000),
                                  INT64_C(630720000000), ENG_TIME_MAX};
  static const unsigned fields[] = {0, 3, 15, 50, 95};
  struct style style;

  style.span = spans[below(COUNT(spans))];
  style.from = chance(10)   ? 0
               : chance(20) ? (int64_t)below((uint64_t)(ENG_TIME_MAX - style.span) + 1)
                            : INT64_C(1577836800000) + (int64_t)below(200000000000);
  if (style.from > ENG_TIME_MAX - style.span) style.from = ENG_TIME_MAX - style.span;
  style.field = fields[below(COUNT(fields))];
  style.id = chance(50) ? 0 : (unsigned)below(101);
  style.id_pool = chance(50) ? events / 2 + 1 : UINT64_C(1) << 62;
  style.repeat = chance(50) ? 0 : (unsigned)below(40);
  return style;
}

static void draw_fields(const struct style *style, int64_t time, eng_event *event)
{
  unsigned p = style->field;
  int has_id = chance(style->id);

  if (chance(60)) {
    must(eng_event_set_channel(event, chance(25) ? 128 + 5 * (int32_t)below(4)
                                                 : (int32_t)below(12)),
         "channel");
  }
  if (has_id) {
    must(eng_event_set_id(event, UINT64_MAX - below(style->id_pool)), "id");
    if (chance(p))
      must(eng_event_set_revision(event, (uint32_t)any_width(32)), "revision");
  } else if (chance(p)) {
    must(eng_event_set_occurrence(event, (uint16_t)any_width(16)), "occurrence");
  }
  if (chance(p)) {
    int64_t off = (int64_t)(any_width(48) & ((UINT64_C(1) << 47) - 1));
    int64_t at = chance(20) ? time : chance(25) ? time - off : time + off;

    if (at >= 0 && at <= ENG_TIME_MAX)
      must(eng_event_set_recorded_at(event, at), "recorded");
  }
  if (chance(p)) {
    must(
        eng_event_set_amount(event, any_signed(), currencies[below(COUNT(currencies))]),
        "amount");
  }
  if (chance(p)) must(eng_event_set_value(event, any_signed()), "value");
  if (chance(p)) must(eng_event_set_scale(event, (int32_t)below(6)), "scale");
  if (chance(p)) must(eng_event_set_valence(event, (int32_t)below(5) - 2), "valence");
  if (chance(p)) {
    must(eng_event_set_flags(event, (int32_t)below(2), (int32_t)below(2)), "flags");
  }
  if (chance(p)) must(eng_event_set_refers_to(event, 1, any_width(64)), "refers_to");
  if (chance(p)) must(eng_event_set_actor(event, 1, (uint32_t)any_width(32)), "actor");
  if (chance(p)) must(eng_event_set_topic(event, 1, (uint32_t)draw()), "topic");
}

static void draw_event(const struct style *style, eng_event *event)
{
  int64_t time = style->from + (int64_t)below((uint64_t)style->span + 1);
  int32_t kind = chance(15) ? 255 - 3 * (int32_t)below(COUNT(kind_names))
                            : built_in[below(COUNT(built_in))];

  must(eng_event_reset(event, kind, time), "event");
  draw_fields(style, time, event);
}

static void record(const eng_context *context, eng_customer *customer, eng_event *event)
{
  must(eng_customer_record(customer, event, NULL), "record");
  printf("put ");
  print_event(context, event);
}

/* What was sent comes again: as it was, learned at another time, or corrected. */
static void repeat(const eng_context *context, eng_customer *customer, eng_event *event)
{
  int64_t at = eng_event_occurred_at(event);

  if (chance(50) && at > 0) {
    must(eng_event_set_recorded_at(event,
                                   chance(30) ? ENG_TIME_NONE : at - (int64_t)below(2)),
         "recorded");
  } else if (chance(50) && eng_event_id(event, NULL)) {
    must(eng_event_set_revision(event, (uint32_t)below(4)), "revision");
  } else if (chance(50) && eng_event_id(event, NULL)) {
    must(eng_event_set_value(event, (int64_t)below(3) - 1), "value");
  }
  record(context, customer, event);
}

static void make_customer(const eng_context *context, uint64_t events)
{
  struct style style = draw_style(events);
  eng_customer *customer, *again;
  eng_event *event;
  eng_error error;
  uint8_t *bytes;
  size_t size;

  must(eng_customer_new(context, "somebody", 8, &customer), "customer");
  must(eng_event_new(context, ENG_EVENT_VISIT, 0, &event), "event");
  printf("customer\n");
  for (uint64_t i = 0; i < events; i++) {
    draw_event(&style, event);
    record(context, customer, event);
    while (chance(style.repeat)) repeat(context, customer, event);
    if (chance(1) && chance(10)) {
      must(eng_customer_expire(
               customer, style.from + (int64_t)below((uint64_t)style.span / 4 + 1)),
           "expire");
    }
  }
  if (chance(10)) must(eng_customer_expire(customer, style.from), "expire");
  bytes = print_customer(context, customer, &size);
  printf("blob ");
  print_hex(bytes, size);
  printf("\n");
  eng_error_init(&error, sizeof error);
  must(eng_customer_decode(context, "somebody", 8, bytes, size, &again, &error),
       "decode");
  eng_customer_free(again);
  free(bytes);
  eng_event_free(event);
  eng_customer_free(customer);
}

static int make(uint64_t seed, uint64_t customers, uint64_t events)
{
  eng_context *context = make_context();

  state = seed;
  for (uint64_t i = 0; i < customers; i++) {
    uint64_t size = below(20);

    size = i % 97 == 50 ? 5000 + below(1500)
           : size < 2   ? 0
           : size < 14  ? below(6)
                        : below(300);
    make_customer(context, size);
  }
  if (events > 0) make_customer(context, events);
  eng_context_free(context);
  return 0;
}

/* ---- reading ---- */

static uint8_t *from_hex(const char *line, size_t *size)
{
  size_t n = strcspn(line, "\r\n") / 2;
  uint8_t *bytes = malloc(n + 1);

  if (bytes == NULL) must(ENG_E_NOMEM, "hex");
  for (size_t i = 0; i < n; i++) {
    char pair[3] = {line[2 * i], line[2 * i + 1], '\0'};

    bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
  }
  *size = n;
  /* Of exactly its size, so that reading past the end is seen. */
  return n == 0 ? bytes : realloc(bytes, n);
}

static void read_one(const eng_context *context, const char *line)
{
  eng_customer *customer;
  size_t size, again_size;
  uint8_t *bytes = from_hex(line, &size), *again;
  eng_status status =
      eng_customer_decode(context, "somebody", 8, bytes, size, &customer, NULL);

  if (status != ENG_OK) {
    printf("refused %" PRId32 "\n", status);
  } else {
    printf("accepted\n");
    again = print_customer(context, customer, &again_size);
    printf(again_size == size && memcmp(again, bytes, size) == 0 ? "same\n"
                                                                 : "other\n");
    free(again);
    eng_customer_free(customer);
  }
  free(bytes);
}

static int read_all(void)
{
  eng_context *context = make_context();
  size_t room = 1 << 16, used = 0;
  char *line = malloc(room);

  if (line == NULL) must(ENG_E_NOMEM, "read");
  while (fgets(line + used, (int)(room - used), stdin) != NULL) {
    used += strlen(line + used);
    if (used > 0 && line[used - 1] == '\n') {
      read_one(context, line);
      used = 0;
    } else if (used + 1 == room) {
      room *= 2;
      line = realloc(line, room);
      if (line == NULL) must(ENG_E_NOMEM, "read");
    }
  }
  free(line);
  eng_context_free(context);
  return 0;
}

int main(int argc, char **argv)
{
  if (argc >= 4 && strcmp(argv[1], "make") == 0) {
    return make(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10),
                argc > 4 ? strtoull(argv[4], NULL, 10) : 0);
  }
  if (argc == 2 && strcmp(argv[1], "read") == 0) return read_all();
  fprintf(stderr, "emit make SEED CUSTOMERS [EVENTS] | emit read\n");
  return 2;
}
