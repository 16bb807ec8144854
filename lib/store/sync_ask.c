/* SPDX-License-Identifier: MIT */
/*
 * sync_ask.c - the side of a sync that asks, and decides what is exchanged.
 *
 * A range whose digests differ is split until the other side has few items in it; those
 * are listed. What differs is fetched and merged, and of what the other side lacks that
 * alone goes back. Tombstones are done with before the first link, and links before the
 * first customer.
 */
#include "core/blob.h"
#include "store/sync.h"

/* ---- tasks ---- */

/* Takes over the bytes of a buffer. */
static eng_status push(struct eng_sync *sync, int what, int space,
                       struct eng__buffer *bytes)
{
  void *block = sync->tasks;
  eng_status status = bytes->status;

  if (status == ENG_OK) {
    status = eng__grow(&sync->store->memory, &block, &sync->task_room,
                       sync->task_count + 1, sizeof *sync->tasks);
    sync->tasks = block;
  }
  if (status == ENG_OK) {
    /* Exactly its size, which is what it is freed with. */
    uint8_t *exact = eng__resize(bytes->memory, bytes->bytes, bytes->room, bytes->size);

    if (exact != NULL) {
      sync->tasks[sync->task_count++] =
          (struct eng__task){(uint8_t)what, (uint8_t)space, exact, bytes->size};
      return ENG_OK;
    }
    status = ENG_E_NOMEM;
  }
  eng__free(bytes->memory, bytes->bytes, bytes->room);
  return status;
}

static eng_status push_range(struct eng_sync *sync, int what, int space,
                             const struct eng__bound *low,
                             const struct eng__bound *high)
{
  struct eng__buffer bytes = {&sync->store->memory, NULL, 0, 0, ENG_OK};

  eng__buffer_bound(&bytes, low);
  eng__buffer_bound(&bytes, high);
  return push(sync, what, space, &bytes);
}

static eng_status push_key(struct eng_sync *sync, int space, const uint8_t *key,
                           size_t length)
{
  struct eng__buffer bytes = {&sync->store->memory, NULL, 0, 0, ENG_OK};

  eng__buffer_bytes(&bytes, key, length);
  return push(sync, ENG__SYNC_GET, space, &bytes);
}

eng_status eng__sync_start(struct eng_sync *sync)
{
  struct eng__bound low = {{0}, 0, false}, high = {{0}, 0, true};
  eng_status status =
      push_range(sync, ENG__SYNC_SPLIT, ENG__SPACE_CUSTOMERS, &low, &high);

  if (status == ENG_OK) {
    status = push_range(sync, ENG__SYNC_SPLIT, ENG__SPACE_LINKS, &low, &high);
  }
  if (status != ENG_OK) return status;
  return push_range(sync, ENG__SYNC_SPLIT, ENG__SPACE_STONES, &low, &high);
}

static void read_range(const struct eng__task *task, struct eng__range *range)
{
  struct eng__reader reader;

  eng__reader_init(&reader, task->bytes, task->size);
  eng__read_bound(&reader, &range->low);
  eng__read_bound(&reader, &range->high);
}

/* ---- what was answered ---- */

static eng_status take_part(struct eng_sync *sync, int space,
                            const struct eng__range *part, uint64_t count,
                            const struct eng__digest *theirs, bool alone)
{
  struct eng__digest ours;
  uint64_t own;
  eng_status status = eng__range_sum(sync->store, space, part, &own, &ours);
  int what = count == 0               ? ENG__SYNC_SEND
             : count <= ENG__SYNC_FEW ? ENG__SYNC_LIST
                                      : ENG__SYNC_SPLIT;

  if (status != ENG_OK) return status;
  if (own == count && eng__digest_same(&ours, theirs)) return ENG_OK;
  /* A part that is all there was would be split for ever. */
  if (what == ENG__SYNC_SPLIT && alone) return ENG_E_FIELD;
  return push_range(sync, what, space, &part->low, &part->high);
}

static eng_status take_parts(struct eng_sync *sync, const struct eng__task *task,
                             struct eng__reader *reader)
{
  uint64_t number = eng__read_varint(reader);
  struct eng__range range, part;

  read_range(task, &range);
  if (reader->status == ENG_OK && (number < 1 || number > ENG__PARTS)) {
    return ENG_E_COUNT;
  }
  part.low = range.low;
  for (uint64_t i = 0; i < number && reader->status == ENG_OK; i++) {
    struct eng__digest digest;
    uint64_t count;
    eng_status status;

    eng__read_bound(reader, &part.high);
    count = eng__read_varint(reader);
    eng__read_digest(reader, &digest);
    if (reader->status != ENG_OK) break;
    if (eng__bound_compare(&part.low, &part.high) >= 0) return ENG_E_ORDER;
    if ((i + 1 == number) != (eng__bound_compare(&part.high, &range.high) == 0)) {
      return ENG_E_ORDER;
    }
    status = take_part(sync, task->space, &part, count, &digest, number == 1);
    if (status != ENG_OK) return status;
    part.low = part.high;
  }
  return reader->status;
}

/* Our items from one place to another are not known there. */
static eng_status send_gap(struct eng_sync *sync, int space,
                           const struct eng__range *gap)
{
  struct eng__items items;
  struct eng__item item;
  bool there;
  eng_status status;

  if (eng__bound_compare(&gap->low, &gap->high) >= 0) return ENG_OK;
  status = eng__items_begin(&items, sync->store, space, gap);
  if (status != ENG_OK) return status;
  status = eng__items_next(&items, &item, &there);
  eng__items_end(&items);
  if (status != ENG_OK || !there) return status;
  return push_range(sync, ENG__SYNC_SEND, space, &gap->low, &gap->high);
}

/* Whether we have an item with that digest. */
static eng_status have(struct eng_sync *sync, int space, const uint8_t *key,
                       size_t length, const struct eng__digest *digest, bool *same)
{
  struct eng__items items;
  struct eng__item item;
  struct eng__range range;
  bool there;
  eng_status status;

  eng__range_of(&range, key, length);
  status = eng__items_begin(&items, sync->store, space, &range);
  if (status != ENG_OK) return status;
  status = eng__items_next(&items, &item, &there);
  *same = status == ENG_OK && there && eng__digest_same(&item.digest, digest);
  eng__items_end(&items);
  return status;
}

static eng_status take_list(struct eng_sync *sync, const struct eng__task *task,
                            struct eng__reader *reader)
{
  uint64_t count = eng__read_varint(reader);
  struct eng__range range, gap, one;

  read_range(task, &range);
  if (reader->status == ENG_OK && count > ENG__SYNC_LIST_MAX) return ENG_E_COUNT;
  gap.low = range.low;
  for (uint64_t i = 0; i < count && reader->status == ENG_OK; i++) {
    struct eng__digest digest;
    size_t length;
    const uint8_t *key = eng__read_key(reader, &length);
    bool same = false;
    eng_status status;

    eng__read_digest(reader, &digest);
    if (reader->status != ENG_OK) break;
    eng__range_of(&one, key, length);
    if (eng__bound_compare(&gap.low, &one.low) > 0 ||
        eng__bound_compare(&one.low, &range.high) >= 0) {
      return ENG_E_ORDER;
    }
    gap.high = one.low;
    status = send_gap(sync, task->space, &gap);
    if (status == ENG_OK) status = have(sync, task->space, key, length, &digest, &same);
    if (status == ENG_OK && !same) status = push_key(sync, task->space, key, length);
    if (status != ENG_OK) return status;
    gap.low = one.high;
  }
  gap.high = range.high;
  return reader->status == ENG_OK ? send_gap(sync, task->space, &gap) : reader->status;
}

/* ---- what goes over ---- */

static void put_item(struct eng__buffer *to, int space, const uint8_t *key,
                     size_t key_length, const uint8_t *value, size_t value_length)
{
  const uint8_t head[2] = {ENG__SYNC_PUT, (uint8_t)space};

  eng__buffer_put(to, head, sizeof head);
  eng__buffer_bytes(to, key, key_length);
  eng__buffer_bytes(to, value, value_length);
}

static void count_sent(struct eng_sync *sync, int space)
{
  sync->counts.forgotten_sent += space == ENG__SPACE_STONES;
  sync->counts.links_sent += space == ENG__SPACE_LINKS;
  sync->counts.customers_sent += space == ENG__SPACE_CUSTOMERS;
}

/* Our events that theirs would change by. */
static eng_status find_more(const eng_customer *ours, eng_customer *theirs,
                            eng_customer *more, bool *any)
{
  eng_event_cursor *cursor;
  const eng_event *event;
  eng_status status = eng_event_cursor_new(ours, &cursor);

  if (status != ENG_OK) return status;
  while ((status = eng_event_cursor_next(cursor, &event)) == ENG_OK && event != NULL) {
    int32_t outcome;

    status = eng_customer_record(theirs, event, &outcome);
    if (status != ENG_OK) break;
    if (outcome != ENG_RECORD_ADDED && outcome != ENG_RECORD_REPLACED) continue;
    status = eng_customer_record(more, event, NULL);
    if (status != ENG_OK) break;
    *any = true;
  }
  eng_event_cursor_free(cursor);
  return status;
}

static eng_status put_customer(struct eng_sync *sync, const eng_customer *customer)
{
  const eng_allocator *memory = &sync->store->memory;
  size_t size, written;
  uint8_t *bytes;
  eng_status status = eng_customer_encode(customer, NULL, 0, &size);

  if (status != ENG_E_BUFFER) return status;
  bytes = eng__new(memory, size);
  if (bytes == NULL) return ENG_E_NOMEM;
  status = eng_customer_encode(customer, bytes, size, &written);
  if (status == ENG_OK) {
    put_item(&sync->puts, ENG__SPACE_CUSTOMERS, (const uint8_t *)customer->id,
             customer->id_length, bytes, size);
    count_sent(sync, ENG__SPACE_CUSTOMERS);
    status = sync->puts.status;
  }
  eng__free(memory, bytes, size);
  return status;
}

/* What we know of a customer and they, whose timeline this is, do not. */
static eng_status send_more(struct eng_sync *sync, const eng_customer *ours,
                            eng_customer *theirs)
{
  int64_t floor = eng_customer_floor(ours);
  eng_customer *more;
  bool any = floor > eng_customer_floor(theirs);
  eng_status status =
      eng_customer_new(sync->store->context, ours->id, ours->id_length, &more);

  if (status != ENG_OK) return status;
  if (any) status = eng_customer_expire(more, floor);
  if (status == ENG_OK && any) status = eng_customer_expire(theirs, floor);
  if (status == ENG_OK) status = find_more(ours, theirs, more, &any);
  if (status == ENG_OK && any) status = put_customer(sync, more);
  eng_customer_free(more);
  return status;
}

/* Their row is damaged: what we hold of the customer is all there is. */
static eng_status mend_theirs(struct eng_sync *sync, const char *id, size_t length)
{
  eng_customer *ours = NULL;
  eng_status status = eng__store_read(sync->store, id, length, &ours, NULL);

  if (status == ENG_OK && ours != NULL) {
    status = put_customer(sync, ours);
  } else if (status == ENG_OK || eng__store_is_damage(status)) {
    sync->counts.customers_damaged++;
    status = ENG_OK;
  }
  eng_customer_free(ours);
  return status;
}

static eng_status exchange_customer(struct eng_sync *sync, const uint8_t *key,
                                    size_t key_length, const uint8_t *value,
                                    size_t length)
{
  const char *id = (const char *)key;
  eng_customer *ours = NULL, *theirs = NULL;
  eng_status status = eng_customer_decode(sync->store->context, id, key_length, value,
                                          length, &theirs, NULL);

  if (eng__store_is_damage(status)) return mend_theirs(sync, id, key_length);
  if (status != ENG_OK) return status;
  status = eng__sync_merge(sync, theirs);
  if (status == ENG_OK) {
    status = eng__store_read(sync->store, id, key_length, &ours, NULL);
  }
  /* Merged already: what is ours and not theirs is what the merge has beyond theirs. */
  if (status == ENG_OK && ours != NULL) status = send_more(sync, ours, theirs);
  eng_customer_free(ours);
  eng_customer_free(theirs);
  return status;
}

static eng_status exchange_stone(struct eng_sync *sync, const uint8_t *key,
                                 size_t key_length, const uint8_t *value, size_t length)
{
  struct eng__items items;
  struct eng__item item;
  struct eng__range range;
  bool there;
  eng_status status =
      eng__sync_take(sync, ENG__SPACE_STONES, key, key_length, value, length);

  if (status != ENG_OK) return status;
  eng__range_of(&range, key, key_length);
  status = eng__items_begin(&items, sync->store, ENG__SPACE_STONES, &range);
  if (status != ENG_OK) return status;
  status = eng__items_next(&items, &item, &there);
  if (status == ENG_OK && there && eng__get64(item.value) > eng__get64(value)) {
    put_item(&sync->puts, ENG__SPACE_STONES, key, key_length, item.value,
             item.value_length);
    count_sent(sync, ENG__SPACE_STONES);
    status = sync->puts.status;
  }
  eng__items_end(&items);
  return status;
}

/* A damaged one would be refused there, with all of the message. */
static bool is_link(const struct eng_sync *sync, const struct eng__item *item)
{
  uint8_t key[16];
  eng_link link;

  return item->key_length == sizeof key &&
         eng__store_read_link(sync->store, item->value, item->value_length, &link,
                              key) == ENG_OK &&
         memcmp(key, item->key, sizeof key) == 0;
}

/* What stands here goes back if it is not what came. */
static eng_status exchange_link(struct eng_sync *sync, const uint8_t *key,
                                size_t key_length, const uint8_t *value, size_t length)
{
  struct eng__items items;
  struct eng__item item;
  struct eng__range range;
  bool there;
  eng_status status =
      eng__sync_take(sync, ENG__SPACE_LINKS, key, key_length, value, length);

  if (status != ENG_OK && !eng__store_is_damage(status)) return status;
  eng__range_of(&range, key, key_length);
  status = eng__items_begin(&items, sync->store, ENG__SPACE_LINKS, &range);
  if (status != ENG_OK) return status;
  status = eng__items_next(&items, &item, &there);
  if (status == ENG_OK && there &&
      (item.value_length != length || memcmp(item.value, value, length) != 0) &&
      is_link(sync, &item)) {
    put_item(&sync->puts, ENG__SPACE_LINKS, key, key_length, item.value,
             item.value_length);
    count_sent(sync, ENG__SPACE_LINKS);
    status = sync->puts.status;
  }
  eng__items_end(&items);
  return status;
}

static eng_status take_item(struct eng_sync *sync, const struct eng__task *task,
                            struct eng__reader *reader)
{
  size_t key_length, length;
  const uint8_t *value = eng__read_counted(reader, &length), *key;
  struct eng__reader own;

  if (value == NULL || length == 0) return reader->status;
  eng__reader_init(&own, task->bytes, task->size);
  key = eng__read_key(&own, &key_length);
  if (task->space == ENG__SPACE_STONES) {
    return exchange_stone(sync, key, key_length, value, length);
  }
  if (task->space == ENG__SPACE_LINKS) {
    return exchange_link(sync, key, key_length, value, length);
  }
  return exchange_customer(sync, key, key_length, value, length);
}

static eng_status take_answer(struct eng_sync *sync, const struct eng__task *task,
                              struct eng__reader *reader)
{
  int what = (int)eng__read_fixed(reader, 1);

  if (reader->status != ENG_OK) return reader->status;
  if (what != task->what) return ENG_E_FIELD;
  switch (what) {
  case ENG__SYNC_SPLIT: return take_parts(sync, task, reader);
  case ENG__SYNC_LIST: return take_list(sync, task, reader);
  default: return take_item(sync, task, reader);
  }
}

/* Answers come in the order of what was asked; what none came for is asked again, and
 * so is what comes once there is a message full of what goes back. */
static eng_status take_answers(struct eng_sync *sync, struct eng__reader *reader)
{
  const eng_allocator *memory = &sync->store->memory;
  size_t i = 0;
  eng_status status = ENG_OK;

  while (i < sync->asked_count && eng__reader_left(reader) > 0 && status == ENG_OK &&
         sync->puts.size <= ENG__SYNC_FULL) {
    status = take_answer(sync, &sync->asked[i], reader);
    eng__free(memory, sync->asked[i].bytes, sync->asked[i].size);
    sync->asked[i++].bytes = NULL;
  }
  if (status == ENG_OK && i == 0 && sync->asked_count > 0) status = ENG_E_TRUNCATED;
  if (status == ENG_OK && i == sync->asked_count && eng__reader_left(reader) > 0) {
    status = ENG_E_TRAILING;
  }
  for (; i < sync->asked_count && status == ENG_OK; i++) {
    void *block = sync->tasks;

    status = eng__grow(memory, &block, &sync->task_room, sync->task_count + 1,
                       sizeof *sync->tasks);
    sync->tasks = block;
    if (status != ENG_OK) break;
    sync->tasks[sync->task_count++] = sync->asked[i];
    sync->asked[i].bytes = NULL;
  }
  if (status == ENG_OK) sync->asked_count = 0;
  return status;
}

/* ---- asking ---- */

/* A damaged row would be refused there, with all of the message. */
static eng_status is_sound(const struct eng_sync *sync, int space,
                           const struct eng__item *item, bool *sound)
{
  eng_customer *customer;
  eng_status status;

  *sound = space != ENG__SPACE_LINKS || is_link(sync, item);
  if (space != ENG__SPACE_CUSTOMERS) return ENG_OK;
  status = eng_customer_decode(sync->store->context, (const char *)item->key,
                               item->key_length, item->value, item->value_length,
                               &customer, NULL);
  eng_customer_free(customer);
  *sound = status == ENG_OK;
  return eng__store_is_damage(status) ? ENG_OK : status;
}

/* Our own items of a range, as many as fit; the rest is a task again. */
static eng_status send(struct eng_sync *sync, const struct eng__task *task)
{
  struct eng__items items;
  struct eng__item item;
  struct eng__range range;
  bool there, sound, full = false;
  eng_status status;

  read_range(task, &range);
  status = eng__items_begin(&items, sync->store, task->space, &range);
  if (status != ENG_OK) return status;
  while ((status = eng__items_next(&items, &item, &there)) == ENG_OK && there) {
    if (sync->out.size > ENG__SYNC_FULL) {
      full = true;
      range.low.length = item.key_length;
      memcpy(range.low.key, item.key, item.key_length);
      break;
    }
    status = is_sound(sync, task->space, &item, &sound);
    if (status != ENG_OK) break;
    if (!sound) {
      sync->counts.customers_damaged += task->space == ENG__SPACE_CUSTOMERS;
      continue;
    }
    put_item(&sync->out, task->space, item.key, item.key_length, item.value,
             item.value_length);
    count_sent(sync, task->space);
  }
  eng__items_end(&items);
  if (status != ENG_OK || !full) return status;
  return push_range(sync, ENG__SYNC_SEND, task->space, &range.low, &range.high);
}

static eng_status ask_one(struct eng_sync *sync, const struct eng__task *task)
{
  const uint8_t head[2] = {task->what, task->space};
  void *block = sync->asked;
  eng_status status;

  status = eng__grow(&sync->store->memory, &block, &sync->asked_room,
                     sync->asked_count + 1, sizeof *sync->asked);
  sync->asked = block;
  if (status != ENG_OK) return status;
  eng__buffer_put(&sync->out, head, sizeof head);
  eng__buffer_put(&sync->out, task->bytes, task->size);
  sync->asked[sync->asked_count++] = *task;
  return ENG_OK;
}

/* A message is of one kind of items, so that tombstones come before customers. */
static eng_status ask(struct eng_sync *sync)
{
  const eng_allocator *memory = &sync->store->memory;
  size_t asked_from;
  int space = -1;
  eng_status status = ENG_OK;

  eng__buffer_put(&sync->out, sync->puts.bytes, sync->puts.size);
  sync->puts.size = 0;
  asked_from = sync->out.size;
  while (sync->task_count > 0 && status == ENG_OK) {
    struct eng__task task = sync->tasks[sync->task_count - 1];

    if (space >= 0 && task.space != space) break;
    if (sync->out.size > ENG__SYNC_FULL ||
        sync->out.size - asked_from > ENG__SYNC_ASKED)
      break;
    space = task.space;
    sync->task_count--;
    if (task.what == ENG__SYNC_SEND) {
      status = send(sync, &task);
    } else {
      status = ask_one(sync, &task);
      if (status == ENG_OK) continue;
    }
    eng__free(memory, task.bytes, task.size);
  }
  return status == ENG_OK ? sync->out.status : status;
}

eng_status eng__sync_ask(struct eng_sync *sync, struct eng__reader *reader)
{
  eng_status status = eng_store_begin(sync->store);

  if (status != ENG_OK) return status;
  status = take_answers(sync, reader);
  if (status == ENG_OK) status = eng__sync_settle(sync);
  if (status != ENG_OK) {
    eng_store_rollback(sync->store);
    return status;
  }
  status = eng__store_end(sync->store);
  if (status == ENG_OK) status = ask(sync);
  if (status == ENG_OK && sync->out.size == 0) {
    eng__buffer_put(&sync->out, &(uint8_t){ENG__SYNC_BYE}, 1);
    sync->done = true;
  }
  return status == ENG_OK ? sync->out.status : status;
}
