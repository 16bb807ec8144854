/* SPDX-License-Identifier: MIT */
/*
 * lex.h - model text as words, each with its place.
 *
 * White space and comments (# to the end of the line) separate words and mean nothing
 * else. Every place counts lines from 1 and columns in bytes from 1.
 */
#ifndef ENG_MODEL_LEX_H
#define ENG_MODEL_LEX_H

#include <stdbool.h>

#include <engagement/status.h>

enum eng__word {
  ENG__WORD_END = 1,
  ENG__WORD_NAME,
  ENG__WORD_NUMBER, /* digits, or digits.digits: n / d */
  ENG__WORD_TEXT,   /* "...", from and to include the quotes */
  ENG__WORD_SIGN,   /* one or two characters, in `sign` */
  ENG__WORD_BAD     /* nothing that can stand in a model; `problem` says why */
};

struct eng__token {
  enum eng__word word;
  uint32_t from, to; /* bytes of the text */
  uint32_t line, column;
  int64_t n, d;
  char sign[3];
  const char *problem;
};

struct eng__lexer {
  const char *text;
  uint32_t size, at, line, line_start;
};

void eng__lex_begin(struct eng__lexer *lexer, const char *text, size_t size);
void eng__lex_next(struct eng__lexer *lexer, struct eng__token *token);

/* Words from .. to of a text as one line: white space and comments become single
 * spaces, texts in quotes stay as they are. What is longer than `most` bytes is cut and
 * ends with " ...". Returns the bytes written: to - from + 4 at the most, no NUL. */
size_t eng__lex_fold(const char *text, uint32_t from, uint32_t to, size_t most,
                     char *out);

#endif
