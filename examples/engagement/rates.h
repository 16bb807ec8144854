/* SPDX-License-Identifier: MIT */
/*
 * rates.h - what other currencies are worth: --rate and --rates.
 */
#ifndef ENGAGEMENT_PROGRAM_RATES_H
#define ENGAGEMENT_PROGRAM_RATES_H

#include <engagement/context.h>

#include "options.h"

/* Puts the rates that are asked for into the settings. Returns ANSWER_DONE, or another
 * exit status after saying why. */
int rates_set(const struct options *options, eng_settings *settings);

#endif
