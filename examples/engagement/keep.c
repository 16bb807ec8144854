/* SPDX-License-Identifier: MIT */
/*
 * keep.c - commands of books on files: import, merge, unmerge, forget, key, expire,
 * sync, fsck.
 */
#include <stdio.h>
#include <string.h>

#include "bookfile.h"
#include "command.h"
#include "host.h"
#include "input.h"
#include "message.h"
#include "output.h"
#include "text.h"

static int32_t on_progress(void *user, uint64_t done, uint64_t total)
{
  (void)user;
  progress("customers", done, total);
  return 0;
}

/* ---- import ---- */

static void note_kept(const char *path, uint64_t before, uint64_t after)
{
  struct text line = {0};

  text_add_number(&line, after);
  text_put(&line, after == 1 ? " customer, " : " customers, ");
  text_add_number(&line, after - before);
  text_put(&line, after - before == 1 ? " of them is new" : " of them are new");
  note("%s: %s", path, line.bytes);
  text_free(&line);
}

static int merge_into(struct session *session, eng_store *store)
{
  const char *path = session->options->book;
  uint64_t before = 0, after = 0;
  eng_status status = eng_store_customer_count(store, &before);

  if (status == ENG_OK) {
    status = eng_store_merge_book(store, session->book, on_progress, NULL);
    progress_end();
  }
  if (status == ENG_OK) status = eng_store_customer_count(store, &after);
  if (status != ENG_OK) return bookfile_complain(path, status, NULL);
  note_kept(path, before, after);
  return ANSWER_DONE;
}

int import_run(const struct options *options)
{
  struct session session;
  eng_store *store = NULL;
  int answer = session_begin(&session, options);

  if (answer == ANSWER_DONE && options->book == NULL) {
    complain("say which book to import into: --book shop.book");
    answer = ANSWER_USAGE;
  }
  /* Before a long load: whether the book can be opened at all. */
  if (answer == ANSWER_DONE) {
    answer = bookfile_open(session.context, options->book, ENG_STORE_CREATE, &store);
  }
  if (answer == ANSWER_DONE)
    answer = bookfile_keys(store, options->book, options->key, 0);
  if (answer == ANSWER_DONE) answer = input_load(&session);
  if (answer == ANSWER_DONE) answer = merge_into(&session, store);
  eng_store_close(store);
  session_close(&session);
  return answer;
}

/* ---- forget ---- */

/* The one book of a command, with its keys. */
static int open_one(struct session *session, const char *command, int key_needed,
                    eng_store **store)
{
  const struct options *options = session->options;
  int answer;

  if (options->words.count != 1) {
    complain("%s takes one book", command);
    return ANSWER_USAGE;
  }
  answer = bookfile_open(session->context, options->words.items[0], 0, store);
  if (answer != ANSWER_DONE) return answer;
  return bookfile_keys(*store, options->words.items[0], options->key, key_needed);
}

/* Forgotten under the key of the book; known: 0 if nobody had that id. */
static int forget_one(const struct session *session, eng_store *store)
{
  const char *path = session->options->words.items[0];
  const char *id = session->options->customer;
  int64_t now = session->as_of != ENG_TIME_NONE ? session->as_of : host_now();
  int32_t known = 0, due = 0, was_due = 0;
  eng_status status = eng_store_scrub_is_due(store, &was_due);

  if (status == ENG_OK) status = eng_store_forget(store, id, strlen(id), now, &known);
  if (status == ENG_E_BUSY && eng_store_scrub_is_due(store, &due) == ENG_OK && due) {
    complain("%s: forgotten, but another program holds old pages; repeat this once it "
             "has ended",
             path);
    return ANSWER_FAILED;
  }
  if (status != ENG_OK) return bookfile_complain(path, status, NULL);
  if (known) {
    note("%s: forgotten", path);
    return ANSWER_DONE;
  }
  /* Whoever repeats it, as asked to above, has their answer. */
  if (was_due) {
    note("%s: nothing is left of whom it forgot", path);
    return ANSWER_DONE;
  }
  complain(
      "%s has no customer of the id that --customer gives, compared byte for byte; "
      "should another book bring one, it is not taken in",
      path);
  return ANSWER_NO;
}

int forget_run(const struct options *options)
{
  struct session session;
  eng_store *store = NULL;
  int answer = session_begin(&session, options);

  if (answer == ANSWER_DONE && options->customer == NULL) {
    complain("say who is to be forgotten: --customer ID");
    answer = ANSWER_USAGE;
  }
  if (answer == ANSWER_DONE) answer = open_one(&session, "forget", 1, &store);
  if (answer == ANSWER_DONE) answer = forget_one(&session, store);
  eng_store_close(store);
  session_close(&session);
  return answer;
}

/* ---- key ---- */

/* The next number, beyond what the book and the file of keys have. */
static int renew(eng_store *store, const char *path, const char *name,
                 struct keys *keys)
{
  uint32_t last = 0;
  eng_status status = keys_last(store, &last);

  if (status != ENG_OK) return bookfile_complain(path, status, NULL);
  for (int i = 0; i < keys->count; i++)
    if (keys->items[i].number > last) last = keys->items[i].number;
  if (last == INT32_MAX) {
    complain("%s: there is no greater number for a key", path);
    return ANSWER_USAGE;
  }
  return keys_make(name, last + 1, keys);
}

static int list_keys(eng_store *store, const char *path)
{
  uint32_t number = 0, last = 0;
  uint64_t forgotten;
  eng_status status = keys_last(store, &last);

  for (;;) {
    struct text line = {0};

    if (status == ENG_OK)
      status = eng_store_next_key(store, number, &number, &forgotten);
    if (status != ENG_OK) return bookfile_complain(path, status, NULL);
    if (number == 0) break;
    text_print(&line, "key %lu: ", (unsigned long)number);
    text_add_number(&line, forgotten);
    text_put(&line, " forgotten under it");
    printf("%s%s\n", line.bytes,
           number == last   ? "; it is the one in use"
           : forgotten == 0 ? "; it is needed no longer"
                            : "; it is needed");
    text_free(&line);
  }
  if (last == 0) note("%s: there is no key; the first `forget` makes one", path);
  return output_end();
}

/* The file of keys comes first: a key of the book that nobody has would be lost. */
int key_run(const struct options *options)
{
  struct session session;
  eng_store *store = NULL;
  struct keys keys = {0};
  struct text name = {0};
  const char *path = options->words.count == 1 ? options->words.items[0] : NULL;
  int answer = session_context(&session, options);

  if (answer == ANSWER_DONE && path == NULL) {
    complain("key takes one book");
    answer = ANSWER_USAGE;
  }
  if (answer == ANSWER_DONE) answer = bookfile_open(session.context, path, 0, &store);
  if (answer == ANSWER_DONE) {
    keys_name(&name, path, options->key);
    answer = keys_read(&keys, name.bytes);
  }
  if (answer == ANSWER_DONE) answer = keys_hand_in(&keys, store, path);
  if (answer == ANSWER_DONE && options->renew) {
    answer = renew(store, path, name.bytes, &keys);
    if (answer == ANSWER_DONE) answer = keys_hand_in(&keys, store, path);
  }
  if (answer == ANSWER_DONE) answer = list_keys(store, path);
  keys_wipe(&keys);
  text_free(&name);
  eng_store_close(store);
  session_close(&session);
  return answer;
}

/* ---- expire ---- */

int expire_run(const struct options *options)
{
  struct session session;
  eng_store *store = NULL;
  const char *id = options->customer;
  eng_status status;
  int answer = session_begin(&session, options);

  if (answer == ANSWER_DONE && session.as_of == ENG_TIME_NONE) {
    complain("say until when events are dropped: --until 2016-12-31");
    answer = ANSWER_USAGE;
  }
  if (answer == ANSWER_DONE) answer = open_one(&session, "expire", 0, &store);
  if (answer == ANSWER_DONE) {
    status = id == NULL
                 ? eng_store_expire(store, session.as_of, on_progress, NULL)
                 : eng_store_expire_customer(store, id, strlen(id), session.as_of);
    progress_end();
    if (status != ENG_OK)
      answer = bookfile_complain(options->words.items[0], status, NULL);
  }
  eng_store_close(store);
  session_close(&session);
  return answer;
}

/* ---- merge, unmerge ---- */

static eng_status is_known(eng_store *store, const char *id, int *known)
{
  eng_customer *customer = NULL;
  eng_status status = eng_store_customer(store, id, strlen(id), &customer, NULL);

  *known = status == ENG_OK;
  eng_customer_free(customer);
  return status == ENG_E_NOTFOUND ? ENG_OK : status;
}

/* A mistyped id is a link with nobody, which is said. */
static eng_status note_unknown(eng_store *store, const struct options *options)
{
  int known, other;
  eng_status status = is_known(store, options->customer, &known);

  if (status == ENG_OK) status = is_known(store, options->with, &other);
  if (status != ENG_OK) return status;
  if (!known)
    note("there is no customer of the id that --customer gives; should one come, it "
         "counts");
  if (!other)
    note(
        "there is no customer of the id that --with gives; should one come, it counts");
  return ENG_OK;
}

static int say_link(const struct session *session, eng_store *store, int merged)
{
  const struct options *options = session->options;
  const char *path = options->words.items[0], *a = options->customer,
             *b = options->with;
  int64_t at = session->as_of != ENG_TIME_NONE ? session->as_of : host_now();
  int32_t outcome = 0;
  eng_status status =
      merged ? eng_store_link(store, a, strlen(a), b, strlen(b), at, &outcome)
             : eng_store_unlink(store, a, strlen(a), b, strlen(b), at, &outcome);

  if (status == ENG_OK && merged) status = note_unknown(store, options);
  if (status != ENG_OK) return bookfile_complain(path, status, NULL);
  if (outcome == ENG_RECORD_IGNORED) {
    complain("%s: not taken in: one of the two was forgotten, or events expired, until "
             "then or later",
             path);
    return ANSWER_NO;
  }
  if (outcome == ENG_RECORD_UNCHANGED) {
    note("%s: nothing changes: what stands was said then or later", path);
  } else {
    note("%s: %s", path, merged ? "merged" : "unmerged; each has what was their own");
  }
  return ANSWER_DONE;
}

static int link_run(const struct options *options, const char *command, int merged)
{
  struct session session;
  eng_store *store = NULL;
  int answer = session_begin(&session, options);

  if (answer == ANSWER_DONE && (options->customer == NULL || options->with == NULL)) {
    complain("say which two: --customer ID --with ID");
    answer = ANSWER_USAGE;
  }
  if (answer == ANSWER_DONE && strcmp(options->customer, options->with) == 0) {
    complain("--customer and --with give one id; %s takes two", command);
    answer = ANSWER_USAGE;
  }
  if (answer == ANSWER_DONE) answer = open_one(&session, command, 0, &store);
  if (answer == ANSWER_DONE) answer = say_link(&session, store, merged);
  eng_store_close(store);
  session_close(&session);
  return answer;
}

int merge_run(const struct options *options) { return link_run(options, "merge", 1); }

int unmerge_run(const struct options *options)
{
  return link_run(options, "unmerge", 0);
}

/* ---- sync ---- */

/* Each book gets the keys of both, and its file of keys, if it has one, what it lacks:
 * from here on both know who was forgotten under either. */
static int share_keys(const struct options *options, eng_store *stores[2])
{
  struct keys all = {0};
  int answer = ANSWER_DONE;

  for (size_t i = 0; i < 2 && answer == ANSWER_DONE; i++) {
    struct text name = {0};

    keys_name(&name, options->words.items[i], options->key);
    answer = keys_read(&all, name.bytes);
    text_free(&name);
  }
  for (size_t i = 0; i < 2 && answer == ANSWER_DONE; i++)
    answer = keys_hand_in(&all, stores[i], options->words.items[i]);
  for (size_t i = 0; i < 2 && answer == ANSWER_DONE; i++) {
    struct text name = {0};
    struct keys own = {0};

    keys_name(&name, options->words.items[i], options->key);
    if (host_is_file(name.bytes)) {
      answer = keys_read(&own, name.bytes);
      if (answer == ANSWER_DONE) answer = keys_add(&own, name.bytes, &all);
    }
    keys_wipe(&own);
    text_free(&name);
  }
  keys_wipe(&all);
  return answer;
}

static int open_two(struct session *session, eng_store *stores[2])
{
  const struct words *books = &session->options->words;
  int answer = ANSWER_DONE;

  if (books->count != 2 || host_same_file(books->items[0], books->items[1])) {
    complain("sync takes two books");
    return ANSWER_USAGE;
  }
  for (int i = 0; i < 2 && answer == ANSWER_DONE; i++)
    answer = bookfile_open(session->context, books->items[i],
                           i == 0 ? 0 : ENG_STORE_CREATE, &stores[i]);
  return answer == ANSWER_DONE ? share_keys(session->options, stores) : answer;
}

/* Messages to and fro until both are done; *at is the book whose call failed. */
static eng_status talk(eng_sync *ask, eng_sync *answer, int *at)
{
  const uint8_t *message = NULL;
  size_t size = 0;
  uint64_t bytes = 0;
  int32_t done = 0;
  eng_status status = ENG_OK;

  while (status == ENG_OK && !done) {
    *at = 0;
    status = eng_sync_next(ask, message, size, &message, &size, &done);
    if (status != ENG_OK) break;
    *at = 1;
    status = eng_sync_next(answer, message, size, &message, &size, &done);
    bytes += size;
    progress("bytes", bytes, 0);
  }
  progress_end();
  return status;
}

/* What was dropped on the way must be in no byte of the file either. */
static eng_status scrub(eng_store *store)
{
  int32_t due = 0;
  eng_status status = eng_store_scrub_is_due(store, &due);

  return status == ENG_OK && due ? eng_store_scrub(store) : status;
}

static void note_exchanged(const eng_sync *ask)
{
  eng_sync_counts counts;
  struct text line = {0};

  eng_sync_counts_init(&counts, sizeof counts);
  eng_sync_get_counts(ask, &counts);
  text_add_number(&line, counts.customers_sent);
  text_put(&line, counts.customers_sent == 1 ? " customer" : " customers");
  text_put(&line, " one way, ");
  text_add_number(&line, counts.customers_received);
  text_put(&line, " the other; ");
  text_add_number(&line, counts.bytes_sent + counts.bytes_received);
  text_put(&line, " bytes");
  note("%s", line.bytes);
  text_free(&line);
}

/* What damage was met; the exit status that goes with it. */
static int tell_damage(const char *const *paths, eng_sync *sides[2])
{
  int answer = ANSWER_DONE;

  for (int i = 0; i < 2; i++) {
    eng_sync_counts counts;
    struct text line = {0};

    eng_sync_counts_init(&counts, sizeof counts);
    eng_sync_get_counts(sides[i], &counts);
    text_add_number(&line, counts.customers_mended);
    if (counts.customers_mended > 0)
      complain("%s: damaged rows replaced by what the other book has: %s", paths[i],
               line.bytes);
    text_clear(&line);
    text_add_number(&line, counts.customers_damaged);
    if (counts.customers_damaged > 0) {
      complain("customers whose row is damaged, and whom no good copy could mend: %s; "
               "engagement fsck says in which book",
               line.bytes);
      answer = ANSWER_NO;
    }
    text_free(&line);
  }
  return answer;
}

static int sync_two(const char *const *paths, eng_store *stores[2])
{
  eng_sync *sides[2] = {NULL, NULL};
  int at = 0, answer = ANSWER_DONE;
  eng_status status = eng_sync_new(stores[0], ENG_SYNC_ASK, &sides[0]);

  if (status == ENG_OK) status = eng_sync_new(stores[1], ENG_SYNC_ANSWER, &sides[1]);
  if (status == ENG_OK) status = talk(sides[0], sides[1], &at);
  if (status == ENG_OK) note_exchanged(sides[0]);
  if (status == ENG_OK) answer = tell_damage(paths, sides);
  eng_sync_free(sides[0]);
  eng_sync_free(sides[1]);
  for (int i = 0; i < 2 && status == ENG_OK; i++) {
    at = i;
    status = scrub(stores[i]);
  }
  return status == ENG_OK ? answer : bookfile_complain(paths[at], status, NULL);
}

int sync_run(const struct options *options)
{
  struct session session;
  eng_store *stores[2] = {NULL, NULL};
  int answer = session_context(&session, options);

  if (answer == ANSWER_DONE) answer = open_two(&session, stores);
  if (answer == ANSWER_DONE) answer = sync_two(options->words.items, stores);
  eng_store_close(stores[0]);
  eng_store_close(stores[1]);
  session_close(&session);
  return answer;
}

/* ---- fsck ---- */

static void print_count(const char *name, uint64_t count)
{
  struct text number = {0};

  text_add_number(&number, count);
  printf("%-16s %15s\n", name, number.bytes);
  text_free(&number);
}

static int check_book(const eng_context *context, const char *path)
{
  eng_store *store = NULL;
  eng_store_report report;
  eng_status status;
  int answer = bookfile_open(context, path, ENG_STORE_READ_ONLY, &store);

  if (answer != ANSWER_DONE) return answer;
  eng_store_report_init(&report, sizeof report);
  status = eng_store_check(store, on_progress, NULL, &report);
  progress_end();
  eng_store_close(store);
  if (status == ENG_E_DAMAGED) {
    complain("%s: it is damaged so that not all of it could be looked at", path);
    return ANSWER_NO;
  }
  if (status != ENG_OK) return bookfile_complain(path, status, NULL);
  print_count("customers", report.customers);
  print_count("events", report.events);
  print_count("bytes of events", report.bytes);
  if (report.links > 0) print_count("links", report.links);
  print_count("damaged rows", report.damaged);
  print_count("damaged pages", report.pages);
  if (report.damaged + report.pages == 0) return ANSWER_DONE;
  complain("%s is damaged: take the last copy that is not, and import what came since",
           path);
  return ANSWER_NO;
}

int fsck_run(const struct options *options)
{
  struct session session;
  int answer = session_context(&session, options);

  if (answer == ANSWER_DONE && options->words.count == 0) {
    complain("say which book to look at: engagement fsck shop.book");
    answer = ANSWER_USAGE;
  }
  for (size_t i = 0; i < options->words.count && answer == ANSWER_DONE; i++) {
    answer = check_book(session.context, options->words.items[i]);
  }
  session_close(&session);
  return answer == ANSWER_DONE ? output_end() : answer;
}
