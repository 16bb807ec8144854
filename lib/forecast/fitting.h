/* SPDX-License-Identifier: MIT */
/*
 * fitting.h - a fit while it is made: the data, and the scale of its times.
 */
#ifndef ENG_FORECAST_FITTING_H
#define ENG_FORECAST_FITTING_H

#include "forecast/fit.h"
#include "forecast/sample.h"
#include "forecast/search.h"
#include "forecast/summaries.h"

enum { ENG__LONGEST = 10 /* the longest time, scaled */ };

struct eng__fitting {
  const eng_summaries *summaries;
  const eng_allocator *memory;
  struct eng__sample sample;
  double stretch; /* units of the fit in one of scaled time */
  struct eng__watch watch;
};

/* Fits the acts of telling of customers whose purchases are fitted. `cells` are the
 * distinct histories in ascending order. */
eng_status eng__fit_say(struct eng__fitting *f, const struct eng__alike *cells,
                        eng_fit *fit);

#endif
