/* SPDX-License-Identifier: MIT */
/*
 * five_levels.c - discover, shop, buy, own, advocate. Buying is an instant: with time,
 * or with the delivery, the buyer is an owner. A purchase that goes back was none.
 */
#include "story.h"

int main(void)
{
  struct story story;

  story_open(&story, "five_levels");
  story_event(&story, "2026-01-02", ENG_EVENT_IMPRESSION, "sees an advertisement");
  story_event(&story, "2026-01-03", ENG_EVENT_VIEW_ITEM, "looks at a grinder");
  story_begin(&story, "2026-01-05", ENG_EVENT_PURCHASE);
  story_set(&story, eng_event_set_id(story.event, 1));
  story_set(&story, eng_event_set_amount(story.event, 8900, 978));
  story_tell(&story, "buys it");
  story_begin(&story, "2026-01-09", ENG_EVENT_REFUND);
  story_set(&story, eng_event_set_refers_to(story.event, 1, 1));
  story_tell(&story, "sends it back");
  story_begin(&story, "2026-01-10", ENG_EVENT_PURCHASE);
  story_set(&story, eng_event_set_amount(story.event, 12900, 978));
  story_tell(&story, "buys the bigger one");
  story_event(&story, "2026-01-14", ENG_EVENT_FULFIL, "has it");
  story_event(&story, "2026-02-01", ENG_EVENT_SHARE, "shares a picture of it");
  return story_close(&story);
}
