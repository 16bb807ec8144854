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
     "engagement stages orders.csv --kind purchase --currency USD \\\n"
     "    --model four_stages | grep %\n"
     "  first_experience  was here once               23   23.0 %\n"
     "  relationship      gets to know you            48   48.0 %\n"
     "  loyalty           comes regularly             29   29.0 %\n"
     "  advocacy          recommends you               0    0.0 %\n",
     ON_INPUTS | OPTIONS_ROWS | OPTIONS_HISTORY, stages_run},
    {"scores", "INPUT...", "what customers say, whether they stay, what they spend",
     "Three scores 0..1000 of every customer, recency, frequency and monetary value\n"
     "(days since the last kept purchase, kept purchases, purchases less refunds) and\n"
     "their quintiles as three digits 1..5, 5 the best; forecasts by a --fit or one\n"
     "made here, empty where customers are too few. A --model of yours gives all of\n"
     "its scores; those of other names follow say, stay and spend.\n",
     "engagement scores orders.csv --kind purchase --currency USD --format csv |\n"
     "    cut -d, -f1-8 | head -n 3\n"
     "customer,say,stay,spend,recency_days,frequency,monetary,rfm\n"
     "customer-1,0,0,61,244,1,31.82,112\n"
     "customer-10,0,0,39,138,1,9.25,311\n",
     ON_INPUTS | OPTIONS_ROWS | OPTIONS_HORIZON, scores_run},
    {"explain", "INPUT... --customer ID", "why one customer stands where they stand",
     "Why a customer is in a stage of each --model, or of all that are built in: "
     "every\n"
     "clause with what was measured, the events that prove it, what is missing for "
     "the\n"
     "next stage, when the stage changes if nothing happens, and what the model\n"
     "advises; its dimensions, and every score line by line.\n"
     "--since says what changed the scores. --format json is for programs.\n",
     "engagement explain orders.csv --kind purchase --currency USD \\\n"
     "    --customer customer-17 --model four_stages | sed -n 4,6p\n"
     "Stage: loyalty, \"comes regularly\" (3 of 4), because\n"
     "  [x] days(purchase) >= again\n"
     "      measured 10, compared with 2\n",
     OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_MODEL | OPTIONS_FORMAT | OPTIONS_CUSTOMER |
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
     "engagement journey orders.csv --kind purchase --currency USD --format csv \\\n"
     "    --customer customer-17 --model four_stages | cut -d, -f3-5 | head -n 3\n"
     "time,from,to\n"
     "2025-08-07T08:41:00.000Z,none,first_experience\n"
     "2025-08-22T17:05:00.000Z,first_experience,relationship\n",
     ON_INPUTS | OPTIONS_CUSTOMER, journey_run},
    {"changes", "INPUT... --to TIME", "who will change stage if nothing happens",
     "Every change of stage under each --model, or under all that are built in, from\n"
     "one time to another if nothing happens: what came after --from is not seen.\n"
     "Causes are those of journey.\n",
     "engagement changes orders.csv --kind purchase --currency USD --format csv \\\n"
     "    --to 2026-12-31 --model four_stages | cut -d, -f1,3-5 | head -n 3\n"
     "customer,time,from,to\n"
     "customer-13,2026-08-24T00:00:00.000Z,loyalty,relationship\n"
     "customer-17,2026-08-03T00:00:00.000Z,loyalty,relationship\n",
     OPTIONS_INPUT | OPTIONS_MODEL | OPTIONS_FORMAT | OPTIONS_CUSTOMER |
         OPTIONS_FROM_TO,
     changes_run},
    {"fit", "INPUT...", "the shop's own forecasts, estimated from its history",
     "Fits a family of forecasts to the histories of all customers and prints it as\n"
     "JSON: parameters with standard errors, the likelihood, and a reason where there\n"
     "is something to know. --save keeps it for a till, or for scores --fit. Where "
     "the\n"
     "data is too thin the reason says what it lacks, and the exit status is 1.\n",
     "engagement fit orders.csv --kind purchase --currency USD --format csv |\n"
     "    grep '^family\\|^customers\\|^converged'\n"
     "family,paretonbd\n"
     "customers,100\n"
     "converged,true\n",
     OPTIONS_INPUT | OPTIONS_FORECAST | OPTIONS_SAVE | OPTIONS_TELL, fit_run},
    {"validate", "INPUT... --split TIME", "how good forecasts would have been",
     "Fits every family to what was known at --split and compares its forecasts with\n"
     "what came until --until, beside rules of thumb; as JSON. The coverage is that "
     "of\n"
     "the 80 % interval by randomised PIT: the place of what came within the forecast\n"
     "distribution, between two counts by a hash of the customer's id.\n",
     "engagement validate orders.csv --kind purchase --currency USD \\\n"
     "    --split 2026-03-31 --format csv |\n"
     "    grep '^family\\|^horizon\\|^forecasts.purchases.cov'\n"
     "horizon_days,91\n"
     "family,paretonbd\n"
     "forecasts.purchases.coverage,0.78\n",
     OPTIONS_INPUT | OPTIONS_FORECAST | OPTIONS_SPLIT | OPTIONS_TELL, validate_run},
    {"select", "INPUT... --where CONDITION",
     "the customers for whom a condition is true",
     "The ids of the customers for whom a condition is true, in their order. It is\n"
     "written as behind `when` in a model (docs/language.md). With a --model it may\n"
     "use its stages, scores and params, and ask `stage = NAME` or `stage >= NAME`.\n"
     "--segments reads named ones from a file and tells their sizes and overlaps, or\n"
     "with --segment NAME who is in one.\n",
     "engagement select orders.csv --kind purchase --currency USD \\\n"
     "    --where 'count(purchase) >= 25'\n"
     "customer\n"
     "customer-20\n"
     "customer-48\n"
     "customer-92\n",
     OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_FORMAT | OPTIONS_WHERE | OPTIONS_MODEL,
     select_run},
    {"crosswalk", "INPUT... --model A --model B",
     "how the stages of two models go together",
     "How many customers are in each stage of A and of B at once, counted from what\n"
     "they did, and the share of each stage of A that is in each stage of B. Of one\n"
     "--customer: where each has them, and the clause on which the two part.\n",
     "engagement crosswalk orders.csv --kind purchase --currency USD \\\n"
     "    --model four_stages --model five_e | head -n 6\n"
     "four_stages, and within each stage five_e\n"
     "100 customers as of 2026-06-30 23:59:59 UTC\n"
     "\n"
     "  first_experience              23   23.0 %\n"
     "    education                   23  100.0 %\n"
     "  relationship                  48   48.0 %\n",
     ON_INPUTS | OPTIONS_CUSTOMER, crosswalk_run},
    {"active", "INPUT...", "active customers by day, week or month; DAU, WAU, MAU",
     "Customers who did something in each --period (default month): the new, those "
     "who\n"
     "did in the period before too, those back after a pause, and who fell silent.\n"
     "--period rolling: of each day, who was active in 1, 7 and 30 days. What the\n"
     "company sends makes nobody active. docs/metrics.md has the definitions.\n",
     "engagement active orders.csv --kind purchase --currency USD \\\n"
     "    --period quarter --format csv | head -n 3\n"
     "period,active,new,returning,resurrected,dormant\n"
     "2025-Q3,33,33,0,0,0\n"
     "2025-Q4,62,41,21,0,12\n",
     OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_FORMAT | OPTIONS_ACTIVE, active_run},
    {"retention", "INPUT...", "who comes back: cohorts by their first event",
     "Of customers by the --period of their first --base event, who came back when.\n",
     "engagement retention orders.csv --kind purchase --currency USD \\\n"
     "    --period quarter --format csv | sed 2q\n"
     "cohort,size,p0,p1,p2,p3\n"
     "2025-Q3,33,33,21,15,16\n",
     OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_FORMAT | OPTIONS_RETENTION, retention_run},
    {"funnel", "INPUT... --steps A,B,C", "how far customers get through steps in order",
     "How many customers took the --steps in order --within a time. Every first step\n"
     "is a new attempt; what counts is the one that got furthest. docs/metrics.md.\n",
     "engagement funnel orders.csv --kind purchase --currency USD \\\n"
     "    --steps purchase,purchase --within 7d --format csv\n"
     "step,customers\n"
     "purchase,100\n"
     "purchase,43\n",
     OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_FORMAT | OPTIONS_FUNNEL, funnel_run},
    {"flow", "INPUT... --model M --from T", "how many moved from which stage to which",
     "How many were in which stage of the --model at --from and at --to (default: the\n"
     "data's end). With --period instead, how many are in each at the end of each.\n",
     "engagement flow orders.csv --kind purchase --currency USD \\\n"
     "    --model four_stages --from 2026-01-01 --format csv | head -n 4\n"
     "from,to,customers\n"
     "none,first_experience,10\n"
     "none,relationship,4\n"
     "none,loyalty,12\n",
     OPTIONS_INPUT | OPTIONS_MODEL | OPTIONS_FORMAT | OPTIONS_FROM_TO | OPTIONS_FLOW,
     flow_run},
    {"metrics", "INPUT...", "the classic metrics, and what each divides by what",
     "Retention, frequency, time on site, click-through, conversion, NPS, CSAT, CES,\n"
     "response times, order value, referrals and churn in a window, each with its\n"
     "numerator and denominator; undefined where there is nothing to divide by.\n",
     "engagement metrics orders.csv --kind purchase --currency USD \\\n"
     "    --format csv | grep '^repeat' | cut -d, -f1-5\n"
     "repeat_purchase,0.770000,share,77,100\n",
     OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_FORMAT | OPTIONS_METRICS, metrics_run},
    {"review", "INPUT...", "the five questions that a manager should ask",
     "Do the most valuable get enough time? Are ideas heard? Do enlistees get "
     "quality?\n"
     "Do one-timers come on? Is it only the new that are chased? docs/metrics.md has\n"
     "the definitions.\n",
     "engagement review orders.csv --kind purchase --currency USD | grep -A 3 ^4\n"
     "4. Do customers get beyond the first time?\n"
     "   share of buyers who bought once                           0.230\n"
     "   second purchase within the usual gap                      0.390\n"
     "   share who rose a stage of five_e                          0.080\n",
     OPTIONS_INPUT | OPTIONS_AS_OF | OPTIONS_FORMAT | OPTIONS_REVIEW, review_run},
    {"value", "INPUT...", "what engagement is worth, and what each stage brings",
     "Customer engagement value in four parts: own expected spend, that of who was\n"
     "brought for a reward (referral) or without (influence), ideas. "
     "docs/metrics.md.\n",
     "engagement value orders.csv --kind purchase --currency USD --premium \\\n"
     "    --model four_stages --format csv | cut -d, -f1,2,4 | grep loyal\n"
     "loyalty,29,1.186049\n",
     ON_INPUTS | OPTIONS_ROWS | OPTIONS_HORIZON | OPTIONS_VALUE, value_run},
    {"export", "INPUT...", "events out, to come in again without loss",
     "All events of the inputs, or of one --customer, as JSON Lines or CSV; read "
     "again\n"
     "they give the same timelines byte for byte, floors and corrections included.\n"
     "--to blob writes the encoded bytes: of one --customer the timeline, of all one\n"
     "book file, or into a folder (-o FOLDER/) a file each. All of these are INPUT.\n",
     "engagement export orders.csv --kind purchase --currency USD --to csv |\n"
     "    cut -d, -f1-3,7,8 | head -n 2\n"
     "customer,time,kind,amount,currency\n"
     "customer-1,2025-10-29T11:50:00.000Z,purchase,31.82,USD\n",
     OPTIONS_INPUT | OPTIONS_CUSTOMER | OPTIONS_EXPORT, export_run},
    {"models", "[show|check|diff|print ...]",
     "the published models; tools for your own",
     "The built-in models with their stages and sources. And, of a NAME or a FILE:\n"
     "  show NAME                 the text of a built-in one, to copy and change\n"
     "  check FILE...             what can hardly be meant; 1 if it is serious\n"
     "  diff OLD NEW [INPUT...]   what differs; who moves, and by which line\n"
     "  print FILE                the same model in one form, without comments\n",
     "engagement models --format csv | cut -d, -f1,3 | head -n 5\n"
     "name,shape\n"
     "sashi,cycle\n"
     "sashi_matrix,classes\n"
     "five_e,pyramid\n"
     "four_stages,ladder\n",
     OPTIONS_WORDS | OPTIONS_FORMAT | OPTIONS_INPUT | OPTIONS_AS_OF, models_run},
    {"import", "INPUT... --book FILE",
     "events into a book on a file, which is an INPUT too",
     "Adds the events of the inputs to a book on a file, which is made if it is not\n"
     "there: all of them, or none if something fails. What the book knows already\n"
     "changes nothing, so importing a file again is safe. A book on a file is an "
     "INPUT\n"
     "of every command. Other programs may read the book meanwhile.\n",
     "engagement import orders.csv --kind purchase --currency USD \\\n"
     "    --book shop.book && engagement fsck shop.book | head -n 2\n"
     "customers                    100\n"
     "events                       573\n",
     OPTIONS_INPUT | OPTIONS_BOOK | OPTIONS_KEY, import_run},
    {"merge", "BOOK --customer ID --with ID", "two ids that are one customer",
     "From then on the two are one customer to every question, under the smaller of\n"
     "their ids, and so is whoever else is merged with either. The events of each "
     "stay\n"
     "their own, so `unmerge` gives back exactly what was; `export` writes each for\n"
     "itself. Of two statements about one pair the later one stands, by --at.\n",
     "engagement import orders.csv --kind purchase --currency USD \\\n"
     "    --book shop.book && \\\n"
     "    engagement merge shop.book --customer customer-20 --with customer-27 && \\\n"
     "    engagement select shop.book --where 'count(purchase) >= 20'\n"
     "customer\n"
     "customer-20\n"
     "customer-33\n"
     "customer-48\n"
     "customer-92\n",
     OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_CUSTOMER | OPTIONS_WITH | OPTIONS_KEY,
     merge_run},
    {"unmerge", "BOOK --customer ID --with ID", "takes two ids apart again",
     "Takes back what `merge` said of the two: each is a customer with what they did\n"
     "themselves, as if they had never been merged. They stay one if others link "
     "them.\n",
     "engagement import orders.csv --kind purchase --currency USD \\\n"
     "    --book shop.book && \\\n"
     "    engagement merge shop.book --customer customer-20 --with customer-27 && \\\n"
     "    engagement unmerge shop.book --customer customer-20 \\\n"
     "    --with customer-27 && \\\n"
     "    engagement select shop.book --where 'count(purchase) >= 20' | head -n 3\n"
     "customer\n"
     "customer-20\n"
     "customer-27\n",
     OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_CUSTOMER | OPTIONS_WITH | OPTIONS_KEY,
     unmerge_run},
    {"forget", "BOOK --customer ID", "a person who asked to be forgotten",
     "Drops a customer with every event, for good: an old file or another till's book\n"
     "does not bring them back. What stays is a pseudonym under a key; the first time\n"
     "a key is made, in the file BOOK.key. The book is then written anew, so that\n"
     "nothing is left in it. What happens after --as-of, the present moment unless\n"
     "given, is of somebody new. Of an id that nobody has the exit status is 1; it is\n"
     "remembered all the same, since another till may have it.\n",
     "engagement import orders.csv --kind purchase --currency USD \\\n"
     "    --book shop.book && \\\n"
     "    engagement forget shop.book --customer customer-17 && \\\n"
     "    engagement fsck shop.book | head -n 1\n"
     "customers                     99\n",
     OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_CUSTOMER | OPTIONS_AS_OF | OPTIONS_KEY,
     forget_run},
    {"key", "BOOK [--new]", "the keys under which people are forgotten",
     "Lists the keys of a book; --new makes the next one, in the file of keys too, "
     "for\n"
     "whoever is forgotten from then on. An old key is needed until `expire` has\n"
     "passed those who were forgotten under it. Books that are synced come to share\n"
     "their keys.\n",
     "engagement import orders.csv --kind purchase --currency USD \\\n"
     "    --book shop.book && \\\n"
     "    engagement forget shop.book --customer customer-99 && \\\n"
     "    engagement key shop.book --new\n"
     "key 1: 1 forgotten under it; it is needed\n"
     "key 2: 0 forgotten under it; it is the one in use\n",
     OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_KEY | OPTIONS_RENEW, key_run},
    {"expire", "BOOK --until TIME", "drops what is older than it may be kept",
     "Drops every event until a time, for good: they are ignored should they come\n"
     "again. With --customer those of one customer. The book is then written anew.\n",
     "engagement import orders.csv --kind purchase --currency USD \\\n"
     "    --book shop.book && \\\n"
     "    engagement expire shop.book --until 2025-12-31 && \\\n"
     "    engagement fsck shop.book | head -n 2\n"
     "customers                     71\n"
     "events                       344\n",
     OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_CUSTOMER | OPTIONS_EXPIRE | OPTIONS_KEY,
     expire_run},
    {"sync", "BOOK BOOK", "brings two books on files together",
     "Afterwards both books hold what either held, as if there had been one. Only "
     "what\n"
     "is missing is exchanged, so two that are nearly alike are quick; one that broke\n"
     "off is simply repeated. A second book that is not there is made.\n",
     "engagement import orders.csv --kind purchase --currency USD \\\n"
     "    --book shop.book && \\\n"
     "    engagement sync shop.book till.book && \\\n"
     "    engagement fsck till.book | head -n 1\n"
     "customers                    100\n",
     OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_KEY, sync_run},
    {"watch", "BOOK", "changes of stage as they come, by events and by silence",
     "Every change of stage under each --model, or all built-in ones, a line each and\n"
     "at once: those that events bring, which other programs record in the book, and\n"
     "those that come by silence. --as-of: also those since then; --once: only those.\n"
     "Causes: event; silence; record, which is what was learned late, of before.\n"
     "--format json writes a JSON object a line.\n",
     "engagement import orders.csv --kind purchase --currency USD \\\n"
     "    --book shop.book && \\\n"
     "    engagement watch shop.book --model four_stages --as-of 2026-08-02 --once |\n"
     "    head -n 1\n"
     "2026-08-03  customer-17  four_stages: loyalty -> relationship (down, silence)\n",
     OPTIONS_WORDS | OPTIONS_INPUT | OPTIONS_MODEL | OPTIONS_AS_OF | OPTIONS_FORMAT |
         OPTIONS_WATCH,
     watch_run},
    {"fsck", "BOOK...", "whether every byte of a book on a file is right",
     "Looks at every page and every customer of books on files, and changes nothing.\n"
     "The exit status is 1 if something is damaged.\n",
     "engagement import orders.csv --kind purchase --currency USD \\\n"
     "    --book shop.book && engagement fsck shop.book | tail -n 2\n"
     "damaged rows                   0\n"
     "damaged pages                  0\n",
     OPTIONS_WORDS | OPTIONS_INPUT, fsck_run},
};

/* Kinds above it are the host's own. */
enum { LAST_BUILT_IN = 127 };

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* ---- help ---- */

/* How the commands stand together in the short list. A name that is no command of this
 * program is passed over; a command without a section stands in one at the end. */
static const struct {
  const char *title;
  const char *names;
} sections[] = {
    {"one customer", "explain journey"},
    {"all customers", "stages scores select changes crosswalk"},
    {"the business", "active retention funnel flow metrics review value report"},
    {"forecasts", "fit validate"},
    {"models", "models"},
    {"files, books", "export import merge unmerge expire sync forget key watch fsck"},
};

enum { SECTIONS = sizeof sections / sizeof sections[0], TITLE = 16 };

static int is_among(const char *name, const char *names)
{
  size_t length = strlen(name);

  for (const char *at = names; (at = strstr(at, name)) != NULL; at += length) {
    int starts = at == names || at[-1] == ' ';

    if (starts && (at[length] == ' ' || at[length] == '\0')) return 1;
  }
  return 0;
}

/* Which section a command stands in; SECTIONS: none of them. */
static size_t section_of(const struct command *command)
{
  size_t section = 0;

  while (section < SECTIONS && !is_among(command->name, sections[section].names))
    section++;
  return section;
}

static void list_section(struct text *out, size_t section)
{
  const char *title = section < SECTIONS ? sections[section].title : "more";
  size_t column = 0;

  for (size_t i = 0; i < COMMANDS; i++) {
    size_t length = strlen(commands[i].name) + 2;

    if (section_of(&commands[i]) != section) continue;
    if (column == 0) {
      text_print(out, "  %-*s", TITLE, title);
      column = 2 + TITLE;
    } else if (column + length > 76) {
      text_print(out, ",\n  %*s", TITLE, "");
      column = 2 + TITLE;
    } else {
      text_put(out, ", ");
    }
    text_put(out, commands[i].name);
    column += length;
  }
  if (column > 0) text_put(out, "\n");
}

static int help_program(void)
{
  struct text out = {0};

  text_put(&out, "engagement - lifecycle stages of customers, with the evidence\n\n"
                 "  engagement COMMAND [INPUT...] [--OPTION...]\n\n");
  for (size_t i = 0; i <= SECTIONS; i++) list_section(&out, i);
  text_put(
      &out,
      "\n"
      "An INPUT is a CSV file or one of JSON Lines; - is standard input.\n"
      "Columns are recognised by the names in common use; what was taken is said.\n"
      "\n"
      "  engagement stages orders.csv --kind purchase --currency USD\n"
      "  engagement help commands     what each command does, in a line\n"
      "  engagement COMMAND --help    all of one command, with an example\n"
      "  engagement help input|kinds  options for reading files; kinds of events\n"
      "  engagement --version         the version\n"
      "Exit status: 0 done; 1 the answer is no, or --strict met a bad row;\n"
      "2 usage, or an input that cannot be read; 3 anything else.\n");
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

static int help_commands(void)
{
  for (size_t section = 0; section <= SECTIONS; section++)
    for (size_t i = 0; i < COMMANDS; i++)
      if (section_of(&commands[i]) == section)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
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

/* The command line behind a prompt, and what it prints. */
static void show_example(const char *example)
{
  const char *prompt = "$ ";

  while (*example != '\0') {
    size_t length = strcspn(example, "\n");

    printf("%s%s%.*s\n", length > 0 ? "  " : "", prompt, (int)length, example);
    prompt = "";
    example += length + (example[length] == '\n');
  }
}

static int help_command(const struct command *command)
{
  int reads = (command->groups & OPTIONS_INPUT) != 0;

  printf("engagement %s %s [--OPTION...]\n\n%s\n", command->name, command->arguments,
         command->about);
  options_describe(command->groups & ~(unsigned)OPTIONS_INPUT);
  printf("  --quiet, --help        %s\n",
         reads ? "and those of reading INPUT: engagement help input"
               : "errors only on standard error; this help");
  printf("\nExample, in the folder examples:\n");
  show_example(command->example);
  return output_end();
}

/* ---- which command ---- */

void commands_taking(struct text *out, unsigned groups)
{
  int count = 0;

  for (size_t i = 0; i < COMMANDS; i++)
    if ((commands[i].groups & groups) != 0)
      text_print(out, "%s%s", count++ > 0 ? ", " : "", commands[i].name);
}

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
  else if (name[0] == '-')
    complain("the command comes first: engagement COMMAND %s; see: engagement --help",
             name);
  else if (strchr(name, '.') != NULL)
    complain("say what to do with %s: engagement stages %s; see: engagement --help",
             name, name);
  else
    complain("there is no command \"%s\"; see: engagement --help", name);
  return ANSWER_USAGE;
}

static int help(int count, char **words)
{
  const struct command *command;

  if (count == 0) return help_program();
  if (strcmp(words[0], "commands") == 0) return help_commands();
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

static int begin(int count, char **words)
{
  const struct command *command;
  const char *name;

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

int main(int count, char **words)
{
  int answer;

  host_start();
  output_begin();
  answer = begin(count, words);
  /* everything is closed and released by now */
  if (answer == ANSWER_FAILED && output_failed()) host_end_if_reader_left();
  return answer == ANSWER_EMPTY ? ANSWER_DONE : answer;
}
