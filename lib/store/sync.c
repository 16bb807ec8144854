/* SPDX-License-Identifier: MIT */
/*
 * sync.c - one side of a sync: greeting, messages, and the same over a stream.
 */
#include "store/sync.h"

#include "core/memory.h"

enum { LENGTH = 4 };

/* ---- life ---- */

eng_status eng_sync_new(eng_store *store, int32_t role, eng_sync **out)
{
  eng_sync *sync;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (store == NULL || store->begun || store->cursors > 0) return ENG_E_INVALID;
  if (role != ENG_SYNC_ASK && role != ENG_SYNC_ANSWER) return ENG_E_RANGE;
  if (store->flags & ENG_STORE_READ_ONLY) return ENG_E_READONLY;
  sync = eng__new_zeroed(&store->memory, sizeof *sync);
  if (sync == NULL) return ENG_E_NOMEM;
  sync->store = store;
  sync->role = role;
  sync->out.memory = sync->puts.memory = &store->memory;
  eng_sync_counts_init(&sync->counts, sizeof sync->counts);
  *out = sync;
  return ENG_OK;
}

static void free_tasks(struct eng_sync *sync, struct eng__task *tasks, size_t count,
                       size_t room)
{
  const eng_allocator *memory = &sync->store->memory;

  for (size_t i = 0; i < count; i++) eng__free(memory, tasks[i].bytes, tasks[i].size);
  eng__free(memory, tasks, room * sizeof *tasks);
}

void eng_sync_free(eng_sync *sync)
{
  const eng_allocator *memory;

  if (sync == NULL) return;
  memory = &sync->store->memory;
  free_tasks(sync, sync->tasks, sync->task_count, sync->task_room);
  free_tasks(sync, sync->asked, sync->asked_count, sync->asked_room);
  eng__free(memory, sync->out.bytes, sync->out.room);
  eng__free(memory, sync->puts.bytes, sync->puts.room);
  eng__free(memory, sync->stones, sync->stone_room * sizeof *sync->stones);
  eng__free(memory, sync, sizeof *sync);
}

void eng_sync_get_counts(const eng_sync *sync, eng_sync_counts *counts)
{
  uint32_t size;

  if (sync == NULL || counts == NULL || counts->size < sizeof(uint32_t)) return;
  size = counts->size;
  memcpy(counts, &sync->counts, size < sizeof *counts ? size : sizeof *counts);
  counts->size = size;
}

/* ---- greeting ---- */

/* The keys that tombstones stand under, each with its proof. */
static eng_status greet(struct eng_sync *sync)
{
  struct eng_store *store = sync->store;
  struct eng__buffer *out = &sync->out;
  uint8_t head[2] = {ENG__SYNC_HELLO, ENG__SYNC_VERSION}, proof[16];
  sqlite3_stmt *row;
  int64_t floor;
  int code = SQLITE_DONE;
  eng_status status = eng__store_setting(store, "floor", &floor);

  if (status == ENG_OK)
    status = eng__store_statement(store, ENG__SQL_KEYS_NEEDED, &row);
  if (status != ENG_OK) return status;
  eng__buffer_put(out, head, sizeof head);
  eng__buffer_varint(out, floor == ENG_TIME_NONE ? 0 : (uint64_t)floor + 1);
  while (status == ENG_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
    uint64_t number = (uint64_t)sqlite3_column_int64(row, 0);

    if (!eng__store_proof(store, number, proof)) status = ENG_E_KEY;
    eng__buffer_varint(out, number);
    eng__buffer_put(out, proof, sizeof proof);
  }
  if (status == ENG_OK) status = eng__store_status(store, code);
  (void)sqlite3_reset(row);
  return status == ENG_OK ? out->status : status;
}

static eng_status check_keys(const struct eng_sync *sync, struct eng__reader *reader)
{
  while (eng__reader_left(reader) > 0 && reader->status == ENG_OK) {
    uint64_t number = eng__read_varint(reader);
    const uint8_t *theirs = eng__read_bytes(reader, 16);
    uint8_t ours[16];

    if (theirs == NULL) break;
    if (!eng__store_proof(sync->store, number, ours)) return ENG_E_KEY;
    if (memcmp(ours, theirs, sizeof ours) != 0) return ENG_E_KEY;
  }
  return reader->status;
}

static eng_status raise(struct eng_store *store, uint64_t floor)
{
  eng_status status;

  if (floor == 0) return ENG_OK;
  if (floor - 1 > (uint64_t)ENG_TIME_MAX) return ENG_E_FIELD;
  status = eng_store_begin(store);
  if (status != ENG_OK) return status;
  status = eng__store_raise(store, (int64_t)(floor - 1));
  if (status == ENG_OK) return eng__store_end(store);
  eng_store_rollback(store);
  return status;
}

static eng_status be_greeted(struct eng_sync *sync, struct eng__reader *reader)
{
  const uint8_t *head = eng__read_bytes(reader, 2);
  uint64_t floor;
  eng_status status;

  if (head == NULL) return reader->status;
  if (head[0] != ENG__SYNC_HELLO) return ENG_E_MAGIC;
  if (head[1] != ENG__SYNC_VERSION) return ENG_E_VERSION;
  floor = eng__read_varint(reader);
  status = check_keys(sync, reader);
  if (status == ENG_OK) status = raise(sync->store, floor);
  sync->greeted = status == ENG_OK;
  return status;
}

/* ---- messages ---- */

static eng_status ask_next(struct eng_sync *sync, struct eng__reader *reader,
                           bool first)
{
  eng_status status;

  if (first) return sync->greeted ? ENG_E_INVALID : greet(sync);
  if (sync->greeted) return eng__sync_ask(sync, reader);
  status = be_greeted(sync, reader);
  if (status == ENG_OK) status = eng__sync_start(sync);
  return status == ENG_OK ? eng__sync_ask(sync, reader) : status;
}

static eng_status answer_next(struct eng_sync *sync, struct eng__reader *reader,
                              bool first)
{
  eng_status status;

  if (first || eng__reader_left(reader) == 0) return ENG_E_INVALID;
  if (!sync->greeted) {
    status = be_greeted(sync, reader);
    return status == ENG_OK ? greet(sync) : status;
  }
  if (*reader->at == ENG__SYNC_BYE && eng__reader_left(reader) == 1) {
    sync->done = true;
    return ENG_OK;
  }
  return eng__sync_answer(sync, reader);
}

/* What is put into a message is at most so long: see ENG__SYNC_FULL. */
static uint64_t most_of(const struct eng_sync *sync)
{
  return eng__limit(sync->store->context, ENG_LIMIT_BLOB) + ENG__SYNC_BEYOND;
}

eng_status eng_sync_next(eng_sync *sync, const uint8_t *message, size_t size,
                         const uint8_t **out, size_t *out_size, int32_t *done)
{
  static const uint8_t nothing[1] = {0};
  struct eng__reader reader;
  eng_status status;

  if (out != NULL) *out = NULL;
  if (out_size != NULL) *out_size = 0;
  if (done != NULL) *done = 0;
  if (sync == NULL || out == NULL || out_size == NULL || done == NULL || sync->done) {
    return ENG_E_INVALID;
  }
  if (size > most_of(sync)) {
    sync->done = true;
    return ENG_E_LIMIT;
  }
  eng__reader_init(&reader, message == NULL ? nothing : message, size);
  sync->store->code = 0;
  sync->out.size = 0;
  sync->counts.bytes_received += size;
  sync->counts.messages += message != NULL;
  status = sync->role == ENG_SYNC_ASK ? ask_next(sync, &reader, message == NULL)
                                      : answer_next(sync, &reader, message == NULL);
  if (status != ENG_OK) {
    sync->done = true;
    return status;
  }
  *done = sync->done;
  if (sync->done && sync->role == ENG_SYNC_ANSWER) return ENG_OK;
  *out = sync->out.size == 0 ? nothing : sync->out.bytes;
  *out_size = sync->out.size;
  sync->counts.bytes_sent += sync->out.size;
  sync->counts.messages++;
  return ENG_OK;
}

/* ---- streams ---- */

static eng_status write_message(const eng_stream *stream, const uint8_t *bytes,
                                size_t size)
{
  uint8_t length[LENGTH];

  if (size > UINT32_MAX) return ENG_E_LIMIT;
  eng__put32(length, (uint32_t)size);
  if (stream->write(stream->user, length, sizeof length) != 0) return ENG_E_CALLBACK;
  if (size > 0 && stream->write(stream->user, (uint8_t *)bytes, size) != 0) {
    return ENG_E_CALLBACK;
  }
  return ENG_OK;
}

/* Memory grows with what has come, not with what was announced. */
static eng_status read_message(const eng_stream *stream, struct eng__buffer *in,
                               uint64_t most)
{
  uint8_t length[LENGTH], piece[4096];
  uint64_t left;

  in->size = 0;
  if (stream->read(stream->user, length, sizeof length) != 0) return ENG_E_CALLBACK;
  left = eng__get(length, LENGTH);
  if (left > most) return ENG_E_LIMIT;
  while (left > 0 && in->status == ENG_OK) {
    size_t size = left < sizeof piece ? (size_t)left : sizeof piece;

    if (stream->read(stream->user, piece, size) != 0) return ENG_E_CALLBACK;
    eng__buffer_put(in, piece, size);
    left -= size;
  }
  return in->status;
}

static eng_status converse(eng_sync *sync, const eng_stream *stream,
                           struct eng__buffer *in)
{
  uint64_t most = most_of(sync);
  bool first = sync->role == ENG_SYNC_ASK;
  int32_t done = 0;

  for (;;) {
    const uint8_t *out;
    size_t size;
    eng_status status = ENG_OK;

    if (!first) status = read_message(stream, in, most);
    if (status != ENG_OK) return status;
    /* A message of nothing is one. */
    status = eng_sync_next(sync,
                           first               ? NULL
                           : in->bytes == NULL ? (const uint8_t *)""
                                               : in->bytes,
                           first ? 0 : in->size, &out, &size, &done);
    first = false;
    if (status == ENG_OK && out != NULL) status = write_message(stream, out, size);
    if (status != ENG_OK || done) return status;
  }
}

eng_status eng_store_sync(eng_store *store, int32_t role, const eng_stream *stream,
                          eng_sync_counts *counts)
{
  struct eng__buffer in = {NULL, NULL, 0, 0, ENG_OK};
  eng_sync *sync;
  eng_status status;

  if (store == NULL || stream == NULL || stream->size < sizeof *stream ||
      stream->read == NULL || stream->write == NULL) {
    return ENG_E_INVALID;
  }
  status = eng_sync_new(store, role, &sync);
  if (status != ENG_OK) return status;
  in.memory = &store->memory;
  status = converse(sync, stream, &in);
  eng_sync_get_counts(sync, counts);
  eng__free(&store->memory, in.bytes, in.room);
  eng_sync_free(sync);
  return status;
}
