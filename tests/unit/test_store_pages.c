/* SPDX-License-Identifier: MIT
 *
 * test_store_pages.c - a real file of a store, each of its pages in turn made another:
 * whatever is there is an answer, in bounded time and memory, and where a check finds
 * nothing wrong all can be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "store/memory_disk.h"
#include "unit/support.h"

Suite *store_pages_suite(void);

#if HAVE_SQLITE3

enum { PAGE = 4096, CUSTOMERS = 300 };

static const char path[] = "shop.book";
static const uint8_t key[16] = "sixteen bytes...";
static eng_context *context;
static struct bytes whole;

static eng_status try_open(uint32_t flags, eng_store **out)
{
  eng_store_options options;

  eng_store_options_init(&options, sizeof options);
  options.flags = flags;
  options.vfs = memory_disk();
  return eng_store_open(context, NULL, path, &options, out, NULL);
}

static eng_status put(eng_store *store, const char *id, size_t length, int64_t at)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, at);
  eng_status status = eng_store_record(store, id, length, event, NULL);

  eng_event_free(event);
  return status;
}

/* Tables of several levels, a long id, a long timeline, tombstones, keys, settings. */
static void open_world(void)
{
  const uint8_t *bytes;
  eng_store *store;
  char id[250];

  context = plain_context();
  ck_ok(try_open(ENG_STORE_CREATE, &store));
  ck_ok(eng_store_set_key(store, 1, key));
  ck_ok(eng_store_begin(store));
  for (int n = 0; n < CUSTOMERS; n++) {
    size_t length = (size_t)sprintf(id, "customer-%d", n);

    ck_ok(put(store, id, length, n * DAY));
    ck_ok(put(store, id, length, n * DAY / 3));
    ck_ok(put(store, "customer-of-many", 16, n * 12345));
  }
  memset(id, 'x', sizeof id);
  ck_ok(put(store, id, sizeof id, DAY));
  for (int n = 0; n < 200; n++) {
    size_t length = (size_t)sprintf(id, "forgotten-%d", n);

    ck_ok(eng_store_forget(store, id, length, n * DAY, NULL));
  }
  ck_ok(eng_store_expire(store, 1000, NULL, NULL));
  ck_ok(eng_store_commit(store));
  eng_store_close(store);
  bytes = memory_disk_get(path, &whole.size);
  whole.at = malloc(whole.size);
  memcpy(whole.at, bytes, whole.size);
  memory_disk_clear();
  memory_disk_limit((size_t)16 << 20);
  ck_assert_uint_gt(whole.size, 8 * PAGE);
}

static void close_world(void)
{
  memory_disk_clear();
  free(whole.at);
  eng_context_free(context);
}

/* Everything that can be asked of the file; whether anything was amiss. */
static bool use(bool writes)
{
  eng_store *store;
  eng_store_report report;
  eng_book *book;
  eng_status checked, loaded;
  bool sound;

  if (try_open(writes ? 0 : ENG_STORE_READ_ONLY, &store) != ENG_OK) return true;
  eng_store_report_init(&report, sizeof report);
  checked = eng_store_check(store, NULL, NULL, &report);
  sound = checked == ENG_OK && report.pages + report.damaged == 0;
  ck_ok(eng_book_new(context, NULL, &book));
  loaded = eng_store_load(store, book, NULL, NULL, NULL);
  if (sound) {
    ck_ok(loaded);
    ck_assert(eng_book_customer_count(book) == report.customers);
    ck_assert(eng_book_event_count(book) == report.events);
  }
  eng_book_free(book);
  if (writes) {
    (void)!eng_store_set_key(store, 1, key);
    (void)!put(store, "customer-7", 10, 999 * DAY);
    (void)!put(store, "somebody new", 12, 999 * DAY);
    (void)!eng_store_forget(store, "customer-9", 10, 999 * DAY, NULL);
    (void)!eng_store_expire(store, 2000, NULL, NULL);
    if (sound) {
      ck_ok(eng_store_check(store, NULL, NULL, &report));
      ck_assert(report.pages + report.damaged == 0);
    }
  }
  eng_store_close(store);
  memory_disk_clear();
  return !sound;
}

/* Of few pages each may be one where nothing is to be noticed. */
static void is_noticed(size_t amiss) { ck_assert(amiss > 0 || stride() > 1); }

/* _i: what the page becomes. */
static void make_other(uint8_t *bytes, size_t page, int how)
{
  size_t pages = whole.size / PAGE;
  uint8_t *at = bytes + page * PAGE;

  switch (how) {
  case 0: memset(at, 0, PAGE); break;
  case 1: memset(at, 0xff, PAGE); break;
  case 2: memcpy(at, whole.at + (page + 1) % pages * PAGE, PAGE); break;
  case 3: /* the head as it is, the rest of another */
    memcpy(at + 100, whole.at + (page + 3) % pages * PAGE + 100, PAGE - 100);
    break;
  case 4: memmove(at, at + 1, PAGE - 1); break;
  default: /* the pointers of the cells, one onto another */
    for (size_t i = 110; i < 400; i += 2) memcpy(at + i, at + 110, 2);
    break;
  }
}

START_TEST(any_page_may_be_another)
{
  uint8_t *bytes = malloc(whole.size);
  size_t pages = whole.size / PAGE, amiss = 0;

  for (size_t page = 0; page < pages; page += (size_t)stride()) {
    memcpy(bytes, whole.at, whole.size);
    make_other(bytes, page, _i);
    for (int writes = 0; writes < 2; writes++) {
      memory_disk_put(path, bytes, whole.size);
      amiss += use(writes == 1);
    }
  }
  is_noticed(amiss);
  free(bytes);
}
END_TEST

/* Several bytes of every page, wherever they lie. */
START_TEST(any_bytes_of_a_page_may_be_others)
{
  uint8_t *bytes = malloc(whole.size);
  size_t pages = whole.size / PAGE, amiss = 0;
  uint64_t state = 11 + (uint64_t)_i;

  for (size_t page = 0; page < pages; page += (size_t)stride()) {
    memcpy(bytes, whole.at, whole.size);
    for (int n = 0; n < 1 << _i; n++) {
      state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
      /* Half of them in the head of the page and among the cells' pointers. */
      bytes[page * PAGE + (state >> 33) % (n % 2 == 0 ? 200 : PAGE)] =
          (uint8_t)(state >> 56);
    }
    memory_disk_put(path, bytes, whole.size);
    amiss += use(page % 2 == 0);
  }
  is_noticed(amiss);
  free(bytes);
}
END_TEST

START_TEST(a_file_may_end_anywhere)
{
  size_t amiss = 0;

  for (size_t size = 0; size < whole.size; size += 512 * (size_t)stride()) {
    memory_disk_put(path, whole.at, size);
    amiss += use(size % 1024 == 0);
  }
  is_noticed(amiss);
}
END_TEST

#endif

Suite *store_pages_suite(void)
{
  Suite *suite = suite_create("store_pages");
  TCase *tests = tcase_create("store_pages");

  tcase_set_timeout(tests, 600);
#if HAVE_SQLITE3
  tcase_add_unchecked_fixture(tests, open_world, close_world);
  tcase_add_loop_test(tests, any_page_may_be_another, 0, 6);
  tcase_add_loop_test(tests, any_bytes_of_a_page_may_be_others, 0, 6);
  tcase_add_test(tests, a_file_may_end_anywhere);
#endif
  suite_add_tcase(suite, tests);
  return suite;
}
