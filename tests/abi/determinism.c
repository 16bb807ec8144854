/* SPDX-License-Identifier: MIT */
/*
 * determinism.c - one number out of everything that the library answers.
 *
 * Random customers are made, encoded, merged, loaded, assessed under every model,
 * explained, scored, followed through time, read from CSV and forecast; all of it goes
 * into hashes, one a part. `make machines` compares what machines of every kind print.
 * Public interface only, and nothing that a C library may answer in its own way.
 *
 * All of it is integers and text but for the forecasts. Those agree between machines to
 * about nine digits (docs/forecasts.md), so four of them go into the hash: a number
 * that happened to lie within 1e-9 of where four digits are cut would be bad luck of
 * one in ten thousand for all of them together, and then show on one machine alone.
 */
#include <engagement.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY INT64_C(86400000)

static void must(eng_status status, const char *what)
{
  if (status == ENG_OK) return;
  printf("determinism: %s: %s\n", what, eng_status_text(status));
  exit(1);
}

static void hold(int holds, const char *what)
{
  if (holds) return;
  printf("determinism: FAILED: %s\n", what);
  exit(1);
}

/* ---- the hash: FNV-1a, 64 bits ---- */

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)

static uint64_t part = FNV_BASIS, whole = FNV_BASIS;

static void stir(uint64_t *hash, const void *bytes, size_t size)
{
  const unsigned char *p = bytes;

  for (size_t i = 0; i < size; i++) *hash = (*hash ^ p[i]) * UINT64_C(0x100000001b3);
}

static void put_unsigned(uint64_t v)
{
  unsigned char bytes[8];

  for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(v >> 8 * i);
  stir(&part, bytes, sizeof bytes);
}

static void put(int64_t v) { put_unsigned((uint64_t)v); }

static void put_bytes(const void *bytes, size_t size)
{
  put_unsigned(size);
  stir(&part, bytes, size);
}

static void put_text(const char *text)
{
  put(text == NULL);
  if (text != NULL) put_bytes(text, strlen(text));
}

/* Four digits and the power of ten; what the tenth digit says is the machine's own. */
static void put_rounded(double v)
{
  int64_t digits;
  int power = 0;

  put(v < 0);
  if (v < 0) v = -v;
  if (!(v >= 1e-9)) v = 0;
  for (; v >= 10000; power++) v /= 10;
  for (; v != 0 && v < 1000; power--) v *= 10;
  digits = (int64_t)(v + 0.5);
  if (digits == 10000) {
    digits = 1000;
    power++;
  }
  put(digits);
  put(power);
}

static void print_hash(const char *name, uint64_t hash)
{
  printf("%-10s %08lx%08lx\n", name, (unsigned long)(hash >> 32),
         (unsigned long)(hash & 0xffffffff));
  fflush(stdout);
}

static void part_ends(const char *name)
{
  unsigned char bytes[8];

  for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(part >> 8 * i);
  stir(&whole, bytes, sizeof bytes);
  print_hash(name, part);
  part = FNV_BASIS;
}

/* ---- numbers at random: SplitMix64 ---- */
/* One draw a statement: the order of two within one is the compiler's. */

static uint64_t state = 1;

static uint64_t draw(void)
{
  uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static int64_t below(int64_t n) { return (int64_t)(draw() % (uint64_t)n); }
static int chance(int percent) { return below(100) < percent; }

/* ---- the shop ---- */

enum { OWN_KIND = 200, OWN_CHANNEL = 130, EUR = 978, USD = 840, JPY = 392 };

#define FROM INT64_C(1672531200000) /* 2023-01-01 */
#define SPAN (3 * 365 * DAY)
#define END (FROM + SPAN)

static const int32_t kinds[] = {1,  2,  3,  4,  5,  6,  7,  8,  10, 11, 12,
                                13, 14, 20, 21, 22, 23, 24, 30, 31, 32, 33,
                                36, 37, 38, 45, 46, 47, 48, 49, 50, 55, 56,
                                57, 58, 65, 66, 67, 68, 69, 75, 76, 77, OWN_KIND};

static eng_context *shop(void)
{
  eng_settings *settings;
  eng_context *context;

  must(eng_settings_new(NULL, &settings), "settings");
  must(eng_settings_set_zone(settings, 60), "zone");
  must(eng_settings_set_day(settings, 4 * 60), "day");
  must(eng_settings_set_currency(settings, EUR), "currency");
  must(eng_settings_set_rate(settings, USD, 0, 93, 100), "rate");
  must(eng_settings_set_rate(settings, USD, FROM / 86400000 + 500, 91, 100), "rate");
  must(eng_settings_add_kind(settings, OWN_KIND, "cellar_tour", 11,
                             ENG_DIRECTION_CUSTOMER, ENG_MODE_COMMUNITY, 1),
       "kind");
  must(eng_settings_add_channel(settings, OWN_CHANNEL, "kiosk", 5), "channel");
  must(eng_context_new(settings, &context), "context");
  eng_settings_free(settings);
  return context;
}

/* Every form of measure, and what the built-in models have little of. */
static const char own_model[] =
    "language 1\nmodel own \"Our own\"\n  revision 3\n"
    "param recent = 4 weeks\nparam often = 8\nparam drop = 50 %\nparam fee = 2.50 EUR\n"
    "let signed = count(contract) >= 1 and (count(contract_end) = 0\n"
    "    or recency(contract) <= recency(contract_end))\n"
    "let now = days(visit within recent)\n"
    "let fades = now < days(visit within recent * 2 before recent) * drop\n"
    "let spent = sum(purchase, refund) - fee * count(purchase)\n"
    "let own = count(cellar_tour where channel = kiosk)\n"
    "dimension per_week \"days a week\" = now / (recent / 1 week)\n"
    "dimension rhythm = gap(visit within 90 days)\n"
    "dimension basket = mean(purchase)\n"
    "dimension stars = mean(rating of rating where scale = stars within 365 days)\n"
    "dimension reach = share(any where mode = community)\n"
    "stage trial when count(visit, sign_up) >= 1 and count(contract) = 0\n"
    "stage fading when signed and fades\n  advise \"Call, do not write\"\n"
    "stage known when recency(any) <= 60 days and (channels(purchase, visit) >= 2\n"
    "    or own >= 1 or actors(inbound where mode = company) >= 2)\n"
    "stage regular when known and (now >= often or streak(visit last 8 weeks) >= 3\n"
    "    or recency(purchase) <= 2 * gap(purchase)) and spent > 20.00 EUR\n"
    "stage fan when tenure(any) >= 90 days\n"
    "    and count(review where public and (valence else 0) > 0) >= 1\n"
    "score warmth \"how near\"\n"
    "  term contract 150 when signed\n"
    "  term visits 40 each count(visit within recent) up to 400\n"
    "  term friends 100 each count(refer, share where topic = \"coffee\"\n"
    "    within 365 days) up to 200\n"
    "  term anger -60 each count(complaint within 90 days) up to 120\n"
    "  term basket sum(purchase, refund within 365 days) / 5.00 EUR up to 300\n"
    "score rest\n  term answers count(message_in) * 10 / count(message_out)\n"
    "  term worry -200 when fades\n  term fresh 400 when recency(any) <= 30 days\n";

/* ---- customers at random ---- */

enum { ORDINARY = 220, HEAVY = 2, CUSTOMERS = ORDINARY + HEAVY, HEAVY_EVENTS = 3000 };

static eng_customer *everybody[CUSTOMERS];

static size_t name_of(int64_t number, char name[32])
{
  return (size_t)snprintf(name, 32, "customer-%ld", (long)number);
}

/* What many events have, each at its own odds. */
static void draw_details(eng_event *event, int32_t kind)
{
  int64_t amount = 50 + below(20000);
  int32_t channel = (int32_t)below(12);

  if (chance(60)) {
    if (chance(5)) channel = OWN_CHANNEL;
    must(eng_event_set_channel(event, channel), "channel");
  }
  if (kind == ENG_EVENT_PURCHASE || kind == ENG_EVENT_REFUND || chance(3)) {
    int64_t which = below(20);
    int32_t currency = which < 16 ? EUR : which < 19 ? USD : JPY;

    if (chance(97)) must(eng_event_set_amount(event, amount, currency), "amount");
  }
  if (kind == ENG_EVENT_RATING || kind == ENG_EVENT_REVIEW) {
    must(eng_event_set_scale(event, 1 + (int32_t)below(5)), "scale");
    must(eng_event_set_value(event, below(11) * 1000), "value");
  } else if (chance(10)) {
    must(eng_event_set_value(event, below(5000) - 1000), "value");
  }
  if (chance(15)) must(eng_event_set_valence(event, (int32_t)below(5) - 2), "valence");
  if (chance(20)) {
    int32_t incentivised = chance(30);

    must(eng_event_set_flags(event, incentivised, chance(60)), "flags");
  }
  if (chance(15)) must(eng_event_set_actor(event, 1, (uint32_t)below(6)), "actor");
  if (chance(15)) {
    uint64_t topic = chance(50) ? eng_hash("coffee", 6) : draw();

    must(eng_event_set_topic(event, 1, (uint32_t)(topic & 0xffffffff)), "topic");
  }
}

/* Ids come from few, so that versions, voids and refunds of one another are common. */
static void draw_event(eng_event *event, int64_t ids)
{
  int64_t at = FROM + below(SPAN / 1000) * 1000;
  int64_t what = below(100);
  int32_t kind = what < 35   ? ENG_EVENT_PURCHASE
                 : what < 42 ? ENG_EVENT_REFUND
                 : what < 47 ? ENG_EVENT_VOID
                 : what < 60 ? ENG_EVENT_VISIT
                             : kinds[below(COUNT(kinds))];

  must(eng_event_reset(event, kind, at), "event");
  if (chance(70)) {
    must(eng_event_set_id(event, (uint64_t)(1 + below(ids))), "id");
    if (chance(20)) {
      must(eng_event_set_revision(event, (uint32_t)below(4)), "revision");
    }
  } else if (chance(10)) {
    must(eng_event_set_occurrence(event, (uint16_t)below(3)), "occurrence");
  }
  if (kind == ENG_EVENT_VOID || kind == ENG_EVENT_REFUND || chance(3)) {
    if (chance(90)) {
      must(eng_event_set_refers_to(event, 1, (uint64_t)(1 + below(ids))), "refers");
    }
  }
  if (chance(20)) {
    must(eng_event_set_recorded_at(event, at + below(40 * DAY)), "recorded");
  }
  draw_details(event, kind);
}

/* The same events in two halves as well, the second half first: union is union. */
static eng_customer *draw_customer(const eng_context *context, int64_t number,
                                   int64_t events)
{
  eng_customer *customer, *other;
  eng_event *event;
  uint8_t one[ENG_DIGEST_SIZE], two[ENG_DIGEST_SIZE];
  char name[32];
  size_t length = name_of(number, name);

  must(eng_customer_new(context, name, length, &customer), "customer");
  must(eng_customer_new(context, name, length, &other), "customer");
  must(eng_event_new(context, ENG_EVENT_VISIT, 0, &event), "event");
  for (int64_t i = 0; i < events; i++) {
    int32_t outcome;

    draw_event(event, events / 2 + 1);
    must(eng_customer_record(customer, event, &outcome), "record");
    put(outcome);
    if (i % 2 == 0) must(eng_customer_record(other, event, NULL), "record");
  }
  must(eng_customer_merge(other, customer), "merge");
  must(eng_customer_digest(customer, one), "digest");
  must(eng_customer_digest(other, two), "digest");
  hold(memcmp(one, two, sizeof one) == 0, "merging is union");
  if (chance(5)) must(eng_customer_expire(customer, FROM + 90 * DAY), "expire");
  eng_event_free(event);
  eng_customer_free(other);
  return customer;
}

static void draw_everybody(const eng_context *context)
{
  for (int64_t i = 0; i < CUSTOMERS; i++) {
    int64_t events = i >= ORDINARY   ? HEAVY_EVENTS
                     : below(4) == 0 ? below(150)
                                     : below(20);

    everybody[i] = draw_customer(context, i, events);
  }
  part_ends("outcomes");
}

/* ---- bytes ---- */

static void put_event(const eng_event *event)
{
  int64_t amount = 0, value = 0;
  uint64_t id = 0, refers_to = 0;
  int32_t currency = 0;
  uint32_t actor = 0, topic = 0;

  put(event == NULL);
  if (event == NULL) return;
  put(eng_event_kind(event));
  put(eng_event_occurred_at(event));
  put(eng_event_recorded_at(event));
  put(eng_event_id(event, &id));
  put_unsigned(id);
  put_unsigned(eng_event_effective_id(event));
  put(eng_event_revision(event));
  put(eng_event_occurrence(event));
  put(eng_event_channel(event));
  put(eng_event_amount(event, &amount, &currency));
  put(amount);
  put(currency);
  put(eng_event_value(event, &value));
  put(value);
  put(eng_event_scale(event));
  put(eng_event_valence(event));
  put(eng_event_is_incentivised(event));
  put(eng_event_is_public(event));
  put(eng_event_refers_to(event, &refers_to));
  put_unsigned(refers_to);
  put(eng_event_actor(event, &actor));
  put(actor);
  put(eng_event_topic(event, &topic));
  put(topic);
}

static void put_events(const eng_customer *customer)
{
  eng_event_cursor *cursor;
  const eng_event *event;

  must(eng_event_cursor_new(customer, &cursor), "cursor");
  do {
    must(eng_event_cursor_next(cursor, &event), "next");
    put_event(event);
  } while (event != NULL);
  eng_event_cursor_free(cursor);
}

static uint8_t *room_for(size_t size)
{
  uint8_t *bytes = malloc(size == 0 ? 1 : size);

  if (bytes == NULL) must(ENG_E_NOMEM, "room");
  return bytes;
}

static void put_customer(const eng_context *context, const eng_customer *customer)
{
  eng_customer *again;
  uint8_t digest[ENG_DIGEST_SIZE], same[ENG_DIGEST_SIZE], *bytes;
  size_t length, size;
  const char *name = eng_customer_id(customer, &length);

  hold(eng_customer_encode(customer, NULL, 0, &size) == ENG_E_BUFFER, "size first");
  bytes = room_for(size);
  must(eng_customer_encode(customer, bytes, size, &size), "encode");
  put_bytes(bytes, size);
  must(eng_customer_digest(customer, digest), "digest");
  put_bytes(digest, sizeof digest);
  put(eng_customer_floor(customer));
  put_unsigned(eng_customer_event_count(customer));
  must(eng_customer_decode(context, name, length, bytes, size, &again, NULL), "decode");
  must(eng_customer_digest(again, same), "digest");
  hold(memcmp(digest, same, sizeof same) == 0, "what is decoded is what was encoded");
  put_events(again);
  eng_customer_free(again);
  free(bytes);
}

static void bytes_of_everybody(const eng_context *context)
{
  for (size_t i = 0; i < CUSTOMERS; i++) put_customer(context, everybody[i]);
  part_ends("blobs");
}

/* ---- models ---- */

enum { MOST_MODELS = 32, MOST_VALUES = 64 };

static eng_model *models[MOST_MODELS];
static int32_t model_count;

static void put_value(const eng_value *value)
{
  put(value->numerator);
  put(value->denominator);
  put(value->unit);
  put(value->defined);
}

static void put_model(const eng_model *model)
{
  uint8_t digest[ENG_DIGEST_SIZE];
  eng_findings *findings;
  uint8_t *text;
  size_t size;

  must(eng_model_digest(model, digest), "model digest");
  put_bytes(digest, sizeof digest);
  hold(eng_model_print(model, NULL, 0, &size) == ENG_E_BUFFER, "size first");
  text = room_for(size);
  must(eng_model_print(model, (char *)text, size, &size), "print");
  put_bytes(text, size);
  free(text);
  for (int32_t i = 0; i < eng_model_param_count(model); i++) {
    eng_value value;

    put_text(eng_model_param_text(model, i));
    must(eng_model_param_value(model, i, &value), "param");
    put_value(&value);
  }
  must(eng_model_check(model, &findings), "check");
  for (int32_t i = 0; i < eng_findings_count(findings); i++) {
    put(eng_findings_kind(findings, i));
    put_unsigned(eng_findings_line(findings, i));
    put_text(eng_findings_text(findings, i));
  }
  eng_findings_free(findings);
}

static void put_diff(const eng_model *before, const eng_model *after)
{
  eng_diff *diff;

  must(eng_model_diff(before, after, &diff), "diff");
  for (int32_t i = 0; i < eng_diff_count(diff); i++) {
    put(eng_diff_change(diff, i));
    put(eng_diff_element(diff, i));
    put_text(eng_diff_name(diff, i));
    put_text(eng_diff_old_text(diff, i));
    put_text(eng_diff_new_text(diff, i));
  }
  eng_diff_free(diff);
}

static void all_models(const eng_context *context)
{
  eng_error error;

  for (int32_t i = 0; i < eng_builtin_count(); i++) {
    const char *name = eng_builtin_name(i);

    hold(model_count < MOST_MODELS - 1, "room for the models");
    must(eng_model_builtin(context, name, strlen(name), &models[model_count++]), name);
  }
  eng_error_init(&error, sizeof error);
  must(eng_model_parse(context, own_model, sizeof own_model - 1, &models[model_count++],
                       &error),
       error.text);
  for (int32_t i = 0; i < model_count; i++) put_model(models[i]);
  for (int32_t i = 1; i < model_count; i++) put_diff(models[i - 1], models[i]);
  part_ends("models");
}

/* Texts cut off and misspelt: the error is an answer, too. */
static void broken_models(const eng_context *context)
{
  for (size_t i = 0; i < sizeof own_model - 1; i += 7) {
    char text[sizeof own_model];
    eng_model *model = NULL;
    eng_error error;

    memcpy(text, own_model, sizeof text);
    text[i] = (char)('!' + below(90));
    eng_error_init(&error, sizeof error);
    put(eng_model_parse(context, text, sizeof text - 1, &model, &error));
    put_unsigned(error.line);
    put_unsigned(error.column);
    put_text(error.text);
    eng_model_free(model);
  }
  part_ends("errors");
}

/* ---- answers ---- */

static void put_line(const eng_explanation *why, int32_t p, int32_t line)
{
  put_text(eng_explanation_text(why, p, line));
  put_text(eng_explanation_measured(why, p, line));
  put_text(eng_explanation_threshold(why, p, line));
  put(eng_explanation_holds(why, p, line));
  put(eng_explanation_distance(why, p, line));
  put(eng_explanation_witness_total(why, p, line));
  for (int32_t w = 0; w < eng_explanation_witness_count(why, p, line); w++) {
    put_unsigned(eng_event_effective_id(eng_explanation_witness(why, p, line, w)));
  }
}

static void put_explanation(const eng_explanation *why)
{
  int32_t stage = 0;

  put(eng_explanation_stage(why));
  put(eng_explanation_target(why));
  put(eng_explanation_next_change(why, &stage));
  put(stage);
  for (int32_t p = ENG_PART_CLAUSE; p <= ENG_PART_NOTE; p++) {
    for (int32_t i = 0; i < eng_explanation_line_count(why, p); i++)
      put_line(why, p, i);
  }
}

static void put_score(eng_assessor *assessor, int32_t model, int32_t score,
                      const eng_customer *customer, int64_t at)
{
  eng_score_explanation *before, *after;
  eng_score_difference *difference;

  must(eng_assessor_explain_score(assessor, model, score, customer, at - 60 * DAY,
                                  &before),
       "score");
  must(eng_assessor_explain_score(assessor, model, score, customer, at, &after),
       "score");
  put(eng_score_explanation_score(after));
  put(eng_score_explanation_hidden(after));
  for (int32_t i = 0; i < eng_score_explanation_line_count(after); i++) {
    put_text(eng_score_explanation_text(after, i));
    put(eng_score_explanation_points(after, i));
    put(eng_score_explanation_expires_at(after, i));
    put(eng_score_explanation_state(after, i));
  }
  must(eng_score_compare(before, after, &difference), "compare");
  put(eng_score_difference_total(difference));
  for (int32_t i = 0; i < eng_score_difference_line_count(difference); i++) {
    put(eng_score_difference_before(difference, i));
    put(eng_score_difference_after(difference, i));
    put(eng_score_difference_cause(difference, i));
  }
  eng_score_difference_free(difference);
  eng_score_explanation_free(before);
  eng_score_explanation_free(after);
}

static void put_history(const eng_history *history)
{
  put(eng_history_first_stage(history));
  for (uint64_t i = 0; i < eng_history_change_count(history); i++) {
    const eng_event *event = eng_history_event(history, i);

    put(eng_history_time(history, i));
    put(eng_history_from(history, i));
    put(eng_history_to(history, i));
    put(eng_history_cause(history, i));
    put_unsigned(event == NULL ? 0 : eng_event_effective_id(event));
  }
}

static void put_path(eng_assessor *assessor, int32_t model,
                     const eng_customer *customer, int64_t at)
{
  eng_history *history;

  must(eng_assessor_history(assessor, model, customer, at, &history), "history");
  put_history(history);
  eng_history_free(history);
  must(eng_assessor_outlook(assessor, model, customer, at, at + 800 * DAY, &history),
       "outlook");
  put_history(history);
  eng_history_free(history);
}

/* Cheap answers of everybody, those that are told at length of some. */
static void put_answers(eng_assessor *assessor, const eng_customer *customer,
                        int64_t at)
{
  int32_t stages[MOST_MODELS], next_stages[MOST_MODELS], scores[MOST_VALUES];
  int64_t next_times[MOST_MODELS], left_out;
  eng_value values[MOST_VALUES];
  eng_standing standings[MOST_MODELS];

  must(
      eng_assessor_next_change(assessor, customer, at, stages, next_times, next_stages),
      "next change");
  must(eng_assessor_left_out(assessor, customer, at, &left_out), "left out");
  put(left_out);
  must(eng_assessor_standing(assessor, customer, at, standings), "standing");
  for (int32_t m = 0; m < model_count; m++) {
    put(stages[m]);
    put(next_times[m]);
    put(next_stages[m]);
    put(standings[m].since);
    put(standings[m].highest_at);
    put(standings[m].highest);
    put(standings[m].lap);
    put(standings[m].changes);
    must(eng_assessor_dimensions(assessor, m, customer, at, values, MOST_VALUES),
         "dimensions");
    for (int32_t d = 0; d < eng_model_dimension_count(models[m]); d++) {
      put_value(&values[d]);
    }
    must(eng_assessor_scores(assessor, m, customer, at, scores, MOST_VALUES), "scores");
    for (int32_t s = 0; s < eng_model_score_count(models[m]); s++) put(scores[s]);
  }
}

static void put_reasons(eng_assessor *assessor, const eng_customer *customer,
                        int64_t at)
{
  for (int32_t m = 0; m < model_count; m++) {
    eng_explanation *why;

    must(eng_assessor_explain(assessor, m, customer, at, &why), "explain");
    put_explanation(why);
    eng_explanation_free(why);
    put_path(assessor, m, customer, at);
    for (int32_t s = 0; s < eng_model_score_count(models[m]); s++) {
      put_score(assessor, m, s, customer, at);
    }
  }
}

static void answers(eng_assessor *assessor)
{
  static const int64_t moments[] = {FROM + 200 * DAY, FROM + 700 * DAY + 12345, END};

  for (size_t i = 0; i < CUSTOMERS; i++) {
    for (size_t t = 0; t < COUNT(moments); t++) {
      put_answers(assessor, everybody[i], moments[t]);
    }
  }
  part_ends("answers");
  for (size_t i = 0; i < ORDINARY; i += 4) {
    put_reasons(assessor, everybody[i], moments[i % COUNT(moments)]);
  }
  put_reasons(assessor, everybody[CUSTOMERS - 1], END);
  part_ends("reasons");
}

/* ---- the book ---- */

static void put_census(const eng_context *context, const eng_book *book,
                       eng_assessor *assessor)
{
  uint64_t count = eng_book_customer_count(book);
  int32_t *stages = (int32_t *)(void *)room_for((size_t)count * MOST_MODELS * 4);
  eng_rfm *rfm = (eng_rfm *)(void *)room_for((size_t)count * sizeof *rfm);
  eng_rfm_cuts cuts;

  must(eng_book_assess(book, assessor, END, NULL, count, stages, NULL, NULL), "assess");
  for (uint64_t i = 0; i < count * (uint64_t)model_count; i++) put(stages[i]);
  must(eng_book_rfm(book, END, NULL, count, rfm, NULL, NULL), "rfm");
  must(eng_rfm_quintiles(context, rfm, count, &cuts), "quintiles");
  for (uint64_t i = 0; i < count; i++) {
    int32_t digits[3] = {0, 0, 0};

    put(rfm[i].recency_days);
    put(rfm[i].frequency);
    put(rfm[i].monetary);
    put(rfm[i].left_out);
    must(eng_rfm_digits(&rfm[i], &cuts, digits), "digits");
    for (int d = 0; d < 3; d++) put(digits[d]);
  }
  free(stages);
  free(rfm);
}

static void put_book(const eng_context *context, const eng_book *book)
{
  eng_book *again;
  uint8_t *bytes, *same;
  size_t size, same_size;

  hold(eng_book_encode(book, NULL, 0, &size) == ENG_E_BUFFER, "size first");
  bytes = room_for(size);
  must(eng_book_encode(book, bytes, size, &size), "snapshot");
  put_bytes(bytes, size);
  must(eng_book_decode(context, NULL, bytes, size, &again, NULL), "snapshot");
  same = room_for(size);
  must(eng_book_encode(again, same, size, &same_size), "snapshot");
  hold(size == same_size && memcmp(bytes, same, size) == 0, "a snapshot read again");
  eng_book_free(again);
  free(bytes);
  free(same);
}

/* Two shops with a part of the customers each, some with both. */
static eng_book *two_shops(const eng_context *context)
{
  eng_book *books[2];

  for (size_t b = 0; b < 2; b++) {
    must(eng_book_new(context, NULL, &books[b]), "book");
    for (size_t i = 0; i < CUSTOMERS; i++) {
      if (i % 3 == b || i % 3 == 2) {
        must(eng_book_merge_customer(books[b], everybody[i]), "customer");
      }
    }
  }
  must(eng_book_merge(books[0], books[1]), "books");
  must(eng_book_compact(books[0]), "compact");
  eng_book_free(books[1]);
  return books[0];
}

static void put_order(const eng_book *book)
{
  uint64_t count = eng_book_customer_count(book);
  uint64_t *rows = (uint64_t *)(void *)room_for((size_t)count * sizeof *rows);

  must(eng_book_order(book, rows, count), "order");
  for (uint64_t i = 0; i < count; i++) {
    size_t length;
    const char *id = eng_book_customer_id(book, rows[i], &length);

    put_bytes(id, length);
  }
  free(rows);
}

static void book(const eng_context *context, eng_assessor *assessor)
{
  eng_book *book = two_shops(context);

  put_unsigned(eng_book_customer_count(book));
  put_unsigned(eng_book_event_count(book));
  put(eng_book_last_event_at(book));
  put_order(book);
  put_census(context, book, assessor);
  part_ends("census");
  put_book(context, book);
  part_ends("snapshot");
  eng_book_free(book);
}

/* ---- CSV ---- */

static char rows[1 << 17];
static size_t rows_end;

static void row(const char *text)
{
  size_t length = strlen(text);

  hold(rows_end + length < sizeof rows, "room for the rows");
  memcpy(rows + rows_end, text, length);
  rows_end += length;
}

static const char *const odd_fields[] = {"",
                                         "\"quoted, \"\"twice\"\"\"",
                                         "\"open",
                                         "12,5",
                                         "n/a",
                                         "-",
                                         "1e9",
                                         "99999999999999999999",
                                         "\xc3\xa9t\xc3\xa9",
                                         "\xff",
                                         "2025-02-30",
                                         "EUR"};

/* One row in eight has a field that does not belong there. */
static void draw_row(const eng_context *context, char delimiter)
{
  char when[ENG_TIME_TEXT], money[ENG_MONEY_TEXT], field[8][64],
      cut[2] = {delimiter, 0};
  int64_t number = below(40), at = FROM + below(SPAN), amount = below(100000) - 100;
  int64_t odd = chance(12) ? below(8) : -1;
  const char *kind = eng_kind_name(context, kinds[below(COUNT(kinds))]);

  must(eng_time_format(at, when), "time");
  must(eng_money_format(amount, EUR, money), "money");
  snprintf(field[0], 64, "customer-%ld", (long)number);
  snprintf(field[1], 64, "%s", when);
  snprintf(field[2], 64, "%s", chance(40) ? "purchase" : kind);
  snprintf(field[3], 64, "%s", money);
  snprintf(field[4], 64, "%s", chance(90) ? "EUR" : "usd");
  snprintf(field[5], 64, "%s", chance(50) ? "web" : "");
  snprintf(field[6], 64, "%ld", (long)below(2000));
  snprintf(field[7], 64, "%s", chance(50) ? "yes" : "");
  if (odd >= 0) snprintf(field[odd], 64, "%s", odd_fields[below(COUNT(odd_fields))]);
  for (int i = 0; i < 8; i++) {
    row(i > 0 ? cut : "");
    row(field[i]);
  }
  row(chance(50) ? "\n" : "\r\n");
}

static eng_status on_event(void *user, const char *customer, size_t length,
                           const eng_event *event, int32_t numbered, uint64_t line)
{
  put_bytes(customer, length);
  put_event(event);
  put_unsigned(line);
  return eng_loader_add(user, customer, length, event, numbered);
}

static eng_status on_reject(void *user, const eng_error *error, const char *bytes,
                            size_t length)
{
  (void)user;
  put(error->code);
  put_unsigned(error->line);
  put_unsigned(error->column);
  put_text(error->text);
  put_bytes(bytes, length);
  return ENG_OK;
}

/* In pieces of random size: that they do not matter is a law of the CSV tests. */
static void feed(eng_csv *csv)
{
  for (size_t at = 0; at < rows_end;) {
    size_t piece = (size_t)(1 + below(200));

    if (piece > rows_end - at) piece = rows_end - at;
    must(eng_csv_feed(csv, rows + at, piece), "feed");
    at += piece;
  }
  must(eng_csv_finish(csv), "finish");
}

static void read_file(const eng_context *context, eng_loader *loader, char delimiter)
{
  char header[80] = "customer,time,kind,amount,currency,channel,id,public\n";
  eng_csv *csv;

  rows_end = 0;
  for (char *p = header; *p != '\0'; p++) {
    if (*p == ',') *p = delimiter;
  }
  row(header);
  for (int i = 0; i < 500; i++) draw_row(context, delimiter);
  must(eng_csv_new(context, on_event, on_reject, loader, &csv), "csv");
  feed(csv);
  for (int32_t what = ENG_CSV_ROWS; what <= ENG_CSV_SKIPPED; what++) {
    put_unsigned(eng_csv_count(csv, what));
  }
  eng_csv_free(csv);
}

static void csv(const eng_context *context)
{
  eng_load_counts counts;
  eng_loader *loader;
  eng_book *book;

  must(eng_book_new(context, NULL, &book), "book");
  must(eng_loader_new(book, ENG_IDENTICAL_KEEP, &loader), "loader");
  read_file(context, loader, ',');
  read_file(context, loader, ';');
  read_file(context, loader, '\t');
  eng_load_counts_init(&counts, sizeof counts);
  must(eng_loader_finish(loader, &counts), "load");
  put_unsigned(counts.added);
  put_unsigned(counts.unchanged);
  put_unsigned(counts.replaced);
  put_unsigned(counts.ignored);
  eng_loader_free(loader);
  put_book(context, book);
  eng_book_free(book);
  part_ends("csv");
}

/* ---- forecasts ---- */

/* Few, for emulators are slow with real numbers. Everybody has a rhythm, and may have
 * had enough after each purchase. */
static eng_summaries *draw_summaries(const eng_context *context)
{
  eng_summaries *summaries;

  must(eng_summaries_new(context, ENG_UNIT_DAY, &summaries), "summaries");
  for (int i = 0; i < 120; i++) {
    int64_t shared = 1 + below(3), gap = 3 + shared * below(40), age = 200 + below(165);
    uint32_t x = 0, t_x = 0;

    for (int64_t t = 1 + below(gap * 2); t <= age && !chance(15);) {
      x++;
      t_x = (uint32_t)t;
      t += 1 + below(gap * 2);
    }
    must(eng_summaries_add(summaries, x, t_x, (uint32_t)age, x * (1000 + below(4000)),
                           1),
         "summary");
  }
  return summaries;
}

static void put_forecast(const eng_fit *fit, double x, double t_x)
{
  eng_forecast forecast;
  uint32_t low, high;
  eng_rf rf;

  eng_rf_init(&rf, sizeof rf);
  rf.x = x;
  rf.t_x = t_x;
  rf.T = 300;
  rf.mean_spend = x > 0 ? 2345 : 0;
  must(eng_fit_forecast(fit, &rf, 90, &forecast), "forecast");
  put_rounded(forecast.p_alive);
  put_rounded(forecast.p_purchase);
  put_rounded(forecast.expected_purchases);
  put_rounded(forecast.expected_spend);
  must(eng_fit_interval(fit, &rf, 90, 0.8, &low, &high), "interval");
  put(low);
  put(high);
}

/* Real numbers are written as integers are, lowest byte first, on every machine. */
static void put_fit(const eng_context *context, const eng_fit *fit)
{
  uint8_t number[8], *bytes;
  double value, error, again_value;
  uint64_t bits;
  eng_fit *again;
  size_t size, at = 0;

  hold(eng_fit_encode(fit, NULL, 0, &size) == ENG_E_BUFFER, "size first");
  bytes = room_for(size);
  must(eng_fit_encode(fit, bytes, size, &size), "encode a fit");
  put_unsigned(size);
  must(eng_fit_parameter(fit, ENG_FIT_PURCHASES, 0, &value, &error), "parameter");
  memcpy(&bits, &value, sizeof bits);
  for (int i = 0; i < 8; i++) number[i] = (uint8_t)(bits >> 8 * i);
  while (at + 8 < size && memcmp(bytes + at, number, 8) != 0) at++;
  hold(memcmp(bytes + at, number, 8) == 0, "a parameter is among the bytes");
  put_unsigned(at);
  must(eng_fit_decode(context, bytes, size, &again), "decode a fit");
  must(eng_fit_parameter(again, ENG_FIT_PURCHASES, 0, &again_value, &error),
       "parameter");
  hold(memcmp(&value, &again_value, sizeof value) == 0, "a fit read again");
  eng_fit_free(again);
  free(bytes);
}

static void forecasts(const eng_context *context)
{
  static const int32_t families[] = {ENG_FAMILY_BGNBD, ENG_FAMILY_MBGNBD};
  eng_summaries *summaries = draw_summaries(context);
  uint8_t *bytes;
  size_t size;

  hold(eng_summaries_encode(summaries, NULL, 0, &size) == ENG_E_BUFFER, "size first");
  bytes = room_for(size);
  must(eng_summaries_encode(summaries, bytes, size, &size), "summaries");
  put_bytes(bytes, size);
  free(bytes);
  part_ends("summaries");
  for (size_t f = 0; f < COUNT(families); f++) {
    eng_fit_options options;
    eng_fit *fit;

    eng_fit_options_init(&options, sizeof options);
    options.family = families[f];
    must(eng_fit_new(summaries, &options, &fit, NULL), "fit");
    put(eng_fit_converged(fit, ENG_FIT_PURCHASES));
    put(eng_fit_converged(fit, ENG_FIT_SPEND));
    put_fit(context, fit);
    put_forecast(fit, 0, 0);
    put_forecast(fit, 3, 120);
    put_forecast(fit, 12, 290);
    eng_fit_free(fit);
  }
  eng_summaries_free(summaries);
  part_ends("forecasts");
}

/* ---- all of it ---- */

static void texts(const eng_context *context)
{
  for (int32_t code = 0; code < 100; code++) put_text(eng_status_text(code));
  for (int32_t kind = 0; kind < 256; kind++) put_text(eng_kind_name(context, kind));
  for (int32_t number = 0; number < 1000; number++) {
    char text[ENG_MONEY_TEXT];

    put_text(eng_currency_code(number));
    put(eng_currency_decimals(number));
    if (eng_currency_code(number) == NULL) continue;
    must(eng_money_format(below(INT64_C(1) << 62) - (INT64_C(1) << 61), number, text),
         "money");
    put_text(text);
  }
  for (int i = 0; i < 1000; i++) {
    int64_t time = below(ENG_TIME_MAX), again = 0;
    char text[ENG_TIME_TEXT];

    must(eng_time_format(time, text), "time");
    put_text(text);
    must(eng_time_parse(context, text, strlen(text), ENG_TIME_AUTO, ENG_DATE_FIRST,
                        &again),
         "time");
    hold(again == time, "a time read again");
    put(eng_business_day(context, time));
  }
  part_ends("texts");
}

int main(void)
{
  eng_context *context = shop();
  eng_assessor *assessor;
  uint8_t digest[ENG_DIGEST_SIZE];

  must(eng_context_digest(context, digest), "context digest");
  put_bytes(digest, sizeof digest);
  texts(context);
  all_models(context);
  broken_models(context);
  draw_everybody(context);
  bytes_of_everybody(context);
  must(eng_assessor_new(context, (const eng_model *const *)models, model_count,
                        &assessor),
       "assessor");
  answers(assessor);
  book(context, assessor);
  csv(context);
  forecasts(context);
  eng_assessor_free(assessor);
  for (size_t i = 0; i < CUSTOMERS; i++) eng_customer_free(everybody[i]);
  for (int32_t i = 0; i < model_count; i++) eng_model_free(models[i]);
  eng_context_free(context);
  print_hash("whole", whole);
  return 0;
}
