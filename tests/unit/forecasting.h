/* SPDX-License-Identifier: MIT
 *
 * forecasting.h - what the tests of forecasts share: simulated customers, and short
 * ways to fits and their bytes.
 */
#ifndef UNIT_FORECASTING_H
#define UNIT_FORECASTING_H

#include "unit/support.h"

/* ---- made-up customers ---- */

/* What is drawn from then on follows from the seed. */
void draw_from(uint64_t seed);
double draw(void); /* above 0 and below 1 */
double draw_gamma(double shape);
double draw_beta(double a, double b);

/* What a simulated customer does from day 0 to `end`; counts those after T apart. */
struct life {
  uint32_t x, t_x, after;
};

/* Buys at `rate` a day until it leaves: at age `lifetime`, or after a purchase with
 * probability `leave`. */
struct life live(double rate, double leave, double lifetime, double T, double end);

/* ---- fits ---- */

eng_status try_fit(const eng_summaries *summaries, int32_t family, eng_fit **out,
                   eng_error *error);
/* One that there is. */
eng_fit *fit_of(const eng_summaries *summaries, int32_t family);
struct bytes bytes_of_fit(const eng_fit *fit);

/* A fit's bytes that say the given parameters, without errors, spend or telling. */
struct bytes fit_bytes(int32_t family, const double *p, int count);

#endif
