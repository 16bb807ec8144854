/* SPDX-License-Identifier: MIT
 *
 * test_models.c - what the published models say: one story for each, event by event, in
 * which every stage is reached and left; and the traps, where a model that counts
 * carelessly would say more than is so. docs/models.md has the reasons.
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

Suite *models_suite(void);

enum { EUR = 978, USD = 840, MODELS = 64 };

/* Noon of a day, counted from 2024-01-01. */
#define NOON(n) (INT64_C(1704067200000) + (n)*DAY + DAY / 2)

/* ---- a shop, a customer, and what happens ---- */

static eng_context *shop;

static void open_shop(void)
{
  eng_settings *settings;

  ck_ok(eng_settings_new(NULL, &settings));
  ck_ok(eng_settings_set_currency(settings, EUR));
  ck_ok(eng_context_new(settings, &shop));
  eng_settings_free(settings);
}

static void close_shop(void) { eng_context_free(shop); }

static eng_model *model_named(const char *name)
{
  eng_model *model;

  ck_ok(eng_model_builtin(shop, name, strlen(name), &model));
  return model;
}

static int32_t kind_named(const char *name)
{
  int32_t kind;

  ck_assert_msg(eng_kind_find(shop, name, strlen(name), &kind) == ENG_OK, "%s", name);
  return kind;
}

static void set_rating(eng_event *event, int32_t scale, const char *number)
{
  ck_ok(eng_event_set_scale(event, scale));
  ck_ok(eng_event_set_value(event, atoll(number) * 1000));
}

/* One word and, where it needs one, the number or text behind it. */
static void set_detail(eng_event *event, const char *word, const char *number)
{
  if (strcmp(word, "id") == 0) {
    ck_ok(eng_event_set_id(event, (uint64_t)atoll(number)));
  } else if (strcmp(word, "of") == 0) {
    ck_ok(eng_event_set_refers_to(event, 1, (uint64_t)atoll(number)));
  } else if (strcmp(word, "eur") == 0) {
    ck_ok(eng_event_set_amount(event, atoll(number), EUR));
  } else if (strcmp(word, "usd") == 0) {
    ck_ok(eng_event_set_amount(event, atoll(number), USD));
  } else if (strcmp(word, "value") == 0) {
    ck_ok(eng_event_set_value(event, atoll(number)));
  } else if (strcmp(word, "valence") == 0) {
    ck_ok(eng_event_set_valence(event, atoi(number)));
  } else if (strcmp(word, "actor") == 0) {
    ck_ok(eng_event_set_actor(event, 1, (uint32_t)atoll(number)));
  } else if (strcmp(word, "topic") == 0) {
    ck_ok(eng_event_set_topic(event, 1, (uint32_t)eng_hash(number, strlen(number))));
  } else if (strcmp(word, "nps") == 0) {
    set_rating(event, ENG_SCALE_NPS, number);
  } else if (strcmp(word, "csat") == 0) {
    set_rating(event, ENG_SCALE_CSAT, number);
  } else if (strcmp(word, "stars") == 0) {
    set_rating(event, ENG_SCALE_STARS, number);
  } else {
    ck_abort_msg("%s", word);
  }
}

/* "review stars 5 public": the kind, then details in any order; `_` in a text is a
 * blank. */
static eng_event *event_told(const char *what, int day)
{
  char words[128];
  char *rest = words, *word;
  eng_event *event;

  ck_assert_uint_lt(strlen(what), sizeof words);
  strcpy(words, what);
  word = strtok_r(words, " ", &rest);
  ck_ok(eng_event_new(shop, kind_named(word), NOON(day), &event));
  while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
    char *number;

    if (strcmp(word, "public") == 0) {
      ck_ok(eng_event_set_flags(event, 0, 1));
    } else if (strcmp(word, "paid") == 0) {
      ck_ok(eng_event_set_flags(event, 1, 0));
    } else if (strcmp(word, "in_store") == 0) {
      ck_ok(eng_event_set_channel(event, ENG_CHANNEL_STORE));
    } else {
      number = strtok_r(NULL, " ", &rest);
      ck_assert_ptr_nonnull(number);
      for (char *c = number; *c != '\0'; c++)
        if (*c == '_') *c = ' ';
      set_detail(event, word, number);
    }
  }
  return event;
}

static void happens(eng_customer *who, const char *what, int day)
{
  record(who, event_told(what, day));
}

static int32_t rank_under(const char *name, const eng_customer *who, int64_t at)
{
  const eng_model *model = model_named(name);
  eng_assessor *assessor;
  int32_t rank = -1;

  ck_ok(eng_assessor_new(shop, &model, 1, &assessor));
  ck_ok(eng_assessor_assess(assessor, who, at, &rank));
  eng_assessor_free(assessor);
  eng_model_free((eng_model *)(uintptr_t)model);
  return rank;
}

static bool is_at(const char *name, const char *stage, const eng_customer *who,
                  int64_t at)
{
  eng_model *model = model_named(name);
  int32_t wanted;

  ck_assert_msg(eng_model_stage_find(model, stage, strlen(stage), &wanted) == ENG_OK,
                "%s.%s", name, stage);
  eng_model_free(model);
  return rank_under(name, who, at) == wanted;
}

#define AT(model, stage, who, at)                                                      \
  ck_assert_msg(is_at(model, stage, who, at), "not %s.%s but rank %d", model, stage,   \
                rank_under(model, who, at))
#define NOT_AT(model, stage, who, at)                                                  \
  ck_assert_msg(!is_at(model, stage, who, at), "%s.%s", model, stage)

/* ---- stories ---- */

struct step {
  int day;
  const char *what; /* NULL: nothing but time */
  const char *stage;
};

struct story {
  const char *model;
  struct step steps[32]; /* up to one without a stage */
};

static const struct story stories[] = {
    {"sashi",
     {{0, "visit", "none"},
      {0, "impression", "none"},
      {1, "sign_up", "connection"},
      {2, "unsubscribe", "none"},
      {3, "subscribe", "connection"},
      {4, "message_in", "interaction"},
      {5, "purchase id 1 eur 2000", "interaction"},
      {7, "fulfil value -3600", "satisfaction"},
      {8, "complaint", "interaction"},
      {9, "resolution valence 1", "satisfaction"},
      {30, "purchase id 2 eur 2000", "retention"},
      {80, NULL, "retention"},
      {81, NULL, "satisfaction"},
      {100, "purchase id 3 eur 2000", "retention"},
      {100, "points_earn value 60", "retention"},
      {101, "points_earn value 60", "commitment"},
      {102, "share valence -1", "commitment"},
      {103, "share", "advocacy"},
      {104, "rating nps 10", "advocacy"},
      {105, "rating nps 9", "advocacy"},
      {106, "idea", "engagement"},
      {107, "react", "engagement"},
      {108, "refer", "engagement"},
      {109, "rating csat 2", "advocacy"},
      {110, "rating csat 4", "engagement"},
      {999, NULL, "interaction"}}},
    {"sashi_matrix",
     {{0, NULL, "transactional"},
      {0, "purchase", "transactional"},
      {1, "rating stars 5", "transactional"},
      {2, "review stars 5", "delighted"},
      {10, "purchase", "fan"},
      {50, NULL, "delighted"},
      {51, "contract", "fan"},
      {52, "complaint", "fan"},
      {53, "review stars 1", "loyal"},
      {60, "contract_end", "transactional"}}},
    {"five_e",
     {{0, "message_out", "none"},
      {0, "impression", "none"},
      {1, "visit", "evangelism"},
      {2, "content_use", "evangelism"},
      {3, "content_use value 300", "education"},
      {4, "purchase", "education"},
      {5, "visit", "education"},
      {6, "visit", "engagement"},
      {7, "complaint valence -2", "empowerment"},
      {8, "refer", "empowerment"},
      {9, "endorse", "empowerment"},
      {10, "refer paid", "empowerment"},
      {11, "community", "enlistment"},
      {250, NULL, "education"},
      {251, "visit", "enlistment"}}},
    {"four_stages",
     {{0, "message_out", "none"},
      {0, "visit", "first_experience"},
      {0, "purchase id 1", "first_experience"},
      {0, "rating stars 2", "relationship"},
      {20, "purchase id 2", "relationship"},
      {41, "visit", "relationship"},
      {60, "visit", "loyalty"},
      {61, "review stars 3 public", "loyalty"},
      {62, "review stars 5", "loyalty"},
      {63, "review stars 5 public", "advocacy"},
      {500, NULL, "relationship"}}},
    {"five_levels",
     {{0, "impression", "discover"},
      {1, "add_to_wishlist", "shop"},
      {2, "purchase id 1", "buy"},
      {3, "fulfil", "own"},
      {4, "rating nps 10", "own"},
      {5, "endorse", "advocate"}}},
    {"evolution",
     {{0, "message_out", "none"},
      {0, "open", "none"},
      {1, "visit", "company"},
      {2, "click", "company"},
      {3, "subscribe", "content"},
      {4, "community", "content"},
      {5, "review stars 1", "community"},
      {999, NULL, "community"}}},
    {"dimensions",
     {{0, "message_out", "none"},
      {0, "visit", "low"},
      {1, "search", "low"},
      {2, "content_use", "low"},
      {3, "learn", "low"},
      {3, "rating nps 9", "low"},
      {4, "rating nps 8", "low"},
      {5, "react", "medium"},
      {6, "purchase", "medium"},
      {7, "usage", "high"},
      {8, "complaint", "medium"},
      {9, "follow", "high"},
      {200, NULL, "none"},
      {200, "visit", "low"}}},
    {"b2b",
     {{0, "meeting actor 1", "none"},
      {1, "contract id 1", "land"},
      {2, "usage actor 1", "land"},
      {9, "usage actor 1", "land"},
      {16, "usage actor 1", "land"},
      {23, "usage actor 1", "adopt"},
      {50, NULL, "land"},
      {100, "usage actor 1", "land"},
      {107, "usage actor 1", "land"},
      {114, "usage actor 1", "land"},
      {121, "usage actor 1", "adopt"},
      {122, "usage actor 2", "expand"},
      {350, "contract id 2", "land"},
      {366, NULL, "renew"},
      {400, "contract_end", "none"}}},
    {"say_stay_spend",
     {{0, "message_out", "none"},
      {0, "visit", "low"},
      {1, "rating nps 10", "low"},
      {2, "purchase id 1 eur 46999", "low"},
      {3, "purchase id 2 eur 1", "medium"},
      {4, "contract", "high"},
      {5, "refund of 1", "low"},
      {6, "refer", "low"},
      {7, "refer_won", "low"},
      {8, "review stars 5 public", "low"},
      {9, "refer", "low"},
      {10, "refer_won", "medium"},
      {800, NULL, "low"}}},
};

enum { STORIES = sizeof stories / sizeof stories[0] };

/* Tells a story up to a step; the customer. */
static eng_customer *told(const struct story *story, int steps)
{
  eng_customer *who = customer_of(shop);

  for (int i = 0; i < steps; i++) {
    if (story->steps[i].what != NULL)
      happens(who, story->steps[i].what, story->steps[i].day);
  }
  return who;
}

static int length_of(const struct story *story)
{
  int steps = 0;

  while (steps < 32 && story->steps[steps].stage != NULL) steps++;
  return steps;
}

START_TEST(a_story_goes_from_stage_to_stage)
{
  const struct story *story = &stories[_i];

  for (int i = 1; i <= length_of(story); i++) {
    const struct step *step = &story->steps[i - 1];
    eng_customer *who = told(story, i);

    ck_assert_msg(is_at(story->model, step->stage, who, NOON(step->day)),
                  "%s, step %d, \"%s\": rank %d, not %s", story->model, i,
                  step->what == NULL ? "" : step->what,
                  rank_under(story->model, who, NOON(step->day)), step->stage);
    eng_customer_free(who);
  }
}
END_TEST

static bool is_told(const char *name)
{
  for (int i = 0; i < STORIES; i++)
    if (strcmp(stories[i].model, name) == 0) return true;
  return false;
}

START_TEST(every_stage_is_reached_in_a_story)
{
  for (int32_t m = 0; m < eng_builtin_count(); m++) {
    const char *name = eng_builtin_name(m);
    eng_model *model = model_named(name);

    ck_assert_msg(is_told(name), "%s", name);
    for (int32_t rank = 1; rank <= eng_model_stage_count(model); rank++) {
      const char *stage = eng_model_stage_name(model, rank);
      bool reached = false;

      for (int i = 0; i < STORIES; i++) {
        for (int k = 0; k < length_of(&stories[i]); k++)
          reached |= strcmp(stories[i].model, name) == 0 &&
                     strcmp(stories[i].steps[k].stage, stage) == 0;
      }
      ck_assert_msg(reached, "%s.%s", name, stage);
    }
    eng_model_free(model);
  }
}
END_TEST

/* Whatever order the events of a story arrive in. */
START_TEST(a_story_may_arrive_backwards)
{
  const struct story *story = &stories[_i];
  int steps = length_of(story);
  eng_customer *forward = told(story, steps), *backward = customer_of(shop);

  for (int i = steps; i-- > 0;) {
    if (story->steps[i].what != NULL)
      happens(backward, story->steps[i].what, story->steps[i].day);
  }
  for (int i = 0; i < steps; i++) {
    int64_t at = NOON(story->steps[i].day);

    ck_assert_int_eq(rank_under(story->model, backward, at),
                     rank_under(story->model, forward, at));
  }
  eng_customer_free(forward);
  eng_customer_free(backward);
}
END_TEST

/* A till that was told no currency has them too, and each says where it is from. */
START_TEST(every_model_is_there_without_settings)
{
  eng_context *plain = plain_context();

  for (int32_t m = 0; m < eng_builtin_count(); m++) {
    const char *name = eng_builtin_name(m);
    eng_model *model;

    ck_assert_msg(eng_model_builtin(plain, name, strlen(name), &model) == ENG_OK, "%s",
                  name);
    ck_assert_str_eq(eng_model_name(model), name);
    ck_assert_str_ne(eng_model_title(model), "");
    ck_assert_str_ne(eng_model_source(model), "");
    ck_assert_int_ge(eng_model_revision(model), 1);
    eng_model_free(model);
  }
  eng_context_free(plain);
}
END_TEST

/* ---- side by side ---- */

/* The crosswalk of docs/models.md: what one customer has reached by each milestone. */
static const struct milestone {
  int day;
  const char *happened[8];
  const char *stages[8]; /* under the models below */
} milestones[] = {
    {0,
     {"visit"},
     {"none", "transactional", "evangelism", "first_experience", "discover", "company",
      "low", "none"}},
    {1,
     {"sign_up"},
     {"connection", "transactional", "evangelism", "relationship", "discover",
      "company", "low", "none"}},
    {2,
     {"message_in"},
     {"interaction", "transactional", "education", "relationship", "discover",
      "company", "low", "none"}},
    {3,
     {"search", "view_item", "content_use value 120", "add_to_cart"},
     {"interaction", "transactional", "education", "relationship", "shop", "content",
      "low", "none"}},
    {4,
     {"purchase"},
     {"interaction", "transactional", "education", "relationship", "buy", "content",
      "low", "land"}},
    {6,
     {"fulfil value -3600", "usage", "content_use value 300"},
     {"satisfaction", "transactional", "education", "relationship", "own", "content",
      "medium", "land"}},
    {18, {"purchase"}, {NULL}},
    {32, {"purchase"}, {NULL}},
    {46,
     {"purchase"},
     {"retention", "loyal", "engagement", "loyalty", "own", "content", "medium",
      "land"}},
    {99, {"purchase"}, {NULL}},
    {100,
     {"contract"},
     {"commitment", "loyal", "engagement", "loyalty", "own", "content", "low", "land"}},
    {110,
     {"refer", "review stars 5 public"},
     {"advocacy", "loyal", "empowerment", "advocacy", "advocate", "community", "low",
      "land"}},
    {124,
     {"react", "idea", "cocreate", "community"},
     {"engagement", "fan", "enlistment", "advocacy", "advocate", "community", "low",
      "land"}},
};

START_TEST(the_models_side_by_side)
{
  static const char *const models[] = {"sashi",       "sashi_matrix", "five_e",
                                       "four_stages", "five_levels",  "evolution",
                                       "dimensions",  "b2b"};
  eng_customer *who = customer_of(shop);

  for (size_t i = 0; i < sizeof milestones / sizeof milestones[0]; i++) {
    const struct milestone *m = &milestones[i];

    for (int k = 0; k < 8 && m->happened[k] != NULL; k++)
      happens(who, m->happened[k], m->day);
    for (int k = 0; k < 8 && m->stages[k] != NULL; k++)
      AT(models[k], m->stages[k], who, NOON(m->day));
  }
  eng_customer_free(who);
}
END_TEST

/* ---- traps ---- */

/* What every model says, under one name each: stage after stage. */
static void tell_all(const eng_customer *who, int64_t at, int32_t *ranks)
{
  for (int32_t m = 0; m < eng_builtin_count(); m++)
    ranks[m] = rank_under(eng_builtin_name(m), who, at);
}

START_TEST(a_ten_that_nobody_was_told_is_no_advocacy)
{
  static const struct {
    const char *model, *stage;
  } advocates[] = {
      {"sashi", "advocacy"}, {"four_stages", "advocacy"}, {"five_levels", "advocate"}};
  eng_customer *who = customer_of(shop);

  for (int day = 0; day < 100; day += 20) happens(who, "purchase", day);
  happens(who, "rating nps 10", 81);
  happens(who, "rating nps 10", 82);
  happens(who, "review stars 5", 83);
  for (int i = 0; i < 3; i++)
    NOT_AT(advocates[i].model, advocates[i].stage, who, NOON(84));
  NOT_AT("evolution", "community", who, NOON(84));
  happens(who, "refer", 84);
  for (int i = 0; i < 3; i++) AT(advocates[i].model, advocates[i].stage, who, NOON(84));
  eng_customer_free(who);
}
END_TEST

/* Bound by contract and points, regular, even with ideas and tales, but not fond. */
START_TEST(lock_in_alone_never_reaches_engagement)
{
  eng_customer *who = customer_of(shop);

  happens(who, "contract", 0);
  for (int day = 0; day < 200; day += 20) {
    happens(who, "purchase", day);
    happens(who, "points_earn value 50", day);
  }
  AT("sashi", "commitment", who, NOON(181));
  happens(who, "share", 182);
  happens(who, "idea", 183);
  happens(who, "cocreate", 184);
  happens(who, "community", 185);
  AT("sashi", "advocacy", who, NOON(186));
  AT("sashi_matrix", "loyal", who, NOON(186));
  /* And the heart alone, without a reason to stay, does not either. */
  happens(who, "rating nps 10", 187);
  AT("sashi", "advocacy", who, NOON(187));
  happens(who, "review stars 5", 187);
  AT("sashi", "engagement", who, NOON(187));
  happens(who, "contract_end", 188);
  AT("sashi", "engagement", who, NOON(188));
  happens(who, "points_spend value 500", 188);
  AT("sashi", "advocacy", who, NOON(188));
  eng_customer_free(who);
}
END_TEST

START_TEST(criticism_meant_to_improve_empowers)
{
  static const char *const voices[] = {
      "idea valence -2",     "review valence -2 public", "review stars 1",
      "cocreate valence -1", "complaint valence -2",     "complaint"};

  for (int i = 0; i < 6; i++) {
    eng_customer *who = customer_of(shop);

    for (int day = 0; day < 4; day++) happens(who, "purchase", day);
    AT("five_e", "engagement", who, NOON(4));
    happens(who, voices[i], 5);
    AT("five_e", "empowerment", who, NOON(5));
    eng_customer_free(who);
  }
}
END_TEST

/* But a complaint about the one parcel is not yet advice. */
START_TEST(a_strangers_complaint_does_not_empower)
{
  eng_customer *who = customer_of(shop);

  happens(who, "purchase", 0);
  happens(who, "complaint valence -2", 1);
  AT("five_e", "education", who, NOON(1));
  eng_customer_free(who);
}
END_TEST

START_TEST(a_fully_refunded_purchase_is_no_purchase)
{
  static const char *const events[] = {"purchase id 7 eur 5000",
                                       "refund of 7 eur 5000"};

  for (int first = 0; first < 2; first++) {
    eng_customer *who = customer_of(shop), *nobody = customer_of(shop);
    int32_t with[MODELS], without[MODELS];

    for (int i = 0; i < 2; i++) happens(who, events[i ^ first], (i ^ first) * 3);
    AT("five_levels", "buy", who, NOON(2));
    AT("sashi", "interaction", who, NOON(2));
    tell_all(who, NOON(4), with);
    tell_all(nobody, NOON(4), without);
    for (int32_t m = 0; m < eng_builtin_count(); m++)
      ck_assert_msg(with[m] == without[m], "%s", eng_builtin_name(m));
    eng_customer_free(who);
    eng_customer_free(nobody);
  }
}
END_TEST

/* Not asked: neither pleased nor displeased. Coming back is the answer. */
START_TEST(who_was_never_asked_is_not_dissatisfied)
{
  eng_customer *who = customer_of(shop);

  happens(who, "purchase", 0);
  AT("sashi", "interaction", who, NOON(1));
  happens(who, "purchase", 20);
  AT("sashi", "retention", who, NOON(21));
  happens(who, "rating stars 1", 22);
  AT("sashi", "interaction", who, NOON(22));
  eng_customer_free(who);
}
END_TEST

START_TEST(the_latest_word_counts)
{
  eng_customer *who = customer_of(shop);

  happens(who, "purchase", 0);
  happens(who, "rating stars 5", 1);
  AT("sashi", "satisfaction", who, NOON(1));
  happens(who, "rating stars 3", 2);
  AT("sashi", "interaction", who, NOON(2));
  happens(who, "rating stars 4", 3);
  AT("sashi", "satisfaction", who, NOON(3));
  happens(who, "fulfil value 3600", 4);
  AT("sashi", "interaction", who, NOON(4));
  happens(who, "resolution", 5);
  AT("sashi", "satisfaction", who, NOON(5));
  happens(who, "complaint", 6);
  happens(who, "resolution valence -1", 7);
  AT("sashi", "interaction", who, NOON(7));
  eng_customer_free(who);
}
END_TEST

/* A model's sum of money leaves out what no rate is known for, and says so. */
START_TEST(another_currency_is_never_added_without_a_rate)
{
  static const char text[] =
      "language 1 model m stage spender when sum(purchase, refund) >= 100.00 EUR";
  eng_customer *who = customer_of(shop);
  eng_explanation *why;
  eng_assessor *assessor;
  eng_model *model;
  int32_t rank;

  ck_ok(eng_model_parse(shop, text, sizeof text - 1, &model, NULL));
  ck_ok(eng_assessor_new(shop, (const eng_model *const *)&model, 1, &assessor));
  happens(who, "purchase eur 9900", 0);
  happens(who, "purchase usd 990000", 1);
  ck_ok(eng_assessor_assess(assessor, who, NOON(2), &rank));
  ck_assert_int_eq(rank, 0);
  ck_ok(eng_assessor_explain(assessor, 0, who, NOON(2), &why));
  ck_assert_int_eq(eng_explanation_line_count(why, ENG_PART_NOTE), 1);
  ck_assert_int_eq(eng_explanation_distance(why, ENG_PART_MISSING, 0), 100);
  eng_explanation_free(why);
  /* It was a purchase all the same. */
  AT("sashi", "retention", who, NOON(2));
  eng_assessor_free(assessor);
  eng_model_free(model);
  eng_customer_free(who);
}
END_TEST

/* However much we write: a stranger stays one, and who went quiet stays quiet. */
START_TEST(what_the_company_sends_changes_nothing)
{
  eng_customer *stranger = customer_of(shop), *nobody = customer_of(shop);
  eng_customer *quiet = customer_of(shop), *written_to;
  int32_t ranks[MODELS], others[MODELS];

  for (int day = 0; day < 60; day += 5) happens(quiet, "purchase", day);
  happens(quiet, "share", 60);
  happens(quiet, "idea", 61);
  written_to = copy_of(shop, quiet);
  for (int day = 0; day < 700; day += 3) {
    happens(stranger, "message_out", day);
    if (day > 61) happens(written_to, "message_out", day);
  }
  tell_all(stranger, NOON(700), ranks);
  tell_all(nobody, NOON(700), others);
  for (int32_t m = 0; m < eng_builtin_count(); m++)
    ck_assert_msg(ranks[m] == others[m], "%s", eng_builtin_name(m));
  for (int day = 61; day < 700; day += 71) {
    tell_all(quiet, NOON(day), ranks);
    tell_all(written_to, NOON(day), others);
    for (int32_t m = 0; m < eng_builtin_count(); m++)
      ck_assert_msg(ranks[m] == others[m], "%s on day %d", eng_builtin_name(m), day);
  }
  eng_customer_free(stranger);
  eng_customer_free(nobody);
  eng_customer_free(quiet);
  eng_customer_free(written_to);
}
END_TEST

START_TEST(buy_passes_into_own_by_fulfilment_or_time)
{
  eng_customer *who = customer_of(shop), *other;

  happens(who, "purchase", 0);
  other = copy_of(shop, who);
  AT("five_levels", "buy", who, NOON(14) - 1);
  AT("five_levels", "own", who, NOON(14));
  happens(other, "fulfil", 3);
  AT("five_levels", "buy", other, NOON(3) - 1);
  AT("five_levels", "own", other, NOON(3));
  eng_customer_free(who);
  eng_customer_free(other);
}
END_TEST

/* One word in two books: a regular is engaged to Lim, and far from it to Sashi. */
START_TEST(engagement_is_not_engagement)
{
  eng_customer *who = customer_of(shop);

  for (int day = 0; day < 40; day += 10) happens(who, "purchase", day);
  AT("five_e", "engagement", who, NOON(31));
  AT("sashi", "retention", who, NOON(31));
  NOT_AT("sashi", "engagement", who, NOON(31));
  eng_customer_free(who);
}
END_TEST

/* Fans are who may become engaged: along the whole story of the cycle. */
START_TEST(whoever_is_engaged_is_a_fan)
{
  const struct story *cycle = &stories[0];
  int engaged = 0;

  ck_assert_str_eq(cycle->model, "sashi");
  for (int i = 1; i <= length_of(cycle); i++) {
    int64_t at = NOON(cycle->steps[i - 1].day);
    eng_customer *who = told(cycle, i);

    if (is_at("sashi", "engagement", who, at)) {
      AT("sashi_matrix", "fan", who, at);
      engaged++;
    }
    eng_customer_free(who);
  }
  ck_assert_int_gt(engaged, 1);
}
END_TEST

START_TEST(loyalty_is_another_word_for_commitment)
{
  eng_model *model = model_named("sashi");
  int32_t loyalty, commitment;

  ck_ok(eng_model_stage_find(model, "loyalty", 7, &loyalty));
  ck_ok(eng_model_stage_find(model, "commitment", 10, &commitment));
  ck_assert_int_eq(loyalty, commitment);
  eng_model_free(model);
}
END_TEST

static int32_t lap_of(const eng_customer *who, int64_t at)
{
  const eng_model *model = model_named("sashi");
  eng_assessor *assessor;
  eng_standing standing;

  ck_ok(eng_assessor_new(shop, &model, 1, &assessor));
  ck_ok(eng_assessor_standing(assessor, who, at, &standing));
  eng_assessor_free(assessor);
  eng_model_free((eng_model *)(uintptr_t)model);
  return standing.lap;
}

/* A spell at engagement with a referral opens the next lap, however many friends come.
 */
START_TEST(the_friends_of_the_engaged_open_laps)
{
  eng_customer *who = customer_of(shop);

  happens(who, "loyalty_join", 0);
  happens(who, "points_earn value 500", 0);
  for (int day = 0; day < 400; day += 20) happens(who, "purchase", day);
  happens(who, "refer", 95); /* not engaged yet */
  happens(who, "rating nps 10", 100);
  happens(who, "react", 101);
  happens(who, "idea", 102);
  AT("sashi", "engagement", who, NOON(102));
  ck_assert_int_eq(lap_of(who, NOON(103)), 1);
  happens(who, "refer", 104);
  happens(who, "refer", 105);
  ck_assert_int_eq(lap_of(who, NOON(106)), 2);
  /* A complaint ends the spell; amends begin another, which has no referral yet. */
  happens(who, "complaint", 110);
  NOT_AT("sashi", "engagement", who, NOON(110));
  happens(who, "resolution valence 1", 112);
  AT("sashi", "engagement", who, NOON(112));
  ck_assert_int_eq(lap_of(who, NOON(113)), 2);
  happens(who, "refer", 120);
  ck_assert_int_eq(lap_of(who, NOON(119)), 2);
  ck_assert_int_eq(lap_of(who, NOON(120)), 3);
  ck_assert_int_eq(lap_of(who, NOON(2000)), 3);
  eng_customer_free(who);
}
END_TEST

/* A second order a month after the first is no renewal when the year is over. */
START_TEST(an_account_that_fell_silent_does_not_renew)
{
  eng_customer *who = customer_of(shop);

  happens(who, "purchase", 0);
  happens(who, "purchase", 30);
  for (int day = 30; day < 800; day += 7) AT("b2b", "land", who, NOON(day));
  happens(who, "purchase", 380);
  AT("b2b", "renew", who, NOON(380));
  eng_customer_free(who);
}
END_TEST

/* Whoever tells others to stay away recommends nobody. */
START_TEST(a_bad_word_to_others_is_no_advocacy)
{
  static const char *const words[] = {"share valence -2", "community valence -1",
                                      "endorse valence -1", "review stars 1 public"};
  static const struct {
    const char *model, *stage;
  } advocates[] = {
      {"sashi", "advocacy"}, {"four_stages", "advocacy"}, {"five_levels", "advocate"}};

  for (int i = 0; i < 4; i++) {
    eng_customer *who = customer_of(shop);

    happens(who, "purchase", 0);
    happens(who, "purchase", 20);
    happens(who, words[i], 21);
    for (int m = 0; m < 3; m++)
      NOT_AT(advocates[m].model, advocates[m].stage, who, NOON(22));
    eng_customer_free(who);
  }
}
END_TEST

/* Logs of bare dates: the new contract begins at the instant that the old one ends. */
START_TEST(a_contract_signed_as_the_last_one_ends_runs)
{
  eng_customer *who = customer_of(shop);

  happens(who, "contract", 0);
  happens(who, "contract_end", 365);
  AT("b2b", "none", who, NOON(365));
  AT("sashi_matrix", "transactional", who, NOON(365));
  happens(who, "contract", 365);
  AT("b2b", "renew", who, NOON(365));
  AT("sashi", "commitment", who, NOON(365));
  AT("sashi_matrix", "loyal", who, NOON(365));
  eng_customer_free(who);
}
END_TEST

/* Numbers beside the stage: what makes them stay, and where an account's people are. */
static void expect_dimensions(const char *name, const eng_customer *who, int64_t at,
                              const int64_t (*wanted)[2])
{
  const eng_model *model = model_named(name);
  int32_t count = eng_model_dimension_count(model);
  eng_assessor *assessor;
  eng_value values[8];

  ck_ok(eng_assessor_new(shop, &model, 1, &assessor));
  ck_ok(eng_assessor_dimensions(assessor, 0, who, at, values, 8));
  for (int32_t i = 0; i < count; i++) {
    ck_assert_msg(values[i].defined && values[i].numerator == wanted[i][0] &&
                      values[i].denominator == wanted[i][1],
                  "%s.%s: %lld/%lld", name, eng_model_dimension_name(model, i),
                  (long long)values[i].numerator, (long long)values[i].denominator);
  }
  eng_assessor_free(assessor);
  eng_model_free((eng_model *)(uintptr_t)model);
}

START_TEST(dimensions_stand_beside_the_stage)
{
  eng_customer *who = customer_of(shop);

  happens(who, "contract", 0);
  happens(who, "points_earn value 150", 1);
  happens(who, "rating nps 10", 2);
  happens(who, "complaint", 3);
  happens(who, "meeting actor 1 topic executive_sponsor", 4);
  happens(who, "idea actor 2 topic advisory_council", 5);
  happens(who, "endorse actor 2", 6);
  expect_dimensions("sashi", who, NOON(9), (const int64_t[][2]){{5, 2}, {1, 1}});
  expect_dimensions("b2b", who, NOON(9),
                    (const int64_t[][2]){{1, 1}, {1, 1}, {1, 1}, {2, 1}});
  /* In 365 days: contract, rating, complaint and meeting; none; idea and endorse. */
  expect_dimensions("evolution", who, NOON(9),
                    (const int64_t[][2]){{2, 3}, {0, 1}, {1, 3}});
  expect_dimensions("dimensions", who, NOON(9),
                    (const int64_t[][2]){{0, 1}, {1, 1}, {0, 1}});
  eng_customer_free(who);
}
END_TEST

/* ---- one event short ---- */

/* What a stage lacks is named by the explanation, and brings it. */
static const struct {
  const char *model;
  int steps; /* of its story */
  const char *stage, *clause, *what;
} shorts[] = {
    {"sashi", 5, "interaction", "count(message_in, meeting, quote", "meeting"},
    {"sashi", 7, "satisfaction", "in_time: count(fulfil", "fulfil value 0"},
    {"sashi", 15, "commitment", "points >= worth_keeping", "points_earn value 40"},
    {"sashi", 17, "advocacy", "count(refer, share, endorse", "endorse"},
    {"sashi", 20, "engagement", "count(idea, community, cocreate", "cocreate"},
    {"sashi_matrix", 1, "loyal", "count(contract within contract_runs)", "contract"},
    {"sashi_matrix", 4, "fan", "days(purchase) >= again", "purchase"},
    {"five_e", 1, "evangelism", "count(any) >= 1", "click"},
    {"five_e", 4, "education", "count(learn, message_in", "learn"},
    {"five_e", 7, "engagement", "days(purchase, visit, meeting, refer_won",
     "refer_won"},
    {"five_e", 8, "empowerment", "count(idea, review, share", "review stars 1"},
    {"five_e", 12, "enlistment", "count(refer, endorse, community", "cocreate"},
    {"four_stages", 2, "relationship", "count(message_in, meeting)", "message_in"},
    {"four_stages", 6, "loyalty", "streak(any last 26 weeks)", "open"},
    {"four_stages", 8, "advocacy", "count(refer, share, endorse", "share"},
    {"five_levels", 1, "shop", "count(search, view_item", "search"},
    {"evolution", 4, "content", "count(any where mode = content)", "share"},
    {"evolution", 6, "community", "count(any where mode = community)", "endorse"},
    {"dimensions", 7, "medium", "passion >= passion_mark", "react"},
    {"dimensions", 9, "high", "activation >= activation_mark", "usage"},
    {"b2b", 1, "land", "deals >= 1", "purchase"},
    {"b2b", 5, "adopt", "days(usage within month)", "usage"},
    {"b2b", 11, "expand", "people_now > people_before", "usage actor 9"},
};

static bool names(const eng_explanation *why, const char *clause)
{
  for (int32_t i = 0; i < eng_explanation_line_count(why, ENG_PART_MISSING); i++)
    if (strstr(eng_explanation_text(why, ENG_PART_MISSING, i), clause) != NULL)
      return true;
  return false;
}

static eng_explanation *explained(const char *name, const eng_customer *who, int64_t at)
{
  const eng_model *model = model_named(name);
  eng_assessor *assessor;
  eng_explanation *why;

  ck_ok(eng_assessor_new(shop, &model, 1, &assessor));
  ck_ok(eng_assessor_explain(assessor, 0, who, at, &why));
  eng_assessor_free(assessor);
  eng_model_free((eng_model *)(uintptr_t)model);
  return why;
}

static const struct story *story_of(const char *name)
{
  int i = 0;

  while (strcmp(stories[i].model, name) != 0) i++;
  return &stories[i];
}

START_TEST(what_is_missing_is_named_and_brings_the_stage)
{
  const char *name = shorts[_i].model;
  const struct story *story = story_of(name);
  int day = story->steps[shorts[_i].steps - 1].day + 1;
  eng_customer *who = told(story, shorts[_i].steps);
  eng_explanation *why = explained(name, who, NOON(day));
  eng_model *model = model_named(name);
  int32_t target = eng_explanation_target(why);

  ck_assert_int_ne(target, 0);
  ck_assert_str_eq(eng_model_stage_name(model, target), shorts[_i].stage);
  if (!names(why, shorts[_i].clause)) {
    for (int32_t i = 0; i < eng_explanation_line_count(why, ENG_PART_MISSING); i++)
      printf("  %s\n", eng_explanation_text(why, ENG_PART_MISSING, i));
    ck_abort_msg("%s.%s: %s", name, shorts[_i].stage, shorts[_i].clause);
  }
  happens(who, shorts[_i].what, day);
  AT(name, shorts[_i].stage, who, NOON(day));
  eng_model_free(model);
  eng_explanation_free(why);
  eng_customer_free(who);
}
END_TEST

/* ---- all of them ---- */

static TCase *new_case(Suite *suite, const char *name)
{
  TCase *tests = tcase_create(name);

  suite_add_tcase(suite, tests);
  tcase_add_checked_fixture(tests, open_shop, close_shop);
  return tests;
}

Suite *models_suite(void)
{
  Suite *suite = suite_create("models");
  TCase *tales = new_case(suite, "stories");
  TCase *traps = new_case(suite, "traps");
  TCase *lacks = new_case(suite, "one event short");

  tcase_add_loop_test(tales, a_story_goes_from_stage_to_stage, 0, STORIES);
  tcase_add_loop_test(tales, a_story_may_arrive_backwards, 0, STORIES);
  tcase_add_test(tales, every_stage_is_reached_in_a_story);
  tcase_add_test(tales, every_model_is_there_without_settings);
  tcase_add_test(tales, the_models_side_by_side);
  tcase_add_test(traps, a_ten_that_nobody_was_told_is_no_advocacy);
  tcase_add_test(traps, lock_in_alone_never_reaches_engagement);
  tcase_add_test(traps, criticism_meant_to_improve_empowers);
  tcase_add_test(traps, a_strangers_complaint_does_not_empower);
  tcase_add_test(traps, a_fully_refunded_purchase_is_no_purchase);
  tcase_add_test(traps, who_was_never_asked_is_not_dissatisfied);
  tcase_add_test(traps, the_latest_word_counts);
  tcase_add_test(traps, another_currency_is_never_added_without_a_rate);
  tcase_add_test(traps, what_the_company_sends_changes_nothing);
  tcase_add_test(traps, buy_passes_into_own_by_fulfilment_or_time);
  tcase_add_test(traps, a_bad_word_to_others_is_no_advocacy);
  tcase_add_test(traps, a_contract_signed_as_the_last_one_ends_runs);
  tcase_add_test(traps, engagement_is_not_engagement);
  tcase_add_test(traps, whoever_is_engaged_is_a_fan);
  tcase_add_test(traps, loyalty_is_another_word_for_commitment);
  tcase_add_test(traps, the_friends_of_the_engaged_open_laps);
  tcase_add_test(traps, an_account_that_fell_silent_does_not_renew);
  tcase_add_test(traps, dimensions_stand_beside_the_stage);
  tcase_add_loop_test(lacks, what_is_missing_is_named_and_brings_the_stage, 0,
                      sizeof shorts / sizeof shorts[0]);
  return suite;
}
