/* SPDX-License-Identifier: MIT */
/*
 * rates.h - amounts of other currencies in the base currency.
 */
#ifndef ENG_MODEL_RATES_H
#define ENG_MODEL_RATES_H

#include "core/context.h"

/* An amount of a currency other than the base, at the rate in force at a time, in minor
 * units of the base, rounded half away from zero. False: there is no rate, or the
 * result needs more than 64 bits. */
bool eng__convert(const eng_context *context, int32_t currency, int64_t time,
                  int64_t amount, int64_t *out);

#endif
