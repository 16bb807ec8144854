/* SPDX-License-Identifier: MIT */
/*
 * export.c - `export`: events out, as text or as encoded bytes.
 *
 * Customers come in the order of their ids, events in canonical order, so that equal
 * books are equal files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/export.h>

#include "command.h"
#include "host.h"
#include "input.h"
#include "message.h"
#include "output.h"
#include "session.h"
#include "text.h"

struct writer {
  const struct options *options;
  const eng_book *book;
  FILE *file;
  int failed; /* a write did */
};

/* ---- files ---- */

static int cannot_write(const char *path)
{
  complain("%s cannot be written%s%s", path, errno != 0 ? ": " : "",
           errno != 0 ? strerror(errno) : "");
  return ANSWER_FAILED;
}

static eng_status write_text(void *user, const char *bytes, size_t length)
{
  struct writer *out = user;

  errno = 0;
  if (fwrite(bytes, 1, length, out->file) == length) return ENG_OK;
  out->failed = 1;
  return ENG_E_CALLBACK;
}

/* Bytes that the library measures and then writes. */
struct bytes {
  uint8_t *at;
  size_t size;
};

static eng_status encode_book(const eng_book *book, struct bytes *out)
{
  eng_status status = eng_book_encode(book, NULL, 0, &out->size);

  if (status != ENG_E_BUFFER) return status;
  out->at = memory_resize(NULL, out->size, 1);
  return eng_book_encode(book, out->at, out->size, &out->size);
}

static eng_status encode_customer(const eng_customer *customer, struct bytes *out)
{
  eng_status status = eng_customer_encode(customer, NULL, 0, &out->size);

  if (status != ENG_E_BUFFER) return status;
  out->at = memory_resize(NULL, out->size, 1);
  return eng_customer_encode(customer, out->at, out->size, &out->size);
}

static int write_bytes(struct writer *out, eng_status status, struct bytes *bytes)
{
  if (status == ENG_OK) status = write_text(out, (const char *)bytes->at, bytes->size);
  free(bytes->at);
  if (out->failed) return ANSWER_FAILED;
  return status == ENG_OK ? ANSWER_DONE : complain_status("export", status);
}

/* ---- one customer ---- */

static int export_row(struct writer *out, uint64_t row)
{
  eng_customer *customer = NULL;
  eng_status status = eng_book_customer(out->book, row, &customer);
  int answer = ANSWER_DONE;

  if (status == ENG_OK && out->options->export_form == EXPORT_BLOB) {
    struct bytes bytes = {NULL, 0};

    answer = write_bytes(out, encode_customer(customer, &bytes), &bytes);
  } else if (status == ENG_OK) {
    int32_t form =
        out->options->export_form == EXPORT_CSV ? ENG_EXPORT_CSV : ENG_EXPORT_JSONL;

    status = eng_export_customer(customer, form, write_text, out);
  }
  eng_customer_free(customer);
  if (out->failed) return ANSWER_FAILED;
  return status == ENG_OK ? answer : complain_status("export", status);
}

/* ---- a file each ---- */

static int is_folder(const char *path)
{
  size_t length = path == NULL ? 0 : strlen(path);

  return length > 0 && (path[length - 1] == '/' || path[length - 1] == '\\');
}

/* The id with %NN for what a file's name may not have anywhere. */
static void add_name(struct text *path, const char *id, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    char c = id[i];

    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
        c == '-' || c == '_' || c == '@' || c == '+') {
      text_add(path, &c, 1);
    } else {
      text_print(path, "%%%02x", (unsigned)(unsigned char)c);
    }
  }
  text_put(path, ".blob");
}

static int export_file(struct writer *out, uint64_t row)
{
  size_t length;
  const char *id = eng_book_customer_id(out->book, row, &length);
  struct text path = {0};
  int answer;

  text_put(&path, out->options->out);
  add_name(&path, id, length);
  errno = 0;
  out->file = fopen(path.bytes, "wb");
  /* The name of the file would name the customer. */
  if (out->file == NULL) {
    complain("a file in %s cannot be written: %s", out->options->out, strerror(errno));
    text_free(&path);
    return ANSWER_FAILED;
  }
  answer = export_row(out, row);
  if (fclose(out->file) != 0 || out->failed) answer = cannot_write(out->options->out);
  text_free(&path);
  return answer;
}

/* ---- all of it ---- */

static int write_header(struct writer *out)
{
  char header[512];
  size_t size;
  eng_status status;

  if (out->options->export_form != EXPORT_CSV) return ANSWER_DONE;
  status = eng_export_header(ENG_EXPORT_CSV, header, sizeof header, &size);
  if (status == ENG_OK) status = write_text(out, header, size);
  return out->failed        ? ANSWER_FAILED
         : status == ENG_OK ? ANSWER_DONE
                            : complain_status("export", status);
}

static int export_rows(struct writer *out, int (*one)(struct writer *, uint64_t))
{
  uint64_t count = eng_book_customer_count(out->book);
  uint64_t *order = memory_resize(NULL, (size_t)count + 1, sizeof *order);
  eng_status status = eng_book_order(out->book, order, count);
  int answer = status == ENG_OK ? write_header(out) : complain_status("export", status);

  for (uint64_t i = 0; i < count && answer == ANSWER_DONE; i++) {
    answer = one(out, order[i]);
    progress("export", i, count);
  }
  progress_end();
  free(order);
  return answer;
}

static int export_all(struct writer *out)
{
  struct bytes bytes = {NULL, 0};

  if (out->options->export_form != EXPORT_BLOB) return export_rows(out, export_row);
  return write_bytes(out, encode_book(out->book, &bytes), &bytes);
}

static int export_asked(struct writer *out, const struct session *session)
{
  uint64_t row;
  int answer;

  if (session->options->customer == NULL) return export_all(out);
  answer = session_customer(session, &row);
  if (answer == ANSWER_DONE) answer = write_header(out);
  return answer == ANSWER_DONE ? export_row(out, row) : answer;
}

static int write_export(const struct session *session)
{
  const struct options *options = session->options;
  struct writer out = {options, session->book, stdout, 0};
  int answer;

  if (options->export_form == EXPORT_BLOB && is_folder(options->out))
    return export_rows(&out, export_file);
  if (options->out != NULL) {
    errno = 0;
    out.file = fopen(options->out, "wb");
    if (out.file == NULL) return cannot_write(options->out);
  }
  answer = export_asked(&out, session);
  if (out.file == stdout) return answer == ANSWER_DONE ? output_end() : answer;
  if (fclose(out.file) != 0 || out.failed) answer = cannot_write(options->out);
  return answer;
}

/* What is wrong in the words alone. */
static int check(const struct options *options)
{
  for (size_t i = 0; options->out != NULL && i < options->words.count; i++) {
    if (!host_same_file(options->out, options->words.items[i])) continue;
    complain("-o %s is an input; name another file", options->out);
    return ANSWER_USAGE;
  }
  if (is_folder(options->out) && options->export_form != EXPORT_BLOB) {
    complain("only --to blob writes a file for each customer; -o names one file");
    return ANSWER_USAGE;
  }
  if (options->export_form == EXPORT_BLOB && options->out == NULL &&
      host_is_terminal(1)) {
    complain("encoded bytes are nothing for a terminal; -o FILE says where they go");
    return ANSWER_USAGE;
  }
  return ANSWER_DONE;
}

int export_run(const struct options *options)
{
  struct session session = {0};
  int answer = check(options);

  if (answer != ANSWER_DONE) return answer;
  answer = session_begin(&session, options);
  if (answer == ANSWER_DONE) answer = input_load(&session);
  if (answer == ANSWER_DONE) answer = write_export(&session);
  session_close(&session);
  return answer;
}
