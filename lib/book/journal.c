/* SPDX-License-Identifier: MIT */
/*
 * journal.c - entries of a journal: an id and an encoded timeline, or a link, sealed.
 *
 * One event is a timeline of one, so that there is one encoding and one way back: what
 * is read is merged. A piece of a batch waits in the book's memory until it is worth a
 * call. docs/format.md, "An entry of a journal".
 */
#include <engagement/journal.h>

#include "book/groups.h"
#include "book/journal.h"
#include "book/merge.h"
#include "book/record.h"
#include "core/blob.h"
#include "core/customer.h"
#include "core/hash.h"
#include "core/status.h"

enum {
  PIECE = 65536,
  HEAD = 7, /* magic, format, size */
  SEAL = ENG__CHECKSUM_SIZE,
  SEARCH_FACTOR = 16, /* how often bytes are hashed to find an entry behind a bad one */
  LINKS_AT_ONCE = 65536
};

/* ---- writing ---- */

static eng_status drop(struct eng_book *book, eng_status status)
{
  book->journal.size = 0;
  return status;
}

eng_status eng__journal_flush(struct eng_book *book)
{
  struct eng__journal *journal = &book->journal;
  int32_t answer = 0;

  if (journal->size > 0)
    answer = journal->fn(journal->user, journal->bytes, journal->size);
  return drop(book, answer == 0 ? ENG_OK : ENG_E_CALLBACK);
}

void eng__journal_release(struct eng_book *book)
{
  struct eng__journal *journal = &book->journal;

  eng__free(&book->memory, journal->bytes, journal->room);
  memset(journal, 0, sizeof *journal);
}

/* Makes room behind what waits. */
static eng_status make_room(struct eng_book *book, size_t size)
{
  struct eng__journal *journal = &book->journal;
  void *bytes = journal->bytes;
  eng_status status =
      eng__grow(&book->memory, &bytes, &journal->room, journal->size + size, 1);

  journal->bytes = bytes;
  return status;
}

/* Bytes before the timeline. */
static size_t front_size(size_t length)
{
  return HEAD + eng__varint_size(length) + length;
}

/* The entry behind what waits, all but its seal, was put into the sink. */
static eng_status seal_entry(struct eng_book *book, struct eng__sink *sink)
{
  struct eng__journal *journal = &book->journal;

  eng__blob_seal(sink);
  journal->size += sink->size;
  return journal->size < PIECE ? ENG_OK : eng__journal_flush(book);
}

/* Closes an entry whose timeline stands in its place behind what waits. */
static eng_status close_entry(struct eng_book *book, const char *id, size_t length,
                              size_t blob)
{
  struct eng__journal *journal = &book->journal;
  struct eng__sink sink = {journal->bytes + journal->size, 0,
                           journal->room - journal->size};
  uint8_t size[4];

  eng__blob_start(&sink, 'J');
  eng__put(size, front_size(length) - HEAD + blob, 4);
  eng__sink_put(&sink, size, 4);
  eng__sink_varint(&sink, length);
  eng__sink_put(&sink, id, length);
  sink.size += blob;
  return seal_entry(book, &sink);
}

eng_status eng__journal_timeline(struct eng_book *book, const char *id, size_t length,
                                 const struct eng__timeline *timeline,
                                 const struct eng__shapes *shapes)
{
  struct eng__journal *journal = &book->journal;
  size_t front = front_size(length);
  struct eng__sink sink = {NULL, 0, 0};
  struct eng__pen pen = book->home.pen;
  eng_status status;

  pen.shapes = (struct eng__shapes *)shapes; /* only read */
  status = eng__blob_write(timeline, &pen, &sink);
  if (status == ENG_OK && sink.size > UINT32_MAX - front) status = ENG_E_LIMIT;
  if (status == ENG_OK) status = make_room(book, front + sink.size + SEAL);
  if (status == ENG_OK) {
    sink.capacity = sink.size;
    sink.bytes = journal->bytes + journal->size + front;
    sink.size = 0;
    status = eng__blob_write(timeline, &pen, &sink);
  }
  return status == ENG_OK ? close_entry(book, id, length, sink.size)
                          : drop(book, status);
}

eng_status eng__journal_event(struct eng_book *book, const char *id, size_t length,
                              const struct eng__event *event)
{
  struct eng__journal *journal = &book->journal;
  size_t front = front_size(length);
  eng_status status = make_room(book, front + ENG__BLOB_ONE_MAX + SEAL);

  if (status != ENG_OK) return drop(book, status);
  return close_entry(book, id, length,
                     eng__blob_write_one(book->home.pen.context, event,
                                         journal->bytes + journal->size + front));
}

eng_status eng__journal_link(struct eng_book *book, const eng_link *link)
{
  struct eng__journal *journal = &book->journal;
  size_t a = (size_t)link->a_length, b = (size_t)link->b_length;
  size_t body = 1 + eng__varint_size((uint64_t)link->changed_at) + eng__varint_size(a) +
                a + eng__varint_size(b) + b;
  uint8_t state = (uint8_t)link->state, size[4];
  eng_status status = make_room(book, HEAD + body + SEAL);
  struct eng__sink sink = {NULL, 0, 0};

  if (status != ENG_OK) return drop(book, status);
  sink.bytes = journal->bytes + journal->size;
  sink.capacity = journal->room - journal->size;
  eng__blob_start(&sink, 'K');
  eng__put(size, body, 4);
  eng__sink_put(&sink, size, 4);
  eng__sink_put(&sink, &state, 1);
  eng__sink_varint(&sink, (uint64_t)link->changed_at);
  eng__sink_varint(&sink, a);
  eng__sink_put(&sink, link->a, a);
  eng__sink_varint(&sink, b);
  eng__sink_put(&sink, link->b, b);
  return seal_entry(book, &sink);
}

eng_status eng_book_set_journal(eng_book *book, eng_journal_fn fn, void *user)
{
  if (book == NULL) return ENG_E_INVALID;
  book->journal.fn = fn;
  book->journal.user = user;
  return ENG_OK;
}

/* ---- reading ---- */

/* A whole entry. */
struct entry {
  size_t size; /* all of it */
  const char *id;
  size_t length;
  const uint8_t *blob;
  size_t blob_size;
};

enum { ENTRY_WHOLE, ENTRY_SHORT, ENTRY_WRONG };

/* Whether an entry stands here, or may once more bytes have come. */
static int look(const eng_context *context, const uint8_t *bytes, size_t size,
                size_t *whole)
{
  uint64_t most = eng__limit(context, ENG_LIMIT_BLOB);
  size_t body;

  *whole = 0;
  if (bytes[0] != 'E') return ENTRY_WRONG;
  if (size > 1 && bytes[1] != 'J' && bytes[1] != 'K') return ENTRY_WRONG;
  if (size < HEAD) return ENTRY_SHORT;
  body = (size_t)eng__get(bytes + 3, 4);
  most += 2 * eng__limit(context, ENG_LIMIT_ID) + 3 * ENG__VARINT_MAX;
  if (body > most || body > SIZE_MAX - HEAD - SEAL) return ENTRY_WRONG;
  if (body + HEAD + SEAL > size) return ENTRY_SHORT;
  *whole = HEAD + body + SEAL;
  return ENTRY_WHOLE;
}

/* Whatever the format: a later one is no damage. */
static bool is_sealed(const uint8_t *bytes, size_t whole)
{
  return eng__get(bytes + whole - SEAL, SEAL) ==
         (eng__hash(bytes, whole - SEAL) & UINT32_MAX);
}

/* Whether a whole entry stands anywhere behind one that is not right. Bytes that were
 * made up to be hashed again and again count as one. */
static bool any_follows(const eng_context *context, const uint8_t *bytes, size_t size)
{
  uint64_t left = (uint64_t)size * SEARCH_FACTOR + PIECE;

  for (size_t at = 1; at + HEAD + SEAL <= size; at++) {
    size_t whole;

    if (look(context, bytes + at, size - at, &whole) != ENTRY_WHOLE) continue;
    if (whole > left || is_sealed(bytes + at, whole)) return true;
    left -= whole;
  }
  return false;
}

static eng_status open_entry(const uint8_t *bytes, size_t whole, struct entry *entry)
{
  struct eng__reader reader;

  eng__reader_init(&reader, bytes, whole);
  eng__blob_open(&reader, 'J');
  (void)eng__read_fixed(&reader, 4);
  entry->size = whole;
  entry->length = (size_t)eng__read_varint(&reader);
  entry->id = (const char *)eng__read_bytes(&reader, entry->length);
  entry->blob_size = eng__reader_left(&reader);
  entry->blob = reader.at;
  return reader.status;
}

/* One event of somebody in a group: recorded as it was, which asks for little, while
 * merging would look at all of the group. */
static eng_status take_event(struct eng_book *book, uint32_t node,
                             const eng_customer *customer, eng_load_counts *counts)
{
  struct eng__event event;
  struct eng__sorted sorted;
  int32_t outcome = 0;
  eng_status status = eng__groups_reserve(book, node);

  if (status != ENG_OK) return status;
  eng__timeline_events(&customer->timeline, &customer->shapes, &event, &sorted);
  status = eng__groups_record(book, node, &event, &outcome);
  if (status == ENG_OK) eng__count_outcome(counts, outcome);
  return status;
}

static eng_status take_entry(struct eng_book *book, const struct entry *entry,
                             eng_load_counts *counts)
{
  uint32_t node;
  const eng_context *context = book->home.pen.context;
  eng_customer *customer;
  eng_status status;

  if (!eng__customer_id_is_valid(context, entry->length)) return ENG_E_CUSTOMER;
  status =
      eng__customer_new(context, &book->outer, entry->id, entry->length, &customer);
  if (status != ENG_OK) return status;
  status = eng__blob_read(&customer->timeline, &customer->home, entry->blob,
                          entry->blob_size, NULL);
  if (status == ENG_OK && eng__timeline_count(&customer->timeline) == 1 &&
      customer->timeline.floor == ENG_TIME_NONE &&
      eng__groups_member(book, eng__book_hash(book, entry->id, entry->length),
                         entry->id, entry->length, &node)) {
    status = take_event(book, node, customer, counts);
  } else if (status == ENG_OK) {
    status = eng__book_merge_customer(book, customer, counts);
  }
  eng_customer_free(customer);
  return status;
}

/* A link, which is between two ids as any of the host's. */
static eng_status read_link(const struct eng_book *book, const uint8_t *bytes,
                            size_t whole, eng_link *out)
{
  struct eng__reader reader;
  eng_link link;
  uint64_t at;

  eng_link_init(&link, sizeof link);
  eng__reader_init(&reader, bytes, whole);
  eng__blob_open(&reader, 'K');
  (void)eng__read_fixed(&reader, 4);
  link.state = (int32_t)eng__read_fixed(&reader, 1);
  at = eng__read_varint(&reader);
  link.a_length = eng__read_varint(&reader);
  link.a = (const char *)eng__read_bytes(&reader, (size_t)link.a_length);
  link.b_length = eng__read_varint(&reader);
  link.b = (const char *)eng__read_bytes(&reader, (size_t)link.b_length);
  if (reader.status != ENG_OK) return reader.status;
  if (at > (uint64_t)ENG_TIME_MAX || link.state > ENG_LINK_MERGED) return ENG_E_FIELD;
  if (eng__reader_left(&reader) > 0) return ENG_E_TRAILING;
  link.changed_at = (int64_t)at;
  *out = link;
  return eng__link_check(book, out);
}

/* The links that stand here one behind another, of which the first is a whole entry:
 * taken in together, so that a group is looked at once. */
static eng_status take_links(struct eng_book *book, const uint8_t *bytes, size_t size,
                             size_t *taken)
{
  const eng_context *context = book->home.pen.context;
  size_t count = 0, room = 0, at = 0, whole;
  eng_link *links = NULL;
  eng_status status = ENG_OK, first = ENG_OK;

  while (status == ENG_OK && count < LINKS_AT_ONCE && at < size) {
    void *block = links;

    if (look(context, bytes + at, size - at, &whole) != ENTRY_WHOLE) break;
    if (bytes[at + 1] != 'K' || !is_sealed(bytes + at, whole)) break;
    status = eng__grow(&book->outer, &block, &room, count + 1, sizeof *links);
    links = block;
    if (status == ENG_OK) first = read_link(book, bytes + at, whole, &links[count]);
    /* One that is wrong is the next call's. */
    if (status != ENG_OK || first != ENG_OK) break;
    count++;
    at += whole;
  }
  if (status == ENG_OK && count == 0) status = first;
  if (status == ENG_OK) status = eng_book_link_many(book, links, count);
  eng__free(&book->outer, links, room * sizeof *links);
  *taken = at;
  return status;
}

/* One entry: how many bytes it took, 0 where the bytes end first. */
static eng_status replay_one(struct eng_book *book, const uint8_t *bytes, size_t size,
                             bool last, size_t *taken, eng_load_counts *counts)
{
  struct entry entry;
  size_t whole;
  const eng_context *context = book->home.pen.context;
  int what = look(context, bytes, size, &whole);
  eng_status status;

  *taken = 0;
  if (what == ENTRY_SHORT && !last) return ENG_OK;
  if (what != ENTRY_WHOLE || !is_sealed(bytes, whole)) {
    return last && !any_follows(context, bytes, size) ? ENG_OK : ENG_E_CHECKSUM;
  }
  if (bytes[1] == 'K') {
    status = take_links(book, bytes, size, &whole);
  } else {
    status = open_entry(bytes, whole, &entry);
    if (status == ENG_OK) status = take_entry(book, &entry, counts);
  }
  if (status == ENG_OK) *taken = whole;
  return status;
}

eng_status eng_book_replay(eng_book *book, const uint8_t *bytes, size_t size,
                           int32_t last, size_t *used, eng_load_counts *counts,
                           eng_error *error)
{
  eng_load_counts done;
  eng_status status = ENG_OK;
  size_t taken = 1;

  eng__error_clear(error);
  if (used != NULL) *used = 0;
  if (book == NULL || used == NULL || (bytes == NULL && size > 0) ||
      (last != 0 && last != 1) || (counts != NULL && counts->size < sizeof *counts)) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  eng_load_counts_init(&done, sizeof done);
  book->journal.quiet = true;
  while (status == ENG_OK && taken > 0 && *used < size) {
    status = replay_one(book, bytes + *used, size - *used, last == 1, &taken, &done);
    *used += taken;
  }
  book->journal.quiet = false;
  eng__add_counts(counts, &done);
  return status == ENG_OK ? status : eng__error_set(error, status, 0, 0, *used, NULL);
}
