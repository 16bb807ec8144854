/* SPDX-License-Identifier: MIT
 *
 * forecasting.c - simulated customers, and short ways to fits and their bytes.
 */
#include "unit/forecasting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"

/* ---- made-up customers ---- */

static uint64_t state;

void draw_from(uint64_t seed) { state = seed; }

double draw(void)
{
  uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return ((double)(z >> 12) + 0.5) / 4503599627370496.0;
}

static double draw_normal(void)
{
  return sqrt(-2 * log(draw())) * cos(6.283185307179586 * draw());
}

/* Gamma of mean shape (Marsaglia & Tsang 2000). */
double draw_gamma(double shape)
{
  double d, c, v, z;

  if (shape < 1) return draw_gamma(shape + 1) * pow(draw(), 1 / shape);
  d = shape - 1.0 / 3;
  c = 1 / sqrt(9 * d);
  for (;;) {
    z = draw_normal();
    v = 1 + c * z;
    if (v <= 0) continue;
    v = v * v * v;
    if (log(draw()) < 0.5 * z * z + d - d * v + d * log(v)) return d * v;
  }
}

double draw_beta(double a, double b)
{
  double x = draw_gamma(a), y = draw_gamma(b);

  return x / (x + y);
}

/* Buys at `rate` a day until it leaves: at age `lifetime`, or after a purchase with
 * probability `leave`. */
struct life live(double rate, double leave, double lifetime, double T, double end)
{
  struct life life = {0, 0, 0};
  uint32_t last = 0;
  double now = 0;

  for (;;) {
    uint32_t day;

    now += -log(draw()) / rate;
    if (now > end || now > lifetime) return life;
    day = (uint32_t)ceil(now);
    if (day > last) {
      if (day <= (uint32_t)T) {
        life.x++;
        life.t_x = day;
      } else {
        life.after++;
      }
      last = day;
    }
    if (draw() < leave) return life;
  }
}

/* ---- fits ---- */

eng_status try_fit(const eng_summaries *summaries, int32_t family, eng_fit **out,
                   eng_error *error)
{
  eng_fit_options options;

  eng_fit_options_init(&options, sizeof options);
  eng_error_init(error, sizeof *error);
  options.family = family;
  return eng_fit_new(summaries, &options, out, error);
}

eng_fit *fit_of(const eng_summaries *summaries, int32_t family)
{
  eng_error error;
  eng_fit *fit;

  ck_ok(try_fit(summaries, family, &fit, &error));
  return fit;
}

struct bytes bytes_of_fit(const eng_fit *fit)
{
  struct bytes bytes;

  ck_assert_int_eq(eng_fit_encode(fit, NULL, 0, &bytes.size), ENG_E_BUFFER);
  bytes.at = malloc(bytes.size);
  ck_ok(eng_fit_encode(fit, bytes.at, bytes.size, &bytes.size));
  return bytes;
}

/* "EF" with the given numbers, sealed. */
struct bytes fit_bytes(int32_t family, const double *p, int count)
{
  struct bytes bytes = {malloc(256), 0};
  uint64_t sum;

  memcpy(bytes.at, "EF\0", 3);
  bytes.size = 3;
  bytes.at[bytes.size++] = 0; /* requested: auto */
  bytes.at[bytes.size++] = (uint8_t)family;
  bytes.at[bytes.size++] = family == ENG_FAMILY_BGBB ? ENG_UNIT_PERIOD : ENG_UNIT_WEEK;
  bytes.at[bytes.size++] = 0; /* currency */
  bytes.at[bytes.size++] = 0; /* until */
  bytes.at[bytes.size++] = 50;
  bytes.at[bytes.size++] = 60;
  bytes.at[bytes.size++] = 0; /* as was asked for */
  bytes.at[bytes.size++] = (uint8_t)count;
  bytes.at[bytes.size++] = 0; /* reason */
  bytes.at[bytes.size++] = 1; /* converged */
  for (int i = 0; i < 2 * count + 1; i++) {
    double v = i < 2 * count && i % 2 == 0 ? p[i / 2] : 0;
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    for (int k = 0; k < 8; k++) bytes.at[bytes.size++] = (uint8_t)(bits >> 8 * k);
  }
  bytes.at[bytes.size++] = 0; /* no spend */
  bytes.at[bytes.size++] = 5;
  for (int i = 0; i < 3; i++) bytes.at[bytes.size++] = 0; /* of others for P(alive) */
  for (int i = 0; i < 2; i++) {
    bytes.at[bytes.size++] = 0; /* no telling */
    bytes.at[bytes.size++] = 8;
  }
  sum = eng__hash(bytes.at, bytes.size);
  for (int k = 0; k < 4; k++) bytes.at[bytes.size++] = (uint8_t)(sum >> 8 * k);
  return bytes;
}
