/* SPDX-License-Identifier: MIT */
/*
 * search.h - the likeliest parameters, and how sure they are.
 *
 * What is searched for are logarithms of parameters within bounds, of a likelihood that
 * is told for each customer: then every unknown is near 0 whatever the shop.
 */
#ifndef ENG_FORECAST_SEARCH_H
#define ENG_FORECAST_SEARCH_H

#include <engagement/forecast.h>

#include "forecast/family.h"
#include "forecast/fit.h"
#include "forecast/minimise.h"

/* The log-likelihood of parameters, and its derivatives. */
typedef double (*eng__likelihood_fn)(void *data, const double *parameters,
                                     double *gradient);

/* Tells how far a fit is, and hears whether to go on. */
struct eng__watch {
  eng_progress_fn progress; /* may be NULL */
  void *user;
  uint64_t evaluations;
  bool cancelled; /* every likelihood is infinite from then on */
};

struct eng__target {
  eng__likelihood_fn likelihood;
  void *data;
  double weight; /* customers */
  int count;     /* of parameters */
  struct eng__watch *watch;
};

/* What a search found, in the scale of its data. */
struct eng__found {
  struct eng__optimum optimum;
  double log_likelihood;
  double error[ENG__PARAMETERS]; /* of the logarithms; 0: none */
  bool edge, flat;
};

/* The best of several starts; a further one is for those that went astray. */
void eng__search(struct eng__target *target, const double starts[][ENG__PARAMETERS],
                 int start_count, struct eng__found *out);

/* Standard errors of what was found. */
void eng__find_errors(struct eng__target *target, struct eng__found *found);

/* Fills a part: value i times units[i]. The reason stays if there is one. */
void eng__part_set(struct eng__part *part, const struct eng__target *target,
                   const struct eng__found *found, const double *units);

#endif
