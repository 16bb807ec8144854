/* SPDX-License-Identifier: MIT */
/*
 * write.c - events, customers and books into the file: read, merge, write back.
 */
#include "book/columns.h"
#include "book/order.h"
#include "core/status.h"
#include "store/store.h"

enum { PROGRESS_EVERY = 1024 };

/* ---- one customer ---- */

static eng_status record(struct eng_store *store, const char *id, size_t length,
                         const eng_event *event, int32_t *outcome)
{
  eng_customer *customer;
  eng_status status = eng__store_fetch(store, id, length, &customer);

  if (status != ENG_OK) return status;
  status = eng_customer_record(customer, event, outcome);
  if (status == ENG_OK) status = eng__store_put(store, customer);
  eng_customer_free(customer);
  return status;
}

eng_status eng_store_record(eng_store *store, const char *id, size_t length,
                            const eng_event *event, int32_t *outcome)
{
  int32_t what = 0;
  eng_status status;

  if (outcome != NULL) *outcome = 0;
  if (store == NULL || id == NULL || event == NULL) return ENG_E_INVALID;
  if (!eng__customer_id_is_valid(store->context, length)) return ENG_E_CUSTOMER;
  if (event->context != store->context) return ENG_E_CONTEXT;
  status = eng__store_enter(store);
  if (status != ENG_OK) return status;
  status = eng__store_leave(store, record(store, id, length, event, &what));
  if (status == ENG_OK && outcome != NULL) *outcome = what;
  return status;
}

/* Whether a floor drops events that the file has. */
static bool drops(const eng_customer *customer, int64_t floor)
{
  return eng__timeline_count(&customer->timeline) > 0 &&
         floor > eng_customer_floor(customer);
}

/* A floor that comes along leaves bytes behind as one that is set does. */
eng_status eng__store_merge(struct eng_store *store, const eng_customer *other)
{
  eng_customer *customer;
  eng_status status = eng__store_fetch(store, other->id, other->id_length, &customer);

  if (status != ENG_OK) return status;
  if (drops(customer, eng_customer_floor(other))) {
    status = eng__store_count_dropped(store);
  }
  if (status == ENG_OK) status = eng_customer_merge(customer, other);
  if (status == ENG_OK) status = eng__store_put(store, customer);
  eng_customer_free(customer);
  return status;
}

eng_status eng__store_mend(struct eng_store *store, const eng_customer *other,
                           bool *mended)
{
  eng_customer *customer;
  eng_status status = eng__store_merge(store, other);

  *mended = false;
  if (!eng__store_is_damage(status)) return status;
  status = eng__store_unknown(store, other->id, other->id_length, &customer);
  if (status != ENG_OK) return status;
  status = eng_customer_merge(customer, other);
  if (status == ENG_OK) status = eng__store_put(store, customer);
  *mended = status == ENG_OK;
  eng_customer_free(customer);
  return status;
}

eng_status eng_store_merge_customer(eng_store *store, const eng_customer *customer)
{
  eng_status status;

  if (store == NULL || customer == NULL) return ENG_E_INVALID;
  if (customer->home.pen.context != store->context) return ENG_E_CONTEXT;
  status = eng__store_enter(store);
  if (status != ENG_OK) return status;
  return eng__store_leave(store, eng__store_merge(store, customer));
}

/* ---- many ---- */

/* What is done with each customer of a book, in the order of ids, which is that of the
 * file. */
typedef eng_status (*each_fn)(struct eng_store *store, const eng_customer *customer);

static eng_status each(struct eng_store *store, const struct eng_book *book,
                       each_fn take, eng_progress_fn progress, void *user)
{
  uint32_t *rows = NULL;
  size_t count;
  eng_status status = eng__book_order_members(book, &store->memory, &rows, &count);

  for (size_t i = 0; i < count && status == ENG_OK; i++) {
    eng_customer *customer;

    if (progress != NULL && i % PROGRESS_EVERY == 0 && progress(user, i, count) != 0) {
      status = ENG_E_CANCELLED;
      break;
    }
    status = eng_book_member(book, rows[i], &customer);
    if (status != ENG_OK) break;
    status = take(store, customer);
    eng_customer_free(customer);
  }
  eng__free(&store->memory, rows, count * sizeof *rows);
  return status;
}

eng_status eng_store_merge_book(eng_store *store, const eng_book *book,
                                eng_progress_fn progress, void *user)
{
  eng_status status;

  if (store == NULL || book == NULL) return ENG_E_INVALID;
  if (book->home.pen.context != store->context) return ENG_E_CONTEXT;
  status = eng__store_enter(store);
  if (status != ENG_OK) return status;
  status = each(store, book, eng__store_merge, progress, user);
  if (status == ENG_OK) status = eng__store_merge_links(store, book);
  return eng__store_leave(store, status);
}

/* Brings the customers whom the rows name into the book, as the file has them. */
static eng_status bring_known(struct eng_store *store, const eng_columns *columns,
                              eng_book *book)
{
  eng_status status = ENG_OK;

  for (uint64_t i = 0; i < columns->count && status == ENG_OK; i++) {
    eng_customer *customer;
    uint64_t row;
    size_t length;
    const char *id = eng__columns_id(columns, i, &length);

    if (eng_book_find(book, id, length, &row) == ENG_OK) continue;
    status = eng__store_fetch(store, id, length, &customer);
    if (status != ENG_OK) break;
    status = eng_book_merge_customer(book, customer);
    eng_customer_free(customer);
  }
  return status;
}

static eng_status record_rows(struct eng_store *store, const eng_columns *columns,
                              eng_book *book, eng_load_counts *counts, eng_error *error)
{
  eng_status status = bring_known(store, columns, book);

  if (status == ENG_OK) status = eng_book_record_many(book, columns, counts, error);
  return status == ENG_OK ? each(store, book, eng__store_put, NULL, NULL) : status;
}

static bool is_whole(const eng_columns *columns)
{
  return columns->size >= sizeof *columns &&
         (columns->count == 0 || (columns->customers != NULL && columns->kind != NULL &&
                                  columns->occurred_at != NULL));
}

/* The rows are checked before the file is touched. */
static eng_status record_many(struct eng_store *store, const eng_columns *columns,
                              eng_load_counts *counts, eng_error *error)
{
  eng_load_counts done;
  eng_book *book;
  uint64_t bad;
  eng_status status = eng_book_new(store->context, &store->memory, &book);

  eng_load_counts_init(&done, sizeof done);
  if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  status = eng__columns_check(columns, book, &bad);
  if (status == ENG_OK) {
    status = eng__store_enter(store);
    if (status == ENG_OK) {
      status = eng__store_leave(store, record_rows(store, columns, book, &done, error));
    }
    if (status != ENG_OK) (void)eng__error_set(error, status, 0, 0, 0, NULL);
  } else {
    uint64_t line = bad + 1;

    (void)eng__error_set(error, status, line < UINT32_MAX ? (uint32_t)line : UINT32_MAX,
                         0, 0, NULL);
  }
  if (status == ENG_OK && counts != NULL) {
    counts->added += done.added;
    counts->unchanged += done.unchanged;
    counts->replaced += done.replaced;
    counts->ignored += done.ignored;
    counts->numbered += done.numbered;
  }
  eng_book_free(book);
  return status;
}

eng_status eng_store_record_many(eng_store *store, const eng_columns *columns,
                                 eng_load_counts *counts, eng_error *error)
{
  eng__error_clear(error);
  if (store == NULL || columns == NULL || !is_whole(columns) ||
      (counts != NULL && counts->size < sizeof *counts)) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  return record_many(store, columns, counts, error);
}
