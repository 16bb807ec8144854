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

static int set_time_format(struct options *o, const char *value)
{
  static const struct choice choices[] = {{"auto", ENG_TIME_AUTO},
                                          {"iso", ENG_TIME_ISO},
                                          {"compact", ENG_TIME_COMPACT},
                                          {"seconds", ENG_TIME_SECONDS},
                                          {"milliseconds", ENG_TIME_MILLISECONDS}};

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

  if (text_same(value, "utc") || text_same(value, "z")) {
    o->zone = 0;
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
    complain(
        "--zone takes UTC or a fixed offset such as +01:00; names of zones such as "
        "Europe/Berlin are for a later version");
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
  const char *help;     /* NULL: that of another one tells */
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
    {"until", "TIME", "what is dropped; a date: its end", OPTIONS_EXPIRE, WORD,
     FIELD(until)},
    {"to", "FORM", "jsonl (the default), csv or blob", OPTIONS_EXPORT, CHECKED, 0,
     set_export_form},
    {"out", "FILE",
     "where it is written, also as -o; blobs: a folder, with / at its end",
     OPTIONS_EXPORT, WORD, FIELD(out)},
    {"where", "CONDITION", "in the model language: 'count(purchase) >= 2'",
     OPTIONS_WHERE, WORD, FIELD(where)},
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
    {"time-format", "FORM", "auto, iso, compact, seconds or milliseconds",
     OPTIONS_INPUT, CHECKED, 0, set_time_format},
    {"input-format", "FORM", "auto, csv or jsonl, where the name does not tell",
     OPTIONS_INPUT, CHECKED, 0, set_input_format},
    {"received-at", "TIME", "of JSON events that tell no time of their own",
     OPTIONS_INPUT, WORD, FIELD(received_at)},
    {"identical", "keep|merge", "identical rows of a file: two events, or one",
     OPTIONS_INPUT, CHECKED, 0, set_identical},
    {"rejects", "FILE", "where bad rows are kept as they are, no header", OPTIONS_INPUT,
     WORD, FIELD(rejects)},
    {"strict", NULL, "stop at the first bad row, with exit status 1", OPTIONS_INPUT,
     FLAG, FIELD(strict)},
    {"zone", "OFFSET", "local time: UTC (the default) or such as +01:00", OPTIONS_INPUT,
     CHECKED, 0, set_zone},
    {"day-start", "H[:MM]", "when a business day begins; a bar that closes at 3: 3",
     OPTIONS_INPUT, CHECKED, 0, set_day_start},
    {"week-start", "DAY", "mon (the default) to sun", OPTIONS_INPUT, CHECKED, 0,
     set_week_start},
    {"delimiter", "SIGN", "between fields, where it is not found out: ; or tab",
     OPTIONS_INPUT, CHECKED, 0, set_delimiter},

    {"quiet", NULL, "errors only on standard error; --help: this help", OPTIONS_COMMON,
     FLAG, FIELD(quiet)},
    {"help", NULL, NULL, OPTIONS_COMMON, FLAG, FIELD(help)},
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

    if ((table[i].group & groups) == 0 || table[i].help == NULL) continue;
    snprintf(left, sizeof left, "--%s%s%s", table[i].name,
             table[i].argument != NULL ? " " : "",
             table[i].argument != NULL ? table[i].argument : "");
    printf("  %-22s %s\n", left, table[i].help);
  }
}
