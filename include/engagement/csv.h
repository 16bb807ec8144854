/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief CSV in: rows of text become events, in pieces of any size.
 *
 * RFC 4180 and what people write instead: quoted fields, CRLF or LF, a byte order
 * mark, other delimiters, columns of any name and order. The first row is the header;
 * blank lines are no rows. A bad row is handed to the host with its line, column and
 * reason, and the next row is read: nothing is lost and nothing is silent.
 *
 * A file comes into a book by way of an eng_loader: on_event hands what it is given to
 * eng_loader_add, and eng_loader_finish follows eng_csv_finish, as in
 * examples/census.c.
 *
 * One stray quote costs one row: where a quoted field is not closed within the
 * longest row or before the end of the file, is followed by text, or leaves its row
 * with a wrong number of fields, the row ends at the first line end in that field, and
 * the line after it is read as a row.
 */
#ifndef ENGAGEMENT_CSV_H
#define ENGAGEMENT_CSV_H

#include <engagement/event.h>

ENG_BEGIN_DECLS

/** @defgroup csv CSV
 *  @{ */

/** Reads the rows of one file after another. */
typedef struct eng_csv eng_csv;

/** What a column can mean. */
enum {
  ENG_FIELD_CUSTOMER = 1, /**< needed */
  ENG_FIELD_TIME = 2,     /**< needed */
  ENG_FIELD_KIND = 3,     /**< needed unless eng_csv_set_kind */
  ENG_FIELD_ID = 4,       /**< the event's id, within its source */
  ENG_FIELD_SOURCE = 5,   /**< who gives the ids */
  ENG_FIELD_CHANNEL = 6,
  ENG_FIELD_AMOUNT = 7,        /**< decimal text in major units */
  ENG_FIELD_CURRENCY = 8,      /**< three letters */
  ENG_FIELD_VALUE = 9,         /**< an integer; decimal on a scale */
  ENG_FIELD_SCALE = 10,        /**< nps, csat, ces, stars, other */
  ENG_FIELD_VALENCE = 11,      /**< -2..2 */
  ENG_FIELD_INCENTIVISED = 12, /**< yes or no */
  ENG_FIELD_PUBLIC = 13,       /**< yes or no */
  ENG_FIELD_REFERS_TO = 14,    /**< an id within the row's own source, or `#` and 16 hex
                                    digits; a customer for refer and refer_won */
  ENG_FIELD_ACTOR = 15,
  ENG_FIELD_TOPIC = 16,
  ENG_FIELD_REVISION = 17,
  ENG_FIELD_OCCURRENCE = 18,
  ENG_FIELD_RECORDED_AT = 19,
  ENG_FIELD_FLOOR = 20,     /**< the row is no event: it says where the customer's
                                 timeline begins, a time or `none` */
  ENG_FIELD_EXTENSION = 21, /**< what later versions keep in an event, as hex digits */
  ENG_FIELD_CUSTOMER_HEX =
      22,                /**< a customer's id as hex digits, where it is no text */
  ENG_FIELD_LINK = 23,   /**< the row is no event: customer and ENG_FIELD_LINKED were
                              `merged` or `unmerged`, and the time is when */
  ENG_FIELD_LINKED = 24, /**< the other customer of a link */
  ENG_FIELD_LINKED_HEX = 25, /**< the same as hex digits, where it is no text */
  ENG_FIELD_COUNT = 26       /**< one more than the last field; may grow */
};

/**
 * An event of a row.
 *
 * @param user      as given
 * @param customer  the id, borrowed for the call
 * @param length    bytes of customer
 * @param event     borrowed for the call
 * @param numbered  1 if the row gave an occurrence of its own (eng_loader_add)
 * @param line      of the row's first byte, from 1
 * @return ENG_OK, or a status that ends the reading and is returned by it
 */
typedef eng_status (*eng_csv_event_fn)(void *user, const char *customer, size_t length,
                                       const eng_event *event, int32_t numbered,
                                       uint64_t line);

/**
 * A row that says where a customer's timeline begins (ENG_FIELD_FLOOR): what happened
 * at or before that is gone for good. It may stand before or after the customer's
 * events: a host applies it once all are in, as with eng_customer_expire.
 *
 * @param user      as given
 * @param customer  the id, borrowed for the call
 * @param length    bytes of customer
 * @param floor     ms since 1970; ENG_TIME_NONE: there is none, the row says only that
 *                  there is such a customer
 * @param line      of the row's first byte, from 1
 * @return ENG_OK, or a status that ends the reading and is returned by it
 */
typedef eng_status (*eng_csv_floor_fn)(void *user, const char *customer, size_t length,
                                       int64_t floor, uint64_t line);

/**
 * A row that says that two customers are one person, or are not (ENG_FIELD_LINK). A
 * host hands it to eng_book_link or eng_book_unlink, before or after their events.
 *
 * @param user           as given
 * @param customer       the one id, borrowed for the call
 * @param length         bytes of customer
 * @param linked         the other one, never the same; borrowed for the call
 * @param linked_length  bytes of linked
 * @param merged         1: merged, 0: unmerged
 * @param changed_at     when that was said, ms since 1970
 * @param line           of the row's first byte, from 1
 * @return ENG_OK, or a status that ends the reading and is returned by it
 */
typedef eng_status (*eng_csv_link_fn)(void *user, const char *customer, size_t length,
                                      const char *linked, size_t linked_length,
                                      int32_t merged, int64_t changed_at,
                                      uint64_t line);

/**
 * A row that is not an event.
 *
 * @param user    as given
 * @param error   code, line, column (of the field, in bytes of the row) and a text
 *                without anything of the row; borrowed for the call
 * @param row     the row's bytes as they stand in the file without its line end, of a
 *                row beyond ENG_LIMIT_ROW the first ones; borrowed for the call
 * @param length  bytes of row
 * @return ENG_OK, or a status that ends the reading and is returned by it
 */
typedef eng_status (*eng_csv_reject_fn)(void *user, const eng_error *error,
                                        const char *row, size_t length);

/**
 * @brief A reader with the defaults: delimiter found out from the header, columns
 *        recognised by their names, any form of time.
 *
 * @param[in]  context    borrowed for the reader's life
 * @param[in]  on_event   called for each event, on the thread that feeds
 * @param[in]  on_reject  called for each bad row; NULL: the first one ends the reading
 *                        with its status
 * @param[in]  user       for both
 * @param[out] out        new; NULL on failure
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL
 * @retval ENG_E_NOMEM
 * @threads{reentrant; one reader may be used by one thread at a time}
 * @source{RFC 4180}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_csv_new(const eng_context *context,
                                             eng_csv_event_fn on_event,
                                             eng_csv_reject_fn on_reject, void *user,
                                             eng_csv **out);

/** @brief Releases a reader.
 *  @param[in] csv  taken; NULL does nothing
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_csv_free(eng_csv *csv);

/** @brief Sets the delimiter.
 *  @param[in] csv        changed
 *  @param[in] delimiter  a byte such as ',' ';' '|' or tab; 0: found out
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  csv is NULL, or reading has begun
 *  @retval ENG_E_RANGE    a quote, a line end, a letter or a digit
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_csv_set_delimiter(eng_csv *csv, int32_t delimiter);

/**
 * @brief Says which column holds a field; other columns of names in common use are
 *        still recognised for other fields. The last column said for a field holds,
 *        and a file must have it.
 *
 * @param[in] csv     changed
 * @param[in] field   ENG_FIELD_*
 * @param[in] column  the name in the header, exact; copied
 * @param[in] length  bytes of column
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or reading has begun
 * @retval ENG_E_RANGE      no such field
 * @retval ENG_E_DUPLICATE  the column was said to hold another field
 * @retval ENG_E_NOMEM
 * @threads{one reader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_csv_map(eng_csv *csv, int32_t field,
                                             const char *column, size_t length);

/**
 * @brief Says which kind a name of this log means, before all known names.
 *
 * @param[in] csv     changed
 * @param[in] name    as it stands in the file; copied
 * @param[in] length  bytes of name
 * @param[in] kind    a kind of the context; 0: rows of that name are passed over in
 *                    silence (they are counted as skipped)
 * @retval ENG_OK
 * @retval ENG_E_INVALID    an argument is NULL, or reading has begun
 * @retval ENG_E_KIND       the context has no such kind
 * @retval ENG_E_DUPLICATE  the name was mapped before
 * @retval ENG_E_NOMEM
 * @threads{one reader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_csv_map_kind(eng_csv *csv, const char *name,
                                                  size_t length, int32_t kind);

/** @brief The kind of every row of a file without a column for it, and of rows that
 *         leave it empty. Only a column that is mapped or named "kind" is then one.
 *  @param[in] csv   changed
 *  @param[in] kind  a kind of the context; 0: none
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  csv is NULL, or reading has begun
 *  @retval ENG_E_KIND     the context has no such kind
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_csv_set_kind(eng_csv *csv, int32_t kind);

/** @brief The currency of amounts in rows that give none.
 *  @param[in] csv       changed
 *  @param[in] currency  ISO 4217 number; 0: the context's base currency
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID   csv is NULL, or reading has begun
 *  @retval ENG_E_CURRENCY  not a currency of ISO 4217
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_csv_set_currency(eng_csv *csv, int32_t currency);

/** @brief How times are written.
 *  @param[in] csv     changed
 *  @param[in] format  ENG_TIME_*
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  csv is NULL, or reading has begun
 *  @retval ENG_E_RANGE    no such format
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_csv_set_time_format(eng_csv *csv, int32_t format);

/** @brief Says that a comma stands before decimals, in amounts and values: 12,50. Then
 * a point is refused, for nobody could tell 1.250 from 1250.
 *  @param[in] csv  changed
 *  @param[in] on   1; 0, the default: a point does
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  csv is NULL, or reading has begun
 *  @retval ENG_E_RANGE    on is neither
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_csv_set_decimal_comma(eng_csv *csv, int32_t on);

/** @brief Says who takes the rows that carry a floor. Without, they are bad rows.
 *  @param[in] csv       changed
 *  @param[in] on_floor  called with the user of eng_csv_new; NULL: nobody
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  csv is NULL, or reading has begun
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_csv_set_on_floor(eng_csv *csv,
                                                      eng_csv_floor_fn on_floor);

/** @brief Says who takes the rows that link two customers. Without, they are bad rows.
 *  @param[in] csv      changed
 *  @param[in] on_link  called with the user of eng_csv_new; NULL: nobody
 *  @retval ENG_OK
 *  @retval ENG_E_INVALID  csv is NULL, or reading has begun
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API ENG_NODISCARD eng_status eng_csv_set_on_link(eng_csv *csv,
                                                     eng_csv_link_fn on_link);

/**
 * @brief Reads the next piece of the file.
 *
 * @param[in] csv     changed
 * @param[in] bytes   any piece, cut anywhere
 * @param[in] length  of bytes; 0 is allowed
 * @retval ENG_OK
 * @retval ENG_E_INVALID  an argument is NULL, the file was ended, or a callback of this
 *                        reader is running
 * @retval ENG_E_HEADER   the header lacks a column that is needed, or names one field
 *                        twice: eng_csv_error says which
 * @retval ENG_E_LIMIT    a header beyond the limit ENG_LIMIT_ROW (a longer row is
 *                        rejected like any other)
 * @retval ENG_E_NOMEM
 * @return or whatever a callback returned. After a failure only eng_csv_error,
 *         eng_csv_reset and eng_csv_free are of use
 * @threads{one reader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_csv_feed(eng_csv *csv, const char *bytes,
                                              size_t length);

/**
 * @brief Ends the file: reads the last row where no line end follows it.
 *
 * @param[in] csv  changed
 * @retval ENG_OK
 * @retval ENG_E_HEADER  the file has no header at all; or as for eng_csv_feed
 * @retval ENG_E_INVALID as for eng_csv_feed
 * @return as for eng_csv_feed
 * @threads{one reader may be used by one thread at a time}
 * @since 0.1
 */
ENG_API ENG_NODISCARD eng_status eng_csv_finish(eng_csv *csv);

/** @brief Makes ready for another file with the same settings, which may be changed
 *         until it begins; counts go on.
 *  @param[in] csv  changed; NULL does nothing
 *  @threads{one reader may be used by one thread at a time}
 *  @since 0.1 */
ENG_API void eng_csv_reset(eng_csv *csv);

/** @brief Where and why reading ended.
 *  @param[in] csv  borrowed
 *  @return borrowed until the next call; its code is ENG_OK if nothing went wrong
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const eng_error *eng_csv_error(const eng_csv *csv);

/** What eng_csv_count can count. */
enum {
  ENG_CSV_ROWS = 1,     /**< rows after headers, blank lines not counted */
  ENG_CSV_EVENTS = 2,   /**< events handed out */
  ENG_CSV_REJECTED = 3, /**< rows that are not events */
  ENG_CSV_SKIPPED = 4,  /**< rows of kinds mapped to 0 */
  ENG_CSV_FLOORS = 5,   /**< rows that carry a floor, handed out */
  ENG_CSV_LINKS = 6     /**< rows that link two customers, handed out */
};

/** @brief A count over all files read so far.
 *  @param[in] csv   borrowed
 *  @param[in] what  ENG_CSV_*
 *  @return 0 if there is no such count
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API uint64_t eng_csv_count(const eng_csv *csv, int32_t what);

/** @brief How many names of kinds were passed over, over all files read so far.
 *  @param[in] csv  borrowed
 *  @return at most 32: what comes under further names is in no count but that of all
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_csv_skipped_count(const eng_csv *csv);

/** @brief One of these names, as the log has it, in the order in which they came.
 *  @param[in]  csv      borrowed
 *  @param[in]  index  from 0
 *  @param[out] length bytes, of a name of more than 64 the first 64; may be NULL
 *  @param[out] count  how many times it was passed over; may be NULL
 *  @return borrowed until the next call that reads; not closed by a NUL; NULL if there
 * is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_csv_skipped_name(const eng_csv *csv, int32_t index,
                                         size_t *length, uint64_t *count);

/** @brief How many columns the header has.
 *  @param[in] csv  borrowed
 *  @return 0 before the header was read
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_csv_column_count(const eng_csv *csv);

/** @brief The name of a column, as the header has it.
 *  @param[in]  csv     borrowed
 *  @param[in]  column  from 0
 *  @param[out] length  bytes; may be NULL
 *  @return borrowed until eng_csv_reset; not closed by a NUL; NULL if there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_csv_column_name(const eng_csv *csv, int32_t column,
                                        size_t *length);

/** @brief What a column is taken for.
 *  @param[in] csv     borrowed
 *  @param[in] column  from 0
 *  @return ENG_FIELD_*; 0: it is passed over
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_csv_column_field(const eng_csv *csv, int32_t column);

/** @brief The canonical column name of a field: "customer", "time", ...
 *  @param[in] field  ENG_FIELD_*
 *  @return closed by a NUL, static; NULL if there is no such field
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API const char *eng_field_name(int32_t field);

/** @brief The field of a canonical column name.
 *  @param[in] name    text
 *  @param[in] length  bytes of name
 *  @return ENG_FIELD_*; 0 if there is none
 *  @threads{reentrant}
 *  @since 0.1 */
ENG_API int32_t eng_field_find(const char *name, size_t length);

/** @} */

ENG_END_DECLS

#endif
