/* SPDX-License-Identifier: MIT */
/*
 * snapshot.c - the canonical bytes of a book, and reading those of strangers.
 *
 * Customers stand in order of their ids, each id as what it has in common with the one
 * before and the rest; their events use one codebook. docs/format.md, "An encoded
 * book". Reading checks what blob.c checks of every timeline, and that ids ascend, that
 * as much as may be is shared, and that every shape of the codebook is used. A book
 * grows only by what was read of it.
 *
 * Of groups it is the members that are written, each for itself, and behind all
 * customers the links, if there are any.
 */
#include "book/groups.h"
#include "book/order.h"

#include "core/blob.h"
#include "core/status.h"

enum {
  MAGIC = 'B',
  NIBBLE = 15,      /* of a length: a varint of the rest follows */
  SHARED_MAX = 127, /* a few bytes must not stand for long ids without end */
  ID_MAX = 4096,
  SMALLEST = 3,     /* bytes of a customer: lengths, one byte of id, count */
  SMALLEST_LINK = 5 /* of a link: two ids of one byte, and what is said */
};

/* ---- writing ---- */

/* Notes the shapes that a light timeline uses by their indices; false: it has some that
 * may be written differently. */
static bool note_shapes(const struct eng_book *book, const struct eng__run *run,
                        bool *used)
{
  struct eng__run_cursor cursor;
  struct eng__step step;

  if (run->count == 0) return true;
  eng__run_begin(run, &book->shapes, &cursor);
  while (eng__run_step(&cursor, &step)) {
    if (*step.start == ENG__ESCAPE || run->base == UINT16_MAX) return false;
    used[*step.start] = true;
  }
  return true;
}

static eng_status collect(const struct eng_book *book, struct eng__codebook *codebook)
{
  bool used[ENG__SHAPES_MAX] = {false};

  for (uint64_t i = 0; i < eng__members_end(book); i++) {
    struct eng__member one;
    eng_status status;

    if (!eng__member_is(book, i)) continue;
    eng__member_view(book, i, &one);
    if (one.shapes == &book->shapes && one.timeline.heavy == NULL &&
        note_shapes(book, &one.timeline.run, used)) {
      continue;
    }
    status = eng__blob_collect(codebook, &one.timeline, one.shapes);
    if (status != ENG_OK) return status;
  }
  for (uint32_t i = 0; i < book->shapes.count; i++) {
    eng_status status = ENG_OK;

    if (used[i]) status = eng__codebook_add(codebook, book->shapes.layouts[i].code);
    if (status != ENG_OK) return status;
  }
  return ENG_OK;
}

static void put_length(struct eng__sink *sink, size_t length)
{
  if (length >= NIBBLE) eng__sink_varint(sink, length - NIBBLE);
}

/* An id behind the one before it in order. */
static void write_id(struct eng__sink *sink, const char *id, size_t length,
                     const char *before, size_t before_length)
{
  size_t most = before_length < SHARED_MAX ? before_length : SHARED_MAX;
  size_t shared = 0, rest;
  uint8_t lengths;

  while (shared < most && shared < length && id[shared] == before[shared]) shared++;
  rest = length - shared;
  lengths = (uint8_t)((shared < NIBBLE ? shared : NIBBLE) << 4 |
                      (rest < NIBBLE ? rest : NIBBLE));
  eng__sink_put(sink, &lengths, 1);
  put_length(sink, shared);
  put_length(sink, rest);
  eng__sink_put(sink, id + shared, rest);
}

static void write_customers(const struct eng_book *book, const uint32_t *members,
                            size_t count, struct eng__codebook *codebook,
                            struct eng__sink *sink)
{
  const char *before = NULL;
  size_t before_length = 0;

  eng__sink_varint(sink, count);
  for (size_t i = 0; i < count; i++) {
    struct eng__member one;

    eng__member_view(book, members[i], &one);
    write_id(sink, one.id, one.length, before, before_length);
    before = one.id;
    before_length = one.length;
    eng__blob_write_count(&one.timeline, sink);
    if (eng__timeline_count(&one.timeline) > 0) {
      eng__blob_write_events(codebook, &one.timeline, one.shapes, sink);
    }
  }
}

/* Nothing where there are none. */
static eng_status write_links(const struct eng_book *book, struct eng__sink *sink)
{
  uint64_t count;
  eng_link *links;
  eng_status status = eng__groups_list(book, &book->outer, &links, &count);

  if (status != ENG_OK || count == 0) return status;
  eng__sink_varint(sink, count);
  for (uint64_t i = 0; i < count; i++) eng__link_write(&links[i], sink);
  eng__free(&book->outer, links, (size_t)count * sizeof *links);
  return ENG_OK;
}

static eng_status write_book(const struct eng_book *book, struct eng__sink *sink)
{
  struct eng__codebook *codebook = eng__new(&book->outer, sizeof *codebook);
  uint32_t *members = NULL;
  size_t count = 0;
  eng_status status;

  if (codebook == NULL) return ENG_E_NOMEM;
  eng__codebook_init(codebook, book->home.pen.context, &book->outer);
  status = collect(book, codebook);
  if (status == ENG_OK) status = eng__codebook_finish(codebook);
  if (status == ENG_OK) {
    status = eng__book_order_members(book, &book->outer, &members, &count);
  }
  if (status == ENG_OK) {
    eng__blob_start(sink, MAGIC);
    eng__codebook_write(codebook, sink);
    write_customers(book, members, count, codebook, sink);
    status = write_links(book, sink);
  }
  if (status == ENG_OK) eng__blob_seal(sink);
  eng__free(&book->outer, members, count * sizeof *members);
  eng__codebook_release(codebook);
  eng__free(&book->outer, codebook, sizeof *codebook);
  return status;
}

eng_status eng_book_encode(const eng_book *book, uint8_t *buffer, size_t capacity,
                           size_t *size)
{
  struct eng__sink sink = {buffer, 0, capacity};
  eng_status status;

  if (size != NULL) *size = 0;
  if (book == NULL || size == NULL || (buffer == NULL && capacity > 0)) {
    return ENG_E_INVALID;
  }
  status = write_book(book, &sink);
  if (status != ENG_OK) return status;
  *size = sink.size;
  return sink.size <= capacity ? ENG_OK : ENG_E_BUFFER;
}

/* ---- reading ---- */

/* A book as it is read. */
struct loading {
  struct eng_book *book;
  struct eng__reader reader;
  struct eng__codebook codebook;
  struct eng__builder builder;
  struct eng__ids ids;
  bool *used; /* which shapes occur */
  char id[ID_MAX];
  size_t length;
};

/* A length whose nibble was read. */
static size_t read_length(struct eng__reader *reader, unsigned nibble, size_t most)
{
  uint64_t length = nibble;

  if (nibble == NIBBLE) {
    length = eng__read_varint(reader);
    if (length > most) eng__reader_fail(reader, ENG_E_LIMIT);
    length += NIBBLE;
  }
  if (length > most) eng__reader_fail(reader, ENG_E_LIMIT);
  return reader->status == ENG_OK ? (size_t)length : 0;
}

/* Whether `rest` behind `shared` bytes of the id before is greater than that, and more
 * could not have been shared. */
static eng_status check_id(const struct loading *loading, size_t shared,
                           const uint8_t *rest, size_t rest_length, bool first)
{
  const uint8_t *before = (const uint8_t *)loading->id + shared;
  size_t left = loading->length - shared;
  size_t common = left < rest_length ? left : rest_length;
  int order;

  if (first) return ENG_OK;
  if (left > 0 && shared < SHARED_MAX && rest[0] == before[0]) return ENG_E_CANONICAL;
  order = common == 0 ? 0 : memcmp(rest, before, common);
  if (order == 0) order = (rest_length > left) - (rest_length < left);
  return order > 0 ? ENG_OK : ENG_E_ORDER;
}

static void read_id(struct loading *loading, bool first)
{
  struct eng__reader *reader = &loading->reader;
  size_t most = (size_t)eng__limit(loading->book->home.pen.context, ENG_LIMIT_ID);
  unsigned lengths = (unsigned)eng__read_fixed(reader, 1);
  size_t shared = read_length(reader, lengths >> 4, most);
  size_t rest_length = read_length(reader, lengths & NIBBLE, most);
  const uint8_t *rest;
  eng_status status;

  if (shared > loading->length || shared > SHARED_MAX || rest_length == 0) {
    eng__reader_fail(reader, ENG_E_FIELD);
  }
  if (shared + rest_length > most) eng__reader_fail(reader, ENG_E_LIMIT);
  rest = eng__read_bytes(reader, rest_length);
  if (rest == NULL) return;
  status = check_id(loading, shared, rest, rest_length, first);
  if (status != ENG_OK) eng__reader_fail(reader, status);
  memcpy(loading->id + shared, rest, rest_length);
  loading->length = shared + rest_length;
}

static void read_customer(struct loading *loading, bool first)
{
  struct eng_book *book = loading->book;
  struct eng__reader *reader = &loading->reader;
  struct eng__announced announced;
  struct eng__timeline timeline;

  read_id(loading, first);
  eng__blob_read_count(reader, &announced);
  if (reader->status != ENG_OK) return;
  eng__book_open_new(book, &timeline);
  timeline.floor = announced.floor;
  if (announced.count > 0) {
    eng__builder_begin(&loading->builder, &book->home);
    eng__blob_read_events(reader, &loading->codebook, &announced, &loading->builder,
                          &loading->ids, loading->used);
  }
  eng__reader_fail(reader, eng__book_prepare(book, announced.floor != ENG_TIME_NONE));
  eng__reader_fail(reader, eng__book_reserve_unindexed(book, loading->length));
  if (reader->status == ENG_OK && announced.count > 0) {
    eng__reader_fail(reader, eng__builder_end(&loading->builder, &timeline));
  }
  if (reader->status != ENG_OK) {
    if (announced.count > 0) eng__builder_drop(&loading->builder);
    return;
  }
  eng__book_close(book,
                  eng__book_append(book,
                                   eng__book_hash(book, loading->id, loading->length),
                                   loading->id, loading->length),
                  &timeline);
}

static void check_used(struct loading *loading)
{
  for (size_t i = 0; i < loading->codebook.shape_count; i++) {
    if (!loading->used[i]) eng__reader_fail(&loading->reader, ENG_E_CANONICAL);
  }
}

/* Links behind the customers; that there are none is not written. */
static void read_links(struct loading *loading)
{
  struct eng__reader *reader = &loading->reader;
  const eng_allocator *memory = &loading->book->outer;
  uint64_t most = eng__limit(loading->book->home.pen.context, ENG_LIMIT_ID);
  uint64_t count = eng__read_varint(reader);
  eng_link *links;

  if (reader->status == ENG_OK && count > eng__reader_left(reader) / SMALLEST_LINK) {
    eng__reader_fail(reader, ENG_E_COUNT);
  }
  if (reader->status == ENG_OK && count == 0) eng__reader_fail(reader, ENG_E_TRAILING);
  if (reader->status != ENG_OK) return;
  links = eng__new(memory, (size_t)count * sizeof *links);
  if (links == NULL) {
    eng__reader_fail(reader, ENG_E_NOMEM);
    return;
  }
  for (uint64_t i = 0; i < count && reader->status == ENG_OK; i++) {
    eng__link_read(reader, most, &links[i]);
    if (i > 0 && reader->status == ENG_OK &&
        eng__link_compare(&links[i - 1], &links[i]) >= 0) {
      eng__reader_fail(reader, ENG_E_ORDER);
    }
  }
  if (reader->status == ENG_OK) {
    eng__reader_fail(reader, eng_book_link_many(loading->book, links, count));
  }
  eng__free(memory, links, (size_t)count * sizeof *links);
}

static void read_book(struct loading *loading)
{
  struct eng__reader *reader = &loading->reader;
  struct eng_book *book = loading->book;
  uint64_t count;

  eng__blob_open(reader, MAGIC);
  eng__codebook_read(&loading->codebook, reader);
  count = eng__read_varint(reader);
  if (reader->status == ENG_OK && count > eng__reader_left(reader) / SMALLEST) {
    eng__reader_fail(reader, ENG_E_COUNT);
  }
  if (count > eng__limit(book->home.pen.context, ENG_LIMIT_CUSTOMERS)) {
    eng__reader_fail(reader, ENG_E_LIMIT);
  }
  if (reader->status != ENG_OK) return;
  loading->used = eng__new_zeroed(&book->outer, loading->codebook.shape_count + 1);
  if (loading->used == NULL) eng__reader_fail(reader, ENG_E_NOMEM);
  for (uint64_t i = 0; i < count && reader->status == ENG_OK; i++) {
    read_customer(loading, i == 0);
  }
  if (reader->status == ENG_OK) check_used(loading);
  if (reader->status == ENG_OK && book->rows > 0) {
    eng__reader_fail(reader, eng__book_expect(book, book->rows));
  }
  if (reader->status == ENG_OK && eng__reader_left(reader) > 0) read_links(loading);
  if (reader->status == ENG_OK && eng__reader_left(reader) > 0) {
    eng__reader_fail(reader, ENG_E_TRAILING);
  }
}

static void release_loading(struct loading *loading)
{
  const eng_allocator *memory = &loading->book->outer;

  eng__free(memory, loading->ids.ids, loading->ids.room * sizeof *loading->ids.ids);
  eng__free(memory, loading->used, loading->codebook.shape_count + 1);
  eng__codebook_release(&loading->codebook);
}

/* About 16 KiB stand on the stack, so that a few bytes ask for little memory. */
static eng_status decode_into(struct eng_book *book, const uint8_t *bytes, size_t size,
                              eng_error *error)
{
  struct loading loading;
  eng_status status;

  loading.book = book;
  loading.used = NULL;
  loading.length = 0;
  memset(&loading.ids, 0, sizeof loading.ids);
  eng__reader_init(&loading.reader, bytes, size);
  eng__codebook_init(&loading.codebook, book->home.pen.context, &book->outer);
  read_book(&loading);
  status = loading.reader.status;
  if (status != ENG_OK) {
    uint64_t offset = (uint64_t)(loading.reader.at - loading.reader.start);

    (void)eng__error_set(error, status, 0, 0, offset, NULL);
  }
  release_loading(&loading);
  return status;
}

eng_status eng_book_decode(const eng_context *context, const eng_allocator *allocator,
                           const uint8_t *bytes, size_t size, eng_book **out,
                           eng_error *error)
{
  eng_book *book;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  eng__error_clear(error);
  if (context == NULL || bytes == NULL) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  status = eng_book_new(context, allocator, &book);
  if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  status = decode_into(book, bytes, size, error);
  if (status != ENG_OK) {
    eng_book_free(book);
    return status;
  }
  *out = book;
  return ENG_OK;
}
