/* SPDX-License-Identifier: MIT */
/*
 * authoring.c - `engagement models check`, `diff` and `print`.
 *
 * What was found is the answer and goes to standard output. Over inputs, the stages of
 * the whole book are found first, under both models together; only those who move are
 * looked at one by one.
 */
#include "authoring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/authoring.h>

#include "assess.h"
#include "bars.h"
#include "command.h"
#include "message.h"
#include "models.h"
#include "output.h"
#include "text.h"

/* ---- check ---- */

static const char *severity_name(int32_t severity)
{
  return severity == ENG_SEVERITY_WARNING ? "warning" : "note";
}

static const char *finding_name(int32_t kind)
{
  static const char *const names[] = {
      "",          "never",   "always",      "contradiction",
      "duplicate", "implied", "unreachable", "unused"};

  return kind >= 1 && kind <= ENG_FINDING_UNUSED ? names[kind] : "other";
}

struct checking {
  int format;
  struct rows rows;
  uint64_t warnings, notes;
};

static void write_finding(struct checking *c, const char *file,
                          const eng_findings *findings, int32_t i)
{
  int32_t severity = eng_findings_severity(findings, i);
  struct text out = {0};

  if (severity == ENG_SEVERITY_WARNING)
    c->warnings++;
  else
    c->notes++;
  if (c->format != FORMAT_TABLE) {
    rows_words(&c->rows, file);
    rows_number(&c->rows, eng_findings_line(findings, i));
    rows_number(&c->rows, eng_findings_column(findings, i));
    rows_words(&c->rows, severity_name(severity));
    rows_words(&c->rows, finding_name(eng_findings_kind(findings, i)));
    rows_words(&c->rows, eng_findings_text(findings, i));
    return;
  }
  text_add_shown(&out, file, strlen(file), 0);
  text_print(&out, ":%u:%u: ", (unsigned)eng_findings_line(findings, i),
             (unsigned)eng_findings_column(findings, i));
  text_paint(&out, severity == ENG_SEVERITY_WARNING ? PAINT_BAD : PAINT_DIM,
             severity_name(severity));
  text_put(&out, ": ");
  text_add_shown(&out, eng_findings_text(findings, i),
                 strlen(eng_findings_text(findings, i)), 0);
  text_put(&out, "\n");
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
}

static int check_one(struct checking *c, const struct session *session,
                     const char *name)
{
  eng_findings *findings = NULL;
  eng_model *model = NULL;
  eng_status status;
  int answer = models_open_one(session->context, name, &model);

  if (answer != ANSWER_DONE) return answer;
  status = eng_model_check(model, &findings);
  if (status != ENG_OK) answer = complain_status(name, status);
  for (int32_t i = 0; status == ENG_OK && i < eng_findings_count(findings); i++)
    write_finding(c, name, findings, i);
  eng_findings_free(findings);
  eng_model_free(model);
  return answer;
}

int models_check(const struct options *options)
{
  static const char *const columns[] = {"file",     "line", "column",
                                        "severity", "kind", "text"};
  struct checking c = {.format = options->format};
  struct session session;
  int answer, written;

  if (options->words.count == 0) {
    complain("say which one: engagement models check FILE...");
    return ANSWER_USAGE;
  }
  answer = session_begin(&session, options);
  if (c.format != FORMAT_TABLE) rows_begin(&c.rows, c.format, columns, 6);
  for (size_t i = 0; i < options->words.count && answer == ANSWER_DONE; i++)
    answer = check_one(&c, &session, options->words.items[i]);
  written = c.format != FORMAT_TABLE ? rows_end(&c.rows) : output_end();
  session_close(&session);
  if (answer != ANSWER_DONE) return answer;
  if (written != ANSWER_DONE) return written;
  if (c.warnings + c.notes == 0) note("nothing to say against");
  return c.warnings > 0 ? ANSWER_NO : ANSWER_DONE;
}

/* ---- print ---- */

static int print_model(const eng_model *model)
{
  char *text;
  size_t size;
  eng_status status = eng_model_print(model, NULL, 0, &size);

  if (status != ENG_E_BUFFER) return complain_status("models print", status);
  text = memory_resize(NULL, size, 1);
  status = eng_model_print(model, text, size, &size);
  if (status == ENG_OK) fwrite(text, 1, size, stdout);
  free(text);
  return status == ENG_OK ? output_end() : complain_status("models print", status);
}

int models_print(const struct options *options)
{
  struct session session;
  eng_model *model = NULL;
  int answer;

  if (options->words.count != 1) {
    complain("say which one: engagement models print FILE");
    return ANSWER_USAGE;
  }
  if (options->format != FORMAT_TABLE) {
    complain("models print writes a model; it takes no --format");
    return ANSWER_USAGE;
  }
  answer = session_begin(&session, options);
  if (answer == ANSWER_DONE)
    answer = models_open_one(session.context, options->words.items[0], &model);
  if (answer == ANSWER_DONE) answer = print_model(model);
  eng_model_free(model);
  session_close(&session);
  return answer;
}

/* ---- differences ---- */

static const char *change_name(int32_t change)
{
  static const char *const names[] = {"", "added", "removed", "changed", "moved"};

  return change >= 1 && change <= ENG_CHANGE_MOVED ? names[change] : "other";
}

static const char *element_name(int32_t element)
{
  static const char *const names[] = {
      "",      "head",  "param",    "let",      "dimension", "score", "axis",
      "stage", "class", "title of", "alias of", "clause of", "term",  "advice of"};

  return element >= 1 && element <= ENG_ELEMENT_ADVICE ? names[element] : "other";
}

static int write_differences(const eng_diff *diff, int format)
{
  static const char *const columns[] = {"change",   "element", "name", "old_line",
                                        "new_line", "old",     "new"};
  struct rows rows;

  rows_begin(&rows, format, columns, 7);
  for (int32_t i = 0; i < eng_diff_count(diff); i++) {
    rows_words(&rows, change_name(eng_diff_change(diff, i)));
    rows_words(&rows, element_name(eng_diff_element(diff, i)));
    rows_words(&rows, eng_diff_name(diff, i));
    if (eng_diff_old_line(diff, i) > 0)
      rows_number(&rows, eng_diff_old_line(diff, i));
    else
      rows_words(&rows, NULL);
    if (eng_diff_new_line(diff, i) > 0)
      rows_number(&rows, eng_diff_new_line(diff, i));
    else
      rows_words(&rows, NULL);
    rows_words(&rows, eng_diff_old_text(diff, i));
    rows_words(&rows, eng_diff_new_text(diff, i));
  }
  return rows_end(&rows);
}

/* One side of a difference: "- 12: words". */
static void add_side(struct text *out, int paint, const char *sign, uint32_t line,
                     const char *words)
{
  struct text shown = {0};

  if (words == NULL) return;
  text_print(&shown, "%s %u: ", sign, (unsigned)line);
  text_add_shown(&shown, words, strlen(words), 0);
  text_put(out, "    ");
  text_paint(out, paint, shown.bytes);
  text_put(out, "\n");
  text_free(&shown);
}

static void add_difference(struct text *out, const eng_diff *diff, int32_t i)
{
  text_print(out, "  %s %s ", change_name(eng_diff_change(diff, i)),
             element_name(eng_diff_element(diff, i)));
  text_paint(out, PAINT_BOLD, eng_diff_name(diff, i));
  text_put(out, "\n");
  add_side(out, PAINT_BAD, "-", eng_diff_old_line(diff, i), eng_diff_old_text(diff, i));
  add_side(out, PAINT_GOOD, "+", eng_diff_new_line(diff, i),
           eng_diff_new_text(diff, i));
}

static void add_model(struct text *out, const eng_model *model, const char *file)
{
  text_add_shown(out, file, strlen(file), 0);
  if (eng_model_revision(model) > 0)
    text_print(out, " (revision %d)", (int)eng_model_revision(model));
}

static void tell_differences(const eng_diff *diff, const eng_model *const *models,
                             const char *const *files)
{
  int32_t count = eng_diff_count(diff);
  struct text out = {0};

  add_model(&out, models[0], files[0]);
  text_put(&out, " -> ");
  add_model(&out, models[1], files[1]);
  if (count == 0)
    text_put(&out, ": no difference\n");
  else
    text_print(&out, ": %d difference%s\n\n", (int)count, count == 1 ? "" : "s");
  for (int32_t i = 0; i < count; i++) add_difference(&out, diff, i);
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
}

/* ---- who moves ---- */

enum { RANKS = 256 };

struct moves {
  const struct session *session;
  const eng_diff *diff;
  struct rows *rows;  /* NULL: they are counted alone */
  uint64_t *counts;   /* [from * RANKS + to] */
  uint64_t *by_cause; /* of each difference */
  int32_t *causes;
  uint64_t moved;
  eng_status status;
};

static const eng_model *const *models_of(const struct session *session)
{
  return (const eng_model *const *)session->models;
}

/* A difference in a few words: "param fresh (line 4)". */
static void add_cause(struct text *out, const eng_diff *diff, int32_t i)
{
  uint32_t line = eng_diff_new_line(diff, i);

  text_print(out, "%s %s (%s %u)", element_name(eng_diff_element(diff, i)),
             eng_diff_name(diff, i), line > 0 ? "line" : "old line",
             (unsigned)(line > 0 ? line : eng_diff_old_line(diff, i)));
}

static void write_move(struct moves *m, uint64_t row, int32_t from, int32_t to,
                       int32_t count)
{
  struct text causes = {0};
  size_t length;
  const char *id = eng_book_customer_id(m->session->book, row, &length);

  for (int32_t i = 0; i < count; i++) {
    if (i > 0) text_put(&causes, "; ");
    add_cause(&causes, m->diff, m->causes[i]);
  }
  rows_text(m->rows, id, length);
  rows_words(m->rows, eng_model_stage_name(m->session->models[0], from));
  rows_words(m->rows, eng_model_stage_name(m->session->models[1], to));
  rows_words(m->rows, causes.bytes);
  text_free(&causes);
}

static eng_status explain_move(struct moves *m, uint64_t row)
{
  eng_customer *customer = NULL;
  int32_t from, to, count = 0;
  eng_status status = eng_book_customer(m->session->book, row, &customer);

  if (status == ENG_OK)
    status = eng_diff_move(m->diff, m->session->assessor, customer, m->session->as_of,
                           &from, &to, m->causes, eng_diff_count(m->diff), &count);
  eng_customer_free(customer);
  if (status != ENG_OK) return status;
  for (int32_t i = 0; i < count; i++) m->by_cause[m->causes[i]]++;
  if (m->rows != NULL) write_move(m, row, from, to, count);
  return ENG_OK;
}

static void move_piece(void *user, const uint64_t *rows, uint64_t n,
                       const int32_t *stages)
{
  struct moves *m = user;
  const eng_model *const *models = models_of(m->session);

  for (uint64_t i = 0; i < n && m->status == ENG_OK; i++) {
    int32_t from = stages[i], to = stages[n + i];

    if (strcmp(eng_model_stage_name(models[0], from),
               eng_model_stage_name(models[1], to)) == 0)
      continue;
    m->moved++;
    m->counts[(size_t)from * RANKS + (size_t)to]++;
    m->status = explain_move(m, rows[i]);
  }
}

static void add_line(struct text *out, const char *words, uint64_t count,
                     uint64_t whole)
{
  struct text number = {0};

  text_add_number(&number, count);
  text_print(out, "  %12s ", number.bytes);
  text_add_share(out, count, whole);
  text_put(out, "  ");
  text_add_shown(out, words, strlen(words), 0);
  text_put(out, "\n");
  text_free(&number);
}

static void tell_moves(const struct moves *m, uint64_t count)
{
  const eng_model *const *models = models_of(m->session);
  struct text out = {0};

  text_put(&out, "\nMoves: ");
  text_add_number(&out, m->moved);
  text_put(&out, " of ");
  text_add_number(&out, count);
  text_put(&out, count == 1 ? " customer, as of " : " customers, as of ");
  text_add_as_of(&out, m->session);
  text_put(&out, "\n");
  for (int32_t from = 0; from < RANKS && m->moved > 0; from++) {
    for (int32_t to = 0; to < RANKS; to++) {
      uint64_t moved = m->counts[(size_t)from * RANKS + (size_t)to];
      struct text words = {0};

      if (moved == 0) continue;
      text_print(&words, "%s -> %s", eng_model_stage_name(models[0], from),
                 eng_model_stage_name(models[1], to));
      add_line(&out, words.bytes, moved, count);
      text_free(&words);
    }
  }
  if (m->moved > 0) text_put(&out, "\nBecause of\n");
  for (int32_t i = 0; i < eng_diff_count(m->diff); i++) {
    struct text words = {0};

    if (m->by_cause[i] == 0) continue;
    add_cause(&words, m->diff, i);
    add_line(&out, words.bytes, m->by_cause[i], count);
    text_free(&words);
  }
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
}

static void *zeros(size_t count, size_t each)
{
  void *block = memory_resize(NULL, count + 1, each);

  memset(block, 0, (count + 1) * each);
  return block;
}

static int write_moves(const struct session *session, const eng_diff *diff)
{
  static const char *const columns[] = {"customer", "from", "to", "causes"};
  size_t count = (size_t)eng_diff_count(diff);
  int format = session->options->format, written = ANSWER_DONE;
  struct moves m = {.session = session, .diff = diff};
  uint64_t *order, customers;
  struct rows rows;
  int answer = assess_order(session, "models diff", &order, &customers);

  if (answer != ANSWER_DONE) return answer;
  m.counts = zeros(RANKS * RANKS, sizeof *m.counts);
  m.by_cause = zeros(count, sizeof *m.by_cause);
  m.causes = zeros(count, sizeof *m.causes);
  if (format != FORMAT_TABLE) {
    rows_begin(&rows, format, columns, 4);
    m.rows = &rows;
  }
  answer = assess_all(session, "models diff", order, customers, move_piece, &m);
  if (answer == ANSWER_DONE && m.status != ENG_OK)
    answer = complain_status("models diff", m.status);
  if (format != FORMAT_TABLE)
    written = rows_end(&rows);
  else if (answer == ANSWER_DONE)
    tell_moves(&m, customers);
  free(order);
  free(m.counts);
  free(m.by_cause);
  free(m.causes);
  return answer != ANSWER_DONE ? answer : written;
}

/* ---- diff ---- */

static int compare(struct session *session, const char *const *files)
{
  const struct options *options = session->options;
  int over_inputs = options->words.count > 0;
  eng_diff *diff = NULL;
  eng_status status = eng_model_diff(session->models[0], session->models[1], &diff);
  int answer = ANSWER_DONE;

  if (status != ENG_OK) return complain_status("models diff", status);
  if (over_inputs) answer = session_load(session);
  if (answer == ANSWER_DONE && options->format == FORMAT_TABLE)
    tell_differences(diff, models_of(session), files);
  else if (answer == ANSWER_DONE && !over_inputs)
    answer = write_differences(diff, options->format);
  if (answer == ANSWER_DONE && over_inputs) answer = write_moves(session, diff);
  eng_diff_free(diff);
  return answer == ANSWER_DONE ? output_end() : answer;
}

int models_diff(const struct options *options)
{
  struct options own = *options;
  struct session session;
  int answer;

  if (options->words.count < 2) {
    complain("say which two: engagement models diff OLD NEW [INPUT...]");
    return ANSWER_USAGE;
  }
  own.words.items += 2;
  own.words.count -= 2;
  answer = session_begin(&session, &own);
  for (int i = 0; i < 2 && answer == ANSWER_DONE; i++) {
    answer = models_open_one(session.context, options->words.items[i],
                             &session.models[session.model_count]);
    if (answer == ANSWER_DONE) session.model_count++;
  }
  if (answer == ANSWER_DONE) answer = compare(&session, options->words.items);
  session_close(&session);
  return answer;
}
