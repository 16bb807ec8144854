/* SPDX-License-Identifier: MIT */
/*
 * steps.c - see steps.h. An event is decoded only where a condition asks for it.
 */
#include "metrics/steps.h"

static eng_status kinds_of(const eng_filter *filter, const eng_context *context,
                           struct eng__kinds *kinds)
{
  uint8_t list[256];
  uint64_t count = 0;

  for (int32_t kind = 1; kind < 256; kind++) {
    if (eng_filter_has_kind(filter, kind)) list[count++] = (uint8_t)kind;
  }
  return eng__kinds_set(context, list, count, kinds);
}

eng_status eng__steps_add(struct eng__steps *steps, const eng_context *context,
                          const eng_funnel *funnel, int s, struct eng__kinds *kinds)
{
  const eng_filter *filter = funnel->filters == NULL ? NULL : funnel->filters[s];
  const eng_step *step;

  if (filter == NULL) {
    if (funnel->steps == NULL) return ENG_E_INVALID;
    step = &funnel->steps[s];
    return eng__kinds_set(context, step->kinds, step->kind_count, kinds);
  }
  if (eng__filter_context(filter) != context) return ENG_E_CONTEXT;
  if (eng__filter_asks(filter)) {
    steps->filters[s] = filter;
    steps->asks |= UINT32_C(1) << s;
  }
  return kinds_of(filter, context, kinds);
}

uint32_t eng__steps_met(const struct eng__steps *steps, uint32_t serves,
                        struct eng__visit *visit)
{
  const struct eng__seen *seen = eng__visit_fields(visit);
  uint32_t asked = serves & steps->asks;

  for (int s = 0; s < ENG_FUNNEL_STEPS; s++) {
    if ((asked >> s & 1) && !eng__filter_holds(steps->filters[s], seen)) {
      serves &= ~(UINT32_C(1) << s);
    }
  }
  return serves;
}
