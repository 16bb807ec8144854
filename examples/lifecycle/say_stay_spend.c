/* SPDX-License-Identifier: MIT */
/*
 * say_stay_spend.c - three scores of one customer, and the deeds that make them:
 * somebody who spends, stays, and at last tells others. A purchase that goes back takes
 * its points with it.
 */
#include "story.h"

static void pays(struct story *story, const char *day, uint64_t id, int64_t cents,
                 const char *words)
{
  story_begin(story, day, ENG_EVENT_PURCHASE);
  story_set(story, eng_event_set_id(story->event, id));
  story_set(story, eng_event_set_amount(story->event, cents, 978));
  story_tell(story, words);
}

int main(void)
{
  struct story story;

  story_open(&story, "say_stay_spend");
  pays(&story, "2026-01-10", 1, 32000, "buys an espresso machine");
  pays(&story, "2026-02-07", 2, 18900, "and a grinder");
  story_scores(&story);
  story_begin(&story, "2026-02-14", ENG_EVENT_REFUND);
  story_set(&story, eng_event_set_refers_to(story.event, 1, 2));
  story_tell(&story, "sends the grinder back");
  story_scores(&story);
  story_event(&story, "2026-02-20", ENG_EVENT_CONTRACT, "takes beans by subscription");
  story_event(&story, "2026-03-01", ENG_EVENT_REFER, "brings a friend");
  story_event(&story, "2026-03-08", ENG_EVENT_REFER_WON, "who becomes a customer");
  story_begin(&story, "2026-03-10", ENG_EVENT_REVIEW);
  story_set(&story, eng_event_set_flags(story.event, 0, 1));
  story_set(&story, eng_event_set_valence(story.event, 2));
  story_tell(&story, "praises the shop in public");
  story_begin(&story, "2026-03-15", ENG_EVENT_ENDORSE);
  story_tell(&story, "stands up for it by name");
  pays(&story, "2026-03-20", 3, 24900, "and buys the better grinder");
  story_scores(&story);
  story_wait(&story, "2027-06-01");
  story_scores(&story);
  return story_close(&story);
}
