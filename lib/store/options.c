/* SPDX-License-Identifier: MIT */
/*
 * options.c - the structs that a caller sets up, with SQLite and without.
 */
#include <string.h>

#include <engagement/store.h>

void eng_store_options_init(eng_store_options *options, uint32_t size)
{
  eng_store_options defaults;

  if (options == NULL || size < sizeof(uint32_t)) return;
  memset(&defaults, 0, sizeof defaults);
  defaults.size = size;
  defaults.wait_ms = 5000;
  defaults.cache_kb = 16384;
  memcpy(options, &defaults, size < sizeof defaults ? size : sizeof defaults);
}

void eng_store_report_init(eng_store_report *report, uint32_t size)
{
  if (report == NULL || size < sizeof(uint32_t)) return;
  memset(report, 0, size < sizeof *report ? size : sizeof *report);
  report->size = size;
}

void eng_sync_counts_init(eng_sync_counts *counts, uint32_t size)
{
  if (counts == NULL || size < sizeof(uint32_t)) return;
  memset(counts, 0, size < sizeof *counts ? size : sizeof *counts);
  counts->size = size;
}
