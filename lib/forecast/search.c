/* SPDX-License-Identifier: MIT */
/*
 * search.c - several starts, and an end that is said.
 */
#include "forecast/search.h"

#include <math.h>
#include <string.h>

static bool goes_on(struct eng__watch *watch)
{
  if (watch == NULL || watch->progress == NULL) return true;
  if (!watch->cancelled && watch->progress(watch->user, watch->evaluations, 0) != 0) {
    watch->cancelled = true;
  }
  watch->evaluations++;
  return !watch->cancelled;
}

static double objective(void *user, const double *at, double *gradient)
{
  struct eng__target *target = user;
  double p[ENG__PARAMETERS] = {0, 0, 0, 0}, value;

  for (int i = 0; i < target->count; i++) gradient[i] = 0;
  if (!goes_on(target->watch)) return INFINITY;
  for (int i = 0; i < target->count; i++) p[i] = exp(at[i]);
  value = target->likelihood(target->data, p, gradient);
  for (int i = 0; i < target->count; i++) gradient[i] *= -p[i] / target->weight;
  return -value / target->weight;
}

static void set_problem(struct eng__target *target, struct eng__problem *problem)
{
  problem->count = target->count;
  problem->fn = objective;
  problem->user = target;
  for (int i = 0; i < ENG__UNKNOWNS; i++) {
    problem->low[i] = log(1e-6);
    problem->high[i] = log(1e6);
  }
}

void eng__search(struct eng__target *target, const double starts[][ENG__PARAMETERS],
                 int start_count, struct eng__found *out)
{
  struct eng__problem problem;

  memset(out, 0, sizeof *out);
  set_problem(target, &problem);
  for (int k = 0; k < start_count; k++) {
    struct eng__optimum optimum;
    double at[ENG__UNKNOWNS] = {0, 0, 0, 0};

    for (int i = 0; i < target->count; i++) {
      at[i] = log(starts[k][i]);
      if (at[i] < problem.low[i]) at[i] = problem.low[i];
      if (at[i] > problem.high[i]) at[i] = problem.high[i];
    }
    eng__minimise(&problem, at, &optimum);
    if (k == 0 || (isfinite(optimum.value) && !(optimum.value >= out->optimum.value))) {
      out->optimum = optimum;
    }
    out->edge = false;
    for (int i = 0; i < target->count; i++) out->edge |= out->optimum.edge[i];
    if (out->optimum.converged && !out->edge) break;
  }
  out->log_likelihood = -out->optimum.value * target->weight;
}

void eng__find_errors(struct eng__target *target, struct eng__found *out)
{
  struct eng__problem problem;
  double variances[ENG__UNKNOWNS];

  set_problem(target, &problem);
  out->flat = out->edge || !eng__variances(&problem, out->optimum.at, variances);
  for (int i = 0; i < target->count && !out->flat; i++) {
    out->error[i] = sqrt(variances[i] / target->weight);
  }
}

void eng__part_set(struct eng__part *part, const struct eng__target *target,
                   const struct eng__found *found, const double *units)
{
  part->count = target->count;
  for (int i = 0; i < part->count; i++) {
    part->value[i] = exp(found->optimum.at[i]) * units[i];
    part->error[i] = part->value[i] * found->error[i];
  }
  part->converged = found->optimum.converged;
  part->log_likelihood = found->log_likelihood;
  if (part->reason != ENG__REASON_NONE) return;
  if (!part->converged) {
    part->reason = ENG__REASON_STOPPED;
  } else if (found->edge) {
    part->reason = ENG__REASON_EDGE;
  } else if (found->flat) {
    part->reason = ENG__REASON_FLAT;
  }
}
