/* SPDX-License-Identifier: MIT */
/*
 * read.c - customers out of the file: one, all in order, in pieces; and a look at all
 * of it.
 *
 * A cursor is one statement, and a statement sees one moment of the file from its first
 * step to its last.
 */
#include <string.h>

#include "core/status.h"
#include "store/store.h"

enum { PROGRESS_EVERY = 1024 };

struct eng_store_cursor {
  struct eng_store *store;
  sqlite3_stmt *rows;
  eng_customer *customer; /* the last one given */
  bool done;
};

/* ---- one ---- */

eng_status eng_store_customer(eng_store *store, const char *id, size_t length,
                              eng_customer **out, eng_error *error)
{
  eng_status status;

  eng__error_clear(error);
  if (out == NULL) return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  *out = NULL;
  if (store == NULL || id == NULL) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  store->code = 0;
  status = ENG_E_NOTFOUND;
  if (eng__customer_id_is_valid(store->context, length)) {
    status = eng__store_read(store, id, length, out, error);
    if (status == ENG_OK && *out == NULL) status = ENG_E_NOTFOUND;
  }
  if (status == ENG_OK || (error != NULL && error->code == status)) return status;
  return eng__error_set(error, status, 0, 0, 0, NULL);
}

eng_status eng_store_customer_count(eng_store *store, uint64_t *out)
{
  sqlite3_stmt *row;
  eng_status status;
  int code;

  if (out != NULL) *out = 0;
  if (store == NULL || out == NULL) return ENG_E_INVALID;
  store->code = 0;
  status = eng__store_statement(store, ENG__SQL_COUNT, &row);
  if (status != ENG_OK) return status;
  code = sqlite3_step(row);
  if (code == SQLITE_ROW) *out = (uint64_t)sqlite3_column_int64(row, 0);
  status = eng__store_status(store, code);
  (void)sqlite3_reset(row);
  return status;
}

eng_status eng_store_is_changed(eng_store *store, int32_t *changed)
{
  int64_t version;
  eng_status status;

  if (changed != NULL) *changed = 0;
  if (store == NULL || changed == NULL || store->begun) return ENG_E_INVALID;
  store->code = 0;
  status = eng__store_number(store, "PRAGMA data_version", &version);
  if (status != ENG_OK) return status;
  *changed = version != store->seen;
  store->seen = version;
  return ENG_OK;
}

/* ---- cursors ---- */

eng_status eng_store_cursor_new(eng_store *store, eng_store_cursor **out)
{
  eng_store_cursor *cursor;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (store == NULL) return ENG_E_INVALID;
  cursor = eng__new_zeroed(&store->memory, sizeof *cursor);
  if (cursor == NULL) return ENG_E_NOMEM;
  cursor->store = store;
  store->code = 0;
  status = eng__store_prepare(store, "SELECT id, timeline FROM customer ORDER BY id",
                              &cursor->rows);
  if (status != ENG_OK) {
    eng__free(&store->memory, cursor, sizeof *cursor);
    return status;
  }
  store->cursors++;
  *out = cursor;
  return ENG_OK;
}

static eng_status step(eng_store_cursor *cursor, eng_error *error)
{
  int code;

  eng_customer_free(cursor->customer);
  cursor->customer = NULL;
  if (cursor->done) return ENG_OK;
  code = sqlite3_step(cursor->rows);
  if (code == SQLITE_ROW) {
    return eng__store_row(cursor->store, cursor->rows, &cursor->customer, error);
  }
  cursor->done = true;
  if (code == SQLITE_DONE) return ENG_OK;
  return eng__error_set(error, eng__store_status(cursor->store, code), 0, 0, 0, NULL);
}

eng_status eng_store_cursor_next(eng_store_cursor *cursor,
                                 const eng_customer **customer, eng_error *error)
{
  eng_status status;

  eng__error_clear(error);
  if (customer == NULL) return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  *customer = NULL;
  if (cursor == NULL) return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  status = step(cursor, error);
  *customer = cursor->customer;
  return status;
}

/* Up to `most` customers into a book. */
static eng_status fill(eng_store_cursor *cursor, uint64_t most, eng_book *book,
                       uint64_t *count, eng_error *error)
{
  for (*count = 0; *count < most; ++*count) {
    eng_status status = step(cursor, error);

    if (status != ENG_OK) return status;
    if (cursor->customer == NULL) break;
    status = eng_book_merge_customer(book, cursor->customer);
    if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  }
  return ENG_OK;
}

eng_status eng_store_cursor_read(eng_store_cursor *cursor, uint64_t most,
                                 eng_book *book, uint64_t *count, eng_error *error)
{
  uint64_t ignored;

  eng__error_clear(error);
  if (count == NULL) count = &ignored;
  *count = 0;
  if (cursor == NULL || book == NULL) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  return fill(cursor, most, book, count, error);
}

void eng_store_cursor_free(eng_store_cursor *cursor)
{
  struct eng_store *store;

  if (cursor == NULL) return;
  store = cursor->store;
  eng_customer_free(cursor->customer);
  (void)sqlite3_finalize(cursor->rows);
  store->cursors--;
  eng__free(&store->memory, cursor, sizeof *cursor);
}

eng_status eng_store_load(eng_store *store, eng_book *book, eng_progress_fn progress,
                          void *user, eng_error *error)
{
  eng_store_cursor *cursor;
  uint64_t done = 0, count;
  eng_status status;

  eng__error_clear(error);
  if (store == NULL || book == NULL) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  status = eng_store_cursor_new(store, &cursor);
  if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  do {
    if (progress != NULL && progress(user, done, 0) != 0) {
      status = eng__error_set(error, ENG_E_CANCELLED, 0, 0, 0, NULL);
      break;
    }
    status = fill(cursor, PROGRESS_EVERY, book, &count, error);
    done += count;
  } while (status == ENG_OK && count > 0);
  eng_store_cursor_free(cursor);
  return status;
}

/* ---- checking ---- */

static eng_status check_pages(struct eng_store *store, eng_store_report *report)
{
  sqlite3_stmt *row = NULL;
  eng_status status =
      eng__store_prepare(store, "PRAGMA main.integrity_check(100)", &row);
  int code = SQLITE_DONE;

  while (status == ENG_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
    const char *text = (const char *)sqlite3_column_text(row, 0);

    if (text == NULL) status = ENG_E_NOMEM;
    if (text != NULL && strcmp(text, "ok") != 0) report->pages++;
  }
  if (status == ENG_OK) status = eng__store_status(store, code);
  (void)sqlite3_finalize(row);
  return status;
}

static eng_status check_rows(eng_store_cursor *cursor, eng_progress_fn progress,
                             void *user, eng_store_report *report)
{
  size_t size;

  for (uint64_t n = 0;; n++) {
    eng_status status;

    if (progress != NULL && n % PROGRESS_EVERY == 0 && progress(user, n, 0) != 0) {
      return ENG_E_CANCELLED;
    }
    status = step(cursor, NULL);
    if (cursor->done) return status;
    if (status == ENG_OK) {
      status = eng_customer_encode(cursor->customer, NULL, 0, &size);
      if (status != ENG_E_BUFFER) return status;
      report->customers++;
      report->events += eng_customer_event_count(cursor->customer);
      report->bytes += size;
    } else if (eng__store_is_of_row(status)) {
      report->damaged++;
    } else {
      return status;
    }
  }
}

eng_status eng_store_check(eng_store *store, eng_progress_fn progress, void *user,
                           eng_store_report *report)
{
  eng_store_cursor *cursor;
  eng_status status;

  if (store == NULL || report == NULL || report->size < sizeof *report) {
    return ENG_E_INVALID;
  }
  if (store->cursors > 0) return ENG_E_INVALID;
  eng_store_report_init(report, report->size);
  status = check_pages(store, report);
  if (status == ENG_OK) status = eng_store_cursor_new(store, &cursor);
  if (status != ENG_OK) return status;
  status = check_rows(cursor, progress, user, report);
  eng_store_cursor_free(cursor);
  return status;
}
