/* SPDX-License-Identifier: MIT */
/*
 * options.c - the table of options, and how it is read.
 *
 * A new option is a line of the table, a field of struct options, and a group that a
 * command takes; help and errors follow from the table.
 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/book.h>
#include <engagement/calendar.h>
#include <engagement/metrics.h>

#include "command.h"
#include "message.h"
#include "reader.h"
#include "text.h"

/* ---- values ---- */

struct choice {
  const char *name;
  int32_t number;
};

/* The number of a name; -1 after saying which names there are. */
static int32_t choose(const char *option, const char *value,
                      const struct choice *choices, size_t count)
{
  struct text names = {0};

  for (size_t i = 0; i < count; i++)
    if (text_same(value, choices[i].name)) return choices[i].number;
  for (size_t i = 0; i < count; i++)
    text_print(&names, "%s%s",
               i == 0          ? ""
               : i + 1 < count ? ", "
                               : " or ",
               choices[i].name);
  complain("--%s is %s, not \"%s\"", option, names.bytes, value);
  text_free(&names);
  return -1;
}

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int set_decimal(struct options *o, const char *value)
{
  static const struct choice choices[] = {{"point", 0}, {"comma", 1}};

  o->decimal_comma = choose("decimal", value, choices, COUNT(choices));
  return o->decimal_comma >= 0;
}

static int set_time_format(struct options *o, const char *value)
{
  static const struct choice choices[] = {{"auto", ENG_TIME_AUTO},
                                          {"iso", ENG_TIME_ISO},
                                          {"compact", ENG_TIME_COMPACT},
                                          {"seconds", ENG_TIME_SECONDS},
                                          {"milliseconds", ENG_TIME_MILLISECONDS},
                                          {"day-first", ENG_TIME_DAY_FIRST},
                                          {"month-first", ENG_TIME_MONTH_FIRST}};

  o->time_format = choose("time-format", value, choices, COUNT(choices));
  return o->time_format >= 0;
}

static int set_input_format(struct options *o, const char *value)
{
  static const struct choice choices[] = {
      {"auto", INPUT_AUTO}, {"csv", INPUT_CSV}, {"jsonl", INPUT_JSONL}};

  o->input_format = choose("input-format", value, choices, COUNT(choices));
  return o->input_format >= 0;
}

static int set_export_form(struct options *o, const char *value)
{
  static const struct choice choices[] = {
      {"jsonl", EXPORT_JSONL}, {"csv", EXPORT_CSV}, {"blob", EXPORT_BLOB}};

  o->export_form = choose("to", value, choices, COUNT(choices));
  return o->export_form >= 0;
}

static int set_identical(struct options *o, const char *value)
{
  static const struct choice choices[] = {{"keep", ENG_IDENTICAL_KEEP},
                                          {"merge", ENG_IDENTICAL_MERGE}};

  o->identical = choose("identical", value, choices, COUNT(choices));
  return o->identical >= 0;
}

static int set_format(struct options *o, const char *value)
{
  static const struct choice choices[] = {
      {"table", FORMAT_TABLE}, {"csv", FORMAT_CSV}, {"json", FORMAT_JSON}};

  o->format = choose("format", value, choices, COUNT(choices));
  return o->format >= 0;
}

static int set_week_start(struct options *o, const char *value)
{
  static const struct choice choices[] = {{"mon", 1}, {"tue", 2}, {"wed", 3},
                                          {"thu", 4}, {"fri", 5}, {"sat", 6},
                                          {"sun", 7}};

  o->week_start = choose("week-start", value, choices, COUNT(choices));
  return o->week_start >= 0;
}

static int set_unit(struct options *o, const char *value)
{
  static const struct choice choices[] = {
      {"day", ENG_UNIT_DAY}, {"week", ENG_UNIT_WEEK}, {"year", ENG_UNIT_PERIOD}};

  o->unit = choose("unit", value, choices, COUNT(choices));
  return o->unit >= 0;
}

static int set_family(struct options *o, const char *value)
{
  static const struct choice choices[] = {
      {"auto", ENG_FAMILY_AUTO},     {"bgnbd", ENG_FAMILY_BGNBD},
      {"mbgnbd", ENG_FAMILY_MBGNBD}, {"paretonbd", ENG_FAMILY_PARETONBD},
      {"bgbb", ENG_FAMILY_BGBB},     {"nbd", ENG_FAMILY_NBD},
      {"usual", ENG_FAMILY_USUAL}};

  o->family = choose("family", value, choices, COUNT(choices));
  return o->family >= 0;
}

/* Days of n-day periods, 1..36525. */
static int read_period_days(struct options *o, const char *value)
{
  const int64_t day = 86400000, most = 36525 * day;
  int64_t length;

  if (eng_duration_parse(value, strlen(value), &length) != ENG_OK || length < day ||
      length > most || length % day != 0)
    return 0;
  o->every = ENG_EVERY_DAYS;
  o->period_days = length / day;
  return 1;
}

static int set_period(struct options *o, const char *value)
{
  static const struct choice choices[] = {{"day", ENG_EVERY_DAY},
                                          {"week", ENG_EVERY_WEEK},
                                          {"month", ENG_EVERY_MONTH},
                                          {"quarter", ENG_EVERY_QUARTER},
                                          {"year", ENG_EVERY_YEAR}};

  o->rolling = text_same(value, "rolling");
  if (o->rolling || read_period_days(o, value)) return 1;
  for (size_t i = 0; i < COUNT(choices); i++) {
    if (!text_same(value, choices[i].name)) continue;
    o->every = choices[i].number;
    return 1;
  }
  complain("--period is day, week, month, quarter, year or a number of days such as "
           "30d, not \"%s\"",
           value);
  return 0;
}

static int set_within(struct options *o, const char *value)
{
  if (eng_duration_parse(value, strlen(value), &o->within) == ENG_OK && o->within > 0)
    return 1;
  complain("--within is a duration such as 7d, 12h or 30m, not \"%s\"", value);
  return 0;
}

static int set_for(struct options *o, const char *value)
{
  if (eng_duration_parse(value, strlen(value), &o->for_ms) == ENG_OK && o->for_ms > 0)
    return 1;
  complain("--for %s: a duration such as 8h, 30m or 10s", value);
  return 0;
}

static int set_in_time(struct options *o, const char *value)
{
  if (eng_duration_parse(value, strlen(value), &o->in_time) == ENG_OK && o->in_time > 0)
    return 1;
  complain("--in-time is a duration such as 5m, 1h or 2d, not \"%s\"", value);
  return 0;
}

static int set_gaps(struct options *o, const char *value)
{
  char *end;
  long gaps = strtol(value, &end, 10);

  if (value[0] >= '0' && value[0] <= '9' && *end == '\0' && gaps >= 1 && gaps <= 1000) {
    o->gaps = (int32_t)gaps;
    return 1;
  }
  complain("--gaps is a number of 1 to 1000 such as 3, not \"%s\"", value);
  return 0;
}

static int set_pause(struct options *o, const char *value)
{
  if (eng_duration_parse(value, strlen(value), &o->pause) == ENG_OK && o->pause > 0)
    return 1;
  complain("--pause is a duration such as 30m, 1h or 90s, not \"%s\"", value);
  return 0;
}

static int set_came_anyway(struct options *o, const char *value)
{
  char *end;

  o->came_anyway = strtod(value, &end);
  if (value[0] >= '0' && value[0] <= '9' && *end == '\0' && o->came_anyway <= 1)
    return 1;
  complain("--came-anyway is a share of 0 to 1 such as 0.3, not \"%s\"", value);
  return 0;
}

static int set_behind(struct options *o, const char *value)
{
  if (value[0] >= '1' && value[0] <= '5' && value[1] == '\0') {
    o->behind = value[0] - '0';
    return 1;
  }
  complain("--behind is the number of a question, 1 to 5, not \"%s\"", value);
  return 0;
}

static int set_mode(struct options *o, const char *value)
{
  static const struct choice choices[] = {{"nday", RETENTION_NDAY},
                                          {"unbounded", RETENTION_UNBOUNDED},
                                          {"bracket", RETENTION_BRACKET}};

  o->retention = choose("mode", value, choices, COUNT(choices));
  return o->retention >= 0;
}

static int set_horizon(struct options *o, const char *value)
{
  const int64_t day = 86400000, most = 36525 * day;

  if (eng_duration_parse(value, strlen(value), &o->horizon) == ENG_OK &&
      o->horizon >= day && o->horizon <= most) {
    return 1;
  }
  complain("--horizon is a duration such as 90d, of a day to 100 years, not \"%s\"",
           value);
  return 0;
}

/* One or two digits; the rest of the text, or NULL. */
static const char *read_digits(const char *text, size_t least, size_t most,
                               int32_t *out)
{
  size_t n = 0;

  *out = 0;
  while (n < most && text[n] >= '0' && text[n] <= '9')
    *out = *out * 10 + (text[n++] - '0');
  return n >= least ? text + n : NULL;
}

/* H, HH, H:MM or, if `joined`, HHMM. Returns minutes, or -1. */
static int32_t read_clock(const char *text, int joined)
{
  int32_t hours, minutes = 0;
  const char *rest = read_digits(text, 1, 2, &hours);

  if (rest != NULL && *rest == ':')
    rest = read_digits(rest + 1, 2, 2, &minutes);
  else if (rest == text + 2 && joined && *rest != '\0')
    rest = read_digits(rest, 2, 2, &minutes);
  if (rest == NULL || *rest != '\0' || minutes > 59) return -1;
  return hours * 60 + minutes;
}

static int set_zone(struct options *o, const char *value)
{
  int32_t minutes;

  o->zone = 0;
  o->zone_name = NULL;
  if (text_same(value, "utc") || text_same(value, "z")) {
    return 1;
  }
  if (value[0] == '+' || value[0] == '-') {
    minutes = read_clock(value + 1, 1);
    if (minutes >= 0 && minutes <= 18 * 60) {
      o->zone = value[0] == '-' ? -minutes : minutes;
      return 1;
    }
    complain("--zone %s is no offset; write it as +01:00, up to 18:00", value);
  } else {
    o->zone_name = value;
    return 1;
  }
  return 0;
}

static int set_day_start(struct options *o, const char *value)
{
  o->day_start = read_clock(value, 0);
  if (o->day_start >= 0 && o->day_start < 24 * 60) return 1;
  complain("--day-start is a time of day such as 3 or 4:30, not \"%s\"", value);
  return 0;
}

static int set_delimiter(struct options *o, const char *value)
{
  static const struct choice names[] = {
      {"tab", '\t'}, {"\\t", '\t'}, {"comma", ','}, {"semicolon", ';'}, {"pipe", '|'}};

  for (size_t i = 0; i < COUNT(names); i++) {
    if (!text_same(value, names[i].name)) continue;
    o->delimiter = names[i].number;
    return 1;
  }
  if (value[0] != '\0' && value[1] == '\0' && (unsigned char)value[0] < 0x80 &&
      strchr("\"\r\n", value[0]) == NULL &&
      !((value[0] >= '0' && value[0] <= '9') || (value[0] >= 'a' && value[0] <= 'z') ||
        (value[0] >= 'A' && value[0] <= 'Z'))) {
    o->delimiter = (unsigned char)value[0];
    return 1;
  }
  complain("--delimiter is one sign such as , or ; or |, or the word tab");
  return 0;
}

/* ---- the table ---- */

/* What is done with a value. */
enum how { FLAG, WORD, LIST, CHECKED };

struct option {
  const char *name;
  const char *argument; /* NULL for a flag */
  const char *help;
  unsigned group;
  enum how how;
  size_t field;                                    /* for FLAG, WORD, LIST */
  int (*set)(struct options *, const char *value); /* for CHECKED; 0: refused */
};

#define FIELD(name) offsetof(struct options, name), NULL

static const struct option table[] = {
    {"model", "NAME|FILE", "a built-in model or a model file; may be repeated",
     OPTIONS_MODEL, LIST, FIELD(models)},
    {"param", "NAME=VALUE", "another value for a model's param; MODEL.NAME for one",
     OPTIONS_MODEL, LIST, FIELD(params)},
    {"customer", "ID", "the customer asked about", OPTIONS_CUSTOMER, WORD,
     FIELD(customer)},
    {"as-of", "TIME", "the moment asked about; a date: its end", OPTIONS_AS_OF, WORD,
     FIELD(as_of)},
    {"book", "FILE", "the book on a file; import makes it if it is not there",
     OPTIONS_BOOK, WORD, FIELD(book)},
    {"key", "FILE", "keys of who was forgotten; else BOOK.key, if there", OPTIONS_KEY,
     WORD, FIELD(key)},
    {"new", NULL, "a new key follows, under which is forgotten from now on",
     OPTIONS_RENEW, FLAG, FIELD(renew)},
    {"with", "ID", "the other one", OPTIONS_WITH, WORD, FIELD(with)},
    {"at", "TIME", "when this was found out; else now", OPTIONS_WITH, WORD, FIELD(at)},
    {"once", NULL, "ends when all is told up to now", OPTIONS_WATCH, FLAG, FIELD(once)},
    {"for", "DURATION", "ends after that time; else at Ctrl-C", OPTIONS_WATCH, CHECKED,
     0, set_for},
    {"until", "TIME", "what is dropped; a date: its end", OPTIONS_EXPIRE, WORD,
     FIELD(until)},
    {"to", "FORM", "jsonl (the default), csv or blob", OPTIONS_EXPORT, CHECKED, 0,
     set_export_form},
    {"out", "FILE", "where to, also as -o; FOLDER/ for a blob each", OPTIONS_EXPORT,
     WORD, FIELD(out)},
    {"where", "CONDITION", "in the model language: 'count(purchase) >= 2'",
     OPTIONS_WHERE, WORD, FIELD(where)},
    {"segments", "FILE", "instead: sizes and overlaps of NAME = CONDITION",
     OPTIONS_WHERE, WORD, FIELD(segments)},
    {"segment", "NAME", "with --segments: the customers of that one", OPTIONS_WHERE,
     WORD, FIELD(segment)},
    {"since", "TIME", "what changed each score since then; a date: its end",
     OPTIONS_SINCE, WORD, FIELD(since)},
    {"from", "TIME", "from when; a date: its beginning; else the data's end",
     OPTIONS_FROM_TO, WORD, FIELD(from)},
    {"to", "TIME", "until when; a date: its end", OPTIONS_FROM_TO, WORD, FIELD(to)},
    {"until", "TIME", "the end of what is seen; a date: its end", OPTIONS_FORECAST,
     WORD, FIELD(until)},
    {"split", "TIME", "what is after it is held out; a date: its end", OPTIONS_SPLIT,
     WORD, FIELD(split)},
    {"unit", "UNIT", "day, week (the default) or year", OPTIONS_FORECAST, CHECKED, 0,
     set_unit},
    {"family", "FAMILY", "usual, auto, bgnbd, mbgnbd, paretonbd, nbd; years: bgbb",
     OPTIONS_FORECAST, CHECKED, 0, set_family},
    {"save", "FILE", "where the fit is written, to be used elsewhere", OPTIONS_SAVE,
     WORD, FIELD(save)},
    {"plot", "FILE", "where the forecast is drawn beside what came, as SVG",
     OPTIONS_SPLIT, WORD, FIELD(plot)},
    {"fit", "FILE", "a fit that was saved; else one is made of the inputs",
     OPTIONS_HORIZON, WORD, FIELD(fit)},
    {"horizon", "DURATION", "how far ahead forecasts reach; default 90d",
     OPTIONS_HORIZON, CHECKED, 0, set_horizon},
    {"period", "PERIOD", "day, week, month, quarter, year, or days such as 30d",
     OPTIONS_ACTIVE | OPTIONS_RETENTION | OPTIONS_FLOW, CHECKED, 0, set_period},
    {"from", "TIME", "a time in the first period; else the first event",
     OPTIONS_ACTIVE | OPTIONS_RETENTION, WORD, FIELD(begin)},
    {"from", "TIME", "first moment of the window; else the last days",
     OPTIONS_METRICS | OPTIONS_REVIEW | OPTIONS_VALUE, WORD, FIELD(begin)},
    {"premium", NULL, "instead: what each stage brings over the mean of all",
     OPTIONS_VALUE, FLAG, FIELD(premium)},
    {"came-anyway", "SHARE", "of who came for a reward, who would have without; 0..1",
     OPTIONS_VALUE, CHECKED, 0, set_came_anyway},
    {"acquisition-cost", "AMOUNT", "saved on each who came for a reward; default 0",
     OPTIONS_VALUE, WORD, FIELD(acquisition_cost)},
    {"idea-price", "AMOUNT", "what an accepted idea is worth; else undefined",
     OPTIONS_VALUE, WORD, FIELD(idea_price)},
    {"behind", "N", "instead: the customers behind question N, 1 to 5", OPTIONS_REVIEW,
     CHECKED, 0, set_behind},
    {"base", "KIND,...", "who could convert; default visit", OPTIONS_METRICS, WORD,
     FIELD(base)},
    {"goal", "KIND,...", "what converts them; default purchase", OPTIONS_METRICS, WORD,
     FIELD(goal)},
    {"within", "DURATION", "how soon, inclusive; default 7d", OPTIONS_METRICS, CHECKED,
     0, set_within},
    {"hours", "HOURS", "response by these: 'mon-fri 9:00-17:30, sat 10-14'",
     OPTIONS_METRICS, WORD, FIELD(hours)},
    {"in-time", "DURATION", "an answer is in time up to here; default 5m",
     OPTIONS_METRICS, CHECKED, 0, set_in_time},
    {"pause", "DURATION", "a longer one ends a session; default 30m", OPTIONS_METRICS,
     CHECKED, 0, set_pause},
    {"gaps", "N", "churn: silent for more than N own gaps; default 3", OPTIONS_METRICS,
     CHECKED, 0, set_gaps},
    {"steps", "STEP,STEP,...", "kinds in order; a|b is either; 'a where value > 5'",
     OPTIONS_FUNNEL, WORD, FIELD(steps)},
    {"within", "DURATION", "from the first step to the last, inclusive", OPTIONS_FUNNEL,
     CHECKED, 0, set_within},
    {"from", "TIME", "no first step before it; a date: its beginning", OPTIONS_FUNNEL,
     WORD, FIELD(begin)},
    {"strict-order", NULL, "nothing else that the customer does comes between",
     OPTIONS_FUNNEL, FLAG, FIELD(strict_order)},
    {"once", NULL, "only a customer's first attempt counts", OPTIONS_FUNNEL, FLAG,
     FIELD(once)},
    {"per-customer", NULL, "how many steps each customer took", OPTIONS_FUNNEL, FLAG,
     FIELD(per_customer)},
    {"per-customer", NULL, "who moved, customer by customer", OPTIONS_FLOW, FLAG,
     FIELD(per_customer)},
    {"entered", "STAGE", "who came into it, when, and why", OPTIONS_FLOW, WORD,
     FIELD(entered)},
    {"left", "STAGE", "who went out of it, when, and why", OPTIONS_FLOW, WORD,
     FIELD(left)},
    {"stays", NULL, "instead: how long stays in each stage last", OPTIONS_FLOW, FLAG,
     FIELD(stays)},
    {"by-channel", NULL, "by the channel of the first step", OPTIONS_FUNNEL, FLAG,
     FIELD(by_channel)},
    {"times", NULL, "median and 90 % of the time from the step before", OPTIONS_FUNNEL,
     FLAG, FIELD(times)},
    {"events", "KIND,...", "what counts as active; else all that customers do",
     OPTIONS_ACTIVE, WORD, FIELD(events)},
    {"base", "KIND,...", "the first of these says the cohort; default purchase",
     OPTIONS_RETENTION, WORD, FIELD(base)},
    {"return", "KIND,...", "what counts as coming back; default purchase; any: all",
     OPTIONS_RETENTION, WORD, FIELD(back)},
    {"mode", "MODE", "nday (exactly then), unbounded (then or later), bracket",
     OPTIONS_RETENTION, CHECKED, 0, set_mode},
    {"brackets", "N,N,...", "first periods of the columns, one past the last",
     OPTIONS_RETENTION, WORD, FIELD(brackets)},
    {"own-clock", NULL, "days of 24 hours from each customer's own first event",
     OPTIONS_RETENTION, FLAG, FIELD(own_clock)},
    {"survival", NULL, "instead: by days since the first, who came back",
     OPTIONS_RETENTION, FLAG, FIELD(survival)},
    {"share", NULL, "shares of the cohort instead of counts", OPTIONS_RETENTION, FLAG,
     FIELD(share)},
    {"money", NULL, "what was spent, in the base currency, instead of counts",
     OPTIONS_RETENTION, FLAG, FIELD(money)},
    {"agreement", NULL, "instead: how far the ranks agree, by Cohen's kappa",
     OPTIONS_CROSSWALK, FLAG, FIELD(agreement)},
    {"format", "FORMAT", "table (for people), csv or json", OPTIONS_FORMAT, CHECKED, 0,
     set_format},
    {"format", "FORMAT", "json (the default), table or csv", OPTIONS_TELL, CHECKED, 0,
     set_format},
    {"rows", NULL, "in a table, every customer, however many", OPTIONS_ROWS, FLAG,
     FIELD(rows)},
    {"history", NULL, "since when, the highest stage ever reached, the lap",
     OPTIONS_HISTORY, FLAG, FIELD(history)},

    {"map", "FIELD=COL,...", "which column holds a field: customer=user,time=at",
     OPTIONS_INPUT, LIST, FIELD(maps)},
    {"kind", "KIND", "the kind of every row where no column tells it", OPTIONS_INPUT,
     WORD, FIELD(kind)},
    {"kinds", "NAME=KIND,...", "what names in the log mean; NAME= passes them over",
     OPTIONS_INPUT, LIST, FIELD(kinds)},
    {"own-kind", "NAME", "a kind of your own; may be repeated", OPTIONS_INPUT, LIST,
     FIELD(own_kinds)},
    {"currency", "CODE", "of amounts that name none, and of sums: USD", OPTIONS_INPUT,
     WORD, FIELD(currency)},
    {"rate", "CODE=NUMBER", "what one is in --currency; CODE@DATE: from then on",
     OPTIONS_INPUT, LIST, FIELD(rate)},
    {"rates", "FILE", "rates as CSV with columns currency, from and rate",
     OPTIONS_INPUT, WORD, FIELD(rates)},
    {"time-format", "FORM", "auto, iso, day-first, month-first, seconds, ...",
     OPTIONS_INPUT, CHECKED, 0, set_time_format},
    {"decimal", "SIGN", "point, or comma where amounts of a CSV file are 12,50",
     OPTIONS_INPUT, CHECKED, 0, set_decimal},
    {"input-format", "FORM", "auto, csv or jsonl, where the name does not tell",
     OPTIONS_INPUT, CHECKED, 0, set_input_format},
    {"known-at", "TIME", "only what was recorded until then; a date: its end",
     OPTIONS_INPUT, WORD, FIELD(known_at)},
    {"received-at", "TIME", "of JSON events that tell no time of their own",
     OPTIONS_INPUT, WORD, FIELD(received_at)},
    {"identical", "keep|merge", "identical rows of a file: two events, or one",
     OPTIONS_INPUT, CHECKED, 0, set_identical},
    {"rejects", "FILE", "where bad rows are kept as they are, no header", OPTIONS_INPUT,
     WORD, FIELD(rejects)},
    {"strict", NULL, "stop at the first bad row, with exit status 1", OPTIONS_INPUT,
     FLAG, FIELD(strict)},
    {"zone", "ZONE", "local time: UTC (default), +01:00, or Europe/Berlin",
     OPTIONS_INPUT, CHECKED, 0, set_zone},
    {"day-start", "H[:MM]", "when a business day begins; a bar that closes at 3: 3",
     OPTIONS_INPUT, CHECKED, 0, set_day_start},
    {"week-start", "DAY", "mon (the default) to sun", OPTIONS_INPUT, CHECKED, 0,
     set_week_start},
    {"delimiter", "SIGN", "between fields, where it is not found out: ; or tab",
     OPTIONS_INPUT, CHECKED, 0, set_delimiter},

    {"quiet", NULL, "no notes on standard error, errors only", OPTIONS_COMMON, FLAG,
     FIELD(quiet)},
    {"help", NULL, "this help", OPTIONS_COMMON, FLAG, FIELD(help)},
};

/* ---- reading ---- */

static void add_word(struct words *words, const char *word)
{
  words->items = memory_resize(words->items, words->count + 1, sizeof *words->items);
  words->items[words->count++] = word;
}

/* The option of that name that a command takes. */
static const struct option *find(const struct command *command, const char *name,
                                 size_t length)
{
  for (size_t i = 0; i < COUNT(table); i++)
    if ((table[i].group & (command->groups | OPTIONS_COMMON)) != 0 &&
        strlen(table[i].name) == length && memcmp(table[i].name, name, length) == 0)
      return &table[i];
  return NULL;
}

/* An option of other commands: which they are. Returns 0 if nobody has it. */
static int is_for_others(const struct command *command, const char *name)
{
  unsigned groups = 0;
  struct text others = {0};

  for (size_t i = 0; i < COUNT(table); i++)
    if (strcmp(table[i].name, name) == 0) groups |= table[i].group;
  if (groups == 0) return 0;
  commands_taking(&others, groups);
  complain("%s has no option --%s; it is for %s", command->name, name, others.bytes);
  text_free(&others);
  return 1;
}

static void unknown_option(const struct command *command, const char *word,
                           size_t length)
{
  const char *names[COUNT(table)];
  size_t count = 0;
  struct text name = {0};
  const char *near;

  text_add(&name, word, length);
  for (size_t i = 0; i < COUNT(table); i++)
    if ((table[i].group & (command->groups | OPTIONS_COMMON)) != 0)
      names[count++] = table[i].name;
  near = text_nearest(name.bytes, names, count);
  if (is_for_others(command, name.bytes)) {
    text_free(&name);
    return;
  }
  if (near != NULL)
    complain("%s has no option --%s; did you mean --%s?", command->name, name.bytes,
             near);
  else
    complain("%s has no option --%s; see: engagement %s --help", command->name,
             name.bytes, command->name);
  text_free(&name);
}

static int take(struct options *options, const struct option *option, const char *value)
{
  char *field = (char *)options + option->field;

  switch (option->how) {
  case FLAG: *(int *)(void *)field = 1; return 1;
  case WORD: *(const char **)(void *)field = value; return 1;
  case LIST: add_word((struct words *)(void *)field, value); return 1;
  case CHECKED: return option->set(options, value);
  }
  return 0;
}

/* One option at words[*at], which is moved past it. */
static int read_option(struct options *options, const struct command *command,
                       int count, char **words, int *at)
{
  const char *word = words[(*at)++] + 2;
  const char *value = strchr(word, '=');
  size_t length = value != NULL ? (size_t)(value - word) : strlen(word);
  const struct option *option = find(command, word, length);

  if (option == NULL) {
    unknown_option(command, word, length);
    return 0;
  }
  if (option->how == FLAG) {
    if (value == NULL) return take(options, option, NULL);
    complain("--%s takes no value", option->name);
    return 0;
  }
  if (value != NULL) return take(options, option, value + 1);
  if (*at < count) return take(options, option, words[(*at)++]);
  complain("--%s needs a value: --%s %s", option->name, option->name, option->argument);
  return 0;
}

int options_read(struct options *options, const struct command *command, int count,
                 char **words)
{
  int only_words = 0;

  *options = (struct options){.week_start = 1, .family = ENG_FAMILY_USUAL};
  if ((command->groups & OPTIONS_TELL) != 0) options->format = FORMAT_JSON;
  for (int at = 0; at < count;) {
    const char *word = words[at];

    if (!only_words && strcmp(word, "--") == 0) {
      only_words = 1;
      at++;
    } else if (!only_words && strncmp(word, "--", 2) == 0) {
      if (!read_option(options, command, count, words, &at)) return ANSWER_USAGE;
    } else if (!only_words && strcmp(word, "-h") == 0) {
      options->help = 1;
      at++;
    } else if (!only_words && strcmp(word, "-o") == 0 && at + 1 < count &&
               (command->groups & OPTIONS_EXPORT) != 0) {
      options->out = words[at + 1];
      at += 2;
    } else if (!only_words && strcmp(word, "-q") == 0) {
      options->quiet = 1;
      at++;
    } else if (!only_words && word[0] == '-' && word[1] != '\0') {
      complain("options are written out: see engagement %s --help; a file named %s is "
               "given as ./%s",
               command->name, word, word);
      return ANSWER_USAGE;
    } else {
      add_word(&options->words, word);
      at++;
    }
  }
  return ANSWER_DONE;
}

void options_free(struct options *options)
{
  free(options->words.items);
  free(options->maps.items);
  free(options->kinds.items);
  free(options->own_kinds.items);
  free(options->rate.items);
  free(options->models.items);
  free(options->params.items);
  *options = (struct options){0};
}

/* ---- help ---- */

void options_describe(unsigned groups)
{
  for (size_t i = 0; i < COUNT(table); i++) {
    char left[40];

    if ((table[i].group & groups) == 0) continue;
    snprintf(left, sizeof left, "--%s%s%s", table[i].name,
             table[i].argument != NULL ? " " : "",
             table[i].argument != NULL ? table[i].argument : "");
    printf("  %-22s %s\n", left, table[i].help);
  }
}
