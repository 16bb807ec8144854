/* SPDX-License-Identifier: MIT
 *
 * prop_authoring.c - tools for people who write models, on models drawn at random:
 * what is printed back answers and prints as the model it was printed from.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

#include "property.h"
#include "reference_model.h"

Suite *prop_authoring_suite(void);

enum { HISTORIES = 3, MOMENTS = 4, DIMENSIONS = 8, PRINTED = 1 << 16 };

#define OK(call) ck_assert_int_eq((call), ENG_OK)

/* ---- models and histories ---- */

static eng_model *parsed(const eng_context *context, const char *text, size_t size)
{
  eng_model *model;
  eng_error error;

  eng_error_init(&error, sizeof error);
  if (eng_model_parse(context, text, size, &model, &error) != ENG_OK)
    ck_abort_msg("%u:%u: %s\n%.*s", error.line, error.column, error.text, (int)size,
                 text);
  return model;
}

static size_t printed(const eng_model *model, char *text)
{
  size_t size, again;

  OK(eng_model_print(model, text, PRINTED, &size));
  ck_assert_int_eq(eng_model_print(model, NULL, 0, &again), ENG_E_BUFFER);
  ck_assert_uint_eq(size, again);
  return size;
}

static eng_customer *draw_customer(ref_history *history, prop_draw *draw,
                                   const ref_calendar *calendar,
                                   const eng_context *context)
{
  eng_customer *customer;

  OK(eng_customer_new(context, "c", 1, &customer));
  ref_history_draw(history, draw, calendar, context, customer);
  return customer;
}

static int64_t draw_moment(const ref_history *history, prop_draw *draw)
{
  int64_t time = REF_START + prop_between(draw, -2, 200) * REF_DAY;

  if (history->count > 0 && prop_between(draw, 0, 2) > 0)
    time = history->events[prop_between(draw, 0, history->count - 1)].time +
           prop_between(draw, 0, 30) * REF_DAY;
  return time + prop_between(draw, -1, 1);
}

/* ---- printing back ---- */

/* Both models of an assessor say the same of a customer. */
static void answer_alike(eng_assessor *both, const eng_customer *customer,
                         int64_t as_of, const char *text)
{
  int32_t stages[2], next[2];
  int64_t times[2];
  eng_value one[DIMENSIONS], other[DIMENSIONS];

  OK(eng_assessor_next_change(both, customer, as_of, stages, times, next));
  if (stages[0] != stages[1] || times[0] != times[1] || next[0] != next[1])
    ck_abort_msg("printed, it answers otherwise:\n%s", text);
  OK(eng_assessor_dimensions(both, 0, customer, as_of, one, DIMENSIONS));
  OK(eng_assessor_dimensions(both, 1, customer, as_of, other, DIMENSIONS));
  if (memcmp(one, other, sizeof one) != 0)
    ck_abort_msg("printed, it measures otherwise:\n%s", text);
}

START_TEST(a_printed_model_answers_and_prints_the_same)
{
  static char once[PRINTED], twice[PRINTED];

  for (int i = 0; i < prop_cases(4000); i++) {
    prop_draw draw = prop_case(i);
    ref_calendar calendar = ref_calendar_draw(&draw);
    eng_context *context = ref_context(&calendar);
    ref_model *drawn = ref_model_draw(&draw, &calendar);
    const char *text = ref_model_text(drawn);
    eng_model *models[2];
    eng_assessor *both;
    size_t size;

    models[0] = parsed(context, text, strlen(text));
    size = printed(models[0], once);
    models[1] = parsed(context, once, size);
    ck_assert_uint_eq(printed(models[1], twice), size);
    if (memcmp(once, twice, size) != 0)
      ck_abort_msg("printed twice:\n%.*s\n%.*s", (int)size, once, (int)size, twice);
    OK(eng_assessor_new(context, (const eng_model *const *)models, 2, &both));
    for (int k = 0; k < HISTORIES; k++) {
      ref_history history;
      eng_customer *customer = draw_customer(&history, &draw, &calendar, context);

      for (int m = 0; m < MOMENTS; m++)
        answer_alike(both, customer, draw_moment(&history, &draw), text);
      eng_customer_free(customer);
    }
    eng_assessor_free(both);
    eng_model_free(models[0]);
    eng_model_free(models[1]);
    ref_model_free(drawn);
    eng_context_free(context);
  }
}
END_TEST

Suite *prop_authoring_suite(void)
{
  Suite *suite = suite_create("authoring");
  TCase *laws = tcase_create("laws");

  tcase_set_timeout(laws, 600);
  tcase_add_test(laws, a_printed_model_answers_and_prints_the_same);
  suite_add_tcase(suite, laws);
  return suite;
}
