/* SPDX-License-Identifier: MIT */
/*
 * ahead.h - the columns of forecasts beside scores.
 */
#ifndef ENGAGEMENT_PROGRAM_AHEAD_H
#define ENGAGEMENT_PROGRAM_AHEAD_H

#include <engagement/forecast.h>

#include "output.h"
#include "session.h"

/* p_alive, p_purchase, expected_purchases, expected_spend, expected_tells,
 * referred_worth, referred_worth_rewarded */
enum { AHEAD_COLUMNS = 7 };

/* Forecasts of the customers of some rows. */
struct ahead {
  eng_fit *fit; /* NULL: there is none, and why was said */
  eng_forecast *forecasts;
  eng_referral *referrals; /* of each row of the book; NULL: no worth is forecast */
  const uint64_t *order;
  double horizon; /* in the unit of the fit */
};

/* A fit from the file that is asked for, or made of the inputs, and the histories of
 * the customers. Returns ANSWER_DONE, or another exit status after saying why. */
int ahead_open(struct ahead *ahead, const struct session *session,
               const uint64_t *order, uint64_t count);
void ahead_close(struct ahead *ahead);

/* The cells of one customer, by its place in the order; empty ones where there is no
 * forecast. */
void ahead_put(const struct ahead *ahead, struct rows *rows, uint64_t i);

#endif
