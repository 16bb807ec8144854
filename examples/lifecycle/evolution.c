/* SPDX-License-Identifier: MIT */
/*
 * evolution.c - from dealing with the company over its content to other customers. The
 * mix says how much of each there is.
 */
#include "story.h"

int main(void)
{
  struct story story;

  story_open(&story, "evolution");
  story_event(&story, "2026-01-05", ENG_EVENT_PURCHASE, "buys a bag of beans");
  story_dimensions(&story);
  story_event(&story, "2026-01-06", ENG_EVENT_SUBSCRIBE, "subscribes to the letter");
  story_event(&story, "2026-01-13", ENG_EVENT_OPEN, "opens it");
  story_event(&story, "2026-01-13", ENG_EVENT_CONTENT_USE, "reads how to grind");
  story_dimensions(&story);
  story_event(&story, "2026-02-01", ENG_EVENT_COMMUNITY, "asks in the forum");
  story_event(&story, "2026-02-03", ENG_EVENT_COMMUNITY, "answers in the forum");
  story_dimensions(&story);
  story_wait(&story, "2027-03-01");
  story_dimensions(&story);
  return story_close(&story);
}
