/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Callback models: a lifecycle whose rule is the host's own code.
 *
 * What the model language cannot say, a function can: a table that learns, a forecast,
 * a contract kept elsewhere. A callback model is an eng_model like any other and runs
 * in one assessor together with text models. It sees a customer as the measures of the
 * language do: voided events are gone, a purchase has what its refunds left of it, in
 * the base currency, and nothing later than the moment asked about is there.
 *
 * Only integers go in and out, so answers can be the same on every machine; whether
 * they are is the host's affair: the same view has to give the same answer.
 */
#ifndef ENGAGEMENT_CALLBACK_H
#define ENGAGEMENT_CALLBACK_H

#include <engagement/model.h>

ENG_BEGIN_DECLS

/** @defgroup callback Callback models
 *  @{ */

/** A customer as seen as of a moment, with a place in the events; lives for one call.
 */
typedef struct eng_view eng_view;

/** An explanation that a callback writes into; lives for one call. */
typedef struct eng_evidence eng_evidence;

/**
 * The stage of a customer, and the dimensions where they are asked for.
 *
 * `stage` is 0 (none) when it is called. `dimensions` is NULL where nobody asks for
 * them; else there is one entry a dimension, undefined, its unit set; where `defined`
 * is set to 1, numerator and denominator (> 0) count. Any answer but ENG_OK fails the
 * call that asked: ENG_E_NOMEM as that, all others as ENG_E_CALLBACK; so does a stage
 * that the model does not have. It must not unwind, and not use the assessor that it is
 * called from.
 */
typedef eng_status (*eng_assess_fn)(void *user, eng_view *view, int32_t *stage,
                                    eng_value *dimensions);

/**
 * When the stage differs if nothing happens, and the stage from then on.
 *
 * `stage` is the present one. `time` is ENG_TIME_NONE (it stays for ever) when it is
 * called, and may become an instant after the view's, up to ENG_TIME_MAX, or
 * ENG_TIME_UNKNOWN; `next` counts with an instant, and has to be another stage. Failing
 * is as for eng_assess_fn.
 */
typedef eng_status (*eng_next_fn)(void *user, eng_view *view, int32_t stage,
                                  int64_t *time, int32_t *next);

/** Why a customer is in a stage: eng_evidence_add and its companions are to be called.
 *  `stage` is the present one. Failing is as for eng_assess_fn. */
typedef eng_status (*eng_explain_fn)(void *user, eng_view *view, int32_t stage,
                                     eng_evidence *evidence);

/** What belongs to the host is no longer needed. */
typedef void (*eng_release_fn)(void *user);

/**
 * A callback model: what it is called, and what it does.
 *
 * All texts are UTF-8 closed by a NUL and are copied, and so is the table. The
 * functions may be called by several threads at once, each with an assessor of its own.
 */
typedef struct eng_callbacks {
  uint32_t size;                   /**< set by eng_callbacks_init */
  int32_t shape;                   /**< ENG_SHAPE_*; default ENG_SHAPE_LADDER */
  int32_t revision;                /**< >= 0; raised when the rule changes; default 0 */
  int32_t stage_count;             /**< 1 .. the limit ENG_LIMIT_STAGES */
  int32_t dimension_count;         /**< 0..1024; default 0 */
  uint32_t reserved;               /**< 0 */
  const char *name;                /**< under the language's rules for names */
  const char *title;               /**< for people; NULL: "" */
  const char *source;              /**< what it follows; NULL: "" */
  const char *const *stage_names;  /**< stage_count names, from the lowest */
  const char *const *stage_titles; /**< as many titles; NULL: none */
  const char *const *dimension_names;  /**< dimension_count names */
  const char *const *dimension_titles; /**< as many titles; NULL: none */
  const int32_t *dimension_units;      /**< as many ENG_UNIT_* */
  void *user;              /**< handed to the functions; borrowed until release */
  eng_assess_fn assess;    /**< needed */
  eng_next_fn next_change; /**< NULL: next changes are ENG_TIME_UNKNOWN */
  eng_explain_fn explain;  /**< NULL: explanations have no clauses, and say so */
  eng_release_fn release;  /**< called once by eng_model_free; may be NULL */
} eng_callbacks;

/** @brief Fills a table with its defaults; what has none is 0 and NULL.
 *  @param[out] callbacks  the caller's; NULL does nothing
 *  @param[in]  size       sizeof(eng_callbacks) as the caller was compiled
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API void eng_callbacks_init(eng_callbacks *callbacks, uint32_t size);

/**
 * @brief A model from a table of functions.
 *
 * @param[in]  context    borrowed for the model's life
 * @param[in]  callbacks  copied; what is behind `user` is borrowed until release is
 *                        called, which happens only if this call gave a model
 * @param[out] out        new; NULL on failure
 * @param[out] error      what is wrong with the table; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or what a table needs is
 * @retval ENG_E_RANGE      size, shape, revision, a count or a unit out of range, or
 *                          something unknown behind the members that the library has
 * @retval ENG_E_NAME       not a name: a lower-case letter, then letters, digits and _,
 * 64 at the most; or "none"
 * @retval ENG_E_DUPLICATE  two stages or dimensions have one name
 * @retval ENG_E_TEXT       a title or the source is not UTF-8
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status
eng_model_from_callbacks(const eng_context *context, const eng_callbacks *callbacks,
                         eng_model **out, eng_error *error);

/* ---- what a callback sees ---- */

/** @brief The moment asked about.
 *  @param[in] view  borrowed
 *  @return milliseconds since 1970
 *  @threads{within the callback}
 *  @since 0.1 */
ENG_API int64_t eng_view_as_of(const eng_view *view);

/** @brief The settings that all is to be read by.
 *  @param[in] view  borrowed
 *  @return borrowed
 *  @threads{within the callback}
 *  @since 0.1 */
ENG_API const eng_context *eng_view_context(const eng_view *view);

/** @brief Whom it is about, so that the host can look up what it knows beside.
 *  @param[in]  view    borrowed
 *  @param[out] length  bytes; may be NULL; 0 where there is no id
 *  @return borrowed for the call, not closed by a NUL; NULL where there is no id
 *  @threads{within the callback}
 *  @since 0.1 */
ENG_API const char *eng_view_customer_id(const eng_view *view, size_t *length);

/** @brief The next event that is seen, from the oldest on.
 *
 *  What the getters of an event say is what was recorded; eng_view_kind and
 *  eng_view_amount say what it is seen as.
 *
 *  @param[in] view  moved on
 *  @return borrowed until the view is moved again; NULL after the last event
 *  @threads{within the callback}
 *  @since 0.1 */
ENG_API const eng_event *eng_view_next(eng_view *view);

/** @brief Back before the first event.
 *  @param[in] view  moved
 *  @threads{within the callback}
 *  @since 0.1 */
ENG_API void eng_view_rewind(eng_view *view);

/** @brief What kind the event counts as: a purchase below 0 is a refund.
 *  @param[in] view  borrowed
 *  @return 1..255; 0 before the first event and after the last
 *  @threads{within the callback}
 *  @since 0.1 */
ENG_API int32_t eng_view_kind(const eng_view *view);

/** @brief What the event adds to a sum of money: of a purchase what refunds leave;
 *         below 0 for a refund that names no purchase; none for one that names its
 *         purchase, from which it was taken off already.
 *  @param[in]  view    borrowed
 *  @param[out] amount  minor units of the base currency; may be NULL; 0 where it adds
 * none
 *  @return 1, or 0: it adds none, or there is no rate for its currency
 *  @threads{within the callback}
 *  @since 0.1 */
ENG_API int32_t eng_view_amount(const eng_view *view, int64_t *amount);

/* ---- what a callback says ---- */

/**
 * @brief Adds a line to a part of the explanation.
 *
 * @param[in] evidence  changed
 * @param[in] part      ENG_PART_*
 * @param[in] text      UTF-8, copied
 * @param[in] length    bytes of text
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such part
 * @retval ENG_E_TEXT     not UTF-8
 * @retval ENG_E_LIMIT    the part has 256 lines
 * @retval ENG_E_NOMEM    the explanation fails, too
 * @threads{within the callback}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_evidence_add(eng_evidence *evidence, int32_t part,
                                                  const char *text, size_t length);

/**
 * @brief Says of the clause added last what was measured.
 *
 * @param[in] evidence          changed
 * @param[in] measured          UTF-8, copied, with its unit; NULL if its length is 0
 * @param[in] measured_length   bytes
 * @param[in] threshold         what that is compared with; NULL if its length is 0
 * @param[in] threshold_length  bytes
 * @param[in] holds             ENG_HOLDS_*
 * @param[in] distance          > 0: what is missing; ENG_DISTANCE_NONE
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  the line added last is no clause: ENG_PART_CLAUSE or
 *                         ENG_PART_MISSING
 * @retval ENG_E_RANGE     holds or distance
 * @retval ENG_E_TEXT      not UTF-8
 * @retval ENG_E_NOMEM     the explanation fails, too
 * @threads{within the callback}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_evidence_measure(
    eng_evidence *evidence, const char *measured, size_t measured_length,
    const char *threshold, size_t threshold_length, int32_t holds, int64_t distance);

/**
 * @brief Adds a witness to the clause added last. The 100 added last are kept, and are
 *        shown from the last to the first: events in their order come out newest first.
 *
 * @param[in] evidence  changed
 * @param[in] event     copied
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  the line added last is no clause
 * @retval ENG_E_CONTEXT   the event was made from another context
 * @retval ENG_E_NOMEM     the explanation fails, too
 * @threads{within the callback}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_evidence_witness(eng_evidence *evidence,
                                                      const eng_event *event);

/** @} */

ENG_END_DECLS

#endif
