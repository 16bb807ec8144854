/* SPDX-License-Identifier: MIT */
/*
 * bookfile.c - opening books on files, and saying why one cannot be.
 */
#include "bookfile.h"

#include <string.h>

#include "command.h"
#include "host.h"
#include "message.h"
#include "text.h"

int bookfile_is(FILE *file)
{
  static const char mark[] = "SQLite format 3";
  char head[sizeof mark] = "";
  size_t length = fread(head, 1, sizeof head, file);

  rewind(file);
  return length == sizeof head && memcmp(head, mark, sizeof mark) == 0;
}

int bookfile_complain(const char *path, eng_status status, const eng_error *error)
{
  const char *why = eng_status_text(status);

  if (error != NULL && error->code == status && error->text[0] != '\0') {
    why = error->text;
  }
  switch (status) {
  case ENG_E_NOTFOUND:
    complain("%s: %s; engagement import makes one", path, why);
    break;
  case ENG_E_BUSY:
    complain("%s: another program is writing to it; try again in a while", path);
    return ANSWER_FAILED;
  case ENG_E_VOCABULARY:
    complain("%s: it has kinds of somebody's own; name each by --own-kind", path);
    break;
  case ENG_E_KEY:
    complain("%s: people were forgotten under a key that is missing here; --key FILE "
             "names the file that has it",
             path);
    break;
  case ENG_E_UNSUPPORTED:
    complain("%s: this engagement was built without SQLite", path);
    break;
  case ENG_E_MAGIC:
  case ENG_E_VERSION: complain("%s: %s", path, why); break;
  case ENG_E_IO:
  case ENG_E_FULL:
  case ENG_E_NOMEM:
  case ENG_E_LIMIT: complain("%s: %s", path, why); return ANSWER_FAILED;
  default: complain("%s: %s; engagement fsck says more", path, why); break;
  }
  return ANSWER_USAGE;
}

int bookfile_open(const eng_context *context, const char *path, uint32_t flags,
                  eng_store **out)
{
  eng_store_options options;
  eng_error error;
  eng_status status;

  eng_store_options_init(&options, sizeof options);
  eng_error_init(&error, sizeof error);
  options.flags = flags;
  status = eng_store_open(context, NULL, path, &options, out, &error);
  return status == ENG_OK ? ANSWER_DONE : bookfile_complain(path, status, &error);
}

/* ---- keys ---- */

enum { KEY_DIGITS = 2 * ENG_STORE_KEY_SIZE };

/* A line such as "1 00112233445566778899aabbccddeeff". */
static int read_key(const char *line, uint32_t *number, uint8_t *key)
{
  static const char digits[] = "0123456789abcdef";
  char text[KEY_DIGITS + 2] = "";
  unsigned long given = 0;

  if (sscanf(line, "%10lu %33[0-9a-f]", &given, text) != 2) return 0;
  if (strlen(text) != KEY_DIGITS || given < 1 || given > INT32_MAX) return 0;
  *number = (uint32_t)given;
  for (int i = 0; i < ENG_STORE_KEY_SIZE; i++) {
    long high = strchr(digits, text[2 * i]) - digits;
    long low = strchr(digits, text[2 * i + 1]) - digits;

    key[i] = (uint8_t)(high << 4 | low);
  }
  return 1;
}

/* Lines in the order of their numbers; empty ones and those with # are passed over. */
static int read_keys(eng_store *store, const char *path, FILE *file)
{
  char line[256];
  uint8_t key[ENG_STORE_KEY_SIZE];
  uint32_t number;

  while (fgets(line, sizeof line, file) != NULL) {
    eng_status status;

    if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0') continue;
    if (!read_key(line, &number, key)) {
      complain("%s: a line of keys is a number and 32 hexadecimal digits", path);
      return ANSWER_USAGE;
    }
    status = eng_store_set_key(store, number, key);
    if (status == ENG_E_KEY) {
      complain("%s: the book knows another key by the number %lu", path,
               (unsigned long)number);
      return ANSWER_USAGE;
    }
    if (status != ENG_OK) return bookfile_complain(path, status, NULL);
  }
  return ANSWER_DONE;
}

/* A first key, in a file that nobody else may read. */
static int make_keys(const char *path)
{
  uint8_t key[ENG_STORE_KEY_SIZE];
  FILE *file = host_random(key, sizeof key) ? host_create_private(path) : NULL;
  int failed = file == NULL;

  if (file != NULL) {
    fputs("1 ", file);
    for (size_t i = 0; i < sizeof key; i++) fprintf(file, "%02x", key[i]);
    putc('\n', file);
    failed = ferror(file);
    if (fclose(file) != 0) failed = 1;
  }
  if (!failed) {
    note("%s: a new key; keep it apart from the book, and do not lose it", path);
    return ANSWER_DONE;
  }
  complain("%s: no key could be made; write a line there: 1 and 32 hexadecimal digits",
           path);
  return ANSWER_FAILED;
}

int bookfile_keys(eng_store *store, const char *path, const char *key, int needed)
{
  struct text beside = {0};
  FILE *file;
  int answer = ANSWER_DONE;

  text_print(&beside, "%s.key", path);
  if (key == NULL) key = beside.bytes;
  file = fopen(key, "r");
  if (file == NULL && needed) {
    answer = make_keys(key);
    if (answer == ANSWER_DONE) file = fopen(key, "r");
  }
  if (file != NULL) {
    answer = read_keys(store, key, file);
    fclose(file);
  }
  text_free(&beside);
  return answer;
}

/* ---- as an input ---- */

static int32_t on_progress(void *user, uint64_t done, uint64_t total)
{
  progress((const char *)user, done, total);
  return 0;
}

int bookfile_load(const eng_context *context, const char *path, eng_book *book)
{
  eng_store *store = NULL;
  char name[512];
  eng_error error;
  eng_status status;
  int answer = bookfile_open(context, path, ENG_STORE_READ_ONLY, &store);

  if (answer != ANSWER_DONE) return answer;
  snprintf(name, sizeof name, "%s", path);
  eng_error_init(&error, sizeof error);
  status = eng_store_load(store, book, on_progress, name, &error);
  progress_end();
  eng_store_close(store);
  return status == ENG_OK ? ANSWER_DONE : bookfile_complain(path, status, &error);
}
