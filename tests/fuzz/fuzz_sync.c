/* SPDX-License-Identifier: MIT
 *
 * fuzz_sync.c - messages of a stranger, in both roles of a sync: an answer or a status.
 * The store is whole afterwards, nobody is in it who was forgotten, and a sync with an
 * honest store ends with both alike.
 *
 * The first byte: 1 the role, 2 no greeting is given before, 4 the store is empty. Then
 * messages, each behind its length of two bytes.
 */
#include <engagement.h>

#include "config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#if HAVE_SQLITE3

#include "store/memory_disk.h"
#include "store/store.h"

enum { CUSTOMERS = 40, TURNS = 32 };

static const uint8_t key[16] = "sixteen bytes...";
static eng_context *context;
static eng_store *stores[2];

static void must(int holds)
{
  if (!holds) abort();
}

static eng_store *new_store(const char *path)
{
  eng_store_options options;
  eng_store *store;

  eng_store_options_init(&options, sizeof options);
  options.flags = ENG_STORE_CREATE;
  options.vfs = memory_disk();
  must(eng_store_open(context, NULL, path, &options, &store, NULL) == ENG_OK);
  must(eng_store_set_key(store, 1, key) == ENG_OK);
  return store;
}

static void run(eng_store *store, const char *sql)
{
  must(sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

/* The rows as they are to be before each input are kept in tables of the connection. */
static void fill(eng_store *store)
{
  for (int n = 0; n < CUSTOMERS; n++) {
    eng_event *event;
    char id[2] = {(char)('A' + n / 8), (char)('a' + n % 8)};

    must(eng_event_new(context, ENG_EVENT_PURCHASE, n * 1000 + 1000, &event) == ENG_OK);
    must(eng_store_record(store, id, n % 3 == 0 ? 1 : 2, event, NULL) == ENG_OK);
    eng_event_free(event);
  }
  must(eng_store_forget(store, "gone", 4, 100000, NULL) == ENG_OK);
  must(eng_store_link(store, "Ab", 2, "Ca", 2, 5000, NULL) == ENG_OK);
  must(eng_store_unlink(store, "B", 1, "else", 4, 6000, NULL) == ENG_OK);
  run(store, "CREATE TEMP TABLE c AS SELECT * FROM main.customer;"
             "CREATE TEMP TABLE t AS SELECT * FROM main.tombstone;"
             "CREATE TEMP TABLE l AS SELECT * FROM main.link");
}

static void tear_down(void)
{
  for (int i = 0; i < 2; i++) eng_store_close(stores[i]);
  eng_context_free(context);
  memory_disk_clear();
}

static void set_up(void)
{
  if (context == NULL) {
    must(eng_context_new(NULL, &context) == ENG_OK);
    stores[0] = new_store("0.book");
    stores[1] = new_store("1.book");
    fill(stores[0]);
    must(atexit(tear_down) == 0);
    memory_disk_limit((size_t)16 << 20);
  }
}

static void put_back(eng_store *store, int filled)
{
  run(store, "BEGIN; DELETE FROM main.customer; DELETE FROM main.tombstone; "
             "DELETE FROM main.link; DELETE FROM main.setting");
  if (filled)
    run(store, "INSERT INTO main.customer SELECT * FROM temp.c;"
               "INSERT INTO main.tombstone SELECT * FROM temp.t;"
               "INSERT INTO main.link SELECT * FROM temp.l");
  run(store, "COMMIT");
}

static void is_whole(eng_store *store)
{
  eng_store_report report;

  eng_store_report_init(&report, sizeof report);
  must(eng_store_check(store, NULL, NULL, &report) == ENG_OK);
  must(report.damaged + report.pages == 0);
}

static int next(eng_sync *sync, const uint8_t *message, size_t size)
{
  const uint8_t *out;
  size_t out_size;
  int32_t done;
  eng_status status = eng_sync_next(sync, message, size, &out, &out_size, &done);

  must(status != ENG_E_NOMEM && status != ENG_E_CONTEXT && status != ENG_E_IO &&
       status != ENG_E_DAMAGED);
  /* A full answer, and one item behind it. */
  must(out_size <= (size_t)8 << 20);
  return status == ENG_OK && !done;
}

static void feed(eng_store *store, int flags, const uint8_t *data, size_t size)
{
  static const uint8_t hello[] = {'S', 0, 0};
  int32_t role = flags & 1 ? ENG_SYNC_ASK : ENG_SYNC_ANSWER;
  eng_sync *sync;
  int goes_on = 1;

  must(eng_sync_new(store, role, &sync) == ENG_OK);
  if (role == ENG_SYNC_ASK) goes_on = next(sync, NULL, 0);
  if (goes_on && !(flags & 2)) goes_on = next(sync, hello, sizeof hello);
  for (int turn = 0; turn < TURNS && goes_on && size >= 2; turn++) {
    size_t length = (size_t)(data[0] | data[1] << 8);
    uint8_t *message;

    data += 2;
    size -= 2;
    if (length > size) length = size;
    /* Of its very size, so that a byte read behind it is seen. */
    message = malloc(length > 0 ? length : 1);
    must(message != NULL);
    if (length > 0) memcpy(message, data, length);
    goes_on = next(sync, message, length);
    free(message);
    data += length;
    size -= length;
  }
  eng_sync_free(sync);
}

/* Whether they exchanged anything. */
static int meet(eng_store *one, eng_store *other)
{
  eng_sync *ask, *answer;
  eng_sync_counts counts;
  const uint8_t *message = NULL;
  size_t size = 0;
  int32_t done = 0;

  must(eng_sync_new(one, ENG_SYNC_ASK, &ask) == ENG_OK);
  must(eng_sync_new(other, ENG_SYNC_ANSWER, &answer) == ENG_OK);
  for (int turn = 0; turn < 100 && !done; turn++) {
    must(eng_sync_next(ask, message, size, &message, &size, &done) == ENG_OK);
    must(eng_sync_next(answer, message, size, &message, &size, &done) == ENG_OK);
  }
  must(done);
  eng_sync_counts_init(&counts, sizeof counts);
  eng_sync_get_counts(ask, &counts);
  eng_sync_free(ask);
  eng_sync_free(answer);
  return counts.links_sent + counts.links_received + counts.customers_sent +
             counts.customers_received + counts.forgotten_sent +
             counts.forgotten_received >
         0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_customer *gone;
  int flags, changes;

  set_up();
  if (size == 0) return 0;
  flags = data[0];
  put_back(stores[0], !(flags & 4));
  changes = sqlite3_total_changes(stores[0]->db);
  feed(stores[0], flags, data + 1, size - 1);
  if (sqlite3_total_changes(stores[0]->db) == changes) return 0;
  is_whole(stores[0]);
  if (!(flags & 4) && eng_store_customer(stores[0], "gone", 4, &gone, NULL) == ENG_OK) {
    must(eng_customer_floor(gone) >= 100000);
    eng_customer_free(gone);
  }
  put_back(stores[1], 0);
  (void)meet(stores[1], stores[0]);
  must(!meet(stores[0], stores[1]));
  is_whole(stores[1]);
  return 0;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  (void)data, (void)size;
  return 0;
}

#endif
