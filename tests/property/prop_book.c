/* SPDX-License-Identifier: MIT
 *
 * prop_book.c - the laws of a book: it is the set of what it was told, whichever way,
 * in whatever order and pieces; and a loader numbers identical rows by what they say.
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

#include "book/loader.h"

#include "property.h"

Suite *prop_book_suite(void);

#define NOON INT64_C(1767268800000)
#define ck_ok(call) ck_assert_int_eq((call), ENG_OK)

static eng_context *context;

static void set_up(void)
{
  eng_settings *settings;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(eng_settings_add_kind(settings, 130, "tasting", 7, ENG_DIRECTION_CUSTOMER,
                              ENG_MODE_COMPANY, 1));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
}

static void tear_down(void) { eng_context_free(context); }

/* ---- sources ---- */

struct row {
  char id[40];
  size_t id_length;
  uint32_t present;
  uint8_t kind, channel, scale;
  int64_t at, amount, value, recorded;
  int32_t currency;
  uint64_t event_id, refers_to;
  uint32_t revision, actor, topic;
  uint16_t occurrence;
  int8_t valence;
  bool numbered; /* its occurrence is its own */
};

struct source {
  struct row *rows;
  size_t count;
};

static uint32_t maybe(prop_draw *draw, int of, uint32_t bit)
{
  return prop_between(draw, 1, of) == 1 ? bit : 0;
}

/* Few values of each field, so that rows fall together. */
static struct row draw_row(prop_draw *draw, int customers, int64_t span)
{
  static const uint8_t kinds[] = {ENG_EVENT_VISIT, ENG_EVENT_PURCHASE, ENG_EVENT_REFUND,
                                  ENG_EVENT_VOID, 130};
  struct row row;
  int who = (int)prop_between(draw, 0, customers - 1);

  memset(&row, 0, sizeof row);
  row.id_length = (size_t)sprintf(row.id, "%s%d", who % 3 ? "customer-" : "", who);
  row.kind = kinds[prop_between(draw, 0, 4)];
  row.at = NOON + prop_between(draw, 0, span) * (prop_between(draw, 0, 3) ? 1 : 1000);
  if (prop_between(draw, 0, 400) == 0) row.at = prop_between(draw, 0, ENG_TIME_MAX);
  row.present =
      maybe(draw, 2, ENG_PRESENT_CHANNEL) | maybe(draw, 2, ENG_PRESENT_AMOUNT) |
      maybe(draw, 6, ENG_PRESENT_VALUE) | maybe(draw, 9, ENG_PRESENT_REFERS_TO) |
      maybe(draw, 3, ENG_PRESENT_RECORDED_AT) | maybe(draw, 9, ENG_PRESENT_SCALE) |
      maybe(draw, 9, ENG_PRESENT_VALENCE) | maybe(draw, 9, ENG_PRESENT_ACTOR) |
      maybe(draw, 9, ENG_PRESENT_TOPIC) | maybe(draw, 9, ENG_PRESENT_INCENTIVISED) |
      maybe(draw, 9, ENG_PRESENT_PUBLIC);
  row.channel = (uint8_t)prop_between(draw, 1, 3);
  row.amount = prop_between(draw, -2, 2) * (prop_between(draw, 0, 1) ? 1 : 1 << 20);
  row.currency = prop_between(draw, 0, 5) ? 978 : 840;
  row.value = prop_between(draw, -3, 3);
  row.refers_to = (uint64_t)prop_between(draw, 1, 9);
  row.recorded = row.at + prop_between(draw, -2, 2);
  if (row.recorded < 0 || row.recorded > ENG_TIME_MAX) row.recorded = row.at;
  row.scale = (uint8_t)prop_between(draw, 1, 5);
  row.valence = (int8_t)prop_between(draw, -2, 2);
  row.actor = (uint32_t)prop_between(draw, 0, 70000);
  row.topic = (uint32_t)prop_between(draw, 0, 2);
  if (prop_between(draw, 0, 3) == 0) {
    row.present |= ENG_PRESENT_ID;
    row.event_id = (uint64_t)prop_between(draw, 0, 200);
    row.revision = (uint32_t)prop_between(draw, 0, 2);
  } else if (prop_between(draw, 0, 6) == 0) {
    row.occurrence = (uint16_t)prop_between(draw, 0, 3);
    row.numbered = true;
  }
  return row;
}

static struct source draw_source(prop_draw *draw, size_t count)
{
  struct source source = {malloc(count * sizeof(struct row)), count};
  int customers = (int)prop_between(draw, 1, 40);
  int64_t span = prop_between(draw, 3, 3000);

  for (size_t i = 0; i < count; i++) {
    bool again = i > 0 && prop_between(draw, 0, 7) == 0;

    source.rows[i] = again ? source.rows[prop_between(draw, 0, (int64_t)i - 1)]
                           : draw_row(draw, customers, span);
  }
  return source;
}

static void shuffle(prop_draw *draw, struct source *source)
{
  for (size_t i = source->count; i > 1; i--) {
    size_t k = (size_t)prop_between(draw, 0, (int64_t)i - 1);
    struct row row = source->rows[i - 1];

    source->rows[i - 1] = source->rows[k];
    source->rows[k] = row;
  }
}

static void set_event(eng_event *event, const struct row *row)
{
  uint32_t has = row->present;

  ck_ok(eng_event_reset(event, row->kind, row->at));
  if (has & ENG_PRESENT_CHANNEL) ck_ok(eng_event_set_channel(event, row->channel));
  if (has & ENG_PRESENT_AMOUNT) {
    ck_ok(eng_event_set_amount(event, row->amount, row->currency));
  }
  if (has & ENG_PRESENT_VALUE) ck_ok(eng_event_set_value(event, row->value));
  if (has & ENG_PRESENT_ID) ck_ok(eng_event_set_id(event, row->event_id));
  ck_ok(eng_event_set_revision(event, row->revision));
  ck_ok(eng_event_set_occurrence(event, row->occurrence));
  if (has & ENG_PRESENT_REFERS_TO)
    ck_ok(eng_event_set_refers_to(event, 1, row->refers_to));
  if (has & ENG_PRESENT_RECORDED_AT) {
    ck_ok(eng_event_set_recorded_at(event, row->recorded));
  }
  if (has & ENG_PRESENT_SCALE) ck_ok(eng_event_set_scale(event, row->scale));
  if (has & ENG_PRESENT_VALENCE) ck_ok(eng_event_set_valence(event, row->valence));
  if (has & ENG_PRESENT_ACTOR) ck_ok(eng_event_set_actor(event, 1, row->actor));
  if (has & ENG_PRESENT_TOPIC) ck_ok(eng_event_set_topic(event, 1, row->topic));
  ck_ok(eng_event_set_flags(event, (has & ENG_PRESENT_INCENTIVISED) != 0,
                            (has & ENG_PRESENT_PUBLIC) != 0));
}

/* ---- ways into a book ---- */

static eng_book *empty_book(void)
{
  eng_book *book;

  ck_ok(eng_book_new(context, NULL, &book));
  return book;
}

static void by_one(eng_book *book, const struct source *source, size_t from, size_t to)
{
  eng_event *event;

  ck_ok(eng_event_new(context, ENG_EVENT_VISIT, 0, &event));
  for (size_t i = from; i < to; i++) {
    const struct row *row = &source->rows[i];

    set_event(event, row);
    ck_ok(eng_book_record(book, row->id, row->id_length, event, NULL));
  }
  eng_event_free(event);
}

/* An array of one field. */
#define COLUMN(type, field)                                                            \
  type *field = malloc((to - from + 1) * sizeof(type));                                \
  for (size_t i = from; i < to; i++) field[i - from] = source->rows[i].field;

static void by_columns(eng_book *book, const struct source *source, size_t from,
                       size_t to)
{
  eng_columns columns;
  char *ids = malloc((to - from) * 40 + 1);
  uint64_t *ends = malloc((to - from + 1) * sizeof *ends), end = 0;
  COLUMN(uint8_t, kind)
  COLUMN(int64_t, at)
  COLUMN(uint32_t, present)
  COLUMN(uint8_t, channel)
  COLUMN(int64_t, amount)
  COLUMN(int32_t, currency)
  COLUMN(int64_t, value)
  COLUMN(uint64_t, event_id)
  COLUMN(uint32_t, revision)
  COLUMN(uint16_t, occurrence)
  COLUMN(uint64_t, refers_to)
  COLUMN(int64_t, recorded)
  COLUMN(uint8_t, scale)
  COLUMN(int8_t, valence)
  COLUMN(uint32_t, actor)
  COLUMN(uint32_t, topic)

  for (size_t i = from; i < to; i++) {
    memcpy(ids + end, source->rows[i].id, source->rows[i].id_length);
    end += source->rows[i].id_length;
    ends[i - from] = end;
  }
  eng_columns_init(&columns, sizeof columns);
  columns.count = to - from;
  columns.customers = ids;
  columns.customer_ends = ends;
  columns.kind = kind;
  columns.occurred_at = at;
  columns.present = present;
  columns.channel = channel;
  columns.amount = amount;
  columns.currency = currency;
  columns.value = value;
  columns.id = event_id;
  columns.revision = revision;
  columns.occurrence = occurrence;
  columns.refers_to = refers_to;
  columns.recorded_at = recorded;
  columns.scale = scale;
  columns.valence = valence;
  columns.actor = actor;
  columns.topic = topic;
  ck_ok(eng_book_record_many(book, &columns, NULL, NULL));
  void *all[] = {ids,       ends,     kind,  at,       present,  channel,
                 amount,    currency, value, event_id, revision, occurrence,
                 refers_to, recorded, scale, valence,  actor,    topic};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) free(all[i]);
}

static void by_loader(eng_book *book, const struct source *source, size_t from,
                      size_t to, int32_t identical, size_t budget,
                      eng_load_counts *counts)
{
  eng_loader *loader;
  eng_event *event;

  ck_ok(eng_event_new(context, ENG_EVENT_VISIT, 0, &event));
  ck_ok(eng_loader_new(book, identical, &loader));
  if (budget != SIZE_MAX) eng__loader_set_budget(loader, budget);
  for (size_t i = from; i < to; i++) {
    const struct row *row = &source->rows[i];

    set_event(event, row);
    ck_ok(eng_loader_add(loader, row->id, row->id_length, event, row->numbered));
  }
  ck_ok(eng_loader_finish(loader, counts));
  eng_loader_free(loader);
  eng_event_free(event);
}

static void by_customers(eng_book *book, const struct source *source, size_t from,
                         size_t to)
{
  eng_event *event;

  ck_ok(eng_event_new(context, ENG_EVENT_VISIT, 0, &event));
  for (size_t i = from; i < to; i++) {
    const struct row *row = &source->rows[i];
    eng_customer *customer;

    set_event(event, row);
    ck_ok(eng_customer_new(context, row->id, row->id_length, &customer));
    ck_ok(eng_customer_record(customer, event, NULL));
    ck_ok(eng_book_merge_customer(book, customer));
    eng_customer_free(customer);
  }
  eng_event_free(event);
}

/* A piece of a source, some way. */
static void somehow(prop_draw *draw, eng_book *book, const struct source *source,
                    size_t from, size_t to)
{
  eng_book *other;

  switch (prop_between(draw, 0, 5)) {
  case 0: by_one(book, source, from, to); break;
  case 1: by_columns(book, source, from, to); break;
  case 2: by_loader(book, source, from, to, ENG_IDENTICAL_MERGE, SIZE_MAX, NULL); break;
  case 3: by_loader(book, source, from, to, ENG_IDENTICAL_MERGE, 0, NULL); break;
  case 4: by_customers(book, source, from, to); break;
  default:
    other = empty_book();
    by_columns(other, source, from, to);
    ck_ok(eng_book_merge(book, other));
    eng_book_free(other);
  }
  if (prop_between(draw, 0, 5) == 0) ck_ok(eng_book_compact(book));
}

/* ---- comparing ---- */

struct bytes {
  uint8_t *at;
  size_t size;
};

static struct bytes encoded(const eng_book *book)
{
  struct bytes bytes = {NULL, 0};

  ck_assert_int_eq(eng_book_encode(book, NULL, 0, &bytes.size), ENG_E_BUFFER);
  bytes.at = malloc(bytes.size);
  ck_ok(eng_book_encode(book, bytes.at, bytes.size, &bytes.size));
  return bytes;
}

static void check_bytes(const eng_book *book, struct bytes expected, int case_number)
{
  struct bytes bytes = encoded(book);

  ck_assert_msg(bytes.size == expected.size &&
                    memcmp(bytes.at, expected.at, bytes.size) == 0,
                "case %d", case_number);
  free(bytes.at);
}

/* What a book says of itself agrees with its customers. */
static void check_sums(const eng_book *book, int case_number)
{
  uint64_t events = 0;
  int64_t last = ENG_TIME_NONE;

  for (uint64_t row = 0; row < eng_book_customer_count(book); row++) {
    eng_event_cursor *cursor;
    const eng_event *event;
    eng_customer *customer;

    ck_ok(eng_book_customer(book, row, &customer));
    events += eng_customer_event_count(customer);
    ck_ok(eng_event_cursor_new(customer, &cursor));
    while (eng_event_cursor_next(cursor, &event) == ENG_OK && event != NULL) {
      if (eng_event_occurred_at(event) > last) last = eng_event_occurred_at(event);
    }
    eng_event_cursor_free(cursor);
    eng_customer_free(customer);
  }
  ck_assert_msg(events == eng_book_event_count(book), "case %d", case_number);
  ck_assert_msg(last == eng_book_last_event_at(book), "case %d", case_number);
}

static size_t draw_count(prop_draw *draw)
{
  return (size_t)prop_between(draw, 0, 9) == 0 ? (size_t)prop_between(draw, 4096, 9000)
                                               : (size_t)prop_between(draw, 1, 700);
}

/* ---- laws ---- */

START_TEST(a_book_is_the_set_of_what_it_was_told)
{
  for (int i = 0; i < prop_cases(60); i++) {
    prop_draw draw = prop_case(i);
    struct source source = draw_source(&draw, draw_count(&draw));
    eng_book *book = empty_book();
    struct bytes expected;

    by_one(book, &source, 0, source.count);
    expected = encoded(book);
    check_sums(book, i);
    eng_book_free(book);
    for (int k = 0; k < 4; k++) {
      size_t from = 0;

      shuffle(&draw, &source);
      book = empty_book();
      while (from < source.count) {
        size_t to =
            (size_t)prop_between(&draw, (int64_t)from + 1, (int64_t)source.count);

        if (k == 3) to = source.count;
        somehow(&draw, book, &source, from, to);
        from = prop_between(&draw, 0, 5) == 0 && k != 3 ? from : to;
      }
      check_bytes(book, expected, i);
      check_sums(book, i);
      eng_book_free(book);
    }
    free(expected.at);
    free(source.rows);
  }
}
END_TEST

START_TEST(an_encoded_book_is_the_book)
{
  for (int i = 0; i < prop_cases(60); i++) {
    prop_draw draw = prop_case(i);
    struct source source = draw_source(&draw, draw_count(&draw));
    eng_book *book = empty_book(), *back;
    struct bytes expected;

    somehow(&draw, book, &source, 0, source.count);
    expected = encoded(book);
    ck_ok(eng_book_decode(context, NULL, expected.at, expected.size, &back, NULL));
    check_bytes(back, expected, i);
    check_sums(back, i);
    ck_ok(eng_book_compact(book));
    check_bytes(book, expected, i);
    /* And it goes on as the other does. */
    shuffle(&draw, &source);
    somehow(&draw, back, &source, 0, source.count / 2);
    check_bytes(back, expected, i);
    eng_book_free(back);
    eng_book_free(book);
    free(expected.at);
    free(source.rows);
  }
}
END_TEST

static int64_t learned_at(const struct row *row)
{
  return row->present & ENG_PRESENT_RECORDED_AT ? row->recorded : row->at;
}

/* Whether two rows are alike but for when they were recorded. */
static bool alike(const struct row *a, const struct row *b)
{
  uint32_t rest = ~(uint32_t)ENG_PRESENT_RECORDED_AT;
  uint32_t has = a->present;

  if (a->id_length != b->id_length || memcmp(a->id, b->id, a->id_length) != 0 ||
      a->kind != b->kind || a->at != b->at ||
      (a->present & rest) != (b->present & rest)) {
    return false;
  }
  if ((has & ENG_PRESENT_CHANNEL) && a->channel != b->channel) return false;
  if ((has & ENG_PRESENT_AMOUNT) &&
      (a->amount != b->amount || a->currency != b->currency)) {
    return false;
  }
  if ((has & ENG_PRESENT_VALUE) && a->value != b->value) return false;
  if ((has & ENG_PRESENT_REFERS_TO) && a->refers_to != b->refers_to) return false;
  if ((has & ENG_PRESENT_SCALE) && a->scale != b->scale) return false;
  if ((has & ENG_PRESENT_VALENCE) && a->valence != b->valence) return false;
  if ((has & ENG_PRESENT_ACTOR) && a->actor != b->actor) return false;
  return !(has & ENG_PRESENT_TOPIC) || a->topic == b->topic;
}

/* Whether a comes before b among rows that are alike; equal rows as they stand. */
static bool is_sooner(const struct row *a, size_t a_at, const struct row *b,
                      size_t b_at)
{
  bool a_says = a->present & ENG_PRESENT_RECORDED_AT;
  bool b_says = b->present & ENG_PRESENT_RECORDED_AT;

  if (learned_at(a) != learned_at(b)) return learned_at(a) < learned_at(b);
  if (a_says != b_says) return a_says;
  return a_at < b_at;
}

/* The slow way: each row counts those alike that were recorded before it. */
static eng_book *expected_load(const struct source *source)
{
  struct source numbered = {malloc(source->count * sizeof(struct row)), source->count};
  eng_book *book = empty_book();

  for (size_t i = 0; i < source->count; i++) {
    struct row row = source->rows[i];

    if (!(row.present & ENG_PRESENT_ID) && !row.numbered) {
      row.occurrence = 0;
      for (size_t k = 0; k < source->count; k++) {
        const struct row *other = &source->rows[k];

        if (k != i && !other->numbered && alike(&row, other) &&
            is_sooner(other, k, &source->rows[i], i)) {
          row.occurrence++;
        }
      }
    }
    numbered.rows[i] = row;
  }
  by_one(book, &numbered, 0, numbered.count);
  free(numbered.rows);
  return book;
}

START_TEST(a_loader_numbers_identical_rows_by_what_they_say)
{
  for (int i = 0; i < prop_cases(40); i++) {
    prop_draw draw = prop_case(i);
    struct source source = draw_source(&draw, (size_t)prop_between(&draw, 1, 1500));
    struct source before = draw_source(&draw, (size_t)prop_between(&draw, 1, 100));
    eng_book *slow = expected_load(&source), *book;
    struct bytes expected = encoded(slow);
    eng_load_counts counts;

    for (int k = 0; k < 3; k++) {
      shuffle(&draw, &source);
      book = empty_book();
      eng_load_counts_init(&counts, sizeof counts);
      by_loader(book, &source, 0, source.count, ENG_IDENTICAL_KEEP,
                k == 0 ? SIZE_MAX : 0, &counts);
      check_bytes(book, expected, i);
      ck_assert_uint_eq(counts.added, eng_book_event_count(book));
      ck_assert_uint_eq(counts.added + counts.unchanged, source.count);
      ck_assert_uint_eq(counts.replaced + counts.ignored, 0);
      /* The same source once more changes nothing. */
      shuffle(&draw, &source);
      eng_load_counts_init(&counts, sizeof counts);
      by_loader(book, &source, 0, source.count, ENG_IDENTICAL_KEEP,
                k == 1 ? SIZE_MAX : 0, &counts);
      check_bytes(book, expected, i);
      ck_assert_uint_eq(counts.added, 0);
      ck_assert_uint_eq(counts.unchanged, source.count);
      eng_book_free(book);
    }
    /* What was there before is joined, not counted. */
    by_one(slow, &before, 0, before.count);
    free(expected.at);
    expected = encoded(slow);
    book = empty_book();
    by_one(book, &before, 0, before.count);
    by_loader(book, &source, 0, source.count, ENG_IDENTICAL_KEEP, 0, NULL);
    check_bytes(book, expected, i);
    free(expected.at);
    eng_book_free(book);
    eng_book_free(slow);
    free(source.rows);
    free(before.rows);
  }
}
END_TEST

/* One customer with more events than fit a run, in and out of order. */
START_TEST(heavy_customers_keep_the_laws)
{
  for (int i = 0; i < prop_cases(6); i++) {
    prop_draw draw = prop_case(i);
    size_t count = 6000;
    struct source source = {malloc(count * sizeof(struct row)), count};
    eng_book *book = empty_book(), *back;
    struct bytes expected;

    for (size_t k = 0; k < count; k++) source.rows[k] = draw_row(&draw, 2, 20000);
    by_one(book, &source, 0, count);
    expected = encoded(book);
    eng_book_free(book);
    for (int k = 0; k < 6; k++) {
      size_t middle = (size_t)prop_between(&draw, 1, (int64_t)count - 1);

      shuffle(&draw, &source);
      book = empty_book();
      somehow(&draw, book, &source, 0, middle);
      somehow(&draw, book, &source, middle, count);
      check_bytes(book, expected, i);
      check_sums(book, i);
      ck_ok(eng_book_decode(context, NULL, expected.at, expected.size, &back, NULL));
      ck_ok(eng_book_merge(back, book));
      check_bytes(back, expected, i);
      eng_book_free(back);
      eng_book_free(book);
    }
    free(expected.at);
    free(source.rows);
  }
}
END_TEST

/* ---- as known then ---- */

/* Told once more by whoever asks the events one by one. */
static eng_book *told_by_then(const eng_book *book, int64_t known_at)
{
  eng_book *known = empty_book();

  for (uint64_t row = 0; row < eng_book_customer_count(book); row++) {
    eng_event_cursor *cursor;
    const eng_event *event;
    eng_customer *customer;
    const char *id;
    size_t length;

    ck_ok(eng_book_customer(book, row, &customer));
    id = eng_customer_id(customer, &length);
    ck_ok(eng_event_cursor_new(customer, &cursor));
    while (eng_event_cursor_next(cursor, &event) == ENG_OK && event != NULL) {
      int64_t recorded = eng_event_recorded_at(event);

      if (recorded == ENG_TIME_NONE) recorded = eng_event_occurred_at(event);
      if (recorded <= known_at) ck_ok(eng_book_record(known, id, length, event, NULL));
    }
    eng_event_cursor_free(cursor);
    eng_customer_free(customer);
  }
  return known;
}

static eng_book *known_at(const eng_book *book, int64_t time)
{
  eng_book *known;

  ck_ok(eng_book_known_at(book, time, &known));
  return known;
}

static void check_same(const eng_book *a, const eng_book *b, int case_number)
{
  struct bytes expected = encoded(b);

  check_bytes(a, expected, case_number);
  free(expected.at);
}

START_TEST(what_was_known_then_is_what_had_been_recorded)
{
  for (int i = 0; i < prop_cases(60); i++) {
    prop_draw draw = prop_case(i);
    struct source source = draw_source(&draw, draw_count(&draw));
    int64_t first = NOON + prop_between(&draw, -5, 4000);
    int64_t later = first + prop_between(&draw, 0, 3000);
    eng_book *book = empty_book(), *all, *then, *now, *expected, *again;

    somehow(&draw, book, &source, 0, source.count);
    all = known_at(book, ENG_TIME_MAX);
    check_same(all, book, i);
    then = known_at(book, first);
    expected = told_by_then(book, first);
    check_same(then, expected, i);
    check_sums(then, i);
    /* What is known stays known, and knowing then what was known later is no more. */
    now = known_at(book, later);
    again = known_at(now, first);
    check_same(again, then, i);
    ck_ok(eng_book_merge(again, now));
    check_same(again, now, i);
    eng_book_free(book);
    eng_book_free(all);
    eng_book_free(then);
    eng_book_free(now);
    eng_book_free(expected);
    eng_book_free(again);
    free(source.rows);
  }
}
END_TEST

/* Without versions nothing is ever replaced; and either all say when they were recorded
 * or nobody does, for saying it late replaces not having said it. */
START_TEST(what_two_books_knew_then_is_what_their_union_knew)
{
  for (int i = 0; i < prop_cases(60); i++) {
    prop_draw draw = prop_case(i);
    struct source source = draw_source(&draw, draw_count(&draw));
    size_t middle = (size_t)prop_between(&draw, 0, (int64_t)source.count);
    uint32_t recorded = maybe(&draw, 2, ENG_PRESENT_RECORDED_AT);
    int64_t time = NOON + prop_between(&draw, -5, 4000);
    eng_book *a = empty_book(), *b = empty_book(), *known, *others;

    for (size_t k = 0; k < source.count; k++) {
      struct row *row = &source.rows[k];

      row->present &= ~(uint32_t)(ENG_PRESENT_ID | ENG_PRESENT_RECORDED_AT);
      row->present |= recorded;
      row->revision = 0;
    }
    somehow(&draw, a, &source, 0, middle);
    somehow(&draw, b, &source, middle / 2, source.count);
    known = known_at(a, time);
    others = known_at(b, time);
    ck_ok(eng_book_merge(known, others));
    eng_book_free(others);
    ck_ok(eng_book_merge(a, b));
    others = known_at(a, time);
    check_same(others, known, i);
    eng_book_free(known);
    eng_book_free(others);
    eng_book_free(a);
    eng_book_free(b);
    free(source.rows);
  }
}
END_TEST

Suite *prop_book_suite(void)
{
  Suite *suite = suite_create("book");
  TCase *laws = tcase_create("laws");

  tcase_add_checked_fixture(laws, set_up, tear_down);
  tcase_set_timeout(laws, 300);
  tcase_add_test(laws, a_book_is_the_set_of_what_it_was_told);
  tcase_add_test(laws, an_encoded_book_is_the_book);
  tcase_add_test(laws, a_loader_numbers_identical_rows_by_what_they_say);
  tcase_add_test(laws, heavy_customers_keep_the_laws);
  tcase_add_test(laws, what_was_known_then_is_what_had_been_recorded);
  tcase_add_test(laws, what_two_books_knew_then_is_what_their_union_knew);
  suite_add_tcase(suite, laws);
  return suite;
}
