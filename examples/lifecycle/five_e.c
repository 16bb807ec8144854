/* SPDX-License-Identifier: MIT */
/*
 * five_e.c - up the pyramid of the five E's. Criticism from a regular counts: it is
 * meant to improve.
 */
#include "story.h"

int main(void)
{
  struct story story;

  story_open(&story, "five_e");
  story_event(&story, "2026-01-05", ENG_EVENT_MESSAGE_OUT, "is sent a leaflet");
  story_event(&story, "2026-01-07", ENG_EVENT_VISIT, "drops in");
  story_event(&story, "2026-01-10", ENG_EVENT_LEARN, "takes a brewing class");
  story_event(&story, "2026-01-10", ENG_EVENT_PURCHASE, "buys beans");
  story_event(&story, "2026-01-17", ENG_EVENT_PURCHASE, "buys more");
  story_event(&story, "2026-01-24", ENG_EVENT_PURCHASE, "comes every Saturday now");
  story_begin(&story, "2026-01-31", ENG_EVENT_COMPLAINT);
  story_set(&story, eng_event_set_valence(story.event, -1));
  story_tell(&story, "says that the new roast is too dark");
  story_event(&story, "2026-02-07", ENG_EVENT_REFER, "brings a friend");
  story_event(&story, "2026-02-14", ENG_EVENT_COMMUNITY, "answers other guests online");
  story_event(&story, "2026-02-21", ENG_EVENT_COCREATE, "helps to choose a blend");
  story_wait(&story, "2026-09-01");
  return story_close(&story);
}
