/* SPDX-License-Identifier: MIT */
/*
 * steps.h - the conditions of a funnel's steps: which of the steps that an event's kind
 * could serve the event itself does.
 */
#ifndef ENG_METRICS_STEPS_H
#define ENG_METRICS_STEPS_H

#include "metrics/visit.h"
#include "model/filter.h"

struct eng__steps {
  const eng_filter *filters[ENG_FUNNEL_STEPS]; /* NULL: the kinds say all */
  uint32_t asks;                               /* bit s: step s has a condition */
};

/* The kinds of a step, and its condition if there is one. */
eng_status eng__steps_add(struct eng__steps *steps, const eng_context *context,
                          const eng_funnel *funnel, int s, struct eng__kinds *kinds);

/* Those of `serves`, bit s for step s, whose conditions hold for the event that came
 * last. */
uint32_t eng__steps_met(const struct eng__steps *steps, uint32_t serves,
                        struct eng__visit *visit);

#endif
