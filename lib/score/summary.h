/* SPDX-License-Identifier: MIT */
/*
 * summary.h - what the book needs of summaries: reducing timelines where they lie.
 */
#ifndef ENG_SCORE_SUMMARY_H
#define ENG_SCORE_SUMMARY_H

#include <engagement/forecast.h>

#include "model/see.h"

/* Memory of `undos` may be used for many timelines, and is released by the caller with
 * the pen's allocator. */
eng_status eng__summary_read(const struct eng__timeline *timeline,
                             const struct eng__pen *pen, int32_t unit, int64_t until,
                             struct eng__undos *undos, eng_summary *out);

/* Whether a unit and an end may be asked about. */
eng_status eng__summary_check(int32_t unit, int64_t until);

#endif
