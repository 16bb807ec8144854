/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief The whole customer base in numbers: activity, retention, funnels, flows.
 *
 * docs/metrics.md pins each metric, its formula and its choices. Every result is counts
 * that the caller divides: over disjoint customers they add, and a ratio whose
 * denominator is 0 is undefined, never 0.
 *
 * Events after the last moment asked about are not seen, voided ones never, and
 * purchases only while something of them is kept at that moment.
 *
 * Structs that begin with a size grow at their end: a size of an earlier version is
 * taken with the defaults for what it lacks. Of a later one, what this library does not
 * know has to be 0, else the answer is ENG_E_RANGE; of results it gets zeros there.
 */
#ifndef ENGAGEMENT_METRICS_H
#define ENGAGEMENT_METRICS_H

#include <engagement/book.h>
#include <engagement/calendar.h>
#include <engagement/filter.h>

ENG_BEGIN_DECLS

/** @defgroup metrics Metrics of the customer base
 *  @{ */

/** How time is divided. Weeks start as the settings say. */
enum {
  ENG_EVERY_DAY = 1,     /**< business days */
  ENG_EVERY_WEEK = 2,    /**< weeks of them */
  ENG_EVERY_MONTH = 3,   /**< calendar months */
  ENG_EVERY_QUARTER = 4, /**< January to March, ... */
  ENG_EVERY_YEAR = 5,    /**< calendar years */
  ENG_EVERY_DAYS = 6     /**< `length` business days, from that of `from` on */
};

/** A row of periods, one after the other without a gap. */
typedef struct eng_periods {
  uint32_t size;  /**< set by eng_periods_init */
  int32_t every;  /**< ENG_EVERY_*; default ENG_EVERY_MONTH */
  int64_t length; /**< ENG_EVERY_DAYS: business days of a period, 1..36525; else 0 */
  int64_t from;   /**< a time in the first period, 0..ENG_TIME_MAX */
  int64_t until;  /**< a time in the last one, from..ENG_TIME_MAX: later events are not
                       seen */
} eng_periods;

/** @brief Months, from the first millisecond of 1970 until then.
 *  @param[out] periods  the caller's; NULL does nothing
 *  @param[in]  size     sizeof(eng_periods) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_periods_init(eng_periods *periods, uint32_t size);

/**
 * @brief How many periods there are.
 *
 * @param[in]  context  borrowed: zone, start of the day and of the week
 * @param[in]  periods  borrowed
 * @param[out] out      at least 1; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL, or the size of periods cannot be
 * @retval ENG_E_RANGE    every or length
 * @retval ENG_E_TIME     from or until
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_periods_count(const eng_context *context,
                                                   const eng_periods *periods,
                                                   uint64_t *out);

/**
 * @brief When each period starts, and when the one after the last does.
 *
 * A period has ended at a moment that is not before the start of the next one, less a
 * millisecond.
 *
 * @param[in]  context  borrowed
 * @param[in]  periods  borrowed
 * @param[out] starts   milliseconds since 1970, below 0 if it began in 1969
 * @param[in]  count    entries of starts, one more than eng_periods_count says
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL, or the size of periods cannot be
 * @retval ENG_E_RANGE    every or length
 * @retval ENG_E_TIME     from or until
 * @retval ENG_E_BUFFER   starts is too small; nothing was written
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_periods_starts(const eng_context *context,
                                                    const eng_periods *periods,
                                                    int64_t *starts, uint64_t count);

/**
 * @brief When the first event of some kinds in the whole book occurred.
 *
 * @param[in]  book       borrowed
 * @param[in]  until      later events are not seen, 0..ENG_TIME_MAX
 * @param[in]  kinds      as for eng_book_active
 * @param[in]  kind_count entries of kinds
 * @param[out] out        milliseconds since 1970; ENG_TIME_NONE: there is none; 0 on
 *                        failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_TIME     until
 * @retval ENG_E_KIND     the context has no such kind
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_first_at(const eng_book *book, int64_t until,
                                                   const uint8_t *kinds,
                                                   uint64_t kind_count, int64_t *out);

/* ---- activity ---- */

/** The customers of one period, by what they did in it and before. */
typedef struct eng_activity {
  uint64_t active;      /**< did something: newcomers, returning and resurrected */
  uint64_t newcomers;   /**< for the first time ever */
  uint64_t returning;   /**< also in the period just before */
  uint64_t resurrected; /**< not in the period just before, but earlier */
  uint64_t dormant;     /**< did nothing, but something in the period just before; final
                             once the period has ended */
} eng_activity;

/**
 * @brief Active customers of each period, and how they flow.
 *
 * A customer is active in a period with an event of one of the kinds in it. What the
 * company sends never makes anybody active, unless its kinds are asked for.
 *
 * @param[in]  book      borrowed
 * @param[in]  periods   borrowed
 * @param[in]  kinds     kinds that count; NULL with a count of 0: those for which
 *                       eng_kind_is_active is 1
 * @param[in]  kind_count entries of kinds
 * @param[out] out       one entry a period
 * @param[in]  count     entries of out, as eng_periods_count says
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or the size of periods cannot be
 * @retval ENG_E_RANGE      every or length
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_BUFFER     count is another than that of the periods
 * @retval ENG_E_CANCELLED  by progress; out is all 0, as on every failure but a
 *                          refused argument
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_active(const eng_book *book,
                                                 const eng_periods *periods,
                                                 const uint8_t *kinds,
                                                 uint64_t kind_count, eng_activity *out,
                                                 uint64_t count,
                                                 eng_progress_fn progress, void *user);

/**
 * @brief Customers who were active in the last n business days, for each day and n.
 *
 * With windows of 1, 7 and 30 days these are rolling DAU, WAU and MAU. The day itself
 * is the last of its window. Stickiness is the sum of DAU over the sum of MAU.
 *
 * @param[in]  book      borrowed
 * @param[in]  from      a time in the first day, 0..ENG_TIME_MAX
 * @param[in]  until     a time in the last day, from..ENG_TIME_MAX: later events are
 * not seen
 * @param[in]  kinds     as for eng_book_active
 * @param[in]  kind_count entries of kinds
 * @param[in]  windows   lengths in business days, each 1..36525
 * @param[in]  window_count 1..8
 * @param[out] out       out[w * days + d]: customers active in windows[w] days up to
 * day d
 * @param[in]  days      as eng_periods_count says for ENG_EVERY_DAY
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_RANGE      windows or window_count
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_BUFFER     days is another number
 * @retval ENG_E_CANCELLED  by progress; out is all 0, as on every failure but a
 *                          refused argument
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_rolling(
    const eng_book *book, int64_t from, int64_t until, const uint8_t *kinds,
    uint64_t kind_count, const int32_t *windows, int32_t window_count, uint64_t *out,
    uint64_t days, eng_progress_fn progress, void *user);

/**
 * @brief How many customers were active on exactly n business days: the other meaning
 * of stickiness.
 *
 * @param[in]  book      borrowed
 * @param[in]  from      as for eng_book_rolling
 * @param[in]  until     as for eng_book_rolling
 * @param[in]  kinds     as for eng_book_active
 * @param[in]  kind_count entries of kinds
 * @param[out] out       out[n]: customers with n active days; the last entry also has
 *                       those with more; out[0]: those with an event of the kinds
 * before `from` and none since
 * @param[in]  count     entries of out, at least 2
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_BUFFER     count is less than 2
 * @retval ENG_E_CANCELLED  by progress; out is all 0, as on every failure but a
 *                          refused argument
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status
eng_book_active_days(const eng_book *book, int64_t from, int64_t until,
                     const uint8_t *kinds, uint64_t kind_count, uint64_t *out,
                     uint64_t count, eng_progress_fn progress, void *user);

/* ---- retention ---- */

/** What a cell of a cohort table counts. */
enum {
  ENG_RETENTION_NDAY = 0,     /**< who came back in exactly those periods */
  ENG_RETENTION_UNBOUNDED = 1 /**< who came back in that period or any later one */
};

/** What a cohort table is asked for. */
typedef struct eng_retention {
  uint32_t size;       /**< set by eng_retention_init */
  int32_t mode;        /**< ENG_RETENTION_*; default ENG_RETENTION_NDAY */
  const uint8_t *base; /**< kinds of which a customer's first event says the cohort;
                            default: purchase; NULL with 0: those that are active */
  uint64_t base_count; /**< entries of base */
  const uint8_t *back; /**< kinds that count as coming back; likewise */
  uint64_t back_count; /**< entries of back */
  int32_t own_clock;   /**< 0: calendar periods; 1: 24 hours a day, each customer's
                            periods from the instant of the first event on. Only
                            under ENG_EVERY_DAY, ENG_EVERY_WEEK, ENG_EVERY_DAYS */
  int32_t money;       /**< 1: what was spent is summed too; default 0 */
  const uint32_t *brackets; /**< column j is the periods brackets[j] .. brackets[j+1] -
                               1 of each customer; ascending, columns + 1 entries; NULL:
                                 column j is period j */
} eng_retention;

/** @brief First purchases and purchases since, in exactly each period.
 *  @param[out] retention  the caller's; NULL does nothing
 *  @param[in]  size       sizeof(eng_retention) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_retention_init(eng_retention *retention, uint32_t size);

/** One cell of a cohort table. */
typedef struct eng_cell {
  uint64_t customers; /**< who came back */
  int64_t money; /**< what their events of the `back` kinds are worth, in minor units
                      of the base currency; 0 unless it is asked for */
  uint64_t left_out; /**< of these events, with an amount for which there is no rate */
  int32_t ended;     /**< 1: the cell's periods have ended for all of the cohort; 0: it
                          is right-censored, and its counts are not final */
  int32_t reserved;  /**< 0 */
} eng_cell;

/**
 * @brief Who came back, by cohort.
 *
 * A customer belongs to the period of the first event of a `base` kind ever; those
 * whose first one is before the periods belong to none. Period 0 is that of the first
 * event; an event of a `back` kind counts from that event on, itself included.
 *
 * @param[in]  book       borrowed
 * @param[in]  periods    borrowed: the cohorts. until is also the as-of
 * @param[in]  retention  borrowed; NULL: the defaults
 * @param[out] sizes      customers of each cohort
 * @param[in]  cohorts    entries of sizes, as eng_periods_count says
 * @param[out] cells      cells[cohort * columns + column]
 * @param[in]  columns    1..100000
 * @param[in]  progress   may be NULL; told customers
 * @param[in]  user       handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or a size cannot be
 * @retval ENG_E_RANGE      every, length, mode, own_clock, money, brackets or columns
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_BUFFER     cohorts is another number than that of the periods
 * @retval ENG_E_OVERFLOW   the money of a cell does not fit
 * @retval ENG_E_CANCELLED  by progress; all is 0, as on every failure but a refused
 *                          argument
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_retention(
    const eng_book *book, const eng_periods *periods, const eng_retention *retention,
    uint64_t *sizes, uint64_t cohorts, eng_cell *cells, uint64_t columns,
    eng_progress_fn progress, void *user);

/** One day of a survival table. */
typedef struct eng_survival {
  uint64_t came;     /**< who came back that many days after the first time; of
                          eng_book_stays: stays that ended after that many */
  uint64_t censored; /**< who has not yet, and whose first time is that many days ago;
                          stays that go on */
} eng_survival;

/**
 * @brief How long it takes until customers come back: from the first event of some
 * kinds to the next one of others, such as the second purchase.
 *
 * Days have 24 hours and count from the first event of a customer; one that came back
 * within 24 hours came on day 0. Who came or is censored on day d or later was at risk
 * on day d. The Kaplan-Meier curve is the product over days of 1 - came / at risk:
 * those censored on a day are at risk on it.
 *
 * @param[in]  book      borrowed
 * @param[in]  until     later events are not seen, 0..ENG_TIME_MAX
 * @param[in]  base      kinds of the first event, as for eng_book_active
 * @param[in]  base_count entries of base
 * @param[in]  back      kinds that count as coming back, after that event
 * @param[in]  back_count entries of back
 * @param[out] out       out[d]: day d; the last entry also has those of later days
 * @param[in]  count     entries of out, at least 2
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_TIME       until
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_BUFFER     count is less than 2
 * @retval ENG_E_CANCELLED  by progress; out is all 0, as on every failure but a
 *                          refused argument
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @source{Kaplan & Meier (1958), Nonparametric Estimation from Incomplete Observations}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_survival(
    const eng_book *book, int64_t until, const uint8_t *base, uint64_t base_count,
    const uint8_t *back, uint64_t back_count, eng_survival *out, uint64_t count,
    eng_progress_fn progress, void *user);

/* ---- funnels ---- */

/** At most this many steps. */
enum { ENG_FUNNEL_STEPS = 32 };

/** A step of a funnel: an event of one of some kinds. */
typedef struct eng_step {
  const uint8_t *kinds; /**< NULL with 0: those that make a customer active */
  uint64_t kind_count;  /**< entries of kinds */
} eng_step;

/** What a funnel is asked for. */
typedef struct eng_funnel {
  uint32_t size;         /**< set by eng_funnel_init */
  int32_t step_count;    /**< 1..ENG_FUNNEL_STEPS */
  const eng_step *steps; /**< in their order; may be NULL where all have filters */
  int64_t within;        /**< from the first step to the last, inclusive, milliseconds,
                              0..ENG_TIME_MAX; default ENG_TIME_MAX */
  int64_t from;          /**< earlier events are no first step; default 0 */
  int64_t until;         /**< later events are not seen; default ENG_TIME_MAX */
  int32_t strict;        /**< 0: anything may happen between steps; 1: nothing that the
                              customer does, and no event that is any of the steps */
  int32_t once;          /**< 0: every first step is a new attempt; 1: only the
                              customer's first one is */
  const eng_filter *const *filters; /**< NULL, or one entry a step, in place of its
                              kinds where it is not NULL: only events that it means are
                              the step */
} eng_funnel;

/** @brief No steps yet, and no bounds.
 *  @param[out] funnel  the caller's; NULL does nothing
 *  @param[in]  size    sizeof(eng_funnel) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_funnel_init(eng_funnel *funnel, uint32_t size);

/**
 * @brief How far customers get through steps in their order.
 *
 * Events of one instant stand in canonical order: by number of their kind, then by id.
 * An event serves one step of an attempt. A customer's level is the most steps that any
 * of the attempts took; of attempts that took as many, the times are those of the one
 * that was there first, with the latest start it can have.
 *
 * @param[in]  book      borrowed
 * @param[in]  funnel    borrowed
 * @param[out] reached   reached[s]: customers who took at least s + 1 steps; step_count
 *                       entries
 * @param[out] levels    of each row the steps taken, 0 for none; may be NULL
 * @param[out] times     times[row * step_count + s]: when, or ENG_TIME_NONE; may be
 * NULL
 * @param[out] channels  of each row the channel of the first step, 0 for none; may be
 *                       NULL
 * @param[in]  rows      entries of levels and channels: eng_book_customer_count; of no
 *                       consequence where all three are NULL
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or the size of funnel cannot be
 * @retval ENG_E_RANGE      step_count, within, strict or once; or funnel asks for what
 *                          only a later library knows
 * @retval ENG_E_CONTEXT    a filter was made from another context
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_BUFFER     rows is another number
 * @retval ENG_E_CANCELLED  by progress; reached is all 0, as on every failure but a
 *                          refused argument, and what the other arrays hold is not
 *                          to be used
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_funnel(const eng_book *book,
                                                 const eng_funnel *funnel,
                                                 uint64_t *reached, uint8_t *levels,
                                                 int64_t *times, uint8_t *channels,
                                                 uint64_t rows,
                                                 eng_progress_fn progress, void *user);

/* ---- stages over time ---- */

/**
 * @brief How many moved from which stage to which, between two moments.
 *
 * A customer without events by then is in stage 0, none. Where both moments are the
 * same this is a census, on the diagonal.
 *
 * @param[in]  book      borrowed
 * @param[in]  assessor  changed only inside; made from the book's context
 * @param[in]  model     which of its models, from 0
 * @param[in]  from      0..ENG_TIME_MAX; events after it are not seen
 * @param[in]  to        0..ENG_TIME_MAX, likewise
 * @param[out] cells     cells[a * side + b]: from rank a to rank b
 * @param[in]  side      stages of the model and one: eng_model_stage_count + 1
 * @param[out] before    of each row the rank at `from`; may be NULL
 * @param[out] after     of each row the rank at `to`; may be NULL
 * @param[in]  rows      entries of before and after: eng_book_customer_count; of no
 *                       consequence where both are NULL
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_RANGE      the assessor has no such model
 * @retval ENG_E_CONTEXT    made from different contexts
 * @retval ENG_E_TIME       from or to
 * @retval ENG_E_BUFFER     side or rows is another number
 * @retval ENG_E_CALLBACK   a callback model failed
 * @retval ENG_E_CANCELLED  by progress; cells are all 0, as on every failure but a
 *                          refused argument, and what the other arrays hold is not
 *                          to be used
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it; one assessor for each
 *          thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status
eng_book_flow(const eng_book *book, eng_assessor *assessor, int32_t model, int64_t from,
              int64_t to, uint64_t *cells, int32_t side, uint8_t *before,
              uint8_t *after, uint64_t rows, eng_progress_fn progress, void *user);

/**
 * @brief How many customers are in each stage at each of several moments, in one pass:
 *        from every customer's history, and not by asking anew for each moment.
 *
 * Each moment's counts are those that eng_book_flow has on its diagonal for it, and sum
 * up to the customers of the book. A callback model is asked for each moment.
 *
 * @param[in]  book      borrowed
 * @param[in]  assessor  changed only inside; made from the book's context
 * @param[in]  model     which of its models, from 0
 * @param[in]  times     0..ENG_TIME_MAX, none before the one ahead of it; events after
 *                       each are not seen at it
 * @param[in]  count     entries of times, at least 1
 * @param[out] cells     cells[i * side + r]: customers at rank r at times[i]
 * @param[in]  side      stages of the model and one: eng_model_stage_count + 1
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_RANGE      the assessor has no such model
 * @retval ENG_E_CONTEXT    made from different contexts
 * @retval ENG_E_TIME       times
 * @retval ENG_E_BUFFER     side is another number, or count is 0
 * @retval ENG_E_CALLBACK   a callback model failed
 * @retval ENG_E_LIMIT      a customer of more than 2^31 events
 * @retval ENG_E_CANCELLED  by progress; cells are all 0, as on every failure but a
 *                          refused argument
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it; one assessor for each
 *          thread}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status
eng_book_stages_at(const eng_book *book, eng_assessor *assessor, int32_t model,
                   const int64_t *times, uint64_t count, uint64_t *cells, int32_t side,
                   eng_progress_fn progress, void *user);

/**
 * @brief How long customers stay in each stage: stays by their length in days.
 *
 * A stay begins with the change into a stage, or with the customer's first event in the
 * stage that this leaves them in, and ends with the change to another stage. Whoever
 * comes back begins another stay. Stays that begin in from .. until are counted: ended
 * ones by the days of 24 hours that they took, those that go on at `until` by the days
 * that they had lasted by then, censored. Time alone may end a stay, and that is seen.
 *
 * As for eng_book_survival, of which this has a table for each stage, the Kaplan-Meier
 * curve is the product over days of 1 - came / at risk: the share of stays that last
 * longer than that many days.
 *
 * @param[in]  book      borrowed
 * @param[in]  assessor  changed only inside; made from the book's context
 * @param[in]  model     which of its models, from 0
 * @param[in]  from      stays that began before are not counted, 0..ENG_TIME_MAX
 * @param[in]  until     later events are not seen, from..ENG_TIME_MAX
 * @param[out] out       out[r * count + d]: stays at rank r of d days; `came` are those
 *                       that ended; the last entry of a rank also has longer ones
 * @param[in]  count     entries of out for a rank, at least 2
 * @param[out] customers customers[r]: who has such a stay at rank r; may be NULL
 * @param[in]  side      ranks, and entries of customers: eng_model_stage_count + 1
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID      an argument is NULL
 * @retval ENG_E_RANGE        the assessor has no such model
 * @retval ENG_E_CONTEXT      made from different contexts
 * @retval ENG_E_TIME         from or until
 * @retval ENG_E_BUFFER       side is another number, or count is less than 2
 * @retval ENG_E_UNSUPPORTED  a callback model: its past is not kept
 * @retval ENG_E_LIMIT        a customer of more than 2^31 events
 * @retval ENG_E_CANCELLED    by progress; all is 0, as on every failure but a refused
 *                            argument
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it; one assessor for each
 *          thread}
 * @source{Kaplan and Meier (1958), Nonparametric Estimation from Incomplete
 * Observations}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_stays(const eng_book *book,
                                                eng_assessor *assessor, int32_t model,
                                                int64_t from, int64_t until,
                                                eng_survival *out, uint64_t count,
                                                uint64_t *customers, int32_t side,
                                                eng_progress_fn progress, void *user);

/** How well two ways of putting the same customers into classes agree. */
typedef struct eng_agreement {
  uint64_t customers; /**< N */
  uint64_t agree;     /**< A: those on the diagonal */
  double by_chance;   /**< C: the sum of the products of a row's sum and its column's,
                           over N; 0 where N is 0 */
  double kappa;       /**< Cohen's: (A - C) / (N - C); not a number where N is C */
  double weighted;    /**< the same with squared distances of ranks as disagreement, for
                           classes that are in order; not a number where all are alike */
} eng_agreement;

/**
 * @brief Cohen's kappa of a square table of counts.
 *
 * @param[in]  cells  cells[a * side + b]: customers in class a by one and b by the
 * other
 * @param[in]  side   1..256
 * @param[out] out    all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_RANGE     side
 * @retval ENG_E_OVERFLOW  the counts sum up to more than 2^32
 * @threads{reentrant}
 * @source{Cohen (1960), A Coefficient of Agreement for Nominal Scales; Cohen (1968),
 *         Weighted kappa}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_agreement_of(const uint64_t *cells, int32_t side,
                                                  eng_agreement *out);

/**
 * @brief On which clause two models part about one customer.
 *
 * How far a model has a customer is the rank over its number of stages. Where both have
 * them as far they do not part. Else the one that has them less far wants something for
 * its next stage that the customer lacks, while the other has them further without it:
 * they part on the first such clause, in the order of the model's text. It is a line of
 * ENG_PART_MISSING of that explanation; the stage that it is missing for is
 * eng_explanation_target.
 *
 * @param[in]  a      borrowed
 * @param[in]  why_a  borrowed: of the customer under a
 * @param[in]  b      borrowed
 * @param[in]  why_b  borrowed: of the same customer under b, as of the same moment
 * @param[out] lower  1: a has them less far; 2: b does; 0: they do not part, and on
 *                    failure
 * @param[out] line   of ENG_PART_MISSING of the lower one's explanation; -1: nothing is
 *                    missing there that could happen, they do not part, or failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_parting_of(const eng_model *a,
                                                const eng_explanation *why_a,
                                                const eng_model *b,
                                                const eng_explanation *why_b,
                                                int32_t *lower, int32_t *line);

/* ---- an overview ---- */

/** What an overview is asked for. */
typedef struct eng_overview_options {
  uint32_t size;          /**< set by eng_overview_options_init */
  int32_t churn_gaps;     /**< k: silent for longer than k of the customer's own median
                               gaps is churned; 1..1000, default 3 */
  int64_t from;           /**< first millisecond of the window; default 0 */
  int64_t until;          /**< its last one; later events are not seen; default
                               ENG_TIME_MAX */
  int64_t session_pause;  /**< a longer pause ends a session; default 30 minutes */
  int64_t in_time;        /**< an answer is in time up to here; default 5 minutes */
  const uint8_t *base;    /**< conversion from an event of these kinds; default visit */
  uint64_t base_count;    /**< entries of base */
  const uint8_t *goal;    /**< to an event of these; default purchase */
  uint64_t goal_count;    /**< entries of goal */
  int64_t convert_within; /**< not later than this, inclusive; default 7 days */
} eng_overview_options;

/** @brief The defaults.
 *  @param[out] options  the caller's; NULL does nothing
 *  @param[in]  size     sizeof(eng_overview_options) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_overview_options_init(eng_overview_options *options, uint32_t size);

/** A metric: two counts that the caller divides. Undefined where denominator is 0. */
typedef struct eng_ratio {
  int64_t numerator;   /**< below 0 for a net promoter score of more detractors */
  int64_t denominator; /**< at least 0 */
} eng_ratio;

/** The metrics of a window, each as docs/metrics.md defines it under the same name. */
typedef struct eng_overview {
  uint32_t size;                  /**< set by eng_book_overview */
  uint32_t reserved;              /**< 0 */
  eng_ratio retention;            /**< active in the window / in the one before it */
  eng_ratio frequency;            /**< active events / active customers */
  eng_ratio active_days;          /**< active business days / active customers */
  eng_ratio sessions;             /**< sessions / customers who had one */
  eng_ratio time_on_site;         /**< milliseconds of sessions / sessions */
  eng_ratio click_through;        /**< clicks / impressions */
  eng_ratio click_through_unique; /**< of those who saw, who clicked / who saw */
  eng_ratio conversion;           /**< who reached the goal in time / who could have */
  eng_ratio social_followers;     /**< acts on social networks / followers */
  eng_ratio social_reach;         /**< acts on social networks / who was reached */
  eng_ratio nps;                  /**< promoters less detractors / answers */
  eng_ratio csat;                 /**< 4 and 5 of 5 / answers */
  eng_ratio ces;                  /**< sum of answers in thousandths / answers */
  eng_ratio ces_easy;             /**< 5 to 7 of 7 / answers */
  eng_ratio answered;             /**< messages answered / messages */
  eng_ratio answered_in_time;     /**< messages answered in time / messages that have
                                       been, or have waited that long */
  eng_ratio response_time;        /**< milliseconds until the answer / answered */
  eng_ratio order_value;          /**< money kept, in minor units of the base currency /
                                       kept orders with such an amount */
  eng_ratio repeat_purchase;      /**< who bought twice or more / who bought, ever */
  eng_ratio referral;             /**< who referred somebody / active customers */
  eng_ratio referral_unpaid; /**< who did so without incentive / active customers */
  eng_ratio churn_contract;  /**< whose contract ended / had one at the start; an end at
                                which another one began ends the one before */
  eng_ratio churn_silent;    /**< silent for k own gaps / bought on 3 days or more */
} eng_overview;

/**
 * @brief The metrics of a window, in one pass.
 *
 * @param[in]  book      borrowed
 * @param[in]  options   borrowed; NULL: the defaults
 * @param[out] out       all 0 on failure
 * @param[in]  size      sizeof(eng_overview) as the caller was compiled
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or a size cannot be
 * @retval ENG_E_RANGE      churn_gaps, or a duration outside 0..ENG_TIME_MAX; or
 * options ask for what only a later library knows
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_OVERFLOW   a sum does not fit
 * @retval ENG_E_CANCELLED  by progress
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_overview(const eng_book *book,
                                                   const eng_overview_options *options,
                                                   eng_overview *out, uint32_t size,
                                                   eng_progress_fn progress,
                                                   void *user);

/* ---- what a manager asks ---- */

/** What passed between the company and one customer. "In the window" is from..until. */
typedef struct eng_relation {
  int64_t revenue;         /**< in the window: kept purchases less refunds that name
                                none, in minor units of the base currency */
  int64_t first_at;        /**< first active event ever; ENG_TIME_NONE: none */
  int64_t last_at;         /**< last active event; likewise */
  int64_t first_order_at;  /**< first kept purchase ever; likewise */
  int64_t second_order_at; /**< the next one; likewise */
  int64_t last_contact_at; /**< last message out or meeting; likewise */
  int64_t contact_seconds; /**< in the window: how long contacts took, as far as they
                                say */
  uint32_t contacts;       /**< in the window: messages out and meetings */
  uint32_t two_way;        /**< of these: followed by a message in within 7 days, or of
                                10 minutes and more */
  uint32_t ideas;          /**< in the window */
  uint32_t ideas_answered; /**< of these: named by a message out or a resolution by
                                `until` */
  uint32_t ideas_accepted; /**< of these: whose valence is above 0 */
  uint32_t reserved;       /**< 0 */
} eng_relation;

/**
 * @brief What passed between the company and each customer.
 *
 * @param[in]  book      borrowed
 * @param[in]  from      first millisecond of the window, 0..ENG_TIME_MAX
 * @param[in]  until     its last one; later events are not seen
 * @param[out] out       one entry a row
 * @param[in]  rows      entries of out: eng_book_customer_count
 * @param[in]  progress  may be NULL; told customers
 * @param[in]  user      handed to progress
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_TIME       from or until
 * @retval ENG_E_BUFFER     rows is another number
 * @retval ENG_E_OVERFLOW   a sum does not fit
 * @retval ENG_E_CANCELLED  by progress; out is all 0, as on every failure but a
 *                          refused argument
 * @retval ENG_E_NOMEM
 * @threads{one book may be read by many while none changes it}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_book_relations(const eng_book *book, int64_t from,
                                                    int64_t until, eng_relation *out,
                                                    uint64_t rows,
                                                    eng_progress_fn progress,
                                                    void *user);

/** @} */

ENG_END_DECLS

#endif
