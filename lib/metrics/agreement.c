/* SPDX-License-Identifier: MIT */
/*
 * agreement.c - Cohen's kappa, plain and weighted by squared distances.
 *
 * Sums of counts are integers; only the last divisions round.
 */
#include <string.h>

#include <engagement/metrics.h>

enum { SIDE_MAX = 256 };

struct margins {
  uint64_t rows[SIDE_MAX], columns[SIDE_MAX];
  uint64_t all, agree;
};

static eng_status add_up(const uint64_t *cells, int32_t side, struct margins *m)
{
  const uint64_t most = UINT64_C(1) << 32;

  memset(m, 0, sizeof *m);
  for (int32_t a = 0; a < side; a++) {
    for (int32_t b = 0; b < side; b++) {
      uint64_t n = cells[a * side + b];

      if (n > most || m->all + n > most) return ENG_E_OVERFLOW;
      m->all += n;
      m->rows[a] += n;
      m->columns[b] += n;
      if (a == b) m->agree += n;
    }
  }
  return ENG_OK;
}

/* One less the observed over the expected sum of squared distances. */
static double weighted(const uint64_t *cells, int32_t side, const struct margins *m)
{
  double observed = 0, expected = 0;

  for (int32_t a = 0; a < side; a++) {
    for (int32_t b = 0; b < side; b++) {
      double distance = (double)((a - b) * (a - b));

      observed += distance * (double)cells[a * side + b];
      expected += distance * (double)m->rows[a] * (double)m->columns[b];
    }
  }
  return 1 - observed / (expected / (double)m->all);
}

eng_status eng_agreement_of(const uint64_t *cells, int32_t side, eng_agreement *out)
{
  struct margins m;
  eng_status status;
  double products = 0;

  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, sizeof *out);
  if (cells == NULL) return ENG_E_INVALID;
  if (side < 1 || side > SIDE_MAX) return ENG_E_RANGE;
  status = add_up(cells, side, &m);
  if (status != ENG_OK) return status;
  for (int32_t a = 0; a < side; a++) {
    products += (double)m.rows[a] * (double)m.columns[a];
  }
  out->customers = m.all;
  out->agree = m.agree;
  if (m.all > 0) out->by_chance = products / (double)m.all;
  out->kappa = ((double)m.agree - out->by_chance) / ((double)m.all - out->by_chance);
  out->weighted = weighted(cells, side, &m);
  return ENG_OK;
}
