/* SPDX-License-Identifier: MIT */
/*
 * absent.c - the store where the library was built without SQLite: nothing can be
 * opened, and so nothing else can be asked either.
 */
#include <engagement/store.h>

#include "core/status.h"

eng_status eng_store_open(const eng_context *context, const eng_allocator *allocator,
                          const char *path, const eng_store_options *options,
                          eng_store **out, eng_error *error)
{
  (void)context;
  (void)allocator;
  (void)path;
  (void)options;
  if (out != NULL) *out = NULL;
  return eng__error_set(error, ENG_E_UNSUPPORTED, 0, 0, 0, NULL);
}

void eng_store_close(eng_store *store) { (void)store; }

int32_t eng_store_sqlite_code(const eng_store *store)
{
  (void)store;
  return 0;
}

eng_status eng_store_begin(eng_store *store)
{
  (void)store;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_commit(eng_store *store)
{
  (void)store;
  return ENG_E_UNSUPPORTED;
}

void eng_store_rollback(eng_store *store) { (void)store; }

eng_status eng_store_record(eng_store *store, const char *id, size_t length,
                            const eng_event *event, int32_t *outcome)
{
  (void)store;
  (void)id;
  (void)length;
  (void)event;
  if (outcome != NULL) *outcome = 0;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_record_many(eng_store *store, const eng_columns *columns,
                                 eng_load_counts *counts, eng_error *error)
{
  (void)store;
  (void)columns;
  (void)counts;
  return eng__error_set(error, ENG_E_UNSUPPORTED, 0, 0, 0, NULL);
}

eng_status eng_store_merge_customer(eng_store *store, const eng_customer *customer)
{
  (void)store;
  (void)customer;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_merge_book(eng_store *store, const eng_book *book,
                                eng_progress_fn progress, void *user)
{
  (void)store;
  (void)book;
  (void)progress;
  (void)user;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_next_key(eng_store *store, uint32_t after, uint32_t *number,
                              uint64_t *forgotten)
{
  (void)store;
  (void)after;
  if (number != NULL) *number = 0;
  if (forgotten != NULL) *forgotten = 0;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_set_key(eng_store *store, uint32_t number, const uint8_t *key)
{
  (void)store;
  (void)number;
  (void)key;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_expire(eng_store *store, int64_t floor, eng_progress_fn progress,
                            void *user)
{
  (void)store;
  (void)floor;
  (void)progress;
  (void)user;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_expire_customer(eng_store *store, const char *id, size_t length,
                                     int64_t floor)
{
  (void)store;
  (void)id;
  (void)length;
  (void)floor;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_floor(eng_store *store, int64_t *out)
{
  (void)store;
  if (out != NULL) *out = ENG_TIME_NONE;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_forget(eng_store *store, const char *id, size_t length,
                            int64_t now, int32_t *known)
{
  (void)store;
  (void)id;
  (void)length;
  (void)now;
  if (known != NULL) *known = 0;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_scrub(eng_store *store)
{
  (void)store;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_scrub_is_due(eng_store *store, int32_t *due)
{
  (void)store;
  if (due != NULL) *due = 1;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_link(eng_store *store, const char *a, size_t a_length,
                          const char *b, size_t b_length, int64_t changed_at,
                          int32_t *outcome)
{
  (void)store;
  (void)a;
  (void)a_length;
  (void)b;
  (void)b_length;
  (void)changed_at;
  if (outcome != NULL) *outcome = 0;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_unlink(eng_store *store, const char *a, size_t a_length,
                            const char *b, size_t b_length, int64_t changed_at,
                            int32_t *outcome)
{
  return eng_store_link(store, a, a_length, b, b_length, changed_at, outcome);
}

eng_status eng_store_links(eng_store *store, eng_book *book)
{
  (void)store;
  (void)book;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_customer_count(eng_store *store, uint64_t *out)
{
  (void)store;
  if (out != NULL) *out = 0;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_is_changed(eng_store *store, int32_t *changed)
{
  (void)store;
  if (changed != NULL) *changed = 0;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_customer(eng_store *store, const char *id, size_t length,
                              eng_customer **out, eng_error *error)
{
  (void)store;
  (void)id;
  (void)length;
  if (out != NULL) *out = NULL;
  return eng__error_set(error, ENG_E_UNSUPPORTED, 0, 0, 0, NULL);
}

eng_status eng_store_load(eng_store *store, eng_book *book, eng_progress_fn progress,
                          void *user, eng_error *error)
{
  (void)store;
  (void)book;
  (void)progress;
  (void)user;
  return eng__error_set(error, ENG_E_UNSUPPORTED, 0, 0, 0, NULL);
}

eng_status eng_store_cursor_new(eng_store *store, eng_store_cursor **out)
{
  (void)store;
  if (out != NULL) *out = NULL;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_store_cursor_next(eng_store_cursor *cursor,
                                 const eng_customer **customer, eng_error *error)
{
  (void)cursor;
  if (customer != NULL) *customer = NULL;
  return eng__error_set(error, ENG_E_UNSUPPORTED, 0, 0, 0, NULL);
}

eng_status eng_store_cursor_read(eng_store_cursor *cursor, uint64_t most,
                                 eng_book *book, uint64_t *count, eng_error *error)
{
  (void)cursor;
  (void)most;
  (void)book;
  if (count != NULL) *count = 0;
  return eng__error_set(error, ENG_E_UNSUPPORTED, 0, 0, 0, NULL);
}

void eng_store_cursor_free(eng_store_cursor *cursor) { (void)cursor; }

eng_status eng_store_check(eng_store *store, eng_progress_fn progress, void *user,
                           eng_store_report *report)
{
  (void)store;
  (void)progress;
  (void)user;
  (void)report;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_sync_new(eng_store *store, int32_t role, eng_sync **out)
{
  (void)store;
  (void)role;
  if (out != NULL) *out = NULL;
  return ENG_E_UNSUPPORTED;
}

eng_status eng_sync_next(eng_sync *sync, const uint8_t *message, size_t size,
                         const uint8_t **out, size_t *out_size, int32_t *done)
{
  (void)sync;
  (void)message;
  (void)size;
  (void)out_size;
  if (out != NULL) *out = NULL;
  if (done != NULL) *done = 0;
  return ENG_E_UNSUPPORTED;
}

void eng_sync_get_counts(const eng_sync *sync, eng_sync_counts *counts)
{
  (void)sync;
  (void)counts;
}

void eng_sync_free(eng_sync *sync) { (void)sync; }

eng_status eng_store_sync(eng_store *store, int32_t role, const eng_stream *stream,
                          eng_sync_counts *counts)
{
  (void)store;
  (void)role;
  (void)stream;
  (void)counts;
  return ENG_E_UNSUPPORTED;
}
