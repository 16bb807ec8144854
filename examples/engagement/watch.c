/* SPDX-License-Identifier: MIT */
/*
 * watch.c - `engagement watch`: changes of stage as they come, of a book on a file that
 * other programs write to.
 *
 * The file says cheaply whether somebody wrote. Then every customer's bytes are
 * compared by digest with those seen last, and only who differs is merged into the book
 * in memory; its census says what that changed, and what silence does. Nothing else is
 * held open between two looks, so that writers are never kept waiting.
 */
#include <stdlib.h>
#include <string.h>

#include <engagement/calendar.h>
#include <engagement/census.h>
#include <engagement/store.h>

#include "bookfile.h"
#include "command.h"
#include "host.h"
#include "message.h"
#include "models.h"
#include "output.h"
#include "session.h"
#include "text.h"

enum { LOOK_EVERY = 250 /* milliseconds */ };

/* A customer as the file had them last: hashes of the id and of the timeline. */
struct known {
  uint64_t id, timeline;
  uint64_t pass; /* over the file, the last in which they were there; 0: free */
};

struct watch {
  struct session *session;
  const char *path;
  eng_store *store;
  eng_census *census;
  eng_book *anew;      /* without those who are gone, while it is filled; else NULL */
  struct known *known; /* a hash table, at most half full */
  size_t known_room, known_count;
  uint64_t pass;
  uint64_t gone; /* who were there in the pass before */
  int unlinked;  /* the book holds links that the file no longer has */
  int64_t end;   /* ENG_TIME_NONE: none */
};

/* ---- lines ---- */

static const char *const moves[] = {"", "in", "out", "up", "down"};
static const char *const causes[] = {"", "event", "silence", "record"};

static void write_json(const char *name, const char *words, const eng_change *change,
                       const eng_model *model)
{
  printf("{\"time\": \"%s\", \"customer\": ", words);
  output_json(change->customer, (size_t)change->length);
  printf(", \"model\": \"%s\", \"from\": \"%s\", \"to\": \"%s\"", name,
         eng_model_stage_name(model, change->from),
         eng_model_stage_name(model, change->to));
  printf(", \"move\": \"%s\", \"cause\": \"%s\"}\n", moves[change->move],
         causes[change->cause]);
}

static void write_csv(const char *name, const char *words, const eng_change *change,
                      const eng_model *model)
{
  printf("%s,", words);
  output_csv(change->customer, (size_t)change->length);
  printf(",%s,%s,%s,%s,%s\n", name, eng_model_stage_name(model, change->from),
         eng_model_stage_name(model, change->to), moves[change->move],
         causes[change->cause]);
}

static void write_line(const struct session *session, const char *name,
                       const eng_change *change, const eng_model *model)
{
  struct text line = {0};

  text_add_time(&line, session, change->time);
  text_put(&line, "  ");
  text_add_shown(&line, change->customer, (size_t)change->length, 0);
  text_print(&line, "  %s: %s -> %s (%s, %s)\n", name,
             eng_model_stage_name(model, change->from),
             eng_model_stage_name(model, change->to), moves[change->move],
             causes[change->cause]);
  fwrite(line.bytes, 1, line.length, stdout);
  text_free(&line);
}

static int32_t on_change(void *user, const eng_change *change)
{
  const struct session *session = user;
  const eng_model *model = session->models[change->model];
  const char *name = eng_model_name(model);
  char words[ENG_TIME_TEXT];

  if (eng_time_format(change->time, words) != ENG_OK) return 1;
  switch (session->options->format) {
  case FORMAT_JSON: write_json(name, words, change, model); break;
  case FORMAT_CSV: write_csv(name, words, change, model); break;
  default: write_line(session, name, change, model); break;
  }
  return output_failed();
}

/* ---- what the file has ---- */

/* Where an id stands, or may be put. */
static struct known *find(const struct watch *w, uint64_t id)
{
  size_t i = (size_t)id & (w->known_room - 1);

  while (w->known[i].pass != 0 && w->known[i].id != id)
    i = (i + 1) & (w->known_room - 1);
  return &w->known[i];
}

/* Room for one more. */
static void make_room(struct watch *w)
{
  struct watch larger = *w;

  if (2 * (w->known_count + 1) <= w->known_room) return;
  larger.known_room = w->known_room == 0 ? 1024 : 2 * w->known_room;
  larger.known = memory_resize(NULL, larger.known_room, sizeof *larger.known);
  memset(larger.known, 0, larger.known_room * sizeof *larger.known);
  for (size_t i = 0; i < w->known_room; i++)
    if (w->known[i].pass != 0) *find(&larger, w->known[i].id) = w->known[i];
  free(w->known);
  *w = larger;
}

/* Takes in a customer who is not as seen last. */
static eng_status take(struct watch *w, const eng_customer *customer)
{
  uint8_t digest[ENG_DIGEST_SIZE];
  size_t length;
  const char *id = eng_customer_id(customer, &length);
  eng_status status = eng_customer_digest(customer, digest);
  uint64_t timeline = eng_hash((const char *)digest, sizeof digest);
  struct known *known;

  make_room(w);
  known = find(w, eng_hash(id, length));
  if (status == ENG_OK && (known->pass == 0 || known->timeline != timeline))
    status = eng_book_merge_customer(w->session->book, customer);
  if (status == ENG_OK && w->anew != NULL)
    status = eng_book_merge_customer(w->anew, customer);
  if (status != ENG_OK) return status;
  w->known_count += known->pass == 0;
  if (known->pass + 1 == w->pass) w->gone--;
  known->id = eng_hash(id, length);
  known->timeline = timeline;
  known->pass = w->pass;
  return ENG_OK;
}

/* All links of a book in their order; new memory. */
static eng_link *links_of(const eng_book *book, uint64_t *count, eng_status *status)
{
  eng_link *links;

  *count = eng_book_link_count(book);
  links = memory_resize(NULL, (size_t)*count + 1, sizeof *links);
  for (uint64_t i = 0; i < *count; i++) eng_link_init(&links[i], sizeof *links);
  *status = eng_book_links(book, links, *count);
  return links;
}

static int is_same_link(const eng_link *a, const eng_link *b)
{
  return a->state == b->state && a->changed_at == b->changed_at &&
         a->a_length == b->a_length && a->b_length == b->b_length &&
         memcmp(a->a, b->a, (size_t)a->a_length) == 0 &&
         memcmp(a->b, b->b, (size_t)a->b_length) == 0;
}

/* Whether a book that was told these links has no others. */
static eng_status compare_links(const eng_book *book, const eng_link *links,
                                uint64_t count, int *others)
{
  uint64_t held;
  eng_status status;
  eng_link *own = links_of(book, &held, &status);

  *others = status == ENG_OK && held != count;
  for (uint64_t i = 0; i < count && status == ENG_OK && !*others; i++)
    *others = !is_same_link(&own[i], &links[i]);
  free(own);
  return status;
}

/* Links only ever come to a book; one that is dropped from the file is found here. */
static eng_status take_links(struct watch *w)
{
  eng_book *scratch = NULL;
  eng_link *links = NULL;
  uint64_t count = 0;
  eng_status status = eng_book_new(w->session->context, NULL, &scratch);

  if (status == ENG_OK) status = eng_store_links(w->store, scratch);
  if (status == ENG_OK) links = links_of(scratch, &count, &status);
  if (status == ENG_OK) status = eng_book_link_many(w->session->book, links, count);
  if (status == ENG_OK && w->anew != NULL)
    status = eng_book_link_many(w->anew, links, count);
  if (status == ENG_OK)
    status = compare_links(w->session->book, links, count, &w->unlinked);
  free(links);
  eng_book_free(scratch);
  return status;
}

/* One pass over the file, as of one moment of it: that of the cursor's first step. */
static int read_file(struct watch *w)
{
  eng_store_cursor *cursor = NULL;
  const eng_customer *customer = NULL;
  eng_error error;
  eng_status status;

  w->gone = 0;
  for (size_t i = 0; i < w->known_room; i++)
    w->gone += w->pass > 0 && w->known[i].pass == w->pass;
  w->pass++;
  eng_error_init(&error, sizeof error);
  status = eng_store_cursor_new(w->store, &cursor);
  for (uint64_t n = 0; status == ENG_OK; n++) {
    status = eng_store_cursor_next(cursor, &customer, &error);
    if (status == ENG_OK && n == 0) status = take_links(w);
    if (status != ENG_OK || customer == NULL) break;
    status = take(w, customer);
    if ((n + 1) % 4096 == 0) progress("customers", n + 1, 0);
  }
  progress_end();
  eng_store_cursor_free(cursor);
  return status == ENG_OK ? ANSWER_DONE : bookfile_complain(w->path, status, &error);
}

static int take_census(struct watch *w, int64_t as_of)
{
  eng_status status = eng_census_new(w->session->book, w->session->assessor, as_of,
                                     NULL, NULL, &w->census);

  return status == ENG_OK ? ANSWER_DONE : complain_status("watch", status);
}

/* ---- looking again and again ---- */

/* Up to now, if there is anything to tell. */
static int advance(struct watch *w)
{
  int64_t now = host_now(), next = eng_census_next(w->census);
  eng_status status;

  if (w->end != ENG_TIME_NONE && now > w->end) now = w->end;
  if (next == ENG_TIME_NONE || next > now) return ANSWER_DONE;
  if (now < eng_census_as_of(w->census)) now = eng_census_as_of(w->census);
  status = eng_census_advance(w->census, now, on_change, w->session, NULL);
  if (output_failed() || fflush(stdout) != 0) return output_end();
  return status == ENG_OK ? ANSWER_DONE : complain_status("watch", status);
}

/* Somebody was forgotten, or a link of theirs: the book is read anew, without. What
 * others did meanwhile is told by the census of the old one. */
static int begin_anew(struct watch *w)
{
  int64_t as_of;
  int answer;
  eng_status status = eng_book_new(w->session->context, NULL, &w->anew);

  if (status != ENG_OK) return complain_status("watch", status);
  answer = read_file(w);
  if (answer == ANSWER_DONE) answer = advance(w);
  if (answer != ANSWER_DONE) return answer;
  as_of = eng_census_as_of(w->census);
  eng_census_free(w->census);
  w->census = NULL;
  eng_book_free(w->session->book);
  w->session->book = w->anew;
  w->anew = NULL;
  return take_census(w, as_of);
}

static int is_over(const struct watch *w)
{
  return host_is_stopped() || w->session->options->once ||
         (w->end != ENG_TIME_NONE && host_now() >= w->end);
}

static void rest(const struct watch *w)
{
  int64_t now = host_now(), left = LOOK_EVERY;
  int64_t next = eng_census_next(w->census);

  if (next != ENG_TIME_NONE && next > now && next - now < left) left = next - now;
  if (w->end != ENG_TIME_NONE && w->end - now < left) left = w->end - now;
  host_sleep(left > 0 ? (int)left : 1);
}

static int look(struct watch *w)
{
  int answer = advance(w);

  while (answer == ANSWER_DONE && !is_over(w)) {
    int32_t changed = 0;
    eng_status status;

    rest(w);
    status = eng_store_is_changed(w->store, &changed);
    if (status != ENG_OK && status != ENG_E_BUSY)
      return bookfile_complain(w->path, status, NULL);
    if (changed) answer = read_file(w);
    if (answer == ANSWER_DONE) answer = advance(w);
    if (answer == ANSWER_DONE && changed && (w->gone > 0 || w->unlinked))
      answer = begin_anew(w);
  }
  return answer;
}

static int begin(struct watch *w)
{
  struct session *session = w->session;
  const struct options *options = session->options;
  int64_t now = host_now();
  int64_t as_of = session->as_of != ENG_TIME_NONE ? session->as_of : now;
  int32_t changed;
  eng_status status = eng_book_new(session->context, NULL, &session->book);
  int answer;

  w->end = options->for_ms > 0 ? now + options->for_ms : ENG_TIME_NONE;
  if (status == ENG_OK) {
    status =
        eng_assessor_new(session->context, (const eng_model *const *)session->models,
                         session->model_count, &session->assessor);
  }
  if (status != ENG_OK) return complain_status("watch", status);
  /* Asked before reading, so that what is written meanwhile is read again. */
  status = eng_store_is_changed(w->store, &changed);
  if (status != ENG_OK) return bookfile_complain(w->path, status, NULL);
  answer = read_file(w);
  if (answer != ANSWER_DONE) return answer;
  return take_census(w, as_of);
}

int watch_run(const struct options *options)
{
  struct session session;
  struct watch w = {0};
  int answer = session_begin(&session, options);

  w.session = &session;
  host_stop_softly();
  if (answer == ANSWER_DONE && options->words.count != 1) {
    complain("watch takes one book");
    answer = ANSWER_USAGE;
  }
  if (answer == ANSWER_DONE) answer = models_open(&session);
  if (answer == ANSWER_DONE) {
    w.path = options->words.items[0];
    answer = bookfile_open(session.context, w.path, ENG_STORE_READ_ONLY, &w.store);
  }
  if (answer == ANSWER_DONE && options->format == FORMAT_CSV) {
    fputs("time,customer,model,from,to,move,cause\n", stdout);
    (void)fflush(stdout);
  }
  if (answer == ANSWER_DONE) answer = begin(&w);
  if (answer == ANSWER_DONE) answer = look(&w);
  if (answer == ANSWER_DONE) answer = output_end();
  eng_census_free(w.census);
  eng_book_free(w.anew);
  free(w.known);
  eng_store_close(w.store);
  session_close(&session);
  return answer;
}
