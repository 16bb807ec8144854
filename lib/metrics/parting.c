/* SPDX-License-Identifier: MIT */
/*
 * parting.c - why two models have one customer at different heights.
 */
#include <engagement/metrics.h>

/* The sign of rank a of n stages less rank b of m, as shares. */
static int compare(const eng_model *a, const eng_explanation *why_a, const eng_model *b,
                   const eng_explanation *why_b)
{
  int32_t x = eng_explanation_stage(why_a) * eng_model_stage_count(b);
  int32_t y = eng_explanation_stage(why_b) * eng_model_stage_count(a);

  return (x > y) - (x < y);
}

static int32_t first_missing(const eng_explanation *why)
{
  int32_t count = eng_explanation_line_count(why, ENG_PART_MISSING);

  for (int32_t i = 0; i < count; i++) {
    if (eng_explanation_holds(why, ENG_PART_MISSING, i) != ENG_HOLDS_YES) return i;
  }
  return -1;
}

eng_status eng_parting_of(const eng_model *a, const eng_explanation *why_a,
                          const eng_model *b, const eng_explanation *why_b,
                          int32_t *lower, int32_t *line)
{
  int order;

  if (lower != NULL) *lower = 0;
  if (line != NULL) *line = -1;
  if (a == NULL || why_a == NULL || b == NULL || why_b == NULL || lower == NULL ||
      line == NULL) {
    return ENG_E_INVALID;
  }
  order = compare(a, why_a, b, why_b);
  if (order == 0) return ENG_OK;
  *lower = order < 0 ? 1 : 2;
  *line = first_missing(order < 0 ? why_a : why_b);
  return ENG_OK;
}
