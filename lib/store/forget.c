/* SPDX-License-Identifier: MIT */
/*
 * forget.c - floors, and people who are to be forgotten.
 *
 * Two floors hold for an id whether the file has the customer or not: the one of all,
 * and that of a tombstone, which is found by the id's pseudonym under each key. A
 * tombstone at or before the floor of all says nothing any more and is dropped.
 *
 * SQLite is told to overwrite what it deletes (secure_delete), the log keeps old pages,
 * and what else a page may keep between its cells is nobody's promise: so the whole
 * file is written anew and the log emptied.
 */
#include <string.h>

#include "core/hash.h"
#include "core/status.h"
#include "store/store.h"

enum { PROGRESS_EVERY = 1024 };

static const char proof_text[] = "libengagement key";

/* ---- settings ---- */

eng_status eng__store_setting(struct eng_store *store, const char *name, int64_t *out)
{
  sqlite3_stmt *row;
  eng_status status;
  int code;

  *out = ENG_TIME_NONE;
  if (store->version < 2) return ENG_OK;
  status = eng__store_statement(store, ENG__SQL_SETTING, &row);
  if (status != ENG_OK) return status;
  code = sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
  if (code == SQLITE_OK) code = sqlite3_step(row);
  status = eng__store_status(store, code);
  if (code == SQLITE_ROW) {
    *out = sqlite3_column_int64(row, 0);
    if (*out < 0 || *out > ENG_TIME_MAX) status = ENG_E_DAMAGED;
  }
  (void)sqlite3_reset(row);
  return status;
}

/* The first value of a statement is the name, a second one the number. */
static eng_status write_setting(struct eng_store *store, int which, const char *name,
                                int64_t value)
{
  sqlite3_stmt *statement;
  eng_status status = eng__store_statement(store, which, &statement);
  int code;

  if (status != ENG_OK) return status;
  code = sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
  if (code == SQLITE_OK && which == ENG__SQL_SET) {
    code = sqlite3_bind_int64(statement, 2, value);
  }
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  status = eng__store_status(store, code);
  (void)sqlite3_reset(statement);
  return status;
}

eng_status eng__store_set(struct eng_store *store, const char *name, int64_t value)
{
  return write_setting(store, ENG__SQL_SET, name, value);
}

/* ---- keys ---- */

static struct eng__store_key *find_key(struct eng_store *store, int64_t number)
{
  for (int i = 0; i < store->key_count; i++) {
    if (store->keys[i].number == number) return &store->keys[i];
  }
  return NULL;
}

static void make_proof(const uint8_t *key, uint8_t proof[16])
{
  eng__keyed_hash128(key, proof_text, sizeof proof_text, proof);
}

bool eng__store_proof(const struct eng_store *store, uint64_t number, uint8_t proof[16])
{
  for (int i = 0; i < store->key_count; i++) {
    if (store->keys[i].number != number) continue;
    make_proof(store->keys[i].bytes, proof);
    return true;
  }
  return false;
}

/* Compares the proof of a key with the file's, or puts it there. */
static eng_status prove(struct eng_store *store, uint32_t number, const uint8_t *proof)
{
  sqlite3_stmt *row;
  const uint8_t *kept;
  size_t size;
  eng_status status = eng__store_statement(store, ENG__SQL_KEY_GET, &row);
  int code;

  if (status != ENG_OK) return status;
  (void)sqlite3_bind_int64(row, 1, number);
  code = sqlite3_step(row);
  status = eng__store_status(store, code);
  if (code == SQLITE_ROW) {
    status = eng__store_blob(row, 0, 16, 16, &kept, &size);
    if (status == ENG_OK && memcmp(kept, proof, 16) != 0) status = ENG_E_KEY;
  }
  (void)sqlite3_reset(row);
  if (status != ENG_OK || code == SQLITE_ROW) return status;

  status = eng__store_statement(store, ENG__SQL_KEY_PUT, &row);
  if (status != ENG_OK) return status;
  (void)sqlite3_bind_int64(row, 1, number);
  code = sqlite3_bind_blob(row, 2, proof, 16, SQLITE_STATIC);
  if (code == SQLITE_OK) code = sqlite3_step(row);
  status = eng__store_status(store, code);
  (void)sqlite3_reset(row);
  return status;
}

eng_status eng_store_set_key(eng_store *store, uint32_t number, const uint8_t *key)
{
  struct eng__store_key *kept;
  uint8_t proof[16];
  eng_status status;

  if (store == NULL || key == NULL) return ENG_E_INVALID;
  if (number < 1 || number > INT32_MAX) return ENG_E_RANGE;
  kept = find_key(store, number);
  if (kept == NULL && store->key_count == ENG__STORE_KEYS) return ENG_E_LIMIT;
  make_proof(key, proof);
  status = eng__store_enter(store);
  if (status != ENG_OK) return status;
  status = eng__store_leave(store, prove(store, number, proof));
  if (status != ENG_OK || kept != NULL) return status;
  kept = &store->keys[store->key_count++];
  kept->number = number;
  memcpy(kept->bytes, key, sizeof kept->bytes);
  return ENG_OK;
}

/* The key under which is forgotten from here on: the file's last. */
static eng_status current_key(struct eng_store *store, struct eng__store_key **out)
{
  sqlite3_stmt *last;
  eng_status status = eng__store_statement(store, ENG__SQL_KEY_LAST, &last);
  int code;

  *out = NULL;
  if (status != ENG_OK) return status;
  code = sqlite3_step(last);
  status = eng__store_status(store, code);
  if (code == SQLITE_ROW) *out = find_key(store, sqlite3_column_int64(last, 0));
  (void)sqlite3_reset(last);
  return status == ENG_OK && *out == NULL ? ENG_E_KEY : status;
}

eng_status eng_store_next_key(eng_store *store, uint32_t after, uint32_t *number,
                              uint64_t *forgotten)
{
  sqlite3_stmt *row;
  eng_status status;
  int code;

  if (number != NULL) *number = 0;
  if (forgotten != NULL) *forgotten = 0;
  if (store == NULL || number == NULL) return ENG_E_INVALID;
  store->code = 0;
  if (store->version < 4) return ENG_OK;
  status = eng__store_statement(store, ENG__SQL_KEY_NEXT, &row);
  if (status != ENG_OK) return status;
  (void)sqlite3_bind_int64(row, 1, after);
  code = sqlite3_step(row);
  status = eng__store_status(store, code);
  if (code == SQLITE_ROW) {
    int64_t found = sqlite3_column_int64(row, 0);

    if (found < 1 || found > INT32_MAX) {
      status = ENG_E_DAMAGED;
    } else {
      *number = (uint32_t)found;
      if (forgotten != NULL) *forgotten = (uint64_t)sqlite3_column_int64(row, 1);
    }
  }
  (void)sqlite3_reset(row);
  return status;
}

/* ---- tombstones ---- */

static eng_status stone_under(struct eng_store *store, const struct eng__store_key *key,
                              const char *id, size_t length, int64_t *floor)
{
  uint8_t pseudonym[16];
  sqlite3_stmt *row;
  eng_status status = eng__store_statement(store, ENG__SQL_STONE_GET, &row);
  int code;

  if (status != ENG_OK) return status;
  eng__keyed_hash128(key->bytes, id, length, pseudonym);
  (void)sqlite3_bind_int64(row, 1, key->number);
  code = sqlite3_bind_blob(row, 2, pseudonym, sizeof pseudonym, SQLITE_STATIC);
  if (code == SQLITE_OK) code = sqlite3_step(row);
  status = eng__store_status(store, code);
  if (code == SQLITE_ROW) {
    int64_t stone = sqlite3_column_int64(row, 0);

    if (stone < 0 || stone > ENG_TIME_MAX) status = ENG_E_DAMAGED;
    if (stone > *floor) *floor = stone;
  }
  (void)sqlite3_reset(row);
  return status;
}

eng_status eng__store_base(struct eng_store *store, const char *id, size_t length,
                           int64_t *floor)
{
  sqlite3_stmt *row;
  eng_status status = eng__store_statement(store, ENG__SQL_KEYS_NEEDED, &row);
  int code;

  *floor = store->floor;
  if (status != ENG_OK) return status;
  while ((code = sqlite3_step(row)) == SQLITE_ROW) {
    struct eng__store_key *key = find_key(store, sqlite3_column_int64(row, 0));

    status = key == NULL ? ENG_E_KEY : stone_under(store, key, id, length, floor);
    if (status != ENG_OK) break;
  }
  if (status == ENG_OK) status = eng__store_status(store, code);
  (void)sqlite3_reset(row);
  return status;
}

static eng_status put_stone(struct eng_store *store, uint32_t number,
                            const uint8_t pseudonym[16], int64_t floor)
{
  sqlite3_stmt *statement;
  eng_status status = eng__store_statement(store, ENG__SQL_STONE_PUT, &statement);
  int code;

  if (status != ENG_OK) return status;
  (void)sqlite3_bind_int64(statement, 1, number);
  (void)sqlite3_bind_int64(statement, 3, floor);
  code = sqlite3_bind_blob(statement, 2, pseudonym, 16, SQLITE_STATIC);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  status = eng__store_status(store, code);
  (void)sqlite3_reset(statement);
  return status;
}

/* ---- scrubbing ---- */

/* Two counts that only grow: of what was dropped, and of what was dropped when
 * scrubbing last began. So whoever drops something while another scrubs is not taken
 * for done. */
static const char dropped[] = "scrub", scrubbed[] = "scrubbed";

eng_status eng__store_count_dropped(struct eng_store *store)
{
  return write_setting(store, ENG__SQL_RAISE, dropped, 0);
}

static eng_status mark_scrub(struct eng_store *store)
{
  eng_status status = eng__store_count_dropped(store);

  if (status == ENG_OK) store->has_scrub = true;
  return status;
}

/* The answer's first column is 1 where somebody was in the way. */
static eng_status empty_log(struct eng_store *store)
{
  int64_t busy;
  eng_status status =
      eng__store_number(store, "PRAGMA main.wal_checkpoint(TRUNCATE)", &busy);

  return status == ENG_OK && busy != 0 ? ENG_E_BUSY : status;
}

/* Encoded timelines of whoever was written last do not stay either. */
static void wipe(struct eng_store *store)
{
  if (store->bytes != NULL) memset(store->bytes, 0, store->room);
  (void)sqlite3_db_release_memory(store->db);
}

/* What was dropped up to here is in no byte any more. */
static eng_status note_scrubbed(struct eng_store *store, int64_t count)
{
  int64_t before;
  eng_status status = eng__store_setting(store, scrubbed, &before);

  if (status == ENG_OK && count <= before) return ENG_OK;
  return status == ENG_OK ? eng__store_set(store, scrubbed, count) : status;
}

eng_status eng_store_scrub(eng_store *store)
{
  int64_t count;
  eng_status status;

  if (store == NULL || store->begun || store->cursors > 0) return ENG_E_INVALID;
  if (store->flags & ENG_STORE_READ_ONLY) return ENG_E_READONLY;
  store->code = 0;
  wipe(store);
  status = eng__store_setting(store, dropped, &count);
  if (status == ENG_OK) status = eng__store_execute(store, "VACUUM");
  if (status == ENG_OK) status = empty_log(store);
  if (status != ENG_OK) return status;
  status = eng__store_enter(store);
  if (status != ENG_OK) return status;
  return eng__store_leave(store, note_scrubbed(store, count));
}

eng_status eng__store_clean(struct eng_store *store)
{
  if (!store->has_scrub || store->begun) return ENG_OK;
  store->has_scrub = false;
  return eng_store_scrub(store);
}

eng_status eng_store_scrub_is_due(eng_store *store, int32_t *due)
{
  int64_t count, done;
  eng_status status;

  if (due != NULL) *due = 1;
  if (store == NULL || due == NULL) return ENG_E_INVALID;
  store->code = 0;
  /* In this order: what another process does in between makes it due at the most. */
  status = eng__store_setting(store, scrubbed, &done);
  if (status == ENG_OK) status = eng__store_setting(store, dropped, &count);
  if (status == ENG_OK) *due = count > done;
  return status;
}

/* ---- floors ---- */

eng_status eng_store_floor(eng_store *store, int64_t *out)
{
  eng_status status;

  if (out != NULL) *out = ENG_TIME_NONE;
  if (store == NULL || out == NULL) return ENG_E_INVALID;
  store->code = 0;
  status = eng__store_setting(store, "floor", out);
  if (status != ENG_OK) *out = ENG_TIME_NONE;
  return status;
}

/* From one id to the next; what a row holds besides is not looked at, so that a damaged
 * one is in nobody's way. */
struct walk {
  char *id;
  size_t length, room;
  bool there;
};

static eng_status keep_id(struct eng_store *store, sqlite3_stmt *row, struct walk *walk)
{
  const uint8_t *id;
  void *block = walk->id;
  size_t length;
  eng_status status = eng__store_blob(row, 0, 1, SIZE_MAX, &id, &length);

  if (status == ENG_OK) {
    status = eng__grow(&store->memory, &block, &walk->room, length, 1);
    walk->id = block;
  }
  if (status != ENG_OK) return status;
  memcpy(walk->id, id, length);
  walk->length = length;
  walk->there = true;
  return ENG_OK;
}

/* The first id behind the last one; there: false behind all of them. */
static eng_status walk_on(struct eng_store *store, struct walk *walk)
{
  sqlite3_stmt *row;
  eng_status status = eng__store_statement(store, ENG__SQL_AFTER, &row);
  const char *id = walk->length == 0 ? "" : walk->id;
  int code;

  walk->there = false;
  if (status != ENG_OK) return status;
  /* No bytes at no address would be NULL, behind which nothing comes. The row outlives
   * the id that it was looked for by. */
  code = sqlite3_bind_blob64(row, 1, id, walk->length, SQLITE_STATIC);
  if (code == SQLITE_OK) code = sqlite3_step(row);
  status = eng__store_status(store, code);
  if (code == SQLITE_ROW) status = keep_id(store, row, walk);
  (void)sqlite3_reset(row);
  (void)sqlite3_clear_bindings(row);
  return status;
}

static void walk_end(struct eng_store *store, struct walk *walk)
{
  eng__free(&store->memory, walk->id, walk->room);
}

static eng_status raise_one(struct eng_store *store, eng_customer *customer,
                            int64_t floor)
{
  eng_status status = eng_customer_expire(customer, floor);

  return status == ENG_OK ? eng__store_put(store, customer) : status;
}

static eng_status drop_passed(struct eng_store *store, int64_t floor)
{
  sqlite3_stmt *statement;
  eng_status status = eng__store_statement(store, ENG__SQL_STONES_PASSED, &statement);

  if (status != ENG_OK) return status;
  (void)sqlite3_bind_int64(statement, 1, floor);
  status = eng__store_status(store, sqlite3_step(statement));
  (void)sqlite3_reset(statement);
  return status;
}

/* A row that cannot be read is passed over; the first one's status is kept. */
static eng_status raise_next(struct eng_store *store, const struct walk *walk,
                             int64_t floor, eng_status *damage)
{
  eng_customer *customer;
  eng_status status = eng__store_read(store, walk->id, walk->length, &customer, NULL);

  if (eng__store_is_of_row(status)) {
    if (*damage == ENG_OK) *damage = status;
    return ENG_OK;
  }
  if (status != ENG_OK || customer == NULL) return status;
  status = raise_one(store, customer, floor);
  eng_customer_free(customer);
  return status;
}

static eng_status raise_all(struct eng_store *store, int64_t floor,
                            eng_progress_fn progress, void *user, eng_status *damage)
{
  struct walk walk = {NULL, 0, 0, false};
  eng_status status = ENG_OK;

  for (uint64_t done = 0; status == ENG_OK; done++) {
    if (progress != NULL && done % PROGRESS_EVERY == 0 &&
        progress(user, done, 0) != 0) {
      status = ENG_E_CANCELLED;
      break;
    }
    status = walk_on(store, &walk);
    if (status != ENG_OK || !walk.there) break;
    status = raise_next(store, &walk, floor, damage);
  }
  walk_end(store, &walk);
  return status;
}

/* Links at or before the floor of all. */
static eng_status look_passed(void *user, const eng_link *link, bool *drop)
{
  *drop = link != NULL && link->changed_at <= *(const int64_t *)user;
  return ENG_OK;
}

static eng_status expire(struct eng_store *store, int64_t floor,
                         eng_progress_fn progress, void *user, eng_status *damage)
{
  eng_status status;

  *damage = ENG_OK;
  if (floor <= store->floor) return ENG_OK;
  status = eng__store_set(store, "floor", floor);
  if (status == ENG_OK) status = drop_passed(store, floor);
  if (status == ENG_OK) status = eng__store_each_link(store, look_passed, &floor);
  if (status != ENG_OK) return status;
  store->floor = floor;
  status = raise_all(store, floor, progress, user, damage);
  return status == ENG_OK ? mark_scrub(store) : status;
}

eng_status eng__store_raise(struct eng_store *store, int64_t floor)
{
  eng_status damage;

  return expire(store, floor, NULL, NULL, &damage);
}

eng_status eng_store_expire(eng_store *store, int64_t floor, eng_progress_fn progress,
                            void *user)
{
  eng_status status, damage;

  if (store == NULL) return ENG_E_INVALID;
  if (floor < 0 || floor > ENG_TIME_MAX) return ENG_E_TIME;
  status = eng__store_enter(store);
  if (status != ENG_OK) return status;
  status = eng__store_leave(store, expire(store, floor, progress, user, &damage));
  if (status == ENG_OK) status = eng__store_clean(store);
  return status == ENG_OK ? damage : status;
}

static eng_status expire_one(struct eng_store *store, const char *id, size_t length,
                             int64_t floor)
{
  eng_customer *customer;
  eng_status status = eng__store_fetch(store, id, length, &customer);

  if (status != ENG_OK) return status;
  status = raise_one(store, customer, floor);
  eng_customer_free(customer);
  return status == ENG_OK ? mark_scrub(store) : status;
}

eng_status eng_store_expire_customer(eng_store *store, const char *id, size_t length,
                                     int64_t floor)
{
  eng_status status;

  if (store == NULL || id == NULL) return ENG_E_INVALID;
  if (!eng__customer_id_is_valid(store->context, length)) return ENG_E_CUSTOMER;
  if (floor < 0 || floor > ENG_TIME_MAX) return ENG_E_TIME;
  status = eng__store_enter(store);
  if (status != ENG_OK) return status;
  status = eng__store_leave(store, expire_one(store, id, length, floor));
  return status == ENG_OK ? eng__store_clean(store) : status;
}

/* ---- forgetting ---- */

/* The later of now, the last event and the floor: what was held does not come back. */
static int64_t floor_of(const eng_customer *customer, int64_t now)
{
  int64_t last = ENG_TIME_NONE;

  if (eng__timeline_count(&customer->timeline) > 0) {
    last = eng__timeline_last(&customer->timeline);
  }
  if (last > now) now = last;
  return customer->timeline.floor > now ? customer->timeline.floor : now;
}

/* The links of somebody, and the last time when any was made. */
struct named {
  const char *id;
  size_t length;
  int64_t last;
  bool any;
};

static bool is_id(const struct named *named, const char *id, uint64_t length)
{
  return length == named->length && memcmp(id, named->id, named->length) == 0;
}

/* Whom a damaged one names cannot be told, so it goes as well. */
static eng_status look_named(void *user, const eng_link *link, bool *drop)
{
  struct named *named = user;

  *drop = link == NULL || is_id(named, link->a, link->a_length) ||
          is_id(named, link->b, link->b_length);
  if (!*drop || link == NULL) return ENG_OK;
  named->any = true;
  if (link->changed_at > named->last) named->last = link->changed_at;
  return ENG_OK;
}

static eng_status forget(struct eng_store *store, const char *id, size_t length,
                         int64_t now, bool *known)
{
  struct named named = {id, length, ENG_TIME_NONE, false};
  struct eng__store_key *key;
  eng_customer *customer = NULL;
  eng_status status = current_key(store, &key);

  if (status != ENG_OK) return status;
  status = eng__store_read(store, id, length, &customer, NULL);
  /* Of a damaged row the id is enough to drop it by. */
  *known = customer != NULL || eng__store_is_of_row(status);
  if (status != ENG_OK && !*known) return status;
  if (customer != NULL) now = floor_of(customer, now);
  eng_customer_free(customer);
  status = *known ? eng__store_drop(store, id, length) : ENG_OK;
  if (status == ENG_OK) status = eng__store_each_link(store, look_named, &named);
  *known = *known || named.any;
  if (named.last > now) now = named.last;
  if (status == ENG_OK && now > store->floor) {
    uint8_t pseudonym[16];

    eng__keyed_hash128(key->bytes, id, length, pseudonym);
    status = put_stone(store, key->number, pseudonym, now);
  }
  return status == ENG_OK ? mark_scrub(store) : status;
}

eng_status eng_store_forget(eng_store *store, const char *id, size_t length,
                            int64_t now, int32_t *known)
{
  bool was_known = false;
  eng_status status;

  if (known != NULL) *known = 0;
  if (store == NULL || id == NULL) return ENG_E_INVALID;
  if (!eng__customer_id_is_valid(store->context, length)) return ENG_E_CUSTOMER;
  if (now < 0 || now > ENG_TIME_MAX) return ENG_E_TIME;
  status = eng__store_enter(store);
  if (status != ENG_OK) return status;
  status = eng__store_leave(store, forget(store, id, length, now, &was_known));
  if (status == ENG_OK && known != NULL) *known = was_known;
  return status == ENG_OK ? eng__store_clean(store) : status;
}

/* ---- tombstones of elsewhere ---- */

static const struct eng__stone *find_stone(const struct eng__stone *stones,
                                           size_t count, const uint8_t *key)
{
  size_t low = 0, high = count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = memcmp(key, stones[middle].key, ENG__STONE_SIZE);

    if (order == 0) return &stones[middle];
    if (order < 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return NULL;
}

static void put_number(uint8_t *to, uint32_t number)
{
  for (int i = 0; i < 4; i++) to[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* The floor that the stones give an id, or ENG_TIME_NONE. */
static int64_t floor_by(const struct eng_store *store, const struct eng__stone *stones,
                        size_t count, const char *id, size_t length)
{
  int64_t floor = ENG_TIME_NONE;

  for (int i = 0; i < store->key_count; i++) {
    uint8_t key[ENG__STONE_SIZE];
    const struct eng__stone *stone;

    put_number(key, store->keys[i].number);
    eng__keyed_hash128(store->keys[i].bytes, id, length, key + 4);
    stone = find_stone(stones, count, key);
    if (stone != NULL && stone->floor > floor) floor = stone->floor;
  }
  return floor;
}

/* What is damaged is dropped by its id. What only lacks limits or words of the context
 * may hold events above the floor, so that is left and said. */
static eng_status strike_one(struct eng_store *store, const struct walk *walk,
                             int64_t floor)
{
  eng_customer *customer;
  eng_status status = eng__store_read(store, walk->id, walk->length, &customer, NULL);

  if (eng__store_is_damage(status)) {
    status = eng__store_drop(store, walk->id, walk->length);
    return status == ENG_OK ? mark_scrub(store) : status;
  }
  if (status != ENG_OK || customer == NULL) return status;
  /* A floor of its own at the same instant is no longer one of its own. */
  if (floor >= customer->timeline.floor) {
    status = raise_one(store, customer, floor);
    if (status == ENG_OK) status = mark_scrub(store);
  }
  eng_customer_free(customer);
  return status;
}

/* Tombstones as links are held against them. */
struct struck {
  const struct eng_store *store;
  const struct eng__stone *stones;
  size_t count;
  bool any;
};

static eng_status look_struck(void *user, const eng_link *link, bool *drop)
{
  struct struck *struck = user;

  *drop = link == NULL ||
          link->changed_at <= floor_by(struck->store, struck->stones, struck->count,
                                       link->a, (size_t)link->a_length) ||
          link->changed_at <= floor_by(struck->store, struck->stones, struck->count,
                                       link->b, (size_t)link->b_length);
  struck->any = struck->any || *drop;
  return ENG_OK;
}

static eng_status strike_links(struct eng_store *store, const struct eng__stone *stones,
                               size_t count)
{
  struct struck struck = {store, stones, count, false};
  eng_status status = eng__store_each_link(store, look_struck, &struck);

  return status == ENG_OK && struck.any ? mark_scrub(store) : status;
}

/* Nobody can tell from a pseudonym who is meant, so all ids are asked. */
static eng_status strike(struct eng_store *store, const struct eng__stone *stones,
                         size_t count)
{
  struct walk walk = {NULL, 0, 0, false};
  eng_status status = ENG_OK;

  while (status == ENG_OK) {
    int64_t floor;

    status = walk_on(store, &walk);
    if (status != ENG_OK || !walk.there) break;
    floor = floor_by(store, stones, count, walk.id, walk.length);
    if (floor != ENG_TIME_NONE) status = strike_one(store, &walk, floor);
  }
  walk_end(store, &walk);
  return status;
}

eng_status eng__store_take_stones(struct eng_store *store,
                                  const struct eng__stone *stones, size_t count)
{
  eng_status status = ENG_OK;

  for (size_t i = 0; i < count && status == ENG_OK; i++) {
    const uint8_t *key = stones[i].key;
    uint32_t number = (uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 |
                      (uint32_t)key[2] << 8 | key[3];

    if (find_key(store, number) == NULL) return ENG_E_KEY;
    if (stones[i].floor <= store->floor) continue;
    status = put_stone(store, number, key + 4, stones[i].floor);
  }
  if (status != ENG_OK || count == 0) return status;
  status = strike(store, stones, count);
  return status == ENG_OK ? strike_links(store, stones, count) : status;
}
