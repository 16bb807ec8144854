/* SPDX-License-Identifier: MIT */
/*
 * forecast.c - a till that forecasts: it has a fit that was shipped to it and the one
 * customer before it, not the book. `engagement fit --save shop.fit` writes the fit.
 *
 *   forecast shop.fit
 */
#include <engagement.h>
#include <stdio.h>

enum { DAY = 86400000, HORIZON_DAYS = 90 };

/* A customer who bought on these days, counted from 2026-01-01. */
static int remember(eng_context *shop, eng_customer *customer, const int *days,
                    int count)
{
  const int64_t new_year = INT64_C(1767225600000);
  int failed = 0;

  for (int i = 0; i < count && !failed; i++) {
    eng_event *sale = NULL;

    failed = eng_event_new(shop, ENG_EVENT_PURCHASE, new_year + (int64_t)days[i] * DAY,
                           &sale) ||
             eng_customer_record(customer, sale, NULL);
    eng_event_free(sale);
  }
  return failed;
}

static int forecast(const eng_fit *fit, const eng_customer *customer, int64_t now)
{
  double days = eng_fit_unit(fit) == ENG_UNIT_WEEK ? 7 : 1;
  eng_forecast ahead;
  eng_summary summary;
  eng_rf rf;

  eng_rf_init(&rf, sizeof rf);
  if (eng_fit_unit(fit) == ENG_UNIT_PERIOD ||
      eng_customer_summary(customer, eng_fit_unit(fit), now, &summary) ||
      eng_fit_rf(fit, &summary, &rf) ||
      eng_fit_forecast(fit, &rf, HORIZON_DAYS / days, &ahead)) {
    return 1;
  }
  printf("still a customer: %.0f %%; buys within %d days: %.0f %%; purchases: %.2f\n",
         100 * ahead.p_alive, HORIZON_DAYS, 100 * ahead.p_purchase,
         ahead.expected_purchases);
  return 0;
}

int main(int count, char **words)
{
  static const int regular[] = {3, 17, 30, 45, 58, 74}, once[] = {3};
  const int64_t now = INT64_C(1774051200000); /* the till's clock: 2026-03-21 */
  eng_customer *customers[2] = {NULL, NULL};
  uint8_t bytes[4096];
  eng_context *shop = NULL;
  eng_fit *fit = NULL;
  size_t size = 0;
  FILE *file = count == 2 ? fopen(words[1], "rb") : NULL;
  int failed;

  if (file == NULL) {
    fprintf(stderr, "usage: forecast FIT, a file that engagement fit --save wrote\n");
    return 2;
  }
  size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  failed = eng_context_new(NULL, &shop) || eng_fit_decode(shop, bytes, size, &fit) ||
           eng_customer_new(shop, "customer-17", 11, &customers[0]) ||
           eng_customer_new(shop, "customer-18", 11, &customers[1]) ||
           remember(shop, customers[0], regular, 6) ||
           remember(shop, customers[1], once, 1);
  for (int i = 0; i < 2 && !failed; i++) failed = forecast(fit, customers[i], now);
  eng_customer_free(customers[0]);
  eng_customer_free(customers[1]);
  eng_fit_free(fit);
  eng_context_free(shop);
  return failed;
}
