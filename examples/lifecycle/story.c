/* SPDX-License-Identifier: MIT */
/*
 * story.c - tells one customer's story; see story.h. Of a reason it says the clauses
 * that an event proves, each with what was measured.
 */
#include "story.h"

#include <stdio.h>
#include <string.h>

enum { EUR = 978, DATE = 10 };

/* ---- beginning ---- */

static void open_shop(struct story *story)
{
  eng_settings *settings = NULL;

  memset(story, 0, sizeof *story);
  story_set(story, eng_settings_new(NULL, &settings));
  if (story->status == ENG_OK)
    story_set(story, eng_settings_set_currency(settings, EUR));
  if (story->status == ENG_OK)
    story_set(story, eng_context_new(settings, &story->context));
  eng_settings_free(settings);
}

static void begin(struct story *story)
{
  if (story->status == ENG_OK)
    story_set(story,
              eng_assessor_new(story->context, (const eng_model *const *)&story->model,
                               1, &story->assessor));
  if (story->status == ENG_OK)
    story_set(story,
              eng_customer_new(story->context, "customer-17", 11, &story->customer));
  if (story->status == ENG_OK)
    story_set(story, eng_event_new(story->context, ENG_EVENT_VISIT, 0, &story->event));
  if (story->status == ENG_OK)
    printf("%s (%s)\n", eng_model_title(story->model), eng_model_name(story->model));
}

void story_open(struct story *story, const char *model)
{
  open_shop(story);
  if (story->status == ENG_OK)
    story_set(story,
              eng_model_builtin(story->context, model, strlen(model), &story->model));
  begin(story);
}

void story_open_text(struct story *story, const char *text)
{
  eng_error error;

  open_shop(story);
  eng_error_init(&error, sizeof error);
  if (story->status == ENG_OK)
    story_set(story, eng_model_parse(story->context, text, strlen(text), &story->model,
                                     &error));
  if (story->status != ENG_OK)
    fprintf(stderr, "%u:%u: %s\n", error.line, error.column, error.text);
  begin(story);
}

/* ---- what happens ---- */

static void go_to(struct story *story, const char *day)
{
  if (story->status == ENG_OK)
    story_set(story, eng_time_parse(story->context, day, strlen(day), ENG_TIME_AUTO,
                                    ENG_DATE_FIRST, &story->now));
}

void story_begin(struct story *story, const char *day, int32_t kind)
{
  go_to(story, day);
  if (story->status == ENG_OK)
    story_set(story, eng_event_reset(story->event, kind, story->now));
}

void story_set(struct story *story, eng_status status)
{
  if (story->status == ENG_OK) story->status = status;
}

/* ---- what is said ---- */

static void say_day(int64_t time)
{
  char text[ENG_TIME_TEXT];

  if (eng_time_format(time, text) == ENG_OK) printf("%.*s", DATE, text);
}

/* Clauses that an event proves; others say only that something did not happen. */
static void say_why(const eng_explanation *why)
{
  int32_t count = eng_explanation_line_count(why, ENG_PART_CLAUSE);

  for (int32_t i = 0; i < count; i++) {
    const char *measured = eng_explanation_measured(why, ENG_PART_CLAUSE, i);

    if (eng_explanation_witness_count(why, ENG_PART_CLAUSE, i) == 0) continue;
    printf("              %s", eng_explanation_text(why, ENG_PART_CLAUSE, i));
    if (measured[0] != '\0') printf(": %s", measured);
    printf("\n");
  }
}

static void say_stage(struct story *story)
{
  eng_explanation *why = NULL;
  int32_t stage, then;
  int64_t next;

  if (story->status == ENG_OK)
    story_set(story, eng_assessor_explain(story->assessor, 0, story->customer,
                                          story->now, &why));
  if (story->status != ENG_OK) return;
  stage = eng_explanation_stage(why);
  next = eng_explanation_next_change(why, &then);
  printf("            %s", eng_model_stage_name(story->model, stage));
  if (next != ENG_TIME_NONE) {
    printf(", and %s from ", eng_model_stage_name(story->model, then));
    say_day(next);
  }
  printf("\n");
  say_why(why);
  eng_explanation_free(why);
}

static void say(struct story *story, const char *words)
{
  if (story->status != ENG_OK) return;
  say_day(story->now);
  printf("  %s\n", words);
  say_stage(story);
}

void story_tell(struct story *story, const char *words)
{
  if (story->status == ENG_OK)
    story_set(story, eng_customer_record(story->customer, story->event, NULL));
  say(story, words);
}

void story_event(struct story *story, const char *day, int32_t kind, const char *words)
{
  story_begin(story, day, kind);
  story_tell(story, words);
}

void story_wait(struct story *story, const char *day)
{
  go_to(story, day);
  say(story, "nothing has happened");
}

void story_dimensions(struct story *story)
{
  eng_value values[8];
  int32_t count;

  if (story->status != ENG_OK) return;
  count = eng_model_dimension_count(story->model);
  story_set(story, eng_assessor_dimensions(story->assessor, 0, story->customer,
                                           story->now, values, 8));
  for (int32_t i = 0; i < count && story->status == ENG_OK; i++) {
    printf("            %s ", eng_model_dimension_name(story->model, i));
    if (!values[i].defined)
      printf("is not known\n");
    else if (values[i].denominator == 1)
      printf("%lld\n", (long long)values[i].numerator);
    else
      printf("%lld/%lld\n", (long long)values[i].numerator,
             (long long)values[i].denominator);
  }
}

/* Lines of one term follow each other: their points are added. */
static void say_terms(const eng_score_explanation *why)
{
  int32_t count = eng_score_explanation_line_count(why), points = 0;

  for (int32_t i = 0; i < count; i++) {
    const char *term = eng_score_explanation_term(why, i);

    points += eng_score_explanation_points(why, i);
    if (i + 1 < count && strcmp(term, eng_score_explanation_term(why, i + 1)) == 0)
      continue;
    if (points != 0) printf(", %s %+d", term, (int)points);
    points = 0;
  }
}

void story_scores(struct story *story)
{
  for (int32_t i = 0; story->status == ENG_OK; i++) {
    eng_score_explanation *why = NULL;

    if (i == eng_model_score_count(story->model)) return;
    story_set(story, eng_assessor_explain_score(story->assessor, 0, i, story->customer,
                                                story->now, &why));
    if (story->status != ENG_OK) return;
    printf("            %s %d", eng_model_score_name(story->model, i),
           (int)eng_score_explanation_score(why));
    say_terms(why);
    printf("\n");
    eng_score_explanation_free(why);
  }
}

/* ---- the end ---- */

int story_close(struct story *story)
{
  if (story->status != ENG_OK) fprintf(stderr, "%s\n", eng_status_text(story->status));
  eng_event_free(story->event);
  eng_customer_free(story->customer);
  eng_assessor_free(story->assessor);
  eng_model_free(story->model);
  eng_context_free(story->context);
  return story->status != ENG_OK;
}
