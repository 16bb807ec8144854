/* SPDX-License-Identifier: MIT */
/*
 * assessor.h - several models compiled to be run together.
 *
 * The measures of all models stand in one table, equal ones once. For every kind there
 * is the list of the measures it enters, so an event that no rule asks for costs a
 * look-up. What was measured lies in `tallies`; evaluate.c reads them.
 */
#ifndef ENG_MODEL_ASSESSOR_H
#define ENG_MODEL_ASSESSOR_H

#include "model/assess.h"
#include "model/fraction.h"
#include "model/model.h"
#include "model/quick.h"
#include "model/see.h"

/* A measure of one or several of the models. */
struct eng__meter {
  const eng_model *model; /* whose nodes `where` is about */
  struct eng__measure measure;
  int64_t from, to; /* as of the prepared instant: from < time <= to */
  bool moves;       /* it has a window, so it changes as time passes */
};

/* What a meter has read. */
struct eng__tally {
  int64_t n;           /* events, or days */
  int64_t high;        /* a sum of minor units in 128 bits, so that neither order nor */
  uint64_t low;        /* coming and going can make it overflow on the way */
  int64_t first, last; /* times; meaningful if n > 0 */
  int64_t day;         /* business day of the last one */
  int64_t left_out;    /* amounts in other currencies */
};

static inline void eng__tally_sum(struct eng__tally *tally, int64_t amount)
{
  uint64_t low = tally->low + (uint64_t)amount;

  tally->high += (amount < 0 ? -1 : 0) + (low < tally->low);
  tally->low = low;
}

/* An event that a moving meter reads sooner or later. */
struct eng__reading {
  int64_t time, amount;
  bool has_amount;
};

/* The readings of a moving meter; those in [out, in) lie in its window. */
struct eng__track {
  struct eng__reading *readings;
  size_t count, room, in, out;
};

/* One of the models. */
struct eng__member {
  const eng_model *model;
  int32_t *meters; /* of each measure of the model */
  int32_t *quick;  /* of each node: which quick test answers it, or -1 */
};

struct eng_assessor {
  const eng_context *context;
  struct eng__member *members;
  int32_t count;
  struct eng__meter *meters;
  size_t meter_count, meter_room;
  uint16_t kind_start[257]; /* of each kind in kind_meters */
  uint16_t *kind_meters;
  size_t kind_meter_count;
  struct eng__tally *tallies;
  struct eng__track *tracks;
  struct eng__undos undos;
  int64_t as_of; /* the prepared instant; -1: none */
  struct eng__quick *quicks;
  size_t quick_count, quick_room;
  uint32_t quick_kinds;   /* summary bits that any quick test asks for */
  bool idle_known;        /* whether the stages of a timeline with none of them are */
  int32_t idle_stages[64]; /* known: most customers of most bases are such */
};

/* Whether `where` holds for an event: unknown is no. */
bool eng__where_holds(const eng_model *model, int32_t node,
                      const struct eng__seen *seen);

/* The value of a node as of `now` from the tallies; false: not defined. Booleans are
 * 0 or 1. */
bool eng__evaluate(const eng_assessor *assessor, const struct eng__member *member,
                   int32_t node, int64_t now, struct eng__fraction *out);

/* The stage from the tallies: the last declared whose condition is true. */
int32_t eng__stage_now(const eng_assessor *assessor, const struct eng__member *member,
                       int64_t now);

/* Takes an event that lies in a meter's window into its tally. */
void eng__tally_add(const eng_assessor *assessor, struct eng__tally *tally,
                    const struct eng__meter *meter, int64_t time, bool has_amount,
                    int64_t amount);

/* Fills the tallies from the events. */
eng_status eng__measure(eng_assessor *assessor, const struct eng__timeline *timeline,
                        const struct eng__shapes *shapes);

#endif
