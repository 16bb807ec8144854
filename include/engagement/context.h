/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief The context: everything that an answer depends on besides the events.
 *
 * Settings are filled in, a context is made from them, and from then on it is
 * read-only: any number of threads may share it. It outlives what is made from it.
 */
#ifndef ENGAGEMENT_CONTEXT_H
#define ENGAGEMENT_CONTEXT_H

#include <engagement/allocator.h>
#include <engagement/status.h>

ENG_BEGIN_DECLS

/** @defgroup context Context and settings
 *  @{ */

/** What a context is made from. */
typedef struct eng_settings eng_settings;

/** Allocator, limits, vocabulary, currency and business day; read-only. */
typedef struct eng_context eng_context;

/** Limits, each with a default. */
enum {
  ENG_LIMIT_ID = 1,        /**< bytes of a customer id; default 255, at most 4096 */
  ENG_LIMIT_BLOB = 2,      /**< bytes of one encoded timeline; default 2^30 */
  ENG_LIMIT_EVENTS = 3,    /**< events of one customer; default 2^28 */
  ENG_LIMIT_CUSTOMERS = 4, /**< customers of a book, in groups too; default 2^31 - 1 */
  ENG_LIMIT_ROW = 5,       /**< bytes of one row of a file; default 2^20 */
  ENG_LIMIT_MODEL = 6,     /**< bytes of a model text; default 2^16, at most 2^20 */
  ENG_LIMIT_STAGES = 7,    /**< stages of a model; default 64, at most 255 */
  ENG_LIMIT_DEPTH = 8,     /**< nesting of an expression; default 64, at most 64 */
  ENG_LIMIT_EXTENSION = 9  /**< bytes of an event's extension; default and most 1024 */
};

/** Who acts in an event of a kind. */
enum {
  ENG_DIRECTION_CUSTOMER = 1, /**< the customer does it */
  ENG_DIRECTION_COMPANY = 2   /**< the company does it */
};

/** Whom a kind connects the customer with. */
enum {
  ENG_MODE_COMPANY = 1,  /**< customer to company */
  ENG_MODE_CONTENT = 2,  /**< customer to content */
  ENG_MODE_COMMUNITY = 3 /**< customer to community */
};

/**
 * @brief New settings, all at their defaults: UTC, day from 0:00, week from
 *        Monday, no base currency, a hash key of zeros, the C library's memory.
 *
 * A host that takes customer ids from strangers sets a random hash key.
 *
 * @param[in]  allocator  copied; NULL: the C library's
 * @param[out] out        new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  out or allocator->resize is NULL, or allocator->size is less
 *                        than that of an eng_allocator
 * @retval ENG_E_NOMEM
 * @threads{reentrant; one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_new(const eng_allocator *allocator,
                                                  eng_settings **out);

/** @brief Releases settings; contexts made from them are unaffected.
 *  @param[in] settings  taken; NULL does nothing
 *  @threads{one object may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_settings_free(eng_settings *settings);

/**
 * @brief Sets the zone: a fixed offset from UTC, summer and winter.
 *
 * @param[in] settings        changed
 * @param[in] offset_minutes  local time minus UTC, -1080..1080 minutes
 * @retval ENG_OK
 * @retval ENG_E_INVALID  settings is NULL
 * @retval ENG_E_RANGE    nothing was changed
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_set_zone(eng_settings *settings,
                                                       int32_t offset_minutes);

/**
 * @brief Sets the zone: one that changes its offset, from TZif bytes (RFC 9636) such as
 *        a file of /usr/share/zoneinfo holds.
 *
 * Where clocks are put back over the start of a business day, the day that has begun
 * goes on: days never go back. Where they are put forward over it, it starts at that
 * moment. A local time that occurs twice is read as the first one; one that never
 * occurs as it would be had the clocks not been changed.
 *
 * @param[in] settings  changed; an offset that was set is forgotten
 * @param[in] bytes     borrowed for the call
 * @param[in] length    at most 65536
 * @retval ENG_OK
 * @retval ENG_E_INVALID      an argument is NULL
 * @retval ENG_E_LIMIT        too many bytes
 * @retval ENG_E_TRUNCATED    the bytes end too early
 * @retval ENG_E_MAGIC        these are no TZif bytes
 * @retval ENG_E_COUNT        a count says more than the bytes hold, or there is no type
 * @retval ENG_E_ORDER        its times do not ascend
 * @retval ENG_E_FIELD        an offset beyond 26 hours, a type or rule that is none
 * @retval ENG_E_TRAILING     bytes follow the end
 * @retval ENG_E_UNSUPPORTED  it counts leap seconds
 * @retval ENG_E_NOMEM
 *         On all failures nothing was changed.
 * @threads{one object may be used by one thread at a time}
 * @source{RFC 9636, The Time Zone Information Format (TZif)}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_set_zone_data(eng_settings *settings,
                                                            const uint8_t *bytes,
                                                            size_t length);

/**
 * @brief Sets when the business day starts.
 *
 * A bar that closes at 3 in the night passes 180 as day_start: a sale at 2:30
 * belongs to the day before.
 *
 * @param[in] settings   changed
 * @param[in] day_start  minutes after local midnight, 0..1439
 * @retval ENG_OK
 * @retval ENG_E_INVALID  settings is NULL
 * @retval ENG_E_RANGE    nothing was changed
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_set_day(eng_settings *settings,
                                                      int32_t day_start);

/**
 * @brief Sets the day on which the week starts.
 *
 * @param[in] settings    changed
 * @param[in] week_start  1 Monday .. 7 Sunday
 * @retval ENG_OK
 * @retval ENG_E_INVALID  settings is NULL
 * @retval ENG_E_RANGE    nothing was changed
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_set_week(eng_settings *settings,
                                                       int32_t week_start);

/**
 * @brief Sets the currency that sums are in.
 *
 * @param[in] settings  changed
 * @param[in] currency  ISO 4217 number, see eng_currency_number; 0: none
 * @retval ENG_OK
 * @retval ENG_E_INVALID   settings is NULL
 * @retval ENG_E_CURRENCY  not a currency of ISO 4217
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_set_currency(eng_settings *settings,
                                                           int32_t currency);

/**
 * @brief Sets what a currency is worth in the base currency from a business day on.
 *
 * One major unit of `currency` is numerator / denominator major units of the base: with
 * the dollar as base, 108 and 100 say that a euro is 1.08 dollars, however many
 * decimals the two have. An amount counts at the rate in force when its event occurred,
 * the last one from that business day or before, rounded half away from zero to minor
 * units of the base, each event by itself. A purchase that was refunded in part counts
 * with what is left of it in its own currency, at the rate of the purchase.
 *
 * Without a rate, or where the result needs more than 64 bits, an amount stays out of
 * money; the event itself counts, and eng_assessor_left_out says how many there are.
 * Rates may come in any order; of two for one currency and day the one set last holds.
 * Those of the base currency, and all where there is none, are of no consequence.
 *
 * @param[in] settings     changed
 * @param[in] currency     ISO 4217 number
 * @param[in] from_day     days since 1970-01-01, -2..2932896; -2: since ever. See
 *                         eng_business_day
 * @param[in] numerator    1..100000000000000 (10^14)
 * @param[in] denominator  1..100000000000000
 * @retval ENG_OK
 * @retval ENG_E_INVALID   settings is NULL
 * @retval ENG_E_CURRENCY  not a currency of ISO 4217
 * @retval ENG_E_RANGE     from_day, numerator or denominator
 * @retval ENG_E_LIMIT     more than 2^20 rates were set
 * @retval ENG_E_NOMEM
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_set_rate(eng_settings *settings,
                                                       int32_t currency,
                                                       int64_t from_day,
                                                       int64_t numerator,
                                                       int64_t denominator);

/**
 * @brief Sets a limit.
 *
 * @param[in] settings  changed
 * @param[in] limit     ENG_LIMIT_*
 * @param[in] value     > 0, see ENG_LIMIT_*
 * @retval ENG_OK
 * @retval ENG_E_INVALID   settings is NULL
 * @retval ENG_E_NOTFOUND  no such limit
 * @retval ENG_E_RANGE     value outside the limit's range
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_set_limit(eng_settings *settings,
                                                        int32_t limit, uint64_t value);

/**
 * @brief Sets the key of the hash tables: 16 random bytes protect a host from
 *        ids chosen to collide. No answer and no encoded byte depends on it.
 *
 * @param[in] settings  changed
 * @param[in] key       16 bytes, copied
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_set_hash_key(eng_settings *settings,
                                                           const uint8_t *key);

/**
 * @brief Names a kind of the host's own.
 *
 * Encoded bytes carry the hash of the name, never the number: two tills may use
 * other numbers for the same name.
 *
 * Names are taken as eng_kind_find reads them: underscores do not tell two apart.
 * Taken are the names of built-in kinds, those given before, and what models call
 * groups of kinds: any, all, inbound, outbound, reach, talk, buy, bind, judge, tell,
 * make. Another system's name for a built-in kind is free, and then means the own one.
 *
 * @param[in] settings   changed
 * @param[in] kind       128..255
 * @param[in] name       lower-case letters, digits and _, from a letter on, 1..64
 *                       bytes
 * @param[in] length     bytes of name
 * @param[in] direction  ENG_DIRECTION_*
 * @param[in] mode       ENG_MODE_*
 * @param[in] active     1 if such an event makes a customer active, else 0
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_RANGE      kind, name, direction, mode or active out of range
 * @retval ENG_E_DUPLICATE  the number or the name (or its hash) is taken
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_add_kind(eng_settings *settings,
                                                       int32_t kind, const char *name,
                                                       size_t length, int32_t direction,
                                                       int32_t mode, int32_t active);

/**
 * @brief Names a channel of the host's own; the rules are those of a kind, but that
 *        no word is kept for groups.
 *
 * @param[in] settings  changed
 * @param[in] channel   128..255
 * @param[in] name      as for eng_settings_add_kind
 * @param[in] length    bytes of name
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL
 * @retval ENG_E_RANGE      channel or name out of range
 * @retval ENG_E_DUPLICATE  the number or the name (or its hash) is taken
 * @threads{one object may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_settings_add_channel(eng_settings *settings,
                                                          int32_t channel,
                                                          const char *name,
                                                          size_t length);

/**
 * @brief A context from settings, which stay the caller's.
 *
 * @param[in]  settings  copied; NULL: all defaults
 * @param[out] out       new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  out is NULL
 * @retval ENG_E_NOMEM
 * @threads{reentrant; the context may be read by many threads}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_context_new(const eng_settings *settings,
                                                 eng_context **out);

/** @brief Releases a context, after everything that was made from it.
 *  @param[in] context  taken; NULL does nothing
 *  @threads{after its last use}
 *  @since 0.1 */
ENG_API void eng_context_free(eng_context *context);

/** @brief The base currency of a context.
 *  @param[in] context  borrowed
 *  @return ISO 4217 number; 0: none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_context_currency(const eng_context *context);

/**
 * @brief Which settings gave an answer: the digest of all that answers depend on.
 *
 * These are zone, business day, week, base currency, rates, and the names and meaning
 * of own kinds and channels; not their numbers, memory, limits and the hash key.
 * SipHash-2-4-128 under a key of zeros.
 *
 * @param[in]  context  borrowed
 * @param[out] digest   ENG_DIGEST_SIZE bytes (16); all 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_context_digest(const eng_context *context,
                                                    uint8_t *digest);

/**
 * @brief The number of a kind from its name, built in, another system's name for
 *        one (GA4, Segment, schema.org) or the host's own.
 *
 * Letter case and the separators space, dash and underscore do not matter.
 *
 * @param[in]  context  borrowed
 * @param[in]  name     text
 * @param[in]  length   bytes of name
 * @param[out] out      1..255; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_KIND     nobody knows it
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_kind_find(const eng_context *context,
                                               const char *name, size_t length,
                                               int32_t *out);

/**
 * @brief The known kind whose name is nearest to one that nobody knows.
 *
 * @param[in] context  borrowed
 * @param[in] name     text
 * @param[in] length   bytes of name
 * @return a kind, or 0 where none is near
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API int32_t eng_kind_nearest(const eng_context *context, const char *name,
                                 size_t length);

/** @brief The canonical name of a kind.
 *  @param[in] context  borrowed
 *  @param[in] kind     any number
 *  @return closed by a NUL, borrowed from the context; NULL if there is no such kind
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_kind_name(const eng_context *context, int32_t kind);

/** @brief Who acts in an event of a kind.
 *  @param[in] context  borrowed
 *  @param[in] kind     any number
 *  @return ENG_DIRECTION_*; 0 if there is no such kind
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_kind_direction(const eng_context *context, int32_t kind);

/** @brief Whom a kind connects the customer with.
 *  @param[in] context  borrowed
 *  @param[in] kind     any number
 *  @return ENG_MODE_*; 0 if there is no such kind
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_kind_mode(const eng_context *context, int32_t kind);

/** @brief Whether an event of a kind makes a customer active.
 *  @param[in] context  borrowed
 *  @param[in] kind     any number
 *  @return 1 or 0; 0 if there is no such kind
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_kind_is_active(const eng_context *context, int32_t kind);

/**
 * @brief The number of a channel from its name, under the rules of eng_kind_find.
 *
 * @param[in]  context  borrowed
 * @param[in]  name     text
 * @param[in]  length   bytes of name
 * @param[out] out      1..255; 0 on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_CHANNEL  nobody knows it
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_channel_find(const eng_context *context,
                                                  const char *name, size_t length,
                                                  int32_t *out);

/** @brief The canonical name of a channel.
 *  @param[in] context  borrowed
 *  @param[in] channel  any number
 *  @return closed by a NUL, borrowed from the context; NULL if there is no such channel
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_channel_name(const eng_context *context, int32_t channel);

/**
 * @brief The documented hash that makes a number of a text: topics, purposes, ids of
 *        customers who were referred, names of own kinds. SipHash-2-4 under a key of
 *        zeros, the same everywhere.
 *
 * @param[in] bytes   any
 * @param[in] length  of bytes
 * @return 64 bits; bindings may meet values beyond 2^53
 * @threads{reentrant}
 * @source{Aumasson & Bernstein (2012), SipHash: a fast short-input PRF}
 * @since 0.1
 */
ENG_API uint64_t eng_hash(const char *bytes, size_t length);

/** @} */

ENG_END_DECLS

#endif
