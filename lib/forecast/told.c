/* SPDX-License-Identifier: MIT */
/*
 * told.c - what a fit says of itself.
 */
#include "forecast/fit.h"

#include <string.h>

const char *eng_family_name(int32_t family)
{
  const struct eng__family *known = eng__family_of(family);

  if (family == ENG_FAMILY_AUTO) return "auto";
  if (family == ENG_FAMILY_USUAL) return "usual";
  return known == NULL ? NULL : known->name;
}

int32_t eng_fit_family(const eng_fit *fit) { return fit == NULL ? 0 : fit->family; }

int32_t eng_fit_part_family(const eng_fit *fit, int32_t part)
{
  if (fit == NULL) return 0;
  if (part == ENG_FIT_PURCHASES) return fit->family;
  if (part == ENG_FIT_STAY) return fit->stay.count > 0 ? fit->stay_family : fit->family;
  return 0;
}

int32_t eng_fit_chosen(const eng_fit *fit) { return fit == NULL ? 0 : fit->chosen; }

int32_t eng_fit_requested(const eng_fit *fit)
{
  return fit == NULL ? 0 : fit->requested;
}

int32_t eng_fit_unit(const eng_fit *fit) { return fit == NULL ? 0 : fit->unit; }

uint64_t eng_fit_customers(const eng_fit *fit)
{
  return fit == NULL ? 0 : fit->customers;
}

int64_t eng_fit_until(const eng_fit *fit)
{
  return fit == NULL ? ENG_TIME_NONE : fit->until;
}

int32_t eng_fit_currency(const eng_fit *fit) { return fit == NULL ? 0 : fit->currency; }

static const struct eng__part *part_of(const eng_fit *fit, int32_t part)
{
  if (fit == NULL) return NULL;
  switch (part) {
  case ENG_FIT_PURCHASES: return &fit->when;
  case ENG_FIT_SPEND: return &fit->worth;
  case ENG_FIT_STAY: return &fit->stay;
  case ENG_FIT_SAY: return &fit->say;
  case ENG_FIT_VALENCE: return &fit->mood;
  default: return NULL;
  }
}

int32_t eng_fit_parameter_count(const eng_fit *fit, int32_t part)
{
  const struct eng__part *p = part_of(fit, part);

  return p == NULL ? 0 : p->count;
}

const char *eng_fit_parameter_name(const eng_fit *fit, int32_t part, int32_t index)
{
  static const char *const worth[] = {"p", "q", "v"}, *const say[] = {"r", "alpha"},
                           *const mood[] = {"a", "b"};
  const struct eng__part *p = part_of(fit, part);

  if (p == NULL || index < 0 || index >= p->count) return NULL;
  switch (part) {
  case ENG_FIT_SPEND: return worth[index];
  case ENG_FIT_SAY: return say[index];
  case ENG_FIT_VALENCE: return mood[index];
  default: return eng__family_of(eng_fit_part_family(fit, part))->parameters[index];
  }
}

eng_status eng_fit_parameter(const eng_fit *fit, int32_t part, int32_t index,
                             double *value, double *error)
{
  const struct eng__part *p = part_of(fit, part);

  if (value != NULL) *value = 0;
  if (error != NULL) *error = 0;
  if (fit == NULL || value == NULL) return ENG_E_INVALID;
  if (p == NULL || index < 0 || index >= p->count) return ENG_E_NOTFOUND;
  *value = p->value[index];
  if (error != NULL) *error = p->error[index];
  return ENG_OK;
}

double eng_fit_log_likelihood(const eng_fit *fit, int32_t part)
{
  const struct eng__part *p = part_of(fit, part);

  return p == NULL ? 0 : p->log_likelihood;
}

int32_t eng_fit_converged(const eng_fit *fit, int32_t part)
{
  const struct eng__part *p = part_of(fit, part);

  return p != NULL && p->converged;
}

const char *eng_fit_reason(const eng_fit *fit, int32_t part)
{
  const struct eng__part *p = part_of(fit, part);

  switch (p == NULL ? ENG__REASON_NONE : p->reason) {
  case ENG__REASON_NO_LEAVING:
    return "nothing in the data tells that customers leave: nbd, where nobody does";
  case ENG__REASON_EDGE:
    return "a parameter is at the edge of its range: the data "
           "does not tell how much customers differ";
  case ENG__REASON_FLAT:
    return "the likelihood is flat: the data does not tell the parameters apart";
  case ENG__REASON_STOPPED: return "the search ended before the optimum";
  case ENG__REASON_NO_SPEND:
    return "no repeat purchase has an amount in the base currency";
  case ENG__REASON_FEW_SPEND: return "too few repeat buyers have amounts";
  case ENG__REASON_STEADY:
    return "a parameter is at the edge of its range: customers differ too little, or "
           "nothing tells that they leave";
  case ENG__REASON_NO_TELLING: return "nobody tells others, as far as is known";
  case ENG__REASON_FEW_TELLING: return "too few customers tell others";
  default: return "";
  }
}
