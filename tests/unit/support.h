/* SPDX-License-Identifier: MIT
 *
 * support.h - what the tests of several rooms share: a host's memory that counts,
 * checks and fails on demand, and short ways to contexts, events and bytes.
 */
#ifndef UNIT_SUPPORT_H
#define UNIT_SUPPORT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <engagement.h>

/* A host's memory. Blocks move at every resize and are overwritten when they are
 * released, so that a pointer kept too long is seen. */
struct host {
  uint64_t requests; /* calls that asked for memory */
  uint64_t fail_at;  /* the request that fails, from 1; 0: none */
  bool for_ever;     /* and all that follow it */
  uint64_t failures;
  size_t blocks, live, peak;
  uint64_t asked; /* bytes of all requests */
  uint64_t wrong; /* calls that were told another old size than was given, or that gave
                     back memory with anything but zeros in it */
};

eng_allocator host_allocator(struct host *host);
/* Every request fails after so many that are met, until host_reset. */
void host_fails_after(struct host *host, uint64_t met);
/* Forgets what was counted and fails nothing; what is live stays live. */
void host_reset(struct host *host);

/* A context with the defaults; in a host's memory if there is one. */
eng_context *context_in(struct host *host);
eng_context *plain_context(void);
/* With a base currency, EUR, and otherwise the defaults; as above. */
eng_settings *euro_settings(struct host *host);
eng_context *euro_context(struct host *host);

/* A model that has to be right; where it is not, the test ends with the error. */
eng_model *model_of(const eng_context *context, const char *text);

eng_customer *customer_of(const eng_context *context);
eng_event *event_of(const eng_context *context, int32_t kind, int64_t at);
/* Records and frees an event; the outcome. */
int32_t record(eng_customer *customer, eng_event *event);

struct bytes {
  uint8_t *at; /* the C library's: free() it */
  size_t size;
};
struct bytes encoded(const eng_customer *customer);
bool same_bytes(struct bytes a, struct bytes b);
/* Whether two customers have the same bytes and the same digest. */
bool same_timeline(const eng_customer *a, const eng_customer *b);
eng_customer *decoded(const eng_context *context, const uint8_t *bytes, size_t size);
/* A copy by way of text: exported as ENG_EXPORT_* and read again. */
eng_customer *copy_by_text(const eng_context *context, const eng_customer *customer,
                           int32_t form);
/* A copy by way of the bytes. */
eng_customer *copy_of(const eng_context *context, const eng_customer *customer);

/* How far apart cases are to be tried: 1 for all of them, more where CASES is below
 * 100, as it is on emulated machines and under checkers. */
uint64_t stride(void);

/* The tag of cases that work long over much: what they do to memory shorter ones do too,
 * so that valgrind passes them over; sanitizers and other machines run them. */
#define TAG_LONG "long"

#define DAY INT64_C(86400000)
#define ck_ok(call) ck_assert_int_eq((call), ENG_OK)

#endif
