/* SPDX-License-Identifier: MIT */
/*
 * ranks.c - Fenwick's tree: node i, from 1, counts the i & -i ranks up to i - 1.
 */
#include "model/ranks.h"

static size_t lowest_bit(size_t i) { return i & (0 - i); }

/* Counts are unsigned, so that taking out is putting in the opposite. */
static void add(uint32_t *tree, size_t size, size_t rank, uint32_t by)
{
  for (size_t i = rank + 1; i <= size; i += lowest_bit(i)) tree[i - 1] += by;
}

void eng__ranks_put(uint32_t *tree, size_t size, size_t rank)
{
  add(tree, size, rank, 1);
}

void eng__ranks_take(uint32_t *tree, size_t size, size_t rank)
{
  add(tree, size, rank, UINT32_MAX);
}

size_t eng__ranks_below(const uint32_t *tree, size_t rank)
{
  size_t n = 0;

  for (size_t i = rank; i > 0; i -= lowest_bit(i)) n += tree[i - 1];
  return n;
}

size_t eng__ranks_at(const uint32_t *tree, size_t size, size_t k)
{
  size_t at = 0, step = 1;

  while (step <= size / 2) step *= 2;
  for (; step > 0; step /= 2) {
    if (at + step > size || tree[at + step - 1] > k) continue;
    at += step;
    k -= tree[at - 1];
  }
  return at;
}
