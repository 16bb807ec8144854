/* SPDX-License-Identifier: MIT */
/*
 * message.c - what is said to a person on standard error.
 *
 * The line of progress stands without a line end, so every message first takes it
 * away. A clock is read here and nowhere else: it decides when to draw, no answer.
 */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "host.h"

static int quiet;       /* no notes */
static time_t started;  /* when this piece of work was first heard of; 0: none */
static time_t drawn_at; /* when the line of progress was drawn last */
static size_t drawn;    /* how wide it is; 0: there is none */

void message_be_quiet(void) { quiet = 1; }

static void erase(void)
{
  if (drawn > 0) fprintf(stderr, "\r%*s\r", (int)(drawn < 200 ? drawn : 200), "");
  drawn = 0;
}

static void say(const char *format, va_list arguments)
{
  char short_form[512];
  struct text shown = {0};
  va_list again;
  int length;

  va_copy(again, arguments);
  length = vsnprintf(short_form, sizeof short_form, format, arguments);
  if (length >= 0 && (size_t)length < sizeof short_form) {
    text_add_shown(&shown, short_form, (size_t)length, 1);
  } else if (length >= 0) {
    char *whole = memory_resize(NULL, (size_t)length + 1, 1);

    vsnprintf(whole, (size_t)length + 1, format, again);
    text_add_shown(&shown, whole, (size_t)length, 1);
    free(whole);
  }
  va_end(again);
  text_put(&shown, "\n");
  fwrite(shown.bytes, 1, shown.length, stderr);
  text_free(&shown);
}

void note(const char *format, ...)
{
  va_list arguments;

  if (quiet) return;
  erase();
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
}

void complain(const char *format, ...)
{
  va_list arguments;

  erase();
  fputs("engagement: ", stderr);
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
}

void complain_at(const char *file, uint64_t line, uint64_t column, const char *format,
                 ...)
{
  struct text place = {0};
  va_list arguments;

  erase();
  text_add_shown(&place, file, strlen(file), 0);
  if (line > 0) text_print(&place, ":%llu", (unsigned long long)line);
  if (line > 0 && column > 0) text_print(&place, ":%llu", (unsigned long long)column);
  text_put(&place, ": ");
  fwrite(place.bytes, 1, place.length, stderr);
  text_free(&place);
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
}

int complain_status(const char *doing, eng_status status)
{
  if (status == ENG_E_NOMEM)
    complain("%s: there is not enough memory", doing);
  else
    complain("%s: %s", doing, eng_status_text(status));
  return ANSWER_FAILED;
}

/* ---- progress ---- */

void progress(const char *doing, uint64_t done, uint64_t total)
{
  time_t now;
  struct text line = {0};
  size_t width;

  if (quiet || !host_is_terminal(2)) return;
  now = time(NULL);
  if (started == 0) started = now;
  if (now - started < 2 || now == drawn_at) return;
  drawn_at = now;
  text_add_shown(&line, doing, strlen(doing), 0);
  text_put(&line, ": ");
  text_add_number(&line, done);
  if (total > 0) {
    text_put(&line, " of ");
    text_add_number(&line, total);
    text_print(&line, " (%d %%)", (int)((double)done * 100 / (double)total));
  }
  width = text_width(line.bytes, line.length);
  fprintf(stderr, "\r%s%*s", line.bytes,
          (int)(width < drawn && drawn < 200 ? drawn - width : 0), "");
  fflush(stderr);
  drawn = width;
  text_free(&line);
}

int32_t progress_of(void *doing, uint64_t done, uint64_t total)
{
  progress((const char *)doing, done, total);
  if (done == total) progress_end();
  return 0;
}

void progress_end(void)
{
  started = 0;
  erase();
}
