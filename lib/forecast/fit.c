/* SPDX-License-Identifier: MIT */
/*
 * fit.c - from summaries to a fit.
 *
 * Times are scaled so that the longest is 10 and amounts so that their mean is 1: then
 * every parameter is near 1 whatever the shop. A family with leaving has to be likelier
 * than NBD by more than its two further parameters are worth (Akaike 1974); where it is
 * not, those parameters stand for nothing and NBD is what the data supports.
 */
#include "forecast/fit.h"

#include <math.h>
#include <string.h>

#include <engagement/money.h>

#include "core/status.h"
#include "forecast/fitting.h"
#include "forecast/gammagamma.h"
#include "forecast/special.h"
#include "forecast/summaries.h"

enum { LEAST_SPENDERS = 10, MOST_PERIODS = 10000 };

static const double least_gain = 2;

void eng_fit_options_init(eng_fit_options *options, uint32_t size)
{
  eng_fit_options whole = {0, ENG_FAMILY_USUAL, 30, 10, ENG_TIME_NONE, NULL, NULL};

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

/* ---- when they buy ---- */

/* A family's likelihood of a sample. */
struct buying {
  const struct eng__family *family;
  struct eng__sample *sample;
};

static double buying_likelihood(void *data, const double *p, double *gradient)
{
  struct buying *buying = data;

  return buying->family->likelihood(p, buying->sample, gradient);
}

static struct eng__target target_of(struct eng__fitting *f, struct buying *buying)
{
  struct eng__target target = {buying_likelihood, buying, f->sample.weight,
                               buying->family->count, &f->watch};

  return target;
}

/* Starts around the mean rate, which is what every family can tell. */
static void find_family(struct eng__fitting *f, const struct eng__family *family,
                        struct eng__found *out)
{
  struct buying buying = {family, &f->sample};
  struct eng__target target = target_of(f, &buying);
  double r = 0.5, time = 0, rate, alpha;

  for (size_t i = 0; i < f->sample.count; i++) {
    time += f->sample.rows[i].weight * f->sample.times[f->sample.rows[i].T];
  }
  rate = (double)f->summaries->purchases / time;
  alpha = r / rate;
  if (family->discrete) {
    const double starts[][ENG__PARAMETERS] = {
        {1, 1, 0.5, 2}, {0.5, 0.5 / rate, 0.1, 2}, {0.1, 0.1, 0.1, 0.1}};

    eng__search(&target, starts, 3, out);
  } else if (family == &eng__paretonbd) {
    const double starts[][ENG__PARAMETERS] = {{r, alpha, 0.5, ENG__LONGEST / 2.0},
                                              {1, 1, 1, 1},
                                              {r, alpha, 0.05, ENG__LONGEST}};

    eng__search(&target, starts, 3, out);
  } else {
    const double starts[][ENG__PARAMETERS] = {
        {r, alpha, 0.8, 2}, {1, 1, 1, 1}, {r, alpha, 0.05, 1}};

    eng__search(&target, starts, family->leaves ? 3 : 2, out);
  }
}

/* Which parameters are times. */
static bool is_time(const struct eng__family *family, int i)
{
  return !family->discrete && (i == 1 || (i == 3 && family == &eng__paretonbd));
}

static void set_part(struct eng__fitting *f, const struct eng__family *family,
                     struct eng__found *found, struct eng__part *part)
{
  struct buying buying = {family, &f->sample};
  struct eng__target target = target_of(f, &buying);
  double units[ENG__PARAMETERS];

  eng__find_errors(&target, found);
  for (int i = 0; i < family->count; i++)
    units[i] = is_time(family, i) ? f->stretch : 1;
  eng__part_set(part, &target, found, units);
  part->log_likelihood -= (double)f->summaries->purchases * log(f->stretch);
  if (part->reason == ENG__REASON_EDGE && family->discrete) {
    part->reason = ENG__REASON_STEADY;
  }
}

/* The families that `auto` chooses from. */
static const int32_t candidates[] = {ENG_FAMILY_MBGNBD, ENG_FAMILY_PARETONBD,
                                     ENG_FAMILY_BGNBD};

/* The likeliest of the candidates. */
static int32_t find_likeliest(struct eng__fitting *f, struct eng__found *best)
{
  int32_t family = ENG_FAMILY_AUTO;

  for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
    struct eng__found found;

    find_family(f, eng__family_of(candidates[i]), &found);
    if (family == ENG_FAMILY_AUTO || found.log_likelihood > best->log_likelihood) {
      family = candidates[i];
      *best = found;
    }
  }
  return family;
}

/* Whether leaving explains more than two parameters do by themselves. */
static bool tells_leaving(const struct eng__found *found,
                          const struct eng__found *baseline)
{
  return found->log_likelihood > baseline->log_likelihood + least_gain;
}

/* What P(alive) is asked of, where another family tells of purchases. */
static void fit_stay(struct eng__fitting *f, const struct eng__found *baseline,
                     eng_fit *fit)
{
  struct eng__found found;

  find_family(f, &eng__mbgnbd, &found);
  if (!tells_leaving(&found, baseline)) return;
  fit->stay_family = ENG_FAMILY_MBGNBD;
  set_part(f, &eng__mbgnbd, &found, &fit->stay);
}

static eng_status fit_when(struct eng__fitting *f, eng_fit *fit)
{
  struct eng__found best, baseline;
  int32_t family = fit->requested;

  memset(&best, 0, sizeof best);
  if (fit->unit == ENG_UNIT_PERIOD) {
    family = ENG_FAMILY_BGBB;
    find_family(f, &eng__bgbb, &best);
  } else {
    find_family(f, &eng__nbd, &baseline);
    if (family == ENG_FAMILY_USUAL) family = ENG_FAMILY_PARETONBD;
    if (family == ENG_FAMILY_AUTO) {
      family = find_likeliest(f, &best);
      fit->chosen = ENG_CHOSEN_LIKELIHOOD;
    } else if (family != ENG_FAMILY_NBD) {
      find_family(f, eng__family_of(family), &best);
    }
    if (family == ENG_FAMILY_NBD) {
      best = baseline;
    } else if (!tells_leaving(&best, &baseline)) {
      best = baseline;
      family = ENG_FAMILY_NBD;
      fit->chosen = ENG_CHOSEN_ASKED;
      fit->when.reason = ENG__REASON_NO_LEAVING;
    } else if (fit->requested == ENG_FAMILY_USUAL) {
      fit_stay(f, &baseline, fit);
    }
  }
  if (f->watch.cancelled) return ENG_E_CANCELLED;
  if (!isfinite(best.optimum.value)) return ENG_E_NOFIT;
  fit->family = family;
  set_part(f, eng__family_of(family), &best, &fit->when);
  return f->watch.cancelled ? ENG_E_CANCELLED : ENG_OK;
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

/* Rows of mean worths. */
struct spending {
  const struct eng__spending *rows;
  size_t count;
};

static double spending_likelihood(void *data, const double *p, double *gradient)
{
  const struct spending *spending = data;

  return eng__spend_likelihood(p, spending->rows, spending->count, gradient);
}

static void set_worth(struct eng__fitting *f, struct spending *spending, double weight,
                      double scale, struct eng__part *part)
{
  static const double starts[][ENG__PARAMETERS] = {{2, 3, 1, 0}, {6, 4, 0.5, 0}};
  const double units[] = {1, 1, scale};
  struct eng__target target = {spending_likelihood, spending, weight,
                               ENG__SPEND_PARAMETERS, &f->watch};
  struct eng__found found;

  eng__search(&target, starts, 2, &found);
  if (!isfinite(found.optimum.value)) {
    part->reason = ENG__REASON_STOPPED;
    return;
  }
  eng__find_errors(&target, &found);
  eng__part_set(part, &target, &found, units);
  part->log_likelihood -= weight * log(scale);
}

static eng_status fit_worth(struct eng__fitting *f, eng_fit *fit)
{
  size_t count = f->summaries->worth_count;
  struct eng__worth *worths;
  struct eng__spending *rows;
  double scale, weight;
  eng_status status;

  if (count == 0 || fit->currency == 0) {
    fit->worth.reason = ENG__REASON_NO_SPEND;
    return ENG_OK;
  }
  status = eng__summaries_worths(f->summaries, &worths);
  if (status != ENG_OK) return status;
  rows = eng__new(f->memory, count * sizeof *rows);
  if (rows != NULL) {
    struct spending spending = {rows, count};

    scale =
        scale_spending(worths, count, eng__minor_unit(fit->currency), rows, &weight);
    if (weight < LEAST_SPENDERS) {
      fit->worth.reason = ENG__REASON_FEW_SPEND;
    } else {
      set_worth(f, &spending, weight, scale, &fit->worth);
    }
  }
  eng__free(f->memory, rows, count * sizeof *rows);
  eng__free(f->memory, worths, (count + 1) * sizeof *worths);
  if (f->watch.cancelled) return ENG_E_CANCELLED;
  return rows == NULL ? ENG_E_NOMEM : ENG_OK;
}

/* ---- the whole ---- */

eng_status eng__fit_options_read(const eng_fit_options *from, int32_t unit,
                                 eng_fit_options *out)
{
  eng_fit_options_init(out, sizeof *out);
  if (from != NULL) {
    if (from->size < sizeof(uint32_t)) return ENG_E_INVALID;
    memcpy(out, from, from->size < sizeof *out ? from->size : sizeof *out);
  }
  if (out->family < ENG_FAMILY_AUTO || out->family > ENG_FAMILY_USUAL)
    return ENG_E_RANGE;
  if (out->family != ENG_FAMILY_AUTO && out->family != ENG_FAMILY_USUAL &&
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

static eng_status fit_all(struct eng__fitting *f, eng_fit *fit)
{
  double ticks = eng__ticks_per_unit(fit->unit), scale;
  struct eng__alike *cells;
  eng_status status;

  scale =
      fit->unit == ENG_UNIT_PERIOD ? 1 : ENG__LONGEST / (double)f->summaries->longest;
  f->stretch = 1 / (scale * ticks);
  status = eng__summaries_alikes(f->summaries, &cells);
  if (status != ENG_OK) return status;
  status =
      eng__sample_make(f->memory, cells, f->summaries->cell_count, scale, &f->sample);
  if (status == ENG_OK) status = fit_when(f, fit);
  eng__sample_release(f->memory, &f->sample);
  if (status == ENG_OK) status = eng__fit_say(f, cells, fit);
  eng__free(f->memory, cells, (f->summaries->cell_count + 1) * sizeof *cells);
  return status == ENG_OK ? fit_worth(f, fit) : status;
}

eng_status eng_fit_new(const eng_summaries *summaries, const eng_fit_options *options,
                       eng_fit **out, eng_error *error)
{
  eng_fit_options read;
  struct eng__fitting f;
  const char *lack;
  eng_status status;
  eng_fit *fit;

  if (out != NULL) *out = NULL;
  if (out == NULL || summaries == NULL) {
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  }
  status = eng__fit_options_read(options, summaries->unit, &read);
  if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  lack = lacking(summaries, &read);
  if (lack != NULL) return eng__error_set(error, ENG_E_THIN, 0, 0, 0, lack);
  if (summaries->unit == ENG_UNIT_PERIOD && summaries->longest > MOST_PERIODS) {
    return eng__error_set(error, ENG_E_LIMIT, 0, 0, 0, "more than 10000 periods");
  }
  memset(&f, 0, sizeof f);
  f.summaries = summaries;
  f.memory = eng__memory(summaries->context);
  f.watch.progress = read.progress;
  f.watch.user = read.user;
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
