/* SPDX-License-Identifier: MIT */
/*
 * segments.c - `engagement select --segments FILE`: named conditions, how many
 * customers each holds, and how many any two have in common.
 *
 * A line is NAME = CONDITION; one that begins with a blank goes on with the line
 * before; # begins a comment. Below a line [MODEL] conditions use the names of a model.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assess.h"
#include "bars.h"
#include "command.h"
#include "message.h"
#include "models.h"
#include "output.h"
#include "params.h"
#include "segments.h"
#include "text.h"

enum { LONGEST = 1 << 20 };

struct segments {
  struct session session;
  struct text names[SESSION_MODELS];
  uint64_t common[SESSION_MODELS][SESSION_MODELS]; /* of a with itself: its size */
  uint64_t customers;
  struct text model; /* whose names the next lines use; empty: none */
  int32_t listed;    /* whose customers are asked for; -1: none */
  struct rows *rows;
};

/* ---- the file ---- */

static int is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static void trim(const char **begin, const char **end)
{
  while (*begin < *end && is_blank(**begin)) ++*begin;
  while (*begin < *end && is_blank((*end)[-1])) --*end;
}

static int add_segment(struct segments *s, const char *path, unsigned long line,
                       const struct text *words)
{
  const char *at = words->bytes, *end = at + words->length, *name_end;
  const char *equals = memchr(at, '=', words->length);
  int32_t n = s->session.model_count;

  name_end = equals != NULL ? equals : end;
  trim(&at, &name_end);
  if (equals == NULL || at == name_end) {
    complain_at(path, line, 0, "a segment is NAME = CONDITION");
    return ANSWER_USAGE;
  }
  if (n == SESSION_MODELS) {
    complain_at(path, line, 0, "there is room for %d segments", SESSION_MODELS);
    return ANSWER_USAGE;
  }
  text_add_shown(&s->names[n], at, (size_t)(name_end - at), 0);
  for (int32_t i = 0; i < n; i++) {
    if (strcmp(s->names[i].bytes, s->names[n].bytes) != 0) continue;
    complain_at(path, line, 0, "there is a segment of that name already");
    return ANSWER_USAGE;
  }
  at = equals + 1;
  trim(&at, &end);
  if (models_open_condition(&s->session, s->names[n].bytes,
                            s->model.length > 0 ? s->model.bytes : NULL, at,
                            (size_t)(end - at), &s->session.models[n]) != ANSWER_DONE)
    return ANSWER_USAGE;
  s->session.model_count++;
  return ANSWER_DONE;
}

/* [MODEL], or [] for no model. */
static int add_line(struct segments *s, const char *path, unsigned long line,
                    const struct text *words)
{
  const char *at, *end;

  if (words->bytes[0] != '[') return add_segment(s, path, line, words);
  if (words->bytes[words->length - 1] != ']') {
    complain_at(path, line, 0, "a model stands alone, as in [five_levels]");
    return ANSWER_USAGE;
  }
  at = words->bytes + 1;
  end = words->bytes + words->length - 1;
  trim(&at, &end);
  text_clear(&s->model);
  text_add(&s->model, at, (size_t)(end - at));
  return ANSWER_DONE;
}

/* Where a line's comment begins, which is in no text of a condition; or its end. */
static const char *end_of_line(const char *at, const char *end)
{
  int quoted = 0;

  for (; at < end && (quoted || *at != '#'); at++) {
    if (quoted && *at == '\\' && at + 1 < end)
      at++;
    else if (*at == '"')
      quoted = !quoted;
  }
  return at;
}

/* Gathers a segment until the next one begins. */
static int parse(struct segments *s, const char *path, const char *bytes, size_t length)
{
  struct text words = {0};
  unsigned long line = 0, first = 0;
  int answer = ANSWER_DONE;

  for (size_t at = 0; at < length && answer == ANSWER_DONE;) {
    const char *begin = bytes + at, *end = memchr(begin, '\n', length - at);
    int goes_on = is_blank(*begin);

    if (end == NULL) end = bytes + length;
    at = (size_t)(end - bytes) + 1;
    line++;
    end = end_of_line(begin, end);
    trim(&begin, &end);
    if (begin == end) continue;
    if (!goes_on && words.length > 0) answer = add_line(s, path, first, &words);
    if (!goes_on) {
      text_clear(&words);
      first = line;
    }
    if (words.length > 0) text_put(&words, " ");
    text_add(&words, begin, (size_t)(end - begin));
  }
  if (answer == ANSWER_DONE && words.length > 0)
    answer = add_line(s, path, first, &words);
  text_free(&words);
  if (answer == ANSWER_DONE && s->session.model_count == 0) {
    complain("%s has no segments; a line is NAME = CONDITION", path);
    answer = ANSWER_USAGE;
  }
  return answer;
}

static int read_segments(struct segments *s, const char *path)
{
  FILE *file = fopen(path, "rb");
  char *bytes;
  size_t length;
  int answer;

  if (file == NULL) {
    complain("%s cannot be read: %s", path, strerror(errno));
    return ANSWER_USAGE;
  }
  bytes = memory_resize(NULL, LONGEST + 1, 1);
  length = fread(bytes, 1, LONGEST + 1, file);
  fclose(file);
  if (length > LONGEST) {
    complain("%s is longer than a file of segments may be", path);
    answer = ANSWER_USAGE;
  } else {
    answer = parse(s, path, bytes, length);
  }
  free(bytes);
  return answer;
}

/* ---- counting ---- */

/* Whether the i-th of n customers is in a segment, which is its model's last stage. */
static int is_in(const struct segments *s, int32_t segment, uint64_t i, uint64_t n,
                 const int32_t *stages)
{
  return stages[(uint64_t)segment * n + i] ==
         eng_model_stage_count(s->session.models[segment]);
}

static void count_piece(void *user, const uint64_t *rows, uint64_t n,
                        const int32_t *stages)
{
  struct segments *s = user;
  int32_t count = s->session.model_count;

  (void)rows;
  for (uint64_t i = 0; i < n; i++)
    for (int32_t a = 0; a < count; a++)
      for (int32_t b = a; b < count && is_in(s, a, i, n, stages); b++)
        s->common[a][b] += (uint64_t)is_in(s, b, i, n, stages);
}

static void list_piece(void *user, const uint64_t *rows, uint64_t n,
                       const int32_t *stages)
{
  struct segments *s = user;

  for (uint64_t i = 0; i < n; i++) {
    size_t length;
    const char *id;

    if (!is_in(s, s->listed, i, n, stages)) continue;
    id = eng_book_customer_id(s->session.book, rows[i], &length);
    rows_text(s->rows, id, length);
  }
}

/* ---- answers ---- */

static uint64_t common_of(const struct segments *s, int32_t a, int32_t b)
{
  return a < b ? s->common[a][b] : s->common[b][a];
}

/* What share of the first segment is in the other; of nobody there is none. */
static void write_share(struct rows *rows, uint64_t part, uint64_t whole)
{
  if (whole == 0)
    rows_words(rows, NULL);
  else
    rows_real(rows, (double)part / (double)whole, 6);
}

static int write_rows(const struct segments *s)
{
  static const char *const columns[] = {"segment", "customers", "also", "common",
                                        "share"};
  struct rows rows;

  rows_begin(&rows, s->session.options->format, columns, 5);
  for (int32_t a = 0; a < s->session.model_count; a++) {
    for (int32_t b = 0; b < s->session.model_count; b++) {
      rows_words(&rows, s->names[a].bytes);
      rows_number(&rows, (int64_t)s->common[a][a]);
      rows_words(&rows, s->names[b].bytes);
      rows_number(&rows, (int64_t)common_of(s, a, b));
      write_share(&rows, common_of(s, a, b), s->common[a][a]);
    }
  }
  return rows_end(&rows);
}

static void draw_overlaps(struct text *out, const struct segments *s, size_t width)
{
  int said = 0;

  for (int32_t a = 0; a < s->session.model_count; a++) {
    for (int32_t b = a + 1; b < s->session.model_count; b++) {
      struct text number = {0};

      if (s->common[a][b] == 0) continue;
      if (!said++) {
        text_print(out, "\n  %-*s%-*s %11s ", (int)width, "in this", (int)width,
                   "and in that", "customers");
        text_put(out, "of this  of that\n");
      }
      text_add_number(&number, s->common[a][b]);
      text_put(out, "  ");
      text_add_padded(out, s->names[a].bytes, width);
      text_add_padded(out, s->names[b].bytes, width);
      text_print(out, " %11s", number.bytes);
      text_add_share(out, s->common[a][b], s->common[a][a]);
      text_put(out, " ");
      text_add_share(out, s->common[a][b], s->common[b][b]);
      text_put(out, "\n");
      text_free(&number);
    }
  }
}

static int draw(const struct segments *s)
{
  struct text out = {0};
  size_t width = 12;

  for (int32_t a = 0; a < s->session.model_count; a++)
    if (s->names[a].length + 2 > width) width = s->names[a].length + 2;
  text_add_number(&out, s->customers);
  text_put(&out, s->customers == 1 ? " customer as of " : " customers as of ");
  text_add_as_of(&out, &s->session);
  text_put(&out, "\n\n");
  for (int32_t a = 0; a < s->session.model_count; a++) {
    struct text number = {0};

    text_add_number(&number, s->common[a][a]);
    text_put(&out, "  ");
    text_add_padded(&out, s->names[a].bytes, width);
    text_print(&out, " %11s ", number.bytes);
    text_add_share(&out, s->common[a][a], s->customers);
    text_add_bar(&out, s->common[a][a], s->customers);
    text_put(&out, "\n");
    text_free(&number);
  }
  draw_overlaps(&out, s, width);
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

/* The segment of --segment. */
static int find_listed(struct segments *s)
{
  const char *name = s->session.options->segment;

  s->listed = -1;
  if (name == NULL) return ANSWER_DONE;
  for (int32_t i = 0; i < s->session.model_count; i++)
    if (strcmp(s->names[i].bytes, name) == 0) s->listed = i;
  if (s->listed >= 0) return ANSWER_DONE;
  complain("%s has no segment \"%s\"", s->session.options->segments, name);
  return ANSWER_USAGE;
}

static int tell_sizes(struct segments *s, const uint64_t *order)
{
  int answer = assess_all(&s->session, "select", order, s->customers, count_piece, s);

  if (answer != ANSWER_DONE) return answer;
  return s->session.options->format == FORMAT_TABLE ? draw(s) : write_rows(s);
}

static int tell_customers(struct segments *s, const uint64_t *order)
{
  static const char *const columns[] = {"customer"};
  struct rows rows;
  int answer, written;

  s->rows = &rows;
  rows_begin(&rows, s->session.options->format, columns, 1);
  answer = assess_all(&s->session, "select", order, s->customers, list_piece, s);
  written = rows_end(&rows);
  return answer != ANSWER_DONE ? answer : written;
}

static int tell(struct segments *s)
{
  uint64_t *order;
  int answer = assess_order(&s->session, "select", &order, &s->customers);

  if (answer == ANSWER_DONE)
    answer = s->listed >= 0 ? tell_customers(s, order) : tell_sizes(s, order);
  free(order);
  return answer;
}

int segments_run(const struct options *options)
{
  struct segments *s = memory_resize(NULL, 1, sizeof *s);
  int answer;

  memset(s, 0, sizeof *s);
  if (options->models.count > 0) text_put(&s->model, options->models.items[0]);
  answer = session_begin(&s->session, options);
  if (answer == ANSWER_DONE) answer = read_segments(s, options->segments);
  if (answer == ANSWER_DONE) answer = find_listed(s);
  if (answer == ANSWER_DONE) answer = params_check(&s->session);
  if (answer == ANSWER_DONE) answer = session_load(&s->session);
  if (answer == ANSWER_DONE) answer = tell(s);
  session_close(&s->session);
  for (int i = 0; i < SESSION_MODELS; i++) text_free(&s->names[i]);
  text_free(&s->model);
  free(s);
  return answer;
}
