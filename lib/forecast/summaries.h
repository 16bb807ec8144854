/* SPDX-License-Identifier: MIT */
/*
 * summaries.h - three tables: histories (x, t_x, T), what x purchases were worth, and
 * the histories of those who told others.
 *
 * Counts are added up in hash tables and put in order only when somebody asks, so that
 * neither the order of what came nor the hash key is ever seen.
 */
#ifndef ENG_FORECAST_SUMMARIES_H
#define ENG_FORECAST_SUMMARIES_H

#include <engagement/forecast.h>

#include "core/context.h"
#include "forecast/sample.h"
#include "forecast/tells.h"

/* x purchases that were worth `spend` minor units together; count 0: a free slot. */
struct eng__worth {
  int64_t spend;
  uint64_t count;
  uint32_t x, reserved;
};

struct eng_summaries {
  const eng_context *context;
  int32_t unit;
  struct eng__alike *cells; /* count 0: a free slot */
  size_t cell_room, cell_count;
  struct eng__worth *worths;
  size_t worth_room, worth_count;
  struct eng__tells tells;
  uint64_t customers, repeaters, purchases;
  uint64_t spenders; /* customers of all worths: at most the repeaters */
  uint32_t longest; /* T */
};

/* Both in ascending order; new, of cell_count and worth_count entries. */
eng_status eng__summaries_alikes(const eng_summaries *summaries,
                                 struct eng__alike **out);
eng_status eng__summaries_worths(const eng_summaries *summaries,
                                 struct eng__worth **out);

/* What x purchases of some customers were worth, apart from their histories. */
eng_status eng__summaries_add_worth(eng_summaries *summaries, uint32_t x, int64_t spend,
                                    uint64_t customers);

/* How many customers have a history. */
uint64_t eng__summaries_alike(const eng_summaries *summaries, uint32_t x, uint32_t t_x,
                              uint64_t T);

/* Acts of telling of customers whose histories were added. ENG_E_RANGE where they
 * cannot be. */
eng_status eng__summaries_add_tell(eng_summaries *summaries,
                                   const struct eng__tell *tell);

#endif
