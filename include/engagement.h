/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Everything stable in libengagement, in one include.
 *
 * Hosts that want less include the single headers; nothing here is more than
 * the sum of them.
 */
#ifndef ENGAGEMENT_H
#define ENGAGEMENT_H

#include <engagement/allocator.h>
#include <engagement/api.h>
#include <engagement/authoring.h>
#include <engagement/book.h>
#include <engagement/calendar.h>
#include <engagement/callback.h>
#include <engagement/census.h>
#include <engagement/context.h>
#include <engagement/csv.h>
#include <engagement/customer.h>
#include <engagement/event.h>
#include <engagement/export.h>
#include <engagement/features.h>
#include <engagement/filter.h>
#include <engagement/forecast.h>
#include <engagement/history.h>
#include <engagement/journal.h>
#include <engagement/jsonl.h>
#include <engagement/link.h>
#include <engagement/metrics.h>
#include <engagement/model.h>
#include <engagement/money.h>
#include <engagement/rfm.h>
#include <engagement/score.h>
#include <engagement/status.h>
#include <engagement/store.h>
#include <engagement/version.h>
#include <engagement/waits.h>
#include <engagement/worth.h>

#endif
