/* SPDX-License-Identifier: MIT */
/*
 * rfm.c - recency, frequency, monetary value, and their digits.
 *
 * A digit is 1 + how many of four cuts a value is above, so that quintiles and a host's
 * own cut points are one rule. Recency is better the smaller it is, and runs the other
 * way round: "up to the cut" is the better side.
 */
#include "score/rfm.h"

#include "core/customer.h"
#include "core/memory.h"
#include "core/sort.h"

/* ---- measuring ---- */

struct reading {
  eng_rfm *out;
  int64_t high; /* the sum in 128 bits: neither order nor refunds overflow on the way */
  uint64_t low;
};

static eng_status read_event(void *user, const struct eng__seen *seen)
{
  struct reading *r = user;
  uint64_t low;

  if (seen->kind == ENG_EVENT_PURCHASE) {
    r->out->last_purchase = seen->event.occurred_at;
    r->out->frequency++;
  } else if (seen->kind != ENG_EVENT_REFUND) {
    return ENG_OK;
  }
  r->out->left_out += seen->foreign_amount;
  if (!seen->has_amount) return ENG_OK;
  low = r->low + (uint64_t)seen->amount;
  r->high += (seen->amount < 0 ? -1 : 0) + (low < r->low);
  r->low = low;
  return ENG_OK;
}

eng_status eng__rfm_measure(const struct eng__timeline *timeline,
                            const struct eng__pen *pen, int64_t as_of,
                            struct eng__undos *undos, eng_rfm *out)
{
  struct reading r = {out, 0, 0};
  eng_status status;
  bool minus;

  memset(out, 0, sizeof *out);
  out->last_purchase = ENG_TIME_NONE;
  status = eng__see(timeline, pen, as_of, undos, read_event, &r);
  if (status != ENG_OK) {
    memset(out, 0, sizeof *out);
    return status;
  }
  if (out->frequency > 0) out->recency_days = (as_of - out->last_purchase) / ENG__DAY;
  minus = r.low >> 63;
  out->has_monetary = r.high == (minus ? -1 : 0) && r.low != UINT64_C(1) << 63 &&
                      (eng_context_currency(pen->context) != 0 || out->left_out == 0);
  if (out->has_monetary) {
    out->monetary = minus ? -(int64_t)(0 - r.low) : (int64_t)r.low;
  }
  return ENG_OK;
}

eng_status eng_customer_rfm(const eng_customer *customer, int64_t as_of, eng_rfm *out)
{
  struct eng__undos undos = {NULL, 0, 0};
  struct eng__pen pen;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, sizeof *out);
  if (customer == NULL) return ENG_E_INVALID;
  if (as_of < 0 || as_of > ENG_TIME_MAX) return ENG_E_TIME;
  pen = customer->home.pen;
  status = eng__rfm_measure(&customer->timeline, &pen, as_of, &undos, out);
  eng__free(pen.memory, undos.undos, undos.room * sizeof *undos.undos);
  return status;
}

/* ---- digits ---- */

enum { CUTS = 4 };

static bool ascends(const int64_t *cuts)
{
  for (int i = 1; i < CUTS; i++) {
    if (cuts[i] < cuts[i - 1]) return false;
  }
  return true;
}

static int32_t above(int64_t value, const int64_t *cuts)
{
  int32_t n = 0;

  while (n < CUTS && value > cuts[n]) n++;
  return n;
}

eng_status eng_rfm_digits(const eng_rfm *rfm, const eng_rfm_cuts *cuts, int32_t *digits)
{
  if (digits == NULL) return ENG_E_INVALID;
  *digits = 0;
  if (rfm == NULL || cuts == NULL) return ENG_E_INVALID;
  if (!ascends(cuts->recency_days) || !ascends(cuts->frequency) ||
      !ascends(cuts->monetary)) {
    return ENG_E_RANGE;
  }
  if (rfm->frequency == 0 || !rfm->has_monetary) return ENG_OK;
  *digits = 100 * (5 - above(rfm->recency_days, cuts->recency_days)) +
            10 * (1 + above(rfm->frequency, cuts->frequency)) + 1 +
            above(rfm->monetary, cuts->monetary);
  return ENG_OK;
}

/* ---- quintiles ---- */

static int by_number(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

  return (x > y) - (x < y);
}

/* The k-th cut, 1..4: a value above it has k fifths of n strictly below it, so it is
 * the last of the first k n / 5 rounded up. */
static uint64_t cut_index(uint64_t n, uint64_t k)
{
  return n / 5 * k + (n % 5 * k + 4) / 5 - 1;
}

/* Sorts the values and reads the cuts off; `n` is above 0. */
static void cut(int64_t *values, uint64_t n, int64_t *cuts)
{
  eng__sort(values, (size_t)n, sizeof *values, by_number);
  for (uint64_t k = 1; k <= CUTS; k++) cuts[k - 1] = values[cut_index(n, k)];
}

/* The worst are those of the longest time, so the list is read from its end; who ties
 * with a cut is not better than it. */
static void cut_recency(int64_t *values, uint64_t n, int64_t *cuts)
{
  eng__sort(values, (size_t)n, sizeof *values, by_number);
  for (uint64_t k = 1; k <= CUTS; k++) {
    cuts[CUTS - k] = values[n - 1 - cut_index(n, k)] - 1;
  }
}

enum number { RECENCY, FREQUENCY, MONETARY };

/* One number of all who bought; returns how many they are. */
static uint64_t take(const eng_rfm *customers, uint64_t count, enum number which,
                     int64_t *values)
{
  uint64_t n = 0;

  for (uint64_t i = 0; i < count; i++) {
    const eng_rfm *rfm = &customers[i];

    if (rfm->frequency == 0 || (which == MONETARY && !rfm->has_monetary)) continue;
    values[n++] = which == RECENCY     ? rfm->recency_days
                  : which == FREQUENCY ? rfm->frequency
                                       : rfm->monetary;
  }
  return n;
}

eng_status eng_rfm_quintiles(const eng_context *context, const eng_rfm *customers,
                             uint64_t count, eng_rfm_cuts *cuts)
{
  const eng_allocator *memory;
  int64_t *values;
  uint64_t n;

  if (cuts == NULL) return ENG_E_INVALID;
  memset(cuts, 0, sizeof *cuts);
  if (context == NULL || (customers == NULL && count > 0)) return ENG_E_INVALID;
  if (count == 0) return ENG_OK;
  if (count > SIZE_MAX / sizeof *values) return ENG_E_NOMEM;
  memory = eng__memory(context);
  values = eng__new(memory, (size_t)count * sizeof *values);
  if (values == NULL) return ENG_E_NOMEM;
  n = take(customers, count, RECENCY, values);
  if (n > 0) cut_recency(values, n, cuts->recency_days);
  n = take(customers, count, FREQUENCY, values);
  if (n > 0) cut(values, n, cuts->frequency);
  n = take(customers, count, MONETARY, values);
  if (n > 0) cut(values, n, cuts->monetary);
  eng__free(memory, values, (size_t)count * sizeof *values);
  return ENG_OK;
}
