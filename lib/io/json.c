/* SPDX-License-Identifier: MIT */
/*
 * json.c - the grammar of RFC 8259, read without recursion.
 *
 * Whether an object or an array is open at each depth is a bit of one number, so what
 * is nested costs no memory. Strings are looked through eight bytes at a time.
 */
#include "io/json.h"

#include <string.h>

#include "core/bytes.h"

/* ---- bytes ---- */

static eng_status fail(struct eng__json *json, const char *expected)
{
  json->expected = expected;
  return ENG_E_SYNTAX;
}

static inline void skip_space(struct eng__json *json)
{
  const char *bytes = json->bytes;
  uint32_t at = json->at;

  while (at < json->length && (bytes[at] == ' ' || bytes[at] == '\t' ||
                               bytes[at] == '\r' || bytes[at] == '\n')) {
    at++;
  }
  json->at = at;
}

/* The next byte that is no space; 0 at the end, where no NUL can stand either. */
static inline char peek(struct eng__json *json)
{
  skip_space(json);
  return json->at < json->length ? json->bytes[json->at] : '\0';
}

/* ---- strings ---- */

/* Which of eight bytes are a quote, a backslash or below a space: the top bit of each
 * that is, exact up to and including the first one. */
static inline uint64_t special(uint64_t v)
{
  const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
  uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\';

  return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
          ((v - ones * ' ') & ~v)) &
         tops;
}

static inline uint32_t first_byte(uint64_t tops)
{
#if defined(__GNUC__)
  return (uint32_t)__builtin_ctzll(tops) / 8;
#else
  uint32_t n = 0;

  while ((tops & 0xff) == 0) {
    tops >>= 8;
    n++;
  }
  return n;
#endif
}

/* The first special byte from `at` on, or the length. */
static inline uint32_t find_special(const char *bytes, uint32_t at, uint32_t length)
{
  while (length - at >= 8) {
    uint64_t found = special(eng__get64((const uint8_t *)bytes + at));

    if (found != 0) return at + first_byte(found);
    at += 8;
  }
  while (at < length && bytes[at] != '"' && bytes[at] != '\\' &&
         (uint8_t)bytes[at] >= ' ') {
    at++;
  }
  return at;
}

static int hex_digit(char c)
{
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four hex digits after \u. */
static bool read_unit(const char *bytes, uint32_t *out)
{
  uint32_t v = 0;

  for (int i = 0; i < 4; i++) {
    int digit = hex_digit(bytes[i]);

    if (digit < 0) return false;
    v = v << 4 | (uint32_t)digit;
  }
  *out = v;
  return true;
}

/* Goes over the escape whose backslash is next. */
static eng_status skip_escape(struct eng__json *json)
{
  uint32_t unit, left = json->length - json->at;
  const char *at = json->bytes + json->at;

  if (left < 2) return fail(json, "a string without its closing quote");
  if (at[1] == 'u') {
    if (left < 6 || !read_unit(at + 2, &unit)) {
      return fail(json, "four hex digits were expected after \\u");
    }
    json->at += 6;
    return ENG_OK;
  }
  if (at[1] == '\0' || strchr("\"\\/bfnrt", at[1]) == NULL) {
    return fail(json, "no such escape in a string");
  }
  json->at += 2;
  return ENG_OK;
}

/* The string whose opening quote is next. */
static inline eng_status read_string(struct eng__json *json,
                                     struct eng__json_value *out)
{
  out->kind = ENG__JSON_STRING;
  out->escaped = false;
  out->start = ++json->at;
  for (;;) {
    json->at = find_special(json->bytes, json->at, json->length);
    if (json->at == json->length) {
      return fail(json, "a string without its closing quote");
    }
    if (json->bytes[json->at] == '"') break;
    if (json->bytes[json->at] != '\\') {
      return fail(json, "a control character in a string");
    }
    out->escaped = true;
    if (skip_escape(json) != ENG_OK) return ENG_E_SYNTAX;
  }
  out->end = json->at++;
  return ENG_OK;
}

/* ---- numbers and words ---- */

static uint32_t skip_digits(const struct eng__json *json, uint32_t at)
{
  while (at < json->length && json->bytes[at] >= '0' && json->bytes[at] <= '9') at++;
  return at;
}

static eng_status read_number(struct eng__json *json, struct eng__json_value *out)
{
  const char *bytes = json->bytes;
  uint32_t at = json->at, from;

  out->kind = ENG__JSON_NUMBER;
  out->escaped = false;
  out->start = at;
  if (bytes[at] == '-') at++;
  from = at;
  at = skip_digits(json, at);
  if (at == from) return fail(json, "a value was expected");
  if (bytes[from] == '0' && at > from + 1) {
    return fail(json, "a number does not begin with 0");
  }
  if (at < json->length && bytes[at] == '.') {
    from = ++at;
    at = skip_digits(json, at);
    if (at == from) return fail(json, "digits were expected after the point");
  }
  if (at < json->length && (bytes[at] == 'e' || bytes[at] == 'E')) {
    at++;
    if (at < json->length && (bytes[at] == '+' || bytes[at] == '-')) at++;
    from = at;
    at = skip_digits(json, at);
    if (at == from) return fail(json, "digits were expected in the exponent");
  }
  out->end = json->at = at;
  return ENG_OK;
}

static eng_status read_word(struct eng__json *json, const char *word, size_t length,
                            uint8_t kind, struct eng__json_value *out)
{
  if (json->length - json->at < length ||
      memcmp(json->bytes + json->at, word, length) != 0) {
    return fail(json, "a value was expected");
  }
  out->kind = kind;
  out->escaped = false;
  out->start = json->at;
  out->end = json->at += (uint32_t)length;
  return ENG_OK;
}

/* A value that nothing stands in; its first byte is `c`. */
static inline eng_status read_simple(struct eng__json *json, char c,
                                     struct eng__json_value *out)
{
  switch (c) {
  case '"': return read_string(json, out);
  case 't': return read_word(json, "true", 4, ENG__JSON_TRUE, out);
  case 'f': return read_word(json, "false", 5, ENG__JSON_FALSE, out);
  case 'n': return read_word(json, "null", 4, ENG__JSON_NULL, out);
  default:
    if (c == '-' || (c >= '0' && c <= '9')) return read_number(json, out);
    return fail(json, "a value was expected");
  }
}

/* ---- objects and arrays ---- */

eng_status eng__json_enter(struct eng__json *json, char open, bool *some)
{
  *some = false;
  if (peek(json) != open) {
    return fail(json, open == '{' ? "an object was expected" : "an array was expected");
  }
  json->at++;
  *some = peek(json) != open + 2; /* { and }, [ and ] are two apart */
  if (!*some) json->at++;
  return ENG_OK;
}

eng_status eng__json_name(struct eng__json *json, struct eng__json_value *out)
{
  if (peek(json) != '"') return fail(json, "a name in quotes was expected");
  if (read_string(json, out) != ENG_OK) return ENG_E_SYNTAX;
  if (peek(json) != ':') return fail(json, "a colon was expected");
  json->at++;
  return ENG_OK;
}

eng_status eng__json_more(struct eng__json *json, char close, bool *more)
{
  char c = peek(json);

  *more = c == ',';
  if (c != ',' && c != close) {
    return fail(json, close == '}' ? "a comma or } was expected"
                                   : "a comma or ] was expected");
  }
  json->at++;
  return ENG_OK;
}

/* What is open: depth of it, and a bit for each object, the innermost lowest. */
struct nest {
  uint64_t objects;
  int depth;
};

/* Goes in where something is open, up to the first value that stands in it. */
static eng_status go_in(struct eng__json *json, struct nest *nest, char open,
                        bool *some)
{
  struct eng__json_value name;

  if (nest->depth == ENG__JSON_DEPTH) {
    json->expected = "objects and arrays are nested too deep";
    return ENG_E_LIMIT;
  }
  if (eng__json_enter(json, open, some) != ENG_OK) return ENG_E_SYNTAX;
  if (!*some) return ENG_OK;
  nest->objects = nest->objects << 1 | (open == '{');
  nest->depth++;
  return open == '{' ? eng__json_name(json, &name) : ENG_OK;
}

/* Behind a value: out of all that ends here, up to the next value. */
static eng_status go_on(struct eng__json *json, struct nest *nest)
{
  struct eng__json_value name;
  bool more = false;

  while (nest->depth > 0 && !more) {
    bool object = nest->objects & 1;

    if (eng__json_more(json, object ? '}' : ']', &more) != ENG_OK) return ENG_E_SYNTAX;
    if (more) return object ? eng__json_name(json, &name) : ENG_OK;
    nest->objects >>= 1;
    nest->depth--;
  }
  return ENG_OK;
}

static eng_status skip_nested(struct eng__json *json)
{
  struct nest nest = {0, 0};
  struct eng__json_value value;

  do {
    char c = peek(json);
    bool some = false;
    eng_status status = c == '{' || c == '[' ? go_in(json, &nest, c, &some)
                                             : read_simple(json, c, &value);

    if (status == ENG_OK && !some) status = go_on(json, &nest);
    if (status != ENG_OK) return status;
  } while (nest.depth > 0);
  return ENG_OK;
}

eng_status eng__json_read(struct eng__json *json, struct eng__json_value *out)
{
  char c = peek(json);
  eng_status status;

  if (c != '{' && c != '[') return read_simple(json, c, out);
  out->kind = c == '{' ? ENG__JSON_OBJECT : ENG__JSON_ARRAY;
  out->escaped = false;
  out->start = json->at;
  status = skip_nested(json);
  out->end = json->at;
  return status;
}

eng_status eng__json_end(struct eng__json *json)
{
  skip_space(json);
  if (json->at == json->length) return ENG_OK;
  return fail(json, "one value a line was expected; more follows it");
}

/* ---- what a string means ---- */

static size_t put_utf8(uint32_t c, char *out)
{
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xc0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3f));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
  }
  out[0] = (char)(0xf0 | c >> 18);
  out[1] = (char)(0x80 | (c >> 12 & 0x3f));
  out[2] = (char)(0x80 | (c >> 6 & 0x3f));
  out[3] = (char)(0x80 | (c & 0x3f));
  return 4;
}

/* The character of the \u at *at, with the second half of a pair if there is one. */
static uint32_t read_escaped(const char *bytes, uint32_t *at, uint32_t end)
{
  uint32_t c = 0, low = 0;

  (void)read_unit(bytes + *at + 2, &c);
  *at += 6;
  if (c < 0xd800 || c > 0xdfff) return c;
  if (c < 0xdc00 && end - *at >= 6 && bytes[*at] == '\\' && bytes[*at + 1] == 'u' &&
      read_unit(bytes + *at + 2, &low) && low >= 0xdc00 && low <= 0xdfff) {
    *at += 6;
    return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
  }
  return 0xfffd;
}

static char plain_escape(char c)
{
  switch (c) {
  case 'b': return '\b';
  case 'f': return '\f';
  case 'n': return '\n';
  case 'r': return '\r';
  case 't': return '\t';
  default: return c;
  }
}

size_t eng__json_text(const char *bytes, const struct eng__json_value *value, char *out,
                      bool *nul)
{
  size_t n = 0;

  for (uint32_t at = value->start; at < value->end;) {
    if (bytes[at] != '\\') {
      out[n++] = bytes[at++];
    } else if (bytes[at + 1] == 'u') {
      uint32_t c = read_escaped(bytes, &at, value->end);

      if (c == 0) *nul = true;
      n += put_utf8(c, out + n);
    } else {
      out[n++] = plain_escape(bytes[at + 1]);
      at += 2;
    }
  }
  return n;
}

/* ---- what a number means ---- */

/* The digits of a number, its sign and where its point stands among them. */
struct number {
  const char *digits; /* and a point among them */
  size_t length;
  int64_t point; /* digits before it */
  int64_t count; /* digits */
  bool minus;
};

/* An exponent beyond a million stands for one of a million. */
static int64_t read_exponent(const char *text, size_t length)
{
  bool minus = length > 0 && text[0] == '-';
  int64_t v = 0;

  for (size_t i = length > 0 && (minus || text[0] == '+'); i < length; i++) {
    if (v < 1000000) v = v * 10 + (text[i] - '0');
  }
  return minus ? -v : v;
}

static struct number take_apart(const char *text, size_t length)
{
  struct number n = {text, length, 0, 0, false};
  bool point = false;

  n.minus = length > 0 && text[0] == '-';
  n.digits += n.minus;
  n.length -= n.minus;
  for (size_t i = 0; i < n.length; i++) {
    char c = n.digits[i];

    if (c == '.') {
      point = true;
    } else if (c == 'e' || c == 'E') {
      n.point += read_exponent(n.digits + i + 1, n.length - i - 1);
      n.length = i;
    } else {
      n.count++;
      if (!point) n.point++;
    }
  }
  return n;
}

/* Whether all digits are 0, so that the exponent says nothing. */
static bool is_zero(const struct number *n)
{
  for (size_t i = 0; i < n->length; i++) {
    if (n->digits[i] != '0' && n->digits[i] != '.') return false;
  }
  return true;
}

size_t eng__json_plain(const char *text, size_t length, char *out, size_t room)
{
  struct number n = take_apart(text, length);
  int64_t from = n.point < 1 ? n.point - 1 : 0; /* a digit before the point */
  int64_t to = n.point > n.count ? n.point : n.count;
  const char *next = n.digits;
  size_t used = 0;

  if (is_zero(&n)) {
    out[0] = '0';
    return 1;
  }
  if (to - from + 2 > (int64_t)room) return 0;
  if (n.minus) out[used++] = '-';
  for (int64_t i = from; i < to; i++) {
    if (i == n.point) out[used++] = '.';
    if (i >= 0 && i < n.count) {
      if (*next == '.') next++;
      out[used++] = *next++;
    } else {
      out[used++] = '0';
    }
  }
  return used;
}
