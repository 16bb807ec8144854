/* SPDX-License-Identifier: MIT */
/*
 * columns.h - events as plain arrays: checking them, and reading a row.
 */
#ifndef ENG_BOOK_COLUMNS_H
#define ENG_BOOK_COLUMNS_H

#include "book/book.h"

/* Which fields a row has, if all of its columns' arrays count. */
uint32_t eng__columns_present(const eng_columns *columns);

/* Checks all rows as the setters of an event do; *bad is the first bad row. */
eng_status eng__columns_check(const eng_columns *columns, const struct eng_book *book,
                              uint64_t *bad);

static inline const char *eng__columns_id(const eng_columns *columns, uint64_t row,
                                          size_t *length)
{
  uint64_t start = row * columns->customer_width;

  if (columns->customer_ends == NULL) {
    *length = (size_t)columns->customer_width;
  } else {
    start = row == 0 ? 0 : columns->customer_ends[row - 1];
    *length = (size_t)(columns->customer_ends[row] - start);
  }
  return columns->customers + start;
}

/* A checked row as an event; `all` is what eng__columns_present gave. */
void eng__columns_event(const eng_columns *columns, const struct eng_book *book,
                        uint32_t all, uint64_t row, struct eng__event *event);

#endif
