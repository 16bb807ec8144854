/* SPDX-License-Identifier: MIT */
/*
 * engagement_features.c - J2: a feature table of every customer, in pieces of some rows
 * that are summed up as they come.
 */
#define _POSIX_C_SOURCE 200809L
#include "engagement.h"

#include <stdlib.h>
#include <string.h>

/* Not a power of two, or one row of all columns would crowd in few places of the cache.
 */
enum { PIECE = 4088 };

/* The columns of struct jobs.h's F_*; where that differs, what it is made from: the
 * count of purchases for F_X, their first and last times for F_T and F_TX. */
static void describe(const struct engagement *s, uint8_t kinds[FEED_KINDS],
                     eng_feature columns[F_COUNT])
{
  for (int k = 0; k < FEED_KINDS; k++) kinds[k] = (uint8_t)s->kinds[k];
  for (int c = 0; c < F_COUNT; c++) {
    eng_feature *f = &columns[c];
    int kind = c < F_FIRST      ? c % FEED_KINDS
               : c == F_REFUNDS ? FEED_REFUND
                                : FEED_PURCHASE;
    int window = c < F_FIRST ? c / FEED_KINDS : c - F_CENTS;
    int all = c >= F_FIRST && c <= F_DAYS;
    memset(f, 0, sizeof *f);
    f->kinds = all ? kinds : &kinds[kind];
    f->kind_count = all ? FEED_KINDS : 1;
    f->within = window >= 0 && window < F_WINDOWS ? job_windows[window] * FEED_DAY
                                                  : ENG_TIME_MAX;
    f->what = ENG_FEATURE_COUNT;
    if (c >= F_CENTS && c <= F_REFUNDS) f->what = ENG_FEATURE_SUM;
    if (c == F_DAYS) f->what = ENG_FEATURE_DAYS;
    if (c == F_FIRST || c == F_T) f->what = ENG_FEATURE_FIRST;
    if (c == F_LAST || c == F_TX) f->what = ENG_FEATURE_LAST;
  }
}

/* As job_hash has them. */
static void derive(int64_t *table, uint64_t rows)
{
  int64_t *first = table + F_FIRST * rows, *last = table + F_LAST * rows,
          *x = table + F_X * rows, *span = table + F_TX * rows,
          *age = table + F_T * rows;
  for (uint64_t i = 0; i < rows; i++) {
    first[i] -= FEED_START;
    last[i] -= FEED_START;
    int bought = x[i] > 0;
    span[i] = bought ? span[i] - age[i] : 0;
    age[i] = bought ? JOB_AS_OF - age[i] : 0;
    x[i] -= bought;
  }
}

/* What is (c + 1) times column c is that column and the sum of all from c on: two
 * additions in place of a product, since columns come from the last to the first. */
static int64_t hash_all(const int64_t *table, uint64_t rows)
{
  static int64_t sums[PIECE], hashes[PIECE];
  int64_t all = 0;
  memset(sums, 0, sizeof sums);
  memset(hashes, 0, sizeof hashes);
  for (int c = F_COUNT; c-- > 0;) {
    const int64_t *column = table + (uint64_t)c * rows;
    for (uint64_t i = 0; i < rows; i++) {
      sums[i] += column[i];
      hashes[i] += sums[i];
    }
  }
  for (uint64_t i = 0; i < rows; i++) all += hashes[i] % JOB_MODULUS;
  return all;
}

int engagement_features(struct engagement *s, struct job_result *result)
{
  uint8_t kinds[FEED_KINDS];
  eng_feature columns[F_COUNT];
  int64_t *table = malloc((size_t)PIECE * F_COUNT * sizeof *table), checksum = 0;
  int failed = engagement_ready(s) || !table;
  uint64_t count = failed ? 0 : eng_book_customer_count(s->book);
  eng_status status = ENG_OK;
  describe(s, kinds, columns);
  for (int i = 0; !failed && i < s->options->repeats; i++) {
    struct stopwatch watch = stopwatch_start();
    checksum = 0;
    for (uint64_t row = 0; status == ENG_OK && row < count; row += PIECE) {
      uint64_t rows = count - row < PIECE ? count - row : PIECE;
      status = eng_book_features(s->book, JOB_AS_OF, columns, F_COUNT, row, rows, table,
                                 NULL, NULL);
      if (status != ENG_OK) break;
      derive(table, rows);
      checksum += hash_all(table, rows);
    }
    job_add(result, stopwatch_read(watch));
    failed = !engagement_ok(status, "features");
  }
  free(table);
  if (failed) return -1;
  job_answer_features(result, (int64_t)count, checksum);
  job_finish(result, s->feed->count);
  return 0;
}
