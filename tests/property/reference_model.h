/* SPDX-License-Identifier: MIT
 *
 * reference_model.h - the model language a second time, slow and plain: models are
 * drawn as trees, printed as text and evaluated on an array of events, each measure in
 * a pass of its own. Written from docs/language.md, with nothing of lib/model.
 */
#ifndef REFERENCE_MODEL_H
#define REFERENCE_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <engagement.h>

#include "property.h"

#define REF_DAY INT64_C(86400000)
/* Where histories begin: a midnight. */
#define REF_START (19676 * REF_DAY)

/* ---- events ---- */

/* Own kinds of the tests' context, and an own channel. */
enum { REF_TASTING = 200, REF_LEAFLET = 201, REF_KIOSK = 130 };

typedef struct ref_event {
  int64_t time, amount, value;
  uint64_t effective, refers_to;
  uint32_t actor, topic;
  int kind, channel, scale, valence, currency;
  bool has_amount, has_value, has_valence, has_refers_to, has_actor, has_topic;
  bool incentivised, is_public;
} ref_event;

/* What a currency is worth from a business day on: n / d euros for one of its units. */
typedef struct ref_rate {
  int currency;
  int64_t from, n, d;
} ref_rate;

enum { REF_RATES = 5 };

/* When days and weeks begin: minutes east of UTC, minutes after midnight, 1 Monday ..
 * 7 Sunday; and the rates, of which a later one of the same day counts. */
typedef struct ref_calendar {
  int offset, day_start, week_start;
  ref_rate rates[REF_RATES];
  int rate_count;
} ref_calendar;

enum { REF_EVENTS = 16 };

typedef struct ref_history {
  ref_calendar calendar;
  ref_event events[REF_EVENTS];
  int count;
} ref_history;

/* An event as measures see it. */
typedef struct ref_seen {
  const ref_event *event;
  int kind;
  bool has_amount; /* in the base currency */
  int64_t amount;
  bool left_out; /* there is no rate, or the result is too large */
} ref_seen;

typedef struct ref_sight {
  ref_seen seen[REF_EVENTS];
  int count;
} ref_sight;

ref_calendar ref_calendar_draw(prop_draw *draw);
/* The first instant of the business day that a time lies in. */
int64_t ref_day_start(const ref_calendar *calendar, int64_t time);

/* A context as the tests want it: euro, an own channel, own kinds. */
eng_context *ref_context(const ref_calendar *calendar);

/* A random history, and the customer that holds it. */
void ref_history_draw(ref_history *history, prop_draw *draw,
                      const ref_calendar *calendar, const eng_context *context,
                      eng_customer *customer);
/* A few purchases at the edges of days, which a summary knows nearly by itself. */
void ref_purchases_draw(ref_history *history, prop_draw *draw,
                        const eng_context *context, eng_customer *customer);
void ref_history_print(const ref_history *history, FILE *to);

/* What is seen as of an instant. */
void ref_look(const ref_history *history, int64_t as_of, ref_sight *sight);

/* ---- models ---- */

typedef struct ref_model ref_model;

/* For a context of this calendar. */
ref_model *ref_model_draw(prop_draw *draw, const ref_calendar *calendar);
/* One of everyday clauses about purchases: what a summary may decide. */
ref_model *ref_model_draw_plain(prop_draw *draw, const ref_calendar *calendar);
/* Gives some params other values, and says them as the library takes them. */
void ref_model_set(ref_model *model, prop_draw *draw, char *out, size_t room);
void ref_model_free(ref_model *model);
const char *ref_model_text(const ref_model *model);

/* The rank of the stage at `now`, with what is in sight. */
int32_t ref_model_stage(const ref_model *model, const ref_sight *sight, int64_t now);

/* The rank of the stage whose spells are laps; 0: there is none. */
int ref_model_lap(const ref_model *model);

/* The dimensions, in the order of the text. */
int ref_model_dimension_count(const ref_model *model);
void ref_model_dimension(const ref_model *model, int index, const ref_sight *sight,
                         int64_t now, eng_value *out);

/* The scores, in the order of the text, and the points of their terms t0, t1 .. */
int ref_model_score_count(const ref_model *model);
int ref_model_score(const ref_model *model, int index, const ref_sight *sight,
                    int64_t now);
int ref_model_term_count(const ref_model *model, int index);
int ref_model_term(const ref_model *model, int index, int term, const ref_sight *sight,
                   int64_t now);
/* The points of each event or day; INT32_MAX where the term is another. */
int ref_model_term_each(const ref_model *model, int index, int term);

/* The durations that stand in the model; returns how many. */
int ref_model_durations(const ref_model *model, const int64_t **out);

#endif
