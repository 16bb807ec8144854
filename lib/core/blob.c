/* SPDX-License-Identifier: MIT */
/*
 * blob.c - encoding timelines, and decoding hostile bytes.
 *
 * Reading checks three things of every event: that it lies within the bytes, that its
 * shape is the one that eng__shape_of gives for what was read (so every number is in
 * its shortest form), and that it comes after the event before. Nothing is allocated
 * on the word of a count alone.
 */
#include "core/blob.h"

#include "core/hash.h"
#include "core/memory.h"
#include "core/sort.h"
#include "core/status.h"

/* Days are counted from 2020-01-01, so that today's take two bytes. */
enum { DAY_ORIGIN = 18262 };

/* ---- start and end ---- */

static uint8_t format_of(char magic)
{
  return magic == 'T' || magic == 'B' ? ENG__FORMAT : ENG__FORMAT_OF_OTHERS;
}

void eng__blob_start(struct eng__sink *sink, char magic)
{
  uint8_t bytes[3] = {'E', (uint8_t)magic, format_of(magic)};

  eng__sink_put(sink, bytes, sizeof bytes);
}

void eng__blob_seal(struct eng__sink *sink)
{
  uint8_t bytes[ENG__CHECKSUM_SIZE] = {0};

  if (sink->bytes != NULL && sink->size <= sink->capacity) {
    eng__put(bytes, eng__hash(sink->bytes, sink->size), ENG__CHECKSUM_SIZE);
  }
  eng__sink_put(sink, bytes, sizeof bytes);
}

void eng__blob_open(struct eng__reader *reader, char magic)
{
  const uint8_t *start = eng__read_bytes(reader, 3);
  size_t size = (size_t)(reader->end - reader->start);

  if (start == NULL) return;
  if (start[0] != 'E' || start[1] != (uint8_t)magic) {
    eng__reader_fail(reader, ENG_E_MAGIC);
  } else if (start[2] != format_of(magic)) {
    eng__reader_fail(reader, ENG_E_VERSION);
  } else if (eng__reader_left(reader) < ENG__CHECKSUM_SIZE) {
    eng__reader_fail(reader, ENG_E_TRUNCATED);
  } else {
    reader->end -= ENG__CHECKSUM_SIZE;
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    if (eng__get(reader->end, ENG__CHECKSUM_SIZE) !=
        (eng__hash(reader->start, size - ENG__CHECKSUM_SIZE) & UINT32_MAX)) {
      eng__reader_fail(reader, ENG_E_CHECKSUM);
    }
#else
    (void)size;
#endif
  }
}

void eng__blob_write_count(const struct eng__timeline *timeline, struct eng__sink *sink)
{
  bool floor = timeline->floor != ENG_TIME_NONE;

  eng__sink_varint(sink, eng__timeline_count(timeline) << 1 | floor);
  if (floor) eng__sink_varint(sink, (uint64_t)timeline->floor);
}

void eng__blob_read_count(struct eng__reader *reader, struct eng__announced *out)
{
  uint64_t v = eng__read_varint(reader), floor;

  out->count = v >> 1;
  out->floor = ENG_TIME_NONE;
  if (v & 1) {
    floor = eng__read_varint(reader);
    if (floor > (uint64_t)ENG_TIME_MAX) eng__reader_fail(reader, ENG_E_FIELD);
    out->floor = (int64_t)floor;
  }
}

/* ---- writing ---- */

/* The shape of an event in the encoding, where its gap may be another. */
static uint64_t coded_shape(uint64_t code, int64_t gap)
{
  uint64_t wide = UINT64_C(1) << ENG__SHAPE_WIDE;

  return gap >= ENG__GAP_LIMIT ? code | wide : code & ~wide;
}

static int64_t day_of_first(int64_t time) { return time / ENG__DAY; }

/* Bytes that a gap takes. */
static int gap_width(int64_t gap)
{
  uint64_t g = (uint64_t)gap << 2;
  int width = 2;

  if (gap >= ENG__GAP_LIMIT) return 8;
  while (g >> (8 * width) != 0) width++;
  return width;
}

eng_status eng__blob_collect(struct eng__codebook *book,
                             const struct eng__timeline *timeline,
                             const struct eng__shapes *shapes)
{
  struct eng__walk walk;
  struct eng__step step;
  int64_t previous = -1;

  eng__walk_begin(timeline, shapes, &walk);
  while (eng__walk_step(&walk, &step)) {
    eng_status status;

    if (previous < 0) previous = day_of_first(step.time) * ENG__DAY;
    status =
        eng__codebook_add(book, coded_shape(step.layout->code, step.time - previous));
    if (status != ENG_OK) return status;
    book->events_size +=
        (size_t)gap_width(step.time - previous) + (size_t)(step.next - step.body);
    previous = step.time;
  }
  return ENG_OK;
}

/* Zigzag: later days are even, earlier ones odd. */
static uint64_t zigzag_day(int64_t time)
{
  int64_t from_origin = day_of_first(time) - DAY_ORIGIN;

  return from_origin >= 0 ? (uint64_t)from_origin << 1
                          : ((uint64_t)-from_origin << 1) - 1;
}

static void write_head(struct eng__codebook *book, uint64_t code, int64_t gap,
                       struct eng__sink *sink)
{
  int index_width = eng__codebook_width(book), width = gap_width(gap);
  uint8_t bytes[12];

  eng__put(bytes, eng__codebook_index(book, code), index_width);
  if (gap >= ENG__GAP_LIMIT) {
    eng__put64(bytes + index_width, (uint64_t)gap);
  } else {
    eng__put(bytes + index_width, (uint64_t)gap << 2 | (uint64_t)(width - 2), width);
  }
  eng__sink_put(sink, bytes, (size_t)(index_width + width));
}

void eng__blob_write_events(struct eng__codebook *book,
                            const struct eng__timeline *timeline,
                            const struct eng__shapes *shapes, struct eng__sink *sink)
{
  struct eng__walk walk;
  struct eng__step step;
  int64_t previous = -1;

  eng__walk_begin(timeline, shapes, &walk);
  while (eng__walk_step(&walk, &step)) {
    if (previous < 0) {
      previous = day_of_first(step.time) * ENG__DAY;
      eng__sink_varint(sink, zigzag_day(step.time));
    }
    write_head(book, coded_shape(step.layout->code, step.time - previous),
               step.time - previous, sink);
    eng__sink_put(sink, step.body, (size_t)(step.next - step.body));
    previous = step.time;
  }
}

/* The time of the first event, of which there is one. */
static int64_t first_time(const struct eng__timeline *timeline,
                          const struct eng__shapes *shapes)
{
  struct eng__walk walk;
  struct eng__step step;

  eng__walk_begin(timeline, shapes, &walk);
  (void)eng__walk_step(&walk, &step);
  return step.time;
}

/* Everything before the events. */
static void write_front(const struct eng__codebook *book,
                        const struct eng__timeline *timeline, struct eng__sink *sink)
{
  eng__blob_start(sink, 'T');
  eng__blob_write_count(timeline, sink);
  if (eng__timeline_count(timeline) > 0) eng__codebook_write(book, sink);
}

/* The bytes of the whole encoding, known once the shapes are. */
static size_t whole_size(const struct eng__codebook *book,
                         const struct eng__timeline *timeline,
                         const struct eng__shapes *shapes)
{
  size_t count = (size_t)eng__timeline_count(timeline);
  struct eng__sink front = {NULL, 0, 0};

  write_front(book, timeline, &front);
  if (count > 0) {
    front.size += eng__varint_size(zigzag_day(first_time(timeline, shapes)));
    front.size += count * (size_t)eng__codebook_width(book) + book->events_size;
  }
  return front.size + ENG__CHECKSUM_SIZE;
}

eng_status eng__blob_write(const struct eng__timeline *timeline,
                           const struct eng__pen *pen, struct eng__sink *sink)
{
  struct eng__codebook book;
  eng_status status;
  size_t size;

  eng__codebook_init(&book, pen->context, pen->memory);
  status = eng__blob_collect(&book, timeline, pen->shapes);
  if (status == ENG_OK) status = eng__codebook_finish(&book);
  if (status == ENG_OK) {
    size = whole_size(&book, timeline, pen->shapes);
    if (size > eng__limit(pen->context, ENG_LIMIT_BLOB)) {
      status = ENG_E_LIMIT;
    } else if (sink->bytes == NULL || size > sink->capacity) {
      sink->size = size; /* all or nothing is written */
    } else {
      write_front(&book, timeline, sink);
      eng__blob_write_events(&book, timeline, pen->shapes, sink);
      eng__blob_seal(sink);
    }
  }
  eng__codebook_release(&book);
  return status;
}

size_t eng__blob_write_one(const eng_context *context, const struct eng__event *event,
                           uint8_t out[ENG__BLOB_ONE_MAX])
{
  struct eng__sink sink = {out, 0, ENG__BLOB_ONE_MAX};
  int64_t gap = event->occurred_at % ENG__DAY;
  uint64_t code = eng__shape_of(event, gap);
  uint8_t bytes[ENG__EVENT_MAX + ENG__SLACK], head[8];
  int width = gap_width(gap);

  eng__blob_start(&sink, 'T');
  eng__sink_varint(&sink, 2); /* one event, and no floor */
  eng__codebook_write_one(context, code, &sink);
  eng__sink_varint(&sink, zigzag_day(event->occurred_at));
  eng__put(head, 0, 1);
  eng__put(head + 1, (uint64_t)gap << 2 | (uint64_t)(width - 2), width);
  eng__sink_put(&sink, head, 1 + (size_t)width);
  eng__sink_put(&sink, bytes, eng__body_put(code, event, bytes));
  eng__blob_seal(&sink);
  return sink.size;
}

/* ---- reading ---- */

static int64_t read_day(struct eng__reader *reader)
{
  uint64_t v = eng__read_varint(reader);
  int64_t day;

  if (v > 2 * (uint64_t)(ENG_TIME_MAX / ENG__DAY)) {
    eng__reader_fail(reader, ENG_E_FIELD);
    return 0;
  }
  day = DAY_ORIGIN + (v & 1 ? -(int64_t)(v / 2) - 1 : (int64_t)(v / 2));
  if (day < 0 || day > ENG_TIME_MAX / ENG__DAY) eng__reader_fail(reader, ENG_E_FIELD);
  return day;
}

static int64_t read_gap(struct eng__reader *reader, bool wide)
{
  const uint8_t *first;
  uint64_t gap;
  int width;

  if (wide) {
    gap = eng__read_fixed(reader, 8);
    if (gap < (uint64_t)ENG__GAP_LIMIT) eng__reader_fail(reader, ENG_E_VARINT);
    if (gap > (uint64_t)ENG_TIME_MAX) eng__reader_fail(reader, ENG_E_FIELD);
    return (int64_t)(gap & INT64_MAX);
  }
  first = eng__read_bytes(reader, 1);
  if (first == NULL) return 0;
  width = (*first & 3) + 2;
  if (eng__read_bytes(reader, (size_t)width - 1) == NULL) return 0;
  gap = eng__get(first, width);
  if (width > 2 && gap >> (8 * (width - 1)) == 0) {
    eng__reader_fail(reader, ENG_E_VARINT);
  }
  return (int64_t)(gap >> 2);
}

/* The body of an event, with its extension; NULL if it does not lie within the bytes.
 */
static const uint8_t *read_body(struct eng__reader *reader,
                                const struct eng__layout *layout, uint64_t most)
{
  const uint8_t *body = eng__read_bytes(reader, layout->body);
  uint64_t size;

  if (body == NULL || !eng__shape_bits(layout->code, ENG__SHAPE_EXTENSION, 1)) {
    return body;
  }
  size = eng__read_fixed(reader, 2);
  if (reader->status == ENG_OK && size == 0) eng__reader_fail(reader, ENG_E_CANONICAL);
  if (size > most) eng__reader_fail(reader, ENG_E_LIMIT);
  return eng__read_bytes(reader, (size_t)size) == NULL ? NULL : body;
}

/* Whether a magnitude of 8 bytes fits, before it becomes an int64_t. */
static bool fits(const uint8_t *at, int width) { return width < 8 || at[7] < 0x80; }

static eng_status check_event(const struct eng__layout *layout, const uint8_t *body,
                              int64_t gap, int64_t time, int64_t floor,
                              struct eng__event *event)
{
  if (!fits(body, layout->amount_width) ||
      !fits(body + layout->amount_width, layout->value_width)) {
    return ENG_E_FIELD;
  }
  if (time > ENG_TIME_MAX || time <= floor) return ENG_E_FIELD;
  eng__body_get(layout, body, time, event);
  if (event->has & ENG__HAS_RECORDED_AT &&
      (event->recorded_at < 0 || event->recorded_at > ENG_TIME_MAX)) {
    return ENG_E_FIELD;
  }
  return eng__shape_of(event, gap) == layout->code ? ENG_OK : ENG_E_CANONICAL;
}

static eng_status note_id(struct eng__ids *ids, const eng_allocator *memory,
                          uint64_t id)
{
  void *block = ids->ids;
  eng_status status =
      eng__grow(memory, &block, &ids->room, ids->count + 1, sizeof *ids->ids);

  ids->ids = block;
  if (status == ENG_OK) ids->ids[ids->count++] = id;
  return status;
}

static int by_number(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

  return (x > y) - (x < y);
}

static bool has_twins(uint64_t *ids, size_t count)
{
  eng__sort(ids, count, sizeof *ids, by_number);
  for (size_t i = 1; i < count; i++) {
    if (ids[i - 1] == ids[i]) return true;
  }
  return false;
}

void eng__blob_read_events(struct eng__reader *reader, const struct eng__codebook *book,
                           const struct eng__announced *announced,
                           struct eng__builder *builder, struct eng__ids *ids,
                           bool *used)
{
  const eng_context *context = book->context;
  int index_width = eng__codebook_width(book);
  struct eng__event event, previous;
  int64_t time;

  ids->count = 0;
  if (announced->count > eng__limit(context, ENG_LIMIT_EVENTS)) {
    eng__reader_fail(reader, ENG_E_LIMIT);
  }
  if (announced->count > eng__reader_left(reader) / 3) {
    eng__reader_fail(reader, ENG_E_COUNT);
  }
  time = read_day(reader) * ENG__DAY;
  memset(&previous, 0, sizeof previous);
  for (uint64_t i = 0; i < announced->count && reader->status == ENG_OK; i++) {
    uint64_t index = eng__read_fixed(reader, index_width);
    const struct eng__coded *shape;
    const uint8_t *body;
    eng_status status;
    int64_t gap;

    if (index >= book->shape_count) eng__reader_fail(reader, ENG_E_FIELD);
    if (reader->status != ENG_OK) return;
    shape = &book->shapes[index];
    used[index] = true;
    gap = read_gap(reader, eng__shape_bits(shape->code, ENG__SHAPE_WIDE, 1));
    body = read_body(reader, &shape->layout, eng__limit(context, ENG_LIMIT_EXTENSION));
    if (reader->status != ENG_OK || body == NULL) return;
    time += gap;
    status = check_event(&shape->layout, body, gap, time, announced->floor, &event);
    if (status == ENG_OK && i == 0 && gap >= ENG__DAY) status = ENG_E_CANONICAL;
    if (status == ENG_OK && i > 0 && gap == 0 &&
        eng__event_compare(context, &previous, &event) >= 0) {
      status = ENG_E_ORDER;
    }
    if (status == ENG_OK && (event.has & ENG__HAS_ID)) {
      status = note_id(ids, book->memory, event.id);
    }
    if (status == ENG_OK) status = eng__builder_add(builder, &event);
    if (status != ENG_OK) eng__reader_fail(reader, status);
    previous = event;
  }
  if (reader->status == ENG_OK && has_twins(ids->ids, ids->count)) {
    eng__reader_fail(reader, ENG_E_CANONICAL);
  }
}

static bool all_true(const bool *used, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (!used[i]) return false;
  }
  return true;
}

static void read_set(struct eng__reader *reader, struct eng__codebook *book,
                     const struct eng__announced *announced,
                     struct eng__builder *builder)
{
  struct eng__ids ids = {NULL, 0, 0};
  bool *used;

  eng__codebook_read(book, reader);
  if (reader->status != ENG_OK) return;
  used = eng__new_zeroed(book->memory, book->shape_count + 1);
  if (used == NULL) {
    eng__reader_fail(reader, ENG_E_NOMEM);
    return;
  }
  eng__blob_read_events(reader, book, announced, builder, &ids, used);
  if (reader->status == ENG_OK && !all_true(used, book->shape_count)) {
    eng__reader_fail(reader, ENG_E_CANONICAL);
  }
  eng__free(book->memory, ids.ids, ids.room * sizeof *ids.ids);
  eng__free(book->memory, used, book->shape_count + 1);
}

eng_status eng__blob_read(struct eng__timeline *timeline, struct eng__home *home,
                          const uint8_t *bytes, size_t size, eng_error *error)
{
  const eng_context *context = home->pen.context;
  struct eng__announced announced;
  struct eng__codebook book;
  struct eng__builder builder;
  struct eng__reader reader;
  eng_status status;

  if (size > eng__limit(context, ENG_LIMIT_BLOB)) {
    return eng__error_set(error, ENG_E_LIMIT, 0, 0, 0, NULL);
  }
  eng__reader_init(&reader, bytes, size);
  eng__blob_open(&reader, 'T');
  eng__blob_read_count(&reader, &announced);
  eng__codebook_init(&book, context, home->pen.memory);
  eng__builder_begin(&builder, home);
  if (reader.status == ENG_OK && announced.count > 0) {
    read_set(&reader, &book, &announced, &builder);
  }
  if (reader.status == ENG_OK && eng__reader_left(&reader) > 0) {
    eng__reader_fail(&reader, ENG_E_TRAILING);
  }
  if (reader.status == ENG_OK) {
    timeline->floor = announced.floor;
    eng__reader_fail(&reader, eng__builder_end(&builder, timeline));
  }
  status = reader.status;
  if (status != ENG_OK) {
    eng__builder_drop(&builder);
    eng__timeline_init(timeline);
    (void)eng__error_set(error, status, 0, 0, (uint64_t)(reader.at - reader.start),
                         NULL);
  }
  eng__codebook_release(&book);
  return status;
}
