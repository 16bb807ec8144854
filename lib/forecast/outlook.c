/* SPDX-License-Identifier: MIT */
/*
 * outlook.c - all that is forecast of a customer at once, and of many customers.
 *
 * What depends on (x, t_x, T) alone takes nearly all of the time, and many customers
 * share it: it is kept in a small table, where a later history may take the place of an
 * earlier one.
 */
#include <math.h>
#include <string.h>

#include "core/checked.h"
#include "forecast/predict.h"
#include "forecast/say.h"

/* What a history says, whatever was spent and told. */
struct outlook {
  double p_alive, p_purchase, purchases;
  double alive; /* by the family of purchases */
  double stay;  /* how long one who is there will stay; only where acts are forecast */
};

static eng_status look_out(const eng_fit *fit, const struct eng__rf *h, double horizon,
                           struct outlook *out)
{
  const struct eng__family *family = eng__family_of(fit->family);
  struct eng__living living;
  double p_alive;
  eng_status status;

  memset(out, 0, sizeof *out);
  family->living(fit->when.value, h, &living);
  p_alive = fit->stay.count > 0 ? eng__stay_alive(fit, h) : living.alive;
  out->alive = living.alive;
  status = eng__give_probability(p_alive, &out->p_alive);
  if (status == ENG_OK) {
    status = eng__give_probability(living.alive * family->p_purchase(&living, horizon),
                                   &out->p_purchase);
  }
  if (status == ENG_OK) {
    status =
        eng__give(living.alive * family->expected(&living, horizon), &out->purchases);
  }
  if (status == ENG_OK && fit->say.count > 0) {
    double stay = family->stay(&living, horizon);

    status = eng__give(stay < horizon ? stay : horizon, &out->stay);
  }
  return status;
}

/* ---- telling ---- */

static eng_status give_acts(const eng_fit *fit, const eng_rf *rf,
                            const struct outlook *outlook, double *acts,
                            double *positive)
{
  const double *p = fit->say.value, *mood = fit->mood.value;
  struct eng__said said = {rf->t_x,  rf->T, outlook->alive,
                           rf->acts, 1,     rf->acts_after > 0};
  eng_status status;

  status = eng__give(eng__say_alive(p, &said) * outlook->stay *
                         ((p[0] + rf->acts) / (p[1] + rf->T)),
                     acts);
  if (status != ENG_OK || fit->mood.count == 0) return status;
  return eng__give(*acts * ((mood[0] + rf->positive) / (mood[0] + mood[1] + rf->acts)),
                   positive);
}

eng_status eng_fit_expected_acts(const eng_fit *fit, const eng_rf *history,
                                 double horizon, double *acts, double *positive)
{
  struct outlook outlook;
  eng_status status;
  eng_rf rf;

  if (acts != NULL) *acts = 0;
  if (positive != NULL) *positive = 0;
  if (acts == NULL || positive == NULL) return ENG_E_INVALID;
  status = eng__history_read(fit, history, &rf);
  if (status == ENG_OK) status = eng__horizon_check(fit, horizon);
  if (status == ENG_OK && fit->say.count == 0) status = ENG_E_THIN;
  if (status == ENG_OK) {
    struct eng__rf h = {rf.x, rf.t_x, rf.T};

    status = look_out(fit, &h, horizon, &outlook);
  }
  if (status == ENG_OK) status = give_acts(fit, &rf, &outlook, acts, positive);
  if (status != ENG_OK) *acts = *positive = 0;
  return status;
}

/* ---- one customer ---- */

/* What is the customer's own is added to the outlook. */
static eng_status fill(const eng_fit *fit, const eng_rf *rf,
                       const struct outlook *outlook, eng_forecast *out)
{
  double spend;

  out->p_alive = outlook->p_alive;
  out->p_purchase = outlook->p_purchase;
  out->expected_purchases = outlook->purchases;
  out->has_forecast = 1;
  if (fit->worth.count > 0 && eng_fit_expected_spend(fit, rf, &spend) == ENG_OK &&
      eng__give(spend * out->expected_purchases, &out->expected_spend) == ENG_OK) {
    out->has_spend = 1;
  }
  if (fit->say.count == 0) return ENG_OK;
  out->has_say = 1;
  return give_acts(fit, rf, outlook, &out->expected_acts, &out->expected_positive);
}

eng_status eng_fit_forecast(const eng_fit *fit, const eng_rf *history, double horizon,
                            eng_forecast *out)
{
  struct outlook outlook;
  eng_status status;
  eng_rf rf;

  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, sizeof *out);
  status = eng__history_read(fit, history, &rf);
  if (status == ENG_OK) status = eng__horizon_check(fit, horizon);
  if (status == ENG_OK) {
    struct eng__rf h = {rf.x, rf.t_x, rf.T};

    status = look_out(fit, &h, horizon, &outlook);
  }
  if (status == ENG_OK) status = fill(fit, &rf, &outlook, out);
  if (status != ENG_OK) memset(out, 0, sizeof *out);
  return status;
}

/* ---- many customers ---- */

enum { LEAST_SEEN = 1 << 6, MOST_SEEN = 1 << 18, TRIES = 8 };

struct seen {
  uint32_t x, t_x, T;
  eng_status status;
  bool used;
  struct outlook outlook;
};

/* A slot for each history that was met, while there is room near its place. */
struct album {
  struct seen *seen;
  size_t room;
};

static struct seen *find_seen(const struct album *album, const eng_summary *s)
{
  uint64_t hash = s->x * UINT64_C(0x9e3779b97f4a7c15) ^
                  s->t_x * UINT64_C(0xc2b2ae3d27d4eb4f) ^
                  s->T * UINT64_C(0x165667b19e3779f9);
  size_t first = (size_t)((hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9) >> 40);

  for (size_t i = 0; i < TRIES; i++) {
    struct seen *seen = &album->seen[(first + i) & (album->room - 1)];

    if (!seen->used) return seen;
    if (seen->x == s->x && seen->t_x == s->t_x && seen->T == s->T) return seen;
  }
  album->seen[first & (album->room - 1)].used = false;
  return &album->seen[first & (album->room - 1)];
}

static void forecast_one(const eng_fit *fit, const struct album *album,
                         const eng_summary *summary, double horizon, eng_forecast *out)
{
  struct seen *seen;
  eng_rf rf, whole;

  memset(out, 0, sizeof *out);
  eng_rf_init(&rf, sizeof rf);
  if (eng_fit_rf(fit, summary, &rf) != ENG_OK ||
      eng__history_read(fit, &rf, &whole) != ENG_OK) {
    return;
  }
  seen = find_seen(album, summary);
  if (!seen->used) {
    struct eng__rf h = {whole.x, whole.t_x, whole.T};

    seen->x = summary->x;
    seen->t_x = summary->t_x;
    seen->T = summary->T;
    seen->status = look_out(fit, &h, horizon, &seen->outlook);
    seen->used = true;
  }
  if (seen->status != ENG_OK || fill(fit, &whole, &seen->outlook, out) != ENG_OK) {
    memset(out, 0, sizeof *out);
  }
}

eng_status eng_fit_forecasts(const eng_fit *fit, const eng_summary *histories,
                             uint64_t count, double horizon, eng_forecast *out)
{
  struct album album = {NULL, LEAST_SEEN};
  eng_status status;

  if (fit == NULL || ((histories == NULL || out == NULL) && count > 0)) {
    return ENG_E_INVALID;
  }
  status = eng__horizon_check(fit, horizon);
  if (status != ENG_OK) return status;
  while (album.room < MOST_SEEN && album.room < count / 4) album.room *= 2;
  album.seen =
      eng__new_zeroed(eng__memory(fit->context), album.room * sizeof *album.seen);
  if (album.seen == NULL) return ENG_E_NOMEM;
  for (uint64_t i = 0; i < count; i++) {
    forecast_one(fit, &album, &histories[i], horizon, &out[i]);
  }
  eng__free(eng__memory(fit->context), album.seen, album.room * sizeof *album.seen);
  return ENG_OK;
}
