/* SPDX-License-Identifier: MIT */
/*
 * bytes.h - numbers as bytes, the same on every machine.
 *
 * Fixed widths are little-endian; a varint is LEB128, lowest seven bits first, and is
 * canonical only in its shortest form. The reader is the one cursor through which
 * bytes of unknown origin are read: it cannot pass its end, and its first failure
 * sticks.
 */
#ifndef ENG_CORE_BYTES_H
#define ENG_CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <engagement/status.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ENG__LITTLE_ENDIAN 1
#else
#define ENG__LITTLE_ENDIAN 0
#endif

static inline uint64_t eng__get64(const uint8_t *p)
{
#if ENG__LITTLE_ENDIAN
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
#else
  return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
         (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
         (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
#endif
}

static inline void eng__put64(uint8_t *p, uint64_t v)
{
#if ENG__LITTLE_ENDIAN
  memcpy(p, &v, 8);
#else
  for (int i = 0; i < 8; i++) p[i] = (uint8_t)(v >> (8 * i));
#endif
}

static inline void eng__put32(uint8_t *p, uint32_t v)
{
#if ENG__LITTLE_ENDIAN
  memcpy(p, &v, 4);
#else
  for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (8 * i));
#endif
}

/* Whether n bytes are the same. Ids are short: two overlapping looks at most of them,
 * and no call. */
static inline bool eng__same_bytes(const void *a, const void *b, size_t n)
{
  const uint8_t *p = a, *q = b;
  uint64_t x, y, u, v;
  uint32_t s, t, k, l;

  if (n > 16) return memcmp(p, q, n) == 0;
  if (n >= 8) {
    memcpy(&x, p, 8);
    memcpy(&y, q, 8);
    memcpy(&u, p + n - 8, 8);
    memcpy(&v, q + n - 8, 8);
    return ((x ^ y) | (u ^ v)) == 0;
  }
  if (n >= 4) {
    memcpy(&s, p, 4);
    memcpy(&t, q, 4);
    memcpy(&k, p + n - 4, 4);
    memcpy(&l, q + n - 4, 4);
    return ((s ^ t) | (k ^ l)) == 0;
  }
  for (size_t i = 0; i < n; i++) {
    if (p[i] != q[i]) return false;
  }
  return true;
}

/* The low `width` bytes of v, 0..8. */
static inline void eng__put(uint8_t *p, uint64_t v, int width)
{
  for (int i = 0; i < width; i++) p[i] = (uint8_t)(v >> (8 * i));
}

static inline uint64_t eng__get(const uint8_t *p, int width)
{
  uint64_t v = 0;

  for (int i = 0; i < width; i++) v |= (uint64_t)p[i] << (8 * i);
  return v;
}

enum { ENG__VARINT_MAX = 10 };

/* Writes a varint and returns its bytes, 1..10. */
static inline size_t eng__put_varint(uint8_t *p, uint64_t v)
{
  size_t n = 0;

  while (v >= 0x80) {
    p[n++] = (uint8_t)(v | 0x80);
    v >>= 7;
  }
  p[n++] = (uint8_t)v;
  return n;
}

static inline size_t eng__varint_size(uint64_t v)
{
  size_t n = 1;

  while (v >= 0x80) {
    n++;
    v >>= 7;
  }
  return n;
}

/* A cursor over bytes that may be hostile. */
struct eng__reader {
  const uint8_t *start;
  const uint8_t *at;
  const uint8_t *end;
  eng_status status; /* the first failure; reads after it give 0 and do not move */
};

static inline void eng__reader_init(struct eng__reader *r, const uint8_t *bytes,
                                    size_t size)
{
  r->start = r->at = bytes;
  r->end = bytes + size;
  r->status = ENG_OK;
}

static inline size_t eng__reader_left(const struct eng__reader *r)
{
  return (size_t)(r->end - r->at);
}

static inline void eng__reader_fail(struct eng__reader *r, eng_status status)
{
  if (r->status == ENG_OK) r->status = status;
}

/* The next n bytes, or NULL. */
static inline const uint8_t *eng__read_bytes(struct eng__reader *r, size_t n)
{
  const uint8_t *p = r->at;

  if (r->status != ENG_OK) return NULL;
  if (eng__reader_left(r) < n) {
    r->status = ENG_E_TRUNCATED;
    return NULL;
  }
  r->at += n;
  return p;
}

static inline uint64_t eng__read_fixed(struct eng__reader *r, int width)
{
  const uint8_t *p = eng__read_bytes(r, (size_t)width);

  return p == NULL ? 0 : eng__get(p, width);
}

static inline uint64_t eng__read_varint(struct eng__reader *r)
{
  uint64_t v = 0;

  for (int shift = 0; shift < 70; shift += 7) {
    const uint8_t *p = eng__read_bytes(r, 1);

    if (p == NULL) return 0;
    if (shift == 63 && *p > 1) break;
    v |= (uint64_t)(*p & 0x7f) << shift;
    if (*p < 0x80) {
      if (*p == 0 && shift > 0) break;
      return v;
    }
  }
  eng__reader_fail(r, ENG_E_VARINT);
  return 0;
}

#endif
