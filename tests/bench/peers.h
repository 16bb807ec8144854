/* SPDX-License-Identifier: MIT */
/*
 * peers.h - the engines that the library is measured against.
 *
 * Each does a job in the best form that we found for it, on one thread. What they
 * share is the text of queries, here too.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include "jobs.h"

extern const struct engine engine_engagement; /* the library */
extern const struct engine engine_plain;      /* the obvious C; answers, not speed */
extern const struct engine engine_sqlite;     /* links libsqlite3 */
extern const struct engine engine_duckdb;     /* opens libduckdb.so at run time */

/* ---- texts ---- */

struct sql {
  char *text;
  size_t used, room;
};
/* Appends; exits where memory is short. Free `text` in the end. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void sql_add(struct sql *sql, const char *format, ...);

/*
 * Counts of a kind in three windows travel as one integer, 20 bits each, so that a
 * query needs an aggregate for each kind rather than for each pair: a third of the
 * work and of the state. sql_packed is one event's share of it, sql_unpacked the
 * columns f0..f59 of k0..k19, sql_hash the checksum's share of one customer.
 */
void sql_packed(struct sql *sql, const char *integer);
void sql_unpacked(struct sql *sql);
void sql_hash(struct sql *sql);
/* The stage as a CASE over first, last, count, cents, told (see struct job_buying). */
void sql_stage(struct sql *sql);

#endif
