/* SPDX-License-Identifier: MIT */
/*
 * story.h - what the lifecycle examples share: one customer, one model, and after each
 * event the stage and the reason. Public headers only; copy what you need.
 *
 *   struct story story;
 *   story_open(&story, "five_levels");
 *   story_begin(&story, "2026-01-05", ENG_EVENT_PURCHASE);
 *   story_set(&story, eng_event_set_amount(story.event, 1250, 978));
 *   story_tell(&story, "buys a bag of beans");
 *   return story_close(&story);
 *
 * The first failure is kept and ends the story: nothing more is told, and story_close
 * gives 1.
 */
#ifndef LIFECYCLE_STORY_H
#define LIFECYCLE_STORY_H

#include <engagement.h>

struct story {
  eng_context *context;
  eng_model *model;
  eng_assessor *assessor;
  eng_customer *customer;
  eng_event *event; /* the one that is being told */
  int64_t now;
  eng_status status; /* the first failure */
};

/* A shop in euros, a customer without a past, and a built-in model. */
void story_open(struct story *story, const char *model);

/* The same with a model of one's own, as text. */
void story_open_text(struct story *story, const char *text);

/* An event of a day begins; setters may follow, then story_tell. */
void story_begin(struct story *story, const char *day, int32_t kind);

/* Keeps the status of a setter. */
void story_set(struct story *story, eng_status status);

/* Records the event and says, in its words, what it changed. */
void story_tell(struct story *story, const char *words);

/* An event with nothing to set. */
void story_event(struct story *story, const char *day, int32_t kind, const char *words);

/* Nothing happens until that day. */
void story_wait(struct story *story, const char *day);

/* The numbers that the model shows beside the stage, as of now. */
void story_dimensions(struct story *story);

/* The scores of the model as of now, and the terms that make them. */
void story_scores(struct story *story);

/* Releases everything. Gives what main returns. */
int story_close(struct story *story);

#endif
