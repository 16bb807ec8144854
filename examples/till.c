/* SPDX-License-Identifier: MIT */
/*
 * till.c - the README's till: record a sale, ask for the stage. tests/readme/run.sh
 * holds the two against each other, so it is laid out by hand.
 */
/* clang-format off */
#include <engagement.h>
#include <stdio.h>

int main(void)
{
  eng_context *shop = NULL;
  eng_model *levels = NULL;
  eng_assessor *assessor = NULL;
  eng_customer *customer = NULL;
  eng_event *sale = NULL;
  int64_t now = INT64_C(1795370400000); /* the till's clock: 2026-11-22T18:00Z */
  int64_t next = 0;
  int32_t stage = 0, then = 0;

  int failed = eng_context_new(NULL, &shop) ||
               eng_model_builtin(shop, "five_levels", 11, &levels) ||
               eng_assessor_new(shop, (const eng_model *const *)&levels, 1, &assessor) ||
               eng_customer_new(shop, "customer-17", 11, &customer) ||
               eng_event_new(shop, ENG_EVENT_PURCHASE, now, &sale) ||
               eng_event_set_amount(sale, 1250, 978) || /* 12.50 EUR, ISO 4217 */
               eng_customer_record(customer, sale, NULL) ||
               eng_customer_record(customer, sale, NULL) || /* sent twice: no matter */
               eng_assessor_next_change(assessor, customer, now, &stage, &next, &then);
  char when[ENG_TIME_TEXT];

  if (!failed && !eng_time_format(next, when)) {
    printf("%s, and %s from %s\n", eng_model_stage_name(levels, stage),
           eng_model_stage_name(levels, then), when);
  }
  eng_event_free(sale);
  eng_customer_free(customer);
  eng_assessor_free(assessor);
  eng_model_free(levels);
  eng_context_free(shop);
  return failed;
}
