/* SPDX-License-Identifier: MIT */
/*
 * encode.c - the canonical bytes of a fit, and reading those of strangers.
 *
 * "EF", format, then numbers in a fixed order, those that are not whole as the eight
 * bytes of their binary64, and the checksum. Every number is checked to be one that a
 * fit can hold, so a fit that was decoded answers as safely as one that was made.
 */
#include "forecast/fit.h"

#include <math.h>
#include <string.h>

#include <engagement/money.h>

#include "core/blob.h"
#include "forecast/say.h"

static void put_double(struct eng__sink *sink, double v)
{
  uint8_t bytes[8];
  uint64_t bits;

  memcpy(&bits, &v, sizeof bits);
  eng__put64(bytes, bits);
  eng__sink_put(sink, bytes, sizeof bytes);
}

static double read_double(struct eng__reader *reader)
{
  uint64_t bits = eng__read_fixed(reader, 8);
  double v;

  memcpy(&v, &bits, sizeof v);
  if (!isfinite(v) || bits == UINT64_C(1) << 63) {
    eng__reader_fail(reader, ENG_E_FIELD);
    return 0;
  }
  return v;
}

/* ---- parts ---- */

static void put_part(struct eng__sink *sink, const struct eng__part *part)
{
  eng__sink_varint(sink, (uint64_t)part->count);
  eng__sink_varint(sink, (uint64_t)part->reason);
  if (part->count == 0) return;
  eng__sink_varint(sink, part->converged);
  for (int i = 0; i < part->count; i++) {
    put_double(sink, part->value[i]);
    put_double(sink, part->error[i]);
  }
  put_double(sink, part->log_likelihood);
}

/* A number below `end`. */
static int32_t read_small(struct eng__reader *reader, uint64_t end)
{
  uint64_t v = eng__read_varint(reader);

  if (v < end) return (int32_t)v;
  eng__reader_fail(reader, ENG_E_FIELD);
  return 0;
}

static void read_part(struct eng__reader *reader, int count, bool optional,
                      struct eng__part *part)
{
  part->count = read_small(reader, (uint64_t)count + 1);
  if (part->count != count && !(optional && part->count == 0)) {
    eng__reader_fail(reader, ENG_E_FIELD);
  }
  part->reason = read_small(reader, ENG__REASON_COUNT);
  if (part->count == 0 || reader->status != ENG_OK) return;
  part->converged = read_small(reader, 2) != 0;
  for (int i = 0; i < part->count; i++) {
    part->value[i] = read_double(reader);
    part->error[i] = read_double(reader);
    /* Wider than any scale of time or money makes of what is searched for. */
    if (!(part->value[i] >= 1e-12 && part->value[i] <= 1e24) || part->error[i] < 0) {
      eng__reader_fail(reader, ENG_E_FIELD);
    }
  }
  part->log_likelihood = read_double(reader);
}

/* ---- the whole ---- */

static void put_fit(struct eng__sink *sink, const eng_fit *fit)
{
  eng__blob_start(sink, 'F');
  eng__sink_varint(sink, (uint64_t)fit->requested);
  eng__sink_varint(sink, (uint64_t)fit->family);
  eng__sink_varint(sink, (uint64_t)fit->unit);
  eng__sink_varint(sink, (uint64_t)fit->currency);
  eng__sink_varint(sink, fit->until == ENG_TIME_NONE ? 0 : (uint64_t)fit->until + 1);
  eng__sink_varint(sink, fit->customers);
  eng__sink_varint(sink, fit->purchases);
  eng__sink_varint(sink, (uint64_t)fit->chosen);
  put_part(sink, &fit->when);
  put_part(sink, &fit->worth);
  eng__sink_varint(sink, (uint64_t)fit->stay_family);
  put_part(sink, &fit->stay);
  put_part(sink, &fit->say);
  put_part(sink, &fit->mood);
  eng__blob_seal(sink);
}

eng_status eng_fit_encode(const eng_fit *fit, uint8_t *buffer, size_t capacity,
                          size_t *size)
{
  struct eng__sink measure = {NULL, 0, 0}, sink = {buffer, 0, capacity};

  if (size != NULL) *size = 0;
  if (fit == NULL || size == NULL || (buffer == NULL && capacity > 0)) {
    return ENG_E_INVALID;
  }
  put_fit(&measure, fit);
  *size = measure.size;
  if (measure.size > capacity) return ENG_E_BUFFER;
  put_fit(&sink, fit);
  return ENG_OK;
}

static int64_t read_until(struct eng__reader *reader)
{
  uint64_t v = eng__read_varint(reader);

  if (v == 0) return ENG_TIME_NONE;
  if (v - 1 > (uint64_t)ENG_TIME_MAX) eng__reader_fail(reader, ENG_E_FIELD);
  return (int64_t)((v - 1) & INT64_MAX);
}

static bool families_agree(const eng_fit *fit)
{
  bool periods = fit->unit == ENG_UNIT_PERIOD;

  if ((fit->family == ENG_FAMILY_BGBB) != periods) return false;
  if (fit->chosen != ENG_CHOSEN_ASKED && fit->requested != ENG_FAMILY_AUTO)
    return false;
  if (fit->requested == ENG_FAMILY_AUTO || fit->requested == fit->family) return true;
  if (fit->requested == ENG_FAMILY_USUAL) {
    return periods || fit->family == ENG_FAMILY_PARETONBD ||
           fit->family == ENG_FAMILY_NBD;
  }
  return !periods && fit->family == ENG_FAMILY_NBD && fit->requested != ENG_FAMILY_BGBB;
}

/* Of one family only, and where that is another than that of purchases. */
static void read_stay(struct eng__reader *reader, eng_fit *fit)
{
  bool there;

  fit->stay_family = read_small(reader, ENG_FAMILY_NBD + 1);
  there = fit->stay_family == ENG_FAMILY_MBGNBD &&
          fit->family == ENG_FAMILY_PARETONBD && fit->requested == ENG_FAMILY_USUAL;
  if (fit->stay_family != 0 && !there) eng__reader_fail(reader, ENG_E_FIELD);
  read_part(reader, there ? ENG__PARAMETERS : 0, false, &fit->stay);
}

static void read_fit(struct eng__reader *reader, eng_fit *fit)
{
  const struct eng__family *family;

  eng__blob_open(reader, 'F');
  fit->requested = read_small(reader, ENG_FAMILY_USUAL + 1);
  fit->family = read_small(reader, ENG_FAMILY_NBD + 1);
  fit->unit = read_small(reader, ENG_UNIT_PERIOD + 1);
  fit->currency = read_small(reader, 1000);
  fit->until = read_until(reader);
  fit->customers = eng__read_varint(reader);
  fit->purchases = eng__read_varint(reader);
  fit->chosen = read_small(reader, ENG_CHOSEN_HOLDOUT + 1);
  family = eng__family_of(fit->family);
  if (reader->status != ENG_OK) return;
  if (family == NULL || fit->unit < ENG_UNIT_DAY || !families_agree(fit) ||
      fit->customers > INT64_MAX || fit->purchases > INT64_MAX ||
      (fit->currency != 0 && eng_currency_code(fit->currency) == NULL)) {
    eng__reader_fail(reader, ENG_E_FIELD);
    return;
  }
  read_part(reader, family->count, false, &fit->when);
  read_part(reader, 3, true, &fit->worth);
  if (fit->worth.count > 0 && fit->currency == 0) eng__reader_fail(reader, ENG_E_FIELD);
  if (reader->status == ENG_OK) read_stay(reader, fit);
  read_part(reader, ENG__SAY_PARAMETERS, true, &fit->say);
  read_part(reader, ENG__SAY_PARAMETERS, true, &fit->mood);
  if (fit->mood.count > 0 && fit->say.count == 0) eng__reader_fail(reader, ENG_E_FIELD);
  if (reader->status == ENG_OK && eng__reader_left(reader) > 0) {
    eng__reader_fail(reader, ENG_E_TRAILING);
  }
}

eng_status eng_fit_decode(const eng_context *context, const uint8_t *bytes, size_t size,
                          eng_fit **out)
{
  struct eng__reader reader;
  eng_fit *fit;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (context == NULL || bytes == NULL) return ENG_E_INVALID;
  fit = eng__new_zeroed(eng__memory(context), sizeof *fit);
  if (fit == NULL) return ENG_E_NOMEM;
  fit->context = context;
  eng__reader_init(&reader, bytes, size);
  read_fit(&reader, fit);
  if (reader.status != ENG_OK) {
    eng_fit_free(fit);
    return reader.status;
  }
  *out = fit;
  return ENG_OK;
}
