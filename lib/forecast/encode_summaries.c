/* SPDX-License-Identifier: MIT */
/*
 * encode_summaries.c - the canonical bytes of summaries, and reading those of
 * strangers.
 *
 * "EY", format, unit, currency; the histories in ascending order, each as x, t_x,
 * T - t_x and how many; the worths and the acts of telling likewise; the checksum.
 * Nothing is allocated on the word of a count.
 */
#include "forecast/summaries.h"

#include "core/blob.h"

/* ---- writing ---- */

static void put_all(struct eng__sink *sink, const eng_summaries *s,
                    const struct eng__alike *cells, const struct eng__worth *worths,
                    const struct eng__tell *tells)
{
  eng__blob_start(sink, 'Y');
  eng__sink_varint(sink, (uint64_t)s->unit);
  eng__sink_varint(sink, (uint64_t)s->context->settings.currency);
  eng__sink_varint(sink, s->cell_count);
  for (size_t i = 0; i < s->cell_count; i++) {
    eng__sink_varint(sink, cells[i].x);
    eng__sink_varint(sink, cells[i].t_x);
    eng__sink_varint(sink, cells[i].T - cells[i].t_x);
    eng__sink_varint(sink, cells[i].count);
  }
  eng__sink_varint(sink, s->worth_count);
  for (size_t i = 0; i < s->worth_count; i++) {
    eng__sink_varint(sink, worths[i].x);
    eng__sink_varint(sink, (uint64_t)worths[i].spend);
    eng__sink_varint(sink, worths[i].count);
  }
  eng__sink_varint(sink, s->tells.count);
  for (size_t i = 0; i < s->tells.count; i++) {
    eng__sink_varint(sink, tells[i].x);
    eng__sink_varint(sink, tells[i].t_x);
    eng__sink_varint(sink, tells[i].T - tells[i].t_x);
    eng__sink_varint(sink, tells[i].acts);
    eng__sink_varint(sink, tells[i].after);
    eng__sink_varint(sink, tells[i].positive);
    eng__sink_varint(sink, tells[i].count);
  }
  eng__blob_seal(sink);
}

eng_status eng_summaries_encode(const eng_summaries *s, uint8_t *buffer,
                                size_t capacity, size_t *size)
{
  struct eng__sink sink = {buffer, 0, capacity};
  const eng_allocator *memory;
  struct eng__alike *cells = NULL;
  struct eng__worth *worths = NULL;
  struct eng__tell *tells = NULL;
  eng_status status;

  if (size != NULL) *size = 0;
  if (s == NULL || size == NULL || (buffer == NULL && capacity > 0)) {
    return ENG_E_INVALID;
  }
  memory = eng__memory(s->context);
  status = eng__summaries_alikes(s, &cells);
  if (status == ENG_OK) status = eng__summaries_worths(s, &worths);
  if (status == ENG_OK) status = eng__tells_sorted(&s->tells, s->context, &tells);
  if (status == ENG_OK) {
    put_all(&sink, s, cells, worths, tells);
    *size = sink.size;
    if (sink.size > capacity) status = ENG_E_BUFFER;
  }
  eng__free(memory, cells, (s->cell_count + 1) * sizeof *cells);
  eng__free(memory, worths, (s->worth_count + 1) * sizeof *worths);
  eng__free(memory, tells, (s->tells.count + 1) * sizeof *tells);
  return status;
}

/* ---- reading ---- */

static uint32_t read_word(struct eng__reader *reader)
{
  uint64_t v = eng__read_varint(reader);

  if (v > UINT32_MAX) eng__reader_fail(reader, ENG_E_FIELD);
  return (uint32_t)(v & UINT32_MAX);
}

/* What a stranger's number does wrong is the fault of the bytes. */
static eng_status blame(eng_status status)
{
  return status == ENG_E_RANGE || status == ENG_E_OVERFLOW ? ENG_E_FIELD : status;
}

static bool ascends(const uint64_t *before, const uint64_t *now, int count)
{
  for (int i = 0; i < count; i++) {
    if (before[i] != now[i]) return before[i] < now[i];
  }
  return false;
}

static void read_cells(struct eng__reader *reader, eng_summaries *s)
{
  uint64_t count = eng__read_varint(reader), before[3] = {0, 0, 0};

  if (count > eng__reader_left(reader) / 4) eng__reader_fail(reader, ENG_E_COUNT);
  for (uint64_t i = 0; i < count && reader->status == ENG_OK; i++) {
    uint32_t x = read_word(reader), t_x = read_word(reader), rest = read_word(reader);
    uint64_t customers = eng__read_varint(reader);
    uint64_t now[3] = {x, t_x, (uint64_t)t_x + rest};

    if (now[2] > INT32_MAX) eng__reader_fail(reader, ENG_E_FIELD);
    if (i > 0 && !ascends(before, now, 3)) eng__reader_fail(reader, ENG_E_ORDER);
    if (reader->status != ENG_OK) return;
    eng__reader_fail(
        reader, blame(eng_summaries_add(s, x, t_x, (uint32_t)now[2], 0, customers)));
    memcpy(before, now, sizeof now);
  }
}

static void read_worths(struct eng__reader *reader, eng_summaries *s)
{
  uint64_t count = eng__read_varint(reader), before[2] = {0, 0};

  if (count > eng__reader_left(reader) / 3) eng__reader_fail(reader, ENG_E_COUNT);
  for (uint64_t i = 0; i < count && reader->status == ENG_OK; i++) {
    uint32_t x = read_word(reader);
    uint64_t spend = eng__read_varint(reader), customers = eng__read_varint(reader);
    uint64_t now[2] = {x, spend};

    if (spend > INT64_MAX) eng__reader_fail(reader, ENG_E_FIELD);
    if (i > 0 && !ascends(before, now, 2)) eng__reader_fail(reader, ENG_E_ORDER);
    if (reader->status != ENG_OK) return;
    eng__reader_fail(reader,
                     blame(eng__summaries_add_worth(s, x, (int64_t)spend, customers)));
    memcpy(before, now, sizeof now);
  }
}

static void read_tells(struct eng__reader *reader, eng_summaries *s)
{
  uint64_t count = eng__read_varint(reader), before[6] = {0, 0, 0, 0, 0, 0}, told = 0;

  if (count > eng__reader_left(reader) / 7) eng__reader_fail(reader, ENG_E_COUNT);
  for (uint64_t i = 0; i < count && reader->status == ENG_OK; i++) {
    uint32_t x = read_word(reader), t_x = read_word(reader), rest = read_word(reader);
    uint32_t acts = read_word(reader), after = read_word(reader);
    uint32_t positive = read_word(reader);
    uint64_t customers = eng__read_varint(reader);
    uint64_t now[6] = {x, t_x, (uint64_t)t_x + rest, acts, after, positive};
    struct eng__tell tell = {x, t_x, t_x + rest, acts, after, positive, customers};

    /* Nobody told whose history is not there. */
    if (memcmp(before, now, 3 * sizeof *now) != 0) told = 0;
    told = customers > UINT64_MAX - told ? UINT64_MAX : told + customers;
    if (told > eng__summaries_alike(s, x, t_x, now[2])) {
      eng__reader_fail(reader, ENG_E_FIELD);
    }
    if (i > 0 && !ascends(before, now, 6)) eng__reader_fail(reader, ENG_E_ORDER);
    if (reader->status != ENG_OK) return;
    eng__reader_fail(reader, blame(eng__summaries_add_tell(s, &tell)));
    memcpy(before, now, sizeof now);
  }
}

eng_status eng_summaries_decode(const eng_context *context, const uint8_t *bytes,
                                size_t size, eng_summaries **out)
{
  struct eng__reader reader;
  uint64_t unit, currency;
  eng_summaries *s = NULL;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL || bytes == NULL) return ENG_E_INVALID;
  eng__reader_init(&reader, bytes, size);
  eng__blob_open(&reader, 'Y');
  unit = eng__read_varint(&reader);
  currency = eng__read_varint(&reader);
  if (unit < ENG_UNIT_DAY || unit > ENG_UNIT_PERIOD || currency > 999) {
    eng__reader_fail(&reader, ENG_E_FIELD);
  }
  if (currency != (uint64_t)context->settings.currency) {
    eng__reader_fail(&reader, ENG_E_CONTEXT);
  }
  if (reader.status == ENG_OK) {
    eng__reader_fail(&reader, eng_summaries_new(context, (int32_t)unit, &s));
  }
  if (reader.status == ENG_OK) read_cells(&reader, s);
  if (reader.status == ENG_OK) read_worths(&reader, s);
  if (reader.status == ENG_OK) read_tells(&reader, s);
  if (reader.status == ENG_OK && eng__reader_left(&reader) > 0) {
    eng__reader_fail(&reader, ENG_E_TRAILING);
  }
  if (reader.status != ENG_OK) {
    eng_summaries_free(s);
    return reader.status;
  }
  *out = s;
  return ENG_OK;
}
