/* SPDX-License-Identifier: MIT */
/*
 * crosswalk.h - what `crosswalk` tells of one customer.
 */
#ifndef ENGAGEMENT_PROGRAM_CROSSWALK_H
#define ENGAGEMENT_PROGRAM_CROSSWALK_H

#include "session.h"

/* Where the two models of a session have the customer of --customer, and the clause on
 * which they part. */
int crosswalk_customer(const struct session *session);

#endif
