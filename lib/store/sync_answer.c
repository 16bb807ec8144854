/* SPDX-License-Identifier: MIT */
/*
 * sync_answer.c - the side of a sync that answers, and taking in what comes over.
 */
#include "core/blob.h"
#include "core/sort.h"
#include "store/sync.h"

/* ---- taking in ---- */

static eng_status take_stone(struct eng_sync *sync, const uint8_t *key,
                             size_t key_length, const uint8_t *value,
                             size_t value_length)
{
  void *block = sync->stones;
  struct eng__stone *stone;
  int64_t floor;
  eng_status status;

  if (key_length != ENG__STONE_SIZE || value_length != 8) return ENG_E_FIELD;
  floor = (int64_t)eng__get64(value);
  if (floor < 0 || floor > ENG_TIME_MAX) return ENG_E_FIELD;
  status = eng__grow(&sync->store->memory, &block, &sync->stone_room,
                     sync->stone_count + 1, sizeof *sync->stones);
  sync->stones = block;
  if (status != ENG_OK) return status;
  stone = &sync->stones[sync->stone_count++];
  memcpy(stone->key, key, ENG__STONE_SIZE);
  stone->floor = floor;
  sync->counts.forgotten_received++;
  return ENG_OK;
}

eng_status eng__sync_merge(struct eng_sync *sync, const eng_customer *customer)
{
  bool mended = false;
  eng_status status = eng__store_mend(sync->store, customer, &mended);

  sync->counts.customers_received += status == ENG_OK;
  sync->counts.customers_mended += mended;
  return status;
}

static eng_status take_customer(struct eng_sync *sync, const uint8_t *key,
                                size_t key_length, const uint8_t *value,
                                size_t value_length)
{
  eng_customer *customer;
  eng_status status =
      eng_customer_decode(sync->store->context, (const char *)key, key_length, value,
                          value_length, &customer, NULL);

  if (status != ENG_OK) return status;
  status = eng__sync_merge(sync, customer);
  eng_customer_free(customer);
  return status;
}

static eng_status take_link(struct eng_sync *sync, const uint8_t *key,
                            size_t key_length, const uint8_t *value,
                            size_t value_length)
{
  uint8_t expected[16];
  eng_link link;
  int32_t outcome;
  eng_status status =
      eng__store_read_link(sync->store, value, value_length, &link, expected);

  if (status != ENG_OK) return status;
  if (key_length != 16 || memcmp(key, expected, 16) != 0) return ENG_E_FIELD;
  status = eng__store_take_link(sync->store, value, value_length, &outcome);
  sync->counts.links_received += status == ENG_OK;
  return status;
}

eng_status eng__sync_take(struct eng_sync *sync, int space, const uint8_t *key,
                          size_t key_length, const uint8_t *value, size_t value_length)
{
  if (space == ENG__SPACE_STONES) {
    return take_stone(sync, key, key_length, value, value_length);
  }
  if (space == ENG__SPACE_LINKS) {
    return take_link(sync, key, key_length, value, value_length);
  }
  return take_customer(sync, key, key_length, value, value_length);
}

static int by_key(const void *a, const void *b)
{
  return memcmp(((const struct eng__stone *)a)->key,
                ((const struct eng__stone *)b)->key, ENG__STONE_SIZE);
}

eng_status eng__sync_settle(struct eng_sync *sync)
{
  size_t count = sync->stone_count;

  sync->stone_count = 0;
  if (count == 0) return ENG_OK;
  eng__sort(sync->stones, count, sizeof *sync->stones, by_key);
  return eng__store_take_stones(sync->store, sync->stones, count);
}

/* ---- answering ---- */

/* The parts of a range, as they are read: about as many items in each. */
struct parts {
  struct eng_sync *sync;
  uint64_t each, count; /* items a part, and of this part so far */
  struct eng__digest sum;
};

static void end_part(struct parts *parts, const struct eng__bound *high)
{
  struct eng__buffer *out = &parts->sync->out;

  eng__buffer_bound(out, high);
  eng__buffer_varint(out, parts->count);
  eng__buffer_digest(out, &parts->sum);
  parts->count = 0;
  parts->sum.low = parts->sum.high = 0;
}

static eng_status write_parts(struct parts *parts, int space,
                              const struct eng__range *range)
{
  struct eng__items items;
  struct eng__item item;
  struct eng__bound bound;
  bool there;
  eng_status status = eng__items_begin(&items, parts->sync->store, space, range);

  if (status != ENG_OK) return status;
  while ((status = eng__items_next(&items, &item, &there)) == ENG_OK && there) {
    if (parts->count == parts->each) {
      bound.end = false;
      bound.length = item.key_length;
      memcpy(bound.key, item.key, item.key_length);
      end_part(parts, &bound);
    }
    eng__digest_add(&parts->sum, &item.digest);
    parts->count++;
  }
  eng__items_end(&items);
  if (status == ENG_OK) end_part(parts, &range->high);
  return status;
}

static eng_status split(struct eng_sync *sync, int space,
                        const struct eng__range *range)
{
  struct parts parts = {sync, 0, 0, {0, 0}};
  struct eng__digest sum;
  uint64_t count, number;
  eng_status status = eng__range_sum(sync->store, space, range, &count, &sum);

  if (status != ENG_OK) return status;
  sync->rows += count;
  parts.each = (count + ENG__PARTS - 1) / ENG__PARTS;
  if (parts.each == 0) parts.each = 1;
  number = count == 0 ? 1 : (count + parts.each - 1) / parts.each;
  eng__buffer_put(&sync->out, &(uint8_t){ENG__SYNC_SPLIT}, 1);
  eng__buffer_varint(&sync->out, number);
  return write_parts(&parts, space, range);
}

static eng_status list(struct eng_sync *sync, int space, const struct eng__range *range)
{
  struct eng__items items;
  struct eng__item item;
  struct eng__digest sum;
  uint64_t count;
  bool there;
  eng_status status = eng__range_sum(sync->store, space, range, &count, &sum);

  if (status != ENG_OK) return status;
  sync->rows += count;
  if (count > ENG__SYNC_LIST_MAX) return ENG_E_LIMIT;
  eng__buffer_put(&sync->out, &(uint8_t){ENG__SYNC_LIST}, 1);
  eng__buffer_varint(&sync->out, count);
  status = eng__items_begin(&items, sync->store, space, range);
  if (status != ENG_OK) return status;
  while ((status = eng__items_next(&items, &item, &there)) == ENG_OK && there) {
    eng__buffer_bytes(&sync->out, item.key, item.key_length);
    eng__buffer_digest(&sync->out, &item.digest);
  }
  eng__items_end(&items);
  return status;
}

/* No bytes: there is no such item any more. */
static eng_status get(struct eng_sync *sync, int space, const uint8_t *key,
                      size_t length)
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
  if (status == ENG_OK) {
    eng__buffer_put(&sync->out, &(uint8_t){ENG__SYNC_GET}, 1);
    eng__buffer_bytes(&sync->out, item.value, there ? item.value_length : 0);
    if (there && space == ENG__SPACE_STONES) sync->counts.forgotten_sent++;
    if (there && space == ENG__SPACE_CUSTOMERS) sync->counts.customers_sent++;
    if (there && space == ENG__SPACE_LINKS) sync->counts.links_sent++;
  }
  eng__items_end(&items);
  return status;
}

static eng_status take(struct eng_sync *sync, int space, struct eng__reader *reader)
{
  size_t key_length, length;
  const uint8_t *key = eng__read_key(reader, &key_length);
  const uint8_t *value = eng__read_counted(reader, &length);

  if (key == NULL || value == NULL) return reader->status;
  return eng__sync_take(sync, space, key, key_length, value, length);
}

/* Settling goes through all customers and links, so that it is due once a message:
 * tombstones are in front of what asks for those. */
static eng_status keep_order(struct eng_sync *sync, int what, int space)
{
  bool customers = space != ENG__SPACE_STONES;

  if (what == ENG__SYNC_PUT) {
    return sync->customers && !customers ? ENG_E_ORDER : ENG_OK;
  }
  if (!customers) return ENG_OK;
  sync->customers = true;
  return eng__sync_settle(sync);
}

/* One request. What asks for something is passed over once the answer is full. */
static eng_status answer_one(struct eng_sync *sync, struct eng__reader *reader)
{
  int what = (int)eng__read_fixed(reader, 1), space = (int)eng__read_fixed(reader, 1);
  bool full = sync->out.size > ENG__SYNC_FULL || sync->rows > ENG__SYNC_ROWS;
  struct eng__range range;
  const uint8_t *key;
  size_t length;
  eng_status status;

  if (reader->status == ENG_OK && space >= ENG__SPACES) return ENG_E_FIELD;
  if (reader->status != ENG_OK) return reader->status;
  status = keep_order(sync, what, space);
  if (status != ENG_OK) return status;
  if (what == ENG__SYNC_PUT) return take(sync, space, reader);
  if (what == ENG__SYNC_GET) {
    key = eng__read_key(reader, &length);
    if (key == NULL || full) return reader->status;
    return get(sync, space, key, length);
  }
  eng__read_bound(reader, &range.low);
  eng__read_bound(reader, &range.high);
  if (reader->status != ENG_OK || full) return reader->status;
  if (what == ENG__SYNC_SPLIT) return split(sync, space, &range);
  return what == ENG__SYNC_LIST ? list(sync, space, &range) : ENG_E_FIELD;
}

/* All of a message is one transaction: it is on the disk when it is answered. */
eng_status eng__sync_answer(struct eng_sync *sync, struct eng__reader *reader)
{
  eng_status status = eng_store_begin(sync->store);

  if (status != ENG_OK) return status;
  sync->customers = false;
  sync->rows = 0;
  while (status == ENG_OK && eng__reader_left(reader) > 0) {
    status = answer_one(sync, reader);
  }
  if (status == ENG_OK) status = eng__sync_settle(sync);
  if (status == ENG_OK) status = sync->out.status;
  if (status == ENG_OK) return eng__store_end(sync->store);
  eng_store_rollback(sync->store);
  return status;
}
