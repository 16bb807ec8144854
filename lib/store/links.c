/* SPDX-License-Identifier: MIT */
/*
 * links.c - who is one person with whom, in the file.
 *
 * A row is a pair of ids: its key a hash of them, and what was said last, as an encoded
 * book has it. What is said at or before the floor of either id, that of all or of a
 * tombstone, is not there: so nobody who was forgotten comes back by their name.
 */
#include <string.h>

#include "book/groups.h"
#include "core/blob.h"
#include "core/hash.h"
#include "core/status.h"
#include "store/store.h"

enum {
  AT_ONCE = 4096,     /* links that go into a book together */
  DROPS_AT_ONCE = 512 /* that go out of the file together */
};

/* ---- rows ---- */

/* The key of a pair: of the bytes before what is said. */
static void hash_pair(const uint8_t *bytes, const eng_link *link, uint8_t key[16])
{
  const uint8_t *end = (const uint8_t *)link->b + link->b_length;

  eng__hash128(bytes, (size_t)(end - bytes), key);
}

static eng_status read_link(const uint8_t *bytes, size_t size, uint64_t most,
                            eng_link *link, uint8_t key[16])
{
  struct eng__reader reader;

  eng__reader_init(&reader, bytes, size);
  eng__link_read(&reader, most, link);
  if (reader.status != ENG_OK) return reader.status;
  if (eng__reader_left(&reader) > 0) return ENG_E_TRAILING;
  hash_pair(bytes, link, key);
  return ENG_OK;
}

eng_status eng__store_read_link(const struct eng_store *store, const uint8_t *bytes,
                                size_t size, eng_link *link, uint8_t key[16])
{
  return read_link(bytes, size, eng__limit(store->context, ENG_LIMIT_ID), link, key);
}

/* The link in a row of (pair, said), whose ids have up to `most` bytes. */
static eng_status link_of_row(sqlite3_stmt *row, uint64_t most, eng_link *link)
{
  const uint8_t *key, *said;
  size_t key_size, size;
  uint8_t expected[16];
  eng_status status = eng__store_blob(row, 0, 16, 16, &key, &key_size);

  if (status == ENG_OK) status = eng__store_blob(row, 1, 1, SIZE_MAX, &said, &size);
  if (status == ENG_OK) status = read_link(said, size, most, link, expected);
  if (status != ENG_OK) return status;
  return memcmp(key, expected, sizeof expected) == 0 ? ENG_OK : ENG_E_DAMAGED;
}

/* Whether what the file says of a pair stands against this. */
static eng_status compare(struct eng_store *store, const uint8_t key[16],
                          const eng_link *link, bool *known, bool *stands)
{
  sqlite3_stmt *row;
  eng_link held;
  eng_status status = eng__store_statement(store, ENG__SQL_LINK_GET, &row);
  int code;

  *known = *stands = false;
  if (status != ENG_OK) return status;
  code = sqlite3_bind_blob(row, 1, key, 16, SQLITE_STATIC);
  if (code == SQLITE_OK) code = sqlite3_step(row);
  status = eng__store_status(store, code);
  if (code == SQLITE_ROW) {
    status = link_of_row(row, eng__limit(store->context, ENG_LIMIT_ID), &held);
    *known = true;
    /* A damaged one is written over. */
    *stands = status == ENG_OK &&
              !eng__link_beats(link->changed_at, link->state == ENG_LINK_MERGED,
                               held.changed_at, held.state == ENG_LINK_MERGED);
    if (eng__store_is_of_row(status)) status = ENG_OK;
  }
  (void)sqlite3_reset(row);
  (void)sqlite3_clear_bindings(row);
  return status;
}

static eng_status write_row(struct eng_store *store, int which, const uint8_t key[16],
                            const uint8_t *said, size_t size)
{
  sqlite3_stmt *statement;
  eng_status status = eng__store_statement(store, which, &statement);
  int code;

  if (status != ENG_OK) return status;
  code = sqlite3_bind_blob(statement, 1, key, 16, SQLITE_STATIC);
  if (code == SQLITE_OK && which == ENG__SQL_LINK_PUT) {
    code = sqlite3_bind_blob64(statement, 2, said, size, SQLITE_STATIC);
  }
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  status = eng__store_status(store, code);
  (void)sqlite3_reset(statement);
  (void)sqlite3_clear_bindings(statement);
  return status;
}

/* ---- taking in ---- */

/* The floor of a link: the greater one of its ids'. */
static eng_status floor_of(struct eng_store *store, const eng_link *link,
                           int64_t *floor)
{
  int64_t other;
  eng_status status = eng__store_base(store, link->a, (size_t)link->a_length, floor);

  if (status == ENG_OK) {
    status = eng__store_base(store, link->b, (size_t)link->b_length, &other);
  }
  if (status == ENG_OK && other > *floor) *floor = other;
  return status;
}

eng_status eng__store_take_link(struct eng_store *store, const uint8_t *bytes,
                                size_t size, int32_t *outcome)
{
  uint8_t key[16];
  eng_link link;
  int64_t floor;
  bool known, stands;
  eng_status status = eng__store_read_link(store, bytes, size, &link, key);

  if (status == ENG_OK) status = floor_of(store, &link, &floor);
  if (status != ENG_OK) return status;
  *outcome = ENG_RECORD_IGNORED;
  if (link.changed_at <= floor) return ENG_OK;
  status = compare(store, key, &link, &known, &stands);
  if (status != ENG_OK) return status;
  *outcome = stands  ? ENG_RECORD_UNCHANGED
             : known ? ENG_RECORD_REPLACED
                     : ENG_RECORD_ADDED;
  return stands ? ENG_OK : write_row(store, ENG__SQL_LINK_PUT, key, bytes, size);
}

/* Encodes a link, and takes that in. */
static eng_status put_link(struct eng_store *store, const eng_link *link,
                           int32_t *outcome)
{
  struct eng__sink sink = {NULL, 0, 0};
  size_t size;
  eng_status status;

  eng__link_write(link, &sink);
  size = sink.size;
  sink = (struct eng__sink){eng__new(&store->memory, size), 0, size};
  if (sink.bytes == NULL) return ENG_E_NOMEM;
  eng__link_write(link, &sink);
  status = eng__store_take_link(store, sink.bytes, size, outcome);
  memset(sink.bytes, 0, size);
  eng__free(&store->memory, sink.bytes, size);
  return status;
}

eng_status eng__store_merge_links(struct eng_store *store, const struct eng_book *book)
{
  eng_link *links;
  uint64_t count;
  int32_t outcome;
  eng_status status = eng__groups_list(book, &store->memory, &links, &count);

  if (status != ENG_OK || count == 0) return status;
  for (uint64_t i = 0; i < count && status == ENG_OK; i++) {
    status = put_link(store, &links[i], &outcome);
  }
  eng__free(&store->memory, links, (size_t)count * sizeof *links);
  return status;
}

/* The smaller id first. */
static eng_status say(eng_store *store, eng_link *link, int32_t *outcome)
{
  const char *a = link->a;
  uint64_t length = link->a_length;
  int32_t what = 0;
  int order;
  eng_status status;

  if (outcome != NULL) *outcome = 0;
  if (store == NULL || link->a == NULL || link->b == NULL) return ENG_E_INVALID;
  if (!eng__customer_id_is_valid(store->context, (size_t)link->a_length) ||
      !eng__customer_id_is_valid(store->context, (size_t)link->b_length)) {
    return ENG_E_CUSTOMER;
  }
  order =
      eng__id_compare(link->a, (size_t)link->a_length, link->b, (size_t)link->b_length);
  if (order == 0) return ENG_E_INVALID;
  if (link->changed_at < 0 || link->changed_at > ENG_TIME_MAX) return ENG_E_TIME;
  if (order > 0) {
    link->a = link->b;
    link->a_length = link->b_length;
    link->b = a;
    link->b_length = length;
  }
  status = eng__store_enter(store);
  if (status != ENG_OK) return status;
  status = eng__store_leave(store, put_link(store, link, &what));
  if (status == ENG_OK && outcome != NULL) *outcome = what;
  return status;
}

eng_status eng_store_link(eng_store *store, const char *a, size_t a_length,
                          const char *b, size_t b_length, int64_t changed_at,
                          int32_t *outcome)
{
  eng_link link = {sizeof link, ENG_LINK_MERGED, a, a_length, b, b_length, changed_at};

  return say(store, &link, outcome);
}

eng_status eng_store_unlink(eng_store *store, const char *a, size_t a_length,
                            const char *b, size_t b_length, int64_t changed_at,
                            int32_t *outcome)
{
  eng_link link = {sizeof link, ENG_LINK_UNMERGED, a,         a_length,
                   b,           b_length,          changed_at};

  return say(store, &link, outcome);
}

/* ---- going through them ---- */

/* Keys of rows to be dropped once nobody stands on them: of any type, as somebody may
 * have written them. The last one is where to go on behind. */
struct drops {
  sqlite3_value *keys[DROPS_AT_ONCE];
  size_t count;
  sqlite3_value *last; /* NULL: from the first row on */
};

/* What only lacks limits of the context is read all the same: who is forgotten may be
 * named there. */
static eng_status look_at(sqlite3_stmt *row, eng__link_fn look, void *user,
                          struct drops *drops)
{
  eng_link link;
  bool drop = false;
  eng_status status = link_of_row(row, SIZE_MAX, &link);

  if (status != ENG_OK && !eng__store_is_of_row(status)) return status;
  status = look(user, status == ENG_OK ? &link : NULL, &drop);
  if (status != ENG_OK || !drop) return status;
  drops->keys[drops->count] = sqlite3_value_dup(sqlite3_column_value(row, 0));
  if (drops->keys[drops->count] == NULL) return ENG_E_NOMEM;
  drops->count++;
  return ENG_OK;
}

/* Shows rows until there is no room for more that are to go. */
static eng_status look_on(struct eng_store *store, eng__link_fn look, void *user,
                          struct drops *drops)
{
  sqlite3_stmt *row;
  int code = SQLITE_OK;
  eng_status status = eng__store_statement(
      store, drops->last == NULL ? ENG__SQL_LINKS : ENG__SQL_LINKS_AFTER, &row);

  if (status != ENG_OK) return status;
  if (drops->last != NULL) code = sqlite3_bind_value(row, 1, drops->last);
  if (code == SQLITE_OK) code = sqlite3_step(row);
  while (code == SQLITE_ROW) {
    status = look_at(row, look, user, drops);
    if (status != ENG_OK || drops->count == DROPS_AT_ONCE) break;
    code = sqlite3_step(row);
  }
  if (status == ENG_OK) status = eng__store_status(store, code);
  (void)sqlite3_reset(row);
  (void)sqlite3_clear_bindings(row);
  return status;
}

static eng_status drop_link(struct eng_store *store, const sqlite3_value *key)
{
  sqlite3_stmt *statement;
  eng_status status = eng__store_statement(store, ENG__SQL_LINK_DROP, &statement);
  int code;

  if (status != ENG_OK) return status;
  code = sqlite3_bind_value(statement, 1, key);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  status = eng__store_status(store, code);
  (void)sqlite3_reset(statement);
  (void)sqlite3_clear_bindings(statement);
  return status;
}

eng_status eng__store_each_link(struct eng_store *store, eng__link_fn look, void *user)
{
  struct drops drops = {.count = 0, .last = NULL};
  eng_status status;
  bool full;

  do {
    status = look_on(store, look, user, &drops);
    full = drops.count == DROPS_AT_ONCE;
    sqlite3_value_free(drops.last);
    drops.last = full ? drops.keys[drops.count - 1] : NULL;
    for (size_t i = 0; i < drops.count; i++) {
      if (status == ENG_OK) status = drop_link(store, drops.keys[i]);
      if (drops.keys[i] != drops.last) sqlite3_value_free(drops.keys[i]);
    }
    drops.count = 0;
  } while (status == ENG_OK && full);
  sqlite3_value_free(drops.last);
  return status;
}

/* ---- reading ---- */

/* Some of the links of a file: copies, since rows do not last. */
struct some {
  struct eng_store *store;
  eng_link links[AT_ONCE];
  size_t count;
};

static void drop_some(struct some *some)
{
  for (size_t i = 0; i < some->count; i++) {
    eng__free(&some->store->memory, (char *)(uintptr_t)some->links[i].a,
              (size_t)(some->links[i].a_length + some->links[i].b_length));
  }
  some->count = 0;
}

static eng_status bring_some(struct some *some, struct eng_book *book)
{
  eng_status status = eng_book_link_many(book, some->links, some->count);

  drop_some(some);
  return status;
}

static eng_status add_some(struct some *some, const eng_link *link)
{
  size_t a_length = (size_t)link->a_length, b_length = (size_t)link->b_length;
  char *ids = eng__new(&some->store->memory, a_length + b_length);
  eng_link *kept = &some->links[some->count];

  if (ids == NULL) return ENG_E_NOMEM;
  memcpy(ids, link->a, a_length);
  memcpy(ids + a_length, link->b, b_length);
  *kept = *link;
  kept->a = ids;
  kept->b = ids + a_length;
  some->count++;
  return ENG_OK;
}

static eng_status read_all(struct some *some, sqlite3_stmt *rows, struct eng_book *book)
{
  eng_status status = ENG_OK;
  int code = SQLITE_DONE;

  while (status == ENG_OK && (code = sqlite3_step(rows)) == SQLITE_ROW) {
    eng_link link;

    status = link_of_row(rows, eng__limit(some->store->context, ENG_LIMIT_ID), &link);
    if (status == ENG_OK) status = add_some(some, &link);
    if (status == ENG_OK && some->count == AT_ONCE) status = bring_some(some, book);
  }
  if (status == ENG_OK) status = eng__store_status(some->store, code);
  if (status == ENG_OK) return bring_some(some, book);
  drop_some(some);
  return status;
}

eng_status eng__store_links(struct eng_store *store, struct eng_book *book)
{
  struct some *some;
  sqlite3_stmt *rows = NULL;
  eng_status status;

  if (store->version < ENG__STORE_LINKS) return ENG_OK;
  some = eng__new(&store->memory, sizeof *some);
  if (some == NULL) return ENG_E_NOMEM;
  some->store = store;
  some->count = 0;
  status =
      eng__store_prepare(store, "SELECT pair, said FROM link ORDER BY pair", &rows);
  if (status == ENG_OK) status = read_all(some, rows, book);
  (void)sqlite3_finalize(rows);
  eng__free(&store->memory, some, sizeof *some);
  return status;
}

eng_status eng_store_links(eng_store *store, eng_book *book)
{
  if (store == NULL || book == NULL) return ENG_E_INVALID;
  if (book->home.pen.context != store->context) return ENG_E_CONTEXT;
  store->code = 0;
  return eng__store_links(store, book);
}
