/* SPDX-License-Identifier: MIT
 *
 * memory_disk.h - files of SQLite in memory, the write-ahead log among them: for tests
 * that open many books, or books of any bytes, and want to look at every byte of them.
 * A file has one connection at a time, so that locks need not be kept.
 */
#ifndef STORE_MEMORY_DISK_H
#define STORE_MEMORY_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name of the VFS, which the first call registers. */
const char *memory_disk(void);

/* No file grows past this; a write that would is a full disk. 256 MiB unless set. */
void memory_disk_limit(size_t bytes);

/* Makes a file of bytes, instead of what has the name. */
void memory_disk_put(const char *name, const uint8_t *bytes, size_t size);

/* A file's bytes until it is written to; NULL: there is none. */
const uint8_t *memory_disk_get(const char *name, size_t *size);

/* Whether bytes stand anywhere in a file whose name begins so, in the index of its log,
 * or in a file without a name. */
bool memory_disk_holds(const char *name, const void *bytes, size_t size);

/* Removes all files that nobody has open. */
void memory_disk_clear(void);

#endif
