/* SPDX-License-Identifier: MIT */
/*
 * main.c - the program `engagement`: the table of commands, help, and which command it
 * is.
 *
 * The program sees public headers only. It answers 0 when it is done, 1 when the answer
 * is no or --strict met a bad row, 2 when it was not asked as the help says or an input
 * cannot be read, and 3 for anything else.
 */
#include <stdio.h>
#include <string.h>

#include <engagement/context.h>
#include <engagement/version.h>

#include "command.h"
#include "host.h"
#include "message.h"
#include "output.h"
#include "text.h"

enum { ON_INPUTS = OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_MODEL | OPTIONS_FORMAT };

static const struct command commands[] = {
    {"stages", "INPUT...", "where every customer stands in a lifecycle",
     "The stage of every customer under each --model, or under all that are built in,\n"
     "and when it changes if nothing happens. Without --format: how many stand where;\n"
     "up to 50 customers are listed, with --rows all of them.\n"
     "--history adds since when, the highest stage ever reached, and the lap.\n",
     "engagement stages orders.csv --kind purchase --currency USD --model sashi",
     ON_INPUTS | OPTIONS_ROWS | OPTIONS_HISTORY, stages_run},
    {"scores", "INPUT...", "what customers say, whether they stay, what they spend",
     "Three scores 0..1000 of every customer, recency, frequency and monetary value\n"
     "(days since the last kept purchase, kept purchases, purchases less refunds) and\n"
     "their quintiles as three digits 1..5, 5 the best; forecasts by a --fit or one\n"
     "made here, empty where customers are too few. A --model of yours gives all of\n"
     "its scores; those of other names follow say, stay and spend.\n",
     "engagement scores orders.csv --kind purchase --currency USD --format csv",
     ON_INPUTS | OPTIONS_ROWS | OPTIONS_HORIZON, scores_run},
    {"explain", "INPUT... --customer ID", "why one customer stands where they stand",
     "Why a customer is in a stage of each --model, or of all that are built in: "
     "every\n"
     "clause with what was measured, the events that prove it, what is missing for "
     "the\n"
     "next stage, when the stage changes if nothing happens, and what the model\n"
     "advises; its dimensions, and every score line by line.\n"
     "--since says what changed the scores. --format json is for programs.\n",
     "engagement explain orders.csv --kind purchase --currency USD --customer 42",
     OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_MODEL | OPTIONS_TELL | OPTIONS_CUSTOMER |
         OPTIONS_SINCE,
     explain_run},
    {"journey", "INPUT... [--customer ID]", "every change of stage, when and why",
     "Every change of stage under each --model, or all built-in ones, and its cause:\n"
     "  event KIND         this happened\n"
     "  undo KIND          a refund or cancellation took effect\n"
     "  expiry KIND TIME   this event left a window\n"
     "  age KIND TIME      this event became old enough\n"
     "  period KIND TIME   a day or week of a streak began; this event is out of it\n"
     "  time               a time since reached its limit\n",
     "engagement journey orders.csv --kind purchase --currency USD --customer 42",
     ON_INPUTS | OPTIONS_CUSTOMER, journey_run},
    {"changes", "INPUT... --to TIME", "who will change stage if nothing happens",
     "Every change of stage under each --model, or under all that are built in, from\n"
     "one time to another if nothing happens: what came after --from is not seen.\n"
     "Causes are those of journey.\n",
     "engagement changes orders.csv --kind purchase --currency USD --to 2026-12-31",
     OPTIONS_INPUT | OPTIONS_MODEL | OPTIONS_FORMAT | OPTIONS_CUSTOMER |
         OPTIONS_FROM_TO,
     changes_run},
    {"fit", "INPUT...", "the shop's own forecasts, estimated from its history",
     "Fits a family of forecasts to the histories of all customers and prints it as\n"
     "JSON: parameters with standard errors, the likelihood, and a reason where there\n"
     "is something to know. --save keeps it for a till, or for scores --fit. Where "
     "the\n"
     "data is too thin the reason says what it lacks, and the exit status is 1.\n",
     "engagement fit orders.csv --kind purchase --currency USD --save shop.fit",
     OPTIONS_INPUT | OPTIONS_FORECAST | OPTIONS_SAVE, fit_run},
    {"validate", "INPUT... --split TIME", "how good forecasts would have been",
     "Fits every family to what was known at --split and compares its forecasts with\n"
     "what came until --until, beside rules of thumb; as JSON. The coverage is that "
     "of\n"
     "the 80 % interval by randomised PIT: the place of what came within the forecast\n"
     "distribution, between two counts by a hash of the customer's id.\n",
     "engagement validate orders.csv --kind purchase --split 2026-06-30",
     OPTIONS_INPUT | OPTIONS_FORECAST | OPTIONS_SPLIT, validate_run},
    {"select", "INPUT... --where CONDITION",
     "the customers for whom a condition is true",
     "The ids of the customers for whom a condition is true, in their order. It is\n"
     "written as behind `when` in a model; docs/language.md has all of it.\n",
     "engagement select orders.csv --kind purchase --currency USD \\\n"
     "      --where 'count(purchase) >= 2'",
     OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_FORMAT | OPTIONS_WHERE, select_run},
    {"crosswalk", "INPUT... --model A --model B",
     "how the stages of two models go together",
     "How many customers are in each stage of A and of B at once, counted from what\n"
     "they did, and the share of each stage of A that is in each stage of B.\n",
     "engagement crosswalk orders.csv --kind purchase --currency USD \\\n"
     "      --model five_e --model sashi",
     ON_INPUTS, crosswalk_run},
    {"models", "[show|check|diff|print ...]",
     "the published models; tools for your own",
     "The built-in models with their stages and sources. And, of a NAME or a FILE:\n"
     "  show NAME                 the text of a built-in one, to copy and change\n"
     "  check FILE...             what can hardly be meant; 1 if it is serious\n"
     "  diff OLD NEW [INPUT...]   what differs; who moves, and by which line\n"
     "  print FILE                the same model in one form, without comments\n",
     "engagement models show five_levels > mine.model",
     OPTIONS_WORDS | OPTIONS_FORMAT | OPTIONS_INPUT | OPTIONS_AS_OF, models_run},
    {"import", "INPUT... --book FILE",
     "events into a book on a file, which is an INPUT too",
     "Adds the events of the inputs to a book on a file, which is made if it is not\n"
     "there: all of them, or none if something fails. What the book knows already\n"
     "changes nothing, so importing a file again is safe. A book on a file is an "
     "INPUT\n"
     "of every command. Other programs may read the book meanwhile.\n",
     "engagement import orders.csv --kind purchase --currency USD --book shop.book",
     OPTIONS_INPUT | OPTIONS_BOOK | OPTIONS_KEY, import_run},
    {"forget", "BOOK --customer ID", "a person who asked to be forgotten",
     "Drops a customer with every event, for good: an old file or another till's book\n"
     "does not bring them back. What stays is a pseudonym under a key; the first time\n"
     "a key is made, in the file BOOK.key. The book is then written anew, so that\n"
     "nothing is left in it. What happens after --as-of, the present moment unless\n"
     "given, is of somebody new.\n",
     "engagement forget shop.book --customer customer-17",
     OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_CUSTOMER | OPTIONS_AS_OF | OPTIONS_KEY,
     forget_run},
    {"expire", "BOOK --until TIME", "drops what is older than it may be kept",
     "Drops every event until a time, for good: they are ignored should they come\n"
     "again. With --customer those of one customer. The book is then written anew.\n",
     "engagement expire shop.book --until 2016-12-31",
     OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_CUSTOMER | OPTIONS_EXPIRE | OPTIONS_KEY,
     expire_run},
    {"sync", "BOOK BOOK", "brings two books on files together",
     "Afterwards both books hold what either held, as if there had been one. Only "
     "what\n"
     "is missing is exchanged, so two that are nearly alike are quick; one that broke\n"
     "off is simply repeated. A second book that is not there is made.\n",
     "engagement sync shop.book till.book", OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_KEY,
     sync_run},
    {"fsck", "BOOK...", "whether every byte of a book on a file is right",
     "Looks at every page and every customer of books on files, and changes nothing.\n"
     "The exit status is 1 if something is damaged.\n",
     "engagement fsck shop.book", OPTIONS_WORDS | OPTIONS_INPUT, fsck_run},
};

/* Kinds above it are the host's own. */
enum { LAST_BUILT_IN = 127 };

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* ---- help ---- */

static int help_program(void)
{
  printf("engagement - lifecycle stages of customers, with the evidence\n\n"
         "  engagement COMMAND [INPUT...] [--OPTION...]\n\n");
  for (size_t i = 0; i < COMMANDS; i++)
    printf("  %-10s %s\n", commands[i].name, commands[i].summary);
  printf("\n"
         "An INPUT is a CSV file with a header, one event a row; - is standard input.\n"
         "Columns are recognised by the names in common use; what was taken is said.\n"
         "\n"
         "  engagement stages orders.csv --kind purchase --currency USD\n"
         "  engagement COMMAND --help    what a command does\n"
         "  engagement help input|kinds  options for reading files; kinds of events\n"
         "  engagement --version         the version\n"
         "Exit status: 0 done; 1 the answer is no, or --strict met a bad row;\n"
         "2 usage, or an input that cannot be read; 3 anything else.\n");
  return output_end();
}

static int help_input(void)
{
  printf("Options of every command that reads INPUT, all of them optional:\n\n");
  options_describe(OPTIONS_INPUT);
  printf("\nExample:\n"
         "  engagement stages log.csv --map customer=user,time=at --kinds "
         "'paid=purchase'\n");
  return output_end();
}

/* The built-in kinds of one direction. */
static void list_kinds(struct text *out, const eng_context *context, int32_t direction)
{
  struct text names = {0};

  for (int32_t kind = 1; kind <= LAST_BUILT_IN; kind++) {
    if (eng_kind_direction(context, kind) != direction) continue;
    text_print(&names, "%s%s", names.length > 0 ? ", " : "",
               eng_kind_name(context, kind));
  }
  text_add_wrapped(out, 2, 2, names.bytes);
  text_free(&names);
}

static int help_kinds(void)
{
  eng_context *context = NULL;
  struct text out = {0};
  eng_status status = eng_context_new(NULL, &context);

  if (status != ENG_OK) return complain_status("kinds", status);
  text_put(&out, "What customers do:\n\n");
  list_kinds(&out, context, ENG_DIRECTION_CUSTOMER);
  text_put(&out, "\nWhat the company does:\n\n");
  list_kinds(&out, context, ENG_DIRECTION_COMPANY);
  text_put(&out,
           "\nLetter case, blanks and dashes do not matter, and names of GA4, Segment "
           "and\nschema.org are known too. --kinds says what other names mean, "
           "--own-kind names\nkinds of your own. docs/language.md has their groups.\n"
           "\nExample:\n  engagement stages log.csv --kinds "
           "'paid=purchase,seen=view_item'\n");
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  eng_context_free(context);
  return output_end();
}

static int help_command(const struct command *command)
{
  unsigned own = command->groups & ~(unsigned)OPTIONS_INPUT;

  printf("engagement %s %s [--OPTION...]\n\n%s\n", command->name, command->arguments,
         command->about);
  options_describe(own | OPTIONS_COMMON);
  if ((command->groups & OPTIONS_INPUT) != 0) {
    printf("\nReading INPUT (engagement help input):\n");
    options_list(OPTIONS_INPUT);
  }
  printf("\nExample:\n  %s\n", command->example);
  return output_end();
}

/* ---- which command ---- */

static const struct command *find_command(const char *name)
{
  for (size_t i = 0; i < COMMANDS; i++)
    if (strcmp(commands[i].name, name) == 0) return &commands[i];
  return NULL;
}

static int unknown_command(const char *name)
{
  const char *names[COMMANDS];
  const char *near;

  for (size_t i = 0; i < COMMANDS; i++) names[i] = commands[i].name;
  near = text_nearest(name, names, COMMANDS);
  if (near != NULL)
    complain("there is no command \"%s\"; did you mean %s?", name, near);
  else
    complain("there is no command \"%s\"; see: engagement --help", name);
  return ANSWER_USAGE;
}

static int help(int count, char **words)
{
  const struct command *command;

  if (count == 0) return help_program();
  if (strcmp(words[0], "input") == 0) return help_input();
  if (strcmp(words[0], "kinds") == 0) return help_kinds();
  command = find_command(words[0]);
  return command != NULL ? help_command(command) : unknown_command(words[0]);
}

static int run(const struct command *command, int count, char **words)
{
  struct options options;
  int answer = options_read(&options, command, count, words);

  if (answer == ANSWER_DONE) {
    if (options.quiet) message_be_quiet();
    if (options.help) {
      answer = help_command(command);
    } else if ((command->groups & OPTIONS_INPUT) != 0 && options.words.count == 0 &&
               (command->groups & OPTIONS_WORDS) == 0) {
      complain("say which file to read, or - for standard input: engagement %s %s",
               command->name, command->arguments);
      answer = ANSWER_USAGE;
    } else {
      answer = command->run(&options);
    }
  }
  options_free(&options);
  return answer;
}

int main(int count, char **words)
{
  const struct command *command;
  const char *name;

  host_start();
  output_begin();
  if (count < 2) {
    complain("say what to do: engagement --help lists the commands");
    return ANSWER_USAGE;
  }
  name = words[1];
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help_program();
  if (strcmp(name, "help") == 0) return help(count - 2, words + 2);
  if (strcmp(name, "--version") == 0) {
    printf("engagement %s\n", eng_version_text());
    return output_end();
  }
  command = find_command(name);
  if (command == NULL) return unknown_command(name);
  return run(command, count - 2, words + 2);
}
