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
  ENG__STORE_VERSION = 5,       /* user_version */
  ENG__STORE_LINKS = 5,         /* the first one with links */
  ENG__STORE_KEYS = 64          /* keys at the most */
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
  ENG__SQL_AFTER,
  ENG__SQL_FROM,
  ENG__SQL_BETWEEN,
  ENG__SQL_STONES,
  ENG__SQL_SETTING,
  ENG__SQL_SET,
  ENG__SQL_RAISE,
  ENG__SQL_KEY_GET,
  ENG__SQL_KEY_PUT,
  ENG__SQL_KEY_LAST,
  ENG__SQL_KEY_NEXT,
  ENG__SQL_KEYS_NEEDED,
  ENG__SQL_STONE_GET,
  ENG__SQL_STONE_PUT,
  ENG__SQL_STONES_PASSED,
  ENG__SQL_LINK_GET,
  ENG__SQL_LINK_PUT,
  ENG__SQL_LINK_DROP,
  ENG__SQL_LINKS,
  ENG__SQL_LINKS_AFTER,
  ENG__SQL_LINKS_FROM,
  ENG__SQL_LINKS_BETWEEN,
  ENG__SQL_STATEMENTS
};

/* A key that was handed in. */
struct eng__store_key {
  uint32_t number;
  uint8_t bytes[ENG_STORE_KEY_SIZE];
};

struct eng_store {
  const eng_context *context;
  eng_allocator memory;
  sqlite3 *db;
  uint32_t flags;
  int code;         /* of SQLite's last failure */
  int version;      /* of the file */
  int64_t seen;     /* PRAGMA data_version, when it was asked last; 0: never */
  bool begun;       /* the host's transaction */
  uint64_t cursors; /* that live */
  sqlite3_stmt *statements[ENG__SQL_STATEMENTS];
  int64_t floor;  /* of all customers, as of the transaction */
  bool has_scrub; /* it dropped something */
  struct eng__store_key keys[ENG__STORE_KEYS];
  int key_count;
  int keys_before; /* the host's transaction */
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

/* The customer of an id as the file has it; NULL: it has none. */
eng_status eng__store_read(struct eng_store *store, const char *id, size_t length,
                           eng_customer **out, eng_error *error);

/* The same to be changed: an unknown one is new, with the floor that it must have. */
eng_status eng__store_fetch(struct eng_store *store, const char *id, size_t length,
                            eng_customer **out);

/* A customer of whom the file knows nothing, with the floor that it must have. */
eng_status eng__store_unknown(struct eng_store *store, const char *id, size_t length,
                              eng_customer **out);

/* Makes the row of a customer what it is to be, if it is not so already. */
eng_status eng__store_put(struct eng_store *store, const eng_customer *customer);

/* The floor that an id has even if the file has no such customer: that of all, or
 * later, if it was forgotten. */
eng_status eng__store_base(struct eng_store *store, const char *id, size_t length,
                           int64_t *floor);

/* Drops the row of an id, whatever it holds. */
eng_status eng__store_drop(struct eng_store *store, const char *id, size_t length);

/* Whether a row alone is the matter: memory that lacks and a lack of anything else are
 * not alike. */
bool eng__store_is_of_row(eng_status status);

/* Whether its bytes are wrong for everybody: another context, with other limits and
 * words, could not read them either. */
bool eng__store_is_damage(eng_status status);

/* ---- settings ---- */

/* A number of the file by its name; ENG_TIME_NONE: it has none. */
eng_status eng__store_setting(struct eng_store *store, const char *name, int64_t *out);
eng_status eng__store_set(struct eng_store *store, const char *name, int64_t value);

/* Counts something that was dropped, in the transaction that drops it. */
eng_status eng__store_count_dropped(struct eng_store *store);

/* ---- links ---- */

/* A link of its bytes, which it points into, and the key of its pair. */
eng_status eng__store_read_link(const struct eng_store *store, const uint8_t *bytes,
                                size_t size, eng_link *link, uint8_t key[16]);

/* Takes it in if it beats what stands, inside a transaction; the outcome is an
 * ENG_RECORD_ number. */
eng_status eng__store_take_link(struct eng_store *store, const uint8_t *bytes,
                                size_t size, int32_t *outcome);
eng_status eng__store_merge_links(struct eng_store *store, const struct eng_book *book);

/* Shows every link to a function, which may ask for it to be dropped; a damaged one is
 * NULL, and ids may be longer than the context's limit. */
typedef eng_status (*eng__link_fn)(void *user, const eng_link *link, bool *drop);
eng_status eng__store_each_link(struct eng_store *store, eng__link_fn look, void *user);

/* Puts all of them into a book. */
eng_status eng__store_links(struct eng_store *store, struct eng_book *book);

/* ---- what may be missing elsewhere ---- */

/* A tombstone as its key: number of the key, big-endian, and the pseudonym. */
enum { ENG__STONE_SIZE = 4 + 16 };

struct eng__stone {
  uint8_t key[ENG__STONE_SIZE];
  int64_t floor;
};

/* Takes in tombstones of elsewhere, sorted by key, inside a transaction: whoever is
 * meant is dropped, but for events above the floor. */
eng_status eng__store_take_stones(struct eng_store *store,
                                  const struct eng__stone *stones, size_t count);

/* Raises the floor of all inside a transaction. */
eng_status eng__store_raise(struct eng_store *store, int64_t floor);

/* Adds what a timeline knows to a customer; inside a transaction. */
eng_status eng__store_merge(struct eng_store *store, const eng_customer *other);

/* The same, but where the row is damaged the other one takes its place. */
eng_status eng__store_mend(struct eng_store *store, const eng_customer *other,
                           bool *mended);

/* The number and the proof of a key; false: it was not handed in. */
bool eng__store_proof(const struct eng_store *store, uint64_t number,
                      uint8_t proof[16]);

/* ---- changes ---- */

/* Begins and ends what is written by one call. leave() takes what came of it and
 * returns what is to be answered. */
eng_status eng__store_enter(struct eng_store *store);
eng_status eng__store_leave(struct eng_store *store, eng_status status);

/* Commits the host's transaction without scrubbing. */
eng_status eng__store_end(struct eng_store *store);

/* Scrubs if something was dropped and no transaction is open. */
eng_status eng__store_clean(struct eng_store *store);

#endif
