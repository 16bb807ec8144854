/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Memory belongs to the host: one function hands it out.
 */
#ifndef ENGAGEMENT_ALLOCATOR_H
#define ENGAGEMENT_ALLOCATOR_H

#include <stddef.h>
#include <stdint.h>

#include <engagement/api.h>

ENG_BEGIN_DECLS

/** @defgroup allocator Memory
 *  @{ */

/**
 * One function for all memory, told the old size.
 *
 * - `old` NULL and `new_size` > 0: a new block, aligned for any type, or NULL.
 * - `old` and `new_size` > 0: the block moved or resized, its common part kept;
 *   NULL leaves the old block as it was.
 * - `new_size` 0: the block is released; NULL is returned.
 *
 * What is released was filled with zeros before, so that nothing of a person stands in
 * memory that is free; a block that grows is for that reason a new one.
 *
 * It may fail and must not unwind. One allocator that is shared by objects in
 * several threads must be thread-safe.
 */
typedef void *(*eng_resize_fn)(void *user, void *old, size_t old_size, size_t new_size);

/** An allocator: a function and its data. */
typedef struct eng_allocator {
  uint32_t size;        /**< sizeof(eng_allocator) as the caller was compiled */
  uint32_t reserved;    /**< 0 */
  void *user;           /**< handed to resize; borrowed while objects live */
  eng_resize_fn resize; /**< never NULL */
} eng_allocator;

/** @} */

ENG_END_DECLS

#endif
