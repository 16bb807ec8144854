/* SPDX-License-Identifier: MIT */
/*
 * coded.c - encoded bytes as an input: a book, or one customer.
 *
 * Which of them it is, the library's own decoders say; a customer's file is named by
 * the id, as `export` names it.
 */
#include "coded.h"

#include <errno.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "reader.h"
#include "text.h"

/* Of the first bytes so many are looked at; zeros follow them. */
enum { HEAD = 4096, HEAD_USED = 256 };

/* What is ours in bytes: whether it is, is asked of the decoders. Whatever is not
 * answers ENG_E_MAGIC. Zeros follow the first bytes, so that a short file is not taken
 * for one that was cut. */
int coded_form(const eng_context *context, const char *bytes, size_t length)
{
  uint8_t head[HEAD] = {0};
  eng_book *book = NULL;
  eng_customer *customer = NULL;
  eng_status status;

  memcpy(head, bytes, length < HEAD_USED ? length : HEAD_USED);
  status = eng_book_decode(context, NULL, head, sizeof head, &book, NULL);
  eng_book_free(book);
  if (status != ENG_E_MAGIC && status != ENG_E_NOMEM) return INPUT_BOOK;
  status = eng_customer_decode(context, "?", 1, head, sizeof head, &customer, NULL);
  eng_customer_free(customer);
  return status != ENG_E_MAGIC && status != ENG_E_NOMEM ? INPUT_CUSTOMER : INPUT_AUTO;
}

/* The id in the name of a customer's file: %NN is a byte. */
static void blob_customer(const char *path, struct text *id)
{
  const char *name = path, *end;

  for (const char *at = path; *at != '\0'; at++) {
    if (*at == '/' || *at == '\\') name = at + 1;
  }
  end = strrchr(name, '.');
  if (end == NULL) end = name + strlen(name);
  while (name < end) {
    unsigned byte;

    if (end - name >= 3 && sscanf(name, "%%%2x", &byte) == 1) {
      text_print(id, "%c", (int)byte);
      name += 3;
    } else {
      text_add(id, name++, 1);
    }
  }
}

/* The rest of a file behind its first bytes, all of it in memory. */
static int read_whole(const char *name, FILE *file, struct text *whole)
{
  char piece[4096];
  size_t length;

  while ((length = fread(piece, 1, sizeof piece, file)) > 0)
    text_add(whole, piece, length);
  if (!ferror(file)) return ANSWER_DONE;
  complain("%s cannot be read: %s", name, strerror(errno));
  return ANSWER_USAGE;
}

/* A book file, or the file of a customer whose id is its name. */
static int merge_coded(eng_book *into, const eng_context *context, const char *name,
                       int form, const struct text *bytes)
{
  eng_book *book = NULL;
  eng_customer *customer = NULL;
  eng_error error;
  eng_status status;

  eng_error_init(&error, sizeof error);
  if (form == INPUT_BOOK) {
    status = eng_book_decode(context, NULL, (const uint8_t *)bytes->bytes,
                             bytes->length, &book, &error);
    if (status == ENG_OK) status = eng_book_merge(into, book);
  } else {
    struct text id = {0};

    blob_customer(name, &id);
    status =
        eng_customer_decode(context, id.bytes, id.length, (const uint8_t *)bytes->bytes,
                            bytes->length, &customer, &error);
    if (status == ENG_OK) status = eng_book_merge_customer(into, customer);
    text_free(&id);
  }
  eng_book_free(book);
  eng_customer_free(customer);
  if (status == ENG_OK) return ANSWER_DONE;
  if (status == ENG_E_VOCABULARY)
    complain("%s has kinds of its own; name them by --own-kind", name);
  else
    complain("%s cannot be read: %s", name, eng_status_text(status));
  return status == ENG_E_NOMEM ? ANSWER_FAILED : ANSWER_USAGE;
}

int coded_read(eng_book *book, const eng_context *context, const char *name, FILE *file,
               const char *first, size_t length)
{
  struct text whole = {0};
  int form = coded_form(context, first, length);
  int answer;

  if (form == INPUT_CUSTOMER && file == stdin) {
    complain("an encoded customer does not say whose it is: give it as a file whose "
             "name is the id");
    return ANSWER_USAGE;
  }
  text_add(&whole, first, length);
  answer = read_whole(name, file, &whole);
  if (answer == ANSWER_DONE) answer = merge_coded(book, context, name, form, &whole);
  text_free(&whole);
  return answer;
}
