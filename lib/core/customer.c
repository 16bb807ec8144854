/* SPDX-License-Identifier: MIT */
/*
 * customer.c - the public face of one timeline, and walking over its events.
 */
#include "core/customer.h"

#include "core/blob.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/status.h"

/* ---- memory of its own ---- */

static uint8_t *take_own(struct eng__home *home, uint32_t size, bool exact,
                         uint32_t *capacity)
{
  uint32_t room = exact ? size : size + size / 2 + 16;
  uint8_t *bytes = eng__new(home->pen.memory, (size_t)room + ENG__SLACK);

  if (bytes == NULL) return NULL;
  memset(bytes + room, 0, ENG__SLACK);
  *capacity = room;
  return bytes;
}

static void give_own(struct eng__home *home, uint8_t *bytes, uint32_t capacity)
{
  eng__free(home->pen.memory, bytes, (size_t)capacity + ENG__SLACK);
}

/* ---- life ---- */

eng_status eng__customer_new(const eng_context *context, const eng_allocator *memory,
                             const char *id, size_t length, eng_customer **out)
{
  eng_customer *customer = eng__new_zeroed(memory, sizeof *customer);

  *out = NULL;
  if (customer == NULL) return ENG_E_NOMEM;
  customer->id = eng__new(memory, length);
  if (customer->id == NULL) {
    eng__free(memory, customer, sizeof *customer);
    return ENG_E_NOMEM;
  }
  memcpy(customer->id, id, length);
  customer->id_length = length;
  customer->home.pen.context = context;
  customer->home.pen.memory = memory;
  customer->home.pen.shapes = &customer->shapes;
  customer->home.take = take_own;
  customer->home.give = give_own;
  eng__shapes_init(&customer->shapes, context->settings.hash_key);
  eng__timeline_init(&customer->timeline);
  *out = customer;
  return ENG_OK;
}

eng_status eng_customer_new(const eng_context *context, const char *id, size_t length,
                            eng_customer **out)
{
  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL || id == NULL) return ENG_E_INVALID;
  if (!eng__customer_id_is_valid(context, length)) return ENG_E_CUSTOMER;
  return eng__customer_new(context, eng__memory(context), id, length, out);
}

void eng_customer_free(eng_customer *customer)
{
  const eng_allocator *memory;

  if (customer == NULL) return;
  memory = customer->home.pen.memory;
  eng__timeline_release(&customer->timeline, &customer->home);
  eng__shapes_release(&customer->shapes, memory);
  eng__free(memory, customer->id, customer->id_length);
  eng__free(memory, customer, sizeof *customer);
}

const char *eng_customer_id(const eng_customer *customer, size_t *length)
{
  if (length != NULL) *length = customer->id_length;
  return customer->id;
}

/* ---- changing ---- */

eng_status eng_customer_record(eng_customer *customer, const eng_event *event,
                               int32_t *outcome)
{
  int32_t what = 0;
  eng_status status;

  if (outcome != NULL) *outcome = 0;
  if (customer == NULL || event == NULL) return ENG_E_INVALID;
  if (event->context != customer->home.pen.context) return ENG_E_CONTEXT;
  status =
      eng__timeline_put(&customer->timeline, &customer->home, &event->fields, &what);
  if (status == ENG_OK && outcome != NULL) *outcome = what;
  return status;
}

eng_status eng_customer_merge(eng_customer *customer, const eng_customer *other)
{
  if (customer == NULL || other == NULL) return ENG_E_INVALID;
  if (customer->home.pen.context != other->home.pen.context) return ENG_E_CONTEXT;
  if (customer == other) return ENG_OK;
  return eng__timeline_merge(&customer->timeline, &customer->home, &other->timeline,
                             &other->shapes);
}

eng_status eng_customer_expire(eng_customer *customer, int64_t floor)
{
  if (customer == NULL) return ENG_E_INVALID;
  if (floor < 0 || floor > ENG_TIME_MAX) return ENG_E_TIME;
  return eng__timeline_expire(&customer->timeline, &customer->home, floor);
}

/* ---- reading ---- */

int64_t eng_customer_floor(const eng_customer *customer)
{
  return customer->timeline.floor;
}

uint64_t eng_customer_event_count(const eng_customer *customer)
{
  return eng__timeline_count(&customer->timeline);
}

eng_status eng_customer_encode(const eng_customer *customer, uint8_t *buffer,
                               size_t capacity, size_t *size)
{
  struct eng__sink sink = {buffer, 0, capacity};
  eng_status status;

  if (size != NULL) *size = 0;
  if (customer == NULL || size == NULL || (buffer == NULL && capacity > 0)) {
    return ENG_E_INVALID;
  }
  status = eng__blob_write(&customer->timeline, &customer->home.pen, &sink);
  if (status != ENG_OK) return status;
  *size = sink.size;
  return sink.size <= capacity ? ENG_OK : ENG_E_BUFFER;
}

eng_status eng_customer_decode(const eng_context *context, const char *id,
                               size_t length, const uint8_t *bytes, size_t size,
                               eng_customer **out, eng_error *error)
{
  eng_customer *customer;
  eng_status status;

  eng__error_clear(error);
  if (out == NULL) return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  *out = NULL;
  if (bytes == NULL) return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  status = eng_customer_new(context, id, length, &customer);
  if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  status = eng__blob_read(&customer->timeline, &customer->home, bytes, size, error);
  if (status != ENG_OK) {
    eng_customer_free(customer);
    return status;
  }
  *out = customer;
  return ENG_OK;
}

eng_status eng_customer_digest(const eng_customer *customer, uint8_t *digest)
{
  struct eng__sink sink = {NULL, 0, 0};
  const eng_allocator *memory;
  eng_status status;

  if (customer == NULL || digest == NULL) return ENG_E_INVALID;
  memory = customer->home.pen.memory;
  status = eng__blob_write(&customer->timeline, &customer->home.pen, &sink);
  if (status != ENG_OK) return status;
  sink.capacity = sink.size;
  sink.bytes = eng__new(memory, sink.capacity);
  if (sink.bytes == NULL) return ENG_E_NOMEM;
  sink.size = 0;
  status = eng__blob_write(&customer->timeline, &customer->home.pen, &sink);
  if (status == ENG_OK) eng__hash128(sink.bytes, sink.size, digest);
  eng__free(memory, sink.bytes, sink.capacity);
  return status;
}

/* ---- cursors ---- */

struct eng_event_cursor {
  const eng_customer *customer;
  struct eng__walk walk;
  eng_event event;
};

eng_status eng_event_cursor_new(const eng_customer *customer, eng_event_cursor **out)
{
  eng_event_cursor *cursor;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (customer == NULL) return ENG_E_INVALID;
  cursor = eng__new_zeroed(customer->home.pen.memory, sizeof *cursor);
  if (cursor == NULL) return ENG_E_NOMEM;
  cursor->customer = customer;
  cursor->event.context = customer->home.pen.context;
  eng__walk_begin(&customer->timeline, &customer->shapes, &cursor->walk);
  *out = cursor;
  return ENG_OK;
}

eng_status eng_event_cursor_next(eng_event_cursor *cursor, const eng_event **event)
{
  struct eng__step step;

  if (event == NULL) return ENG_E_INVALID;
  *event = NULL;
  if (cursor == NULL) return ENG_E_INVALID;
  if (!eng__walk_step(&cursor->walk, &step)) return ENG_OK;
  eng__step_event(&step, &cursor->event.fields);
  *event = &cursor->event;
  return ENG_OK;
}

void eng_event_cursor_free(eng_event_cursor *cursor)
{
  if (cursor == NULL) return;
  eng__free(cursor->customer->home.pen.memory, cursor, sizeof *cursor);
}
