/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Status codes: what a call says about itself.
 *
 * Every function that can fail returns an eng_status. Numbers are part of the
 * ABI: they are never changed and never used again for something else.
 */
#ifndef ENGAGEMENT_STATUS_H
#define ENGAGEMENT_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include <engagement/api.h>

ENG_BEGIN_DECLS

/** @defgroup status Status and errors
 *  @{ */

/** What a call returns: ENG_OK or one of the ENG_E_ numbers. */
typedef int32_t eng_status;

/** Progress of a long call: done and total in the unit of the call, total 0 if it is
 *  not known. An answer other than 0 ends the call with ENG_E_CANCELLED and the
 *  object as it was. */
typedef int32_t (*eng_progress_fn)(void *user, uint64_t done, uint64_t total);

/** The statuses. */
enum {
  ENG_OK = 0, /**< done */

  /* the host's side */
  ENG_E_NOMEM = 10,       /**< memory could not be allocated */
  ENG_E_LIMIT = 11,       /**< a limit of the settings would be exceeded */
  ENG_E_CANCELLED = 12,   /**< a callback asked to stop; no object was changed */
  ENG_E_UNSUPPORTED = 13, /**< not to be had of this model (one of callbacks has no
                               text and no past), or built without that part */
  ENG_E_CALLBACK = 14,    /**< a callback of the host failed */

  /* arguments */
  ENG_E_INVALID = 20,  /**< an argument is missing or contradicts another */
  ENG_E_RANGE = 21,    /**< an argument lies outside its documented range */
  ENG_E_NOTFOUND = 22, /**< there is nothing of that name or number */
  ENG_E_BUFFER = 23,   /**< the buffer is too small; the size needed is given */
  ENG_E_CONTEXT = 24,  /**< the objects were made from different contexts */
  ENG_E_OVERFLOW = 25, /**< a sum or product does not fit 64 bits */

  /* encoded bytes */
  ENG_E_TRUNCATED = 30,  /**< the bytes end too early */
  ENG_E_MAGIC = 31,      /**< the bytes are something else altogether */
  ENG_E_VERSION = 32,    /**< written by a format this library does not know */
  ENG_E_CHECKSUM = 33,   /**< the bytes were damaged */
  ENG_E_VARINT = 34,     /**< a number is not in its shortest form */
  ENG_E_COUNT = 35,      /**< a count says more than the bytes can hold */
  ENG_E_ORDER = 36,      /**< entries are not in canonical order */
  ENG_E_CANONICAL = 37,  /**< the same set has another, canonical encoding */
  ENG_E_TRAILING = 38,   /**< bytes follow the end */
  ENG_E_FIELD = 39,      /**< a field holds a value outside its range */
  ENG_E_VOCABULARY = 40, /**< uses an own kind or channel the context lacks */

  /* model text */
  ENG_E_SYNTAX = 50,    /**< the text does not follow the grammar */
  ENG_E_TYPE = 51,      /**< the types of an expression do not fit together */
  ENG_E_NAME = 52,      /**< a name is not known */
  ENG_E_DUPLICATE = 53, /**< a name or clause was given twice */
  ENG_E_LANGUAGE = 54,  /**< a language version this library does not know */

  /* rows of a file, and other text */
  ENG_E_ROW = 60,      /**< the row has too few or too many fields */
  ENG_E_QUOTE = 61,    /**< a quoted field is not closed or is followed by text */
  ENG_E_CUSTOMER = 62, /**< the customer is missing or too long */
  ENG_E_TIME = 63,     /**< not a time that is recognised, or outside 1970..9999 */
  ENG_E_KIND = 64,     /**< nobody knows this kind */
  ENG_E_CHANNEL = 65,  /**< nobody knows this channel */
  ENG_E_AMOUNT = 66,   /**< not an amount in this currency */
  ENG_E_CURRENCY = 67, /**< not a currency, or none is given */
  ENG_E_VALUE = 68,    /**< not a value for this kind and scale */
  ENG_E_FLAG = 69,     /**< not a yes or no */
  ENG_E_IDENTITY = 70, /**< a revision needs an id, an occurrence must have none */
  ENG_E_TEXT = 71,     /**< not valid UTF-8, or a NUL in a text */
  ENG_E_HEADER = 72,   /**< a column that is needed is missing from the header */
  ENG_E_SCALE = 73,    /**< nobody knows this scale */

  /* forecasts */
  ENG_E_THIN = 80,     /**< the data lacks what an answer needs */
  ENG_E_NOFIT = 81,    /**< no parameters are likelier than all others */
  ENG_E_INFINITE = 82, /**< what is asked for is infinite */

  /* a book on a file */
  ENG_E_BUSY = 90,     /**< another process or object holds the lock of the file */
  ENG_E_IO = 91,       /**< reading or writing the file failed */
  ENG_E_FULL = 92,     /**< the disk is full */
  ENG_E_DAMAGED = 93,  /**< the file is damaged, or was made up */
  ENG_E_READONLY = 94, /**< the file may be read only */
  ENG_E_KEY = 95       /**< a key is needed, or it is another than the file's */
};

/** Where something went wrong. The caller owns it and calls eng_error_init first: one
 *  of zeros stays empty. Every function that takes one accepts NULL. Nothing of a row
 *  or of a customer ever stands in it. */
typedef struct eng_error {
  uint32_t size;   /**< set by eng_error_init */
  int32_t code;    /**< the status returned */
  uint32_t line;   /**< line of the text, from 1; 0 if there is none */
  uint32_t column; /**< column in bytes, from 1; 0 if there is none */
  uint64_t offset; /**< byte of the input, from 0 */
  char text[160];  /**< what was expected; UTF-8, closed by a NUL */
} eng_error;

/**
 * @brief Empties an error before its first use.
 *
 * Whoever has a smaller struct, of an earlier version, gets the fields that lie within
 * it and as much of the text as fits.
 *
 * @param[out] error  the caller's; NULL does nothing
 * @param[in]  size   sizeof(eng_error) as the caller was compiled
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API void eng_error_init(eng_error *error, uint32_t size);

/**
 * @brief A status in a few English words.
 *
 * @param[in] status  any number; one that is no status gives "unknown status"
 * @return static text, never NULL; borrowed for ever
 * @threads{reentrant}
 * @since 0.1
 */
ENG_API const char *eng_status_text(eng_status status);

/** @} */

ENG_END_DECLS

#endif
