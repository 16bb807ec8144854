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

#include <engagement/score.h>

#include "model/assess.h"
#include "model/fraction.h"
#include "model/model.h"
#include "model/quick.h"
#include "model/see.h"
#include "model/sweep.h"

struct eng__node;

/* A measure of one or several of the models. */
struct eng__meter {
  const eng_model *model; /* whose nodes `where` is about */
  struct eng__measure measure;
  uint64_t members; /* the models whose stages depend on it, as bits */
  int64_t from, to; /* as of the prepared instant: from < time <= to */
  bool moves;       /* it has a window, so it changes as time passes */
  bool lists;       /* it needs all readings at once */
  bool plain;       /* it needs only the times of the first and the last event */
  bool plain_days;  /* it needs only the times of events */
  bool plain_sum;   /* it needs only their amounts */
};

/* What a meter has read. */
struct eng__tally {
  int64_t n;           /* events, days, or what is counted */
  int64_t all;         /* of a share: events whether or not `where` holds */
  int64_t value;       /* of min, max and gap; meaningful if n > 0 */
  int64_t high;        /* a sum of minor units in 128 bits, so that neither order nor */
  uint64_t low;        /* coming and going can make it overflow on the way */
  int64_t first, last; /* times; meaningful if n > 0 */
  int64_t day;         /* business day of the last one */
};

static inline void eng__tally_sum(struct eng__tally *tally, int64_t amount)
{
  uint64_t low = tally->low + (uint64_t)amount;

  tally->high += (amount < 0 ? -1 : 0) + (low < tally->low);
  tally->low = low;
}

/* Adds the difference of two running sums. */
static inline void eng__tally_join(struct eng__tally *tally, const struct eng__wide *to,
                                   const struct eng__wide *from)
{
  struct eng__wide sum = {tally->high, tally->low};

  eng__wide_join(&sum, to, from);
  tally->high = sum.high;
  tally->low = sum.low;
}

static inline void eng__tally_subtract(struct eng__tally *tally, int64_t amount)
{
  uint64_t low = tally->low - (uint64_t)amount;

  tally->high -= (amount < 0 ? -1 : 0) + (low > tally->low);
  tally->low = low;
}

/* What a meter reads of an event. */
struct eng__reading {
  int64_t time;
  int64_t number; /* the field that it is about, a channel or an actor */
  bool has_number;
  bool holds; /* `where` does, for a share */
};

/* The readings of a meter that lists. */
struct eng__track {
  struct eng__reading *readings;
  size_t count, room;
};

/* Blocks [from, to) of a heavy timeline's node, all within the same windows; `time` is
 * that of their last event. */
struct eng__stretch {
  const struct eng__node *node;
  uint32_t from, to;
  int64_t time;
};

/* The value of a term that others refer to, for as long as the tallies stay. */
struct eng__memo {
  struct eng__fraction value;
  uint64_t stamp; /* of the tallies it was worked out from; 0: none */
  int64_t now;
  bool defined;
};

/* One of the models. */
struct eng__member {
  const eng_model *model;
  struct eng__memo *memos; /* of each node */
  int32_t *ages;           /* comparisons with a time since that stages depend on */
  size_t age_count;
  int32_t *meters; /* of each measure of the model */
  int32_t *quick;  /* of each node: which quick test answers it, or -1 */
  int32_t *stage_quick; /* the same of each stage's condition */
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
  struct eng__sweep sweep;
  int64_t *referrals; /* their times, for the laps of a history */
  size_t referral_count, referral_room;
  bool any_lists;
  bool all_counted;            /* all meters are plain, or plain sums: */
  struct eng__stretch *latest; /* of each meter; see counted.c */
  int64_t *scratch; /* to sort in */
  size_t scratch_room;
  int64_t as_of; /* the prepared instant; -1: none */
  bool any_host;  /* there are callback models */
  uint64_t asked; /* those of the models that hosts are asked about, as bits */
  const char *customer_id; /* of whom they are asked; NULL: nobody said */
  size_t customer_id_length;
  uint64_t stamp; /* changes whenever tallies do */
  struct eng__quick *quicks;
  size_t quick_count, quick_room;
  uint32_t quick_kinds;    /* summary bits that any quick test asks for */
  bool idle_known;         /* whether the stages of a timeline with none of them are */
  int32_t idle_stages[64]; /* known: most customers of most bases are such */
};

/* A bit for each of the models. */
static inline uint64_t eng__all_members(const eng_assessor *assessor)
{
  return UINT64_MAX >> (64 - assessor->count);
}

/* Those that are text; time alone is swept over for no others. */
uint64_t eng__text_members(const eng_assessor *assessor);

/* Fills a new assessor; what was begun is the caller's to free. */
eng_status eng__compile(eng_assessor *assessor, const eng_model *const *models,
                        int32_t count);

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

/* The next stage after `stage` that something happening could bring, as of the instant of
 * the tallies; 0: there is none. */
int32_t eng__stage_ahead(const eng_assessor *assessor, const struct eng__member *member,
                         int32_t stage);

/* What a meter reads of an event; false: nothing, for its `where` does not hold. */
bool eng__read_seen(const struct eng__meter *meter, const struct eng__seen *seen,
                    struct eng__reading *out);

/* Keeps a reading of a meter that lists. */
eng_status eng__track_add(eng_assessor *assessor, size_t meter,
                          const struct eng__reading *reading);

/* Takes a reading that lies in a meter's window into its tally. */
void eng__tally_add(const eng_assessor *assessor, struct eng__tally *tally,
                    const struct eng__meter *meter, const struct eng__reading *reading);

/* Works out the tally of a meter that lists from its readings. */
eng_status eng__tally_list(eng_assessor *assessor, size_t meter);

/* The period of a streak that a time lies in, and the first instant of a period. */
int64_t eng__period_of(const eng_context *context, int period, int64_t time);
int64_t eng__period_start(const eng_context *context, int period, int64_t index);

/* Takes the events of a run, of which nothing is undone, into the tallies. */
eng_status eng__measure_run(eng_assessor *assessor, const struct eng__run *run,
                            const struct eng__shapes *shapes);

/* Whether a timeline, of which nothing is undone, can be measured from its counts; and
 * doing that. */
bool eng__can_count(const eng_assessor *assessor, const struct eng__timeline *timeline);
eng_status eng__measure_counted(eng_assessor *assessor,
                                const struct eng__timeline *timeline,
                                const struct eng__shapes *shapes);

/* Room for numbers in assessor->scratch. */
eng_status eng__reserve_scratch(eng_assessor *assessor, size_t count);

/* Why a condition or number is what it is, as of what was measured last. */
eng_status eng__explain_node(eng_assessor *assessor, int32_t model,
                             const eng_customer *customer, int32_t node,
                             eng_explanation **out);

/* The context that an explanation of a score was made with. */
const eng_context *eng__score_explanation_context(const eng_score_explanation *x);

/* Fills the tallies from the events. */
eng_status eng__measure(eng_assessor *assessor, const struct eng__timeline *timeline,
                        const struct eng__shapes *shapes);

#endif
