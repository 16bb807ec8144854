/* SPDX-License-Identifier: MIT
 *
 * support.c - see support.h.
 */
#include "unit/support.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

union head {
  size_t size;
  max_align_t align;
};

/* A plain memset before free() would be left out as a dead store. */
static void *(*const volatile overwrite)(void *, int, size_t) = memset;

/* What somebody did is not to be found in memory that is free. */
static bool is_wiped(const union head *block)
{
  const uint8_t *bytes = (const uint8_t *)(block + 1);

  return block->size == 0 ||
         (bytes[0] == 0 && memcmp(bytes, bytes + 1, block->size - 1) == 0);
}

static void release(struct host *host, union head *block)
{
  if (!is_wiped(block)) host->wrong++;
  host->live -= block->size;
  host->blocks--;
  (void)overwrite(block, 0xa5, sizeof *block + block->size);
  free(block);
}

static void *resize(void *user, void *old, size_t old_size, size_t new_size)
{
  struct host *host = user;
  union head *block = old == NULL ? NULL : (union head *)old - 1;
  union head *larger;

  if ((block == NULL ? 0 : block->size) != old_size) host->wrong++;
  if (new_size == 0) {
    if (block != NULL) release(host, block);
    return NULL;
  }
  host->requests++;
  host->asked += new_size;
  if (host->fail_at != 0 && (host->requests == host->fail_at ||
                             (host->for_ever && host->requests > host->fail_at))) {
    host->failures++;
    return NULL;
  }
  larger = malloc(sizeof *larger + new_size);
  if (larger == NULL) return NULL;
  larger->size = new_size;
  memset(larger + 1, 0x5a, new_size);
  host->live += new_size;
  host->blocks++;
  if (host->live > host->peak) host->peak = host->live;
  if (block != NULL) {
    memcpy(larger + 1, old, old_size < new_size ? old_size : new_size);
    release(host, block);
  }
  return larger + 1;
}

eng_allocator host_allocator(struct host *host)
{
  return (eng_allocator){sizeof(eng_allocator), 0, host, resize};
}

void host_fails_after(struct host *host, uint64_t met)
{
  host->requests = 0;
  host->fail_at = met + 1;
  host->for_ever = true;
}

void host_reset(struct host *host)
{
  host->requests = host->fail_at = host->failures = host->asked = 0;
  host->for_ever = false;
  host->peak = host->live;
}

/* ---- objects ---- */

eng_context *context_in(struct host *host)
{
  eng_settings *settings;
  eng_context *context;
  eng_allocator memory;

  if (host != NULL) memory = host_allocator(host);
  ck_ok(eng_settings_new(host == NULL ? NULL : &memory, &settings));
  ck_ok(eng_settings_add_kind(settings, 130, "own_kind", 8, ENG_DIRECTION_CUSTOMER,
                              ENG_MODE_CONTENT, 1));
  ck_ok(eng_settings_add_kind(settings, 200, "another", 7, ENG_DIRECTION_COMPANY,
                              ENG_MODE_COMPANY, 0));
  ck_ok(eng_settings_add_channel(settings, 128, "kiosk", 5));
  ck_ok(eng_settings_add_channel(settings, 255, "market_stall", 12));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

eng_context *plain_context(void) { return context_in(NULL); }

eng_settings *euro_settings(struct host *host)
{
  eng_settings *settings;
  eng_allocator memory;

  if (host != NULL) memory = host_allocator(host);
  ck_ok(eng_settings_new(host == NULL ? NULL : &memory, &settings));
  ck_ok(eng_settings_set_currency(settings, 978));
  return settings;
}

eng_context *euro_context(struct host *host)
{
  eng_settings *settings = euro_settings(host);
  eng_context *context;

  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  return context;
}

eng_model *model_of(const eng_context *context, const char *text)
{
  eng_model *model;
  eng_error error;

  eng_error_init(&error, sizeof error);
  ck_assert_msg(eng_model_parse(context, text, strlen(text), &model, &error) == ENG_OK,
                "%u:%u: %s\n%s", error.line, error.column, error.text, text);
  return model;
}

eng_customer *customer_of(const eng_context *context)
{
  eng_customer *customer;

  ck_ok(eng_customer_new(context, "ada", 3, &customer));
  return customer;
}

eng_event *event_of(const eng_context *context, int32_t kind, int64_t at)
{
  eng_event *event;

  ck_ok(eng_event_new(context, kind, at, &event));
  return event;
}

int32_t record(eng_customer *customer, eng_event *event)
{
  int32_t outcome;

  ck_ok(eng_customer_record(customer, event, &outcome));
  eng_event_free(event);
  return outcome;
}

struct bytes encoded(const eng_customer *customer)
{
  struct bytes bytes = {NULL, 0};
  size_t size;
  eng_status status = eng_customer_encode(customer, NULL, 0, &size);

  if (status != ENG_E_BUFFER) ck_abort_msg("encode says %d", status);
  bytes.at = malloc(size);
  if (bytes.at == NULL ||
      eng_customer_encode(customer, bytes.at, size, &bytes.size) != 0 ||
      bytes.size != size)
    ck_abort_msg("encode differs from its size");
  return bytes;
}

bool same_bytes(struct bytes a, struct bytes b)
{
  return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

bool same_timeline(const eng_customer *a, const eng_customer *b)
{
  struct bytes x = encoded(a), y = encoded(b);
  uint8_t p[ENG_DIGEST_SIZE], q[ENG_DIGEST_SIZE];
  bool bytes = same_bytes(x, y), digests;

  if (eng_customer_digest(a, p) != ENG_OK || eng_customer_digest(b, q) != ENG_OK)
    ck_abort_msg("digest fails");
  digests = memcmp(p, q, sizeof p) == 0;
  if (bytes != digests) ck_abort_msg("bytes and digests disagree");
  free(x.at);
  free(y.at);
  return bytes;
}

eng_customer *decoded(const eng_context *context, const uint8_t *bytes, size_t size)
{
  eng_customer *customer;
  eng_status status =
      eng_customer_decode(context, "ada", 3, bytes, size, &customer, NULL);

  if (status != ENG_OK) ck_abort_msg("decode says %d", status);
  return customer;
}

eng_customer *copy_of(const eng_context *context, const eng_customer *customer)
{
  struct bytes bytes = encoded(customer);
  eng_customer *copy = decoded(context, bytes.at, bytes.size);

  free(bytes.at);
  return copy;
}

uint64_t stride(void)
{
  const char *cases = getenv("CASES");
  long percent = cases == NULL ? 100 : strtol(cases, NULL, 10);

  return percent >= 100 ? 1 : percent < 1 ? 100 : 100 / (uint64_t)percent;
}

/* ---- by way of text ---- */

struct exported {
  char *text;
  size_t length, room;
  eng_customer *customer;
  int64_t floor;
};

static eng_status add_text(void *user, const char *bytes, size_t length)
{
  struct exported *out = user;

  if (length == 0) return ENG_OK; /* JSON Lines have no header */
  if (out->length + length > out->room) {
    out->room = 2 * (out->length + length);
    out->text = realloc(out->text, out->room);
    if (out->text == NULL) return ENG_E_NOMEM;
  }
  memcpy(out->text + out->length, bytes, length);
  out->length += length;
  return ENG_OK;
}

static eng_status take_event(void *user, const char *customer, size_t length,
                             const eng_event *event, int32_t numbered, uint64_t line)
{
  struct exported *out = user;

  (void)customer, (void)length, (void)numbered, (void)line;
  return eng_customer_record(out->customer, event, NULL);
}

static eng_status take_floor(void *user, const char *customer, size_t length,
                             int64_t floor, uint64_t line)
{
  struct exported *out = user;

  (void)customer, (void)length, (void)line;
  out->floor = floor;
  return ENG_OK;
}

/* No bad row is allowed: without a callback for them the first one ends it. */
static eng_status read_csv(const eng_context *context, struct exported *out)
{
  eng_csv *csv;
  eng_status status = eng_csv_new(context, take_event, NULL, out, &csv);

  if (status == ENG_OK) status = eng_csv_set_on_floor(csv, take_floor);
  if (status == ENG_OK) status = eng_csv_feed(csv, out->text, out->length);
  if (status == ENG_OK) status = eng_csv_finish(csv);
  eng_csv_free(csv);
  return status;
}

static eng_status read_jsonl(const eng_context *context, struct exported *out)
{
  eng_jsonl *jsonl;
  eng_status status = eng_jsonl_new(context, take_event, NULL, out, &jsonl);

  if (status == ENG_OK) status = eng_jsonl_set_on_floor(jsonl, take_floor);
  if (status == ENG_OK) status = eng_jsonl_feed(jsonl, out->text, out->length);
  if (status == ENG_OK) status = eng_jsonl_finish(jsonl);
  eng_jsonl_free(jsonl);
  return status;
}

eng_customer *copy_by_text(const eng_context *context, const eng_customer *customer,
                           int32_t form)
{
  struct exported out = {NULL, 0, 0, NULL, ENG_TIME_NONE};
  char header[512];
  size_t size;
  const char *id = eng_customer_id(customer, &size);

  if (eng_customer_new(context, id, size, &out.customer) != ENG_OK ||
      eng_export_header(form, header, sizeof header, &size) != ENG_OK ||
      add_text(&out, header, size) != ENG_OK ||
      eng_export_customer(customer, form, add_text, &out) != ENG_OK ||
      (form == ENG_EXPORT_CSV ? read_csv : read_jsonl)(context, &out) != ENG_OK) {
    ck_abort_msg("what was exported is not read");
  }
  if (out.floor != ENG_TIME_NONE) ck_ok(eng_customer_expire(out.customer, out.floor));
  free(out.text);
  return out.customer;
}
