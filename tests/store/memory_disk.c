/* SPDX-License-Identifier: MIT
 *
 * memory_disk.c - see memory_disk.h. What nobody wrote between two places is zero, as
 * on a disk; sizes that lie far behind the end of what there is are refused.
 */
#include "store/memory_disk.h"

#include "config.h"

#if HAVE_SQLITE3

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { FILES = 64, NAME = 64, REGIONS = 64 };

struct file {
  bool there, nameless;
  int opened;
  char name[NAME];
  uint8_t *bytes;
  size_t size, room;
  uint8_t *regions[REGIONS]; /* of the log's index */
  size_t region_size;
};

struct handle {
  sqlite3_file base;
  struct file *file;
  bool removes;
};

static struct file files[FILES];
static size_t most = (size_t)256 << 20;
static sqlite3_vfs vfs;

static struct file *find(const char *name)
{
  for (int i = 0; i < FILES; i++) {
    if (files[i].there && !files[i].nameless && strcmp(files[i].name, name) == 0)
      return &files[i];
  }
  return NULL;
}

static struct file *make(const char *name)
{
  for (int i = 0; i < FILES; i++) {
    if (files[i].there) continue;
    memset(&files[i], 0, sizeof files[i]);
    files[i].there = true;
    files[i].nameless = name == NULL;
    if (name != NULL) strncpy(files[i].name, name, NAME - 1);
    return &files[i];
  }
  return NULL;
}

static void forget_regions(struct file *file)
{
  for (int i = 0; i < REGIONS; i++) free(file->regions[i]);
  memset(file->regions, 0, sizeof file->regions);
}

static void drop(struct file *file)
{
  forget_regions(file);
  free(file->bytes);
  memset(file, 0, sizeof *file);
}

static bool reserve(struct file *file, size_t size)
{
  size_t room = 2 * size + 4096;
  uint8_t *bytes;

  if (size <= file->room) return true;
  if (size > most) return false;
  bytes = realloc(file->bytes, room);
  if (bytes == NULL) return false;
  memset(bytes + file->room, 0, room - file->room);
  file->bytes = bytes;
  file->room = room;
  return true;
}

/* ---- a file ---- */

static struct file *file_of(sqlite3_file *f) { return ((struct handle *)f)->file; }

static int disk_close(sqlite3_file *f)
{
  struct handle *handle = (struct handle *)f;

  handle->file->opened--;
  if (handle->removes && handle->file->opened == 0) drop(handle->file);
  return SQLITE_OK;
}

static int disk_read(sqlite3_file *f, void *to, int size, sqlite3_int64 at)
{
  const struct file *file = file_of(f);
  size_t wanted = (size_t)size, left = 0;

  if (at >= 0 && (uint64_t)at < file->size) left = file->size - (size_t)at;
  if (left >= wanted) {
    memcpy(to, file->bytes + at, wanted);
    return SQLITE_OK;
  }
  if (left > 0) memcpy(to, file->bytes + at, left);
  memset((uint8_t *)to + left, 0, wanted - left);
  return SQLITE_IOERR_SHORT_READ;
}

static int disk_write(sqlite3_file *f, const void *from, int size, sqlite3_int64 at)
{
  struct file *file = file_of(f);
  size_t end;

  if (at < 0 || (uint64_t)at > most) return SQLITE_FULL;
  end = (size_t)at + (size_t)size;
  if (!reserve(file, end)) return SQLITE_FULL;
  memcpy(file->bytes + at, from, (size_t)size);
  if (end > file->size) file->size = end;
  return SQLITE_OK;
}

static int disk_truncate(sqlite3_file *f, sqlite3_int64 size)
{
  struct file *file = file_of(f);

  if (size < 0 || !reserve(file, (size_t)size)) return SQLITE_IOERR_TRUNCATE;
  if ((size_t)size < file->size)
    memset(file->bytes + size, 0, file->size - (size_t)size);
  file->size = (size_t)size;
  return SQLITE_OK;
}

static int disk_sync(sqlite3_file *f, int flags)
{
  (void)f, (void)flags;
  return SQLITE_OK;
}

static int disk_size(sqlite3_file *f, sqlite3_int64 *size)
{
  *size = (sqlite3_int64)file_of(f)->size;
  return SQLITE_OK;
}

static int disk_lock(sqlite3_file *f, int lock)
{
  (void)f, (void)lock;
  return SQLITE_OK;
}

static int disk_reserved(sqlite3_file *f, int *out)
{
  (void)f;
  *out = 0;
  return SQLITE_OK;
}

static int disk_control(sqlite3_file *f, int op, void *arg)
{
  (void)f, (void)op, (void)arg;
  return SQLITE_NOTFOUND;
}

static int disk_sector(sqlite3_file *f)
{
  (void)f;
  return 512;
}

static int disk_kind(sqlite3_file *f)
{
  (void)f;
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int disk_shm_map(sqlite3_file *f, int page, int size, int extend,
                        void volatile **out)
{
  struct file *file = file_of(f);

  *out = NULL;
  if (page < 0 || page >= REGIONS) return SQLITE_IOERR_SHMSIZE;
  if (file->regions[page] == NULL && extend) {
    file->regions[page] = calloc(1, (size_t)size);
    file->region_size = (size_t)size;
    if (file->regions[page] == NULL) return SQLITE_NOMEM;
  }
  *out = file->regions[page];
  return SQLITE_OK;
}

static int disk_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
  (void)f, (void)at, (void)n, (void)flags;
  return SQLITE_OK;
}

static void disk_shm_barrier(sqlite3_file *f) { (void)f; }

static int disk_shm_unmap(sqlite3_file *f, int remove)
{
  if (remove) forget_regions(file_of(f));
  return SQLITE_OK;
}

static const sqlite3_io_methods methods = {2,
                                           disk_close,
                                           disk_read,
                                           disk_write,
                                           disk_truncate,
                                           disk_sync,
                                           disk_size,
                                           disk_lock,
                                           disk_lock,
                                           disk_reserved,
                                           disk_control,
                                           disk_sector,
                                           disk_kind,
                                           disk_shm_map,
                                           disk_shm_lock,
                                           disk_shm_barrier,
                                           disk_shm_unmap,
                                           NULL,
                                           NULL};

/* ---- the disk ---- */

static int disk_open(sqlite3_vfs *self, const char *name, sqlite3_file *f, int flags,
                     int *out)
{
  struct handle *handle = (struct handle *)f;
  struct file *file = name == NULL ? NULL : find(name);

  (void)self;
  handle->base.pMethods = NULL;
  if (file == NULL && (flags & SQLITE_OPEN_CREATE)) file = make(name);
  if (file == NULL) return SQLITE_CANTOPEN;
  file->opened++;
  handle->file = file;
  handle->removes = name == NULL || (flags & SQLITE_OPEN_DELETEONCLOSE);
  handle->base.pMethods = &methods;
  if (out != NULL) *out = flags;
  return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *self, const char *name, int sync)
{
  struct file *file = find(name);

  (void)self, (void)sync;
  if (file == NULL) return SQLITE_IOERR_DELETE_NOENT;
  drop(file);
  return SQLITE_OK;
}

static int disk_access(sqlite3_vfs *self, const char *name, int flags, int *out)
{
  (void)self, (void)flags;
  *out = find(name) != NULL;
  return SQLITE_OK;
}

static int disk_path(sqlite3_vfs *self, const char *name, int size, char *out)
{
  (void)self;
  if (strlen(name) >= (size_t)size || strlen(name) + 10 >= NAME) return SQLITE_CANTOPEN;
  strcpy(out, name);
  return SQLITE_OK;
}

const char *memory_disk(void)
{
  if (vfs.zName != NULL) return vfs.zName;
  vfs = *sqlite3_vfs_find(NULL);
  vfs.iVersion = 1;
  vfs.szOsFile = (int)sizeof(struct handle);
  vfs.mxPathname = 512; /* SQLite wants so much */
  vfs.zName = "memory_disk";
  vfs.pNext = NULL;
  vfs.xOpen = disk_open;
  vfs.xDelete = disk_delete;
  vfs.xAccess = disk_access;
  vfs.xFullPathname = disk_path;
  if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) abort();
  return vfs.zName;
}

void memory_disk_limit(size_t bytes) { most = bytes; }

void memory_disk_put(const char *name, const uint8_t *bytes, size_t size)
{
  struct file *file = find(name);

  if (file == NULL) file = make(name);
  if (file == NULL || !reserve(file, size)) abort();
  if (file->room > 0) memset(file->bytes, 0, file->room);
  if (size > 0) memcpy(file->bytes, bytes, size);
  file->size = size;
}

const uint8_t *memory_disk_get(const char *name, size_t *size)
{
  const struct file *file = find(name);

  *size = file == NULL ? 0 : file->size;
  return file == NULL ? NULL : file->bytes;
}

static bool holds(const uint8_t *in, size_t room, const void *bytes, size_t size)
{
  const uint8_t *at = in, first = *(const uint8_t *)bytes;

  while (room >= size) {
    const uint8_t *found = memchr(at, first, room - size + 1);

    if (found == NULL) return false;
    if (memcmp(found, bytes, size) == 0) return true;
    room -= (size_t)(found + 1 - at);
    at = found + 1;
  }
  return false;
}

bool memory_disk_holds(const char *name, const void *bytes, size_t size)
{
  for (int i = 0; i < FILES; i++) {
    const struct file *file = &files[i];

    if (!file->there) continue;
    if (!file->nameless && strncmp(file->name, name, strlen(name)) != 0) continue;
    if (file->bytes != NULL && holds(file->bytes, file->size, bytes, size)) return true;
    for (int r = 0; r < REGIONS; r++) {
      if (file->regions[r] != NULL &&
          holds(file->regions[r], file->region_size, bytes, size))
        return true;
    }
  }
  return false;
}

void memory_disk_clear(void)
{
  for (int i = 0; i < FILES; i++) {
    if (files[i].there && files[i].opened == 0) drop(&files[i]);
  }
}

#else

const char *memory_disk(void) { return NULL; }

#endif
