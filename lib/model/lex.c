/* SPDX-License-Identifier: MIT */
/*
 * lex.c - one word after the other; never looks back and never reads past the end.
 */
#include "model/lex.h"

#include <string.h>

#include "core/utf8.h"

void eng__lex_begin(struct eng__lexer *lexer, const char *text, size_t size)
{
  lexer->text = text;
  lexer->size = (uint32_t)size;
  /* The byte order mark that some editors put before a text is no part of it. */
  lexer->at = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  lexer->line = 1;
  lexer->line_start = lexer->at;
}

static char peek(const struct eng__lexer *lexer, uint32_t ahead)
{
  return lexer->size - lexer->at > ahead ? lexer->text[lexer->at + ahead] : '\0';
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void skip_blank(struct eng__lexer *lexer)
{
  while (lexer->at < lexer->size) {
    char c = lexer->text[lexer->at];

    if (c == '\n') {
      lexer->line++;
      lexer->line_start = lexer->at + 1;
    } else if (c == '#') {
      while (lexer->at + 1 < lexer->size && lexer->text[lexer->at + 1] != '\n') {
        lexer->at++;
      }
    } else if (c != ' ' && c != '\t' && c != '\r') {
      return;
    }
    lexer->at++;
  }
}

static void bad(struct eng__token *token, const char *problem)
{
  token->word = ENG__WORD_BAD;
  token->problem = problem;
}

/* At most 15 digits in all, so that n and d are far from their limits. */
static void read_number(struct eng__lexer *lexer, struct eng__token *token)
{
  int digits = 0;

  token->word = ENG__WORD_NUMBER;
  token->n = 0;
  token->d = 1;
  for (; is_digit(peek(lexer, 0)); lexer->at++, digits++) {
    if (digits < 15) token->n = token->n * 10 + (peek(lexer, 0) - '0');
  }
  if (peek(lexer, 0) == '.' && is_digit(peek(lexer, 1))) {
    lexer->at++;
    for (; is_digit(peek(lexer, 0)); lexer->at++, digits++) {
      if (digits < 15) {
        token->n = token->n * 10 + (peek(lexer, 0) - '0');
        token->d *= 10;
      }
    }
  }
  if (digits > 15) bad(token, "a number has at most 15 digits");
}

static void read_text(struct eng__lexer *lexer, struct eng__token *token)
{
  token->word = ENG__WORD_TEXT;
  lexer->at++;
  while (lexer->at < lexer->size && peek(lexer, 0) != '"') {
    char c = peek(lexer, 0);

    if (c == '\n' || c == '\0') break;
    lexer->at +=
        c == '\\' && lexer->at + 1 < lexer->size && peek(lexer, 1) != '\n' ? 2 : 1;
  }
  if (peek(lexer, 0) != '"') {
    bad(token, "a text is closed by a quote on the same line");
    return;
  }
  lexer->at++;
  if (!eng__is_utf8(lexer->text + token->from, lexer->at - token->from)) {
    bad(token, "this text is not valid UTF-8");
  }
}

/* What to write for a sign that other languages, or word processors, have. */
static const char *instead_of(const struct eng__lexer *lexer)
{
  char c = peek(lexer, 0);

  if (c == '&') return "no such character in a model: write and";
  if (c == '|') return "no such character in a model: write or";
  /* U+2018 to U+201F are the quotes of print. */
  if (c == '\'' || (c == '\xe2' && peek(lexer, 1) == '\x80' &&
                    (peek(lexer, 2) & '\xf8') == '\x98')) {
    return "a text stands between two \" signs";
  }
  return "no such character in a model";
}

static void read_sign(struct eng__lexer *lexer, struct eng__token *token)
{
  char c = peek(lexer, 0);

  if (memchr("(),=<>+-*/%!.", c, 13) == NULL || c == '\0') {
    bad(token, instead_of(lexer));
    lexer->at++;
    return;
  }
  token->word = ENG__WORD_SIGN;
  token->sign[0] = c;
  token->sign[1] = token->sign[2] = '\0';
  lexer->at++;
  if ((c == '<' || c == '>' || c == '=' || c == '!') && peek(lexer, 0) == '=') {
    token->sign[1] = '=';
    lexer->at++;
  }
}

void eng__lex_next(struct eng__lexer *lexer, struct eng__token *token)
{
  char c;

  skip_blank(lexer);
  memset(token, 0, sizeof *token);
  token->from = lexer->at;
  token->line = lexer->line;
  token->column = lexer->at - lexer->line_start + 1;
  c = peek(lexer, 0);
  if (lexer->at == lexer->size) {
    token->word = ENG__WORD_END;
  } else if (is_letter(c)) {
    token->word = ENG__WORD_NAME;
    while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0))) lexer->at++;
  } else if (is_digit(c)) {
    read_number(lexer, token);
  } else if (c == '"') {
    read_text(lexer, token);
  } else {
    read_sign(lexer, token);
  }
  token->to = lexer->at;
}

size_t eng__lex_fold(const char *text, uint32_t from, uint32_t to, size_t most,
                     char *out)
{
  bool blank = false, quoted = false;
  size_t size = 0;

  for (uint32_t i = from; i < to; i++) {
    char c = text[i];

    if (size > most) {
      memcpy(out + size, " ...", 4);
      return size + 4;
    }
    if (!quoted && c == '#') {
      while (i + 1 < to && text[i + 1] != '\n') i++;
      blank = true;
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
      blank = true;
    } else {
      if (blank) out[size++] = ' ';
      blank = false;
      out[size++] = c;
      if (quoted && c == '\\' && i + 1 < to) {
        out[size++] = text[++i];
      } else if (c == '"') {
        quoted = !quoted;
      }
    }
  }
  return size;
}
