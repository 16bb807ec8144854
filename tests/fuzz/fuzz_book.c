/* SPDX-License-Identifier: MIT
 *
 * fuzz_book.c - encoded books from anybody: what is accepted gives the same bytes
 * again, also after it was compacted and merged.
 */
#include <engagement.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition) ((condition) ? (void)0 : abort())

static void check_same(const eng_book *book, const uint8_t *data, size_t size)
{
  uint8_t *again = malloc(size);
  size_t needed;

  MUST(eng_book_encode(book, again, size, &needed) == ENG_OK);
  MUST(needed == size);
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  MUST(memcmp(again, data, size) == 0);
#else
  /* The checksum is not looked at there. */
  MUST(memcmp(again, data, size - 4) == 0);
#endif
  free(again);
}

static void read_all(const eng_book *book)
{
  uint64_t events = 0;

  for (uint64_t row = 0; row < eng_book_customer_count(book); row++) {
    eng_customer *customer;
    size_t length;
    uint64_t found;
    const char *id = eng_book_customer_id(book, row, &length);

    MUST(eng_book_find(book, id, length, &found) == ENG_OK && found == row);
    MUST(eng_book_customer(book, row, &customer) == ENG_OK);
    events += eng_customer_event_count(customer);
    eng_customer_free(customer);
  }
  MUST(events == eng_book_event_count(book));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_context *context;
  eng_settings *settings;
  eng_book *book, *merged;

  MUST(eng_settings_new(NULL, &settings) == ENG_OK);
  MUST(eng_settings_add_kind(settings, 130, "tasting", 7, ENG_DIRECTION_CUSTOMER,
                             ENG_MODE_COMPANY, 1) == ENG_OK);
  MUST(eng_context_new(settings, &context) == ENG_OK);
  eng_settings_free(settings);
  if (eng_book_decode(context, NULL, data, size, &book, NULL) == ENG_OK) {
    check_same(book, data, size);
    read_all(book);
    MUST(eng_book_new(context, NULL, &merged) == ENG_OK);
    MUST(eng_book_merge(merged, book) == ENG_OK);
    MUST(eng_book_merge(merged, book) == ENG_OK);
    check_same(merged, data, size);
    MUST(eng_book_compact(book) == ENG_OK);
    check_same(book, data, size);
    eng_book_free(merged);
    eng_book_free(book);
  }
  eng_context_free(context);
  return 0;
}
