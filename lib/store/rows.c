/* SPDX-License-Identifier: MIT */
/*
 * rows.c - one customer out of the file, and into it.
 *
 * A row is there if its timeline has an event or a floor of its own. One that would
 * become what it is already is not written.
 */
#include <string.h>

#include "core/blob.h"
#include "core/status.h"
#include "store/store.h"

eng_status eng__store_blob(sqlite3_stmt *row, int column, uint64_t least, uint64_t most,
                           const uint8_t **bytes, size_t *length)
{
  int size;

  if (sqlite3_column_type(row, column) != SQLITE_BLOB) return ENG_E_DAMAGED;
  *bytes = sqlite3_column_blob(row, column);
  size = sqlite3_column_bytes(row, column);
  *length = (size_t)size;
  if (*length < least || *length > most) return ENG_E_DAMAGED;
  return *bytes == NULL && size > 0 ? ENG_E_NOMEM : ENG_OK;
}

bool eng__store_is_of_row(eng_status status)
{
  return (status >= ENG_E_TRUNCATED && status <= ENG_E_VOCABULARY) ||
         status == ENG_E_LIMIT || status == ENG_E_DAMAGED;
}

bool eng__store_is_damage(eng_status status)
{
  return eng__store_is_of_row(status) && status != ENG_E_LIMIT &&
         status != ENG_E_VOCABULARY;
}

/* Into the context's memory: a customer may outlive the store. */
static eng_status decode(struct eng_store *store, const uint8_t *id, size_t length,
                         const uint8_t *bytes, size_t size, eng_customer **out,
                         eng_error *error)
{
  eng_customer *customer;
  eng_status status =
      eng_customer_new(store->context, (const char *)id, length, &customer);

  if (status != ENG_OK) return status;
  status = eng__blob_read(&customer->timeline, &customer->home, bytes, size, error);
  if (status != ENG_OK) {
    eng_customer_free(customer);
    return status;
  }
  *out = customer;
  return ENG_OK;
}

eng_status eng__store_row(struct eng_store *store, sqlite3_stmt *row,
                          eng_customer **out, eng_error *error)
{
  uint64_t longest = eng__limit(store->context, ENG_LIMIT_ID);
  const uint8_t *id, *bytes;
  size_t length, size;
  eng_status status = eng__store_blob(row, 0, 1, longest, &id, &length);

  *out = NULL;
  if (status == ENG_OK) status = eng__store_blob(row, 1, 1, SIZE_MAX, &bytes, &size);
  if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  return decode(store, id, length, bytes, size, out, error);
}

/* The statement stands on the row of an id, or there is none. */
static eng_status find(struct eng_store *store, const char *id, size_t length,
                       sqlite3_stmt **row, bool *known)
{
  eng_status status = eng__store_statement(store, ENG__SQL_GET, row);
  int code;

  *known = false;
  if (status != ENG_OK) return status;
  status =
      eng__store_status(store, sqlite3_bind_blob64(*row, 1, id, length, SQLITE_STATIC));
  if (status != ENG_OK) return status;
  code = sqlite3_step(*row);
  *known = code == SQLITE_ROW;
  return eng__store_status(store, code);
}

eng_status eng__store_read(struct eng_store *store, const char *id, size_t length,
                           eng_customer **out, eng_error *error)
{
  sqlite3_stmt *row;
  bool known;
  eng_status status;

  *out = NULL;
  status = find(store, id, length, &row, &known);
  if (status == ENG_OK && known) status = eng__store_row(store, row, out, error);
  if (row != NULL) (void)sqlite3_reset(row);
  return status;
}

eng_status eng__store_unknown(struct eng_store *store, const char *id, size_t length,
                              eng_customer **out)
{
  int64_t floor;
  eng_status status = eng__store_base(store, id, length, &floor);

  *out = NULL;
  if (status == ENG_OK) status = eng_customer_new(store->context, id, length, out);
  if (status != ENG_OK || floor == ENG_TIME_NONE) return status;
  status = eng_customer_expire(*out, floor);
  if (status == ENG_OK) return status;
  eng_customer_free(*out);
  *out = NULL;
  return status;
}

eng_status eng__store_fetch(struct eng_store *store, const char *id, size_t length,
                            eng_customer **out)
{
  eng_status status = eng__store_read(store, id, length, out, NULL);

  if (status != ENG_OK || *out != NULL) return status;
  return eng__store_unknown(store, id, length, out);
}

/* ---- writing ---- */

static eng_status encode(struct eng_store *store, const eng_customer *customer,
                         size_t *size)
{
  for (;;) {
    eng_status status = eng_customer_encode(customer, store->bytes, store->room, size);
    uint8_t *larger;
    size_t room = *size + *size / 2;

    if (status != ENG_E_BUFFER) return status;
    larger = eng__resize(&store->memory, store->bytes, store->room, room);
    if (larger == NULL) return ENG_E_NOMEM;
    store->bytes = larger;
    store->room = room;
  }
}

/* Whether a customer is what an unknown one would be. */
static eng_status holds_nothing(struct eng_store *store, const eng_customer *customer,
                                bool *nothing)
{
  int64_t floor;
  eng_status status;

  *nothing = false;
  if (eng_customer_event_count(customer) > 0) return ENG_OK;
  status = eng__store_base(store, customer->id, customer->id_length, &floor);
  *nothing = eng_customer_floor(customer) <= floor;
  return status;
}

/* Whether the file has these bytes for the id already, and whether it has any. */
static eng_status compare(struct eng_store *store, const eng_customer *customer,
                          size_t size, bool *same, bool *known)
{
  sqlite3_stmt *row;
  eng_status status = find(store, customer->id, customer->id_length, &row, known);

  *same = false;
  if (status == ENG_OK && *known) {
    const void *bytes = sqlite3_column_blob(row, 1);

    *same = bytes != NULL && (size_t)sqlite3_column_bytes(row, 1) == size &&
            memcmp(bytes, store->bytes, size) == 0;
  }
  if (row != NULL) (void)sqlite3_reset(row);
  return status;
}

static eng_status write_row(struct eng_store *store, int which, const char *id,
                            size_t length, size_t size)
{
  sqlite3_stmt *statement;
  eng_status status = eng__store_statement(store, which, &statement);
  int code;

  if (status != ENG_OK) return status;
  code = sqlite3_bind_blob64(statement, 1, id, length, SQLITE_STATIC);
  if (code == SQLITE_OK && which == ENG__SQL_PUT) {
    code = sqlite3_bind_blob64(statement, 2, store->bytes, size, SQLITE_STATIC);
  }
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  status = eng__store_status(store, code);
  (void)sqlite3_reset(statement);
  (void)sqlite3_clear_bindings(statement);
  return status;
}

eng_status eng__store_drop(struct eng_store *store, const char *id, size_t length)
{
  return write_row(store, ENG__SQL_DROP, id, length, 0);
}

eng_status eng__store_put(struct eng_store *store, const eng_customer *customer)
{
  bool nothing, same, known;
  size_t size;
  const char *id = customer->id;
  size_t length = customer->id_length;
  eng_status status = holds_nothing(store, customer, &nothing);

  if (status == ENG_OK) status = encode(store, customer, &size);
  if (status == ENG_OK) status = compare(store, customer, size, &same, &known);
  if (status != ENG_OK) return status;
  if (nothing) return known ? eng__store_drop(store, id, length) : ENG_OK;
  return same ? ENG_OK : write_row(store, ENG__SQL_PUT, id, length, size);
}
