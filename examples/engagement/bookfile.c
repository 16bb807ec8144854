/* SPDX-License-Identifier: MIT */
/*
 * bookfile.c - opening books on files, and saying why one cannot be.
 */
#include "bookfile.h"

#include <string.h>

#include "command.h"
#include "message.h"

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
