/* SPDX-License-Identifier: MIT
 *
 * test_published.c - the published models on real histories: every customer has a row
 * under every model, the censuses are those of docs/models.md, and the stage that is
 * said to come comes at its millisecond and not before.
 */
#include <check.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

#include "unit/support.h"

Suite *published_suite(void);

#define OK(call) ck_assert_int_eq((call), ENG_OK)

enum { USD = 840, MODELS = 64, RANKS = 8 };

/* ---- histories ---- */

struct mapping {
  const char *name;
  int32_t kind;
};

static const struct mapping clicks[] = {{"main", ENG_EVENT_VISIT},
                                        {"catalog", ENG_EVENT_VIEW_ITEM},
                                        {"product1", ENG_EVENT_VIEW_ITEM},
                                        {"product2", ENG_EVENT_VIEW_ITEM},
                                        {"cart", ENG_EVENT_ADD_TO_CART},
                                        {"delivery_choice", ENG_EVENT_BEGIN_CHECKOUT},
                                        {"delivery_courier", ENG_EVENT_BEGIN_CHECKOUT},
                                        {"delivery_pickup", ENG_EVENT_BEGIN_CHECKOUT},
                                        {"payment_choice", ENG_EVENT_BEGIN_CHECKOUT},
                                        {"payment_card", ENG_EVENT_BEGIN_CHECKOUT},
                                        {"payment_cash", ENG_EVENT_BEGIN_CHECKOUT},
                                        {"payment_done", ENG_EVENT_PURCHASE},
                                        {NULL, 0}};

static const struct history {
  const char *file;
  const struct mapping *kinds; /* NULL: every row is a purchase */
  uint64_t customers;
  int64_t as_of[3]; /* the last one is that of the censuses */
} histories[] = {
    /* 1997-09-30, 1997-12-31 and 1998-06-30, to the last millisecond */
    {"cdnow/cdnow_sample_log.csv",
     NULL,
     2357,
     {INT64_C(875663999999), INT64_C(883612799999), INT64_C(899251199999)}},
    {"cdnow/cdnow_master_log.csv",
     NULL,
     23570,
     {INT64_C(875663999999), INT64_C(883612799999), INT64_C(899251199999)}},
    /* 2019-12-31, 2020-03-31 and 2020-04-29 */
    {"onlineshop/events.csv",
     clicks,
     3751,
     {INT64_C(1577836799999), INT64_C(1585699199999), INT64_C(1588204799999)}},
};

struct shop {
  eng_context *context;
  eng_book *book;
  eng_loader *loader;
  int64_t until; /* later events are not known */
};

static eng_status take(void *user, const char *customer, size_t length,
                       const eng_event *event, int32_t numbered, uint64_t line)
{
  struct shop *shop = user;

  (void)line;
  if (eng_event_occurred_at(event) > shop->until) return ENG_OK;
  return eng_loader_add(shop->loader, customer, length, event, numbered);
}

static void feed(eng_csv *csv, FILE *in)
{
  char piece[1 << 16];
  size_t size;

  while ((size = fread(piece, 1, sizeof piece, in)) > 0)
    OK(eng_csv_feed(csv, piece, size));
  OK(eng_csv_finish(csv));
  fclose(in);
}

/* False, and SKIP said, where the history is not at hand. */
static bool open_shop(const struct history *history, int64_t until, struct shop *shop)
{
  const char *folder = getenv("DATA");
  eng_settings *settings;
  char path[4096];
  eng_csv *csv;
  FILE *in;

  snprintf(path, sizeof path, "%s/%s", folder == NULL ? "." : folder, history->file);
  in = fopen(path, "rb");
  if (in == NULL) {
    printf("SKIP %s is not there (DATA)\n", history->file);
    return false;
  }
  shop->until = until;
  OK(eng_settings_new(NULL, &settings));
  OK(eng_settings_set_currency(settings, USD));
  OK(eng_context_new(settings, &shop->context));
  eng_settings_free(settings);
  OK(eng_book_new(shop->context, NULL, &shop->book));
  OK(eng_loader_new(shop->book, ENG_IDENTICAL_KEEP, &shop->loader));
  OK(eng_csv_new(shop->context, take, NULL, shop, &csv));
  if (history->kinds == NULL) OK(eng_csv_set_kind(csv, ENG_EVENT_PURCHASE));
  for (const struct mapping *m = history->kinds; m != NULL && m->name != NULL; m++)
    OK(eng_csv_map_kind(csv, m->name, strlen(m->name), m->kind));
  feed(csv, in);
  OK(eng_loader_finish(shop->loader, NULL));
  eng_loader_free(shop->loader);
  eng_csv_free(csv);
  return true;
}

static void close_shop(struct shop *shop)
{
  eng_book_free(shop->book);
  eng_context_free(shop->context);
}

/* ---- models ---- */

struct models {
  int32_t count;
  eng_model *each[MODELS];
  eng_assessor *together, *alone[MODELS];
};

static void open_models(const struct shop *shop, struct models *models)
{
  models->count = eng_builtin_count();
  ck_assert_int_le(models->count, MODELS);
  for (int32_t m = 0; m < models->count; m++) {
    const char *name = eng_builtin_name(m);

    OK(eng_model_builtin(shop->context, name, strlen(name), &models->each[m]));
    OK(eng_assessor_new(shop->context, (const eng_model *const *)&models->each[m], 1,
                        &models->alone[m]));
  }
  OK(eng_assessor_new(shop->context, (const eng_model *const *)models->each,
                      models->count, &models->together));
}

static void close_models(struct models *models)
{
  eng_assessor_free(models->together);
  for (int32_t m = 0; m < models->count; m++) {
    eng_assessor_free(models->alone[m]);
    eng_model_free(models->each[m]);
  }
}

/* ---- the stage that comes ---- */

static uint64_t state;

static uint64_t draw(void)
{
  uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static int32_t stage_at(eng_assessor *alone, const eng_customer *customer, int64_t at)
{
  int32_t stage;

  OK(eng_assessor_assess(alone, customer, at, &stage));
  return stage;
}

struct answer {
  int32_t stage, then;
  int64_t time;
};

/* From as_of up to the change the stage stays, at the change it is the one named; and
 * where none is named it stays. */
static void check_change(eng_assessor *alone, const eng_customer *customer,
                         int64_t as_of, const struct answer *said)
{
  int64_t end = said->time == ENG_TIME_NONE ? ENG_TIME_MAX + 1 : said->time;
  int64_t soon =
      end - as_of < INT64_C(63072000000) ? end - as_of : INT64_C(63072000000);

  ck_assert_int_eq(stage_at(alone, customer, as_of), said->stage);
  ck_assert_int_eq(stage_at(alone, customer, end - 1), said->stage);
  /* Within two years, where most would happen. */
  ck_assert_int_eq(
      stage_at(alone, customer, as_of + (int64_t)(draw() % (uint64_t)soon)),
      said->stage);
  if (said->time == ENG_TIME_NONE) {
    ck_assert_int_eq(said->then, said->stage);
  } else {
    ck_assert_int_ne(said->then, said->stage);
    ck_assert_int_gt(said->time, as_of);
    ck_assert_int_eq(stage_at(alone, customer, end), said->then);
  }
}

static uint64_t check_customer(struct models *models, const eng_customer *customer,
                               int64_t as_of)
{
  int32_t stages[MODELS], thens[MODELS];
  int64_t times[MODELS];
  uint64_t changes = 0;

  OK(eng_assessor_next_change(models->together, customer, as_of, stages, times, thens));
  for (int32_t m = 0; m < models->count; m++) {
    struct answer said = {stages[m], thens[m], times[m]};

    check_change(models->alone[m], customer, as_of, &said);
    changes += times[m] != ENG_TIME_NONE;
  }
  return changes;
}

START_TEST(the_stage_that_is_said_to_come_comes_then)
{
  const struct history *history = &histories[_i / 3];
  int64_t as_of = history->as_of[_i % 3];
  uint64_t changes = 0, count;
  struct models models;
  struct shop shop;

  if (!open_shop(history, as_of, &shop)) return;
  open_models(&shop, &models);
  state = 17;
  count = eng_book_customer_count(shop.book);
  ck_assert_uint_gt(count, history->customers / 10);
  for (uint64_t i = 0; i < count; i += stride()) {
    eng_customer *customer;

    OK(eng_book_customer(shop.book, i, &customer));
    changes += check_customer(&models, customer, as_of);
    eng_customer_free(customer);
  }
  /* Many are on the move, or nothing was tested. */
  ck_assert_uint_gt(changes, count / stride() / 4);
  close_models(&models);
  close_shop(&shop);
}
END_TEST

/* ---- how many where ---- */

/* As docs/models.md has them: none first, then stage by stage. */
static const struct census {
  const char *model;
  uint64_t customers[3][RANKS]; /* of each history */
} censuses[] = {
    {"sashi",
     {{0, 0, 1904, 0, 453, 0, 0, 0},
      {0, 0, 18735, 0, 4835, 0, 0, 0},
      {1827, 0, 1894, 0, 30, 0, 0, 0}}},
    {"sashi_matrix", {{0, 1904, 453}, {0, 18735, 4835}, {0, 3721, 30}}},
    {"five_e", {{0, 0, 2164, 193}, {0, 0, 21471, 2099}, {0, 1336, 2316, 99}}},
    {"four_stages", {{0, 1218, 1063, 76}, {0, 12054, 10765, 751}, {0, 2473, 1258, 20}}},
    {"five_levels",
     {{0, 0, 0, 0, 2357, 0}, {0, 0, 0, 0, 23570, 0}, {0, 140, 2958, 223, 430, 0}}},
    {"evolution", {{0, 2357}, {0, 23570}, {506, 1012, 2233}}},
    {"dimensions", {{2058, 299}, {20269, 3301}, {482, 3049, 220}}},
    {"say_stay_spend", {{0, 2089, 198, 70}, {0, 20728, 2111, 731}, {0, 3745, 6, 0}}},
    {"b2b", {{0, 1734, 0, 179, 444}, {0, 17047, 0, 1755, 4768}, {3098, 653}}},
};

static const struct census *census_of(const char *name)
{
  for (size_t i = 0; i < sizeof censuses / sizeof censuses[0]; i++)
    if (strcmp(censuses[i].model, name) == 0) return &censuses[i];
  return NULL;
}

START_TEST(the_censuses_are_those_of_the_page)
{
  const struct history *history = &histories[_i];
  struct models models;
  struct shop shop;
  int32_t *stages;

  if (!open_shop(history, history->as_of[2], &shop)) return;
  ck_assert_uint_eq(eng_book_customer_count(shop.book), history->customers);
  open_models(&shop, &models);
  stages = malloc((size_t)history->customers * (size_t)models.count * sizeof *stages);
  OK(eng_book_assess(shop.book, models.together, history->as_of[2], NULL,
                     history->customers, stages, NULL, NULL));
  for (int32_t m = 0; m < models.count; m++) {
    const struct census *census = census_of(eng_builtin_name(m));
    uint64_t counts[256] = {0};

    for (uint64_t i = 0; i < history->customers; i++)
      counts[stages[(uint64_t)m * history->customers + i]]++;
    ck_assert_msg(census != NULL, "%s", eng_builtin_name(m));
    for (int rank = 0; rank < RANKS; rank++) {
      ck_assert_msg(counts[rank] == census->customers[_i][rank],
                    "%s, %s, rank %d: %" PRIu64, history->file, census->model, rank,
                    counts[rank]);
    }
  }
  free(stages);
  close_models(&models);
  close_shop(&shop);
}
END_TEST

Suite *published_suite(void)
{
  Suite *suite = suite_create("published");
  TCase *tests = tcase_create("real histories");

  tcase_set_timeout(tests, 600);
  tcase_set_tags(tests, TAG_LONG);
  tcase_add_loop_test(tests, the_censuses_are_those_of_the_page, 0, 3);
  tcase_add_loop_test(tests, the_stage_that_is_said_to_come_comes_then, 0, 9);
  suite_add_tcase(suite, tests);
  return suite;
}
