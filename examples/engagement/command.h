/* SPDX-License-Identifier: MIT */
/*
 * command.h - what a command is, and how it ends.
 *
 * A command is a line of the table in main.c: its name, the groups of options that it
 * takes, its help, and the function that does it.
 */
#ifndef ENGAGEMENT_PROGRAM_COMMAND_H
#define ENGAGEMENT_PROGRAM_COMMAND_H

#include "options.h"

/* Exit statuses. */
enum {
  ANSWER_DONE = 0,
  ANSWER_NO = 1,     /* the answer is no, or --strict met a bad row */
  ANSWER_USAGE = 2,  /* not asked as the help says, or input that cannot be read */
  ANSWER_FAILED = 3, /* anything else */
  ANSWER_EMPTY = -1  /* within the program: 0, for there is nothing to answer about */
};

struct command {
  const char *name;
  const char *arguments; /* what follows the name in the line of usage */
  const char *summary;   /* a few words for the list of commands */
  const char *about;     /* some lines for its own help */
  /* One command line and what it prints, as lines that end with \n; continued by a
   * backslash. It works in the folder examples; tests/program/front.sh runs it. */
  const char *example;
  unsigned groups; /* OPTIONS_* */
  int (*run)(const struct options *options);
};

/* The names of the commands that take options of these groups, "explain, journey". */
struct text;
void commands_taking(struct text *out, unsigned groups);

int stages_run(const struct options *options);
int journey_run(const struct options *options);
int changes_run(const struct options *options);
int explain_run(const struct options *options);
int scores_run(const struct options *options);
int select_run(const struct options *options);
int crosswalk_run(const struct options *options);
int active_run(const struct options *options);
int retention_run(const struct options *options);
int funnel_run(const struct options *options);
int flow_run(const struct options *options);
int metrics_run(const struct options *options);
int review_run(const struct options *options);
int value_run(const struct options *options);
int fit_run(const struct options *options);
int validate_run(const struct options *options);
int export_run(const struct options *options);
int models_run(const struct options *options);
int import_run(const struct options *options);
int fsck_run(const struct options *options);
int forget_run(const struct options *options);
int key_run(const struct options *options);
int expire_run(const struct options *options);
int merge_run(const struct options *options);
int unmerge_run(const struct options *options);
int sync_run(const struct options *options);
int watch_run(const struct options *options);

#endif
