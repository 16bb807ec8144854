/* SPDX-License-Identifier: MIT */
/*
 * predict.h - what every answer for a customer begins and ends with.
 */
#ifndef ENG_FORECAST_PREDICT_H
#define ENG_FORECAST_PREDICT_H

#include "forecast/fit.h"

/* A history that does not contradict itself, whole; ENG_E_RANGE otherwise. */
eng_status eng__history_read(const eng_fit *fit, const eng_rf *from, eng_rf *out);
eng_status eng__horizon_check(const eng_fit *fit, double horizon);

/* P(alive) by the part that is fitted for it, which is there. */
double eng__stay_alive(const eng_fit *fit, const struct eng__rf *history);

/* Hands out a number that is finite and not below 0; ENG_E_RANGE for others. */
eng_status eng__give(double value, double *out);
eng_status eng__give_probability(double value, double *out);

#endif
