/* SPDX-License-Identifier: MIT */
/*
 * sashi.c - round the customer engagement cycle: reached, answered, satisfied, coming
 * back, bound by reasons and then by heart, telling others, and at last making it
 * better together. A bad word takes it all away, amends bring it back.
 */
#include "story.h"

int main(void)
{
  struct story story;

  story_open(&story, "sashi");
  story_event(&story, "2026-01-05", ENG_EVENT_SIGN_UP, "signs up for the newsletter");
  story_event(&story, "2026-01-08", ENG_EVENT_MESSAGE_IN, "asks about decaf");
  story_event(&story, "2026-01-09", ENG_EVENT_PURCHASE, "buys a bag of beans");
  story_begin(&story, "2026-01-12", ENG_EVENT_FULFIL);
  story_set(&story, eng_event_set_value(story.event, -86400));
  story_tell(&story, "gets it a day early");
  story_event(&story, "2026-02-10", ENG_EVENT_PURCHASE, "buys again");
  story_begin(&story, "2026-02-10", ENG_EVENT_POINTS_EARN);
  story_set(&story, eng_event_set_value(story.event, 120));
  story_tell(&story, "has 120 points now");
  story_event(&story, "2026-04-15", ENG_EVENT_PURCHASE, "buys a third time");
  story_begin(&story, "2026-04-16", ENG_EVENT_RATING);
  story_set(&story, eng_event_set_scale(story.event, ENG_SCALE_NPS));
  story_set(&story, eng_event_set_value(story.event, 10000));
  story_tell(&story, "answers 10 to \"would you recommend us?\"");
  story_event(&story, "2026-04-20", ENG_EVENT_REACT, "likes a picture");
  story_event(&story, "2026-04-22", ENG_EVENT_REFER, "brings a friend");
  story_event(&story, "2026-04-25", ENG_EVENT_IDEA, "suggests a smaller bag");
  story_dimensions(&story);
  story_event(&story, "2026-04-28", ENG_EVENT_COMPLAINT, "complains of stale beans");
  story_begin(&story, "2026-04-29", ENG_EVENT_RESOLUTION);
  story_set(&story, eng_event_set_valence(story.event, 1));
  story_tell(&story, "gets fresh ones, and is content");
  story_wait(&story, "2026-12-01");
  return story_close(&story);
}
