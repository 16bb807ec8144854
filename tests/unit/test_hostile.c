/* SPDX-License-Identifier: MIT
 *
 * test_hostile.c - bytes from strangers: each defect has its status, none costs more
 * memory than its bytes allow, and what is accepted is canonical.
 *
 * Rows are what stands between the format byte and the checksum. They were made by a
 * second encoder, so the accepted ones also show that both agree on the format.
 */
#include <stdlib.h>
#include <string.h>

#include "core/customer.h"
#include "core/event.h"
#include "core/hash.h"
#include "core/shape.h"
#include "unit/support.h"

Suite *hostile_suite(void);

static struct host host;
static eng_context *context;

static void open_host(void)
{
  memset(&host, 0, sizeof host);
  context = context_in(&host);
}

static void close_host(void)
{
  eng_context_free(context);
  ck_assert_uint_eq(host.blocks, 0);
  ck_assert_uint_eq(host.wrong, 0);
}

/* Puts the checksum that bytes should have over their last four. */
static void mend(uint8_t *bytes, size_t size)
{
  uint64_t sum = eng__hash(bytes, size - 4);

  for (int i = 0; i < 4; i++) bytes[size - 4 + (size_t)i] = (uint8_t)(sum >> (8 * i));
}

/* Calls every getter. */
static void read_all(const eng_customer *customer)
{
  eng_event_cursor *cursor;
  const eng_event *event;
  uint64_t n = 0;

  ck_ok(eng_event_cursor_new(customer, &cursor));
  for (;; n++) {
    uint64_t u;
    int64_t i;
    int32_t s;
    uint32_t w;

    ck_ok(eng_event_cursor_next(cursor, &event));
    if (event == NULL) break;
    ck_assert_int_gt(eng_event_kind(event), 0);
    ck_assert(eng_event_occurred_at(event) >= 0 &&
              eng_event_occurred_at(event) <= ENG_TIME_MAX);
    (void)eng_event_recorded_at(event);
    (void)(eng_event_id(event, &u) + eng_event_amount(event, &i, &s) +
           eng_event_value(event, &i) + eng_event_refers_to(event, &u) +
           eng_event_actor(event, &w) + eng_event_topic(event, &w) +
           eng_event_scale(event) + eng_event_valence(event) +
           eng_event_is_public(event) + eng_event_is_incentivised(event) +
           eng_event_channel(event));
    (void)(eng_event_effective_id(event) + eng_event_revision(event) +
           eng_event_occurrence(event));
  }
  eng_event_cursor_free(cursor);
  ck_assert(n == eng_customer_event_count(customer));
}

/* Decodes a copy of exactly that size; accepted bytes must be canonical, refused ones
 * give nothing but the error. */
static eng_status decode(const uint8_t *bytes, size_t size)
{
  uint8_t *copy = malloc(size == 0 ? 1 : size);
  eng_customer *customer = NULL;
  size_t blocks = host.blocks, live = host.live;
  eng_error error;
  eng_status status;

  if (size > 0) memcpy(copy, bytes, size);
  eng_error_init(&error, sizeof error);
  host_reset(&host);
  status = eng_customer_decode(context, "ada", 3, copy, size, &customer, &error);
  /* 64 bytes of memory a byte of input and 16 KiB. */
  ck_assert_uint_le(host.peak - live, 64 * size + 16384);
  ck_assert_uint_le(host.asked, 64 * size + 16384);
  ck_assert_int_eq(error.code, status);
  ck_assert(error.offset <= size);
  if (status == ENG_OK) {
    struct bytes again = encoded(customer);

    ck_assert_uint_eq(again.size, size);
    ck_assert_mem_eq(again.at, copy, size);
    free(again.at);
    read_all(customer);
    eng_customer_free(customer);
  } else {
    ck_assert_ptr_null(customer);
    ck_assert_str_eq(error.text, eng_status_text(status));
    ck_assert(status >= ENG_E_TRUNCATED ? status <= ENG_E_VOCABULARY
                                        : status == ENG_E_LIMIT);
  }
  ck_assert_uint_eq(host.blocks, blocks);
  free(copy);
  return status;
}

/* ---- rows ---- */

struct row {
  eng_status status;
  const char *what;
  const char *bytes;
  size_t size;
};

#define ROW(status, what, bytes)                                                       \
  {                                                                                    \
    status, what, bytes, sizeof(bytes) - 1                                             \
  }

/* clang-format off: bytes */
static const struct row rows[] = {
    ROW(ENG_OK, "nothing", "\x00"),
    ROW(ENG_OK, "a floor", "\x01\x07"),
    ROW(ENG_OK, "a visit", "\x02\x00\x01\x02\x00\x02\x00\x14\x00"),
    ROW(ENG_OK, "an unknown built-in kind, kept",
        "\x02\x00\x01\x63\x00\x02\x00\x14\x00"),
    ROW(ENG_OK, "an unknown channel, kept", "\x02\x00\x01\x02\x0f\x50\x02\x00\x14\x00"),
    ROW(ENG_OK, "an extension of a later version, kept",
        "\x02\x00\x01\x02\x80\x80\x80\x40\x02\x00\x14\x00\x02\x00\x61\x62"),
    ROW(ENG_OK, "amount of two bytes",
        "\x02\x01\xd2\x03\x01\x02\x10\x02\x00\x14\x00\x05\x00"),
    ROW(ENG_E_TRAILING, "a byte after nothing", "\x00\x00"),
    ROW(ENG_E_TRAILING, "a byte after the last event",
        "\x02\x00\x01\x02\x00\x02\x00\x14\x00\x00"),
    ROW(ENG_E_VARINT, "a count with a leading zero", "\x80\x00"),
    ROW(ENG_E_VARINT, "a count of 65 bits", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
    ROW(ENG_E_VARINT, "a count that does not end",
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
    ROW(ENG_E_TRUNCATED, "a count that breaks off", "\x80"),
    ROW(ENG_E_TRUNCATED, "no count", ""),
    ROW(ENG_E_FIELD, "a floor after 9999", "\x01\x80\xb8\xff\x90\xfd\xce\x39"),
    ROW(ENG_E_FIELD, "a floor of 64 bits",
        "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
    ROW(ENG_E_VARINT, "a floor with a leading zero", "\x01\x85\x00"),
    ROW(ENG_E_LIMIT, "a count beyond the limit of events",
        "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x00\x01\x02\x00\x02\x00"
        "\x00\x00"),
    ROW(ENG_E_COUNT, "more events than bytes",
        "\x80\x80\x80\x80\x01\x00\x01\x02\x00\x02\x00\x00\x00"),
    ROW(ENG_E_COUNT, "one event more than bytes",
        "\x06\x00\x01\x02\x00\x02\x00\x00\x00\x00\x04\x00"),
    ROW(ENG_E_COUNT, "a bomb of shapes", "\x02\x00\x80\x80\x80\x80\x01\x02\x00"),
    ROW(ENG_E_COUNT, "a bomb of shapes of 64 bits",
        "\x02\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02\x00"),
    ROW(ENG_E_FIELD, "no shapes", "\x02\x00\x00\x02\x00\x00\x00"),
    ROW(ENG_E_FIELD, "an unknown flag", "\x02\x10\x01\x02\x00\x02\x00\x00\x00"),
    ROW(ENG_E_CANONICAL, "one currency and many", "\x02\x03\xd2\x03\x01\x02\x00"),
    ROW(ENG_E_CANONICAL, "many currencies that are one",
        "\x02\x02\x01\xd2\x03\x01\x02\x10\x02\x00\x04\x00\x05\x00"),
    ROW(ENG_E_COUNT, "a bomb of currencies", "\x02\x02\xe7\x07\xd2\x03"),
    ROW(ENG_E_ORDER, "currencies in the wrong order",
        "\x02\x02\x02\xd2\x03\x88\x01\x02\x02\x10\x02\x90\x80\x80\x80\x80"
        "\x02\x02\x00\x00\x00"),
    ROW(ENG_E_FIELD, "no currency of that number",
        "\x02\x01\xe7\x03\x01\x02\x10\x02\x00\x14\x00\x05\x00"),
    ROW(ENG_E_TRUNCATED, "a currency that breaks off", "\x02\x01\xd2"),
    ROW(ENG_E_CANONICAL, "a currency that nothing uses",
        "\x02\x01\xd2\x03\x01\x02\x00\x02\x00\x14\x00"),
    ROW(ENG_E_CANONICAL, "own kinds that are none",
        "\x02\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
    ROW(ENG_E_COUNT, "a bomb of own kinds",
        "\x02\x04\x7f\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
        "\x80\x80\x80"),
    ROW(ENG_E_FIELD, "an own kind without the top bit",
        "\x02\x04\x01\x05\x00\x00\x00\x00\x00\x00\x00\x01\x80\x00\x02\x00"
        "\x00\x00"),
    ROW(ENG_E_VOCABULARY, "an own kind that the context lacks",
        "\x02\x04\x01\x05\x00\x00\x00\x00\x00\x00\x80\x01\x80\x00\x02\x00"
        "\x00\x00"),
    ROW(ENG_E_VOCABULARY, "an own channel that the context lacks",
        "\x02\x08\x01\x05\x00\x00\x00\x00\x00\x00\x80\x01\x02\x0f\x80\x02"
        "\x00\x00\x00"),
    ROW(ENG_E_COUNT, "a bomb of own channels",
        "\x02\x08\x7f\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
        "\x80\x80\x80"),
    ROW(ENG_OK, "an own kind",
        "\x02\x04\x01\x1b\xb5\x1b\x70\x03\x88\xc4\x85\x01\x80\x00\x02\x00"
        "\x00\x00"),
    ROW(ENG_OK, "an own channel",
        "\x02\x08\x01\xf5\x39\x5c\xb8\x68\x69\x27\x99\x01\x02\x0f\x80\x02"
        "\x00\x00\x00"),
    ROW(ENG_E_ORDER, "own kinds in the wrong order",
        "\x02\x04\x02\xf0\xdc\x99\x22\x30\x19\xc6\x9b\x1b\xb5\x1b\x70\x03"
        "\x88\xc4\x85\x01\x80\x00\x02\x00\x00\x00"),
    ROW(ENG_E_ORDER, "an own kind twice",
        "\x02\x04\x02\x1b\xb5\x1b\x70\x03\x88\xc4\x85\x1b\xb5\x1b\x70\x03"
        "\x88\xc4\x85\x01\x80\x00\x02\x00\x00\x00"),
    ROW(ENG_E_CANONICAL, "an own kind that nothing uses",
        "\x02\x04\x01\x1b\xb5\x1b\x70\x03\x88\xc4\x85\x01\x02\x00\x02\x00"
        "\x00\x00"),
    ROW(ENG_E_CANONICAL, "an own kind and no shapes",
        "\x02\x04\x01\x1b\xb5\x1b\x70\x03\x88\xc4\x85\x00\x00\x00\x00\x00"
        "\x00\x00\x00\x00\x00"),
    ROW(ENG_E_CANONICAL, "an own channel that nothing uses",
        "\x02\x08\x01\xf5\x39\x5c\xb8\x68\x69\x27\x99\x01\x02\x00\x02\x00"
        "\x00\x00"),
    ROW(ENG_E_ORDER, "shapes in the wrong order",
        "\x04\x00\x02\x03\x00\x02\x00\x02\x00\x00\x00\x01\x04\x00"),
    ROW(ENG_E_ORDER, "a shape twice",
        "\x04\x00\x02\x02\x00\x02\x00\x02\x00\x00\x00\x01\x04\x00"),
    ROW(ENG_E_CANONICAL, "a shape that nothing uses",
        "\x02\x00\x02\x02\x00\x03\x00\x02\x00\x00\x00"),
    ROW(ENG_E_FIELD, "no kind", "\x02\x00\x01\x00\x00\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "an own kind that is not listed",
        "\x02\x00\x01\x80\x00\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "an own channel that is not listed",
        "\x02\x00\x01\x02\x0f\x80\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a channel written the long way",
        "\x02\x00\x01\x02\x0f\x05\x02\x00\x14\x00"),
    ROW(ENG_E_TRUNCATED, "a channel that breaks off", "\x02\x00\x01\x02\x0f"),
    ROW(ENG_E_FIELD, "a field that nobody knows",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x80\x80\x10\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a field beyond 64 bits of key",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x02\x00"
        "\x14\x00"),
    ROW(ENG_E_FIELD, "a width of amounts that is none",
        "\x02\x01\xd2\x03\x01\x02\x50\x02\x00\x14\x00\x00\x00\x00\x00\x00"
        "\x00\x00\x00"),
    ROW(ENG_E_FIELD, "an amount without currency",
        "\x02\x00\x01\x02\x10\x02\x00\x14\x00\x05\x00"),
    ROW(ENG_E_FIELD, "a currency without amount",
        "\x02\x02\x02\x88\x01\xd2\x03\x01\x02\x80\x80\x80\x80\x80\x02\x02"
        "\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a currency that is not listed",
        "\x02\x01\xd2\x03\x01\x02\x90\x80\x80\x80\x80\x02\x02\x00\x14\x00"
        "\x05\x00"),
    ROW(ENG_E_FIELD, "the sign of no amount",
        "\x02\x00\x01\x02\x80\x08\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a width of values that is none",
        "\x02\x00\x01\x02\x80\x05\x02\x00\x14\x00\x00\x00\x00\x00\x00\x00"
        "\x00\x00"),
    ROW(ENG_E_FIELD, "the sign of no value",
        "\x02\x00\x01\x02\x80\x80\x40\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a width of recorded_at that is none",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x05\x02\x00\x14\x00\x00\x00\x00"
        "\x00\x00\x00\x00\x00"),
    ROW(ENG_E_FIELD, "the sign of no difference",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x09\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "the sign of no recorded_at",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x08\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a scale that nobody knows",
        "\x02\x00\x01\x02\x80\x80\x80\x06\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a valence above 2",
        "\x02\x00\x01\x02\x80\x80\x30\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a width of occurrences that is none",
        "\x02\x00\x01\x02\x80\x80\x80\x80\xc0\x01\x02\x00\x14\x00\x00\x00"
        "\x00\x00\x00\x00\x00\x00"),
    ROW(ENG_E_FIELD, "a revision without id",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x10\x02\x00\x14\x00\x01"),
    ROW(ENG_E_FIELD, "an occurrence with an id",
        "\x02\x00\x01\x02\x80\x90\x80\x80\x40\x02\x00\x14\x00\x05\x00\x00"
        "\x00\x00\x00\x00\x00\x01"),
    ROW(ENG_E_FIELD, "a shape that is not listed",
        "\x02\x00\x01\x02\x00\x02\x01\x00\x00"),
    ROW(ENG_E_VARINT, "a gap in more bytes than it needs",
        "\x02\x00\x01\x02\x00\x02\x00\x15\x00\x00"),
    ROW(ENG_E_VARINT, "a gap in five bytes that fits four",
        "\x02\x00\x01\x02\x00\x02\x00\x03\x00\x00\x80\x00"),
    ROW(ENG_E_VARINT, "a wide gap that is not",
        "\x02\x00\x01\x02\x80\x20\x02\x00\xff\xff\xff\xff\x3f\x00\x00\x00"),
    ROW(ENG_E_FIELD, "a gap beyond all times",
        "\x02\x00\x01\x02\x80\x20\x02\x00\x00\xdc\x1f\xd2\x77\xe6\x00\x00"),
    ROW(ENG_E_FIELD, "a gap of 64 bits",
        "\x02\x00\x01\x02\x80\x20\x02\x00\xff\xff\xff\xff\xff\xff\xff\xff"),
    ROW(ENG_E_CANONICAL, "a first gap of a day",
        "\x02\x00\x01\x02\x00\x02\x00\x02\x70\x99\x14"),
    ROW(ENG_OK, "a first gap of a day less a millisecond",
        "\x02\x00\x01\x02\x00\x02\x00\xfe\x6f\x99\x14"),
    ROW(ENG_E_CANONICAL, "a wide first gap",
        "\x02\x00\x01\x02\x80\x20\x02\x00\x00\x00\x00\x00\x40\x00\x00\x00"),
    ROW(ENG_E_FIELD, "a day before 1970",
        "\x02\x00\x01\x02\x00\xad\x9d\x02\x00\x14\x00"),
    ROW(ENG_OK, "the first day of 1970",
        "\x02\x00\x01\x02\x00\xab\x9d\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a day after 9999",
        "\x02\x00\x01\x02\x00\x96\xe5\xe3\x02\x00\x14\x00"),
    ROW(ENG_OK, "the last day of 9999",
        "\x02\x00\x01\x02\x00\x94\xe5\xe3\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "a day of 64 bits",
        "\x02\x00\x01\x02\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"
        "\x00\x00"),
    ROW(ENG_E_FIELD, "an event after 9999",
        "\x04\x00\x01\x02\x00\x94\xe5\xe3\x02\x00\x00\x00\x00\x02\x70\x99"
        "\x14"),
    ROW(ENG_E_FIELD, "an event at the floor",
        "\x03\x05\x00\x01\x02\x00\xab\x9d\x02\x00\x14\x00"),
    ROW(ENG_OK, "an event above the floor",
        "\x03\x05\x00\x01\x02\x00\xab\x9d\x02\x00\x18\x00"),
    ROW(ENG_E_ORDER, "an event twice",
        "\x04\x00\x01\x02\x00\x02\x00\x14\x00\x00\x00\x00"),
    ROW(ENG_E_ORDER, "kinds of one time in the wrong order",
        "\x04\x00\x02\x02\x00\x03\x00\x02\x01\x14\x00\x00\x00\x00"),
    ROW(ENG_OK, "kinds of one time in order",
        "\x04\x00\x02\x02\x00\x03\x00\x02\x00\x14\x00\x01\x00\x00"),
    ROW(ENG_E_ORDER, "ids of one time in the wrong order",
        "\x04\x00\x01\x02\x80\x10\x02\x00\x14\x00\x02\x00\x00\x00\x00\x00"
        "\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"),
    ROW(ENG_E_CANONICAL, "an id twice",
        "\x04\x00\x01\x02\x80\x10\x02\x00\x14\x00\x02\x00\x00\x00\x00\x00"
        "\x00\x00\x00\x04\x00\x02\x00\x00\x00\x00\x00\x00\x00"),
    ROW(ENG_E_CANONICAL, "an id twice among others",
        "\x08\x00\x01\x02\x80\x10\x02\x00\x14\x00\x02\x00\x00\x00\x00\x00"
        "\x00\x00\x00\x04\x00\x09\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00"
        "\x01\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x09\x00\x00\x00\x00"
        "\x00\x00\x00"),
    ROW(ENG_E_CANONICAL, "an amount in more bytes than it needs",
        "\x02\x01\xd2\x03\x01\x02\x20\x02\x00\x14\x00\x05\x00\x00"),
    ROW(ENG_E_CANONICAL, "minus nothing",
        "\x02\x01\xd2\x03\x01\x02\x90\x08\x02\x00\x14\x00\x00\x00"),
    ROW(ENG_E_FIELD, "an amount beyond 63 bits",
        "\x02\x01\xd2\x03\x01\x02\x40\x02\x00\x14\x00\x00\x00\x00\x00\x00"
        "\x00\x00\x80"),
    ROW(ENG_OK, "the greatest amount",
        "\x02\x01\xd2\x03\x01\x02\x40\x02\x00\x14\x00\xff\xff\xff\xff\xff"
        "\xff\xff\x7f"),
    ROW(ENG_E_FIELD, "a value beyond 63 bits",
        "\x02\x00\x01\x02\x80\x84\x40\x02\x00\x14\x00\x00\x00\x00\x00\x00"
        "\x00\x00\x80"),
    ROW(ENG_E_CANONICAL, "a value in more bytes than it needs",
        "\x02\x00\x01\x02\x80\x02\x02\x00\x14\x00\xff\x00"),
    ROW(ENG_E_CANONICAL, "an actor in more bytes than it needs",
        "\x02\x00\x01\x02\x80\x80\x80\x20\x02\x00\x14\x00\xff\x00"),
    ROW(ENG_E_CANONICAL, "a revision that is none",
        "\x02\x00\x01\x02\x80\x90\x80\x80\x10\x02\x00\x14\x00\x01\x00\x00"
        "\x00\x00\x00\x00\x00\x00"),
    ROW(ENG_E_CANONICAL, "an occurrence that is none",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x40\x02\x00\x14\x00\x00"),
    ROW(ENG_E_CANONICAL, "a difference that is none",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x02\x02\x00\x14\x00\x00\x00"),
    ROW(ENG_OK, "recorded when it happened",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x01\x02\x00\x14\x00"),
    ROW(ENG_E_FIELD, "recorded before 1970",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x0a\xab\x9d\x02\x00\x14\x00\x06"
        "\x00"),
    ROW(ENG_E_FIELD, "recorded after 9999",
        "\x02\x00\x01\x02\x80\x80\x80\x80\x04\x02\x00\x14\x00\xff\xff\xff"
        "\xff\xff\xff"),
    ROW(ENG_E_CANONICAL, "an extension of no bytes",
        "\x02\x00\x01\x02\x80\x80\x80\x40\x02\x00\x14\x00\x00\x00"),
    ROW(ENG_E_TRUNCATED, "an extension that breaks off",
        "\x02\x00\x01\x02\x80\x80\x80\x40\x02\x00\x14\x00\x05\x00\x61\x62"
        "\x63"),
    ROW(ENG_E_TRUNCATED, "the size of an extension that breaks off",
        "\x02\x00\x01\x02\x80\x80\x80\x40\x02\x00\x14\x00\x05"),
    ROW(ENG_E_TRUNCATED, "a body that breaks off",
        "\x02\x00\x01\x02\x80\x10\x02\x00\x14\x00\x31\x32\x33\x34\x35\x36"
        "\x37"),
    ROW(ENG_E_TRUNCATED, "a gap that breaks off",
        "\x02\x00\x01\x02\x80\x10\x02\x00\x03\x00\x00"),
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof rows[0], ROOM = 4096 };

/* A blob around what stands between format and checksum. */
static size_t whole(const void *middle, size_t size, uint8_t *out)
{
  memcpy(out, "ET\1", 3);
  memcpy(out + 3, middle, size);
  mend(out, size + 7);
  return size + 7;
}

START_TEST(each_defect_has_its_status)
{
  uint8_t bytes[ROOM];

  for (int i = 0; i < ROWS; i++) {
    eng_status status = decode(bytes, whole(rows[i].bytes, rows[i].size, bytes));

    ck_assert_msg(status == rows[i].status, "%s: %d, not %d", rows[i].what, (int)status,
                  (int)rows[i].status);
  }
}
END_TEST

START_TEST(lists_and_extensions_end_where_they_must)
{
  uint8_t bytes[ROOM] = {0}, middle[ROOM] = {0};

  /* One event of one currency or one own kind, and lists that are too long. */
  memcpy(middle, "\2\2\xe8\7", 4);
  ck_assert_int_eq(decode(bytes, whole(middle, 2048, bytes)), ENG_E_COUNT);
  memcpy(middle, "\2\4\x81\1", 4);
  ck_assert_int_eq(decode(bytes, whole(middle, 2048, bytes)), ENG_E_COUNT);
  /* A visit with an extension of 1024 bytes, and one of 1025. */
  memcpy(middle, "\2\0\1\2\x80\x80\x80\x40\2\0\x14\0\0\4", 14);
  ck_assert_int_eq(decode(bytes, whole(middle, 14 + 1024, bytes)), ENG_OK);
  middle[12] = 1;
  ck_assert_int_eq(decode(bytes, whole(middle, 14 + 1025, bytes)), ENG_E_LIMIT);
}
END_TEST

START_TEST(magic_version_and_size_come_first)
{
  ck_assert_int_eq(decode(NULL, 0), ENG_E_TRUNCATED);
  ck_assert_int_eq(decode((const uint8_t *)"ET", 2), ENG_E_TRUNCATED);
  ck_assert_int_eq(decode((const uint8_t *)"PK\3\4", 4), ENG_E_MAGIC);
  ck_assert_int_eq(decode((const uint8_t *)"EB\1", 3), ENG_E_MAGIC);
  ck_assert_int_eq(decode((const uint8_t *)"ET\0", 3), ENG_E_VERSION);
  ck_assert_int_eq(decode((const uint8_t *)"ET\2", 3), ENG_E_VERSION);
  ck_assert_int_eq(decode((const uint8_t *)"ET\xff", 3), ENG_E_VERSION);
  ck_assert_int_eq(decode((const uint8_t *)"ET\1\0\0\0", 6), ENG_E_TRUNCATED);
  ck_assert_int_eq(decode((const uint8_t *)"ET\1\0\0\0\0\0", 8), ENG_E_CHECKSUM);
}
END_TEST

START_TEST(arguments_are_looked_at_before_bytes)
{
  const uint8_t bytes[8] = "ET\1";
  const struct {
    const eng_context *context;
    const char *id;
    size_t length;
    const uint8_t *bytes;
    eng_status status;
  } calls[] = {{context, "a", 1, NULL, ENG_E_INVALID},
               {NULL, "a", 1, bytes, ENG_E_INVALID},
               {context, NULL, 1, bytes, ENG_E_INVALID},
               {context, "a", 0, bytes, ENG_E_CUSTOMER},
               {context, "a", 256, bytes, ENG_E_CUSTOMER},
               {context, "a", 1, bytes, ENG_E_CHECKSUM}};
  eng_customer *customer = NULL;
  eng_error error;

  eng_error_init(&error, sizeof error);
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    ck_assert_int_eq(eng_customer_decode(calls[i].context, calls[i].id, calls[i].length,
                                         calls[i].bytes, 8, &customer, &error),
                     calls[i].status);
    ck_assert_int_eq(error.code, calls[i].status);
    ck_assert_str_eq(error.text, eng_status_text(calls[i].status));
    ck_assert_int_eq(eng_customer_decode(calls[i].context, calls[i].id, calls[i].length,
                                         calls[i].bytes, 8, &customer, NULL),
                     calls[i].status);
    ck_assert_ptr_null(customer);
  }
  ck_assert_int_eq(eng_customer_decode(context, "a", 1, bytes, 8, NULL, &error),
                   ENG_E_INVALID);
  ck_assert_int_eq(error.code, ENG_E_INVALID);
}
END_TEST

START_TEST(an_error_says_also_that_there_is_no_memory)
{
  eng_customer *customer = customer_of(context);
  struct bytes bytes;
  eng_error error;
  eng_status status = ENG_E_NOMEM;

  record(customer, event_of(context, ENG_EVENT_VISIT, DAY));
  bytes = encoded(customer);
  eng_customer_free(customer);
  eng_error_init(&error, sizeof error);
  for (uint64_t n = 1; status != ENG_OK; n++) {
    host_reset(&host);
    host.fail_at = n;
    status =
        eng_customer_decode(context, "a", 1, bytes.at, bytes.size, &customer, &error);
    ck_assert_int_eq(error.code, status);
    ck_assert(status == ENG_OK || status == ENG_E_NOMEM);
  }
  host_reset(&host);
  eng_customer_free(customer);
  free(bytes.at);
}
END_TEST

/* ---- damage ---- */

/* Blobs of several sorts. */
enum { SORTS = 5 };

static struct bytes sort(int which)
{
  static const int64_t counts[SORTS] = {0, 1, 12, 60, 2200};
  eng_customer *customer = customer_of(context);
  struct bytes bytes;

  for (int64_t n = 0; n < counts[which]; n++) {
    eng_event *event =
        event_of(context, n % 5 == 4 ? 130 : 1 + (int32_t)(n % 4),
                 1000 + n * n * (which == 3 ? INT64_C(60000000000) : 997));

    if (n % 3 == 0) ck_ok(eng_event_set_id(event, (uint64_t)n << 40 | 7));
    if (n % 3 == 0) ck_ok(eng_event_set_revision(event, (uint32_t)n * 100));
    if (n % 7 == 1 && n % 3 != 0) ck_ok(eng_event_set_occurrence(event, 300));
    if (n % 4 == 2)
      ck_ok(eng_event_set_amount(event, 1000 - n * 1000, n % 8 == 2 ? 978 : 392));
    if (n % 5 == 3) ck_ok(eng_event_set_value(event, -n * n));
    if (n % 6 == 5) ck_ok(eng_event_set_recorded_at(event, n));
    ck_ok(eng_event_set_channel(event, n % 10 == 9 ? 255 : (int32_t)(n % 12)));
    ck_ok(eng_event_set_actor(event, n % 2 == 0, (uint32_t)n * 20));
    ck_ok(eng_event_set_topic(event, n % 9 == 0, 5));
    ck_assert_int_eq(record(customer, event), ENG_RECORD_ADDED);
  }
  if (which % 2 == 0) ck_ok(eng_customer_expire(customer, 999));
  bytes = encoded(customer);
  eng_customer_free(customer);
  return bytes;
}

START_TEST(no_part_of_a_blob_is_a_blob)
{
  struct bytes bytes = sort(_i);
  uint8_t *part = malloc(bytes.size);
  size_t step = (bytes.size < 4000 ? 1 : 37) * (1 + (size_t)stride() / 4);

  for (size_t n = 0; n < bytes.size; n += step) {
    ck_assert_int_eq(decode(bytes.at, n), n < 7 ? ENG_E_TRUNCATED : ENG_E_CHECKSUM);
    if (n < 7) continue;
    memcpy(part, bytes.at, n);
    mend(part, n);
    ck_assert_int_ne(decode(part, n), ENG_OK);
  }
  ck_ok(decode(bytes.at, bytes.size));
  free(part);
  free(bytes.at);
}
END_TEST

START_TEST(no_bit_can_be_flipped_unseen)
{
  struct bytes bytes = sort(_i);
  size_t step = (bytes.size < 4000 ? 1 : 1009) * (1 + (size_t)stride() / 4);

  for (size_t bit = 0; bit < 8 * bytes.size; bit += step) {
    eng_status expected = bit < 16   ? ENG_E_MAGIC
                          : bit < 24 ? ENG_E_VERSION
                                     : ENG_E_CHECKSUM;

    bytes.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
    ck_assert_int_eq(decode(bytes.at, bytes.size), expected);
    bytes.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
  free(bytes.at);
}
END_TEST

START_TEST(with_the_checksum_mended_damage_is_refused_or_canonical)
{
  struct bytes bytes = sort(_i);
  size_t step = (bytes.size < 4000 ? 1 : 1009) * (1 + (size_t)stride() / 4);
  uint8_t *damaged = malloc(bytes.size);

  for (size_t bit = 24; bit < 8 * (bytes.size - 4); bit += step) {
    memcpy(damaged, bytes.at, bytes.size);
    damaged[bit / 8] ^= (uint8_t)(1 << bit % 8);
    mend(damaged, bytes.size);
    (void)decode(damaged, bytes.size);
  }
  free(damaged);
  free(bytes.at);
}
END_TEST

START_TEST(bytes_put_in_or_left_out_are_refused_or_canonical)
{
  struct bytes bytes = sort(2);
  uint8_t *other = malloc(bytes.size + 1);

  for (size_t at = 3; at < bytes.size - 4; at++) {
    memcpy(other, bytes.at, at);
    memcpy(other + at, bytes.at + at + 1, bytes.size - at - 1);
    mend(other, bytes.size - 1);
    (void)decode(other, bytes.size - 1);
    for (int value = 0; value < 256; value += 51) {
      memcpy(other, bytes.at, at);
      other[at] = (uint8_t)value;
      memcpy(other + at + 1, bytes.at + at, bytes.size - at);
      mend(other, bytes.size + 1);
      (void)decode(other, bytes.size + 1);
    }
  }
  free(other);
  free(bytes.at);
}
END_TEST

/* ---- limits ---- */

START_TEST(limits_hold_for_bytes_too)
{
  struct bytes bytes = sort(2);
  eng_customer *customer;

  for (int i = 0; i < 2; i++) {
    eng_settings *settings;
    eng_context *small;

    ck_ok(eng_settings_new(NULL, &settings));
    ck_ok(eng_settings_set_limit(settings, i == 0 ? ENG_LIMIT_BLOB : ENG_LIMIT_EVENTS,
                                 i == 0 ? bytes.size - 1 : 11));
    ck_ok(eng_settings_add_kind(settings, 255, "own_kind", 8, 1, 1, 1));
    ck_ok(eng_settings_add_channel(settings, 200, "market_stall", 12));
    ck_ok(eng_context_new(settings, &small));
    ck_assert_int_eq(
        eng_customer_decode(small, "a", 1, bytes.at, bytes.size, &customer, NULL),
        ENG_E_LIMIT);
    eng_context_free(small);
    eng_settings_free(settings);
  }
  free(bytes.at);
}
END_TEST

START_TEST(a_name_that_the_context_lacks_is_said_and_never_remapped)
{
  struct bytes bytes = sort(2);
  eng_customer *customer;
  eng_context *nameless;

  ck_ok(eng_context_new(NULL, &nameless));
  ck_assert_int_eq(
      eng_customer_decode(nameless, "a", 1, bytes.at, bytes.size, &customer, NULL),
      ENG_E_VOCABULARY);
  eng_context_free(nameless);
  free(bytes.at);
}
END_TEST

/* ---- what only bytes can hold ---- */

/* Events with long extensions, of every length: light, and over many blocks. */
START_TEST(extensions_are_kept_through_every_change)
{
  eng_customer *customer = customer_of(context), *copy, *both = customer_of(context);
  eng_event *event = event_of(context, ENG_EVENT_VISIT, 0);
  uint8_t more[ENG__EXTENSION_MAX];
  const int count = 400;

  memset(more, 0x3c, sizeof more);
  for (int n = 0; n < count; n++) {
    eng_customer *to = n % 3 == 0 ? both : customer;

    ck_ok(eng_event_reset(event, ENG_EVENT_VISIT, n * 7919 % count));
    if (n % 2 == 0) ck_ok(eng_event_set_id(event, (uint64_t)(n / 4)));
    event->fields.extension = more;
    event->fields.extension_size = 1 + (uint32_t)(n * 613 % ENG__EXTENSION_MAX);
    more[0] = (uint8_t)n;
    ck_ok(eng_customer_record(to, event, NULL));
    if (n % 50 == 49) {
      copy = copy_of(context, to);
      ck_assert(same_timeline(copy, to));
      eng_customer_free(copy);
    }
  }
  ck_ok(eng_customer_merge(both, customer));
  copy = customer_of(context);
  ck_ok(eng_customer_merge(copy, both));
  ck_assert(same_timeline(copy, both));
  for (int64_t floor = 0; floor < count; floor += 13) {
    ck_ok(eng_customer_expire(both, floor));
    ck_ok(eng_customer_expire(copy, floor));
    ck_assert(same_timeline(copy, both));
  }
  eng_event_free(event);
  eng_customer_free(customer);
  eng_customer_free(copy);
  eng_customer_free(both);
}
END_TEST

/* Short events around the longest ones, so that cuts have to fall beside them: no block
 * is ever longer than two of those. */
START_TEST(blocks_are_cut_beside_their_longest_events)
{
  eng_customer *customer = customer_of(context), *late = customer_of(context);
  eng_event *event = event_of(context, ENG_EVENT_VISIT, 0);
  uint8_t more[ENG__EXTENSION_MAX];
  const int count = 300;

  memset(more, 0x55, sizeof more);
  for (int n = 0; n < count; n++) {
    int which = _i == 0 ? n : (n * 7919 + _i) % count;

    ck_ok(eng_event_reset(event, ENG_EVENT_VISIT, which * 1000));
    event->fields.extension = more;
    event->fields.extension_size =
        which % 3 == _i % 3 ? ENG__EXTENSION_MAX : 1 + _i * 9;
    ck_ok(eng_customer_record(customer, event, NULL));
    ck_ok(eng_event_reset(event, ENG_EVENT_VISIT, (count - which) * 1000));
    ck_ok(eng_customer_record(late, event, NULL));
  }
  ck_assert_ptr_nonnull(customer->timeline.heavy);
  for (size_t i = 0; i < customer->timeline.heavy->node_count; i++) {
    const struct eng__node *node = customer->timeline.heavy->nodes[i];

    for (uint32_t j = 0; j < node->count; j++) {
      ck_assert_uint_le(node->blocks[j].run.size, 2 * ENG__EVENT_MAX);
    }
  }
  ck_ok(eng_customer_merge(late, customer));
  ck_assert(eng_customer_event_count(late) >= (uint64_t)count);
  eng_event_free(event);
  eng_customer_free(customer);
  eng_customer_free(late);
}
END_TEST

/* Where a code goes in an empty table. */
static uint32_t slot_alone(const uint64_t key[2], uint64_t code)
{
  eng_allocator memory = host_allocator(&host);
  struct eng__shapes shapes;
  uint32_t at = 0;

  eng__shapes_init(&shapes, key);
  ck_assert_uint_eq(eng__shapes_index(&shapes, &memory, code), 0);
  while (shapes.slots[at] == 0) at++;
  eng__shapes_release(&shapes, &memory);
  return at;
}

/* The most slots in a row that are taken once a table holds all codes. */
static uint32_t longest_row(const uint64_t key[2], const uint64_t *codes)
{
  eng_allocator memory = host_allocator(&host);
  struct eng__shapes shapes;
  uint32_t longest = 0, row = 0;

  eng__shapes_init(&shapes, key);
  for (unsigned i = 0; i < ENG__SHAPES_MAX; i++)
    ck_assert_uint_eq(eng__shapes_index(&shapes, &memory, codes[i]), i);
  for (unsigned i = 0; i < ENG__SHAPES_MAX; i++)
    ck_assert_uint_eq(eng__shapes_index(&shapes, &memory, codes[i]), i);
  ck_assert_uint_eq(eng__shapes_index(&shapes, &memory, 0), ENG__ESCAPE);
  for (uint32_t i = 0; i < 4 * shapes.room; i++) {
    row = shapes.slots[i] == 0 ? 0 : row + 1;
    longest = row > longest ? row : longest;
  }
  eng__shapes_release(&shapes, &memory);
  return longest;
}

START_TEST(shapes_chosen_to_meet_are_scattered_by_the_hosts_key)
{
  const uint64_t none[2] = {0, 0};
  uint64_t codes[ENG__SHAPES_MAX];
  unsigned n = 0;

  for (uint64_t code = 1; n < ENG__SHAPES_MAX; code++)
    if (slot_alone(none, code << 16 | 1) == 5) codes[n++] = code << 16 | 1;
  ck_assert_uint_gt(longest_row(none, codes), 200);
  for (uint64_t i = 1; i < 50; i++) {
    uint64_t key[2] = {eng__hash(&i, sizeof i), i};

    ck_assert_uint_lt(longest_row(key, codes), 100);
  }
}
END_TEST

Suite *hostile_suite(void)
{
  Suite *suite = suite_create("hostile");
  TCase *tests = tcase_create("hostile");

  tcase_set_timeout(tests, 600);
  tcase_add_checked_fixture(tests, open_host, close_host);
  tcase_add_test(tests, each_defect_has_its_status);
  tcase_add_test(tests, lists_and_extensions_end_where_they_must);
  tcase_add_test(tests, magic_version_and_size_come_first);
  tcase_add_test(tests, arguments_are_looked_at_before_bytes);
  tcase_add_test(tests, an_error_says_also_that_there_is_no_memory);
  tcase_add_loop_test(tests, no_part_of_a_blob_is_a_blob, 0, SORTS);
  tcase_add_loop_test(tests, no_bit_can_be_flipped_unseen, 0, SORTS);
  tcase_add_loop_test(tests, with_the_checksum_mended_damage_is_refused_or_canonical, 0,
                      SORTS);
  tcase_add_test(tests, bytes_put_in_or_left_out_are_refused_or_canonical);
  tcase_add_test(tests, limits_hold_for_bytes_too);
  tcase_add_test(tests, a_name_that_the_context_lacks_is_said_and_never_remapped);
  tcase_add_test(tests, extensions_are_kept_through_every_change);
  tcase_add_loop_test(tests, blocks_are_cut_beside_their_longest_events, 0, 60);
  tcase_add_test(tests, shapes_chosen_to_meet_are_scattered_by_the_hosts_key);
  suite_add_tcase(suite, tests);
  return suite;
}
