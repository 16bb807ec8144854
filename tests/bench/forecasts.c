/* SPDX-License-Identifier: MIT
 *
 * forecasts.c - what forecasts cost: a million customers from summaries to parameters,
 * all of them forecast, and one of them. Processor time of one thread.
 *
 *   forecasts [CUSTOMERS [FAMILY]]
 *   forecasts FILE                  a line each: id,x,t_x,T, the times in weeks
 *
 * Customers are those of BG/NBD with CDNOW's parameters, watched 27 to 39 weeks; days
 * are whole, so that histories repeat as they do in shops. Without a family also as
 * many as CDNOW's sample has. instructions.sh counts instructions instead.
 */
#include <engagement.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHOP = 2357 }; /* as many as CDNOW's sample has */

static uint64_t state = 1;

static double draw(void)
{
  uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return ((double)((z ^ z >> 31) >> 12) + 0.5) / 4503599627370496.0;
}

static double draw_gamma(double shape)
{
  double d, c;

  if (shape < 1) return draw_gamma(shape + 1) * pow(draw(), 1 / shape);
  d = shape - 1.0 / 3;
  c = 1 / sqrt(9 * d);
  for (;;) {
    double z = sqrt(-2 * log(draw())) * cos(6.283185307179586 * draw());
    double v = 1 + c * z;

    v = v * v * v;
    if (v > 0 && log(draw()) < 0.5 * z * z + d - d * v + d * log(v)) return d * v;
  }
}

static double seconds(void) { return (double)clock() / CLOCKS_PER_SEC; }

static eng_summary make_person(void)
{
  double rate = draw_gamma(.243) / 4.414, a = draw_gamma(.793), b = draw_gamma(2.426);
  eng_summary p = {.T = 189 + (uint32_t)(85 * draw()), .bought = 1};
  double now = 0, end = p.T / 7.0;

  for (;;) {
    now += -log(draw()) / rate;
    if (!(now <= end)) return p;
    p.x++;
    p.t_x = (uint32_t)ceil(now * 7);
    if (p.t_x < 1) p.t_x = 1;
    if (p.t_x > p.T) p.t_x = p.T;
    if (draw() < a / (a + b)) return p;
  }
}

static void must(eng_status status)
{
  if (status == ENG_OK) return;
  fprintf(stderr, "forecasts: %s\n", eng_status_text(status));
  exit(1);
}

static void run(const eng_summaries *summaries, const eng_summary *people,
                uint64_t count, int32_t family, eng_forecast *out)
{
  eng_fit_options options;
  eng_fit *fit;
  double start, fitted, all, sum = 0;

  eng_fit_options_init(&options, sizeof options);
  options.family = family;
  start = seconds();
  must(eng_fit_new(summaries, &options, &fit, NULL));
  fitted = seconds() - start;
  start = seconds();
  must(eng_fit_forecasts(fit, people, count, 39, out));
  all = seconds() - start;
  start = seconds();
  for (uint64_t i = 0; i < count; i++) {
    eng_forecast forecast;
    eng_rf rf;

    eng_rf_init(&rf, sizeof rf);
    must(eng_fit_rf(fit, &people[i], &rf));
    must(eng_fit_forecast(fit, &rf, 39, &forecast));
    if (forecast.expected_purchases != out[i].expected_purchases) must(ENG_E_RANGE);
    sum += forecast.expected_purchases;
  }
  start = seconds() - start;
  printf("  %-10s  fit %7.4f s  all %6.3f s  one %5.0f ns  (%.0f purchases expected)\n",
         eng_family_name(family), fitted, all, 1e9 * start / (double)count, sum);
  eng_fit_free(fit);
}

static eng_summary *new_people(uint64_t n)
{
  eng_summary *people = malloc(((size_t)n + 1) * sizeof *people);

  if (people == NULL) must(ENG_E_NOMEM);
  return people;
}

static eng_summary *make_people(uint64_t n)
{
  eng_summary *people = new_people(n);

  state = 1;
  for (uint64_t i = 0; i < n; i++) people[i] = make_person();
  return people;
}

/* The lines that begin as they should: a header is passed over. */
static eng_summary *read_people(const char *path, uint64_t *n)
{
  FILE *file = fopen(path, "r");
  eng_summary *people = new_people(0);
  uint64_t room = 0;
  char line[512];

  if (file == NULL) must(ENG_E_NOTFOUND);
  for (*n = 0; fgets(line, sizeof line, file) != NULL;) {
    unsigned x;
    double t_x, T;

    if (sscanf(line, "%*[^,],%u,%lf,%lf", &x, &t_x, &T) != 3) continue;
    if (*n == room) {
      room = 2 * room + 1000;
      people = realloc(people, (size_t)room * sizeof *people);
      if (people == NULL) must(ENG_E_NOMEM);
    }
    people[(*n)++] = (eng_summary){.x = x,
                                   .t_x = (uint32_t)lround(7 * t_x),
                                   .T = (uint32_t)lround(7 * T),
                                   .bought = 1};
  }
  fclose(file);
  return people;
}

/* Times of the families, or of the one that is asked for; frees people. */
static void run_all(eng_summary *people, uint64_t n, const eng_context *context,
                    const char *only)
{
  static const int32_t families[] = {ENG_FAMILY_BGNBD, ENG_FAMILY_MBGNBD,
                                     ENG_FAMILY_PARETONBD, ENG_FAMILY_NBD,
                                     ENG_FAMILY_USUAL};
  eng_forecast *out = malloc(((size_t)n + 1) * sizeof *out);
  eng_summaries *summaries;
  double start;

  if (out == NULL) must(ENG_E_NOMEM);
  start = seconds();
  must(eng_summaries_new(context, ENG_UNIT_WEEK, &summaries));
  for (uint64_t i = 0; i < n; i++) {
    must(eng_summaries_add_summary(summaries, &people[i], 1));
  }
  start = seconds() - start;
  printf("forecasts of %llu customers, %llu distinct histories in %.3f s\n",
         (unsigned long long)n, (unsigned long long)eng_summaries_distinct(summaries),
         start);
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
    if (only != NULL && strcmp(only, eng_family_name(families[i])) != 0) continue;
    run(summaries, people, n, families[i], out);
  }
  eng_summaries_free(summaries);
  free(people);
  free(out);
}

int main(int count, char **words)
{
  const char *end = "";
  uint64_t n = count > 1 ? strtoull(words[1], (char **)&end, 10) : 1000000;
  eng_context *context;

  must(eng_context_new(NULL, &context));
  if (*end != '\0') {
    eng_summary *people = read_people(words[1], &n);

    run_all(people, n, context, NULL);
  } else {
    if (count < 3) run_all(make_people(SHOP), SHOP, context, NULL);
    run_all(make_people(n), n, context, count > 2 ? words[2] : NULL);
  }
  eng_context_free(context);
  return 0;
}
