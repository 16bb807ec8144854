/* SPDX-License-Identifier: MIT */
/*
 * ranges.c - items of the file in order.
 */
#include "store/ranges.h"

#include <string.h>

#include "core/bytes.h"
#include "core/hash.h"

int eng__bound_compare(const struct eng__bound *a, const struct eng__bound *b)
{
  size_t common = a->length < b->length ? a->length : b->length;
  int order;

  if (a->end || b->end) return (int)a->end - (int)b->end;
  order = common == 0 ? 0 : memcmp(a->key, b->key, common);
  return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* A tombstone's place: keys of another length lie between those of the right one. */
static int bind_stone(sqlite3_stmt *rows, int at, const struct eng__bound *bound)
{
  const size_t head = ENG__STONE_SIZE - 16;
  int64_t number = 0;
  int code;

  for (size_t i = 0; i < head && i < bound->length; i++) {
    number |= (int64_t)bound->key[i] << (24 - 8 * i);
  }
  if (bound->end) number = INT64_MAX;
  code = sqlite3_bind_int64(rows, at, number);
  if (code != SQLITE_OK) return code;
  if (bound->end || bound->length <= head)
    return sqlite3_bind_zeroblob(rows, at + 1, 0);
  return sqlite3_bind_blob64(rows, at + 1, bound->key + head, bound->length - head,
                             SQLITE_STATIC);
}

static int bind_id(sqlite3_stmt *rows, int at, const struct eng__bound *bound)
{
  if (bound->length == 0) return sqlite3_bind_zeroblob(rows, at, 0);
  return sqlite3_bind_blob64(rows, at, bound->key, bound->length, SQLITE_STATIC);
}

static int bind_range(struct eng__items *items, const struct eng__range *range)
{
  int code;

  if (items->space == ENG__SPACE_STONES) {
    code = bind_stone(items->rows, 1, &range->low);
    return code == SQLITE_OK ? bind_stone(items->rows, 3, &range->high) : code;
  }
  code = bind_id(items->rows, 1, &range->low);
  if (code != SQLITE_OK || range->high.end) return code;
  return bind_id(items->rows, 2, &range->high);
}

eng_status eng__items_begin(struct eng__items *items, struct eng_store *store,
                            int space, const struct eng__range *range)
{
  bool links = space == ENG__SPACE_LINKS;
  int which = space == ENG__SPACE_STONES ? ENG__SQL_STONES
              : range->high.end          ? (links ? ENG__SQL_LINKS_FROM : ENG__SQL_FROM)
                                : (links ? ENG__SQL_LINKS_BETWEEN : ENG__SQL_BETWEEN);
  eng_status status = eng__store_statement(store, which, &items->rows);

  items->store = store;
  items->space = space;
  return status == ENG_OK ? eng__store_status(store, bind_range(items, range)) : status;
}

void eng__items_end(struct eng__items *items)
{
  (void)sqlite3_reset(items->rows);
  (void)sqlite3_clear_bindings(items->rows);
}

/* The key's length tells where the value begins. */
static void digest(struct eng__item *item, int space)
{
  uint8_t bytes[ENG__KEY_MAX + 17], out[16];

  bytes[0] = (uint8_t)space;
  memcpy(bytes + 1, item->key, item->key_length);
  eng__hash128(item->value, item->value_length, bytes + 1 + item->key_length);
  eng__hash128(bytes, item->key_length + 17, out);
  item->digest.low = eng__get64(out);
  item->digest.high = eng__get64(out + 8);
}

static eng_status read_stone(sqlite3_stmt *rows, struct eng__item *item)
{
  int64_t number = sqlite3_column_int64(rows, 0);
  int64_t floor = sqlite3_column_int64(rows, 2);
  const uint8_t *pseudonym;
  size_t length;
  eng_status status = eng__store_blob(rows, 1, 16, 16, &pseudonym, &length);

  if (status != ENG_OK) return status;
  if (number < 1 || number > INT32_MAX || floor < 0 || floor > ENG_TIME_MAX) {
    return ENG_E_DAMAGED;
  }
  for (int i = 0; i < 4; i++) item->scratch[i] = (uint8_t)(number >> (24 - 8 * i));
  memcpy(item->scratch + 4, pseudonym, 16);
  eng__put64(item->scratch + ENG__STONE_SIZE, (uint64_t)floor);
  item->key = item->scratch;
  item->key_length = ENG__STONE_SIZE;
  item->value = item->scratch + ENG__STONE_SIZE;
  item->value_length = 8;
  return ENG_OK;
}

/* Of customers and of links, which have a key and a value. */
static eng_status read_pair(struct eng__items *items, struct eng__item *item)
{
  uint64_t longest = eng__limit(items->store->context, ENG_LIMIT_ID);
  eng_status status =
      eng__store_blob(items->rows, 0, 1, longest, &item->key, &item->key_length);

  if (status != ENG_OK) return status;
  status =
      eng__store_blob(items->rows, 1, 1, SIZE_MAX, &item->value, &item->value_length);
  if (status != ENG_E_DAMAGED) return status;
  /* What is no blob at all stands as a byte that is no timeline: it differs from the
   * other side's, by which it may be mended. */
  item->scratch[0] = 0;
  item->value = item->scratch;
  item->value_length = 1;
  return ENG_OK;
}

eng_status eng__items_next(struct eng__items *items, struct eng__item *item,
                           bool *there)
{
  int code = sqlite3_step(items->rows);
  eng_status status;

  *there = code == SQLITE_ROW;
  if (code != SQLITE_ROW) return eng__store_status(items->store, code);
  status = items->space == ENG__SPACE_STONES ? read_stone(items->rows, item)
                                             : read_pair(items, item);
  if (status == ENG_OK) digest(item, items->space);
  return status;
}

eng_status eng__range_sum(struct eng_store *store, int space,
                          const struct eng__range *range, uint64_t *count,
                          struct eng__digest *sum)
{
  struct eng__items items;
  struct eng__item item;
  bool there;
  eng_status status = eng__items_begin(&items, store, space, range);

  *count = 0;
  sum->low = sum->high = 0;
  if (status != ENG_OK) return status;
  while ((status = eng__items_next(&items, &item, &there)) == ENG_OK && there) {
    eng__digest_add(sum, &item.digest);
    ++*count;
  }
  eng__items_end(&items);
  return status;
}
