/* SPDX-License-Identifier: MIT */
/*
 * host.c - the calls that C11 does not have, on POSIX and on Windows.
 */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L /* for nanosleep */
#endif
#include "host.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/types.h>
#include <sys/stat.h>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <windows.h>
#else
#include <fcntl.h>
#include <unistd.h>
#endif

#ifdef SIGPIPE
static volatile sig_atomic_t reader_left;

static void on_pipe(int number) { reader_left = number; }
#endif

void host_start(void)
{
#ifdef SIGPIPE
  /* Whoever had it ignored before us wants to hear of the failed write. */
  if (signal(SIGPIPE, on_pipe) == SIG_IGN) signal(SIGPIPE, SIG_IGN);
#endif
#ifdef _WIN32
  _setmode(0, _O_BINARY);
  _setmode(1, _O_BINARY);
#endif
}

int host_reader_left(void)
{
#ifdef SIGPIPE
  return reader_left != 0;
#else
  return 0;
#endif
}

void host_end_if_reader_left(void)
{
#ifdef SIGPIPE
  if (!reader_left) return;
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
#endif
}

int host_is_terminal(int descriptor)
{
#ifdef _WIN32
  return _isatty(descriptor) != 0;
#else
  return isatty(descriptor) != 0;
#endif
}

int host_same_file(const char *one, const char *other)
{
  struct stat a, b;

  if (strcmp(one, other) == 0) return 1;
  if (stat(one, &a) != 0 || stat(other, &b) != 0) return 0;
  /* Windows has no file numbers here; there only the name tells. */
  return a.st_ino != 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

int host_is_file(const char *path)
{
  struct stat file;

  return stat(path, &file) == 0;
}

int host_random(unsigned char *bytes, size_t size)
{
  FILE *file = fopen("/dev/urandom", "rb");
  int done;

  if (file == NULL) return 0;
  done = fread(bytes, 1, size, file) == size;
  fclose(file);
  return done;
}

FILE *host_create_private(const char *path)
{
#ifdef _WIN32
  return fopen(path, "wbx");
#else
  mode_t mask = umask(077);
  FILE *file = fopen(path, "wbx");

  umask(mask);
  return file;
#endif
}

int host_keep(FILE *file)
{
  if (fflush(file) != 0) return 0;
#ifdef _WIN32
  return _commit(_fileno(file)) == 0;
#else
  return fsync(fileno(file)) == 0;
#endif
}

void host_keep_name(const char *path)
{
#ifdef _WIN32
  (void)path;
#else
  const char *slash = strrchr(path, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - path) + 1;
  char *folder = malloc(length + 2);
  int descriptor;

  if (folder == NULL) return;
  memcpy(folder, path, length);
  memcpy(folder + length, length == 0 ? "." : "", length == 0 ? 2 : 1);
  descriptor = open(folder, O_RDONLY);
  free(folder);
  if (descriptor < 0) return;
  (void)fsync(descriptor);
  (void)close(descriptor);
#endif
}

int64_t host_now(void)
{
  struct timespec now;

  if (timespec_get(&now, TIME_UTC) != TIME_UTC) return (int64_t)time(NULL) * 1000;
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static volatile sig_atomic_t stopped;

/* A second time it ends the program as ever, should the first not have been enough. */
static void on_stop(int number)
{
  stopped = 1;
  signal(number, SIG_DFL);
}

void host_stop_softly(void)
{
  signal(SIGINT, on_stop);
  signal(SIGTERM, on_stop);
}

int host_is_stopped(void) { return stopped != 0; }

void host_sleep(int milliseconds)
{
#ifdef _WIN32
  Sleep((DWORD)milliseconds);
#else
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

  (void)nanosleep(&time, NULL);
#endif
}
