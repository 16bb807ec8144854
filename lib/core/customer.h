/* SPDX-License-Identifier: MIT */
/*
 * customer.h - a customer on its own: its timeline in memory of its own.
 */
#ifndef ENG_CORE_CUSTOMER_H
#define ENG_CORE_CUSTOMER_H

#include "core/timeline.h"

struct eng_customer {
  struct eng__home home; /* first, so that the home's callbacks find the customer */
  struct eng__shapes shapes;
  struct eng__timeline timeline;
  char *id;
  size_t id_length;
};

/* A customer without events in other memory than the context's. */
eng_status eng__customer_new(const eng_context *context, const eng_allocator *memory,
                             const char *id, size_t length, eng_customer **out);

/* Whether an id may name a customer. */
static inline bool eng__customer_id_is_valid(const eng_context *context, size_t length)
{
  return length >= 1 && length <= eng__limit(context, ENG_LIMIT_ID);
}

#endif
