/* SPDX-License-Identifier: MIT
 *
 * fuzz_model.c - any text as a model. What parses is run on a small customer who has
 * something of everything: assess, next change and explain agree on the stage, at the
 * next change it is what was said, and every line of the explanation can be read. It
 * is printed back, and what is printed prints and answers the same; checking it says
 * nothing of a stage that somebody is in.
 */
#include <engagement.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DAY INT64_C(86400000)
#define START INT64_C(1700000000000)

static void must(int holds)
{
  if (!holds) abort();
}

static eng_context *new_context(void)
{
  eng_settings *settings;
  eng_context *context;

  must(eng_settings_new(NULL, &settings) == ENG_OK);
  must(eng_settings_set_currency(settings, 978) == ENG_OK);
  must(eng_settings_set_zone(settings, 60) == ENG_OK);
  must(eng_settings_set_day(settings, 180) == ENG_OK);
  must(eng_context_new(settings, &context) == ENG_OK);
  eng_settings_free(settings);
  return context;
}

static void record(eng_customer *customer, eng_event *event)
{
  must(eng_customer_record(customer, event, NULL) == ENG_OK);
}

static void happens(eng_event *event, int32_t kind, int day, uint64_t id)
{
  must(eng_event_reset(event, kind, START + day * DAY) == ENG_OK);
  must(eng_event_set_id(event, id) == ENG_OK);
}

static void buys(eng_customer *customer, eng_event *event, int day, uint64_t id,
                 int64_t amount)
{
  happens(event, ENG_EVENT_PURCHASE, day, id);
  must(eng_event_set_amount(event, amount, id % 5 == 0 ? 840 : 978) == ENG_OK);
  record(customer, event);
}

static void undoes(eng_customer *customer, eng_event *event, int32_t kind, int day,
                   uint64_t target)
{
  happens(event, kind, day, target + 100);
  must(eng_event_set_refers_to(event, 1, target) == ENG_OK);
  record(customer, event);
}

static eng_customer *new_customer(const eng_context *context)
{
  eng_customer *customer;
  eng_event *event;

  must(eng_customer_new(context, "c", 1, &customer) == ENG_OK);
  must(eng_event_new(context, ENG_EVENT_VISIT, START, &event) == ENG_OK);
  for (int i = 0; i < 5; i++) buys(customer, event, 3 * i, (uint64_t)i + 1, 1000 * i);
  undoes(customer, event, ENG_EVENT_REFUND, 7, 2);
  undoes(customer, event, ENG_EVENT_CANCEL, 12, 4);
  undoes(customer, event, ENG_EVENT_VOID, 20, 3);
  buys(customer, event, 13, 6, INT64_MAX);
  happens(event, ENG_EVENT_REVIEW, 14, 7);
  must(eng_event_set_scale(event, ENG_SCALE_STARS) == ENG_OK);
  must(eng_event_set_value(event, 4500) == ENG_OK);
  must(eng_event_set_valence(event, 2) == ENG_OK);
  must(eng_event_set_flags(event, 0, 1) == ENG_OK);
  must(eng_event_set_channel(event, ENG_CHANNEL_WEB) == ENG_OK);
  must(eng_event_set_actor(event, 1, 3) == ENG_OK);
  must(eng_event_set_topic(event, 1, (uint32_t)eng_hash("coffee", 6)) == ENG_OK);
  record(customer, event);
  happens(event, ENG_EVENT_VISIT, 15, 8);
  record(customer, event);
  eng_event_free(event);
  return customer;
}

static size_t read_line(const eng_explanation *why, int32_t part, int32_t line)
{
  size_t read = strlen(eng_explanation_text(why, part, line));

  if (part == ENG_PART_CLAUSE || part == ENG_PART_MISSING)
    read += strlen(eng_explanation_measured(why, part, line)) +
            strlen(eng_explanation_threshold(why, part, line));
  for (int32_t i = 0; i < eng_explanation_witness_count(why, part, line); i++)
    must(eng_event_kind(eng_explanation_witness(why, part, line, i)) > 0);
  return read;
}

static void explain(eng_assessor *assessor, const eng_customer *customer, int64_t as_of,
                    int32_t stage)
{
  eng_explanation *why;
  size_t read = 0;

  must(eng_assessor_explain(assessor, 0, customer, as_of, &why) == ENG_OK);
  must(eng_explanation_stage(why) == stage);
  for (int32_t part = ENG_PART_CLAUSE; part <= ENG_PART_NOTE; part++) {
    for (int32_t i = 0; i < eng_explanation_line_count(why, part); i++)
      read += read_line(why, part, i);
  }
  must(stage == 0 || read > 0);
  eng_explanation_free(why);
}

static void measure(eng_assessor *assessor, const eng_customer *customer, int64_t as_of)
{
  eng_value values[16];
  int32_t count = eng_model_dimension_count(eng_assessor_model(assessor, 0));

  must(eng_assessor_dimensions(assessor, 0, customer, as_of, values, 16) ==
       (count > 16 ? ENG_E_BUFFER : ENG_OK));
  for (int32_t i = 0; i < count && count <= 16; i++) {
    must(values[i].denominator > 0 && values[i].unit > 0);
    must(values[i].defined || values[i].numerator == 0);
  }
}

static void check(const eng_model *model, int32_t stage)
{
  const char *name = eng_model_stage_name(model, stage);
  eng_findings *findings;

  must(eng_model_check(model, &findings) == ENG_OK);
  for (int32_t i = 0; i < eng_findings_count(findings); i++) {
    const char *about = eng_findings_text(findings, i);

    must(eng_findings_line(findings, i) > 0 && eng_findings_column(findings, i) > 0);
    if (eng_findings_kind(findings, i) != ENG_FINDING_UNREACHABLE) continue;
    about += strlen("nobody can be in ");
    must(strncmp(about, name, strlen(name)) != 0 || about[strlen(name)] != ':');
  }
  eng_findings_free(findings);
}

/* The lines add up, and so do the causes since a moment. */
static void take_apart(eng_assessor *assessor, int32_t score, int32_t value,
                       const eng_customer *customer, int64_t as_of)
{
  eng_score_explanation *now, *before;
  eng_score_difference *difference;
  int64_t sum = 0;

  must(eng_assessor_explain_score(assessor, 0, score, customer, as_of, &now) == ENG_OK);
  must(eng_assessor_explain_score(assessor, 0, score, customer, as_of - 9 * DAY,
                                  &before) == ENG_OK);
  must(eng_score_compare(before, now, &difference) == ENG_OK);
  for (int32_t i = 0; i < eng_score_explanation_line_count(now); i++) {
    sum += eng_score_explanation_points(now, i);
    must(strlen(eng_score_explanation_term(now, i)) > 0);
    must(strlen(eng_score_explanation_text(now, i)) < 2000);
  }
  must(sum == value && eng_score_explanation_score(now) == value);
  sum = eng_score_explanation_score(before);
  for (int32_t i = 0; i < eng_score_difference_line_count(difference); i++)
    sum += eng_score_difference_after(difference, i) -
           eng_score_difference_before(difference, i);
  must(sum == value);
  eng_score_difference_free(difference);
  eng_score_explanation_free(before);
  eng_score_explanation_free(now);
}

static void score(eng_assessor *assessor, const eng_customer *customer, int64_t as_of)
{
  int32_t values[16], count = eng_model_score_count(eng_assessor_model(assessor, 0));

  must(eng_assessor_scores(assessor, 0, customer, as_of, values, 16) == ENG_OK);
  for (int32_t i = 0; i < count; i++) {
    must(values[i] >= 0 && values[i] <= ENG_SCORE_MAX);
    take_apart(assessor, i, values[i], customer, as_of);
  }
}

/* A history ends where the customer stands, and is so at each of its changes. */
static void recall(eng_assessor *assessor, const eng_customer *customer, int64_t as_of,
                   int32_t stage)
{
  eng_standing standing;
  eng_history *history;

  must(eng_assessor_standing(assessor, customer, as_of, &standing) == ENG_OK);
  must(standing.stage == stage && standing.highest >= stage && standing.lap >= 1);
  must(eng_assessor_history(assessor, 0, customer, as_of, &history) == ENG_OK);
  must(eng_history_stage_at(history, as_of) == stage);
  for (uint64_t i = 0; i < eng_history_change_count(history) && i < 64; i++) {
    int64_t time = eng_history_time(history, i);
    int32_t then;

    must(eng_assessor_assess(assessor, customer, time, &then) == ENG_OK);
    must(then == eng_history_to(history, i));
    must(time == 0 ||
         eng_assessor_assess(assessor, customer, time - 1, &then) == ENG_OK);
    must(time == 0 || then == eng_history_from(history, i));
    must(eng_history_event(history, i) == NULL ||
         eng_event_occurred_at(eng_history_event(history, i)) <= time);
  }
  eng_history_free(history);
}

static void ask(eng_assessor *assessor, const eng_customer *customer, int64_t as_of)
{
  int32_t stage, again, next;
  int64_t time;

  must(eng_assessor_assess(assessor, customer, as_of, &stage) == ENG_OK);
  must(eng_assessor_next_change(assessor, customer, as_of, &again, &time, &next) ==
       ENG_OK);
  must(again == stage);
  measure(assessor, customer, as_of);
  score(assessor, customer, as_of);
  explain(assessor, customer, as_of, stage);
  check(eng_assessor_model(assessor, 0), stage);
  recall(assessor, customer, as_of, stage);
  if (time == ENG_TIME_NONE) {
    must(next == stage);
    return;
  }
  must(time > as_of && next != stage);
  must(eng_assessor_assess(assessor, customer, time, &again) == ENG_OK);
  must(again == next);
  must(eng_assessor_assess(assessor, customer, time - 1, &again) == ENG_OK);
  must(again == stage);
}

static char *printed(const eng_model *model, size_t *size)
{
  char *text;

  must(eng_model_print(model, NULL, 0, size) == ENG_E_BUFFER);
  text = malloc(*size);
  must(text != NULL && eng_model_print(model, text, *size, size) == ENG_OK);
  return text;
}

/* Answers of a model and of what is printed of it. */
static void print_back(const eng_context *context, const eng_model *model,
                       const eng_customer *customer)
{
  size_t size, again;
  char *text = printed(model, &size), *twice;
  eng_model *copy;
  const eng_model *both[2];
  eng_assessor *assessor;
  eng_diff *diff;
  int32_t stages[2], next[2], from, to, causes;
  int64_t times[2];
  eng_status status = eng_model_parse(context, text, size, &copy, NULL);

  if (status == ENG_E_LIMIT) { /* it has become too long */
    free(text);
    return;
  }
  must(status == ENG_OK);
  twice = printed(copy, &again);
  must(size == again && memcmp(text, twice, size) == 0);
  both[0] = model;
  both[1] = copy;
  must(eng_assessor_new(context, both, 2, &assessor) == ENG_OK);
  must(eng_assessor_next_change(assessor, customer, START + 20 * DAY, stages, times,
                                next) == ENG_OK);
  must(stages[0] == stages[1] && times[0] == times[1] && next[0] == next[1]);
  must(eng_model_diff(model, copy, &diff) == ENG_OK);
  for (int32_t i = 0; i < eng_diff_count(diff); i++) /* a number set for a ratio */
    must(eng_diff_element(diff, i) == ENG_ELEMENT_PARAM);
  must(eng_diff_move(diff, assessor, customer, START + 20 * DAY, &from, &to, NULL, 0,
                     &causes) == ENG_OK);
  must(from == to && causes == 0);
  eng_diff_free(diff);
  eng_assessor_free(assessor);
  eng_model_free(copy);
  free(text);
  free(twice);
}

/* A model whose params are set to the values that it says they have is the same model.
 * A value of more digits than the language reads is refused. */
static void set_itself(const eng_model *model)
{
  uint8_t one[ENG_DIGEST_SIZE], other[ENG_DIGEST_SIZE];
  char values[8192];
  size_t length = 0;
  eng_model *same;
  eng_status status;

  for (int32_t i = 0; i < eng_model_param_count(model); i++) {
    length += (size_t)snprintf(values + length, sizeof values - length, "%s = %s\n",
                               eng_model_param_name(model, i),
                               eng_model_param_text(model, i));
    if (length >= sizeof values) return;
  }
  status = eng_model_with_params(model, values, length, &same, NULL);
  must(status == ENG_OK || status == ENG_E_SYNTAX || status == ENG_E_LIMIT);
  if (status != ENG_OK) return;
  must(eng_model_digest(model, one) == ENG_OK);
  must(eng_model_digest(same, other) == ENG_OK);
  must(memcmp(one, other, sizeof one) == 0);
  eng_model_free(same);
}

/* Puts a model in the place of one, with the values if they are good. */
static void set_params(eng_model **model, const char *values, size_t length)
{
  eng_model *changed;
  eng_error error;
  eng_status status;

  eng_error_init(&error, sizeof error);
  status = eng_model_with_params(*model, values, length, &changed, &error);
  if (status != ENG_OK) {
    must(changed == NULL && error.code == status && error.offset <= length);
    return;
  }
  eng_model_free(*model);
  *model = changed;
}

/* A condition that uses the names of a model: whoever it is not true for is where the
 * model has them. */
static void ask_question(const eng_context *context, const eng_model *model,
                         const eng_customer *customer, const char *text, size_t length)
{
  const eng_model *models[2] = {model, NULL};
  eng_assessor *assessor;
  eng_model *asked;
  eng_error error;
  int32_t stages[2];
  eng_status status;

  eng_error_init(&error, sizeof error);
  status = eng_model_question(model, text, length, &asked, &error);
  if (status != ENG_OK) {
    must(asked == NULL && error.code == status && error.offset <= length);
    return;
  }
  models[1] = asked;
  must(eng_assessor_new(context, models, 2, &assessor) == ENG_OK);
  must(eng_assessor_assess(assessor, customer, START + 30 * DAY, stages) == ENG_OK);
  must(stages[1] == stages[0] || stages[1] == eng_model_stage_count(asked));
  eng_assessor_free(assessor);
  eng_model_free(asked);
}

/* A text as what stands in the parentheses of a measure. */
static void read_filter(const eng_context *context, const char *text, size_t length)
{
  eng_filter *filter;
  eng_error error;
  eng_status status;
  int kinds = 0;

  eng_error_init(&error, sizeof error);
  status = eng_filter_parse(context, text, length, &filter, &error);
  if (status != ENG_OK) {
    must(filter == NULL && error.code == status && error.offset <= length);
    return;
  }
  for (int32_t kind = 0; kind < 256; kind++) kinds += eng_filter_has_kind(filter, kind);
  must(kinds > 0);
  eng_filter_free(filter);
}

/* A text, and behind a zero byte values for its params, or a condition. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_context *context = new_context();
  eng_customer *customer;
  eng_assessor *assessor;
  eng_model *model;
  eng_error error;
  eng_status status;
  const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
  size_t length = end == NULL ? size : (size_t)(end - data);

  read_filter(context, (const char *)data, length);
  eng_error_init(&error, sizeof error);
  status = eng_model_parse(context, (const char *)data, length, &model, &error);
  if (status != ENG_OK) {
    must(model == NULL && error.code == status && error.offset <= length);
    must(error.line > 0 || status == ENG_E_LIMIT);
    eng_context_free(context);
    return 0;
  }
  if (end != NULL) set_params(&model, (const char *)end + 1, size - length - 1);
  set_itself(model);
  customer = new_customer(context);
  must(eng_assessor_new(context, (const eng_model *const *)&model, 1, &assessor) ==
       ENG_OK);
  /* Past every event, so that the next change is found on what is seen. */
  ask(assessor, customer, START + 20 * DAY);
  ask(assessor, customer, START + 40 * DAY + 1);
  if (end != NULL) {
    ask_question(context, model, customer, (const char *)end + 1, size - length - 1);
  }
  print_back(context, model, customer);
  eng_assessor_free(assessor);
  eng_customer_free(customer);
  eng_model_free(model);
  eng_context_free(context);
  return 0;
}
