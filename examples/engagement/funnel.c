/* SPDX-License-Identifier: MIT */
/*
 * funnel.c - `engagement funnel`: how far customers get through steps in their order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assess.h"
#include "bars.h"
#include "command.h"
#include "message.h"
#include "models.h"
#include "output.h"
#include "periods.h"

struct funnel {
  const struct session *session;
  eng_funnel asked;
  eng_step steps[ENG_FUNNEL_STEPS];
  struct kinds kinds[ENG_FUNNEL_STEPS];
  const eng_filter *filters[ENG_FUNNEL_STEPS]; /* of steps with a condition */
  struct text names[ENG_FUNNEL_STEPS];
  uint64_t reached[ENG_FUNNEL_STEPS];
  uint64_t customers;
  uint8_t *levels, *channels;
  int64_t *times;
};

/* ---- asking ---- */

/* Where a step ends: at the next comma that is in no text of a condition. */
static const char *end_of_step(const char *at)
{
  int quoted = 0;

  for (; *at != '\0' && (quoted || *at != ','); at++) {
    if (quoted && *at == '\\' && at[1] != '\0')
      at++;
    else if (*at == '"')
      quoted = !quoted;
  }
  return at;
}

/* Several kinds have | between them, for which the library has a comma. */
static void change_bars(struct text *step)
{
  int quoted = 0;

  for (size_t i = 0; i < step->length; i++) {
    if (quoted && step->bytes[i] == '\\')
      i++;
    else if (step->bytes[i] == '"')
      quoted = !quoted;
    else if (step->bytes[i] == '|' && !quoted)
      step->bytes[i] = ',';
  }
}

static int add_filter(struct funnel *f, const struct text *step, size_t column)
{
  eng_filter *filter = NULL;
  eng_error error;
  eng_status status;

  eng_error_init(&error, sizeof error);
  status =
      eng_filter_parse(f->session->context, step->bytes, step->length, &filter, &error);
  if (status == ENG_E_NOMEM) return complain_status("--steps", status);
  if (status != ENG_OK) {
    error.column += (uint32_t)column;
    models_complain(f->session->context, "--steps", status, &error);
    return ANSWER_USAGE;
  }
  f->filters[f->asked.step_count] = filter;
  f->asked.filters = f->filters;
  return ANSWER_DONE;
}

static int has_condition(const char *step)
{
  const char *at = strstr(step, "where");

  for (; at != NULL; at = strstr(at + 1, "where"))
    if (at > step && at[-1] == ' ' && (at[5] == ' ' || at[5] == '\0')) return 1;
  return 0;
}

/* One step: a kind, or several with | between them; and a condition behind `where`. */
static int add_step(struct funnel *f, const char *name, size_t length)
{
  struct kinds *kinds = &f->kinds[f->asked.step_count];
  struct text step = {0};
  const char *words;
  int answer;

  for (; length > 0 && *name == ' '; length--) name++;
  text_add(&step, name, length);
  change_bars(&step);
  words = length > 0 ? step.bytes : "";
  answer = has_condition(words)
               ? add_filter(f, &step, (size_t)(name - f->session->options->steps))
               : kinds_read(f->session, "steps", words, kinds);
  text_free(&step);
  if (answer != ANSWER_DONE) return answer;
  text_add(&f->names[f->asked.step_count], name, length);
  f->steps[f->asked.step_count].kinds = kinds->list;
  f->steps[f->asked.step_count++].kind_count = kinds->count;
  return ANSWER_DONE;
}

static int read_steps(struct funnel *f)
{
  const char *at = f->session->options->steps;

  for (;;) {
    const char *end = end_of_step(at);

    if (f->asked.step_count == ENG_FUNNEL_STEPS) {
      complain("--steps has room for %d steps", ENG_FUNNEL_STEPS);
      return ANSWER_USAGE;
    }
    if (add_step(f, at, (size_t)(end - at)) != ANSWER_DONE) return ANSWER_USAGE;
    if (*end == '\0') return ANSWER_DONE;
    at = end + 1;
  }
}

static int read_from(struct funnel *f)
{
  const char *begin = f->session->options->begin;

  if (begin == NULL) return ANSWER_DONE;
  if (eng_time_parse(f->session->context, begin, strlen(begin), ENG_TIME_AUTO,
                     ENG_DATE_FIRST, &f->asked.from) == ENG_OK &&
      f->asked.from <= f->session->as_of)
    return ANSWER_DONE;
  complain("--from is a time up to as-of such as 2026-11-22, not \"%s\"", begin);
  return ANSWER_USAGE;
}

static int count(struct funnel *f)
{
  const struct options *options = f->session->options;
  size_t n = (size_t)eng_book_customer_count(f->session->book);
  eng_status status;

  f->customers = n;
  f->asked.steps = f->steps;
  f->asked.within = options->within > 0 ? options->within : ENG_TIME_MAX;
  f->asked.until = f->session->as_of;
  f->asked.strict = options->strict_order;
  f->asked.once = options->once;
  f->levels = memory_resize(NULL, n, 1);
  f->channels = memory_resize(NULL, n, 1);
  f->times = memory_resize(NULL, n * (size_t)f->asked.step_count, sizeof *f->times);
  status = eng_book_funnel(f->session->book, &f->asked, f->reached, f->levels, f->times,
                           f->channels, n, progress_of, "funnel");
  return status == ENG_OK ? ANSWER_DONE : complain_status("funnel", status);
}

/* ---- times ---- */

static int by_size(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

  return (x > y) - (x < y);
}

/* Time from the step before, of those who took a step: of n in order the one at
 * ceil(n * percent / 100). ENG_TIME_NONE: nobody did. */
static int64_t quantile(const struct funnel *f, int step, unsigned percent)
{
  size_t steps = (size_t)f->asked.step_count, n = 0, at;
  int64_t *list, answer;

  if (step == 0 || f->reached[step] == 0) return ENG_TIME_NONE;
  list = memory_resize(NULL, (size_t)f->reached[step], sizeof *list);
  for (size_t row = 0; row < f->customers; row++) {
    const int64_t *times = f->times + row * steps;

    if (f->levels[row] > step) list[n++] = times[step] - times[step - 1];
  }
  qsort(list, n, sizeof *list, by_size);
  at = (n * percent + 99) / 100;
  answer = list[at > 0 ? at - 1 : 0];
  free(list);
  return answer;
}

static void add_duration(struct text *text, int64_t time)
{
  static const struct {
    const char *name;
    int64_t size;
  } units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

  if (time == ENG_TIME_NONE) return;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (time < units[i].size && i < 4) continue;
    text_print(text, "%lld.%lld%s", (long long)(time / units[i].size),
               (long long)(time % units[i].size * 10 / units[i].size), units[i].name);
    return;
  }
}

/* ---- answers ---- */

static int write_steps(const struct funnel *f)
{
  static const char *const columns[] = {"step", "customers", "median_seconds",
                                        "p90_seconds"};
  int timed = f->session->options->times;
  struct rows rows;

  rows_begin(&rows, f->session->options->format, columns, timed ? 4 : 2);
  for (int s = 0; s < f->asked.step_count; s++) {
    rows_text(&rows, f->names[s].bytes, f->names[s].length);
    rows_number(&rows, (int64_t)f->reached[s]);
    for (int q = 0; q < 2 && timed; q++) {
      int64_t time = quantile(f, s, q == 0 ? 50 : 90);

      if (time == ENG_TIME_NONE)
        rows_words(&rows, NULL);
      else
        rows_real(&rows, (double)time / 1000, 3);
    }
  }
  return rows_end(&rows);
}

static int write_channels(const struct funnel *f)
{
  static const char *const columns[] = {"channel", "step", "customers"};
  struct rows rows;

  rows_begin(&rows, f->session->options->format, columns, 3);
  for (int channel = 0; channel < 256; channel++) {
    uint64_t reached[ENG_FUNNEL_STEPS] = {0};

    for (uint64_t row = 0; row < f->customers; row++)
      for (int s = 0; s < f->levels[row] && f->channels[row] == channel; s++)
        reached[s]++;
    for (int s = 0; s < f->asked.step_count && reached[0] > 0; s++) {
      rows_words(&rows,
                 channel == 0 ? NULL : eng_channel_name(f->session->context, channel));
      rows_text(&rows, f->names[s].bytes, f->names[s].length);
      rows_number(&rows, (int64_t)reached[s]);
    }
  }
  return rows_end(&rows);
}

static int write_customers(const struct funnel *f)
{
  static const char *const columns[] = {"customer", "level"};
  struct rows rows;
  uint64_t *order, n;
  int answer = assess_order(f->session, "funnel", &order, &n);

  if (answer != ANSWER_DONE) return answer;
  rows_begin(&rows, f->session->options->format, columns, 2);
  for (uint64_t i = 0; i < n; i++) {
    size_t length;
    const char *id = eng_book_customer_id(f->session->book, order[i], &length);

    rows_text(&rows, id, length);
    rows_number(&rows, f->levels[order[i]]);
  }
  free(order);
  return rows_end(&rows);
}

static int draw(const struct funnel *f)
{
  struct text out = {0};
  size_t width = 12;

  for (int s = 0; s < f->asked.step_count; s++)
    if (f->names[s].length > width) width = f->names[s].length;
  text_put(&out, "How far customers get, as of ");
  text_add_as_of(&out, f->session);
  text_print(&out, "\n\n%-*s %11s %8s %8s %8s %8s\n", (int)width, "step", "customers",
             "of all", "of last", "median", "90 %");
  for (int s = 0; s < f->asked.step_count; s++) {
    struct text number = {0}, median = {0}, late = {0};

    text_add_padded(&out, f->names[s].bytes, width);
    text_add_number(&number, f->reached[s]);
    text_print(&out, " %11s ", number.bytes);
    text_add_share(&out, f->reached[s], f->reached[0]);
    text_put(&out, " ");
    text_add_share(&out, f->reached[s], f->reached[s > 0 ? s - 1 : 0]);
    add_duration(&median, quantile(f, s, 50));
    add_duration(&late, quantile(f, s, 90));
    text_print(&out, " %8s %8s", median.length > 0 ? median.bytes : "",
               late.length > 0 ? late.bytes : "");
    text_add_bar(&out, f->reached[s], f->reached[0]);
    text_put(&out, "\n");
    text_free(&number);
    text_free(&median);
    text_free(&late);
  }
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

/* ---- the command ---- */

static int tell(const struct session *session)
{
  const struct options *options = session->options;
  struct funnel *f = memory_resize(NULL, 1, sizeof *f);
  int answer;

  memset(f, 0, sizeof *f);
  f->session = session;
  eng_funnel_init(&f->asked, sizeof f->asked);
  answer = read_steps(f);
  if (answer == ANSWER_DONE) answer = read_from(f);
  if (answer == ANSWER_DONE) answer = count(f);
  if (answer == ANSWER_DONE)
    answer = options->per_customer             ? write_customers(f)
             : options->by_channel             ? write_channels(f)
             : options->format == FORMAT_TABLE ? draw(f)
                                               : write_steps(f);
  for (int s = 0; s < ENG_FUNNEL_STEPS; s++) {
    text_free(&f->names[s]);
    eng_filter_free((eng_filter *)(uintptr_t)f->filters[s]);
  }
  free(f->levels);
  free(f->channels);
  free(f->times);
  free(f);
  return answer;
}

int funnel_run(const struct options *options)
{
  struct session session;
  int answer;

  if (options->steps == NULL) {
    complain("say which steps: --steps view_item,add_to_cart,purchase --within 7d");
    return ANSWER_USAGE;
  }
  if (options->per_customer && (options->by_channel || options->times)) {
    complain("--per-customer goes without --by-channel and --times");
    return ANSWER_USAGE;
  }
  if (options->by_channel && options->times) {
    complain("--by-channel goes without --times");
    return ANSWER_USAGE;
  }
  answer = session_open(&session, options);
  if (answer == ANSWER_DONE) answer = tell(&session);
  session_close(&session);
  return answer;
}
