/* SPDX-License-Identifier: MIT */
/*
 * fit.c - `engagement fit`: forecasts estimated from the inputs, as JSON and as a file.
 */
#include "fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/money.h>

#include "command.h"
#include "message.h"

/* ---- making ---- */

int fit_options_read(const struct options *options, int32_t *unit, int32_t *family)
{
  *family = options->family;
  *unit = options->unit;
  if (*unit == 0) *unit = *family == ENG_FAMILY_BGBB ? ENG_UNIT_PERIOD : ENG_UNIT_WEEK;
  if (*family == ENG_FAMILY_AUTO || *family == ENG_FAMILY_USUAL ||
      (*family == ENG_FAMILY_BGBB) == (*unit == ENG_UNIT_PERIOD)) {
    return ANSWER_DONE;
  }
  complain("--family bgbb goes with --unit year, the others with day or week");
  return ANSWER_USAGE;
}

const char *fit_unit_name(int32_t unit)
{
  if (unit == ENG_UNIT_PERIOD) return "year";
  return unit == ENG_UNIT_WEEK ? "week" : "day";
}

static int32_t show_fitting(void *user, uint64_t done, uint64_t total)
{
  (void)user;
  progress("looks at the data", done, total);
  return 0;
}

static int32_t show_progress(void *user, uint64_t done, uint64_t total)
{
  (void)user;
  progress("histories", done, total);
  return 0;
}

eng_status fit_summarise(const struct session *session, int32_t unit, int64_t until,
                         eng_summaries **out)
{
  eng_status status = eng_summaries_new(session->context, unit, out);

  if (status == ENG_OK) {
    status = eng_book_summarise(session->book, until, *out, show_progress, NULL);
  }
  progress_end();
  if (status == ENG_OK) return ENG_OK;
  eng_summaries_free(*out);
  *out = NULL;
  return status;
}

eng_status fit_make(const eng_summaries *summaries, int32_t family, int64_t until,
                    eng_fit **out, eng_error *error)
{
  eng_fit_options options;
  eng_status status;

  eng_fit_options_init(&options, sizeof options);
  options.family = family;
  options.until = until;
  options.progress = show_fitting;
  status = eng_fit_new(summaries, &options, out, error);
  progress_end();
  return status;
}

eng_status fit_choose(const struct session *session, int32_t unit, int64_t until,
                      eng_fit **out, eng_error *error)
{
  eng_fit_options options;
  eng_status status;

  eng_fit_options_init(&options, sizeof options);
  options.family = ENG_FAMILY_AUTO;
  options.progress = show_fitting;
  status =
      eng_book_fit(session->book, unit, until, ENG_TIME_NONE, &options, out, error);
  progress_end();
  return status;
}

/* ---- files ---- */

static int save_fit(const eng_fit *fit, const char *path)
{
  size_t size;
  uint8_t *bytes;
  FILE *file;
  int written;

  (void)!eng_fit_encode(fit, NULL, 0, &size);
  bytes = memory_resize(NULL, size, 1);
  if (eng_fit_encode(fit, bytes, size, &size) != ENG_OK) size = 0;
  file = fopen(path, "wb");
  written = file != NULL && fwrite(bytes, 1, size, file) == size;
  if (file != NULL && fclose(file) != 0) written = 0;
  free(bytes);
  if (written) return ANSWER_DONE;
  complain("%s cannot be written: %s", path, strerror(errno));
  return ANSWER_FAILED;
}

int fit_read(const struct session *session, const char *path, eng_fit **out)
{
  uint8_t bytes[4096];
  FILE *file = fopen(path, "rb");
  size_t size;
  eng_status status;

  *out = NULL;
  if (file == NULL) {
    complain("%s cannot be read: %s", path, strerror(errno));
    return ANSWER_USAGE;
  }
  size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  status = eng_fit_decode(session->context, bytes, size, out);
  if (status == ENG_OK) return ANSWER_DONE;
  complain("%s is no fit: %s", path, eng_status_text(status));
  return ANSWER_USAGE;
}

/* ---- JSON ---- */

static void json_parameters(struct json *json, const eng_fit *fit, int32_t part,
                            int errors)
{
  json_open(json, '{');
  for (int32_t i = 0; i < eng_fit_parameter_count(fit, part); i++) {
    double value, error;

    if (eng_fit_parameter(fit, part, i, &value, &error) != ENG_OK) break;
    json_key(json, eng_fit_parameter_name(fit, part, i));
    if (!errors) {
      json_real(json, value);
    } else if (error > 0) {
      json_real(json, error);
    } else {
      json_plain(json, "null");
    }
  }
  json_close(json, '}');
}

static void json_part_end(struct json *json, const eng_fit *fit, int32_t part)
{
  json_key(json, "log_likelihood");
  json_real(json, eng_fit_log_likelihood(fit, part));
}

static void json_converged(struct json *json, const eng_fit *fit, int32_t part)
{
  json_key(json, "converged");
  json_plain(json, eng_fit_converged(fit, part) ? "true" : "false");
  json_key(json, "reason");
  json_words(json, eng_fit_reason(fit, part));
}

static void json_spend(struct json *json, const eng_fit *fit)
{
  json_key(json, "spend");
  json_open(json, '{');
  for (int32_t i = 0; i < eng_fit_parameter_count(fit, ENG_FIT_SPEND); i++) {
    double value;

    if (eng_fit_parameter(fit, ENG_FIT_SPEND, i, &value, NULL) != ENG_OK) break;
    json_key(json, eng_fit_parameter_name(fit, ENG_FIT_SPEND, i));
    json_real(json, value);
  }
  if (eng_fit_parameter_count(fit, ENG_FIT_SPEND) > 0) {
    json_part_end(json, fit, ENG_FIT_SPEND);
  }
  json_converged(json, fit, ENG_FIT_SPEND);
  json_close(json, '}');
}

/* A part that says who is still there, or how they tell others; whether it is there and
 * why not. */
static void json_further(struct json *json, const eng_fit *fit, int32_t part,
                         const char *name)
{
  json_key(json, name);
  json_open(json, '{');
  if (eng_fit_parameter_count(fit, part) > 0) {
    if (part == ENG_FIT_STAY) {
      json_key(json, "family");
      json_words(json, eng_family_name(eng_fit_part_family(fit, part)));
    }
    json_key(json, "params");
    json_parameters(json, fit, part, 0);
    json_key(json, "standard_errors");
    json_parameters(json, fit, part, 1);
    json_part_end(json, fit, part);
  }
  json_converged(json, fit, part);
  json_close(json, '}');
}

static void json_others(struct json *json, const eng_fit *fit)
{
  static const char *const chosen[] = {"asked", "likelihood", "holdout"};

  json_key(json, "chosen");
  json_words(json, chosen[eng_fit_chosen(fit)]);
  if (eng_fit_parameter_count(fit, ENG_FIT_STAY) > 0) {
    json_further(json, fit, ENG_FIT_STAY, "stay");
  }
  json_further(json, fit, ENG_FIT_SAY, "say");
  json_further(json, fit, ENG_FIT_VALENCE, "valence");
}

static void json_head(struct json *json, int format, int32_t family, int32_t unit)
{
  json_begin(json, format);
  json_open(json, '{');
  json_key(json, "requested");
  json_words(json, eng_family_name(family));
  json_key(json, "unit");
  json_words(json, fit_unit_name(unit));
}

static void write_fit(const eng_fit *fit, int format)
{
  int32_t currency = eng_fit_currency(fit);
  struct json json;

  json_head(&json, format, eng_fit_requested(fit), eng_fit_unit(fit));
  json_key(&json, "family");
  json_words(&json, eng_family_name(eng_fit_family(fit)));
  json_key(&json, "params");
  json_parameters(&json, fit, ENG_FIT_PURCHASES, 0);
  json_key(&json, "standard_errors");
  json_parameters(&json, fit, ENG_FIT_PURCHASES, 1);
  json_part_end(&json, fit, ENG_FIT_PURCHASES);
  json_key(&json, "customers");
  json_number(&json, (int64_t)eng_fit_customers(fit));
  json_key(&json, "until");
  json_time(&json, eng_fit_until(fit));
  json_key(&json, "currency");
  json_words(&json, currency != 0 ? eng_currency_code(currency) : NULL);
  json_converged(&json, fit, ENG_FIT_PURCHASES);
  json_spend(&json, fit);
  json_others(&json, fit);
  json_close(&json, '}');
}

static void write_refusal(const eng_summaries *summaries, int format, int32_t family,
                          const eng_error *error)
{
  struct json json;

  json_head(&json, format, family, eng_summaries_unit(summaries));
  json_key(&json, "customers");
  json_number(&json, (int64_t)eng_summaries_customers(summaries));
  json_key(&json, "converged");
  json_plain(&json, "false");
  json_key(&json, "reason");
  json_words(&json, error->text);
  json_close(&json, '}');
}

/* ---- the command ---- */

static int fit_session(const struct session *session, int32_t unit, int32_t family)
{
  eng_summaries *summaries;
  eng_fit *fit = NULL;
  eng_error error;
  eng_status status;
  int answer = ANSWER_DONE, ended;

  status = fit_summarise(session, unit, session->as_of, &summaries);
  if (status != ENG_OK) return complain_status("histories", status);
  eng_error_init(&error, sizeof error);
  status = family == ENG_FAMILY_AUTO
               ? fit_choose(session, unit, session->as_of, &fit, &error)
               : fit_make(summaries, family, session->as_of, &fit, &error);
  if (status == ENG_OK) {
    write_fit(fit, session->options->format);
    if (session->options->save != NULL) answer = save_fit(fit, session->options->save);
  } else if (status == ENG_E_THIN || status == ENG_E_NOFIT) {
    write_refusal(summaries, session->options->format, family, &error);
    answer = ANSWER_NO;
  } else {
    answer = complain_status("fit", status);
  }
  eng_fit_free(fit);
  eng_summaries_free(summaries);
  ended = output_end();
  return answer == ANSWER_DONE ? ended : answer;
}

int fit_run(const struct options *options)
{
  struct session session;
  int32_t unit, family;
  int answer = fit_options_read(options, &unit, &family);

  if (answer != ANSWER_DONE) return answer;
  answer = session_open(&session, options);
  if (answer == ANSWER_DONE) answer = fit_session(&session, unit, family);
  session_close(&session);
  return answer;
}
