/* SPDX-License-Identifier: MIT */
/*
 * sashi_matrix.c - through the four fields of the matrix: much or little exchange, with
 * or without a bond.
 */
#include "story.h"

static void rates(struct story *story, const char *day, int64_t stars)
{
  story_begin(story, day, ENG_EVENT_RATING);
  story_set(story, eng_event_set_scale(story->event, ENG_SCALE_STARS));
  story_set(story, eng_event_set_value(story->event, stars * 1000));
  story_tell(story, stars > 4 ? "gives five stars" : "gives two stars");
}

int main(void)
{
  struct story story;

  story_open(&story, "sashi_matrix");
  story_event(&story, "2026-01-09", ENG_EVENT_PURCHASE, "buys because it rains");
  story_event(&story, "2026-01-30", ENG_EVENT_PURCHASE, "buys again");
  rates(&story, "2026-02-01", 5);
  rates(&story, "2026-02-05", 5);
  story_wait(&story, "2026-04-01");
  story_event(&story, "2026-04-02", ENG_EVENT_CONTRACT, "subscribes to a bag a month");
  rates(&story, "2026-05-02", 2);
  rates(&story, "2026-06-02", 2);
  return story_close(&story);
}
