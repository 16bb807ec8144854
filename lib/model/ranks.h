/* SPDX-License-Identifier: MIT */
/*
 * ranks.h - how many there are of each rank: putting in, taking out, and the k-th one.
 *
 * The tree of Fenwick (1994) over ranks that are known beforehand: every call takes
 * log(size) steps. It lies in memory of the caller's, `size` counts that begin as 0.
 */
#ifndef ENG_MODEL_RANKS_H
#define ENG_MODEL_RANKS_H

#include <stddef.h>
#include <stdint.h>

void eng__ranks_put(uint32_t *tree, size_t size, size_t rank);
void eng__ranks_take(uint32_t *tree, size_t size, size_t rank);

/* How many there are of all ranks below. */
size_t eng__ranks_below(const uint32_t *tree, size_t rank);

/* The rank of the k-th, from 0; there are more than k. */
size_t eng__ranks_at(const uint32_t *tree, size_t size, size_t k);

#endif
