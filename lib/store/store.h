/* SPDX-License-Identifier: MIT */
/*
 * store.h - a store from within: a connection, its statements, and the way to a row.
 *
 * Everything that is written goes through eng__store_enter and eng__store_leave, so a
 * call changes all of it or nothing. Nothing that came out of the file is believed: ids
 * have their length checked, timelines are decoded by core/blob.c.
 */
#ifndef ENG_STORE_STORE_H
#define ENG_STORE_STORE_H

#include <sqlite3.h>
#include <stdbool.h>

#include <engagement/store.h>

#include "core/customer.h"
#include "core/memory.h"

enum {
  ENG__STORE_MARK = 0x454e4742, /* application_id: ENGB */
  ENG__STORE_VERSION = 1        /* user_version */
};

/* Statements that are prepared once, where they are first used. */
enum {
  ENG__SQL_BEGIN,
  ENG__SQL_COMMIT,
  ENG__SQL_ROLLBACK,
  ENG__SQL_SAVE,
  ENG__SQL_RELEASE,
  ENG__SQL_BACK,
  ENG__SQL_GET,
  ENG__SQL_PUT,
  ENG__SQL_DROP,
  ENG__SQL_COUNT,
  ENG__SQL_STATEMENTS
};

struct eng_store {
  const eng_context *context;
  eng_allocator memory;
  sqlite3 *db;
  uint32_t flags;
  int code;         /* of SQLite's last failure */
  int version;      /* of the file */
  bool begun;       /* the host's transaction */
  uint64_t cursors; /* that live */
  sqlite3_stmt *statements[ENG__SQL_STATEMENTS];
  uint8_t *bytes; /* an encoded timeline on its way into the file */
  size_t room;
};

/* ---- statements ---- */

/* What an answer of SQLite means; the code is kept if it is a failure. */
eng_status eng__store_status(struct eng_store *store, int code);

/* A statement, reset and without values. */
eng_status eng__store_statement(struct eng_store *store, int which, sqlite3_stmt **out);

/* A statement of one's own; finalised by whoever asked for it. */
eng_status eng__store_prepare(struct eng_store *store, const char *sql,
                              sqlite3_stmt **out);

/* Runs a statement that gives no rows, or text of several. */
eng_status eng__store_run(struct eng_store *store, int which);
eng_status eng__store_execute(struct eng_store *store, const char *sql);

/* The number that a query gives. */
eng_status eng__store_number(struct eng_store *store, const char *sql, int64_t *out);

/* ---- rows ---- */

/* The bytes in a column of a row that must be a blob of least..most bytes. */
eng_status eng__store_blob(sqlite3_stmt *row, int column, uint64_t least, uint64_t most,
                           const uint8_t **bytes, size_t *length);

/* The customer in a row of (id, timeline). */
eng_status eng__store_row(struct eng_store *store, sqlite3_stmt *row,
                          eng_customer **out, eng_error *error);

/* The customer of an id: as the file has it, or new. */
eng_status eng__store_fetch(struct eng_store *store, const char *id, size_t length,
                            eng_customer **out, bool *known, eng_error *error);

/* Makes the row of a customer what it is to be, if it is not so already. */
eng_status eng__store_put(struct eng_store *store, const eng_customer *customer);

/* ---- changes ---- */

/* Begins and ends what is written by one call. leave() takes what came of it and
 * returns what is to be answered. */
eng_status eng__store_enter(struct eng_store *store);
eng_status eng__store_leave(struct eng_store *store, eng_status status);

#endif
