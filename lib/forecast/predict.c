/* SPDX-License-Identifier: MIT */
/*
 * predict.c - a fit's answers for one customer, without memory and within bounds.
 *
 * Whatever a family computes is checked once more here before it is handed out.
 */
#include "forecast/fit.h"

#include <math.h>
#include <string.h>

#include "forecast/gammagamma.h"
#include "forecast/predict.h"
#include "forecast/special.h"

enum { MOST_PERIODS = 10000, BUFFER = 250, MOST_COUNTED = 2000 };

static const double most = 1e9;

void eng_rf_init(eng_rf *history, uint32_t size)
{
  if (history == NULL || size < sizeof(uint32_t)) return;
  memset(history, 0, size);
  history->size = size;
}

eng_status eng_fit_rf(const eng_fit *fit, const eng_summary *summary, eng_rf *out)
{
  eng_rf whole;
  double ticks;

  if (out == NULL || out->size < sizeof(uint32_t)) return ENG_E_INVALID;
  eng_rf_init(out, out->size);
  if (fit == NULL || summary == NULL) return ENG_E_INVALID;
  if (!summary->bought) return ENG_E_NOTFOUND;
  ticks = eng__ticks_per_unit(fit->unit);
  eng_rf_init(&whole, sizeof whole);
  whole.size = out->size;
  whole.x = summary->x;
  whole.t_x = summary->t_x / ticks;
  whole.T = summary->T / ticks;
  if (summary->has_spend && summary->spend > 0 && fit->currency != 0 &&
      fit->currency == fit->context->settings.currency) {
    whole.mean_spend =
        (double)summary->spend * eng__minor_unit(fit->currency) / summary->x;
  }
  whole.acts = summary->acts;
  whole.acts_after = summary->acts_after;
  whole.positive = summary->positive;
  memcpy(out, &whole, out->size < sizeof whole ? out->size : sizeof whole);
  return ENG_OK;
}

/* ---- what comes in ---- */

static bool is_whole(double v) { return v == floor(v); }

static bool is_within(double v, double end) { return v >= 0 && v <= end; }

eng_status eng__history_read(const eng_fit *fit, const eng_rf *from, eng_rf *out)
{
  eng_rf whole;

  if (fit == NULL || from == NULL || from->size < sizeof(uint32_t)) {
    return ENG_E_INVALID;
  }
  eng_rf_init(&whole, sizeof whole);
  memcpy(&whole, from, from->size < sizeof whole ? from->size : sizeof whole);
  if (!is_within(whole.x, most) || !is_whole(whole.x) || !is_within(whole.T, most) ||
      !is_within(whole.t_x, whole.T) || !is_within(whole.mean_spend, 1e18) ||
      (whole.x == 0 && whole.t_x > 0)) {
    return ENG_E_RANGE;
  }
  if (fit->unit == ENG_UNIT_PERIOD &&
      (!is_whole(whole.t_x) || !is_whole(whole.T) || whole.T > MOST_PERIODS ||
       whole.x > whole.t_x || (whole.t_x > 0 && whole.x == 0))) {
    return ENG_E_RANGE;
  }
  if (!is_within(whole.acts, ENG_MOST_ACTS) || !is_whole(whole.acts) ||
      !is_within(whole.acts_after, whole.acts) || !is_whole(whole.acts_after) ||
      !is_within(whole.positive, whole.acts) || !is_whole(whole.positive)) {
    return ENG_E_RANGE;
  }
  *out = whole;
  return ENG_OK;
}

static eng_status read_history(const eng_fit *fit, const eng_rf *from,
                               struct eng__rf *out, double *mean_spend)
{
  eng_rf whole;
  eng_status status = eng__history_read(fit, from, &whole);

  if (status != ENG_OK) return status;
  *out = (struct eng__rf){whole.x, whole.t_x, whole.T};
  if (mean_spend != NULL) *mean_spend = whole.mean_spend;
  return ENG_OK;
}

eng_status eng__horizon_check(const eng_fit *fit, double horizon)
{
  if (!is_within(horizon, most)) return ENG_E_RANGE;
  if (fit->unit == ENG_UNIT_PERIOD && (!is_whole(horizon) || horizon > MOST_PERIODS)) {
    return ENG_E_RANGE;
  }
  return ENG_OK;
}

/* The customer under the fit of purchases. */
static eng_status look(const eng_fit *fit, const eng_rf *history,
                       struct eng__living *out)
{
  struct eng__rf h;
  eng_status status = read_history(fit, history, &h, NULL);

  if (status != ENG_OK) return status;
  eng__family_of(fit->family)->living(fit->when.value, &h, out);
  return isfinite(out->alive) ? ENG_OK : ENG_E_RANGE;
}

/* ---- what goes out ---- */

eng_status eng__give(double value, double *out)
{
  if (!isfinite(value)) return ENG_E_RANGE;
  *out = value > 0 ? value : 0;
  return ENG_OK;
}

eng_status eng__give_probability(double value, double *out)
{
  return eng__give(value > 1 ? 1 : value, out);
}

double eng__stay_alive(const eng_fit *fit, const struct eng__rf *history)
{
  struct eng__living living;

  eng__family_of(fit->stay_family)->living(fit->stay.value, history, &living);
  return living.alive;
}

eng_status eng_fit_p_alive(const eng_fit *fit, const eng_rf *history, double *out)
{
  struct eng__living living;
  struct eng__rf h;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  status = look(fit, history, &living);
  if (status != ENG_OK) return status;
  if (fit->stay.count == 0) return eng__give_probability(living.alive, out);
  status = read_history(fit, history, &h, NULL);
  if (status != ENG_OK) return status;
  return eng__give_probability(eng__stay_alive(fit, &h), out);
}

eng_status eng_fit_p_purchase(const eng_fit *fit, const eng_rf *history, double horizon,
                              double *out)
{
  struct eng__living living;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  status = look(fit, history, &living);
  if (status == ENG_OK) status = eng__horizon_check(fit, horizon);
  if (status != ENG_OK) return status;
  return eng__give_probability(
      living.alive * eng__family_of(fit->family)->p_purchase(&living, horizon), out);
}

eng_status eng_fit_expected_purchases(const eng_fit *fit, const eng_rf *history,
                                      double horizon, double *out)
{
  struct eng__living living;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  status = look(fit, history, &living);
  if (status == ENG_OK) status = eng__horizon_check(fit, horizon);
  if (status != ENG_OK) return status;
  return eng__give(
      living.alive * eng__family_of(fit->family)->expected(&living, horizon), out);
}

/* ---- how many ---- */

/* The customer under the fit, where its counts can be told in bounded time: Pareto/NBD
 * walks along the horizon in steps of about three purchases. */
static eng_status look_ahead(const eng_fit *fit, const eng_rf *history, double horizon,
                             struct eng__living *out)
{
  eng_status status = look(fit, history, out);
  const double *v = out->v;

  if (status == ENG_OK) status = eng__horizon_check(fit, horizon);
  if (status == ENG_OK && fit->family == ENG_FAMILY_PARETONBD &&
      !(v[0] * log1p(horizon / v[1]) + v[2] * log1p(horizon / v[3]) < 15000)) {
    status = ENG_E_LIMIT;
  }
  return status;
}

/* Probabilities of 0 .. count - 1, of one who may have left. */
static void spread(const eng_fit *fit, const struct eng__living *living, double horizon,
                   double *out, size_t count)
{
  eng__family_of(fit->family)->distribution(living, horizon, out, count);
  for (size_t i = 0; i < count; i++) {
    out[i] *= living->alive;
    if (i == 0) out[i] += 1 - living->alive;
    if (!(out[i] >= 0)) out[i] = 0;
    if (out[i] > 1) out[i] = 1;
  }
}

eng_status eng_fit_purchases(const eng_fit *fit, const eng_rf *history, double horizon,
                             double *out, size_t count)
{
  struct eng__living living;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, count * sizeof *out);
  status = look_ahead(fit, history, horizon, &living);
  if (status == ENG_OK && count > 0) spread(fit, &living, horizon, out, count);
  return status;
}

/* Where the sum of probabilities first passes each of two levels. */
static bool find_quantiles(const double *p, size_t count, double low, double high,
                           uint32_t *low_out, uint32_t *high_out)
{
  bool has_low = false;
  double sum = 0;

  for (size_t i = 0; i < count; i++) {
    sum += p[i];
    if (!has_low && sum > low) {
      *low_out = (uint32_t)i;
      has_low = true;
    }
    if (sum >= high) {
      *high_out = (uint32_t)i;
      return true;
    }
  }
  return false;
}

eng_status eng_fit_interval(const eng_fit *fit, const eng_rf *history, double horizon,
                            double level, uint32_t *low, uint32_t *high)
{
  double few[BUFFER], many[MOST_COUNTED], tail = (1 - level) / 2;
  struct eng__living living;
  eng_status status;

  if (low != NULL) *low = 0;
  if (high != NULL) *high = 0;
  if (low == NULL || high == NULL) return ENG_E_INVALID;
  status = look_ahead(fit, history, horizon, &living);
  if (status == ENG_OK && !(level >= 0.01 && level <= 0.999)) status = ENG_E_RANGE;
  if (status != ENG_OK) return status;
  spread(fit, &living, horizon, few, BUFFER);
  if (find_quantiles(few, BUFFER, tail, 1 - tail, low, high)) return ENG_OK;
  spread(fit, &living, horizon, many, MOST_COUNTED);
  if (find_quantiles(many, MOST_COUNTED, tail, 1 - tail, low, high)) return ENG_OK;
  *low = *high = 0;
  return ENG_E_LIMIT;
}

/* ---- worth ---- */

eng_status eng_fit_discounted_purchases(const eng_fit *fit, const eng_rf *history,
                                        double rate, double *out)
{
  struct eng__living living;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  status = look(fit, history, &living);
  if (status == ENG_OK && !(rate >= 1e-9 && rate <= 10)) status = ENG_E_RANGE;
  if (status != ENG_OK) return status;
  return eng__give(
      living.alive * eng__family_of(fit->family)->discounted(&living, rate), out);
}

eng_status eng_fit_expected_spend(const eng_fit *fit, const eng_rf *history,
                                  double *out)
{
  struct eng__rf h;
  double mean, value;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  status = read_history(fit, history, &h, &mean);
  if (status != ENG_OK) return status;
  if (fit->worth.count == 0) return ENG_E_THIN;
  /* Purchases of unknown worth tell nothing about it. */
  if (!eng__spend_expected(fit->worth.value, mean > 0 ? h.x : 0, mean, &value)) {
    return ENG_E_INFINITE;
  }
  return eng__give(value, out);
}

eng_status eng_fit_value(const eng_fit *fit, const eng_rf *history, double rate,
                         double *out)
{
  double purchases, spend;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  status = eng_fit_discounted_purchases(fit, history, rate, &purchases);
  if (status == ENG_OK) status = eng_fit_expected_spend(fit, history, &spend);
  return status == ENG_OK ? eng__give(purchases * spend, out) : status;
}

/* ---- the money of all purchases ---- */

/*
 * The worth of k purchases to come is Gamma(p k, nu), and nu given the history is
 * Gamma(q + p x, v + x mean): so worth / (worth + v + x mean) is Beta(p k, q + p x).
 */
struct purse {
  double counts[MOST_COUNTED]; /* P(k purchases) */
  size_t count;                /* beyond which there are none to speak of */
  double p, q, v;
};

static eng_status fill_purse(const eng_fit *fit, const eng_rf *rf, double horizon,
                             struct purse *out)
{
  struct eng__living living;
  struct eng__rf h;
  double mean, sum = 0, x;
  eng_status status = read_history(fit, rf, &h, &mean);

  if (status == ENG_OK) status = look_ahead(fit, rf, horizon, &living);
  if (status != ENG_OK) return status;
  if (fit->worth.count == 0) return ENG_E_THIN;
  x = mean > 0 ? h.x : 0;
  out->p = fit->worth.value[0];
  out->q = fit->worth.value[1] + out->p * x;
  out->v = fit->worth.value[2] + x * mean;
  for (size_t room = BUFFER; room <= MOST_COUNTED; room += MOST_COUNTED - BUFFER) {
    spread(fit, &living, horizon, out->counts, room);
    sum = 0;
    for (out->count = 0; out->count < room && sum < 1 - 1e-9; out->count++) {
      sum += out->counts[out->count];
    }
    if (sum >= 1 - 1e-9) return ENG_OK;
  }
  return ENG_E_LIMIT;
}

/* P(worth <= amount). */
static double purse_cdf(const struct purse *purse, double amount)
{
  double share = amount / (amount + purse->v), sum = purse->counts[0];

  if (!(amount > 0)) return sum;
  for (size_t k = 1; k < purse->count; k++) {
    sum += purse->counts[k] * eng__beta_cdf(share, purse->p * (double)k, purse->q);
  }
  return sum;
}

eng_status eng_fit_p_spend(const eng_fit *fit, const eng_rf *rf, double horizon,
                           double amount, double *out)
{
  struct purse purse;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  status = fill_purse(fit, rf, horizon, &purse);
  if (status == ENG_OK && !is_within(amount, 1e18)) status = ENG_E_RANGE;
  return status == ENG_OK ? eng__give_probability(purse_cdf(&purse, amount), out)
                          : status;
}

/* The least amount that worth does not exceed with a probability of `level`. */
static eng_status purse_quantile(const struct purse *purse, double level, double *out)
{
  double low = log(1e-9), high = log(1e18);

  *out = 0;
  if (purse->counts[0] >= level) return ENG_OK;
  if (purse_cdf(purse, exp(high)) < level) return ENG_E_LIMIT;
  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;

    if (purse_cdf(purse, exp(middle)) < level) {
      low = middle;
    } else {
      high = middle;
    }
  }
  *out = exp(high);
  return ENG_OK;
}

eng_status eng_fit_spend_interval(const eng_fit *fit, const eng_rf *rf, double horizon,
                                  double level, double *low, double *high)
{
  struct purse purse;
  eng_status status;

  if (low != NULL) *low = 0;
  if (high != NULL) *high = 0;
  if (low == NULL || high == NULL) return ENG_E_INVALID;
  status = fill_purse(fit, rf, horizon, &purse);
  if (status == ENG_OK && !(level >= 0.01 && level <= 0.999)) status = ENG_E_RANGE;
  if (status == ENG_OK) status = purse_quantile(&purse, (1 - level) / 2, low);
  if (status == ENG_OK) status = purse_quantile(&purse, (1 + level) / 2, high);
  if (status != ENG_OK) *low = *high = 0;
  return status;
}
