/* SPDX-License-Identifier: MIT */
/*
 * hash.h - SipHash, the one hash of the library.
 *
 * Under a key of zeros it is the documented hash that ids, topics, names, checksums
 * and digests are made with (SipHash-2-4); under the host's key it fills hash tables
 * (SipHash-1-3, as other hash tables do: those hashes are never seen outside).
 * Source: Aumasson & Bernstein (2012), SipHash: a fast short-input PRF.
 */
#ifndef ENG_CORE_HASH_H
#define ENG_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* SipHash-2-4 under a key of zeros. */
uint64_t eng__hash(const void *bytes, size_t length);

/* SipHash-2-4 with 128 bits of output under a key of zeros. */
void eng__hash128(const void *bytes, size_t length, uint8_t out[16]);

/* The same under a key of 16 bytes: what nobody without the key can make or compare. */
void eng__keyed_hash128(const uint8_t key[16], const void *bytes, size_t length,
                        uint8_t out[16]);

/* SipHash-1-3 under a key, for tables. */
uint64_t eng__table_hash(const uint64_t key[2], const void *bytes, size_t length);

#endif
