/* SPDX-License-Identifier: MIT */
/*
 * fit_say.c - fitting acts of telling: how often, and how many of them positive.
 *
 * How likely each history is that of one who is still there, the fit of purchases says;
 * so that comes first.
 */
#include "forecast/fitting.h"

#include <math.h>

#include "core/checked.h"
#include "forecast/say.h"

enum { LEAST_TELLERS = 10 };

struct telling {
  const struct eng__said *rows;
  size_t count;
};

static double telling_likelihood(void *data, const double *p, double *gradient)
{
  const struct telling *telling = data;

  return eng__say_likelihood(p, telling->rows, telling->count, gradient);
}

struct moods {
  const struct eng__mood *rows;
  size_t count;
};

static double moods_likelihood(void *data, const double *p, double *gradient)
{
  const struct moods *moods = data;

  return eng__mood_likelihood(p, moods->rows, moods->count, gradient);
}

/* ---- rows ---- */

static double alive_by_purchases(const eng_fit *fit, const struct eng__alike *cell)
{
  double ticks = eng__ticks_per_unit(fit->unit);
  struct eng__rf h = {cell->x, cell->t_x / ticks, cell->T / ticks};
  struct eng__living living;

  eng__family_of(fit->family)->living(fit->when.value, &h, &living);
  return living.alive >= 0 && living.alive <= 1 ? living.alive : 1;
}

static bool is_of(const struct eng__tell *tell, const struct eng__alike *cell)
{
  return tell->x == cell->x && tell->t_x == cell->t_x && tell->T == cell->T;
}

/* Each history with the acts that were made, and then the silent ones of it. Both
 * lists are in one order. How many rows. */
static size_t list_rows(const struct eng__fitting *f, const eng_fit *fit,
                        const struct eng__alike *cells, const struct eng__tell *tells,
                        struct eng__said *out)
{
  double unit = eng__ticks_per_unit(fit->unit) * f->stretch;
  size_t next = 0, n = 0;

  for (size_t i = 0; i < f->summaries->cell_count; i++) {
    struct eng__said row = {cells[i].t_x / unit, cells[i].T / unit, 1, 0, 0, false};
    uint64_t silent = cells[i].count;

    row.alive = alive_by_purchases(fit, &cells[i]);
    for (; next < f->summaries->tells.count && is_of(&tells[next], &cells[i]); next++) {
      row.acts = tells[next].acts;
      row.after = tells[next].after > 0;
      row.weight = (double)tells[next].count;
      silent -= tells[next].count < silent ? tells[next].count : silent;
      out[n++] = row;
    }
    row.acts = 0;
    row.after = false;
    row.weight = (double)silent;
    if (silent > 0) out[n++] = row;
  }
  return n;
}

/* ---- fits ---- */

static void fit_rate(struct eng__fitting *f, struct telling *telling,
                     struct eng__part *part)
{
  const double units[] = {1, f->stretch};
  double acts = 0, time = 0, weight = 0, rate;
  struct eng__target target = {telling_likelihood, telling, 0, ENG__SAY_PARAMETERS,
                               &f->watch};
  struct eng__found found;

  for (size_t i = 0; i < telling->count; i++) {
    acts += telling->rows[i].weight * telling->rows[i].acts;
    time += telling->rows[i].weight * telling->rows[i].T;
    weight += telling->rows[i].weight;
  }
  target.weight = weight;
  rate = time > 0 ? acts / time : 1;
  {
    const double starts[][ENG__PARAMETERS] = {{0.5, 0.5 / rate, 0, 0}, {1, 1, 0, 0}};

    eng__search(&target, starts, 2, &found);
  }
  if (!isfinite(found.optimum.value)) {
    part->reason = ENG__REASON_STOPPED;
    return;
  }
  eng__find_errors(&target, &found);
  eng__part_set(part, &target, &found, units);
  part->log_likelihood -= acts * log(f->stretch);
}

static void fit_mood(struct eng__fitting *f, struct moods *moods,
                     struct eng__part *part)
{
  static const double starts[][ENG__PARAMETERS] = {{4, 1, 0, 0}, {1, 1, 0, 0}};
  const double units[] = {1, 1};
  double weight = 0, good = 0, bad = 0;
  struct eng__target target = {moods_likelihood, moods, 0, ENG__SAY_PARAMETERS,
                               &f->watch};
  struct eng__found found;

  for (size_t i = 0; i < moods->count; i++) {
    weight += moods->rows[i].weight;
    good += moods->rows[i].positive;
    bad += moods->rows[i].acts - moods->rows[i].positive;
  }
  /* Where all acts are of one kind, nothing tells how much customers differ. */
  if (good <= 0 || bad <= 0) part->reason = ENG__REASON_EDGE;
  target.weight = weight;
  eng__search(&target, starts, 2, &found);
  if (!isfinite(found.optimum.value)) {
    part->reason = ENG__REASON_STOPPED;
    return;
  }
  eng__find_errors(&target, &found);
  eng__part_set(part, &target, &found, units);
}

static eng_status fit_rows(struct eng__fitting *f, const struct eng__alike *cells,
                           const struct eng__tell *tells, eng_fit *fit)
{
  size_t tell_count = f->summaries->tells.count;
  size_t room = f->summaries->cell_count + tell_count + 1, said_size, mood_size;
  struct eng__said *said = NULL;
  struct eng__mood *moods = NULL;
  eng_status status = ENG_E_NOMEM;

  if (!eng__mul_size(room, sizeof *said, &said_size) ||
      !eng__mul_size(tell_count + 1, sizeof *moods, &mood_size)) {
    return ENG_E_NOMEM;
  }
  said = eng__new(f->memory, said_size);
  moods = eng__new(f->memory, mood_size);
  if (said != NULL && moods != NULL) {
    struct telling telling = {said, list_rows(f, fit, cells, tells, said)};
    struct moods all = {moods, tell_count};

    for (size_t i = 0; i < tell_count; i++) {
      moods[i] =
          (struct eng__mood){tells[i].acts, tells[i].positive, (double)tells[i].count};
    }
    fit_rate(f, &telling, &fit->say);
    if (fit->say.count > 0) fit_mood(f, &all, &fit->mood);
    status = f->watch.cancelled ? ENG_E_CANCELLED : ENG_OK;
  }
  eng__free(f->memory, said, said_size);
  eng__free(f->memory, moods, mood_size);
  return status;
}

eng_status eng__fit_say(struct eng__fitting *f, const struct eng__alike *cells,
                        eng_fit *fit)
{
  const eng_summaries *s = f->summaries;
  struct eng__tell *tells;
  uint64_t tellers = 0;
  eng_status status;

  if (s->tells.count == 0) {
    fit->say.reason = fit->mood.reason = ENG__REASON_NO_TELLING;
    return ENG_OK;
  }
  status = eng__tells_sorted(&s->tells, s->context, &tells);
  if (status != ENG_OK) return status;
  for (size_t i = 0; i < s->tells.count; i++) tellers += tells[i].count;
  if (tellers < LEAST_TELLERS) {
    fit->say.reason = fit->mood.reason = ENG__REASON_FEW_TELLING;
  } else {
    status = fit_rows(f, cells, tells, fit);
  }
  eng__free(f->memory, tells, (s->tells.count + 1) * sizeof *tells);
  return status;
}
