/* SPDX-License-Identifier: MIT */
/*
 * columns.c - what the setters of an event refuse is refused here, and nothing else.
 *
 * Whole columns are checked in plain loops over one array; only if one of them finds
 * something are rows looked at one by one, for the first bad one and its status.
 */
#include "book/columns.h"

#include <engagement/money.h>

enum {
  PRESENT_ALL = 2 * ENG_PRESENT_PUBLIC - 1,
  FLAGS = ENG_PRESENT_INCENTIVISED | ENG_PRESENT_PUBLIC
};

uint32_t eng__columns_present(const eng_columns *c)
{
  uint32_t present = 0;

  if (c->channel != NULL) present |= ENG_PRESENT_CHANNEL;
  if (c->amount != NULL) present |= ENG_PRESENT_AMOUNT;
  if (c->value != NULL) present |= ENG_PRESENT_VALUE;
  if (c->id != NULL) present |= ENG_PRESENT_ID;
  if (c->refers_to != NULL) present |= ENG_PRESENT_REFERS_TO;
  if (c->recorded_at != NULL) present |= ENG_PRESENT_RECORDED_AT;
  if (c->scale != NULL) present |= ENG_PRESENT_SCALE;
  if (c->valence != NULL) present |= ENG_PRESENT_VALENCE;
  if (c->actor != NULL) present |= ENG_PRESENT_ACTOR;
  if (c->topic != NULL) present |= ENG_PRESENT_TOPIC;
  return present;
}

static uint32_t present_of(const eng_columns *c, uint32_t all, uint64_t row)
{
  return c->present == NULL ? all : c->present[row];
}

static int32_t currency_of(const eng_columns *c, const struct eng_book *book,
                           uint64_t row)
{
  return c->currency != NULL ? c->currency[row]
                             : eng_context_currency(book->home.pen.context);
}

/* ---- one row ---- */

static eng_status check_id(const eng_columns *c, const struct eng_book *book,
                           uint64_t row)
{
  uint64_t most = eng__limit(book->home.pen.context, ENG_LIMIT_ID);
  uint64_t start = row == 0 || c->customer_ends == NULL ? 0 : c->customer_ends[row - 1];
  uint64_t length =
      c->customer_ends == NULL ? c->customer_width : c->customer_ends[row] - start;

  if (c->customer_ends != NULL && c->customer_ends[row] < start) return ENG_E_CUSTOMER;
  return length < 1 || length > most ? ENG_E_CUSTOMER : ENG_OK;
}

/* An amount needs a currency: dropping it in silence would lose money. */
static eng_status check_money(const eng_columns *c, const struct eng_book *book,
                              uint64_t row)
{
  if (c->amount[row] == INT64_MIN) return ENG_E_AMOUNT;
  return eng_currency_decimals(currency_of(c, book, row)) < 0 ? ENG_E_CURRENCY : ENG_OK;
}

static eng_status check_fields(const eng_columns *c, const struct eng_book *book,
                               uint32_t present, uint64_t row)
{
  bool id = present & ENG_PRESENT_ID;

  if ((present & ENG_PRESENT_CHANNEL) && !book->channels[c->channel[row]]) {
    return ENG_E_CHANNEL;
  }
  if (!id && c->revision != NULL && c->revision[row] != 0) return ENG_E_IDENTITY;
  if (id && c->occurrence != NULL && c->occurrence[row] != 0) return ENG_E_IDENTITY;
  if ((present & ENG_PRESENT_RECORDED_AT) && c->recorded_at[row] != ENG_TIME_NONE &&
      (c->recorded_at[row] < 0 || c->recorded_at[row] > ENG_TIME_MAX)) {
    return ENG_E_TIME;
  }
  if ((present & ENG_PRESENT_SCALE) && c->scale[row] > ENG_SCALE_OTHER) {
    return ENG_E_SCALE;
  }
  if ((present & ENG_PRESENT_VALENCE) && c->valence[row] != ENG_VALENCE_NONE &&
      (c->valence[row] < -2 || c->valence[row] > 2)) {
    return ENG_E_RANGE;
  }
  return present & ENG_PRESENT_AMOUNT ? check_money(c, book, row) : ENG_OK;
}

static eng_status check_row(const eng_columns *c, const struct eng_book *book,
                            uint32_t all, uint64_t row)
{
  uint32_t present = present_of(c, all, row);
  eng_status status = check_id(c, book, row);

  if (status != ENG_OK) return status;
  if (!book->kinds[c->kind[row]]) return ENG_E_KIND;
  if (c->occurred_at[row] < 0 || c->occurred_at[row] > ENG_TIME_MAX) return ENG_E_TIME;
  if (present & ~(uint32_t)PRESENT_ALL) return ENG_E_RANGE;
  if (present & ~(all | FLAGS)) return ENG_E_INVALID;
  return check_fields(c, book, present, row);
}

/* ---- whole columns ---- */

static bool ids_are_good(const eng_columns *c, const struct eng_book *book)
{
  uint64_t most = eng__limit(book->home.pen.context, ENG_LIMIT_ID), start = 0;
  bool good = true;

  if (c->customer_ends == NULL) return c->customer_width - 1 < most;
  for (uint64_t i = 0; i < c->count; i++) {
    good &= c->customer_ends[i] - start - 1 < most;
    start = c->customer_ends[i];
  }
  return good;
}

static bool times_are_good(const int64_t *times, uint64_t count)
{
  bool good = true;

  for (uint64_t i = 0; i < count; i++) good &= (uint64_t)times[i] <= ENG_TIME_MAX;
  return good;
}

static bool kinds_are_good(const eng_columns *c, const struct eng_book *book)
{
  bool good = true;

  for (uint64_t i = 0; i < c->count; i++) good &= book->kinds[c->kind[i]];
  return good;
}

static bool channels_are_good(const eng_columns *c, const struct eng_book *book,
                              uint32_t all)
{
  bool good = true;

  if (c->channel == NULL) return true;
  for (uint64_t i = 0; i < c->count; i++) {
    good &=
        book->channels[c->channel[i]] | !(present_of(c, all, i) & ENG_PRESENT_CHANNEL);
  }
  return good;
}

static bool amounts_are_good(const eng_columns *c, uint32_t all)
{
  bool good = true;

  if (c->amount == NULL) return true;
  for (uint64_t i = 0; i < c->count; i++) {
    good &= (c->amount[i] != INT64_MIN) | !(present_of(c, all, i) & ENG_PRESENT_AMOUNT);
  }
  return good;
}

static bool present_is_good(const eng_columns *c, uint32_t all)
{
  uint32_t present = 0;

  for (uint64_t i = 0; c->present != NULL && i < c->count; i++)
    present |= c->present[i];
  return (present & ~(all | FLAGS)) == 0;
}

/* Whether all rows are good for certain. Columns that few feeds have are left to the
 * rows: a feed with them has more to do anyway. */
static bool all_are_good(const eng_columns *c, const struct eng_book *book,
                         uint32_t all)
{
  bool plain = c->currency == NULL && c->revision == NULL && c->occurrence == NULL &&
               c->recorded_at == NULL && c->scale == NULL && c->valence == NULL;

  return plain && present_is_good(c, all) && ids_are_good(c, book) &&
         kinds_are_good(c, book) && times_are_good(c->occurred_at, c->count) &&
         channels_are_good(c, book, all) && amounts_are_good(c, all) &&
         (!(all & ENG_PRESENT_AMOUNT) ||
          eng_context_currency(book->home.pen.context) != 0);
}

eng_status eng__columns_check(const eng_columns *columns, const struct eng_book *book,
                              uint64_t *bad)
{
  uint32_t all = eng__columns_present(columns);

  if (all_are_good(columns, book, all)) return ENG_OK;
  for (uint64_t i = 0; i < columns->count; i++) {
    eng_status status = check_row(columns, book, all, i);

    if (status != ENG_OK) {
      *bad = i;
      return status;
    }
  }
  return ENG_OK;
}

/* ---- reading ---- */

/* Without branches on what a row has, which is hard to foresee. */
static unsigned read_numbers(const eng_columns *c, const struct eng_book *book,
                             uint32_t present, uint64_t row, struct eng__event *event)
{
  unsigned has = 0;

  if (c->amount != NULL) {
    int32_t currency = currency_of(c, book, row);
    bool given = (present & ENG_PRESENT_AMOUNT) && currency != 0;

    has |= given ? ENG__HAS_AMOUNT : 0;
    event->amount = given ? c->amount[row] : 0;
    event->currency = given ? (uint16_t)currency : 0;
  }
  if (c->value != NULL) {
    bool given = (present & ENG_PRESENT_VALUE) && c->value[row] != INT64_MIN;

    has |= given ? ENG__HAS_VALUE : 0;
    event->value = given ? c->value[row] : 0;
  }
  return has;
}

static unsigned read_identity(const eng_columns *c, uint32_t present, uint64_t row,
                              struct eng__event *event)
{
  unsigned has = 0;

  if (present & ENG_PRESENT_ID) {
    has |= ENG__HAS_ID;
    event->id = c->id[row];
  }
  if (c->revision != NULL) event->revision = c->revision[row];
  if (c->occurrence != NULL) event->occurrence = c->occurrence[row];
  if (present & ENG_PRESENT_REFERS_TO) {
    has |= ENG__HAS_REFERS_TO;
    event->refers_to = c->refers_to[row];
  }
  if ((present & ENG_PRESENT_RECORDED_AT) && c->recorded_at[row] != ENG_TIME_NONE) {
    has |= ENG__HAS_RECORDED_AT;
    event->recorded_at = c->recorded_at[row];
  }
  return has;
}

static unsigned read_rest(const eng_columns *c, uint32_t present, uint64_t row,
                          struct eng__event *event)
{
  unsigned has = 0;

  if (present & ENG_PRESENT_SCALE) event->scale = c->scale[row];
  if ((present & ENG_PRESENT_VALENCE) && c->valence[row] != ENG_VALENCE_NONE) {
    has |= ENG__HAS_VALENCE;
    event->valence = c->valence[row];
  }
  if (present & ENG_PRESENT_ACTOR) {
    has |= ENG__HAS_ACTOR;
    event->actor = c->actor[row];
  }
  if (present & ENG_PRESENT_TOPIC) {
    has |= ENG__HAS_TOPIC;
    event->topic = c->topic[row];
  }
  if (present & ENG_PRESENT_INCENTIVISED) has |= ENG__IS_INCENTIVISED;
  if (present & ENG_PRESENT_PUBLIC) has |= ENG__IS_PUBLIC;
  return has;
}

void eng__columns_event(const eng_columns *c, const struct eng_book *book, uint32_t all,
                        uint64_t row, struct eng__event *event)
{
  uint32_t present = present_of(c, all, row);
  uint32_t numbers = ENG_PRESENT_CHANNEL | ENG_PRESENT_AMOUNT | ENG_PRESENT_VALUE;
  unsigned has;

  memset(event, 0, sizeof *event);
  event->kind = c->kind[row];
  event->occurred_at = c->occurred_at[row];
  if (present & ENG_PRESENT_CHANNEL) event->channel = c->channel[row];
  has = read_numbers(c, book, present, row, event);
  if ((present & ~numbers) != 0 || c->occurrence != NULL) {
    has |= read_identity(c, present, row, event);
    has |= read_rest(c, present, row, event);
  }
  event->has = (uint16_t)has;
}
