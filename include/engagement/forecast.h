/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Forecasts: who is still there, and how much they will buy.
 *
 * A customer's history is reduced to three numbers: x, the repeat purchases (the first
 * is not counted, those of one day are one); t_x, the age at the last of them; T, the
 * age at the end of what was seen. Summaries collect those of many customers, a fit is
 * estimated from summaries by maximum likelihood, and a fit answers for one customer
 * without the others.
 *
 * No number that is handed out is infinite or not a number: there is a status instead.
 */
#ifndef ENGAGEMENT_FORECAST_H
#define ENGAGEMENT_FORECAST_H

#include <engagement/customer.h>

ENG_BEGIN_DECLS

/** @defgroup forecast Forecasts
 *  @{ */

/** Histories of many customers, each distinct one kept once. Integers only, so that
 *  those of several shops merge into the same whatever their order. */
typedef struct eng_summaries eng_summaries;

/** A family of forecasts with its parameters; read-only. */
typedef struct eng_fit eng_fit;

/** Families of forecasts. */
enum {
  ENG_FAMILY_AUTO = 0,      /**< the likeliest of those that fit the unit of time */
  ENG_FAMILY_BGNBD = 1,     /**< may leave after each repeat purchase */
  ENG_FAMILY_MBGNBD = 2,    /**< may leave after each purchase, the first too */
  ENG_FAMILY_PARETONBD = 3, /**< may leave at any time */
  ENG_FAMILY_BGBB = 4,      /**< buys or not in each period; leaves before one */
  ENG_FAMILY_NBD = 5,       /**< never leaves: the baseline */
  ENG_FAMILY_USUAL = 6      /**< to ask for: ENG_FAMILY_PARETONBD for purchases and
                                 ENG_FAMILY_MBGNBD for P(alive); in periods
                                 ENG_FAMILY_BGBB */
};

/** Why a fit is one of its family. */
enum {
  ENG_CHOSEN_ASKED = 0,      /**< the caller wanted it, or nothing tells of leaving */
  ENG_CHOSEN_LIKELIHOOD = 1, /**< the history is likeliest under it */
  ENG_CHOSEN_HOLDOUT = 2     /**< fitted to the first part of the history, it forecast
                                  the rest of it best */
};

/** Units of time of a fit. */
enum {
  ENG_UNIT_DAY = 1,   /**< summaries count days */
  ENG_UNIT_WEEK = 2,  /**< summaries count days; a fit speaks of 7 of them */
  ENG_UNIT_PERIOD = 3 /**< summaries count periods in which customers buy or do not */
};

/** Parts of a fit. */
enum {
  ENG_FIT_PURCHASES = 1, /**< when they buy */
  ENG_FIT_SPEND = 2,     /**< what a purchase is worth: Gamma-Gamma, p, q and v */
  ENG_FIT_STAY = 3,      /**< who is still there, where another family tells that */
  ENG_FIT_SAY = 4,       /**< how often they tell others: Gamma-Poisson, r and alpha */
  ENG_FIT_VALENCE = 5 /**< how many of those acts are positive: Beta-Binomial, a, b */
};

/* ---- summaries ---- */

/**
 * @brief Summaries of nobody yet.
 *
 * @param[in]  context  borrowed for the summaries' life: its base currency is theirs
 * @param[in]  unit     ENG_UNIT_*
 * @param[out] out      new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such unit
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_summaries_new(const eng_context *context,
                                                   int32_t unit, eng_summaries **out);

/** @brief Releases summaries; fits made from them are unaffected.
 *  @param[in] summaries  taken; NULL does nothing
 *  @threads{one object may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_summaries_free(eng_summaries *summaries);

/**
 * @brief Adds customers with one history.
 *
 * Days for ENG_UNIT_DAY and ENG_UNIT_WEEK, periods for ENG_UNIT_PERIOD.
 *
 * @param[in] summaries  changed; as they were on failure
 * @param[in] x          repeat purchases; in periods at most t_x
 * @param[in] t_x        age at the last of them; 0 if and only if x is 0
 * @param[in] T          age at the end, t_x .. 2^31 - 1
 * @param[in] spend      what the x purchases were worth together, in minor units of the
 *                       base currency; 0 or less: not known
 * @param[in] customers  how many have that history, 1 .. 2^40
 * @retval ENG_OK
 * @retval ENG_E_INVALID   summaries is NULL
 * @retval ENG_E_RANGE     a number lies outside its range
 * @retval ENG_E_OVERFLOW  more customers than 64 bits count
 * @retval ENG_E_NOMEM
 * @threads{one object may be used by one thread at a time}
 * @source{Fader & Hardie, "Creating an RFM Summary", brucehardie.com}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_summaries_add(eng_summaries *summaries, uint32_t x,
                                                   uint32_t t_x, uint32_t T,
                                                   int64_t spend, uint64_t customers);

/**
 * @brief Adds all customers of other summaries: another shop's, another shard's.
 *
 * @param[in] summaries  changed; on ENG_E_NOMEM some of the others are in it
 * @param[in] other      borrowed; not the same object
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or both are the same
 * @retval ENG_E_CONTEXT   the units or the base currencies differ
 * @retval ENG_E_OVERFLOW  more customers than 64 bits count
 * @retval ENG_E_NOMEM
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_summaries_merge(eng_summaries *summaries,
                                                     const eng_summaries *other);

/** @brief How many customers were added.
 *  @param[in] summaries  borrowed
 *  @return customers; 0 where summaries is NULL
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_summaries_customers(const eng_summaries *summaries);

/** @brief How many repeat purchases they made.
 *  @param[in] summaries  borrowed
 *  @return the sum of x; 0 where summaries is NULL
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_summaries_purchases(const eng_summaries *summaries);

/** @brief How many distinct histories (x, t_x, T) they have.
 *  @param[in] summaries  borrowed
 *  @return histories; 0 where summaries is NULL
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_summaries_distinct(const eng_summaries *summaries);

/** @brief The unit of summaries.
 *  @param[in] summaries  borrowed
 *  @return ENG_UNIT_*; 0 where summaries is NULL
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_summaries_unit(const eng_summaries *summaries);

/**
 * @brief The canonical bytes of summaries: those of a shop, to be merged elsewhere.
 *
 * They name nobody, but a rare history may be one customer's.
 *
 * @param[in]  summaries  borrowed
 * @param[out] buffer     may be NULL if capacity is 0
 * @param[in]  capacity   bytes of buffer
 * @param[out] size       the bytes needed, also when the buffer is too small
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_BUFFER   too small; what is in it then is of no use
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_summaries_encode(const eng_summaries *summaries,
                                                      uint8_t *buffer, size_t capacity,
                                                      size_t *size);

/**
 * @brief Summaries from canonical bytes, which may come from anybody.
 *
 * @param[in]  context  borrowed for the summaries' life
 * @param[in]  bytes    what eng_summaries_encode wrote
 * @param[in]  size     of bytes
 * @param[out] out      new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_CONTEXT    the base currency is another than the context's
 * @retval ENG_E_TRUNCATED  and the further statuses of encoded bytes
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_summaries_decode(const eng_context *context,
                                                      const uint8_t *bytes, size_t size,
                                                      eng_summaries **out);

/** One customer's history as summaries take it. */
typedef struct eng_summary {
  int64_t spend; /**< what the x purchases were worth, minor units of the base
                      currency; 0 where has_spend is 0 */
  uint32_t x;    /**< repeat purchases: days, or years, with any after the first */
  uint32_t t_x;  /**< from the first to the last of them */
  uint32_t T;    /**< from the first purchase to the end */
  uint32_t acts; /**< of telling others, from the first purchase on: reactions,
                      shares, invitations, endorsements, reviews */
  uint32_t acts_after; /**< those of them on later days, or years, than the last
                            purchase */
  uint32_t positive; /**< those of them with a valence above 0; without a valence those
                          that rate 9 of 10, 4 of 5, 5 of 7 or more, or do not rate */
  int32_t bought;    /**< 1; 0: nothing was bought by then, and all is 0 */
  int32_t has_spend; /**< 1; 0: x is 0, or a repeat purchase has no amount in the base
                          currency */
} eng_summary;

/**
 * @brief A customer's history, reduced for forecasts.
 *
 * Purchases are seen as they are kept at `until`: what was voided or fully refunded is
 * none. Those of one business day are one; with ENG_UNIT_PERIOD those of one calendar
 * year of business days are one.
 *
 * @param[in]  customer  borrowed
 * @param[in]  unit      ENG_UNIT_*: days for the first two, years for the third
 * @param[in]  until     the end, 0..ENG_TIME_MAX; events after it are not seen
 * @param[out] out       all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such unit
 * @retval ENG_E_TIME     until is out of range
 * @retval ENG_E_NOMEM
 * @threads{reentrant; a customer may be read by many threads}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_customer_summary(const eng_customer *customer,
                                                      int32_t unit, int64_t until,
                                                      eng_summary *out);

/** Acts of telling of one customer beyond which no more are counted. */
enum { ENG_MOST_ACTS = 1000000 };

/**
 * @brief Adds customers with one history, as it was reduced, with their acts of
 * telling.
 *
 * One who has bought nothing is not added. Whoever is added by eng_summaries_add counts
 * as one who told nobody.
 *
 * @param[in] summaries  changed; as they were on failure
 * @param[in] summary    borrowed; of their unit
 * @param[in] customers  how many have it, 1 .. 2^40
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_RANGE     a number lies outside its range, see eng_summaries_add; acts
 *                         0..ENG_MOST_ACTS, acts_after and positive not more, acts
 *                         after the last purchase only where T is above t_x
 * @retval ENG_E_OVERFLOW  more customers than 64 bits count
 * @retval ENG_E_NOMEM
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_summaries_add_summary(eng_summaries *summaries,
                                                           const eng_summary *summary,
                                                           uint64_t customers);

/* ---- fitting ---- */

/** How to fit. */
typedef struct eng_fit_options {
  uint32_t size;            /**< set by eng_fit_options_init */
  int32_t family;           /**< ENG_FAMILY_*; default ENG_FAMILY_USUAL */
  uint32_t customers;       /**< least customers that are enough; default 30 */
  uint32_t repeaters;       /**< least of them with a repeat purchase; default 10 */
  int64_t until;            /**< when the histories end, kept in the fit; milliseconds
                                 since 1970, default ENG_TIME_NONE */
  eng_progress_fn progress; /**< called for each look at the data, with how many there
                                 were; total is 0, as nobody knows. Default NULL */
  void *user;               /**< for progress */
} eng_fit_options;

/** @brief Sets all options to their defaults.
 *  @param[out] options  the caller's; NULL does nothing
 *  @param[in]  size     sizeof(eng_fit_options) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_fit_options_init(eng_fit_options *options, uint32_t size);

/**
 * @brief Fits a family to summaries.
 *
 * Where the data does not tell that customers leave, the fit is one of ENG_FAMILY_NBD
 * whatever was asked for, and eng_fit_reason says so. Where the data is too thin there
 * is no fit, and the error's text says what is lacking. The same summaries give the
 * same fit, in whatever order and parts they came.
 *
 * @param[in]  summaries  borrowed for the call
 * @param[in]  options    NULL: defaults
 * @param[out] out        new; NULL on failure
 * @param[out] error      what the data lacks; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL, or the family does not fit the unit
 * @retval ENG_E_RANGE    no such family
 * @retval ENG_E_THIN     too few customers or repeat purchases to say anything
 * @retval ENG_E_NOFIT    no parameters are likelier than all others
 * @retval ENG_E_LIMIT    more than 2^30 distinct histories, or 10000 periods
 * @retval ENG_E_CANCELLED  progress wanted to end it
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_new(const eng_summaries *summaries,
                                             const eng_fit_options *options,
                                             eng_fit **out, eng_error *error);

/** @brief Releases a fit.
 *  @param[in] fit  taken; NULL does nothing
 *  @threads{one object may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_fit_free(eng_fit *fit);

/** @brief A family's name, such as "mbgnbd".
 *  @param[in] family  ENG_FAMILY_*
 *  @return static text; NULL if there is no such family
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_family_name(int32_t family);

/** @brief The family that was fitted.
 *  @param[in] fit  borrowed
 *  @return ENG_FAMILY_*, not ENG_FAMILY_AUTO
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_fit_family(const eng_fit *fit);

/** @brief The family that was asked for.
 *  @param[in] fit  borrowed
 *  @return ENG_FAMILY_*
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_fit_requested(const eng_fit *fit);

/** @brief The family of a part: that of P(alive) may be another than that of purchases.
 *  @param[in] fit   borrowed
 *  @param[in] part  ENG_FIT_PURCHASES or ENG_FIT_STAY
 *  @return ENG_FAMILY_*; 0 for other parts
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_fit_part_family(const eng_fit *fit, int32_t part);

/** @brief Why a fit is one of its family.
 *  @param[in] fit  borrowed
 *  @return ENG_CHOSEN_*
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_fit_chosen(const eng_fit *fit);

/** @brief The unit of a fit's times, of every t_x, T and horizon handed to it.
 *  @param[in] fit  borrowed
 *  @return ENG_UNIT_*
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_fit_unit(const eng_fit *fit);

/** @brief How many customers a fit was made from.
 *  @param[in] fit  borrowed
 *  @return customers
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_fit_customers(const eng_fit *fit);

/** @brief When the histories that a fit was made from end.
 *  @param[in] fit  borrowed
 *  @return milliseconds since 1970; ENG_TIME_NONE where it was not told
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_fit_until(const eng_fit *fit);

/** @brief The currency of a fit's amounts.
 *  @param[in] fit  borrowed
 *  @return ISO 4217 number; 0: none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_fit_currency(const eng_fit *fit);

/** @brief How many parameters a part of a fit has.
 *  @param[in] fit   borrowed
 *  @param[in] part  ENG_FIT_*
 *  @return 0..4; 0 where the part is not there
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_fit_parameter_count(const eng_fit *fit, int32_t part);

/** @brief The name of a parameter as the literature has it, such as "alpha".
 *  @param[in] fit    borrowed
 *  @param[in] part   ENG_FIT_*
 *  @param[in] index  0 .. eng_fit_parameter_count - 1
 *  @return static text; NULL if there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_fit_parameter_name(const eng_fit *fit, int32_t part,
                                           int32_t index);

/**
 * @brief A parameter and its standard error.
 *
 * @param[in]  fit    borrowed
 * @param[in]  part   ENG_FIT_*
 * @param[in]  index  0 .. eng_fit_parameter_count - 1
 * @param[out] value  > 0, in the fit's unit; v in major units of the currency
 * @param[out] error  > 0; 0 where the likelihood gives none, as at the edge of a
 *                    parameter's range; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  no such part or parameter
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_parameter(const eng_fit *fit, int32_t part,
                                                   int32_t index, double *value,
                                                   double *error);

/** @brief The logarithm of the likelihood of a part, times in the fit's unit.
 *  @param[in] fit   borrowed
 *  @param[in] part  ENG_FIT_*
 *  @return finite; 0 where the part is not there
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API double eng_fit_log_likelihood(const eng_fit *fit, int32_t part);

/** @brief Whether the search for the likeliest parameters ended at an optimum.
 *  @param[in] fit   borrowed
 *  @param[in] part  ENG_FIT_*
 *  @return 1 or 0; 0 where the part is not there
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_fit_converged(const eng_fit *fit, int32_t part);

/** @brief What has to be known about a part: why it fell back to another family, why
 *         it is not there, which of its numbers to distrust.
 *  @param[in] fit   borrowed
 *  @param[in] part  ENG_FIT_*
 *  @return static English text; "" where there is nothing to say
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_fit_reason(const eng_fit *fit, int32_t part);

/**
 * @brief The canonical bytes of a fit, to be shipped.
 *
 * @param[in]  fit       borrowed
 * @param[out] buffer    may be NULL if capacity is 0
 * @param[in]  capacity  bytes of buffer
 * @param[out] size      the bytes needed, also when the buffer is too small
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_BUFFER   too small; nothing was written
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_encode(const eng_fit *fit, uint8_t *buffer,
                                                size_t capacity, size_t *size);

/**
 * @brief A fit from canonical bytes, which may come from anybody.
 *
 * @param[in]  context  borrowed for the fit's life
 * @param[in]  bytes    what eng_fit_encode wrote
 * @param[in]  size     of bytes
 * @param[out] out      new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_TRUNCATED  and the further statuses of encoded bytes
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_decode(const eng_context *context,
                                                const uint8_t *bytes, size_t size,
                                                eng_fit **out);

/* ---- forecasts of one customer ---- */

/** A customer's history in the unit of a fit. All zeros is a new customer. */
typedef struct eng_rf {
  uint32_t size;     /**< set by eng_rf_init */
  uint32_t reserved; /**< 0 */
  double x;          /**< repeat purchases, 0..1e9, a whole number */
  double t_x;        /**< age at the last of them, 0 where x is 0 */
  double T;          /**< age at the end, t_x..1e9; periods: 0..1e4 */
  double mean_spend; /**< mean worth of the x purchases in major units; 0: not known */
  double acts;       /**< acts of telling since the first purchase, 0..ENG_MOST_ACTS, a
                          whole number */
  double acts_after; /**< those of them after the last purchase */
  double positive;   /**< those of them that were positive */
} eng_rf;

/** @brief Sets a history to that of a new customer.
 *  @param[out] history  the caller's; NULL does nothing
 *  @param[in]  size     sizeof(eng_rf) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_rf_init(eng_rf *history, uint32_t size);

/**
 * @brief A customer's history in the units of a fit.
 *
 * Without a mean spend where the base currency of the fit's context is another than
 * that of the fit.
 *
 * @param[in]  fit      borrowed
 * @param[in]  summary  borrowed; of the fit's unit
 * @param[in,out] out   filled; its size was set
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL, or out has no size
 * @retval ENG_E_NOTFOUND  the customer has bought nothing; out is a new customer
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_rf(const eng_fit *fit,
                                            const eng_summary *summary, eng_rf *out);

/**
 * @brief Probability that a customer is still there at T. No memory is allocated.
 *
 * Under ENG_FAMILY_BGNBD one without repeat purchase is there for certain, under
 * ENG_FAMILY_NBD everyone is; under ENG_FAMILY_BGBB it is that of the period T.
 *
 * @param[in]  fit      borrowed
 * @param[in]  history  in the fit's unit
 * @param[out] out      0..1; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself or lies out of range
 * @threads{reentrant}
 * @source{Fader, Hardie & Lee (2008), Computing P(alive) Using the BG/NBD Model}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_p_alive(const eng_fit *fit,
                                                 const eng_rf *history, double *out);

/**
 * @brief Probability of at least one purchase in (T, T + horizon]. No memory is
 *        allocated.
 *
 * @param[in]  fit      borrowed
 * @param[in]  history  in the fit's unit
 * @param[in]  horizon  0..1e9 in the fit's unit; periods: a whole number up to 1e4
 * @param[out] out      0..1; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself, or a number is out of range
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_p_purchase(const eng_fit *fit,
                                                    const eng_rf *history,
                                                    double horizon, double *out);

/**
 * @brief Expected purchases in (T, T + horizon]. No memory is allocated.
 *
 * @param[in]  fit      borrowed
 * @param[in]  history  in the fit's unit
 * @param[in]  horizon  0..1e9 in the fit's unit; periods: a whole number up to 1e4
 * @param[out] out      0 or more; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself, or a number is out of range
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_expected_purchases(const eng_fit *fit,
                                                            const eng_rf *history,
                                                            double horizon,
                                                            double *out);

/** What a fit says of a customer over a horizon. */
typedef struct eng_forecast {
  double p_alive;            /**< that the customer is still there, 0..1 */
  double p_purchase;         /**< of at least one purchase, 0..1 */
  double expected_purchases; /**< 0 or more */
  double expected_spend;     /**< what those are worth in major units; 0 where has_spend
                                  is 0 */
  double expected_acts;      /**< of telling others; 0 where has_say is 0 */
  double expected_positive;  /**< those of them that are positive */
  int32_t has_forecast;      /**< 1; 0: all is 0 */
  int32_t has_spend;         /**< 1; 0: see eng_fit_expected_spend for why */
  int32_t has_say;           /**< 1; 0: the fit does not tell of telling */
  int32_t reserved;          /**< 0 */
} eng_forecast;

/**
 * @brief All of that at once, which is quicker than one by one. No memory is allocated.
 *
 * @param[in]  fit      borrowed
 * @param[in]  history  in the fit's unit
 * @param[in]  horizon  0..1e9 in the fit's unit; periods: a whole number up to 1e4
 * @param[out] out      all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself, or a number is out of range
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_forecast(const eng_fit *fit,
                                                  const eng_rf *history, double horizon,
                                                  eng_forecast *out);

/**
 * @brief The same of many customers. Of those who share a history it is worked out
 * once.
 *
 * @param[in]  fit        borrowed
 * @param[in]  histories  count of them, of the fit's unit
 * @param[in]  count      customers
 * @param[in]  horizon    0..1e9 in the fit's unit; periods: a whole number up to 1e4
 * @param[out] out        count entries; all 0 of one who has bought nothing, and of one
 *                        whose history contradicts itself: has_forecast tells
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the horizon is out of range
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_forecasts(const eng_fit *fit,
                                                   const eng_summary *histories,
                                                   uint64_t count, double horizon,
                                                   eng_forecast *out);

/**
 * @brief Acts of telling others that are expected in (T, T + horizon]. No memory is
 *        allocated.
 *
 * Who is still a customer tells at a rate of their own. An act after the last purchase
 * shows that the customer is still there; P(alive) is that of the purchases otherwise,
 * a little lower where somebody who used to tell is silent.
 *
 * @param[in]  fit       borrowed
 * @param[in]  history   in the fit's unit
 * @param[in]  horizon   0..1e9 in the fit's unit; periods: a whole number up to 1e4
 * @param[out] acts      0 or more; 0 on failure
 * @param[out] positive  of these, 0..acts; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself, or a number is out of range
 * @retval ENG_E_THIN     the fit does not tell of telling; eng_fit_reason tells why
 * @threads{reentrant}
 * @source{Ehrenberg (1959), The Pattern of Consumer Purchases, for the rates;
 *         Skellam (1948), for the share that is positive}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_expected_acts(const eng_fit *fit,
                                                       const eng_rf *history,
                                                       double horizon, double *acts,
                                                       double *positive);

/**
 * @brief Probabilities of exactly 0, 1, 2, ... purchases in (T, T + horizon].
 *
 * @param[in]  fit      borrowed
 * @param[in]  history  in the fit's unit
 * @param[in]  horizon  0..1e9 in the fit's unit; periods: a whole number up to 1e4
 * @param[out] out      count entries, each 0..1; zeros on failure
 * @param[in]  count    entries of out; more purchases than count - 1 are not told
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself, or a number is out of range
 * @retval ENG_E_LIMIT    so many purchases are likely that they cannot be told apart
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_purchases(const eng_fit *fit,
                                                   const eng_rf *history,
                                                   double horizon, double *out,
                                                   size_t count);

/**
 * @brief Numbers between which the purchases in (T, T + horizon] will lie.
 *
 * At most (1 - level) / 2 lies below low, and at most as much above high.
 *
 * @param[in]  fit      borrowed
 * @param[in]  history  in the fit's unit
 * @param[in]  horizon  0..1e9 in the fit's unit; periods: a whole number up to 1e4
 * @param[in]  level    0.01..0.999, such as 0.8
 * @param[out] low      purchases; 0 on failure
 * @param[out] high     purchases; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself, or a number is out of range
 * @retval ENG_E_LIMIT    the interval reaches beyond 2000 purchases
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_interval(const eng_fit *fit,
                                                  const eng_rf *history, double horizon,
                                                  double level, uint32_t *low,
                                                  uint32_t *high);

/**
 * @brief All purchases after T, each counted exp(-rate * its distance from T).
 *
 * @param[in]  fit      borrowed
 * @param[in]  history  in the fit's unit
 * @param[in]  rate     1e-9..10 for each unit of time, continuously compounded: 15 % a
 *                      year is log(1.15) / 52.18 a week
 * @param[out] out      0 or more; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself, or a number is out of range
 * @threads{reentrant}
 * @source{Fader, Hardie & Lee (2005), RFM and CLV: Using Iso-Value Curves}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_discounted_purchases(const eng_fit *fit,
                                                              const eng_rf *history,
                                                              double rate, double *out);

/**
 * @brief Expected worth of one purchase to come, in major units.
 *
 * @param[in]  fit      borrowed
 * @param[in]  history  x and mean_spend
 * @param[out] out      > 0; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_RANGE     the history contradicts itself or lies out of range
 * @retval ENG_E_THIN      the fit has no spend; eng_fit_reason tells why
 * @retval ENG_E_INFINITE  the tail of spends is so long that they have no mean
 * @threads{reentrant}
 * @source{Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_expected_spend(const eng_fit *fit,
                                                        const eng_rf *history,
                                                        double *out);

/**
 * @brief Probability that a customer spends at most so much in (T, T + horizon].
 *
 * @param[in]  fit      borrowed
 * @param[in]  rf       in the fit's unit
 * @param[in]  horizon  0..1e9 in the fit's unit; periods: a whole number up to 1e4
 * @param[in]  amount   major units, 0..1e18; 0: that nothing is bought
 * @param[out] out      0..1; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself, or a number is out of range
 * @retval ENG_E_THIN     the fit has no spend
 * @retval ENG_E_LIMIT    more than 2000 purchases are likely
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_p_spend(const eng_fit *fit, const eng_rf *rf,
                                                 double horizon, double amount,
                                                 double *out);

/**
 * @brief Amounts between which the spend in (T, T + horizon] will lie, in major units.
 *
 * At most (1 - level) / 2 lies below low, and as much above high; low is 0 where buying
 * nothing is likelier than that, and high too where it is likelier still.
 *
 * @param[in]  fit      borrowed
 * @param[in]  rf       in the fit's unit
 * @param[in]  horizon  0..1e9 in the fit's unit; periods: a whole number up to 1e4
 * @param[in]  level    0.01..0.999, such as 0.8
 * @param[out] low      0 or more; 0 on failure
 * @param[out] high     low or more; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    the history contradicts itself, or a number is out of range
 * @retval ENG_E_THIN     the fit has no spend
 * @retval ENG_E_LIMIT    more than 2000 purchases are likely, or more than 1e18 is
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_spend_interval(const eng_fit *fit,
                                                        const eng_rf *rf,
                                                        double horizon, double level,
                                                        double *low, double *high);

/**
 * @brief What a customer is worth from T on (CLV): the discounted purchases times the
 *        expected worth of one, in major units.
 *
 * @param[in]  fit      borrowed
 * @param[in]  history  in the fit's unit
 * @param[in]  rate     as for eng_fit_discounted_purchases
 * @param[out] out      0 or more; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_RANGE     the history contradicts itself, or a number is out of range
 * @retval ENG_E_THIN      the fit has no spend
 * @retval ENG_E_INFINITE  the tail of spends is so long that they have no mean
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_fit_value(const eng_fit *fit,
                                               const eng_rf *history, double rate,
                                               double *out);

/** @} */

ENG_END_DECLS

#endif
