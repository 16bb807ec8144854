/* SPDX-License-Identifier: MIT */
/*
 * order.c - sorting ids: by eight bytes at a time, then those that are still equal.
 *
 * What all ids begin with is passed over. The next eight bytes of each make a number,
 * and a radix sort over those of its bytes that differ at all puts most in order; rows
 * whose eight bytes are equal are merge-sorted by the rest. libc's qsort may allocate
 * outside the host's allocator.
 */
#include "book/order.h"

#include "core/checked.h"

struct key {
  uint64_t prefix; /* bytes of the id, the first one highest; 0 behind its end */
  uint32_t row;
};

static const char *id_of(const struct eng_book *book, uint32_t row, size_t *length)
{
  return eng__book_id(book, row, length);
}

/* How many bytes all ids begin with. */
static size_t common_prefix(const struct eng_book *book)
{
  size_t shared;
  const char *first = id_of(book, 0, &shared);

  for (uint32_t row = 1; row < book->rows && shared > 0; row++) {
    size_t length;
    const char *id = id_of(book, row, &length);

    if (length < shared) shared = length;
    if (memcmp(id, first, shared) == 0) continue;
    for (size_t i = 0; i < shared; i++) {
      if (id[i] != first[i]) shared = i;
    }
  }
  return shared;
}

static void make_keys(const struct eng_book *book, size_t from, struct key *keys)
{
  for (uint32_t row = 0; row < book->rows; row++) {
    size_t length;
    const char *id = id_of(book, row, &length);
    uint64_t prefix = 0;

    for (size_t i = from; i < from + 8; i++) {
      prefix = prefix << 8 | (i < length ? (uint8_t)id[i] : 0u);
    }
    keys[row].prefix = prefix;
    keys[row].row = row;
  }
}

/* Sorts by prefix; the result is in `keys`. */
static void sort_prefixes(struct key *keys, struct key *spare, size_t count)
{
  struct key *from = keys, *to = spare;

  for (int shift = 0; shift < 64; shift += 8) {
    size_t starts[256] = {0}, at = 0;
    struct key *swap = from;

    for (size_t i = 0; i < count; i++) starts[from[i].prefix >> shift & 0xff]++;
    if (starts[from[0].prefix >> shift & 0xff] == count) continue;
    for (int i = 0; i < 256; i++) {
      size_t entries = starts[i];

      starts[i] = at;
      at += entries;
    }
    for (size_t i = 0; i < count; i++) {
      to[starts[from[i].prefix >> shift & 0xff]++] = from[i];
    }
    from = to;
    to = swap;
  }
  if (from != keys) memcpy(keys, from, count * sizeof *keys);
}

static int compare_ids(const struct eng_book *book, uint32_t a, uint32_t b)
{
  size_t a_length, b_length;
  const char *a_id = id_of(book, a, &a_length), *b_id = id_of(book, b, &b_length);
  int order = memcmp(a_id, b_id, a_length < b_length ? a_length : b_length);

  return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

/* Bottom-up merge sort of rows by their whole ids; the result is in `keys`. */
static void sort_rest(const struct eng_book *book, struct key *keys, struct key *spare,
                      size_t count)
{
  struct key *from = keys, *to = spare;

  for (size_t width = 1; width < count; width *= 2) {
    struct key *swap = from;

    for (size_t low = 0; low < count; low += 2 * width) {
      size_t mid = low + width < count ? low + width : count;
      size_t high = low + 2 * width < count ? low + 2 * width : count;
      size_t a = low, b = mid, at = low;

      while (a < mid && b < high) {
        to[at++] =
            compare_ids(book, from[a].row, from[b].row) < 0 ? from[a++] : from[b++];
      }
      while (a < mid) to[at++] = from[a++];
      while (b < high) to[at++] = from[b++];
    }
    from = to;
    to = swap;
  }
  if (from != keys) memcpy(keys, from, count * sizeof *keys);
}

static void sort_keys(const struct eng_book *book, struct key *keys, struct key *spare)
{
  size_t count = (size_t)book->rows, end;

  make_keys(book, common_prefix(book), keys);
  sort_prefixes(keys, spare, count);
  for (size_t i = 0; i < count; i = end) {
    for (end = i + 1; end < count && keys[end].prefix == keys[i].prefix;) end++;
    if (end > i + 1) sort_rest(book, keys + i, spare, end - i);
  }
}

eng_status eng__book_order(const struct eng_book *book, const eng_allocator *memory,
                           uint32_t **out)
{
  size_t count = (size_t)book->rows, size;
  struct key *keys;
  uint32_t *rows = NULL;

  *out = NULL;
  if (count == 0) return ENG_OK;
  if (!eng__mul_size(count, 2 * sizeof *keys, &size)) return ENG_E_NOMEM;
  keys = eng__new(memory, size);
  if (keys == NULL) return ENG_E_NOMEM;
  sort_keys(book, keys, keys + count);
  rows = eng__new(memory, count * sizeof *rows);
  for (size_t i = 0; rows != NULL && i < count; i++) rows[i] = keys[i].row;
  eng__free(memory, keys, size);
  *out = rows;
  return rows == NULL ? ENG_E_NOMEM : ENG_OK;
}

eng_status eng_book_order(const eng_book *book, uint64_t *rows, uint64_t count)
{
  uint32_t *ordered;
  eng_status status;

  if (book == NULL || (rows == NULL && count > 0)) return ENG_E_INVALID;
  if (count < book->rows) return ENG_E_BUFFER;
  status = eng__book_order(book, &book->outer, &ordered);
  if (status != ENG_OK) return status;
  for (size_t i = 0; i < book->rows; i++) rows[i] = ordered[i];
  eng__free(&book->outer, ordered, (size_t)book->rows * sizeof *ordered);
  return ENG_OK;
}
