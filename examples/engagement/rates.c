/* SPDX-License-Identifier: MIT */
/*
 * rates.c - what other currencies are worth in the one that sums are in.
 *
 * A rate is a decimal number of units of --currency for one unit of the other, read
 * exactly. A file of rates is CSV without quotes: a header that names the columns
 * currency, rate and, if they change, from.
 */
#include "rates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/calendar.h>
#include <engagement/money.h>

#include "command.h"
#include "message.h"
#include "text.h"

enum { SINCE_EVER = -2, DIGITS = 14, COLUMNS = 16, LONGEST_LINE = 1024 };

static const int64_t day_length = 86400000;

/* A piece of a line, without the spaces around it. */
struct piece {
  const char *bytes;
  size_t length;
};

static struct piece trimmed(const char *from, const char *to)
{
  struct piece piece;

  while (from < to && strchr(" \t\r\n", *from) != NULL) from++;
  while (from < to && strchr(" \t\r\n", to[-1]) != NULL) to--;
  piece.bytes = from;
  piece.length = (size_t)(to - from);
  return piece;
}

/* ---- one rate ---- */

/* A decimal number above 0 as a fraction. */
static int read_decimal(struct piece piece, int64_t *n, int64_t *d)
{
  int digits = 0, point = 0;

  *n = 0;
  *d = 1;
  for (size_t i = 0; i < piece.length; i++) {
    char c = piece.bytes[i];

    if (c == '.' && !point) {
      point = 1;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > DIGITS) return 0;
    *n = *n * 10 + (c - '0');
    if (point) *d *= 10;
  }
  return *n > 0;
}

/* A date as a business day; nothing is since ever. */
static int read_day(struct piece piece, int64_t *day)
{
  eng_context *plain = NULL;
  int64_t time = 0;
  int good;

  *day = SINCE_EVER;
  if (piece.length == 0) return 1;
  if (piece.length != 10 || eng_context_new(NULL, &plain) != ENG_OK) return 0;
  good = eng_time_parse(plain, piece.bytes, piece.length, ENG_TIME_ISO, ENG_DATE_FIRST,
                        &time) == ENG_OK;
  eng_context_free(plain);
  if (good) *day = time / day_length;
  return good;
}

/* What is wrong with a rate, or NULL. */
static const char *set_rate(eng_settings *settings, struct piece code,
                            struct piece from, struct piece rate)
{
  int32_t currency = 0;
  int64_t day, n, d;

  if (eng_currency_number(code.bytes, code.length, &currency) != ENG_OK)
    return "a currency is three letters of ISO 4217 such as EUR";
  if (!read_day(from, &day)) return "a rate begins on a date such as 2024-01-31";
  if (!read_decimal(rate, &n, &d))
    return "a rate is a number above 0 such as 1.08, of up to 14 digits";
  if (eng_settings_set_rate(settings, currency, day, n, d) != ENG_OK)
    return "there is no room for so many rates";
  return NULL;
}

/* CODE[@DATE]=RATE */
static int set_word(eng_settings *settings, const char *word)
{
  const char *end = word + strlen(word);
  const char *equals = strchr(word, '=');
  const char *at = strchr(word, '@');
  const char *why = "it is written as EUR=1.08, or EUR@2024-01-31=1.08";

  if (equals != NULL) {
    const char *code_end = at != NULL && at < equals ? at : equals;

    why = set_rate(settings, trimmed(word, code_end),
                   trimmed(code_end < equals ? code_end + 1 : equals, equals),
                   trimmed(equals + 1, end));
  }
  if (why == NULL) return ANSWER_DONE;
  complain("--rate: %s", why);
  return ANSWER_USAGE;
}

/* ---- a file of them ---- */

static size_t cut(const char *line, struct piece pieces[COLUMNS])
{
  const char *end = line + strlen(line);
  size_t count = 0;

  while (count < COLUMNS) {
    const char *comma = strchr(line, ',');

    pieces[count++] = trimmed(line, comma != NULL ? comma : end);
    if (comma == NULL) break;
    line = comma + 1;
  }
  return count;
}

static size_t find_column(const struct piece *pieces, size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++)
    if (pieces[i].length == strlen(name) &&
        memcmp(pieces[i].bytes, name, pieces[i].length) == 0)
      return i;
  return COLUMNS;
}

static int read_lines(eng_settings *settings, const char *path, FILE *file)
{
  static const struct piece nothing = {"", 0};
  size_t currency = COLUMNS, from = COLUMNS, rate = COLUMNS;
  char line[LONGEST_LINE];
  uint64_t number = 0;

  while (fgets(line, sizeof line, file) != NULL) {
    const char *start =
        number == 0 && strncmp(line, "\xEF\xBB\xBF", 3) == 0 ? line + 3 : line;
    struct piece pieces[COLUMNS];
    size_t count = cut(start, pieces);
    const char *why;

    number++;
    if (count == 1 && pieces[0].length == 0) continue;
    if (currency == COLUMNS) {
      currency = find_column(pieces, count, "currency");
      from = find_column(pieces, count, "from");
      rate = find_column(pieces, count, "rate");
      if (currency < COLUMNS && rate < COLUMNS) continue;
      complain_at(path, number, 0,
                  "the header has to name the columns currency and "
                  "rate, and may name from");
      return ANSWER_USAGE;
    }
    if (currency >= count || rate >= count)
      why = "the row has too few fields";
    else
      why = set_rate(settings, pieces[currency], from < count ? pieces[from] : nothing,
                     pieces[rate]);
    if (why == NULL) continue;
    complain_at(path, number, 0, "%s", why);
    return ANSWER_USAGE;
  }
  if (!ferror(file)) return ANSWER_DONE;
  complain("%s cannot be read: %s", path, strerror(errno));
  return ANSWER_USAGE;
}

static int set_file(eng_settings *settings, const char *path)
{
  FILE *file = fopen(path, "rb");
  int answer;

  if (file == NULL) {
    complain("%s cannot be read: %s", path, strerror(errno));
    return ANSWER_USAGE;
  }
  answer = read_lines(settings, path, file);
  fclose(file);
  return answer;
}

/* ---- all of them ---- */

/* What is said on the command line comes last, and so stands above the file. */
int rates_set(const struct options *options, eng_settings *settings)
{
  int answer = ANSWER_DONE;

  if (options->rates == NULL && options->rate.count == 0) return ANSWER_DONE;
  if (options->currency == NULL) {
    complain("rates need --currency, the one that amounts are converted into");
    return ANSWER_USAGE;
  }
  if (options->rates != NULL) answer = set_file(settings, options->rates);
  for (size_t i = 0; i < options->rate.count && answer == ANSWER_DONE; i++)
    answer = set_word(settings, options->rate.items[i]);
  return answer;
}
