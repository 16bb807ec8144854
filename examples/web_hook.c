/* SPDX-License-Identifier: MIT */
/*
 * web_hook.c MODEL CURRENCY - events as JSON Lines on standard input, and every change
 * of a customer's stage on standard output as it happens: when, who, from, to, why.
 *
 * What comes may be our own form, calls of Segment's, GA4's payloads, mixed. Stages
 * that change by silence are told on the first event of each new day, and at the end. A
 * line that is no event is told on standard error, by its number and reason alone.
 *
 *   tail -f events.jsonl | web_hook five_levels EUR
 */
#include <engagement.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct hook {
  eng_context *context;
  eng_model *model;
  eng_assessor *assessor;
  eng_book *book;
  int64_t now;     /* the latest event so far */
  int64_t day;     /* the business day of it */
  int32_t *stages; /* told last, of each row of the book */
  uint64_t room;
};

/* ---- telling ---- */

/* What the last change of a history is due to. */
static void print_why(const struct hook *hook, const eng_history *history, uint64_t i)
{
  static const char *const causes[] = {
      [ENG_CAUSE_EVENT] = "",         [ENG_CAUSE_UNDO] = "undo ",
      [ENG_CAUSE_EXPIRY] = "expiry ", [ENG_CAUSE_AGE] = "age ",
      [ENG_CAUSE_PERIOD] = "period ", [ENG_CAUSE_TIME] = "silence"};
  const eng_event *event = eng_history_event(history, i);

  printf("%s", causes[eng_history_cause(history, i)]);
  if (event != NULL) printf("%s", eng_kind_name(hook->context, eng_event_kind(event)));
}

/* The stage of a row is another than was told last. An event that came late may have
 * moved changes of long ago; what counts is where the customer stands now. */
static eng_status tell(struct hook *hook, uint64_t row)
{
  char when[ENG_TIME_TEXT];
  const char *id;
  size_t length;
  eng_history *history = NULL;
  eng_status status =
      eng_book_history(hook->book, row, hook->assessor, 0, hook->now, &history);
  uint64_t count = eng_history_change_count(history);
  int32_t stage = status == ENG_OK ? eng_history_stage_at(history, hook->now) : 0;

  if (status == ENG_OK && stage != hook->stages[row]) {
    id = eng_book_customer_id(hook->book, row, &length);
    status = eng_time_format(
        count > 0 ? eng_history_time(history, count - 1) : hook->now, when);
    printf("%s %.*s %s %s ", when, (int)length, id,
           eng_model_stage_name(hook->model, hook->stages[row]),
           eng_model_stage_name(hook->model, stage));
    if (count > 0) print_why(hook, history, count - 1);
    printf("\n");
    hook->stages[row] = stage;
  }
  eng_history_free(history);
  return status;
}

/* Room for the stages of all rows; of a new one it is 0, which is none. */
static eng_status remember(struct hook *hook)
{
  uint64_t count = eng_book_customer_count(hook->book), room = 2 * count + 1024;
  int32_t *stages;

  if (count <= hook->room) return ENG_OK;
  stages = realloc(hook->stages, (size_t)room * sizeof *stages);
  if (stages == NULL) return ENG_E_NOMEM;
  memset(stages + hook->room, 0, (size_t)(room - hook->room) * sizeof *stages);
  hook->stages = stages;
  hook->room = room;
  return ENG_OK;
}

/* Who changed by silence: all are assessed at once, which is quick, and only those who
 * changed are looked at. */
static eng_status sweep(struct hook *hook)
{
  uint64_t count = eng_book_customer_count(hook->book);
  int32_t *stages = malloc(((size_t)count + 1) * sizeof *stages);
  eng_status status = stages == NULL ? ENG_E_NOMEM : ENG_OK;

  if (status == ENG_OK)
    status = eng_book_assess(hook->book, hook->assessor, hook->now, NULL, count, stages,
                             NULL, NULL);
  for (uint64_t row = 0; row < count && status == ENG_OK; row++)
    if (stages[row] != hook->stages[row]) status = tell(hook, row);
  free(stages);
  return status;
}

/* ---- events ---- */

static eng_status on_event(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  struct hook *hook = user;
  int64_t time = eng_event_occurred_at(event);
  uint64_t row;
  eng_status status = ENG_OK;

  (void)numbered, (void)line;
  if (time > hook->now) hook->now = time;
  if (eng_business_day(hook->context, hook->now) != hook->day) {
    hook->day = eng_business_day(hook->context, hook->now);
    status = sweep(hook);
  }
  if (status == ENG_OK)
    status = eng_book_record(hook->book, customer, length, event, NULL);
  if (status == ENG_OK) status = remember(hook);
  if (status == ENG_OK) status = eng_book_find(hook->book, customer, length, &row);
  return status == ENG_OK ? tell(hook, row) : status;
}

static eng_status on_reject(void *user, const eng_error *error, const char *row,
                            size_t length)
{
  (void)user, (void)row, (void)length;
  fprintf(stderr, "line %u: %s\n", (unsigned)error->line, error->text);
  return ENG_OK;
}

/* Each line is answered before the next one is waited for. */
static eng_status listen(struct hook *hook)
{
  char piece[4096];
  eng_jsonl *jsonl = NULL;
  eng_status status = eng_jsonl_new(hook->context, on_event, on_reject, hook, &jsonl);

  while (status == ENG_OK && fgets(piece, sizeof piece, stdin) != NULL) {
    status = eng_jsonl_set_received_at(jsonl, (int64_t)time(NULL) * 1000);
    if (status == ENG_OK) status = eng_jsonl_feed(jsonl, piece, strlen(piece));
    fflush(stdout);
  }
  if (status == ENG_OK) status = eng_jsonl_finish(jsonl);
  eng_jsonl_free(jsonl);
  return status == ENG_OK ? sweep(hook) : status;
}

/* ---- the hook ---- */

static eng_status open_hook(struct hook *hook, const char *model, const char *code)
{
  eng_settings *settings = NULL;
  int32_t currency = 0;
  eng_status status = eng_currency_number(code, strlen(code), &currency);

  if (status == ENG_OK) status = eng_settings_new(NULL, &settings);
  if (status == ENG_OK) status = eng_settings_set_currency(settings, currency);
  if (status == ENG_OK) status = eng_context_new(settings, &hook->context);
  eng_settings_free(settings);
  if (status == ENG_OK)
    status = eng_model_builtin(hook->context, model, strlen(model), &hook->model);
  if (status == ENG_OK)
    status = eng_assessor_new(hook->context, (const eng_model *const *)&hook->model, 1,
                              &hook->assessor);
  if (status == ENG_OK) status = eng_book_new(hook->context, NULL, &hook->book);
  return status;
}

int main(int count, char **words)
{
  struct hook hook = {.day = -1};
  eng_status status;

  if (count != 3) {
    fprintf(stderr, "web_hook MODEL CURRENCY: a built-in model, and such as EUR\n");
    return 2;
  }
  status = open_hook(&hook, words[1], words[2]);
  if (status == ENG_OK) status = listen(&hook);
  if (status != ENG_OK) fprintf(stderr, "%s\n", eng_status_text(status));
  free(hook.stages);
  eng_book_free(hook.book);
  eng_assessor_free(hook.assessor);
  eng_model_free(hook.model);
  eng_context_free(hook.context);
  return status == ENG_OK ? 0 : 1;
}
