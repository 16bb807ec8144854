/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief An event: one thing that happened between a customer and the company.
 *
 * Only kind and time are needed; every other field is absent until it is set. One
 * event object can be filled again and again (eng_event_reset): recording copies.
 */
#ifndef ENGAGEMENT_EVENT_H
#define ENGAGEMENT_EVENT_H

#include <engagement/calendar.h>
#include <engagement/context.h>

ENG_BEGIN_DECLS

/** @defgroup event Events
 *  @{ */

/** One thing that happened. */
typedef struct eng_event eng_event;

/** The built-in kinds. 128..255 are the host's own, named in the settings. */
enum {
  ENG_EVENT_IMPRESSION = 1,  /**< saw an advertisement or offer */
  ENG_EVENT_VISIT = 2,       /**< came to the store, site or app; value: seconds */
  ENG_EVENT_IDENTIFY = 3,    /**< became known by name: a login, a card shown */
  ENG_EVENT_SIGN_UP = 4,     /**< opened an account */
  ENG_EVENT_CONSENT = 5,     /**< value 1 granted, 0 withdrawn; topic: the purpose */
  ENG_EVENT_SUBSCRIBE = 6,   /**< takes a newsletter or feed */
  ENG_EVENT_UNSUBSCRIBE = 7, /**< leaves it */
  ENG_EVENT_FOLLOW = 8,      /**< follows on a network */

  ENG_EVENT_MESSAGE_IN = 10,  /**< the customer writes or calls; value: seconds */
  ENG_EVENT_MESSAGE_OUT = 11, /**< the company writes or calls; value: seconds */
  ENG_EVENT_OPEN = 12,        /**< opened a message */
  ENG_EVENT_CLICK = 13,       /**< followed a link of a message or offer */
  ENG_EVENT_MEETING = 14,     /**< met; value: seconds */

  ENG_EVENT_SEARCH = 20,          /**< searched */
  ENG_EVENT_VIEW_ITEM = 21,       /**< looked at a product */
  ENG_EVENT_CONTENT_USE = 22,     /**< read, watched or listened; value: seconds */
  ENG_EVENT_LEARN = 23,           /**< class, demonstration, tutorial; value: seconds */
  ENG_EVENT_ADD_TO_WISHLIST = 24, /**< keeps a product in mind */

  ENG_EVENT_ADD_TO_CART = 30,      /**< value: quantity */
  ENG_EVENT_REMOVE_FROM_CART = 31, /**< value: quantity */
  ENG_EVENT_BEGIN_CHECKOUT = 32,   /**< a step on the way to paying */
  ENG_EVENT_QUOTE = 33,            /**< asked for an offer */
  ENG_EVENT_PURCHASE = 34,         /**< bought; amount, value: quantity */
  ENG_EVENT_REFUND = 35,           /**< money back; refers_to: the purchase */
  ENG_EVENT_CANCEL = 36,           /**< cancelled; refers_to: the purchase */
  ENG_EVENT_FULFIL = 37,           /**< delivered; value: seconds late, below 0 early */
  ENG_EVENT_USAGE = 38,            /**< used the product; value: quantity */

  ENG_EVENT_CONTRACT = 45,      /**< began or renewed; value: term in seconds */
  ENG_EVENT_CONTRACT_END = 46,  /**< ended it */
  ENG_EVENT_LOYALTY_JOIN = 47,  /**< joined the loyalty programme */
  ENG_EVENT_POINTS_EARN = 48,   /**< value: points */
  ENG_EVENT_POINTS_SPEND = 49,  /**< value: points */
  ENG_EVENT_POINTS_ADJUST = 50, /**< value: points, below 0 taken away */

  ENG_EVENT_RATING = 55,     /**< answered a scale; value in thousandths: 9 is 9000 */
  ENG_EVENT_REVIEW = 56,     /**< wrote a review; value likewise */
  ENG_EVENT_COMPLAINT = 57,  /**< complained */
  ENG_EVENT_RESOLUTION = 58, /**< the complaint was settled; valence: how well */

  ENG_EVENT_REACT = 65,     /**< liked or commented */
  ENG_EVENT_SHARE = 66,     /**< shared */
  ENG_EVENT_REFER = 67,     /**< invited somebody; refers_to: that customer */
  ENG_EVENT_REFER_WON = 68, /**< somebody they invited bought */
  ENG_EVENT_ENDORSE = 69,   /**< testimonial, reference call */

  ENG_EVENT_IDEA = 75,      /**< suggested something; valence: what came of it */
  ENG_EVENT_COMMUNITY = 76, /**< took part among customers: post, answer, group */
  ENG_EVENT_COCREATE = 77,  /**< beta, panel, council, design */

  ENG_EVENT_VOID = 120 /**< the event referred to never happened */
};

/** The built-in channels. 128..255 are the host's own. */
enum {
  ENG_CHANNEL_STORE = 1,
  ENG_CHANNEL_WEB = 2,
  ENG_CHANNEL_APP = 3,
  ENG_CHANNEL_PHONE = 4,
  ENG_CHANNEL_EMAIL = 5,
  ENG_CHANNEL_SMS = 6,
  ENG_CHANNEL_CHAT = 7,
  ENG_CHANNEL_SOCIAL = 8,
  ENG_CHANNEL_POST = 9,
  ENG_CHANNEL_EVENT = 10,
  ENG_CHANNEL_PARTNER = 11
};

/** What a rating or review answered. */
enum {
  ENG_SCALE_NPS = 1,   /**< 0..10, likely to recommend */
  ENG_SCALE_CSAT = 2,  /**< 1..5, satisfied */
  ENG_SCALE_CES = 3,   /**< 1..7, easy */
  ENG_SCALE_STARS = 4, /**< 1..5 */
  ENG_SCALE_OTHER = 5  /**< 0..1000 */
};

/**
 * @brief A new event of a kind at a time.
 *
 * @param[in]  context      borrowed for the event's life
 * @param[in]  kind         a built-in or named kind
 * @param[in]  occurred_at  ms since 1970, 0..ENG_TIME_MAX
 * @param[out] out          new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_KIND     the context has no such kind
 * @retval ENG_E_TIME     occurred_at out of range
 * @retval ENG_E_NOMEM
 * @threads{reentrant; one event may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_event_new(const eng_context *context, int32_t kind,
                                               int64_t occurred_at, eng_event **out);

/** @brief Releases an event.
 *  @param[in] event  taken; NULL does nothing
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_event_free(eng_event *event);

/**
 * @brief Starts over with another kind and time, all other fields absent.
 *
 * @param[in] event        changed
 * @param[in] kind         a built-in or named kind
 * @param[in] occurred_at  ms since 1970, 0..ENG_TIME_MAX
 * @retval ENG_OK
 * @retval ENG_E_INVALID  event is NULL
 * @retval ENG_E_KIND     nothing was changed
 * @retval ENG_E_TIME     nothing was changed
 * @threads{one event may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_event_reset(eng_event *event, int32_t kind,
                                                 int64_t occurred_at);

/**
 * @brief The host's identity of the event as one number.
 *
 * Two events of one id are versions of one event: see eng_customer_record.
 *
 * @param[in] event  changed
 * @param[in] id     any; bindings may meet values beyond 2^53
 * @retval ENG_OK
 * @retval ENG_E_INVALID   event is NULL
 * @retval ENG_E_IDENTITY  the event has an occurrence
 * @threads{one event may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_event_set_id(eng_event *event, uint64_t id);

/**
 * @brief The number of an id that is text: the documented hash of source and id.
 *
 * Give a till's name as source and its receipt number as id. `#` and 16 hex digits,
 * with an empty source, stand for the number itself, as exports print it.
 *
 * @param[in] source         NULL if source_length is 0
 * @param[in] source_length  bytes
 * @param[in] id             NULL if id_length is 0
 * @param[in] id_length      bytes
 * @return what eng_event_set_id and eng_event_set_refers_to take
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API uint64_t eng_event_id_hash(const char *source, size_t source_length,
                                   const char *id, size_t id_length);

/**
 * @brief A correction: of two events of one id at the same time, the higher
 *        revision stands.
 *
 * @param[in] event     changed
 * @param[in] revision  0 is the first version
 * @retval ENG_OK
 * @retval ENG_E_INVALID   event is NULL
 * @retval ENG_E_IDENTITY  revision > 0 and the event has no id: set that first
 * @threads{one event may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_event_set_revision(eng_event *event,
                                                        uint32_t revision);

/**
 * @brief Which of several events alike in everything else: two equal sales of one
 *        day are occurrence 0 and 1.
 *
 * @param[in] event       changed
 * @param[in] occurrence  0 is the first
 * @retval ENG_OK
 * @retval ENG_E_INVALID   event is NULL
 * @retval ENG_E_IDENTITY  occurrence > 0 and the event has an id
 * @threads{one event may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_event_set_occurrence(eng_event *event,
                                                          uint16_t occurrence);

/** @brief When we learned of it; absent reads as occurred_at.
 *  @param[in] event        changed
 *  @param[in] recorded_at  ms since 1970, 0..ENG_TIME_MAX, or ENG_TIME_NONE: absent
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  event is NULL
 *  @retval ENG_E_TIME     nothing was changed
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_event_set_recorded_at(eng_event *event,
                                                           int64_t recorded_at);

/** @brief Where it happened.
 *  @param[in] event    changed
 *  @param[in] channel  a built-in or named channel; 0: absent
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  event is NULL
 *  @retval ENG_E_CHANNEL  nothing was changed
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_event_set_channel(eng_event *event,
                                                       int32_t channel);

/**
 * @brief The money of the event, in minor units.
 *
 * @param[in] event     changed
 * @param[in] amount    above INT64_MIN. A purchase below 0 counts as a refund
 * @param[in] currency  ISO 4217 number; 0: the amount becomes absent
 * @retval ENG_OK
 * @retval ENG_E_INVALID   event is NULL
 * @retval ENG_E_AMOUNT    amount is INT64_MIN
 * @retval ENG_E_CURRENCY  not a currency of ISO 4217
 * @threads{one event may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_event_set_amount(eng_event *event, int64_t amount,
                                                      int32_t currency);

/** @brief A number whose meaning goes with the kind: see ENG_EVENT_*.
 *  @param[in] event  changed
 *  @param[in] value  above INT64_MIN; INT64_MIN: absent
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  event is NULL
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_event_set_value(eng_event *event, int64_t value);

/** @brief What a rating or review answered. Its value is in thousandths, which is not
 *         checked against the scale: an NPS of 9 is 9000, 4.5 stars are 4500.
 *  @param[in] event  changed
 *  @param[in] scale  ENG_SCALE_*; 0: absent
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  event is NULL
 *  @retval ENG_E_SCALE    nothing was changed
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_event_set_scale(eng_event *event, int32_t scale);

/** @brief How good it was.
 *  @param[in] event    changed
 *  @param[in] valence  -2 very bad .. +2 very good; ENG_VALENCE_NONE: absent
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  event is NULL
 *  @retval ENG_E_RANGE    nothing was changed
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_event_set_valence(eng_event *event,
                                                       int32_t valence);

/** "No valence is known." */
enum { ENG_VALENCE_NONE = 127 };

/** @brief Two facts about the event.
 *  @param[in] event         changed
 *  @param[in] incentivised  1 if it was rewarded, else 0
 *  @param[in] is_public     1 if others could see it, else 0
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  event is NULL
 *  @retval ENG_E_FLAG     nothing was changed
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_event_set_flags(eng_event *event,
                                                     int32_t incentivised,
                                                     int32_t is_public);

/** @brief The event answered, refunded or voided, or the customer referred.
 *  @param[in] event    changed
 *  @param[in] present  1, or 0: absent
 *  @param[in] id       eng_event_effective_id of an event, or eng_hash of the id of a
 *                      customer
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  event is NULL
 *  @retval ENG_E_FLAG     present is neither 0 nor 1
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_event_set_refers_to(eng_event *event,
                                                         int32_t present, uint64_t id);

/** @brief A contact of the account on inbound kinds, staff on outbound ones.
 *  @param[in] event    changed
 *  @param[in] present  1, or 0: absent
 *  @param[in] actor    any
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  event is NULL
 *  @retval ENG_E_FLAG     present is neither 0 nor 1
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_event_set_actor(eng_event *event, int32_t present,
                                                     uint32_t actor);

/** @brief Category, product line or purpose, as the low 32 bits of eng_hash.
 *  @param[in] event    changed
 *  @param[in] present  1, or 0: absent
 *  @param[in] topic    any
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  event is NULL
 *  @retval ENG_E_FLAG     present is neither 0 nor 1
 *  @threads{one event may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_event_set_topic(eng_event *event, int32_t present,
                                                     uint32_t topic);

/** @brief The kind.
 *  @param[in] event  borrowed
 *  @return 1..255
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_kind(const eng_event *event);

/** @brief When it happened.
 *  @param[in] event  borrowed
 *  @return milliseconds since 1970
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_event_occurred_at(const eng_event *event);

/** @brief When we learned of it.
 *  @param[in] event  borrowed
 *  @return milliseconds since 1970; ENG_TIME_NONE: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int64_t eng_event_recorded_at(const eng_event *event);

/** @brief The identity that the host gave.
 *  @param[in]  event  borrowed
 *  @param[out] id     may be NULL; 0 if absent
 *  @return 1, or 0: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_id(const eng_event *event, uint64_t *id);

/** @brief The number by which others refer to it: its id, or without one the
 *         documented hash of its content (docs/format.md).
 *  @param[in] event  borrowed
 *  @return what eng_event_set_refers_to takes
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_event_effective_id(const eng_event *event);

/** @brief The revision.
 *  @param[in] event  borrowed
 *  @return 0 is the first version
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint32_t eng_event_revision(const eng_event *event);

/** @brief Which of several events alike.
 *  @param[in] event  borrowed
 *  @return 0 is the first
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint16_t eng_event_occurrence(const eng_event *event);

/** @brief The channel.
 *  @param[in] event  borrowed
 *  @return 1..255; 0: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_channel(const eng_event *event);

/** @brief The money.
 *  @param[in]  event     borrowed
 *  @param[out] amount    minor units; may be NULL; 0 if absent
 *  @param[out] currency  ISO 4217 number; may be NULL; 0 if absent
 *  @return 1, or 0: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_amount(const eng_event *event, int64_t *amount,
                                 int32_t *currency);

/** @brief The value.
 *  @param[in]  event  borrowed
 *  @param[out] value  may be NULL; 0 if absent
 *  @return 1, or 0: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_value(const eng_event *event, int64_t *value);

/** @brief The scale.
 *  @param[in] event  borrowed
 *  @return ENG_SCALE_*; 0: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_scale(const eng_event *event);

/** @brief The valence.
 *  @param[in] event  borrowed
 *  @return -2..2; ENG_VALENCE_NONE: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_valence(const eng_event *event);

/** @brief Whether it was rewarded.
 *  @param[in] event  borrowed
 *  @return 1 or 0
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_is_incentivised(const eng_event *event);

/** @brief Whether others could see it.
 *  @param[in] event  borrowed
 *  @return 1 or 0
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_is_public(const eng_event *event);

/** @brief What it refers to.
 *  @param[in]  event  borrowed
 *  @param[out] id     may be NULL; 0 if absent
 *  @return 1, or 0: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_refers_to(const eng_event *event, uint64_t *id);

/** @brief The actor.
 *  @param[in]  event  borrowed
 *  @param[out] actor  may be NULL; 0 if absent
 *  @return 1, or 0: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_actor(const eng_event *event, uint32_t *actor);

/** @brief The topic.
 *  @param[in]  event  borrowed
 *  @param[out] topic  may be NULL; 0 if absent
 *  @return 1, or 0: absent
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_event_topic(const eng_event *event, uint32_t *topic);

/** @} */

ENG_END_DECLS

#endif
