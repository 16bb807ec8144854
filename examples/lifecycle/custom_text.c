/* SPDX-License-Identifier: MIT */
/*
 * custom_text.c - a model of one's own, as text: a gym, whose members fade when they
 * stay away, and come back when they train.
 */
#include "story.h"

static const char gym[] =
    "language 1\n"
    "model gym \"Members of the gym\"\n"
    "  revision 1\n"
    "\n"
    "param often = 6       # of the last eight weeks\n"
    "param quiet = 21 days\n"
    "\n"
    "let is_member = count(contract) > count(contract_end)\n"
    "let fades     = recency(visit) > quiet\n"
    "\n"
    "stage trial \"tries it\"\n"
    "  when count(visit) >= 1\n"
    "  advise \"Show them the ropes\"\n"
    "stage member \"has signed\"\n"
    "  when is_member\n"
    "stage regular \"has made it a habit\"\n"
    "  when is_member and streak(visit last 8 weeks) >= often\n"
    "stage fading \"pays, and stays away\"\n"
    "  when is_member and fades\n"
    "  advise \"Call, before they cancel\"\n"
    "stage advocate \"brings others\"\n"
    "  when is_member and not fades and count(refer within 180 days) >= 1\n"
    "  advise \"Thank both of them\"\n";

static void trains(struct story *story, const char *day)
{
  story_event(story, day, ENG_EVENT_VISIT, "trains");
}

int main(void)
{
  struct story story;

  story_open_text(&story, gym);
  trains(&story, "2026-01-05");
  story_event(&story, "2026-01-07", ENG_EVENT_CONTRACT, "signs for a year");
  trains(&story, "2026-01-12");
  trains(&story, "2026-01-19");
  trains(&story, "2026-01-26");
  trains(&story, "2026-02-02");
  trains(&story, "2026-02-09");
  story_event(&story, "2026-02-10", ENG_EVENT_REFER, "brings a colleague");
  story_wait(&story, "2026-03-20");
  trains(&story, "2026-03-21");
  story_event(&story, "2026-04-01", ENG_EVENT_CONTRACT_END, "cancels");
  return story_close(&story);
}
