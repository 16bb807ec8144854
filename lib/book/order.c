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

#include "book/groups.h"
#include "core/checked.h"

struct key {
  uint64_t prefix; /* bytes of the id, the first one highest; 0 behind its end */
  uint32_t row;
};

static const char *id_of(const struct eng_book *book, uint32_t row, size_t *length)
{
  const struct eng__link_node *node;

  if (row < book->rows) return eng__book_id(book, row, length);
  node = &book->links->nodes[row - book->rows];
  *length = node->length;
  return node->id;
}

/* How many bytes all ids begin with. */
static size_t common_prefix(const struct eng_book *book, const struct key *keys,
                            size_t count)
{
  size_t shared;
  const char *first = id_of(book, keys[0].row, &shared);

  for (size_t k = 1; k < count && shared > 0; k++) {
    size_t length;
    const char *id = id_of(book, keys[k].row, &length);

    if (length < shared) shared = length;
    if (memcmp(id, first, shared) == 0) continue;
    for (size_t i = 0; i < shared; i++) {
      if (id[i] != first[i]) shared = i;
    }
  }
  return shared;
}

static void make_keys(const struct eng_book *book, size_t from, struct key *keys,
                      size_t count)
{
  for (size_t k = 0; k < count; k++) {
    size_t length;
    const char *id = id_of(book, keys[k].row, &length);
    uint64_t prefix = 0;

    for (size_t i = from; i < from + 8; i++) {
      prefix = prefix << 8 | (i < length ? (uint8_t)id[i] : 0u);
    }
    keys[k].prefix = prefix;
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

static void sort_keys(const struct eng_book *book, struct key *keys, struct key *spare,
                      size_t count)
{
  size_t end;

  make_keys(book, common_prefix(book, keys, count), keys, count);
  sort_prefixes(keys, spare, count);
  for (size_t i = 0; i < count; i = end) {
    for (end = i + 1; end < count && keys[end].prefix == keys[i].prefix;) end++;
    if (end > i + 1) sort_rest(book, keys + i, spare, end - i);
  }
}

/* Rows, or members, in order. */
static eng_status order(const struct eng_book *book, const eng_allocator *memory,
                        bool members, uint32_t **out, size_t *count)
{
  size_t most = (size_t)(members ? eng__members_end(book) : book->rows), size;
  struct key *keys;
  uint32_t *rows = NULL;

  *out = NULL;
  *count = 0;
  if (most == 0) return ENG_OK;
  if (!eng__mul_size(most, 2 * sizeof *keys, &size)) return ENG_E_NOMEM;
  keys = eng__new(memory, size);
  if (keys == NULL) return ENG_E_NOMEM;
  for (uint32_t i = 0; i < most; i++) {
    if (!members || eng__member_is(book, i)) keys[(*count)++].row = i;
  }
  if (*count > 0) {
    sort_keys(book, keys, keys + *count, *count);
    rows = eng__new(memory, *count * sizeof *rows);
  }
  for (size_t i = 0; rows != NULL && i < *count; i++) rows[i] = keys[i].row;
  eng__free(memory, keys, size);
  *out = rows;
  return rows == NULL && *count > 0 ? ENG_E_NOMEM : ENG_OK;
}

eng_status eng__book_order(const struct eng_book *book, const eng_allocator *memory,
                           uint32_t **out)
{
  size_t count;

  return order(book, memory, false, out, &count);
}

eng_status eng__book_order_members(const struct eng_book *book,
                                   const eng_allocator *memory, uint32_t **out,
                                   size_t *count)
{
  return order(book, memory, true, out, count);
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

eng_status eng_book_members(const eng_book *book, uint64_t *members, uint64_t count)
{
  uint32_t *ordered;
  size_t held;
  eng_status status;

  if (book == NULL || (members == NULL && count > 0)) return ENG_E_INVALID;
  if (count < eng__members_count(book)) return ENG_E_BUFFER;
  status = eng__book_order_members(book, &book->outer, &ordered, &held);
  if (status != ENG_OK) return status;
  for (size_t i = 0; i < held; i++) members[i] = ordered[i];
  eng__free(&book->outer, ordered, held * sizeof *ordered);
  return ENG_OK;
}
