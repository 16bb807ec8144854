/* SPDX-License-Identifier: MIT */
/*
 * four_stages.c - from the first experience to a recommendation, and back to a mere
 * relationship when the habit is gone.
 */
#include "story.h"

int main(void)
{
  struct story story;

  story_open(&story, "four_stages");
  story_event(&story, "2026-01-05", ENG_EVENT_VISIT, "looks around");
  story_event(&story, "2026-01-05", ENG_EVENT_PURCHASE, "buys a cup");
  story_event(&story, "2026-01-12", ENG_EVENT_PURCHASE, "buys another");
  story_event(&story, "2026-02-09", ENG_EVENT_VISIT, "sits by the window");
  story_event(&story, "2026-03-02", ENG_EVENT_PURCHASE, "comes about once a month");
  story_begin(&story, "2026-03-03", ENG_EVENT_RATING);
  story_set(&story, eng_event_set_scale(story.event, ENG_SCALE_NPS));
  story_set(&story, eng_event_set_value(story.event, 10000));
  story_tell(&story, "would recommend it, and tells only us");
  story_begin(&story, "2026-03-05", ENG_EVENT_REVIEW);
  story_set(&story, eng_event_set_flags(story.event, 0, 1));
  story_set(&story, eng_event_set_scale(story.event, ENG_SCALE_STARS));
  story_set(&story, eng_event_set_value(story.event, 5000));
  story_tell(&story, "writes a review with five stars");
  story_wait(&story, "2027-04-01");
  return story_close(&story);
}
