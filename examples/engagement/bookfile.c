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
  if (status == ENG_E_NOTFOUND && (flags & ENG_STORE_CREATE) != 0) {
    complain(
        "%s cannot be made there: is there such a folder, and may you write to it?",
        path);
    return ANSWER_USAGE;
  }
  return status == ENG_OK ? ANSWER_DONE : bookfile_complain(path, status, &error);
}

/* ---- keys ---- */

enum { KEY_DIGITS = 2 * ENG_STORE_KEY_SIZE };

/* A line such as "1 00112233445566778899aabbccddeeff". */
static int read_key(const char *line, struct key *key)
{
  static const char digits[] = "0123456789abcdef";
  char text[KEY_DIGITS + 2] = "";
  unsigned long given = 0;

  if (sscanf(line, "%10lu %33[0-9a-f]", &given, text) != 2) return 0;
  if (strlen(text) != KEY_DIGITS || given < 1 || given > INT32_MAX) return 0;
  key->number = (uint32_t)given;
  for (int i = 0; i < ENG_STORE_KEY_SIZE; i++) {
    long high = strchr(digits, text[2 * i]) - digits;
    long low = strchr(digits, text[2 * i + 1]) - digits;

    key->bytes[i] = (uint8_t)(high << 4 | low);
  }
  return 1;
}

static const struct key *find_key(const struct keys *keys, uint32_t number)
{
  for (int i = 0; i < keys->count; i++)
    if (keys->items[i].number == number) return &keys->items[i];
  return NULL;
}

/* Empty lines and those with # are passed over. */
static int read_keys(struct keys *keys, const char *path, FILE *file)
{
  char line[256];

  while (fgets(line, sizeof line, file) != NULL) {
    struct key key;
    const struct key *known;

    if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0') continue;
    if (!read_key(line, &key)) {
      complain("%s: a line of keys is a number and 32 hexadecimal digits", path);
      return ANSWER_USAGE;
    }
    known = find_key(keys, key.number);
    if (known != NULL && memcmp(known->bytes, key.bytes, sizeof key.bytes) != 0) {
      complain("%s: another key has the number %lu already; keys of books that are "
               "synced need numbers of their own",
               path, (unsigned long)key.number);
      return ANSWER_USAGE;
    }
    if (known != NULL) continue;
    if (keys->count == KEYS) {
      complain(
          "%s: more than %d keys; those that `engagement key BOOK` says are needed "
          "no longer can go",
          path, KEYS);
      return ANSWER_USAGE;
    }
    keys->items[keys->count++] = key;
  }
  return ANSWER_DONE;
}

int keys_read(struct keys *keys, const char *path)
{
  FILE *file = fopen(path, "r");
  int answer = ANSWER_DONE;

  if (file == NULL) return ANSWER_DONE;
  answer = read_keys(keys, path, file);
  fclose(file);
  return answer;
}

int keys_hand_in(const struct keys *keys, eng_store *store, const char *path)
{
  for (int i = 0; i < keys->count; i++) {
    const struct key *key = &keys->items[i];
    eng_status status = eng_store_set_key(store, key->number, key->bytes);

    if (status == ENG_E_KEY) {
      complain("%s knows another key by the number %lu; --key FILE names the file that "
               "has it",
               path, (unsigned long)key->number);
      return ANSWER_USAGE;
    }
    if (status != ENG_OK) return bookfile_complain(path, status, NULL);
  }
  return ANSWER_DONE;
}

/* Whether the last line of a file is not ended, as some editors leave it. */
static int is_cut(const char *path)
{
  FILE *file = fopen(path, "rb");
  int last = '\n';

  if (file == NULL) return 0;
  if (fseek(file, -1, SEEK_END) == 0) last = getc(file);
  fclose(file);
  return last != '\n';
}

/* A line more in a file of keys, which nobody else may read if it is new. It is there
 * for good before the book knows the key: whom it forgets under it stays forgotten. */
static int add_line(const char *path, const struct key *key)
{
  int known = host_is_file(path), cut = known && is_cut(path);
  FILE *file = known ? fopen(path, "a") : host_create_private(path);
  int failed;

  if (file == NULL) return 0;
  if (cut) putc('\n', file);
  fprintf(file, "%lu ", (unsigned long)key->number);
  for (size_t i = 0; i < sizeof key->bytes; i++) fprintf(file, "%02x", key->bytes[i]);
  putc('\n', file);
  failed = ferror(file) || !host_keep(file);
  if (fclose(file) != 0) failed = 1;
  if (!failed && !known) host_keep_name(path);
  return !failed;
}

int keys_add(struct keys *keys, const char *path, const struct keys *others)
{
  for (int i = 0; i < others->count; i++) {
    const struct key *key = &others->items[i];

    if (find_key(keys, key->number) != NULL || keys->count == KEYS) continue;
    if (!add_line(path, key)) {
      complain("%s cannot be written; add the line of key %lu to it by hand", path,
               (unsigned long)key->number);
      return ANSWER_FAILED;
    }
    keys->items[keys->count++] = *key;
    note("%s: key %lu was added to it", path, (unsigned long)key->number);
  }
  return ANSWER_DONE;
}

int keys_make(const char *path, uint32_t number, struct keys *keys)
{
  struct keys made = {.count = 1};
  struct key *key = &made.items[0];

  key->number = number;
  if (keys->count < KEYS && host_random(key->bytes, sizeof key->bytes) &&
      add_line(path, key)) {
    keys->items[keys->count++] = *key;
    note("%s: a new key; keep it apart from the book, and do not lose it", path);
    return ANSWER_DONE;
  }
  complain(
      "%s: no key could be made; write a line there: %lu and 32 hexadecimal digits",
      path, (unsigned long)number);
  return ANSWER_FAILED;
}

void keys_wipe(struct keys *keys)
{
  volatile unsigned char *at = (volatile unsigned char *)keys;

  for (size_t i = 0; i < sizeof *keys; i++) at[i] = 0;
}

void keys_name(struct text *name, const char *path, const char *key)
{
  if (key != NULL)
    text_put(name, key);
  else
    text_print(name, "%s.key", path);
}

eng_status keys_last(eng_store *store, uint32_t *last)
{
  uint32_t number = 0;
  eng_status status;

  do {
    *last = number;
    status = eng_store_next_key(store, number, &number, NULL);
  } while (status == ENG_OK && number != 0);
  return status;
}

/* The first key of a book; one that had keys before has lost them. */
static int make_first(eng_store *store, const char *path, const char *name,
                      struct keys *keys)
{
  uint32_t last;
  eng_status status = keys_last(store, &last);

  if (status != ENG_OK) return bookfile_complain(path, status, NULL);
  return last != 0 ? bookfile_complain(path, ENG_E_KEY, NULL)
                   : keys_make(name, 1, keys);
}

int bookfile_keys(eng_store *store, const char *path, const char *key, int needed)
{
  struct keys keys = {0};
  struct text name = {0};
  int answer;

  keys_name(&name, path, key);
  answer = keys_read(&keys, name.bytes);
  if (answer == ANSWER_DONE && keys.count == 0 && needed)
    answer = make_first(store, path, name.bytes, &keys);
  if (answer == ANSWER_DONE) answer = keys_hand_in(&keys, store, path);
  keys_wipe(&keys);
  text_free(&name);
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
