/* SPDX-License-Identifier: MIT */
/*
 * bulk.h - staged events into the book, customer by customer.
 */
#ifndef ENG_BOOK_BULK_H
#define ENG_BOOK_BULK_H

#include "book/stage.h"

/* Bytes of staged events from which on they are brought in. The fewer times a customer's
 * run is touched the better; most loads fit in at once. */
#define ENG__STAGE_BUDGET \
  (SIZE_MAX > UINT32_MAX ? (size_t)512 * 1024 * 1024 : (size_t)64 * 1024 * 1024)

/* From how many rows on, beside a book of so many customers, the bulk way pays. */
static inline bool eng__bulk_pays(uint64_t rows, uint64_t customers)
{
  return rows >= 4096 && rows >= customers / 4;
}

/*
 * Brings all staged events into the stage's book and empties the stage. With `number`
 * equal events without id are numbered, together with those that the book holds.
 * On failure what was brought in stays, and the stage holds the rest.
 */
eng_status eng__bulk_bring(struct eng__stage *stage, bool number,
                           eng_load_counts *counts);

#endif
