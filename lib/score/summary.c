/* SPDX-License-Identifier: MIT */
/*
 * summary.c - a timeline reduced to (x, t_x, T) and what the repeat purchases were
 * worth.
 *
 * Purchases are seen as they are kept at the end of the observation: a refund after it
 * is not known yet. Those of one business day, or of one year where years are counted,
 * are one; what was bought on the first day counts for nothing but the birth. Acts of
 * telling are counted one by one.
 * Source: Fader & Hardie, Creating an RFM Summary Using Excel.
 */
#include "score/summary.h"

#include "core/calendar.h"
#include "core/checked.h"
#include "core/customer.h"
#include "core/memory.h"

struct reduction {
  const eng_context *context;
  int32_t unit;
  int64_t first, last; /* days or years */
  eng_summary *out;
};

static int64_t tick_of(const struct reduction *r, int64_t time)
{
  int64_t day = eng_business_day(r->context, time), year;
  int month, of_month;

  if (r->unit != ENG_UNIT_PERIOD) return day;
  eng__date_from_days(day, &year, &month, &of_month);
  return year;
}

/* Whether an act of telling speaks well: of what was rated, what its scale calls that;
 * nobody passes on or recommends what they would warn of without saying so. */
static bool is_positive(const struct eng__event *event)
{
  if (event->has & ENG__HAS_VALENCE) return event->valence > 0;
  if (!(event->has & ENG__HAS_VALUE)) return true;
  switch (event->scale) {
  case ENG_SCALE_NPS: return event->value >= 9000;
  case ENG_SCALE_CSAT:
  case ENG_SCALE_STARS: return event->value >= 4000;
  case ENG_SCALE_CES: return event->value >= 5000;
  case ENG_SCALE_OTHER: return event->value > 500000;
  default: return true;
  }
}

static bool is_telling(uint8_t kind)
{
  return kind == ENG_EVENT_REACT || kind == ENG_EVENT_SHARE ||
         kind == ENG_EVENT_REFER || kind == ENG_EVENT_ENDORSE ||
         kind == ENG_EVENT_REVIEW;
}

/* Of one who is not a customer yet, telling is not counted. */
static void reduce_telling(struct reduction *r, const struct eng__event *event)
{
  eng_summary *out = r->out;

  if (!out->bought || out->acts == ENG_MOST_ACTS) return;
  out->acts++;
  if (tick_of(r, event->occurred_at) > r->last) out->acts_after++;
  if (is_positive(event)) out->positive++;
}

static eng_status reduce(void *user, const struct eng__seen *seen)
{
  struct reduction *r = user;
  eng_summary *out = r->out;
  int64_t tick;

  if (is_telling(seen->kind)) reduce_telling(r, &seen->event);
  if (seen->kind != ENG_EVENT_PURCHASE) return ENG_OK;
  tick = tick_of(r, seen->event.occurred_at);
  if (!out->bought) {
    out->bought = 1;
    r->first = r->last = tick;
    return ENG_OK;
  }
  if (tick == r->first) return ENG_OK;
  if (tick != r->last) {
    out->x++;
    out->acts_after = 0;
    r->last = tick;
  }
  if (!seen->has_amount || !eng__add_i64(out->spend, seen->amount, &out->spend)) {
    out->has_spend = 0;
  }
  return ENG_OK;
}

eng_status eng__summary_check(int32_t unit, int64_t until)
{
  if (unit < ENG_UNIT_DAY || unit > ENG_UNIT_PERIOD) return ENG_E_RANGE;
  return until < 0 || until > ENG_TIME_MAX ? ENG_E_TIME : ENG_OK;
}

eng_status eng__summary_read(const struct eng__timeline *timeline,
                             const struct eng__pen *pen, int32_t unit, int64_t until,
                             struct eng__undos *undos, eng_summary *out)
{
  struct reduction r = {pen->context, unit, 0, 0, out};
  eng_status status;

  memset(out, 0, sizeof *out);
  out->has_spend = 1;
  status = eng__see(timeline, pen, until, undos, reduce, &r);
  if (status != ENG_OK) {
    memset(out, 0, sizeof *out);
    return status;
  }
  if (out->x == 0) out->has_spend = 0;
  if (!out->has_spend) out->spend = 0;
  if (out->bought) {
    out->t_x = (uint32_t)(r.last - r.first);
    out->T = (uint32_t)(tick_of(&r, until) - r.first);
  }
  return ENG_OK;
}

eng_status eng_customer_summary(const eng_customer *customer, int32_t unit,
                                int64_t until, eng_summary *out)
{
  struct eng__undos undos = {NULL, 0, 0};
  struct eng__pen pen;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, sizeof *out);
  if (customer == NULL) return ENG_E_INVALID;
  status = eng__summary_check(unit, until);
  if (status != ENG_OK) return status;
  pen = customer->home.pen;
  status = eng__summary_read(&customer->timeline, &pen, unit, until, &undos, out);
  eng__free(pen.memory, undos.undos, undos.room * sizeof *undos.undos);
  return status;
}
