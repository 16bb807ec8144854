/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief JSON Lines in: lines of text become events, in pieces of any size.
 *
 * Each line is a JSON object (RFC 8259). What it is, is told from its members, line by
 * line: an event in our own form, whose members have the names of CSV columns (see
 * ENG_FIELD_*); a call of Segment's; an event of GA4's, as its BigQuery export or its
 * Measurement Protocol has it. docs/json.md has the tables. What is not asked for is
 * walked over, nested up to 64 deep; a member that is null is absent; one that is asked
 * for and stands twice rejects its line. Numbers are read exactly, as text.
 *
 * A line may hold several events: a Measurement Protocol payload, a Segment batch, or a
 * list of objects. It is all or nothing: if one of them is bad, none is handed out.
 *
 * As with CSV, a bad line is handed to the host with its place and reason, and the next
 * one is read. The events go to an eng_loader:
 *
 * @code
 * static eng_status on_event(void *user, const char *customer, size_t length,
 *                            const eng_event *event, int32_t numbered, uint64_t line)
 * {
 *   return eng_loader_add(user, customer, length, event, numbered);
 * }
 *
 * status = eng_jsonl_new(context, on_event, on_reject, loader, &jsonl);
 * while (status == ENG_OK && (n = fread(piece, 1, sizeof piece, file)) > 0)
 *   status = eng_jsonl_feed(jsonl, piece, n);
 * if (status == ENG_OK) status = eng_jsonl_finish(jsonl);
 * if (status == ENG_OK) status = eng_loader_finish(loader, &counts);
 * eng_jsonl_free(jsonl);
 * @endcode
 */
#ifndef ENGAGEMENT_JSONL_H
#define ENGAGEMENT_JSONL_H

#include <engagement/csv.h>

ENG_BEGIN_DECLS

/** @defgroup jsonl JSON Lines
 *  @{ */

/** Reads the lines of one file after another. */
typedef struct eng_jsonl eng_jsonl;

/**
 * @brief A reader with the defaults: members recognised by their names, any form of
 *        time.
 *
 * @param[in]  context    borrowed for the reader's life
 * @param[in]  on_event   called for each event, on the thread that feeds
 * @param[in]  on_reject  called for each bad line; NULL: the first one ends the reading
 *                        with its status
 * @param[in]  user       for all callbacks
 * @param[out] out        new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_NOMEM
 * @threads{reentrant; one reader may be used by one thread at a time}
 * @source{RFC 8259}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_new(const eng_context *context,
                                               eng_csv_event_fn on_event,
                                               eng_csv_reject_fn on_reject, void *user,
                                               eng_jsonl **out);

/** @brief Releases a reader.
 *  @param[in] jsonl  taken; NULL does nothing
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_jsonl_free(eng_jsonl *jsonl);

/**
 * @brief Says which member holds a field, as eng_csv_map does of columns. With any
 *        such, every line is taken to be in our own form.
 *
 * @param[in] jsonl   changed
 * @param[in] field   ENG_FIELD_*
 * @param[in] name    of a member of the outermost object, exact; copied
 * @param[in] length  bytes of name
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or reading has begun
 * @retval ENG_E_RANGE      no such field
 * @retval ENG_E_DUPLICATE  the name was said to hold another field
 * @retval ENG_E_NOMEM
 * @threads{one reader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_map(eng_jsonl *jsonl, int32_t field,
                                               const char *name, size_t length);

/**
 * @brief Says which kind a name of this log means, before all known names, in whichever
 *        form it stands.
 *
 * @param[in] jsonl   changed
 * @param[in] name    as it stands in the file; copied
 * @param[in] length  bytes of name
 * @param[in] kind    a kind of the context; 0: events of that name are passed over in
 *                    silence (they are counted as skipped)
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or reading has begun
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_DUPLICATE  the name was mapped before
 * @retval ENG_E_NOMEM
 * @threads{one reader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_map_kind(eng_jsonl *jsonl, const char *name,
                                                    size_t length, int32_t kind);

/** @brief The kind of every line that tells none. Only a member that is mapped or named
 *         "kind" then tells one.
 *  @param[in] jsonl  changed
 *  @param[in] kind   a kind of the context; 0: none
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  jsonl is NULL, or reading has begun
 *  @retval ENG_E_KIND     the context has no such kind
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_set_kind(eng_jsonl *jsonl, int32_t kind);

/** @brief The currency of amounts in lines that give none.
 *  @param[in] jsonl     changed
 *  @param[in] currency  ISO 4217 number; 0: the context's base currency
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID   jsonl is NULL, or reading has begun
 *  @retval ENG_E_CURRENCY  not a currency of ISO 4217
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_set_currency(eng_jsonl *jsonl,
                                                        int32_t currency);

/** @brief How times are written in our own form; the others say it themselves.
 *  @param[in] jsonl   changed
 *  @param[in] format  ENG_TIME_*
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  jsonl is NULL, or reading has begun
 *  @retval ENG_E_RANGE    no such format
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_set_time_format(eng_jsonl *jsonl,
                                                           int32_t format);

/**
 * @brief The time of events that tell none, as calls of Segment's and payloads of GA4's
 *        may on their way to a server: when they were received. The library has no
 *        clock. It may be set anew between two pieces.
 *
 * @param[in] jsonl  changed
 * @param[in] time   ms since 1970, 0..ENG_TIME_MAX; ENG_TIME_NONE (the default): a line
 *                   without a time is a bad one
 * @retval ENG_OK
 * @retval ENG_E_INVALID  jsonl is NULL
 * @retval ENG_E_TIME     out of range
 * @threads{one reader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_set_received_at(eng_jsonl *jsonl,
                                                           int64_t time);

/** @brief Says who takes the lines that carry a floor. Without, they are bad lines.
 *  @param[in] jsonl     changed
 *  @param[in] on_floor  called with the user of eng_jsonl_new; NULL: nobody
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  jsonl is NULL, or reading has begun
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_set_on_floor(eng_jsonl *jsonl,
                                                        eng_csv_floor_fn on_floor);

/** @brief Says who takes the lines that link two customers. Without, they are bad
 * lines.
 *  @param[in] jsonl    changed
 *  @param[in] on_link  called with the user of eng_jsonl_new; NULL: nobody
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  jsonl is NULL, or reading has begun
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_set_on_link(eng_jsonl *jsonl,
                                                       eng_csv_link_fn on_link);

/**
 * @brief Reads the next piece of the file.
 *
 * @param[in] jsonl   changed
 * @param[in] bytes   any piece, cut anywhere
 * @param[in] length  of bytes; 0 is allowed
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL, the file was ended, or a callback of this
 *                        reader is running
 * @retval ENG_E_NOMEM
 * @return or whatever a callback returned. After a failure only eng_jsonl_error,
 *         eng_jsonl_reset and eng_jsonl_free are of use
 * @threads{one reader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_feed(eng_jsonl *jsonl, const char *bytes,
                                                size_t length);

/**
 * @brief Ends the file: reads the last line where no line end follows it. A file
 *        without lines is one without events.
 *
 * @param[in] jsonl  changed
 * @retval ENG_OK
 * @retval ENG_E_INVALID  as for eng_jsonl_feed
 * @return as for eng_jsonl_feed
 * @threads{one reader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_jsonl_finish(eng_jsonl *jsonl);

/** @brief Makes ready for another file with the same settings, which may be changed
 *         until it begins; counts go on.
 *  @param[in] jsonl  changed; NULL does nothing
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_jsonl_reset(eng_jsonl *jsonl);

/** @brief Where and why reading ended.
 *  @param[in] jsonl  borrowed
 *  @return borrowed until the next call; its code is ENG_OK if nothing went wrong
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const eng_error *eng_jsonl_error(const eng_jsonl *jsonl);

/** What eng_jsonl_count can count. */
enum {
  ENG_JSONL_LINES = 1,    /**< lines, blank ones not counted */
  ENG_JSONL_EVENTS = 2,   /**< events handed out */
  ENG_JSONL_REJECTED = 3, /**< bad lines */
  ENG_JSONL_SKIPPED = 4,  /**< events passed over: of kinds mapped to 0, or such as a
                               tool sends of itself */
  ENG_JSONL_FLOORS = 5,   /**< lines that carry a floor, handed out */
  ENG_JSONL_OWN = 6,      /**< good lines in our own form */
  ENG_JSONL_SEGMENT = 7,  /**< good lines in Segment's */
  ENG_JSONL_GA4 = 8,      /**< good lines in one of GA4's */
  ENG_JSONL_LINKS = 9     /**< lines that link two customers, handed out */
};

/** @brief A count over all files read so far.
 *  @param[in] jsonl  borrowed
 *  @param[in] what   ENG_JSONL_*
 *  @return 0 if there is no such count
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_jsonl_count(const eng_jsonl *jsonl, int32_t what);

/** @brief How many names of kinds were passed over, over all files read so far.
 *  @param[in] jsonl  borrowed
 *  @return at most 32: what comes under further names is in no count but that of all
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_jsonl_skipped_count(const eng_jsonl *jsonl);

/** @brief One of these names, as the log has it, in the order in which they came.
 *  @param[in]  jsonl      borrowed
 *  @param[in]  index  from 0
 *  @param[out] length bytes, of a name of more than 64 the first 64; may be NULL
 *  @param[out] count  how many times it was passed over; may be NULL
 *  @return borrowed until the next call that reads; not closed by a NUL; NULL if there
 * is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_jsonl_skipped_name(const eng_jsonl *jsonl, int32_t index,
                                           size_t *length, uint64_t *count);

/** @} */

ENG_END_DECLS

#endif
