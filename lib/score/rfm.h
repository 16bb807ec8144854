/* SPDX-License-Identifier: MIT */
/*
 * rfm.h - what the book needs of RFM: measuring timelines where they lie.
 */
#ifndef ENG_SCORE_RFM_H
#define ENG_SCORE_RFM_H

#include <engagement/rfm.h>

#include "model/see.h"

/* Memory of `undos` may be used for many timelines, and is released by the caller with
 * the pen's allocator. */
eng_status eng__rfm_measure(const struct eng__timeline *timeline,
                            const struct eng__pen *pen, int64_t as_of,
                            struct eng__undos *undos, eng_rfm *out);

#endif
