/* SPDX-License-Identifier: MIT */
/*
 * custom_callback.c - a lifecycle in C: does a customer come ever sooner, or ever
 * later?
 *
 * A model in text cannot compare the last time between two purchases with the one
 * before it, so this rule is a function. It runs in one assessor with a built-in model,
 * and one customer's story is told event by event, with stage and reason.
 */
#include <stdio.h>
#include <string.h>

#include <engagement.h>

enum { NEWCOMER = 1, SLOWING, STEADY, QUICKENING };

static const int64_t day = 86400000;

/* ---- the rule ---- */

/* What it looks at: the last purchase and the two times between the last three. */
struct pace {
  int64_t purchases, last, gap, gap_before;
};

static struct pace look(eng_view *view)
{
  struct pace pace = {0, 0, 0, 0};
  const eng_event *event;

  eng_view_rewind(view);
  while ((event = eng_view_next(view)) != NULL) {
    if (eng_view_kind(view) != ENG_EVENT_PURCHASE) continue;
    pace.gap_before = pace.gap;
    pace.gap = eng_event_occurred_at(event) - pace.last;
    pace.last = eng_event_occurred_at(event);
    pace.purchases++;
  }
  return pace;
}

static int64_t patience(const struct pace *pace)
{
  return pace->gap > pace->gap_before ? pace->gap : pace->gap_before;
}

static eng_status assess(void *user, eng_view *view, int32_t *stage,
                         eng_value *dimensions)
{
  struct pace pace = look(view);

  (void)user;
  if (pace.purchases < 3)
    *stage = NEWCOMER;
  else if (eng_view_as_of(view) - pace.last > patience(&pace))
    *stage = SLOWING;
  else
    *stage = pace.gap < pace.gap_before ? QUICKENING : STEADY;
  if (dimensions != NULL && pace.purchases >= 2) {
    dimensions[0].numerator = pace.gap;
    dimensions[0].denominator = 1;
    dimensions[0].defined = 1;
  }
  return ENG_OK;
}

/* Silence alone leads to one stage, one millisecond after patience ends. */
static eng_status next_change(void *user, eng_view *view, int32_t stage, int64_t *time,
                              int32_t *next)
{
  struct pace pace = look(view);

  (void)user;
  if (stage == NEWCOMER || stage == SLOWING) return ENG_OK;
  *time = pace.last + patience(&pace) + 1;
  *next = SLOWING;
  return ENG_OK;
}

static eng_status explain(void *user, eng_view *view, int32_t stage,
                          eng_evidence *evidence)
{
  struct pace pace = look(view);
  char text[120], measured[32], threshold[32];
  int64_t silence = (eng_view_as_of(view) - pace.last) / day;
  eng_status status;

  (void)user;
  (void)stage;
  if (pace.purchases < 3) {
    snprintf(text, sizeof text, "%d of 3 purchases are there", (int)pace.purchases);
    return eng_evidence_add(evidence, ENG_PART_CLAUSE, text, strlen(text));
  }
  snprintf(text, sizeof text, "last gap %d days, the one before %d, silence %d",
           (int)(pace.gap / day), (int)(pace.gap_before / day), (int)silence);
  snprintf(measured, sizeof measured, "%d days", (int)(pace.gap / day));
  snprintf(threshold, sizeof threshold, "%d days", (int)(pace.gap_before / day));
  status = eng_evidence_add(evidence, ENG_PART_CLAUSE, text, strlen(text));
  if (status != ENG_OK) return status;
  return eng_evidence_measure(evidence, measured, strlen(measured), threshold,
                              strlen(threshold), ENG_HOLDS_YES, ENG_DISTANCE_NONE);
}

static eng_status make_model(const eng_context *context, eng_model **out)
{
  static const char *const stages[] = {"newcomer", "slowing", "steady", "quickening"};
  static const char *const dimensions[] = {"last_gap"};
  static const int32_t units[] = {ENG_UNIT_MILLISECONDS};
  eng_callbacks table;

  eng_callbacks_init(&table, sizeof table);
  table.name = "pace";
  table.title = "Ever sooner or ever later";
  table.revision = 1;
  table.stage_count = 4;
  table.stage_names = stages;
  table.dimension_count = 1;
  table.dimension_names = dimensions;
  table.dimension_units = units;
  table.assess = assess;
  table.next_change = next_change;
  table.explain = explain;
  return eng_model_from_callbacks(context, &table, out, NULL);
}

/* ---- the story ---- */

static eng_status tell(eng_assessor *assessor, const eng_customer *customer,
                       int64_t now)
{
  const eng_model *pace = eng_assessor_model(assessor, 0);
  const eng_model *levels = eng_assessor_model(assessor, 1);
  int32_t stages[2], then[2];
  int64_t next[2];
  char when[ENG_TIME_TEXT];
  eng_explanation *why = NULL;
  eng_status status =
      eng_assessor_next_change(assessor, customer, now, stages, next, then);

  if (status == ENG_OK) status = eng_assessor_explain(assessor, 0, customer, now, &why);
  if (status == ENG_OK) status = eng_time_format(now, when);
  if (status == ENG_OK)
    printf("%.10s  %-10s (%s: %s)  %s\n", when, eng_model_stage_name(pace, stages[0]),
           eng_model_name(levels), eng_model_stage_name(levels, stages[1]),
           eng_explanation_text(why, ENG_PART_CLAUSE, 0));
  if (status == ENG_OK && next[0] != ENG_TIME_NONE) {
    status = eng_time_format(next[0], when);
    if (status == ENG_OK)
      printf("            %s from %.10s if nothing happens\n",
             eng_model_stage_name(pace, then[0]), when);
  }
  eng_explanation_free(why);
  return status;
}

static eng_status live(eng_assessor *assessor, eng_customer *customer, eng_event *event)
{
  static const int64_t days[] = {0, 30, 55, 75, 95};
  const int64_t start = INT64_C(1767258000000); /* 2026-01-01T09:00Z */
  eng_status status = ENG_OK;

  for (size_t i = 0; i < sizeof days / sizeof days[0] && status == ENG_OK; i++) {
    int64_t now = start + days[i] * day;

    status = eng_event_reset(event, ENG_EVENT_PURCHASE, now);
    if (status == ENG_OK) status = eng_customer_record(customer, event, NULL);
    if (status == ENG_OK) status = tell(assessor, customer, now);
  }
  return status == ENG_OK ? tell(assessor, customer, start + 120 * day) : status;
}

int main(void)
{
  eng_context *shop = NULL;
  eng_model *models[2] = {NULL, NULL};
  eng_assessor *assessor = NULL;
  eng_customer *customer = NULL;
  eng_event *event = NULL;
  eng_status status = eng_context_new(NULL, &shop);

  if (status == ENG_OK) status = make_model(shop, &models[0]);
  if (status == ENG_OK) status = eng_model_builtin(shop, "five_levels", 11, &models[1]);
  if (status == ENG_OK)
    status = eng_assessor_new(shop, (const eng_model *const *)models, 2, &assessor);
  if (status == ENG_OK) status = eng_customer_new(shop, "customer-17", 11, &customer);
  if (status == ENG_OK) status = eng_event_new(shop, ENG_EVENT_PURCHASE, 0, &event);
  if (status == ENG_OK) status = live(assessor, customer, event);
  if (status != ENG_OK) fprintf(stderr, "%s\n", eng_status_text(status));
  eng_event_free(event);
  eng_customer_free(customer);
  eng_assessor_free(assessor);
  eng_model_free(models[1]);
  eng_model_free(models[0]);
  eng_context_free(shop);
  return status != ENG_OK;
}
