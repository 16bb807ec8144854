/* SPDX-License-Identifier: MIT
 *
 * prop_histories.c - the law of stores: whatever is recorded, revised, linked, taken
 * apart, expired and forgotten, in whichever store, whenever stores are synced, broken
 * off or not, and whatever old blobs and books come back: the end is what one book
 * would hold.
 *
 * The oracle knows nothing of lib/store. An event is a bit, a store a set of bits and
 * some floors; two that were synced have the union and the later floors. What a sync
 * that broke off carried nobody knows, so that a store has a least and a most that it
 * holds. Which version of an event wins is for model_timeline.c to say.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include <check.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "property/model_timeline.h"
#include "property/property.h"
#include "store/memory_disk.h"
#include "unit/support.h"

Suite *prop_histories_suite(void);

#if HAVE_SQLITE3

#include "store/store.h"

enum {
  STORES = 4,
  PEOPLE = 3,
  EVENTS = 24,
  LINKS = 12,
  ACTS = 24,
  SLOTS = 3,
  KEYS = 3,
  TOP = 60 /* behind every time that is drawn */
};

#define START INT64_C(1577836800000)

/* ---- what is drawn ---- */

enum what {
  NOTHING, /* left out while a case is made smaller */
  RECORD,
  LINK,
  FORGET,
  EXPIRE,
  EXPIRE_ONE,
  SYNC,
  BREAK,      /* a sync of so many messages */
  KEEP,       /* a customer's blob goes into a slot */
  KEEP_BOOK,  /* a whole store's */
  BRING_BACK, /* what a slot holds is merged */
  ROTATE,
  REOPEN
};

struct act {
  enum what what;
  int store, other, person, event, link, slot;
  int64_t at;
  int messages;
  bool undone;   /* in a transaction that is rolled back */
  bool scrubbed; /* the file is written anew; it takes longer than all the rest */
};

/* That two people are one, or are not. */
struct said {
  int a, b;
  int64_t at;
  bool merged;
};

struct story {
  int stores, acts;
  int span; /* of the times: where it is small, floors and events meet */
  struct act act[ACTS];
  struct model_event events[EVENTS];
  int person_of[EVENTS];
  struct said links[LINKS];
};

static int64_t pick(prop_draw *draw, int64_t low, int64_t high)
{
  return prop_between(draw, low, high);
}

static bool one_in(prop_draw *draw, int n)
{
  return prop_next(draw) % (unsigned)n == 0;
}

static void draw_event(prop_draw *draw, const struct story *story, int n,
                       struct model_event *out)
{
  static const int32_t kinds[] = {ENG_EVENT_PURCHASE, ENG_EVENT_PURCHASE,
                                  ENG_EVENT_REFUND,   ENG_EVENT_VOID,
                                  ENG_EVENT_VISIT,    130};

  memset(out, 0, sizeof *out);
  out->kind = kinds[prop_next(draw) % 6];
  out->at = START + pick(draw, 0, story->span);
  if (one_in(draw, 2)) {
    out->has_id = true;
    out->id = (uint64_t)pick(draw, 1, 4);
    if (one_in(draw, 6) && n > 0)
      out->id = story->events[prop_next(draw) % (unsigned)n].effective_id;
    out->revision = one_in(draw, 2) ? 0 : (uint32_t)pick(draw, 1, 3);
  } else if (one_in(draw, 4)) {
    out->occurrence = (uint16_t)pick(draw, 1, 2);
  }
  if (out->kind == ENG_EVENT_REFUND || out->kind == ENG_EVENT_VOID) {
    out->has_refers_to = true;
    out->refers_to = (uint64_t)pick(draw, 1, 4);
  }
  if (one_in(draw, 2)) {
    out->has_amount = true;
    out->amount = pick(draw, -3, 3) * 100;
    out->currency = 978;
  }
  if (one_in(draw, 4)) {
    out->has_recorded_at = true;
    out->recorded_at = START + pick(draw, 0, 50);
  }
  model_settle(out);
}

static enum what draw_what(prop_draw *draw, const struct story *story)
{
  static const enum what often[] = {
      RECORD, RECORD,     RECORD, RECORD,     RECORD,     RECORD,    RECORD,
      RECORD, LINK,       LINK,   LINK,       SYNC,       SYNC,      BREAK,
      BREAK,  FORGET,     FORGET, EXPIRE_ONE, KEEP,       KEEP,      EXPIRE,
      KEEP,   BRING_BACK, SYNC,   KEEP_BOOK,  BRING_BACK, BRING_BACK};

  if (one_in(draw, 60)) return one_in(draw, 2) ? ROTATE : REOPEN;
  /* The first third are events; without them floors alone are left. */
  return often[pick(draw, story->span < 4 ? 6 : 0, sizeof often / sizeof *often - 1)];
}

static void draw_act(prop_draw *draw, const struct story *story, struct act *act)
{
  act->what = draw_what(draw, story);
  act->store = (int)pick(draw, 0, story->stores - 1);
  act->other = (act->store + (int)pick(draw, 1, story->stores - 1)) % story->stores;
  act->person = (int)pick(draw, 0, PEOPLE - 1);
  act->event = (int)pick(draw, 0, EVENTS - 1);
  act->link = (int)pick(draw, 0, LINKS - 1);
  act->slot = (int)pick(draw, 0, SLOTS - 1);
  /* Floors of all leave little: they are drawn low. */
  act->at = START + pick(draw, 0, story->span / (act->what == EXPIRE ? 3 : 1));
  act->messages = (int)pick(draw, 1, 5);
  act->undone = one_in(draw, 24);
  act->scrubbed = one_in(draw, 24);
}

static void draw_link(prop_draw *draw, const struct story *story, struct said *link)
{
  link->a = (int)pick(draw, 0, PEOPLE - 1);
  link->b = (link->a + (int)pick(draw, 1, PEOPLE - 1)) % PEOPLE;
  link->at = START + pick(draw, 0, story->span);
  link->merged = !one_in(draw, 3);
}

static void draw_story(int number, struct story *story)
{
  prop_draw draw = prop_case(number);

  memset(story, 0, sizeof *story);
  story->stores = (int)pick(&draw, 2, STORES);
  story->span = one_in(&draw, 3) ? 3 : one_in(&draw, 2) ? 8 : 40;
  story->acts = (int)pick(&draw, 3, one_in(&draw, 4) ? ACTS : ACTS / 2);
  for (int n = 0; n < EVENTS; n++) {
    story->person_of[n] = (int)pick(&draw, 0, PEOPLE - 1);
    draw_event(&draw, story, n, &story->events[n]);
  }
  for (int n = 0; n < LINKS; n++) draw_link(&draw, story, &story->links[n]);
  for (int n = 0; n < story->acts; n++) draw_act(&draw, story, &story->act[n]);
}

/* ---- what a store must hold ---- */

struct held {
  uint64_t events, links; /* a bit each; no padding, for held are compared as bytes */
  int64_t all, own[PEOPLE], stone[PEOPLE];
};

/* A store, or a blob: what it holds at the least and at the most. */
struct bounds {
  struct held least, most;
};

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

static const struct held empty = {
    0,
    0,
    ENG_TIME_NONE,
    {ENG_TIME_NONE, ENG_TIME_NONE, ENG_TIME_NONE},
    {ENG_TIME_NONE, ENG_TIME_NONE, ENG_TIME_NONE},
};

static void unite(struct held *to, const struct held *from)
{
  to->events |= from->events;
  to->links |= from->links;
  to->all = later(to->all, from->all);
  for (int p = 0; p < PEOPLE; p++) {
    to->own[p] = later(to->own[p], from->own[p]);
    to->stone[p] = later(to->stone[p], from->stone[p]);
  }
}

static bool is_certain(const struct bounds *bounds)
{
  return memcmp(&bounds->least, &bounds->most, sizeof bounds->least) == 0;
}

/* The floor that holds for a person whether the store knows them or not. */
static int64_t base_of(const struct held *held, int person)
{
  return later(held->all, held->stone[person]);
}

static int64_t floor_of(const struct held *held, int person)
{
  return later(base_of(held, person), held->own[person]);
}

static bool is_held(const struct held *held, const struct story *story, int person,
                    int event)
{
  return story->person_of[event] == person && (held->events >> event & 1) != 0 &&
         story->events[event].at > floor_of(held, person);
}

static bool is_linked(const struct held *held, const struct story *story, int link)
{
  const struct said *said = &story->links[link];

  return (held->links >> link & 1) != 0 && said->at > base_of(held, said->a) &&
         said->at > base_of(held, said->b);
}

static bool names(const struct said *said, int person)
{
  return said->a == person || said->b == person;
}

/* What stands of a pair: the latest, and of one time what takes them apart. */
static const struct said *what_stands(const struct held *held,
                                      const struct story *story, int a, int b)
{
  const struct said *best = NULL;

  for (int n = 0; n < LINKS; n++) {
    const struct said *said = &story->links[n];

    if (!is_linked(held, story, n) || !names(said, a) || !names(said, b)) continue;
    if (best == NULL || said->at > best->at || (said->at == best->at && !said->merged))
      best = said;
  }
  return best;
}

static bool is_known(const struct held *held, const struct story *story, int person)
{
  for (int n = 0; n < EVENTS; n++) {
    if (is_held(held, story, person, n)) return true;
  }
  return held->own[person] > base_of(held, person);
}

static void settle_person(const struct held *held, const struct story *story,
                          int person, struct model *model)
{
  memset(model, 0, sizeof *model);
  for (int n = 0; n < EVENTS; n++) {
    if (is_held(held, story, person, n)) (void)model_record(model, &story->events[n]);
  }
}

/* What a blob of a person, or of all where person is -1, carries over. */
static struct held carried(const struct held *held, const struct story *story,
                           int person)
{
  struct held out = empty;

  for (int p = 0; p < PEOPLE; p++) {
    if ((person >= 0 && p != person) || !is_known(held, story, p)) continue;
    for (int n = 0; n < EVENTS; n++) {
      if (is_held(held, story, p, n)) out.events |= UINT64_C(1) << n;
    }
    out.own[p] = floor_of(held, p);
  }
  for (int n = 0; n < LINKS && person < 0; n++) {
    if (is_linked(held, story, n)) out.links |= UINT64_C(1) << n;
  }
  return out;
}

/* ---- the world ---- */

struct slot {
  eng_customer *customer;
  eng_book *book;
  struct bounds bounds;
};

static eng_context *context;
static eng_event *scratch;
static eng_store *stores[STORES];
static uint32_t last_key;
static char why[300]; /* what was wrong; empty: nothing */

static bool wrong(const char *format, ...)
{
  va_list words;

  if (why[0] != '\0') return false;
  va_start(words, format);
  vsnprintf(why, sizeof why, format, words);
  va_end(words);
  return false;
}

static bool good(eng_status status, const char *call)
{
  return status == ENG_OK || wrong("%s says %d", call, (int)status);
}

static void name(char id[24], int person) { sprintf(id, "customer-%d", person); }

static bool hand_in_keys(eng_store *store)
{
  for (uint32_t number = 1; number <= last_key; number++) {
    uint8_t key[16] = "sixteen bytes..";

    key[0] = (uint8_t)number;
    if (!good(eng_store_set_key(store, number, key), "set_key")) return false;
  }
  return true;
}

static bool open_store(int i)
{
  eng_store_options options;
  char path[24];

  sprintf(path, "%d.book", i);
  eng_store_options_init(&options, sizeof options);
  options.flags = ENG_STORE_CREATE;
  options.vfs = memory_disk();
  options.cache_kb = 256;
  return good(eng_store_open(context, NULL, path, &options, &stores[i], NULL),
              "open") &&
         hand_in_keys(stores[i]);
}

static void close_stores(void)
{
  for (int i = 0; i < STORES; i++) {
    eng_store_close(stores[i]);
    stores[i] = NULL;
  }
  memory_disk_clear();
}

/* As new, by other hands than the library's: to open files anew takes longer than a
 * case does. */
static bool empty_stores(int count, bool anew)
{
  last_key = 1;
  if (anew) close_stores();
  for (int i = 0; i < count; i++) {
    if (stores[i] == NULL) {
      if (!open_store(i)) return false;
      continue;
    }
    stores[i]->key_count = 0;
    if (sqlite3_exec(stores[i]->db,
                     "BEGIN; DELETE FROM customer; DELETE FROM setting; "
                     "DELETE FROM key; DELETE FROM tombstone; DELETE FROM link; COMMIT",
                     NULL, NULL, NULL) != SQLITE_OK)
      return wrong("a store cannot be emptied");
    if (!hand_in_keys(stores[i])) return false;
  }
  return true;
}

/* ---- comparing ---- */

static bool is_timeline(const eng_customer *customer, const struct model *model)
{
  eng_event_cursor *cursor;
  const eng_event *event;
  size_t n = 0;
  bool same = eng_event_cursor_new(customer, &cursor) == ENG_OK;

  while (same && eng_event_cursor_next(cursor, &event) == ENG_OK && event != NULL) {
    struct model_event seen;

    model_read(event, &seen);
    same = n < model->count && model_event_equal(&seen, &model->events[n]);
    n++;
  }
  eng_event_cursor_free(cursor);
  return same && n == model->count;
}

static bool is_person(int i, const struct held *held, const struct story *story, int p)
{
  eng_customer *customer;
  struct model model;
  char id[24];
  bool known = is_known(held, story, p), same;
  eng_status status;

  name(id, p);
  status = eng_store_customer(stores[i], id, strlen(id), &customer, NULL);
  if (!known)
    return status == ENG_E_NOTFOUND || wrong("store %d knows %s (%d)", i, id, status);
  if (status != ENG_OK) return wrong("store %d, %s: status %d", i, id, (int)status);
  settle_person(held, story, p, &model);
  same = is_timeline(customer, &model);
  if (!same)
    wrong("store %d, %s: %" PRIu64 " events, not these %zu", i, id,
          eng_customer_event_count(customer), model.count);
  if (eng_customer_floor(customer) != floor_of(held, p))
    same = wrong("store %d, %s: floor %" PRId64 ", not %" PRId64, i, id,
                 eng_customer_floor(customer), floor_of(held, p));
  model_free(&model);
  eng_customer_free(customer);
  return same;
}

/* Whether a store says of every pair what stands. */
static bool has_links(int i, const struct held *held, const struct story *story)
{
  eng_link links[PEOPLE];
  eng_book *book;
  uint64_t count, right = 0;
  bool same = true;

  for (int n = 0; n < PEOPLE; n++) eng_link_init(&links[n], sizeof links[n]);
  if (!good(eng_book_new(context, NULL, &book), "book_new")) return false;
  if (good(eng_store_links(stores[i], book), "links") &&
      good(eng_book_links(book, links, PEOPLE), "links of the book")) {
    count = eng_book_link_count(book);
    for (uint64_t n = 0; n < count && same; n++) {
      int a = links[n].a[links[n].a_length - 1] - '0';
      int b = links[n].b[links[n].b_length - 1] - '0';
      const struct said *said = what_stands(held, story, a, b);

      same = said != NULL && said->at == links[n].changed_at &&
             said->merged == (links[n].state == ENG_LINK_MERGED);
    }
    for (int a = 0; a < PEOPLE; a++) {
      for (int b = 0; b < a; b++) right += what_stands(held, story, a, b) != NULL;
    }
    if (!same || count != right) (void)wrong("store %d has other links", i);
  }
  eng_book_free(book);
  return why[0] == '\0';
}

static bool is_store(int i, const struct held *held, const struct story *story)
{
  uint64_t count, right = 0;
  int64_t floor;

  for (int p = 0; p < PEOPLE; p++) {
    if (!is_person(i, held, story, p)) return false;
    right += is_known(held, story, p);
  }
  if (!has_links(i, held, story)) return false;
  if (!good(eng_store_customer_count(stores[i], &count), "count")) return false;
  if (!good(eng_store_floor(stores[i], &floor), "floor")) return false;
  if (floor != held->all) return wrong("store %d: floor of all %" PRId64, i, floor);
  return count == right || wrong("store %d: %" PRIu64 " customers", i, count);
}

/* The bytes of all customers and tombstones of a store, one after the other. */
static size_t bytes_of(int i, uint8_t *to, size_t room)
{
  static const char *const queries[] = {
      "SELECT id, timeline FROM customer ORDER BY id",
      "SELECT pseudonym, key || ' ' || floor FROM tombstone ORDER BY key, pseudonym",
      "SELECT pair, said FROM link ORDER BY pair"};
  size_t size = 0;

  for (int q = 0; q < 3; q++) {
    sqlite3_stmt *row;

    if (sqlite3_prepare_v2(stores[i]->db, queries[q], -1, &row, NULL) != SQLITE_OK)
      return 0;
    while (sqlite3_step(row) == SQLITE_ROW) {
      for (int c = 0; c < 2; c++) {
        size_t length = (size_t)sqlite3_column_bytes(row, c);

        if (size + length > room) abort();
        memcpy(to + size, sqlite3_column_blob(row, c), length);
        size += length;
      }
    }
    sqlite3_finalize(row);
  }
  return size;
}

static bool are_alike(int count)
{
  static uint8_t first[1 << 16], other[1 << 16];
  size_t size = bytes_of(0, first, sizeof first);

  for (int i = 1; i < count; i++) {
    if (bytes_of(i, other, sizeof other) != size || memcmp(first, other, size) != 0)
      return wrong("stores 0 and %d have other bytes", i);
  }
  return true;
}

/* ---- acts ---- */

/* Messages go over, up to so many; what was exchanged, and whether both are done. */
static bool talk(int one, int other, int most, uint64_t *exchanged, bool *done)
{
  eng_sync *ask = NULL, *answer = NULL;
  const uint8_t *message = NULL;
  size_t size = 0;
  int32_t asked = 0, answered = 0;
  eng_sync_counts counts;
  bool fine = good(eng_sync_new(stores[one], ENG_SYNC_ASK, &ask), "sync_new") &&
              good(eng_sync_new(stores[other], ENG_SYNC_ANSWER, &answer), "sync_new");

  while (fine && !answered && most-- > 0) {
    fine = good(eng_sync_next(ask, message, size, &message, &size, &asked), "asking");
    if (!fine || most-- <= 0) break;
    fine = good(eng_sync_next(answer, message, size, &message, &size, &answered),
                "answering");
  }
  eng_sync_counts_init(&counts, sizeof counts);
  eng_sync_get_counts(ask, &counts);
  *exchanged = counts.customers_sent + counts.customers_received +
               counts.forgotten_sent + counts.forgotten_received + counts.links_sent +
               counts.links_received;
  *done = asked && answered;
  eng_sync_free(ask);
  eng_sync_free(answer);
  return fine;
}

static bool sync_whole(int one, int other, struct bounds bounds[STORES])
{
  uint64_t exchanged;
  bool done;

  if (!talk(one, other, 1000, &exchanged, &done)) return false;
  if (!done) return wrong("a sync has no end");
  if (bounds == NULL) return true;
  unite(&bounds[one].least, &bounds[other].least);
  unite(&bounds[one].most, &bounds[other].most);
  bounds[other] = bounds[one];
  return true;
}

static bool act_break(const struct act *act, struct bounds bounds[STORES])
{
  struct bounds *one = &bounds[act->store], *other = &bounds[act->other];
  uint64_t exchanged;
  bool done;

  if (!talk(act->store, act->other, act->messages, &exchanged, &done)) return false;
  unite(&one->most, &other->most);
  other->most = one->most;
  if (!done) return true;
  unite(&one->least, &other->least);
  other->least = one->least;
  return true;
}

static bool act_record(const struct act *act, const struct story *story,
                       struct held *add)
{
  int person = story->person_of[act->event];
  char id[24];

  name(id, person);
  model_fill(&story->events[act->event], scratch);
  if (!good(eng_store_record(stores[act->store], id, strlen(id), scratch, NULL),
            "record"))
    return false;
  add->events |= UINT64_C(1) << act->event;
  return true;
}

static bool act_link(const struct act *act, const struct story *story, struct held *add)
{
  const struct said *said = &story->links[act->link];
  eng_store *store = stores[act->store];
  char a[24], b[24];

  name(a, said->a);
  name(b, said->b);
  add->links |= UINT64_C(1) << act->link;
  return good(said->merged
                  ? eng_store_link(store, a, strlen(a), b, strlen(b), said->at, NULL)
                  : eng_store_unlink(store, a, strlen(a), b, strlen(b), said->at, NULL),
              "link");
}

/* The tombstone lies at the last event or link that is held, or later. Where that is
 * not certain, now is later than all there is. */
static bool act_forget(const struct act *act, const struct story *story,
                       const struct bounds *bounds, struct held *add)
{
  const struct held *held = &bounds->least;
  int64_t now = is_certain(bounds) ? act->at : START + TOP, stone = now;
  char id[24];

  name(id, act->person);
  if (!good(eng_store_forget(stores[act->store], id, strlen(id), now, NULL), "forget"))
    return false;
  for (int n = 0; n < EVENTS; n++) {
    if (is_held(held, story, act->person, n)) stone = later(stone, story->events[n].at);
  }
  for (int n = 0; n < LINKS; n++) {
    if (is_linked(held, story, n) && names(&story->links[n], act->person))
      stone = later(stone, story->links[n].at);
  }
  add->stone[act->person] = later(stone, floor_of(held, act->person));
  return true;
}

static bool act_expire_one(const struct act *act, struct held *add)
{
  char id[24];

  name(id, act->person);
  add->own[act->person] = act->at;
  return good(eng_store_expire_customer(stores[act->store], id, strlen(id), act->at),
              "expire_customer");
}

static bool act_expire(const struct act *act, struct held *add)
{
  add->all = act->at;
  return good(eng_store_expire(stores[act->store], act->at, NULL, NULL), "expire");
}

static void free_slot(struct slot *slot)
{
  eng_customer_free(slot->customer);
  eng_book_free(slot->book);
  memset(slot, 0, sizeof *slot);
}

static bool act_keep(const struct act *act, const struct story *story,
                     const struct bounds *bounds, struct slot *slot)
{
  bool whole = act->what == KEEP_BOOK;
  int person = whole ? -1 : act->person;
  eng_status status;

  free_slot(slot);
  slot->bounds.least = carried(&bounds->least, story, person);
  slot->bounds.most = carried(&bounds->most, story, person);
  if (!is_certain(bounds)) {
    /* Whoever has a later floor may have fewer events, or not be known at all. */
    slot->bounds.least = slot->bounds.most = empty;
    slot->bounds.most.events = bounds->most.events;
    slot->bounds.most.links = bounds->most.links;
    for (int p = 0; p < PEOPLE; p++)
      slot->bounds.most.own[p] = floor_of(&bounds->most, p);
  }
  if (whole) {
    if (!good(eng_book_new(context, NULL, &slot->book), "book_new")) return false;
    return good(eng_store_load(stores[act->store], slot->book, NULL, NULL, NULL),
                "load");
  }
  char id[24];

  name(id, act->person);
  status =
      eng_store_customer(stores[act->store], id, strlen(id), &slot->customer, NULL);
  return status == ENG_E_NOTFOUND || good(status, "customer");
}

static bool act_bring_back(const struct act *act, const struct slot *slot,
                           struct bounds *bounds)
{
  eng_store *store = stores[act->store];

  if (slot->customer == NULL && slot->book == NULL) return true;
  if (!good(slot->book != NULL ? eng_store_merge_book(store, slot->book, NULL, NULL)
                               : eng_store_merge_customer(store, slot->customer),
            "merging what was kept"))
    return false;
  if (act->undone) return true;
  unite(&bounds->least, &slot->bounds.least);
  unite(&bounds->most, &slot->bounds.most);
  return true;
}

static bool act_rotate(int count)
{
  if (last_key == KEYS) return true;
  last_key++;
  for (int i = 0; i < count; i++) {
    if (!hand_in_keys(stores[i])) return false;
  }
  return true;
}

static bool reopen(int i)
{
  eng_store_close(stores[i]);
  stores[i] = NULL;
  return open_store(i);
}

/* What changes one store by a call that may stand in a transaction. */
static bool change(const struct act *act, const struct story *story,
                   struct bounds *bounds, struct slot *slot)
{
  eng_store *store = stores[act->store];
  struct held add = empty;
  bool within = act->undone || !act->scrubbed, fine;

  if (within && !good(eng_store_begin(store), "begin")) return false;
  switch (act->what) {
  case RECORD: fine = act_record(act, story, &add); break;
  case LINK: fine = act_link(act, story, &add); break;
  case FORGET: fine = act_forget(act, story, bounds, &add); break;
  case EXPIRE: fine = act_expire(act, &add); break;
  case EXPIRE_ONE: fine = act_expire_one(act, &add); break;
  default: fine = act_bring_back(act, slot, bounds); break;
  }
  if (act->undone) {
    eng_store_rollback(store);
    return fine;
  }
  if (within && !good(eng__store_end(store), "commit")) return false;
  unite(&bounds->least, &add);
  unite(&bounds->most, &add);
  return fine;
}

static bool perform(const struct act *act, const struct story *story,
                    struct bounds bounds[STORES], struct slot slots[SLOTS])
{
  switch (act->what) {
  case NOTHING: return true;
  case SYNC: return sync_whole(act->store, act->other, bounds);
  case BREAK: return act_break(act, bounds);
  case KEEP:
  case KEEP_BOOK: return act_keep(act, story, &bounds[act->store], &slots[act->slot]);
  case ROTATE: return act_rotate(story->stores);
  case REOPEN: return reopen(act->store);
  default: return change(act, story, &bounds[act->store], &slots[act->slot]);
  }
}

/* ---- a case ---- */

static bool bring_together(const struct story *story, struct bounds bounds[STORES])
{
  struct held all = empty;
  uint64_t exchanged;
  bool done;

  for (int i = 0; i < story->stores; i++) {
    if (is_certain(&bounds[i]) && !is_store(i, &bounds[i].least, story)) return false;
    unite(&all, &bounds[i].least);
  }
  for (int i = 1; i < story->stores; i++) {
    if (!sync_whole(i, 0, NULL)) return false;
  }
  for (int i = 1; i < story->stores - 1; i++) {
    if (!sync_whole(0, i, NULL)) return false;
  }
  if (!is_store(0, &all, story) || !are_alike(story->stores)) return false;
  if (!talk(0, 1, 1000, &exchanged, &done)) return false;
  return exchanged == 0 || wrong("stores that are alike exchange something");
}

static bool play(const struct story *story, bool anew)
{
  struct bounds bounds[STORES];
  struct slot slots[SLOTS];
  bool fine;

  memset(slots, 0, sizeof slots);
  why[0] = '\0';
  fine = empty_stores(story->stores, anew);
  for (int i = 0; i < STORES; i++) bounds[i] = (struct bounds){empty, empty};
  for (int n = 0; n < story->acts && fine; n++)
    fine = perform(&story->act[n], story, bounds, slots);
  if (fine) fine = bring_together(story, bounds);
  for (int n = 0; n < SLOTS; n++) free_slot(&slots[n]);
  return fine;
}

static void tell(const struct story *story)
{
  static const char *const names[] = {
      "nothing", "record", "link",      "forget",     "expire", "expire one", "sync",
      "break",   "keep",   "keep book", "bring back", "rotate", "reopen"};

  for (int n = 0; n < story->acts; n++) {
    const struct act *act = &story->act[n];
    const struct model_event *event = &story->events[act->event];

    if (act->what == NOTHING) continue;
    printf("  %-10s store %d%s", names[act->what], act->store,
           act->undone ? " (rolled back)" : "");
    if (act->what == SYNC || act->what == BREAK) printf(" other %d", act->other);
    if (act->what == BREAK) printf(" messages %d", act->messages);
    if (act->what == RECORD) {
      printf(" customer-%d kind %d at +%d revision %u", story->person_of[act->event],
             (int)event->kind, (int)(event->at - START), (unsigned)event->revision);
      if (event->has_id) printf(" id %" PRIu64, event->id);
    }
    if (act->what == LINK)
      printf(" customer-%d customer-%d %s at +%d", story->links[act->link].a,
             story->links[act->link].b, story->links[act->link].merged ? "one" : "two",
             (int)(story->links[act->link].at - START));
    if (act->what == FORGET || act->what == EXPIRE_ONE || act->what == KEEP)
      printf(" customer-%d", act->person);
    if (act->what == FORGET || act->what == EXPIRE_ONE || act->what == EXPIRE)
      printf(" at +%d", (int)(act->at - START));
    if (act->what == KEEP || act->what == KEEP_BOOK || act->what == BRING_BACK)
      printf(" slot %d", act->slot);
    printf("\n");
  }
}

/* Leaves out whatever can be left out of a case that fails, and tells the rest. */
static void shrink(int number, struct story *story)
{
  bool smaller = true;
  char first[sizeof why];

  memcpy(first, why, sizeof why);
  if (play(story, true)) {
    tell(story);
    ck_abort_msg("case %d of SEED=%" PRIu64 ": %s; not in new stores", number,
                 prop_seed(), first);
  }
  while (smaller) {
    smaller = false;
    for (int n = story->acts; n-- > 0;) {
      struct act act = story->act[n];

      if (act.what == NOTHING) continue;
      story->act[n].what = NOTHING;
      if (play(story, true))
        story->act[n] = act;
      else
        smaller = true;
    }
  }
  (void)play(story, true);
  printf("histories: case %d of SEED=%" PRIu64 ", made smaller:\n", number,
         prop_seed());
  tell(story);
  fflush(stdout);
  ck_abort_msg("case %d of SEED=%" PRIu64 ": %s", number, prop_seed(), why);
}

static void judge(int number)
{
  struct story story;

  draw_story(number, &story);
  if (!play(&story, false)) shrink(number, &story);
}

static void open_world(void)
{
  context = plain_context();
  scratch = event_of(context, ENG_EVENT_VISIT, 0);
}

static void close_world(void)
{
  close_stores();
  eng_event_free(scratch);
  eng_context_free(context);
}

static double seconds(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

START_TEST(any_history_of_stores_is_that_of_one_book)
{
  for (int number = 0; number < prop_cases(5000); number++) judge(number);
}
END_TEST

/* `make histories`: so many cases, or as many as there are in so many seconds. */
static long long wanted(const char *variable)
{
  const char *text = getenv(variable);

  return text == NULL ? 0 : strtoll(text, NULL, 10);
}

START_TEST(histories_agree_for_as_long_as_asked)
{
  long long most = wanted("HISTORIES"), time = wanted("HISTORIES_SECONDS");
  double start = seconds();
  int number = 0;

  while (number < INT_MAX && (most == 0 || number < most) &&
         (time == 0 || seconds() - start < (double)time)) {
    judge(number++);
    if (number % 100000 == 0) {
      printf("histories: %d so far, in %.0f s\n", number, seconds() - start);
      fflush(stdout);
    }
  }
  printf("histories: %d cases of SEED=%" PRIu64 " agree, in %.0f s\n", number,
         prop_seed(), seconds() - start);
}
END_TEST

#endif

Suite *prop_histories_suite(void)
{
  Suite *suite = suite_create("histories");
#if HAVE_SQLITE3
  TCase *laws = tcase_create("laws");

  tcase_set_timeout(laws, 1800);
  tcase_add_checked_fixture(laws, open_world, close_world);
  tcase_add_test(laws, any_history_of_stores_is_that_of_one_book);
  suite_add_tcase(suite, laws);
  if (wanted("HISTORIES") + wanted("HISTORIES_SECONDS") > 0) {
    TCase *long_run = tcase_create("as_long_as_asked");

    tcase_set_timeout(long_run, 86400);
    tcase_add_checked_fixture(long_run, open_world, close_world);
    tcase_add_test(long_run, histories_agree_for_as_long_as_asked);
    suite_add_tcase(suite, long_run);
  }
#endif
  return suite;
}
