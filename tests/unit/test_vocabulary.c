/* SPDX-License-Identifier: MIT
 *
 * test_vocabulary.c - settings, contexts, and what kinds and channels are called.
 */
#include <string.h>

#include "core/context.h"
#include "core/vocabulary.h"
#include "unit/support.h"

Suite *vocabulary_suite(void);

static eng_settings *settings;
static eng_context *context;

static void open_both(void)
{
  ck_ok(eng_settings_new(NULL, &settings));
  context = plain_context();
}

static void close_both(void)
{
  eng_settings_free(settings);
  eng_context_free(context);
}

static eng_status add_kind(int32_t kind, const char *name)
{
  return eng_settings_add_kind(settings, kind, name, strlen(name),
                               ENG_DIRECTION_CUSTOMER, ENG_MODE_COMPANY, 1);
}

static int32_t kind_of(const char *name)
{
  int32_t kind = 7;
  eng_status status = eng_kind_find(context, name, strlen(name), &kind);

  ck_assert_int_eq(status, kind == 0 ? ENG_E_KIND : ENG_OK);
  return kind;
}

static int32_t nearest(const char *name)
{
  return eng_kind_nearest(context, name, strlen(name));
}

/* ---- settings ---- */

START_TEST(settings_and_contexts_need_somewhere_to_go)
{
  eng_allocator allocator = {sizeof allocator, 0, NULL, NULL};
  eng_settings *made = settings;
  struct host host = {0};

  ck_assert_int_eq(eng_settings_new(NULL, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_settings_new(&allocator, &made), ENG_E_INVALID);
  ck_assert_ptr_null(made);
  allocator = host_allocator(&host);
  allocator.size = 4;
  ck_assert_int_eq(eng_settings_new(&allocator, &made), ENG_E_INVALID);
  ck_assert_int_eq(eng_context_new(settings, NULL), ENG_E_INVALID);
  eng_settings_free(NULL);
  eng_context_free(NULL);
}
END_TEST

START_TEST(an_allocator_of_a_later_caller_is_known_as_far_as_it_goes)
{
  struct {
    eng_allocator known;
    void *later;
  } allocator;
  struct host host = {0};
  eng_settings *made;

  allocator.known = host_allocator(&host);
  allocator.known.size = sizeof allocator;
  allocator.later = &host;
  ck_ok(eng_settings_new(&allocator.known, &made));
  ck_assert_uint_eq(host.blocks, 1);
  eng_settings_free(made);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
}
END_TEST

START_TEST(a_context_without_settings_has_the_defaults)
{
  eng_context *made;

  ck_ok(eng_context_new(NULL, &made));
  ck_assert_int_eq(eng_context_currency(made), 0);
  ck_assert(eng_business_day(made, DAY) == 1);
  ck_assert(eng__limit(made, ENG_LIMIT_ID) == 255);
  ck_assert(eng__limit(made, ENG_LIMIT_EVENTS) == 1 << 28);
  ck_assert_ptr_null(eng_kind_name(made, 128));
  eng_context_free(made);
}
END_TEST

START_TEST(a_context_is_a_copy_of_its_settings)
{
  eng_context *made;

  ck_ok(eng_settings_set_currency(settings, 978));
  ck_ok(add_kind(128, "nap"));
  ck_ok(eng_context_new(settings, &made));
  ck_ok(eng_settings_set_currency(settings, 840));
  ck_ok(add_kind(129, "walk"));
  ck_assert_int_eq(eng_context_currency(made), 978);
  ck_assert_str_eq(eng_kind_name(made, 128), "nap");
  ck_assert_ptr_null(eng_kind_name(made, 129));
  eng_context_free(made);
}
END_TEST

START_TEST(zone_day_and_week_have_bounds)
{
  static const struct {
    eng_status (*set)(eng_settings *, int32_t);
    int32_t least, most;
    size_t at;
  } all[] = {
      {eng_settings_set_zone, -1080, 1080, offsetof(eng_settings, offset_minutes)},
      {eng_settings_set_day, 0, 1439, offsetof(eng_settings, day_start)},
      {eng_settings_set_week, 1, 7, offsetof(eng_settings, week_start)}};

  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    const int32_t good[] = {all[i].least, all[i].most};
    const int32_t bad[] = {all[i].least - 1, all[i].most + 1, INT32_MIN, INT32_MAX};
    int32_t held;

    for (size_t j = 0; j < 2; j++) {
      ck_ok(all[i].set(settings, good[j]));
      for (size_t k = 0; k < 4; k++)
        ck_assert_int_eq(all[i].set(settings, bad[k]), ENG_E_RANGE);
      memcpy(&held, (const char *)settings + all[i].at, sizeof held);
      ck_assert_int_eq(held, good[j]);
    }
    ck_assert_int_eq(all[i].set(NULL, good[0]), ENG_E_INVALID);
  }
  ck_assert_int_eq(settings->offset_minutes, 1080);
  ck_assert_int_eq(settings->day_start, 1439);
  ck_assert_int_eq(settings->week_start, 7);
}
END_TEST

START_TEST(a_base_currency_is_one_of_iso_4217_or_none)
{
  ck_ok(eng_settings_set_currency(settings, 978));
  ck_assert_int_eq(eng_settings_set_currency(settings, 979 + 20), ENG_E_CURRENCY);
  ck_assert_int_eq(eng_settings_set_currency(settings, -1), ENG_E_CURRENCY);
  ck_assert_int_eq(settings->currency, 978);
  ck_ok(eng_settings_set_currency(settings, 0));
  ck_assert_int_eq(eng_settings_set_currency(NULL, 978), ENG_E_INVALID);
}
END_TEST

START_TEST(limits_have_limits)
{
  static const uint64_t most[] = {
      0,  4096, UINT64_C(1) << 40, UINT64_C(1) << 31, INT32_MAX, 1 << 30, 1 << 20, 255,
      64, 1024};

  for (int32_t i = ENG_LIMIT_ID; i <= ENG_LIMIT_EXTENSION; i++) {
    ck_ok(eng_settings_set_limit(settings, i, 1));
    ck_ok(eng_settings_set_limit(settings, i, most[i]));
    ck_assert_int_eq(eng_settings_set_limit(settings, i, most[i] + 1), ENG_E_RANGE);
    ck_assert_int_eq(eng_settings_set_limit(settings, i, 0), ENG_E_RANGE);
    ck_assert(settings->limits[i] == most[i]);
  }
  ck_assert_int_eq(eng_settings_set_limit(settings, 0, 1), ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_settings_set_limit(settings, 10, 1), ENG_E_NOTFOUND);
  ck_assert_int_eq(eng_settings_set_limit(NULL, 1, 1), ENG_E_INVALID);
}
END_TEST

START_TEST(a_hash_key_is_sixteen_bytes)
{
  const uint8_t key[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

  ck_ok(eng_settings_set_hash_key(settings, key));
  ck_assert(settings->hash_key[0] == UINT64_C(0x0807060504030201));
  ck_assert(settings->hash_key[1] == UINT64_C(0x100f0e0d0c0b0a09));
  ck_assert_int_eq(eng_settings_set_hash_key(settings, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_settings_set_hash_key(NULL, key), ENG_E_INVALID);
}
END_TEST

START_TEST(own_kinds_have_wellformed_names_and_numbers_from_128)
{
  char long_name[66];

  memset(long_name, 'a', sizeof long_name);
  ck_ok(add_kind(128, "a"));
  ck_ok(add_kind(255, "z9_"));
  ck_ok(eng_settings_add_kind(settings, 129, long_name, 64, 1, 1, 0));
  ck_assert_int_eq(eng_settings_add_kind(settings, 130, long_name, 65, 1, 1, 0),
                   ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, ""), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, "9a"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, "_a"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, "Nap"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, "na p"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, "na{"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, "na/"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, "na:"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, "na`"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(130, "na\xc3\xa9"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(127, "nap"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(256, "nap"), ENG_E_RANGE);
  ck_assert_int_eq(add_kind(-1, "nap"), ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_add_kind(settings, 130, "nap", 3, 0, 1, 0),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_add_kind(settings, 130, "nap", 3, 3, 1, 0),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_add_kind(settings, 130, "nap", 3, 1, 0, 0),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_add_kind(settings, 130, "nap", 3, 1, 4, 0),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_add_kind(settings, 130, "nap", 3, 1, 1, 2),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_add_kind(settings, 130, "nap", 3, 1, 1, -1),
                   ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_add_kind(NULL, 130, "nap", 3, 1, 1, 1), ENG_E_INVALID);
  ck_assert_int_eq(eng_settings_add_kind(settings, 130, NULL, 3, 1, 1, 1),
                   ENG_E_INVALID);
  ck_ok(add_kind(130, "nap"));
}
END_TEST

START_TEST(names_that_are_found_alike_are_one_name)
{
  static const char *const taken[] = {"signup",  "sign_up",   "sign_up_",
                                      "s_ignup", "refer_won", "own_a",
                                      "owna",    "own_a_",    "ow_n_a"};

  ck_ok(add_kind(128, "own_a"));
  ck_ok(eng_settings_add_channel(settings, 128, "own_a", 5));
  for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
    ck_assert_int_eq(add_kind(129, taken[i]), ENG_E_DUPLICATE);
  ck_assert_int_eq(eng_settings_add_channel(settings, 129, "owna", 4), ENG_E_DUPLICATE);
  ck_assert_int_eq(eng_settings_add_channel(settings, 129, "e_mail", 6),
                   ENG_E_DUPLICATE);
  ck_ok(add_kind(129, "own_ab"));
  ck_ok(eng_settings_add_channel(settings, 129, "own_ab", 6));
  ck_ok(eng_settings_add_channel(settings, 130, "signup", 6));
}
END_TEST

START_TEST(what_models_call_groups_are_no_kinds_of_the_hosts_own)
{
  static const char *const groups[] = {"any",   "all",  "inbound", "outbound",
                                       "reach", "talk", "buy",     "bind",
                                       "judge", "tell", "make"};

  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
    ck_assert_int_eq(add_kind(128, groups[i]), ENG_E_DUPLICATE);
    ck_ok(eng_settings_add_channel(settings, 128 + (int32_t)i, groups[i],
                                   strlen(groups[i])));
  }
  ck_ok(add_kind(128, "talks"));
}
END_TEST

START_TEST(a_name_or_number_is_given_once)
{
  ck_ok(add_kind(128, "nap"));
  ck_assert_int_eq(add_kind(128, "walk"), ENG_E_DUPLICATE);
  ck_assert_int_eq(add_kind(129, "nap"), ENG_E_DUPLICATE);
  ck_assert_int_eq(add_kind(129, "purchase"), ENG_E_DUPLICATE);
  ck_ok(add_kind(129, "walk"));
  ck_ok(eng_settings_add_channel(settings, 128, "nap", 3));
  ck_assert_int_eq(eng_settings_add_channel(settings, 128, "walk", 4), ENG_E_DUPLICATE);
  ck_assert_int_eq(eng_settings_add_channel(settings, 129, "nap", 3), ENG_E_DUPLICATE);
  ck_assert_int_eq(eng_settings_add_channel(settings, 129, "web", 3), ENG_E_DUPLICATE);
  ck_assert_int_eq(eng_settings_add_channel(settings, 129, "", 0), ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_add_channel(settings, 11, "walk", 4), ENG_E_RANGE);
  ck_assert_int_eq(eng_settings_add_channel(NULL, 129, "walk", 4), ENG_E_INVALID);
  ck_assert_int_eq(eng_settings_add_channel(settings, 129, NULL, 4), ENG_E_INVALID);
}
END_TEST

/* ---- kinds ---- */

START_TEST(kinds_are_found_by_their_names_whatever_case_and_separators)
{
  ck_assert_int_eq(kind_of("purchase"), ENG_EVENT_PURCHASE);
  ck_assert_int_eq(kind_of("add_to_cart"), ENG_EVENT_ADD_TO_CART);
  ck_assert_int_eq(kind_of("Add to Cart"), ENG_EVENT_ADD_TO_CART);
  ck_assert_int_eq(kind_of("ADD-TO-CART"), ENG_EVENT_ADD_TO_CART);
  ck_assert_int_eq(kind_of("addToCart"), ENG_EVENT_ADD_TO_CART);
  ck_assert_int_eq(kind_of("own_kind"), 130);
  ck_assert_int_eq(kind_of("Own Kind"), 130);
}
END_TEST

START_TEST(names_of_other_systems_are_known)
{
  ck_assert_int_eq(kind_of("Order Completed"), ENG_EVENT_PURCHASE);
  ck_assert_int_eq(kind_of("BuyAction"), ENG_EVENT_PURCHASE);
  ck_assert_int_eq(kind_of("page_view"), ENG_EVENT_VISIT);
  ck_assert_int_eq(kind_of("login"), ENG_EVENT_IDENTIFY);
  ck_assert_int_eq(kind_of("Product Reviewed"), ENG_EVENT_REVIEW);
  ck_assert_int_eq(kind_of("Order Cancelled"), ENG_EVENT_CANCEL);
}
END_TEST

START_TEST(what_nobody_knows_is_no_kind)
{
  char long_name[200];
  int32_t kind;

  memset(long_name, 'a', sizeof long_name);
  ck_assert_int_eq(kind_of(""), 0);
  ck_assert_int_eq(kind_of("_ -"), 0);
  ck_assert_int_eq(kind_of("nap"), 0);
  ck_assert_int_eq(kind_of("purchas"), 0);
  ck_assert_int_eq(eng_kind_find(context, long_name, sizeof long_name, &kind),
                   ENG_E_KIND);
  ck_assert_int_eq(eng_kind_find(context, "visit", 5, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_kind_find(NULL, "visit", 5, &kind), ENG_E_INVALID);
  ck_assert_int_eq(eng_kind_find(context, NULL, 5, &kind), ENG_E_INVALID);
}
END_TEST

START_TEST(an_own_name_goes_before_another_systems)
{
  eng_context *made;
  int32_t kind;

  ck_ok(add_kind(140, "page"));
  ck_ok(eng_context_new(settings, &made));
  ck_ok(eng_kind_find(made, "Page", 4, &kind));
  ck_assert_int_eq(kind, 140);
  eng_context_free(made);
  ck_assert_int_eq(kind_of("page"), ENG_EVENT_VISIT);
}
END_TEST

START_TEST(the_nearest_name_is_the_one_that_was_meant)
{
  char long_name[200];

  memset(long_name, 'a', sizeof long_name);
  ck_assert_int_eq(nearest("purchse"), ENG_EVENT_PURCHASE);
  ck_assert_int_eq(nearest("purchases"), ENG_EVENT_PURCHASE);
  ck_assert_int_eq(nearest("refnud"), ENG_EVENT_REFUND);
  ck_assert_int_eq(nearest("order_complete"), ENG_EVENT_PURCHASE);
  ck_assert_int_eq(nearest("own_kin"), 130);
  ck_assert_int_eq(nearest("visit"), ENG_EVENT_VISIT);
  ck_assert_int_eq(nearest("xyzzyplugh"), 0);
  ck_assert_int_eq(nearest(""), 0);
  ck_assert_int_eq(eng_kind_nearest(context, long_name, sizeof long_name), 0);
  ck_assert_int_eq(eng_kind_nearest(NULL, "visit", 5), 0);
  ck_assert_int_eq(eng_kind_nearest(context, NULL, 5), 0);
}
END_TEST

START_TEST(distance_counts_letters_put_in_left_out_or_changed)
{
  ck_assert_uint_eq(eng__name_distance("", 0, "abc", 3, 9), 3);
  ck_assert_uint_eq(eng__name_distance("abc", 3, "", 0, 9), 3);
  ck_assert_uint_eq(eng__name_distance("kitten", 6, "sitting", 7, 9), 3);
  ck_assert_uint_eq(eng__name_distance("abc", 3, "abc", 3, 0), 0);
  ck_assert_uint_eq(eng__name_distance("kitten", 6, "sitting", 7, 2), 3);
  ck_assert_uint_eq(eng__name_distance("abc", 65, "abc", 3, 2), 3);
  ck_assert_uint_eq(eng__name_distance("abc", 3, "abc", 65, 2), 3);
}
END_TEST

/* The whole table, without a short cut. */
static size_t plain_distance(const char *a, size_t m, const char *b, size_t n)
{
  size_t d[8][8];

  for (size_t i = 0; i <= m; i++)
    for (size_t j = 0; j <= n; j++) {
      size_t least = i == 0 ? j : j == 0 ? i : d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

      if (i > 0 && d[i - 1][j] + 1 < least) least = d[i - 1][j] + 1;
      if (j > 0 && d[i][j - 1] + 1 < least) least = d[i][j - 1] + 1;
      d[i][j] = least;
    }
  return d[m][n];
}

START_TEST(distance_counts_no_further_than_asked)
{
  char a[7], b[7];

  for (unsigned draw = 0; draw < 1u << 14; draw++) {
    size_t m = draw % 7, n = draw / 7 % 8 < 7 ? draw / 7 % 8 : 6;

    for (size_t i = 0; i < 7; i++) {
      a[i] = (char)('a' + (draw >> (2 * i) & 1));
      b[i] = (char)('a' + (draw >> (2 * i + 1) & 1));
    }
    for (size_t most = 0; most < 8; most++) {
      size_t d = plain_distance(a, m, b, n);

      ck_assert_uint_eq(eng__name_distance(a, m, b, n, most), d <= most ? d : most + 1);
    }
  }
}
END_TEST

START_TEST(every_kind_has_a_name_that_finds_it_a_direction_and_a_mode)
{
  int known = 0;

  for (int32_t kind = -5; kind <= 300; kind++) {
    const char *name = eng_kind_name(context, kind);
    int32_t direction = eng_kind_direction(context, kind);
    int32_t mode = eng_kind_mode(context, kind);

    ck_assert_int_eq(name != NULL, eng__kind_is_known(context, kind));
    if (name == NULL) {
      ck_assert_int_eq(direction, 0);
      ck_assert_int_eq(mode, 0);
      ck_assert_int_eq(eng_kind_is_active(context, kind), 0);
      continue;
    }
    known++;
    ck_assert_int_eq(kind_of(name), kind);
    ck_assert(direction == ENG_DIRECTION_CUSTOMER ||
              direction == ENG_DIRECTION_COMPANY);
    ck_assert(mode >= ENG_MODE_COMPANY && mode <= ENG_MODE_COMMUNITY);
    /* What the company does makes nobody active. */
    if (kind < 128 && direction == ENG_DIRECTION_COMPANY)
      ck_assert_int_eq(eng_kind_is_active(context, kind), 0);
  }
  ck_assert_int_eq(known, 46 + 2);
}
END_TEST

START_TEST(a_message_of_the_company_is_no_activity)
{
  ck_assert_int_eq(eng_kind_is_active(context, ENG_EVENT_MESSAGE_OUT), 0);
  ck_assert_int_eq(eng_kind_is_active(context, ENG_EVENT_MESSAGE_IN), 1);
  ck_assert_int_eq(eng_kind_is_active(context, ENG_EVENT_PURCHASE), 1);
  ck_assert_int_eq(eng_kind_is_active(context, ENG_EVENT_VOID), 0);
}
END_TEST

START_TEST(an_own_kind_is_what_the_host_said)
{
  ck_assert_str_eq(eng_kind_name(context, 130), "own_kind");
  ck_assert_int_eq(eng_kind_direction(context, 130), ENG_DIRECTION_CUSTOMER);
  ck_assert_int_eq(eng_kind_mode(context, 130), ENG_MODE_CONTENT);
  ck_assert_int_eq(eng_kind_is_active(context, 130), 1);
  ck_assert_int_eq(eng_kind_direction(context, 200), ENG_DIRECTION_COMPANY);
  ck_assert_int_eq(eng_kind_is_active(context, 200), 0);
}
END_TEST

/* ---- channels ---- */

START_TEST(channels_have_names_that_find_them)
{
  int known = 0;
  int32_t channel;

  for (int32_t i = -5; i <= 300; i++) {
    const char *name = eng_channel_name(context, i);

    ck_assert_int_eq(name != NULL, eng__channel_is_known(context, i));
    if (name == NULL) continue;
    known++;
    ck_ok(eng_channel_find(context, name, strlen(name), &channel));
    ck_assert_int_eq(channel, i);
  }
  ck_assert_int_eq(known, 11 + 2);
  ck_ok(eng_channel_find(context, "Market Stall", 12, &channel));
  ck_assert_int_eq(channel, 255);
  ck_ok(eng_channel_find(context, "E-Mail", 6, &channel));
  ck_assert_int_eq(channel, ENG_CHANNEL_EMAIL);
}
END_TEST

START_TEST(what_nobody_knows_is_no_channel)
{
  int32_t channel = 4;

  ck_assert_int_eq(eng_channel_find(context, "pigeon", 6, &channel), ENG_E_CHANNEL);
  ck_assert_int_eq(channel, 0);
  ck_assert_int_eq(eng_channel_find(context, "", 0, &channel), ENG_E_CHANNEL);
  ck_assert_int_eq(eng_channel_find(context, "web", 3, NULL), ENG_E_INVALID);
  ck_assert_int_eq(eng_channel_find(NULL, "web", 3, &channel), ENG_E_INVALID);
  ck_assert_int_eq(eng_channel_find(context, NULL, 3, &channel), ENG_E_INVALID);
}
END_TEST

Suite *vocabulary_suite(void)
{
  Suite *suite = suite_create("vocabulary");
  TCase *tests = tcase_create("settings");

  tcase_add_checked_fixture(tests, open_both, close_both);
  tcase_add_test(tests, settings_and_contexts_need_somewhere_to_go);
  tcase_add_test(tests, an_allocator_of_a_later_caller_is_known_as_far_as_it_goes);
  tcase_add_test(tests, a_context_without_settings_has_the_defaults);
  tcase_add_test(tests, a_context_is_a_copy_of_its_settings);
  tcase_add_test(tests, zone_day_and_week_have_bounds);
  tcase_add_test(tests, a_base_currency_is_one_of_iso_4217_or_none);
  tcase_add_test(tests, limits_have_limits);
  tcase_add_test(tests, a_hash_key_is_sixteen_bytes);
  tcase_add_test(tests, own_kinds_have_wellformed_names_and_numbers_from_128);
  tcase_add_test(tests, a_name_or_number_is_given_once);
  tcase_add_test(tests, names_that_are_found_alike_are_one_name);
  tcase_add_test(tests, what_models_call_groups_are_no_kinds_of_the_hosts_own);
  suite_add_tcase(suite, tests);
  tests = tcase_create("names");
  tcase_add_checked_fixture(tests, open_both, close_both);
  tcase_add_test(tests, kinds_are_found_by_their_names_whatever_case_and_separators);
  tcase_add_test(tests, names_of_other_systems_are_known);
  tcase_add_test(tests, what_nobody_knows_is_no_kind);
  tcase_add_test(tests, an_own_name_goes_before_another_systems);
  tcase_add_test(tests, the_nearest_name_is_the_one_that_was_meant);
  tcase_add_test(tests, distance_counts_letters_put_in_left_out_or_changed);
  tcase_add_test(tests, distance_counts_no_further_than_asked);
  tcase_add_test(tests, every_kind_has_a_name_that_finds_it_a_direction_and_a_mode);
  tcase_add_test(tests, a_message_of_the_company_is_no_activity);
  tcase_add_test(tests, an_own_kind_is_what_the_host_said);
  tcase_add_test(tests, channels_have_names_that_find_them);
  tcase_add_test(tests, what_nobody_knows_is_no_channel);
  suite_add_tcase(suite, tests);
  return suite;
}
