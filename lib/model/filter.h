/* SPDX-License-Identifier: MIT */
/*
 * filter.h - what metrics need of a filter: whether an event that they see is meant.
 */
#ifndef ENG_MODEL_FILTER_H
#define ENG_MODEL_FILTER_H

#include <engagement/filter.h>

#include "model/see.h"

const eng_context *eng__filter_context(const eng_filter *filter);

/* Whether there is a condition: if not, the kinds say all. */
bool eng__filter_asks(const eng_filter *filter);

/* Of an event of one of the kinds. */
bool eng__filter_holds(const eng_filter *filter, const struct eng__seen *seen);

#endif
