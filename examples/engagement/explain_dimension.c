/* SPDX-License-Identifier: MIT */
/*
 * explain_dimension.c - dimensions in `engagement explain`: the numbers that a model
 * shows beside its stage.
 *
 * People read them rounded; JSON has the exact fraction, of minor units where it is
 * money and of milliseconds where it is a duration.
 */
#include <stdlib.h>
#include <string.h>

#include <engagement/money.h>

#include "explain.h"

/* All dimensions of a model for a customer; NULL where it has none. */
static eng_status measure(const struct session *session, int32_t model,
                          const eng_customer *customer, eng_value **values)
{
  int32_t count = eng_model_dimension_count(session->models[model]);

  *values = NULL;
  if (count == 0) return ENG_OK;
  *values = memory_resize(NULL, (size_t)count, sizeof **values);
  return eng_assessor_dimensions(session->assessor, model, customer, session->as_of,
                                 *values, count);
}

static const char *called(const eng_model *model, int32_t index)
{
  const char *title = eng_model_dimension_title(model, index);

  return title != NULL && title[0] != '\0' ? title
                                           : eng_model_dimension_name(model, index);
}

/* ---- for people ---- */

/* n / d of a unit of which d make one; half of the last digit is rounded up. */
static void put_decimal(struct text *out, int64_t numerator, int64_t denominator,
                        int decimals)
{
  uint64_t n = numerator < 0 ? 0 - (uint64_t)numerator : (uint64_t)numerator;
  uint64_t d = (uint64_t)denominator, scale = 1, part;

  for (int i = 0; i < decimals; i++) scale *= 10;
  part = n % d;
  while (d > UINT64_MAX / (4 * scale)) {
    d /= 2; /* no digit that is shown can tell */
    part /= 2;
  }
  part = (2 * part * scale + d) / (2 * d);
  n = n / (uint64_t)denominator + part / scale;
  part %= scale;
  for (; decimals > 0 && part % 10 == 0; decimals--) part /= 10;
  if (numerator < 0 && (n > 0 || part > 0)) text_put(out, "-");
  text_print(out, "%llu", (unsigned long long)n);
  if (decimals > 0) text_print(out, ".%0*llu", decimals, (unsigned long long)part);
}

/* In the greatest unit of which there is one. */
static void put_duration(struct text *out, const eng_value *value)
{
  static const struct {
    const char *name;
    int64_t milliseconds;
  } units[] = {
      {"days", 86400000}, {"hours", 3600000}, {"minutes", 60000}, {"seconds", 1000}};
  int64_t whole = value->numerator / value->denominator, n;
  int u = 0;

  if (whole < 0) whole = -whole;
  while (u < 3 && whole < units[u].milliseconds) u++;
  n = value->numerator / value->denominator;
  put_decimal(out, n, units[u].milliseconds, 1);
  text_print(out, " %s", units[u].name);
}

static void put_money(struct text *out, const struct session *session,
                      const eng_value *value)
{
  int32_t currency = eng_context_currency(session->context);
  int64_t minor = value->numerator / value->denominator;
  int64_t rest = value->numerator % value->denominator;
  char money[ENG_MONEY_TEXT];

  if (rest < 0) rest = -rest;
  if (rest >= value->denominator - rest) minor += value->numerator < 0 ? -1 : 1;
  if (currency == 0 || eng_money_format(minor, currency, money) != ENG_OK)
    put_decimal(out, value->numerator, value->denominator, 3);
  else
    text_print(out, "%s %s", money, eng_currency_code(currency));
}

static void put_value(struct text *out, const struct session *session,
                      const eng_value *value)
{
  if (!value->defined)
    text_put(out, "nothing to measure");
  else if (value->unit == ENG_UNIT_MILLISECONDS)
    put_duration(out, value);
  else if (value->unit == ENG_UNIT_MONEY)
    put_money(out, session, value);
  else
    put_decimal(out, value->numerator, value->denominator, 3);
}

eng_status explain_dimensions(struct text *out, const struct session *session,
                              int32_t index, const eng_customer *customer)
{
  const eng_model *model = session->models[index];
  eng_value *values;
  eng_status status = measure(session, index, customer, &values);

  if (status == ENG_OK && values != NULL) {
    text_put(out, "\n");
    text_paint(out, PAINT_BOLD, "Dimensions");
    text_put(out, "\n");
    for (int32_t i = 0; i < eng_model_dimension_count(model); i++) {
      const char *name = called(model, i);

      text_put(out, "  ");
      text_add_shown(out, name, strlen(name), 0);
      text_put(out, ": ");
      put_value(out, session, &values[i]);
      text_put(out, "\n");
    }
  }
  free(values);
  return status;
}

/* ---- JSON ---- */

static void json_value(struct json *json, const struct session *session,
                       const eng_value *value)
{
  static const char *const units[] = {"", "number", "ratio", "milliseconds", "money"};
  int32_t currency = eng_context_currency(session->context);

  json_key(json, "unit");
  json_words(json, units[value->unit]);
  if (value->unit == ENG_UNIT_MONEY) {
    json_key(json, "currency");
    json_words(json, currency != 0 ? eng_currency_code(currency) : NULL);
  }
  json_key(json, "numerator");
  if (value->defined)
    json_number(json, value->numerator);
  else
    json_plain(json, "null");
  json_key(json, "denominator");
  if (value->defined)
    json_number(json, value->denominator);
  else
    json_plain(json, "null");
}

eng_status explain_json_dimensions(struct json *json, const struct session *session,
                                   int32_t index, const eng_customer *customer)
{
  const eng_model *model = session->models[index];
  eng_value *values;
  eng_status status = measure(session, index, customer, &values);
  int32_t count = status == ENG_OK ? eng_model_dimension_count(model) : 0;

  json_key(json, "dimensions");
  json_open(json, '[');
  for (int32_t i = 0; i < count; i++) {
    json_open(json, '{');
    json_key(json, "name");
    json_words(json, eng_model_dimension_name(model, i));
    json_key(json, "title");
    json_words(json, eng_model_dimension_title(model, i));
    json_value(json, session, &values[i]);
    json_close(json, '}');
  }
  json_close(json, ']');
  free(values);
  return status;
}

/* ---- rows ---- */

eng_status explain_row_dimensions(struct rows *rows, const struct session *session,
                                  int32_t index, const eng_customer *customer)
{
  const eng_model *model = session->models[index];
  eng_value *values;
  eng_status status = measure(session, index, customer, &values);
  int32_t count = status == ENG_OK ? eng_model_dimension_count(model) : 0;

  for (int32_t i = 0; i < count; i++) {
    struct explain_row row = explain_row_of("dimension");
    struct text value = {0};

    if (values[i].defined) put_value(&value, session, &values[i]);
    row.name = eng_model_dimension_name(model, i);
    row.text = eng_model_dimension_title(model, i);
    row.measured = value.bytes;
    explain_put_row(rows, session, model, &row);
    text_free(&value);
  }
  free(values);
  return status;
}
