/* SPDX-License-Identifier: MIT
 *
 * fuzz_blob.c - decodes any bytes. What is accepted is canonical, every getter can be
 * called, merging with itself and expiring keep it so, and text gives it back. The
 * fuzzing build leaves the checksum out of what is checked, and so does the comparison.
 */
#include <engagement.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
  if (!holds) abort();
}

static eng_context *make_context(void)
{
  eng_settings *settings;
  eng_context *context;

  must(eng_settings_new(NULL, &settings) == ENG_OK);
  must(eng_settings_add_kind(settings, 130, "own_kind", 8, 1, 1, 1) == ENG_OK);
  must(eng_settings_add_kind(settings, 200, "another", 7, 1, 1, 1) == ENG_OK);
  must(eng_settings_add_channel(settings, 128, "kiosk", 5) == ENG_OK);
  must(eng_settings_add_channel(settings, 255, "market_stall", 12) == ENG_OK);
  must(eng_context_new(settings, &context) == ENG_OK);
  eng_settings_free(settings);
  return context;
}

/* The middle of the times seen, to expire at. */
static int64_t walk(const eng_customer *customer)
{
  eng_event_cursor *cursor;
  const eng_event *event;
  uint64_t count = 0;
  int64_t first = 0, last = 0;

  must(eng_event_cursor_new(customer, &cursor) == ENG_OK);
  for (;; count++) {
    uint64_t id;
    int64_t number;
    int32_t currency;
    uint32_t word;

    must(eng_event_cursor_next(cursor, &event) == ENG_OK);
    if (event == NULL) break;
    must(eng_event_kind(event) >= 1 && eng_event_kind(event) <= 255);
    must(count == 0 || eng_event_occurred_at(event) >= last);
    last = eng_event_occurred_at(event);
    if (count == 0) first = last;
    must(last >= 0 && last <= ENG_TIME_MAX && last > eng_customer_floor(customer));
    must(eng_event_recorded_at(event) == ENG_TIME_NONE ||
         (eng_event_recorded_at(event) >= 0 &&
          eng_event_recorded_at(event) <= ENG_TIME_MAX));
    if (eng_event_id(event, &id))
      must(id == eng_event_effective_id(event));
    else
      must(eng_event_revision(event) == 0);
    (void)eng_event_effective_id(event);
    must(eng_event_occurrence(event) == 0 || !eng_event_id(event, NULL));
    if (eng_event_amount(event, &number, &currency))
      must(number > INT64_MIN && eng_currency_decimals(currency) >= 0);
    if (eng_event_value(event, &number)) must(number > INT64_MIN);
    must(eng_event_scale(event) <= ENG_SCALE_OTHER);
    must(eng_event_valence(event) == ENG_VALENCE_NONE ||
         (eng_event_valence(event) >= -2 && eng_event_valence(event) <= 2));
    must(eng_event_channel(event) >= 0 && eng_event_channel(event) <= 255);
    must((eng_event_is_incentivised(event) | eng_event_is_public(event)) <= 1);
    (void)eng_event_refers_to(event, &id);
    (void)eng_event_actor(event, &word);
    (void)eng_event_topic(event, &word);
  }
  eng_event_cursor_free(cursor);
  must(count == eng_customer_event_count(customer));
  return first + (last - first) / 2;
}

/* Its bytes; the caller frees them. */
static uint8_t *encode(const eng_customer *customer, size_t *size)
{
  uint8_t *bytes;

  must(eng_customer_encode(customer, NULL, 0, size) == ENG_E_BUFFER);
  bytes = malloc(*size);
  must(bytes != NULL);
  must(eng_customer_encode(customer, bytes, *size, size) == ENG_OK);
  return bytes;
}

/* ---- by way of text ---- */

struct text {
  char *bytes;
  size_t length;
  eng_customer *customer;
  int64_t floor;
};

static eng_status add_text(void *user, const char *bytes, size_t length)
{
  struct text *text = user;

  text->bytes = realloc(text->bytes, text->length + length);
  must(text->bytes != NULL);
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  return ENG_OK;
}

static eng_status take_event(void *user, const char *id, size_t length,
                             const eng_event *event, int32_t numbered, uint64_t line)
{
  struct text *text = user;

  (void)numbered, (void)line;
  must(length == 1 && id[0] == 'a');
  return eng_customer_record(text->customer, event, NULL);
}

static eng_status take_floor(void *user, const char *id, size_t length, int64_t floor,
                             uint64_t line)
{
  struct text *text = user;

  (void)line;
  must(length == 1 && id[0] == 'a');
  text->floor = floor;
  return ENG_OK;
}

/* What is exported and read again has the same bytes. */
static void check_export(const eng_context *context, const eng_customer *customer,
                         int32_t form)
{
  struct text text = {NULL, 0, NULL, ENG_TIME_NONE};
  char header[512];
  size_t size, again_size;
  uint8_t *bytes, *again;
  eng_csv *csv;
  eng_jsonl *jsonl;

  must(eng_customer_new(context, "a", 1, &text.customer) == ENG_OK);
  must(eng_export_header(form, header, sizeof header, &size) == ENG_OK);
  must(add_text(&text, header, size) == ENG_OK);
  must(eng_export_customer(customer, form, add_text, &text) == ENG_OK);
  must(eng_csv_new(context, take_event, NULL, &text, &csv) == ENG_OK);
  must(eng_csv_set_on_floor(csv, take_floor) == ENG_OK);
  must(eng_jsonl_new(context, take_event, NULL, &text, &jsonl) == ENG_OK);
  must(eng_jsonl_set_on_floor(jsonl, take_floor) == ENG_OK);
  if (form == ENG_EXPORT_CSV) {
    must(eng_csv_feed(csv, text.bytes, text.length) == ENG_OK);
    must(eng_csv_finish(csv) == ENG_OK);
  } else {
    must(eng_jsonl_feed(jsonl, text.bytes, text.length) == ENG_OK);
    must(eng_jsonl_finish(jsonl) == ENG_OK);
  }
  if (text.floor != ENG_TIME_NONE)
    must(eng_customer_expire(text.customer, text.floor) == ENG_OK);
  bytes = encode(customer, &size);
  again = encode(text.customer, &again_size);
  must(size == again_size && memcmp(bytes, again, size) == 0);
  free(bytes);
  free(again);
  free(text.bytes);
  eng_csv_free(csv);
  eng_jsonl_free(jsonl);
  eng_customer_free(text.customer);
}

static void check(const eng_context *context, eng_customer *customer,
                  const uint8_t *data, size_t size)
{
  eng_customer *other;
  uint8_t *bytes, *again;
  size_t length, length_again;

  bytes = encode(customer, &length);
  must(length == size && memcmp(bytes, data, size - 4) == 0);
  must(eng_customer_new(context, "b", 1, &other) == ENG_OK);
  must(eng_customer_merge(other, customer) == ENG_OK);
  must(eng_customer_merge(customer, other) == ENG_OK);
  must(eng_customer_merge(customer, customer) == ENG_OK);
  again = encode(customer, &length_again);
  must(length == length_again && memcmp(bytes, again, length) == 0);
  free(again);
  free(bytes);

  must(eng_customer_expire(customer, walk(customer)) == ENG_OK);
  (void)walk(customer);
  must(eng_customer_merge(other, customer) == ENG_OK);
  bytes = encode(customer, &length);
  again = encode(other, &length_again);
  must(length == length_again && memcmp(bytes, again, length) == 0);
  free(again);
  free(bytes);
  eng_customer_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_context *context = make_context();
  eng_customer *customer;
  eng_error error;
  eng_status status;

  eng_error_init(&error, sizeof error);
  status = eng_customer_decode(context, "a", 1, data, size, &customer, &error);
  must(error.code == status && error.offset <= size);
  if (status == ENG_OK) {
    (void)walk(customer);
    check_export(context, customer, ENG_EXPORT_JSONL);
    check_export(context, customer, ENG_EXPORT_CSV);
    check(context, customer, data, size);
    eng_customer_free(customer);
  } else {
    must(customer == NULL && status != ENG_E_INVALID && status != ENG_E_NOMEM);
  }
  eng_context_free(context);
  return 0;
}
