/* SPDX-License-Identifier: MIT */
/*
 * fit.h - a fit: parameters, how sure they are, and where they come from.
 *
 * A fit is what its encoding says and nothing else; what is worked out from it (the
 * decimals of its currency) is not stored.
 */
#ifndef ENG_FORECAST_FIT_H
#define ENG_FORECAST_FIT_H

#include <stdbool.h>

#include <engagement/forecast.h>

#include "core/context.h"
#include "forecast/family.h"

/* What there is to say about a part. Numbers are encoded: never change one. */
enum {
  ENG__REASON_NONE = 0,
  ENG__REASON_NO_LEAVING = 1, /* fell back to NBD */
  ENG__REASON_EDGE = 2,       /* a parameter is at the edge of its range */
  ENG__REASON_FLAT = 3,       /* no standard errors */
  ENG__REASON_STOPPED = 4,    /* not converged */
  ENG__REASON_NO_SPEND = 5,   /* no amounts of repeat purchases */
  ENG__REASON_FEW_SPEND = 6,  /* too few of them */
  ENG__REASON_STEADY = 7,     /* BG/BB: nothing tells that customers leave */
  ENG__REASON_NO_TELLING = 8, /* no acts of telling */
  ENG__REASON_FEW_TELLING = 9, /* too few customers with any */
  ENG__REASON_COUNT = 10
};

struct eng__part {
  int32_t count; /* of parameters; 0: the part is not there */
  int32_t reason;
  bool converged;
  double value[ENG__PARAMETERS];
  double error[ENG__PARAMETERS]; /* 0: none */
  double log_likelihood;
};

struct eng_fit {
  const eng_context *context;
  int32_t requested, family, unit, currency, chosen;
  int32_t stay_family; /* of `stay`, where that is there; 0 */
  int64_t until;
  uint64_t customers, purchases;
  struct eng__part when, worth;
  struct eng__part stay; /* of another family for P(alive), or not there */
  struct eng__part say, mood;
};

/* Options in whole, checked against a unit. */
eng_status eng__fit_options_read(const eng_fit_options *from, int32_t unit,
                                 eng_fit_options *out);

/* Ticks of summaries in a unit of the fit. */
double eng__ticks_per_unit(int32_t unit);

/* Major units in a minor one. */
double eng__minor_unit(int32_t currency);

#endif
