/* SPDX-License-Identifier: MIT */
/*
 * hash.c - SipHash with the rounds and the output length as parameters.
 *
 * Words are read byte by byte in little-endian order, so every machine computes the
 * same; compilers make one load of it where they can.
 */
#include "core/hash.h"

#include "core/bytes.h"

struct sip {
  uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static inline void sip_round(struct sip *s)
{
  s->v0 += s->v1;
  s->v1 = rotate(s->v1, 13) ^ s->v0;
  s->v0 = rotate(s->v0, 32);
  s->v2 += s->v3;
  s->v3 = rotate(s->v3, 16) ^ s->v2;
  s->v0 += s->v3;
  s->v3 = rotate(s->v3, 21) ^ s->v0;
  s->v2 += s->v1;
  s->v1 = rotate(s->v1, 17) ^ s->v2;
  s->v2 = rotate(s->v2, 32);
}

static inline void sip_begin(struct sip *s, uint64_t k0, uint64_t k1)
{
  s->v0 = k0 ^ UINT64_C(0x736f6d6570736575);
  s->v1 = k1 ^ UINT64_C(0x646f72616e646f6d);
  s->v2 = k0 ^ UINT64_C(0x6c7967656e657261);
  s->v3 = k1 ^ UINT64_C(0x7465646279746573);
}

/* One round a word, or two. */
static inline void sip_word(struct sip *s, uint64_t word, bool twice)
{
  s->v3 ^= word;
  sip_round(s);
  if (twice) sip_round(s);
  s->v0 ^= word;
}

/* The bytes behind the last whole word, and the length. */
static inline uint64_t last_word(const uint8_t *bytes, size_t length)
{
  size_t rest = length % 8;
  uint64_t word = (uint64_t)length << 56;

  if (rest == 0) return word;
  /* As the end of the last eight bytes, where there are as many. */
  if (length > 8) return word | eng__get64(bytes + length - 8) >> 8 * (8 - rest);
  for (size_t i = 0; i < rest; i++) word |= (uint64_t)bytes[i] << 8 * i;
  return word;
}

static inline void sip_bytes(struct sip *s, const uint8_t *bytes, size_t length,
                             bool twice)
{
  for (size_t i = 0; i + 8 <= length; i += 8) sip_word(s, eng__get64(bytes + i), twice);
  sip_word(s, last_word(bytes, length), twice);
}

static inline void sip_rounds(struct sip *s, int rounds)
{
  for (int i = 0; i < rounds; i++) sip_round(s);
}

static inline uint64_t sip_take(const struct sip *s)
{
  return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

uint64_t eng__hash(const void *bytes, size_t length)
{
  struct sip s;

  sip_begin(&s, 0, 0);
  sip_bytes(&s, bytes, length, true);
  s.v2 ^= 0xff;
  sip_rounds(&s, 4);
  return sip_take(&s);
}

static void hash128(uint64_t k0, uint64_t k1, const void *bytes, size_t length,
                    uint8_t out[16])
{
  struct sip s;

  sip_begin(&s, k0, k1);
  s.v1 ^= 0xee;
  sip_bytes(&s, bytes, length, true);
  s.v2 ^= 0xee;
  sip_rounds(&s, 4);
  eng__put64(out, sip_take(&s));
  s.v1 ^= 0xdd;
  sip_rounds(&s, 4);
  eng__put64(out + 8, sip_take(&s));
}

void eng__hash128(const void *bytes, size_t length, uint8_t out[16])
{
  hash128(0, 0, bytes, length, out);
}

void eng__keyed_hash128(const uint8_t key[16], const void *bytes, size_t length,
                        uint8_t out[16])
{
  hash128(eng__get64(key), eng__get64(key + 8), bytes, length, out);
}

uint64_t eng__table_hash(const uint64_t key[2], const void *bytes, size_t length)
{
  struct sip s;

  /* Written out: every event that is recorded comes by. */
  sip_begin(&s, key[0], key[1]);
  sip_bytes(&s, bytes, length, false);
  s.v2 ^= 0xff;
  sip_round(&s);
  sip_round(&s);
  sip_round(&s);
  return sip_take(&s);
}
