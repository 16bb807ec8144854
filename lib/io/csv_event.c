/* SPDX-License-Identifier: MIT */
/*
 * csv_event.c - each field read and checked.
 *
 * The short ways for times and amounts take only what the long ones in core would read
 * to the same number, and leave everything else, errors too, to those.
 */
#include "io/csv_event.h"

#include <string.h>

#include <engagement/calendar.h>
#include <engagement/money.h>

#include "core/bytes.h"
#include "core/calendar.h"
#include "core/checked.h"
#include "core/hash.h"
#include "core/memory.h"

/* ---- life ---- */

void eng__maker_init(struct eng__maker *maker, const eng_context *context)
{
  uint8_t date[10];

  memset(maker, 0, sizeof *maker);
  maker->context = context;
  maker->event.context = context;
  for (int i = 0; i < ENG_FIELD_COUNT; i++) maker->column[i] = -1;
  /* Any date that is right, so that no text is taken for the one remembered. */
  memcpy(date, "1970-01-01", sizeof date);
  maker->date_head = eng__get64(date);
  maker->date_tail = (uint16_t)(date[8] << 8 | date[9]);
}

void eng__maker_free(struct eng__maker *maker)
{
  const eng_allocator *memory = eng__memory(maker->context);

  for (size_t i = 0; i < maker->kind_name_count; i++) {
    eng__free(memory, maker->kind_names[i].name, maker->kind_names[i].length + 1);
  }
  eng__free(memory, maker->kind_names,
            maker->kind_name_room * sizeof maker->kind_names[0]);
  eng__free(memory, maker->copies, maker->copies_room);
}

/* ---- text of a field ---- */

struct text {
  const char *at;
  size_t length;
  const struct eng__csv_field *field; /* NULL: the file has none */
};

static bool is_space(char c) { return c == ' ' || c == '\t'; }

static void trim(struct text *t)
{
  for (; t->length > 0 && is_space(*t->at); t->length--) t->at++;
  while (t->length > 0 && is_space(t->at[t->length - 1])) t->length--;
}

/* The field with two quotes made one, in room for all fields of the row. */
static eng_status copy_field(struct eng__maker *maker, const struct eng__csv_row *row,
                             const struct eng__csv_field *field, struct text *out)
{
  void *block = maker->copies;
  eng_status status;

  /* Room for the whole row at the first one: what was handed out does not move. */
  if (maker->copies_size == 0) {
    status = eng__grow(eng__memory(maker->context), &block, &maker->copies_room,
                       row->length, 1);
    if (status != ENG_OK) return status;
    maker->copies = block;
  }
  out->at = maker->copies + maker->copies_size;
  out->length = eng__csv_field_copy(row, field, maker->copies + maker->copies_size);
  maker->copies_size += out->length;
  return ENG_OK;
}

/* The text of a field, empty where the row has none. */
static inline eng_status get(struct eng__maker *maker, const struct eng__csv_row *row,
                             int32_t field, struct text *out)
{
  int32_t column = maker->column[field];
  const struct eng__csv_field *f;

  if (column < 0) {
    out->at = "";
    out->length = 0;
    out->field = NULL;
    return ENG_OK;
  }
  f = &row->fields[column];
  out->at = row->bytes + f->start;
  out->length = f->end - f->start;
  out->field = f;
  if (!row->has_space) return ENG_OK;
  if (!f->quoted) trim(out);
  return f->escaped ? copy_field(maker, row, f, out) : ENG_OK;
}

static eng_status refuse(struct eng__maker *maker, const struct text *t,
                         eng_status status, const char *expected)
{
  maker->field_of_error = t->field;
  maker->column_of_error = t->field == NULL ? 0 : eng__csv_field_column(t->field);
  maker->expected = expected;
  return status;
}

static bool has_nul(const struct eng__csv_row *row, const struct text *t)
{
  return row->has_nul && memchr(t->at, '\0', t->length) != NULL;
}

/* ---- names seen before ---- */

/* The first and the last eight bytes, which may overlap, or all of a shorter text
 * twice; with the length they are all of a text of up to 16. Where memory is known to
 * go on for eight bytes there is no branch, since none would be foreseen. */
static inline void ends_of(const struct text *t, const char *end, uint64_t *head,
                           uint64_t *tail)
{
  size_t n = t->length < 8 ? t->length : 8;

  if (end != NULL && end - t->at >= 8) {
    uint64_t mask = ~UINT64_C(0) >> (64 - 8 * n);

    *head = eng__get64((const uint8_t *)t->at) & mask;
    *tail = eng__get64((const uint8_t *)t->at + t->length - n) & mask;
  } else {
    *head = eng__get((const uint8_t *)t->at, (int)n);
    *tail = eng__get((const uint8_t *)t->at + t->length - n, (int)n);
  }
}

/* The slot of a name of 1..ENG__MEMO_NAME bytes; true: the name stands in it. A name
 * that falls on another's slot takes it. */
static inline bool find_memo(struct eng__memo *slots, const struct text *t,
                             const char *end, struct eng__memo **out)
{
  uint64_t head, tail, h;
  struct eng__memo *memo;

  ends_of(t, end, &head, &tail);
  h = (head ^ (tail << 7 | tail >> 57) ^ t->length) * UINT64_C(0x9e3779b97f4a7c15);
  memo = &slots[h >> 57];
  *out = memo;
  if (memo->length == t->length && memo->head == head && memo->tail == tail &&
      (t->length <= 16 || memcmp(memo->name, t->at, t->length) == 0)) {
    return true;
  }
  memo->length = (uint8_t)t->length;
  memo->head = head;
  memo->tail = tail;
  memcpy(memo->name, t->at, t->length);
  return false;
}

/* Where the memory of a text ends, NULL if it may have been copied. */
static inline const char *memory_end(const struct eng__maker *maker,
                                     const struct eng__csv_row *row)
{
  return maker->copies_size == 0 ? row->end : NULL;
}

/* ---- kinds ---- */

static int compare_names(const char *a, size_t a_length, const struct eng__kind_name *b)
{
  if (a_length != b->length) return a_length < b->length ? -1 : 1;
  return a_length == 0 ? 0 : memcmp(a, b->name, a_length);
}

/* Where a name stands or would stand among those of this log. */
static size_t kind_name_place(const struct eng__maker *maker, const char *name,
                              size_t length, bool *there)
{
  size_t low = 0, high = maker->kind_name_count;

  *there = false;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_names(name, length, &maker->kind_names[middle]);

    if (order == 0) {
      *there = true;
      return middle;
    }
    if (order < 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

eng_status eng__maker_name_kind(struct eng__maker *maker, const char *name,
                                size_t length, int32_t kind)
{
  const eng_allocator *memory = eng__memory(maker->context);
  void *block = maker->kind_names;
  bool there;
  size_t place = kind_name_place(maker, name, length, &there);
  struct eng__kind_name *at;
  size_t size;
  char *copy;

  if (there) return ENG_E_DUPLICATE;
  if (!eng__add_size(length, 1, &size)) return ENG_E_NOMEM;
  copy = eng__new(memory, size);
  if (copy == NULL) return ENG_E_NOMEM;
  if (eng__grow(memory, &block, &maker->kind_name_room, maker->kind_name_count + 1,
                sizeof maker->kind_names[0]) != ENG_OK) {
    eng__free(memory, copy, size);
    return ENG_E_NOMEM;
  }
  maker->kind_names = block;
  if (length > 0) memcpy(copy, name, length);
  at = &maker->kind_names[place];
  memmove(at + 1, at, (maker->kind_name_count - place) * sizeof *at);
  at->name = copy;
  at->length = length;
  at->kind = kind;
  maker->kind_name_count++;
  memset(maker->kinds, 0, sizeof maker->kinds);
  return ENG_OK;
}

/* `#` and a number stand for what a later version knows by a name. */
static int32_t later_number(const struct text *t)
{
  int32_t v = 0;

  if (t->length < 2 || t->length > 4 || t->at[0] != '#') return 0;
  for (size_t i = 1; i < t->length; i++) {
    if (t->at[i] < '0' || t->at[i] > '9') return 0;
    v = v * 10 + (t->at[i] - '0');
  }
  return v < ENG__OWN ? v : 0;
}

static void find_kind(const struct eng__maker *maker, const struct text *t,
                      struct eng__memo *out)
{
  int32_t kind;
  bool there;
  size_t place = kind_name_place(maker, t->at, t->length, &there);

  out->nearest = 0;
  out->known = true;
  if (there) {
    out->number = (uint8_t)maker->kind_names[place].kind;
    return;
  }
  out->known = eng_kind_find(maker->context, t->at, t->length, &kind) == ENG_OK;
  if (!out->known) {
    kind = later_number(t);
    out->known = kind != 0;
  }
  out->number = (uint8_t)kind;
  if (!out->known) {
    out->nearest = (uint8_t)eng_kind_nearest(maker->context, t->at, t->length);
  }
}

static eng_status read_kind(struct eng__maker *maker, const struct text *t,
                            const struct eng__csv_row *row, uint8_t *out)
{
  struct eng__memo one, *memo = &one;

  if (t->length == 0) {
    *out = (uint8_t)maker->kind;
    maker->nearest = 0;
    if (maker->kind != 0) return ENG_OK;
    return refuse(maker, t, ENG_E_KIND, "a kind is missing");
  }
  if (t->length > ENG__MEMO_NAME ||
      !find_memo(maker->kinds, t, memory_end(maker, row), &memo)) {
    find_kind(maker, t, memo);
  }
  *out = memo->number;
  maker->skipped = memo->known && memo->number == 0;
  maker->nearest = memo->nearest;
  if (memo->known) return ENG_OK;
  return refuse(maker, t, ENG_E_KIND, NULL);
}

eng_status eng__maker_kind(struct eng__maker *maker, const char *text, size_t length,
                           const char *end, int32_t *out)
{
  struct eng__csv_row row = {.end = end};
  struct text t = {text, length, NULL};
  uint8_t kind = 0;
  eng_status status;

  maker->copies_size = 0;
  maker->skipped = false;
  status = read_kind(maker, &t, &row, &kind);
  *out = status == ENG_OK ? kind : 0;
  return status;
}

void eng__maker_pass(struct eng__maker *maker, const struct eng__csv_row *row)
{
  struct text t;

  maker->copies_size = 0;
  if (get(maker, row, ENG_FIELD_KIND, &t) == ENG_OK) {
    eng__passed_add(&maker->passed, t.at, t.length);
  }
}

static eng_status read_channel(struct eng__maker *maker, const struct text *t,
                               const struct eng__csv_row *row, uint8_t *out)
{
  struct eng__memo one, *memo = &one;

  if (t->length == 0) return ENG_OK;
  if (t->length > ENG__MEMO_NAME ||
      !find_memo(maker->channels, t, memory_end(maker, row), &memo)) {
    int32_t channel;

    memo->known =
        eng_channel_find(maker->context, t->at, t->length, &channel) == ENG_OK;
    if (!memo->known) {
      channel = later_number(t);
      memo->known = channel != 0;
    }
    memo->number = (uint8_t)channel;
  }
  *out = memo->number;
  return memo->known ? ENG_OK : refuse(maker, t, ENG_E_CHANNEL, NULL);
}

/* ---- times ---- */

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool digits(const char *text, int n, int *out)
{
  *out = 0;
  for (int i = 0; i < n; i++) {
    if (!is_digit(text[i])) return false;
    *out = *out * 10 + (text[i] - '0');
  }
  return true;
}

/* The first instant of a date, without zone, from its ten bytes. */
static inline bool short_date(struct eng__maker *maker, const char *text, int64_t *out)
{
  uint64_t head = eng__get64((const uint8_t *)text);
  uint16_t tail = (uint16_t)((uint8_t)text[8] << 8 | (uint8_t)text[9]);
  int year, month, day;

  if (head != maker->date_head || tail != maker->date_tail) {
    if (!digits(text, 4, &year) || text[4] != '-' || !digits(text + 5, 2, &month) ||
        text[7] != '-' || !digits(text + 8, 2, &day) ||
        !eng__date_exists(year, month, day)) {
      return false;
    }
    maker->date_head = head;
    maker->date_tail = tail;
    maker->date = eng__days_from_date(year, month, day) * ENG__DAY;
  }
  *out = maker->date;
  return true;
}

/* hh:mm:ss from its eight bytes, below 24:00. */
static inline bool short_clock(const char *text, int64_t *out)
{
  /* Each digit becomes its number and each colon 0; adding carries into the top bit of
   * a byte that is too large. */
  uint64_t v = eng__get64((const uint8_t *)text) ^ UINT64_C(0x30303a30303a3030);
  uint64_t over = (v + UINT64_C(0x76767f76767f7676)) | v;
  unsigned hour, minute, second;

  if ((over & UINT64_C(0x8080808080808080)) != 0) return false;
  hour = (unsigned)(v & 15) * 10 + (unsigned)(v >> 8 & 15);
  minute = (unsigned)(v >> 24 & 15) * 10 + (unsigned)(v >> 32 & 15);
  second = (unsigned)(v >> 48 & 15) * 10 + (unsigned)(v >> 56 & 15);
  if (hour > 23 || minute > 59 || second > 59) return false;
  *out = (int64_t)(hour * 3600 + minute * 60 + second) * 1000;
  return true;
}

/* Decimals of a second after the point at `*at`, to milliseconds, rounded half up. */
static inline bool short_fraction(const char *text, size_t length, size_t *at,
                                  int64_t *time)
{
  static const int units[] = {100, 10, 1};
  const char *digit = text + *at + 1;
  size_t n = 0;

  if (length - *at == 5 && is_digit(digit[0]) && is_digit(digit[1]) &&
      is_digit(digit[2])) {
    *time += (digit[0] - '0') * 100 + (digit[1] - '0') * 10 + (digit[2] - '0');
    *at += 4;
    return true;
  }
  for (size_t i = *at + 1; i < length && is_digit(text[i]); i++, n++) {
    if (n < 3) {
      *time += (text[i] - '0') * units[n];
    } else if (n == 3) {
      *time += text[i] >= '5';
    }
  }
  *at += n + 1;
  return n > 0;
}

/* YYYY-MM-DD or YYYY-MM-DD hh:mm:ss[.fff][Z]. */
static inline bool short_time(struct eng__maker *maker, const char *text, size_t length,
                              int64_t *out)
{
  int64_t date, clock = 0, away;
  size_t at = 19;

  if (length < 10 || !short_date(maker, text, &date)) return false;
  if (maker->context->zone.count > 0 && text[length - 1] != 'Z') return false;
  if (length == 10) {
    away = maker->context->day_shift;
  } else {
    if (length < 19 || (text[10] != 'T' && text[10] != ' ')) return false;
    if (!short_clock(text + 11, &clock)) return false;
    if (length > at && text[at] == '.' && !short_fraction(text, length, &at, &clock)) {
      return false;
    }
    away = maker->context->offset;
    if (at < length && text[at] == 'Z') {
      away = 0;
      at++;
    }
    if (at != length) return false;
  }
  *out = date + clock - away;
  return *out >= 0 && *out <= ENG_TIME_MAX;
}

eng_status eng__maker_time(struct eng__maker *maker, const char *text, size_t length,
                           int64_t *out)
{
  if (maker->time_format <= ENG_TIME_ISO && short_time(maker, text, length, out)) {
    return ENG_OK;
  }
  return eng_time_parse(maker->context, text, length, maker->time_format,
                        ENG_DATE_FIRST, out);
}

/* ---- numbers ---- */

/* Digits with at most `places` decimals, times ten to that power. Takes what cannot
 * overflow and leaves the rest. */
static inline bool short_decimal(const char *text, size_t length, int places,
                                 int64_t *out)
{
  size_t i = length > 0 && text[0] == '-';
  size_t begin = i;
  int64_t v = 0;

  if (length > 14) return false;
  for (; i < length && is_digit(text[i]); i++) v = v * 10 + (text[i] - '0');
  if (i == begin) return false;
  if (i < length) {
    if (text[i++] != '.') return false;
    for (; places > 0 && i < length && is_digit(text[i]); i++, places--) {
      v = v * 10 + (text[i] - '0');
    }
    if (i < length) return false;
  }
  for (; places > 0; places--) v *= 10;
  *out = text[0] == '-' ? -v : v;
  return true;
}

static bool push_digit(int64_t *v, char c)
{
  return eng__mul_i64(*v, 10, v) && eng__sub_i64(*v, c - '0', v);
}

/* The same of any length: more decimals must be zeros, and INT64_MIN is no number. */
static bool long_decimal(const char *text, size_t length, int places, int64_t *out)
{
  bool minus = length > 0 && text[0] == '-';
  size_t i = length > 0 && (text[0] == '-' || text[0] == '+');
  bool some = false;
  int64_t v = 0; /* below 0: that side reaches further */

  for (; i < length && is_digit(text[i]); i++, some = true) {
    if (!push_digit(&v, text[i])) return false;
  }
  if (i < length && text[i] == '.') {
    for (i++; i < length && is_digit(text[i]); i++, some = true) {
      if (places == 0 ? text[i] != '0' : !push_digit(&v, text[i])) return false;
      if (places > 0) places--;
    }
  }
  if (!some || i != length) return false;
  for (; places > 0; places--) {
    if (!push_digit(&v, '0')) return false;
  }
  if (v == INT64_MIN) return false;
  *out = minus ? v : -v;
  return true;
}

static bool read_decimal(const struct text *t, int places, int64_t *out)
{
  return short_decimal(t->at, t->length, places, out) ||
         long_decimal(t->at, t->length, places, out);
}

/* Longer than any number is in fact written. */
enum { NUMBER_MAX = 64 };

/* Where a comma stands before decimals, makes *t the same number with a point, in
 * `copy`. False: it has a point. */
static bool with_point(const struct eng__maker *maker, struct text *t,
                       char copy[NUMBER_MAX])
{
  if (!maker->comma) return true;
  if (t->length > NUMBER_MAX) return false;
  for (size_t i = 0; i < t->length; i++) {
    if (t->at[i] == '.') return false;
    copy[i] = t->at[i] == ',' ? '.' : t->at[i];
  }
  t->at = copy;
  return true;
}

static bool has(const struct text *t, const char *signs)
{
  for (size_t i = 0; i < t->length; i++) {
    if (t->at[i] != '\0' && strchr(signs, t->at[i]) != NULL) return true;
  }
  return false;
}

static bool read_whole(const struct text *t, int64_t least, int64_t most, int64_t *out)
{
  return read_decimal(t, 0, out) && *out >= least && *out <= most;
}

eng_status eng__maker_amount(struct eng__maker *maker, const char *text, size_t length,
                             int32_t currency, int64_t *out)
{
  if (currency != maker->decimals_of) {
    maker->decimals_of = currency;
    maker->decimals = eng_currency_decimals(currency);
  }
  if (maker->decimals >= 0 && short_decimal(text, length, maker->decimals, out)) {
    return ENG_OK;
  }
  return eng_money_parse(text, length, currency, out);
}

/* ---- money ---- */

static eng_status read_currency(struct eng__maker *maker, const struct text *t,
                                int32_t *out)
{
  eng_status status;

  if (t->length == 3 && maker->code_currency != 0 &&
      memcmp(maker->code, t->at, 3) == 0) {
    *out = maker->code_currency;
    return ENG_OK;
  }
  status = eng_currency_number(t->at, t->length, out);
  if (status != ENG_OK) {
    return refuse(maker, t, ENG_E_CURRENCY, "a currency of ISO 4217 was expected");
  }
  memcpy(maker->code, t->at, 3);
  maker->code_currency = *out;
  return ENG_OK;
}

static const char *amount_hint(const struct eng__maker *maker, const struct text *t)
{
  if (maker->comma) {
    return has(t, ".") ? "an amount with a comma before decimals was expected, as was "
                         "announced, and no points"
                       : "an amount such as 12,50 was expected, with no more decimals "
                         "than the currency has";
  }
  if (!has(t, ",")) {
    return "an amount such as 12.50 was expected, with no more decimals than the "
           "currency has";
  }
  return maker->may_comma ? "an amount such as 12.50 was expected; a comma before "
                            "decimals has to be announced"
                          : "an amount such as 12.50 was expected, with a point before "
                            "decimals";
}

static eng_status set_amount(struct eng__maker *maker, const struct text *amount,
                             const struct text *code, struct eng__event *event)
{
  int32_t currency = maker->currency;
  struct text number = *amount;
  eng_status status = ENG_OK;
  char copy[NUMBER_MAX];

  if (amount->length == 0) return ENG_OK;
  if (currency == 0) currency = maker->context->settings.currency;
  if (code->length > 0) status = read_currency(maker, code, &currency);
  if (status != ENG_OK) return status;
  if (currency == 0) {
    return refuse(maker, amount, ENG_E_CURRENCY, "an amount without a currency");
  }
  if (!with_point(maker, &number, copy) ||
      eng__maker_amount(maker, number.at, number.length, currency, &event->amount) !=
          ENG_OK) {
    return refuse(maker, amount, ENG_E_AMOUNT, amount_hint(maker, amount));
  }
  event->currency = (uint16_t)currency;
  event->has |= ENG__HAS_AMOUNT;
  return ENG_OK;
}

/* ---- hex digits ---- */

static int hex_digit(char c)
{
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* `#` and so many hex digits are a number. */
static bool read_hex(const struct text *t, size_t n, uint64_t *out)
{
  uint64_t v = 0;

  if (t->length != n + 1 || t->at[0] != '#') return false;
  for (size_t i = 1; i <= n; i++) {
    int digit = hex_digit(t->at[i]);

    if (digit < 0) return false;
    v = v << 4 | (uint64_t)digit;
  }
  *out = v;
  return true;
}

/* ---- scale and value ---- */

struct scale {
  char name[8];
  int64_t least, most; /* thousandths */
};

static const struct scale scales[] = {
    {"", 0, 1000000}, /* a rating that does not say what it answered */
    [ENG_SCALE_NPS] = {"nps", 0, 10000},
    [ENG_SCALE_CSAT] = {"csat", 1000, 5000},
    [ENG_SCALE_CES] = {"ces", 1000, 7000},
    [ENG_SCALE_STARS] = {"stars", 1000, 5000},
    [ENG_SCALE_OTHER] = {"other", 0, 1000000},
};

/* Whether two texts are the same but for letter case; `word` is in lower case. */
static bool is_word(const struct text *t, const char *word)
{
  size_t i = 0;

  for (; i < t->length && word[i] != '\0'; i++) {
    char c = t->at[i];

    if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != word[i]) return false;
  }
  return i == t->length && word[i] == '\0';
}

static eng_status set_scale(struct eng__maker *maker, const struct text *t,
                            struct eng__event *event)
{
  if (t->length == 0) return ENG_OK;
  for (uint8_t i = ENG_SCALE_NPS; i <= ENG_SCALE_OTHER; i++) {
    if (is_word(t, scales[i].name)) {
      event->scale = i;
      return ENG_OK;
    }
  }
  return refuse(maker, t, ENG_E_SCALE, "nps, csat, ces, stars or other was expected");
}

/* `#` and 16 hex digits: the value as it is kept, whatever its scale would allow. */
static bool read_raw_value(const struct text *t, struct eng__event *event)
{
  uint64_t v;

  if (!read_hex(t, 16, &v) || v == UINT64_C(1) << 63) return false;
  event->value = v >> 63 ? -(int64_t)(~v + 1) : (int64_t)v;
  event->has |= ENG__HAS_VALUE;
  return true;
}

static bool is_rated(const struct eng__event *event)
{
  return event->scale != 0 || event->kind == ENG_EVENT_RATING ||
         event->kind == ENG_EVENT_REVIEW;
}

static bool is_on_scale(const struct eng__event *event)
{
  const struct scale *scale = &scales[event->scale];

  return event->value >= scale->least && event->value <= scale->most;
}

bool eng__value_fits(const struct eng__event *event, bool *rated)
{
  *rated = is_rated(event);
  return !*rated || is_on_scale(event);
}

static eng_status set_value(struct eng__maker *maker, const struct text *t,
                            struct eng__event *event)
{
  bool rated = is_rated(event);
  struct text number = *t;
  char copy[NUMBER_MAX];

  if (t->length == 0) return ENG_OK;
  if (read_raw_value(t, event)) return ENG_OK;
  if (!with_point(maker, &number, copy) ||
      !read_decimal(&number, rated ? 3 : 0, &event->value)) {
    return refuse(maker, t, ENG_E_VALUE,
                  rated ? "a number with at most three decimals was expected"
                        : "a whole number was expected");
  }
  if (rated && !is_on_scale(event)) {
    return refuse(maker, t, ENG_E_VALUE, "the value lies outside its scale");
  }
  event->has |= ENG__HAS_VALUE;
  return ENG_OK;
}

/* ---- the rarer fields ---- */

static eng_status set_valence(struct eng__maker *maker, const struct text *t,
                              struct eng__event *event)
{
  int64_t v;

  if (t->length == 0) return ENG_OK;
  if (!read_whole(t, -2, 2, &v)) {
    return refuse(maker, t, ENG_E_VALUE, "a valence of -2 to 2 was expected");
  }
  event->valence = (int8_t)v;
  event->has |= ENG__HAS_VALENCE;
  return ENG_OK;
}

static eng_status set_flag(struct eng__maker *maker, const struct text *t,
                           uint16_t flag, struct eng__event *event)
{
  static const char *const yes[] = {"1", "true", "yes", "y", "t"};
  static const char *const no[] = {"0", "false", "no", "n", "f"};

  if (t->length == 0) return ENG_OK;
  for (int i = 0; i < 5; i++) {
    if (is_word(t, no[i])) return ENG_OK;
    if (is_word(t, yes[i])) {
      event->has |= flag;
      return ENG_OK;
    }
  }
  return refuse(maker, t, ENG_E_FLAG, "yes or no was expected");
}

static eng_status check_text(struct eng__maker *maker, const struct eng__csv_row *row,
                             const struct text *t)
{
  return has_nul(row, t) ? refuse(maker, t, ENG_E_TEXT, "a NUL in a text") : ENG_OK;
}

static eng_status set_refers_to(struct eng__maker *maker,
                                const struct eng__csv_row *row, const struct text *t,
                                const struct text *source, struct eng__event *event)
{
  bool customer = event->kind == ENG_EVENT_REFER || event->kind == ENG_EVENT_REFER_WON;
  uint64_t id;

  if (t->length == 0) return ENG_OK;
  if (!read_hex(t, 16, &id)) {
    id = customer ? eng__hash(t->at, t->length)
                  : eng_event_id_hash(source->at, source->length, t->at, t->length);
  }
  event->refers_to = id;
  event->has |= ENG__HAS_REFERS_TO;
  return check_text(maker, row, t);
}

/* A number of 32 bits stands for itself. */
static bool is_actor_number(const struct text *t, uint64_t *out)
{
  uint64_t v = 0;

  for (size_t i = 0; i < t->length; i++) {
    if (!is_digit(t->at[i])) return false;
    v = v * 10 + (uint64_t)(t->at[i] - '0');
    if (v > UINT32_MAX) return false;
  }
  *out = v;
  return true;
}

static eng_status set_actor(struct eng__maker *maker, const struct eng__csv_row *row,
                            const struct text *t, struct eng__event *event)
{
  uint64_t v;

  if (t->length == 0) return ENG_OK;
  if (!is_actor_number(t, &v) && !read_hex(t, 8, &v)) v = eng__hash(t->at, t->length);
  event->actor = (uint32_t)v;
  event->has |= ENG__HAS_ACTOR;
  return check_text(maker, row, t);
}

static eng_status set_topic(struct eng__maker *maker, const struct eng__csv_row *row,
                            const struct text *t, struct eng__event *event)
{
  uint64_t v;

  if (t->length == 0) return ENG_OK;
  if (!read_hex(t, 8, &v)) v = eng__hash(t->at, t->length);
  event->topic = (uint32_t)v;
  event->has |= ENG__HAS_TOPIC;
  return check_text(maker, row, t);
}

static eng_status set_id(struct eng__maker *maker, const struct eng__csv_row *row,
                         const struct text *t, const struct text *source,
                         struct eng__event *event)
{
  eng_status status = check_text(maker, row, source);

  if (status != ENG_OK || t->length == 0) return status;
  event->id = eng_event_id_hash(source->at, source->length, t->at, t->length);
  event->has |= ENG__HAS_ID;
  return check_text(maker, row, t);
}

static eng_status set_revision(struct eng__maker *maker, const struct text *t,
                               struct eng__event *event)
{
  int64_t v;

  if (t->length == 0) return ENG_OK;
  if (!read_whole(t, 0, UINT32_MAX, &v)) {
    return refuse(maker, t, ENG_E_VALUE, "a revision of 0 or more was expected");
  }
  if (v > 0 && !(event->has & ENG__HAS_ID)) {
    return refuse(maker, t, ENG_E_IDENTITY, "a revision needs an id");
  }
  event->revision = (uint32_t)v;
  return ENG_OK;
}

static eng_status set_occurrence(struct eng__maker *maker, const struct text *t,
                                 struct eng__event *event)
{
  int64_t v;

  if (t->length == 0) return ENG_OK;
  if (!read_whole(t, 0, UINT16_MAX, &v)) {
    return refuse(maker, t, ENG_E_VALUE, "an occurrence of 0 to 65535 was expected");
  }
  if (v > 0 && (event->has & ENG__HAS_ID)) {
    return refuse(maker, t, ENG_E_IDENTITY, "an event with an id has no occurrence");
  }
  event->occurrence = (uint16_t)v;
  maker->numbered = true;
  return ENG_OK;
}

/* Pairs of hex digits as bytes, of which there is room for `most`. */
static bool read_hex_bytes(const struct text *t, size_t most, uint8_t *out)
{
  if (t->length % 2 != 0 || t->length / 2 > most) return false;
  for (size_t i = 0; i < t->length / 2; i++) {
    int high = hex_digit(t->at[2 * i]), low = hex_digit(t->at[2 * i + 1]);

    if (high < 0 || low < 0) return false;
    out[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}

static eng_status set_extension(struct eng__maker *maker, const struct text *t,
                                struct eng__event *event)
{
  uint64_t most = eng__limit(maker->context, ENG_LIMIT_EXTENSION);

  if (t->length == 0) return ENG_OK;
  if (!read_hex_bytes(t, (size_t)most, maker->extension_bytes)) {
    return refuse(maker, t, ENG_E_TEXT, "pairs of hex digits were expected");
  }
  event->extension = maker->extension_bytes;
  event->extension_size = (uint32_t)(t->length / 2);
  return ENG_OK;
}

/* 22.11.2026 or 11/22/2026, as it seems. */
static bool is_as_in_tables(const struct text *t)
{
  size_t i = 0;

  while (i < t->length && is_digit(t->at[i])) i++;
  return i >= 1 && i <= 2 && i < t->length && (t->at[i] == '.' || t->at[i] == '/');
}

static eng_status set_time(struct eng__maker *maker, const struct text *t, int64_t *out)
{
  if (eng__maker_time(maker, t->at, t->length, out) == ENG_OK) return ENG_OK;
  if (t->length == 0) return refuse(maker, t, ENG_E_TIME, "a time is missing");
  switch (maker->time_format) {
  case ENG_TIME_DAY_FIRST:
    return refuse(maker, t, ENG_E_TIME, "a time was expected, such as 19.2.2026 12:07");
  case ENG_TIME_MONTH_FIRST:
    return refuse(maker, t, ENG_E_TIME, "a time was expected, such as 2/19/2026 12:07");
  default:
    return refuse(
        maker, t, ENG_E_TIME,
        is_as_in_tables(t)
            ? "a time was expected, such as 2026-02-19T12:07; that the day or "
              "the month comes first has to be announced"
            : "a time was expected, such as 2026-02-19T12:07");
  }
}

/* ---- the row ---- */

#define TRY(call)                                                                      \
  do {                                                                                 \
    eng_status status_ = (call);                                                       \
    if (status_ != ENG_OK) return status_;                                             \
  } while (0)

static eng_status make_rare(struct eng__maker *maker, const struct eng__csv_row *row,
                            struct eng__event *event)
{
  struct text t, source;

  TRY(get(maker, row, ENG_FIELD_VALENCE, &t));
  TRY(set_valence(maker, &t, event));
  TRY(get(maker, row, ENG_FIELD_INCENTIVISED, &t));
  TRY(set_flag(maker, &t, ENG__IS_INCENTIVISED, event));
  TRY(get(maker, row, ENG_FIELD_PUBLIC, &t));
  TRY(set_flag(maker, &t, ENG__IS_PUBLIC, event));
  TRY(get(maker, row, ENG_FIELD_SOURCE, &source));
  TRY(get(maker, row, ENG_FIELD_ID, &t));
  TRY(set_id(maker, row, &t, &source, event));
  TRY(get(maker, row, ENG_FIELD_REFERS_TO, &t));
  TRY(set_refers_to(maker, row, &t, &source, event));
  TRY(get(maker, row, ENG_FIELD_ACTOR, &t));
  TRY(set_actor(maker, row, &t, event));
  TRY(get(maker, row, ENG_FIELD_TOPIC, &t));
  TRY(set_topic(maker, row, &t, event));
  TRY(get(maker, row, ENG_FIELD_REVISION, &t));
  TRY(set_revision(maker, &t, event));
  TRY(get(maker, row, ENG_FIELD_OCCURRENCE, &t));
  TRY(set_occurrence(maker, &t, event));
  TRY(get(maker, row, ENG_FIELD_EXTENSION, &t));
  TRY(set_extension(maker, &t, event));
  TRY(get(maker, row, ENG_FIELD_RECORDED_AT, &t));
  if (t.length == 0) return ENG_OK;
  event->has |= ENG__HAS_RECORDED_AT;
  return set_time(maker, &t, &event->recorded_at);
}

/* A customer's id: in one field as text, or in another as hex digits. */
struct id {
  const char *at;
  size_t length;
};

/* `bytes` are 4096. */
static eng_status read_hex_id(struct eng__maker *maker, const struct eng__csv_row *row,
                              int field, char *bytes, struct id *out)
{
  uint64_t most = eng__limit(maker->context, ENG_LIMIT_ID);
  struct text t;

  TRY(get(maker, row, field, &t));
  if (t.length == 0) return refuse(maker, &t, ENG_E_CUSTOMER, "a customer is missing");
  if (most > sizeof maker->customer_bytes) most = sizeof maker->customer_bytes;
  if (!read_hex_bytes(&t, (size_t)most, (uint8_t *)bytes)) {
    return refuse(
        maker, &t, ENG_E_CUSTOMER,
        "pairs of hex digits were expected, not more than a customer's id has");
  }
  out->at = bytes;
  out->length = t.length / 2;
  return ENG_OK;
}

static eng_status read_id(struct eng__maker *maker, const struct eng__csv_row *row,
                          int field, int hex_field, char *bytes, struct id *out)
{
  struct text t;

  TRY(get(maker, row, field, &t));
  if (t.length == 0 && maker->column[hex_field] >= 0) {
    return read_hex_id(maker, row, hex_field, bytes, out);
  }
  if (t.length == 0) return refuse(maker, &t, ENG_E_CUSTOMER, "a customer is missing");
  if (t.length > eng__limit(maker->context, ENG_LIMIT_ID)) {
    return refuse(maker, &t, ENG_E_CUSTOMER, "a customer's id is too long");
  }
  out->at = t.at;
  out->length = t.length;
  return check_text(maker, row, &t);
}

static eng_status make_customer(struct eng__maker *maker,
                                const struct eng__csv_row *row)
{
  struct id id;

  TRY(read_id(maker, row, ENG_FIELD_CUSTOMER, ENG_FIELD_CUSTOMER_HEX,
              maker->customer_bytes, &id));
  maker->customer = id.at;
  maker->customer_length = id.length;
  return ENG_OK;
}

/* A row that links two customers, and nothing else but when that was said. */
static eng_status make_link(struct eng__maker *maker, const struct eng__csv_row *row,
                            const struct text *link)
{
  struct text t;
  struct id id;

  maker->merged = is_word(link, "merged");
  if (!maker->merged && !is_word(link, "unmerged")) {
    return refuse(maker, link, ENG_E_FIELD, "merged or unmerged was expected");
  }
  TRY(make_customer(maker, row));
  TRY(read_id(maker, row, ENG_FIELD_LINKED, ENG_FIELD_LINKED_HEX, maker->linked_bytes,
              &id));
  maker->linked = id.at;
  maker->linked_length = id.length;
  TRY(get(maker, row, ENG_FIELD_KIND, &t));
  if (t.length > 0) return refuse(maker, &t, ENG_E_FIELD, "a link is no event");
  if (id.length == maker->customer_length &&
      memcmp(id.at, maker->customer, id.length) == 0) {
    return refuse(maker, link, ENG_E_FIELD, "a link is between two customers");
  }
  maker->is_link = true;
  TRY(get(maker, row, ENG_FIELD_TIME, &t));
  return set_time(maker, &t, &maker->changed_at);
}

/* A row that carries a floor, and nothing else but whose it is. */
static eng_status make_floor(struct eng__maker *maker, const struct eng__csv_row *row,
                             const struct text *floor)
{
  struct text t;

  TRY(make_customer(maker, row));
  TRY(get(maker, row, ENG_FIELD_KIND, &t));
  if (t.length > 0) return refuse(maker, &t, ENG_E_FIELD, "a floor is no event");
  TRY(get(maker, row, ENG_FIELD_TIME, &t));
  if (t.length > 0) return refuse(maker, &t, ENG_E_FIELD, "a floor has no other time");
  maker->is_floor = true;
  maker->floor = ENG_TIME_NONE;
  return is_word(floor, "none") ? ENG_OK : set_time(maker, floor, &maker->floor);
}

eng_status eng__maker_make(struct eng__maker *maker, const struct eng__csv_row *row)
{
  struct eng__event *event = &maker->event.fields;
  struct text t, code;

  *event = maker->blank;
  maker->copies_size = 0;
  maker->numbered = maker->skipped = maker->is_floor = maker->is_link = false;
  maker->nearest = 0;
  if (maker->column[ENG_FIELD_FLOOR] >= 0) {
    TRY(get(maker, row, ENG_FIELD_FLOOR, &t));
    if (t.length > 0) return make_floor(maker, row, &t);
  }
  if (maker->column[ENG_FIELD_LINK] >= 0) {
    TRY(get(maker, row, ENG_FIELD_LINK, &t));
    if (t.length > 0) return make_link(maker, row, &t);
  }
  TRY(get(maker, row, ENG_FIELD_KIND, &t));
  TRY(read_kind(maker, &t, row, &event->kind));
  if (maker->skipped) return ENG_OK;
  TRY(make_customer(maker, row));
  TRY(get(maker, row, ENG_FIELD_TIME, &t));
  TRY(set_time(maker, &t, &event->occurred_at));
  TRY(get(maker, row, ENG_FIELD_CHANNEL, &t));
  TRY(read_channel(maker, &t, row, &event->channel));
  TRY(get(maker, row, ENG_FIELD_CURRENCY, &code));
  TRY(get(maker, row, ENG_FIELD_AMOUNT, &t));
  TRY(set_amount(maker, &t, &code, event));
  TRY(get(maker, row, ENG_FIELD_SCALE, &t));
  TRY(set_scale(maker, &t, event));
  TRY(get(maker, row, ENG_FIELD_VALUE, &t));
  TRY(set_value(maker, &t, event));
  return maker->rare ? make_rare(maker, row, event) : ENG_OK;
}
