/* SPDX-License-Identifier: MIT */
/*
 * known.c - the events that had been recorded at some moment, one timeline to another.
 */
#include "core/known.h"

#include "core/customer.h"
#include "core/memory.h"

eng_status eng__timeline_known(struct eng__timeline *timeline, struct eng__home *home,
                               const struct eng__timeline *other,
                               const struct eng__shapes *other_shapes, int64_t known_at,
                               struct eng__builder *builder)
{
  struct eng__walk walk;
  struct eng__step step;
  eng_status status = ENG_OK;

  eng__builder_begin(builder, home);
  eng__walk_begin(other, other_shapes, &walk);
  while (status == ENG_OK && eng__walk_step(&walk, &step)) {
    struct eng__event event;

    eng__step_event(&step, &event);
    if (eng__recorded_at(&event) > known_at) continue;
    status = eng__builder_add(builder, &event);
  }
  if (status == ENG_OK) status = eng__builder_end(builder, timeline);
  if (status == ENG_OK) {
    timeline->floor = other->floor;
  } else {
    eng__builder_drop(builder);
  }
  return status;
}

eng_status eng_customer_known_at(const eng_customer *customer, int64_t known_at,
                                 eng_customer **out)
{
  struct eng__builder builder;
  eng_customer *known;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (customer == NULL) return ENG_E_INVALID;
  if (known_at < 0 || known_at > ENG_TIME_MAX) return ENG_E_TIME;
  status = eng__customer_new(customer->home.pen.context, customer->home.pen.memory,
                             customer->id, customer->id_length, &known);
  if (status != ENG_OK) return status;
  status = eng__timeline_known(&known->timeline, &known->home, &customer->timeline,
                               &customer->shapes, known_at, &builder);
  if (status != ENG_OK) {
    eng_customer_free(known);
    return status;
  }
  *out = known;
  return ENG_OK;
}
