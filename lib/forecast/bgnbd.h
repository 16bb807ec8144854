/* SPDX-License-Identifier: MIT */
/*
 * bgnbd.h - the sum behind BG/NBD and MBG/NBD.
 */
#ifndef ENG_FORECAST_BGNBD_H
#define ENG_FORECAST_BGNBD_H

#include "forecast/family.h"

/*
 * Expected purchases in (0, t] of a customer who is there, buys at a rate that is
 * Gamma(r, A) and leaves after each with a probability that is Beta(a, b); all > 0.
 */
double eng__until_gone(double r, double A, double a, double b, double t);

#endif
