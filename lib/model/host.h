/* SPDX-License-Identifier: MIT */
/*
 * host.h - callback models: models whose rule is the host's.
 *
 * To everything that reads trees such a model has stages whose condition is a constant
 * no; what asks the host is called from a few places beside that: assess, next change,
 * dimensions, explain. Histories are not asked for.
 */
#ifndef ENG_MODEL_HOST_H
#define ENG_MODEL_HOST_H

#include <engagement/callback.h>

#include "core/timeline.h"
#include "model/see.h"

struct eng__host {
  eng_assess_fn assess;
  eng_next_fn next_change;
  eng_explain_fn explain;
  eng_release_fn release;
  void *user;
  int32_t *units; /* of the dimensions */
  size_t unit_count;
};

struct eng_view {
  const eng_assessor *assessor;
  struct eng__pen pen;
  struct eng__sight sight;
  struct eng__seen seen;
  eng_event event;
};

void eng__host_free(eng_model *model);

/* A view before the first event; the assessor's undos are in use as long as it is. */
eng_status eng__view_open(eng_assessor *assessor, const struct eng__timeline *timeline,
                          const struct eng__shapes *shapes, struct eng_view *view);

/* What a callback's answer is to whoever asked. */
eng_status eng__host_status(eng_status answer);

/* The stages of all callback models as of the prepared instant; others stay. */
eng_status eng__host_assess(eng_assessor *assessor, const struct eng__timeline *timeline,
                            const struct eng__shapes *shapes, int32_t *stages);

/* Their next changes, from their stages. */
eng_status eng__host_next(eng_assessor *assessor, const struct eng__timeline *timeline,
                          const struct eng__shapes *shapes, const int32_t *stages,
                          int64_t *next_times, int32_t *next_stages);

/* The dimensions of one of them; all 0 on failure. */
eng_status eng__host_dimensions(eng_assessor *assessor, const eng_model *model,
                                const eng_customer *customer, int64_t as_of,
                                eng_value *values);

#endif
