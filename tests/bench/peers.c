/* SPDX-License-Identifier: MIT */
/*
 * peers.c - the texts of queries that the peers share.
 */
#define _POSIX_C_SOURCE 200809L
#include "peers.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

void sql_add(struct sql *sql, const char *format, ...)
{
  for (;;) {
    va_list args;
    va_start(args, format);
    size_t left = sql->room - sql->used;
    int n = vsnprintf(sql->text ? sql->text + sql->used : NULL, left, format, args);
    va_end(args);
    if (n < 0) abort();
    if ((size_t)n < left) {
      sql->used += (size_t)n;
      return;
    }
    sql->room = 2 * sql->room + (size_t)n + 1024;
    sql->text = realloc(sql->text, sql->room);
    if (!sql->text) {
      fputs("bench: out of memory\n", stderr);
      exit(1);
    }
  }
}

void sql_packed(struct sql *sql, const char *integer)
{
  for (int w = 0; w < F_WINDOWS; w++)
    sql_add(sql, "%sCAST(ts>=%" PRId64 " AS %s)*%" PRId64, w ? "+" : "",
            JOB_WINDOW(job_windows[w]), integer, INT64_C(1) << (40 - 20 * w));
}

void sql_unpacked(struct sql *sql)
{
  for (int w = 0; w < F_WINDOWS; w++)
    for (int k = 0; k < FEED_KINDS; k++)
      sql_add(sql, "%s(k%d>>%d)&1048575 AS f%d", w + k ? "," : "", k, 40 - 20 * w,
              FEED_KINDS * w + k);
}

void sql_hash(struct sql *sql)
{
  sql_add(sql, "(");
  for (int i = 0; i < F_COUNT; i++) sql_add(sql, "%s%d*f%d", i ? "+" : "", i + 1, i);
  sql_add(sql, ")%%%" PRId64, JOB_MODULUS);
}

void sql_stage(struct sql *sql)
{
  sql_add(
      sql,
      "CASE WHEN last IS NULL THEN 0 WHEN last<%" PRId64 " THEN 6 WHEN last<%" PRId64
      " THEN 5 WHEN count>=4 AND cents>=20000 AND told>0 THEN 4 WHEN count>=4 THEN 3 "
      "WHEN first>=%" PRId64 " THEN 1 ELSE 2 END",
      JOB_AS_OF - 365 * FEED_DAY, JOB_AS_OF - 90 * FEED_DAY, JOB_WINDOW(30));
}
