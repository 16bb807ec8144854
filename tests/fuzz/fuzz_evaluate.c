/* SPDX-License-Identifier: MIT
 *
 * fuzz_evaluate.c - any history under all built-in models and one text that uses all of
 * the language. At every moment asked about, assessing, the next change, the history
 * and the explanation agree; scores are the sums of their lines; and a customer to whom
 * the same came in the other order has the same answers.
 *
 * Two bytes say when to ask; then eight bytes are an event: kind, channel and flags,
 * gap in steps of six hours or to the millisecond, amount, and what it refers to.
 */
#include <engagement.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define START INT64_C(1700000000000)

enum { MODELS = 16, EVENTS = 64, RECORD = 8, SCORES = 16 };

static const char everything[] =
    "language 1 model everything\n"
    "param often = 3\n"
    "param window = 20 days\n"
    "let busy = count(any within window) >= often\n"
    "dimension rhythm = gap(any)\n"
    "dimension mood = mean(rating, review of rating)\n"
    "dimension basket = mean(purchase within 90 days)\n"
    "dimension app = share(any where channel = app)\n"
    "score worth term bought 40 each count(purchase within window) up to 100\n"
    "  term present 9 each days(any) up to 300 term busy_now 50 when busy\n"
    "  term spent sum(purchase, refund) / 1.00 EUR up to 200\n"
    "  term complaints -30 each count(complaint) up to 90\n"
    "stage known when count(all) >= 1\n"
    "stage seen when recency(any) <= 40 days and tenure(any) > 2 days\n"
    "stage all_over when channels(any within 60 days) >= 2 or actors(all) >= 2\n"
    "stage steady when gap(any within 50 days) <= 5 days or streak(any last 3 weeks) = "
    "3\n"
    "stage buyer when sum(purchase, refund) > 10.00 EUR and max(purchase) < 9000.00 "
    "EUR\n"
    "  and not (min(purchase within 30 days) < 1.00 EUR)\n"
    "stage slow when recency(purchase) > gap(purchase) * 2\n"
    "stage worthy when worth >= 150 and (mood else 3) >= 2\n";

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
  must(eng_settings_set_zone(settings, -90) == ENG_OK);
  must(eng_settings_set_day(settings, 180) == ENG_OK);
  must(eng_settings_set_rate(settings, 840, -2, 9, 10) == ENG_OK);
  must(eng_context_new(settings, &context) == ENG_OK);
  eng_settings_free(settings);
  return context;
}

/* ---- the history ---- */

static const int32_t kinds[] = {
    ENG_EVENT_VISIT,       ENG_EVENT_SIGN_UP,     ENG_EVENT_CONSENT,
    ENG_EVENT_SUBSCRIBE,   ENG_EVENT_UNSUBSCRIBE, ENG_EVENT_MESSAGE_IN,
    ENG_EVENT_MESSAGE_OUT, ENG_EVENT_OPEN,        ENG_EVENT_CLICK,
    ENG_EVENT_VIEW_ITEM,   ENG_EVENT_CONTENT_USE, ENG_EVENT_ADD_TO_CART,
    ENG_EVENT_PURCHASE,    ENG_EVENT_PURCHASE,    ENG_EVENT_PURCHASE,
    ENG_EVENT_REFUND,      ENG_EVENT_CANCEL,      ENG_EVENT_FULFIL,
    ENG_EVENT_USAGE,       ENG_EVENT_CONTRACT,    ENG_EVENT_CONTRACT_END,
    ENG_EVENT_RATING,      ENG_EVENT_REVIEW,      ENG_EVENT_COMPLAINT,
    ENG_EVENT_RESOLUTION,  ENG_EVENT_SHARE,       ENG_EVENT_REFER,
    ENG_EVENT_ENDORSE,     ENG_EVENT_IDEA,        ENG_EVENT_COMMUNITY,
    ENG_EVENT_COCREATE,    ENG_EVENT_VOID};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* One event of eight bytes; its id is its number. */
static void fill(eng_event *event, const uint8_t *b, uint64_t number, int64_t *time)
{
  int32_t kind = kinds[b[0] % KINDS];
  int undoes =
      kind == ENG_EVENT_VOID || kind == ENG_EVENT_REFUND || kind == ENG_EVENT_CANCEL;

  *time += b[1] & 0x80 ? (int64_t)b[2] : (int64_t)b[2] * 6 * HOUR;
  must(eng_event_reset(event, kind, *time) == ENG_OK);
  must(eng_event_set_id(event, number) == ENG_OK);
  must(eng_event_set_channel(event, b[1] % 5) == ENG_OK);
  must(eng_event_set_flags(event, b[1] >> 5 & 1, b[1] >> 6 & 1) == ENG_OK);
  if (b[3] != 0) {
    int64_t amount = ((int64_t)b[3] << 8 | b[4]) * (b[5] & 1 ? 1000 : 1);

    must(eng_event_set_amount(event, amount,
                              b[5] & 2   ? 840
                              : b[5] & 4 ? 392
                                         : 978) == ENG_OK);
  }
  if (kind == ENG_EVENT_RATING || kind == ENG_EVENT_REVIEW) {
    must(eng_event_set_scale(event, ENG_SCALE_STARS) == ENG_OK);
    must(eng_event_set_value(event, 1000 + b[4] % 5 * 1000) == ENG_OK);
  }
  if (b[5] & 8) must(eng_event_set_valence(event, b[5] / 16 % 5 - 2) == ENG_OK);
  if (undoes) must(eng_event_set_refers_to(event, 1, b[6]) == ENG_OK);
  if (b[7] & 1) must(eng_event_set_actor(event, 1, b[7] >> 1) == ENG_OK);
}

static void record(eng_customer *customer, const uint8_t *data, size_t count,
                   eng_event *event, int backwards)
{
  int64_t times[EVENTS], time = START;

  for (size_t i = 0; i < count; i++) {
    times[i] = time;
    fill(event, data + i * RECORD, i, &time);
  }
  for (size_t k = 0; k < count; k++) {
    size_t i = backwards ? count - 1 - k : k;

    time = times[i];
    fill(event, data + i * RECORD, i, &time);
    must(eng_customer_record(customer, event, NULL) == ENG_OK);
  }
}

/* ---- the questions ---- */

struct judge {
  eng_model *models[MODELS];
  int32_t count;
  eng_assessor *assessor;
};

static void ask_scores(const struct judge *judge, int32_t m,
                       const eng_customer *customer, int64_t at)
{
  int32_t values[SCORES], count = eng_model_score_count(judge->models[m]);

  must(eng_assessor_scores(judge->assessor, m, customer, at, values, SCORES) == ENG_OK);
  for (int32_t s = 0; s < count; s++) {
    eng_score_explanation *why;
    int64_t sum = 0;

    must(eng_assessor_explain_score(judge->assessor, m, s, customer, at, &why) ==
         ENG_OK);
    for (int32_t i = 0; i < eng_score_explanation_line_count(why); i++)
      sum += eng_score_explanation_points(why, i);
    must(sum == values[s] && sum >= 0 && sum <= ENG_SCORE_MAX);
    eng_score_explanation_free(why);
  }
}

static void ask_model(const struct judge *judge, int32_t m,
                      const eng_customer *customer, int64_t at, int32_t stage)
{
  eng_history *history;
  eng_explanation *why;

  must(eng_assessor_history(judge->assessor, m, customer, at, &history) == ENG_OK);
  must(eng_history_stage_at(history, at) == stage);
  for (uint64_t i = 0; i < eng_history_change_count(history); i++) {
    int64_t time = eng_history_time(history, i);
    int32_t then[MODELS];

    must(eng_assessor_assess(judge->assessor, customer, time, then) == ENG_OK);
    must(then[m] == eng_history_to(history, i));
    must(eng_assessor_assess(judge->assessor, customer, time - 1, then) == ENG_OK);
    must(then[m] == eng_history_from(history, i));
  }
  eng_history_free(history);
  must(eng_assessor_explain(judge->assessor, m, customer, at, &why) == ENG_OK);
  must(eng_explanation_stage(why) == stage);
  eng_explanation_free(why);
  ask_scores(judge, m, customer, at);
}

/* `after`: nothing is dated after the moment, so that what is said of the next change
 * can be looked at. */
static void ask(const struct judge *judge, const eng_customer *customer,
                const eng_customer *other, int64_t at, int after)
{
  int32_t stages[MODELS], again[MODELS], next[MODELS], then[MODELS];
  int64_t times[MODELS];

  must(eng_assessor_assess(judge->assessor, customer, at, stages) == ENG_OK);
  must(eng_assessor_assess(judge->assessor, other, at, again) == ENG_OK);
  must(memcmp(stages, again, (size_t)judge->count * sizeof *stages) == 0);
  must(eng_assessor_next_change(judge->assessor, customer, at, again, times, next) ==
       ENG_OK);
  must(memcmp(stages, again, (size_t)judge->count * sizeof *stages) == 0);
  for (int32_t m = 0; m < judge->count; m++) {
    ask_model(judge, m, customer, at, stages[m]);
    if (times[m] == ENG_TIME_NONE || !after) continue;
    must(eng_assessor_assess(judge->assessor, customer, times[m], then) == ENG_OK);
    must(then[m] == next[m] && next[m] != stages[m]);
    must(eng_assessor_assess(judge->assessor, customer, times[m] - 1, then) == ENG_OK);
    must(then[m] == stages[m]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_context *context;
  eng_customer *customer, *other;
  eng_event *event;
  struct judge judge = {{NULL}, 0, NULL};
  size_t count;

  if (size < 2 + RECORD) return 0;
  count = (size - 2) / RECORD;
  if (count > EVENTS) count = EVENTS;
  context = new_context();
  for (; judge.count < eng_builtin_count(); judge.count++) {
    const char *name = eng_builtin_name(judge.count);

    must(eng_model_builtin(context, name, strlen(name), &judge.models[judge.count]) ==
         ENG_OK);
  }
  must(eng_model_parse(context, everything, strlen(everything),
                       &judge.models[judge.count], NULL) == ENG_OK);
  judge.count++;
  must(eng_assessor_new(context, (const eng_model *const *)judge.models, judge.count,
                        &judge.assessor) == ENG_OK);
  must(eng_customer_new(context, "c", 1, &customer) == ENG_OK);
  must(eng_customer_new(context, "c", 1, &other) == ENG_OK);
  must(eng_event_new(context, ENG_EVENT_VISIT, START, &event) == ENG_OK);
  record(customer, data + 2, count, event, 0);
  record(other, data + 2, count, event, 1);
  ask(&judge, customer, other, START + (data[0] << 8 | data[1]) * HOUR, 0);
  ask(&judge, customer, other, START + 64 * 64 * DAY, 1);
  eng_event_free(event);
  eng_customer_free(other);
  eng_customer_free(customer);
  eng_assessor_free(judge.assessor);
  for (int32_t m = 0; m < judge.count; m++) eng_model_free(judge.models[m]);
  eng_context_free(context);
  return 0;
}
