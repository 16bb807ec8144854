/* SPDX-License-Identifier: MIT
 *
 * test_forecast_grids.c - every likelihood and forecast on grids that were computed to
 * 60 digits and more (mpmath; reference/README.md of the data), and derivatives against
 * differences of the likelihoods. 1e-10 relative, or 1e-300 where a value underflows.
 */
#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forecast/bgnbd.h"
#include "forecast/family.h"
#include "forecast/gammagamma.h"
#include "forecast/quadrature.h"
#include "forecast/special.h"

#include "unit/forecasting.h"

Suite *forecast_grids_suite(void);

/* ---- rows ---- */

enum { MOST_COLUMNS = 20 };

struct grid {
  FILE *in;
  const char *name;
  char header[512];
  char row[2048];
  char *names[MOST_COLUMNS], *fields[MOST_COLUMNS];
  int columns;
  int line;
};

static int split(char *text, char **out)
{
  int n = 0;

  for (char *at = text; at != NULL && n < MOST_COLUMNS;) {
    char *end = at + strcspn(at, ",\r\n");
    bool more = *end == ',';

    out[n++] = at;
    *end = '\0';
    at = more ? end + 1 : NULL;
  }
  return n;
}

static bool open_grid(struct grid *grid, const char *name)
{
  const char *folder = getenv("DATA");
  char path[4096];

  memset(grid, 0, sizeof *grid);
  grid->name = name;
  snprintf(path, sizeof path, "%s/reference/%s", folder == NULL ? "." : folder, name);
  grid->in = fopen(path, "rb");
  if (grid->in == NULL) {
    printf("SKIP reference/%s is not there (DATA)\n", name);
    return false;
  }
  ck_assert_ptr_nonnull(fgets(grid->header, sizeof grid->header, grid->in));
  grid->columns = split(grid->header, grid->names);
  return true;
}

/* The next row that is to be tried. */
static bool next_row(struct grid *grid)
{
  do {
    if (fgets(grid->row, sizeof grid->row, grid->in) == NULL) return false;
  } while (grid->line++ % (int)stride() != 0);
  ck_assert_int_eq(split(grid->row, grid->fields), grid->columns);
  return true;
}

static void close_grid(struct grid *grid, int rows)
{
  fclose(grid->in);
  ck_assert_int_eq(grid->line, rows);
}

static const char *text_of(const struct grid *grid, const char *name)
{
  for (int i = 0; i < grid->columns; i++) {
    if (strcmp(grid->names[i], name) == 0) return grid->fields[i];
  }
  ck_abort_msg("%s has no column %s", grid->name, name);
  return NULL;
}

static double number(const struct grid *grid, const char *name)
{
  return strtod(text_of(grid, name), NULL);
}

static void ck_near(const struct grid *grid, const char *name, double got)
{
  double expected = number(grid, name), off = fabs(got - expected);

  ck_assert_msg(isfinite(got), "%s:%d %s: not finite", grid->name, grid->line + 1,
                name);
  ck_assert_msg(off <= 1e-10 * fabs(expected) || off <= 1e-300,
                "%s:%d %s: %.17g, expected %.17g, off by %.2g", grid->name,
                grid->line + 1, name, got, expected, off / fabs(expected));
}

/* ---- a sample of one history ---- */

struct lone {
  struct eng__sample sample;
  struct eng__row row;
  struct eng__group group;
  double x, times[2], by_x[ENG__PER_X], by_time[2 * ENG__PER_TIME],
      by_group_time[2 * ENG__PER_GROUP_TIME];
  uint32_t group_times[2];
};

static struct eng__sample *lone_sample(struct lone *lone, const struct eng__rf *h)
{
  bool two = h->t_x < h->T;

  memset(lone, 0, sizeof *lone);
  lone->x = h->x;
  lone->times[0] = h->t_x;
  lone->times[1] = h->T;
  lone->group_times[1] = 1;
  lone->row.T = lone->row.far = two;
  lone->row.weight = 1;
  lone->group.end = 1;
  lone->group.end_time = two ? 2 : 1;
  lone->sample.rows = &lone->row;
  lone->sample.count = 1;
  lone->sample.xs = &lone->x;
  lone->sample.groups = &lone->group;
  lone->sample.x_count = 1;
  lone->sample.times = lone->times;
  lone->sample.time_count = two ? 2 : 1;
  lone->sample.group_times = lone->group_times;
  lone->sample.weight = 1;
  lone->sample.by_x = lone->by_x;
  lone->sample.by_time = lone->by_time;
  lone->sample.by_group_time = lone->by_group_time;
  return &lone->sample;
}

static double log_likelihood(const struct eng__family *family, const double *p,
                             const struct eng__rf *h, double *gradient)
{
  struct lone lone;

  return family->likelihood(p, lone_sample(&lone, h), gradient);
}

/* The gradient against a difference of five points. */
static void ck_gradient(const struct grid *grid, const struct eng__family *family,
                        const double *p, const struct eng__rf *h)
{
  double gradient[ENG__PARAMETERS], unused[ENG__PARAMETERS], moved[ENG__PARAMETERS];
  double value = log_likelihood(family, p, h, gradient);

  for (int i = 0; i < family->count; i++) {
    double at[4], by = 1e-3 * p[i], expected, tolerance;

    for (int k = 0; k < 4; k++) {
      memcpy(moved, p, sizeof moved);
      moved[i] += by * (k < 2 ? k - 2 : k - 1);
      at[k] = log_likelihood(family, moved, h, unused);
    }
    expected = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * by);
    tolerance = 1e-6 * fabs(expected) + 1e-13 * (1 + fabs(value)) / by + 1e-8;
    ck_assert_msg(fabs(gradient[i] - expected) <= tolerance,
                  "%s:%d derivative by %s: %.12g, expected %.12g", grid->name,
                  grid->line + 1, family->parameters[i], gradient[i], expected);
  }
}

/* The counts add up to 1 and to the expectation, and none has the chance it has. */
static void ck_distribution(const struct grid *grid, const struct eng__family *family,
                            const struct eng__living *living, double t)
{
  enum { MOST = 3000 };
  static double p[MOST];
  double mean = family->expected(living, t), sum = 0, sum_k = 0;

  if (mean > 20) return;
  family->distribution(living, t, p, MOST);
  for (int k = 0; k < MOST; k++) {
    ck_assert_msg(p[k] >= 0 && p[k] <= 1 + 1e-12, "%s:%d P(%d) is %g", grid->name,
                  grid->line + 1, k, p[k]);
    sum += p[k];
    sum_k += k * p[k];
  }
  if (p[MOST - 1] > 1e-16) return; /* the tail is longer than that */
  ck_assert_msg(fabs(sum - 1) < 1e-9, "%s:%d counts add up to %.15g", grid->name,
                grid->line + 1, sum);
  ck_assert_msg(fabs(sum_k - mean) < 1e-7 * mean + 1e-12, "%s:%d mean %.15g not %.15g",
                grid->name, grid->line + 1, sum_k, mean);
  ck_assert_msg(fabs(1 - p[0] - family->p_purchase(living, t)) < 1e-9,
                "%s:%d none %.15g", grid->name, grid->line + 1, p[0]);
}

/* ---- families in continuous time ---- */

static void run_family(const char *file, const struct eng__family *family, int rows)
{
  struct grid grid;

  if (!open_grid(&grid, file)) return;
  while (next_row(&grid)) {
    struct eng__rf h = {number(&grid, "x"), number(&grid, "tx"), number(&grid, "T")};
    struct eng__rf none = {0, 0, 0};
    double p[4], unused[4], t = number(&grid, "t");
    struct eng__living living, newcomer;

    for (int i = 0; i < 4; i++) p[i] = number(&grid, family->parameters[i]);
    family->living(p, &h, &living);
    family->living(p, &none, &newcomer);
    ck_near(&grid, "loglik", log_likelihood(family, p, &h, unused));
    ck_near(&grid, "p_alive", living.alive);
    ck_near(&grid, "log_p_alive", living.log_alive);
    ck_near(&grid, "cet", living.alive * family->expected(&living, t));
    ck_near(&grid, "p_buy", living.alive * family->p_purchase(&living, t));
    ck_near(&grid, "e_new", newcomer.alive * family->expected(&newcomer, t));
    if (family == &eng__paretonbd) {
      ck_near(&grid, "dert",
              living.alive * family->discounted(&living, number(&grid, "delta")));
    }
    ck_gradient(&grid, family, p, &h);
    ck_distribution(&grid, family, &living, t);
  }
  close_grid(&grid, rows);
}

START_TEST(bgnbd_is_as_computed) { run_family("bgnbd.csv", &eng__bgnbd, 304); }
END_TEST

START_TEST(mbgnbd_is_as_computed) { run_family("mbgnbd.csv", &eng__mbgnbd, 304); }
END_TEST

START_TEST(paretonbd_is_as_computed) { run_family("pnbd.csv", &eng__paretonbd, 304); }
END_TEST

/* ---- periods ---- */

START_TEST(bgbb_is_as_computed)
{
  struct grid grid;

  if (!open_grid(&grid, "bgbb.csv")) return;
  while (next_row(&grid)) {
    struct eng__rf h = {number(&grid, "x"), number(&grid, "tx"), number(&grid, "n")};
    double p[4], unused[4], n = number(&grid, "n_star");
    struct eng__living living;

    for (int i = 0; i < 4; i++) p[i] = number(&grid, eng__bgbb.parameters[i]);
    eng__bgbb.living(p, &h, &living);
    ck_near(&grid, "loglik", log_likelihood(&eng__bgbb, p, &h, unused));
    ck_near(&grid, "p_alive_at_n", living.alive);
    ck_near(&grid, "p_alive_at_n_plus_1",
            living.alive * (p[3] + h.T) / (p[2] + p[3] + h.T));
    ck_near(&grid, "cet", living.alive * eng__bgbb.expected(&living, n));
    ck_near(&grid, "dert",
            living.alive * eng__bgbb.discounted(&living, log1p(number(&grid, "d"))));
    ck_gradient(&grid, &eng__bgbb, p, &h);
    ck_distribution(&grid, &eng__bgbb, &living, n);
  }
  close_grid(&grid, 300);
}
END_TEST

/* ---- spend ---- */

START_TEST(gamma_gamma_is_as_computed)
{
  struct grid grid;

  if (!open_grid(&grid, "gammagamma.csv")) return;
  while (next_row(&grid)) {
    struct eng__spending row = {number(&grid, "x"), number(&grid, "mean_spend"), 1};
    double p[3] = {number(&grid, "p"), number(&grid, "q"), number(&grid, "v")};
    double gradient[3], unused[3], got;

    ck_near(&grid, "loglik", eng__spend_likelihood(p, &row, 1, gradient));
    if (eng__spend_expected(p, row.x, row.mean, &got)) ck_near(&grid, "e_spend", got);
    if (strcmp(text_of(&grid, "e_spend_population"), "inf") == 0) {
      ck_assert(!eng__spend_expected(p, 0, 0, &got));
    } else {
      ck_assert(eng__spend_expected(p, 0, 0, &got));
      ck_near(&grid, "e_spend_population", got);
    }
    for (int i = 0; i < 3; i++) {
      double by = 1e-3 * p[i], at[4], expected;

      for (int k = 0; k < 4; k++) {
        double moved[3] = {p[0], p[1], p[2]};

        moved[i] += by * (k < 2 ? k - 2 : k - 1);
        at[k] = eng__spend_likelihood(moved, &row, 1, unused);
      }
      expected = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * by);
      ck_assert_msg(fabs(gradient[i] - expected) <=
                        1e-6 * fabs(expected) + 1e-13 * (1 + fabs(at[0])) / by,
                    "line %d, %d: %.12g, expected %.12g", grid.line + 1, i, gradient[i],
                    expected);
    }
  }
  close_grid(&grid, 300);
}
END_TEST

/* ---- functions ---- */

static void ck_refused(int32_t family, const double *p)
{
  eng_context *context = plain_context();
  struct bytes bytes = fit_bytes(family, p, 4);
  eng_fit *fit;

  ck_assert_int_eq(eng_fit_decode(context, bytes.at, bytes.size, &fit), ENG_E_FIELD);
  ck_assert_ptr_null(fit);
  free(bytes.at);
  eng_context_free(context);
}

START_TEST(log_gamma_log_beta_and_digamma_are_as_computed)
{
  struct grid grid;
  int infinite = 0;

  if (!open_grid(&grid, "lgamma_lbeta_digamma.csv")) return;
  while (next_row(&grid)) {
    double a = number(&grid, "a"), b = number(&grid, "b");

    ck_near(&grid, "lgamma_a", eng__log_gamma(a));
    ck_near(&grid, "digamma_a", eng__digamma(a));
    if (isinf(number(&grid, "lbeta_ab"))) {
      /* No fit has such a parameter: it is refused with a status. */
      const double p[] = {0.5, 5, a, b};

      ck_assert(b == 0);
      for (int32_t family = ENG_FAMILY_BGNBD; family <= ENG_FAMILY_BGBB; family++) {
        ck_refused(family, p);
      }
      infinite++;
      continue;
    }
    ck_near(&grid, "lbeta_ab", eng__log_beta(a, b));
    ck_near(&grid, "lbeta_ab", eng__log_beta(b, a));
  }
  close_grid(&grid, 225);
  if (stride() == 1) ck_assert_int_eq(infinite, 5);
}
END_TEST

struct euler {
  double a, b, c, z;
};

static double euler_density(const void *user, double u)
{
  const struct euler *e = user;
  double log_q = u > 0 ? -log1p(exp(-u)) : u - log1p(exp(u));
  double log_p = u > 0 ? -u - log1p(exp(-u)) : -log1p(exp(u));
  double q = exp(log_q), p = exp(log_p);

  /* 1 - qz from the side on which it does not cancel. */
  return e->b * log_q + (e->c - e->b) * log_p -
         e->a *
             (q < 0.5 ? log1p(-q * e->z) : log1p(-e->z) + log1p(p * e->z / (1 - e->z)));
}

/*
 * log |2F1(a, b; c; z)| by the forms that the forecasts use: the sum or integral of
 * BG/NBD where c - b > -1, Euler's integral over the line where c > b.
 */
static double log_hyp2f1(double a, double b, double c, double z, double *sign)
{
  double leaving = c - b + 1, tau = z / (1 - z), g;

  *sign = 1;
  if (c - b > 0) {
    struct euler e = {a, b, c, z};

    return eng__log_integral(euler_density, &e, -40, 40) - eng__log_beta(b, c - b);
  }
  g = 1 - (leaving - 1) / c * eng__until_gone(a, 1, leaving, b, tau);
  *sign = g < 0 ? -1 : 1;
  return log(fabs(g)) - a * log1p(-z);
}

START_TEST(hypergeometric_functions_are_as_computed)
{
  struct grid grid;

  if (!open_grid(&grid, "hyp2f1.csv")) return;
  while (next_row(&grid)) {
    double expected = number(&grid, "log_abs_value"), sign;
    double got = log_hyp2f1(number(&grid, "a"), number(&grid, "b"), number(&grid, "c"),
                            number(&grid, "z"), &sign);

    /* An error of the logarithm is a relative one of the value. */
    ck_assert_msg(fabs(got - expected) <= 1e-10 * fmax(1, fabs(expected)),
                  "line %d %s: %.17g, expected %.17g", grid.line + 1,
                  text_of(&grid, "kind"), got, expected);
    ck_assert(sign == number(&grid, "sign"));
  }
  close_grid(&grid, 462);
}
END_TEST

Suite *forecast_grids_suite(void)
{
  Suite *suite = suite_create("forecast_grids");
  TCase *tests = tcase_create("forecast_grids");

  tcase_set_timeout(tests, 600);
  tcase_add_test(tests, log_gamma_log_beta_and_digamma_are_as_computed);
  tcase_add_test(tests, hypergeometric_functions_are_as_computed);
  tcase_add_test(tests, bgnbd_is_as_computed);
  tcase_add_test(tests, mbgnbd_is_as_computed);
  tcase_add_test(tests, paretonbd_is_as_computed);
  tcase_add_test(tests, bgbb_is_as_computed);
  tcase_add_test(tests, gamma_gamma_is_as_computed);
  suite_add_tcase(suite, tests);
  return suite;
}
