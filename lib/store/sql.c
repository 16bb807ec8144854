/* SPDX-License-Identifier: MIT */
/*
 * sql.c - statements, what SQLite answers, and transactions.
 *
 * All SQL of the room is constant text; values are bound. Under a transaction of the
 * host's a call is a savepoint.
 */
#include <string.h>

#include "store/store.h"

static const char *const texts[ENG__SQL_STATEMENTS] = {
    [ENG__SQL_BEGIN] = "BEGIN IMMEDIATE",
    [ENG__SQL_COMMIT] = "COMMIT",
    [ENG__SQL_ROLLBACK] = "ROLLBACK",
    [ENG__SQL_SAVE] = "SAVEPOINT call",
    [ENG__SQL_RELEASE] = "RELEASE call",
    [ENG__SQL_BACK] = "ROLLBACK TO call",
    [ENG__SQL_GET] = "SELECT id, timeline FROM customer WHERE id = ?1",
    [ENG__SQL_PUT] = "INSERT INTO customer(id, timeline) VALUES(?1, ?2) "
                     "ON CONFLICT(id) DO UPDATE SET timeline = excluded.timeline",
    [ENG__SQL_DROP] = "DELETE FROM customer WHERE id = ?1",
    [ENG__SQL_COUNT] = "SELECT count(*) FROM customer",
    [ENG__SQL_AFTER] = "SELECT id FROM customer WHERE id > ?1 ORDER BY id LIMIT 1",
    [ENG__SQL_FROM] = "SELECT id, timeline FROM customer WHERE id >= ?1 ORDER BY id",
    [ENG__SQL_BETWEEN] = "SELECT id, timeline FROM customer "
                         "WHERE id >= ?1 AND id < ?2 ORDER BY id",
    [ENG__SQL_STONES] = "SELECT key, pseudonym, floor FROM tombstone WHERE (key, "
                        "pseudonym) >= (?1, ?2) "
                        "AND (key, pseudonym) < (?3, ?4) ORDER BY key, pseudonym",
    [ENG__SQL_SETTING] = "SELECT value FROM setting WHERE name = ?1",
    [ENG__SQL_SET] = "INSERT INTO setting(name, value) VALUES(?1, ?2) "
                     "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
    [ENG__SQL_RAISE] = "INSERT INTO setting(name, value) VALUES(?1, 1) "
                       "ON CONFLICT(name) DO UPDATE SET value = max(value, 0) + 1",
    [ENG__SQL_KEY_GET] = "SELECT proof FROM key WHERE number = ?1",
    [ENG__SQL_KEY_PUT] = "INSERT INTO key(number, proof) VALUES(?1, ?2)",
    [ENG__SQL_KEY_LAST] = "SELECT max(number), count(*) FROM key",
    [ENG__SQL_KEY_NEXT] = "SELECT number, (SELECT count(*) FROM tombstone "
                          "WHERE tombstone.key = number) FROM key "
                          "WHERE number > ?1 ORDER BY number LIMIT 1",
    [ENG__SQL_KEYS_NEEDED] =
        /* The numbers as the tombstones have them: each is looked for behind the last,
         * which reads a row a number. */
    "WITH RECURSIVE used(number) AS (SELECT min(key) FROM tombstone UNION ALL "
    "SELECT (SELECT min(key) FROM tombstone WHERE key > number) FROM used "
    "WHERE number IS NOT NULL) SELECT number FROM used WHERE number IS NOT NULL",
    [ENG__SQL_STONE_GET] = "SELECT floor FROM tombstone "
                           "WHERE key = ?1 AND pseudonym = ?2",
    [ENG__SQL_STONE_PUT] =
        "INSERT INTO tombstone(key, pseudonym, floor) VALUES(?1, ?2, ?3) "
        "ON CONFLICT(key, pseudonym) DO UPDATE SET floor = excluded.floor "
        "WHERE excluded.floor > floor",
    [ENG__SQL_STONES_PASSED] = "DELETE FROM tombstone WHERE floor <= ?1",
    [ENG__SQL_LINK_GET] = "SELECT pair, said FROM link WHERE pair = ?1",
    [ENG__SQL_LINK_PUT] = "INSERT INTO link(pair, said) VALUES(?1, ?2) "
                          "ON CONFLICT(pair) DO UPDATE SET said = excluded.said",
    [ENG__SQL_LINK_DROP] = "DELETE FROM link WHERE pair = ?1",
    [ENG__SQL_LINKS] = "SELECT pair, said FROM link ORDER BY pair",
    [ENG__SQL_LINKS_AFTER] =
        "SELECT pair, said FROM link WHERE pair > ?1 ORDER BY pair",
    [ENG__SQL_LINKS_FROM] =
        "SELECT pair, said FROM link WHERE pair >= ?1 ORDER BY pair",
    [ENG__SQL_LINKS_BETWEEN] = "SELECT pair, said FROM link "
                               "WHERE pair >= ?1 AND pair < ?2 ORDER BY pair",
};

/* ---- statements ---- */

static eng_status status_of(int code)
{
  if (code == SQLITE_IOERR_NOMEM) return ENG_E_NOMEM;
  switch (code & 0xff) {
  case SQLITE_OK:
  case SQLITE_ROW:
  case SQLITE_DONE: return ENG_OK;
  case SQLITE_NOMEM: return ENG_E_NOMEM;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_PROTOCOL: return ENG_E_BUSY;
  case SQLITE_FULL: return ENG_E_FULL;
  case SQLITE_READONLY:
  case SQLITE_PERM:
  case SQLITE_AUTH: return ENG_E_READONLY;
  case SQLITE_CANTOPEN: return ENG_E_NOTFOUND;
  case SQLITE_NOTADB: return ENG_E_MAGIC;
  case SQLITE_TOOBIG: return ENG_E_LIMIT;
  case SQLITE_IOERR: return ENG_E_IO;
  default: return ENG_E_DAMAGED; /* the statements are right, so the file is not */
  }
}

eng_status eng__store_status(struct eng_store *store, int code)
{
  eng_status status = status_of(code);

  if (status != ENG_OK) {
    int extended = sqlite3_extended_errcode(store->db);

    store->code = (extended & 0xff) == (code & 0xff) ? extended : code;
  }
  return status;
}

eng_status eng__store_prepare(struct eng_store *store, const char *sql,
                              sqlite3_stmt **out)
{
  return eng__store_status(store, sqlite3_prepare_v2(store->db, sql, -1, out, NULL));
}

eng_status eng__store_statement(struct eng_store *store, int which, sqlite3_stmt **out)
{
  sqlite3_stmt **kept = &store->statements[which];

  *out = NULL;
  if (*kept == NULL) {
    int code = sqlite3_prepare_v3(store->db, texts[which], -1,
                                  SQLITE_PREPARE_PERSISTENT, kept, NULL);

    if (code != SQLITE_OK) return eng__store_status(store, code);
  }
  (void)sqlite3_reset(*kept);
  (void)sqlite3_clear_bindings(*kept);
  *out = *kept;
  return ENG_OK;
}

eng_status eng__store_run(struct eng_store *store, int which)
{
  sqlite3_stmt *statement;
  eng_status status = eng__store_statement(store, which, &statement);

  if (status != ENG_OK) return status;
  status = eng__store_status(store, sqlite3_step(statement));
  (void)sqlite3_reset(statement);
  return status;
}

eng_status eng__store_execute(struct eng_store *store, const char *sql)
{
  return eng__store_status(store, sqlite3_exec(store->db, sql, NULL, NULL, NULL));
}

eng_status eng__store_number(struct eng_store *store, const char *sql, int64_t *out)
{
  sqlite3_stmt *statement = NULL;
  eng_status status = eng__store_prepare(store, sql, &statement);

  *out = 0;
  if (status == ENG_OK) {
    int code = sqlite3_step(statement);

    status = eng__store_status(store, code);
    if (code == SQLITE_ROW) *out = sqlite3_column_int64(statement, 0);
  }
  (void)sqlite3_finalize(statement);
  return status;
}

/* ---- transactions ---- */

/* SQLite rolls back by itself where it cannot go on. */
static bool is_gone(const struct eng_store *store)
{
  return sqlite3_get_autocommit(store->db) != 0;
}

eng_status eng__store_enter(struct eng_store *store)
{
  eng_status status;

  if (store->cursors > 0) return ENG_E_INVALID;
  if (store->flags & ENG_STORE_READ_ONLY) return ENG_E_READONLY;
  store->code = 0;
  if (store->begun) {
    return is_gone(store) ? ENG_E_INVALID : eng__store_run(store, ENG__SQL_SAVE);
  }
  status = eng__store_run(store, ENG__SQL_BEGIN);
  if (status != ENG_OK) return status;
  store->has_scrub = false;
  status = eng__store_setting(store, "floor", &store->floor);
  return status == ENG_OK ? status : eng__store_leave(store, status);
}

static void undo(struct eng_store *store)
{
  int code = store->code;

  if (!is_gone(store)) {
    if (store->begun) {
      (void)eng__store_run(store, ENG__SQL_BACK);
      (void)eng__store_run(store, ENG__SQL_RELEASE);
      (void)eng__store_setting(store, "floor", &store->floor);
    } else {
      (void)eng__store_run(store, ENG__SQL_ROLLBACK);
    }
  }
  store->code = code;
}

eng_status eng__store_leave(struct eng_store *store, eng_status status)
{
  if (status == ENG_OK) {
    status = eng__store_run(store, store->begun ? ENG__SQL_RELEASE : ENG__SQL_COMMIT);
  }
  if (status != ENG_OK) undo(store);
  return status;
}

/* The host's transaction came to nothing, so its keys are not in the file. */
static void drop_keys(struct eng_store *store)
{
  int kept = store->keys_before;
  size_t dropped = (size_t)(store->key_count - kept);

  memset(&store->keys[kept], 0, dropped * sizeof store->keys[0]);
  store->key_count = kept;
}

eng_status eng_store_begin(eng_store *store)
{
  eng_status status;

  if (store == NULL || store->begun) return ENG_E_INVALID;
  status = eng__store_enter(store);
  store->begun = status == ENG_OK;
  store->keys_before = store->key_count;
  return status;
}

eng_status eng__store_end(struct eng_store *store)
{
  eng_status status = ENG_E_INVALID;

  store->begun = false;
  if (!is_gone(store)) status = eng__store_leave(store, ENG_OK);
  if (status != ENG_OK) drop_keys(store);
  return status;
}

eng_status eng_store_commit(eng_store *store)
{
  eng_status status;

  if (store == NULL || !store->begun || store->cursors > 0) return ENG_E_INVALID;
  status = eng__store_end(store);
  return status == ENG_OK ? eng__store_clean(store) : status;
}

void eng_store_rollback(eng_store *store)
{
  if (store == NULL || !store->begun) return;
  store->begun = false;
  undo(store);
  drop_keys(store);
}
