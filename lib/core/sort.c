/* SPDX-License-Identifier: MIT */
/*
 * sort.c - heap sort: a heap is built from the last parent down, then the greatest item
 * goes to the end again and again.
 */
#include "core/sort.h"

#include <stdint.h>
#include <string.h>

#include "core/status.h"

struct heap {
  uint8_t *items;
  size_t size;
  eng__compare_fn compare;
};

static uint8_t *item(const struct heap *heap, size_t i)
{
  return heap->items + i * heap->size;
}

/* Puts `moved` where it belongs in the heap below `at`, which is free. */
static void sift(const struct heap *heap, size_t at, size_t end, const uint8_t *moved)
{
  for (size_t child; (child = 2 * at + 1) < end; at = child) {
    if (child + 1 < end &&
        heap->compare(item(heap, child), item(heap, child + 1)) < 0) {
      child++;
    }
    if (heap->compare(moved, item(heap, child)) >= 0) break;
    memcpy(item(heap, at), item(heap, child), heap->size);
  }
  memcpy(item(heap, at), moved, heap->size);
}

void eng__sort(void *items, size_t count, size_t size, eng__compare_fn compare)
{
  struct heap heap = {items, size, compare};
  uint8_t moved[ENG__SORT_ITEM_MAX];

  if (ENG__NEVER(size > sizeof moved)) return;
  for (size_t i = count / 2; i-- > 0;) {
    memcpy(moved, item(&heap, i), size);
    sift(&heap, i, count, moved);
  }
  for (size_t end = count; end-- > 1;) {
    memcpy(moved, item(&heap, end), size);
    memcpy(item(&heap, end), item(&heap, 0), size);
    sift(&heap, 0, end, moved);
  }
}
