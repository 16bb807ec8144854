/* SPDX-License-Identifier: MIT */
/*
 * wording.c - numbers, durations, money and conditions as people read them, in English.
 */
#include <string.h>

#include <engagement/money.h>

#include "core/checked.h"
#include "core/memory.h"
#include "model/explanation.h"
#include "model/lex.h"

enum { WORDING = 1000 }; /* bytes of a condition's wording */

void eng__write(struct eng__writer *w, const char *text, size_t size)
{
  eng_explanation *x = w->explanation;
  void *texts = x->texts;

  if (w->status != ENG_OK) return;
  w->status =
      eng__grow(&x->memory, &texts, &x->texts_room, x->texts_size + size + 1, 1);
  x->texts = texts;
  if (w->status != ENG_OK) return;
  memcpy(x->texts + x->texts_size, text, size);
  x->texts_size += size;
}

void eng__write_text(struct eng__writer *w, const char *text)
{
  eng__write(w, text, strlen(text));
}

size_t eng__text_begins(const struct eng__writer *w)
{
  return w->explanation->texts_size;
}

void eng__text_ends(struct eng__writer *w) { eng__write(w, "", 1); }

void eng__write_number(struct eng__writer *w, int64_t n)
{
  uint64_t v = eng__magnitude(n);
  char digits[20];
  int count = 0;

  do {
    digits[19 - count++] = (char)('0' + v % 10);
    v /= 10;
  } while (v > 0);
  if (n < 0) eng__write(w, "-", 1);
  eng__write(w, digits + 20 - count, (size_t)count);
}

/* The greatest units that are not 0, at most `most` of them. */
static void put_duration(struct eng__writer *w, int64_t ms, int most)
{
  static const struct {
    const char *one, *many;
    int64_t ms;
  } units[] = {{" day", " days", 86400000},
               {" h", " h", 3600000},
               {" min", " min", 60000},
               {" s", " s", 1000},
               {" ms", " ms", 1}};
  int put_units = 0;

  if (ms < 0) {
    eng__write(w, "-", 1);
    ms = -ms;
  }
  for (int i = 0; i < 5 && put_units < most; i++) {
    int64_t n = ms / units[i].ms;

    ms %= units[i].ms;
    if (n == 0) continue;
    if (put_units++ > 0) eng__write(w, " ", 1);
    eng__write_number(w, n);
    eng__write_text(w, n == 1 ? units[i].one : units[i].many);
  }
  if (put_units == 0) eng__write_text(w, "0 s");
}

/* Three decimals at the most, rounded half away from zero. */
static void put_ratio(struct eng__writer *w, struct eng__fraction v)
{
  struct eng__fraction thousand = {1000, 1}, half = {1, 2}, scaled;
  bool minus = v.n < 0;
  int64_t n, rest;
  char decimals[4];
  int count = 3;

  if (minus) v.n = -v.n;
  if (!eng__fraction_multiply(v, thousand, &scaled) ||
      !eng__fraction_add(scaled, half, &scaled)) {
    n = v.n / v.d;
    rest = 0;
  } else {
    n = eng__fraction_floor(scaled) / 1000;
    rest = eng__fraction_floor(scaled) % 1000;
  }
  if (minus && (n != 0 || rest != 0)) eng__write(w, "-", 1);
  eng__write_number(w, n);
  for (int i = 2; i >= 0; i--, rest /= 10) decimals[i] = (char)('0' + rest % 10);
  while (count > 0 && decimals[count - 1] == '0') count--;
  if (count > 0) eng__write(w, ".", 1);
  eng__write(w, decimals, (size_t)count);
}

/* Whole minor units, rounded half away from zero. */
static int64_t rounded(struct eng__fraction v)
{
  int64_t magnitude = v.n < 0 ? -v.n : v.n;
  int64_t whole = magnitude / v.d, rest = magnitude % v.d;

  if (rest >= v.d - rest) whole++;
  return v.n < 0 ? -whole : whole;
}

void eng__write_value(struct eng__writer *w, int type, struct eng__fraction v,
                      int units)
{
  int32_t currency = eng_context_currency(w->model->context);
  char money[ENG_MONEY_TEXT];

  switch (type) {
  case ENG__TYPE_DURATION:
  case ENG__TYPE_AGE: put_duration(w, eng__fraction_floor(v), units); return;
  case ENG__TYPE_MONEY:
    if (eng_money_format(rounded(v), currency, money) != ENG_OK) {
      put_ratio(w, v);
      return;
    }
    eng__write_text(w, money);
    eng__write(w, " ", 1);
    eng__write_text(w, eng_currency_code(currency));
    return;
  case ENG__TYPE_BOOLEAN: eng__write_text(w, v.n ? "yes" : "no"); return;
  default: put_ratio(w, v); return;
  }
}

/* The wording of a node on one line; cut where it is too long to read. */
static void put_text_of(struct eng__writer *w, const struct eng__term *node)
{
  eng_explanation *x = w->explanation;
  void *texts = x->texts;

  if (w->status != ENG_OK) return;
  w->status = eng__grow(&x->memory, &texts, &x->texts_room,
                        x->texts_size + (node->to - node->from) + 5, 1);
  x->texts = texts;
  if (w->status != ENG_OK) return;
  x->texts_size += eng__lex_fold(w->model->text, node->from, node->to, WORDING,
                                 x->texts + x->texts_size);
}

/* The same, with the `not` that a class says by `no` and that the text does not have:
 * see axis_is in parse.c. */
void eng__write_wording(struct eng__writer *w, const struct eng__term *node)
{
  const struct eng__term *known, *axis;
  bool name;

  if (node->op == ENG__OP_NOT && w->model->nodes[node->a].from == node->from) {
    known = &w->model->nodes[node->a];
    axis = &w->model->nodes[known->a];
    name = axis->op == ENG__OP_LET || axis->op == ENG__OP_STAGE;
    eng__write_text(w, name ? "not " : "not (");
    put_text_of(w, axis);
    if (!name) eng__write_text(w, ")");
  } else {
    put_text_of(w, node);
  }
}
