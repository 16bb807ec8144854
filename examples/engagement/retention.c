/* SPDX-License-Identifier: MIT */
/*
 * retention.c - `engagement retention`: cohorts, and who of them came back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/money.h>

#include "bars.h"
#include "command.h"
#include "message.h"
#include "output.h"
#include "periods.h"

enum { MOST_COLUMNS = 1000, SHOWN_COLUMNS = 13 };

struct cohorts {
  const struct session *session;
  struct spans spans;
  uint64_t *sizes;
  eng_cell *cells;
  uint32_t brackets[MOST_COLUMNS + 1];
  uint64_t columns;
};

static const eng_cell *cell_of(const struct cohorts *c, uint64_t cohort,
                               uint64_t column)
{
  return &c->cells[cohort * c->columns + column];
}

/* ---- names ---- */

static void add_column(struct text *text, const struct cohorts *c, uint64_t column)
{
  if (c->session->options->retention != RETENTION_BRACKET)
    text_print(text, "p%" PRIu64, column);
  else if (c->brackets[column] + 1 == c->brackets[column + 1])
    text_print(text, "p%" PRIu32, c->brackets[column]);
  else
    text_print(text, "p%" PRIu32 "_%" PRIu32, c->brackets[column],
               c->brackets[column + 1] - 1);
}

/* Major units with the decimals of the base currency. */
static void add_money(struct text *text, const struct session *session, int64_t minor)
{
  int32_t decimals = eng_currency_decimals(eng_context_currency(session->context));
  uint64_t size = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor, unit = 1;

  for (int32_t i = 0; i < decimals; i++) unit *= 10;
  text_print(text, "%s%" PRIu64, minor < 0 ? "-" : "", size / unit);
  if (decimals > 0) text_print(text, ".%0*" PRIu64, (int)decimals, size % unit);
}

/* ---- for programs ---- */

static void write_cell(struct rows *rows, const struct cohorts *c, uint64_t cohort,
                       uint64_t column)
{
  const eng_cell *cell = cell_of(c, cohort, column);
  uint64_t size = c->sizes[cohort];
  struct text money = {0};

  if (!cell->ended) {
    rows_words(rows, NULL);
  } else if (c->session->options->money) {
    add_money(&money, c->session, cell->money);
    rows_text(rows, money.bytes, money.length);
    text_free(&money);
  } else if (!c->session->options->share) {
    rows_number(rows, (int64_t)cell->customers);
  } else if (size == 0) {
    rows_words(rows, NULL);
  } else {
    rows_real(rows, (double)cell->customers / (double)size, 6);
  }
}

static int write_rows(const struct cohorts *c)
{
  const char **columns = memory_resize(NULL, (size_t)c->columns + 2, sizeof *columns);
  struct text *names = memory_resize(NULL, (size_t)c->columns, sizeof *names);
  struct rows rows;
  int answer;

  columns[0] = "cohort";
  columns[1] = "size";
  for (uint64_t j = 0; j < c->columns; j++) {
    names[j] = (struct text){0};
    add_column(&names[j], c, j);
    columns[j + 2] = names[j].bytes;
  }
  rows_begin(&rows, c->session->options->format, columns, (int)c->columns + 2);
  for (uint64_t i = 0; i < c->spans.count; i++) {
    struct text name = {0};

    text_add_period(&name, &c->spans, i);
    rows_text(&rows, name.bytes, name.length);
    rows_number(&rows, (int64_t)c->sizes[i]);
    for (uint64_t j = 0; j < c->columns; j++) write_cell(&rows, c, i, j);
    text_free(&name);
  }
  answer = rows_end(&rows);
  for (uint64_t j = 0; j < c->columns; j++) text_free(&names[j]);
  free(names);
  free(columns);
  return answer;
}

/* ---- for people ---- */

static void draw_cell(struct text *out, const struct cohorts *c, uint64_t cohort,
                      uint64_t column)
{
  const eng_cell *cell = cell_of(c, cohort, column);
  uint64_t size = c->sizes[cohort];
  struct text words = {0}, number = {0};

  if (!cell->ended || size == 0) {
    text_print(out, "%9s", "");
    return;
  }
  if (c->session->options->money)
    add_money(&number, c->session, cell->money);
  else if (c->session->options->share)
    text_add_share(&number, cell->customers, size);
  else
    text_add_number(&number, cell->customers);
  text_print(&words, " %8s", number.bytes);
  text_add_shaded(out, cell->customers, size, words.bytes);
  text_free(&words);
  text_free(&number);
}

static void draw_row(struct text *out, const struct cohorts *c, uint64_t cohort,
                     uint64_t shown)
{
  struct text name = {0}, size = {0};

  text_add_period(&name, &c->spans, cohort);
  text_add_padded(out, name.bytes, 11);
  text_add_number(&size, c->sizes[cohort]);
  text_print(out, " %10s", size.bytes);
  for (uint64_t j = 0; j < shown; j++) draw_cell(out, c, cohort, j);
  text_put(out, "\n");
  text_free(&name);
  text_free(&size);
}

static int draw(const struct cohorts *c)
{
  uint64_t shown = c->columns < SHOWN_COLUMNS ? c->columns : SHOWN_COLUMNS;
  struct text out = {0};

  text_put(&out, "Who came back, by cohort, as of ");
  text_add_as_of(&out, c->session);
  text_print(&out, "\n\n%-11s %10s", "cohort", "size");
  for (uint64_t j = 0; j < shown; j++) {
    struct text name = {0};

    add_column(&name, c, j);
    text_print(&out, " %8s", name.bytes);
    text_free(&name);
  }
  text_put(&out, "\n");
  for (uint64_t i = 0; i < c->spans.count; i++) draw_row(&out, c, i, shown);
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  if (shown < c->columns)
    note("%llu columns more: --format csv has them all",
         (unsigned long long)(c->columns - shown));
  return output_end();
}

/* ---- survival ---- */

static void write_day(struct rows *rows, uint64_t day, uint64_t at_risk,
                      const eng_survival *on, double survival)
{
  rows_number(rows, (int64_t)day);
  rows_number(rows, (int64_t)at_risk);
  rows_number(rows, (int64_t)on->came);
  rows_number(rows, (int64_t)on->censored);
  rows_real(rows, survival, 6);
}

/* Kaplan and Meier's product, on the days on which somebody came or was censored. */
static int write_survival(const struct session *session, const eng_survival *days,
                          uint64_t count)
{
  static const char *const columns[] = {"day", "at_risk", "came", "censored",
                                        "survival"};
  uint64_t at_risk = 0;
  double survival = 1;
  struct rows rows;

  for (uint64_t d = 0; d < count; d++) at_risk += days[d].came + days[d].censored;
  rows_begin(&rows, session->options->format, columns, 5);
  for (uint64_t d = 0; d < count; d++) {
    if (days[d].came + days[d].censored == 0) continue;
    survival *= 1 - (double)days[d].came / (double)at_risk;
    write_day(&rows, d, at_risk, &days[d], survival);
    at_risk -= days[d].came + days[d].censored;
  }
  return rows_end(&rows);
}

static int tell_survival(const struct session *session, const struct kinds *base,
                         const struct kinds *back)
{
  uint64_t count = 2;
  eng_survival *days;
  int64_t first;
  int answer = ANSWER_DONE;
  eng_status status =
      eng_book_first_at(session->book, session->as_of, base->list, base->count, &first);

  if (status == ENG_OK && first != ENG_TIME_NONE)
    count += (uint64_t)((session->as_of - first) / 86400000);
  days = memory_resize(NULL, (size_t)count, sizeof *days);
  if (status == ENG_OK)
    status = eng_book_survival(session->book, session->as_of, base->list, base->count,
                               back->list, back->count, days, count, progress_of,
                               "retention");
  answer = status == ENG_OK ? write_survival(session, days, count)
                            : complain_status("retention", status);
  free(days);
  return answer;
}

/* ---- asking ---- */

static int read_brackets(struct cohorts *c)
{
  const char *at = c->session->options->brackets;
  uint64_t n = 0;

  while (at != NULL && n <= MOST_COLUMNS) {
    char *end;
    unsigned long edge = strtoul(at, &end, 10);

    if (end == at || edge > 1000000 || *at == '-' || *at == '+' || *at == ' ' ||
        (n > 0 && edge <= c->brackets[n - 1]) || (*end != ',' && *end != '\0'))
      break;
    c->brackets[n++] = (uint32_t)edge;
    at = *end == ',' ? end + 1 : NULL;
    if (at == NULL && n > 1) {
      c->columns = n - 1;
      return ANSWER_DONE;
    }
  }
  complain(
      "--mode bracket needs --brackets: the first period of each column, ascending, "
      "and one past the last, such as 0,1,4,13");
  return ANSWER_USAGE;
}

static int settle_columns(struct cohorts *c)
{
  if (c->session->options->retention == RETENTION_BRACKET) return read_brackets(c);
  c->columns = c->spans.count < MOST_COLUMNS ? c->spans.count : MOST_COLUMNS;
  return ANSWER_DONE;
}

static void warn_of_money(const struct cohorts *c)
{
  uint64_t left_out = 0;

  if (!c->session->options->money) return;
  for (uint64_t i = 0; i < c->spans.count * c->columns; i++)
    left_out += c->cells[i].left_out;
  if (left_out > 0)
    note("%llu amounts are in currencies without a --rate and left out",
         (unsigned long long)left_out);
}

static int count_cells(struct cohorts *c, const struct kinds *base,
                       const struct kinds *back)
{
  const struct options *options = c->session->options;
  eng_retention retention;
  eng_status status;

  eng_retention_init(&retention, sizeof retention);
  retention.mode = options->retention == RETENTION_UNBOUNDED ? ENG_RETENTION_UNBOUNDED
                                                             : ENG_RETENTION_NDAY;
  retention.base = base->list;
  retention.base_count = base->count;
  retention.back = back->list;
  retention.back_count = back->count;
  retention.own_clock = options->own_clock;
  retention.money = options->money;
  if (options->retention == RETENTION_BRACKET) retention.brackets = c->brackets;
  c->sizes = memory_resize(NULL, (size_t)c->spans.count, sizeof *c->sizes);
  c->cells =
      memory_resize(NULL, (size_t)(c->spans.count * c->columns), sizeof *c->cells);
  status = eng_book_retention(c->session->book, &c->spans.periods, &retention, c->sizes,
                              c->spans.count, c->cells, c->columns, progress_of,
                              "retention");
  if (status == ENG_E_RANGE && options->own_clock) {
    complain("--own-clock counts days of 24 hours: give --period day, week or 30d");
    return ANSWER_USAGE;
  }
  return status == ENG_OK ? ANSWER_DONE : complain_status("retention", status);
}

static int tell(const struct session *session)
{
  const struct options *options = session->options;
  struct cohorts *c = memory_resize(NULL, 1, sizeof *c);
  struct kinds base, back;
  int answer = kinds_read(session, "base",
                          options->base != NULL ? options->base : "purchase", &base);

  memset(c, 0, sizeof *c);
  c->session = session;
  if (answer == ANSWER_DONE)
    answer = kinds_read(session, "return",
                        options->back != NULL ? options->back : "purchase", &back);
  if (answer == ANSWER_DONE && options->survival) {
    free(c);
    return tell_survival(session, &base, &back);
  }
  if (answer == ANSWER_DONE)
    answer = spans_open(session, ENG_EVERY_MONTH, &base, &c->spans);
  if (answer == ANSWER_DONE) answer = settle_columns(c);
  if (answer == ANSWER_DONE && c->spans.count > 0)
    answer = count_cells(c, &base, &back);
  if (answer == ANSWER_DONE) {
    warn_of_money(c);
    answer = options->format == FORMAT_TABLE ? draw(c) : write_rows(c);
  }
  spans_close(&c->spans);
  free(c->sizes);
  free(c->cells);
  free(c);
  return answer;
}

int retention_run(const struct options *options)
{
  struct session session;
  int answer;

  if (options->rolling) {
    complain("--period rolling is for active; cohorts need day, week, month, quarter, "
             "year or 30d");
    return ANSWER_USAGE;
  }
  if (options->money && (options->currency == NULL || options->share)) {
    complain("--money needs a --currency, and goes without --share");
    return ANSWER_USAGE;
  }
  if (options->survival && (options->share || options->money)) {
    complain("--survival goes without --share and --money");
    return ANSWER_USAGE;
  }
  answer = session_open(&session, options);
  if (answer == ANSWER_DONE) answer = tell(&session);
  session_close(&session);
  return answer;
}
