/* SPDX-License-Identifier: MIT */
/*
 * options.h - structs that grow at their end, between a caller and a library of
 * different age.
 *
 * Such a struct begins with its size in bytes, a uint32_t. What a caller of an earlier
 * version does not know keeps its default; what one of a later version knows and this
 * library does not has to be zero, which every later version takes for "as before".
 */
#ifndef ENG_CORE_OPTIONS_H
#define ENG_CORE_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include <engagement/status.h>

/* Writes defaults of `known` bytes to a caller's struct of `size`; zeros behind them. The
 * size is written too. Nothing where it has no room for that. */
void eng__options_init(void *options, uint32_t size, const void *defaults,
                       size_t known);

/* Takes a caller's struct over defaults in `out`, of `known` bytes, whose size stays what
 * it was. ENG_E_INVALID: NULL or a size that cannot be; ENG_E_RANGE: something that this
 * library does not know is asked for. */
eng_status eng__options_take(const void *options, void *out, size_t known);

/* Whether a caller's struct for results can have this size. */
int eng__result_fits(uint32_t size);

/* Gives a result of `known` bytes, as far as the caller's struct goes; zeros behind it.
 * Its size becomes the caller's. */
void eng__result_give(void *out, uint32_t size, const void *result, size_t known);

#endif
