/* SPDX-License-Identifier: MIT */
/*
 * choose.c - a fit of a book, its family chosen by likelihood and by a part of the
 * history that is held out.
 *
 * Each family is fitted to what was known at the split and asked how likely it held the
 * purchases that came after it. The likeliest family of the whole history is taken,
 * unless it forecast those clearly worse than another: by more than chance makes of a
 * sum over as many customers.
 */
#include "book/book.h"

#include <math.h>
#include <string.h>

#include "core/checked.h"
#include "core/memory.h"
#include "core/sort.h"
#include "core/status.h"
#include "forecast/fit.h"
#include "score/summary.h"

enum { FAMILIES = 4, MOST_COUNTED = 2000 };

static const int32_t families[FAMILIES] = {ENG_FAMILY_MBGNBD, ENG_FAMILY_PARETONBD,
                                           ENG_FAMILY_BGNBD, ENG_FAMILY_NBD};

/* Below that a count is as good as impossible. */
static const double least_chance = 1e-300;

/* How many standard deviations are clearly worse. */
static const double clearly = 2;

/* A history at the split, and the purchases that came after it. */
struct held {
  uint32_t x, t_x, T, after;
};

struct choice {
  const eng_book *book;
  const eng_fit_options *options;
  int32_t unit;
  int64_t split, until;
  double horizon; /* in the unit */
  struct held *held;
  uint64_t count;
  double *scores; /* FAMILIES for each distinct one */
  double *weights;
  uint64_t distinct;
};

/* ---- the split ---- */

static eng_status find_first(void *user, const struct eng__seen *seen)
{
  int64_t *first = user;

  if (seen->kind == ENG_EVENT_PURCHASE && seen->event.occurred_at < *first) {
    *first = seen->event.occurred_at;
  }
  return ENG_OK;
}

/* In the middle between the first purchase of all and the end. */
static eng_status find_split(struct choice *c, struct eng__undos *undos)
{
  struct eng__pen pen = c->book->home.pen;
  int64_t first = c->until;

  pen.memory = eng__memory(pen.context);
  for (uint32_t row = 0; row < c->book->rows; row++) {
    struct eng__timeline timeline;
    eng_status status;

    eng__book_view(c->book, row, &timeline);
    status = eng__see(&timeline, &pen, c->until, undos, find_first, &first);
    if (status != ENG_OK) return status;
  }
  c->split = first + (c->until - first) / 2;
  return ENG_OK;
}

/* ---- what came after it ---- */

static int by_history(const void *a, const void *b)
{
  const struct held *p = a, *q = b;

  if (p->x != q->x) return p->x < q->x ? -1 : 1;
  if (p->t_x != q->t_x) return p->t_x < q->t_x ? -1 : 1;
  if (p->T != q->T) return p->T < q->T ? -1 : 1;
  return (p->after > q->after) - (p->after < q->after);
}

static eng_status hold_out(struct choice *c, struct eng__undos *undos)
{
  struct eng__pen pen = c->book->home.pen;

  pen.memory = eng__memory(pen.context);
  for (uint32_t row = 0; row < c->book->rows; row++) {
    struct eng__timeline timeline;
    eng_summary then, now;
    eng_status status;

    eng__book_view(c->book, row, &timeline);
    status = eng__summary_read(&timeline, &pen, c->unit, c->split, undos, &then);
    if (status == ENG_OK && then.bought) {
      status = eng__summary_read(&timeline, &pen, c->unit, c->until, undos, &now);
      if (status == ENG_OK && now.bought) {
        c->held[c->count++] = (struct held){then.x, then.t_x, then.T,
                                            now.x > then.x ? now.x - then.x : 0};
      }
    }
    if (status != ENG_OK) return status;
  }
  eng__sort(c->held, (size_t)c->count, sizeof *c->held, by_history);
  return ENG_OK;
}

/* ---- how likely each family held it ---- */

static double score_of(const eng_fit *fit, const struct held *held, double horizon,
                       double *p)
{
  double ticks = eng__ticks_per_unit(fit->unit);
  uint32_t k = held->after < MOST_COUNTED ? held->after : MOST_COUNTED - 1;
  eng_rf rf;

  eng_rf_init(&rf, sizeof rf);
  rf.x = held->x;
  rf.t_x = held->t_x / ticks;
  rf.T = held->T / ticks;
  if (eng_fit_purchases(fit, &rf, horizon, p, (size_t)k + 1) != ENG_OK) p[k] = 0;
  return log(p[k] > least_chance ? p[k] : least_chance);
}

/* The scores of one family: those of equal histories are worked out once. */
static void score_family(struct choice *c, const eng_fit *fit, int family)
{
  double p[MOST_COUNTED];

  c->distinct = 0;
  for (uint64_t i = 0; i < c->count; i++) {
    if (i > 0 && by_history(&c->held[i - 1], &c->held[i]) == 0) {
      c->weights[c->distinct - 1]++;
      continue;
    }
    c->scores[c->distinct * FAMILIES + (uint64_t)family] =
        score_of(fit, &c->held[i], c->horizon, p);
    c->weights[c->distinct++] = 1;
  }
}

static eng_status score_families(struct choice *c, const eng_summaries *summaries)
{
  for (int i = 0; i < FAMILIES; i++) {
    eng_fit_options options = *c->options;
    eng_fit *fit;
    eng_status status;

    options.family = families[i];
    status = eng_fit_new(summaries, &options, &fit, NULL);
    if (status != ENG_OK) return status;
    score_family(c, fit, i);
    eng_fit_free(fit);
  }
  return ENG_OK;
}

/* Whether a family forecast clearly worse than another. */
static bool is_worse(const struct choice *c, int family, int other)
{
  double sum = 0, squares = 0;

  for (uint64_t i = 0; i < c->distinct; i++) {
    const double *scores = &c->scores[i * FAMILIES];
    double off = scores[other] - scores[family];

    sum += c->weights[i] * off;
    squares += c->weights[i] * off * off;
  }
  return sum > clearly * sqrt(squares);
}

static bool is_beaten(const struct choice *c, int family)
{
  for (int other = 0; other < FAMILIES; other++) {
    if (other != family && is_worse(c, family, other)) return true;
  }
  return false;
}

/* ---- the choice ---- */

/* The likeliest of those that are not beaten; of all, if somehow all are. */
static eng_status take(struct choice *c, const eng_summaries *whole, bool held,
                       eng_fit **out, eng_error *error)
{
  eng_fit *best = NULL;
  double most = -INFINITY, most_of_all = -INFINITY;

  for (int i = 0; i < FAMILIES; i++) {
    eng_fit_options options = *c->options;
    double likelihood;
    eng_fit *fit;
    eng_status status;

    options.family = families[i];
    status = eng_fit_new(whole, &options, &fit, error);
    if (status != ENG_OK) {
      eng_fit_free(best);
      return status;
    }
    likelihood = eng_fit_log_likelihood(fit, ENG_FIT_PURCHASES);
    if (likelihood > most_of_all) most_of_all = likelihood;
    if (likelihood > most && !(held && is_beaten(c, i))) {
      eng_fit_free(best);
      best = fit;
      most = likelihood;
    } else {
      eng_fit_free(fit);
    }
  }
  if (best == NULL) return take(c, whole, false, out, error);
  best->requested = ENG_FAMILY_AUTO;
  best->chosen = most < most_of_all ? ENG_CHOSEN_HOLDOUT : ENG_CHOSEN_LIKELIHOOD;
  if (best->when.reason == ENG__REASON_NO_LEAVING) best->chosen = ENG_CHOSEN_ASKED;
  *out = best;
  return ENG_OK;
}

static eng_status summarise(const struct choice *c, int64_t until, eng_summaries **out)
{
  eng_status status = eng_summaries_new(c->book->home.pen.context, c->unit, out);

  if (status != ENG_OK) return status;
  status =
      eng_book_summarise(c->book, until, *out, c->options->progress, c->options->user);
  if (status == ENG_OK) return ENG_OK;
  eng_summaries_free(*out);
  *out = NULL;
  return status;
}

/* Scores by what is held out; ENG_E_THIN where that tells nothing. */
static eng_status try_holdout(struct choice *c, struct eng__undos *undos)
{
  const eng_context *context = c->book->home.pen.context;
  eng_summaries *before = NULL;
  eng_status status = ENG_OK;

  if (c->split == ENG_TIME_NONE) status = find_split(c, undos);
  if (status == ENG_OK && (c->split < 0 || c->split >= c->until)) return ENG_E_THIN;
  c->horizon = (double)(eng_business_day(context, c->until) -
                        eng_business_day(context, c->split)) /
               eng__ticks_per_unit(c->unit);
  if (status == ENG_OK) status = hold_out(c, undos);
  if (status == ENG_OK) status = summarise(c, c->split, &before);
  if (status == ENG_OK) status = score_families(c, before);
  eng_summaries_free(before);
  return status == ENG_E_NOFIT ? ENG_E_THIN : status;
}

static eng_status choose(struct choice *c, const eng_summaries *whole, eng_fit **out,
                         eng_error *error)
{
  const eng_allocator *memory = eng__memory(c->book->home.pen.context);
  struct eng__undos undos = {NULL, 0, 0};
  size_t rows = (size_t)c->book->rows + 1, held_size, score_size;
  eng_status status = ENG_E_NOMEM;

  if (!eng__mul_size(rows, sizeof *c->held, &held_size) ||
      !eng__mul_size(rows, (FAMILIES + 1) * sizeof *c->scores, &score_size)) {
    return ENG_E_NOMEM;
  }
  c->held = eng__new(memory, held_size);
  c->scores = eng__new(memory, score_size);
  if (c->held != NULL && c->scores != NULL) {
    c->weights = c->scores + FAMILIES * rows;
    status = try_holdout(c, &undos);
    if (status == ENG_OK || status == ENG_E_THIN) {
      status = take(c, whole, status == ENG_OK, out, error);
    }
  }
  eng__free(memory, undos.undos, undos.room * sizeof *undos.undos);
  eng__free(memory, c->held, held_size);
  eng__free(memory, c->scores, score_size);
  return status;
}

eng_status eng_book_fit(const eng_book *book, int32_t unit, int64_t until,
                        int64_t split, const eng_fit_options *options, eng_fit **out,
                        eng_error *error)
{
  eng_fit_options read;
  eng_summaries *whole = NULL;
  struct choice c;
  eng_status status;

  if (out != NULL) *out = NULL;
  if (book == NULL || out == NULL)
    return eng__error_set(error, ENG_E_INVALID, 0, 0, 0, NULL);
  status = eng__summary_check(unit, until);
  if (status == ENG_OK) status = eng__fit_options_read(options, unit, &read);
  if (status == ENG_OK && split != ENG_TIME_NONE && (split < 0 || split >= until)) {
    status = ENG_E_TIME;
  }
  memset(&c, 0, sizeof c);
  read.until = until;
  c.book = book;
  c.options = &read;
  c.unit = unit;
  c.until = until;
  c.split = split;
  eng__error_clear(error);
  if (status == ENG_OK) status = summarise(&c, until, &whole);
  if (status != ENG_OK) return eng__error_set(error, status, 0, 0, 0, NULL);
  if (read.family == ENG_FAMILY_AUTO && unit != ENG_UNIT_PERIOD &&
      eng_summaries_customers(whole) > 0) {
    status = choose(&c, whole, out, error);
  } else {
    status = eng_fit_new(whole, &read, out, error);
  }
  eng_summaries_free(whole);
  if (status == ENG_OK || status == ENG_E_THIN) return status;
  return eng__error_set(error, status, 0, 0, 0, NULL);
}
