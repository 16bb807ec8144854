/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Models: lifecycle stages as a page of text, and their answers.
 *
 * A model is parsed and checked once and never changes. An assessor compiles several
 * models together and holds the memory to run them: one for each thread. Answers come
 * in several depths: assess (which stage), next change (when it differs if nothing
 * happens), explain (why, and what is missing), and histories (history.h).
 */
#ifndef ENGAGEMENT_MODEL_H
#define ENGAGEMENT_MODEL_H

#include <engagement/customer.h>

ENG_BEGIN_DECLS

/** @defgroup model Models and assessments
 *  @{ */

/** A model: immutable. */
typedef struct eng_model eng_model;

/** Several models compiled, and the scratch to run them. */
typedef struct eng_assessor eng_assessor;

/** Why a customer is in a stage. */
typedef struct eng_explanation eng_explanation;

/** How the stages of a model hang together; presentation only. */
enum {
  ENG_SHAPE_LADDER = 1,
  ENG_SHAPE_PYRAMID = 2,
  ENG_SHAPE_CYCLE = 3,
  ENG_SHAPE_MIX = 4,
  ENG_SHAPE_CLASSES = 5
};

/** What a value counts. */
enum {
  ENG_UNIT_NUMBER = 1,
  ENG_UNIT_RATIO = 2,
  ENG_UNIT_MILLISECONDS = 3,
  ENG_UNIT_MONEY = 4 /**< minor units of the context's base currency */
};

/** An exact value: numerator / denominator. */
typedef struct eng_value {
  int64_t numerator;   /**< has the sign */
  int64_t denominator; /**< > 0; in lowest terms */
  int32_t unit;        /**< ENG_UNIT_* */
  int32_t defined;     /**< 1; or 0: there is nothing to measure, and the number is 0 */
} eng_value;

/** @brief How many models are built in.
 *  @return a number of models
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_builtin_count(void);

/** @brief The name of a built-in model.
 *  @param[in] index  0 .. eng_builtin_count() - 1
 *  @return closed by a NUL, static; NULL if there is no such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_builtin_name(int32_t index);

/** @brief The text of a built-in model.
 *  @param[in]  index   0 .. eng_builtin_count() - 1
 *  @param[out] length  bytes; may be NULL; 0 if there is no such index
 *  @return static; NULL if there is no such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_builtin_text(int32_t index, size_t *length);

/**
 * @brief Parses and checks a model text. docs/language.md describes the language.
 *
 * @param[in]  context  borrowed for the model's life: kinds, channels, currency
 * @param[in]  text     UTF-8, not closed by a NUL
 * @param[in]  length   bytes, up to the limit ENG_LIMIT_MODEL
 * @param[out] out      new; NULL on failure
 * @param[out] error    line, column and what was expected; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_SYNTAX     the text does not follow the grammar
 * @retval ENG_E_TYPE       an expression mixes types
 * @retval ENG_E_NAME       a name is not known; the error names the nearest one
 * @retval ENG_E_DUPLICATE  a name was given twice
 * @retval ENG_E_LANGUAGE   a language version other than 1
 * @retval ENG_E_LIMIT      too long, too many stages, nested too deeply
 * @retval ENG_E_NOMEM
 * @threads{reentrant; a model may be read by many threads}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_parse(const eng_context *context,
                                                 const char *text, size_t length,
                                                 eng_model **out, eng_error *error);

/**
 * @brief A built-in model by name.
 *
 * @param[in]  context  borrowed for the model's life
 * @param[in]  name     such as "five_levels"
 * @param[in]  length   bytes of name
 * @param[out] out      new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  no such model
 * @retval ENG_E_LIMIT     the context's limits are too narrow for it
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_builtin(const eng_context *context,
                                                   const char *name, size_t length,
                                                   eng_model **out);

/** @brief Releases a model, after the assessors that use it.
 *  @param[in] model  taken; NULL does nothing
 *  @threads{after its last use}
 *  @since 0.1 */
ENG_API void eng_model_free(eng_model *model);

/** @brief The name.
 *  @param[in] model  borrowed
 *  @return closed by a NUL, borrowed until the model is freed
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_name(const eng_model *model);

/** @brief The title, for people.
 *  @param[in] model  borrowed
 *  @return closed by a NUL, borrowed until the model is freed
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_title(const eng_model *model);

/** @brief The literature that it follows.
 *  @param[in] model  borrowed
 *  @return closed by a NUL, borrowed until the model is freed; "" if it names none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_source(const eng_model *model);

/** @brief How its stages hang together.
 *  @param[in] model  borrowed
 *  @return ENG_SHAPE_*
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_model_shape(const eng_model *model);

/** @brief The revision that the text gives; built-in models raise it when a rule
 *         changes.
 *  @param[in] model  borrowed
 *  @return 0 if the text gives none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_model_revision(const eng_model *model);

/** @brief How many stages it has.
 *  @param[in] model  borrowed
 *  @return 1..255; ranks go from 0 (none) to this
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_model_stage_count(const eng_model *model);

/** @brief The name of a stage.
 *  @param[in] model  borrowed
 *  @param[in] rank   0 is none, 1 the first declared
 *  @return closed by a NUL, borrowed until the model is freed; "none" for 0; NULL if
 *          there is no such rank
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_stage_name(const eng_model *model, int32_t rank);

/** @brief The title of a stage, for people.
 *  @param[in] model  borrowed
 *  @param[in] rank   1 is the first declared
 *  @return closed by a NUL, borrowed until the model is freed; "" if the text gives
 *          none; NULL if there is no such rank
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_stage_title(const eng_model *model, int32_t rank);

/**
 * @brief The rank of a stage from its name or alias.
 *
 * @param[in]  model   borrowed
 * @param[in]  name    text; "none" is rank 0
 * @param[in]  length  bytes of name
 * @param[out] rank    0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  the model has no such stage
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_stage_find(const eng_model *model,
                                                      const char *name, size_t length,
                                                      int32_t *rank);

/** @brief How many dimensions it has: numbers shown beside the stage.
 *  @param[in] model  borrowed
 *  @return 0 or more
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_model_dimension_count(const eng_model *model);

/** @brief The name of a dimension.
 *  @param[in] model  borrowed
 *  @param[in] index  from 0
 *  @return closed by a NUL, borrowed until the model is freed; NULL if there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_dimension_name(const eng_model *model, int32_t index);

/** @brief The title of a dimension, for people.
 *  @param[in] model  borrowed
 *  @param[in] index  from 0
 *  @return closed by a NUL, borrowed until the model is freed; "" if the text gives
 *          none; NULL if there is no such dimension
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_dimension_title(const eng_model *model, int32_t index);

/** @brief How many params it has: constants of the text that a host may set otherwise.
 *  @param[in] model  borrowed
 *  @return 0 or more
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_model_param_count(const eng_model *model);

/** @brief The name of a param.
 *  @param[in] model  borrowed
 *  @param[in] index  from 0, in the order of the text
 *  @return closed by a NUL, borrowed until the model is freed; NULL if there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_param_name(const eng_model *model, int32_t index);

/** @brief The value of a param in effect, as the language writes it: "180 days",
 *         "50.00 EUR", "40 %", "4"; what eng_model_with_params takes.
 *  @param[in] model  borrowed
 *  @param[in] index  from 0
 *  @return closed by a NUL, borrowed until the model is freed; NULL if there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_param_text(const eng_model *model, int32_t index);

/** @brief What the value of a param would be if it alone were not set: the text's own,
 *         worked out from the other params as they are.
 *  @param[in] model  borrowed
 *  @param[in] index  from 0
 *  @return as for eng_model_param_text
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_model_param_default(const eng_model *model, int32_t index);

/** @brief Whether a param was set by eng_model_with_params.
 *  @param[in] model  borrowed
 *  @param[in] index  from 0
 *  @return 1 or 0; 0 if there is no such param
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_model_param_is_set(const eng_model *model, int32_t index);

/** @brief Where a param stands in the text.
 *  @param[in] model  borrowed
 *  @param[in] index  from 0
 *  @return the line, from 1; 0 if there is no such param
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_model_param_line(const eng_model *model, int32_t index);

/**
 * @brief The value of a param in effect, exactly, and its unit.
 *
 * @param[in]  model  borrowed
 * @param[in]  index  from 0
 * @param[out] out    always defined; all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID   an argument is NULL
 * @retval ENG_E_NOTFOUND  there is no such param
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_param_value(const eng_model *model,
                                                       int32_t index, eng_value *out);

/**
 * @brief The same model with other values for some of its params.
 *
 * `values` says `name = value` again and again, as a model does: the word `param` may
 * stand before a name and a comma behind a value, line breaks mean nothing, a # begins
 * a comment. "regular = 6, fresh = 120 days" sets two. A value is a constant of the
 * param's own type; it can be computed, also from params that are declared before. What
 * follows from a param follows from the value set, and all rules of the language hold:
 * a window has to stay above 0, and wider than its `before`.
 *
 * Params that are not named keep what they have in `model`, also if that was set.
 *
 * @param[in]  model   borrowed for the call; unchanged
 * @param[in]  values  UTF-8, not closed by a NUL; may be NULL if length is 0
 * @param[in]  length  bytes, up to the limit ENG_LIMIT_MODEL
 * @param[out] out     new; NULL on failure
 * @param[out] error   line and column in `values`; both 0 where the values are right by
 *                     themselves and the model is not with them, and the text then says
 *                     where in the model; may be NULL
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_UNSUPPORTED  a callback model, which has no text
 * @retval ENG_E_NAME       no such param; the error names the nearest one
 * @retval ENG_E_DUPLICATE  a param was set twice
 * @retval ENG_E_SYNTAX     not what the language writes
 * @retval ENG_E_TYPE       another type than the param's, not a constant, or a window
 *                          that holds nothing
 * @retval ENG_E_LIMIT      too long, or nested too deeply
 * @retval ENG_E_NOMEM
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_with_params(const eng_model *model,
                                                       const char *values,
                                                       size_t length, eng_model **out,
                                                       eng_error *error);

/**
 * @brief Which model gave an answer: the digest of its text and of the values of its
 *        params in effect.
 *
 * SipHash-2-4-128 under a key of zeros. Setting a param to what it is changes nothing;
 * a comment does. Of a callback model: of its name, revision, stages and dimensions.
 *
 * @param[in]  model   borrowed
 * @param[out] digest  ENG_DIGEST_SIZE bytes; all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_model_digest(const eng_model *model,
                                                  uint8_t *digest);

/**
 * @brief Compiles models to be run together, in one pass over a timeline.
 *
 * @param[in]  context  borrowed for the assessor's life
 * @param[in]  models   each borrowed for the assessor's life, the array for the call;
 *                      all of this context
 * @param[in]  count    1..64 models
 * @param[out] out      new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    count
 * @retval ENG_E_CONTEXT  a model was made from another context
 * @retval ENG_E_NOMEM
 * @threads{reentrant; one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_new(const eng_context *context,
                                                  const eng_model *const *models,
                                                  int32_t count, eng_assessor **out);

/** @brief Releases an assessor.
 *  @param[in] assessor  taken; NULL does nothing
 *  @threads{one assessor may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_assessor_free(eng_assessor *assessor);

/** @brief How many models it runs.
 *  @param[in] assessor  borrowed
 *  @return 1..64
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_assessor_model_count(const eng_assessor *assessor);

/** @brief A model that it runs.
 *  @param[in] assessor  borrowed
 *  @param[in] index     0 .. models - 1
 *  @return borrowed; NULL if there is no such index
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const eng_model *eng_assessor_model(const eng_assessor *assessor,
                                            int32_t index);

/**
 * @brief The stage of a customer under each model.
 *
 * @param[in]  assessor  changed only inside
 * @param[in]  customer  borrowed
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX; events after it are not seen
 * @param[out] stages    one entry a model: rank of the stage, 0 is none; all 0 on
 *                       failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_CALLBACK  a callback model failed; see eng_model_from_callbacks
 * @retval ENG_E_NOMEM    only before the assessor has seen a customer as large
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_assess(eng_assessor *assessor,
                                                     const eng_customer *customer,
                                                     int64_t as_of, int32_t *stages);

/**
 * @brief The stage under each model, and the first instant after as_of at which it
 *        differs if nothing happens.
 *
 * @param[in]  assessor     changed only inside
 * @param[in]  customer     borrowed
 * @param[in]  as_of        ms since 1970, 0..ENG_TIME_MAX
 * @param[out] stages       one entry a model; may be NULL; all 0 on failure
 * @param[out] next_times   one entry a model: when; ENG_TIME_NONE: it stays for ever;
 *                          ENG_TIME_UNKNOWN: a callback model does not say; all
 *                          ENG_TIME_NONE on failure
 * @param[out] next_stages  one entry a model: the stage from then on; the present one
 *                          if it stays or nobody knows; all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_CALLBACK  a callback model failed; see eng_model_from_callbacks
 * @retval ENG_E_LIMIT    more than 2^31 events
 * @retval ENG_E_NOMEM    only before the assessor has seen a customer as large
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_next_change(
    eng_assessor *assessor, const eng_customer *customer, int64_t as_of,
    int32_t *stages, int64_t *next_times, int32_t *next_stages);

/**
 * @brief The dimensions of one model for a customer.
 *
 * @param[in]  assessor  changed only inside
 * @param[in]  model     index of the model, 0 .. models - 1
 * @param[in]  customer  borrowed
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX
 * @param[out] values    one entry a dimension; all 0 on failure and beyond them
 * @param[in]  count     entries of values
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such model
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_BUFFER   the model has more dimensions
 * @retval ENG_E_CALLBACK  a callback model failed; see eng_model_from_callbacks
 * @retval ENG_E_NOMEM    only before the assessor has seen a customer as large
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_dimensions(
    eng_assessor *assessor, int32_t model, const eng_customer *customer, int64_t as_of,
    eng_value *values, int32_t count);

/**
 * @brief How many of a customer's amounts count as events and are left out of money:
 *        in a currency for which there is no rate, or beyond 64 bits in the base.
 *
 * @param[in]  assessor  changed only inside
 * @param[in]  customer  borrowed
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX; amounts after it do not count
 * @param[out] count     0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_NOMEM    only before the assessor has seen a customer as large
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_left_out(eng_assessor *assessor,
                                                       const eng_customer *customer,
                                                       int64_t as_of, int64_t *count);

/** The parts of an explanation. */
enum {
  ENG_PART_CLAUSE = 1, /**< the clauses of the stage reached, each with its witnesses */
  ENG_PART_MISSING = 2, /**< the clauses of the stage ahead that do not hold */
  ENG_PART_ADVICE = 3,  /**< what the model advises in this stage */
  ENG_PART_NOTE = 4     /**< what was left out or has no effect, and why */
};

/** Whether a clause holds. */
enum {
  ENG_HOLDS_NO = 0,
  ENG_HOLDS_YES = 1,
  ENG_HOLDS_UNKNOWN = 2 /**< something that it measures is not defined */
};

/** "No distance is known", in eng_explanation_distance. */
#define ENG_DISTANCE_NONE INT64_MIN

/**
 * @brief Why a customer is in its stage under one model, and what is missing.
 *
 * @param[in]  assessor  changed only inside
 * @param[in]  model     index of the model, 0 .. models - 1
 * @param[in]  customer  borrowed for the call
 * @param[in]  as_of     ms since 1970, 0..ENG_TIME_MAX
 * @param[out] out       new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_RANGE    no such model
 * @retval ENG_E_CONTEXT  made from different contexts
 * @retval ENG_E_TIME     as_of out of range
 * @retval ENG_E_CALLBACK  a callback model failed; see eng_model_from_callbacks
 * @retval ENG_E_LIMIT    more than 2^31 events
 * @retval ENG_E_NOMEM
 * @threads{one assessor may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_assessor_explain(eng_assessor *assessor,
                                                      int32_t model,
                                                      const eng_customer *customer,
                                                      int64_t as_of,
                                                      eng_explanation **out);

/** @brief Releases an explanation, which may outlive all that it was made from but the
 *         context.
 *  @param[in] explanation  taken; NULL does nothing
 *  @threads{after its last use}
 *  @since 0.1 */
ENG_API void eng_explanation_free(eng_explanation *explanation);

/** @brief The stage reached.
 *  @param[in] explanation  borrowed
 *  @return rank; 0 is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_explanation_stage(const eng_explanation *explanation);

/** @brief The stage that ENG_PART_MISSING is about: the next one declared that
 * something happening could bring. Stages that silence alone brings are passed over.
 *  @param[in] explanation  borrowed
 *  @return rank; 0: there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_explanation_target(const eng_explanation *explanation);

/** @brief The first instant at which the stage differs if nothing happens.
 *  @param[in]  explanation  borrowed
 *  @param[out] stage        the stage from then on; may be NULL
 *  @return milliseconds since 1970; ENG_TIME_NONE: it stays for ever; ENG_TIME_UNKNOWN:
 *          a callback model does not say
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_explanation_next_change(const eng_explanation *explanation,
                                            int32_t *stage);

/** @brief How many lines a part has.
 *  @param[in] explanation  borrowed
 *  @param[in] part         ENG_PART_*
 *  @return 0 if there is no such part
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_explanation_line_count(const eng_explanation *explanation,
                                           int32_t part);

/** @brief The text of a line: a clause as the model says it, an advice, a note.
 *
 *  Conditions are taken apart at their `and`s. Of alternatives (`or`) those that hold
 *  are shown for the stage reached; for a missing stage all of them are, led by
 *  "either", "or" and "and". What a missing stage wants by the name of another stage is
 *  taken apart too, and so is what it wants not to be: of a denied `and` or `or`, the
 *  other, and `not` before each clause. What is wanted twice is said once.
 *
 *  @param[in] explanation  borrowed
 *  @param[in] part         ENG_PART_*
 *  @param[in] line         from 0
 *  @return closed by a NUL, borrowed until the explanation is freed; NULL if there is
 *          no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_explanation_text(const eng_explanation *explanation,
                                         int32_t part, int32_t line);

/** @brief What was measured for a clause, as text with its unit.
 *  @param[in] explanation  borrowed
 *  @param[in] part         ENG_PART_CLAUSE or ENG_PART_MISSING
 *  @param[in] line         from 0
 *  @return closed by a NUL, borrowed; "undefined" where there is nothing to measure; ""
 *          where the clause is no comparison; NULL if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_explanation_measured(const eng_explanation *explanation,
                                             int32_t part, int32_t line);

/** @brief What a clause compares with, as text with its unit.
 *  @param[in] explanation  borrowed
 *  @param[in] part         ENG_PART_CLAUSE or ENG_PART_MISSING
 *  @param[in] line         from 0
 *  @return as for eng_explanation_measured
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_explanation_threshold(const eng_explanation *explanation,
                                              int32_t part, int32_t line);

/** @brief Whether a clause holds.
 *  @param[in] explanation  borrowed
 *  @param[in] part         ENG_PART_CLAUSE or ENG_PART_MISSING
 *  @param[in] line         from 0
 *  @return ENG_HOLDS_*; ENG_HOLDS_UNKNOWN if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_explanation_holds(const eng_explanation *explanation, int32_t part,
                                      int32_t line);

/** @brief How much is missing for a clause against a constant: 1 means one more event,
 *         day, channel, actor or period of a streak, or minor unit of a sum of money.
 *  @param[in] explanation  borrowed
 *  @param[in] part         ENG_PART_CLAUSE or ENG_PART_MISSING
 *  @param[in] line         from 0
 *  @return > 0; ENG_DISTANCE_NONE where it cannot be said
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_explanation_distance(const eng_explanation *explanation,
                                         int32_t part, int32_t line);

/** @brief How many events witness a clause; at most 100 are kept, the newest.
 *  @param[in] explanation  borrowed
 *  @param[in] part         ENG_PART_CLAUSE or ENG_PART_MISSING
 *  @param[in] line         from 0
 *  @return 0 if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_explanation_witness_count(const eng_explanation *explanation,
                                              int32_t part, int32_t line);

/** @brief How many events witness a clause in all, those that are not kept included.
 *  @param[in] explanation  borrowed
 *  @param[in] part         ENG_PART_CLAUSE or ENG_PART_MISSING
 *  @param[in] line         from 0
 *  @return 0 if there is no such line
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_explanation_witness_total(const eng_explanation *explanation,
                                              int32_t part, int32_t line);

/** @brief An event that witnesses a clause, newest first.
 *  @param[in] explanation  borrowed
 *  @param[in] part         ENG_PART_CLAUSE or ENG_PART_MISSING
 *  @param[in] line         from 0
 *  @param[in] witness      from 0
 *  @return borrowed until the explanation is freed; NULL if there is no such one
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const eng_event *eng_explanation_witness(const eng_explanation *explanation,
                                                 int32_t part, int32_t line,
                                                 int32_t witness);

/** @} */

ENG_END_DECLS

#endif
