/* SPDX-License-Identifier: MIT
 *
 * fuzz_fit.c - decodes any bytes as a fit. What is accepted is canonical and answers
 * about several customers with finite numbers or a status. The fuzzing build leaves the
 * checksum out of what is checked, and so does the comparison.
 */
#include <engagement.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
  if (!holds) abort();
}

static void ask(const eng_fit *fit, double x, double t_x, double T, double horizon)
{
  eng_forecast forecast;
  double v, p[8], sum = 0;
  uint32_t low, high;
  eng_rf rf;

  eng_rf_init(&rf, sizeof rf);
  rf.x = x;
  rf.t_x = t_x;
  rf.T = T;
  rf.mean_spend = 12.5;
  rf.acts = x > 0 ? 5 : 0;
  rf.acts_after = rf.acts > 0 && T > t_x ? 2 : 0;
  rf.positive = rf.acts > 0 ? 3 : 0;
  (void)!eng_fit_forecast(fit, &rf, horizon, &forecast);
  must(forecast.p_alive >= 0 && forecast.p_alive <= 1);
  must(forecast.p_purchase >= 0 && forecast.p_purchase <= 1);
  must(forecast.expected_purchases >= 0 && isfinite(forecast.expected_purchases));
  must(forecast.expected_spend >= 0 && isfinite(forecast.expected_spend));
  must(forecast.expected_acts >= 0 && isfinite(forecast.expected_acts));
  must(forecast.expected_positive >= 0 &&
       forecast.expected_positive <= forecast.expected_acts);
  (void)!eng_fit_purchases(fit, &rf, horizon, p, 8);
  for (int i = 0; i < 8; i++) sum += p[i];
  must(sum >= 0 && sum < 1 + 1e-6);
  (void)!eng_fit_interval(fit, &rf, horizon < 100 ? horizon : 100, 0.8, &low, &high);
  must(low <= high);
  (void)!eng_fit_value(fit, &rf, 0.01, &v);
  must(v >= 0 && isfinite(v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  eng_context *context;
  uint8_t bytes[512];
  size_t again;
  eng_fit *fit;

  must(eng_context_new(NULL, &context) == ENG_OK);
  if (eng_fit_decode(context, data, size, &fit) == ENG_OK) {
    must(eng_fit_encode(fit, bytes, sizeof bytes, &again) == ENG_OK);
    must(again == size && memcmp(bytes, data, size - 4) == 0);
    ask(fit, 0, 0, 0, 1);
    ask(fit, 3, 20, 39, 52);
    ask(fit, 900, 1000, 2000, 1000);
    eng_fit_free(fit);
  }
  eng_context_free(context);
  return 0;
}
