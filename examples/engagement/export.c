/* SPDX-License-Identifier: MIT */
/*
 * export.c - `export`: events out, as text or as encoded bytes.
 *
 * Customers come in the order of their ids, events in canonical order, so that equal
 * books are equal files. Who was merged is written for themselves, and who with whom
 * behind that.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/export.h>
#include <engagement/link.h>

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

static int export_member(struct writer *out, uint64_t member)
{
  eng_customer *customer = NULL;
  eng_status status = eng_book_member(out->book, member, &customer);
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

static int export_file(struct writer *out, uint64_t member)
{
  size_t length;
  const char *id;
  eng_customer *customer = NULL;
  struct text path = {0};
  eng_status status = eng_book_member(out->book, member, &customer);
  int answer;

  if (status != ENG_OK) return complain_status("export", status);
  id = eng_customer_id(customer, &length);
  text_put(&path, out->options->out);
  add_name(&path, id, length);
  eng_customer_free(customer);
  errno = 0;
  out->file = fopen(path.bytes, "wb");
  /* The name of the file would name the customer. */
  if (out->file == NULL) {
    complain("a file in %s cannot be written: %s", out->options->out, strerror(errno));
    text_free(&path);
    return ANSWER_FAILED;
  }
  answer = export_member(out, member);
  if (fclose(out->file) != 0 || out->failed) answer = cannot_write(out->options->out);
  text_free(&path);
  return answer;
}

/* ---- rows ---- */

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
  uint64_t count = eng_book_member_count(out->book);
  uint64_t *order = memory_resize(NULL, (size_t)count + 1, sizeof *order);
  eng_status status = eng_book_members(out->book, order, count);
  int answer = status == ENG_OK ? write_header(out) : complain_status("export", status);

  for (uint64_t i = 0; i < count && answer == ANSWER_DONE; i++) {
    answer = one(out, order[i]);
    progress("export", i, count);
  }
  progress_end();
  free(order);
  return answer;
}

/* ---- links ---- */

static eng_status write_link(struct writer *out, const eng_link *link)
{
  int32_t form =
      out->options->export_form == EXPORT_CSV ? ENG_EXPORT_CSV : ENG_EXPORT_JSONL;
  int32_t merged = link->state == ENG_LINK_MERGED;
  size_t size;
  char *line;
  eng_status status =
      eng_export_link(form, link->a, (size_t)link->a_length, link->b,
                      (size_t)link->b_length, merged, link->changed_at, NULL, 0, &size);

  if (status != ENG_E_BUFFER) return status;
  line = memory_resize(NULL, size, 1);
  status = eng_export_link(form, link->a, (size_t)link->a_length, link->b,
                           (size_t)link->b_length, merged, link->changed_at, line, size,
                           &size);
  if (status == ENG_OK) status = write_text(out, line, size);
  free(line);
  return status;
}

/* Whether an id is that of a row, or of somebody in the group that stands there. */
static int is_of_row(const eng_book *book, const char *id, uint64_t length,
                     uint64_t row)
{
  uint64_t found;

  return eng_book_find(book, id, (size_t)length, &found) == ENG_OK && found == row;
}

/* All links, or those that name somebody of a row. */
static int export_links(struct writer *out, const uint64_t *row)
{
  uint64_t count = eng_book_link_count(out->book);
  eng_link *links = memory_resize(NULL, (size_t)count + 1, sizeof *links);
  eng_status status;

  for (uint64_t i = 0; i < count; i++) eng_link_init(&links[i], sizeof links[i]);
  status = eng_book_links(out->book, links, count);
  for (uint64_t i = 0; i < count && status == ENG_OK; i++) {
    const eng_link *link = &links[i];

    if (row == NULL || is_of_row(out->book, link->a, link->a_length, *row) ||
        is_of_row(out->book, link->b, link->b_length, *row))
      status = write_link(out, link);
  }
  free(links);
  if (out->failed) return ANSWER_FAILED;
  return status == ENG_OK ? ANSWER_DONE : complain_status("export", status);
}

static void note_links(const struct writer *out)
{
  unsigned long count = (unsigned long)eng_book_link_count(out->book);

  if (count > 0)
    note("who was merged is written each for themselves; the links (%lu) are in none "
         "of these files, but in every other form",
         count);
}

/* ---- all of it ---- */

static int export_all(struct writer *out)
{
  struct bytes bytes = {NULL, 0};

  if (out->options->export_form != EXPORT_BLOB) {
    int answer = export_rows(out, export_member);

    return answer == ANSWER_DONE ? export_links(out, NULL) : answer;
  }
  return write_bytes(out, encode_book(out->book, &bytes), &bytes);
}

/* All that is held of one person: each id of theirs, in order. A blob is of one id. */
static int export_person(struct writer *out, uint64_t row)
{
  uint64_t ids = eng_book_group_size(out->book, row), member;
  int answer = ANSWER_DONE;

  for (uint64_t i = 0; i < ids && answer == ANSWER_DONE; i++) {
    size_t length;
    const char *id = eng_book_group_id(out->book, row, i, &length);

    if (eng_book_find_member(out->book, id, length, &member) == ENG_OK)
      answer = export_member(out, member);
  }
  if (answer != ANSWER_DONE || out->options->export_form == EXPORT_BLOB) return answer;
  return export_links(out, &row);
}

static int export_asked(struct writer *out, const struct session *session)
{
  const char *id = session->options->customer;
  uint64_t row, member;
  int answer;

  if (id == NULL) return export_all(out);
  answer = session_customer(session, &row);
  if (answer == ANSWER_DONE) answer = write_header(out);
  if (answer != ANSWER_DONE || out->options->export_form != EXPORT_BLOB)
    return answer == ANSWER_DONE ? export_person(out, row) : answer;
  if (eng_book_find_member(out->book, id, strlen(id), &member) == ENG_OK)
    return export_member(out, member);
  complain("the id that --customer gives has no events of its own");
  return ANSWER_NO;
}

static int write_export(const struct session *session)
{
  const struct options *options = session->options;
  struct writer out = {options, session->book, stdout, 0};
  int answer;

  if (options->export_form == EXPORT_BLOB && is_folder(options->out)) {
    note_links(&out);
    return export_rows(&out, export_file);
  }
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
