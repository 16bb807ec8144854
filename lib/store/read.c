/* SPDX-License-Identifier: MIT */
/*
 * read.c - customers out of the file: one, all in order, in pieces; and a look at all
 * of it.
 *
 * A cursor is one statement, and a statement sees one moment of the file from its first
 * step to its last.
 */
#include <string.h>

#include "book/groups.h"
#include "core/status.h"
#include "store/store.h"

enum { PROGRESS_EVERY = 1024 };

struct eng_store_cursor {
  struct eng_store *store;
  sqlite3_stmt *rows;
  eng_customer *customer; /* the last one given */
  eng_book *links;        /* a book of nothing but those; NULL: not read yet */
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

/* The links, as of the same moment: the cursor's statement stands on a row. */
static eng_status read_links(eng_store_cursor *cursor)
{
  struct eng_store *store = cursor->store;
  eng_status status;

  if (cursor->links != NULL) return ENG_OK;
  status = eng_book_new(store->context, &store->memory, &cursor->links);
  if (status == ENG_OK) status = eng__store_links(store, cursor->links);
  if (status == ENG_OK) return ENG_OK;
  eng_book_free(cursor->links);
  cursor->links = NULL;
  return status;
}

/* All that are in a group with somebody, and what links them. Whose row is damaged is
 * left out: the cursor comes past that row itself, and says so there. */
static eng_status add_group(eng_store_cursor *cursor,
                            const struct eng__linked_group *group, eng_book *book)
{
  struct eng__links *links = cursor->links->links;
  eng_status status = ENG_OK;

  for (uint32_t i = 0; i < group->count && status == ENG_OK; i++) {
    struct eng__link_node *node = &links->nodes[group->nodes[i]];
    eng_customer *member;

    node->mark = 1;
    status = eng__store_read(cursor->store, node->id, node->length, &member, NULL);
    if (status == ENG_OK && member != NULL) {
      status = eng_book_merge_customer(book, member);
    }
    if (eng__store_is_of_row(status) && member == NULL) status = ENG_OK;
    eng_customer_free(member);
  }
  return status == ENG_OK ? eng__groups_link(book, cursor->links, group) : status;
}

/* Somebody who is in a group brings all of it along, where the first of it stands. */
static eng_status add_whole(eng_store_cursor *cursor, eng_book *book, bool *added)
{
  const eng_customer *customer = cursor->customer;
  uint32_t node;
  eng_status status = read_links(cursor);

  *added = true;
  if (status != ENG_OK) return status;
  if (!eng__groups_member(
          cursor->links,
          eng__book_hash(cursor->links, customer->id, customer->id_length),
          customer->id, customer->id_length, &node)) {
    return eng_book_merge_customer(book, customer);
  }
  *added = cursor->links->links->nodes[node].mark == 0;
  if (!*added) return ENG_OK;
  return add_group(cursor, cursor->links->links->nodes[node].group, book);
}

/* Up to `most` customers into a book, a group counted once. */
static eng_status fill(eng_store_cursor *cursor, uint64_t most, eng_book *book,
                       uint64_t *count, eng_error *error)
{
  *count = 0;
  while (*count < most) {
    bool added;
    eng_status status = step(cursor, error);

    if (status != ENG_OK) return status;
    if (cursor->customer == NULL) break;
    status = add_whole(cursor, book, &added);
    if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
    *count += added;
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
  eng_book_free(cursor->links);
  (void)sqlite3_finalize(cursor->rows);
  store->cursors--;
  eng__free(&store->memory, cursor, sizeof *cursor);
}

/* All of them in their order, each for itself; links come behind them. */
static eng_status fill_all(eng_store_cursor *cursor, uint64_t most, eng_book *book,
                           uint64_t *count, eng_error *error)
{
  for (*count = 0; *count < most; ++*count) {
    eng_status status = step(cursor, error);

    if (status != ENG_OK) return status;
    if (cursor->customer == NULL) break;
    status = read_links(cursor);
    if (status == ENG_OK) status = eng_book_merge_customer(book, cursor->customer);
    if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  }
  return ENG_OK;
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
    status = fill_all(cursor, PROGRESS_EVERY, book, &count, error);
    done += count;
  } while (status == ENG_OK && count > 0);
  if (status == ENG_OK) {
    status = cursor->links != NULL
                 ? eng__groups_merge(book, cursor->links, ENG_TIME_MAX)
                 : eng__store_links(store, book);
    if (status != ENG_OK) (void)eng__error_set(error, status, 0, 0, 0, NULL);
  }
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

/* One that names the same pair under another key is damaged too: see links.c. */
static eng_status look_link(void *user, const eng_link *link, bool *drop)
{
  eng_store_report *report = user;

  (void)drop;
  if (link == NULL) {
    report->damaged++;
  } else {
    report->links++;
  }
  return ENG_OK;
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
  if (status != ENG_OK || store->version < ENG__STORE_LINKS) return status;
  return eng__store_each_link(store, look_link, report);
}
