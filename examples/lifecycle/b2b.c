/* SPDX-License-Identifier: MIT */
/*
 * b2b.c - an account with several people: land, adopt, expand, renew. The actor says
 * who of them it was; sponsor, council, references and people stand beside the stage.
 */
#include "story.h"

static void somebody(struct story *story, const char *day, int32_t kind, uint32_t who,
                     const char *words)
{
  story_begin(story, day, kind);
  story_set(story, eng_event_set_actor(story->event, 1, who));
  story_tell(story, words);
}

int main(void)
{
  static const char sponsor[] = "executive sponsor";
  struct story story;

  story_open(&story, "b2b");
  somebody(&story, "2026-01-10", ENG_EVENT_CONTRACT, 1, "the buyer signs for a year");
  somebody(&story, "2026-01-19", ENG_EVENT_USAGE, 2, "a first user tries it");
  somebody(&story, "2026-01-26", ENG_EVENT_USAGE, 2, "and again");
  somebody(&story, "2026-02-02", ENG_EVENT_USAGE, 2, "and again");
  somebody(&story, "2026-02-09", ENG_EVENT_USAGE, 2, "every week now");
  story_begin(&story, "2026-05-04", ENG_EVENT_MEETING);
  story_set(&story, eng_event_set_actor(story.event, 1, 3));
  story_set(&story,
            eng_event_set_topic(story.event, 1,
                                (uint32_t)eng_hash(sponsor, sizeof sponsor - 1)));
  story_tell(&story, "the sponsor meets us");
  somebody(&story, "2026-06-01", ENG_EVENT_USAGE, 2, "the first user is still there");
  somebody(&story, "2026-06-02", ENG_EVENT_USAGE, 4, "and a second team begins");
  somebody(&story, "2026-12-15", ENG_EVENT_CONTRACT, 1, "the buyer signs early");
  somebody(&story, "2027-01-12", ENG_EVENT_ENDORSE, 3, "the sponsor is a reference");
  story_dimensions(&story);
  story_event(&story, "2027-11-30", ENG_EVENT_CONTRACT_END, "the account leaves");
  return story_close(&story);
}
