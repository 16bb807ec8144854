/* SPDX-License-Identifier: MIT */
/*
 * session.c - from options to something that questions can be put to.
 *
 * The order is on purpose: everything that can be wrong in the words of the command
 * line is found before the first file is opened, and a model before a long load.
 */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/link.h>
#include <engagement/money.h>

#include "command.h"
#include "input.h"
#include "message.h"
#include "models.h"
#include "output.h"
#include "rates.h"
#include "text.h"

/* ---- the context ---- */

enum { FIRST_OWN_KIND = 128, LAST_OWN_KIND = 255 };

static int add_own_kinds(eng_settings *settings, const struct words *names)
{
  for (size_t i = 0; i < names->count; i++) {
    const char *name = names->items[i];
    eng_status status;

    if (i > LAST_OWN_KIND - FIRST_OWN_KIND) {
      complain("there is room for %d kinds of your own, no more",
               LAST_OWN_KIND - FIRST_OWN_KIND + 1);
      return ANSWER_USAGE;
    }
    status =
        eng_settings_add_kind(settings, FIRST_OWN_KIND + (int32_t)i, name, strlen(name),
                              ENG_DIRECTION_CUSTOMER, ENG_MODE_COMPANY, 1);
    if (status == ENG_OK) continue;
    if (status == ENG_E_NOMEM) return complain_status("settings", status);
    if (status == ENG_E_DUPLICATE)
      complain("--own-kind %s: that is a kind or a group of kinds already", name);
    else
      complain("--own-kind %s: a name has lower-case letters, digits and _, and begins "
               "with a letter; 1 to 64 of them, and no built-in kind's name",
               name);
    return ANSWER_USAGE;
  }
  return ANSWER_DONE;
}

/* ---- zones ---- */

enum { ZONE_BYTES = 65536 };

/* Letters, digits and _ + - in parts between slashes, as the names of zones are: none
 * leads out of their folder. */
static int is_zone_name(const char *name)
{
  for (const char *at = name; *at != '\0'; at++) {
    int part = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
               (*at >= '0' && *at <= '9') || *at == '_' || *at == '+' || *at == '-';

    if (!part && (*at != '/' || at == name || at[-1] == '/')) return 0;
  }
  return name[0] != '\0';
}

static FILE *open_zone(const char *name)
{
  static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                        "/etc/zoneinfo"};
  const char *own = getenv("TZDIR");
  FILE *file = NULL;

  for (size_t i = 0; i <= sizeof folders / sizeof *folders && file == NULL; i++) {
    const char *folder = i == 0 ? own : folders[i - 1];
    struct text path = {0};

    if (folder == NULL || folder[0] == '\0') continue;
    text_print(&path, "%s/%s", folder, name);
    file = fopen(path.bytes, "rb");
    text_free(&path);
  }
  return file;
}

static int set_zone(eng_settings *settings, const char *name)
{
  FILE *file = is_zone_name(name) ? open_zone(name) : NULL;
  uint8_t *bytes;
  size_t length;
  eng_status status;

  if (file == NULL) {
    complain("--zone takes UTC, an offset such as +01:00, or a zone that this system "
             "knows (in /usr/share/zoneinfo, or where TZDIR says) such as "
             "Europe/Berlin; not \"%s\"",
             name);
    return ANSWER_USAGE;
  }
  bytes = memory_resize(NULL, ZONE_BYTES, 1);
  length = fread(bytes, 1, ZONE_BYTES, file);
  fclose(file);
  status = eng_settings_set_zone_data(settings, bytes, length);
  free(bytes);
  if (status == ENG_OK) return ANSWER_DONE;
  if (status == ENG_E_NOMEM) return complain_status("--zone", status);
  complain("--zone %s: what the system has is no zone: %s", name,
           eng_status_text(status));
  return ANSWER_USAGE;
}

/* ---- all settings ---- */

static int fill_settings(eng_settings *settings, const struct options *options)
{
  int32_t currency = 0;
  eng_status status = eng_settings_set_zone(settings, options->zone);

  if (status == ENG_OK) status = eng_settings_set_day(settings, options->day_start);
  if (status == ENG_OK) status = eng_settings_set_week(settings, options->week_start);
  if (status != ENG_OK)
    return complain_status("--zone, --day-start, --week-start", status);
  if (options->zone_name != NULL &&
      set_zone(settings, options->zone_name) != ANSWER_DONE)
    return ANSWER_USAGE;
  if (options->currency != NULL &&
      eng_currency_number(options->currency, strlen(options->currency), &currency) !=
          ENG_OK) {
    complain("--currency is three letters of ISO 4217 such as USD, not \"%s\"",
             options->currency);
    return ANSWER_USAGE;
  }
  status = eng_settings_set_currency(settings, currency);
  if (status != ENG_OK) return complain_status("--currency", status);
  if (rates_set(options, settings) != ANSWER_DONE) return ANSWER_USAGE;
  return add_own_kinds(settings, &options->own_kinds);
}

int session_context(struct session *session, const struct options *options)
{
  eng_settings *settings = NULL;
  eng_status status;
  int answer;

  *session = (struct session){.options = options};
  status = eng_settings_new(NULL, &settings);
  if (status != ENG_OK) return complain_status("settings", status);
  answer = fill_settings(settings, options);
  if (answer == ANSWER_DONE) {
    status = eng_context_new(settings, &session->context);
    if (status != ENG_OK) answer = complain_status("settings", status);
  }
  eng_settings_free(settings);
  return answer;
}

/* ---- times ---- */

static int read_time(const struct session *session, const char *option,
                     const char *text, int32_t date, int64_t *out)
{
  *out = ENG_TIME_NONE;
  if (text == NULL) return ANSWER_DONE;
  if (eng_time_parse(session->context, text, strlen(text), ENG_TIME_AUTO, date, out) ==
      ENG_OK)
    return ANSWER_DONE;
  complain("--%s is a time such as 2026-11-22 or 2026-11-22T18:05, not \"%s\"", option,
           text);
  return ANSWER_USAGE;
}

/* The moment asked about, and for `changes` the time asked about. */
static int read_times(struct session *session)
{
  const struct options *options = session->options;
  int answer =
      options->from != NULL
          ? read_time(session, "from", options->from, ENG_DATE_FIRST, &session->as_of)
      : options->until != NULL
          ? read_time(session, "until", options->until, ENG_DATE_LAST, &session->as_of)
      : options->at != NULL
          ? read_time(session, "at", options->at, ENG_DATE_FIRST, &session->as_of)
          : read_time(session, "as-of", options->as_of, ENG_DATE_LAST, &session->as_of);

  if (answer != ANSWER_DONE) return answer;
  answer = read_time(session, "split", options->split, ENG_DATE_LAST, &session->split);
  if (answer != ANSWER_DONE) return answer;
  answer = read_time(session, "to", options->to, ENG_DATE_LAST, &session->until);
  if (answer != ANSWER_DONE) return answer;
  return read_time(session, "since", options->since, ENG_DATE_LAST, &session->since);
}

/* A mistyped year among the events would be the moment asked about. */
static void note_strays(const struct session *session)
{
  struct text line = {0};

  if (session->strays == 0) return;
  text_add_number(&line, session->strays);
  text_put(&line, session->strays == 1 ? " event is" : " events are");
  text_put(&line, " more than a year after all others, which end at ");
  text_add_time(&line, session, session->before_strays);
  note("%s; if that is a mistake, --as-of says which moment you ask about", line.bytes);
  text_free(&line);
}

/* The end of the business day of the last event, unless one was asked for. */
static void settle_as_of(struct session *session)
{
  const char *why = "";
  char text[ENG_TIME_TEXT];

  if (session->as_of == ENG_TIME_NONE) {
    int64_t last = eng_book_last_event_at(session->book);

    if (last == ENG_TIME_NONE) {
      session->as_of = 0;
      note("there are no events");
      return;
    }
    session->as_of =
        eng_business_day_start(session->context,
                               eng_business_day(session->context, last) + 1) -
        1;
    if (session->as_of > ENG_TIME_MAX) session->as_of = ENG_TIME_MAX;
    if (session->as_of < last) session->as_of = last;
    why = ", the end of the last event's business day";
    note_strays(session);
  }
  if (eng_time_format(session->as_of, text) == ENG_OK) note("as of %s%s", text, why);
}

/* ---- all of it ---- */

int session_begin(struct session *session, const struct options *options)
{
  int answer = session_context(session, options);

  return answer == ANSWER_DONE ? read_times(session) : answer;
}

/* A table of zeros would look like an answer. Programs get their header or list. */
static int is_without_rows(const struct session *session)
{
  if (session->options->format != FORMAT_TABLE ||
      eng_book_customer_count(session->book) > 0)
    return 0;
  complain("there are no events: below the header there is no row to answer from");
  return 1;
}

int session_load(struct session *session)
{
  eng_status status;
  int answer;

  status = eng_assessor_new(session->context, (const eng_model *const *)session->models,
                            session->model_count, &session->assessor);
  if (status != ENG_OK) return complain_status("models", status);
  answer = input_load(session);
  if (answer != ANSWER_DONE) return answer;
  if (is_without_rows(session)) return ANSWER_EMPTY;
  settle_as_of(session);
  if (session->until == ENG_TIME_NONE || session->until >= session->as_of)
    return ANSWER_DONE;
  complain("--to is before the time that it counts from");
  return ANSWER_USAGE;
}

int session_open(struct session *session, const struct options *options)
{
  int answer = session_begin(session, options);

  if (answer == ANSWER_DONE) answer = models_open(session);
  return answer == ANSWER_DONE ? session_load(session) : answer;
}

int session_customer(const struct session *session, uint64_t *row)
{
  const char *id = session->options->customer;
  eng_status status = eng_book_find(session->book, id, strlen(id), row);

  if (status == ENG_OK) {
    uint64_t ids = eng_book_group_size(session->book, *row);

    if (ids > 1)
      note("the id is one of %lu that are one customer, who goes by the smallest of "
           "them",
           (unsigned long)ids);
    return ANSWER_DONE;
  }
  complain("the inputs have no customer of the id that --customer gives; ids are "
           "compared byte for byte, and engagement select INPUT... --where 'count(any) "
           ">= 1' lists them");
  return ANSWER_NO;
}

void session_put_name(const struct session *session, struct text *out)
{
  const char *id = session->options->customer;
  size_t length = strlen(id);
  uint64_t row;

  if (eng_book_find(session->book, id, length, &row) == ENG_OK)
    id = eng_book_customer_id(session->book, row, &length);
  text_add(out, id, length);
}

void session_close(struct session *session)
{
  eng_book_free(session->book);
  eng_assessor_free(session->assessor);
  for (int32_t i = 0; i < session->model_count; i++) eng_model_free(session->models[i]);
  eng_context_free(session->context);
  *session = (struct session){0};
}
