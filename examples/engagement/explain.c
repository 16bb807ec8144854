/* SPDX-License-Identifier: MIT */
/*
 * explain.c - `engagement explain`: why one customer stands where they stand, what is
 * missing for the next stage, and when it changes if nothing happens.
 *
 * The lines come from the library; here they are only said, as a person would or as
 * JSON.
 */
#include <stdlib.h>
#include <string.h>

#include <engagement/money.h>

#include "command.h"
#include "explain.h"
#include "message.h"
#include "models.h"
#include "output.h"
#include "session.h"
#include "text.h"

/* Events shown for one clause; JSON has all that the library keeps. */
enum { WITNESSES_SHOWN = 5 };

/* One answer: a customer under a model. */
struct answer {
  const struct session *session;
  const eng_model *model;
  int32_t index; /* of the model */
  const eng_explanation *explanation;
  const eng_customer *customer;
};

static int is_said(const char *words) { return words != NULL && words[0] != '\0'; }

/* The currency that an amount such as "12.50 EUR" ends with; 0 if it is none. */
static int32_t currency_of(const char *words)
{
  size_t length = is_said(words) ? strlen(words) : 0;
  int32_t currency = 0;

  if (length < 5 || words[length - 4] != ' ') return 0;
  if (eng_currency_number(words + length - 3, 3, &currency) != ENG_OK) return 0;
  return currency;
}

/* ---- for people ---- */

static void put_shown(struct text *out, const char *words)
{
  text_add_shown(out, words, strlen(words), 0);
}

static void put_stage(struct text *out, const eng_model *model, int32_t rank)
{
  const char *title = rank > 0 ? eng_model_stage_title(model, rank) : NULL;

  text_paint(out, PAINT_BOLD, eng_model_stage_name(model, rank));
  if (!is_said(title)) return;
  text_put(out, ", \"");
  put_shown(out, title);
  text_put(out, "\"");
}

static void put_mark(struct text *out, int32_t holds)
{
  static const char *const plain[] = {"[ ]", "[x]", "[?]"};
  static const char *const signs[] = {"✗", "✓", "?"};
  static const int paints[] = {PAINT_BAD, PAINT_GOOD, PAINT_DIM};
  int which = holds >= 0 && holds <= 2 ? (int)holds : 2;

  text_paint(out, paints[which], output_has_blocks() ? signs[which] : plain[which]);
}

void explain_event(struct text *out, const struct session *session,
                   const eng_event *event)
{
  const char *kind = eng_kind_name(session->context, eng_event_kind(event));
  int64_t amount;
  int32_t currency;
  char money[ENG_MONEY_TEXT];

  text_put(out, kind != NULL ? kind : "event");
  text_put(out, " on ");
  text_add_time(out, session, eng_event_occurred_at(event));
  if (eng_event_amount(event, &amount, &currency) &&
      eng_money_format(amount, currency, money) == ENG_OK)
    text_print(out, ", %s %s", money, eng_currency_code(currency));
}

static void put_witnesses(struct text *out, const struct answer *a, int32_t part,
                          int32_t line)
{
  int32_t count = eng_explanation_witness_count(a->explanation, part, line);
  int64_t total = eng_explanation_witness_total(a->explanation, part, line);
  int32_t shown = count < WITNESSES_SHOWN ? count : WITNESSES_SHOWN;

  for (int32_t i = 0; i < shown; i++) {
    const eng_event *event = eng_explanation_witness(a->explanation, part, line, i);

    if (event == NULL) continue;
    text_put(out, "        ");
    explain_event(out, a->session, event);
    text_put(out, "\n");
  }
  if (total > shown)
    text_print(out, "        and %lld more before these\n", (long long)(total - shown));
}

/* "needs 2, 1 more": the distance in the unit of the threshold. */
static void put_distance(struct text *out, int64_t distance, const char *threshold)
{
  int32_t currency = currency_of(threshold);
  char money[ENG_MONEY_TEXT];

  if (distance == ENG_DISTANCE_NONE) return;
  if (currency == 0)
    text_print(out, "; %lld more", (long long)distance);
  else if (eng_money_format(distance, currency, money) == ENG_OK)
    text_print(out, "; %s %s more", money, eng_currency_code(currency));
}

static void put_line(struct text *out, const struct answer *a, int32_t part,
                     int32_t line)
{
  const eng_explanation *x = a->explanation;
  const char *measured = eng_explanation_measured(x, part, line);
  const char *threshold = eng_explanation_threshold(x, part, line);

  text_put(out, "  ");
  put_mark(out, eng_explanation_holds(x, part, line));
  text_put(out, " ");
  put_shown(out, eng_explanation_text(x, part, line));
  text_put(out, "\n");
  if (is_said(measured) || is_said(threshold)) {
    text_put(out, "      measured ");
    put_shown(out, is_said(measured) ? measured : "nothing");
    if (is_said(threshold)) {
      text_put(out, ", compared with ");
      put_shown(out, threshold);
    }
    if (part == ENG_PART_MISSING)
      put_distance(out, eng_explanation_distance(x, part, line), threshold);
    text_put(out, "\n");
  }
  put_witnesses(out, a, part, line);
}

static void put_lines(struct text *out, const struct answer *a, int32_t part)
{
  int32_t count = eng_explanation_line_count(a->explanation, part);

  for (int32_t i = 0; i < count; i++) put_line(out, a, part, i);
}

/* Advice and notes: lines without measures. */
static void put_remarks(struct text *out, const struct answer *a, int32_t part,
                        const char *title)
{
  int32_t count = eng_explanation_line_count(a->explanation, part);

  if (count == 0) return;
  text_put(out, "\n");
  text_paint(out, PAINT_BOLD, title);
  text_put(out, "\n");
  for (int32_t i = 0; i < count; i++) {
    text_put(out, "  ");
    put_shown(out, eng_explanation_text(a->explanation, part, i));
    text_put(out, "\n");
  }
}

/* Business days from one moment to another, as people count them. */
static void put_days(struct text *out, const struct session *session, int64_t from,
                     int64_t to)
{
  int64_t days =
      eng_business_day(session->context, to) - eng_business_day(session->context, from);

  if (days == 0)
    text_put(out, "later the same day");
  else
    text_print(out, "in %lld day%s", (long long)days, days == 1 ? "" : "s");
}

static void put_next(struct text *out, const struct answer *a)
{
  int32_t stage = eng_explanation_stage(a->explanation);
  int32_t then;
  int64_t next = eng_explanation_next_change(a->explanation, &then);

  text_put(out, "\n");
  text_paint(out, PAINT_BOLD, "If nothing happens");
  if (next == ENG_TIME_NONE) {
    text_print(out, "\n  The stage stays %s.\n", eng_model_stage_name(a->model, stage));
    return;
  }
  if (next == ENG_TIME_UNKNOWN) {
    text_print(out, "\n  How long the stage stays %s is not known.\n",
               eng_model_stage_name(a->model, stage));
    return;
  }
  text_print(out, "\n  The stage becomes %s on ", eng_model_stage_name(a->model, then));
  text_add_time(out, a->session, next);
  text_put(out, ", ");
  put_days(out, a->session, a->session->as_of, next);
  text_put(out, ".\n");
}

static void put_target(struct text *out, const struct answer *a)
{
  int32_t target = eng_explanation_target(a->explanation);

  text_put(out, "\n");
  if (target == 0) {
    text_put(out,
             eng_explanation_stage(a->explanation) < eng_model_stage_count(a->model)
                 ? "No later stage is reached by doing more.\n"
                 : "There is no stage after this one.\n");
    return;
  }
  text_paint(out, PAINT_BOLD, "What is missing for ");
  put_stage(out, a->model, target);
  text_put(out, "\n");
  if (eng_explanation_line_count(a->explanation, ENG_PART_MISSING) == 0)
    text_put(out, "  Nothing that can be said clause by clause.\n");
  put_lines(out, a, ENG_PART_MISSING);
}

/* The values that the answer rests on and the text of the model does not say. */
static void put_params(struct text *out, const eng_model *model)
{
  int32_t count = eng_model_param_count(model);
  int any = 0;

  for (int32_t i = 0; i < count; i++) {
    if (!eng_model_param_is_set(model, i)) continue;
    text_print(out, "%s%s = %s, not %s", any ? "; " : "with ",
               eng_model_param_name(model, i), eng_model_param_text(model, i),
               eng_model_param_default(model, i));
    any = 1;
  }
  if (any) text_put(out, "\n");
}

static eng_status tell(const struct answer *a)
{
  const struct session *session = a->session;
  int32_t stage = eng_explanation_stage(a->explanation);
  struct text out = {0}, name = {0};
  eng_status status;

  session_put_name(session, &name);
  text_put(&out, "Customer ");
  put_shown(&out, name.bytes);
  text_free(&name);
  text_put(&out, ", as of ");
  text_add_as_of(&out, session);
  text_put(&out, "\n");
  put_shown(&out, models_title(a->model));
  text_print(&out, " (%s", eng_model_name(a->model));
  if (eng_model_revision(a->model) > 0)
    text_print(&out, ", revision %d", (int)eng_model_revision(a->model));
  text_put(&out, ")\n");
  put_params(&out, a->model);
  text_put(&out, "\n");
  if (stage == 0) {
    text_put(&out, "Stage: ");
    text_paint(&out, PAINT_BOLD, "none");
    text_put(&out, "; no stage of this model is reached.\n");
  } else {
    text_put(&out, "Stage: ");
    put_stage(&out, a->model, stage);
    text_print(&out, " (%d of %d), because\n", (int)stage,
               (int)eng_model_stage_count(a->model));
    put_lines(&out, a, ENG_PART_CLAUSE);
  }
  put_target(&out, a);
  put_next(&out, a);
  status = explain_dimensions(&out, session, a->index, a->customer);
  if (status == ENG_OK) status = explain_scores(&out, session, a->index, a->customer);
  put_remarks(&out, a, ENG_PART_ADVICE, "Advice");
  put_remarks(&out, a, ENG_PART_NOTE, "Notes");
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return status;
}

/* ---- JSON ---- */

void explain_json_event(struct json *json, const struct session *session,
                        const eng_event *event)
{
  char id[24];
  int64_t number;
  int32_t currency;
  char money[ENG_MONEY_TEXT];

  snprintf(id, sizeof id, "#%016llx",
           (unsigned long long)eng_event_effective_id(event));
  json_open(json, '{');
  json_key(json, "id");
  json_words(json, id);
  json_key(json, "kind");
  json_words(json, eng_kind_name(session->context, eng_event_kind(event)));
  json_key(json, "time");
  json_time(json, eng_event_occurred_at(event));
  if (eng_event_amount(event, &number, &currency) &&
      eng_money_format(number, currency, money) == ENG_OK) {
    json_key(json, "amount");
    json_words(json, money);
    json_key(json, "currency");
    json_words(json, eng_currency_code(currency));
  }
  if (eng_event_value(event, &number)) {
    json_key(json, "value");
    json_number(json, number);
  }
  json_close(json, '}');
}

static void json_holds(struct json *json, int32_t holds)
{
  json_plain(json, holds == ENG_HOLDS_YES  ? "true"
                   : holds == ENG_HOLDS_NO ? "false"
                                           : "null");
}

static void json_measure(struct json *json, const struct answer *a, int32_t part,
                         int32_t line)
{
  json_key(json, "text");
  json_words(json, eng_explanation_text(a->explanation, part, line));
  json_key(json, "measured");
  json_words(json, eng_explanation_measured(a->explanation, part, line));
  json_key(json, "threshold");
  json_words(json, eng_explanation_threshold(a->explanation, part, line));
}

static void json_clauses(struct json *json, const struct answer *a)
{
  const eng_explanation *x = a->explanation;

  json_key(json, "clauses");
  json_open(json, '[');
  for (int32_t i = 0; i < eng_explanation_line_count(x, ENG_PART_CLAUSE); i++) {
    int32_t count = eng_explanation_witness_count(x, ENG_PART_CLAUSE, i);

    json_open(json, '{');
    json_measure(json, a, ENG_PART_CLAUSE, i);
    json_key(json, "holds");
    json_holds(json, eng_explanation_holds(x, ENG_PART_CLAUSE, i));
    json_key(json, "witnesses");
    json_open(json, '[');
    for (int32_t w = 0; w < count; w++)
      explain_json_event(json, a->session,
                         eng_explanation_witness(x, ENG_PART_CLAUSE, i, w));
    json_close(json, ']');
    json_close(json, '}');
  }
  json_close(json, ']');
}

static void json_missing(struct json *json, const struct answer *a)
{
  const eng_explanation *x = a->explanation;

  json_key(json, "missing");
  json_open(json, '[');
  for (int32_t i = 0; i < eng_explanation_line_count(x, ENG_PART_MISSING); i++) {
    int64_t distance = eng_explanation_distance(x, ENG_PART_MISSING, i);

    json_open(json, '{');
    json_measure(json, a, ENG_PART_MISSING, i);
    json_key(json, "distance");
    if (distance == ENG_DISTANCE_NONE)
      json_plain(json, "null");
    else
      json_number(json, distance);
    json_close(json, '}');
  }
  json_close(json, ']');
}

static void json_remarks(struct json *json, const struct answer *a, int32_t part,
                         const char *key)
{
  json_key(json, key);
  json_open(json, '[');
  for (int32_t i = 0; i < eng_explanation_line_count(a->explanation, part); i++)
    json_words(json, eng_explanation_text(a->explanation, part, i));
  json_close(json, ']');
}

/* All params: the value in effect, and what it would be if it were not set. */
static void json_params(struct json *json, const eng_model *model)
{
  json_key(json, "params");
  json_open(json, '[');
  for (int32_t i = 0; i < eng_model_param_count(model); i++) {
    json_open(json, '{');
    json_key(json, "name");
    json_words(json, eng_model_param_name(model, i));
    json_key(json, "value");
    json_words(json, eng_model_param_text(model, i));
    json_key(json, "default");
    json_words(json, eng_model_param_default(model, i));
    json_close(json, '}');
  }
  json_close(json, ']');
}

/* Which text, values and settings the answer comes from, to be kept beside it. */
static void json_digest(struct json *json, const char *key, const uint8_t *digest)
{
  char hex[2 * ENG_DIGEST_SIZE + 1];

  for (int i = 0; i < ENG_DIGEST_SIZE; i++)
    snprintf(hex + 2 * i, 3, "%02x", (unsigned)digest[i]);
  json_key(json, key);
  json_words(json, hex);
}

static void json_digests(struct json *json, const struct answer *a)
{
  uint8_t digest[ENG_DIGEST_SIZE];

  if (eng_model_digest(a->model, digest) == ENG_OK)
    json_digest(json, "model_digest", digest);
  if (eng_context_digest(a->session->context, digest) == ENG_OK)
    json_digest(json, "settings_digest", digest);
}

/* The members of an object. */
static eng_status tell_json(struct json *json, const struct answer *a)
{
  struct text name = {0};
  int32_t stage = eng_explanation_stage(a->explanation);
  int32_t target = eng_explanation_target(a->explanation);
  int32_t then;
  int64_t next = eng_explanation_next_change(a->explanation, &then);
  eng_status status;

  json_key(json, "customer");
  session_put_name(a->session, &name);
  json_text(json, name.bytes, name.length);
  text_free(&name);
  json_key(json, "model");
  json_words(json, eng_model_name(a->model));
  json_key(json, "stage");
  json_words(json, eng_model_stage_name(a->model, stage));
  json_key(json, "rank");
  json_number(json, stage);
  json_key(json, "title");
  json_words(json, stage > 0 ? eng_model_stage_title(a->model, stage) : NULL);
  json_clauses(json, a);
  json_key(json, "missing_for");
  json_words(json, target > 0 ? eng_model_stage_name(a->model, target) : NULL);
  json_missing(json, a);
  json_key(json, "next_change");
  json_time(json, next);
  json_key(json, "next_stage");
  json_words(json, next == ENG_TIME_NONE || next == ENG_TIME_UNKNOWN
                       ? NULL
                       : eng_model_stage_name(a->model, then));
  json_remarks(json, a, ENG_PART_ADVICE, "advise");
  json_remarks(json, a, ENG_PART_NOTE, "notes");
  status = explain_json_dimensions(json, a->session, a->index, a->customer);
  if (status == ENG_OK)
    status = explain_json_scores(json, a->session, a->index, a->customer);
  json_key(json, "as_of");
  json_time(json, a->session->as_of);
  json_key(json, "revision");
  json_number(json, eng_model_revision(a->model));
  json_params(json, a->model);
  json_digests(json, a);
  return status;
}

/* ---- the command ---- */

/* Where a customer's answers go; one of the three is used. */
struct page {
  struct json json;
  struct rows rows;
};

static eng_status write_answer(struct page *page, const struct answer *a)
{
  const struct session *session = a->session;
  eng_status status;

  if (session->options->format == FORMAT_CSV)
    return explain_rows(&page->rows, session, a->index, a->explanation, a->customer);
  if (session->options->format == FORMAT_TABLE) {
    if (a->index > 0) printf("\n%s\n\n", "----");
    return tell(a);
  }
  /* JSON is an object for the first model, with those for the others in a list. */
  if (a->index > 0) json_open(&page->json, '{');
  status = tell_json(&page->json, a);
  if (a->index > 0) json_close(&page->json, '}');
  if (a->index > 0) return status;
  json_key(&page->json, "others");
  json_open(&page->json, '[');
  return status;
}

static eng_status answer_model(const struct session *session, int32_t m,
                               const eng_customer *customer, struct page *page)
{
  eng_explanation *explanation = NULL;
  struct answer a = {session, session->models[m], m, NULL, customer};
  eng_status status = eng_assessor_explain(session->assessor, m, customer,
                                           session->as_of, &explanation);

  a.explanation = explanation;
  if (status == ENG_OK) status = write_answer(page, &a);
  eng_explanation_free(explanation);
  return status;
}

static int write_answers(const struct session *session, const eng_customer *customer)
{
  static const char *const columns[] = {"customer", "model",    "part",      "name",
                                        "text",     "measured", "threshold", "holds",
                                        "distance", "points",   "time"};
  int format = session->options->format, answer;
  struct page page = {0};
  eng_status status = ENG_OK;

  if (format == FORMAT_JSON) json_open(&page.json, '{');
  if (format == FORMAT_CSV) rows_begin(&page.rows, format, columns, 11);
  for (int32_t m = 0; m < session->model_count && status == ENG_OK; m++)
    status = answer_model(session, m, customer, &page);
  if (format == FORMAT_JSON) {
    if (page.json.depth == 2) json_close(&page.json, ']');
    json_close(&page.json, '}');
  }
  answer = format == FORMAT_CSV ? rows_end(&page.rows) : output_end();
  return status == ENG_OK ? answer : complain_status("explain", status);
}

static int explain_customer(const struct session *session)
{
  eng_customer *customer = NULL;
  uint64_t row;
  eng_status status;
  int answer = session_customer(session, &row);

  if (answer != ANSWER_DONE) return answer;
  status = eng_book_customer(session->book, row, &customer);
  if (status != ENG_OK) return complain_status("explain", status);
  answer = write_answers(session, customer);
  eng_customer_free(customer);
  return answer;
}

int explain_run(const struct options *options)
{
  struct session session;
  int answer;

  if (options->customer == NULL || options->customer[0] == '\0') {
    complain("say whom to explain: --customer ID");
    return ANSWER_USAGE;
  }
  answer = session_open(&session, options);
  if (answer == ANSWER_DONE) answer = explain_customer(&session);
  session_close(&session);
  return answer;
}
