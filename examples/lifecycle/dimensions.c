/* SPDX-License-Identifier: MIT */
/*
 * dimensions.c - head, heart and hand as three numbers, and how many of them have come
 * to their mark.
 */
#include "story.h"

int main(void)
{
  struct story story;

  story_open(&story, "dimensions");
  story_event(&story, "2026-03-01", ENG_EVENT_VISIT, "looks in");
  story_event(&story, "2026-03-02", ENG_EVENT_SEARCH, "looks for a recipe");
  story_event(&story, "2026-03-03", ENG_EVENT_CONTENT_USE, "reads it");
  story_event(&story, "2026-03-05", ENG_EVENT_LEARN, "takes a class");
  story_event(&story, "2026-03-06", ENG_EVENT_PURCHASE, "buys");
  story_dimensions(&story);
  story_event(&story, "2026-03-13", ENG_EVENT_PURCHASE, "buys again");
  story_event(&story, "2026-03-14", ENG_EVENT_REACT, "likes a picture");
  story_event(&story, "2026-03-15", ENG_EVENT_FOLLOW, "follows the shop");
  story_dimensions(&story);
  story_event(&story, "2026-03-16", ENG_EVENT_COMPLAINT, "complains");
  story_dimensions(&story);
  story_wait(&story, "2026-07-01");
  story_dimensions(&story);
  return story_close(&story);
}
