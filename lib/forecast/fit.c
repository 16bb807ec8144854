/* SPDX-License-Identifier: MIT */
/*
 * fit.c - from summaries to a fit.
 *
 * What is searched for are logarithms of parameters within bounds, with times scaled
 * so that the longest is 10 and amounts so that their mean is 1: then every parameter
 * is near 1 whatever the shop. A family with leaving has to be likelier than NBD by
 * more than its two further parameters are worth (Akaike 1974); where it is not, those
 * parameters stand for nothing and NBD is what the data supports.
 */
#include "forecast/fit.h"

#include <math.h>
#include <string.h>

#include <engagement/money.h>

#include "core/status.h"
#include "forecast/gammagamma.h"
#include "forecast/minimise.h"
#include "forecast/special.h"
#include "forecast/summaries.h"

enum {
  LONGEST = 10, /* scaled time */
  LEAST_SPENDERS = 10,
  MOST_PERIODS = 10000
};

static const double least_gain = 2;

void eng_fit_options_init(eng_fit_options *options, uint32_t size)
{
  eng_fit_options whole = {0, ENG_FAMILY_AUTO, 30, 10, ENG_TIME_NONE};

  if (options == NULL || size < sizeof(uint32_t)) return;
  whole.size = size;
  memset(options, 0, size);
  memcpy(options, &whole, size < sizeof whole ? size : sizeof whole);
}

double eng__ticks_per_unit(int32_t unit) { return unit == ENG_UNIT_WEEK ? 7 : 1; }

double eng__minor_unit(int32_t currency)
{
  int32_t decimals = eng_currency_decimals(currency);
  double unit = 1;

  for (int32_t i = 0; i < decimals; i++) unit *= 10;
  return 1 / unit;
}

/* ---- one search ---- */

/* A likelihood of parameters as a function of their logarithms, a customer's share. */
struct target {
  const struct eng__family *family; /* or NULL: spend */
  struct eng__sample *sample;
  const struct eng__spending *spending;
  size_t spending_count;
  double weight;
  int count;
};

static double objective(void *user, const double *at, double *gradient)
{
  struct target *target = user;
  double p[ENG__PARAMETERS] = {0, 0, 0, 0}, value;

  for (int i = 0; i < target->count; i++) p[i] = exp(at[i]);
  if (target->family != NULL) {
    value = target->family->likelihood(p, target->sample, gradient);
  } else {
    value =
        eng__spend_likelihood(p, target->spending, target->spending_count, gradient);
  }
  for (int i = 0; i < target->count; i++) gradient[i] *= -p[i] / target->weight;
  return -value / target->weight;
}

/* What a search found, still scaled. */
struct found {
  struct eng__optimum optimum;
  double log_likelihood;
  double error[ENG__PARAMETERS]; /* of the logarithms; 0: none */
  bool edge, flat;
};

static void set_problem(struct target *target, struct eng__problem *problem)
{
  problem->count = target->count;
  problem->fn = objective;
  problem->user = target;
  for (int i = 0; i < ENG__UNKNOWNS; i++) {
    problem->low[i] = log(1e-6);
    problem->high[i] = log(1e6);
  }
}

/* The best of several starts, each `count` parameters. */
static void search(struct target *target, const double starts[][ENG__PARAMETERS],
                   int start_count, struct found *out)
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
    /* A further start is for those that went astray. */
    if (out->optimum.converged && !out->edge) break;
  }
  out->log_likelihood = -out->optimum.value * target->weight;
}

static void find_errors(struct target *target, struct found *out)
{
  struct eng__problem problem;
  double variances[ENG__UNKNOWNS];

  set_problem(target, &problem);
  out->flat = out->edge || !eng__variances(&problem, out->optimum.at, variances);
  for (int i = 0; i < target->count && !out->flat; i++) {
    out->error[i] = sqrt(variances[i] / target->weight);
  }
}

/* ---- when they buy ---- */

struct fitting {
  const eng_summaries *summaries;
  const eng_allocator *memory;
  struct eng__sample sample;
  double stretch; /* units of the fit in one of scaled time */
};

/* Starts around the mean rate, which is what every family can tell. */
static void find_family(struct fitting *f, const struct eng__family *family,
                        struct found *out)
{
  struct target target = {family, &f->sample, NULL, 0, f->sample.weight, family->count};
  double r = 0.5, time = 0, rate, alpha;

  for (size_t i = 0; i < f->sample.count; i++) {
    time += f->sample.rows[i].weight * f->sample.times[f->sample.rows[i].T];
  }
  rate = (double)f->summaries->purchases / time;
  alpha = r / rate;
  if (family->discrete) {
    const double starts[][ENG__PARAMETERS] = {
        {1, 1, 0.5, 2}, {0.5, 0.5 / rate, 0.1, 2}, {0.1, 0.1, 0.1, 0.1}};

    search(&target, starts, 3, out);
  } else if (family == &eng__paretonbd) {
    const double starts[][ENG__PARAMETERS] = {
        {r, alpha, 0.5, LONGEST / 2.0}, {1, 1, 1, 1}, {r, alpha, 0.05, LONGEST}};

    search(&target, starts, 3, out);
  } else {
    const double starts[][ENG__PARAMETERS] = {
        {r, alpha, 0.8, 2}, {1, 1, 1, 1}, {r, alpha, 0.05, 1}};

    search(&target, starts, family->leaves ? 3 : 2, out);
  }
}

/* Which parameters are times. */
static bool is_time(const struct eng__family *family, int i)
{
  return !family->discrete && (i == 1 || (i == 3 && family == &eng__paretonbd));
}

static void set_part(struct fitting *f, const struct eng__family *family,
                     struct found *found, struct eng__part *part)
{
  struct target target = {family, &f->sample, NULL, 0, f->sample.weight, family->count};

  find_errors(&target, found);
  part->count = family->count;
  for (int i = 0; i < family->count; i++) {
    double value = exp(found->optimum.at[i]) * (is_time(family, i) ? f->stretch : 1);

    part->value[i] = value;
    part->error[i] = value * found->error[i];
  }
  part->converged = found->optimum.converged;
  part->log_likelihood =
      found->log_likelihood - (double)f->summaries->purchases * log(f->stretch);
  if (part->reason != ENG__REASON_NONE) return;
  if (!part->converged) {
    part->reason = ENG__REASON_STOPPED;
  } else if (found->edge) {
    part->reason = family->discrete ? ENG__REASON_STEADY : ENG__REASON_EDGE;
  } else if (found->flat) {
    part->reason = ENG__REASON_FLAT;
  }
}

/* The families that `auto` chooses from. */
static const int32_t candidates[] = {ENG_FAMILY_MBGNBD, ENG_FAMILY_PARETONBD,
                                     ENG_FAMILY_BGNBD};

static eng_status fit_when(struct fitting *f, eng_fit *fit)
{
  struct found best, baseline;
  int32_t family = fit->requested;

  memset(&best, 0, sizeof best);
  if (fit->unit == ENG_UNIT_PERIOD) {
    family = ENG_FAMILY_BGBB;
    find_family(f, &eng__bgbb, &best);
  } else {
    find_family(f, &eng__nbd, &baseline);
    if (family == ENG_FAMILY_AUTO) {
      for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        struct found found;

        find_family(f, eng__family_of(candidates[i]), &found);
        if (family == ENG_FAMILY_AUTO || found.log_likelihood > best.log_likelihood) {
          family = candidates[i];
          best = found;
        }
      }
    } else if (family != ENG_FAMILY_NBD) {
      find_family(f, eng__family_of(family), &best);
    }
    if (family == ENG_FAMILY_NBD) {
      best = baseline;
    } else if (!(best.log_likelihood > baseline.log_likelihood + least_gain)) {
      best = baseline;
      family = ENG_FAMILY_NBD;
      fit->when.reason = ENG__REASON_NO_LEAVING;
    }
  }
  if (!isfinite(best.optimum.value)) return ENG_E_NOFIT;
  fit->family = family;
  set_part(f, eng__family_of(family), &best, &fit->when);
  return ENG_OK;
}

/* ---- what a purchase is worth ---- */

/* Rows with the mean worth scaled so that its own mean is 1; that mean. */
static double scale_spending(const struct eng__worth *worths, size_t count,
                             double minor, struct eng__spending *out, double *weight)
{
  double sum = 0, purchases = 0, scale;

  *weight = 0;
  for (size_t i = 0; i < count; i++) {
    sum += (double)worths[i].spend * minor * (double)worths[i].count;
    purchases += (double)worths[i].x * (double)worths[i].count;
    *weight += (double)worths[i].count;
  }
  scale = sum / purchases;
  for (size_t i = 0; i < count; i++) {
    out[i].x = worths[i].x;
    out[i].mean = (double)worths[i].spend * minor / worths[i].x / scale;
    out[i].weight = (double)worths[i].count;
  }
  return scale;
}

static void set_worth(struct target *target, double scale, struct eng__part *part)
{
  static const double starts[][ENG__PARAMETERS] = {{2, 3, 1, 0}, {6, 4, 0.5, 0}};
  struct found found;

  search(target, starts, 2, &found);
  if (!isfinite(found.optimum.value)) {
    part->reason = ENG__REASON_STOPPED;
    return;
  }
  find_errors(target, &found);
  part->count = ENG__SPEND_PARAMETERS;
  for (int i = 0; i < part->count; i++) {
    part->value[i] = exp(found.optimum.at[i]) * (i == 2 ? scale : 1);
    part->error[i] = part->value[i] * found.error[i];
  }
  part->converged = found.optimum.converged;
  part->log_likelihood = found.log_likelihood - target->weight * log(scale);
  if (!part->converged) {
    part->reason = ENG__REASON_STOPPED;
  } else if (found.edge) {
    part->reason = ENG__REASON_EDGE;
  } else if (found.flat) {
    part->reason = ENG__REASON_FLAT;
  }
}

static eng_status fit_worth(struct fitting *f, eng_fit *fit)
{
  size_t count = f->summaries->worth_count;
  struct target target = {NULL, NULL, NULL, 0, 0, ENG__SPEND_PARAMETERS};
  struct eng__worth *worths;
  struct eng__spending *rows;
  double scale;
  eng_status status;

  if (count == 0 || fit->currency == 0) {
    fit->worth.reason = ENG__REASON_NO_SPEND;
    return ENG_OK;
  }
  status = eng__summaries_worths(f->summaries, &worths);
  if (status != ENG_OK) return status;
  rows = eng__new(f->memory, count * sizeof *rows);
  if (rows != NULL) {
    scale = scale_spending(worths, count, eng__minor_unit(fit->currency), rows,
                           &target.weight);
    target.spending = rows;
    target.spending_count = count;
    if (target.weight < LEAST_SPENDERS) {
      fit->worth.reason = ENG__REASON_FEW_SPEND;
    } else {
      set_worth(&target, scale, &fit->worth);
    }
  }
  eng__free(f->memory, rows, count * sizeof *rows);
  eng__free(f->memory, worths, (count + 1) * sizeof *worths);
  return rows == NULL ? ENG_E_NOMEM : ENG_OK;
}

/* ---- the whole ---- */

static eng_status read_options(const eng_fit_options *from, int32_t unit,
                               eng_fit_options *out)
{
  eng_fit_options_init(out, sizeof *out);
  if (from != NULL) {
    if (from->size < sizeof(uint32_t)) return ENG_E_INVALID;
    memcpy(out, from, from->size < sizeof *out ? from->size : sizeof *out);
  }
  if (out->family < ENG_FAMILY_AUTO || out->family > ENG_FAMILY_NBD) return ENG_E_RANGE;
  if (out->family != ENG_FAMILY_AUTO &&
      (out->family == ENG_FAMILY_BGBB) != (unit == ENG_UNIT_PERIOD)) {
    return ENG_E_INVALID;
  }
  return ENG_OK;
}

/* What the summaries lack for any fit; NULL: nothing. */
static const char *lacking(const eng_summaries *s, const eng_fit_options *options)
{
  if (s->customers == 0) return "there are no customers";
  if (s->purchases == 0) return "nobody bought a second time";
  if (s->customers < options->customers) return "there are too few customers";
  if (s->repeaters < options->repeaters) {
    return "too few customers bought a second time";
  }
  return NULL;
}

static eng_status fit_all(struct fitting *f, eng_fit *fit)
{
  double ticks = eng__ticks_per_unit(fit->unit), scale;
  struct eng__alike *cells;
  eng_status status;

  scale = fit->unit == ENG_UNIT_PERIOD ? 1 : LONGEST / (double)f->summaries->longest;
  f->stretch = 1 / (scale * ticks);
  status = eng__summaries_alikes(f->summaries, &cells);
  if (status != ENG_OK) return status;
  status =
      eng__sample_make(f->memory, cells, f->summaries->cell_count, scale, &f->sample);
  eng__free(f->memory, cells, (f->summaries->cell_count + 1) * sizeof *cells);
  if (status != ENG_OK) return status;
  status = fit_when(f, fit);
  eng__sample_release(f->memory, &f->sample);
  return status == ENG_OK ? fit_worth(f, fit) : status;
}

eng_status eng_fit_new(const eng_summaries *summaries, const eng_fit_options *options,
                       eng_fit **out, eng_error *error)
{
  eng_fit_options read;
  struct fitting f;
  const char *lack;
  eng_status status;
  eng_fit *fit;

  if (out != NULL) *out = NULL;
  if (out == NULL || summaries == NULL) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  status = read_options(options, summaries->unit, &read);
  if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  lack = lacking(summaries, &read);
  if (lack != NULL) return eng__error_set(error, ENG_E_THIN, 0, 0, 0, lack);
  if (summaries->unit == ENG_UNIT_PERIOD && summaries->longest > MOST_PERIODS) {
    return eng__error_set(error, ENG_E_LIMIT, 0, 0, 0, "more than 10000 periods");
  }
  memset(&f, 0, sizeof f);
  f.summaries = summaries;
  f.memory = eng__memory(summaries->context);
  fit = eng__new_zeroed(f.memory, sizeof *fit);
  if (fit == NULL) return eng__error_set(error, ENG_E_NOMEM, 0, 0, 0, NULL);
  fit->context = summaries->context;
  fit->requested = read.family;
  fit->unit = summaries->unit;
  fit->currency = summaries->context->settings.currency;
  fit->until = read.until;
  fit->customers = summaries->customers;
  fit->purchases = summaries->purchases;
  status = fit_all(&f, fit);
  if (status != ENG_OK) {
    eng_fit_free(fit);
    return eng__error_set(error, status, 0, 0, 0, NULL);
  }
  eng__error_clear(error);
  *out = fit;
  return ENG_OK;
}

void eng_fit_free(eng_fit *fit)
{
  if (fit != NULL) eng__free(eng__memory(fit->context), fit, sizeof *fit);
}

/* ---- what it says ---- */

const char *eng_family_name(int32_t family)
{
  const struct eng__family *known = eng__family_of(family);

  if (family == ENG_FAMILY_AUTO) return "auto";
  return known == NULL ? NULL : known->name;
}

int32_t eng_fit_family(const eng_fit *fit) { return fit == NULL ? 0 : fit->family; }

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
  if (part == ENG_FIT_PURCHASES) return &fit->when;
  return part == ENG_FIT_SPEND ? &fit->worth : NULL;
}

int32_t eng_fit_parameter_count(const eng_fit *fit, int32_t part)
{
  const struct eng__part *p = part_of(fit, part);

  return p == NULL ? 0 : p->count;
}

const char *eng_fit_parameter_name(const eng_fit *fit, int32_t part, int32_t index)
{
  static const char *const worth[] = {"p", "q", "v"};
  const struct eng__part *p = part_of(fit, part);

  if (p == NULL || index < 0 || index >= p->count) return NULL;
  return part == ENG_FIT_SPEND ? worth[index]
                               : eng__family_of(fit->family)->parameters[index];
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
  default: return "";
  }
}
